//! How steps add up to a promise of the whole journey.

use super::{numbers, words};
use crate::ir::{Composed, Composition, Model, Promise};
use crate::value::Decimal;

/// The arithmetic of a composed promise, every member exactly at its floor. Fractions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Together<'a> {
    /// The members that are known.
    pub(crate) members: Vec<&'a Promise>,
    /// What is left when failures have nothing to do with each other.
    pub(crate) product: Decimal,
    /// What is left when no two failures hit the same user.
    pub(crate) worst: Decimal,
    /// What is left when failures always hit the same users: the weakest member's floor.
    pub(crate) best: Decimal,
    /// The member with the lowest floor; none where all floors are the same.
    pub(crate) weakest: Option<&'a Promise>,
}

/// Adds up.
pub(crate) fn together<'a>(model: &'a Model, made: &Composed) -> Together<'a> {
    let members: Vec<&Promise> = made.members.iter().filter_map(|m| model.promise(m)).collect();
    let product = members.iter().fold(Decimal::ONE, |a, p| (a * p.objective_ratio()).round_dp(18));
    let lost: Decimal = members.iter().map(|p| p.error_budget()).sum();
    let lowest = members.iter().copied().min_by_key(|p| p.objective);
    let weakest = lowest.filter(|w| members.iter().any(|m| m.objective > w.objective));
    Together {
        product,
        worst: (Decimal::ONE - lost).max(Decimal::ZERO),
        best: lowest.map_or(Decimal::ONE, Promise::objective_ratio),
        weakest,
        members,
    }
}

/// The sum in sentences: an introduction, one for each way in which failures may meet, and the weakest part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// What is assumed.
    pub(crate) intro: String,
    /// What follows from it.
    pub(crate) cases: Vec<String>,
    /// The weakest part.
    pub(crate) weakest: String,
}

/// The sum in sentences.
pub(crate) fn sentences(promise: &Promise, made: &Composed, sum: &Together<'_>) -> Said {
    let own = [numbers::digits(promise.objective)];
    let digits = sum.members.iter().map(|p| numbers::digits(p.objective)).chain(own).max().unwrap_or(0);
    let shown = |ratio: Decimal| numbers::share_of(ratio * Decimal::ONE_HUNDRED, digits);
    let part = |ratio: Decimal| numbers::count(shown(ratio).part);
    let (worst, chance, best) = (part(sum.worst), part(sum.product), part(sum.best));
    let cases = match made.how {
        Composition::All if worst == chance => vec![
            format!("{worst} go well if no two failures ever meet. It is as many if they meet by chance."),
            format!("{best} go well if failures always come together."),
        ],
        Composition::All => vec![
            format!("{worst} go well if no two failures ever meet."),
            format!("{chance} go well if failures meet by chance."),
            format!("{best} go well if failures always come together."),
        ],
        Composition::Worst => vec![format!("{best} go well, as many as in the worst of them.")],
    };
    Said {
        intro: format!(
            "Say each part only just keeps its word. Then, of every {} {}:",
            numbers::count(shown(Decimal::ONE).whole),
            words::noun(promise)
        ),
        cases,
        weakest: sum.weakest.map_or_else(
            || "No part is weaker than the others, and the whole cannot be better than they are.".to_owned(),
            |weakest| {
                format!(
                    "The weakest part is {}. The whole cannot be better than that.",
                    words::quoted(&weakest.title)
                )
            },
        ),
    }
}

/// Is the promise of the whole in line with its parts? In words, where it isn't quite.
pub(crate) fn verdict(promise: &Promise, made: &Composed, sum: &Together<'_>) -> String {
    let own = promise.objective_ratio();
    let limit = match made.how {
        Composition::All => sum.product,
        Composition::Worst => sum.best,
    };
    let floor = match made.how {
        Composition::All => sum.worst,
        Composition::Worst => sum.best,
    };
    let share = numbers::share(promise.objective);
    if own > limit {
        format!("We promise {share}. The parts do not carry that much.")
    } else if own > floor {
        format!("We promise {share}. That holds as long as failures do not all come apart.")
    } else if own == floor {
        format!("We promise {share}. That is just what the parts carry.")
    } else {
        let room = numbers::percent(floor * Decimal::ONE_HUNDRED, 3);
        format!("We promise {share}. The parts carry that with room to spare: even at worst, {room} go well.")
    }
}
