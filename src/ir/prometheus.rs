//! `outputs.prometheus` of slovo.yaml: for which engine the rules are written, and what that engine wants to know.

use std::collections::BTreeMap;

use crate::source::Span;
use crate::value::Duration;

/// How rules are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrometheusOptions {
    /// The engine (`form`).
    pub target: Target,
    /// Sloth's series and labels beside ours (`compatibility: sloth`).
    pub sloth: bool,
    /// Where the form was chosen, for messages about its limits.
    pub span: Option<Span>,
}

/// The engines that rules are written for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kubernetes {
    /// Their namespace; none leaves it to `kubectl`.
    pub namespace: Option<String>,
    /// Labels, by which an operator finds them.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// The limits of a tenant. `None`: unlimited.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vmalert {
    /// The most series a rule may give (`limit`); none: unlimited.
    pub limit: Option<u32>,
    /// When within its interval a group runs (`eval_offset`; vmalert 1.93 or later).
    pub eval_offset: Option<Duration>,
}
