//! How a promise is measured, in words that hold no metric's name.

use super::{numbers, words};
use crate::check::telling::{self, Clause};
use crate::ir::Side;
use crate::ir::{
    Completion, Composed, Composition, Condition, Events, Measurement, Model, Promise, Reading, Selector,
    Slices, Stat, Which, WordsOf,
};
use crate::value::{Decimal, Duration, size};

/// How we know whether the promise is kept.
pub(crate) fn sentences(model: &Model, promise: &Promise) -> Vec<String> {
    let mut said = match &promise.measurement {
        Measurement::Events(events) => {
            vec![format!("We count all {}.", words::noun(promise)), outcome(promise, events)]
        }
        Measurement::Completion(completion) => completed(promise, completion),
        Measurement::Slices(slices) => sliced(promise, slices),
        Measurement::Composed(made) => composed(model, made),
    };
    let late = model.lateness(promise);
    if !late.is_zero() {
        said.push(format!(
            "What happens is known up to {} later: the numbers come late.",
            numbers::exact(late)
        ));
    }
    if promise.measurement.silent_when_idle() {
        said.push(
            "While nobody comes there is nothing to count, as long as the system that counts can be reached."
                .to_owned(),
        );
    }
    said
}

/// Up to this share of the error budget, what can be lost unseen needs no words.
const NOTABLE: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

fn completed(promise: &Promise, completion: &Completion) -> Vec<String> {
    let noun = words::noun(promise);
    let within = numbers::exact(completion.within);
    let mut said = if completion.late.is_empty() {
        vec![
            format!("We count all {noun} when they start, and again when they are done."),
            format!("What is not done within {within} counts as lost."),
            "We only count them: if all of them are late, we don't see it.".to_owned(),
        ]
    } else {
        vec![
            format!("We count all {noun} when they start, and time each one that is done."),
            format!("What takes longer than {within} counts as late, what is never done as lost."),
        ]
    };
    let unseen = completion.unseen(promise.error_budget(), promise.window);
    if unseen > NOTABLE {
        let percent = (unseen * Decimal::ONE_HUNDRED).min(Decimal::ONE_HUNDRED).ceil().normalize();
        said.push(format!(
            "What is under way looks like what is lost: up to {percent}% of the error budget can be lost unseen."
        ));
    }
    said
}

fn composed(model: &Model, made: &Composed) -> Vec<String> {
    let titles: Vec<String> = made
        .members
        .iter()
        .map(|m| model.promise(m).map_or_else(|| m.to_string(), |p| words::quoted(&p.title)))
        .collect();
    match made.how {
        Composition::All => vec![
            format!("It takes all of these: {}.", words::list(&titles)),
            "We multiply the shares that went well.".to_owned(),
        ],
        Composition::Worst => vec![format!("It is as good as the worst of these: {}.", words::list(&titles))],
    }
}

fn sliced(promise: &Promise, slices: &Slices) -> Vec<String> {
    let noun = words::noun(promise);
    let mut said =
        vec![format!("Time is judged in {noun}. They may begin at any moment, and each is good or bad.")];
    match said_of(promise, WordsOf::Slices) {
        Some(own) => said.push(words::stopped(&format!("One is good when this holds: {own}"))),
        None => said.push(format!("One is good when {}.", good_when(&slices.condition))),
    }
    if let Condition::Share { events, .. } = &slices.condition {
        said.push(outcome(promise, events));
    }
    let nothing = match &slices.condition {
        Condition::Share { .. } | Condition::Mean { .. } => "any event",
        Condition::Stat { .. } | Condition::Age { .. } | Condition::Promql { .. } => "a value",
    };
    let then = if slices.silence_is_bad { "bad" } else { "not counted" };
    said.push(format!("One without {nothing} is {then}."));
    said
}

