//! Correct projects, varied as real ones are: `check` is silent on each of them, warnings included.

use crate::common;

use std::path::Path;

#[test]
fn nothing_is_said() {
    let people = std::fs::read_to_string("tests/correct/people.slovo").unwrap();
    let mut said = Vec::new();
    let all = common::files_below(Path::new("tests/correct"), "slovo");
    let projects: Vec<_> = all.iter().filter(|p| !p.ends_with("people.slovo")).collect();
    assert!(projects.len() >= 40, "{} projects", projects.len());
    for path in projects {
        let text = std::fs::read_to_string(path).unwrap();
        let yaml = "project: correct\nretention: 100d\n";
        let found = common::check(&[("spec.slovo", &text), ("people.slovo", &people)], Some(yaml));
        if !found.codes.is_empty() {
            said.push(format!("{}:\n{}", path.display(), found.rendered));
        }
    }
    assert!(said.is_empty(), "{}", said.join("\n"));
}
