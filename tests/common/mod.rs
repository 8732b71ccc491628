//! Helpers of the test targets.
#![allow(dead_code, unreachable_pub, reason = "each target uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test"
)]

use std::path::{Path, PathBuf};

/// Codes that only a real file system can raise; tests/language/project.rs shows them.
pub const NEEDS_A_FILE_SYSTEM: &[&str] = &[
    "E0501", "E0502", "E0503", "E0504", "E0505", "E0515", "E0521", "E0522", "E0523", "E0708", "W0501",
    "W0504", "W0505",
];

/// What a check says.
pub struct Checked {
    /// As a person reads it, without colour, 80 columns.
    pub rendered: String,
    /// The codes in order.
    pub codes: Vec<&'static str>,
}

/// Checks files given as (path, text), with the text of `slovo.yaml` (a plain one where there is none: it keeps samples
/// longer than any window).
pub fn check(files: &[(&str, &str)], yaml: Option<&str>) -> Checked {
    let project =
        slovo::project::Project::in_memory(files, yaml.unwrap_or("project: shop\nretention: 100d\n"));
    let compiled = project.compile();
    let codes = compiled.diagnostics.iter().map(|d| d.code.id).collect();
    let options = slovo::diag::render::Options::plain(80);
    Checked { rendered: slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options), codes }
}

/// The same, compared with a snapshot: what cannot be said is one of the codes, as `cannot say`.
pub fn check_against(files: &[(&str, &str)], yaml: Option<&str>, snapshot: &str) -> Checked {
    let project =
        slovo::project::Project::in_memory(files, yaml.unwrap_or("project: shop\nretention: 100d\n"));
    let mut compiled = project.compile();
    let mut unknown = Vec::new();
    if let Some(model) = &compiled.model {
        let parsed = slovo::driver::parse_all(&project.sources, &mut slovo::diag::Diagnostics::default());
        let snapshot = slovo::against::Snapshot::read(snapshot).unwrap_or_else(|e| panic!("{e}: {snapshot}"));
        let compared = slovo::against::compare(model, &parsed, &snapshot);
        compiled.diagnostics.extend(compared.diagnostics);
        compiled.diagnostics.sort();
        unknown = compared.unknown;
    }
    let mut codes: Vec<_> = compiled.diagnostics.iter().map(|d| d.code.id).collect();
    codes.extend(unknown.iter().map(|_| "cannot say"));
    let options = slovo::diag::render::Options::plain(80);
    let shown = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    Checked { rendered: format!("{shown}{}", unknown.join("\n")), codes }
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let at = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = at.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    at
}

/// All files with this extension below a folder, sorted.
pub fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What `CASE` asks for: the cases of a table of files whose path holds that text (`CASE=types/mean`); none asks for all.
pub fn one_case() -> Option<String> {
    std::env::var("CASE").ok().filter(|text| !text.is_empty())
}

/// The cases below a folder, or those of them that `CASE` asks for.
pub fn cases_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let wanted = one_case();
    let mut found = files_below(folder, extension);
    let asked = |path: &PathBuf| {
        let path = path.to_string_lossy().replace('\\', "/");
        wanted.as_ref().is_none_or(|text| path.contains(text.as_str()))
    };
    found.retain(asked);
    found
}

/// Compares with a golden file, or rewrites it under `UPDATE_GOLDENS=1`.
pub fn golden(path: &Path, actual: &str, wrong: &mut Vec<String>) {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return;
    }
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, actual).unwrap();
        return;
    }
    wrong.push(format!("--- {}\n{actual}", path.display()));
}

/// A fenced block of a Markdown page.
pub struct FencedBlock {
    /// What stands after the fence.
    pub info: String,
    /// Its lines.
    pub text: String,
}

/// The fenced blocks of a page.
pub fn blocks(page: &str) -> Vec<FencedBlock> {
    let mut found = Vec::new();
    let mut open: Option<FencedBlock> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(FencedBlock { info: info.trim().to_owned(), text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// Every valid `.slovo` file there is to try things on: the examples, the prelude, and the design's sketches where those
/// are at hand (beside the repository or at `SLOVO_SHARED`).
pub fn samples() -> Vec<(String, String)> {
    let shared = std::env::var_os("SLOVO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let sketch = shared.join("design/sketch");
    let mut paths = files_below(Path::new("examples"), "slovo");
    paths.push(PathBuf::from("docs/errors/prelude.slovo"));
    if sketch.is_dir() {
        paths.extend(files_below(&sketch, "slovo"));
    } else {
        println!("skipped: the design's sketches, which are not at {}", sketch.display());
    }
    let name = |p: &Path| p.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|p| (name(p), std::fs::read_to_string(p).unwrap())).collect()
}
