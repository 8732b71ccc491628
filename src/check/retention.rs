//! What promises look back to against what is kept.

use std::collections::BTreeMap;

use super::{Found, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::Ladders;
use crate::ir::{Measurement, Model, Promise, Target};
use crate::value::Duration;

/// Promises that look back further than samples are kept, or are kept unless somebody changed that.
pub(super) fn check(model: &Model, ladders: &Ladders, found: &mut Found<'_>) {
    match model.settings.retention {
        Some(retention) => stated(model, retention, found),
        None => unstated(model, ladders, found),
    }
}

/// Windows longer than the retention: one message per window.
fn stated(model: &Model, retention: Duration, found: &mut Found<'_>) {
    let mut too_long: BTreeMap<Duration, (&Promise, usize)> = BTreeMap::new();
    for (_, promise) in model.promises().filter(|(_, p)| needs(p) > retention) {
        too_long.entry(promise.window).and_modify(|(_, others)| *others += 1).or_insert((promise, 0));
    }
    for (window, (promise, others)) in too_long {
        let mut made = Diagnostic::new(
            &codes::BEYOND_RETENTION,
            promise.places.window.unwrap_or(promise.places.objective),
            format!("the window of `{}` is longer than Prometheus keeps samples", promise.path),
            format!("looks back {}, samples are kept for {retention}", plain::time(needs(promise))),
        );
        if others > 0 {
            made = made.note(format!(
                "the same holds for {} over {window}",
                plain::several(others, "other promise")
            ));
        }
        found.push(made.help(format!(
            "keep samples longer and say so (`retention: {}d` in slovo.yaml), or choose a shorter window",
            needs(promise).as_days() + 1
        )));
    }
}

/// How far back the samples of a promise are read.
fn needs(promise: &Promise) -> Duration {
    match &promise.measurement {
        Measurement::Completion(completion) => promise.window.plus(completion.within),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => promise.window,
    }
}

/// How long an engine keeps samples unless told otherwise.
struct Usual {
    kept: Duration,
    /// As its own documentation says it.
    said: &'static str,
    who: &'static str,
    /// Where that is changed.
    how: &'static str,
    note: Option<&'static str>,
}

/// The default of the engine that rules are written for; none where nothing is ever deleted (Mimir, Cortex).
fn usual(target: &Target) -> Option<Usual> {
    Some(match target {
        Target::Files => Usual {
            kept: Duration::from_days(15),
            said: "15d",
            who: "Prometheus keeps",
            how: "`--storage.tsdb.retention.time` of Prometheus",
            note: None,
        },
        Target::Kubernetes(_) => Usual {
            kept: Duration::from_hours(24),
            said: "24h",
            who: "prometheus-operator has Prometheus keep",
            how: "`retention` in the spec of the `Prometheus` object",
            note: None,
        },
        Target::Vmalert(_) => Usual {
            kept: Duration::from_days(31),
            said: "31d",
            who: "VictoriaMetrics keeps",
            how: "`-retentionPeriod` of VictoriaMetrics",
            note: None,
        },
        Target::Thanos(_) => Usual {
            kept: Duration::from_hours(48),
            said: "48h",
            who: "Thanos Ruler itself keeps",
            how: "in the stores of its queriers",
            note: Some(
                "Thanos Ruler reads from its queriers: what counts is how long their stores keep samples, those that the \
                 ruler itself records included",
            ),
        },
        Target::Mimir(_) => return None,
    })
}

/// Nobody says how long samples are kept, and what is usual is not enough: one message for the project.
fn unstated(model: &Model, ladders: &Ladders, found: &mut Found<'_>) {
    let Some(Usual { kept, said, who, how, note }) = usual(&model.settings.prometheus.target) else { return };
    let reach = |promise: &Promise| {
        let ranges = ladders.get(promise).iter().map(|alert| alert.long);
        ranges.fold(needs(promise), Duration::max)
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
