//! Expressions collected beside the repository: `V` valid, `I` invalid, `X` experimental.

use std::path::PathBuf;

fn shared() -> PathBuf {
    std::env::var_os("SLOVO_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

/// Every query in the collected rules and SLO documents; none where they aren't there. Some are of other languages.
pub(crate) fn queries() -> Vec<String> {
    fn walk(value: &serde_yaml::Value, found: &mut std::collections::BTreeSet<String>) {
        match value {
            serde_yaml::Value::Sequence(list) => list.iter().for_each(|v| walk(v, found)),
            serde_yaml::Value::Mapping(map) => {
                for (key, value) in map {
                    match (key.as_str(), value.as_str()) {
                        (Some(key), Some(text)) if ["expr", "query"].iter().any(|k| key.ends_with(k)) => {
                            found.insert(text.to_owned());
                        }
                        _ => walk(value, found),
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = std::collections::BTreeSet::new();
    let mut folders = vec![shared().join("corpus")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml" || e == "json") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                for document in serde_yaml::Deserializer::from_str(&text) {
                    let Ok(value) = serde::Deserialize::deserialize(document) else { break };
                    walk(&value, &mut found);
                }
            }
        }
    }
    found.into_iter().collect()
}

/// The lines of the collection, or `None` where it isn't there.
pub(crate) fn lines() -> Option<Vec<(char, String)>> {
    let text = std::fs::read_to_string(shared().join("corpus/promql-expressions.txt")).ok()?;
    let lines = text.lines().filter_map(|l| l.split_once('\t'));
    Some(lines.map(|(kind, expr)| (kind.chars().next().unwrap(), unescape(expr))).collect())
}

/// Line breaks are written `\n` outside of strings.
fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut quote: Option<char> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None) if chars.peek() == Some(&'n') => {
                chars.next();
                out.push('\n');
                continue;
            }
            ('\\', Some(q)) if q != '`' => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            ('"' | '\'' | '`', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Names that are keywords in Prometheus' own grammar: promtool refuses these two as we do.
const KEYWORDS: [&str; 2] = ["bool", "on{by=\"x\"}"];
/// What Prometheus itself accepts, though no rule of any use can be made of it: a range vector.
const ACCEPTED_BY_PROMETHEUS: [&str; 2] = ["x[5m]", "sum(sum)"];

#[test]
fn collected_expressions() {
    let Some(lines) = lines() else {
        eprintln!("skipped: no collection of expressions here (SLOVO_SHARED)");
        return;
    };
    let mut wrong = Vec::new();
    for (kind, text) in &lines {
        let errors = super::errors(text);
        let expected = match kind {
            'V' => !KEYWORDS.contains(&text.as_str()),
            'I' => ACCEPTED_BY_PROMETHEUS.contains(&text.as_str()),
            _ => continue,
        };
        if errors.is_empty() != expected {
            wrong.push(format!("{kind} {text}: {errors:?}"));
        }
        for error in &errors {
            assert!(text.get(error.range.clone()).is_some(), "{text}: {error}");
        }
    }
    assert!(lines.len() > 100 && wrong.is_empty(), "{}", wrong.join("\n"));
}
