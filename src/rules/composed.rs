//! Promises made of others, per window: `all of` is the product of the members' good shares, as if their failures were
//! independent; `worst of` the largest error ratio. Both are there only while every member is: a missing member is no
//! data, never a good one.

use super::plan::Plan;
use super::ranges;
use super::set::{Rule, RuleSet};
use super::text::{promise_matchers, put};
use crate::ir::Composition;
use crate::ir::{Composed, Measurement, Promise};
use crate::promql::print;
use crate::series::{BAD_INCREASE, COVERAGE, ERROR_RATIO, MISSING_NOW};
use crate::value::Duration;

/// The composed promises of a journey.
pub(crate) fn all<'p>(plan: &'p Plan<'_>) -> impl Iterator<Item = (&'p Promise, &'p Composed)> {
    plan.promises().filter_map(|p| match &p.measurement {
        Measurement::Composed(composed) => Some((p, composed)),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Completion(_) => None,
    })
}

/// Writes the ratios of a composed promise over all windows and the budget. One rule, with every evaluation: it reads a
/// few recorded samples only.
pub(crate) fn write(
    plan: &Plan<'_>,
    promise: &Promise,
    composed: &Composed,
    expr: &mut String,
    set: &mut RuleSet,
) {
    let mut windows = String::new();
    for window in plan.windows_of(true) {
        windows.push_str(if windows.is_empty() { "" } else { "|" });
        put(&mut windows, window);
    }
    let members = members(plan, promise, composed, |out, selector| {
        out.push_str(ERROR_RATIO);
        out.push_str(selector);
        out.push_str(",window=~\"");
        out.push_str(&windows);
        out.push_str("\"}\n    or last_over_time(");
        out.push_str(ERROR_RATIO);
        out.push_str(selector);
        out.push_str(",window!~\"");
        out.push_str(&windows);
        out.push_str("\"}[");
        put(out, back(promise));
        out.push_str("])");
    });
    together(expr, promise, composed, &members);
    record(plan, promise, ERROR_RATIO, expr, set);
}

/// Writes what is missing now, where a member is a completion: of the others, their ratio over the short windows.
pub(crate) fn missing(
    plan: &Plan<'_>,
    promise: &Promise,
    composed: &Composed,
    expr: &mut String,
    set: &mut RuleSet,
) {
    let mut windows: [String; 2] = Default::default();
    for window in &plan.shorts {
        let [prompt, slow] = &mut windows;
        let list = if ranges::is_prompt(*window) { prompt } else { slow };
        list.push_str(if list.is_empty() { "" } else { "|" });
        put(list, *window);
    }
    let [prompt, slow] = &windows;
    let back = back(promise);
    let members = members(plan, promise, composed, |out, selector| {
        let one = |series: &str, windows: &str| format!("{series}{selector},window=~\"{windows}\"}}");
        let mut list = Vec::new();
        for series in [MISSING_NOW, ERROR_RATIO] {
            if !prompt.is_empty() {
                list.push(one(series, prompt));
            }
            if !slow.is_empty() {
                list.push(format!("last_over_time({}[{back}])", one(series, slow)));
            }
        }
        out.push_str(&list.join("\n    or "));
    });
    together(expr, promise, composed, &members);
    record(plan, promise, MISSING_NOW, expr, set);
}

/// The members' ratios made one, while all of them are there.
fn together(expr: &mut String, promise: &Promise, composed: &Composed, members: &str) {
    let by = group(promise, true);
    expr.clear();
    match composed.how {
        Composition::All => {
            put(expr, format_args!("1 - exp(sum by ({by}) (ln(1 - (\n{members}\n))))"));
        }
        Composition::Worst => put(expr, format_args!("max by ({by}) (\n{members}\n)")),
    }
    complete(expr, &by, members, composed);
}

/// Writes the coverage of a composed promise: that of its youngest member.
pub(crate) fn coverage(
    plan: &Plan<'_>,
    promise: &Promise,
    composed: &Composed,
    expr: &mut String,
    set: &mut RuleSet,
) {
    let members = members(plan, promise, composed, |out, selector| {
        out.push_str("last_over_time(");
        out.push_str(COVERAGE);
        out.push_str(selector);
        out.push_str("}[");
        put(out, back(promise));
        out.push_str("])");
    });
    let by = group(promise, true);
    expr.clear();
    expr.push_str("min by (");
    expr.push_str(&by);
    expr.push_str(") (\n");
    expr.push_str(&members);
    expr.push_str("\n)");
    complete(expr, &by, &members, composed);
    record(plan, promise, COVERAGE, expr, set);
}

/// Appends the bad events of all members in a window, for the guard of an alert.
pub(crate) fn bad_events(
    plan: &Plan<'_>,
    out: &mut String,
    promise: &Promise,
    composed: &Composed,
    window: Duration,
) {
    let prompt = ranges::is_prompt(window);
    out.push_str("sum by (");
    out.push_str(&group(promise, false));
    out.push_str(") (\n");
    out.push_str(&members(plan, promise, composed, |out, selector| {
        out.push_str(if prompt { "" } else { "last_over_time(" });
        out.push_str(BAD_INCREASE);
        out.push_str(selector);
        out.push_str(",window=\"");
        put(out, window);
        out.push_str("\"}");
        if !prompt {
            out.push('[');
            put(out, ranges::read_back(ranges::SLOW));
            out.push_str("])");
        }
    }));
    out.push_str("\n)");
}

/// The labels of the budgets, with or without the window.
pub(crate) fn group(promise: &Promise, window: bool) -> String {
    let mut out = String::new();
    let labels = promise.for_each.iter().map(|(name, _)| name.as_str());
    print::label_list(&mut out, window.then_some("window").into_iter().chain(labels));
    out
}

/// How far back members are read: a journey computes its budgets at most half as often as this window asks for.
fn back(promise: &Promise) -> Duration {
    ranges::read_back(ranges::budget_interval(promise.window).times(2))
}

fn record(plan: &Plan<'_>, promise: &Promise, name: &str, expr: &str, set: &mut RuleSet) {
    let labels = plan.promise_labels(promise);
    set.rule(Rule::record(name, expr, &labels).of(promise));
}

/// The condition that every member is there.
fn complete(out: &mut String, by: &str, members: &str, composed: &Composed) {
    out.push_str("\nand on (");
    out.push_str(by);
    out.push_str(") count by (");
    out.push_str(by);
    out.push_str(") (\n");
    out.push_str(members);
    out.push_str("\n) == ");
    put(out, composed.members.len());
}

/// The members side by side; `one` appends a member's series, given its matchers without the closing brace.
fn members(
    plan: &Plan<'_>,
    promise: &Promise,
    composed: &Composed,
    one: impl Fn(&mut String, &str),
) -> String {
    // Once for each member, whatever labels of the settings it had a moment ago.
    let mut out = String::from("  max by (window, journey, step, promise");
    for (label, _) in &promise.for_each {
        out.push_str(", ");
        print::label_name(&mut out, label);
    }
    out.push_str(") (");
    let mut selector = String::new();
    for (at, member) in composed.members.iter().enumerate() {
        out.push_str(if at > 0 { "\n    or " } else { "\n    " });
        selector.clear();
        selector.push('{');
        promise_matchers(&mut selector, plan.model.settings.project_label(), member);
        one(&mut out, &selector);
    }
    out.push_str("\n  )");
    out
}
