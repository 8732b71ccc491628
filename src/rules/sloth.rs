//! Sloth's series, so that dashboards made for them go on working (`compatibility: sloth`).
//!
//! Names and labels are Sloth's, values ours: each series is read off one of ours, so nothing here reads raw series, and a
//! budget is counted, not averaged. `sloth_service` is the journey, `sloth_slo` is `STEP-PROMISE` (`PROMISE` for a promise of
//! the whole journey), `sloth_id` is `JOURNEY-STEP-PROMISE`. One rule serves the journey: Sloth has the window in the name,
//! so each window needs its own.

use super::budget::Budgets;
use super::derived;
use super::plan::Plan;
use super::ranges;
use super::set::{Rule, RuleSet};
use super::text::put;
use crate::ir::PromisePath;
use crate::ir::burn::Loudness;
use crate::series::{BUDGET_REMAINING, BURN_RATE, ERROR_BUDGET, ERROR_RATIO, INFO};
use crate::value::Duration;

/// The windows that Sloth records, besides the period.
pub(crate) const WINDOWS: [Duration; 7] = [
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_days(1),
    Duration::from_days(3),
];

/// `sloth_service`, `sloth_slo`, `sloth_id` and `sloth_severity` of a burn-rate alert.
pub(crate) fn alert_labels(path: &PromisePath, loud: Loudness) -> [(&'static str, String); 4] {
    let slo = path.step.as_ref().map_or(path.promise.clone(), |step| format!("{step}-{}", path.promise));
    let severity = match loud {
        Loudness::Page => "page",
        Loudness::Ticket => "ticket",
    };
    [
        ("sloth_id", format!("{}-{slo}", path.journey)),
        ("sloth_service", path.journey.clone()),
        ("sloth_slo", slo),
        ("sloth_severity", severity.to_owned()),
    ]
}

/// Writes the group's rules.
pub(crate) fn write(plan: &Plan<'_>, budgets: &Budgets, expr: &mut String, set: &mut RuleSet) {
    for window in WINDOWS {
        let name = window.to_string();
        identified(plan, expr, |out| {
            at_window(plan, out, ERROR_RATIO, &name, back(window));
        });
        record(plan, &format!("slo:sli_error:ratio_rate{name}"), expr, &[("sloth_window", &name)], set);
    }
    periods(plan, budgets, expr, set);

    identified(plan, expr, |out| {
        of_promise(plan, out, "promise:objective:ratio");
    });
    record(plan, "slo:objective:ratio", expr, &[], set);
    identified(plan, expr, |out| of_promise(plan, out, ERROR_BUDGET));
    record(plan, "slo:error_budget:ratio", expr, &[], set);
    identified(plan, expr, |out| days(plan, out));
    record(plan, "slo:time_period:days", expr, &[], set);
    identified(plan, expr, |out| at_window(plan, out, BURN_RATE, "5m", None));
    record(plan, "slo:current_burn_rate:ratio", expr, &[], set);
    // Absent while there is no data, as the budget itself.
    identified(plan, expr, |out| {
        out.push_str("1 - ");
        remaining(plan, out);
    });
    record(plan, "slo:period_burn_rate:ratio", expr, &[], set);
    identified(plan, expr, |out| remaining(plan, out));
    record(plan, "slo:period_error_budget_remaining:ratio", expr, &[], set);
    identified(plan, expr, |out| {
        out.push_str("max by (step, promise, sloth_objective) (label_replace(");
        out.push_str(INFO);
        put(out, format_args!("{{{}}}", plan.matchers));
        out.push_str(r#", "sloth_objective", "$1", "objective", "(.+)"))"#);
    });
    let info = [("sloth_mode", "cli-gen-prom"), ("sloth_spec", "slovo"), ("sloth_version", "slovo")];
    record(plan, "sloth_slo_info", expr, &info, set);
}

/// The period's error ratio: a rule for each length, since the name holds it. A period as long as one of the windows has
/// that window's series already.
fn periods(plan: &Plan<'_>, budgets: &Budgets, expr: &mut String, set: &mut RuleSet) {
    let mut lengths: Vec<Duration> = plan.promises().map(|p| p.window).collect();
    lengths.sort_unstable();
    lengths.dedup();
    for period in lengths.iter().filter(|p| !WINDOWS.contains(p)) {
        let name = period_name(*period);
        identified(plan, expr, |out| {
            at_window(plan, out, ERROR_RATIO, "budget", Some(derived::back(plan, budgets)));
            if lengths.len() > 1 {
                put(
                    out,
                    format_args!(" and on (step, promise) {INFO}{{{},over=\"{period}\"}}", plan.matchers),
                );
            }
        });
        record(plan, &format!("slo:sli_error:ratio_rate{name}"), expr, &[("sloth_window", &name)], set);
    }
}

/// A period as Prometheus prints it: 30 days are `30d`, 28 days `4w`.
fn period_name(period: Duration) -> String {
    let days = period.as_days();
    match days {
        d if d % 365 == 0 => format!("{}y", d / 365),
        d if d % 7 == 0 => format!("{}w", d / 7),
        d => format!("{d}d"),
    }
}

/// How far back a window's series is read; prompt ones bare.
fn back(window: Duration) -> Option<Duration> {
    (!ranges::is_prompt(window)).then(|| ranges::read_back(ranges::SLOW))
}

/// `max by (step, promise) (promise:error_ratio{..,window="5m"})`
fn at_window(plan: &Plan<'_>, out: &mut String, series: &str, window: &str, back: Option<Duration>) {
    super::windows::recorded(plan, out, series, window, Some(back.unwrap_or_default()));
}

/// A series with one value for each promise.
fn of_promise(plan: &Plan<'_>, out: &mut String, series: &str) {
    put(out, format_args!("max by (step, promise) ({series}{{{}}})", plan.matchers));
}

fn remaining(plan: &Plan<'_>, out: &mut String) {
    put(out, format_args!("max by ({}) ({BUDGET_REMAINING}{{{}}})", plan.identity, plan.matchers));
}

/// The period in days, picked by `promise_info`.
fn days(plan: &Plan<'_>, out: &mut String) {
    let mut lengths: Vec<Duration> = plan.promises().map(|p| p.window).collect();
    lengths.sort_unstable();
    lengths.dedup();
    out.push_str("max by (step, promise) (");
    for (at, period) in lengths.iter().enumerate() {
        out.push_str(if at > 0 { " or " } else { "" });
        put(out, format_args!("{} * {INFO}{{{},over=\"{period}\"}}", period.as_days(), plan.matchers));
    }
    out.push(')');
}

/// Appends Sloth's identity to what `inner` writes.
fn identified(plan: &Plan<'_>, out: &mut String, inner: impl FnOnce(&mut String)) {
    let steps = plan.promises().any(|p| p.path.step.is_some());
    let whole = plan.promises().any(|p| p.path.step.is_none());
    out.clear();
    out.push_str("label_replace(");
    out.push_str(if steps && whole { "label_replace(label_join(\n  " } else { "label_join(\n  " });
    inner(out);
    // Without a step there would be a dash before the promise.
    out.push_str(if steps {
        "\n  , \"sloth_slo\", \"-\", \"step\", \"promise\")"
    } else {
        "\n  , \"sloth_slo\", \"-\", \"promise\")"
    });
    if steps && whole {
        out.push_str(r#", "sloth_slo", "$1", "sloth_slo", "-(.+)")"#);
    }
    put(out, format_args!(r#", "sloth_id", "{}-$1", "sloth_slo", "(.+)")"#, plan.journey.id));
}

fn record(plan: &Plan<'_>, name: &str, expr: &str, more: &[(&str, &str)], set: &mut RuleSet) {
    let mut labels = vec![("sloth_service", plan.journey.id.as_str())];
    labels.extend(more);
    labels.extend(plan.journey_labels(None));
    // None of them reads another one.
    set.allow_group_split();
    set.rule(Rule::record(name, expr, &labels));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_as_prometheus_prints_them() {
        let name = |days| period_name(Duration::from_days(days));
        assert_eq!([name(28), name(30), name(7), name(90), name(14)], ["4w", "30d", "1w", "90d", "2w"]);
    }
}
