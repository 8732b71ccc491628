//! Indicators: checked once by themselves, then used in calls.

use super::measure::{Around, Parts, measure};
use super::out::Out;
use super::{Cx, Env, query};
use crate::ast::{Indicator, IndicatorStmt};

/// Takes an indicator's statements, with the arguments of a call or without.
pub(crate) fn take<'a>(parts: &mut Parts<'a>, indicator: &'a Indicator, env: Env<'a>) {
    parts.env = env;
    parts.junk |= indicator.body.has_junk;
    for stmt in &indicator.body.stmts {
        if let IndicatorStmt::Stream(stmt) = stmt {
            parts.take(stmt, env);
        }
    }
}

/// Checks an indicator with its parameters unknown.
pub(crate) fn check<'a>(cx: &Cx<'a>, indicator: &'a Indicator) -> Out {
    let mut out = Out::default();
    let mut parts = Parts::default();
    take(&mut parts, indicator, Env::default());
    let what = format!("indicator `{}`", indicator.name.name);
    let around = Around { what, noun: None };
    let mut measured = measure(cx, &mut out, &parts, &around);
    query::check(cx, &mut out, &mut measured, None);
    out
}
