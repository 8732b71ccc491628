//! Fourth layer: the budget, fed with roll-ups over the promise's whole window and evaluated once, at its end. Busy days,
//! quiet nights, and an outage that costs a third of the budget.

use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::composed::was;
use super::context::{Context, check, knows_late, limit_of, minds_silence, value};
use super::series::{Tick, ticks};
use super::witness::Labels;
use crate::ir::Promise;
use crate::ir::ranges;
use crate::rules::derived::kind;
use crate::series::{
    BAD_INCREASE, BUDGET_REMAINING, COVERAGE, ERROR_BUDGET, ERROR_RATIO, EVENTS, EVENTS_INCREASE, INFO,
};
use crate::value::{Decimal, Duration};

/// How exact a budget must be.
pub(super) const EXACT: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

/// How long before the window the timeline begins: with events that all failed, and that nobody counts any more.
const BEFORE: Duration = Duration::from_hours(24);
/// Until so long before the window, and what a completion still looks at.
const PAUSE: Duration = Duration::from_hours(6);

/// promtool refuses queries of more than 10,000 samples; a budget's age takes some 700, twice.
pub(super) const AT_ONCE: usize = 4;

/// How much of its window a promise is old.
#[derive(Clone, Copy, PartialEq)]
enum Age {
    /// All of it, or more.
    Whole,
    /// A quarter.
    Quarter,
    /// Thirteen of the steps in which its age is looked for.
    Steps,
    /// Eleven of them: so young that finer ones are taken.
    Hours,
}

impl Age {
    fn when(self) -> &'static str {
        match self {
            Self::Whole => "days and nights",
            Self::Quarter => "after a quarter of it",
            Self::Steps => "after a fiftieth of it",
            Self::Hours => "in its first hours",
        }
    }
    /// The first sample of a roll-up, of so many in the window, from old to new: number 1 is one step after the window's
    /// edge, two after a step of its age. It follows the last step in which nothing is found, so that its age comes out right.
    fn first(self, promise: &Promise, every: Duration, n: usize) -> usize {
        let step = step(promise, every);
        let coarse = samples(step, every).max(1);
        match self {
            Self::Whole => 1,
            Self::Quarter => (n - n / 4).next_multiple_of(coarse) + 2,
            Self::Steps => (n - (coarse * 13).min(n / 4)).next_multiple_of(coarse) + 2,
            Self::Hours => n - samples(step.times(11), every).min(n / 4),
        }
    }
}

pub(super) fn step(promise: &Promise, every: Duration) -> Duration {
    ranges::coverage_step(promise.window).max(every)
}

/// How long it is before the window. It begins just after a step of its age, so that the next one is as late as it can be.
pub(super) fn before(window: Duration) -> Duration {
    let every = if ranges::is_coarse(window) { ranges::COARSE } else { ranges::SLOW };
    let step = ranges::coverage_step(window).max(every);
    let less = step.as_micros() - every.as_micros();
    ranges::round_up(BEFORE, step).plus(Duration::from_micros(less))
}

/// When the window ends.
pub(super) fn end(window: Duration) -> Duration {
    window.plus(before(window))
}

pub(super) fn samples(of: Duration, every: Duration) -> usize {
    usize::try_from(of.as_micros() / every.as_micros().max(1)).unwrap_or(0)
}

