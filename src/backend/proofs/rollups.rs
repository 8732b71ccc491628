//! Roll-ups: five (or fifteen) minutes, or as much more as no roll-up has counted because the rule engine was away.

use super::case::{Case, SCOPE_LABELS, Suite, foreign};
use super::composed::was;
use super::context::{Context, limit_of, minds_silence, value};
use super::moments::{Clock, Samples};
use super::newcomers::FAR;
use crate::ir::Promise;
use crate::rules::budget::Budgets;
use crate::rules::windows::Source;
use crate::value::{Decimal, Duration};

/// What a roll-up finds.
#[derive(Clone, Copy, PartialEq)]
enum Past {
    /// Each roll-up is there.
    Whole,
    /// Two of the last are missing.
    Holed,
    /// They are, and there is none as old as the counts that are looked at.
    Young,
    /// Most are missing; the one before them is as old as may be.
    Ancient,
    /// It is older.
    Forgotten,
    /// The last one has a little less than was counted: so little that it doesn't matter.
    Rounding,
    /// Or a little more of it.
    More,
    /// The same, when nothing is counted any more.
    RoundingOfNothing,
    MoreThanNothing,
}

const ALL: [(Past, &str); 9] = [
    (Past::Whole, "where the roll-ups before are there, its own time is counted"),
    (Past::Holed, "where roll-ups are missing, their time is counted too, once"),
    (Past::Young, "a promise that has just begun has nothing to catch up with"),
    (Past::Ancient, "where roll-ups were missing for hours, the last of them are counted"),
    (Past::Forgotten, "where they were missing for longer, its own time is counted"),
    (Past::Rounding, "a difference below a thousandth is not taken for a hole"),
    (Past::More, "a difference above a thousandth is counted"),
    (Past::RoundingOfNothing, "hardly anything is not taken for a hole"),
    (Past::MoreThanNothing, "what is a little more than nothing is counted"),
];

/// A history before this is not asked for.
const REMEMBERED: Duration = Duration::from_hours(6);

/// Adds the file of a journey's roll-ups.
pub(super) fn prove(context: &Context<'_>, suites: &mut Vec<Suite>) {
    let list: Vec<&Promise> = context.measured().map(|e| e.promise).filter(|p| !minds_silence(p)).collect();
    let Some(clock) = Clock::new(context.every, Duration::from_hours(8)) else { return };
    let mut cases = vec![case(context, &list, clock, Source::fine())];
    if Budgets::of(&context.plan).coarse() {
        cases.push(case(context, &list, clock, Source::coarse()));
    }
    cases.retain(|c| !c.checks.is_empty());
    if !cases.is_empty() {
        suites.push(Suite {
            name: format!("{}-rollups", context.journey.id),
            journeys: vec![context.journey.id.clone()],
            every: clock.apart,
            cases,
        });
    }
}

/// Each promise finds each past in its turn: what one of them finds, the others don't.
fn case(context: &Context<'_>, list: &[&Promise], clock: Clock, to: Source) -> Case {
    let every = to.every;
    let mut case = Case::new(format!("roll-ups of {every} around holes of the rule engine"), clock.grid);
    let mut samples = Samples::new(clock);
    let from = Source::base(context.every);
    for turn in 0..ALL.len() {
        for (index, promise) in list.iter().enumerate() {
            let Some((past, says)) = ALL.get((turn + index) % ALL.len()).copied() else { continue };
            let (second, word) = if limit_of(promise).is_zero() {
                ((from.bad, to.bad), "bad")
            } else {
                ((from.finished, to.finished), "finished")
            };
            for ((base, roll), word, part) in
                [((from.events, to.events), "events", Decimal::ONE), (second, word, Decimal::new(25, 2))]
            {
                let played = Played { context, promise, clock, every, part };
                let counted = played.play((base, roll), past, &mut samples);
                let truth = counted.checked_div(every.seconds()).unwrap_or_default();
                let query = context.series(roll, promise, None).replacen('}', ",was=\"\"}", 1);
                let says = format!("{word} over {every}: {says}");
                let labels = context.labels(promise, None);
                let at = clock.at(samples.moment);
                case.checks.push(value(promise, at, says, (&query, labels), (truth, every.seconds(), 6)));
            }
        }
        samples.moment += 1;
    }
    samples.feed(&mut case);
    case
}

