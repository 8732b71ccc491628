//! Limits of alerts: numbers, and how they are written. `14.4 * (1 - 0.999)` says a budget, `0.0144` doesn't.

use std::collections::BTreeMap;

use super::book::Book;
use crate::import::reader::decimal;
use crate::promql::ast::{BinaryOp, Expr, ExprKind};
use crate::value::Decimal;

/// What a number is said to be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A number alone.
    Bare,
    /// Of one: `1 - 0.999`, `0.1 / 100`
    One,
    /// Of a hundred: `100 - 99.9`
    Hundred,
}

/// A factor of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) value: Decimal,
    /// It is more than a number: `1 - 0.999`, or a recorded one.
    pub(super) worked_out: bool,
    pub(super) unit: Unit,
}

/// A product of two, as limits of burn rates are.
pub(super) type Product = (Factor, Factor);

/// Why a limit states no budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    /// It is no product: a number alone.
    Alone,
    /// It is a product, and which part of it is a budget isn't plain.
    Unclear,
    /// Nothing can be promised by it, and why.
    Never(String),
    /// Several budgets are recorded.
    Several,
}

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
                let mut values =
                    found.iter().flatten().filter(|f| self.is_alike(&f.labels)).map(|followed| {
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
    /// The burn rate and the budget that a limit is written as, of shares that are so many times one: 100 for percents. Only what is
    /// plain is taken: one burn rate times one budget. Of more factors anything could be the budget.
    pub(super) fn product(&self, expr: &Expr, scale: u32) -> Result<Product, Odd> {
        let expr = expr.bare();
        if !multiplies(expr) {
            return Err(Odd::Alone);
        }
        self.sound(expr)?;
        let (pair, of) = match expr.binary() {
            Some(b) if b.op == BinaryOp::Mul => (b, scale),
            // `14.4 * 0.1 / 100`
            Some(b) if b.op == BinaryOp::Div && b.right.number() == Some(100.0) && scale == 1 => {
                (b.left.binary().filter(|b| b.op == BinaryOp::Mul).ok_or(Odd::Unclear)?, 100)
            }
            _ => return Err(Odd::Unclear),
        };
        let (a, c) = (self.factor(&pair.left)?, self.factor(&pair.right)?);
        let part = |f: Factor| Self::of_one(f, of);
        match (a.unit, c.unit, of) {
            (Unit::Hundred, Unit::Hundred, _) => Err(Odd::Unclear),
            (Unit::Hundred, ..) => Ok((part(a)?, c)),
            (_, Unit::Hundred, _) => Ok((a, part(c)?)),
            (.., 1) => Ok((a, c)),
            // Of percents the smaller one is the budget, behind the burn rate or below 1: of `1 * 5` either may be.
            _ if a.value >= c.value => Ok((a, part(c)?)),
            _ if a.value < Decimal::ONE => Ok((part(a)?, c)),
            _ => Err(Odd::Unclear),
        }
    }
    /// A budget of percents as one of one.
    pub(super) fn of_one(f: Factor, scale: u32) -> Result<Factor, Odd> {
        match (f.unit, scale) {
            (Unit::Bare | Unit::One, 1) => Ok(f),
            (Unit::Bare | Unit::Hundred, 100) => {
                let value = f.value.checked_div(Decimal::ONE_HUNDRED).ok_or(Odd::Unclear)?;
                Ok(Factor { value, unit: Unit::One, worked_out: f.worked_out || f.unit == Unit::Hundred })
            }
            _ => Err(Odd::Unclear),
        }
    }
    /// Are all parts of it numbers above 0?
    fn sound(&self, expr: &Expr) -> Result<(), Odd> {
        let expr = expr.bare();
        let written = || self.text.get(expr.range.clone()).unwrap_or("").chars().take(80).collect::<String>();
        if expr.number().is_some_and(|n| !n.is_finite()) {
            return Err(Odd::Never(format!(
                "its limit has `{}` in it, which is neither a burn rate nor a budget",
                written()
            )));
        }
        if let Some(b) = expr.binary() {
            // `1 - 0.999` is above 0, whatever its parts are.
            if matches!(b.op, BinaryOp::Mul | BinaryOp::Div) || self.value(expr).is_none() {
                self.sound(&b.left)?;
                self.sound(&b.right)?;
            }
        }
        match self.value(expr) {
            Some(value) if value <= Decimal::ZERO => Err(Odd::Never(format!(
                "its limit has `{}` in it, which is not above 0: neither a burn rate nor a budget is like that",
                written()
            ))),
            _ => Ok(()),
        }
    }
    /// A burn rate or a budget, where it is written plainly.
    pub(super) fn factor(&self, expr: &Expr) -> Result<Factor, Odd> {
        let expr = expr.bare();
        self.sound(expr)?;
        let value = || self.value(expr).ok_or(Odd::Unclear);
        match &expr.kind {
            ExprKind::Number(_) => Ok(Factor { value: value()?, worked_out: false, unit: Unit::Bare }),
            ExprKind::Unary(inner) => Ok(Factor { worked_out: true, ..self.factor(inner)? }),
            ExprKind::Binary(b) => {
                let whole = b.left.number().filter(|_| b.op == BinaryOp::Sub);
                let hundredth = b.op == BinaryOp::Div && b.right.number() == Some(100.0);
                let inner = self.factor(if hundredth { &b.left } else { &b.right })?;
                let unit = match (whole, inner.unit) {
                    _ if hundredth && inner.unit != Unit::One => Unit::One,
                    (Some(1.0), Unit::Bare) => Unit::One,
                    (Some(100.0), Unit::Bare) => Unit::Hundred,
                    _ => return Err(Odd::Unclear),
                };
                Ok(Factor { value: value()?, worked_out: true, unit })
            }
            ExprKind::Call(call) if matches!(call.name.text.as_str(), "vector" | "scalar") => {
                let inner = self.factor(call.args.first().ok_or(Odd::Unclear)?)?;
                Ok(Factor { worked_out: true, ..inner })
            }
            ExprKind::Selector(selector) => {
                let found = self.book.series(selector).map_err(|_| Odd::Unclear)?;
                let mut made: Option<Factor> = None;
                for followed in found.iter().flatten().filter(|f| self.is_alike(&f.labels)) {
                    let expr = crate::promql::parse(&followed.text).map_err(|_| Odd::Unclear)?;
                    let one = Constants { text: &followed.text, ..*self }.factor(&expr)?;
                    if made.is_some_and(|made| made.value != one.value || made.unit != one.unit) {
                        return Err(Odd::Several);
                    }
                    made = Some(Factor { worked_out: true, ..one });
                }
                made.ok_or(Odd::Several)
            }
            ExprKind::Str(_)
            | ExprKind::Subquery(_)
            | ExprKind::Paren(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Call(_) => Err(Odd::Unclear),
        }
    }
    /// May series of these labels be those of what is compared?
    fn is_alike(&self, labels: &BTreeMap<String, String>) -> bool {
        labels.iter().all(|(k, v)| self.labels.get(k).is_none_or(|own| own == v))
    }
}

/// Is anything multiplied in it?
fn multiplies(expr: &Expr) -> bool {
    expr.binary().is_some_and(|b| b.op == BinaryOp::Mul) || expr.children().any(multiplies)
}
