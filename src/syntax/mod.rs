//! From text to the tree: the pest grammar `grammar/slovo.pest`, with recovery. Nothing outside names pest's `Rule`.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "pest's Rule has a variant for every token of the grammar: a match over all of them says nothing"
)]

mod build;
mod escape;
mod map;
mod parser;
mod recover;

pub use escape::value_offset;

use pest::Parser;

use crate::ast;
use crate::diag::Diagnostics;
use crate::source::{FileId, Span};

/// Parses one file. Never fails: what cannot be read is reported and left out as junk.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> ast::File {
    let mut tree =
        ast::File { items: Vec::new(), comments: Vec::new(), span: Span::new(file, 0, text.len()) };
    let Ok(pairs) = parser::Grammar::parse(parser::Rule::file, text) else {
        tree.items.push(ast::Item::Junk(tree.span));
        return tree;
    };
    tree.comments = comments(file, pairs.clone());
    let mut build =
        build::Build { file, text, map: map::Map::default(), diags: diagnostics, junk: 0, mends: 0 };
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

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn samples() {
        for path in std::env::var("SLOVO_FILES").unwrap_or_default().split(' ').filter(|p| !p.is_empty()) {
            let text = std::fs::read_to_string(path).unwrap();
            let mut d = Diagnostics::default();
            let f = parse(FileId(0), &text, &mut d);
            println!("{path}: {} items {} comments {} diags", f.items.len(), f.comments.len(), d.len());
            for d in d.iter() {
                let s = d.span().unwrap();
                println!("  {} {:?} {:?}", d.code.id, d.message, &text[s.range()]);
            }
            if std::env::var("SLOVO_AST").is_ok() {
                println!("{f:#?}");
            }
        }
    }
}
