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
    #[prost(message, repeated, tag = "4")]
    histograms: Vec<Histogram>,
}

/// A native histogram at a moment. Its buckets are whole numbers, each written as what it is more than the one before.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Histogram {
    /// All observations.
    #[prost(uint64, tag = "1")]
    pub count: u64,
    /// What they add up to.
    #[prost(double, tag = "3")]
    pub sum: f64,
    /// 0: each bound is twice the one before; -53: bounds are given.
    #[prost(sint32, tag = "4")]
    pub schema: i32,
    /// Up to here nothing is told from zero.
    #[prost(double, tag = "5")]
    pub zero_threshold: f64,
    /// Which buckets there are.
    #[prost(message, repeated, tag = "11")]
    pub spans: Vec<Stretch>,
    /// What is in them.
    #[prost(sint64, repeated, tag = "12")]
    pub deltas: Vec<i64>,
    /// Milliseconds.
    #[prost(int64, tag = "15")]
    pub at: i64,
    /// The bounds of schema -53.
    #[prost(double, repeated, tag = "16")]
    pub bounds: Vec<f64>,
}

/// Buckets beside each other.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Stretch {
    /// How many are left out before them.
    #[prost(sint32, tag = "1")]
    pub offset: i32,
    /// How many they are.
    #[prost(uint32, tag = "2")]
    pub length: u32,
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
            request.series.push(Series { labels, samples: points, histograms: Vec::new() });
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

/// Writes native histograms of one series in order of time.
pub fn write_histograms(port: u16, labels: &Labels, list: &[Histogram]) {
    for some in list.chunks(BATCH) {
        let labels = labels.iter().map(|(n, v)| Label { name: n.clone(), value: v.clone() }).collect();
        let series = vec![Series { labels, samples: Vec::new(), histograms: some.to_vec() }];
        send(port, &Request { series });
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
