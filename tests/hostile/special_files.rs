//! Pipes, devices and huge files under each name that is opened: an error that names it, at once.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::tools::{put, said, slovo};

const SHOP: &str = include_str!("../../examples/minimal/shop.slovo");
const YAML: &str = "project: x\noutputs: {prometheus: {path: rules, templates: texts}, docs: {path: site, templates: look}}\n";

/// The name, and the command that opens it.
const OPENED: &[(&str, &str)] = &[
    ("a.slovo", "check"),
    (".gitignore", "check"),
    ("sub/.gitignore", "check"),
    ("look/logo.svg", "build"),
    ("look/custom.css", "docs"),
    ("look/html/index.html", "build"),
    ("look/markdown/index.md", "docs"),
    ("texts/any.x.txt", "build"),
    ("rules/.slovo-manifest", "build"),
    ("site/.slovo-manifest", "docs"),
];

fn refused(name: &str, command: &str, make: impl Fn(&Path)) {
    let at = tempfile::tempdir().unwrap();
    put(
        at.path(),
        &[
            ("slovo.yaml", YAML),
            ("shop.slovo", SHOP),
            ("look/html/x.md", ""),
            ("texts/x.md", ""),
            ("sub/x", ""),
        ],
    );
    let path = at.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    make(&path);
    let began = Instant::now();
    let run = slovo(at.path(), &[command]);
    let text = said(&run);
    assert_eq!(run.status.code(), Some(if text.contains("E0504") { 1 } else { 2 }), "{name}: {text}");
    assert!(text.contains(name), "{name}: {text}");
    assert!(began.elapsed() < Duration::from_secs(20), "{name}: {:?}", began.elapsed());
}

#[test]
fn pipes() {
    for (name, command) in OPENED {
        refused(name, command, |path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        });
    }
}

#[test]
fn devices() {
    for (name, command) in OPENED {
        refused(name, command, |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap());
    }
}

/// Sparse, so that they cost nothing to make.
#[test]
fn huge_files() {
    for (name, command) in OPENED {
        refused(name, command, |path| std::fs::File::create(path).unwrap().set_len(1 << 40).unwrap());
    }
}
