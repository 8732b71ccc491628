//! `dashboard.grafana.app/v2`: valid for Grafana's own types, and the same dashboards as the classic ones, no more and no less.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use slovo::ir::{Api, Form, Model};

use super::check::faults;
use super::tools::{boards, every_form, example, models};

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("v2.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// The resources of a model, each beside the classic dashboard it was made from.
fn pairs(mut model: Model) -> Vec<(Value, Value)> {
    let classic = boards(&model);
    model.settings.grafana.form = Form::Resource;
    model.settings.grafana.api = Api::V2;
    let resources = boards(&model);
    assert_eq!(resources.len(), classic.len());
    let of = |uid: &Value| resources.iter().find(|r| r["metadata"]["name"] == *uid).unwrap().clone();
    classic.into_iter().map(|board| (of(&board["uid"]), board)).collect()
}

/// Takes a key out of an object: what remains in the end was not looked at.
fn take(from: &mut Value, key: &str) -> Value {
    from.as_object_mut().unwrap().remove(key).unwrap_or_else(|| panic!("no {key} in {from}"))
}

/// The `spec` of something of this kind, which holds nothing else.
fn spec(mut of: Value, kind: &str) -> Value {
    assert_eq!(take(&mut of, "kind"), kind);
    let inner = take(&mut of, "spec");
    nothing_left(&of);
    inner
}

fn nothing_left(of: &Value) {
    assert_eq!(*of, json!({}), "not looked at");
}

fn list(of: Value) -> Vec<Value> {
    let Value::Array(list) = of else { panic!("{of}") };
    list
}

/// A query's own fields with its data source as the classic JSON names it.
fn query(mut of: Value) -> Value {
    assert_eq!(take(&mut of, "kind"), "DataQuery");
    assert_eq!(take(&mut of, "version"), "v0");
    let source =
        json!({"type": take(&mut of, "group"), "uid": take(&mut take(&mut of, "datasource"), "name")});
    let mut inner = take(&mut of, "spec");
    nothing_left(&of);
    inner["datasource"] = source;
    inner
}

/// The classic panel that an element and its place in the layout say.
fn panel(element: Value, place: Value) -> Value {
    let mut of = spec(element, "Panel");
    assert_eq!(take(&mut of, "links"), json!([]));
    let mut data = spec(take(&mut of, "data"), "QueryGroup");
    let mut viz = take(&mut of, "vizConfig");
    // Number, heading and explanation.
    let mut made = Map::new();
    for (key, value) in std::mem::take(of.as_object_mut().unwrap()) {
        assert!(["id", "title", "description"].contains(&key.as_str()), "{key}");
        made.insert(key, value);
    }
    made.insert("gridPos".into(), place);

    assert_eq!((take(&mut viz, "kind"), take(&mut viz, "version")), (json!("VizConfig"), json!("")));
    let kind = take(&mut viz, "group");
    let mut shown = take(&mut viz, "spec");
    nothing_left(&viz);
    made.insert("options".into(), take(&mut shown, "options"));
    let config = take(&mut shown, "fieldConfig");
    nothing_left(&shown);

    let queries = list(take(&mut data, "queries")).into_iter().map(|one| {
        let mut one = spec(one, "PanelQuery");
        let mut made = query(take(&mut one, "query"));
        made["refId"] = take(&mut one, "refId");
        assert_eq!(take(&mut one, "hidden"), false);
        nothing_left(&one);
        made
    });
    let queries: Vec<Value> = queries.collect();
    let functions = list(take(&mut data, "transformations")).into_iter().map(|mut one| {
        let id = take(&mut one, "group");
        let mut inner = spec(one, "Transformation");
        let made = json!({"id": id, "options": take(&mut inner, "options")});
        nothing_left(&inner);
        made
    });
    let functions: Vec<Value> = functions.collect();
    for (key, value) in take(&mut data, "queryOptions").as_object().unwrap() {
        made.insert(key.clone(), value.clone());
    }
    nothing_left(&data);

    if kind == "text" {
        assert_eq!((&queries[..], &functions[..]), (&[][..], &[][..]));
        assert_eq!(config, json!({"defaults": {}, "overrides": []}));
    } else {
        made.insert("datasource".into(), json!({"type": "prometheus", "uid": "${datasource}"}));
        made.insert("targets".into(), queries.into());
        made.insert("fieldConfig".into(), config);
    }
    if !functions.is_empty() {
        made.insert("transformations".into(), functions.into());
    }
    made.insert("type".into(), kind);
    Value::Object(made)
}

/// The classic dashboard that a resource says.
fn classic(mut resource: Value) -> Value {
    assert_eq!(take(&mut resource, "apiVersion"), "dashboard.grafana.app/v2");
    let uid = take(&mut take(&mut resource, "metadata"), "name");
    let mut of = spec(resource, "Dashboard");
    let mut elements = take(&mut of, "elements");
    let mut layout = spec(take(&mut of, "layout"), "GridLayout");
    let mut panels = Vec::new();
    for item in list(take(&mut layout, "items")) {
        let mut item = spec(item, "GridLayoutItem");
        let mut element = take(&mut item, "element");
        assert_eq!(take(&mut element, "kind"), "ElementReference");
        let name = take(&mut element, "name");
        nothing_left(&element);
        let place = json!({
            "x": take(&mut item, "x"), "y": take(&mut item, "y"),
            "w": take(&mut item, "width"), "h": take(&mut item, "height"),
        });
        nothing_left(&item);
        panels.push(panel(take(&mut elements, name.as_str().unwrap()), place));
    }
    nothing_left(&layout);
    nothing_left(&elements);

    let mut time = take(&mut of, "timeSettings");
    take(&mut time, "autoRefreshIntervals");
    assert_eq!(take(&mut time, "hideTimepicker"), false);
    let variables = list(take(&mut of, "variables")).into_iter().map(|one| {
        let mut one = spec(one, "DatasourceVariable");
        assert_eq!(take(&mut one, "current"), json!({"text": "", "value": ""}));
        assert_eq!(take(&mut one, "allowCustomValue"), true);
        assert_eq!(
            (take(&mut one, "hide"), take(&mut one, "refresh")),
            (json!("dontHide"), json!("onDashboardLoad"))
        );
        one["query"] = take(&mut one, "pluginId");
        one["type"] = "datasource".into();
        one["hide"] = 0.into();
        one["refresh"] = 1.into();
        one
    });
    let variables: Vec<Value> = variables.collect();
    let marks = list(take(&mut of, "annotations")).into_iter().map(|one| {
        let mut one = spec(one, "AnnotationQuery");
        let mut target = query(take(&mut one, "query"));
        one["datasource"] = take(&mut target, "datasource");
        one["target"] = target;
        for (key, value) in take(&mut one, "legacyOptions").as_object().unwrap() {
            one[key] = value.clone();
        }
        one
    });
    let marks: Vec<Value> = marks.collect();
    assert_eq!(take(&mut of, "cursorSync"), "Crosshair");
    let made = json!({
        "uid": uid,
        "title": take(&mut of, "title"),
        "description": take(&mut of, "description"),
        "tags": take(&mut of, "tags"),
        "editable": take(&mut of, "editable"),
        "liveNow": take(&mut of, "liveNow"),
        "preload": take(&mut of, "preload"),
        "links": take(&mut of, "links"),
        "time": {"from": take(&mut time, "from"), "to": take(&mut time, "to")},
        "timezone": take(&mut time, "timezone"),
        "refresh": take(&mut time, "autoRefresh"),
        "fiscalYearStartMonth": take(&mut time, "fiscalYearStartMonth"),
        "templating": {"list": variables},
        "annotations": {"list": marks},
        "panels": panels,
        // What v2 says otherwise, or not at all.
        "graphTooltip": 1,
        "schemaVersion": 39,
        "version": 1,
        "timepicker": {},
        "weekStart": "",
    });
    nothing_left(&time);
    nothing_left(&of);
    made
}

#[test]
fn all_are_valid() {
    for (name, model) in models() {
        for (resource, _) in pairs(model) {
            let wrong: Vec<String> =
                SCHEMA.iter_errors(&resource).map(|e| format!("{} {e:.300}", e.instance_path())).collect();
            assert!(wrong.is_empty(), "{name}: {}: {wrong:#?}", resource["metadata"]["name"]);
        }
    }
}

/// Read back, each is the classic dashboard: every query, heading, unit, place, link and mark, and nothing beside them.
#[test]
fn the_same_as_the_classic_ones() {
    let (mut count, mut panels) = (0, 0);
    for (name, model) in models() {
        for (resource, board) in pairs(model) {
            let back = classic(resource);
            assert_eq!(back, board, "{name}: {}", board["uid"]);
            assert!(faults(&back).is_empty());
            count += 1;
            panels += back["panels"].as_array().unwrap().len();
        }
    }
    println!("{count} dashboards with {panels} panels are the same");
    assert!(count > 40 && panels > 400, "{count} {panels}");
}

/// Metadata are those of the other version.
#[test]
fn metadata() {
    let mut model = example("astronomy-shop");
    model.settings.grafana.form = Form::Resource;
    model.settings.grafana.folder = Some("slo-folder".to_owned());
    model.settings.grafana.namespace = Some("stacks-1".to_owned());
    let old = boards(&model);
    model.settings.grafana.api = Api::V2;
    let new = boards(&model);
    let of = |list: &[Value]| list.iter().map(|b| b["metadata"].clone()).collect::<Vec<_>>();
    assert_eq!(of(&old), of(&new));
    assert_eq!(new[0]["metadata"]["annotations"]["grafana.app/folder"], "slo-folder");
}

type Fault = (&'static str, fn(&mut Value));

/// The element of the first panel of a kind.
fn first<'b>(board: &'b mut Value, kind: &str) -> &'b mut Value {
    let elements = board["spec"]["elements"].as_object_mut().unwrap();
    elements.values_mut().find(|e| e["spec"]["vizConfig"]["group"] == kind).unwrap()
}

