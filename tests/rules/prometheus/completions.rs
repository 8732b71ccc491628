//! Completion: what `explain` prints is when the rules speak; what is late counts; what is out of sight isn't lost.

use super::project::model_of;
use super::tools::*;
use slovo::ir::Model;
use slovo::ir::burn::Loudness;
use slovo::rules::explain;
use slovo::value::{Decimal, Duration};
use std::fmt::Write as _;

/// A scrape and an evaluation each minute, 60 things started between two.
const SCRAPE: u64 = 60;
const EACH: u64 = 60;

fn project(finished: &[(&str, &str)]) -> Model {
    let mut text =
        String::from("team shop \"Shop\" {\n  pages \"pager\"\n}\nmetric started_total: counter of orders\n");
    let mut promises = String::new();
    for (name, stream) in finished {
        let metric = stream.split_whitespace().next().unwrap();
        let kind = if metric.ends_with("_seconds") {
            "histogram of seconds {\n  buckets 60, 600, 3600\n}"
        } else {
            "counter of orders"
        };
        let _ = writeln!(text, "metric {metric}: {kind}");
        let _ = writeln!(
            promises,
            "  promise {name} \"{name}\" {{\n    keep for 99% of orders over 28d\n    started started_total\n    finished {stream}\n  }}"
        );
    }
    let _ = write!(text, "journey order \"Order\" {{\n  owner shop\n{promises}}}\n");
    model_of(
        &[("a.slovo", &text)],
        "project: shop\nretention: 40d\nscrape_interval: 60s\nevaluation_interval: 60s\n",
    )
}

fn minutely() -> Case {
    Case { every: "60s", scrape: "60s", ..Case::new() }
}

fn scrapes(of: Duration) -> u64 {
    of.as_secs() / SCRAPE
}

/// Finishes `after` the start; from `onset` on, `lost` of 100 never.
fn finished(after: Duration, onset: Duration, lost: u64, length: Duration) -> String {
    let (late, until, all) = (scrapes(after), scrapes(onset), scrapes(length));
    let kept = EACH * (100 - lost) / 100;
    format!("0x{late} {EACH}+{EACH}x{} {}+{kept}x{all}", until - 1, until * EACH + kept)
}

/// Shares of 100% and 10% lost, with durations near nothing and near the limit: quiet until the first time that is printed, a page
/// by the last.
#[test]
fn a_steady_loss_pages_within_the_printed_range() {
    let names: Vec<(String, u64, u64)> = [100, 10]
        .into_iter()
        .flat_map(|lost| [1, 9].map(|after| (format!("l{lost}_a{after}"), lost, after)))
        .collect();
    let streams: Vec<(String, String)> =
        names.iter().map(|(name, ..)| (name.clone(), format!("{name}_total within 10m"))).collect();
    let list: Vec<(&str, &str)> = streams.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let model = project(&list);
    let onset = Duration::from_hours(8);
    let length = Duration::from_hours(13);
    let mut case = minutely().series("started_total", &format!("0+{EACH}x{}", scrapes(length)));
    for (name, lost, after) in &names {
        case = case
            .series(&format!("{name}_total"), &finished(Duration::from_mins(*after), onset, *lost, length));
    }
    for (lost, failing) in [(100, Decimal::ONE), (10, Decimal::new(1, 1))] {
        let (_, promise) = model.promises().find(|(_, p)| p.path.promise == format!("l{lost}_a1")).unwrap();
        let explained = explain(&model, promise);
        let pages = || explained.alerts.iter().filter(|a| a.loudness == Loudness::Page);
        let seen = || pages().flat_map(|a| &a.detection).filter(|d| d.failing == failing);
        let first = seen().filter_map(|d| d.typical).min().unwrap();
        let last = seen().filter_map(|d| d.worst).min().unwrap();
        eprintln!("{lost}% lost: between {first} and {last}");
        let early = Duration::from_secs(first.as_secs() - 60);
        let fast = format!("l{lost}_a1");
        let slow = format!("l{lost}_a9");
        let at = |t: Duration| format!("{}s", onset.as_secs() + t.as_secs() / 60 * 60);
        let of = |list: &[&str]| -> Vec<String> { list.iter().map(|s| (*s).to_owned()).collect() };
        let mut expect = |at: String, list: Vec<String>| {
            let query = format!(
                "count by (promise) (ALERTS{{alertname=\"PromiseBurnsFast\",alertstate=\"firing\",promise=~\"l{lost}_.*\"}})"
            );
            let labels: Vec<String> = list.iter().map(|p| format!("{{promise=\"{p}\"}}")).collect();
            let samples: Vec<(&str, &str)> = labels.iter().map(|l| (l.as_str(), "1")).collect();
            case = std::mem::replace(&mut case, minutely()).gives(&query, &at, &samples);
        };
        expect(at(early), Vec::new());
        // The limit later; what is finished at once is reported at once.
        expect(at(first.plus(Duration::from_mins(10))), of(&[&fast]));
        expect(at(last.plus(Duration::from_secs(60))), of(&[&fast, &slow]));
    }
    case.run(&model);
}

