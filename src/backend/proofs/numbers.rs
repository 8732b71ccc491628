//! Values that are not numbers, and slices in which nobody came: nothing to judge, which is not the same as no data.

use super::base::{is_read, times};
use super::case::{Case, Suite};
use super::context::{Batch, Context, UNIT, align, check, minds_silence, per_scrape, slice_of, value};
use super::expected::steady;
use super::series::{DOWN, FINE, Raw, Shape, State};
use crate::ir::Promise;
use crate::series::{BAD_EVENTS, EVENTS};
use crate::value::{Decimal, Duration};

/// Adds the case of a batch: healthy, then without a number, then failing, while a second series of each gauge never has one.
pub(super) fn prove(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    let mut case = Case::new("base rules: nothing to judge", batch.scrape);
    let unit = per_scrape(batch.scrape);
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        if slice_of(promise).is_zero() && !is_read(promise) {
            continue;
        }
        let [healthy, little, _, gone, _] = times(context, promise).ends;
        let since = |a: Duration, b: Duration| Duration::from_micros(b.as_micros() - a.as_micros());
        // As long as no data would take to be reported.
        let long = align(since(little, gone), batch.scrape, context.every);
        let one = since(healthy, little);
        let whole = healthy.plus(long).plus(one);
        for raw in list {
            let timeline = vec![(FINE, healthy), (State::Unknown, long), (DOWN, one)];
            case.feed(&raw.name, &raw.labels, raw.values(&timeline, batch.scrape, unit));
        }
        for twin in gauges(list) {
            let timeline = vec![(State::Unknown, whole)];
            case.feed(&twin.name, &twin.labels, twin.values(&timeline, batch.scrape, unit));
        }
        let before = |at: Duration| since(context.every, at);
        let slice = slice_of(promise).seconds();
        let all = Decimal::ONE.checked_div(slice).unwrap_or_default();
        let at = before(healthy.plus(long));
        let (nothing, says) = if minds_silence(promise) {
            ((all, all), "where silence is bad, a slice without a number or an event is bad")
        } else {
            ((Decimal::ZERO, Decimal::ZERO), "without a number or an event there is nothing to judge")
        };
        both(context, promise, (at, nothing, says), &mut case);
        let quiet = context.firing(promise, "PromiseNoData", "");
        case.checks.push(check(promise, at, "a metric that is there is not called no data", quiet));
        if let Some(truth) = steady(promise, list, Decimal::ONE, UNIT) {
            let says = "a series that is not a number does not hide the others";
            both(context, promise, (before(whole), (truth.events, truth.second), says), &mut case);
        }
    }
    if !case.checks.is_empty() {
        suite.cases.push(case);
    }
}

/// A second series for each gauge.
fn gauges(list: &[Raw]) -> Vec<Raw> {
    let mut twins: Vec<Raw> = list
        .iter()
        .filter(|r| !matches!(r.shape, Shape::Counter { .. } | Shape::Sum { .. }))
        .cloned()
        .collect();
    for twin in &mut twins {
        drop(twin.labels.insert("slovo_twin".to_owned(), "2".to_owned()));
    }
    twins
}

/// Events and bad events a second.
fn both(
    context: &Context<'_>,
    promise: &Promise,
    (at, (events, bad), says): (Duration, (Decimal, Decimal), &str),
    case: &mut Case,
) {
    let slice = slice_of(promise).seconds();
    let factor = if slice.is_zero() { Decimal::ONE } else { slice };
    for (name, truth, word) in [(EVENTS, events, "events"), (BAD_EVENTS, bad, "bad")] {
        let (query, seconds) = context.counted(name, promise);
        let labels = context.labels(promise, None);
        let says = format!("{says} ({word})");
        case.checks.push(value(promise, at, says, (&query, labels), (truth * seconds, factor, 6)));
    }
}
