//! Measurements with all names, units and parameters resolved.

use super::{Composition, MatchOp, PromisePath, Stat, Which};
use serde::Serialize;

use crate::value::{Decimal, Duration};

/// One label matcher.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// The comparison.
    pub op: MatchOp,
    /// The value, unescaped.
    pub value: String,
}

/// A metric with its matchers. `scope` of slovo.yaml and `where` are already added.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Selector {
    /// The metric's name as in the catalogue: without `_bucket` or `_count` for a classic histogram; may be any UTF-8.
    pub metric: String,
    /// Matchers in the order written.
    pub matchers: Vec<Matcher>,
    /// Its series are born with their first event (`born with its first event`): a series that appears on a target that was
    /// scraped before counts whole.
    pub born_with_event: bool,
    /// Its series vanish while nothing happens (`silent when idle`): as long as this finds something, that they are missing
    /// means that nothing happens.
    pub alive: Option<Box<Selector>>,
    /// Each of its samples says what was counted since the one before (`samples are increases`).
    pub increases: Option<Increases>,
    /// A classic histogram that may be converted to a native one with custom buckets (`stored classic or native`): either is there,
    /// or both.
    pub either: bool,
}

/// How samples count that are increases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Increases {
    /// How often a sample comes.
    pub every: Duration,
    /// What of time it counts: longer than `every` where each value is repeated.
    pub over: Duration,
}

/// A value of a sample compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The sample counts when its value is at least this.
    AtLeast(Decimal),
    /// The sample counts when its value is at most this.
    AtMost(Decimal),
}

/// One addend of a stream: something that gives events per second.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// `rate` of a counter.
    Counter(Selector),
    /// All observations of a histogram.
    HistogramCount {
        /// The histogram.
        selector: Selector,
        /// Native instead of classic.
        native: bool,
    },
    /// Observations at or below a limit.
    HistogramWithin {
        /// The histogram.
        selector: Selector,
        /// Native instead of classic.
        native: bool,
        /// In the metric's unit; a bucket bound for a classic histogram.
        limit: Decimal,
    },
    /// Observations above a limit.
    HistogramOver {
        /// The histogram.
        selector: Selector,
        /// Native instead of classic.
        native: bool,
        /// In the metric's unit; a bucket bound for a classic histogram.
        limit: Decimal,
    },
    /// Samples of a gauge: each sample of each series is one event; with a condition, those that meet it.
    Readings {
        /// The gauge.
        selector: Selector,
        /// Which samples count; all without.
        condition: Option<Reading>,
    },
    /// The user's own PromQL: events per second, with `$range` where the base range goes.
    Promql(String),
}

impl Series {
    /// What it reads; none of a query of the user's own.
    pub fn selector(&self) -> Option<&Selector> {
        match self {
            Self::Counter(selector)
            | Self::HistogramCount { selector, .. }
            | Self::HistogramWithin { selector, .. }
            | Self::HistogramOver { selector, .. }
            | Self::Readings { selector, .. } => Some(selector),
            Self::Promql(_) => None,
        }
    }
    /// Is it stored as the histogram's `_count`?
    pub fn is_classic_count(&self) -> bool {
        match self {
            Self::HistogramCount { native, .. } => !native,
            Self::Counter(_)
            | Self::HistogramWithin { .. }
            | Self::HistogramOver { .. }
            | Self::Readings { .. }
            | Self::Promql(_) => false,
        }
    }
}

impl Series {
    /// The query, where it is one.
    fn query(&self) -> Option<&str> {
        if let Self::Promql(query) = self { Some(query) } else { None }
    }
    /// The same, to be changed.
    fn query_mut(&mut self) -> Option<&mut String> {
        if let Self::Promql(query) = self { Some(query) } else { None }
    }
}

/// Events, and which of them are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Events {
    /// All events: the sum.
    pub total: Vec<Series>,
    /// The good or the bad ones: the sum.
    pub outcome: Outcome,
    /// How bad ones are told where they are bad in several ways that may come together (`bad over 1s or where {..}`): for
    /// each way its part of each addend of the total. An event counts once however many it meets, so the outcome is what
    /// none of them picks. Empty for all others.
    pub faults: Vec<Vec<Series>>,
}

