//! What only a real Prometheus shows: it loads every rule, and texts of users do no harm in YAML, PromQL or templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::build::*;
use super::tools::*;
use slovo::backend::Artifact;
use slovo::ir::{Composition, Links, Model};

/// A Prometheus of its own on a free port of the loopback, ended when dropped.
pub struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// With these rules, evaluated each second.
    pub fn start(files: &[Artifact], scrape: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), files);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['*.yml']\n{scrape}"
        );
        std::fs::write(folder.path().join("prometheus.yaml"), config).unwrap();
        let child = Command::new("prometheus")
            .args([
                "--config.file=prometheus.yaml",
                "--storage.tsdb.path=data",
                "--enable-feature=native-histograms",
                &format!("--web.listen-address=127.0.0.1:{port}"),
            ])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port, folder };
        server.wait("/-/ready", |text| text.contains("Ready"));
        server
    }
    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }
    fn wait(&self, path: &str, ready: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            match self.get(path) {
                Some(text) if ready(&text) => return text,
                last => assert!(start.elapsed() < Duration::from_secs(60), "{path}: {last:?}"),
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    /// The one value of a query, once it is there and right.
    pub fn value(&self, query: &str, right: impl Fn(f64) -> bool) {
        let found = |text: &str| {
            let json: serde_json::Value = serde_json::from_str(text).ok()?;
            json["data"]["result"][0]["value"][1].as_str()?.parse::<f64>().ok()
        };
        self.wait(&format!("/api/v1/query?query={}", encoded(query)), |t| found(t).is_some_and(&right));
    }
    /// The label sets of the series that a selector finds.
    fn series(&self, selector: &str) -> BTreeSet<String> {
        let text = self.get(&format!("/api/v1/series?match[]={}", encoded(selector))).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        json["data"].as_array().unwrap().iter().map(ToString::to_string).collect()
    }
    /// Reads changed rules.
    fn reload(&self, files: &[Artifact]) {
        write(self.folder.path(), files);
        let done = Command::new("kill").args(["-HUP", &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }
    /// Every rule that it has loaded.
    pub fn rules(&self) -> Vec<serde_json::Value> {
        let text = self.wait("/api/v1/rules", |t| t.contains("\"groups\""));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let groups = json["data"]["groups"].as_array().unwrap();
        groups.iter().flat_map(|g| g["rules"].as_array().unwrap().clone()).collect()
    }
}

/// For an address.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        let _ = write!(out, "%{b:02X}");
        out
    })
}

/// A text with everything that could mean something to YAML, PromQL, Go templates or comments.
const NASTY: &str =
    "q\" 'a' `b` {{ $labels.x }} {{ fail }} }} \\ \n  - alert: Evil\n# x\r\t{a: b} %s $1 \u{2028}{ 🛒";

/// A journey all of whose texts are [`NASTY`].
pub fn nasty() -> Model {
    let mut list = vec![
        promise("a.shown", bad(vec![counter("x")], vec![counter("x_bad")])),
        promise("a.each", bad(vec![counter("x")], vec![counter("x_bad")]))
            .with(|p| p.for_each = vec![("region".to_owned(), None)]),
        promise("whole", composed(Composition::All, &["checkout.a.shown", "checkout.a.slow"])),
        promise("a.slow", good(vec![count("s")], vec![within("s", "1000000")])),
    ];
    for p in &mut list {
        NASTY.clone_into(&mut p.title);
        NASTY.clone_into(&mut p.noun);
        p.playbook = Some("book".to_owned());
        p.stretch = Some(d("99.95"));
    }
    if let slovo::ir::Measurement::Events(events) = &mut list[0].measurement
        && let slovo::ir::Series::Counter(s) = &mut events.total[0]
    {
        s.matchers.push(slovo::ir::Matcher {
            label: "a".to_owned(),
            op: slovo::ir::MatchOp::NotEqual,
            value: NASTY.to_owned(),
        });
    }
    let mut model = model(vec![journey("checkout", list)]);
    let settings = &mut model.settings;
    NASTY.clone_into(&mut settings.project);
    settings.labels =
        BTreeMap::from([("env".to_owned(), NASTY.to_owned()), ("step".to_owned(), "mine".to_owned())]);
    let link = || Some(format!("https://x.example/{NASTY}"));
    settings.links = Links { dashboards: link(), documents: link(), runbooks: link() };
    NASTY.clone_into(&mut model.files.0[0]);
    let mut book = playbook("book");
    book.say = Some(NASTY.to_owned());
    book.runbook = Some(NASTY.to_owned());
    model.playbooks.insert("book".to_owned(), book);
    let mut rule = policy("careful", &[("50", NASTY), ("0", NASTY)]);
    NASTY.clone_into(&mut rule.title);
    rule.clauses[0].except = vec![NASTY.to_owned()];
    model.policies.insert("careful".to_owned(), rule);
    let team = model.teams.get_mut("shop").unwrap();
    NASTY.clone_into(&mut team.title);
    team.labels = vec![("routing_key".to_owned(), NASTY.to_owned())];
    team.pages = Some(NASTY.to_owned());
    let journey = &mut model.journeys[0];
    NASTY.clone_into(&mut journey.title);
    journey.policy = Some("careful".to_owned());
    NASTY.clone_into(&mut journey.steps[0].title);
    journey.steps[0].if_broken = Some(NASTY.to_owned());
    model
}

