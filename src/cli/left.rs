//! What lies on the disk beside this build's outputs: what an earlier build left under another name, and what other projects
//! would be mixed with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::also::Before;
use super::output::{Folder, Manifest};
use crate::config::{Output, OutputOptions};
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Form, GrafanaOptions, Model, Settings};
use crate::project::read_plain;

/// So many folders are looked into beside one.
const MOST: usize = 500;
/// The provider that a build writes has a few lines.
const LARGEST: u64 = 64 * 1024;

/// Series that carry another label `project` than from now on, and the folder where environments were written to before
/// folders lay side by side.
pub(super) fn behind(folders: &[Before<'_>], model: &Model, found: &mut Diagnostics) {
    let settings = &model.settings;
    let Some(environment) = settings.environment.as_deref() else { return };
    let ours = |m: &Manifest| m.project == settings.project && m.environment == settings.environment;
    let mut labels = BTreeSet::new();
    for (_, folder, before) in folders {
        let older = older(folder, environment)
            .and_then(|(path, shown)| Some((Manifest::read(&path).ok().flatten().filter(ours)?, shown)));
        let both = before.as_ref().filter(|m| ours(m)).into_iter().chain(older.as_ref().map(|(m, _)| m));
        labels.extend(both.map(|m| m.project_label().to_owned()));
        if let Some((_, shown)) = &older {
            let message = format!(
                "`{shown}` holds what an earlier build wrote for `{environment}`, which is written to `{}` now",
                folder.shown
            );
            found.push(
                Diagnostic::unplaced(&codes::LEFT_BEHIND, message)
                    .help(format!("remove `{shown}`, there and from where it was delivered to: loaded beside the new files, it would report everything twice")),
            );
        }
    }
    let now = settings.project_label();
    for before in labels.iter().filter(|label| *label != now) {
        let keep = if *before == settings.project { "none" } else { before.as_str() };
        let message = format!(
            "what was recorded for `{environment}` has the label `project=\"{before}\"`, and from now on `project=\"{now}\"`"
        );
        found.push(
            Diagnostic::unplaced(&codes::LEFT_BEHIND, message)
                .note("an environment's series are its own, so that two of them can share one store, one Alertmanager, one Grafana")
                .note("under the new label budgets begin again; `slovo backfill` gives them a history")
                .help(format!("`identity: {keep}` in the environment keeps the label, where it has a store and an Alertmanager of its own")),
        );
    }
}

/// `prometheus/staging`, where `prometheus-staging` is written now.
fn older(folder: &Folder, environment: &str) -> Option<(PathBuf, String)> {
    let tail = format!("-{environment}");
    let name = folder.path.file_name()?.to_str()?.strip_suffix(&tail)?.to_owned();
    let shown = folder.shown.strip_suffix(&tail)?;
    Some((folder.path.with_file_name(name).join(environment), format!("{shown}/{environment}")))
}

/// Outputs of other projects beside ours, which would be mixed with them in one Prometheus or Grafana.
pub(super) fn neighbours(folders: &[Before<'_>], model: &Model, found: &mut Diagnostics) {
    let settings = &model.settings;
    let mut told = BTreeSet::new();
    for (output, folder, _) in folders {
        for (path, shown) in beside(output, folder) {
            let Some(other) = Manifest::read(&path).ok().flatten() else { continue };
            if other.project == settings.project {
                continue;
            }
            if other.project_label() == settings.project_label() {
                if told.insert(other.project.clone()) {
                    found.push(same_label(settings, &other, &shown));
                }
            } else if let OutputOptions::Grafana(boards) = &output.options {
                found_boards(settings, (output, boards), &other, (&path, &shown), found);
            }
        }
    }
}

/// Folders that may hold outputs: those beside this one, and its like in the folders beside the whole, where both are in one
/// repository.
fn beside(output: &Output, folder: &Folder) -> Vec<(PathBuf, String)> {
    let mut made = Vec::new();
    if let Some(parent) = folder.path.parent() {
        let (above, _) = folder.shown.rsplit_once('/').unwrap_or_default();
        for name in folders_in(parent) {
            let shown = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
            made.push((parent.join(name), shown));
        }
    }
    let depth = output.path.split('/').count();
    if let Some(whole) = folder.path.ancestors().nth(depth).and_then(|p| p.canonicalize().ok())
        && let Some(parent) =
            whole.parent().filter(|parent| parent.ancestors().any(|p| p.join(".git").exists()))
    {
        for name in folders_in(parent) {
            let shown = format!("../{name}/{}", output.path);
            made.push((parent.join(name).join(&output.path), shown));
        }
    }
    let own = folder.path.canonicalize().ok();
    made.retain(|(path, _)| path.canonicalize().is_ok_and(|real| Some(real) != own));
    made
}

/// The folders in a folder, in order; links are not followed.
fn folders_in(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(MOST);
    let folders = entries.filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.filter_map(|e| e.file_name().into_string().ok()).filter(|name| !name.starts_with('.')).collect()
}

fn whose(other: &Manifest) -> String {
    match &other.environment {
        Some(environment) => format!("the project `{}`, environment `{environment}`", other.project),
        None => format!("the project `{}`", other.project),
    }
}

fn same_label(settings: &Settings, other: &Manifest, shown: &str) -> Diagnostic {
    let label = settings.project_label();
    let message =
        format!("`{shown}` is of {}, whose series have the same label `project=\"{label}\"`", whose(other));
    let made = Diagnostic::unplaced(&codes::SAME_BOARDS, message)
        .note("in one Prometheus each would read what the other records");
    match &settings.environment {
        Some(name) => made.help(format!("name another in the environment `{name}`: `identity: {label}_2`")),
        None => {
            made.help("name another `project` in one of the two, or another `identity` in its environment")
        }
    }
}

fn found_boards(
    settings: &Settings,
    (output, boards): (&Output, &GrafanaOptions),
    other: &Manifest,
    (path, shown): (&Path, &str),
    found: &mut Diagnostics,
) {
    let overview = format!("{}-overview", boards.prefix);
    let stem =
        |file: &str| file.rsplit('/').next().and_then(|name| name.split('.').next()).map(str::to_owned);
    let meant = suggestion(settings.project_label());
    let within = format!("outputs.{}", output.name);
    let own = "if each has a Grafana of its own, say `lints: {W0503: allow}`";
    if other.files.keys().any(|file| stem(file).as_deref() == Some(&overview)) {
        let message = format!("the boards in `{shown}`, of {}, have the same uids as these", whose(other));
        found.push(
            Diagnostic::unplaced(&codes::SAME_BOARDS, message)
                .note(format!("in one Grafana they would replace each other: both begin with `{}-`", boards.prefix))
                .help(format!("set in `{within}` of one of the two: `prefix: {meant}`, and for `files` `mounted_at: /var/lib/grafana/dashboards/{meant}`"))
                .help(own),
        );
        return;
    }
    if boards.form != Form::Files || !other.files.contains_key("provider.yaml") {
        return;
    }
    let Some((folder, mounted_at)) = provider(&path.join("provider.yaml")) else { return };
    if mounted_at == boards.mounted_at {
        let message = format!("the boards in `{shown}`, of {}, are mounted where these are", whose(other));
        found.push(
            Diagnostic::unplaced(&codes::SAME_BOARDS, message)
                .note(format!(
                    "two providers would read all that lies in `{mounted_at}`, and Grafana takes no uid twice"
                ))
                .help(format!(
                    "set in `{within}` of one of the two: `mounted_at: /var/lib/grafana/dashboards/{meant}`"
                ))
                .help(own),
        );
    } else if folder == boards.folder.as_deref().unwrap_or(settings.project_label()) {
        let message = format!(
            "the boards in `{shown}`, of {}, go to the same folder `{folder}` as these",
            whose(other)
        );
        found.push(
            Diagnostic::unplaced(&codes::SAME_BOARDS, message)
                .note("Grafana stops updating a folder with two boards of one title, and both have one of all journeys")
                .help(format!("set in `{within}` of one of the two another `folder`, such as `folder: {folder} ({meant})`"))
                .help(own),
        );
    }
}

/// A prefix made of a name.
fn suggestion(label: &str) -> String {
    let made: String = label.replace('_', "-").chars().take(12).collect();
    made.trim_end_matches('-').to_owned()
}

/// The folder and the path that a provider names.
fn provider(path: &Path) -> Option<(String, String)> {
    let text = read_plain(path, LARGEST).ok()?;
    let read: serde_yaml::Value = serde_yaml::from_str(&text).ok()?;
    let first = read.get("providers")?.get(0)?;
    let text = |value: Option<&serde_yaml::Value>| value?.as_str().map(str::to_owned);
    Some((text(first.get("folder"))?, text(first.get("options")?.get("path"))?))
}
