//! What only the command line can judge, since it reads the disk: templates filled as `build` would, and promises that earlier builds
//! knew. `check` tells it too, so that nothing that follows from sources, settings and templates is refused by `build` alone.

use std::collections::BTreeSet;
use std::path::Path;

use super::output::{Folder, Manifest};
use super::{Failure, alert_texts, docs, left};
use crate::config::{Output, OutputOptions, nearest};
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::driver::Compilation;
use crate::ir::Model;
use crate::project::Project;

/// Adds to what was found; `asked` is the folder that the user wants to write into.
pub(super) fn judge(project: &Project, compiled: &mut Compilation, asked: Option<&Path>) {
    let Some(model) = &mut compiled.model else { return };
    let mut found = Diagnostics::default();
    let mut tell = |made: Result<(), Failure>| {
        if let Err(failure) = made {
            let made = Diagnostic::unplaced(&codes::TEMPLATE, failure.message);
            found.push(match failure.help {
                Some(help) => made.help(help),
                None => made,
            });
        }
    };
    for output in &project.config.outputs {
        if output.options.rules().is_some_and(|(_, texts)| texts.is_some()) {
            tell(set_up(project, model, output));
        }
        if let Some(pages @ Some(_)) = output.options.documents() {
            tell(docs::for_build(project, model, pages, &drop));
        }
    }
    // One that can't be read is told by who is to write there.
    let folders = folders(project, asked).unwrap_or_default();
    lost(&folders, &promises(model), model, &mut found);
    left::behind(&folders, model, &mut found);
    left::neighbours(&folders, model, &mut found);
    project.config.lints.apply(&mut found);
    compiled.diagnostics.extend(found);
    compiled.diagnostics.sort();
    if compiled.diagnostics.has_errors() {
        compiled.model = None;
    }
}

/// Sets the model up for one of the build's outputs: its own options, and the alert texts that it names.
pub(super) fn set_up(project: &Project, model: &mut Model, output: &Output) -> Result<(), Failure> {
    let settings = &project.config.settings;
    model.settings.grafana.clone_from(&settings.grafana);
    model.settings.prometheus.clone_from(&settings.prometheus);
    match &output.options {
        OutputOptions::Grafana(options) => model.settings.grafana.clone_from(options),
        OutputOptions::Prometheus { options, templates } => {
            model.settings.prometheus.clone_from(options);
            return alert_texts::fill(project, model, templates.as_deref());
        }
        OutputOptions::Alertmanager(options) => model.settings.alertmanager.clone_from(options),
        OutputOptions::Docs { .. } => {}
    }
    Ok(())
}

/// The paths of all promises.
pub(super) fn promises(model: &Model) -> BTreeSet<String> {
    model.promises().map(|(_, p)| p.path.to_string()).collect()
}

/// Where each output is written, and what an earlier build wrote there.
pub(super) fn folders<'p>(project: &'p Project, asked: Option<&Path>) -> Result<Vec<Before<'p>>, Failure> {
    let mut folders = Vec::new();
    for output in &project.config.outputs {
        let folder = folder_of(output, project, asked);
        let before = Manifest::read(&folder.path)?;
        folders.push((output, folder, before));
    }
    Ok(folders)
}

/// Where a backend writes: below the project's folder, or below the one that was asked for.
fn folder_of(output: &Output, project: &Project, asked: Option<&Path>) -> Folder {
    let base = asked.unwrap_or(&project.root);
    let shown = match asked {
        Some(asked) => format!("{}/{}", asked.display(), output.path),
        None => output.path.clone(),
    };
    let within = asked.is_none().then(|| project.root.clone());
    Folder { path: base.join(&output.path), shown, within }
}

pub(super) type Before<'p> = (&'p Output, Folder, Option<Manifest>);

/// Promises that earlier builds knew and this one does not.
fn lost(folders: &[Before<'_>], promises: &BTreeSet<String>, model: &Model, found: &mut Diagnostics) {
    let settings = &model.settings;
    let same = |m: &&Manifest| m.project == settings.project && m.environment == settings.environment;
    let known: BTreeSet<&String> =
        folders.iter().filter_map(|(_, _, m)| m.as_ref()).filter(same).flat_map(|m| &m.promises).collect();
    let fresh: Vec<&str> = promises.iter().filter(|p| !known.contains(p)).map(String::as_str).collect();
    for gone in known.into_iter().filter(|p| !promises.contains(*p)) {
        let message = format!("the promise `{gone}` is gone, and with it what was recorded for it");
        let made = Diagnostic::unplaced(&codes::LOST_HISTORY, message)
            .note("a promise is known by its path; under another one its budget begins again");
        let last = |path: &str| path.rsplit('.').next().unwrap_or("").to_owned();
        let moved = fresh.iter().find(|p| last(p) == last(gone)).copied();
        found.push(match moved.or_else(|| nearest(gone, fresh.iter().copied())) {
            Some(new) => made.help(format!(
                "if it is `{new}` now, give it its old path back and change the title instead"
            )),
            None => made.help("nothing is to be done if it was meant to go"),
        });
    }
}
