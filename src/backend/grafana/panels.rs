//! Panels in the forms that all boards share.

use super::json::{
    CodeOptions, Custom, DataSource, Defaults, FieldColor, FieldConfig, Format, Legend, LineStyle, Mapping,
    Number, Override, Panel, Place, Property, SeriesOptions, SeriesStyle, SortedBy, StatColor, StatGraph,
    StatOptions, TableOptions, TableStyle, Target, TextOptions, Thresholds, TimelineOptions, TimelineStyle,
    Tooltip, Transformation, Unit, Viz, Words,
};
use crate::value::{Decimal, Duration};

/// A quarter of the budget: below it a promise is at risk.
pub(super) const AT_RISK: Decimal = Decimal::from_parts(25, 0, 0, false, 2);

/// Red when overspent, orange below a quarter, green above.
pub(super) fn budget_colors() -> Thresholds {
    Thresholds::from("red").then(0, "orange").then(AT_RISK, "green")
}

/// Green while the budget lasts, orange when it won't, red when it burns six times as fast.
pub(super) fn burn_colors() -> Thresholds {
    Thresholds::from("green").then(1, "orange").then(6, "red")
}

/// A number of things of which none should be: no colour for none, since none may be known.
pub(super) fn count_colors(some: &'static str) -> Thresholds {
    Thresholds::from("text").then(1, some)
}

/// Words for a range of values.
pub(super) fn range(
    from: Option<Number>,
    to: Option<Number>,
    text: &str,
    color: Option<&'static str>,
    index: usize,
) -> Mapping {
    Mapping::Range { from, to, result: Words { text: text.to_owned(), color, index } }
}

/// Nothing is known: neither light nor dark, so that it is grey on a coloured ground in both themes.
pub(super) const GREY: &str = "#808080";

/// No value: grey, in words.
pub(super) fn no_value(text: &str) -> Mapping {
    let result = Words { text: text.to_owned(), color: Some(GREY), index: 99 };
    Mapping::Special { r#match: "null+nan", result }
}

/// Words for identifiers.
pub(super) fn names(list: impl IntoIterator<Item = (String, String)>) -> Mapping {
    let one = |(at, (id, text)): (usize, (String, String))| (id, Words { text, color: None, index: at });
    Mapping::Value(list.into_iter().enumerate().map(one).collect())
}

/// A query of the state now.
pub(super) fn now(expr: impl Into<String>) -> Target {
    target("A", expr, "__auto", Format::TimeSeries, true)
}

/// A query of a curve.
pub(super) fn curve(expr: impl Into<String>, legend: impl Into<String>) -> Target {
    target("A", expr, legend, Format::TimeSeries, false)
}

/// A query of a table's column.
pub(super) fn column(expr: impl Into<String>) -> Target {
    target("A", expr, "__auto", Format::Table, true)
}

fn target(
    id: &str,
    expr: impl Into<String>,
    legend: impl Into<String>,
    format: Format,
    instant: bool,
) -> Target {
    Target {
        ref_id: id.to_owned(),
        datasource: DataSource::CHOSEN,
        expr: expr.into(),
        legend_format: legend.into(),
        editor_mode: "code",
        format,
        instant,
        range: !instant,
    }
}

/// Queries called A, B, C in order.
fn lettered(targets: Vec<Target>) -> Vec<Target> {
    let mut targets = targets;
    for (at, target) in targets.iter_mut().enumerate() {
        target.ref_id = letter(at);
    }
    targets
}

/// A, B, .., Z, A1, ..
pub(super) fn letter(at: usize) -> String {
    let first = char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    if at < 26 { first.to_string() } else { format!("{first}{}", at / 26) }
}

/// What a panel is for: its number, heading and explanation.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// Fixed by meaning.
    pub(super) id: u32,
    /// Short enough for its width.
    pub(super) title: String,
    /// What the number means.
    pub(super) description: String,
    /// Where it stands.
    pub(super) at: Place,
}

