//! What is said about an import: what was left out, what contradicts, what was only guessed.

use std::fmt::Write as _;

use crate::ast::MetricKind;
use crate::exposition::{Place, Told};

/// Something to say about a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The metric.
    pub metric: String,
    /// Where it is exposed; line 0 where a server said it.
    pub place: Place,
    /// The jobs that expose it, where a server said it.
    pub jobs: Vec<String>,
    /// What there is to say.
    pub what: What,
}

/// What there is to say about a metric.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Nothing tells its type.
    Untyped,
    /// Nothing that the server has tells its type.
    NoMetadata,
    /// Two types.
    TwoTypes(&'static str, &'static str),
    /// Two types, and which job tells which.
    TypesByJob(String),
    /// A type and no sample.
    NoSample,
    /// A histogram without bounds.
    NoBounds,
    /// A histogram whose buckets the server does not have.
    NoBuckets,
    /// A native histogram of which it cannot be told whose bounds it has.
    UnseenBounds,
    /// A type that the language does not have.
    GaugeHistogram,
    /// A series of a histogram, and a metric of its own.
    PartOf(String),
    /// A histogram whose series the project declares on their own.
    PartDeclared(String),
    /// A name that Slovo's own rules record.
    Recorded,
    /// A name that cannot be declared.
    Name,

    /// Declared without bounds: they differ between its series.
    MixedBounds,
    /// Declared without bounds: they differ between jobs.
    BoundsByJob(String),
    /// Declared without bounds: one is not a number.
    UnreadableBound(String),
    /// Declared without bounds: too many, or not to be written exactly.
    InexactBounds,
    /// Declared without a unit: two are told.
    TwoUnits(String, String),
    /// Declared without a unit: the name says another than `# UNIT`.
    UnitAgainstName(String, String),
    /// Declared with quotes around its name, which says another kind.
    Misleading(&'static str),
    /// Labels that are not declared: Prometheus stores them under another name.
    TargetLabels(Vec<String>),
    /// Labels that are not declared: no name of the language's.
    OddLabels(Vec<String>),
    /// More labels than are kept.
    ManyLabels,

    /// The project declares another kind.
    OtherKind(&'static str, &'static str),
    /// The project declares a classic histogram, and the server has native ones only.
    NativeNow,
    /// The project declares a native histogram, and the server has classic ones only.
    ClassicNow,
    /// The project says another scrape interval than the distance of the samples.
    OtherInterval(String, String),
    /// The project declares no labels.
    Unlabelled(Vec<String>),
    /// The project declares a closed set, and there are other values.
    OtherValues(String, Vec<String>),
    /// The project declares other bounds.
    OtherBounds(String, String),
    /// The project declares another unit, or none.
    OtherUnit(Option<String>, String),
}

impl What {
    /// Is all there is to declare declared? These labels are stored under other names, and only whoever scrapes knows whether.
    pub fn is_note(&self) -> bool {
        matches!(self, What::TargetLabels(_))
    }
    /// Is the metric left out?
    pub fn left_out(&self) -> bool {
        matches!(
            self,
            What::Untyped
                | What::NoMetadata
                | What::TwoTypes(..)
                | What::TypesByJob(_)
                | What::NoSample
                | What::NoBounds
                | What::NoBuckets
                | What::UnseenBounds
                | What::GaugeHistogram
                | What::PartOf(_)
                | What::PartDeclared(_)
                | What::Recorded
                | What::Name
        )
    }

