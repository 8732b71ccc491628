//! Diagnostics as people and programs read them. The only place that names codespan.

use super::Diagnostics;
use crate::source::SourceMap;

/// How to render.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Columns of the reader's screen.
    pub width: usize,
    /// ANSI colours.
    pub color: bool,
}

impl Options {
    /// Without colour.
    pub fn plain(width: usize) -> Self {
        Self { width, color: false }
    }
}

/// For a person: source, places, notes, ways out.
pub fn human(diagnostics: &Diagnostics, sources: &SourceMap, options: &Options) -> String {
    let _ = (diagnostics, sources, options);
    String::new()
}
