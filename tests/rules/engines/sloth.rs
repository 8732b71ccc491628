//! A real Sloth, where it was built (`just engines`): what its rules are said to be elsewhere in this project is what it writes.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

use crate::bench::others;
use slovo::backend::Backend as _;

type Labels = BTreeMap<String, String>;

#[derive(Deserialize)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    record: Option<String>,
    alert: Option<String>,
    expr: String,
    #[serde(default)]
    labels: Labels,
}

/// What Sloth makes of a promise about requests, 99.9% over 30 days.
fn generated(service: &str, name: &str) -> Option<File> {
    let program = super::found::beside("sloth");
    let Some(program) = program else {
        eprintln!("Sloth is not there: NOT TESTED");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let (spec, rules) = (folder.path().join("spec.yml"), folder.path().join("rules.yml"));
    let text = format!(
        "version: prometheus/v1\nservice: {service}\nslos:\n  - name: {name}\n    objective: 99.9\n    sli:\n      events:\n        \
         error_query: sum(rate(bad_total[{{{{.window}}}}]))\n        total_query: sum(rate(all_total[{{{{.window}}}}]))\n    \
         alerting: {{name: HighErrorRate}}\n"
    );
    std::fs::write(&spec, text).unwrap();
    let said =
        Command::new(program).arg("generate").arg("-i").arg(spec).arg("-o").arg(&rules).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    Some(serde_yaml::from_str(&std::fs::read_to_string(rules).unwrap()).unwrap())
}

/// Without what line breaks and indentation are.
fn close(expr: &str) -> String {
    expr.split_whitespace().collect()
}

/// What tells which Sloth made them, and from what.
fn identity(labels: &Labels) -> Labels {
    let of_its_own = ["sloth_mode", "sloth_spec", "sloth_version", "sloth_objective"];
    labels
        .iter()
        .filter(|(l, _)| !of_its_own.contains(&l.as_str()))
        .map(|(l, v)| (l.clone(), v.clone()))
        .collect()
}

/// Figures beside Sloth's (docs/accuracy.md, docs/performance.md) are figures of these rules.
#[test]
fn formulas_are_what_sloth_writes() {
    let Some(file) = generated("bench", "visit") else { return };
    let mut real = Vec::new();
    for group in &file.groups {
        for rule in &group.rules {
            let name = rule.record.clone().or_else(|| rule.alert.clone()).unwrap();
            // The texts of alerts' labels and which windows an alert is of don't change what is measured.
            let labels = if rule.alert.is_some() { Labels::new() } else { identity(&rule.labels) };
            real.push((group.name.clone(), name, close(&rule.expr), labels));
        }
    }
    let ours: Vec<_> = others::sloth("visit", &"all_total".into(), &"bad_total".into(), 60.0)
        .into_iter()
        .map(|r| {
            let labels = if r.alert { Labels::new() } else { r.labels };
            (r.group.replace("-visit", "-bench-visit"), r.name, close(&r.expr), labels)
        })
        .collect();
    assert_eq!(real.len(), 17);
    assert_eq!(ours, real);
}

const PROMISE: &str = r#"
metric all_total: counter of requests { labels code }
metric bad_total: counter of requests, part of all_total { labels code }
journey checkout "Buy" {
  owner shop
  step pay "Pay" {
    promise accepted "Payments go through" {
      keep for 99.9% of requests over 30d
      total all_total
      bad   bad_total
    }
  }
}
team shop "Shop"
"#;

/// Whoever asks for a series of Sloth's finds it beside our rules, with the labels that tell promises apart.
#[test]
fn compatibility_writes_each_series() {
    let Some(file) = generated("checkout", "pay-accepted") else { return };
    let settings = "project: shop\noutputs:\n  prometheus:\n    form: files\n    compatibility: sloth\n";
    let project = slovo::project::Project::in_memory(&[("shop.slovo", PROMISE)], settings);
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    let model = compiled.model.unwrap_or_else(|| panic!("{said}"));
    let mut ours: BTreeSet<(String, Labels)> = BTreeSet::new();
    for artifact in slovo::backend::prometheus::Prometheus.emit(&model).unwrap() {
        let file: File = serde_yaml::from_str(&artifact.text).unwrap();
        for rule in file.groups.into_iter().flat_map(|g| g.rules) {
            // Which promise it is comes from the series that a rule reads (`tests/rules/prometheus/sloth.rs` evaluates them).
            if ["sloth_id", "sloth_slo"].iter().all(|label| rule.expr.contains(label)) {
                let of_sloth =
                    identity(&rule.labels).into_iter().filter(|(l, _)| l.starts_with("sloth_")).collect();
                ours.extend(rule.record.map(|name| (name, of_sloth)));
            }
        }
    }
    let recorded: Vec<_> = file
        .groups
        .into_iter()
        .flat_map(|g| g.rules)
        .filter_map(|r| {
            let name = r.record?;
            let mut labels = identity(&r.labels);
            assert_eq!(labels.remove("sloth_id").as_deref(), Some("checkout-pay-accepted"));
            assert_eq!(labels.remove("sloth_slo").as_deref(), Some("pay-accepted"));
            Some((name, labels))
        })
        .collect();
    assert_eq!(recorded.len(), 15);
    for series in recorded {
        assert!(ours.contains(&series), "{series:?} is not among {ours:#?}");
    }
}
