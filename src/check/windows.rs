//! Windows and slices against each other.

use super::Found;
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::{Alert, Loudness};
use crate::ir::{Condition, Measurement, Promise, Slices, Urgency};

pub(super) fn check_slices(all: &[Alert], promise: &Promise, found: &mut Found<'_>) {
    match &promise.measurement {
        Measurement::Slices(slices) => {
            if !short(promise, slices, found) {
                blunt(all, promise, slices, found);
            }
        }
        Measurement::Events(_) | Measurement::Completion(_) | Measurement::Composed(_) => {}
    }
}

/// A slice must hold a sample of a gauge, and two of a counter (an increase needs both ends).
fn short(promise: &Promise, slices: &Slices, found: &mut Found<'_>) -> bool {
    let (samples, what) = match &slices.condition {
        Condition::Share { .. } | Condition::Mean { .. } => (2, "two samples, for an increase"),
        Condition::Stat { .. } | Condition::Age { .. } => (1, "a sample"),
        Condition::Promql { .. } => return false,
    };
    let scrape = promise.scrape_interval;
    let least = scrape.times(samples);
    if slices.slice >= least {
        return false;
    }
    found.push(
        Diagnostic::new(
            &codes::SHORT_SLICE,
            promise.places.noun,
            format!("the slices of `{}` are shorter than its data", promise.path),
            format!("{} long, scraped every {scrape}", slices.slice),
        )
        .note(format!("a slice needs {what}; without, it is not counted"))
        .help(format!(
            "write `{least} slices`, or scrape more often and say so (`scraped every` in the catalogue)"
        )),
    );
    true
}

/// The shortest window of its alerts must hold at least one slice. (A ticket promise's louder tiers may be blunt.)
fn blunt(all: &[Alert], promise: &Promise, slices: &Slices, found: &mut Found<'_>) {
    let loudness = match promise.urgency {
        Urgency::Page => Loudness::Page,
        Urgency::Ticket => Loudness::Ticket,
        Urgency::None => return,
    };
    let Some(shortest) = all.iter().filter(|a| a.loudness == loudness).map(|a| a.short).min() else { return };
    if slices.slice <= shortest {
        return;
    }
    found.push(
        Diagnostic::new(
            &codes::LONG_SLICE,
            promise.places.noun,
            format!("the slices of `{}` are too long for its alerts", promise.path),
            format!("{} long, the alerts look at {shortest}", slices.slice),
        )
        .note("an alert cannot see that things are well again before a whole slice has passed")
        .help(format!("write `{shortest} slices` or shorter ones, or a less urgent `urgency`")),
    );
}
