//! A stream as a sum: which series it adds up, and which it takes away.

use super::ast::{Aggregator, BinaryOp, Expr, ExprKind, Extent, Matcher, Selector};

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
    match &expr.kind {
        ExprKind::Paren(inner) => collect(inner, negative, found),
        ExprKind::Aggregate(a) if a.op == Aggregator::Sum => {
            a.body().is_some_and(|body| collect(body, negative, found))
        }
        ExprKind::Binary(b) if matches!(b.op, BinaryOp::Add | BinaryOp::Sub) => {
            let plain = b.matching.as_ref().is_none_or(|m| m.group.is_none());
            plain
                && collect(&b.left, negative, found)
                && collect(&b.right, negative != (b.op == BinaryOp::Sub), found)
        }
        ExprKind::Binary(b) if b.op == BinaryOp::Or && fallback(&b.right) => {
            collect(&b.left, negative, found)
        }
        ExprKind::Call(call) => match (call.name.text.as_str(), call.args.as_slice()) {
            ("rate" | "increase", [inner]) => match &inner.bare().kind {
                ExprKind::Selector(selector) => {
                    let moved = selector.shift.offset.is_some() || selector.shift.at.is_some();
                    let ranged = matches!(selector.window, Some(Extent::Base { .. }));
                    found.push(Addend { selector, expr: inner.bare(), negative });
                    ranged && !moved
                }
                ExprKind::Number(_)
                | ExprKind::Str(_)
                | ExprKind::Subquery(_)
                | ExprKind::Paren(_)
                | ExprKind::Unary(_)
                | ExprKind::Binary(_)
                | ExprKind::Aggregate(_)
                | ExprKind::Call(_) => false,
            },
            ("clamp_min" | "sort" | "sort_desc", [inner, ..]) => collect(inner, negative, found),
            _ => false,
        },
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Selector(_)
        | ExprKind::Subquery(_)
        | ExprKind::Unary(_)
        | ExprKind::Aggregate(_)
        | ExprKind::Binary(_) => false,
    }
}

/// `vector(0)`, or `0 * x`: what stands in where there is nothing.
fn fallback(expr: &Expr) -> bool {
    constant(expr) || is_zero_times(expr)
}

/// A constant without labels: `vector(0)`.
pub fn constant(expr: &Expr) -> bool {
    match &expr.bare().kind {
        ExprKind::Call(call) => call.name.text == "vector",
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Selector(_)
        | ExprKind::Subquery(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary(_)
        | ExprKind::Binary(_)
        | ExprKind::Aggregate(_) => false,
    }
}

fn is_zero_times(expr: &Expr) -> bool {
    let zero = |e: &Expr| matches!(e.bare().kind, ExprKind::Number(n) if n == 0.0);
    match &expr.bare().kind {
        ExprKind::Binary(b) => b.op == BinaryOp::Mul && (zero(&b.left) || zero(&b.right)),
        ExprKind::Aggregate(a) => a.body().is_some_and(is_zero_times),
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Selector(_)
        | ExprKind::Subquery(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary(_)
        | ExprKind::Call(_) => false,
    }
}

/// Calls `see` for every expression with those around it, the outermost first.
pub fn visit<'e>(expr: &'e Expr, see: &mut impl FnMut(&[&'e Expr], &'e Expr)) {
    fn walk<'e>(expr: &'e Expr, around: &mut Vec<&'e Expr>, see: &mut impl FnMut(&[&'e Expr], &'e Expr)) {
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
