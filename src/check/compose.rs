//! Composed promises against the promises they are made of.

use rustc_hash::FxHashMap;

use super::Found;
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::{Composed, Composition, Journey, Measurement, Model, Promise, PromisePath};
use crate::value::Decimal;

pub(super) fn check(model: &Model, journey: &Journey, found: &mut Found<'_>) {
    let composed: Vec<(&Promise, &Composed)> = journey
        .all_promises()
        .filter_map(|p| match &p.measurement {
            Measurement::Composed(c) => Some((p, c)),
            Measurement::Events(_) | Measurement::Slices(_) | Measurement::Completion(_) => None,
        })
        .collect();
    for (promise, made) in &composed {
        allowed(model, promise, made, found);
    }
    // The first composed promise that counts a member.
    let mut first: FxHashMap<&PromisePath, usize> = FxHashMap::default();
    for (at, (promise, made)) in composed.iter().enumerate() {
        let earlier = made.members.iter().filter_map(|member| first.get(member).copied()).min();
        for member in &made.members {
            first.entry(member).or_insert(at);
        }
        let other = earlier.and_then(|at| composed.get(at));
        if let Some((other, theirs, mine, path)) = other.and_then(|(other, theirs)| {
            let mine = made.members.iter().position(|m| theirs.members.contains(m))?;
            let path = made.members.get(mine)?;
            let theirs = theirs.members.iter().position(|m| m == path)?;
            Some((other, theirs, mine, path))
        }) {
            let place = |p: &Promise, i: usize| p.places.members.get(i).copied().unwrap_or(p.places.name);
            found.push(
                Diagnostic::new(
                    &codes::CHARGED_TWICE,
                    place(promise, mine),
                    format!("`{}` and `{}` both count `{path}`", other.path, promise.path),
                    "counted again here",
                )
                .also(place(other, theirs), "first counted here")
                .note("one failure spends both budgets and speaks twice")
                .help("let each promise stand in one composed promise of the journey"),
            );
        }
    }
}

/// With every member exactly at its floor, can the composed promise still be kept?
fn allowed(model: &Model, promise: &Promise, made: &Composed, found: &mut Found<'_>) {
    let Some(members) = made.members.iter().map(|m| model.promise(m)).collect::<Option<Vec<_>>>() else {
        return;
    };
    let ratios = || members.iter().map(|m| m.objective_ratio());
    let Some(weakest) = ratios().min() else { return };
    let product = ratios().fold(Decimal::ONE, |a, b| (a * b).round_dp(12));
    let limit = match made.how {
        Composition::All => product,
        Composition::Worst => weakest,
    };
    if promise.objective_ratio() <= limit {
        return;
    }
    let worst = (Decimal::ONE - ratios().map(|r| Decimal::ONE - r).sum::<Decimal>()).max(Decimal::ZERO);
    let shown = |ratio: Decimal| {
        let percent = ratio * Decimal::ONE_HUNDRED;
        percent.round_dp_with_strategy(4, rust_decimal::RoundingStrategy::ToZero).normalize()
    };
    let mut report = Diagnostic::new(
        &codes::ABOVE_MEMBERS,
        promise.places.objective,
        format!(
            "`{}` promises more than its parts allow: {}%, and at most {}% is possible",
            promise.path,
            promise.objective,
            shown(limit)
        ),
        "cannot be counted on",
    );
    for (member, place) in members.iter().zip(&promise.places.members) {
        report = report.also(*place, format!("kept for {}%", member.objective));
    }
    report = match made.how {
        Composition::All => report.note(format!(
            "failures that have nothing to do with each other leave {}% (the product); {}% if they never meet, {}% if they always do",
            shown(product), shown(worst), shown(weakest)
        )),
        Composition::Worst => report.note(format!("the weakest of them leaves {}%", shown(weakest))),
    };
    found.push(report.help(format!("keep for {}% at most, or promise more in the steps", suggestion(limit))));
}

/// A round objective below the limit: 98.9 for 98.901.
fn suggestion(limit: Decimal) -> Decimal {
    let percent = limit * Decimal::ONE_HUNDRED;
    let places = if percent > Decimal::from(99) { 2 } else { 1 };
    percent.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::ToZero).normalize()
}
