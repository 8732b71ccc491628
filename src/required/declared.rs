//! What the catalogue declares of each metric.

use std::collections::BTreeMap;

use crate::ast::{File, Item, Metric, MetricKind, MetricStmt};

/// One declaration.
pub(super) struct Declared {
    pub(super) kind: MetricKind,
    pub(super) unit: Option<String>,
    pub(super) part_of: Option<String>,
    /// All labels.
    pub(super) labels: Vec<String>,
    /// Labels with all their values, where those are a closed set.
    pub(super) values: BTreeMap<String, Vec<String>>,
    pub(super) bounds: Vec<String>,
    /// In sentences for who instruments.
    pub(super) facts: Vec<String>,
}

/// By name.
pub(super) fn catalogue(files: &[File]) -> BTreeMap<&str, Declared> {
    let metrics = files.iter().flat_map(|file| &file.items).filter_map(|item| match item {
        Item::Metric(metric) => Some(metric),
        Item::Team(_)
        | Item::Policy(_)
        | Item::Playbook(_)
        | Item::Indicator(_)
        | Item::Journey(_)
        | Item::Scenario(_)
        | Item::Junk(_) => None,
    });
    metrics.map(|metric| (metric.name.name.as_str(), declared(metric))).collect()
}

fn declared(metric: &Metric) -> Declared {
    let mut made = Declared {
        kind: metric.kind.value,
        unit: metric.unit.as_ref().map(|unit| unit.name.clone()),
        part_of: metric.part_of.as_ref().map(|whole| whole.name.clone()),
        labels: Vec::new(),
        values: BTreeMap::new(),
        bounds: Vec::new(),
        facts: Vec::new(),
    };
    for stmt in metric.body.iter().flat_map(|body| &body.stmts) {
        match stmt {
            MetricStmt::Labels(labels, _) => {
                made.labels.extend(labels.iter().map(|l| l.label.name.clone()));
                let closed = labels.iter().filter_map(|l| Some((l.label.name.clone(), l.values.as_ref()?)));
                made.values.extend(closed.map(|(label, values)| {
                    (label, values.iter().map(|value| value.value.clone()).collect())
                }));
            }
            MetricStmt::Buckets(bounds, _) => {
                made.bounds = bounds.iter().map(|bound| bound.value.to_string()).collect();
            }
            MetricStmt::BornWithEvent(_) => {
                made.facts.push("Its series may begin with their first event instead of 0.".to_owned());
            }
            MetricStmt::SilentWhenIdle(..) => {
                made.facts.push("Its series may vanish while nothing happens.".to_owned());
            }
            MetricStmt::Increases(..) => made
                .facts
                .push("Each sample says what came since the one before: it doesn't add up.".to_owned()),
            MetricStmt::ClassicOrNative(_) => made
                .facts
                .push("It may be a classic histogram or a native one with custom buckets.".to_owned()),
            MetricStmt::LateBy(late, _) => {
                made.facts.push(format!("Its samples may arrive {} late.", late.value));
            }
            MetricStmt::ScrapedEvery { .. } | MetricStmt::Junk(_) => {}
        }
    }
    made
}
