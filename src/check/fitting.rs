//! What a playbook says against what the promise and its alerts can do. Checks warn of it and documents tell it: both ask here,
//! so they never disagree. Only of promises that wake somebody: a ticket waits for working hours anyway.

use std::collections::BTreeMap;

use super::{Found, alerts, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::Code;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::{Alert, BurnAlerts, outage_to_empty};
use crate::ir::detection::detection;
use crate::ir::{Model, Playbook, Promise, Urgency};
use crate::source::Span;
use crate::value::{Decimal, Duration};

/// Two things that don't fit together. The times are of a total outage, the alert's rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Restored only after the outage has spent the budget.
    RestoredLate {
        /// What the playbook says.
        restore: Duration,
        /// How long a budget lasts.
        outage: Duration,
    },
    /// Nobody is woken before it should work again.
    HeardAfterRestore {
        /// What the playbook says.
        restore: Duration,
        /// When the first page comes.
        heard: Duration,
    },
    /// Users should hear of it before anybody is woken.
    HeardAfterUpdate {
        /// What the playbook says.
        first: Duration,
        /// When the first page comes.
        heard: Duration,
    },
    /// Nobody is woken before the budget is gone.
    HeardAfterBudget {
        /// How long a budget lasts.
        outage: Duration,
        /// When the first page comes.
        heard: Duration,
    },
}

impl Misfit {
    /// The code by which the checks tell it.
    pub(crate) fn code(&self) -> &'static Code {
        match self {
            Self::RestoredLate { .. } => &codes::LATE_RESTORE,
            Self::HeardAfterRestore { .. } => &codes::HEARD_AFTER_RESTORE,
            Self::HeardAfterUpdate { .. } => &codes::HEARD_AFTER_UPDATE,
            Self::HeardAfterBudget { .. } => &codes::HEARD_AFTER_BUDGET,
        }
    }
    /// The statement that the checks point at.
    fn place(&self, promise: &Promise, book: Option<&Playbook>) -> Span {
        let stated = |of: fn(&Playbook) -> Option<Span>| {
            book.map_or(promise.places.objective, |book| of(book).unwrap_or(book.places.name))
        };
        match self {
            Self::RestoredLate { .. } | Self::HeardAfterRestore { .. } => stated(|book| book.places.restore),
            Self::HeardAfterUpdate { .. } => stated(|book| book.places.first_update),
            Self::HeardAfterBudget { .. } => promise.places.objective,
        }
    }
    /// Is it told? Neither where `lints` allow its code, nor where a comment of the sources accepts it.
    pub(crate) fn is_told(&self, model: &Model, promise: &Promise) -> bool {
        let book = promise.playbook.as_ref().and_then(|id| model.playbooks.get(id));
        let (code, place) = (self.code().id, self.place(promise, book));
        !model.settings.allowed.contains(code)
            && !model.settings.accepted.0.iter().any(|(accepted, on)| *accepted == code && on.holds(place))
    }
}

/// What does not fit together around a promise. `alerts` holds the alerts that its budget and window give.
pub(crate) fn misfits(model: &Model, promise: &Promise, alerts: &[Alert]) -> Vec<Misfit> {
    let mut made = Vec::new();
    if promise.urgency != Urgency::Page {
        return made;
    }
    let outage = outage_to_empty(promise.error_budget(), promise.window);
    let book = promise.playbook.as_ref().and_then(|id| model.playbooks.get(id));
    let restore = book.and_then(|b| b.restore);
    if let Some(restore) = restore.filter(|restore| *restore > outage) {
        made.push(Misfit::RestoredLate { restore, outage });
    }
    let Some(heard) = heard(model, promise, alerts) else { return made };
    if heard > outage {
        made.push(Misfit::HeardAfterBudget { outage, heard });
    }
    if let Some(restore) = restore.filter(|restore| heard >= *restore) {
        made.push(Misfit::HeardAfterRestore { restore, heard });
    } else if let Some((first, _)) = book.and_then(|b| b.first_update).filter(|(first, _)| heard > *first) {
        made.push(Misfit::HeardAfterUpdate { first, heard });
    }
    made
}

