//! The series of a query: buckets with their bounds, how far back they are read, what must not be added up.

use std::ops::Range;

use super::{OF_COUNTERS, metric_of, unknown_bound};
use crate::ast::MetricKind;
use crate::diag::Diagnostic;
use crate::diag::codes::numbers::BEYOND_RETENTION;
use crate::diag::codes::promql::BUCKETS_ADDED;
use crate::diag::codes::types::{COUNTER_LIMIT, MATCHES_NOTHING, SUMMARY};
use crate::elaborate::Cx;
use crate::elaborate::catalogue::Metric;
use crate::elaborate::out::Out;
use crate::ir::MatchOp;
use crate::promql::ast::{Aggregate, Aggregator, BinaryOp, Expr, ExprKind, Extent, Name, Selector};
use crate::promql::{Escape, Role, accepts, linear};
use crate::value::{Decimal, Duration};

/// Checks every selector with what is around it.
pub(super) fn check(cx: &Cx<'_>, out: &mut Out, escape: &Escape<'_>, expr: &Expr) {
    linear::visit(expr, &mut |around, at| {
        let Some(selector) = at.selector() else { return };
        retention(cx, out, escape, around, selector);
        let Some((name, place)) = selector.metric() else { return };
        let Some((metric, part)) = metric_of(cx.catalogue, name) else { return };
        if metric.kind == MetricKind::Histogram && part == "_bucket" {
            buckets(out, escape, around, selector, metric, &place);
        }
        if metric.kind == MetricKind::Summary && part.is_empty() {
            averaged(out, escape, around, metric, &place);
        }
        bare(out, escape, around, selector, (metric, part), &place);
    });
}

/// Ranges and offsets that reach behind what is kept.
fn retention(cx: &Cx<'_>, out: &mut Out, escape: &Escape<'_>, around: &[&Expr], selector: &Selector) {
    let Some(kept) = cx.settings.retention else { return };
    let fixed = |e: &Extent| match e {
        Extent::Fixed { millis, range } => Some((*millis, range.clone())),
        Extent::Base { .. } => None,
    };
    let mut parts: Vec<(u64, Range<usize>)> = Vec::new();
    parts.extend(selector.window.as_ref().and_then(fixed));
    parts.extend(selector.shift.offset.clone().map(|o| (selector.shift.back, o)));
    for outer in around {
        if let ExprKind::Subquery(s) = &outer.kind {
            parts.extend(fixed(&s.window));
            parts.extend(s.shift.offset.clone().map(|o| (s.shift.back, o)));
        }
    }
    let reach = parts.iter().fold(0_u64, |sum, (millis, _)| sum.saturating_add(*millis));
    let reach = Duration::from_millis(reach);
    if reach <= kept {
        return;
    }
    let Some((_, place)) = parts.into_iter().max_by_key(|(millis, _)| *millis) else { return };
    out.report(
        Diagnostic::new(
            &BEYOND_RETENTION,
            escape.span(&place),
            "this query looks further back than Prometheus keeps samples",
            format!("looks back {reach}, samples are kept for {kept}"),
        )
        .help(format!(
            "keep samples longer and say so (`retention: {}d` in slovo.yaml), or look back less far",
            reach.as_days() + 1
        )),
    );
}

/// The bound that a text of `le` names.
pub(super) fn bound(text: &str) -> Option<Decimal> {
    let number: f64 = text.parse().ok()?;
    if !number.is_finite() {
        return None;
    }
    Decimal::from_str_exact(&format!("{number}")).ok().map(|d| d.normalize())
}

/// Every way a bound may be written in `le`.
fn spellings(bound: Decimal) -> Vec<String> {
    let plain = bound.normalize().to_string();
    let mut all = vec![plain.clone()];
    if !plain.contains('.') {
        all.push(format!("{plain}.0"));
    }
    if let Ok(number) = plain.parse::<f64>() {
        let short = format!("{number:e}");
        // Go writes two digits of the exponent, with a sign.
        if let Some((digits, exponent)) = short.split_once('e') {
            let (sign, exponent) =
                exponent.strip_prefix('-').map_or(('+', exponent), |positive| ('-', positive));
            all.push(format!("{digits}e{sign}{exponent:0>2}"));
        }
    }
    all
}

