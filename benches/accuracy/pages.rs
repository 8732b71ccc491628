//! From the first failed request of a total outage to a firing page, in every phase of scrapes and evaluations.

use crate::common::bed::Bed;
use crate::common::layers::Rule;
use crate::common::{http, layers, others};
use crate::traffic::{DAY, START, generate};
use crate::{BAD, TOTAL, ours, shapes};

const LENGTH: u64 = 30 * DAY;

/// Measures and prints.
pub fn run(scrapes: &[u64]) {
    println!("\n{:<28} {:>8} {:>8} {:>8} {:>8} {:>8}", "page after", "outages", "paged", "median", "p95", "worst");
    for scrape in scrapes {
        let shape = shapes::outages();
        let mut bed = Bed::new();
        let mut text = bed.text();
        generate(&shape, *scrape, LENGTH, &mut text);
        bed.add(text);
        let end = START + LENGTH as f64;
        let of = |list: Vec<Rule>, names: &[&str]| -> Vec<Rule> {
            list.into_iter().filter(|r| names.contains(&r.name.as_str())).collect()
        };
        let slow = ["slo:sli_error:ratio_rate5m", "slo:sli_error:ratio_rate30m", "slo:sli_error:ratio_rate1h",
            "slo:sli_error:ratio_rate6h", "HighErrorRate"];
        let burn = ["http_requests:burnrate5m", "http_requests:burnrate1h4m", "http_requests:burnrate32m",
            "http_requests:burnrate6h26m", "ErrorBudgetBurn"];
        let mine = ours(*scrape);
        for (label, rules, alert, severity, value) in [
            ("ours, E = 30s", mine, "PromiseBurnsFast", "severity", "page"),
            ("Sloth's, each minute", of(others::sloth("a", TOTAL, BAD, 60.0), &slow), "HighErrorRate", "sloth_severity", "page"),
            ("Sloth's, each 30s", of(others::sloth("b", TOTAL, BAD, 30.0), &slow), "HighErrorRate", "sloth_severity", "page"),
            ("Pyrra's", of(others::pyrra("c", TOTAL, BAD), &burn), "ErrorBudgetBurn", "severity", "critical"),
        ] {
            layers::evaluate(&mut bed, &rules, START, end, &[]);
            let alerts: Vec<&Rule> = rules
                .iter()
                .filter(|r| r.alert && r.name == alert && r.labels.get(severity).is_some_and(|s| s == value))
                .collect();
            assert!(!alerts.is_empty());
            let mut fires: Vec<f64> = alerts.iter().flat_map(|r| firing(&mut bed, r, end)).collect();
            fires.sort_by(f64::total_cmp);
            let starts = (0..).map(shapes::outage).take_while(|s| s + 3600 < LENGTH).map(|s| START + s as f64);
            let starts: Vec<f64> = starts.collect();
            let mut took: Vec<f64> = starts
                .iter()
                .filter_map(|s| fires.iter().find(|f| **f >= *s).map(|f| f - s).filter(|t| *t < 3600.0))
                .collect();
            took.sort_by(f64::total_cmp);
            let at = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize];
            println!(
                "{:<28} {:>8} {:>8} {:>7.0}s {:>7.0}s {:>7.0}s",
                format!("{label}, scrape {scrape}s"), starts.len(), took.len(), at(0.5), at(0.95), at(1.0)
            );
        }
    }
}

/// The evaluations at which an alert rule fires: active now and for as long as its `for` says.
fn firing(bed: &mut Bed, rule: &Rule, end: f64) -> Vec<f64> {
    let from = layers::first(&rule.group, rule.every, START);
    let mut found = Vec::new();
    for series in http::query_range(bed.port(), &rule.expr, from, end, rule.every) {
        let (mut since, mut before) = (f64::NAN, f64::NEG_INFINITY);
        for (at, _) in series.points() {
            if at - before > 1.5 * rule.every {
                since = at;
            }
            before = at;
            if at - since >= rule.hold {
                found.push(at);
            }
        }
    }
    found
}
