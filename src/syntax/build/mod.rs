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
use super::recover::{Blocks, Context, all_items, lead_to_stray};
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
    /// Were all those mends certain?
    pub(super) sure: bool,
    /// Braces of the present item that nothing closes.
    pub(super) unclosed: Vec<usize>,
    /// Blocks of the present item whose `{` is missing.
    pub(super) unopened: Vec<Unopened>,
    /// The kind and the end of the block just read, and whether statements behind it were reported.
    pub(super) after_block: Option<(Context, usize)>,
    pub(super) after_block_reported: bool,
    /// Where a head ended that has been reported.
    pub(super) bad_head: Option<usize>,
    /// A `}` too many, seen by its indentation.
    pub(super) stray_culprit: Option<usize>,
    /// What stands before this was told with something above it.
    pub(super) told_until: usize,
    /// The places of blocks whose statements in the words of another tool were told.
    pub(super) told: Vec<usize>,
    /// Where blocks begin and end, once somebody asks.
    pub(super) blocks: Option<Blocks>,
}

/// A block whose `{` is missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unopened {
    /// Where its head ends.
    pub(super) head: usize,
    /// Where its last statement ends, if its `}` is missing as well.
    pub(super) end: Option<usize>,
}

/// The children that carry meaning: no keywords, marks, comments.
pub(super) struct Kids<'i>(Pairs<'i, Rule>);

impl<'i> Iterator for Kids<'i> {
    type Item = Pair<'i, Rule>;
    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        self.0.by_ref().find(|p| !is_filler(p.as_rule()))
    }
}

