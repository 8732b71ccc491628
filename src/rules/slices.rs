//! Slices of time: each evaluation judges the slice that ends now and counts its own share of one, bad or not.

use super::streams::Reach;
use super::text::put;
use crate::ir::{Condition, Promise, Reading, Selector, Slices};
use crate::ir::{Stat, Which};
use crate::promql::print;
use crate::value::{Decimal, Duration};

/// One event a slice while there is a value to judge; 0 while there is none, in an idle share or where what is measured says
/// that it is not a number; nothing where the metric is absent. Always one, where silence is bad.
pub(crate) fn events(
    out: &mut String,
    slices: &Slices,
    promise: &Promise,
    reach: &Reach,
    evaluation: Duration,
) {
    share_of_one(out, slices, evaluation);
    out.push('(');
    if slices.silence_is_bad {
        out.push_str(&always(promise, "vector(1)"));
    } else {
        match &slices.condition {
            Condition::Share { events, .. } => {
                reach.all(out, &events.total);
                out.push_str(" > bool 0");
            }
            Condition::Mean { of, .. } => {
                // A series whose sum is not a number is there, and nothing to judge.
                out.push_str("(\n");
                reach.observed(out, of, false);
                out.push_str("\nor ");
                reach.nothing(out, std::slice::from_ref(of));
                out.push_str(") > bool 0");
            }
            // The largest is not a number only where none is.
            Condition::Stat { stat: Stat::Sum, selector, .. } | Condition::Age { selector, .. } => {
                aggregate(out, "max", selector, reach);
                out.push_str(IS_A_NUMBER);
            }
            Condition::Stat { selector, .. } => {
                over(out, ("max", "max_over_time"), selector, slices, reach);
                out.push_str(IS_A_NUMBER);
            }
            Condition::Promql { .. } => {
                value(out, slices, reach);
                out.push_str(IS_A_NUMBER);
            }
        }
    }
    out.push(')');
}

/// An evaluation's share of a slice.
fn share_of_one(out: &mut String, slices: &Slices, evaluation: Duration) {
    put(out, evaluation.seconds().normalize());
    out.push_str(" / ");
    put(out, slices.slice.seconds().normalize());
    out.push_str(" * ");
}

/// The bad slices. A value that is not a number compares as false: the comparison asks for the bad, so that such a slice is
/// not bad; where silence is bad it asks for the good, and what is not good is bad.
pub(crate) fn bad(out: &mut String, slices: &Slices, promise: &Promise, reach: &Reach, evaluation: Duration) {
    share_of_one(out, slices, evaluation);
    let silence = slices.silence_is_bad;
    out.push('(');
    if silence {
        out.push_str("1 - (");
    }
    let good = value(out, slices, reach);
    let (op, limit) = match (good, silence) {
        (Reading::AtMost(limit), false) => (" > bool ", limit),
        (Reading::AtMost(limit), true) => (" <= bool ", limit),
        (Reading::AtLeast(limit), false) => (" < bool ", limit),
        (Reading::AtLeast(limit), true) => (" >= bool ", limit),
    };
    out.push_str(op);
    put(out, limit.normalize());
    if silence {
        out.push_str(")\nor ");
        out.push_str(&always(promise, "vector(1)"));
    } else if let Condition::Mean { of, .. } = &slices.condition {
        // VictoriaMetrics has nothing for a division of nothing.
        out.push_str("\nor ");
        reach.nothing(out, std::slice::from_ref(of));
    } else if let Condition::Stat { stat, selector, .. } = &slices.condition {
        // Without a number there is no value.
        match stat {
            Stat::Sum => {
                out.push_str("\nor 0 * ");
                aggregate(out, "group", selector, reach);
            }
            Stat::Avg => {
                out.push_str("\nor 0 * ");
                over(out, ("group", "present_over_time"), selector, slices, reach);
            }
            Stat::Max | Stat::Min => {}
        }
    }
    out.push(')');
}

/// What a slice that ends now is judged by: its value, or of a share of events the bad one.
pub(crate) fn measured(promise: &Promise, slices: &Slices, evaluation: Duration) -> String {
    let mut out = String::new();
    value(&mut out, slices, &Reach::slice(promise, slices.slice, evaluation));
    out
}

/// 1 where the value before is a number, else 0.
const IS_A_NUMBER: &str = " >= bool -Inf";

/// A billionth: shares are ratios of floats, and exactly 1% bad must not be more than 1%.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 9);

