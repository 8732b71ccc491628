//! Third layer: alerts, fed with windows just above and just below what each tier asks for. Tick by tick another situation,
//! so that a journey's alerts are proved within minutes of test time.

use crate::series::{
    BAD_INCREASE, BUDGET_REMAINING, ERROR_RATIO, EVENTS, FINISHED_EVENTS, MISSING_NOW, SERIES_LABELS,
};
use std::collections::BTreeMap;
use std::ops::Range;

use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::composed::{halved, was};
use super::context::{Context, check, limit_of, minds_silence};
use super::inputs::budget_labels;
use super::series::{Tick, ticks};
use super::witness::Labels;
use crate::ir::burn::{Alert, Loudness};
use crate::ir::detection::least_bad;
use crate::ir::ranges;
use crate::ir::{Measurement, Promise, Urgency};
use crate::rules::alerts::{KEEP, loudness, name};
use crate::rules::base::vanishes;
use crate::rules::completions::is_in;
use crate::rules::plan::Entry;
use crate::value::{Decimal, Duration};

/// What the windows hold at a tick; what is not there has no sample.
#[derive(Clone, Default)]
struct Situation {
    says: String,
    ratios: BTreeMap<Duration, Decimal>,
    counts: BTreeMap<Duration, Decimal>,
    /// Of a composed promise: the window in which this part has no count.
    without: Option<(Duration, usize)>,
    /// A window is missing for longer than what slow groups record is looked back for.
    gone: bool,
    /// So many ticks long: what slow groups record is looked back for, and alerts go on for a while.
    ticks: usize,
    /// Nothing holds any more, and the alerts of the situation before go on until this tick.
    kept: Option<usize>,
}

/// A tier that is proved.
struct Tier<'a> {
    alert: &'a Alert,
    threshold: Decimal,
    guard: Decimal,
}

/// Adds the alerts of every promise that isn't composed, the policy's tickets and what is said about lost parts.
pub(super) fn prove(context: &Context<'_>, miss: &mut impl FnMut(&Promise, String), suite: &mut Suite) {
    let mut case = Case::new("each alert just above and just below its limits", suite.every);
    for (index, entry) in context.measured().enumerate() {
        if entry.alerts.is_empty() {
            continue;
        }
        if minds_silence(entry.promise) {
            miss(
                entry.promise,
                "each alert's limits: silence is bad, so nothing can be fed in place of its windows"
                    .to_owned(),
            );
            continue;
        }
        let promise = entry.promise;
        let played = play(context, entry, (index, suite.every), 1, &mut case);
        let completes = !limit_of(promise).is_zero();
        if completes {
            let length = played.ratios.values().map(Vec::len).max().unwrap_or_default();
            case.feed(FINISHED_EVENTS, &context.labels(promise, None), format!("0x{length}"));
        }
        for (name, window, values) in played.feeds(entry, completes) {
            let labels = context.labels(promise, Some(&window.to_string()));
            case.feed(name, &labels, values);
        }
    }
    policy(context, suite.every, &mut case);
    if !case.checks.is_empty() {
        case.foreign_series(&SERIES_LABELS);
        suite.cases.push(case);
    }
    let mut case = Case::new("a part of a promise vanishes", suite.every);
    for entry in context.measured().filter(|e| !minds_silence(e.promise)) {
        part_gone(context, entry, suite.every, &mut case);
    }
    if !case.checks.is_empty() {
        case.foreign_series(&SERIES_LABELS);
        suite.cases.push(case);
    }
    let mut case = Case::new("what finishes is out of sight", suite.every);
    for entry in context.measured() {
        out_of_sight(context, entry, suite.every, &mut case);
    }
    if !case.checks.is_empty() {
        case.foreign_series(&SERIES_LABELS);
        suite.cases.push(case);
    }
}

