//! Families: samples under the name, type and unit that were told of them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::Dialect;
use super::line::{About, Said, Sample};
use super::number::bound;
use crate::value::{Decimal, Duration};

/// Families of one exposition.
pub(super) const FAMILIES: usize = 200_000;
/// Labels that are kept of a family.
const LABELS: usize = 64;
/// Values that are kept of a label.
const VALUES: usize = 64;

/// What the names of a family's series may end in.
const SUFFIXES: [&str; 8] = ["_total", "_created", "_bucket", "_count", "_sum", "_info", "_gcount", "_gsum"];

/// What `# TYPE` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// `counter`
    Counter,
    /// `gauge`
    Gauge,
    /// `histogram`: classic, as text shows no other.
    Histogram,
    /// `summary`
    Summary,
    /// `info`, which Prometheus stores as a gauge.
    Info,
    /// `stateset`, which Prometheus stores as gauges, one a state.
    StateSet,
    /// `gaugehistogram`
    GaugeHistogram,
    /// There is no `# TYPE`, or it says `untyped` or `unknown`.
    Nothing,
}

impl Told {
    /// Of the word that metadata has; an unknown one tells nothing.
    pub fn of(word: &str) -> Self {
        let all = [
            Told::Counter,
            Told::Gauge,
            Told::Histogram,
            Told::Summary,
            Told::Info,
            Told::StateSet,
            Told::GaugeHistogram,
        ];
        all.into_iter().find(|told| told.as_str() == word).unwrap_or(Told::Nothing)
    }
    /// As `# TYPE` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Told::Counter => "counter",
            Told::Gauge => "gauge",
            Told::Histogram => "histogram",
            Told::Summary => "summary",
            Told::Info => "info",
            Told::StateSet => "stateset",
            Told::GaugeHistogram => "gaugehistogram",
            Told::Nothing => "untyped",
        }
    }
    /// What the names of its series end in, beside the family's own name.
    pub(crate) fn suffixes(self, dialect: Dialect) -> &'static [&'static str] {
        match (self, dialect) {
            (Told::Counter, Dialect::OpenMetrics) => &["_total", "_created"],
            (Told::Histogram, Dialect::Prometheus) => &["_bucket", "_count", "_sum"],
            (Told::Histogram, Dialect::OpenMetrics) => &["_bucket", "_count", "_sum", "_created"],
            (Told::Summary, Dialect::Prometheus) => &["_count", "_sum"],
            (Told::Summary, Dialect::OpenMetrics) => &["_count", "_sum", "_created"],
            (Told::Info, Dialect::OpenMetrics) => &["_info"],
            (Told::GaugeHistogram, Dialect::OpenMetrics) => &["_bucket", "_gcount", "_gsum"],
            _ => &[],
        }
    }
    /// The label that Prometheus makes itself.
    fn own_label(self) -> Option<&'static str> {
        match self {
            Told::Histogram | Told::GaugeHistogram => Some("le"),
            Told::Summary => Some("quantile"),
            Told::Counter | Told::Gauge | Told::Info | Told::StateSet | Told::Nothing => None,
        }
    }
}

/// Where something stands: the exposition, counted from 0, and the line, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which of the expositions that were read together.
    pub exposition: usize,
    /// The line.
    pub line: usize,
}

/// The values of a label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values<'t> {
    /// Those that were seen, the empty one left out, as it is the same as no label.
    pub seen: BTreeSet<Cow<'t, str>>,
    /// There are more than are kept.
    pub more: bool,
}

impl<'t> Values<'t> {
    fn add(&mut self, value: Cow<'t, str>) {
        if value.is_empty() || self.seen.contains(&value) {
            return;
        }
        if self.seen.len() < VALUES {
            self.seen.insert(value);
        } else {
            self.more = true;
        }
    }
}

/// The bounds of a histogram's buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bounds {
    /// No buckets, or none but that of infinity.
    #[default]
    Missing,
    /// Those of every series, ascending, without infinity.
    Same(Vec<Decimal>),
    /// Not every series has the same.
    Mixed,
    /// A bound that is not a number, and its place.
    Unreadable(String, Place),
}

/// In which form a server stores a histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As counters, one a bucket; or it is no histogram.
    #[default]
    Plain,
    /// As native ones with bounds that nobody gave.
    Native,
    /// As native ones with bounds that somebody gave; all of them are known.
    Given,
    /// As native ones; whose bounds they have is not known.
    Unseen,
    /// As counters and as native ones.
    Both,
}

/// What a server knows of a family, and a text does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnServer {
    /// Jobs that expose it.
    pub jobs: BTreeSet<String>,
    /// Names of its series.
    pub series: BTreeSet<String>,
    /// Which job tells which type, where they differ.
    pub types: String,
    /// Which job has which bounds, where they differ.
    pub bounds: String,
    /// Its form.
    pub form: Form,
    /// How often its targets are scraped, where all are scraped alike.
    pub interval: Option<Duration>,
    /// Of jobs whose targets are scraped at different intervals, the longest of those that expose it.
    pub slowest: BTreeMap<String, Duration>,
}

