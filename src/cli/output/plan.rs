//! What has to happen to a folder so that it holds what a build made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::manifest::{MANIFEST, Manifest, hash, is_below};
use super::stage::{Content, Stage};
use crate::backend::{Artifact, Take};
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

/// What the folder shall hold, besides the files.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Wanted {
    /// Its manifest, without the files.
    pub(in crate::cli) manifest: Manifest,
    /// Overwrite what is not ours.
    pub(in crate::cli) force: bool,
    /// Nothing is to be written: keep texts to show them.
    pub(in crate::cli) only_shown: bool,
}

/// What happens to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Action {
    /// It is new.
    Create,
    /// It changes; `by_hand`: somebody changed it since it was written.
    Rewrite {
        /// What it holds now, where the plan is only to be shown.
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

/// What has to happen, by path. Given up (dropped) it leaves no trace.
#[derive(Debug)]
pub(in crate::cli) struct Plan {
    /// The folder.
    pub(in crate::cli) folder: Folder,
    /// Changes by path.
    pub(in crate::cli) actions: BTreeMap<String, Action>,
    /// The folder is not there yet, nor is any file in it.
    fresh: bool,
    /// Files that stay as they are.
    pub(in crate::cli) unchanged: usize,
    /// New contents by path; before `stage`, which removes the folders that they leave empty.
    pub(super) contents: BTreeMap<String, Content>,
    /// Folders made for them.
    pub(super) stage: Stage,
    /// The manifest before, where there was one.
    pub(super) before: Option<Manifest>,
    /// The manifest after.
    pub(super) after: Manifest,
}

/// A file that was looked at.
struct Looked {
    path: String,
    hash: String,
    /// What has to happen, and the new content; none where it stays as it is.
    change: Option<(Action, Content)>,
}

/// Why a file cannot be.
enum Refused {
    /// Somebody else's file is there.
    Foreign(String),
    /// Anything else.
    Failed(String, Failure),
}

impl Plan {
    /// Compares a folder with the files that `make` hands over. Refuses where that would overwrite or remove somebody
    /// else's work. `make` is not called where the folder itself is refused.
    pub(in crate::cli) fn new(
        folder: Folder,
        before: Option<Manifest>,
        wanted: Wanted,
        make: impl FnOnce(Take<'_>) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        stays_within(&folder)?;
        if let Some(before) = before.as_ref().filter(|_| !wanted.force) {
            same_owner(&folder, before, &wanted.manifest)?;
        }
        let ours = before.as_ref().map(|m| m.files.clone()).unwrap_or_default();
        let Wanted { manifest: after, force, only_shown } = wanted;
        let mut plan = Self {
            fresh: std::fs::symlink_metadata(&folder.path).is_err(),
            folder,
            actions: BTreeMap::new(),
            unchanged: 0,
            contents: BTreeMap::new(),
            stage: Stage::default(),
            before,
            after,
        };
        let looked = Mutex::new(Vec::new());
        let refused = Mutex::new(Vec::new());
        make(&|artifact| match plan.look(artifact, &ours, (force, only_shown)) {
            Ok(one) => looked.lock().unwrap_or_else(PoisonError::into_inner).push(one),
            Err(one) => refused.lock().unwrap_or_else(PoisonError::into_inner).push(one),
        })?;
        let refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
        let looked = looked.into_inner().unwrap_or_else(PoisonError::into_inner);
        for Looked { path, hash, change } in looked {
            plan.after.files.insert(path.clone(), hash);
            let Some((action, content)) = change else {
                plan.unchanged += 1;
                continue;
            };
            plan.actions.insert(path.clone(), action);
            plan.contents.insert(path, content);
        }
        plan.refuse(refused)?;
        let shown = plan.folder.shown.clone();
        for (path, written) in &ours {
            if plan.after.files.contains_key(path) {
                continue;
            }
            let Some(current) = plan.current(path)? else { continue };
            if hash(&current) != *written && !force {
                let message = format!("`{shown}/{path}` is no longer needed, but was changed by hand");
                return Err(Failure::new(message).help("move it away, or say `--force` to remove it"));
            }
            let before = String::from_utf8_lossy(&current).into_owned();
            plan.actions.insert(path.clone(), Action::Remove { before });
        }
        Ok(plan)
    }
    /// Compares a file with what is there, and puts its new content where it will be wanted.
    fn look(
        &self,
        Artifact { path, text }: Artifact,
        ours: &BTreeMap<String, String>,
        (force, only_shown): (bool, bool),
    ) -> Result<Looked, Refused> {
        let failed = |path: &str, failure| Refused::Failed(path.to_owned(), failure);
        if !is_below(&path) || path == MANIFEST {
            let message = format!("a backend made `{path}`, which is no path below its folder");
            return Err(failed(&path, Failure::new(message)));
        }
        let hash_of = hash(text.as_bytes());
        let current = if self.fresh { None } else { self.current(&path).map_err(|f| failed(&path, f))? };
        let action = match current {
            None => Action::Create,
            Some(current) if current == text.as_bytes() => {
                return Ok(Looked { path, hash: hash_of, change: None });
            }
            Some(current) => {
                let written = ours.get(&path);
                if written.is_none() && !force {
                    return Err(Refused::Foreign(path));
                }
                let by_hand = written.is_some_and(|h| *h != hash(&current));
                // As much again as what is new: kept only to be shown.
                let before =
                    if only_shown { String::from_utf8_lossy(&current).into_owned() } else { String::new() };
                Action::Rewrite { before, by_hand }
            }
        };
        let content = if only_shown {
            Content::Text(text)
        } else {
            let staged = self.stage.write(&self.folder, &path, text.as_bytes());
            Content::Staged(staged.map_err(|f| failed(&path, f))?)
        };
        Ok(Looked { path, hash: hash_of, change: Some((action, content)) })
    }
    /// The first reason not to go on, whatever thread met it.
    fn refuse(&self, refused: Vec<Refused>) -> Result<(), Failure> {
        let mut foreign = Vec::new();
        let mut failures = BTreeMap::new();
        for one in refused {
            match one {
                Refused::Foreign(path) => foreign.push(path),
                Refused::Failed(path, failure) => {
                    failures.insert(path, failure);
                }
            }
        }
        if let Some((_, failure)) = failures.pop_first() {
            return Err(failure);
        }
        foreign.sort();
        let Some(first) = foreign.first() else { return Ok(()) };
        let (more, were) = match foreign.len() {
            1 => (String::new(), "was"),
            n => (format!(" and {} more", n - 1), "were"),
        };
        let shown = &self.folder.shown;
        let message = format!("`{shown}/{first}`{more} {were} not written by slovo and would be overwritten");
        Err(Failure::new(message).help("move it away, choose another folder, or say `--force`"))
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
    /// The new content of a file, where the plan is only to be shown.
    pub(in crate::cli) fn content(&self, path: &str) -> &str {
        match self.contents.get(path) {
            Some(Content::Text(text)) => text,
            Some(Content::Staged(_)) | None => "",
        }
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
