//! Budgets against the truth.

use super::build::*;
use super::tools::*;

/// 28 days of two events a second by day and 0.02 by night, one night hour at 50%: fed as roll-ups, evaluated once.
#[test]
fn day_and_night() {
    let one = promise("pay.accepted", bad(vec![counter("x")], vec![counter("x_bad")]));
    let model = model(vec![journey("checkout", vec![one])]);
    let labels = r#"{project="shop",journey="checkout",step="pay",promise="accepted"}"#;
    let days = "2x143 0.02x143 ".repeat(28);
    let mut case = Case::new();
    case.every = "28d";
    case.scrape = "5m";
    case.series(&format!("promise:events:roll5m{labels}"), &format!("{days}2"))
        .series(&format!("promise:bad_events:roll5m{labels}"), "0x3079 0.01x11 0x4972")
        .gives(
            r#"round(1e9 * promise:error_ratio{window="budget"})"#,
            "28d",
            &[(r#"{project="shop", journey="checkout", step="pay", promise="accepted", window="budget"}"#, "14730")],
        )
        .gives(
            "promise:coverage:ratio",
            "28d",
            &[(r#"promise:coverage:ratio{project="shop", journey="checkout", step="pay", promise="accepted", window="budget"}"#, "1")],
        )
        .run(&model);
}

/// On the first day of 28 an hour of total outage costs an hour of 28 days, not all of one; a clean budget is whole; a
/// gap doesn't make a budget younger.
#[test]
fn young_promises() {
    let p = |name: &str| promise(&format!("a.{name}"), bad(vec![counter("x")], vec![counter("x_bad")]));
    let model = model(vec![journey("checkout", vec![p("young"), p("clean"), p("newborn"), p("gap")])]);
    let labels = |name: &str| format!(r#"{{project="shop",journey="checkout",step="a",promise="{name}"}}"#);
    let mut case = Case::new();
    case.every = "7d";
    case.scrape = "5m";
    let result = |name: &str| {
        format!(r#"{{project="shop", journey="checkout", step="a", promise="{name}", window="budget"}}"#)
    };
    case.series(&format!("promise:events:roll5m{}", labels("young")), "_x6047 1x2016")
        .series(&format!("promise:bad_events:roll5m{}", labels("young")), "_x6047 0x1000 1x11 0x1004")
        .series(&format!("promise:events:roll5m{}", labels("clean")), "_x6047 1x2016")
        .series(&format!("promise:bad_events:roll5m{}", labels("clean")), "_x6047 0x2016")
        .series(&format!("promise:events:roll5m{}", labels("newborn")), "_x8060 1x3")
        .series(&format!("promise:bad_events:roll5m{}", labels("newborn")), "_x8060 1x3")
        .series(&format!("promise:events:roll5m{}", labels("gap")), "1x3000 _x2000 1x3063")
        .series(&format!("promise:bad_events:roll5m{}", labels("gap")), "1x11 0x2988 _x2000 0x3063")
        .gives(
            // 12 of the 8064 slots of a window; four of the newborn, whose age is rounded up to five.
            r#"round(8064 * promise:error_ratio{window="budget"}, 0.1)"#,
            "28d",
            &[
                (&result("young"), "12"),
                (&result("clean"), "0"),
                (&result("newborn"), "5"),
                (&result("gap"), "16"),
            ],
        )
        .gives(
            "round(promise:age:ratio, 0.001)",
            "28d",
            &[
                (&result("young"), "0.25"),
                (&result("clean"), "0.25"),
                (&result("newborn"), "0.001"),
                (&result("gap"), "1"),
            ],
        )
        .gives(
            // 2,017 slots are known of the young ones, 4 of the newborn, 6,065 of the one with a hole of a week.
            "round(promise:coverage:ratio, 0.0001)",
            "28d",
            &[
                (&result("young"), "0.2501"),
                (&result("clean"), "0.2501"),
                (&result("newborn"), "0.0005"),
                (&result("gap"), "0.7521"),
            ],
        )
        .gives(
            "round(promise:reach:ratio, 0.001)",
            "28d",
            &[
                (&result("young"), "0.251"),
                (&result("clean"), "0.251"),
                (&result("newborn"), "0.001"),
                (&result("gap"), "1"),
            ],
        )
        .run(&model);
}

/// A policy speaks once, of the deepest clause that holds.
#[test]
fn policies() {
    let p = |name: &str, objective: &str, failed: &str| {
        promise(&format!("a.{name}"), bad(vec![counter("x")], vec![counter(failed)])).with(|p| {
            p.objective = d(objective);
            p.window = t("1d");
        })
    };
    let list = vec![
        p("whole", "99", "none"),
        p("half", "90", "tenth"),
        p("spent", "99.9", "tenth"),
        p("silent", "99.9", "tenth").with(|p| p.urgency = slovo::ir::Urgency::None),
    ];
    let mut model = model(vec![journey("checkout", list)]);
    model.policies.insert(
        "careful".to_owned(),
        policy("careful", &[("99", "Talk {{ .Nonsense }}"), ("20", "Slow"), ("0", "Stop")]),
    );
    model.journeys[0].policy = Some("careful".to_owned());
    Case::new()
        .series("x", "0+100x300")
        .series("tenth", "0+10x300")
        .gives(
            r#"count by (promise, below, policy) (ALERTS{alertname="PromiseBudgetPolicy"})"#,
            "62m",
            &[
                (r#"{promise="half", below="99", policy="careful"}"#, "1"),
                (r#"{promise="spent", below="0", policy="careful"}"#, "1"),
            ],
        )
        .gives(r#"ALERTS{promise="silent"}"#, "62m", &[])
        .run(&model);
}

/// Changing a label of the settings neither splits a promise's history nor makes a rule fail.
#[test]
fn a_changed_label_keeps_history() {
    let one = promise("pay.accepted", bad(vec![counter("x")], vec![counter("x_bad")]));
    let mut model = model(vec![journey("checkout", vec![one])]);
    model.settings.labels = [("env".to_owned(), "new".to_owned())].into();
    let labels = |env: &str| {
        format!(r#"{{project="shop",journey="checkout",step="pay",promise="accepted",env="{env}"}}"#)
    };
    let mut case = Case::new();
    case.every = "28d";
    case.scrape = "5m";
    case.series(&format!("promise:events:roll5m{}", labels("old")), "1x4032")
        .series(&format!("promise:bad_events:roll5m{}", labels("old")), "0x4000 1x31")
        .series(&format!("promise:events:roll5m{}", labels("new")), "_x4033 1x4031")
        .series(&format!("promise:bad_events:roll5m{}", labels("new")), "_x4033 0x4031")
        .gives(
            r#"round(8065 * promise:error_ratio{window="budget"})"#,
            "28d",
            &[(r#"{project="shop", journey="checkout", step="pay", promise="accepted", window="budget", env="new"}"#, "32")],
        )
        .run(&model);
}

/// A counter at zero counts its first increments whole, and a reset is not a loss.
/// Scrapes are every 15 s, ten seconds after an evaluation and five before one.
#[test]
fn counters_from_zero_and_resets() {
    let p = |name: &str| promise(&format!("a.{name}"), bad(vec![counter("x")], vec![counter(name)]));
    let model = model(vec![journey("checkout", vec![p("from_zero"), p("reset"), p("lone")])]);
    let scraped = |values: &[u32]| {
        let before = [values[0]; 40].into_iter().chain(values.iter().copied());
        let after = [values[values.len() - 1]; 40];
        before.chain(after).map(|v| format!("_x2 {v}")).collect::<Vec<_>>().join(" ")
    };
    let mut case = Case::new();
    case.scrape = "5s";
    case.series("x", "1000+10x260")
        .series("from_zero", &scraped(&[0, 10, 20, 30, 40, 40]))
        .series("reset", &scraped(&[1000, 1010, 1020, 0, 7, 7]))
        .series("lone", &scraped(&[0, 1]))
        .gives(
            "round(sum by (promise) (sum_over_time(promise:bad_events:count[20m])), 0.001)",
            "20m",
            &[
                (r#"{promise="from_zero"}"#, "40"),
                (r#"{promise="lone"}"#, "1"),
                (r#"{promise="reset"}"#, "27"),
            ],
        )
        .run(&model);
}

/// Windows of 1, 7, 28 and 90 days over the same events in one journey: each counts its own days, and nothing else. The older
/// the day, the more failed.
#[test]
fn windows_side_by_side() {
    let windows = [("1d", "100"), ("7d", "186"), ("28d", "271"), ("90d", "429")];
    let name = |window: &str| format!("over_{window}");
    let list = windows.map(|(window, _)| {
        promise(&format!("a.{}", name(window)), bad(vec![counter("x")], vec![counter("x_bad")])).with(|p| {
            p.window = t(window);
            p.objective = d("90");
        })
    });
    let model = model(vec![journey("checkout", list.to_vec())]);
    let mut case = Case::new();
    case.every = "90d";
    case.scrape = "5m";
    // From old to new: 5, 3, 2 and 1 of a hundred.
    let day = 24 * 12;
    for (window, _) in windows {
        let labels = format!(r#"{{project="shop",journey="checkout",step="a",promise="{}"}}"#, name(window));
        let (roll, bad_ones, all) = if window == "90d" {
            // A sample each quarter of an hour.
            let sparse = |n: usize, v: u32| format!("{v} _ _ ").repeat(n * day / 3);
            let bad = format!("{}{}{}{}1", sparse(62, 5), sparse(21, 3), sparse(6, 2), sparse(1, 1));
            ("15m", bad, format!("{}100", sparse(90, 100)))
        } else {
            let dense = |n: usize, v: u32| format!("{v}x{} ", n * day - 1);
            let bad = format!("{}{}{}{}1", dense(62, 5), dense(21, 3), dense(6, 2), dense(1, 1));
            ("5m", bad, format!("100x{}", 90 * day))
        };
        case = case.series(&format!("promise:events:roll{roll}{labels}"), &all);
        case = case.series(&format!("promise:bad_events:roll{roll}{labels}"), &bad_ones);
    }
    let labels = |window: &str| {
        format!(
            r#"{{project="shop", journey="checkout", step="a", promise="{}", window="budget"}}"#,
            name(window)
        )
    };
    let expected: Vec<(String, &str)> = windows.iter().map(|(w, ratio)| (labels(w), *ratio)).collect();
    let expected: Vec<(&str, &str)> = expected.iter().map(|(l, v)| (l.as_str(), *v)).collect();
    case.gives(r#"round(1e4 * promise:error_ratio{window="budget"})"#, "90d", &expected).run(&model);
}
