//! Writing sources back: what `fmt` and `check --fix` share. Whoever saves the same file meanwhile wins.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Failure;
use super::output::{Lock, Replaced, replace_if, sweep_beside_sources};
use super::screen::Screen;
use crate::project::{Project, read_start};

/// Sources that this process alone writes back.
pub(super) struct Saving {
    _locks: Vec<Lock>,
}

impl Saving {
    /// Locks the projects that files belong to (else their folders), and removes what killed runs have left beside them.
    pub(super) fn begin<'p>(files: impl Iterator<Item = &'p Path>, screen: &Screen) -> Result<Self, Failure> {
        let folders: BTreeSet<PathBuf> =
            files.filter_map(|file| file.canonicalize().ok()?.parent().map(Path::to_owned)).collect();
        let roots: BTreeSet<PathBuf> = folders
            .iter()
            .map(|folder| {
                Project::root_of(folder)
                    .and_then(|root| root.canonicalize().ok())
                    .unwrap_or_else(|| folder.clone())
            })
            .collect();
        let locks = roots.iter().map(|root| Lock::take(root, &root.display().to_string()));
        let made = Self { _locks: locks.collect::<Result<_, _>>()? };
        for kept in folders.iter().flat_map(|folder| sweep_beside_sources(folder)) {
            screen.say(&format!(
                "`{}` was left by a slovo that was killed; it may hold what an editor saved then: look at it, and remove it",
                kept.display()
            ));
        }
        Ok(made)
    }
    /// Replaces a file's text, if it still is what was read; otherwise tells why not. The file behind a symbolic link is
    /// changed, not the link; one outside of `root` is somebody else's.
    #[allow(clippy::unused_self, reason = "shows that the lock is held")]
    pub(super) fn save(
        &self,
        (path, shown): (&Path, &str),
        root: Option<&Path>,
        (before, after): (&str, &str),
    ) -> Result<Option<String>, Failure> {
        let failed = |error: &std::io::Error| Failure::io(format!("`{shown}` cannot be written"), error);
        let changed = || Ok(Some(format!("`{shown}` was changed meanwhile")));
        let real = match path.canonicalize() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return changed(),
            real => real.map_err(|e| failed(&e))?,
        };
        if root.is_some_and(|root| !root.canonicalize().is_ok_and(|root| real.starts_with(root))) {
            return Ok(Some(format!("`{shown}` is a link out of the project")));
        }
        let bytes = match read_start(&real, before.len() as u64 + 4) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return changed(),
            bytes => bytes.map_err(|e| failed(&e))?,
        };
        let mark: &[u8] = if bytes.starts_with(b"\xef\xbb\xbf") { b"\xef\xbb\xbf" } else { b"" };
        if bytes.get(mark.len()..) != Some(before.as_bytes()) {
            return changed();
        }
        match replace_if(&real, &bytes, &[mark, after.as_bytes()].concat()).map_err(|e| failed(&e))? {
            Replaced::Done => Ok(None),
            Replaced::Changed => changed(),
            Replaced::Refused(why) => Ok(Some(format!("`{shown}`: {why}"))),
        }
    }
}
