//! What is called exact, held against promtool: the share of bad events by the source's own queries and the one that the new rules
//! record, of the same series. Pure: whoever calls runs promtool.

mod seeds;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::decompile::share;
use super::objective::{Objective, Recorded};
use super::report::{Grade, Outcome};
use super::source::{self, Told};
use super::{Imported, Target};
use crate::backend::prometheus;
use crate::backend::prometheus::text::promise_matchers;
use crate::backend::proofs::{Case, Check, RuleFiles, Suite, Wrong};
use crate::ir::{Measurement, Model, Promise};
use crate::promql::ast::Expr;
use crate::promql::{self, print};
use crate::series::{ERROR_RATIO, group};
use crate::value::Duration;

/// The window over which both are compared.
const WINDOW: Duration = Duration::from_hours(1);
/// Before it everything is as it is within it.
const BEFORE: Duration = Duration::from_mins(30);
/// The longest `offset` that is tried, in milliseconds.
const FURTHEST: u64 = 86_400_000;
/// How far apart the shares may be, of the source's.
const TOLERANCE: f64 = 0.001;
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
    /// The files of a folder in which promtool tests [`CASE`], by name.
    pub files: Vec<(String, String)>,
}

/// Why nothing is proven, which is said once for all.
pub(super) const NO_PROMTOOL: &str = "promtool is not here";

/// The file of the source's recording rules, in the folder of a trial; no journey has such a name.
const RECORDED: &str = "0-recorded";

/// What promtool is to be asked: both expect nothing, so that promtool says what came.
const OLD: usize = 0;
const NEW: usize = 1;

/// Shares by the labels that they are kept apart by.
type Shares = BTreeMap<String, f64>;

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
                wanted.par_iter().map(one).collect()
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

    /// Takes promtool's answer: what it said of both queries, or why it said nothing.
    pub fn judge(&mut self, trial: &Trial, answer: Result<&[Wrong], String>) {
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
                      gives the source's share of bad events and the rules' within 0.1% of each other; for resets, births and gaps see docs/import.md";

/// Is it held against promtool?
fn is_tried(outcome: &Outcome) -> bool {
    matches!(outcome.grade, Grade::Exact | Grade::Escaped)
}

/// A model and its rules, taken apart.
struct Stage<'m> {
    model: &'m Model,
    promises: BTreeMap<String, &'m Promise>,
    rules: BTreeMap<String, RuleFiles>,
}

impl<'m> Stage<'m> {
    fn new(model: &'m Model) -> Self {
        let plain = prometheus::plain(&model.playable());
        let read = |artifact: &crate::backend::Artifact| {
            let journey = artifact.path.strip_suffix(".yml").filter(|j| model.journey(j).is_some())?;
            Some((journey.to_owned(), RuleFiles::read([(journey, artifact.text.as_str())])?))
        };
        Self {
            model,
            promises: model.promises().map(|(_, p)| (p.path.to_string(), p)).collect(),
            rules: plain.par_iter().filter_map(read).collect(),
        }
    }

    fn trial(&self, objective: usize, told: &Told) -> Result<Trial, String> {
        let there = || "its rules cannot be read back".to_owned();
        let promise = self.promises.get(&told.path()).ok_or_else(there)?;
        let rules = self.rules.get(&promise.path.journey).ok_or_else(there)?;
        if !matches!(promise.measurement, Measurement::Events(_)) {
            return Err("it judges slices of time, which its source does in its own way".to_owned());
        }
        let followed = share(&told.objective, &WINDOW.to_string())?;
        let expr = promql::parse(&followed).map_err(|_| "its share is not PromQL".to_owned())?;
        let recorded = told.objective.recorded.as_ref();
        // Where recorded series were followed, the query is asked as it was written, of what its rules record.
        let old = match recorded {
            None => followed,
            Some(recorded) => {
                let written = Objective { sli: recorded.sli.clone(), ..told.objective.clone() };
                share(&written, &WINDOW.to_string())?
            }
        };
        let (every, scrape) = (self.model.settings.evaluation_interval, promise.scrape_interval);
        let at = last(every, looks_back(&expr)?);
        let check = |says: &str, expr: String| Check {
            promise: promise.path.clone(),
            origin: promise.origin,
            says: says.to_owned(),
            at,
            expr,
            expect: Vec::new(),
        };
        let case = Case {
            title: promise.path.to_string(),
            interval: scrape,
            inputs: seeds::series(
                &expr,
                &told.measure.uses,
                promise.measurement.series(),
                seeds::Time { until: at, scrape },
            )?,
            checks: vec![check("by the source", old), check("by the rules", self.share(promise))],
        };
        let journeys = vec![promise.path.journey.clone()];
        let mut pieces = rules.pieces(&journeys, &case, every).into_iter();
        // Both are asked at one time, which is never cut.
        let (Some(piece), None) = (pieces.next(), pieces.next()) else { return Err(there()) };
        let mut files: Vec<(String, String)> =
            piece.files.into_iter().map(|(journey, text)| (format!("{journey}.yml"), text)).collect();
        let mut journeys = journeys;
        if let Some(recorded) = recorded {
            // The last one is evaluated first.
            journeys.push(RECORDED.to_owned());
            files.push((format!("{RECORDED}.yml"), rules_of(recorded)));
        }
        let suite = Suite { name: "import".to_owned(), journeys, every, cases: Vec::new() };
        files.push((CASE.to_owned(), suite.text_of_case("", 0, &piece.case)));
        Ok(Trial { objective, files })
    }

