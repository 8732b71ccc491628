//! What raw counters have counted since the evaluation before, as PromQL.
//!
//! The count *telescopes*: what a series says now, less what it said one evaluation ago. Whatever lies between two samples is
//! counted once, however many scrapes were lost there, so long as the older one is within reach. Nothing is extrapolated.
//!
//! ```text
//! sum(
//!   (now - then >= 0)                                     known before: the difference
//!   or now + 0 and on (job, instance) (                   new or restarted: the whole, where that is plausible:
//!     sum by (job, instance) (now' unless now' >= then')    what is new on its target, together,
//!     <= limit)                                             is no more than ten minutes of usual traffic
//! )
//! ```
//!
//! A target that is discovered late, or one whose labels changed, brings counters of weeks: they are above the limit, and
//! count from their second sample on. The limit is the median of the roll-ups of the last hour, times ten minutes: what was
//! counted during an outage of Prometheus itself doesn't lower it, and one large newcomer doesn't raise it. `now'` and
//! `then'` are the whole stream's, so that a bad series that is born on a known target counts with its first failure.
//! docs/accuracy.md says how this form was chosen, and from which.

use std::fmt::Write as _;

use super::ranges;
use super::text::put;
use crate::ir::MatchOp;
use crate::ir::{Increases, Selector, Series};
use crate::promql::bound::bucket_bound;
use crate::promql::print;
use crate::series::EVENTS_5M;
use crate::value::{Decimal, Duration};

