//! What is said about text that is no statement.

use pest::iterators::Pair;

use super::build::{Build, Entries, Head};
use super::parser::Rule;
use crate::ast::{Ident, Item, Param, Path, Str};
use crate::diag::{Diagnostic, codes};

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Context {
    File,
    Team,
    Metric,
    Indicator,
    Journey,
    Step,
    Promise,
    Policy,
    Playbook,
    Scenario,
}

/// What could be read of an item's head that is not all right.
#[derive(Default)]
pub(super) struct BadHead {
    pub(super) name: Option<Ident>,
    pub(super) title: Option<Str>,
    pub(super) path: Option<Path>,
    pub(super) params: Vec<Param>,
    pub(super) metric: Option<Head>,
}

impl Build<'_> {
    pub(super) fn junk_entry<S>(&mut self, pair: &Pair<'_, Rule>, entries: &Entries<S>, stmts: &mut Vec<S>) {
        let span = self.span(pair);
        self.report(Diagnostic::new(&codes::syntax::UNEXPECTED, span, "unexpected text", ""));
        self.junk += 1;
        stmts.push((entries.junk)(span));
    }
    pub(super) fn junk_item(&mut self, pair: &Pair<'_, Rule>, items: &mut Vec<Item>) {
        let span = self.span(pair);
        self.report(Diagnostic::new(&codes::syntax::UNEXPECTED, span, "unexpected text", ""));
        self.junk += 1;
        items.push(Item::Junk(span));
    }
    pub(super) fn bad_head(&mut self, _whole: &Pair<'_, Rule>, head: &Pair<'_, Rule>) -> Option<BadHead> {
        let span = self.span(head);
        self.report(Diagnostic::new(&codes::syntax::UNEXPECTED, span, "unexpected text", ""));
        self.junk += 1;
        None
    }
    pub(super) fn brace(&mut self, pair: &Pair<'_, Rule>) {
        let span = self.span(pair);
        self.report(Diagnostic::new(&codes::syntax::UNEXPECTED, span, "unexpected text", ""));
        self.junk += 1;
    }
}
