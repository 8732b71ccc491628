//! Streams of events as PromQL: what each addend is, how they are added, and what is bad among them.

use super::counted::{self, Count, Counter, Plausible};
use super::ranges;
use super::slices;
use super::text::{by, put};
use crate::ir::{Events, Matcher, Outcome, Promise, Reading, Selector, Series};
use crate::promql::print;
use crate::value::Duration;

/// Ranges and labels that the streams of one promise share. Everything gives a number of events in [`Count::span`].
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// How counters are counted.
    pub(crate) count: Count,
    /// The range that stands for `$range` in the user's own PromQL.
    range: Duration,
    /// The stretch over which samples of a gauge are counted.
    readings: Duration,
    /// How far back they are taken.
    delay: Duration,
    /// The scrape interval.
    scrape: Duration,
    /// 0 for each budget, as far as they are known.
    zeros: String,
    /// How late the samples of gauges are.
    late: Duration,
}

impl Reach {
    /// For the base rules of a promise.
    pub(crate) fn base(promise: &Promise, evaluation: Duration, plausible: Plausible) -> Self {
        let scrape = promise.scrape_interval;
        let range = ranges::promql(ranges::base_range(scrape, evaluation));
        Self {
            count: Count {
                span: evaluation,
                presence: range,
                form: range,
                lookback: counted::lookback(scrape),
                delay: ranges::promql(promise.scrape_timeout),
                scrape: ranges::promql(scrape),
                plausible,
                by: by(&promise.for_each),
            },
            range,
            readings: ranges::readings_range(scrape, evaluation),
            delay: ranges::readings_delay(scrape),
            scrape,
            late: ranges::promql(promise.late),
            zeros: slices::always(promise, "vector(0)"),
        }
    }
    /// For slices of this length: the slice itself where it holds three scrapes, else the base range.
    pub(crate) fn slice(promise: &Promise, slice: Duration, evaluation: Duration) -> Self {
        let base = Self::base(promise, evaluation, Plausible::Raw);
        let span = ranges::slice_span(slice, promise.scrape_interval, evaluation);
        // What is a slice old must be within reach, and what was before it.
        let lookback = base.count.lookback.max(span.plus(base.range));
        Self {
            range: span,
            readings: base.readings.max(slice),
            // A series that ends within a slice still counts in it.
            count: Count { span, lookback, presence: base.count.presence.max(span), ..base.count },
            ..base
        }
    }
    /// ` by (region) ` or nothing.
    pub(crate) fn by(&self) -> &str {
        &self.count.by
    }

    /// Events of a sum. A missing addend counts as 0, as long as one is there: the parts are put side by side, told apart by a
    /// label, and summed.
    pub(crate) fn sum(&self, out: &mut String, list: &[Series]) {
        self.part(out, list, list);
    }

    /// All events. Where the metric is silent while nothing happens, 0 as long as its target is there.
    pub(crate) fn all(&self, out: &mut String, total: &[Series]) {
        let Some(idle) = self.idle(total) else { return self.sum(out, total) };
        out.push('(');
        self.sum(out, total);
        put(out, format_args!("\nor {idle})"));
    }

    /// 0 while everything is there that shows that the targets of these addends are: where all of them are silent when idle.
    fn idle(&self, list: &[Series]) -> Option<String> {
        let alive: Option<Vec<&Selector>> = list.iter().map(|s| s.selector()?.alive.as_deref()).collect();
        let mut there: Vec<String> = alive?.into_iter().map(|s| self.there(s)).collect();
        there.dedup();
        Some(format!("(({}) and on () {})", self.zeros, there.join(" and on () ")))
    }

    /// Something while a target is there: one that could be scraped, where its `up` says so.
    fn there(&self, alive: &Selector) -> String {
        let own = print::selector_text(&alive.metric, &alive.matchers);
        let (range, ago) = (self.count.presence, self.count.delay);
        if alive.metric == "up" {
            format!("(max_over_time({own}[{range}] offset {ago}) > 0)")
        } else {
            format!("last_over_time({own}[{range}] offset {ago})")
        }
    }

