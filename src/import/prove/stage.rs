//! Trials: what promtool is asked of an objective, and of which series.

use std::collections::BTreeMap;

use super::hours::{self, Hour, Played};
use super::seeds::{self, Play};
use super::{CASE, Trial};
use crate::backend::proofs::{Case, Check, RuleFiles, Suite};
use crate::import::decompile::share;
use crate::import::objective::{Objective, Recorded, Recording};
use crate::import::source::Told;
use crate::ir::{Measurement, Model, Outcome, Promise};
use crate::promql::ast::Expr;
use crate::promql::{self, print};
use crate::rules::text::promise_matchers;
use crate::rules::{self, RuleSet};
use crate::series::{ERROR_RATIO, group};
use crate::value::Duration;

/// The window over which both are compared.
pub(super) const WINDOW: Duration = Duration::from_hours(1);
/// Before it everything is as it is within it.
const BEFORE: Duration = Duration::from_mins(30);
/// The longest `offset` that is tried, in milliseconds.
const FURTHEST: u64 = 86_400_000;
/// The file of the source's recording rules, in the folder of a trial; no journey has such a name.
const RECORDED: &str = "0-recorded";

/// A model and its rules, taken apart.
pub(super) struct Stage<'m> {
    model: &'m Model,
    promises: BTreeMap<String, &'m Promise>,
    rules: BTreeMap<String, RuleFiles>,
}

impl<'m> Stage<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let playable = model.playable();
        let taken = |(journey, set): &(String, RuleSet)| {
            (journey.clone(), RuleFiles::of(vec![(journey.clone(), set.clone())]))
        };
        Self {
            model,
            promises: model.promises().map(|(_, p)| (p.path.to_string(), p)).collect(),
            rules: crate::parallel::map(&rules::all(&playable), taken).into_iter().collect(),
        }
    }

    /// A trial of an objective on steady series; else why there is none.
    pub(super) fn trial(&self, objective: usize, told: &Told) -> Result<Trial, String> {
        let one = self.asked(told)?;
        let time = seeds::Time { until: one.at, scrape: one.promise.scrape_interval };
        let inputs = one.plays(told)?.iter().flat_map(|play| play.steady(time)).collect();
        Ok(Trial { objective, played: None, files: self.files(told, &one, inputs)? })
    }

    /// Trials of an objective on series of hours that are not steady.
    pub(super) fn hours(&self, objective: usize, told: &Told, like: usize) -> Vec<Trial> {
        let Ok(one) = self.asked(told) else { return Vec::new() };
        let (Ok(plays), Measurement::Events(events)) = (one.plays(told), &one.promise.measurement) else {
            return Vec::new();
        };
        let time = seeds::Time { until: one.at, scrape: one.promise.scrape_interval };
        let hour = |hour: Hour| {
            let (inputs, truth) = hours::play(hour, &plays, events, time)?;
            let files = self.files(told, &one, inputs).ok()?;
            Some(Trial { objective, played: Some(Played { hour, truth, like }), files })
        };
        Hour::ALL.into_iter().filter_map(hour).collect()
    }

    /// What an objective is measured by, without names: two of one kind differ in metrics, labels and bounds. `Err`: why no hours can be
    /// made for it.
    pub(super) fn kind(&self, told: &Told) -> Result<String, String> {
        let one = self.asked(told)?;
        let Measurement::Events(events) = &one.promise.measurement else {
            return Err("it judges slices of time".to_owned());
        };
        if !one.promise.for_each.is_empty() {
            return Err("each value of a label has a share of its own".to_owned());
        }
        hours::countable(events)?;
        if !looks_back(&one.expr)?.is_zero() {
            return Err("it looks at another time (`offset`)".to_owned());
        }
        let recorded: Vec<String> = told
            .objective
            .recorded
            .iter()
            .flat_map(|recorded| &recorded.rules)
            .map(|rule| promql::parse(&rule.expr).map_or_else(|_| String::new(), |expr| hours::shape(&expr)))
            .collect();
        let side = matches!(events.outcome, Outcome::Good(_));
        Ok(format!("{side} {} {} {recorded:?}", hours::forms(events), hours::shape(&one.expr)))
    }

    /// What is asked of an objective.
    fn asked<'s>(&'s self, told: &Told) -> Result<Asked<'s>, String> {
        let there = || "its rules cannot be read back".to_owned();
        let promise = self.promises.get(&told.path()).copied().ok_or_else(there)?;
        let rules = self.rules.get(&promise.path.journey).ok_or_else(there)?;
        if !matches!(promise.measurement, Measurement::Events(_)) {
            return Err("it judges slices of time, which its source does in its own way".to_owned());
        }
        let followed = share(&told.objective, &WINDOW.to_string())?;
        let expr = promql::parse(&followed).map_err(|_| "its share is not PromQL".to_owned())?;
        // Where recorded series were followed, the query is asked as it was written, of what its rules record.
        let old = match &told.objective.recorded {
            None => followed,
            Some(recorded) => {
                let written = Objective { sli: recorded.sli.clone(), ..told.objective.clone() };
                share(&written, &WINDOW.to_string())?
            }
        };
        let at = last(self.model.settings.evaluation_interval, looks_back(&expr)?);
        Ok(Asked { promise, rules, old, expr, at })
    }

    /// The files in which promtool is asked.
    fn files(
        &self,
        told: &Told,
        one: &Asked<'_>,
        inputs: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, String> {
        let promise = one.promise;
        let check = |says: &str, expr: String| Check {
            promise: promise.path.clone(),
            origin: promise.origin,
            says: says.to_owned(),
            at: one.at,
            expr,
            expect: Vec::new(),
        };
        let case = Case {
            title: promise.path.to_string(),
            interval: promise.scrape_interval,
            inputs,
            checks: vec![check("by the source", one.old.clone()), check("by the rules", self.share(promise))],
        };
        let every = self.model.settings.evaluation_interval;
        let mut journeys = vec![promise.path.journey.clone()];
        let mut pieces = one.rules.pieces(&journeys, &case, every).into_iter();
        // Both are asked at one time, which is never cut.
        let (Some(piece), None) = (pieces.next(), pieces.next()) else {
            return Err("its rules cannot be read back".to_owned());
        };
        let mut files: Vec<(String, String)> =
            piece.files.into_iter().map(|(journey, text)| (format!("{journey}.yml"), text)).collect();
        if let Some(recorded) = &told.objective.recorded {
            // The last one is evaluated first.
            journeys.push(RECORDED.to_owned());
            files.push((format!("{RECORDED}.yml"), rules_of(recorded)));
        }
        let suite = Suite { name: "import".to_owned(), journeys, every, cases: Vec::new() };
        files.push((CASE.to_owned(), suite.text_of_case("", 0, &piece.case)));
        Ok(files)
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

/// What is asked of an objective.
struct Asked<'s> {
    promise: &'s Promise,
    rules: &'s RuleFiles,
    /// The share by the source.
    old: String,
    /// The same, with recorded series followed.
    expr: Expr,
    /// When.
    at: Duration,
}

impl Asked<'_> {
    /// The series that are made for it.
    fn plays(&self, told: &Told) -> Result<Vec<Play>, String> {
        seeds::plays(&self.expr, &told.measure.uses, self.promise.measurement.series())
    }
}

/// The rules that record what a source's queries read, as a file.
fn rules_of(recorded: &Recorded) -> String {
    let rule =
        |one: &Recording| serde_json::json!({ "record": one.name, "expr": one.expr, "labels": one.labels });
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
