//! Metrics that are silent when idle: while something shows that their target is there, that they are missing means that nothing
//! happens; without it, that there is no data.

use super::base::times;
use super::case::{Case, Suite};
use super::context::{Batch, Context, check, limit_of, per_scrape, value};
use super::series::{FINE, State};
use super::witness::{Labels, witness};
use crate::ir::burn::Loudness;
use crate::ir::{Measurement, Promise, Selector, Series, Urgency};
use crate::series::{BAD_EVENTS, EVENTS, FINISHED_EVENTS};
use crate::value::{Decimal, Duration};

/// Adds a case for each promise: healthy, then idle, then the target is gone. Beside it, others are there all the time.
pub(super) fn prove(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        if !promise.measurement.silent_when_idle() {
            continue;
        }
        let alive = alive(promise);
        let there: Option<Vec<Labels>> =
            alive.iter().map(|s| witness(&s.matchers, &[], &Labels::new())).collect();
        let Some(there) = there else { continue };
        let mut case = Case::new("base rules: silent when idle", batch.scrape);
        let [healthy, little, _, gone, _] = times(context, promise).ends;
        let long = Duration::from_micros(gone.as_micros() - little.as_micros());
        let (idle, down) = (healthy.plus(long), healthy.plus(long.times(2)));
        let unit = per_scrape(batch.scrape);
        for raw in list {
            let timeline = vec![(FINE, healthy), (State::Silent, long.times(2))];
            case.feed(&raw.name, &raw.labels, raw.values(&timeline, batch.scrape, unit));
        }
        let scrapes = |of: Duration| of.as_micros() / batch.scrape.as_micros().max(1);
        for (selector, labels) in alive.iter().zip(&there) {
            let (before, after) = (scrapes(idle), scrapes(long));
            // A target that can't be scraped says so; anything else is no longer there.
            let end = if selector.metric == "up" { format!("0x{after}") } else { "stale".to_owned() };
            case.feed(&selector.metric, labels, format!("1x{} {end}", before - 1));
            for matcher in &selector.matchers {
                let mut other = labels.clone();
                other.insert(matcher.label.clone(), "slovo-other".to_owned());
                if !super::witness::satisfies(&other, &selector.matchers) {
                    case.feed(&selector.metric, &other, format!("1x{}", before + after));
                }
            }
        }
        let before = |at: Duration| Duration::from_micros(at.as_micros() - context.every.as_micros());
        let names: &[&str] = match &promise.measurement {
            Measurement::Completion(c) if !all_idle(&c.finished) => &[EVENTS],
            Measurement::Completion(_) => &[EVENTS, FINISHED_EVENTS],
            Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => {
                &[EVENTS, BAD_EVENTS]
            }
        };
        for name in names {
            let (query, _) = context.counted(name, promise);
            let labels = context.labels(promise, None);
            let says = "who is idle counts nothing, and nothing bad";
            let none = (Decimal::ZERO, Decimal::ONE, 6);
            case.checks.push(value(promise, before(idle), says, (&query, labels), none));
        }
        let query = context.firing(promise, "PromiseNoData", "");
        case.checks.push(check(promise, before(idle), "who is idle is not called no data", query.clone()));
        let mut made = check(promise, before(down), "a target that is gone is not idle", query);
        let loud = match promise.no_data {
            Urgency::Page => Some(Loudness::Page),
            Urgency::Ticket => Some(Loudness::Ticket),
            Urgency::None => None,
        };
        if let Some(loud) = loud {
            let labels = context.alert_labels(context.identity(promise), "PromiseNoData", loud, promise);
            made = made.gives(labels, Decimal::ONE);
        }
        case.checks.push(made);
        let second = if limit_of(promise).is_zero() { BAD_EVENTS } else { FINISHED_EVENTS };
        for name in [EVENTS, second] {
            let says = "a target that is gone leaves no events, not even none";
            case.checks.push(check(promise, before(down), says, context.series(name, promise, None)));
        }
        suite.cases.push(case);
    }
}

fn all_idle(list: &[Series]) -> bool {
    list.iter().all(|s| s.selector().is_some_and(|s| s.alive.is_some()))
}

/// What shows that the targets of a promise are there, each once.
fn alive(promise: &Promise) -> Vec<Selector> {
    let mut made: Vec<Selector> = Vec::new();
    for one in promise.measurement.series().filter_map(|s| s.selector()?.alive.as_deref()) {
        if !made.contains(one) {
            made.push(one.clone());
        }
    }
    made
}
