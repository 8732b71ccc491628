//! Streams of events as PromQL: what each addend is, how they are added, and what is bad among them.

use super::ranges;
use super::text::{bucket_bound, put};
use crate::ast::MatchOp;
use crate::ir::{Events, Matcher, Outcome, Reading, Selector, Series};
use crate::promql::print;
use crate::value::Duration;

/// Ranges and labels that the streams of one promise share.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// The range of `rate`.
    pub(crate) range: Duration,
    /// The stretch over which samples of a gauge are counted.
    readings: Duration,
    /// How far back they are taken.
    delay: Duration,
    /// The scrape interval.
    scrape: Duration,
    /// Counters may have stood at zero: their first increments count whole.
    from_zero: bool,
    /// ` by (region) ` or nothing.
    pub(crate) by: String,
}

impl Reach {
    /// For base rules.
    pub(crate) fn base(scrape: Duration, evaluation: Duration, by: String) -> Self {
        Self {
            range: ranges::promql(ranges::base_range(scrape, evaluation)),
            readings: ranges::readings_range(scrape, evaluation),
            delay: ranges::readings_delay(scrape),
            scrape,
            from_zero: false,
            by,
        }
    }
    /// For slices of this length: the slice itself where it holds three scrapes, else the base range.
    pub(crate) fn slice(slice: Duration, scrape: Duration, evaluation: Duration, by: String) -> Self {
        let base = Self::base(scrape, evaluation, by);
        let range = if slice >= scrape.times(3) { ranges::promql(slice) } else { base.range };
        Self { range, readings: base.readings.max(slice), ..base }
    }

    /// Events a second of a sum. A missing addend counts as 0, as long as one is there: the parts are put side by side,
    /// told apart by a label, and summed.
    pub(crate) fn sum(&self, out: &mut String, list: &[Series]) {
        if let [one] = list {
            return self.term(out, one);
        }
        out.push_str("sum");
        self.push_by(out);
        out.push('(');
        for (at, series) in list.iter().enumerate() {
            if at == 0 {
                out.push_str("\n  ");
                self.term(out, series);
            } else {
                out.push_str("\n  or label_replace(");
                self.term(out, series);
                out.push_str(", \"addend\", \"");
                put(out, at + 1);
                out.push_str("\", \"\", \"\")");
            }
        }
        out.push_str("\n)");
    }

    /// Bad events a second: 0 where there are events and no bad ones; where the good ones are measured and missing, all.
    pub(crate) fn bad(&self, out: &mut String, events: &Events) {
        match &events.outcome {
            Outcome::Bad(list) if is_the_slow_part(&events.total, list) => self.sum(out, list),
            Outcome::Bad(list) => {
                self.of_failures().sum(out, list);
                self.or_none(out, &events.total);
            }
            Outcome::Good(good) => {
                if let Some(rest) = complement(&events.total, good) {
                    self.of_failures().sum(out, &[rest]);
                    return self.or_none(out, &events.total);
                }
                self.sum(out, &events.total);
                out.push_str("\n  - ");
                self.sum(out, good);
                out.push_str("\nor ");
                self.sum(out, &events.total);
            }
        }
    }

    /// A stream, or 0 where only the other is there. The other is read from the raw series, never from one recorded in
    /// the same group: vmalert and concurrent evaluation don't promise that its newest sample is visible.
    pub(crate) fn or_zero(&self, out: &mut String, list: &[Series], other: &[Series]) {
        self.sum(out, list);
        self.or_none(out, other);
    }

    fn or_none(&self, out: &mut String, other: &[Series]) {
        out.push_str("\nor 0 * ");
        self.sum(out, other);
    }

    /// For bad events, whose counters stand at zero until the first failure.
    fn of_failures(&self) -> Self {
        Self { from_zero: true, ..self.clone() }
    }

    /// ` by (region) ` where there are labels.
    fn push_by(&self, out: &mut String) {
        out.push_str(&self.by);
    }

    fn term(&self, out: &mut String, series: &Series) {
        match series {
            Series::Counter(s) => self.rate(out, s, "", &[]),
            Series::HistogramCount { selector, native: false } => self.rate(out, selector, "_count", &[]),
            Series::HistogramCount { selector, native: true } => self.native_count(out, selector),
            Series::HistogramWithin { selector, native: false, limit } => {
                let (op, bound) = bucket_bound(*limit);
                self.rate(out, selector, "_bucket", &[("le", op, &bound)]);
            }
            Series::HistogramOver { selector, native: false, limit } => {
                let (op, bound) = bucket_bound(*limit);
                out.push('(');
                self.rate(out, selector, "_count", &[]);
                out.push_str(" - ");
                self.rate(out, selector, "_bucket", &[("le", op, &bound)]);
                out.push_str(" or ");
                self.rate(out, selector, "_count", &[]);
                out.push(')');
            }
            Series::HistogramWithin { selector, native: true, limit } => {
                self.native_share(out, selector, ("-Inf", &limit.normalize().to_string()));
            }
            Series::HistogramOver { selector, native: true, limit } => {
                self.native_share(out, selector, (&limit.normalize().to_string(), "+Inf"));
            }
            Series::Readings { selector, condition } => self.readings(out, selector, *condition),
            Series::Promql(query) => {
                out.push_str("sum");
                self.push_by(out);
                out.push_str("(\n");
                out.push_str(&with_range(query, self.range));
                out.push_str("\n)");
            }
        }
    }

