//! What is bad in several ways: series for each way by itself and for each two together, and what must be counted of them,
//! read from the ways as they are written, never from the selectors of the good ones that they become.

use super::inputs::{Unprovable, counter, native, opaque, raw_name};
use super::series::Raw;
use super::witness::{Labels, satisfies, witness};
use crate::ir::{Events, Matcher, Series};
use crate::value::Decimal;

/// How a set of labels is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Judged {
    /// All its events are bad.
    Bad,
    /// Those over a limit are.
    Over(Decimal),
    /// None is.
    Good,
}

/// The ways of one addend: what each asks for beyond it.
fn ways(events: &Events, at: usize) -> impl Iterator<Item = &Series> {
    events.faults.iter().filter_map(move |way| way.get(at))
}

fn judged<'e>(ways: impl Iterator<Item = &'e Series>, labels: &Labels) -> Option<Judged> {
    let mut made = Judged::Good;
    for way in ways.filter(|w| w.selector().is_some_and(|s| satisfies(labels, &s.matchers))) {
        made = match (way, made) {
            (_, Judged::Bad) | (Series::Counter(_) | Series::HistogramCount { .. }, _) => Judged::Bad,
            (Series::HistogramOver { limit, .. }, Judged::Over(other)) => Judged::Over(other.min(*limit)),
            (Series::HistogramOver { limit, .. }, Judged::Good) => Judged::Over(*limit),
            (Series::HistogramWithin { .. } | Series::Readings { .. } | Series::Promql(_), _) => return None,
        };
    }
    Some(made)
}

/// The raw series of all addends.
pub(super) fn inputs(events: &Events, fixed: &Labels) -> Result<Vec<Raw>, Unprovable> {
    let mut made = Vec::new();
    for (at, term) in events.total.iter().enumerate() {
        let histogram = match term {
            Series::Counter(_) => false,
            Series::HistogramCount { native: false, .. } => true,
            Series::HistogramCount { .. } => return Err(native()),
            Series::HistogramWithin { .. }
            | Series::HistogramOver { .. }
            | Series::Readings { .. }
            | Series::Promql(_) => return Err(opaque()),
        };
        let found: Vec<(Labels, Judged)> = kinds(events, at, term, fixed)
            .into_iter()
            .map(|labels| {
                let judged = judged(ways(events, at), &labels)?;
                Some((labels, judged))
            })
            .collect::<Option<_>>()
            .ok_or_else(opaque)?;
        let limits: Vec<Decimal> = ways(events, at)
            .filter_map(|way| if let Series::HistogramOver { limit, .. } = way { Some(*limit) } else { None })
            .collect();
        let count = |of: fn(&Judged) -> bool| found.iter().filter(|(_, j)| of(j)).count();
        let weight = |n: usize| i32::try_from(n).unwrap_or(1);
        let (fine, slow, failed) = (
            weight(count(|j| *j != Judged::Bad)),
            weight(count(|j| matches!(j, Judged::Over(_)))),
            weight(count(|j| *j == Judged::Bad)),
        );
        if fine == 0 {
            return Err(Unprovable("no series is left that could be good".to_owned()));
        }
        // So that as much turns bad as was good: of those that failed a half is slow besides, where there is a limit.
        let each = slow + 2 * failed;
        for (labels, judged) in found {
            let (all, quick) = match judged {
                Judged::Good => (counter(each, -each), counter(each, -each)),
                Judged::Over(_) => (counter(each, fine - each), counter(each, -each)),
                Judged::Bad => (counter(0, 2 * fine), counter(0, fine)),
            };
            made.push(raw(&raw_name(term), &labels, None, all));
            let Some(metric) = term.selector().filter(|_| histogram).map(|s| &s.metric) else { continue };
            let name = format!("{metric}_bucket");
            for limit in &limits {
                // Between two limits lies what only the smaller one calls slow.
                let within = match judged {
                    Judged::Over(own) if *limit > own => all,
                    Judged::Over(own) if *limit < own => counter(0, 0),
                    Judged::Over(_) | Judged::Good | Judged::Bad => quick,
                };
                made.push(raw(&name, &labels, Some(limit.normalize().to_string()), within));
            }
            if !limits.is_empty() {
                made.push(raw(&name, &labels, Some("+Inf".to_owned()), all));
            }
        }
    }
    made.sort_by(|a, b| (&a.name, &a.labels).cmp(&(&b.name, &b.labels)));
    made.dedup();
    Ok(made)
}

fn raw(name: &str, labels: &Labels, le: Option<String>, shape: super::series::Shape) -> Raw {
    let mut labels = labels.clone();
    labels.extend(le.map(|le| ("le".to_owned(), le)));
    Raw { name: name.to_owned(), labels, shape, each: None, late: false }
}

/// Labels for what no way asks for, for each way alone, and for each two together.
fn kinds(events: &Events, at: usize, term: &Series, fixed: &Labels) -> Vec<Labels> {
    let own = |series: &Series| series.selector().map(|s| s.matchers.clone()).unwrap_or_default();
    let total = own(term);
    let asked: Vec<Vec<Matcher>> =
        ways(events, at).map(own).filter(|m| m.iter().any(|m| !total.contains(m))).collect();
    let mut list: Vec<Labels> = Vec::new();
    let mut find = |which: &[usize]| {
        let mut must = total.clone();
        must.extend(which.iter().filter_map(|n| asked.get(*n)).flatten().cloned());
        let never: Vec<&[Matcher]> = (0..asked.len())
            .filter(|n| !which.contains(n))
            .filter_map(|n| asked.get(n).map(Vec::as_slice))
            .collect();
        if let Some(labels) = witness(&must, &never, fixed)
            && !list.contains(&labels)
        {
            list.push(labels);
        }
    };
    find(&[]);
    for first in 0..asked.len() {
        find(&[first]);
        for second in first + 1..asked.len() {
            find(&[first, second]);
        }
    }
    list
}

/// What of these series is bad while `f` of what happens is, for a plain counter that grows by one.
pub(super) fn bad(events: &Events, list: &[Raw], f: Decimal) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    for (at, term) in events.total.iter().enumerate() {
        let total = term.selector()?;
        let name = raw_name(term);
        for all in list.iter().filter(|r| r.name == name && satisfies(&r.labels, &total.matchers)) {
            let grown = all.growth(f)?;
            sum += match judged(ways(events, at), &all.labels)? {
                Judged::Good => Decimal::ZERO,
                Judged::Bad => grown,
                // Without its bucket nothing is known to be quick.
                Judged::Over(limit) => {
                    let quick = quick(list, &total.metric, &all.labels, limit);
                    grown - quick.and_then(|r| r.growth(f)).unwrap_or_default()
                }
            };
        }
    }
    Some(sum)
}

/// The bucket of a limit beside a count.
fn quick<'r>(list: &'r [Raw], metric: &str, labels: &Labels, limit: Decimal) -> Option<&'r Raw> {
    let name = format!("{metric}_bucket");
    list.iter().find(|r| {
        r.name == name
            && r.labels.get("le").and_then(|le| Decimal::from_str_exact(le).ok()) == Some(limit)
            && r.labels.len() == labels.len() + 1
            && labels.iter().all(|(label, value)| r.labels.get(label) == Some(value))
    })
}
