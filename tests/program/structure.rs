//! Data flows one way: what each part of the source may import.

use std::collections::BTreeMap;
use std::path::Path;

/// Rust sources below a folder, with the code before their tests.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string().replace('\\', "/");
        if path.is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            // What comments link to is no import.
            let code: Vec<&str> = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
            found.push((name, code.join("\n")));
        }
    }
}

/// The parts of the crate that a code names: `ast` for `crate::ast::Item` and for `crate::{ast, ir}`.
fn parts(code: &str) -> Vec<String> {
    let word =
        |text: &str| -> String { text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect() };
    let mut list = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split("};").next().unwrap();
            let mut depth = 0;
            let mut start = true;
            for (at, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && c.is_ascii_lowercase() => {
                        list.push(word(&group[at..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            list.push(word(rest));
        }
    }
    list
}

#[test]
fn imports_are_read() {
    let code = "use crate::ast::Item;\nuse crate::{backend, check::{a, b}, ir};\nlet x = crate::value::Decimal::ONE;";
    assert_eq!(parts(code), ["ast", "backend", "check", "ir", "value"]);
}

#[test]
fn data_flows_one_way() {
    // The stages in front of the model, and whoever runs them.
    let front = ["ast", "syntax", "resolve", "elaborate", "driver", "analysis", "project", "fmt"];
    let outside = ["cli", "live", "import", "export", "against", "required", "catalogue_import"];
    let later = ["check", "rules", "backend"];
    let all = |lists: &[&[&'static str]]| lists.concat();
    let never: BTreeMap<&str, Vec<&str>> = BTreeMap::from([
        ("src/value/", all(&[&front, &outside, &later, &["ir", "diag", "config", "promql", "source"]])),
        ("src/source/", all(&[&front, &outside, &later, &["ir", "diag", "config", "promql"]])),
        ("src/series.rs", all(&[&front, &outside, &later, &["ir", "diag", "config", "promql"]])),
        ("src/ast/", all(&[&front[1..], &outside, &later, &["ir", "config", "promql"]])),
        ("src/syntax/", all(&[&front[2..7], &outside, &later, &["ir"]])),
        ("src/resolve/", all(&[&front[3..], &outside, &later, &["ir", "config", "promql"]])),
        ("src/ir/", all(&[&front, &outside, &later, &["diag", "config"]])),
        (
            "src/check/",
            all(&[
                &["syntax", "resolve", "driver", "analysis", "project", "fmt", "rules", "backend"],
                &outside,
            ]),
        ),
        ("src/rules/", all(&[&front, &outside, &["backend"]])),
        ("src/sentences/", all(&[&front, &outside, &["rules", "backend"]])),
        ("src/render/", all(&[&front, &outside, &later])),
        ("src/addresses.rs", all(&[&front, &outside, &later])),
        ("src/backend/", all(&[&front, &outside])),
        ("src/driver.rs", all(&[&["project", "fmt"], &outside])),
        ("src/exposition/", all(&[&front, &outside, &later, &["ir", "config"]])),
    ]);
    let mut list = Vec::new();
    sources(Path::new("src"), &mut list);
    let mut wrong = Vec::new();
    for (part, never) in &never {
        let files: Vec<_> = list.iter().filter(|(name, _)| name.starts_with(part)).collect();
        assert!(!files.is_empty(), "{part} is not there");
        for (name, code) in files {
            for import in parts(code) {
                if never.contains(&import.as_str()) {
                    wrong.push(format!("{name} imports {import}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The backends. Beside them in `src/backend/` is what several of them write with.
const BACKENDS: [&str; 5] = ["alertmanager", "docs", "grafana", "prometheus", "proofs"];

#[test]
fn backends_know_nothing_of_each_other() {
    let mut list = Vec::new();
    sources(Path::new("src/backend"), &mut list);
    let mut wrong = Vec::new();
    for own in BACKENDS {
        let folder = format!("src/backend/{own}/");
        let files: Vec<_> = list.iter().filter(|(name, _)| name.starts_with(&folder)).collect();
        assert!(!files.is_empty(), "{folder} is not there");
        for (name, code) in files {
            for other in BACKENDS.iter().filter(|other| **other != own) {
                let named =
                    [format!("backend::{other}"), format!("super::{other}"), format!("backend::{{{other}")];
                if named.iter().any(|path| code.contains(path.as_str())) {
                    wrong.push(format!("{name} imports {other}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
