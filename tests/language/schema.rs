//! docs/slovo.schema.json says what `slovo.yaml` accepts: the same keys, place by place, and every code that a lint
//! may name looks as the schema says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

fn resolve<'s>(schema: &'s Value, at: &'s Value) -> &'s Value {
    // `none`, or what has keys.
    let at = at.get("anyOf").and_then(|list| list.as_array()?.last()).unwrap_or(at);
    match at.get("$ref").and_then(Value::as_str) {
        Some(path) => schema.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("{path}")),
        None => at,
    }
}

#[test]
fn the_schema_names_the_keys_that_are_read() {
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string("docs/slovo.schema.json").unwrap()).unwrap();
    for (path, keys) in slovo::config::keys::ALL {
        let mut at = &schema;
        for part in path.split('.').filter(|p| !p.is_empty()) {
            at = resolve(&schema, at);
            at = match part {
                "*" => at.get("items").or_else(|| at.get("additionalProperties")).unwrap(),
                key => at.pointer(&format!("/properties/{key}")).unwrap_or_else(|| panic!("{path}")),
            };
        }
        let at = resolve(&schema, at);
        if *path == "outputs" {
            // Names of your own, each of one of the kinds.
            let kinds = at.pointer("/additionalProperties/anyOf/1/properties/kind/enum").unwrap();
            assert_eq!(kinds, &serde_json::json!(keys));
        } else {
            assert_eq!(at["additionalProperties"], false, "{path}");
        }
        let said: BTreeSet<&str> = at["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(said, keys.iter().copied().collect(), "{path}");
    }
}

/// Everything at once is accepted, and arrives.
#[test]
fn a_full_configuration() {
    let yaml = std::fs::read_to_string("tests/config/full.yaml").unwrap();
    let project = slovo::project::Project::in_memory(&[("a.slovo", "")], &yaml);
    let found: Vec<_> = project.diagnostics.iter().map(|d| &d.message).collect();
    assert!(found.is_empty(), "{found:?}");
    let settings = &project.config.settings;
    assert_eq!(settings.project, "shop");
    assert_eq!(settings.default_window.unwrap().as_days(), 28);
    assert_eq!(settings.labels["version"], "1.50");
    assert_eq!(settings.scope.len(), 2);
    assert_eq!(settings.links.documents.as_deref(), Some("https://docs.example/slo"));
    assert_eq!(settings.profile.tiers.len(), 2);
    assert_eq!(settings.profile.windows.len(), 2);
    assert_eq!(settings.limits.objective_digits, 4);
    assert_eq!(settings.today.unwrap().to_string(), "2026-10-01");
    let outputs: Vec<_> = project.config.outputs.iter().map(|o| o.path.as_str()).collect();
    assert_eq!(outputs, ["boards", "rules", "deploy/mimir"]);
    assert_eq!(settings.external_labels, ["region"]);
    let grafana = &settings.grafana;
    assert_eq!(grafana.form, slovo::ir::Form::Operator);
    assert_eq!(grafana.folder.as_deref(), Some("Promises"));
    assert_eq!(grafana.prefix, "slo-prod");
    assert_eq!(grafana.mounted_at, "/srv/boards");
    assert_eq!(grafana.namespace.as_deref(), Some("monitoring"));
    assert_eq!(grafana.labels["tier"], "1");
    assert_eq!(grafana.annotations["note"], "on");
    assert_eq!(grafana.instances["grafana"], "main");
    assert_eq!(grafana.deployments.as_deref(), Some("changes(process_start_time_seconds[5m]) > 0"));
    let limits = slovo::ir::Mimir { rules_per_group: Some(50), groups: Some(200) };
    assert_eq!(settings.prometheus.target, slovo::ir::Target::Mimir(limits));
    assert!(settings.prometheus.sloth);
    assert_eq!(project.config.environments, ["production", "staging"]);
    assert_eq!(project.config.lints.levels.len(), 1);
}

/// A `slovo.yaml` that somebody has hit with a hammer is reported, never a panic, and at places that exist.
fn never_panics(yaml: &str) {
    let project = slovo::project::Project::in_memory(&[("a.slovo", "")], yaml);
    let options = slovo::diag::render::Options::plain(80);
    slovo::diag::render::human(&project.diagnostics, &project.sources, &options);
    for diagnostic in project.diagnostics.iter() {
        for label in &diagnostic.labels {
            assert!(yaml.get(label.span.range()).is_some(), "{:?} in {yaml:?}", label.span);
        }
    }
}

proptest! {
    #[test]
    fn damaged_configurations(cuts in prop::collection::vec((0_usize..1500, 0_usize..40, "[-a:{}\\[\\], \n\t#&*!|>'\"%@`~?é0-9]{0,6}"), 1..6)) {
        let mut yaml = include_str!("../config/full.yaml").to_owned();
        for (at, length, with) in cuts {
            let floor = |at: usize| (0..=at.min(yaml.len())).rev().find(|a| yaml.is_char_boundary(*a)).unwrap_or(0);
            let (at, end) = (floor(at), floor(at + length));
            yaml.replace_range(at..end, "");
            yaml.insert_str(at, &with);
        }
        never_panics(&yaml);
    }

    #[test]
    fn arbitrary_configurations(yaml in "[-a-c:{}\\[\\], \r\n\t#&*!|>'\"%@`~?é\u{85}\u{2028}\u{feff}0-9]{0,80}") {
        never_panics(&yaml);
    }
}
