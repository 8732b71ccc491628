//! Is this a dashboard that Grafana shows as it is meant? Everything that is wrong with one, in words.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use super::tools::{interpolated, queries};

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("classic.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

static LISTS: LazyLock<(BTreeSet<String>, BTreeSet<String>)> = LazyLock::new(|| {
    let lists: Value = serde_json::from_str(include_str!("lists.json")).unwrap();
    let set =
        |name: &str| lists[name].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
    (set("units"), set("transformations"))
});

/// Everything that is wrong; empty where nothing is.
pub fn faults(board: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if !SCHEMA.is_valid(board) {
        wrong.extend(SCHEMA.iter_errors(board).map(|e| format!("schema: {} {e:.300}", e.instance_path())));
    }
    head(board, &mut wrong);
    grid(board, &mut wrong);
    for panel in board["panels"].as_array().into_iter().flatten() {
        fields(panel, &mut wrong);
        transformations(panel, &mut wrong);
    }
    for (at, expr) in queries(board) {
        if let Err(why) = promql_parser::parser::parse(&interpolated(&expr)) {
            wrong.push(format!("promql: {at}: {why}"));
        }
        if let Err(why) = slovo::promql::parse(&interpolated(&expr)) {
            wrong.push(format!("promql, ours: {at}: {why:?}"));
        }
    }
    wrong
}

fn head(board: &Value, wrong: &mut Vec<String>) {
    let uid = board["uid"].as_str().unwrap_or_default();
    let letters = uid.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if uid.is_empty() || uid.len() > 40 || !letters || uid.starts_with('-') || uid.ends_with('-') {
        wrong.push(format!("uid: {uid:?}"));
    }
    if board["schemaVersion"] != 39 {
        wrong.push(format!("schemaVersion: {}", board["schemaVersion"]));
    }
    let text = board.to_string();
    for never in ["${DS_", "__inputs"] {
        if text.contains(never) {
            wrong.push(format!("provisioned files cannot resolve {never}"));
        }
    }
    if board.get("id").is_some() {
        wrong.push("a dashboard of a file has no number".to_owned());
    }
}

/// Panels stand within the grid, beside each other, each with a number of its own.
fn grid(board: &Value, wrong: &mut Vec<String>) {
    let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
    for panel in board["panels"].as_array().into_iter().flatten() {
        let title = &panel["title"];
        if !ids.insert(panel["id"].as_u64()) {
            wrong.push(format!("id: {} twice", panel["id"]));
        }
        let at = |name: &str| panel["gridPos"][name].as_u64().unwrap_or(u64::from(u16::MAX));
        let (x, y, w, h) = (at("x"), at("y"), at("w"), at("h"));
        if w == 0 || h == 0 || x + w > 24 || h > 60 {
            wrong.push(format!("grid: {title} is outside"));
            continue;
        }
        let mut overlaps = false;
        for column in x..x + w {
            for row in y..y + h {
                overlaps |= !cells.insert((column, row));
            }
        }
        if overlaps {
            wrong.push(format!("grid: {title} overlaps another panel"));
        }
    }
}

fn known_unit(unit: &str) -> bool {
    let free = ["suffix:", "prefix:", "time:", "si:", "count:", "currency:", "bool:"];
    LISTS.0.contains(unit) || free.iter().any(|p| unit.strip_prefix(p).is_some_and(|rest| !rest.is_empty()))
}

fn fields(panel: &Value, wrong: &mut Vec<String>) {
    let title = &panel["title"];
    let config = &panel["fieldConfig"];
    if let Some(unit) = config["defaults"].get("unit")
        && !unit.as_str().is_some_and(known_unit)
    {
        wrong.push(format!("unit: {title}: {unit}"));
    }
    for one in config["overrides"].as_array().into_iter().flatten() {
        for property in one["properties"].as_array().into_iter().flatten() {
            if !fits(property["id"].as_str().unwrap_or_default(), &property["value"]) {
                wrong.push(format!("override: {title}: {property}"));
            }
        }
    }
}

/// Is it a property that an exception can change, with such a value? Grafana's types leave both open.
fn fits(id: &str, value: &Value) -> bool {
    let one_of = |value: &Value, list: &[&str]| value.as_str().is_some_and(|v| list.contains(&v));
    let keys = |value: &Value, list: &[&str]| {
        value.as_object().is_some_and(|o| o.keys().all(|k| list.contains(&k.as_str())))
    };
    match id {
        "unit" => value.as_str().is_some_and(known_unit),
        "decimals" | "custom.width" | "custom.lineWidth" | "custom.fillOpacity" => value.is_u64(),
        "min" | "max" => value.is_number(),
        "displayName" => value.is_string(),
        "color" => {
            keys(value, &["mode", "fixedColor"])
                && one_of(&value["mode"], &["fixed", "thresholds", "palette-classic"])
                && (value["mode"] != "fixed" || value["fixedColor"].is_string())
        }
        "thresholds" => {
            let steps = value["steps"].as_array();
            keys(value, &["mode", "steps"])
                && one_of(&value["mode"], &["absolute", "percentage"])
                && steps.is_some_and(|steps| {
                    let values: Vec<_> = steps.iter().map(|s| s["value"].as_f64()).collect();
                    values.first() == Some(&None)
                        && values.windows(2).all(|p| p[1].is_some() && p[0] < p[1])
                        && steps.iter().all(|s| s["color"].is_string() && keys(s, &["color", "value"]))
                })
        }
        "mappings" => value.as_array().is_some_and(|list| {
            list.iter().all(|m| {
                keys(m, &["type", "options"]) && one_of(&m["type"], &["value", "range", "special", "regex"])
            })
        }),
        "links" => value.as_array().is_some_and(|list| {
            list.iter().all(|l| {
                keys(l, &["title", "url", "targetBlank"]) && l["title"].is_string() && l["url"].is_string()
            })
        }),
        "custom.cellOptions" => match value["type"].as_str() {
            Some("auto" | "color-text") => keys(value, &["type"]),
            Some("gauge") => {
                keys(value, &["type", "mode", "valueDisplayMode"])
                    && one_of(&value["mode"], &["basic", "gradient", "lcd"])
                    && one_of(&value["valueDisplayMode"], &["color", "text", "hidden"])
            }
            Some(_) | None => false,
        },
        "custom.lineStyle" => {
            keys(value, &["fill", "dash"]) && one_of(&value["fill"], &["solid", "dash", "dot", "square"])
        }
        _ => false,
    }
}

fn transformations(panel: &Value, wrong: &mut Vec<String>) {
    for one in panel["transformations"].as_array().into_iter().flatten() {
        if !one["id"].as_str().is_some_and(|id| LISTS.1.contains(id)) {
            wrong.push(format!("transformation: {}: {}", panel["title"], one["id"]));
        }
    }
}
