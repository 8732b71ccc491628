//! Last layer: end to end, from raw series to alerts. A total outage is reported in time and over when it is over; thin
//! traffic doesn't wake anybody before enough has failed.

use super::base::settled;
use super::case::{Case, Suite};
use super::context::{
    Batch, Context, UNIT, align, check, limit_of, minds_silence, per_scrape, slice_of, value,
};
use super::expected::steady;
use super::inputs::{Unprovable, inputs, parts};
use super::series::{DOWN, FINE, Raw, Timeline};
use crate::ir::burn::{Alert, Loudness};
use crate::ir::detection::least_bad;
use crate::ir::ranges;
use crate::ir::{Measurement, Promise, Urgency};
use crate::rules::alerts::{loudness, name};
use crate::rules::completions::is_in;
use crate::rules::plan::{Entry, is_composed};
use crate::series::{ERROR_RATIO, MISSING_NOW};
use crate::value::{Decimal, Duration};

/// Healthy history before an outage. Windows are longer, so that what was healthy weighs less than it would: the time until
/// an alert is an upper bound all the same, and the exact thresholds are proved layer by layer.
const LEAD: Duration = Duration::from_mins(20);

/// A timeline that takes longer isn't played.
const LONGEST: Duration = Duration::from_hours(8);

/// A promise's outage: what is played, and when it must be reported.
struct Outage<'a> {
    alert: &'a Alert,
    loud: Loudness,
    /// Healthy before.
    lead: Duration,
    /// Reported at the latest so long after it began.
    within: Duration,
    /// Over at the latest so long after it ended.
    over: Duration,
}

/// The series behind a promise: those that fail and those that stay healthy (other members of a composed one).
pub(super) struct Cast<'m> {
    pub(super) failing: &'m Promise,
    pub(super) raws: Vec<Raw>,
    pub(super) healthy: Vec<Raw>,
    pub(super) scrape: Duration,
}

/// Finds the series of a composed promise: its first member fails alone.
pub(super) fn cast<'m>(context: &Context<'m>, promise: &'m Promise) -> Result<Cast<'m>, Unprovable> {
    let members = parts(context.model, promise)?;
    let Some(first) = members.first().copied() else {
        return Err(Unprovable("it has no members".to_owned()));
    };
    let raws = inputs(first)?;
    let mut healthy: Vec<Raw> = Vec::new();
    for member in members.iter().skip(1) {
        if member.scrape_interval != first.scrape_interval {
            return Err(Unprovable("its members are scraped at different intervals".to_owned()));
        }
        let list = inputs(member)?;
        if super::inputs::finds(first, &list) || super::inputs::finds(member, &raws) {
            return Err(Unprovable(
                "its members count the same series, so that none can fail alone".to_owned(),
            ));
        }
        for raw in list {
            if !healthy.iter().any(|h| h.name == raw.name && h.labels == raw.labels) {
                healthy.push(raw);
            }
        }
    }
    Ok(Cast { failing: first, raws, healthy, scrape: first.scrape_interval })
}

/// When an alert must have fired after everything began to fail, with only `lead` of history before.
fn fires_within(
    context: &Context<'_>,
    promise: &Promise,
    alert: &Alert,
    (first, raws): (&Promise, &[Raw]),
    lead: Duration,
) -> Option<Duration> {
    let limit = limit_of(first);
    let long = alert.long.max(limit.times(2));
    let threshold = alert.threshold(promise.error_budget());
    let full = portion(long, threshold)?;
    // Before the window is full, what was healthy weighs less.
    let young = portion(lead, threshold.checked_div(Decimal::ONE - threshold)?)?;
    let rate = steady(first, raws, Decimal::ONE, UNIT)?;
    let bad = if limit.is_zero() { rate.second } else { rate.events };
    let guard = Decimal::from(least_bad(promise, alert)) - Decimal::new(5, 1);
    let counted = portion(Duration::from_secs(1), guard.max(Decimal::ZERO).checked_div(bad)?)?;
    let late = settled(context, first).plus(context.every.times(2)).plus(rounded(context, alert, limit));
    let rolled = if ranges::is_from_base(alert.long) { Duration::default() } else { ranges::SLOW.times(2) };
    let composed = if is_composed(promise) { context.every.times(2) } else { Duration::default() };
    Some(full.min(young).max(counted).plus(late).plus(rolled).plus(composed))
}

