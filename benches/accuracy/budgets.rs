//! Budgets over 30 days against the truth, on every shape.

use std::time::Instant;

use crate::common::bed::Bed;
use crate::common::{http, layers, others};
use crate::traffic::{DAY, START, generate};
use crate::{BAD, TOTAL, ours, shapes};

/// The month and what runs before it.
const LENGTH: u64 = 31 * DAY;

/// Measures and prints.
pub fn run(scrapes: &[u64], wanted: impl Fn(&str) -> bool) {
    println!(
        "{:<12} {:>6} {:>12} {:>12} {:>9} {:>9} {:>9} {:>12} {:>9} {:>12} {:>9} {:>15} {:>9} {:>6}",
        "shape",
        "scrape",
        "truth",
        "ours",
        "off",
        "left",
        "we say",
        "mean of 5m",
        "off",
        "increase",
        "off",
        "NaN of samples",
        "NaN there",
        "took"
    );
    for scrape in scrapes {
        for shape in shapes::all().iter().filter(|s| wanted(s.name)) {
            let clock = Instant::now();
            let mut bed = Bed::new();
            let mut text = bed.text();
            let truth = generate(shape, *scrape, LENGTH, &mut text);
            bed.add(text);
            let holes: Vec<(f64, f64)> =
                shape.holes.iter().map(|h| (START + h.0 as f64, START + h.1 as f64)).collect();
            let end = START + LENGTH as f64;
            let mut last = (0.0, f64::NAN);
            let done =
                layers::evaluate_with(&mut bed, &ours(*scrape), START, end, &holes, |rule, _, at, value| {
                    if rule.name == "promise:error_ratio"
                        && rule.labels.get("window").is_some_and(|w| w == "budget")
                    {
                        last = (at, value);
                    }
                });
            let (at, we) = last;
            let left = http::value(bed.port(), "last_over_time(promise:budget_remaining[2m])", end);
            let sloth: Vec<_> = others::sloth("answered", &TOTAL.into(), &BAD.into(), 60.0)
                .into_iter()
                .filter(|r| r.name == "slo:sli_error:ratio_rate5m")
                .collect();
            let theirs = layers::evaluate(&mut bed, &sloth, START, end, &holes);
            let mean = "sum_over_time(slo:sli_error:ratio_rate5m[30d]) / count_over_time(slo:sli_error:ratio_rate5m[30d])";
            let mean = http::value(bed.port(), mean, at);
            let increase = format!("(sum(increase({BAD}[30d])) or vector(0)) / sum(increase({TOTAL}[30d]))");
            let increase = http::value(bed.port(), &increase, at);
            let fact = truth.ratio(at - 30.0 * DAY as f64, at);
            println!(
                "{:<12} {:>5}s {:>12} {:>12} {:>9} {:>9} {:>9} {:>12} {:>9} {:>12} {:>9} {:>15} {:>9} {:>5.0}s  {}",
                shape.name,
                scrape,
                percent(fact),
                percent(we),
                off(we, fact),
                format!("{:.2}%", 100.0 * (1.0 - fact / 0.001)),
                format!("{:.2}%", 100.0 * left),
                percent(mean),
                off(mean, fact),
                percent(increase),
                off(increase, fact),
                format!("{}/{}", done.nans, done.samples),
                theirs.nans,
                clock.elapsed().as_secs_f64(),
                shape.says,
            );
        }
    }
}

fn percent(ratio: f64) -> String {
    format!("{:.6}%", 100.0 * ratio)
}

/// The relative error.
fn off(value: f64, truth: f64) -> String {
    if truth == 0.0 {
        return if value == 0.0 { "0".to_owned() } else { "-".to_owned() };
    }
    format!("{:+.3}%", 100.0 * (value / truth - 1.0))
}
