//! Diagnostics: one type for everything the compiler tells its user, and the catalogue of codes.
//!
//! A message is lower case, has no full stop, puts names in backticks and is readable alone. The primary label says
//! what this place is; `help` says what to do. A fix that is certain carries its edits, so that `slovo check --fix`
//! and an editor can apply it.

pub mod codes;
mod cut;
pub mod mends;
pub mod render;

pub use codes::Code;

use std::collections::BTreeMap;

use crate::source::{FileId, Span};
use crate::value::Date;
use cut::cut;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Stops the build.
    Error,
    /// Worth reading; stops the build only under `--deny warnings`.
    Warning,
}

/// A place with a word on what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// Is this the place of the mistake, or one that explains it?
    pub primary: bool,
    /// What this place is; may be empty.
    pub message: String,
}

/// One replacement of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// A mend the compiler can make itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: ``write `payments` ``.
    pub title: String,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
    /// `true` when the result is surely what was meant: only these are applied by `check --fix`.
    pub certain: bool,
}

/// One thing to tell the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which mistake it is.
    pub code: &'static Code,
    /// As in the catalogue unless `slovo.yaml` says otherwise.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Places; the first primary one sorts the message.
    pub labels: Vec<Label>,
    /// Further places of the same, for which this one message stands.
    pub stands_for: Vec<Span>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// Ways out.
    pub help: Vec<String>,
    /// A mend, where there is one.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic at a place: `label` says what that place is (may be empty).
    pub fn new(
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        let mut made = Self::unplaced(code, message);
        made.labels.push(Label { span, primary: true, message: cut(label.into()) });
        made
    }
    /// A diagnostic about the project as a whole (an empty folder, an unreadable file).
    pub fn unplaced(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: cut(message.into()),
            labels: Vec::new(),
            stands_for: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }
    /// Adds a place that explains.
    #[must_use]
    pub fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, primary: false, message: cut(message.into()) });
        self
    }
    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(cut(text.into()));
        self
    }
    /// Adds a way out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(cut(text.into()));
        self
    }
    /// Adds a mend that is surely right: one replacement.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.with_fix(title, span, replacement, true)
    }
    /// Adds a mend that is probably right: shown and offered in the editor, not applied by `check --fix`.
    #[must_use]
    pub fn maybe_fix(self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.with_fix(title, span, replacement, false)
    }
    fn with_fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
        certain: bool,
    ) -> Self {
        let edits = vec![Edit { span, replacement: replacement.into() }];
        self.fix = Some(Fix { title: cut(title.into()), edits, certain });
        self
    }
    /// The place of the mistake, where it has one.
    pub fn span(&self) -> Option<Span> {
        self.labels.iter().find(|l| l.primary).map(|l| l.span)
    }
}

/// Kept of one file; further ones are only counted, so that a file of a million mistakes doesn't fill the memory.
pub const KEPT: usize = 10_000;

/// A collection of diagnostics, filled by every stage.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// How many of each file there are. Each file of thousands has a collection of its own at first, so none is as long as their number.
    of_file: BTreeMap<FileId, usize>,
    /// Those that were only counted, by code.
    beyond: BTreeMap<&'static str, usize>,
    /// Those that comments of the sources accept, which are not among them.
    pub accepted: Accepted,
}

/// Warnings that `# slovo: allow` takes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// How many.
    pub count: usize,
    /// The first day that one of them names as its last, where nobody said which day it is.
    pub until: Option<Date>,
}

impl Diagnostics {
    /// Adds one; only counts it where its file has [`KEPT`] already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let Some(span) = diagnostic.span() else {
            self.list.push(diagnostic);
            return;
        };
        let count = self.of_file.entry(span.file).or_default();
        if *count < KEPT {
            *count += 1;
            self.list.push(diagnostic);
        } else {
            self.count_only(diagnostic.code);
        }
    }
    /// Counts one without keeping it.
    pub(crate) fn count_only(&mut self, code: &'static Code) {
        *self.beyond.entry(code.id).or_default() += 1;
    }
    /// Has this file as many as are kept?
    pub(crate) fn full(&self, file: FileId) -> bool {
        self.of_file.get(&file).is_some_and(|n| *n >= KEPT)
    }
    /// Adds all of another collection.
    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.list {
            self.push(diagnostic);
        }
        for (id, n) in other.beyond {
            *self.beyond.entry(id).or_default() += n;
        }
    }
    /// Those that were only counted, by code.
    pub fn beyond(&self) -> &BTreeMap<&'static str, usize> {
        &self.beyond
    }
    /// How many there are of a severity, those that were only counted included.
    pub fn count(&self, severity: Severity) -> usize {
        let kept = self.list.iter().filter(|d| d.severity == severity).count();
        let letter = if severity == Severity::Error { 'E' } else { 'W' };
        kept + self.beyond.iter().filter(|(id, _)| id.starts_with(letter)).map(|(_, n)| n).sum::<usize>()
    }
    /// Is there an error among them?
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
            || self.beyond.keys().any(|id| id.starts_with('E'))
    }
    /// How many are kept.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// All of them, as they came.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }
    /// All of them, to change severities.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.list.iter_mut()
    }
    /// Keeps those for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }
    /// Sorts by file and place, then code, then message, and drops exact repeats: the order in which they are shown.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| {
            let key = |d: &Diagnostic| d.span().map(|s| (s.file, s.start, s.end));
            (key(a), a.code.id, &a.message).cmp(&(key(b), b.code.id, &b.message))
        });
        self.list.dedup();
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
