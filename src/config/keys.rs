//! The keys of `slovo.yaml`, place by place. `docs/slovo.schema.json` must name the same (tests/language/schema.rs).

use super::OutputKind;
use crate::ir::{Api, Form};

pub(super) const TOP: &[&str] = &[
    "project",
    "default_window",
    "evaluation_interval",
    "scrape_interval",
    "scrape_timeout",
    "retention",
    "today",
    "common_labels",
    "external_labels",
    "scope",
    "labels",
    "severities",
    "alerting",
    "links",
    "limits",
    "lints",
    "outputs",
    "environments",
];
/// What an environment may say otherwise.
pub(super) const ENVIRONMENT: &[&str] = &[
    "identity",
    "evaluation_interval",
    "scrape_interval",
    "scrape_timeout",
    "retention",
    "scope",
    "labels",
    "severities",
    "links",
    "outputs",
];
pub(super) const SEVERITIES: &[&str] = &["page", "ticket"];
pub(super) const LINKS: &[&str] = &["dashboards", "documents", "runbooks"];
pub(super) const LIMITS: &[&str] =
    &["journeys_per_team", "steps_per_journey", "promises_per_step", "objective_digits"];
pub(super) const ALERTING: &[&str] = &["tiers", "windows"];
pub(super) const TIER: &[&str] = &["urgency", "share", "least", "window", "bad_events"];
/// The kinds of outputs by name; an output called like one is of that kind.
pub(super) const OUTPUTS: &[&str] = &[
    OutputKind::Alertmanager.name(),
    OutputKind::Docs.name(),
    OutputKind::Grafana.name(),
    OutputKind::Prometheus.name(),
];
pub(super) const ALERTMANAGER: &[&str] = &["kind", "path", "form", "kubernetes"];
pub(super) const DOCS: &[&str] = &["kind", "path", "templates"];
pub(super) const GRAFANA: &[&str] = &[
    "kind",
    "path",
    "form",
    "api",
    "folder",
    "prefix",
    "mounted_at",
    "namespace",
    "labels",
    "annotations",
    "instances",
    "deployments",
];
/// The forms of dashboards by name.
pub(super) const GRAFANA_FORMS: &[(&str, Form)] = &[
    ("files", Form::Files),
    ("configmaps", Form::Configmaps),
    ("operator", Form::Operator),
    ("resource", Form::Resource),
];
/// The versions of Grafana's API by name.
pub(super) const GRAFANA_APIS: &[(&str, Api)] = &[("v1beta1", Api::V1beta1), ("v2", Api::V2)];
pub(super) const PROMETHEUS: &[&str] = &[
    "kind",
    "path",
    "form",
    "engine",
    "compatibility",
    "kubernetes",
    "mimir",
    "templates",
    "thanos",
    "vmalert",
];
pub(super) const KUBERNETES: &[&str] = &["namespace", "labels", "annotations"];
pub(super) const MIMIR: &[&str] = &["rules_per_group", "groups"];
pub(super) const THANOS: &[&str] = &["partial_response"];
pub(super) const VMALERT: &[&str] = &["limit", "eval_offset"];

/// Every place with fixed keys, as a path into the JSON Schema, with its keys.
pub const ALL: &[(&str, &[&str])] = &[
    ("", TOP),
    ("environments.*", ENVIRONMENT),
    ("severities", SEVERITIES),
    ("links", LINKS),
    ("limits", LIMITS),
    ("alerting", ALERTING),
    ("alerting.tiers.*", TIER),
    ("outputs", OUTPUTS),
    ("outputs.alertmanager", ALERTMANAGER),
    ("outputs.alertmanager.kubernetes", KUBERNETES),
    ("outputs.docs", DOCS),
    ("outputs.grafana", GRAFANA),
    ("outputs.prometheus", PROMETHEUS),
    ("outputs.prometheus.kubernetes", KUBERNETES),
    ("outputs.prometheus.mimir", MIMIR),
    ("outputs.prometheus.thanos", THANOS),
    ("outputs.prometheus.vmalert", VMALERT),
];
