//! Names that unreadable text may declare. The parser has reported that text; that a name in it is "not declared" only
//! follows, and is not reported as well.

use rustc_hash::FxHashSet;

use crate::ast::{self, Item, JourneyStmt, StepStmt};
use crate::source::{SourceMap, Span};

/// What unreadable text may declare.
#[derive(Debug, Default)]
pub(super) struct Junk<'a> {
    words: FxHashSet<&'a str>,
    /// Kinds of items without a name: any name may have been meant.
    nameless: FxHashSet<&'a str>,
}

impl<'a> Junk<'a> {
    /// Collects the words of all unreadable text that may have been a declaration.
    pub(super) fn of(files: &'a [ast::File], sources: &'a SourceMap) -> Self {
        let mut junk = Self::default();
        for item in files.iter().flat_map(|f| &f.items) {
            match item {
                Item::Junk(span) => junk.take(*span, sources),
                Item::Journey(journey) if journey.body.has_junk => junk.journey(journey, sources),
                Item::Journey(_)
                | Item::Team(_)
                | Item::Metric(_)
                | Item::Indicator(_)
                | Item::Policy(_)
                | Item::Playbook(_)
                | Item::Scenario(_) => {}
            }
        }
        junk
    }

    fn journey(&mut self, journey: &ast::Journey, sources: &'a SourceMap) {
        for stmt in &journey.body.stmts {
            if let JourneyStmt::Junk(span) = stmt {
                self.take(*span, sources);
            }
            let JourneyStmt::Step(step) = stmt else { continue };
            for stmt in &step.body.stmts {
                if let StepStmt::Junk(span) = stmt {
                    self.take(*span, sources);
                }
            }
        }
    }

    /// The head of a declaration is on its first line.
    fn take(&mut self, span: Span, sources: &'a SourceMap) {
        let line = sources.text(span).trim_start().lines().next().unwrap_or_default();
        let head = line.split(['"', '{']).next().unwrap_or_default();
        let mut words =
            head.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|w| !w.is_empty());
        let Some(kind) = words.next() else { return };
        let rest = words.collect::<Vec<_>>();
        if rest.is_empty()
            || head.trim_start().get(kind.len()..).is_some_and(|r| r.trim_start().starts_with(':'))
        {
            self.nameless.insert(kind);
        }
        self.words.insert(kind);
        self.words.extend(rest);
    }

    /// May unreadable text declare this?
    pub(super) fn may_declare(&self, kind: &str, name: &str) -> bool {
        self.words.contains(name) || self.nameless.contains(kind)
    }
}
