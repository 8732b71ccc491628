//! Limits of alerts: numbers, and how they are written. `14.4 * (1 - 0.999)` says a budget, `0.0144` doesn't.

use std::collections::BTreeMap;

use super::book::Book;
use crate::import::reader::decimal;
use crate::promql::ast::{BinaryOp, Expr, ExprKind};
use crate::value::Decimal;

/// A factor of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) value: Decimal,
    /// It is more than a number: `1 - 0.999`, or a recorded one.
    pub(super) worked_out: bool,
}

/// A product of two, as limits of burn rates are.
pub(super) type Product = (Factor, Factor);

/// Evaluates what is constant.
pub(super) struct Constants<'b, 'r> {
    pub(super) book: &'b Book<'r>,
    /// The text that expressions are places of.
    pub(super) text: &'b str,
    /// The labels of what is compared with it: a recorded budget is that of the same ones.
    pub(super) labels: &'b BTreeMap<String, String>,
}

impl Constants<'_, '_> {
    /// Its value, if it is a constant.
    pub(super) fn value(&self, expr: &Expr) -> Option<Decimal> {
        let expr = expr.bare();
        match &expr.kind {
            ExprKind::Number(_) => decimal(self.text.get(expr.range.clone())?),
            ExprKind::Unary(inner) => {
                let minus = self.text.get(expr.range.clone())?.starts_with('-');
                self.value(inner).map(|v| if minus { -v } else { v })
            }
            ExprKind::Binary(b) => {
                let (left, right) = (self.value(&b.left)?, self.value(&b.right)?);
                let op: fn(Decimal, Decimal) -> Option<Decimal> = if b.op == BinaryOp::Add {
                    Decimal::checked_add
                } else if b.op == BinaryOp::Sub {
                    Decimal::checked_sub
                } else if b.op == BinaryOp::Mul {
                    Decimal::checked_mul
                } else if b.op == BinaryOp::Div {
                    Decimal::checked_div
                } else {
                    return None;
                };
                op(left, right)
            }
            ExprKind::Call(call) if matches!(call.name.text.as_str(), "vector" | "scalar") => {
                self.value(call.args.first()?)
            }
            ExprKind::Selector(selector) => {
                let found = self.book.series(selector).ok()?;
                let alike = |labels: &BTreeMap<String, String>| {
                    labels.iter().all(|(k, v)| self.labels.get(k).is_none_or(|own| own == v))
                };
                let mut values = found.iter().flatten().filter(|f| alike(&f.labels)).map(|followed| {
                    let expr = crate::promql::parse(&followed.text).ok()?;
                    Constants { text: &followed.text, ..*self }.value(&expr)
                });
                let first = values.next()??;
                values.all(|v| v == Some(first)).then_some(first)
            }
            ExprKind::Str(_)
            | ExprKind::Subquery(_)
            | ExprKind::Paren(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Call(_) => None,
        }
    }
    /// Is it a constant for any labels? Recorded constants are.
    pub(super) fn is_constant(&self, expr: &Expr) -> bool {
        let expr = expr.bare();
        match &expr.kind {
            ExprKind::Number(_) => true,
            ExprKind::Unary(inner) => self.is_constant(inner),
            ExprKind::Binary(b) => {
                matches!(b.op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div)
                    && self.is_constant(&b.left)
                    && self.is_constant(&b.right)
            }
            ExprKind::Call(call) if matches!(call.name.text.as_str(), "vector" | "scalar") => {
                call.args.first().is_some_and(|arg| self.is_constant(arg))
            }
            ExprKind::Selector(selector) => self.book.series(selector).is_ok_and(|found| {
                let constant = |text: &str| {
                    crate::promql::parse(text)
                        .is_ok_and(|expr| Constants { text, ..*self }.is_constant(&expr))
                };
                !found.is_empty() && found.iter().all(|f| f.as_ref().is_ok_and(|f| constant(&f.text)))
            }),
            ExprKind::Str(_)
            | ExprKind::Subquery(_)
            | ExprKind::Paren(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Call(_) => false,
        }
    }
    /// The two factors that a limit is written as; `14.4 * 0.1 / 100` too.
    pub(super) fn product(&self, expr: &Expr) -> Option<Product> {
        let b = expr.binary()?;
        if b.op == BinaryOp::Mul {
            return Some((self.factor(&b.left)?, self.factor(&b.right)?));
        }
        if b.op != BinaryOp::Div {
            return None;
        }
        let by = self.value(&b.right)?;
        let (a, c) = self.product(&b.left)?;
        // The smaller one is meant.
        let part = |f: Factor| Some(Factor { value: f.value.checked_div(by)?, worked_out: true });
        if a.value <= c.value { Some((part(a)?, c)) } else { Some((a, part(c)?)) }
    }
    fn factor(&self, expr: &Expr) -> Option<Factor> {
        Some(Factor {
            value: self.value(expr)?,
            worked_out: !matches!(expr.bare().kind, ExprKind::Number(_)),
        })
    }
}
