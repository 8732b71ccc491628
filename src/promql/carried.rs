//! Which series can a result depend on? Where a label is carried from a selector to the result, only series that have the
//! result's value of it: `sum by (job) (x)` for `job="api"` reads nothing of other jobs.

use super::SelectorRef;
use super::analyse::selectors;
use super::ast::{Aggregate, Aggregator, Binary, BinaryOp, Expr, ExprKind, Matching, Name};

/// Every selector, in the order written, and which of these labels it carries to the result: a series of the result depends on
/// series with the same value only. What can't be told is not carried.
pub fn carried<'e, 'l>(expr: &'e Expr, labels: &[&'l str]) -> Vec<(SelectorRef<'e>, Vec<&'l str>)> {
    let mut kept = Vec::new();
    walk(expr, labels, &mut kept);
    selectors(expr).into_iter().zip(kept).collect()
}

/// One entry for each selector.
fn walk<'l>(expr: &Expr, labels: &[&'l str], kept: &mut Vec<Vec<&'l str>>) {
    match &expr.kind {
        ExprKind::Selector(_) => kept.push(labels.to_vec()),
        ExprKind::Number(_) | ExprKind::Str(_) => {}
        ExprKind::Paren(inner) | ExprKind::Unary(inner) => walk(inner, labels, kept),
        ExprKind::Subquery(sub) => walk(&sub.expr, labels, kept),
        ExprKind::Call(call) => {
            let below = if keeps_series_apart(&call.name.text) { labels } else { &[] };
            call.args.iter().for_each(|arg| walk(arg, below, kept));
        }
        ExprKind::Aggregate(a) => {
            let below = grouped(a, labels);
            a.args.iter().for_each(|arg| walk(arg, &below, kept));
        }
        ExprKind::Binary(binary) => {
            let (left, right) = sides(binary, labels);
            walk(&binary.left, &left, kept);
            walk(&binary.right, &right, kept);
        }
    }
}

/// Functions of each series for itself. All others (`label_replace`, `absent`, `scalar`, `sort`) may mix them.
fn keeps_series_apart(function: &str) -> bool {
    matches!(
        function,
        "rate" | "increase" | "irate" | "delta" | "idelta" | "resets" | "changes" | "timestamp"
    ) || matches!(function, "clamp" | "clamp_min" | "clamp_max" | "abs" | "ceil" | "floor" | "round")
        || matches!(function, "histogram_count" | "histogram_sum" | "histogram_fraction")
        || (function.ends_with("_over_time") && function != "absent_over_time")
}

/// An aggregation keeps the labels of its groups, whether it adds or picks.
fn grouped<'l>(aggregate: &Aggregate, labels: &[&'l str]) -> Vec<&'l str> {
    match &aggregate.grouping {
        // Its own label may be any of them.
        _ if aggregate.op == Aggregator::CountValues => Vec::new(),
        None => Vec::new(),
        Some(g) => chosen(labels, &g.labels, !g.without),
    }
}

/// Those of the labels that are in the list, or those that aren't.
fn chosen<'l>(labels: &[&'l str], list: &[Name], inside: bool) -> Vec<&'l str> {
    labels.iter().copied().filter(|l| list.iter().any(|n| n.text == *l) == inside).collect()
}

/// What each side of an operator carries. Series meet where the labels of `on` agree; the side that gives the result's labels
/// carries all of its own. A label that `group_left (..)` brings comes from the other side.
fn sides<'l>(binary: &Binary, labels: &[&'l str]) -> (Vec<&'l str>, Vec<&'l str>) {
    let all = labels.to_vec();
    let Some(matching) = &binary.matching else { return (all.clone(), all) };
    let met = met(matching, labels);
    match (&matching.group, binary.op) {
        (Some(group), _) => {
            let own = chosen(labels, &group.labels, false);
            if group.left { (own, met) } else { (met, own) }
        }
        (None, BinaryOp::And | BinaryOp::Unless) => (all, met),
        // What stands on the left hides what meets it on the right.
        (None, BinaryOp::Or) => (met, all),
        (None, _) => (met.clone(), met),
    }
}

/// The labels that must agree for two series to meet.
fn met<'l>(matching: &Matching, labels: &[&'l str]) -> Vec<&'l str> {
    chosen(labels, &matching.labels, matching.on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let expr = super::super::parse(text).unwrap();
        let list = carried(&expr, &["step", "promise"]);
        let one = |(s, kept): &(SelectorRef<'_>, Vec<&str>)| {
            format!("{}:{}", s.metric().map_or("?", |m| m.0), kept.join("+"))
        };
        list.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn labels_are_carried_through_what_keeps_series_apart() {
        for (text, expected) in [
            ("x", "x:step+promise"),
            ("-(clamp_min(sum_over_time(x[5m]), 1))", "x:step+promise"),
            ("max_over_time(rate(x[5m])[1h:1m])", "x:step+promise"),
            ("sum(x)", "x:"),
            ("sum by (promise) (x)", "x:promise"),
            ("sum without (window) (x)", "x:step+promise"),
            ("sum without (step) (x)", "x:promise"),
            ("topk by (step) (1, x)", "x:step"),
            ("quantile by (step) (scalar(q), x)", "q: x:step"),
            ("topk(1, x)", "x:"),
            ("count_values by (promise) (\"step\", x)", "x:"),
            ("scalar(x)", "x:"),
            ("absent(x)", "x:"),
            ("absent_over_time(x[5m])", "x:"),
            ("label_replace(x, \"promise\", \"$1\", \"a\", \"(.*)\")", "x:"),
            ("a / b", "a:step+promise b:step+promise"),
            ("a / on (step) b", "a:step b:step"),
            ("a / ignoring (step) b", "a:promise b:promise"),
            ("a * on (step) group_left b", "a:step+promise b:step"),
            ("a * on (step) group_left (promise) b", "a:step b:step"),
            ("a * on (promise) group_right b", "a:promise b:step+promise"),
            ("a and on (step) b", "a:step+promise b:step"),
            ("a unless on () b", "a:step+promise b:"),
            ("a or b", "a:step+promise b:step+promise"),
            ("a or on (job) b", "a: b:step+promise"),
            ("a > scalar(b)", "a:step+promise b:"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
