//! PromQL escapes against the catalogue: metrics and labels in them exist and are used as what they are.

mod metricsql;
mod series;
mod streams;
mod values;

pub(crate) use streams::compare;

use std::ops::Range;

use super::Cx;
use super::catalogue::{Catalogue, Label, Metric, Scrape};
use super::labels::{Match, Val};
use super::measure::Measured;
use super::out::Out;
use super::selector::{known_label, known_value};
use crate::ast::{MetricKind, Str};
use crate::diag::Diagnostic;
use crate::diag::codes::promql::LABELS;
use crate::diag::codes::types::{
    ABOVE_BUCKETS, INCREASES, LATE, NOT_A_BOUND, RATE_OF_GAUGE, UNKNOWN_METRIC, WRONG_KIND,
};
use crate::promql::{self, Escape, Role, SelectorRef};
use crate::resolve::suggest::closest;
use crate::source::Span;
use crate::value::Decimal;

/// Functions of counters.
const OF_COUNTERS: [&str; 3] = ["rate", "irate", "increase"];
/// What a histogram or a summary consists of.
const PARTS: [&str; 3] = ["_bucket", "_count", "_sum"];

/// Checks the queries of a measurement. `for_each` is not known while an indicator is checked by itself.
pub(crate) fn check<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    measured: &mut Measured<'a>,
    for_each: Option<&[(&str, Span)]>,
) {
    for asked in std::mem::take(&mut measured.queries) {
        let literal = asked.text;
        let role = if asked.stream { Role::Stream } else { Role::Condition };
        let escape = Escape { literal, raw: cx.sources.text(literal.span), role };
        let (expr, found) = promql::diagnose(&escape, for_each.unwrap_or_default());
        if let Some(found) = metricsql::taken(cx, &escape, expr.as_ref(), &found) {
            out.report(found);
            measured.queries.push(asked);
            continue;
        }
        let clean = found.iter().all(|d| d.code == &LABELS);
        for diagnostic in found {
            if for_each.is_some() || diagnostic.code != &LABELS {
                out.report(diagnostic);
            }
        }
        let good = asked.good;
        measured.queries.push(asked);
        let Some(expr) = expr else { continue };
        for found in promql::selectors(&expr) {
            selector(cx, out, &escape, &found, &mut measured.scrapes);
        }
        // What is not even of the right shape has been told so.
        if clean {
            series::check(cx, out, &escape, &expr);
        }
        if clean && role == Role::Condition {
            values::check(cx, out, &escape, &expr, good);
            values::filtered(out, &escape, &expr);
        }
    }
}

/// The metric of a series' name, and which part of a histogram or summary it is.
fn metric_of<'a>(catalogue: &'a Catalogue<'a>, name: &str) -> Option<(&'a Metric<'a>, &'static str)> {
    if let Some(metric) = catalogue.get(name) {
        return Some((metric, ""));
    }
    PARTS.into_iter().find_map(|part| {
        let metric = catalogue.get(name.strip_suffix(part)?)?;
        let has = match metric.kind {
            MetricKind::Histogram => true,
            MetricKind::Summary => part != "_bucket",
            MetricKind::Counter | MetricKind::Gauge | MetricKind::NativeHistogram => false,
        };
        has.then_some((metric, part))
    })
}

fn selector(
    cx: &Cx<'_>,
    out: &mut Out,
    escape: &Escape<'_>,
    found: &SelectorRef<'_>,
    scrapes: &mut Vec<Scrape>,
) {
    // A pattern of names: nothing to look up.
    let Some((name, place)) = found.metric() else { return };
    let place = escape.span(&place);
    let Some((metric, part)) = metric_of(cx.catalogue, name) else {
        if cx.names.may_be_junk("metric", name) {
            out.broken = true;
            return;
        }
        let said = format!("metric `{name}` is not in the catalogue");
        let made = Diagnostic::new(&UNKNOWN_METRIC, place, said, "not declared");
        out.report(match closest(name, cx.names.metrics.names()) {
            Some(meant) => made.maybe_fix(format!("did you mean `{meant}`?"), place, meant),
            None => made.help(format!("declare it: `metric {name}: counter of ..`, with its labels")),
        });
        return;
    };
    scrapes.push(metric.scrape);
    used_rightly(out, found, metric, part, place, escape);
    late(out, found, metric, place);
    for m in found.matchers() {
        let label = m.label.text.as_str();
        let own = label == "__name__"
            || label == "le" && part == "_bucket"
            || label == "quantile" && metric.kind == MetricKind::Summary && part.is_empty();
        if own {
            continue;
        }
        let span = |range: &Range<usize>| escape.span(range);
        let made = Match {
            label,
            label_span: span(&m.label.range),
            op: m.op,
            value: Val::Known(&m.value.text),
            span: span(&m.range()),
            value_span: span(&m.value.range),
            from_arg: false,
        };
        if known_label(cx, out, metric, &made, "") {
            known_value(cx, out, metric, &made);
        }
    }
}

