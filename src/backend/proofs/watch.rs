//! The rules that watch reality: each kind of fault just above its limit and just below, with the neighbours that must stay
//! silent. All samples lie between evaluations, so that none is on the edge of a range.

use super::base::with_twins;
use super::case::{Case, ELSEWHERE, Suite, stranger};
use super::context::{Batch, Context, check, minds_silence, value};
use super::decoys::{decoys, same_metric};
use super::inputs::{selector, selectors};
use super::series::{Raw, Shape, Tick, ticks};
use super::witness::{Labels, satisfies};
use crate::backend::prometheus::ranges;
use crate::backend::prometheus::streams::bad_counters;
use crate::backend::prometheus::text::promise_matchers;
use crate::backend::prometheus::watch::FAULTS;
use crate::ir::{Condition, Events, Measurement, Promise, Urgency};
use crate::series::{
    BAD_EVENTS_5M, ERROR_RATIO, EVENTS_5M, INFO, MEASUREMENT_FAULT, METRIC_LABEL, SERIES_LABELS,
};
use crate::value::{Decimal, Duration};

/// What the proofs of a journey share.
struct Watch<'c, 'm> {
    context: &'c Context<'m>,
    near: Vec<&'m Promise>,
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
                suites.push(one);
            }
        }
    }
    let mut alert = suite("-alert", ranges::SLOW);
    watch.alert(&mut alert);
    suites.push(alert);
}

/// Ten scrapes, at least ten minutes.
fn short(scrape: Duration) -> Duration {
    scrape.times(10).max(Duration::from_mins(10))
}

fn whole(n: usize) -> Decimal {
    Decimal::from(n)
}

fn part(a: usize, b: usize) -> Decimal {
    whole(a).checked_div(whole(b)).unwrap_or_default()
}

impl Watch<'_, '_> {
    /// A selector of a promise's series, whatever its budgets are.
    fn of(&self, name: &str, promise: &Promise, more: &str) -> String {
        let mut out = format!("{name}{{{more},");
        promise_matchers(&mut out, &self.context.model.settings.project, &promise.path);
        out + "}"
    }

