//! docs/import.md shows what the commands print, and what the snapshot holds.

use serde_json::json;

use super::fake::{Fake, NOW, Reply, Shop};
use super::tools::{folder, run};
use crate::common::blocks;

fn block(info: &str) -> String {
    let page = std::fs::read_to_string("docs/import.md").unwrap();
    blocks(&page).into_iter().find(|b| b.info == info).unwrap_or_else(|| panic!("no block `{info}`")).text
}

/// Jobs that are scraped so often.
fn up(jobs: &[(&str, u32)]) -> Reply {
    let series = |(job, every): &(&str, u32)| {
        let values: Vec<_> = (0..5).map(|n| json!([NOW - f64::from(n * every), "1"])).rev().collect();
        json!({"metric": {"job": job}, "values": values})
    };
    Reply::data(&json!({"resultType": "matrix", "result": jobs.iter().map(series).collect::<Vec<_>>()}))
}

#[test]
fn what_is_said_of_a_server() {
    let shop = Shop::of(
        &[
            "http_requests_total{job=web}",
            "http_requests_total{job=batch}",
            "http_request_duration_seconds_bucket{job=web,le=0.1}",
            "http_request_duration_seconds_bucket{job=web,le=2.5}",
            "http_request_duration_seconds_bucket{job=web,le=+Inf}",
            "http_request_duration_seconds_count{job=web}",
            "http_request_duration_seconds_bucket{job=batch,le=0.1}",
            "http_request_duration_seconds_bucket{job=batch,le=5}",
            "http_request_duration_seconds_bucket{job=batch,le=+Inf}",
            "http_request_duration_seconds_count{job=batch}",
            "queue_length{job=web}",
            "queue_length{job=batch}",
            "payments_seen{job=web}",
        ],
        &[
            ("http_requests_total", "counter"),
            ("http_request_duration_seconds", "histogram"),
            ("queue_length", "gauge"),
            ("queue_length", "counter"),
        ],
    );
    let fake = Fake::start(move |request| {
        if request.path.ends_with("/targets/metadata") {
            return Reply::data(&json!([
                {"target": {"job": "web"}, "type": "gauge"},
                {"target": {"job": "batch"}, "type": "counter"},
            ]));
        }
        if request.field("query").starts_with("up") {
            up(&[("batch", 15), ("web", 30)])
        } else {
            shop.answer(request)
        }
    });
    let ran = run(folder(&[]).path(), &["metrics", "import", &fake.url()]);
    assert_eq!(ran.err.replace(&fake.url(), "http://localhost:9090"), block("text live"), "{ran:?}");
}

#[test]
fn what_a_snapshot_holds() {
    let name = "http_request_duration_seconds";
    let mut series = Vec::new();
    for route in ["/", "/pay"] {
        series.extend(
            ["0.1", "2.5", "+Inf"].map(|le| format!("{name}_bucket{{job=web,route={route},le={le}}}")),
        );
        series.push(format!("{name}_count{{job=web,route={route}}}"));
    }
    let lines: Vec<&str> = series.iter().map(String::as_str).collect();
    let shop = Shop::of(&lines, &[("http_request_duration_seconds", "histogram")]);
    let fake = Fake::start(move |request| match request.path.as_str() {
        "/api/v1/status/runtimeinfo" => Reply::data(&json!({"storageRetention": "15d"})),
        "/api/v1/status/buildinfo" => Reply::data(&json!({"version": "2.53.3", "revision": "x"})),
        "/api/v1/rules" => {
            let rule = |n: usize| {
                let kind = if n < 120 { "recording" } else { "alerting" };
                let name = if n < 120 { "promise:events:count" } else { "PromiseBurnsFast" };
                json!({"name": name, "type": kind, "health": "ok", "labels": {"project": "shop", "journey": "checkout", "step": "pay", "promise": "accepted"}})
            };
            Reply::data(&json!({"groups": [{"rules": (0..129).map(rule).collect::<Vec<_>>()}]}))
        }
        "/api/v1/label/__name__/values"
            if request.field("start").parse().is_ok_and(|s: f64| s < NOW - 3601.0) =>
        {
            Reply::data(&json!([
                "http_request_duration_seconds_bucket",
                "http_request_duration_seconds_count",
                "http_requests_total"
            ]))
        }
        _ if request.field("query").starts_with("up") => up(&[("web", 30)]),
        _ => shop.answer(request),
    });
    let ran = run(folder(&[]).path(), &["metrics", "snapshot", &fake.url(), "-o", "-"]);
    assert_eq!(ran.out, block("json snapshot"), "{ran:?}");
}
