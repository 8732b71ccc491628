//! The catalogue of the metrics that imported queries name.

use std::collections::BTreeMap;

use super::decompile::{Kind, Use};
use super::names;
use crate::ast::MetricKind;
use crate::write::catalogue::{Label, Metric, metrics};
use crate::write::text;

const HEAD: &str = "Metrics that imported queries name. A kind is told by how a metric is used, a unit by its name; labels and \
                    buckets are those that queries name: there may be more.";

/// The catalogue of these metrics.
pub(super) fn catalogue(uses: &BTreeMap<String, Use>) -> String {
    let mut out = text::comment_lines(HEAD, 110).join("\n");
    out.push_str("\n\n");
    let list: Vec<Metric> = uses.values().map(metric).collect();
    // What cannot be written is left out, and missed by whoever names it.
    out.push_str(&metrics(&list).unwrap_or_else(|| list.iter().filter_map(Metric::write).collect()));
    out
}

/// Why the catalogue cannot have a metric that is used so.
pub(super) fn unwritable(used: &Use) -> Option<String> {
    if let Some(bound) = used.bounds.iter().find(|b| text::number(**b).is_none()) {
        return Some(format!(
            "the bucket bound `{bound}` of `{}` has more digits than Slovo reads",
            used.metric
        ));
    }
    metric(used)
        .write()
        .is_none()
        .then(|| format!("`{}` cannot be declared: its name or a label of it cannot be written", used.metric))
}

fn metric(used: &Use) -> Metric {
    let (kind, unit) = match used.kind {
        Kind::Counter => (MetricKind::Counter, used.unit.clone()),
        Kind::Gauge => (MetricKind::Gauge, used.unit.clone()),
        Kind::Histogram => (MetricKind::Histogram, names::unit(&used.metric).map(str::to_owned)),
        Kind::Native => (MetricKind::NativeHistogram, names::unit(&used.metric).map(str::to_owned)),
    };
    let comment = match &used.part_of {
        Some(whole) => Some(format!("assumed: each of its events is also counted by {whole}")),
        None if used.kind == Kind::Histogram && used.bounds.is_empty() => {
            Some("assumed: a histogram; only its count is used, so its bounds are not known".to_owned())
        }
        None => None,
    };
    // Every series has these two.
    let labels = used.labels.iter().filter(|label| !["job", "instance"].contains(&label.as_str()));
    Metric {
        comment,
        name: used.metric.clone(),
        quoted: false,
        kind,
        unit,
        part_of: used.part_of.clone(),
        remark: None,
        increases: used.increases,
        labels: labels.map(|label| Label { name: label.clone(), values: Vec::new() }).collect(),
        buckets: used.bounds.iter().copied().collect(),
        scraped: None,
        either: false,
    }
}
