//! Roll-ups, and the budget: each promise's own window.
//!
//! `window="budget"`: bad events and events counted so far, and the error ratio against a whole window at the average rate so
//! far (`bad / events * age`), so that an error on the first day of thirty isn't counted thirty times.
//!
//! Three numbers tell what is young, cut and holed apart, each a share of the window:
//!
//! | | |
//! | --- | --- |
//! | age | since the promise is measured; 1 once it is older than the window |
//! | reach | how far back samples are stored: below the age where the retention is below the window |
//! | coverage | for how much there are counts: below the reach where rules were not evaluated or nothing was measured |
//!
//! Spent is scaled by the age alone. What a hole or a cut hides is taken to be as what is known.

use super::completions;
use super::plan::{Plan, is_composed};
use super::ranges;
use super::set::{Rule, RuleSet};
use super::text::put;
use super::windows::{Source, recorded, recorded_of, seconds, sum};
use crate::ir::{Measurement, Promise};
use crate::series::{
    AGE, BAD_INCREASE, CERTAINLY_LOST, COVERAGE, ERROR_RATIO, EVENTS_INCREASE, REACH, SINCE,
};
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
///
/// What a base series counted just before a hole of the rule engine is in no roll-up: the evaluation that would have taken it
/// was missed. So where the counts of the last hour or two are more than its roll-ups and the five minutes of this one, the
/// difference is taken: what was counted is rolled up once, however long the hole. A margin of a thousandth keeps noise out. A rule
/// that can't see its own past (a backfill), or has none yet, takes the plain sum. Chosen by evaluation: docs/accuracy.md.
pub(crate) fn roll_ups(plan: &Plan<'_>, to: Source, expr: &mut String, set: &mut RuleSet) {
    let from = Source::base(plan.evaluation);
    let labels = plan.journey_labels(None);
    let every = to.every;
    let wide = every.times(8).max(Duration::from_hours(1));
    let mut one = |from: &str, to: &str| {
        let own = |out: &mut String, how: &str, range: Duration| {
            put(out, format_args!("sum by ({}) ({how}({to}{{{}}}[{range}]", plan.identity, plan.matchers));
        };
        expr.clear();
        expr.push_str("(\n  ");
        sum(plan, expr, from, &plan.matchers, ranges::open(wide), None);
        expr.push_str(" - ");
        put(expr, seconds(every));
        expr.push_str(" * ");
        own(expr, "sum_over_time", minus(wide, Duration::from_mins(1)));
        expr.push_str("))\n    > 1.001 * ");
        sum(plan, expr, from, &plan.matchers, ranges::open(every), None);
        put(expr, format_args!(" + 0.001\n    and on ({}) ", plan.identity));
        own(expr, "last_over_time", Duration::from_hours(6));
        put(expr, format_args!(" offset {}))\n  or ", minus(wide, every)));
        sum(plan, expr, from, &plan.matchers, ranges::open(every), None);
        expr.push_str("\n) / ");
        put(expr, seconds(every));
        set.rule(Rule::record(to, expr, &labels));
    };
    one(from.events, to.events);
    if plan.promises().any(counts_bad) {
        one(from.bad, to.bad);
    }
    if completions::all(plan).next().is_some() {
        one(from.finished, to.finished);
    }
}

fn minus(whole: Duration, part: Duration) -> Duration {
    Duration::from_micros(whole.as_micros().saturating_sub(part.as_micros()))
}

/// Are bad events of the promise counted by its base rules? Of a completion, those that are late.
fn counts_bad(promise: &Promise) -> bool {
    match &promise.measurement {
        Measurement::Completion(completion) => !completion.late.is_empty(),
        Measurement::Events(_) | Measurement::Slices(_) => true,
        Measurement::Composed(_) => false,
    }
}

