//! How long emission takes: `cargo test --release --test prometheus -- --ignored speed --nocapture`.

use super::build::*;
use super::tools::emit;
use slovo::ir::{Composition, Urgency};

/// Processor time of this process in seconds (Linux: user and system ticks of a hundredth).
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

#[test]
#[ignore = "a measurement, for release builds"]
fn speed() {
    let journeys = (0..1250).map(|n| {
        let id = format!("journey_{n:04}");
        let mut promises: Vec<_> = (0..7)
            .map(|p| {
                let metric = format!(r#"http_server_requests_total{{job="service-{n}",route="/api/v{p}"}}"#);
                let measurement = if p % 3 == 2 {
                    good(vec![count(&metric)], vec![within(&metric, "0.4")])
                } else {
                    bad(vec![counter(&metric)], vec![counter(&metric.replace('}', r#",code=~"5.."}"#))])
                };
                promise(&format!("step{}.promise_{p}", p / 2), measurement)
                    .with(|p| "The page opens with everything in it".clone_into(&mut p.title))
                    .with(|x| {
                        if p % 2 == 1 {
                            x.urgency = Urgency::Ticket;
                        }
                    })
            })
            .collect();
        let members = [format!("{id}.step0.promise_0"), format!("{id}.step1.promise_2")];
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        promises.push(promise("whole", composed(Composition::All, &members)));
        journey(&id, promises)
    });
    let model = model(journeys.collect());
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = cpu();
        let files = std::hint::black_box(emit(&model)); // emits twice
        let spent = (cpu() - start) / 2.0;
        best = best.min(spent);
        let bytes: usize = files.iter().map(|f| f.text.len()).sum();
        let rules: usize = files.iter().map(|f| f.text.matches(" expr:").count()).sum();
        eprintln!("10,000 promises: {rules} rules, {} kB, {spent:.3} CPU s", bytes / 1000);
    }
    assert!(best < 0.25 || cfg!(debug_assertions), "{best} s");
}