/// When a total outage wakes somebody at the latest, in whole minutes. None where it is the traffic that makes it late: that few
/// come is not a fault of a playbook, and told by the checks of traffic.
fn heard(model: &Model, promise: &Promise, alerts: &[Alert]) -> Option<Duration> {
    let busy = Promise { expect_per_day: None, ..promise.clone() };
    let pages = alerts::speaking(promise, alerts);
    let first = |promise: &Promise| {
        pages.iter().filter_map(|a| detection(model, promise, a, Decimal::ONE).worst).min()
    };
    let heard = first(&busy).filter(|heard| first(promise).is_none_or(|real| real <= *heard))?;
    Some(Duration::from_mins(heard.as_secs().div_ceil(60)))
}

/// What a playbook asks of one promise, with the promise.
type Served<'a> = (&'a Promise, Misfit);

/// Budgets against what alerts and playbooks can do.
pub(super) fn check(model: &Model, burn_alerts: &BurnAlerts, found: &mut Found<'_>) {
    for (_, promise) in model.promises() {
        for misfit in misfits(model, promise, burn_alerts.get(promise)) {
            if let Misfit::HeardAfterBudget { outage, heard } = misfit {
                found.push(after_budget(promise, outage, heard));
            }
        }
    }
    for (book, served) in by_playbook(model, burn_alerts) {
        restored_late(book, &served, found);
    }
}

/// What playbooks ask for against the first page: told where documents print the two beside each other.
pub(super) fn check_heard(model: &Model, burn_alerts: &BurnAlerts, found: &mut Found<'_>) {
    for (book, served) in by_playbook(model, burn_alerts) {
        heard_late(book, &served, found);
    }
}

fn by_playbook<'a>(model: &'a Model, burn_alerts: &BurnAlerts) -> Vec<(&'a Playbook, Vec<Served<'a>>)> {
    let mut found: BTreeMap<&str, Vec<Served<'a>>> = BTreeMap::new();
    for (_, promise) in model.promises() {
        if let Some(id) = promise.playbook.as_deref() {
            let list = misfits(model, promise, burn_alerts.get(promise)).into_iter().map(|m| (promise, m));
            found.entry(id).or_default().extend(list);
        }
    }
    found.into_iter().filter_map(|(id, served)| Some((model.playbooks.get(id)?, served))).collect()
}

