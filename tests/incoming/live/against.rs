//! `slovo check --against`: real servers and their snapshots say the same; what is not known is neither a finding nor green.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::engines::{Engine, engines};
use super::fake::{Fake, Reply, Shop};
use super::tools::{Ran, YAML, folder, run, there};
use crate::common::blocks;

const SOURCE: &str = r#"team shop "Shop team"
metric asked_total: counter of requests { labels code, route, zone in "a" | "b" }
metric took_seconds: histogram of seconds {
  labels  route
  buckets 0.1, 0.5, 1
}
metric depth: gauge of jobs { labels queue }
metric left_total: counter of orders { labels ok }
metric askd_total: counter of requests { labels code }
journey visit "Visit" {
  owner shop
  step open "Open" {
    promise answered "It answers" {
      keep for 99% of requests over 28d
      total asked_total{route="/"}
      bad   where {code="500"}
    }
    promise slow "It is not slow" {
      keep for 99% of requests over 28d
      total asked_total{route="/"}
      bad   where {code="503"}
    }
    promise paid "Payment answers" {
      keep for 99% of requests over 28d
      total asked_total{region="eu"}
      bad   where {code="500"}
    }
    promise quick "It is quick" {
      keep for 99% of requests over 28d
      total took_seconds{route="/"}
      good  within 500ms
    }
    promise short "The queue is short" {
      keep for 99% of 5m slices over 28d
      good when max of depth{queue="mail"} at most 10
    }
    promise left "Orders are left" {
      keep for 99% of orders over 28d
      total left_total
      bad   where {ok="no"}
    }
    promise misspelt "It answers" {
      keep for 99% of requests over 28d
      total askd_total
      bad   where {code="500"}
    }
    promise query "By a query" {
      keep for 99% of 5m slices over 28d
      good when promql """max(depth{queue=~"m.*"} unless on (queue) depth{queue="post"})""" at most 10
    }
  }
}
"#;

fn source() -> String {
    SOURCE.replace("labels code, route,", "labels code, route, region,")
}

/// What the service exposes now.
const NOW: &str = "# TYPE asked_total counter\nasked_total{code=\"200\",route=\"/\",zone=\"a\"} 5\nasked_total{code=\"200\",route=\"/pay\",zone=\"c\"} 5\n\
    # TYPE took_seconds histogram\ntook_seconds_bucket{route=\"/\",le=\"0.1\"} 1\ntook_seconds_bucket{route=\"/\",le=\"1\"} 1\n\
    took_seconds_bucket{route=\"/\",le=\"+Inf\"} 1\ntook_seconds_sum{route=\"/\"} 1\ntook_seconds_count{route=\"/\"} 1\n\
    # TYPE depth counter\ndepth{queue=\"mail\"} 3\n";

fn secs_ago(days: u64) -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() - days * 86_400
}

