//! Panels: place, queries, kind with its options, transformations.

use indexmap::IndexMap;
use serde::Serialize;

use super::{Empty, FieldConfig};

/// A reference to the data source that the variable chooses.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in super::super) struct DataSource {
    r#type: &'static str,
    uid: &'static str,
}

impl DataSource {
    /// The chosen one.
    pub(in super::super) const CHOSEN: Self = Self { r#type: "prometheus", uid: "${datasource}" };
    /// The plugin.
    pub(in super::super) const fn kind(self) -> &'static str {
        self.r#type
    }
    /// Which one of that plugin.
    pub(in super::super) const fn uid(self) -> &'static str {
        self.uid
    }
}

/// Where a panel stands, in the grid of 24 columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Place {
    pub(in super::super) x: u32,
    pub(in super::super) y: u32,
    pub(in super::super) w: u32,
    pub(in super::super) h: u32,
}

impl Place {
    /// Left, top, width, height.
    pub(in super::super) const fn new(x: u32, y: u32, w: u32, h: u32) -> Self {
        Self { x, y, w, h }
    }
}

/// A panel.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Panel {
    /// Fixed by meaning: links from alerts and to single panels use it.
    pub(in super::super) id: u32,
    pub(in super::super) title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in super::super) description: String,
    pub(in super::super) grid_pos: Place,
    #[serde(flatten)]
    pub(in super::super) viz: Viz,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) datasource: Option<DataSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) max_data_points: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) targets: Option<Vec<Target>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) transformations: Vec<Transformation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) field_config: Option<FieldConfig>,
}

impl Panel {
    /// The first row below it.
    pub(in super::super) const fn bottom(&self) -> u32 {
        self.grid_pos.y + self.grid_pos.h
    }
}

/// A query.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Target {
    pub(in super::super) ref_id: String,
    pub(in super::super) datasource: DataSource,
    pub(in super::super) expr: String,
    pub(in super::super) legend_format: String,
    pub(in super::super) editor_mode: &'static str,
    pub(in super::super) format: Format,
    pub(in super::super) instant: bool,
    pub(in super::super) range: bool,
}

/// The form of a query's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Format {
    TimeSeries,
    Table,
}

/// The kind of a panel with its options.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", content = "options", rename_all = "kebab-case")]
pub(in super::super) enum Viz {
    Stat(StatOptions),
    Timeseries(SeriesOptions),
    Table(TableOptions),
    StateTimeline(TimelineOptions),
    Text(TextOptions),
}

/// Options of one large value.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct StatOptions {
    pub(in super::super) color_mode: StatColor,
    pub(in super::super) graph_mode: StatGraph,
    pub(in super::super) justify_mode: &'static str,
    pub(in super::super) orientation: &'static str,
    pub(in super::super) text_mode: &'static str,
    pub(in super::super) wide_layout: bool,
    pub(in super::super) show_percent_change: bool,
    pub(in super::super) percent_change_color_mode: &'static str,
    pub(in super::super) reduce_options: ReduceOptions,
}

/// What takes the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum StatColor {
    Background,
    Value,
}

/// Is there a curve behind the value?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum StatGraph {
    None,
    Area,
}

/// Which value of many.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct ReduceOptions {
    pub(in super::super) calcs: [&'static str; 1],
    pub(in super::super) fields: &'static str,
    pub(in super::super) values: bool,
}

impl StatOptions {
    /// A value.
    pub(in super::super) fn new(color_mode: StatColor, graph_mode: StatGraph) -> Self {
        Self {
            color_mode,
            graph_mode,
            justify_mode: "auto",
            orientation: "auto",
            text_mode: "value",
            wide_layout: true,
            show_percent_change: false,
            percent_change_color_mode: "standard",
            // The last one, even if it is none: an old value would look like a new one.
            reduce_options: ReduceOptions { calcs: ["last"], fields: "", values: false },
        }
    }
}

/// Options of curves.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct SeriesOptions {
    pub(in super::super) legend: Legend,
    pub(in super::super) tooltip: Tooltip,
}

/// The legend.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "as Grafana has them")]
pub(in super::super) struct Legend {
    pub(in super::super) show_legend: bool,
    pub(in super::super) display_mode: &'static str,
    pub(in super::super) placement: &'static str,
    pub(in super::super) calcs: Vec<&'static str>,
}

impl Legend {
    /// Below the curves; with the last value of each where asked.
    pub(in super::super) fn below(last: bool) -> Self {
        let calcs = if last { vec!["last"] } else { Vec::new() };
        Self { show_legend: true, display_mode: "list", placement: "bottom", calcs }
    }
}

/// What is shown under the pointer.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct Tooltip {
    pub(in super::super) mode: &'static str,
    pub(in super::super) sort: &'static str,
}

/// Options of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct TableOptions {
    pub(in super::super) frame_index: u32,
    pub(in super::super) show_header: bool,
    pub(in super::super) cell_height: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) sort_by: Vec<SortedBy>,
}

/// A column that a table is sorted by.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct SortedBy {
    pub(in super::super) display_name: String,
    pub(in super::super) desc: bool,
}

/// Options of a state timeline.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct TimelineOptions {
    pub(in super::super) merge_values: bool,
    pub(in super::super) show_value: &'static str,
    pub(in super::super) align_value: &'static str,
    pub(in super::super) row_height: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) per_page: Option<u32>,
    pub(in super::super) legend: Legend,
    pub(in super::super) tooltip: Tooltip,
}

/// Options of a text.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct TextOptions {
    pub(in super::super) mode: &'static str,
    pub(in super::super) code: CodeOptions,
    pub(in super::super) content: String,
}

/// How code would be shown; Grafana's types demand it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct CodeOptions {
    pub(in super::super) language: &'static str,
    pub(in super::super) show_line_numbers: bool,
    pub(in super::super) show_mini_map: bool,
}

/// What is done with the results of queries before they are shown.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "id", content = "options", rename_all = "camelCase")]
pub(in super::super) enum Transformation {
    /// Rows of several results that agree in all common columns become one.
    Merge(Empty),
    /// Columns are left out, ordered, renamed.
    Organize(Organize),
    /// Rows are sorted.
    SortBy(SortBy),
}

/// Columns by name.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "as Grafana has them")]
pub(in super::super) struct Organize {
    pub(in super::super) exclude_by_name: IndexMap<String, bool>,
    pub(in super::super) index_by_name: IndexMap<String, usize>,
    pub(in super::super) rename_by_name: IndexMap<String, String>,
}

/// A column to sort by.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct SortBy {
    pub(in super::super) fields: Empty,
    pub(in super::super) sort: [SortField; 1],
}

/// Its name and direction.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct SortField {
    pub(in super::super) field: String,
    pub(in super::super) desc: bool,
}