    /// The share that the rules record, by the labels that the promise has budgets for.
    fn share(&self, promise: &Promise) -> String {
        let mut out = "sum by (".to_owned();
        print::label_list(&mut out, promise.for_each.iter().map(|(label, _)| label.as_str()));
        out.push_str(") (");
        out.push_str(ERROR_RATIO);
        out.push('{');
        promise_matchers(&mut out, self.model.settings.project_label(), &promise.path);
        out.push_str(",window=");
        print::quote_into(&mut out, &WINDOW.to_string());
        out.push_str("})");
        out
    }
}

/// The rules that record what a source's queries read, as a file.
fn rules_of(recorded: &Recorded) -> String {
    let rule = |(name, expr, labels): &(String, String, Vec<(String, String)>)| {
        let labels: BTreeMap<&String, &String> = labels.iter().map(|(key, value)| (key, value)).collect();
        serde_json::json!({ "record": name, "expr": expr, "labels": labels })
    };
    let rules: Vec<serde_json::Value> = recorded.rules.iter().map(rule).collect();
    let name = format!("{RECORDED}{}", group::ALL.first().copied().unwrap_or_default());
    serde_json::json!({ "groups": [{ "name": name, "rules": rules }] }).to_string()
}

/// How far an expression looks back beside its window.
fn looks_back(expr: &Expr) -> Result<Duration, String> {
    let back =
        promql::selectors(expr).iter().map(|found| found.selector.shift.back).max().unwrap_or_default();
    if back > FURTHEST {
        return Err("it looks further back than a day (`offset`), for which no series are made".to_owned());
    }
    Ok(Duration::from_micros(back.saturating_mul(1000)))
}

/// When both are asked: with an evaluation.
fn last(every: Duration, back: Duration) -> Duration {
    let whole = WINDOW.as_micros() + BEFORE.as_micros() + back.as_micros();
    let every = every.as_micros().max(1);
    Duration::from_micros(whole.div_ceil(every).saturating_mul(every))
}

/// What promtool's answer says.
fn judged(said: &[Wrong]) -> Proof {
    let not = |why: &str| Proof::NotProven(why.to_owned());
    if let Some(other) = said.iter().find(|w| w.check.is_none()) {
        let why: String = other.got.lines().next().unwrap_or("").chars().take(200).collect();
        return Proof::NotProven(format!("promtool cannot evaluate the rules: {why}"));
    }
    let of = |number| said.iter().find(|w| w.check == Some(number)).map_or("", |w| w.got.as_str());
    let Some(old) = shares(of(OLD)) else {
        let why: String = of(OLD).chars().take(200).collect();
        return Proof::NotProven(format!("its queries cannot be evaluated: {why}"));
    };
    let Some(new) = shares(of(NEW)) else { return not("the share that the rules record cannot be read") };
    if old.is_empty() {
        return not("its queries give nothing on the series that are made for them");
    }
    if old.values().any(|share| !(0.0..=1.0).contains(share)) {
        return not("its queries give no share between 0 and 1 on the series that are made for them");
    }
    if !old.values().any(|share| *share > 0.0 && *share < 1.0) {
        return not("on the series that are made for it all events are good, or all are bad");
    }
    let all = old.keys().chain(new.keys());
    let apart = |labels: &&String| match (old.get(*labels), new.get(*labels)) {
        (Some(old), Some(new)) => (new - old).abs() > TOLERANCE * old,
        _ => true,
    };
    let Some(labels) = all.into_iter().find(apart) else { return Proof::Proven };
    let shown = |share: Option<&f64>| share.map_or("none".to_owned(), |share| format!("{share:.6}"));
    let of = if labels == "{}" { String::new() } else { format!(" of {labels}") };
    let (by_source, by_rules) = (shown(old.get(labels)), shown(new.get(labels)));
    Proof::Differs(format!(
        "over an hour of the same series the share of bad events{of} is {by_source} by the source's queries, and {by_rules} by these rules"
    ))
}

