//! `slovo backfill`: the script it prints, and a run against a real Prometheus whose budgets are then as counted.
//!
//! The run needs `prometheus` and `promtool`; where one is missing the test says so and passes, under `CI=true` it fails.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stderr, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

const YAML: &str = "project: shop\nscrape_interval: 60s\nretention: 100d\n";
const SHOP: &str = r#"
team shop "Shop team" { tickets "shop-tickets" }
metric calls_total: counter of calls { labels route, code in "200" | "500" }
journey buy "Buy" {
  owner shop
  step pay "Pay" {
    promise accepted "Orders are taken" {
      keep for 99% of orders over 1d
      total calls_total{route="pay"}
      bad   where {code="500"}
      urgency ticket
    }
  }
  step look "Look" {
    promise shown "Pages are shown" {
      keep for 99.5% of pages over 1d
      total calls_total{route="look"}
      bad   where {code="500"}
      urgency ticket
    }
  }
  promise whole "It can be bought" {
    keep for 98% of visits over 1d
    all of pay.accepted, look.shown
    urgency ticket
  }
}
"#;

fn project() -> TempDir {
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("slovo.yaml"), YAML).unwrap();
    fs::write(at.path().join("shop.slovo"), SHOP).unwrap();
    at
}

fn slovo(project: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("slovo").unwrap();
    command.arg("-C").arg(project).arg("backfill").args(args);
    command
}

fn has(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    if !found {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`{tool}` is missing (required in CI)");
        eprintln!("`{tool}` is missing: NOT TESTED");
    }
    found
}

const TIMES: [&str; 4] = ["--start", "2026-10-01", "--end", "2026-10-03T00:00:00Z"];

#[test]
fn the_script_has_one_call_for_each_layer_in_order() {
    let at = project();
    let output = slovo(at.path(), &TIMES).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = String::from_utf8(output.stdout).unwrap();
    let calls: Vec<&str> = script.lines().filter(|l| l.starts_with("promtool ")).collect();
    let layers: Vec<&str> = script.lines().filter(|l| l.starts_with("# Layer ")).collect();
    assert_eq!(calls.len(), layers.len());
    assert_eq!(
        calls[0],
        "promtool tsdb create-blocks-from rules --url http://localhost:9090 --start 2026-10-01T00:00:00Z --end 2026-10-03T00:00:00Z \
         --output-dir data \"$rules/1.yml\""
    );
    let of = |name: &str| layers.iter().position(|l| l.contains(name)).unwrap();
    assert_eq!(of("promise:events:rate"), 0);
    for (below, above) in [
        ("promise:events:rate", "promise:events:roll5m"),
        ("promise:events:roll5m", "promise:events:increase"),
        ("promise:events:increase", "promise:budget_remaining"),
    ] {
        assert!(of(below) < of(above), "{below} before {above}");
    }
    assert_eq!(script.lines().filter(|l| l.starts_with("sleep ")).count(), layers.len() - 1);
    assert!(!script.contains("alert:"));
    // A shell reads it, and promtool the rules in it.
    let file = at.path().join("backfill.sh");
    fs::write(&file, &script).unwrap();
    if cfg!(unix) {
        assert!(Command::new("sh").arg("-n").arg(&file).status().unwrap().success());
    }
    if has("promtool") {
        let mut rules = 0;
        for (number, part) in script.split("<<'END_OF_RULES'\n").skip(1).enumerate() {
            let path = at.path().join(format!("{number}.yml"));
            fs::write(&path, part.split("END_OF_RULES").next().unwrap()).unwrap();
            let checked =
                Command::new("promtool").args(["check", "rules", "--lint=none"]).arg(&path).output().unwrap();
            let said = String::from_utf8_lossy(&checked.stdout).into_owned();
            assert!(checked.status.success(), "{said}{}", String::from_utf8_lossy(&checked.stderr));
            rules +=
                said.split("SUCCESS: ").nth(1).unwrap().split(' ').next().unwrap().parse::<usize>().unwrap();
        }
        let built =
            Command::cargo_bin("slovo").unwrap().arg("-C").arg(at.path()).arg("build").output().unwrap();
        assert!(built.status.success());
        let file = fs::read_to_string(at.path().join("prometheus/buy.yml")).unwrap();
        assert_eq!(rules, file.matches("- record:").count(), "every recording rule is in one layer");
    }
}

