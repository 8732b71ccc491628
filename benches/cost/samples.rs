//! Samples that the rules of a promise read a minute, as Prometheus itself counts them, with the whole history there.

use crate::common::bed::Bed;
use crate::common::layers::Rule;
use crate::common::others::Query;
use crate::common::{http, layers, others};
use crate::history::{MONTH, Raw, write_raw};
use crate::{PER_JOURNEY, ours, selectors};

/// An arbitrary end of the history.
const END: f64 = 1_770_249_600.0;

/// Samples a minute of one promise.
#[derive(Default)]
struct Read {
    raw: f64,
    rest: f64,
    full: bool,
}

/// Measures and prints.
pub fn run(list: &[usize]) {
    println!(
        "\n{:<10} {:>8} {:>14} {:>14} {:>14} {:>10}",
        "rules", "series", "read raw", "read recorded", "a minute", "history"
    );
    for series in list {
        // As much raw history as text can hold: all of it for 12 series, five days for 120, three hours for 1,200.
        let raw = match series {
            0..=24 => MONTH + 86_400.0,
            25..=240 => 5.0 * 86_400.0,
            _ => 3.0 * 3600.0,
        };
        let (total, bad) = selectors(Raw::Counters(*series));
        let (Query::One(total_selector), Query::One(bad_selector)) = (&total, &bad) else { continue };
        let mut bed = Bed::new();
        let mut text = bed.text();
        write_raw(&mut text, Raw::Counters(*series), END - raw, END + 60.0);
        bed.add(text);
        let rules = layers::parse(&ours(1, Raw::Counters(*series))[0].text);
        layers::evaluate(&mut bed, &rules, END - raw, END, &[]);
        let sloth = others::sloth("p0", &total, &bad, 60.0);
        let needed: Vec<Rule> = sloth.iter().filter(|r| r.name.ends_with("rate5m")).cloned().collect();
        layers::evaluate(&mut bed, &needed, END - raw, END, &[]);
        let pyrra = others::pyrra("p0", total_selector, bad_selector);
        let full = raw > MONTH;
        for (name, rules, promises) in
            [("ours", rules, PER_JOURNEY), ("Sloth's", sloth, 1), ("Pyrra's", pyrra, 1)]
        {
            let mut read = Read { full, ..Read::default() };
            for rule in &rules {
                let samples = http::samples_read(bed.port(), &rule.expr, END);
                let a_minute = samples * 60.0 / rule.every / promises as f64;
                if std::env::var_os("EACH_RULE").is_some() {
                    println!("  {a_minute:>12.1} {} {:?}", rule.name, rule.labels.get("window"));
                }
                if rule.expr.contains("http_requests_total{") {
                    read.raw += a_minute;
                } else {
                    read.rest += a_minute;
                }
            }
            let history = if read.full { "whole" } else { "partial" };
            println!(
                "{name:<10} {series:>8} {:>14.0} {:>14.0} {:>14.0} {history:>10}",
                read.raw,
                read.rest,
                read.raw + read.rest
            );
        }
    }
}
