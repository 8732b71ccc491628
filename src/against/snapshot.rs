//! What a server stores, as a small file: sorted, without a moment or an address in it, so that two of the same server differ only where
//! the server does. It can be committed: label values are the only data in it, and few of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::Date;

/// The format's name and version. A reader refuses another version.
pub const FORMAT: &str = "slovo-metrics/2";

/// The largest file.
const LARGEST: usize = 4 * 1024 * 1024;

/// What a server stores.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: String,
    /// The day it was made, by the server's clock (UTC).
    pub seen: String,
    /// How long samples are kept, in the server's words; null where it does not say.
    pub retention: Option<String>,
    /// What evaluates queries, such as `prometheus 2.53`; null where the server does not say.
    pub engine: Option<String>,
    /// The `--job` that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The `--select` that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
    /// The environment whose promises were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Only what the project names was asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_used: bool,
    /// How often the targets of a job are scraped; null where they differ, and where the samples of `up` do not tell it.
    pub jobs: BTreeMap<String, Option<String>>,
    /// Metrics of the last hour.
    pub metrics: BTreeMap<String, Seen>,
    /// Names of series that are stored and were not there during the last hour, with the last day of those that the project reads.
    pub gone: BTreeMap<String, Option<String>>,
    /// What the project's promises select, as the rules do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selectors: BTreeMap<String, Presence>,
    /// Of names that the project reads and that never were there, one of the last hour that is spelt nearly so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub near: BTreeMap<String, String>,
    /// Rules of slovo that are loaded, by the label `project`; null where the server does not say.
    pub rules: Option<BTreeMap<String, Loaded>>,
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
    /// Of jobs whose targets are scraped at different intervals, the longest of those that expose it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slowest: BTreeMap<String, String>,
    /// Its name is known, and no series of it was listed: then nothing is known of its jobs and labels.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
    /// Names of its series, where those are others than the metric's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<String>,
    /// Labels but for `job` and `instance`, with their values; null where they are many.
    pub labels: BTreeMap<String, Option<Vec<String>>>,
    /// All labels within the retention, of what the project reads; with the values of those that it tests, null where they are many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ever: Option<BTreeMap<String, Option<Vec<String>>>>,
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

/// When a selector matched something: `now`, `partly`, `earlier`, a day, `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Presence {
    /// In the last hour.
    Now,
    /// In the last hour; of a bucket, some series of the histogram lack it.
    Partly,
    /// Before the last hour, at last on this day, where that was asked for.
    Earlier(Option<Date>),
    /// Not within the retention.
    Never,
}

impl TryFrom<String> for Presence {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "now" => Ok(Self::Now),
            "partly" => Ok(Self::Partly),
            "earlier" => Ok(Self::Earlier(None)),
            "never" => Ok(Self::Never),
            day => day.parse().map(|day| Self::Earlier(Some(day))).map_err(|_| "neither a day nor a word"),
        }
    }
}

impl From<Presence> for String {
    fn from(presence: Presence) -> Self {
        match presence {
            Presence::Now => "now".to_owned(),
            Presence::Partly => "partly".to_owned(),
            Presence::Earlier(None) => "earlier".to_owned(),
            Presence::Earlier(Some(day)) => day.to_string(),
            Presence::Never => "never".to_owned(),
        }
    }
}

/// Rules of a project that a server has loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Loaded {
    /// Recording rules.
    pub recording: usize,
    /// Alerts.
    pub alerting: usize,
    /// Those of both whose last evaluation failed.
    pub failing: usize,
    /// Those of both that were not evaluated for ten minutes and three intervals.
    pub late: usize,
    /// Promises that they are of, by their paths.
    pub promises: Vec<String>,
    /// By journey, a fingerprint of its rules: the same for the same rules, however a server writes them.
    pub journeys: BTreeMap<String, String>,
}

/// A snapshot that has more than is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl TooLarge {
    /// In words.
    pub fn message(self) -> String {
        format!("the snapshot would have more than {} MiB", LARGEST / (1024 * 1024))
    }
}

impl Snapshot {
    /// Of each series of the last hour, the metric that it belongs to.
    pub(crate) fn families(&self) -> BTreeMap<String, String> {
        let of = |(name, seen): (&String, &Seen)| -> Vec<(String, String)> {
            let alone = std::slice::from_ref(name);
            let series = if seen.series.is_empty() { alone } else { seen.series.as_slice() };
            series.iter().map(|series| (series.clone(), name.clone())).collect()
        };
        self.metrics.iter().flat_map(of).collect()
    }

    /// Was every name of a series looked at?
    pub(crate) fn has_all_names(&self) -> bool {
        self.job.is_none() && self.select.is_none() && !self.only_used
    }

    /// As a file; the same snapshot gives the same bytes.
    pub fn write(&self) -> Result<String, TooLarge> {
        // Strings, numbers and lists only: it cannot fail.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        if text.len() > LARGEST { Err(TooLarge) } else { Ok(text + "\n") }
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
            Ok(_) => {
                return Err(format!(
                    "it is of another version than `{FORMAT}`; make it again: `slovo metrics snapshot URL -o FILE`"
                ));
            }
            Err(_) => return Err(format!("it is not a snapshot: no JSON with `\"format\": \"{FORMAT}\"`")),
        }
        serde_json::from_str(text)
            .map_err(|e| format!("line {}, column {}: not as the format has it", e.line(), e.column()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_a_snapshot() {
        let empty = Snapshot {
            format: FORMAT.to_owned(),
            seen: "2026-11-29".to_owned(),
            metrics: [("x".to_owned(), Seen::default())].into(),
            gone: [("y".to_owned(), None), ("z".to_owned(), Some("2026-11-02".to_owned()))].into(),
            selectors: [
                Presence::Now,
                Presence::Never,
                Presence::Earlier(Some("2026-11-02".parse().unwrap())),
                Presence::Earlier(None),
            ]
            .into_iter()
            .enumerate()
            .map(|(n, p)| (format!("x{{a=\"{n}\"}}"), p))
            .collect(),
            ..Snapshot::default()
        };
        let text = empty.write().unwrap();
        assert_eq!(Snapshot::read(&text).unwrap(), empty);
        for (text, said) in [
            ("", "is not a snapshot"),
            ("{}", "is not a snapshot"),
            (r#"{"format": "slovo-metrics/1"}"#, "another version"),
            (r#"{"format": "slovo-metrics/2"}"#, "not as the format"),
            (&text.replace("\"seen\"", "\"saw\""), "not as the format"),
            (&" ".repeat(LARGEST + 2), "more than 4 MiB"),
        ] {
            assert!(Snapshot::read(text).unwrap_err().contains(said), "{said}");
        }
    }
}