    /// What must be recorded of a fault: a value for each metric, or nothing.
    fn expect(
        &self,
        case: &mut Case,
        (promise, fault, at): (&Promise, &str, Duration),
        metrics: &[&str],
        (truth, says): (Option<Decimal>, &str),
    ) {
        let query =
            self.of(MEASUREMENT_FAULT, promise, &format!("fault=\"{fault}\",{METRIC_LABEL}!=\"a stranger\""));
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

    /// Scrapes at 1.6 and at 1.4 times the interval that is declared; strangers at the declared one.
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
                self.expect(&mut case, (promise, "scraped_too_rarely", at), &metrics(promise), (truth, says));
            }
            suite.cases.push(case);
        }
    }

    /// Counters that fall, and series that end.
    fn deaths(&self, batch: &Batch<'_, '_>, suite: &mut Suite) {
        let tick = Duration::from_micros(batch.scrape.as_micros() / 2);
        let at = suite.every;
        let stories = [
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
        for (says, life, deltas, truth) in stories {
            let mut case = Case::new(format!("watch: {says}"), tick);
            for (entry, list) in &batch.list {
                let promise = entry.promise;
                let mut list = with_twins(list);
                list.retain(|r| matches!(r.shape, Shape::Counter { .. }));
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
                self.expect(&mut case, (promise, fault, at), &metrics, (truth, says));
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
        let stories = [
            ("copies by `replica`", "replica", true, true),
            ("copies by `prometheus_replica`", "prometheus_replica", true, true),
            ("copies by `__replica__`", "__replica__", true, true),
            ("a label of the metric's own", "replica", true, false),
            ("scraped twice, and merged", "replica", false, true),
            ("two clusters", "cluster", true, true),
        ];
        for (says, by, copied, scraped) in stories {
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

    /// Evaluations that are missing. What is fed are ratios of an hour of promises that nobody has.
    fn missed(&self, batch: &Batch<'_, '_>, suite: &mut Suite) {
        let context = self.context;
        let all = || context.measured().map(|e| e.promise).filter(|p| !metrics(p).is_empty());
        let Some(first) = all().find(|p| p.urgency != Urgency::None).or_else(|| all().next()) else { return };
        let Some((_, list)) = batch.list.iter().find(|(e, _)| e.promise.path == first.path) else { return };
        let (tick, scrape) = (context.every, batch.scrape);
        let step = Duration::from_micros(short(scrape).as_micros() / 5);
        let long = short(scrape).times(6);
        let at = suite.every;
        // Holes in the scrapes, in steps from the end; evaluations missing besides; when it was evaluated before.
        let stories: [(&str, bool, usize, Option<Duration>); 6] = [
            ("more than a tenth", true, 14, Some(Duration::from_hours(5))),
            ("less than a tenth", true, 10, Some(Duration::from_hours(5))),
            ("nobody evaluated before", true, 14, None),
            ("nobody evaluated for a day", true, 14, Some(Duration::from_mins(755))),
            ("Prometheus was away", false, 0, Some(Duration::from_hours(5))),
            ("no data", false, 60, Some(Duration::from_hours(5))),
        ];
        for (says, scraped, missing, before) in stories {
            let half = Duration::from_micros(tick.as_micros().min(scrape.as_micros()) / 2);
            let mut case = Case::new(format!("watch: {says}"), half);
            let ticks_of = |d: Duration| count(d, half);
            let (end, hour) = (ticks_of(at), ticks_of(long));
            // Five times three steps of six without scrapes.
            let away = |n: usize| {
                let back = end - n;
                match says {
                    "no data" => true,
                    "Prometheus was away" => (ticks_of(step) * 5..ticks_of(step) * 15).contains(&back),
                    _ => back < hour && back % ticks_of(step.times(6)) >= ticks_of(step.times(3)),
                }
            };
            let sampled = |n: usize, every: Duration| n % ticks_of(every) == ticks_of(every) / 2;
            let line = |value: &dyn Fn(usize) -> bool| {
                let one = |n| if value(n) { Tick::Value(Decimal::ONE) } else { Tick::Gap };
                ticks(&(0..end).map(one).collect::<Vec<_>>())
            };
            let recent = |n: usize| n + hour > end;
            for raw in list {
                case.feed(&raw.name, &raw.labels, line(&|n| sampled(n, scrape) && recent(n) && !away(n)));
            }
            for raw in &decoys(first, list, &self.near) {
                case.feed(&raw.name, &raw.labels, line(&|n| sampled(n, scrape) && recent(n)));
            }
            // The best of them.
            let within = |n: usize| n + hour >= end;
            let evaluated: Vec<usize> = (0..end)
                .filter(|n| sampled(*n, tick) && within(*n) && (!away(*n) || says == "no data"))
                .collect();
            let evaluated: Vec<usize> = evaluated.iter().copied().skip(missing).collect();
            let old = |n: usize| {
                before.is_some_and(|b| {
                    n + ticks_of(long.plus(b)) <= end && n + ticks_of(long.plus(b).plus(tick)) > end
                })
            };
            let mut labels = context.labels(first, Some("1h"));
            labels.insert("promise".to_owned(), "an outsider".to_owned());
            let best = |n: usize| evaluated.binary_search(&n).is_ok() || old(n);
            case.feed(ERROR_RATIO, &labels, line(&|n| best(n)));
            labels.insert("promise".to_owned(), "a worse one".to_owned());
            case.feed(ERROR_RATIO, &labels, line(&|n| best(n) && n % 3 == 0));
            for label in ["project", "journey", "window"] {
                case.feed(
                    ERROR_RATIO,
                    &stranger(labels.clone(), label),
                    line(&|n| sampled(n, tick) && n + 4 * hour > end),
                );
            }
            // Steps in which a target was scraped.
            let steps = (0..30).filter(|k| {
                let now = end - k * ticks_of(step);
                (now - ticks_of(step)..now).any(|n| sampled(n, scrape) && recent(n) && !away(n))
            });
            let truth = part(steps.count(), 30) - part(evaluated.len(), count(long, tick));
            let speaks = scraped && missing > 10 && before == Some(Duration::from_hours(5));
            let query = format!(
                "round({MEASUREMENT_FAULT}{{{},fault=\"evaluations_missed\"}}, 0.0001)",
                context.plan.matchers
            );
            let mut made = check(first, at, format!("evaluations_missed: {says}"), query);
            if speaks {
                let mut labels = context.labels(first, None);
                for label in first.for_each.iter().map(|(l, _)| l.as_str()).chain(["step", "promise"]) {
                    labels.remove(label);
                }
                labels.insert("fault".to_owned(), "evaluations_missed".to_owned());
                made = made.gives(labels, truth.round_dp(4).normalize());
            }
            case.checks.push(made);
            suite.cases.push(case);
        }
    }

    /// A promise of which nothing was ever bad.
    fn never_bad(&self, promise: &Promise, batch: &Batch<'_, '_>, span: Duration, suite: &mut Suite) {
        let Some(events) = events_of(promise) else { return };
        let Some(bad) = bad_counters(events) else { return };
        if minds_silence(promise) {
            return;
        }
        let Some((_, list)) = batch.list.iter().find(|(e, _)| e.promise.path == promise.path) else { return };
        let context = self.context;
        let (every, at) = (ranges::SLOW, suite.every);
        let half = Duration::from_micros(every.as_micros() / 2);
        let (end, week, day) = (count(at, half), count(span, half), count(Duration::from_days(1), half));
        // What ten bad events are of.
        let ten = Decimal::TEN / (promise.error_budget() * span.seconds());
        let stories: [(&str, i64, usize, Option<usize>, bool); 7] = [
            ("eleven could have been", 11, end, None, false),
            ("nine could have been", 9, end, None, false),
            ("it was bad a day ago", 11, end, Some(day), false),
            ("it was bad before", 11, end, Some(week + day / 2), false),
            ("a series of bad events is there", 11, end, None, true),
            ("it is young", 13, week - week / 20, None, false),
            ("it is just old enough", 11, week + week / 20, None, false),
        ];
        for (says, could, age, failed, there) in stories {
            let mut case = Case::new(format!("watch: {says}"), half);
            let rate = ten * Decimal::from(could) / Decimal::TEN;
            let line = |value: &dyn Fn(usize) -> Tick| ticks(&(0..end).map(value).collect::<Vec<_>>());
            let odd = |n: usize, value: Decimal| {
                if n % 2 == 1 && n + age >= end { Tick::Value(value) } else { Tick::Gap }
            };
            let labels = context.labels(promise, None);
            case.feed(EVENTS_5M, &labels, line(&|n| odd(n, rate)));
            let bad_at = |n: usize| {
                let hit = failed.is_some_and(|back| n + back <= end && n + back + 2 > end);
                if hit { rate } else { Decimal::ZERO }
            };
            case.feed(BAD_EVENTS_5M, &labels, line(&|n| odd(n, bad_at(n))));
            let recent = format!("_x{} 7x40", end - 30);
            for raw in list {
                let bad = bad
                    .iter()
                    .filter_map(selector)
                    .any(|s| same_metric(&raw.name, &s.metric) && satisfies(&raw.labels, &s.matchers));
                if there || !bad {
                    case.feed(&raw.name, &raw.labels, recent.clone());
                }
            }
            for raw in &decoys(promise, list, &self.near) {
                case.feed(&raw.name, &raw.labels, recent.clone());
            }
            let speaks = could > 10 && !there && failed.is_none_or(|back| back > week) && age >= week;
            let samples = week.min(age) / 2;
            let truth = (rate * promise.error_budget() * every.seconds() * whole(samples)).round_dp(4);
            let truth = speaks.then_some(truth);
            self.expect(&mut case, (promise, "never_bad", at), &[""], (truth, says));
            for elsewhere in ELSEWHERE {
                let labels = stranger(labels.clone(), elsewhere);
                case.feed(
                    EVENTS_5M,
                    &labels,
                    line(&|n| if n % 2 == 1 { Tick::Value(rate) } else { Tick::Gap }),
                );
                case.feed(BAD_EVENTS_5M, &labels, line(&|n| odd(n, rate)));
            }
            suite.cases.push(case);
        }
    }

    /// A fault that lasts is reported, of promises that are watched.
    fn alert(&self, suite: &mut Suite) {
        let context = self.context;
        let tick = Duration::from_secs(30);
        let mut case = Case::new("watch: faults are reported when they last", tick);
        let all = count(Duration::from_hours(1), tick);
        let minutes = |n: usize| n * 2;
        for entry in context.measured() {
            let promise = entry.promise;
            let mut labels = context.labels(promise, None);
            for (label, _) in &promise.for_each {
                labels.remove(label);
            }
            let Some((fault, _, _)) = FAULTS.first() else { continue };
            labels.insert("fault".to_owned(), (*fault).to_owned());
            // From the fifth minute to the thirtieth; the last one half a minute before.
            let there = |n: usize| {
                (n % minutes(5) == 0 && (minutes(5)..minutes(30)).contains(&n)) || n == minutes(30) - 3
            };
            let line = |n: usize| if there(n) { Tick::Value(Decimal::TWO) } else { Tick::Gap };
            let values = ticks(&(0..all).map(line).collect::<Vec<_>>());
            case.feed(MEASUREMENT_FAULT, &labels, values.clone());
            for elsewhere in ELSEWHERE {
                case.feed(MEASUREMENT_FAULT, &stranger(labels.clone(), elsewhere), values.clone());
            }
            let mut info = context.identity(promise);
            info.insert("urgency".to_owned(), "none".to_owned());
            for elsewhere in ELSEWHERE {
                case.feed(INFO, &stranger(info.clone(), elsewhere), format!("1x{all}"));
            }
            let firing = "alertstate=\"firing\",alertname=\"PromiseMeasuresWrong\"";
            let query = format!("count by (alertname, fault) ({})", self.of("ALERTS", promise, firing));
            for (at, fires, says) in [
                (20, false, "not yet"),
                (25, true, "it has lasted for twenty minutes"),
                (30, true, "it goes on"),
                (35, false, "it is over"),
            ] {
                let at = Duration::from_mins(at);
                let mut made = check(promise, at, format!("a wrong measurement: {says}"), query.clone());
                if fires && promise.urgency != Urgency::None {
                    let labels = [("alertname", "PromiseMeasuresWrong"), ("fault", fault)];
                    let labels = labels.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned()));
                    made = made.gives(labels.collect(), Decimal::ONE);
                }
                case.checks.push(made);
            }
        }
        if !case.checks.is_empty() {
            suite.cases.push(case);
        }
    }
}

impl Case {
    /// Others' counters fall, which is nothing to the journey's.
    fn faults_of_strangers(
        &mut self,
        context: &Context<'_>,
        list: &[(&crate::backend::prometheus::plan::Entry<'_>, Vec<Raw>)],
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
                    self.feed(MEASUREMENT_FAULT, &stranger(labels.clone(), label), format!("1x{samples}"));
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

fn count(of: Duration, every: Duration) -> usize {
    usize::try_from(of.as_micros() / every.as_micros().max(1)).unwrap_or(0)
}

/// The metrics of a promise.
fn metrics(promise: &Promise) -> Vec<&str> {
    let mut list: Vec<&str> = selectors(&promise.measurement).iter().map(|s| s.metric.as_str()).collect();
    list.sort_unstable();
    list.dedup();
    list
}

fn events_of(promise: &Promise) -> Option<&Events> {
    match &promise.measurement {
        Measurement::Events(events) => Some(events),
        Measurement::Slices(slices) => match &slices.condition {
            Condition::Share { events, .. } => Some(events),
            Condition::Stat { .. } | Condition::Age { .. } | Condition::Promql { .. } => None,
        },
        Measurement::Completion(_) | Measurement::Composed(_) => None,
    }
}
