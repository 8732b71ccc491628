//! What engineers want to know of a promise: what is read, and which alerts speak when.

use serde::Serialize;

use super::Maker;
use crate::ir::burn::{Alert, Loudness};
use crate::ir::{self, Measurement};
use crate::promql;
use crate::value::Decimal;

/// What engineers want to know.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Engineer {
    /// `events`, `completion`, `slices` or `composed`.
    pub kind: String,
    /// The indicator's name, where one is used.
    pub indicator: Option<String>,
    /// What is read, stream by stream.
    pub streams: Vec<Stream>,
    /// Burn-rate alerts, from loud to quiet.
    pub alerts: Vec<AlertRow>,
    /// The file of the source; with `--lines` `file:line`.
    pub place: String,
}

/// A stream or a condition of a measurement.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Stream {
    /// `total`, `good`, `bad`, `started`, `finished`, `condition`, `member`.
    pub role: String,
    /// A selector, a query or a promise.
    pub text: String,
}

/// A burn-rate alert.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AlertRow {
    /// `page` or `ticket`.
    pub loudness: String,
    /// The long window, as Prometheus writes it.
    pub long: String,
    /// The short window.
    pub short: String,
    /// The burn rate above which it fires, an exact decimal.
    pub burn_rate: String,
    /// The error ratio above which it fires, in percent.
    pub error_percent: String,
    /// The share of the budget that is spent then, in percent, rounded to a tenth.
    pub spent_percent: String,
    /// How many bad events the long window must hold at least.
    pub bad_events: u32,
}

impl Maker<'_> {
    pub(super) fn engineer(&self, promise: &ir::Promise, alerts: &[Alert]) -> Engineer {
        let (kind, streams) = streams(&promise.measurement);
        let budget = promise.error_budget();
        let percent = |n: Decimal| (n * Decimal::ONE_HUNDRED).round_dp(6).normalize().to_string();
        let alerts = alerts
            .iter()
            .map(|a| AlertRow {
                loudness: if a.loudness == Loudness::Page { "page" } else { "ticket" }.to_owned(),
                long: a.long.to_string(),
                short: a.short.to_string(),
                burn_rate: a.factor.normalize().to_string(),
                error_percent: percent(a.threshold(budget)),
                spent_percent: (a.spent * Decimal::ONE_HUNDRED).round_dp(1).normalize().to_string(),
                bad_events: a.bad_events,
            })
            .collect();
        Engineer {
            kind: kind.to_owned(),
            indicator: promise.indicator.clone(),
            streams,
            alerts,
            place: self.model.source(promise.origin),
        }
    }
}

fn streams(measurement: &Measurement) -> (&'static str, Vec<Stream>) {
    let mut list = Vec::new();
    let mut add = |role: &str, text: String| list.push(Stream { role: role.to_owned(), text });
    let kind = match measurement {
        Measurement::Events(events) => {
            add_events(events, &mut add);
            "events"
        }
        Measurement::Completion(c) => {
            c.started.iter().for_each(|s| add("started", series(s)));
            c.finished.iter().for_each(|s| add("finished", series(s)));
            add("condition", format!("finished within {}", c.within));
            "completion"
        }
        Measurement::Slices(s) => {
            let at = |r: &ir::Reading| match r {
                ir::Reading::AtLeast(n) => format!("at least {n}"),
                ir::Reading::AtMost(n) => format!("at most {n}"),
            };
            match &s.condition {
                ir::Condition::Share { events, at_least, percentile } => {
                    add_events(events, &mut add);
                    let good = (*at_least * Decimal::ONE_HUNDRED).normalize();
                    let written = percentile.map(|p| format!(" (p{p})")).unwrap_or_default();
                    add("condition", format!("share of good at least {good}%{written}"));
                }
                ir::Condition::Stat { stat, selector, good } => {
                    add("total", promql::print::selector_text(&selector.metric, &selector.matchers));
                    add("condition", format!("{} {}", format!("{stat:?}").to_lowercase(), at(good)));
                }
                ir::Condition::Mean { of, good, unit, .. } => {
                    add("total", series(of));
                    add("condition", format!("mean {} {unit}", at(good)).trim_end().to_owned());
                }
                ir::Condition::Age { which, selector, at_most, .. } => {
                    add("total", promql::print::selector_text(&selector.metric, &selector.matchers));
                    add(
                        "condition",
                        format!(
                            "age of {} at most {}",
                            format!("{which:?}").to_lowercase(),
                            seconds(*at_most)
                        ),
                    );
                }
                ir::Condition::Promql { query, good } => {
                    add("total", self::query(query));
                    add("condition", at(good));
                }
            }
            add("slice", s.slice.to_string());
            "slices"
        }
        Measurement::Composed(c) => {
            c.members.iter().for_each(|m| add("member", m.to_string()));
            "composed"
        }
    };
    (kind, list)
}

/// `7d`, not `604800s`.
fn seconds(n: Decimal) -> String {
    let micros = n.checked_mul(Decimal::from(1_000_000)).and_then(|m| u64::try_from(m).ok());
    micros.map_or_else(|| format!("{n}s"), |m| crate::value::Duration::from_micros(m).to_string())
}

fn add_events(events: &ir::Events, add: &mut impl FnMut(&str, String)) {
    events.total.iter().for_each(|s| add("total", series(s)));
    if !events.faults.is_empty() {
        let faults = events.faults.iter().flatten();
        return faults.for_each(|s| add("bad", format!("{}, each event once", series(s))));
    }
    match &events.outcome {
        ir::Outcome::Good(list) => list.iter().for_each(|s| add("good", series(s))),
        ir::Outcome::Bad(list) => list.iter().for_each(|s| add("bad", series(s))),
    }
}

/// A query as it stands; where it isn't PromQL, with what that means.
fn query(text: &str) -> String {
    let text = text.trim();
    if promql::is_foreign(text) {
        format!("{text} (not PromQL: neither looked up nor proved)")
    } else {
        text.to_owned()
    }
}

fn series(series: &ir::Series) -> String {
    let text = |s: &ir::Selector, part: Option<String>| {
        let born = s.born_with_event.then(|| "born with its first event".to_owned());
        let alive = s.alive.as_deref().map(|alive| {
            format!("silent when idle while {}", promql::print::selector_text(&alive.metric, &alive.matchers))
        });
        let increases = s.increases.map(|i| {
            let over = if i.over == i.every { String::new() } else { format!(" over {}", i.over) };
            format!("samples are increases{over}")
        });
        let either = s.either.then(|| "stored classic or native".to_owned());
        let notes: Vec<String> =
            part.into_iter().chain(born).chain(alive).chain(increases).chain(either).collect();
        let text = promql::print::selector_text(&s.metric, &s.matchers);
        if notes.is_empty() { text } else { format!("{text} ({})", notes.join(", ")) }
    };
    match series {
        ir::Series::Counter(s) => text(s, None),
        ir::Series::HistogramCount { selector, .. } => text(selector, Some("all".to_owned())),
        ir::Series::HistogramWithin { selector, limit, .. } => {
            text(selector, Some(format!("within {limit}")))
        }
        ir::Series::HistogramOver { selector, limit, .. } => text(selector, Some(format!("over {limit}"))),
        ir::Series::Readings { selector, condition } => {
            let which = condition.map(|reading| match reading {
                ir::Reading::AtLeast(n) => format!("at least {n}"),
                ir::Reading::AtMost(n) => format!("at most {n}"),
            });
            format!("readings of {}", text(selector, which))
        }
        ir::Series::Promql(text) => query(text),
    }
}
