//! Three hours of raw samples with everything in them that engines may treat in ways of their own: restarts, lost scrapes, series that
//! come and go, a counter with the zero that the start of its process is written as, values that are not numbers, both spellings of a bound.

use std::collections::BTreeMap;

use crate::bench::http::Labels;
use crate::bench::remote::{Histogram, Sample, Stretch, stale};

/// How long it all takes, in seconds.
pub const LENGTH: i64 = 3 * 3600;

/// Series and samples.
pub struct Raw {
    /// Numbers.
    pub series: Vec<(Labels, Vec<Sample>)>,
    /// Native histograms, which only Prometheus has.
    pub histograms: Vec<(Labels, Vec<Histogram>)>,
}

struct Made {
    start: i64,
    series: BTreeMap<Labels, Vec<Sample>>,
}

fn labels(name: &str, list: &[(&str, &str)]) -> Labels {
    let named = [("__name__", name)];
    named.iter().chain(list).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

impl Made {
    fn put(&mut self, name: &str, list: &[(&str, &str)], at: i64, value: f64) {
        self.series.entry(labels(name, list)).or_default().push((self.start + at, value));
    }
}

/// The same number for the same place, below `most`.
pub fn drawn(place: i64, most: i64) -> i64 {
    let mixed = place.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).rem_euclid(most)
}

/// Whole numbers as they are stored.
fn number(value: i64) -> f64 {
    value as f64
}

/// From a moment (milliseconds) on.
pub fn samples(start: i64) -> Raw {
    let mut made = Made { start, series: BTreeMap::new() };
    web(&mut made);
    mails(&mut made);
    others(&mut made);
    jobs(&mut made);
    Raw { series: made.series.into_iter().collect(), histograms: native(start) }
}

/// Requests of three instances: `a` loses scrapes, `b` restarts, `c` is born with a zero at the start of its process.
fn web(made: &mut Made) {
    for (instance, region, phase) in [("a", "eu", 2_117), ("b", "us", 9_331), ("c", "eu", 4_205)] {
        let mut counts = [0_i64; 2];
        let mut buckets = [[0_i64; 4]; 2];
        let mut sums = [0.0; 2];
        if instance != "c" {
            counts = [40_000, 60];
            buckets = [[30_000, 38_000, 39_000, 40_000], [10, 20, 40, 60]];
            sums = [4000.0, 24.0];
        }
        for scrape in 0..LENGTH / 15 {
            let (at, minute) = (scrape * 15_000 + phase, scrape / 4);
            let base = [("job", "web"), ("instance", instance), ("region", region)];
            let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
            if instance == "c" && minute < 100 {
                continue;
            }
            if instance == "b" && scrape == 80 * 4 {
                (counts, buckets, sums) = ([0; 2], [[0; 4]; 2], [0.0; 2]);
            }
            let requests = 100 + drawn(scrape, 100);
            let failed = if (60..66).contains(&minute) || (120..150).contains(&minute) {
                requests / 5
            } else {
                drawn(scrape + 7, 3)
            };
            for (code, n) in [(0, requests - failed), (1, failed)] {
                counts[code] += n;
                let slow = if (60..75).contains(&minute) { n / 10 } else { n / 200 };
                let spread = [n - n / 3 - slow, n / 3, slow - slow / 2, slow / 2];
                let mut below = 0;
                for (bucket, part) in spread.into_iter().enumerate() {
                    below += part;
                    buckets[code][bucket] += below;
                }
                sums[code] += number(spread[0]) * 0.0625 + number(spread[1]) * 0.25 + number(slow) * 1.5;
            }
            // A scrape in three is lost for ten minutes, then all of four.
            if instance == "a"
                && ((30..40).contains(&minute) && scrape % 3 == 0 || (50..54).contains(&minute))
            {
                continue;
            }
            if instance == "c" && minute == 100 && scrape % 4 == 0 {
                for code in ["200", "500"] {
                    made.put("http_requests_total", &with(&[("code", code)]), at - 9_000, 0.0);
                }
            }
            made.put("up", &base[..2], at, 1.0);
            for (code, text) in ["200", "500"].into_iter().enumerate() {
                made.put("http_requests_total", &with(&[("code", text)]), at, number(counts[code]));
                made.put("http_seconds_count", &with(&[("code", text)]), at, number(counts[code]));
                made.put("http_seconds_sum", &with(&[("code", text)]), at, sums[code]);
                let last = if instance == "b" { "1.0" } else { "1" };
                for (bucket, le) in ["0.1", "0.5", last, "+Inf"].into_iter().enumerate() {
                    let of = with(&[("code", text), ("le", le)]);
                    made.put("http_seconds_bucket", &of, at, number(buckets[code][bucket]));
                }
            }
            made.put("http_failures_total", &base, at, number(counts[1]));
        }
    }
}

/// Mails, whose failures are born with the first; the queue, one of whose readings is not a number for ten minutes.
fn mails(made: &mut Made) {
    let (mut sent, mut failed) = (5_000, 0);
    for scrape in 0..LENGTH / 15 {
        let (at, minute) = (scrape * 15_000 + 6_003, scrape / 4);
        let base = [("job", "mail"), ("instance", "m")];
        sent += drawn(scrape, 9);
        made.put("up", &base, at, 1.0);
        made.put("mails_total", &base, at, number(sent));
        if (40..70).contains(&minute) {
            failed += drawn(scrape, 3);
            made.put("mails_failed_total", &[&base[..], &[("provider", "x")]].concat(), at, number(failed));
        }
        for (queue, most) in [("m", 90), ("n", 104)] {
            let length = if queue == "n" && (90..100).contains(&minute) {
                f64::NAN
            } else {
                number(drawn(scrape + most, most))
            };
            made.put("queue_length", &[&base[..], &[("queue", queue)]].concat(), at, length);
        }
    }
    let gone = [("job", "mail"), ("instance", "m"), ("provider", "x")];
    made.put("mails_failed_total", &gone, 70 * 60_000 + 6_003, stale());
}

