//! Raw counters, and the history of recorded series that rules find after a month.

use crate::common::bed::{Bed, Text, series};
use crate::common::http::Labels;
use crate::common::layers::{self, Rule};

/// A month in seconds.
pub const MONTH: f64 = 30.0 * 86_400.0;

/// The name of a raw series: a third of them count bad events.
pub fn raw(series_count: usize, at: usize) -> String {
    let labels = [
        ("job", format!("shop{series_count}")),
        ("instance", format!("i{}", at / 3)),
        ("code", ["200", "404", "500"][at % 3].to_owned()),
    ];
    let labels: Labels = labels.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    series("http_requests_total", &labels)
}

/// The value of a raw series at a time: 20, 1 and 0.02 events a second, with waves.
pub fn value(at: usize, time: f64) -> f64 {
    let rate = [20.0, 1.0, 0.02][at % 3];
    (rate * (time - 1.7e9) + rate * 5_000.0 * (time / 7_200.0 + at as f64).sin()).floor()
}

/// Writes so many raw series, scraped every 15 s.
pub fn write_raw(text: &mut Text, count: usize, from: f64, to: f64) {
    for at in 0..count {
        let name = raw(count, at);
        let mut time = from + (at / 3 % 15) as f64;
        while time < to {
            text.sample(&name, time, value(at, time));
            time += 15.0;
        }
    }
}

/// Evaluates these rules of one promise over all the time, and writes what they gave again for other promises: `rename` says
/// how the labels read there. What nobody reads any more is left out, as `keep` says in seconds for each series.
pub fn copies(
    bed: &mut Bed,
    rules: &[Rule],
    (from, to): (f64, f64),
    keep: impl Fn(&Rule) -> f64,
    renames: &[Box<dyn Fn(&str) -> String>],
) -> u64 {
    let mut found: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    layers::evaluate_with(bed, rules, from, to, &[], |rule, name, at, value| {
        if at < to - keep(rule) {
            return;
        }
        match found.last_mut() {
            Some(last) if last.0 == name => last.1.push((at, value)),
            _ => found.push((name.to_owned(), vec![(at, value)])),
        }
    });
    let mut text = bed.text();
    for rename in renames {
        for (name, points) in &found {
            let name = rename(name);
            for (at, value) in points {
                text.sample(&name, *at, *value);
            }
        }
    }
    let samples = text.samples;
    bed.add(text);
    samples
}
