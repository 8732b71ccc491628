//! The token at a place of unreadable text, as a reader would cut it.

use std::ops::Range;

/// What kind of thing it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Nothing follows.
    End,
    /// `"…"`
    Text,
    /// `"""…"""`
    Triple,
    /// `"…` up to the end of the line.
    OpenText,
    /// `'…'` or `` `…` ``
    OtherQuotes,
    /// Letters, digits, `_` and `-`.
    Word,
    /// Begins with a digit.
    Quantity,
    /// Anything else.
    Mark,
}

/// A token.
#[derive(Clone, Debug)]
pub(in super::super) struct Found<'t> {
    pub(in super::super) kind: Kind,
    pub(in super::super) range: Range<usize>,
    pub(in super::super) text: &'t str,
}

/// The token after any blanks at an offset.
pub(in super::super) fn found(text: &str, at: usize) -> Found<'_> {
    let rest = text.get(at..).unwrap_or_default();
    let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let start = at + rest.len() - trimmed.len();
    let (kind, length) = token(trimmed);
    if kind == Kind::End {
        // the end is where the blanks begin
        return Found { kind, range: at..at, text: "" };
    }
    Found { kind, range: start..start + length, text: trimmed.get(..length).unwrap_or_default() }
}

fn token(rest: &str) -> (Kind, usize) {
    let Some(first) = rest.chars().next() else { return (Kind::End, 0) };
    match first {
        '"' => quoted(rest),
        '\'' | '`' => match rest.get(1..).and_then(|r| r.find(first)) {
            Some(end) if !rest.get(1..=end).is_some_and(|t| t.contains('\n')) => (Kind::OtherQuotes, end + 2),
            _ => (Kind::Mark, 1),
        },
        '0'..='9' => (Kind::Quantity, quantity(rest)),
        '.' | '+' | '-' if rest.get(1..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit())) => {
            (Kind::Quantity, 1 + rest.get(1..).map_or(0, quantity))
        }
        c if in_word(c) => (Kind::Word, rest.find(|c| !in_word(c) && c != '-').unwrap_or(rest.len())),
        _ => {
            let long = ["<=", ">=", "==", "=>", "->", "&&", "||", "//", "/*", ":=", "<>", "!=", "=~", "!~"];
            (Kind::Mark, long.iter().find(|m| rest.starts_with(**m)).map_or(first.len_utf8(), |m| m.len()))
        }
    }
}

fn quoted(rest: &str) -> (Kind, usize) {
    if let Some(body) = rest.strip_prefix("\"\"\"") {
        return body.find("\"\"\"").map_or((Kind::OpenText, line(rest)), |end| (Kind::Triple, end + 6));
    }
    match closing_quote(rest) {
        Some(end) => (Kind::Text, end),
        None => (Kind::OpenText, line(rest)),
    }
}

/// The length of a closed text at the start.
pub(super) fn closing_quote(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return None,
            '"' if !escaped => return Some(at + 1),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// The length of the line, without blanks at its end.
fn line(rest: &str) -> usize {
    rest.lines().next().map_or(rest.len(), |l| l.trim_end().len())
}

fn quantity(rest: &str) -> usize {
    let mut end = 0;
    let bytes = rest.as_bytes();
    while let Some(c) = rest.get(end..).and_then(|r| r.chars().next()) {
        let joins =
            matches!(c, ',' | '.' | '-' | '/' | ':') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !(in_word(c) || c == '%' || joins) {
            break;
        }
        end += c.len_utf8();
    }
    end
}

pub(super) fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Found<'_> {
    /// For a message: the thing in backticks, or what it is.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::End => "the end of the line".to_owned(),
            Kind::OtherQuotes if self.text.starts_with('`') => "a text in backticks".to_owned(),
            Kind::Mark if self.text == "`" => "a backtick".to_owned(),
            Kind::Triple => "a text in `\"\"\"`".to_owned(),
            _ => format!("`{}`", short(self.text)),
        }
    }
}

/// A piece of source that fits into a sentence.
pub(super) fn short(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    if first.chars().count() <= 40 && first.len() == text.len() {
        return text.to_owned();
    }
    let mut cut: String = first.chars().take(36).collect();
    cut.push('…');
    cut
}
