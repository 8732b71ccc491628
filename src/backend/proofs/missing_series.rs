//! Base rules where something is not there: the bucket of the limit, what finishes, any event at all.

use super::base::{is_read, rates, settled, times, with_twins};
use super::case::{Case, Suite};
use super::context::{Batch, Context, UNIT, align, limit_of, minds_silence, per_scrape, slice_of, value};
use super::decoys::{decoys, same_metric};
use super::series::{FINE, Raw, Shape};
use super::slice_shares;
use super::witness::satisfies;
use crate::ir::ranges;
use crate::ir::{Measurement, Promise, Series};
use crate::series::BAD_EVENTS;
use crate::value::{Decimal, Duration};

/// Adds the cases of a batch.
pub(super) fn prove(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    let cases = [without_buckets(context, batch), unfinished(context, batch), idle(context, batch)];
    suite.cases.extend(cases.into_iter().flatten());
}

/// Histograms that have no bucket at the limit (the exporter's bounds have changed): nothing is known to be good.
fn without_buckets(context: &Context<'_>, batch: &Batch<'_, '_>) -> Option<Case> {
    let mut case = Case::new("base rules: the bucket of the limit is missing", batch.scrape);
    let near: Vec<&Promise> = context.measured().map(|e| e.promise).collect();
    let unit = per_scrape(batch.scrape);
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        let at_limit =
            |r: &&Raw| r.name.ends_with("_bucket") && r.labels.get("le").is_some_and(|le| le != "+Inf");
        let list = with_twins(list);
        let rest: Vec<Raw> = list.iter().filter(|r| !at_limit(r)).cloned().collect();
        if rest.len() == list.len() {
            continue;
        }
        let [length, ..] = times(context, promise).ends;
        let at = Duration::from_micros(length.as_micros().saturating_sub(context.every.as_micros()));
        let when = "the bucket of its limit is missing";
        rates(context, promise, &rest, (at, Decimal::ZERO, UNIT, when), &mut case);
        // Then nobody comes: events are no longer counted, and a slice without any is good.
        let slice =
            if slice_shares::allowed(promise).is_some() { slice_of(promise) } else { Duration::default() };
        let span = ranges::slice_span(slice, batch.scrape, context.every);
        let quiet =
            if slice.is_zero() { settled(context, promise) } else { span.plus(context.every.times(2)) };
        let quiet = align(quiet, batch.scrape, context.every);
        let timeline = [(Decimal::ZERO, Decimal::ONE, length), (Decimal::ZERO, Decimal::ZERO, quiet)];
        for raw in &decoys(promise, &rest, &near) {
            case.feed(&raw.name, &raw.labels, raw.values(&[(FINE, length.plus(quiet))], batch.scrape, unit));
        }
        for raw in &rest {
            case.feed(&raw.name, &raw.labels, slice_shares::values(raw, &timeline, (batch.scrape, unit)));
        }
        if slice.is_zero() {
            let at = length.plus(quiet);
            let when = "the bucket of its limit is missing and nobody comes";
            rates(context, promise, &rest, (at, Decimal::ZERO, Decimal::ZERO, when), &mut case);
        } else {
            // As much of a slice as an evaluation stands for.
            let part = context.every.seconds().checked_div(slice.seconds()).unwrap_or_default();
            let (bad, is) = if minds_silence(promise) { (part, "bad") } else { (Decimal::ZERO, "good") };
            let says = format!("a slice without events is {is} while {when}");
            let query = context.series(BAD_EVENTS, promise, None);
            // As soon as the last that came is a slice ago.
            let quiet =
                span.plus(promise.scrape_timeout).as_micros().saturating_sub(batch.scrape.as_micros());
            let quiet = Duration::from_micros(quiet);
            let at = length.plus(align(quiet, context.every, context.every));
            let truth = (bad, slice.seconds(), 6);
            let labels = context.labels(promise, None);
            case.checks.push(value(promise, at, says, (&query, labels), truth));
        }
    }
    (!case.checks.is_empty()).then_some(case)
}

/// Completions that never saw anything finish: there is no series of what finished, which counts as none.
fn unfinished(context: &Context<'_>, batch: &Batch<'_, '_>) -> Option<Case> {
    let mut case = Case::new("base rules: nothing ever finished", batch.scrape);
    let unit = per_scrape(batch.scrape);
    for (entry, list) in &batch.list {
        let Measurement::Completion(completion) = &entry.promise.measurement else { continue };
        let of = |raw: &Raw, list: &[Series]| {
            list.iter()
                .filter_map(Series::selector)
                .any(|s| same_metric(&raw.name, &s.metric) && satisfies(&raw.labels, &s.matchers))
        };
        let mut started = with_twins(list);
        started.retain(|r| of(r, &completion.started));
        if started.iter().any(|r| of(r, &completion.finished)) {
            continue;
        }
        let [length, ..] = times(context, entry.promise).ends;
        // Then nobody comes.
        let quiet = align(settled(context, entry.promise), batch.scrape, context.every);
        let timeline = [(Decimal::ZERO, Decimal::ONE, length), (Decimal::ZERO, Decimal::ZERO, quiet)];
        for raw in &started {
            case.feed(&raw.name, &raw.labels, slice_shares::values(raw, &timeline, (batch.scrape, unit)));
        }
        let at = Duration::from_micros(length.as_micros().saturating_sub(context.every.as_micros()));
        for (at, unit, when) in [
            (at, UNIT, "nothing ever finished"),
            (length.plus(quiet), Decimal::ZERO, "nothing ever finished and nobody comes"),
        ] {
            rates(context, entry.promise, &started, (at, Decimal::ZERO, unit, when), &mut case);
        }
    }
    (!case.checks.is_empty()).then_some(case)
}

/// Nobody comes, and nothing ever failed: no series of failures. No events, of which none is bad.
fn idle(context: &Context<'_>, batch: &Batch<'_, '_>) -> Option<Case> {
    let mut case = Case::new("base rules: nobody comes, and nothing ever failed", batch.scrape);
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        let counted = match promise.measurement {
            Measurement::Events(_) | Measurement::Completion(_) => !is_read(promise),
            Measurement::Slices(_) | Measurement::Composed(_) => false,
        };
        if !counted {
            continue;
        }
        let mut list = with_twins(list);
        list.retain(|r| !matches!(r.shape, Shape::Counter { base: 0, slope: 1.. }));
        // What is started counts when its limit is over.
        let [length, ..] = times(context, promise).ends;
        let length = align(length.plus(limit_of(promise)), batch.scrape, context.every);
        for raw in &list {
            case.feed(&raw.name, &raw.labels, raw.values(&[(FINE, length)], batch.scrape, Decimal::ZERO));
        }
        let at = Duration::from_micros(length.as_micros().saturating_sub(context.every.as_micros()));
        rates(context, promise, &list, (at, Decimal::ZERO, Decimal::ZERO, "nobody comes"), &mut case);
    }
    (!case.checks.is_empty()).then_some(case)
}
