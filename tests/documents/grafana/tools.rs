//! Models and what is made of them.

use std::path::Path;

use serde_json::Value;
use slovo::backend::Artifact;
use slovo::backend::Backend as _;
use slovo::backend::grafana::Grafana;
use slovo::ir::Model;

use crate::common;

/// The model of these files.
pub fn model_of(files: &[(&str, &str)], yaml: &str) -> Model {
    let project = slovo::project::Project::in_memory(files, yaml);
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    compiled.model.unwrap_or_else(|| panic!("{said}"))
}

/// The model of an example.
pub fn example(name: &str) -> Model {
    let folder = Path::new("examples").join(name);
    let yaml = std::fs::read_to_string(folder.join("slovo.yaml")).unwrap();
    let files: Vec<(String, String)> = common::files_below(&folder, "slovo")
        .into_iter()
        .map(|p| {
            (p.strip_prefix(&folder).unwrap().display().to_string(), std::fs::read_to_string(&p).unwrap())
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    model_of(&files, &yaml)
}

/// Everything the language can measure, one budget and several, with and without alerts.
pub fn every_form() -> Model {
    model_of(
        &[("forms.slovo", include_str!("forms.slovo"))],
        "project: shop\nretention: 100d\nlinks:\n  documents: https://slo.example\n",
    )
}

/// Every file.
pub fn emit(model: &Model) -> Vec<Artifact> {
    Grafana.emit(model).unwrap()
}

/// Every dashboard.
pub fn boards(model: &Model) -> Vec<Value> {
    emit(model)
        .iter()
        .filter(|a| a.path.ends_with(".json"))
        .map(|a| serde_json::from_str(&a.text).unwrap_or_else(|e| panic!("{}: {e}", a.path)))
        .collect()
}

/// All models that dashboards are looked at of.
pub fn models() -> Vec<(&'static str, Model)> {
    vec![
        ("astronomy-shop", example("astronomy-shop")),
        ("minimal", example("minimal")),
        ("every form", every_form()),
        ("nasty", super::nasty::model()),
    ]
}

/// The panels of a dashboard.
pub fn panels(board: &Value) -> Vec<&Value> {
    board["panels"].as_array().unwrap().iter().collect()
}

/// Every query of a dashboard with where it stands; `annotations` too.
pub fn queries(board: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for panel in panels(board) {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let at = format!("{} / {} {}", board["uid"], panel["title"], target["refId"]);
            found.push((at, target["expr"].as_str().unwrap_or_default().to_owned()));
        }
    }
    for annotation in board["annotations"]["list"].as_array().into_iter().flatten() {
        let at = format!("{} / {}", board["uid"], annotation["name"]);
        found.push((at, annotation["target"]["expr"].as_str().unwrap_or_default().to_owned()));
    }
    found
}

/// An expression as Prometheus gets it.
pub fn interpolated(expr: &str) -> String {
    expr.replace("$__interval", "5m")
}