/// The value of a slice, and when it is good.
fn value(out: &mut String, slices: &Slices, reach: &Reach) -> Reading {
    match &slices.condition {
        Condition::Share { events, at_least, .. } => {
            out.push_str("(\n");
            reach.bad(out, events);
            out.push_str("\n) / ");
            if slices.silence_is_bad {
                out.push_str("(\n");
                reach.sum(out, &events.total);
                out.push_str("\n)");
            } else {
                out.push_str("clamp_min(\n");
                reach.all(out, &events.total);
                out.push_str("\n, 1e-9)");
            }
            Reading::AtMost(Decimal::ONE - *at_least + ROUNDING)
        }
        Condition::Stat { stat, selector, good } => {
            match stat {
                // Both pass over what is not a number, unless all is.
                Stat::Max => over(out, ("max", "max_over_time"), selector, slices, reach),
                Stat::Min => over(out, ("min", "min_over_time"), selector, slices, reach),
                Stat::Avg => {
                    numbers(out, "sum_over_time", selector, slices, reach);
                    out.push_str(" / ");
                    numbers(out, "count_over_time", selector, slices, reach);
                }
                Stat::Sum => {
                    out.push_str("sum");
                    out.push_str(reach.by());
                    out.push('(');
                    reach.numbers(out, selector);
                    out.push(')');
                }
            }
            *good
        }
        Condition::Mean { of, good, .. } => {
            out.push_str("(\n");
            reach.observed(out, of, true);
            out.push_str("\n) / (\n");
            reach.observed(out, of, false);
            out.push_str("\n)");
            match *good {
                Reading::AtMost(limit) => Reading::AtMost(limit + limit * ROUNDING),
                Reading::AtLeast(limit) => Reading::AtLeast(limit - limit * ROUNDING),
            }
        }
        Condition::Age { which, selector, per_second, at_most } => {
            reach.moment(out);
            aggregate(out, if *which == Which::Newest { "max" } else { "min" }, selector, reach);
            if *per_second != Decimal::ONE {
                out.push_str(" / ");
                put(out, per_second.normalize());
            }
            Reading::AtMost(*at_most)
        }
        Condition::Promql { query, good } => {
            // The worst, should the query give several.
            out.push_str(if matches!(good, Reading::AtMost(_)) { "max" } else { "min" });
            out.push_str(reach.by());
            out.push_str("(\n");
            out.push_str(query.trim());
            out.push_str("\n)");
            *good
        }
    }
}

/// `max by (region) (queue_length{..})`
fn aggregate(out: &mut String, how: &str, selector: &Selector, reach: &Reach) {
    out.push_str(how);
    out.push_str(reach.by());
    out.push('(');
    reach.now(out, selector);
    out.push(')');
}

/// `max by (region) (max_over_time(queue_length{..}[1m]))`
fn over(
    out: &mut String,
    (how, over_time): (&str, &str),
    selector: &Selector,
    slices: &Slices,
    reach: &Reach,
) {
    out.push_str(how);
    out.push_str(reach.by());
    out.push('(');
    out.push_str(over_time);
    out.push('(');
    print::selector(out, &selector.metric, "", &selector.matchers, &[]);
    out.push('[');
    put(out, reach.gauge_range(slices.slice));
    out.push(']');
    reach.shift(out);
    out.push_str("))");
}

/// `sum by (region) (sum_over_time((queue_length{..} >= -Inf)[59s999ms:15s]))`: of the readings that are numbers.
fn numbers(out: &mut String, over_time: &str, selector: &Selector, slices: &Slices, reach: &Reach) {
    out.push_str("sum");
    out.push_str(reach.by());
    out.push('(');
    out.push_str(over_time);
    out.push('(');
    reach.recent_numbers(out, selector, reach.gauge_range(slices.slice));
    out.push_str("))");
}

/// A value for each budget: `vector(1)`, or one for each declared combination of the labels.
pub(crate) fn always(promise: &Promise, vector: &str) -> String {
    let mut out = String::new();
    let declared: Vec<(&str, &[String])> = promise
        .for_each
        .iter()
        .filter_map(|(name, values)| Some((name.as_str(), values.as_deref()?)))
        .collect();
    let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
    for (_, values) in &declared {
        combinations = combinations
            .iter()
            .flat_map(|c| {
                values.iter().map(move |v| {
                    let mut next = c.clone();
                    next.push(v.as_str());
                    next
                })
            })
            .collect();
    }
    for (at, combination) in combinations.iter().enumerate() {
        if at > 0 {
            out.push_str(" or ");
        }
        for _ in combination {
            out.push_str("label_replace(");
        }
        out.push_str(vector);
        for ((name, _), value) in declared.iter().zip(combination) {
            out.push_str(", ");
            print::quote_into(&mut out, name);
            out.push_str(", ");
            // `$` would name a group of the (empty) pattern.
            print::quote_into(&mut out, &value.replace('$', "$$"));
            out.push_str(", \"\", \"\")");
        }
    }
    out
}