const FAULTS: &[Fault] = &[
    ("version of the API", |b| b["apiVersion"] = json!("dashboard.grafana.app/v1")),
    ("panels beside elements", |b| b["spec"]["panels"] = json!([])),
    ("no elements", |b| drop(take(&mut b["spec"], "elements"))),
    ("width as the classic JSON calls it", |b| {
        let item = &mut b["spec"]["layout"]["spec"]["items"][0]["spec"];
        item["w"] = take(item, "width");
    }),
    ("kind of a place", |b| b["spec"]["layout"]["spec"]["items"][0]["kind"] = json!("GridItem")),
    ("cross-hair as a number", |b| b["spec"]["cursorSync"] = json!(1)),
    ("transformation as in v2beta1", |b| {
        let one = &mut first(b, "table")["spec"]["data"]["spec"]["transformations"][0];
        one["kind"] = take(one, "group");
    }),
    ("transformation without a name", |b| {
        drop(take(&mut first(b, "table")["spec"]["data"]["spec"]["transformations"][0], "group"));
    }),
    ("query without its data source", |b| {
        drop(take(
            &mut first(b, "stat")["spec"]["data"]["spec"]["queries"][0]["spec"]["query"],
            "datasource",
        ));
    }),
    ("query that is a number", |b| {
        first(b, "stat")["spec"]["data"]["spec"]["queries"][0]["spec"]["query"]["spec"]["expr"] = json!(5);
    }),
    ("kind of a panel", |b| first(b, "stat")["spec"]["vizConfig"]["group"] = json!("stta")),
    ("unknown option of a stat", |b| {
        first(b, "stat")["spec"]["vizConfig"]["spec"]["options"]["grahpMode"] = json!("none");
    }),
    ("style of a curve", |b| {
        let config = &mut first(b, "timeseries")["spec"]["vizConfig"]["spec"]["fieldConfig"];
        config["defaults"]["custom"]["lineInterpolation"] = json!("linaer");
    }),
    ("kind of a mapping", |b| {
        let config = &mut first(b, "stat")["spec"]["vizConfig"]["spec"]["fieldConfig"];
        config["defaults"]["mappings"][0]["type"] = json!("rnage");
    }),
    ("refresh of a variable as a number", |b| b["spec"]["variables"][0]["spec"]["refresh"] = json!(1)),
    ("type of a link", |b| b["spec"]["links"][0]["type"] = json!("dashboard")),
    ("no automatic refresh", |b| drop(take(&mut b["spec"]["timeSettings"], "autoRefresh"))),
    ("annotation with its query outside", |b| {
        let one = &mut b["spec"]["annotations"][0]["spec"];
        one["target"] = take(one, "query");
    }),
];

#[test]
fn every_fault_is_seen() {
    let resources = pairs(every_form());
    let (board, _) = resources
        .iter()
        .find(|(r, _)| r["metadata"]["name"].as_str().unwrap().starts_with("slo-j-"))
        .unwrap();
    assert!(SCHEMA.is_valid(board));
    for (name, spoil) in FAULTS {
        let mut spoiled = board.clone();
        spoil(&mut spoiled);
        assert_ne!(spoiled, *board, "{name}");
        assert!(!SCHEMA.is_valid(&spoiled), "{name} is not seen");
    }
}
