//! PromQL back into what was meant: which events count, and which of them are bad.
//!
//! A query is read as a sum of rates ([`sums::Linear`]); the two sides are then compared. What is called exact computes the same: the
//! share of bad events over a window is that of the rates over it, as their lengths cancel out. Anything else is taken over as
//! it is, or said with what is assumed.

mod bare;
mod escape;
mod native;
mod range;
mod readings;
mod scaled;
mod share;
mod sides;
mod slices;
mod sums;
mod threshold;
mod uses;

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use super::nature::Natures;
use super::objective::{Comparison, Objective, Sli, Slices, Tool, Values};
use crate::promql;
use crate::promql::ast::{BinaryOp, Expr};
use crate::value::Decimal;
pub(super) use bare::{are_of_a_gauge, is_bare};
use escape::escaped;
pub(super) use escape::grouping_labels;
use range::with_range;
pub(super) use range::{is_promql, is_window, with_variable};
pub(super) use share::share;
use sides::{Side, difference, sides};
use slices::slices;
use sums::{all_events, linear};
pub(super) use uses::{Declarations, Declared, Kind, Use};

/// What an objective is measured by, in the language.
#[derive(Clone, Debug, Default)]
pub(super) struct Measure {
    /// What the objective is a share of: `requests`, `5m slices`.
    pub(super) of: String,
    /// `total ..`, `bad ..`
    pub(super) statements: Vec<String>,
    /// The labels of which each value has a budget of its own.
    pub(super) for_each: BTreeSet<String>,
    /// What is taken for true.
    pub(super) assumed: Vec<String>,
    /// What a query that was taken over means for its numbers; then it is an escape.
    pub(super) escaped: Option<String>,
    /// What is wrong in the source.
    pub(super) findings: Vec<String>,
    /// The metrics that are used.
    pub(super) uses: Vec<Use>,
}

/// Names of histograms that any query of the import takes a bucket of.
pub(super) type Histograms = BTreeSet<String>;

/// A query with `$range` where its tool puts the window.
#[derive(Clone, Debug)]
struct Query {
    text: String,
    expr: Expr,
}

/// The histograms of a query, whatever else it is.
pub(super) fn histograms(query: &str, found: &mut Histograms) {
    let Ok(query) = with_range(query, &mut Vec::new()) else { return };
    for selector in promql::selectors(&query.expr) {
        if let Some((name, _)) = selector.metric()
            && let Some(base) = name.strip_suffix("_bucket")
        {
            found.insert(base.to_owned());
        }
    }
}

/// Which part of a histogram a name is, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'n> {
    Whole(&'n str),
    Count(&'n str),
    Bucket(&'n str),
}

/// What is known beside a query.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    /// Of the other queries of the import.
    pub(super) histograms: &'k Histograms,
    /// Of the project.
    pub(super) declared: &'k Declarations,
    /// Of the rules of the import.
    pub(super) natures: &'k Natures,
}

struct Cx<'k> {
    known: Known<'k>,
    /// What bare metrics and gauges are, as the source says.
    values: Values,
}

