//! `outputs.prometheus` of slovo.yaml: for which engine the rules are written, and what that engine wants to know.

use std::collections::BTreeMap;
use std::fmt;

use super::places::OutputPlace;
use serde::Serialize;

use crate::value::Duration;

/// How rules are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PrometheusOptions {
    /// The engine (`form`).
    pub target: Target,
    /// What evaluates the rules (`engine: "prometheus 2.53"`); unsaid, the oldest that is supported of the form.
    pub engine: Option<Engine>,
    /// Sloth's series and labels beside ours (`compatibility: sloth`).
    pub sloth: bool,
    /// Where the form was chosen, for messages about its limits.
    #[serde(skip)]
    pub place: OutputPlace,
}

impl PrometheusOptions {
    /// What evaluates the rules: as said, else the oldest that is supported of the form.
    pub fn evaluated_by(&self) -> Engine {
        self.engine.unwrap_or_else(|| Engine::oldest(self.target.family()))
    }
}

/// What evaluates rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Engine {
    /// Whose functions and syntax.
    pub family: Family,
    /// Since when.
    pub version: Version,
}

/// Engines that share functions and syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Prometheus, and Mimir and Thanos, which have its engine built in: their `engine` is the version of that.
    Prometheus,
    /// vmalert with VictoriaMetrics.
    VictoriaMetrics,
}

/// A version, older ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Version {
    /// `2` of 2.53.
    pub major: u32,
    /// `53` of 2.53.
    pub minor: u32,
}

impl Engine {
    /// The oldest that is supported: those of Debian 12.
    pub fn oldest(family: Family) -> Self {
        let version = match family {
            Family::Prometheus => Version { major: 2, minor: 42 },
            Family::VictoriaMetrics => Version { major: 1, minor: 79 },
        };
        Self { family, version }
    }
    /// As it is written: `prometheus 2.53`, `victoriametrics 1.145`; a patch number is left aside.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, version) = text.trim().split_once(' ')?;
        let family = match name {
            "prometheus" => Family::Prometheus,
            "victoriametrics" => Family::VictoriaMetrics,
            _ => return None,
        };
        let mut parts = version.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
        let version = Version { major: parts.next()?.ok()?, minor: parts.next()?.ok()? };
        parts.all(|part| part.is_ok()).then_some(Self { family, version })
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.family {
            Family::Prometheus => "prometheus",
            Family::VictoriaMetrics => "victoriametrics",
        };
        write!(f, "{name} {}", self.version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The engines that rules are written for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Rule files of Prometheus (`form: files`).
    #[default]
    Files,
    /// `PrometheusRule` objects of prometheus-operator.
    Kubernetes(Kubernetes),
    /// Namespace files of Mimir and Cortex, as `mimirtool rules load` reads them.
    Mimir(Mimir),
    /// Rule files of Thanos Ruler.
    Thanos(PartialResponse),
    /// Rule files of vmalert.
    Vmalert(Vmalert),
}

impl Target {
    /// Whose functions and syntax the engines of this form have.
    pub fn family(&self) -> Family {
        match self {
            Self::Files | Self::Kubernetes(_) | Self::Mimir(_) | Self::Thanos(_) => Family::Prometheus,
            Self::Vmalert(_) => Family::VictoriaMetrics,
        }
    }
    /// How long the engine keeps samples unless told otherwise; none where nothing is ever deleted. Thanos Ruler reads from
    /// stores of which this says nothing: what it keeps itself is what it recorded.
    pub fn usual_retention(&self) -> Option<Duration> {
        match self {
            Self::Files => Some(Duration::from_days(15)),
            Self::Kubernetes(_) => Some(Duration::from_hours(24)),
            Self::Mimir(_) => None,
            Self::Thanos(_) => Some(Duration::from_hours(48)),
            // One month.
            Self::Vmalert(_) => Some(Duration::from_days(31)),
        }
    }
}

/// The metadata of the objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kubernetes {
    /// Their namespace; none leaves it to `kubectl`.
    pub namespace: Option<String>,
    /// Labels, by which an operator finds them.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// The limits of a tenant. `None`: unlimited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mimir {
    /// `ruler_max_rules_per_rule_group`. Default 20, as Mimir's.
    pub rules_per_group: Option<usize>,
    /// `ruler_max_rule_groups_per_tenant`. Default 70, as Mimir's.
    pub groups: Option<usize>,
}

impl Default for Mimir {
    fn default() -> Self {
        Self { rules_per_group: Some(20), groups: Some(70) }
    }
}

/// What Thanos does when a store does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartialResponse {
    /// The evaluation fails: no number rather than a wrong one.
    #[default]
    Abort,
    /// The rest is used.
    Warn,
}

impl PartialResponse {
    /// As Thanos writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Abort => "abort",
            Self::Warn => "warn",
        }
    }
}

/// What vmalert groups have besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Vmalert {
    /// The most series a rule may give (`limit`); none: unlimited.
    pub limit: Option<u32>,
    /// When within its interval a group runs (`eval_offset`; vmalert 1.93 or later).
    pub eval_offset: Option<Duration>,
}