/// Metrics of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family<'t> {
    /// The name under which Prometheus stores it; of a histogram or summary without the endings of its series.
    pub name: Cow<'t, str>,
    /// What it is.
    pub told: Told,
    /// What it is told to be elsewhere.
    pub told_too: Option<(Told, Place)>,
    /// Where it is told what it is, or its first sample.
    pub place: Place,
    /// `# HELP`
    pub help: Option<Cow<'t, str>>,
    /// `# UNIT`
    pub unit: Option<Cow<'t, str>>,
    /// Another unit that it is told to have.
    pub unit_too: Option<Cow<'t, str>>,
    /// Labels with their values, in the order they appear; without those that Prometheus makes itself.
    pub labels: IndexMap<Cow<'t, str>, Values<'t>>,
    /// There are more labels than are kept.
    pub more_labels: bool,
    /// Bounds of buckets.
    pub bounds: Bounds,
    /// How many samples there are.
    pub samples: usize,
    /// What a server knows of it, where one was asked.
    pub on_server: Option<OnServer>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposition<'t> {
    /// Families in the order they appear.
    pub families: Vec<Family<'t>>,
}

impl<'t> Exposition<'t> {
    /// Several expositions, read as one: what each says of a family holds for it.
    pub fn together(list: Vec<Exposition<'t>>) -> Exposition<'t> {
        let mut all: IndexMap<Cow<'t, str>, Family<'t>> = IndexMap::new();
        for (at, exposition) in list.into_iter().enumerate() {
            for mut family in exposition.families {
                family.place.exposition = at;
                if let Some((_, place)) = &mut family.told_too {
                    place.exposition = at;
                }
                if let Bounds::Unreadable(_, place) = &mut family.bounds {
                    place.exposition = at;
                }
                match all.get_mut(&family.name) {
                    Some(known) => known.join(family),
                    None => {
                        all.insert(family.name.clone(), family);
                    }
                }
            }
        }
        Exposition { families: all.into_values().collect() }
    }
}

impl<'t> Family<'t> {
    pub(crate) fn new(name: Cow<'t, str>, line: usize) -> Self {
        Self {
            name,
            told: Told::Nothing,
            told_too: None,
            place: Place { exposition: 0, line },
            help: None,
            unit: None,
            unit_too: None,
            labels: IndexMap::new(),
            more_labels: false,
            bounds: Bounds::Missing,
            samples: 0,
            on_server: None,
        }
    }
    pub(crate) fn told(&mut self, told: Told, place: Place) {
        if self.told == Told::Nothing {
            self.told = told;
            self.place = place;
        } else if told != Told::Nothing && told != self.told {
            self.told_too.get_or_insert((told, place));
        }
    }
    pub(crate) fn unit(&mut self, unit: Cow<'t, str>) {
        match &self.unit {
            None => self.unit = Some(unit),
            Some(known) if *known != unit => {
                self.unit_too.get_or_insert(unit);
            }
            Some(_) => {}
        }
    }
    pub(crate) fn label(&mut self, name: Cow<'t, str>, value: Cow<'t, str>) {
        if let Some(known) = self.labels.get_mut(&name) {
            known.add(value);
        } else if self.labels.len() < LABELS {
            self.labels.entry(name).or_default().add(value);
        } else {
            self.more_labels = true;
        }
    }
    /// Takes over what another exposition says of the same family.
    fn join(&mut self, other: Family<'t>) {
        self.told(other.told, other.place);
        self.told_too = self.told_too.or(other.told_too);
        if let Some(unit) = other.unit {
            self.unit(unit);
        }
        self.unit_too = self.unit_too.take().or(other.unit_too);
        if self.help.is_none() {
            self.help = other.help;
        }
        for (label, values) in other.labels {
            for value in values.seen {
                self.label(label.clone(), value);
            }
            if let Some(known) = self.labels.get_mut(&label) {
                known.more |= values.more;
            }
        }
        self.more_labels |= other.more_labels;
        self.samples += other.samples;
        // A bound that is not a number goes before all else, none at all after it.
        let rank = |bounds: &Bounds| match bounds {
            Bounds::Missing => 0,
            Bounds::Same(_) | Bounds::Mixed => 1,
            Bounds::Unreadable(..) => 2,
        };
        let (a, b) = (std::mem::take(&mut self.bounds), other.bounds);
        self.bounds = match rank(&a).cmp(&rank(&b)) {
            Ordering::Greater => a,
            Ordering::Less => b,
            Ordering::Equal if a == b || rank(&a) == 2 => a,
            Ordering::Equal => Bounds::Mixed,
        };
    }
}

/// A family while it is read.
struct Open<'t> {
    family: Family<'t>,
    /// The name of the samples that hold its value, where it isn't the family's.
    stored: Option<Cow<'t, str>>,
    /// Bounds by series: its labels without `le`.
    buckets: IndexMap<String, Vec<Decimal>>,
}

