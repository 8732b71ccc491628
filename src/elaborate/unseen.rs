//! How loudly a promise of completion may speak. Two counters say how many were started and how many were finished, not which:
//! what is under way looks like what is lost until its time is over. So up to `u = T / (b W)` of the error budget can be lost
//! unseen, and an alert comes up to `2 T` after the cause.
//!
//! | `u` | |
//! | --- | --- |
//! | to 2% | as any promise |
//! | to 10% | documents and `explain` say it |
//! | to 50% | a warning; pages only where `2 T` is below the time to restore, else tickets |
//! | to 100% | a warning; no alerts: only the budget is watched |
//! | above | refused |
//!
//! Where the finished side is a histogram, what is late is counted exactly and without delay; only what is never finished stays
//! unseen for so long. Then nothing is quieted or refused.

use crate::diag::codes::numbers::{HIDDEN_LOSS, LATE_COMPLETION, UNSEEN_BUDGET};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::burn::outage_to_empty;
use crate::ir::{Completion, Measurement, Model, Promise, Urgency};
use crate::value::{Decimal, Duration};

/// Quiets every promise of completion that can't keep what its urgency says, and reports it.
pub(crate) fn settle(model: &mut Model, out: &mut Diagnostics) {
    let restore = |promise: &Promise| {
        let book = promise.playbook.as_ref().and_then(|id| model.playbooks.get(id));
        book.and_then(|book| book.restore)
    };
    for journey in &mut model.journeys {
        let steps = journey.steps.iter_mut().flat_map(|s| s.promises.iter_mut());
        for promise in steps.chain(journey.promises.iter_mut()) {
            if let Measurement::Completion(completion) = &promise.measurement {
                promise.urgency = quieted(promise, completion, restore(promise), out);
                promise.no_data = promise.no_data.max(promise.urgency);
            }
        }
    }
}

/// The urgency that remains.
fn quieted(
    promise: &Promise,
    completion: &Completion,
    restore: Option<Duration>,
    out: &mut Diagnostics,
) -> Urgency {
    let asked = promise.urgency;
    let unseen = completion.unseen(promise.error_budget(), promise.window);
    if unseen <= Decimal::new(1, 1) {
        return asked;
    }
    let (path, within) = (&promise.path, completion.within);
    if !completion.late.is_empty() {
        if unseen > Decimal::new(5, 1) {
            let said = format!("{} of what `{path}` may lose can stay unseen", share(unseen));
            out.push(explained(Diagnostic::new(&HIDDEN_LOSS, promise.places.measurement, said, label(promise, within)))
                .note("what is late is counted exactly; what is never finished is known only when its time is over")
                .help(ways(promise, within)));
        }
        return asked;
    }
    let measure = format!(
        "measure how long each takes: `finished HISTOGRAM within {within}` counts what is late exactly"
    );
    if unseen > Decimal::ONE {
        let said = format!("more than the whole error budget of `{path}` can be lost unseen");
        out.push(
            explained(Diagnostic::new(
                &UNSEEN_BUDGET,
                promise.places.measurement,
                said,
                label(promise, within),
            ))
            .help(measure)
            .help(ways(promise, within))
            .help(OVERDUE),
        );
        return asked;
    }
    let said = format!("{} of the error budget of `{path}` can be lost unseen", share(unseen));
    let mut made =
        explained(Diagnostic::new(&HIDDEN_LOSS, promise.places.measurement, said, label(promise, within)));
    if unseen > Decimal::new(5, 1) {
        if asked != Urgency::None {
            made = made.note("nothing is sent, as with `urgency none`, not even for missing data; the dashboard shows its budget");
        }
        out.push(made.help(measure).help(ways(promise, within)).help(OVERDUE));
        return Urgency::None;
    }
    let known = within.times(2);
    if asked != Urgency::Page || restore.is_some_and(|restore| known < restore) {
        out.push(made.help(measure).help(ways(promise, within)).help(OVERDUE));
        return asked;
    }
    let said =
        format!("`{path}` opens tickets instead of pages: a loss is known only after {known} at worst");
    let place = promise.places.urgency.unwrap_or(promise.places.measurement);
    let made = explained(Diagnostic::new(&LATE_COMPLETION, place, said, format!("may take {within}")));
    let made = match restore {
        Some(restore) => made.note(format!("it should work again within {restore}, before anybody is woken")),
        None => made.note("no playbook says within which time it should work again"),
    };
    let book = format!("or give it a playbook whose `restore within` is longer than {known}");
    out.push(made.help("write `urgency ticket`").help(measure).help(book));
    Urgency::Ticket
}

/// A way out that needs no completion at all.
const OVERDUE: &str = "or watch a gauge of what is overdue: `good when max of OVERDUE at most 0`";

/// `15%`
fn share(of: Decimal) -> String {
    format!("{}%", (of * Decimal::ONE_HUNDRED).round_dp(1).normalize())
}

fn label(promise: &Promise, within: Duration) -> String {
    let empty = outage_to_empty(promise.error_budget(), promise.window);
    format!("{within} to finish, and {empty} without any success is the whole budget")
}

fn explained(made: Diagnostic) -> Diagnostic {
    made.note("what is under way looks like what is lost until its time is over")
}

/// What else would do, in the author's own numbers.
fn ways(promise: &Promise, within: Duration) -> String {
    let tenth = outage_to_empty(promise.error_budget(), promise.window).as_micros() / 10;
    let hours = Duration::from_mins((tenth / 60_000_000).max(1));
    format!(
        "or choose a shorter time to finish than {within} (up to {hours} hides a tenth), a lower objective or a longer window"
    )
}