/// Adds a file for each window of the journey's promises: a promise as old as its window, and younger ones.
pub(super) fn prove(context: &Context<'_>, suites: &mut Vec<Suite>) {
    let id = &context.journey.id;
    let promises = || context.measured().map(|e| e.promise).filter(|p| !minds_silence(p));
    let mut windows: Vec<Duration> = promises().map(|p| p.window).collect();
    windows.sort_unstable();
    windows.dedup();
    for window in windows {
        let mut suite = Suite {
            name: format!("{id}-budget-{window}"),
            journeys: vec![id.clone()],
            every: end(window),
            cases: Vec::new(),
        };
        let list: Vec<&Promise> = promises().filter(|p| p.window == window).collect();
        for chunk in list.chunks(AT_ONCE) {
            for age in [Age::Whole, Age::Quarter, Age::Steps, Age::Hours] {
                let mut case = Case::new(format!("the budget over {window}, {}", age.when()), ranges::SLOW);
                for (index, promise) in chunk.iter().enumerate() {
                    play(context, promise, index, age, &mut case);
                }
                case.foreign_series(&SCOPE_LABELS);
                suite.cases.push(case);
            }
        }
        suite.cases.push(fewer_than_none(context, &list, window));
        suites.push(suite);
    }
}

/// Roll-ups in which fewer than none are bad: a budget counts none.
fn fewer_than_none(context: &Context<'_>, list: &[&Promise], window: Duration) -> Case {
    let title = format!("the budget over {window}, fewer than none are bad");
    let mut case = Case::new(title, ranges::SLOW);
    let roll = if ranges::is_coarse(window) { "15m" } else { "5m" };
    let whole = samples_of_case(window);
    for promise in list {
        let labels = context.labels(promise, None);
        // What a completion counts was started its limit ago.
        let length = 4 + limit_of(promise).as_micros() / ranges::SLOW.as_micros();
        let (second, amount) = if limit_of(promise).is_zero() { ("bad", "-1") } else { ("finished", "20") };
        for (name, amount) in [("events", "10"), (&format!("{second}_events"), amount)] {
            let values = format!("_x{} {amount}x{length}", whole.saturating_sub(length));
            case.feed(&format!("promise:{name}:roll{roll}"), &labels, values);
        }
        if knows_late(promise) {
            case.feed(&format!("promise:bad_events:roll{roll}"), &labels, format!("0x{whole}"));
        }
        let query = context.series(BAD_INCREASE, promise, Some("budget"));
        let labels = context.labels(promise, Some("budget"));
        let says = "no bad events where fewer than none are bad";
        case.checks.push(value(
            promise,
            end(window),
            says,
            (&query, labels),
            (Decimal::ZERO, Decimal::ONE, 6),
        ));
    }
    case
}

