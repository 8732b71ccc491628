//! What base rules count of series that were not there an evaluation before, of counters that began again, and of such that
//! were not scraped for a while.
//!
//! Whole targets are played, each with its own instance, and each of them counts or does not: the truth is the sum of those that
//! do. Beside those that count are others that must neither count nor keep them from it.

use std::collections::BTreeMap;

use super::base::with_twins;
use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::composed::was;
use super::context::{Batch, Context, value};
use super::decoys::decoys;
use super::expected::{amount, steady};
use super::inputs::{selectors, side};
use super::moments::{Clock, Samples};
use super::series::{Raw, Shape};
use super::usual;
use super::witness::Labels;
use crate::ir::ranges;
use crate::ir::{Measurement, Promise, Selector, Series};
use crate::rules::counted;
use crate::series::{BAD_EVENTS, EVENTS, EVENTS_5M, FINISHED_EVENTS};
use crate::value::{Decimal, Duration};

/// Far above any limit.
pub(super) const FAR: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
/// Half of what happens fails.
const HALF: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
/// Ten minutes of the usual traffic: what may be new at once. Divided by most small numbers it is whole.
const LIMIT: Decimal = Decimal::from_parts(50_400, 0, 0, false, 0);
/// As means a second: what is recorded under the promise's labels, and under a label that the settings once had.
const USUAL: [Decimal; 2] =
    [Decimal::from_parts(50, 0, 0, false, 0), Decimal::from_parts(34, 0, 0, false, 0)];

/// The ages that tell the ranges of a promise's base rules, in steps.
#[derive(Clone, Copy)]
pub(super) struct Ages {
    /// The newest sample that may count.
    pub(super) now: u64,
    /// The newest from which a difference is taken.
    pub(super) then: u64,
    /// The oldest from which it is.
    pub(super) late: u64,
    /// Older than that.
    pub(super) dead: u64,
    /// Too old to be there now.
    pub(super) faded: u64,
    /// The oldest scrape by which a target is known, and one that is older.
    scraped: [u64; 2],
}

impl Ages {
    pub(super) fn of(context: &Context<'_>, promise: &Promise, span: Duration, clock: Clock) -> Self {
        let scrape = promise.scrape_interval;
        let presence = ranges::base_range(scrape, context.every);
        let delay = promise.scrape_timeout;
        let before = delay.plus(span);
        let back = before.plus(lookback(promise, span, presence));
        Self {
            now: clock.beyond(delay),
            then: clock.beyond(before),
            late: clock.within(back),
            dead: clock.beyond(back),
            faded: clock.beyond(delay.plus(presence)),
            scraped: [clock.within(before.plus(presence)), clock.beyond(before.plus(presence))],
        }
    }
}

/// How far back a sample may be.
fn lookback(promise: &Promise, span: Duration, presence: Duration) -> Duration {
    counted::lookback(promise.scrape_interval).max(if span > presence { span.plus(presence) } else { span })
}

/// How far apart moments must be.
fn apart(context: &Context<'_>, promise: &Promise, span: Duration) -> Duration {
    let presence = ranges::base_range(promise.scrape_interval, context.every);
    let back = promise.scrape_timeout.plus(span).plus(lookback(promise, span, presence));
    back.plus(presence).plus(Duration::from_mins(15))
}

