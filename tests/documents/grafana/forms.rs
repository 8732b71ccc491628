//! The forms in which dashboards are delivered, read back by a YAML reader.

use serde_json::Value;
use slovo::ir::Form;

use super::tools::{boards, emit, example, model_of, models};

#[test]
fn files_and_their_provider() {
    let model = example("astronomy-shop");
    let files = emit(&model);
    let provider = files.iter().find(|a| a.path == "provider.yaml").unwrap();
    let parsed: Value = serde_yaml::from_str(&provider.text).unwrap();
    assert_eq!(parsed["apiVersion"], 1);
    let one = &parsed["providers"][0];
    assert_eq!(one["type"], "file");
    assert_eq!(one["orgId"], 1);
    assert_eq!(one["folder"], "Promises to shoppers");
    assert_eq!(one["disableDeletion"], false);
    assert_eq!(one["allowUiUpdates"], false);
    assert_eq!(one["options"]["path"], "/var/lib/grafana/dashboards/slo");
    for file in files.iter().filter(|a| a.path.ends_with(".json")) {
        let board: Value = serde_json::from_str(&file.text).unwrap();
        assert_eq!(file.path, format!("dashboards/{}.json", board["uid"].as_str().unwrap()));
    }
}

/// Dashboards in Kubernetes objects are those of the files, to the last character.
#[test]
fn kubernetes_objects() {
    for (name, mut model) in models() {
        let plain = boards(&model);
        model.settings.grafana.namespace = Some("monitoring".to_owned());
        model.settings.grafana.folder = Some("on".to_owned());
        model.settings.grafana.labels.insert("team".to_owned(), "yes".to_owned());
        model.settings.grafana.form = Form::Configmaps;
        let files = emit(&model);
        // One for each journey and one for the overview; more where a journey fills more than one.
        assert!(files.len() > model.journeys.len(), "{name}");
        let mut found = Vec::new();
        for file in &files {
            assert!(file.text.len() < 1_048_576, "{}", file.path);
            let object: Value = serde_yaml::from_str(&file.text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!((&object["apiVersion"], &object["kind"]), (&"v1".into(), &"ConfigMap".into()));
            assert_eq!(object["metadata"]["namespace"], "monitoring");
            assert_eq!(object["metadata"]["labels"]["grafana_dashboard"], "1");
            assert_eq!(object["metadata"]["labels"]["team"], "yes");
            assert_eq!(object["metadata"]["annotations"]["grafana_folder"], "on");
            for (key, text) in object["data"].as_object().unwrap() {
                let board: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
                assert_eq!(*key, format!("{}.json", board["uid"].as_str().unwrap()));
                found.push(board);
            }
        }
        assert_eq!(sorted(&found), sorted(&plain), "{name}");

        model.settings.grafana.form = Form::Operator;
        let objects: Vec<Value> =
            emit(&model).iter().map(|f| serde_yaml::from_str(&f.text).unwrap()).collect();
        for object in &objects {
            assert_eq!(object["apiVersion"], "grafana.integreatly.org/v1beta1");
            assert_eq!(object["kind"], "GrafanaDashboard");
            assert_eq!(object["spec"]["instanceSelector"]["matchLabels"]["dashboards"], "grafana");
            assert_eq!(object["spec"]["folder"], "on");
        }
        let inner: Vec<Value> = objects
            .iter()
            .map(|o| serde_json::from_str(o["spec"]["json"].as_str().unwrap()).unwrap())
            .collect();
        assert_eq!(sorted(&inner), sorted(&plain), "{name}");
    }
}

/// A journey whose dashboards fill more than one object is split; none is lost.
#[test]
fn large_journeys_are_split() {
    let mut text = String::from(
        "team shop \"Shop\" {\n  pages \"p\"\n}\nmetric calls_total: counter of calls { labels job, code }\njourney big \"Big\" {\n  owner shop\n",
    );
    for step in 0..8 {
        text.push_str(&format!("  step s{step} \"Step {step}\" {{\n"));
        for promise in 0..6 {
            text.push_str(&format!(
                "    promise p{promise} \"P\" {{\n      keep for 99% of calls over 28d\n      total calls_total{{job=\"a\"}}\n      bad where {{code=~\"5..\"}}\n    }}\n"
            ));
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    let mut model = model_of(&[("a.slovo", &text)], "project: shop\nretention: 100d\n");
    model.settings.grafana.form = Form::Configmaps;
    let files = emit(&model);
    // As `kubectl apply` keeps them, with room for the names of its own.
    for file in &files {
        let object: Value = serde_yaml::from_str(&file.text).unwrap();
        let kept = object.to_string().len();
        assert!(kept < 262_144 - 2_048, "{}: {kept}", file.path);
    }
    let names: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(names[..3], ["slo-j-big.10.yaml", "slo-j-big.11.yaml", "slo-j-big.12.yaml"]);
    // What cannot be cut is told, in the forms that kubectl applies.
    for (form, told) in [("kubernetes", true), ("files", false)] {
        let yaml = format!("project: shop\nretention: 100d\noutputs: {{prometheus: {{form: {form}}}}}\n");
        let project = slovo::project::Project::in_memory(&[("a.slovo", &text)], &yaml);
        let found = project.compile().diagnostics;
        let found: Vec<_> = found.iter().filter(|d| d.code.id == "W0505").collect();
        assert_eq!(found.len(), usize::from(told), "{form}");
        assert!(
            found.iter().all(|d| d.message.contains("`shop--big`") && d.help[0].contains("--server-side"))
        );
    }
    let count = |file: &slovo::backend::Artifact| {
        let object: Value = serde_yaml::from_str(&file.text).unwrap();
        assert_eq!(format!("{}.yaml", object["metadata"]["name"].as_str().unwrap()), file.path);
        object["data"].as_object().unwrap().len()
    };
    assert_eq!(files.iter().map(count).sum::<usize>(), 1 + 1 + 48);
}

#[test]
fn resources_of_grafanas_api() {
    let mut model = example("astronomy-shop");
    let plain = boards(&model);
    model.settings.grafana.form = Form::Resource;
    model.settings.grafana.folder = Some("slo-folder".to_owned());
    let objects = boards(&model);
    for object in &objects {
        assert_eq!(object["apiVersion"], "dashboard.grafana.app/v1beta1");
        assert_eq!(object["kind"], "Dashboard");
        assert_eq!(object["metadata"]["name"], object["spec"]["uid"]);
        assert_eq!(object["metadata"]["annotations"]["grafana.app/folder"], "slo-folder");
    }
    let inner: Vec<Value> = objects.iter().map(|o| o["spec"].clone()).collect();
    assert_eq!(sorted(&inner), sorted(&plain));
}

/// A prefix of your own tells two environments in one Grafana apart.
#[test]
fn a_prefix_of_ones_own() {
    let mut model = example("astronomy-shop");
    model.settings.grafana.prefix = "slo-staging".to_owned();
    for board in boards(&model) {
        let uid = board["uid"].as_str().unwrap();
        assert!(uid.starts_with("slo-staging-") && uid.len() <= 40, "{uid}");
    }
}

#[test]
fn deployments_are_marked_where_they_are_known() {
    let mut model = example("minimal");
    assert!(boards(&model).iter().all(|b| b["annotations"]["list"].as_array().unwrap().len() == 1));
    let expr = "changes(process_start_time_seconds[5m]) > 0";
    model.settings.grafana.deployments = Some(expr.to_owned());
    for board in boards(&model) {
        let marks = board["annotations"]["list"].as_array().unwrap();
        assert_eq!(marks[1]["target"]["expr"], expr);
    }
}

fn sorted(list: &[Value]) -> Vec<String> {
    let mut all: Vec<String> = list.iter().map(Value::to_string).collect();
    all.sort();
    all
}