/// The limit of a completion in whole samples of what the window reads.
fn rounded(context: &Context<'_>, alert: &Alert, limit: Duration) -> Duration {
    let every = if ranges::is_from_base(alert.long) { context.every } else { ranges::SLOW };
    ranges::round_up(limit, every)
}

fn portion(whole: Duration, fraction: Decimal) -> Option<Duration> {
    let micros = Decimal::from(whole.as_micros()).checked_mul(fraction)?.round();
    u64::try_from(micros).ok().map(Duration::from_micros)
}

/// The alert that reports a total outage first, as loud as the promise can be.
fn outage<'a>(
    context: &Context<'_>,
    entry: &'a Entry<'_>,
    (first, raws, scrape): (&Promise, &[Raw], Duration),
) -> Option<Outage<'a>> {
    let promise = entry.promise;
    let loudest = entry.alerts.iter().map(|a| loudness(promise, a)).min()?;
    let mut best: Option<Outage<'a>> = None;
    for alert in entry.alerts.iter().filter(|a| loudness(promise, a) == loudest) {
        // What was started is judged only when its limit is over.
        let lead = align(LEAD.plus(limit_of(first)), scrape, context.every);
        let Some(within) = fires_within(context, promise, alert, (first, raws), lead) else { continue };
        let within = align(within, scrape, context.every);
        let limit = rounded(context, alert, limit_of(first));
        let short = alert.short.max(limit.times(2)).plus(limit).plus(settled(context, first));
        let over = align(short.plus(context.every.times(3)), scrape, context.every);
        if best.as_ref().is_none_or(|b| within < b.within) {
            best = Some(Outage { alert, loud: loudest, lead, within, over });
        }
    }
    best
}

/// Adds the outage of each promise of a batch, side by side.
pub(super) fn prove_batch(
    context: &Context<'_>,
    batch: &Batch<'_, '_>,
    miss: &mut impl FnMut(&Promise, String),
    suite: &mut Suite,
) {
    // Side by side those that ask the same rules and take about as long: what pages doesn't wait for what is slow.
    let (mut pages, mut others) = (Vec::new(), Vec::new());
    for (entry, raws) in &batch.list {
        let fast = entry.promise.urgency == Urgency::Page && limit_of(entry.promise).is_zero();
        if fast { pages.push((entry, raws)) } else { others.push((entry, raws)) }
    }
    for list in [pages, others] {
        let mut case = Case::new("a total outage, and its end", batch.scrape);
        for (entry, raws) in list {
            if let Err(why) = play(context, entry, (entry.promise, raws, &[], batch.scrape), &mut case) {
                miss(entry.promise, why.0);
            }
        }
        if !case.checks.is_empty() {
            suite.cases.push(case);
        }
    }
}

/// Adds the outage of a composed promise.
pub(super) fn prove_composed(
    context: &Context<'_>,
    entry: &Entry<'_>,
    cast: &Cast<'_>,
    suite: &mut Suite,
) -> Result<(), Unprovable> {
    let mut case = Case::new(
        format!("{}: a total outage of its first part, and its end", entry.promise.path),
        cast.scrape,
    );
    play(context, entry, (cast.failing, &cast.raws, &cast.healthy, cast.scrape), &mut case)?;
    suite.cases.push(case);
    if !minds_silence(cast.failing) {
        let title = format!("{}: healthy", entry.promise.path);
        let mut case = Case::new(title, cast.scrape);
        let lead = align(LEAD.plus(limit_of(cast.failing)), cast.scrape, context.every);
        act((&cast.raws, &cast.healthy, cast.scrape), &vec![(FINE, lead)], &mut case);
        calm(context, entry.promise, lead, &mut case);
        suite.cases.push(case);
    }
    Ok(())
}

