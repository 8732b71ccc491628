//! Regular expressions: what any supported engine refuses is refused, what all take is taken.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use slovo::ir::{Engine, Family, Version};
use slovo::promql::engines;
use slovo::promql::regex::{RegexError, validate_regex};

use crate::tools::{Random, promtools};

/// Does slovo take it? A pattern too large to be tried counts as taken: it isn't reported.
fn taken(pattern: &str) -> bool {
    !matches!(validate_regex(pattern), Err(RegexError::Syntax { .. }))
}

#[test]
fn the_recorded_verdicts_of_three_engines() {
    let mut wrong = Vec::new();
    let mut lines = 0;
    for line in include_str!("regex_table.txt").lines().filter(|l| !l.starts_with('#')) {
        let (verdicts, pattern) = line.split_once(' ').unwrap();
        let pattern: String = serde_json::from_str(pattern).unwrap();
        lines += 1;
        let all = !verdicts.contains('-');
        // What all take is taken, what this engine refuses isn't; of what only some take we may know less.
        for (verdict, minor) in verdicts.chars().zip([(2, 42), (2, 53), (3, 5)]) {
            let version = Version { major: minor.0, minor: minor.1 };
            let engine = Engine { family: Family::Prometheus, version };
            let ours = taken(&pattern) && engines::pattern(engine, &pattern).is_none();
            if ours != (verdict == '+') && (ours || all) {
                wrong.push(format!("{verdicts} {pattern:?} on {version:?}: {:?}", validate_regex(&pattern)));
            }
        }
    }
    assert!(lines > 1_500, "{lines}");
    assert!(wrong.is_empty(), "{} of {lines}:\n{}", wrong.len(), wrong.join("\n"));
}

const ATOMS: &[&str] = &[
    "a",
    "b",
    ".",
    r"\d",
    r"\W",
    "[a-z]",
    "[^a]",
    "[^]a]",
    "[]b]",
    r"\pL",
    r"\p{Greek}",
    r"\p{Alphabetic}",
    r"\P{^Lu}",
    "(?:x)",
    "(y)",
    "(?i:z)",
    "^",
    "$",
    r"\b",
    r"\Qq*\E",
    r"\Q\E",
    r"\x41",
    r"\x{e9}",
    r"\101",
    r"\0",
    "é",
    "[[:digit:]]",
    "[[:foo:]]",
    r"\.",
    "-",
    "{",
    ",",
    "}",
    "[",
    r"\E",
    r"\A",
    r"\z",
    "(?P<n>a)",
    "(?i)",
    "(?U)",
    r"\8",
    r"\C",
    "[a-",
    r"\_",
    r"[\d-z]",
    "[a&&b]",
    "(?=a)",
    ")",
    "(",
];
const REPEATS: &[&str] = &[
    "*", "+", "?", "{2}", "{0}", "{3,}", "{1,4}", "{100}", "{11}", "{1000}", "{1001}", "{,3}", "*?", "{2}?",
    "**", "{02}", "{", "{500}", "{0,0}",
];

/// A pattern.
fn pattern(random: &mut Random, depth: usize) -> String {
    let mut made = match random.below(10) {
        _ if depth > 3 => random.of(ATOMS).to_owned(),
        0..4 => random.of(ATOMS).to_owned(),
        4..6 => format!("({})", pattern(random, depth + 1)),
        6 => format!("{}|{}", pattern(random, depth + 1), pattern(random, depth + 1)),
        _ => pattern(random, depth + 1) + &pattern(random, depth + 1),
    };
    if random.below(3) == 0 {
        made.push_str(random.of(REPEATS));
    }
    made
}

/// Whatever promtool is there: what slovo takes it takes, and what it takes slovo takes, but for what only newer engines read.
#[test]
fn any_pattern_is_judged_as_by_promtool() {
    let mut random = Random(42);
    let patterns: Vec<String> = (0..3_000).map(|_| pattern(&mut random, 0)).collect();
    for promtool in promtools() {
        let verdicts = ask(&promtool, &patterns);
        let mut wrong = Vec::new();
        for (pattern, theirs) in patterns.iter().zip(verdicts) {
            let newer = pattern.contains("(?<") || pattern.contains(r"\Q") || pattern.contains(r"\p");
            let ours = taken(pattern);
            if ours != theirs && !(theirs && newer) {
                wrong.push(format!("{pattern:?}: promtool {theirs}, slovo {ours}"));
            }
        }
        assert!(wrong.is_empty(), "{promtool}: {}\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Does promtool take each?
fn ask(promtool: &str, patterns: &[String]) -> Vec<bool> {
    let at = tempfile::tempdir().unwrap();
    let mut taken: BTreeMap<usize, bool> = BTreeMap::new();
    let numbers: Vec<usize> = (0..patterns.len()).collect();
    for part in numbers.chunks(500) {
        let files: Vec<String> = part.iter().map(|n| file(at.path(), *n, &patterns[*n])).collect();
        let asked = Command::new(promtool).args(["check", "rules"]).args(&files).output().unwrap();
        let mut current = None;
        for line in String::from_utf8_lossy(&asked.stdout).lines() {
            if let Some(path) = line.strip_prefix("Checking ") {
                let name = path.rsplit('/').next().unwrap();
                current = name.split('.').next().and_then(|n| n.parse::<usize>().ok());
            } else if line.contains("SUCCESS") {
                taken.extend(current.map(|n| (n, true)));
            }
        }
    }
    numbers.iter().map(|n| taken.contains_key(n)).collect()
}

fn file(folder: &Path, number: usize, pattern: &str) -> String {
    let path = folder.join(format!("{number}.yml"));
    let query = format!("x{{a=~{}}}", slovo::promql::quote(pattern));
    let rules = serde_json::json!({"groups": [{"name": "g", "rules": [{"record": "a:b", "expr": query}]}]});
    std::fs::write(&path, rules.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}
