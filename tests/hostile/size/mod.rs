//! Inputs that once took time by the square of their size, or memory by the message. Here at a size that a quadratic place would
//! need minutes for; the figures of docs/security.md are measured with a megabyte and a release build, and must then keep their
//! limits: `just size`. `SLOVO_KIND` takes only kinds whose name holds it.

mod broken;
mod incoming;
mod kinds;
mod queries;
mod settings;
mod whole;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use wait4::Wait4 as _;

use crate::tools::put;

/// What a project is made of, and what is done with it.
pub(super) struct Kind {
    what: &'static str,
    /// Made when it is wanted: the memory of a process counts what its parent had.
    files: Box<dyn Fn() -> Vec<(String, String)> + Sync>,
    commands: &'static [&'static [&'static str]],
}

impl Kind {
    /// To be read by every command that reads a project.
    fn new(what: &'static str, files: impl Fn() -> Vec<(String, String)> + Sync + 'static) -> Self {
        Self { what, files: Box::new(files), commands: PROJECT }
    }
    /// A catalogue, or anything else, in one file.
    fn one(what: &'static str, text: impl Fn() -> String + Sync + 'static) -> Self {
        Self::new(what, move || vec![("a.slovo".to_owned(), text())])
    }
}

/// Kinds that take long, and are not mended (docs/security.md): only measured.
const OPEN: [&str; 2] = ["matchers, 200 each", "repetitions"];

const PROJECT: &[&[&str]] = &[
    &["check"],
    &["check", "--format", "json"],
    &["fmt", "--check"],
    &["build"],
    &["docs"],
    &["explain", "j.p"],
];

/// Parts with their numbers, up to so many bytes.
pub(super) fn numbered(size: usize, part: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 1_000);
    for n in 0.. {
        if text.len() >= size {
            break;
        }
        text.push_str(&part(n));
    }
    text
}

/// All kinds; those of whole projects, which are many, may be of another size.
fn all_kinds(size: usize, of_projects: usize) -> Vec<Kind> {
    let of_projects = [whole::kinds, queries::kinds, settings::kinds, broken::kinds, incoming::kinds]
        .into_iter()
        .flat_map(|kinds| kinds(of_projects));
    let mut all: Vec<Kind> = kinds::kinds(size).into_iter().chain(of_projects).collect();
    if let Ok(wanted) = std::env::var("SLOVO_KIND") {
        all.retain(|kind| kind.what.contains(&wanted));
    }
    all
}

#[test]
fn no_input_takes_long() {
    let size = std::env::var("SLOVO_SIZE").ok().and_then(|s| s.parse().ok()).unwrap_or(60_000);
    let measured = size > 500_000;
    let program = std::env::var("SLOVO_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_slovo").to_owned());
    let judge = |kind: &Kind| -> Vec<String> {
        let mut slow = Vec::new();
        let what = kind.what;
        let at = tempfile::tempdir().unwrap();
        put(at.path(), &[("slovo.yaml", "project: x\n")]);
        for (name, text) in (kind.files)() {
            put(at.path(), &[(&name, &text)]);
        }
        for args in kind.commands {
            let began = Instant::now();
            // What takes minutes is not waited for.
            let mut command = Command::new(if measured { "timeout" } else { &program });
            if measured {
                command.args(["-s", "KILL", "15", &program]);
            }
            let run = command
                .current_dir(at.path())
                .args(*args)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
                .wait4()
                .unwrap();
            let (time, memory) = (began.elapsed(), run.rusage.maxrss / (1024 * 1024));
            let cpu = run.rusage.utime + run.rusage.stime;
            let ended = run.status.code().is_some_and(|c| c < 4);
            assert!(ended || time > Duration::from_secs(14), "{what}: {args:?}: {:?}", run.status);
            if measured {
                let line = format!(
                    "{what:32} {:24} {:6.2} s {:6.2} s of CPU {memory:5} MB, status {}",
                    args.join(" "),
                    time.as_secs_f32(),
                    cpu.as_secs_f32(),
                    run.status.code().unwrap_or(-1)
                );
                println!("{line}");
                // Processor time: other work on the machine doesn't count.
                let ended = time < Duration::from_secs(14);
                if cpu > Duration::from_secs(1) || memory > 300 || !ended {
                    slow.push(line);
                }
            } else if time > Duration::from_secs(60) {
                slow.push(format!("{what}: {args:?}: {time:?}"));
            }
        }
        slow
    };
    let mut kinds = all_kinds(size, if measured { size } else { size / 6 });
    kinds.retain(|kind| measured || !OPEN.contains(&kind.what));
    // What is measured has the machine for itself.
    let slow: Vec<String> = if measured {
        kinds.iter().flat_map(judge).collect()
    } else {
        kinds.par_iter().flat_map_iter(judge).collect()
    };
    assert!(slow.is_empty(), "{slow:#?}");
}

/// Kinds that once took time by the square or the cube of their size: four times as much text takes about four times as long. Processor
/// time, so that other work on the machine matters little; sixteen times would be the square.
#[test]
fn mended_kinds_grow_with_their_size() {
    let took = |name: &str, size: usize| -> (Duration, u64) {
        let kind = all_kinds(size, size).into_iter().find(|kind| kind.what == name).unwrap();
        let at = tempfile::tempdir().unwrap();
        put(at.path(), &[("slovo.yaml", "project: x\n")]);
        for (file, text) in (kind.files)() {
            put(at.path(), &[(&file, &text)]);
        }
        let mut check = Command::new(env!("CARGO_BIN_EXE_slovo"));
        check.current_dir(at.path()).arg("check").stdout(Stdio::null()).stderr(Stdio::null());
        let usage = check.spawn().unwrap().wait4().unwrap().rusage;
        (usage.utime + usage.stime, usage.maxrss)
    };
    for name in MENDED {
        let ((small, little), (large, much)) = (took(name, 40_000), took(name, 160_000));
        println!("{name}: {small:?} and {large:?}, {little} and {much} bytes");
        assert!(large < small * 10 + Duration::from_millis(300), "{name}: {small:?} and {large:?}");
        assert!(much < little * 6 + 50_000_000, "{name}: {little} and {much} bytes");
    }
}

const MENDED: [&str; 15] = [
    "for each",
    "metrics part of each other",
    "arguments",
    "parameters",
    "a promise of all promises",
    "composed of composed",
    "members nearly right",
    "names three letters apart",
    "values nearly right",
    "labels nearly right",
    "patterns over many values",
    "a sum of filters",
    "a sum of metrics",
    "bad events of many patterns",
    "many files of mistakes",
];
