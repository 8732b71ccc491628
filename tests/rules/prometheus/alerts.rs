//! When alerts speak and when they don't.

use super::build::*;
use super::tools::*;
use slovo::ir::Urgency;

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

/// Missing data speaks as loudly as the promise says: as its urgency, as a ticket, or not at all, side by side.
#[test]
fn missing_data_is_as_loud_as_said() {
    let said = |step: &str, urgency: Urgency, no_data: Urgency| {
        calls(step).with(|p| {
            p.urgency = urgency;
            p.no_data = no_data;
        })
    };
    let model = model(vec![journey(
        "checkout",
        vec![
            said("pay.usual", Urgency::Page, Urgency::Page),
            said("pay.ticket", Urgency::Page, Urgency::Ticket),
            said("pay.none", Urgency::Page, Urgency::None),
            said("pay.slow", Urgency::Ticket, Urgency::Ticket),
            said("pay.mute", Urgency::Ticket, Urgency::None),
            said("pay.off", Urgency::None, Urgency::None),
        ],
    )]);
    Case::new()
        .series(r#"calls_total{job="a",code="200"}"#, "0+100x60 stale")
        .gives(
            r#"count by (promise, severity) (ALERTS{alertname="PromiseNoData",alertstate="firing"})"#,
            "50m",
            &[
                (r#"{promise="usual",severity="page"}"#, "1"),
                (r#"{promise="ticket",severity="ticket"}"#, "1"),
                (r#"{promise="slow",severity="ticket"}"#, "1"),
            ],
        )
        .gives(
            r#"count by (no_data) (promise_info{promise=~"none|mute"})"#,
            "50m",
            &[(r#"{no_data="none"}"#, "2")],
        )
        .run(&model);
}

/// A value of `for each` that goes is missing data as well: where that alerts nobody, so does this.
#[test]
fn a_part_that_goes_is_missing_data() {
    let said = |step: &str, urgency: Urgency, no_data: Urgency| {
        calls(step).with(|p| {
            p.urgency = urgency;
            p.no_data = no_data;
            p.for_each = vec![("shop".to_owned(), None)];
        })
    };
    let told = |promises: Vec<slovo::ir::Promise>, names: &[&str]| {
        Case::new()
            .series(r#"calls_total{job="a",code="200",shop="a"}"#, "0+100x240")
            .series(r#"calls_total{job="a",code="200",shop="b"}"#, "0+100x60 stale")
            .firing("PromisePartGone", "50m", names)
            .run(&model(vec![journey("checkout", promises)]));
    };
    told(
        vec![
            said("pay.usual", Urgency::Page, Urgency::Page),
            said("pay.ticket", Urgency::Page, Urgency::Ticket),
            said("pay.mute", Urgency::Page, Urgency::None),
            said("pay.off", Urgency::None, Urgency::None),
        ],
        &["usual", "ticket"],
    );
    told(
        vec![said("pay.usual", Urgency::Page, Urgency::Page), said("pay.off", Urgency::None, Urgency::None)],
        &["usual"],
    );
}