impl Cx<'_> {
    /// The unit of a metric's values: as the project declares it, else by its name.
    fn unit<'m>(&'m self, metric: &str) -> Option<&'m str> {
        match self.known.declared.get(metric) {
            Some(declared) => declared.unit.as_deref(),
            None => names::unit(metric),
        }
    }
    /// The part that a metric is. `_count` alone may belong to a histogram, a summary, or be a counter's own name: it is taken for a
    /// histogram's where a bucket of it is used, or its name ends in a unit.
    fn part<'n>(&self, metric: &'n str) -> Part<'n> {
        if let Some(base) = metric.strip_suffix("_bucket") {
            return Part::Bucket(base);
        }
        match metric.strip_suffix("_count") {
            Some(base) if self.is_histogram(metric, base) => Part::Count(base),
            Some(_) | None => Part::Whole(metric),
        }
    }
    /// The histogram that a `_sum` belongs to, by what tells so of a `_count`.
    fn sum_of<'n>(&self, metric: &'n str) -> Option<&'n str> {
        metric.strip_suffix("_sum").filter(|base| self.is_histogram(metric, base))
    }
    /// Is it recorded by a rule that was not followed, and does more than add up?
    fn is_altered(&self, metric: &str) -> bool {
        self.known.natures.get(metric).is_some_and(|nature| !nature.plain)
    }
    /// Why a use contradicts the rule that records the series.
    fn refuted(&self, used: &Use) -> Option<String> {
        let metric = &used.metric;
        match used.kind {
            Kind::Counter | Kind::Native => self.known.natures.no_counter(metric),
            Kind::Histogram => ["_bucket", "_count", "_sum"]
                .iter()
                .find_map(|part| self.known.natures.no_counter(&format!("{metric}{part}"))),
            Kind::Gauge => None,
        }
    }
    /// A query whose series have names that hold the window, which are not known from the query alone.
    fn named_by_window(&self, query: &str) -> Result<(), String> {
        let Some((name, stem)) = range::named_by_window(query) else { return Ok(()) };
        let way = if self.known.natures.any_begins(&stem) {
            "rules of the input record some of them, and cannot be followed"
        } else {
            "no rule of the input records them: import the files that hold their rules together with this one"
        };
        Err(format!("`{name}` is a recorded series, another one for each window, and {way}"))
    }
    /// Does it add up what a histogram measures that the import or the project knows?
    fn is_sum_of_known(&self, metric: &str) -> bool {
        self.sum_of(metric).is_some_and(|base| {
            self.known.histograms.contains(base) || self.known.declared.contains_key(base)
        })
    }
    fn is_histogram(&self, metric: &str, base: &str) -> bool {
        // The project says which it is.
        !self.known.declared.contains_key(metric)
            && (self.known.declared.contains_key(base)
                || self.known.histograms.contains(base)
                || names::unit(base).is_some())
    }
}

/// What an objective is measured by; else why that cannot be said.
pub(super) fn measure(objective: &Objective, known: &Known<'_>) -> Result<Measure, String> {
    let cx = Cx { known: *known, values: objective.values };
    for said in objective.sli.queries() {
        cx.named_by_window(&said.text)?;
    }
    let mut made = measured(&cx, objective)?;
    scaled::recorded(&cx, &mut made);
    match made.uses.iter().find_map(|used| cx.refuted(used)) {
        Some(why) => Err(why),
        None => Ok(made),
    }
}

fn measured(cx: &Cx<'_>, objective: &Objective) -> Result<Measure, String> {
    let slices = objective.slices.as_ref();
    let made = match &objective.sli {
        Sli::Events { error, total } => events(cx, Side::Bad, &error.text, &total.text),
        Sli::Success { good, total } => events(cx, Side::Good, &good.text, &total.text),
        Sli::Ratio { query, good } => match (ratio(cx, &query.text, *good), slices) {
            (Err(_), Some(slices)) if with_range(&query.text, &mut Vec::new()).is_ok() => {
                // A share that is known of each moment judges a slice as any value does.
                return stored_share(cx, &query.text, *good, slices);
            }
            (Err(why), None) if objective.tool == Tool::OpenSlo => Err(format!(
                "{why}, so that no budget can be counted: give `total` and `good` or `bad`, or budget by `Timeslices`"
            )),
            (made, _) => made,
        },
        Sli::Threshold { query, op, value } => {
            return threshold::measure(cx, &query.text, *op, &value.text, slices);
        }
        Sli::Plugin(_) => Err("its queries are made by a plugin".to_owned()),
    }?;
    match slices {
        Some(slices) => sliced(made, slices),
        None => Ok(made),
    }
}

