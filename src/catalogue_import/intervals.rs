//! Scrape intervals: what a server's samples show, against what is declared.

use std::collections::BTreeMap;

use super::{Declared, Finding, Import, Used, What, finding};
use crate::ast::MetricStmt;
use crate::exposition::{Exposition, Family};
use crate::value::Duration;

/// The interval of most families; of two that are as common, the shorter one.
pub fn most_common(exposition: &Exposition<'_>) -> Option<Duration> {
    let mut counted: BTreeMap<Duration, usize> = BTreeMap::new();
    for every in exposition.families.iter().filter_map(interval) {
        *counted.entry(every).or_default() += 1;
    }
    let most = counted.values().max().copied()?;
    counted.into_iter().find(|(_, count)| *count == most).map(|(every, _)| every)
}

/// Says of new declarations how often they are scraped, where that is not as the project has it.
pub fn scraped_apart(import: &mut Import, exposition: &Exposition<'_>, usual: Duration) {
    let apart: BTreeMap<&str, Duration> = exposition
        .families
        .iter()
        .filter_map(|family| Some((family.name.as_ref(), interval(family)?)))
        .filter(|(_, every)| *every != usual)
        .collect();
    for metric in &mut import.metrics {
        metric.scraped = apart.get(metric.name.as_str()).copied();
    }
}

/// Declared metrics that are scraped at another interval than is said of them.
pub fn differing(
    exposition: &Exposition<'_>,
    declared: &Declared<'_>,
    usual: Duration,
    used: Option<&Used>,
) -> Vec<Finding> {
    let wanted = |name: &str| used.is_none_or(|used| used.has(name));
    let mut found = Vec::new();
    for family in exposition.families.iter().filter(|family| wanted(&family.name)) {
        let (Some(every), Some(metric)) = (interval(family), declared.get(&family.name)) else { continue };
        let said = metric.body.iter().flat_map(|body| &body.stmts).find_map(|stmt| {
            if let MetricStmt::ScrapedEvery { every, .. } = stmt { Some(every.value) } else { None }
        });
        let said = said.unwrap_or(usual);
        if said != every {
            found.push(finding(family, What::OtherInterval(said.to_string(), every.to_string())));
        }
    }
    found
}

fn interval(family: &Family<'_>) -> Option<Duration> {
    family.on_server.as_ref()?.interval
}
