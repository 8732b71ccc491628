//! Real servers with all rules, evaluated every few seconds over samples that lead up to now: each rule that was written is loaded, none
//! has an error, and within a group each one sees what those before it recorded at the same moment, with concurrent evaluation too.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::found::{Found, with_features};
use super::raw;
use crate::bench::http::{self, Labels, free_port};
use crate::bench::layers::{self, Rule};
use crate::bench::{reads, remote};

/// Ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(command: &mut Command, folder: &Path, log: &str) -> Running {
    let log = std::fs::File::create(folder.join(log)).unwrap();
    let errors = log.try_clone().unwrap();
    Running(command.current_dir(folder).stdin(Stdio::null()).stdout(log).stderr(errors).spawn().unwrap())
}

/// What answers every request so.
fn serve(body: String) -> u16 {
    serve_each(move |_| body.clone())
}

/// What answers each request by its number.
fn serve_each(body: impl Fn(usize) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (times, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let body = body(times);
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n\
                 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    port
}

/// A process that was started a minute ago, and says so.
fn newborn() -> u16 {
    let then = now() as f64 / 1000.0 - 60.0;
    serve(format!(
        "# TYPE http_requests counter\nhttp_requests_total{{code=\"200\",region=\"eu\"}} 40\n\
         http_requests_created{{code=\"200\",region=\"eu\"}} {then}\n# EOF\n"
    ))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// How often each group is evaluated here.
const EVERY: &str = "3s";

/// Rules whose groups are all evaluated this often.
fn shortened(text: &str, every: &str) -> String {
    let line = |line: &str| match line.split_once("interval:") {
        Some((before, _)) if before.trim().is_empty() => format!("{before}interval: {every}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// Writes the rules with short intervals; how many there are.
fn write(folder: &Path, files: &[slovo::backend::Artifact]) -> Vec<Rule> {
    let mut rules = Vec::new();
    for file in files {
        let text = shortened(&file.text, EVERY);
        rules.extend(layers::parse(&text));
        std::fs::write(folder.join(&file.path), text).unwrap();
    }
    rules
}

/// The rules that a server or vmalert says it has, once it has evaluated each of them.
fn evaluated(port: u16) -> Vec<serde_json::Value> {
    let begin = Instant::now();
    loop {
        let text = http::wait(port, "/api/v1/rules", |t| t.contains("\"groups\""));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let groups = json["data"]["groups"].as_array().unwrap();
        let rules: Vec<_> = groups.iter().flat_map(|g| g["rules"].as_array().unwrap().clone()).collect();
        let done = |rule: &serde_json::Value| {
            rule["lastEvaluation"].as_str().is_some_and(|at| !at.starts_with("0001-"))
        };
        if !rules.is_empty() && rules.iter().all(done) {
            return rules;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(180),
            "not evaluated: {:?}",
            rules.iter().find(|r| !done(r))
        );
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Each rule that was written is there, in good health.
fn healthy(name: &str, written: usize, rules: &[serde_json::Value]) {
    assert_eq!(rules.len(), written, "{name}: rules written and loaded");
    let sick = |rule: &&serde_json::Value| {
        rule["health"] == "err" || rule["lastError"].as_str().is_some_and(|e| !e.is_empty())
    };
    let sick: Vec<_> = rules.iter().filter(sick).collect();
    assert!(sick.is_empty(), "{name}: {sick:#?}");
}

/// Loads and evaluates; how many rules.
pub fn prometheus(found: &Found, features: &[&str], files: &[slovo::backend::Artifact]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let rules = write(folder.path(), files);
    let (port, target) = (free_port(), newborn());
    let config = format!(
        "global: {{scrape_interval: 3s, evaluation_interval: {EVERY}}}\nrule_files: ['*.yml']\nscrape_configs: [{{job_name: web, \
         static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]\n"
    );
    std::fs::write(folder.path().join("prometheus.yaml"), config).unwrap();
    let _running = with_samples(found, features, folder.path(), port);
    let name = format!("{} {}", found.name, features.join(","));
    healthy(&name, rules.len(), &evaluated(port));
    std::thread::sleep(Duration::from_secs(10));
    healthy(&name, rules.len(), &evaluated(port));
    texts(&name, port);
    let seen = in_order(&name, port, &rules);
    assert!(seen > 100, "{name}: {seen}");
    rules.len()
}

/// A Prometheus with the configuration of its folder, that has the samples.
fn with_samples(found: &Found, features: &[&str], folder: &Path, port: u16) -> Running {
    let running = start(
        Command::new(found.program("prometheus").unwrap()).args([
            "--config.file=prometheus.yaml",
            "--storage.tsdb.path=data",
            "--storage.tsdb.min-block-duration=100d",
            "--storage.tsdb.max-block-duration=100d",
            "--web.enable-remote-write-receiver",
            &format!("--web.listen-address=127.0.0.1:{port}"),
            &with_features(features),
        ]),
        folder,
        "prometheus.log",
    );
    http::wait(port, "/-/ready", |text| text.contains("Ready"));
    write_raw(port, true);
    running
}

/// Samples that lead up to half a minute from now.
fn write_raw(port: u16, native: bool) {
    let made = raw::samples(now() + 30_000 - raw::LENGTH * 1000);
    remote::write(port, made.series.iter().map(|(l, s)| (l, s.as_slice())));
    if native {
        for (labels, list) in &made.histograms {
            remote::write_histograms(port, labels, list);
        }
    }
}

/// What alerts say is filled in: no template failed, and no query in a text found nothing.
fn texts(name: &str, port: u16) {
    let begin = Instant::now();
    loop {
        let text = http::wait(port, "/api/v1/alerts", |t| t.contains("\"alerts\""));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut seen = 0;
        for alert in json["data"]["alerts"].as_array().into_iter().flatten() {
            let (labels, texts) = (&alert["labels"], alert["annotations"].as_object().unwrap());
            for needed in ["summary", "description"] {
                assert!(texts.contains_key(needed), "{name}: no {needed}: {labels}");
            }
            for (key, text) in texts {
                let text = text.as_str().unwrap();
                let failed =
                    ["<error", "<no value>", "{{", "NaN", "%!"].into_iter().find(|f| text.contains(f));
                assert!(failed.is_none() && !text.is_empty(), "{name}: {key} of {labels}: {text}");
            }
            seen += 1;
        }
        if seen > 0 {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(120), "{name}: no alert came");
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// What each rule recorded is what its expression gives when all of its group is there: for those that read nothing but their own
/// group. How many samples were held against that.
fn in_order(name: &str, port: u16, rules: &[Rule]) -> usize {
    let read = reads::reads(rules);
    let mut seen = 0;
    for (rule, reads) in rules.iter().zip(&read) {
        let own = |at: &usize| rules[*at].group == rule.group && rules[*at].name != rule.name;
        if rule.alert || reads.raw || reads.rules.is_empty() || !reads.rules.iter().all(own) {
            continue;
        }
        let matchers: Vec<String> = rule.labels.iter().map(|(l, v)| format!("{l}={v:?}")).collect();
        let selector = format!("{}{{{}}}[15s]", rule.name, matchers.join(","));
        let of = |labels: &Labels| -> Labels {
            let mut labels = labels.clone();
            labels.remove("__name__");
            labels.extend(rule.labels.clone());
            labels
        };
        let moment = now() as f64 / 1000.0;
        // Rules of other groups, evaluated at other moments, may record series that this selector finds, too.
        let own: BTreeSet<Labels> =
            http::query(port, &rule.expr, moment).iter().map(|s| of(&s.metric)).collect();
        let mut recorded = http::query(port, &selector, moment);
        recorded.retain(|series| own.contains(&of(&series.metric)));
        let mut times: Vec<i64> =
            recorded.iter().flat_map(|s| s.points().map(|p| (p.0 * 1000.0).round() as i64)).collect();
        times.sort_unstable();
        times.dedup();
        // The last but one: all of its group was evaluated.
        let Some(at) = times.iter().rev().nth(1) else { continue };
        let at_that_moment = |series: &http::Series| {
            series.points().find(|p| (p.0 * 1000.0).round() as i64 == *at).map(|p| p.1)
        };
        let recorded: BTreeMap<Labels, f64> =
            recorded.iter().filter_map(|s| Some((of(&s.metric), at_that_moment(s)?))).collect();
        let again: BTreeMap<Labels, f64> = http::query(port, &rule.expr, *at as f64 / 1000.0)
            .iter()
            .filter_map(|s| Some((of(&s.metric), s.points().next()?.1)))
            .collect();
        let same = again.iter().all(|(labels, value)| {
            recorded.get(labels).is_some_and(|other| (other - value).abs() <= 1e-9 * value.abs().max(1e-6))
        });
        assert!(
            same,
            "{name}: {} {:?} at {at}: {recorded:?}, now {again:?}, of {times:?}: {}",
            rule.name, rule.labels, rule.expr
        );
        seen += again.len();
    }
    seen
}

/// vmalert beside a VictoriaMetrics; how many rules.
pub fn victoria(found: &Found, files: &[slovo::backend::Artifact]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let rules = write(folder.path(), files);
    let (_server, storage) = {
        let server = found.server.start(folder.path());
        let port = server.port;
        (server, port)
    };
    write_raw(storage, false);
    let (port, notified) = (free_port(), serve(String::new()));
    let url = |name: &str, port: u16| format!("-{name}.url=http://127.0.0.1:{port}");
    let _running = start(
        Command::new(found.program("vmalert").unwrap()).args([
            "-rule=*.yml",
            &url("datasource", storage),
            &url("remoteWrite", storage),
            &url("remoteRead", storage),
            &url("notifier", notified),
            "-remoteWrite.flushInterval=200ms",
            &format!("-evaluationInterval={EVERY}"),
            &format!("-httpListenAddr=127.0.0.1:{port}"),
        ]),
        folder.path(),
        "vmalert.log",
    );
    http::wait(port, "/health", |text| text.contains("OK"));
    healthy(&found.name, rules.len(), &evaluated(port));
    std::thread::sleep(Duration::from_secs(10));
    healthy(&found.name, rules.len(), &evaluated(port));
    texts(&found.name, port);
    let counted = http::query(storage, "count(promise:events:count)", now() as f64 / 1000.0);
    assert!(!counted.is_empty(), "{}: nothing is recorded", found.name);
    rules.len()
}

/// Thanos Ruler that keeps nothing of its own: it asks a Prometheus and writes what it records there. How many rules.
pub fn thanos(found: &Found, thanos: &Path, files: &[slovo::backend::Artifact]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let rules = write(folder.path(), files);
    let storage = free_port();
    std::fs::write(folder.path().join("prometheus.yaml"), "global: {}\n").unwrap();
    let _storage = with_samples(found, &[], folder.path(), storage);
    let write = format!("remote_write: [{{url: 'http://127.0.0.1:{storage}/api/v1/write'}}]\n");
    std::fs::write(folder.path().join("write.yaml"), write).unwrap();
    let port = free_port();
    let _running = start(
        Command::new(thanos).args([
            "rule",
            "--data-dir=ruler",
            "--rule-file=*.yml",
            &format!("--eval-interval={EVERY}"),
            &format!("--query=http://127.0.0.1:{storage}"),
            "--remote-write.config-file=write.yaml",
            "--label=ruler=\"one\"",
            &format!("--http-address=127.0.0.1:{port}"),
            &format!("--grpc-address=127.0.0.1:{}", free_port()),
        ]),
        folder.path(),
        "thanos.log",
    );
    http::wait(port, "/-/ready", |text| text.contains("OK"));
    healthy("Thanos Ruler", rules.len(), &evaluated(port));
    std::thread::sleep(Duration::from_secs(10));
    healthy("Thanos Ruler", rules.len(), &evaluated(port));
    texts("Thanos Ruler", port);
    // What it records is sent on in batches.
    let begin = Instant::now();
    while http::query(storage, "count(promise:events:count{ruler=\"one\"})", now() as f64 / 1000.0).is_empty()
    {
        let log = std::fs::read_to_string(folder.path().join("thanos.log")).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(60), "Thanos Ruler: nothing is recorded: {log}");
        std::thread::sleep(Duration::from_millis(500));
    }
    rules.len()
}

/// A server that is told to convert what it scrapes while it runs.
pub fn conversion(found: &Found, rules: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yml"), shortened(rules, "1s")).unwrap();
    // Ten more with each scrape, of a counter of a million.
    let target = serve_each(|times| {
        let all = 1_000_000 + 10 * times;
        format!(
            "# TYPE rpc_seconds histogram\nrpc_seconds_bucket{{code=\"200\",le=\"0.4\"}} {within}\n\
             rpc_seconds_bucket{{code=\"200\",le=\"+Inf\"}} {all}\nrpc_seconds_count{{code=\"200\"}} {all}\n\
             rpc_seconds_sum{{code=\"200\"}} {all}\n# EOF\n",
            within = all - all / 100
        )
    });
    let port = free_port();
    let configure = |converted: bool| {
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['rules.yml']\nscrape_configs: [{{job_name: rpc, \
             convert_classic_histograms_to_nhcb: {converted}, static_configs: [{{targets: ['127.0.0.1:{target}']}}]}}]\n"
        );
        std::fs::write(folder.path().join("prometheus.yaml"), config).unwrap();
    };
    configure(false);
    let _running = start(
        Command::new(found.program("prometheus").unwrap()).args([
            "--config.file=prometheus.yaml",
            "--storage.tsdb.path=data",
            "--web.enable-lifecycle",
            &format!("--web.listen-address=127.0.0.1:{port}"),
            &with_features(&[]),
        ]),
        folder.path(),
        "log",
    );
    let until = |expr: &str| {
        let begin = Instant::now();
        while http::query(port, expr, now() as f64 / 1000.0).is_empty() {
            assert!(begin.elapsed() < Duration::from_secs(120), "{}: {expr}", found.name);
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    http::wait(port, "/-/ready", |text| text.contains("Ready"));
    until("promise:events:count{promise=\"within\"} > 0");
    configure(true);
    http::send(port, "POST", "/-/reload", "").unwrap();
    until("histogram_count(rpc_seconds)");
    until("absent(rpc_seconds_count)");
    // Events and bad ones go on, and the million is not among them.
    until("count_over_time(promise:events:count{promise=\"within\"}[10s]) > 5");
    until("changes(histogram_count(rpc_seconds)[1m:1s]) > 10");
    for name in ["promise:events:count", "promise:bad_events:count"] {
        until(&format!("{name}{{promise=\"within\"}} > 0"));
        let most = format!("max_over_time({name}{{promise=\"within\"}}[10m]) < 100000");
        assert!(!http::query(port, &most, now() as f64 / 1000.0).is_empty(), "{}: {name}", found.name);
    }
    let text = http::wait(port, "/api/v1/rules", |t| t.contains("\"groups\""));
    assert!(!text.contains("\"health\":\"err\""), "{}: {text}", found.name);
}
