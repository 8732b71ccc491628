//! What is said of an import: sort by sort, then in numbers.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::super::plural;
use super::super::screen::Screen;
use super::target::{Change, Target};
use crate::catalogue_import::{Finding, Merged, cut};
use crate::diag::{Severity, render};
use crate::driver;
use crate::project::Project;
use crate::source::SourceMap;

/// Lines about metrics of one sort.
const SHOWN: usize = 10;
/// Jobs that are named beside a metric.
const JOBS: usize = 3;

/// Says what there is to say, sort by sort.
pub(super) fn tell(findings: &[Finding], names: &[&str], screen: &Screen) {
    let mut sorts: IndexMap<&str, Vec<&Finding>> = IndexMap::new();
    for finding in findings {
        sorts.entry(finding.what.heading()).or_default().push(finding);
    }
    sorts.sort_by(|_, a, _, b| a.first().map(|f| &f.what).cmp(&b.first().map(|f| &f.what)));
    for (heading, list) in sorts {
        let mut text = format!("{}: {heading}\n", plural(list.len(), "metric"));
        let most = if screen.all() { list.len() } else { SHOWN };
        for finding in list.iter().take(most) {
            let detail = finding.what.detail();
            let detail = if detail.is_empty() { detail } else { format!(": {detail}") };
            let place = place(finding, names);
            text.push_str(&render::line(&format!("  {}{place}{detail}", cut(&finding.metric))));
            text.push('\n');
        }
        if list.len() > most {
            let _ = writeln!(text, "  and {} more; `--all` names them", list.len() - most);
        }
        Screen::err(&text);
    }
}

/// Where a metric is exposed: its line, or the jobs that expose it.
fn place(finding: &Finding, names: &[&str]) -> String {
    let line = finding.place.line;
    if line == 0 {
        let shown: Vec<String> = finding.jobs.iter().take(JOBS).map(|job| cut(job)).collect();
        let more = if finding.jobs.len() > JOBS { ", …" } else { "" };
        return if shown.is_empty() { String::new() } else { format!(" ({}{more})", shown.join(", ")) };
    }
    match (names, names.get(finding.place.exposition)) {
        ([_, _, ..], Some(name)) => format!(" ({name}:{line})"),
        _ => format!(" (line {line})"),
    }
}

/// Declared and not exposed: no fault, as a project has metrics of several services.
pub(super) fn tell_absent(absent: &[String], screen: &Screen) {
    if absent.is_empty() {
        return;
    }
    let most = if screen.all() { absent.len() } else { SHOWN };
    let mut shown =
        absent.iter().take(most).map(|name| format!("`{}`", cut(name))).collect::<Vec<_>>().join(", ");
    if absent.len() > most {
        let _ = write!(shown, " and {} more", absent.len() - most);
    }
    screen.say(&format!("declared, and not exposed here: {shown}"));
}

pub(super) fn tell_counts(
    written: bool,
    merged: &Merged,
    target: &Target,
    changes: &[Change],
    screen: &Screen,
) {
    let (new, completed) = (merged.import.metrics.len(), merged.completed);
    if changes.is_empty() {
        screen.say("nothing to add: the catalogue has all that can be declared");
        return;
    }
    let mut parts = Vec::new();
    if new > 0 {
        parts.push(format!("{} in {}", plural(new, "new metric"), target.shown));
    }
    if completed > 0 {
        parts.push(format!("{} completed", plural(completed, "declaration")));
    }
    let said = parts.join(", ");
    screen.say(&if written { format!("wrote {said}") } else { format!("{said}; `--write` writes this") });
}

/// Says what `slovo check` finds with the changes, where that is more than nothing.
pub(super) fn tell_check(project: &Project, changes: &[Change], screen: &Screen) {
    let mut sources = SourceMap::default();
    for (file, source) in project.sources.iter() {
        let changed = changes.iter().find(|c| c.known == Some(file));
        let text = changed.map_or(&*source.text, |c| c.after.as_str());
        sources.add(source.path.clone(), text);
    }
    for change in changes.iter().filter(|c| c.known.is_none()) {
        sources.add(change.shown.clone(), change.after.as_str());
    }
    let errors = |sources: &SourceMap| {
        let compiled = driver::compile(sources, &project.config);
        compiled.diagnostics.count(Severity::Error)
    };
    let after = errors(&sources);
    if after > 0 {
        let before = errors(&project.sources);
        screen.say(&format!("`slovo check` then finds {}; it found {before} before", plural(after, "error")));
    }
}
