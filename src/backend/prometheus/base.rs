//! Base rules: events and bad events since the evaluation before. The only rules that read raw series.

use super::counted::Plausible;
use super::plan::Plan;
use super::sink::{Rule, Sink};
use super::slices;
use super::streams::Reach;
use crate::ir::{Measurement, Promise};
use crate::series::{BAD_EVENTS, EVENTS, FINISHED_EVENTS};

/// Writes the base rules of a promise.
pub(crate) fn write(plan: &Plan<'_>, promise: &Promise, expr: &mut String, sink: &mut impl Sink) {
    let labels = plan.promise_labels(promise);
    let mut record = |name: &str, expr: &str| {
        sink.rule(&Rule { promise: Some(&promise.path), ..Rule::record(name, expr, &labels) });
    };
    let reach = || Reach::base(promise, plan.evaluation, plausible(plan, promise));
    match &promise.measurement {
        Measurement::Events(events) => {
            let reach = reach();
            expr.clear();
            reach.sum(expr, &events.total);
            record(EVENTS, expr);
            expr.clear();
            reach.bad(expr, events);
            record(BAD_EVENTS, expr);
        }
        Measurement::Completion(completion) => {
            let reach = reach();
            expr.clear();
            reach.sum(expr, &completion.started);
            record(EVENTS, expr);
            expr.clear();
            reach.or_zero(expr, &completion.finished, &completion.started);
            record(FINISHED_EVENTS, expr);
        }
        Measurement::Slices(slices) => {
            let reach = Reach::slice(promise, slices.slice, plan.evaluation);
            expr.clear();
            slices::events(expr, slices, promise, &reach, plan.evaluation);
            record(EVENTS, expr);
            expr.clear();
            slices::bad(expr, slices, promise, &reach, plan.evaluation);
            record(BAD_EVENTS, expr);
        }
        Measurement::Composed(_) => {}
    }
}

/// What a newcomer's counter is held against.
fn plausible(plan: &Plan<'_>, promise: &Promise) -> Plausible {
    if plan.alone {
        return Plausible::Raw;
    }
    let mut matchers = String::new();
    plan.select(&mut matchers, promise);
    Plausible::Recorded(matchers)
}
