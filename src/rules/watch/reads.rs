//! What a promise reads, by metric, and how far the rules that watch it look back.

use std::fmt::Write as _;

use super::ranges;
use crate::ir::{Promise, Selector, Series};
use crate::promql::print;
use crate::value::Duration;

/// Series of one metric that a promise reads.
pub(super) struct Stream<'m> {
    pub(super) metric: &'m str,
    /// The selectors as PromQL.
    pub(super) selectors: Vec<String>,
    pub(super) is_counter: bool,
    /// Its series vanish while nothing happens: their end is not a death.
    pub(super) comes_and_goes: bool,
    /// Each sample is an increase.
    pub(super) increases: bool,
    /// ` offset 10m` where samples are late.
    pub(super) shift: String,
}

impl Stream<'_> {
    /// Appends something made of each selector, side by side.
    pub(super) fn each(&self, out: &mut String, before: &str, after: &str) {
        for (at, selector) in self.selectors.iter().enumerate() {
            let or = if at > 0 { " or " } else { "" };
            let _ = write!(out, "{or}{before}{selector}{}", shifted(after, &self.shift));
        }
    }
}

/// What follows a selector, with its offset: after its range, where it has one.
pub(super) fn shifted(after: &str, shift: &str) -> String {
    match after.split_once(']') {
        Some((range, rest)) if !shift.is_empty() => format!("{range}]{shift}{rest}"),
        None if !shift.is_empty() => format!("{shift}{after}"),
        Some(_) | None => after.to_owned(),
    }
}

/// ` offset 10m` where the samples of a promise are late.
pub(super) fn shift(promise: &Promise) -> String {
    if promise.late.is_zero() { String::new() } else { format!(" offset {}", ranges::promql(promise.late)) }
}

/// How far the rules of a promise look back.
pub(super) struct Spans {
    /// Ten scrapes, at least ten minutes.
    pub(super) short: Duration,
    /// Sixty scrapes, at least an hour.
    pub(super) long: Duration,
    /// What a selector needs so that it sees a series that is scraped this often: nothing, or a range.
    pub(super) seen: Option<Duration>,
}

impl Spans {
    pub(super) fn of(promise: &Promise) -> Self {
        let scrape = promise.scrape_interval;
        let short = ranges::promql(scrape.times(10).max(Duration::from_mins(10)));
        let seen = (scrape > Duration::from_mins(2)).then(|| ranges::promql(scrape.times(3)));
        Self { short, long: short.times(6), seen }
    }
    /// What stands around a selector of which the series are wanted that are there now.
    pub(super) fn now(&self) -> (&'static str, String) {
        self.seen.map_or(("", String::new()), |range| ("last_over_time(", format!("[{range}])")))
    }
}

/// What a promise reads, by metric. What narrows another selector is in it.
pub(super) fn streams(promise: &Promise) -> Vec<Stream<'_>> {
    let mut wide: Vec<(&Selector, &'static str, bool)> = Vec::new();
    let gauge = promise.measurement.gauge().map(|selector| (selector, "", false));
    for found in promise.measurement.series().filter_map(selector_of).chain(gauge) {
        let narrows = |s: &Selector| {
            s.metric == found.0.metric && s.matchers.iter().all(|m| found.0.matchers.contains(m))
        };
        if !wide.iter().any(|(s, suffix, _)| *suffix == found.1 && narrows(s)) {
            wide.push(found);
        }
    }
    let mut made: Vec<Stream<'_>> = Vec::new();
    for (selector, suffix, is_counter) in wide {
        let mut texts = Vec::new();
        for suffix in suffixes(selector, suffix) {
            let mut text = String::new();
            print::selector(&mut text, &selector.metric, suffix, &selector.matchers, &[]);
            texts.push(text);
        }
        match made.iter_mut().find(|s| s.metric == selector.metric) {
            Some(known) => known.selectors.extend(texts),
            None => made.push(Stream {
                metric: &selector.metric,
                selectors: texts,
                is_counter,
                comes_and_goes: selector.alive.is_some(),
                increases: selector.increases.is_some(),
                shift: shift(promise),
            }),
        }
    }
    made
}

/// What the names of its series end with: of a histogram that may be stored in two forms either, the newer one first.
pub(super) fn suffixes(selector: &Selector, suffix: &'static str) -> Vec<&'static str> {
    if selector.either { vec!["", suffix] } else { vec![suffix] }
}

/// The selector of all series of an addend, what its name ends with, and whether they are counters.
pub(super) fn selector_of(series: &Series) -> Option<(&Selector, &'static str, bool)> {
    match series {
        Series::Counter(selector)
        | Series::HistogramCount { selector, native: true }
        | Series::HistogramWithin { selector, native: true, .. }
        | Series::HistogramOver { selector, native: true, .. } => Some((selector, "", true)),
        Series::HistogramCount { selector, native: false }
        | Series::HistogramWithin { selector, native: false, .. }
        | Series::HistogramOver { selector, native: false, .. } => Some((selector, "_count", true)),
        Series::Readings { selector, .. } => Some((selector, "", false)),
        Series::Promql(_) => None,
    }
}
