//! `compatibility: sloth`: Sloth's series are there, with its labels, and say what ours say.

use super::build::*;
use super::tools::*;
use slovo::ir::*;

fn shop() -> Model {
    let of = |n: &str| {
        bad(vec![counter(&format!("x{{n=\"{n}\"}}"))], vec![counter(&format!("x_bad{{n=\"{n}\"}}"))])
    };
    let list = vec![
        promise("pay.accepted", of("1")).with(|p| p.objective = d("99.5")),
        promise("pay.short", of("1")).with(|p| p.window = t("1d")),
        promise("look.shown", of("2")).with(|p| p.window = t("30d")),
        promise("look.each", bad(vec![counter("y")], vec![counter("y_bad")]))
            .with(|p| p.for_each = vec![("region".to_owned(), None)]),
        promise("whole", composed(Composition::All, &["checkout.pay.accepted"])),
    ];
    let mut model = model(vec![journey("checkout", list)]);
    model.settings.prometheus.sloth = true;
    model
}

/// Three hours of traffic, one event in 60 bad, one in 30 of `2`.
fn traffic() -> Case {
    Case::new()
        .series("x{n=\"1\"}", "0+60x720")
        .series("x_bad{n=\"1\"}", "0+1x720")
        .series("x{n=\"2\"}", "0+60x720")
        .series("x_bad{n=\"2\"}", "0+2x720")
        .series("y{region=\"eu\"}", "0+60x720")
        .series("y{region=\"us\"}", "0+60x720")
        .series("y_bad{region=\"us\"}", "0+3x720")
}

/// What of `theirs` differs from `ours`, or has no counterpart in it.
fn differs(theirs: &str, ours: &str) -> String {
    let on = "on (journey, step, promise, region)";
    format!("({theirs} - {on} {ours}) != 0 or {theirs} unless {on} {ours} or {ours} unless {on} {theirs}")
}

#[test]
fn values_are_ours() {
    let ours = |series: &str, window: &str| format!("last_over_time({series}{{window=\"{window}\"}}[41m])");
    let mut pairs: Vec<(String, String)> = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]
        .iter()
        .map(|w| (format!("slo:sli_error:ratio_rate{w}"), ours("promise:error_ratio", w)))
        .collect();
    let budget = ours("promise:error_ratio", "budget");
    for (name, over) in [("4w", "28d"), ("30d", "30d")] {
        let of_it = format!("({budget} and on (journey, step, promise) promise_info{{over=\"{over}\"}})");
        pairs.push((format!("slo:sli_error:ratio_rate{name}"), of_it));
    }
    for (theirs, ours) in [
        ("slo:objective:ratio", "promise:objective:ratio"),
        ("slo:error_budget:ratio", "promise:error_budget:ratio"),
        ("slo:current_burn_rate:ratio", "promise:burn_rate{window=\"5m\"}"),
        ("slo:period_burn_rate:ratio", "(1 - promise:budget_remaining)"),
        ("slo:period_error_budget_remaining:ratio", "promise:budget_remaining"),
    ] {
        pairs.push((theirs.to_owned(), ours.to_owned()));
    }
    let mut case = traffic();
    for (theirs, ours) in &pairs {
        case = case.gives(&differs(theirs, ours), "2h30m", &[]);
        let name = theirs.as_str();
        let count = match name {
            // Without a region: constants are of promises, not of each value.
            "slo:objective:ratio" | "slo:error_budget:ratio" | "slo:sli_error:ratio_rate30d" => {
                if name.ends_with("30d") { "1" } else { "5" }
            }
            "slo:sli_error:ratio_rate4w" => "4",
            _ => "6",
        };
        case = case.gives(&format!("count({theirs})"), "2h30m", &[("{}", count)]);
    }
    case.gives("count({__name__=~\"slo:sli_error:ratio_rate(1d|1w)\"})", "2h30m", &[("{}", "6")])
        .run(&shop());
}

#[test]
fn names_and_labels_are_theirs() {
    let id = r#"journey="checkout",project="shop",sloth_service="checkout""#;
    let accepted = format!(
        r#"{id},sloth_id="checkout-pay-accepted",sloth_slo="pay-accepted",step="pay",promise="accepted""#
    );
    let whole = format!(r#"{id},sloth_id="checkout-whole",sloth_slo="whole",promise="whole""#);
    let mut case = traffic();
    for (labels, slo, objective, budget, days) in
        [(&accepted, "pay-accepted", "0.995", "0.005", "28"), (&whole, "whole", "0.999", "0.001", "28")]
    {
        for (name, value) in [
            ("slo:objective:ratio", objective),
            ("slo:error_budget:ratio", budget),
            ("slo:time_period:days", days),
        ] {
            let shown = format!("{name}{{{labels}}}");
            case = case.gives(&format!("{name}{{sloth_slo=\"{slo}\"}}"), "2h30m", &[(&shown, value)]);
        }
        let query = format!("round(slo:sli_error:ratio_rate5m{{sloth_slo=\"{slo}\"}}, 1e-6)");
        case = case.gives(&query, "2h30m", &[(&format!("{{{labels},sloth_window=\"5m\"}}"), "0.016667")]);
    }
    let info = format!(
        r#"sloth_slo_info{{{accepted},sloth_mode="cli-gen-prom",sloth_spec="slovo",sloth_version="slovo",sloth_objective="99.5"}}"#
    );
    case.gives("sloth_slo_info{sloth_slo=\"pay-accepted\"}", "2h30m", &[(&info, "1")])
        .gives("count(sloth_slo_info)", "2h30m", &[("{}", "5")])
        // What the boards of Sloth's users ask.
        .gives(
            "max(ALERTS{sloth_service=\"checkout\",sloth_slo=\"look-shown\",sloth_severity=\"page\"})",
            "2h30m",
            &[("{}", "1")],
        )
        .gives(
            "count(slo:current_burn_rate:ratio{sloth_service=\"checkout\"} / on (sloth_id) slo:error_budget:ratio{sloth_slo!=\"look-each\"})",
            "2h30m",
            &[("{}", "4")],
        )
        .run(&shop());
}

/// Labels of your own by Sloth's names would make a rule file that has a key twice.
#[test]
fn labels_of_the_settings_give_way() {
    let mut model = shop();
    model.settings.labels.insert("sloth_service".to_owned(), "mine".to_owned());
    model.teams.get_mut("shop").unwrap().labels = vec![("sloth_severity".to_owned(), "mine".to_owned())];
    traffic()
        .gives("count(slo:objective:ratio{sloth_service=\"checkout\"})", "1h", &[("{}", "5")])
        .gives("count(ALERTS{sloth_severity=\"mine\",alertname=~\"PromiseBurns.*\"})", "2h", &[])
        .run(&model);
}

/// Off, nothing of it is there.
#[test]
fn only_where_asked_for() {
    let mut model = shop();
    model.settings.prometheus.sloth = false;
    assert!(emit(&model).iter().all(|f| !f.text.contains("slo:") && !f.text.contains("sloth")));
}