/// `rate` of what only goes up, and of series that exist.
fn used_rightly(
    out: &mut Out,
    found: &SelectorRef<'_>,
    metric: &Metric<'_>,
    part: &str,
    place: Span,
    escape: &Escape<'_>,
) {
    let name = metric.name;
    if part.is_empty() && metric.kind == MetricKind::Histogram {
        let said = format!("histogram `{name}` has no series of this name");
        out.report(
            Diagnostic::new(&WRONG_KIND, place, said, "selects nothing")
                .also(metric.decl.name.span, "declared here")
                .help(format!("name one of its parts: `{name}_count`, `{name}_sum` or `{name}_bucket`")),
        );
        return;
    }
    let Some(user) = found.used_by.filter(|u| OF_COUNTERS.contains(&u.name)) else { return };
    if let Some((_, stated)) = metric.increases {
        let said = format!("`{}` of `{name}` is the change of what are changes already", user.name);
        let sum = match escape.role {
            Role::Stream => {
                format!("name the metric itself, whose samples are then added up: `total {name}{{..}}`")
            }
            Role::Condition => format!("add up its samples: `sum_over_time({name}{part}[5m])`"),
        };
        out.report(
            Diagnostic::new(&INCREASES, place, said, "each sample counts what is new")
                .also(stated, "declared here")
                .also(escape.span(user.range), "asks for a counter")
                .help(sum),
        );
        return;
    }
    if metric.kind == MetricKind::Gauge {
        let said = format!("`{}` is for counters, and `{name}` is a gauge", user.name);
        out.report(
            Diagnostic::new(&RATE_OF_GAUGE, place, said, "a gauge")
                .also(escape.span(user.range), "asks for a counter")
                .help("for the change of a gauge, use `delta` or `deriv`")
                .help("to count its samples, use `count_over_time`"),
        );
    }
}

/// Samples that arrive late are not there yet at the moment a query asks for.
fn late(out: &mut Out, found: &SelectorRef<'_>, metric: &Metric<'_>, place: Span) {
    let late = metric.scrape.late;
    if late.is_zero() || found.selector.shift.offset.is_some() {
        return;
    }
    let name = metric.name;
    let said = format!("the samples of `{name}` arrive {late} late: this query looks before they have");
    out.report(
        Diagnostic::new(&LATE, place, said, "not there yet")
            .also(metric.decl.name.span, "declared here")
            .help(format!(
                "look back that far: `{name}{{..}} offset {late}`, after the range where there is one"
            )),
    );
}

/// A bound of `le` that the histogram does not have.
fn unknown_bound(metric: &Metric<'_>, bounds: &[Decimal], limit: Decimal, span: Span) -> Diagnostic {
    let at = bounds.partition_point(|b| *b < limit);
    let name = metric.name;
    let above = bounds.get(at);
    let below = at.checked_sub(1).and_then(|i| bounds.get(i));
    let label = match (below, above) {
        (Some(below), Some(above)) => format!("between the bounds {below} and {above}"),
        (None, Some(above)) => format!("below the lowest bound, {above}"),
        (Some(below), None) => format!("the highest is {below}"),
        (None, None) => "not one of them".to_owned(),
    };
    let code = if above.is_none() { &ABOVE_BUCKETS } else { &NOT_A_BOUND };
    let said = format!("`{}` is not a bucket bound of `{name}`", limit.normalize());
    let mut made = Diagnostic::new(code, span, said, label);
    for near in [below, above].into_iter().flatten() {
        made = made.help(format!("write `le=\"{near}\"`, which is {}", metric.unit.write(*near)));
    }
    made.help(format!("or give the histogram a bucket at {}, and declare it", metric.unit.write(limit)))
}

/// The query with the project's scope in every selector whose metric has the label.
pub(crate) fn scoped(cx: &Cx<'_>, query: &Str) -> String {
    let scope: Vec<_> =
        cx.settings.scope.iter().map(|m| (m.label.as_str(), m.op, m.value.as_str())).collect();
    promql::inject(&query.value, &scope, |metric, label| {
        metric.and_then(|m| metric_of(cx.catalogue, m)).is_some_and(|(metric, _)| {
            matches!(cx.catalogue.label(metric, label), Label::Declared(_) | Label::Common)
        })
    })
}
