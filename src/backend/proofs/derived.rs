//! Last of what is recorded: what is made of a budget reads what slow groups have recorded, for as long as two of their
//! evaluations may be apart, and not longer.

use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::composed::was;
use super::constants;
use super::context::{Context, check, limit_of, minds_silence, value};
use crate::ir::ranges;
use crate::rules::budget::Budgets;
use crate::rules::group_name;
use crate::rules::plan::is_composed;
use crate::series::{
    AGE, BAD_EVENTS_LEFT, BAD_INCREASE, BUDGET_GONE_IN, BUDGET_REMAINING, BURN_RATE, COVERAGE, ERROR_BUDGET,
    ERROR_RATIO, EVENTS_INCREASE, PROMISE_LABELS, group,
};
use crate::value::{Decimal, Duration};

/// Adds a file: counts of each budget, and the ratio of a long window, recorded once.
pub(super) fn prove(context: &Context<'_>, suites: &mut Vec<Suite>) {
    let every = ranges::DERIVED;
    let after = |since: Duration, minutes: u64| since.plus(every.times(minutes));
    let mut case = Case::new("what slow groups have recorded is read until it is too old", every);
    let recorded = every.times(5);
    let budget = Budgets::of(&context.plan).back();
    let slow = ranges::read_back(ranges::SLOW);
    for (index, entry) in context.measured().enumerate() {
        let promise = entry.promise;
        if minds_silence(promise) {
            continue;
        }
        let (all, bad) = (Decimal::from(10_000 + index), Decimal::from(7 + index));
        let labels = |window: Option<&str>| context.labels(promise, window);
        let half = Decimal::new(5, 1);
        let long = Decimal::new(3, 3);
        for (name, window, value) in [
            (BAD_INCREASE, "budget", bad),
            (EVENTS_INCREASE, "budget", all),
            (COVERAGE, "budget", half),
            (AGE, "budget", half),
            (ERROR_RATIO, "1d", long),
        ] {
            case.feed(name, &labels(Some(window)), format!("_x5 {value}"));
            // What a label of the settings was before: the highest counts.
            case.feed(name, &was(&labels(Some(window))), format!("_x5 {}", value / Decimal::TWO));
            // Nor does another window speak for it.
            case.feed(name, &labels(Some("foreign")), "_x5 1000000".to_owned());
        }
        case.feed(ERROR_BUDGET, &was(&labels(None)), "0x1000".to_owned());
        let ratios = budget.as_micros() / every.as_micros() - 1;
        case.feed(ERROR_RATIO, &was(&labels(Some("budget"))), format!("_x5 0x{ratios}"));
        // Others have budgets of their own.
        for label in PROMISE_LABELS {
            let other = foreign(labels(None), label);
            case.feed(ERROR_BUDGET, &other, "1000x1000".to_owned());
        }
        // Budgets are shown only while there is data, of the promise's own. A completion has none here.
        let measured = limit_of(promise).is_zero();
        let minutes = (budget.as_micros() * 2 + every.times(20).as_micros()) / every.as_micros();
        for label in SCOPE_LABELS {
            let strange = foreign(labels(Some("5m")), label);
            case.feed(ERROR_RATIO, &strange, format!("0x{minutes}"));
        }
        let now = Decimal::new(4, 3);
        if measured {
            case.feed(ERROR_RATIO, &labels(Some("5m")), format!("{now}x{minutes}"));
        }
        let allowed = promise.error_budget();
        let (Some(ratio), Some(burn)) = ((bad * half).checked_div(all), long.checked_div(allowed)) else {
            continue;
        };
        let Some(spent) = ratio.checked_div(allowed) else { continue };
        // What is left is read from a ratio that is itself read from counts.
        let remaining = budget.plus(budget);
        let of_budget = context.series(ERROR_RATIO, promise, Some("budget")).replacen('}', ",was=\"\"}", 1);
        let mut asked = vec![
            ("the error ratio of the budget", of_budget, Some("budget"), budget, ratio),
            ("the burn rate over 1d", context.series(BURN_RATE, promise, Some("1d")), Some("1d"), slow, burn),
        ];
        let left = context.series(BUDGET_REMAINING, promise, None);
        let more = context.series(BAD_EVENTS_LEFT, promise, None);
        let gone = context.series(BUDGET_GONE_IN, promise, Some("5m"));
        // At the rate of the last five minutes, not at that of another window; never of what is overspent.
        let seconds = (Decimal::ONE - spent) * promise.window.seconds() * allowed / now;
        if measured && spent < Decimal::ONE {
            asked.push(("when the budget is gone", gone, Some("5m"), remaining, seconds));
            let other = context.series(BUDGET_GONE_IN, promise, Some("foreign"));
            let says = "when the budget is gone is said of the windows of its alerts alone";
            case.checks.push(check(promise, after(recorded, 2), says, other));
        } else {
            let says = "what is overspent or without data is not gone at some time";
            case.checks.push(check(promise, after(recorded, 2), says, gone));
        }
        if measured {
            asked.push(("what is left of the budget", left, None, remaining, Decimal::ONE - spent));
            asked.push(("bad events left", more, None, budget, all / half * allowed - bad));
        } else {
            let says = "without data nothing is known to be left, whatever others have";
            case.checks.push(check(promise, after(recorded, 2), says, more));
            let says = "a budget without data is not a number, whatever others have";
            case.checks.push(check(promise, after(recorded, 2), says, left));
        }
        for (what, query, window, back, truth) in asked {
            // Two minutes to both sides: what is as old as the range is counted by some engines, and ranges follow each other.
            let until = recorded.plus(back);
            let last = Duration::from_micros(until.as_micros().saturating_sub(every.times(2).as_micros()));
            let says = format!("{what}, from what was recorded {back} ago");
            case.checks.push(value(promise, last, says, (&query, labels(window)), (truth, Decimal::ONE, 6)));
            let says = format!("{what}: none once that is too old");
            case.checks.push(check(promise, after(until, 2), says, query));
        }
        let query = context.series(BURN_RATE, promise, Some("budget"));
        case.checks.push(check(promise, after(recorded, 1), "the budget has no burn rate of its own", query));
    }
    for entry in &context.plan.entries {
        case.checks.push(constants::info(context, entry.promise, after(recorded, 1)));
        // The others' are proved with what they are made of.
        if is_composed(entry.promise) {
            constants::values(context, entry.promise, after(recorded, 1), &mut case);
        }
    }
    if !case.checks.is_empty() {
        suites.push(Suite {
            name: group_name(&context.journey.id, group::DERIVED),
            journeys: vec![context.journey.id.clone()],
            every,
            cases: [Some(case), contradicting(context, true), contradicting(context, false)]
                .into_iter()
                .flatten()
                .collect(),
        });
    }
}

/// Counts of a budget that contradict each other: a ratio stays between none and all of them.
fn contradicting(context: &Context<'_>, too_many: bool) -> Option<Case> {
    let title = if too_many { "more are bad than there are" } else { "fewer than none are bad" };
    let mut case = Case::new(format!("the budget where {title}"), ranges::DERIVED);
    let at = ranges::DERIVED.times(2);
    let (bad, truth) = if too_many { (200, Decimal::ONE) } else { (-5, Decimal::ZERO) };
    for promise in context.measured().map(|e| e.promise).filter(|p| !minds_silence(p)) {
        let labels = context.labels(promise, Some("budget"));
        for (name, value) in [(BAD_INCREASE, bad), (EVENTS_INCREASE, 100), (COVERAGE, 1), (AGE, 1)] {
            case.feed(name, &labels, format!("{value}x5"));
        }
        let query = context.series(ERROR_RATIO, promise, Some("budget"));
        let says = format!("the error ratio of the budget where {title}");
        case.checks.push(value(promise, at, says, (&query, labels), (truth, Decimal::ONE, 6)));
    }
    (!case.checks.is_empty()).then_some(case)
}
