//! Made-up series for a source's query and the rules' selectors: of each selector some that it finds, and for each matcher on
//! either side some that this one alone leaves out, so that a matcher too many or too few shows. All are there from the start, none is reset, and no two of a
//! metric grow alike, nor steadily.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decompile::{Kind, Use, grouping_labels};
use crate::backend::proofs::{Labels, notation, samples, satisfies, witness};
use crate::ir::{MatchOp, Matcher, Series};
use crate::promql::ast::Expr;
use crate::promql::{self, SelectorRef};
use crate::value::{Decimal, Duration};

/// Sets of labels for one metric, its instances aside.
const MOST: usize = 100;
/// Values of a label that are played.
const VALUES: usize = 10;
/// A value that no query is likely to name.
const OTHER: &str = "other";
/// Two values of each label that only sums are kept apart by, and two instances of everything.
pub(super) const TWO: [&str; 2] = ["a", "b"];
/// The instances, where no query asks for them.
pub(super) const INSTANCE: &str = "instance";

/// A metric, or a histogram with all its series.
struct Family {
    kind: Kind,
    /// What its selectors ask for, without bounds.
    asked: Vec<Vec<Matcher>>,
    /// Its bounds as series have them, by their numbers.
    bounds: BTreeMap<Decimal, String>,
}

/// The time of the samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    /// The last one.
    pub(super) until: Duration,
    /// From one to the next.
    pub(super) scrape: Duration,
}

impl Time {
    /// So many samples come in so many minutes, one at least.
    fn minutes(self, minutes: u64) -> u64 {
        (Duration::from_mins(minutes).as_micros() / self.scrape.as_micros().max(1)).max(1)
    }
    /// After the first one so many come.
    pub(super) fn count(self) -> u64 {
        self.until.as_micros() / self.scrape.as_micros().max(1) + 1
    }
}

/// A series, or all of a histogram's, to be played.
pub(super) struct Play {
    /// The metric.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) labels: Labels,
    /// The bounds of a histogram, the infinite one last.
    pub(super) bounds: Vec<(Option<Decimal>, String)>,
    /// Its number among those of its metric.
    pub(super) at: usize,
}

/// Series for all that a query and the rules read. `Err`: for what there are none.
pub(super) fn plays<'s>(
    expr: &Expr,
    uses: &[Use],
    rules: impl Iterator<Item = &'s Series>,
) -> Result<Vec<Play>, String> {
    let mut families = by_the_source(expr, uses)?;
    for read in rules {
        by_the_rules(read, &mut families);
    }
    let mut each = grouping_labels(expr, true);
    each.remove("le");
    let mut made = Vec::new();
    for (name, family) in &families {
        let sets = family.label_sets(&each).map_err(|why| format!("`{name}`: {why}"))?;
        let bounds = family.all_bounds();
        made.extend(sets.into_iter().enumerate().map(|(at, labels)| Play {
            name: name.clone(),
            kind: family.kind,
            labels,
            bounds: bounds.clone(),
            at,
        }));
    }
    Ok(made)
}

/// The metrics that a query reads.
fn by_the_source(expr: &Expr, uses: &[Use]) -> Result<BTreeMap<String, Family>, String> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for found in promql::selectors(expr) {
        let Some((metric, _)) = found.metric() else {
            return Err("a selector of it names no metric".to_owned());
        };
        let (name, kind) = kind_of(metric, &found, uses);
        if kind == Kind::Native {
            return Err(format!("`{name}` is a native histogram, of which no series are made"));
        }
        let family = families.entry(name).or_insert_with(|| Family::new(kind));
        if kind == Kind::Counter {
            family.kind = kind;
        }
        let mut asked = Vec::new();
        for m in found.matchers().iter().filter(|m| m.label.text != "__name__") {
            let matcher = Matcher { label: m.label.text.clone(), op: m.op, value: m.value.text.clone() };
            if kind == Kind::Histogram && matcher.label == "le" {
                family.bounds(&matcher);
            } else {
                asked.push(matcher);
            }
        }
        family.asked.push(asked);
    }
    Ok(families)
}

