//! Remote write 1.0: samples of any age, with staleness markers, into Prometheus and VictoriaMetrics alike.

use super::http::{self, Labels};

/// Prometheus' staleness marker: a NaN of its own.
pub fn stale() -> f64 {
    f64::from_bits(0x7ff0_0000_0000_0002)
}

/// Is this value the staleness marker?
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == stale().to_bits()
}

/// A time in milliseconds and a value.
pub type Sample = (i64, f64);

#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    series: Vec<Series>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Series {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Point>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Point {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    at: i64,
}

/// Samples of one request at most.
const BATCH: usize = 100_000;

/// Writes series, each in order of time.
pub fn write<'a>(port: u16, list: impl IntoIterator<Item = (&'a Labels, &'a [Sample])>) {
    let mut request = Request::default();
    let mut samples = 0;
    for (labels, points) in list {
        for some in points.chunks(BATCH) {
            let labels = labels.iter().map(|(n, v)| Label { name: n.clone(), value: v.clone() }).collect();
            let points = some.iter().map(|(at, value)| Point { value: *value, at: *at }).collect();
            request.series.push(Series { labels, samples: points });
            samples += some.len();
            if samples >= BATCH {
                send(port, &std::mem::take(&mut request));
                samples = 0;
            }
        }
    }
    if samples > 0 {
        send(port, &request);
    }
}

fn send(port: u16, request: &Request) {
    let body = prost::Message::encode_to_vec(request);
    let body = snap::raw::Encoder::new().compress_vec(&body).unwrap();
    let headers = "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n\
                   X-Prometheus-Remote-Write-Version: 0.1.0\r\n";
    let (status, said) = http::post(port, "/api/v1/write", headers, &body).unwrap();
    assert!((200..300).contains(&status), "remote write: {status} {said}");
}