/// When a part of time is good, as a clause: `the newest data is at most 10 min old`.
fn good_when(condition: &Condition) -> String {
    match condition {
        Condition::Share { events, at_least, .. } => {
            let share = *at_least * Decimal::ONE_HUNDRED;
            match telling::told(events).side {
                Side::Good => format!("at least {} in it are good", numbers::share(share)),
                Side::Bad => {
                    format!("at most {} in it are bad", numbers::share(Decimal::ONE_HUNDRED - share))
                }
            }
        }
        Condition::Stat { stat, selector, good } => {
            let which = match stat {
                Stat::Max => "the highest reading in it",
                Stat::Min => "the lowest reading in it",
                Stat::Avg => "the average reading in it",
                Stat::Sum => "the sum at its end",
            };
            format!("{which} is {}", measured_reading(selector, *good))
        }
        Condition::Mean { good, seconds: time, unit, .. } => match (good, time) {
            (Reading::AtMost(_), Some(time)) => {
                format!("on average they take at most {} in it", seconds(*time))
            }
            (Reading::AtLeast(_), Some(time)) => {
                format!("on average they take at least {} in it", seconds(*time))
            }
            (_, None) => format!("the average in it is {} {unit}", reading(*good)).trim_end().to_owned(),
        },
        Condition::Age { which, at_most, .. } => {
            format!("the {} data is at most {} old", age(*which), seconds(*at_most))
        }
        Condition::Promql { good, .. } => format!("the team's own query gives {}", reading(*good)),
    }
}

/// What holds in a good part of time, as the start of a sentence: `The newest data is at most 7 days old`.
pub(crate) fn headline(promise: &Promise, slices: &Slices) -> String {
    if let Some(own) = said_of(promise, WordsOf::Slices) {
        return words::capital(&own);
    }
    match &slices.condition {
        Condition::Share { events, at_least, .. } => {
            let share = numbers::share(*at_least * Decimal::ONE_HUNDRED);
            match only_limit(events) {
                Some(limit) => format!("At least {share} {limit}"),
                None => format!("At least {share} go well"),
            }
        }
        Condition::Stat { stat, selector, good } => {
            let which = match stat {
                Stat::Max => "No reading is above",
                Stat::Min => "No reading is below",
                Stat::Avg => "The average reading is",
                Stat::Sum => "The sum is",
            };
            match (stat, good) {
                (Stat::Max, Reading::AtMost(n)) | (Stat::Min, Reading::AtLeast(n)) => {
                    format!("{which} {}", with_unit(&selector.metric, *n))
                }
                (Stat::Max, good) => format!("The highest reading is {}", measured_reading(selector, *good)),
                (Stat::Min, good) => format!("The lowest reading is {}", measured_reading(selector, *good)),
                (Stat::Avg | Stat::Sum, good) => format!("{which} {}", measured_reading(selector, *good)),
            }
        }
        Condition::Mean { good, seconds: time, unit, .. } => match (good, time) {
            (Reading::AtMost(_), Some(time)) => format!("On average they take at most {}", seconds(*time)),
            (Reading::AtLeast(_), Some(time)) => format!("On average they take at least {}", seconds(*time)),
            (_, None) => format!("The average is {} {unit}", reading(*good)).trim_end().to_owned(),
        },
        Condition::Age { which, at_most, .. } => {
            format!("The {} data is at most {} old", age(*which), seconds(*at_most))
        }
        Condition::Promql { good, .. } => format!("The team's own query gives {}", reading(*good)),
    }
}

/// `take at most 800 ms`, where nothing but a limit tells the good ones.
fn only_limit(events: &Events) -> Option<String> {
    let told = telling::told(events);
    match (told.side, told.ways.as_slice()) {
        (Side::Good, [way]) => match way.as_slice() {
            [Clause::Within(metric, limit)] => {
                Some(bound(metric, *limit, ("take at most", "measure at most")))
            }
            _ => None,
        },
        _ => None,
    }
}

fn age(which: Which) -> &'static str {
    match which {
        Which::Newest => "newest",
        Which::Oldest => "oldest",
    }
}

/// The author's words for good, for bad or for a good part of time.
fn said_of(promise: &Promise, of: WordsOf) -> Option<String> {
    let own: Vec<String> =
        promise.words.iter().filter(|w| w.of == of).map(|w| words::theirs(&w.text)).collect();
    (!own.is_empty()).then(|| words::either(&own))
}

/// What makes an event good or bad: in the author's words, else as it follows from what is written.
fn outcome(promise: &Promise, events: &Events) -> String {
    let told = telling::told(events);
    let (of, side) = match told.side {
        Side::Good => (WordsOf::Good, "good"),
        Side::Bad => (WordsOf::Bad, "bad"),
    };
    if let Some(own) = said_of(promise, of) {
        return words::stopped(&format!("{} means: {own}", words::capital(side)));
    }
    match told.ways.iter().map(Vec::as_slice).collect::<Vec<_>>().as_slice() {
        [[Clause::Reported(Side::Bad, true)]] if told.side == Side::Bad => {
            "Those that our systems report as failed are bad.".to_owned()
        }
        [[Clause::Reported(Side::Good, true)]] if told.side == Side::Good => {
            "Those that our systems report as done well are good.".to_owned()
        }
        [[Clause::Query]] => format!("The team's own query tells which of them are {side}."),
        [[Clause::Apart]] => format!("Our systems count the {side} ones apart."),
        ways => {
            let ways: Vec<String> =
                ways.iter().map(|way| way.iter().map(clause).collect::<Vec<_>>().join(" and ")).collect();
            format!("They are {side} when {}.", ways.join(", or "))
        }
    }
}

