//! For programs: one JSON document, described in docs/json.md.

use std::collections::BTreeMap;

use serde::Serialize;

use super::limit::Selection;
use super::plain_json;
use crate::against::Report;
use crate::diag::{Diagnostic, Diagnostics, Edit, Severity};
use crate::source::{SourceMap, Span};

/// Raised when a field changes its meaning or goes; new fields do not raise it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    errors: usize,
    warnings: usize,
    /// How many of them are not below.
    accepted: usize,
    left_off: usize,
    left_off_by_code: BTreeMap<&'static str, usize>,
    diagnostics: Vec<Entry<'a>>,
    /// What was compared with a server, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a Report>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    labels: Vec<Place<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fix: Option<Mend<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    primary: bool,
    message: &'a str,
    #[serde(flatten)]
    range: Range<'a>,
}

#[derive(Serialize)]
struct Range<'a> {
    path: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    byte: u32,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Mend<'a> {
    title: &'a str,
    certain: bool,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    range: Range<'a>,
    replacement: &'a str,
}

/// One JSON document with everything that is known about each diagnostic.
pub fn json(diagnostics: &Diagnostics, sources: &SourceMap, all: bool) -> String {
    json_against(diagnostics, sources, all, None)
}

/// The same, with what was compared with a server.
pub fn json_against(
    diagnostics: &Diagnostics,
    sources: &SourceMap,
    all: bool,
    against: Option<&Report>,
) -> String {
    let selection = Selection::of(diagnostics, all);
    let document = Document {
        version: VERSION,
        errors: diagnostics.count(Severity::Error),
        warnings: diagnostics.count(Severity::Warning),
        accepted: diagnostics.accepted.count,
        left_off: selection.left.values().sum(),
        diagnostics: selection.shown.iter().map(|d| entry(d, sources)).collect(),
        left_off_by_code: selection.left,
        against,
    };
    // Strings and numbers only: it cannot fail.
    plain_json(&serde_json::to_string_pretty(&document).unwrap_or_default()).into_owned() + "\n"
}

fn entry<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Entry<'a> {
    let label = |l: &'a crate::diag::Label| {
        let range = range(l.span, sources)?;
        Some(Place { primary: l.primary, message: &l.message, range })
    };
    let edit =
        |e: &'a Edit| Some(Replacement { range: range(e.span, sources)?, replacement: &e.replacement });
    Entry {
        code: diagnostic.code.id,
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        labels: diagnostic.labels.iter().filter_map(label).collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        fix: diagnostic.fix.as_ref().map(|f| Mend {
            title: &f.title,
            certain: f.certain,
            edits: f.edits.iter().filter_map(edit).collect(),
        }),
    }
}

fn range(span: Span, sources: &SourceMap) -> Option<Range<'_>> {
    let (path, line, column) = sources.place(span)?;
    let (_, end_line, end_column) = sources.place(span.after())?;
    let start = Point { byte: span.start, line, column };
    Some(Range { path, start, end: Point { byte: span.end, line: end_line, column: end_column } })
}
