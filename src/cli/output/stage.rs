//! New contents on their way: temporary files beside their targets, so that only names must change afterwards. Each is
//! written as soon as it is made, and its text is let go: thousands of files never lie in memory together.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile, TempPath};

use super::plan::Folder;
use crate::cli::Failure;

/// How temporary files are called; they vanish, unless the process is killed.
pub(super) const TEMPORARY: &str = ".slovo-tmp-";

/// What a file is to hold.
#[derive(Debug)]
pub(super) enum Content {
    /// A temporary file holds it.
    Staged(TempPath),
    /// In memory: nothing is to be written, only shown.
    Text(String),
}

/// The folders that temporary files were put into.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// Those that are known to be there, and to lie below the output folder.
    ready: Mutex<Vec<PathBuf>>,
    /// Those that were made for it, outer ones first.
    made: Mutex<Vec<PathBuf>>,
}

impl Stage {
    /// A temporary file beside where `path` will be.
    pub(super) fn write(&self, folder: &Folder, path: &str, content: &[u8]) -> Result<TempPath, Failure> {
        let target = folder.path.join(path);
        let parent = target.parent().unwrap_or(&folder.path);
        self.ready(folder, parent, path)?;
        match temporary(parent, content) {
            Ok(made) => Ok(made.into_temp_path()),
            Err(error) => Err(failed(folder, path, &error)),
        }
    }
    /// Makes the folder of a file, which must not lie elsewhere.
    fn ready(&self, folder: &Folder, parent: &Path, path: &str) -> Result<(), Failure> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.iter().any(|known| known == parent) {
            return Ok(());
        }
        let mut missing: Vec<&Path> = parent.ancestors().take_while(|p| fs::metadata(p).is_err()).collect();
        fs::create_dir_all(parent).map_err(|e| failed(folder, path, &e))?;
        missing.reverse();
        let missing = missing.into_iter().filter(|p| !p.as_os_str().is_empty()).map(Path::to_owned);
        self.made.lock().unwrap_or_else(PoisonError::into_inner).extend(missing);
        let root = folder.path.canonicalize().map_err(|e| failed(folder, path, &e))?;
        if !parent.canonicalize().is_ok_and(|p| p.starts_with(&root)) {
            let message = format!("`{}/{path}` leaves its folder by a symbolic link", folder.shown);
            return Err(Failure::new(message).help("nothing was changed"));
        }
        ready.push(parent.to_owned());
        Ok(())
    }
}

impl Drop for Stage {
    /// A build that was given up leaves no folder behind; one that holds something stays.
    #[allow(clippy::disallowed_methods, reason = "made by this process, and only while empty")]
    fn drop(&mut self) {
        for folder in self.made.lock().unwrap_or_else(PoisonError::into_inner).iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Nothing was replaced yet.
pub(super) fn failed(folder: &Folder, path: &str, error: &io::Error) -> Failure {
    Failure::io(format!("`{}/{path}` cannot be written", folder.shown), error).help("nothing was changed")
}

/// A temporary file with this content, with the permissions of any new file. Not forced onto the disk, which takes a
/// second for a hundred files: what a power cut takes, the next build writes again.
pub(super) fn temporary(folder: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut made = builder.tempfile_in(folder)?;
    made.write_all(content)?;
    Ok(made)
}
