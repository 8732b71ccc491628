//! What of a measurement either format can say.

use super::{Format, query};
use crate::ast::{MatchOp, Stat};
use crate::ir::{
    Condition, Events, Matcher, Measurement, Outcome, Promise, Reading, Selector, Series, Slices,
};
use crate::value::{Decimal, Duration};

/// How a promise is measured there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Good or bad events of all.
    Ratio {
        /// The good ones are asked for, not the bad.
        good: bool,
        /// Which of them.
        part: String,
        /// All.
        total: String,
        /// Slices are judged by the share.
        slices: Option<(Duration, Decimal)>,
    },
    /// A value that is good on one side of a limit.
    Threshold {
        /// The value.
        query: String,
        /// `lte`, `gte`, `lt` or `gt`.
        op: &'static str,
        /// The limit.
        value: Decimal,
        /// Slices are judged by it.
        slice: Option<Duration>,
    },
}

/// The form of a promise, narrowed to one value of `for each`; else why it has none.
pub(super) fn form(
    promise: &Promise,
    narrowed: &[Matcher],
    format: Format,
    differs: &mut Vec<String>,
) -> Result<Form, String> {
    if !promise.for_each.is_empty() && promise.measurement.queries().next().is_some() {
        return Err("a query of its own that `for each` splits has no form there".to_owned());
    }
    if promise.late > Duration::default() {
        let late = length(promise.late);
        differs.push(format!(
            "samples may be {late} late here; there they count only if they are there in time"
        ));
    }
    let every = promise.scrape_interval;
    for series in promise.measurement.series() {
        differs.extend(series.selector().into_iter().flat_map(differences));
    }
    if let Some(gauge) = promise.measurement.gauge() {
        differs.extend(differences(gauge));
    }
    match &promise.measurement {
        Measurement::Events(events) => {
            let events = with(events, narrowed);
            match readings(&events) {
                Some(form) if format == Format::OpenSlo => Ok(form),
                _ => Ok(ratio(&events, every, None)),
            }
        }
        Measurement::Slices(_) if format == Format::Sloth => {
            Err("slices of time have no form in Sloth, which counts events".to_owned())
        }
        Measurement::Slices(slices) => of_slices(slices, narrowed, every, differs),
        Measurement::Completion(_) => {
            Err("what must finish in time has no form there: neither counts what was started and is still under way".to_owned())
        }
        Measurement::Composed(_) => {
            Err("a promise made of others has no form there: its members are written, each by itself".to_owned())
        }
    }
}

fn of_slices(
    slices: &Slices,
    narrowed: &[Matcher],
    every: Duration,
    differs: &mut Vec<String>,
) -> Result<Form, String> {
    differs.push("slices may begin at any moment here; there they follow one another".to_owned());
    if slices.silence_is_bad {
        differs.push("a slice without data is bad here; there nothing says so".to_owned());
    }
    let length = length(slices.slice);
    let narrow = |selector: &Selector| with_matchers(selector, narrowed);
    let threshold = |query: String, good: Reading| {
        let (op, value) = match good {
            Reading::AtLeast(limit) => ("gte", limit),
            Reading::AtMost(limit) => ("lte", limit),
        };
        Form::Threshold { query, op, value: value.normalize(), slice: Some(slices.slice) }
    };
    Ok(match &slices.condition {
        Condition::Share { events, at_least, .. } => {
            ratio(&with(events, narrowed), every, Some((slices.slice, *at_least)))
        }
        Condition::Stat { stat, selector, good } => {
            let selector = narrow(selector);
            // Every reading is good where the greatest is at most the limit.
            let each =
                matches!((stat, good), (Stat::Max, Reading::AtMost(_)) | (Stat::Min, Reading::AtLeast(_)));
            let value =
                if each { query::plain(&selector, "") } else { query::statistic(*stat, &selector, &length) };
            threshold(value, *good)
        }
        Condition::Mean { of, good, .. } => {
            let mut of = of.clone();
            narrow_series(&mut of, narrowed);
            let value = query::mean(&of, &length)
                .ok_or_else(|| "a mean of such observations has no form there".to_owned())?;
            threshold(value, *good)
        }
        Condition::Age { which, selector, per_second, at_most } => {
            threshold(query::age(*which, &narrow(selector), *per_second), Reading::AtMost(*at_most))
        }
        Condition::Promql { query, good } => threshold(query.trim().to_owned(), *good),
    })
}

