//! The words of other tools, and what each of them says.

/// What a word of another tool says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concept {
    /// The block itself: `slo`.
    Objective,
    Window,
    Limit,
    /// What is measured, as a whole.
    Measure,
    Total,
    Good,
    Bad,
    Name,
    Title,
    Owner,
    /// How loudly it speaks.
    Urgency,
    /// Said by the place of things here, or by nobody.
    Other,
}

use Concept::{Bad, Good, Limit, Measure, Name, Objective, Other, Owner, Title, Total, Urgency, Window};

const WORDS: &[(Concept, &[&str])] = &[
    (
        Objective,
        &[
            "slo",
            "slos",
            "objective",
            "objectives",
            "target",
            "targets",
            "sla",
            "goal_percent",
            "availability",
            "uptime",
            "success_rate",
            "target_percent",
            "objective_percent",
            "target_percentage",
            "reliability",
            "service_level",
            "service_level_objective",
            "ratio_target",
        ],
    ),
    (
        Window,
        &[
            "window",
            "windows",
            "period",
            "time_window",
            "timewindow",
            "rolling_window",
            "evaluation_window",
            "days",
            "lookback",
            "rolling",
            "over",
            "duration",
            "slo_period",
            "range",
        ],
    ),
    (
        Limit,
        &[
            "threshold",
            "thresholds",
            "latency",
            "limit",
            "max_latency",
            "within",
            "under",
            "response_time",
            "budget_ms",
            "le",
        ],
    ),
    (
        Measure,
        &[
            "sli",
            "slis",
            "metric",
            "metrics",
            "query",
            "expr",
            "expression",
            "promql",
            "indicator",
            "measure",
            "measurement",
            "source",
            "ratio",
            "indicators",
            "series",
            "service_level_indicator",
            "raw",
        ],
    ),
    (
        Total,
        &[
            "total",
            "total_query",
            "total_metric",
            "total_events",
            "valid",
            "valid_events",
            "denominator",
            "all_events",
            "all_requests",
        ],
    ),
    (
        Good,
        &[
            "good",
            "good_query",
            "good_metric",
            "good_events",
            "success",
            "successes",
            "successful",
            "numerator",
            "ok",
            "success_query",
        ],
    ),
    (
        Bad,
        &[
            "bad",
            "error_query",
            "errors_query",
            "errors",
            "error",
            "bad_events",
            "failures",
            "failure",
            "failed",
            "bad_query",
            "error_metric",
        ],
    ),
    (Name, &["name", "id", "slug", "key"]),
    (Title, &["title", "display_name", "displayname", "description", "desc", "summary"]),
    (Owner, &["owner", "team", "owners", "owned_by", "responsible", "contact"]),
    (Urgency, &["severity", "priority", "page", "ticket", "alert", "alerting"]),
    (
        Other,
        &[
            "service",
            "api_version",
            "apiversion",
            "kind",
            "version",
            "metadata",
            "spec",
            "labels",
            "page_alert",
            "ticket_alert",
            "alerts",
            "budgeting_method",
            "budgetingmethod",
            "error_budget",
            "burn_rate",
            "burnrate",
            "datasource",
            "groups",
            "rules",
            "rules_alerts",
            "for",
            "annotations",
            "record",
            "budget",
            "type",
            "sloth",
            "prometheus",
        ],
    ),
];

/// `targetPercent`, `target-percent` as `target_percent`.
pub(super) fn plain(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() && out.ends_with(|b: char| b.is_ascii_lowercase()) {
            out.push('_');
        }
        out.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    out
}

pub(super) fn meaning(word: &str) -> Option<Concept> {
    let word = plain(word);
    let known = WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(concept, _)| *concept);
    known.or_else(|| {
        // `latency_threshold`, `slo_target`, `good_events_query`
        let ends = |list: &[&str]| list.iter().any(|e| word.ends_with(e));
        let begins = |list: &[&str]| list.iter().any(|b| word.starts_with(b));
        if ends(&["_threshold", "_limit", "_threshold_ms"]) {
            Some(Limit)
        } else if ends(&["_objective", "_target", "_slo"]) || begins(&["slo_target", "objective_"]) {
            Some(Objective)
        } else if ends(&["_window", "_period"]) {
            Some(Window)
        } else if ends(&["_query", "_metric", "_expr", "_events"]) {
            Some(if begins(&["err", "bad", "fail"]) {
                Bad
            } else if begins(&["good", "succ", "ok"]) {
                Good
            } else if begins(&["total", "all", "valid"]) {
                Total
            } else {
                Measure
            })
        } else {
            None
        }
    })
}
