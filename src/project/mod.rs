//! Finding and reading a project: the folder of `slovo.yaml` and every `.slovo` file below it.
//!
//! What belongs to a project is decided by its folder alone, never by the machine: hidden files and folders (their
//! names begin with `.`) and folders named in a `.gitignore` of the project are passed over; a `.slovo` file outside
//! of those is always read, even where `.gitignore` names it. Symbolic links are followed inside the project, and inside folders that
//! the user names ([`Links`]); each real folder and file is read once.

mod decode;
#[cfg(feature = "cli")]
mod disk;
mod files;

pub use decode::decode;
#[cfg(feature = "cli")]
pub use disk::{Disk, Links, Listed, NotFollowed, read as read_text, read_plain, read_start};
pub use files::{Entry, Files, Listing, Memory, Overlay};

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::{Analysis, Trees};
use crate::config::{self, Config};
use crate::diag::{Diagnostic, Diagnostics};
use crate::driver::{self, Compilation};
use crate::source::{FileId, SourceMap};
use crate::syntax;

/// The name of the file that makes a folder a project.
pub const CONFIG_FILE: &str = "slovo.yaml";
/// Larger files are refused: nobody has written them, and nobody can review them.
pub const LARGEST: u64 = 8 * 1024 * 1024;

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
    #[cfg(feature = "cli")]
    pub links: Links,
    /// Files are missing, so that what refers to them would be reported without being wrong.
    incomplete: bool,
}

impl Project {
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
        let texts = crate::parallel::map_owned(found.files, |file| {
            (files.text(&file).map(Arc::<str>::from), file.shown)
        });
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
    /// A project from texts, without a disk. `files` are (path, text), in any order; each is read, also where two have one path.
    pub fn in_memory(files: &[(&str, &str)], yaml: &str) -> Self {
        let mut made = Self::default();
        let file = made.sources.add(CONFIG_FILE, yaml);
        made.read_config(file, None);
        let mut sorted = files.to_vec();
        sorted.sort_unstable();
        for (path, text) in sorted {
            made.sources.add(path, text);
        }
        made
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
    fn read_config(&mut self, file: FileId, environment: Option<&str>) {
        if let Some(source) = self.sources.get(file) {
            syntax::report_hidden(file, &source.text, &mut self.diagnostics);
        }
        self.config = config::read(file, &self.sources, environment, &mut self.diagnostics);
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
