//! The word given: floor, stretch, budget, evidence, urgency.

use std::fmt::Write as _;

use super::numbers::{self, Share};
use super::{measured, words};
use crate::ir::burn::outage_to_empty;
use crate::ir::{Evidence, Measurement, Model, Promise, Target, Urgency};
use crate::value::{Date, Decimal, Duration};

/// A guess older than this should have become a measurement.
const GUESS_AGES: i32 = 90;

/// `For at least 995 of every 1,000 orders, over any 28 days.` Of parts of time it says what holds in them.
pub(crate) fn floor(promise: &Promise) -> String {
    if let Measurement::Slices(slices) = &promise.measurement {
        return format!(
            "{}, in at least {} {}, over any {}.",
            measured::headline(promise, slices),
            floor_share(promise),
            words::noun(promise),
            window(promise.window)
        );
    }
    format!(
        "For at least {} {}, over any {}.",
        floor_share(promise),
        words::noun(promise),
        window(promise.window)
    )
}

/// The floor as a share.
pub(crate) fn floor_share(promise: &Promise) -> Share {
    numbers::share(promise.objective)
}

/// `28 days`, `day`: what follows "any", "in", "of the last".
pub(crate) fn window(window: Duration) -> String {
    if window.is_whole_days() {
        match window.as_days() {
            1 => "day".to_owned(),
            n => numbers::days(n),
        }
    } else {
        numbers::exact(window)
    }
}

/// `in 28 days`, `in a day`.
pub(crate) fn within_window(time: Duration) -> String {
    let shown = window(time);
    if shown == "day" { "in a day".to_owned() } else { format!("in {shown}") }
}

/// `We strive for 999.`, with its own "of every" where the floor's doesn't fit.
pub(crate) fn stretch(promise: &Promise) -> Option<String> {
    let stretch = promise.stretch?;
    let (floor, own) = (floor_share(promise), numbers::share(stretch));
    Some(if own.whole <= floor.whole {
        let same = numbers::share_of(stretch, numbers::digits(promise.objective));
        format!("We strive for {}.", numbers::count(same.part))
    } else {
        format!("We strive for {own}.")
    })
}

/// What it means for the promise how long samples are kept.
pub(crate) fn kept(model: &Model, promise: &Promise) -> String {
    let settings = &model.settings;
    let finish = time_to_finish(model, promise);
    let needed = promise.window.plus(finish);
    let Some(kept) = settings.retention else {
        const UNSTATED: &str = "How long samples are kept is not stated.";
        // What the stores behind a Thanos keep is nobody's default.
        let target = &settings.prometheus.target;
        let usual = target.usual_retention().filter(|_| !matches!(target, Target::Thanos(_)));
        return match usual.filter(|usual| *usual < needed) {
            Some(usual) => {
                format!(
                    "{UNSTATED} Unless somebody changed that, {}, and {}.",
                    are_kept(usual),
                    cut(promise.window, finish, usual)
                )
            }
            None => UNSTATED.to_owned(),
        };
    };
    if kept < needed {
        return format!("Only {}: {}.", are_kept(kept), cut(promise.window, finish, kept));
    }
    let (window, are) = plural(promise.window);
    format!("Samples are kept for {}, so the whole {window} {are} known.", numbers::exact(kept))
}

/// How long before the window what counts in it may have started; of a composed promise, that of its parts.
fn time_to_finish(model: &Model, promise: &Promise) -> Duration {
    match &promise.measurement {
        Measurement::Composed(made) => {
            let parts = made.members.iter().filter_map(|member| model.promise(member));
            parts.map(Promise::time_to_finish).max().unwrap_or_default()
        }
        Measurement::Events(_) | Measurement::Completion(_) | Measurement::Slices(_) => {
            promise.time_to_finish()
        }
    }
}

/// `15 days are kept`
fn are_kept(kept: Duration) -> String {
    let are = if kept == Duration::from_days(1) { "is" } else { "are" };
    format!("{} {are} kept", numbers::exact(kept))
}

/// `the 28 days are judged by the last 15`: what is kept, without what could not finish in it.
fn cut(window: Duration, finish: Duration, kept: Duration) -> String {
    let (window, are) = plural(window);
    let known = kept.as_micros().saturating_sub(finish.as_micros());
    let known = Duration::from_micros(known);
    let last = match known.as_days() {
        _ if known.is_zero() => return format!("nothing is known of the {window}"),
        1 if known.is_whole_days() => "day".to_owned(),
        days if known.is_whole_days() => days.to_string(),
        _ => numbers::exact(known),
    };
    format!("the {window} {are} judged by the last {last}")
}

/// `28 days` are, a `day` is.
fn plural(time: Duration) -> (String, &'static str) {
    (window(time), if time == Duration::from_days(1) { "is" } else { "are" })
}

/// How much may fall short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// So many of what is counted, in one window; for slices always, else where the expected number is stated.
    pub(crate) events: Option<Decimal>,
    /// All that is expected in one window.
    pub(crate) expected: Option<Decimal>,
    /// How long a total outage takes to use it up.
    pub(crate) outage: Duration,
}

/// The budget, exact; a part of an event does not count.
pub(crate) fn budget(promise: &Promise) -> Budget {
    let expected = match &promise.measurement {
        Measurement::Slices(slices) if !slices.slice.is_zero() => {
            Some(Decimal::from(promise.window.as_micros() / slices.slice.as_micros()))
        }
        Measurement::Slices(_) => None,
        Measurement::Events(_) | Measurement::Completion(_) | Measurement::Composed(_) => {
            promise.expect_per_day.and_then(|n| {
                let days = Decimal::from(promise.window.as_micros()) / Decimal::from(86_400_000_000_u64);
                n.checked_mul(days)
            })
        }
    };
    let events = expected.and_then(|n| n.checked_mul(promise.error_budget())).map(|n| n.floor());
    Budget { events, expected, outage: outage_to_empty(promise.error_budget(), promise.window) }
}

