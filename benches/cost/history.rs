//! Raw counters, and the history of recorded series that rules find after a month.

use crate::common::bed::{Bed, Prometheus, Text, series};
use crate::common::http::Labels;
use crate::common::layers::{self, Rule};
use crate::common::remote::{self, Sample};

/// A month in seconds.
pub const MONTH: f64 = 30.0 * 86_400.0;

/// Raw series of a promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Raw {
    /// So many counters, three of each instance, of which one counts bad events.
    Counters(usize),
    /// Classic histograms of so many instances.
    Histograms(usize),
}

impl Raw {
    /// The series that exist.
    pub fn series(self) -> Vec<Labels> {
        match self {
            Self::Counters(count) => (0..count)
                .map(|at| {
                    named("http_requests_total", count, at / 3, ("code", ["200", "404", "500"][at % 3]))
                })
                .collect(),
            Self::Histograms(count) => (0..count)
                .flat_map(|at| {
                    let bucket = |le| named("http_seconds_bucket", count, at, ("le", le));
                    ["0.1", "0.3", "1.0", "+Inf"].map(bucket).into_iter().chain([named(
                        "http_seconds_count",
                        count,
                        at,
                        ("code", "200"),
                    )])
                })
                .collect(),
        }
    }
    /// What a series says at a time: 20, 1 and 0.02 events a second, with waves; of a histogram ever more up to the whole.
    fn value(self, at: usize, time: f64) -> f64 {
        let rate = match self {
            Self::Counters(_) => [20.0, 1.0, 0.02][at % 3],
            Self::Histograms(_) => [9.0, 9.99, 10.0, 10.0, 10.0][at % 5],
        };
        let phase = match self {
            Self::Counters(_) => at,
            Self::Histograms(_) => at / 5,
        };
        (rate * (time - 1.7e9) + rate * 5_000.0 * (time / 7_200.0 + phase as f64).sin()).floor()
    }
    /// Labels and a value of each series at a moment.
    pub fn at(self, time: f64) -> impl Iterator<Item = (Labels, f64)> {
        self.series().into_iter().enumerate().map(move |(at, labels)| (labels, self.value(at, time)))
    }
    /// A series' points, scraped every 15 s, each instance a moment after the one before.
    fn points(self, at: usize, (from, to): (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
        let instance = match self {
            Self::Counters(_) => at / 3,
            Self::Histograms(_) => at / 5,
        };
        let first = (from / 15.0).ceil() * 15.0 + (instance % 15) as f64;
        (0..)
            .map(move |n| first + f64::from(n) * 15.0)
            .take_while(move |t| *t < to)
            .map(move |t| (t, self.value(at, t)))
    }
}

fn named(name: &str, count: usize, instance: usize, (label, value): (&str, &str)) -> Labels {
    [
        ("__name__", name.to_owned()),
        ("job", format!("shop{count}")),
        ("instance", format!("i{instance}")),
        (label, value.to_owned()),
    ]
    .into_iter()
    .map(|(n, v)| (n.to_owned(), v))
    .collect()
}

/// Writes raw series as text.
pub fn write_raw(text: &mut Text, raw: Raw, from: f64, to: f64) {
    for (at, labels) in raw.series().iter().enumerate() {
        let name = series(&labels["__name__"], labels);
        for (time, value) in raw.points(at, (from, to)) {
            text.sample(&name, time, value);
        }
    }
}

/// A recorded series with its points in order of time.
pub type Recorded = (Labels, Vec<(f64, f64)>);

/// What these rules of one promise recorded over all the time of the bed. What nobody reads any more is left out, as `keep` says in
/// seconds for each rule.
pub fn recorded(
    bed: &mut Bed,
    rules: &[Rule],
    (from, to): (f64, f64),
    keep: impl Fn(&Rule) -> f64,
) -> Vec<Recorded> {
    let mut found: Vec<Recorded> = Vec::new();
    layers::evaluate_with(bed, rules, from, to, &[], |rule, labels, at, value| {
        if at < to - keep(rule) {
            return;
        }
        match found.last_mut() {
            Some((last, points)) if last == labels => points.push((at, value)),
            _ => found.push((labels.clone(), vec![(at, value)])),
        }
    });
    found
}

/// The data folder of a server that has run for a month, filled as one leaves it: the last hours in memory and in its log, what is
/// older in blocks that grow with their age.
pub struct Server {
    bed: Bed,
    /// Where blocks begin and end, in seconds, and their size in hours.
    blocks: Vec<(f64, f64, u32)>,
    now: f64,
}

/// Blocks are merged three at a time, from two hours up to a tenth of the retention.
const BLOCKS: [u32; 5] = [162, 54, 18, 6, 2];

impl Server {
    /// An empty one.
    pub fn new(from: f64, now: f64) -> Self {
        let mut blocks = Vec::new();
        let mut begin = from;
        for hours in BLOCKS {
            // A block is written when it is over by half of the smallest one.
            let long = f64::from(hours) * 3_600.0;
            let end = (((now - 3_600.0) / long).floor() * long).max(begin);
            if end > begin {
                blocks.push((begin, end, hours));
            }
            begin = end;
        }
        Self { bed: Bed::new(), blocks, now }
    }
    /// The bed, for what else belongs into its folder.
    pub fn bed(&self) -> &Bed {
        &self.bed
    }
    /// Fills it: raw series since a moment, and what is recorded, written once for each way to rename.
    pub fn fill(
        &mut self,
        raw: Raw,
        since: f64,
        found: &[Recorded],
        renames: &[Box<dyn Fn(&Labels) -> Labels>],
    ) {
        for (begin, end, hours) in &self.blocks {
            let mut text = self.bed.text();
            write_raw(&mut text, raw, begin.max(since), *end);
            for rename in renames {
                for (labels, points) in found {
                    let labels = rename(labels);
                    let name = series(&labels["__name__"], &labels);
                    for (time, value) in points.iter().filter(|p| *begin <= p.0 && p.0 < *end) {
                        text.sample(&name, *time, *value);
                    }
                }
            }
            self.bed.add_blocks(text, *hours);
        }
        let head = self.blocks.last().map_or(0.0, |b| b.1);
        let port = self.bed.port();
        // A server takes nothing that is an hour older than what it has: so in order of time.
        let mut from = head;
        while from < self.now {
            let to = (from + 1_200.0).min(self.now);
            let part = |points: &mut dyn Iterator<Item = (f64, f64)>| -> Vec<Sample> {
                points.filter(|p| from <= p.0 && p.0 < to).map(|(t, v)| ((t * 1000.0) as i64, v)).collect()
            };
            for (at, labels) in raw.series().iter().enumerate() {
                let points = part(&mut raw.points(at, (from, to)));
                remote::write(port, [(labels, points.as_slice())]);
            }
            for rename in renames {
                let list: Vec<(Labels, Vec<Sample>)> =
                    found.iter().map(|(l, p)| (rename(l), part(&mut p.iter().copied()))).collect();
                remote::write(port, list.iter().map(|(l, p)| (l, p.as_slice())));
            }
            from = to;
        }
        self.bed.stop();
    }
    /// A running one, with the configuration of its folder.
    pub fn start(&self) -> Prometheus {
        Prometheus::start(&self.bed.data(), &self.bed.folder().join("prometheus.yaml"))
    }
}
