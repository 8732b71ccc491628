//! The design's sample programs elaborate without errors. They live outside of the repository; the folder is
//! `$SLOVO_SHARED` or `../shared`, and the test says so and passes where there is none.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test"
)]

mod common;

use std::path::PathBuf;

use slovo::diag::{Severity, render};
use slovo::project::Project;

fn sketch() -> Option<PathBuf> {
    let shared = std::env::var_os("SLOVO_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = shared.join("design/sketch");
    folder.is_dir().then_some(folder)
}

/// Samples of single forms state no owner: they get one, or they would all fail for the same reason.
fn owned(text: &str) -> String {
    if text.contains("\n  owner ") {
        return text.to_owned();
    }
    let mut made = String::from("team sample \"Sample\"\n");
    for line in text.lines() {
        made.push_str(line);
        made.push('\n');
        if line.starts_with("journey ") && line.ends_with('{') {
            made.push_str("  owner sample\n");
        }
    }
    made
}

const YAML: &str = "project: sample\ndefault_window: 28d\n";
const SHOP: &str = "project: astronomy_shop
default_window: 28d
scrape_interval: 1m
retention: 35d
common_labels: [service_namespace, service_criticality, deployment_environment_name]
scope:
  service_namespace: opentelemetry-demo
";

#[test]
fn samples() {
    let Some(folder) = sketch() else {
        eprintln!("skipped: no design folder (set SLOVO_SHARED)");
        return;
    };
    let mut wrong = Vec::new();
    for path in common::files_below(&folder, "slovo") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = owned(&std::fs::read_to_string(&path).unwrap());
        let yaml = if name.starts_with("astronomy") { SHOP } else { YAML };
        let project = Project::in_memory(&[(&name, &text)], yaml);
        let mut compiled = project.compile();
        compiled.diagnostics.retain(|d| d.severity == Severity::Error);
        if compiled.diagnostics.is_empty() {
            assert!(compiled.model.is_some());
            continue;
        }
        let shown = render::human(&compiled.diagnostics, &project.sources, &render::Options::plain(100));
        wrong.push(format!("--- {name}\n{shown}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_shop_is_complete() {
    let Some(folder) = sketch() else {
        eprintln!("skipped: no design folder (set SLOVO_SHARED)");
        return;
    };
    let text = std::fs::read_to_string(folder.join("astronomy-shop.slovo")).unwrap();
    let compiled = Project::in_memory(&[("shop.slovo", &text)], SHOP).compile();
    let model = compiled.model.unwrap();
    assert_eq!(model.journeys.len(), 4);
    assert_eq!(model.promises().count(), 18);
    assert_eq!(model.scenarios.len(), 3);
    let scoped = format!("{:?}", model.journeys);
    assert!(scoped.contains("opentelemetry-demo"), "the scope is added");
}