impl About {
    /// A panel.
    pub(super) fn new(id: u32, title: impl Into<String>, description: impl Into<String>, at: Place) -> Self {
        Self { id, title: title.into(), description: description.into(), at }
    }
    fn panel(self, viz: Viz, targets: Vec<Target>, config: FieldConfig) -> Panel {
        Panel {
            id: self.id,
            title: self.title,
            description: self.description,
            grid_pos: self.at,
            viz,
            datasource: Some(DataSource::CHOSEN),
            interval: None,
            max_data_points: None,
            targets: Some(lettered(targets)),
            transformations: Vec::new(),
            field_config: Some(config),
        }
    }
    /// Text in Markdown.
    pub(super) fn text(self, content: String) -> Panel {
        let code = CodeOptions { language: "plaintext", show_line_numbers: false, show_mini_map: false };
        Panel {
            datasource: None,
            targets: None,
            field_config: None,
            ..self.panel(
                Viz::Text(TextOptions { mode: "markdown", code, content }),
                Vec::new(),
                FieldConfig::default(),
            )
        }
    }
    /// One large value.
    pub(super) fn stat(self, target: Target, stat: Stat) -> Panel {
        let mut mappings = stat.words;
        mappings.push(no_value(stat.nothing));
        let sparkline = stat.graph == StatGraph::Area;
        let defaults = Defaults {
            unit: stat.unit,
            decimals: stat.decimals,
            // A curve that never moves would not be seen without.
            min: sparkline.then(|| Number::from(0)),
            max: sparkline.then(|| Number::from(1)),
            no_value: Some(stat.nothing.to_owned()),
            thresholds: stat.colors,
            mappings,
            links: stat.links,
            ..Defaults::default()
        };
        self.panel(
            Viz::Stat(StatOptions::new(stat.mode, stat.graph)),
            vec![target],
            FieldConfig { defaults, overrides: Vec::new() },
        )
    }
    /// Curves over time.
    pub(super) fn series(self, targets: Vec<Target>, series: Curves) -> Panel {
        let defaults = Defaults {
            unit: series.unit,
            decimals: series.decimals,
            min: series.min,
            max: series.max,
            color: series.color,
            thresholds: series.thresholds,
            mappings: vec![no_value("no data")],
            custom: Some(Custom::Series(series.style)),
            ..Defaults::default()
        };
        let options = SeriesOptions {
            legend: Legend::below(series.last),
            tooltip: Tooltip { mode: "multi", sort: "desc" },
        };
        self.panel(Viz::Timeseries(options), targets, FieldConfig { defaults, overrides: series.overrides })
    }
    /// States over time.
    pub(super) fn timeline(self, targets: Vec<Target>, states: States) -> Panel {
        let defaults = Defaults {
            unit: states.unit,
            decimals: Some(1),
            thresholds: states.colors,
            mappings: states.words,
            custom: Some(Custom::Timeline(TimelineStyle { fill_opacity: 75, line_width: 0 })),
            ..Defaults::default()
        };
        let options = TimelineOptions {
            merge_values: true,
            show_value: "never",
            align_value: "left",
            row_height: 0.8,
            per_page: states.per_page,
            legend: Legend::below(false),
            tooltip: Tooltip { mode: "single", sort: "none" },
        };
        self.panel(
            Viz::StateTimeline(options),
            targets,
            FieldConfig { defaults, overrides: states.overrides },
        )
    }
    /// A table, sorted by this column.
    pub(super) fn table(
        self,
        targets: Vec<Target>,
        overrides: Vec<Override>,
        transformations: Vec<Transformation>,
        sorted: Option<&str>,
    ) -> Panel {
        let defaults = Defaults {
            unit: Unit::Ratio,
            no_value: Some("no data".to_owned()),
            mappings: vec![no_value("no data")],
            custom: Some(Custom::Table(TableStyle::default())),
            ..Defaults::default()
        };
        let sort_by =
            sorted.map(|s| SortedBy { display_name: s.to_owned(), desc: false }).into_iter().collect();
        let options = TableOptions { frame_index: 0, show_header: true, cell_height: "sm", sort_by };
        let panel = self.panel(Viz::Table(options), targets, FieldConfig { defaults, overrides });
        Panel { transformations, ..panel }
    }
}

