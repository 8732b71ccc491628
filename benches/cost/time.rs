//! Processor time of a Prometheus that evaluates the rules of many promises, with a month of history. One Prometheus for each
//! set of rules and one without any, all at the same time, scraping the same target.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::common::bed::{Bed, Prometheus, series};
use crate::common::http::Labels;
use crate::common::layers::Rule;
use crate::common::others::Query;
use crate::common::{http, layers, others};
use crate::history::{MONTH, Raw, Server, recorded, write_raw};
use crate::{PER_JOURNEY, ours, selectors};

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// A target that exposes the raw series.
fn target(raw: Raw) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut buffer = [0_u8; 4096];
            let _ = stream.read(&mut buffer);
            let mut body = String::new();
            for (labels, value) in raw.at(now()) {
                let _ = writeln!(body, "{} {value}", series(&labels["__name__"], &labels));
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

/// As much of the raw series' history as is read: all of it where it is small, else what the longest range of Sloth's needs.
fn reach(raw: Raw) -> f64 {
    if raw.series().len() <= 100 { MONTH } else { 3.1 * 86_400.0 }
}

/// What a set of rules records about its first promise; how it reads for each promise; and its rules.
type Set = (Vec<Rule>, fn(&Rule) -> f64, Vec<Rename>, usize);
type Rename = Box<dyn Fn(&Labels) -> Labels>;

/// The same labels, with this done to each value.
fn each(change: impl Fn(&str, &str) -> String + 'static) -> Rename {
    Box::new(move |labels| labels.iter().map(|(n, v)| (n.clone(), change(n, v))).collect())
}

/// Writes the rule files, and says which rules of one promise give the history of all.
fn rules(set: &str, journeys: usize, raw: Raw, folder: &Path) -> Set {
    let (total, bad) = selectors(raw);
    let names = || (0..journeys).flat_map(|j| (0..PER_JOURNEY).map(move |p| (j, p)));
    match set {
        "ours" => {
            let files = ours(journeys, raw);
            for file in &files {
                std::fs::write(folder.join(&file.path), &file.text).unwrap();
            }
            let count = files.iter().map(|f| layers::parse(&f.text).len()).sum();
            let one = layers::parse(&ours(1, Raw::Counters(12))[0].text);
            let one = one.into_iter().filter(|r| r.labels.get("promise").is_none_or(|p| p == "p0")).collect();
            let rename = |(j, p): (usize, usize)| {
                each(move |name, value| match name {
                    "journey" => format!("j{j}"),
                    "promise" => format!("p{p}"),
                    _ => value.to_owned(),
                })
            };
            let keep = |rule: &Rule| match rule.name.as_str() {
                name if name.ends_with(":count") => 13.0 * 3600.0,
                name if name.contains(":roll") => f64::INFINITY,
                _ => 2400.0,
            };
            (one, keep, names().map(rename).collect(), count)
        }
        "sloth" => {
            let list: Vec<Rule> =
                names().flat_map(|(j, p)| others::sloth(&format!("j{j}p{p}"), &total, &bad, 60.0)).collect();
            std::fs::write(folder.join("sloth.yml"), file(&list)).unwrap();
            let (total, bad) = selectors(Raw::Counters(12));
            let one = others::sloth("j0p0", &total, &bad, 60.0).into_iter().take(1).collect();
            let rename =
                |(j, p): (usize, usize)| each(move |_, value| value.replace("j0p0", &format!("j{j}p{p}")));
            (one, |_| f64::INFINITY, names().map(rename).collect(), list.len())
        }
        "pyrra" => {
            let (Query::One(total), Query::One(bad)) = (&total, &bad) else {
                panic!("--sets pyrra takes counters");
            };
            let list: Vec<Rule> =
                names().flat_map(|(j, p)| others::pyrra(&format!("j{j}p{p}"), total, bad)).collect();
            std::fs::write(folder.join("pyrra.yml"), file(&list)).unwrap();
            (Vec::new(), |_| 0.0, Vec::new(), list.len())
        }
        _ => (Vec::new(), |_| 0.0, Vec::new(), 0),
    }
}

/// Lays out a history that ends now and the rules, ready to start. Every promise gets the recorded history of one that reads twelve
/// raw counters: what reading it costs doesn't depend on its values.
fn prepare(set: &str, journeys: usize, raw: Raw, target: u16) -> Server {
    let begun = Instant::now();
    let end = now() - 30.0;
    let from = end - MONTH - 7_200.0;
    let mut server = Server::new(from, end);
    let folder = server.bed().folder().join("rules");
    std::fs::create_dir(&folder).unwrap();
    let (one, keep, renames, count) = rules(set, journeys, raw, &folder);
    let mut scratch = Bed::new();
    if !one.is_empty() {
        let mut text = scratch.text();
        write_raw(&mut text, Raw::Counters(12), from, end);
        scratch.add(text);
    }
    let found = recorded(&mut scratch, &one, (from, end), keep);
    // The history ends when it has been laid out; what is missing until the start is seconds of a month.
    server.fill(raw, end - reach(raw), &found, &renames);
    let config = format!(
        "global: {{scrape_interval: 15s, evaluation_interval: 1m}}\nrule_files: ['rules/*']\n\
         scrape_configs: [{{job_name: shop, honor_labels: true, static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]\n"
    );
    std::fs::write(server.bed().folder().join("prometheus.yaml"), config).unwrap();
    println!("{set}: {count} rules, history laid out in {:.0} s", begun.elapsed().as_secs_f64());
    server
}

/// Measures and prints.
pub fn run(raw: Raw, promises: usize, minutes: usize, sets: &[&str]) {
    let journeys = promises.div_ceil(PER_JOURNEY);
    let promises = journeys * PER_JOURNEY;
    println!("\nprocessor time, {promises} promises on {raw:?}, {minutes} minutes");
    let target = target(raw);
    let beds: Vec<(&str, Server)> = sets.iter().map(|s| (*s, prepare(s, journeys, raw, target))).collect();
    let servers: Vec<(&str, Prometheus)> = beds.iter().map(|(s, b)| (*s, b.start())).collect();
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
        if std::env::var_os("EACH_RULE").is_some() {
            each_rule(server);
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

/// Prints what each rule's last evaluation took (wall time), over all promises and times its evaluations a minute.
fn each_rule(server: &Prometheus) {
    let answer = http::wait(server.port, "/api/v1/rules", |t| t.starts_with('{'));
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let mut list: BTreeMap<String, f64> = BTreeMap::new();
    for group in answer["data"]["groups"].as_array().into_iter().flatten() {
        let a_minute = 60.0 / group["interval"].as_f64().unwrap();
        for rule in group["rules"].as_array().into_iter().flatten() {
            let name = format!(
                "{} {}",
                rule["name"].as_str().unwrap(),
                rule["labels"]["window"].as_str().unwrap_or("")
            );
            *list.entry(name).or_default() += rule["evaluationTime"].as_f64().unwrap() * a_minute;
        }
    }
    let mut list: Vec<_> = list.into_iter().collect();
    list.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (name, seconds) in list.iter().take(25) {
        println!("    {seconds:>8.4} s a minute: {name}");
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
    text.lines().filter(|l| l.split(['{', ' ']).next() == Some(name)).filter_map(of).fold(0.0, |a, b| a + b)
}
