//! First layer: the base rules, from raw series. Healthy, failing a little, failing wholly, gone, back again; decoys beside
//! them that no matcher may let in.

use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::constants;
use super::context::{
    Batch, Context, UNIT, align, check, limit_of, minds_silence, per_scrape, slice_of, value,
};
use super::decoys::decoys;
use super::expected::steady;
use super::outages;
use super::series::{DOWN, FINE, Raw, Shape, State, Timeline};
use super::slice_shares;
use super::witness::Labels;
use crate::ir::burn::Loudness;
use crate::ir::ranges;
use crate::ir::{Condition, Measurement, Outcome, Promise, Series, Urgency};
use crate::promql::print;
use crate::rules::derived::{kind, urgency};
use crate::series::{BAD_EVENTS, BUDGET_REMAINING, ERROR_RATIO, EVENTS, FINISHED_EVENTS, INFO};
use crate::value::{Decimal, Duration};

/// The five stretches of each timeline.
pub(super) struct Times {
    pub(super) ends: [Duration; 5],
    timeline: Timeline,
}

/// How long a change in the raw series takes to arrive whole in the base series.
pub(super) fn settled(context: &Context<'_>, promise: &Promise) -> Duration {
    let scrape = promise.scrape_interval;
    let range = ranges::base_range(scrape, context.every);
    let counted = ranges::readings_range(scrape, context.every).plus(ranges::readings_delay(scrape));
    let reads = if is_read(promise) { counted } else { Duration::default() };
    let whole = align(context.every, scrape, context.every);
    let seen = range.max(reads).plus(slice_of(promise)).plus(promise.scrape_timeout);
    seen.plus(scrape).plus(whole).plus(context.every.times(2))
}

/// Are samples of a gauge its events?
pub(super) fn is_read(promise: &Promise) -> bool {
    match &promise.measurement {
        Measurement::Events(e) => e.total.iter().any(|s| matches!(s, Series::Readings { .. })),
        Measurement::Slices(s) => match &s.condition {
            Condition::Share { events, .. } => {
                events.total.iter().any(|s| matches!(s, Series::Readings { .. }))
            }
            Condition::Stat { .. }
            | Condition::Mean { .. }
            | Condition::Age { .. }
            | Condition::Promql { .. } => false,
        },
        Measurement::Completion(_) | Measurement::Composed(_) => false,
    }
}

pub(super) fn times(context: &Context<'_>, promise: &Promise) -> Times {
    let one =
        align(settled(context, promise).plus(context.every.times(2)), promise.scrape_interval, context.every);
    // The budget of a completion is shown eleven minutes more.
    let minutes = if limit_of(promise).is_zero() { 7 } else { 13 };
    let gone = settled(context, promise).plus(Duration::from_mins(minutes)).plus(context.every.times(3));
    let gone = align(gone.max(one), promise.scrape_interval, context.every);
    let tenth = State::Failing(Decimal::new(1, 1));
    // Long enough for a budget to be there: what it is made of is recorded at whole five (or fifteen) minutes.
    let rolled = if ranges::is_coarse(promise.window) { ranges::COARSE } else { ranges::SLOW };
    // A share is judged from its first whole slice on.
    let whole = if slice_shares::is_counted(promise) { slice_of(promise) } else { Duration::default() };
    let fine = one.max(align(
        rolled.times(2).plus(whole).plus(promise.late),
        promise.scrape_interval,
        context.every,
    ));
    let timeline = vec![(FINE, fine), (tenth, one), (DOWN, one), (State::Silent, gone), (FINE, one)];
    let mut ends = [Duration::default(); 5];
    let mut now = Duration::default();
    for (end, (_, length)) in ends.iter_mut().zip(&timeline) {
        now = now.plus(*length);
        *end = now;
    }
    Times { ends, timeline }
}

