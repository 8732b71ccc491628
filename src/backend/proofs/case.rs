//! What promtool is asked, and what it must answer.

use super::series::notation;
use super::witness::Labels;
use crate::ir::{Origin, PromisePath};
use crate::value::{Decimal, Duration};

/// A sample that a query must give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its labels, with `__name__` where it has a name.
    pub labels: Labels,
    /// Its value.
    pub value: Decimal,
}

/// Who else there may be: other projects and journeys.
pub(super) const SCOPE_LABELS: [&str; 2] = ["project", "journey"];

/// The same labels, of somebody else.
pub(super) fn foreign(mut labels: Labels, label: &str) -> Labels {
    drop(labels.insert(label.to_owned(), "foreign".to_owned()));
    labels
}

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The promise it is about.
    pub promise: PromisePath,
    /// Where that was written: the promise, or what a scenario expects.
    pub origin: Origin,
    /// What must hold, in words: `pages within 5m of a total outage`.
    pub says: String,
    /// When, from the start of the case.
    pub at: Duration,
    /// The query.
    pub expr: String,
    /// What it must give; nothing where the list is empty.
    pub expect: Vec<Sample>,
}

/// Series that are fed, and what must come of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is played.
    pub title: String,
    /// The interval of the samples.
    pub interval: Duration,
    /// Series and their values in promtool's notation.
    pub inputs: Vec<(String, String)>,
    /// What must hold, in order.
    pub checks: Vec<Check>,
}

impl Case {
    /// A case without series.
    pub(super) fn new(title: impl Into<String>, interval: Duration) -> Self {
        Self { title: title.into(), interval, inputs: Vec::new(), checks: Vec::new() }
    }
    /// The same without its checks.
    pub(super) fn without_checks(&self) -> Self {
        Self { inputs: self.inputs.clone(), ..Self::new(self.title.clone(), self.interval) }
    }
    /// When the last check is.
    pub(super) fn last(&self) -> Duration {
        self.checks.iter().map(|c| c.at).max().unwrap_or_default()
    }
    /// Feeds foreign series: beside each series so far the same with another value of each of these labels, and far too high
    /// values. A rule that takes them in shows it.
    pub(super) fn foreign_series(&mut self, labels: &[&str]) {
        let samples = self.last().as_micros() / self.interval.as_micros().max(1);
        let mut made: Vec<(String, String)> = Vec::new();
        for (series, _) in &self.inputs {
            for label in labels {
                // Values are quoted, and labels in order: this is the label's own place.
                let Some((head, tail)) = series.split_once(&format!("{label}=\"")) else { continue };
                made.push((format!("{head}{label}=\"foreign {tail}"), format!("1000000x{samples}")));
            }
        }
        made.retain(|(series, _)| !self.inputs.iter().any(|(s, _)| s == series));
        made.dedup();
        self.inputs.extend(made);
    }
    /// Feeds a series.
    pub(super) fn feed(&mut self, name: &str, labels: &Labels, values: String) {
        self.inputs.push((notation(name, labels), values));
    }
}

/// A file of cases with the same evaluation interval, which promtool knows for whole files only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The file's name without `.yml`.
    pub name: String,
    /// The journeys whose rules are loaded.
    pub journeys: Vec<String>,
    /// The evaluation interval.
    pub every: Duration,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// A part of a promise that can't be proved, said aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproved {
    /// The promise.
    pub promise: PromisePath,
    /// Where it was written.
    pub origin: Origin,
    /// What is not proved, and why.
    pub why: String,
}

/// All proofs of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// Files, ordered by name.
    pub suites: Vec<Suite>,
    /// What is not proved.
    pub unproved: Vec<Unproved>,
}
