//! What every reader gives: objectives with their places, in no tool's words.

use serde::Serialize;

use crate::source::{SourceMap, Span};

/// A place in an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, as the user knows it.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}

impl Place {
    /// A line of a file.
    pub fn new(file: &str, line: usize) -> Self {
        Self { file: file.to_owned(), line }
    }
    /// Where a span begins.
    pub fn of(sources: &SourceMap, span: Span) -> Self {
        sources.place(span).map_or_else(|| Self::new("", 1), |(file, line, _)| Self::new(file, line))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// As written.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sli {
    /// Bad events over all events.
    Events {
        /// Bad events a second.
        error: Said,
        /// All events a second.
        total: Said,
    },
    /// The share of bad events, in one query.
    Ratio(Said),
    /// Queries that a plugin makes: its id.
    Plugin(Said),
}

/// One of the two alerts of an objective.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alert {
    /// Switched off.
    pub disabled: bool,
    /// Labels of its own.
    pub labels: Vec<(String, Said)>,
    /// Annotations of its own.
    pub annotations: Vec<(String, Said)>,
}

/// How an objective alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerting {
    /// The alerts' name.
    pub name: Option<Said>,
    /// Labels of both alerts.
    pub labels: Vec<(String, Said)>,
    /// Annotations of both alerts.
    pub annotations: Vec<(String, Said)>,
    /// The loud one.
    pub page: Alert,
    /// The quiet one.
    pub ticket: Alert,
}

/// An objective, as a source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// What it is about: becomes the journey.
    pub service: Said,
    /// Its name there.
    pub name: Said,
    /// Its description.
    pub description: Option<String>,
    /// Percent of good events, as written.
    pub objective: Said,
    /// What is measured.
    pub sli: Sli,
    /// How it alerts.
    pub alerting: Alerting,
    /// Who answers for it, by the nearest label that says so.
    pub owner: Option<Said>,
    /// Labels of the service, those of the owner left out.
    pub service_labels: Vec<(String, Said)>,
    /// Labels of its own.
    pub labels: Vec<(String, Said)>,
    /// What the reader itself could not take over.
    pub lost: Vec<Said>,
}

impl Objective {
    /// `service/name`, for reports.
    pub fn shown(&self) -> String {
        format!("{}/{}", self.service.text, self.name.text)
    }
}
