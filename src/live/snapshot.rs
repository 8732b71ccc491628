//! What a server stores, as a small file: sorted, without a moment or an address in it, so that two of the same server differ only where
//! the server does. It can be committed: label values are the only data in it, and few of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::api::RuleCount;
use super::client::Client;
use super::interval::Interval;
use super::stored::{Selection, Stored};
use super::trouble::Trouble;
use crate::exposition::{Bounds, Family, Form, Told, Values};

/// The format's name and version. A reader refuses another version.
pub const FORMAT: &str = "slovo-metrics/1";

/// Values of a label that are kept; of more, none is.
const VALUES: usize = 20;
/// The longest value that is kept.
const LONGEST: usize = 100;
/// The largest file.
const LARGEST: usize = 4 * 1024 * 1024;

/// What a server stores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: String,
    /// The day it was made, by the server's clock (UTC).
    pub seen: String,
    /// How long samples are kept, in the server's words; null where it does not say.
    pub retention: Option<String>,
    /// The `--job` that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The `--select` that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
    /// How often the targets of a job are scraped; null where they differ.
    pub jobs: BTreeMap<String, Option<String>>,
    /// Metrics of the last hour.
    pub metrics: BTreeMap<String, Seen>,
    /// Names of series that are stored and were not there during the last hour.
    pub gone: Vec<String>,
    /// Rules of slovo that are loaded, by the label `project`; null where the server does not say.
    pub rules: Option<BTreeMap<String, RuleCount>>,
}

/// A metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Its type, as metadata has it; null where nothing tells it, or two are told.
    pub kind: Option<String>,
    /// Two types that are told, and by whom where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<String>,
    /// Its unit, where metadata has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Jobs that expose it.
    pub jobs: Vec<String>,
    /// Labels but for `job` and `instance`, with their values; null where they are many.
    pub labels: BTreeMap<String, Option<Vec<String>>>,
    /// Bounds of a histogram, where all its series have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buckets: Option<Vec<String>>,
    /// Which job has which bounds, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixed_buckets: Option<String>,
    /// How a histogram is stored: `classic`, `native`, `native with given bounds`, `native with unknown bounds`, `both`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
}

impl Snapshot {
    /// Of what a server was asked.
    pub fn of(stored: &Stored, client: &Client, selection: &Selection) -> Result<Self, Trouble> {
        #[allow(clippy::cast_possible_truncation, reason = "a time of this century")]
        let second = stored.now as i64;
        let day = jiff::Timestamp::from_second(second).map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date());
        let day = day.map_err(|_| Trouble::unknown("the server's clock has no day"))?;
        Ok(Self {
            format: FORMAT.to_owned(),
            seen: day.to_string(),
            retention: client.retention()?,
            job: selection.job.clone(),
            select: selection.select.clone(),
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
            gone: stored.gone.clone(),
            rules: client.rules()?,
        })
    }

    /// As a file; the same snapshot gives the same bytes.
    pub fn write(&self) -> Result<String, Trouble> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|_| Trouble::given("the snapshot cannot be written"))?;
        if text.len() > LARGEST {
            return Err(Trouble::given(format!(
                "the snapshot would have more than {} MiB",
                LARGEST / (1024 * 1024)
            ))
            .help("take a part: `--job`, `--select`, or `--only-used` in a project"));
        }
        Ok(text + "\n")
    }

    /// Reads a file.
    pub fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            format: String,
        }
        if text.len() > LARGEST + 1 {
            return Err(format!("it has more than {} MiB", LARGEST / (1024 * 1024)));
        }
        match serde_json::from_str::<Version>(text) {
            Ok(version) if version.format == FORMAT => {}
            Ok(_) => return Err(format!("it is of another version than `{FORMAT}`; make it again")),
            Err(_) => return Err(format!("it is not a snapshot: no JSON with `\"format\": \"{FORMAT}\"`")),
        }
        serde_json::from_str(text)
            .map_err(|e| format!("line {}, column {}: not as the format has it", e.line(), e.column()))
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
    Seen {
        kind: told.filter(|_| disputed.is_none()),
        disputed,
        unit: family.unit.as_deref().filter(|_| family.unit_too.is_none()).map(str::to_owned),
        jobs: server.jobs.iter().filter(|job| !job.is_empty()).cloned().collect(),
        labels: family.labels.iter().map(|(label, v)| (label.to_string(), values(v))).collect(),
        buckets,
        mixed_buckets: text(server.bounds),
        stored: histogram.then(|| stored.to_owned()),
    }
}

fn values(values: &Values<'_>) -> Option<Vec<String>> {
    let few = !values.more
        && values.seen.len() <= VALUES
        && values.seen.iter().all(|v| v.chars().count() <= LONGEST);
    few.then(|| values.seen.iter().map(ToString::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_a_snapshot() {
        let empty = Snapshot {
            format: FORMAT.to_owned(),
            seen: "2026-11-29".to_owned(),
            retention: None,
            job: None,
            select: None,
            jobs: BTreeMap::new(),
            metrics: [("x".to_owned(), Seen::default())].into(),
            gone: Vec::new(),
            rules: None,
        };
        let text = empty.write().unwrap();
        assert_eq!(Snapshot::read(&text).unwrap(), empty);
        for (text, said) in [
            ("", "is not a snapshot"),
            ("{}", "is not a snapshot"),
            (r#"{"format": "slovo-metrics/2"}"#, "another version"),
            (r#"{"format": "slovo-metrics/1"}"#, "not as the format"),
            (&text.replace("\"seen\"", "\"saw\""), "not as the format"),
            (&" ".repeat(LARGEST + 2), "more than 4 MiB"),
        ] {
            assert!(Snapshot::read(text).unwrap_err().contains(said), "{said}");
        }
    }

    #[test]
    fn values_are_few() {
        let of = |n: usize| Values { seen: (0..n).map(|i| format!("{i:03}").into()).collect(), more: false };
        assert_eq!(values(&of(20)).unwrap().len(), 20);
        assert!(values(&of(21)).is_none());
        let long = Values { seen: ["x".repeat(101).into()].into(), more: false };
        assert!(values(&long).is_none());
    }
}
