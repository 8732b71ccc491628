//! Titles and notes that say another number than the promise keeps.
//!
//! Each quantity is held against the promise's numbers of its kind (an objective against objectives, a window against
//! windows), and contradicts only when there are some and none of them is it.

use super::Found;
use super::words::{Said, said};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::{Condition, Events, Journey, Measurement, Outcome, Promise, Reading, Selector, Series};
use crate::source::Span;
use crate::value::{Decimal, Duration};

pub(super) fn check(promise: &Promise, found: &mut Found<'_>) {
    let title = said(&promise.title);
    let notes: Vec<(Vec<Said>, Span)> = promise
        .notes
        .iter()
        .zip(&promise.places.notes)
        .filter(|(text, _)| speaks_of_now(text))
        .map(|(text, place)| (said(text), *place))
        .collect();
    absolute(promise, found);
    let words: Vec<(Vec<Said>, Span)> =
        promise.words.iter().zip(&promise.places.words).map(|(w, place)| (said(&w.text), *place)).collect();
    if title.is_empty() && notes.iter().chain(&words).all(|(said, _)| said.is_empty()) {
        return;
    }
    let numbers = Numbers::of(promise);
    let whose = format!("`{}`", promise.path);
    for said in title {
        report(said, &numbers, ("title", &whose, "the promise"), promise.places.title, found);
    }
    for (list, place) in notes {
        for said in list {
            report(said, &numbers, ("note", &whose, "the promise"), place, found);
        }
    }
    // Each promise is asked: the words of an indicator stand for all that are measured by it.
    for (list, place) in words {
        for said in list {
            report(said, &numbers, ("wording", &whose, "the promise"), place, found);
        }
    }
}

/// A title that promises always or never, where the number leaves room. `never older than 26 hours` names the limit of what is
/// then counted, and is left alone.
fn absolute(promise: &Promise, found: &mut Found<'_>) {
    let lower = promise.title.to_lowercase();
    let said: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let Some(word) = said.iter().find(|w| matches!(**w, "always" | "never")) else { return };
    if *word == "never" && said.contains(&"than") {
        return;
    }
    found.push(
        Diagnostic::new(
            &codes::WORDS,
            promise.places.title,
            format!(
                "the title of `{}` says {word}, the promise keeps {}%",
                promise.path,
                promise.objective.normalize()
            ),
            format!("says {word}"),
        )
        .help(format!(
            "users read the title: say what they can count on without `{word}`, the number says how often"
        )),
    );
}

/// Notes also tell what was, what others promise and what was measured: then their numbers are not this promise's.
fn speaks_of_now(note: &str) -> bool {
    const OTHER: [&str; 34] = [
        "was", "were", "had", "before", "until", "since", "used", "measured", "median", "today", "usually",
        "often", "mostly", "about", "roughly", "around", "provider", "contract", "sla", "timeout", "times",
        "retry", "retries", "not", "never", "if", "when", "later", "next", "other", "another", "than",
        "only", "except",
    ];
    let words = note.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    !words.into_iter().any(|w| OTHER.contains(&w.as_str()))
}

/// A step's title may speak of any of its promises.
pub(super) fn check_steps(journey: &Journey, found: &mut Found<'_>) {
    for step in &journey.steps {
        let list = said(&step.title);
        if list.is_empty() || step.left_out || found.broken_within(step.origin.span) {
            continue;
        }
        let mut all = Numbers::default();
        for promise in &step.promises {
            all.add(promise);
        }
        let whose = format!("`{}.{}`", journey.id, step.id);
        for said in list {
            report(said, &all, ("title", &whose, "its promises"), step.places.title, found);
        }
    }
}

fn report(
    said: Said,
    numbers: &Numbers,
    (text, whose, who): (&str, &str, &str),
    place: Span,
    found: &mut Found<'_>,
) {
    let Some(kept) = contradicted(said, numbers) else { return };
    let shown = shown(said);
    found.push(
        Diagnostic::new(
            &codes::WORDS,
            place,
            format!("the {text} of {whose} says {shown}, {who} {kept}"),
            format!("says {shown}"),
        )
        .help(format!(
            "users read the {text}, the alerts follow the numbers: write the same into both ({shown} or {kept})"
        )),
    );
}

