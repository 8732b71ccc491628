//! What engines know: functions, names in quotes, native histograms. From trying each function on promtool 2.42, 2.53 and 3.5 and
//! vmalert 1.79 and 1.145 (`tests/language/promql/engines.rs` tries them again): a version is the oldest that was tried and takes it.

use super::ast::{Expr, ExprKind};
use super::linear::visit;
use super::print::{is_label_name, is_metric_name};
use crate::ir::{Engine, Family, MatchOp, Version};

/// The newest Prometheus that was tried. What it refuses is left to newer ones.
const TRIED: Version = Version { major: 3, minor: 5 };
const NEWER: Version = Version { major: TRIED.major, minor: TRIED.minor + 1 };
/// Takes names in quotes within braces.
const QUOTED: Version = Version { major: 2, minor: 53 };

/// What an engine doesn't know, and from which version on it does; none: no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// In words: "the function `min_of`".
    pub what: String,
    /// The oldest version of its family that was tried and knows it.
    pub since: Option<Version>,
    /// It loads the rules all the same, and they find nothing.
    pub loads: bool,
}

/// The oldest Prometheus that knows a function or an operator; none where all do.
fn since(name: &str) -> Option<Version> {
    Some(match name {
        "histogram_avg" | "histogram_stddev" | "histogram_stdvar" => Version { major: 2, minor: 53 },
        "double_exponential_smoothing"
        | "info"
        | "limit_ratio"
        | "limitk"
        | "mad_over_time"
        | "sort_by_label"
        | "sort_by_label_desc"
        | "ts_of_last_over_time"
        | "ts_of_max_over_time"
        | "ts_of_min_over_time" => TRIED,
        "end"
        | "first_over_time"
        | "histogram_quantiles"
        | "integral"
        | "max_of"
        | "min_of"
        | "range"
        | "start"
        | "start_timestamp"
        | "step"
        | "ts_of_first_over_time" => NEWER,
        _ => return None,
    })
}

/// Functions of Prometheus that `MetricsQL` doesn't have.
const NOT_IN_METRICSQL: [&str; 14] = [
    "double_exponential_smoothing",
    "histogram_count",
    "histogram_sum",
    "info",
    "integral",
    "limit_ratio",
    "max_of",
    "min_of",
    "range",
    "start_timestamp",
    "ts_of_first_over_time",
    "ts_of_last_over_time",
    "ts_of_max_over_time",
    "ts_of_min_over_time",
];

/// What of an expression this engine doesn't know, each thing once.
pub fn beyond(engine: Engine, expr: &Expr) -> Vec<Beyond> {
    let mut found = Vec::new();
    let mut add = |beyond: Option<Beyond>| {
        if let Some(beyond) = beyond.filter(|b| !found.contains(b)) {
            found.push(beyond);
        }
    };
    visit(expr, &mut |_, expr| match &expr.kind {
        ExprKind::Call(call) => {
            add(function(engine, &call.name.text, "function"));
            if let ("label_replace", Some(ExprKind::Str(text))) =
                (call.name.text.as_str(), call.args.get(4).map(|arg| &arg.bare().kind))
            {
                // Read when it is evaluated, not when it is loaded.
                let loads = engine.family == Family::Prometheus;
                add(pattern(engine, text).map(|beyond| Beyond { loads, ..beyond }));
            }
        }
        ExprKind::Aggregate(aggregate) => {
            add(function(engine, aggregate.op.as_str(), "operator"));
            let labels = aggregate.grouping.iter().flat_map(|grouping| &grouping.labels);
            labels.for_each(|label| add(grouped(engine, &label.text)));
        }
        ExprKind::Selector(selector) => {
            if let Some(name) = &selector.name {
                add(metric_name(engine, &name.text));
            }
            for matcher in &selector.matchers {
                add(label_name(engine, &matcher.label.text));
                if matches!(matcher.op, MatchOp::Regex | MatchOp::NotRegex) {
                    add(pattern(engine, &matcher.value.text));
                }
            }
        }
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Subquery(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary(_)
        | ExprKind::Binary(_) => {}
    });
    found
}

fn function(engine: Engine, name: &str, kind: &str) -> Option<Beyond> {
    let since = match engine.family {
        Family::Prometheus => Some(since(name).filter(|v| engine.version < *v)?),
        Family::VictoriaMetrics => NOT_IN_METRICSQL.contains(&name).then_some(None)?,
    };
    Some(Beyond { what: format!("the {kind} `{name}`"), since, loads: false })
}

/// The name of a metric that must be written in quotes, if this engine takes none.
pub fn metric_name(engine: Engine, name: &str) -> Option<Beyond> {
    if is_metric_name(name) { None } else { quoted(engine, ("metric", name), QUOTED) }
}

/// As [`metric_name`], of a label that is matched.
pub fn label_name(engine: Engine, name: &str) -> Option<Beyond> {
    if is_label_name(name) { None } else { quoted(engine, ("label", name), QUOTED) }
}

/// As [`metric_name`], of a label that is grouped by.
pub fn grouped(engine: Engine, name: &str) -> Option<Beyond> {
    if is_label_name(name) { None } else { quoted(engine, ("label", name), TRIED) }
}

fn quoted(engine: Engine, (kind, name): (&str, &str), prometheus: Version) -> Option<Beyond> {
    let since = match engine.family {
        Family::Prometheus => prometheus,
        Family::VictoriaMetrics => Version { major: 1, minor: 145 },
    };
    let what = format!("the {kind} `{name}`, which must be quoted");
    (engine.version < since).then_some(Beyond { what, since: Some(since), loads: false })
}

/// Native histograms, if this engine has none.
pub fn native(engine: Engine, metric: &str) -> Option<Beyond> {
    match engine.family {
        Family::Prometheus => None,
        Family::VictoriaMetrics => {
            Some(Beyond { what: format!("the native histogram `{metric}`"), since: None, loads: false })
        }
    }
}

/// Native histograms with custom buckets, if this engine has none: nothing is converted to them there.
pub fn custom_buckets(engine: Engine, metric: &str) -> Option<Beyond> {
    let since = match engine.family {
        Family::Prometheus => Some(TRIED),
        Family::VictoriaMetrics => None,
    };
    let what = format!("native histograms with custom buckets, as which `{metric}` may be stored");
    let loads = engine.family == Family::Prometheus;
    since.is_none_or(|since| engine.version < since).then_some(Beyond { what, since, loads })
}

/// Queries that are not PromQL, if this engine evaluates nothing else.
pub fn foreign(engine: Engine) -> Option<Beyond> {
    let what = "MetricsQL, in which a query is written".to_owned();
    (engine.family == Family::Prometheus).then_some(Beyond { what, since: None, loads: false })
}

/// A pattern that the Go of this engine doesn't read.
pub fn pattern(engine: Engine, pattern: &str) -> Option<Beyond> {
    let since = match engine.family {
        Family::Prometheus => QUOTED,
        Family::VictoriaMetrics => Version { major: 1, minor: 145 },
    };
    let what = "`(?<name>..)` in a regular expression, which older ones write `(?P<name>..)`".to_owned();
    (engine.version < since && super::regex::has_newer_groups(pattern)).then_some(Beyond {
        what,
        since: Some(since),
        loads: false,
    })
}
