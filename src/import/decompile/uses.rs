//! How queries use metrics, and what a project declares of them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::objective::Place;
use crate::ast::MetricKind;
use crate::value::Decimal;

/// How a metric is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::import) struct Use {
    /// Its name; a histogram's own.
    pub(in crate::import) metric: String,
    /// What it is taken for.
    pub(in crate::import) kind: Kind,
    /// What it counts, where the use tells.
    pub(in crate::import) unit: Option<String>,
    /// Labels that queries name.
    pub(in crate::import) labels: BTreeSet<String>,
    /// Bounds that queries name.
    pub(in crate::import) bounds: BTreeSet<Decimal>,
    /// Its events are also counted by this one.
    pub(in crate::import) part_of: Option<String>,
    /// Each sample counts what came since the one before.
    pub(in crate::import) increases: bool,
    /// A query that is taken over as it is names it: whatever its kind is, the query computes the same.
    pub(in crate::import) loose: bool,
}

impl Use {
    /// Other uses of it tell more surely what it is.
    pub(in crate::import) fn guessed(&self) -> bool {
        match self.kind {
            Kind::Counter => self.increases || self.loose,
            Kind::Gauge => true,
            Kind::Histogram => self.bounds.is_empty(),
            Kind::Native => false,
        }
    }
    /// Can both be true of one metric?
    pub(in crate::import) fn agrees(&self, other: &Use) -> bool {
        if self.kind == Kind::Counter && other.kind == Kind::Counter {
            return self.increases == other.increases;
        }
        self.kind == other.kind || self.loose || other.loose
    }
    /// For messages.
    pub(in crate::import) fn words(&self) -> &'static str {
        match self.kind {
            Kind::Counter if self.increases => "a counter whose samples are increases",
            Kind::Counter => "a counter that goes up",
            Kind::Gauge => "a gauge",
            Kind::Histogram => "a histogram with classic buckets",
            Kind::Native => "a native histogram",
        }
    }
}

/// What the project declares of a metric.
#[derive(Clone, Debug)]
pub(in crate::import) struct Declared {
    pub(in crate::import) place: Place,
    pub(in crate::import) kind: MetricKind,
    pub(in crate::import) unit: Option<String>,
    /// `samples are increases`
    pub(in crate::import) increases: bool,
    /// `stored classic or native`
    pub(in crate::import) either: bool,
    /// `born with its first event`
    pub(in crate::import) born: bool,
}

impl Declared {
    /// Why a use contradicts the declaration.
    pub(in crate::import) fn contradicts(&self, used: &Use) -> Option<String> {
        let (metric, place) = (&used.metric, &self.place);
        let same = match (used.kind, self.kind) {
            (Kind::Counter, MetricKind::Counter)
            | (Kind::Gauge, MetricKind::Gauge)
            | (Kind::Histogram, MetricKind::Histogram)
            | (Kind::Native, MetricKind::NativeHistogram) => true,
            // Its count is all that is used.
            (Kind::Histogram, MetricKind::Summary) => used.bounds.is_empty(),
            _ => used.loose,
        };
        if same && (used.kind != Kind::Counter || used.increases == self.increases) {
            return None;
        }
        let increases = if self.increases { " whose `samples are increases`" } else { "" };
        Some(format!(
            "it takes `{metric}` for {}, and {place} declares it as a {}{increases}: one of the two is wrong",
            used.words(),
            self.kind.as_str()
        ))
    }
}

/// The declarations of a project, by metric.
pub(in crate::import) type Declarations = BTreeMap<String, Declared>;

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Native,
}