/// A total outage spends `budget * window`; a restore time beyond it is a plan to break the promise.
fn restored_late(book: &Playbook, served: &[Served<'_>], found: &mut Found<'_>) {
    let late = served.iter().filter_map(|(promise, misfit)| match misfit {
        Misfit::RestoredLate { outage, .. } => Some((*promise, *outage, *misfit)),
        Misfit::HeardAfterRestore { .. }
        | Misfit::HeardAfterUpdate { .. }
        | Misfit::HeardAfterBudget { .. } => None,
    });
    let mut late: Vec<(&Promise, Duration, Misfit)> = late.collect();
    late.sort_by_key(|(_, time, _)| *time);
    let Some((promise, time, misfit)) = late.first() else { return };
    let made = Diagnostic::new(
        &codes::LATE_RESTORE,
        misfit.place(promise, Some(book)),
        format!("`{}` restores service after the budget of `{}` is gone", book.id, promise.path),
        format!("a total outage spends that budget in {}", plain::time(*time)),
    )
    .also(promise.places.objective, format!("{}% over {}", promise.objective, promise.window));
    found.push(others(made, late.len()).help(format!(
        "restore within {} or less, give this promise a playbook of its own, or promise less",
        round_down(*time)
    )));
}

/// The playbook's time is over, or its first word due, before anybody is woken.
fn heard_late(book: &Playbook, served: &[Served<'_>], found: &mut Found<'_>) {
    for code in [&codes::HEARD_AFTER_RESTORE, &codes::HEARD_AFTER_UPDATE] {
        let late = served.iter().filter_map(|(promise, misfit)| match misfit {
            Misfit::HeardAfterRestore { restore: asked, heard }
            | Misfit::HeardAfterUpdate { first: asked, heard }
                if misfit.code().id == code.id =>
            {
                Some((*promise, *asked, *heard, *misfit))
            }
            Misfit::HeardAfterRestore { .. }
            | Misfit::HeardAfterUpdate { .. }
            | Misfit::RestoredLate { .. }
            | Misfit::HeardAfterBudget { .. } => None,
        });
        let mut late: Vec<(&Promise, Duration, Duration, Misfit)> = late.collect();
        late.sort_by_key(|(_, _, heard, _)| std::cmp::Reverse(*heard));
        let Some((promise, asked, heard, misfit)) = late.first() else { continue };
        let text = if code.id == codes::HEARD_AFTER_RESTORE.id {
            format!("`{}` wants it to work again before `{}` wakes anybody", book.id, promise.path)
        } else {
            format!("users of `{}` should hear of it before `{}` wakes anybody", book.id, promise.path)
        };
        let label = format!("after {asked}; the first page of a total outage takes up to {heard}");
        let made = Diagnostic::new(code, misfit.place(promise, Some(book)), text, label)
            .also(promise.places.objective, format!("{}% over {}", promise.objective, promise.window));
        found.push(others(made, late.len()).help(format!(
            "allow more than {heard}, give this promise a playbook of its own, promise more, or write `urgency ticket`"
        )));
    }
}

fn after_budget(promise: &Promise, outage: Duration, heard: Duration) -> Diagnostic {
    Diagnostic::new(
        &codes::HEARD_AFTER_BUDGET,
        promise.places.objective,
        format!("a total outage spends the budget of `{}` before it wakes anybody", promise.path),
        format!("spent in {}, the first page takes up to {heard}", plain::time(outage)),
    )
    .help("scrape and evaluate more often, use shorter slices, promise less, or over a longer window")
}

fn others(made: Diagnostic, all: usize) -> Diagnostic {
    if all < 2 {
        return made;
    }
    made.note(format!("the same holds for {} that it serves", plain::several(all - 1, "other promise")))
}

/// Whole minutes below, or the time itself when it is shorter than one.
pub(super) fn round_down(time: Duration) -> Duration {
    match time.as_secs() / 60 {
        0 => time,
        minutes => Duration::from_mins(minutes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::burn;
    use crate::project::Project;

    /// The misfits of a promise whose playbook restores too late, and whether each is told. Comments stand before the
    /// playbook, and before the journey.
    fn told(yaml: &str, on_playbook: &str, on_journey: &str) -> Vec<(&'static str, bool)> {
        let source = format!(
            r#"team shop "Shop" {{ pages "pager" }}
{on_playbook}
playbook late {{
  responder shop
  users hear from shop
  restore within 2d
}}
metric hits_total: counter of hits {{ labels code }}
{on_journey}
journey use "Use it" {{
  owner shop
  playbook late
  promise p "P" {{
    keep for 99% of hits over 28d
    total hits_total
    bad where {{code="500"}}
  }}
}}
"#
        );
        let yaml = format!("project: shop\nretention: 100d\n{yaml}");
        let compiled = Project::in_memory(&[("a.slovo", &source)], &yaml).compile();
        let said: Vec<_> = compiled.diagnostics.iter().map(|d| d.message.clone()).collect();
        let model = compiled.model.unwrap_or_else(|| panic!("{said:?}"));
        let (_, promise) = model.promises().next().unwrap();
        let alerts = burn::alerts(promise.error_budget(), promise.window, &model.settings.profile);
        let made = misfits(&model, promise, &alerts);
        made.iter().map(|m| (m.code().id, m.is_told(&model, promise))).collect()
    }

    #[test]
    fn what_is_allowed_or_accepted_is_not_told() {
        let accepts = "# slovo: allow W0426 because it cannot be mended sooner";
        let another = "# slovo: allow W0428 because words come later";
        for (yaml, on_playbook, on_journey, expected) in [
            ("", "", "", true),
            ("lints: {W0426: allow}\n", "", "", false),
            ("lints: {W0428: allow}\n", "", "", true),
            ("", accepts, "", false),
            ("", "", accepts, true),
            ("", another, "", true),
        ] {
            let found = told(yaml, on_playbook, on_journey);
            assert_eq!(found, [("W0426", expected)], "{yaml}{on_playbook}{on_journey}");
        }
    }
}
