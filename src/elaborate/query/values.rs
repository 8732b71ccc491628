//! The value of a query against the limit it is compared with: units, shares, and values that go missing.

use super::metric_of;
use crate::ast::MetricKind;
use crate::diag::Diagnostic;
use crate::diag::codes::promql::FILTER;
use crate::diag::codes::types::{ABOVE_BUCKETS, RATIO_RANGE, UNIT};
use crate::elaborate::Cx;
use crate::elaborate::catalogue::Metric;
use crate::elaborate::out::Out;
use crate::elaborate::unit::Unit;
use crate::ir::Reading;
use crate::promql::ast::{Aggregate, Aggregator, Binary, BinaryOp, Expr, ExprKind};
use crate::promql::{Escape, linear};
use crate::source::Span;
use crate::value::Decimal;

/// What a value is.
#[derive(Clone, Copy, Debug)]
enum Dim<'m> {
    /// A time: nanoseconds in one of it.
    Time(f64),
    /// A time that is estimated from the buckets of a histogram.
    Quantile(f64, &'m Metric<'m>),
    /// A share: so much is all.
    Share(f64),
    /// Events of a metric.
    Events(&'m str, &'m [&'m str]),
    /// Buckets of a histogram.
    Buckets(&'m Metric<'m>),
}

/// Checks a condition's query, and against its limit where it has one.
pub(super) fn check(
    cx: &Cx<'_>,
    out: &mut Out,
    escape: &Escape<'_>,
    expr: &Expr,
    good: Option<(Reading, Span)>,
) {
    let mut reader = Reader { cx, out, escape };
    let dim = reader.dim(expr);
    let (Some(dim), Some((good, span))) = (dim, good) else { return };
    let (Reading::AtLeast(limit) | Reading::AtMost(limit)) = good;
    match dim {
        Dim::Share(all) => share(out, span, limit, all, escape.span(&expr.range)),
        Dim::Quantile(nanos, metric) => quantile(out, span, limit, nanos, metric),
        Dim::Time(_) | Dim::Events(..) | Dim::Buckets(_) => {}
    }
}

/// A share is never above all.
fn share(out: &mut Out, span: Span, limit: Decimal, all: f64, query: Span) {
    let Some(all) = decimal(all) else { return };
    if limit <= all && limit >= Decimal::ZERO {
        return;
    }
    let said = format!("this query gives a share, between 0 and {all}");
    let made = Diagnostic::new(&RATIO_RANGE, span, said, "never reached").also(query, "a share");
    let percent = limit.checked_div(Decimal::ONE_HUNDRED).map(|d| d.normalize());
    out.report(match percent.filter(|p| all == Decimal::ONE && *p <= Decimal::ONE && *p >= Decimal::ZERO) {
        Some(percent) => made.maybe_fix(format!("write `{percent}`"), span, percent.to_string()),
        None => made.help(format!("write a share from `0` to `{all}`")),
    });
}

/// A quantile lies between the bounds of the histogram it is estimated from.
fn quantile(out: &mut Out, span: Span, limit: Decimal, nanos: f64, metric: &Metric<'_>) {
    let (Unit::Time(word, own), Some((bounds, declared))) = (metric.unit, metric.buckets.as_ref()) else {
        return;
    };
    let (Some(lowest), Some(highest)) = (bounds.first(), bounds.last()) else { return };
    #[allow(clippy::cast_precision_loss, reason = "at most the nanoseconds of a day")]
    let scale = decimal(nanos / own as f64);
    let Some(shown) = scale.and_then(|s| limit.checked_mul(s)) else { return };
    let inside = |n: Decimal| n >= *lowest && n <= *highest;
    if inside(shown) {
        return;
    }
    // Meant in another unit of time?
    let thousand = Decimal::ONE_THOUSAND;
    let meant = [shown.checked_mul(thousand), shown.checked_div(thousand)];
    let meant = meant.into_iter().flatten().find(|n| inside(*n));
    let name = metric.name;
    if let Some(meant) = meant {
        let said = format!("`{name}` is measured in {word}, and its bounds are {lowest} to {highest}");
        let made = Diagnostic::new(&UNIT, span, said, format!("{} of {word}", shown.normalize()))
            .also(*declared, "its bounds");
        let wanted = scale.and_then(|s| meant.checked_div(s)).map(|d| d.normalize().to_string());
        out.report(match wanted {
            Some(wanted) => made.maybe_fix(
                format!("write `{wanted}`, which is {}", metric.unit.write(meant)),
                span,
                wanted,
            ),
            None => made.help(format!("write the limit in {word}")),
        });
    } else if shown > *highest {
        let said = format!("a quantile of `{name}` is never above its highest bound");
        let highest = metric.unit.write(*highest);
        out.report(
            Diagnostic::new(&ABOVE_BUCKETS, span, said, format!("the highest is {highest}"))
                .also(*declared, "its bounds")
                .note(format!("whatever is above {highest} is counted together"))
                .help(format!(
                    "promise at most {highest}, or give the histogram a bucket there, and declare it"
                )),
        );
    }
}

fn decimal(number: f64) -> Option<Decimal> {
    Decimal::from_str_exact(&format!("{number}")).ok().map(|d| d.normalize())
}

struct Reader<'o, 'r, 'a> {
    cx: &'r Cx<'a>,
    out: &'o mut Out,
    escape: &'o Escape<'o>,
}

