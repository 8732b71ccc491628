//! When a promise breaks: how fast we know, whom it reaches, who tells users what, by when it works again.

use super::{numbers, words};
use crate::check::fitting::{self, Misfit};
use crate::ir::burn::{self, Alert, Loudness};
use crate::ir::detection::{detection, least_bad};
use crate::ir::{Measurement, Model, Playbook, Promise, Urgency};
use crate::value::{Decimal, Duration};

/// One size of failure and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What fails, in words.
    pub(crate) size: String,
    /// The share that fails, a fraction.
    pub(crate) failing: Decimal,
    /// How many that are in an hour, where the traffic is known.
    pub(crate) per_hour: Option<Decimal>,
    /// The first page: none when no page would ever speak.
    pub(crate) page: Option<Duration>,
    /// The first ticket.
    pub(crate) ticket: Option<Duration>,
    /// How long until the budget is used up.
    pub(crate) empty: Duration,
}

/// A total failure, one in ten, one in a hundred. `alerts` are those of the promise.
pub(crate) fn failures(model: &Model, promise: &Promise, alerts: &[Alert]) -> Vec<Failure> {
    [("Everything fails", 1), ("1 in 10 fails", 10), ("1 in 100 fails", 100)]
        .into_iter()
        .map(|(size, one_in)| {
            let failing = Decimal::ONE / Decimal::from(one_in);
            let budget = promise.error_budget();
            let first = |loud| {
                let heard = alerts.iter().filter(|a| a.loudness == loud);
                heard.filter_map(|a| detected(model, promise, a, failing)).min()
            };
            let outage = burn::outage_to_empty(budget, promise.window);
            Failure {
                size: size.to_owned(),
                failing,
                per_hour: promise
                    .expect_per_day
                    .filter(|_| !matches!(promise.measurement, Measurement::Slices(_)))
                    .and_then(|n| n.checked_mul(failing)?.checked_div(Decimal::from(24))),
                page: first(Loudness::Page),
                ticket: first(Loudness::Ticket),
                empty: outage.times(one_in),
            }
        })
        .collect()
}

/// The alerts of a promise as it speaks: a promise of urgency `ticket` never pages, one of urgency `none` is silent.
pub(crate) fn alerts(model: &Model, promise: &Promise) -> Vec<Alert> {
    spoken(promise, &burn::alerts(promise.error_budget(), promise.window, &model.settings.profile))
}

/// As [`alerts`], from those that its budget and window give ([`burn::BurnAlerts`] knows them).
pub(crate) fn spoken(promise: &Promise, alerts: &[Alert]) -> Vec<Alert> {
    let mut list = match promise.urgency {
        Urgency::None => Vec::new(),
        Urgency::Page | Urgency::Ticket => alerts.to_vec(),
    };
    for alert in &mut list {
        if promise.urgency == Urgency::Ticket {
            alert.loudness = Loudness::Ticket;
        }
        alert.bad_events = least_bad(promise, alert);
    }
    list
}

/// When an alert speaks at the latest.
fn detected(model: &Model, promise: &Promise, alert: &Alert, failing: Decimal) -> Option<Duration> {
    detection(model, promise, alert, failing).worst.map(numbers::upwards)
}

impl Failure {
    /// How fast it is noticed, for a table's cell.
    pub(crate) fn noticed(&self) -> String {
        match (self.page, self.ticket) {
            (Some(page), Some(ticket)) if ticket < page => {
                format!("ticket within {}, page within {}", numbers::length(ticket), numbers::length(page))
            }
            (Some(page), _) => format!("page within {}", numbers::length(page)),
            (None, Some(ticket)) => format!("ticket within {}", numbers::length(ticket)),
            (None, None) => "no alert".to_owned(),
        }
    }
    /// Whom it reaches, for a table's cell: `125 orders an hour`.
    pub(crate) fn reaches(&self, noun: &str) -> Option<String> {
        let n = self.per_hour?;
        let per_day = n * Decimal::from(24);
        let (few, one) = (Decimal::new(15, 1), Decimal::new(5, 1));
        Some(if n >= few {
            format!("about {} {noun} an hour", numbers::count(n.round()))
        } else if per_day >= few {
            format!("about {} {noun} a day", numbers::count(per_day.round()))
        } else if per_day >= one {
            "about one a day".to_owned()
        } else {
            "less than one a day".to_owned()
        })
    }
}

