//! What the base rules must record, by arithmetic of our own: from the model and the raw series, never from the rules' text.

use super::inputs::side;
use super::series::Raw;
use super::witness::satisfies;
use crate::ir::{Condition, Events, Measurement, Outcome, Promise, Reading, Series, Stat};
use crate::value::{Decimal, Duration};

/// Events a second that a promise counts while `f` of what happens is bad, steadily.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Steady {
    /// All.
    pub(super) events: Decimal,
    /// The bad ones; of a completion, those that finished.
    pub(super) second: Decimal,
    /// Of a completion that knows: those that finished late.
    pub(super) late: Option<Decimal>,
}

/// The steady rates; `unit` is what a plain counter grows by in a second. None for composed promises and PromQL.
pub(super) fn steady(promise: &Promise, list: &[Raw], f: Decimal, unit: Decimal) -> Option<Steady> {
    let world = World { list, f, unit, scrape: promise.scrape_interval };
    match &promise.measurement {
        Measurement::Events(events) => world.stream(events),
        Measurement::Completion(c) => {
            let late = if c.late.is_empty() { None } else { Some(world.sum(&c.late)?) };
            Some(Steady { events: world.sum(&c.started)?, second: world.sum(&c.finished)?, late })
        }
        Measurement::Slices(slices) => {
            let bad = world.slice_is_bad(&slices.condition)?;
            let one = Decimal::ONE.checked_div(slices.slice.seconds())?;
            Some(Steady { events: one, second: if bad { one } else { Decimal::ZERO }, late: None })
        }
        Measurement::Composed(_) => None,
    }
}

/// What a stream counts while `f` of what happens is bad, as a multiple of what a plain counter does.
pub(super) fn amount(promise: &Promise, list: &[Raw], series: &Series, f: Decimal) -> Option<Decimal> {
    World { list, f, unit: Decimal::ONE, scrape: promise.scrape_interval }.one(series)
}

struct World<'a> {
    list: &'a [Raw],
    f: Decimal,
    unit: Decimal,
    scrape: Duration,
}

impl World<'_> {
    fn stream(&self, events: &Events) -> Option<Steady> {
        let all = self.sum(&events.total)?;
        if !events.faults.is_empty() {
            let bad = super::unions::bad(events, self.list, self.f)? * self.unit;
            return Some(Steady { events: all, second: bad, late: None });
        }
        let judged = self.sum(side(&events.outcome))?;
        let bad = match events.outcome {
            Outcome::Bad(_) => judged,
            Outcome::Good(_) => all - judged,
        };
        Some(Steady { events: all, second: bad, late: None })
    }
    fn sum(&self, list: &[Series]) -> Option<Decimal> {
        list.iter().map(|s| self.one(s)).sum()
    }
    fn one(&self, series: &Series) -> Option<Decimal> {
        let of = series.selector()?;
        let grown = |suffix: &str, le: Option<Decimal>| -> Decimal {
            let name = format!("{}{suffix}", of.metric);
            self.list
                .iter()
                .filter(|r| r.name == name && satisfies(&r.labels, &of.matchers))
                .filter(|r| le.is_none_or(|le| bound(r) == Some(le)))
                .filter_map(|r| r.growth(self.f))
                .sum::<Decimal>()
                * self.unit
        };
        match series {
            Series::Counter(_) => Some(grown("", None)),
            Series::HistogramCount { native: false, .. } => Some(grown("_count", None)),
            Series::HistogramWithin { native: false, limit, .. } => Some(grown("_bucket", Some(*limit))),
            Series::HistogramOver { native: false, limit, .. } => {
                Some(grown("_count", None) - grown("_bucket", Some(*limit)))
            }
            Series::Readings { condition, .. } => {
                let meets = |v: &Decimal| condition.is_none_or(|c| holds(c, *v));
                let n = self.readings(series).filter(meets).count();
                Decimal::from(n).checked_div(self.scrape.seconds())
            }
            Series::HistogramCount { .. }
            | Series::HistogramWithin { .. }
            | Series::HistogramOver { .. }
            | Series::Promql(_) => None,
        }
    }
    fn readings<'s>(&'s self, series: &'s Series) -> impl Iterator<Item = Decimal> + 's {
        let of = series.selector();
        self.list
            .iter()
            .filter(move |r| of.is_some_and(|s| r.name == s.metric && satisfies(&r.labels, &s.matchers)))
            .filter_map(|r| r.reading(self.f))
    }
    fn slice_is_bad(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Share { events, at_least, .. } => {
                let Steady { events, second, .. } = self.stream(events)?;
                Some(second.checked_div(events)? > Decimal::ONE - *at_least)
            }
            Condition::Stat { stat, selector, good } => {
                let series = Series::Readings { selector: selector.clone(), condition: None };
                let values: Vec<Decimal> = self.readings(&series).collect();
                let sum: Decimal = values.iter().sum();
                let value = match stat {
                    Stat::Max => values.iter().max().copied()?,
                    Stat::Min => values.iter().min().copied()?,
                    Stat::Avg => sum.checked_div(Decimal::from(values.len()))?,
                    Stat::Sum => sum,
                };
                Some(!holds(*good, value))
            }
            Condition::Mean { of, good, .. } => {
                let found = of.selector()?;
                let name = format!("{}_sum", found.metric);
                let mine =
                    self.list.iter().filter(|r| r.name == name && satisfies(&r.labels, &found.matchers));
                let sum: Decimal = mine.filter_map(|r| r.growth(self.f)).sum::<Decimal>() * self.unit;
                Some(!holds(*good, sum.checked_div(self.one(of)?)?))
            }
            Condition::Age { .. } => Some(self.f > Decimal::ZERO),
            Condition::Promql { .. } => None,
        }
    }
}

fn bound(raw: &Raw) -> Option<Decimal> {
    Decimal::from_str_exact(raw.labels.get("le")?).ok()
}

fn holds(reading: Reading, value: Decimal) -> bool {
    match reading {
        Reading::AtLeast(limit) => value >= limit,
        Reading::AtMost(limit) => value <= limit,
    }
}
