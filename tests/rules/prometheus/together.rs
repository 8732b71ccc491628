//! Promises beside and above others: composed, `for each`, no cross-talk, counts of rules.

use super::build::*;
use super::hour;
use super::tools::*;
use slovo::ir::{Composition, Series, Urgency};

fn of(total: &str, failed: &str) -> slovo::ir::Measurement {
    bad(vec![counter(total)], vec![counter(failed)])
}

#[test]
fn composed_promises() {
    let regions = |p: &mut slovo::ir::Promise| p.for_each = vec![("region".to_owned(), None)];
    let members = ["checkout.a.quick", "checkout.b.accepted", "other.c.shown"];
    let model = model(vec![
        journey(
            "checkout",
            vec![
                promise("a.quick", of("x", "x_bad")),
                promise("b.accepted", of("y", "y_bad")),
                promise("whole", composed(Composition::All, &members)),
                promise("weakest", composed(Composition::Worst, &members)),
                promise("broken", composed(Composition::All, &["checkout.a.quick", "other.c.absent"])),
                promise("regional", composed(Composition::All, &["checkout.r.one", "checkout.r.two"]))
                    .with(regions),
                promise("r.one", of("r1", "r1_bad")).with(regions),
                promise("r.two", of("r2", "r2_bad")).with(regions),
            ],
        ),
        journey("other", vec![promise("c.shown", of("z", "z_bad")), promise("c.absent", of("none", "none"))]),
        journey("only", vec![promise("both", composed(Composition::All, &members))]),
    ]);
    let whole = |promise: &str, window: &str| {
        format!(
            r#"promise:error_ratio{{project="shop", journey="checkout", promise="{promise}", window="{window}"}}"#
        )
    };
    let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
    let rows = |promise: &str, value: &str, budget: &str| -> Vec<(String, String)> {
        let list = windows.iter().map(|w| (whole(promise, w), value.to_owned()));
        list.chain((!budget.is_empty()).then(|| (whole(promise, "budget"), budget.to_owned()))).collect()
    };
    let strip = |rows: &[(String, String)]| -> Vec<(String, String)> {
        rows.iter().map(|(l, v)| (l.replace("promise:error_ratio", ""), v.clone())).collect()
    };
    let all = strip(&rows("whole", "0.129493", ""));
    let worst = strip(&rows("weakest", "0.1", ""));
    let refs = |list: &'_ [(String, String)]| -> Vec<(String, String)> { list.to_vec() };
    // Counters that have run for a while, so that `rate` takes none for newborn.
    let mut case = Case::new()
        .series("x", "10000+100x300")
        .series("x_bad", "100+1x300")
        .series("y", "100000+1000x300")
        .series("y_bad", "2300+23x300")
        .series("z", "1000+10x300")
        .series("z_bad", "100+1x300")
        .series(r#"r1{region="eu"}"#, "1000+10x300")
        .series(r#"r1_bad{region="eu"}"#, "100+1x300")
        .series(r#"r2{region="eu"}"#, "1000+10x300")
        .series(r#"r2_bad{region="eu"}"#, "100+1x300")
        .series(r#"r1{region="us"}"#, "1000+10x300")
        .series(r#"r2{region="eu2"}"#, "1000+10x300");
    let query = |p: &str| format!(r#"round(promise:error_ratio{{promise="{p}",window!="budget"}}, 1e-6)"#);
    case.expect.push((query("whole"), "62m".to_owned(), refs(&all)));
    case.expect.push((query("weakest"), "62m".to_owned(), refs(&worst)));
    let regional = |w: &str| {
        format!(r#"{{project="shop", journey="checkout", promise="regional", window="{w}", region="eu"}}"#)
    };
    case.gives(r#"promise:error_ratio{promise="broken"}"#, "62m", &[])
        .gives(
            r#"round(promise:error_ratio{promise="regional",window="1h"}, 1e-6)"#,
            "62m",
            &[(&regional("1h"), "0.19")],
        )
        .gives(
            // Two hours of 28 days: the coverage of all members, and the same product of their losses.
            r#"count by (promise) (promise:budget_remaining{promise=~"whole|weakest|broken|both"} < 1)"#,
            "62m",
            &[(r#"{promise="whole"}"#, "1"), (r#"{promise="weakest"}"#, "1"), (r#"{promise="both"}"#, "1")],
        )
        .gives(
            r#"round(promise:error_ratio{journey="only",window="1h"}, 1e-6)"#,
            "62m",
            &[(r#"{project="shop", journey="only", promise="both", window="1h"}"#, "0.129493")],
        )
        .gives(
            r#"count by (journey, promise) (ALERTS{alertname="PromiseBurnsFast",promise=~"whole|both"})"#,
            "62m",
            &[
                (r#"{journey="checkout", promise="whole"}"#, "1"),
                (r#"{journey="only", promise="both"}"#, "1"),
            ],
        )
        .run(&model);
}

/// A value of `for each` that vanishes is noticed, the others go on.
#[test]
fn a_part_goes() {
    let p = promise("a.shown", of("x", "x_bad")).with(|p| p.for_each = vec![("region".to_owned(), None)]);
    let model = model(vec![journey("checkout", vec![p, promise("b.other", of("x", "x_bad"))])]);
    Case::new()
        .series(r#"x{region="eu"}"#, "0+100x300")
        .series(r#"x{region="us"}"#, "0+100x100 stale")
        .firing("PromisePartGone", "40m", &[])
        .gives(
            r#"count by (promise, region) (ALERTS{alertname="PromisePartGone",alertstate="firing"})"#,
            "60m",
            &[(r#"{promise="shown", region="us"}"#, "1")],
        )
        .firing("PromiseNoData", "60m", &[])
        .run(&model);
}

/// The user's own PromQL, with comments and `$range`.
#[test]
fn escapes() {
    let query = |text: &str| Series::Promql(text.to_owned());
    let model = model(vec![journey(
        "checkout",
        vec![promise(
            "a.own",
            bad(
                vec![query("sum(rate(x[$range])) # all of it, over $range")],
                vec![query("sum(\n  rate(x_bad{why=\"$range\"}[$range])\n)\n# why")],
            ),
        )],
    )]);
    Case::new()
        .series("x", "0+100x300")
        .series(r#"x_bad{why="$range"}"#, "0+10x300")
        .gives(r#"round(promise:error_ratio{window="1h"}, 1e-6)"#, "62m", &[(&hour("a", "own"), "0.1")])
        .run(&model);
}

/// The same names in different steps, projects and journeys each have their own numbers, and their own windows.
#[test]
fn no_cross_talk() {
    let over = |days: &str| {
        let days = t(days);
        move |p: &mut slovo::ir::Promise| p.window = days
    };
    let model = model(vec![
        journey(
            "checkout",
            vec![
                promise("a.ok", of("x", "x_bad")).with(over("7d")),
                promise("b.ok", of("x", "y_bad")),
                promise("b.more", of("x", "y_bad")).with(over("7d")),
                promise("ok", composed(Composition::Worst, &["checkout.b.ok", "other.a.ok"])),
                promise("c.long", of("x", "x_bad")).with(over("90d")),
            ],
        ),
        journey("other", vec![promise("a.ok", of("x", "z_bad"))]),
    ]);
    Case::new()
        .series("x", "0+100x300")
        .series("x_bad", "0+1x300")
        .series("y_bad", "0+2x300")
        .series("z_bad", "0+4x300")
        .gives(
            r#"round(1e4 * promise:error_ratio{window="1h"})"#,
            "62m",
            &[
                (&hour("a", "ok"), "100"),
                (&hour("b", "ok"), "200"),
                (&hour("b", "more"), "200"),
                (&hour("c", "long"), "100"),
                (r#"{project="shop", journey="checkout", promise="ok", window="1h"}"#, "400"),
                (r#"{project="shop", journey="other", step="a", promise="ok", window="1h"}"#, "400"),
            ],
        )
        .gives(
            // Share of the window that is there, thus of the budget: one series for each promise.
            "count by (journey, step, promise) (promise:budget_remaining)",
            "62m",
            &[
                (r#"{journey="checkout", step="a", promise="ok"}"#, "1"),
                (r#"{journey="checkout", step="b", promise="ok"}"#, "1"),
                (r#"{journey="checkout", step="b", promise="more"}"#, "1"),
                (r#"{journey="checkout", step="c", promise="long"}"#, "1"),
                (r#"{journey="checkout", promise="ok"}"#, "1"),
                (r#"{journey="other", step="a", promise="ok"}"#, "1"),
            ],
        )
        .run(&model);
}

/// In a journey of eight promises there are little more than nine rules for each, alerts and those that watch the measurement included.
#[test]
fn few_rules() {
    for (tickets, most) in [(0, 74), (4, 72), (8, 68)] {
        let promises = (0..8).map(|n| {
            let urgency = if n < tickets { Urgency::Ticket } else { Urgency::Page };
            promise(&format!("s{}.p{n}", n / 2), of("x", r#"x{code="500"}"#)).with(|p| p.urgency = urgency)
        });
        let files = emit(&model(vec![journey("checkout", promises.collect())]));
        lint(&files);
        let rules = files.iter().map(|f| f.text.matches(" expr:").count()).sum::<usize>();
        eprintln!(
            "{tickets} tickets: {rules} rules, {} bytes",
            files.iter().map(|f| f.text.len()).sum::<usize>()
        );
        assert!(rules <= most, "{rules} rules with {tickets} tickets");
    }
}
