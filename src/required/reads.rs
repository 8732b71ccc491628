//! What each promise reads of which metric.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use crate::ast::MetricKind;
use crate::ir::{Matcher, Promise, Role, Selector, Series, Source};
use crate::promql;
use crate::promql::ast::{Expr, ExprKind};
use crate::value::Decimal;

/// One reading.
pub(super) struct Read {
    pub(super) promise: String,
    pub(super) title: String,
    pub(super) metric: String,
    pub(super) matchers: Vec<Matcher>,
    pub(super) role: Role,
    /// Labels by which the promise keeps budgets.
    pub(super) for_each: Vec<String>,
    /// Labels by which a query groups series or finds those that belong together; of other reads none.
    pub(super) joined: Vec<String>,
    /// A query of the user's own reads it.
    pub(super) by_query: bool,
    /// A bound that a classic histogram must have.
    pub(super) bound: Option<Decimal>,
}

/// Everything that a promise reads itself; of a composed one nothing, since its members read.
pub(super) fn of(promise: &Promise, catalogue: &BTreeMap<&str, Declared>) -> Vec<Read> {
    let mut reader = Reader { promise, catalogue, list: Vec::new() };
    for (role, source) in promise.measurement.sources() {
        match source {
            Source::Series(series) => reader.series(series, role),
            Source::Gauge(selector) => reader.selector(selector, role, None),
            Source::Query(query) => reader.query(query, role),
        }
    }
    reader.list
}

struct Reader<'a> {
    promise: &'a Promise,
    catalogue: &'a BTreeMap<&'a str, Declared>,
    list: Vec<Read>,
}

impl Reader<'_> {
    fn series(&mut self, series: &Series, role: Role) {
        match series {
            Series::Counter(selector)
            | Series::HistogramCount { selector, .. }
            | Series::Readings { selector, .. } => self.selector(selector, role, None),
            Series::HistogramWithin { selector, limit, .. }
            | Series::HistogramOver { selector, limit, .. } => {
                self.selector(selector, role, Some(*limit));
            }
            Series::Promql(query) => self.query(query, role),
        }
    }
    fn selector(&mut self, selector: &Selector, role: Role, bound: Option<Decimal>) {
        self.push(selector.metric.clone(), selector.matchers.clone(), role, bound);
        if let Some(alive) = &selector.alive {
            self.push(alive.metric.clone(), alive.matchers.clone(), Role::Alive, None);
        }
    }
    /// What a query of the user's own selects; a series of a declared histogram is a part of that.
    fn query(&mut self, query: &str, role: Role) {
        let Ok(expr) = promql::parse(query) else { return };
        let mut joined = BTreeSet::new();
        join(&expr, &mut joined);
        for found in promql::selectors(&expr) {
            let Some((name, _)) = found.metric() else { continue };
            let whole = ["_bucket", "_count", "_sum"].iter().find_map(|part| {
                let whole = name.strip_suffix(part)?;
                let kind = self.catalogue.get(whole)?.kind;
                matches!(kind, MetricKind::Histogram | MetricKind::Summary).then_some(whole)
            });
            let (mut matchers, mut bound) = (Vec::new(), None);
            for matcher in found.matchers() {
                let (label, value) = (&matcher.label.text, &matcher.value.text);
                if label == "le" {
                    bound = value.parse().ok();
                } else if label != "__name__" {
                    matchers.push(Matcher { label: label.clone(), op: matcher.op, value: value.clone() });
                }
            }
            let metric = whole.unwrap_or(name);
            let has = |label: &&&str| {
                let declared = self.catalogue.get(metric).map(|d| &d.labels).filter(|l| !l.is_empty());
                declared.is_none_or(|labels| labels.iter().any(|l| l == **label))
            };
            let joined = joined.iter().filter(has).map(|l| (*l).to_owned()).collect();
            self.push(metric.to_owned(), matchers, role, bound);
            if let Some(read) = self.list.last_mut() {
                (read.joined, read.by_query) = (joined, true);
            }
        }
    }
    fn push(&mut self, metric: String, matchers: Vec<Matcher>, role: Role, bound: Option<Decimal>) {
        let for_each = match role {
            Role::Alive => Vec::new(),
            Role::All
            | Role::Good
            | Role::Bad
            | Role::Started
            | Role::Finished
            | Role::Late
            | Role::Value => self.promise.for_each.iter().map(|(label, _)| label.clone()).collect(),
        };
        let (promise, title) = (self.promise.path.to_string(), self.promise.title.clone());
        let (joined, by_query) = (Vec::new(), false);
        self.list.push(Read { promise, title, metric, matchers, role, for_each, joined, by_query, bound });
    }
}

/// Labels that a query names in `by (..)`, `on (..)` and `group_left (..)`.
fn join<'e>(expr: &'e Expr, found: &mut BTreeSet<&'e str>) {
    match &expr.kind {
        ExprKind::Aggregate(aggregate) => {
            if let Some(grouping) = aggregate.grouping.as_ref().filter(|g| !g.without) {
                found.extend(grouping.labels.iter().map(|l| l.text.as_str()));
            }
        }
        ExprKind::Binary(binary) => {
            if let Some(matching) = &binary.matching {
                let on = matching.labels.iter().filter(|_| matching.on);
                let group = matching.group.iter().flat_map(|group| &group.labels);
                found.extend(on.chain(group).map(|l| l.text.as_str()));
            }
        }
        ExprKind::Selector(_)
        | ExprKind::Paren(_)
        | ExprKind::Call(_)
        | ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Subquery(_)
        | ExprKind::Unary(_) => {}
    }
    for child in expr.children() {
        join(child, found);
    }
}
