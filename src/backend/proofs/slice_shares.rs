//! Slices that are judged by a share: by that of their own events, however many there were before.

use super::base::{settled, with_twins};
use super::case::{Case, Suite};
use super::context::{Batch, Context, UNIT, align, per_scrape, slice_of, value};
use super::expected::steady;
use super::series::{HEAD_START, Raw, Shape};
use crate::ir::ranges;
use crate::ir::{Condition, Measurement, Promise};
use crate::series::BAD_EVENTS;
use crate::value::{Decimal, Duration};

/// Adds the case of a batch: after quiet hours four times the traffic, of which first a little less may fail than is allowed, then
/// a little more.
pub(super) fn prove(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    let mut case = Case::new("base rules: busy slices after quiet ones", batch.scrape);
    let unit = per_scrape(batch.scrape);
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        let Some(allowed) = allowed(promise) else { continue };
        if !list.iter().all(|r| matches!(r.shape, Shape::Counter { .. })) {
            continue;
        }
        let list = &with_twins(list);
        let length =
            align(settled(context, promise).plus(context.every.times(2)), batch.scrape, context.every);
        let few = allowed * Decimal::new(95, 2);
        let many = (allowed * Decimal::new(105, 2)).min(Decimal::ONE);
        let timeline = [
            (Decimal::ZERO, Decimal::ONE, length.times(3)),
            (few, Decimal::from(4), length),
            (many, Decimal::from(4), length),
        ];
        for raw in list {
            case.feed(&raw.name, &raw.labels, values(raw, &timeline, (batch.scrape, unit)));
        }
        let labels = context.labels(promise, None);
        let query = context.series(BAD_EVENTS, promise, None);
        let every = context.every.seconds();
        let mut now = length.times(3);
        for (f, says) in [
            (few, "a busy slice is good in which less fails than may"),
            (many, "a busy slice is bad in which more fails than may"),
        ] {
            let Some(truth) = steady(promise, list, f, UNIT) else { continue };
            // The sample before the stretch is a slice ago.
            let span = ranges::slice_span(slice_of(promise), batch.scrape, context.every);
            let slice = span.plus(promise.scrape_timeout);
            let slice = slice.as_micros().saturating_sub(batch.scrape.as_micros());
            let soon = now.plus(align(Duration::from_micros(slice), context.every, context.every));
            now = now.plus(length);
            // A sample before the next stretch begins.
            let end = Duration::from_micros(now.as_micros().saturating_sub(context.every.as_micros()));
            for at in [soon.min(end), end] {
                let truth = (truth.second * every, slice_of(promise).seconds(), 6);
                case.checks.push(value(promise, at, says, (&query, labels.clone()), truth));
            }
        }
    }
    if !case.checks.is_empty() {
        suite.cases.push(case);
    }
}

/// Is a slice judged by what was counted in it?
pub(super) fn is_counted(promise: &Promise) -> bool {
    matches!(
        &promise.measurement,
        Measurement::Slices(s) if matches!(s.condition, Condition::Share { .. } | Condition::Mean { .. })
    )
}

/// The share that may be bad.
pub(super) fn allowed(promise: &Promise) -> Option<Decimal> {
    let Measurement::Slices(slices) = &promise.measurement else { return None };
    let Condition::Share { at_least, .. } = &slices.condition else { return None };
    Some(Decimal::ONE - *at_least).filter(|a| *a > Decimal::ZERO)
}

/// A counter through stretches: what fails, how much traffic, for how long.
pub(super) fn values(
    raw: &Raw,
    timeline: &[(Decimal, Decimal, Duration)],
    (scrape, unit): (Duration, Decimal),
) -> String {
    let mut out = String::new();
    let mut count = HEAD_START * unit;
    for (f, traffic, length) in timeline {
        let n = (length.as_micros() / scrape.as_micros().max(1)).max(1);
        let step = unit * *traffic * raw.growth(*f).unwrap_or_default();
        raw.grow(&mut out, &mut count, step, n);
    }
    out
}
