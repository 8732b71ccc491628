//! Finding and reading a project: the folder of `slovo.yaml` and every `.slovo` file below it.
//!
//! What belongs to a project is decided by its folder alone, never by the machine: hidden files and folders (their
//! names begin with `.`) and folders named in a `.gitignore` of the project are passed over; a `.slovo` file outside
//! of those is always read, even where `.gitignore` names it. Symbolic links are followed inside the project, and inside folders that
//! the user names ([`Links`]); each real folder and file is read once.

mod decode;
mod files;
mod find;
mod links;
mod plain;

pub use decode::{decode, read as read_text};
pub use files::{Disk, Entry, Files, Listing, Memory, Overlay};
pub use links::{Links, NotFollowed};
pub use plain::{read_plain, read_start};

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::analysis::{Analysis, Trees};
use crate::config::{self, Config};
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::driver::{self, Compilation};
use crate::source::{FileId, SourceMap};
use crate::syntax;

/// The name of the file that makes a folder a project.
pub const CONFIG_FILE: &str = "slovo.yaml";
/// Larger files are refused: nobody has written them, and nobody can review them.
pub const LARGEST: u64 = 8 * 1024 * 1024;
/// `slovo.yaml` is smaller.
const LARGEST_CONFIG: u64 = 1024 * 1024;

/// A project that has been read: `slovo.yaml` first, then the `.slovo` files by path.
#[derive(Debug, Default)]
pub struct Project {
    /// The folder of `slovo.yaml`; empty for a project in memory and where none was found.
    pub root: PathBuf,
    /// All texts.
    pub sources: SourceMap,
    /// What `slovo.yaml` says.
    pub config: Config,
    /// What was wrong with files, folders and `slovo.yaml`.
    pub diagnostics: Diagnostics,
    /// Where links may lead.
    pub links: Links,
    /// Files are missing, so that what refers to them would be reported without being wrong.
    incomplete: bool,
}

/// What lies in a project.
#[derive(Debug)]
pub struct Listed {
    /// Its `.slovo` files, in the order of the paths they are shown by.
    pub files: Vec<PathBuf>,
    /// The real folders in which such files are looked for.
    pub folders: BTreeSet<PathBuf>,
}

