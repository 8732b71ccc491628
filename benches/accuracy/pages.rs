//! From the first failed request of a total outage to a firing page: 34 outages in different phases of scrapes and evaluations,
//! and four phases of evaluations against scrapes.

use crate::common::bed::Bed;
use crate::common::layers::Rule;
use crate::common::{http, layers, others};
use crate::traffic::{DAY, START, generate};
use crate::{BAD, TOTAL, ours, printed, shapes};

const LENGTH: u64 = 10 * DAY;
/// Phases of evaluations against scrapes: groups of other names run at other times.
const PHASES: usize = 4;

/// How far the median may be from what is printed "as a rule": the outages are a sample of the phases, two seconds apart.
const TYPICAL: f64 = 0.05;

/// Measures and prints. Gives what isn't as `explain` and documents print it.
pub fn run(scrapes: &[u64]) -> Vec<String> {
    let mut wrong = Vec::new();
    println!(
        "\n{:<34} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "page after", "outages", "paged", "median", "p95", "worst"
    );
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
        let slow = [
            "slo:sli_error:ratio_rate5m",
            "slo:sli_error:ratio_rate30m",
            "slo:sli_error:ratio_rate1h",
            "slo:sli_error:ratio_rate6h",
            "HighErrorRate",
        ];
        let burn = [
            "http_requests:burnrate5m",
            "http_requests:burnrate1h4m",
            "http_requests:burnrate32m",
            "http_requests:burnrate6h26m",
            "ErrorBudgetBurn",
        ];
        let renamed = |phase: usize| -> Vec<Rule> {
            let name = format!("visit{phase}");
            let mut list = ours(*scrape);
            for rule in &mut list {
                rule.group = rule.group.replace("visit", &name);
                rule.expr = rule.expr.replace("journey=\"visit\"", &format!("journey=\"{name}\""));
                rule.labels.insert("journey".to_owned(), name.clone());
            }
            list
        };
        let sloth = |every: f64| {
            move |phase: usize| {
                of(others::sloth(&format!("s{every}{phase}"), &TOTAL.into(), &BAD.into(), every), &slow)
            }
        };
        let starts = (0..).map(shapes::outage).take_while(|s| s + 3600 < LENGTH).map(|s| START + s as f64);
        let starts: Vec<f64> = starts.collect();
        let sets: [(&str, Box<dyn Fn(usize) -> Vec<Rule>>, &str, &str); 4] = [
            ("ours, every 30 s", Box::new(renamed), "PromiseBurnsFast", "page"),
            ("Sloth's, each minute", Box::new(sloth(60.0)), "HighErrorRate", "page"),
            ("Sloth's, every 30 s", Box::new(sloth(30.0)), "HighErrorRate", "page"),
            (
                "Pyrra's",
                Box::new(|phase| of(others::pyrra(&format!("c{phase}"), TOTAL, BAD), &burn)),
                "ErrorBudgetBurn",
                "critical",
            ),
        ];
        for (label, rules, alert, loud) in sets {
            let mut took: Vec<f64> = Vec::new();
            for phase in 0..PHASES {
                let rules = rules(phase);
                layers::evaluate(&mut bed, &rules, START, end, &[]);
                let pages = |r: &&Rule| r.alert && r.name == alert && r.labels.values().any(|v| v == loud);
                let mut fires: Vec<f64> =
                    rules.iter().filter(pages).flat_map(|r| firing(&mut bed, r, end)).collect();
                fires.sort_by(f64::total_cmp);
                let first = |s: &f64| fires.iter().find(|f| **f >= *s).map(|f| f - s);
                took.extend(starts.iter().filter_map(first).filter(|t| *t < 3600.0));
            }
            took.sort_by(f64::total_cmp);
            let at = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize];
            println!(
                "{:<34} {:>8} {:>8} {:>7.0}s {:>7.0}s {:>7.0}s",
                format!("{label}, scraped each {scrape}s"),
                PHASES * starts.len(),
                took.len(),
                at(0.5),
                at(0.95),
                at(1.0)
            );
            if label.starts_with("ours") {
                let (typical, worst) = printed(*scrape);
                println!(
                    "{:<34} {:>8} {:>8} {typical:>7.0}s {:>8} {worst:>7.0}s",
                    "  printed: as a rule, at worst", "", "", ""
                );
                if (at(0.5) / typical - 1.0).abs() > TYPICAL {
                    wrong.push(format!("scraped each {scrape}s, the median of pages isn't what is printed"));
                }
                if at(1.0) > worst {
                    wrong
                        .push(format!("scraped each {scrape}s, a page comes later than is printed at worst"));
                }
            }
        }
    }
    wrong
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