#[test]
fn mistakes_are_told_before_anything_is_done() {
    let at = project();
    let says = |args: &[&str], text: &str| {
        let output = slovo(at.path(), args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(text), "{said}");
        assert!(output.stdout.is_empty());
    };
    says(&["--start", "2026-10-03", "--end", "2026-10-01"], "is not after `--start 2026-10-03T00:00:00Z`");
    says(&["--start", "2026-10-01", "--end", "2026-10-01"], "is not after");
    says(&["--start", "yesterday", "--end", "2026-10-01"], "a time is written as 2026-10-01");
    says(&["--start", "2026-02-30", "--end", "2026-10-01"], "a time is written as");
    says(&["--end", "2026-10-01"], "--start <TIME>");
    let run = [&TIMES[..], &["--run"]].concat();
    says(&[&run[..], &["--promtool", "no-such-promtool"]].concat(), "promtool comes with Prometheus");
    if has("promtool") {
        says(&[&run[..], &["--output-dir", "nowhere"]].concat(), "`nowhere` is no folder");
        let data = at.path().to_str().unwrap();
        let unused = format!("http://127.0.0.1:{}", free_port());
        says(&[&run[..], &["--output-dir", data, "--url", &unused]].concat(), "cannot be asked");
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A Prometheus that scrapes nothing, ended when dropped.
struct Server {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Server {
    fn start(folder: &Path, port: u16) -> Self {
        fs::write(folder.join("prometheus.yaml"), "global: {}\n").unwrap();
        Self { child: Self::spawn(folder, port), folder: folder.to_owned(), port }
    }
    fn spawn(folder: &Path, port: u16) -> Child {
        let child = Command::new("prometheus")
            .args([
                "--config.file=prometheus.yaml",
                "--storage.tsdb.path=data",
                "--storage.tsdb.retention.time=100y",
            ])
            .args([&format!("--web.listen-address=127.0.0.1:{port}")])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() && began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(100));
        }
        child
    }
    fn restart(&mut self) {
        self.stop();
        self.child = Self::spawn(&self.folder, self.port);
    }
    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
    /// The one number that a query gives.
    fn number(&self, expr: &str) -> f64 {
        let began = Instant::now();
        loop {
            let output =
                Command::new("promtool").args(["query", "instant", &self.url(), expr]).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            match text.split_once("=> ") {
                Some((_, rest)) if text.lines().count() == 1 => {
                    return rest.split(' ').next().unwrap().parse().unwrap();
                }
                _ => assert!(
                    began.elapsed() < Duration::from_secs(60),
                    "{expr}: {text}{}",
                    String::from_utf8_lossy(&output.stderr)
                ),
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// 2026-10-01, midnight UTC.
const START: i64 = 1_790_812_800;
const DAY: i64 = 86_400;

/// Good and bad events of a minute: days and nights, and failures in some hours of the second day.
fn events(route: &str, minute: i64) -> (i64, i64) {
    let hour = minute / 60 % 24;
    let all = if (7..22).contains(&hour) { 120 } else { 6 };
    let broken = minute / 1440 == 1 && if route == "pay" { hour == 3 || hour == 15 } else { hour == 20 };
    let bad = if broken { all / 2 } else { 0 };
    (all - bad, bad)
}

/// Raw counters as `OpenMetrics`, and the counted truth of the second day: events and bad ones of each route.
fn history() -> (String, [(i64, i64); 2]) {
    let mut text = String::from("# TYPE calls counter\n");
    let mut truth = [(0, 0); 2];
    for (at, route) in ["pay", "look"].iter().enumerate() {
        for code in ["200", "500"] {
            // Not from zero: `rate` counts the first increase of a counter that stands at zero for less.
            let mut sum = 1000;
            for minute in 0..=2 * 1440 {
                if minute > 0 {
                    let (good, bad) = events(route, minute - 1);
                    sum += if code == "200" { good } else { bad };
                    if minute > 1440 && code == "500" {
                        truth[at].0 += good + bad;
                        truth[at].1 += bad;
                    }
                }
                let when = START + 60 * minute;
                let _ = writeln!(text, "calls_total{{route=\"{route}\",code=\"{code}\"}} {sum} {when}");
            }
        }
    }
    text.push_str("# EOF\n");
    (text, truth)
}

/// Prometheus looks for new blocks once a minute; a restart looks at once. Restarts the server whenever a layer's blocks
/// have been moved into its data folder and are waited for, until told to end.
fn hurry(server: &mut Server, done: &AtomicBool) -> usize {
    let data = server.folder.join("data");
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut restarted: Vec<PathBuf> = Vec::new();
    while !done.load(Ordering::Relaxed) {
        for entry in fs::read_dir(&data).into_iter().flatten().flatten() {
            let path = entry.path();
            if !path.to_string_lossy().contains(".slovo-backfill-") || restarted.contains(&path) {
                continue;
            }
            let blocks = fs::read_dir(&path).into_iter().flatten().flatten();
            let blocks = blocks.filter(|b| b.path().join("meta.json").is_file()).count();
            if blocks > 0 && !seen.contains(&path) {
                seen.push(path);
            } else if blocks == 0 && seen.contains(&path) {
                server.restart();
                restarted.push(path);
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    restarted.len()
}

#[test]
fn a_real_prometheus_has_the_counted_budgets_afterwards() {
    if !has("prometheus") || !has("promtool") {
        return;
    }
    let project = project();
    let folder = tempfile::tempdir().unwrap();
    let (raw, truth) = history();
    fs::write(folder.path().join("raw.txt"), raw).unwrap();
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "raw.txt", "data"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut server = Server::start(folder.path(), free_port());
    let url = server.url();
    let data = folder.path().join("data");
    let mut command = slovo(project.path(), &TIMES);
    command.args(["--run", "--url", &url, "--output-dir"]).arg(&data);
    let done = AtomicBool::new(false);
    let (output, restarts) = std::thread::scope(|scope| {
        let helper = scope.spawn(|| hurry(&mut server, &done));
        let output = command.output().unwrap();
        done.store(true, Ordering::Relaxed);
        (output, helper.join().unwrap())
    });
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let layers = said.lines().filter(|l| l.starts_with("layer ")).count();
    assert!(layers >= 5 && restarts <= layers, "{said}");
    server.restart();

    let end = START + 2 * DAY;
    for (at, (step, promise, budget)) in
        [("pay", "accepted", 0.01), ("look", "shown", 0.005)].iter().enumerate()
    {
        let (all, bad) = truth[at];
        #[allow(clippy::cast_precision_loss, reason = "thousands")]
        let ratio = bad as f64 / all as f64;
        let of = format!("project=\"shop\",journey=\"buy\",step=\"{step}\",promise=\"{promise}\"");
        let near = |what: &str, got: f64, expected: f64| {
            assert!((got / expected - 1.0).abs() < 0.001, "{promise}: {what} {got}, counted {expected}");
        };
        let got = server
            .number(&format!("last_over_time(promise:error_ratio{{{of},window=\"budget\"}}[11m] @ {end})"));
        near("error ratio", got, ratio);
        eprintln!("{promise}: {bad} of {all} bad, error ratio counted {ratio}, backfilled {got}");
        let left = server.number(&format!("last_over_time(promise:budget_remaining{{{of}}}[5m] @ {end})"));
        near("budget left", left, 1.0 - ratio / budget);
        // The past can be drawn: noon of the second day, and nothing there twice.
        let noon = end - DAY / 2;
        server.number(&format!("last_over_time(promise:burn_rate{{{of},window=\"1h\"}}[5m] @ {noon})"));
        let samples = server.number(&format!("count_over_time(promise:events:rate{{{of}}}[1h] @ {noon})"));
        assert!((119.0..=121.0).contains(&samples), "{samples}");
    }
    let whole = "promise:error_ratio{promise=\"whole\",window=\"budget\"}";
    let whole = server.number(&format!("last_over_time({whole}[5m] @ {end})"));
    #[allow(clippy::cast_precision_loss, reason = "thousands")]
    let expected = 1.0 - truth.iter().map(|(all, bad)| 1.0 - *bad as f64 / *all as f64).product::<f64>();
    assert!((whole / expected - 1.0).abs() < 0.001, "{whole} {expected}");

    // Again: everything would be there twice.
    let mut again = slovo(project.path(), &TIMES);
    let output = again.args(["--run", "--url", &url, "--output-dir"]).arg(&data).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("they would be there twice, and be counted twice"), "{said}");
}
