//! The same services scraped by every engine that is there: the same catalogue. Where an engine tells less, that is said.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::fake::{Fake, Reply};
use super::tools::{Ran, YAML, folder, run, there};
use crate::bench::http::free_port;
use crate::bench::remote::{Histogram, Stretch, write_histograms};

/// Ended when dropped.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    pub fn start(program: &Path, args: &[&str], folder: &Path) -> Self {
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let errors = log.try_clone().unwrap();
        let mut command = Command::new(program);
        command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(log).stderr(errors);
        Self(command.spawn().unwrap())
    }
}

/// An engine and how it is started.
pub struct Engine {
    pub name: String,
    program: PathBuf,
    pub victoria: bool,
}

/// On the path, and where `just engines` puts newer ones.
pub fn engines() -> Vec<Engine> {
    let here = std::env::current_dir().unwrap();
    let mut bins: Vec<PathBuf> =
        ["trixie", "sid"].iter().map(|r| here.join(format!("target/engines/{r}/root/usr/bin"))).collect();
    bins.insert(0, PathBuf::new());
    let mut found = Vec::new();
    for bin in bins {
        for (name, victoria) in [("prometheus", false), ("victoria-metrics", true)] {
            let program = bin.join(name);
            if Command::new(&program).arg("--version").output().is_ok() {
                found.push(Engine { name: program.display().to_string(), program, victoria });
            }
        }
    }
    found
}

impl Engine {
    pub fn start(&self, folder: &Path, scrapes: &str) -> (Running, u16) {
        let port = free_port();
        std::fs::write(folder.join("scrape.yml"), scrapes).unwrap();
        let listen = format!("127.0.0.1:{port}");
        let running = if self.victoria {
            let args = [
                "-storageDataPath=data".to_owned(),
                format!("-httpListenAddr={listen}"),
                "-promscrape.config=scrape.yml".to_owned(),
                "-search.latencyOffset=0s".to_owned(),
                "-search.disableCache".to_owned(),
                "-retentionPeriod=1y".to_owned(),
            ];
            Running::start(&self.program, &args.each_ref().map(String::as_str), folder)
        } else {
            let args = [
                "--config.file=scrape.yml".to_owned(),
                "--storage.tsdb.path=data".to_owned(),
                format!("--web.listen-address={listen}"),
                "--web.enable-remote-write-receiver".to_owned(),
                "--enable-feature=native-histograms".to_owned(),
                "--storage.tsdb.retention.time=20d".to_owned(),
            ];
            Running::start(&self.program, &args.each_ref().map(String::as_str), folder)
        };
        (running, port)
    }
}

/// Two jobs that agree on most.
fn service(last_bound: &'static str, second: &'static str) -> Fake {
    let text = format!(
        "# HELP http_requests_total Requests answered. Counted when the answer is sent.\n# TYPE http_requests_total counter\n\
         http_requests_total{{method=\"GET\",code=\"2xx\",route=\"/\"}} 1027\nhttp_requests_total{{method=\"POST\",code=\"5xx\",route=\"/pay\"}} 3\n\
         # HELP same_seconds Time to answer a request\n# TYPE same_seconds histogram\n\
         same_seconds_bucket{{route=\"/\",le=\"0.1\"}} 1\nsame_seconds_bucket{{route=\"/\",le=\"2.5\"}} 1\nsame_seconds_bucket{{route=\"/\",le=\"+Inf\"}} 1\n\
         same_seconds_sum{{route=\"/\"}} 1\nsame_seconds_count{{route=\"/\"}} 1\n\
         # TYPE mixed_seconds histogram\nmixed_seconds_bucket{{le=\"0.1\"}} 1\nmixed_seconds_bucket{{le=\"{last_bound}\"}} 1\n\
         mixed_seconds_bucket{{le=\"+Inf\"}} 1\nmixed_seconds_sum 1\nmixed_seconds_count 1\n\
         # TYPE wait_seconds summary\nwait_seconds{{quantile=\"0.5\"}} 1\nwait_seconds_sum 1\nwait_seconds_count 1\n\
         # TYPE queue_length {second}\nqueue_length 3\npayments_seen 17\n"
    );
    Fake::start(move |_| {
        let kind = ("Content-Type", "text/plain; version=0.0.4; charset=utf-8".to_owned());
        Reply::Whole(200, vec![kind], text.clone())
    })
}