#[test]
fn loads_every_rule_and_texts_are_inert() {
    if !has("prometheus") {
        return;
    }
    let model = nasty();
    let files = emit(&model);
    keep(&files);
    lint(&files);
    let written: usize =
        files.iter().map(|f| f.text.lines().filter(|l| l.trim_start().starts_with("expr:")).count()).sum();
    let server = Server::start(&files, "");
    let rules = server.rules();
    assert_eq!(rules.len(), written);
    assert!(rules.iter().all(|r| r["name"] != "Evil"));
    let info = rules.iter().find(|r| r["name"] == "promise_info").unwrap();
    assert_eq!(info["labels"]["title"], NASTY.replace("{{", "{ {"));
    assert_eq!(info["labels"]["env"], NASTY);
    assert_eq!(info["labels"]["project"], NASTY);
}

/// Templates are expanded when an alert fires: here each evaluation second, by a service that is always down.
#[test]
fn annotations_say_what_was_written() {
    if !has("prometheus") {
        return;
    }
    let mut model = nasty();
    model.settings.evaluation_interval = t("1s");
    let p = promise(
        "a.up",
        good(vec![readings("up", None)], vec![readings("up", Some(slovo::ir::Reading::AtLeast(d("1"))))]),
    )
    .with(|p| {
        NASTY.clone_into(&mut p.title);
        p.scrape_interval = t("1s");
        p.playbook = Some("book".to_owned());
        p.path.step = Some("a".to_owned());
    });
    model.journeys[0].steps[0].promises.insert(0, p);
    let scrape = "scrape_configs: [{job_name: x, static_configs: [{targets: ['127.0.0.1:1']}]}]\n";
    let server = Server::start(&emit(&model), scrape);
    let text = server.wait("/api/v1/alerts", |t| t.contains("\"PromiseBurnsFast\""));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let alert = json["data"]["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["labels"]["alertname"] == "PromiseBurnsFast")
        .unwrap();
    let shown = |name: &str| alert["annotations"][name].as_str().unwrap().to_owned();
    assert!(
        shown("summary")
            .starts_with(&format!("{NASTY}: {NASTY}: 100% of requests were bad in the last 5m, ")),
        "{}",
        shown("summary")
    );
    assert!(shown("description").starts_with(NASTY), "{}", shown("description"));
    assert!(!shown("description").contains("error executing"), "{}", shown("description"));
    assert!(shown("users").ends_with(&format!("within 15m, then every 30m: {NASTY}")), "{}", shown("users"));
    // The base is the settings' own; what the playbook says is made an address.
    let runbook = shown("runbook_url");
    let path = runbook.strip_prefix(&format!("https://x.example/{NASTY}/")).unwrap();
    assert!(path.starts_with("q%22%20%27a%27%20%60b%60%20%7B%7B"), "{path}");
    assert!(
        !path.contains(|c: char| c.is_control() || c.is_whitespace() || "\"'{}\\`".contains(c)),
        "{path}"
    );
    assert_eq!(shown("dashboard_url"), format!("https://x.example/{NASTY}/d/slo-p-checkout-a-up"));
    assert_eq!(shown("document_url"), format!("https://x.example/{NASTY}/journeys/checkout.html#a.up"));
    for (name, value) in [
        ("project", NASTY),
        ("env", NASTY),
        ("routing_key", NASTY),
        ("receiver", NASTY),
        ("severity", "page"),
    ] {
        assert_eq!(alert["labels"][name], value, "{name}");
    }
    // Every rule is in good health: no labelset twice, no query that fails.
    let sick: Vec<_> = server.rules().into_iter().filter(|r| r["health"] == "err").collect();
    assert!(sick.is_empty(), "{sick:#?}");
}

/// Texts of users are inert for vmalert too, which reads labels of recording rules as templates.
#[test]
fn vmalert_takes_them() {
    if !has("vmalert") {
        return;
    }
    let mut model = nasty();
    "shop".clone_into(&mut model.settings.project);
    model.settings.labels.clear();
    model.settings.prometheus.target = slovo::ir::Target::Vmalert(slovo::ir::Vmalert::default());
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &emit(&model));
    let output =
        Command::new("vmalert").args(["-dryRun", "-rule=*.yml"]).current_dir(folder.path()).output().unwrap();
    let text = said(&output);
    assert!(output.status.success() && !text.contains("invalid") && !text.contains("fatal"), "{text}");
}

