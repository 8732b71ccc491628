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

/// What lies where a file of ours will be is compared with it, however large it is.
#[test]
fn huge_files_where_outputs_go() {
    use wait4::Wait4 as _;
    let at = tempfile::tempdir().unwrap();
    put(at.path(), &[("slovo.yaml", YAML), ("shop.slovo", SHOP), ("look/html/x.md", ""), ("texts/x.md", "")]);
    assert_eq!(slovo(at.path(), &["build"]).status.code(), Some(0));
    let made = at.path().join("rules/visit.yml");
    let (text, huge) = (std::fs::read(&made).unwrap(), std::fs::File::create(&made).unwrap());
    huge.set_len(1 << 40).unwrap();
    drop(huge);
    for args in [&["build", "--check"][..], &["build"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slovo"));
        let run = command.current_dir(at.path()).args(args).spawn().unwrap().wait4().unwrap();
        assert!(run.rusage.maxrss < 300 * 1024 * 1024, "{args:?}: {}", run.rusage.maxrss);
    }
    // It was ours, and is again.
    assert_eq!(std::fs::read(&made).unwrap(), text);
}

#[test]
fn endless_standard_input() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slovo"));
    let endless = std::fs::File::open("/dev/zero").unwrap();
    let run = command.args(["fmt", "-"]).stdin(endless).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(said(&run).contains("standard input is larger than 8 MiB"), "{}", said(&run));
}
