//! Counters of bad events that stand at zero, and such that begin again: their failures count whole.

use crate::series::BAD_EVENTS;
use std::fmt::Write as _;

use super::case::{Case, Suite};
use super::context::{Batch, Context, UNIT, align, per_scrape, value};
use super::expected::steady;
use super::series::{HEAD_START, Raw, Shape};
use crate::ir::ranges;
use crate::ir::{Measurement, Promise};
use crate::rules::streams;
use crate::value::{Decimal, Duration};

/// Adds the case of a batch. All samples lie half a scrape off the evaluations, so that none is on the edge of a range, which
/// Prometheus 2 takes and Prometheus 3 doesn't.
pub(super) fn prove(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    let scrape = batch.scrape.as_micros();
    let range = ranges::base_range(batch.scrape, context.every).as_micros();
    let together = align(context.every, batch.scrape, context.every);
    // Nor where evaluations and scrapes fall together so rarely that a range holds no whole number of both.
    if !scrape.is_multiple_of(2_000) || !range.is_multiple_of(scrape) || together.as_micros() > range {
        return;
    }
    let title = "base rules: counters at zero, and restarts";
    let mut case = Case::new(title, Duration::from_micros(scrape / 2));
    let whole =
        |ranges: u64| align(Duration::from_micros(range.saturating_mul(ranges)), batch.scrape, context.every);
    let (first, restart) = (whole(12), whole(14));
    let samples = |of: Duration| of.as_micros() / scrape;
    // The range holds one sample at zero, then only failures: as many as are summed up, however late they are looked at.
    let timeout = batch.list.iter().map(|(e, _)| e.promise.scrape_timeout).max().unwrap_or_default();
    let summed = together.plus(timeout);
    let held = (range / scrape).max(summed.as_micros().div_ceil(scrape) + 1);
    let timeline = Timeline {
        before: samples(first).saturating_sub(held - 1),
        failing: samples(restart).saturating_sub(samples(first)),
        held,
    };
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        // What is late is looked at that much later; a sample must then lie as far from the evaluation.
        let late = promise.late;
        let beside = late.as_micros().is_multiple_of(scrape);
        if !counts_failures(promise) || list.iter().any(|r| r.each.is_some()) || !beside {
            continue;
        }
        let values: Option<Vec<String>> =
            list.iter().map(|raw| values(raw, timeline, per_scrape(batch.scrape))).collect();
        let Some((values, truth)) = values.zip(steady(promise, list, Decimal::ONE, UNIT)) else { continue };
        for (raw, values) in list.iter().zip(values) {
            case.feed(&raw.name, &raw.labels, values);
        }
        let (query, seconds) = context.counted(BAD_EVENTS, promise);
        for (at, says) in [
            (first, "first failures of a counter at zero count whole"),
            (restart, "failures count whole when a counter begins again"),
        ] {
            let labels = context.labels(promise, None);
            case.checks.push(value(
                promise,
                at.plus(late),
                says,
                (&query, labels),
                (truth.second * seconds, Decimal::ONE, 6),
            ));
        }
    }
    if !case.checks.is_empty() {
        suite.cases.push(case);
    }
}

/// Are bad events counters of their own, not what is left of all when the good are taken away?
fn counts_failures(promise: &Promise) -> bool {
    matches!(&promise.measurement, Measurement::Events(events) if streams::counts_failures(events))
}

/// So many samples of each.
#[derive(Clone, Copy)]
struct Timeline {
    /// Much fails, and the counters of failures begin again: what was before must not be seen. Then all is well for two of these.
    before: u64,
    /// All fails; with the last of these the counters of failures begin again.
    failing: u64,
    /// In a range. After as many less one they have begun again once more: the range at the end begins with a low value, so
    /// that its last is higher than its first although the counter was reset in between.
    held: u64,
}

/// Every other sample is missing. None for gauges.
fn values(raw: &Raw, timeline: Timeline, per_scrape: Decimal) -> Option<String> {
    let from_zero = matches!(raw.shape, Shape::Counter { base: 0, .. });
    let mut count = if from_zero { Decimal::ZERO } else { HEAD_START * per_scrape };
    let mut out = String::new();
    let fine = (Decimal::ZERO, Decimal::ONE);
    let down = (Decimal::ONE, Decimal::ONE);
    // Half as many more before the second reset, so that it shows.
    let more = (Decimal::ONE, Decimal::new(15, 1));
    // Far more than after it.
    let loud = (Decimal::ONE, Decimal::from(4));
    let stretches = [
        (loud, timeline.before.saturating_sub(2), false),
        (fine, 2, true),
        (down, timeline.failing - 1, false),
        (more, 1, true),
        (down, timeline.held - 1, true),
    ];
    for ((f, times), samples, again) in stretches {
        let mut step = per_scrape * raw.growth(f)?;
        if from_zero {
            step *= times;
            count = if again { Decimal::ZERO } else { count };
        }
        for _ in 0..samples {
            count += step;
            let _ = write!(out, "{}_ {}", if out.is_empty() { "" } else { " " }, count.normalize());
        }
    }
    Some(out)
}