impl Project {
    /// Finds the project that a folder belongs to and reads it, for this environment.
    pub fn load(start: &Path, environment: Option<&str>) -> Self {
        Self::load_following(start, environment, &[])
    }
    /// As [`Project::load`], following links into these folders too.
    pub fn load_following(start: &Path, environment: Option<&str>, follow: &[PathBuf]) -> Self {
        let disk = match Disk::find(start, follow) {
            Ok(disk) => disk,
            Err(wrong) => {
                let mut made = Self { root: find::root(start).unwrap_or_default(), ..Self::default() };
                made.fail(*wrong);
                return made;
            }
        };
        let mut made = Self::read(&disk, environment);
        if made.sources.iter().all(|(_, file)| file.path == CONFIG_FILE) && !made.incomplete {
            let message = format!("no `.slovo` file in `{}` or below", disk.root.display());
            made.fail(
                Diagnostic::unplaced(&codes::NO_SOURCES, message)
                    .note("hidden folders and those named in `.gitignore` are passed over")
                    .help("write a journey: `slovo init` in an empty folder shows what one looks like"),
            );
        }
        Self { root: disk.root, links: disk.links, ..made }
    }
    /// Reads a project, wherever its texts come from.
    pub fn read(files: &impl Files, environment: Option<&str>) -> Self {
        let mut made = Self::default();
        match files.config() {
            Ok(text) => {
                let file = made.sources.add(CONFIG_FILE, text);
                made.read_config(file, environment);
            }
            Err(wrong) => made.fail(*wrong),
        }
        let found = files.list(&made.config.output_folders);
        for diagnostic in found.wrong {
            made.fail(diagnostic);
        }
        let texts: Vec<_> = found
            .files
            .into_par_iter()
            .map(|file| (files.text(&file).map(Arc::<str>::from), file.shown))
            .collect();
        for (text, shown) in texts {
            match text {
                Ok(text) => {
                    made.sources.add(shown, text);
                }
                Err(wrong) => made.fail(*wrong),
            }
        }
        made
    }
    /// A project from texts, without a disk: for tests and editors. `files` are (path, text).
    pub fn in_memory(files: &[(&str, &str)], yaml: &str) -> Self {
        Self::read(&Memory::new(yaml, files), None)
    }
    /// The same without some of its files, by the paths that they are shown by.
    #[must_use]
    pub fn without(mut self, paths: &BTreeSet<String>) -> Self {
        let mut kept = SourceMap::default();
        for (_, file) in self.sources.iter().filter(|(_, file)| !paths.contains(&file.path)) {
            kept.add(file.path.clone(), Arc::clone(&file.text));
        }
        self.sources = kept;
        self
    }
    /// The folder of the project that a folder belongs to.
    pub fn root_of(folder: &Path) -> Option<PathBuf> {
        find::root(folder)
    }
    fn read_config(&mut self, file: FileId, environment: Option<&str>) {
        if let Some(source) = self.sources.get(file) {
            syntax::report_hidden(file, &source.text, &mut self.diagnostics);
        }
        self.config = config::read(file, &self.sources, environment, &mut self.diagnostics);
    }
    /// The `.slovo` files of the project that a folder belongs to; links are followed into the folders of `follow` too.
    pub fn files(start: &Path, follow: &[PathBuf], diagnostics: &mut Diagnostics) -> Vec<Entry> {
        Self::found(start, follow, diagnostics).files
    }
    /// The files of the project that a folder belongs to, and the folders that further ones may come into.
    pub fn listed(start: &Path, follow: &[PathBuf]) -> Listed {
        // What is wrong is told by whoever reads them.
        let found = Self::found(start, follow, &mut Diagnostics::default());
        Listed { files: found.files.into_iter().map(|file| file.path).collect(), folders: found.folders }
    }
    fn found(start: &Path, follow: &[PathBuf], diagnostics: &mut Diagnostics) -> Listing {
        let disk = match Disk::find(start, follow) {
            Ok(disk) => disk,
            Err(wrong) => {
                diagnostics.push(*wrong);
                return Listing::default();
            }
        };
        let mut made = Self::default();
        // For its outputs; what is wrong with it is no matter of a list of files.
        if let Ok(text) = disk.config() {
            let file = made.sources.add(CONFIG_FILE, text);
            made.config = config::read(file, &made.sources, None, &mut Diagnostics::default());
        }
        let mut found = disk.list(&made.config.output_folders);
        for diagnostic in std::mem::take(&mut found.wrong) {
            diagnostics.push(diagnostic);
        }
        found
    }
    fn fail(&mut self, diagnostic: Diagnostic) {
        self.incomplete = true;
        self.diagnostics.push(diagnostic);
    }
    /// Everything about it, kept: what an editor asks. The trees of what hasn't changed since an analysis before are taken from there.
    pub fn analyse(&self, before: Trees) -> Analysis {
        let mut analysed = if self.incomplete {
            driver::analyse_alone(&self.sources, before)
        } else {
            driver::analyse(&self.sources, &self.config, before)
        };
        analysed.diagnostics.extend(self.diagnostics.clone());
        analysed.diagnostics.sort();
        analysed
    }
    /// Compiles it: the project's own diagnostics come with those of the sources.
    pub fn compile(&self) -> Compilation {
        let mut compiled = if self.incomplete {
            let diagnostics = driver::analyse_alone(&self.sources, Trees::default()).diagnostics;
            Compilation { diagnostics, model: None }
        } else {
            driver::compile(&self.sources, &self.config)
        };
        compiled.diagnostics.extend(self.diagnostics.clone());
        compiled.diagnostics.sort();
        if compiled.diagnostics.has_errors() {
            compiled.model = None;
        }
        compiled
    }
}

fn no_project(start: &Path) -> Diagnostic {
    let message = format!("no `{CONFIG_FILE}` in `{}` or any folder above it", start.display());
    Diagnostic::unplaced(&codes::NO_PROJECT, message)
        .help("`slovo init` begins a project; `slovo -C DIR` works on one elsewhere")
}
