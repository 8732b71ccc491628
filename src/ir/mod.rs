//! The model: what every backend reads. Complete (every name resolved, every default filled in), exact (decimals and
//! durations, never floats), ordered, and each object knows the place it comes from.

pub mod burn;
pub mod detection;
mod grafana;
mod measure;
mod places;
mod prometheus;
pub(crate) mod ranges;
mod settings;
mod sources;

pub use grafana::{Api, Form, GrafanaOptions};
pub use measure::{
    Completion, Composed, Condition, Events, Increases, Matcher, Measurement, Outcome, Reading, Selector,
    Series, Slices,
};
pub use places::{
    Accepted, ClausePlace, Files, JourneyPlaces, Origin, OutputPlace, PlaybookPlaces, PolicyPlaces,
    PromisePlaces, ScenarioPlaces, StepPlaces,
};
pub use prometheus::{
    Engine, Family, Kubernetes, Mimir, PartialResponse, PrometheusOptions, Target, Version, Vmalert,
};
pub use settings::{Limits, Links, Settings, Severities};
pub use sources::{Role, Source};

use std::collections::BTreeMap;

pub use crate::value::{Composition, DataClass, Evidence, Expected, MatchOp, Side, Stat, Urgency, Which};
use serde::Serialize;

use crate::value::{Date, Decimal, Duration};

/// The whole program. While it is being checked it may lack promises that have mistakes (so a member of a composed
/// promise may not be found); the model that backends get is complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// What `slovo.yaml` says.
    pub settings: Settings,
    /// Paths of the source files, by `FileId`.
    #[serde(skip)]
    pub files: Files,
    /// Teams by identifier.
    pub teams: BTreeMap<String, Team>,
    /// Policies by identifier.
    pub policies: BTreeMap<String, Policy>,
    /// Playbooks by identifier.
    pub playbooks: BTreeMap<String, Playbook>,
    /// Journeys, ordered by identifier.
    pub journeys: Vec<Journey>,
    /// Scenarios, ordered by identifier.
    pub scenarios: Vec<Scenario>,
}

impl Model {
    /// `path:line` of an object, for comments in generated files.
    pub fn place(&self, origin: Origin) -> String {
        let path = self.files.0.get(origin.span.file.0 as usize).map_or("?", String::as_str);
        format!("{path}:{}", origin.line)
    }
    /// The file in which something was written, for what is generated. With its line only where that is asked for: a comment at
    /// the top of a file must not change rules and pages.
    pub fn source(&self, origin: Origin) -> String {
        let mut place = self.place(origin);
        if !self.settings.lines {
            place.truncate(place.rfind(':').unwrap_or(place.len()));
        }
        place
    }
    /// What promtool can play of it: rules as Prometheus has them, without queries that are not PromQL.
    pub fn playable(&self) -> std::borrow::Cow<'_, Self> {
        if self.settings.prometheus.target.family() == Family::Prometheus {
            return std::borrow::Cow::Borrowed(self);
        }
        let mut other = self.clone();
        other.settings.prometheus.engine = None;
        other.settings.prometheus.target = Target::Files;
        for journey in &mut other.journeys {
            let steps = journey.steps.iter_mut().flat_map(|s| &mut s.promises);
            for promise in steps.chain(&mut journey.promises) {
                promise.measurement.without_foreign();
            }
        }
        std::borrow::Cow::Owned(other)
    }
    /// The promise at a path.
    pub fn promise(&self, path: &PromisePath) -> Option<&Promise> {
        let journey = self.journey(&path.journey)?;
        match &path.step {
            None => journey.promises.iter().find(|p| p.path == *path),
            Some(step) => {
                journey.steps.iter().find(|s| s.id == *step)?.promises.iter().find(|p| p.path == *path)
            }
        }
    }
    /// How much later than of other metrics what a promise measures is known: samples that arrive late, or count a longer time than
    /// since the one before.
    pub fn lateness(&self, promise: &Promise) -> Duration {
        let of = |p: &Promise| p.late.plus(p.measurement.smeared());
        match &promise.measurement {
            Measurement::Composed(made) => {
                made.members.iter().filter_map(|m| self.promise(m)).map(of).max().unwrap_or_default()
            }
            Measurement::Events(_) | Measurement::Completion(_) | Measurement::Slices(_) => of(promise),
        }
    }
    /// The same of the members of a composed promise; nothing of others.
    pub fn lateness_of_members(&self, promise: &Promise) -> Duration {
        match promise.measurement {
            Measurement::Composed(_) => self.lateness(promise),
            Measurement::Events(_) | Measurement::Completion(_) | Measurement::Slices(_) => {
                Duration::default()
            }
        }
    }
    /// The journey with this identifier.
    pub fn journey(&self, id: &str) -> Option<&Journey> {
        let at = self.journeys.binary_search_by(|j| j.id.as_str().cmp(id)).ok()?;
        self.journeys.get(at)
    }
    /// Every promise, journey by journey, steps before the journey's own.
    pub fn promises(&self) -> impl Iterator<Item = (&Journey, &Promise)> {
        self.journeys.iter().flat_map(|j| j.all_promises().map(move |p| (j, p)))
    }
}