/// Adds what the rules read.
fn by_the_rules(read: &Series, families: &mut BTreeMap<String, Family>) {
    let kind = match read {
        Series::Counter(_) => Kind::Counter,
        Series::HistogramCount { .. } | Series::HistogramWithin { .. } | Series::HistogramOver { .. } => {
            Kind::Histogram
        }
        Series::Readings { .. } => Kind::Gauge,
        // The source's own query.
        Series::Promql(_) => return,
    };
    let Some(selector) = read.selector() else { return };
    let family = families.entry(selector.metric.clone()).or_insert_with(|| Family::new(kind));
    family.asked.push(selector.matchers.clone());
    if let Series::HistogramWithin { limit, .. } | Series::HistogramOver { limit, .. } = read {
        family.bounds.entry(limit.normalize()).or_insert_with(|| limit.normalize().to_string());
    }
}

/// The family of a metric and its kind: as the import took it, else by what is done with it.
fn kind_of(metric: &str, found: &SelectorRef<'_>, uses: &[Use]) -> (String, Kind) {
    let of = |name: &str| uses.iter().find(|used| used.metric == name).map(|used| used.kind);
    for suffix in ["_bucket", "_count", "_sum"] {
        if let Some(base) = metric.strip_suffix(suffix)
            && of(base) == Some(Kind::Histogram)
        {
            return (base.to_owned(), Kind::Histogram);
        }
    }
    let counted = found.used_by.is_some_and(|u| matches!(u.name, "rate" | "increase" | "irate"));
    let kind = of(metric).unwrap_or(Kind::Gauge);
    (metric.to_owned(), if counted { Kind::Counter } else { kind })
}

impl Family {
    fn new(kind: Kind) -> Self {
        Self { kind, asked: Vec::new(), bounds: BTreeMap::new() }
    }
    /// Takes the bounds that a matcher asks for.
    fn bounds(&mut self, matcher: &Matcher) {
        for text in named(matcher) {
            if let Ok(number) = text.parse::<Decimal>() {
                self.bounds.entry(number.normalize()).or_insert(text);
            }
        }
    }

    /// The labels of its series.
    fn label_sets(&self, each: &BTreeSet<String>) -> Result<Vec<Labels>, String> {
        let mut values: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for matcher in self.asked.iter().flatten() {
            let list = values.entry(&matcher.label).or_default();
            for value in near(matcher).into_iter().chain([OTHER.to_owned()]) {
                if !list.contains(&value) && list.len() < VALUES {
                    list.push(value);
                }
            }
        }
        let mut found: Vec<Labels> = Vec::new();
        for asked in &self.asked {
            let base = witness(asked, &[], &Labels::new()).filter(|labels| satisfies(labels, asked));
            found.push(base.ok_or("no labels are known that its matchers find")?);
        }
        for base in found.clone() {
            for (label, list) in &values {
                for value in list {
                    let mut labels = base.clone();
                    labels.insert((*label).to_owned(), value.clone());
                    labels.retain(|_, value| !value.is_empty());
                    found.push(labels);
                }
            }
        }
        let mut made: Vec<Labels> = Vec::new();
        let mut seen = BTreeSet::new();
        for labels in found {
            let instance = Some(INSTANCE).filter(|label| !values.contains_key(label));
            let groups = with_both(&labels, &each.iter().map(String::as_str));
            let copies = groups.iter().flat_map(|labels| with_both(labels, &instance));
            made.extend(copies.filter(|labels| seen.insert(labels.clone())));
        }
        made.truncate(MOST);
        Ok(made)
    }

    /// Its bounds, and two around them.
    fn all_bounds(&self) -> Vec<(Option<Decimal>, String)> {
        if self.kind != Kind::Histogram {
            return Vec::new();
        }
        let mut bounds: Vec<(Decimal, String)> = Vec::new();
        if let (Some((least, _)), Some((most, _))) =
            (self.bounds.first_key_value(), self.bounds.last_key_value())
        {
            let own = self.bounds.iter().map(|(number, text)| (*number, text.clone()));
            let around = [least / Decimal::TWO, most * Decimal::TWO];
            bounds.extend(own.chain(around.map(|n| (n, n.normalize().to_string()))));
        }
        bounds.sort();
        bounds.dedup_by_key(|(number, _)| *number);
        let known = bounds.into_iter().map(|(number, text)| (Some(number), text));
        known.chain([(None, "+Inf".to_owned())]).collect()
    }
}

