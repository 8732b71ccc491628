//! `cargo bench --bench accuracy [-- OPTIONS]`: counted truth against recorded budgets over 31 days, in a real Prometheus.
//! docs/accuracy.md holds the method and the figures.
//!
//! ```text
//! --only WHAT       days, budgets, windows, pages or texts (default: all five)
//! --scrapes N,..    scrape intervals in seconds (default: 15,60; bad days: all)
//! --shapes A,B,..   budgets: only these (default: all)
//! --engines P,..    bad days: programs, `PATH` or `NAME=PATH` (default: $ACCURACY_ENGINES, or prometheus and victoria-metrics where found)
//! --courses A,B,..  bad days: only these (default: all)
//! --quick           bad days: a handful, in a few minutes; nothing else
//! --base FILE       bad days: other expressions for rules, by name (days/base.rs)
//! --sum A,B,N       bad days: add up samples of these two series, each worth N, instead of reading the budget's counts
//! --check FILE      bad days: ends with 1 where a course is outside of the limits of this file
//! --limits          bad days: prints such a file from what was measured
//! --phase N         bad days: evaluates at other times within the intervals, as groups of another name are
//! --stepwise        bad days: each rule moment by moment instead of over all of the time where that is the same; slow
//! ```
//!
//! Needs `prometheus` and `promtool`. `cargo test --benches` only compiles the rules that are measured.

#![allow(
    clippy::pedantic,
    clippy::print_stdout,
    clippy::print_stderr,
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
mod days;
mod pages;
mod shapes;
mod texts;
mod traffic;
mod windows;

use common::engine::Engine;
use common::layers::{self, Rule};

/// Raw selectors of all events and of the bad ones.
pub const TOTAL: &str = r#"http_requests_total{job="shop"}"#;
pub const BAD: &str = r#"http_requests_total{job="shop",code=~"5.."}"#;

/// The generated rules of a promise of 99.9% over 30 days.
pub fn ours(scrape: u64) -> Vec<Rule> {
    rules("visit", scrape, "30d")
}

/// The same of another journey, over another window.
pub fn rules(journey: &str, scrape: u64, window: &str) -> Vec<Rule> {
    rule_texts(journey, scrape, window).iter().flat_map(|text| layers::parse(text)).collect()
}

/// The rule files of that.
pub fn rule_texts(journey: &str, scrape: u64, window: &str) -> Vec<String> {
    let (source, yaml) = project(journey, scrape, window);
    let files = common::compile(&source, &yaml);
    files.into_iter().filter(|f| f.path.ends_with(".yml")).map(|f| f.text).collect()
}

/// When its page speaks of a total outage, as `explain` and documents print it: as a rule and at worst, in seconds.
pub fn printed(scrape: u64) -> (f64, f64) {
    let (source, yaml) = project("visit", scrape, "30d");
    let model = common::model(&source, &yaml);
    let (_, promise) = model.promises().next().expect("a promise");
    let explained = slovo::rules::explain(&model, promise);
    let pages = explained.alerts.iter().filter(|a| a.name == "PromiseBurnsFast").map(|a| a.detection[0]);
    let least = |times: Vec<Option<slovo::value::Duration>>| {
        times.into_iter().flatten().min().map_or(f64::INFINITY, |t| t.as_micros() as f64 / 1e6)
    };
    let (typical, worst) = pages.map(|d| (d.typical, d.worst)).unzip();
    (least(typical), least(worst))
}

/// Source and settings of what is measured.
fn project(journey: &str, scrape: u64, window: &str) -> (String, String) {
    let source = r#"
team shop "Shop team" { pages "pager" }
metric http_requests_total: counter of requests { labels job, instance, code }
journey JOURNEY "Visit" {
  owner shop
  step open "Open a page" {
    promise answered "Pages open" {
      keep for 99.9% of requests over WINDOW
      total http_requests_total{job="shop"}
      bad where {code=~"5.."}
    }
  }
}
"#;
    (
        source.replace("JOURNEY", journey).replace("WINDOW", window),
        format!("project: bench\nscrape_interval: {scrape}s\nretention: 100d\n"),
    )
}

/// The engines asked for, or those that are found.
fn engines(asked: Option<String>) -> Result<Vec<Engine>, String> {
    match asked.or_else(|| std::env::var("ACCURACY_ENGINES").ok()) {
        Some(list) => list.split(',').map(Engine::find).collect(),
        None => Ok(["prometheus", "victoria-metrics"].into_iter().flat_map(Engine::find).collect()),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let given = |name: &str| args.iter().any(|a| a == name);
    let names = |name: &str| value(name).map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
    assert!(ours(15).iter().any(|r| r.name == "promise:budget_remaining"));
    if !given("--bench") {
        return;
    }
    let scrapes = names("--scrapes");
    let scrapes: Option<Vec<u64>> =
        scrapes.map(|l| l.iter().map(|s| s.parse().expect("--scrapes takes seconds")).collect());
    let only = if given("--quick") { Some("days".to_owned()) } else { value("--only") };
    let part = |name: &str| only.as_ref().is_none_or(|o| o == name);
    let ended = |said: String| -> ! {
        println!("{said}");
        std::process::exit(1)
    };
    if part("days") {
        let engines = engines(value("--engines")).unwrap_or_else(|e| ended(e));
        if engines.is_empty() {
            ended("missing: prometheus or victoria-metrics; NOTHING MEASURED".to_owned());
        }
        let sum = names("--sum").map(|l| match l.as_slice() {
            [all, bad, worth] => (all.clone(), bad.clone(), worth.parse().expect("--sum A,B,NUMBER")),
            _ => ended("--sum takes two series and what a sample is worth: A,B,30".to_owned()),
        });
        let wanted = days::Wanted {
            engines,
            courses: names("--courses"),
            quick: given("--quick"),
            scrapes: scrapes.clone(),
            base: value("--base"),
            sum,
            check: value("--check"),
            limits: given("--limits"),
            stepwise: given("--stepwise"),
            phase: value("--phase").unwrap_or_default(),
        };
        let outside = days::run(&wanted).unwrap_or_else(|e| ended(e));
        if !outside.is_empty() {
            ended(format!("outside of the limits:\n{}", outside.join("\n")));
        }
    }
    let missing = common::missing(&["prometheus", "promtool"]);
    if !missing.is_empty() && ["budgets", "windows", "pages", "texts"].into_iter().any(part) {
        ended(format!("missing: {}; NOTHING MEASURED", missing.join(", ")));
    }
    let shapes = names("--shapes");
    let wanted = |name: &str| shapes.as_ref().is_none_or(|w| w.iter().any(|x| x == name));
    let scrapes = scrapes.unwrap_or_else(|| vec![15, 60]);
    if part("budgets") {
        budgets::run(&scrapes, wanted);
    }
    if part("windows") {
        windows::run();
    }
    if part("pages") {
        let wrong = pages::run(&scrapes);
        if given("--check") && !wrong.is_empty() {
            ended(wrong.join("\n"));
        }
    }
    if part("texts") {
        let wrong = texts::run();
        if given("--check") && !wrong.is_empty() {
            ended(wrong.join("\n"));
        }
    }
}
