//! From a promise to the raw series that prove it: series its own selectors find, told apart into good and bad.

use super::decoys::same_metric;
use super::series::{Raw, Shape};
use super::witness::{Labels, satisfies, witness};
use crate::ir::{
    Condition, Events, MatchOp, Matcher, Measurement, Model, Outcome, Promise, Reading, Selector, Series,
};
use crate::promql::print;
use crate::value::Decimal;

/// Why a promise can't be proved by made-up series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unprovable(pub(super) String);

/// How many replicas of a gauge share the failing fraction.
const REPLICAS: u32 = 10;

pub(super) const fn counter(base: i32, slope: i32) -> Shape {
    Shape::Counter { base, slope }
}
/// Grows with every event, with every good one, with every bad one.
const ALL: Shape = counter(1, 0);
const GOOD: Shape = counter(1, -1);
const BAD: Shape = counter(0, 1);

/// The raw series of one promise that isn't composed (of one budget: see [`budget_labels`]).
pub(super) fn inputs(promise: &Promise) -> Result<Vec<Raw>, Unprovable> {
    if promise.measurement.queries().any(crate::promql::is_foreign) {
        return Err(Unprovable("its query is not PromQL, which is all that promtool plays".to_owned()));
    }
    let mut made = Made { fixed: budget_labels(promise), list: Vec::new() };
    made.of(&promise.measurement)?;
    let mut list = made.list;
    let label = list.iter().flat_map(|r| r.labels.keys()).find(|l| !print::is_label_name(l));
    if let Some(label) = label {
        return Err(Unprovable(format!(
            "Prometheus 2 can't read a test series with a label named `{label}`"
        )));
    }
    for raw in &mut list {
        raw.each = increases(promise, &raw.name);
    }
    list.sort_by(|a, b| (&a.name, &a.labels).cmp(&(&b.name, &b.labels)));
    list.dedup();
    let twice = list.windows(2).find_map(|w| match w {
        [a, b] if a.name == b.name && a.labels == b.labels => Some(&a.name),
        _ => None,
    });
    match twice {
        Some(name) => Err(Unprovable(format!("a series of `{name}` would have to be good and bad at once"))),
        None => Ok(list),
    }
}

/// How much the samples of a metric say of what is counted with each, where they are increases.
pub(super) fn increases(promise: &Promise, name: &str) -> Option<Decimal> {
    let found =
        promise.measurement.series().filter_map(Series::selector).find(|s| same_metric(name, &s.metric))?;
    let increases = found.increases?;
    increases.over.seconds().checked_div(increases.every.seconds())
}

/// The promises whose raw series make this one: itself, or its members.
pub(super) fn parts<'m>(model: &'m Model, promise: &'m Promise) -> Result<Vec<&'m Promise>, Unprovable> {
    match &promise.measurement {
        Measurement::Composed(composed) => composed
            .members
            .iter()
            .map(|path| model.promise(path).ok_or_else(|| Unprovable(format!("`{path}` is missing"))))
            .collect(),
        Measurement::Events(_) | Measurement::Completion(_) | Measurement::Slices(_) => Ok(vec![promise]),
    }
}

/// Label values of the budget that is played through: the first declared ones that fit, or made-up ones.
pub(super) fn budget_labels(promise: &Promise) -> Labels {
    let own = selectors(&promise.measurement);
    let value = |(label, declared): &(String, Option<Vec<String>>)| {
        let on_label = own.iter().flat_map(|s| &s.matchers).filter(|m| m.label == *label).cloned();
        let present = Matcher { label: label.clone(), op: MatchOp::NotEqual, value: String::new() };
        let wanted: Vec<Matcher> = on_label.chain([present]).collect();
        let fits = |v: &&String| satisfies(&Labels::from([(label.clone(), (*v).clone())]), &wanted);
        let known = declared.iter().flatten().find(fits).cloned();
        let made = || witness(&wanted, &[], &Labels::new())?.remove(label);
        (label.clone(), known.or_else(made).unwrap_or_else(|| "one".to_owned()))
    };
    promise.for_each.iter().map(value).collect()
}

/// Every selector of a measurement that isn't composed.
pub(super) fn selectors(measurement: &Measurement) -> Vec<&Selector> {
    measurement.series().filter_map(Series::selector).chain(measurement.gauge()).collect()
}

/// The judged streams.
pub(super) fn side(outcome: &Outcome) -> &[Series] {
    match outcome {
        Outcome::Good(list) | Outcome::Bad(list) => list,
    }
}

