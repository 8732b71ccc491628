//! Which metrics a project's promises, indicators and queries name.

use std::collections::BTreeSet;

use crate::ast::{
    File, IndicatorStmt, Item, JourneyStmt, MetricStmt, Promise, PromiseStmtKind, Selector, StepStmt, Stream,
    StreamStmt, StreamStmtKind, Subject, Term, Verdict,
};
use crate::promql;

/// Names of series that a project reads.
#[derive(Clone, Debug, Default)]
pub struct Used {
    names: BTreeSet<String>,
}

impl Used {
    /// Of these files.
    pub fn of(files: &[File]) -> Self {
        let mut used = Self::default();
        for item in files.iter().flat_map(|file| &file.items) {
            used.item(item);
        }
        used
    }

    /// Is a metric named, or one of the series of a histogram or a summary?
    pub fn has(&self, metric: &str) -> bool {
        self.names.contains(metric)
            || ["_bucket", "_count", "_sum"]
                .iter()
                .any(|part| self.names.contains(&format!("{metric}{part}")))
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Indicator(indicator) => {
                for stmt in &indicator.body.stmts {
                    if let IndicatorStmt::Stream(stmt) = stmt {
                        self.stmt(stmt);
                    }
                }
            }
            Item::Journey(journey) => {
                for stmt in &journey.body.stmts {
                    if let JourneyStmt::Promise(promise) = stmt {
                        self.promise(promise);
                    }
                    let JourneyStmt::Step(step) = stmt else { continue };
                    for stmt in &step.body.stmts {
                        if let StepStmt::Promise(promise) = stmt {
                            self.promise(promise);
                        }
                    }
                }
            }
            Item::Metric(metric) => {
                if let Some(whole) = &metric.part_of {
                    self.names.insert(whole.name.clone());
                }
                for stmt in metric.body.iter().flat_map(|b| &b.stmts) {
                    if let MetricStmt::SilentWhenIdle(Some(alive), _) = stmt {
                        self.selector(alive);
                    }
                }
            }
            Item::Team(_) | Item::Policy(_) | Item::Playbook(_) | Item::Scenario(_) | Item::Junk(_) => {}
        }
    }

    fn promise(&mut self, promise: &Promise) {
        for stmt in &promise.body.stmts {
            if let PromiseStmtKind::Stream(stmt) = &stmt.kind {
                self.stmt(stmt);
            }
        }
    }

    fn stmt(&mut self, stmt: &StreamStmt) {
        match &stmt.kind {
            StreamStmtKind::Total(stream)
            | StreamStmtKind::Started(stream)
            | StreamStmtKind::Finished(stream, _)
            | StreamStmtKind::Verdict(_, Verdict::Stream(stream, _)) => self.stream(stream),
            StreamStmtKind::GoodWhen(condition) => match &condition.subject {
                Subject::Percentile(_, selector)
                | Subject::Mean(selector, _)
                | Subject::Stat(_, selector)
                | Subject::Age(_, selector) => self.selector(selector),
                Subject::Promql(query, _) => self.query(&query.value),
                Subject::Share(_) => {}
            },
            StreamStmtKind::Verdict(..) | StreamStmtKind::SilenceIsBad => {}
        }
    }

    fn stream(&mut self, stream: &Stream) {
        for term in &stream.terms {
            match term {
                Term::Selector(selector) | Term::Readings(selector, _) => self.selector(selector),
                Term::Promql(query, _) => self.query(&query.value),
            }
        }
    }

    fn selector(&mut self, selector: &Selector) {
        self.names.insert(selector.metric.name.clone());
    }

    /// The metrics of a query; of one that is not PromQL, every word that may be one.
    fn query(&mut self, query: &str) {
        let Ok(expr) = promql::parse(query) else {
            let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
            self.names.extend(words.filter(|w| !w.is_empty()).map(str::to_owned));
            return;
        };
        for found in promql::selectors(&expr) {
            if let Some((name, _)) = found.metric() {
                self.names.insert(name.to_owned());
            }
        }
    }
}
