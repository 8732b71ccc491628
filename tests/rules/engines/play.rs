//! The rules of every form evaluated over the same samples: what each engine records, beside what the first of them does.

use std::collections::{BTreeMap, BTreeSet};

use super::found::Found;
use super::raw::{self, Raw};
use crate::bench::http::Labels;
use crate::bench::layers::{self, Rule};
use crate::bench::play::Player;
use crate::bench::remote::is_stale;
use crate::bench::store::Store;

/// 5 January 2026, 00:00 UTC, in milliseconds.
pub const START: i64 = 1_767_571_200_000;

/// Every recorded series with its samples.
pub type Recorded = BTreeMap<Labels, BTreeMap<i64, f64>>;

/// Evaluates the recording rules of files from the beginning of the samples to their end.
pub fn play(found: &Found, texts: &[String], raw: &Raw) -> Recorded {
    let mut store = Store::new(&found.server);
    store.write(&raw.series);
    if !found.server.victoria {
        for (labels, list) in &raw.histograms {
            store.histograms(labels, list);
        }
    }
    let rules: Vec<Rule> = texts.iter().flat_map(|text| layers::parse(text)).collect();
    Player::new(&rules, &[], None, false).play(&mut store, START, START + raw::LENGTH * 1000);
    recorded(&store)
}

/// What a store has of ours.
pub fn recorded(store: &Store) -> Recorded {
    let mut recorded = Recorded::new();
    for name in store.names("promise") {
        for (labels, samples) in store.recorded(&name, &[]) {
            let samples = samples.into_iter().filter(|s| !is_stale(s.1)).collect();
            recorded.insert(labels.clone(), samples);
        }
    }
    recorded
}

/// How one engine's samples of a form differ from another's.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Samples of the first.
    pub samples: usize,
    /// Samples that only one of the two has.
    pub alone: usize,
    /// Samples further apart than allowed.
    pub apart: usize,
    /// The furthest, as a share of the value.
    pub furthest: f64,
    /// Names of series that differ.
    pub names: BTreeSet<String>,
    /// The first that differs.
    pub first: Option<String>,
}

/// As good as equal: sums in another order.
pub const ALLOWED: f64 = 1e-9;

/// The form that a series belongs to: `step.promise`, or the promise of a journey.
fn form(labels: &Labels) -> String {
    let of = |label: &str| labels.get(label).cloned();
    match (of("step"), of("promise")) {
        (Some(step), Some(promise)) => format!("{step}.{promise}"),
        (None, Some(promise)) => promise,
        (_, None) => String::new(),
    }
}

/// Form by form.
pub fn compare(ours: &Recorded, theirs: &Recorded) -> BTreeMap<String, Difference> {
    let mut made: BTreeMap<String, Difference> = BTreeMap::new();
    let all: BTreeSet<&Labels> = ours.keys().chain(theirs.keys()).collect();
    let none = BTreeMap::new();
    for labels in all {
        let difference = made.entry(form(labels)).or_default();
        let (a, b) = (ours.get(labels).unwrap_or(&none), theirs.get(labels).unwrap_or(&none));
        difference.samples += a.len();
        let times: BTreeSet<&i64> = a.keys().chain(b.keys()).collect();
        for at in times {
            let what = match (a.get(at), b.get(at)) {
                (Some(x), Some(y)) => {
                    let off = (x - y).abs() / x.abs().max(y.abs()).max(1e-6);
                    if off <= ALLOWED || x.to_bits() == y.to_bits() {
                        continue;
                    }
                    difference.apart += 1;
                    difference.furthest = difference.furthest.max(off);
                    format!("{x} and {y}")
                }
                (x, y) => {
                    difference.alone += 1;
                    format!("{x:?} and {y:?}")
                }
            };
            difference.names.insert(labels["__name__"].clone());
            difference.first.get_or_insert_with(|| format!("{labels:?} at {}s: {what}", (at - START) / 1000));
        }
    }
    made
}

/// All that a form's series of a name came to.
pub fn sum(recorded: &Recorded, form_of: &str, name: &str) -> f64 {
    recorded
        .iter()
        .filter(|(labels, _)| labels["__name__"] == name && form(labels) == form_of)
        .flat_map(|(_, samples)| samples.values())
        .sum()
}
