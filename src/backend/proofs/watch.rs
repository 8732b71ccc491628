//! The rules that watch reality: each kind of fault just above its limit and just below, with the neighbours that must stay
//! silent. All samples lie between evaluations, so that none is on the edge of a range.

use super::base::with_twins;
use super::case::{Case, Suite, foreign};
use super::context::{Batch, Context, check, value};
use super::decoys::{decoys, same_metric};
use super::inputs::selectors;
use super::series::{Raw, Shape, Tick, ticks};
use super::witness::Labels;
use crate::ir::ranges;
use crate::ir::{Promise, Series};
use crate::rules::text::promise_matchers;
use crate::series::{MEASUREMENT_FAULT, METRIC_LABEL, SERIES_LABELS};
use crate::value::{Decimal, Duration};

/// What the proofs of a journey share.
pub(super) struct Watch<'c, 'm> {
    pub(super) context: &'c Context<'m>,
    pub(super) near: Vec<&'m Promise>,
}

/// Adds the cases of a kind.
type Prove<'c, 'm> = fn(&Watch<'c, 'm>, &Batch<'_, '_>, &mut Suite);

/// Adds the journey's suites.
pub(super) fn prove(context: &Context<'_>, batches: &[Batch<'_, '_>], suites: &mut Vec<Suite>) {
    let id = &context.journey.id;
    let suite = |name: &str, every: Duration| Suite {
        name: format!("{id}-watch{name}"),
        journeys: vec![id.clone()],
        every,
        cases: Vec::new(),
    };
    let near = context.measured().map(|e| e.promise).collect();
    let watch = Watch { context, near };
    for (number, batch) in batches.iter().enumerate() {
        if !batch.scrape.as_micros().is_multiple_of(10_000) {
            continue;
        }
        let kinds: [(&str, u64, Prove<'_, '_>); 5] = [
            ("scrapes", 2, Watch::rarely),
            ("deaths", 9, Watch::deaths),
            ("copies", 1, Watch::copies),
            ("buckets", 1, Watch::buckets),
            ("missed", 14 * 6, Watch::missed),
        ];
        for (name, times, prove) in kinds {
            // Evaluated once, at its end.
            let every = short(batch.scrape).times(times);
            let mut one = suite(&format!("-{name}-{}", number + 1), every);
            prove(&watch, batch, &mut one);
            suites.push(one);
        }
        for (at, chunk) in batch.list.chunks(2).enumerate() {
            for promise in chunk.iter().map(|(e, _)| e.promise) {
                let span = promise.window.min(Duration::from_days(7));
                let every = span.plus(Duration::from_days(1));
                let name = format!("-ever-{}-{}-{}", number + 1, at + 1, promise.path.promise);
                let mut one = suite(&name, every);
                watch.never_bad(promise, batch, span, &mut one);
                watch.nothing_for_long(promise, span, &mut one);
                suites.push(one);
            }
        }
    }
    let mut alert = suite("-alert", ranges::SLOW);
    watch.alert(&mut alert);
    suites.push(alert);
}

/// Do the series of this metric vanish while nothing happens?
fn comes_and_goes(promise: &Promise, metric: &str) -> bool {
    let mut selectors = promise.measurement.series().filter_map(Series::selector);
    selectors.any(|s| s.metric == metric && s.alive.is_some())
}

/// Ten scrapes, at least ten minutes.
pub(super) fn short(scrape: Duration) -> Duration {
    scrape.times(10).max(Duration::from_mins(10))
}

pub(super) fn whole(n: usize) -> Decimal {
    Decimal::from(n)
}

pub(super) fn part(a: usize, b: usize) -> Decimal {
    whole(a).checked_div(whole(b)).unwrap_or_default()
}

