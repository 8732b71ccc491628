//! What `slovo.yaml` says, with defaults filled in and one environment chosen.

use std::collections::{BTreeMap, BTreeSet};

use super::burn::Profile;
use super::places::Accepted;
use super::{GrafanaOptions, Kubernetes, Matcher, PrometheusOptions};
use serde::Serialize;

use crate::value::Duration;

/// Project-wide settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// What the project is called.
    pub project: String,
    /// The environment chosen with `--env`, where one was.
    pub environment: Option<String>,
    /// Does what is generated name the line of its source, besides the file (`--lines`)?
    pub lines: bool,
    /// The value of the label `project`, where the chosen environment has one of its own.
    pub identity: Option<String>,
    /// The window of a promise that states none.
    pub default_window: Option<Duration>,
    /// How often the prompt rules are evaluated. Default 30s.
    pub evaluation_interval: Duration,
    /// How often targets are scraped. Default 30s.
    pub scrape_interval: Duration,
    /// How long a scrape may take, where stated: least of ten seconds and the interval unless said.
    pub scrape_timeout: Option<Duration>,
    /// How long Prometheus keeps samples, where stated.
    pub retention: Option<Duration>,
    /// Labels every raw series carries.
    pub common_labels: Vec<String>,
    /// Labels that the server adds to what leaves it, alerts among them.
    pub external_labels: Vec<String>,
    /// Matchers for every selector whose metric has the label.
    pub scope: Vec<Matcher>,
    /// Labels put on every rule and alert, in order.
    pub labels: BTreeMap<String, String>,
    /// Burn-rate tiers.
    pub profile: Profile,
    /// Values of the `severity` label.
    pub severities: Severities,
    /// Base addresses.
    pub links: Links,
    /// How dashboards are delivered.
    pub grafana: GrafanaOptions,
    /// Templates of alert texts by their names, over the built-in ones.
    pub alert_texts: BTreeMap<String, String>,
    /// How much is too much.
    pub limits: Limits,
    /// For which engine rules are written: `outputs.prometheus`.
    pub prometheus: PrometheusOptions,
    /// As an object of prometheus-operator instead of a file: the routes of `outputs.alertmanager`.
    pub alertmanager: Option<Kubernetes>,
    /// Today, for reviews and the age of guesses, where given: nothing reads the clock.
    pub today: Option<crate::value::Date>,
    /// What the publishing job calls this version of the documents (`--version-label`).
    pub version_label: Option<String>,
    /// Codes of warnings that `lints` allows: what nobody wants to be warned of, documents don't tell either.
    pub allowed: BTreeSet<String>,
    /// Codes that comments of the sources accept, each with the statement in which it is accepted.
    #[serde(skip)]
    pub accepted: Accepted,
}

/// How much is too much: `limits` in slovo.yaml. Each promise must be watched, reviewed and answered for by people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Journeys one team may own (`journeys_per_team`). Default 20.
    pub journeys_per_team: usize,
    /// Steps in a journey (`steps_per_journey`). Default 12.
    pub steps_per_journey: usize,
    /// Promises in a step (`promises_per_step`). Default 6.
    pub promises_per_step: usize,
    /// Digits after the point of an objective (`objective_digits`). Default 3: 99.999%.
    pub objective_digits: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { journeys_per_team: 20, steps_per_journey: 12, promises_per_step: 6, objective_digits: 3 }
    }
}

/// Values of the `severity` label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Severities {
    /// For pages. Default `page`.
    pub page: String,
    /// For tickets. Default `ticket`.
    pub ticket: String,
}

impl Default for Severities {
    fn default() -> Self {
        Self { page: "page".to_owned(), ticket: "ticket".to_owned() }
    }
}

/// Base addresses for links in alerts, without a trailing slash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// Dashboards.
    pub dashboards: Option<String>,
    /// Documents.
    pub documents: Option<String>,
    /// Runbooks, for playbooks that give a path only.
    pub runbooks: Option<String>,
}

impl Settings {
    /// The value of the label `project` on all series and alerts: what tells them from those of another project, and of
    /// another environment of this one.
    pub fn project_label(&self) -> &str {
        self.identity.as_deref().unwrap_or(&self.project)
    }
    /// The environment, where its series are its own.
    pub fn own_environment(&self) -> Option<&str> {
        self.environment.as_deref().filter(|_| self.project_label() != self.project)
    }
    /// How long a scrape of a target that is scraped this often may take: Prometheus' own default is ten seconds, and it
    /// allows no timeout above the interval.
    pub fn timeout_of(&self, interval: Duration) -> Duration {
        self.scrape_timeout.unwrap_or(Duration::from_secs(10)).min(interval)
    }
}

impl Default for Settings {
    /// What an empty `slovo.yaml` with `project: slovo` means.
    fn default() -> Self {
        Self {
            project: "slovo".to_owned(),
            environment: None,
            lines: false,
            identity: None,
            default_window: None,
            evaluation_interval: Duration::from_secs(30),
            scrape_interval: Duration::from_secs(30),
            scrape_timeout: None,
            retention: None,
            common_labels: Vec::new(),
            external_labels: Vec::new(),
            scope: Vec::new(),
            labels: BTreeMap::new(),
            profile: Profile::default(),
            severities: Severities::default(),
            links: Links::default(),
            grafana: GrafanaOptions::default(),
            alert_texts: BTreeMap::new(),
            limits: Limits::default(),
            prometheus: PrometheusOptions::default(),
            alertmanager: None,
            today: None,
            version_label: None,
            allowed: BTreeSet::new(),
            accepted: Accepted::default(),
        }
    }
}