/// Another owner, other titles, another project label on the alerts: rules are read again without an error, and what is
/// recorded keeps its identity, so that windows go on.
#[test]
fn changed_words_keep_history() {
    if !has("prometheus") {
        return;
    }
    let up = |condition| readings("up", condition);
    let make = |title: &str, owner: &str| {
        let measured = good(vec![up(None)], vec![up(Some(slovo::ir::Reading::AtLeast(d("1"))))]);
        let p = promise("a.up", measured).with(|p| {
            title.clone_into(&mut p.title);
            p.scrape_interval = t("1s");
        });
        let mut model = model(vec![journey("checkout", vec![p])]);
        model.settings.evaluation_interval = t("1s");
        let mut team = model.teams["shop"].clone();
        owner.clone_into(&mut team.id);
        team.pages = Some(format!("{owner}-pager"));
        model.teams.insert(owner.to_owned(), team);
        owner.clone_into(&mut model.journeys[0].owner);
        title.clone_into(&mut model.journeys[0].title);
        title.clone_into(&mut model.journeys[0].steps[0].title);
        model
    };
    let scrape = "scrape_configs: [{job_name: x, static_configs: [{targets: ['127.0.0.1:1']}]}]\n";
    let server = Server::start(&emit(&make("Before", "shop")), scrape);
    // Without the windows of slow groups, which begin at a time of their own.
    let recorded = r#"{__name__=~"promise:(events:count|bad_events:count|error_ratio|bad_events:increase|error_budget:ratio)",window=~"|5m|30m|1h"}"#;
    let bad = r#"promise:bad_events:increase{window="1h"}"#;
    server.value(bad, |v| v > 10.0);
    server.value("promise:error_budget:ratio", |v| v > 0.0);
    let before = server.series(recorded);
    assert!(before.len() >= 6, "{before:?}");
    server.reload(&emit(&make("After", "others")));
    server.value(r#"promise_info{title="After",owner="others"}"#, |v| v > 0.0);
    server
        .value(r#"ALERTS{alertname="PromiseBurnsFast",owner="others",receiver="others-pager"}"#, |v| v > 0.0);
    // The count goes on where it was instead of beginning again.
    server.value(bad, |v| v > 15.0);
    server.value(&format!("count({bad})"), |v| (v - 1.0).abs() < 1e-9);
    let after = server.series(recorded);
    assert!(after.is_superset(&before), "{before:#?}\n{after:#?}");
    let fresh: Vec<_> = after.difference(&before).collect();
    assert!(fresh.is_empty(), "{fresh:#?}");
    let sick: Vec<_> = server.rules().into_iter().filter(|r| r["health"] == "err").collect();
    assert!(sick.is_empty(), "{sick:#?}");
}
