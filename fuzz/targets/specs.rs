//! Specs of other tools: imported, what is written compiled, and the report in its three forms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slovo::import::{Input, Target, import};
use slovo::project::Project;

fuzz_target!(|text: &str| {
    let input = Input { path: "specs.yaml".to_owned(), text: Ok(text.to_owned()), named: true };
    let target = Target { project: None, prefix: String::new(), name: "shop".to_owned() };
    let Ok(made) = import(&[input], &target) else { return };
    let report = made.report;
    assert!(!report.text().is_empty() && !report.markdown().is_empty() && !report.json().is_empty());
    let yaml = made.files.iter().find(|file| file.path == "slovo.yaml");
    let sources: Vec<(&str, &str)> = made
        .files
        .iter()
        .filter(|f| f.path != "slovo.yaml")
        .map(|f| (f.path.as_str(), f.text.as_str()))
        .collect();
    let Some(yaml) = yaml else { return };
    let project = Project::in_memory(&sources, &yaml.text);
    let compiled = project.compile();
    let codes: Vec<_> = compiled.diagnostics.iter().map(|d| (d.code.id, &d.message)).collect();
    assert!(compiled.model.is_some(), "{codes:?}: {sources:?}");
});
