//! The queries of a measurement, over the window that a tool puts in: `sum(rate(requests_total{code=~"5.."}[{{.window}}]))`.

use std::fmt::Write as _;

use crate::ir::{Reading, Selector, Series, Stat, Which};
use crate::promql::bound::bucket_bound;
use crate::promql::print;
use crate::value::{Decimal, Duration};

/// Where the window goes, in both formats.
pub(super) const WINDOW: &str = "{{.window}}";

/// Events a second: the sum of all addends. `every` is how often gauges are read.
pub(super) fn sum(list: &[Series], every: Duration) -> String {
    let parts: Vec<String> = list.iter().map(|series| addend(series, every)).collect();
    match parts.as_slice() {
        [one] => one.clone(),
        several => {
            let grouped: Vec<String> = several.iter().map(|part| grouped(part)).collect();
            grouped.join("\n+ ")
        }
    }
}

/// All events less the good ones.
pub(super) fn difference(all: &str, good: &str) -> String {
    format!("{}\n- {}", grouped(all), grouped(good))
}

/// A part that can stand beside an operator.
fn grouped(part: &str) -> String {
    let plain = part.starts_with("sum(") && !part.contains([' ', '\n', '#']);
    // A comment at the end of a query would take the parenthesis along.
    if plain { part.to_owned() } else { format!("(\n{part}\n)") }
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
            format!("sum(histogram_fraction(-Inf, {}, {rate}) * histogram_count({rate}))", limit.normalize())
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
        Series::Promql(query) => query.trim().replace("$range", WINDOW),
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
