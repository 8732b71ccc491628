//! The model holds what was said, not where: equal models come of equal promises, wherever they are written.

use std::path::Path;

use slovo::Model;
use slovo::project::Project;

use crate::common;

/// Every statement of the language, and a project as teams write them.
fn projects() -> Vec<(String, Vec<(String, String)>, String)> {
    let all = std::fs::read_to_string("tests/hostile/payloads/all.slovo").unwrap();
    // Every other piece is the name of a rule, in whose place texts are tried elsewhere.
    let all: String = all.split('@').step_by(2).collect::<Vec<_>>().join("Some words");
    let yaml = "project: x\noutputs: {prometheus: {engine: prometheus 3.5}, docs: {path: d}}\n";
    let mut shop = Vec::new();
    for path in common::files_below(Path::new("examples/astronomy-shop"), "slovo") {
        shop.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
    }
    let settings = std::fs::read_to_string("examples/astronomy-shop/slovo.yaml").unwrap();
    vec![
        ("every statement".to_owned(), vec![("all.slovo".to_owned(), all)], yaml.to_owned()),
        ("shop".to_owned(), shop, settings),
    ]
}

fn model(files: &[(String, String)], yaml: &str) -> Model {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let compiled = Project::in_memory(&files, yaml).compile();
    let found: Vec<&str> = compiled.diagnostics.iter().map(|d| d.message.as_str()).collect();
    compiled.model.unwrap_or_else(|| panic!("{found:#?}"))
}

#[test]
fn places_are_not_content() {
    for (name, files, yaml) in projects() {
        let before = model(&files, &yaml);
        let moved = |(path, text): &(String, String)| (format!("moved/{path}"), format!("# new\n\n{text}"));
        let after = model(&files.iter().map(moved).collect::<Vec<_>>(), &format!("# new\n{yaml}"));
        let (first, second) = (before.journeys[0].origin, after.journeys[0].origin);
        assert_ne!(before.place(first), after.place(second), "{name}: nothing moved");
        assert_eq!(before, after, "{name}");
        let data = |model: &Model| serde_json::to_string(model).unwrap();
        assert_eq!(data(&before), data(&after), "{name}");
        for word in ["\"span\":", "\"origin\":", "\"place", "moved"] {
            assert!(!data(&after).contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn content_is() {
    let (_, files, yaml) = projects().remove(1);
    let before = model(&files, &yaml);
    // One word of any text, one number, one name.
    for (from, to) in
        [("99.5%", "99.4%"), ("Buy what is in the basket", "Buy it"), ("urgency ticket", "urgency none")]
    {
        let at = files.iter().position(|(_, text)| text.contains(from)).unwrap_or_else(|| panic!("{from}"));
        let mut changed = files.clone();
        changed[at].1 = changed[at].1.replacen(from, to, 1);
        let files: Vec<(&str, &str)> = changed.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        if let Some(after) = Project::in_memory(&files, &yaml).compile().model {
            assert_ne!(before, after, "{from}");
            assert_ne!(
                serde_json::to_string(&before).unwrap(),
                serde_json::to_string(&after).unwrap(),
                "{from}"
            );
        } else {
            panic!("{from} no longer compiles");
        }
    }
}