impl Play {
    /// Its series as promtool takes them, on a day on which nothing happens to them.
    pub(super) fn steady(&self, time: Time) -> Vec<(String, String)> {
        let at = self.at;
        // No two alike, and none so small beside the others that it could be missed.
        let pace = (at as u64 * 37) % 101 + 50;
        let grown = |name: &str, labels: &Labels, step: u64| (notation(name, labels), grows(step, at, time));
        match self.kind {
            Kind::Counter | Kind::Native => vec![grown(&self.name, &self.labels, pace)],
            Kind::Gauge => {
                let value = if at / 2 % 3 == 2 { 1 } else { at % 2 };
                vec![(notation(&self.name, &self.labels), format!("{value}x{}", time.count()))]
            }
            Kind::Histogram => {
                let parts = self.bounds.len() as u64;
                let mut made: Vec<(String, String)> = (1..)
                    .zip(&self.bounds)
                    .map(|(part, (_, le))| {
                        // The shares within the bounds differ from series to series too.
                        let step = if part == parts { pace * parts } else { pace * part - at as u64 % 7 };
                        grown(&format!("{}_bucket", self.name), &self.with_bound(le), step)
                    })
                    .collect();
                made.push(grown(&format!("{}_count", self.name), &self.labels, pace * parts));
                made.push(grown(&format!("{}_sum", self.name), &self.labels, pace));
                made
            }
        }
    }
    /// Its labels with a bound.
    pub(super) fn with_bound(&self, le: &str) -> Labels {
        let mut labels = self.labels.clone();
        labels.insert("le".to_owned(), le.to_owned());
        labels
    }
}

/// A counter that grows by as much at each sample, and two or three times as much for twenty minutes: some early in the hour
/// that is compared, some late, so that a share of each moment, or of half of the hour, is another one. At both ends of the hour all are steady:
/// which sample is the last makes no difference.
fn grows(step: u64, at: usize, time: Time) -> String {
    let begin = time.minutes(36 + 13 * (at as u64 % 3));
    let burst = time.minutes(20);
    let fast = step * (2 + at as u64 / 2 % 2);
    let first = step * 1000;
    let second = first + step * begin + fast;
    let third = second + fast * (burst - 1) + step;
    // A stretch of `n` more samples is `first+stepxn`.
    let rest = time.count().saturating_sub(begin + burst + 1);
    format!("{first}+{step}x{begin} {second}+{fast}x{} {third}+{step}x{rest}", burst - 1)
}

/// Values that a matcher names.
fn named(matcher: &Matcher) -> Vec<String> {
    match matcher.op {
        MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.clone()],
        MatchOp::Regex | MatchOp::NotRegex => samples(&matcher.value),
    }
}

/// Values that a matcher names; of a pattern also others that it finds, and one that it just doesn't: `500`, `503` and `300` of `5..`.
fn near(matcher: &Matcher) -> Vec<String> {
    let mut made = named(matcher);
    if matches!(matcher.op, MatchOp::Equal | MatchOp::NotEqual) {
        return made;
    }
    let found = |value: &str| {
        let own = Matcher { op: MatchOp::Regex, ..matcher.clone() };
        satisfies(&Labels::from([(matcher.label.clone(), value.to_owned())]), &[own])
    };
    let letters: Vec<char> = made.first().map(|first| first.chars().collect()).unwrap_or_default();
    let changed = |at: usize| {
        let other = |c: char| if c.is_ascii_digit() { '3' } else { 'k' };
        letters.iter().enumerate().map(|(n, c)| if n == at { other(*c) } else { *c }).collect::<String>()
    };
    let all: Vec<String> = (0..letters.len()).rev().take(20).map(changed).collect();
    made.extend(all.iter().find(|value| found(value)).cloned());
    made.extend(all.into_iter().find(|value| !found(value)));
    made
}

/// The labels twice, with either value of more labels, those that they have left as they are.
fn with_both<'l>(labels: &Labels, more: &(impl IntoIterator<Item = &'l str> + Clone)) -> Vec<Labels> {
    let with = |value: &str| {
        let mut labels = labels.clone();
        for label in more.clone() {
            labels.entry(label.to_owned()).or_insert_with(|| value.to_owned());
        }
        labels
    };
    TWO.map(with).into()
}