/// The alerts of a composed promise: the bad events are those of its members.
pub(super) fn prove_composed(
    context: &Context<'_>,
    entry: &Entry<'_>,
    members: &[&Promise],
    suite: &mut Suite,
) {
    if entry.alerts.is_empty() {
        return;
    }
    let mut case = Case::new(
        format!("{}: each alert just above and just below its limits", entry.promise.path),
        suite.every,
    );
    let played = play(context, entry, (0, suite.every), members.len(), &mut case);
    let completes = is_in(&context.plan, entry.promise);
    for (name, window, values) in played.feeds(entry, completes) {
        let window = window.to_string();
        if name != BAD_INCREASE {
            case.feed(name, &context.labels(entry.promise, Some(&window)), values);
        }
    }
    for (at, member) in members.iter().enumerate() {
        let window_labels = |w: Duration| context.labels(member, Some(&w.to_string()));
        for (window, list) in &played.counts {
            let share = |tick: &Tick| match tick {
                Tick::Value(v) => Tick::Value(share(*v, at, members.len())),
                Tick::Gap | Tick::Stale => *tick,
            };
            let mut list: Vec<Tick> = list.iter().map(share).collect();
            for (span, _) in played.without.iter().filter(|(_, w)| *w == (*window, at)) {
                for (tick, there) in list.iter_mut().enumerate().filter(|(t, _)| span.contains(t)) {
                    *there = if tick == span.start { Tick::Stale } else { Tick::Gap };
                }
            }
            case.feed(BAD_INCREASE, &window_labels(*window), ticks(&list));
            case.feed(BAD_INCREASE, &was(&window_labels(*window)), ticks(&halved(&list)));
        }
    }
    case.foreign_series(&SERIES_LABELS);
    suite.cases.push(case);
}

/// The bad events of a part of a composed promise: one each, and the last has the rest.
fn share(count: Decimal, part: usize, parts: usize) -> Decimal {
    if part + 1 == parts { count - Decimal::from(parts - 1) } else { Decimal::ONE }
}

/// Samples of every window.
#[derive(Default)]
struct Played {
    ratios: BTreeMap<Duration, Vec<Tick>>,
    counts: BTreeMap<Duration, Vec<Tick>>,
    /// From tick to tick, the window in which a part has no count.
    without: Vec<(Range<usize>, (Duration, usize))>,
}

impl Played {
    /// The short windows of a completion have a series of their own.
    fn feeds(&self, entry: &Entry<'_>, completes: bool) -> Vec<(&'static str, Duration, String)> {
        let is_long = |w: &Duration| !completes || entry.alerts.iter().any(|a| a.long == *w);
        let is_short = |w: &Duration| completes && entry.alerts.iter().any(|a| a.short == *w);
        let ratios = self.ratios.iter().filter(|(w, _)| is_long(w));
        let missing = self.ratios.iter().filter(|(w, _)| is_short(w));
        ratios
            .map(|(w, list)| (ERROR_RATIO, *w, ticks(list)))
            .chain(missing.map(|(w, list)| (MISSING_NOW, *w, ticks(list))))
            .chain(self.counts.iter().map(|(w, list)| (BAD_INCREASE, *w, ticks(list))))
            .collect()
    }
}

/// The situations of a promise of so many parts, checked; `shift` ticks later than the first promise's, so that they don't
/// meet.
fn play(
    context: &Context<'_>,
    entry: &Entry<'_>,
    (shift, every): (usize, Duration),
    parts: usize,
    case: &mut Case,
) -> Played {
    let promise = entry.promise;
    let tiers: Vec<Tier<'_>> = entry
        .alerts
        .iter()
        .map(|alert| Tier {
            alert,
            threshold: alert.threshold(promise.error_budget()),
            guard: Decimal::from(least_bad(promise, alert)) - Decimal::new(5, 1),
        })
        .collect();
    let situations = situations(every, &tiers, parts);
    let mut played = Played::default();
    let mut windows: Vec<Duration> = tiers.iter().flat_map(|t| [t.alert.long, t.alert.short]).collect();
    windows.sort_unstable();
    windows.dedup();
    for window in &windows {
        played.ratios.insert(*window, vec![Tick::Value(Decimal::ZERO); shift]);
    }
    for tier in &tiers {
        played.counts.insert(tier.alert.long, vec![Tick::Value(Decimal::ZERO); shift]);
    }
    let mut now = shift;
    let mut before: Option<&Situation> = None;
    for situation in &situations {
        let fill = |list: &mut Vec<Tick>, value: Option<&Decimal>| {
            let (first, rest) =
                value.map_or((Tick::Stale, Tick::Gap), |v| (Tick::Value(*v), Tick::Value(*v)));
            list.push(first);
            list.extend(std::iter::repeat_n(rest, situation.ticks - 1));
        };
        for (window, list) in &mut played.ratios {
            fill(list, situation.ratios.get(window));
        }
        for (window, list) in &mut played.counts {
            fill(list, situation.counts.get(window));
        }
        if let (true, Some(before)) = (situation.gone && every == ranges::SLOW, before) {
            // Two evaluations ago, as when one was missed; and an alert goes on for a while after that.
            let at = every.times(u64::try_from(now + 1).unwrap_or(0));
            for at in [at, at.plus(KEEP)] {
                ask(context, entry, (&tiers, parts), &remembered(situation, before), at, case);
            }
        }
        if let (Some(tick), Some(before)) = (situation.kept, before) {
            let at = every.times(u64::try_from(now + tick).unwrap_or(0));
            let still = Situation { says: format!("{}, until just now", before.says), ..before.clone() };
            ask(context, entry, (&tiers, parts), &still, at, case);
        }
        before = Some(situation);
        played.without.extend(situation.without.map(|w| (now..now + situation.ticks, w)));
        now += situation.ticks;
        let at = every.times(u64::try_from(now - 1).unwrap_or(0));
        ask(context, entry, (&tiers, parts), situation, at, case);
    }
    played
}