/// While healthy nothing is said, and the whole budget is left.
pub(super) fn calm(context: &Context<'_>, promise: &Promise, at: Duration, case: &mut Case) {
    let any = context.firing(promise, "PromiseBurns.*", "");
    case.checks.push(check(promise, at, "quiet while healthy", any));
    let query = context.series("promise:budget_remaining", promise, None);
    let labels = context.labels(promise, None);
    let says = "the whole budget is left while healthy";
    case.checks.push(value(promise, at, says, (&query, labels), (Decimal::ONE, Decimal::ONE, 6)));
}

/// Feeds a timeline.
pub(super) fn act(cast: (&[Raw], &[Raw], Duration), timeline: &Timeline, case: &mut Case) {
    let (raws, healthy, scrape) = cast;
    let unit = per_scrape(scrape);
    for raw in raws {
        case.feed(&raw.name, &raw.labels, raw.values(timeline, scrape, unit));
    }
    let fine: Timeline = timeline
        .iter()
        .map(|(state, length)| (if *state == super::series::State::Silent { *state } else { FINE }, *length))
        .collect();
    for raw in healthy {
        case.feed(&raw.name, &raw.labels, raw.values(&fine, scrape, unit));
    }
}

fn play(
    context: &Context<'_>,
    entry: &Entry<'_>,
    (first, raws, healthy, scrape): (&Promise, &[Raw], &[Raw], Duration),
    case: &mut Case,
) -> Result<(), Unprovable> {
    let promise = entry.promise;
    let Some(outage) = outage(context, entry, (first, raws, scrape)) else {
        // Nobody is to be told: so nobody is.
        let hour = align(Duration::from_hours(1), scrape, context.every);
        act((raws, healthy, scrape), &vec![(FINE, hour), (DOWN, hour)], case);
        let any = context.firing(promise, "PromiseBurns.*", "");
        case.checks.push(check(promise, hour.times(2), "no alert, since its urgency is `none`", any));
        return Ok(());
    };
    let Outage { alert, loud, lead, within, over } = outage;
    let long = lead.plus(within).plus(over);
    if long > LONGEST {
        return Err(Unprovable(format!(
            "an outage from raw series to its alert: {long} would have to be played"
        )));
    }
    let timeline = vec![(FINE, lead), (DOWN, within.plus(context.every)), (FINE, over.plus(context.every))];
    act((raws, healthy, scrape), &timeline, case);
    // A sample before the first that fails.
    let healthy = Duration::from_micros(lead.as_micros().saturating_sub(context.every.as_micros()));
    let burns = context.firing(promise, name(loud), "");
    if !is_composed(promise) && !limit_of(first).is_zero() {
        calm(context, promise, healthy, case);
    } else if !minds_silence(first) {
        // Where silence is bad, a test begins with a bad slice: before its first sample nothing is there.
        // Of this alert only, so that no other has to be evaluated: all of them are asked elsewhere.
        case.checks.push(check(promise, healthy, "quiet before an outage", burns.clone()));
    }
    let labels = context.alert_labels(context.labels(promise, None), name(loud), loud, promise);
    let said = match loud {
        Loudness::Page => "pages",
        Loudness::Ticket => "opens a ticket",
    };
    let part = if is_composed(promise) { format!(" of {}", first.path) } else { String::new() };
    case.checks.push(
        check(promise, lead.plus(within), format!("{said} within {within} of a total outage{part}"), burns)
            .gives(labels, Decimal::ONE),
    );
    let end = lead.plus(within).plus(context.every);
    // Not the alert itself, which other windows may keep for hours: that it follows its windows is proved with those.
    let says = format!("the short window is below its limit within {over} of the end of an outage");
    let now = if is_in(&context.plan, promise) { MISSING_NOW } else { ERROR_RATIO };
    let short = context.series(now, promise, Some(&alert.short.to_string()));
    let short = format!("{short} > {}", alert.threshold(promise.error_budget()));
    case.checks.push(check(promise, end.plus(over), says, short));
    Ok(())
}