/// After a silence everything takes as long as it may, and no group sees what another records at the same moment: nothing is lost
/// for sure.
#[test]
fn a_newest_sample_that_is_not_visible_is_no_loss() {
    let model = project(&[("slow", "slow_total within 10m")]);
    let lost = "max by (window) (max_over_time(promise:certainly_lost:increase[2h:1m])) > 0.01";
    for backwards in [false, true] {
        Case { backwards, ..minutely() }
            .series("started_total", &format!("0x120 {EACH}+{EACH}x180"))
            .series("slow_total", &format!("0x130 {EACH}+{EACH}x170"))
            .gives(lost, "4h", &[])
            .gives("count(max_over_time(promise:certainly_lost:increase[2h:1m]))", "4h", &[("{}", "5")])
            .run(&model);
    }
}

/// Slower within the limit, in batches, and twice as much traffic: nothing is said, and nothing is spent.
#[test]
fn what_is_kept_is_quiet() {
    let model = project(&[("slower", "slower_total within 10m"), ("batches", "batches_total within 10m")]);
    let n = |hours: u64| hours * 3600 / SCRAPE;
    let batches: Vec<String> = (0..n(10)).map(|at| (at / 9 * 9 * EACH).to_string()).collect();
    // After 30 s at first; from the fourth hour on after 9 min: nothing finishes for 8 min 30 s.
    let slower =
        format!("0x2 {EACH}+{EACH}x{} {}x6 {}+{EACH}x{}", n(4) - 1, n(4) * EACH, (n(4) + 1) * EACH, n(6));
    minutely()
        .series("started_total", &format!("0+{EACH}x{}", n(10)))
        .series("slower_total", &slower)
        .series("batches_total", &batches.join(" "))
        .gives(r#"max_over_time(promise:error_ratio{window=~"5m|30m|1h|6h"}[9h:5m]) > 0.0001"#, "10h", &[])
        .gives("max_over_time(count(ALERTS{alertname=~\"PromiseBurns.*\"})[9h:1m])", "10h", &[])
        .run(&model);
}

/// All of it three times the limit late, with a histogram: at once, and as long as it lasts. 5% late, none lost: 5%.
#[test]
fn what_is_late_counts() {
    let model = project(&[("late", "late_seconds within 10m"), ("some", "some_seconds within 10m")]);
    let n = |hours: u64| hours * 3600 / SCRAPE;
    let all = |after: u64| format!("0x{after} {EACH}+{EACH}x{}", n(6));
    minutely()
        .series("started_total", &format!("0+{EACH}x{}", n(6)))
        .series("late_seconds_count", &all(30))
        .series(r#"late_seconds_bucket{le="600"}"#, &format!("0x{}", n(6)))
        .series("some_seconds_count", &all(1))
        .series(r#"some_seconds_bucket{le="600"}"#, &format!("0x1 57+57x{}", n(6)))
        .firing("PromiseBurnsFast", "50m", &["late"])
        .firing("PromiseBurnsFast", "5h", &["late"])
        .gives(
            r#"round(promise:error_ratio{window="1h"}, 0.001)"#,
            "5h",
            &[
                (r#"promise:error_ratio{project="shop", journey="order", promise="late", window="1h"}"#, "1"),
                (
                    r#"promise:error_ratio{project="shop", journey="order", promise="some", window="1h"}"#,
                    "0.05",
                ),
            ]
            .map(|(l, v)| (l.trim_start_matches("promise:error_ratio"), v)),
        )
        .run(&model);
}

/// The finishing target is gone for half an hour: nobody is told that everything is lost, and what it hid counts afterwards.
#[test]
fn what_is_out_of_sight_is_not_lost() {
    let model = project(&[("gone", "gone_total within 10m")]);
    let n = |minutes: u64| minutes * 60 / SCRAPE;
    let back = (n(120) + n(30)) * EACH;
    minutely()
        .series("started_total", &format!("0+{EACH}x{}", n(360)))
        .series(
            "gone_total",
            &format!("0+{EACH}x{} stale _x{} {back}+{EACH}x{}", n(120) - 1, n(30) - 1, n(200)),
        )
        .gives("max_over_time(count(ALERTS{alertname=~\"PromiseBurns.*\"})[5h:1m])", "5h", &[])
        .firing("PromisePartGone", "148m", &["gone"])
        .firing("PromisePartGone", "4h", &[])
        .gives(r#"round(max(promise:error_ratio{window="1h"}), 0.001)"#, "5h", &[("{}", "0")])
        .run(&model);
}
