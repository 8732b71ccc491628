//! The contract as a page for those who instrument.

use std::fmt::Write as _;

use super::{Label, Metric, Missing, Required};
use crate::check::several;
use crate::ir::Role;
use crate::render::markdown::{code_span, escape_into};

impl Required {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut out = format!("# What the promises of {} need to be measured\n\n", code_span(&self.project));
        let promises: std::collections::BTreeSet<&String> =
            self.metrics.iter().flat_map(|m| &m.needed_by).map(|n| &n.promise).collect();
        let reads = if promises.len() == 1 { "reads" } else { "read" };
        let metrics = several(self.metrics.len(), "metric");
        let _ = writeln!(out, "{} {reads} {metrics}.", several(promises.len(), "promise"));
        if !self.metrics.is_empty() {
            out.push_str(
                "Each metric must have this name, this kind and these labels. A counter begins at 0 when its process starts, with a series for each \
                 combination of label values that is known by then, unless it is said otherwise: the first event of a series that wasn't there before can't be \
                 counted.\n",
            );
        }
        if !self.scope.is_empty() {
            let scope: Vec<String> = self.scope.iter().map(|s| code_span(s)).collect();
            let _ = writeln!(
                out,
                "\nUnless it is said otherwise, every series must match {} (`scope` in slovo.yaml), which is set where samples are collected.",
                scope.join(" and ")
            );
        }
        for metric in &self.metrics {
            out.push('\n');
            metric.markdown(&mut out);
        }
        self.rest(&mut out);
        out
    }

    /// As one JSON document.
    pub fn json(&self) -> String {
        // Strings, numbers and lists only: it cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    fn rest(&self, out: &mut String) {
        if !self.unread.is_empty() {
            out.push_str("\n## Not known\n\nThese promises have a query that isn't PromQL, so what they need is not listed.\n\n");
            for promise in &self.unread {
                let _ = writeln!(out, "* {}", code_span(promise));
            }
        }
        if self.gaps.is_empty() {
            return;
        }
        out.push_str("\n## What isn't counted\n");
        for (missing, what) in [
            (
                Missing::Abandonment,
                "No promise of these steps counts who begins and never finishes. Two counters make it visible, one of what is started and one of what is \
                 finished (`started`, `finished .. within`).",
            ),
            (
                Missing::Retries,
                "No promise of these steps counts who has to try again. A label such as `attempt`, with the values `first` and `again`, makes it visible \
                 on a counter that is there.",
            ),
        ] {
            let steps: Vec<_> = self.gaps.iter().filter(|gap| gap.missing == missing).collect();
            if steps.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{what}\n");
            for gap in steps {
                let _ = write!(out, "* {}, ", code_span(&gap.step));
                escape_into(out, &gap.title);
                out.push('\n');
            }
        }
    }
}

impl Metric {
    fn markdown(&self, out: &mut String) {
        let _ = writeln!(out, "## {}\n", code_span(&self.name));
        match (&self.kind, &self.unit) {
            (Some(kind), Some(unit)) => {
                let _ = write!(out, "A {kind} of {unit}");
            }
            (Some(kind), None) => {
                let _ = write!(out, "A {kind}");
            }
            (None, _) if self.name == "up" => out.push_str("Written by Prometheus itself for every target"),
            (None, _) => out.push_str("Named by a query and not declared in the catalogue"),
        }
        let _ = writeln!(out, ", scraped every {} or more often.", self.scraped_every);
        if let Some(whole) = &self.part_of {
            let _ = writeln!(out, "Every event that it counts is counted by {} too.", code_span(whole));
        }
        if !self.outside_scope.is_empty() {
            let scope: Vec<String> = self.outside_scope.iter().map(|s| code_span(s)).collect();
            let _ = writeln!(out, "It needn't match {}.", scope.join(" and "));
        }
        for fact in &self.facts {
            let _ = writeln!(out, "{fact}");
        }
        if !self.bounds.is_empty() {
            let unit = self.unit.as_ref().map(|unit| format!(", in {unit}")).unwrap_or_default();
            let noun =
                if self.bounds.len() == 1 { "a bucket with the bound" } else { "buckets with the bounds" };
            let _ = write!(out, "It needs {noun} {}{unit}", self.bounds.join(", "));
            match self.declared_bounds.as_slice() {
                [] => out.push_str(".\n"),
                all => {
                    let _ = writeln!(out, "; the catalogue declares {}.", all.join(", "));
                }
            }
        }
        if !self.labels.is_empty() {
            out.push_str("\n| label | its values | promises select |\n| --- | --- | --- |\n");
            for label in &self.labels {
                label.markdown(out);
            }
        }
        out.push_str("\nNeeded by\n\n");
        for need in &self.needed_by {
            let _ = write!(out, "* {}, ", code_span(&need.promise));
            escape_into(out, &need.title);
            out.push('\n');
            for read in &need.reads {
                let (words, part) = (in_words(read.role), if read.by_query { ", by a query" } else { "" });
                let _ = write!(out, "  * {words}{part}: {}", code_span(&read.selector));
                // What is above a bound is what isn't up to it.
                if let Some(bound) = &read.bound {
                    let _ = write!(out, " and its bound {bound}");
                }
                out.push('\n');
            }
        }
    }
}

impl Label {
    fn markdown(&self, out: &mut String) {
        let spans = |list: &[String], or: &str| match list {
            [] => or.to_owned(),
            list => list.iter().map(|text| code_span(text)).collect::<Vec<_>>().join(", "),
        };
        // Prometheus sets these itself.
        let set = match self.name.as_str() {
            "job" | "instance" => "set by Prometheus",
            _ => "any",
        };
        let mut selected = spans(&self.selected, "");
        for (is_so, words) in [(self.for_each, "each value"), (self.joined, "grouped or matched by it")] {
            if is_so {
                selected.push_str(if selected.is_empty() { "" } else { "; " });
                selected.push_str(words);
            }
        }
        let _ = writeln!(out, "| {} | {} | {selected} |", code_span(&self.name), spans(&self.values, set));
    }
}

fn in_words(role: Role) -> &'static str {
    match role {
        Role::All => "all events",
        Role::Good => "good ones",
        Role::Bad => "bad ones",
        Role::Started => "what is started",
        Role::Finished => "what is finished",
        Role::Late => "what is finished too late",
        Role::Value => "the value that is judged",
        Role::Alive => "shows that the service runs",
    }
}
