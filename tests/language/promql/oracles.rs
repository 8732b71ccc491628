//! Do promql-parser and promtool accept what we accept, and nothing else?

use std::collections::HashMap;
use std::process::Command;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{corpus, errors, generate};

fn deterministic() -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Config::default(), rng)
}

/// The same expressions at every run.
fn sample(count: usize) -> Vec<String> {
    let mut runner = deterministic();
    let strategy = generate::expression();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// Our verdict on each must be the oracle's.
fn compare(name: &str, expressions: &[String], verdict: impl Fn(usize, &str) -> Result<(), String>) {
    let mut wrong = Vec::new();
    let mut accepted = 0;
    for (i, text) in expressions.iter().enumerate() {
        let theirs = verdict(i, text);
        let own = errors(text);
        accepted += usize::from(own.is_empty());
        if own.is_empty() != theirs.is_ok() {
            wrong.push(format!("{text}\n    {name}: {theirs:?}\n    we: {own:?}"));
        }
    }
    eprintln!("{name}: {} expressions, {accepted} accepted", expressions.len());
    let shown: Vec<_> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), expressions.len(), shown.join("\n"));
}

#[test]
fn promql_parser_agrees() {
    let mut expressions = sample(2_000);
    // It knows no types of signs and takes any scalar for a logarithm's vector; promtool refuses both as we do.
    let lax = |m: &str| m.starts_with("a sign stands") || m.starts_with("`ln`") || m.starts_with("`log");
    expressions.retain(|text| !errors(text).iter().any(|e| lax(&e.message)));
    compare("promql-parser", &expressions, |_, text| promql_parser::parser::parse(text).map(|_| ()));
}

fn promtool_is_missing() -> bool {
    let missing = Command::new("promtool").arg("--version").output().is_err();
    if missing {
        eprintln!("skipped: promtool is not installed");
    }
    missing
}

/// Which of the expressions promtool refuses, and why: one call for all.
fn refused_by_promtool(expressions: &[String]) -> HashMap<usize, String> {
    let mut rules = String::from("groups:\n- name: g\n  rules:\n");
    for text in expressions {
        rules += &format!("  - record: r\n    expr: {}\n", serde_json::to_string(text).unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yml");
    std::fs::write(&file, rules).unwrap();
    let output =
        Command::new("promtool").args(["check", "rules", "--lint=none"]).arg(&file).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let mut refused = HashMap::new();
    for line in said.lines() {
        let Some((_, rest)) = line.split_once(", rule ") else { continue };
        let Some((number, message)) = rest.split_once(',') else { continue };
        refused.insert(number.parse::<usize>().unwrap() - 1, message.to_owned());
    }
    assert!(!refused.is_empty(), "{said}");
    refused
}

#[test]
fn promtool_agrees() {
    if promtool_is_missing() {
        return;
    }
    let mut expressions = sample(3_000);
    // What the collection calls valid, as far as Prometheus 2.42 can read it.
    let new =
        ["{\"", "\"=", ", \"", "(\"", "x[300]", "1_000", "1h", "+ 5m", "histogram_avg", "histogram_std"];
    expressions.retain(|e| !e.contains("histogram_avg") && !e.contains("histogram_std"));
    let known = corpus::lines().unwrap_or_default().into_iter().filter(|(kind, _)| *kind != 'X');
    expressions
        .extend(known.map(|(_, e)| e).filter(|e| !new.iter().any(|n| e.contains(n)) && !e.contains("holt")));
    let refused = refused_by_promtool(&expressions);
    compare("promtool", &expressions, |i, _| refused.get(&i).map_or(Ok(()), |m| Err(m.clone())));
}

#[test]
fn promtool_agrees_on_real_queries() {
    let expressions = corpus::queries();
    if expressions.is_empty() {
        eprintln!("skipped: no collected rules here (SLOVO_SHARED)");
        return;
    }
    if promtool_is_missing() {
        return;
    }
    assert!(expressions.len() > 500, "only {}", expressions.len());
    let refused = refused_by_promtool(&expressions);
    compare("promtool", &expressions, |i, _| refused.get(&i).map_or(Ok(()), |m| Err(m.clone())));
}

/// Regular expressions: does Go's engine accept what our translation accepts?
#[test]
fn promtool_agrees_on_regular_expressions() {
    const PIECES: [&str; 44] = [
        "a",
        "é",
        "5",
        "-",
        " ",
        ".",
        "*",
        "+",
        "?",
        "{2}",
        "{2,}",
        "{,2}",
        "{3,1}",
        "{",
        "}",
        "(",
        ")",
        "(?:",
        "(?i:",
        "(?P<n>",
        "(?=",
        "[",
        "]",
        "[^",
        "[a-z]",
        "[z-a]",
        "[[:alpha:]]",
        "|",
        "^",
        "$",
        "\\d",
        "\\w",
        "\\b",
        "\\.",
        "\\Q",
        "\\E",
        "\\1",
        "\\012",
        "\\x41",
        "\\pL",
        "\\p{Greek}",
        "\\z",
        "&&",
        "\\",
    ];
    if promtool_is_missing() {
        return;
    }
    let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 1..7);
    let mut runner = deterministic();
    let patterns: Vec<String> =
        (0..3_000).map(|_| pieces.new_tree(&mut runner).unwrap().current().concat()).collect();
    let selector = |p: &String| format!("x{{a=~{}}}", slovo::promql::quote(p));
    let expressions: Vec<String> = patterns.iter().map(selector).collect();
    let refused = refused_by_promtool(&expressions);
    compare("promtool", &expressions, |i, _| refused.get(&i).map_or(Ok(()), |m| Err(m.clone())));
}