    /// Events of a stream that is a part of another, whose newcomers are weighed with it.
    fn part(&self, out: &mut String, list: &[Series], whole: &[Series]) {
        if let [one] = list {
            return self.term(out, one, whole);
        }
        out.push_str("sum");
        out.push_str(self.by());
        out.push('(');
        for (at, series) in list.iter().enumerate() {
            if at == 0 {
                out.push_str("\n  ");
                self.term(out, series, whole);
            } else {
                out.push_str("\n  or label_replace(");
                self.term(out, series, whole);
                out.push_str(", \"addend\", \"");
                put(out, at + 1);
                out.push_str("\", \"\", \"\")");
            }
        }
        out.push_str("\n)");
    }

    /// Bad events: 0 where there are events and no bad ones; where the good ones are measured and missing, all.
    pub(crate) fn bad(&self, out: &mut String, events: &Events) {
        match &events.outcome {
            Outcome::Bad(list) if is_the_slow_part(&events.total, list) => self.all(out, list),
            Outcome::Bad(list) => self.or_zero(out, list, &events.total),
            Outcome::Good(good) => {
                if let Some(rest) = complement(&events.total, good) {
                    return self.or_zero(out, &[rest], &events.total);
                }
                self.all(out, &events.total);
                out.push_str("\n- (\n");
                self.or_zero(out, good, &events.total);
                out.push_str("\n)");
            }
        }
    }

    /// A stream, or 0 where only the other is there. The other is read from the raw series, never from one recorded in
    /// the same group: vmalert and concurrent evaluation don't promise that its newest sample is visible.
    pub(crate) fn or_zero(&self, out: &mut String, list: &[Series], other: &[Series]) {
        self.part(out, list, other);
        out.push_str("\nor ");
        self.nothing(out, other);
    }

    /// What was finished, or 0 where only what was started is there, or where what finishes is there and idle.
    pub(crate) fn finished(&self, out: &mut String, finished: &[Series], started: &[Series]) {
        self.part(out, finished, started);
        if let Some(idle) = self.idle(finished) {
            put(out, format_args!("\nor {idle}"));
        }
        out.push_str("\nor ");
        self.nothing(out, started);
    }

    /// 0 wherever one of the addends is there, or idle.
    pub(crate) fn nothing(&self, out: &mut String, list: &[Series]) {
        let idle = self.idle(list);
        out.push_str(if idle.is_some() { "(0 * " } else { "0 * " });
        self.presence(out, list);
        if let Some(idle) = idle {
            put(out, format_args!("\nor {idle})"));
        }
    }

    /// What the observations of a histogram or a summary add up to, or how many there are.
    pub(crate) fn observed(&self, out: &mut String, of: &Series, sums: bool) {
        self.count.observed(out, of, sums);
    }

    /// Something wherever one of the addends is there.
    fn presence(&self, out: &mut String, list: &[Series]) {
        out.push_str("sum");
        out.push_str(self.by());
        out.push('(');
        for (at, series) in list.iter().enumerate() {
            out.push_str(if at > 0 { " or " } else { "" });
            match Counter::of(series) {
                Some((counter, _)) => out.push_str(&self.count.now(&counter)),
                None => self.term(out, series, list),
            }
        }
        out.push(')');
    }

    fn term(&self, out: &mut String, series: &Series, whole: &[Series]) {
        match (Counter::of(series), series) {
            (Some((counter, None)), _) => self.count.of(out, &counter, &counter.whole_in(whole)),
            (Some((counter, Some(off))), _) => {
                let whole = counter.whole_in(whole);
                out.push('(');
                self.count.of(out, &counter, &whole);
                // A histogram without the bucket of the limit has nothing within it.
                out.push_str("\n- (\n");
                self.count.of(out, &off, &whole);
                out.push_str("\nor 0 * sum");
                out.push_str(self.by());
                out.push('(');
                out.push_str(&self.count.now(&counter));
                out.push_str(")))");
            }
            (None, Series::Readings { selector, condition }) => self.readings(out, selector, *condition),
            (None, Series::Promql(query)) => {
                put(out, self.count.span.seconds().normalize());
                out.push_str(" * sum");
                out.push_str(self.by());
                out.push_str("(\n");
                out.push_str(&with_range(query, self.range));
                out.push_str("\n)");
            }
            (
                None,
                Series::Counter(_)
                | Series::HistogramCount { .. }
                | Series::HistogramWithin { .. }
                | Series::HistogramOver { .. },
            ) => {}
        }
    }

