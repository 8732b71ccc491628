//! What of an objective can be said in the language, and what has no place there.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decompile::{self, Measure};
use super::super::names::{self, Position};
use super::super::objective::{Objective, Place, Said, Sli};
use super::super::report::{Finding, Outcome, Report};
use super::super::sloth::is_owner;
use super::{NOBODY, Told};
use crate::write::text;

/// Objectives that can be said in the language; of the others the report says why not.
pub(super) fn told(objectives: Vec<Objective>, report: &mut Report) -> Vec<Told> {
    let mut histograms = BTreeSet::new();
    for objective in &objectives {
        match &objective.sli {
            Sli::Events { error, total } => {
                decompile::histograms(&error.text, &mut histograms);
                decompile::histograms(&total.text, &mut histograms);
            }
            Sli::Ratio(query) => decompile::histograms(&query.text, &mut histograms),
            Sli::Plugin(_) => {}
        }
    }
    let mut services: BTreeMap<String, Said> = BTreeMap::new();
    let mut places: BTreeMap<(String, Option<String>, String), Place> = BTreeMap::new();
    let mut made = Vec::new();
    for objective in objectives {
        let place = objective.name.place.clone();
        let mut refuse = |why: String| {
            report.objectives.push(Outcome::refused(objective.shown(), place.clone(), why));
        };
        let (Some(journey), Some(position)) =
            (text::identifier(&objective.service.text), names::position(&objective.name.text))
        else {
            refuse(
                "its service or its name has no letter of a to z, of which an identifier could be made"
                    .to_owned(),
            );
            continue;
        };
        if let Some(first) = services.get(&journey)
            && first.text != objective.service.text
        {
            let why = format!(
                "its service `{}` would be the journey `{journey}`, as is `{}` ({})",
                objective.service.text, first.text, first.place
            );
            refuse(why.clone());
            report.findings.push(Finding { place: objective.service.place.clone(), text: why });
            continue;
        }
        let path =
            (journey.clone(), position.step.as_ref().map(|(name, _)| name.clone()), position.promise.clone());
        if let Some(first) = places.get(&path) {
            let shown = shown_path(&journey, &position);
            let why = format!("it would be the promise `{shown}`, as is the objective of {first}");
            refuse(why.clone());
            report.findings.push(Finding { place, text: why });
            continue;
        }
        let measured = match &objective.sli {
            Sli::Events { error, total } => {
                (decompile::events(&error.text, &total.text, &histograms), error.place.clone())
            }
            Sli::Ratio(query) => (decompile::ratio(&query.text, &histograms), query.place.clone()),
            Sli::Plugin(id) => {
                let id: String = id.text.chars().take(80).collect();
                refuse(format!(
                    "its queries are made by the plugin `{id}`, whose text is not here: write them as `events` and import again"
                ));
                continue;
            }
        };
        let measure = match measured {
            (Ok(measure), _) => measure,
            (Err(why), at) => {
                refuse(why.clone());
                report.findings.push(Finding { place: at, text: why });
                continue;
            }
        };
        let at = measured_place(&objective);
        for text in &measure.findings {
            report.findings.push(Finding { place: at.clone(), text: text.clone() });
        }
        services.entry(journey.clone()).or_insert_with(|| objective.service.clone());
        places.insert(path, objective.name.place.clone());
        made.push(around(objective, journey, position, measure));
    }
    made
}

pub(super) fn measured_place(objective: &Objective) -> Place {
    match &objective.sli {
        Sli::Events { error: said, .. } | Sli::Ratio(said) | Sli::Plugin(said) => said.place.clone(),
    }
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
    let mut lost: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    let mut runbook = None;
    let mut channel = None;
    let labels = [
        ("labels", &objective.labels, ""),
        ("alert labels", &alerting.labels, ""),
        ("labels of pages", &alerting.page.labels, "page"),
        ("labels of tickets", &alerting.ticket.labels, "ticket"),
    ];
    for (what, list, own) in labels {
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
            lost.push(format!("{what} {}", listed(&kept)));
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
        } else if runbook.as_ref() == Some(&said.text) {
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
        lost.push(format!("annotations {}", listed(&left)));
    }
    if alerting.ticket.disabled && !alerting.page.disabled {
        lost.push("that tickets are switched off: whoever pages has tickets too".to_owned());
    }
    lost.extend(objective.lost.iter().map(|said| said.text.clone()));
    Told { objective, journey, position, measure, lost, runbook, notes, channel }
}

/// A team's identifier.
pub(super) fn team_of(objective: &Objective) -> String {
    objective
        .owner
        .as_ref()
        .and_then(|said| text::identifier(&said.text))
        .unwrap_or_else(|| NOBODY.to_owned())
}

/// `tier: "2"` among the service's labels.
pub(super) fn tier(objective: &Objective) -> Option<u32> {
    let (_, said) = objective.service_labels.iter().find(|(key, _)| key == "tier")?;
    said.text.parse().ok().filter(|tier| (1..=9).contains(tier))
}

/// Labels of a service that have no place; `owner` is its journey's.
pub(super) fn lost_labels(objective: &Objective, owner: &str) -> Option<String> {
    let taken = tier(objective).is_some();
    let has_place = |(key, said): &&(String, Said)| {
        taken && key == "tier" || is_owner(key) && text::identifier(&said.text).as_deref() == Some(owner)
    };
    let left: Vec<&(String, Said)> = objective.service_labels.iter().filter(|l| !has_place(l)).collect();
    (!left.is_empty()).then(|| format!("labels of the service {}", listed(&left)))
}

/// What the objectives of a journey have lost together.
pub(super) fn lost_together(members: &[&Told]) -> Vec<String> {
    let owner = members.first().map_or_else(String::new, |m| team_of(&m.objective));
    let labels: BTreeSet<String> = members.iter().filter_map(|m| lost_labels(&m.objective, &owner)).collect();
    let others: BTreeSet<String> =
        members.iter().map(|m| team_of(&m.objective)).filter(|o| *o != owner).collect();
    let mut made: Vec<String> = labels.into_iter().collect();
    if !others.is_empty() {
        let others: Vec<String> = others.into_iter().collect();
        made.push(format!(
            "a journey has one owner, and some of its objectives have others: {}",
            others.join(", ")
        ));
    }
    made
}
