//! One statement or head, over as many lines as it takes.

use super::WIDTH;
use crate::syntax::layout::{Kind, Line, Token};

/// A list that begins further to the right goes on at the left instead.
const FAR: usize = 40;

/// A statement as lines, without the indentation of the first. `pad` is the width its first word is filled up to,
/// `reserve` the width of what is written behind it.
pub(super) fn lines(line: &Line<'_>, indent: usize, pad: usize, reserve: usize) -> Vec<String> {
    let measure = Measure::new(line, indent, pad);
    let breaks = measure.breaks(reserve);
    let column = measure.hanging();
    let mut writer = Writer {
        measure: &measure,
        column: indent,
        lines: Vec::new(),
        current: String::new(),
        brackets: Vec::new(),
    };
    writer.write(&breaks, column);
    writer.lines
}

/// The width of a text in characters.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// May a line begin before a token?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Break {
    No,
    /// Where what follows, up to the next element of the list, doesn't fit.
    Element,
    /// Where the next value of a label doesn't fit.
    Value,
    Always,
}

/// A statement with the widths of its tokens.
struct Measure<'a, 't> {
    tokens: &'a [Token<'t>],
    is_phases: bool,
    indent: usize,
    pad: usize,
    /// The width of all tokens before each, blanks included, on one line.
    before: Vec<usize>,
    /// The depth of parentheses, or `None` in braces, at each.
    depth: Vec<Option<usize>>,
}

impl<'a, 't> Measure<'a, 't> {
    fn new(line: &'a Line<'t>, indent: usize, pad: usize) -> Self {
        let tokens = line.tokens.as_slice();
        let mut made =
            Self { tokens, is_phases: line.word.is_empty(), indent, pad, before: vec![0], depth: Vec::new() };
        let (mut sum, mut parens, mut curly) = (0, 0_usize, 0_usize);
        for (at, token) in tokens.iter().enumerate() {
            sum += made.gap(at) + made.length(at);
            made.before.push(sum);
            parens = (parens + usize::from(token.kind == Kind::OpenParen))
                .saturating_sub(usize::from(token.kind == Kind::CloseParen));
            curly = (curly + usize::from(token.kind == Kind::OpenCurly))
                .saturating_sub(usize::from(token.kind == Kind::CloseCurly));
            made.depth.push((curly == 0).then_some(parens));
        }
        made
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// Is this a comma before a closing brace? It is left out.
    fn is_idle(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Comma) && self.kind(at + 1) == Some(Kind::CloseCurly)
    }

    fn length(&self, at: usize) -> usize {
        if self.is_idle(at) {
            return 0;
        }
        self.tokens.get(at).map_or(0, |t| {
            if t.kind != Kind::Words {
                return width(t.text);
            }
            t.text.split_ascii_whitespace().map(|w| width(w) + 1).sum::<usize>().saturating_sub(1)
        })
    }

    /// Blanks before a token on its line.
    fn gap(&self, at: usize) -> usize {
        let Some(before) = at.checked_sub(1) else { return 0 };
        let (Some(left), Some(right)) = (self.kind(before), self.kind(at)) else { return 0 };
        if at == 1 {
            return 1 + self.pad.saturating_sub(self.length(0));
        }
        let closed = matches!(
            right,
            Kind::Comma
                | Kind::Colon
                | Kind::CloseParen
                | Kind::CloseCurly
                | Kind::OpenParen
                | Kind::Operator
        );
        let opened = matches!(left, Kind::OpenParen | Kind::OpenCurly | Kind::Operator);
        let selector = right == Kind::OpenCurly && left == Kind::Other;
        usize::from(!(closed || opened || selector))
    }

    /// The width from one token to before another, on one line.
    fn stretch(&self, from: usize, to: usize) -> usize {
        let at = |n: usize| self.before.get(n).copied().unwrap_or_default();
        at(to).saturating_sub(at(from))
    }

    /// Where lines may begin: nowhere, if all fits on one.
    fn breaks(&self, reserve: usize) -> Vec<Break> {
        let mut breaks = vec![Break::No; self.tokens.len()];
        let whole = self.stretch(0, self.tokens.len());
        let fits =
            self.indent + whole + reserve <= WIDTH || self.tokens.iter().any(|t| t.text.contains('\n'));
        if fits && self.tokens.iter().all(|t| t.comments.is_empty()) {
            return breaks;
        }
        let mut allow = |at: usize, how: Break| {
            if let Some(slot) = breaks.get_mut(at) {
                *slot = how;
            }
        };
        // a list at the top; else the arguments of a call
        let top: Vec<usize> = self.separators(0).collect();
        for at in top.iter().copied() {
            allow(at + 1, Break::Element);
        }
        if top.is_empty() {
            self.separators(1).for_each(|at| allow(at + 1, Break::Element));
        }
        // a label with more values than fit
        let ends = top.iter().copied().chain([self.tokens.len()]);
        let mut start = 0;
        for end in ends {
            if self.hanging() + self.stretch(start, (end + 1).min(self.tokens.len())) > WIDTH {
                for at in start..end {
                    if self.kind(at) == Some(Kind::Pipe) && self.depth.get(at) == Some(&Some(0)) {
                        allow(at + 1, Break::Value);
                    }
                }
            }
            start = end + 1;
        }
        for (at, token) in self.tokens.iter().enumerate() {
            if !token.comments.is_empty() || (token.kind == Kind::Because && !fits) {
                allow(at, Break::Always);
            }
        }
        breaks
    }

