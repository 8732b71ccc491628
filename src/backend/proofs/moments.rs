//! Moments: rules that are evaluated hours apart, and at each of these times find a world of its own. What a rule reads is written
//! sample by sample, at ages that lie beside the edges of its ranges, never on them: Prometheus 2 takes both ends, 3 one.

use std::collections::BTreeMap;

use super::case::Case;
use super::series::{Tick, ticks};
use super::witness::Labels;
use crate::value::{Decimal, Duration};

/// When samples are, and when rules are evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The distance of samples: half an evaluation, so that one lies between any two.
    pub(super) grid: Duration,
    /// The distance of moments.
    pub(super) apart: Duration,
}

impl Clock {
    /// Moments at least so far apart. None where half an evaluation is not a whole number of milliseconds.
    pub(super) fn new(every: Duration, apart: Duration) -> Option<Self> {
        if !every.as_micros().is_multiple_of(2_000) || every.is_zero() {
            return None;
        }
        let grid = Duration::from_micros(every.as_micros() / 2);
        // A whole number of both minutes and samples.
        let step = super::context::align(Duration::from_mins(5), grid, grid);
        Some(Self { grid, apart: step.times(apart.as_micros().div_ceil(step.as_micros()).max(1)) })
    }
    /// The youngest sample that is older than this, in steps.
    pub(super) fn beyond(self, age: Duration) -> u64 {
        age.as_micros() / self.grid.as_micros() + 1
    }
    /// The oldest sample that is younger than this, in steps.
    pub(super) fn within(self, age: Duration) -> u64 {
        age.as_micros().div_ceil(self.grid.as_micros()).saturating_sub(1)
    }
    /// The time of a moment, counted from 1.
    pub(super) fn at(self, moment: u64) -> Duration {
        self.apart.times(moment)
    }
    fn steps(self) -> u64 {
        self.apart.as_micros() / self.grid.as_micros()
    }
}

/// Series made sample by sample.
pub(super) struct Samples {
    clock: Clock,
    /// Which moment is being made, counted from 1.
    pub(super) moment: u64,
    series: BTreeMap<(String, Labels), BTreeMap<u64, Decimal>>,
}

impl Samples {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, moment: 1, series: BTreeMap::new() }
    }
    /// A sample so many steps before the moment.
    pub(super) fn put(&mut self, name: &str, labels: &Labels, age: u64, value: Decimal) {
        let step = (self.moment * self.clock.steps()).saturating_sub(age);
        self.series.entry((name.to_owned(), labels.clone())).or_default().insert(step, value);
    }
    /// Hands everything to a case.
    pub(super) fn feed(self, case: &mut Case) {
        for ((name, labels), samples) in self.series {
            let mut list = Vec::new();
            for (step, value) in samples {
                list.resize(usize::try_from(step).unwrap_or(0), Tick::Gap);
                list.push(Tick::Value(value));
            }
            case.feed(&name, &labels, ticks(&list));
        }
    }
}
