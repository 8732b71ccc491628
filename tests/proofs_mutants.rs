//! Would the proofs see a wrong rule? Each clause of the flagship's rules is changed, one at a time, and the proofs must fail.
//!
//! Not part of `cargo test`, since a survivor costs a whole run of the proofs: `just mutants` takes all mutants and lists the
//! survivors; `MUTANTS=40` takes every 40th, `JOURNEY=checkout` one journey's.

#![allow(clippy::match_same_arms, reason = "a table of mutations reads better in full")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test")]

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use rayon::prelude::*;
use slovo::backend::proofs::{Suite, prove};
use slovo::backend::{Backend, prometheus::Prometheus};
use slovo::project::Project;
use slovo::promql::ast::{Expr, ExprKind, Extent};

/// A changed rule.
struct Mutant {
    journey: String,
    rule: String,
    what: String,
    file: String,
}

/// A change of an expression.
struct Change {
    range: Range<usize>,
    with: String,
    what: &'static str,
}

#[test]
#[ignore = "each mutant runs promtool many times: `just mutants`"]
fn changed_rules_are_seen() {
    let wanted = std::env::var("MUTANTS").unwrap_or_else(|_| "150".to_owned());
    let each: usize = if wanted == "all" { 1 } else { wanted.parse().unwrap() };
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`promtool` is missing (required in CI)");
        eprintln!("`promtool` is missing: NOT TESTED");
        return;
    }
    let project = Project::load(Path::new("examples/astronomy-shop"), None);
    let model = project.compile().model.unwrap();
    let rules: Vec<(String, String)> = Prometheus
        .emit(&model)
        .into_iter()
        .filter_map(|a| Some((a.path.strip_suffix(".yml")?.to_owned(), a.text)))
        .collect();
    let only = std::env::var("JOURNEY").ok();
    let mutants: Vec<Mutant> = rules
        .iter()
        .filter(|(journey, _)| only.as_ref().is_none_or(|o| o == journey))
        .flat_map(|(journey, text)| mutants(journey, text))
        .collect();
    assert!(mutants.len() > 300, "{}", mutants.len());
    let mut suites = prove(&model).suites;
    suites.sort_by_key(|s| (cost(s), s.name.clone()));
    let sample: Vec<&Mutant> = mutants.iter().skip(each / 2).step_by(each).collect();
    let survivors: Vec<String> = sample
        .par_iter()
        .filter(|m| survives(m, &rules, &suites))
        .inspect(|m| eprintln!("survives: {} {}: {}", m.journey, m.rule, m.what))
        .map(|m| format!("{} {}: {}", m.journey, m.rule, m.what))
        .collect();
    eprintln!("{} of {} mutants: {} survive", sample.len(), mutants.len(), survivors.len());
    let strange: Vec<&String> = survivors.iter().filter(|s| !is_known(s)).collect();
    assert!(strange.is_empty(), "{strange:#?}");
}

/// Changes that mean the same: `tests/proofs_equivalent.txt`.
fn is_known(survivor: &str) -> bool {
    std::fs::read_to_string("tests/proofs_equivalent.txt")
        .unwrap_or_default()
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .any(|known| survivor.contains(known.trim()))
}

/// Cheap ones first.
fn cost(suite: &Suite) -> u32 {
    match suite.name.split_once('-').map_or("", |(_, kind)| kind) {
        kind if kind.starts_with("budget") || kind == "windows" || kind == "days" => 0,
        kind if kind.ends_with("alerts") => 1,
        "" => 2, // then scenarios and composed outages
        _ => 3,
    }
}

