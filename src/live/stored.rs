//! Families of metrics as a server stores them: types by its metadata, labels by its series, bounds by counting them, native histograms by
//! what a query gives, intervals by the samples of `up`. Nothing is guessed from a name.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Labels, Window};
use super::bounds::Counts;
use super::client::Client;
use super::interval::{Interval, Measured};
use super::native;
use super::trouble::{Sort, Trouble};
use crate::ast::MetricKind;
use crate::exposition::{Bounds, Exposition, Told};
use crate::promql::print::is_label_name;
use crate::promql::quote;
use group::{Group, groups};
use regex_syntax::escape;

mod group;
mod selection;

pub use selection::Selection;

/// What is looked at: the last hour.
const LOOK_BACK: f64 = 3600.0;
/// Names that are looked at.
const NAMES: usize = 20_000;
/// Names of one question.
const CHUNK: usize = 50;
/// Metrics that are asked for native histograms; those that are told to be something else are not among them.
const UNTYPED: usize = 5_000;
/// Names whose targets are asked one by one for their types.
const DISPUTED: usize = 20;
/// Labels whose values are asked for one by one.
const LABELS: usize = 64;
/// What Prometheus and VictoriaMetrics write at each scrape and for each alert, beside `up`.
const ITS_OWN: [&str; 14] = [
    "ALERTS",
    "ALERTS_FOR_STATE",
    "scrape_body_size_bytes",
    "scrape_duration_seconds",
    "scrape_response_size_bytes",
    "scrape_sample_limit",
    "scrape_samples_limit",
    "scrape_samples_post_metric_relabeling",
    "scrape_samples_scraped",
    "scrape_series_added",
    "scrape_series_current",
    "scrape_series_limit",
    "scrape_series_limit_samples_dropped",
    "scrape_timeout_seconds",
];

/// What a project knows already.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// Only these are wanted.
    pub only: Option<&'k dyn Fn(&str) -> bool>,
    /// What is declared.
    pub declared: &'k BTreeMap<String, MetricKind>,
    /// All is wanted: what the catalogue does not take, and names that were stored before the last hour.
    pub all: bool,
}

/// What a server stores.
#[derive(Debug, Default)]
pub struct Stored {
    /// Families, by their names.
    pub exposition: Exposition<'static>,
    /// How often jobs are scraped.
    pub intervals: BTreeMap<String, Interval>,
    /// Stored within the retention, and not during the last hour.
    pub gone: Vec<String>,
    /// Only some names were wanted.
    pub only_used: bool,
    /// Names of all series of the last hour, wanted or not.
    pub names: BTreeSet<String>,
    /// What is to be said beside.
    pub notes: Vec<String>,
    /// The server's time, in seconds.
    pub now: f64,
}

impl Stored {
    /// Asks a server.
    pub fn ask(client: &Client, selection: &Selection, known: Known<'_>) -> Result<Self, Trouble> {
        let now = client.now()?;
        let mut asking = Asking {
            client,
            selection,
            known,
            window: Window { start: now - LOOK_BACK, end: now },
            made: Self { now, only_used: known.only.is_some(), ..Self::default() },
        };
        let names = asking.names()?;
        let mut found = asking.groups(&names)?;
        asking.disputes(&mut found)?;
        // A sample may tell what metadata does not, and with it whose labels are wanted.
        asking.natives(&mut found)?;
        asking.labels(&mut found)?;
        asking.one_type(&found)?;
        asking.bounds(&mut found)?;
        asking.intervals(&mut found)?;
        let mut made = asking.made;
        made.exposition = Exposition { families: found.into_iter().map(|group| group.family).collect() };
        made.exposition.families.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(made)
    }
}

struct Asking<'a> {
    client: &'a Client,
    selection: &'a Selection,
    known: Known<'a>,
    window: Window,
    made: Stored,
}