impl Kids<'_> {
    /// How many there are of a list in brackets, at most: `(`, one, `,`, another, `)`.
    pub(super) fn listed(&self) -> usize {
        self.0.len() / 2
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

impl<'a> Build<'a> {
    pub(super) fn new(file: FileId, text: &'a str, map: Map<'a>, diags: &'a mut Diagnostics) -> Self {
        Self {
            file,
            text,
            map,
            diags,
            junk: 0,
            mends: 0,
            sure: true,
            unclosed: Vec::new(),
            unopened: Vec::new(),
            after_block: None,
            after_block_reported: false,
            bad_head: None,
            stray_culprit: None,
            told_until: 0,
            told: Vec::new(),
            blocks: None,
        }
    }
}

impl Build<'_> {
    /// The whole file.
    pub(super) fn file(&mut self, pairs: Pairs<'_, Rule>, file: &mut File) {
        for pair in pairs {
            self.items(pair, &mut file.items);
        }
    }

    fn items(&mut self, pair: Pair<'_, Rule>, items: &mut Vec<Item>) {
        let pairs = all_items(pair);
        items.reserve_exact(pairs.len());
        let leads = lead_to_stray(&pairs);
        let mut skipping = false;
        for (at, pair) in pairs.iter().enumerate() {
            let is_junk = matches!(pair.as_rule(), Rule::junk | Rule::stray);
            if is_junk && at > 0 && !skipping && self.stray_culprit.is_none() {
                // one `}` too many inside the item before: what follows up to the stray one is told as that
                let before = pairs.get(at - 1).filter(|p| !matches!(p.as_rule(), Rule::junk | Rule::stray));
                if leads.get(at) == Some(&true) {
                    self.stray_culprit = before.and_then(|p| self.crooked_close(p));
                    skipping = self.stray_culprit.is_some();
                }
            }
            if pair.as_rule() == Rule::junk && skipping {
                self.junk += 1;
                items.push(Item::Junk(self.span(pair)));
                continue;
            }
            skipping &= is_junk;
            self.item(pair.clone(), items);
        }
    }

    /// One item, or what a mended line turned out to be.
    pub(super) fn item(&mut self, pair: Pair<'_, Rule>, items: &mut Vec<Item>) {
        let span = self.span(&pair);
        let whole = pair.clone();
        let home = match pair.as_rule() {
            Rule::journey => Context::Journey,
            Rule::metric => Context::Metric,
            Rule::team => Context::Team,
            Rule::indicator => Context::Indicator,
            Rule::policy => Context::Policy,
            Rule::playbook => Context::Playbook,
            Rule::scenario => Context::Scenario,
            _ => return self.junk_item(&pair, items),
        };
        let item = match home {
            Context::Journey => self.journey(pair),
            Context::Metric => self.metric(pair),
            Context::Team => self.team(pair),
            Context::Indicator => self.indicator(pair),
            Context::Policy => self.policy(pair),
            Context::Playbook => self.playbook(pair),
            _ => self.scenario(pair),
        };
        self.block_ended(home, &whole);
        let crossed = !self.unopened.is_empty() && !self.unclosed.is_empty();
        if crossed {
            // whose `}` is whose is anybody's guess
            self.unclosed.clear();
        }
        self.tell_unopened(!crossed);
        self.tell_unclosed(&whole);
        items.push(item.unwrap_or_else(|| {
            self.junk += 1;
            Item::Junk(span)
        }));
    }

    /// Notes where a block ended, for statements that come too late.
    fn block_ended(&mut self, kind: Context, pair: &Pair<'_, Rule>) {
        self.after_block = Some((kind, pair.as_span().end()));
        self.after_block_reported = false;
    }

    /// The statements of a block; the rules for its braces are the same everywhere.
    pub(super) fn block<S>(&mut self, pair: Pair<'_, Rule>, entries: &Entries<S>) -> Block<S> {
        let mut span = self.span(&pair);
        let whole = pair.as_span();
        let before = self.junk;
        let pairs = pair.into_inner();
        // Without the braces. A list that grows by doubling would hold twice what it needs.
        let mut stmts = Vec::with_capacity(pairs.len().saturating_sub(2));
        let mut open = None;
        let mut unopened = None;
        let mut closed = false;
        for pair in pairs {
            match pair.as_rule() {
                Rule::comment => {}
                // the block may have begun with blanks
                Rule::open => {
                    open = Some(pair.as_span().start());
                    span = Span { start: self.span(&pair).start, ..span };
                }
                Rule::close => {
                    closed = true;
                    span = span.to(self.span(&pair));
                }
                Rule::late_open => {
                    open = Some(pair.as_span().end().saturating_sub(1));
                    self.brace(&pair, open);
                }
                // told with the head, where that cannot be read either
                Rule::missing_open if self.bad_head == Some(pair.as_span().start()) => {}
                Rule::missing_open => {
                    let at = pair.as_span().start();
                    unopened = Some(self.text.get(..at).map_or(at, |t| t.trim_end().len()));
                }
                Rule::missing_close => self.brace(&pair, open),
                _ => self.entry(pair, entries, &mut stmts),
            }
        }
        if let Some(head) = unopened {
            let end = self.text.get(..whole.end()).map_or(whole.end(), |t| t.trim_end().len());
            self.unopened.push(Unopened { head, end: (!closed).then_some(end.max(head)) });
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
        let inner = match pair.as_rule() {
            Rule::step => Some(Context::Step),
            Rule::promise => Some(Context::Promise),
            _ => None,
        };
        let whole = inner.map(|kind| (kind, pair.clone()));
        stmts.push((entries.read)(self, pair).unwrap_or_else(|| {
            self.junk += 1;
            (entries.junk)(span)
        }));
        if let Some((kind, whole)) = whole {
            self.block_ended(kind, &whole);
        }
    }

    /// Reads an entry of a block only for its mistakes.
    pub(super) fn discard(&mut self, pair: Pair<'_, Rule>, context: Context) {
        match context {
            Context::Journey => self.entry(pair, &journeys::JOURNEY, &mut Vec::new()),
            Context::Step => self.entry(pair, &journeys::STEP, &mut Vec::new()),
            Context::File => self.item(pair, &mut Vec::new()),
            _ => {}
        }
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
