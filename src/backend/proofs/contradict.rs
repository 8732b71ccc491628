//! Counts that contradict each other are reported, those that nearly do are not.

use super::case::{Case, SCOPE_LABELS, Suite};
use super::context::{Context, check};
use super::series::{Tick, ticks};
use super::witness::Labels;
use crate::ir::ranges;
use crate::ir::{Completion, Measurement, Promise};
use crate::rules::health::may_contradict;
use crate::series::{BAD_INCREASE, EVENTS, EVENTS_5M, FINISHED_EVENTS, FINISHED_EVENTS_5M};
use crate::value::{Decimal, Duration};

/// Adds the case of a journey's events, and suites of its completions.
pub(super) fn prove(context: &Context<'_>, main: &mut Suite, suites: &mut Vec<Suite>) {
    events(context, main);
    for promise in context.measured().map(|e| e.promise) {
        if let Measurement::Completion(completion) = &promise.measurement {
            suites.extend(finished(context, promise, completion));
        }
    }
}

/// Bad events of the last hour, evaluation by evaluation another number.
fn events(context: &Context<'_>, suite: &mut Suite) {
    let mut case = Case::new("counts that contradict each other", context.every);
    // In an hour; what is counted between two evaluations is a part of it.
    let hour = Decimal::from(36_000);
    let long = usize::try_from(ticks_of(Duration::from_mins(70), context.every)).unwrap_or(1);
    let each = hour * context.every.seconds() / Duration::from_hours(1).seconds();
    let list = [
        (Decimal::ZERO, false, "no bad events"),
        (Decimal::new(-4, 1), false, "a rounding error"),
        (Decimal::new(-6, 1), true, "fewer than no bad events"),
        (hour, false, "everything is bad"),
        (hour * Decimal::new(103, 2), true, "more bad events than events"),
    ];
    for entry in context.measured().filter(|e| matches!(e.promise.measurement, Measurement::Events(_))) {
        let promise = entry.promise;
        let steady = vec![Tick::Value(each); long + list.len()];
        case.feed(EVENTS, &context.labels(promise, None), ticks(&steady));
        let mut counts = vec![Tick::Value(Decimal::ZERO); long];
        counts.extend(list.iter().map(|(v, _, _)| Tick::Value(*v)));
        case.feed(BAD_INCREASE, &context.labels(promise, Some("1h")), ticks(&counts));
        for (at, (_, fires, says)) in list.iter().enumerate() {
            let at = context.every.times(u64::try_from(long + at).unwrap_or(0));
            report(context, (promise, at, *fires && may_contradict(promise), says), &mut case);
        }
    }
    if case.checks.is_empty() || !context.measured().any(|e| may_contradict(e.promise)) {
        return;
    }
    case.foreign_series(&SCOPE_LABELS);
    suite.cases.push(case);
}

/// Started and finished as they are recorded, evaluated once.
fn finished(context: &Context<'_>, promise: &Promise, completion: &Completion) -> Option<Suite> {
    if !may_contradict(promise) {
        return None;
    }
    let ended = Duration::from_hours(1).max(completion.within);
    let began = ended.plus(completion.within);
    let (names, every, counts) = if ranges::is_from_base(began) {
        ([EVENTS, FINISHED_EVENTS], context.every, true)
    } else {
        ([EVENTS_5M, FINISHED_EVENTS_5M], ranges::SLOW, false)
    };
    let path = &promise.path;
    let mut suite = Suite {
        name: format!(
            "{}-finished-{}-{}",
            path.journey,
            path.step.as_deref().unwrap_or("whole"),
            path.promise
        ),
        journeys: vec![path.journey.clone()],
        every: ranges::round_up(began, every).plus(every.times(4)),
        cases: Vec::new(),
    };
    // Samples lie between evaluations.
    let tick = Duration::from_micros(every.as_micros() / 2);
    let all = ticks_of(suite.every, tick);
    let of = |range: Duration| Decimal::from(ticks_of(range, every));
    let timelines = [
        (Decimal::TEN, of(began) * Decimal::new(103, 1), true, "more finished than was started"),
        (Decimal::TEN, of(began) * Decimal::new(99, 1), false, "all that was started finished late"),
        (Decimal::ZERO, Decimal::new(55, 2), true, "something finished, nothing was started"),
        (Decimal::ZERO, Decimal::new(45, 2), false, "a rounding error"),
    ];
    for (each, whole, fires, says) in timelines {
        let mut case = Case::new(format!("counts that contradict each other: {says}"), tick);
        let of_each = |total: Decimal| {
            let time = if counts { Decimal::ONE } else { every.seconds() };
            total.checked_div(time).unwrap_or_default()
        };
        let line = |inside: Duration, value: Decimal| {
            let one = |n: u64| {
                let value =
                    if n + ticks_of(inside, tick) >= all { value } else { Decimal::ONE_THOUSAND * whole };
                if n % 2 == 1 { Tick::Value(value) } else { Tick::Gap }
            };
            ticks(&(0..all).map(one).collect::<Vec<_>>())
        };
        let [started, finished] = names;
        let last = whole.checked_div(of(ended)).unwrap_or_default();
        case.feed(started, &context.labels(promise, None), line(suite.every, of_each(each)));
        case.feed(finished, &context.labels(promise, None), line(ended, of_each(last)));
        report(context, (promise, suite.every, fires, says), &mut case);
        case.foreign_series(&[SCOPE_LABELS.as_slice(), &["step", "promise"]].concat());
        suite.cases.push(case);
    }
    Some(suite)
}

fn ticks_of(of: Duration, every: Duration) -> u64 {
    of.as_micros() / every.as_micros().max(1)
}

fn report(
    context: &Context<'_>,
    (promise, at, fires, says): (&Promise, Duration, bool, &str),
    case: &mut Case,
) {
    let query = format!("count by (alertname) ({})", context.firing(promise, "PromiseCountsContradict", ""));
    let word = if fires { "reported" } else { "not reported" };
    let mut made = check(promise, at, format!("counts that contradict: {word}, {says}"), query);
    if fires {
        let name = ("alertname".to_owned(), "PromiseCountsContradict".to_owned());
        made = made.gives(Labels::from([name]), Decimal::ONE);
    }
    case.checks.push(made);
}
