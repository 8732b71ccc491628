//! Counters of bad events that stand at zero: their first failures count whole.

use std::fmt::Write as _;

use super::case::{Case, Suite};
use super::context::{Batch, Context, UNIT, align, per_scrape, value};
use super::expected::steady;
use super::series::{HEAD_START, Raw, Shape};
use crate::backend::prometheus::base::BAD;
use crate::backend::prometheus::{ranges, streams};
use crate::ir::{Measurement, Promise};
use crate::value::{Decimal, Duration};

/// Adds the case of a batch. All samples lie half a scrape off the evaluations, so that none is on the edge of a range, which
/// Prometheus 2 takes and Prometheus 3 doesn't.
pub(super) fn prove(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    let scrape = batch.scrape.as_micros();
    let range = ranges::base_range(batch.scrape, context.every).as_micros();
    if !scrape.is_multiple_of(2_000) || !range.is_multiple_of(scrape) {
        return;
    }
    let mut case =
        Case::new("base rules: first failures of counters at zero", Duration::from_micros(scrape / 2));
    let end = align(Duration::from_micros(range.saturating_mul(3)), batch.scrape, context.every);
    // The range holds one sample at zero, then only failures.
    let failing = range / scrape - 1;
    let quiet = (end.as_micros() / scrape).saturating_sub(failing);
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        if !counts_failures(promise) {
            continue;
        }
        let values: Option<Vec<String>> =
            list.iter().map(|raw| values(raw, quiet, failing, per_scrape(batch.scrape))).collect();
        let Some((values, truth)) = values.zip(steady(promise, list, Decimal::ONE, UNIT)) else { continue };
        for (raw, values) in list.iter().zip(values) {
            case.feed(&raw.name, &raw.labels, values);
        }
        let query = context.series(BAD, promise, None);
        let says = "first failures of a counter at zero count whole";
        let labels = context.labels(promise, None);
        case.checks.push(value(promise, end, says, (&query, labels), (truth.second, Decimal::ONE, 6)));
    }
    if !case.checks.is_empty() {
        suite.cases.push(case);
    }
}

/// Are bad events counters of their own, not what is left of all when the good are taken away?
fn counts_failures(promise: &Promise) -> bool {
    matches!(&promise.measurement, Measurement::Events(events) if streams::counts_failures(events))
}

/// So many samples while all is well, then so many while all fails; every other one is missing. None for gauges.
fn values(raw: &Raw, quiet: u64, failing: u64, per_scrape: Decimal) -> Option<String> {
    let from_zero = matches!(raw.shape, Shape::Counter { base: 0, .. });
    let mut count = if from_zero { Decimal::ZERO } else { HEAD_START * per_scrape };
    let mut out = String::new();
    for (f, samples) in [(Decimal::ZERO, quiet), (Decimal::ONE, failing)] {
        let step = per_scrape * raw.growth(f)?;
        for _ in 0..samples {
            count += step;
            let _ = write!(out, "{}_ {}", if out.is_empty() { "" } else { " " }, count.normalize());
        }
    }
    Some(out)
}
