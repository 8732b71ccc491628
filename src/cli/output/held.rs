//! A folder that this process alone writes, for as long as it holds it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::TEMPORARY;
use super::lock::Lock;
use crate::cli::Failure;
use crate::project::Project;

/// Folders of version control: what is in them is a repository's memory.
const REPOSITORIES: &[&str] = &[".git", ".hg", ".svn", ".jj"];

/// A folder that is written to.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Folder {
    /// On the disk.
    pub(in crate::cli) path: PathBuf,
    /// As shown to the user.
    pub(in crate::cli) shown: String,
    /// It must not leave this one by a symbolic link.
    pub(in crate::cli) within: Option<PathBuf>,
}

/// A folder that is looked at or written. Given up, it leaves no folder behind that was made for it.
#[derive(Debug)]
pub(in crate::cli) struct Held {
    /// The folder.
    pub(in crate::cli) folder: Folder,
    /// Folders made for it, outer ones first.
    made: Vec<PathBuf>,
    /// Not where it is only looked at.
    #[allow(dead_code, reason = "held, never read")]
    lock: Option<Lock>,
}

impl Held {
    /// To look at: nothing is made, nothing locked.
    pub(in crate::cli) fn to_look_at(folder: Folder, inputs: &BTreeSet<PathBuf>) -> Result<Self, Failure> {
        may_be_written(&folder, inputs)?;
        Ok(Self { folder, made: Vec::new(), lock: None })
    }
    /// To write: makes it where it is missing, waits for another slovo, and removes what a killed one has left.
    pub(in crate::cli) fn to_write(folder: Folder, inputs: &BTreeSet<PathBuf>) -> Result<Self, Failure> {
        may_be_written(&folder, inputs)?;
        let missing =
            folder.path.ancestors().take_while(|p| !p.as_os_str().is_empty() && fs::metadata(p).is_err());
        let mut made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        made.reverse();
        let mut held = Self { folder, made, lock: None };
        let Folder { path, shown, .. } = &held.folder;
        fs::create_dir_all(path)
            .map_err(|e| Failure::io(format!("`{shown}` cannot be made"), &e).help("nothing was changed"))?;
        held.lock = Some(Lock::take(path, shown)?);
        sweep(path);
        Ok(held)
    }
    /// Lets another slovo write: everything is there.
    pub(super) fn release(&mut self) {
        self.made.clear();
        self.lock = None;
    }
}

impl Drop for Held {
    #[allow(clippy::disallowed_methods, reason = "made by this process, and only while empty")]
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Removes what slovos that were killed have left in a folder that is locked. What cannot be removed stays: it does no harm.
#[allow(clippy::disallowed_methods, reason = "they are ours by their name, and nobody else is writing")]
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            continue;
        }
        let _ = match entry.file_type() {
            Ok(kind) if kind.is_dir() => fs::remove_dir_all(entry.path()),
            _ => fs::remove_file(entry.path()),
        };
    }
}

/// The folders of all files that a project reads: none of them is an output. `templates` are folders with files to fill in.
pub(in crate::cli) fn inputs(project: &Project, templates: &[PathBuf]) -> BTreeSet<PathBuf> {
    let sources = project
        .sources
        .iter()
        .filter_map(|(_, file)| project.root.join(&file.path).parent().map(Path::to_owned));
    let below = |folder: &PathBuf| [folder.clone(), folder.join("html"), folder.join("markdown")];
    let all = sources.chain(std::iter::once(project.root.clone())).chain(templates.iter().flat_map(below));
    all.collect::<BTreeSet<_>>().into_iter().filter_map(|folder| folder.canonicalize().ok()).collect()
}

/// Where it would really lie: what is there of it without links, then the rest.
pub(in crate::cli) fn real(path: &Path) -> PathBuf {
    for at in path.ancestors() {
        if let Ok(real) = at.canonicalize() {
            return real.join(path.strip_prefix(at).unwrap_or(Path::new("")));
        }
    }
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The nearest folder on the way that exists must be a folder and must not lead out by a symbolic link; the folder itself
/// must be nobody else's.
fn may_be_written(folder: &Folder, inputs: &BTreeSet<PathBuf>) -> Result<(), Failure> {
    let shown = &folder.shown;
    for at in folder.path.ancestors() {
        let Ok(kind) = std::fs::metadata(at) else { continue };
        if !kind.is_dir() {
            let message = format!("`{shown}` cannot be a folder: `{}` is a file", at.display());
            return Err(
                Failure::new(message).help("move the file away, or choose another folder with `-o DIR`")
            );
        }
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if folder.within.as_ref().is_some_and(|root| !real(at).starts_with(real(root))) {
            let message = format!("`{shown}` leaves the project by a symbolic link");
            return Err(Failure::new(message).help("`slovo build -o DIR` writes anywhere"));
        }
        break;
    }
    let real = real(&folder.path);
    let repository = real.components().find_map(|part| match part {
        Component::Normal(name) => REPOSITORIES.iter().find(|known| name == **known),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    });
    if let Some(name) = repository {
        let message = format!("`{shown}` lies in `{name}`, which belongs to version control");
        return Err(Failure::new(message).help("choose another folder"));
    }
    if inputs.contains(&real) {
        let message =
            format!("`{shown}` holds files that the project reads: it cannot be written to as well");
        return Err(Failure::new(message).help("choose a folder for outputs alone, such as one below it"));
    }
    Ok(())
}
