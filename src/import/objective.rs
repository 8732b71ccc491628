//! What every reader gives: objectives with their places, in no tool's words.

use std::collections::BTreeMap;

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
        write!(f, "{}:{}", escaped(&self.file), self.line)
    }
}

/// A path on one line: characters that would be no part of it are shown escaped.
pub(super) fn escaped(path: &str) -> std::borrow::Cow<'_, str> {
    if !path.chars().any(char::is_control) {
        return path.into();
    }
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    path.chars().map(shown).collect::<String>().into()
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// As written.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// The tools whose specs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Sloth.
    Sloth,
    /// OpenSLO, whatever reads it.
    OpenSlo,
    /// Pyrra.
    Pyrra,
    /// Grafana SLO.
    Grafana,
    /// Rules of Prometheus, written by hand.
    Rules,
}

impl Tool {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Sloth => "Sloth",
            Tool::OpenSlo => "OpenSLO",
            Tool::Pyrra => "Pyrra",
            Tool::Grafana => "Grafana SLO",
            Tool::Rules => "Prometheus",
        }
    }
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
    /// Good events over all events.
    Success {
        /// Good events a second.
        good: Said,
        /// All events a second.
        total: Said,
    },
    /// The share of bad events, or of good ones, in one query.
    Ratio {
        /// The query.
        query: Said,
        /// It is the share of good events.
        good: bool,
    },
    /// A value that is good on one side of a limit.
    Threshold {
        /// The query.
        query: Said,
        /// Which side is good.
        op: Comparison,
        /// The limit.
        value: Said,
    },
    /// Queries that a plugin makes: its id.
    Plugin(Said),
}

impl Sli {
    /// The text that says most of what is measured.
    pub fn said(&self) -> &Said {
        match self {
            Sli::Events { error: said, .. }
            | Sli::Success { good: said, .. }
            | Sli::Ratio { query: said, .. }
            | Sli::Threshold { query: said, .. }
            | Sli::Plugin(said) => said,
        }
    }
    /// Its queries, to be changed; in the order of [`Sli::queries`].
    pub(super) fn queries_mut(&mut self) -> Vec<&mut Said> {
        match self {
            Sli::Events { error: part, total } | Sli::Success { good: part, total } => vec![part, total],
            Sli::Ratio { query, .. } | Sli::Threshold { query, .. } => vec![query],
            Sli::Plugin(_) => Vec::new(),
        }
    }
    /// Its queries.
    pub fn queries(&self) -> Vec<&Said> {
        match self {
            Sli::Events { error: part, total } | Sli::Success { good: part, total } => vec![part, total],
            Sli::Ratio { query, .. } | Sli::Threshold { query, .. } => vec![query],
            Sli::Plugin(_) => Vec::new(),
        }
    }
}

/// Which values are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Up to the limit.
    AtMost,
    /// From the limit on.
    AtLeast,
    /// Below the limit.
    Below,
    /// Above the limit.
    Above,
}

/// What the metrics of a query without functions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// The queries say themselves what is done to the samples.
    Written,
    /// Counters whose increase counts; does the source say so?
    Counters {
        /// It does.
        stated: bool,
    },
    /// Values that go up and down and are added up.
    Levels,
}

/// Slices of time that are judged one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slices {
    /// How long one is, in seconds.
    pub seconds: u64,
    /// The share of good events that makes a slice good, in percent.
    pub share: String,
}

/// The time that a budget is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The tool's own, set where it runs.
    OfTool,
    /// So many days.
    Days(u32),
    /// Not stated.
    Unstated,
}

/// What kind of thing has no place in the language: the last line of a report counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Labels of objectives.
    Labels,
    /// Labels of alerts.
    AlertLabels,
    /// Annotations.
    Annotations,
    /// When alerts speak.
    Conditions,
    /// Whom alerts go to.
    Targets,
    /// Tickets that are switched off alone.
    Tickets,
    /// Alerts of missing data where nothing else alerts.
    NoData,
    /// Weights of composites.
    Weights,
    /// Plugins.
    Plugins,
    /// Fields of metric sources.
    Fields,
    /// Labels of services.
    ServiceLabels,
    /// Owners beside a journey's first one.
    Owners,
}

