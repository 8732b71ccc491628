//! What each promise selects, as its rules do.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::ast::{self, Item, MetricKind};
use crate::ir::{MatchOp, Matcher, Model, Promise, Role, Selector, Series, Source};
use crate::promql;
use crate::promql::ast::{BinaryOp, Expr, ExprKind};
use crate::promql::bound::bucket_bound;
use crate::value::Decimal;

/// What a project has to be told of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The environment that was chosen.
    pub environment: Option<String>,
    /// Selectors as the rules have them, and the names of their series alone.
    pub selectors: BTreeSet<String>,
    /// By the name of the series, the labels that are tested.
    pub labels: BTreeMap<String, BTreeSet<String>>,
    /// By the selector of a bucket the histogram, and the selector of all that it observes.
    pub buckets: BTreeMap<String, (String, String)>,
}

impl Wanted {
    /// What the promises of a model read.
    pub fn of(model: &Model, files: &[ast::File]) -> Self {
        let catalogue = catalogue(files);
        let mut made = Self { environment: model.settings.environment.clone(), ..Self::default() };
        for (_, promise) in model.promises() {
            for reading in of(promise, &catalogue) {
                for form in &reading.forms {
                    made.selectors.insert(form.text.clone());
                    let Some(series) = &form.series else { continue };
                    made.selectors.insert(text(series, "", &[], &[]));
                    let labels = made.labels.entry(series.clone()).or_default();
                    labels.extend(reading.matchers.iter().map(|m| m.label.clone()));
                    if let (Some(metric), Some(count)) = (&reading.metric, &form.count) {
                        made.selectors.insert(count.clone());
                        made.buckets.insert(form.text.clone(), (metric.clone(), count.clone()));
                    }
                }
            }
        }
        made
    }
}

impl Wanted {
    /// Is a metric of this name read, or one of its series?
    pub fn reads(&self, metric: &str) -> bool {
        let series = |ending: &str| self.labels.contains_key(&format!("{metric}{ending}"));
        ["", "_count", "_bucket", "_sum"].into_iter().any(series)
    }
}

/// Metrics by their names.
pub(super) type Catalogue<'a> = BTreeMap<&'a str, &'a ast::Metric>;

/// What the sources declare.
pub(super) fn catalogue(files: &[ast::File]) -> Catalogue<'_> {
    let items = files.iter().flat_map(|file| &file.items);
    items
        .filter_map(|item| {
            if let Item::Metric(metric) = item { Some((metric.name.name.as_str(), metric)) } else { None }
        })
        .collect()
}

/// One reading of a promise.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug)]
pub(super) struct Reading<'m> {
    pub(super) promise: &'m Promise,
    /// As declared; of a query the name of the series; none where a query names none.
    pub(super) metric: Option<String>,
    /// How it may be stored: one of these is enough.
    pub(super) forms: Vec<Form>,
    /// Without `le` and the name.
    pub(super) matchers: Vec<Matcher>,
    /// A bound that a classic histogram must have.
    pub(super) bound: Option<Decimal>,
    pub(super) role: Role,
    /// A query of the user's own reads it.
    pub(super) by_query: bool,
    /// The query has it on one side of an `or`.
    pub(super) optional: bool,
    /// Its series are born with their first event.
    pub(super) born: bool,
    /// Its series vanish while nothing happens.
    pub(super) idle: bool,
}

/// A way in which a reading may be stored.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// The name of the series; none where a query fixes none.
    pub(super) series: Option<String>,
    /// As the rules select it.
    pub(super) text: String,
    /// Of a bucket: all observations of the same series.
    pub(super) count: Option<String>,
}

