//! `total x_count` with `good x_bucket{le="0.5"}`: a histogram by its series, as other generators take it.

use super::Cx;
use super::measure::Parts;
use super::out::Out;
use super::unit::Unit;
use crate::ast::{MatchOp, MatchValue, Matcher, MetricKind, Side, Stream, Term, Verdict};
use crate::diag::codes::types::HISTOGRAM_SERIES;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::value::{Decimal, Duration};

/// Tells both statements in one message, with the limit that the bucket says; says whether it did.
pub(crate) fn read(cx: &Cx<'_>, out: &mut Out, parts: &Parts<'_>, total: &Stream) -> bool {
    let ([Term::Selector(all)], [(side, Verdict::Stream(counted, None), span)]) =
        (total.terms.as_slice(), parts.verdicts.as_slice())
    else {
        return false;
    };
    let [Term::Selector(bucket)] = counted.terms.as_slice() else { return false };
    let name = bucket.metric.name.strip_suffix("_bucket");
    let Some(metric) = name.and_then(|n| cx.catalogue.get(n)) else { return false };
    let histogram = matches!(metric.kind, MetricKind::Histogram | MetricKind::NativeHistogram);
    let base = metric.name;
    let every = all.matchers.iter().flat_map(|m| &m.list).find(|m| m.label.name == "le");
    let all_of_it = every.is_some_and(|m| matches!(&m.value, MatchValue::Str(s) if s.value.ends_with("Inf")));
    let same = all.metric.name == base
        || all.metric.name.strip_suffix("_count") == Some(base)
        || all.metric.name.strip_suffix("_bucket") == Some(base) && all_of_it;
    let limit = bucket.matchers.iter().flat_map(|m| &m.list).find(|m| m.label.name == "le").and_then(le);
    let (Some(limit), true, true) = (limit.and_then(|le| words(&metric.unit, le)), histogram, same) else {
        return false;
    };
    let text = |m: &Matcher| {
        cx.sources.get(m.span.file).and_then(|f| f.text.get(m.span.range())).unwrap_or_default()
    };
    let of_total: Vec<&str> = all.matchers.iter().flat_map(|m| &m.list).map(text).collect();
    let extra: Vec<&str> = bucket
        .matchers
        .iter()
        .flat_map(|m| &m.list)
        .filter(|m| m.label.name != "le")
        .map(text)
        .filter(|m| !of_total.contains(m))
        .collect();
    let narrowed = if extra.is_empty() { String::new() } else { format!(" where {{{}}}", extra.join(", ")) };
    // what is counted as bad up to a limit is good, or meant to be
    let new = format!("good  within {limit}{narrowed}");
    let said = format!("`{}` is a part of histogram `{base}`", bucket.metric.name);
    let mut made = Diagnostic::new(&HISTOGRAM_SERIES, bucket.span, said, "the bucket is chosen by the limit")
        .also(metric.decl.name.span, "declared here");
    let mut edits = vec![Edit { span: *span, replacement: new.clone() }];
    let kept: Vec<&str> =
        all.matchers.iter().flat_map(|m| &m.list).filter(|m| m.label.name != "le").map(text).collect();
    let whole = if kept.is_empty() { base.to_owned() } else { format!("{base}{{{}}}", kept.join(", ")) };
    if all.metric.name != base {
        made = made.also(all.metric.span, "a part of it too");
        edits.insert(0, Edit { span: all.span, replacement: whole.clone() });
    }
    made = made.help(format!("name the histogram, and say the limit:\n  total {whole}\n  {new}"));
    made.fix = Some(Fix { title: format!("write `{new}`"), edits, certain: false });
    if *side == Side::Bad {
        made.fix = None;
    }
    out.report(made);
    true
}

/// `le="0.5"`
fn le(matcher: &Matcher) -> Option<Decimal> {
    let MatchValue::Str(value) = &matcher.value else { return None };
    if matcher.op.value != MatchOp::Equal {
        return None;
    }
    value.value.parse().ok()
}

/// A bucket bound as a limit is written: of seconds, `0.5` is `500ms`.
pub(crate) fn words(unit: &Unit<'_>, bound: Decimal) -> Option<String> {
    match unit {
        Unit::Time(_, nanos) => {
            let micros =
                bound.checked_mul(Decimal::from(*nanos))?.checked_div(Decimal::ONE_THOUSAND)?.normalize();
            let micros: u64 = micros.to_string().parse().ok()?;
            Some(Duration::from_micros(micros).to_string())
        }
        Unit::Ratio => Some(format!("{}%", bound.checked_mul(Decimal::ONE_HUNDRED)?.normalize())),
        Unit::Percent => Some(format!("{}%", bound.normalize())),
        Unit::Size(..) | Unit::Count(_) | Unit::Unknown => Some(bound.normalize().to_string()),
    }
}
