//! Specs of other tools: imported, what is written compiled, and the report in its three forms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slovo::import::{Input, Target, import};

fuzz_target!(|text: &str| {
    let input = Input { path: "specs.yaml".to_owned(), text: Ok(text.to_owned()), named: true };
    let target = Target { project: None, prefix: String::new(), name: "shop".to_owned() };
    let Ok(made) = import(&[input], &target) else { return };
    let report = &made.report;
    assert!(!report.text().is_empty() && !report.markdown().is_empty() && !report.json().is_empty());
    let Some(project) = made.project() else { return };
    let compiled = project.compile();
    let codes: Vec<_> = compiled.diagnostics.iter().map(|d| (d.code.id, &d.message)).collect();
    assert!(compiled.model.is_some(), "{codes:?}: {:?}", made.files);
});