/// Which side of the events is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// These are good, the rest is bad.
    Good(Vec<Series>),
    /// These are bad.
    Bad(Vec<Series>),
}

/// What was started and must finish in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// Started: the sum.
    pub started: Vec<Series>,
    /// Finished: the sum.
    pub finished: Vec<Series>,
    /// In time means within this.
    pub within: Duration,
    /// What finished later than that: where the finished side is a histogram of durations. Empty where only finishes are
    /// counted: then what is late can't be told from what is in time.
    pub late: Vec<Series>,
}

impl Completion {
    /// What finished, and what of it finished late; none where durations aren't measured.
    pub fn finishes(&self) -> Option<Events> {
        (!self.late.is_empty()).then(|| Events {
            total: self.finished.clone(),
            outcome: Outcome::Bad(self.late.clone()),
            faults: Vec::new(),
        })
    }
    /// The time to finish as a share of the error budget, both as times without any success: `T / (b W)`. What is under way
    /// looks like what is lost for so long, so up to this share of the budget can be lost unseen. `budget` is a fraction.
    pub fn unseen(&self, budget: Decimal, window: Duration) -> Decimal {
        let whole = Decimal::from(window.as_micros()) * budget;
        Decimal::from(self.within.as_micros()).checked_div(whole).unwrap_or(Decimal::MAX)
    }
}

/// Slices of time, each good or bad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Slices {
    /// The length of a slice.
    pub slice: Duration,
    /// What makes it good.
    pub condition: Condition,
    /// A slice without data is bad (otherwise it isn't counted).
    pub silence_is_bad: bool,
}

/// What makes a slice good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// At least this share (a fraction) of the slice's events was good. A percentile is this too: p95 within 800ms is
    /// at least 0.95 within 800ms.
    Share {
        /// The events.
        events: Events,
        /// A fraction in (0, 1].
        at_least: Decimal,
        /// The percentile it was written as (95), where it was.
        percentile: Option<Decimal>,
    },
    /// A statistic of gauge readings.
    Stat {
        /// Which.
        stat: Stat,
        /// The gauge.
        selector: Selector,
        /// What is good.
        good: Reading,
    },
    /// The mean of what a histogram or a summary observed in the slice.
    Mean {
        /// All that is observed.
        of: Series,
        /// What is good, in the metric's unit.
        good: Reading,
        /// The limit in seconds, where the unit is one of time.
        seconds: Option<Decimal>,
        /// The unit as declared.
        unit: String,
    },
    /// Now minus a timestamp.
    Age {
        /// The newest or the oldest of several.
        which: Which,
        /// A gauge of a Unix time.
        selector: Selector,
        /// Timestamp units per second: 1 for seconds, 1000 for milliseconds.
        per_second: Decimal,
        /// The greatest good age, in seconds.
        at_most: Decimal,
    },
    /// The user's own PromQL: a value now.
    Promql {
        /// The query.
        query: String,
        /// What is good.
        good: Reading,
    },
}

/// A promise made of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Composed {
    /// Product or minimum.
    pub how: Composition,
    /// The members, at least two.
    pub members: Vec<PromisePath>,
}

/// How a promise is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measurement {
    /// Good and bad events.
    Events(Events),
    /// Started and finished.
    Completion(Completion),
    /// Good and bad slices of time.
    Slices(Slices),
    /// Other promises.
    Composed(Composed),
}