/// No proof fails.
fn survives(mutant: &Mutant, rules: &[(String, String)], suites: &[Suite]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    for (journey, text) in rules {
        let text = if *journey == mutant.journey { &mutant.file } else { text };
        std::fs::write(folder.path().join(format!("{journey}.yml")), text).unwrap();
    }
    let mine = suites.iter().filter(|s| s.journeys.contains(&mutant.journey));
    for (suite, case) in mine.flat_map(|s| (0..s.cases.len()).map(move |c| (s, c))) {
        std::fs::write(folder.path().join("case.yml"), suite.text_of_case("", case)).unwrap();
        let asked = Command::new("promtool")
            .args(["test", "rules", "case.yml"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        // Ended by a signal says nothing about the rule.
        if asked.status.code().is_some_and(|code| code != 0) {
            return false;
        }
    }
    true
}

fn mutants(journey: &str, text: &str) -> Vec<Mutant> {
    let file: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    let mut list = Vec::new();
    let mut seen = BTreeSet::new();
    let groups = file["groups"].as_sequence().unwrap();
    for (g, group) in groups.iter().enumerate() {
        for (r, rule) in group["rules"].as_sequence().unwrap().iter().enumerate() {
            let expr = rule["expr"].as_str().unwrap();
            let name = rule.get("record").or_else(|| rule.get("alert")).unwrap().as_str().unwrap();
            let window = rule["labels"].get("window").and_then(|w| w.as_str()).unwrap_or("-");
            let promise = rule["labels"].get("promise").and_then(|w| w.as_str()).unwrap_or("-");
            let title = format!("{name} {window} {promise}");
            let mut add = |what: String, change: &dyn Fn(&mut serde_yaml::Value)| {
                let mut changed = file.clone();
                change(&mut changed["groups"][g]["rules"][r]);
                let file = serde_yaml::to_string(&changed).unwrap();
                if seen.insert(file.clone()) {
                    list.push(Mutant { journey: journey.to_owned(), rule: title.clone(), what, file });
                }
            };
            for change in changes(expr) {
                let mut text = expr.to_owned();
                text.replace_range(change.range.clone(), &change.with);
                let (start, end) =
                    (change.range.start.saturating_sub(30), (change.range.end + 30).min(expr.len()));
                let near =
                    expr.get(start..end).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
                let was = expr
                    .get(change.range.clone())
                    .unwrap_or("")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                let was = if was.len() > 60 {
                    format!("{}..", was.chars().take(60).collect::<String>())
                } else {
                    was
                };
                add(format!("{} `{was}` in `{near}`", change.what), &|rule| {
                    rule["expr"] = serde_yaml::Value::from(text.as_str());
                });
            }
            if rule.get("for").is_some() {
                add("for dropped".to_owned(), &|rule| drop(rule.as_mapping_mut().unwrap().remove("for")));
            }
            for label in ["severity", "window", "promise", "step", "journey", "owner", "receiver"] {
                if rule["labels"].get(label).is_some() {
                    add(format!("label {label} swapped"), &|rule| {
                        rule["labels"][label] = serde_yaml::Value::from("swapped");
                    });
                }
            }
        }
    }
    list
}

/// Every clause of an expression, changed in its turn.
fn changes(expr: &str) -> Vec<Change> {
    let tree = slovo::promql::parse(expr).unwrap_or_else(|e| panic!("{expr}\n{e:?}"));
    let mut list = Vec::new();
    walk(&tree, expr, &mut list);
    list
}

fn walk(node: &Expr, text: &str, list: &mut Vec<Change>) {
    let mut change = |range: Range<usize>, with: String, what| list.push(Change { range, with, what });
    let shown = |r: &Range<usize>| text.get(r.clone()).unwrap_or("").to_owned();
    match &node.kind {
        ExprKind::Number(n) => {
            change(node.range.clone(), format!("{}", n * 1.2 + 0.000_001), "more than");
            change(node.range.clone(), format!("{}", n * 0.8 - 0.000_001), "less than");
        }
        ExprKind::Selector(selector) => {
            for matcher in &selector.matchers {
                let range = matcher.range();
                let mut whole = range.clone();
                if text.get(range.end..).is_some_and(|rest| rest.starts_with(',')) {
                    whole.end += 1;
                } else if text.get(..range.start).is_some_and(|rest| rest.ends_with(',')) {
                    whole.start -= 1;
                }
                change(whole, String::new(), "matcher dropped");
                change(matcher.value.range.clone(), "\"swapped\"".to_owned(), "value swapped");
            }
            if let Some(Extent::Fixed { .. }) = &selector.window {
                widen(selector.window.as_ref().unwrap(), &mut change);
            }
            if let Some(offset) = &selector.shift.offset {
                change(offset.clone(), String::new(), "offset dropped");
            }
        }
        ExprKind::Subquery(subquery) => {
            if let Some(offset) = &subquery.shift.offset {
                change(offset.clone(), String::new(), "offset dropped");
            }
        }
        ExprKind::Binary(binary) => {
            change(node.range.clone(), shown(&binary.left.range), "right side dropped");
            change(node.range.clone(), shown(&binary.right.range), "left side dropped");
            let other = match binary.op.as_str() {
                ">" => ">=",
                ">=" => ">",
                "<" => "<=",
                "<=" => "<",
                "==" => ">=",
                "+" => "-",
                "-" => "+",
                "*" => "/",
                "/" => "*",
                "and" => "unless",
                "unless" => "and",
                "or" => "and",
                _ => return,
            };
            change(binary.op_range.clone(), other.to_owned(), "operator changed");
        }
        ExprKind::Aggregate(aggregate) => {
            let other = match aggregate.op.as_str() {
                "sum" => "max",
                "max" => "min",
                "min" => "max",
                "count" => "sum",
                _ => "",
            };
            if !other.is_empty() {
                change(aggregate.op_range.clone(), other.to_owned(), "aggregation changed");
            }
            if let Some(grouping) = &aggregate.grouping {
                for label in &grouping.labels {
                    change(label.range.clone(), "nothing".to_owned(), "grouping changed");
                }
            }
        }
        ExprKind::Call(call) => {
            let other = match call.name.text.as_str() {
                "rate" => "increase",
                "sum_over_time" => "avg_over_time",
                "avg_over_time" => "sum_over_time",
                "clamp_min" => "clamp_max",
                "clamp_max" => "clamp_min",
                "min_over_time" => "max_over_time",
                "max_over_time" => "min_over_time",
                "last_over_time" => "count_over_time",
                "ln" => "exp",
                "exp" => "ln",
                _ => "",
            };
            if !other.is_empty() {
                change(call.name.range.clone(), other.to_owned(), "function changed");
            }
        }
        ExprKind::Str(_) | ExprKind::Paren(_) | ExprKind::Unary(_) => {}
    }
    for child in node.children() {
        walk(child, text, list);
    }
}

fn widen(window: &Extent, change: &mut impl FnMut(Range<usize>, String, &'static str)) {
    change(window.range(), "7m".to_owned(), "range changed to 7m");
    change(window.range(), "13h".to_owned(), "range changed to 13h");
}
