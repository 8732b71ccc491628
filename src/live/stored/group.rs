//! Series that belong together, by what metadata says of their names.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::ast::MetricKind;
use crate::exposition::{Bounds, Dialect, Family, Form, OnServer, Place, Told};
use crate::live::api::{Labels, Meta};
use crate::live::native::Native;

/// Endings of names of series, the empty one left out.
const SUFFIXES: [&str; 8] = ["_total", "_created", "_bucket", "_count", "_sum", "_info", "_gcount", "_gsum"];

/// A text of a server's that a family keeps.
fn kept(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

/// A family, and the names of its series by their endings.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) family: Family<'static>,
    /// Under which name metadata has it.
    pub(super) metadata_name: String,
    parts: BTreeMap<&'static str, String>,
}

impl Group {
    /// The name of the series with an ending.
    pub(super) fn part(&self, ending: &str) -> Option<&str> {
        self.parts.get(ending).map(String::as_str)
    }
    pub(super) fn on_server(&mut self) -> &mut OnServer {
        self.family.on_server.get_or_insert_default()
    }
    /// One series.
    pub(super) fn add(&mut self, series: &Labels) {
        self.family.samples += 1;
        let own = match self.family.told {
            Told::Histogram | Told::GaugeHistogram => "le",
            Told::Summary => "quantile",
            Told::Counter | Told::Gauge | Told::Info | Told::StateSet | Told::Nothing => "",
        };
        for (label, value) in series {
            match label.as_str() {
                "__name__" | "instance" => {}
                "job" => {
                    self.on_server().jobs.insert(value.clone());
                }
                // A histogram that nothing tells the type of has bounds all the same.
                "le" if own == "le" || self.part("_bucket").is_some() => {}
                label if label == own => {}
                label => self.family.label(kept(label), kept(value)),
            }
        }
    }
    pub(super) fn native(&mut self, native: Native) {
        let classic = self.part("_bucket").is_some();
        if self.family.told == Told::Nothing {
            // No name says so: each of its samples is a histogram.
            self.family.told = Told::Histogram;
        }
        let form = match native {
            _ if classic => Form::Both,
            Native::Exponential => Form::Native,
            Native::Custom(list) => {
                self.family.bounds = Bounds::Same(list);
                Form::Given
            }
            Native::Unseen => Form::Unseen,
        };
        self.on_server().form = form;
    }
    /// The series that show its labels: of a histogram and a summary the counts, which are the fewest.
    pub(super) fn counted(&self) -> &str {
        let order: &[&str] = match self.family.told {
            Told::Counter => &["_total", ""],
            Told::Info => &["_info", ""],
            Told::Gauge | Told::StateSet => &[""],
            Told::Histogram | Told::Summary | Told::GaugeHistogram | Told::Nothing => {
                &["_count", "_gcount", "", "_sum", "_gsum", "_bucket"]
            }
        };
        order
            .iter()
            .find_map(|ending| self.part(ending))
            .or_else(|| self.parts.values().next().map(String::as_str))
            .unwrap_or_default()
    }
}

/// The types that metadata tells, each once, in the order of their words: targets answer in no order.
fn told(list: &[Meta]) -> Vec<Told> {
    let words: BTreeSet<&str> = list.iter().map(|meta| meta.kind.as_str()).collect();
    words.into_iter().map(Told::of).filter(|told| *told != Told::Nothing).collect()
}

/// The endings that the series of a type may have. Whether targets write Prometheus' text or `OpenMetrics` is not told.
fn endings(told: Told) -> Vec<&'static str> {
    let both = [Dialect::Prometheus, Dialect::OpenMetrics].map(|dialect| told.suffixes(dialect));
    both.concat()
}

/// Families of names. `declared` tells which names are series of one histogram where nothing else does.
pub(super) fn groups(
    names: &BTreeSet<String>,
    metadata: &BTreeMap<String, Vec<Meta>>,
    declared: &BTreeMap<String, MetricKind>,
) -> Vec<Group> {
    let types: BTreeMap<&str, Vec<Told>> = metadata
        .iter()
        .map(|(name, list)| (name.as_str(), told(list)))
        .filter(|(_, t)| !t.is_empty())
        .collect();
    let mut found: BTreeMap<String, Group> = BTreeMap::new();
    for name in names {
        let (base, ending) = owner(name, names, &types, declared);
        let group = found.entry(base.to_owned()).or_insert_with(|| Group {
            family: family(base, metadata.get(base).map(Vec::as_slice).unwrap_or_default()),
            metadata_name: base.to_owned(),
            parts: BTreeMap::new(),
        });
        group.parts.insert(ending, name.clone());
        group.on_server().series.insert(name.clone());
    }
    for group in found.values_mut() {
        // The name under which it is stored.
        for ending in ["_total", "_info"] {
            if let (Some(name), None) = (group.part(ending).map(kept), group.part("")) {
                group.family.name = name;
            }
        }
    }
    // A series that says when counting began is none of its own, and belongs to nothing where only it is there.
    found.into_values().filter(|group| group.parts.keys().any(|ending| *ending != "_created")).collect()
}

