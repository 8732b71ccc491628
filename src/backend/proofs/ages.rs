//! Ages: a history with a hole, one that the retention has cut, and one that was filled in later. Fed with roll-ups over the
//! promise's window and evaluated once, at its end.

use super::budget::{AT_ONCE, EXACT, before, end, near_check, samples, step, thinned};
use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::composed::was;
use super::context::{Context, limit_of, minds_silence, value};
use super::series::{Tick, ticks};
use crate::ir::Promise;
use crate::ir::ranges;
use crate::rules::windows::Source;
use crate::series::{AGE, COVERAGE, ERROR_RATIO, REACH, SINCE};
use crate::value::{Decimal, Duration};

/// What is there of a history.
#[derive(Clone, Copy, PartialEq)]
enum History {
    /// Nothing of the middle third.
    Holed,
    /// Only the last quarter of the window; it began half a window ago.
    Cut,
    /// The same, but when it began was recorded too long ago.
    Forgotten,
    /// All; it began a quarter of the window ago, as was recorded before it was filled in.
    Filled,
    /// A quarter of the window. As was recorded, it began just then.
    Known,
    /// As was recorded, it began a little later.
    Older,
}

const ALL: [(History, &str); 6] = [
    (History::Holed, "with a hole of a third"),
    (History::Cut, "cut by the retention"),
    (History::Forgotten, "cut by the retention, its beginning forgotten"),
    (History::Filled, "filled in after it began"),
    (History::Known, "as old as its samples"),
    (History::Older, "older than was recorded"),
];

/// For so long the beginning of a history is remembered.
const REMEMBERED: Duration = Duration::from_days(7);

/// Adds a file for each window of the journey's promises. Each promise has one of the histories, in turn.
pub(super) fn prove(context: &Context<'_>, suites: &mut Vec<Suite>) {
    let id = &context.journey.id;
    let promises = || context.measured().map(|e| e.promise).filter(|p| !minds_silence(p));
    let mut windows: Vec<Duration> = promises().map(|p| p.window).collect();
    windows.sort_unstable();
    windows.dedup();
    for window in windows {
        let list: Vec<&Promise> = promises().filter(|p| p.window == window).take(AT_ONCE).collect();
        let mut cases = Vec::new();
        let mut histories = ALL.iter().copied().filter(|(h, _)| {
            *h != History::Forgotten || end(window) > REMEMBERED.plus(Duration::from_days(1))
        });
        loop {
            let mut case = Case::new(format!("the age of a history over {window}"), ranges::SLOW);
            for (promise, history) in list.iter().zip(histories.by_ref()) {
                play(context, promise, history, &mut case);
            }
            if case.checks.is_empty() {
                break;
            }
            cases.push(case);
        }
        suites.push(Suite {
            name: format!("{id}-ages-{window}"),
            journeys: vec![id.clone()],
            every: end(window),
            cases,
        });
    }
}

fn play(context: &Context<'_>, promise: &Promise, (history, when): (History, &str), case: &mut Case) {
    let window = promise.window;
    let coarse = ranges::is_coarse(window);
    let source = if coarse { Source::coarse() } else { Source::fine() };
    let n = samples(window, source.every);
    let step = step(promise, source.every);
    // As a promise that is a quarter of its window old: see there.
    let first = (n - n / 4).next_multiple_of(samples(step, source.every).max(1)) + 2;
    let is_there = |at: usize| match history {
        History::Holed => at >= 1 && (at <= n / 3 || at > n - n / 3),
        History::Filled => at >= 1,
        History::Cut | History::Forgotten | History::Known | History::Older => at >= first,
    };
    let there = (0..=n).filter(|at| is_there(*at)).count();
    let lead = samples(before(window), source.every);
    let rolled = |value: Decimal| {
        let list: Vec<Tick> = std::iter::repeat_n(Tick::Gap, lead)
            .chain((0..=n).map(|at| if is_there(at) { Tick::Value(value) } else { Tick::Gap }))
            .collect();
        if coarse { thinned(&list) } else { ticks(&list) }
    };
    let completes = !limit_of(promise).is_zero();
    let bad = (promise.error_budget() * Decimal::new(5, 1)).normalize();
    let labels = context.labels(promise, None);
    case.feed(source.events, &labels, rolled(Decimal::ONE));
    if !completes {
        case.feed(source.bad, &labels, rolled(bad));
    }
    let share = |part: usize| Decimal::from(part).checked_div(Decimal::from(n)).unwrap_or_default();
    let reach =
        if matches!(history, History::Holed | History::Filled) { Decimal::ONE } else { share(n - first + 1) };
    let (now, length) = (end(window).seconds(), window.seconds());
    let oldest = now - length * reach;
    // The beginning that was recorded; a label that the settings once had remembers an earlier one.
    let hundredth = step.seconds() / Decimal::ONE_HUNDRED;
    let said = match history {
        History::Holed => None,
        History::Cut | History::Forgotten => Some(now - length / Decimal::TWO),
        History::Filled => Some(now - length / Decimal::from(4)),
        History::Known => Some(oldest + hundredth * Decimal::from(95)),
        History::Older => Some(oldest + hundredth * Decimal::from(105)),
    };
    let begins = match (history, said) {
        (History::Cut | History::Known, Some(said)) => said,
        _ => oldest,
    };
    let of_budget = context.labels(promise, Some("budget"));
    if let Some(said) = said {
        let ago = match history {
            History::Forgotten => REMEMBERED.plus(Duration::from_hours(2)),
            History::Holed | History::Cut | History::Filled | History::Known | History::Older => {
                Duration::from_micros((window.as_micros() / 8).min(Duration::from_days(6).as_micros()))
            }
        };
        let silent = samples(end(window), ranges::SLOW) - samples(ago, ranges::SLOW);
        case.feed(SINCE, &was(&of_budget), format!("_x{silent} {}", said.normalize()));
        case.feed(SINCE, &of_budget, format!("_x{silent} {}", (said - length / Decimal::TEN).normalize()));
        for label in SCOPE_LABELS {
            let strange = foreign(of_budget.clone(), label);
            case.feed(SINCE, &strange, format!("_x{silent} {}", (oldest - hundredth).normalize()));
        }
    }
    // Where steps are not a multiple of roll-ups, the oldest is found up to one of them late.
    let every = Decimal::from(source.every.as_micros());
    let whole = step.as_micros().is_multiple_of(source.every.as_micros());
    let known = Decimal::from(step.as_micros()).checked_div(every * Decimal::from(n - first + 1));
    let slack = if whole { EXACT } else { known.unwrap_or_default().max(EXACT) };
    let age = (now - begins).checked_div(length).unwrap_or_default().min(Decimal::ONE);
    let at = end(window);
    let query = |name: &str| context.series(name, promise, Some("budget"));
    let mut near = |what: &str, name: &str, truth: Decimal, slack: Decimal| {
        let says = format!("{what} of a history {when}");
        let labels = of_budget.clone();
        case.checks.push(near_check(promise, at, says, &query(name), (truth, slack), labels));
    };
    near("the covered part", COVERAGE, share(there), EXACT);
    near("the part that is stored", REACH, reach, slack);
    near("the age", AGE, age, slack);
    if !completes {
        near("the error ratio", ERROR_RATIO, bad * age, slack);
    }
    if whole {
        let says = format!("the beginning of a history {when}");
        case.checks.push(value(
            promise,
            at,
            says,
            (&query(SINCE), of_budget.clone()),
            (begins, Decimal::ONE, 3),
        ));
    }
}
