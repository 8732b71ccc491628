//! Slices of time: what makes one good.

use super::bounds::{self, Bounded};
use super::measure::{Asked, Measured, Outcome, Parts};
use super::out::Out;
use super::selector::{Sel, narrow, selector};
use super::stream::{cmp_text, wrong_kind};
use super::unit::Unit;
use super::{Cx, Env};
use crate::ast::{self, At, Cmp, Condition, MetricKind, Stat, Subject, Which};
use crate::diag::Diagnostic;
use crate::diag::codes::types::{COMPARISON, PERCENTILE, RATIO_RANGE, TIMESTAMP, UNIT};
use crate::ir;
use crate::source::Span;
use crate::value::{Decimal, Duration, Quantity};

/// Reads `good when`.
pub(crate) fn slices<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    parts: &Parts<'a>,
    slice: Option<(Duration, Span)>,
    events: Option<&Outcome<'a>>,
    made: &mut Measured<'a>,
) {
    let Some((condition, env, _)) = parts.when else { return };
    let condition = match &condition.subject {
        Subject::Share(_) => share(cx, out, env, condition, events),
        Subject::Percentile(p, s) => percentile(cx, out, env, parts, condition, p, s, made),
        Subject::Mean(s, _) => mean(cx, out, env, parts, condition, s, made),
        Subject::Stat(stat, s) => statistic(cx, out, env, parts, condition, stat, s, made),
        Subject::Age(which, s) => age(cx, out, env, parts, condition, which.as_ref(), s, made),
        Subject::Promql(text, span) => query(cx, out, env, parts, condition, text, *span, made),
    };
    let Some((slice, _)) = slice else { return };
    if let Some(condition) = condition {
        let silence_is_bad = parts.silence.is_some();
        made.ir = Some(ir::Measurement::Slices(ir::Slices { slice, condition, silence_is_bad }));
    }
}

fn share<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    condition: &'a Condition,
    events: Option<&Outcome<'a>>,
) -> Option<ir::Condition> {
    let bound = &condition.bound;
    if bound.cmp.value != Cmp::AtLeast {
        comparison(out, bound, "a share of good events", &[Cmp::AtLeast]);
        return None;
    }
    let at_least = match env.limit(&bound.limit)? {
        (Quantity::Percent(p), span, _) => {
            if p <= Decimal::ZERO || p > Decimal::ONE_HUNDRED {
                let said = format!("a share of {p}% is never in question");
                let made = Diagnostic::new(&RATIO_RANGE, span, said, "must be above 0% and at most 100%");
                out.report(made.help("write the least share of good events in a good slice: `99%`"));
                return None;
            }
            (p / Decimal::ONE_HUNDRED).normalize()
        }
        (other @ (Quantity::Number(_) | Quantity::Duration(_) | Quantity::Size(_)), span, _) => {
            let said = format!("a share is a percentage, not {}", other.describe());
            let made = Diagnostic::new(&UNIT, span, said, other.describe());
            out.report(match other {
                Quantity::Number(n) if n <= Decimal::ONE && n > Decimal::ZERO => {
                    let percent = format!("{}%", (n * Decimal::ONE_HUNDRED).normalize());
                    made.maybe_fix(format!("write `{percent}`"), span, percent)
                }
                Quantity::Number(n) => made.maybe_fix(format!("write `{n}%`"), span, format!("{n}%")),
                Quantity::Percent(_) | Quantity::Duration(_) | Quantity::Size(_) => {
                    made.help("write a share: `99%`")
                }
            });
            return None;
        }
    };
    Some(ir::Condition::Share { events: events?.lower(cx)?, at_least, percentile: None })
}

/// The selector of a condition, narrowed by the call.
fn looked_at<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    parts: &Parts<'a>,
    written: &'a ast::Selector,
) -> Option<Sel<'a>> {
    let mut sel = selector(cx, out, env, written)?;
    if let Some(where_) = parts.narrowed {
        narrow(cx, out, Env::default(), &mut sel, where_, "");
    }
    Some(sel)
}

