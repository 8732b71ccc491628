//! Values that are good on one side of a limit.

use std::collections::BTreeSet;

use super::super::names;
use super::super::objective::{Comparison, Slices};
use super::escape::{quoted, uses_of};
use super::sides::{known_labels, selector, use_of};
use super::slices::limit_text;
use super::sums::Match;
use super::{ANY_MOMENT, Cx, Kind, Measure, Part, range, slices_noun};
use crate::import::reader::decimal;
use crate::promql::ast::{Aggregator, BinaryOp, Expr, ExprKind, Extent, Selector};
use crate::promql::{self, Labels};
use crate::series;
use crate::value::Decimal;
use crate::write::text;

impl Comparison {
    /// Is what is small good?
    fn upper(self) -> bool {
        matches!(self, Comparison::AtMost | Comparison::Below)
    }
    /// The side of the language that has the limit itself, and its words.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Comparison::AtMost => ("good", "at most"),
            Comparison::AtLeast => ("good", "at least"),
            // The limit itself is bad.
            Comparison::Below => ("bad", "at least"),
            Comparison::Above => ("bad", "at most"),
        }
    }
}

/// Values of a query against a limit.
pub(super) fn measure(
    cx: &Cx<'_>,
    query: &str,
    op: Comparison,
    value: &str,
    slices: Option<&Slices>,
) -> Result<Measure, String> {
    let limit = decimal(value).ok_or_else(|| "its `value` is not a number".to_owned())?.normalize();
    let seconds = slices.map_or(60, |s| s.seconds);
    let text = with_length(query, seconds)?;
    let expr = promql::parse(&text).map_err(|errors| {
        let why = errors.first().map_or_else(String::new, |e| e.message.clone());
        format!("the query is not PromQL: {why}")
    })?;
    let whole = slices.is_none_or(|s| s.share.parse() == Ok(Decimal::ONE_HUNDRED));
    if let Some(gauge) = expr.selector().and_then(|s| plain(cx, s)) {
        let made = match slices {
            Some(slices) if whole && op.words().0 == "good" => every_reading(&gauge, op, limit, slices),
            slices => readings(&gauge, op, limit, slices),
        };
        if let Some(made) = made {
            return Ok(made);
        }
    }
    if let Some(made) = percentile(cx, &expr, op, limit, slices) {
        return Ok(made);
    }
    if let Some(made) = sum(cx, &expr, op, limit, seconds, slices) {
        return Ok(made);
    }
    as_it_is(cx, (&text, &expr), op, limit, seconds, slices)
}

/// The query with a length where its tool puts the window.
fn with_length(query: &str, seconds: u64) -> Result<String, String> {
    let read = range::with_variable(query, &mut Vec::new())?;
    Ok(read.replace("$range", &format!("{seconds}s")))
}

/// A gauge by its name alone.
struct Gauge {
    name: String,
    matchers: BTreeSet<Match>,
    unit: Option<String>,
}

fn plain(cx: &Cx<'_>, selector: &Selector) -> Option<Gauge> {
    if selector.window.is_some() || selector.shift.offset.is_some() || selector.shift.at.is_some() {
        return None;
    }
    let (name, _) = selector.metric()?;
    let Part::Whole(name) = cx.part(name) else { return None };
    let mut matchers = BTreeSet::new();
    for m in selector.matchers.iter().filter(|m| m.label.text != "__name__") {
        text::label(&m.label.text)?;
        let (label, value) = (m.label.text.clone(), m.value.text.clone());
        matchers.insert(Match { label, op: m.op.as_str(), value });
    }
    Some(Gauge { name: name.to_owned(), matchers, unit: cx.unit(name).map(str::to_owned) })
}

impl Gauge {
    fn used(&self) -> super::Use {
        let mut used = use_of(&self.name, Kind::Gauge, names::unit(&self.name).map(str::to_owned));
        known_labels(&mut used, &self.matchers, &BTreeSet::new());
        used
    }
}