/// A raw counter: series that only grow until their process restarts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Counter<'s> {
    /// A counter as it stands, or the `_count` of a classic histogram.
    Plain { selector: &'s Selector, suffix: &'static str },
    /// A bucket of a classic histogram, whatever the spelling of its bound.
    Bucket { selector: &'s Selector, limit: Decimal },
    /// The count of a native histogram.
    Native { selector: &'s Selector },
    /// What a native histogram's observations add up to.
    NativeSum { selector: &'s Selector },
    /// The observations of a native histogram up to a limit, or above it.
    NativeShare { selector: &'s Selector, limit: Decimal, above: bool },
    /// What a classic histogram's series became when it was converted to a native one with custom buckets.
    Converted { selector: &'s Selector, part: Part },
}

/// A part of a histogram with custom buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    /// All observations.
    Count,
    /// What they add up to.
    Sum,
    /// Those up to one of its bounds.
    Within(Decimal),
}

impl<'s> Counter<'s> {
    /// The counter of a stream, and the one that is taken off it; none for what isn't a counter.
    pub(crate) fn of(series: &'s Series) -> Option<(Self, Option<Self>)> {
        Some(match series {
            Series::Counter(selector) => (Self::Plain { selector, suffix: "" }, None),
            Series::HistogramCount { selector, native } => (Self::count(selector, *native), None),
            Series::HistogramWithin { selector, native: false, limit } => {
                (Self::Bucket { selector, limit: *limit }, None)
            }
            Series::HistogramOver { selector, native: false, limit } => {
                (Self::count(selector, false), Some(Self::Bucket { selector, limit: *limit }))
            }
            Series::HistogramWithin { selector, native: true, limit } => {
                (Self::NativeShare { selector, limit: *limit, above: false }, None)
            }
            Series::HistogramOver { selector, native: true, limit } => {
                (Self::NativeShare { selector, limit: *limit, above: true }, None)
            }
            Series::Readings { .. } | Series::Promql(_) => return None,
        })
    }
    fn count(selector: &'s Selector, native: bool) -> Self {
        if native { Self::Native { selector } } else { Self::Plain { selector, suffix: "_count" } }
    }
    /// All that is observed where this is: the count of its histogram; itself where it is not part of one.
    fn whole(&self) -> Self {
        match self {
            Self::Plain { .. } | Self::Native { .. } | Self::NativeSum { .. } | Self::Converted { .. } => {
                self.clone()
            }
            Self::Bucket { selector, .. } => Self::count(selector, false),
            Self::NativeShare { selector, .. } => Self::count(selector, true),
        }
    }
    fn selector(&self) -> &'s Selector {
        match self {
            Self::Plain { selector, .. }
            | Self::Bucket { selector, .. }
            | Self::Native { selector }
            | Self::NativeSum { selector }
            | Self::NativeShare { selector, .. }
            | Self::Converted { selector, .. } => selector,
        }
    }
    /// What this is where its histogram was converted; none where that can't be.
    fn converted(&self) -> Option<Self> {
        let part = match self {
            Self::Plain { suffix: "_count", .. } => Part::Count,
            Self::Plain { suffix: "_sum", .. } => Part::Sum,
            Self::Bucket { limit, .. } => Part::Within(*limit),
            Self::Plain { .. }
            | Self::Native { .. }
            | Self::NativeSum { .. }
            | Self::NativeShare { .. }
            | Self::Converted { .. } => return None,
        };
        let selector = self.selector();
        selector.either.then_some(Self::Converted { selector, part })
    }
    /// The count of the addend that this is a part of, as the selectors show; else of what it belongs to by itself.
    pub(crate) fn whole_in(&self, total: &'s [Series]) -> Self {
        let mine = self.selector();
        let holds = |all: &Selector| {
            all.metric == mine.metric && all.matchers.iter().all(|m| mine.matchers.contains(m))
        };
        total
            .iter()
            .filter_map(|series| Some(Self::of(series)?.0.whole()))
            .find(|whole| holds(whole.selector()))
            .unwrap_or_else(|| self.whole())
    }
    /// Its last values within a range that ends so long ago, one for each series.
    fn last(&self, range: Duration, ago: Duration, step: Duration) -> String {
        self.over("last_over_time", range, ago, step)
    }
    /// A function of its values within a range that ends so long ago, one for each series; of native histograms only the last one.
    fn over(&self, how: &str, range: Duration, ago: Duration, step: Duration) -> String {
        let over = |selector: &Selector, suffix: &str, extra: &[print::Extra<'_>]| {
            let mut out = format!("{how}(");
            print::selector(&mut out, &selector.metric, suffix, &selector.matchers, extra);
            let _ = write!(out, "[{range}]{})", offset(ago));
            out
        };
        match self {
            Self::Plain { selector, suffix } => over(selector, suffix, &[]),
            Self::Bucket { selector, limit } => {
                let (op, bound) = bucket_bound(*limit);
                let last = over(selector, "_bucket", &[("le", op, &bound)]);
                // Prometheus 3 writes `1.0` where 2 wrote `1`: on the day of the change both are there, of one counter.
                let joined = if how == "sum_over_time" { "sum" } else { "max" };
                // What it is converted to has no `le`.
                let alone = op == MatchOp::Equal && !selector.either;
                if alone { last } else { format!("{joined} without (le) ({last})") }
            }
            Self::Converted { selector, part } => {
                let last = over(selector, "", &[]);
                match part {
                    Part::Count => format!("histogram_count({last})"),
                    Part::Sum => format!("histogram_sum({last})"),
                    // Whole numbers, at a bound: what is not whole comes of dividing and multiplying.
                    Part::Within(limit) => format!(
                        "(round(histogram_fraction(-Inf, {}, {last}) * histogram_count({last})) >= 0 or 0 * histogram_count({last}))",
                        limit.normalize()
                    ),
                }
            }
            // Prometheus 2.42 has no `last_over_time` of native histograms: numbers are made of them first.
            Self::Native { selector } => {
                let own = print::selector_text(&selector.metric, &selector.matchers);
                format!("last_over_time(histogram_count({own})[{range}:{step}]{})", offset(ago))
            }
            Self::NativeSum { selector } => {
                let own = print::selector_text(&selector.metric, &selector.matchers);
                format!("last_over_time(histogram_sum({own})[{range}:{step}]{})", offset(ago))
            }
            Self::NativeShare { selector, limit, above } => {
                let (limit, own) = (
                    limit.normalize().to_string(),
                    print::selector_text(&selector.metric, &selector.matchers),
                );
                let (from, to) = if *above { (limit.as_str(), "+Inf") } else { ("-Inf", limit.as_str()) };
                // The share of nothing is not a number; of nothing, nothing is within any bounds.
                format!(
                    "last_over_time((histogram_fraction({from}, {to}, {own}) * histogram_count({own}) >= 0 or 0 * histogram_count({own}))[{range}:{step}]{})",
                    offset(ago)
                )
            }
        }
    }
}

fn offset(ago: Duration) -> String {
    if ago.is_zero() { String::new() } else { format!(" offset {ago}") }
}

/// From which count of events a newcomer's counter is no longer plausible.
#[derive(Clone, Debug)]
pub(crate) enum Plausible {
    /// By the roll-ups of the promise with these matchers.
    Recorded(String),
    /// By the raw series: where no roll-up counts these events (slices), or none was there (a backfill).
    Raw,
}

/// How far back counts look.
#[derive(Clone, Debug)]
pub(crate) struct Count {
    /// The time that is counted: an evaluation, or a slice.
    pub(crate) span: Duration,
    /// A series without a sample for so long is gone.
    pub(crate) presence: Duration,
    /// Of a histogram that may be stored in two forms, the one that has a sample within this is the one that is there.
    pub(crate) form: Duration,
    /// How old the sample may be from which a difference is taken: lost scrapes and outages of Prometheus up to here lose
    /// nothing.
    pub(crate) lookback: Duration,
    /// Samples younger than this are left to the next evaluation: their scrapes may still be under way.
    pub(crate) delay: Duration,
    /// The scrape interval.
    pub(crate) scrape: Duration,
    /// What a newcomer may bring.
    pub(crate) plausible: Plausible,
    /// ` by (region) ` or nothing.
    pub(crate) by: String,
}

/// What the limit of a newcomer's counter is taken over.
const USUAL: Duration = Duration::from_hours(1);
/// As much traffic as a newcomer may bring.
const AT_ONCE: Duration = Duration::from_mins(10);

impl Count {
    /// Appends what a counter has counted; `whole` is the stream whose newcomers are weighed.
    pub(crate) fn of(&self, out: &mut String, counter: &Counter<'_>, whole: &Counter<'_>) {
        if let Some(increases) = counter.selector().increases {
            return self.samples(out, counter, increases);
        }
        let now = self.now(counter);
        let _ = write!(
            out,
            "sum{by}(\n  ({now} - {then} >= 0)\n  or {now} + 0 and on (job, instance) (\n    {guard})\n)",
            by = self.by,
            then = self.then(counter),
            guard = self.guard(counter, whole),
        );
    }
    /// Appends what the observations of a histogram or a summary add up to, or how many there are: of series whose count goes on, and
    /// whole of newcomers that count whole. A series whose sum is not a number is in neither.
    pub(crate) fn observed(&self, out: &mut String, of: &Series, sums: bool) {
        let (Series::HistogramCount { selector, native }, Some((count, _))) = (of, Counter::of(of)) else {
            return;
        };
        let sum = if *native {
            Counter::NativeSum { selector }
        } else {
            Counter::Plain { selector, suffix: "_sum" }
        };
        if let Some(increases) = selector.increases {
            return self.samples(out, if sums { &sum } else { &count }, increases);
        }
        let grown = |counter: &Counter<'_>| format!("{} - {}", self.now(counter), self.then(counter));
        let (added, counted, now) = (grown(&sum), grown(&count), self.now(&sum));
        let (by, guard) = (&self.by, self.guard(&count, &count));
        let _ = if sums {
            write!(
                out,
                "sum{by}(\n  ({added} >= -Inf and {counted} >= 0)\n  or {now} >= -Inf and on (job, instance) (\n    {guard})\n)"
            )
        } else {
            write!(
                out,
                "sum{by}(\n  ({counted} >= 0 and {added} >= -Inf)\n  or {all} + 0 and {now} >= -Inf and on (job, instance) (\n    {guard})\n)",
                all = self.now(&count),
            )
        };
    }
    /// Appends what samples say that are increases themselves: the sum of those that are new, each once, and 0 for a series that has none
    /// of them. A sample that counts for longer than until the next counts in part each time.
    fn samples(&self, out: &mut String, counter: &Counter<'_>, increases: Increases) {
        if increases.over != increases.every {
            put(out, increases.every.seconds().normalize());
            out.push_str(" / ");
            put(out, increases.over.seconds().normalize());
            out.push_str(" * ");
        }
        // A millisecond short: Prometheus 2 takes the samples on both ends of a range.
        let moment = Duration::from_micros(self.span.as_micros().saturating_sub(1_000).max(1_000));
        let new = counter.over("sum_over_time", moment, self.delay, self.scrape);
        let now = self.now(counter);
        let _ = write!(out, "sum{by}(\n  {new}\n  or 0 * {now}\n)", by = self.by);
    }
    /// The targets whose newcomers count whole.
    fn guard(&self, counter: &Counter<'_>, whole: &Counter<'_>) -> String {
        let (now, then) = (self.now(whole), self.then(whole));
        let limit = self.limit(whole);
        let mut out = format!("sum by (job, instance) ({now} unless {now} >= {then}) <= {limit}");
        if counter.selector().born_with_event {
            // The target was scraped before, and the series wasn't there: it is as new as it looks.
            let ago = self.span.plus(self.delay);
            let _ = write!(
                out,
                "\n    or group by (job, instance) (last_over_time({up}[{range}] offset {ago}))",
                up = up_of(counter.selector()),
                range = self.presence,
            );
        }
        out
    }
    /// The last values within a range that ends so long ago, one for each series. Where a histogram may have been converted, those of
    /// the form that is there at that moment: the native one where both are, since what is left of the other stands still. Further
    /// back there may be either.
    fn last(&self, counter: &Counter<'_>, range: Duration, ago: Duration) -> String {
        let last = |counter: &Counter<'_>, range| counter.last(range, ago, self.scrape);
        let Some(native) = counter.converted() else { return last(counter, range) };
        let both = |range| format!("{} or {}", last(&native, range), last(counter, range));
        if range <= self.form {
            format!("({})", both(range))
        } else {
            format!("({} or {})", both(self.form), both(range))
        }
    }
    fn limit(&self, whole: &Counter<'_>) -> String {
        let scalar = |events: String| format!("scalar(clamp_min({events}, 1))");
        match &self.plausible {
            Plausible::Recorded(matchers) => {
                let mut events = String::new();
                put(&mut events, AT_ONCE.seconds().normalize());
                let _ = write!(events, " * sum(quantile_over_time(0.5, {EVENTS_5M}{{{matchers}}}[{USUAL}]))");
                scalar(events)
            }
            Plausible::Raw => {
                let at = |ago: Duration| self.last(whole, AT_ONCE, ago.plus(self.delay));
                let (new, old) = (at(Duration::default()), at(AT_ONCE));
                scalar(format!("sum({new} - {old} >= 0)"))
            }
        }
    }
    /// One value for each series that is there.
    pub(crate) fn now(&self, counter: &Counter<'_>) -> String {
        self.last(counter, self.presence, self.delay)
    }
    fn then(&self, counter: &Counter<'_>) -> String {
        self.last(counter, self.lookback, self.span.plus(self.delay))
    }
}

/// The scrapes of the targets that a selector names.
fn up_of(selector: &Selector) -> String {
    let own = |label: &str| matches!(label, "job" | "instance");
    let matchers: Vec<_> = selector.matchers.iter().filter(|m| own(&m.label)).cloned().collect();
    print::selector_text("up", &matchers)
}

/// How far back the sample may be from which a difference is taken.
pub(crate) fn lookback(scrape: Duration) -> Duration {
    ranges::promql(Duration::from_hours(1).max(scrape.times(3)))
}
