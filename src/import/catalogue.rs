//! The catalogue of the metrics that imported queries name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::decompile::{Kind, Use};
use super::names;
use crate::write::text;

const HEAD: &str = "Metrics that imported queries name. A kind is told by how a metric is used, a unit by its name; labels and \
                    buckets are those that queries name: there may be more.";

/// The catalogue of these metrics, not yet in the canonical form; `None` for a name that the language cannot write.
pub(super) fn catalogue(uses: &BTreeMap<String, Use>) -> String {
    let mut out = String::new();
    for line in text::comment_lines(HEAD, 110) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    for used in uses.values() {
        metric(&mut out, used);
    }
    out
}

fn metric(out: &mut String, used: &Use) {
    let Some(name) = text::metric_name(&used.metric) else { return };
    let mut comments = Vec::new();
    if used.kind == Kind::Histogram && used.bounds.is_empty() {
        comments.push("assumed: a histogram; only its count is used, so its bounds are not known".to_owned());
    }
    if let Some(whole) = &used.part_of {
        comments.push(format!("assumed: each of its events is also counted by {whole}"));
    }
    for line in comments.iter().flat_map(|c| text::comment_lines(c, 110)) {
        let _ = writeln!(out, "{line}");
    }
    let kind = match used.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    let _ = write!(out, "metric {name}: {kind}");
    let unit = match used.kind {
        Kind::Histogram => names::unit(&used.metric).map(str::to_owned),
        Kind::Counter | Kind::Gauge => used.unit.clone(),
    };
    if let Some(unit) = unit {
        let _ = write!(out, " of {unit}");
    }
    if let Some(whole) = used.part_of.as_deref().and_then(text::metric_name) {
        let _ = write!(out, ", part of {whole}");
    }
    let labels: Vec<&str> =
        used.labels.iter().map(String::as_str).filter(|l| !["job", "instance"].contains(l)).collect();
    let bounds: Vec<String> = used.bounds.iter().filter_map(|b| text::number(*b)).collect();
    match (labels.is_empty(), bounds.is_empty()) {
        (true, true) => out.push('\n'),
        (false, true) => {
            let _ = writeln!(out, " {{ labels {} }}", labels.join(", "));
        }
        (true, false) => {
            let _ = writeln!(out, " {{ buckets {} }}", bounds.join(", "));
        }
        (false, false) => {
            let (labels, bounds) = (labels.join(", "), bounds.join(", "));
            let _ = writeln!(out, " {{\n  labels {labels}\n  buckets {bounds}\n}}");
        }
    }
}
