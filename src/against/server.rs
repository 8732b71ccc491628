//! What a server is: how long it keeps samples, which rules it has loaded, what its engine knows.

use super::finding::{Finding, some};
use super::snapshot::{Loaded, Snapshot};
use crate::check::{plain_time, several};
use crate::diag::codes::{project, stored as codes};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Engine, Model};
use crate::value::Duration;

pub(super) fn check(model: &Model, snapshot: &Snapshot, found: &mut Vec<Finding>, notes: &mut Vec<String>) {
    retention(model, snapshot, found);
    engine(model, snapshot, found, notes);
    rules(model, snapshot, found, notes);
}

/// The time of `15d or 10GiB`; none where only a size is given. `y` and `w` are as Prometheus takes them.
pub(super) fn kept(retention: &str) -> Option<Duration> {
    retention.split(" or ").find_map(|part| {
        let mut days = 0_u64;
        let mut rest = part.trim();
        for (unit, of) in [("y", 365), ("w", 7)] {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if let Some((number, tail)) = rest.split_at_checked(digits)
                && let Some(tail) = tail.strip_prefix(unit)
            {
                days = days.checked_add(number.parse::<u64>().ok()?.checked_mul(of)?)?;
                rest = tail;
            }
        }
        // No more than a thousand years.
        let years = Duration::from_days(days.min(365_000));
        if rest.is_empty() { (days > 0).then_some(years) } else { Some(years.plus(Duration::parse(rest)?)) }
    })
}

fn retention(model: &Model, snapshot: &Snapshot, found: &mut Vec<Finding>) {
    let Some(said) = &snapshot.retention else { return };
    let Some(kept) = kept(said).filter(|kept| !kept.is_zero()) else { return };
    for (_, promise) in model.promises().filter(|(_, p)| p.looks_back() > kept) {
        let made = Diagnostic::new(
            &codes::KEPT_SHORTER,
            promise.places.window.unwrap_or(promise.places.objective),
            format!("the window of `{}` is longer than the server keeps samples", promise.path),
            format!("looks back {}, the server keeps {said}", plain_time(promise.looks_back())),
        );
        let made = made
            .note(format!(
                "what is not kept is not judged: a budget of the last {said} passes for one of {}",
                promise.window
            ))
            .help("have the server keep samples longer, or choose a shorter window");
        found.push(Finding { made, key: promise.window.to_string(), of: promise.path.to_string() });
    }
}

/// What promises need that the server's own version does not know.
fn engine(model: &Model, snapshot: &Snapshot, found: &mut Vec<Finding>, notes: &mut Vec<String>) {
    let wanted = model.settings.prometheus.evaluated_by();
    let told = snapshot.engine.as_deref();
    let engine = told.and_then(Engine::parse).filter(|engine| engine.family == wanted.family);
    let Some(engine) = engine else {
        let mut oldest = model.clone();
        oldest.settings.prometheus.engine = Some(Engine::oldest(wanted.family));
        let mut lacking = Diagnostics::default();
        crate::backend::prometheus::check_limits(&oldest, &mut lacking);
        if lacking.into_iter().any(|d| d.code == &project::ENGINE_LACKS) {
            let server = told.map_or_else(
                || "the server does not say what it is".to_owned(),
                |told| format!("the server is `{}`", told.chars().take(60).collect::<String>()),
            );
            notes.push(format!(
                "{server}: whether it knows all that the rules need of {wanted} is not compared"
            ));
        }
        return;
    };
    // What the declared one lacks is told already.
    if wanted.version <= engine.version {
        return;
    }
    let mut other = model.clone();
    other.settings.prometheus.engine = Some(engine);
    let mut lacking = Diagnostics::default();
    crate::backend::prometheus::check_limits(&other, &mut lacking);
    for diagnostic in lacking.into_iter().filter(|d| d.code == &project::ENGINE_LACKS) {
        let Some(span) = diagnostic.span() else { continue };
        let made = Diagnostic::new(&codes::SERVER_LACKS, span, diagnostic.message.clone(), "needs it");
        let made = made
            .note(format!(
                "slovo.yaml says `engine: \"{}\"`, and the server is {engine}",
                model.settings.prometheus.evaluated_by()
            ))
            .help("name the engine that evaluates the rules, or use a newer one");
        found.push(Finding { key: diagnostic.message.clone(), made, of: diagnostic.message });
    }
}

/// Rules that are loaded, and whether they work. That a promise's are not there yet is no mistake: its check comes before its rules.
fn rules(model: &Model, snapshot: &Snapshot, found: &mut Vec<Finding>, notes: &mut Vec<String>) {
    let Some(rules) = &snapshot.rules else {
        notes.push("the server does not say which rules it has loaded".to_owned());
        return;
    };
    let project = model.settings.project_label();
    let all = model.promises().count();
    let Some(loaded) = rules.get(project) else {
        if all > 0 {
            notes.push(format!("no rules of `{project}` are loaded on the server"));
        }
        return;
    };
    let Loaded { failing, late, promises, journeys, .. } = loaded;
    let mut wrong = |what: String, help: &str| {
        let made = Diagnostic::unplaced(&codes::NOT_EVALUATED, what).help(help);
        found.push(Finding { made, key: help.to_owned(), of: String::new() });
    };
    if *failing > 0 {
        wrong(
            format!("the server cannot evaluate {} of `{project}`", several(*failing, "rule")),
            "its page of rules (`/rules`) says why",
        );
    }
    if *late > 0 {
        wrong(
            format!("the server has not evaluated {} of `{project}` lately", several(*late, "rule")),
            "does it evaluate its groups in time? `prometheus_rule_group_iterations_missed_total` tells",
        );
    }
    let paths: Vec<String> = model.promises().map(|(_, p)| p.path.to_string()).collect();
    let absent: Vec<String> =
        paths.iter().filter(|p| !promises.contains(p)).map(|p| format!("`{p}`")).collect();
    if !absent.is_empty() {
        notes.push(format!(
            "rules are not loaded yet of {}: {}",
            several(absent.len(), "promise"),
            some(&absent)
        ));
    }
    let differs = |(id, own): &(&String, &String)| journeys.get(*id).is_some_and(|there| there != *own);
    let fingerprints = super::rules::of(model);
    let stale: Vec<String> = fingerprints.iter().filter(differs).map(|(id, _)| format!("`{id}`")).collect();
    if !stale.is_empty() {
        notes.push(format!(
            "the rules that are loaded of {} are not those that `slovo build` makes now: {}",
            several(stale.len(), "journey"),
            some(&stale)
        ));
    }
    let over: Vec<String> =
        promises.iter().filter(|p| !paths.contains(p)).map(|p| format!("`{p}`")).collect();
    if !over.is_empty() {
        notes.push(format!(
            "rules are still loaded of {} that the source does not have: {}",
            several(over.len(), "promise"),
            some(&over)
        ));
    }
}
