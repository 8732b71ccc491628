//! What has to happen to a folder so that it holds what a build made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::manifest::{MANIFEST, Manifest, hash, is_below};
use crate::backend::Artifact;
use crate::cli::Failure;

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

/// What the folder shall hold.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Wanted {
    /// Files.
    pub(in crate::cli) artifacts: Vec<Artifact>,
    /// Its manifest, without the files.
    pub(in crate::cli) manifest: Manifest,
    /// Overwrite what is not ours.
    pub(in crate::cli) force: bool,
}

/// What happens to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Action {
    /// It is new.
    Create,
    /// It changes; `by_hand`: somebody changed it since it was written.
    Rewrite {
        /// What it holds now; empty where that is no text.
        before: String,
        /// Somebody changed it since it was written.
        by_hand: bool,
    },
    /// It is ours and no longer wanted.
    Remove {
        /// What it holds now.
        before: String,
    },
}

/// What has to happen, by path.
#[derive(Debug)]
pub(in crate::cli) struct Plan {
    /// The folder.
    pub(in crate::cli) folder: Folder,
    /// Changes by path.
    pub(in crate::cli) actions: BTreeMap<String, Action>,
    /// Files that stay as they are.
    pub(in crate::cli) unchanged: usize,
    /// New contents by path.
    pub(super) contents: BTreeMap<String, String>,
    /// The manifest before, where there was one.
    pub(super) before: Option<Manifest>,
    /// The manifest after.
    pub(super) after: Manifest,
}

/// What stands where a file is wanted.
enum Now {
    Absent,
    Same,
    Other(Vec<u8>),
}

impl Plan {
    /// Compares a folder with what is wanted. Refuses where that would overwrite or remove somebody else's work.
    pub(in crate::cli) fn new(
        folder: Folder,
        before: Option<Manifest>,
        wanted: Wanted,
    ) -> Result<Self, Failure> {
        stays_within(&folder)?;
        if let Some(before) = before.as_ref().filter(|_| !wanted.force) {
            same_owner(&folder, before, &wanted.manifest)?;
        }
        let ours = before.as_ref().map(|m| m.files.clone()).unwrap_or_default();
        let mut plan = Self {
            folder,
            actions: BTreeMap::new(),
            unchanged: 0,
            contents: BTreeMap::new(),
            before,
            after: wanted.manifest,
        };
        let mut foreign = Vec::new();
        let looked: Vec<_> = wanted
            .artifacts
            .into_par_iter()
            .map(|Artifact { path, text }| {
                if !is_below(&path) || path == MANIFEST {
                    return Err(Failure::new(format!(
                        "a backend made `{path}`, which is no path below its folder"
                    )));
                }
                // What is there already is not kept: it may be as much again.
                let current = match plan.current(&path)? {
                    None => Now::Absent,
                    Some(current) if current == text.as_bytes() => Now::Same,
                    Some(current) => Now::Other(current),
                };
                Ok((hash(text.as_bytes()), current, path, text))
            })
            .collect::<Result<_, Failure>>()?;
        for (hash_of, current, path, text) in looked {
            plan.after.files.insert(path.clone(), hash_of);
            match current {
                Now::Absent => {
                    plan.actions.insert(path.clone(), Action::Create);
                }
                Now::Same => plan.unchanged += 1,
                Now::Other(current) => {
                    let written = ours.get(&path);
                    if written.is_none() && !wanted.force {
                        foreign.push(path);
                        continue;
                    }
                    let by_hand = written.is_some_and(|h| *h != hash(&current));
                    let before = String::from_utf8_lossy(&current).into_owned();
                    plan.actions.insert(path.clone(), Action::Rewrite { before, by_hand });
                }
            }
            plan.contents.insert(path, text);
        }
        let shown = plan.folder.shown.clone();
        if let Some(first) = foreign.first() {
            let more = match foreign.len() {
                1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let message =
                format!("`{shown}/{first}`{more} was not written by slovo and would be overwritten");
            return Err(Failure::new(message).help("move it away, choose another folder, or say `--force`"));
        }
        for (path, written) in &ours {
            if plan.after.files.contains_key(path) {
                continue;
            }
            let Some(current) = plan.current(path)? else { continue };
            if hash(&current) != *written && !wanted.force {
                let message = format!("`{shown}/{path}` is no longer needed, but was changed by hand");
                return Err(Failure::new(message).help("move it away, or say `--force` to remove it"));
            }
            let before = String::from_utf8_lossy(&current).into_owned();
            plan.actions.insert(path.clone(), Action::Remove { before });
        }
        Ok(plan)
    }
    /// What a file holds now. The link itself is looked at, not what is behind it.
    #[allow(clippy::disallowed_methods, reason = "compares what is there with what is to be there")]
    fn current(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let full = self.folder.path.join(path);
        let failed =
            |e: &std::io::Error| Failure::io(format!("`{}/{path}` cannot be read", self.folder.shown), e);
        match std::fs::symlink_metadata(&full) {
            Ok(kind) if kind.is_dir() => {
                let message = format!("`{}/{path}` is a folder, where a file must be", self.folder.shown);
                Err(Failure::new(message).help("move it away"))
            }
            Ok(kind) if !kind.is_file() => Ok(Some(Vec::new())),
            Ok(_) => std::fs::read(&full).map(Some).map_err(|e| failed(&e)),
            Err(e)
                if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(e) => Err(failed(&e)),
        }
    }
    /// Is there nothing to do?
    pub(in crate::cli) fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }
    /// The new content of a file.
    pub(in crate::cli) fn content(&self, path: &str) -> &str {
        self.contents.get(path).map_or("", String::as_str)
    }
}

/// The nearest folder on the way that exists must not lead out by a symbolic link, and must be a folder.
fn stays_within(folder: &Folder) -> Result<(), Failure> {
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
    Ok(())
}

fn same_owner(folder: &Folder, before: &Manifest, after: &Manifest) -> Result<(), Failure> {
    let whose = |m: &Manifest| match &m.environment {
        Some(environment) => format!("the project `{}`, environment `{environment}`", m.project),
        None => format!("the project `{}`", m.project),
    };
    if whose(before) == whose(after) {
        return Ok(());
    }
    let message = format!("`{}` holds files of {}, not of {}", folder.shown, whose(before), whose(after));
    Err(Failure::new(message)
        .help("choose another folder; `--force` takes this one over and removes those files"))
}