impl<'r> Reader<'_, 'r, '_> {
    fn dim(&mut self, expr: &Expr) -> Option<Dim<'r>> {
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Unary(inner) => self.dim(inner),
            ExprKind::Subquery(s) => self.dim(&s.expr),
            ExprKind::Selector(s) => self.of_metric(s.metric()?.0),
            ExprKind::Aggregate(a) => {
                let body = self.dim(a.body()?);
                match a.op {
                    Aggregator::Count | Aggregator::Group | Aggregator::CountValues | Aggregator::Stdvar => {
                        None
                    }
                    // A sum of shares is none.
                    Aggregator::Sum => body.filter(|d| !matches!(d, Dim::Share(_) | Dim::Quantile(..))),
                    Aggregator::Avg
                    | Aggregator::Min
                    | Aggregator::Max
                    | Aggregator::Stddev
                    | Aggregator::Topk
                    | Aggregator::Bottomk
                    | Aggregator::Quantile
                    | Aggregator::Limitk
                    | Aggregator::LimitRatio => body,
                }
            }
            ExprKind::Call(call) => {
                let args: Vec<Option<Dim<'r>>> = call.args.iter().map(|a| self.dim(a)).collect();
                let first = args.first().copied().flatten();
                match call.name.text.as_str() {
                    "histogram_quantile" => match args.get(1).copied().flatten()? {
                        Dim::Buckets(metric) => match metric.unit {
                            #[allow(clippy::cast_precision_loss, reason = "at most the nanoseconds of a day")]
                            Unit::Time(_, nanos) => Some(Dim::Quantile(nanos as f64, metric)),
                            Unit::Ratio | Unit::Percent | Unit::Size(..) | Unit::Count(_) | Unit::Unknown => {
                                None
                            }
                        },
                        Dim::Time(_) | Dim::Quantile(..) | Dim::Share(_) | Dim::Events(..) => None,
                    },
                    "time" | "timestamp" => Some(Dim::Time(1e9)),
                    "rate" | "irate" | "increase" | "delta" | "idelta" | "avg_over_time"
                    | "max_over_time" | "min_over_time" | "last_over_time" | "abs" | "ceil" | "floor"
                    | "round" | "clamp" | "clamp_min" | "clamp_max" | "sort" | "sort_desc"
                    | "label_replace" | "label_join" => first,
                    "quantile_over_time" => args.get(1).copied().flatten(),
                    _ => None,
                }
            }
            ExprKind::Binary(b) => self.binary(b),
            ExprKind::Number(_) | ExprKind::Str(_) => None,
        }
    }

    fn of_metric(&self, name: &str) -> Option<Dim<'r>> {
        let (metric, part) = metric_of(self.cx.catalogue, name)?;
        let time = || match metric.unit {
            #[allow(clippy::cast_precision_loss, reason = "at most the nanoseconds of a day")]
            Unit::Time(_, nanos) => Some(Dim::Time(nanos as f64)),
            Unit::Ratio => Some(Dim::Share(1.0)),
            Unit::Percent => Some(Dim::Share(100.0)),
            Unit::Size(..) | Unit::Count(_) | Unit::Unknown => None,
        };
        match (metric.kind, part) {
            (MetricKind::Counter, _) => match metric.unit {
                Unit::Time(..) => time(),
                Unit::Ratio | Unit::Percent | Unit::Size(..) | Unit::Count(_) | Unit::Unknown => {
                    Some(Dim::Events(metric.name, &metric.part_of))
                }
            },
            (_, "_count") => Some(Dim::Events(metric.name, &metric.part_of)),
            (_, "_bucket") => Some(Dim::Buckets(metric)),
            (MetricKind::Gauge | MetricKind::Summary | MetricKind::Histogram, _) => time(),
            (MetricKind::NativeHistogram, _) => None,
        }
    }

    fn binary(&mut self, b: &Binary) -> Option<Dim<'r>> {
        let number = Expr::number;
        // `100 * a / b` is `(100 * a) / b`, and `100 * (a / b)` is meant.
        let (factor, upper) = if b.op == BinaryOp::Div { linear::factor(&b.left) } else { (None, &b.left) };
        let (left, right) = (self.dim(upper), self.dim(&b.right));
        let scaled = |dim: Option<Dim<'r>>, by: f64| match dim? {
            _ if by <= 0.0 || !by.is_finite() => None,
            // A thousand times as many milliseconds: each is a thousandth.
            Dim::Time(nanos) => Some(Dim::Time(nanos / by)),
            Dim::Quantile(nanos, metric) => Some(Dim::Quantile(nanos / by, metric)),
            Dim::Share(all) => Some(Dim::Share(all * by)),
            Dim::Events(..) | Dim::Buckets(_) => None,
        };
        match b.op {
            BinaryOp::Mul => match (number(&b.left), number(&b.right)) {
                (Some(by), None) => scaled(right, by),
                (None, Some(by)) => scaled(left, by),
                _ => None,
            },
            BinaryOp::Div => {
                let fraction = match (number(&b.right), left, right) {
                    (Some(by), _, _) => scaled(left, 1.0 / by),
                    // A sum by a number of events is their average.
                    (None, Some(Dim::Time(nanos)), Some(Dim::Events(..))) => Some(Dim::Time(nanos)),
                    (None, Some(Dim::Events(some, parents)), Some(Dim::Events(all, _)))
                        if (some == all || parents.contains(&all)) && Self::is_part(b, upper) =>
                    {
                        Some(Dim::Share(1.0))
                    }
                    (None, Some(Dim::Buckets(some)), Some(Dim::Events(all, _))) if some.name == all => {
                        Some(Dim::Share(1.0))
                    }
                    _ => None,
                };
                factor.map_or(fraction, |by| scaled(fraction, by))
            }
            BinaryOp::Sub | BinaryOp::Add => match (number(&b.left), left, right) {
                // `1 - share`
                (Some(n), _, Some(Dim::Share(all))) if b.op == BinaryOp::Sub => {
                    (n.to_bits() == all.to_bits()).then_some(Dim::Share(all))
                }
                (None, Some(_), Some(_)) => self.joined(b, left, right),
                _ => None,
            },
            BinaryOp::Or | BinaryOp::And | BinaryOp::Unless => left,
            op if op.is_comparison() => {
                let joined = self.joined(b, left, right);
                if b.returns_bool.is_some() { None } else { left.or(joined) }
            }
            BinaryOp::Mod
            | BinaryOp::Pow
            | BinaryOp::Atan2
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual => None,
        }
    }

    /// The selectors of a fraction's upper side are those of the lower, narrowed: as far as that can be seen cheaply.
    fn is_part(b: &Binary, upper: &Expr) -> bool {
        let count = |e: &Expr| crate::promql::selectors(e).len();
        count(upper) == 1
            && count(&b.right) == 1
            && b.matching.as_ref().is_none_or(|m| m.group.is_none())
            && same_window(upper, &b.right)
            && wider(upper, &b.right)
    }

    /// Two values that are added up, taken from each other or compared: times of different units don't mix.
    fn joined(&mut self, b: &Binary, left: Option<Dim<'r>>, right: Option<Dim<'r>>) -> Option<Dim<'r>> {
        let nanos = |dim: Dim<'_>| match dim {
            Dim::Time(nanos) | Dim::Quantile(nanos, _) => Some(nanos),
            Dim::Share(_) | Dim::Events(..) | Dim::Buckets(_) => None,
        };
        let (Some(x), Some(y)) = (left.and_then(nanos), right.and_then(nanos)) else { return left };
        if (x / y - 1.0).abs() < 1e-6 {
            return left;
        }
        let word = |nanos: f64| {
            let units =
                [("nanoseconds", 1.0), ("microseconds", 1e3), ("milliseconds", 1e6), ("seconds", 1e9)];
            let more = [("minutes", 6e10), ("hours", 3.6e12), ("days", 8.64e13)];
            let known = units.into_iter().chain(more).find(|(_, n)| (nanos / n - 1.0).abs() < 1e-6);
            known.map_or_else(|| "another unit".to_owned(), |(word, _)| word.to_owned())
        };
        let said = format!("{} and {} do not mix", word(x), word(y));
        self.out.report(
            Diagnostic::new(
                &UNIT,
                self.escape.span(&b.op_range),
                said,
                format!("`{}` takes one unit", b.op.as_str()),
            )
            .also(self.escape.span(&b.left.range), word(x))
            .also(self.escape.span(&b.right.range), word(y))
            .help("multiply or divide one side, so that both have the same unit"),
        );
        None
    }
}

