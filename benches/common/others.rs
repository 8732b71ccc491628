//! What users of two other generators get, from the formulas that these publish: Sloth 0.16 and Pyrra 0.10, a promise on
//! requests, 99.9% over 30 days. Our own writing of them.

use std::collections::BTreeMap;

use super::layers::{Rule, seconds};

fn rule(group: &str, every: f64, name: &str, expr: String, labels: &[(&str, &str)]) -> Rule {
    let labels: BTreeMap<_, _> = labels.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Rule { group: group.to_owned(), every, name: name.to_owned(), alert: false, expr, labels, hold: 0.0 }
}

fn alert(group: &str, every: f64, name: &str, expr: String, labels: &[(&str, &str)], hold: f64) -> Rule {
    Rule { alert: true, hold, ..rule(group, every, name, expr, labels) }
}

/// Events of a promise.
#[derive(Clone, Debug)]
pub enum Query {
    /// Those of a selector.
    One(String),
    /// Those of the first that are not in the second.
    Less(String, String),
}

impl From<&str> for Query {
    fn from(selector: &str) -> Self {
        Self::One(selector.to_owned())
    }
}

impl Query {
    /// A function of a range, added up.
    fn over(&self, function: &str, range: &str) -> String {
        match self {
            Self::One(all) => format!("sum({function}({all}[{range}]))"),
            Self::Less(all, good) => {
                format!("(sum({function}({all}[{range}])) - sum({function}({good}[{range}])))")
            }
        }
    }
}

/// Sloth's 17 rules: seven windows from the raw series, the period as the mean of the 5-minute ratios.
pub fn sloth(id: &str, total: &Query, bad: &Query, every: f64) -> Vec<Rule> {
    let ids = [
        ("sloth_id", format!("bench-{id}")),
        ("sloth_service", "bench".to_owned()),
        ("sloth_slo", id.to_owned()),
    ];
    let mine: Vec<(&str, &str)> = ids.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let m = ids.iter().map(|(n, v)| format!("{n}=\"{v}\"")).collect::<Vec<_>>().join(", ");
    let with = |window: &'static str| [mine.clone(), vec![("sloth_window", window)]].concat();
    let (sli, meta, alerts) = (
        format!("sloth-slo-sli-recordings-{id}"),
        format!("sloth-slo-meta-recordings-{id}"),
        format!("sloth-slo-alerts-{id}"),
    );
    let mut list = Vec::new();
    for w in ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] {
        let expr = format!("({})\n/\n({})", bad.over("rate", w), total.over("rate", w));
        list.push(rule(&sli, every, &format!("slo:sli_error:ratio_rate{w}"), expr, &with(w)));
    }
    let expr = format!(
        "sum_over_time(slo:sli_error:ratio_rate5m{{{m}}}[30d])\n/ ignoring (sloth_window)\n\
         count_over_time(slo:sli_error:ratio_rate5m{{{m}}}[30d])"
    );
    list.push(rule(&sli, every, "slo:sli_error:ratio_rate30d", expr, &with("30d")));
    let burn = |w: &str| {
        format!(
            "slo:sli_error:ratio_rate{w}{{{m}}}\n/ on(sloth_id, sloth_slo, sloth_service) group_left\n\
             slo:error_budget:ratio{{{m}}}"
        )
    };
    for (name, expr) in [
        ("slo:objective:ratio", "vector(0.9990000000000001)".to_owned()),
        ("slo:error_budget:ratio", "vector(1-0.9990000000000001)".to_owned()),
        ("slo:time_period:days", "vector(30)".to_owned()),
        ("slo:current_burn_rate:ratio", burn("5m")),
        ("slo:period_burn_rate:ratio", burn("30d")),
        ("slo:period_error_budget_remaining:ratio", format!("1 - slo:period_burn_rate:ratio{{{m}}}")),
        ("sloth_slo_info", "vector(1)".to_owned()),
    ] {
        list.push(rule(&meta, every, name, expr, &mine));
    }
    let above = |w: &str, times: &str| {
        format!(
            "max(slo:sli_error:ratio_rate{w}{{{m}}} > ({times} * 0.0009999999999999432)) without (sloth_window)"
        )
    };
    for (severity, [a, b, c, d], [f, g]) in
        [("page", ["5m", "1h", "30m", "6h"], ["14.4", "6"]), ("ticket", ["2h", "1d", "6h", "3d"], ["3", "1"])]
    {
        let expr =
            format!("({}\nand\n{})\nor\n({}\nand\n{})", above(a, f), above(b, f), above(c, g), above(d, g));
        list.push(alert(&alerts, every, "HighErrorRate", expr, &[("sloth_severity", severity)], 0.0));
    }
    list
}

/// Pyrra's 18 rules: seven burn rates from the raw series every 30 s, the period as their increase every 150 s. The metric's
/// equality matchers become labels; here `slo` alone, so that many can stand on the same raw series.
pub fn pyrra(id: &str, total: &str, bad: &str) -> Vec<Rule> {
    let (fast, slow, generic) = (id.to_owned(), format!("{id}-increase"), format!("{id}-generic"));
    let mine = [("slo", id)];
    let sel = |more: &str| format!("{{slo=\"{id}\"{more}}}");
    let mut list = vec![
        rule(
            &slow,
            150.0,
            "http_requests:increase30d",
            format!("sum by (code) (increase({total}[30d]))"),
            &mine,
        ),
        alert(&slow, 150.0, "SLOMetricAbsent", format!("absent({total}) == 1"), &mine, 180.0),
    ];
    for w in ["5m", "32m", "1h4m", "2h9m", "6h26m", "1d1h43m", "4d6h51m"] {
        let expr = format!("sum(rate({bad}[{w}])) / sum(rate({total}[{w}]))");
        list.push(rule(&fast, 30.0, &format!("http_requests:burnrate{w}"), expr, &mine));
    }
    for (times, short, long, hold, severity) in [
        (14, "5m", "1h4m", "2m", "critical"),
        (7, "32m", "6h26m", "16m", "critical"),
        (2, "2h9m", "1d1h43m", "1h4m", "warning"),
        (1, "6h26m", "4d6h51m", "3h13m", "warning"),
    ] {
        let above = |w: &str| format!("http_requests:burnrate{w}{} > ({times} * (1-0.999))", sel(""));
        let labels = [("slo", id), ("severity", severity), ("short", short), ("long", long)];
        let expr = format!("{} and {}", above(short), above(long));
        list.push(alert(&fast, 30.0, "ErrorBudgetBurn", expr, &labels, seconds(hold)));
    }
    for (name, expr) in [
        ("pyrra_objective", "0.999".to_owned()),
        ("pyrra_window", "2592000".to_owned()),
        (
            "pyrra_availability",
            format!(
                "1 - sum(http_requests:increase30d{} or vector(0)) / sum(http_requests:increase30d{})",
                sel(",code=~\"5..\""),
                sel("")
            ),
        ),
        ("pyrra_requests:rate5m", format!("sum(rate({total}[5m]))")),
        ("pyrra_errors:rate5m", format!("sum(rate({bad}[5m])) or vector(0)")),
    ] {
        let expr = if name.starts_with("pyrra_objective") || name == "pyrra_window" {
            format!("vector({expr})")
        } else {
            expr
        };
        list.push(rule(&generic, 30.0, name, expr, &mine));
    }
    list
}
