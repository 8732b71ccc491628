//! When an alert speaks: one arithmetic for `explain` and for documents, held against evaluated rules by tests/prometheus.

use super::burn::{self, Alert};
use super::{Completion, Measurement, Model, Promise, Series, ranges};
use crate::value::{Decimal, Duration};

/// When an alert fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detection {
    /// The share of events that fails.
    pub failing: Decimal,
    /// From the first failure to the alert, as a rule; of a completion the least, where the others take no time; `None`: never.
    pub typical: Option<Duration>,
    /// At worst.
    pub worst: Option<Duration>,
}

/// How many bad events an alert wants to see. Of slices, which are few, three, or as many as its window has.
pub fn least_bad(promise: &Promise, alert: &Alert) -> u32 {
    match &promise.measurement {
        Measurement::Slices(slices) => {
            let there = alert.long.as_micros() / slices.slice.as_micros().max(1);
            alert.bad_events.min(3).min(u32::try_from(there).unwrap_or(3).max(1))
        }
        Measurement::Events(_) | Measurement::Completion(_) | Measurement::Composed(_) => alert.bad_events,
    }
}

/// What comes on top of the windows' time at worst, where they are computed with each evaluation: a scrape, an evaluation, and how far
/// a count lags behind.
pub fn on_top(model: &Model, promise: &Promise) -> Duration {
    let evaluation = model.settings.evaluation_interval;
    let behind = behind(promise, evaluation).plus(promise.measurement.smeared());
    promise.scrape_interval.plus(evaluation).plus(behind)
}

/// When an alert speaks after this share (above zero, up to one) began to fail.
///
/// The windows' time ([`burn::detection_at`]), and what comes on top: how far a count lags behind what was scraped, half a scrape
/// and half an evaluation as a rule, all of both at worst (docs/accuracy.md holds what was measured for 52 s of windows). Windows
/// that are computed every five minutes may be so late. A slice may be over before it is bad. A completion learns of a loss in a
/// range: how long the others take decides.
pub fn detection(model: &Model, promise: &Promise, alert: &Alert, failing: Decimal) -> Detection {
    let budget = promise.error_budget();
    let counted = Alert { bad_events: least_bad(promise, alert), ..alert.clone() };
    let evaluation = model.settings.evaluation_interval;
    let mut late = promise.scrape_interval.plus(evaluation);
    if matches!(promise.measurement, Measurement::Composed(_)) {
        late = late.plus(model.lateness(promise));
    }
    if !ranges::is_prompt(alert.long) {
        late = late.plus(ranges::SLOW);
    }
    let day = Decimal::from(Duration::from_days(1).as_micros());
    let windows = |per_day: Option<Decimal>| match per_day {
        Some(per_day) => burn::detection_at(&counted, budget, failing, per_day),
        None => burn::detection(&counted, budget, failing),
    };
    let (first, last) = match &promise.measurement {
        Measurement::Completion(completion) => {
            completed(completion, promise, &counted, (failing, evaluation)).unzip()
        }
        Measurement::Slices(slices) => {
            let found = windows(day.checked_div(Decimal::from(slices.slice.as_micros())));
            (found, found.map(|t| t.plus(slices.slice)))
        }
        Measurement::Events(events) => {
            let found = windows(promise.expect_per_day);
            // One series may be all there is: a reading each scrape.
            let readings = events.total.iter().any(|s| matches!(s, Series::Readings { .. }));
            let alone = || {
                let scrape = Decimal::from(promise.scrape_interval.as_micros());
                windows(Some(day.checked_div(scrape)?))
            };
            let thin = promise.expect_per_day.is_none() && readings;
            (found, if thin { alone().or(found) } else { found })
        }
        Measurement::Composed(_) => {
            let found = windows(promise.expect_per_day);
            (found, found)
        }
    };
    // The first moment of a completion's range is the first that can be.
    let half = match &promise.measurement {
        Measurement::Completion(_) => Duration::default(),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => {
            Duration::from_micros(late.as_micros() / 2)
        }
    };
    let behind = behind(promise, evaluation).plus(promise.measurement.smeared());
    let whole = |t: Option<Duration>, extra: Duration| t.map(|t| seconds_up(t.plus(behind).plus(extra)));
    Detection { failing, typical: whole(first, half), worst: whole(last, late) }
}

/// When an alert of a promise of completion speaks first, and when at the latest, after the share `failing` began to be lost: with
/// `L` at least `2 T`, `max(threshold L, T + threshold L / 2) / failing` and that plus `T`, depending on how long the others take.
///
/// By then the larger estimate holds enough (`threshold L`), and half of that is lost for sure, beyond what may be under way
/// (docs/rules.md, "Completion"). For sure is what was there a sample ago, and windows above an hour are computed every five
/// minutes. `None`: it never speaks, since less than its threshold is lost, or what is lost for sure can't be told from what is
/// under way within the promise's window.
fn completed(
    completion: &Completion,
    promise: &Promise,
    alert: &Alert,
    (failing, evaluation): (Decimal, Duration),
) -> Option<(Duration, Duration)> {
    let (within, budget) = (completion.within, promise.error_budget());
    let long = Alert { long: alert.long.max(within.times(2)), ..alert.clone() };
    let enough = match promise.expect_per_day {
        Some(per_day) => burn::detection_at(&long, budget, failing, per_day)?,
        None => burn::detection(&long, budget, failing)?,
    };
    let half = burn::portion(long.long, alert.threshold(budget) / Decimal::TWO)?;
    let sure = |limit: Duration| burn::portion(limit.plus(half), Decimal::ONE.checked_div(failing)?);
    let step = if ranges::is_from_base(sure(within)?) { evaluation } else { ranges::SLOW };
    let sure = sure(ranges::round_up(within, step))?;
    let computed = if ranges::is_prompt(sure) || !ranges::is_prompt(alert.long) {
        Duration::default()
    } else {
        ranges::SLOW
    };
    let first = enough.max(sure.plus(Duration::from_micros(step.as_micros() / 2)));
    let last = enough.max(sure.plus(step).plus(computed)).plus(within);
    (sure <= promise.window).then_some((first, last))
}

/// How far a count lags behind what was scraped: samples that are younger than a scrape may take are left to the next
/// evaluation; readings are taken as late, and each in several evaluations; the user's own PromQL reads a range.
fn behind(promise: &Promise, evaluation: Duration) -> Duration {
    let scrape = promise.scrape_interval;
    let Measurement::Events(events) = &promise.measurement else { return promise.scrape_timeout };
    let lag = |series: &Series| match series {
        Series::Promql(_) => ranges::base_lag(scrape, evaluation).plus(promise.late),
        Series::Readings { .. } => {
            let spread =
                ranges::readings_range(scrape, evaluation).as_micros().saturating_sub(evaluation.as_micros());
            ranges::readings_delay(scrape).plus(promise.late).plus(Duration::from_micros(spread / 2))
        }
        Series::Counter(_)
        | Series::HistogramCount { .. }
        | Series::HistogramWithin { .. }
        | Series::HistogramOver { .. } => promise.scrape_timeout,
    };
    events.total.iter().map(lag).max().unwrap_or(promise.scrape_timeout)
}

/// The next whole second.
fn seconds_up(duration: Duration) -> Duration {
    ranges::round_up(duration, Duration::from_secs(1))
}
