//! What is called exact, held against promtool: the share of bad events by the source's own queries and the one that the new rules
//! record, of the same series. Pure: whoever calls runs promtool.

mod answers;
mod hours;
mod seeds;
mod stage;

use std::collections::BTreeMap;

use serde::Serialize;

use super::report::{Grade, Outcome};
use super::source::{self, Told};
use super::{Imported, Target};
use crate::backend::proofs::Wrong;
use answers::{NEW, OLD, judged, shares_of};
pub use hours::{Against, Hour, Measured, Played};
use stage::Stage;

/// The file that promtool is to test, in the folder of a trial.
pub const CASE: &str = "case.yml";

/// What a proof has given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// On the same series both shares are the same.
    Proven,
    /// It isn't known, and why.
    NotProven(String),
    /// They are not, with both.
    Differs(String),
}

/// An objective to be held against promtool.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its number in the report.
    pub objective: usize,
    /// The hour that is played where it is not a steady one, and what is true of it.
    pub played: Option<Played>,
    /// The files of a folder in which promtool tests [`CASE`], by name.
    pub files: Vec<(String, String)>,
}

/// Why nothing is proven, which is said once for all.
pub(super) const NO_PROMTOOL: &str = "promtool is not here";

/// As many kinds of objectives are held against counted truth.
const MOST_KINDS: usize = 12;

impl Imported {
    /// Trials of what is called exact, or was taken over as it is. Of those that can't be tried the report says why not.
    pub fn trials(&mut self, target: &Target<'_>) -> Vec<Trial> {
        let wanted: Vec<usize> = (0..self.report.objectives.len())
            .filter(|at| self.report.objectives.get(*at).is_some_and(is_tried))
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let told: BTreeMap<String, &Told> = self.told.iter().map(|one| (one.path(), one)).collect();
        let model = source::model(&self.files, target);
        let made: Vec<(usize, Result<Trial, String>)> = match &model {
            None => wanted
                .iter()
                .map(|at| (*at, Err("the project as a whole does not compile".to_owned())))
                .collect(),
            Some(model) => {
                let scoped = !model.settings.scope.is_empty();
                let stage = Stage::new(model);
                let one = |at: &usize| {
                    let path = self.report.objectives.get(*at).and_then(|o| o.promise.as_ref());
                    let told = path.and_then(|path| told.get(path));
                    let made = match told {
                        _ if scoped => Err("rules also select by the `scope` of slovo.yaml".to_owned()),
                        Some(told) => stage.trial(*at, told),
                        None => Err("its promise is not there".to_owned()),
                    };
                    (*at, made)
                };
                crate::parallel::map(&wanted, one)
            }
        };
        let mut trials = Vec::new();
        for (at, made) in made {
            match made {
                Ok(trial) => trials.push(trial),
                Err(why) => self.set(at, Proof::NotProven(why)),
            }
        }
        trials
    }

    /// Trials of hours with a restart, a birth and gaps: of what is proven one objective of each kind.
    /// Of those for which no hours can be played the report says why.
    pub fn hours(&mut self, target: &Target<'_>) -> Vec<Trial> {
        let proven = |o: &Outcome| o.grade == Grade::Exact && o.proof == Some(Proof::Proven);
        if !self.report.objectives.iter().any(proven) {
            return Vec::new();
        }
        let Some(model) = source::model(&self.files, target) else { return Vec::new() };
        let stage = Stage::new(&model);
        let told: BTreeMap<String, &Told> = self.told.iter().map(|one| (one.path(), one)).collect();
        let mut kinds: BTreeMap<String, Vec<(usize, &Told)>> = BTreeMap::new();
        let mut unplayed: BTreeMap<String, usize> = BTreeMap::new();
        for (at, outcome) in self.report.objectives.iter().enumerate().filter(|(_, o)| proven(o)) {
            let found = outcome.promise.as_ref().and_then(|path| told.get(path)).copied();
            let Some(one) = found else { continue };
            match stage.kind(one) {
                Ok(kind) => kinds.entry(kind).or_default().push((at, one)),
                Err(why) => *unplayed.entry(why).or_default() += 1,
            }
        }
        let mut kinds: Vec<Vec<(usize, &Told)>> = kinds.into_values().collect();
        // Those that most are of; in the order of the report.
        kinds.sort_by_key(|of| std::cmp::Reverse(of.len()));
        let more: usize = kinds.iter().skip(MOST_KINDS).map(Vec::len).sum();
        if more > 0 {
            *unplayed.entry(format!("{MOST_KINDS} other kinds are played")).or_default() += more;
        }
        kinds.truncate(MOST_KINDS);
        kinds.sort_by_key(|of| of.first().map(|(at, _)| *at));
        let one = |of: &Vec<(usize, &Told)>| match of.first() {
            Some((at, told)) => stage.hours(*at, told, of.len()),
            None => Vec::new(),
        };
        let made = crate::parallel::map(&kinds, one);
        for (_, of) in made.iter().zip(&kinds).filter(|(trials, _)| trials.is_empty()) {
            *unplayed.entry("none of the hours has anything to show".to_owned()).or_default() += of.len();
        }
        self.report.unplayed = unplayed;
        made.into_iter().flatten().collect()
    }

