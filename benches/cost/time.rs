//! Processor time of a Prometheus that evaluates the rules of many promises, with a month of history. One Prometheus for each
//! set of rules and one without any, all at the same time, scraping the same target.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::bed::{Bed, Prometheus};
use crate::common::layers::Rule;
use crate::common::{http, layers, others};
use crate::history::{self, MONTH, copies, write_raw};
use crate::{PER_JOURNEY, ours, selectors};

/// Raw series.
const SERIES: usize = 12;

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// A target that exposes the raw series.
fn target() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut buffer = [0_u8; 4096];
            let _ = stream.read(&mut buffer);
            let mut body = String::new();
            for at in 0..SERIES {
                let _ = writeln!(body, "{} {}", history::raw(SERIES, at), history::value(at, now()));
            }
            let _ = write!(
                stream,
                "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    port
}

/// Rules as a file for Prometheus.
fn file(rules: &[Rule]) -> String {
    let mut groups: Vec<(String, f64, Vec<serde_json::Value>)> = Vec::new();
    for rule in rules {
        let name = if rule.alert { "alert" } else { "record" };
        let mut json = serde_json::json!({ name: rule.name, "expr": rule.expr, "labels": rule.labels });
        if rule.hold > 0.0 {
            json["for"] = format!("{}s", rule.hold).into();
        }
        match groups.last_mut() {
            Some(last) if last.0 == rule.group => last.2.push(json),
            _ => groups.push((rule.group.clone(), rule.every, vec![json])),
        }
    }
    let groups: Vec<_> = groups
        .into_iter()
        .map(|(name, every, rules)| serde_json::json!({"name": name, "interval": format!("{every}s"), "rules": rules}))
        .collect();
    serde_json::json!({ "groups": groups }).to_string()
}

/// Lays out a history that ends now and the rules, ready to start.
fn prepare(set: &str, journeys: usize, target: u16) -> Bed {
    let mut bed = Bed::new();
    let (from, to) = (now() - MONTH - 7_200.0, now() - 30.0);
    let mut text = bed.text();
    write_raw(&mut text, SERIES, from, to);
    bed.add(text);
    let (total, bad) = selectors(SERIES);
    let names = || (0..journeys).flat_map(|j| (0..PER_JOURNEY).map(move |p| (j, p)));
    let folder = bed.folder().join("rules");
    std::fs::create_dir(&folder).unwrap();
    let mut rules = 0;
    match set {
        "ours" => {
            let files = ours(journeys, SERIES);
            for file in &files {
                std::fs::write(folder.join(&file.path), &file.text).unwrap();
                rules += layers::parse(&file.text).len();
            }
            // One promise evaluated; the others, which read the same raw series, get the same history.
            let all = layers::parse(&files[0].text);
            let one: Vec<Rule> =
                all.iter().filter(|r| r.labels.get("promise").is_none_or(|p| p == "p0")).cloned().collect();
            let renames: Vec<Box<dyn Fn(&str) -> String>> = names()
                .filter(|n| *n != (0, 0))
                .map(|(j, p)| -> Box<dyn Fn(&str) -> String> {
                    Box::new(move |name: &str| {
                        name.replace("journey=\"j0\"", &format!("journey=\"j{j}\""))
                            .replace("promise=\"p0\"", &format!("promise=\"p{p}\""))
                    })
                })
                .collect();
            let keep = |rule: &Rule| match rule.name.as_str() {
                name if name.ends_with(":rate") => 13.0 * 3600.0,
                name if name.contains(":roll") => f64::INFINITY,
                _ => 2400.0,
            };
            copies(&mut bed, &one, (from, to), keep, &renames);
        }
        "sloth" => {
            let mut list = Vec::new();
            for (j, p) in names() {
                list.extend(others::sloth(&format!("j{j}p{p}"), &total, &bad, 60.0));
            }
            rules = list.len();
            std::fs::write(folder.join("sloth.yml"), file(&list)).unwrap();
            let one: Vec<Rule> = list.iter().take(1).cloned().collect();
            let renames: Vec<Box<dyn Fn(&str) -> String>> = names()
                .filter(|n| *n != (0, 0))
                .map(|(j, p)| -> Box<dyn Fn(&str) -> String> {
                    Box::new(move |name: &str| name.replace("j0p0", &format!("j{j}p{p}")))
                })
                .collect();
            copies(&mut bed, &one, (from, to), |_| f64::INFINITY, &renames);
        }
        "pyrra" => {
            let mut list = Vec::new();
            for (j, p) in names() {
                list.extend(others::pyrra(&format!("j{j}p{p}"), &total, &bad));
            }
            rules = list.len();
            std::fs::write(folder.join("pyrra.yml"), file(&list)).unwrap();
        }
        _ => {}
    }
    bed.stop();
    let config = format!(
        "global: {{scrape_interval: 15s, evaluation_interval: 1m}}\nrule_files: ['rules/*']\n\
         scrape_configs: [{{job_name: shop, honor_labels: true, static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]\n"
    );
    std::fs::write(bed.folder().join("prometheus.yaml"), config).unwrap();
    println!("{set}: {rules} rules, history laid out");
    bed
}

