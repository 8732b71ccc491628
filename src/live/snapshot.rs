//! A snapshot of what a server was asked.

use std::collections::BTreeMap;

use super::asked;
use super::client::Client;
use super::interval::Interval;
use super::stored::{Selection, Stored};
use super::trouble::Trouble;
use crate::against::{FORMAT, Seen, Snapshot, Wanted};
use crate::exposition::{Bounds, Family, Form, Told, Values};

/// Values of a label that are kept; of more, none is.
const VALUES: usize = 20;
/// The longest value that is kept.
const LONGEST: usize = 100;

impl Snapshot {
    /// Of what a server was asked; with `wanted` what a project's promises read of it besides.
    pub fn of(
        stored: &Stored,
        client: &Client,
        selection: &Selection,
        wanted: Option<&Wanted>,
    ) -> Result<Self, Trouble> {
        #[allow(clippy::cast_possible_truncation, reason = "a time of this century")]
        let second = stored.now as i64;
        let day = jiff::Timestamp::from_second(second).map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date());
        let day = day.map_err(|_| Trouble::unknown("the server's clock has no day"))?;
        let mut made = Self {
            format: FORMAT.to_owned(),
            seen: day.to_string(),
            retention: client.retention()?,
            engine: client.engine()?,
            job: selection.job.clone(),
            select: selection.select.clone(),
            environment: wanted.and_then(|wanted| wanted.environment.clone()),
            only_used: stored.only_used,
            jobs: stored
                .intervals
                .iter()
                .map(|(job, every)| {
                    let every =
                        if let Interval::Every(every) = every { Some(every.to_string()) } else { None };
                    (job.clone(), every)
                })
                .collect(),
            metrics: stored.exposition.families.iter().map(|f| (f.name.to_string(), seen(f))).collect(),
            gone: stored.gone.iter().map(|name| (name.clone(), None)).collect(),
            selectors: BTreeMap::new(),
            near: BTreeMap::new(),
            rules: client.rules(stored.now)?,
        };
        if let Some(wanted) = wanted {
            asked::complete(client, &mut made, wanted, stored)?;
        }
        Ok(made)
    }
}

fn seen(family: &Family<'_>) -> Seen {
    let server = family.on_server.clone().unwrap_or_default();
    let text = |text: String| Some(text).filter(|t| !t.is_empty());
    let told = (family.told != Told::Nothing).then(|| family.told.as_str().to_owned());
    let disputed = family.told_too.map(|(too, _)| {
        text(server.types.clone()).unwrap_or_else(|| format!("{} and {}", family.told.as_str(), too.as_str()))
    });
    let histogram = family.told == Told::Histogram || family.bounds != Bounds::Missing;
    let stored = match server.form {
        Form::Plain => "classic",
        Form::Native => "native",
        Form::Given => "native with given bounds",
        Form::Unseen => "native with unknown bounds",
        Form::Both => "both",
    };
    let buckets = match &family.bounds {
        Bounds::Same(list) => Some(list.iter().map(ToString::to_string).collect()),
        Bounds::Missing | Bounds::Mixed | Bounds::Unreadable(..) => None,
    };
    let mixed = match &family.bounds {
        Bounds::Mixed => {
            Some(text(server.bounds).unwrap_or_else(|| "the series of one job differ".to_owned()))
        }
        Bounds::Unreadable(bound, _) => Some(format!("one is {bound:?}")),
        Bounds::Missing | Bounds::Same(_) => text(server.bounds),
    };
    let other = server.series.iter().any(|name| name != &family.name);
    Seen {
        kind: told.filter(|_| disputed.is_none()),
        disputed,
        unit: family.unit.as_deref().filter(|_| family.unit_too.is_none()).map(str::to_owned),
        jobs: server.jobs.iter().filter(|job| !job.is_empty()).cloned().collect(),
        series: if other { server.series.iter().cloned().collect() } else { Vec::new() },
        slowest: server.slowest.iter().map(|(job, every)| (job.clone(), every.to_string())).collect(),
        unlisted: family.samples == 0,
        ever: None,
        labels: family.labels.iter().map(|(label, v)| (label.to_string(), values(v))).collect(),
        buckets,
        mixed_buckets: mixed,
        stored: histogram.then(|| stored.to_owned()),
    }
}

fn values(values: &Values<'_>) -> Option<Vec<String>> {
    if values.more { None } else { few(values.seen.iter().map(ToString::to_string)) }
}

/// The values of a label, where they are few and short.
pub(super) fn few(values: impl Iterator<Item = String>) -> Option<Vec<String>> {
    let kept: Vec<String> = values.take(VALUES + 1).collect();
    (kept.len() <= VALUES && kept.iter().all(|v| v.chars().count() <= LONGEST)).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_few() {
        let of = |n: usize| Values { seen: (0..n).map(|i| format!("{i:03}").into()).collect(), more: false };
        assert_eq!(values(&of(20)).unwrap().len(), 20);
        assert!(values(&of(21)).is_none());
        let long = Values { seen: ["x".repeat(101).into()].into(), more: false };
        assert!(values(&long).is_none());
    }
}
