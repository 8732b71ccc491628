//! The queries of a measurement, over the window that a tool puts in: `sum(rate(requests_total{code=~"5.."}[{{.window}}]))`.

use std::fmt::Write as _;

use crate::ir::{Reading, Selector, Series, Stat, Which};
use crate::promql::ast::ExprKind;
use crate::promql::bound::bucket_bound;
use crate::promql::print;
use crate::value::{Decimal, Duration};

/// Where the window goes, in both formats.
pub(super) const WINDOW: &str = "{{.window}}";

/// All events a second: the sum of all addends. One that isn't there counts 0 as long as another is. `every` is how often gauges are
/// read.
pub(super) fn total(list: &[Series], every: Duration) -> String {
    let parts: Vec<String> = list.iter().map(|series| addend(series, every)).collect();
    if let [one] = parts.as_slice() {
        return one.clone();
    }
    let guarded = |at: usize, part: &String| {
        let others: Vec<String> =
            parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, p)| grouped(p)).collect();
        let others = if others.len() == 1 { others.concat() } else { format!("({})", others.join(" or ")) };
        format!("({} or 0 * {others})", grouped(part))
    };
    let parts: Vec<String> = parts.iter().enumerate().map(|(at, part)| guarded(at, part)).collect();
    parts.join("\n+ ")
}

/// Good or bad events of all events: where there are none, 0 as long as there are any.
pub(super) fn part(list: &[Series], total: &str, every: Duration) -> String {
    let none = format!("0 * {}", grouped(total));
    let parts: Vec<String> =
        list.iter().map(|series| format!("{}\nor {none}", grouped(&addend(series, every)))).collect();
    match parts.as_slice() {
        [one] => one.clone(),
        several => several.iter().map(|part| grouped(part)).collect::<Vec<_>>().join("\n+ "),
    }
}

/// All events less the good ones.
pub(super) fn difference(all: &str, good: &str) -> String {
    format!("{}\n- {}", grouped(all), grouped(good))
}

/// A part that can stand beside an operator.
fn grouped(part: &str) -> String {
    // A variable is no PromQL.
    let single = crate::promql::parse(&part.replace(WINDOW, "1m")).is_ok_and(|expr| match &expr.kind {
        ExprKind::Aggregate(_) | ExprKind::Call(_) | ExprKind::Selector(_) | ExprKind::Paren(_) => true,
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Subquery(_)
        | ExprKind::Unary(_)
        | ExprKind::Binary(_) => false,
    });
    // A comment at the end of a query would take the parenthesis along.
    if single && !part.contains('#') { part.to_owned() } else { format!("(\n{part}\n)") }
}

fn addend(series: &Series, every: Duration) -> String {
    match series {
        Series::Counter(selector) => match selector.increases {
            None => format!("sum(rate({}[{WINDOW}]))", plain(selector, "")),
            Some(increases) if increases.over > increases.every => {
                // Each value is repeated until the next one comes.
                let (every, over) = (increases.every.seconds(), increases.over.seconds());
                let sum = plain(selector, "");
                format!("sum(sum_over_time({sum}[{WINDOW}])) * {} / {}", every.normalize(), over.normalize())
            }
            Some(_) => format!("sum(sum_over_time({}[{WINDOW}]))", plain(selector, "")),
        },
        Series::HistogramCount { selector, native: false } => {
            format!("sum(rate({}[{WINDOW}]))", plain(selector, "_count"))
        }
        Series::HistogramCount { selector, native: true } => {
            format!("sum(histogram_count(rate({}[{WINDOW}])))", plain(selector, ""))
        }
        Series::HistogramWithin { selector, native: false, limit } => bucket(selector, *limit),
        Series::HistogramWithin { selector, native: true, limit } => {
            let rate = format!("rate({}[{WINDOW}])", plain(selector, ""));
            let (limit, count) = (limit.normalize(), format!("histogram_count({rate})"));
            // Of nothing observed there is no fraction.
            format!("sum(histogram_fraction(-Inf, {limit}, {rate}) * {count} >= 0 or 0 * {count})")
        }
        Series::HistogramOver { selector, native, limit } => {
            let (selector, native, limit) = (selector.clone(), *native, *limit);
            let all = addend(&Series::HistogramCount { selector: selector.clone(), native }, every);
            let within = addend(&Series::HistogramWithin { selector, native, limit }, every);
            format!("{all} - {within}")
        }
        Series::Readings { selector, condition: None } => {
            format!("sum(count_over_time({}[{WINDOW}]))", plain(selector, ""))
        }
        Series::Readings { selector, condition: Some(condition) } => {
            let (op, limit) = compared(*condition);
            let mut step = String::new();
            every.push_to(&mut step);
            format!("sum(sum_over_time(({} {op} bool {limit})[{WINDOW}:{step}]))", plain(selector, ""))
        }
        Series::Promql(query) => crate::promql::render(query.trim(), WINDOW),
    }
}

