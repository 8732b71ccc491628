//! Arithmetic and sense, on the model: objectives, windows, alerts that can't fire, budgets below one event, promises
//! that contradict each other or their words.
//!
//! The model may be partial: a promise with a mistake is already reported and missing, so nothing here may follow
//! from its absence (`Found::broken_within`). A warning that is wrong costs more than one that is missing.

mod alerts;
pub(crate) mod allow;
mod compose;
mod dates;
pub(crate) mod fitting;
mod limits;
mod people;
mod plain;
mod policies;
mod privacy;
mod retention;
mod scenarios;
pub(crate) mod telling;
mod traffic;
mod twice;
mod windows;
mod wording;
mod words;

pub(crate) use dates::is_to_come;
pub(crate) use plain::{several, time as plain_time};

use std::collections::BTreeSet;

use crate::diag::codes::{numbers, stored};

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::ir::Model;
use crate::ir::burn::BurnAlerts;
use crate::source::Span;

/// Checks what was elaborated.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let broken = broken(diagnostics);
    let burn_alerts = BurnAlerts::of(model);
    let found = crate::parallel::map(&model.journeys, |journey| {
        let mut found = Found { broken: &broken, list: Diagnostics::default() };
        for promise in journey.all_promises() {
            alerts::check(burn_alerts.get(promise), promise, &mut found);
            windows::check_slices(burn_alerts.get(promise), promise, &mut found);
            wording::check(promise, &mut found);
            dates::check_evidence(model, promise, &mut found);
        }
        wording::check_steps(journey, &mut found);
        compose::check(model, journey, &mut found);
        people::check(journey, &mut found);
        privacy::check(model, journey, &mut found);
        twice::check(journey, &mut found);
        dates::check_review(model, journey, &mut found);
        dates::check_future(model, journey, &mut found);
        limits::check(model, journey, &mut found);
        found.list
    });
    for list in found {
        diagnostics.extend(list);
    }
    let mut found = Found { broken: &broken, list: Diagnostics::default() };
    retention::check(model, &burn_alerts, &mut found);
    fitting::check(model, &burn_alerts, &mut found);
    people::check_playbooks(model, &mut found);
    limits::check_teams(model, &mut found);
    for policy in model.policies.values() {
        policies::check(policy, &mut found);
    }
    for scenario in &model.scenarios {
        scenarios::check(model, scenario, &mut found);
    }
    diagnostics.extend(found.list);
}

/// Checks what readers of documents stumble over: a measurement that cannot be told in words, a playbook that asks for more
/// than the alerts can give.
pub fn check_documents(model: &Model, diagnostics: &mut Diagnostics) {
    let broken = broken(diagnostics);
    let mut found = Found { broken: &broken, list: Diagnostics::default() };
    telling::check(model, &mut found);
    fitting::check_heard(model, &BurnAlerts::of(model), &mut found);
    diagnostics.extend(found.list);
}

/// Codes that only some runs judge, and this one doesn't: by a day, or for documents. What a server has changes without the source, so a
/// comment about that is never called unused.
pub fn unjudged(dated: bool, documents: bool) -> BTreeSet<&'static str> {
    let mut codes: BTreeSet<&'static str> = stored::ALL.iter().map(|code| code.id).collect();
    if !dated {
        codes.extend([numbers::REVIEW_OVERDUE.id, numbers::OLD_GUESS.id, numbers::FUTURE_DATE.id]);
    }
    if !documents {
        codes.extend([
            numbers::UNTOLD_MEASURE.id,
            numbers::HEARD_AFTER_RESTORE.id,
            numbers::HEARD_AFTER_UPDATE.id,
        ]);
    }
    codes
}

/// What a part of the checks found.
struct Found<'a> {
    broken: &'a [Span],
    list: Diagnostics,
}

impl Found<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }
    /// Did an earlier stage report an error inside this place? Then what seems to be missing may stand there.
    fn broken_within(&self, place: Span) -> bool {
        let from = self.broken.partition_point(|s| (s.file, s.start) < (place.file, place.start));
        self.broken.get(from).is_some_and(|s| s.file == place.file && s.start < place.end)
    }
}

/// Places of earlier errors, sorted.
fn broken(diagnostics: &Diagnostics) -> Vec<Span> {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let mut places: Vec<Span> = errors.filter_map(Diagnostic::span).collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn an_error_is_within_where_it_begins() {
        let at = |file, start, end| Span::new(FileId(file), start, end);
        let broken = [at(0, 10, 12), at(1, 40, 41)];
        let found = Found { broken: &broken, list: Diagnostics::default() };
        for (place, expected) in [
            (at(0, 0, 10), false),
            (at(0, 0, 11), true),
            (at(0, 10, 11), true),
            (at(0, 11, 50), false),
            (at(1, 0, 30), false),
            (at(1, 30, 50), true),
            (at(2, 0, 50), false),
        ] {
            assert_eq!(found.broken_within(place), expected, "{place:?}");
        }
    }
}