/// Each sample of a gauge is judged.
fn readings(gauge: &Gauge, op: Comparison, limit: Decimal, slices: Option<&Slices>) -> Option<Measure> {
    let (side, words) = op.words();
    let shown = limit_text(limit, gauge.unit.as_deref())?;
    let mut made = Measure {
        of: "readings".to_owned(),
        statements: vec![
            format!("total readings of {}", selector(&gauge.name, &gauge.matchers)?),
            format!("{side} {words} {shown}"),
        ],
        assumed: vec!["every sample of every series is judged once".to_owned()],
        uses: vec![gauge.used()],
        ..Measure::default()
    };
    if let Some(slices) = slices {
        made.of = slices_noun(slices.seconds);
        made.statements.push(format!("good when share at least {}%", slices.share));
        made.assumed.push(ANY_MOMENT.to_owned());
    }
    Some(made)
}

/// All samples of a slice are good.
fn every_reading(gauge: &Gauge, op: Comparison, limit: Decimal, slices: &Slices) -> Option<Measure> {
    let (stat, words) = if op.upper() { ("max", "at most") } else { ("min", "at least") };
    let shown = limit_text(limit, gauge.unit.as_deref())?;
    let of = selector(&gauge.name, &gauge.matchers)?;
    Some(Measure {
        of: slices_noun(slices.seconds),
        statements: vec![format!("good when {stat} of {of} {words} {shown}")],
        assumed: vec![ANY_MOMENT.to_owned()],
        uses: vec![gauge.used()],
        ..Measure::default()
    })
}

/// `histogram_quantile(0.95, sum by (le) (rate(H_bucket[5m])))` within a limit.
fn percentile(
    cx: &Cx<'_>,
    expr: &Expr,
    op: Comparison,
    limit: Decimal,
    slices: Option<&Slices>,
) -> Option<Measure> {
    if !op.upper() {
        return None;
    }
    // A time in another unit than the histogram's: `.. * 1000`.
    let (expr, limit) = scaled(expr, limit);
    let call = expr.call().filter(|c| c.name.text == "histogram_quantile")?;
    let [share, buckets] = call.args.as_slice() else { return None };
    let aggregate = buckets.aggregate().filter(|a| a.op == Aggregator::Sum)?;
    let counted = aggregate.body()?.call().filter(|c| matches!(c.name.text.as_str(), "rate" | "increase"))?;
    let [inner] = counted.args.as_slice() else { return None };
    let found = inner.selector()?;
    let Some(Extent::Fixed { millis, .. }) = &found.window else { return None };
    let seconds = millis / 1000;
    if seconds * 1000 != *millis || slices.is_some_and(|s| s.seconds != seconds) || seconds < 60 {
        return None;
    }
    let grouping = aggregate.grouping.as_ref().filter(|g| !g.without)?;
    let mut each: BTreeSet<String> = grouping.labels.iter().map(|l| l.text.clone()).collect();
    if !each.remove("le") || each.iter().any(|l| series::is_reserved(l) || text::label(l).is_none()) {
        return None;
    }
    let instant = Selector { window: None, ..found.clone() };
    let (name, _) = instant.metric()?;
    let base = name.strip_suffix("_bucket").filter(|_| cx.part(name) != Part::Whole(name))?.to_owned();
    let mut matchers = BTreeSet::new();
    for m in instant.matchers.iter().filter(|m| m.label.text != "__name__") {
        if m.label.text == "le" {
            return None;
        }
        text::label(&m.label.text)?;
        let (label, value) = (m.label.text.clone(), m.value.text.clone());
        matchers.insert(Match { label, op: m.op.as_str(), value });
    }
    let percent = Decimal::from_f64_retain(share.number()?)?.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(4);
    let percent = text::number(percent)?;
    let shown = limit_text(limit, cx.unit(&base))?;
    let mut used = use_of(&base, Kind::Histogram, None);
    known_labels(&mut used, &matchers, &each);
    used.bounds.insert(limit);
    let mut judged = assumed(slices);
    if op == Comparison::Below {
        judged.push(format!("exactly {shown} is good, too"));
    }
    judged.push(format!(
        "{shown} is a bucket bound of `{base}`, at which events are counted, nothing in between"
    ));
    Some(Measure {
        of: slices_noun(seconds),
        statements: vec![format!("good when p{percent} of {} within {shown}", selector(&base, &matchers)?)],
        assumed: judged,
        for_each: each,
        uses: vec![used],
        ..Measure::default()
    })
}

