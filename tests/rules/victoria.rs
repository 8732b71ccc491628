//! VictoriaMetrics gives what Prometheus gives: one journey evaluated by vmalert over a day of raw data, beside the same rules
//! evaluated by Prometheus over the same data; and vmalert reads the rules of every example.
//!
//! Where `victoria-metrics`, `vmalert`, `prometheus` or `promtool` is missing the test says so and passes; under `CI=true` it
//! fails.

use crate::bench;

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};

use bench::bed::{Bed, series};
use bench::http::{self, Labels};
use bench::layers;
use slovo::backend::Backend as _;

/// 5 January 2026, 00:00 UTC, and 26 hours later.
const START: u32 = 1_767_571_200;
const END: u32 = START + 26 * 3600;

fn all_there(programs: &[&str]) -> bool {
    let missing = bench::missing(programs);
    if !missing.is_empty() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "missing (required in CI): {missing:?}");
        eprintln!("missing: {missing:?}: NOT TESTED");
    }
    missing.is_empty()
}

const SOURCE: &str = r#"
team shop "Shop team" { pages "pager" }
metric http_requests_total: counter of requests { labels job, instance, code }
metric http_seconds: histogram of seconds { labels job, instance
  buckets 0.1, 0.5, 1 }
journey visit "Visit" {
  owner shop
  step open "Open a page" {
    promise answered "Pages open" {
      keep for 99.9% of requests over 1d
      total http_requests_total{job="shop"}
      bad where {code=~"5.."}
    }
    promise quick "Pages open in half a second" {
      keep for 99% of requests over 1d
      total http_seconds{job="shop"}
      good within 500ms
      urgency ticket
    }
    promise done "What is asked for is answered" {
      keep for 99% of requests over 1d
      started http_requests_total{job="shop"}
      finished http_requests_total{job="shop", code!~"5.."} within 1m
      urgency ticket
    }
  }
}
"#;

/// The failing share at a second of the day: a percent, two bad stretches of which no window's edge is near.
fn share(second: u32) -> f64 {
    let before_end = END - START - second;
    match before_end / 60 {
        40..50 => 0.05,
        150..180 => 0.03,
        720..750 => 0.2,
        _ => 0.01,
    }
}

/// Every sample: series, seconds, value. Two instances, 20 requests a second each, scraped every 15 s.
fn samples() -> Vec<(String, f64, f64)> {
    let mut list = Vec::new();
    for (instance, phase) in [("a", 2), ("b", 9)] {
        let mut counts = [5000.0_f64, 100.0, 0.0];
        let name = |metric: &str, extra: &[(&str, &str)]| {
            let labels: Labels = [("job", "shop"), ("instance", instance)]
                .iter()
                .chain(extra)
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect();
            series(metric, &labels)
        };
        let names = [
            name("http_requests_total", &[("code", "200")]),
            name("http_requests_total", &[("code", "500")]),
            name("http_seconds_count", &[]),
            name("http_seconds_bucket", &[("le", "0.5")]),
        ];
        for scrape in 0..(END - START) / 15 {
            let second = scrape * 15 + phase;
            let bad = 300.0 * share(second.min(END - START));
            counts = [counts[0] + 300.0 - bad, counts[1] + bad, counts[2] + 2.0 * bad];
            let all = counts[0] + counts[1];
            let values = [counts[0], counts[1], all, all - counts[2]];
            let at = f64::from(START + second);
            list.extend(names.iter().zip(values).map(|(n, v)| (n.clone(), at, v)));
        }
    }
    list.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    list
}

/// Ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A VictoriaMetrics with these samples, and its port.
fn victoria(folder: &std::path::Path, samples: &[(String, f64, f64)]) -> (Running, u16) {
    let port = http::free_port();
    let child = Command::new("victoria-metrics")
        .args([
            &format!("-httpListenAddr=127.0.0.1:{port}"),
            &format!("-storageDataPath={}", folder.join("victoria").display()),
            "-retentionPeriod=100y",
            "-search.disableCache",
            // What was just written is there for the next rule.
            "-search.latencyOffset=0s",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(child);
    http::wait(port, "/health", |t| t.contains("OK"));
    let mut body = String::new();
    for (name, at, value) in samples {
        let _ = writeln!(body, "{name} {value} {:.0}", at * 1000.0);
    }
    http::send(port, "POST", "/api/v1/import/prometheus", &body).unwrap();
    http::send(port, "GET", "/internal/force_flush", "").unwrap();
    (running, port)
}

/// The recording rules in layers: files of rules that read nothing of their own file. In replay mode vmalert knows no `query` in
/// templates, which our alerts ask for what is left of the budget; what it says of their expressions the other test shows.
fn layers_of(text: &str) -> Vec<String> {
    let file: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    let mut made = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut groups: Vec<serde_yaml::Value> = Vec::new();
    for group in file["groups"].as_sequence().unwrap() {
        let mut left = group.clone();
        let rules = std::mem::take(left["rules"].as_sequence_mut().unwrap());
        let open = |groups: &mut Vec<serde_yaml::Value>| groups.push(left.clone());
        open(&mut groups);
        for rule in rules {
            let Some(name) = rule.get("record").and_then(|name| name.as_str()) else { continue };
            if names.iter().any(|name| rule["expr"].as_str().unwrap().contains(name)) {
                made.push(std::mem::take(&mut groups));
                names.clear();
                open(&mut groups);
            }
            names.push(name.to_owned());
            groups.last_mut().unwrap()["rules"].as_sequence_mut().unwrap().push(rule);
        }
    }
    made.push(groups);
    let text = |mut groups: Vec<serde_yaml::Value>| {
        groups.retain(|g| !g["rules"].as_sequence().unwrap().is_empty());
        let mut file = file.clone();
        file["groups"] = serde_yaml::Value::Sequence(groups);
        serde_yaml::to_string(&file).unwrap()
    };
    made.into_iter().map(text).collect()
}

/// Lets vmalert evaluate the rules of a file over all of the time; what they gave can be read afterwards.
fn replay(folder: &std::path::Path, port: u16, rules: &str) {
    std::fs::write(folder.join("visit.yml"), rules).unwrap();
    let output = Command::new("vmalert")
        .args([
            "-rule=visit.yml",
            &format!("-datasource.url=http://127.0.0.1:{port}"),
            &format!("-remoteWrite.url=http://127.0.0.1:{port}"),
            "-remoteWrite.flushInterval=100ms",
            // No rule waits for what another one of this file has written; the step is the group's interval.
            "-replay.rulesDelay=100ms",
            "-datasource.queryStep=0s",
            "-replay.maxDatapointsPerQuery=10000",
            "-replay.disableProgressBar",
            "-replay.timeFrom=2026-01-05T00:00:00Z",
            "-replay.timeTo=2026-01-06T02:00:00Z",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    http::send(port, "GET", "/internal/force_flush", "").unwrap();
}

#[test]
fn evaluates_as_prometheus_does() {
    if !all_there(&["victoria-metrics", "vmalert", "prometheus", "promtool"]) {
        return;
    }
    let files = bench::compile(SOURCE, "project: bench\nscrape_interval: 15s\nretention: 100d\n");
    let samples = samples();
    let mut bed = Bed::new();
    let mut text = bed.text();
    for (name, at, value) in &samples {
        text.sample(name, *at, *value);
    }
    bed.add(text);
    let (start, end) = (f64::from(START), f64::from(END));
    let done = layers::evaluate(&mut bed, &layers::parse(&files[0].text), start, end, &[]);
    assert!(done.samples > 10_000 && done.nans == 0, "{done:?}");

    let folder = tempfile::tempdir().unwrap();
    let (_running, port) = victoria(folder.path(), &samples);
    let layers = layers_of(&files[0].text);
    assert!(layers.len() > 3, "{}", layers.len());
    for layer in &layers {
        replay(folder.path(), port, layer);
    }

    let mut compared = Vec::new();
    let mut wrong = Vec::new();
    for name in [
        "promise:events:count",
        "promise:bad_events:count",
        "promise:error_ratio",
        "promise:bad_events:increase",
        "promise:events:increase",
        "promise:coverage:ratio",
        "promise:burn_rate",
        "promise:budget_remaining",
        "promise:bad_events:left",
        "promise:error_budget:ratio",
        "promise_info",
    ] {
        let query = format!("last_over_time({name}[11m])");
        let read = |port: u16| -> std::collections::BTreeMap<String, f64> {
            let list = http::query(port, &query, end);
            list.iter()
                .map(|s| {
                    // vmalert adds the group's name.
                    let mut labels = s.metric.clone();
                    labels.remove("alertgroup");
                    (series(name, &labels), s.points().next().unwrap().1)
                })
                .collect()
        };
        let (ours, theirs) = (read(bed.port()), read(port));
        assert!(!ours.is_empty(), "{name}");
        if ours.keys().ne(theirs.keys()) {
            wrong.push(format!("{:?}\nthere: {:?}", ours.keys(), theirs.keys()));
            continue;
        }
        for (series, value) in &ours {
            let other = theirs[series];
            let allowed = 0.001;
            if *value != 0.0 {
                compared.push((other / value - 1.0).abs());
            }
            if (other - value).abs() > allowed * value.abs().max(1e-9) {
                wrong.push(format!("{series}: {value} in Prometheus, {other} in VictoriaMetrics"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared.len() > 40, "{}", compared.len());
    eprintln!(
        "{} series equal, at most {:.5}% apart",
        compared.len(),
        100.0 * compared.iter().copied().fold(0.0, f64::max)
    );
}

/// `MetricsQL` that stands in escapes gets there as it is.
#[test]
fn vmalert_reads_metricsql() {
    if !all_there(&["vmalert"]) {
        return;
    }
    let source = r#"
team shop "Shop team" { tickets "desk" }
metric calls_total: counter of calls { labels code }
metric depth: gauge of jobs
journey visit "Visit" {
  owner shop
  promise answered "Pages open" {
    keep for 99% of calls over 1d
    total promql "sum(rate(calls_total[$range])) default 0 # of all: $range"
    bad promql "WITH (bad = {code=\"500\"}) sum(rate(calls_total{bad}[$range]) keep_metric_names) default 0"
    urgency ticket
  }
  promise calm "The queue is calm" {
    keep for 99% of 5m slices over 1d
    good when promql "max(range_median(depth[1i]))" at most 3
    urgency ticket
  }
}
"#;
    let files = bench::compile(source, "project: shop\noutputs:\n  prometheus: {form: vmalert}\n");
    let text = &files[0].text;
    assert!(text.contains("calls_total[1m30s])) default 0 # of all: $range"), "{text}");
    assert!(text.contains("range_median(depth[1i])"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("visit.yml"), text).unwrap();
    let output =
        Command::new("vmalert").args(["-dryRun", "-rule=*.yml"]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("invalid"), "{said}");
}

#[test]
fn vmalert_reads_every_example() {
    if !all_there(&["vmalert"]) {
        return;
    }
    let mut examples = 0;
    for example in std::fs::read_dir("examples").unwrap() {
        let folder = example.unwrap().path();
        if !folder.join("slovo.yaml").exists() {
            continue;
        }
        let project = slovo::project::Project::load(&folder, None);
        let mut model = project.compile().model.unwrap();
        model.settings.prometheus.target = slovo::ir::Target::Vmalert(slovo::ir::Vmalert::default());
        let files = slovo::backend::prometheus::Prometheus.emit(&model).unwrap();
        assert!(!files.is_empty());
        let out = tempfile::tempdir().unwrap();
        for file in &files {
            std::fs::write(out.path().join(&file.path), &file.text).unwrap();
        }
        let output = Command::new("vmalert")
            .args(["-dryRun", "-rule=*.yml"])
            .current_dir(out.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("invalid"), "{}: {said}", folder.display());
        examples += files.len();
    }
    assert!(examples > 1);
}

/// What alerts ask for when they fire is answered by vmalert too: what is bad now, which window speaks, what is looked for. Against a
/// server at the present time: the samples of the next minutes are stored already.
#[test]
fn vmalert_fills_the_texts() {
    if !all_there(&["victoria-metrics", "vmalert"]) {
        return;
    }
    let text = r#"
team shop "Shop team" {
  channel "shop-oncall"
  pages "pager"
}
metric http_requests_total: counter of requests { labels job, code }
metric gone_total: counter of requests { labels job, code }
metric waiting: gauge of requests { labels job }
journey visit "Visit" {
  owner shop
  step open "Open a page" {
    promise answered "Pages open" {
      keep for 99.9% of requests over 28d
      total http_requests_total{job="shop"}
      bad where {code="500"}
    }
    promise short "Nobody waits" {
      keep for 99% of 10s slices over 28d
      good when max of waiting{job="shop"} at most 30
    }
    promise there "There is data" {
      keep for 99% of requests over 28d
      total gone_total{job="shop"}
      bad where {code="500"}
    }
  }
}
"#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.slovo"), text).unwrap();
    let yaml = "project: shop\nscrape_interval: 1s\nevaluation_interval: 1s\nretention: 60d\nlinks: {documents: 'https://d.example'}\n\
                outputs: {prometheus: {form: vmalert, path: rules}}\n";
    std::fs::write(folder.path().join("slovo.yaml"), yaml).unwrap();
    let project = slovo::project::Project::load(folder.path(), None);
    let compiled = project.compile();
    assert!(compiled.model.is_some(), "{:?}", compiled.diagnostics);
    let files = slovo::backend::prometheus::Prometheus.emit(&compiled.model.unwrap()).unwrap();
    for file in &files {
        // A missing promise is told at once.
        std::fs::write(folder.path().join(&file.path), file.text.replace("for: \"2m\"", "for: \"1s\""))
            .unwrap();
    }
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64().floor();
    let seconds = || (0..1200).map(|n| (now - 600.0 + f64::from(n), f64::from(n)));
    let mut samples: Vec<(String, f64, f64)> = Vec::new();
    for (at, n) in seconds() {
        samples.push((r#"http_requests_total{job="shop",instance="a",code="200"}"#.to_owned(), at, 50.0));
        samples.push((r#"http_requests_total{job="shop",instance="a",code="500"}"#.to_owned(), at, n * 2.0));
        samples.push((r#"waiting{job="shop",instance="a"}"#.to_owned(), at, 95.25));
    }
    let (_victoria, port) = victoria(folder.path(), &samples);
    let listen = http::free_port();
    let vmalert = Command::new("vmalert")
        .args([
            "-rule=*.yml",
            &format!("-datasource.url=http://127.0.0.1:{port}"),
            &format!("-remoteWrite.url=http://127.0.0.1:{port}"),
            "-remoteWrite.flushInterval=200ms",
            "-datasource.queryTimeAlignment=false",
            "-notifier.url=http://127.0.0.1:1",
            &format!("-httpListenAddr=127.0.0.1:{listen}"),
        ])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _vmalert = Running(vmalert);
    // Each alert, once its text is whole: the first evaluations may come before what they read can be seen.
    let whole = |alerts: &str| -> Option<[serde_json::Value; 3]> {
        let all: serde_json::Value = serde_json::from_str(alerts).ok()?;
        let all = all["data"]["alerts"].as_array()?.clone();
        let one = |name: &str, promise: &str, part: &str| {
            all.iter()
                .find(|a| {
                    a["labels"]["alertname"] == name
                        && a["labels"]["promise"] == promise
                        && a["state"] == "firing"
                        && a["annotations"].to_string().contains(part)
                })
                .map(|a| a["annotations"].clone())
        };
        Some([
            one("PromiseBurnsFast", "answered", "more than")?,
            one("PromiseBurnsFast", "short", "95.25 now")?,
            one("PromiseNoData", "there", "Not seen")?,
        ])
    };
    // The samples last for ten minutes, so that a busy machine has its time.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(500);
    let mut text = String::new();
    while whole(&text).is_none() && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(200));
        text = http::send(listen, "GET", "/api/v1/alerts", "").unwrap_or_default();
    }
    assert!(whole(&text).is_some(), "{text}");
    let [answered, short, there] = whole(&text).unwrap();
    let says = |of: &serde_json::Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    // All are bad. Rules of one group see what the others wrote a moment ago: beside a load one of the first evaluations may have
    // recorded a total before its bad events could be seen, so the share is nearly 100% when few evaluations are there.
    let summary = says(&answered, "summary");
    let share = summary
        .strip_prefix("Open a page: Pages open: ")
        .and_then(|rest| rest.split_once("% of requests were bad in the last 5m, "))
        .and_then(|(share, _)| share.parse::<f64>().ok());
    assert!(share.is_some_and(|share| (75.0..=100.0).contains(&share)), "{answered}");
    let description = says(&answered, "description");
    assert!(
        description.contains("% of requests were bad over 1h: more than 13.44 times the 0.1% that may be."),
        "{description}"
    );
    assert_eq!(says(&answered, "who"), "Shop team responds (shop-oncall).");
    assert_eq!(says(&short, "summary"), "Open a page: Nobody waits: 95.25 now, at most 30 is promised");
    assert_eq!(says(&there, "summary"), "Open a page: There is data: no data, so nobody knows if it is kept");
    assert!(says(&there, "description").contains(r#"It looks for gone_total{job="shop"}."#), "{there}");
    assert_eq!(says(&there, "document_url"), "https://d.example/journeys/visit.html#open.there");
}
