//! What an earlier import wrote into a folder: a record with a hash of each file tells which are still as they were written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::Failure;
use super::super::output::{hash, is_below, replace};
use super::files::remove;
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
    /// The same of what is being written: after a kill a file is as one or the other has it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    begun: BTreeMap<String, String>,
}

impl Default for Record {
    fn default() -> Self {
        let note = "written by slovo import: files that are still as written are rewritten by the next one; keep it beside them";
        Self { version: VERSION, note: note.to_owned(), files: BTreeMap::new(), begun: BTreeMap::new() }
    }
}

/// Files of earlier imports.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    record: Record,
    /// The record as it was read.
    text: Option<String>,
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
        let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|data| data.is_symlink());
        if is_link(&path) {
            return Err(wrong("it is a link, and must be a file beside those that it tells of"));
        }
        let text = match read_plain(&path, LARGEST) {
            Ok(text) => text,
            Err(e)
                if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
            {
                return Ok(Self::default());
            }
            Err(e) => return Err(wrong(&e.to_string().to_lowercase())),
        };
        let record: Record = serde_json::from_str(&text).map_err(|_| wrong("it is not as slovo wrote it"))?;
        if record.version != VERSION {
            return Err(wrong(&format!(
                "it is of version {}, this program knows version {VERSION}",
                record.version
            )));
        }
        let mut made = Self { text: Some(text), ..Self::default() };
        let paths: BTreeSet<&String> = record.files.keys().chain(record.begun.keys()).collect();
        for below in paths {
            if !is_below(below) {
                return Err(wrong(&format!("it names `{below}`, which is not below this folder")));
            }
            match read_plain(&folder.join(below), LARGEST) {
                Ok(text) if record.wrote(below, &hash(text.as_bytes())) && !is_link(&folder.join(below)) => {
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
    /// Records what is about to be written, so that whatever ends this process the next import knows its files.
    pub(super) fn begin(&mut self, files: &[Written], folder: &Path) -> std::io::Result<()> {
        self.record.begun = hashes(files);
        self.record.save(folder)
    }
    /// Records what is there now.
    pub(super) fn done(mut self, files: &[Written], folder: &Path) -> std::io::Result<()> {
        self.record.begun = BTreeMap::new();
        self.record.files.extend(hashes(files));
        self.record.save(folder)
    }
    /// Nothing was written: the record is as it was.
    pub(super) fn take_back(self, folder: &Path) {
        let path = folder.join(RECORD);
        match self.text {
            Some(text) => drop(replace(&path, text.as_bytes())),
            None => remove(&path),
        }
    }
}

/// The hashes of an import's files. `slovo.yaml` is never rewritten.
fn hashes(files: &[Written]) -> BTreeMap<String, String> {
    let own = files.iter().filter(|f| f.path != CONFIG_FILE);
    own.map(|f| (f.path.clone(), hash(f.text.as_bytes()))).collect()
}

impl Record {
    /// Is this hash one that an import wrote to the path, or was about to write?
    fn wrote(&self, path: &str, hash: &str) -> bool {
        [&self.files, &self.begun].iter().any(|of| of.get(path).is_some_and(|own| own == hash))
    }
    fn save(&self, folder: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        replace(&folder.join(RECORD), text.as_bytes())
    }
}

/// Why a file stays.
pub(super) fn edited(path: &str) -> String {
    format!(
        "`{path}` was edited since an earlier import wrote it, and is never rewritten: take back the edit, or leave its spec out of the input"
    )
}
