//! When alerts speak and when they don't.

use super::build::*;
use super::tools::*;

fn calls(step: &str) -> slovo::ir::Promise {
    promise(
        step,
        bad(vec![counter(r#"calls_total{job="a"}"#)], vec![counter(r#"calls_total{job="a",code="500"}"#)]),
    )
}

/// Healthy for an hour, all failing for ten minutes, healthy again; then the target is gone.
#[test]
fn outage_pages_and_resolves_and_silence_is_noticed() {
    let model = model(vec![journey("checkout", vec![calls("pay.accepted")])]);
    Case::new()
        .series(r#"calls_total{job="a",code="200"}"#, "0+100x240 24000x40 24000+100x100 stale")
        .series(r#"calls_total{job="a",code="500"}"#, "0x240 0+100x40 4000x100 stale")
        .firing("PromiseBurnsFast", "59m", &[])
        .firing("PromiseBurnsFast", "61m", &[])
        .firing("PromiseBurnsFast", "62m", &["accepted"])
        .firing("PromiseBurnsFast", "77m", &["accepted"])
        .firing("PromiseNoData", "95m", &[])
        .firing("PromiseNoData", "104m", &["accepted"])
        .gives("promise:budget_remaining", "104m", &[])
        .run(&model);
}

/// One of twelve and four of five stay quiet, five of five and twelve of twelve page.
#[test]
fn thin_traffic() {
    let model = model(vec![journey(
        "checkout",
        vec![calls("pay.accepted").with(|p| p.for_each = vec![("shop".to_owned(), None)])],
    )]);
    // So many events, five minutes apart, the last at 56 minutes.
    let steps = |n: u32| {
        let list: Vec<String> = (11..=10 + n).map(|v| format!("{v}x19")).collect();
        format!("10x{} {} {}x60", 243 - 20 * n, list.join(" "), 10 + n)
    };
    Case::new()
        .series(r#"calls_total{job="a",code="200",shop="1of12"}"#, &steps(11))
        .series(r#"calls_total{job="a",code="500",shop="1of12"}"#, "10x230 11x69")
        .series(r#"calls_total{job="a",code="200",shop="3of4"}"#, &steps(1))
        .series(r#"calls_total{job="a",code="500",shop="3of4"}"#, &steps(3))
        .series(r#"calls_total{job="a",code="500",shop="5of5"}"#, &steps(5))
        .series(r#"calls_total{job="a",code="500",shop="12of12"}"#, &steps(12))
        .gives(
            r#"count by (shop) (ALERTS{alertname="PromiseBurnsFast"})"#,
            "60m",
            &[(r#"{shop="5of5"}"#, "1"), (r#"{shop="12of12"}"#, "1")],
        )
        .run(&model);
}