impl What {
    /// In words, several of them.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Labels => "labels of objectives",
            What::AlertLabels => "labels of alerts",
            What::Annotations => "annotations",
            What::Conditions => "alert conditions",
            What::Targets => "notification targets",
            What::Tickets => "switching off tickets alone",
            What::NoData => "alerts of missing data without other alerts",
            What::Weights => "weights of composite SLOs",
            What::Plugins => "plugins",
            What::Fields => "fields of metric sources",
            What::ServiceLabels => "labels of services",
            What::Owners => "further owners of journeys",
        }
    }
}

/// Something that has no place in the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its kind.
    pub what: What,
    /// In words.
    pub text: String,
}

impl Lost {
    /// Something of a kind.
    pub fn new(what: What, text: impl Into<String>) -> Self {
        Self { what, text: text.into() }
    }
}

impl Serialize for Lost {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
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
    /// Missing data alerts nobody, as the source says.
    pub silent_without_data: bool,
}

/// A service, as far as a source describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name: becomes the journey's.
    pub name: Said,
    /// Its title.
    pub title: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its labels, those of the owner left out.
    pub labels: Vec<(String, Said)>,
}

impl Service {
    /// One that only its name is known of.
    pub fn named(name: Said) -> Self {
        Self { name, title: None, description: None, labels: Vec::new() }
    }
}

/// Queries that read recorded series, and what records these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The queries as written.
    pub sli: Sli,
    /// The rules.
    pub rules: Vec<Recording>,
}

/// Why recorded series of an objective's queries are not followed to metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfollowed {
    /// The query that reads them.
    pub place: Place,
    /// In words.
    pub why: String,
    /// By the rules of the input the query finds none of them.
    pub nothing: bool,
}

impl Unfollowed {
    /// The whole sentence.
    pub(super) fn said(&self) -> String {
        if self.nothing {
            return self.why.clone();
        }
        format!("it reads recorded series, which cannot be followed to metrics: {}", self.why)
    }
}

/// A rule that records a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The name of what it records.
    pub name: String,
    /// Its expression.
    pub expr: String,
    /// The labels that it gives.
    pub labels: BTreeMap<String, String>,
}

/// An objective, as a source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// Whose spec it is of.
    pub tool: Tool,
    /// What it is about: becomes the journey.
    pub service: Service,
    /// Its name there.
    pub name: Said,
    /// Its own name, where several objectives have one name.
    pub part: Option<Said>,
    /// Its title.
    pub title: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Percent of good events.
    pub percent: String,
    /// What time its budget is for.
    pub window: Window,
    /// What is measured.
    pub sli: Sli,
    /// What `sli` was before recorded series in it were followed.
    pub recorded: Option<Recorded>,
    /// Why recorded series in it were not followed.
    pub unfollowed: Option<Unfollowed>,
    /// What its metrics are.
    pub values: Values,
    /// Slices are judged, not events.
    pub slices: Option<Slices>,
    /// How it alerts.
    pub alerting: Alerting,
    /// Who answers for it, by the nearest label that says so.
    pub owner: Option<Said>,
    /// Labels of its own.
    pub labels: Vec<(String, Said)>,
    /// What the reader itself takes for true.
    pub assumed: Vec<String>,
    /// What the reader itself could not take over.
    pub lost: Vec<Lost>,
}

impl Objective {
    /// `service/name`, for reports.
    pub fn shown(&self) -> String {
        let part = self.part.as_ref().map(|part| format!("/{}", part.text)).unwrap_or_default();
        format!("{}/{}{part}", self.service.name.text, self.name.text)
    }
    /// Where it is written.
    pub fn place(&self) -> &Place {
        self.part.as_ref().map_or(&self.name.place, |part| &part.place)
    }
}
