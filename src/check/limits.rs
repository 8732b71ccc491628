//! Too much of a good thing: what no team can watch, no user notices.

use std::collections::BTreeMap;

use super::{Found, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::outage_to_empty;
use crate::ir::{Journey, Model};
use crate::source::Span;

pub(super) fn check(model: &Model, journey: &Journey, found: &mut Found<'_>) {
    let limits = &model.settings.limits;
    if journey.steps.len() > limits.steps_per_journey {
        let what = format!("the journey `{}` has {} steps", journey.id, journey.steps.len());
        let reason = "a user's way that long is several journeys: each with its own goal, each worth a page of its own";
        let (limit, needed) = (limits.steps_per_journey, journey.steps.len());
        found.push(too_many(journey.places.name, what, "steps_per_journey", limit, needed, reason));
    }
    for step in journey.steps.iter().filter(|s| s.promises.len() > limits.promises_per_step) {
        let what = format!("the step `{}.{}` makes {} promises", journey.id, step.id, step.promises.len());
        let reason = "each is an objective to review, alert on and answer for; users notice two or three";
        let (limit, needed) = (limits.promises_per_step, step.promises.len());
        found.push(too_many(step.places.name, what, "promises_per_step", limit, needed, reason));
    }
    for promise in journey.all_promises() {
        if promise.objective.normalize().scale() <= limits.objective_digits {
            continue;
        }
        let left = plain::time(outage_to_empty(promise.error_budget(), promise.window));
        found.push(
            Diagnostic::new(
                &codes::TOO_FINE,
                promise.places.objective,
                format!("the objective of `{}` is finer than anybody can keep", promise.path),
                format!("leaves {left} of total outage in {}", promise.window),
            )
            .note("no alert and no person is that fast, and users cannot tell it from failures of the networks between")
            .help(format!(
                "write {} after the point at most, or `limits: {{objective_digits: {}}}` into slovo.yaml",
                plain::several(limits.objective_digits as usize, "digit"),
                promise.objective.normalize().scale()
            )),
        );
    }
}

/// Journeys per owning team.
pub(super) fn check_teams(model: &Model, found: &mut Found<'_>) {
    let limit = model.settings.limits.journeys_per_team;
    let mut owned: BTreeMap<&str, Vec<&Journey>> = BTreeMap::new();
    for journey in &model.journeys {
        owned.entry(&journey.owner).or_default().push(journey);
    }
    for (team, journeys) in owned {
        let Some(first_beyond) = journeys.get(limit) else { continue };
        let what = format!("the team `{team}` owns {} journeys", journeys.len());
        let reason = "somebody must review each, answer its pages and explain its numbers";
        let needed = journeys.len();
        found.push(too_many(first_beyond.places.name, what, "journeys_per_team", limit, needed, reason));
    }
}

fn too_many(place: Span, what: String, key: &str, limit: usize, needed: usize, reason: &str) -> Diagnostic {
    Diagnostic::new(&codes::TOO_MANY, place, what, format!("the limit is {limit}"))
        .note(reason)
        .help(format!("divide it, or write `limits: {{{key}: {needed}}}` into slovo.yaml if you know better"))
}