    /// Commas, pluses and `or` outside of braces at a depth of parentheses.
    fn separators(&self, depth: usize) -> impl Iterator<Item = usize> {
        let at_depth = move |at: &usize| self.depth.get(*at) == Some(&Some(depth));
        (0..self.tokens.len())
            .filter(|at| matches!(self.kind(*at), Some(Kind::Comma | Kind::Plus | Kind::Or)))
            .filter(at_depth)
    }

    /// The column at which a list goes on: of its first element, which is the token after the last word of the
    /// language before the first separator.
    fn hanging(&self) -> usize {
        if self.is_phases {
            return self.indent + 2;
        }
        if self.tokens.first().is_some_and(|t| t.text == "metric") {
            return self.indent + 4;
        }
        let first = self.separators(0).next().unwrap_or(self.tokens.len());
        if self.kind(first) == Some(Kind::Or) {
            return self.indent + self.stretch(0, 1) + self.gap(1);
        }
        let keyword = |t: &Token<'_>| t.kind == Kind::Keyword;
        let start = self.tokens.get(..first).and_then(|t| t.iter().rposition(keyword)).map_or(0, |k| k + 1);
        let column = self.indent + self.stretch(0, start) + self.gap(start);
        if column > FAR { self.indent + 4 } else { column }
    }

    /// The first of the values around a `|`.
    fn first_value(&self, at: usize) -> Option<usize> {
        self.tokens.get(..at)?.iter().rposition(|t| t.kind == Kind::In).map(|at| at + 1)
    }
}

struct Writer<'a, 't> {
    measure: &'a Measure<'a, 't>,
    /// Where the next character is written.
    column: usize,
    lines: Vec<String>,
    /// The line being written, without its indentation where it is the first.
    current: String,
    /// The columns at which open brackets begin.
    brackets: Vec<usize>,
}

impl Writer<'_, '_> {
    fn write(&mut self, breaks: &[Break], hanging: usize) {
        let measure = self.measure;
        let tokens = measure.tokens;
        let mut columns = vec![0; tokens.len()];
        for (at, token) in tokens.iter().enumerate() {
            let column = |writer: &Self| {
                if token.kind == Kind::Because {
                    return measure.indent + 2;
                }
                if let Some(column) = writer.brackets.last() {
                    return *column;
                }
                if at.checked_sub(1).and_then(|left| measure.kind(left)) == Some(Kind::Pipe) {
                    let first = measure.first_value(at).and_then(|first| columns.get(first));
                    return first.copied().unwrap_or(hanging);
                }
                hanging
            };
            for (text, alone) in &token.comments {
                if *alone {
                    let column = column(self);
                    self.end_line(column);
                } else {
                    self.push("  ");
                }
                self.push(text);
            }
            let rest = |same: fn(Break) -> bool| {
                let next = breaks.iter().skip(at + 1).position(|b| same(*b));
                measure.stretch(at, next.map_or(tokens.len(), |n| at + 1 + n))
            };
            let again = match breaks.get(at).copied().unwrap_or(Break::No) {
                Break::No => false,
                Break::Always => true,
                Break::Element => self.column + rest(|b| matches!(b, Break::Element | Break::Always)) > WIDTH,
                Break::Value => self.column + rest(|b| b != Break::No) > WIDTH,
            };
            if again {
                let column = column(self);
                self.end_line(column);
            } else {
                self.push(&" ".repeat(measure.gap(at)));
            }
            if let Some(slot) = columns.get_mut(at) {
                *slot = self.column;
            }
            if !measure.is_idle(at) {
                self.token(token);
            }
        }
        let last = std::mem::take(&mut self.current);
        self.lines.push(last);
    }

    fn token(&mut self, token: &Token<'_>) {
        if token.kind == Kind::Words {
            for (n, word) in token.text.split_ascii_whitespace().enumerate() {
                self.push(if n > 0 { " " } else { "" });
                self.push(word);
            }
            return;
        }
        self.push(token.text);
        if matches!(token.kind, Kind::OpenParen | Kind::OpenCurly) {
            self.brackets.push(self.column);
        } else if matches!(token.kind, Kind::CloseParen | Kind::CloseCurly) {
            self.brackets.pop();
        }
    }

    fn push(&mut self, text: &str) {
        self.current.push_str(text);
        self.column += width(text);
    }

    fn end_line(&mut self, column: usize) {
        let done = std::mem::replace(&mut self.current, " ".repeat(column));
        self.column = column;
        self.lines.push(done);
    }
}