    /// Takes promtool's answer: what it said of both queries, or why it said nothing.
    pub fn judge(&mut self, trial: &Trial, answer: Result<&[Wrong], String>) {
        if let Some(played) = &trial.played {
            let shares = answer.ok().and_then(|said| Some((shares_of(said, OLD)?, shares_of(said, NEW)?)));
            let Some((source, rules)) = shares else {
                *self
                    .report
                    .unplayed
                    .entry("promtool gives no answer for an hour".to_owned())
                    .or_default() += 1;
                return;
            };
            let Some(outcome) = self.report.objectives.get(trial.objective) else { return };
            let of = |shares: answers::Shares| shares.into_values().next();
            played.tell(outcome, of(source), of(rules), &mut self.report.truth);
            return;
        }
        let proof = match answer {
            Ok(said) => judged(said),
            Err(why) => Proof::NotProven(why),
        };
        self.set(trial.objective, proof);
    }

    /// Of nothing it is known: there is no promtool.
    pub fn without_promtool(&mut self, why: &str) {
        for outcome in self.report.objectives.iter_mut().filter(|o| is_tried(o)) {
            outcome.proof = Some(Proof::NotProven(NO_PROMTOOL.to_owned()));
        }
        self.report.assumed.push(format!("nothing is proven: {why}"));
    }

    /// When all answers are there: what differs is said in the source as well.
    pub fn proven(&mut self, target: &Target<'_>) {
        let mut differs: BTreeMap<String, String> = BTreeMap::new();
        for outcome in &mut self.report.objectives {
            let Some(Proof::Differs(text)) = &outcome.proof else { continue };
            if let Some(path) = &outcome.promise {
                differs.insert(path.clone(), text.clone());
            }
            outcome.grade = Grade::Differs;
        }
        let any = |proof: &Proof| self.report.objectives.iter().any(|o| o.proof.as_ref() == Some(proof));
        if any(&Proof::Proven) {
            self.report.assumed.push(PROVEN.to_owned());
        }
        if differs.is_empty() {
            return;
        }
        for one in &mut self.told {
            one.differs = differs.get(&one.path()).cloned();
        }
        self.files = source::again(&self.told, target);
    }

    fn set(&mut self, at: usize, proof: Proof) {
        if let Some(outcome) = self.report.objectives.get_mut(at) {
            outcome.proof = Some(proof);
        }
    }
}

/// What is proven, and what isn't.
const PROVEN: &str = "proven: over an hour of the same made-up series, all of them there from the start and none of them reset, promtool \
                      gives the source's share of bad events and the rules' within 0.1% of each other; hours with a restart, births and gaps are below, where events are \
                      counted one by one";

/// Is it held against promtool? What is assumed isn't, taken over as it is or not: whether the sentence is true no proof can know.
fn is_tried(outcome: &Outcome) -> bool {
    matches!(outcome.grade, Grade::Exact | Grade::Escaped) && outcome.assumed.is_empty()
}
