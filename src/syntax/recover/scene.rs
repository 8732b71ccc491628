//! Where reading failed: the place, what would have been read there, what is there instead.

use std::ops::Range;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::LONGEST;
use super::describe::describe;
use super::found::{Found, Kind, found, short};
use super::mistake::Mistake;
use crate::diag::codes;
use crate::syntax::parser::{Grammar, Rule};

/// What may follow `good when`.
const CONDITIONS: &str = "slices are judged by `share at least 99%`, `p95 of HISTOGRAM within 400ms`, `mean of HISTOGRAM within 300ms`, `max of GAUGE at most 10`, `age of newest GAUGE at most 10m` or `promql \"..\" at most 3`";

/// A failed reading.
pub(super) struct Scene<'t> {
    pub(super) text: &'t str,
    /// The rule that failed: a `*_line` of the grammar.
    pub(super) rule: Rule,
    pub(super) expected: Vec<Rule>,
    pub(super) found: Found<'t>,
    /// An example of the statement.
    pub(super) form: Option<&'static str>,
    /// The block that the statement stands in.
    pub(super) around: &'t str,
}

/// Reads a text with a rule that may fail: the furthest place and what was expected there.
pub(super) fn read(rule: Rule, text: &str) -> Result<(), (usize, Vec<Rule>)> {
    let Err(error) = Grammar::parse(rule, text) else { return Ok(()) };
    let pos = match error.location {
        InputLocation::Pos(pos) | InputLocation::Span((pos, _)) => pos,
    };
    let expected = match error.variant {
        ErrorVariant::ParsingError { positives, .. } => {
            positives.into_iter().map(|r| if r == Rule::EOI { Rule::end } else { r }).collect()
        }
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    Err((pos, expected))
}

impl<'t> Scene<'t> {
    /// `None` when the text can be read.
    pub(super) fn new(
        rule: Rule,
        text: &'t str,
        form: Option<&'static str>,
        around: &'t str,
    ) -> Option<Self> {
        let (pos, expected) = read(rule, text).err()?;
        Some(Self { text, rule, expected, found: found(text, pos), form, around })
    }
    pub(super) fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }
    pub(super) fn expects_any(&self, rules: &[Rule]) -> bool {
        rules.iter().any(|r| self.expects(*r))
    }
    pub(super) fn after(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }
    pub(super) fn before(&self) -> &'t str {
        self.text.get(..self.found.range.start).unwrap_or_default().trim_end()
    }
    /// Where what was read so far ends.
    pub(super) fn gap(&self) -> usize {
        self.before().len()
    }
    fn edited(&self, edits: &[(Range<usize>, String)]) -> Option<String> {
        if self.text.len() > LONGEST {
            return None;
        }
        let mut mended = String::with_capacity(self.text.len() + 16);
        let mut done = 0;
        for (range, new) in edits {
            mended.push_str(self.text.get(done..range.start)?);
            mended.push_str(new);
            done = range.end;
        }
        mended.push_str(self.text.get(done..)?);
        Some(mended)
    }
    /// Can all of it be read with these replacements?
    pub(super) fn reads(&self, edits: &[(Range<usize>, String)]) -> bool {
        self.edited(edits).is_some_and(|text| read(self.rule, &text).is_ok())
    }
    pub(super) fn reads_with(&self, at: Range<usize>, new: &str) -> bool {
        self.reads(&[(at, new.to_owned())])
    }
    /// Is the replacement itself read?
    pub(super) fn takes(&self, at: Range<usize>, new: &str) -> bool {
        let start = at.start;
        let Some(text) = self.edited(&[(at, new.to_owned())]) else { return false };
        read(self.rule, &text).map_or_else(|(pos, _)| pos > start, |()| true)
    }
    /// Does the replacement lead on: is what comes after it read too, though perhaps not all of it?
    pub(super) fn leads_on(&self, at: Range<usize>, new: &str) -> bool {
        let end = at.start + new.len();
        let Some(text) = self.edited(&[(at, new.to_owned())]) else { return false };
        read(self.rule, &text).map_or_else(|(pos, _)| pos > found(&text, end).range.start, |()| true)
    }
    /// The expected things as a list for a sentence.
    pub(super) fn wanted(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for rule in &self.expected {
            let word = describe(*rule);
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
        // what ends a statement is said last
        let end = describe(Rule::end);
        if let Some(at) = words.iter().position(|w| *w == end) {
            words.remove(at);
            words.push(end);
        }
        match words.as_slice() {
            [] => "something else".to_owned(),
            [one] => (*one).to_owned(),
            [most @ .., last] => format!("{} or {last}", most.join(", ")),
        }
    }
    /// ` after X`, where a short word or mark stands before.
    pub(super) fn context(&self) -> String {
        let before = self.before();
        if before.is_empty() {
            return String::new();
        }
        if before.ends_with('"') {
            return " after the text in quotes".to_owned();
        }
        let start = before.rfind([' ', '\t', '\n', '(', ',', '"']).map_or(0, |at| at + 1);
        match before.get(start..) {
            Some("") | None => before.chars().last().map_or_else(String::new, |c| format!(" after `{c}`")),
            Some(word) => format!(" after `{}`", short(word)),
        }
    }
    /// The message when nothing better is known.
    pub(super) fn plain(&self) -> Mistake {
        let wanted = self.wanted();
        let message = format!("expected {wanted}{}, found {}", self.context(), self.found.shown());
        let label = match self.found.kind {
            Kind::End => "ends too early".to_owned(),
            _ if self.expected.as_slice() == [Rule::end] => "more than the statement takes".to_owned(),
            _ => "does not fit here".to_owned(),
        };
        Mistake::new(&codes::syntax::UNEXPECTED, self.found.range.clone(), message, label)
    }
    pub(super) fn with_form(&self, mistake: Mistake) -> Mistake {
        if self.before().ends_with("good when") && mistake.help.is_empty() && mistake.mend.is_none() {
            return mistake.help(CONDITIONS);
        }
        match self.form {
            Some(form) if mistake.help.is_empty() && mistake.mend.is_none() => {
                mistake.help(format!("it is written like `{form}`"))
            }
            _ => mistake,
        }
    }
}