    fn rate(&self, out: &mut String, selector: &Selector, suffix: &str, extra: &[print::Extra<'_>]) {
        let over = |out: &mut String, function: &str| {
            out.push_str(function);
            out.push('(');
            print::selector(out, &selector.metric, suffix, &selector.matchers, extra);
            out.push('[');
            put(out, self.range);
            out.push_str("])");
        };
        out.push_str("sum");
        self.push_by(out);
        out.push('(');
        if self.from_zero {
            // `rate` takes a counter at zero for newborn and doesn't reach back to the start of the range, so the first
            // failures would count a part. `delta` reaches back, but knows no resets: with one it is the smaller.
            over(out, "delta");
            out.push_str(" / ");
            put(out, self.range.seconds().normalize());
            out.push_str(" >= ");
            over(out, "rate");
            out.push_str(" or ");
        }
        over(out, "rate");
        out.push(')');
    }

    fn native_count(&self, out: &mut String, selector: &Selector) {
        out.push_str("histogram_count(");
        self.native_rate(out, selector);
        out.push(')');
    }

    fn native_rate(&self, out: &mut String, selector: &Selector) {
        Self { from_zero: false, ..self.clone() }.rate(out, selector, "", &[]);
    }

    /// The share between two bounds times the count; without observations the share is no number, and the product is 0.
    fn native_share(&self, out: &mut String, selector: &Selector, (from, to): (&str, &str)) {
        out.push_str("(histogram_fraction(");
        out.push_str(from);
        out.push_str(", ");
        out.push_str(to);
        out.push_str(", ");
        self.native_rate(out, selector);
        out.push_str(") * ");
        self.native_count(out, selector);
        out.push_str(" >= 0 or 0 * ");
        self.native_count(out, selector);
        out.push(')');
    }

    /// Samples a second. A subquery with the scrape interval as its step meets each sample once; one millisecond less than
    /// the whole, so that a sample on both edges isn't counted twice. Total and outcome use the same steps: their
    /// difference is exact.
    fn readings(&self, out: &mut String, selector: &Selector, condition: Option<Reading>) {
        out.push_str("sum");
        self.push_by(out);
        out.push_str(if condition.is_some() { "(sum_over_time((" } else { "(count_over_time(" });
        self.now(out, selector);
        if let Some(condition) = condition {
            let (op, limit) = match condition {
                Reading::AtLeast(limit) => (" >= bool ", limit),
                Reading::AtMost(limit) => (" <= bool ", limit),
            };
            out.push_str(op);
            put(out, limit.normalize());
            out.push(')');
        }
        out.push('[');
        put(out, ranges::promql(less_a_moment(self.readings)));
        out.push(':');
        put(out, ranges::promql(self.scrape));
        out.push_str("] offset ");
        put(out, ranges::promql(self.delay));
        out.push_str(")) / ");
        put(out, self.readings.seconds().normalize());
    }

    /// A gauge now; where it is scraped rarely, its last sample, since a bare selector looks back five minutes only.
    pub(crate) fn now(&self, out: &mut String, selector: &Selector) {
        if self.scrape <= Duration::from_mins(2) {
            return print::selector(out, &selector.metric, "", &selector.matchers, &[]);
        }
        out.push_str("last_over_time(");
        print::selector(out, &selector.metric, "", &selector.matchers, &[]);
        out.push('[');
        put(out, ranges::promql(self.scrape.plus(Duration::from_secs(30))));
        out.push_str("])");
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
/// total by exactly one matcher. Cheaper than a difference, and a missing good series is no riddle.
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
    let op = match one.op {
        MatchOp::Equal => MatchOp::NotEqual,
        MatchOp::NotEqual => MatchOp::Equal,
        MatchOp::Regex => MatchOp::NotRegex,
        MatchOp::NotRegex => MatchOp::Regex,
    };
    let mut matchers = all.matchers.clone();
    matchers.push(Matcher { op, ..one.clone() });
    Some(Selector { matchers, ..all.clone() })
}

/// Can what is bad be negative or more than all, because it isn't a subset of the events by construction?
pub(crate) fn may_contradict(events: &Events) -> bool {
    let (Outcome::Good(list) | Outcome::Bad(list)) = &events.outcome;
    if list.len() > 1 {
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
