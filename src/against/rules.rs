//! Fingerprints of rules: those of a source against those that a server has loaded. Prometheus writes an expression in its own way (blanks,
//! parentheses, `90m` as `1h30m`, labels behind an aggregation before it), so what is compared is what it is made of.

use std::collections::BTreeMap;

use crate::ir::Model;
use crate::promql::parts;
use crate::rules::plan::{Needs, Plan};
use crate::rules::{Rule, RuleSet};
use crate::value::hash;

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
        let set = RuleSet::of(&Plan::new(model, journey, &needs));
        set.rules().filter(|(_, rule)| is_known(rule)).map(|(_, r)| fingerprint(&r.name, &r.expr)).collect()
    };
    let all = model.journeys.iter().map(|journey| (journey.id.clone(), one(journey)));
    all.filter(|(_, rules): &(_, Vec<String>)| !rules.is_empty())
        .map(|(id, rules)| (id, fingerprint_of_all(rules)))
        .collect()
}

/// A server's rules are known as a project's by their names and labels: Sloth's series, and what has no label `journey`, are not.
fn is_known(rule: &Rule) -> bool {
    let own = if rule.is_alert() { "Promise" } else { "promise" };
    rule.name.starts_with(own) && rule.label("project").is_some() && rule.label("journey").is_some()
}