impl Watch<'_, '_> {
    /// A selector of a promise's series, whatever its budgets are.
    pub(super) fn of(&self, name: &str, promise: &Promise, more: &str) -> String {
        let mut out = format!("{name}{{{more},");
        promise_matchers(&mut out, self.context.model.settings.project_label(), &promise.path);
        out + "}"
    }

    /// What must be recorded of a fault: a value for each metric, or nothing.
    pub(super) fn expect(
        &self,
        case: &mut Case,
        (promise, fault, at): (&Promise, &str, Duration),
        metrics: &[&str],
        (truth, says): (Option<Decimal>, &str),
    ) {
        let query =
            self.of(MEASUREMENT_FAULT, promise, &format!("fault=\"{fault}\",{METRIC_LABEL}!=\"foreign\""));
        let Some(truth) = truth else {
            case.checks.push(check(promise, at, format!("{fault}: silent, {says}"), query));
            return;
        };
        let mut labels = self.context.labels(promise, None);
        for (label, _) in &promise.for_each {
            labels.remove(label);
        }
        labels.insert("fault".to_owned(), fault.to_owned());
        let mut made: Option<super::case::Check> = None;
        for metric in metrics {
            let mut labels = labels.clone();
            if !metric.is_empty() {
                labels.insert(METRIC_LABEL.to_owned(), (*metric).to_owned());
            }
            let one =
                value(promise, at, format!("{fault}: {says}"), (&query, labels), (truth, Decimal::ONE, 6));
            match &mut made {
                Some(all) => all.expect.extend(one.expect),
                None => made = Some(one),
            }
        }
        case.checks.extend(made);
    }

    /// Scrapes at 1.6 and at 1.4 times the interval that is declared; foreign series at the declared one.
    fn rarely(&self, batch: &Batch<'_, '_>, suite: &mut Suite) {
        let at = suite.every;
        let tick = Duration::from_micros(batch.scrape.as_micros() / 10);
        let all = count(at, tick);
        for (spacing, says) in [(16, "scraped far too rarely"), (14, "scraped a little too rarely")] {
            let mut case = Case::new(format!("watch: {says}"), tick);
            // The twentieth step is half a step short of the whole.
            let held = count(short(batch.scrape), tick) - count(short(batch.scrape), tick) / 40;
            let samples = (0..all).filter(|n| n % spacing == spacing / 2).filter(|n| n + held > all).count();
            let truth = part(count(short(batch.scrape), batch.scrape), samples);
            for (entry, list) in &batch.list {
                let promise = entry.promise;
                // What is asked is of the last hour; late samples are of the one before.
                if !promise.late.is_zero() {
                    continue;
                }
                let line = |spacing: usize| {
                    let value =
                        |n: usize| if n % spacing == spacing / 2 { Tick::Value(whole(n)) } else { Tick::Gap };
                    ticks(&(0..all).map(value).collect::<Vec<_>>())
                };
                for raw in &with_twins(list) {
                    case.feed(&raw.name, &raw.labels, line(spacing));
                }
                for raw in &decoys(promise, list, &self.near) {
                    case.feed(&raw.name, &raw.labels, line(10));
                }
                let truth = (truth > Decimal::new(15, 1)).then_some(truth);
                // How many samples there are of increases says nothing of scrapes.
                let told: Vec<&str> = metrics(promise)
                    .into_iter()
                    .filter(|m| list.iter().any(|r| same_metric(&r.name, m) && r.each.is_none()))
                    .collect();
                let truth = truth.filter(|_| !told.is_empty());
                self.expect(&mut case, (promise, "scraped_too_rarely", at), &told, (truth, says));
            }
            suite.cases.push(case);
        }
    }

