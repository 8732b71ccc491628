//! Decoys: series that no selector of a promise may count, each of them kept out by a single matcher. A rule that has lost
//! that matcher counts it, loudly.

use super::inputs::{budget_labels, selectors};
use super::series::{Raw, Shape};
use super::witness::{Labels, witness};
use crate::ir::{Condition, Matcher, Measurement, Promise, Reading, Selector, Stat, Which};
use crate::value::Decimal;

/// Far beyond any limit.
const FAR: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// Is this the metric's series, or one of its histogram's?
pub(super) fn same_metric(series: &str, metric: &str) -> bool {
    match series.strip_prefix(metric) {
        Some(rest) => matches!(rest, "" | "_count" | "_sum" | "_bucket"),
        None => false,
    }
}

/// The decoys of a promise among the series `own` that its selectors find; `near` are the promises played beside it.
pub(super) fn decoys(promise: &Promise, own: &[Raw], near: &[&Promise]) -> Vec<Raw> {
    let fixed = budget_labels(promise);
    let mut made: Vec<Raw> = Vec::new();
    for selector in selectors(&promise.measurement) {
        let never: Vec<&[Matcher]> = near
            .iter()
            .copied()
            .flat_map(|p| selectors(&p.measurement))
            .filter(|s| s.metric == selector.metric)
            .map(|s| &*s.matchers)
            .collect();
        for (at, _) in selector.matchers.iter().enumerate() {
            let rest: Vec<Matcher> = selector
                .matchers
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .map(|(_, m)| m.clone())
                .collect();
            if let Some(labels) = witness(&rest, &never, &fixed) {
                label_variants(promise, selector, &labels, own, &mut made);
            }
        }
    }
    made.sort_by(|a, b| (&a.name, &a.labels).cmp(&(&b.name, &b.labels)));
    made.dedup_by(|a, b| a.name == b.name && a.labels == b.labels);
    made.retain(|d| !own.iter().any(|o| o.name == d.name && o.labels == d.labels));
    made
}

/// Gives a decoy the family of series that the real ones have.
fn label_variants(promise: &Promise, selector: &Selector, labels: &Labels, own: &[Raw], made: &mut Vec<Raw>) {
    let mut names: Vec<(&str, Option<&String>)> = own
        .iter()
        .filter(|r| same_metric(&r.name, &selector.metric))
        .map(|r| (r.name.as_str(), if r.name.ends_with("_bucket") { r.labels.get("le") } else { None }))
        .collect();
    names.sort_unstable();
    names.dedup();
    for (name, le) in names {
        let mut labels = labels.clone();
        if let Some(le) = le {
            labels.insert("le".to_owned(), le.clone());
        }
        let like = own.iter().find(|r| r.name == name).map(|r| r.shape);
        let shape = match like {
            Some(Shape::Gauge { good, .. }) => {
                let value = far(promise, good);
                Shape::Gauge { good: value, bad: value, index: 0, of: 1 }
            }
            // The newest of several that is always new, the oldest that is always old.
            Some(Shape::Clock { per_second, old }) => {
                let value = if newest(promise) { FAR * per_second } else { old };
                Shape::Gauge { good: value, bad: value, index: 0, of: 1 }
            }
            Some(Shape::Sum { sick, fine }) => {
                let one = Decimal::ONE_THOUSAND * if sick > fine { sick } else { Decimal::ZERO };
                Shape::Sum { fine: one, sick: one }
            }
            Some(Shape::Counter { .. }) | None => Shape::Counter { base: 1000, slope: 0 },
        };
        let each = own.iter().find(|r| r.name == name).and_then(|r| r.each);
        made.push(Raw { name: name.to_owned(), labels, shape, each, late: false });
    }
}

fn newest(promise: &Promise) -> bool {
    matches!(&promise.measurement, Measurement::Slices(s) if matches!(s.condition, Condition::Age { which: Which::Newest, .. }))
}

/// A reading that changes the outcome, wherever it is let in.
fn far(promise: &Promise, good: Decimal) -> Decimal {
    let Measurement::Slices(slices) = &promise.measurement else { return good - FAR };
    match &slices.condition {
        Condition::Stat { stat: Stat::Max, .. } => good + FAR,
        Condition::Stat { stat: Stat::Min, .. } | Condition::Stat { good: Reading::AtLeast(_), .. } => {
            good - FAR
        }
        Condition::Stat { .. }
        | Condition::Share { .. }
        | Condition::Mean { .. }
        | Condition::Age { .. }
        | Condition::Promql { .. } => good + FAR,
    }
}