pub(super) fn opaque() -> Unprovable {
    Unprovable("what makes its PromQL good or bad can't be told from the text".to_owned())
}

pub(super) fn native() -> Unprovable {
    Unprovable("proofs run on promtool 2.42 too, whose tests cannot hold native histograms".to_owned())
}

/// The series made so far, all with the labels of the budget.
struct Made {
    fixed: Labels,
    list: Vec<Raw>,
}

impl Made {
    fn of(&mut self, measurement: &Measurement) -> Result<(), Unprovable> {
        match measurement {
            Measurement::Events(events) => self.of_stream(events),
            Measurement::Completion(c) => {
                for series in &c.started {
                    self.counted(series, &[], ALL)?;
                }
                // Where durations are measured everything finishes, and what fails is late; else it is lost.
                let finished = if c.late.is_empty() { GOOD } else { ALL };
                for series in &c.finished {
                    let over = c.late.iter().find_map(|late| match late {
                        Series::HistogramOver { selector: s, native: false, limit } => {
                            (Some(s) == series.selector()).then_some(*limit)
                        }
                        Series::HistogramOver { .. }
                        | Series::Counter(_)
                        | Series::HistogramCount { .. }
                        | Series::HistogramWithin { .. }
                        | Series::Readings { .. }
                        | Series::Promql(_) => None,
                    });
                    match (over, series.selector()) {
                        (Some(limit), Some(found)) => {
                            let labels = self.find(&found.matchers, &[], &found.metric)?;
                            self.buckets(&found.metric, &labels, limit, (ALL, GOOD));
                        }
                        (Some(_) | None, _) => self.counted(series, &[], finished)?,
                    }
                }
                Ok(())
            }
            Measurement::Slices(slices) => match &slices.condition {
                Condition::Share { events, .. } => self.of_stream(events),
                Condition::Stat { selector, good, .. } => self.gauge(selector, *good, 1),
                Condition::Mean { of: Series::HistogramCount { selector, native: false }, good, .. } => {
                    let labels = self.find(&selector.matchers, &[], &selector.metric)?;
                    let (fine, sick) = match *good {
                        Reading::AtMost(limit) => (limit / Decimal::TWO, limit * Decimal::TWO),
                        Reading::AtLeast(limit) => (limit * Decimal::TWO, limit / Decimal::TWO),
                    };
                    self.push(&format!("{}_count", selector.metric), labels.clone(), ALL);
                    self.push(&format!("{}_sum", selector.metric), labels, Shape::Sum { fine, sick });
                    Ok(())
                }
                Condition::Mean { .. } => Err(native()),
                Condition::Age { selector, per_second, at_most, .. } => {
                    let labels = self.find(&selector.matchers, &[], &selector.metric)?;
                    // The clock of a test starts at 0: what is too old lies before.
                    let old = -(*at_most + Decimal::ONE_HUNDRED) * Decimal::TWO * *per_second;
                    self.push(&selector.metric, labels, Shape::Clock { per_second: *per_second, old });
                    Ok(())
                }
                Condition::Promql { .. } => Err(opaque()),
            },
            Measurement::Composed(_) => Ok(()),
        }
    }

