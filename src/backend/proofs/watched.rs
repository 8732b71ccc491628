//! The rules that watch reality, of what is recorded: missing evaluations, promises of which nothing was ever bad, and the alert.

use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::context::{Batch, check, minds_silence};
use super::decoys::{decoys, same_metric};
use super::series::{Tick, ticks};
use super::watch::{Watch, count, metrics, part, short, whole};
use super::witness::satisfies;
use crate::ir::ranges;
use crate::ir::{Promise, Series, Urgency};
use crate::rules::streams::bad_counters;
use crate::rules::watch::FAULTS;
use crate::series::{BAD_EVENTS_5M, ERROR_RATIO, EVENTS_5M, EVENTS_15M, INFO, MEASUREMENT_FAULT};
use crate::value::{Decimal, Duration};

/// How many evaluations of an hour are missing. A tenth of them is the limit; how many that are follows from how often rules are
/// evaluated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    None,
    /// So few that nothing is said, and as many as can be.
    Less,
    /// So many that it is said, and no more than that.
    More,
    All,
}

impl Missing {
    /// Those that are left of all of them, the latest; `truth` is what is recorded of so many.
    fn of(self, all: &[usize], truth: impl Fn(usize) -> Decimal) -> &[usize] {
        // Not so near to a tenth that rounding decides.
        let speaks = |missing: &usize| truth(all.len() - missing) > Decimal::new(105, 3);
        let quiet = |missing: &usize| truth(all.len() - missing) < Decimal::new(95, 3);
        let missing = match self {
            Self::None => Some(0),
            Self::Less => (0..all.len()).rev().find(quiet),
            Self::More => (0..all.len()).find(speaks),
            Self::All => Some(all.len()),
        };
        all.get(missing.unwrap_or_default()..).unwrap_or_default()
    }
}

