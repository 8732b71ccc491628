//! What of an objective can be said in the language, and what has no place there.

use std::collections::{BTreeMap, BTreeSet};

use super::super::catalogue;
use super::super::decompile::{self, Declarations, Known, Measure};
use super::super::names::{self, Position};
use super::super::nature::Natures;
use super::super::objective::{Lost, Objective, Place, Said, Sli, What};
use super::super::reader::{is_owner, is_tier, short};
use super::super::report::{Finding, Outcome, Report};
use super::{NOBODY, Told, contradictions, own};
use crate::write::text;

/// Objectives that can be said in the language; of the others the report says why not.
pub(super) fn told(
    objectives: Vec<Objective>,
    (declared, natures): (&Declarations, &Natures),
    report: &mut Report,
) -> Vec<Told> {
    let mut histograms = BTreeSet::new();
    for query in objectives.iter().flat_map(|o| o.sli.queries()) {
        decompile::histograms(&query.text, &mut histograms);
    }
    let known = Known { histograms: &histograms, declared, natures };
    let mut services: BTreeMap<String, Said> = BTreeMap::new();
    let mut places: BTreeMap<(String, Option<String>, String), Place> = BTreeMap::new();
    let mut made = Vec::new();
    for mut objective in objectives {
        let own = own::own(&mut objective);
        let place = objective.place().clone();
        let mut refuse = |at: &Place, why: String| {
            let refused = Outcome::refused(objective.shown(), place.clone(), why);
            report.objectives.push(refused.at(at.clone()));
        };
        let service = &objective.service.name;
        let part = objective.part.as_ref().map(|part| part.text.as_str());
        let position = own.position.or_else(|| names::position(&service.text, &objective.name.text, part));
        let (Some(journey), Some(position)) = (text::identifier(&service.text), position) else {
            refuse(
                &place,
                "its service or its name has no letter of a to z, of which an identifier could be made"
                    .to_owned(),
            );
            continue;
        };
        if let Some(first) = services.get(&journey)
            && first.text != service.text
        {
            let why = format!(
                "its service `{}` would be the journey `{journey}`, as is `{}` ({})",
                short(&service.text),
                short(&first.text),
                first.place
            );
            refuse(&service.place, why);
            continue;
        }
        let path =
            (journey.clone(), position.step.as_ref().map(|(name, _)| name.clone()), position.promise.clone());
        if let Some(first) = places.get(&path) {
            let shown = shown_path(&journey, &position);
            let why = format!(
                "it would be the promise `{shown}`, as is the objective of {first}: rename one of the two, or import them into projects of their own"
            );
            refuse(&place, why);
            continue;
        }
        let at = &objective.sli.said().place;
        if let Sli::Plugin(id) = &objective.sli {
            let id: String = id.text.chars().take(80).collect();
            refuse(
                &place,
                format!(
                    "its queries are made by the plugin `{id}`, whose text is not here: write them as `events` and import again"
                ),
            );
            continue;
        }
        if let Some(nothing) = objective.unfollowed.as_ref().filter(|unfollowed| unfollowed.nothing) {
            refuse(&nothing.place, nothing.said());
            continue;
        }
        let mut measure = match decompile::measure(&objective, &known) {
            Ok(measure) => measure,
            Err(why) => {
                refuse(at, why);
                report.findings.extend(unfollowed(&objective));
                continue;
            }
        };
        let wrong = measure.uses.iter().find_map(|used| match declared.get(&used.metric) {
            Some(declared) => declared.contradicts(used),
            None => catalogue::unwritable(used),
        });
        if let Some(why) = wrong {
            refuse(at, why);
            continue;
        }
        if let Some(counts) = own.counts.filter(|_| objective.slices.is_none() && measure.of != "readings") {
            measure.of = counts;
        }
        measure.assumed.splice(0..0, objective.assumed.iter().cloned());
        contradictions::as_declared(&mut measure, declared);
        for text in &measure.findings {
            report.findings.push(Finding { place: at.clone(), text: text.clone() });
        }
        services.entry(journey.clone()).or_insert_with(|| objective.service.name.clone());
        places.insert(path, place);
        made.push(Told { aim: own.aim, ..around(objective, journey, position, measure) });
    }
    contradictions::refuse(made, report)
}

/// Why recorded series in its queries are read as they are.
pub(super) fn unfollowed(objective: &Objective) -> Option<Finding> {
    let unfollowed = objective.unfollowed.as_ref()?;
    Some(Finding { place: unfollowed.place.clone(), text: unfollowed.said() })
}

pub(super) fn shown_path(journey: &str, position: &Position) -> String {
    match &position.step {
        Some((step, _)) => format!("{journey}.{step}.{}", position.promise),
        None => format!("{journey}.{}", position.promise),
    }
}

/// `a="b", c="d"`
pub(super) fn listed(labels: &[&(String, Said)]) -> String {
    let shown: Vec<String> = labels.iter().map(|(key, said)| format!("{key}={:?}", said.text)).collect();
    shown.join(", ")
}

