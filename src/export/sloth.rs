//! Sloth's own format: `version: prometheus/v1`, a service with its SLOs.

use super::annotations;
use super::doc::Doc;
use super::each::Objective;
use super::form::Form;
use super::query;
use crate::ast::Urgency;
use crate::ir::{Journey, Model};

/// The file of a journey.
pub(super) fn file(
    model: &Model,
    (journey, service): (&Journey, &str),
    objectives: &[Objective<'_>],
) -> String {
    let mut labels = vec![("owner", Doc::text(&journey.owner))];
    labels.extend(journey.tier.map(|tier| ("tier", Doc::text(tier.to_string()))));
    let slos = objectives.iter().filter_map(|objective| slo(model, objective)).collect();
    Doc::Map(vec![
        ("version", Doc::text("prometheus/v1")),
        ("service", Doc::text(service)),
        ("labels", Doc::Map(labels)),
        ("slos", Doc::List(slos)),
    ])
    .print()
}

fn slo(model: &Model, objective: &Objective<'_>) -> Option<Doc> {
    let promise = objective.promise;
    // Others have no form here.
    let Form::Ratio { good, part, total, slices: None } = &objective.form else { return None };
    let error = if *good { query::difference(total, part) } else { part.clone() };
    let events = Doc::Map(vec![("error_query", Doc::Code(error)), ("total_query", Doc::Code(total.clone()))]);
    let title = match &objective.value {
        Some(value) => format!("{} ({value})", promise.title),
        None => promise.title.clone(),
    };
    let alert = |speaks: bool, severity: &str| {
        if speaks {
            Doc::Map(vec![("labels", Doc::Map(vec![("severity", Doc::text(severity))]))])
        } else {
            Doc::Map(vec![("disable", Doc::flag(true))])
        }
    };
    let severities = &model.settings.severities;
    let alerting = Doc::Map(vec![
        ("name", Doc::Text(alert_name(&objective.name))),
        ("annotations", annotations::of_objective(model, objective)),
        ("page_alert", alert(promise.urgency == Urgency::Page, &severities.page)),
        ("ticket_alert", alert(promise.urgency != Urgency::None, &severities.ticket)),
    ]);
    Some(Doc::Map(vec![
        ("name", Doc::text(&objective.name)),
        ("objective", Doc::Bare(promise.objective.normalize().to_string())),
        ("description", Doc::Text(title)),
        ("sli", Doc::Map(vec![("events", events)])),
        ("alerting", alerting),
    ]))
}

/// `CheckoutPayAccepted`
fn alert_name(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    };
    name.split('-').map(capital).collect()
}
