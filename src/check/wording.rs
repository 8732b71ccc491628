//! Titles that say another number than the promise keeps.
//!
//! Only a title with exactly one sure quantity is looked at, and it contradicts only when the promise has numbers of
//! that kind and none of them is it.

use super::{Found, words};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::{Condition, Events, Journey, Measurement, Outcome, Promise, Reading, Selector, Series};
use crate::value::{Decimal, Duration, Quantity};

pub(super) fn check(promise: &Promise, found: &mut Found<'_>) {
    let Some(said) = words::single_quantity(&promise.title) else { return };
    let Some(kept) = contradicted(said, &Numbers::of(promise)) else { return };
    found.push(
        Diagnostic::new(
            &codes::WORDS,
            promise.places.title,
            format!("the title of `{}` says {}, the promise {kept}", promise.path, shown(said)),
            format!("says {}", shown(said)),
        )
        .help("users read the title, the alerts follow the numbers: write the same into both"),
    );
}

/// A step's title may speak of any of its promises.
pub(super) fn check_steps(journey: &Journey, found: &mut Found<'_>) {
    for step in &journey.steps {
        let Some(said) = words::single_quantity(&step.title) else { continue };
        if step.left_out || found.broken_within(step.origin.span) {
            continue;
        }
        let mut all = Numbers::default();
        for promise in &step.promises {
            all.add(promise);
        }
        let Some(kept) = contradicted(said, &all) else { continue };
        found.push(
            Diagnostic::new(
                &codes::WORDS,
                step.title_span,
                format!(
                    "the title of `{}.{}` says {}, its promises {kept}",
                    journey.id,
                    step.id,
                    shown(said)
                ),
                format!("says {}", shown(said)),
            )
            .help("users read the title, the alerts follow the numbers: write the same into both"),
        );
    }
}

fn shown(said: Quantity) -> String {
    match said {
        Quantity::Duration(d) => d.to_string(),
        Quantity::Percent(p) => format!("{p}%"),
        Quantity::Number(n) => n.to_string(),
    }
}

/// What the promise says instead.
fn contradicted(said: Quantity, numbers: &Numbers) -> Option<String> {
    match said {
        Quantity::Percent(p) => {
            if numbers.percents.is_empty() || numbers.percents.contains(&p) {
                return None;
            }
            numbers.percents.first().map(|first| format!("{}%", first.normalize()))
        }
        Quantity::Duration(d) => {
            if numbers.unclear || numbers.others.contains(&d) || numbers.limits.iter().any(|l| l.may_be(d)) {
                return None;
            }
            numbers.limits.first().map(Limit::shown)
        }
        Quantity::Number(_) => None,
    }
}

/// A limit on time.
enum Limit {
    /// Known.
    Exact(Duration),
    /// A bound of this histogram, in its unit.
    Bound(Decimal, String),
}

impl Limit {
    /// The model does not carry a metric's unit, so any unit of time that fits is taken to be it.
    fn may_be(&self, said: Duration) -> bool {
        let micros = Decimal::from(said.as_micros());
        match self {
            Limit::Exact(d) => *d == said,
            Limit::Bound(bound, _) => [1_000_000_i64, 1_000, 1, 60_000_000]
                .iter()
                .any(|unit| bound.checked_mul(Decimal::from(*unit)) == Some(micros)),
        }
    }
    fn shown(&self) -> String {
        match self {
            Limit::Exact(d) => d.to_string(),
            Limit::Bound(bound, metric) => {
                let micros = if metric.contains("milliseconds") || metric.ends_with("_ms") {
                    1_000
                } else {
                    1_000_000
                };
                let time = bound.checked_mul(Decimal::from(micros)).and_then(|m| u64::try_from(m).ok());
                time.map_or_else(|| bound.normalize().to_string(), |m| Duration::from_micros(m).to_string())
            }
        }
    }
}

/// Every number of a promise that a title may speak of.
#[derive(Default)]
struct Numbers {
    percents: Vec<Decimal>,
    limits: Vec<Limit>,
    /// Other lengths of time: windows, slices.
    others: Vec<Duration>,
    /// Something could not be looked into.
    unclear: bool,
}

impl Numbers {
    fn of(promise: &Promise) -> Self {
        let mut made = Self::default();
        made.add(promise);
        made
    }
    fn add(&mut self, promise: &Promise) {
        self.percents.push(promise.objective);
        self.percents.extend(promise.stretch);
        self.others.push(promise.window);
        match &promise.measurement {
            Measurement::Events(events) => self.events(events),
            Measurement::Completion(completion) => self.limits.push(Limit::Exact(completion.within)),
            Measurement::Slices(slices) => {
                self.others.push(slices.slice);
                match &slices.condition {
                    Condition::Share { events, at_least, percentile } => {
                        self.percents.push(at_least * Decimal::ONE_HUNDRED);
                        self.percents.extend(percentile);
                        self.events(events);
                    }
                    Condition::Stat { selector, good, .. } => self.reading(selector, *good),
                    Condition::Age { at_most, .. } => match at_most.checked_mul(Decimal::from(1_000_000)) {
                        Some(m) if m.fract().is_zero() => match u64::try_from(m) {
                            Ok(m) => self.limits.push(Limit::Exact(Duration::from_micros(m))),
                            Err(_) => self.unclear = true,
                        },
                        _ => self.unclear = true,
                    },
                    Condition::Promql { .. } => self.unclear = true,
                }
            }
            Measurement::Composed(_) => self.unclear = true,
        }
    }
    fn events(&mut self, events: &Events) {
        let (Outcome::Good(list) | Outcome::Bad(list)) = &events.outcome;
        for series in events.total.iter().chain(list) {
            match series {
                Series::HistogramWithin { selector, limit, .. }
                | Series::HistogramOver { selector, limit, .. } => {
                    self.bound(selector, *limit);
                }
                Series::Readings { selector, condition: Some(good) } => self.reading(selector, *good),
                Series::Promql(_) => self.unclear = true,
                Series::Counter(_)
                | Series::HistogramCount { .. }
                | Series::Readings { condition: None, .. } => {}
            }
        }
    }
    fn bound(&mut self, selector: &Selector, limit: Decimal) {
        let name = selector.metric.as_str();
        let is_time = ["second", "duration", "latency", "time", "_ms"].iter().any(|w| name.contains(w));
        if is_time {
            self.limits.push(Limit::Bound(limit, name.to_owned()));
        } else {
            self.unclear = true;
        }
    }
    /// A gauge may be a ratio or a time: both are possible readings of its limit.
    fn reading(&mut self, selector: &Selector, good: Reading) {
        let (Reading::AtLeast(limit) | Reading::AtMost(limit)) = good;
        self.percents.push(limit * Decimal::ONE_HUNDRED);
        self.percents.push(limit);
        self.bound(selector, limit);
    }
}
