//! From text to the tree: the pest grammar `grammar/slovo.pest`, with recovery. Nothing outside names pest's `Rule`.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "pest's Rule has a variant for every token of the grammar: a match over all of them says nothing"
)]

mod build;
mod escape;
mod limits;
mod map;
mod parser;
mod recover;

pub use escape::value_offset;
pub use limits::{MAX_BYTES, MAX_DEPTH};

use pest::Parser;
use pest::error::InputLocation;

use crate::ast;
use crate::diag::Diagnostics;
use crate::source::{FileId, Span};

/// Parses one file. Never fails: what cannot be read is reported and left out as junk.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> ast::File {
    let mut tree =
        ast::File { items: Vec::new(), comments: Vec::new(), span: Span::new(file, 0, text.len()) };
    if let Some(refusal) = limits::refuse(file, text) {
        diagnostics.push(refusal);
        tree.items.push(ast::Item::Junk(tree.span));
        return tree;
    }
    let pairs = match parser::Grammar::parse(parser::Rule::file, text) {
        Ok(pairs) => pairs,
        // the grammar reads every text: only the end of the stack can bring us here
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            diagnostics.push(limits::deep(file, at));
            tree.items.push(ast::Item::Junk(tree.span));
            return tree;
        }
    };
    tree.comments = comments(file, pairs.clone());
    let mut build = build::Build::new(file, text, map::Map::default(), diagnostics);
    build.file(pairs, &mut tree);
    tree
}

/// Every comment, wherever it stands, without its line break.
fn comments(file: FileId, pairs: pest::iterators::Pairs<'_, parser::Rule>) -> Vec<Span> {
    pairs
        .flatten()
        .filter(|p| p.as_rule() == parser::Rule::comment)
        .map(|p| {
            let span = p.as_span();
            Span::new(file, span.start(), span.start() + p.as_str().trim_end().len())
        })
        .collect()
}