/// A group of people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Team {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where they talk.
    pub channel: Option<String>,
    /// Alertmanager receiver for pages.
    pub pages: Option<String>,
    /// Alertmanager receiver for tickets.
    pub tickets: Option<String>,
    /// Labels on this team's alerts only, in order.
    pub labels: Vec<(String, String)>,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}

/// What a user sets out to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Journey {
    /// Identifier: label value and file name.
    pub id: String,
    /// Title.
    pub title: String,
    /// The team that owns it.
    pub owner: String,
    /// Who the user is.
    pub user: Option<String>,
    /// What they want.
    pub goal: Option<String>,
    /// 1 is the most important.
    pub tier: Option<u32>,
    /// How often it is reviewed, and when it last was.
    pub review: Option<(Duration, Option<Date>)>,
    /// Who agreed (teams), and when.
    pub agreed: Option<(Vec<String>, Option<Date>)>,
    /// What data it touches, with the words on it.
    pub data: Option<(DataClass, Option<String>)>,
    /// Its error budget policy.
    pub policy: Option<String>,
    /// Its playbook.
    pub playbook: Option<String>,
    /// Notes.
    pub notes: Vec<String>,
    /// Where its parts were written.
    #[serde(skip)]
    pub places: JourneyPlaces,
    /// Steps in order.
    pub steps: Vec<Step>,
    /// Promises of the whole journey.
    pub promises: Vec<Promise>,
    /// A promise of its own has mistakes and is not here: nothing follows from its absence. A step says so of its own.
    pub left_out: bool,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}

impl Journey {
    /// Every promise: those of the steps in order, then the journey's own.
    pub fn all_promises(&self) -> impl Iterator<Item = &Promise> {
        self.steps.iter().flat_map(|s| s.promises.iter()).chain(self.promises.iter())
    }
}

/// A part of a journey.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where users decide whether to trust us.
    pub critical: bool,
    /// What users feel when it is broken.
    pub if_broken: Option<String>,
    /// Code that serves it (globs).
    pub served_by: Vec<String>,
    /// Tests that walk it.
    pub tested_by: Vec<String>,
    /// Its playbook.
    pub playbook: Option<String>,
    /// Notes.
    pub notes: Vec<String>,
    /// Its promises in order.
    pub promises: Vec<Promise>,
    /// A promise of it has mistakes and is not here: nothing follows from its absence.
    pub left_out: bool,
    /// Where its parts were written.
    #[serde(skip)]
    pub places: StepPlaces,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}

/// The stable address of a promise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PromisePath {
    /// The journey.
    pub journey: String,
    /// The step; none for a promise of the whole journey.
    pub step: Option<String>,
    /// The promise.
    pub promise: String,
}

impl std::fmt::Display for PromisePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.step {
            Some(step) => write!(f, "{}.{step}.{}", self.journey, self.promise),
            None => write!(f, "{}.{}", self.journey, self.promise),
        }
    }
}