fn play(context: &Context<'_>, promise: &Promise, index: usize, age: Age, case: &mut Case) {
    let window = promise.window;
    let coarse = ranges::is_coarse(window);
    let every = if coarse { ranges::COARSE } else { ranges::SLOW };
    let n = samples(window, every);
    let limit = samples(ranges::round_up(limit_of(promise), every), every);
    // What is newer than half a sample is left to the next evaluation.
    let over = end(window).as_micros() % every.as_micros().max(1);
    let newest = usize::from(over < every.as_micros() / 2);
    let first = age.first(promise, every, n);
    // Each stands for the time before it.
    let old = n - first + 1;
    let half_day = samples(Duration::from_hours(12), every).max(1);
    let busy = Decimal::TEN + Decimal::from(index);
    let rate = |at: usize| if (at / half_day).is_multiple_of(2) { busy } else { busy / Decimal::ONE_HUNDRED };
    let total: Decimal = (first..=n).map(rate).sum();
    // Half of everything fails until a third of what may be lost is lost.
    let allowed = total * promise.error_budget() * Decimal::new(3, 1);
    let mut lost = Decimal::ZERO;
    let begins = first + old / 20;
    // Long ago everything failed. Not at the first evaluation: what begins then is remembered for a week.
    let lead = samples(before(window), every);
    let until = lead.saturating_sub(samples(PAUSE, every) + limit);
    let long_ago = |value: Decimal| {
        (0..lead).map(move |at| if at > 0 && at < until { Tick::Value(value) } else { Tick::Gap })
    };
    let mut events: Vec<Tick> = long_ago(busy).collect();
    let mut second: Vec<Tick> = long_ago(if limit == 0 { busy } else { Decimal::ZERO }).collect();
    let mut late: Vec<Tick> = long_ago(busy).collect();
    let mut too_late = Decimal::ZERO;
    let (mut all, mut bad) = (Decimal::ZERO, Decimal::ZERO);
    let mut finished = Decimal::ZERO;
    for at in 0..=n {
        if at < first {
            events.push(Tick::Gap);
            second.push(Tick::Gap);
            late.push(Tick::Gap);
            continue;
        }
        let mut failing = Decimal::ZERO;
        if at >= begins && lost < allowed {
            failing = (rate(at) / Decimal::TWO).min(allowed - lost).round_dp(9);
            lost += failing;
        }
        events.push(Tick::Value(rate(at)));
        let one = (rate(at) * promise.error_budget() * Decimal::new(2, 1)).round_dp(9);
        late.push(Tick::Value(one));
        too_late += one;
        if limit == 0 {
            second.push(Tick::Value(failing));
            all += rate(at);
            bad += failing;
        } else {
            // Everything finishes at once but what is lost; what was started last isn't judged yet.
            second.push(Tick::Value(rate(at) - failing));
            if at + newest <= n {
                finished += rate(at) - failing;
            }
            if at + newest + limit <= n {
                all += rate(at);
            }
        }
    }
    if limit > 0 {
        // What finishes early counts for the lost of the last few minutes.
        bad = (all - finished).max(Decimal::ZERO);
        if knows_late(promise) {
            bad += too_late;
        }
    }
    let roll = if coarse { "15m" } else { "5m" };
    let name = if limit > 0 { "finished" } else { "bad" };
    let labels = context.labels(promise, None);
    let spread = |list: &[Tick]| if coarse { thinned(list) } else { ticks(list) };
    // A label of the settings went in the outage: history is of both.
    let half = lead + begins + 1;
    let mut fed = vec![("events".to_owned(), events), (format!("{name}_events"), second)];
    if knows_late(promise) {
        fed.push(("bad_events".to_owned(), late));
    }
    for (name, list) in fed {
        let mut before = list;
        let mut after = vec![Tick::Gap; half];
        after.extend(before.split_off(half));
        if coarse && limit > 0 {
            // The rule rolls up the last fifteen minutes itself, under the promise's labels.
            let last = after.pop().unwrap_or(Tick::Gap);
            before.resize(after.len(), Tick::Gap);
            before.push(last);
        }
        let name = format!("promise:{name}:roll{roll}");
        case.feed(&name, &was(&labels), spread(&before));
        case.feed(&name, &labels, spread(&after));
    }
    // Budgets are shown only while there is data.
    let now = samples_of_case(window);
    let five = format!("_x{now} 0");
    case.feed(ERROR_RATIO, &context.labels(promise, Some("5m")), five);
    if limit > 0 {
        // Ten minutes ago: no roll-up at the end counts it once more.
        case.feed(EVENTS, &labels, format!("_x{} 0 _ _", now.saturating_sub(2)));
        // Completions of the journey that have none leave it alone.
        for label in ["step", "promise"] {
            let strange = |labels: Labels| foreign(labels, label);
            let mut info = strange(context.identity(promise));
            drop(info.insert("kind".to_owned(), kind(promise).to_owned()));
            case.feed(INFO, &info, format!("_x{now} 1"));
            case.feed(ERROR_RATIO, &strange(context.labels(promise, Some("5m"))), format!("_x{now} 0"));
        }
    }
    // What is recorded for others under the same names.
    for name in [BAD_INCREASE, EVENTS_INCREASE, COVERAGE, ERROR_RATIO, ERROR_BUDGET] {
        for label in SCOPE_LABELS {
            let strange = foreign(context.labels(promise, (name != ERROR_BUDGET).then_some("budget")), label);
            case.feed(name, &strange, format!("_x{now} 1000000"));
        }
    }
    checks(context, promise, (all, bad), (every, old, age), case);
}

