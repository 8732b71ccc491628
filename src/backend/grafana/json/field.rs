//! How values are shown: units, thresholds, words for numbers, exceptions for single columns.

use indexmap::IndexMap;
use serde::Serialize;

use super::Number;

/// A colour by Grafana's name, which follows the theme.
pub(in super::super) type Color = &'static str;

/// Defaults of a panel's fields and exceptions from them.
#[derive(Clone, Debug, Default, Serialize)]
pub(in super::super) struct FieldConfig {
    pub(in super::super) defaults: Defaults,
    pub(in super::super) overrides: Vec<Override>,
}

/// Units Grafana knows, of those that our boards need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) enum Unit {
    /// A plain number.
    #[default]
    #[serde(rename = "none")]
    None,
    /// 0.5 is shown as 50%.
    #[serde(rename = "percentunit")]
    Ratio,
    /// Seconds, shown in the units that fit.
    #[serde(rename = "dtdurations")]
    Seconds,
    /// A number shortened by k, Mil, Bil.
    #[serde(rename = "short")]
    Short,
    /// Something a second.
    #[serde(rename = "suffix:/s")]
    PerSecond,
    /// Times something.
    #[serde(rename = "suffix:×")]
    Times,
}

/// What holds for all fields of a panel.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Defaults {
    pub(in super::super) unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) decimals: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) min: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) max: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) no_value: Option<String>,
    pub(in super::super) color: FieldColor,
    pub(in super::super) thresholds: Thresholds,
    pub(in super::super) mappings: Vec<Mapping>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) links: Vec<DataLink>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) custom: Option<Custom>,
}

/// Where a field's colour comes from.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(tag = "mode", rename_all = "kebab-case")]
pub(in super::super) enum FieldColor {
    /// From the thresholds.
    #[default]
    Thresholds,
    /// One colour after the other.
    PaletteClassic,
    /// This one.
    #[serde(rename_all = "camelCase")]
    Fixed {
        /// The colour.
        fixed_color: Color,
    },
}

/// Colours by value.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct Thresholds {
    mode: &'static str,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Serialize)]
struct Step {
    color: Color,
    /// The least value; the first has none.
    value: Option<Number>,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::from("text")
    }
}

impl Thresholds {
    /// This colour, whatever the value.
    pub(in super::super) fn from(color: Color) -> Self {
        Self { mode: "absolute", steps: vec![Step { color, value: None }] }
    }
    /// From this value on another colour.
    pub(in super::super) fn then(mut self, value: impl Into<Number>, color: Color) -> Self {
        self.steps.push(Step { color, value: Some(value.into()) });
        self
    }
}

impl From<crate::value::Decimal> for Number {
    fn from(n: crate::value::Decimal) -> Self {
        Self(n)
    }
}

/// Words for values.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", content = "options", rename_all = "lowercase")]
pub(in super::super) enum Mapping {
    /// For single values.
    Value(IndexMap<String, Words>),
    /// For values from one to another.
    Range {
        /// The least; none: no limit.
        from: Option<Number>,
        /// The greatest; none: no limit.
        to: Option<Number>,
        /// The words.
        result: Words,
    },
    /// For no value.
    Special {
        /// Which.
        r#match: &'static str,
        /// The words.
        result: Words,
    },
}

/// The words for a value, with their place in the legend.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct Words {
    pub(in super::super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) color: Option<Color>,
    pub(in super::super) index: usize,
}

/// A link on a value.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct DataLink {
    pub(in super::super) title: String,
    pub(in super::super) url: String,
    pub(in super::super) target_blank: bool,
}

/// An exception for the field of one name.
#[derive(Clone, Debug, Serialize)]
pub(in super::super) struct Override {
    matcher: Matcher,
    properties: Vec<Property>,
}

#[derive(Clone, Debug, Serialize)]
struct Matcher {
    id: &'static str,
    options: String,
}

impl Override {
    /// For the field with this name.
    pub(in super::super) fn named(name: impl Into<String>, properties: Vec<Property>) -> Self {
        Self { matcher: Matcher { id: "byName", options: name.into() }, properties }
    }
}

