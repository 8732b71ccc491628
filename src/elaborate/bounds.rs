//! Limits: units, and for classic histograms the bucket bounds.

use super::Env;
use super::catalogue::Metric;
use super::out::Out;
use super::selector::Sel;
use super::stream::cmp_text;
use super::unit::Unit;
use crate::ast::{self, MetricKind};
use crate::diag::Diagnostic;
use crate::diag::codes::types::{ABOVE_BUCKETS, NO_BUCKETS, NOT_A_BOUND, RATIO_RANGE, UNIT};
use crate::source::Span;
use crate::value::{Decimal, Quantity};

/// A limit in the metric's unit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bounded {
    /// Reported.
    Wrong,
    /// A parameter whose value is not known yet.
    Unknown,
    /// This.
    At(Decimal),
}

/// A limit in the metric's unit.
pub(crate) fn value<'a>(
    out: &mut Out,
    env: Env<'a>,
    metric: &Metric<'a>,
    metric_span: Span,
    bound: &'a ast::Bound,
) -> Bounded {
    let Some((limit, span, from_arg)) = env.limit(&bound.limit) else { return Bounded::Unknown };
    let Some(converted) = metric.unit.convert(limit) else {
        let made = mismatch(metric, limit, span).also(metric_span, unit_label(metric.unit));
        out.report(if from_arg { made.also(bound.span, "compared here") } else { made });
        return Bounded::Wrong;
    };
    if metric.unit == Unit::Ratio && !(Decimal::ZERO..=Decimal::ONE).contains(&converted) {
        let said = format!("`{}` is a ratio, between 0 and 1", metric.name);
        let made = Diagnostic::new(&RATIO_RANGE, span, said, "never reached").also(metric_span, "a ratio");
        out.report(match limit {
            Quantity::Number(n) if n <= Decimal::ONE_HUNDRED => {
                made.maybe_fix(format!("write `{n}%`"), span, format!("{n}%"))
            }
            Quantity::Number(_) | Quantity::Percent(_) | Quantity::Duration(_) | Quantity::Size(_) => {
                made.help("write a share from `0%` to `100%`")
            }
        });
        return Bounded::Wrong;
    }
    Bounded::At(converted)
}

fn unit_label(unit: Unit<'_>) -> String {
    match unit {
        Unit::Unknown => "without a unit".to_owned(),
        Unit::Ratio => "a ratio".to_owned(),
        Unit::Percent => "a percentage".to_owned(),
        Unit::Time(word, _) | Unit::Size(word, _) | Unit::Count(word) => format!("measured in {word}"),
    }
}

/// A limit of another dimension than the metric's unit.
fn mismatch(metric: &Metric<'_>, limit: Quantity, span: Span) -> Diagnostic {
    let (name, unit) = (metric.name, metric.unit.word());
    match (metric.unit, limit) {
        (Unit::Time(..), Quantity::Number(n)) => {
            let said = format!("`{n}` of what? `{name}` is measured in {unit}");
            let made = Diagnostic::new(&UNIT, span, said, "a number without a unit");
            let own = metric.unit.literal(n);
            // 0.5 can only be seconds; 500 may be milliseconds as well as seconds.
            let either = unit == "seconds" && n.fract().is_zero();
            match (own, either) {
                (Some(own), false) => made.maybe_fix(format!("write `{own}`"), span, own),
                (Some(own), true) => made.help(format!("write the unit: `{n}ms` or `{own}`")),
                (None, _) => made.help("write the unit: `400ms`"),
            }
        }
        (Unit::Unknown, _) => {
            let said = format!("`{name}` states no unit, so it cannot be compared with {}", limit.describe());
            let word = match limit {
                Quantity::Duration(_) => "seconds",
                Quantity::Percent(_) => "ratio",
                Quantity::Size(_) => "bytes",
                Quantity::Number(_) => "requests",
            };
            Diagnostic::new(&UNIT, span, said, limit.describe())
                .also(metric.decl.kind.span, "no unit here")
                .help(format!("say what it measures: `{} of {word}`", metric.kind.as_str()))
        }
        (Unit::Time(..) | Unit::Ratio | Unit::Percent | Unit::Size(..) | Unit::Count(_), _) => {
            let is = match metric.unit {
                Unit::Ratio => "a ratio".to_owned(),
                Unit::Percent => "a percentage".to_owned(),
                Unit::Time(..) | Unit::Size(..) | Unit::Count(_) | Unit::Unknown => {
                    format!("measured in {unit}")
                }
            };
            let said = format!("`{name}` is {is}, not to be compared with {}", limit.describe());
            let help = match metric.unit {
                Unit::Time(..) => "write a duration: `400ms`",
                Unit::Ratio | Unit::Percent => "write a share: `99%`",
                Unit::Size(..) => "write a size: `512MB`, `2GiB`",
                Unit::Count(_) | Unit::Unknown => {
                    "write a plain number, or correct the unit in the catalogue"
                }
            };
            Diagnostic::new(&UNIT, span, said, limit.describe()).help(help)
        }
    }
}

