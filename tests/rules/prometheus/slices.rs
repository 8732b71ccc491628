//! Slices of time.

use super::build::*;
use super::hour;
use super::tools::*;
use slovo::ast::{Stat, Which};
use slovo::ir::{Condition, Events, Measurement, Outcome, Reading, Series, Slices};

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
            promise("a.query", query("max(queue) # the longest", at_most("10"))),
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
                (&hour("a", "query"), "0.25"),
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

/// What is not a number is not judged, and hides nothing that is; nor is a slice in which nobody came. Only what is absent is
/// no data.
#[test]
fn not_a_number() {
    let query = |query: &str, good| minutes(Condition::Promql { query: query.to_owned(), good });
    let idle = |p: &str| promise(p, minutes(share("idle", "none", "0.95")));
    let readings = |condition| Series::Readings { selector: selector("half"), condition };
    let read = Events {
        total: vec![readings(None)],
        outcome: Outcome::Good(vec![readings(Some(at_most("10")))]),
        faults: Vec::new(),
    };
    let age = Condition::Age {
        which: Which::Newest,
        selector: selector("unsure"),
        per_second: d("1"),
        at_most: d("600"),
    };
    let model = model(vec![journey(
        "checkout",
        vec![
            idle("a.idle"),
            promise("a.query", query("0 / sum(zero)", at_most("10"))),
            promise("a.max", stat(Stat::Max, "unsure", at_most("10"))),
            promise("a.min", stat(Stat::Min, "unsure", Reading::AtLeast(d("10")))),
            promise("a.avg", stat(Stat::Avg, "unsure", Reading::AtLeast(d("10")))),
            promise("a.sum", stat(Stat::Sum, "unsure", Reading::AtLeast(d("10")))),
            promise("a.age", minutes(age)),
            promise("b.max", stat(Stat::Max, "half", at_most("10"))),
            promise("b.avg", stat(Stat::Avg, "half", at_most("10"))),
            promise("b.sum", stat(Stat::Sum, "half", at_most("10"))),
            promise("b.reads", Measurement::Events(read)),
            promise("c.gone", query("sum(absent)", at_most("10"))),
        ],
    )]);
    let list = |of: &[(&str, &str, &str)]| -> Vec<(String, String)> {
        let labels = |s: &str, p: &str| {
            format!(r#"{{project="shop", journey="checkout", step="{s}", promise="{p}"}}"#)
        };
        of.iter().map(|(s, p, v)| (labels(s, p), (*v).to_owned())).collect()
    };
    let none =
        [("a", "idle"), ("a", "query"), ("a", "max"), ("a", "min"), ("a", "avg"), ("a", "sum"), ("a", "age")];
    let none = none.map(|(s, p)| (s, p, "0"));
    let half = [("b", "max", "60"), ("b", "avg", "60"), ("b", "sum", "60"), ("b", "reads", "360")];
    // Of what is known all is bad.
    let events = list(&[&none[..], &half[..]].concat());
    let events: Vec<(&str, &str)> = events.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    // One is always far too high, one says half of the time that it does not know, one always does.
    Case::new()
        .series(r#"half{i="1"}"#, "50x300")
        .series(r#"half{i="2"}"#, &"50 NaN ".repeat(150))
        .series(r#"half{i="3"}"#, &"NaN ".repeat(300))
        .series("unsure", &"NaN ".repeat(300))
        .series("zero", "0x300")
        .series("idle", "7x300")
        .series("none", "0x300")
        .gives("round(sum_over_time(promise:events:count[3599s]))", "70m", &events)
        .gives("round(sum_over_time(promise:bad_events:count[3599s]))", "70m", &events)
        .firing("PromiseNoData", "70m", &["gone"])
        .run(&model);
}

/// A series that ends within a slice counts in it: two thirds of what came in five minutes failed before it did.
#[test]
fn an_ending() {
    let five = |condition| Measurement::Slices(Slices { slice: t("5m"), condition, silence_is_bad: false });
    let model =
        model(vec![journey("checkout", vec![promise("a.share", five(share("calls", "failed", "0.9")))])]);
    let one = r#"{__name__="promise:bad_events:count", project="shop", journey="checkout", step="a", promise="share"}"#;
    // The second is gone after 32 minutes; the slice that ends at 35 has what it counted in two of them.
    Case::new()
        .series(r#"calls{i="1"}"#, "1000+10x200")
        .series(r#"failed{i="1"}"#, "0x200")
        .series(r#"calls{i="2"}"#, "1000+10x120 1300+50x7 stale _x60")
        .series(r#"failed{i="2"}"#, "0x120 0+50x7 stale _x60")
        .gives("promise:bad_events:count", "35m30s", &[(one, "0.1")])
        .gives(
            "promise:bad_events:count * 0",
            "45m",
            &[(&one.replace(r#"__name__="promise:bad_events:count", "#, ""), "0")],
        )
        .run(&model);
}

/// Slices slide: ten failures of a minute and a half cost ten times 1.5 + 5 minutes, the mean of what slices of the clock
/// would count, wherever their borders are.
#[test]
fn sliding() {
    let condition = Condition::Stat { stat: Stat::Max, selector: selector("queue"), good: at_most("10") };
    let five = Measurement::Slices(Slices { slice: t("5m"), condition, silence_is_bad: false });
    let model = model(vec![journey("checkout", vec![promise("a.max", five)])]);
    // Each failure is seen from 45 s after a whole five minutes to 90 s later, and no sample is on a border.
    let clock = |ago: u32| {
        let offset = if ago == 0 { String::new() } else { format!(" offset {}s", ago * 30) };
        format!("sum(sum_over_time((max_over_time(queue[5m]{offset}) > bool 10)[11h:5m]))")
    };
    let all: Vec<String> = (0..10).map(clock).collect();
    let mut case = Case::new()
        .series("queue", &format!("3x122 {}3x120", "50x6 3x232 ".repeat(10)))
        .gives(
            "round(sum_over_time(promise:bad_events:count[11h]), 0.01)",
            "11h30m",
            &[(r#"{project="shop", journey="checkout", step="a", promise="max"}"#, "13")],
        )
        .gives(&format!("({}) / 10", all.join(" + ")), "11h30m", &[("{}", "13")]);
    for (at, query) in all.iter().enumerate() {
        let bad = if (6..=8).contains(&at) { "20" } else { "10" };
        case = case.gives(query, "11h30m", &[("{}", bad)]);
    }
    case.run(&model);
}

/// The mean of what was observed in a slice: exactly at its limit is good, above it is bad; an idle hour is not a slice, or bad where silence
/// is; a restart, whose sum is above what it was, counts what came since; a series whose sum is not a number is nothing to judge, and
/// doesn't hide others. Minutes of four samples each.
#[test]
fn mean() {
    let of = |text: &str| Series::HistogramCount { selector: selector(text), native: false };
    let mean =
        |text: &str, good| Condition::Mean { of: of(text), good, seconds: None, unit: "seconds".to_owned() };
    let silent = |condition| match minutes(condition) {
        Measurement::Slices(s) => Measurement::Slices(Slices { silence_is_bad: true, ..s }),
        other @ (Measurement::Events(_) | Measurement::Completion(_) | Measurement::Composed(_)) => other,
    };
    let most = Reading::AtMost(d("0.3"));
    let least = Reading::AtLeast(d("0.3"));
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("s.most", minutes(mean("h", most))),
            promise("s.least", minutes(mean("h", least))),
            promise("s.loud", silent(mean("h", most))),
            promise("s.gone", minutes(mean("nothing", most))),
            promise("s.lost", silent(mean("nothing", most))),
            promise("s.born", minutes(mean("r", most))),
            promise("s.nan", minutes(mean("n", most))),
            promise("s.beside", minutes(mean("b", most))),
        ],
    )]);
    // Ten minutes at 0.3 each, ten at 0.4, ten at 0.2, twenty without any; then it is gone.
    let case = Case::new()
        .series("h_count", "100+7x39 380+7x39 660+7x39 933x80 stale")
        .series("h_sum", "500+2.1x39 584+2.8x39 696+1.4x39 750.6x80 stale")
        // A restart at ten minutes: a few slow ones before, many quick ones since: 100 s of 10, then 110 s of 1,000.
        .series("n_count", "0+7x400")
        .series("n_sum", "NaN ".repeat(300).trim_end())
        .series(r#"b_count{x="1"}"#, "0+7x400")
        .series(r#"b_sum{x="1"}"#, "NaN ".repeat(300).trim_end())
        .series(r#"b_count{x="2"}"#, "0+7x400")
        .series(r#"b_sum{x="2"}"#, "0+2.8x400")
        .series("r_count", "0+0.25x39 1000x40")
        .series("r_sum", "0+2.5x39 110x40");
    let counts = |case: Case, at: &str, events: &[&str], bad: &[&str]| {
        let of = |list: &[&str]| -> Vec<(String, &str)> {
            list.iter().map(|p| (format!(r#"{{promise="{p}"}}"#), "1")).collect()
        };
        let mut case = case;
        for (series, list) in [("events", of(events)), ("bad_events", of(bad))] {
            let list: Vec<(&str, &str)> = list.iter().map(|(l, v)| (l.as_str(), *v)).collect();
            case = case.gives(&format!("count by (promise) (promise:{series}:count > 0)"), at, &list);
        }
        case
    };
    let case =
        counts(case, "9m", &["beside", "born", "least", "loud", "lost", "most"], &["beside", "born", "lost"]);
    let case = counts(
        case,
        "15m",
        &["beside", "least", "loud", "lost", "most"],
        &["beside", "loud", "lost", "most"],
    );
    let case =
        counts(case, "25m", &["beside", "least", "loud", "lost", "most"], &["beside", "least", "lost"]);
    let case = counts(case, "45m", &["beside", "loud", "lost"], &["beside", "loud", "lost"]);
    case.firing("PromiseNoData", "45m", &["born", "gone"])
        .firing("PromiseNoData", "62m", &["born", "gone", "least", "most"])
        .run(&model);
}