/// The samples that promtool says it got. `None`: it says something else.
fn shares(got: &str) -> Option<Shares> {
    let mut made = Shares::new();
    let mut rest = if got == "nothing" { "" } else { got };
    while !rest.is_empty() {
        let (labels, behind) = rest.split_at(end_of_labels(rest)?);
        let (value, next) = behind.split_once(", ").unwrap_or((behind, ""));
        made.insert(labels.to_owned(), value.trim().parse().ok()?);
        rest = next;
    }
    Some(made)
}

/// Where the braces end that a text begins with; in quotes others may stand.
fn end_of_labels(text: &str) -> Option<usize> {
    let mut letters = text.strip_prefix('{')?.char_indices();
    let mut quoted = false;
    while let Some((at, c)) = letters.next() {
        match c {
            '\\' if quoted => drop(letters.next()),
            '"' => quoted = !quoted,
            '}' if !quoted => return Some(at + 2),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(old: &str, new: &str) -> Vec<Wrong> {
        let one = |check, got: &str| Wrong {
            check: Some(check),
            expected: "nothing".to_owned(),
            got: got.to_owned(),
        };
        vec![one(OLD, old), one(NEW, new)]
    }

    #[test]
    fn what_counts_as_proven() {
        assert_eq!(judged(&said("{} 2.5E-01", "{} 2.501E-01")), Proof::Proven);
        assert_eq!(
            judged(&said(
                "{a=\"x, }\\\"y\"} 1E-01, {a=\"z\"} 0E+00",
                "{a=\"z\"} 0E+00, {a=\"x, }\\\"y\"} 1E-01"
            )),
            Proof::Proven
        );
        for (old, new, words) in [
            ("{} 2.5E-01", "{} 2.51E-01", "is 0.250000 by the source's queries, and 0.251000 by these rules"),
            ("{} 2.5E-01", "", "and none by these rules"),
            ("{} 2.5E-01", "{a=\"b\"} 2.5E-01", "none by these rules"),
            ("{a=\"b\"} 1E-01", "{a=\"b\"} 1E-01, {a=\"c\"} 1E-01", "of {a=\"c\"} is none by"),
            (
                "{a=\"b\"} 1E-01, {a=\"c\"} 0E+00",
                "{a=\"b\"} 1E-01, {a=\"c\"} 1E-09",
                "of {a=\"c\"} is 0.000000",
            ),
        ] {
            let Proof::Differs(text) = judged(&said(old, new)) else { panic!("{old} and {new}") };
            assert!(text.contains(words), "{text}");
        }
        for (old, new) in [
            ("", ""),
            ("", "{} 1E-01"),
            ("nothing", "nothing"),
            ("{} NaN", "{} NaN"),
            ("{} 1.5E+00", "{} 1E+00"),
            ("{} 0E+00", "{} 0E+00"),
            ("{} 1E+00", "{} 1E+00"),
            ("many-to-many matching not allowed", ""),
        ] {
            assert!(matches!(judged(&said(old, new)), Proof::NotProven(_)), "{old} and {new}");
        }
        let other = Wrong { check: None, expected: String::new(), got: "rule: x, err: y".to_owned() };
        assert!(matches!(judged(&[other]), Proof::NotProven(why) if why.contains("rule: x")));
        assert!(matches!(judged(&[]), Proof::NotProven(_)), "it expects nothing, and came to nothing");
    }
}
