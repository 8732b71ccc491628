//! Every query reads only what the rules record, or alerts that they raise: held against the rule files as they are written, not
//! against what the dashboards' code believes of them.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{Expr, VectorSelector, parse};
use serde_json::Value;
use slovo::backend::Backend as _;
use slovo::backend::prometheus::Prometheus;
use slovo::ir::Model;

use super::tools::{boards, interpolated, models, queries};

/// A rule as its file has it.
struct Rule {
    name: String,
    labels: BTreeMap<String, String>,
    expr: String,
}

struct Rules {
    recorded: Vec<Rule>,
    alerts: Vec<Rule>,
}

fn rules(model: &Model) -> Rules {
    let (mut recorded, mut alerts) = (Vec::new(), Vec::new());
    for file in Prometheus.emit(model).unwrap() {
        let parsed: Value = serde_yaml::from_str(&file.text).unwrap();
        for rule in parsed["groups"].as_array().unwrap().iter().flat_map(|g| g["rules"].as_array().unwrap()) {
            let labels = rule["labels"].as_object().into_iter().flatten();
            let labels = labels.map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())).collect();
            let expr = rule["expr"].as_str().unwrap().to_owned();
            match (rule["record"].as_str(), rule["alert"].as_str()) {
                (Some(name), _) => recorded.push(Rule { name: name.to_owned(), labels, expr }),
                (None, Some(name)) => alerts.push(Rule { name: name.to_owned(), labels, expr }),
                (None, None) => panic!("{rule}"),
            }
        }
    }
    Rules { recorded, alerts }
}

/// Labels that come from the series a rule reads, where it does not set them itself.
const FROM_SERIES: [&str; 3] = ["step", "promise", "window"];

fn accepts(matcher: &Matcher, value: &str) -> bool {
    match &matcher.op {
        MatchOp::Equal => matcher.value == value,
        MatchOp::NotEqual => matcher.value != value,
        MatchOp::Re(pattern) => {
            regex::Regex::new(&format!("^(?:{})$", pattern.as_str())).unwrap().is_match(value)
        }
        MatchOp::NotRe(pattern) => {
            !regex::Regex::new(&format!("^(?:{})$", pattern.as_str())).unwrap().is_match(value)
        }
    }
}

/// Why a selector can find nothing; none where it finds something.
fn finds_nothing(selector: &VectorSelector, rules: &Rules, model: &Model) -> Option<String> {
    let name = selector.name.clone().unwrap_or_default();
    let matchers = &selector.matchers.matchers;
    let (list, wanted) = if ["ALERTS", "ALERTS_FOR_STATE"].contains(&name.as_str()) {
        let alertname = matchers.iter().find(|m| m.name == "alertname");
        (&rules.alerts, alertname.map(|m| m.value.clone()))
    } else {
        (&rules.recorded, Some(name.clone()))
    };
    let candidates: Vec<&Rule> =
        list.iter().filter(|r| wanted.as_ref().is_none_or(|w| r.name == *w)).collect();
    if candidates.is_empty() {
        return Some(format!("no rule makes {name}"));
    }
    let promises: BTreeSet<(String, String, String)> = model
        .promises()
        .map(|(_, p)| {
            let path = p.path.clone();
            (path.journey, path.step.unwrap_or_default(), path.promise)
        })
        .collect();
    let by =
        |label: &str, value: &str| matchers.iter().filter(|m| m.name == label).all(|m| accepts(m, value));
    if !promises.iter().any(|(j, s, p)| by("journey", j) && by("step", s) && by("promise", p)) {
        return Some("no such promise".to_owned());
    }
    let windows: BTreeSet<&str> =
        rules.recorded.iter().filter_map(|r| r.labels.get("window")).map(String::as_str).collect();
    let fits = |rule: &&Rule| {
        matchers.iter().all(|matcher| match matcher.name.as_str() {
            "alertstate" => ["firing", "pending"].contains(&matcher.value.as_str()),
            "alertname" => true,
            label => match rule.labels.get(label) {
                Some(value) => accepts(matcher, value),
                // A rule of a promise without a step has no such label.
                None if label == "step" && rule.labels.contains_key("promise") => accepts(matcher, ""),
                None if label == "window" => {
                    let from_errors = rule.expr.contains("promise:error_ratio");
                    from_errors && windows.iter().any(|w| accepts(matcher, w))
                }
                None => FROM_SERIES.contains(&label),
            },
        })
    };
    (!candidates.iter().any(fits)).then(|| format!("no rule's labels fit {matchers:?}"))
}

fn selectors<'e>(expr: &'e Expr, found: &mut Vec<&'e VectorSelector>) {
    match expr {
        Expr::Aggregate(e) => selectors(&e.expr, found),
        Expr::Unary(e) => selectors(&e.expr, found),
        Expr::Binary(e) => {
            selectors(&e.lhs, found);
            selectors(&e.rhs, found);
        }
        Expr::Paren(e) => selectors(&e.expr, found),
        Expr::Subquery(e) => selectors(&e.expr, found),
        Expr::VectorSelector(e) => found.push(e),
        Expr::MatrixSelector(e) => found.push(&e.vs),
        Expr::Call(e) => e.args.args.iter().for_each(|a| selectors(a, found)),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

#[test]
fn only_what_is_recorded() {
    let mut count = 0;
    for (name, model) in models() {
        let rules = rules(&model);
        for board in boards(&model) {
            for (at, expr) in queries(&board) {
                let parsed = parse(&interpolated(&expr)).unwrap_or_else(|e| panic!("{at}: {e}\n{expr}"));
                let mut found = Vec::new();
                selectors(&parsed, &mut found);
                assert!(!found.is_empty(), "{name}: {at} reads nothing");
                for selector in found {
                    let why = finds_nothing(selector, &rules, &model);
                    assert_eq!(why, None, "{name}: {at}: {selector}");
                    count += 1;
                }
            }
        }
    }
    println!("{count} selectors find what they look for");
    assert!(count > 1000, "{count}");
}

/// The check itself sees what is not there.
#[test]
fn what_is_not_recorded_is_seen() {
    let model = super::tools::example("minimal");
    let rules = rules(&model);
    let of = |expr: &str| {
        let parsed = parse(expr).unwrap();
        let mut found = Vec::new();
        selectors(&parsed, &mut found);
        finds_nothing(found[0], &rules, &model)
    };
    assert_eq!(of(r#"promise:burn_rate{project="minimal",journey="visit",window="1h"}"#), None);
    assert_eq!(of(r#"ALERTS{alertname="PromiseBurnsSlowly",alertstate="firing",project="minimal"}"#), None);
    for expr in [
        r#"promise:burn_rate{project="other",journey="visit",window="1h"}"#,
        r#"promise:burn_rate{journey="visit",window="17h"}"#,
        r#"promise:burn_rate{journey="visit",step="close",window="1h"}"#,
        r#"promise:error_budget_left{journey="visit"}"#,
        r#"promise:finished_events:count{journey="visit"}"#,
        r#"promise:events:count{journey="visit",region="eu"}"#,
        r#"ALERTS{alertname="PromiseBurnsFast"}"#,
    ] {
        assert!(of(expr).is_some(), "{expr}");
    }
}