/// Decompiles bad (or good) events over all events.
fn events(cx: &Cx<'_>, side: Side, part: &str, total: &str) -> Result<Measure, String> {
    let (mut assumed, mut findings) = (Vec::new(), Vec::new());
    let word = match side {
        Side::Bad => "error query",
        Side::Good => "good query",
    };
    let part = with_range(part, &mut assumed).map_err(|why| format!("{word}: {why}"))?;
    let total = with_range(total, &mut assumed).map_err(|why| format!("total query: {why}"))?;
    let (part, total) = scaled::divided((part, total), word, &mut assumed);
    let was_bare = bare::is_bare(&part.expr) || bare::is_bare(&total.expr);
    let (part, total) = if let Some(both) = bare::gauges(cx, &part, &total) {
        assumed.push(
            "the source adds up the values that it reads from time to time; here every sample counts"
                .to_owned(),
        );
        both
    } else if cx.values != Values::Written && bare::is_bare(&part.expr) != bare::is_bare(&total.expr) {
        return Err(bare::not_alike(word, &part, &total));
    } else if cx.values == Values::Levels
        && [&part, &total].iter().all(|q| bare::is_of_a_moment(&q.expr))
        && !was_bare
    {
        return Err(bare::LEVELS.to_owned());
    } else {
        (bare::counted(cx, part, &mut assumed)?, bare::counted(cx, total, &mut assumed)?)
    };
    let mut kept = BTreeSet::new();
    assumed.retain(|text| kept.insert(text.clone()));
    let typed = match (linear(&part.expr), all_events(&total.expr)) {
        (Some(part), Some(total)) => {
            let error = if side == Side::Good { difference(&total, part) } else { Some(part) };
            match error {
                Some(error) => sides(cx, &error, &total, &mut findings)?,
                None => None,
            }
        }
        _ => None,
    };
    let typed = typed.or_else(|| if side == Side::Bad { slices(cx, &part, &total) } else { None });
    let mut made = match typed {
        Some(made) => made,
        None if cx.values == Values::Levels && was_bare => return Err(bare::LEVELS.to_owned()),
        None => escaped(cx, side.word(), &part, &total)?,
    };
    if cx.values == Values::Levels && was_bare {
        for used in made.uses.iter_mut().filter(|used| used.kind == Kind::Counter) {
            used.increases = true;
        }
    }
    assumed.append(&mut made.assumed);
    made.assumed = assumed;
    made.findings.append(&mut findings);
    Ok(made)
}

/// Decompiles the share of bad events, or of good ones.
fn ratio(cx: &Cx<'_>, query: &str, of_good: bool) -> Result<Measure, String> {
    let (mut assumed, mut findings) = (Vec::new(), Vec::new());
    let query = with_range(query, &mut assumed).map_err(|why| format!("the query: {why}"))?;
    let one_piece = || {
        let which = if of_good { "good" } else { "bad" };
        format!(
            "its share of {which} events is one query that cannot be taken apart into {which} events and all events"
        )
    };
    let mut expr = query.expr.bare();
    // A fallback for moments without events, of which no share is taken.
    if let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Or)
        && b.right.call().is_some_and(|call| {
            call.name.text == "vector" && call.args.first().and_then(Expr::number) == Some(0.0)
        })
    {
        expr = b.left.bare();
    }
    let mut good = of_good;
    if let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Sub && b.left.number() == Some(1.0)) {
        good = !good;
        expr = b.right.bare();
    }
    if let Some(made) = native::fraction(cx, expr, good) {
        let mut made = made?;
        assumed.append(&mut made.assumed);
        made.assumed = assumed;
        return Ok(made);
    }
    let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Div) else { return Err(one_piece()) };
    if b.matching.as_ref().is_some_and(|m| m.group.is_some()) {
        return Err(one_piece());
    }
    if cx.values == Values::Levels && bare::is_bare(&b.left) && bare::is_bare(&b.right) {
        return Err(
            "`counter: false` says that its metrics go up and down, so that their share is one of no events"
                .to_owned(),
        );
    }
    let mut side = |e: &Expr| -> Result<Query, String> {
        let text = query.text.get(e.bare().range.clone()).unwrap_or("").to_owned();
        let expr = promql::parse(&text).map_err(|_| one_piece())?;
        let query = Query { text, expr };
        if bare::is_bare(&b.left) && bare::is_bare(&b.right) {
            bare::counted(cx, query, &mut assumed)
        } else {
            Ok(query)
        }
    };
    let both = (side(&b.left)?, side(&b.right)?);
    let word = if good { "good query" } else { "error query" };
    let (upper, total) = scaled::divided(both, word, &mut assumed);
    let mut kept = BTreeSet::new();
    assumed.retain(|text| kept.insert(text.clone()));
    let typed = match (linear(&upper.expr), all_events(&total.expr)) {
        (Some(upper), Some(total)) => {
            let error = if good { difference(&total, upper) } else { Some(upper) };
            match error {
                Some(error) => sides(cx, &error, &total, &mut findings)?,
                None => None,
            }
        }
        _ => None,
    };
    let mut made = if let Some(made) = typed {
        made
    } else {
        escaped(cx, if good { "good" } else { "bad" }, &upper, &total)?
    };
    assumed.append(&mut made.assumed);
    made.assumed = assumed;
    made.findings.append(&mut findings);
    Ok(made)
}

