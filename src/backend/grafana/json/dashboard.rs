//! The dashboard around its panels.

use serde::Serialize;

use super::{DataSource, Empty, Panel};

/// What every server from Grafana 10.4 on reads without a migration that could go wrong; the content satisfies 42, the last
/// one, as well.
pub(in super::super) const SCHEMA_VERSION: u32 = 39;

/// A dashboard.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Dashboard {
    pub(in super::super) uid: String,
    pub(in super::super) title: String,
    pub(in super::super) description: String,
    pub(in super::super) tags: Vec<String>,
    pub(in super::super) schema_version: u32,
    pub(in super::super) version: u32,
    pub(in super::super) editable: bool,
    /// 1: the cross-hair is shared by all panels.
    pub(in super::super) graph_tooltip: u8,
    pub(in super::super) time: TimeRange,
    pub(in super::super) timezone: &'static str,
    pub(in super::super) refresh: &'static str,
    pub(in super::super) fiscal_year_start_month: u8,
    pub(in super::super) live_now: bool,
    pub(in super::super) preload: bool,
    pub(in super::super) timepicker: Empty,
    pub(in super::super) week_start: &'static str,
    pub(in super::super) templating: List<Variable>,
    pub(in super::super) annotations: List<Annotation>,
    pub(in super::super) links: Vec<Link>,
    pub(in super::super) panels: Vec<Panel>,
}

/// `{"list": [..]}`
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct List<T> {
    pub(in super::super) list: Vec<T>,
}

/// From when to when.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct TimeRange {
    pub(in super::super) from: String,
    pub(in super::super) to: &'static str,
}

/// The variable that chooses the data source.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Variable {
    #[serde(rename = "type")]
    pub(in super::super) kind: &'static str,
    pub(in super::super) name: &'static str,
    pub(in super::super) label: &'static str,
    pub(in super::super) query: &'static str,
    pub(in super::super) regex: &'static str,
    pub(in super::super) multi: bool,
    pub(in super::super) include_all: bool,
    pub(in super::super) hide: u8,
    pub(in super::super) refresh: u8,
    pub(in super::super) options: [(); 0],
    pub(in super::super) skip_url_sync: bool,
}

impl Variable {
    /// Any Prometheus.
    pub(in super::super) fn data_source() -> Self {
        Self {
            kind: "datasource",
            name: "datasource",
            label: "Data source",
            query: "prometheus",
            regex: "",
            multi: false,
            include_all: false,
            hide: 0,
            refresh: 1,
            options: [],
            skip_url_sync: false,
        }
    }
}

/// Marks on the time axis, from a query.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Annotation {
    pub(in super::super) name: &'static str,
    pub(in super::super) datasource: DataSource,
    pub(in super::super) enable: bool,
    pub(in super::super) hide: bool,
    pub(in super::super) icon_color: &'static str,
    pub(in super::super) target: AnnotationTarget,
    pub(in super::super) title_format: &'static str,
    pub(in super::super) text_format: &'static str,
    pub(in super::super) tag_keys: &'static str,
    pub(in super::super) use_value_for_time: bool,
}

/// The query of an annotation.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct AnnotationTarget {
    pub(in super::super) ref_id: &'static str,
    pub(in super::super) expr: String,
    pub(in super::super) interval: &'static str,
}

/// A link at the head of the dashboard.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "as Grafana has it")]
pub(in super::super) struct Link {
    pub(in super::super) title: String,
    #[serde(rename = "type")]
    pub(in super::super) kind: LinkKind,
    pub(in super::super) icon: &'static str,
    pub(in super::super) tooltip: String,
    pub(in super::super) url: String,
    pub(in super::super) tags: Vec<String>,
    pub(in super::super) as_dropdown: bool,
    pub(in super::super) target_blank: bool,
    pub(in super::super) include_vars: bool,
    pub(in super::super) keep_time: bool,
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum LinkKind {
    /// To an address.
    Link,
    /// To all dashboards with its tags.
    Dashboards,
}
