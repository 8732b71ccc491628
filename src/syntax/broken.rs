//! What can be said of a statement that could not be read: the word it begins with and its pieces. For whoever completes a
//! statement while it is written.

use super::recover::{Kind, found};
use crate::source::{SourceMap, Span};

/// What a piece of text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// Letters, digits, `_` and `-`.
    Word,
    /// A text in quotes.
    Text,
    /// A text whose quotes are not closed, or are not those of the language.
    OpenText,
    /// Begins with a digit: a number, a duration, a percentage.
    Quantity,
    /// Anything else: `{`, `,`, `=~`.
    Mark,
}

/// A piece of unreadable text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it looks like.
    pub kind: PieceKind,
    /// Where.
    pub span: Span,
}

/// Pieces of one statement at most; a statement of more is nobody's.
const MOST: usize = 200;

/// The pieces of text that could not be read, in order, without comments. The first one is the statement's word, where it is a word.
pub fn pieces(sources: &SourceMap, junk: Span) -> Vec<Piece> {
    let text = sources.text(junk);
    let mut list = Vec::new();
    let mut at = 0;
    while list.len() < MOST {
        let token = found(text, at);
        if token.text.starts_with('#') {
            at = text
                .get(token.range.start..)
                .and_then(|rest| rest.find('\n'))
                .map_or(text.len(), |end| token.range.start + end);
            continue;
        }
        let kind = match token.kind {
            Kind::End => break,
            Kind::Word => PieceKind::Word,
            Kind::Text | Kind::Triple => PieceKind::Text,
            Kind::OpenText | Kind::OtherQuotes => PieceKind::OpenText,
            Kind::Quantity => PieceKind::Quantity,
            Kind::Mark => PieceKind::Mark,
        };
        let start = junk.start as usize;
        list.push(Piece {
            kind,
            span: Span::new(junk.file, start + token.range.start, start + token.range.end),
        });
        at = token.range.end;
    }
    list
}