struct Played<'a, 'm> {
    context: &'a Context<'m>,
    promise: &'a Promise,
    clock: Clock,
    every: Duration,
    part: Decimal,
}

impl Played<'_, '_> {
    /// Feeds both series, and says what must be counted.
    fn play(&self, (base, roll): (&str, &str), past: Past, samples: &mut Samples) -> Decimal {
        let every = self.every.as_micros();
        let steps = every / self.clock.grid.as_micros();
        let own = self.context.labels(self.promise, None);
        let old = was(&own);
        // Twelve roll-ups, or eight.
        let wide = (every * 8).max(Duration::from_hours(1).as_micros());
        let all = wide / every;
        let nothing = matches!(past, Past::RoundingOfNothing | Past::MoreThanNothing);
        // Counts by the roll-up they belong to: another each time, and far more before.
        let mut counted = vec![Decimal::ZERO; usize::try_from(all).unwrap_or(0)];
        for age in (1..wide / self.clock.grid.as_micros() + 4).step_by(2) {
            let slot = age / steps;
            let value = if slot >= all { FAR } else { Decimal::from(10 + 3 * (slot % 5) + slot) } * self.part;
            let value = if nothing && slot == 0 { Decimal::ZERO } else { value };
            if let Some(sum) = usize::try_from(slot).ok().and_then(|slot| counted.get_mut(slot)) {
                *sum += value;
            }
            // Of both labels at once.
            samples.put(base, &own, age, value * Decimal::new(75, 2));
            samples.put(base, &old, age, value * Decimal::new(25, 2));
        }
        let first = counted.first().copied().unwrap_or_default();
        let last_rolled = match past {
            Past::Ancient | Past::Forgotten => 4,
            Past::Young => all - 2,
            Past::Whole
            | Past::Holed
            | Past::Rounding
            | Past::More
            | Past::RoundingOfNothing
            | Past::MoreThanNothing => all + 2,
        };
        let less = match past {
            Past::Rounding => first * Decimal::new(6, 4),
            Past::More => first * Decimal::new(15, 4) + Decimal::new(1, 3),
            Past::RoundingOfNothing => Decimal::new(9, 4),
            Past::MoreThanNothing => Decimal::new(11, 4),
            Past::Whole | Past::Holed | Past::Young | Past::Ancient | Past::Forgotten => Decimal::ZERO,
        };
        let mut rolled = Decimal::ZERO;
        for slot in 1..=last_rolled {
            if matches!(slot, 2 | 3) && !matches!(past, Past::Whole | Past::Rounding | Past::More) && !nothing
            {
                continue;
            }
            let here = usize::try_from(slot).ok().and_then(|slot| counted.get(slot)).copied();
            let count = here.unwrap_or(FAR) - if slot == 1 { less } else { Decimal::ZERO };
            if here.is_some() {
                rolled += count;
            }
            let mean = count.checked_div(self.every.seconds()).unwrap_or_default() / Decimal::TWO;
            samples.put(roll, &own, slot * steps, mean);
            samples.put(roll, &old, slot * steps, mean);
        }
        // A roll-up of long ago.
        let before = Duration::from_micros(wide - every).plus(REMEMBERED);
        match past {
            Past::Ancient => samples.put(roll, &old, self.clock.within(before), FAR),
            Past::Forgotten => samples.put(roll, &old, self.clock.beyond(before), FAR),
            Past::Whole
            | Past::Holed
            | Past::Young
            | Past::Rounding
            | Past::More
            | Past::RoundingOfNothing
            | Past::MoreThanNothing => {}
        }
        // Those of others.
        for label in SCOPE_LABELS {
            let strange = foreign(own.clone(), label);
            samples.put(base, &strange, 1, FAR);
            samples.put(roll, &strange, steps, FAR);
            samples.put(roll, &strange, steps * (all - 1), FAR);
        }
        match past {
            Past::Holed | Past::Ancient | Past::More | Past::MoreThanNothing => {
                counted.iter().sum::<Decimal>() - rolled
            }
            Past::Whole | Past::Young | Past::Forgotten | Past::Rounding | Past::RoundingOfNothing => first,
        }
    }
}