/// Is a query a division of metrics without functions?
pub(super) fn divides_metrics(query: &str) -> bool {
    let Ok(query) = with_range(query, &mut Vec::new()) else { return false };
    let inner = |e: &Expr| {
        e.binary().filter(|b| b.op == BinaryOp::Sub && b.left.number() == Some(1.0)).map(|b| b.right.clone())
    };
    let expr = inner(&query.expr).unwrap_or(query.expr);
    expr.binary().is_some_and(|b| b.op == BinaryOp::Div && bare::is_bare(&b.left) && bare::is_bare(&b.right))
}

/// What slices of this length are called: `minutes`, `5m slices`.
fn slices_noun(seconds: u64) -> String {
    match seconds {
        60 => "minutes".to_owned(),
        s if s % 3600 == 0 => format!("{}h slices", s / 3600),
        s if s % 60 == 0 => format!("{}m slices", s / 60),
        s => format!("{s}s slices"),
    }
}

/// What differs between slices that follow each other and those of the language.
const ANY_MOMENT: &str = "slices may begin at any moment; the source's follow one another";

/// Slices in which enough of the events are good.
fn sliced(mut made: Measure, slices: &Slices) -> Result<Measure, String> {
    if made.statements.iter().any(|s| s.starts_with("good when")) {
        return Err(
            "its queries judge slices of time already, and are budgeted by slices once more".to_owned()
        );
    }
    made.of = slices_noun(slices.seconds);
    made.statements.push(format!("good when share at least {}%", slices.share));
    made.assumed.push(ANY_MOMENT.to_owned());
    Ok(made)
}

/// A stored share that is high (or low) enough in a slice.
fn stored_share(cx: &Cx<'_>, query: &str, good: bool, slices: &Slices) -> Result<Measure, String> {
    let share =
        slices.share.parse::<Decimal>().map_err(|_| "its `timeSliceTarget` is no number".to_owned())?;
    let (op, limit) =
        if good { (Comparison::AtLeast, share) } else { (Comparison::AtMost, Decimal::ONE_HUNDRED - share) };
    let limit = limit.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default().normalize().to_string();
    let whole = Slices { share: "100".to_owned(), ..slices.clone() };
    let mut made = threshold::measure(cx, query, op, &limit, Some(&whole))?;
    let text =
        "a slice is good if all shares stored in it are good; the source doesn't say how it combines them";
    made.assumed.insert(0, text.to_owned());
    Ok(made)
}

/// Used metrics by name; the surest use says the kind.
pub(super) fn together<'u>(uses: impl IntoIterator<Item = &'u Use>) -> BTreeMap<String, Use> {
    let mut made: BTreeMap<String, Use> = BTreeMap::new();
    let mut uses: Vec<&Use> = uses.into_iter().collect();
    uses.sort_by_key(|used| (used.loose, used.kind == Kind::Gauge, used.guessed()));
    for used in uses {
        let entry = made.entry(used.metric.clone()).or_insert_with(|| used.clone());
        entry.labels.extend(used.labels.iter().cloned());
        entry.bounds.extend(used.bounds.iter().copied());
        entry.unit = entry.unit.take().or_else(|| used.unit.clone());
        entry.part_of = entry.part_of.take().or_else(|| used.part_of.clone());
        entry.increases |= used.increases && entry.kind == Kind::Counter;
    }
    made
}
