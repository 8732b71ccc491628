//! A stream as a sum: which series it adds up, and which it takes away.

use super::ast::{Aggregate, Aggregator, BinaryOp, Expr, Extent, Matcher, Selector};

/// One addend: the rate of a selector over `$range`.
#[derive(Clone, Copy, Debug)]
pub struct Addend<'e> {
    /// The selector.
    pub selector: &'e Selector,
    /// Its place, range included.
    pub expr: &'e Expr,
    /// It is taken away.
    pub negative: bool,
}

/// The addends of a stream, where it is nothing but a sum of rates over `$range`. None where it does anything else.
pub fn addends(expr: &Expr) -> Option<Vec<Addend<'_>>> {
    let mut found = Vec::new();
    collect(expr, false, &mut found).then_some(found)
}

fn collect<'e>(expr: &'e Expr, negative: bool, found: &mut Vec<Addend<'e>>) -> bool {
    if let Some(a) = expr.aggregate() {
        return a.op == Aggregator::Sum && a.body().is_some_and(|body| collect(body, negative, found));
    }
    if let Some(b) = expr.binary() {
        if b.op == BinaryOp::Or {
            return fallback(&b.right) && collect(&b.left, negative, found);
        }
        return matches!(b.op, BinaryOp::Add | BinaryOp::Sub)
            && b.matching.as_ref().is_none_or(|m| m.group.is_none())
            && collect(&b.left, negative, found)
            && collect(&b.right, negative != (b.op == BinaryOp::Sub), found);
    }
    let Some(call) = expr.call() else { return false };
    match (call.name.text.as_str(), call.args.as_slice()) {
        ("rate" | "increase", [inner]) => {
            let Some(selector) = inner.selector() else { return false };
            let moved = selector.shift.offset.is_some() || selector.shift.at.is_some();
            found.push(Addend { selector, expr: inner.bare(), negative });
            matches!(selector.window, Some(Extent::Base { .. })) && !moved
        }
        ("clamp_min" | "sort" | "sort_desc", [inner, ..]) => collect(inner, negative, found),
        _ => false,
    }
}

/// `vector(0)`, or `0 * x`: what stands in where there is nothing.
fn fallback(expr: &Expr) -> bool {
    constant(expr) || is_zero_times(expr)
}

/// A constant without labels: `vector(0)`.
pub fn constant(expr: &Expr) -> bool {
    expr.call().is_some_and(|call| call.name.text == "vector")
}

/// `0 * x`, or a sum of it.
fn is_zero_times(expr: &Expr) -> bool {
    expr.binary().is_some_and(|b| b.op == BinaryOp::Mul && (is_zero(&b.left) || is_zero(&b.right)))
        || expr.aggregate().and_then(Aggregate::body).is_some_and(is_zero_times)
}

/// The number 0.
pub fn is_zero(expr: &Expr) -> bool {
    expr.number() == Some(0.0)
}

/// Calls `see` for every expression with those around it, the outermost first; parentheses aside.
pub fn visit<'e>(expr: &'e Expr, see: &mut impl FnMut(&[&'e Expr], &'e Expr)) {
    fn walk<'e>(expr: &'e Expr, around: &mut Vec<&'e Expr>, see: &mut impl FnMut(&[&'e Expr], &'e Expr)) {
        let expr = expr.bare();
        see(around, expr);
        around.push(expr);
        for child in expr.children() {
            walk(child, around, see);
        }
        around.pop();
    }
    walk(expr, &mut Vec::new(), see);
}

/// The `le` of a selector of buckets, where there is exactly one.
pub fn le(selector: &Selector) -> Option<&Matcher> {
    let mut found = selector.matchers.iter().filter(|m| m.label.text == "le");
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// `100 * a` or `a * 100`, taken apart.
pub fn factor(expr: &Expr) -> (Option<f64>, &Expr) {
    let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Mul) else { return (None, expr) };
    match (b.left.number(), b.right.number()) {
        (Some(by), None) => (Some(by), &b.right),
        (None, Some(by)) => (Some(by), &b.left),
        _ => (None, expr),
    }
}