#[allow(clippy::too_many_arguments, reason = "one form of measurement, taken apart by its caller")]
fn percentile<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    parts: &Parts<'a>,
    condition: &'a Condition,
    percentile: &'a At<Decimal>,
    written: &'a ast::Selector,
    made: &mut Measured<'a>,
) -> Option<ir::Condition> {
    let p = percentile.value;
    let in_range = p > Decimal::ZERO && p < Decimal::ONE_HUNDRED;
    if !in_range {
        let said = format!("p{p} is not a percentile");
        let report = Diagnostic::new(&PERCENTILE, percentile.span, said, "must be above 0 and below 100");
        out.report(
            report.help("write `p95`, `p99` or `p99.9`; for the slowest of all, count `bad over` a limit"),
        );
    }
    let sel = looked_at(cx, out, env, parts, written)?;
    let native = match sel.metric.kind {
        MetricKind::Histogram => false,
        MetricKind::NativeHistogram => true,
        MetricKind::Counter | MetricKind::Gauge | MetricKind::Summary => {
            let form = format!("p{p} of");
            wrong_kind(out, &sel, &form, "histogram", "only histograms know how values are distributed");
            return None;
        }
    };
    made.sels.push(sel.clone());
    let bound = &condition.bound;
    if bound.cmp.value != Cmp::Within {
        comparison(out, bound, "a percentile", &[Cmp::Within]);
        return None;
    }
    let Bounded::At(limit) = bounds::bucket(out, env, &sel, bound) else { return None };
    let selector = sel.lower(cx)?;
    let at_least = (p / Decimal::ONE_HUNDRED).normalize();
    let within = ir::Series::HistogramWithin { selector: selector.clone(), native, limit };
    let total = vec![ir::Series::HistogramCount { selector, native }];
    let events = ir::Events { total, outcome: ir::Outcome::Good(vec![within]), faults: Vec::new() };
    in_range.then_some(ir::Condition::Share { events, at_least, percentile: Some(p.normalize()) })
}

#[allow(clippy::too_many_arguments, reason = "one form of measurement, taken apart by its caller")]
fn statistic<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    parts: &Parts<'a>,
    condition: &'a Condition,
    stat: &'a At<Stat>,
    written: &'a ast::Selector,
    made: &mut Measured<'a>,
) -> Option<ir::Condition> {
    let sel = looked_at(cx, out, env, parts, written)?;
    if sel.metric.kind != MetricKind::Gauge {
        let form = format!("{} of", stat.value.as_str());
        let help = match sel.metric.kind {
            MetricKind::Counter => {
                "a counter only goes up; use `total ..`, `bad ..` and `good when share at least 99%`"
            }
            MetricKind::Histogram | MetricKind::NativeHistogram => {
                // in the author's own words
                let shown = |span: Span| {
                    cx.sources
                        .get(span.file)
                        .and_then(|f| f.text.get(span.range()))
                        .unwrap_or_default()
                        .to_owned()
                };
                // what was mended already stands for other text in the file
                let of_time = |t: &String| t.ends_with(['s', 'm', 'h']) && !t.contains(' ');
                let limit = Some(shown(condition.bound.limit.span())).filter(of_time);
                let limit = limit.unwrap_or_else(|| "800ms".to_owned());
                let series = Some(shown(written.span))
                    .filter(|t| t.starts_with(sel.metric.name) && !t.contains(['<', '>']));
                let series = series.unwrap_or_else(|| sel.metric.name.to_owned());
                &*format!(
                    "use a percentile or the mean: `good when p95 of {series} within {limit}`, `good when mean of {series} within {limit}`"
                )
            }
            MetricKind::Summary => "use the mean of what it observed: `mean of METRIC{..} within 300ms`",
            MetricKind::Gauge => "use a gauge",
        };
        wrong_kind(out, &sel, &form, "gauge", help);
        return None;
    }
    made.sels.push(sel.clone());
    let bound = &condition.bound;
    let subject = format!("`{} of` a gauge", stat.value.as_str());
    let allowed = [Cmp::AtMost, Cmp::AtLeast];
    if !allowed.contains(&bound.cmp.value) {
        comparison(out, bound, &subject, &allowed);
        return None;
    }
    let limit = if stat.value == Stat::Sum && sel.metric.unit == Unit::Ratio {
        // The sum of ratios (how many targets are up) is not a ratio.
        match env.limit(&bound.limit)? {
            (Quantity::Number(n), _, _) => n.normalize(),
            _ => match bounds::value(out, env, sel.metric, sel.metric_span, bound) {
                Bounded::At(limit) => limit,
                Bounded::Wrong | Bounded::Unknown => return None,
            },
        }
    } else {
        match bounds::value(out, env, sel.metric, sel.metric_span, bound) {
            Bounded::At(limit) => limit,
            Bounded::Wrong | Bounded::Unknown => return None,
        }
    };
    let good = reading(bound.cmp.value, limit);
    Some(ir::Condition::Stat { stat: stat.value, selector: sel.lower(cx)?, good })
}

