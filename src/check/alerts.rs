//! Can the promise speak at all, and in time for its traffic?

use super::{Found, traffic};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::{Alert, Loudness};
use crate::ir::{Promise, Urgency};
use crate::value::Decimal;

pub(super) fn check(all: &[Alert], promise: &Promise, found: &mut Found<'_>) {
    let alerts = speaking(promise, all);
    if promise.urgency != Urgency::None && alerts.is_empty() {
        found.push(silent(promise));
    } else {
        traffic::check(promise, &alerts, found);
    }
}

/// The alerts that carry the promise's urgency: pages for `page`; for `ticket` all, none louder than a ticket.
pub(super) fn speaking(promise: &Promise, all: &[Alert]) -> Vec<Alert> {
    match promise.urgency {
        Urgency::None => Vec::new(),
        Urgency::Page => all.iter().filter(|a| a.loudness == Loudness::Page).cloned().collect(),
        Urgency::Ticket => all.to_vec(),
    }
}

/// The most a total outage burns is `1 / budget`; a factor is at most 0.8 of that and at least 1.
fn silent(promise: &Promise) -> Diagnostic {
    let path = &promise.path;
    let budget = promise.error_budget();
    let (what, verb) = match promise.urgency {
        Urgency::Page | Urgency::None => ("page", "page"),
        Urgency::Ticket => ("ticket", "open a ticket"),
    };
    let fastest = Decimal::ONE.checked_div(budget).unwrap_or(Decimal::MAX);
    let made = Diagnostic::new(
        &codes::NO_ALERT,
        promise.places.objective,
        format!("no alert of `{path}` can ever {verb}"),
        format!("{}% over {}", promise.objective, promise.window),
    );
    if fastest < Decimal::new(125, 2) {
        let burns = fastest.round_dp(2).normalize();
        // `0.999%` was meant as a share
        let share = promise.objective * Decimal::ONE_HUNDRED;
        if promise.objective <= Decimal::ONE && share >= Decimal::from(50) {
            let share = share.normalize();
            return made
                .note(format!(
                    "that is a promise about one in {} events",
                    (Decimal::ONE_HUNDRED / promise.objective).round()
                ))
                .maybe_fix(
                    format!("a share is written as a percentage: `{share}%`"),
                    promise.places.objective,
                    format!("{share}%"),
                );
        }
        return made
            .note(format!("a total outage burns the budget only {burns} times as fast as it may be spent"))
            .help("promise more than 20%, or write `urgency none` and watch the budget on the dashboard");
    }
    made.note(format!("no {what} tier of the alerting profile fits this objective and window")).help(
        "choose a longer window, add a tier to the alerting profile in slovo.yaml, or write `urgency none`",
    )
}
