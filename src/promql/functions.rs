//! The functions of Prometheus 3 with their types.

use super::ast::ValueType;
use ValueType::{Matrix as M, Scalar as N, String as S, Vector as V};

/// A function's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name.
    pub name: &'static str,
    /// Types of the arguments in order; further ones have the type of the last.
    pub args: &'static [ValueType],
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments; `None`: any number.
    pub most: Option<usize>,
    /// What it gives.
    pub returns: ValueType,
    /// Needs Prometheus' `--enable-feature=promql-experimental-functions`.
    pub experimental: bool,
}

const fn fixed(name: &'static str, args: &'static [ValueType], returns: ValueType) -> Function {
    Function { name, args, least: args.len(), most: Some(args.len()), returns, experimental: false }
}
const fn optional(name: &'static str, args: &'static [ValueType], least: usize) -> Function {
    Function { name, args, least, most: Some(args.len()), returns: V, experimental: false }
}
const fn open(name: &'static str, args: &'static [ValueType], least: usize) -> Function {
    Function { name, args, least, most: None, returns: V, experimental: false }
}
const fn experiment(function: Function) -> Function {
    Function { experimental: true, ..function }
}

/// By name.
static FUNCTIONS: [Function; 91] = [
    fixed("abs", &[V], V),
    fixed("absent", &[V], V),
    fixed("absent_over_time", &[M], V),
    fixed("acos", &[V], V),
    fixed("acosh", &[V], V),
    fixed("asin", &[V], V),
    fixed("asinh", &[V], V),
    fixed("atan", &[V], V),
    fixed("atanh", &[V], V),
    fixed("avg_over_time", &[M], V),
    fixed("ceil", &[V], V),
    fixed("changes", &[M], V),
    fixed("clamp", &[V, N, N], V),
    fixed("clamp_max", &[V, N], V),
    fixed("clamp_min", &[V, N], V),
    fixed("cos", &[V], V),
    fixed("cosh", &[V], V),
    fixed("count_over_time", &[M], V),
    optional("day_of_month", &[V], 0),
    optional("day_of_week", &[V], 0),
    optional("day_of_year", &[V], 0),
    optional("days_in_month", &[V], 0),
    fixed("deg", &[V], V),
    fixed("delta", &[M], V),
    fixed("deriv", &[M], V),
    experiment(fixed("double_exponential_smoothing", &[M, N, N], V)),
    experiment(fixed("end", &[], N)),
    fixed("exp", &[V], V),
    experiment(fixed("first_over_time", &[M], V)),
    fixed("floor", &[V], V),
    fixed("histogram_avg", &[V], V),
    fixed("histogram_count", &[V], V),
    fixed("histogram_fraction", &[N, N, V], V),
    fixed("histogram_quantile", &[N, V], V),
    experiment(open("histogram_quantiles", &[V, S, N], 3)),
    fixed("histogram_stddev", &[V], V),
    fixed("histogram_stdvar", &[V], V),
    fixed("histogram_sum", &[V], V),
    optional("hour", &[V], 0),
    fixed("idelta", &[M], V),
    fixed("increase", &[M], V),
    experiment(optional("info", &[V, V], 1)),
    experiment(optional("integral", &[M, N], 1)),
    fixed("irate", &[M], V),
    open("label_join", &[V, S, S, S], 3),
    fixed("label_replace", &[V, S, S, S, S], V),
    fixed("last_over_time", &[M], V),
    fixed("ln", &[V], V),
    fixed("log10", &[V], V),
    fixed("log2", &[V], V),
    experiment(fixed("mad_over_time", &[M], V)),
    experiment(fixed("max_of", &[N, N], N)),
    fixed("max_over_time", &[M], V),
    experiment(fixed("min_of", &[N, N], N)),
    fixed("min_over_time", &[M], V),
    optional("minute", &[V], 0),
    optional("month", &[V], 0),
    fixed("pi", &[], N),
    fixed("predict_linear", &[M, N], V),
    fixed("present_over_time", &[M], V),
    fixed("quantile_over_time", &[N, M], V),
    fixed("rad", &[V], V),
    experiment(fixed("range", &[], N)),
    fixed("rate", &[M], V),
    fixed("resets", &[M], V),
    optional("round", &[V, N], 1),
    fixed("scalar", &[V], N),
    fixed("sgn", &[V], V),
    fixed("sin", &[V], V),
    fixed("sinh", &[V], V),
    fixed("sort", &[V], V),
    experiment(open("sort_by_label", &[V, S], 1)),
    experiment(open("sort_by_label_desc", &[V, S], 1)),
    fixed("sort_desc", &[V], V),
    fixed("sqrt", &[V], V),
    experiment(fixed("start", &[], N)),
    experiment(fixed("start_timestamp", &[V], V)),
    fixed("stddev_over_time", &[M], V),
    fixed("stdvar_over_time", &[M], V),
    experiment(fixed("step", &[], N)),
    fixed("sum_over_time", &[M], V),
    fixed("tan", &[V], V),
    fixed("tanh", &[V], V),
    fixed("time", &[], N),
    fixed("timestamp", &[V], V),
    experiment(fixed("ts_of_first_over_time", &[M], V)),
    experiment(fixed("ts_of_last_over_time", &[M], V)),
    experiment(fixed("ts_of_max_over_time", &[M], V)),
    experiment(fixed("ts_of_min_over_time", &[M], V)),
    fixed("vector", &[N], V),
    optional("year", &[V], 0),
];

/// The function of this name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|f| f.name.cmp(name)).ok().and_then(|i| FUNCTIONS.get(i))
}

/// All functions, by name.
pub fn all() -> &'static [Function] {
    &FUNCTIONS
}

/// What a function of an older Prometheus or of a relative is called in Prometheus 3.
pub(super) fn renamed(name: &str) -> Option<&'static str> {
    Some(match name {
        "holt_winters" => "double_exponential_smoothing",
        "count_scalar" | "drop_common_labels" => "sum",
        "mean" | "average" => "avg",
        "median" => "quantile",
        "len" => "count",
        "p50" | "p90" | "p95" | "p99" | "percentile" => "histogram_quantile",
        "log" => "ln",
        "now" => "time",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::all().is_sorted_by_key(|f| f.name));
    }
}
