//! Base rules: events and bad events since the evaluation before. The only rules that read raw series.

use super::counted::Plausible;
use super::plan::Plan;
use super::set::{Rule, RuleSet};
use super::slices;
use super::streams::Reach;
use super::text::put;
use crate::ir::{Completion, Measurement, Promise};
use crate::series::{BAD_EVENTS, EVENTS, FINISHED_EVENTS, FINISHED_EVENTS_5M};
use crate::value::Duration;

/// Writes the base rules of a promise.
pub(crate) fn write(plan: &Plan<'_>, promise: &Promise, expr: &mut String, set: &mut RuleSet) {
    let labels = plan.promise_labels(promise);
    let mut record = |name: &str, expr: &str| {
        set.rule(Rule::record(name, expr, &labels).of(promise));
    };
    let reach = || Reach::base(promise, plan.evaluation, plausible(plan, promise));
    match &promise.measurement {
        Measurement::Events(events) => {
            let reach = reach();
            expr.clear();
            reach.all(expr, &events.total);
            record(EVENTS, expr);
            expr.clear();
            reach.bad(expr, events);
            record(BAD_EVENTS, expr);
        }
        Measurement::Completion(completion) => {
            let reach = reach();
            expr.clear();
            reach.all(expr, &completion.started);
            record(EVENTS, expr);
            expr.clear();
            reach.finished(expr, &completion.finished, &completion.started);
            if vanishes(completion) && !plan.alone {
                let mut matchers = String::new();
                plan.select(&mut matchers, promise);
                let by = reach.by().trim();
                put(
                    expr,
                    format_args!(
                        " unless on {} (max{} (max_over_time({FINISHED_EVENTS_5M}{{{matchers}}}[{REMEMBERED}])) > 0)",
                        by.strip_prefix("by ").unwrap_or("()"),
                        reach.by(),
                    ),
                );
            }
            record(FINISHED_EVENTS, expr);
            if let Some(finishes) = completion.finishes() {
                expr.clear();
                reach.bad(expr, &finishes);
                expr.push_str("\nor ");
                reach.nothing(expr, &completion.started);
                record(BAD_EVENTS, expr);
            }
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

/// For so long it is remembered that something was finished.
pub(crate) const REMEMBERED: Duration = Duration::from_days(1);

/// Does it mean that the measurement is gone when nothing of the finished side is there any more, though something was finished
/// in the last day? Not where series come only with their first event, or by a query: there it may mean that all is lost, and
/// counts as that. Where something shows that the target is there while it is idle, that tells the two apart.
pub(crate) fn vanishes(completion: &Completion) -> bool {
    completion.finished.iter().all(|s| s.selector().is_some_and(|s| !s.born_with_event || s.alive.is_some()))
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
