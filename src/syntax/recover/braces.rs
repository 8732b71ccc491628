//! Braces: missing, one too many, or on another line than their head. Where indentation shows which one it is, the
//! message points there.

use pest::iterators::Pair;

use super::{Build, Rule};
use crate::diag::{Diagnostic, codes};
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
        match pair.as_rule() {
            Rule::late_open => {
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
            }
            Rule::missing_open => {
                // told with the head, where that cannot be read either
                if self.bad_head == Some(at) {
                    return;
                }
                let end = self.text.get(..at).map_or(at, |t| t.trim_end().len());
                let place = self.at(end, end);
                self.report(
                    Diagnostic::new(
                        &codes::syntax::UNEXPECTED,
                        place,
                        "expected `{` after this head",
                        "the block does not open",
                    )
                    .help("statements stand in braces: `{` at the end of this line, `}` after the last one")
                    .maybe_fix("put in `{`", place, " {"),
                );
            }
            _ => {
                self.junk += 1;
                if let Some(open) = open {
                    self.unclosed.push(open);
                }
            }
        }
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
