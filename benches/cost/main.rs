//! `cargo bench --bench cost [-- OPTIONS]`: what the generated rules cost a real Prometheus, beside the formulas of Sloth and
//! Pyrra over the same raw data. docs/performance.md holds the method and the figures.
//!
//! ```text
//! --promises N      promises loaded at once for processor time (default 200; 8 a journey)
//! --minutes N       for so long (default 20: two rounds of the budgets)
//! --series N,..     raw series a promise, for the samples read (default 12,120,1200)
//! --only WHAT       samples or time (default: both)
//! --raw N           raw series that all promises read, for processor time (default 12); instances with --histograms
//! --histograms      promises on a limit of a histogram instead of a counter's label, for processor time
//! --sets A,B,..     which rules run for processor time: none, ours, sloth, pyrra (default all, at the same time)
//! ```
//!
//! Needs `prometheus` and `promtool`. `cargo test --benches` only compiles the rules that are measured.

#![allow(
    clippy::pedantic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::type_complexity,
    clippy::disallowed_methods,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a bench"
)]

#[path = "../common/mod.rs"]
mod common;
mod history;
mod samples;
mod time;

use std::fmt::Write as _;

use common::layers::{self, Rule};
use common::others::Query;
use history::Raw;

/// Promises of a journey.
pub const PER_JOURNEY: usize = 8;

/// What is read of these raw series, as PromQL: all events, and the bad ones.
pub fn selectors(raw: Raw) -> (Query, Query) {
    match raw {
        Raw::Counters(count) => (
            Query::One(format!("http_requests_total{{job=\"shop{count}\"}}")),
            Query::One(format!("http_requests_total{{job=\"shop{count}\",code=~\"5..\"}}")),
        ),
        Raw::Histograms(count) => {
            let all = format!("http_seconds_count{{job=\"shop{count}\"}}");
            let good = format!("http_seconds_bucket{{job=\"shop{count}\",le=\"0.3\"}}");
            (Query::One(all.clone()), Query::Less(all, good))
        }
    }
}

/// The rule files of so many journeys of eight promises each, 99.9% over 30 days, all of them on the same raw series.
pub fn ours(journeys: usize, raw: Raw) -> Vec<slovo::backend::Artifact> {
    let (metric, promise) = match raw {
        Raw::Counters(count) => (
            "metric http_requests_total: counter of requests { labels job, instance, code }",
            format!(
                "keep for 99.9% of requests over 30d\n      total http_requests_total{{job=\"shop{count}\"}}\n      \
                 bad where {{code=~\"5..\"}}"
            ),
        ),
        Raw::Histograms(count) => (
            "metric http_seconds: histogram of seconds {\n  labels job, instance, code\n  buckets 0.1, 0.3, 1\n}",
            format!(
                "keep for 99.9% of requests over 30d\n      total http_seconds{{job=\"shop{count}\"}}\n      bad over 300ms"
            ),
        ),
    };
    let mut source = format!("team shop \"Shop team\" {{ pages \"pager\" }}\n{metric}\n");
    for j in 0..journeys {
        let _ = writeln!(source, "journey j{j} \"Journey {j}\" {{\n  owner shop\n  step s \"Step\" {{");
        for p in 0..PER_JOURNEY {
            let _ = writeln!(source, "    promise p{p} \"Promise {p}\" {{\n      {promise}\n    }}");
        }
        source.push_str("  }\n}\n");
    }
    common::compile(&source, "project: bench\nscrape_interval: 15s\nretention: 100d\n")
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let number = |name: &str, or: usize| value(name).map_or(or, |n| n.parse().expect("a number"));
    let one: Vec<Rule> = layers::parse(&ours(1, Raw::Counters(12))[0].text);
    let alerts = one.iter().filter(|r| r.alert).count();
    println!(
        "rules of a journey of {PER_JOURNEY} promises: {} ({alerts} alerts), {:.2} a promise",
        one.len(),
        one.len() as f64 / PER_JOURNEY as f64
    );
    if !args.iter().any(|a| a == "--bench") {
        return;
    }
    let missing = common::missing(&["prometheus", "promtool"]);
    if !missing.is_empty() {
        println!("missing: {}; NOTHING MEASURED", missing.join(", "));
        std::process::exit(1);
    }
    let only = value("--only");
    let part = |name: &str| only.as_ref().is_none_or(|o| o == name);
    if part("samples") {
        let list = value("--series").unwrap_or_else(|| "12,120,1200".to_owned());
        let list: Vec<usize> = list.split(',').map(|n| n.parse().expect("--series takes numbers")).collect();
        samples::run(&list);
    }
    if part("time") {
        let sets = value("--sets").unwrap_or_else(|| "none,ours,sloth,pyrra".to_owned());
        let sets: Vec<&str> = sets.split(',').collect();
        let raw = number("--raw", 12);
        let raw =
            if args.iter().any(|a| a == "--histograms") { Raw::Histograms(raw) } else { Raw::Counters(raw) };
        time::run(raw, number("--promises", 200), number("--minutes", 20), &sets);
    }
}
