//! The query API of Prometheus and VictoriaMetrics over plain HTTP on the loopback.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde::Deserialize;

/// Labels with `__name__`.
pub type Labels = BTreeMap<String, String>;

/// A series with its points: seconds and values.
#[derive(Clone, Debug, Deserialize)]
pub struct Series {
    /// Labels with `__name__`.
    pub metric: Labels,
    #[serde(default)]
    value: Option<(f64, String)>,
    #[serde(default)]
    values: Vec<(f64, String)>,
}

impl Series {
    /// The points in order.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let number = |p: &(f64, String)| (p.0, p.1.parse().unwrap_or(f64::NAN));
        self.value.iter().chain(&self.values).map(number)
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    result: Vec<Series>,
    #[serde(default)]
    stats: Option<serde_json::Value>,
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The body of an answer, where there is one.
pub fn send(port: u16, method: &str, path: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
}

/// Waits for an answer as wished.
pub fn wait(port: u16, path: &str, ready: impl Fn(&str) -> bool) -> String {
    let start = Instant::now();
    loop {
        match send(port, "GET", path, "") {
            Some(text) if ready(&text) => return text,
            last => assert!(start.elapsed() < Duration::from_secs(120), "{path}: {last:?}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Status and body of the answer to bytes with headers of their own.
pub fn post(port: u16, path: &str, headers: &str, body: &[u8]) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(
        stream,
        "POST {path} HTTP/1.0\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let status = text.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
    Ok((status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()))
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        let _ = write!(out, "{}{name}=", if out.is_empty() { "" } else { "&" });
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Without it VictoriaMetrics moves the start to a multiple of the step. Prometheus ignores it.
const NO_CACHE: (&str, &str) = ("nocache", "1");

fn ask(port: u16, path: &str, fields: &[(&str, &str)]) -> Data {
    let text = send(port, "POST", path, &form(fields)).unwrap_or_default();
    let answer: Answer = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    answer.data.unwrap_or_else(|| panic!("{fields:?}: {:?}", answer.error))
}

/// An expression at a moment.
pub fn query(port: u16, expr: &str, at: f64) -> Vec<Series> {
    let time = format!("{at:.3}");
    ask(port, "/api/v1/query", &[("query", expr), ("time", &time), NO_CACHE]).result
}

/// The only value of an expression at a moment; NaN where there is none.
pub fn value(port: u16, expr: &str, at: f64) -> f64 {
    let list = query(port, expr, at);
    assert!(list.len() < 2, "{expr}: {list:?}");
    list.first().and_then(|s| s.points().next()).map_or(f64::NAN, |p| p.1)
}

/// How many samples Prometheus reads for an expression, by its own count.
pub fn samples_read(port: u16, expr: &str, at: f64) -> f64 {
    let fields = [("query", expr), ("time", &format!("{at:.3}")), ("stats", "all")];
    let stats = ask(port, "/api/v1/query", &fields).stats.unwrap_or_default();
    stats["samples"]["totalQueryableSamples"].as_f64().unwrap_or_else(|| panic!("no statistics: {stats}"))
}

/// An expression at each step from `start` to `end`, in as many requests as the server's limit of points asks for.
pub fn query_range(port: u16, expr: &str, start: f64, end: f64, step: f64) -> Vec<Series> {
    let mut found: BTreeMap<Labels, Series> = BTreeMap::new();
    let mut from = start;
    while from <= end {
        let to = end.min(from + step * 9_999.0);
        let (first, last, every) = (format!("{from:.3}"), format!("{to:.3}"), format!("{step:.3}"));
        let times = [("start", first.as_str()), ("end", last.as_str()), ("step", every.as_str())];
        let fields = [&[("query", expr), NO_CACHE][..], &times].concat();
        for series in ask(port, "/api/v1/query_range", &fields).result {
            match found.get_mut(&series.metric) {
                Some(known) => known.values.extend(series.values),
                None => drop(found.insert(series.metric.clone(), series)),
            }
        }
        from += step * 10_000.0;
    }
    found.into_values().collect()
}
