//! Days, reviews and signatures.

use serde::Serialize;

use super::{Maker, TeamRef};
use crate::check::is_to_come;
use crate::ir;
use crate::sentences::{numbers, words};
use crate::value::{Date, Duration};

/// A day.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Day {
    /// `2026-10-01`
    pub iso: String,
    /// `1 October 2026`
    pub words: String,
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self { iso: date.to_string(), words: numbers::date(date) }
    }
}

/// A day on which something is said to have been.
fn said_to_be(date: Date, today: Option<Date>) -> Day {
    let mut day = Day::from(date);
    if today.is_some_and(|today| is_to_come(date, today)) {
        day.words.push_str(" (still to come)");
    }
    day
}

/// How a review stands on the day that was given.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// The day has passed.
    Overdue,
    /// Within two weeks.
    Soon,
    /// Later than that.
    Current,
    /// Planned, and no day was given to judge by, or that of the last one is still to come.
    Planned,
    /// Planned, but there never was one.
    Never,
    /// No review is stated.
    NotStated,
}

/// When a journey is looked at again.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Review {
    /// How it stands.
    pub state: ReviewState,
    /// The same in words: `reviewed`, `due soon`, `overdue`, `planned`, `date in the future`, `never reviewed`, `not stated`.
    pub label: String,
    /// `every 90 days`
    pub every: Option<String>,
    /// The last one.
    pub last: Option<Day>,
    /// The next one.
    pub next: Option<Day>,
    /// The whole in a sentence.
    pub sentence: String,
}

/// Days before a review from which on it is due soon.
const SOON: i32 = 14;

/// The review of a journey.
pub fn review_of(journey: &ir::Journey, today: Option<Date>) -> Review {
    let Some((every, last)) = journey.review else {
        return Review {
            state: ReviewState::NotStated,
            label: "not stated".to_owned(),
            every: None,
            last: None,
            next: None,
            sentence: "When this is reviewed is not stated.".to_owned(),
        };
    };
    let next = last.and_then(|last| after(last, every));
    let left = next.zip(today).and_then(|(next, today)| next.since(today).ok()).map(|span| span.get_days());
    let to_come = |day: Option<Date>| day.zip(today).is_some_and(|(day, today)| is_to_come(day, today));
    let (state, label) = match (last, left) {
        (Some(_), _) if to_come(last) => (ReviewState::Planned, "date in the future"),
        (None, _) => (ReviewState::Never, "never reviewed"),
        (_, Some(days)) if days < 0 => (ReviewState::Overdue, "overdue"),
        (_, Some(days)) if days <= SOON => (ReviewState::Soon, "due soon"),
        (_, Some(_)) => (ReviewState::Current, "reviewed"),
        (_, None) => (ReviewState::Planned, "planned"),
    };
    let every = words::every(every);
    let sentence = match (last, next) {
        (Some(last), _) if to_come(Some(last)) => {
            format!(
                "It is to be reviewed {every}. The day of the last review, {}, is still to come.",
                numbers::date(last)
            )
        }
        (Some(last), Some(next)) => {
            let due = if state == ReviewState::Overdue { "was due" } else { "is due" };
            format!(
                "It is reviewed {every}. The last time was {}; the next {due} on {}.",
                numbers::date(last),
                numbers::date(next)
            )
        }
        _ => format!("It is to be reviewed {every}. It has not been yet."),
    };
    Review {
        state,
        label: label.to_owned(),
        every: Some(every),
        last: last.map(|day| said_to_be(day, today)),
        next: next.map(Day::from),
        sentence,
    }
}

/// What may be built on a journey's promises.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has signed, or the day of the signatures is still to come.
    Draft,
    /// Signed.
    Agreed,
    /// Signed, and its review is overdue on the day that was given.
    Overdue,
}

/// The state of a journey in words.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Status {
    /// The state.
    pub state: State,
    /// `draft`, `agreed`, `review overdue`
    pub label: String,
}

/// The state of a journey: without a day to judge by, no review is overdue.
pub fn status_of(journey: &ir::Journey, today: Option<Date>) -> Status {
    let signed = |day: &Option<Date>| !day.zip(today).is_some_and(|(day, today)| is_to_come(day, today));
    let agreed = journey.agreed.as_ref().filter(|(_, day)| signed(day));
    let (state, label) = match (agreed, review_of(journey, today).state) {
        (None, _) => (State::Draft, "draft"),
        (Some(_), ReviewState::Overdue) => (State::Overdue, "review overdue"),
        (
            Some(_),
            ReviewState::Soon
            | ReviewState::Current
            | ReviewState::Planned
            | ReviewState::Never
            | ReviewState::NotStated,
        ) => (State::Agreed, "agreed"),
    };
    Status { state, label: label.to_owned() }
}

fn after(date: Date, time: Duration) -> Option<Date> {
    let days = i32::try_from(time.as_days()).ok()?;
    date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Who put their name under a journey.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Agreement {
    /// The teams, in the order written.
    pub teams: Vec<TeamRef>,
    /// The day.
    pub on: Option<Day>,
}

impl Maker<'_> {
    /// The signatures of a journey.
    pub fn agreement(&self, journey: &ir::Journey) -> Option<Agreement> {
        let (teams, on) = journey.agreed.as_ref()?;
        Some(Agreement {
            teams: teams.iter().map(|t| self.team(t)).collect(),
            on: on.map(|day| said_to_be(day, self.today)),
        })
    }
}
