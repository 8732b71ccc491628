//! Synthetic raw counters second by second, and the truth: every event is counted where it is made, whether or not a scrape
//! ever saw it.

use crate::common::bed::{Text, series};
use crate::common::http::Labels;

/// Monday, 5 January 2026, 00:00 UTC.
pub const START: f64 = 1_767_571_200.0;
/// A day in seconds.
pub const DAY: u64 = 86_400;

/// When the series of bad events is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// From the start, at zero.
    Always,
    /// From this second on, at zero.
    From(u64),
    /// With the first bad event, at its value.
    Born,
}

/// A process that is scraped.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Lives from this second.
    pub from: u64,
    /// To this one.
    pub until: u64,
    /// Restarts: when, and for how long it is away. Its counters begin at zero again.
    pub restarts: Vec<(u64, u64)>,
    /// Its series of bad events.
    pub shown: Shown,
}

impl Instance {
    /// There all the time.
    pub fn steady() -> Self {
        Self { from: 0, until: u64::MAX, restarts: Vec::new(), shown: Shown::Always }
    }
    fn away(&self, second: u64) -> bool {
        let down = |r: &(u64, u64)| r.0 <= second && second < r.0 + r.1;
        second < self.from || second >= self.until || self.restarts.iter().any(down)
    }
}

/// A course of traffic and failures.
pub struct Shape {
    /// In a word.
    pub name: &'static str,
    /// In a sentence.
    pub says: &'static str,
    /// Processes.
    pub instances: Vec<Instance>,
    /// Events a second and the bad share, at a second, of an instance.
    pub flow: fn(u64, usize) -> (f64, f64),
    /// When no Prometheus ran.
    pub holes: Vec<(u64, u64)>,
}

/// Events and bad events before each second.
pub struct Truth {
    events: Vec<u64>,
    bad: Vec<u64>,
}

impl Truth {
    /// Of so many seconds, nothing counted yet.
    pub fn new(length: u64) -> Self {
        Self { events: vec![0; length as usize + 1], bad: vec![0; length as usize + 1] }
    }
    /// Counts events of a second.
    pub fn count(&mut self, second: u64, events: u64, bad: u64) {
        self.events[second as usize + 1] += events;
        self.bad[second as usize + 1] += bad;
    }
    /// From events of each second to events before each second: once, after the last was counted.
    pub fn add_up(&mut self) {
        for list in [&mut self.events, &mut self.bad] {
            for at in 1..list.len() {
                list[at] += list[at - 1];
            }
        }
    }
    /// Events and bad events between two moments.
    pub fn counts(&self, from: f64, to: f64) -> (f64, f64) {
        let at = |list: &[u64], t: f64| list[(t - START).clamp(0.0, (list.len() - 1) as f64) as usize] as f64;
        let between = |list: &[u64]| at(list, to) - at(list, from);
        (between(&self.events), between(&self.bad))
    }
    /// The bad share between two moments.
    pub fn ratio(&self, from: f64, to: f64) -> f64 {
        let (events, bad) = self.counts(from, to);
        bad / events.max(1.0)
    }
}

/// Deterministic noise: splitmix64, 0 to 1.
pub struct Noise(pub u64);

impl Noise {
    /// The next.
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Writes the counters as they are scraped; tells the truth.
pub fn generate(shape: &Shape, scrape: u64, length: u64, text: &mut Text) -> Truth {
    let mut truth = Truth::new(length);
    for (at, instance) in shape.instances.iter().enumerate() {
        let mut noise = Noise(at as u64 + 1);
        let (mut good, mut bad) = (0_u64, 0_u64);
        let mut was_away = true;
        let mut scraped: [Vec<(f64, f64)>; 2] = [Vec::new(), Vec::new()];
        // Scrapes of an instance are a fixed time into the interval, never on a whole second.
        let phase = scrape as f64 * (0.13 + 0.29 * at as f64).fract();
        let mut next = 0_u64;
        for second in 0..length {
            let away = instance.away(second);
            if away != was_away {
                (good, bad) = (0, 0);
            }
            was_away = away;
            // What is scraped in this second is what was counted before it.
            while phase + (next * scrape) as f64 <= second as f64 {
                next += 1;
            }
            let time = phase + (next * scrape) as f64;
            if time < (second + 1) as f64 {
                let late = if noise.next() < 0.01 { 0.2 * noise.next() } else { 0.0 };
                let hole = shape.holes.iter().any(|h| h.0 <= second && second < h.1);
                if !away && !hole {
                    scraped[0].push((START + time + late, good as f64));
                    let shown = match instance.shown {
                        Shown::Always => true,
                        Shown::From(from) => second >= from,
                        Shown::Born => bad > 0,
                    };
                    if shown {
                        scraped[1].push((START + time + late, bad as f64));
                    }
                }
            }
            if !away {
                let (rate, share) = (shape.flow)(second, at);
                let n = (rate + noise.next()).floor();
                let lost = (n * share + noise.next()).floor().min(n);
                good += (n - lost) as u64;
                bad += lost as u64;
                truth.count(second, n as u64, lost as u64);
            }
        }
        for (list, code) in scraped.iter().zip(["200", "500"]) {
            let labels: [(&str, &str); 3] =
                [("job", "shop"), ("instance", ["a", "b", "c", "d"][at]), ("code", code)];
            let labels: Labels = labels.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let name = series("http_requests_total", &labels);
            for (time, value) in list {
                text.sample(&name, *time, *value);
            }
        }
    }
    truth.add_up();
    truth
}