/// One thing that events meet, as a clause.
fn clause(clause: &Clause<'_>) -> String {
    match clause {
        Clause::Within(metric, limit) => {
            format!("they {}", bound(metric, *limit, ("take at most", "measure at most")))
        }
        Clause::Over(metric, limit) => {
            format!("they {}", bound(metric, *limit, ("take more than", "measure more than")))
        }
        Clause::Reads(metric, value) => {
            let (Reading::AtMost(limit) | Reading::AtLeast(limit)) = *value;
            let read = if matches!(value, Reading::AtMost(_)) { "read at most" } else { "read at least" };
            format!("they {}", bound(metric, limit, (read, read)))
        }
        Clause::Reported(side, is) => {
            let how = match side {
                Side::Good => "as done well",
                Side::Bad => "as failed",
            };
            let report = if *is { "report" } else { "do not report" };
            format!("our systems {report} them {how}")
        }
        Clause::Label(label, values, is) => {
            let name = words::theirs(&label.replace('_', " "));
            if values.as_slice() == [""] {
                return format!("their {name} is {}stated", if *is { "not " } else { "" });
            }
            let shown: Vec<String> = values
                .iter()
                .map(|v| if v.is_empty() { "not stated".to_owned() } else { words::quoted(v) })
                .collect();
            format!("their {name} is {}{}", if *is { "" } else { "not " }, words::either(&shown))
        }
        Clause::Pattern(label, is) => {
            let name = words::theirs(&label.replace('_', " "));
            format!("their {name} {} the team's own pattern", if *is { "fits" } else { "does not fit" })
        }
        Clause::Apart => "our systems count them apart".to_owned(),
        Clause::Query => "the team's own query picks them".to_owned(),
    }
}

/// `at most 2 GiB`
fn measured_reading(selector: &Selector, good: Reading) -> String {
    match good {
        Reading::AtLeast(n) => format!("at least {}", with_unit(&selector.metric, n)),
        Reading::AtMost(n) => format!("at most {}", with_unit(&selector.metric, n)),
    }
}

/// A number with its unit, as far as the metric's name tells it.
fn with_unit(metric: &str, n: Decimal) -> String {
    bound(metric, n, ("", "")).trim_start().to_owned()
}

fn reading(reading: Reading) -> String {
    match reading {
        Reading::AtLeast(n) => format!("at least {}", numbers::count(n)),
        Reading::AtMost(n) => format!("at most {}", numbers::count(n)),
    }
}

/// A bound with its unit where it is one of time, by the suffix that Prometheus' naming rules ask for.
fn bound(name: &str, limit: Decimal, (time, other): (&str, &str)) -> String {
    let per_second = [
        ("nanoseconds", 1_000_000_000_u64),
        ("microseconds", 1_000_000),
        ("milliseconds", 1_000),
        ("minutes", 0),
        ("seconds", 1),
    ]
    .into_iter()
    .find(|(unit, _)| name.contains(unit))
    .map(|(_, n)| n);
    match per_second {
        Some(0) => format!("{time} {} min", numbers::count(limit)),
        Some(n) => format!("{time} {}", seconds(limit / Decimal::from(n))),
        None if name.contains("bytes") => format!("{other} {}", bytes(limit)),
        None => format!("{other} {}", numbers::count(limit)),
    }
}

/// `2 GiB`, or how many bytes.
fn bytes(n: Decimal) -> String {
    let written = size::write(n);
    let parts = written
        .as_deref()
        .and_then(|w| w.split_once(|c: char| c.is_ascii_alphabetic()).map(|(n, _)| (n, &w[n.len()..])));
    parts.map_or_else(|| format!("{} bytes", numbers::count(n)), |(n, unit)| format!("{n} {unit}"))
}

fn seconds(n: Decimal) -> String {
    let micros = n.checked_mul(Decimal::from(1_000_000)).and_then(|m| u64::try_from(m.round()).ok());
    micros.map_or_else(|| format!("{} s", numbers::count(n)), |m| numbers::exact(Duration::from_micros(m)))
}
