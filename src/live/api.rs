//! The calls of the query API that are used, one function each.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::client::{Client, How};
use super::trouble::{Sort, Trouble};
use crate::against::{Loaded, fingerprint, fingerprint_of_all};

/// Labels with `__name__`.
pub(super) type Labels = BTreeMap<String, String>;

/// A question has one answer of a few series, or is split.
pub(super) const SMALL: u64 = 8 * 1024 * 1024;
/// Lists of names, metadata, rules: asked for once.
const LARGE: u64 = 64 * 1024 * 1024;
/// Series of one answer. Engines that know the parameter stop there; each of them says so in its own way, or not at all.
pub(super) const SERIES: usize = 20_000;

/// A series with what a query gives of it.
#[derive(Debug, Deserialize)]
pub(super) struct Sample {
    #[serde(default)]
    pub(super) metric: Labels,
    /// Seconds and a number.
    #[serde(default)]
    pub(super) value: Option<(f64, String)>,
    #[serde(default)]
    pub(super) values: Vec<(f64, String)>,
    #[serde(default)]
    pub(super) histogram: Option<(f64, Histogram)>,
}

/// A native histogram as answers show it: buckets that hold something.
#[derive(Debug, Deserialize)]
pub(super) struct Histogram {
    /// Which ends belong to it, its ends, what it holds.
    #[serde(default)]
    pub(super) buckets: Vec<(u8, String, String, String)>,
}

#[derive(Deserialize)]
struct Result_ {
    // Not by default: an empty list would be read as a result without series.
    result: Vec<Sample>,
}

/// What is told of a metric somewhere.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Meta {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) help: String,
    #[serde(default)]
    pub(super) unit: String,
}

/// What a target tells.
#[derive(Debug, Deserialize)]
pub(super) struct TargetMeta {
    #[serde(default)]
    pub(super) target: Labels,
    #[serde(default, rename = "type")]
    pub(super) kind: String,
}

#[derive(Deserialize)]
struct Runtime {
    #[serde(default, rename = "storageRetention")]
    retention: String,
}

#[derive(Deserialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    /// How often it is evaluated, in seconds.
    #[serde(default)]
    interval: f64,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    query: String,
    #[serde(default)]
    health: String,
    #[serde(default, rename = "lastEvaluation")]
    evaluated: String,
}

#[derive(Deserialize)]
struct Build {
    #[serde(default)]
    version: String,
    // VictoriaMetrics tells a version of Prometheus, and nothing else.
    #[serde(default)]
    revision: String,
    // Mimir has one of its own.
    #[serde(default)]
    application: String,
}

/// From when to when, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) start: f64,
    pub(super) end: f64,
}

/// Longer than anybody keeps samples, in seconds.
const TEN_YEARS: f64 = 10.0 * 365.0 * 86_400.0;