fn buckets(
    out: &mut Out,
    escape: &Escape<'_>,
    around: &[&Expr],
    selector: &Selector,
    metric: &Metric<'_>,
    place: &Range<usize>,
) {
    let name = metric.name;
    let tests: Vec<_> = selector.matchers.iter().filter(|m| m.label.text == "le").collect();
    // Every bound that is read: none where they are not declared.
    let mut read = None;
    if let Some((bounds, declared)) = &metric.buckets {
        let mut kept = Vec::new();
        for bound in bounds.iter().map(|b| Some(*b)).chain([None]) {
            let texts = bound.map_or_else(|| vec!["+Inf".to_owned()], spellings);
            let met =
                |text: &String| tests.iter().all(|m| accepts(m.op, &m.value.text, text).unwrap_or(true));
            if texts.iter().any(met) {
                kept.push(bound);
            }
        }
        if kept.is_empty()
            && let Some(first) = tests.first()
        {
            let span = escape.span(&first.value.range);
            let made = match (tests.as_slice(), bound(&first.value.text)) {
                // `le="0.50"` names a bound that no series is written with.
                ([only], Some(limit)) if only.op == MatchOp::Equal && !bounds.contains(&limit) => {
                    unknown_bound(metric, bounds, limit, span)
                }
                _ => {
                    let said = format!("no bucket of `{name}` matches `{}`", first.value.text);
                    let list: Vec<String> = bounds.iter().map(Decimal::to_string).collect();
                    Diagnostic::new(&MATCHES_NOTHING, span, said, "selects nothing")
                        .help(format!("its bounds are {}, and `+Inf`", list.join(", ")))
                }
            };
            out.report(made.also(*declared, "its bounds"));
            return;
        }
        read = Some(kept.len());
    }
    let several = match (read, tests.as_slice()) {
        (Some(read), _) => read > 1,
        (None, [only]) => !matches!(only.op, MatchOp::Equal | MatchOp::Regex),
        (None, tests) => tests.is_empty(),
    };
    if several && let Some(sum) = adds_up(around) {
        let said = format!("buckets of `{name}` are added up, and each holds the ones below it");
        let example = metric
            .buckets
            .as_ref()
            .and_then(|(b, _)| b.last())
            .map_or_else(|| "0.5".to_owned(), |highest| highest.normalize().to_string());
        out.report(
            Diagnostic::new(&BUCKETS_ADDED, escape.span(place), said, "counts an event once for each bucket")
                .also(escape.span(&sum), "added up here")
                .help(format!("choose one bucket: `{name}_bucket{{le=\"{example}\"}}`"))
                .help(format!("to count every event, write `{name}_count`")),
        );
    }
}

/// The aggregation in which the bounds are lost, unless a quantile is taken of them.
fn adds_up(around: &[&Expr]) -> Option<Range<usize>> {
    for outer in around.iter().rev() {
        if outer.call().is_some_and(|call| call.name.text.starts_with("histogram_")) {
            return None;
        }
        let adds = |a: &&Aggregate| matches!(a.op, Aggregator::Sum | Aggregator::Avg);
        let Some(a) = outer.aggregate().filter(adds) else { continue };
        let named = |labels: &[Name]| labels.iter().any(|l| l.text == "le");
        let keeps = a.grouping.as_ref().is_some_and(|g| g.without != named(&g.labels));
        if !keeps {
            return Some(a.op_range.clone());
        }
    }
    None
}

/// Quantiles of a summary must not be averaged or added up.
fn averaged(out: &mut Out, escape: &Escape<'_>, around: &[&Expr], metric: &Metric<'_>, place: &Range<usize>) {
    let guilty = around.iter().rev().find_map(|outer| match (outer.aggregate(), outer.call()) {
        (Some(a), _) => {
            let adds =
                matches!(a.op, Aggregator::Sum | Aggregator::Avg | Aggregator::Quantile | Aggregator::Stddev);
            adds.then(|| (a.op.as_str(), a.op_range.clone()))
        }
        (None, Some(call)) => matches!(call.name.text.as_str(), "avg_over_time" | "sum_over_time")
            .then(|| ("avg_over_time", call.name.range.clone())),
        (None, None) => None,
    });
    let Some((how, range)) = guilty else { return };
    let name = metric.name;
    let said = format!("`{name}` is a summary: its quantiles cannot be added up or averaged");
    out.report(
        Diagnostic::new(&SUMMARY, escape.span(place), said, "a quantile of each target")
            .also(escape.span(&range), format!("`{how}` of quantiles is not a quantile"))
            .help("look at the worst target: `max`")
            .help(format!("for the average, divide `{name}_sum` by `{name}_count`, as rates"))
            .help("for a quantile over all targets, have them expose a histogram"),
    );
}

