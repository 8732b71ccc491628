//! What the promises of a project need from whoever instruments its services: metrics with their kinds, units, labels and bounds, each
//! with the promises that read it. The contract for a service that isn't instrumented yet.

mod declared;
mod gaps;
mod markdown;
mod reads;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::ast;
pub use crate::ir::Role;
use crate::ir::{Measurement, Model, PromisePath};
use crate::promql::print::selector_text;
use crate::value::Duration;
use declared::Declared;
use reads::Read;

/// All that is needed.
#[derive(Debug, Serialize)]
pub struct Required {
    /// Of this document's fields: raised when one changes its meaning or goes.
    pub version: u32,
    /// The project.
    pub project: String,
    /// Labels that `scope` of slovo.yaml asks for, which are set where samples are collected.
    pub scope: Vec<String>,
    /// By name.
    pub metrics: Vec<Metric>,
    /// Promises with a query that can't be read as PromQL, so that what it needs isn't known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// What no promise of a step counts.
    pub gaps: Vec<Gap>,
}

/// One metric.
#[derive(Debug, Serialize)]
pub struct Metric {
    /// As it is scraped; of a classic histogram without `_bucket` and `_count`.
    pub name: String,
    /// `counter`, `gauge`, `histogram`, `native histogram` or `summary`; none where only a query names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What is counted or the unit of its values, as declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The metric whose events include these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    /// By name.
    pub labels: Vec<Label>,
    /// Bounds that promises ask for, in the metric's unit: a classic histogram must have each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<String>,
    /// All bounds that the catalogue declares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub declared_bounds: Vec<String>,
    /// Scraped at least so often.
    pub scraped_every: String,
    /// Matchers of `scope` that don't hold for it, since it declares no such label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside_scope: Vec<String>,
    /// What the catalogue says of its samples, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
    /// Who reads it, in the order of the sources.
    pub needed_by: Vec<Need>,
}

/// A label of a metric.
#[derive(Debug, Serialize)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// All values that it may have, where the catalogue says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// How promises select by it: `=~"5.."`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub selected: Vec<String>,
    /// Promises keep a budget for each of its values.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub for_each: bool,
    /// Queries group by it, or find by it the series that belong together.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub joined: bool,
}

/// What a promise reads of a metric.
#[derive(Debug, Serialize)]
pub struct Need {
    /// The promise's path.
    pub promise: String,
    /// Its title.
    pub title: String,
    /// In the order of the promise.
    pub reads: Vec<Reads>,
}

/// Some series of a metric.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Reads {
    /// What for.
    pub role: Role,
    /// The metric with its matchers, those of `scope` left out.
    pub selector: String,
    /// A query of the user's own reads it, as a part of that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_query: bool,
    /// Of a histogram what is up to this bound, in the metric's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
}

/// Something that users live through in a step and no promise counts.
#[derive(Debug, Serialize)]
pub struct Gap {
    /// The step's path.
    pub step: String,
    /// Its title.
    pub title: String,
    /// What isn't counted.
    pub missing: Missing,
}

/// What is counted of too few steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// Who begins and never finishes.
    Abandonment,
    /// Who has to try again.
    Retries,
}

/// What the promises that `covers` takes need. `files` are the project's, parsed: the catalogue is read from them.
pub fn required(model: &Model, files: &[ast::File], covers: &dyn Fn(&PromisePath) -> bool) -> Required {
    let catalogue = declared::catalogue(files);
    let mut of_metric: BTreeMap<String, Vec<(Read, Duration)>> = BTreeMap::new();
    let mut unread = Vec::new();
    let needed = with_members(model, covers);
    for (_, promise) in model.promises().filter(|(_, p)| needed.contains(&p.path)) {
        if promise.measurement.queries().any(crate::promql::is_foreign) {
            unread.push(promise.path.to_string());
        }
        for read in reads::of(promise, &catalogue) {
            of_metric.entry(read.metric.clone()).or_default().push((read, promise.scrape_interval));
        }
    }
    let scope = &model.settings.scope;
    let metrics =
        of_metric.into_iter().map(|(name, reads)| metric(name, &reads, &catalogue, scope)).collect();
    Required {
        version: 1,
        project: model.settings.project.clone(),
        scope: scope.iter().map(|m| selector_text("", std::slice::from_ref(m))).collect(),
        metrics,
        unread,
        gaps: gaps::of(model, covers),
    }
}

