//! Every form of promise at its known value.

use super::build::*;
use super::tools::*;

/// Labels of a ratio over an hour.
pub fn hour(step: &str, promise: &str) -> String {
    format!(r#"{{project="shop", journey="checkout", step="{step}", promise="{promise}", window="1h"}}"#)
}

/// The ratio over the last hour in millionths.
const PPM: &str = r#"round(1e6 * promise:error_ratio{window="1h"})"#;

#[test]
fn counters_and_histograms() {
    let model = model(vec![journey(
        "checkout",
        vec![
            promise(
                "basket.shown",
                bad(
                    vec![counter(r#"requests_total{job="web"}"#)],
                    vec![counter(r#"requests_total{job="web",code=~"5.."}"#)],
                ),
            ),
            promise(
                "basket.fine",
                good(
                    vec![counter(r#"requests_total{job="web"}"#)],
                    vec![counter(r#"requests_total{job="web",code!~"5.."}"#)],
                ),
            ),
            promise("basket.quick", good(vec![count("seconds")], vec![within("seconds", "0.4")])),
            promise("basket.slow", bad(vec![count("seconds")], vec![over("seconds", "1")])),
            promise("pay.answered", good(vec![count("seconds")], vec![count(r#"seconds{code="200"}"#)])),
        ],
    )]);
    Case::new()
        .series(r#"requests_total{job="web",code="200"}"#, "0+98x480")
        .series(r#"requests_total{job="web",code="500"}"#, "0+2x480")
        .series(r#"requests_total{job="other",code="500"}"#, "0+1000x480")
        .series(r#"seconds_count{code="200"}"#, "0+90x480")
        .series(r#"seconds_count{code="500"}"#, "0+10x480")
        .series(r#"seconds_bucket{code="200",le="0.4"}"#, "0+80x480")
        .series(r#"seconds_bucket{code="500",le="0.4"}"#, "0+10x480")
        .series(r#"seconds_bucket{code="200",le="1"}"#, "0+87x480")
        .series(r#"seconds_bucket{code="500",le="1.0"}"#, "0+10x480")
        .gives(
            PPM,
            "2h",
            &[
                (&hour("basket", "shown"), "20000"),
                (&hour("basket", "fine"), "20000"),
                (&hour("basket", "quick"), "100000"),
                (&hour("basket", "slow"), "30000"),
                (&hour("pay", "answered"), "100000"),
            ],
        )
        .run(&model);
}

#[test]
fn sums_and_other_metrics() {
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("a.both", bad(vec![counter("web"), counter("app")], vec![counter("bad")])),
            promise("a.one_missing", bad(vec![counter("web"), counter("absent")], vec![counter("bad")])),
            promise("a.two_bads", bad(vec![counter("web")], vec![counter("bad"), counter("worse")])),
            promise("a.more_bad_than_all", bad(vec![counter("web")], vec![counter("app"), counter("app2")])),
            promise("a.good_missing", good(vec![counter("web")], vec![counter("absent")])),
            promise("a.bad_missing", bad(vec![counter("web")], vec![counter("absent")])),
            promise(
                "a.goods",
                good(vec![counter("web"), counter("app")], vec![counter("web"), counter("absent")]),
            ),
            promise("a.no_events", bad(vec![counter("absent")], vec![counter("bad")])),
            promise("a.idle", bad(vec![counter("idle")], vec![counter("idle2")])),
            promise(
                "a.over_in_sum",
                bad(vec![count("s"), counter("web")], vec![over("s", "0.4"), counter("bad")]),
            ),
        ],
    )]);
    Case::new()
        .series("web", "0+60x300")
        .series("app", "0+40x300")
        .series("app2", "0+40x300")
        .series("bad", "0+3x300")
        .series("worse", "0+3x300")
        .series("idle", "7x300")
        .series("idle2", "7x300")
        .series("s_count", "0+40x300")
        .series(r#"s_bucket{le="0.4"}"#, "0+33x300")
        .gives(
            PPM,
            "70m",
            &[
                (&hour("a", "both"), "30000"),
                (&hour("a", "one_missing"), "50000"),
                (&hour("a", "two_bads"), "100000"),
                (&hour("a", "more_bad_than_all"), "1000000"),
                (&hour("a", "good_missing"), "1000000"),
                (&hour("a", "bad_missing"), "0"),
                (&hour("a", "goods"), "400000"),
                (&hour("a", "idle"), "0"),
                (&hour("a", "over_in_sum"), "100000"),
            ],
        )
        .gives(r#"promise:budget_remaining{promise=~"idle|bad_missing"}"#, "70m", &[
            (r#"promise:budget_remaining{project="shop", journey="checkout", step="a", promise="bad_missing"}"#, "1"),
            (r#"promise:budget_remaining{project="shop", journey="checkout", step="a", promise="idle"}"#, "1"),
        ])
        .firing("PromiseCountsContradict", "70m", &["more_bad_than_all"])
        .firing("PromiseNoData", "70m", &["no_events"])
        .run(&model);
}

/// Each sample of each series is one event, whatever the intervals.
#[test]
fn readings_of_gauges() {
    for (scrape, input, name) in [("15s", "15s", "quick"), ("30s", "30s", "even"), ("1m", "1m", "slow")] {
        let up = || readings(r#"up{job="a"}"#, None);
        let promises = vec![
            promise(
                "a.at_least",
                good(vec![up()], vec![readings(r#"up{job="a"}"#, Some(slovo::ir::Reading::AtLeast(d("1"))))]),
            ),
            promise(
                "a.at_most",
                bad(vec![up()], vec![readings(r#"up{job="a"}"#, Some(slovo::ir::Reading::AtMost(d("0"))))]),
            ),
        ];
        let promises = promises.into_iter().map(|p| p.with(|p| p.scrape_interval = t(scrape))).collect();
        let per_hour = 2 * 3600 / t(scrape).as_secs();
        let mut case = Case::new();
        case.scrape = input;
        // One of two targets fails every fourth time: an eighth of all samples.
        let fails: String = std::iter::repeat_n("1 1 1 0 ", 70).collect();
        case.series(r#"up{job="a",instance="1"}"#, "1x280")
            .series(r#"up{job="a",instance="2"}"#, fails.trim())
            .gives(
                "round(sum by (promise) (sum_over_time(promise:bad_events:count[3599s])) / sum by (promise) (sum_over_time(promise:events:count[3599s])), 1e-6)",
                "62m",
                &[(r#"{promise="at_least"}"#, "0.125"), (r#"{promise="at_most"}"#, "0.125")],
            )
            .gives(
                r#"round(sum_over_time(promise:events:count{promise="at_most"}[3599s]))"#,
                "62m",
                &[(r#"{project="shop", journey="checkout", step="a", promise="at_most"}"#, &per_hour.to_string())],
            )
            .run(&model(vec![journey("checkout", promises)]));
        eprintln!("{name}: right");
    }
}

/// Lost in W: started between W + T and T ago, less finished in the last W + T.
#[test]
fn completion() {
    let one = |started: &str, finished: &str| {
        slovo::ir::Measurement::Completion(slovo::ir::Completion {
            started: vec![counter(started)],
            finished: vec![counter(finished)],
            within: t("2m"),
            late: vec![],
        })
    };
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("ship.none_lost", one("started", "all")),
            promise("ship.tenth_lost", one("started", "most")),
            promise("ship.all_lost", one("started", "absent")),
            promise("ship.waves", one("wave_started", "wave_finished")),
            promise("ship.idle", one("idle", "idle")),
            promise("pay.accepted", bad(vec![counter("started")], vec![counter("absent")])),
        ],
    )]);
    // Waves: 100 a scrape for ten minutes, then none for ten; each finishes 90 seconds later.
    let wave: Vec<u32> = (0..500)
        .scan(0, |sum, i| {
            if (i / 40) % 2 == 0 {
                *sum += 100;
            }
            Some(*sum)
        })
        .collect();
    let text =
        |list: &mut dyn Iterator<Item = u32>| list.map(|v| v.to_string()).collect::<Vec<_>>().join(" ");
    let late = text(&mut std::iter::repeat_n(0, 6).chain(wave.iter().copied()).take(500));
    Case::new()
        .series("started", "0+100x500")
        .series("all", "0x7 0+100x492")
        .series("most", "0x7 0+90x492")
        .series("idle", "5x500")
        .series("wave_started", &text(&mut wave.iter().copied()))
        .series("wave_finished", &late)
        .gives(
            r#"round(promise:error_ratio{window="1h"}, 0.01)"#,
            "2h",
            &[
                (&hour("ship", "none_lost"), "0"),
                // Certain are two minutes less; that opens the gate, so that it counts whole.
                (&hour("ship", "tenth_lost"), "0.1"),
                (&hour("ship", "all_lost"), "1"),
                (&hour("ship", "waves"), "0"),
                (&hour("ship", "idle"), "0"),
                (&hour("pay", "accepted"), "0"),
            ],
        )
        .gives(r#"promise:error_ratio{promise=~"none_lost|waves|idle"} > 1e-9"#, "2h", &[])
        .firing("PromiseBurnsFast", "100m", &["all_lost", "tenth_lost"])
        .run(&model);
}

/// Windows of a completion look back by its limit; its budget goes eleven minutes after its data all the same; that of a
/// promise beside it after five.
#[test]
fn a_completion_without_data_has_no_budget() {
    let completion = slovo::ir::Measurement::Completion(slovo::ir::Completion {
        started: vec![counter("started")],
        finished: vec![counter("finished")],
        within: t("1h"),
        late: vec![],
    });
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("ship.told", completion),
            promise("pay.accepted", bad(vec![counter("started")], vec![counter("absent")])),
        ],
    )]);
    let left = |promise: &str| format!("round(promise:budget_remaining{{promise=\"{promise}\"}}, 0.1)");
    let labels = |step: &str, promise: &str| {
        format!("{{project=\"shop\", journey=\"checkout\", step=\"{step}\", promise=\"{promise}\"}}")
    };
    Case::new()
        .series("started", "0+100x720 _x240")
        .series("finished", "0x4 0+100x716 _x240")
        .gives(&left("told"), "179m", &[(&labels("ship", "told"), "1")])
        .gives(&left("told"), "190m", &[(&labels("ship", "told"), "1")])
        .gives(&left("told"), "193m", &[])
        .gives(&left("accepted"), "179m", &[(&labels("pay", "accepted"), "1")])
        .gives(&left("accepted"), "190m", &[])
        .run(&model);
}