    /// What is said of all metrics of this sort, before their names.
    pub fn heading(&self) -> &'static str {
        match self {
            What::Untyped => {
                "left out: no type is given (no `# TYPE`, or `untyped`); declare by hand what you use"
            }
            What::NoMetadata => {
                "left out: the server has no type (no metadata, or `unknown`), as of all that is pushed or recorded; declare by hand what you use"
            }
            What::TwoTypes(..) => "left out: two types are given",
            What::TypesByJob(_) => "left out: jobs give different types",
            What::NoSample => "left out: no samples yet, so the labels are not known; import again later",
            What::NoBounds => {
                "left out: a histogram without bounds. A native one looks like this in text: if it is one, declare it as `native histogram`"
            }
            What::NoBuckets => {
                "left out: a histogram without `_bucket` series on the server; are they dropped at the scrape?"
            }
            What::UnseenBounds => {
                "left out: a native histogram with too few filled buckets to see whether its bounds were given, and which"
            }
            What::GaugeHistogram => "left out: the language has no gauge histograms",
            What::PartOf(_) => "left out: a histogram has series of the same name",
            What::PartDeclared(_) => {
                "left out: the project declares one of the series as a metric of its own"
            }
            What::Recorded => "left out: recorded by rules of slovo",
            What::Name => "left out: the name cannot be declared",
            What::MixedBounds => "declared without `buckets`: the series of one metric have different bounds",
            What::BoundsByJob(_) => "declared without `buckets`: jobs expose different bounds",
            What::UnreadableBound(_) => "declared without `buckets`: a bound is not a number",
            What::InexactBounds => {
                "declared without `buckets`: there are too many bounds, or some have more digits than the language keeps"
            }
            What::TwoUnits(..) => "declared without a unit: two are given",
            What::UnitAgainstName(..) => "declared without a unit: `# UNIT` and the name say different ones",
            What::Misleading(_) => {
                "declared with quotes around the name, which says another kind than `# TYPE`"
            }
            What::TargetLabels(_) => {
                "with labels that Prometheus stores as `exported_..` unless told to honour them; those are not declared"
            }
            What::OddLabels(_) => "with labels that the language cannot name; those are not declared",
            What::ManyLabels => "with more labels than are read (64); the rest is not declared",
            What::OtherKind(..) => "declared as another kind than is exposed",
            What::NativeNow => {
                "declared as a classic histogram, but stored as a native one only, so promises that read its buckets have no data; `native histogram`, or `stored classic or native` where bounds are given, says so"
            }
            What::ClassicNow => "declared as a native histogram, but stored as a classic one only",
            What::OtherInterval(..) => {
                "scraped at another interval than is declared; `scrape_interval` in slovo.yaml or `scraped every` says so"
            }
            What::Unlabelled(_) => "declared without `labels`, and exposed with some",
            What::OtherValues(..) => "declared with a closed set of values, and exposed with others",
            What::OtherBounds(..) => "declared with other bounds than are exposed",
            What::OtherUnit(..) => "declared with another unit than `# UNIT` says, or with none",
        }
    }

    /// What is said of this metric, behind its name; may be empty.
    pub fn detail(&self) -> String {
        match self {
            What::Untyped
            | What::NoMetadata
            | What::NoSample
            | What::NoBounds
            | What::NoBuckets
            | What::UnseenBounds
            | What::NativeNow
            | What::ClassicNow
            | What::GaugeHistogram
            | What::Recorded
            | What::Name
            | What::MixedBounds
            | What::InexactBounds
            | What::ManyLabels => String::new(),
            What::TwoTypes(a, b) => format!("{a} and {b}"),
            What::PartOf(other)
            | What::PartDeclared(other)
            | What::TypesByJob(other)
            | What::BoundsByJob(other) => other.clone(),
            What::OtherInterval(declared, seen) => format!("declared every {declared}, scraped every {seen}"),
            What::UnreadableBound(text) => format!("le={text:?}"),
            What::TwoUnits(a, b) => format!("{a} and {b}"),
            What::UnitAgainstName(told, named) => format!("{told}, and {named} by its name"),
            What::Misleading(kind) => format!("a {kind}"),
            What::TargetLabels(labels) | What::OddLabels(labels) | What::Unlabelled(labels) => some(labels),
            What::OtherKind(declared, told) => against(declared, told),
            What::OtherValues(label, values) => format!("{label}: {}", some(values)),
            What::OtherBounds(declared, told) | What::OtherUnit(Some(declared), told) => {
                against(declared, told)
            }
            What::OtherUnit(None, told) => told.clone(),
        }
    }
}

fn against(declared: &str, told: &str) -> String {
    format!("declared {declared}, exposed {told}")
}

/// The first of a list.
fn some(list: &[String]) -> String {
    const MOST: usize = 6;
    let mut shown = list.iter().take(MOST).map(|t| cut(t)).collect::<Vec<_>>().join(", ");
    if list.len() > MOST {
        let _ = write!(shown, " and {} more", list.len() - MOST);
    }
    shown
}

/// At most 60 characters.
pub fn cut(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The kind that Prometheus stores, of a type that is told.
pub(super) fn kind_of(told: Told) -> Option<MetricKind> {
    match told {
        Told::Counter => Some(MetricKind::Counter),
        Told::Gauge | Told::Info | Told::StateSet => Some(MetricKind::Gauge),
        Told::Histogram => Some(MetricKind::Histogram),
        Told::Summary => Some(MetricKind::Summary),
        Told::GaugeHistogram | Told::Nothing => None,
    }
}
