//! Second layer: windows, fed with base series (the long ones with roll-ups) whose error ratio changes with their age, so
//! that each window has another one. Evaluated once, at the end.
//!
//! The sample on a window's far edge is left out: Prometheus 2 counts it, Prometheus 3 doesn't.

use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::composed::was;
use super::context::{Context, UNIT, minds_silence, value};
use super::series::{Tick, ticks};
use crate::ir::burn::Alert;
use crate::ir::ranges;
use crate::ir::{Measurement, Promise};
use crate::rules::plan::Entry;
use crate::series::{
    BAD_EVENTS, BAD_EVENTS_5M, BAD_INCREASE, CERTAINLY_LOST, ERROR_RATIO, EVENTS, EVENTS_5M, EVENTS_INCREASE,
    FINISHED_EVENTS, FINISHED_EVENTS_5M, MISSING_NOW,
};
use crate::value::{Decimal, Duration};

/// What is fed: two series, by age in samples, the newest first. None: no sample.
struct Fed {
    events: Vec<Option<Decimal>>,
    second: Vec<Option<Decimal>>,
    /// What finished late, where that is known.
    late: Vec<Option<Decimal>>,
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
        let mut cases = Vec::new();
        for (title, slight) in [
            ("each window has an error ratio of its own", false),
            ("little is missing: only what is lost for sure counts", true),
        ] {
            let mut case = Case::new(title, every);
            for (index, entry) in context.measured().filter(|e| !minds_silence(e.promise)).enumerate() {
                if slight && limit(entry.promise, every).is_none() {
                    continue;
                }
                let played = Played { context, entry, windows: mine(entry), length, slight };
                played.play(index, (every, series), &mut case);
            }
            if !case.checks.is_empty() {
                case.foreign_series(&SCOPE_LABELS);
                cases.push(case);
            }
        }
        if !cases.is_empty() {
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
            if super::context::knows_late(promise) {
                case.feed(bad, &labels, steady(Decimal::ZERO));
            }
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
            if completes && !too_many && is_counted(context, entry, window) {
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
    /// Hardly anything is lost.
    slight: bool,
}

impl Played<'_, '_> {
    fn play(&self, index: usize, (every, [events, bad, finished]): (Duration, [&str; 3]), case: &mut Case) {
        let promise = self.entry.promise;
        if self.windows.is_empty() {
            return;
        }
        let fed = feed(promise, &self.windows, (index, self.slight), (every, events == EVENTS), self.length);
        let labels = self.context.labels(promise, None);
        let second = if limit(promise, every).is_some() { finished } else { bad };
        let none = Vec::new();
        let late = if super::context::knows_late(promise) { &fed.late } else { &none };
        for (name, list) in [(events, &fed.events), (second, &fed.second), (bad, late)] {
            if list.is_empty() {
                continue;
            }
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
        if self.slight {
            return;
        }
        // Nor does another window of its own speak for it.
        let strange = self.context.labels(promise, Some("foreign"));
        let length = samples(self.length, fed.every) - 1;
        case.feed(BAD_INCREASE, &strange, format!("_x{length} 1000000 1000000"));
        if events == EVENTS {
            self.rolled(&fed, case);
        }
    }

    fn window(&self, fed: &Fed, window: Duration, case: &mut Case) {
        let (context, promise) = (self.context, self.entry.promise);
        let told = Told::of(self.entry, fed, window);
        let truth = truth(self.context, self.entry, fed, window);
        let name = window.to_string();
        let labels = || context.labels(promise, Some(&name));
        let at = self.length;
        let query = context.series(ERROR_RATIO, promise, Some(&name));
        let says = format!("the error ratio over {window}");
        case.checks.push(value(promise, at, says, (&query, labels()), (truth.ratio, Decimal::ONE, 6)));
        for label in SCOPE_LABELS {
            let strange = foreign(labels(), label);
            let length = samples(self.length, fed.every) - 1;
            for name in [ERROR_RATIO, BAD_INCREASE] {
                case.feed(name, &strange, format!("_x{length} 1000000 1000000"));
            }
        }
        if let Some(told) = &told {
            self.completion(told, fed, window, case);
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
        if is_counted(self.context, self.entry, window) {
            let query = context.series(BAD_INCREASE, promise, Some(&name)).replacen('}', ",was=\"\"}", 1);
            let says = format!("the bad events over {window}");
            case.checks.push(value(promise, at, says, (&query, labels()), (truth.bad, Decimal::ONE, 2)));
        }
    }

    /// What a completion's window was worth before, what it is worth now, and what is lost for sure.
    fn completion(&self, told: &Told, fed: &Fed, window: Duration, case: &mut Case) {
        let (context, promise) = (self.context, self.entry.promise);
        let name = window.to_string();
        let labels = || context.labels(promise, Some(&name));
        let mut check = |says: String, series: &str, truth: Decimal, digits: u32| {
            let query = context.series(series, promise, Some(&name)).replacen('}', ",was=\"\"}", 1);
            case.checks.push(value(
                promise,
                self.length,
                says,
                (&query, labels()),
                (truth, Decimal::ONE, digits),
            ));
        };
        if is_counted(self.context, self.entry, window) {
            check(format!("what was started over {window}"), EVENTS_INCREASE, told.now, 2);
            check(format!("what is lost for sure over {window}"), CERTAINLY_LOST, told.certain, 2);
        }
        if let Some(missing) = told.missing.filter(|_| self.context.plan.shorts.contains(&window)) {
            check(format!("what is missing now, over {window}"), MISSING_NOW, missing, 6);
        }
        if is_counted(self.context, self.entry, window) {
            // Recorded when a label of the settings was another one: then, least, and too long ago to count.
            let mut list = vec![Tick::Gap; samples(self.length, fed.every)];
            for (age, worth) in
                [(told.long_ago, Decimal::ONE), (told.then_ago, told.now), (told.least_ago, told.least)]
            {
                let at = list.len().checked_sub(age);
                if let Some(tick) = at.and_then(|at| list.get_mut(at)) {
                    *tick = Tick::Value(worth);
                }
            }
            case.feed(EVENTS_INCREASE, &was(&labels()), ticks(&list));
        }
        for label in SCOPE_LABELS {
            let strange = foreign(labels(), label);
            let length = samples(self.length, fed.every) - 1;
            case.feed(EVENTS_INCREASE, &strange, format!("_x{length} 0 0"));
            case.feed(CERTAINLY_LOST, &strange, format!("_x{length} 1000000000 1000000000"));
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
fn is_counted(context: &Context<'_>, entry: &Entry<'_>, window: Duration) -> bool {
    match &entry.promise.measurement {
        Measurement::Completion(_) => context.plan.counted.contains(&window),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => {
            window == Duration::from_hours(1) || entry.alerts.iter().any(|a| a.long == window)
        }
    }
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
    (index, slight): (usize, bool),
    (every, is_count): (Duration, bool),
    length: Duration,
) -> Fed {
    let n = samples(length, every);
    let mut fed = Fed {
        events: Vec::with_capacity(n),
        second: Vec::with_capacity(n),
        late: Vec::with_capacity(n),
        every,
        is_count,
    };
    let limit = limit(promise, every);
    let mut edges: Vec<usize> = vec![samples(ranges::SLOW, every)];
    for window in windows {
        match limit {
            None => edges.push(samples(*window, every)),
            Some(limit) => {
                edges.push(samples(reach(promise, *window, every), every));
                edges.push(samples((*window).max(limit.times(2)), every));
                edges.push(samples(*window, every));
                edges.push(samples(window.plus(super::context::limit_of(promise)), every));
            }
        }
    }
    let percent = |n: i64| Decimal::new(n, 2);
    for age in 0..=n {
        if edges.contains(&age) {
            fed.events.push(None);
            fed.second.push(None);
            fed.late.push(None);
            continue;
        }
        let at = stretch(age) as usize + index;
        let (events, second) = if limit.is_some() {
            // Started counts of their own: those of another time would show.
            let events = UNIT + Decimal::from([0, 3, 1, 5, 2, 6, 4].get(at % 7).copied().unwrap_or(0));
            let lost = [60, 80, 65, 90, 70, 85, 75].get(at % 7).copied().unwrap_or(60);
            // So little that even over the longest window no gate opens.
            let lost = if slight { i64::from(at % 7 == 1) } else { lost };
            (events, events * (Decimal::ONE - percent(lost)))
        } else {
            let events = UNIT - Decimal::from(at % 3) * Decimal::TWO;
            let bad = [2, 50, 10, 90, 30, 5, 70].get(at % 7).copied().unwrap_or(2);
            (events, events * percent(bad))
        };
        fed.events.push(Some(events));
        fed.second.push(Some(second));
        let late = [4, 9, 2, 7].get(at % 4).copied().unwrap_or(4);
        let known = super::context::knows_late(promise);
        fed.late.push(Some(if known { events * percent(late) } else { Decimal::ZERO }));
    }
    fed
}

struct Truth {
    ratio: Decimal,
    bad: Decimal,
}

/// What is said of a completion's window, by own arithmetic.
struct Told {
    /// Started in the window that ends now, in the one that ended `T` ago, and the least that was recorded in between.
    now: Decimal,
    then: Decimal,
    least: Decimal,
    /// How many samples ago the fed ones lie: the last one that is too old, the one of `T` ago, the least.
    long_ago: usize,
    then_ago: usize,
    least_ago: usize,
    certain: Decimal,
    finished: Decimal,
    late: Decimal,
    /// The share that is missing now; none where it reads two sources.
    missing: Option<Decimal>,
}

impl Told {
    fn of(entry: &Entry<'_>, fed: &Fed, window: Duration) -> Option<Self> {
        let limit = limit(entry.promise, fed.every)?;
        let times = if fed.is_count { Decimal::ONE } else { fed.every.seconds() };
        let sum = |list: &[Option<Decimal>], from: usize, to: usize| -> Decimal {
            list.iter().take(to).skip(from).flatten().copied().sum::<Decimal>() * times
        };
        let length = samples(window.max(limit.times(2)), fed.every);
        let late = samples(limit, fed.every);
        let now = sum(&fed.events, 0, length);
        let finished = sum(&fed.second, 0, length);
        // The newest sample may not be visible yet.
        let certain = sum(&fed.events, late + 1, late + 1 + length) - sum(&fed.second, 1, late + 1 + length);
        let then_ago = late;
        let least_ago = (late / 2).max(1).min(late.saturating_sub(1).max(1));
        // Six minutes are more than half of any step, and less than what is looked back for.
        let long_ago = late + samples(Duration::from_mins(6), fed.every).max(1);
        let least = if least_ago < then_ago { (now * Decimal::new(9, 1)).normalize() } else { now };
        let all = window.plus(super::context::limit_of(entry.promise));
        let same = ranges::is_from_base(all) == ranges::is_from_base(window)
            && ranges::is_from_base(window) == fed.is_count;
        let missing = same.then(|| {
            let n = samples(all, fed.every);
            let mean =
                (sum(&fed.events, 0, n) * window.seconds()).checked_div(all.seconds()).unwrap_or_default();
            let ended = sum(&fed.second, 0, samples(window, fed.every));
            let late = sum(&fed.late, 0, samples(window, fed.every));
            ((mean - ended).max(Decimal::ZERO) + late).checked_div(mean).unwrap_or_default().min(Decimal::ONE)
        });
        Some(Self {
            now,
            then: sum(&fed.events, late + 1, late + 1 + length),
            least,
            long_ago,
            then_ago,
            least_ago,
            certain,
            finished,
            late: sum(&fed.late, 0, length),
            missing,
        })
    }
    /// The least that was started in a window that ended within the limit.
    fn fewest(&self) -> Decimal {
        self.now.min(self.least)
    }
}

/// Own arithmetic: sums over ages.
fn truth(context: &Context<'_>, entry: &Entry<'_>, fed: &Fed, window: Duration) -> Truth {
    let times = if fed.is_count { Decimal::ONE } else { fed.every.seconds() };
    let sum = |list: &[Option<Decimal>], to: usize| -> Decimal {
        list.iter().take(to).flatten().copied().sum::<Decimal>() * times
    };
    let over = |bad: Decimal, all: Decimal| bad.checked_div(all).unwrap_or_default().min(Decimal::ONE);
    let Some(told) = Told::of(entry, fed, window) else {
        let n = samples(window, fed.every);
        let (all, bad) = (sum(&fed.events, n), sum(&fed.second, n));
        return Truth { ratio: over(bad, all), bad };
    };
    let certain = told.certain.max(Decimal::ZERO);
    if !is_counted(context, entry, window) {
        let bad = certain + told.late;
        return Truth { ratio: over(bad, told.certain + started_before(entry, fed, window)), bad };
    }
    // A loss for sure is looked for over each longer window, as far as they are fed here, up to the first over which one just
    // above the threshold shows.
    let budget = entry.promise.error_budget();
    let threshold = |a: &Alert| a.threshold(budget);
    let mut tiers: Vec<&Alert> = entry.alerts.iter().collect();
    tiers.sort_by_key(|a| a.long);
    let tier = tiers.iter().find(|a| a.long >= window).or(tiers.last());
    let threshold = tier.map_or(budget, |a| threshold(a));
    let within = super::context::limit_of(entry.promise);
    let shows = |gate: Duration| {
        let spare = gate.as_micros().saturating_sub(window.max(within.times(2)).as_micros() / 2);
        Decimal::from(spare) * threshold >= Decimal::from(within.as_micros())
    };
    let mut most: Option<Decimal> = None;
    for gate in context.plan.counted.iter().copied().filter(|g| *g >= window) {
        if mine(context, entry, fed.is_count).contains(&gate)
            && let Some(told) = Told::of(entry, fed, gate)
        {
            most = Some(most.map_or(told.certain, |m| m.max(told.certain)));
        }
        if shows(gate) {
            break;
        }
    }
    let needed = (threshold / Decimal::TWO * told.then).max(Decimal::new(5, 1));
    let open = most.is_some_and(|most| most >= needed);
    let bad = if open { certain.max(told.fewest() - told.finished) } else { certain };
    let bad = bad + told.late;
    let all =
        if super::context::knows_late(entry.promise) { told.then.max(told.finished) } else { told.then };
    Truth { ratio: over(bad, all), bad }
}

/// What finished of all that is judged for sure: with what is lost, all that was started.
fn started_before(entry: &Entry<'_>, fed: &Fed, window: Duration) -> Decimal {
    let Some(limit) = limit(entry.promise, fed.every) else { return Decimal::ZERO };
    let times = if fed.is_count { Decimal::ONE } else { fed.every.seconds() };
    let n = samples(window.max(limit.times(2)), fed.every) + samples(limit, fed.every);
    fed.second.iter().take(n + 1).skip(1).flatten().copied().sum::<Decimal>() * times
}