impl Window {
    /// Until the same end, from before anything that is stored.
    pub(super) fn all(self) -> Self {
        Self { start: (self.end - TEN_YEARS).max(1.0), end: self.end }
    }
    fn fields(self) -> [(&'static str, String); 2] {
        [("start", format!("{:.3}", self.start)), ("end", format!("{:.3}", self.end))]
    }
}

fn borrowed<'f>(fields: &'f [(&'static str, String)]) -> Vec<(&'f str, &'f str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

impl Client {
    /// An expression now.
    pub(super) fn query(&self, expr: &str) -> Result<Vec<Sample>, Trouble> {
        let whole = self.ask::<Result_>(How::Post, "/api/v1/query", &[("query", expr)], SMALL)?;
        self.note(whole.warnings);
        Ok(whole.data.result)
    }

    /// The number of an expression that counts something; none where it gives no series. What is no count is never taken for one.
    pub fn count(&self, expr: &str) -> Result<Option<u64>, Trouble> {
        let answer = self.query(expr)?;
        let odd = || {
            let message = format!(
                "the server at {} answers with something else where a count is asked for",
                self.address()
            );
            Trouble::new(Sort::Odd, message)
        };
        let sample = match answer.as_slice() {
            [] => return Ok(None),
            [one] if one.metric.is_empty() => one,
            _ => return Err(odd()),
        };
        let value = sample.value.as_ref().and_then(|(_, text)| text.parse::<f64>().ok());
        let value = value.filter(|v| v.fract() == 0.0 && (0.0..9e15).contains(v)).ok_or_else(odd)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Ok(Some(value as u64))
    }

    /// The server's own time, in seconds: what is asked about the last hour is of its hours.
    pub(super) fn now(&self) -> Result<f64, Trouble> {
        let answer = self.query("vector(1)")?;
        let time = answer.first().and_then(|sample| sample.value.as_ref()).map(|(time, _)| *time);
        time.filter(|t| t.is_finite() && (0.0..1e11).contains(t)).ok_or_else(|| {
            Trouble::unknown(format!("the server at {} does not know what time it is", self.address()))
                .help("`vector(1)` has one sample on each engine that keeps metrics")
        })
    }

    /// All values of a label, in some series that fit.
    pub(super) fn label_values(
        &self,
        label: &str,
        fit: Option<&str>,
        window: Window,
    ) -> Result<Vec<String>, Trouble> {
        let mut fields: Vec<(&'static str, String)> = window.fields().into();
        fields.extend(fit.map(|fit| ("match[]", fit.to_owned())));
        let call = format!("/api/v1/label/{label}/values");
        let whole = self.ask::<Vec<String>>(How::Get, &call, &borrowed(&fields), LARGE)?;
        self.note(whole.warnings);
        Ok(whole.data)
    }

    /// Names of labels of the series that fit.
    pub(super) fn label_names(&self, fit: &str, window: Window) -> Result<Vec<String>, Trouble> {
        let mut fields: Vec<(&'static str, String)> = window.fields().into();
        fields.push(("match[]", fit.to_owned()));
        let whole = self.ask::<Vec<String>>(How::Post, "/api/v1/labels", &borrowed(&fields), SMALL)?;
        self.note(whole.warnings);
        Ok(whole.data)
    }

    /// The series that fit. Too many are [`Sort::TooMuch`]: a list that may be cut off is not used.
    pub(super) fn series(&self, fit: &str, window: Window) -> Result<Vec<Labels>, Trouble> {
        let mut fields: Vec<(&'static str, String)> = window.fields().into();
        fields.push(("match[]", fit.to_owned()));
        fields.push(("limit", SERIES.to_string()));
        let whole = self.ask::<Vec<Labels>>(How::Post, "/api/v1/series", &borrowed(&fields), SMALL)?;
        if whole.data.len() >= SERIES || whole.warnings.iter().any(|w| w.contains("truncated")) {
            return Err(Trouble::new(Sort::TooMuch, "more series than are read at once"));
        }
        self.note(whole.warnings);
        Ok(whole.data)
    }

    /// What targets tell of their metrics; none where the server keeps nothing of it.
    pub(super) fn metadata(&self) -> Result<Option<BTreeMap<String, Vec<Meta>>>, Trouble> {
        let asked = self.ask::<BTreeMap<String, Vec<Meta>>>(How::Get, "/api/v1/metadata", &[], LARGE);
        let whole = there(asked)?;
        Ok(whole.map(|whole| {
            self.note(whole.warnings);
            whole.data
        }))
    }

    /// What each target tells of one metric; none where the server does not say.
    pub(super) fn target_metadata(&self, metric: &str) -> Result<Option<Vec<TargetMeta>>, Trouble> {
        let call = "/api/v1/targets/metadata";
        match self.ask::<Vec<TargetMeta>>(How::Get, call, &[("metric", metric)], SMALL) {
            // No target has it now.
            Err(trouble) if trouble.sort == Sort::Refused => Ok(Some(Vec::new())),
            asked => Ok(there(asked)?.map(|whole| whole.data)),
        }
    }

    /// How long samples are kept, in the server's words; none where it does not say.
    pub(super) fn retention(&self) -> Result<Option<String>, Trouble> {
        let asked = self.ask::<Runtime>(How::Get, "/api/v1/status/runtimeinfo", &[], SMALL);
        if let Some(whole) = there(asked)?
            && !whole.data.retention.is_empty()
        {
            return Ok(Some(whole.data.retention));
        }
        let asked = self.ask::<BTreeMap<String, String>>(How::Get, "/api/v1/status/flags", &[], SMALL);
        let found = there(asked)?.and_then(|whole| whole.data.get("storage.tsdb.retention.time").cloned());
        // Unset, it is the engine's own default.
        Ok(found.filter(|text| !text.is_empty() && text != "0s"))
    }

    /// What evaluates queries, where it is Prometheus itself.
    pub(super) fn engine(&self) -> Result<Option<String>, Trouble> {
        let Some(whole) = there(self.ask::<Build>(How::Get, "/api/v1/status/buildinfo", &[], SMALL))? else {
            return Ok(None);
        };
        let build = whole.data;
        if build.revision.is_empty() || !build.application.is_empty() {
            return Ok(None);
        }
        let mut parts = build.version.split('.').map(str::parse::<u32>);
        let (major, minor) = (parts.next().and_then(Result::ok), parts.next().and_then(Result::ok));
        Ok(major.zip(minor).map(|(major, minor)| format!("prometheus {major}.{minor}")))
    }

    /// Does a selector match a series? Where it matches more than is read, it does.
    pub(super) fn has(&self, selector: &str, window: Window) -> Result<bool, Trouble> {
        let mut fields: Vec<(&'static str, String)> = window.fields().into();
        fields.push(("match[]", selector.to_owned()));
        fields.push(("limit", "1".to_owned()));
        match self.ask::<Vec<Labels>>(How::Post, "/api/v1/series", &borrowed(&fields), SMALL) {
            Ok(whole) => {
                // That there are more than one is no fault of the answer.
                self.note(whole.warnings.into_iter().filter(|w| !w.contains("truncated")).collect());
                Ok(!whole.data.is_empty())
            }
            Err(trouble) if trouble.sort == Sort::TooMuch => Ok(true),
            Err(trouble) => Err(trouble),
        }
    }

    /// Rules of Slovo that the server has loaded, by the label `project`; none where it does not say. `now` is the server's time.
    pub(super) fn rules(&self, now: f64) -> Result<Option<BTreeMap<String, Loaded>>, Trouble> {
        let Some(whole) = there(self.ask::<Groups>(How::Get, "/api/v1/rules", &[], LARGE))? else {
            return Ok(None);
        };
        self.note(whole.warnings);
        let mut found: BTreeMap<String, Project> = BTreeMap::new();
        let rules = whole.data.groups.into_iter().flat_map(|group| {
            let interval = group.interval;
            group.rules.into_iter().map(move |rule| (rule, interval))
        });
        for (rule, interval) in rules {
            let records = rule.kind == "recording"
                && (rule.name.starts_with("promise:") || rule.name == "promise_info");
            let alerts = rule.kind == "alerting" && rule.name.starts_with("Promise");
            let Some(project) = rule.labels.get("project").filter(|_| records || alerts) else { continue };
            let (count, promises, texts) = found.entry(project.clone()).or_default();
            count.recording += usize::from(records);
            count.alerting += usize::from(alerts);
            count.failing += usize::from(rule.health == "err");
            count.late += usize::from(rule.is_late(now, interval));
            if let Some(journey) = rule.labels.get("journey") {
                texts.entry(journey.clone()).or_default().push(fingerprint(&rule.name, &rule.query));
            }
            let label =
                |name: &str| rule.labels.get(name).filter(|text| !text.is_empty() && !text.contains("{{"));
            if let (Some(journey), Some(promise)) = (label("journey"), label("promise")) {
                let parts = [Some(journey), label("step"), Some(promise)];
                promises.insert(parts.into_iter().flatten().cloned().collect::<Vec<_>>().join("."));
            }
        }
        let named = |(project, (mut loaded, promises, texts)): (String, Project)| {
            loaded.promises = promises.into_iter().collect();
            loaded.journeys =
                texts.into_iter().map(|(journey, list)| (journey, fingerprint_of_all(list))).collect();
            (project, loaded)
        };
        Ok(Some(found.into_iter().map(named).collect()))
    }
}

impl Rule {
    /// Was it evaluated before, and not lately?
    fn is_late(&self, now: f64, interval: f64) -> bool {
        /// Three intervals, and ten minutes at least.
        const LATELY: f64 = 600.0;
        let Ok(evaluated) = self.evaluated.parse::<jiff::Timestamp>() else { return false };
        let evaluated = evaluated.as_duration().as_secs_f64();
        // What was never evaluated has the year 1.
        evaluated > 0.0 && now - evaluated > LATELY.max(3.0 * interval)
    }
}

/// Rules of a project while they are read: their promises, and the fingerprints of each journey's.
type Project = (Loaded, BTreeSet<String>, BTreeMap<String, Vec<String>>);

/// What a server does not have is no trouble where others have it.
fn there<T>(asked: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
    match asked {
        Ok(data) => Ok(Some(data)),
        Err(trouble) if trouble.sort == Sort::NotThere => Ok(None),
        Err(trouble) => Err(trouble),
    }
}
