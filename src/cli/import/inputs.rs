//! What is imported: the files of the command line, and those of its folders.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::import::Input;
use crate::project::{LARGEST, read_plain};

/// Files of one import.
const MOST_FILES: usize = 20_000;
/// Bytes of one import.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Folders in each other.
const DEEPEST: usize = 40;

/// The files of the command line, and those of its folders in the order of their names.
pub(super) fn inputs(named: &[PathBuf], start: &Path) -> Result<Vec<Input>, Failure> {
    let mut found: Vec<(PathBuf, String, bool)> = Vec::new();
    for shown in named {
        let path = start.join(shown);
        let kind = fs::metadata(&path).map_err(|e| {
            Failure::io(format!("`{}` cannot be read", shown.display()), &e).help("nothing was written")
        })?;
        if kind.is_dir() {
            walk(&path, shown, 0, &mut found)?;
        } else {
            found.push((path, slashed(shown), true));
        }
    }
    // One file named twice is one.
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|(path, ..)| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    if found.is_empty() {
        let folders: Vec<String> = named.iter().map(|n| format!("`{}`", n.display())).collect();
        let message = format!("no `.yaml`, `.yml` or `.json` file in {}", folders.join(", "));
        return Err(Failure::new(message).help("name files, or folders that hold specs"));
    }
    let mut bytes = 0;
    let mut made = Vec::with_capacity(found.len());
    for (path, shown, named) in found {
        let text = read_plain(&path, LARGEST).map_err(|e| {
            let said = e.to_string();
            if said.starts_with("it ") { said } else { format!("cannot be read: {}", said.to_lowercase()) }
        });
        let text = text.map(|t| t.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(t));
        bytes += text.as_ref().map_or(0, String::len);
        if bytes > MOST_BYTES {
            let message = format!("the files have more than {} MiB together", MOST_BYTES / (1024 * 1024));
            return Err(Failure::new(message).help("import them folder by folder; nothing was written"));
        }
        made.push(Input { path: shown, text, named });
    }
    Ok(made)
}

pub(super) fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// The specs below a folder; links and hidden names are skipped.
fn walk(
    folder: &Path,
    shown: &Path,
    depth: usize,
    found: &mut Vec<(PathBuf, String, bool)>,
) -> Result<(), Failure> {
    let failed = |e: &std::io::Error| Failure::io(format!("`{}` cannot be read", shown.display()), e);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(&e))? {
        let entry = entry.map_err(|e| failed(&e))?;
        entries.push((entry.file_name(), entry.file_type().map_err(|e| failed(&e))?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, kind) in entries {
        let (path, below) = (folder.join(&name), shown.join(&name));
        let word = name.to_string_lossy();
        if word.starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth < DEEPEST {
            walk(&path, &below, depth + 1, found)?;
        } else if kind.is_file() && [".yaml", ".yml", ".json"].iter().any(|end| word.ends_with(end)) {
            found.push((path, slashed(&below), false));
        }
        if found.len() > MOST_FILES {
            let message = format!("more than {MOST_FILES} files below `{}`", shown.display());
            return Err(Failure::new(message).help("import them folder by folder; nothing was written"));
        }
    }
    Ok(())
}
