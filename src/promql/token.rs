//! Tokens of PromQL.

use std::ops::Range;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end of the text; its range is empty.
    End,
    /// A name without colons that is not a keyword.
    Ident,
    /// A name with colons.
    Recorded,
    Word(Word),
    Number,
    Duration,
    Str,
    /// `$range`
    RangeVar,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    /// `=` in braces.
    Assign,
    /// `=~`
    Matches,
    /// `!~`
    MatchesNot,
    /// `==`
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    At,
}

/// Keywords; Prometheus takes them in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Aggregator(super::ast::Aggregator),
    And,
    Or,
    Unless,
    Atan2,
    Bool,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    By,
    Without,
    Offset,
    Start,
    End,
}

impl Word {
    pub(super) fn find(text: &str) -> Option<Self> {
        const WORDS: [(&str, Word); 14] = [
            ("and", Word::And),
            ("or", Word::Or),
            ("unless", Word::Unless),
            ("atan2", Word::Atan2),
            ("bool", Word::Bool),
            ("on", Word::On),
            ("ignoring", Word::Ignoring),
            ("group_left", Word::GroupLeft),
            ("group_right", Word::GroupRight),
            ("by", Word::By),
            ("without", Word::Without),
            ("offset", Word::Offset),
            ("start", Word::Start),
            ("end", Word::End),
        ];
        if text.len() > 12 {
            return None;
        }
        let plain = WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, word)| *word);
        plain.or_else(|| super::ast::Aggregator::find(text).map(Word::Aggregator))
    }
    /// May it stand as a metric's name?
    pub(super) fn is_metric(self) -> bool {
        !matches!(
            self,
            Word::Atan2 | Word::Bool | Word::On | Word::Ignoring | Word::GroupLeft | Word::GroupRight
        )
    }
}
