//! What a metric states of itself, against counted truth: series that are silent when idle.

use super::build::*;
use super::tools::*;
use slovo::ir::{Completion, Condition, Events, Measurement, Outcome, Promise, Selector, Series};

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
