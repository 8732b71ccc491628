//! Symbolic links: one visit for each folder and file, and none outside of the project unless the user names the place.

use std::os::unix::fs::symlink;

use crate::tools::{put, said, slovo};

const SHOP: &str = include_str!("../../examples/minimal/shop.slovo");
const YAML: &str = "project: x\nretention: 90d\noutputs: {prometheus: {path: rules, templates: texts}, docs: {path: site, templates: look}}\n";

fn told(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Nine folders that all link to each other: 9! ways, nine folders.
#[test]
fn a_graph_of_folders_ends() {
    let at = tempfile::tempdir().unwrap();
    put(at.path(), &[("slovo.yaml", "project: x\nretention: 90d\n"), ("shop.slovo", SHOP)]);
    for a in 0..9 {
        put(at.path(), &[(&format!("f{a}/t.slovo"), &format!("team t{a} \"T\" {{\n  tickets \"q\"\n}}\n"))]);
        for b in 0..9 {
            symlink(format!("../f{b}"), at.path().join(format!("f{a}/to{b}"))).unwrap();
        }
    }
    // A file that is there twice by a link is there once.
    symlink("shop.slovo", at.path().join("again.slovo")).unwrap();
    let run = slovo(at.path(), &["check"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    assert!(said(&run).contains("1 promise in 10 files"), "{}", said(&run));
}

#[test]
fn what_a_link_adds_is_read_once() {
    let at = tempfile::tempdir().unwrap();
    put(at.path(), &[("slovo.yaml", "project: x\nretention: 90d\n"), (".parts/deep/shop.slovo", SHOP)]);
    symlink(".parts", at.path().join("one")).unwrap();
    symlink(".parts/deep", at.path().join("two")).unwrap();
    let run = slovo(at.path(), &["check"]);
    assert!(said(&run).contains("1 promise in 1 file"), "{}", said(&run));
}

#[test]
fn links_out_are_errors_that_name_both_ends() {
    let away = tempfile::tempdir().unwrap();
    put(
        away.path(),
        &[
            ("team.slovo", "team other \"O\" {\n  tickets \"q\"\n}\n"),
            ("secret.css", "secret"),
            ("slovo.yaml", YAML),
        ],
    );
    let real = away.path().canonicalize().unwrap();
    // The link, where it leads, and which command must not follow it.
    for (link, target, command) in [
        ("away", "", "check"),
        ("sub/other.slovo", "team.slovo", "check"),
        (".gitignore", "secret.css", "check"),
        ("look/custom.css", "secret.css", "build"),
        ("look/logo.svg", "secret.css", "docs"),
        ("look/html/index.html", "secret.css", "build"),
        ("texts/any.x.txt", "secret.css", "build"),
        ("slovo.yaml", "slovo.yaml", "check"),
    ] {
        let at = tempfile::tempdir().unwrap();
        put(at.path(), &[("shop.slovo", SHOP), ("look/html/x.md", ""), ("texts/x.md", ""), ("sub/x", "")]);
        if link != "slovo.yaml" {
            put(at.path(), &[("slovo.yaml", YAML)]);
        }
        let target = if target.is_empty() { real.clone() } else { real.join(target) };
        symlink(&target, at.path().join(link)).unwrap();
        let run = slovo(at.path(), &[command]);
        let text = told(&said(&run));
        assert_eq!(run.status.code(), Some(2), "{link}: {text}");
        assert!(text.contains(link) && text.contains(&told(&target.display().to_string())), "{link}: {text}");
        assert!(!text.contains("secret\""), "{link}: {text}");
        for output in ["site", "rules"] {
            assert!(!at.path().join(output).exists(), "{link}: {output} was written");
        }
        let followed = slovo(at.path(), &[command, "--follow-links", real.to_str().unwrap()]);
        let expected = if link == "slovo.yaml" { Some(2) } else { Some(0) };
        assert_eq!(followed.status.code(), expected, "{link}: {}", said(&followed));
    }
}

/// A folder of templates that the command line names is the user's word, links inside it are not.
#[test]
fn templates_of_the_command_line() {
    let (look, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    put(look.path(), &[("custom.css", "a{}")]);
    put(away.path(), &[("secret", "secret")]);
    let at = tempfile::tempdir().unwrap();
    put(at.path(), &[("slovo.yaml", "project: x\nretention: 90d\n"), ("shop.slovo", SHOP)]);
    let args = ["docs", "--templates", look.path().to_str().unwrap()];
    assert_eq!(slovo(at.path(), &args).status.code(), Some(0));
    symlink(away.path().join("secret"), look.path().join("logo.svg")).unwrap();
    let run = slovo(at.path(), &args);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(told(&said(&run)).contains("is a link out of the project"), "{}", said(&run));
}

/// What was written is not read again, whatever leads there.
#[test]
fn outputs_are_not_followed() {
    let at = tempfile::tempdir().unwrap();
    put(
        at.path(),
        &[
            ("slovo.yaml", "project: x\nretention: 90d\noutputs: {prometheus: {path: .out}}\n"),
            ("shop.slovo", SHOP),
        ],
    );
    put(at.path(), &[(".out/shop.slovo", SHOP)]);
    symlink(".out", at.path().join("latest")).unwrap();
    let run = slovo(at.path(), &["check"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    let listed = slovo(at.path(), &["fmt", "--check"]);
    assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
}
