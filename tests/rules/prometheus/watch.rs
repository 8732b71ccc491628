//! Rules that watch reality: each kind of fault, and the neighbours that only look like one.

use std::fmt::Write as _;

use super::build::*;
use super::tools::*;
use slovo::ir::*;

const FIRING: &str =
    r#"count by (promise, fault) (ALERTS{alertstate="firing",alertname="PromiseMeasuresWrong"})"#;

fn one(promise: &str, fault: &str) -> String {
    format!(r#"{{promise="{promise}", fault="{fault}"}}"#)
}

/// A promise of one metric, whose bad events are there.
fn counted(metric: &str) -> Promise {
    let failed = format!(r#"{metric}{{code="500"}}"#);
    promise(&format!("a.{metric}"), bad(vec![counter(metric)], vec![counter(&failed)]))
}

/// A counter that is scraped each `every` samples, from one scrape to another.
fn line(from: usize, to: usize, every: usize, value: impl Fn(usize) -> u64) -> String {
    let mut out = format!("_x{from}");
    for n in 0..to - from {
        if n % every == 0 {
            let _ = write!(out, " {}", value(n));
        } else {
            out.push_str(" _");
        }
    }
    out
}

#[test]
fn each_fault_is_reported() {
    let list = ["slow", "twice", "clusters", "paths", "own", "deltas", "loops", "fine"];
    let mut promises: Vec<Promise> = list.into_iter().map(counted).collect();
    promises.push(counted("trial").with(|p| p.urgency = Urgency::None));
    for name in ["missing", "spelled", "whole"] {
        promises.push(promise(&format!("a.{name}"), good(vec![count(name)], vec![within(name, "1")])));
    }
    let model = model(vec![journey("checkout", promises)]);
    let steady = "0+15x500";
    let mut case = Case::new()
        .series(r#"slow{code="500"}"#, &line(0, 480, 2, |n| n as u64))
        .series(r#"trial{code="500"}"#, &line(0, 480, 2, |n| n as u64))
        .series(r#"deltas{code="500"}"#, &line(0, 480, 1, |n| [3, 9, 1, 7, 5][n % 5]))
        .series(r#"loops{code="500"}"#, &line(0, 480, 1, |n| 10 * (n % 20) as u64))
        .series(r#"fine{code="500"}"#, steady);
    // Copies: by the replica of Prometheus, by cluster, by the path that is scraped, by a label of the metric's own.
    for (metric, label) in [
        ("twice", "prometheus_replica"),
        ("clusters", "cluster"),
        ("paths", "metrics_path"),
        ("own", "replica"),
    ] {
        for copy in ["one", "two"] {
            let place = format!(r#"job="{metric}",instance="i",{label}="{copy}""#);
            case = case.series(&format!(r#"{metric}{{code="500",{place}}}"#), steady);
            if metric != "own" {
                case = case.series(&format!("up{{{place}}}"), "1x500");
            }
        }
    }
    case = case.series(r#"up{job="own",instance="i"}"#, "1x500");
    for (name, instance, spellings) in [
        ("missing", "a", vec!["1"]),
        ("missing", "b", vec![]),
        ("spelled", "a", vec!["1", "1.0"]),
        ("whole", "a", vec!["1"]),
        ("whole", "b", vec!["1.0"]),
    ] {
        let place = format!(r#"instance="{instance}""#);
        case = case.series(&format!("{name}_count{{{place}}}"), steady);
        for le in spellings {
            case = case.series(&format!(r#"{name}_bucket{{{place},le="{le}"}}"#), steady);
        }
    }
    let all = [
        one("slow", "scraped_too_rarely"),
        one("twice", "counted_twice"),
        one("missing", "buckets_differ"),
        one("spelled", "buckets_differ"),
        one("deltas", "counters_like_deltas"),
        one("loops", "dies_too_often"),
    ];
    let all: Vec<(&str, &str)> = all.iter().map(|l| (l.as_str(), "1")).collect();
    case.gives(FIRING, "110m", &all)
        // Recorded all the same.
        .gives(
            r#"promise:measurement_fault{promise="trial"} > 1.9"#,
            "110m",
            &[(
                r#"promise:measurement_fault{project="shop", journey="checkout", step="a", promise="trial", metric="trial", fault="scraped_too_rarely"}"#,
                "2",
            )],
        )
        .run(&model);
}

/// A rolling deploy, a restart of Prometheus, an outage of it, a target that is down, a service without visitors: nothing
/// about them is measured wrong.
#[test]
fn bad_days_are_no_faults() {
    let list = ["deployed", "restarted", "down", "idle"].into_iter().map(counted).collect();
    let model = model(vec![journey("checkout", list)]);
    let mut case = Case::new().series(r#"idle{code="500"}"#, "7x840");
    // Eight pods, replaced within sixteen minutes, an hour after the beginning.
    for pod in 0..8 {
        let end = 240 + 8 * pod;
        let old = format!("0+15x{end} stale");
        case = case.series(&format!(r#"deployed{{code="500",pod="old-{pod}"}}"#), &old).series(
            &format!(r#"deployed{{code="500",pod="new-{pod}"}}"#),
            &format!("_x{end} 0+15x{}", 840 - end),
        );
    }
    // Prometheus is away for three minutes, and for twenty.
    let away = |n: usize| (400..412).contains(&n) || (560..640).contains(&n);
    let mut holes = String::new();
    for n in 0..840 {
        let _ = if away(n) { write!(holes, "_ ") } else { write!(holes, "{} ", 15 * n) };
    }
    case = case
        .series(r#"restarted{code="500"}"#, &holes)
        .series(r#"down{code="500"}"#, "0+15x300 stale _x120 9000+15x400");
    for at in ["50m", "70m", "80m", "104m", "110m", "120m", "150m", "162m", "170m", "180m", "205m"] {
        case = case.gives(FIRING, at, &[]);
    }
    case.run(&model);
}

/// The ruler evaluates every other time only, while targets are scraped. Who is new is left alone.
#[test]
fn evaluations_that_are_missing() {
    let model = model(vec![journey("checkout", vec![counted("x")])]);
    let missed = r#"round(promise:measurement_fault{fault="evaluations_missed"}, 0.01)"#;
    let labels = r#"{project="shop", journey="checkout", fault="evaluations_missed"}"#;
    let mut case = Case::new();
    case.every = "1m";
    case.series(r#"x{code="500"}"#, "0+15x600")
        .gives(missed, "55m", &[])
        .gives(missed, "90m", &[(labels, "0.49")])
        .gives(FIRING, "120m", &[(r#"{fault="evaluations_missed"}"#, "1")])
        .run(&model);
}

/// A selector of bad events that finds nothing, and promises without bad events that may well be.
#[test]
fn bad_events_that_never_were() {
    let born = |text: &str| Series::Counter(Selector { born_with_event: true, ..selector(text) });
    let of =
        |name: &str, failed: Series| promise(&format!("a.{name}"), bad(vec![counter("x")], vec![failed]));
    let nothing = || counter(r#"x{code="5.."}"#);
    let list = vec![
        of("wrong", nothing()),
        of("born", born(r#"x{code="5.."}"#)),
        of("there", counter(r#"x{code="500"}"#)),
        of("young", nothing()),
        of("idle", nothing()),
        of("thin", nothing()),
        of("short", nothing()).with(|p| p.window = t("1d")),
    ];
    let model = model(vec![journey("checkout", list)]);
    let mut case = Case::new();
    case.every = "8d";
    case.scrape = "5m";
    let labels = |name: &str| format!(r#"{{project="shop",journey="checkout",step="a",promise="{name}"}}"#);
    let day = 288;
    for (name, age, rate) in [
        ("wrong", 8 * day, "1"),
        ("born", 8 * day, "1"),
        ("there", 8 * day, "1"),
        ("young", 6 * day, "1"),
        ("idle", 8 * day, "0"),
        // A week of it may have 6 bad ones.
        ("thin", 8 * day, "0.01"),
        ("short", 2 * day, "1"),
    ] {
        let gap = 8 * day - age;
        case = case
            .series(&format!("promise:events:roll5m{}", labels(name)), &format!("_x{gap} {rate}x{age}"))
            .series(&format!("promise:bad_events:roll5m{}", labels(name)), &format!("_x{gap} 0x{age}"));
    }
    case.series(r#"x{code="200"}"#, "0+300x2304")
        .series(r#"x{code="500"}"#, "5x2304")
        .gives(
            r#"round(sum by (promise, fault) (promise:measurement_fault{fault="never_bad"}), 10)"#,
            "8d",
            &[(&one("wrong", "never_bad"), "610"), (&one("short", "never_bad"), "90")],
        )
        .run(&model);
}

/// More finished than was started; buckets of which there are more than counts.
#[test]
fn contradictions_of_completions_and_histograms() {
    let done = |name: &str| {
        let completion = Completion {
            started: vec![counter(&format!("{name}_started"))],
            finished: vec![counter(&format!("{name}_finished"))],
            within: t("10m"),
            late: vec![],
        };
        promise(&format!("a.{name}"), Measurement::Completion(completion))
    };
    let quick =
        |name: &str| promise(&format!("a.{name}"), good(vec![count(name)], vec![within(name, "0.4")]));
    let list =
        vec![done("double"), done("single"), done("falling"), done("lost"), quick("many"), quick("one")];
    let model = model(vec![journey("checkout", list)]);
    Case::new()
        .series("double_started", "0+10x600")
        .series("double_finished", "0+20x600")
        .series("single_started", "0+10x600")
        .series("single_finished", "0+10x600")
        // Traffic that ends: what was started before still finishes.
        .series("falling_started", "0+10x400 4000x200")
        .series("falling_finished", "_x36 0+10x400 4000x200")
        .series("lost_started", "0+10x600")
        .series("lost_finished", "0x600")
        .series("many_count", "0+10x600")
        .series(r#"many_bucket{le="0.4"}"#, "0+10x600")
        .series(r#"many_bucket{le="0.4",copy="2"}"#, "0+10x600")
        .series("one_count", "0+10x600")
        .series(r#"one_bucket{le="0.4"}"#, "0+9x600")
        .firing("PromiseCountsContradict", "90m", &["double", "many"])
        .firing("PromiseCountsContradict", "115m", &["double", "many"])
        .run(&model);
}

/// A gauge that is there and never a number is judged by nothing, and nobody misses it: after the whole of its window (or seven days) a ticket says so.
/// One that is a number once in a while, one of whose series is, and one whose silence is bad are left alone.
#[test]
fn no_number_for_long() {
    let at_most = Some(Reading::AtMost(d("10")));
    let stat = |metric: &str| Condition::Stat {
        stat: Stat::Max,
        selector: selector(metric),
        good: Reading::AtMost(d("10")),
    };
    let loud = Slices { slice: t("1m"), condition: stat("never"), silence_is_bad: true };
    let asked = Condition::Promql { query: "max(never)".to_owned(), good: Reading::AtMost(d("10")) };
    let list = vec![
        promise("a.readings", good(vec![readings("never", None)], vec![readings("never", at_most)])),
        promise("a.stat", minutes(stat("never"))),
        promise("a.asked", minutes(asked)),
        promise("a.once", minutes(stat("once"))),
        promise("a.other", minutes(stat("other"))),
        promise("a.loud", Measurement::Slices(loud)),
    ];
    let list = list.into_iter().map(|p| {
        p.with(|p| {
            p.window = t("6h");
            p.objective = d("50");
            p.scrape_interval = t("1m");
            p.urgency = Urgency::Ticket;
        })
    });
    let mut model = model(vec![journey("checkout", list.collect())]);
    model.settings.evaluation_interval = t("1m");
    let firing: Vec<(String, &str)> =
        ["readings", "stat", "asked"].into_iter().map(|name| (one(name, "no_number"), "1")).collect();
    let firing: Vec<(&str, &str)> = firing.iter().map(|(labels, n)| (labels.as_str(), *n)).collect();
    let unknown = |times: usize| vec!["NaN"; times].join(" ");
    Case { scrape: "1m", every: "1m", ..Case::new() }
        .series("never", &unknown(480))
        .series("once", &format!("{} 5 {}", unknown(200), unknown(280)))
        .series(r#"other{queue="a"}"#, &unknown(480))
        .series(r#"other{queue="b"}"#, "5x480")
        .gives(FIRING, "5h30m", &[])
        .gives(FIRING, "7h30m", &firing)
        .firing("PromiseNoData", "7h30m", &[])
        .run(&model);
}
