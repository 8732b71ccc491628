//! Where the texts of a project come from: memory, [the disk](super::Disk), or one of these with other texts on top, as an editor has
//! them before they are saved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{CONFIG_FILE, decode};
use crate::diag::Diagnostic;

/// A `.slovo` file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is, for who reads it.
    pub path: PathBuf,
    /// The path it is shown by: relative to the project, with `/`.
    pub shown: String,
}

/// The `.slovo` files of a project.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order of the paths they are shown by.
    pub files: Vec<Entry>,
    /// The real folders in which such files were looked for.
    pub folders: BTreeSet<PathBuf>,
    /// What could not be looked into.
    pub wrong: Vec<Diagnostic>,
}

/// Where the texts of a project come from.
pub trait Files: Sync {
    /// The text of `slovo.yaml`.
    fn config(&self) -> Result<String, Box<Diagnostic>>;
    /// The `.slovo` files. `outputs` are the folders that the project writes, as paths below it.
    fn list(&self, outputs: &[String]) -> Listing;
    /// The text of one of them.
    fn text(&self, file: &Entry) -> Result<String, Box<Diagnostic>>;
}

/// Texts by the paths they are shown by, `slovo.yaml` among them.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    texts: BTreeMap<String, String>,
}

impl Memory {
    /// Of `slovo.yaml` and (path, text).
    pub fn new(yaml: &str, files: &[(&str, &str)]) -> Self {
        let mut made = Self::default();
        made.set(CONFIG_FILE, yaml);
        for (path, text) in files {
            made.set(path, text);
        }
        made
    }
    /// Adds a text, or puts it in the place of another.
    pub fn set(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), text.to_owned());
    }
    /// Takes a text away; the one below, where there is one, is seen again.
    pub fn remove(&mut self, path: &str) {
        self.texts.remove(path);
    }
    fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let sources = self.texts.keys().filter(|path| path.ends_with(".slovo"));
        sources.map(|path| Entry { path: PathBuf::from(path), shown: path.clone() })
    }
    fn get(&self, shown: &str) -> Option<String> {
        self.texts.get(shown).cloned()
    }
}

impl Files for Memory {
    fn config(&self) -> Result<String, Box<Diagnostic>> {
        self.get(CONFIG_FILE).ok_or_else(|| missing(CONFIG_FILE))
    }
    fn list(&self, _: &[String]) -> Listing {
        Listing { files: self.entries().collect(), ..Listing::default() }
    }
    fn text(&self, file: &Entry) -> Result<String, Box<Diagnostic>> {
        self.get(&file.shown).ok_or_else(|| missing(&file.shown))
    }
}

fn missing(shown: &str) -> Box<Diagnostic> {
    let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
    Box::new(decode::unreadable(shown, &gone))
}

/// Texts on top of others: where both have one, the upper counts. A file that is only above is one of the project.
#[derive(Debug)]
pub struct Overlay<'f, F> {
    /// What is below.
    pub below: &'f F,
    /// What is above.
    pub above: &'f Memory,
}

impl<F: Files> Files for Overlay<'_, F> {
    fn config(&self) -> Result<String, Box<Diagnostic>> {
        self.above.get(CONFIG_FILE).map_or_else(|| self.below.config(), Ok)
    }
    fn list(&self, outputs: &[String]) -> Listing {
        let mut listing = self.below.list(outputs);
        for entry in self.above.entries() {
            if let Err(at) = listing.files.binary_search_by(|f| f.shown.cmp(&entry.shown)) {
                listing.files.insert(at, entry);
            }
        }
        listing
    }
    fn text(&self, file: &Entry) -> Result<String, Box<Diagnostic>> {
        self.above.get(&file.shown).map_or_else(|| self.below.text(file), Ok)
    }
}