/// Adds the case of a batch.
pub(super) fn prove(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    let mut case = Case::new("base rules: healthy, failing, gone and back", batch.scrape);
    let near: Vec<&Promise> = context.measured().map(|e| e.promise).collect();
    let unit = per_scrape(batch.scrape);
    for (entry, list) in &batch.list {
        let promise = entry.promise;
        let times = times(context, promise);
        let late = |shape: &Shape| matches!(shape, Shape::Counter { base: 0, slope: 1.. });
        let list = &with_twins(list);
        for raw in list {
            let mut raw = raw.clone();
            raw.late = late(&raw.shape) && !narrow_good(promise);
            case.feed(&raw.name, &raw.labels, raw.values(&times.timeline, batch.scrape, unit));
        }
        let whole = times.ends.last().copied().unwrap_or_default();
        for decoy in decoys(promise, list, &near) {
            case.feed(&decoy.name, &decoy.labels, decoy.values(&[(FINE, whole)], batch.scrape, unit));
        }
        let [fine, little, down, gone, back] = times.ends;
        let states = [
            (fine, Decimal::ZERO, "healthy"),
            (little, Decimal::new(1, 1), "a tenth fails"),
            (down, Decimal::ONE, "all fails"),
            (back, Decimal::ZERO, "healthy again"),
        ];
        for (at, f, when) in states {
            // A sample before the next stretch begins: its first scrape is on the border.
            let at = Duration::from_micros(at.as_micros().saturating_sub(context.every.as_micros()));
            rates(context, promise, list, (at, f, UNIT, when), &mut case);
            // What is started is judged only when its limit is over: its outage waits for that.
            if at < fine && !minds_silence(promise) && limit_of(promise).is_zero() {
                outages::calm(context, promise, at, &mut case);
            }
        }
        constants(context, promise, little, &mut case);
        silence(context, promise, (down, gone, back), &mut case);
    }
    suite.cases.push(case);
}

/// Counters as two instances have them: what is to be summed is not one series only.
pub(super) fn with_twins(list: &[Raw]) -> Vec<Raw> {
    let twin = |raw: &Raw| {
        let mut twin = raw.clone();
        drop(twin.labels.insert("slovo_twin".to_owned(), "2".to_owned()));
        twin
    };
    let twins =
        list.iter().filter(|r| matches!(r.shape, Shape::Counter { .. } | Shape::Sum { .. })).map(twin);
    list.iter().cloned().chain(twins).collect()
}

/// What the source says in numbers is recorded as it stands, and nobody else's events are taken for the promise's.
fn constants(context: &Context<'_>, promise: &Promise, at: Duration, case: &mut Case) {
    constants::values(context, promise, at, case);
    for elsewhere in SCOPE_LABELS {
        let strange = |labels: Labels| foreign(labels, elsewhere);
        // They have data when this promise has none.
        case.feed(EVENTS, &strange(context.labels(promise, None)), "1x10000".to_owned());
        case.feed(ERROR_RATIO, &strange(context.labels(promise, Some("5m"))), "0x10000".to_owned());
        // A promise of theirs that has none is theirs to report.
        let mut info = strange(context.identity(promise));
        info.insert("promise".to_owned(), "a foreign promise".to_owned());
        info.insert("kind".to_owned(), kind(promise).to_owned());
        info.insert("urgency".to_owned(), urgency(promise.urgency).to_owned());
        info.insert("no_data".to_owned(), urgency(promise.no_data).to_owned());
        case.feed(INFO, &info, "1x10000".to_owned());
    }
    // Composed promises have no events of their own.
    let mut composed = context.identity(promise);
    for (label, value) in [
        ("promise", "a foreign promise"),
        ("kind", "composed"),
        ("urgency", urgency(promise.urgency)),
        ("no_data", urgency(promise.no_data)),
    ] {
        composed.insert(label.to_owned(), value.to_owned());
    }
    case.feed(INFO, &composed, "1x10000".to_owned());
    // Nor do others of the journey speak for it.
    for label in ["step", "promise"] {
        let of = |window: Option<&str>| foreign(context.labels(promise, window), label);
        case.feed(EVENTS, &of(None), "1x10000".to_owned());
        case.feed(ERROR_RATIO, &of(Some("5m")), "0x10000".to_owned());
    }
    let says = "no data is reported of the journey's own measured promises only";
    let query = "ALERTS{alertstate=\"firing\",alertname=\"PromiseNoData\",promise=\"a foreign promise\"}";
    case.checks.push(check(promise, at, says, query.to_owned()));
}

