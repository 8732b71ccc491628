//! Braces: missing, one too many, or on another line than their head. Where indentation shows which one it is, the
//! message points there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pest::iterators::Pair;

use super::{Build, Rule};
use crate::diag::{Diagnostic, Edit, Fix, codes};
use crate::syntax::build::kids;

/// An open brace and what closes it.
struct Braces {
    open: usize,
    close: usize,
}

impl Build<'_> {
    /// A brace that is missing or misplaced, as the grammar saw it.
    pub(in super::super) fn brace(&mut self, pair: &Pair<'_, Rule>, open: Option<usize>) {
        let at = pair.as_span().start();
        if pair.as_rule() == Rule::late_open {
            let brace = pair.as_span().end() - 1;
            let head = self.text.get(..at).map_or(at, |t| t.trim_end().len());
            let mut made = Diagnostic::new(
                &codes::syntax::UNEXPECTED,
                self.at(brace, brace + 1),
                "the `{` stands on a line of its own",
                "belongs at the end of the line above",
            );
            if self.only_blanks(at, brace) && !pair.as_str().contains('#') {
                made = made.fix("move it up", self.at(head, brace), " ");
            } else {
                made = made.help("move it to the end of the line above, before the comment");
            }
            self.report(made);
            return;
        }
        self.junk += 1;
        self.unclosed.extend(open);
    }

    /// Reports the blocks of an item that don't open: one message, and one mend, for all of them.
    pub(in super::super) fn tell_unopened(&mut self, mends: bool) {
        let mut blocks = std::mem::take(&mut self.unopened);
        blocks.sort_by_key(|b| b.head);
        let Some(first) = blocks.first() else { return };
        let place = self.at(first.head, first.head);
        let mut made = Diagnostic::new(
            &codes::syntax::UNEXPECTED,
            place,
            "expected `{` at the end of this line",
            "the block does not open",
        );
        for other in blocks.iter().skip(1) {
            made = made.also(self.at(other.head, other.head), "nor does this one");
        }
        // The inner block ends first.
        let mut new: BTreeMap<usize, String> = BTreeMap::new();
        for block in blocks.iter().rev() {
            if let Some(end) = block.end.filter(|end| *end > block.head) {
                let indent = " ".repeat(self.column(block.head).1);
                let _ = write!(new.entry(end).or_default(), "\n{indent}}}");
            }
        }
        for block in &blocks {
            new.entry(block.head).or_default().insert_str(0, " {");
        }
        let edits = new.into_iter().map(|(at, replacement)| Edit { span: self.at(at, at), replacement });
        let edits: Vec<Edit> = edits.collect();
        let title = if edits.len() == 1 { "put in `{`" } else { "put in the braces" };
        made = made.help("statements stand in braces: `{` at the end of this line, `}` after the last one");
        if mends {
            made.fix = Some(Fix { title: title.into(), edits, certain: false });
        }
        self.report(made);
    }

    /// Reports the braces of an item that are never closed: one message, however many blocks are open at its end.
    pub(in super::super) fn tell_unclosed(&mut self, item: &Pair<'_, Rule>) {
        if self.unclosed.is_empty() {
            return;
        }
        let open = std::mem::take(&mut self.unclosed);
        if let Some(at) = self.open_selector(item) {
            let line = self.text.get(at..).and_then(|t| t.lines().next()).map_or(0, |l| l.trim_end().len());
            let end = self.at(at + line, at + line);
            self.report(
                Diagnostic::new(
                    &codes::syntax::UNCLOSED,
                    self.at(at, at + 1),
                    "this `{` is never closed",
                    "begins matchers",
                )
                .help("end the matchers with `}` on the same line")
                .maybe_fix("put in `}`", end, "}"),
            );
            return;
        }
        let found = self.crooked(item);
        let culprit = found.as_ref().map_or_else(|| open.first().copied().unwrap_or_default(), |b| b.open);
        let mut made = Diagnostic::new(
            &codes::syntax::UNCLOSED,
            self.at(culprit, culprit + 1),
            "this `{` is never closed",
            "opens a block",
        );
        made = match found {
            Some(braces) => made
                .also(self.at(braces.close, braces.close + 1), "indented like the end of another block")
                .help("put a `}` before the line where the next block begins"),
            None => made.help("end the block with `}`"),
        };
        if open.len() > 1 {
            made = made.note(format!("{} more around it are not closed either", open.len() - 1));
        }
        self.report(made);
    }

    /// A `}` at the top level.
    pub(super) fn stray(&mut self, pair: &Pair<'_, Rule>) {
        let at = pair.as_span().start();
        let place = self.at(at, at + 1);
        let made = Diagnostic::new(
            &codes::syntax::STRAY_BRACE,
            place,
            "this `}` closes nothing",
            "no block is open here",
        );
        let made = match self.stray_culprit.take() {
            Some(early) => Diagnostic::new(
                &codes::syntax::STRAY_BRACE,
                self.at(early, early + 1),
                "this `}` is one too many",
                "not indented like the block it ends",
            )
            .also(place, "so nothing is open here")
            .help("remove it, or put back the `{` that it should close")
            .maybe_fix("remove it", self.at(early, early + 1), ""),
            None => made.help("remove it, or put back the `{` that it should close").maybe_fix(
                "remove it",
                place,
                "",
            ),
        };
        self.report(made);
    }

    /// The first block of an item whose `}` begins its line at another column than the line of its `{`.
    pub(in super::super) fn crooked_close(&self, item: &Pair<'_, Rule>) -> Option<usize> {
        self.crooked(item).map(|b| b.close)
    }

    fn crooked(&self, item: &Pair<'_, Rule>) -> Option<Braces> {
        let mut open = Vec::new();
        for pair in item.clone().into_inner().flatten() {
            let at = pair.as_span().start();
            match pair.as_rule() {
                Rule::open => open.push(at),
                Rule::missing_close => {
                    open.pop();
                }
                Rule::close => {
                    let Some(open) = open.pop() else { continue };
                    let (begins, close_column) = self.column(at);
                    let (_, open_column) = self.column(open);
                    if begins && close_column != open_column {
                        return Some(Braces { open, close: at });
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// A selector that took the `}` of its block: opened on a line that goes on, closed on a line of its own.
    fn open_selector(&self, item: &Pair<'_, Rule>) -> Option<usize> {
        let mut open = 0;
        for pair in item.clone().into_inner().flatten() {
            let at = pair.as_span().start();
            match pair.as_rule() {
                Rule::lcurl => open = at,
                Rule::rcurl if self.column(at).0 => {
                    let line = self.text.get(open + 1..at).and_then(|t| t.lines().next()).unwrap_or_default();
                    if !line.trim().is_empty() {
                        return Some(open);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Is this the first thing on its line, and how far is the line indented?
    fn column(&self, at: usize) -> (bool, usize) {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.get(line..).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        (indent == line.len(), indent)
    }
}

/// For each piece of a file: does a stray brace follow, with nothing but junk before it?
pub(in super::super) fn lead_to_stray(pairs: &[Pair<'_, Rule>]) -> Vec<bool> {
    let mut leads = false;
    let mut found: Vec<bool> = pairs
        .iter()
        .rev()
        .map(|pair| {
            leads = pair.as_rule() == Rule::stray || (leads && pair.as_rule() == Rule::junk);
            leads
        })
        .collect();
    found.reverse();
    found
}

/// All items of a file, so that braces can be judged by what follows.
pub(in super::super) fn all_items(pair: Pair<'_, Rule>) -> Vec<Pair<'_, Rule>> {
    kids(pair).filter(|p| p.as_rule() != Rule::EOI).collect()
}