/// A selector's text.
fn text(metric: &str, suffix: &str, matchers: &[Matcher], extra: &[promql::print::Extra<'_>]) -> String {
    let mut out = String::new();
    promql::selector(&mut out, metric, suffix, matchers, extra);
    out
}

/// Everything that a promise reads itself; of a composed one nothing, since its members read.
pub(super) fn of<'m>(promise: &'m Promise, catalogue: &Catalogue<'_>) -> Vec<Reading<'m>> {
    let mut reader = Reader { promise, catalogue, list: Vec::new() };
    for (role, source) in promise.measurement.sources() {
        match source {
            Source::Series(series) => reader.series(series, role),
            Source::Gauge(selector) => reader.push(selector, "", None, role),
            Source::Query(query) => reader.query(query, role),
        }
    }
    reader.list
}

/// The sides of each `or` that have selectors on both.
fn below_or(expr: &Expr, found: &mut Vec<Range<usize>>) {
    if let ExprKind::Binary(binary) = &expr.kind
        && binary.op == BinaryOp::Or
        && [&binary.left, &binary.right].into_iter().all(|side| !promql::selectors(side).is_empty())
    {
        // All that is below is covered by these two.
        found.extend([binary.left.range.clone(), binary.right.range.clone()]);
        return;
    }
    for child in expr.children() {
        below_or(child, found);
    }
}

struct Reader<'a, 'm> {
    promise: &'m Promise,
    catalogue: &'a Catalogue<'a>,
    list: Vec<Reading<'m>>,
}

impl Reader<'_, '_> {
    fn series(&mut self, series: &Series, role: Role) {
        match series {
            Series::Counter(selector)
            | Series::Readings { selector, .. }
            | Series::HistogramCount { selector, native: true }
            | Series::HistogramWithin { selector, native: true, .. }
            | Series::HistogramOver { selector, native: true, .. } => {
                self.push(selector, "", None, role);
            }
            Series::HistogramCount { selector, native: false } => {
                self.push(selector, "_count", None, role);
            }
            Series::HistogramWithin { selector, native: false, limit }
            | Series::HistogramOver { selector, native: false, limit } => {
                self.push(selector, "_bucket", Some(*limit), role);
            }
            Series::Promql(query) => self.query(query, role),
        }
    }
    fn push(&mut self, selector: &Selector, suffix: &str, bound: Option<Decimal>, role: Role) {
        let (metric, matchers) = (&selector.metric, selector.matchers.as_slice());
        let mut forms = Vec::new();
        let own = match bound {
            Some(limit) => {
                let (op, bound) = bucket_bound(limit);
                text(metric, suffix, matchers, &[("le", op, &bound)])
            }
            None => text(metric, suffix, matchers, &[]),
        };
        let count = bound.map(|_| text(metric, "_count", matchers, &[]));
        forms.push(Form { series: Some(format!("{metric}{suffix}")), text: own, count });
        if selector.either {
            let text = text(metric, "", matchers, &[]);
            forms.push(Form { series: Some(metric.clone()), text, count: None });
        }
        self.list.push(Reading {
            promise: self.promise,
            metric: Some(metric.clone()),
            forms,
            matchers: matchers.to_vec(),
            bound,
            role,
            by_query: false,
            optional: false,
            born: selector.born_with_event,
            idle: selector.alive.is_some(),
        });
        if let Some(alive) = &selector.alive {
            self.push(alive, "", None, Role::Alive);
        }
    }
    /// What a query of the user's own selects.
    fn query(&mut self, query: &str, role: Role) {
        let Ok(expr) = promql::parse(query) else { return };
        let mut alternatives = Vec::new();
        below_or(&expr, &mut alternatives);
        for found in promql::selectors(&expr) {
            let absent = |user: &promql::User<'_>| matches!(user.name, "absent" | "absent_over_time");
            let written_by_rules = |name: &str| {
                name.starts_with("promise:") || matches!(name, "promise_info" | "ALERTS" | "ALERTS_FOR_STATE")
            };
            // What a query asks the absence of, and what rules write once they are loaded or fire, need not be there.
            if found.used_by.as_ref().is_some_and(absent)
                || found.metric().is_some_and(|(name, _)| written_by_rules(name))
            {
                continue;
            }
            let range = &found.expr.range;
            let optional = alternatives.iter().any(|a| a.start <= range.start && range.end <= a.end);
            let series = found.metric().map(|(name, _)| name.to_owned());
            let all: Vec<Matcher> = found
                .matchers()
                .iter()
                .map(|m| Matcher { label: m.label.text.clone(), op: m.op, value: m.value.text.clone() })
                .collect();
            let fixed = |m: &&Matcher| m.label != "__name__" || series.is_none() || m.op != MatchOp::Equal;
            let written: Vec<Matcher> = all.iter().filter(fixed).cloned().collect();
            let own = text(series.as_deref().unwrap_or_default(), "", &written, &[]);
            let whole = series.as_deref().map(|name| self.whole(name).unwrap_or(name).to_owned());
            let declared = whole.as_deref().and_then(|name| self.catalogue.get(name));
            let says = |stmt: fn(&ast::MetricStmt) -> bool| {
                declared.and_then(|m| m.body.as_ref()).is_some_and(|body| body.stmts.iter().any(stmt))
            };
            let (born, idle) = (
                says(|s| matches!(s, ast::MetricStmt::BornWithEvent(_))),
                says(|s| matches!(s, ast::MetricStmt::SilentWhenIdle(..))),
            );
            self.list.push(Reading {
                promise: self.promise,
                metric: whole,
                forms: vec![Form { series, text: own, count: None }],
                matchers: written
                    .into_iter()
                    .filter(|m| !matches!(m.label.as_str(), "le" | "__name__"))
                    .collect(),
                bound: all
                    .iter()
                    .find(|m| m.label == "le" && m.op == MatchOp::Equal)
                    .and_then(|m| m.value.parse().ok()),
                role,
                by_query: true,
                optional,
                born,
                idle,
            });
        }
    }
    /// The declared histogram or summary that a series is a part of.
    fn whole<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.catalogue.contains_key(name) {
            return None;
        }
        ["_bucket", "_count", "_sum"].iter().find_map(|part| {
            let whole = name.strip_suffix(part)?;
            let kind = self.catalogue.get(whole)?.kind.value;
            matches!(kind, MetricKind::Histogram | MetricKind::Summary).then_some(whole)
        })
    }
}