/// Where the good are counted, a series of bad ones has nothing that could be missing.
fn narrow_good(promise: &Promise) -> bool {
    match &promise.measurement {
        Measurement::Events(e) => matches!(e.outcome, Outcome::Good(_)),
        Measurement::Slices(s) => match &s.condition {
            Condition::Share { events, .. } => matches!(events.outcome, Outcome::Good(_)),
            Condition::Stat { .. }
            | Condition::Mean { .. }
            | Condition::Age { .. }
            | Condition::Promql { .. } => false,
        },
        Measurement::Completion(_) | Measurement::Composed(_) => false,
    }
}

/// Both base series at a time, and no value that is not a number. `unit` is what a plain counter grows by in a second.
pub(super) fn rates(
    context: &Context<'_>,
    promise: &Promise,
    list: &[Raw],
    (at, f, unit, when): (Duration, Decimal, Decimal, &str),
    case: &mut Case,
) {
    let Some(truth) = steady(promise, list, f, unit) else { return };
    let labels = context.labels(promise, None);
    let slice = slice_of(promise).seconds();
    let factor = if slice.is_zero() { Decimal::ONE } else { slice };
    let (second, word) = match promise.measurement {
        Measurement::Completion(_) => (FINISHED_EVENTS, "finished"),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => (BAD_EVENTS, "bad"),
    };
    for (name, truth, word) in [(EVENTS, truth.events, "events"), (second, truth.second, word)] {
        let (query, seconds) = context.counted(name, promise);
        let says = format!("{word} are counted right while {when}");
        case.checks.push(value(promise, at, says, (&query, labels.clone()), (truth * seconds, factor, 6)));
    }
    if let Some(late) = truth.late {
        let (query, seconds) = context.counted(BAD_EVENTS, promise);
        let says = format!("late ones are counted right while {when}");
        case.checks.push(value(promise, at, says, (&query, labels.clone()), (late * seconds, factor, 6)));
    }
    let all = context.series("", promise, None);
    let all = all.trim_start_matches('{').trim_end_matches('}');
    let all = format!("{{__name__=~\"promise:.*\",{all}}}");
    let mut names = "__name__, window, was".to_owned();
    for (label, _) in &promise.for_each {
        names.push_str(", ");
        print::label_name(&mut names, label);
    }
    case.checks.push(check(
        promise,
        at,
        format!("every value is a number while {when}"),
        // By default a series with such a value is matched by any other of the same labels, whatever its name.
        format!("{all} unless on ({names}) ({all} > -1e15 < 1e15)"),
    ));
}

/// When no data is reported, for plain counters: so long as a scrape is in the range there are events; five minutes without
/// any, two of waiting, and an evaluation each.
fn reported(context: &Context<'_>, promise: &Promise) -> Option<Duration> {
    if is_read(promise) || !slice_of(promise).is_zero() {
        return None;
    }
    let range = ranges::base_range(promise.scrape_interval, context.every).plus(promise.scrape_timeout);
    // The last sample came a scrape before.
    let seen = range.as_micros().saturating_sub(promise.scrape_interval.as_micros());
    let waits = Duration::from_mins(7).plus(context.every.times(2));
    Some(align(Duration::from_micros(seen), context.every, context.every).plus(waits))
}

