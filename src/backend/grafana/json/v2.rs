//! The same dashboards as `dashboard.grafana.app/v2` has them: panels are elements, their places a layout. Every value is
//! borrowed from the classic dashboard, so the two say the same.

use indexmap::IndexMap;
use serde::Serialize;

use super::{
    Annotation, AnnotationTarget, Dashboard, DataSource, Empty, FieldConfig, Link, Organize, Panel,
    SeriesOptions, SortBy, StatOptions, TableOptions, Target, TextOptions, TimelineOptions, Transformation,
    Variable, Viz,
};

/// What Grafana offers to refresh by; an empty list would leave its menu empty.
const REFRESH: [&str; 10] = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"];

/// Something with a `kind` beside it.
#[derive(Debug, Serialize)]
pub(in super::super) struct Kind<T> {
    kind: &'static str,
    spec: T,
}

impl<T> Kind<T> {
    const fn new(kind: &'static str, spec: T) -> Self {
        Self { kind, spec }
    }
}

/// Something with a `kind` that names which plugin or function it is of.
#[derive(Debug, Serialize)]
struct Grouped<T> {
    kind: &'static str,
    group: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datasource: Option<Named>,
    spec: T,
}

/// A data source by its uid, which is called its name here.
#[derive(Debug, Serialize)]
struct Named {
    name: &'static str,
}

/// The `spec` of a dashboard.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Spec<'d> {
    title: &'d str,
    description: &'d str,
    tags: &'d [String],
    editable: bool,
    live_now: bool,
    preload: bool,
    cursor_sync: &'static str,
    time_settings: TimeSettings<'d>,
    variables: Vec<Kind<DataSourceVariable<'d>>>,
    annotations: Vec<Kind<AnnotationSpec<'d>>>,
    links: &'d [Link],
    elements: IndexMap<String, Kind<PanelSpec<'d>>>,
    layout: Kind<Grid>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TimeSettings<'d> {
    from: &'d str,
    to: &'static str,
    timezone: &'static str,
    auto_refresh: &'static str,
    auto_refresh_intervals: [&'static str; 10],
    hide_timepicker: bool,
    fiscal_year_start_month: u8,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "as Grafana has it")]
struct DataSourceVariable<'d> {
    name: &'d str,
    label: &'d str,
    plugin_id: &'d str,
    regex: &'d str,
    refresh: &'static str,
    hide: &'static str,
    current: Chosen,
    options: [(); 0],
    multi: bool,
    include_all: bool,
    skip_url_sync: bool,
    allow_custom_value: bool,
}

/// Nothing is chosen yet: Grafana takes its default.
#[derive(Debug, Default, Serialize)]
struct Chosen {
    text: &'static str,
    value: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnnotationSpec<'d> {
    name: &'static str,
    enable: bool,
    hide: bool,
    icon_color: &'static str,
    query: Grouped<&'d AnnotationTarget>,
    legacy_options: AnnotationWords,
}

/// What only annotations from Prometheus know; Grafana keeps it aside.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnnotationWords {
    title_format: &'static str,
    text_format: &'static str,
    tag_keys: &'static str,
    use_value_for_time: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PanelSpec<'d> {
    id: u32,
    title: &'d str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'d str,
    links: [(); 0],
    data: Kind<QueryGroup<'d>>,
    viz_config: Grouped<VizSpec<'d>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryGroup<'d> {
    queries: Vec<Kind<PanelQuery<'d>>>,
    transformations: Vec<Grouped<Function<'d>>>,
    query_options: QueryOptions<'d>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryOptions<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_data_points: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PanelQuery<'d> {
    ref_id: &'d str,
    hidden: bool,
    query: Grouped<QuerySpec<'d>>,
}

/// A query as the Prometheus data source reads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QuerySpec<'d> {
    expr: &'d str,
    legend_format: &'d str,
    editor_mode: &'static str,
    format: super::Format,
    instant: bool,
    range: bool,
}

