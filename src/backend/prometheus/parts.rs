//! Journeys in parts, for engines that take few rules in a group and evaluate groups independently of each other.
//!
//! The chain from raw series to pages must not be cut between a series and what reads it: the reader would see it one
//! evaluation late, or half of it. So it is cut between promises: each part has the base rules, the prompt windows and the
//! pages of some promises, and its windows read those only. A promise is in exactly one part.
//!
//! What is computed seldom is cut at its seams ([`Sink::seam`]), where it reads what came before through its last
//! sample anyway.

use super::plan::{Entry, Plan};
use super::prompt;
use super::sink::{Body, Rule, Sink};
use super::{AlertLabels, no_data};
use crate::value::Duration;

/// The parts of a journey whose prompt rules fit into a group each. One that cannot be made to fit stays too large.
pub(crate) fn split<'m>(plan: &Plan<'m>, labels: &AlertLabels, limit: usize) -> Vec<Plan<'m>> {
    let mut parts: Vec<Part<'m>> = Vec::new();
    let watched = count(|sink| no_data(plan, labels, &mut String::new(), sink));
    let fits = |part: &Part<'m>, first: bool| {
        let made = part.plan(plan);
        count(|sink| prompt(&made, labels, &mut String::new(), sink)) + if first { watched } else { 0 }
            <= limit
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
        matchers.push_str(&super::plan::one_of("step", &steps));
        if !self.steps {
            let names: Vec<&str> = self.entries.iter().map(|e| e.promise.path.promise.as_str()).collect();
            matchers.push_str(&super::plan::one_of("promise", &names));
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

/// How many rules are written.
fn count(write: impl FnOnce(&mut Count)) -> usize {
    let mut sink = Count(0);
    write(&mut sink);
    sink.0
}

struct Count(usize);

impl Sink for Count {
    fn group(&mut self, _: &str, _: Duration) {}
    fn comment(&mut self, _: &str) {}
    fn rule(&mut self, _: &Rule<'_>) {
        self.0 += 1;
    }
}

/// Rules that stay together.
pub(crate) struct Piece {
    pub(crate) rules: usize,
    pub(crate) text: String,
}

/// A group in pieces.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) interval: Duration,
    pub(crate) pieces: Vec<Piece>,
}

impl Group {
    /// How many rules it has.
    pub(crate) fn rules(&self) -> usize {
        self.pieces.iter().map(|p| p.rules).sum()
    }
    /// This group as several of at most so many rules each, numbered from the second on. A piece that is too large stays so.
    pub(crate) fn cut(self, limit: usize) -> Vec<Group> {
        let mut made: Vec<Group> = Vec::new();
        for piece in self.pieces {
            match made.last_mut() {
                Some(last) if last.rules() + piece.rules <= limit => last.pieces.push(piece),
                _ => {
                    let name = match made.len() {
                        0 => self.name.clone(),
                        n => format!("{}-{}", self.name, n + 1),
                    };
                    made.push(Group { name, interval: self.interval, pieces: vec![piece] });
                }
            }
        }
        made
    }
}

/// Collects groups in pieces.
#[derive(Default)]
pub(crate) struct Pieces {
    groups: Vec<Group>,
    open: Body,
    rules: usize,
}

impl Pieces {
    /// All groups that have rules.
    pub(crate) fn finish(mut self) -> Vec<Group> {
        self.allow_group_split();
        self.groups.retain(|g| !g.pieces.is_empty());
        self.groups
    }
}

impl Sink for Pieces {
    fn group(&mut self, name: &str, interval: Duration) {
        self.allow_group_split();
        self.groups.push(Group { name: name.to_owned(), interval, pieces: Vec::new() });
    }
    fn allow_group_split(&mut self) {
        let rules = std::mem::take(&mut self.rules);
        if rules == 0 {
            return;
        }
        let text = std::mem::take(&mut self.open).finish();
        if let Some(group) = self.groups.last_mut() {
            group.pieces.push(Piece { rules, text });
        }
    }
    fn comment(&mut self, text: &str) {
        self.open.comment(text);
    }
    fn rule(&mut self, rule: &Rule<'_>) {
        self.open.rule(rule);
        self.rules += 1;
    }
}
