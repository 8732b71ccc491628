//! What `slovo explain` is told.

use super::build::*;
use super::tools::emit;
use slovo::ir::Composition;
use slovo::rules::{LostScrapes, explain};
use std::collections::BTreeSet;

#[test]
fn times_and_cost() {
    let of = |failed: &str| bad(vec![counter("x")], vec![counter(failed)]);
    let model = model(vec![journey(
        "checkout",
        vec![
            promise("pay.accepted", of("x_bad")).with(|p| p.window = t("30d")),
            promise("pay.thin", of("x_bad")).with(|p| {
                p.window = t("30d");
                p.expect_per_day = Some(d("240"));
            }),
            promise("whole", composed(Composition::All, &["checkout.pay.accepted", "checkout.pay.thin"])),
        ],
    )]);
    let [accepted, thin, whole] = ["checkout.pay.accepted", "checkout.pay.thin", "checkout.whole"]
        .map(|p| explain(&model, model.promise(&path(p)).unwrap()));
    assert_eq!(accepted.sentence, "99.9% of requests over 30d");
    assert_eq!(accepted.lost_scrapes, Some(LostScrapes::Counted(t("1h"))));
    assert_eq!(accepted.outage_to_empty, t("43m12s"));
    let page = &accepted.alerts[0];
    assert_eq!((page.name, page.factor, page.threshold), ("PromiseBurnsFast", d("14.4"), d("0.0144")));
    // docs/accuracy.md holds what was measured.
    let seconds = |alert: &slovo::rules::ExplainedAlert, n: usize| {
        let (found, secs) = (alert.detection[n], slovo::value::Duration::as_secs);
        (found.typical.map(secs), found.worst.map(secs))
    };
    assert_eq!(seconds(page, 0), (Some(85), Some(107)));
    assert_eq!(seconds(page, 1), (Some(551), Some(574)));
    assert_eq!(seconds(page, 2), (None, None));
    assert_eq!(page.budget_lasts, t("2d2h"));
    // Ten an hour: five bad ones take 27 minutes, however bad it is.
    assert_eq!(seconds(&thin.alerts[0], 0), (Some(27 * 60 + 33), Some(27 * 60 + 55)));
    assert_eq!(seconds(&thin.alerts[0], 1), (None, None));

    // Every rule of the file is somebody's: its own, or one of the journey that some promise needs.
    let written = emit(&model)[0].text.matches(" expr:").count();
    let all = [&accepted, &thin, &whole];
    let own: usize = all.iter().map(|e| e.rules.iter().filter(|r| r.own).count()).sum();
    let shared: BTreeSet<_> = all
        .iter()
        .flat_map(|e| e.rules.iter().filter(|r| !r.own).map(|r| (&r.group, &r.name, &r.labels)))
        .collect();
    assert_eq!(written, own + shared.len());
    // A composed promise counts nothing and is not missed for its own sake.
    assert!(
        whole.rules.iter().all(|r| !r.name.contains("events:") && r.name != "PromiseNoData"),
        "{:#?}",
        whole.rules
    );
    assert!(accepted.rules.iter().any(|r| r.name == "promise:events:count" && r.group == "checkout"));

    // As Prometheus counts them, rule by rule (docs/performance.md): three sums and a count over 28 days in roll-ups are most of it.
    let recorded = accepted.cost.total(0);
    assert!((5600.0..6000.0).contains(&recorded), "{:?} {recorded}", accepted.cost);
    let raw = accepted.cost.base_per_raw_series;
    assert!((1900.0..2100.0).contains(&raw), "{raw}");
    assert!(!accepted.cost.is_partial, "{:?}", accepted.cost);
    // It reads its members over each of the journey's windows, twice: its share and its coverage.
    let composed = whole.cost.total(0);
    assert!((1000.0..1300.0).contains(&composed), "{:?} {composed}", whole.cost);
}