/// A limit that must be a bucket bound.
pub(crate) fn bucket<'a>(out: &mut Out, env: Env<'a>, sel: &Sel<'a>, bound: &'a ast::Bound) -> Bounded {
    let metric = sel.metric;
    let classic = metric.kind == MetricKind::Histogram;
    if classic && metric.buckets.is_none() {
        if !metric.junk {
            let said = format!("the bucket bounds of `{}` are not declared", metric.name);
            out.report(
                Diagnostic::new(&NO_BUCKETS, bound.span, said, "must be one of the bounds")
                    .also(metric.decl.name.span, "declared here, without `buckets`")
                    .help("list them as the target exposes them: `buckets 0.1, 0.25, 0.5, 1`")
                    .help("or declare it as `native histogram`, which takes any limit"),
            );
        }
        out.broken = true;
        return Bounded::Wrong;
    }
    let limit = match value(out, env, metric, sel.metric_span, bound) {
        Bounded::At(limit) => limit,
        other @ (Bounded::Wrong | Bounded::Unknown) => return other,
    };
    let Some((bounds, declared)) = metric.buckets.as_ref().filter(|_| classic) else {
        return Bounded::At(limit);
    };
    if bounds.binary_search(&limit).is_ok() {
        return Bounded::At(limit);
    }
    // Bounds may be finer than durations are (0.268435456): the one that is meant is the one that rounds to it.
    if let Some(near) = bounds.iter().find(|b| metric.unit.same_microsecond(**b, limit)) {
        return Bounded::At(*near);
    }
    let (span, from_arg) = match env.limit(&bound.limit) {
        Some((_, span, from_arg)) => (span, from_arg),
        None => (bound.span, false),
    };
    let made = not_a_bound(metric, bounds, limit, span, bound).also(*declared, "its bounds");
    out.report(if from_arg { made.also(bound.span, "compared here") } else { made });
    Bounded::Wrong
}

/// Names the neighbours of a limit that is not a bound.
fn not_a_bound(
    metric: &Metric<'_>,
    bounds: &[Decimal],
    limit: Decimal,
    span: Span,
    bound: &ast::Bound,
) -> Diagnostic {
    let unit = metric.unit;
    let at = bounds.partition_point(|b| *b < limit);
    let below = at.checked_sub(1).and_then(|i| bounds.get(i));
    let above = bounds.get(at);
    let cmp = cmp_text(bound.cmp.value);
    let (shown, name) = (unit.write(limit), metric.name);
    let declare = format!("or give the histogram a bucket at {shown}, and declare it");
    match (below, above) {
        (Some(highest), None) => {
            let said = format!("`{shown}` is above the highest bucket bound of `{name}`");
            let highest = unit.write(*highest);
            Diagnostic::new(&ABOVE_BUCKETS, span, said, format!("the highest is {highest}"))
                .note(format!("whatever is above {highest} is counted together"))
                .help(format!("promise `{cmp} {highest}`, {declare}"))
                .maybe_fix(format!("write `{highest}`"), span, highest)
        }
        (_, Some(next)) => {
            let said = format!("`{shown}` is not a bucket bound of `{name}`");
            let above = unit.write(*next);
            let Some(before) = below else {
                let label = format!("below the lowest bound, {above}");
                return Diagnostic::new(&NOT_A_BOUND, span, said, label)
                    .help(format!("promise `{cmp} {above}`, {declare}"))
                    .maybe_fix(format!("write `{above}`"), span, above);
            };
            let (down, up) = (limit - *before, *next - limit);
            let (below, nearest) = (unit.write(*before), unit.write(*if down <= up { before } else { next }));
            let why = if down == up { "the lower of the two" } else { "the nearest" };
            Diagnostic::new(&NOT_A_BOUND, span, said, format!("between the bounds {below} and {above}"))
                .help(format!("promise `{cmp} {below}` or `{cmp} {above}`, {declare}"))
                .maybe_fix(format!("write `{nearest}`, {why}"), span, nearest)
        }
        (None, None) => {
            let said = format!("`{name}` has no bucket bounds");
            Diagnostic::new(&NOT_A_BOUND, span, said, "must be one of them")
                .help("list them: `buckets 0.1, 0.5`")
        }
    }
}
