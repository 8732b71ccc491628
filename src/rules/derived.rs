//! What is derived from windows and budgets: constants of the promises, burn rates, what is left.

use super::budget::Budgets;
use super::plan::{Plan, is_composed};
use super::ranges;
use super::set::{Rule, RuleSet};
use super::text::put;
use super::windows::recorded;
use crate::ir::Urgency;
use crate::ir::{Measurement, Promise};
use crate::series::{
    BAD_EVENTS_LEFT, BUDGET_REMAINING, BURN_RATE, COVERAGE, ERROR_BUDGET, ERROR_RATIO, EVENTS,
    EVENTS_INCREASE, INFO, OBJECTIVE, STRETCH,
};
use crate::value::{Decimal, Duration};

/// Writes the group's rules.
pub(crate) fn write(plan: &Plan<'_>, budgets: &Budgets, expr: &mut String, set: &mut RuleSet) {
    for entry in &plan.entries {
        set.allow_group_split();
        info(plan, entry.promise, set);
    }
    // What reads `promise_info` reads a constant.
    set.allow_group_split();
    let labels = plan.journey_labels(None);
    let mut record = |name: &str, expr: &str| {
        set.rule(Rule::record(name, expr, &labels));
    };
    constants(plan, expr, "objective", Promise::error_budget, |p| Some(p.objective));
    record(ERROR_BUDGET, expr);
    expr.clear();
    expr.push_str("1 - ");
    budget_of(plan, expr);
    record(OBJECTIVE, expr);
    if plan.promises().any(|p| p.stretch.is_some()) {
        let ratio = |p: &Promise| p.stretch.unwrap_or_default() / Decimal::ONE_HUNDRED;
        constants(plan, expr, "stretch", ratio, |p| p.stretch);
        record(STRETCH, expr);
    }
    burn_rate(plan, expr);
    record(BURN_RATE, expr);
    remaining(plan, budgets, expr);
    record(BUDGET_REMAINING, expr);
    if plan.measures() {
        left(plan, budgets, expr);
        record(BAD_EVENTS_LEFT, expr);
    }
}

fn info(plan: &Plan<'_>, promise: &Promise, set: &mut RuleSet) {
    let objective = promise.objective.normalize().to_string();
    let stretch = promise.stretch.map(|s| s.normalize().to_string());
    let over = promise.window.to_string();
    // Prometheus takes a recorded label as it is, but vmalert refuses a file in which it is not a template.
    let title = promise.title.replace("{{", "{ {");
    let mut labels = plan.promise_labels(promise);
    labels.extend([("kind", kind(promise)), ("objective", &objective), ("over", &over)]);
    labels.extend(stretch.as_deref().map(|s| ("stretch", s)));
    // Where one of a journey says so, all do: what is missing is picked by this label.
    labels.extend(says_no_data(plan).then(|| ("no_data", urgency(promise.no_data))));
    labels.extend([
        ("owner", plan.journey.owner.as_str()),
        ("urgency", urgency(promise.urgency)),
        ("title", &title),
    ]);
    // A label of the settings with such a name gives way.
    let mut seen: Vec<&str> = Vec::with_capacity(labels.len());
    labels.reverse();
    labels.retain(|(name, _)| {
        let new = !seen.contains(name);
        seen.push(name);
        new
    });
    labels.reverse();
    set.rule(Rule::record(INFO, "vector(1)", &labels).of(promise));
}

/// Does a promise of the journey say how loud missing data is? Of the whole journey, also where it is written in parts.
pub(crate) fn says_no_data(plan: &Plan<'_>) -> bool {
    plan.journey.all_promises().any(|p| p.no_data != p.urgency)
}

/// The form of a promise in one word.
pub(crate) fn kind(promise: &Promise) -> &'static str {
    match promise.measurement {
        Measurement::Events(_) => "events",
        Measurement::Completion(_) => "completion",
        Measurement::Slices(_) => "slices",
        Measurement::Composed(_) => "composed",
    }
}

/// The urgency as written.
pub(crate) fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Page => "page",
        Urgency::Ticket => "ticket",
        Urgency::None => "none",
    }
}

/// A constant for each promise, picked by a label of `promise_info`: one term for each value, whatever the number of
/// promises.
fn constants(
    plan: &Plan<'_>,
    out: &mut String,
    label: &str,
    ratio: impl Fn(&Promise) -> Decimal,
    value: impl Fn(&Promise) -> Option<Decimal>,
) {
    let mut values: Vec<(Decimal, Decimal)> =
        plan.promises().filter_map(|p| Some((value(p)?, ratio(p)))).collect();
    values.sort_unstable();
    values.dedup();
    out.clear();
    out.push_str("max by (step, promise) (");
    for (at, (shown, ratio)) in values.iter().enumerate() {
        out.push_str(if at > 0 { "\n  or " } else { "\n  " });
        put(out, ratio.normalize());
        out.push_str(" * ");
        out.push_str(INFO);
        out.push('{');
        out.push_str(&plan.matchers);
        out.push(',');
        out.push_str(label);
        out.push_str("=\"");
        put(out, shown.normalize());
        out.push_str("\"}");
    }
    out.push_str("\n)");
}

