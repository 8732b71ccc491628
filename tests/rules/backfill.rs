//! `slovo backfill`: the script it prints, and a run against a real Prometheus whose budgets are then as counted.
//!
//! The run needs `prometheus` and `promtool`; where one is missing the test says so and passes, under `CI=true` it fails.

#![cfg(feature = "live")]

#[cfg(unix)]
#[allow(dead_code, unreachable_pub, reason = "it answers other questions too")]
use crate::served;

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
    let calls: Vec<&str> = script.lines().filter(|l| l.starts_with("layer '")).collect();
    let layers: Vec<&str> = script.lines().filter(|l| l.starts_with("# Layer ")).collect();
    assert_eq!(calls.len(), layers.len());
    assert!(script.contains(
        "promtool tsdb create-blocks-from rules --quiet --url http://localhost:9090 --start 2026-10-01T00:00:00Z \
         --end 2026-10-03T00:00:00Z --output-dir blocks \"$name\""
    ));
    let of = |name: &str| layers.iter().position(|l| l.contains(name)).unwrap();
    assert_eq!(of("promise:events:count"), 0);
    for (below, above) in [
        ("promise:events:count", "promise:events:roll5m"),
        ("promise:events:roll5m", "promise:events:increase"),
        ("promise:events:increase", "promise:budget_remaining"),
    ] {
        assert!(of(below) < of(above), "{below} before {above}");
    }
    assert!(!script.contains("\"alert\":"));
    // A shell reads it, and promtool the rules in it.
    let file = at.path().join("backfill.sh");
    fs::write(&file, &script).unwrap();
    if cfg!(unix) {
        assert!(Command::new("sh").arg("-n").arg(&file).status().unwrap().success());
    }
    if has("promtool") {
        let mut rules = 0;
        for (number, part) in script.split("<<'END_OF_RULES'\n").skip(2).enumerate() {
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
        // Faults of the measurement have no past.
        let recorded =
            file.matches("- record:").count() - file.matches("promise:measurement_fault\"\n").count();
        assert_eq!(rules, recorded, "every recording rule is in one layer");
    }
}