/// Puts families together.
pub(super) struct Builder<'t> {
    dialect: Dialect,
    families: IndexMap<Cow<'t, str>, Open<'t>>,
    full: bool,
}

impl<'t> Builder<'t> {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, families: IndexMap::new(), full: false }
    }

    /// Were there more families than are kept?
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The family of a name; a new one as long as there is room.
    fn family(&mut self, name: Cow<'t, str>, line: usize) -> Option<&mut Open<'t>> {
        if self.families.len() >= FAMILIES && !self.families.contains_key(&name) {
            self.full = true;
            return None;
        }
        let entry = self.families.entry(name);
        let name = entry.key().clone();
        let new = || Open { family: Family::new(name, line), stored: None, buckets: IndexMap::new() };
        Some(entry.or_insert_with(new))
    }

    /// What a comment says; all of them come before the samples.
    pub(super) fn about(&mut self, line: usize, about: About<'t>) {
        let Some(Open { family, .. }) = self.family(about.name, line) else { return };
        match about.said {
            Said::Help(help) => {
                if family.help.is_none() {
                    family.help = Some(help);
                }
            }
            Said::Type(told) => family.told(told, Place { exposition: 0, line }),
            Said::Unit(unit) => family.unit(Cow::Borrowed(unit)),
        }
    }

    /// Whose sample is it, by its name, and which ending has it?
    fn owner(&self, name: &str) -> Option<(usize, &'static str)> {
        let typed =
            |name: &str| self.families.get_full(name).filter(|(_, _, f)| f.family.told != Told::Nothing);
        if let Some((at, ..)) = typed(name) {
            return Some((at, ""));
        }
        SUFFIXES.into_iter().find_map(|suffix| {
            let (at, _, found) = typed(name.strip_suffix(suffix)?)?;
            found.family.told.suffixes(self.dialect).contains(&suffix).then_some((at, suffix))
        })
    }

    /// Adds a sample to its family.
    pub(super) fn sample(&mut self, line: usize, sample: Sample<'t>) {
        let found = match self.owner(&sample.name) {
            Some((at, suffix)) => self.families.get_index_mut(at).map(|(_, open)| (open, suffix)),
            None => self.family(sample.name.clone(), line).map(|open| (open, "")),
        };
        let Some((open, suffix)) = found else { return };
        open.family.samples += 1;
        match suffix {
            // When it began to count; its labels are those of the others.
            "_created" => return,
            "_total" | "_info" => open.stored = Some(sample.name),
            "_bucket" => open.bucket(line, &sample.labels),
            _ => {}
        }
        let own = open.family.told.own_label();
        for (label, value) in sample.labels {
            if Some(&*label) != own {
                open.family.label(label, value);
            }
        }
    }

    /// All families.
    pub(super) fn finish(self) -> Exposition<'t> {
        let families = self.families.into_values().map(|mut open| {
            if open.family.bounds == Bounds::Missing {
                open.family.bounds = same(open.buckets);
            }
            if let Some(stored) = open.stored {
                open.family.name = stored;
            }
            // A label that is empty on every series is not stored.
            open.family.labels.retain(|_, values| !values.seen.is_empty());
            open.family
        });
        // One that is told of under one name and stored under another may meet a family of that name.
        Exposition::together(vec![Exposition { families: families.collect() }])
    }
}

impl Open<'_> {
    fn bucket(&mut self, line: usize, labels: &[(Cow<'_, str>, Cow<'_, str>)]) {
        let le = labels.iter().find(|(label, _)| label == "le").map_or("", |(_, value)| value);
        let Ok(bound) = bound(le) else {
            if self.family.bounds == Bounds::Missing {
                let cut = le.chars().take(40).collect();
                self.family.bounds = Bounds::Unreadable(cut, Place { exposition: 0, line });
            }
            return;
        };
        let mut others: Vec<_> =
            labels.iter().filter(|(label, value)| label != "le" && !value.is_empty()).collect();
        others.sort_unstable();
        let mut series = String::new();
        for (label, value) in others {
            let _ = write!(series, "{label}\0{value}\0");
        }
        let bounds = self.buckets.entry(series).or_default();
        bounds.extend(bound);
    }
}

/// The bounds of all series, if they are the same.
fn same(buckets: IndexMap<String, Vec<Decimal>>) -> Bounds {
    let mut all = buckets.into_values().map(|mut bounds| {
        bounds.sort_unstable();
        bounds.dedup();
        bounds
    });
    let Some(first) = all.next() else { return Bounds::Missing };
    if all.any(|other| other != first) {
        return Bounds::Mixed;
    }
    if first.is_empty() { Bounds::Missing } else { Bounds::Same(first) }
}
