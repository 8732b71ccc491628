//! Native histograms, which promtool can't write: scraped by a real Prometheus from an exporter in protobuf.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::build::*;
use super::live::Server;
use super::tools::*;
use slovo::ir::Series;

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn float(out: &mut Vec<u8>, field: u64, value: f64) {
    varint(out, (field << 3) | 1);
    out.extend(value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, (field << 3) | 2);
    varint(out, value.len().try_into().unwrap());
    out.extend(value);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// `native_seconds` after so many requests: of ten, nine within (0.125, 0.25] and one within (0.5, 1].
fn exposition(tens: u64) -> Vec<u8> {
    let mut histogram = Vec::new();
    number(&mut histogram, 1, 10 * tens);
    float(&mut histogram, 2, 2.5);
    number(&mut histogram, 5, zigzag(0)); // schema 0: each bound is twice the one before
    float(&mut histogram, 6, 1e-100);
    for (offset, length) in [(-2, 1), (1, 1)] {
        let mut span = Vec::new();
        number(&mut span, 1, zigzag(offset));
        number(&mut span, 2, length);
        bytes(&mut histogram, 12, &span);
    }
    let count = i64::try_from(tens).unwrap();
    for delta in [9 * count, -8 * count] {
        number(&mut histogram, 13, zigzag(delta));
    }
    let mut metric = Vec::new();
    bytes(&mut metric, 7, &histogram);
    let mut family = Vec::new();
    bytes(&mut family, 1, b"native_seconds");
    number(&mut family, 3, 4);
    bytes(&mut family, 4, &metric);
    let mut out = Vec::new();
    varint(&mut out, family.len().try_into().unwrap());
    out.extend(family);
    out
}

#[test]
fn native_histograms_are_counted() {
    if !has("prometheus") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (scrapes, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let body = exposition(100 + u64::try_from(scrapes).unwrap());
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; \
                 encoding=delimited\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    let of = |limit: Option<(&str, bool)>| {
        let selector = selector(r#"native_seconds{job="x"}"#);
        match limit {
            None => Series::HistogramCount { selector, native: true },
            Some((limit, true)) => Series::HistogramWithin { selector, native: true, limit: d(limit) },
            Some((limit, false)) => Series::HistogramOver { selector, native: true, limit: d(limit) },
        }
    };
    let list = vec![
        promise("a.within", good(vec![of(None)], vec![of(Some(("0.25", true)))])),
        promise("a.over", bad(vec![of(None)], vec![of(Some(("0.25", false)))])),
        promise("a.within_all", good(vec![of(None)], vec![of(Some(("1", true)))])),
    ];
    let list = list.into_iter().map(|p| p.with(|p| p.scrape_interval = t("1s"))).collect();
    let mut model = model(vec![journey("checkout", list)]);
    model.settings.evaluation_interval = t("1s");
    let scrape =
        format!("scrape_configs: [{{job_name: x, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n");
    let server = Server::start(&emit(&model), &scrape);
    for (promise, ratio) in [("within", 0.1), ("over", 0.1), ("within_all", 0.0)] {
        let events = format!("promise:events:count{{promise=\"{promise}\"}}");
        server.value(&events, |v| (5.0..=20.0).contains(&v));
        let query = format!("promise:error_ratio{{promise=\"{promise}\",window=\"5m\"}}");
        server.value(&query, |v| (v - ratio).abs() < 1e-6);
    }
}