/// A word given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Promise {
    /// Address.
    pub path: PromisePath,
    /// Title.
    pub title: String,
    /// The least that is acceptable, in percent, in (0, 100).
    pub objective: Decimal,
    /// What is striven for, in percent, above the objective.
    pub stretch: Option<Decimal>,
    /// What is counted, plural.
    pub noun: String,
    /// The rolling window, whole days from 1d to 90d.
    pub window: Duration,
    /// How it is measured.
    pub measurement: Measurement,
    /// The indicator's name where one was used.
    pub indicator: Option<String>,
    /// What good and bad mean, in words, as written.
    pub words: Vec<Words>,
    /// The longest scrape interval of its metrics.
    pub scrape_interval: Duration,
    /// How long a scrape of its metrics may take at most, and how late samples arrive besides: what is younger may still be on its way.
    pub scrape_timeout: Duration,
    /// How late samples arrive (`late by`), of the latest of its metrics; a part of `scrape_timeout`.
    pub late: Duration,
    /// One budget per value of these labels, in order; values where the catalogue declares them.
    pub for_each: Vec<(String, Option<Vec<String>>)>,
    /// Expected events a day (for each budget).
    pub expect_per_day: Option<Decimal>,
    /// How loudly it speaks.
    pub urgency: Urgency,
    /// How loudly missing data speaks; never louder than the promise.
    pub no_data: Urgency,
    /// What the number rests on.
    pub because: Option<(Evidence, String, Date)>,
    /// What the measurement misses.
    pub blind_to: Vec<String>,
    /// What it stands in for, and why.
    pub proxies: Vec<(String, String)>,
    /// Notes.
    pub notes: Vec<String>,
    /// The nearest playbook: its own, its step's or its journey's.
    pub playbook: Option<String>,
    /// Where its parts were written.
    #[serde(skip)]
    pub places: PromisePlaces,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}

/// What a side of a measurement means, in the author's words: `bad "went back at least once" where ..`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Of what.
    pub of: WordsOf,
    /// The words.
    pub text: String,
}

/// What is told in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WordsOf {
    /// Good events.
    Good,
    /// Bad events.
    Bad,
    /// Good slices of time.
    Slices,
}

impl Promise {
    /// `1 - objective` as a fraction, exact: 0.001 for 99.9%.
    pub fn error_budget(&self) -> Decimal {
        (Decimal::ONE_HUNDRED - self.objective) / Decimal::ONE_HUNDRED
    }
    /// The objective as a fraction, exact: 0.999 for 99.9%.
    pub fn objective_ratio(&self) -> Decimal {
        self.objective / Decimal::ONE_HUNDRED
    }
    /// How far back its samples are read: the window, and before it what may still finish.
    pub fn looks_back(&self) -> Duration {
        self.window.plus(self.time_to_finish())
    }
    /// How long what was started may take; nothing unless the promise is one of completion.
    pub fn time_to_finish(&self) -> Duration {
        match &self.measurement {
            Measurement::Completion(completion) => completion.within,
            Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => Duration::default(),
        }
    }
}

/// What we do as the budget runs low.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Clauses in order.
    pub clauses: Vec<PolicyClause>,
    /// An incident that costs so much (percent) is reviewed within.
    pub incident: Option<(Decimal, Duration)>,
    /// The team that decides.
    pub escalate_to: Option<String>,
    /// Where its parts were written.
    #[serde(skip)]
    pub places: PolicyPlaces,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}

/// One clause of a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyClause {
    /// It holds while less than this percentage of the budget is left; 0: spent.
    pub below: Decimal,
    /// What it demands.
    pub action: PolicyAction,
    /// In words.
    pub text: String,
    /// Exceptions in words.
    pub except: Vec<String>,
    /// Place.
    #[serde(skip)]
    pub place: ClausePlace,
}

/// What a policy's clause demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyAction {
    /// Tell a team.
    Tell(String),
    /// Go slower.
    Slow,
    /// Stop changes.
    Freeze,
}

/// What is done when a promise breaks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Playbook {
    /// Identifier.
    pub id: String,
    /// Who responds (team).
    pub responder: Option<String>,
    /// Who speaks to users (team).
    pub hear_from: Option<String>,
    /// First update within, then every.
    pub first_update: Option<(Duration, Option<Duration>)>,
    /// What is said.
    pub say: Option<String>,
    /// Restored within.
    pub restore: Option<Duration>,
    /// Runbook's address.
    pub runbook: Option<String>,
    /// Where its parts were written.
    #[serde(skip)]
    pub places: PlaybookPlaces,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}

/// A story that the alerts must get right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scenario {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// The promise.
    pub promise: PromisePath,
    /// What happens, in order.
    pub phases: Vec<Phase>,
    /// What is expected.
    pub expects: Vec<Expectation>,
    /// Where its parts were written.
    #[serde(skip)]
    pub places: ScenarioPlaces,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}

/// A stretch of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Healthy traffic.
    Normal(Duration),
    /// So many percent of events are bad.
    Failing(Decimal, Duration),
    /// No data.
    Silent(Duration),
}

/// What a scenario waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expectation {
    /// What.
    pub expected: Expected,
    /// By when.
    pub within: Duration,
    /// Counted from the end of the last failure instead of its start.
    pub after_recovery: bool,
    /// Place.
    #[serde(skip)]
    pub origin: Origin,
}