/// The budget in sentences.
pub(crate) fn budget_sentences(promise: &Promise, budget: &Budget) -> Vec<String> {
    let noun = words::noun(promise);
    let span = within_window(promise.window);
    let outage = numbers::length(budget.outage);
    let mut said = Vec::new();
    match (&promise.measurement, budget.expected, budget.events) {
        (Measurement::Slices(slices), Some(all), Some(bad)) => {
            let hold = format!("There are {} {noun} {span}.", numbers::count(all));
            said.push(hold);
            said.push(if bad.is_zero() {
                "Not one of them may be bad.".to_owned()
            } else {
                let long =
                    micros_times(slices.slice, bad).map(|t| format!(", {} in all", numbers::length(t)));
                format!("{} of them may be bad{}.", only(bad), long.unwrap_or_default())
            });
            return said;
        }
        (_, Some(_), Some(bad)) => {
            let per_day = numbers::count(promise.expect_per_day.unwrap_or_default());
            let each = each_group(promise).map(|g| format!(" for each {g}")).unwrap_or_default();
            said.push(if bad.is_zero() {
                format!("At about {per_day} {noun} a day{each}, not one may fall short {span}.")
            } else if bad == Decimal::ONE {
                format!("At about {per_day} {noun} a day{each}, only one may fall short {span}.")
            } else {
                format!(
                    "At about {per_day} {noun} a day{each}, that allows {} {noun} to fall short {span}.",
                    numbers::count(bad)
                )
            });
        }
        _ => {
            said.push(format!("How many {noun} that is depends on traffic; the usual number is not stated."));
        }
    }
    said.extend(people(promise, budget));
    said.push(if matches!(promise.measurement, Measurement::Composed(_)) {
        format!("If one part failed in full, all of it would be used up in {outage}.")
    } else {
        format!("A total outage would use all of it up in {outage}.")
    });
    said
}

/// `Spent in full, that is up to 420 people let down, about 15 a day.` Where the expected number is stated and more than one
/// may fall short; nobody is counted twice in fewer people than events.
pub(crate) fn people(promise: &Promise, budget: &Budget) -> Option<String> {
    if matches!(promise.measurement, Measurement::Slices(_)) {
        return None;
    }
    let bad = budget.events.filter(|n| *n > Decimal::ONE)?;
    let days = Decimal::from(promise.window.as_micros()) / Decimal::from(86_400_000_000_u64);
    let per_day = bad.checked_div(days)?;
    let often = if per_day >= Decimal::new(15, 1) && days > Decimal::ONE {
        format!(", about {} a day", numbers::count(per_day.round()))
    } else {
        String::new()
    };
    let each = each_group(promise).map(|g| format!(" for each {g}")).unwrap_or_default();
    Some(format!("Spent in full, that is up to {} people let down{often}{each}.", numbers::count(bad)))
}

fn only(n: Decimal) -> String {
    if n == Decimal::ONE { "Only one".to_owned() } else { numbers::count(n) }
}

fn micros_times(time: Duration, n: Decimal) -> Option<Duration> {
    let micros = Decimal::from(time.as_micros()).checked_mul(n)?;
    u64::try_from(micros).ok().map(Duration::from_micros)
}

/// `region and tier`.
pub(crate) fn each_group(promise: &Promise) -> Option<String> {
    if promise.for_each.is_empty() {
        return None;
    }
    let labels: Vec<String> = promise.for_each.iter().map(|(label, _)| label.replace('_', " ")).collect();
    Some(words::list(&labels))
}

/// Budgets of their own.
pub(crate) fn each(promise: &Promise) -> Vec<String> {
    let Some(group) = each_group(promise) else { return Vec::new() };
    let mut said = vec![format!("Each {group} is counted alone and has a budget of its own.")];
    for (label, values) in &promise.for_each {
        if let Some(values) = values.as_ref().filter(|v| !v.is_empty()) {
            let values: Vec<String> = values.iter().map(|v| words::quoted(v)).collect();
            said.push(format!("The values of {} are {}.", label.replace('_', " "), words::list(&values)));
        }
    }
    said
}

/// `Measured`, `Agreed`, `A guess`.
pub(crate) fn evidence_label(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Measured => "Measured",
        Evidence::Agreed => "Agreed",
        Evidence::Guessed => "A guess",
    }
}

/// What the number rests on, without the user's words.
pub(crate) fn evidence(promise: &Promise, today: Option<Date>) -> Option<String> {
    let (class, _, date) = promise.because.as_ref()?;
    let when = numbers::date(*date);
    let mut said = match class {
        Evidence::Measured => format!("This number was measured on {when}."),
        Evidence::Agreed => format!("This number was agreed on {when}."),
        Evidence::Guessed => format!("This number is a guess, made on {when}."),
    };
    if today.is_some_and(|today| crate::check::is_to_come(*date, today)) {
        said.push_str(" That day is still to come.");
    }
    if *class == Evidence::Guessed
        && let Some(days) = today.and_then(|t| t.since(*date).ok()).map(|span| span.get_days())
        && days > GUESS_AGES
    {
        let _ = write!(said, " That is {days} days ago: it is time to measure.");
    }
    Some(said)
}

/// How loudly the promise speaks.
pub(crate) fn urgency(promise: &Promise) -> &'static str {
    match promise.urgency {
        Urgency::Page => "When it breaks, somebody is woken up.",
        Urgency::Ticket => "When it breaks, a ticket waits for working hours.",
        Urgency::None => "When it breaks, nobody is alerted: it is only watched.",
    }
}
