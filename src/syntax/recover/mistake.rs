//! One mistake in a piece of text, with the mend where there is one.

use std::ops::Range;

use crate::diag::Code;

/// A mend: replacements, in order.
#[derive(Clone, Debug)]
pub(super) struct Mend {
    /// What it does, as an order.
    pub(super) title: String,
    pub(super) edits: Vec<(Range<usize>, String)>,
    /// Surely meant, if the mended text can be read.
    pub(super) sure: bool,
}

/// A mistake; ranges are offsets of the text it was found in.
#[derive(Clone, Debug)]
pub(super) struct Mistake {
    pub(super) code: &'static Code,
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Vec<String>,
    pub(super) mend: Option<Mend>,
}

impl Mistake {
    pub(super) fn new(
        code: &'static Code,
        at: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self { code, at, message: message.into(), label: label.into(), help: Vec::new(), mend: None }
    }
    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
    pub(super) fn mend(mut self, mend: Mend) -> Self {
        self.mend = Some(mend);
        self
    }
    /// One replacement that is surely meant.
    pub(super) fn replace(self, at: Range<usize>, new: impl Into<String>) -> Self {
        self.replacing(at, new.into(), true)
    }
    /// One replacement that is probably meant.
    pub(super) fn maybe(self, at: Range<usize>, new: impl Into<String>) -> Self {
        self.replacing(at, new.into(), false)
    }
    fn replacing(self, at: Range<usize>, new: String, sure: bool) -> Self {
        let title = match (new.trim(), at.is_empty()) {
            ("", _) => "remove it".to_owned(),
            (shown, true) => format!("put in `{shown}`"),
            (shown, false) => format!("write `{shown}`"),
        };
        self.mend(Mend { title, edits: vec![(at, new)], sure })
    }
}
