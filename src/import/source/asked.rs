//! The compiler is asked: what it refuses of the files that would be written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{Target, Written};
use super::{FROM, Told, by_journey, from, in_order};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::ir::Model;
use crate::project::CONFIG_FILE;
use crate::source::SourceMap;
use crate::{config, driver};

/// The model of the files and what is there already; none where it has mistakes.
pub(in crate::import) fn model(files: &[Written], target: &Target<'_>) -> Option<Model> {
    compiled(files, target).0.model
}

/// The first mistake of the files and what is there already.
pub(in crate::import) fn first_mistake(files: &[Written], target: &Target<'_>) -> Option<String> {
    let (compiled, _) = compiled(files, target);
    compiled.diagnostics.iter().find(|d| d.severity == Severity::Error).map(in_words)
}

/// What the compiler says of the files and what is there already, and which files are ours.
fn compiled<'w>(
    files: &'w [Written],
    target: &Target<'_>,
) -> (driver::Compilation, BTreeMap<usize, &'w Written>) {
    let mut sources = SourceMap::default();
    let mut ours: BTreeMap<usize, &Written> = BTreeMap::new();
    let empty = config::Config::default();
    let mut fresh = None;
    if let Some(project) = target.project {
        for (_, file) in project.sources.iter() {
            sources.add(file.path.clone(), Arc::clone(&file.text));
        }
    } else if let Some(yaml) = files.iter().find(|f| f.path == CONFIG_FILE) {
        let id = sources.add(CONFIG_FILE, yaml.text.as_str());
        fresh = Some(config::read(id, &sources, None, &mut Diagnostics::default()));
    }
    for file in files.iter().filter(|f| f.path.ends_with(".slovo")) {
        let id = sources.add(format!("{}{}", target.prefix, file.path), file.text.as_str());
        ours.insert(id.0 as usize, file);
    }
    let settings = target.project.map(|p| &p.config).or(fresh.as_ref()).unwrap_or(&empty);
    (driver::compile(&sources, settings), ours)
}

/// What the compiler refuses, by the objective's number.
pub(super) fn mistakes(files: &[Written], said: &[Told], target: &Target<'_>) -> BTreeMap<usize, String> {
    let (compiled, ours) = compiled(files, target);
    let mut refused = BTreeMap::new();
    let numbers: BTreeMap<(&str, usize), usize> = numbers(said);
    for wrong in compiled.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        let Some((file, at)) = wrong
            .labels
            .iter()
            .find_map(|l| Some((*ours.get(&(l.span.file.0 as usize))?, l.span.start as usize)))
        else {
            continue;
        };
        let why = in_words(wrong);
        for number in meant(file, at, said, &numbers) {
            refused.entry(number).or_insert_with(|| why.clone());
        }
    }
    refused
}

/// The number of an objective by its journey and its place among the promises written there.
pub(super) fn numbers(said: &[Told]) -> BTreeMap<(&str, usize), usize> {
    let number: BTreeMap<*const Told, usize> =
        said.iter().enumerate().map(|(at, one)| (std::ptr::from_ref(one), at)).collect();
    let mut made = BTreeMap::new();
    for (journey, members) in by_journey(said) {
        for (at, member) in in_order(&members).into_iter().enumerate() {
            if let Some(found) = number.get(&std::ptr::from_ref(member)) {
                made.insert((journey, at), *found);
            }
        }
    }
    made
}

/// The objectives that a place in a file is about.
pub(super) fn meant(
    file: &Written,
    at: usize,
    said: &[Told],
    numbers: &BTreeMap<(&str, usize), usize>,
) -> Vec<usize> {
    let all = || 0..said.len();
    let lines =
        || file.text.get(..at).unwrap_or("").lines().chain(file.text.get(at..).unwrap_or("").lines().take(1));
    if let Some(journey) = file.path.strip_prefix("journeys/").and_then(|p| p.strip_suffix(".slovo")) {
        let begins: Vec<String> =
            said.iter().filter(|s| s.journey == journey).map(|s| from(&s.objective)).collect();
        // Of a long comment any line may begin with the same word.
        let begins_a_promise = |line: &&str| {
            let rest = line.trim_start().strip_prefix("# ").filter(|rest| rest.starts_with(FROM));
            rest.is_some_and(|rest| begins.iter().any(|begin| begin.starts_with(rest)))
        };
        let above = lines().filter(begins_a_promise).count();
        return match above.checked_sub(1).and_then(|at| numbers.get(&(journey, at))) {
            Some(number) => vec![*number],
            None => all().filter(|n| said.get(*n).is_some_and(|s| s.journey == journey)).collect(),
        };
    }
    if file.path == "catalogue.slovo" {
        let from = file.text.get(..at).map_or(0, |t| t.rfind('\n').map_or(0, |n| n + 1));
        let mut before = file.text.get(..from).unwrap_or("").lines().rev();
        let own = file.text.get(from..).and_then(|t| t.lines().next());
        let head = own.into_iter().chain(&mut before).find_map(|l| l.strip_prefix("metric "));
        let name = head.and_then(|h| h.split([':', ' ']).next()).map(|n| n.trim_matches('"').to_owned());
        let full = head.map(str::to_owned).unwrap_or_default();
        let uses = |s: &Told| {
            s.measure
                .uses
                .iter()
                .any(|u| name.as_deref() == Some(&u.metric) || full.starts_with(&format!("{}:", u.metric)))
        };
        let users: Vec<usize> = all().filter(|n| said.get(*n).is_some_and(uses)).collect();
        if !users.is_empty() {
            return users;
        }
    }
    all().collect()
}

/// A diagnostic in one line, with its first way out.
pub(super) fn in_words(wrong: &Diagnostic) -> String {
    let help = wrong.help.first().map(|h| format!("; {h}")).unwrap_or_default();
    format!("Slovo refuses it ({}): {}{help}", wrong.code.id, wrong.message)
}
