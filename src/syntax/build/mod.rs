//! From pest's pairs to the tree. What cannot be read is handed to [`super::recover`] and becomes `Junk`.

mod catalogue;
mod conduct;
mod journeys;
mod streams;
mod tokens;

pub(super) use catalogue::Head;

use pest::iterators::{Pair, Pairs};

use super::map::Map;
use super::parser::Rule;
use super::recover::Context;
use crate::ast::{Block, File, Item};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};

/// Builds the tree of one text.
pub(super) struct Build<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) map: Map<'a>,
    pub(super) diags: &'a mut Diagnostics,
    /// How much was left as junk so far: a block's `has_junk` is whether this grew.
    pub(super) junk: usize,
    /// How often this text has been mended already.
    pub(super) mends: usize,
}

/// The children that carry meaning: no keywords, marks, comments.
pub(super) struct Kids<'i>(Pairs<'i, Rule>);

impl<'i> Iterator for Kids<'i> {
    type Item = Pair<'i, Rule>;
    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        self.0.by_ref().find(|p| !is_filler(p.as_rule()))
    }
}

/// Keywords and marks, which the grammar keeps together, and comments.
fn is_filler(rule: Rule) -> bool {
    rule >= Rule::k_after || (Rule::comma..=Rule::rcurl).contains(&rule) || rule == Rule::comment
}

pub(super) fn kids(pair: Pair<'_, Rule>) -> Kids<'_> {
    Kids(pair.into_inner())
}

/// What a kind of block does with its entries.
pub(super) struct Entries<S> {
    pub(super) context: Context,
    pub(super) read: fn(&mut Build<'_>, Pair<'_, Rule>) -> Option<S>,
    pub(super) junk: fn(Span) -> S,
}

impl Build<'_> {
    /// The whole file.
    pub(super) fn file(&mut self, pairs: Pairs<'_, Rule>, file: &mut File) {
        for pair in pairs {
            self.items(pair, &mut file.items);
        }
    }

    pub(super) fn items(&mut self, pair: Pair<'_, Rule>, items: &mut Vec<Item>) {
        for pair in kids(pair) {
            let span = self.span(&pair);
            let item = match pair.as_rule() {
                Rule::journey => self.journey(pair),
                Rule::metric => self.metric(pair),
                Rule::team => self.team(pair),
                Rule::indicator => self.indicator(pair),
                Rule::policy => self.policy(pair),
                Rule::playbook => self.playbook(pair),
                Rule::scenario => self.scenario(pair),
                Rule::EOI => continue,
                _ => {
                    self.junk_item(&pair, items);
                    continue;
                }
            };
            items.push(item.unwrap_or_else(|| {
                self.junk += 1;
                Item::Junk(span)
            }));
        }
    }

    /// The statements of a block; the rules for its braces are the same everywhere.
    pub(super) fn block<S>(&mut self, pair: Pair<'_, Rule>, entries: &Entries<S>) -> Block<S> {
        let mut span = self.span(&pair);
        let before = self.junk;
        let mut stmts = Vec::new();
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::comment => {}
                // the block may have begun with blanks
                Rule::open => span = Span { start: self.span(&pair).start, ..span },
                Rule::close => span = span.to(self.span(&pair)),
                Rule::late_open | Rule::missing_open | Rule::missing_close => self.brace(&pair),
                _ => self.entry(pair, entries, &mut stmts),
            }
        }
        Block { stmts, span, has_junk: self.junk > before }
    }

    /// One entry of a block, or what a mended line turned out to be.
    pub(super) fn entry<S>(&mut self, pair: Pair<'_, Rule>, entries: &Entries<S>, stmts: &mut Vec<S>) {
        if pair.as_rule() == Rule::junk {
            self.junk_entry(&pair, entries, stmts);
            return;
        }
        let span = self.span(&pair);
        stmts.push((entries.read)(self, pair).unwrap_or_else(|| {
            self.junk += 1;
            (entries.junk)(span)
        }));
    }

    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.at(span.start(), span.end())
    }

    /// A range of this text as a place in the file.
    pub(super) fn at(&self, start: usize, end: usize) -> Span {
        let start = self.map.start(start);
        Span::new(self.file, start, self.map.end(end).max(start))
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diags.push(diagnostic);
    }
}
