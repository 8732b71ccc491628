//! What is wrong with an expression, and where.

use std::ops::Range;

/// A mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Bytes of the parsed text.
    pub range: Range<usize>,
    /// One sentence: lower case, no full stop, names in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What sort of mistake.
    pub kind: ErrorKind,
}

/// Sorts of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// It cannot be read.
    Syntax,
    /// It can be read, but its parts do not fit: types, matching, regular expressions.
    Type,
    /// There is no function of this name.
    UnknownFunction,
}

impl SyntaxError {
    pub(super) fn syntax(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None, kind: ErrorKind::Syntax }
    }
    pub(super) fn of_type(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Type, ..Self::syntax(range, message) }
    }
    pub(super) fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        self.with_help(Some(help.into()))
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}: {}", self.range.start, self.range.end, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}