/// Measures and prints.
pub fn run(promises: usize, minutes: usize, sets: &[&str]) {
    let journeys = promises.div_ceil(PER_JOURNEY);
    let promises = journeys * PER_JOURNEY;
    println!("\nprocessor time, {promises} promises on {SERIES} raw series, {minutes} minutes");
    let target = target();
    let beds: Vec<(&str, Bed)> = sets.iter().map(|s| (*s, prepare(s, journeys, target))).collect();
    let start = |bed: &Bed| {
        let config = bed.folder().join("prometheus.yaml");
        Prometheus::start(&bed.data(), Path::new(&config))
    };
    let servers: Vec<(&str, Prometheus)> = beds.iter().map(|(s, b)| (*s, start(b))).collect();
    // The first minutes load blocks and evaluate every group for the first time.
    std::thread::sleep(Duration::from_secs(120));
    let before: Vec<(f64, f64)> = servers.iter().map(|(_, s)| (s.cpu(), spent(s))).collect();
    std::thread::sleep(Duration::from_secs(60 * minutes as u64));
    println!(
        "{:<8} {:>16} {:>20} {:>18} {:>10} {:>8} {:>8}",
        "rules", "cpu s a minute", "less that of none", "in rules, a minute", "memory MB", "failed", "missed"
    );
    let mut idle = 0.0;
    for ((name, server), (cpu, rules)) in servers.iter().zip(before) {
        let cpu = (server.cpu() - cpu) / minutes as f64;
        if *name == "none" {
            idle = cpu;
        }
        println!(
            "{name:<8} {cpu:>16.3} {:>20.3} {:>18.3} {:>10.0} {:>8} {:>8}",
            cpu - idle,
            (spent(server) - rules) / minutes as f64,
            server.memory() / 1e6,
            metric(server, "prometheus_rule_evaluation_failures_total"),
            metric(server, "prometheus_rule_group_iterations_missed_total"),
        );
    }
}

/// Seconds spent in evaluating rules so far, by Prometheus' own account (wall time).
fn spent(server: &Prometheus) -> f64 {
    metric(server, "prometheus_rule_evaluation_duration_seconds_sum")
}

/// The sum of a metric of Prometheus itself.
fn metric(server: &Prometheus, name: &str) -> f64 {
    let text = http::wait(server.port, "/metrics", |t| t.contains("prometheus_build_info"));
    let of = |l: &str| l.rsplit_once(' ').and_then(|(_, v)| v.parse::<f64>().ok());
    text.lines().filter(|l| l.split(['{', ' ']).next() == Some(name)).filter_map(of).sum()
}