/// A counter's value by itself: it only goes up, and starts again when its target does.
fn bare(
    out: &mut Out,
    escape: &Escape<'_>,
    around: &[&Expr],
    selector: &Selector,
    (metric, part): (&Metric<'_>, &str),
    place: &Range<usize>,
) {
    const CHANGES: [&str; 12] = [
        "rate",
        "irate",
        "increase",
        "resets",
        "changes",
        "delta",
        "deriv",
        "absent",
        "absent_over_time",
        "count_over_time",
        "present_over_time",
        "timestamp",
    ];
    let counts = match metric.kind {
        MetricKind::Counter => true,
        MetricKind::Histogram | MetricKind::Summary => !part.is_empty(),
        MetricKind::Gauge | MetricKind::NativeHistogram => false,
    };
    if !counts || selector.shift.offset.is_some() || metric.increases.is_some() {
        return;
    }
    // What is added up starts again when one of its counters does: its change is no longer theirs.
    let mixes =
        |outer: &&Expr| outer.aggregate().is_some_and(|a| matches!(a.op, Aggregator::Sum | Aggregator::Avg));
    let mixed = around.iter().rposition(mixes);
    let rates = |outer: &&Expr| outer.call().is_some_and(|c| OF_COUNTERS.contains(&c.name.text.as_str()));
    let late = mixed.is_some() && around.iter().any(rates);
    let fine = around.iter().enumerate().any(|(at, outer)| {
        let there =
            |a: &Aggregate| matches!(a.op, Aggregator::Count | Aggregator::Group | Aggregator::CountValues);
        let changes = |name: &str| {
            let each = !OF_COUNTERS.contains(&name) || mixed.is_none_or(|mixed| at > mixed);
            CHANGES.contains(&name) && each
        };
        outer.call().is_some_and(|call| changes(call.name.text.as_str()))
            || outer.aggregate().is_some_and(there)
            || outer.binary().is_some_and(|b| {
                let change = b.op == BinaryOp::Sub && offset(&b.right);
                let nothing =
                    b.op == BinaryOp::Mul && (linear::is_zero(&b.left) || linear::is_zero(&b.right));
                // Only there or not there counts; or compared with itself.
                let there = matches!(b.op, BinaryOp::And | BinaryOp::Unless);
                change || nothing || there || b.returns_bool.is_some()
            })
    });
    if fine {
        return;
    }
    let name = metric.name;
    let shown = format!("{name}{part}");
    let said = format!("`{shown}` only goes up: its value says nothing by itself");
    let window = match escape.role {
        Role::Stream => "$range",
        Role::Condition => "5m",
    };
    let how = match escape.role {
        Role::Stream => "rate",
        Role::Condition => "increase",
    };
    let mut made =
        Diagnostic::new(&COUNTER_LIMIT, escape.span(place), said, "everything since its target started")
            .help(if late {
                format!("take what was added of each, then the sum: `sum({how}({shown}[{window}]))`")
            } else {
                format!("look at what was added: `{how}({shown}[{window}])`")
            });
    if metric.kind == MetricKind::Counter {
        made = made.also(metric.decl.kind.span, "declared as counter");
    }
    out.report(made);
}

/// Is it a past value?
fn offset(expr: &Expr) -> bool {
    let mut found = false;
    linear::visit(expr, &mut |_, at| {
        found |= at.selector().is_some_and(|s| s.shift.offset.is_some());
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_spelt_in_every_way() {
        for (text, expected) in [
            ("5", "5 5.0 5e+00"),
            ("0.5", "0.5 5e-01"),
            ("1000000", "1000000 1000000.0 1e+06"),
            ("0.0000025", "0.0000025 2.5e-06"),
        ] {
            let spelt = spellings(bound(text).unwrap());
            assert_eq!(spelt.join(" "), expected);
            assert!(spelt.iter().all(|one| bound(one) == bound(text)), "{spelt:?}");
        }
        for text in ["+Inf", "NaN", "", "fast"] {
            assert_eq!(bound(text), None, "{text}");
        }
    }
}
