//! Reviews overdue, guesses grown old, days that are still to come. Only where today's date is given: nothing reads the clock.

use super::{Found, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::{Evidence, Journey, Model, Promise};
use crate::source::Span;
use crate::value::Date;

/// A guess must be replaced by a measurement or an agreement within so many days.
const GUESS_LASTS: i32 = 90;

pub(super) fn check_review(model: &Model, journey: &Journey, found: &mut Found<'_>) {
    let (Some(today), Some((every, Some(last)))) = (model.settings.today, journey.review) else { return };
    let late = days(last, today) - i32::try_from(every.as_days()).unwrap_or(i32::MAX);
    if late <= 0 {
        return;
    }
    found.push(
        Diagnostic::new(
            &codes::REVIEW_OVERDUE,
            journey.places.review.unwrap_or(journey.places.name),
            format!("the review of `{}` is overdue by {}", journey.id, ago(late)),
            format!("last on {last}, today is {today}"),
        )
        .help("go through its promises with the people who agreed, then write the date after `last`"),
    );
}

pub(super) fn check_evidence(model: &Model, promise: &Promise, found: &mut Found<'_>) {
    let (Some(today), Some((Evidence::Guessed, _, on))) = (model.settings.today, &promise.because) else {
        return;
    };
    let age = days(*on, today);
    if age <= GUESS_LASTS {
        return;
    }
    found.push(
        Diagnostic::new(
            &codes::OLD_GUESS,
            promise.places.because.unwrap_or(promise.places.name),
            format!("the number of `{}` was guessed {} ago", promise.path, ago(age)),
            format!("guesses last {GUESS_LASTS} days, today is {today}"),
        )
        .help("look at what was kept since and write `because measured \"…\"`, or agree on it"),
    );
}

/// What is said to have been on a day that is still to come: most often a slip of the pen, and until that day nothing is overdue.
pub(super) fn check_future(model: &Model, journey: &Journey, found: &mut Found<'_>) {
    let Some(today) = model.settings.today else { return };
    let mut told = |place: Span, what: String, day: Date, help: &str| {
        if is_to_come(day, today) {
            let message = format!("{what} on {day}, which is still to come");
            let made = Diagnostic::new(&codes::FUTURE_DATE, place, message, format!("today is {today}"));
            found.push(made.help(help));
        }
    };
    if let Some((_, Some(last))) = journey.review {
        let place = journey.places.review.unwrap_or(journey.places.name);
        let help = "write the day of the last review, or leave `last` out until there was one";
        told(place, format!("the last review of `{}` was", journey.id), last, help);
    }
    if let Some((_, Some(day))) = journey.agreed {
        let place = journey.places.agreed.unwrap_or(journey.places.name);
        told(place, format!("`{}` was agreed", journey.id), day, "write the day on which they agreed");
    }
    for promise in journey.all_promises() {
        let Some((evidence, _, day)) = &promise.because else { continue };
        let how = match evidence {
            Evidence::Measured => "measured",
            Evidence::Agreed => "agreed",
            Evidence::Guessed => "guessed",
        };
        let place = promise.places.because.unwrap_or(promise.places.name);
        let what = format!("the number of `{}` was {how}", promise.path);
        told(place, what, *day, "write the day on which that was");
    }
}

/// Is this day still to come? Somewhere on Earth it is tomorrow already, so a day after today is not.
pub(crate) fn is_to_come(day: Date, today: Date) -> bool {
    days(today, day) > 1
}

/// Days from `from` to `to`; negative when `to` is earlier.
fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn ago(days: i32) -> String {
    plain::several(usize::try_from(days).unwrap_or(0), "day")
}
