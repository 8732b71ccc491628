//! Every form of promise at its known value.

use super::build::*;
use super::tools::*;

/// Labels of a ratio over an hour.
fn hour(step: &str, promise: &str) -> String {
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
fn look() {
    let c = |m: &str| bad(vec![counter(m)], vec![counter(&m.replace('}', r#",code=~"5.."}"#))]);
    let files = emit(&model(vec![journey(
        "checkout",
        vec![
            promise("basket.shown", c(r#"requests_total{job="web"}"#)),
            promise("basket.quick", good(vec![count("seconds")], vec![within("seconds", "0.4")])),
            promise(
                "whole",
                composed(slovo::ir::Composition::All, &["checkout.basket.shown", "checkout.basket.quick"]),
            ),
        ],
    )]));
    keep(&files);
    lint(&files);
}