    /// Counters that fall, and series that end.
    fn deaths(&self, batch: &Batch<'_, '_>, suite: &mut Suite) {
        let tick = Duration::from_micros(batch.scrape.as_micros() / 2);
        let at = suite.every;
        let timelines = [
            (
                "counters fall in 14 of 50 samples",
                Life { samples: 50, falls: 14, end: None },
                true,
                Some(part(14, 50)),
            ),
            ("counters fall in a quarter", Life { samples: 48, falls: 12, end: None }, true, None),
            (
                "counters fall in a quarter",
                Life { samples: 48, falls: 12, end: None },
                false,
                Some(part(12, 96)),
            ),
            ("counters fall in 14 of 50 samples", Life { samples: 50, falls: 14, end: None }, false, None),
            (
                "one restart in 45 scrapes",
                Life { samples: 45, falls: 1, end: None },
                false,
                Some(part(1, 90)),
            ),
            ("one restart in 50 scrapes", Life { samples: 50, falls: 1, end: None }, false, None),
            // Twins end before the others: one death for forty samples.
            (
                "one of two ends after 20 scrapes",
                Life { samples: 20, falls: 0, end: Some(8) },
                false,
                Some(part(1, 80)),
            ),
        ];
        for (says, life, deltas, truth) in timelines {
            let mut case = Case::new(format!("watch: {says}"), tick);
            for (entry, list) in &batch.list {
                let promise = entry.promise;
                // What is asked is of the last hour; late samples are of the one before.
                if !promise.late.is_zero() {
                    continue;
                }
                let mut list = with_twins(list);
                list.retain(|r| matches!(r.shape, Shape::Counter { .. }) && r.each.is_none());
                let metrics: Vec<&str> = metrics(promise)
                    .into_iter()
                    .filter(|m| list.iter().any(|r| same_metric(&r.name, m)))
                    .collect();
                if metrics.is_empty() {
                    continue;
                }
                for raw in &list {
                    let twin = raw.labels.contains_key("slovo_twin");
                    let life = Life { end: life.end.filter(|_| twin), ..life };
                    case.feed(&raw.name, &raw.labels, life.values(at, tick));
                }
                let busy = Life { samples: 50, falls: 24, end: None };
                for raw in &decoys(promise, &list, &self.near) {
                    case.feed(&raw.name, &raw.labels, busy.values(at, tick));
                }
                let fault = if deltas { "counters_like_deltas" } else { "dies_too_often" };
                // The end of a series that is silent when idle is not a death.
                let lives = |m: &&str| deltas || !comes_and_goes(promise, m);
                let told: Vec<&str> = metrics.iter().copied().filter(lives).collect();
                let truth = truth.filter(|_| !told.is_empty());
                self.expect(&mut case, (promise, fault, at), &told, (truth, says));
            }
            if !case.checks.is_empty() {
                case.faults_of_strangers(self.context, &batch.list, at);
                suite.cases.push(case);
            }
        }
    }

