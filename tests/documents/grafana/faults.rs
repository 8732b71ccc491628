//! Twenty-four mistakes that people make in dashboards, each put into one of ours: the check sees them all.

use serde_json::{Value, json};

use super::check::faults;
use super::tools::{boards, every_form};

/// The first panel of a kind.
fn first<'b>(board: &'b mut Value, kind: &str) -> &'b mut Value {
    board["panels"].as_array_mut().unwrap().iter_mut().find(|p| p["type"] == kind).unwrap()
}

/// The value of the first exception with this property.
fn property<'b>(panel: &'b mut Value, id: &str) -> &'b mut Value {
    let overrides = panel["fieldConfig"]["overrides"].as_array_mut().unwrap();
    overrides
        .iter_mut()
        .flat_map(|o| o["properties"].as_array_mut().unwrap())
        .find(|p| p["id"] == id)
        .unwrap()
}

type Fault = (&'static str, fn(&mut Value));

const ALL: &[Fault] = &[
    ("outside of the grid", |b| b["panels"][0]["gridPos"]["w"] = json!(25)),
    ("unknown key of a panel", |b| b["panels"][0]["tilte"] = json!("x")),
    ("threshold as a text", |b| {
        first(b, "stat")["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"] = json!("0.2");
    }),
    ("mode of thresholds", |b| {
        first(b, "stat")["fieldConfig"]["defaults"]["thresholds"]["mode"] = json!("absolut");
    }),
    ("colour mode of a stat", |b| first(b, "stat")["options"]["colorMode"] = json!("backgroud")),
    ("unknown option of a stat", |b| first(b, "stat")["options"]["grahpMode"] = json!("none")),
    ("interpolation of a curve", |b| {
        first(b, "timeseries")["fieldConfig"]["defaults"]["custom"]["lineInterpolation"] = json!("linaer");
    }),
    ("unknown style of a curve", |b| {
        first(b, "timeseries")["fieldConfig"]["defaults"]["custom"]["lineWidht"] = json!(2);
    }),
    ("query that is a number", |b| first(b, "stat")["targets"][0]["expr"] = json!(5)),
    ("format of a query", |b| first(b, "stat")["targets"][0]["format"] = json!("tabel")),
    ("type of a variable", |b| b["templating"]["list"][0]["type"] = json!("datasorce")),
    ("type of a link", |b| b["links"][0]["type"] = json!("dashboard")),
    ("refresh that is not a text", |b| b["refresh"] = json!(true)),
    ("no schema version", |b| drop(b.as_object_mut().unwrap().remove("schemaVersion"))),
    ("type of a mapping", |b| {
        first(b, "stat")["fieldConfig"]["defaults"]["mappings"][0]["type"] = json!("rnage");
    }),
    ("transformation without a name", |b| {
        drop(first(b, "table")["transformations"][0].as_object_mut().unwrap().remove("id"));
    }),
    ("unit", |b| first(b, "stat")["fieldConfig"]["defaults"]["unit"] = json!("percentunti")),
    ("type of a panel", |b| first(b, "stat")["type"] = json!("stta")),
    ("number of a panel twice", |b| b["panels"][1]["id"] = b["panels"][0]["id"].clone()),
    ("PromQL", |b| first(b, "stat")["targets"][0]["expr"] = json!("min(promise:budget_remaining{")),
    ("unknown transformation", |b| first(b, "table")["transformations"][0]["id"] = json!("mergee")),
    ("unknown property of an exception", |b| {
        first(b, "table")["fieldConfig"]["overrides"][0]["properties"][0]["id"] = json!("linkz");
    }),
    ("overlapping panels", |b| b["panels"][1]["gridPos"]["x"] = json!(4)),
    ("kind of a table's cell", |b| {
        property(first(b, "table"), "custom.cellOptions")["value"]["type"] = json!("guage");
    }),
];

#[test]
fn every_fault_is_seen() {
    assert_eq!(ALL.len(), 24);
    let boards = boards(&every_form());
    let board = boards.iter().find(|b| b["uid"].as_str().unwrap().starts_with("slo-j-")).unwrap();
    assert!(faults(board).is_empty(), "{:?}", faults(board));
    for (name, spoil) in ALL {
        let mut spoiled = board.clone();
        spoil(&mut spoiled);
        assert_ne!(spoiled, *board, "{name}");
        let found = faults(&spoiled);
        assert!(!found.is_empty(), "{name} is not seen");
    }
}
