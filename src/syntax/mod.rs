//! From text to the tree: the pest grammar `grammar/slovo.pest`, with recovery. Nothing outside names pest's `Rule`.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "pest's Rule has a variant for every token of the grammar: a match over all of them says nothing"
)]

mod allow;
mod broken;
mod build;
mod escape;
pub(crate) mod layout;
mod limits;
mod map;
mod parser;
mod recover;

pub use broken::{Piece, PieceKind, pieces};
pub use escape::value_offset;
pub(crate) use limits::report_hidden;
pub use limits::{MAX_BYTES, MAX_DEPTH};
pub(crate) use recover::noun_of;

use pest::error::InputLocation;
use pest::iterators::Pairs;
use pest::{Parser, Token};

use crate::ast;
use crate::diag::Diagnostics;
use crate::source::{FileId, Span};

/// Parses one file. Never fails: what cannot be read is reported and left out as junk.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> ast::File {
    read(file, text, diagnostics).0
}

/// The file as the formatter sees it; `None` where its syntax has mistakes, which are reported.
pub(crate) fn layout<'t>(
    file: FileId,
    text: &'t str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<layout::Node<'t>>> {
    let (_, pairs) = read(file, text, diagnostics);
    let file = pairs.filter(|_| !diagnostics.has_errors())?.next()?;
    Some(layout::nodes(text, file))
}

fn read<'t>(
    file: FileId,
    text: &'t str,
    diagnostics: &mut Diagnostics,
) -> (ast::File, Option<Pairs<'t, parser::Rule>>) {
    let span = Span::new(file, 0, text.len());
    let junk = || ast::File { items: vec![ast::Item::Junk(span)], allows: Vec::new(), span };
    if let Some(refusal) = limits::refuse(file, text) {
        diagnostics.push(refusal);
        return (junk(), None);
    }
    // What another tool's text holds is told at once, and the rest is read without it.
    let others = [recover::foreign_comments, recover::foreign_yaml];
    for find in others {
        if let Some((rest, told)) = find(file, text) {
            diagnostics.push(told);
            let (mut tree, _) = read(file, &rest, diagnostics);
            tree.items.push(ast::Item::Junk(Span::new(file, span.end as usize, span.end as usize)));
            return (tree, None);
        }
    }
    let pairs = match parser::Grammar::parse(parser::Rule::file, text) {
        Ok(pairs) => pairs,
        // the grammar reads every text; if ever it does not, that is told as any other mistake
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            diagnostics.push(limits::unreadable(file, at));
            return (junk(), None);
        }
    };
    let mut tree = ast::File { items: Vec::new(), allows: Vec::new(), span };
    let mut build = build::Build::new(file, text, map::Map::default(), diagnostics);
    build.file(pairs.clone(), &mut tree);
    limits::report_hidden(file, text, diagnostics);
    tree.allows = allow::read(file, text, &pairs, diagnostics);
    (tree, Some(pairs))
}

/// Every comment of a text in order, `# …` without its line break.
pub fn comments(file: FileId, text: &str) -> Vec<Span> {
    let (_, Some(pairs)) = read(file, text, &mut Diagnostics::default()) else { return Vec::new() };
    let starts = pairs.tokens().filter_map(|token| match token {
        Token::Start { rule: parser::Rule::comment, pos } => Some(pos.pos()),
        Token::Start { .. } | Token::End { .. } => None,
    });
    starts
        .map(|start| {
            let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            Span::new(file, start, start + line.trim_end().len())
        })
        .collect()
}