/// The mean of what was observed: what it adds up to over how many there are.
fn mean<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    parts: &Parts<'a>,
    condition: &'a Condition,
    written: &'a ast::Selector,
    made: &mut Measured<'a>,
) -> Option<ir::Condition> {
    let sel = looked_at(cx, out, env, parts, written)?;
    let native = match sel.metric.kind {
        MetricKind::Histogram | MetricKind::Summary => false,
        MetricKind::NativeHistogram => true,
        MetricKind::Gauge => {
            wrong_kind(
                out,
                &sel,
                "mean of",
                "histogram",
                "for the mean of a gauge's readings write `avg of`",
            );
            return None;
        }
        MetricKind::Counter => {
            let help = "only histograms and summaries know what was observed, and how often";
            wrong_kind(out, &sel, "mean of", "histogram", help);
            return None;
        }
    };
    made.sels.push(sel.clone());
    let bound = &condition.bound;
    if bound.cmp.value == Cmp::Over {
        comparison(out, bound, "a mean", &[Cmp::Within, Cmp::AtMost, Cmp::AtLeast]);
        return None;
    }
    let Bounded::At(limit) = bounds::value(out, env, sel.metric, sel.metric_span, bound) else { return None };
    let seconds = sel.metric.unit.per_second().and_then(|per| limit.checked_div(per)).map(|s| s.normalize());
    let unit = sel.metric.decl.unit.as_ref().map(|u| u.name.clone()).unwrap_or_default();
    let of = ir::Series::HistogramCount { selector: sel.lower(cx)?, native };
    Some(ir::Condition::Mean { of, good: reading(bound.cmp.value, limit), seconds, unit })
}

fn reading(cmp: Cmp, limit: Decimal) -> ir::Reading {
    match cmp {
        Cmp::AtLeast | Cmp::Over => ir::Reading::AtLeast(limit),
        Cmp::AtMost | Cmp::Within => ir::Reading::AtMost(limit),
    }
}

#[allow(clippy::too_many_arguments, reason = "one form of measurement, taken apart by its caller")]
fn age<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    parts: &Parts<'a>,
    condition: &'a Condition,
    which: Option<&At<Which>>,
    written: &'a ast::Selector,
    made: &mut Measured<'a>,
) -> Option<ir::Condition> {
    let sel = looked_at(cx, out, env, parts, written)?;
    let metric = sel.metric;
    if metric.kind != MetricKind::Gauge {
        wrong_kind(out, &sel, "age of", "gauge", "name a gauge that holds the time of the last success");
        return None;
    }
    let Some(per_second) = metric.unit.per_second() else {
        let said = format!(
            "`age of` asks for a timestamp, but `{}` is a gauge of {}",
            metric.name,
            metric.unit.word()
        );
        out.report(
            Diagnostic::new(&TIMESTAMP, sel.metric_span, said, "not a Unix time")
                .also(metric.decl.unit.as_ref().map_or(metric.decl.kind.span, |u| u.span), "declared here")
                .help("if it holds a Unix time, declare it as `gauge of seconds` (or `milliseconds`)"),
        );
        return None;
    };
    made.sels.push(sel.clone());
    let bound = &condition.bound;
    if bound.cmp.value != Cmp::AtMost {
        comparison(out, bound, "an age", &[Cmp::AtMost]);
        return None;
    }
    let (limit, span, _) = env.limit(&bound.limit)?;
    let Quantity::Duration(limit) = limit else {
        let said = format!("an age is a duration, not {}", limit.describe());
        out.report(Diagnostic::new(&UNIT, span, said, limit.describe()).help("write a duration: `10m`"));
        return None;
    };
    let which = which.map_or(Which::Newest, |w| w.value);
    Some(ir::Condition::Age {
        which,
        selector: sel.lower(cx)?,
        per_second,
        at_most: limit.seconds().normalize(),
    })
}