/// A situation soon after the one before: what slow groups recorded then is looked back for.
fn remembered(now: &Situation, before: &Situation) -> Situation {
    let mut soon = now.clone();
    for (window, ratio) in before.ratios.iter().filter(|(w, _)| !ranges::is_prompt(**w)) {
        soon.ratios.entry(*window).or_insert(*ratio);
    }
    for (window, count) in before.counts.iter().filter(|(w, _)| !ranges::is_prompt(**w)) {
        soon.counts.entry(*window).or_insert(*count);
    }
    soon.without = soon.without.filter(|(w, _)| ranges::is_prompt(*w));
    soon.says = format!("{}, but ten minutes ago, or five minutes more", now.says);
    soon
}

/// The situation that nothing is wrong.
fn nothing(tiers: &[Tier<'_>], says: String) -> Situation {
    let zero = |w: Duration| (w, Decimal::ZERO);
    Situation {
        says,
        ratios: tiers.iter().flat_map(|t| [zero(t.alert.long), zero(t.alert.short)]).collect(),
        counts: tiers.iter().map(|t| zero(t.alert.long)).collect(),
        without: None,
        gone: false,
        ticks: 1,
        kept: None,
    }
}

fn situations(every: Duration, tiers: &[Tier<'_>], parts: usize) -> Vec<Situation> {
    let above = |t: &Tier<'_>| t.threshold * Decimal::new(101, 2);
    // One tier alone: all tiers of a loudness are one alert.
    let alone = |tier: &Tier<'_>, says: &str, long_ratio: Decimal, short_ratio: Decimal, count: Decimal| {
        let (long, short) = (tier.alert.long, tier.alert.short);
        let mut s = nothing(tiers, format!("{long} and {short}: {says}"));
        s.ratios.insert(long, long_ratio);
        s.ratios.insert(short, short_ratio);
        s.counts.insert(long, count);
        s
    };
    let speaks = |tier: &Tier<'_>, says: &str| alone(tier, says, above(tier), above(tier), tier.guard);
    let each = every.as_micros().max(1);
    // Until an alert is over: it goes on through this tick, and not through the next.
    let kept = usize::try_from(KEEP.as_micros().div_ceil(each)).unwrap_or(0);
    let ends = |mut s: Situation| {
        s.ticks = kept + 1;
        s.kept = kept.checked_sub(1);
        s
    };
    // What slow groups record is looked back for: until that is over.
    let back = ranges::read_back(ranges::SLOW).as_micros() / each;
    let gone = usize::try_from(back).unwrap_or(0) + 2 + kept;
    let mut list = Vec::new();
    for tier in tiers {
        let (limit, over) = (tier.threshold, above(tier));
        list.push(speaks(tier, "both above their limit, with just enough bad events"));
        list.push(ends(alone(tier, "the long window at its limit", limit, over, tier.guard)));
        list.push(alone(tier, "the short window at its limit", over, limit, tier.guard));
        list.push(alone(tier, "too few bad events", over, over, tier.guard - Decimal::new(1, 2)));
        let (long, short) = (tier.alert.long, tier.alert.short);
        for (what, says) in [(0, "no long window"), (1, "no short window"), (2, "no count")] {
            list.push(speaks(tier, "both above their limit"));
            let mut s = speaks(tier, says);
            match what {
                0 => drop(s.ratios.remove(&long)),
                1 => drop(s.ratios.remove(&short)),
                _ => drop(s.counts.remove(&long)),
            }
            (s.ticks, s.gone) = (gone, true);
            list.push(s);
        }
        for part in (0..parts).filter(|_| parts > 1) {
            list.push(speaks(tier, "both above their limit"));
            let mut s = speaks(tier, &format!("no count of part {}", part + 1));
            s.without = Some((long, part));
            (s.ticks, s.gone) = (gone, true);
            list.push(s);
        }
    }
    let mut all = nothing(tiers, "everything above its limit".to_owned());
    for tier in tiers {
        for window in [tier.alert.long, tier.alert.short] {
            let now = all.ratios.get(&window).copied().unwrap_or_default();
            all.ratios.insert(window, now.max(above(tier)));
        }
        let now = all.counts.get(&tier.alert.long).copied().unwrap_or_default();
        all.counts.insert(tier.alert.long, now.max(tier.guard));
    }
    list.push(all);
    list.push(ends(nothing(tiers, "nothing is wrong any more".to_owned())));
    list
}

/// Exactly the tiers fire whose three conditions hold.
fn ask(
    context: &Context<'_>,
    entry: &Entry<'_>,
    (tiers, parts): (&[Tier<'_>], usize),
    now: &Situation,
    at: Duration,
    case: &mut Case,
) {
    let promise = entry.promise;
    let mut firing: Vec<Labels> = Vec::new();
    for tier in tiers {
        let above = |w: Duration| now.ratios.get(&w).is_some_and(|r| *r > tier.threshold);
        let long = tier.alert.long;
        let missing = now.without.filter(|(w, _)| *w == long);
        let enough = tier.guard < Decimal::ZERO
            || now.counts.get(&long).is_some_and(|c| {
                let less = missing.map_or(Decimal::ZERO, |(_, part)| share(*c, part, parts));
                *c - less >= tier.guard
            });
        if above(tier.alert.long) && above(tier.alert.short) && enough {
            let loud = loudness(promise, tier.alert);
            let labels = context.alert_labels(context.labels(promise, None), name(loud), loud, promise);
            if !firing.contains(&labels) {
                firing.push(labels);
            }
        }
    }
    let expected = if firing.is_empty() { "no alert" } else { "exactly the right alerts" };
    let says = format!("{expected}; {}", now.says);
    let mut made = check(promise, at, says, context.firing(promise, "PromiseBurns.*", ""));
    for labels in firing {
        made = made.gives(labels, Decimal::ONE);
    }
    case.checks.push(made);
}

/// Tickets of the policy: what is left of each budget passes every threshold.
fn policy(context: &Context<'_>, every: Duration, case: &mut Case) {
    let id = context.journey.policy.as_ref();
    let Some(policy) = id.and_then(|id| context.model.policies.get(id)) else { return };
    let mut limits: Vec<Decimal> = policy.clauses.iter().map(|c| c.below).collect();
    limits.sort_unstable();
    limits.dedup();
    let rounding = Decimal::new(1, 3);
    let mut values = vec![Decimal::ONE];
    for limit in limits.iter().rev() {
        let limit = *limit / Decimal::ONE_HUNDRED;
        values.extend([limit + rounding, limit, limit - rounding]);
    }
    if context.plan.promises().all(|p| p.urgency == Urgency::None) {
        return;
    }
    for entry in &context.plan.entries {
        let promise = entry.promise;
        if minds_silence(promise) {
            continue;
        }
        let list: Vec<Tick> = values.iter().map(|v| Tick::Value(*v)).collect();
        case.feed(BUDGET_REMAINING, &context.labels(promise, None), ticks(&list));
        for (tick, left) in values.iter().enumerate() {
            let holds = |limit: &&Decimal| {
                if limit.is_zero() { *left <= Decimal::ZERO } else { *left < **limit / Decimal::ONE_HUNDRED }
            };
            let speaks = limits.iter().find(holds).filter(|_| promise.urgency != Urgency::None);
            let at = every.times(u64::try_from(tick).unwrap_or(0));
            let left = (*left * Decimal::ONE_HUNDRED).normalize();
            let query = context.firing(promise, "PromiseBudgetPolicy", "");
            let says = match speaks {
                Some(limit) if limit.is_zero() => {
                    format!("the policy speaks of a spent budget at {left}% left")
                }
                Some(limit) => {
                    format!("the policy speaks of less than {}% at {left}% left", limit.normalize())
                }
                None => format!("the policy is silent at {left}% left"),
            };
            let mut made = check(promise, at, says, query);
            if let Some(limit) = speaks {
                let mut labels = context.labels(promise, None);
                labels = context.alert_labels(labels, "PromiseBudgetPolicy", Loudness::Ticket, promise);
                labels.insert("policy".to_owned(), policy.id.clone());
                labels.insert("below".to_owned(), limit.normalize().to_string());
                made = made.gives(labels, Decimal::ONE);
            }
            case.checks.push(made);
        }
    }
    // Nor of anybody else's.
    let Some(first) = context.plan.promises().next() else { return };
    for elsewhere in SCOPE_LABELS {
        let mut labels = foreign(context.labels(first, None), elsewhere);
        drop(labels.insert("promise".to_owned(), "a foreign promise".to_owned()));
        case.feed(BUDGET_REMAINING, &labels, format!("-1x{}", values.len()));
    }
    let query =
        "ALERTS{alertstate=\"firing\",alertname=\"PromiseBudgetPolicy\",promise=\"a foreign promise\"}";
    let says = "the policy is silent about budgets of other projects and journeys";
    case.checks.push(check(first, every, says, query.to_owned()));
}

/// Two values of `for each`: one of them stops, the other goes on.
fn part_gone(context: &Context<'_>, entry: &Entry<'_>, every: Duration, case: &mut Case) {
    let promise = entry.promise;
    let Some((label, _)) = promise.for_each.first() else { return };
    let asked = promise.no_data != Urgency::None;
    let minutes = |n: u64| usize::try_from(n * 60_000_000 / every.as_micros().max(1)).unwrap_or(1);
    let (there, gone) = (minutes(10), minutes(35));
    let zero = Tick::Value(Decimal::ZERO);
    let stays = vec![zero; there + gone];
    let mut stops = vec![zero; there];
    stops.push(Tick::Stale);
    let mut other = budget_labels(promise);
    other.insert(label.clone(), "another".to_owned());
    for (window, list) in [("1d", &stays), ("5m", &stays)] {
        case.feed(ERROR_RATIO, &context.labels(promise, Some(window)), ticks(list));
    }
    for (window, list) in [("1d", &stays), ("5m", &stops)] {
        let mut labels = context.labels(promise, Some(window));
        labels.extend(other.clone());
        case.feed(ERROR_RATIO, &labels, ticks(list));
    }
    let query = context.firing(promise, "PromisePartGone", "");
    let at = |tick: usize| every.times(u64::try_from(tick).unwrap_or(0));
    case.checks.push(check(promise, at(there), "all parts are there", query.clone()));
    // A whole number of evaluations that is below fifteen minutes since its last: Prometheus 3 doesn't take the end of a range.
    let soon = at(there - 1 + minutes(14));
    case.checks.push(check(promise, soon, "a short gap of a part is not reported", query.clone()));
    let mut made =
        check(promise, at(there + minutes(20)), "a part that vanished is reported, and only that", query);
    if asked {
        let mut labels = context.labels(promise, None);
        labels.extend(other);
        labels = context.alert_labels(labels, "PromisePartGone", Loudness::Ticket, promise);
        made = made.gives(labels, Decimal::ONE);
    }
    case.checks.push(made);
}

/// What a completion finished is out of sight, an hour after something was finished: everything would look lost. A ticket says
/// so, and nothing else.
fn out_of_sight(context: &Context<'_>, entry: &Entry<'_>, every: Duration, case: &mut Case) {
    let promise = entry.promise;
    let Measurement::Completion(completion) = &promise.measurement else { return };
    let Some(first) = entry.alerts.first().filter(|_| vanishes(completion)) else { return };
    let ticks_of = |n: u64| n * 60_000_000 / every.as_micros().max(1);
    let length = ticks_of(70);
    let labels = || context.labels(promise, None);
    case.feed(EVENTS, &labels(), format!("1x{length}"));
    case.feed(FINISHED_EVENTS, &labels(), format!("1x{}", ticks_of(10)));
    for alert in entry.alerts.iter() {
        for (name, window, worth) in [
            (ERROR_RATIO, alert.long, Decimal::ONE),
            (MISSING_NOW, alert.short, Decimal::ONE),
            (BAD_INCREASE, alert.long, Decimal::ONE_THOUSAND),
        ] {
            let labels = was(&context.labels(promise, Some(&window.to_string())));
            case.feed(name, &labels, format!("{worth}x{length}"));
        }
    }
    let at = |minutes: u64| every.times(ticks_of(minutes));
    let loud = loudness(promise, first);
    let burns = context.firing(promise, name(loud), "");
    let fired = context.alert_labels(was(&labels()), name(loud), loud, promise);
    case.checks.push(
        check(promise, at(10), "all lost is reported while what finishes is in sight", burns.clone())
            .gives(fired, Decimal::ONE),
    );
    let says = "what finishes is out of sight: nothing is said of what is lost";
    case.checks.push(check(promise, at(30), says, burns));
    // What is fed under another label looks like a budget that is gone, where the journey has several.
    let gone = context.firing(promise, "PromisePartGone", ",was=\"\"");
    let says = "what finishes is out of sight: too short a time to be reported";
    case.checks.push(check(promise, at(20), says, gone.clone()));
    let told = context.alert_labels(labels(), "PromisePartGone", Loudness::Ticket, promise);
    let says = "what finishes is out of sight: reported";
    case.checks.push(check(promise, at(60), says, gone).gives(told, Decimal::ONE));
}