fn same_window(a: &Expr, b: &Expr) -> bool {
    let window = |e: &Expr| {
        crate::promql::selectors(e).first().and_then(crate::promql::SelectorRef::window).map(|w| match w {
            crate::promql::ast::Extent::Fixed { millis, .. } => *millis,
            crate::promql::ast::Extent::Base { .. } => 0,
        })
    };
    let user =
        |e: &Expr| crate::promql::selectors(e).first().and_then(|s| s.used_by).map(|u| u.name.to_owned());
    window(a) == window(b) && user(a) == user(b)
}

/// Has the first every matcher of the second?
fn wider(inner: &Expr, outer: &Expr) -> bool {
    let inner = crate::promql::selectors(inner);
    let outer = crate::promql::selectors(outer);
    let (Some(inner), Some(outer)) = (inner.first(), outer.first()) else { return false };
    outer.matchers().iter().all(|m| {
        inner
            .matchers()
            .iter()
            .any(|o| o.label.text == m.label.text && o.op == m.op && o.value.text == m.value.text)
    })
}

/// A comparison inside an aggregation: where nothing meets it, the whole has no value.
pub(super) fn filtered(out: &mut Out, escape: &Escape<'_>, expr: &Expr) {
    absent(out, escape, expr);
    let mut found: Option<(&Binary, &Expr)> = None;
    linear::visit(expr, &mut |around, at| {
        let Some(b) = at.binary() else { return };
        if found.is_some() || !b.op.is_comparison() || b.returns_bool.is_some() {
            return;
        }
        // Something stands in, or it is only a filter for something else; over a time, there may be a value when there is none
        // now.
        let handled = |outer: &&Expr| {
            outer.binary().is_some_and(|o| o.op.is_set())
                || outer.call().is_some_and(|c| c.name.text.starts_with("absent") || c.name.text == "scalar")
                || matches!(outer.kind, ExprKind::Subquery(_))
        };
        if around.iter().any(handled) {
            return;
        }
        let whole = around.iter().find(|outer| outer.aggregate().is_some()).copied();
        if let Some(whole) = whole {
            found = Some((b, whole));
        }
    });
    let Some((b, whole)) = found else { return };
    let op = b.op.as_str();
    let text = |e: &Expr| escape.literal.value.get(e.range.clone()).unwrap_or_default().trim();
    let Some(outer) = whole.aggregate() else { return };
    let said = format!("where no series meets `{op}`, this query has no value at all");
    let grouping = outer.grouping.as_ref().map_or(String::new(), |g| {
        format!(" {} ", escape.literal.value.get(g.range.clone()).unwrap_or_default())
    });
    let fallback = format!("or 0 * count{grouping}({})", text(&b.left));
    out.report(
        Diagnostic::new(&FILTER, escape.span(&b.op_range), said, "drops what fails it")
            .also(escape.span(&whole.range), "then empty")
            .note("a slice without a value is not counted, and the alert for missing data fires while all is well")
            .help(format!("say what it is then, so that missing data still shows: `{} {fallback}`", text(whole))),
    );
}

/// `absent(x)` has a value only when something is wrong.
fn absent(out: &mut Out, escape: &Escape<'_>, expr: &Expr) {
    let mut at = expr;
    while let Some(body) = at.aggregate().and_then(Aggregate::body) {
        at = body;
    }
    let Some(call) = at.call() else { return };
    if !matches!(call.name.text.as_str(), "absent" | "absent_over_time") {
        return;
    }
    let text = |e: &Expr| escape.literal.value.get(e.range.clone()).unwrap_or_default().trim();
    let Some(inner) = call.args.first() else { return };
    let said = format!("while all is well, `{}` has no value at all", call.name.text);
    let there = if call.name.text == "absent" {
        format!("count({})", text(inner))
    } else {
        format!("count(count_over_time({}))", text(inner))
    };
    out.report(
        Diagnostic::new(&FILTER, escape.span(&call.name.range), said, "then empty")
            .note("a slice without a value is not counted, neither as good nor as bad")
            .help(format!("say what it is then: `{} or 0 * {there}`", text(expr)))
            .help("or leave it to `silence is bad`, with a condition on the metric itself"),
    );
}
