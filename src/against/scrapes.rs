//! How often a metric is scraped on the server: of the jobs that promises select, and said where it is not known.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, some};
use super::grade::{Server, accepts, tests};
use super::reads::Reading;
use super::snapshot::Seen;
use crate::ast::{self, MetricStmt};
use crate::diag::Diagnostic;
use crate::diag::codes::stored as codes;
use crate::ir::Model;
use crate::value::Duration;

/// Metrics of which the server does not tell enough, to be said of all of them at once.
#[derive(Debug, Default)]
pub(super) struct Untold {
    /// Queries find series of these, and no list of series has them.
    pub(super) unlisted: Vec<String>,
    /// By the jobs that expose them: `up` is there, and gives no interval.
    unmeasured: BTreeMap<String, Vec<String>>,
    /// Declared as `scraped every`, and without an `up`.
    declared: Vec<String>,
    /// Without an `up`: pushed, or recorded by rules.
    not_scraped: Vec<String>,
}

impl Untold {
    /// Adds what cannot be said, and what is a note only.
    pub(super) fn tell(self, unknown: &mut Vec<String>, notes: &mut Vec<String>) {
        if !self.unlisted.is_empty() {
            unknown.push(format!(
                "queries find {}, and it is not among the series that are listed: its kind, labels and scrape interval are not compared",
                some(&self.unlisted)
            ));
        }
        for (jobs, metrics) in &self.unmeasured {
            unknown.push(format!(
                "how often {} is scraped: the samples of `up` do not tell it of {jobs}",
                some(metrics)
            ));
        }
        if !self.declared.is_empty() {
            unknown.push(format!(
                "is {} scraped as often as `scraped every` says? There is no `up` of its job",
                some(&self.declared)
            ));
        }
        if !self.not_scraped.is_empty() {
            notes.push(format!(
                "no `up` belongs to {}, as it is with what is pushed or recorded by rules: scrape intervals are not compared",
                some(&self.not_scraped)
            ));
        }
    }
}

/// Scraped less often than the rules take it to be.
pub(super) fn interval(
    model: &Model,
    metric: &ast::Metric,
    (seen, readings): (&Seen, &[&Reading<'_>]),
    server: &Server<'_>,
    untold: &mut Untold,
) -> Option<Finding> {
    let stated = metric.body.iter().flat_map(|body| &body.stmts).find_map(|stmt| {
        if let MetricStmt::ScrapedEvery { every, span, .. } = stmt {
            Some((every.value, *span))
        } else {
            None
        }
    });
    let every = stated.map_or(model.settings.scrape_interval, |(every, _)| every);
    let (mut slow, mut unmeasured, mut without) = (None, BTreeSet::new(), seen.jobs.is_empty());
    // Another job may expose a metric of the same name, at its own pace.
    for job in seen.jobs.iter().filter(|job| readings.iter().any(|reading| may_select(reading, job))) {
        let Some(all) = server.snapshot.jobs.get(job) else {
            without = true;
            continue;
        };
        match all.as_deref().or_else(|| seen.slowest.get(job).map(String::as_str)).and_then(Duration::parse) {
            Some(real) if real > every => slow = slow.max(Some((real, job, all.is_none()))),
            Some(_) => {}
            None => {
                unmeasured.insert(format!("`{job}`"));
            }
        }
    }
    let shown = format!("`{}`", metric.name.name);
    if !unmeasured.is_empty() {
        let noun = if unmeasured.len() == 1 { "the job" } else { "the jobs" };
        let jobs = format!("{noun} {}", some(&unmeasured.into_iter().collect::<Vec<_>>()));
        untold.unmeasured.entry(jobs).or_default().push(shown);
    } else if without && stated.is_some() {
        untold.declared.push(shown);
    } else if without {
        untold.not_scraped.push(shown);
    }
    let (real, job, mixed) = slow?;
    let (span, label) = match stated {
        Some((_, span)) => (span, "declared here".to_owned()),
        None => (metric.name.span, format!("taken to be scraped every {every} (`scrape_interval`)")),
    };
    let made = Diagnostic::new(
        &codes::SCRAPED_RARELY,
        span,
        format!("`{}` is scraped every {real}, less often than declared", metric.name.name),
        label,
    );
    let of = if mixed { ", some of whose targets are scraped more often" } else { "" };
    let made = made.note(format!(
        "the job `{job}`{of}: rules do not look back far enough for it, and sometimes find nothing"
    ));
    let made = made.help(format!(
        "say `scraped every {real}` in the declaration, or `scrape_interval: {real}` in slovo.yaml; or scrape it more often"
    ));
    Some(Finding { made, key: format!("{real} {every}"), of: metric.name.name.clone() })
}

/// May a reading select series of this job? What its other matchers leave of them is not known.
fn may_select(reading: &Reading<'_>, job: &str) -> bool {
    accepts(&tests(&reading.matchers, "job"), job) != Some(false)
}