/// Calls that vanish while nobody comes, sums of a minute, what is pushed, and when something was imported.
fn others(made: &mut Made) {
    let (mut calls, mut pushed) = ([0; 2], [1_000, 5]);
    for scrape in 0..LENGTH / 15 {
        let (at, minute) = (scrape * 15_000 + 11_871, scrape / 4);
        made.put("up", &[("job", "collector"), ("instance", "o")], at, 1.0);
        let spans = |status| [("job", "collector"), ("instance", "o"), ("status", status)];
        if (20..60).contains(&minute) || minute >= 130 {
            calls = [calls[0] + 9, calls[1] + drawn(scrape, 2)];
            made.put("span_calls_total", &spans("ok"), at, number(calls[0]));
            made.put("span_calls_total", &spans("error"), at, number(calls[1]));
        } else if minute == 60 && scrape % 4 == 0 {
            made.put("span_calls_total", &spans("ok"), at, stale());
            made.put("span_calls_total", &spans("error"), at, stale());
            calls = [0; 2];
        }
        pushed = [pushed[0] + 20, pushed[1] + drawn(scrape, 2)];
        for (code, count) in [("200", pushed[0]), ("500", pushed[1])] {
            made.put(
                "pushed_total",
                &[("job", "push"), ("instance", "p"), ("code", code)],
                at,
                number(count),
            );
        }
        let last = if (60..100).contains(&minute) { 60 } else { minute - minute % 10 };
        let then = made.start / 1000 + last * 60;
        let import = [("job", "import"), ("instance", "i")];
        made.put("last_import_timestamp_seconds", &import, at, number(then));
        if scrape % 4 == 0 {
            for (code, sum) in [("200", 600 + drawn(scrape, 50)), ("500", drawn(scrape, 4))] {
                let cloud = [("job", "cloud"), ("instance", "w"), ("code", code)];
                made.put("elb_requests_sum", &cloud, at, number(sum));
            }
        }
    }
}

/// Jobs that take 45 seconds, and in a bad half hour two minutes, where a tenth is lost as well.
fn jobs(made: &mut Made) {
    let began: Vec<i64> = (0..LENGTH / 15).map(|scrape| 10 + drawn(scrape, 10)).collect();
    let (mut started, mut done, mut buckets, mut sum) = (500, 480, [100, 470, 480, 480], 20_000.0);
    let base = [("job", "jobs"), ("instance", "j")];
    let of = |scrape: i64| began.get(usize::try_from(scrape).ok()?).copied();
    for scrape in 0..LENGTH / 15 {
        let at = scrape * 15_000 + 1_409;
        started += of(scrape).unwrap_or_default();
        for (took, slow) in [(3, false), (8, true)] {
            let from = scrape - took;
            let bad = (480..600).contains(&from);
            let Some(n) = of(from).filter(|_| bad == slow) else { continue };
            let n = if slow { n - n / 10 } else { n };
            done += n;
            sum += number(n * took * 15);
            for (bucket, bound) in [30, 60, 300, i64::MAX].into_iter().enumerate() {
                buckets[bucket] += if took * 15 <= bound { n } else { 0 };
            }
        }
        made.put("up", &base, at, 1.0);
        made.put("jobs_started_total", &base, at, number(started));
        made.put("jobs_done_total", &base, at, number(done));
        made.put("jobs_seconds_count", &base, at, number(done));
        made.put("jobs_seconds_sum", &base, at, sum);
        for (bucket, le) in ["30", "60", "300", "+Inf"].into_iter().enumerate() {
            made.put(
                "jobs_seconds_bucket",
                &[&base[..], &[("le", le)]].concat(),
                at,
                number(buckets[bucket]),
            );
        }
    }
}

/// Calls of two processes: most within (0.125, 0.25], some within (0.5, 1].
fn native(start: i64) -> Vec<(Labels, Vec<Histogram>)> {
    let one = |(instance, phase): (&str, i64)| {
        let (mut fast, mut slow) = (1_000, 10);
        let list = (0..LENGTH / 15).map(|scrape| {
            let minute = scrape / 4;
            if instance == "s" && scrape == 320 {
                (fast, slow) = (0, 0);
            }
            fast += 50 + drawn(scrape, 20);
            slow += if (120..140).contains(&minute) { 20 } else { drawn(scrape, 2) };
            Histogram {
                count: u64::try_from(fast + slow).unwrap(),
                sum: number(fast) * 0.1875 + number(slow) * 0.75,
                schema: 0,
                zero_threshold: 1e-100,
                spans: vec![Stretch { offset: -2, length: 1 }, Stretch { offset: 1, length: 1 }],
                deltas: vec![fast, slow - fast],
                at: start + scrape * 15_000 + phase,
                bounds: Vec::new(),
            }
        });
        (labels("rpc_seconds", &[("job", "rpc"), ("instance", instance)]), list.collect())
    };
    [("r", 3_301), ("s", 12_707)].into_iter().map(one).collect()
}
