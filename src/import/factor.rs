//! Constant factors: a query that multiplies its rates by 60 gives counts that are 60 times too high, whatever its share is.

use std::ops::Range;

use crate::promql;
use crate::promql::ast::{Aggregator, Binary, BinaryOp, Expr, ExprKind};

/// What an expression multiplies its series by.
#[derive(Clone, Debug)]
pub(super) struct Factor {
    /// 1 where it doesn't.
    pub(super) by: f64,
    /// The parts of its text that say so. `None`: without them it would be another expression.
    places: Option<Vec<Range<usize>>>,
}

impl Factor {
    const ONE: Self = Self { by: 1.0, places: Some(Vec::new()) };

    pub(super) fn is_one(&self) -> bool {
        same(self.by, 1.0)
    }
    /// The text without the factor.
    pub(super) fn taken_out(&self, text: &str) -> Option<String> {
        let mut places = self.places.clone()?;
        places.sort_by_key(|place| std::cmp::Reverse(place.start));
        let mut out = text.to_owned();
        for place in places {
            out.get(place.clone())?;
            out.replace_range(place, "");
        }
        promql::parse(&out).is_ok().then_some(out)
    }
    /// The same factor, which cannot be taken out.
    fn fixed(self) -> Self {
        if self.is_one() { self } else { Self { places: None, ..self } }
    }
    fn and(self, other: Self, by: f64) -> Self {
        let places = match (self.places, other.places) {
            (Some(mut all), Some(more)) => {
                all.extend(more);
                Some(all)
            }
            _ => None,
        };
        Self { by, places }
    }
}