/// For how long after its last sample a slice has seen something.
fn seen_for(context: &Context<'_>, promise: &Promise) -> Duration {
    let slice = slice_of(promise);
    if slice_shares::is_counted(promise) {
        // Counts leave out the last moment, and short slices hold the range of a count.
        let range = ranges::base_range(promise.scrape_interval, context.every);
        slice.max(range).plus(promise.scrape_timeout)
    } else {
        slice.max(promise.scrape_interval.times(2)).plus(promise.late)
    }
}

/// A vanished target is not data, loudly; one where silence is bad goes on counting.
fn silence(
    context: &Context<'_>,
    promise: &Promise,
    (down, gone, back): (Duration, Duration, Duration),
    case: &mut Case,
) {
    let end = Duration::from_micros(gone.as_micros().saturating_sub(context.every.as_micros()));
    let query = context.firing(promise, "PromiseNoData", "");
    let loud = match promise.no_data {
        Urgency::Page => Some(Loudness::Page),
        Urgency::Ticket => Some(Loudness::Ticket),
        Urgency::None => None,
    };
    if minds_silence(promise) {
        let slice = slice_of(promise).seconds();
        for name in [EVENTS, BAD_EVENTS] {
            let (query, seconds) = context.counted(name, promise);
            let says = "silence is bad";
            let labels = context.labels(promise, None);
            let all = seconds.checked_div(slice).unwrap_or_default();
            case.checks.push(value(promise, end, says, (&query, labels), (all, slice, 6)));
        }
        case.checks.push(check(promise, end, "silence that is bad is not called no data", query));
        return;
    }
    if !slice_of(promise).is_zero() {
        // Its last sample was a scrape before.
        let seen = seen_for(context, promise).plus(context.every).as_micros();
        let seen = Duration::from_micros(seen.saturating_sub(promise.scrape_interval.as_micros()));
        let at = down.plus(seen);
        let at = align(at, context.every, context.every);
        let query = context.series(EVENTS, promise, None);
        case.checks.push(check(promise, at.min(end), "a slice that saw nothing is none", query));
    }
    for name in [EVENTS, if limit_of(promise).is_zero() { BAD_EVENTS } else { FINISHED_EVENTS }] {
        let query = context.series(name, promise, None);
        case.checks.push(check(promise, end, "a vanished target leaves no events, not even none", query));
    }
    let left = context.series(BUDGET_REMAINING, promise, None);
    case.checks.push(check(promise, end, "a budget that nobody measures is not a number", left));
    // Seven minutes after the last count, which is up to an evaluation before it goes down.
    let soon =
        Duration::from_micros(down.plus(Duration::from_secs(390)).as_micros() - context.every.as_micros());
    let says = "no data is not reported while there is some";
    case.checks.push(check(promise, down, says, query.clone()));
    case.checks.push(check(promise, soon, "a short gap is not reported", query.clone()));
    if let Some(loud) = loud {
        let identity: Labels = context.identity(promise);
        let labels = context.alert_labels(identity, "PromiseNoData", loud, promise);
        let due = reported(context, promise).map(|passed| down.plus(passed)).filter(|at| *at < end);
        let soonest = due.unwrap_or(end);
        if due.is_some() {
            let before = Duration::from_micros(soonest.as_micros() - context.every.as_micros() * 5);
            case.checks.push(check(promise, before, "a gap is not reported too soon", query.clone()));
        }
        for at in [soonest.min(end), end] {
            let passed = Duration::from_micros(at.as_micros().saturating_sub(down.as_micros()));
            let says = format!("a vanished target is reported as no data within {passed}");
            case.checks.push(check(promise, at, says, query.clone()).gives(labels.clone(), Decimal::ONE));
        }
    } else {
        case.checks.push(check(promise, end, "missing data alerts nobody", query.clone()));
    }
    let says = "no data is no longer reported when the target is back";
    case.checks.push(check(promise, back, says, query));
}