/// Adds a file: one case for each batch.
pub(super) fn prove(context: &Context<'_>, batches: &[Batch<'_, '_>], suites: &mut Vec<Suite>) {
    let span = |promise: &Promise| usual::span(promise).unwrap_or(context.every);
    let all = batches.iter().flat_map(|b| &b.list).map(|(e, _)| apart(context, e.promise, span(e.promise)));
    let Some(clock) = all.max().and_then(|apart| Clock::new(context.every, apart)) else { return };
    let mut suite = Suite {
        name: format!("{}-newcomers", context.journey.id),
        journeys: vec![context.journey.id.clone()],
        every: clock.apart,
        cases: Vec::new(),
    };
    for batch in batches {
        let mut case =
            Case::new("base rules: newcomers, restarts, and what was away for a while", clock.grid);
        let near: Vec<&Promise> = batch.list.iter().map(|(e, _)| e.promise).collect();
        for (entry, list) in &batch.list {
            let promise = entry.promise;
            if promise.scrape_timeout.is_zero()
                || !list.iter().all(|r| matches!(r.shape, Shape::Counter { .. }) && r.each.is_none())
            {
                continue;
            }
            let ages = Ages::of(context, promise, span(promise), clock);
            let stage = Stage { context, promise, list, near: &near, clock, ages };
            match promise.measurement {
                Measurement::Events(_) | Measurement::Completion(_) => stage.play(&mut case),
                Measurement::Slices(_) => usual::play(&stage, &mut case),
                Measurement::Composed(_) => {}
            }
        }
        if !case.checks.is_empty() {
            suite.cases.push(case);
        }
    }
    if !suite.cases.is_empty() {
        suites.push(suite);
    }
}

/// A promise whose series are played.
pub(super) struct Stage<'a, 'm> {
    pub(super) context: &'a Context<'m>,
    pub(super) promise: &'a Promise,
    pub(super) list: &'a [Raw],
    near: &'a [&'a Promise],
    pub(super) clock: Clock,
    pub(super) ages: Ages,
}

/// What a target's series do until the moment.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Course {
    /// They were there an evaluation before, and grew.
    Known,
    /// They come for the first time.
    Born,
    /// As usual; only those of bad events come for the first time.
    Failing,
    /// They began again, a little below what they were.
    Restarted,
    /// They were last seen as long ago as may be.
    Away,
    /// They were last seen longer ago than that.
    Forgotten,
    /// They were last seen then, and are not there now.
    Gone(u64),
    /// The bucket of the limit is spelled another way since the evaluation before, or since a while ago.
    Respelled { long_ago: bool },
}

/// What stands on its target.
pub(super) struct Target {
    pub(super) labels: Labels,
    pub(super) course: Course,
    /// What a plain counter counts.
    pub(super) unit: Decimal,
    /// The part that is bad.
    pub(super) bad: Decimal,
}