/// Is one event one step of a counter, so that traffic can be thin?
fn is_counted(promise: &Promise, raws: &[Raw]) -> bool {
    matches!(promise.measurement, Measurement::Events(_))
        && raws.iter().all(|r| r.growth(Decimal::ONE).is_some())
}

/// Adds thin traffic: everything fails, but there is not enough of it to say so; then there is.
pub(super) fn prove_thin(context: &Context<'_>, batch: &Batch<'_, '_>, suite: &mut Suite) {
    let mut case = Case::new("thin traffic, all of it failing", batch.scrape);
    let first = align(Duration::from_mins(20), batch.scrape, context.every);
    let then = align(Duration::from_mins(10), batch.scrape, context.every);
    for (entry, raws) in &batch.list {
        let promise = entry.promise;
        // All windows of a loudness are one alert, and what slow groups count can't be told here.
        let told =
            |loud| entry.alerts.iter().all(|a| loudness(promise, a) != loud || ranges::is_from_base(a.long));
        let tiers = || entry.alerts.iter().filter(|a| told(loudness(promise, a)));
        let Some(alert) = tiers().next().filter(|a| a.long == Duration::from_hours(1)) else { continue };
        let late = !promise.late.is_zero();
        if minds_silence(promise) || !slice_of(promise).is_zero() || late || !is_counted(promise, raws) {
            continue;
        }
        let guard = |a: &Alert| Decimal::from(least_bad(promise, a)) - Decimal::new(5, 1);
        let Some(least) = tiers().map(guard).min().filter(|g| *g > Decimal::ZERO) else { continue };
        let Some(rate) = steady(promise, raws, Decimal::ONE, Decimal::ONE).filter(|r| !r.second.is_zero())
        else {
            continue;
        };
        // So many fail at first, far less than the window later; then enough for the guard.
        let few = least * Decimal::new(9, 1);
        let more = guard(alert) * Decimal::new(14, 1);
        let scrapes = |of: Duration| Decimal::from(of.as_micros() / batch.scrape.as_micros().max(1));
        let (Some(slow), Some(fast)) = (
            (few / rate.second).checked_div(scrapes(first)),
            (more / rate.second).checked_div(scrapes(then)),
        ) else {
            continue;
        };
        for raw in raws {
            case.feed(&raw.name, &raw.labels, thin(raw, (slow, first), (fast, then), batch.scrape));
        }
        let mut names: Vec<&str> = tiers().map(|a| name(loudness(promise, a))).collect();
        names.dedup();
        let says = format!("quiet while less than {} events fail", least.normalize());
        case.checks.push(check(promise, first, says, context.firing(promise, &names.join("|"), "")));
        let loud = loudness(promise, alert);
        let query = context.firing(promise, name(loud), "");
        let labels = context.alert_labels(context.labels(promise, None), name(loud), loud, promise);
        let says = format!("reported once more than {} events fail", guard(alert).normalize());
        case.checks.push(check(promise, first.plus(then), says, query).gives(labels, Decimal::ONE));
    }
    if !case.checks.is_empty() {
        suite.cases.push(case);
    }
}

/// A counter that fails wholly, first slowly, then faster.
fn thin(raw: &Raw, slow: (Decimal, Duration), fast: (Decimal, Duration), scrape: Duration) -> String {
    let mut out = String::new();
    let mut count = Decimal::ONE_THOUSAND;
    for (per_scrape, length) in [slow, fast] {
        let n = (length.as_micros() / scrape.as_micros().max(1)).max(1);
        let step = (per_scrape * raw.growth(Decimal::ONE).unwrap_or_default()).round_dp(9);
        raw.grow(&mut out, &mut count, step, n);
    }
    out
}
