//! Composed promises, fed with their members: the ratio of each window, the youngest member's age, and nothing at all as
//! soon as a member is missing.

use super::alerts;
use super::case::{Case, Suite};
use super::context::{Context, check, minds_silence, value};
use super::inputs::parts;
use super::series::{Tick, ticks};
use super::witness::Labels;
use crate::ir::ranges;
use crate::ir::{Composed, Composition, Promise};
use crate::rules::plan::Entry;
use crate::series::{BUDGET_REMAINING, COVERAGE, ERROR_RATIO, SERIES_LABELS};
use crate::value::{Decimal, Duration};

/// Adds the cases of a composed promise.
pub(super) fn prove(context: &Context<'_>, entry: &Entry<'_>, composed: &Composed, suite: &mut Suite) {
    let Ok(members) = parts(context.model, entry.promise) else { return };
    if members.iter().any(|m| minds_silence(m)) {
        return;
    }
    windows(context, entry, composed, &members, suite);
    alerts::prove_composed(context, entry, &members, suite);
}

fn windows(
    context: &Context<'_>,
    entry: &Entry<'_>,
    composed: &Composed,
    members: &[&Promise],
    suite: &mut Suite,
) {
    let promise = entry.promise;
    let every = suite.every;
    let mut case = Case::new(format!("{}: each window from its parts", promise.path), every);
    let mut names: Vec<String> = ["5m", "1h", "1d", "budget"].map(str::to_owned).to_vec();
    names.extend(entry.alerts.iter().flat_map(|a| [a.long.to_string(), a.short.to_string()]));
    names.sort_unstable();
    names.dedup();
    // Until the last sample of a slow group is no longer looked at.
    let back = ranges::read_back(ranges::budget_interval(promise.window).times(2));
    let gone = usize::try_from(back.as_micros() / every.as_micros().max(1)).unwrap_or(0) + 2;
    // The last moment at which a sample is still looked at, in ticks after it.
    let late = back.as_micros().saturating_sub(1) / every.as_micros().max(1);
    for (at, window) in names.iter().enumerate() {
        let mut good = Decimal::ONE;
        let mut worst = Decimal::ZERO;
        for (index, member) in members.iter().enumerate() {
            let lost = Decimal::new(i64::try_from(3 + 7 * at + 5 * index).unwrap_or(3), 3);
            good *= Decimal::ONE - lost;
            worst = worst.max(lost);
            let labels = context.labels(member, Some(window));
            case.feed(ERROR_RATIO, &labels, lasting(index, members.len(), lost, gone));
            // What a label of the settings was before: the highest counts.
            case.feed(ERROR_RATIO, &was(&labels), lasting(index, members.len(), Decimal::ZERO, gone));
        }
        let ratio = match composed.how {
            Composition::All => Decimal::ONE - good,
            Composition::Worst => worst,
        };
        let query = context.series(ERROR_RATIO, promise, Some(window));
        let labels = context.labels(promise, Some(window));
        let of_ratio = labels.clone();
        let says = format!("the ratio over {window} follows from its parts");
        case.checks.push(value(
            promise,
            every.times(2),
            says,
            (&query, of_ratio),
            (ratio, Decimal::ONE, 9 - 3),
        ));
        let prompt = Duration::parse(window).is_some_and(ranges::is_prompt);
        // The last vanishes first, then each of the others in its turn.
        for turn in 0..members.len() {
            let from = if turn == 0 { 4 } else { 6 + gone + (turn - 1) * (gone + 3) };
            let after = |ticks: u64| every.times(u64::try_from(from).unwrap_or(0).saturating_add(ticks));
            let which = if turn == 0 { members.len() } else { turn };
            if !prompt {
                let says = format!("part {which} of {window} was recorded within {back} and counts");
                let truth = (ratio, Decimal::ONE, 9 - 3);
                case.checks.push(value(promise, after(late - 1), says, (&query, labels.clone()), truth));
            }
            let says = format!("part {which} is missing: no ratio over {window}");
            let gone = u64::try_from(gone).unwrap_or(0);
            let at = if prompt { after(1) } else { after(gone + 1) };
            case.checks.push(check(promise, at, says, query.clone()));
        }
        if window == "budget"
            && let Some(spent) = ratio.checked_div(promise.error_budget())
        {
            let query = context.series(BUDGET_REMAINING, promise, None);
            let labels = context.labels(promise, None);
            let truth = Decimal::ONE - spent;
            let says = "what is left of the budget follows from its parts";
            case.checks.push(value(
                promise,
                every.times(2),
                says,
                (&query, labels),
                (truth, Decimal::ONE, 6),
            ));
        }
    }
    case.foreign_series(&SERIES_LABELS);
    coverage(context, promise, members, (every, gone, late), &mut case);
    suite.cases.push(case);
}

