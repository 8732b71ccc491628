//! What a promise costs its Prometheus, in samples read a minute, as Prometheus itself counts them (`query stats`).
//!
//! A range of length `r` over a series written each `i` holds `r / i` samples; a rule evaluated each `e` reads them
//! `60 s / e` times a minute. One budget, one series of each recorded name; `for each` multiplies all but the raw part.

use super::counted::Plausible;
use super::plan::{Plan, is_composed};
use super::ranges;
use super::streams::Reach;
use super::watch;
use super::windows::Source;
use crate::ir::{Condition, Events, Measurement, Outcome, Promise, Series};
use crate::value::Duration;

/// Samples read a minute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// By the base rules, for each raw series that a selector matches.
    pub base_per_raw_series: f64,
    /// By the rules that watch reality, for each raw series.
    pub watch_per_raw_series: f64,
    /// By the windows up to an hour.
    pub short_windows: f64,
    /// By roll-ups and longer windows.
    pub long_windows: f64,
    /// By the budget's window.
    pub budget: f64,
    /// By what is made of them: composed promises, alerts, burn rates, what is left.
    pub derived: f64,
}

impl Cost {
    /// All of it, for a promise whose selectors match so many raw series (on average, each).
    pub fn total(&self, raw_series: u32) -> f64 {
        (self.base_per_raw_series + self.watch_per_raw_series) * f64::from(raw_series)
            + self.short_windows
            + self.long_windows
            + self.budget
            + self.derived
    }
}

/// The cost of a promise with its whole history.
pub(crate) fn of(plan: &Plan<'_>, promise: &Promise, budget_interval: Duration) -> Cost {
    let evaluation = plan.evaluation;
    let mut cost = Cost { derived: derived(plan, promise), ..Cost::default() };
    if is_composed(promise) {
        return cost;
    }
    let reach = Reach::base(promise, evaluation, Plausible::Recorded(String::new()));
    let (now, then) = reads(&promise.measurement);
    let samples = f64::from(now) * ratio(reach.count.presence, promise.scrape_interval)
        + f64::from(then) * ratio(reach.count.lookback, promise.scrape_interval);
    cost.base_per_raw_series = samples * per_minute(evaluation);
    cost.watch_per_raw_series = watch::samples(promise) * per_minute(ranges::SLOW);
    for window in &plan.windows {
        let source = Source::of(*window, evaluation);
        let every = if ranges::is_prompt(*window) { evaluation } else { ranges::SLOW };
        let read = 2.0 * ratio(*window, source.every) * per_minute(every);
        if ranges::is_prompt(*window) {
            cost.short_windows += read;
        } else {
            cost.long_windows += read;
        }
    }
    cost.long_windows += 2.0 * ratio(ranges::SLOW, evaluation) * per_minute(ranges::SLOW);
    let source = if ranges::is_coarse(promise.window) { Source::coarse() } else { Source::fine() };
    if ranges::is_coarse(promise.window) {
        cost.long_windows += 2.0 * ratio(ranges::COARSE, evaluation) * per_minute(ranges::COARSE);
    }
    let step = ranges::coverage_step(promise.window).max(source.every);
    let look = ratio(ranges::read_back(source.every), source.every).floor() + 1.0;
    let fine = if step > source.every { 12.0 * ratio(step, source.every) } else { 0.0 };
    let looks = (ratio(promise.window, step) + fine) * look;
    let sums = 2.0 * ratio(promise.window, source.every);
    cost.budget = (sums + looks) * per_minute(budget_interval);
    cost
}

/// Samples that alerts, burn rates and the rest read: a handful each.
fn derived(plan: &Plan<'_>, promise: &Promise) -> f64 {
    let alerts = plan.entries.iter().find(|e| e.promise.path == promise.path).map_or(0, |e| e.alerts.len());
    let alerts = 5.0 * count(alerts) * per_minute(plan.evaluation);
    let members = match &promise.measurement {
        Measurement::Composed(c) => count(c.members.len()) * 4.0 * count(plan.windows.len() + 1),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Completion(_) => 0.0,
    };
    alerts + members * per_minute(plan.evaluation) + 2.0 * count(plan.windows.len()) + 12.0
}

/// How many times the base rules read each raw series over the short range and over the long one: a count reads what it counts
/// twice now and once then, and as much of the stream whose newcomers it weighs; bad events have a fallback besides.
fn reads(measurement: &Measurement) -> (u32, u32) {
    let events = |events: &Events| match &events.outcome {
        Outcome::Bad(_) => (9, 4),
        Outcome::Good(good)
            if events.faults.is_empty() && good.iter().all(|s| matches!(s, Series::Counter(_))) =>
        {
            (9, 4)
        }
        Outcome::Good(_) => (13, 6),
    };
    match measurement {
        Measurement::Events(e) => events(e),
        Measurement::Completion(_) => (9, 4),
        Measurement::Slices(s) => match &s.condition {
            Condition::Share { events: e, .. } => {
                let (now, then) = events(e);
                (now + 4, then + 2)
            }
            Condition::Mean { .. } => (9, 6),
            Condition::Stat { .. } | Condition::Age { .. } | Condition::Promql { .. } => (2, 0),
        },
        Measurement::Composed(_) => (0, 0),
    }
}

fn ratio(whole: Duration, part: Duration) -> f64 {
    whole.seconds().try_into().unwrap_or(0.0) / part.seconds().try_into().unwrap_or(1.0_f64).max(1e-6)
}

fn per_minute(every: Duration) -> f64 {
    ratio(Duration::from_mins(1), every)
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
