//! Selectors, and what may follow an operand: `[5m]`, `offset`, `@`.

#![allow(clippy::wildcard_enum_match_arm, reason = "any other token is the wrong one")]

use std::ops::Range;

use super::super::SyntaxError;
use super::super::ast::{Expr, ExprKind, Extent, Matcher, Name, Selector, Shift, Subquery};
use super::super::lexer;
use super::super::token::{Kind, Word};
use super::{Parsed, Parser};
use crate::ir::MatchOp;

const NO_ARITHMETIC: &str = "arithmetic with durations is an experiment of Prometheus and not taken here";

impl Parser<'_> {
    pub(super) fn suffix(&mut self, expr: Expr) -> Parsed<Expr> {
        if self.peek() == Kind::LeftBracket {
            return self.bracket(expr);
        }
        let at = self.peek() == Kind::At;
        let word = self.bump();
        let back = if at {
            self.timestamp()?;
            0
        } else {
            self.offset(word.start)?
        };
        self.shifted(expr, word, at, back)
    }
    fn shifted(&self, mut expr: Expr, word: Range<usize>, at: bool, back: u64) -> Parsed<Expr> {
        let range = word.start..self.last_end();
        let shown = if at { "@" } else { "offset" };
        let shift: &mut Shift = match &mut expr.kind {
            ExprKind::Selector(selector) => &mut selector.shift,
            ExprKind::Subquery(subquery) => &mut subquery.shift,
            _ => {
                let message = format!("`{shown}` must follow a selector or a subquery directly");
                return Err(SyntaxError::syntax(range, message).help("move it behind the selector inside"));
            }
        };
        let place = if at { &mut shift.at } else { &mut shift.offset };
        if place.is_some() {
            return Err(SyntaxError::syntax(range, format!("`{shown}` is given twice")));
        }
        *place = Some(range.clone());
        shift.back += back;
        expr.range.end = range.end;
        Ok(expr)
    }
    /// How far back, in milliseconds.
    fn offset(&mut self, from: usize) -> Parsed<u64> {
        let ahead = self.peek() == Kind::Minus;
        if matches!(self.peek(), Kind::Plus | Kind::Minus) {
            self.bump();
        }
        match self.peek() {
            Kind::Duration | Kind::Number => {
                let range = self.bump();
                self.length(&range, true).map(|back| if ahead { 0 } else { back })
            }
            Kind::RangeVar => {
                let message = "`$range` stands only in the brackets of a range, not after `offset`";
                Err(SyntaxError::syntax(self.here(), message))
            }
            Kind::LeftParen => Err(SyntaxError::syntax(self.here(), NO_ARITHMETIC)),
            Kind::End => Err(SyntaxError::syntax(from..self.last_end(), "`offset` needs a duration")
                .help("write `offset 5m`")),
            _ => Err(self.unexpected("a duration")),
        }
    }
    fn timestamp(&mut self) -> Parsed<()> {
        if let Kind::Word(Word::Start | Word::End) = self.peek() {
            self.bump();
            if self.peek() != Kind::LeftParen {
                return Err(self.unexpected("`()`"));
            }
            self.open();
            return self.close(Kind::RightParen, "`)`");
        }
        if matches!(self.peek(), Kind::Plus | Kind::Minus) {
            self.bump();
        }
        let range = self.here();
        if self.peek() != Kind::Number {
            return Err(self.unexpected("a Unix time, `start()` or `end()`"));
        }
        self.bump();
        let seconds = lexer::number_value(self.slice(&range)).unwrap_or(f64::NAN);
        // Prometheus keeps milliseconds in 64 bits.
        if seconds.is_finite() && seconds.abs() < 9.2e15 {
            return Ok(());
        }
        Err(SyntaxError::syntax(range, "this is not a point in time"))
    }
    /// The milliseconds of a duration or a number of seconds.
    fn length(&self, range: &Range<usize>, zero: bool) -> Parsed<u64> {
        let text = self.slice(range);
        let seconds = lexer::number_value(text);
        let millis = match seconds {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
            Some(seconds) if (0.0..9.2e9).contains(&seconds) => (seconds * 1000.0).round() as u64,
            Some(_) => {
                return Err(SyntaxError::syntax(range.clone(), format!("`{text}` is not a length of time")));
            }
            None => lexer::duration_millis(text).unwrap_or(0),
        };
        if millis == 0 && !zero {
            return Err(SyntaxError::syntax(range.clone(), "a range must be longer than nothing"));
        }
        Ok(millis)
    }
    fn extent(&mut self) -> Parsed<Extent> {
        let range = self.here();
        let extent = match self.peek() {
            Kind::RangeVar => Extent::Base { range },
            Kind::Duration | Kind::Number => Extent::Fixed { millis: self.length(&range, false)?, range },
            Kind::Minus => {
                return Err(
                    SyntaxError::syntax(range, "a range is not negative").help("look back with `offset`")
                );
            }
            Kind::RightBracket => {
                return Err(self.unexpected("a duration").help("write how far back to look: `[5m]`"));
            }
            Kind::Ident | Kind::Word(_) | Kind::LeftParen => {
                return Err(SyntaxError::syntax(range, NO_ARITHMETIC));
            }
            _ => return Err(self.unexpected("a duration")),
        };
        self.bump();
        if matches!(
            self.peek(),
            Kind::Plus | Kind::Minus | Kind::Star | Kind::Slash | Kind::Percent | Kind::Caret
        ) {
            return Err(SyntaxError::syntax(self.here(), NO_ARITHMETIC));
        }
        Ok(extent)
    }
    /// `[5m]` or `[1h:5m]` after an expression.
    fn bracket(&mut self, mut expr: Expr) -> Parsed<Expr> {
        let start = self.here().start;
        self.open();
        let window = self.extent()?;
        if self.eat(Kind::Colon) {
            if self.peek() == Kind::RangeVar {
                let message = "`$range` is the length of a subquery, not its step";
                return Err(SyntaxError::syntax(self.here(), message));
            }
            let step = if self.peek() == Kind::RightBracket { None } else { Some(self.extent()?) };
            self.close(Kind::RightBracket, "`]`")?;
            let range = expr.range.start..self.last_end();
            let subquery = Subquery { expr, window, step, shift: Shift::default() };
            return Self::node(ExprKind::Subquery(Box::new(subquery)), range);
        }
        if let Kind::Ident = self.peek() {
            let word = self.slice(&self.here());
            if word == "anchored" || word == "smoothed" {
                return Err(SyntaxError::syntax(
                    self.here(),
                    format!("`{word}` is an experiment of Prometheus"),
                ));
            }
        }
        self.close(Kind::RightBracket, "`]` or `:`")?;
        let range = start..self.last_end();
        let after = self.here();
        if let Kind::Ident = self.peek()
            && matches!(self.slice(&after), "anchored" | "smoothed")
        {
            let message =
                format!("`{}` is an experiment of Prometheus and not taken here", self.slice(&after));
            return Err(SyntaxError::syntax(after, message));
        }
        let shown = self.slice(&range);
        let subquery = format!("for a subquery write `{}:]`", shown.trim_end_matches(']').trim_end());
        let ExprKind::Selector(selector) = &mut expr.kind else {
            return Err(SyntaxError::of_type(range, "a range stands only after a selector").help(subquery));
        };
        if selector.window.is_some() {
            return Err(SyntaxError::of_type(range, "this selector already has a range"));
        }
        if selector.shift != Shift::default() {
            let message = "the range stands before `offset` and `@`";
            return Err(SyntaxError::syntax(range, message));
        }
        selector.window = Some(window);
        expr.range.end = self.last_end();
        Ok(expr)
    }
    /// The braces of a selector, where there are any; `{` is next when there is no name.
    pub(super) fn selector(&mut self, mut name: Option<Name>) -> Parsed<Expr> {
        let start = name.as_ref().map_or(self.here().start, |n| n.range.start);
        let mut matchers = Vec::new();
        let mut braces = None;
        if self.peek() == Kind::LeftBrace {
            let open = self.here().start;
            self.open();
            while self.peek() != Kind::RightBrace {
                self.matcher(&mut name, &mut matchers)?;
                if !self.eat(Kind::Comma) && self.peek() != Kind::RightBrace {
                    return Err(self.unexpected("`,` or `}`"));
                }
            }
            self.close(Kind::RightBrace, "`}`")?;
            braces = Some(open..self.last_end());
        }
        let selector = Selector { name, matchers, braces, window: None, shift: Shift::default() };
        Self::node(ExprKind::Selector(Box::new(selector)), start..self.last_end())
    }
    fn matcher(&mut self, name: &mut Option<Name>, matchers: &mut Vec<Matcher>) -> Parsed<()> {
        let range = self.here();
        let label = match self.peek() {
            Kind::Ident => self.slice(&range).to_owned(),
            Kind::Str => self.string_value(&range),
            _ => return Err(self.unexpected("a label")),
        };
        let quoted = self.peek() == Kind::Str;
        self.bump();
        let label = Name { text: label, range };
        let op_range = self.here();
        let op = match self.peek() {
            Kind::Assign => MatchOp::Equal,
            Kind::NotEqual => MatchOp::NotEqual,
            Kind::Matches => MatchOp::Regex,
            Kind::MatchesNot => MatchOp::NotRegex,
            Kind::Comma | Kind::RightBrace if quoted => {
                if let Some(first) = name {
                    let message =
                        format!("the metric's name is given twice: `{}` and `{}`", first.text, label.text);
                    return Err(SyntaxError::syntax(label.range, message));
                }
                if label.text.is_empty() {
                    return Err(SyntaxError::syntax(label.range, "the metric's name is empty"));
                }
                *name = Some(label);
                return Ok(());
            }
            _ => return Err(self.unexpected("`=`, `!=`, `=~` or `!~`")),
        };
        self.bump();
        let range = self.here();
        if self.peek() != Kind::Str {
            let error = self.unexpected("a value in quotes");
            let help = match self.peek() {
                Kind::Ident => Some(format!("write `\"{}\"`", self.slice(&range))),
                _ => None,
            };
            return Err(error.with_help(help));
        }
        self.bump();
        let value = Name { text: self.string_value(&range), range };
        matchers.push(Matcher { label, op, op_range, value });
        Ok(())
    }
}
