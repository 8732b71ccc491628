//! Which files belong to a project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;

use super::CONFIG_FILE;
use super::links::{Links, NotFollowed, outside};
use super::{Entry, Listing};
use crate::diag::Diagnostic;

/// No `.gitignore` is larger.
const LARGEST_IGNORE: u64 = 1024 * 1024;

/// The nearest folder at or above `start` that holds `slovo.yaml`.
pub(super) fn root(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    start.ancestors().find(|folder| folder.join(CONFIG_FILE).is_file()).map(Path::to_owned)
}

/// Every `.slovo` file below a folder with the path it is shown by, in the order of those; and what was unreadable. Each real file
/// once, however many links lead to it; links into `outputs`, which are paths below the folder, are passed over.
pub(super) fn sources(root: &Path, links: &Links, outputs: &[String]) -> Listing {
    let mut found = Found { root, links, seen: Arc::default(), files: BTreeMap::new(), wrong: Vec::new() };
    let real = links.root().unwrap_or(root).to_owned();
    let outputs: Vec<PathBuf> = outputs.iter().map(|o| real.join(o)).collect();
    // What lies in the project itself first, so that it is shown by its own path; then what links add, and links in that.
    let mut next = found.walk(root, &real);
    while !next.is_empty() {
        next.sort();
        let mut more = Vec::new();
        for link in next {
            more.extend(found.follow(&link, &outputs));
        }
        next = more;
    }
    let mut files: Vec<Entry> =
        found.files.into_values().map(|(path, shown)| Entry { path, shown }).collect();
    files.sort_unstable_by(|a, b| a.shown.cmp(&b.shown));
    let mut seen = found.seen.lock().unwrap_or_else(PoisonError::into_inner);
    Listing { files, folders: std::mem::take(&mut seen.folders), wrong: found.wrong }
}

/// Real folders that were seen, and which of their `.gitignore` can't be read.
#[derive(Default)]
struct Seen {
    folders: BTreeSet<PathBuf>,
    wrong: Vec<Diagnostic>,
}

/// What a walk finds.
struct Found<'p> {
    root: &'p Path,
    links: &'p Links,
    seen: Arc<Mutex<Seen>>,
    /// By their real paths.
    files: BTreeMap<PathBuf, (PathBuf, String)>,
    wrong: Vec<Diagnostic>,
}

impl Found<'_> {
    /// Walks a folder, whose path without links is `real`; gives the links in it.
    fn walk(&mut self, folder: &Path, real: &Path) -> Vec<PathBuf> {
        if !enter(&self.seen, self.root, self.links, folder, real.to_owned()) {
            self.wrong.append(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner).wrong);
            return Vec::new();
        }
        // A pattern that takes files in keeps them whatever `.gitignore` says, and leaves folders to `.gitignore`.
        let only = OverrideBuilder::new(folder).add("*.slovo").and_then(|b| b.build());
        let mut walk = WalkBuilder::new(folder);
        walk.standard_filters(false).git_ignore(true).require_git(false).follow_links(true);
        let (seen, links, root) = (Arc::clone(&self.seen), self.links.clone(), self.root.to_owned());
        let (top, below) = (folder.to_owned(), real.to_owned());
        let followed = Arc::new(Mutex::new(Vec::new()));
        let found = Arc::clone(&followed);
        walk.filter_entry(move |entry| {
            if entry.depth() == 0 {
                return true;
            }
            if entry.file_name().to_string_lossy().starts_with('.') {
                return false;
            }
            // Links are judged one by one, after the walk.
            if entry.path_is_symlink() {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_owned());
                return false;
            }
            let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
            let real = entry.path().strip_prefix(&top).map(|p| below.join(p));
            !is_folder || real.is_ok_and(|real| enter(&seen, &root, &links, entry.path(), real))
        });
        if let Ok(only) = only {
            walk.overrides(only);
        }
        for entry in walk.build() {
            match entry {
                Ok(entry) if entry.depth() == 0 => {}
                Ok(entry) => {
                    let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
                    if !is_folder && is_source(entry.path()) {
                        let place = entry.path().strip_prefix(folder).map(|p| real.join(p));
                        self.add(place.unwrap_or_default(), entry.into_path());
                    }
                }
                Err(error) => self.wrong.extend(describe(self.root, &error)),
            }
        }
        self.wrong.append(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner).wrong);
        let mut followed = followed.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *followed)
    }
    /// Follows a link, where it leads to something new; gives the links behind it.
    fn follow(&mut self, link: &Path, outputs: &[PathBuf]) -> Vec<PathBuf> {
        let name = shown(self.root, link);
        let in_output = |real: &Path| outputs.iter().any(|o| real.starts_with(o));
        let place = link.parent().and_then(|p| p.canonicalize().ok());
        if place.is_some_and(|p| in_output(&p)) {
            return Vec::new();
        }
        match self.links.real(link) {
            Ok(real) if in_output(&real) => {}
            Ok(real) if real.is_dir() => return self.walk(link, &real),
            Ok(real) if is_source(link) => self.add(real, link.to_owned()),
            Err(NotFollowed::Outside(target)) if is_source(link) || target.is_dir() => {
                self.wrong.push(outside(&name, &target, true));
            }
            Err(NotFollowed::Io(error)) if is_source(link) => {
                self.wrong.push(super::decode::unreadable(&name, &error));
            }
            // Nothing to read.
            Ok(_) | Err(_) => {}
        }
        Vec::new()
    }
    fn add(&mut self, real: PathBuf, path: PathBuf) {
        let shown = shown(self.root, &path);
        self.files.entry(real).or_insert((path, shown));
    }
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "slovo")
}

/// Marks a folder as seen. Not to be entered: one that was seen, and one whose `.gitignore` can't be read, which is reported
/// instead of opened.
fn enter(seen: &Mutex<Seen>, root: &Path, links: &Links, folder: &Path, real: PathBuf) -> bool {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if !seen.folders.insert(real) {
        return false;
    }
    let ignore = folder.join(".gitignore");
    let Ok(kind) = ignore.symlink_metadata() else { return true };
    let name = shown(root, &ignore);
    if kind.is_symlink()
        && let Err(NotFollowed::Outside(target)) = links.real(&ignore)
    {
        seen.wrong.push(outside(&name, &target, true));
        return false;
    }
    let read = match std::fs::metadata(&ignore) {
        Ok(kind) if !kind.is_file() && !kind.is_dir() => Err("it is not a plain file".to_owned()),
        Ok(kind) if kind.len() > LARGEST_IGNORE => {
            Err(format!("it is larger than {} MiB", LARGEST_IGNORE / (1024 * 1024)))
        }
        // A link to nothing, or a folder: nothing is ignored by it.
        Ok(_) | Err(_) => Ok(()),
    };
    match read {
        Ok(()) => true,
        Err(why) => {
            let message = format!("`{name}` cannot be read: {why}");
            let made = Diagnostic::unplaced(&crate::diag::codes::project::UNREADABLE, message);
            seen.wrong.push(made.help("remove it: it must be a text file of patterns"));
            false
        }
    }
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