/// What is multiplied by a number, and the limit for it.
fn scaled(expr: &Expr, limit: Decimal) -> (&Expr, Decimal) {
    let multiplied = expr.binary().filter(|b| b.op == BinaryOp::Mul).and_then(|b| {
        let (inner, factor) = match (b.left.number(), b.right.number()) {
            (None, Some(factor)) => (&b.left, factor),
            (Some(factor), None) => (&b.right, factor),
            _ => return None,
        };
        let factor = Decimal::from_f64_retain(factor).filter(|f| *f > Decimal::ZERO)?;
        Some((inner.bare(), limit.checked_div(factor)?.round_dp(9).normalize()))
    });
    multiplied.unwrap_or((expr.bare(), limit))
}

/// `sum(G)` at the end of a slice.
fn sum(
    cx: &Cx<'_>,
    expr: &Expr,
    op: Comparison,
    limit: Decimal,
    seconds: u64,
    slices: Option<&Slices>,
) -> Option<Measure> {
    let aggregate = expr.aggregate().filter(|a| a.op == Aggregator::Sum && a.grouping.is_none())?;
    let gauge = plain(cx, aggregate.body()?.selector()?)?;
    let (side, words) = op.words();
    if side != "good" {
        return None;
    }
    let shown = limit_text(limit, gauge.unit.as_deref())?;
    let of = selector(&gauge.name, &gauge.matchers)?;
    Some(Measure {
        of: slices_noun(seconds),
        statements: vec![format!("good when sum of {of} {words} {shown}")],
        assumed: assumed(slices),
        uses: vec![gauge.used()],
        ..Measure::default()
    })
}

/// How values come to be judged.
fn assumed(slices: Option<&Slices>) -> Vec<String> {
    let text = match slices {
        Some(slices) if slices.share != "100" => format!(
            "a slice is judged by the value at its end; the source wants {}% of the values in it to be good",
            slices.share
        ),
        Some(_) => "a slice is judged by the value at its end; the source judges all values in it".to_owned(),
        None => {
            "the value is judged at every evaluation; the source doesn't say how often it looks".to_owned()
        }
    };
    vec![text]
}

/// The query's value, as the query is.
fn as_it_is(
    cx: &Cx<'_>,
    (query, expr): (&str, &Expr),
    op: Comparison,
    limit: Decimal,
    seconds: u64,
    slices: Option<&Slices>,
) -> Result<Measure, String> {
    let mut made = Measure { of: slices_noun(seconds), assumed: assumed(slices), ..Measure::default() };
    let mut text = promql::compact(query);
    if matches!(expr.bare().kind, ExprKind::Number(_) | ExprKind::Str(_)) {
        return Err("its query is a constant".to_owned());
    }
    let limit = text::number(limit).ok_or("its `value` has too many digits")?;
    match promql::output_labels(expr) {
        Labels::Exactly(labels) => made.for_each = labels,
        Labels::AllBut(_) => {
            let (worst, word) = if op.upper() { ("max", "highest") } else { ("min", "lowest") };
            text = format!("{worst}({text})");
            made.assumed.push(format!("where the query gives several series, the {word} value counts"));
        }
        Labels::Mixed(..) | Labels::Unknown => {
            return Err("which labels the result of its query carries cannot be told".to_owned());
        }
    }
    if let Some(taken) = made.for_each.iter().find(|l| series::is_reserved(l)) {
        return Err(format!(
            "it is kept for each `{taken}`, a label that the generated rules give a meaning of their own"
        ));
    }
    let (text, words, limit) = match op {
        Comparison::AtMost => (text, "at most", limit),
        Comparison::AtLeast => (text, "at least", limit),
        Comparison::Below => (format!("({text}) < bool {limit}"), "at least", "1".to_owned()),
        Comparison::Above => (format!("({text}) > bool {limit}"), "at least", "1".to_owned()),
    };
    made.statements.push(format!("good when promql {} {words} {limit}", quoted(&text)?));
    made.uses = uses_of(cx, expr)?;
    made.escaped = Some("the query, as it was".to_owned());
    Ok(made)
}
