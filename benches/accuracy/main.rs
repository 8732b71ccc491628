//! `cargo bench --bench accuracy [-- OPTIONS]`: counted truth against recorded budgets over 31 days, in a real Prometheus.
//! docs/accuracy.md holds the method and the figures.
//!
//! ```text
//! --shapes A,B,..   only these (default: all)
//! --scrapes N,..    scrape intervals in seconds (default 15,60)
//! --only WHAT       budgets, windows or pages (default: all three)
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

mod budgets;
#[path = "../common/mod.rs"]
mod common;
mod pages;
mod shapes;
mod traffic;
mod windows;

use common::layers::{self, Rule};

/// Raw selectors of all events and of the bad ones.
pub const TOTAL: &str = r#"http_requests_total{job="shop"}"#;
pub const BAD: &str = r#"http_requests_total{job="shop",code=~"5.."}"#;

/// The generated rules of a promise of 99.9% over 30 days.
pub fn ours(scrape: u64) -> Vec<Rule> {
    let source = r#"
team shop "Shop team" { pages "pager" }
metric http_requests_total: counter of requests { labels job, instance, code }
journey visit "Visit" {
  owner shop
  step open "Open a page" {
    promise answered "Pages open" {
      keep for 99.9% of requests over 30d
      total http_requests_total{job="shop"}
      bad where {code=~"5.."}
    }
  }
}
"#;
    let files =
        common::compile(source, &format!("project: bench\nscrape_interval: {scrape}s\nretention: 100d\n"));
    layers::parse(&files[0].text)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    assert!(ours(15).iter().any(|r| r.name == "promise:budget_remaining"));
    if !args.iter().any(|a| a == "--bench") {
        return;
    }
    let missing = common::missing(&["prometheus", "promtool"]);
    if !missing.is_empty() {
        println!("missing: {}; NOTHING MEASURED", missing.join(", "));
        std::process::exit(1);
    }
    let wanted = value("--shapes");
    let wanted = |name: &str| wanted.as_ref().is_none_or(|w| w.split(',').any(|x| x == name));
    let scrapes = value("--scrapes").unwrap_or_else(|| "15,60".to_owned());
    let scrapes: Vec<u64> = scrapes.split(',').map(|s| s.parse().expect("--scrapes takes seconds")).collect();
    let only = value("--only");
    let part = |name: &str| only.as_ref().is_none_or(|o| o == name);
    if part("budgets") {
        budgets::run(&scrapes, wanted);
    }
    if part("windows") {
        windows::run();
    }
    if part("pages") {
        pages::run(&scrapes);
    }
}
