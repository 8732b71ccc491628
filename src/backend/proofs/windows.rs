//! Second layer: windows, fed with base series (the long ones with roll-ups) whose error ratio changes with their age, so
//! that each window has another one. Evaluated once, at the end.
//!
//! The sample on a window's far edge is left out: Prometheus 2 counts it, Prometheus 3 doesn't.

use super::case::{Case, ELSEWHERE, Suite, stranger};
use super::composed::was;
use super::context::{Context, UNIT, minds_silence, value};
use super::series::{Tick, ticks};
use crate::backend::prometheus::plan::Entry;
use crate::backend::prometheus::ranges;
use crate::ir::{Measurement, Promise};
use crate::series::{
    BAD_EVENTS, BAD_EVENTS_5M, BAD_INCREASE, ERROR_RATIO, EVENTS, EVENTS_5M, FINISHED_EVENTS,
    FINISHED_EVENTS_5M,
};
use crate::value::{Decimal, Duration};

/// What is fed: two series, by age in samples, the newest first. None: no sample.
struct Fed {
    events: Vec<Option<Decimal>>,
    second: Vec<Option<Decimal>>,
    /// What a sample stands for.
    every: Duration,
    /// Counts, not means a second.
    is_count: bool,
}

/// Adds the files of a journey's windows.
pub(super) fn prove(context: &Context<'_>, suites: &mut Vec<Suite>) {
    let id = &context.journey.id;
    let rolled = [EVENTS_5M, BAD_EVENTS_5M, FINISHED_EVENTS_5M];
    let sources = [
        ("windows", true, context.every, [EVENTS, BAD_EVENTS, FINISHED_EVENTS]),
        ("days", false, ranges::SLOW, rolled),
    ];
    for (name, base, every, series) in sources {
        let mine = |e: &Entry<'_>| mine(context, e, base);
        let reaches =
            context.measured().flat_map(|e| mine(e).into_iter().map(|w| reach(e.promise, w, every)));
        let Some(longest) = reaches.max() else { continue };
        let length = ranges::round_up(longest.plus(every.times(12)), every);
        let mut case = Case::new("each window has an error ratio of its own", every);
        for (index, entry) in context.measured().filter(|e| !minds_silence(e.promise)).enumerate() {
            let played = Played { context, entry, windows: mine(entry), length };
            played.play(index, (every, series), &mut case);
        }
        if !case.checks.is_empty() {
            case.strangers(&ELSEWHERE);
            let mut cases = vec![case];
            for too_many in [true, false] {
                cases.push(contradicting(context, base, length, (every, series), too_many));
            }
            suites.push(Suite {
                name: format!("{id}-{name}"),
                journeys: vec![id.clone()],
                every: length,
                cases,
            });
        }
    }
}

/// Counts that contradict each other: twice as many bad events as events, or fewer than none. A ratio stays between none and
/// all of them.
fn contradicting(
    context: &Context<'_>,
    base: bool,
    length: Duration,
    (every, [events, bad, finished]): (Duration, [&str; 3]),
    too_many: bool,
) -> Case {
    let (title, second) = if too_many {
        ("more are bad than there are", UNIT * Decimal::TWO)
    } else {
        ("fewer than none are bad", -UNIT)
    };
    let mut case = Case::new(title, every);
    let steady = |value: Decimal| ticks(&vec![Tick::Value(value); samples(length, every) + 1]);
    for entry in context.measured().filter(|e| !minds_silence(e.promise)) {
        let promise = entry.promise;
        let windows = mine(context, entry, base);
        if windows.is_empty() {
            continue;
        }
        let labels = context.labels(promise, None);
        case.feed(events, &labels, steady(UNIT));
        // Of a completion, whatever is not finished is bad.
        let completes = limit(promise, every).is_some();
        if completes {
            case.feed(finished, &labels, steady(if too_many { -UNIT } else { UNIT * Decimal::TWO }));
        } else {
            case.feed(bad, &labels, steady(second));
        }
        for window in windows {
            let name = window.to_string();
            let query = context.series(ERROR_RATIO, promise, Some(&name));
            let says = format!("the error ratio over {window} where {title}");
            let labels = context.labels(promise, Some(&name));
            let truth = if too_many { Decimal::ONE } else { Decimal::ZERO };
            case.checks.push(value(
                promise,
                length,
                says,
                (&query, labels.clone()),
                (truth, Decimal::ONE, 6),
            ));
            if completes && !too_many && is_counted(entry, window) {
                let query = context.series(BAD_INCREASE, promise, Some(&name));
                let says = format!("no bad events over {window} where {title}");
                case.checks.push(value(
                    promise,
                    length,
                    says,
                    (&query, labels),
                    (Decimal::ZERO, Decimal::ONE, 6),
                ));
            }
        }
    }
    case
}

