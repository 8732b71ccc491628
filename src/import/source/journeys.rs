//! The journeys that are written, with their promises.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names;
use super::super::objective::{Objective, Window};
use super::people::playbook_name;
use super::summary::days;
use super::told::{lost_together, owner_of, tier};
use super::{FROM, SLOTHS, There, Told};
use crate::value::{Decimal, Duration, Urgency};
use crate::write::Comment;
use crate::write::journeys::{Journey, JourneyStatement, Noun, Promise, PromiseStatement, Step};
use crate::write::measurements::Measurement;
use crate::write::people::{Playbook, PlaybookStatement};

/// Longer descriptions are no titles.
const LONGEST_TITLE: usize = 100;

/// A journey with the promises of its members; their playbooks are added to those of all files.
pub(super) fn journey_of(
    name: &str,
    members: &[&Told],
    there: &There,
    playbooks: &mut Vec<Playbook>,
) -> Journey {
    let first = members.first().map(|m| &m.objective);
    let mut journey = Journey {
        name: name.to_owned(),
        title: members
            .iter()
            .find_map(|m| m.objective.service.title.clone())
            .or_else(|| first.map(|o| o.service.name.text.clone()))
            .unwrap_or_else(|| name.to_owned()),
        ..Journey::default()
    };
    if members.iter().any(|m| m.objective.window == Window::OfTool) {
        journey.comments.push(Comment::Filled(format!("{SLOTHS}.")));
    }
    let lost = lost_together(members);
    journey.comments.extend(lost.iter().map(|l| Comment::Filled(format!("lost: {}", l.text))));
    journey.statements.push(JourneyStatement::Owner(owner_of(members)));
    journey.statements.extend(first.and_then(tier).map(JourneyStatement::Tier));
    // One runbook of all is the journey's.
    let runbooks: BTreeSet<Option<&str>> = members.iter().map(|m| m.runbook.as_deref()).collect();
    let mut playbook = |runbook: &str, known: &mut BTreeMap<String, String>| {
        if let Some(name) = known.get(runbook) {
            return name.clone();
        }
        let free = (0..=playbooks.len() + there.playbooks.len())
            .map(|at| playbook_name(name, at))
            .find(|n| !there.playbooks.contains_key(n) && !playbooks.iter().any(|p| p.name == *n));
        let made = free.unwrap_or_default();
        let statements = vec![PlaybookStatement::Runbook(runbook.to_owned())];
        playbooks.push(Playbook { name: made.clone(), statements, ..Playbook::default() });
        known.insert(runbook.to_owned(), made.clone());
        made
    };
    let mut books: BTreeMap<String, String> = BTreeMap::new();
    let one_for_all = runbooks.len() == 1;
    if let (true, Some(Some(runbook))) = (one_for_all, runbooks.first()) {
        journey.statements.push(JourneyStatement::Playbook(playbook(runbook, &mut books)));
    }
    let each: BTreeSet<&BTreeSet<String>> = members.iter().map(|m| &m.measure.for_each).collect();
    let shared = each.first().filter(|labels| each.len() == 1 && !labels.is_empty());
    if let Some(labels) = shared {
        journey.statements.push(JourneyStatement::ForEach(labels.iter().cloned().collect()));
    }
    let descriptions: BTreeSet<&str> =
        members.iter().filter_map(|m| m.objective.service.description.as_deref()).collect();
    journey.statements.extend(descriptions.into_iter().map(|d| JourneyStatement::Note(d.to_owned())));
    for member in members {
        let own = member.runbook.as_deref().filter(|_| !one_for_all).map(|r| playbook(r, &mut books));
        let promise = promise_of(member, shared.is_some(), own);
        match &member.position.step {
            None => journey.promises.push(promise),
            Some((name, title)) => {
                if !journey.steps.iter().any(|s| s.name == *name) {
                    let (name, title) = (name.clone(), title.clone());
                    journey.steps.push(Step { name, title, ..Step::default() });
                }
                if let Some(step) = journey.steps.iter_mut().find(|s| s.name == *name) {
                    step.promises.push(promise);
                }
            }
        }
    }
    journey
}