    /// Copies by replicas of Prometheus, and what only looks like them.
    fn copies(&self, batch: &Batch<'_, '_>, suite: &mut Suite) {
        let at = suite.every;
        let steady = format!("7x{}", count(at, batch.scrape));
        let label = |labels: &Labels, list: &[(&str, &str)]| {
            let mut made = labels.clone();
            made.extend(list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
            made
        };
        let timelines = [
            ("copies by `replica`", "replica", true, true),
            ("copies by `prometheus_replica`", "prometheus_replica", true, true),
            ("copies by `__replica__`", "__replica__", true, true),
            ("a label of the metric's own", "replica", true, false),
            ("scraped twice, and merged", "replica", false, true),
            ("two clusters", "cluster", true, true),
        ];
        for (says, by, copied, scraped) in timelines {
            let mut case = Case::new(format!("watch: {says}"), batch.scrape);
            for (entry, list) in &batch.list {
                let promise = entry.promise;
                let free = |l: &str| {
                    !selectors(&promise.measurement).iter().any(|s| s.matchers.iter().any(|m| m.label == l))
                };
                if !["job", "instance", by].into_iter().all(free)
                    || promise.for_each.iter().any(|(l, _)| l == by)
                {
                    continue;
                }
                let one = |case: &mut Case, raw: &Raw, instance: &str, copies: usize| {
                    for copy in 0..copies {
                        let name = copy.to_string();
                        let labels = label(
                            &raw.labels,
                            &[("job", "the job"), ("instance", instance), (by, name.as_str())],
                        );
                        case.feed(&raw.name, &labels, steady.clone());
                    }
                };
                for raw in list.iter().filter(|r| !r.labels.contains_key("instance")) {
                    let other = Raw { labels: label(&raw.labels, &[("slovo_twin", "2")]), ..raw.clone() };
                    let (more, less) = if copied { (3, 2) } else { (1, 1) };
                    one(&mut case, raw, "a", less);
                    one(&mut case, &other, "a", more);
                    one(&mut case, raw, "b", less);
                }
                for raw in decoys(promise, list, &self.near) {
                    if !raw.labels.contains_key("instance") && !raw.labels.contains_key("job") {
                        one(&mut case, &raw, "a", 5);
                    }
                }
                let found = list.iter().any(|r| !r.labels.contains_key("instance"));
                if found {
                    let truth = (copied && scraped && by != "cluster").then_some(Decimal::from(3));
                    self.expect(&mut case, (promise, "counted_twice", at), &metrics(promise), (truth, says));
                }
            }
            if case.checks.is_empty() {
                continue;
            }
            let mut up = |job: &str, instance: &str, copies: usize| {
                for copy in 0..copies {
                    let copy_name = copy.to_string();
                    let labels = label(
                        &Labels::new(),
                        &[("job", job), ("instance", instance), (by, copy_name.as_str())],
                    );
                    // A target that is down is scraped all the same.
                    let values = if copy == 0 { steady.replace('7', "1") } else { steady.replace('7', "0") };
                    case.feed("up", &labels, values);
                }
            };
            for instance in ["a", "b"] {
                up("the job", instance, if scraped { 2 } else { 1 });
                up("another job", instance, 2);
            }
            up("the job", "c", 2);
            suite.cases.push(case);
        }
    }

    /// Buckets at the limit: missing on a target, twice on another.
    fn buckets(&self, batch: &Batch<'_, '_>, suite: &mut Suite) {
        let at = suite.every;
        let steady = format!("7x{}", count(at, batch.scrape));
        for wrong in [true, false] {
            let says = if wrong { "buckets missing and twice" } else { "a bucket for each count" };
            let mut case = Case::new(format!("watch: {says}"), batch.scrape);
            for (entry, list) in &batch.list {
                let promise = entry.promise;
                let at_limit = |r: &Raw| {
                    r.name.ends_with("_bucket") && r.labels.get("le").is_some_and(|le| le != "+Inf")
                };
                let free = |l: &str| !list.iter().any(|r| r.labels.contains_key(l));
                let Some(limit) = list.iter().find(|r| at_limit(r)) else { continue };
                if !free("job") || !free("instance") {
                    continue;
                }
                let metric = limit.name.trim_end_matches("_bucket");
                let others = decoys(promise, list, &self.near);
                for (job, instance, missing, twice) in [
                    ("j", "1", false, false),
                    ("j", "2", true, false),
                    ("k", "2", false, true),
                    ("j", "3", false, true),
                ] {
                    let place = |raw: &Raw, more: Option<&str>| {
                        let mut labels = raw.labels.clone();
                        labels.insert("job".to_owned(), job.to_owned());
                        labels.insert("instance".to_owned(), instance.to_owned());
                        labels.extend(more.map(|m| ("slovo_twin".to_owned(), m.to_owned())));
                        labels
                    };
                    for raw in list.iter().filter(|r| same_metric(&r.name, metric)) {
                        if at_limit(raw) && wrong && missing {
                            continue;
                        }
                        case.feed(&raw.name, &place(raw, None), steady.clone());
                        if at_limit(raw) && wrong && twice {
                            case.feed(&raw.name, &place(raw, Some("2")), steady.clone());
                        }
                    }
                    // Alone of their kind, and far more of them.
                    for (n, raw) in others.iter().enumerate() {
                        let (n, m) = (n.to_string(), format!("{n} more"));
                        if raw.name.ends_with("_count") {
                            case.feed(&raw.name, &place(raw, Some(&n)), steady.clone());
                            case.feed(&raw.name, &place(raw, Some(&m)), steady.clone());
                        } else if at_limit(raw) {
                            for more in [n, m, format!("{} again", raw.name)] {
                                case.feed(&raw.name, &place(raw, Some(&more)), steady.clone());
                            }
                        }
                    }
                }
                case.inputs.sort();
                case.inputs.dedup();
                let truth = wrong.then_some(Decimal::from(3));
                self.expect(&mut case, (promise, "buckets_differ", at), &[metric], (truth, says));
            }
            if !case.checks.is_empty() {
                suite.cases.push(case);
            }
        }
    }
}

impl Case {
    /// Others' counters fall, which is nothing to the journey's.
    fn faults_of_strangers(
        &mut self,
        context: &Context<'_>,
        list: &[(&crate::rules::plan::Entry<'_>, Vec<Raw>)],
        at: Duration,
    ) {
        let samples = count(at, self.interval);
        for (entry, _) in list {
            let promise = entry.promise;
            for metric in metrics(promise) {
                let mut labels = context.labels(promise, None);
                for (label, _) in &promise.for_each {
                    labels.remove(label);
                }
                labels.insert("fault".to_owned(), "counters_like_deltas".to_owned());
                labels.insert(METRIC_LABEL.to_owned(), metric.to_owned());
                for label in SERIES_LABELS.into_iter().take(2).chain(["fault", METRIC_LABEL]) {
                    self.feed(MEASUREMENT_FAULT, &foreign(labels.clone(), label), format!("1x{samples}"));
                }
            }
        }
    }
}

/// The life of a counter in its last scrapes.
#[derive(Clone, Copy)]
struct Life {
    /// So many in the last hour.
    samples: usize,
    /// In so many of them it falls.
    falls: usize,
    /// It ended so many scrapes ago.
    end: Option<usize>,
}

impl Life {
    /// Twenty samples before the last hour, of which every other falls, then these; each half a scrape off the evaluations.
    fn values(self, at: Duration, tick: Duration) -> String {
        let end = count(at, tick);
        let back = self.end.map_or(0, |n| 2 * n);
        let first = end - back - 2 * self.samples;
        let old = end - count(short(tick.times(2)).times(6), tick) - 2 * 30;
        let mut list = vec![Tick::Gap; end];
        let mut put = |n: usize, tick: Tick| {
            if let Some(place) = list.get_mut(n) {
                *place = tick;
            }
        };
        for n in 0..20 {
            // They fell all the time.
            put(old + 2 * n + 1, Tick::Value(whole(n % 2)));
        }
        let mut count = 100;
        for n in 0..self.samples {
            // Spread evenly, never in the first.
            let falls =
                n > 0 && (n * self.falls) / (self.samples - 1) > ((n - 1) * self.falls) / (self.samples - 1);
            count = if falls { 1 } else { count + 7 };
            put(first + 2 * n + 1, Tick::Value(whole(count)));
        }
        if back > 0 {
            put(end - back + 1, Tick::Stale);
        }
        ticks(&list)
    }
}

pub(super) fn count(of: Duration, every: Duration) -> usize {
    usize::try_from(of.as_micros() / every.as_micros().max(1)).unwrap_or(0)
}

/// The metrics of a promise.
pub(super) fn metrics(promise: &Promise) -> Vec<&str> {
    let mut list: Vec<&str> = selectors(&promise.measurement).iter().map(|s| s.metric.as_str()).collect();
    list.sort_unstable();
    list.dedup();
    list
}