impl Panel {
    /// No point of a curve stands for less than this.
    pub(super) fn every(self, interval: Duration) -> Self {
        Self { interval: Some(interval.to_string()), ..self }
    }
    /// At most so many points a curve.
    pub(super) fn points(self, most: u32) -> Self {
        Self { max_data_points: Some(most), ..self }
    }
}

/// How a large value is shown.
#[derive(Clone, Debug)]
pub(super) struct Stat {
    pub(super) unit: Unit,
    pub(super) decimals: Option<u8>,
    pub(super) colors: Thresholds,
    pub(super) words: Vec<Mapping>,
    /// What stands there without a value.
    pub(super) nothing: &'static str,
    pub(super) mode: StatColor,
    pub(super) graph: StatGraph,
    pub(super) links: Vec<super::json::DataLink>,
}

impl Stat {
    /// A coloured value.
    pub(super) fn new(unit: Unit, decimals: u8, colors: Thresholds) -> Self {
        Self {
            unit,
            decimals: Some(decimals),
            colors,
            words: Vec::new(),
            nothing: "no data",
            mode: StatColor::Value,
            graph: StatGraph::None,
            links: Vec::new(),
        }
    }
    /// A value on a coloured ground.
    pub(super) fn ground(self) -> Self {
        Self { mode: StatColor::Background, ..self }
    }
    /// With words for some values.
    pub(super) fn words(self, words: Vec<Mapping>) -> Self {
        Self { words, ..self }
    }
}

/// How curves are shown.
#[derive(Clone, Debug)]
pub(super) struct Curves {
    pub(super) unit: Unit,
    pub(super) decimals: Option<u8>,
    pub(super) min: Option<Number>,
    pub(super) max: Option<Number>,
    pub(super) color: FieldColor,
    pub(super) thresholds: Thresholds,
    pub(super) style: SeriesStyle,
    pub(super) overrides: Vec<Override>,
    /// Does the legend show the last values?
    pub(super) last: bool,
}

impl Curves {
    /// Lines in colours one after the other.
    pub(super) fn new(unit: Unit, decimals: Option<u8>) -> Self {
        Self {
            unit,
            decimals,
            min: None,
            max: None,
            color: FieldColor::PaletteClassic,
            thresholds: Thresholds::from("transparent"),
            style: SeriesStyle::default(),
            overrides: Vec::new(),
            last: true,
        }
    }
}

/// How states are shown.
#[derive(Clone, Debug)]
pub(super) struct States {
    pub(super) unit: Unit,
    pub(super) colors: Thresholds,
    pub(super) words: Vec<Mapping>,
    pub(super) overrides: Vec<Override>,
    pub(super) per_page: Option<u32>,
}

/// Another name for a series.
pub(super) fn renamed(from: impl Into<String>, to: impl Into<String>) -> Override {
    Override::named(from, vec![Property::DisplayName(to.into())])
}

/// A line to compare with: thin, dashed, in this colour.
pub(super) fn guide(name: impl Into<String>, color: &'static str) -> Override {
    let properties = vec![
        Property::LineStyle(LineStyle::Dash { dash: [8, 6] }),
        Property::Color(FieldColor::Fixed { fixed_color: color }),
        Property::LineWidth(1),
        Property::FillOpacity(0),
    ];
    Override::named(name, properties)
}

/// A series in this colour.
pub(super) fn colored(name: impl Into<String>, color: &'static str) -> Override {
    Override::named(name, vec![Property::Color(FieldColor::Fixed { fixed_color: color })])
}