/// How much of the window is covered: first the last part is the youngest, then each is in turn.
fn coverage(
    context: &Context<'_>,
    promise: &Promise,
    members: &[&Promise],
    (every, gone, late): (Duration, usize, u64),
    case: &mut Case,
) {
    let tenth = |n: usize| Decimal::new(i64::try_from(n.clamp(1, 10)).unwrap_or(1), 1);
    let ahead = gone + 6;
    for (index, member) in members.iter().enumerate() {
        let labels = context.labels(member, Some("budget"));
        let mut list = vec![Tick::Value(tenth(9 - index.min(8))); 4];
        // The last part was seen long ago by then; now it is back.
        let last = index + 1 == members.len();
        let rest = if last { Tick::Gap } else { Tick::Value(tenth(9 - index.min(8))) };
        list.push(if last { Tick::Stale } else { rest });
        list.extend(vec![rest; ahead]);
        for turn in 0..members.len() {
            list.push(Tick::Value(tenth(if turn == index { 1 } else { 5 })));
        }
        for turn in 0..members.len() {
            list.push(Tick::Value(tenth(if turn == index { 1 } else { 5 })));
            list.extend(if turn == index { absent(gone + 1) } else { vec![Tick::Value(tenth(5)); gone + 1] });
        }
        case.feed(COVERAGE, &labels, ticks(&list));
        case.feed(COVERAGE, &was(&labels), ticks(&halved(&list)));
        // Younger ones that are not parts; older ones, where they would be taken for a part itself.
        for (label, age) in [("project", 100), ("journey", 1), ("step", 1), ("promise", 1)] {
            let mut strange = labels.clone();
            if let Some(value) = strange.get_mut(label) {
                value.insert_str(0, "foreign ");
                let other = vec![Tick::Value(Decimal::new(age, 2)); list.len()];
                case.feed(COVERAGE, &strange, ticks(&other));
            }
        }
    }
    let query = context.series(COVERAGE, promise, Some("budget"));
    let labels = context.labels(promise, Some("budget"));
    let least = tenth(9 - (members.len() - 1).min(8));
    let mut ask = |at: Duration, says: &str, least: Decimal| {
        case.checks.push(value(promise, at, says, (&query, labels.clone()), (least, Decimal::ONE, 6)));
    };
    ask(every.times(2), "it is as old as its youngest part", least);
    let tick = |at: usize| every.times(u64::try_from(at).unwrap_or(0));
    for turn in 0..members.len() {
        ask(tick(5 + ahead + turn), "it is, whichever part is the youngest", tenth(1));
    }
    for turn in 0..members.len() {
        let last = 5 + ahead + members.len() + turn * (gone + 2);
        ask(tick(last).plus(every.times(late)), "it is, whichever part was recorded a while ago", tenth(1));
    }
    for turn in 1..=members.len() {
        let at = tick(5 + ahead + members.len() + turn * (gone + 2) - 1);
        case.checks.push(check(promise, at, "a part is missing: it is of no age", query.clone()));
    }
}

/// With a label that the settings once had.
pub(super) fn was(labels: &Labels) -> Labels {
    let mut labels = labels.clone();
    drop(labels.insert("was".to_owned(), "before".to_owned()));
    labels
}

/// Half of each value.
pub(super) fn halved(list: &[Tick]) -> Vec<Tick> {
    let half = |tick: &Tick| match tick {
        Tick::Value(v) => Tick::Value(*v / Decimal::TWO),
        Tick::Gap | Tick::Stale => *tick,
    };
    list.iter().map(half).collect()
}

/// So many ticks, the first of them a marker that the series has ended.
fn absent(length: usize) -> Vec<Tick> {
    let mut list = vec![Tick::Gap; length.max(1)];
    if let Some(first) = list.first_mut() {
        *first = Tick::Stale;
    }
    list
}

/// Four samples of the last member, which then vanishes while the others last. Then it is back, and the others vanish in
/// their turn.
fn lasting(index: usize, of: usize, value: Decimal, gone: usize) -> String {
    let there = Tick::Value(value);
    let stretch = |is_absent: bool| if is_absent { absent(gone + 2) } else { vec![there; gone + 2] };
    let mut list = vec![there; 4];
    list.extend(stretch(index + 1 == of));
    for turn in 0..of.saturating_sub(1) {
        list.extend(stretch(turn == index));
        list.push(there);
    }
    ticks(&list)
}
