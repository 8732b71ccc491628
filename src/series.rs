//! Every name that the generated rules record, every label that is theirs, every group they run in. Each stands here once:
//! rules, proofs, dashboards, documents and the checks of settings read this list.

/// Events counted since the evaluation before. The base of everything.
pub(crate) const EVENTS: &str = "promise:events:count";
/// Bad events counted since the evaluation before.
pub(crate) const BAD_EVENTS: &str = "promise:bad_events:count";
/// Finished events counted since the evaluation before, of a promise of completion.
pub(crate) const FINISHED_EVENTS: &str = "promise:finished_events:count";

/// Events a second, over five minutes.
pub(crate) const EVENTS_5M: &str = "promise:events:roll5m";
/// Bad events a second, over five minutes.
pub(crate) const BAD_EVENTS_5M: &str = "promise:bad_events:roll5m";
/// Finished events a second, over five minutes.
pub(crate) const FINISHED_EVENTS_5M: &str = "promise:finished_events:roll5m";
/// Events a second, over fifteen minutes.
pub(crate) const EVENTS_15M: &str = "promise:events:roll15m";
/// Bad events a second, over fifteen minutes.
pub(crate) const BAD_EVENTS_15M: &str = "promise:bad_events:roll15m";
/// Finished events a second, over fifteen minutes.
pub(crate) const FINISHED_EVENTS_15M: &str = "promise:finished_events:roll15m";

/// Bad share of the events of a window.
pub(crate) const ERROR_RATIO: &str = "promise:error_ratio";
/// What a completion has lost for sure in a window; below zero where more is under way than is lost.
pub(crate) const CERTAINLY_LOST: &str = "promise:certainly_lost:increase";
/// The share of a completion's events that is missing now, for the short windows of its alerts.
pub(crate) const MISSING_NOW: &str = "promise:missing_now:ratio";
/// Bad events of a window.
pub(crate) const BAD_INCREASE: &str = "promise:bad_events:increase";
/// Events of a window: the budget's, and those over which completions are judged.
pub(crate) const EVENTS_INCREASE: &str = "promise:events:increase";
/// The share of the budget's window for which there are counts.
pub(crate) const COVERAGE: &str = "promise:coverage:ratio";
/// The share of the budget's window over which samples are stored.
pub(crate) const REACH: &str = "promise:reach:ratio";
/// The share of the budget's window over which the promise is measured.
pub(crate) const AGE: &str = "promise:age:ratio";
/// Since when the promise is measured, in seconds since 1970.
pub(crate) const SINCE: &str = "promise:since:timestamp";

/// In how many seconds what is left of the budget will be gone, at the rate of a short window.
pub(crate) const BUDGET_GONE_IN: &str = "promise:budget_gone_in:seconds";

/// One for each promise, with what is known of it in labels.
pub(crate) const INFO: &str = "promise_info";
/// The error budget as a fraction.
pub(crate) const ERROR_BUDGET: &str = "promise:error_budget:ratio";
/// The least share of good events that is acceptable.
pub(crate) const OBJECTIVE: &str = "promise:objective:ratio";
/// The share that is aimed for.
pub(crate) const STRETCH: &str = "promise:stretch:ratio";
/// How many bad events the budget still allows.
pub(crate) const BAD_EVENTS_LEFT: &str = "promise:bad_events:left";
/// The burn rate of each window.
pub(crate) const BURN_RATE: &str = "promise:burn_rate";
/// What is left of the budget: 1 is all, 0 nothing, negative overspent.
pub(crate) const BUDGET_REMAINING: &str = "promise:budget_remaining";

/// That something is wrong with what promises of a journey are measured by; there only while it is. `fault` says what.
pub(crate) const MEASUREMENT_FAULT: &str = "promise:measurement_fault";
/// The label of a fault that names the metric.
pub(crate) const METRIC_LABEL: &str = "metric";

/// Labels that tell promises apart, from the outside in.
pub(crate) const PROMISE_LABELS: [&str; 4] = ["project", "journey", "step", "promise"];
/// Labels that tell recorded series apart: those of the promise and `window`.
pub(crate) const SERIES_LABELS: [&str; 5] = ["project", "journey", "step", "promise", "window"];
/// Labels that the rules or Prometheus itself give a meaning: neither settings nor `for each` may use them.
pub(crate) const RESERVED_LABELS: [&str; 12] = [
    "project",
    "journey",
    "step",
    "promise",
    "window",
    "fault",
    METRIC_LABEL,
    "severity",
    "alertname",
    "le",
    "quantile",
    "__name__",
];

/// May a label of the user not be called so?
pub(crate) fn is_reserved(label: &str) -> bool {
    RESERVED_LABELS.contains(&label)
}

/// The groups of a journey: its name and one of these.
pub(crate) mod group {
    /// Base rules, prompt windows, pages.
    pub(crate) const PROMPT: &str = "";
    /// Roll-ups of five minutes.
    pub(crate) const ROLLUP: &str = "-rollup";
    /// Roll-ups of fifteen minutes.
    pub(crate) const ROLLUP_15M: &str = "-rollup-15m";
    /// Longer windows, tickets.
    pub(crate) const LONG: &str = "-long";
    /// Each promise's own window.
    pub(crate) const BUDGET: &str = "-budget";
    /// Constants, burn rates, what is left.
    pub(crate) const DERIVED: &str = "-derived";
    /// Whether what is measured is what was declared.
    pub(crate) const WATCH: &str = "-watch";
    /// Sloth's series.
    pub(crate) const SLOTH: &str = "-sloth";
    /// All of them.
    pub(crate) const ALL: [&str; 8] = [PROMPT, ROLLUP, ROLLUP_15M, LONG, BUDGET, DERIVED, WATCH, SLOTH];
}
