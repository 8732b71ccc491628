//! What is known of a project once it was compiled, kept for whoever asks more than once: trees, names with their uses, the
//! model as far as it was understood, and everything that was said.
//!
//! [`crate::driver::analyse`] makes it. Handed back, its trees spare the next analysis what hasn't changed.

mod references;
#[cfg(test)]
mod tests;
mod trees;

use std::sync::OnceLock;

pub use references::{References, Symbol, Use};
pub use trees::Trees;

use crate::ast::Node;
use crate::diag::Diagnostics;
use crate::ir;
use crate::resolve::{self, Names};
use crate::source::{FileId, SourceMap};

/// A project as it was understood.
#[derive(Debug)]
pub struct Analysis {
    /// A tree of each file.
    pub trees: Trees,
    /// The model without the promises that have mistakes. Absent where a file is missing, so that hardly a name could be resolved.
    pub partial: Option<ir::Model>,
    /// Everything to tell the user, sorted.
    pub diagnostics: Diagnostics,
    references: OnceLock<References>,
}

impl Analysis {
    pub(crate) fn new(trees: Trees, partial: Option<ir::Model>, diagnostics: Diagnostics) -> Self {
        Self { trees, partial, diagnostics, references: OnceLock::new() }
    }

    /// The whole model; absent while there are errors.
    pub fn model(&self) -> Option<&ir::Model> {
        self.partial.as_ref().filter(|_| !self.diagnostics.has_errors())
    }

    /// Tables of what is declared. `sources` are those that were analysed, here and below.
    pub fn names<'a>(&'a self, sources: &'a SourceMap) -> Names<'a> {
        resolve::declared(self.trees.files(), sources)
    }

    /// What is declared where, and used where. Made at the first question.
    pub fn references(&self, sources: &SourceMap) -> &References {
        self.references.get_or_init(|| References::of(&self.names(sources), self.trees.files(), sources))
    }

    /// The pieces of a file's tree that hold an offset, the outermost first. At an end of a word it is in the word; between two
    /// pieces that touch it is in the second.
    pub fn node_at(&self, file: FileId, offset: usize) -> Vec<Node<'_>> {
        let mut path = Vec::new();
        let Some(tree) = self.trees.get(file) else { return path };
        let mut next = None;
        tree.nodes(&mut |node| next = nearer(next, node, offset));
        while let Some(node) = next {
            path.push(node);
            next = None;
            node.children(&mut |child| next = nearer(next, child, offset));
        }
        path
    }
}

/// The one of two pieces that an offset is in: of two that it touches the second.
fn nearer<'a>(best: Option<Node<'a>>, node: Node<'a>, offset: usize) -> Option<Node<'a>> {
    let range = node.span().range();
    let holds = range.start <= offset && offset <= range.end;
    let better = best.is_none_or(|b| b.span().start <= node.span().start);
    if holds && better { Some(node) } else { best }
}
