//! Objectives that say different things of one metric: a metric has one meaning, and none is changed silently.

use std::collections::{BTreeMap, BTreeSet};

use super::super::decompile::{Declarations, Measure, Use};
use super::super::objective::{Place, Values};
use super::super::report::{Outcome, Report};
use super::Told;

/// What the project's declarations add to what the source computes.
pub(super) fn as_declared(measure: &mut Measure, declared: &Declarations) {
    let used: BTreeSet<&String> = measure.uses.iter().filter(|u| !u.loose).map(|u| &u.metric).collect();
    for (metric, declared) in used.into_iter().filter_map(|m| Some((m, declared.get(m)?))) {
        let place = &declared.place;
        if declared.either {
            let text = format!(
                "rules also count what `{metric}` stores as a native histogram ({place}: `stored classic or native`)"
            );
            measure.assumed.push(text);
        }
        if declared.born {
            let text = format!(
                "rules also count the first sample of each series of `{metric}` ({place}: `born with its first event`)"
            );
            measure.assumed.push(text);
        }
    }
}

/// What is taken for true of metrics, with the place of who says so.
#[derive(Default)]
struct Taken {
    uses: BTreeMap<String, Vec<(Use, Place)>>,
    part_of: BTreeMap<String, (String, Place)>,
}

impl Taken {
    /// Why a use contradicts what is taken for true.
    fn contradicts(&self, used: &Use) -> Option<String> {
        let metric = &used.metric;
        let others = self.uses.get(metric).into_iter().flatten();
        if let Some((other, place)) = others.into_iter().find(|(other, _)| !used.agrees(other)) {
            return Some(format!(
                "it takes `{metric}` for {}, and {place} for {}: a metric has one meaning, so one of the two is wrong, or they \
                 belong into projects of their own",
                used.words(),
                other.words()
            ));
        }
        let whole = used.part_of.as_ref()?;
        if let Some((other, place)) = self.part_of.get(metric).filter(|(other, _)| other != whole) {
            return Some(format!(
                "it takes the events of `{metric}` for part of `{whole}`, and {place} for part of `{other}`"
            ));
        }
        // Each of them is in there once.
        let mut above = whole;
        for _ in 0..=self.part_of.len() {
            let (next, place) = self.part_of.get(above)?;
            if next == metric {
                return Some(format!(
                    "it takes the events of `{metric}` for part of `{whole}`, and {place} takes those of `{above}` for part of `{metric}`"
                ));
            }
            above = next;
        }
        None
    }
    fn take(&mut self, used: &Use, place: &Place) {
        self.uses.entry(used.metric.clone()).or_default().push((used.clone(), place.clone()));
        if let Some(whole) = &used.part_of {
            self.part_of.entry(used.metric.clone()).or_insert_with(|| (whole.clone(), place.clone()));
        }
    }
}

/// Refuses what contradicts others: who guesses, else who comes later by file and line, in whatever order files were named.
pub(super) fn refuse(said: Vec<Told>, report: &mut Report) -> Vec<Told> {
    let guesses = |one: &Told| {
        one.objective.values == Values::Counters { stated: false }
            || one.measure.uses.iter().any(Use::guessed)
    };
    let mut order: Vec<(bool, &Place, usize)> =
        said.iter().enumerate().map(|(at, one)| (guesses(one), one.objective.place(), at)).collect();
    order.sort();
    let mut taken = Taken::default();
    let mut refused: BTreeMap<usize, String> = BTreeMap::new();
    for (_, place, at) in order {
        let Some(one) = said.get(at) else { continue };
        let mut own = Taken::default();
        let mut why = None;
        for used in &one.measure.uses {
            why = why.or_else(|| taken.contradicts(used)).or_else(|| own.contradicts(used));
            own.take(used, place);
        }
        match why {
            Some(why) => {
                refused.insert(at, why);
            }
            None => one.measure.uses.iter().for_each(|used| taken.take(used, place)),
        }
    }
    let mut kept = Vec::with_capacity(said.len());
    for (at, one) in said.into_iter().enumerate() {
        match refused.remove(&at) {
            Some(why) => {
                let (objective, place) = (one.objective.shown(), one.objective.place().clone());
                let at = one.objective.sli.said().place.clone();
                report.objectives.push(Outcome::refused(objective, place, why).at(at));
            }
            None => kept.push(one),
        }
    }
    kept
}