impl Watch<'_, '_> {
    /// Evaluations that are missing. What is fed are ratios of an hour of promises that nobody has.
    pub(super) fn missed(&self, batch: &Batch<'_, '_>, suite: &mut Suite) {
        let context = self.context;
        let all = || context.measured().map(|e| e.promise).filter(|p| !metrics(p).is_empty());
        let Some(first) = all().find(|p| p.urgency != Urgency::None).or_else(|| all().next()) else { return };
        let Some((_, list)) = batch.list.iter().find(|(e, _)| e.promise.path == first.path) else { return };
        let (tick, scrape) = (context.every, batch.scrape);
        let step = Duration::from_micros(short(scrape).as_micros() / 5);
        let long = short(scrape).times(6);
        let at = suite.every;
        // What is missing besides holes in the scrapes; when it was evaluated before.
        let timelines: [(&str, Missing, Option<Duration>); 6] = [
            ("more than a tenth", Missing::More, Some(Duration::from_hours(5))),
            ("less than a tenth", Missing::Less, Some(Duration::from_hours(5))),
            ("nobody evaluated before", Missing::More, None),
            ("nobody evaluated for a day", Missing::More, Some(Duration::from_mins(755))),
            ("Prometheus was away", Missing::None, Some(Duration::from_hours(5))),
            ("no data", Missing::All, Some(Duration::from_hours(5))),
        ];
        for (says, missing, before) in timelines {
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
            // Scrapes of earlier hours, which the count of the last one has nothing to do with.
            let scraped_then = |n: usize| recent(n) || says == "less than a tenth" && n + 4 * hour > end;
            for raw in list {
                case.feed(
                    &raw.name,
                    &raw.labels,
                    line(&|n| sampled(n, scrape) && scraped_then(n) && !away(n)),
                );
            }
            for raw in &decoys(first, list, &self.near) {
                case.feed(&raw.name, &raw.labels, line(&|n| sampled(n, scrape) && recent(n)));
            }
            // The best of them.
            let within = |n: usize| n + hour >= end;
            let evaluated: Vec<usize> = (0..end)
                .filter(|n| sampled(*n, tick) && within(*n) && (!away(*n) || says == "no data"))
                .collect();
            // Steps in which a target was scraped.
            let steps = (0..30).filter(|k| {
                let now = end - k * ticks_of(step);
                (now - ticks_of(step)..now).any(|n| sampled(n, scrape) && recent(n) && !away(n))
            });
            let scraped = part(steps.count(), 30);
            let truth = |evaluated: usize| scraped - part(evaluated, count(long, tick));
            let evaluated = missing.of(&evaluated, truth);
            let old = |n: usize| {
                before.is_some_and(|b| {
                    n + ticks_of(long.plus(b)) <= end && n + ticks_of(long.plus(b).plus(tick)) > end
                })
            };
            let mut labels = context.labels(first, Some("1h"));
            labels.insert("promise".to_owned(), "a foreign promise".to_owned());
            let best = |n: usize| evaluated.binary_search(&n).is_ok() || old(n);
            case.feed(ERROR_RATIO, &labels, line(&|n| best(n)));
            labels.insert("promise".to_owned(), "a worse one".to_owned());
            case.feed(ERROR_RATIO, &labels, line(&|n| best(n) && n % 3 == 0));
            for label in ["project", "journey", "window"] {
                case.feed(
                    ERROR_RATIO,
                    &foreign(labels.clone(), label),
                    line(&|n| sampled(n, tick) && n + 4 * hour > end),
                );
            }
            let truth = truth(evaluated.len());
            let speaks = missing == Missing::More && before == Some(Duration::from_hours(5));
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
    pub(super) fn never_bad(
        &self,
        promise: &Promise,
        batch: &Batch<'_, '_>,
        span: Duration,
        suite: &mut Suite,
    ) {
        let Some(events) = promise.measurement.events() else { return };
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
        let timelines: [(&str, i64, usize, Option<usize>, bool); 7] = [
            ("eleven could have been", 11, end, None, false),
            ("nine could have been", 9, end, None, false),
            ("it was bad a while ago", 11, end, Some(day.min(week / 2)), false),
            ("it was bad before", 11, end, Some(week + day / 2), false),
            ("a series of bad events is there", 11, end, None, true),
            ("it is young", 13, week - week / 20, None, false),
            ("it is just old enough", 11, week + week / 20, None, false),
        ];
        for (says, could, age, failed, there) in timelines {
            let mut case = Case::new(format!("watch: {says}"), half);
            let rate = ten * Decimal::from(could) / Decimal::TEN;
            let line = |value: &dyn Fn(usize) -> Tick| ticks(&(0..end).map(value).collect::<Vec<_>>());
            let odd = |n: usize, value: Decimal| {
                if n % 2 == 1 && n + age >= end { Tick::Value(value) } else { Tick::Gap }
            };
            let labels = context.labels(promise, None);
            case.feed(EVENTS_5M, &labels, line(&|n| odd(n, rate)));
            if ranges::is_coarse(promise.window) {
                // By which its beginning is known.
                case.feed(EVENTS_15M, &labels, line(&|n| odd(n, rate)));
            }
            let bad_at = |n: usize| {
                let hit = failed.is_some_and(|back| n + back <= end && n + back + 2 > end);
                if hit { rate } else { Decimal::ZERO }
            };
            case.feed(BAD_EVENTS_5M, &labels, line(&|n| odd(n, bad_at(n))));
            let recent = format!("_x{} 7x40", end - 30);
            for raw in list {
                let bad = bad
                    .iter()
                    .filter_map(Series::selector)
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
            for elsewhere in SCOPE_LABELS {
                let labels = foreign(labels.clone(), elsewhere);
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

    /// A promise of which nothing was counted for long: its metric is silent when idle, or its gauge was never a number.
    pub(super) fn nothing_for_long(&self, promise: &Promise, span: Duration, suite: &mut Suite) {
        let fault = if promise.measurement.silent_when_idle() {
            "silent_for_long"
        } else if promise.measurement.may_be_no_number() {
            "no_number"
        } else {
            return;
        };
        let context = self.context;
        let (every, at) = (ranges::SLOW, suite.every);
        let half = Duration::from_micros(every.as_micros() / 2);
        let (end, week) = (count(at, half), count(span, half));
        let timelines: [(&str, usize, Option<usize>, bool); 4] = [
            ("nothing for so long", end, Some(week + week / 20), true),
            ("one event within the time", end, Some(week - week / 20), false),
            ("nothing ever, but it is young", week - week / 20, None, false),
            ("nothing ever", week + week / 20, None, true),
        ];
        for (says, age, came, speaks) in timelines {
            let mut case = Case::new(format!("watch: {}, {says}", fault.replace('_', " ")), half);
            let line = |value: &dyn Fn(usize) -> Tick| ticks(&(0..end).map(value).collect::<Vec<_>>());
            let at_work = |n: usize| came.is_some_and(|back| n + back <= end && n + back + 2 > end);
            let odd = |n: usize| {
                let value = if at_work(n) { Decimal::ONE } else { Decimal::ZERO };
                if n % 2 == 1 && n + age >= end { Tick::Value(value) } else { Tick::Gap }
            };
            let labels = context.labels(promise, None);
            let mut names = vec![EVENTS_5M];
            if ranges::is_coarse(promise.window) {
                names.push(EVENTS_15M);
            }
            for name in names {
                case.feed(name, &labels, line(&odd));
                for elsewhere in SCOPE_LABELS {
                    let one = |n: usize| if n % 2 == 1 { Tick::Value(Decimal::ONE) } else { Tick::Gap };
                    case.feed(name, &foreign(labels.clone(), elsewhere), line(&one));
                }
            }
            let days = (Decimal::from(span.as_secs()) / Decimal::from(86_400)).normalize();
            let truth = speaks.then_some(days);
            self.expect(&mut case, (promise, fault, at), &[""], (truth, says));
            suite.cases.push(case);
        }
    }

    /// A fault that lasts is reported, of promises that are watched.
    pub(super) fn alert(&self, suite: &mut Suite) {
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
            // From the fifth minute to the thirty-fifth; the last one two and a half minutes before.
            let there = |n: usize| {
                (n.is_multiple_of(minutes(5)) && (minutes(5)..minutes(35)).contains(&n))
                    || n == minutes(35) - 5
            };
            let line = |n: usize| if there(n) { Tick::Value(Decimal::TWO) } else { Tick::Gap };
            let values = ticks(&(0..all).map(line).collect::<Vec<_>>());
            case.feed(MEASUREMENT_FAULT, &labels, values.clone());
            for elsewhere in SCOPE_LABELS {
                case.feed(MEASUREMENT_FAULT, &foreign(labels.clone(), elsewhere), values.clone());
            }
            let mut info = context.identity(promise);
            info.insert("urgency".to_owned(), "none".to_owned());
            for elsewhere in SCOPE_LABELS {
                case.feed(INFO, &foreign(info.clone(), elsewhere), format!("1x{all}"));
            }
            let firing = "alertstate=\"firing\",alertname=\"PromiseMeasuresWrong\"";
            let query = format!("count by (alertname, fault) ({})", self.of("ALERTS", promise, firing));
            for (at, fires, says) in [
                (30, false, "not yet"),
                (35, true, "it has lasted"),
                (40, true, "it goes on"),
                (45, false, "it is over"),
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
