//! Temporary folders: removed when they are no longer needed, and when a signal ends the program before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

pub(super) use signals::watch;

use super::Failure;

/// Those that are there now.
static THERE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A temporary folder.
pub(super) struct Temporary {
    /// Taken when it goes.
    folder: Option<TempDir>,
    path: PathBuf,
}

impl Temporary {
    /// A new one; `keep`: it stays when the program ends.
    pub(super) fn new(prefix: &str, keep: bool) -> Result<Self, Failure> {
        if !keep {
            watch();
        }
        let mut there = THERE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::Builder::new()
            .prefix(prefix)
            .disable_cleanup(keep)
            .tempdir()
            .map_err(|e| Failure::io("a temporary folder cannot be made", &e))?;
        let path = folder.path().to_owned();
        if !keep {
            there.insert(path.clone());
        }
        Ok(Self { folder: Some(folder), path })
    }
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Within the lock: a signal finds it in the list or gone.
        let mut there = THERE.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.folder.take());
        there.remove(&self.path);
    }
}

#[cfg(unix)]
mod signals {
    use std::path::Path;
    use std::sync::{Once, PoisonError};
    use std::time::Duration;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use crate::cli::children;

    /// Others may still write into a folder while it is removed.
    const TRIES: usize = 10;
    /// Between two of them.
    const PAUSE: Duration = Duration::from_millis(20);

    /// From now on an interrupt, or a request to end, ends the programs that run, removes the folders and then does what it would have done. So does a closed
    /// terminal, unless that is ignored (`nohup`).
    pub(in crate::cli) fn watch() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // Without it folders stay behind, and nothing else is wrong.
            let mut watched = vec![SIGINT, SIGTERM];
            if !hang_up_is_ignored() {
                watched.push(SIGHUP);
            }
            if let Ok(mut signals) = Signals::new(watched) {
                let wait = move || {
                    for signal in signals.forever() {
                        // Held to the end: nobody makes another one.
                        let _none_more = children::end_all();
                        let there = super::THERE.lock().unwrap_or_else(PoisonError::into_inner);
                        for folder in there.iter() {
                            let _ = (0..TRIES).find(|_| gone(folder));
                        }
                        let _ = emulate_default_handler(signal);
                    }
                };
                let _ = std::thread::Builder::new().spawn(wait);
            }
        });
    }

    /// Was this program started so that a closed terminal doesn't end it? Where that can't be told, it may have been.
    #[allow(clippy::disallowed_methods, reason = "a file of the kernel")]
    fn hang_up_is_ignored() -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        // The lowest bit is signal 1.
        mask.is_none_or(|mask| mask & 1 == 1)
    }

    fn gone(folder: &Path) -> bool {
        let gone = std::fs::remove_dir_all(folder).is_ok() || !folder.exists();
        if !gone {
            std::thread::sleep(PAUSE);
        }
        gone
    }
}

#[cfg(not(unix))]
mod signals {
    /// Nothing to watch here.
    pub(in crate::cli) fn watch() {}
}
