//! Commands that are killed at any moment: nothing of the user's is lost, the next run is clean without `--force`, and nothing
//! is left behind. `SLOVO_KILLS=200` kills each command that often; a few times otherwise.

#![cfg(unix)]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "rounds are hundreds")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const JOURNEYS: usize = 40;

fn kills() -> u64 {
    std::env::var("SLOVO_KILLS").map_or(8, |n| n.parse().unwrap())
}

fn slovo(at: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slovo"));
    command.current_dir(at).args(args).arg("--quiet").stdout(Stdio::null());
    command
}

/// Sources: those of variant 1 have other titles, and other journeys.
fn sources(variant: usize, form: Form) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([(
        "base.slovo".to_owned(),
        "team shop \"Shop\" {\n  tickets \"q\"\n}\n\nmetric r_total: counter of requests {\n  labels route, code\n}\n".to_owned(),
    )]);
    for number in (variant * JOURNEYS / 3)..(variant * JOURNEYS / 3 + JOURNEYS) {
        let mut text = String::new();
        let (gap, quote) = match form {
            Form::Canonical => (" ", ("\"", "\"")),
            Form::Ugly => ("   ", ("\"", "\"")),
            Form::Mendable => (" ", ("\u{201c}", "\u{201d}")),
        };
        let _ = write!(
            text,
            "journey{gap}j{number} \"J {variant}\" {{\n  owner shop\n\n  step s \"S\" {{\n    promise p \"P\" {{\n      keep for 99.5% of views \
             over 28d\n      total r_total{{route=\"/{number}\"}}\n      bad   where {{code=~{}5..{}}}\n      urgency ticket\n    }}\n  }}\n}}\n",
            quote.0, quote.1
        );
        files.insert(format!("j{number}.slovo"), text);
    }
    files
}

#[derive(Clone, Copy)]
enum Form {
    Canonical,
    Ugly,
    Mendable,
}

fn put(at: &Path, files: &BTreeMap<String, String>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "slovo") {
            fs::remove_file(path).unwrap();
        }
    }
    for (name, text) in files {
        fs::write(at.join(name), text).unwrap();
    }
}

