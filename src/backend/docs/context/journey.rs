//! A journey and its steps.

use serde::Serialize;

use super::{
    Agreement, Maker, Playbook, Policy, Promise, Review, Status, TeamRef, promise_url, review_of, status_of,
};
use crate::ir::{self, Composition, DataClass, Measurement};
use crate::sentences::{numbers, together};
use crate::value::Decimal;

/// What a user sets out to do.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Journey {
    /// The identifier: a file's name in the site.
    pub id: String,
    /// The title as written.
    pub title: String,
    /// The page in the site.
    pub url: String,
    /// The one-page summary in the site.
    pub summary_url: String,
    /// The team that owns it.
    pub owner: TeamRef,
    /// Who the user is.
    pub user: Option<String>,
    /// What they want.
    pub goal: Option<String>,
    /// 1 is the most important.
    pub tier: Option<u32>,
    /// When it is looked at again.
    pub review: Review,
    /// Who agreed.
    pub agreed: Option<Agreement>,
    /// Draft, agreed or overdue.
    pub status: Status,
    /// Its dashboard, where the address of Grafana is configured.
    pub board: Option<String>,
    /// What data it touches.
    pub data: Option<Data>,
    /// Notes.
    pub notes: Vec<String>,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Promises of the whole journey.
    pub promises: Vec<Promise>,
    /// The error budget policy.
    pub policy: Option<Policy>,
    /// The journey's own playbook.
    pub playbook: Option<Playbook>,
    /// The playbooks that count for its promises; `serves` holds the promises' titles.
    pub playbooks: Vec<Playbook>,
    /// How steps add up, one for each composed promise.
    pub together: Vec<Together>,
    /// Contradictions in the source, `title: sentence`, over all promises.
    pub doubts: Vec<String>,
    /// What it means how long samples are kept: the sentences of its promises, each once.
    pub kept: Vec<String>,
    /// Stories that the alerts must get right.
    pub scenarios: Vec<Scenario>,
    /// How many promises there are, the steps' included.
    pub promise_count: usize,
    /// How many of their numbers are guesses.
    pub guesses: usize,
    /// The file of the source; with `--lines` `file:line`.
    pub place: String,
}

/// What data a journey touches.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Data {
    /// `none`, `pseudonymous` or `personal`.
    pub class: String,
    /// The same in a sentence.
    pub sentence: String,
    /// The words as written.
    pub words: Option<String>,
}

/// A part of a journey.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// The identifier, also the place in its journey's page.
    pub id: String,
    /// Counted from 1.
    pub number: usize,
    /// The title as written.
    pub title: String,
    /// Where users decide whether to trust us.
    pub critical: bool,
    /// What users feel when it is broken.
    pub if_broken: Option<String>,
    /// Code that serves it (globs).
    pub served_by: Vec<String>,
    /// Tests that walk it.
    pub tested_by: Vec<String>,
    /// Notes.
    pub notes: Vec<String>,
    /// Its promises in order.
    pub promises: Vec<Promise>,
}

/// How steps add up to a promise of the whole journey.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Together {
    /// The composed promise.
    pub path: String,
    /// Its title as written.
    pub title: String,
    /// `all` (the product) or `worst` (the minimum).
    pub how: String,
    /// The parts.
    pub parts: Vec<TogetherPart>,
    /// What the arithmetic assumes, in a sentence that ends in a colon.
    pub intro: String,
    /// What follows, one sentence for each way in which failures may meet.
    pub cases: Vec<String>,
    /// The weakest part, in sentences.
    pub weakest: String,
    /// Whether the promise and its parts fit, in a sentence.
    pub verdict: String,
    /// Left when failures have nothing to do with each other, in percent, an exact decimal rounded down.
    pub product_percent: String,
    /// Left when no two failures hit the same user, in percent.
    pub worst_percent: String,
    /// Left when failures always hit the same users, in percent.
    pub best_percent: String,
    /// The floor of the composed promise, in percent.
    pub floor_percent: String,
}

/// A part of a composed promise.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TogetherPart {
    /// The promise.
    pub path: String,
    /// Its title as written.
    pub title: String,
    /// The place in the site.
    pub url: String,
    /// Its floor as a share.
    pub share: String,
    /// Its floor in percent, an exact decimal.
    pub percent: String,
    /// Is it the weakest?
    pub weakest: bool,
}

/// A story that the alerts must get right.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Scenario {
    /// The identifier.
    pub id: String,
    /// The title as written.
    pub title: String,
    /// The promise.
    pub promise: String,
    /// The promise's place in the site.
    pub url: String,
    /// What happens, in order: `all is well for 2 h`.
    pub happens: Vec<String>,
    /// What must follow: `a page within 3 min`.
    pub expects: Vec<String>,
}

