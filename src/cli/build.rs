//! `slovo build`: writes the rules.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;

use super::args::{Build, CommonArgs};
use super::output::{Action, Held, Manifest, Plan, Wanted, apply, inputs, real};
use super::screen::{Screen, unified};
use super::{Failure, Outcome, Status, also, check, counted, docs, load, plural, status_of};
use crate::backend::alertmanager::Alertmanager;
use crate::backend::grafana::Grafana;
use crate::backend::proofs;
use crate::backend::{Backend, Take, prometheus::Prometheus};
use crate::config::OutputOptions;
use crate::diag::Diagnostics;
use crate::driver::Compilation;
use crate::project::Project;
use crate::source::Span;

pub(super) fn run(options: &Build, start: &Path, screen: &Screen) -> Outcome {
    let mut environments = vec![options.wishes.env.clone()];
    if options.all_environments {
        // What is wrong with slovo.yaml is told by the first of them.
        environments.extend(load(start, &options.wishes).config.environments.into_iter().map(Some));
    }
    let mut plans = Vec::new();
    let mut told = Told::default();
    for environment in environments {
        if options.all_environments {
            screen.say(&match &environment {
                Some(name) => format!("environment {name}:"),
                None => "without an environment:".to_owned(),
            });
        }
        let wishes = CommonArgs { env: environment, ..options.wishes.clone() };
        if let Some(stopped) = planned(options, &wishes, start, &mut plans, &mut told, screen)? {
            return Ok(stopped);
        }
    }
    if options.check {
        return compare(&plans, screen);
    }
    for plan in &mut plans {
        apply(plan)?;
        say(plan, screen);
    }
    let found = counted(&told.all);
    if !found.is_empty() {
        screen.say(&found);
    }
    Ok(Status::Fine)
}

/// What was told: most of what is found is found in every environment.
#[derive(Debug, Default)]
struct Told {
    all: Diagnostics,
    seen: BTreeSet<(&'static str, Option<Span>, String)>,
}

impl Told {
    /// Leaves what is new.
    fn only_new(&mut self, compiled: &mut Compilation) {
        let found = std::mem::take(&mut compiled.diagnostics);
        let all = found.iter().count();
        let mut new = Diagnostics::default();
        for one in found.iter() {
            if self.seen.insert((one.code.id, one.span(), one.message.clone())) {
                new.push(one.clone());
            }
        }
        // With those that were only counted.
        compiled.diagnostics = if new.iter().count() == all { found } else { new };
        self.all.extend(compiled.diagnostics.clone());
    }
}

/// Adds what one build has to write; nothing is written yet. A status where it cannot.
fn planned(
    options: &Build,
    wishes: &CommonArgs,
    start: &Path,
    plans: &mut Vec<Plan>,
    told: &mut Told,
    screen: &Screen,
) -> Result<Option<Status>, Failure> {
    let progress = screen.progress("building");
    let mut project = load(start, wishes);
    project.config.settings.lines = options.lines;
    project.config.settings.version_label.clone_from(&options.version_label);
    let mut compiled = project.compile();
    also::judge(&project, &mut compiled, options.output.as_deref());
    let Some(mut model) = compiled.model.take() else {
        drop(progress);
        return Ok(Some(report(&project, &compiled, screen)));
    };
    let promises = also::promises(&model);
    let templates = project.config.outputs.iter().filter_map(|output| output.templates());
    let inputs = inputs(&project, &templates.map(|folder| project.root.join(folder)).collect::<Vec<_>>());
    let mut folders: Vec<(_, Held, _)> = Vec::new();
    for (output, folder, _) in also::folders(&project, options.output.as_deref())? {
        let mut taken = folders.iter().map(|(_, held, _)| &held.folder).chain(plans.iter().map(Plan::folder));
        if taken.any(|other| real(&other.path) == real(&folder.path)) {
            let message = format!("`{}` is the folder of two outputs", folder.shown);
            return Err(Failure::new(message)
                .help("give each a folder of its own: each removes what it no longer makes"));
        }
        let open = if options.check { Held::to_look_at } else { Held::to_write };
        let held = open(folder, &inputs)?;
        // Nobody else writes there now.
        let before = Manifest::read(&held.folder.path)?;
        folders.push((output, held, before));
    }
    drop(progress);
    told.only_new(&mut compiled);
    check::show(&project, &compiled, screen);

    let progress = screen.progress("building");
    for (output, held, before) in folders {
        also::set_up(&project, &mut model, output)?;
        let mut manifest = Manifest::of(&model.settings);
        manifest.promises.clone_from(&promises);
        let wanted = Wanted { manifest, force: options.force, only_shown: options.check };
        let make = |take: Take<'_>| {
            let made = match &output.options {
                OutputOptions::Alertmanager(_) => Alertmanager.emit_each(&model, take),
                OutputOptions::Docs { templates } => {
                    return docs::for_build(&project, &model, templates.as_deref(), take);
                }
                OutputOptions::Grafana(_) => Grafana.emit_each(&model, take),
                OutputOptions::Prometheus { .. } => {
                    if options.proofs {
                        proofs::artifacts(&model).into_par_iter().for_each(take);
                    }
                    Prometheus.emit_each(&model, take)
                }
            };
            made.map_err(|wrong| Failure::new(wrong.to_string()))
        };
        plans.push(Plan::new(held, before, wanted, make)?);
    }
    drop(progress);
    // The process ends soon; taking a large model apart piece by piece is time that nobody gains from.
    if !options.all_environments {
        std::mem::forget(model);
    }
    Ok(None)
}