/// Every file below a folder, and every empty folder.
fn everything(at: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![at.to_owned()];
    while let Some(next) = open.pop() {
        let entries: Vec<_> = fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()).collect();
        if entries.is_empty() {
            found.insert(format!("{}/", next.strip_prefix(at).unwrap().display()), Vec::new());
        }
        for path in entries {
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(at).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn clean(at: &Path, args: &[&str]) {
    let output = slovo(at, args).stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Starts a command and kills it at the `round`th moment of its usual time. Gives whether it was still running.
fn killed(at: &Path, args: &[&str], usual: Duration, round: u64) -> bool {
    let mut child = slovo(at, args).stderr(Stdio::null()).spawn().unwrap();
    // Spread over the whole time, in no order.
    std::thread::sleep(usual.mul_f64((round * 61 % 100) as f64 / 95.0));
    let running = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    let _ = child.wait();
    running
}

fn usual(at: &Path, args: &[&str]) -> Duration {
    let began = Instant::now();
    clean(at, args);
    began.elapsed()
}

/// `build` and `docs`: between two variants of the sources, in any order.
fn outputs(args: &[&str], outputs: &[&str]) {
    let yaml = "project: x\nlimits: {journeys_per_team: 10000}\noutputs: {prometheus: {path: out/rules}, grafana: {path: dash}}\n";
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("slovo.yaml"), yaml).unwrap();
    let mut expected = Vec::new();
    let mut time = Duration::ZERO;
    for variant in 0..2 {
        put(at.path(), &sources(variant, Form::Canonical));
        for output in outputs {
            let _ = fs::remove_dir_all(at.path().join(output));
        }
        time = time.max(usual(at.path(), args));
        expected.push(everything(at.path()));
    }
    let mut mine = BTreeMap::new();
    for output in outputs {
        fs::write(at.path().join(output).join("mine.txt"), "mine").unwrap();
        mine.insert(format!("{output}/mine.txt"), b"mine".to_vec());
    }
    let mut running = 0;
    for round in 0..kills() {
        put(at.path(), &sources(round as usize % 2, Form::Canonical));
        running += u32::from(killed(at.path(), args, time, round));
        for (path, content) in everything(at.path()) {
            let known = mine.get(&path) == Some(&content)
                || expected.iter().any(|all| all.get(&path) == Some(&content))
                || path.contains(".slovo-")
                || path.ends_with('/');
            assert!(known, "round {round}: half of {path}");
        }
        for (path, content) in &mine {
            assert_eq!(fs::read(at.path().join(path)).as_ref().unwrap(), content, "round {round}");
        }
        // The sources change in between, too: every third run is cleaned up after by the other variant.
        let after = if round % 3 == 0 { (round as usize + 1) % 2 } else { round as usize % 2 };
        put(at.path(), &sources(after, Form::Canonical));
        clean(at.path(), args);
        let mut found = everything(at.path());
        found.retain(|path, _| !mine.contains_key(path));
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            expected[after].keys().collect::<Vec<_>>(),
            "round {round}"
        );
        assert!(found == expected[after], "round {round}: contents differ");
    }
    eprintln!("{args:?}: {} runs, {running} of them killed", kills());
    assert!(running > 0, "nothing was killed");
}

#[test]
fn build() {
    outputs(&["build"], &["out/rules", "dash"]);
}

#[test]
fn docs() {
    outputs(&["docs", "-o", "site"], &["site"]);
}

/// `fmt` and `check --fix`: each file is as it was, or as it is to be.
fn in_place(args: &[&str], form: Form) {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("slovo.yaml"), "project: x\nlimits: {journeys_per_team: 10000}\n").unwrap();
    let before = sources(0, form);
    put(at.path(), &before);
    let time = usual(at.path(), args);
    let after = everything(at.path());
    assert!(before.iter().any(|(name, text)| after[name] != text.as_bytes()), "nothing to do");
    let mut running = 0;
    for round in 0..kills() {
        put(at.path(), &before);
        running += u32::from(killed(at.path(), args, time, round));
        for (name, text) in &before {
            let found = fs::read(at.path().join(name)).unwrap();
            assert!(found == text.as_bytes() || found == after[name], "round {round}: half of {name}");
        }
        clean(at.path(), args);
        assert!(everything(at.path()) == after, "round {round}: {:?}", everything(at.path()).keys());
    }
    eprintln!("{args:?}: {} runs, {running} of them killed", kills());
    assert!(running > 0, "nothing was killed");
}

#[test]
fn fmt() {
    in_place(&["fmt"], Form::Ugly);
}

#[test]
fn fix() {
    in_place(&["check", "--fix"], Form::Mendable);
}

#[test]
fn init() {
    let at = tempfile::tempdir().unwrap();
    let whole = at.path().join("whole");
    fs::create_dir(&whole).unwrap();
    let time = usual(&whole, &["init"]);
    let mut running = 0;
    for round in 0..kills() {
        let folder = at.path().join(format!("r{round}/whole"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("mine.txt"), "mine").unwrap();
        running += u32::from(killed(&folder, &["init"], time, round));
        for (path, content) in everything(&folder) {
            let known = fs::read(whole.join(&path)).is_ok_and(|expected| expected == content);
            assert!(
                known || path == "mine.txt" || path.starts_with(".slovo-tmp-"),
                "round {round}: half of {path}"
            );
        }
        // A project that is there is not begun again; one that is not whole is.
        if !folder.join("slovo.yaml").exists() {
            clean(&folder, &["init"]);
        }
        let mut found = everything(&folder);
        assert_eq!(found.remove("mine.txt").unwrap(), b"mine");
        assert!(found == everything(&whole), "round {round}: {:?}", found.keys());
        clean(&folder, &["check"]);
    }
    eprintln!("init: {} runs, {running} of them killed", kills());
    assert!(running > 0, "nothing was killed");
}
