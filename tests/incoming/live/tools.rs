//! Runs of the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub const YAML: (&str, &str) = ("slovo.yaml", "project: shop\nretention: 100d\n");

pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let at = tempfile::tempdir().unwrap();
    for (path, text) in files {
        fs::write(at.path().join(path), text).unwrap();
    }
    at
}

#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// All that was said, in one line: messages are broken to a width.
    pub fn said(&self) -> String {
        format!("{} {}", self.out, self.err).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Without anything of the machine that would speak for somebody.
pub fn command(at: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slovo"));
    command.current_dir(at).args(args).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "SLOVO_TOKEN", "SLOVO_ORIGIN", "SSL_CERT_FILE", "SSL_CERT_DIR"]
    {
        command.env_remove(name);
    }
    command
}

pub fn ran(mut command: Command) -> Ran {
    let ran = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: ran.status.code().unwrap_or(-1), out: text(ran.stdout), err: text(ran.stderr) }
}

pub fn run(at: &Path, args: &[&str]) -> Ran {
    ran(command(at, args))
}

/// Are these programs there? Where one is missing it is said; in CI it is a failure.
pub fn there(programs: &[&str]) -> bool {
    let missing: Vec<&&str> = programs
        .iter()
        .filter(|p| {
            Command::new(p).arg(if **p == "openssl" { "version" } else { "--version" }).output().is_err()
        })
        .collect();
    assert!(
        missing.is_empty() || std::env::var("CI").as_deref() != Ok("true"),
        "missing (required in CI): {missing:?}"
    );
    if !missing.is_empty() {
        eprintln!("missing: {missing:?}: NOT TESTED");
    }
    missing.is_empty()
}