    /// Good and bad events: each total term gets good and bad series, as many good ones as bad ones.
    fn of_stream(&mut self, events: &Events) -> Result<(), Unprovable> {
        if !events.faults.is_empty() {
            return super::unions::inputs(events, &self.fixed).map(|made| self.list.extend(made));
        }
        let judged = side(&events.outcome);
        let good_side = matches!(events.outcome, Outcome::Good(_));
        let mut here = vec![false; judged.len()];
        let mut whole = 0;
        for term in &events.total {
            let total = term.selector().ok_or_else(opaque)?;
            let mine: Vec<(usize, &Series, &Selector)> = judged
                .iter()
                .enumerate()
                .filter_map(|(at, s)| Some((at, s, s.selector()?)))
                .filter(|(_, _, s)| s.metric == total.metric && can_be_in(s, total))
                .collect();
            for (at, _, _) in &mine {
                if let Some(seen) = here.get_mut(*at) {
                    *seen = true;
                }
            }
            let Some((_, first, found)) = mine.first().copied() else {
                self.counted(term, &[], ALL)?;
                whole += 1;
                continue;
            };
            match first {
                Series::Readings { condition, .. } => {
                    let condition = condition.ok_or_else(opaque)?;
                    self.gauge(total, if good_side { condition } else { opposite(condition) }, REPLICAS)?;
                }
                Series::HistogramWithin { native: false, limit, .. }
                | Series::HistogramOver { native: false, limit, .. } => {
                    self.thresholds(total, found, *limit, good_side)?;
                }
                Series::HistogramWithin { .. } | Series::HistogramOver { .. } => return Err(native()),
                Series::Counter(_) | Series::HistogramCount { .. } | Series::Promql(_) => {
                    self.narrowed(term, total, &mine, good_side)?;
                }
            }
        }
        let elsewhere: Vec<&Series> =
            judged.iter().zip(&here).filter(|(_, here)| !**here).map(|(s, _)| s).collect();
        if elsewhere.is_empty() {
            return if whole > 0 && good_side { Err(mixed()) } else { Ok(()) };
        }
        if whole == 0 || here.contains(&true) {
            return Err(mixed());
        }
        // Streams of other metrics: together they count the failures (or successes) of all terms.
        let weight = |count: usize| i32::try_from(count).unwrap_or(1);
        let (each, first) = (whole / elsewhere.len(), whole % elsewhere.len());
        for (at, series) in elsewhere.into_iter().enumerate() {
            let n = weight(each + usize::from(at < first));
            self.counted(series, &[], if good_side { counter(n, -n) } else { counter(0, n) })?;
        }
        Ok(())
    }

    /// Judged streams that narrow a term: a series for each, and one for the rest.
    fn narrowed(
        &mut self,
        term: &Series,
        total: &Selector,
        mine: &[(usize, &Series, &Selector)],
        good_side: bool,
    ) -> Result<(), Unprovable> {
        let (on, off) = if good_side { (GOOD, BAD) } else { (BAD, GOOD) };
        let mut n = 0;
        let mut problem = None;
        for (at, series, found) in mine {
            let others: Vec<&[Matcher]> =
                mine.iter().filter(|(other, _, _)| other != at).map(|(_, _, s)| &*s.matchers).collect();
            let must: Vec<Matcher> = [&*total.matchers, &*found.matchers].concat();
            match self.find(&must, &others, &found.metric) {
                Ok(labels) => {
                    self.push(&raw_name(series), labels, on);
                    n += 1;
                }
                Err(why) => problem = Some(why),
            }
        }
        if n == 0 {
            return Err(problem.unwrap_or_else(opaque));
        }
        let all: Vec<&[Matcher]> = mine.iter().map(|(_, _, s)| &*s.matchers).collect();
        let off = match off {
            Shape::Counter { base, slope } => counter(base * n, slope * n),
            Shape::Gauge { .. } | Shape::Clock { .. } | Shape::Sum { .. } => off,
        };
        self.counted(term, &all, off)
    }

    /// Thresholds on the histogram itself: a family of buckets; where the judged part is narrower than the total, another
    /// one beside it that fails (or, not judged, can't fail) whatever its observations are.
    fn thresholds(
        &mut self,
        total: &Selector,
        found: &Selector,
        limit: Decimal,
        good_side: bool,
    ) -> Result<(), Unprovable> {
        let must: Vec<Matcher> = [&*total.matchers, &*found.matchers].concat();
        let labels = self.find(&must, &[], &found.metric)?;
        let beside = self.find(&total.matchers, &[&*found.matchers], &total.metric);
        match (beside, good_side) {
            (Err(_), _) => self.buckets(&found.metric, &labels, limit, (ALL, GOOD)),
            (Ok(other), true) => {
                self.buckets(&found.metric, &labels, limit, (counter(2, -1), counter(2, -2)));
                self.buckets(&total.metric, &other, limit, (BAD, BAD));
            }
            (Ok(other), false) => {
                self.buckets(&found.metric, &labels, limit, (counter(0, 2), counter(0, 0)));
                self.buckets(&total.metric, &other, limit, (counter(2, -2), counter(0, 0)));
            }
        }
        Ok(())
    }