    /// Samples. A subquery with the scrape interval as its step meets each sample once; one millisecond less than the whole,
    /// so that a sample on both edges isn't counted twice. Total and outcome use the same steps: their difference is exact.
    fn readings(&self, out: &mut String, selector: &Selector, condition: Option<Reading>) {
        if self.count.span != self.readings {
            put(out, self.count.span.seconds().normalize());
            out.push_str(" / ");
            put(out, self.readings.seconds().normalize());
            out.push_str(" * ");
        }
        out.push_str("sum");
        out.push_str(self.by());
        out.push_str("(sum_over_time((");
        self.now(out, selector);
        match condition {
            Some(Reading::AtLeast(limit)) => {
                out.push_str(" >= bool ");
                put(out, limit.normalize());
            }
            Some(Reading::AtMost(limit)) => {
                out.push_str(" <= bool ");
                put(out, limit.normalize());
            }
            // What is not a number is not a reading: it meets no condition, and counts nowhere.
            None => out.push_str(" >= bool -Inf"),
        }
        out.push_str(")[");
        put(out, ranges::promql(less_a_moment(self.readings)));
        out.push(':');
        put(out, ranges::promql(self.scrape));
        out.push_str("] offset ");
        put(out, ranges::promql(self.delay));
        out.push_str("))");
    }

    /// A gauge now; where it is scraped rarely, its last sample, since a bare selector looks back five minutes only.
    pub(crate) fn now(&self, out: &mut String, selector: &Selector) {
        if self.scrape <= Duration::from_mins(2) {
            print::selector(out, &selector.metric, "", &selector.matchers, &[]);
            return self.shift(out);
        }
        out.push_str("last_over_time(");
        print::selector(out, &selector.metric, "", &selector.matchers, &[]);
        out.push('[');
        put(out, ranges::promql(self.scrape.plus(Duration::from_secs(30))));
        out.push(']');
        self.shift(out);
        out.push(')');
    }

    /// ` offset 10m` where the samples of a gauge are late.
    pub(crate) fn shift(&self, out: &mut String) {
        if !self.late.is_zero() {
            put(out, format_args!(" offset {}", self.late));
        }
    }

    /// The moment that a gauge is looked at: `time()`, less what its samples are late.
    pub(crate) fn moment(&self, out: &mut String) {
        out.push_str("time() - ");
        if !self.late.is_zero() {
            put(out, self.late.seconds().normalize());
            out.push_str(" - ");
        }
    }

    /// A gauge now, where it is a number.
    pub(crate) fn numbers(&self, out: &mut String, selector: &Selector) {
        self.now(out, selector);
        out.push_str(" >= -Inf");
    }

    /// The readings of a gauge within a range that are numbers. A range of samples can't be filtered: a subquery meets each
    /// once, and one that is missing is the one before, once.
    pub(crate) fn recent_numbers(&self, out: &mut String, selector: &Selector, range: Duration) {
        out.push_str("(last_over_time(");
        print::selector(out, &selector.metric, "", &selector.matchers, &[]);
        out.push('[');
        put(out, ranges::promql(self.scrape.times(2)));
        out.push(']');
        self.shift(out);
        out.push_str(") >= -Inf)[");
        put(out, ranges::promql(less_a_moment(range)));
        out.push(':');
        put(out, ranges::promql(self.scrape));
        out.push(']');
    }

    /// The range in which a gauge scraped this often has a sample: the slice, or two scrapes.
    pub(crate) fn gauge_range(&self, slice: Duration) -> Duration {
        ranges::promql(slice.max(self.scrape.times(2)))
    }
}

fn less_a_moment(range: Duration) -> Duration {
    Duration::from_micros(range.as_micros().saturating_sub(1_000).max(1_000))
}

