//! What has to happen to a folder so that it holds what a build made.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::held::{Folder, Held};
use super::manifest::{EARLIER, MANIFEST, Manifest, hash, is_below};
use super::remove::link_on_the_way;
use super::stage::{Content, Stage};
use crate::backend::{Artifact, Take};
use crate::cli::Failure;
use crate::project::read_start;

/// No file of ours is larger.
const LARGEST: u64 = 256 * 1024 * 1024;

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
    /// Changes by path.
    pub(in crate::cli) actions: BTreeMap<String, Action>,
    /// The folder is not there yet, nor is any file in it.
    fresh: bool,
    /// Files that stay as they are.
    pub(in crate::cli) unchanged: usize,
    /// Files of ours that lie behind a symbolic link now: they are left, whoever they belong to.
    pub(in crate::cli) left: Vec<String>,
    /// New contents by path.
    pub(super) contents: BTreeMap<String, Content>,
    /// Where they lie; dropped before the folder, which it may leave empty.
    pub(super) stage: Stage,
    /// The folder.
    pub(super) held: Held,
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
        held: Held,
        before: Option<Manifest>,
        wanted: Wanted,
        make: impl FnOnce(Take<'_>) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        if let Some(before) = before.as_ref().filter(|_| !wanted.force) {
            same_owner(&held.folder, before, &wanted.manifest)?;
        }
        let Wanted { manifest: after, force, only_shown } = wanted;
        let mut plan = Self {
            fresh: std::fs::symlink_metadata(&held.folder.path).is_err(),
            actions: BTreeMap::new(),
            unchanged: 0,
            left: Vec::new(),
            contents: BTreeMap::new(),
            stage: Stage::default(),
            held,
            before,
            after,
        };
        let looked = Mutex::new(Vec::new());
        let refused = Mutex::new(Vec::new());
        make(&|artifact| match plan.look(artifact, (force, only_shown)) {
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
        plan.stale(force)?;
        Ok(plan)
    }
    /// What is ours and no longer wanted.
    fn stale(&mut self, force: bool) -> Result<(), Failure> {
        let Some(before) = &self.before else { return Ok(()) };
        let shown = &self.folder().shown;
        let mut actions = BTreeMap::new();
        let mut left = Vec::new();
        for path in before.paths().filter(|path| !self.after.files.contains_key(*path)) {
            if link_on_the_way(&self.folder().path, path).is_some() {
                left.push(path.clone());
                continue;
            }
            let Some(current) = self.current(path, 0)? else { continue };
            if !before.wrote(path, &current) && !force {
                let message = format!("`{shown}/{path}` is no longer needed, but was changed by hand");
                return Err(Failure::new(message).help("move it away, or say `--force` to remove it"));
            }
            let before = String::from_utf8_lossy(&current).into_owned();
            actions.insert(path.clone(), Action::Remove { before });
        }
        self.actions.extend(actions);
        self.left = left;
        Ok(())
    }
    /// The folder.
    pub(in crate::cli) fn folder(&self) -> &Folder {
        &self.held.folder
    }
    /// Compares a file with what is there, and puts its new content where it will be wanted.
    fn look(
        &self,
        Artifact { path, text }: Artifact,
        (force, only_shown): (bool, bool),
    ) -> Result<Looked, Refused> {
        let failed = |path: &str, failure| Refused::Failed(path.to_owned(), failure);
        if !is_below(&path) || path == MANIFEST || path == EARLIER {
            let message = format!("a backend made `{path}`, which is not a path below its folder");
            return Err(failed(&path, Failure::new(message)));
        }
        if let Some(link) = link_on_the_way(&self.folder().path, &path) {
            let shown = &self.folder().shown;
            let message = format!("`{shown}/{path}` leaves its folder by the symbolic link `{shown}/{link}`");
            return Err(failed(&path, Failure::new(message).help("nothing was changed; remove the link")));
        }
        let hash_of = hash(text.as_bytes());
        let current =
            if self.fresh { None } else { self.current(&path, text.len()).map_err(|f| failed(&path, f))? };
        let action = match current {
            None => Action::Create,
            Some(current) if current == text.as_bytes() => {
                return Ok(Looked { path, hash: hash_of, change: None });
            }
            Some(current) => {
                let before = self.before.as_ref().filter(|before| before.has(&path));
                if before.is_none() && !force {
                    return Err(Refused::Foreign(path));
                }
                let by_hand = before.is_some_and(|before| !before.wrote(&path, &current));
                // As much again as what is new: kept only to be shown.
                let before =
                    if only_shown { String::from_utf8_lossy(&current).into_owned() } else { String::new() };
                Action::Rewrite { before, by_hand }
            }
        };
        let content = if only_shown {
            Content::Text(text)
        } else {
            let staged = self.stage.write(self.folder(), &path, text.as_bytes());
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
        let shown = &self.folder().shown;
        let message = format!("`{shown}/{first}`{more} {were} not written by slovo and would be overwritten");
        Err(Failure::new(message).help("move it away, choose another folder, or say `--force`"))
    }
    /// What a file holds now; one byte of it, as no file of ours has, where it is larger than the `new` one and than any of
    /// ours. The link itself is looked at, not what is behind it.
    fn current(&self, path: &str, new: usize) -> Result<Option<Vec<u8>>, Failure> {
        let full = self.folder().path.join(path);
        let failed =
            |e: &std::io::Error| Failure::io(format!("`{}/{path}` cannot be read", self.folder().shown), e);
        match std::fs::symlink_metadata(&full) {
            Ok(kind) if kind.is_dir() => {
                let message = format!("`{}/{path}` is a folder, where a file must be", self.folder().shown);
                Err(Failure::new(message).help("move it away"))
            }
            Ok(kind) if !kind.is_file() => Ok(Some(Vec::new())),
            Ok(kind) => {
                let limit = LARGEST.max(new as u64);
                let most = if kind.len() > limit { 1 } else { limit };
                read_start(&full, most).map(Some).map_err(|e| failed(&e))
            }
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

fn same_owner(folder: &Folder, before: &Manifest, after: &Manifest) -> Result<(), Failure> {
    let whose = |m: &Manifest| {
        let export = m.export.as_ref().map(|format| format!("an export to {format} of ")).unwrap_or_default();
        match &m.environment {
            Some(environment) => format!("{export}the project `{}`, environment `{environment}`", m.project),
            None => format!("{export}the project `{}`", m.project),
        }
    };
    if whose(before) == whose(after) {
        return Ok(());
    }
    let message = format!("`{}` holds files of {}, not of {}", folder.shown, whose(before), whose(after));
    Err(Failure::new(message)
        .help("choose another folder; `--force` takes this one over and removes those files"))
}