/// Who is told when the promise breaks.
pub(crate) fn told(model: &Model, owner: &str, promise: &Promise) -> Vec<String> {
    let team = team(model, owner);
    let mut said = match promise.urgency {
        Urgency::Page => vec![format!("{team} is paged.")],
        Urgency::Ticket => vec![format!("{team} gets a ticket.")],
        Urgency::None => vec!["Nobody is alerted.".to_owned()],
    };
    said.extend(no_data(promise).map(str::to_owned));
    if let Some(responder) =
        playbook(model, promise).and_then(|p| p.responder.as_deref()).filter(|r| *r != owner)
    {
        said.push(format!("{} responds.", self::team(model, responder)));
    }
    said
}

/// What missing data does, where it speaks with another voice than the promise.
pub(crate) fn no_data(promise: &Promise) -> Option<&'static str> {
    match (promise.urgency, promise.no_data) {
        (Urgency::Page, Urgency::Ticket) => Some("Missing data opens a ticket only."),
        (Urgency::Page | Urgency::Ticket, Urgency::None) => Some("Missing data alerts nobody."),
        (Urgency::Page, Urgency::Page) | (Urgency::Ticket | Urgency::None, _) => None,
    }
}

/// A team's title in a sentence.
pub(crate) fn team(model: &Model, id: &str) -> String {
    model.teams.get(id).map_or_else(|| id.to_owned(), |t| words::theirs(&t.title))
}

/// The nearest playbook.
pub(crate) fn playbook<'a>(model: &'a Model, promise: &Promise) -> Option<&'a Playbook> {
    model.playbooks.get(promise.playbook.as_ref()?)
}

/// `Users hear from Customer support within 15 min, then every 30 min.`
pub(crate) fn hear(model: &Model, playbook: &Playbook) -> Option<String> {
    let who = playbook.hear_from.as_ref().map(|t| format!("from {}", team(model, t)));
    let when = playbook.first_update.map(|(first, then)| {
        let first = numbers::exact(first);
        match then {
            Some(then) => format!("within {first}, then {}", words::every(then)),
            None => format!("within {first}"),
        }
    });
    match (who, when) {
        (Some(who), Some(when)) => Some(format!("Users hear {who} {when}.")),
        (Some(who), None) => Some(format!("Users hear {who}.")),
        (None, Some(when)) => Some(format!("Users hear from us {when}.")),
        (None, None) => None,
    }
}

/// `We aim to have it working again within 3 h.`: a plan, not a fact.
pub(crate) fn restored(playbook: &Playbook) -> Option<String> {
    playbook.restore.map(|t| format!("We aim to have it working again within {}.", numbers::exact(t)))
}

/// What does not fit together, in sentences: what the checks warn of, unless the project allows or the source accepts it. `alerts` holds the alerts
/// that the promise's budget and window give.
pub(crate) fn doubts(model: &Model, promise: &Promise, alerts: &[Alert]) -> Vec<String> {
    fitting::misfits(model, promise, alerts)
        .into_iter()
        .filter(|misfit| misfit.is_told(model, promise))
        .map(|misfit| match misfit {
            Misfit::RestoredLate { restore, outage } => format!(
                "An outage may last {}, but one of {} uses up the whole budget.",
                numbers::exact(restore),
                numbers::length(outage)
            ),
            Misfit::HeardAfterRestore { restore, heard } => format!(
                "It should work again within {}, but the first page of a total outage takes up to {}.",
                numbers::exact(restore),
                numbers::length(heard)
            ),
            Misfit::HeardAfterUpdate { first, heard } => format!(
                "Users should hear from us within {}, but the first page of a total outage takes up to {}.",
                numbers::exact(first),
                numbers::length(heard)
            ),
            Misfit::HeardAfterBudget { outage, heard } => format!(
                "A total outage uses up the whole budget in {}, but the first page takes up to {}.",
                numbers::length(outage),
                numbers::length(heard)
            ),
        })
        .collect()
}