/// Puts the range where the query says `$range`.
fn with_range(query: &str, range: Duration) -> String {
    crate::promql::render(query.trim(), &range.to_string())
}

/// Are bad events counted by counters of their own, which stand at zero until the first failure?
pub(crate) fn counts_failures(events: &Events) -> bool {
    match &events.outcome {
        Outcome::Bad(list) => !is_the_slow_part(&events.total, list),
        Outcome::Good(good) => complement(&events.total, good).is_some(),
    }
}

/// The counters of bad events, where bad ones have counters of their own that are there before the first failure.
pub(crate) fn bad_counters(events: &Events) -> Option<Vec<Series>> {
    let list = match &events.outcome {
        Outcome::Bad(list) => list.clone(),
        Outcome::Good(good) => vec![complement(&events.total, good)?],
    };
    let is_there = |series: &Series| match series {
        Series::Counter(selector) | Series::HistogramCount { selector, .. } => {
            !selector.born_with_event && selector.alive.is_none() && selector.increases.is_none()
        }
        Series::HistogramWithin { .. }
        | Series::HistogramOver { .. }
        | Series::Readings { .. }
        | Series::Promql(_) => false,
    };
    list.iter().all(is_there).then_some(list)
}

/// Is what is bad just the slow part of all: an addend that is all there is and has its own fallback?
fn is_the_slow_part(total: &[Series], bad: &[Series]) -> bool {
    match (total, bad) {
        (
            [Series::HistogramCount { selector: all, native: false }],
            [Series::HistogramOver { selector, native: false, .. }],
        ) => all == selector,
        _ => false,
    }
}

/// What is left of the total when the good is taken away, where that can be said with matchers: the good narrows the
/// total by exactly one matcher. Cheaper than a difference, and a missing good series is not a riddle.
fn complement(total: &[Series], good: &[Series]) -> Option<Series> {
    match (total, good) {
        ([Series::Counter(all)], [Series::Counter(good)]) => Some(Series::Counter(rest(all, good)?)),
        (
            [Series::HistogramCount { selector: all, native }],
            [Series::HistogramCount { selector: good, native: same }],
        ) if native == same => Some(Series::HistogramCount { selector: rest(all, good)?, native: *native }),
        _ => None,
    }
}

fn rest(all: &Selector, good: &Selector) -> Option<Selector> {
    if all.metric != good.metric || !all.matchers.iter().all(|m| good.matchers.contains(m)) {
        return None;
    }
    let mut extra = good.matchers.iter().filter(|m| !all.matchers.contains(m));
    let (one, None) = (extra.next()?, extra.next()) else { return None };
    let op = one.op.negated();
    let mut matchers = all.matchers.clone();
    matchers.push(Matcher { op, ..one.clone() });
    Some(Selector { matchers, ..all.clone() })
}

/// Can what is bad be negative or more than all, because it isn't a subset of the events by construction?
pub(crate) fn may_contradict(events: &Events) -> bool {
    let (Outcome::Good(list) | Outcome::Bad(list)) = &events.outcome;
    let is_of_buckets = |series: &Series| {
        matches!(
            series,
            Series::HistogramWithin { native: false, .. } | Series::HistogramOver { native: false, .. }
        )
    };
    if list.len() > 1 || list.iter().any(is_of_buckets) {
        return true;
    }
    !list.iter().all(|part| events.total.iter().any(|whole| narrows(whole, part)))
}

/// Is the part a subset of the whole, as the selectors show?
fn narrows(whole: &Series, part: &Series) -> bool {
    let (Some(whole), Some(part)) = (selector_of(whole), selector_of(part)) else { return false };
    whole.metric == part.metric && whole.matchers.iter().all(|m| part.matchers.contains(m))
}

fn selector_of(series: &Series) -> Option<&Selector> {
    match series {
        Series::Counter(selector)
        | Series::HistogramCount { selector, .. }
        | Series::HistogramWithin { selector, .. }
        | Series::HistogramOver { selector, .. }
        | Series::Readings { selector, .. } => Some(selector),
        Series::Promql(_) => None,
    }
}