#[test]
fn mistakes_are_told_before_anything_is_done() {
    let at = project();
    let ends = |args: &[&str], code: i32, text: &str| {
        let output = slovo(at.path(), args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(text), "{said}");
        assert!(output.stdout.is_empty());
    };
    let says = |args: &[&str], text: &str| ends(args, 2, text);
    says(&["--start", "2026-10-03", "--end", "2026-10-01"], "is not after `--start 2026-10-03T00:00:00Z`");
    says(&["--start", "2026-10-01", "--end", "2026-10-01"], "is not after");
    says(&["--start", "yesterday", "--end", "2026-10-01"], "a time is written as 2026-10-01");
    says(&["--start", "2026-02-30", "--end", "2026-10-01"], "a time is written as");
    says(&["--end", "2026-10-01"], "--start <TIME>");
    let run = [&TIMES[..], &["--run"]].concat();
    says(&[&run[..], &["--promtool", "no-such-promtool"]].concat(), "promtool comes with Prometheus");
    if has("promtool") {
        says(&[&run[..], &["--output-dir", "nowhere"]].concat(), "`nowhere` is not a folder");
        let data = at.path().to_str().unwrap();
        let unused = format!("http://127.0.0.1:{}", free_port());
        ends(&[&run[..], &["--output-dir", data, "--url", &unused]].concat(), 3, "cannot be reached");
        let odd = "http://shop:hunter2@localhost:1";
        says(&[&run[..], &["--output-dir", data, "--url", odd]].concat(), "holds a user name or a password");
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

/// The blocks that a record names.
fn recorded(data: &Path) -> Vec<String> {
    let text = fs::read_to_string(data.join("slovo-backfill.txt")).unwrap_or_default();
    text.lines().filter(|line| line.len() == 26 && line.starts_with('0')).map(str::to_owned).collect()
}

/// Prometheus looks for new blocks once a minute; a restart looks at once. Restarts the server whenever a layer's blocks
/// have been moved into its data folder, until told to end.
fn hurry(server: &mut Server, done: &AtomicBool) -> usize {
    let data = server.folder.join("data");
    let (mut seen, mut restarts) = (0, 0);
    while !done.load(Ordering::Relaxed) {
        let names = recorded(&data);
        if names.len() > seen && names.iter().all(|name| data.join(name).is_dir()) {
            seen = names.len();
            restarts += 1;
            server.restart();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    restarts
}

/// A server with the raw samples, beside a project, and the counted truth.
fn with_history() -> (TempDir, TempDir, Server, [(i64, i64); 2]) {
    let folder = tempfile::tempdir().unwrap();
    let (raw, truth) = history();
    fs::write(folder.path().join("raw.txt"), raw).unwrap();
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "raw.txt", "data"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = Server::start(folder.path(), free_port());
    (project(), folder, server, truth)
}

/// Runs a command while the server is hurried; gives what it said and the restarts.
fn hurried(server: &mut Server, command: &mut Command) -> (String, usize) {
    let done = AtomicBool::new(false);
    let (output, restarts) = std::thread::scope(|scope| {
        let helper = scope.spawn(|| hurry(server, &done));
        let output = command.output().unwrap();
        done.store(true, Ordering::Relaxed);
        (output, helper.join().unwrap())
    });
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stdout));
    server.restart();
    (said, restarts)
}

/// The last sample of the budget's error ratio of the first promise.
fn ratio_of_pay(server: &Server) -> f64 {
    let series = "promise:error_ratio{promise=\"accepted\",window=\"budget\"}";
    server.number(&format!("last_over_time({series}[11m] @ {})", START + 2 * DAY))
}

#[test]
fn a_real_prometheus_has_the_counted_budgets_afterwards() {
    if !has("prometheus") || !has("promtool") {
        return;
    }
    let (project, folder, mut server, truth) = with_history();
    let url = server.url();
    let data = folder.path().join("data");
    let mut command = slovo(project.path(), &TIMES);
    command.args(["--run", "--url", &url, "--output-dir"]).arg(&data);
    let (said, restarts) = hurried(&mut server, &mut command);
    let layers = said.lines().filter(|l| l.starts_with("layer ")).count();
    assert!(layers >= 5 && restarts <= layers, "{said}");

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
        let samples = server.number(&format!("count_over_time(promise:events:count{{{of}}}[1h] @ {noon})"));
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

#[cfg(unix)]
#[test]
fn the_script_gives_the_same_and_undo_takes_it_out() {
    if !has("prometheus") || !has("promtool") {
        return;
    }
    let (project, folder, mut server, truth) = with_history();
    let data = folder.path().join("data");
    let raw: usize = fs::read_dir(&data).unwrap().count();
    let printed = slovo(project.path(), &TIMES)
        .args(["--url", &server.url(), "--output-dir"])
        .arg(&data)
        .output()
        .unwrap();
    let script = folder.path().join("backfill.sh");
    fs::write(&script, printed.stdout).unwrap();
    // It asks for the blocks every two seconds instead of each five, which is two minutes for each layer.
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    program(
        &tools.join("sleep"),
        "#!/bin/sh\n[ \"$1\" = 5 ] && set -- 2\nPATH=/usr/bin:/bin exec sleep \"$1\"\n",
    );
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    hurried(&mut server, Command::new("sh").arg(&script).env("PATH", path));
    #[allow(clippy::cast_precision_loss, reason = "thousands")]
    let expected = truth[0].1 as f64 / truth[0].0 as f64;
    let got = ratio_of_pay(&server);
    assert!((got / expected - 1.0).abs() < 0.001, "{got}, counted {expected}");

    // Not while the server may read them.
    let undo = |url: &str| {
        let output =
            slovo(project.path(), &["--undo", "--url", url, "--output-dir"]).arg(&data).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        (output.status.code(), said)
    };
    let before = recorded(&data);
    assert!(before.len() >= 7);
    for url in [server.url(), format!("http://127.0.0.1:{}", free_port())] {
        let (status, said) = undo(&url);
        assert!(status == Some(2) && said.contains("must not lose blocks that it reads"), "{said}");
    }
    assert_eq!(recorded(&data), before);
    server.stop();
    let there = before.iter().filter(|name| data.join(name).is_dir()).count();
    let (status, said) = undo(&server.url());
    assert!(status == Some(0) && said.contains(&format!("took out {there} block")), "{said}");
    assert!(before.iter().all(|name| !data.join(name).exists()) && !data.join("slovo-backfill.txt").exists());
    let left: Vec<String> =
        fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.len() >= raw.min(1) && !left.iter().any(|name| name.starts_with(".slovo")), "{left:?}");
    let (status, said) = undo(&server.url());
    assert!(status == Some(2) && said.contains("no backfill is recorded"), "{said}");
}

/// A promtool that makes blocks as it is told to.
#[cfg(unix)]
fn fake(folder: &Path, blocks: &str) -> String {
    let path = folder.join("fake-promtool");
    program(&path, &format!("#!/bin/sh\ncase $1 in tsdb) {blocks} ;; esac\n"));
    path.display().to_string()
}

/// A server that gives this result to a query; the questions for the samples of a layer are those with `vector(0)`.
#[cfg(unix)]
fn server(result: impl Fn(bool) -> String + Send + Sync + 'static) -> served::Fake {
    served::Fake::start(move |request| {
        let result = result(request.field("query").contains("vector(0)"));
        served::Reply::text(200, &format!("{{\"status\":\"success\",\"data\":{result}}}"))
    })
}

/// A vector of these samples.
#[cfg(unix)]
fn vector(samples: &str) -> String {
    format!("{{\"resultType\":\"vector\",\"result\":[{samples}]}}")
}

#[cfg(unix)]
fn program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
const BLOCK: &str = "n=0; while [ $n -lt 6 ]; do d=01H00000000000$(printf %06d $$)$n; d=$(printf %.26s ${d}0000000000); mkdir $d; \
    echo '{\"minTime\": 1790812800000, \"maxTime\": 1790816400000, \"stats\": {\"numSamples\": 10}}' > $d/meta.json; \
    n=$((n + 1)); done";

/// An answer that cannot be read is an error: taken for zero, counts would be there twice, or a layer would be built on half of
/// another.
#[cfg(unix)]
#[test]
fn answers_that_cannot_be_read_stop_it() {
    let at = project();
    let data = at.path().join("data");
    fs::create_dir(&data).unwrap();
    let run = |url: &str, code: i32| {
        let promtool = fake(at.path(), BLOCK);
        let args = ["--run", "--promtool", &promtool, "--url", url, "--output-dir", data.to_str().unwrap()];
        let output = slovo(at.path(), &[&TIMES[..], &args].concat()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    let one = |value: &str| format!("{{\"metric\":{{}},\"value\":[1,\"{value}\"]}}");
    for answer in [
        "{\"resultType\":\"scalar\",\"result\":[1,\"3\"]}".to_owned(),
        vector(&one("many")),
        vector(&one("NaN")),
        vector(&one("+Inf")),
        vector(&one("-1")),
        vector(&one("1.5")),
        vector("{\"metric\":{\"a\":\"b\"},\"value\":[1,\"3\"]}"),
        vector("{\"metric\":{}}"),
        vector(&format!("{0},{0}", one("1"))),
        "[]".to_owned(),
        "null".to_owned(),
    ] {
        let given = answer.clone();
        let fake = server(move |_| given.clone());
        let said = run(&fake.url(), 3);
        let none = said.contains("something else where a count is asked for")
            || said.contains("in a form that is not known")
            || said.contains("without data");
        assert!(none, "{answer}: {said}");
        assert!(fs::read_dir(&data).unwrap().next().is_none(), "{answer}");
    }
    // Only the question for the samples of a layer is answered strangely, or not at all.
    let strange = vector(&one("?"));
    let fake = server(move |samples| if samples { strange.clone() } else { vector("") });
    let said = run(&fake.url(), 3);
    assert!(fake.asked().len() > 1, "{:?}", fake.asked());
    assert!(said.contains("something else where a count is asked for"), "{said}");
    assert!(recorded(&data).is_empty());
    let fake = server(|_| vector(""));
    let said = run(&fake.url(), 2);
    assert!(said.contains("gives no answer to a question that has one"), "{said}");
    assert!(recorded(&data).is_empty());
    let left: Vec<_> = fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["slovo-backfill.txt"]);
}

/// A killed run is told of by the next one, and `--undo` takes out what it left.
#[cfg(unix)]
#[test]
fn killed_runs_can_be_taken_back() {
    let at = project();
    let data = at.path().join("data");
    // Counts never suffice, so the run waits after its first layer.
    let five = "{\"metric\":{},\"value\":[1,\"5\"]}";
    let unused = format!("http://127.0.0.1:{}", free_port());
    let kills: u32 = std::env::var("SLOVO_BACKFILL_KILLS").map_or(3, |n| n.parse().unwrap());
    for kill in 0..kills {
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(data.join("01KEEP00000000000000000000")).unwrap();
        let server = server(move |samples| vector(if samples { five } else { "" }));
        let (url, promtool) = (server.url(), fake(at.path(), BLOCK));
        let args = ["--run", "--promtool", &promtool, "--url", &url, "--output-dir", data.to_str().unwrap()];
        let mut child =
            slovo(at.path(), &[&TIMES[..], &args].concat()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        // Now before, now in the middle of moving, now after it.
        let enough = |names: &[String]| {
            names.len() >= (kill as usize % 2) && began.elapsed().as_millis() >= u128::from(kill * 37 % 400)
        };
        while !enough(&recorded(&data)) && began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let names = recorded(&data);
        let blocks = |data: &Path| -> Vec<String> {
            let mut all: Vec<String> =
                fs::read_dir(data).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            all.retain(|name| name.len() == 26 && !name.contains("KEEP"));
            all
        };
        assert!(
            blocks(&data).iter().all(|name| names.contains(name)),
            "a block that the record doesn't name"
        );
        if !names.is_empty() {
            let output = slovo(at.path(), &[&TIMES[..], &args].concat()).output().unwrap();
            let said =
                String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(output.status.code() == Some(2) && said.contains("was interrupted and left"), "{said}");
        }
        // As Prometheus must be.
        drop(server);
        let undo = ["--undo", "--url", &unused, "--output-dir", data.to_str().unwrap()];
        let output = slovo(at.path(), &undo).output().unwrap();
        let recorded_run = !names.is_empty() || output.status.success();
        assert!(
            recorded_run || output.status.code() == Some(2),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // The promtool of the killed run may make its folder after that; whoever comes next removes it.
        let all = || -> Vec<_> { fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name()).collect() };
        for _ in 0..20 {
            if all().len() == 1 {
                break;
            }
            std::thread::sleep(Duration::from_millis(200));
            drop(slovo(at.path(), &undo).output().unwrap());
        }
        assert_eq!(all(), ["01KEEP00000000000000000000"]);
    }
}
