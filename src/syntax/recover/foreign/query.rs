//! What a query of PromQL was meant to say: events, one part of others, a percentile, a level.

use rust_decimal::Decimal;

use super::facts::bound;
use crate::promql;
use crate::promql::ast::{Aggregator, BinaryOp, Expr, ExprKind, Selector};

/// What a query was meant to say.
#[derive(Debug)]
pub(super) enum Meaning {
    /// `sum(rate(x{..}[5m]))`
    Events(Series),
    /// One by another.
    Ratio { part: Series, whole: Series, is_rest: bool },
    /// `histogram_quantile(0.95, ..)`
    Quantile(Decimal, Series),
    /// `max(x)`, `x`
    Level(&'static str, Series),
}

/// A metric with its matchers as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    pub(super) metric: String,
    pub(super) matchers: Vec<String>,
    /// The bucket of a histogram.
    pub(super) le: Option<String>,
}

/// A comparison with a number, read from left to right.
pub(super) type Compared = Option<(BinaryOp, Decimal)>;

impl Series {
    pub(super) fn of(selector: &Selector, text: &str) -> Option<Self> {
        let (name, _) = selector.metric()?;
        let mut matchers = Vec::new();
        let mut le = None;
        for m in selector.matchers.iter().filter(|m| m.label.text != "__name__") {
            if m.label.text == "le" {
                le = Some(m.value.text.clone());
            } else {
                matchers.push(text.get(m.range())?.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        let le = le.filter(|le| !le.ends_with("Inf"));
        let metric = ["_bucket", "_count"].iter().find_map(|s| name.strip_suffix(s)).unwrap_or(name);
        Some(Self { metric: metric.to_owned(), matchers, le })
    }
    pub(super) fn selector(&self) -> String {
        if self.matchers.is_empty() {
            return self.metric.clone();
        }
        format!("{}{{{}}}", self.metric, self.matchers.join(", "))
    }
    /// What this says beyond `whole`, as the rest of a `good` or a `bad`: `where {..}`, `within 500ms`, or a metric.
    pub(super) fn beyond(&self, whole: &Series) -> String {
        let limit = self.le.as_ref().map(|le| bound(&self.metric, le));
        if self.metric != whole.metric {
            return self.selector();
        }
        let extra: Vec<&str> =
            self.matchers.iter().filter(|m| !whole.matchers.contains(m)).map(String::as_str).collect();
        let narrowed = (!extra.is_empty()).then(|| format!("where {{{}}}", extra.join(", ")));
        let parts: Vec<String> = limit.into_iter().chain(narrowed).collect();
        if parts.is_empty() { "where {code=~\"5..\"}".to_owned() } else { parts.join(" ") }
    }
    /// All of these but those: one more matcher, the other way round.
    pub(super) fn without(&self, less: &Series) -> Option<Series> {
        let mut extra = less.matchers.iter().filter(|m| !self.matchers.contains(m));
        let (one, None) = (extra.next()?, extra.next()) else { return None };
        if self.metric != less.metric || self.le.is_some() || less.le.is_some() {
            return None;
        }
        let (label, value) = one.split_once('=').filter(|(label, _)| !label.ends_with('!'))?;
        let turned = match value.strip_prefix('~') {
            Some(value) => format!("{label}!~{value}"),
            None => format!("{label}!={value}"),
        };
        let mut made = self.clone();
        made.matchers.push(turned);
        Some(made)
    }
    /// Does it look like failures?
    pub(super) fn is_bad(&self) -> bool {
        let words =
            ["error", "fail", "5..", "5.*", "[45]", "4..", "5xx", "reject", "denied", "timeout", "false"];
        let says = |t: &str| words.iter().any(|w| t.to_lowercase().contains(w));
        says(&self.metric) || self.matchers.iter().any(|m| says(m) && !m.contains('!'))
    }
}

/// `[5m]`, `[$__rate_interval]` as `[$range]`.
pub(super) fn ranges(query: &str) -> String {
    let mut out = String::new();
    let mut rest = query;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let Some((inner, behind)) = after.split_once(']') else {
            out.push('[');
            rest = after;
            continue;
        };
        let is_range = inner.starts_with(['$', '{']) || inner.starts_with(|c: char| c.is_ascii_digit());
        let inner = if is_range && !inner.contains(':') { "$range" } else { inner };
        out.extend(["[", inner, "]"]);
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// As the parser reads it: the variables of dashboards stand for a range.
pub(super) fn plain(query: &str) -> String {
    ranges(query).replace("[$range]", "[5m]")
}

pub(super) fn understood(query: &str) -> (Option<Meaning>, Compared) {
    let Ok(expr) = promql::parse(query) else { return (None, None) };
    let (expr, compared) = comparison(&expr);
    let (expr, scale, is_rest) = unscaled(expr);
    let scale = scale || scaled_inside(expr);
    let compared = compared.map(|(op, n)| (op, if scale { n / Decimal::ONE_HUNDRED } else { n }));
    (meaning(expr, query, is_rest), compared)
}

/// The scale of `100 * a / b`, which binds to the left.
fn scaled_inside(expr: &Expr) -> bool {
    let divided = expr.binary().filter(|b| b.op == BinaryOp::Div);
    let times = divided.and_then(|d| d.left.binary()).filter(|t| t.op == BinaryOp::Mul);
    times.is_some_and(|t| {
        [&t.left, &t.right].iter().any(|e| e.number().is_some_and(|n| (n - 100.0).abs() < f64::EPSILON))
    })
}

fn decimal(n: f64) -> Option<Decimal> {
    n.to_string().parse().ok()
}

/// A comparison at the top: its left side and the number.
fn comparison(expr: &Expr) -> (&Expr, Compared) {
    let Some(binary) = expr.binary().filter(|b| b.op.is_comparison()) else { return (expr, None) };
    if let Some(n) = binary.right.number().and_then(decimal) {
        return (&binary.left, Some((binary.op, n)));
    }
    let turned = match binary.op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        other => other,
    };
    match binary.left.number().and_then(decimal) {
        Some(n) => (&binary.right, Some((turned, n))),
        None => (expr, None),
    }
}

/// Without `100 *` and `1 -` around it; says whether they were there.
fn unscaled(expr: &Expr) -> (&Expr, bool, bool) {
    let mut inner = expr;
    let (mut scale, mut rest) = (false, false);
    while let Some(b) = inner.binary() {
        let (left, right) = (b.left.number(), b.right.number());
        let is = |n: Option<f64>, wanted: f64| n.is_some_and(|n| (n - wanted).abs() < f64::EPSILON);
        inner = match b.op {
            BinaryOp::Mul if is(left, 100.0) => &b.right,
            BinaryOp::Mul if is(right, 100.0) => &b.left,
            BinaryOp::Sub if is(left, 1.0) || is(left, 100.0) => {
                rest = !rest;
                scale |= is(left, 100.0);
                inner = &b.right;
                continue;
            }
            _ => break,
        };
        scale = true;
    }
    (inner, scale, rest)
}

fn meaning(expr: &Expr, text: &str, is_rest: bool) -> Option<Meaning> {
    let expr = expr.bare();
    if let Some(b) = expr.binary() {
        // `all - all{code="404"}`
        if b.op == BinaryOp::Sub {
            return counted(&b.left, text)?.without(&counted(&b.right, text)?).map(Meaning::Events);
        }
        if b.op != BinaryOp::Div {
            return None;
        }
        let whole = counted(&b.right, text)?;
        // `100 * bad / all`
        if let Some(times) = b.left.binary().filter(|t| t.op == BinaryOp::Mul) {
            let side = if times.left.number().is_some() { &times.right } else { &times.left };
            return Some(Meaning::Ratio { part: counted(side, text)?, whole, is_rest });
        }
        // `(all - bad) / all`
        if let Some(less) = b.left.binary().filter(|b| b.op == BinaryOp::Sub) {
            let part = counted(&less.right, text)?;
            return (counted(&less.left, text)? == whole).then_some(Meaning::Ratio {
                part,
                whole,
                is_rest: !is_rest,
            });
        }
        return Some(Meaning::Ratio { part: counted(&b.left, text)?, whole, is_rest });
    }
    if let Some(call) = expr.call().filter(|c| c.name.text == "histogram_quantile") {
        let q = call.args.first()?.number().and_then(decimal)?;
        return Some(Meaning::Quantile(q, events(call.args.get(1)?, text)?));
    }
    if let Some(series) = events(expr, text) {
        return Some(Meaning::Events(series));
    }
    level(expr, text)
}

/// `sum by (..) (rate(x{..}[5m]))`, `rate(..)`, `increase(..)`
fn events(expr: &Expr, text: &str) -> Option<Series> {
    let mut inner = expr.bare();
    if let Some(a) = inner.aggregate().filter(|a| a.op == Aggregator::Sum) {
        inner = a.body()?.bare();
    }
    let call = inner.call()?;
    if !matches!(call.name.text.as_str(), "rate" | "increase" | "irate") {
        return None;
    }
    Series::of(call.args.first()?.selector()?, text)
}

/// Events, or a counter whose rate was forgotten.
fn counted(expr: &Expr, text: &str) -> Option<Series> {
    events(expr, text).or_else(|| match level(expr.bare(), text)? {
        Meaning::Level("" | "sum", series) => Some(series),
        _ => None,
    })
}

fn level(expr: &Expr, text: &str) -> Option<Meaning> {
    let (stat, inner) = match &expr.kind {
        ExprKind::Aggregate(a) => {
            let stat = match a.op {
                Aggregator::Max => "max",
                Aggregator::Min => "min",
                Aggregator::Avg => "avg",
                Aggregator::Sum => "sum",
                _ => return None,
            };
            (stat, a.body()?)
        }
        ExprKind::Call(c) => {
            let stat = match c.name.text.as_str() {
                "max_over_time" => "max",
                "min_over_time" => "min",
                "avg_over_time" => "avg",
                _ => return None,
            };
            (stat, c.args.first()?)
        }
        _ => ("", expr),
    };
    Some(Meaning::Level(stat, Series::of(inner.selector()?, text)?))
}