struct Played<'a, 'm> {
    context: &'a Context<'m>,
    entry: &'a Entry<'m>,
    windows: Vec<Duration>,
    length: Duration,
}

impl Played<'_, '_> {
    fn play(&self, index: usize, (every, [events, bad, finished]): (Duration, [&str; 3]), case: &mut Case) {
        let promise = self.entry.promise;
        if self.windows.is_empty() {
            return;
        }
        let fed = feed(promise, &self.windows, index, (every, events == EVENTS), self.length);
        let labels = self.context.labels(promise, None);
        let second = if limit(promise, every).is_some() { finished } else { bad };
        for (name, list) in [(events, &fed.events), (second, &fed.second)] {
            // A label of the settings came and went: history is of both.
            for before in [false, true] {
                let mine = |age: usize| stretch(age).is_multiple_of(2) == before;
                let tick = |(age, v): (usize, &Option<Decimal>)| match v {
                    Some(value) if mine(age) => Tick::Value(*value),
                    Some(_) | None => Tick::Gap,
                };
                let list: Vec<Tick> = list.iter().enumerate().rev().map(tick).collect();
                let labels = if before { was(&labels) } else { labels.clone() };
                case.feed(name, &labels, ticks(&list));
            }
        }
        for window in &self.windows {
            self.window(&fed, *window, case);
        }
        // Nor does another window of its own speak for it.
        let strange = self.context.labels(promise, Some("a stranger"));
        let length = samples(self.length, fed.every) - 1;
        case.feed(BAD_INCREASE, &strange, format!("_x{length} 1000000 1000000"));
        if every == self.context.every {
            self.rolled(&fed, case);
        }
    }

    fn window(&self, fed: &Fed, window: Duration, case: &mut Case) {
        let (context, promise) = (self.context, self.entry.promise);
        let truth = truth(promise, fed, window);
        let name = window.to_string();
        let labels = || context.labels(promise, Some(&name));
        let at = self.length;
        let query = context.series(ERROR_RATIO, promise, Some(&name));
        let says = format!("the error ratio over {window}");
        case.checks.push(value(promise, at, says, (&query, labels()), (truth.ratio, Decimal::ONE, 6)));
        for label in ELSEWHERE {
            let strange = stranger(labels(), label);
            let length = samples(self.length, fed.every) - 1;
            for name in [ERROR_RATIO, BAD_INCREASE] {
                case.feed(name, &strange, format!("_x{length} 1000000 1000000"));
            }
        }
        let budget = promise.error_budget();
        if let Some(burn) = truth.ratio.checked_div(budget) {
            let query = context.series("promise:burn_rate", promise, Some(&name));
            let says = format!("the burn rate over {window}");
            case.checks.push(value(promise, at, says, (&query, labels()), (burn, Decimal::ONE, 3)));
        }
        // What was recorded under the other label is still there.
        let half = (truth.bad / Decimal::TWO).normalize();
        let other = format!("_x{} {half} _", samples(self.length, fed.every) - 1);
        case.feed(BAD_INCREASE, &was(&labels()), other);
        if is_counted(self.entry, window) {
            let query = context.series(BAD_INCREASE, promise, Some(&name)).replacen('}', ",was=\"\"}", 1);
            let says = format!("the bad events over {window}");
            case.checks.push(value(promise, at, says, (&query, labels()), (truth.bad, Decimal::ONE, 2)));
        }
    }

    /// The roll-ups of the last five minutes.
    fn rolled(&self, fed: &Fed, case: &mut Case) {
        let (context, promise) = (self.context, self.entry.promise);
        let second = match limit(promise, fed.every) {
            Some(_) => (FINISHED_EVENTS_5M, "finished"),
            None => (BAD_EVENTS_5M, "bad"),
        };
        let n = samples(ranges::SLOW, fed.every);
        for (list, (series, name)) in [(&fed.events, (EVENTS_5M, "events")), (&fed.second, second)] {
            let counted: Decimal = list.iter().take(n).flatten().sum();
            let Some(mean) = counted.checked_div(ranges::SLOW.seconds()) else { continue };
            let query = context.series(series, promise, None);
            let says = format!("the mean of {name} over 5m");
            let labels = context.labels(promise, None);
            case.checks.push(value(promise, self.length, says, (&query, labels), (mean, Decimal::ONE, 6)));
        }
    }
}