impl Stage<'_, '_> {
    fn play(&self, case: &mut Case) {
        let mut samples = Samples::new(self.clock);
        let twins = with_twins(self.list);
        let weights: Vec<Decimal> = wholes(&self.promise.measurement)
            .iter()
            .filter_map(|whole| amount(self.promise, &twins, whole, HALF))
            .collect();
        let (Some(most), Some(least)) = (weights.iter().max(), weights.iter().min()) else { return };
        // All of it together, by the heaviest of its streams, or by the lightest.
        let part = |of: Decimal, percent: i64, by: &Decimal| {
            (of * Decimal::new(percent, 2)).checked_div(*by).unwrap_or_default()
        };
        let at = |n: u32| self.target(n);
        let born = |labels: Labels, unit| Target { labels, course: Course::Born, unit, bad: HALF };
        let course = |labels: Labels, course, unit| Target { labels, course, unit, bad: HALF };

        // New ones.
        let mut counts = Vec::new();
        let mut others = Vec::new();
        if let Some(first) = at(1) {
            for (name, course) in [
                ("idle", Course::Known),
                ("faded", Course::Gone(self.ages.faded)),
                ("dead", Course::Gone(self.ages.dead)),
            ] {
                let mut labels = first.clone();
                labels.insert("slovo_twin".to_owned(), name.to_owned());
                others.push(Target { labels, course, unit: Decimal::ZERO, bad: HALF });
            }
            for decoy in decoys(self.promise, &twins, self.near) {
                let mut labels = decoy.labels.clone();
                labels.extend(first.clone());
                samples.put(&decoy.name, &labels, self.ages.now, FAR);
            }
            if self.is_free("job") && self.is_free("instance") {
                let mut labels = first.clone();
                labels.insert("job".to_owned(), "another".to_owned());
                others.push(born(labels, FAR));
            }
            counts.push(born(first, part(LIMIT, 99, most)));
        }
        counts.extend(at(2).map(|t| born(t, exactly(LIMIT, *most))));
        others.extend(at(3).map(|t| born(t, part(LIMIT, 101, least))));
        others.extend(at(4).map(|t| born(t, FAR)));
        counts.extend(at(5).map(|t| course(t, Course::Known, part(LIMIT, 500, most))));
        let says = "is new on its target, where that is no more than ten minutes of usual traffic";
        self.moment(&mut samples, LIMIT, (&counts, &others), says, case);

        // Failures.
        let late = |r: &Raw| matches!(r.shape, Shape::Counter { base: 0, slope: 1.. });
        if self.list.iter().any(late) {
            let counts = at(1).map(|t| course(t, Course::Failing, part(LIMIT, 99, most)));
            let says = "fails for the first time";
            self.moment(&mut samples, LIMIT, (counts.as_slice(), &[]), says, case);
        }

        // Away, and again.
        let counts: Vec<Target> = [
            at(1).map(|t| course(t, Course::Away, part(LIMIT, 500, most))),
            at(2).map(|t| course(t, Course::Restarted, part(LIMIT, 30, most))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let others: Vec<Target> = [
            at(3).map(|t| course(t, Course::Forgotten, FAR)),
            at(4).map(|t| course(t, Course::Restarted, part(LIMIT, 300, least))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let says = "was counted while nobody looked, or since a restart";
        self.moment(&mut samples, LIMIT, (&counts, &others), says, case);

        // Hardly any traffic.
        let counts = at(1).map(|t| born(t, exactly(Decimal::ONE, *most)));
        let others = at(2).map(|t| born(t, part(Decimal::ONE, 101, least)));
        let says = "is a single event where there is no traffic";
        self.moment(&mut samples, Decimal::ZERO, (counts.as_slice(), others.as_slice()), says, case);

        if twins.iter().any(respelled) {
            let counts: Vec<Target> = [
                at(1).map(|t| course(t, Course::Respelled { long_ago: false }, part(LIMIT, 500, most))),
                at(2).map(|t| course(t, Course::Respelled { long_ago: true }, part(LIMIT, 300, most))),
            ]
            .into_iter()
            .flatten()
            .collect();
            let says = "comes while the bucket of the limit changes its spelling";
            self.moment(&mut samples, LIMIT, (&counts, &[]), says, case);
        }
        if selectors(&self.promise.measurement).iter().all(|s| s.born_with_event) {
            self.born_with_event(&mut samples, case);
        }
        self.foreign_series(case);
        samples.feed(case);
    }

    /// Counters that are born with their first event count whole on a target that was scraped before.
    fn born_with_event(&self, samples: &mut Samples, case: &mut Case) {
        // Every promise of the case has targets of its own: one series can't be given twice.
        let target = |number| {
            let mut labels = self.target(number)?;
            let own = labels.values_mut().next()?;
            *own = format!("{own} of {}", self.promise.path);
            Some(labels)
        };
        let (Some(first), Some(second), Some(third)) = (target(1), target(2), target(3)) else { return };
        let [scraped, unknown] = self.ages.scraped;
        for (target, age) in [(&first, scraped), (&second, self.ages.now), (&third, unknown)] {
            let own = self.list.first().map(|r| &r.labels);
            let mut labels = target.clone();
            for name in ["job", "instance"] {
                let value = own.and_then(|l| l.get(name)).map(|v| (name.to_owned(), v.clone()));
                if !labels.contains_key(name) {
                    labels.extend(value);
                }
            }
            samples.put("up", &labels, age, Decimal::ONE);
        }
        let born = |labels| Target { labels, course: Course::Born, unit: FAR, bad: HALF };
        let others = [born(second), born(third)];
        let says = "is born with its first event, on a target that was scraped before";
        self.moment(samples, LIMIT, (&[born(first)], &others), says, case);
    }

    /// Plays targets, of which the first ones count, and asks.
    fn moment(
        &self,
        samples: &mut Samples,
        limit: Decimal,
        (counts, others): (&[Target], &[Target]),
        says: &str,
        case: &mut Case,
    ) {
        let twins = with_twins(self.list);
        let mut truth = BTreeMap::from([(0, Decimal::ZERO), (1, Decimal::ZERO)]);
        for target in counts {
            let Some(counted) = steady(self.promise, &twins, target.bad, target.unit) else { return };
            for (at, more) in [(0, counted.events), (1, counted.second)] {
                *truth.entry(at).or_default() += more;
            }
        }
        for target in counts.iter().chain(others) {
            self.act(samples, target);
        }
        self.usual_traffic(samples, limit);
        let completes = matches!(self.promise.measurement, Measurement::Completion(_));
        let (second, word) = if completes { (FINISHED_EVENTS, "finished") } else { (BAD_EVENTS, "bad") };
        for ((_, truth), (name, word)) in truth.into_iter().zip([(EVENTS, "events"), (second, word)]) {
            let query = self.context.series(name, self.promise, None);
            let labels = self.context.labels(self.promise, None);
            let says = format!("{word}: what {says}, counts whole, and nothing else does");
            let at = self.clock.at(samples.moment);
            case.checks.push(value(self.promise, at, says, (&query, labels), (truth, Decimal::ONE, 6)));
        }
        samples.moment += 1;
    }

    /// The series of a target, and their twins.
    pub(super) fn act(&self, samples: &mut Samples, target: &Target) {
        let twins =
            target.labels.get("slovo_twin").map_or_else(|| with_twins(self.list), |_| self.list.to_vec());
        for raw in &twins {
            let mut labels = raw.labels.clone();
            labels.extend(target.labels.clone());
            let grows = target.unit * raw.growth(target.bad).unwrap_or_default();
            self.one(samples, raw, &labels, target.course, grows);
        }
    }

    fn one(&self, samples: &mut Samples, raw: &Raw, labels: &Labels, course: Course, grows: Decimal) {
        let Ages { now, then, late, dead, .. } = self.ages;
        let mut put = |age: u64, value: Decimal| samples.put(&raw.name, labels, age, value);
        // Scrapes that are still under way.
        let next = |now: Decimal| now + FAR;
        let first = matches!(raw.shape, Shape::Counter { base: 0, slope: 1.. });
        match course {
            Course::Gone(age) => put(age, FAR),
            Course::Born => {
                put(now, grows);
                put(0, next(grows));
            }
            Course::Failing if first => {
                put(now, grows);
                put(0, next(grows));
            }
            Course::Respelled { long_ago } if respelled(raw) => {
                let mut new = labels.clone();
                if let Some(le) = new.get_mut("le") {
                    le.push_str(".0");
                }
                if long_ago {
                    samples.put(&raw.name, labels, late, FAR / Decimal::TWO);
                    samples.put(&raw.name, &new, then, FAR);
                } else {
                    samples.put(&raw.name, labels, then, FAR);
                }
                samples.put(&raw.name, &new, now, FAR + grows);
            }
            Course::Known | Course::Failing | Course::Respelled { .. } => {
                put(then, FAR);
                put(now, FAR + grows);
                put(0, next(FAR + grows));
            }
            Course::Restarted => {
                put(then, grows + HALF);
                put(now, grows);
                put(0, next(grows));
            }
            Course::Away => {
                put(late, FAR);
                put(now, FAR + grows);
                put(0, next(FAR + grows));
            }
            Course::Forgotten => {
                put(dead, FAR);
                put(now, FAR + grows);
                put(0, next(FAR + grows));
            }
        }
    }

    /// Roll-ups of the last hour, and a little before: little traffic first, then the usual, then much. Neither another quantile
    /// nor another range has the same limit.
    fn usual_traffic(&self, samples: &mut Samples, limit: Decimal) {
        let own = self.context.labels(self.promise, None);
        for (labels, usual) in [(was(&own), USUAL[1]), (own, USUAL[0])] {
            let usual = if limit.is_zero() { Decimal::ZERO } else { usual };
            for n in 0..14_u64 {
                let age = Duration::from_secs(150 + 300 * n);
                let age = age.as_micros() / self.clock.grid.as_micros();
                let times = match n {
                    0..=4 => Decimal::TWO,
                    5 | 6 => Decimal::ONE,
                    _ => HALF,
                };
                samples.put(EVENTS_5M, &labels, age, usual * times);
            }
        }
    }

    /// The traffic of others.
    fn foreign_series(&self, case: &mut Case) {
        let own = self.context.labels(self.promise, None);
        for label in SCOPE_LABELS.into_iter().chain(["step", "promise"]) {
            case.feed(EVENTS_5M, &foreign(own.clone(), label), format!("{FAR}x10000"));
        }
    }

    /// The labels of target number so and so; only the first where none can be told apart.
    pub(super) fn target(&self, number: u32) -> Option<Labels> {
        let mut labels = Labels::new();
        let of = |name: &str, value: String| (name.to_owned(), value);
        match (self.is_free("job"), self.is_free("instance")) {
            (true, true) => labels.extend([of("job", "one".to_owned()), of("instance", number.to_string())]),
            (false, true) => labels.extend([of("instance", number.to_string())]),
            (true, false) => labels.extend([of("job", number.to_string())]),
            (false, false) if number == 1 => {}
            (false, false) => return None,
        }
        Some(labels)
    }
    /// Does nobody ask for this label?
    fn is_free(&self, label: &str) -> bool {
        let asked = |s: &&Selector| s.matchers.iter().any(|m| m.label == label);
        !selectors(&self.promise.measurement).iter().any(asked)
            && !self.list.iter().any(|r| r.labels.contains_key(label))
    }
}

/// The amount by which so much comes together, where it is a short number; else a little less.
fn exactly(limit: Decimal, by: Decimal) -> Decimal {
    let exact = limit.checked_div(by).unwrap_or_default().normalize();
    if exact.scale() <= 6 { exact } else { exact * Decimal::new(99, 2) }
}

/// The bucket of a whole limit, which newer versions write as `1.0`.
fn respelled(raw: &Raw) -> bool {
    raw.name.ends_with("_bucket")
        && raw.labels.get("le").is_some_and(|le| le.chars().all(|c| c.is_ascii_digit()))
}

/// The streams by which newcomers are weighed: each addend, and what is judged where it is not part of one.
pub(super) fn wholes(measurement: &Measurement) -> Vec<Series> {
    let (total, judged): (&[Series], &[Series]) = match measurement {
        Measurement::Events(events) => (&events.total, side(&events.outcome)),
        Measurement::Completion(completion) => (&completion.started, &completion.finished),
        Measurement::Slices(_) | Measurement::Composed(_) => return Vec::new(),
    };
    of_streams(total, judged)
}

pub(super) fn of_streams(total: &[Series], judged: &[Series]) -> Vec<Series> {
    let whole = |series: &Series| match series {
        Series::HistogramWithin { selector, native, .. } | Series::HistogramOver { selector, native, .. } => {
            Series::HistogramCount { selector: selector.clone(), native: *native }
        }
        Series::Counter(_) | Series::HistogramCount { .. } | Series::Readings { .. } | Series::Promql(_) => {
            series.clone()
        }
    };
    let mut list: Vec<Series> = total.iter().map(whole).collect();
    for series in judged {
        let of = series.selector();
        let is_part = total.iter().filter_map(Series::selector).any(|all| {
            of.is_some_and(|own| {
                own.metric == all.metric && all.matchers.iter().all(|m| own.matchers.contains(m))
            })
        });
        if !is_part {
            list.push(whole(series));
        }
    }
    list
}
