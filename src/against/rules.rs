//! Fingerprints of rules: those of a source against those that a server has loaded. Prometheus writes an expression in its own way (blanks,
//! parentheses, `90m` as `1h30m`, labels behind an aggregation before it), so what is compared is what it is made of.

use std::collections::BTreeMap;

use crate::backend::prometheus::groups;
use crate::backend::prometheus::plan::{Needs, Plan};
use crate::backend::prometheus::sink::{Rule, Sink};
use crate::ir::Model;
use crate::promql::parts;
use crate::value::{Duration, hash};

/// A rule's fingerprint.
pub(crate) fn fingerprint(name: &str, expr: &str) -> String {
    let mut all = parts(expr);
    all.sort_unstable();
    format!("{name}\n{}", all.join("\n"))
}

/// The fingerprint of several rules, in any order.
pub(crate) fn fingerprint_of_all(mut rules: Vec<String>) -> String {
    rules.sort_unstable();
    format!("{:016x}", hash::hash(&rules.join("\n\n")))
}

/// The fingerprints of a model's rules, by journey.
pub(super) fn of(model: &Model) -> BTreeMap<String, String> {
    let needs = Needs::of(model);
    let one = |journey| {
        let mut taken = Taken::default();
        groups(&Plan::new(model, journey, &needs), &mut taken);
        taken.0
    };
    let all = model.journeys.iter().map(|journey| (journey.id.clone(), one(journey)));
    all.filter(|(_, rules)| !rules.is_empty()).map(|(id, rules)| (id, fingerprint_of_all(rules))).collect()
}

/// The fingerprints of rules as they are written.
#[derive(Default)]
struct Taken(Vec<String>);

impl Sink for Taken {
    fn group(&mut self, _: &str, _: Duration) {}
    fn comment(&mut self, _: &str) {}
    fn rule(&mut self, rule: &Rule<'_>) {
        // A server's rules are known as a project's by their names and labels: Sloth's series, and what has no label `journey`, are not.
        let own = if rule.alert { "Promise" } else { "promise" };
        let labelled = |name: &str| rule.labels.iter().any(|(label, _)| *label == name);
        if rule.name.starts_with(own) && labelled("project") && labelled("journey") {
            self.0.push(fingerprint(rule.name, rule.expr));
        }
    }
}