fn bucket(selector: &Selector, limit: Decimal) -> String {
    let (op, bound) = bucket_bound(limit);
    let mut out = String::from("sum(rate(");
    print::selector(&mut out, &selector.metric, "_bucket", &selector.matchers, &[("le", op, &bound)]);
    let _ = write!(out, "[{WINDOW}]))");
    out
}

/// A selector as it is stored: the metric's name with its suffix.
pub(super) fn plain(selector: &Selector, suffix: &str) -> String {
    let mut out = String::new();
    print::selector(&mut out, &selector.metric, suffix, &selector.matchers, &[]);
    out
}

fn compared(reading: Reading) -> (&'static str, Decimal) {
    match reading {
        Reading::AtLeast(limit) => (">=", limit.normalize()),
        Reading::AtMost(limit) => ("<=", limit.normalize()),
    }
}

/// The mean of what is observed within a slice; none for what has no sum.
pub(super) fn mean(of: &Series, slice: &str) -> Option<String> {
    let Series::HistogramCount { selector, native } = of else { return None };
    Some(if *native {
        let rate = format!("rate({}[{slice}])", plain(selector, ""));
        format!("sum(histogram_sum({rate})) / sum(histogram_count({rate}))")
    } else {
        let (sum, count) = (plain(selector, "_sum"), plain(selector, "_count"));
        format!("sum(rate({sum}[{slice}])) / sum(rate({count}[{slice}]))")
    })
}

/// The statistic of a gauge's readings within a slice.
pub(super) fn statistic(stat: Stat, selector: &Selector, slice: &str) -> String {
    let gauge = plain(selector, "");
    match stat {
        Stat::Max => format!("max(max_over_time({gauge}[{slice}]))"),
        Stat::Min => format!("min(min_over_time({gauge}[{slice}]))"),
        Stat::Avg => format!("sum(sum_over_time({gauge}[{slice}])) / sum(count_over_time({gauge}[{slice}]))"),
        Stat::Sum => format!("sum({gauge})"),
    }
}

/// How old the newest or the oldest of several moments is, in seconds.
pub(super) fn age(which: Which, selector: &Selector, per_second: Decimal) -> String {
    let how = if which == Which::Newest { "max" } else { "min" };
    let moment = format!("{how}({})", plain(selector, ""));
    if per_second == Decimal::ONE {
        format!("time() - {moment}")
    } else {
        format!("time() - {moment} / {}", per_second.normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(metric: &str) -> Series {
        let selector = Selector {
            metric: metric.to_owned(),
            matchers: Vec::new(),
            born_with_event: false,
            alive: None,
            increases: None,
            either: false,
        };
        Series::Counter(selector)
    }

    #[test]
    fn parts_keep_together() {
        assert_eq!(grouped("sum(rate(a[{{.window}}]))"), "sum(rate(a[{{.window}}]))");
        for apart in ["sum(a)-sum(b)", "sum(a)or(vector(0))", "-sum(a)", "sum(a) # of all", "no PromQL ("] {
            assert_eq!(grouped(apart), format!("(\n{apart}\n)"), "{apart}");
        }
        let both = total(&[counter("a"), counter("b")], Duration::from_mins(1));
        let (a, b) = ("sum(rate(a[{{.window}}]))", "sum(rate(b[{{.window}}]))");
        assert_eq!(both, format!("({a} or 0 * {b})\n+ ({b} or 0 * {a})"));
        let good = part(&[counter("g")], a, Duration::from_mins(1));
        assert_eq!(good, format!("sum(rate(g[{{{{.window}}}}]))\nor 0 * {a}"));
    }

    #[test]
    fn the_window_is_no_value_of_a_label() {
        let query = Series::Promql(r#"sum(rate(a{code="$range"}[$range])) # $range"#.to_owned());
        let made = addend(&query, Duration::from_mins(1));
        assert_eq!(made, r#"sum(rate(a{code="$range"}[{{.window}}])) # $range"#);
    }
}