/// Mistakes stop the build.
pub(super) fn report(project: &Project, compiled: &Compilation, screen: &Screen) -> Status {
    check::show(project, compiled, screen);
    screen.say(&format!("{}; nothing was written", counted(&compiled.diagnostics)));
    status_of(&compiled.diagnostics)
}

/// `--check`: a diff of what would change.
fn compare(plans: &[Plan], screen: &Screen) -> Outcome {
    let color = screen.colored_out();
    let mut changes = 0;
    for plan in plans {
        for (path, action) in &plan.actions {
            changes += 1;
            let name = format!("{}/{path}", plan.folder().shown);
            let after = plan.content(path);
            Screen::out(&match action {
                Action::Create => unified("", after, ("/dev/null", &name), color),
                Action::Rewrite { before, .. } => unified(before, after, (&name, &name), color),
                Action::Remove { before } => unified(before, "", (&name, "/dev/null"), color),
            })?;
        }
    }
    if changes == 0 {
        screen.say("everything is up to date");
        return Ok(Status::Fine);
    }
    screen.say(&format!(
        "{} out of date; `slovo build` writes {}",
        plural(changes, "file"),
        if changes == 1 { "it" } else { "them" }
    ));
    Ok(Status::Mistakes)
}

pub(super) fn say(plan: &Plan, screen: &Screen) {
    let (mut written, mut removed) = (0, 0);
    for (path, action) in &plan.actions {
        match action {
            Action::Remove { .. } => removed += 1,
            Action::Create => written += 1,
            Action::Rewrite { by_hand, .. } => {
                written += 1;
                if *by_hand {
                    screen.say(&format!(
                        "`{}/{path}` had been changed by hand; those changes are gone",
                        plan.folder().shown
                    ));
                }
            }
        }
    }
    let shown = &plan.folder().shown;
    for path in &plan.left {
        screen.say(&format!(
            "`{shown}/{path}` is no longer needed; it lies behind a symbolic link now and was left"
        ));
    }
    if plan.is_empty() {
        screen.say(&format!("{shown}: {} up to date", plural(plan.unchanged, "file")));
        return;
    }
    let mut parts = Vec::new();
    for (n, word) in [(written, "written"), (removed, "removed"), (plan.unchanged, "unchanged")] {
        if n > 0 {
            parts.push(format!("{} {word}", plural(n, "file")));
        }
    }
    screen.say(&format!("{shown}: {}", parts.join(", ")));
}
