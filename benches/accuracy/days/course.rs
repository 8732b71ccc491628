//! A course: processes that count events second by second, how they are scraped, and what happened in truth.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::http::Labels;
use crate::common::play::{Deliveries, Late};
use crate::common::remote::{Sample, stale};
use crate::traffic::{Noise, START, Truth};

/// Seconds from the start of a course.
pub type Span = (u64, u64);

/// How long a scrape waits for an answer, in seconds.
const TIMEOUT: f64 = 10.0;

/// A course.
pub struct Course {
    /// How long it is, in seconds.
    pub length: u64,
    /// The true interval of scrapes.
    pub scrape: u64,
    /// What the project says it is.
    pub declared: u64,
    /// The promise's window.
    pub window: &'static str,
    /// When Prometheus was away: no scrapes and no rules.
    pub away: Vec<Span>,
    /// When no rules were evaluated, while scrapes went on.
    pub ruler_away: Vec<Span>,
    /// What the engine keeps, in seconds.
    pub retention: Option<u64>,
    /// Does a series that ends get a staleness marker?
    pub markers: bool,
    /// How long a scrape takes, least and most: its samples are visible so long after their timestamp, and what it lost after
    /// the timeout.
    pub takes: Option<(f64, f64)>,
    /// When the windows of 5 minutes and an hour are compared.
    pub incident: Option<Span>,
    /// Counts are compared from here on; nothing: over the whole window of the promise.
    pub from: Option<u64>,
    /// And to here; nothing: the end.
    pub until: u64,
    /// Is it about the budget and what is known of it?
    pub budget: bool,
    /// What happened.
    pub truth: Truth,
    pub noise: Noise,
    series: BTreeMap<Key, Vec<Seen>>,
}

/// Metric, instance, code.
type Key = (&'static str, String, &'static str);

#[derive(Clone, Copy)]
struct Seen {
    sample: Sample,
    visible: i64,
}

/// A process, or one after the other under the same instance.
pub struct Process<'a> {
    pub instance: String,
    /// Its lives; each begins with counters at zero.
    pub runs: Vec<Span>,
    /// Events a second.
    pub rate: &'a dyn Fn(u64) -> f64,
    /// The bad share.
    pub share: &'a dyn Fn(u64) -> f64,
    /// When in the interval it is scraped.
    pub phase: f64,
    /// Does the series of bad events begin with the first one?
    pub born: bool,
    /// The probability that a scrape at this second is lost.
    pub lost: &'a dyn Fn(f64) -> f64,
    /// What it counted before the course; a hundredth of it was bad.
    pub before: u64,
    /// The first scrape isn't before this; what happened before isn't in the truth.
    pub found: u64,
    /// Scrapes are up to so many seconds late.
    pub jitter: f64,
    /// When its counters read as not a number.
    pub nan: Span,
}

impl Process<'_> {
    /// One that lives through all of the course.
    pub fn new(instance: impl Into<String>, runs: Vec<Span>) -> Self {
        Self {
            instance: instance.into(),
            runs,
            rate: &|_| 20.0,
            share: &|_| 0.0003,
            phase: 0.0,
            born: false,
            lost: &|_| 0.0,
            before: 0,
            found: 0,
            jitter: 0.0,
            nan: (0, 0),
        }
    }
}

