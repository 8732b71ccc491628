//! `# slovo: allow CODE because REASON [until DATE]`: a comment on a line of its own, which accepts one warning in the statement that
//! follows.

use pest::Token;
use pest::iterators::Pairs;

use super::parser::Rule;
use crate::ast::Allow;
use crate::config::nearest;
use crate::diag::codes::{self, syntax};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, Span};
use crate::value::Date;

/// What every such comment begins with, after `#` and blanks.
const MARK: &str = "slovo:";
/// Words of other tools for the same.
const OTHER_WORDS: [&str; 9] =
    ["accept", "disable", "expect", "ignore", "mute", "noqa", "nolint", "silence", "suppress"];
/// How it is written.
fn form(code: &str) -> String {
    format!(
        "write `# slovo: allow {code} because \u{2026}`, and `until 2027-01-31` behind the reason where it shall end"
    )
}

/// All of a file. One that can't be read is reported and accepts nothing.
pub(super) fn read(
    file: FileId,
    text: &str,
    pairs: &Pairs<'_, Rule>,
    diagnostics: &mut Diagnostics,
) -> Vec<Allow> {
    // Most files have none, and walking through the tokens of a file is dear.
    if !text.contains(MARK) {
        return Vec::new();
    }
    let mut reader = Reader { file, text, diagnostics };
    let mut made: Vec<Allow> = Vec::new();
    // Those that wait for the statement after them, and those whose statement is open, with the depth at which it began.
    let (mut waiting, mut open): (Vec<Comment>, Vec<(usize, usize, Comment)>) = (Vec::new(), Vec::new());
    let mut depth = 0;
    for token in pairs.clone().tokens() {
        match token {
            Token::Start { rule, pos } => {
                depth += 1;
                match rule {
                    Rule::comment => waiting.extend(reader.comment(pos.pos())),
                    Rule::open | Rule::close | Rule::EOI => {
                        waiting.drain(..).for_each(|c| reader.wrong(c.span, &Wrong::NoStatement));
                    }
                    _ => open.extend(waiting.drain(..).map(|comment| (depth, pos.pos(), comment))),
                }
            }
            Token::End { pos, .. } => {
                while let Some((_, start, comment)) = open.pop_if(|(at, ..)| *at == depth) {
                    let on = Span::new(file, start, pos.pos());
                    let Comment { code, until, span, line } = comment;
                    made.push(Allow { code, until, span, line, on });
                }
                depth -= 1;
            }
        }
    }
    made.sort_by_key(|allow| allow.span.start);
    made
}

/// A comment that was read.
struct Comment {
    code: &'static Code,
    until: Option<Date>,
    span: Span,
    line: Span,
}