/// The first comment of a promise: where it is from.
pub(super) fn from(objective: &Objective) -> String {
    format!("{FROM}{}", objective.place())
}

/// A promise; `each_of_journey` says that its journey splits all its promises by their labels.
fn promise_of(member: &Told, each_of_journey: bool, playbook: Option<String>) -> Promise {
    let objective = &member.objective;
    let measure = &member.measure;
    let mut said: Vec<String> = Vec::new();
    said.extend(measure.assumed.iter().map(|a| format!("assumed: {a}")));
    said.extend(measure.escaped.iter().map(|e| format!("escaped: {e}")));
    said.extend(member.differs.iter().map(|d| format!("differs: {d}")));
    if !member.lost.is_empty() {
        let lost: Vec<&str> = member.lost.iter().map(|l| l.text.as_str()).collect();
        said.push(format!("lost: {}", lost.join("; ")));
    }
    let mut comments = vec![Comment::Line(from(objective))];
    comments.extend(said.into_iter().map(Comment::Filled));
    let mut statements = vec![keep(objective, &measure.of)];
    statements.extend(member.aim.map(PromiseStatement::Aim));
    match (objective.alerting.page.disabled, objective.alerting.ticket.disabled) {
        (true, true) => statements.push(PromiseStatement::Urgency(Urgency::None)),
        (true, false) => statements.push(PromiseStatement::Urgency(Urgency::Ticket)),
        (false, _) => {}
    }
    if objective.alerting.silent_without_data
        && !(objective.alerting.page.disabled && objective.alerting.ticket.disabled)
    {
        statements.push(PromiseStatement::NoData(Urgency::None));
    }
    if !each_of_journey && !measure.for_each.is_empty() {
        statements.push(PromiseStatement::ForEach(measure.for_each.iter().cloned().collect()));
    }
    match &member.measured {
        Some(shared) => statements.push(shared.call.clone()),
        None => statements.extend(measure.statements.iter().cloned().map(in_place)),
    }
    statements.extend(playbook.map(PromiseStatement::Playbook));
    let description =
        objective.description.as_deref().map(|d| d.split_whitespace().collect::<Vec<_>>().join(" "));
    // Without a title of its own a short description is one.
    let short = description.as_ref().filter(|d| d.chars().count() <= LONGEST_TITLE);
    let own = objective.title.as_deref().map(|t| t.split_whitespace().collect::<Vec<_>>().join(" "));
    let own = own.filter(|title| !title.is_empty());
    let (title, noted) = match (own, short) {
        (Some(title), _) => (title, description.as_ref()),
        (None, Some(description)) => (description.trim_end_matches('.').to_owned(), None),
        (None, None) => (names::title(names::without_slo(&objective.name.text)), description.as_ref()),
    };
    if let Some(description) = noted.filter(|d| d.trim_end_matches('.') != title) {
        statements.push(PromiseStatement::Note(description.clone()));
    }
    statements.extend(member.notes.iter().cloned().map(PromiseStatement::Note));
    Promise { comments, name: member.position.promise.clone(), title, statements }
}

/// A statement of a measurement, as the queries were read.
fn in_place(statement: String) -> PromiseStatement {
    PromiseStatement::Measurement(Measurement::Source(statement))
}

/// The objective. A number that the language doesn't take is written all the same: the compiler says why it is refused.
fn keep(objective: &Objective, of: &str) -> PromiseStatement {
    let over = days(objective).map(|days| Duration::from_days(days.into()));
    let plain = {
        let over = over.map(|over| format!(" over {over}")).unwrap_or_default();
        format!("keep for {}% of {of}{over}", objective.percent)
    };
    let typed = objective.percent.parse::<Decimal>().ok().map(|percent| PromiseStatement::Keep {
        percent,
        of: noun(of),
        over,
    });
    typed.filter(|keep| keep.write().as_ref() == Some(&plain)).unwrap_or(PromiseStatement::Source(plain))
}

/// `minutes`, `5m slices`, else words.
fn noun(of: &str) -> Noun {
    match of.strip_suffix(" slices").and_then(Duration::parse) {
        Some(length) => Noun::Slices(length),
        None if of == "minutes" => Noun::Minutes,
        None => Noun::Words(of.to_owned()),
    }
}