/// Writes the budget's rules.
pub(crate) fn write(plan: &Plan<'_>, budgets: &Budgets, expr: &mut String, set: &mut RuleSet) {
    let labels = plan.journey_labels(Some("budget"));
    let mut record = |name: &str, expr: &str| {
        set.rule(Rule::record(name, expr, &labels));
    };
    let source_of = |w| if ranges::is_coarse(w) { Source::coarse() } else { Source::fine() };

    expr.clear();
    let back = Some(budgets.back());
    let some = completions::each(plan, expr, |one, out| {
        let window = one.promise().window;
        one.certain(out, window, source_of(window));
    });
    if some {
        record(CERTAINLY_LOST, expr);
    }
    expr.clear();
    completions::each(plan, expr, |one, out| {
        let window = one.promise().window;
        out.push_str("clamp_min(");
        one.last(out, CERTAINLY_LOST, "budget", back);
        out.push_str(", 0)");
        if one.knows_late() {
            one.and_late(out, window, source_of(window));
        }
    });
    expr.push_str(if some { "\nor " } else { "" });
    for (at, (window, matchers, source)) in budgets.each().enumerate() {
        expr.push_str(if at > 0 { "\nor " } else { "" });
        source.times(expr);
        expr.push_str("clamp_min(");
        sum(plan, expr, source.bad, matchers, window, None);
        expr.push_str(", 0)");
    }
    record(BAD_INCREASE, expr);

    expr.clear();
    completions::each(plan, expr, |one, out| {
        let window = one.promise().window;
        one.started(out, window, source_of(window));
    });
    expr.push_str(if some { "\nor " } else { "" });
    for (at, (window, matchers, source)) in budgets.each().enumerate() {
        expr.push_str(if at > 0 { "\nor " } else { "" });
        source.times(expr);
        sum(plan, expr, source.events, matchers, window, None);
    }
    record(EVENTS_INCREASE, expr);

    let mut per_window = |name: &str, one: &dyn Fn(&mut String, Duration, &str, Source)| {
        expr.clear();
        for (at, (window, matchers, source)) in budgets.each().enumerate() {
            expr.push_str(if at > 0 { "\nor " } else { "" });
            one(expr, window, matchers, source);
        }
        record(name, expr);
    };
    let last = |out: &mut String, name: &str, matchers: &str| {
        recorded_of(plan, out, name, matchers, "budget", Some(budgets.back()));
    };
    per_window(COVERAGE, &|out, window, matchers, source| known(plan, out, window, matchers, source));
    per_window(REACH, &|out, window, matchers, source| reach(plan, out, window, matchers, source));
    per_window(SINCE, &|out, window, matchers, source| {
        since(plan, out, (window, matchers, source), |out| last(out, REACH, matchers));
    });
    per_window(AGE, &|out, window, matchers, _| {
        out.push_str("clamp_max((time() - ");
        last(out, SINCE, matchers);
        out.push_str(") / ");
        put(out, seconds(window));
        out.push_str(", 1)");
    });

    expr.clear();
    expr.push_str("clamp(");
    recorded(plan, expr, BAD_INCREASE, "budget", back);
    expr.push_str("\n  / clamp_min(");
    recorded(plan, expr, EVENTS_INCREASE, "budget", back);
    expr.push_str(", 1e-9)\n  * ");
    recorded(plan, expr, AGE, "budget", back);
    expr.push_str(", 0, 1)");
    record(ERROR_RATIO, expr);
}

/// The share of the window for which there are counts.
fn known(plan: &Plan<'_>, out: &mut String, window: Duration, matchers: &str, source: Source) {
    put(
        out,
        format_args!(
            "clamp_max(sum by ({}) (count_over_time({}{{{matchers}}}[{window}])) * {} / {}, 1)",
            plan.identity,
            source.events,
            seconds(source.every),
            seconds(window)
        ),
    );
}

/// When the promise's history begins. It carries itself on, so that a retention below the window doesn't make it younger; the
/// oldest sample stored counts where nothing was carried, or where it is clearly older (after a backfill).
fn since(
    plan: &Plan<'_>,
    out: &mut String,
    (window, matchers, source): (Duration, &str, Source),
    reach: impl Fn(&mut String),
) {
    let oldest = |out: &mut String| {
        put(out, format_args!("time() - {} * ", seconds(window)));
        reach(out);
    };
    recorded_of(plan, out, SINCE, matchers, "budget", Some(CARRIED));
    out.push_str("\n  <= (");
    oldest(out);
    out.push_str(") + ");
    put(out, seconds(ranges::coverage_step(window).max(source.every)));
    out.push_str("\n  or ");
    oldest(out);
}

/// For how long the beginning of a history is remembered without an evaluation.
const CARRIED: Duration = Duration::from_days(7);

/// The age of the oldest roll-up in the window, as a share of it. A subquery looks for it in coarse steps; it finds the
/// first one up to a step late, so a step is added: a whole window is exactly 1. An age below twelve coarse steps is looked
/// for in fine ones.
fn reach(plan: &Plan<'_>, out: &mut String, window: Duration, matchers: &str, source: Source) {
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
