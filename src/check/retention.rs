//! What promises look back to against what is kept.

use std::collections::BTreeMap;

use super::{Found, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::BurnAlerts;
use crate::ir::{Model, Promise, Target};
use crate::source::Span;
use crate::value::Duration;

/// Promises that look back further than samples are kept, or are kept unless somebody changed that.
pub(super) fn check(model: &Model, burn_alerts: &BurnAlerts, found: &mut Found<'_>) {
    match model.settings.retention {
        Some(retention) => stated(model, retention, found),
        None => unstated(model, burn_alerts, found),
    }
}

/// Windows longer than the retention: one message per window.
fn stated(model: &Model, retention: Duration, found: &mut Found<'_>) {
    let place = |promise: &Promise| promise.places.window.unwrap_or(promise.places.objective);
    let mut too_long: BTreeMap<Duration, (&Promise, Vec<Span>)> = BTreeMap::new();
    for (_, promise) in model.promises().filter(|(_, p)| p.looks_back() > retention) {
        let others = too_long.entry(promise.window).and_modify(|(_, others)| others.push(place(promise)));
        others.or_insert((promise, Vec::new()));
    }
    for (window, (promise, others)) in too_long {
        let mut made = Diagnostic::new(
            &codes::BEYOND_RETENTION,
            place(promise),
            format!("the window of `{}` is longer than Prometheus keeps samples", promise.path),
            format!("looks back {}, samples are kept for {retention}", plain::time(promise.looks_back())),
        );
        if !others.is_empty() {
            made = made.note(format!(
                "the same holds for {} over {window}",
                plain::several(others.len(), "other promise")
            ));
        }
        made.stands_for = others;
        found.push(made.help(format!(
            "keep samples longer and say so (`retention: {}d` in slovo.yaml), or choose a shorter window",
            promise.looks_back().as_days() + 1
        )));
    }
}

/// What an engine keeps unless told otherwise, in words.
struct Usual {
    /// As its own documentation says it.
    said: &'static str,
    who: &'static str,
    /// Where that is changed.
    how: &'static str,
    note: Option<&'static str>,
}

/// None where nothing is ever deleted (Mimir, Cortex).
fn usual(target: &Target) -> Option<Usual> {
    let (said, who, how) = match target {
        Target::Files => ("15d", "Prometheus keeps", "`--storage.tsdb.retention.time` of Prometheus"),
        Target::Kubernetes(_) => {
            let how = "`retention` in the spec of the `Prometheus` object";
            ("24h", "prometheus-operator has Prometheus keep", how)
        }
        Target::Vmalert(_) => ("31d", "VictoriaMetrics keeps", "`-retentionPeriod` of VictoriaMetrics"),
        Target::Thanos(_) => ("48h", "Thanos Ruler itself keeps", "in the stores of its queriers"),
        Target::Mimir(_) => return None,
    };
    let note = matches!(target, Target::Thanos(_)).then_some(
        "Thanos Ruler reads from its queriers: what counts is how long their stores keep samples, those that the ruler \
         itself records included",
    );
    Some(Usual { said, who, how, note })
}

/// Nobody says how long samples are kept, and what is usual is not enough: one message for the project.
fn unstated(model: &Model, burn_alerts: &BurnAlerts, found: &mut Found<'_>) {
    let target = &model.settings.prometheus.target;
    let (Some(kept), Some(words)) = (target.usual_retention(), usual(target)) else { return };
    let Usual { said, who, how, note } = words;
    let reach = |promise: &Promise| {
        let ranges = burn_alerts.get(promise).iter().map(|alert| alert.long);
        ranges.fold(promise.looks_back(), Duration::max)
    };
    let far: Vec<&Promise> = model.promises().map(|(_, p)| p).filter(|p| reach(p) > kept).collect();
    let Some(furthest) = far.iter().map(|p| reach(p)).max() else { return };
    let Some(promise) = far.iter().find(|p| reach(p) == furthest) else { return };
    let back = plain::time(furthest);
    let mut made = Diagnostic::new(
        &codes::UNSTATED_RETENTION,
        promise.places.window.unwrap_or(promise.places.objective),
        format!(
            "`{}` looks back {back}, and slovo.yaml does not say how long samples are kept",
            promise.path
        ),
        format!("{who} {said} unless told otherwise"),
    );
    match far.len() {
        1 => {}
        2 => made = made.note(format!("1 other promise looks back further than {said} too")),
        n => made = made.note(format!("{} other promises look back further than {said} too", n - 1)),
    }
    made = made.note(format!(
        "what is not kept is not judged: a budget of the last {said} then passes for one of {back}"
    ));
    if let Some(note) = note {
        made = made.note(note);
    }
    found.push(made.help(format!(
        "keep samples long enough ({how}) and say in slovo.yaml how long they are kept: at least `retention: {}d`",
        furthest.as_days() + 1
    )));
}
