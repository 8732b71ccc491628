//! What becomes of what a server stores, in a project and without one.

use serde_json::{Value, json};

use super::fake::{Fake, NOW, Reply, Shop};
use super::tools::{Ran, YAML, folder, run};

fn import(shop: Shop, args: &[&str]) -> Ran {
    let fake = Fake::start(move |request| shop.answer(request));
    run(folder(&[]).path(), &[&["metrics", "import", &fake.url()][..], args].concat())
}

/// Families as targets of either format tell them, and the names that Prometheus stores.
#[test]
fn families() {
    let shop = Shop::of(
        &[
            "http_requests_total{job=web,code=2xx}",
            "http_requests_created{job=web,code=2xx}",
            "build_info{job=web,version=1}",
            "wait_seconds{job=web,quantile=0.5}",
            "wait_seconds_sum{job=web}",
            "wait_seconds_count{job=web}",
            "h_bucket{job=web,le=0.5}",
            "h_bucket{job=web,le=+Inf}",
            "h_count{job=web}",
            "h_sum{job=web}",
            "dropped_count{job=web}",
            "quiet_bucket{job=web,late=yes,le=2}",
            "quiet_bucket{job=web,late=yes,le=+Inf}",
            "quiet_count{job=web}",
            "odd_total{job=web}",
            "plain{job=web}",
            "shop:odd:rate5m{}",
            "up{job=web,instance=a}",
            "scrape_duration_seconds{job=web}",
            "ALERTS{alertname=x}",
        ],
        &[
            ("http_requests", "counter"),
            ("build", "info"),
            ("wait_seconds", "summary"),
            ("h", "histogram"),
            ("dropped", "histogram"),
            ("quiet", "histogram"),
            ("odd_total", "gauge"),
            ("plain", "unknown"),
            ("gone", "counter"),
        ],
    );
    let said = import(shop, &[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(
        said.out,
        "metric build_info: gauge { labels version }\n\
         metric h: histogram { buckets 0.5 }\n\
         metric http_requests_total: counter { labels code in \"1xx\" | \"2xx\" | \"3xx\" | \"4xx\" | \"5xx\" }\n\
         metric \"odd_total\": gauge\n\
         metric quiet: histogram { buckets 2 }\n\
         metric up: gauge\n\
         metric wait_seconds: summary of seconds  # unit by its name\n",
        "{}",
        said.err
    );
    let all = said.said();
    for text in [
        "1 metric: left out: the server has no type (no metadata, or `unknown`)",
        "plain",
        "without `_bucket` series on the server; are they dropped at the scrape? dropped (web)",
        "1 without a type have a colon in their names",
        "how often targets are scraped is not known",
    ] {
        assert!(all.contains(text), "{text}: {}", said.err);
    }
    assert!(!all.contains("scrape_duration") && !all.contains("ALERTS"), "{all}");
}

/// What two jobs tell differently is said with the jobs, and decided by nobody; one job alone has its own.
#[test]
fn jobs_that_disagree() {
    let shop = || {
        Shop::of(
            &[
                "q{job=web}",
                "q{job=batch}",
                "h_bucket{job=web,le=0.5}",
                "h_bucket{job=web,le=+Inf}",
                "h_count{job=web}",
                "h_bucket{job=batch,le=0.5}",
                "h_bucket{job=batch,le=2}",
                "h_bucket{job=batch,le=+Inf}",
                "h_count{job=batch}",
            ],
            &[("q", "gauge"), ("q", "counter"), ("h", "histogram")],
        )
    };
    let served = |targets: bool| {
        let shop = shop();
        let fake = Fake::start(move |request| {
            if request.path.ends_with("/targets/metadata") && targets {
                return Reply::data(&json!([
                    {"target": {"job": "web"}, "type": "gauge"},
                    {"target": {"job": "batch"}, "type": "counter"},
                ]));
            }
            shop.answer(request)
        });
        move |args: &[&str]| {
            run(folder(&[]).path(), &[&["metrics", "import", &fake.url()][..], args].concat())
        }
    };
    let said = served(true)(&[]);
    assert_eq!((said.code, said.out.as_str()), (1, "metric h: histogram\n"), "{said:?}");
    for text in ["q: counter in batch; gauge in web", "h (batch, web): batch: 0.5, 2; web: 0.5"] {
        assert!(said.said().contains(text), "{text}: {said:?}");
    }
    let said = served(false)(&[]);
    assert!(said.said().contains("two types are given q: counter and gauge"), "{said:?}");
    let said = served(true)(&["--job", "web|api"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.out, "metric h: histogram { buckets 0.5 }\nmetric q: gauge\n");
    let said = served(true)(&["--select", "h.*"]);
    assert!(!said.said().contains("gauge in web") && said.out.contains("metric h"), "{said:?}");
}

/// An answer that may be cut off is not used: it is asked again in parts, at last label by label.
#[test]
fn more_series_than_are_read() {
    let mut series: Vec<String> = (0..40).map(|n| format!("m{n:02}{{job=web,route=r{n}}}")).collect();
    series.extend(
        (0..30).map(|n| format!("big{{job=web,route=r{n},code={}}}", if n % 2 == 0 { "2xx" } else { "5xx" })),
    );
    let lines: Vec<&str> = series.iter().map(String::as_str).collect();
    let names: Vec<&'static str> =
        (0..40).map(|n| &*Box::leak(format!("m{n:02}").into_boxed_str())).collect();
    let mut types: Vec<(&str, &str)> = names.iter().map(|n| (*n, "gauge")).collect();
    types.push(("big", "counter"));
    for (limit, splits) in [(None, false), (Some((10, true)), true), (Some((10, false)), true)] {
        let mut shop = Shop::of(&lines, &types);
        shop.limit = limit;
        let fake = Fake::start(move |request| shop.answer(request));
        let said = run(folder(&[]).path(), &["metrics", "import", &fake.url()]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("metric big: counter"), "{said:?}");
        assert!(
            said.out.contains("labels code in \"1xx\" | \"2xx\" | \"3xx\" | \"4xx\" | \"5xx\", route"),
            "{limit:?}: {said:?}"
        );
        assert_eq!(said.out.matches("labels route").count(), 40, "{said:?}");
        let asked = fake.asked();
        let series = asked.iter().filter(|r| r.path.ends_with("/series")).count();
        assert_eq!(series > 1, splits, "{limit:?}: {series}");
        assert_eq!(asked.iter().any(|r| r.path.ends_with("/labels")), splits, "{limit:?}");
        assert!(said.err.contains(&format!("{} requests to ", asked.len())), "{said:?}");
    }
}

/// Native histograms, by what a query gives of them.
#[test]
fn native_histograms() {
    let histogram = |name: &str, job: &str, buckets: Value| json!({"metric": {"__name__": name, "job": job}, "histogram": [NOW, {"count": "1", "sum": "1", "buckets": buckets}]});
    let shop = Shop::of(
        &[
            "exp{job=a,route=x}",
            "given{job=a}",
            "some{job=a}",
            "pushed{job=a}",
            "both{job=a}",
            "both_bucket{job=a,le=1}",
            "both_bucket{job=a,le=+Inf}",
            "both_count{job=a}",
        ],
        &[("exp", "histogram"), ("given", "histogram"), ("some", "histogram"), ("both", "histogram")],
    );
    let fake = Fake::start(move |request| {
        if request.field("query").starts_with("sum by") {
            return Reply::data(&json!({"resultType": "vector", "result": [
                histogram("exp", "a", json!([[0, "0.5", "1", "3"], [0, "2", "4", "1"]])),
                histogram("given", "a", json!([[0, "-Inf", "0.25", "1"], [0, "0.25", "3", "1"], [0, "3", "+Inf", "1"]])),
                histogram("some", "a", json!([[0, "-Inf", "0.25", "1"]])),
                histogram("pushed", "a", json!([[0, "0.5", "1", "3"]])),
                histogram("both", "a", json!([[0, "0.5", "1", "3"]])),
            ]}));
        }
        shop.answer(request)
    });
    let said = run(folder(&[]).path(), &["metrics", "import", &fake.url()]);
    assert_eq!(
        said.out,
        "metric both: histogram { buckets 1 }\nmetric exp: native histogram { labels route }\n\n\
         metric given: histogram {\n  buckets 0.25, 3\n  stored classic or native\n}\n\nmetric pushed: native histogram\n",
        "{}",
        said.err
    );
    assert!(said.said().contains("too few filled buckets") && said.said().contains("some (a)"), "{said:?}");
    // What a project declares otherwise is told: its promises have no data.
    let at = folder(&[
        YAML,
        (
            "c.slovo",
            "metric exp: histogram {\n  labels  route\n  buckets 1\n}\n\nmetric given: histogram { buckets 0.25, 3 }\nmetric both: native histogram\n",
        ),
    ]);
    let said = run(at.path(), &["metrics", "import", &fake.url()]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.said().contains("2 metrics: declared as a classic histogram, but stored as a native one only"),
        "{said:?}"
    );
    assert!(!said.said().contains("stored as classic ones only"), "{said:?}");
}

/// Into a project: the same merge as from text, and how often targets are scraped.
#[test]
fn into_a_project() {
    let mut lines = vec![
        "http_requests_total{job=web,code=2xx}",
        "http_requests_total{job=web,route=/}",
        "x_seconds{job=slow}",
        "y{job=web}",
    ];
    lines.extend(["h_bucket{job=web,le=1}", "h_bucket{job=web,le=+Inf}", "h_count{job=web,route=/}"]);
    // Nothing tells the type of `h`; that it is declared keeps its series together.
    let shop =
        Shop::of(&lines, &[("http_requests_total", "counter"), ("x_seconds", "gauge"), ("y", "gauge")]);
    let fake = Fake::start(move |request| {
        if request.field("query").starts_with("up") {
            let up = |job: &str, every: u32| {
                let values: Vec<_> = (0..5).map(|n| json!([NOW - f64::from(n * every), "1"])).rev().collect();
                json!({"metric": {"job": job}, "values": values})
            };
            return Reply::data(&json!({"resultType": "matrix", "result": [up("web", 30), up("slow", 60)]}));
        }
        shop.answer(request)
    });
    let source = "# Ours\nmetric http_requests_total: counter of requests { labels code in \"2xx\" | \"5xx\" }\nmetric h: histogram { labels route }\n\
                  metric y: gauge { scraped every 1m }\nmetric elsewhere: gauge\n";
    let at = folder(&[YAML, ("c.slovo", source)]);
    let url = fake.url();
    let said = run(at.path(), &["metrics", "import", &url, "--write"]);
    assert_eq!(said.code, 1, "{said:?}");
    let text = std::fs::read_to_string(at.path().join("c.slovo")).unwrap();
    for line in [
        "# Ours\n",
        "labels code in \"2xx\" | \"5xx\", route",
        "metric h: histogram {\n  labels  route\n  buckets 1\n}\n",
        "metric elsewhere: gauge\n",
        "metric x_seconds: gauge of seconds { scraped every 1m }  # unit by its name\n",
    ] {
        assert!(text.contains(line), "{line}: {text}\n{said:?}");
    }
    let all = said.said();
    assert!(all.contains("y (web): declared every 1m, scraped every 30s"), "{said:?}");
    assert!(all.contains("declared, and not exposed here: `elsewhere`"), "{said:?}");
    // Everything is scraped otherwise than slovo.yaml says: that is said once.
    std::fs::write(at.path().join("slovo.yaml"), "project: shop\nretention: 100d\nscrape_interval: 10s\n")
        .unwrap();
    let said = run(at.path(), &["metrics", "import", &url, "--job", "web"]);
    assert_eq!(said.code, 1, "{said:?}");
    let said = run(at.path(), &["metrics", "import", &url, "--only-used"]);
    assert!(said.said().contains("nothing to add"), "{said:?}");
}

/// A snapshot is the same for the same server, holds what a check needs, and replaces only its like.
#[test]
fn snapshots() {
    let shop = Shop::of(
        &[
            "x{job=web,instance=a,route=/}",
            "h_bucket{job=web,le=1}",
            "h_bucket{job=web,le=+Inf}",
            "h_count{job=web}",
            "odd{job=web,a=b}",
        ],
        &[("x", "gauge"), ("h", "histogram")],
    );
    let fake = Fake::start(move |request| match request.path.as_str() {
        "/api/v1/status/runtimeinfo" => Reply::data(&json!({"storageRetention": "15d or 10GiB"})),
        "/api/v1/rules" => Reply::data(&json!({"groups": [{"rules": [
            {"name": "promise:events:count", "type": "recording", "labels": {"project": "shop"}, "health": "ok"},
            {"name": "PromiseBurnsFast", "type": "alerting", "labels": {"project": "shop", "promise": "a"}, "health": "err"},
            {"name": "other:rate", "type": "recording", "labels": {"project": "shop"}, "health": "ok"},
        ]}]})),
        // Over all that is kept there is one name more.
        "/api/v1/label/__name__/values"
            if request.field("start").parse().is_ok_and(|s: f64| s < NOW - 3601.0) =>
        {
            Reply::data(&json!(["x", "h_bucket", "h_count", "odd", "old_total"]))
        }
        _ => shop.answer(request),
    });
    let at = folder(&[]);
    let args = ["metrics", "snapshot", &fake.url(), "-o", "seen.json"];
    let said = run(at.path(), &args);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{said:?}");
    let text = std::fs::read_to_string(at.path().join("seen.json")).unwrap();
    let read = slovo::against::Snapshot::read(&text).unwrap();
    assert_eq!(
        serde_json::to_value(&read).unwrap(),
        json!({
            "format": "slovo-metrics/2", "seen": "2026-11-30", "retention": "15d or 10GiB", "engine": null, "jobs": {},
            "metrics": {
                "h": {"kind": "histogram", "jobs": ["web"], "series": ["h_bucket", "h_count"], "labels": {}, "buckets": ["1"], "stored": "classic"},
                "odd": {"kind": null, "jobs": ["web"], "labels": {"a": ["b"]}},
                "x": {"kind": "gauge", "jobs": ["web"], "labels": {"route": ["/"]}},
            },
            "gone": {"old_total": null},
            "rules": {"shop": {"recording": 1, "alerting": 1, "failing": 1, "late": 0, "promises": [], "journeys": {}}},
        })
    );
    assert!(!text.contains("127.0.0.1"), "{text}");
    assert_eq!(run(at.path(), &args).code, 0);
    assert_eq!(std::fs::read_to_string(at.path().join("seen.json")).unwrap(), text);
    let shown = run(at.path(), &["metrics", "snapshot", &fake.url(), "-o", "-"]);
    assert_eq!(shown.out, text, "{shown:?}");
}