impl Measurement {
    /// Its events, or those of its slices where a share of them is judged.
    pub fn events(&self) -> Option<&Events> {
        match self {
            Self::Events(events)
            | Self::Slices(Slices { condition: Condition::Share { events, .. }, .. }) => Some(events),
            Self::Slices(_) | Self::Completion(_) | Self::Composed(_) => None,
        }
    }
    /// Is it quiet where nothing is there: does every addend of all events vanish while nothing happens?
    pub fn silent_when_idle(&self) -> bool {
        let total = match self {
            Self::Completion(completion) => Some(&completion.started),
            Self::Slices(slices) if slices.silence_is_bad => None,
            Self::Slices(Slices { condition: Condition::Mean { of, .. }, .. }) => {
                return of.selector().is_some_and(|s| s.alive.is_some());
            }
            Self::Events(_) | Self::Slices(_) | Self::Composed(_) => self.events().map(|e| &e.total),
        };
        total.is_some_and(|list| list.iter().all(|s| s.selector().is_some_and(|s| s.alive.is_some())))
    }
    /// Is it judged by values that may be there and no number, which are then no reading: of a gauge, or of a query?
    pub fn may_be_no_number(&self) -> bool {
        match self {
            Self::Events(events) => events.total.iter().all(|s| matches!(s, Series::Readings { .. })),
            Self::Slices(slices) => {
                let value = match slices.condition {
                    Condition::Stat { .. } | Condition::Age { .. } | Condition::Promql { .. } => true,
                    Condition::Share { .. } | Condition::Mean { .. } => false,
                };
                value && !slices.silence_is_bad
            }
            Self::Completion(_) | Self::Composed(_) => false,
        }
    }
    /// How much longer than a sample takes to come its increases reach back.
    pub fn smeared(&self) -> Duration {
        let longer = |s: &Series| {
            let increases = s.selector()?.increases?;
            Some(Duration::from_micros(
                increases.over.as_micros().saturating_sub(increases.every.as_micros()),
            ))
        };
        self.series().filter_map(longer).max().unwrap_or_default()
    }
    /// The addends of its streams: what counts events, and of a completion what finished late.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        let none: &[Series] = &[];
        let (first, second, third) = match self {
            Self::Events(events)
            | Self::Slices(Slices { condition: Condition::Share { events, .. }, .. }) => {
                let (Outcome::Good(list) | Outcome::Bad(list)) = &events.outcome;
                (events.total.as_slice(), list.as_slice(), none)
            }
            Self::Completion(completion) => {
                (completion.started.as_slice(), completion.finished.as_slice(), completion.late.as_slice())
            }
            Self::Slices(Slices { condition: Condition::Mean { of, .. }, .. }) => {
                (std::slice::from_ref(of), none, none)
            }
            Self::Slices(_) | Self::Composed(_) => (none, none, none),
        };
        first.iter().chain(second).chain(third)
    }
    /// The queries of the user's own.
    pub fn queries(&self) -> impl Iterator<Item = &str> {
        let condition = match self {
            Self::Slices(Slices { condition: Condition::Promql { query, .. }, .. }) => Some(query.as_str()),
            Self::Slices(_) | Self::Events(_) | Self::Completion(_) | Self::Composed(_) => None,
        };
        self.series().filter_map(Series::query).chain(condition)
    }
    /// The same, to be changed.
    fn queries_mut(&mut self) -> Vec<&mut String> {
        let lists: Vec<&mut Vec<Series>> = match self {
            Self::Slices(Slices { condition: Condition::Promql { query, .. }, .. }) => return vec![query],
            Self::Events(events)
            | Self::Slices(Slices { condition: Condition::Share { events, .. }, .. }) => {
                let (Outcome::Good(list) | Outcome::Bad(list)) = &mut events.outcome;
                vec![&mut events.total, list]
            }
            Self::Completion(c) => vec![&mut c.started, &mut c.finished, &mut c.late],
            Self::Slices(_) | Self::Composed(_) => Vec::new(),
        };
        lists.into_iter().flatten().filter_map(Series::query_mut).collect()
    }
    /// Puts something that finds nothing in place of each query that isn't PromQL, which promtool would refuse with all rules
    /// beside it.
    pub(crate) fn without_foreign(&mut self) {
        for query in self.queries_mut() {
            if crate::promql::is_foreign(query) {
                "{__name__=\"not PromQL\"}".clone_into(query);
            }
        }
    }
    /// The gauge of slices that are judged by its values.
    pub fn gauge(&self) -> Option<&Selector> {
        let Self::Slices(slices) = self else { return None };
        match &slices.condition {
            Condition::Stat { selector, .. } | Condition::Age { selector, .. } => Some(selector),
            Condition::Share { .. } | Condition::Mean { .. } | Condition::Promql { .. } => None,
        }
    }
}
