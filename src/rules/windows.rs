//! Windows: error ratios and counts over plain ranges of the base series or the roll-up, one rule for the whole journey.
//!
//! Counts are sums of counts, never `avg * W`; ratios divide by `clamp_min(events, 1e-9)`, so that there is never a
//! NaN and an idle window has lost nothing. Sums go `by` the identity, so that a changed label of the settings doesn't
//! split a promise's history or make two series of one.

use super::completions;
use super::plan::Plan;
use super::ranges;
use super::set::{Rule, RuleSet};
use super::text::put;
use crate::series::{
    BAD_EVENTS, BAD_EVENTS_5M, BAD_EVENTS_15M, BAD_INCREASE, CERTAINLY_LOST, ERROR_RATIO, EVENTS, EVENTS_5M,
    EVENTS_15M, EVENTS_INCREASE, FINISHED_EVENTS, FINISHED_EVENTS_5M, FINISHED_EVENTS_15M, MISSING_NOW,
};
use crate::value::{Decimal, Duration};

/// Three series that belong together, how much time one sample stands for, and whether it is a count or a mean a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) events: &'static str,
    pub(crate) bad: &'static str,
    pub(crate) finished: &'static str,
    pub(crate) every: Duration,
    is_count: bool,
}

impl Source {
    /// The base series.
    pub(crate) fn base(evaluation: Duration) -> Self {
        Self { events: EVENTS, bad: BAD_EVENTS, finished: FINISHED_EVENTS, every: evaluation, is_count: true }
    }
    /// The roll-up of five minutes.
    pub(crate) fn fine() -> Self {
        Self {
            events: EVENTS_5M,
            bad: BAD_EVENTS_5M,
            finished: FINISHED_EVENTS_5M,
            every: ranges::SLOW,
            is_count: false,
        }
    }
    /// The roll-up of fifteen minutes.
    pub(crate) fn coarse() -> Self {
        Self {
            events: EVENTS_15M,
            bad: BAD_EVENTS_15M,
            finished: FINISHED_EVENTS_15M,
            every: ranges::COARSE,
            is_count: false,
        }
    }
    /// Appends what makes a count of a sum of samples: `300 * `, or nothing.
    pub(crate) fn times(&self, out: &mut String) {
        if !self.is_count {
            put(out, seconds(self.every));
            out.push_str(" * ");
        }
    }
    /// What a window reads.
    pub(crate) fn of(window: Duration, evaluation: Duration) -> Self {
        if ranges::is_from_base(window) { Self::base(evaluation) } else { Self::fine() }
    }
}

/// Writes the rules of a window.
pub(crate) fn write(plan: &Plan<'_>, window: Duration, expr: &mut String, set: &mut RuleSet) {
    let source = Source::of(window, plan.evaluation);
    let name = window.to_string();
    let labels = plan.journey_labels(Some(&name));
    let counted = plan.counted.contains(&window);
    let range = if ranges::is_prompt(window) { ranges::own(window, plan.evaluation) } else { window };
    let mut record = |name: &str, expr: &str| {
        set.rule(Rule::record(name, expr, &labels));
    };
    let some = completions::all(plan).next().is_some();
    if counted && some {
        expr.clear();
        completions::each(plan, expr, |one, out| one.started_now(out, window));
        record(EVENTS_INCREASE, expr);
        expr.clear();
        completions::each(plan, expr, |one, out| one.certain_in(out, window));
        record(CERTAINLY_LOST, expr);
    }
    if counted {
        expr.clear();
        completions::each(plan, expr, |one, out| one.bad(out, window));
        expr.push_str(if some { "\nor " } else { "" });
        source.times(expr);
        sum(plan, expr, source.bad, &plan.matchers, range, None);
        record(BAD_INCREASE, expr);
    }
    expr.clear();
    completions::each(plan, expr, |one, out| {
        if counted { one.ratio(out, window) } else { one.certain_ratio(out, window) }
    });
    expr.push_str(if some { "\nor clamp(" } else { "clamp(" });
    if counted {
        recorded(plan, expr, BAD_INCREASE, &name, ranges::is_prompt(window).then_some(Duration::default()));
        expr.push_str("\n  / clamp_min(");
        source.times(expr);
    } else {
        sum(plan, expr, source.bad, &plan.matchers, range, None);
        expr.push_str("\n  / clamp_min(");
    }
    sum(plan, expr, source.events, &plan.matchers, range, None);
    expr.push_str(", 1e-9), 0, 1)");
    record(ERROR_RATIO, expr);
    if some && plan.shorts.contains(&window) {
        expr.clear();
        completions::each(plan, expr, |one, out| one.missing(out, window));
        record(MISSING_NOW, expr);
    }
}

/// Appends a series of this file by its window label: bare when `Some(0)`, else its last sample within `back` (by
/// default that of slow groups).
pub(crate) fn recorded(
    plan: &Plan<'_>,
    out: &mut String,
    series: &str,
    window: &str,
    back: Option<Duration>,
) {
    recorded_of(plan, out, series, &plan.matchers, window, back);
}

/// As [`recorded`], of the promises with these matchers.
pub(crate) fn recorded_of(
    plan: &Plan<'_>,
    out: &mut String,
    series: &str,
    matchers: &str,
    window: &str,
    back: Option<Duration>,
) {
    out.push_str("max by (");
    out.push_str(&plan.identity);
    out.push_str(") (");
    let bare = back.is_some_and(Duration::is_zero);
    if !bare {
        out.push_str("last_over_time(");
    }
    out.push_str(series);
    out.push('{');
    out.push_str(matchers);
    out.push_str(",window=\"");
    out.push_str(window);
    out.push_str("\"}");
    if !bare {
        out.push('[');
        put(out, back.unwrap_or(ranges::read_back(ranges::SLOW)));
        out.push_str("])");
    }
    out.push(')');
}

/// `sum by (step, promise) (sum_over_time(promise:events:count{..}[1h]))`
pub(crate) fn sum(
    plan: &Plan<'_>,
    out: &mut String,
    series: &str,
    matchers: &str,
    range: Duration,
    offset: Option<Duration>,
) {
    out.push_str("sum by (");
    out.push_str(&plan.identity);
    out.push_str(") (sum_over_time(");
    out.push_str(series);
    out.push('{');
    out.push_str(matchers);
    out.push_str("}[");
    put(out, range);
    out.push(']');
    if let Some(offset) = offset {
        out.push_str(" offset ");
        put(out, offset);
    }
    out.push_str("))");
}

/// Seconds without trailing zeros.
pub(crate) fn seconds(duration: Duration) -> Decimal {
    duration.seconds().normalize()
}
