//! Classic histograms that are converted to native ones with custom buckets: what is recorded is what would have been recorded without
//! it, before, at and after the conversion. Only engines that store such histograms.

use std::collections::BTreeMap;

use super::found::Found;
use super::play::{self, Recorded, START, compare};
use super::raw::{LENGTH, drawn};
use crate::bench::http::Labels;
use crate::bench::layers::Rule;
use crate::bench::play::Player;
use crate::bench::remote::{Histogram, Sample, Stretch, stale};
use crate::bench::store::Store;

/// When which form of a histogram is scraped, in minutes.
struct Course {
    name: &'static str,
    /// Classic and native of the first process, and of the second.
    forms: [Forms; 2],
    /// Nothing is scraped from here to there.
    hole: (i64, i64),
    /// When the second process restarts.
    restart: i64,
    /// Is everything as it would have been? Else what was counted is, in the end.
    exact: bool,
}

#[derive(Clone, Copy)]
enum Forms {
    Classic,
    Native,
    Both,
    Converted(i64),
    /// Converted, and back.
    Back(i64, i64),
}

impl Forms {
    /// Classic, native?
    fn at(self, minute: i64) -> (bool, bool) {
        let native = match self {
            Self::Classic => false,
            Self::Native => true,
            Self::Both => return (true, true),
            Self::Converted(from) => minute >= from,
            Self::Back(from, to) => (from..to).contains(&minute),
        };
        (!native, native)
    }
}

const NEVER: (i64, i64) = (0, 0);

fn courses() -> Vec<Course> {
    let course = |name, forms, exact| Course { name, forms, hole: NEVER, restart: 40, exact };
    vec![
        course("never converted", [Forms::Classic; 2], true),
        course("always native", [Forms::Native; 2], true),
        course("both are scraped", [Forms::Both; 2], true),
        course("converted", [Forms::Converted(90); 2], true),
        course("one of two is converted", [Forms::Converted(90), Forms::Classic], true),
        Course { restart: 90, ..course("converted with a restart", [Forms::Converted(90); 2], true) },
        Course { restart: 100, ..course("a restart after that", [Forms::Converted(90); 2], true) },
        Course { hole: (80, 100), ..course("converted in a hole", [Forms::Converted(90); 2], true) },
        course("converted and back", [Forms::Back(60, 100); 2], false),
        Course { hole: (90, 110), ..course("back in a hole", [Forms::Back(60, 100); 2], false) },
    ]
}

