//! What an earlier import wrote into a folder: a record with a hash of each file tells which are still as they were written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::Failure;
use super::super::output::{hash, is_below, replace};
use crate::import::Written;
use crate::project::{CONFIG_FILE, LARGEST, read_plain};

/// The record's name in its folder. Hidden, so that nobody takes it for a source.
const RECORD: &str = ".slovo-import";
/// The version that this program writes and reads.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    version: u32,
    /// A word to whoever opens the file.
    note: String,
    /// Paths below the folder with the hashes of what was written.
    files: BTreeMap<String, String>,
}

impl Default for Record {
    fn default() -> Self {
        let note = "written by slovo import: files that are still as written are rewritten by the next one; keep it beside them";
        Self { version: VERSION, note: note.to_owned(), files: BTreeMap::new() }
    }
}

/// Files of earlier imports.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    record: Record,
    /// Those that are still as written, and their text.
    pub(super) as_written: BTreeMap<String, String>,
    /// Those that somebody has changed since.
    pub(super) edited: BTreeSet<String>,
}

impl Earlier {
    /// Those of a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(RECORD);
        let wrong = |why: &str| {
            Failure::new(format!("`{}` cannot be used: {why}", path.display()))
                .help("restore it from version control, or remove it: then no file of an earlier import is rewritten; nothing was written")
        };
        let text = match read_plain(&path, LARGEST) {
            Ok(text) => text,
            Err(e)
                if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
            {
                return Ok(Self::default());
            }
            Err(e) => return Err(wrong(&e.to_string().to_lowercase())),
        };
        let record: Record = serde_json::from_str(&text).map_err(|e| wrong(&e.to_string()))?;
        if record.version != VERSION {
            return Err(wrong(&format!(
                "it is of version {}, this program knows version {VERSION}",
                record.version
            )));
        }
        let mut made = Self::default();
        for (below, written) in &record.files {
            if !is_below(below) {
                return Err(wrong(&format!("it names `{below}`, which is not below this folder")));
            }
            match read_plain(&folder.join(below), LARGEST) {
                Ok(text) if hash(text.as_bytes()) == *written => {
                    made.as_written.insert(below.clone(), text);
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                // Whatever can't be read is not what was written.
                Ok(_) | Err(_) => {
                    made.edited.insert(below.clone());
                }
            }
        }
        made.record = record;
        Ok(made)
    }
    /// Why these files can't be written in place of those that are still as written, if they can't.
    pub(super) fn keeps(&self, files: &[Written], folder: &Path) -> Option<String> {
        let made: BTreeSet<&str> = files.iter().map(|f| f.path.as_str()).collect();
        if let Some(gone) = self.as_written.keys().find(|path| !made.contains(path.as_str())) {
            return Some(format!(
                "an earlier import wrote `{gone}`, which is not made of these inputs: import all specs of this folder together, or remove the file"
            ));
        }
        let there = |path: &&str| {
            !self.as_written.contains_key(*path) && folder.join(path).symlink_metadata().is_ok()
        };
        let path = made.iter().find(|path| there(path))?;
        Some(if self.edited.contains(*path) {
            edited(path)
        } else {
            format!("`{path}` was not written by an import")
        })
    }
    /// Records what is there now. `slovo.yaml` is never rewritten.
    pub(super) fn record(mut self, files: &[Written], folder: &Path) -> std::io::Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let own = files.iter().filter(|f| f.path != CONFIG_FILE);
        self.record.files.extend(own.map(|f| (f.path.clone(), hash(f.text.as_bytes()))));
        let text = serde_json::to_string_pretty(&self.record).unwrap_or_default() + "\n";
        replace(&folder.join(RECORD), text.as_bytes())
    }
}

/// Why a file stays.
pub(super) fn edited(path: &str) -> String {
    format!(
        "`{path}` was edited since an earlier import wrote it, and is never rewritten: leave its spec out of the input"
    )
}
