//! `docs/model.schema.json` and the tables of `docs/model.md` are made from the types here, so that they cannot drift.
//! `UPDATE_GOLDENS=1` rewrites them.
#![allow(clippy::disallowed_methods, reason = "a test reads and rewrites its goldens")]

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{Journey, Site};

/// The promises of a project in sentences and in exact values: `model.json`, made by `slovo docs`.
#[derive(Serialize, JsonSchema)]
struct Model {
    /// The version of this form: 1. It grows by new fields only; anything else gives a new number.
    format: u32,
    /// Every journey in full, by identifier.
    journeys: Vec<Journey>,
    #[serde(flatten)]
    site: Site,
}

/// The order in which types are told.
const TYPES: &[&str] = &[
    "Journey",
    "Step",
    "Promise",
    "Floor",
    "Budget",
    "Figure",
    "Proxy",
    "EvidenceText",
    "Broken",
    "FailureRow",
    "Playbook",
    "Policy",
    "PolicyStep",
    "Engineer",
    "Stream",
    "AlertRow",
    "Together",
    "TogetherPart",
    "Scenario",
    "Data",
    "Review",
    "ReviewState",
    "Status",
    "State",
    "Agreement",
    "Day",
    "Card",
    "CardPromise",
    "Counts",
    "Team",
    "TeamRef",
    "Term",
];

#[test]
fn schema_and_reference_follow_the_types() {
    let schema = serde_json::to_value(schemars::schema_for!(Model)).unwrap();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    golden("docs/model.schema.json", &text);
    let page = std::fs::read_to_string("docs/model.md").unwrap();
    let (head, _) = page.split_once("<!-- made -->").unwrap();
    let mut made = format!("{head}<!-- made -->\n\n## The whole\n\n");
    table(&mut made, &schema);
    let kinds = schema["$defs"].as_object().unwrap();
    for name in TYPES {
        let _ = write!(made, "\n## {name}\n\n{}\n\n", kinds[*name]["description"].as_str().unwrap_or(""));
        table(&mut made, &kinds[*name]);
    }
    assert_eq!(
        kinds.len(),
        TYPES.len(),
        "{:?}",
        kinds.keys().filter(|k| !TYPES.contains(&k.as_str())).collect::<Vec<_>>()
    );
    golden("docs/model.md", &made);
}

fn golden(path: &str, actual: &str) {
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{path} is out of date: UPDATE_GOLDENS=1 cargo test --lib schema_and_reference"
    );
}

fn table(out: &mut String, kind: &Value) {
    if let Some(fields) = kind["properties"].as_object() {
        out.push_str("| field | type | |\n| --- | --- | --- |\n");
        for (name, field) in fields {
            let says = field["description"].as_str().unwrap_or("").replace('|', "\\|").replace('\n', " ");
            let _ = writeln!(out, "| `{name}` | {} | {says} |", type_of(field));
        }
    } else if let Some(values) = kind["oneOf"].as_array() {
        out.push_str("| value | |\n| --- | --- |\n");
        for value in values {
            let _ = writeln!(
                out,
                "| `{}` | {} |",
                value["const"].as_str().unwrap_or("?"),
                value["description"].as_str().unwrap_or("")
            );
        }
    }
}

fn type_of(field: &Value) -> String {
    if let Some(name) = field["$ref"].as_str() {
        let name = name.trim_start_matches("#/$defs/");
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(any) = field["anyOf"].as_array() {
        return any.iter().map(type_of).collect::<Vec<_>>().join(" or ");
    }
    let kind = &field["type"];
    if kind == "array" {
        return format!("list of {}", type_of(&field["items"]));
    }
    let kinds = kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]);
    kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
}
