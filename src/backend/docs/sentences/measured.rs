//! How a promise is measured, in words that hold no metric's name.

use super::{numbers, words};
use crate::ir::{
    Completion, Composed, Composition, Condition, Events, Measurement, Model, Outcome, Promise, Reading,
    Selector, Series, Slices, Stat, Which,
};
use crate::value::{Decimal, Duration, size};

/// How we know whether the promise is kept.
pub fn sentences(model: &Model, promise: &Promise) -> Vec<String> {
    let mut said = match &promise.measurement {
        Measurement::Events(events) => {
            vec![format!("We count all {}.", words::noun(promise)), outcome(events)]
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
        let percent = (unseen * Decimal::ONE_HUNDRED).min(Decimal::ONE_HUNDRED).round_dp(0).normalize();
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
    let good = match &slices.condition {
        Condition::Share { events, at_least, .. } => {
            let share = numbers::share(*at_least * Decimal::ONE_HUNDRED);
            match clause(events) {
                Some((true, clause)) => format!("at least {share} requests in it {clause}"),
                Some((false, clause)) => {
                    let bad = numbers::share(Decimal::ONE_HUNDRED - *at_least * Decimal::ONE_HUNDRED);
                    format!("at most {bad} requests in it {clause}")
                }
                None => format!("at least {share} requests in it go well"),
            }
        }
        Condition::Stat { stat, good, .. } => {
            let which = match stat {
                Stat::Max => "the highest reading in it",
                Stat::Min => "the lowest reading in it",
                Stat::Avg => "the average reading in it",
                Stat::Sum => "the sum at its end",
            };
            format!("{which} is {}", reading(*good))
        }
        Condition::Mean { good, seconds: time, unit, .. } => match (good, time) {
            (Reading::AtMost(_), Some(time)) => {
                format!("they take at most {} in it on average", seconds(*time))
            }
            (Reading::AtLeast(_), Some(time)) => {
                format!("they take at least {} in it on average", seconds(*time))
            }
            (_, None) => format!("the average in it is {} {unit}", reading(*good)).trim_end().to_owned(),
        },
        Condition::Age { which, at_most, .. } => {
            let which = match which {
                Which::Newest => "newest",
                Which::Oldest => "oldest",
            };
            format!("the {which} data is at most {} old", seconds(*at_most))
        }
        Condition::Promql { good, .. } => format!("the team's own query gives {}", reading(*good)),
    };
    let nothing = match &slices.condition {
        Condition::Share { .. } | Condition::Mean { .. } => "any event",
        Condition::Stat { .. } | Condition::Age { .. } | Condition::Promql { .. } => "a value",
    };
    let then = if slices.silence_is_bad { "bad" } else { "not counted" };
    vec![
        format!(
            "Time is judged in {}. They may begin at any moment, and each is good or bad.",
            words::noun(promise)
        ),
        format!("One is good when {good}."),
        format!("One without {nothing} is {then}."),
    ]
}

fn outcome(events: &Events) -> String {
    if !events.faults.is_empty() && clause(events).is_none() {
        return "Those that our systems report as failed are bad.".to_owned();
    }
    match (clause(events), &events.outcome) {
        (Some((true, clause)), _) => format!("They are good when they {clause}."),
        (Some((false, clause)), _) => format!("They are bad when they {clause}."),
        (None, Outcome::Good(_)) => "Those that our systems report as done well are good.".to_owned(),
        (None, Outcome::Bad(_)) => "Those that our systems report as failed are bad.".to_owned(),
    }
}

/// What bad ones do that are bad in several ways: `take more than 1.4 s or are reported as failed`.
fn any_of(events: &Events) -> Option<(bool, String)> {
    let (mut said, mut failed): (Vec<String>, bool) = (Vec::new(), false);
    for series in events.faults.iter().flatten() {
        match series {
            Series::HistogramOver { selector, limit, .. } => {
                let words = bound(selector, *limit, ("take more than", "measure more than"));
                if !said.contains(&words) {
                    said.push(words);
                }
            }
            Series::Counter(_)
            | Series::HistogramCount { .. }
            | Series::HistogramWithin { .. }
            | Series::Readings { .. }
            | Series::Promql(_) => failed = true,
        }
    }
    if said.is_empty() {
        return None;
    }
    let kinds = if said.len() > 1 { " (each kind has its limit)" } else { "" };
    let failed = if failed { " or are reported as failed" } else { "" };
    Some((false, format!("{}{kinds}{failed}", words::either(&said))))
}

/// What good (or bad) ones do, where every series of the outcome says it: `take at most 400 ms`.
fn clause(events: &Events) -> Option<(bool, String)> {
    if !events.faults.is_empty() {
        return any_of(events);
    }
    let (good, list) = match &events.outcome {
        Outcome::Good(list) => (true, list),
        Outcome::Bad(list) => (false, list),
    };
    let mut said: Vec<String> = Vec::new();
    for series in list {
        let words = match series {
            Series::HistogramWithin { selector, limit, .. } => {
                let narrower =
                    if narrows(selector, &events.total) { " and our systems report no failure" } else { "" };
                format!("{}{narrower}", bound(selector, *limit, ("take at most", "measure at most")))
            }
            Series::HistogramOver { selector, limit, .. } => {
                bound(selector, *limit, ("take more than", "measure more than"))
            }
            Series::Readings { condition: Some(value), .. } => format!("read {}", reading(*value)),
            Series::Counter(_)
            | Series::HistogramCount { .. }
            | Series::Readings { condition: None, .. }
            | Series::Promql(_) => return None,
        };
        if !said.contains(&words) {
            said.push(words);
        }
    }
    (!said.is_empty()).then(|| (good, words::either(&said)))
}

/// Does the selector ask for more than the totals do?
fn narrows(selector: &Selector, total: &[Series]) -> bool {
    let mut all = total.iter().filter_map(Series::selector);
    all.any(|s| s.metric == selector.metric && s.matchers.len() < selector.matchers.len())
}

fn reading(reading: Reading) -> String {
    match reading {
        Reading::AtLeast(n) => format!("at least {}", numbers::count(n)),
        Reading::AtMost(n) => format!("at most {}", numbers::count(n)),
    }
}

/// A bound with its unit where it is one of time, by the suffix that Prometheus' naming rules ask for.
fn bound(selector: &Selector, limit: Decimal, (time, other): (&str, &str)) -> String {
    let name = selector.metric.as_str();
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
