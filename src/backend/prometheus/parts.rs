//! Journeys in parts, for engines that take few rules in a group and evaluate groups independently of each other.
//!
//! The chain from raw series to pages must not be cut between a series and what reads it: the reader would see it one
//! evaluation late, or half of it. So it is cut between promises: each part has the base rules, the prompt windows and the
//! pages of some promises, and its windows read those only. A promise is in exactly one part.
//!
//! What is computed seldom is cut where the rules allow it ([`Item::Split`](crate::rules::Item::Split)).

use crate::rules::RuleSet;
use crate::rules::plan::{self, Entry, Plan};

/// The parts of a journey whose prompt rules fit into a group each. One that cannot be made to fit stays too large.
pub(super) fn split<'m>(plan: &Plan<'m>, limit: usize) -> Vec<Plan<'m>> {
    let mut parts: Vec<Part<'m>> = Vec::new();
    let watched = RuleSet::no_data(plan).len();
    let fits = |part: &Part<'m>, first: bool| {
        let rules = RuleSet::prompt(&part.plan(plan), String::new()).rules().count();
        rules + if first { watched } else { 0 } <= limit
    };
    let whole = Part { entries: plan.entries.clone(), steps: true };
    if fits(&whole, true) {
        return vec![plan.clone()];
    }
    for step in steps(plan) {
        let first = parts.len() <= 1;
        if let Some(last) = parts.last_mut().filter(|last| last.steps) {
            let mut longer = Part { entries: last.entries.clone(), steps: true };
            longer.entries.extend(step.iter().cloned());
            if fits(&longer, first) {
                *last = longer;
                continue;
            }
        }
        let alone = Part { entries: step.clone(), steps: true };
        if fits(&alone, parts.is_empty()) {
            parts.push(alone);
            continue;
        }
        let mut open = Part { entries: Vec::new(), steps: false };
        for entry in step {
            let mut longer = Part { entries: open.entries.clone(), steps: false };
            longer.entries.push(entry.clone());
            if open.entries.is_empty() || fits(&longer, parts.is_empty()) {
                open = longer;
            } else {
                parts.push(open);
                open = Part { entries: vec![entry], steps: false };
            }
        }
        parts.push(open);
    }
    parts.iter().map(|part| part.plan(plan)).collect()
}

/// Some promises: of whole steps, or some of one step.
struct Part<'m> {
    entries: Vec<Entry<'m>>,
    steps: bool,
}

impl<'m> Part<'m> {
    /// The journey's plan with these promises only.
    fn plan(&self, whole: &Plan<'m>) -> Plan<'m> {
        let name = |e: &Entry<'m>| e.promise.path.step.as_deref().unwrap_or_default();
        let mut steps: Vec<&str> = self.entries.iter().map(name).collect();
        steps.dedup();
        let mut matchers = whole.matchers.clone();
        matchers.push_str(&plan::one_of("step", &steps));
        if !self.steps {
            let names: Vec<&str> = self.entries.iter().map(|e| e.promise.path.promise.as_str()).collect();
            matchers.push_str(&plan::one_of("promise", &names));
        }
        Plan { entries: self.entries.clone(), matchers, ..whole.clone() }
    }
}

/// The promises step by step, the journey's own last.
fn steps<'m>(plan: &Plan<'m>) -> Vec<Vec<Entry<'m>>> {
    let mut list: Vec<Vec<Entry<'m>>> = Vec::new();
    for entry in &plan.entries {
        match list.last_mut() {
            Some(last) if last.first().is_some_and(|e| e.promise.path.step == entry.promise.path.step) => {
                last.push(entry.clone());
            }
            _ => list.push(vec![entry.clone()]),
        }
    }
    list
}