impl Course {
    /// An empty one, five hours long.
    pub fn new(scrape: u64) -> Self {
        Self::of(5 * 3600, scrape)
    }
    /// An empty one.
    pub fn of(length: u64, scrape: u64) -> Self {
        Self {
            length,
            scrape,
            declared: scrape,
            window: "3d",
            away: Vec::new(),
            ruler_away: Vec::new(),
            retention: None,
            markers: true,
            takes: None,
            incident: None,
            from: Some(45 * 60),
            until: length,
            budget: false,
            truth: Truth::new(length),
            noise: Noise(3),
            series: BTreeMap::new(),
        }
    }
    /// When the instance of this number is scraped within the interval.
    pub fn phase(&self, number: u64) -> f64 {
        self.scrape as f64 * (0.13 + 0.29 * number as f64).fract()
    }
    /// Any time within the interval.
    pub fn any_phase(&mut self) -> f64 {
        self.scrape as f64 * self.noise.next()
    }
    /// Lets a process live, counts the truth and scrapes it.
    pub fn add(&mut self, process: &Process<'_>) {
        let length = self.length as usize;
        // Good and bad events before each second of each run, and which run a second is in.
        let mut counts: Vec<(Vec<u64>, Vec<u64>)> = Vec::new();
        let mut alive: Vec<Option<usize>> = vec![None; length];
        for (number, (from, to)) in process.runs.iter().enumerate() {
            let to = &(*to).min(self.length);
            let mut good = vec![if number == 0 { process.before } else { 0 }];
            let mut bad = vec![if number == 0 { process.before / 100 } else { 0 }];
            for second in *from..*to {
                let events = ((process.rate)(second) + self.noise.next()).floor();
                let lost = (events * (process.share)(second) + self.noise.next()).floor().min(events);
                let (events, lost) = (events as u64, lost as u64);
                good.push(good[good.len() - 1] + events - lost);
                bad.push(bad[bad.len() - 1] + lost);
                alive[second as usize] = Some(number);
                if second >= process.found {
                    self.truth.count(second, events, lost);
                }
            }
            counts.push((good, bad));
        }
        self.scrape(process, &alive, &counts);
    }
    fn scrape(&mut self, process: &Process<'_>, alive: &[Option<usize>], counts: &[(Vec<u64>, Vec<u64>)]) {
        let start = process.runs.iter().map(|r| r.0).min().unwrap_or(0).max(process.found);
        let end = process.runs.iter().map(|r| r.1).max().unwrap_or(0).min(self.length);
        let every = self.scrape as f64;
        let first = ((start as f64 - process.phase) / every).ceil();
        let mut there: BTreeSet<&'static str> = BTreeSet::new();
        for number in 0.. {
            let at = (first + f64::from(number)) * every + process.phase;
            if at >= self.length as f64 {
                break;
            }
            let time = at + if process.jitter > 0.0 { process.jitter * self.noise.next() } else { 0.0 };
            let second = at as u64;
            if self.away.iter().any(|h| h.0 <= second && second < h.1) {
                continue;
            }
            let gone = second >= end;
            let run = if gone { None } else { alive[second as usize] };
            let lost = run.is_none() || self.noise.next() < (process.lost)(at);
            let took = match self.takes {
                Some(_) if lost => TIMEOUT,
                Some((least, most)) => least + (most - least) * self.noise.next(),
                None => 0.0,
            };
            let mut now: Vec<(&'static str, f64)> = Vec::new();
            if let (Some(run), false) = (run, lost) {
                let into = (second - process.runs[run].0) as usize;
                let (good, bad) = (counts[run].0[into], counts[run].1[into]);
                let broken = process.nan.0 <= second && second < process.nan.1;
                let read = |count: u64| if broken { f64::NAN } else { count as f64 };
                now.push(("200", read(good)));
                if !process.born || bad > 0 {
                    now.push(("500", read(bad)));
                }
            }
            if self.markers {
                for code in std::mem::take(&mut there) {
                    if !now.iter().any(|n| n.0 == code) {
                        self.put(REQUESTS, &process.instance, code, time, stale(), took);
                    }
                }
            }
            there = now.iter().map(|n| n.0).collect();
            for (code, value) in now {
                self.put(REQUESTS, &process.instance, code, time, value, took);
            }
            let up = if gone { stale() } else { f64::from(u8::from(!lost)) };
            self.put(UP, &process.instance, "", time, up, took);
            if gone {
                break;
            }
        }
    }
    fn put(
        &mut self,
        name: &'static str,
        instance: &str,
        code: &'static str,
        at: f64,
        value: f64,
        took: f64,
    ) {
        let ms = |t: f64| ((START + t) * 1000.0).round() as i64;
        let list = self.series.entry((name, instance.to_owned(), code)).or_default();
        // Visible in order: a scrape is over before the next one begins.
        let visible = ms(at + took).max(list.last().map_or(i64::MIN, |s| s.visible));
        list.push(Seen { sample: (ms(at), value), visible });
    }
    /// All series get another identity at this second; their counters go on.
    pub fn relabel(&mut self, second: u64) {
        let at = ((START + second as f64) * 1000.0) as i64;
        for ((name, instance, code), list) in std::mem::take(&mut self.series) {
            let (before, after) = list.into_iter().partition(|s| s.sample.0 < at);
            self.series.insert((name, format!("{instance}-new"), code), after);
            self.series.insert((name, instance, code), before);
        }
    }
    /// The course when all of its processes are there: the truth is added up.
    pub fn counted(mut self) -> Self {
        self.truth.add_up();
        self
    }
    /// The raw series and their samples.
    pub fn samples(&self) -> Vec<(Labels, Vec<Sample>)> {
        let samples = |list: &Vec<Seen>| list.iter().map(|s| s.sample).collect();
        self.series.iter().map(|(key, list)| (labels(key), samples(list))).collect()
    }
    /// The same in order of when they become visible.
    pub fn deliveries(&self) -> Deliveries {
        let mut all = Deliveries::default();
        for (key, list) in &self.series {
            let series = all.series.len();
            all.series.push(labels(key));
            all.samples.extend(list.iter().map(|s| Late { visible: s.visible, series, sample: s.sample }));
        }
        all.samples.sort_by_key(|s| (s.visible, s.series, s.sample.0));
        all
    }
}

const REQUESTS: &str = "http_requests_total";
const UP: &str = "up";

fn labels((name, instance, code): &Key) -> Labels {
    let list = [("__name__", *name), ("job", "shop"), ("instance", instance), ("code", code)];
    list.iter().filter(|l| !l.1.is_empty()).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}
