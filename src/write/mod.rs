//! Source text from values: what importers write, and any other program that makes Slovo source.
//!
//! Each declaration is a value: [`Metric`](catalogue::Metric), [`Team`](people::Team), [`Playbook`](people::Playbook),
//! [`Indicator`](indicators::Indicator), [`Journey`](journeys::Journey) with its steps and promises. [`source`] makes a file of
//! them, in the canonical form: what `slovo fmt` leaves alone. Parsing gives the values back ([`read`]).
//!
//! Texts, names and numbers are spelled in [`text`] alone. Nothing is checked here but that there is a spelling: whether a
//! name is declared or a title says something is for the compiler.
//!
//! ```
//! use slovo::write::{self, Item, indicators::Indicator, measurements::{Measurement, Selector, Term}};
//!
//! let total = Term::Selector(Selector { metric: "http_requests_total".into(), matchers: vec![] });
//! let statements = vec![Measurement::Total(vec![total])];
//! let answered = Indicator { name: "answered".into(), statements, ..Indicator::default() };
//! let text = write::source(&[Item::Indicator(answered)]);
//! assert_eq!(text.as_deref(), Some("indicator answered {\n  total http_requests_total\n}\n"));
//! ```

pub mod catalogue;
pub mod indicators;
pub mod journeys;
pub mod measurements;
pub mod people;
pub mod read;
pub mod text;

use catalogue::canonical;

/// A comment above a declaration. Line ends in it become blanks, what can't be seen is left out, and one that says nothing more
/// is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comment {
    /// On one line, however long it is.
    Line(String),
    /// On as many lines as it takes.
    Filled(String),
}

/// A declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `team`
    Team(people::Team),
    /// `metric`
    Metric(catalogue::Metric),
    /// `indicator`
    Indicator(indicators::Indicator),
    /// `journey`
    Journey(journeys::Journey),
    /// `playbook`
    Playbook(people::Playbook),
}

impl Item {
    /// The declaration, not yet in its canonical form; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        match self {
            Self::Team(team) => team.write(),
            Self::Metric(metric) => metric.write(),
            Self::Indicator(indicator) => indicator.write(),
            Self::Journey(journey) => journey.write(),
            Self::Playbook(playbook) => playbook.write(),
        }
    }
}

/// A file of declarations in the canonical form, with an empty line before each that has several lines; `None` where something
/// has no spelling.
pub fn source(items: &[Item]) -> Option<String> {
    let mut out = String::new();
    let mut tall = false;
    for item in items {
        let written = item.write()?;
        let now = written.trim_end().contains('\n');
        if !out.is_empty() && (tall || now) {
            out.push('\n');
        }
        out.push_str(&written);
        tall = now;
    }
    canonical(&out)
}

/// The width that comments are filled to.
const COMMENT_WIDTH: usize = 110;

fn push_comments(out: &mut String, comments: &[Comment], indent: usize) {
    let mut push = |line: &str| {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(line);
        out.push('\n');
    };
    for comment in comments {
        match comment {
            Comment::Line(comment) => {
                if let Some(line) = text::comment(comment) {
                    push(&line);
                }
            }
            Comment::Filled(comment) => {
                for line in text::comment_lines(comment, COMMENT_WIDTH.saturating_sub(indent)) {
                    push(&line);
                }
            }
        }
    }
}

/// A list with commas; `None` where one of its pieces has no spelling.
fn listed<T>(list: &[T], write: impl Fn(&T) -> Option<String>) -> Option<String> {
    Some(list.iter().map(write).collect::<Option<Vec<_>>>()?.join(", "))
}

/// A list that has to hold something.
fn at_least_one<T>(list: &[T], write: impl Fn(&T) -> Option<String>) -> Option<String> {
    if list.is_empty() { None } else { listed(list, write) }
}

fn identifier(name: &str) -> Option<String> {
    text::is_identifier(name).then(|| name.to_owned())
}

fn label(name: &str) -> Option<String> {
    text::label(name).map(str::to_owned)
}
