//! A case in pieces: promtool evaluates every rule of a case until its last check, so what is asked early of many rules
//! and what is asked late of few take less time apart.

use std::collections::BTreeSet;

use super::case::{Case, Check};
use super::prune::{Pruned, RuleFiles};
use crate::value::Duration;

/// What starting promtool and loading the series once more costs, in selectors evaluated: about a tenth of a second.
const START: u64 = 400;

/// A check and the rules it reads.
type Asked<'c> = (&'c Check, BTreeSet<usize>);

impl RuleFiles {
    /// The case with what its checks need, cut where that takes less time. Each check is in one piece; they keep their order.
    pub fn pieces(&self, journeys: &[String], case: &Case, every: Duration) -> Vec<Pruned> {
        let asked = case.checks.iter().map(|c| (c, self.needed(journeys, [c]))).collect();
        let mut cut = Vec::new();
        self.cut(asked, every, &mut cut);
        cut.into_iter()
            .map(|asked| {
                let needed = asked.iter().flat_map(|(_, n)| n).copied().collect();
                let checks = asked.into_iter().map(|(check, _)| check.clone()).collect();
                let piece = Case { checks, ..case.without_checks() };
                let last = piece.last();
                self.prune(journeys, piece, &needed, self.weight(&needed, last, every))
            })
            .collect()
    }

    fn cut<'c>(&self, asked: Vec<Asked<'c>>, every: Duration, out: &mut Vec<Vec<Asked<'c>>>) {
        let times: BTreeSet<Duration> = asked.iter().map(|(c, _)| c.at).collect();
        let cost = |of: &dyn Fn(&Check) -> bool| {
            let chosen = || asked.iter().filter(|(c, _)| of(c));
            let needed: BTreeSet<usize> = chosen().flat_map(|(_, n)| n).copied().collect();
            let last = chosen().map(|(c, _)| c.at).max().unwrap_or_default();
            self.weight(&needed, last, every).saturating_add(START)
        };
        let whole = cost(&|_| true);
        let (_, until) = times
            .into_iter()
            .map(|t| (cost(&|c| c.at <= t).saturating_add(cost(&|c| c.at > t)), t))
            .min()
            .filter(|(parts, _)| *parts < whole)
            .unzip();
        let Some(until) = until else { return out.push(asked) };
        let (early, late) = asked.into_iter().partition(|(c, _)| c.at <= until);
        self.cut(early, every, out);
        self.cut(late, every, out);
    }
}
