//! Which metrics a project's promises, indicators and queries name.

use std::collections::BTreeSet;

use crate::ast::{File, Node};
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
        for file in files {
            file.nodes(&mut |item| {
                item.walk(&mut |node| {
                    if let Node::MetricName(name, false) = node {
                        used.names.insert(name.name.clone());
                    } else if let Node::Query(query) = node {
                        used.query(&query.value);
                    }
                });
            });
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
