//! What a service exposes to Prometheus, read from its text: the Prometheus text format and `OpenMetrics`.
//!
//! The last line tells the two apart: `OpenMetrics` ends in `# EOF`. What cannot be read is a [`Mistake`] with its place; nothing is
//! skipped in silence. Values are checked and forgotten: only names, types, units, labels and bounds are kept. Names and values are
//! slices of the text, so that memory stays in proportion to it.

mod family;
mod line;
mod number;

pub use family::{Bounds, Exposition, Family, Form, OnServer, Place, Told, Values};
#[cfg(feature = "live")]
pub(crate) use number::bound;

use std::ops::Range;

use line::Line;

/// Mistakes that are kept of one exposition; the rest is counted.
pub const MISTAKES: usize = 100;

/// What cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// One sentence: lower case, no full stop.
    pub message: String,
    /// What the place is; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Mistake {
    /// At a place of the text, from one of a line that begins here.
    fn moved(mut self, start: usize) -> Self {
        self.range = start + self.range.start..start + self.range.end;
        self
    }
}

/// The first mistakes of an exposition, and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// In the order of the lines, at most [`MISTAKES`].
    pub mistakes: Vec<Mistake>,
    /// How many more.
    pub more: usize,
}

impl Broken {
    fn push(&mut self, mistake: Mistake) {
        if self.mistakes.len() < MISTAKES {
            self.mistakes.push(mistake);
        } else {
            self.more += 1;
        }
    }
    fn join(&mut self, other: Broken) {
        self.mistakes.extend(other.mistakes);
        self.mistakes.sort_by_key(|mistake| mistake.range.start);
        let beyond = self.mistakes.len().saturating_sub(MISTAKES);
        self.mistakes.truncate(MISTAKES);
        self.more += other.more + beyond;
    }
}

/// Which of the two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Prometheus text.
    Prometheus,
    /// `OpenMetrics` text.
    OpenMetrics,
}

/// Reads an exposition.
pub fn read(text: &str) -> Result<Exposition<'_>, Broken> {
    let is_end = |line: &str| line.trim_end() == "# EOF";
    let is_comment = |line: &str| line.trim_start_matches([' ', '\t']).starts_with('#');
    let trimmed = text.trim_end();
    let last = trimmed.rfind('\n').map_or(0, |at| at + 1);
    let open = is_end(trimmed.get(last..).unwrap_or_default());
    let dialect = if open { Dialect::OpenMetrics } else { Dialect::Prometheus };
    let mut made = family::Builder::new(dialect);
    // What is told of families comes first: in two expositions that were put together, samples of a family may come before the
    // second `# TYPE`.
    let mut broken = Broken::default();
    for (at, (start, line)) in lines(text).enumerate().filter(|(_, (_, line))| is_comment(line)) {
        if is_end(line) && start != last {
            broken.push(Mistake {
                range: start..start + line.len(),
                message: "`# EOF` ends an exposition, and there is more behind it".to_owned(),
                label: "not at the end".to_owned(),
                help: Some(
                    "give each exposition as a file of its own: `slovo metrics import A B`".to_owned(),
                ),
            });
            continue;
        }
        match line::read(line, dialect) {
            Ok(Line::About(about)) => made.about(at + 1, about),
            Ok(Line::Nothing | Line::Sample(_)) => {}
            Err(mistake) => broken.push(mistake.moved(start)),
        }
    }
    let mut among_samples = Broken::default();
    for (at, (start, line)) in lines(text).enumerate().filter(|(_, (_, line))| !is_comment(line)) {
        match line::read(line, dialect) {
            Ok(Line::Sample(sample)) => made.sample(at + 1, sample),
            Ok(Line::Nothing | Line::About(_)) => {}
            Err(mistake) => among_samples.push(mistake.moved(start)),
        }
    }
    broken.join(among_samples);
    if made.is_full() {
        broken.push(Mistake {
            range: 0..0,
            message: format!("more than {} metrics in one exposition", family::FAMILIES),
            label: String::new(),
            help: Some("is something that differs from request to request part of their names?".to_owned()),
        });
    }
    if broken.mistakes.is_empty() { Ok(made.finish()) } else { Err(broken) }
}

/// Lines with their offsets, without their ends; Windows' ends too.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        (start, line.strip_suffix('\r').unwrap_or(line))
    })
}
