//! Queries without a window: metrics by name alone, whose tool knows what to do with them.

use super::super::factor::{factor, shown};
use super::super::objective::Values;
use super::{Cx, Query};
use crate::promql;
use crate::promql::ast::{Aggregator, BinaryOp, Expr, ExprKind};

/// Why levels cannot be said.
pub(super) const LEVELS: &str = "`counter: false` says that values are added up as they are, and its queries are more than sums of metrics";

/// Metrics, their sums and differences, and nothing else.
pub(in crate::import) fn is_bare(expr: &Expr) -> bool {
    match &expr.bare().kind {
        ExprKind::Selector(s) => {
            let moved = s.shift.offset.is_some() || s.shift.at.is_some();
            // A recorded rate is not a counter, whatever is written beside it.
            let recorded = s.metric().is_some_and(|(name, _)| {
                name.contains(':') && ["rate", "increase", "ratio"].iter().any(|word| name.contains(word))
            });
            s.window.is_none() && !moved && !recorded && s.metric().is_some()
        }
        ExprKind::Aggregate(a) => a.op == Aggregator::Sum && a.body().is_some_and(is_bare),
        ExprKind::Binary(b) if b.op == BinaryOp::Or => {
            is_bare(&b.left) && b.right.call().is_some_and(|c| c.name.text == "vector")
        }
        ExprKind::Binary(b) => {
            matches!(b.op, BinaryOp::Add | BinaryOp::Sub) && is_bare(&b.left) && is_bare(&b.right)
        }
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Subquery(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary(_)
        | ExprKind::Call(_) => false,
    }
}

/// Does it look at no time but the moment?
pub(super) fn is_of_a_moment(expr: &Expr) -> bool {
    let mut any = false;
    promql::linear::visit(expr, &mut |_, e| {
        any |= matches!(e.kind, ExprKind::Subquery(_)) || e.selector().is_some_and(|s| s.window.is_some());
    });
    !any
}

/// Why two sides are not measured alike, of which one names metrics alone.
pub(super) fn not_alike(word: &str, part: &Query, total: &Query) -> String {
    let (word, other) = if is_bare(&part.expr) { ("total query", total) } else { (word, part) };
    let by = factor(&other.expr, &mut |_| 1.0);
    let moved = promql::selectors(&other.expr)
        .iter()
        .any(|s| s.selector.shift.offset.is_some() || s.selector.shift.at.is_some());
    let done = if !is_of_a_moment(&other.expr) {
        "says itself what is done to them (`rate`)".to_owned()
    } else if !by.is_one() {
        format!("multiplies them by {}", shown(by.by))
    } else if moved {
        "reads them at another time (`offset`)".to_owned()
    } else {
        "is more than a sum of them".to_owned()
    };
    format!("one side names metrics alone, the other, the {word}, {done}: they are not measured alike")
}

/// Are two queries `sum(G)` and `count(G)` of one gauge?
pub(in crate::import) fn are_of_a_gauge(part: &str, total: &str) -> bool {
    let of = |text: &str, op: Aggregator| {
        let expr = promql::parse(text).ok()?;
        let body = expr.aggregate().filter(|a| a.op == op)?.body().filter(|b| b.selector().is_some())?;
        Some(text.get(body.bare().range.clone())?.trim().to_owned())
    };
    let sum = of(part, Aggregator::Sum);
    sum.is_some() && sum == of(total, Aggregator::Count)
}

/// `sum(G)` over `count(G)`, as queries that add up all samples. `None`: they are something else.
pub(super) fn gauges(cx: &Cx<'_>, part: &Query, total: &Query) -> Option<(Query, Query)> {
    if !matches!(cx.values, Values::Levels | Values::Counters { stated: false }) {
        return None;
    }
    let of = |query: &Query, op: Aggregator| {
        let aggregate = query.expr.aggregate().filter(|a| a.op == op)?;
        if aggregate.grouping.as_ref().is_some_and(|g| g.without) {
            return None;
        }
        let body = aggregate.body().filter(|b| b.selector().is_some() && is_bare(b))?;
        let by: Vec<&str> =
            aggregate.grouping.iter().flat_map(|g| &g.labels).map(|l| l.text.as_str()).collect();
        Some((by.join(", "), query.text.get(body.bare().range.clone())?.trim().to_owned()))
    };
    let (sum, count) = (of(part, Aggregator::Sum)?, of(total, Aggregator::Count)?);
    if sum != count {
        return None;
    }
    let (by, gauge) = sum;
    let over = |function: &str| {
        let text = format!("sum by ({by}) ({function}({gauge}[$range]))");
        promql::parse(&text).ok().map(|expr| Query { text, expr })
    };
    Some((over("sum_over_time")?, over("count_over_time")?))
}

/// The query with a rate around each metric, where the source says (or means) that they count.
pub(super) fn counted(cx: &Cx<'_>, query: Query, assumed: &mut Vec<String>) -> Result<Query, String> {
    let bare = is_bare(&query.expr);
    match cx.values {
        Values::Written => return Ok(query),
        Values::Counters { .. } | Values::Levels if !bare => {
            if cx.values == Values::Levels {
                assumed.push(
                    "`counter: false` makes the source add up the rates that it reads from time to time; here every event is counted"
                        .to_owned(),
                );
            }
            return Ok(query);
        }
        Values::Counters { stated: true } => {}
        Values::Counters { stated: false } => assumed.push(
            "the metrics are counters: the source says neither `counter: true` nor `counter: false`"
                .to_owned(),
        ),
        Values::Levels => assumed.push(
            "`counter: false`: each sample counts what came since the one before (`samples are increases`)"
                .to_owned(),
        ),
    }
    let selectors = promql::selectors(&query.expr);
    let mut text = query.text.clone();
    for found in selectors.iter().rev() {
        let range = found.expr.range.clone();
        let inner = query.text.get(range.clone()).unwrap_or("").trim();
        text.replace_range(range, &format!("rate({inner}[$range])"));
    }
    if query.expr.selector().is_some() {
        text = format!("sum({text})");
        assumed.push("where a query gives several series, they are added up".to_owned());
    }
    let expr = promql::parse(&text).map_err(|errors| {
        let why = errors.first().map_or_else(String::new, |e| e.message.clone());
        format!("the query is not PromQL: {why}")
    })?;
    Ok(Query { text, expr })
}