pub(super) fn braces(plan: &Plan<'_>, out: &mut String, more: &str) {
    out.push('{');
    out.push_str(&plan.matchers);
    out.push_str(more);
    out.push('}');
}

fn burn_rate(plan: &Plan<'_>, out: &mut String) {
    let mut prompt = String::new();
    for window in plan.windows_of(true) {
        prompt.push_str(if prompt.is_empty() { "" } else { "|" });
        put(&mut prompt, window);
    }
    out.clear();
    out.push_str("max by (window, ");
    out.push_str(&plan.identity);
    out.push_str(") (\n  ");
    out.push_str(ERROR_RATIO);
    braces(plan, out, &format!(",window=~\"{prompt}\""));
    out.push_str("\n  or last_over_time(");
    out.push_str(ERROR_RATIO);
    braces(plan, out, &format!(",window!~\"{prompt}|budget\""));
    out.push('[');
    put(out, ranges::read_back(ranges::SLOW));
    out.push_str("])\n)");
    over_budget(plan, out);
}

/// ` / on (step, promise) group_left () ..` the error budget.
fn over_budget(plan: &Plan<'_>, out: &mut String) {
    out.push_str(" / on (step, promise) group_left () ");
    budget_of(plan, out);
}

/// `max by` keeps the match one to one in the minutes after a label of the settings has changed.
pub(super) fn budget_of(plan: &Plan<'_>, out: &mut String) {
    out.push_str("max by (step, promise) (");
    out.push_str(ERROR_BUDGET);
    braces(plan, out, "");
    out.push(')');
}

/// Only while there is data: a budget that nobody measures is not whole.
fn remaining(plan: &Plan<'_>, budgets: &Budgets, out: &mut String) {
    out.clear();
    out.push_str("1 - ");
    recorded(plan, out, ERROR_RATIO, "budget", Some(back(plan, budgets)));
    over_budget(plan, out);
    out.push('\n');
    on_identity(plan, out, "and");
    latest(plan, out);
    if !plan.promises().any(|p| matches!(p.measurement, Measurement::Completion(_))) {
        return;
    }
    // Windows of a completion look back by its limit more than once: they are there long after the last event was counted.
    out.push('\n');
    on_identity(plan, out, "unless");
    out.push_str("(\n  ");
    latest(plan, out);
    out.push_str(" and on (step, promise) ");
    out.push_str(INFO);
    braces(plan, out, ",kind=\"completion\"");
    out.push_str("\n  ");
    on_identity(plan, out, "unless");
    out.push_str("last_over_time(");
    out.push_str(EVENTS);
    braces(plan, out, "");
    out.push('[');
    put(out, ranges::read_back(ranges::SLOW));
    out.push_str("])\n)");
}

/// `and on (step, promise, region) `
fn on_identity(plan: &Plan<'_>, out: &mut String, word: &str) {
    out.push_str(word);
    out.push_str(" on (");
    out.push_str(&plan.identity);
    out.push_str(") ");
}

/// The error ratio of the last five minutes.
fn latest(plan: &Plan<'_>, out: &mut String) {
    out.push_str(ERROR_RATIO);
    braces(plan, out, ",window=\"5m\"");
}

/// Composed promises are computed with the slow group, the others with the budget's.
pub(crate) fn back(plan: &Plan<'_>, budgets: &Budgets) -> Duration {
    if plan.promises().all(is_composed) { ranges::read_back(ranges::SLOW) } else { budgets.back() }
}

/// How many bad events (or slices) a whole window at the average rate so far still allows: what is left of the budget, of
/// as many events as the known part of the window makes of the whole.
fn left(plan: &Plan<'_>, budgets: &Budgets, out: &mut String) {
    let series = |out: &mut String, name: &str| recorded(plan, out, name, "budget", Some(budgets.back()));
    out.clear();
    put(out, format_args!("max by ({}) ({BUDGET_REMAINING}", plan.identity));
    braces(plan, out, "");
    out.push_str(")\n  * on (step, promise) group_left () ");
    budget_of(plan, out);
    out.push_str("\n  * ");
    series(out, EVENTS_INCREASE);
    out.push_str(" / ");
    series(out, COVERAGE);
}
