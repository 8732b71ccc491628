//! Expressions written alike, whoever wrote them: one blank between parts, parentheses where they are needed. Two of one meaning that
//! differ in nothing else are one text.

use std::fmt::Write as _;

use crate::promql::ast::{Binary, BinaryOp, Expr, ExprKind, Selector};
use crate::promql::print::quote;

/// An expression on one line; `text` is what its places are of.
pub(super) fn tidy(text: &str, expr: &Expr) -> String {
    let mut out = String::with_capacity(text.len());
    Printer { text }.print(expr, &mut out);
    out
}

struct Printer<'t> {
    text: &'t str,
}

impl Printer<'_> {
    fn words(&self, range: std::ops::Range<usize>) -> String {
        let words: Vec<&str> = self.text.get(range).unwrap_or("").split_whitespace().collect();
        words.join(" ")
    }
    fn print(&self, expr: &Expr, out: &mut String) {
        match &expr.kind {
            ExprKind::Paren(inner) => self.print(inner, out),
            ExprKind::Number(_) | ExprKind::Str(_) | ExprKind::Subquery(_) => {
                out.push_str(self.text.get(expr.range.clone()).unwrap_or(""));
            }
            ExprKind::Selector(selector) => self.selector(selector, expr, out),
            ExprKind::Unary(inner) => {
                out.push_str(if self.words(expr.range.clone()).starts_with('-') { "-" } else { "+" });
                self.operand(inner, matches!(inner.bare().kind, ExprKind::Binary(_)), out);
            }
            ExprKind::Binary(b) => self.binary(b, out),
            ExprKind::Aggregate(a) => {
                out.push_str(a.op.as_str());
                if let Some(grouping) = &a.grouping {
                    let labels: Vec<String> =
                        grouping.labels.iter().map(|l| self.words(l.range.clone())).collect();
                    let word = if grouping.without { "without" } else { "by" };
                    let _ = write!(out, " {word} ({}) ", labels.join(", "));
                }
                self.list(&a.args, out);
            }
            ExprKind::Call(call) => {
                out.push_str(&call.name.text);
                self.list(&call.args, out);
            }
        }
    }
    fn list(&self, args: &[Expr], out: &mut String) {
        out.push('(');
        for (at, arg) in args.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.print(arg, out);
        }
        out.push(')');
    }
    fn operand(&self, expr: &Expr, apart: bool, out: &mut String) {
        if apart {
            out.push('(');
        }
        self.print(expr, out);
        if apart {
            out.push(')');
        }
    }
    fn binary(&self, b: &Binary, out: &mut String) {
        let needs = |side: &Expr, left: bool| match &side.bare().kind {
            ExprKind::Binary(inner) => {
                let (own, of) = (binds(inner.op), binds(b.op));
                !(own > of || left && own == of && b.op != BinaryOp::Pow)
            }
            ExprKind::Unary(_) => true,
            ExprKind::Number(_)
            | ExprKind::Str(_)
            | ExprKind::Selector(_)
            | ExprKind::Subquery(_)
            | ExprKind::Paren(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Call(_) => false,
        };
        self.operand(&b.left, needs(&b.left, true), out);
        let _ = write!(out, " {}", b.op.as_str());
        if b.returns_bool.is_some() {
            out.push_str(" bool");
        }
        if let Some(matching) = &b.matching {
            let _ = write!(out, " {}", self.words(matching.range.clone()));
        }
        out.push(' ');
        self.operand(&b.right, needs(&b.right, false), out);
    }
    fn selector(&self, selector: &Selector, expr: &Expr, out: &mut String) {
        let plain = selector
            .name
            .as_ref()
            .filter(|name| selector.braces.as_ref().is_none_or(|b| name.range.end <= b.start));
        let moved = selector.shift.offset.is_some() || selector.shift.at.is_some();
        let (Some(name), false) = (plain, moved) else {
            out.push_str(self.text.get(expr.range.clone()).unwrap_or(""));
            return;
        };
        out.push_str(&name.text);
        if !selector.matchers.is_empty() {
            let matchers: Vec<String> = selector
                .matchers
                .iter()
                .map(|m| {
                    format!("{}{}{}", self.words(m.label.range.clone()), m.op.as_str(), quote(&m.value.text))
                })
                .collect();
            let _ = write!(out, "{{{}}}", matchers.join(", "));
        }
        if let Some(window) = &selector.window {
            let _ = write!(out, "[{}]", self.text.get(window.range()).unwrap_or(""));
        }
    }
}

/// How closely an operator binds; what binds closer needs no parentheses.
fn binds(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 0,
        BinaryOp::And | BinaryOp::Unless => 1,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual => 2,
        BinaryOp::Add | BinaryOp::Sub => 3,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Atan2 => 4,
        BinaryOp::Pow => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql;

    #[test]
    fn one_text() {
        for (text, wanted) in [
            (
                "( ( sum by(a ,b)( rate( x{c = \"d\",e!~'f'}[$range] ) ) ) )",
                "sum by (a, b) (rate(x{c=\"d\", e!~\"f\"}[$range]))",
            ),
            ("sum(rate(x[5m])) by (a) / (sum(y) + sum(z))", "sum by (a) (rate(x[5m])) / (sum(y) + sum(z))"),
            ("(a - (b + c)) / ignoring(d)  e", "(a - (b + c)) / ignoring(d) e"),
            ("((a - b) + c) * 2", "(a - b + c) * 2"),
            ("a - (b * 2)", "a - b * 2"),
            ("(a or vector(0)) + b", "(a or vector(0)) + b"),
            ("1 - (a / b)", "1 - a / b"),
            ("-(a + b)", "-(a + b)"),
            ("(a > bool 1) and (b)", "a > bool 1 and b"),
            ("(a or (0 * b)) / b", "(a or 0 * b) / b"),
            ("a / (b * c)", "a / (b * c)"),
            ("(2 ^ 3) ^ a", "(2 ^ 3) ^ a"),
            ("x offset 5m", "x offset 5m"),
            ("{\"x\", a=\"b\"}", "{\"x\", a=\"b\"}"),
        ] {
            let expr = promql::parse(text).unwrap();
            let made = tidy(text, &expr);
            assert_eq!(made, wanted);
            let again = promql::parse(&made).unwrap();
            assert_eq!(tidy(&made, &again), made);
        }
    }
}