fn shown(said: Said) -> String {
    match said {
        Said::Limit(d) | Said::Slice(d) => d.to_string(),
        Said::Window(d) => format!("over {d}"),
        Said::Percent(p) | Said::Threshold(p) => format!("{p}%"),
        Said::Percentile(p) => format!("p{p}"),
    }
}

/// What the promise says instead.
fn contradicted(said: Said, numbers: &Numbers) -> Option<String> {
    match said {
        Said::Percent(p) => {
            if numbers.percents.is_empty() || numbers.percents.contains(&p) {
                return None;
            }
            numbers.percents.first().map(|first| format!("{}%", first.normalize()))
        }
        Said::Threshold(p) => {
            if numbers.unclear || numbers.percents.contains(&p) || numbers.thresholds.contains(&p) {
                return None;
            }
            numbers.thresholds.first().map(|first| format!("{}%", first.normalize()))
        }
        // p99 within a limit: 99% are within it.
        Said::Percentile(p) => {
            if numbers.unclear || numbers.limits.is_empty() || numbers.percents.contains(&p) {
                return None;
            }
            match numbers.percentile {
                Some(percentile) => Some(format!("p{}", percentile.normalize())),
                None => numbers.percents.first().map(|first| format!("{}%", first.normalize())),
            }
        }
        Said::Limit(d) => {
            let known = numbers.others.contains(&d) || numbers.windows.contains(&d);
            if numbers.unclear || known || numbers.limits.iter().any(|l| l.may_be(d)) {
                return None;
            }
            // Days against milliseconds are not limit, but something else that takes time.
            numbers.limits.iter().find(|l| l.is_near(d)).map(Limit::shown)
        }
        Said::Window(d) => {
            let known = numbers.windows.contains(&d) || numbers.others.contains(&d);
            if known || numbers.limits.iter().any(|l| l.may_be(d)) {
                return None;
            }
            numbers.windows.first().map(|first| format!("over {first}"))
        }
        Said::Slice(d) => {
            let known = numbers.others.contains(&d) || numbers.limits.iter().any(|l| l.may_be(d));
            if known { None } else { numbers.others.first().map(Duration::to_string) }
        }
    }
}

/// A limit on time.
enum Limit {
    /// Known.
    Exact(Duration),
    /// A bound of this histogram, in its unit.
    Bound(Decimal, String),
}

impl Limit {
    /// The model does not carry a metric's unit, so any unit of time that fits is taken to be it.
    fn may_be(&self, said: Duration) -> bool {
        let micros = Decimal::from(said.as_micros());
        match self {
            Limit::Exact(d) => *d == said,
            Limit::Bound(bound, _) => [1_000_000_i64, 1_000, 1, 60_000_000]
                .iter()
                .any(|unit| bound.checked_mul(Decimal::from(*unit)) == Some(micros)),
        }
    }
    /// Within a factor of a thousand?
    fn is_near(&self, said: Duration) -> bool {
        let said = Decimal::from(said.as_micros());
        let near = |own: Decimal| {
            let thousand = Decimal::ONE_THOUSAND;
            let larger = own.checked_mul(thousand).is_none_or(|l| said <= l);
            larger && said.checked_mul(thousand).is_none_or(|s| own <= s)
        };
        match self {
            Limit::Exact(d) => near(Decimal::from(d.as_micros())),
            Limit::Bound(bound, metric) => {
                bound.checked_mul(Decimal::from(micros_of(metric))).is_some_and(near)
            }
        }
    }
    fn shown(&self) -> String {
        match self {
            Limit::Exact(d) => d.to_string(),
            Limit::Bound(bound, metric) => {
                let micros = micros_of(metric);
                let time = bound.checked_mul(Decimal::from(micros)).and_then(|m| u64::try_from(m).ok());
                time.map_or_else(|| bound.normalize().to_string(), |m| Duration::from_micros(m).to_string())
            }
        }
    }
}

/// The microseconds of a metric's unit, by its name.
fn micros_of(metric: &str) -> u64 {
    if metric.contains("milliseconds") || metric.ends_with("_ms") { 1_000 } else { 1_000_000 }
}

