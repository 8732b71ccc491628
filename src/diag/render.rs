//! Diagnostics as people and programs read them. The only place that names codespan.

mod human;
mod json;
mod limit;
mod view;
mod wrap;

pub use human::human;
pub use json::{json, json_against};
pub use limit::{IN_ALL, PER_FILE};
pub use wrap::{clean, line, plain_json, wrap};

use super::{Diagnostic, Diagnostics, Severity};
use crate::source::SourceMap;

/// How to render.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Columns of the reader's screen.
    pub width: usize,
    /// ANSI colours.
    pub color: bool,
    /// Every diagnostic, however many.
    pub all: bool,
}

impl Options {
    /// Without colour.
    pub fn plain(width: usize) -> Self {
        Self { width, color: false, all: false }
    }
}

impl Severity {
    /// As printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One line each, for editors and `grep`: `path:line:column: error[E0203]: message`.
pub fn short(diagnostics: &Diagnostics, sources: &SourceMap, all: bool) -> String {
    let selection = limit::Selection::of(diagnostics, all);
    selection.shown.iter().map(|d| one_line(d, sources) + "\n").collect()
}

/// What the limits left off, in a line: `1,249 more W0425; --all shows them`. Nothing where all is printed.
pub fn left_off(diagnostics: &Diagnostics, all: bool) -> Option<String> {
    limit::Selection::of(diagnostics, all).rest()
}

fn one_line(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let Diagnostic { code, severity, message, .. } = diagnostic;
    let place = diagnostic.span().and_then(|s| sources.place(s));
    let place = place.map(|(path, line_number, column)| format!("{}:{line_number}:{column}: ", line(path)));
    let message = clean(message).replace('\n', " ");
    format!("{}{}[{}]: {message}", place.unwrap_or_default(), severity.as_str(), code.id)
}