fn named(name: &str, list: &[(&str, &str)]) -> Labels {
    [("__name__", name)].iter().chain(list).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

const BOUNDS: [(&str, f64); 3] = [("0.1", 0.1), ("0.4", 0.4), ("1", 1.0)];

/// Writes a course: in its forms, or classic throughout.
fn write(store: &mut Store, course: &Course, plain: bool) {
    let mut series: BTreeMap<Labels, Vec<Sample>> = BTreeMap::new();
    let mut natives: BTreeMap<Labels, Vec<Histogram>> = BTreeMap::new();
    for (process, (instance, phase)) in [("r", 3_301), ("s", 12_707)].into_iter().enumerate() {
        for code in ["200", "500"] {
            // Enough for the shares to need all of their digits.
            let mut counts = [700_000_000_i64, 200_000_000, 40_000_000, 3_000_001];
            let mut was = (false, false);
            for scrape in 0..LENGTH / 15 {
                let minute = scrape / 4;
                let at = START + scrape * 15_000 + phase;
                if process == 1 && scrape == course.restart * 4 {
                    counts = [0; 4];
                }
                let more = if code == "200" { [60, 20, 5, 1] } else { [1, 1, 0, 1] };
                for (bucket, (count, more)) in counts.iter_mut().zip(more).enumerate() {
                    *count += drawn(scrape * 7 + i64::try_from(bucket).unwrap(), more + 1);
                }
                if (course.hole.0..course.hole.1).contains(&minute) {
                    continue;
                }
                let (classic, native) = if plain { (true, false) } else { course.forms[process].at(minute) };
                let base = [("job", "rpc"), ("instance", instance), ("code", code)];
                let mut put = |name: &str, more: &[(&str, &str)], value: f64| {
                    series.entry(named(name, &[&base[..], more].concat())).or_default().push((at, value));
                };
                let all: i64 = counts.iter().sum();
                let sum = [0.0625, 0.25, 0.5, 2.0].iter().zip(counts).map(|(v, n)| v * n as f64).sum();
                // What is no longer there gets a marker with the next scrape.
                if classic || was.0 {
                    let value = |v: f64| if classic { v } else { stale() };
                    put("rpc_seconds_count", &[], value(all as f64));
                    put("rpc_seconds_sum", &[], value(sum));
                    let mut below = 0;
                    for ((le, _), n) in BOUNDS.iter().zip(counts) {
                        below += n;
                        put("rpc_seconds_bucket", &[("le", le)], value(below as f64));
                    }
                    put("rpc_seconds_bucket", &[("le", "+Inf")], value(all as f64));
                }
                if native {
                    let deltas = counts.iter().scan(0, |last, n| {
                        let delta = n - *last;
                        *last = *n;
                        Some(delta)
                    });
                    natives.entry(named("rpc_seconds", &base)).or_default().push(Histogram {
                        count: u64::try_from(all).unwrap(),
                        sum,
                        schema: -53,
                        zero_threshold: 0.0,
                        spans: vec![Stretch { offset: 0, length: 4 }],
                        deltas: deltas.collect(),
                        at,
                        bounds: BOUNDS.iter().map(|(_, bound)| *bound).collect(),
                    });
                }
                was = (classic, native);
            }
        }
    }
    let series: Vec<_> = series.into_iter().collect();
    store.write(&series);
    for (labels, list) in &natives {
        store.histograms(labels, list);
    }
}

fn played(found: &Found, rules: &[Rule], course: &Course, plain: bool) -> (Store, Recorded) {
    let mut store = Store::new(&found.server);
    write(&mut store, course, plain);
    Player::new(rules, &[], None, false).play(&mut store, START, START + LENGTH * 1000);
    let recorded = play::recorded(&store);
    (store, recorded)
}

/// Plays each course beside what it would have been as classic histograms under rules that know nothing of conversions.
pub fn hold(found: &Found, rules: &[Rule], without: &[Rule]) {
    for course in courses() {
        let (_, truth) = played(found, without, &course, true);
        let (store, recorded) = played(found, rules, &course, false);
        let mut off = Vec::new();
        for (form, difference) in compare(&truth, &recorded) {
            if difference.alone + difference.apart > 0 {
                off.push(format!("{form}: {difference:?}"));
            }
        }
        let counted = |of: &Recorded| play::sum(of, "calls.within", "promise:events:count");
        eprintln!("{}: {}: {} of {} events", found.name, course.name, counted(&recorded), counted(&truth));
        for (name, expr) in OTHERS {
            let series = store.range(expr, START + 60_000, START + LENGTH * 1000, 30_000);
            let sum: f64 = series.iter().flat_map(|s| s.points().map(|p| p.1).collect::<Vec<_>>()).sum();
            eprintln!("    {name}: {sum}");
            let many = name.contains("both are") && course.name == "converted and back";
            assert!(!many || sum > 500_000.0, "{name}: {sum}");
        }
        assert!(truth.len() > 100, "{}", truth.len());
        for name in ["promise:events:count", "promise:bad_events:count"] {
            for form in ["calls.within", "calls.over", "calls.ways", "calls.failed"] {
                let (is, was) = (play::sum(&recorded, form, name), play::sum(&truth, form, name));
                assert!((is - was).abs() <= 1e-9 * was, "{}: {form}: {name}: {is} of {was}", course.name);
            }
        }
        assert!(off.is_empty() || !course.exact, "{}: {off:#?}", course.name);
    }
}

/// What was tried beside it.
const OTHERS: [(&str, &str); 3] = [
    (
        "the classic one where both are",
        "sum((last_over_time(rpc_seconds_count[1m] offset 10s) or histogram_count(last_over_time(rpc_seconds[1m] offset 10s))) - (last_over_time(rpc_seconds_count[1h] offset 40s) or histogram_count(last_over_time(rpc_seconds[1h] offset 40s))) >= 0)",
    ),
    (
        "the native one where both are, an hour back",
        "sum((histogram_count(last_over_time(rpc_seconds[1m] offset 10s)) or last_over_time(rpc_seconds_count[1m] offset 10s)) - (histogram_count(last_over_time(rpc_seconds[1h] offset 40s)) or last_over_time(rpc_seconds_count[1h] offset 40s)) >= 0)",
    ),
    (
        "increases added up",
        "sum(increase(rpc_seconds_count[1m]) / 2 or histogram_count(increase(rpc_seconds[1m])) / 2)",
    ),
];
