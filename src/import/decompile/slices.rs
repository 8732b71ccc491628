//! Queries that judge a window: a percentile, a mean or a gauge against a limit.

use std::collections::BTreeSet;

use super::super::names;
use super::sides::{known_labels, selector, use_of};
use super::sums::{By, Func, linear, term};
use super::{Cx, Kind, Measure, Part, Query};
use crate::promql::ast::{BinaryOp, Expr};
use crate::series;
use crate::value::Decimal;
use crate::write::text;

/// A limit as the language writes it.
pub(super) fn limit_text(limit: Decimal, unit: Option<&str>) -> Option<String> {
    let micros = match unit {
        Some("seconds") => Decimal::from(1_000_000),
        Some("milliseconds") => Decimal::from(1_000),
        Some("microseconds") => Decimal::ONE,
        Some("minutes") => Decimal::from(60_000_000),
        Some("ratio") => {
            return text::number(limit.checked_mul(Decimal::ONE_HUNDRED)?).map(|n| format!("{n}%"));
        }
        Some("percent") => return text::number(limit).map(|n| format!("{n}%")),
        Some("nanoseconds") => return None,
        _ => return text::number(limit),
    };
    let micros = limit.checked_mul(micros)?;
    let whole = |unit: i64| {
        let n = micros / Decimal::from(unit);
        n.is_integer().then_some(n)
    };
    let long = [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s")];
    let found = long.into_iter().find_map(|(size, unit)| whole(size).map(|n| (n, unit)));
    let (number, unit) = found.unwrap_or((micros / Decimal::from(1_000), "ms"));
    (micros > Decimal::ZERO).then(|| text::number(number).map(|n| format!("{n}{unit}"))).flatten()
}

/// Error queries that are no events, but a judgement of each window: a percentile or a mean above a limit.
pub(super) fn slices(cx: &Cx<'_>, error: &Query, total: &Query) -> Option<Measure> {
    let compared = error.expr.binary()?;
    if !matches!(compared.op, BinaryOp::Greater | BinaryOp::GreaterEqual) || compared.returns_bool.is_some() {
        return None;
    }
    let limit = Decimal::from_f64_retain(compared.right.number()?)?.round_dp(9);
    let call = compared.left.call()?;
    let mut made = Measure { of: "5m slices".to_owned(), ..Measure::default() };
    let all = linear(&total.expr);
    match (call.name.text.as_str(), call.args.as_slice()) {
        ("histogram_quantile", [share, buckets]) => {
            let buckets = linear(buckets)?;
            let all = all?;
            let ([bucket], [count]) = (buckets.terms.as_slice(), all.terms.as_slice()) else { return None };
            let Part::Bucket(base) = cx.part(&bucket.metric) else { return None };
            let same = cx.part(&count.metric) == Part::Count(base) && count.matchers == bucket.matchers;
            let (By::Labels(with_le), By::Labels(each)) = (&buckets.by, &all.by) else { return None };
            let without: BTreeSet<String> = with_le.iter().filter(|l| *l != "le").cloned().collect();
            if !same || without != *each || buckets.mean || each.iter().any(|l| series::is_reserved(l)) {
                return None;
            }
            if !with_le.contains("le") {
                made.findings
                    .push("the buckets are added up without `le`: there is no percentile of that".to_owned());
            }
            let percent =
                Decimal::from_f64_retain(share.number()?)?.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(4);
            let percentile = text::number(percent)?;
            let shown = limit_text(limit, cx.unit(base))?;
            made.statements.push(format!(
                "good when p{percentile} of {} within {shown}",
                selector(base, &count.matchers)?
            ));
            let mut used = use_of(base, Kind::Histogram, None);
            known_labels(&mut used, &count.matchers, each);
            used.bounds.insert(limit.normalize());
            made.uses.push(used);
            made.for_each.clone_from(each);
            made.findings.push("a time is divided by a number of events: the share means nothing".to_owned());
            made.assumed.push(format!(
                "what was meant is that slices of five minutes are bad in which p{percentile} is above {shown}"
            ));
            made.assumed.push(format!("{shown} is a bucket bound of `{base}`"));
        }
        ("avg_over_time", [inner]) => {
            let gauge = term(Func::Sum, inner.selector()?)?;
            let same = total.expr.call().is_some_and(|c| {
                let again = c.args.first().and_then(Expr::selector).and_then(|s| term(Func::Sum, s));
                c.name.text == "avg_over_time" && again.as_ref() == Some(&gauge)
            });
            if !same {
                return None;
            }
            let shown = limit_text(limit, cx.unit(&gauge.metric))?;
            made.statements.push(format!(
                "good when avg of {} at most {shown}",
                selector(&gauge.metric, &gauge.matchers)?
            ));
            let mut used = use_of(&gauge.metric, Kind::Gauge, names::unit(&gauge.metric).map(str::to_owned));
            known_labels(&mut used, &gauge.matchers, &BTreeSet::new());
            made.uses.push(used);
            made.findings.push("a value is divided by itself: the share is 100% or nothing".to_owned());
            made.assumed.push(format!(
                "what was meant is that slices of five minutes are bad in which the mean is above {shown}"
            ));
        }
        _ => return None,
    }
    Some(made)
}
