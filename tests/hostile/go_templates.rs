//! Alert texts of your own: what slovo takes, `promtool check rules` takes, and the other way round, over mutations.

use std::process::Command;

use slovo::rules::alert_texts::go;

use crate::tools::{Random, promtools};

const TEXTS: &[&str] = &[
    "{{ $value | humanizePercentage }} of {{ $labels.region }}",
    "{{ if gt $value 0.5 }}most{{ else if eq $labels.a \"b\" }}some{{ else }}few{{ end }}",
    "{{ range $i, $e := query \"up\" }}{{ $i }}: {{ $e.Value }}{{ end }}",
    "{{ with query \"x\" }}{{ . | first | value | printf \"%.2f\" }}{{ end }}",
    "{{- $x := 1.5 -}}{{ $x }}{{/* said */}}{{ (query \"up\" | first).Labels.job }}",
    "{{ range query \"up\" }}{{ if eq .Labels.job \"a\" }}{{ break }}{{ end }}{{ .Value }}{{ end }}",
    "{{ reReplaceAll \"a(.)\" `b\\$1` $labels.path | toUpper }} {{ print 'a' true nil }}",
];
const PARTS: &[&str] = &[
    "{{",
    "}}",
    " ",
    "$",
    "$x",
    "$value",
    ".",
    "|",
    "(",
    ")",
    "\"",
    "`",
    "'",
    "end",
    "if",
    "else",
    "range",
    ",",
    ":=",
    "=",
    "-",
    "-}}",
    "{{-",
    "humanise",
    "query",
    "1",
    "08",
    "1e3",
    "0x1f",
    "/*",
    "*/",
    "{{ end }}",
    "{{ if true }}",
    "nil",
    "true",
    "\\",
    "\n",
    "é",
    "a.b",
    "..",
    "}",
    "{",
    "break",
];

fn mutated(random: &mut Random) -> String {
    let mut text: Vec<char> = random.of(TEXTS).chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(text.len() + 1);
        match random.below(3) {
            0 => {
                let end = (at + 1 + random.below(4)).min(text.len());
                text.drain(at..end);
            }
            1 => {
                text.splice(at..at, random.of(PARTS).chars());
            }
            _ => {
                let end = (at + 2).min(text.len());
                text.splice(at..end, random.of(PARTS).chars());
            }
        }
    }
    text.into_iter().collect()
}

#[test]
fn two_thousand_mutations_are_judged_as_by_promtool() {
    let mut random = Random(9);
    let texts: Vec<String> =
        TEXTS.iter().map(|t| (*t).to_owned()).chain((0..2_000).map(|_| mutated(&mut random))).collect();
    for promtool in promtools() {
        let at = tempfile::tempdir().unwrap();
        let mut wrong = Vec::new();
        let mut refused = 0;
        for (from, part) in texts.chunks(500).enumerate() {
            let mut files = Vec::new();
            for (n, text) in part.iter().enumerate() {
                let rule = serde_json::json!({"alert": "A", "expr": "up", "annotations": {"a": text}});
                let rules = serde_json::json!({"groups": [{"name": "g", "rules": [rule]}]});
                let path = at.path().join(format!("{}.yml", from * 500 + n));
                std::fs::write(&path, rules.to_string()).unwrap();
                files.push(path);
            }
            let asked = Command::new(&promtool).args(["check", "rules"]).args(&files).output().unwrap();
            let said = String::from_utf8_lossy(&asked.stdout).into_owned();
            let blocks: Vec<&str> = said.split("Checking ").skip(1).collect();
            assert_eq!(blocks.len(), part.len());
            for (text, block) in part.iter().zip(blocks) {
                let (ours, theirs) = (go::check(text, false), block.contains("SUCCESS"));
                refused += usize::from(!theirs);
                // promtool only parses; these fail when the alert fires.
                let later = ["before it is declared", "a function is missing", "`nil` is not a command"];
                let stricter =
                    theirs && ours.as_ref().is_err_and(|why| later.iter().any(|l| why.contains(l)));
                if ours.is_ok() != theirs && !stricter {
                    wrong.push(format!("{text:?}: slovo {ours:?}, promtool {theirs}"));
                }
            }
        }
        assert!(refused > 500, "{refused}");
        assert!(wrong.is_empty(), "{promtool}: {}\n{}", wrong.len(), wrong.join("\n"));
    }
}
