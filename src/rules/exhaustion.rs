//! When a budget will be gone, at the rate of now: one series for the texts of alerts and for boards, recorded right before pages
//! are judged, so that a page says what is so.

use super::alerts::loudness;
use super::derived::{braces, budget_of};
use super::plan::{Plan, one_of};
use super::ranges;
use super::set::{Rule, RuleSet};
use super::text::put;
use crate::ir::burn::{Alert, Loudness};
use crate::series::{BUDGET_GONE_IN, BUDGET_REMAINING, ERROR_RATIO, INFO};
use crate::value::Duration;

/// The window of a board.
pub(crate) const NOW: Duration = Duration::from_mins(5);

/// The window of these alerts over which it is said when the budget will be gone: the shortest that they look at.
pub(crate) fn window<'a>(alerts: impl Iterator<Item = &'a Alert>) -> Option<Duration> {
    alerts.map(|a| a.short).min()
}

/// Those of the journey's pages and tickets, and of boards.
fn windows(plan: &Plan<'_>) -> Vec<Duration> {
    let mut windows = vec![NOW];
    for entry in &plan.entries {
        for loud in [Loudness::Page, Loudness::Ticket] {
            windows.extend(window(entry.alerts.iter().filter(|a| loudness(entry.promise, a) == loud)));
        }
    }
    windows.sort_unstable();
    windows.dedup();
    windows
}

/// Writes the rule: `left * budget * W / error ratio` seconds, while something is left and something fails.
pub(crate) fn write(plan: &Plan<'_>, expr: &mut String, set: &mut RuleSet) {
    let id = &plan.identity;
    let mut lengths: Vec<Duration> = plan.promises().map(|p| p.window).collect();
    lengths.sort_unstable();
    lengths.dedup();
    expr.clear();
    put(expr, format_args!("max by ({id}) ({BUDGET_REMAINING}"));
    braces(plan, expr, "");
    expr.push_str(" > 0)\n  * on (step, promise) group_left () ");
    budget_of(plan, expr);
    expr.push_str("\n  * on (step, promise) group_left () max by (step, promise) (");
    for (at, length) in lengths.iter().enumerate() {
        expr.push_str(if at > 0 { "\n    or " } else { "\n    " });
        put(expr, format_args!("{} * {INFO}", length.seconds().normalize()));
        braces(plan, expr, &format!(",over=\"{length}\""));
    }
    put(expr, format_args!("\n  )\n  / on ({id}) group_right () max by (window, {id}) (\n    "));
    ratios(plan, expr);
    expr.push_str("\n  )");
    set.rule(Rule::record(BUDGET_GONE_IN, expr, &plan.journey_labels(None)));
}

/// The error ratios of the windows, where something fails.
fn ratios(plan: &Plan<'_>, out: &mut String) {
    let (prompt, slow): (Vec<Duration>, Vec<Duration>) =
        windows(plan).into_iter().partition(|w| ranges::is_prompt(*w));
    let names = |list: &[Duration]| list.iter().map(Duration::to_string).collect::<Vec<_>>();
    let one = |out: &mut String, list: &[Duration]| {
        let names = names(list);
        out.push_str(ERROR_RATIO);
        braces(plan, out, &one_of("window", &names.iter().map(String::as_str).collect::<Vec<_>>()));
    };
    one(out, &prompt);
    out.push_str(" > 0");
    if !slow.is_empty() {
        out.push_str("\n    or last_over_time(");
        one(out, &slow);
        put(out, format_args!("[{}]) > 0", ranges::read_back(ranges::SLOW)));
    }
}
