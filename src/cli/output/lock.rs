//! One slovo writes a folder at a time. The lock is the operating system's: it goes with its process, however that ends.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli::Failure;

/// How long another one is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);
/// The file that is locked where a folder itself cannot be.
const LOCK_FILE: &str = ".slovo-lock";

/// While it lives, no other slovo writes the folder.
#[derive(Debug)]
pub(in crate::cli) struct Lock(
    /// Held, never read: closing it gives the lock back.
    #[expect(dead_code, reason = "closing the file ends the lock")]
    File,
);

impl Lock {
    /// Locks a folder that is there. `shown` is how the user knows it.
    pub(in crate::cli) fn take(folder: &Path, shown: &str) -> Result<Self, Failure> {
        Self::within(folder, shown, PATIENCE)
    }
    /// The same with a patience of your own.
    pub(super) fn within(folder: &Path, shown: &str, patience: Duration) -> Result<Self, Failure> {
        let began = Instant::now();
        loop {
            match attempt(folder) {
                // The one that held it may have removed the folder: what was locked is then another folder.
                Ok(Some(file)) if still_there(&file, folder) => return Ok(Self(file)),
                Ok(Some(_)) if !folder.is_dir() => {
                    let message = format!("`{shown}` was removed meanwhile");
                    return Err(Failure::new(message).help("nothing was changed; run it again"));
                }
                Ok(Some(_) | None) => {}
                Err(error) => {
                    let what = format!("`{shown}` cannot be locked against another slovo");
                    return Err(Failure::io(what, &error).help("nothing was changed"));
                }
            }
            if began.elapsed() >= patience {
                let message = format!(
                    "another slovo is writing `{shown}` and was not done after {} s",
                    patience.as_secs()
                );
                return Err(
                    Failure::new(message).help("nothing was changed; run it again when that one has ended")
                );
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// None where somebody else holds it.
fn attempt(folder: &Path) -> io::Result<Option<File>> {
    if cfg!(unix) {
        // The folder itself: nothing is left in it.
        let opened = File::open(folder)?;
        match opened.try_lock() {
            Ok(()) => return Ok(Some(opened)),
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Some network file systems lock files only.
            Err(TryLockError::Error(_)) => {}
        }
    }
    let path = folder.join(LOCK_FILE);
    let opened = File::options().create(true).truncate(false).write(true).open(path)?;
    match opened.try_lock() {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Is what was locked what lies under that name now?
#[cfg(unix)]
fn still_there(locked: &File, folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |m: &std::fs::Metadata| (m.dev(), m.ino());
    let Ok(held) = locked.metadata() else { return false };
    [folder.to_owned(), folder.join(LOCK_FILE)]
        .iter()
        .any(|path| std::fs::metadata(path).is_ok_and(|now| id(&now) == id(&held)))
}

/// A folder with an open file in it cannot be removed there.
#[cfg(not(unix))]
fn still_there(_: &File, _: &Path) -> bool {
    true
}