/// Equal, rounding aside.
pub(super) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// A factor as people write it: `60`, `0.001`.
pub(super) fn shown(by: f64) -> String {
    let text = format!("{by:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "0" { format!("{by:e}") } else { short.to_owned() }
}

/// `60 times too high`, `1000 times too low`.
pub(super) fn too_many(by: f64) -> String {
    if by < 1.0 {
        format!("{} times too low", shown(1.0 / by))
    } else {
        format!("{} times too high", shown(by))
    }
}

/// The factor of an expression. `named` says that of a recorded series.
pub(super) fn factor(expr: &Expr, named: &mut dyn FnMut(&str) -> f64) -> Factor {
    match &expr.bare().kind {
        ExprKind::Selector(selector) => {
            let by = selector.metric().map_or(1.0, |(name, _)| named(name));
            Factor { by, places: Some(Vec::new()) }.fixed()
        }
        ExprKind::Subquery(sub) => factor(&sub.expr, named),
        ExprKind::Aggregate(a) => {
            let keeps = a.op.picks()
                || matches!(a.op, Aggregator::Sum | Aggregator::Avg | Aggregator::Min | Aggregator::Max);
            a.body().filter(|_| keeps).map_or(Factor::ONE, |body| factor(body, named))
        }
        ExprKind::Call(call) => {
            let Some(first) = call.args.first() else { return Factor::ONE };
            match call.name.text.as_str() {
                "rate" | "increase" | "irate" | "delta" | "idelta" | "sum_over_time" | "avg_over_time"
                | "max_over_time" | "min_over_time" | "last_over_time" | "label_replace" | "label_join"
                | "sort" | "sort_desc" => factor(first, named),
                "clamp_min" if call.args.get(1).and_then(Expr::number) == Some(0.0) => factor(first, named),
                "clamp_min" | "clamp_max" | "clamp" | "abs" | "ceil" | "floor" | "round" => {
                    factor(first, named).fixed()
                }
                _ => Factor::ONE,
            }
        }
        ExprKind::Binary(b) => combined(b, named),
        ExprKind::Unary(inner) => factor(inner, named).fixed(),
        ExprKind::Number(_) | ExprKind::Str(_) | ExprKind::Paren(_) => Factor::ONE,
    }
}

/// That of an operation.
fn combined(b: &Binary, named: &mut dyn FnMut(&str) -> f64) -> Factor {
    match b.op {
        BinaryOp::Mul | BinaryOp::Div => multiplied(b, named),
        BinaryOp::Or if promql::linear::constant(&b.right) || is_zero(&b.right) => factor(&b.left, named),
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or => {
            let (left, right) = (factor(&b.left, named), factor(&b.right, named));
            let by = left.by;
            if same(left.by, right.by) {
                left.and(right, by)
            } else {
                // Neither is that of the whole; the greater one is said.
                Factor { by: by.max(right.by), places: None }
            }
        }
        // What filters keeps its own values.
        BinaryOp::And | BinaryOp::Unless => factor(&b.left, named),
        BinaryOp::Greater if b.returns_bool.is_none() && b.right.number() == Some(0.0) => {
            factor(&b.left, named)
        }
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
            if b.returns_bool.is_none() =>
        {
            factor(&b.left, named).fixed()
        }
        BinaryOp::Mod
        | BinaryOp::Pow
        | BinaryOp::Atan2
        | BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual => Factor::ONE,
    }
}

/// That of a product or a quotient.
fn multiplied(b: &Binary, named: &mut dyn FnMut(&str) -> f64) -> Factor {
    let divides = b.op == BinaryOp::Div;
    // Of the text all but the other side goes.
    let (inner, by, place) = match (constant(&b.left), constant(&b.right)) {
        (Some(by), None) if !divides => (&b.right, by, b.left.range.start..b.right.range.start),
        (None, Some(by)) => {
            (&b.left, if divides { 1.0 / by } else { by }, b.left.range.end..b.right.range.end)
        }
        (None, None) => {
            let (left, right) = (value_of(&b.left, named), value_of(&b.right, named));
            let by = if divides { left.by / right.by } else { left.by * right.by };
            return left.and(right, by);
        }
        (Some(_), _) => return Factor::ONE,
    };
    // Times zero it is no number of events.
    if !by.is_finite() || by.abs() < f64::MIN_POSITIVE {
        return Factor::ONE;
    }
    let inner = factor(inner, named);
    let whole = inner.by * by.abs();
    let made = inner.and(Factor { by, places: Some(vec![place]) }, whole);
    // Without its sign it would be another expression.
    if by < 0.0 { Factor { places: None, ..made } } else { made }
}

/// That of one side of a product: `vector(60)` and `scalar(..)` of it are 60.
fn value_of(expr: &Expr, named: &mut dyn FnMut(&str) -> f64) -> Factor {
    let mut inner = expr;
    while let Some(call) = inner.call().filter(|c| matches!(c.name.text.as_str(), "vector" | "scalar")) {
        let Some(first) = call.args.first() else { break };
        inner = first;
    }
    match constant(inner).map(f64::abs) {
        Some(by) if by > 0.0 => Factor { by, places: None },
        Some(_) => Factor::ONE,
        None => factor(expr, named),
    }
}

/// A number, or what is made of numbers alone.
fn constant(expr: &Expr) -> Option<f64> {
    if let Some(number) = expr.number() {
        return Some(number);
    }
    if let ExprKind::Unary(inner) = &expr.bare().kind {
        return constant(inner).map(|number| -number);
    }
    let b = expr.binary()?;
    let (left, right) = (constant(&b.left)?, constant(&b.right)?);
    let made = if b.op == BinaryOp::Add {
        left + right
    } else if b.op == BinaryOp::Sub {
        left - right
    } else if b.op == BinaryOp::Mul {
        left * right
    } else if b.op == BinaryOp::Div {
        left / right
    } else {
        return None;
    };
    made.is_finite().then_some(made)
}

/// `0 * x`
fn is_zero(expr: &Expr) -> bool {
    expr.binary().is_some_and(|b| {
        b.op == BinaryOp::Mul && (b.left.number() == Some(0.0) || b.right.number() == Some(0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors() {
        for (text, by, without) in [
            ("sum(rate(a[5m])) * 60", 60.0, Some("sum(rate(a[5m]))")),
            ("60 * sum(rate(a[5m]))", 60.0, Some("sum(rate(a[5m]))")),
            ("sum(60 * rate(a[5m]))", 60.0, Some("sum(rate(a[5m]))")),
            ("(sum(rate(a[5m])) / 4) * (60 * 2)", 30.0, Some("(sum(rate(a[5m])))")),
            (
                "60 * sum(rate(a[5m])) - 60 * sum(rate(b[5m]))",
                60.0,
                Some("sum(rate(a[5m])) - sum(rate(b[5m]))"),
            ),
            (
                "60 * (sum(rate(a[5m])) + sum(rate(b[5m])))",
                60.0,
                Some("(sum(rate(a[5m])) + sum(rate(b[5m])))"),
            ),
            ("sum(rate(a[5m])) * 60 or vector(0)", 60.0, Some("sum(rate(a[5m])) or vector(0)")),
            ("60 * sum(rate(a[5m])) + sum(rate(b[5m]))", 60.0, None),
            ("sum(rate(a[5m]) * 60 > 3)", 60.0, None),
            ("sum(twice) * 3", 6.0, None),
            ("-60 * sum(rate(a[5m]))", 60.0, None),
            ("sum(rate(a[5m])) * on () vector(60)", 60.0, None),
            ("60 * rate(a[5m]) * on (x) group_left () b", 60.0, Some("rate(a[5m]) * on (x) group_left () b")),
            ("count(60 * a)", 1.0, Some("count(60 * a)")),
            ("sum(rate(a[5m])) or 0 * sum(b)", 1.0, Some("sum(rate(a[5m])) or 0 * sum(b)")),
        ] {
            let expr = promql::parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            let found = factor(&expr, &mut |name| if name == "twice" { 2.0 } else { 1.0 });
            assert!(same(found.by, by), "{text}: {}", found.by);
            let taken = found.taken_out(text);
            assert_eq!(taken.map(|t| promql::compact(&t)), without.map(promql::compact), "{text}");
        }
        assert_eq!(too_many(60.0), "60 times too high");
        assert_eq!(too_many(0.001), "1000 times too low");
    }
}
