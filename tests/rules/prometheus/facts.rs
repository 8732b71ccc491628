//! What a metric states of itself, against counted truth: series that are silent when idle, samples that are increases, samples
//! that arrive late.

use super::build::*;
use super::tools::*;
use slovo::ir::{
    Completion, Condition, Events, Increases, Measurement, Outcome, Promise, Reading, Selector, Series, Stat,
    Which,
};

/// The sum of a recorded series of a promise over two hours.
fn sum(series: &str, promise: &str) -> String {
    format!(r#"sum(sum_over_time({series}{{promise="{promise}"}}[2h]))"#)
}

fn idle(text: &str, alive: &str) -> Selector {
    Selector { alive: Some(Box::new(selector(alive))), ..selector(text) }
}

/// Span metrics vanish while nobody comes: ten minutes with traffic, an hour without a series, twenty minutes with traffic again;
/// then the collector itself can't be scraped. Counted truth: 400 calls with 40 failures, and 750 with 75.
#[test]
fn silent_when_idle() {
    let total = r#"calls_total{job="collector",service="a"}"#;
    let failed = r#"calls_total{job="collector",service="a",status="error"}"#;
    let born = |s: Selector| Series::Counter(Selector { born_with_event: true, ..s });
    let up = r#"up{job="collector"}"#;
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("pay.idle", bad(vec![born(idle(total, up))], vec![born(idle(failed, up))])),
            promise("pay.plain", bad(vec![born(selector(total))], vec![born(selector(failed))])),
            promise(
                "pay.late",
                bad(vec![Series::Counter(idle(total, up))], vec![Series::Counter(idle(failed, up))]),
            ),
        ],
    )]);
    let series = |status: &str| {
        format!(r#"calls_total{{job="collector",instance="c",service="a",status="{status}"}}"#)
    };
    let mut case = Case::new()
        .series(r#"up{job="collector",instance="c"}"#, "1x379 0x120")
        .series(r#"up{job="another",instance="c"}"#, "1x500")
        .series(&series("ok"), "_x4 9+9x39 stale _x239 9+9x74 stale")
        .series(&series("error"), "_x4 1+1x39 stale _x239 1+1x74 stale")
        .firing("PromiseNoData", "60m", &["plain"])
        .firing("PromiseNoData", "90m", &[])
        .firing("PromiseNoData", "115m", &["idle", "late", "plain"]);
    for (name, at, truth) in [
        ("promise:events:count", "60m", "400"),
        ("promise:bad_events:count", "60m", "40"),
        ("promise:events:count", "95m", "1150"),
        ("promise:bad_events:count", "95m", "115"),
    ] {
        for promise in ["idle", "plain"] {
            case = case.gives(&sum(name, promise), at, &[("{}", truth)]);
        }
    }
    // Not said to be born with their first event: what came by the evaluation that
    // sees a series first is not counted, 20 calls each time.
    for (name, truth) in [("promise:events:count", "1110"), ("promise:bad_events:count", "111")] {
        case = case.gives(&sum(name, "late"), "95m", &[("{}", truth)]);
    }
    let ratio = r#"promise:error_ratio{promise="idle",window="5m"}"#;
    let labels =
        r#"promise:error_ratio{project="shop",journey="checkout",step="pay",promise="idle",window="5m"}"#;
    case.gives(ratio, "60m", &[(labels, "0")]).run(&model);
}

/// Nothing is there but what shows the targets: every form counts nothing, quietly; where one of the targets is gone as well, nothing
/// is known.
#[test]
fn forms_of_silence() {
    let up = r#"up{job="c"}"#;
    let (d_up, gone) = (r#"up{job="d"}"#, r#"up{job="e"}"#);
    let counter = |text: &str, up: &str| Series::Counter(idle(text, up));
    let count = || Series::HistogramCount { selector: idle("h", up), native: false };
    let within = || Series::HistogramWithin { selector: idle("h", up), native: false, limit: d("0.5") };
    let over = || Series::HistogramOver { selector: idle("h", up), native: false, limit: d("0.5") };
    let share = Condition::Share {
        events: Events { total: vec![count()], outcome: Outcome::Good(vec![within()]), faults: Vec::new() },
        at_least: d("0.95"),
        percentile: None,
    };
    let ends = |up_of_finished: &str| {
        Measurement::Completion(Completion {
            started: vec![counter("a", up)],
            finished: vec![counter("b", up_of_finished)],
            within: t("5m"),
            late: Vec::new(),
        })
    };
    let both = |second: &str| bad(vec![counter("a", up), counter("b", second)], vec![counter("a", up)]);
    let each = |p: &mut Promise| {
        p.for_each = vec![("region".to_owned(), Some(vec!["eu".to_owned(), "us".to_owned()]))];
    };
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("s.within", good(vec![count()], vec![within()])),
            promise("s.over", bad(vec![count()], vec![over()])),
            promise("s.both", both(d_up)),
            promise("s.gone", both(gone)),
            promise("s.each", bad(vec![counter("a", up)], vec![counter("b", up)])).with(each),
            promise("s.share", minutes(share)),
            promise("s.ends", ends(d_up)),
            promise("s.half", ends(gone)),
        ],
    )]);
    let bads = [("within", "1"), ("over", "1"), ("both", "1"), ("each", "2"), ("share", "1")];
    let done = [("ends", "1"), ("half", "1")];
    let mut case = Case::new().series(up, "1x100").series(d_up, "1x100").series(gone, "0x100");
    for (series, list) in [
        ("events:count", [&bads[..], &done[..]].concat()),
        ("bad_events:count", bads.to_vec()),
        ("finished_events:count", done.to_vec()),
    ] {
        let list: Vec<(String, &str)> =
            list.iter().map(|(name, n)| (format!(r#"{{promise="{name}"}}"#), *n)).collect();
        let list: Vec<(&str, &str)> = list.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        case = case.gives(&format!("count by (promise) (promise:{series} == 0)"), "20m", &list);
    }
    case.firing("PromiseNoData", "20m", &["gone"]).run(&model);
}

fn increases(text: &str, every: &str, over: &str) -> Selector {
    Selector { increases: Some(Increases { every: t(every), over: t(over) }), ..selector(text) }
}

/// Sums as of `CloudWatch`, a sample a minute: 600 requests in each, 60 failures in one of them, whose series has that one sample. Samples lie
/// within evaluations, on their edges, and on the edge of what a scrape may take. Truth: 72,000 requests in two hours, 60 of them bad.
#[test]
fn samples_are_increases() {
    let (all, failed) = (r#"elb_sum{lb="a"}"#, r#"elb_5xx_sum{lb="a"}"#);
    let one = |text: &str| Series::Counter(increases(text, "1m", "1m"));
    let made = |path: &str, timeout: &str| {
        promise(path, bad(vec![one(all)], vec![one(failed)])).with(|p| {
            p.scrape_interval = t("1m");
            p.scrape_timeout = t(timeout);
        })
    };
    let timeouts = [("ten", "10s"), ("thirty", "30s"), ("minute", "1m"), ("odd", "29s999ms")];
    let list = timeouts.iter().map(|(name, timeout)| made(&format!("pay.{name}"), timeout)).collect();
    let model = model(vec![journey("checkout", list)]);
    let mut case = Case { scrape: "1m", ..Case::new() }
        .series(all, "600x119 stale")
        .series(failed, "_x60 60 stale")
        .firing("PromiseNoData", "118m", &[])
        .firing("PromiseNoData", "140m", &["minute", "odd", "ten", "thirty"]);
    for (name, _) in timeouts {
        case = case
            .gives(&sum("promise:events:count", name).replace("2h", "3h"), "130m", &[("{}", "72000")])
            .gives(&sum("promise:bad_events:count", name).replace("2h", "3h"), "130m", &[("{}", "60")]);
        let ratio = format!(r#"round(1e9 * sum(promise:error_ratio{{promise="{name}",window="1h"}}))"#);
        // 60 of 36,000.
        case = case.gives(&ratio, "100m", &[("{}", "1666667")]);
    }
    // What else was tried: ranges that touch count a sample on their edge twice in Prometheus 2, and not in 3; the last value of a
    // series goes on counting when it has ended; a counter's increase is of another world.
    if std::env::var_os("PROMETHEUS_3").is_none() {
        case = case.gives(
            "sum_over_time((sum(sum_over_time(elb_sum[30s] offset 30s)))[3h:30s])",
            "130m",
            &[("{}", "144000")],
        );
    }
    case.gives(
        "sum_over_time((sum(last_over_time(elb_5xx_sum[3m] offset 10s)) / 2)[3h:30s])",
        "130m",
        &[("{}", "180")],
    )
    .gives("sum_over_time((sum(increase(elb_sum[3m]) / 6))[3h:30s])", "130m", &[("{}", "0")])
    .run(&model);
}

/// An exporter repeats each sum of five minutes at each scrape until the next is there: 1,000, 2,000, .. 12,000 in an hour, of which a
/// hundredth fails in every second one, whose series is missing in between. Truth: 78,000 and 420.
#[test]
fn repeated_increases() {
    let one = |text: &str| Series::Counter(increases(text, "1m", "5m"));
    let model = model(vec![journey(
        "checkout",
        vec![promise("pay.all", bad(vec![one("yace_sum")], vec![one("yace_bad_sum")])).with(|p| {
            p.scrape_interval = t("1m");
        })],
    )]);
    let all: Vec<String> = (1..=12).map(|n| format!("{}x4", n * 1_000)).collect();
    let failed = |n: i32| if n % 2 == 0 { format!("{}x4", n * 10) } else { "stale _x4".to_owned() };
    let failed: Vec<String> = (1..=12).map(failed).collect();
    let (all, failed) = (all.join(" "), failed.join(" "));
    Case { scrape: "1m", ..Case::new() }
        .series("yace_sum", &format!("{all} stale"))
        .series("yace_bad_sum", &format!("{failed} stale"))
        .gives(&format!("round({})", sum("promise:events:count", "all")), "75m", &[("{}", "78000")])
        .gives(&format!("round({})", sum("promise:bad_events:count", "all")), "75m", &[("{}", "420")])
        .run(&model);
}

/// Every form of measurement adds samples up: a histogram of which both spellings of a bound are there on one day, sums with a counter,
/// slices, completion. A second's events and what comes of them are known.
#[test]
fn forms_of_increases() {
    let of = |text: &str| increases(text, "15s", "15s");
    let count = |text: &str| Series::HistogramCount { selector: of(text), native: false };
    let within = |text: &str| Series::HistogramWithin { selector: of(text), native: false, limit: d("1") };
    let over = |text: &str| Series::HistogramOver { selector: of(text), native: false, limit: d("1") };
    let share = Condition::Share {
        events: Events {
            total: vec![count("h")],
            outcome: Outcome::Good(vec![within("h")]),
            faults: Vec::new(),
        },
        at_least: d("0.95"),
        percentile: None,
    };
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("s.within", good(vec![count("h")], vec![within("h")])),
            promise("s.over", bad(vec![count("h")], vec![over("h")])),
            promise(
                "s.sums",
                bad(vec![Series::Counter(of("a")), counter("c")], vec![Series::Counter(of(r#"a{x="1"}"#))]),
            ),
            promise("s.share", minutes(share)),
            promise(
                "s.ends",
                Measurement::Completion(Completion {
                    started: vec![Series::Counter(of("a"))],
                    finished: vec![Series::Counter(of("b"))],
                    within: t("5m"),
                    late: Vec::new(),
                }),
            ),
        ],
    )]);
    // Evaluations at 20 to 40 minutes: 40 of them, two scrapes each.
    let at = |series: &str, promise: &str| {
        format!(
            r#"round(1e6 * sum(sum_over_time(promise:{series}:count{{promise="{promise}"}}[19m45s])) / 40)"#
        )
    };
    let mut case = Case::new()
        .series("h_count", "10x200")
        .series(r#"h_bucket{le="1.0"}"#, "_x100 9x100")
        .series(r#"h_bucket{le="1"}"#, "9x99 stale")
        .series(r#"a{x="1"}"#, "3x200")
        .series(r#"a{x="2"}"#, "4x200")
        .series("b", "5x200")
        .series("c", "0+6x200");
    for (promise, series, truth) in [
        ("within", "events", "20"),
        ("within", "bad_events", "2"),
        ("over", "events", "20"),
        ("over", "bad_events", "2"),
        ("sums", "events", "26"),
        ("sums", "bad_events", "6"),
        ("share", "events", "0.5"),
        ("share", "bad_events", "0.5"),
        ("ends", "events", "14"),
        ("ends", "finished_events", "10"),
    ] {
        let micro = (truth.parse::<f64>().unwrap() * 1e6).to_string();
        case = case.gives(&at(series, promise), "40m", &[("{}", &micro)]);
    }
    case.run(&model);
}

/// Samples that arrive ten minutes late, all at their own times: what counts is what has arrived, and what is said of a moment is said ten
/// minutes later. Events, readings and each statistic; a gauge's age is not ten minutes more for it.
#[test]
fn late_samples() {
    let late = |p: &mut Promise| {
        p.late = t("10m");
        p.scrape_timeout = t("10m10s");
    };
    let stat = |stat| Condition::Stat { stat, selector: selector("g"), good: Reading::AtMost(d("5")) };
    let age = Condition::Age {
        which: Which::Newest,
        selector: selector("ts"),
        per_second: d("1"),
        at_most: d("60"),
    };
    let made = |path: &str, measurement| promise(path, measurement).with(late);
    let model = model(vec![journey(
        "checkout",
        vec![
            made("s.events", bad(vec![counter("a")], vec![counter(r#"a{x="1"}"#)])),
            made(
                "s.readings",
                good(vec![readings("g", None)], vec![readings("g", Some(Reading::AtMost(d("5"))))]),
            ),
            made("s.max", minutes(stat(Stat::Max))),
            made("s.avg", minutes(stat(Stat::Avg))),
            made("s.sum", minutes(stat(Stat::Sum))),
            made("s.age", minutes(age)),
            promise("s.prompt", bad(vec![counter("a")], vec![counter(r#"a{x="1"}"#)])),
        ],
    )]);
    // Everything fails from 30 to 35 minutes; the end is at 60.
    let case = Case::new()
        .series(r#"a{x="0"}"#, "0+1x120 120x20 120+1x100 stale")
        .series(r#"a{x="1"}"#, "0x120 0+1x20 20x100 stale")
        .series("g", "1x119 9x20 1x100 stale")
        .series("ts", "0+15x119 1000x20 2100+15x100 stale");
    let now =
        |names: &str| format!(r#"count by (promise) (promise:bad_events:count{{promise=~"{names}"}} > 0)"#);
    let all = "events|readings|max|avg|sum|age";
    case.gives(&now(all), "32m", &[])
        .gives(&now("prompt"), "32m", &[(r#"{promise="prompt"}"#, "1")])
        .gives(&now("prompt"), "42m", &[])
        .gives(
            &now(all),
            "43m",
            &["events", "readings", "max", "avg", "sum", "age"]
                .map(|n| (n, "1"))
                .map(|(n, v)| (Box::leak(format!(r#"{{promise="{n}"}}"#).into_boxed_str()) as &str, v)),
        )
        .gives(&now(all), "48m", &[])
        .gives(&sum("promise:bad_events:count", "events"), "55m", &[("{}", "20")])
        .firing("PromiseNoData", "69m", &["prompt"])
        .run(&model);
}

/// A counter of which somebody says that its samples are increases is told; what is counted again each time isn't, nor is what hardly changes.
#[test]
fn counters_are_no_increases() {
    let one = |name: &str| {
        let total = vec![Series::Counter(increases(name, "1m", "1m"))];
        let failed = vec![Series::Counter(increases(&format!(r#"{name}{{code="500"}}"#), "1m", "1m"))];
        promise(&format!("pay.{name}"), bad(total, failed)).with(|p| p.scrape_interval = t("1m"))
    };
    let model = model(vec![journey("checkout", ["counter", "restarts", "sums", "steady"].map(one).to_vec())]);
    let sums: Vec<String> = (0..400).map(|n| ((n * 7_919) % 101).to_string()).collect();
    let fault = r#"count by (promise) (promise:measurement_fault{fault="increases_like_counters"})"#;
    Case { scrape: "1m", ..Case::new() }
        .series(r#"counter{code="200"}"#, "0+7x400")
        .series(r#"restarts{code="200"}"#, "0+7x100 0+7x100 0+7x200")
        .series(r#"sums{code="200"}"#, &sums.join(" "))
        .series(r#"steady{code="200"}"#, "5x380 6+1x10 16x9")
        .gives(fault, "6h10m", &[(r#"{promise="counter"}"#, "1"), (r#"{promise="restarts"}"#, "1")])
        .run(&model);
}