impl Maker<'_> {
    /// A whole journey. `scenarios` are those of this journey.
    pub fn journey(&self, journey: &ir::Journey, scenarios: &[&ir::Scenario]) -> Journey {
        let steps: Vec<Step> = journey
            .steps
            .iter()
            .enumerate()
            .map(|(at, step)| Step {
                id: step.id.clone(),
                number: at + 1,
                title: step.title.clone(),
                critical: step.critical,
                if_broken: step.if_broken.clone(),
                served_by: step.served_by.clone(),
                tested_by: step.tested_by.clone(),
                notes: step.notes.clone(),
                promises: step.promises.iter().map(|p| self.promise(journey, p)).collect(),
            })
            .collect();
        let promises: Vec<Promise> = journey.promises.iter().map(|p| self.promise(journey, p)).collect();
        let all = || steps.iter().flat_map(|s| s.promises.iter()).chain(promises.iter());
        Journey {
            id: journey.id.clone(),
            title: journey.title.clone(),
            url: format!("journeys/{}", journey.id),
            summary_url: format!("summaries/{}", journey.id),
            owner: self.team(&journey.owner),
            user: journey.user.clone(),
            goal: journey.goal.clone(),
            tier: journey.tier,
            review: review_of(journey, self.today),
            agreed: self.agreement(journey),
            status: status_of(journey, self.today),
            board: self.board(|boards| boards.journey(&journey.id)),
            data: journey.data.as_ref().map(|(class, words)| data(*class, words.clone())),
            notes: journey.notes.clone(),
            policy: journey.policy.as_ref().and_then(|id| self.policies.get(id.as_str())).cloned(),
            playbook: journey.playbook.as_ref().and_then(|id| self.playbooks.get(id.as_str())).cloned(),
            playbooks: self.playbooks_of(journey),
            together: journey.all_promises().filter_map(|p| self.together(p)).collect(),
            doubts: all().flat_map(|p| p.doubts.iter().map(|d| format!("{}: {d}", p.title))).collect(),
            kept: all().fold(Vec::new(), |mut kept: Vec<String>, p| {
                if !kept.contains(&p.kept) {
                    kept.push(p.kept.clone());
                }
                kept
            }),
            scenarios: scenarios.iter().map(|s| scenario(s)).collect(),
            promise_count: all().count(),
            guesses: all().filter(|p| p.evidence.as_ref().is_some_and(|e| e.class == "guessed")).count(),
            place: self.model.source(journey.origin),
            steps,
            promises,
        }
    }

    fn playbooks_of(&self, journey: &ir::Journey) -> Vec<Playbook> {
        let mut found: Vec<(&str, Vec<String>)> = Vec::new();
        for promise in journey.all_promises() {
            let Some(id) = promise.playbook.as_deref() else { continue };
            match found.iter_mut().find(|(known, _)| *known == id) {
                Some((_, serves)) => serves.push(promise.title.clone()),
                None => found.push((id, vec![promise.title.clone()])),
            }
        }
        found
            .into_iter()
            .filter_map(|(id, serves)| Some(Playbook { serves, ..self.playbooks.get(id)?.clone() }))
            .collect()
    }

    fn together(&self, promise: &ir::Promise) -> Option<Together> {
        let Measurement::Composed(made) = &promise.measurement else { return None };
        let sum = together::together(self.model, made);
        let said = together::sentences(promise, made, &sum);
        let percent = |ratio: Decimal| {
            let strategy = rust_decimal::RoundingStrategy::ToZero;
            (ratio * Decimal::ONE_HUNDRED).round_dp_with_strategy(4, strategy).normalize().to_string()
        };
        Some(Together {
            path: promise.path.to_string(),
            title: promise.title.clone(),
            how: match made.how {
                Composition::All => "all",
                Composition::Worst => "worst",
            }
            .to_owned(),
            parts: sum
                .members
                .iter()
                .map(|p| TogetherPart {
                    path: p.path.to_string(),
                    title: p.title.clone(),
                    url: promise_url(&p.path),
                    share: numbers::share(p.objective).to_string(),
                    percent: p.objective.normalize().to_string(),
                    weakest: sum.weakest.is_some_and(|w| w.path == p.path),
                })
                .collect(),
            intro: said.intro,
            cases: said.cases,
            weakest: said.weakest,
            verdict: together::verdict(promise, made, &sum),
            product_percent: percent(sum.product),
            worst_percent: percent(sum.worst),
            best_percent: percent(sum.best),
            floor_percent: promise.objective.normalize().to_string(),
        })
    }
}

fn data(class: DataClass, words: Option<String>) -> Data {
    let (class, sentence) = match class {
        DataClass::None => ("none", "No data about people is used to measure this."),
        DataClass::Pseudonymous => {
            ("pseudonymous", "What is measured carries no names, but can tell one visit from another.")
        }
        DataClass::Personal => ("personal", "What is measured holds personal data."),
    };
    Data { class: class.to_owned(), sentence: sentence.to_owned(), words }
}

fn scenario(scenario: &ir::Scenario) -> Scenario {
    let happens = scenario
        .phases
        .iter()
        .map(|phase| match phase {
            ir::Phase::Normal(t) => format!("all is well for {}", numbers::exact(*t)),
            ir::Phase::Failing(share, t) => {
                format!("{} fail for {}", numbers::percent(*share, 3), numbers::exact(*t))
            }
            ir::Phase::Silent(t) => format!("there is no data for {}", numbers::exact(*t)),
        })
        .collect();
    let expects = scenario
        .expects
        .iter()
        .map(|e| {
            let what = match e.expected {
                ir::Expected::Page => "a page",
                ir::Expected::Ticket => "a ticket",
                ir::Expected::Quiet => "quiet",
            };
            let after = if e.after_recovery { " after recovery" } else { "" };
            format!("{what} within {}{after}", numbers::exact(e.within))
        })
        .collect();
    Scenario {
        id: scenario.id.clone(),
        title: scenario.title.clone(),
        promise: scenario.promise.to_string(),
        url: promise_url(&scenario.promise),
        happens,
        expects,
    }
}
