//! Kinds of queries in PromQL.

use super::whole::{in_promise, journey};
use super::{Kind, numbered};

pub(super) fn kinds(size: usize) -> Vec<Kind> {
    let many = move |part: &str| part.repeat(size / part.len() + 1);
    vec![
        Kind::one("parentheses of a query", move || {
            let half = "(".repeat(size / 2);
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal promql \"\"\"{half}x_total{}\"\"\"\nbad x_total\n",
                ")".repeat(size / 2)
            ))
        }),
        Kind::one("minus signs of a query", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal promql \"\"\"{}x_total\"\"\"\nbad x_total\n",
                many("-")
            ))
        }),
        Kind::one("calls in calls", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal promql \"\"\"{}x_total\"\"\"\nbad x_total\n",
                many("sum(")
            ))
        }),
        Kind::one("powers of a query", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal promql \"\"\"x_total{}\"\"\"\nbad x_total\n",
                many(" ^ 2")
            ))
        }),
        Kind::one("comparisons of a query", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal promql \"\"\"sum(rate(x_total[$range])){}\"\"\"\nbad x_total\n",
                many(" or sum(rate(x_total{code=\"5\"}[$range]))")
            ))
        }),
        Kind::one("ranges of a query", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal promql \"\"\"x_total{}\"\"\"\nbad x_total\n",
                many("[5m:1m]")
            ))
        }),
        Kind::one("matchers of a query", move || {
            in_promise(&format!(
                "keep for 9% of x over 28d\ntotal promql \"\"\"sum(rate(x_total{{{}r=\"1\"}}[$range]))\"\"\"\nbad x_total\n",
                numbered(size, |n| format!("r!=\"{n}\","))
            ))
        }),
        Kind::one("queries", move || {
            journey(&numbered(size, |n| {
                format!(
                    "promise p{n} \"P\" {{\nkeep for 9% of x over 28d\ntotal promql \"sum(rate(x_total[$range]))\"\nbad promql \"sum(rate(x_total{{code='5'}}[$range]))\"\n}}\n"
                )
            }))
        }),
    ]
}
