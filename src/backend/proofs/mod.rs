//! Rules that prove themselves: promtool unit tests made from each promise.
//!
//! In layers, so that every clause of every rule is reached cheaply: base rules from raw series; windows from base series;
//! alerts from windows; budgets from roll-ups; then a few timelines from raw series to alerts. Inputs and expected values come
//! from the model and from arithmetic of our own, never from the text of the rules.

mod ages;
mod alerts;
mod base;
mod budget;
mod case;
mod composed;
mod constants;
mod context;
mod contradict;
mod counter_starts;
mod decoys;
mod derived;
mod expected;
mod file;
mod idle;
mod inputs;
mod missing_series;
mod moments;
mod newcomers;
mod numbers;
mod outages;
mod prune;
mod rollups;
mod scenarios;
mod series;
mod slice_shares;
mod split_case;
mod unions;
mod usual;
mod verdict;
mod watch;
mod watched;
mod windows;
mod witness;

pub use case::{Case, Check, Proofs, Sample, Suite, Unproved};
pub use prune::{Pruned, RuleFiles};
pub(crate) use series::notation;
pub use verdict::{Wrong, read};
pub(crate) use witness::{Labels, samples, satisfies, witness};

use super::Artifact;
use crate::backend::rule_file;
use crate::ir::ranges;
use crate::ir::{Journey, Measurement, Model, Promise, Target};
use crate::parallel;
use crate::rules::plan::{Needs, is_composed};
use crate::value::Duration;
use context::Context;

/// The proofs of every promise and every scenario.
pub fn prove(model: &Model) -> Proofs {
    let needs = Needs::of(model);
    let list = parallel::map(&model.journeys, |j| prove_journey(model, j, &needs));
    let mut all = Proofs::default();
    for proofs in list {
        all.suites.extend(proofs.suites);
        all.unproved.extend(proofs.unproved);
    }
    all.suites.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The files of all proofs, below `proofs/` beside the rule files. Rules that are written in another form than promtool's
/// come along as plain files, below `proofs/rules/`.
pub fn artifacts(model: &Model) -> Vec<Artifact> {
    let plain = model.settings.prometheus.target == Target::Files;
    let rules = if plain { "../" } else { "rules/" };
    let one =
        |suite: &Suite| Artifact { path: format!("proofs/{}.yml", suite.name), text: suite.text(rules) };
    let mut made = parallel::map(&prove(model).suites, one);
    if !plain {
        let below = |rules: Artifact| Artifact { path: format!("proofs/rules/{}", rules.path), ..rules };
        made.extend(rule_file::plain(&model.playable()).into_iter().map(below));
    }
    made
}

fn prove_journey<'m>(model: &'m Model, journey: &'m Journey, needs: &Needs<'m>) -> Proofs {
    let context = Context::new(model, journey, needs);
    let mut unproved = Vec::new();
    let mut miss = |promise: &Promise, why: String| {
        unproved.push(Unproved { promise: promise.path.clone(), origin: promise.origin, why });
    };
    let suite = |name: String, every: Duration| Suite {
        name,
        journeys: vec![journey.id.clone()],
        every,
        cases: Vec::new(),
    };
    let mut suites = Vec::new();

    let mut main = suite(journey.id.clone(), context.every);
    let batches =
        context.batches(|promise, why| miss(promise, format!("from its metrics to its alerts: {}", why.0)));
    for batch in &batches {
        base::prove(&context, batch, &mut main);
        missing_series::prove(&context, batch, &mut main);
        counter_starts::prove(&context, batch, &mut main);
        slice_shares::prove(&context, batch, &mut main);
        numbers::prove(&context, batch, &mut main);
        idle::prove(&context, batch, &mut main);
    }
    newcomers::prove(&context, &batches, &mut suites);
    // What is fed with windows doesn't ask how often it is evaluated.
    let seldom = context.every.max(ranges::SLOW);
    let mut fed = suite(format!("{}-alerts", journey.id), seldom);
    alerts::prove(&context, &mut miss, &mut fed);
    suites.push(fed);
    contradict::prove(&context, &mut main, &mut suites);
    for batch in &batches {
        outages::prove_batch(&context, batch, &mut miss, &mut main);
        outages::prove_thin(&context, batch, &mut main);
    }
    windows::prove(&context, &mut suites);
    rollups::prove(&context, &mut suites);
    budget::prove(&context, &mut suites);
    ages::prove(&context, &mut suites);
    derived::prove(&context, &mut suites);
    watch::prove(&context, &batches, &mut suites);

    for entry in context.plan.entries.iter().filter(|e| is_composed(e.promise)) {
        let Measurement::Composed(members) = &entry.promise.measurement else { continue };
        let mut own = suite(format!("{}-{}", journey.id, entry.promise.path.promise), context.every);
        for member in &members.members {
            if !own.journeys.contains(&member.journey) {
                own.journeys.push(member.journey.clone());
            }
        }
        let mut fed = Suite { name: format!("{}-alerts", own.name), every: seldom, ..own.clone() };
        composed::prove(&context, entry, members, &mut fed);
        suites.push(fed);
        let outage = outages::cast(&context, entry.promise)
            .and_then(|cast| outages::prove_composed(&context, entry, &cast, &mut own));
        if let Err(why) = outage {
            miss(entry.promise, format!("an outage of a part: {}", why.0));
        }
        told(&context, entry.promise, &mut miss, &mut own);
        suites.push(own);
    }
    for entry in context.measured() {
        // As often as in production: a count holds what came since the evaluation before.
        told(&context, entry.promise, &mut miss, &mut main);
    }
    suites.push(main);
    suites.retain(|s| !s.cases.is_empty());
    Proofs { suites, unproved }
}

/// The user's timelines about a promise.
fn told<'m>(
    context: &Context<'m>,
    promise: &'m Promise,
    miss: &mut impl FnMut(&Promise, String),
    suite: &mut Suite,
) {
    for scenario in context.model.scenarios.iter().filter(|s| s.promise == promise.path) {
        if let Err(why) = scenarios::prove(context, promise, scenario, suite) {
            miss(promise, format!("the scenario `{}`: {}", scenario.id, why.0));
        }
    }
}
