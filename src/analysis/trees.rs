//! The trees of a project's files. What hasn't changed since they were last read is not read again.

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::source::{FileId, SourceMap};
use crate::{ast, parallel, syntax};

/// The trees of the `.slovo` files of a source map, in its order.
#[derive(Debug, Default)]
pub struct Trees {
    files: Vec<ast::File>,
    /// What each was read from, and what was said of it.
    read: Vec<(Arc<str>, Diagnostics)>,
}

impl Trees {
    /// Reads every `.slovo` file, on all cores. A file whose text and whose place in the map are what they were `before` keeps
    /// its tree.
    pub fn read(sources: &SourceMap, before: Self) -> Self {
        let mut kept: rustc_hash::FxHashMap<FileId, (ast::File, (Arc<str>, Diagnostics))> = before
            .files
            .into_iter()
            .zip(before.read)
            .map(|(file, read)| (file.span.file, (file, read)))
            .collect();
        let list: Vec<_> = sources
            .iter()
            .filter(|(_, source)| source.path.ends_with(".slovo"))
            .map(|(id, source)| {
                let same = kept
                    .remove(&id)
                    .filter(|(_, (text, _))| Arc::ptr_eq(text, &source.text) || **text == *source.text);
                (id, source, same)
            })
            .collect();
        let read = parallel::map_owned(list, |(id, source, same)| {
            same.unwrap_or_else(|| {
                let mut found = Diagnostics::default();
                let file = syntax::parse(id, &source.text, &mut found);
                (file, (Arc::clone(&source.text), found))
            })
        });
        let (files, read) = read.into_iter().unzip();
        Self { files, read }
    }

    /// The trees, in the order of the map.
    pub fn files(&self) -> &[ast::File] {
        &self.files
    }

    /// The tree of a file.
    pub fn get(&self, file: FileId) -> Option<&ast::File> {
        self.files.iter().find(|f| f.span.file == file)
    }

    /// What was said while they were read.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostics> {
        self.read.iter().map(|(_, found)| found)
    }

    /// The trees alone; what was said while they were read goes to `diagnostics`.
    pub fn into_files(self, diagnostics: &mut Diagnostics) -> Vec<ast::File> {
        for (_, found) in self.read {
            diagnostics.extend(found);
        }
        self.files
    }
}
