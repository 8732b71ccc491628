//! What users live through and no promise counts: that they give up, and that they try again.

use super::{Gap, Missing};
use crate::ir::{Journey, Measurement, Model, Promise, PromisePath};
use crate::promql;

/// Parts of names of metrics and labels that tell of another attempt.
const ATTEMPTS: [&str; 4] = ["retry", "retries", "attempt", "repeat"];

/// Of each step that has a promise of its own which `covers` takes.
pub(super) fn of(model: &Model, covers: &dyn Fn(&PromisePath) -> bool) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for journey in &model.journeys {
        for step in &journey.steps {
            if step.left_out || !step.promises.iter().any(|p| covers(&p.path)) {
                continue;
            }
            let counted: Vec<&Promise> = step.promises.iter().chain(of_all(journey)).collect();
            let completes = |p: &&&Promise| matches!(p.measurement, Measurement::Completion(_));
            let mut gap = |missing| {
                let (step, title) = (format!("{}.{}", journey.id, step.id), step.title.clone());
                gaps.push(Gap { step, title, missing });
            };
            if !counted.iter().any(|p| completes(&p)) {
                gap(Missing::Abandonment);
            }
            if !counted.iter().any(|p| tells_attempts(p)) {
                gap(Missing::Retries);
            }
        }
    }
    gaps
}

/// Promises of the whole journey count its steps as well.
fn of_all(journey: &Journey) -> &[Promise] {
    &journey.promises
}

/// Does a name of what it reads tell of another attempt?
fn tells_attempts(promise: &Promise) -> bool {
    let tells = |name: &str| {
        let name = name.to_ascii_lowercase();
        ATTEMPTS.iter().any(|word| name.contains(word))
    };
    let selectors =
        promise.measurement.series().filter_map(|s| s.selector()).chain(promise.measurement.gauge());
    let mut named =
        selectors.flat_map(|s| std::iter::once(&s.metric).chain(s.matchers.iter().map(|m| &m.label)));
    let queried = |query: &str| {
        let Ok(expr) = promql::parse(query) else { return false };
        promql::selectors(&expr).iter().any(|s| {
            s.metric().is_some_and(|(name, _)| tells(name))
                || s.matchers().iter().any(|m| tells(&m.label.text))
        })
    };
    named.any(|name| tells(name))
        || promise.for_each.iter().any(|(label, _)| tells(label))
        || promise.measurement.queries().any(queried)
}
