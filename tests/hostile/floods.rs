//! Floods of mistakes: what is printed is bounded, the counts are those of all.

use crate::tools::{put, said, slovo};

#[test]
fn messages_are_limited_and_counted() {
    let at = tempfile::tempdir().unwrap();
    put(at.path(), &[("slovo.yaml", "project: x\n"), ("a.slovo", &"z\n".repeat(5_000))]);
    let human = said(&slovo(at.path(), &["check", "--color", "never"]));
    assert_eq!(human.matches("error[").count(), 100, "{}", human.len());
    assert!(human.contains("4,900 more E0102; `--all` shows them"), "{}", &human[human.len() - 300..]);
    assert!(human.contains("5000 errors in 1 file"), "{}", &human[human.len() - 300..]);
    let short = slovo(at.path(), &["check", "--format", "short"]);
    assert_eq!(String::from_utf8_lossy(&short.stdout).lines().count(), 100);
    assert!(String::from_utf8_lossy(&short.stderr).contains("4,900 more"));
    let json = slovo(at.path(), &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["errors"], &json["left_off"]), (&5_000.into(), &4_900.into()));
    assert_eq!(json["left_off_by_code"]["E0102"], 4_900);
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 100);
    let all = slovo(at.path(), &["check", "--all", "--format", "json"]);
    let all: serde_json::Value = serde_json::from_slice(&all.stdout).unwrap();
    assert_eq!((&all["left_off"], all["diagnostics"].as_array().unwrap().len()), (&0.into(), 5_000));
}

/// The library and `--fix` see all of them.
#[test]
fn every_certain_mend_is_made() {
    let at = tempfile::tempdir().unwrap();
    let many: Vec<String> = (0..1_500).map(|n| format!("team t{n} \"T\" {{\n  tickets 'q'\n}}\n")).collect();
    let many = many.concat();
    put(at.path(), &[("slovo.yaml", "project: x\n"), ("a.slovo", &many)]);
    let fixed = said(&slovo(at.path(), &["check", "--fix"]));
    let text = std::fs::read_to_string(at.path().join("a.slovo")).unwrap();
    assert_eq!(text.matches("tickets \"q\"").count(), 1_500, "{}", &fixed[..300]);
    assert!(fixed.contains("more in a.slovo"), "{}", &fixed[fixed.len() - 300..]);
}

#[test]
fn long_tokens_are_cut() {
    let at = tempfile::tempdir().unwrap();
    let long = "x".repeat(500_000);
    put(
        at.path(),
        &[
            ("slovo.yaml", "project: x\n"),
            ("a.slovo", &format!("team {long} \"T\" {{\n  owner {long}\n}}\n")),
        ],
    );
    for format in ["human", "short", "json"] {
        let shown = said(&slovo(at.path(), &["check", "--format", format]));
        assert!(shown.len() < 5_000 && shown.contains('…'), "{format}: {}", shown.len());
    }
}