fn samples_of_case(window: Duration) -> u64 {
    end(window).as_micros() / ranges::SLOW.as_micros()
}

/// Fifteen minutes apart in steps of five.
pub(super) fn thinned(list: &[Tick]) -> String {
    let mut out = Vec::with_capacity(list.len() * 3);
    for (at, tick) in list.iter().enumerate() {
        if at > 0 {
            out.extend([Tick::Gap, Tick::Gap]);
        }
        out.push(*tick);
    }
    ticks(&out)
}

fn checks(
    context: &Context<'_>,
    promise: &Promise,
    (all, bad): (Decimal, Decimal),
    (every, old, age): (Duration, usize, Age),
    case: &mut Case,
) {
    let window = promise.window;
    let budget = promise.error_budget();
    let labels = |window: bool| context.labels(promise, window.then_some("budget"));
    let query = |name: &str| context.series(name, promise, Some("budget"));
    let seconds = every.seconds();
    let when = if age == Age::Whole { "" } else { " of a young promise" };
    let n = samples(window, every);
    let coverage = Decimal::from(old).checked_div(Decimal::from(n)).unwrap_or_default();
    // A completion's last fifteen minutes are rolled up by the rule as well, under its own labels.
    let twice = usize::from(ranges::is_coarse(window) && !limit_of(promise).is_zero());
    let known =
        Decimal::from(old + twice).checked_div(Decimal::from(n)).unwrap_or_default().min(Decimal::ONE);
    // Steps of its age that are not a multiple of its roll-ups': known to one of them.
    let step = step(promise, every);
    let slack = if age == Age::Whole || step.as_micros().is_multiple_of(every.as_micros()) {
        EXACT
    } else {
        let old = Decimal::from(old) * Decimal::from(every.as_micros());
        Decimal::from(step.as_micros()).checked_div(old).unwrap_or_default().max(EXACT)
    };
    let Some(ratio) = (bad * coverage).checked_div(all) else { return };
    let Some(spent) = ratio.checked_div(budget) else { return };
    let mut near = |says: &str, expr: String, truth: Decimal, slack: Decimal, labels: Labels| {
        if !truth.is_zero() {
            let says = format!(
                "{says}{when} is right to {}%",
                (slack * Decimal::ONE_HUNDRED).normalize().round_dp(2)
            );
            case.checks.push(near_check(promise, end(window), says, &expr, (truth, slack), labels));
        }
    };
    near("the number of bad events", query(BAD_INCREASE), bad * seconds, EXACT, labels(true));
    near("the number of events", query(EVENTS_INCREASE), all * seconds, EXACT, labels(true));
    near("the covered part of the window", query(COVERAGE), known, slack, labels(true));
    near("the error ratio", query(ERROR_RATIO), ratio, slack, labels(true));
    let left = context.series(BUDGET_REMAINING, promise, None);
    near("what is spent of the budget", format!("(1 - {left})"), spent, slack, labels(false));
    let more = context.series("promise:bad_events:left", promise, None);
    let allowed = all * seconds / known * budget;
    let remaining = allowed * (Decimal::ONE - spent);
    // What is left is a difference: as exact as the whole.
    let slack_left = slack * allowed / remaining.max(Decimal::ONE);
    near("the number of bad events left", more, remaining, slack_left, labels(false));
}

/// The query's value over the truth must be 1, within the slack.
pub(super) fn near_check(
    promise: &Promise,
    at: Duration,
    says: String,
    query: &str,
    (truth, slack): (Decimal, Decimal),
    labels: Labels,
) -> super::case::Check {
    let step = (slack * Decimal::TWO).round_dp(4).normalize();
    let truth = truth.round_dp(12).normalize();
    // `round` to a multiple of twice the slack gives 1 within the slack: measured from 1, since 1 may be no multiple.
    check(promise, at, says, format!("1 + round({query} / {truth} - 1, {step})")).gives(labels, Decimal::ONE)
}