/// Why a comment accepts nothing.
enum Wrong<'t> {
    Word(&'t str),
    NoCode,
    UnknownCode(&'t str),
    ErrorCode(&'static Code),
    NoReason(&'static Code),
    Date(&'t str),
    DateInReason(&'t str),
    BesideText,
    NoStatement,
}

struct Reader<'r, 't> {
    file: FileId,
    text: &'t str,
    diagnostics: &'r mut Diagnostics,
}

impl Reader<'_, '_> {
    /// The comment that begins here, if it is one of these.
    fn comment(&mut self, start: usize) -> Option<Comment> {
        let text = self.text;
        let line = text.get(start..)?.lines().next()?.trim_end();
        let rest = line.trim_start_matches('#').trim_start().strip_prefix(MARK)?.trim_start();
        let span = Span::new(self.file, start, start + line.len());
        let (word, rest) = split(rest);
        if word != "allow" {
            if OTHER_WORDS.contains(&word) || nearest(word, ["allow"]).is_some() {
                self.wrong(span, &Wrong::Word(word));
            }
            return None;
        }
        let before = text.get(..start)?.rsplit('\n').next()?;
        let read = if before.trim().is_empty() { accepted(rest) } else { Err(Wrong::BesideText) };
        match read {
            Ok((code, until)) => {
                let next = text.get(start..)?.find('\n').map_or(text.len(), |at| start + at + 1);
                let indent = text.get(next..)?.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
                Some(Comment { code, until, span, line: Span::new(self.file, start, next + indent) })
            }
            Err(wrong) => {
                self.wrong(span, &wrong);
                None
            }
        }
    }

    fn wrong(&mut self, span: Span, wrong: &Wrong<'_>) {
        let (label, help) = match wrong {
            Wrong::Word(word) => (format!("`{word}` isn't `allow`"), form("CODE")),
            Wrong::NoCode => ("the code of a warning is missing".to_owned(), form("CODE")),
            Wrong::UnknownCode(code) => {
                let warnings = codes::all().filter(|c| c.severity == Severity::Warning);
                let near = nearest(&code.to_ascii_uppercase(), warnings.map(|c| c.id));
                let help = match near.and_then(codes::find) {
                    Some(near) => format!("`{}` exists: {}", near.id, near.title),
                    None => "codes are those in brackets in messages: `W0301`".to_owned(),
                };
                (format!("there is no code `{code}`"), help)
            }
            Wrong::ErrorCode(code) => (
                format!("`{}` is an error: {}", code.id, code.title),
                "only warnings (`W\u{2026}`) can be accepted; mend the mistake".to_owned(),
            ),
            Wrong::NoReason(code) => ("the reason is missing".to_owned(), form(code.id)),
            Wrong::Date(date) => (
                format!("`{date}` isn't a date"),
                "write the last day as year, month and day: `until 2027-01-31`".to_owned(),
            ),
            Wrong::DateInReason(date) => (
                format!("`{date}` is part of the reason here, and ends nothing"),
                "write `until 2027-01-31` as its last words; or leave the date out of the reason".to_owned(),
            ),
            Wrong::BesideText => (
                "it follows other text on its line".to_owned(),
                "write it on the line before the statement in which the warning is".to_owned(),
            ),
            Wrong::NoStatement => (
                "no statement follows it here".to_owned(),
                "write it on the line before the statement in which the warning is".to_owned(),
            ),
        };
        let message = "this `slovo: allow` comment has no effect";
        self.diagnostics.push(Diagnostic::new(&syntax::UNREADABLE_ALLOW, span, message, label).help(help));
    }
}

/// What stands after `allow`.
fn accepted(rest: &str) -> Result<(&'static Code, Option<Date>), Wrong<'_>> {
    let (id, rest) = split(rest);
    if id.is_empty() || id == "because" {
        return Err(Wrong::NoCode);
    }
    let code = codes::find(id).ok_or(Wrong::UnknownCode(id))?;
    if code.severity == Severity::Error {
        return Err(Wrong::ErrorCode(code));
    }
    let (because, reason) = split(rest);
    let late = |word: &str| word.trim_matches(|c: char| !c.is_ascii_digit()).parse::<Date>().is_ok();
    let (reason, until) = match reason.rsplit_once("until ") {
        // "because it is so until 2027" may be a reason; a date at the end that can't be one is a slip.
        Some((reason, date)) if reason.is_empty() || reason.ends_with(char::is_whitespace) => {
            match date.trim().parse::<Date>() {
                Ok(date) => (reason, Some(date)),
                Err(_) if is_like_a_date(date) => return Err(Wrong::Date(date)),
                Err(_) => (rest, None),
            }
        }
        Some(_) | None => (reason, None),
    };
    // A day that is written in another way would hold for ever.
    if let Some(date) = reason.split_whitespace().find(|word| late(word)) {
        return Err(Wrong::DateInReason(date));
    }
    if because != "because" || !reason.contains(char::is_alphabetic) {
        return Err(Wrong::NoReason(code));
    }
    Ok((code, until))
}

/// One word of digits and marks, as somebody would write a date.
fn is_like_a_date(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(['-', '/', '.']) && !text.contains(' ')
}

/// The first word, and what follows it.
fn split(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}
