//! What `slovo export` has left in annotations, so that the way back ends where it began.

use super::super::names::{self, Position};
use super::super::objective::Objective;
use crate::export::{AIM, COUNTS, PROMISE, STEP};
use crate::value::Decimal;
use crate::write::text;

/// Read again; what is none of it is left where it is.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Its place in its journey.
    pub(super) position: Option<Position>,
    /// What is counted.
    pub(super) counts: Option<String>,
    /// The aim in percent.
    pub(super) aim: Option<Decimal>,
}

/// Takes the annotations of an export out of an objective.
pub(super) fn own(objective: &mut Objective) -> Own {
    let mut made = Own::default();
    let annotations = &mut objective.alerting.annotations;
    let mut take = |key: &str, good: &dyn Fn(&str) -> bool| {
        let at = annotations.iter().position(|(name, said)| name == key && good(&said.text))?;
        Some(annotations.remove(at).1.text)
    };
    let objective = objective.percent.parse::<Decimal>().unwrap_or(Decimal::ONE_HUNDRED);
    made.counts = take(COUNTS, &is_noun);
    made.aim = take(AIM, &|text| aim(text, objective).is_some()).and_then(|text| aim(&text, objective));
    let step = |path: &str| path.split_once('.').map(|(step, _)| step.to_owned());
    if let Some(path) = take(PROMISE, &|text| text.splitn(2, '.').all(is_identifier)) {
        let title = take(STEP, &|_| true);
        let promise = path.rsplit('.').next().unwrap_or(&path).to_owned();
        let step = step(&path).map(|id| {
            let title = title.unwrap_or_else(|| names::title(&id));
            (id, title)
        });
        made.position = Some(Position { step, promise });
    }
    made
}

fn is_identifier(word: &str) -> bool {
    text::identifier(word).as_deref() == Some(word)
}

fn is_noun(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || matches!(c, ' ' | '-'))
        && word.len() <= 60
}

/// `99.95%` above the objective.
fn aim(text: &str, objective: Decimal) -> Option<Decimal> {
    let aim: Decimal = text.strip_suffix('%')?.parse().ok()?;
    (aim > objective && aim < Decimal::ONE_HUNDRED && text::number(aim).is_some()).then_some(aim)
}
