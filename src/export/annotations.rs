//! What has no place there: annotations that `slovo import` reads again, and those that people read.

use super::doc::Doc;
use super::each::Objective;
use crate::ast::Evidence;
use crate::ir::{Journey, Model, Promise};

/// What an import reads again: the promise's path in its journey, its step's title, what is counted, the aim.
pub(crate) const PROMISE: &str = "slovo_promise";
/// See [`PROMISE`].
pub(crate) const STEP: &str = "slovo_step";
/// See [`PROMISE`].
pub(crate) const COUNTS: &str = "slovo_counts";
/// See [`PROMISE`].
pub(crate) const AIM: &str = "slovo_aim";

/// The annotations of an objective.
pub(super) fn of_objective(model: &Model, objective: &Objective<'_>) -> Doc {
    let promise = objective.promise;
    let mut made: Vec<(&'static str, Doc)> = Vec::new();
    let mut say = |key: &'static str, text: Option<String>| {
        if let Some(text) = text.filter(|t| !t.is_empty()) {
            made.push((key, Doc::Text(text)));
        }
    };
    say(PROMISE, Some(objective.path.clone()));
    say(STEP, objective.step.map(|step| step.title.clone()));
    say(COUNTS, Some(promise.noun.clone()));
    say(AIM, promise.stretch.map(|aim| format!("{}%", aim.normalize())));
    say("slovo_because", because(promise));
    say("slovo_blind_to", Some(promise.blind_to.join("; ")));
    let proxies: Vec<String> = promise.proxies.iter().map(|(of, why)| format!("{of}: {why}")).collect();
    say("slovo_proxy_for", Some(proxies.join("; ")));
    let words: Vec<&str> = promise.words.iter().map(|w| w.text.as_str()).collect();
    say("slovo_words", Some(words.join("; ")));
    say("slovo_expects_a_day", promise.expect_per_day.map(|n| n.normalize().to_string()));
    let step = objective.step;
    say("slovo_critical", step.filter(|s| s.critical).map(|_| "true".to_owned()));
    say("slovo_if_broken", step.and_then(|s| s.if_broken.clone()));
    say("slovo_served_by", step.map(|s| s.served_by.join(", ")));
    say("slovo_tested_by", step.map(|s| s.tested_by.join(", ")));
    say("runbook", crate::addresses::runbook(model, promise));
    Doc::Map(made)
}

/// The annotations of a journey.
pub(super) fn of_journey(journey: &Journey) -> Doc {
    let mut made: Vec<(&'static str, Doc)> = Vec::new();
    let mut say = |key: &'static str, text: Option<String>| {
        if let Some(text) = text.filter(|t| !t.is_empty()) {
            made.push((key, Doc::Text(text)));
        }
    };
    say("slovo_user", journey.user.clone());
    say("slovo_goal", journey.goal.clone());
    say("slovo_policy", journey.policy.clone());
    say("slovo_playbook", journey.playbook.clone());
    Doc::Map(made)
}

fn because(promise: &Promise) -> Option<String> {
    let (evidence, text, date) = promise.because.as_ref()?;
    let word = match evidence {
        Evidence::Measured => "measured",
        Evidence::Agreed => "agreed",
        Evidence::Guessed => "guessed",
    };
    Some(format!("{word} {date}: {text}"))
}