/// Whose series is it, by its name, and which ending has it?
fn owner<'n>(
    name: &'n str,
    names: &BTreeSet<String>,
    types: &BTreeMap<&str, Vec<Told>>,
    declared: &BTreeMap<String, MetricKind>,
) -> (&'n str, &'static str) {
    if types.contains_key(name) {
        return (name, "");
    }
    for suffix in SUFFIXES {
        let Some(base) = name.strip_suffix(suffix).filter(|base| !base.is_empty()) else { continue };
        let told = types.get(base).map(Vec::as_slice).unwrap_or_default();
        // `x` and `x_total` side by side are two metrics.
        let beside = matches!(suffix, "_total" | "_info") && names.contains(base);
        if !beside && told.iter().any(|told| endings(*told).contains(&suffix)) {
            return (base, suffix);
        }
        let parts: &[&str] = match declared.get(base) {
            Some(MetricKind::Histogram | MetricKind::NativeHistogram) => &["_bucket", "_count", "_sum"],
            Some(MetricKind::Summary) => &["_count", "_sum"],
            Some(MetricKind::Counter | MetricKind::Gauge) | None => &[],
        };
        if !declared.contains_key(name) && parts.contains(&suffix) {
            return (base, suffix);
        }
    }
    (name, "")
}

fn family(name: &str, list: &[Meta]) -> Family<'static> {
    let mut made = Family::new(kept(name), 0);
    let mut types = told(list).into_iter();
    for told in types.by_ref() {
        made.told(told, Place::default());
    }
    // Prometheus writes it at each scrape: 1 or 0.
    if name == "up" && made.told == Told::Nothing {
        made.told = Told::Gauge;
    }
    let helps: BTreeSet<&str> =
        list.iter().map(|meta| meta.help.as_str()).filter(|help| !help.is_empty()).collect();
    made.help = helps.first().map(|help| kept(help));
    for unit in
        list.iter().map(|meta| meta.unit.as_str()).filter(|unit| !unit.is_empty()).collect::<BTreeSet<_>>()
    {
        made.unit(kept(unit));
    }
    made.on_server = Some(OnServer::default());
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(names: &[&str], told: &[(&str, &[&str])], declared: &[(&str, MetricKind)]) -> Vec<String> {
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        let meta = |kind: &&str| Meta { kind: (*kind).to_owned(), help: String::new(), unit: String::new() };
        let metadata =
            told.iter().map(|(n, list)| ((*n).to_owned(), list.iter().map(meta).collect())).collect();
        let declared = declared.iter().map(|(n, k)| ((*n).to_owned(), *k)).collect();
        let found = groups(&names, &metadata, &declared);
        found
            .iter()
            .map(|g| {
                let too = g.family.told_too.map(|(t, _)| format!("+{}", t.as_str())).unwrap_or_default();
                format!("{} {}{too} by {}", g.family.name, g.family.told.as_str(), g.counted())
            })
            .collect()
    }

    #[test]
    fn series_that_belong_together() {
        assert_eq!(
            shown(
                &[
                    "up",
                    "x_bucket",
                    "x_count",
                    "x_sum",
                    "x_created",
                    "y_total",
                    "y_created",
                    "b_info",
                    "s",
                    "s_count",
                    "s_sum",
                    "z_count"
                ],
                &[
                    ("x", &["histogram"]),
                    ("y", &["counter"]),
                    ("b", &["info"]),
                    ("s", &["summary"]),
                    ("gone", &["gauge"])
                ],
                &[],
            ),
            [
                "b_info info by b_info",
                "s summary by s_count",
                "up gauge by up",
                "x histogram by x_count",
                "y_total counter by y_total",
                "z_count untyped by z_count"
            ]
        );
    }

    #[test]
    fn two_types_and_none() {
        assert_eq!(
            shown(
                &["x", "x_total", "h_bucket", "h_count", "n"],
                &[("x", &["gauge", "counter", "unknown"]), ("n", &["unknown"])],
                &[("h", MetricKind::Histogram)]
            ),
            ["h untyped by h_count", "n untyped by n", "x counter+gauge by x", "x_total untyped by x_total"]
        );
        assert_eq!(
            shown(
                &["h_bucket", "h_count"],
                &[],
                &[("h_count", MetricKind::Counter), ("h", MetricKind::Histogram)]
            )
            .len(),
            2
        );
    }
}
