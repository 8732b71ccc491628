//! What a measurement reads, and for what.

use super::measure::{Condition, Events, Measurement, Outcome, Selector, Series};

/// What a promise reads something for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// All events.
    All,
    /// The good ones.
    Good,
    /// The bad ones.
    Bad,
    /// What is started.
    Started,
    /// What is finished.
    Finished,
    /// What is finished too late.
    Late,
    /// A value that slices of time are judged by.
    Value,
    /// It shows that the service runs while nothing is counted.
    Alive,
}

/// What a measurement reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source<'m> {
    /// A stream of events.
    Series(&'m Series),
    /// A gauge.
    Gauge(&'m Selector),
    /// A query of the user's own, which gives a value.
    Query(&'m str),
}

/// The addends of a stream, each with what it is read for.
fn addends(role: Role, list: &[Series]) -> impl Iterator<Item = (Role, Source<'_>)> {
    list.iter().map(move |series| (role, Source::Series(series)))
}

impl Events {
    /// What is read of them.
    fn sources(&self) -> Vec<(Role, Source<'_>)> {
        let mut list: Vec<_> = addends(Role::All, &self.total).collect();
        for fault in &self.faults {
            list.extend(addends(Role::Bad, fault));
        }
        if self.faults.is_empty() {
            match &self.outcome {
                Outcome::Good(good) => list.extend(addends(Role::Good, good)),
                Outcome::Bad(bad) => list.extend(addends(Role::Bad, bad)),
            }
        }
        list
    }
}

impl Measurement {
    /// Everything that it reads itself, as written (bad events in each way in which they are bad); of a composed one nothing, since its
    /// members read. What shows that an idle service runs is with its selector.
    pub fn sources(&self) -> Vec<(Role, Source<'_>)> {
        match self {
            Self::Events(events) => events.sources(),
            Self::Completion(completion) => {
                let sides = [
                    (Role::Started, &completion.started),
                    (Role::Finished, &completion.finished),
                    (Role::Late, &completion.late),
                ];
                sides.into_iter().flat_map(|(role, list)| addends(role, list)).collect()
            }
            Self::Slices(slices) => match &slices.condition {
                Condition::Share { events, .. } => events.sources(),
                Condition::Stat { selector, .. } | Condition::Age { selector, .. } => {
                    vec![(Role::Value, Source::Gauge(selector))]
                }
                Condition::Mean { of, .. } => vec![(Role::Value, Source::Series(of))],
                Condition::Promql { query, .. } => vec![(Role::Value, Source::Query(query))],
            },
            Self::Composed(_) => Vec::new(),
        }
    }
}
