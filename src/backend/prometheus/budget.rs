//! Roll-ups, and the budget: each promise's own window.
//!
//! `window="budget"`: bad events and events counted so far, how much of the window is covered by history, and the error
//! ratio against a whole window at the average rate so far (`bad / events * coverage`), so that an error on the first
//! day of thirty isn't counted thirty times. Once the history is as long as the window, coverage is exactly 1.

use super::plan::{Plan, is_composed};
use super::ranges;
use super::sink::{Rule, Sink};
use super::text::put;
use super::windows::{Source, completions, lost, recorded, seconds, started, sum};
use crate::series::{BAD_INCREASE, COVERAGE, ERROR_RATIO, EVENTS_INCREASE};
use crate::value::Duration;

/// The windows of a journey's budgets.
pub(crate) struct Budgets {
    /// Window and the matchers of its promises.
    windows: Vec<(Duration, Vec<String>)>,
    /// How often they are computed.
    pub(crate) interval: Duration,
}

impl Budgets {
    /// Of the journey's measured promises.
    pub(crate) fn of(plan: &Plan<'_>) -> Self {
        let mut list: Vec<Duration> = plan.promises().filter(|p| !is_composed(p)).map(|p| p.window).collect();
        list.sort_unstable();
        list.dedup();
        let shortest = list.first().copied().unwrap_or_default();
        let longest = list.last().copied().unwrap_or_default();
        // One rule for all windows, so one interval: the longest window's, unless that is too rare for the shortest.
        let most = ranges::budget_interval(shortest).times(2);
        let interval = ranges::budget_interval(longest).min(most);
        let windows = list.iter().map(|w| (*w, plan.cover(|p| p.window == *w))).collect();
        Self { windows, interval }
    }
    /// How far back the budget's series are read.
    pub(crate) fn back(&self) -> Duration {
        ranges::read_back(self.interval)
    }
    /// Is the coarse roll-up needed?
    pub(crate) fn coarse(&self) -> bool {
        self.windows.iter().any(|(w, _)| ranges::is_coarse(*w))
    }
    /// Each window with matchers and source, in order.
    fn each(&self) -> impl Iterator<Item = (Duration, &str, Source)> {
        self.windows.iter().flat_map(|(w, list)| {
            let source = if ranges::is_coarse(*w) { Source::coarse() } else { Source::fine() };
            list.iter().map(move |m| (*w, m.as_str(), source))
        })
    }
}

/// Writes the roll-ups that long windows read: means over the time they stand for, made of sums, so that a stretch with
/// data for a part of it counts for that part only.
pub(crate) fn roll_ups(plan: &Plan<'_>, to: Source, expr: &mut String, sink: &mut impl Sink) {
    let from = Source::base(plan.evaluation);
    let labels = plan.journey_labels(None);
    let every = to.every;
    let mut one = |from: &str, to: &str| {
        expr.clear();
        put(expr, seconds(plan.evaluation));
        expr.push_str(" / ");
        put(expr, seconds(every));
        expr.push_str(" * ");
        sum(plan, expr, from, &plan.matchers, every, None);
        let (name, promise) = (to, None);
        sink.rule(&Rule { name, alert: false, expr, hold: None, labels: &labels, annotations: &[], promise });
    };
    one(from.events, to.events);
    if plan.promises().any(|p| !is_composed(p) && !is_completion(p)) {
        one(from.bad, to.bad);
    }
    if completions(plan).next().is_some() {
        one(from.finished, to.finished);
    }
}

fn is_completion(promise: &crate::ir::Promise) -> bool {
    matches!(promise.measurement, crate::ir::Measurement::Completion(_))
}

/// Writes the budget's rules.
pub(crate) fn write(plan: &Plan<'_>, budgets: &Budgets, expr: &mut String, sink: &mut impl Sink) {
    let labels = plan.journey_labels(Some("budget"));
    let mut record = |name: &str, expr: &str| {
        sink.rule(&Rule::record(name, expr, &labels));
    };
    let source_of = |w| if ranges::is_coarse(w) { Source::coarse() } else { Source::fine() };

    expr.clear();
    for (promise, completion) in completions(plan) {
        let source = source_of(promise.window);
        put(expr, seconds(source.every));
        expr.push_str(" * clamp_min(");
        lost(plan, expr, promise, completion, promise.window, source);
        expr.push_str(", 0)\nor ");
    }
    for (at, (window, matchers, source)) in budgets.each().enumerate() {
        expr.push_str(if at > 0 { "\nor " } else { "" });
        put(expr, seconds(source.every));
        expr.push_str(" * clamp_min(");
        sum(plan, expr, source.bad, matchers, window, None);
        expr.push_str(", 0)");
    }
    record(BAD_INCREASE, expr);

    expr.clear();
    for (promise, completion) in completions(plan) {
        let source = source_of(promise.window);
        put(expr, seconds(source.every));
        expr.push_str(" * ");
        started(plan, expr, promise, completion, promise.window, source);
        expr.push_str("\nor ");
    }
    for (at, (window, matchers, source)) in budgets.each().enumerate() {
        expr.push_str(if at > 0 { "\nor " } else { "" });
        put(expr, seconds(source.every));
        expr.push_str(" * ");
        sum(plan, expr, source.events, matchers, window, None);
    }
    record(EVENTS_INCREASE, expr);

    expr.clear();
    for (at, (window, matchers, source)) in budgets.each().enumerate() {
        expr.push_str(if at > 0 { "\nor " } else { "" });
        coverage(plan, expr, window, matchers, source);
    }
    record(COVERAGE, expr);

    let back = Some(budgets.back());
    expr.clear();
    expr.push_str("clamp(");
    recorded(plan, expr, BAD_INCREASE, "budget", back);
    expr.push_str("\n  / clamp_min(");
    recorded(plan, expr, EVENTS_INCREASE, "budget", back);
    expr.push_str(", 1e-9)\n  * ");
    recorded(plan, expr, COVERAGE, "budget", back);
    expr.push_str(", 0, 1)");
    record(ERROR_RATIO, expr);
}

/// The age of the oldest roll-up in the window, as a share of it. A subquery looks for it in coarse steps; it finds the
/// first one up to a step late, so a step is added: a whole window is exactly 1. An age below twelve coarse steps is looked
/// for in fine ones.
fn coverage(plan: &Plan<'_>, out: &mut String, window: Duration, matchers: &str, source: Source) {
    let step = ranges::coverage_step(window).max(source.every);
    let age = |out: &mut String, range: Duration, step: Duration| {
        out.push_str("time() - min by (");
        out.push_str(&plan.identity);
        out.push_str(") (min_over_time(timestamp(last_over_time(");
        out.push_str(source.events);
        out.push('{');
        out.push_str(matchers);
        out.push_str("}[");
        put(out, ranges::read_back(source.every));
        out.push_str("]))[");
        put(out, range);
        out.push(':');
        put(out, step);
        out.push_str("])) + ");
        put(out, seconds(step));
    };
    out.push_str("clamp_max((");
    age(out, window, step);
    if step > source.every {
        let fine = step.times(12);
        out.push_str(" > ");
        put(out, seconds(fine));
        out.push_str("\n  or ");
        age(out, fine, source.every);
    }
    out.push_str(") / ");
    put(out, seconds(window));
    out.push_str(", 1)");
}
