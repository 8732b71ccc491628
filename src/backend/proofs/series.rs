//! Series in promtool's notation: raw ones that behave as a timeline tells, and plain lists of values.

use std::fmt::Write as _;

use super::witness::Labels;
use crate::promql::print;
use crate::value::{Decimal, Duration};

/// A stretch of a timeline, as the raw series see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// This fraction of events is bad.
    Failing(Decimal),
    /// The targets are gone: series are marked stale.
    Silent,
    /// There is nothing to say: gauges say that they are not a number, counters stand still.
    Unknown,
}

/// Nothing fails.
pub(super) const FINE: State = State::Failing(Decimal::ZERO);
/// Everything fails.
pub(super) const DOWN: State = State::Failing(Decimal::ONE);

/// What happens, in order.
pub(super) type Timeline = Vec<(State, Duration)>;

/// How a raw series moves with the failing fraction `f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A counter that grows by `per_scrape * (base + slope * f)` at each scrape: good events are (1, -1), bad ones (0, 1), all (1, 0).
    Counter {
        /// The part that doesn't depend on `f`.
        base: i32,
        /// The part that does.
        slope: i32,
    },
    /// What observations add up to: so much for each event when good, so much when bad.
    Sum {
        /// A mean that is good.
        fine: Decimal,
        /// A mean that is bad.
        sick: Decimal,
    },
    /// A gauge with one value when good and another when bad; `f` of its kind are bad: number `index` of `of`.
    Gauge {
        /// A value that is good.
        good: Decimal,
        /// A value that is bad.
        bad: Decimal,
        /// Which of the replicas.
        index: u32,
        /// How many replicas.
        of: u32,
    },
    /// A timestamp: now (times `per_second`) when good, a fixed old one when anything fails.
    Clock {
        /// Units per second.
        per_second: Decimal,
        /// The old one.
        old: Decimal,
    },
}

/// One raw series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Raw {
    /// The metric's name with its suffix.
    pub(super) name: String,
    /// Its labels.
    pub(super) labels: Labels,
    /// How it moves.
    pub(super) shape: Shape,
    /// Each sample is an increase: so many times what is counted with it. None for what counts up.
    pub(super) each: Option<Decimal>,
    /// Not there before the first failure, as a series of errors usually isn't.
    pub(super) late: bool,
}

/// Counters don't begin at zero: `rate` would take them for new ones.
pub(super) const HEAD_START: Decimal = Decimal::ONE_THOUSAND;

impl Raw {
    /// What a counter grows by at each scrape, as a multiple of what is usual; none where it counts nothing.
    pub(super) fn growth(&self, f: Decimal) -> Option<Decimal> {
        match self.shape {
            Shape::Counter { base, slope } => Some(Decimal::from(base) + Decimal::from(slope) * f),
            Shape::Sum { fine, sick } => Some(fine + (sick - fine) * f),
            Shape::Gauge { .. } | Shape::Clock { .. } => None,
        }
    }
    /// The value of a gauge; none where it is none.
    pub(super) fn reading(&self, f: Decimal) -> Option<Decimal> {
        match self.shape {
            Shape::Gauge { good, bad, index, of } => {
                Some(if Decimal::from(index) < f * Decimal::from(of) { bad } else { good })
            }
            Shape::Counter { .. } | Shape::Sum { .. } | Shape::Clock { .. } => None,
        }
    }

    /// Its values over a timeline, one sample a scrape, the first at 0. A counter grows by `per_scrape` times its shape.
    pub(super) fn values(
        &self,
        timeline: &[(State, Duration)],
        scrape: Duration,
        per_scrape: Decimal,
    ) -> String {
        let mut out = String::new();
        let (mut count, mut tick) = (HEAD_START * per_scrape, 0_u64);
        let mut born = !self.late;
        for (state, length) in timeline {
            let n = (length.as_micros() / scrape.as_micros().max(1)).max(1);
            if !out.is_empty() {
                out.push(' ');
            }
            match state {
                State::Silent | State::Unknown if !born => gap(&mut out, n),
                State::Silent => {
                    out.push_str("stale");
                    if n > 1 {
                        out.push(' ');
                        gap(&mut out, n - 1);
                    }
                }
                State::Unknown => match self.shape {
                    Shape::Counter { .. } | Shape::Sum { .. } => {
                        self.grow(&mut out, &mut count, Decimal::ZERO, n);
                    }
                    Shape::Gauge { .. } | Shape::Clock { .. } => {
                        let _ = write!(out, "NaN{}", " NaN".repeat(usize::try_from(n - 1).unwrap_or(0)));
                    }
                },
                State::Failing(f) => {
                    born |= *f > Decimal::ZERO;
                    if born {
                        self.stretch(&mut out, *f, (tick, n), scrape, per_scrape, &mut count);
                    } else {
                        gap(&mut out, n);
                    }
                }
            }
            tick += n;
        }
        out
    }

    /// What is counted at each of so many samples.
    pub(super) fn grow(&self, out: &mut String, count: &mut Decimal, step: Decimal, samples: u64) {
        if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        match self.each {
            Some(times) => {
                let _ = write!(out, "{}+0x{}", (step * times).normalize(), samples - 1);
            }
            None => climb(out, count, step, samples),
        }
    }