const CATALOGUE: &str = "# Requests answered\nmetric http_requests_total: counter {\n  \
    labels code in \"1xx\" | \"2xx\" | \"3xx\" | \"4xx\" | \"5xx\",\n         \
    method in \"CONNECT\" | \"DELETE\" | \"GET\" | \"HEAD\" | \"OPTIONS\" | \"PATCH\" | \"POST\" | \"PUT\" | \"TRACE\",\n         route\n}\n\n\
    metric mixed_seconds: histogram of seconds  # unit by its name\n\n\
    # Time to answer a request\nmetric same_seconds: histogram of seconds {  # unit by its name\n  labels  route\n  buckets 0.1, 2.5\n}\n\n\
    metric up: gauge\nmetric wait_seconds: summary of seconds  # unit by its name\n";

/// Asks until both jobs were scraped a few times.
fn until_scraped(name: &str, at: &Path, args: &[&str]) -> Ran {
    let began = Instant::now();
    loop {
        let ran = run(at, args);
        if ran.said().contains("scraped every 1s: web") && ran.said().contains("scraped every 2s: batch") {
            return ran;
        }
        assert!(began.elapsed() < Duration::from_secs(180), "{name}: {ran:?}");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn the_same_catalogue_everywhere() {
    if !there(&["prometheus", "victoria-metrics"]) && engines().is_empty() {
        return;
    }
    let (web, batch) = (service("1", "gauge"), service("5", "counter"));
    let job = |name: &str, every: &str, port: u16| {
        format!(
            "- {{job_name: {name}, scrape_interval: {every}, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}\n"
        )
    };
    let scrapes =
        format!("scrape_configs:\n{}{}", job("web", "1s", web.port), job("batch", "2s", batch.port));
    for engine in engines() {
        let at = folder(&[]);
        let (_running, port) = engine.start(at.path(), &scrapes);
        let (name, url) = (engine.name.as_str(), format!("http://127.0.0.1:{port}"));
        let ran = until_scraped(name, at.path(), &["metrics", "import", &url]);
        let all = ran.said();
        eprintln!("{name}: {} lines of catalogue", ran.out.lines().count());
        if ran.out == "metric up: gauge\n" && engine.victoria {
            // Older ones keep no metadata: that is said, and nothing is guessed from names.
            assert!(
                all.contains("the server has no metadata, so nothing tells types") && ran.code == 1,
                "{name}: {ran:?}"
            );
        } else {
            // Help texts and units are of the metadata; types by job only Prometheus tells.
            let one_type = ran.out.contains("queue_length");
            let shown = ran
                .out
                .replace("metric queue_length: gauge\n", "")
                .replace("metric queue_length: counter\n", "");
            let shown = shown.replace("metric \"queue_length\": counter\n", "");
            // Blank lines are set by what stands around.
            let lines =
                |text: &str| text.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(lines(&shown), lines(CATALOGUE), "{name}: {}", ran.err);
            assert_eq!(one_type, engine.victoria, "{name}: {ran:?}");
            assert_eq!(
                all.contains("does not tell which job tells which type"),
                engine.victoria,
                "{name}: {ran:?}"
            );
            assert!(all.contains("batch: 0.1, 5; web: 0.1, 1"), "{name}: {ran:?}");
            assert!(all.contains("payments_seen"), "{name}: {ran:?}");
            let told =
                if engine.victoria { "queue_length" } else { "queue_length: counter in batch; gauge in web" };
            assert!(all.contains(told), "{name}: {ran:?}");
            let one = run(at.path(), &["metrics", "import", &url, "--job", "web"]);
            assert!(
                one.out.contains("metric mixed_seconds: histogram of seconds { buckets 0.1, 1 }"),
                "{name}: {one:?}"
            );
            if !engine.victoria {
                assert!(one.out.contains("metric queue_length: gauge"), "{name}: {one:?}");
            }
        }
        project(name, &url);
        snapshot(&engine, &url, at.path());
        if !engine.victoria {
            native(name, port, &url);
        }
    }
}

/// What a project declares is held against a server that tells no types, too.
fn project(name: &str, url: &str) {
    let source = "metric http_requests_total: counter { labels code }\nmetric same_seconds: histogram { labels route }\n\
                  metric mixed_seconds: histogram { buckets 0.1, 1 }\n";
    let at = folder(&[YAML, ("c.slovo", source)]);
    let ran = run(at.path(), &["metrics", "import", url, "--write", "--select", "(http|same|mixed).*"]);
    let text = std::fs::read_to_string(at.path().join("c.slovo")).unwrap();
    assert!(
        text.contains("labels code,")
            && text.contains("method in \"CONNECT\"")
            && text.contains("buckets 0.1, 2.5"),
        "{name}: {text}\n{ran:?}"
    );
    assert!(ran.said().contains("jobs expose different bounds") && ran.code == 1, "{name}: {ran:?}");
}

fn snapshot(engine: &Engine, url: &str, at: &Path) {
    let ran = run(at, &["metrics", "snapshot", url, "-o", "seen.json"]);
    assert_eq!(ran.code, 0, "{}: {ran:?}", engine.name);
    let made =
        slovo::against::Snapshot::read(&std::fs::read_to_string(at.join("seen.json")).unwrap()).unwrap();
    assert_eq!(
        made.retention.as_deref(),
        if engine.victoria { None } else { Some("20d") },
        "{}",
        engine.name
    );
    assert_eq!(made.jobs.get("web"), Some(&Some("1s".to_owned())), "{}", engine.name);
    let requests = &made.metrics["http_requests_total"];
    assert_eq!(
        requests.labels["code"].as_deref(),
        Some(&["2xx".to_owned(), "5xx".to_owned()][..]),
        "{}",
        engine.name
    );
    assert_eq!(requests.jobs, ["batch", "web"], "{}", engine.name);
}

/// Native histograms by remote write: Prometheus tells no type of what is pushed, its samples do.
fn native(name: &str, port: u16, url: &str) {
    let labels = |metric: &str| {
        let pairs = [("__name__", metric), ("job", "push"), ("route", "/")];
        pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into()
    };
    let at = i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let powers = Histogram {
        count: 6,
        sum: 9.0,
        schema: 0,
        zero_threshold: 0.001,
        spans: vec![Stretch { offset: 0, length: 3 }],
        deltas: vec![1, 1, 1],
        at,
        bounds: Vec::new(),
    };
    write_histograms(port, &labels("rpc_seconds"), std::slice::from_ref(&powers));
    let ran = run(folder(&[]).path(), &["metrics", "import", url, "--select", "rpc.*"]);
    assert_eq!(ran.code, 0, "{name}: {ran:?}");
    assert_eq!(
        ran.out, "metric rpc_seconds: native histogram of seconds { labels route }  # unit by its name\n",
        "{name}: {ran:?}"
    );
    // Bounds of one's own came with Prometheus 3.
    if name == "prometheus" {
        return;
    }
    let given = Histogram { schema: -53, zero_threshold: 0.0, bounds: vec![0.25, 3.0], ..powers };
    write_histograms(port, &labels("given_seconds"), &[given]);
    let ran = run(folder(&[]).path(), &["metrics", "import", url, "--select", "given.*"]);
    if ran.out.is_empty() {
        // Versions before 3 take what they do not understand, and show it otherwise or not at all.
        eprintln!("{name}: bounds of one's own are not shown: {}", ran.said());
        return;
    }
    assert_eq!(
        ran.out,
        "metric given_seconds: histogram of seconds {  # unit by its name\n  labels  route\n  buckets 0.25, 3\n  stored classic or native\n}\n",
        "{name}: {ran:?}"
    );
}