fn ratio(events: &Events, every: Duration, slices: Option<(Duration, Decimal)>) -> Form {
    let (good, list) = match &events.outcome {
        Outcome::Good(list) => (true, list),
        Outcome::Bad(list) => (false, list),
    };
    let total = query::total(&events.total, every);
    Form::Ratio { good, part: query::part(list, &total, every), total, slices }
}

/// `5m`
pub(super) fn length(duration: Duration) -> String {
    let mut out = String::new();
    duration.push_to(&mut out);
    out
}

/// Readings of one gauge, each good on one side of a limit.
fn readings(events: &Events) -> Option<Form> {
    let [Series::Readings { selector: all, condition: None }] = events.total.as_slice() else { return None };
    let (good, list) = match &events.outcome {
        Outcome::Good(list) => (true, list),
        Outcome::Bad(list) => (false, list),
    };
    let [Series::Readings { selector, condition: Some(condition) }] = list.as_slice() else { return None };
    if selector != all {
        return None;
    }
    let (op, value) = match (good, condition) {
        (true, Reading::AtMost(limit)) => ("lte", *limit),
        (true, Reading::AtLeast(limit)) => ("gte", *limit),
        (false, Reading::AtLeast(limit)) => ("lt", *limit),
        (false, Reading::AtMost(limit)) => ("gt", *limit),
    };
    Some(Form::Threshold { query: query::plain(selector, ""), op, value: value.normalize(), slice: None })
}

/// What a tool that only rates what is there counts otherwise.
fn differences(selector: &Selector) -> Vec<String> {
    let mut made = Vec::new();
    let metric = &selector.metric;
    if selector.born_with_event {
        made.push(format!("`{metric}` is born with its first event: there the first ones aren't counted"));
    }
    if selector.alive.is_some() {
        made.push(format!("`{metric}` is silent when idle: there that is missing data"));
    }
    if selector.either {
        made.push(format!(
            "`{metric}` may be stored as a native histogram: there only the classic one is read"
        ));
    }
    if selector.increases.is_some() {
        made.push(format!(
            "samples of `{metric}` are increases: their sum over a window takes the place of a rate"
        ));
    }
    made
}

fn with(events: &Events, narrowed: &[Matcher]) -> Events {
    let mut made = events.clone();
    let (Outcome::Good(list) | Outcome::Bad(list)) = &mut made.outcome;
    for series in made.total.iter_mut().chain(list) {
        narrow_series(series, narrowed);
    }
    made
}

fn narrow_series(series: &mut Series, narrowed: &[Matcher]) {
    match series {
        Series::Counter(selector)
        | Series::HistogramCount { selector, .. }
        | Series::HistogramWithin { selector, .. }
        | Series::HistogramOver { selector, .. }
        | Series::Readings { selector, .. } => *selector = with_matchers(selector, narrowed),
        Series::Promql(_) => {}
    }
}

/// A selector with matchers more; one that says the same of a label already stays as it is.
fn with_matchers(selector: &Selector, narrowed: &[Matcher]) -> Selector {
    let mut made = selector.clone();
    let said = |m: &Matcher| {
        selector.matchers.iter().any(|s| s.label == m.label && s.op == MatchOp::Equal && s.value == m.value)
    };
    made.matchers.extend(narrowed.iter().filter(|m| !said(m)).cloned());
    made
}
