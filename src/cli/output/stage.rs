//! New contents on their way: files in one folder at the output's root, so that only names must change afterwards. Each is
//! written as soon as it is made, and its text is let go: thousands of files never lie in memory together.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::TEMPORARY;
use super::held::Folder;
use crate::cli::Failure;

/// What a file is to hold.
#[derive(Debug)]
pub(super) enum Content {
    /// This file holds it.
    Staged(PathBuf),
    /// In memory: nothing is to be written, only shown.
    Text(String),
}

/// The folder with new contents; it goes when this is dropped. What a killed process leaves of it, the next one that holds
/// the lock removes.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// Made when the first content comes.
    at: Mutex<Option<TempDir>>,
    next: AtomicUsize,
}

impl Stage {
    /// A file with this content, with the permissions of any new file. Not forced onto the disk, which takes a second for a
    /// hundred files: what a power cut takes, the next build writes again.
    pub(super) fn write(&self, folder: &Folder, path: &str, content: &[u8]) -> Result<PathBuf, Failure> {
        let made = self.ready(folder).and_then(|at| {
            let name = at.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
            OpenOptions::new().write(true).create_new(true).open(&name)?.write_all(content)?;
            Ok(name)
        });
        made.map_err(|e| failed(folder, path, &e))
    }
    fn ready(&self, folder: &Folder) -> io::Result<PathBuf> {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = at.as_ref() {
            return Ok(made.path().to_owned());
        }
        let made = Builder::new().prefix(TEMPORARY).tempdir_in(&folder.path)?;
        let path = made.path().to_owned();
        *at = Some(made);
        Ok(path)
    }
}

/// Nothing was replaced yet.
pub(super) fn failed(folder: &Folder, path: &str, error: &io::Error) -> Failure {
    Failure::io(format!("`{}/{path}` cannot be written", folder.shown), error).help("nothing was changed")
}

/// A temporary file with this content, with the permissions of any new file.
pub(super) fn temporary(folder: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut made = builder.tempfile_in(folder)?;
    made.write_all(content)?;
    Ok(made)
}