    /// One counted series (a counter, or a histogram's family) that `series` finds and `never` do not.
    fn counted(&mut self, series: &Series, never: &[&[Matcher]], shape: Shape) -> Result<(), Unprovable> {
        let found = series.selector().ok_or_else(opaque)?;
        let labels = self.find(&found.matchers, never, &found.metric)?;
        match series {
            Series::Counter(_) | Series::HistogramCount { native: false, .. } => {
                self.push(&raw_name(series), labels, shape);
            }
            // Good observations of another histogram are at or below its limit, bad ones above.
            Series::HistogramWithin { native: false, limit, .. } => {
                self.buckets(&found.metric, &labels, *limit, (shape, shape));
            }
            Series::HistogramOver { native: false, limit, .. } => {
                self.buckets(&found.metric, &labels, *limit, (shape, counter(0, 0)));
            }
            Series::HistogramCount { .. } | Series::HistogramWithin { .. } | Series::HistogramOver { .. } => {
                return Err(native());
            }
            Series::Readings { .. } | Series::Promql(_) => return Err(opaque()),
        }
        Ok(())
    }

    /// A classic histogram: all observations in `_count` and `+Inf`, those within the limit in its bucket.
    fn buckets(&mut self, metric: &str, labels: &Labels, limit: Decimal, (all, within): (Shape, Shape)) {
        let with_le = |le: String| {
            let mut labels = labels.clone();
            labels.insert("le".to_owned(), le);
            labels
        };
        self.push(&format!("{metric}_count"), labels.clone(), all);
        let name = format!("{metric}_bucket");
        self.push(&name, with_le(limit.normalize().to_string()), within);
        self.push(&name, with_le("+Inf".to_owned()), all);
    }

    /// Replicas of a gauge, some of which turn bad (one where a statistic is taken over all).
    fn gauge(&mut self, selector: &Selector, good: Reading, replicas: u32) -> Result<(), Unprovable> {
        let labels = self.find(&selector.matchers, &[], &selector.metric)?;
        let (fine, sick) = match good {
            Reading::AtLeast(limit) => (limit, limit - Decimal::ONE),
            Reading::AtMost(limit) => (limit, limit + Decimal::ONE),
        };
        // `instance` tells replicas apart, where nobody asks for it.
        let asked =
            selector.matchers.iter().any(|m| m.label == "instance") || labels.contains_key("instance");
        let of = if asked { 1 } else { replicas };
        for index in 0..of {
            let mut labels = labels.clone();
            if of > 1 {
                labels.insert("instance".to_owned(), format!("replica-{index}"));
            }
            self.push(&selector.metric, labels, Shape::Gauge { good: fine, bad: sick, index, of });
        }
        Ok(())
    }

    fn push(&mut self, name: &str, labels: Labels, shape: Shape) {
        self.list.push(Raw { name: name.to_owned(), labels, shape, each: None, late: false });
    }

    fn find(&self, must: &[Matcher], never: &[&[Matcher]], metric: &str) -> Result<Labels, Unprovable> {
        witness(must, never, &self.fixed).ok_or_else(|| {
            Unprovable(format!("no series of `{metric}` that its matchers tell apart was found"))
        })
    }
}

fn mixed() -> Unprovable {
    Unprovable("its streams come from several metrics in a way that can't be told apart".to_owned())
}

/// The name of the series that a counted stream reads.
pub(super) fn raw_name(series: &Series) -> String {
    let metric = series.selector().map_or("", |s| s.metric.as_str());
    match series {
        Series::HistogramCount { native: false, .. } => format!("{metric}_count"),
        Series::HistogramWithin { .. } | Series::HistogramOver { .. } => format!("{metric}_bucket"),
        Series::Counter(_) | Series::HistogramCount { .. } | Series::Readings { .. } | Series::Promql(_) => {
            metric.to_owned()
        }
    }
}

/// May a series be found by both?
fn can_be_in(part: &Selector, whole: &Selector) -> bool {
    let must: Vec<Matcher> = [&*part.matchers, &*whole.matchers].concat();
    witness(&must, &[], &Labels::new()).is_some()
}

/// What is good when `condition` says what is bad. Limits belong to the condition's side, so the good side starts one beyond.
fn opposite(condition: Reading) -> Reading {
    match condition {
        Reading::AtLeast(limit) => Reading::AtMost(limit - Decimal::ONE),
        Reading::AtMost(limit) => Reading::AtLeast(limit + Decimal::ONE),
    }
}

/// Would a selector of this promise find one of these series?
pub(super) fn finds(promise: &Promise, list: &[Raw]) -> bool {
    selectors(&promise.measurement)
        .into_iter()
        .any(|s| list.iter().any(|r| same_metric(&r.name, &s.metric) && satisfies(&r.labels, &s.matchers)))
}