impl Asking<'_> {
    /// Names of series of the last hour.
    fn names(&mut self) -> Result<BTreeSet<String>, Trouble> {
        let fits = self.selection.fits(None);
        let wanted = |name: &String| !ITS_OWN.contains(&name.as_str());
        let list = |window| self.client.label_values("__name__", fits.as_deref(), window);
        let names: BTreeSet<String> = list(self.window)?.into_iter().filter(wanted).collect();
        if self.known.all {
            // Without a start, VictoriaMetrics answers of one day.
            let all: BTreeSet<String> = list(self.window.all())?.into_iter().filter(wanted).collect();
            let used = |name: &&String| self.known.only.is_none_or(|only| only(name.as_str()));
            self.made.gone = all.difference(&names).filter(used).cloned().collect();
        }
        if names.is_empty() {
            let at = self.client.address();
            return Err(match fits {
                Some(_) => {
                    Trouble::unknown(format!("the server at {at} has no such series in the last hour"))
                        .help("are `--job` and `--select` as they are stored? Each matches a whole name")
                }
                None => Trouble::unknown(format!("the server at {at} has no series in the last hour"))
                    .help("is it the server that your services are scraped by?"),
            });
        }
        self.made.names.clone_from(&names);
        Ok(names)
    }

    fn groups(&mut self, names: &BTreeSet<String>) -> Result<Vec<Group>, Trouble> {
        let metadata = self.client.metadata()?;
        let none = metadata.as_ref().is_none_or(BTreeMap::is_empty);
        if none {
            self.made.notes.push(
                "the server has no metadata, so nothing tells types: older VictoriaMetrics, and what is pushed, have none; import from the \
                 text that your services expose"
                    .to_owned(),
            );
        }
        let mut found = groups(names, &metadata.unwrap_or_default(), self.known.declared);
        if let Some(only) = self.known.only {
            found.retain(|group| only(&group.family.name));
        }
        let recorded = |group: &Group| {
            group.family.told == Told::Nothing
                && group.family.name.contains(':')
                && !self.known.declared.contains_key(group.family.name.as_ref())
        };
        let before = found.len();
        found.retain(|group| !recorded(group));
        if found.len() < before {
            self.made.notes.push(format!(
                "{} without a type have a colon in their names, as recording rules give them: not declared",
                before - found.len()
            ));
        }
        if found.len() > NAMES {
            return Err(Trouble::given(format!(
                "the server has {} metrics, and {NAMES} are read at most",
                found.len()
            ))
            .take_a_part());
        }
        Ok(found)
    }

    /// Which job tells which type, of a few that are told to be two things.
    fn disputes(&mut self, found: &mut [Group]) -> Result<(), Trouble> {
        for group in found.iter_mut().filter(|g| g.family.told_too.is_some()).take(DISPUTED) {
            let Some(told) = self.client.target_metadata(&group.metadata_name)? else { return Ok(()) };
            let mut kinds: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
            for one in &told {
                let job = one.target.get("job").map(String::as_str).unwrap_or_default();
                if self.selection.has_job(job) && Told::of(&one.kind) != Told::Nothing {
                    kinds.entry(Told::of(&one.kind).as_str()).or_default().insert(job.to_owned());
                }
            }
            if let (1, Some(kind)) = (kinds.len(), kinds.keys().next()) {
                group.family.told = Told::of(kind);
                group.family.told_too = None;
            } else {
                let list = |jobs: &BTreeSet<String>| jobs.iter().cloned().collect::<Vec<_>>().join(", ");
                let shown = kinds.iter().map(|(kind, jobs)| format!("{kind} in {}", list(jobs)));
                group.on_server().types = shown.collect::<Vec<_>>().join("; ");
            }
        }
        Ok(())
    }

    /// A server that does not tell the types of each target may know one of two.
    fn one_type(&mut self, found: &[Group]) -> Result<(), Trouble> {
        let jobs =
            |group: &&Group| group.family.on_server.as_ref().is_some_and(|server| server.jobs.len() > 1);
        let typed = found.iter().filter(|g| g.family.told != Told::Nothing && g.family.name != "up");
        let Some(group) = typed.filter(jobs).find(|g| g.family.told_too.is_none()) else { return Ok(()) };
        if self.client.target_metadata(&group.metadata_name)?.is_none() {
            self.made.notes.push(
                "this server does not tell which job tells which type: where two jobs tell different ones, it may know one of them \
                 (VictoriaMetrics keeps the last)"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// Labels, from the series of one part of each family: of a histogram its counts.
    fn labels(&mut self, found: &mut [Group]) -> Result<(), Trouble> {
        let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
        for (at, group) in found.iter().enumerate() {
            let declared = self.known.declared.contains_key(group.family.name.as_ref());
            let taken = group.family.told_too.is_none() && (group.family.told != Told::Nothing || declared);
            if taken || self.known.all {
                by_name.insert(group.counted().to_owned(), at);
            }
        }
        let names: Vec<&str> = by_name.keys().map(String::as_str).collect();
        in_parts(&names, |chunk| match self.client.series(&self.selection.of(chunk), self.window) {
            Ok(list) => {
                for series in &list {
                    let at = series.get("__name__").and_then(|name| by_name.get(name));
                    if let Some(group) = at.and_then(|at| found.get_mut(*at)) {
                        group.add(series);
                    }
                }
                Ok(())
            }
            Err(trouble) => match (trouble.sort, chunk) {
                (Sort::TooMuch, [one]) => match by_name.get(*one).and_then(|at| found.get_mut(*at)) {
                    Some(group) => self.one_by_one(one, group),
                    None => Ok(()),
                },
                _ => Err(trouble),
            },
        })
    }

    /// A metric with more series than are read: its labels, and the values of each.
    fn one_by_one(&self, name: &str, group: &mut Group) -> Result<(), Trouble> {
        let fits = self.selection.of(&[name]);
        let labels = self.client.label_names(&fits, self.window)?;
        let askable = labels.iter().filter(|label| is_label_name(label) && *label != "__name__");
        for label in askable.take(LABELS) {
            for value in self.client.label_values(label, Some(&fits), self.window)? {
                let one: Labels = [(label.clone(), value)].into();
                group.add(&one);
            }
        }
        Ok(())
    }

    fn bounds(&mut self, found: &mut [Group]) -> Result<(), Trouble> {
        let mut counts = Counts::default();
        // What has no sample now may have had one in the last hour.
        for range in [false, true] {
            let open =
                found.iter().filter_map(|group| group.part("_bucket")).filter(|name| !counts.has(name));
            let names: Vec<&str> = open.collect();
            in_parts(&names, |chunk| {
                let expr = format!("count by (__name__, job, le) ({})", self.latest(chunk, range));
                counts.add(&self.client.query(&expr)?);
                Ok(())
            })?;
        }
        for group in found.iter_mut().filter(|group| group.part("_bucket").is_some()) {
            let base = group
                .part("_bucket")
                .and_then(|name| name.strip_suffix("_bucket"))
                .unwrap_or_default()
                .to_owned();
            let (bounds, jobs) = counts.of(&base);
            group.family.bounds = bounds;
            let shown = jobs.iter().map(|(job, bounds)| format!("{}: {}", named(job), list(bounds)));
            let shown = shown.collect::<Vec<_>>().join("; ");
            group.on_server().bounds = shown;
        }
        Ok(())
    }

    fn natives(&mut self, found: &mut [Group]) -> Result<(), Trouble> {
        // Counters and gauges are told to be what they are; declared ones are taken at their word.
        let other = |name: &str| {
            let declared = self.known.declared.get(name);
            declared.is_some_and(|kind| !matches!(kind, MetricKind::Histogram | MetricKind::NativeHistogram))
        };
        let asked = |group: &Group| {
            matches!(group.family.told, Told::Histogram | Told::Nothing) && !other(&group.family.name)
        };
        let names: Vec<String> =
            found.iter().filter(|g| asked(g)).filter_map(|g| g.part("")).map(str::to_owned).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.len() > UNTYPED {
            self.made
                .notes
                .push("native histograms are not looked for: too many metrics have no type".to_owned());
            return Ok(());
        }
        let (mut seen, mut told) = (BTreeMap::new(), BTreeSet::new());
        let mut open = names;
        for range in [false, true] {
            in_parts(&open, |chunk| {
                let answer =
                    self.client.query(&format!("sum by (__name__, job) ({})", self.latest(chunk, range)))?;
                let there: BTreeSet<&String> =
                    answer.iter().filter_map(|s| s.metric.get("__name__")).collect();
                told.extend(there.into_iter().cloned());
                seen.extend(native::of(&answer));
                Ok(())
            })?;
            open.retain(|name| !told.contains(*name));
        }
        for group in found.iter_mut() {
            if let Some(native) = group.part("").and_then(|name| seen.get(name)).cloned() {
                group.native(native);
            }
        }
        Ok(())
    }

    /// The samples of some names: those of now, or the last ones of the hour.
    fn latest(&self, names: &[&str], range: bool) -> String {
        let fits = self.selection.of(names);
        if range { format!("last_over_time({fits}[1h])") } else { fits }
    }

    fn intervals(&mut self, found: &mut [Group]) -> Result<(), Trouble> {
        let jobs: BTreeSet<String> =
            found.iter_mut().flat_map(|group| group.on_server().jobs.clone()).collect();
        let mut measured = Measured::default();
        let all = match &self.selection.job {
            Some(job) => format!("up{{job=~{}}}[10m]", quote(job)),
            None => "up[10m]".to_owned(),
        };
        match self.client.query(&all) {
            Ok(answer) => measured.add(&answer),
            Err(trouble) if trouble.sort == Sort::TooMuch => {
                let jobs: Vec<&str> = jobs.iter().map(String::as_str).collect();
                if self.measure(&jobs, "10m", &mut measured)? {
                    self.made
                        .notes
                        .push("how often targets are scraped is not measured: they are too many".to_owned());
                }
            }
            Err(trouble) => return Err(trouble),
        }
        // What is scraped every few minutes has too few samples in ten.
        let few = measured.jobs.iter().filter(|(job, every)| **every == Interval::Unknown && !job.is_empty());
        let few: Vec<String> = few.map(|(job, _)| job.clone()).collect();
        self.measure(&few.iter().map(String::as_str).collect::<Vec<_>>(), "1h", &mut measured)?;
        // Where `up` is stored, that a query finds none of it is not what is so. Names that were selected don't tell.
        if measured.jobs.is_empty() && (self.made.names.contains("up") || self.selection.select.is_some()) {
            measured.jobs.extend(jobs.into_iter().map(|job| (job, Interval::Unknown)));
        }
        if self.known.all {
            self.slowest(found, &measured)?;
        }
        self.made.intervals = measured.jobs;
        for group in found {
            let jobs = group.on_server().jobs.clone();
            let every: BTreeSet<_> = jobs
                .iter()
                .map(|job| match self.made.intervals.get(job) {
                    Some(Interval::Every(every)) => Some(*every),
                    Some(Interval::Mixed | Interval::Unknown) | None => None,
                })
                .collect();
            if let (1, Some(Some(every))) = (every.len(), every.first()) {
                group.on_server().interval = Some(*every);
            }
        }
        Ok(())
    }
}

impl Asking<'_> {
    /// Measures some jobs alone. Is one of them too large for that? Nothing is known of it then.
    fn measure(&self, jobs: &[&str], time: &str, measured: &mut Measured) -> Result<bool, Trouble> {
        let mut large = false;
        in_parts(jobs, |chunk| {
            let list: Vec<String> = chunk.iter().map(|job| escape(job)).collect();
            match (self.client.query(&format!("up{{job=~{}}}[{time}]", quote(&list.join("|")))), chunk) {
                (Ok(answer), _) => measured.add(&answer),
                (Err(trouble), [one]) if trouble.sort == Sort::TooMuch => {
                    large = true;
                    measured.jobs.entry((*one).to_owned()).or_insert(Interval::Unknown);
                }
                (Err(trouble), _) => return Err(trouble),
            }
            Ok(())
        })?;
        Ok(large)
    }

    /// Of jobs whose targets are scraped at different intervals: which of them expose a metric?
    fn slowest(&self, found: &mut [Group], measured: &Measured) -> Result<(), Trouble> {
        let mixed = |job: &String| measured.jobs.get(job) == Some(&Interval::Mixed);
        let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
        for (at, group) in found.iter_mut().enumerate() {
            if group.on_server().jobs.iter().any(mixed) {
                by_name.insert(group.counted().to_owned(), at);
            }
        }
        let names: Vec<&str> = by_name.keys().map(String::as_str).collect();
        in_parts(&names, |chunk| {
            let latest = self.latest(chunk, true);
            let answer = match self.client.query(&format!("count by (__name__, job, instance) ({latest})")) {
                // Then it is not known of this one.
                Err(trouble) if trouble.sort == Sort::TooMuch && chunk.len() == 1 => return Ok(()),
                answer => answer?,
            };
            for sample in &answer {
                let of = |label: &str| sample.metric.get(label).cloned().unwrap_or_default();
                let group = by_name.get(&of("__name__")).and_then(|at| found.get_mut(*at));
                let (Some(group), Some(every)) = (group, measured.targets.get(&(of("job"), of("instance"))))
                else {
                    continue;
                };
                if mixed(&of("job")) {
                    let slowest = group.on_server().slowest.entry(of("job")).or_insert(*every);
                    *slowest = (*slowest).max(*every);
                }
            }
            Ok(())
        })
    }
}

/// Asks for some names at a time; where the answer is more than is read, for half of them.
fn in_parts(names: &[&str], mut ask: impl FnMut(&[&str]) -> Result<(), Trouble>) -> Result<(), Trouble> {
    let mut open: Vec<&[&str]> = names.chunks(CHUNK).rev().collect();
    while let Some(chunk) = open.pop() {
        match ask(chunk) {
            Err(trouble) if trouble.sort == Sort::TooMuch && chunk.len() > 1 => {
                let (first, second) = chunk.split_at(chunk.len() / 2);
                open.extend([second, first]);
            }
            asked => asked?,
        }
    }
    Ok(())
}

fn named(job: &str) -> &str {
    if job.is_empty() { "without a job" } else { job }
}

/// The first bounds, for a message.
fn list(bounds: &Bounds) -> String {
    const MOST: usize = 12;
    match bounds {
        Bounds::Missing => "none".to_owned(),
        Bounds::Mixed => "several".to_owned(),
        Bounds::Unreadable(text, _) => format!("le={text:?}"),
        Bounds::Same(list) => {
            let shown: Vec<String> = list.iter().take(MOST).map(ToString::to_string).collect();
            let more = if list.len() > MOST { ", …" } else { "" };
            format!("{}{more}", shown.join(", "))
        }
    }
}
