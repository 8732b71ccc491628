//! The rules of dashboard-linter that a promise's dashboard can obey; the others are in the `.lint` file, with reasons.

use promql_parser::parser::{Expr, parse};
use serde_json::Value;

use super::tools::{boards, emit, example, interpolated, models, panels, queries};

const TITLED: [&str; 6] = ["stat", "singlestat", "graph", "table", "timeseries", "gauge"];

/// What the linter would say.
fn complaints(board: &Value) -> Vec<String> {
    let mut said = Vec::new();
    let variables = board["templating"]["list"].as_array().unwrap();
    // template-datasource-rule
    let sources: Vec<_> = variables.iter().filter(|v| v["type"] == "datasource").collect();
    if sources.len() != 1 || sources[0]["name"] != "datasource" || sources[0]["label"] != "Data source" {
        said.push("template-datasource-rule".to_owned());
    }
    // template-label-promql-rule and template-on-time-change-reload-rule speak of query variables.
    if variables.iter().any(|v| v["type"] == "query") {
        said.push("a query variable".to_owned());
    }
    // uneditable-dashboard
    if board["editable"] != false {
        said.push("uneditable-dashboard".to_owned());
    }
    for panel in panels(board) {
        let kind = panel["type"].as_str().unwrap();
        if !TITLED.contains(&kind) {
            continue;
        }
        // panel-title-description-rule
        for key in ["title", "description"] {
            if panel[key].as_str().unwrap_or_default().is_empty() {
                said.push(format!("panel-title-description-rule: {} has no {key}", panel["title"]));
            }
        }
        // panel-datasource-rule
        if panel["datasource"]["uid"] != "${datasource}" {
            said.push(format!("panel-datasource-rule: {}", panel["title"]));
        }
        // panel-no-targets-rule
        if panel["targets"].as_array().is_none_or(Vec::is_empty) {
            said.push(format!("panel-no-targets-rule: {}", panel["title"]));
        }
        // panel-units-rule: a unit, or words for values.
        let defaults = &panel["fieldConfig"]["defaults"];
        if defaults["unit"].as_str().unwrap_or_default().is_empty()
            && defaults["mappings"].as_array().is_none_or(Vec::is_empty)
        {
            said.push(format!("panel-units-rule: {}", panel["title"]));
        }
    }
    for (at, expr) in queries(board) {
        // target-promql-rule
        let Ok(parsed) = parse(&interpolated(&expr)) else {
            said.push(format!("target-promql-rule: {at}"));
            continue;
        };
        // target-rate-interval-rule, target-counter-agg-rule: no rate is taken here, no counter is read.
        walk(&parsed, &mut |name| {
            if ["rate", "irate", "increase"].contains(&name) || name.ends_with("_total") {
                said.push(format!("target-rate-interval-rule, target-counter-agg-rule: {at}: {name}"));
            }
        });
        // target-logql-rule, target-logql-auto-rule
        if expr.contains("|=") {
            said.push(format!("target-logql-rule: {at}"));
        }
    }
    said
}

/// The names of functions and metrics.
fn walk(expr: &Expr, see: &mut impl FnMut(&str)) {
    match expr {
        Expr::Aggregate(e) => walk(&e.expr, see),
        Expr::Unary(e) => walk(&e.expr, see),
        Expr::Binary(e) => {
            walk(&e.lhs, see);
            walk(&e.rhs, see);
        }
        Expr::Paren(e) => walk(&e.expr, see),
        Expr::Subquery(e) => walk(&e.expr, see),
        Expr::VectorSelector(e) => see(e.name.as_deref().unwrap_or_default()),
        Expr::MatrixSelector(e) => see(e.vs.name.as_deref().unwrap_or_default()),
        Expr::Call(e) => {
            see(e.func.name);
            for arg in &e.args.args {
                walk(arg, see);
            }
        }
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

#[test]
fn the_linter_is_content() {
    for (name, model) in models() {
        for board in boards(&model) {
            let said = complaints(&board);
            assert!(said.is_empty(), "{name}: {}: {said:#?}", board["uid"]);
        }
    }
}

/// What cannot be obeyed stands in `.lint`, each with its reason.
#[test]
fn exclusions_have_reasons() {
    let files = emit(&example("astronomy-shop"));
    let lint = files.iter().find(|a| a.path == "dashboards/.lint").unwrap();
    let parsed: serde_json::Value = serde_yaml::from_str(&lint.text).unwrap();
    let rules = parsed["exclusions"].as_object().unwrap();
    let names: Vec<&str> = rules.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "panel-units-rule",
            "target-instance-rule",
            "target-job-rule",
            "template-instance-rule",
            "template-job-rule"
        ]
    );
    assert!(rules.values().all(|r| r["reason"].as_str().is_some_and(|r| r.len() > 30)));
}
