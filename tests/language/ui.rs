//! What the user reads: every `tests/ui/**/NAME.slovo` is checked alone (with `NAME.yaml` beside it as `slovo.yaml`,
//! where there is one; compared with `NAME.json`, a snapshot of a server, where there is one) and the rendering must equal
//! `NAME.stderr`. `UPDATE_GOLDENS=1 cargo test --test language ui::` rewrites;
//! `CASE=types/mean` takes the cases whose path holds that text.

use crate::common;

use std::path::Path;

#[test]
fn messages() {
    let mut wrong = Vec::new();
    let cases = common::cases_below(Path::new("tests/ui"), "slovo");
    assert!(!cases.is_empty(), "no case, {:?}", common::one_case());
    for case in &cases {
        let text = std::fs::read_to_string(case).unwrap();
        let yaml = std::fs::read_to_string(case.with_extension("yaml")).ok();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let files = [(name.as_str(), text.as_str())];
        let shown = match std::fs::read_to_string(case.with_extension("json")) {
            Ok(snapshot) => common::check_against(&files, yaml.as_deref(), &snapshot).rendered,
            Err(_) => common::check(&files, yaml.as_deref()).rendered,
        };
        common::golden(&case.with_extension("stderr"), &shown, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Every code has at least one case that shows it.
#[test]
fn every_code_is_shown() {
    let shown: String = common::files_below(Path::new("tests/ui"), "stderr")
        .iter()
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect();
    let without: Vec<_> = slovo::diag::codes::all()
        .filter(|c| !common::NEEDS_A_FILE_SYSTEM.contains(&c.id) && !shown.contains(&format!("[{}]", c.id)))
        .map(|c| c.id)
        .collect();
    assert!(without.is_empty(), "codes without a case in tests/ui: {without:?}");
}
