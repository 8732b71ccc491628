//! Which files belong to a project.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use super::CONFIG_FILE;
use crate::diag::Diagnostic;

/// The nearest folder at or above `start` that holds `slovo.yaml`.
pub(super) fn root(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    start.ancestors().find(|folder| folder.join(CONFIG_FILE).is_file()).map(Path::to_owned)
}

/// Every `.slovo` file below a folder with the path it is shown by, in the order of those; and what was unreadable.
pub(super) fn sources(root: &Path) -> (Vec<(PathBuf, String)>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    // A pattern that takes files in keeps them whatever `.gitignore` says, and leaves folders to `.gitignore`.
    let only = OverrideBuilder::new(root).add("*.slovo").and_then(|b| b.build());
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).git_ignore(true).require_git(false).follow_links(true);
    walk.filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'));
    if let Ok(only) = only {
        walk.overrides(only);
    }
    for entry in walk.build() {
        match entry {
            Ok(entry) => {
                let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
                if !is_folder && entry.path().extension().is_some_and(|e| e == "slovo") {
                    let path = shown(root, entry.path());
                    found.push((entry.into_path(), path));
                }
            }
            Err(error) => wrong.extend(describe(root, &error)),
        }
    }
    found.sort_unstable_by(|a, b| a.1.cmp(&b.1));
    (found, wrong)
}

/// A path relative to the project's folder, with `/`.
pub(super) fn shown(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|c| c.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// A mistake met on the walk, where it keeps a source from being read. A dangling link of another name does not, and
/// one in a `.gitignore` is git's business.
fn describe(root: &Path, error: &ignore::Error) -> Option<Diagnostic> {
    match error {
        ignore::Error::WithPath { path, err } => {
            let ours = path.extension().is_some_and(|e| e == "slovo") || path.is_dir();
            let error = err.io_error().filter(|_| ours)?;
            Some(super::decode::unreadable(&shown(root, path), error))
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            describe(root, err)
        }
        ignore::Error::Partial(list) => list.iter().find_map(|e| describe(root, e)),
        // A link back to a folder above it: everything behind it is read anyway.
        ignore::Error::Loop { .. }
        | ignore::Error::Io(_)
        | ignore::Error::Glob { .. }
        | ignore::Error::UnrecognizedFileType(_)
        | ignore::Error::InvalidDefinition => None,
    }
}