/// Every number of a promise that a title may speak of.
#[derive(Default)]
struct Numbers {
    percents: Vec<Decimal>,
    limits: Vec<Limit>,
    windows: Vec<Duration>,
    percentile: Option<Decimal>,
    /// Limits on shares, in percent.
    thresholds: Vec<Decimal>,
    /// Other lengths of time: slices.
    others: Vec<Duration>,
    /// Something could not be looked into.
    unclear: bool,
}

impl Numbers {
    fn of(promise: &Promise) -> Self {
        let mut made = Self::default();
        made.add(promise);
        made
    }
    fn add(&mut self, promise: &Promise) {
        self.percents.push(promise.objective);
        self.percents.extend(promise.stretch);
        self.windows.push(promise.window);
        match &promise.measurement {
            Measurement::Events(events) => self.events(events),
            Measurement::Completion(completion) => self.limits.push(Limit::Exact(completion.within)),
            Measurement::Slices(slices) => {
                self.others.push(slices.slice);
                match &slices.condition {
                    Condition::Share { events, at_least, percentile } => {
                        self.percents.push(at_least * Decimal::ONE_HUNDRED);
                        self.percents.extend(percentile);
                        self.percentile = self.percentile.or(*percentile);
                        self.events(events);
                    }
                    Condition::Stat { selector, good, .. } => self.reading(selector, *good),
                    Condition::Mean { seconds: Some(seconds), .. } => {
                        match seconds
                            .checked_mul(Decimal::from(1_000_000))
                            .and_then(|m| u64::try_from(m).ok())
                        {
                            Some(m) => self.limits.push(Limit::Exact(Duration::from_micros(m))),
                            None => self.unclear = true,
                        }
                    }
                    Condition::Age { at_most, .. } => match at_most.checked_mul(Decimal::from(1_000_000)) {
                        Some(m) if m.fract().is_zero() => match u64::try_from(m) {
                            Ok(m) => self.limits.push(Limit::Exact(Duration::from_micros(m))),
                            Err(_) => self.unclear = true,
                        },
                        _ => self.unclear = true,
                    },
                    Condition::Mean { good: Reading::AtLeast(n) | Reading::AtMost(n), .. }
                    | Condition::Promql { good: Reading::AtLeast(n) | Reading::AtMost(n), .. } => {
                        self.percents.push(*n);
                        self.percents.push(n * Decimal::ONE_HUNDRED);
                        self.unclear = true;
                    }
                }
            }
            Measurement::Composed(_) => self.unclear = true,
        }
    }
    fn events(&mut self, events: &Events) {
        let (Outcome::Good(list) | Outcome::Bad(list)) = &events.outcome;
        for series in events.total.iter().chain(list) {
            match series {
                Series::HistogramWithin { selector, limit, .. }
                | Series::HistogramOver { selector, limit, .. } => {
                    self.bound(selector, *limit);
                }
                Series::Readings { selector, condition: Some(good) } => self.reading(selector, *good),
                Series::Promql(_) => self.unclear = true,
                Series::Counter(_)
                | Series::HistogramCount { .. }
                | Series::Readings { condition: None, .. } => {}
            }
        }
    }
    fn bound(&mut self, selector: &Selector, limit: Decimal) {
        let name = selector.metric.as_str();
        let is_time = ["second", "duration", "latency", "time", "_ms"].iter().any(|w| name.contains(w));
        if is_time {
            self.limits.push(Limit::Bound(limit, name.to_owned()));
        } else {
            self.unclear = true;
        }
    }
    /// A gauge may be a ratio or a time: both are possible readings of its limit.
    fn reading(&mut self, selector: &Selector, good: Reading) {
        let (Reading::AtLeast(limit) | Reading::AtMost(limit)) = good;
        self.percents.push(limit * Decimal::ONE_HUNDRED);
        self.percents.push(limit);
        let name = selector.metric.as_str();
        if name.contains("ratio") || name.contains("percent") {
            let scale = if name.contains("percent") { Decimal::ONE } else { Decimal::ONE_HUNDRED };
            self.thresholds.push(limit * scale);
        } else {
            self.bound(selector, limit);
        }
    }
}
