//! Rules evaluated as an engine does it: group interval by group interval, each rule of a group after the one before it, and
//! each may read what it recorded itself, and what rules of other groups recorded.
//!
//! A rule that reads nothing of later moments' making is a range query over all of the time. Where rules read themselves or
//! each other, they go forward together: moments are taken in order, and those of which no rule of the set reads anything
//! that isn't written yet are one range query. What is recorded is the same as with one query a moment.

use std::collections::{BTreeMap, BTreeSet};

use super::http::Labels;
use super::layers::{self, Rule};
use super::reads::{self, Reads};
use super::remote::{Sample, stale};
use super::store::Store;

/// A raw sample that is visible only from a moment on.
#[derive(Clone, Copy, Debug)]
pub struct Late {
    /// From when on.
    pub visible: i64,
    /// The series, by place.
    pub series: usize,
    /// The sample.
    pub sample: Sample,
}

/// Raw samples that come late, in order of when they come.
#[derive(Default)]
pub struct Deliveries {
    /// The series.
    pub series: Vec<Labels>,
    /// Their samples.
    pub samples: Vec<Late>,
    /// How many have come.
    pub done: usize,
}

impl Deliveries {
    /// Does anything come up to this moment?
    fn due(&self, at: i64) -> bool {
        self.samples.get(self.done).is_some_and(|s| s.visible <= at)
    }
    /// Writes what came up to a moment.
    pub fn deliver(&mut self, store: &mut Store, at: i64) {
        let mut list: BTreeMap<usize, Vec<Sample>> = BTreeMap::new();
        while self.due(at) {
            let late = self.samples[self.done];
            list.entry(late.series).or_default().push(late.sample);
            self.done += 1;
        }
        let list: Vec<_> = list.into_iter().map(|(s, l)| (self.series[s].clone(), l)).collect();
        store.write(&list);
    }
}

/// Rules on their way through time.
pub struct Player {
    rules: Vec<Rule>,
    reads: Vec<Reads>,
    strata: Vec<Vec<usize>>,
    /// Series of each rule's last evaluation, which get a staleness marker when the next one lacks them.
    last: Vec<BTreeSet<Labels>>,
    /// When no rule was evaluated, in milliseconds.
    pub holes: Vec<(i64, i64)>,
    /// Raw samples that come late.
    pub deliveries: Option<Deliveries>,
    /// Samples recorded, and of these neither a number nor finite.
    pub samples: (u64, u64),
}

impl Player {
    /// Recording rules, at the beginning. With late samples every rule that reads raw series goes forward moment by moment;
    /// with `stepwise` each rule does.
    pub fn new(rules: &[Rule], holes: &[(i64, i64)], deliveries: Option<Deliveries>, stepwise: bool) -> Self {
        let rules: Vec<Rule> = rules.iter().filter(|r| !r.alert).cloned().collect();
        let reads = reads::reads(&rules);
        let together = |at: &usize| stepwise || (reads[*at].raw && deliveries.is_some());
        let together: Vec<usize> = (0..rules.len()).filter(together).collect();
        let strata = reads::strata(&rules, &reads, &together);
        let last = vec![BTreeSet::new(); rules.len()];
        Self { rules, reads, strata, last, holes: holes.to_vec(), deliveries, samples: (0, 0) }
    }
    /// Evaluates everything from one moment to before another.
    pub fn play(&mut self, store: &mut Store, from: i64, to: i64) {
        for set in self.strata.clone() {
            let alone = set.len() == 1 && !self.reads[set[0]].rules.contains(&set[0]);
            let late = self.deliveries.is_some() && set.iter().any(|at| self.reads[*at].raw);
            if alone && !late {
                let moments = self.moments(set[0], from, to);
                self.evaluate(store, &[(set[0], moments)]);
            } else {
                self.step(store, &set, from, to, late);
            }
        }
        if let Some(deliveries) = &mut self.deliveries {
            deliveries.deliver(store, to);
        }
    }
    fn moments(&self, rule: usize, from: i64, to: i64) -> Vec<i64> {
        let rule = &self.rules[rule];
        let every = (rule.every * 1000.0).round() as i64;
        let offset = (layers::offset(&rule.group, rule.every) * 1000.0).round() as i64;
        let first = (from - offset).div_euclid(every) * every + offset;
        let first = if first < from { first + every } else { first };
        let hole = |t: &i64| self.holes.iter().any(|h| h.0 <= *t && *t < h.1);
        (0..).map(|n| first + n * every).take_while(|t| *t < to).filter(|t| !hole(t)).collect()
    }
    /// A set of rules, moment by moment.
    fn step(&mut self, store: &mut Store, set: &[usize], from: i64, to: i64, late: bool) {
        let mut all: Vec<(i64, usize)> = Vec::new();
        for rule in set {
            all.extend(self.moments(*rule, from, to).into_iter().map(|t| (t, *rule)));
        }
        // Rules of a group at the same moment: in their order.
        all.sort_unstable();
        let mut pending: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for (at, rule) in all {
            let fresh = late && self.deliveries.as_ref().is_some_and(|d| d.due(at));
            if fresh || self.reads[rule].rules.iter().any(|other| pending.contains_key(other)) {
                self.flush(store, &mut pending);
            }
            if fresh && let Some(deliveries) = &mut self.deliveries {
                deliveries.deliver(store, at);
            }
            pending.entry(rule).or_default().push(at);
        }
        self.flush(store, &mut pending);
    }
    fn flush(&mut self, store: &mut Store, pending: &mut BTreeMap<usize, Vec<i64>>) {
        let list: Vec<_> = std::mem::take(pending).into_iter().collect();
        self.evaluate(store, &list);
    }
    /// Asks for rules at moments, then writes what they gave.
    fn evaluate(&mut self, store: &mut Store, list: &[(usize, Vec<i64>)]) {
        let mut out: Vec<(Labels, Vec<Sample>)> = Vec::new();
        for (at, moments) in list {
            let (Some(first), Some(end)) = (moments.first(), moments.last()) else { continue };
            let rule = &self.rules[*at];
            let every = (rule.every * 1000.0).round() as i64;
            let mut found: BTreeMap<Labels, BTreeMap<i64, f64>> = BTreeMap::new();
            for series in store.range(&rule.expr, *first, *end, every) {
                let mut labels = series.metric.clone();
                labels.insert("__name__".to_owned(), rule.name.clone());
                labels.extend(rule.labels.clone());
                labels.retain(|_, value| !value.is_empty());
                let points = series.points().map(|(t, v)| ((t * 1000.0).round() as i64, v));
                found.entry(labels).or_default().extend(points);
            }
            let before = std::mem::take(&mut self.last[*at]);
            let names: BTreeSet<Labels> = found.keys().chain(&before).cloned().collect();
            for labels in names {
                let points = found.get(&labels);
                let mut samples = Vec::new();
                let mut there = before.contains(&labels);
                for moment in moments {
                    match points.and_then(|p| p.get(moment)) {
                        Some(value) => {
                            samples.push((*moment, *value));
                            self.samples.0 += 1;
                            self.samples.1 += u64::from(!value.is_finite());
                            there = true;
                        }
                        None if there => {
                            samples.push((*moment, stale()));
                            there = false;
                        }
                        None => {}
                    }
                }
                if points.is_some_and(|p| p.contains_key(end)) {
                    self.last[*at].insert(labels.clone());
                }
                if !samples.is_empty() {
                    out.push((labels, samples));
                }
            }
        }
        store.write(&out);
    }
}