/// What stands around the measurement: what is taken over, and what has no place.
pub(super) fn around(objective: Objective, journey: String, position: Position, measure: Measure) -> Told {
    let alerting = &objective.alerting;
    let mut lost: Vec<Lost> = Vec::new();
    let mut notes = Vec::new();
    let mut runbook = None;
    let mut channel = None;
    let labels = [
        (What::Labels, "labels", &objective.labels, ""),
        (What::AlertLabels, "alert labels", &alerting.labels, ""),
        (What::AlertLabels, "labels of pages", &alerting.page.labels, "page"),
        (What::AlertLabels, "labels of tickets", &alerting.ticket.labels, "ticket"),
    ];
    for (what, words, list, own) in labels {
        let mut kept = Vec::new();
        for label in list {
            let (key, said) = label;
            if key == "slack_channel" && said.text.starts_with('#') && channel.is_none() {
                channel = Some(said.clone());
            } else if channel.as_ref().is_some_and(|c| c.text == said.text) && key == "slack_channel" {
                // Said already.
            } else if !(key == "severity" && said.text == own) {
                kept.push(label);
            }
        }
        if !kept.is_empty() {
            lost.push(Lost::new(what, format!("{words} {}", listed(&kept))));
        }
    }
    let annotations =
        alerting.annotations.iter().chain(&alerting.page.annotations).chain(&alerting.ticket.annotations);
    let mut left = Vec::new();
    for annotation in annotations {
        let (key, said) = annotation;
        let word = key.to_ascii_lowercase().replace('-', "_");
        let link = said.text.starts_with("https://") || said.text.starts_with("http://");
        // A text that the alert fills in would be shown as it is.
        let plain = !said.text.contains("{{");
        if link && plain && runbook.is_none() && (word.contains("runbook") || word.contains("playbook")) {
            runbook = Some(said.text.clone());
        } else if runbook.as_ref() == Some(&said.text)
            || objective.description.as_ref().is_some_and(|d| same_words(d, &said.text))
        {
            // Said already.
        } else if link && plain && word.contains("dashboard") {
            let note = format!("Dashboard: {}", said.text);
            if !notes.contains(&note) {
                notes.push(note);
            }
        } else {
            left.push(annotation);
        }
    }
    if !left.is_empty() {
        lost.push(Lost::new(What::Annotations, format!("annotations {}", listed(&left))));
    }
    if alerting.ticket.disabled && !alerting.page.disabled {
        let text = "that tickets are switched off: whoever pages has tickets too";
        lost.push(Lost::new(What::Tickets, text));
    }
    lost.extend(objective.lost.iter().cloned());
    Told {
        objective,
        journey,
        position,
        measure,
        lost,
        runbook,
        notes,
        channel,
        aim: None,
        measured: None,
        differs: None,
    }
}

/// The same text, however its lines are broken.
fn same_words(a: &str, b: &str) -> bool {
    a.trim_end_matches('.').split_whitespace().eq(b.trim_end_matches('.').split_whitespace())
}

/// A team's identifier.
pub(super) fn team_of(objective: &Objective) -> String {
    objective
        .owner
        .as_ref()
        .and_then(|said| text::identifier(&said.text))
        .unwrap_or_else(|| NOBODY.to_owned())
}

/// `tier: "2"` among the service's labels, `tier-2` too.
pub(super) fn tier(objective: &Objective) -> Option<u32> {
    let (_, said) = objective.service.labels.iter().find(|(key, _)| is_tier(key))?;
    let number = said.text.strip_prefix("tier-").unwrap_or(&said.text);
    number.parse().ok().filter(|tier| (1..=9).contains(tier))
}

/// Labels of a service that have no place; `owner` and `tier` are its journey's.
fn lost_labels(objective: &Objective, owner: &str, journeys: Option<u32>) -> Option<String> {
    let own = tier(objective);
    let taken = own.is_some() && own == journeys;
    let has_place = |(key, said): &&(String, Said)| {
        taken && is_tier(key) || is_owner(key) && text::identifier(&said.text).as_deref() == Some(owner)
    };
    let left: Vec<&(String, Said)> = objective.service.labels.iter().filter(|l| !has_place(l)).collect();
    (!left.is_empty()).then(|| format!("labels of the service {}", listed(&left)))
}

/// The owner of a journey: the first that its objectives name.
pub(super) fn owner_of(members: &[&Told]) -> String {
    let named = members.iter().map(|m| team_of(&m.objective)).find(|team| team != NOBODY);
    named.unwrap_or_else(|| NOBODY.to_owned())
}

/// What the objectives of a journey have lost together.
pub(super) fn lost_together(members: &[&Told]) -> Vec<Lost> {
    let owner = owner_of(members);
    let tier = members.first().and_then(|m| tier(&m.objective));
    let labels: BTreeSet<String> =
        members.iter().filter_map(|m| lost_labels(&m.objective, &owner, tier)).collect();
    let others: BTreeSet<String> =
        members.iter().map(|m| team_of(&m.objective)).filter(|o| *o != owner && o != NOBODY).collect();
    let mut made: Vec<Lost> = labels.into_iter().map(|text| Lost::new(What::ServiceLabels, text)).collect();
    if !others.is_empty() {
        let others: Vec<String> = others.into_iter().collect();
        let text =
            format!("a journey has one owner, and some of its objectives have others: {}", others.join(", "));
        made.push(Lost::new(What::Owners, text));
    }
    made
}