fn day(days: u64) -> String {
    let at = jiff::Timestamp::from_second(i64::try_from(secs_ago(days)).unwrap()).unwrap();
    at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// Samples of three days ago, of a metric that is gone and of a value that is quiet.
fn before(folder: &Path) {
    let at = secs_ago(3);
    let text = format!(
        "# TYPE left counter\nleft_total{{job=\"web\",ok=\"no\"}} 1 {at}\n# TYPE asked counter\nasked_total{{job=\"web\",route=\"/\",code=\"500\"}} 1 {at}\n# EOF\n"
    );
    std::fs::write(folder.join("before.txt"), text).unwrap();
    let ran = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "before.txt", "data"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

/// The codes with their places, sorted as printed.
fn short(ran: &Ran) -> Vec<String> {
    ran.out.lines().map(str::to_owned).collect()
}

fn until_scraped(name: &str, at: &Path, args: &[&str]) -> Ran {
    let began = Instant::now();
    loop {
        let ran = run(at, args);
        // The interval is known from the third sample on.
        if ran.said().contains("every 2s") {
            return ran;
        }
        assert!(began.elapsed() < Duration::from_secs(180), "{name}: {ran:?}");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn every_engine_and_its_snapshot() {
    if !there(&["prometheus", "victoria-metrics", "promtool"]) && engines().is_empty() {
        return;
    }
    let web = Fake::start(|_| {
        let kind = ("Content-Type", "text/plain; version=0.0.4; charset=utf-8".to_owned());
        Reply::Whole(200, vec![kind], NOW.to_owned())
    });
    let scrapes = format!(
        "scrape_configs:\n- {{job_name: web, scrape_interval: 2s, static_configs: [{{targets: ['127.0.0.1:{}']}}]}}\n",
        web.port
    );
    for engine in engines() {
        one_engine(&engine, &scrapes);
    }
}

fn one_engine(engine: &Engine, scrapes: &str) {
    let name = engine.name.as_str();
    let yaml = format!("{}scrape_interval: 1s\nlints: {{W0425: allow, W0433: allow}}\n", YAML.1);
    let at = folder(&[("slovo.yaml", &yaml), ("a.slovo", &source())]);
    let mut scrapes = scrapes.to_owned();
    if !engine.victoria {
        before(at.path());
        let built = run(at.path(), &["build", "-o", "built"]);
        assert_eq!(built.code, 0, "{built:?}");
        scrapes.push_str("rule_files: ['built/prometheus/*.yml']\n");
    }
    let (_running, port) = engine.start(at.path(), &scrapes);
    let url = format!("http://127.0.0.1:{port}");
    let asked = until_scraped(name, at.path(), &["check", "--against", &url, "--format", "short"]);
    assert_eq!(asked.code, 1, "{name}: {asked:?}");
    let ran = run(at.path(), &["metrics", "snapshot", &url, "-o", "seen.json", "--only-used"]);
    assert_eq!(ran.code, 0, "{name}: {ran:?}");
    let read = run(at.path(), &["check", "--against", "seen.json", "--format", "short"]);
    assert_eq!((short(&read), read.code), (short(&asked), 1), "{name}");
    // The whole server as a snapshot says no more.
    let ran = run(at.path(), &["metrics", "snapshot", &url, "-o", "all.json"]);
    assert_eq!(ran.code, 0, "{name}: {ran:?}");
    let all = run(at.path(), &["check", "--against", "all.json", "--format", "short"]);
    assert_eq!(short(&all), short(&asked), "{name}");
    let found = asked.out.as_str();
    for text in [
        "E0701]: the server never had `askd_total`",
        "E0703]: `asked_total` never had a label `region`",
        "W0701]: the server never saw `asked_total` with `code=\"503\"`",
        "E0704]: `took_seconds` has no bucket with the bound 0.5",
        "W0703]: `zone` of `asked_total` has values on the server that are not declared",
        "E0707]: `asked_total` is scraped every 2s",
    ] {
        assert!(found.contains(text), "{name}: {text}\n{found}");
    }
    assert!(!found.contains("visit.open.short"), "{name}: {found}");
    let human = run(at.path(), &["check", "--against", "seen.json"]);
    assert!(human.said().contains("did you mean `asked_total`? The server has it"), "{name}: {human:?}");
    if engine.victoria {
        assert!(human.said().contains("which does not say how long it keeps samples"), "{name}: {human:?}");
    } else {
        for text in [
            "E0702]: the server no longer has `left_total`",
            "W0702]: nothing that `asked_total{route=\"/\",code=\"500\"}`",
            "E0706]",
        ] {
            assert!(found.contains(text), "{name}: {text}\n{found}");
        }
        assert!(found.contains("E0705]: `depth` is a counter on the server"), "{name}: {found}");
        let dated = human.said();
        assert_eq!(dated.matches(&day(3)).count(), 2, "{name}: {dated}");
        assert!(dated.contains("of a server which keeps samples for 20d"), "{name}: {dated}");
        loaded(name, at.path());
    }
    document(name, at.path());
    mended(name, at.path(), &url);
}

/// The rules that are loaded are those of the source, until it changes.
fn loaded(name: &str, at: &Path) {
    let said = run(at, &["check", "--against", "seen.json"]).said();
    assert!(!said.contains("rules that are loaded") && !said.contains("no rules of"), "{name}: {said}");
    std::fs::write(at.join("a.slovo"), source().replace("at most 10", "at most 12")).unwrap();
    let said = run(at, &["check", "--against", "seen.json"]).said();
    std::fs::write(at.join("a.slovo"), source()).unwrap();
    assert!(
        said.contains(
            "rules that are loaded of 1 journey are not those that `slovo build` makes now: `visit`"
        ),
        "{name}: {said}"
    );
}

/// The same as one document.
fn document(name: &str, at: &Path) {
    let ran = run(at, &["check", "--against", "seen.json", "--format", "json"]);
    let made: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&made["against"]["kind"], &made["against"]["cannot_say"]),
        (&json!("snapshot"), &json!([])),
        "{name}"
    );
    assert!(made["against"]["selectors"].as_u64() > Some(9), "{name}: {made}");
    assert!(made["errors"].as_u64() > Some(4), "{name}: {made}");
}

/// A project that reads what is there is told so.
fn mended(name: &str, at: &Path, url: &str) {
    let good = r#"team shop "Shop team"
metric asked_total: counter of requests { labels code, route }
journey visit "Visit" {
  owner shop
  step open "Open" {
    promise answered "It answers" {
      keep for 99% of requests over 14d
      total asked_total{route="/"}
      # slovo: allow W0701 because it never failed so
      bad   where {code="418"}
    }
  }
}
"#;
    std::fs::write(at.join("a.slovo"), good).unwrap();
    let args = ["check", "--against", url];
    std::fs::write(
        at.join("slovo.yaml"),
        "project: shop\nretention: 100d\nscrape_interval: 2s\nlints: {W0425: allow}\n",
    )
    .unwrap();
    let ran = run(at, &args);
    assert_eq!(ran.code, 0, "{name}: {ran:?}");
    for text in [
        "no mistakes: 1 promise in 1 file; 1 warning accepted",
        "compared 2 selectors with the server http://",
        "note: ",
    ] {
        assert!(ran.said().contains(text), "{name}: {text}: {ran:?}");
    }
    let denied = run(at, &["check", "--against", url, "--deny", "warnings"]);
    assert_eq!(denied.code, 0, "{name}: {denied:?}");
    // The snapshot of before was not asked for this, and has each of both values.
    std::fs::write(
        at.join("a.slovo"),
        good.replace("bad   where {code=\"418\"", "good  where {code=~\"20.\""),
    )
    .unwrap();
    let old = run(at, &["check", "--against", "seen.json", "--quiet"]);
    assert_eq!((old.code, old.out.as_str()), (3, ""), "{name}: {old:?}");
    assert!(
        old.said().contains("cannot say: `visit.open.answered` reads what is not known: `asked_total{route=\"/\",code=~\"20.\"}`"),
        "{name}: {old:?}"
    );
}

/// A project's folder with all below it.
fn copied(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copied(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// The example against a server that has some of what it reads; what docs/import.md shows is the last line.
#[test]
fn the_example() {
    let at = folder(&[]);
    copied(Path::new("examples/astronomy-shop"), at.path());
    std::fs::copy("tests/incoming/live/shop.json", at.path().join("metrics.json")).unwrap();
    let ran = run(at.path(), &["check", "--against", "metrics.json", "--format", "short"]);
    let found: Vec<String> =
        ran.out.lines().map(|line| line.split("]: ").next().unwrap_or_default().to_owned()).collect();
    assert_eq!(
        found,
        [
            "journeys/basket.slovo:20:56: warning[W0701",
            "journeys/basket.slovo:26:13: error[E0701",
            "journeys/checkout.slovo:23:7: warning[W0701",
            "journeys/find.slovo:20:40: warning[W0701",
            "journeys/find.slovo:27:37: warning[W0701",
            "journeys/find.slovo:33:39: warning[W0701",
            "journeys/find.slovo:42:40: warning[W0701",
            "journeys/hear_back.slovo:19:48: warning[W0701",
            "journeys/hear_back.slovo:29:73: warning[W0701",
            "journeys/hear_back.slovo:30:48: warning[W0701",
            "journeys/hear_back.slovo:37:66: warning[W0701",
        ],
        "{ran:?}"
    );
    let page = std::fs::read_to_string("docs/import.md").unwrap();
    let shown = blocks(&page).into_iter().find(|block| block.info == "text against").unwrap();
    assert_eq!(ran.err.lines().last(), Some(shown.text.trim_end()), "{ran:?}");
    let other = run(at.path(), &["check", "--against", "metrics.json", "--env", "production"]);
    assert!(
        other
            .said()
            .contains("the snapshot was made without `--env`, and is compared with `--env production`"),
        "{other:?}"
    );
}

fn small() -> Shop {
    Shop::of(&["up{job=web}", "asked_total{job=web,code=200}"], &[("asked_total", "counter")])
}

const SMALL: &str = "team shop \"Shop team\"\nmetric asked_total: counter of requests { labels code }\njourney visit \"Visit\" {\n  owner shop\n  \
    step open \"Open\" {\n    promise answered \"It answers\" {\n      keep for 99% of requests over 28d\n      total asked_total\n      \
    bad   where {code=\"500\"}\n      urgency ticket\n    }\n  }\n}\n";

/// What each question may be answered with, so that nothing is known.
#[test]
fn half_an_answer_is_neither_green_nor_a_finding() {
    let at = folder(&[YAML, ("a.slovo", SMALL)]);
    let away = run(at.path(), &["check", "--against", "http://127.0.0.1:1"]);
    assert_eq!(away.code, 3, "{away:?}");
    assert!(
        away.said().contains("cannot say: ") && away.said().contains("no mistakes that are known"),
        "{away:?}"
    );
    assert!(!away.said().contains("W07") && !away.said().contains("E07"), "{away:?}");
    let calls = ["/api/v1/query", "/api/v1/series", "/api/v1/labels", "/values", "/metadata", "/rules"];
    for bad in ["warning", "status", "cut"] {
        for call in calls {
            let shop = small();
            let fake = Fake::start(move |request| {
                if !request.path.ends_with(call) {
                    return shop.answer(request);
                }
                match bad {
                    "status" => Reply::text(503, "busy"),
                    "cut" => Reply::text(200, "{\"status\": \"success\", \"data\": ["),
                    _ => match shop.answer(request) {
                        Reply::Whole(status, headers, body) => {
                            let mut value: Value = serde_json::from_str(&body).unwrap();
                            value["warnings"] = json!(["a store is away"]);
                            Reply::Whole(status, headers, value.to_string())
                        }
                        other @ (Reply::Raw(_) | Reply::Drip(..) | Reply::Silence) => other,
                    },
                }
            });
            let url = fake.url();
            let asked = run(at.path(), &["check", "--against", &url, "--format", "json"]);
            let made: Value = serde_json::from_str(&asked.out).unwrap();
            // What a server may lack altogether is left out; its labels and rules among that only where it says 404.
            assert_eq!(asked.code, 3, "{bad} {call}: {asked:?}");
            assert_eq!(made["diagnostics"], json!([]), "{bad} {call}: {made}");
            assert!(!made["against"]["cannot_say"].as_array().unwrap().is_empty(), "{bad} {call}: {made}");
        }
    }
}

/// A server that answers queries as `query` does, where that says something, and all else as the shop does.
fn answering(query: impl Fn(&str) -> Option<Value> + Send + Sync + 'static, series: bool) -> Fake {
    let shop = small();
    Fake::start(move |request| {
        let asked = request.field("query");
        if let Some(list) = request.path.ends_with("/query").then(|| query(asked)).flatten() {
            let kind = if asked.ends_with("m]") { "matrix" } else { "vector" };
            return Reply::data(&json!({"resultType": kind, "result": list}));
        }
        if request.path.ends_with("/api/v1/series") && !series {
            return Reply::data(&json!([]));
        }
        shop.answer(request)
    })
}

/// Each selector is there.
fn counted(asked: &str) -> Option<Value> {
    let one = |at: usize| json!({"metric": {"slovo_nr": at.to_string()}, "value": [NOW_SECONDS, "1"]});
    asked.contains("slovo_nr").then(|| (0..asked.matches("label_replace(").count()).map(one).collect())
}

/// The samples of a target.
fn up(instance: &str, every: f64) -> Value {
    let times = (0..5).map(|n| json!([f64::from(n).mul_add(every, NOW_SECONDS - 300.0), "1"]));
    json!({"metric": {"__name__": "up", "job": "web", "instance": instance}, "values": times.collect::<Vec<_>>()})
}

const NOW_SECONDS: f64 = super::fake::NOW;

#[test]
fn intervals_and_series_that_are_not_told() {
    let at = folder(&[YAML, ("a.slovo", SMALL)]);
    let check = |fake: &Fake| run(at.path(), &["check", "--against", &fake.url(), "--format", "short"]);
    let measured = |asked: &str| asked.starts_with("up").then(|| json!([up("a:1", 30.0)]));
    let fine = check(&answering(move |asked| counted(asked).or_else(|| measured(asked)), true));
    assert_eq!(fine.code, 0, "{fine:?}");
    // `up` is stored, and a query finds none of it.
    let none = check(&answering(counted, true));
    assert_eq!(none.code, 3, "{none:?}");
    assert!(none.said().contains("cannot say: how often `asked_total` is scraped"), "{none:?}");
    // Queries find series, and no list has them.
    let empty = check(&answering(move |asked| counted(asked).or_else(|| measured(asked)), false));
    assert_eq!(empty.code, 3, "{empty:?}");
    assert!(empty.said().contains("cannot say: queries find `asked_total`"), "{empty:?}");
    // Two targets of one job: that which exposes the metric counts.
    for (instance, code) in [("a:1", 0), ("b:1", 1), ("c:1", 3)] {
        let mixed = check(&answering(
            move |asked| {
                let whose = json!([{
                    "metric": {"__name__": "asked_total", "job": "web", "instance": instance},
                    "value": [NOW_SECONDS, "1"]
                }]);
                counted(asked)
                    .or_else(|| asked.starts_with("up").then(|| json!([up("a:1", 10.0), up("b:1", 60.0)])))
                    .or_else(|| asked.starts_with("count by (__name__, job, instance)").then_some(whose))
            },
            true,
        ));
        assert_eq!(mixed.code, code, "{instance}: {mixed:?}");
        assert_eq!(mixed.out.contains("E0707"), code == 1, "{instance}: {mixed:?}");
    }
}

/// `check` has no options for a part of a server, and names none.
#[test]
fn an_answer_that_is_too_large() {
    let at = folder(&[YAML, ("a.slovo", SMALL)]);
    let shop = small();
    let fake = Fake::start(move |request| {
        if request.path.ends_with("/values") {
            return Reply::data(&json!(["x".repeat(65 * 1024 * 1024)]));
        }
        shop.answer(request)
    });
    let ran = run(at.path(), &["check", "--against", &fake.url()]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.said().contains("MiB; take a part of the server: `slovo metrics snapshot URL"), "{ran:?}");
    assert!(!ran.said().contains("--select"), "{ran:?}");
}

/// What is not known was not compared.
#[test]
fn selectors_that_were_not_compared() {
    let at = folder(&[YAML, ("a.slovo", SMALL)]);
    let snapshot = json!({
        "format": "slovo-metrics/2", "seen": "2026-11-30", "retention": "40d", "engine": null, "jobs": {"web": "30s"},
        "metrics": {"asked_total": {"kind": "counter", "jobs": ["web"], "labels": {"code": null}}},
        "gone": {}, "rules": null
    });
    std::fs::write(at.path().join("seen.json"), snapshot.to_string()).unwrap();
    let ran = run(at.path(), &["check", "--against", "seen.json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.said().contains("compared 1 of 2 selectors with"), "{ran:?}");
}

#[test]
fn usage() {
    let at = folder(&[
        YAML,
        ("a.slovo", SMALL),
        ("no.json", "{}"),
        ("old.json", "{\"format\": \"slovo-metrics/1\"}"),
    ]);
    for (args, said) in [
        (&["--against", "nothing.json"][..], "cannot be read"),
        (&["--against", "no.json"], "is not a snapshot"),
        (&["--against", "old.json"], "another version than `slovo-metrics/2`; make it again"),
        (&["--against", "no.json", "--header", "A: b"], "no address of one"),
        (&["--against", "http://user:pw@127.0.0.1:1"], "password"),
        (&["--header", "A: b"], "--against"),
    ] {
        let ran = run(at.path(), &[&["check"][..], args].concat());
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.said().contains(said), "{args:?}: {ran:?}");
    }
    // Mistakes of the source come first: they are mistakes, and nothing is compared.
    std::fs::write(at.path().join("a.slovo"), SMALL.replace("owner shop", "owner shp")).unwrap();
    let ran = run(at.path(), &["check", "--against", "http://127.0.0.1:1"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.said().contains("once they are mended"), "{ran:?}");
}