    fn stretch(
        &self,
        out: &mut String,
        f: Decimal,
        (tick, n): (u64, u64),
        scrape: Duration,
        per_scrape: Decimal,
        count: &mut Decimal,
    ) {
        match self.shape {
            Shape::Counter { .. } | Shape::Sum { .. } => {
                self.grow(out, count, per_scrape * self.growth(f).unwrap_or_default(), n);
            }
            Shape::Gauge { .. } => {
                let value = self.reading(f).unwrap_or_default().normalize();
                let _ = write!(out, "{value}+0x{}", n - 1);
            }
            Shape::Clock { per_second, .. } if f.is_zero() => {
                let step = (scrape.seconds() * per_second).normalize();
                let first = (step * Decimal::from(tick)).normalize();
                let _ = write!(out, "{first}+{step}x{}", n - 1);
            }
            Shape::Clock { old, .. } => {
                let _ = write!(out, "{}+0x{}", old.normalize(), n - 1);
            }
        }
    }
}

/// A counter grows by a step at each of so many samples.
pub(super) fn climb(out: &mut String, count: &mut Decimal, step: Decimal, samples: u64) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    let first = *count + step;
    *count += step * Decimal::from(samples);
    let _ = write!(out, "{}+{}x{}", first.normalize(), step.normalize(), samples - 1);
}

fn gap(out: &mut String, n: u64) {
    let _ = write!(out, "_x{n}");
}

/// One sample of a series that is fed as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tick {
    /// A value.
    Value(Decimal),
    /// No sample.
    Gap,
    /// A marker: the series ends here.
    Stale,
}

/// Values in promtool's notation, equal ones put together.
pub(super) fn ticks(list: &[Tick]) -> String {
    let mut out = String::new();
    for run in list.chunk_by(|a, b| a == b) {
        if !out.is_empty() {
            out.push(' ');
        }
        let _ = match run.first() {
            Some(Tick::Value(v)) => write!(out, "{}+0x{}", v.normalize(), run.len() - 1),
            Some(Tick::Stale) => {
                let _ = write!(out, "stale");
                if run.len() > 1 { write!(out, " _x{}", run.len() - 1) } else { Ok(()) }
            }
            Some(Tick::Gap) | None => write!(out, "_x{}", run.len()),
        };
    }
    out
}

/// `name{label="value"}`; a name that is not a plain identifier stands in the braces.
pub(crate) fn notation(name: &str, labels: &Labels) -> String {
    let mut out = String::new();
    let plain = print::is_metric_name(name);
    if plain {
        out.push_str(name);
    }
    out.push('{');
    if !plain && !name.is_empty() {
        out.push_str("__name__=");
        print::quote_into(&mut out, name);
    }
    for (label, value) in labels {
        if !out.ends_with('{') {
            out.push(',');
        }
        print::label_name(&mut out, label);
        out.push('=');
        print::quote_into(&mut out, value);
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(shape: Shape, late: bool, timeline: &[(State, u64)]) -> String {
        let raw = Raw { name: "x".to_owned(), labels: Labels::new(), shape, each: None, late };
        let timeline: Vec<_> = timeline.iter().map(|(s, n)| (*s, Duration::from_secs(15 * n))).collect();
        raw.values(&timeline, Duration::from_secs(15), Decimal::from(10))
    }

    #[test]
    fn counters_gauges_clocks() {
        let half = State::Failing(Decimal::new(5, 1));
        let good = Shape::Counter { base: 1, slope: -1 };
        assert_eq!(
            values(good, false, &[(FINE, 4), (half, 2), (State::Silent, 3)]),
            "10010+10x3 10045+5x1 stale _x2"
        );
        let bad = Shape::Counter { base: 0, slope: 1 };
        assert_eq!(values(bad, true, &[(FINE, 4), (half, 2), (FINE, 1)]), "_x4 10005+5x1 10010+0x0");
        let gauge = |index| Shape::Gauge { good: Decimal::ONE, bad: Decimal::ZERO, index, of: 2 };
        assert_eq!(values(gauge(0), false, &[(FINE, 2), (half, 2)]), "1+0x1 0+0x1");
        assert_eq!(values(gauge(1), false, &[(FINE, 2), (half, 2)]), "1+0x1 1+0x1");
        let clock = Shape::Clock { per_second: Decimal::ONE, old: -Decimal::ONE };
        assert_eq!(values(clock, false, &[(FINE, 2), (half, 1), (FINE, 2)]), "0+15x1 -1+0x0 45+15x1");
    }

    #[test]
    fn lists() {
        let v = |n: i64| Tick::Value(Decimal::from(n));
        assert_eq!(
            ticks(&[v(1), v(1), Tick::Gap, v(2), Tick::Stale, Tick::Stale]),
            "1+0x1 _x1 2+0x0 stale _x1"
        );
        let labels = Labels::from([("a".to_owned(), "\"".to_owned())]);
        assert_eq!(notation("x", &labels), "x{a=\"\\\"\"}");
        assert_eq!(notation("x.y", &Labels::new()), "{__name__=\"x.y\"}");
    }
}
