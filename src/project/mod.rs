//! Finding and reading a project: the folder of `slovo.yaml` and every `.slovo` file below it.

use crate::config::Config;
use crate::diag::Diagnostics;
use crate::driver::{self, Compilation};
use crate::source::SourceMap;

/// A project that has been read: `slovo.yaml` first, then the `.slovo` files by path.
#[derive(Debug, Default)]
pub struct Project {
    /// All texts.
    pub sources: SourceMap,
    /// What `slovo.yaml` says.
    pub config: Config,
    /// What was wrong with files, folders and `slovo.yaml`.
    pub diagnostics: Diagnostics,
}

impl Project {
    /// A project from texts, without a disk: for tests and editors. `files` are (path, text).
    pub fn in_memory(files: &[(&str, &str)], yaml: &str) -> Self {
        let mut made = Self::default();
        made.sources.add("slovo.yaml", yaml);
        let mut sorted = files.to_vec();
        sorted.sort_unstable();
        for (path, text) in sorted {
            made.sources.add(path, text);
        }
        made
    }
    /// Compiles it: the project's own diagnostics come with those of the sources.
    pub fn compile(&self) -> Compilation {
        let mut compiled = driver::compile(&self.sources, &self.config);
        compiled.diagnostics.extend(self.diagnostics.clone());
        compiled.diagnostics.sort();
        if compiled.diagnostics.has_errors() {
            compiled.model = None;
        }
        compiled
    }
}
