//! Changing an expression by editing its text, so that its author's formatting and comments survive.

use std::ops::Range;

use super::analyse::selectors;
use super::lexer;
use super::print;
use super::token::{Kind, Word};
use crate::ir::MatchOp;

/// Replaces every `$range` by a duration (`75s`). Strings and comments are left alone. Never fails: what follows a
/// mistake stays as it is.
///
/// A text may end in a comment: whoever puts something after it must begin a new line, or take [`compact`] first.
pub fn render(text: &str, range: &str) -> String {
    if !text.contains("$range") {
        return text.to_owned();
    }
    let (tokens, error) = lexer::lex_leniently(text);
    if error.is_some() && super::verbatim::is_whole(text) {
        return super::verbatim::render(text, range);
    }
    let edits = tokens.iter().filter(|t| t.kind == Kind::RangeVar);
    apply(text, edits.map(|t| (t.range.clone(), range.to_owned())))
}

/// The expression on one line: comments go, blanks and line breaks between its parts become one blank each.
pub fn compact(text: &str) -> String {
    let (tokens, error) = lexer::lex_leniently(text);
    if error.is_some() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for token in tokens.iter().filter(|t| t.kind != Kind::End) {
        if token.range.start > end && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(text.get(token.range.clone()).unwrap_or(""));
        end = token.range.end;
    }
    out
}

/// What an expression is made of, each as it is the same however it is written: names, texts, numbers, times, signs; without
/// parentheses, commas, blanks and comments. One that can't be read gives its words.
pub(crate) fn parts(text: &str) -> Vec<String> {
    let (tokens, error) = lexer::lex_leniently(text);
    if error.is_some() {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    let kind = |at: usize| tokens.get(at).map(|t| t.kind);
    let of = |(at, token): (usize, &super::token::Token)| {
        let text = text.get(token.range.clone()).unwrap_or("");
        // `sum by () (x)` is `sum(x)`.
        let empty = kind(at + 1) == Some(Kind::LeftParen) && kind(at + 2) == Some(Kind::RightParen);
        if token.kind == Kind::Word(Word::By) && empty {
            return None;
        }
        if matches!(token.kind, Kind::End | Kind::LeftParen | Kind::RightParen | Kind::Comma) {
            return None;
        }
        let same = match text.bytes().next() {
            Some(b'"' | b'\'' | b'`') => lexer::unquote(text).ok(),
            _ if token.kind == Kind::Number => lexer::number_value(text).map(|n| n.to_string()),
            _ if token.kind == Kind::Duration => {
                lexer::duration_millis(text).ok().map(|ms| format!("{ms}ms"))
            }
            _ if matches!(token.kind, Kind::Word(_)) => Some(text.to_ascii_lowercase()),
            _ => None,
        };
        Some(same.unwrap_or_else(|| text.to_owned()))
    };
    tokens.iter().enumerate().filter_map(of).collect()
}

/// Adds matchers (label, comparison, value) to every selector for which `wanted(metric, label)` holds; the metric is
/// `None` where no single name is fixed. A matcher that stands there already is not repeated. A text that cannot be
/// read comes back unchanged.
pub fn inject(
    text: &str,
    matchers: &[(&str, MatchOp, &str)],
    wanted: impl Fn(Option<&str>, &str) -> bool,
) -> String {
    if matchers.is_empty() {
        return text.to_owned();
    }
    let Ok(expr) = super::parse::parse_untyped(text) else { return text.to_owned() };
    let mut edits = Vec::new();
    for found in selectors(&expr) {
        let metric = found.metric();
        let mut added = String::new();
        for (label, op, value) in matchers {
            let there = found
                .matchers()
                .iter()
                .any(|m| m.label.text == *label && m.op == *op && m.value.text == *value);
            if there || !wanted(metric.as_ref().map(|(name, _)| *name), label) {
                continue;
            }
            if !added.is_empty() {
                added.push_str(", ");
            }
            print::matcher(&mut added, label, *op, value);
        }
        if added.is_empty() {
            continue;
        }
        let Some(braces) = &found.selector.braces else {
            let end = found.selector.name.as_ref().map_or(found.expr.range.end, |n| n.range.end);
            edits.push((end..end, format!("{{{added}}}")));
            continue;
        };
        // Right after the last thing in the braces, so that a comment or a comma behind it does no harm.
        let inner = |r: &Range<usize>| braces.start < r.start && r.end < braces.end;
        let name = found.selector.name.as_ref().map(|n| n.range.clone()).filter(inner);
        let last = found.matchers().last().map(super::ast::Matcher::range);
        let last = name.into_iter().chain(last).map(|r| r.end).max();
        match last {
            Some(end) => edits.push((end..end, format!(", {added}"))),
            None => edits.push((braces.start + 1..braces.start + 1, added)),
        }
    }
    apply(text, edits.into_iter())
}

/// Makes edits given in order; they do not overlap.
fn apply(text: &str, edits: impl Iterator<Item = (Range<usize>, String)>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut end = 0;
    for (range, replacement) in edits {
        out.push_str(text.get(end..range.start).unwrap_or(""));
        out.push_str(&replacement);
        end = range.end;
    }
    out.push_str(text.get(end..).unwrap_or(""));
    out
}
