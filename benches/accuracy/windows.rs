//! Every recorded window of half an hour and longer against the same window over the raw series, outside of 90 seconds
//! around an edge of a failure entering or leaving it. The difference is given as a share of the highest value that the
//! window has: a window over recorded rates follows the raw one some 30 seconds later, so where a window rises from
//! nothing any share of the value itself could be said.

use crate::common::bed::Bed;
use crate::common::{http, layers};
use crate::traffic::{DAY, START, generate};
use crate::{BAD, TOTAL, ours, shapes};

const LENGTH: u64 = 10 * DAY;

/// Measures and prints.
pub fn run() {
    println!("\n{:<8} {:>9} {:>14} {:>14}", "window", "compared", "worst", "near an edge");
    let shape = &shapes::all()[0];
    let mut bed = Bed::new();
    let mut text = bed.text();
    generate(shape, 15, LENGTH, &mut text);
    bed.add(text);
    let end = START + LENGTH as f64;
    let rules = ours(15);
    layers::evaluate(&mut bed, &rules, START, end, &[]);
    let edges: Vec<f64> = (0..=LENGTH / DAY)
        .flat_map(|d| [2 * 3600, 2 * 3600 + 47 * 60].map(|s| START + (d * DAY + s) as f64))
        .collect();
    for rule in rules.iter().filter(|r| r.name == "promise:error_ratio") {
        let window = rule.labels["window"].as_str();
        let Some(length) = (window != "budget").then(|| layers::seconds(window)).filter(|w| *w >= 1800.0)
        else {
            continue;
        };
        let from = layers::first(&rule.group, rule.every, START + length + 600.0);
        let mine = format!("promise:error_ratio{{window=\"{window}\"}}");
        let raw = format!("sum(rate({BAD}[{window}])) / sum(rate({TOTAL}[{window}]))");
        let port = bed.port();
        let mine = http::query_range(port, &mine, from, end, rule.every);
        let raw = http::query_range(port, &raw, from, end, rule.every);
        let highest = raw[0].points().map(|p| p.1).fold(0.0, f64::max);
        let (mut worst, mut near, mut compared) = (0.0_f64, 0.0_f64, 0_u64);
        for ((at, mine), (same, raw)) in mine[0].points().zip(raw[0].points()) {
            assert!((at - same).abs() < 0.001);
            let off = (mine - raw).abs() / highest;
            if edges.iter().any(|e| (at - e).abs() <= 90.0 || (at - length - e).abs() <= 90.0) {
                near = near.max(off);
            } else {
                worst = worst.max(off);
                compared += 1;
            }
        }
        println!("{window:<8} {compared:>9} {:>13.3}% {:>13.3}%", 100.0 * worst, 100.0 * near);
    }
}
