//! Slices of time.

use super::build::*;
use super::hour;
use super::tools::*;
use slovo::ast::{Stat, Which};
use slovo::ir::{Condition, Events, Measurement, Outcome, Reading, Slices};

fn stat(stat: Stat, gauge: &str, good: Reading) -> Measurement {
    minutes(Condition::Stat { stat, selector: selector(gauge), good })
}

fn share(total: &str, bad: &str, at_least: &str) -> Condition {
    let events =
        Events { total: vec![counter(total)], outcome: Outcome::Bad(vec![counter(bad)]), faults: Vec::new() };
    Condition::Share { events, at_least: d(at_least), percentile: None }
}

fn at_most(v: &str) -> Reading {
    Reading::AtMost(d(v))
}

#[test]
fn each_condition() {
    let age = |which| Condition::Age {
        which,
        selector: selector("stamp_ms"),
        per_second: d("1000"),
        at_most: d("600"),
    };
    let query = |query: &str, good| minutes(Condition::Promql { query: query.to_owned(), good });
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("a.max", stat(Stat::Max, "queue", at_most("10"))),
            promise("a.min", stat(Stat::Min, "queue", Reading::AtLeast(d("3")))),
            promise("a.avg", stat(Stat::Avg, "queue", at_most("4.5"))),
            promise("a.sum", stat(Stat::Sum, "queue", at_most("7"))),
            promise("a.newest", minutes(age(Which::Newest))),
            promise("a.oldest", minutes(age(Which::Oldest))),
            promise("a.share", minutes(share("calls", "failed", "0.95"))),
            promise("a.exact", minutes(share("calls", "failed", "0.9"))),
            promise("a.all_good", minutes(share("calls", "none", "1"))),
            promise("a.idle", minutes(share("idle", "none", "0.95"))),
            promise("a.query", query("max(queue) # the longest", at_most("10"))),
            promise("a.number", query("0 / sum(idle_gauge)", at_most("10"))),
            promise("a.gone", stat(Stat::Max, "absent", at_most("10"))),
        ],
    )]);
    // Two queues: 3 always; 3, but 12 for a quarter of the time.
    Case::new()
        .series(r#"queue{i="1"}"#, "3x300")
        .series(r#"queue{i="2"}"#, "3x120 12x59 3x120")
        .series(r#"stamp_ms{i="1"}"#, "0+15000x300")
        .series(r#"stamp_ms{i="2"}"#, "0+15000x119 1800000x180")
        .series("calls", "0+100x300")
        .series("failed", "0+10x300")
        .series("none", "0x300")
        .series("idle", "7x300")
        .series("idle_gauge", "0x300")
        .gives(
            r#"round(promise:error_ratio{window="1h"}, 0.01)"#,
            "62m",
            &[
                (&hour("a", "max"), "0.27"),
                (&hour("a", "min"), "0"),
                (&hour("a", "avg"), "0.26"),
                (&hour("a", "sum"), "0.25"),
                (&hour("a", "newest"), "0"),
                (&hour("a", "oldest"), "0.37"),
                (&hour("a", "share"), "1"),
                (&hour("a", "exact"), "0"),
                (&hour("a", "all_good"), "0"),
                (&hour("a", "idle"), "0"),
                (&hour("a", "query"), "0.25"),
                (&hour("a", "number"), "0"),
            ],
        )
        .gives(
            r#"round(sum_over_time(promise:events:count{promise="max"}[3599s]))"#,
            "62m",
            &[(r#"{project="shop", journey="checkout", step="a", promise="max"}"#, "60")],
        )
        .firing("PromiseNoData", "62m", &["gone"])
        .run(&model);
}

/// Where silence is bad, what has no data, no traffic or no number is bad; each declared value has its own budget.
#[test]
fn silence() {
    let of = |condition| Measurement::Slices(Slices { slice: t("1m"), condition, silence_is_bad: true });
    let regions = |p: &mut slovo::ir::Promise| {
        p.for_each = vec![("region".to_owned(), Some(vec!["eu".to_owned(), "us$1".to_owned()]))];
    };
    let model = model(vec![journey(
        "checkout",
        vec![
            promise(
                "a.gone",
                of(Condition::Stat { stat: Stat::Max, selector: selector("absent"), good: at_most("1") }),
            ),
            promise(
                "a.good",
                of(Condition::Stat { stat: Stat::Max, selector: selector("gauge"), good: at_most("7") }),
            ),
            promise("a.idle", of(share("idle", "failed", "0.95"))),
            promise("a.busy", of(share("calls", "failed", "0.95"))),
            promise("a.region", of(share("calls", "failed", "0.95"))).with(regions),
        ],
    )]);
    let region = |name: &str| {
        format!(
            r#"{{project="shop", journey="checkout", step="a", promise="region", window="1h", region="{name}"}}"#
        )
    };
    Case::new()
        .series(r#"calls{region="eu"}"#, "0+100x300")
        .series(r#"failed{region="eu"}"#, "0+1x300")
        .series("gauge", "7x300")
        .series("idle", "7x300")
        .gives(
            r#"round(promise:error_ratio{window="1h"}, 0.1)"#,
            "62m",
            &[
                (&hour("a", "gone"), "1"),
                (&hour("a", "good"), "0"),
                (&hour("a", "idle"), "1"),
                (&hour("a", "busy"), "0"),
                (&region("eu"), "0"),
                (&region("us$1"), "1"),
            ],
        )
        .firing("PromiseNoData", "62m", &[])
        .run(&model);
}