#[derive(Debug, Serialize)]
struct Function<'d> {
    options: FunctionOptions<'d>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum FunctionOptions<'d> {
    Merge(Empty),
    Organize(&'d Organize),
    SortBy(&'d SortBy),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VizSpec<'d> {
    options: VizOptions<'d>,
    field_config: Fields<'d>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum VizOptions<'d> {
    Stat(&'d StatOptions),
    Timeseries(&'d SeriesOptions),
    Table(&'d TableOptions),
    StateTimeline(&'d TimelineOptions),
    Text(&'d TextOptions),
}

/// Of a text there are none, which has to be said here.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Fields<'d> {
    Some(&'d FieldConfig),
    None { defaults: Empty, overrides: [(); 0] },
}

#[derive(Debug, Serialize)]
struct Grid {
    items: Vec<Kind<Item>>,
}

/// Where an element stands.
#[derive(Debug, Serialize)]
struct Item {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    element: Reference,
}

#[derive(Debug, Serialize)]
struct Reference {
    kind: &'static str,
    name: String,
}

impl<'d> From<&'d Dashboard> for Spec<'d> {
    fn from(board: &'d Dashboard) -> Self {
        Self {
            title: &board.title,
            description: &board.description,
            tags: &board.tags,
            editable: board.editable,
            live_now: board.live_now,
            preload: board.preload,
            cursor_sync: match board.graph_tooltip {
                0 => "Off",
                1 => "Crosshair",
                _ => "Tooltip",
            },
            time_settings: TimeSettings {
                from: &board.time.from,
                to: board.time.to,
                timezone: board.timezone,
                auto_refresh: board.refresh,
                auto_refresh_intervals: REFRESH,
                hide_timepicker: false,
                fiscal_year_start_month: board.fiscal_year_start_month,
            },
            variables: board.templating.list.iter().map(variable).collect(),
            annotations: board.annotations.list.iter().map(annotation).collect(),
            links: &board.links,
            elements: board.panels.iter().map(|p| (element(p), panel(p))).collect(),
            layout: Kind::new("GridLayout", Grid { items: board.panels.iter().map(item).collect() }),
        }
    }
}

/// The name of a panel's element, as Grafana itself would call it.
fn element(panel: &Panel) -> String {
    format!("panel-{}", panel.id)
}

fn item(panel: &Panel) -> Kind<Item> {
    let super::Place { x, y, w, h } = panel.grid_pos;
    let element = Reference { kind: "ElementReference", name: element(panel) };
    Kind::new("GridLayoutItem", Item { x, y, width: w, height: h, element })
}

fn variable(of: &Variable) -> Kind<DataSourceVariable<'_>> {
    Kind::new(
        "DatasourceVariable",
        DataSourceVariable {
            name: of.name,
            label: of.label,
            plugin_id: of.query,
            regex: of.regex,
            refresh: "onDashboardLoad",
            hide: "dontHide",
            current: Chosen::default(),
            options: [],
            multi: of.multi,
            include_all: of.include_all,
            skip_url_sync: of.skip_url_sync,
            allow_custom_value: true,
        },
    )
}

fn query<T>(source: DataSource, spec: T) -> Grouped<T> {
    Grouped {
        kind: "DataQuery",
        group: source.kind(),
        version: Some("v0"),
        datasource: Some(Named { name: source.uid() }),
        spec,
    }
}

fn annotation(of: &Annotation) -> Kind<AnnotationSpec<'_>> {
    Kind::new(
        "AnnotationQuery",
        AnnotationSpec {
            name: of.name,
            enable: of.enable,
            hide: of.hide,
            icon_color: of.icon_color,
            query: query(of.datasource, &of.target),
            legacy_options: AnnotationWords {
                title_format: of.title_format,
                text_format: of.text_format,
                tag_keys: of.tag_keys,
                use_value_for_time: of.use_value_for_time,
            },
        },
    )
}

fn panel(of: &Panel) -> Kind<PanelSpec<'_>> {
    let (group, options) = viz(&of.viz);
    let queries = QueryGroup {
        queries: of.targets.iter().flatten().map(target).collect(),
        transformations: of.transformations.iter().map(function).collect(),
        query_options: QueryOptions { interval: of.interval.as_deref(), max_data_points: of.max_data_points },
    };
    let field_config = match &of.field_config {
        Some(config) => Fields::Some(config),
        None => Fields::None { defaults: Empty {}, overrides: [] },
    };
    Kind::new(
        "Panel",
        PanelSpec {
            id: of.id,
            title: &of.title,
            description: &of.description,
            links: [],
            data: Kind::new("QueryGroup", queries),
            viz_config: Grouped {
                kind: "VizConfig",
                group,
                // None: that of the server.
                version: Some(""),
                datasource: None,
                spec: VizSpec { options, field_config },
            },
        },
    )
}

fn target(of: &Target) -> Kind<PanelQuery<'_>> {
    let spec = QuerySpec {
        expr: &of.expr,
        legend_format: &of.legend_format,
        editor_mode: of.editor_mode,
        format: of.format,
        instant: of.instant,
        range: of.range,
    };
    let query = query(of.datasource, spec);
    Kind::new("PanelQuery", PanelQuery { ref_id: &of.ref_id, hidden: false, query })
}

fn function(of: &Transformation) -> Grouped<Function<'_>> {
    let (group, options) = match of {
        Transformation::Merge(empty) => ("merge", FunctionOptions::Merge(*empty)),
        Transformation::Organize(organize) => ("organize", FunctionOptions::Organize(organize)),
        Transformation::SortBy(sort) => ("sortBy", FunctionOptions::SortBy(sort)),
    };
    Grouped { kind: "Transformation", group, version: None, datasource: None, spec: Function { options } }
}

fn viz(of: &Viz) -> (&'static str, VizOptions<'_>) {
    match of {
        Viz::Stat(options) => ("stat", VizOptions::Stat(options)),
        Viz::Timeseries(options) => ("timeseries", VizOptions::Timeseries(options)),
        Viz::Table(options) => ("table", VizOptions::Table(options)),
        Viz::StateTimeline(options) => ("state-timeline", VizOptions::StateTimeline(options)),
        Viz::Text(options) => ("text", VizOptions::Text(options)),
    }
}