/// Are the window's bad events counted?
fn is_counted(entry: &Entry<'_>, window: Duration) -> bool {
    window == Duration::from_hours(1) || entry.alerts.iter().any(|a| a.long == window)
}

/// Which stretch an age is in; they double.
fn stretch(age: usize) -> u32 {
    usize::BITS - (age + 1).leading_zeros()
}

/// Windows that the promise's own alerts read, and those that every journey has: from base series, or from roll-ups.
fn mine(context: &Context<'_>, entry: &Entry<'_>, base: bool) -> Vec<Duration> {
    let always = [Duration::from_mins(5), Duration::from_hours(1), Duration::from_days(1)];
    let read = |w: &Duration| {
        let wanted = always.contains(w) || entry.alerts.iter().any(|a| a.long == *w || a.short == *w);
        // A completion looks back further than its window.
        let limit = super::context::limit_of(entry.promise);
        wanted && ranges::is_from_base((*w).max(limit.times(2)).plus(limit)) == base
    };
    context.plan.windows.iter().copied().filter(read).collect()
}

/// How far back a window looks.
fn reach(promise: &Promise, window: Duration, every: Duration) -> Duration {
    let limit = limit(promise, every).unwrap_or_default();
    window.max(limit.times(2)).plus(limit)
}

/// The limit of a completion in whole samples.
fn limit(promise: &Promise, every: Duration) -> Option<Duration> {
    match &promise.measurement {
        Measurement::Completion(c) => Some(ranges::round_up(c.within, every)),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => None,
    }
}

fn samples(length: Duration, every: Duration) -> usize {
    usize::try_from(length.as_micros() / every.as_micros().max(1)).unwrap_or(0)
}

/// Values that differ from stretch to stretch; stretches double with age.
fn feed(
    promise: &Promise,
    windows: &[Duration],
    index: usize,
    (every, is_count): (Duration, bool),
    length: Duration,
) -> Fed {
    let n = samples(length, every);
    let mut fed = Fed { events: Vec::with_capacity(n), second: Vec::with_capacity(n), every, is_count };
    let limit = limit(promise, every);
    let mut edges: Vec<usize> = vec![samples(ranges::SLOW, every)];
    for window in windows {
        match limit {
            None => edges.push(samples(*window, every)),
            Some(_) => edges.push(samples(reach(promise, *window, every), every)),
        }
    }
    let percent = |n: i64| Decimal::new(n, 2);
    for age in 0..=n {
        if edges.contains(&age) {
            fed.events.push(None);
            fed.second.push(None);
            continue;
        }
        let at = stretch(age) as usize + index;
        let (events, second) = if limit.is_some() {
            // Started counts of their own: those of another time would show.
            let events = UNIT + Decimal::from([0, 3, 1, 5, 2, 6, 4].get(at % 7).copied().unwrap_or(0));
            let lost = [60, 80, 65, 90, 70, 85, 75].get(at % 7).copied().unwrap_or(60);
            (events, events * (Decimal::ONE - percent(lost)))
        } else {
            let events = UNIT - Decimal::from(at % 3) * Decimal::TWO;
            let bad = [2, 50, 10, 90, 30, 5, 70].get(at % 7).copied().unwrap_or(2);
            (events, events * percent(bad))
        };
        fed.events.push(Some(events));
        fed.second.push(Some(second));
    }
    fed
}

struct Truth {
    ratio: Decimal,
    bad: Decimal,
}

/// Own arithmetic: sums over ages.
fn truth(promise: &Promise, fed: &Fed, window: Duration) -> Truth {
    let sum = |list: &[Option<Decimal>], from: usize, to: usize| -> Decimal {
        list.iter().take(to).skip(from).flatten().copied().sum()
    };
    let (all, bad) = match limit(promise, fed.every) {
        None => {
            let n = samples(window, fed.every);
            (sum(&fed.events, 0, n), sum(&fed.second, 0, n))
        }
        Some(limit) => {
            let length = samples(window.max(limit.times(2)), fed.every);
            let limit = samples(limit, fed.every);
            let started = sum(&fed.events, limit, limit + length);
            let finished = sum(&fed.second, 0, limit + length);
            (started, (started - finished).max(Decimal::ZERO))
        }
    };
    let ratio = bad.checked_div(all).unwrap_or_default().min(Decimal::ONE);
    Truth { ratio, bad: if fed.is_count { bad } else { bad * fed.every.seconds() } }
}