#[allow(clippy::too_many_arguments, reason = "one form of measurement, taken apart by its caller")]
fn query<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    parts: &Parts<'a>,
    condition: &'a Condition,
    text: &'a ast::Str,
    span: Span,
    made: &mut Measured<'a>,
) -> Option<ir::Condition> {
    let bound = &condition.bound;
    let asked = match env.limit(&bound.limit) {
        Some((Quantity::Number(n), span, _)) if matches!(bound.cmp.value, Cmp::AtMost | Cmp::AtLeast) => {
            Some((reading(bound.cmp.value, n.normalize()), span))
        }
        _ => None,
    };
    made.queries.push(Asked { text, stream: false, good: asked });
    if let Some(where_) = parts.narrowed {
        let said = "`where` cannot narrow a PromQL query".to_owned();
        out.report(
            Diagnostic::new(
                &crate::diag::codes::types::NARROWED_PROMQL,
                where_.span,
                said,
                "narrows nothing",
            )
            .also(span, "PromQL, which is taken as it is")
            .help("leave it out"),
        );
        return None;
    }
    let allowed = [Cmp::AtMost, Cmp::AtLeast];
    if !allowed.contains(&bound.cmp.value) {
        comparison(out, bound, "a query's value", &allowed);
        return None;
    }
    match env.limit(&bound.limit)? {
        (Quantity::Number(n), _, _) => Some(ir::Condition::Promql {
            query: super::query::scoped(cx, text),
            good: reading(bound.cmp.value, n.normalize()),
        }),
        (other @ (Quantity::Percent(_) | Quantity::Duration(_) | Quantity::Size(_)), span, _) => {
            let said = format!("a query's value is a number without a unit, not {}", other.describe());
            let plain = match other {
                Quantity::Percent(p) => (p / Decimal::ONE_HUNDRED).normalize(),
                Quantity::Duration(d) => d.seconds().normalize(),
                Quantity::Number(n) | Quantity::Size(n) => n,
            };
            let word = match other {
                Quantity::Percent(_) => "a ratio",
                Quantity::Size(_) => "bytes",
                Quantity::Duration(_) | Quantity::Number(_) => "seconds",
            };
            out.report(Diagnostic::new(&UNIT, span, said, other.describe()).maybe_fix(
                format!("if the query gives {word}, write `{plain}`"),
                span,
                plain.to_string(),
            ));
            None
        }
    }
}

/// A comparison that does not fit.
fn comparison(out: &mut Out, bound: &ast::Bound, subject: &str, allowed: &[Cmp]) {
    let written = cmp_text(bound.cmp.value);
    let words: Vec<String> = allowed.iter().map(|c| format!("`{}`", cmp_text(*c))).collect();
    let words = words.join(" or ");
    let said = format!("{subject} is compared with {words}, not `{written}`");
    let made = Diagnostic::new(&COMPARISON, bound.cmp.span, said, "this comparison");
    // `within` and `at most` say the same; `at least` would say the opposite.
    let same = match bound.cmp.value {
        Cmp::Within => Some(Cmp::AtMost),
        Cmp::AtMost => Some(Cmp::Within),
        Cmp::Over | Cmp::AtLeast => None,
    };
    out.report(match same.filter(|s| allowed.contains(s)) {
        Some(cmp) => made.fix(format!("write `{}`", cmp_text(cmp)), bound.cmp.span, cmp_text(cmp)),
        None => made.help(format!("write {words}")),
    });
}