/// Those that are covered, and those that they are composed of.
fn with_members<'m>(model: &'m Model, covers: &dyn Fn(&PromisePath) -> bool) -> BTreeSet<&'m PromisePath> {
    let mut found: BTreeSet<&PromisePath> = BTreeSet::new();
    let mut open: Vec<&PromisePath> = model.promises().map(|(_, p)| &p.path).filter(|p| covers(p)).collect();
    while let Some(path) = open.pop() {
        if !found.insert(path) {
            continue;
        }
        let promise = model.promises().map(|(_, p)| p).find(|p| p.path == *path);
        if let Some(Measurement::Composed(composed)) = promise.map(|p| &p.measurement) {
            open.extend(&composed.members);
        }
    }
    found
}

fn metric(
    name: String,
    reads: &[(Read, Duration)],
    catalogue: &BTreeMap<&str, Declared>,
    scope: &[crate::ir::Matcher],
) -> Metric {
    let declared = catalogue.get(name.as_str());
    let mut labels: BTreeMap<&str, (BTreeSet<String>, bool, bool)> = BTreeMap::new();
    for (read, _) in reads {
        for matcher in read.matchers.iter().filter(|m| !scope.contains(m)) {
            let text = selector_text("", std::slice::from_ref(matcher));
            let comparison = text.trim_matches(['{', '}']).trim_start_matches(matcher.label.as_str());
            labels.entry(&matcher.label).or_default().0.insert(comparison.to_owned());
        }
        for label in &read.for_each {
            labels.entry(label).or_default().1 = true;
        }
        for label in &read.joined {
            labels.entry(label).or_default().2 = true;
        }
    }
    let labels = labels
        .into_iter()
        .map(|(label, (selected, for_each, joined))| Label {
            name: label.to_owned(),
            values: declared.and_then(|d| d.values.get(label).cloned()).unwrap_or_default(),
            selected: selected.into_iter().collect(),
            for_each,
            joined,
        })
        .collect();
    let mut bounds: Vec<_> = reads.iter().filter_map(|(read, _)| read.bound).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut needs: Vec<Need> = Vec::new();
    for (read, _) in reads {
        let matchers: Vec<_> = read.matchers.iter().filter(|m| !scope.contains(m)).cloned().collect();
        let selector = selector_text(&name, &matchers);
        let bound = read.bound.map(|bound| bound.to_string());
        let one = Reads { role: read.role, selector, by_query: read.by_query, bound };
        match needs.iter_mut().find(|need| need.promise == read.promise) {
            Some(need) if need.reads.contains(&one) => {}
            Some(need) => need.reads.push(one),
            None => needs.push(Need {
                promise: read.promise.clone(),
                title: read.title.clone(),
                reads: vec![one],
            }),
        }
    }
    let classic = declared.is_none_or(|d| d.kind == ast::MetricKind::Histogram);
    Metric {
        kind: declared.map(|d| d.kind.as_str().to_owned()),
        unit: declared.and_then(|d| d.unit.clone()),
        part_of: declared.and_then(|d| d.part_of.clone()),
        labels,
        bounds: if classic { bounds.iter().map(ToString::to_string).collect() } else { Vec::new() },
        declared_bounds: declared.map(|d| d.bounds.clone()).unwrap_or_default(),
        scraped_every: reads.iter().map(|(_, every)| *every).min().unwrap_or_default().to_string(),
        outside_scope: scope
            .iter()
            .filter(|m| !reads.iter().any(|(read, _)| read.matchers.contains(m)))
            .map(|m| selector_text("", std::slice::from_ref(m)))
            .collect(),
        facts: declared.map(|d| d.facts.clone()).unwrap_or_default(),
        needed_by: needs,
        name,
    }
}

#[cfg(test)]
mod tests;