/// What an exception changes, with a value of the right type.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "id", content = "value")]
pub(in super::super) enum Property {
    #[serde(rename = "unit")]
    Unit(Unit),
    #[serde(rename = "decimals")]
    Decimals(u8),
    #[serde(rename = "min")]
    Min(Number),
    #[serde(rename = "max")]
    Max(Number),
    #[serde(rename = "displayName")]
    DisplayName(String),
    #[serde(rename = "color")]
    Color(FieldColor),
    #[serde(rename = "thresholds")]
    Thresholds(Thresholds),
    #[serde(rename = "mappings")]
    Mappings(Vec<Mapping>),
    #[serde(rename = "links")]
    Links(Vec<DataLink>),
    #[serde(rename = "custom.cellOptions")]
    Cell(Cell),
    #[serde(rename = "custom.width")]
    Width(u16),
    #[serde(rename = "custom.lineStyle")]
    LineStyle(LineStyle),
    #[serde(rename = "custom.lineWidth")]
    LineWidth(u8),
    #[serde(rename = "custom.fillOpacity")]
    FillOpacity(u8),
}

/// A table's cell.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(in super::super) enum Cell {
    /// As it comes.
    Auto,
    /// Coloured text.
    ColorText,
    /// A bar with the value beside it.
    #[serde(rename_all = "camelCase")]
    Gauge {
        /// The form of the bar.
        mode: GaugeMode,
        /// Where the text takes its colour.
        value_display_mode: ValueDisplay,
    },
}

/// The form of a bar in a cell.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum GaugeMode {
    /// One colour.
    Basic,
}

/// The colour of a bar's text.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum ValueDisplay {
    /// That of text.
    Text,
}

/// A line's form.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "fill", rename_all = "lowercase")]
pub(in super::super) enum LineStyle {
    /// Dashes of this length and distance.
    Dash {
        /// Length and distance in pixels.
        dash: [u8; 2],
    },
}

/// What only one kind of panel knows.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(in super::super) enum Custom {
    /// Of a time series.
    Series(SeriesStyle),
    /// Of a table.
    Table(TableStyle),
    /// Of a state timeline.
    Timeline(TimelineStyle),
}

/// How a time series is drawn.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct SeriesStyle {
    pub(in super::super) draw_style: DrawStyle,
    pub(in super::super) line_interpolation: &'static str,
    pub(in super::super) line_width: u8,
    pub(in super::super) fill_opacity: u8,
    pub(in super::super) show_points: &'static str,
    pub(in super::super) span_nulls: bool,
    pub(in super::super) axis_placement: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) axis_soft_max: Option<Number>,
    pub(in super::super) thresholds_style: ThresholdsStyle,
    pub(in super::super) scale_distribution: Scale,
    pub(in super::super) stacking: Stacking,
}

/// Lines or bars.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum DrawStyle {
    Line,
    Bars,
}

/// How thresholds are drawn.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub(in super::super) enum ThresholdsStyle {
    Off,
    Area,
    Dashed,
}

/// The scale of an axis.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(in super::super) enum Scale {
    Linear,
}

/// Are series put on top of each other?
#[derive(Clone, Copy, Debug, Serialize)]
pub(in super::super) struct Stacking {
    mode: &'static str,
    group: &'static str,
}

impl Stacking {
    /// Side by side, or one on the other.
    pub(in super::super) const fn new(stacked: bool) -> Self {
        Self { mode: if stacked { "normal" } else { "none" }, group: "A" }
    }
}

impl Default for SeriesStyle {
    fn default() -> Self {
        Self {
            draw_style: DrawStyle::Line,
            line_interpolation: "linear",
            line_width: 2,
            fill_opacity: 0,
            show_points: "never",
            // Where there is no data there is no line.
            span_nulls: false,
            axis_placement: "auto",
            axis_soft_max: None,
            thresholds_style: ThresholdsStyle::Off,
            scale_distribution: Scale::Linear,
            stacking: Stacking::new(false),
        }
    }
}

/// How a table's columns are drawn.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct TableStyle {
    pub(in super::super) align: &'static str,
    pub(in super::super) cell_options: Cell,
    pub(in super::super) filterable: bool,
    pub(in super::super) inspect: bool,
}

impl Default for TableStyle {
    fn default() -> Self {
        Self { align: "auto", cell_options: Cell::Auto, filterable: false, inspect: false }
    }
}

/// How a state timeline is drawn.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct TimelineStyle {
    pub(in super::super) fill_opacity: u8,
    pub(in super::super) line_width: u8,
}
