//! Inputs that once took time by the square of their size, or memory by the message. Here at a size that a quadratic place would
//! need minutes for; the figures of docs/security.md are measured with a megabyte and a release build, and must then keep their
//! limits: `just size`. `SLOVO_KIND` takes only kinds whose name holds it.

mod incoming;
mod kinds;
mod whole;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use wait4::Wait4 as _;

use crate::tools::put;

/// What a project is made of, and what is done with it.
pub(super) struct Kind {
    what: &'static str,
    files: Vec<(String, String)>,
    commands: &'static [&'static [&'static str]],
    /// It takes longer than a second for a reason that docs/security.md states: at most so many seconds.
    seconds: f32,
}

impl Kind {
    /// To be read by every command that reads a project.
    fn new(what: &'static str, files: Vec<(String, String)>) -> Self {
        Self { what, files, commands: PROJECT, seconds: 1.0 }
    }
    /// A catalogue, or anything else, in one file.
    fn one(what: &'static str, text: String) -> Self {
        Self::new(what, vec![("a.slovo".to_owned(), text)])
    }
}

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

fn all_kinds(size: usize) -> Vec<Kind> {
    let single = kinds::inputs(size).into_iter().map(|(what, file, text)| {
        let team = ("a.slovo".to_owned(), "team shop \"S\" {}\n".to_owned());
        let own = (file.to_owned(), text);
        Kind::new(what, if file == "a.slovo" { vec![own] } else { vec![team, own] })
    });
    let mut all: Vec<Kind> = single.chain(whole::kinds(size)).chain(incoming::kinds(size)).collect();
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
        for (name, text) in &kind.files {
            put(at.path(), &[(name, text)]);
        }
        for args in kind.commands {
            let began = Instant::now();
            let run = Command::new(&program)
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
            assert!(run.status.code().is_some_and(|c| c < 4), "{what}: {args:?}: {:?}", run.status);
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
                if cpu.as_secs_f32() > kind.seconds || memory > 300 {
                    slow.push(line);
                }
            } else if time > Duration::from_secs(60) {
                slow.push(format!("{what}: {args:?}: {time:?}"));
            }
        }
        slow
    };
    let kinds = all_kinds(size);
    // What is measured has the machine for itself.
    let slow: Vec<String> = if measured {
        kinds.iter().flat_map(judge).collect()
    } else {
        kinds.par_iter().flat_map_iter(judge).collect()
    };
    assert!(slow.is_empty(), "{slow:#?}");
}
