//! Where a reading is written: the statement of its promise, and in it the matcher or the metric that a message is about.

use std::collections::HashMap;

use super::reads::Reading;
use crate::ast::{
    ArgValue, File, Matchers, Node, Promise, PromiseStmtKind, Side, StreamStmt, StreamStmtKind,
};
use crate::required::Role;
use crate::source::Span;

/// What a message is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum About<'a> {
    /// The metric.
    Metric,
    /// The matchers of a label; the values that they have.
    Label(&'a str),
    /// A bound.
    Limit,
}

/// Promises by their places.
pub(super) struct Places<'a> {
    promises: HashMap<Span, &'a Promise>,
}

impl<'a> Places<'a> {
    pub(super) fn of(files: &'a [File]) -> Self {
        let mut promises = HashMap::new();
        for file in files {
            file.nodes(&mut |item| {
                item.walk(&mut |node| {
                    if let Node::Promise(promise) = node {
                        promises.insert(promise.span, promise);
                    }
                });
            });
        }
        Self { promises }
    }

    /// Where a reading is written.
    pub(super) fn find(&self, reading: &Reading<'_>, about: About<'_>) -> Span {
        let usual = reading.promise.places.measurement;
        let Some(promise) = self.promises.get(&reading.promise.origin.span) else { return usual };
        let mut own = Vec::new();
        let mut other = Vec::new();
        for stmt in &promise.body.stmts {
            if let PromiseStmtKind::Stream(stream) = &stmt.kind {
                let list = if is_of(stream, reading.role) { &mut own } else { &mut other };
                list.push(Parts::of(stream));
            }
            if let PromiseStmtKind::MeasuredBy { args, narrowed, .. } = &stmt.kind {
                let mut parts = Parts { whole: Some(stmt.span), ..Parts::default() };
                parts.matchers.extend(narrowed);
                for arg in args {
                    if let ArgValue::Str(text) = &arg.value {
                        parts.args.push((text.value.as_str(), text.span));
                    }
                }
                own.push(parts);
            }
        }
        let exact = own.iter().chain(&other).find_map(|parts| parts.find(reading, about));
        exact.or_else(|| own.first().and_then(|parts| parts.whole)).unwrap_or(usual)
    }
}

/// Does a statement say what is read for this?
fn is_of(stmt: &StreamStmt, role: Role) -> bool {
    matches!(
        (&stmt.kind, role),
        (StreamStmtKind::Total(_), Role::All | Role::Alive)
            | (StreamStmtKind::Verdict(Side::Good, _), Role::Good)
            | (StreamStmtKind::Verdict(Side::Bad, _), Role::Bad)
            | (StreamStmtKind::Started(_), Role::Started)
            | (StreamStmtKind::Finished(..), Role::Finished | Role::Late)
            | (StreamStmtKind::GoodWhen(_), Role::Value)
    )
}

/// What stands in a statement.
#[derive(Default)]
struct Parts<'a> {
    whole: Option<Span>,
    metrics: Vec<(&'a str, Span)>,
    matchers: Vec<&'a Matchers>,
    queries: Vec<Span>,
    limits: Vec<Span>,
    args: Vec<(&'a str, Span)>,
}

impl<'a> Parts<'a> {
    fn of(stmt: &'a StreamStmt) -> Self {
        let mut made = Self { whole: Some(stmt.span), ..Self::default() };
        Node::StreamStmt(stmt).walk(&mut |node| {
            if let Node::MetricName(metric, false) = node {
                made.metrics.push((metric.name.as_str(), metric.span));
            } else if let Node::Matchers(matchers) = node {
                made.matchers.push(matchers);
            } else if let Node::Query(query) = node {
                made.queries.push(query.span);
            } else if let Node::Bound(bound) = node {
                made.limits.push(bound.span);
            }
        });
        made
    }

    fn find(&self, reading: &Reading<'_>, about: About<'_>) -> Option<Span> {
        if reading.by_query {
            return self.queries.first().copied();
        }
        match about {
            About::Metric => {
                let metric = reading.metric.as_deref()?;
                self.metrics.iter().find(|(name, _)| *name == metric).map(|(_, span)| *span)
            }
            About::Limit => self.limits.first().copied(),
            About::Label(label) => {
                let written = self.matchers.iter().flat_map(|m| &m.list).find(|m| m.label.name == label);
                let value = |arg: &&(&str, Span)| {
                    reading.matchers.iter().any(|m| m.label == label && m.value == arg.0)
                };
                written.map(|m| m.span).or_else(|| self.args.iter().find(value).map(|(_, span)| *span))
            }
        }
    }
}
