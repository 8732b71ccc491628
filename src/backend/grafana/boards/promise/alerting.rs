//! Why alerts speak, when they did, and what stands behind the number.

use super::super::super::json::{
    Cell, Empty, Mapping, Organize, Override, Panel, Place, Property, SortBy, SortField, Thresholds,
    Transformation, Unit, Words,
};
use super::super::super::panels::{About, States, column, curve, names, no_value, range, renamed};
use super::super::super::recorded::Series;
use super::super::alerts::in_words;
use super::{Page, burn_column, factor, text};
use crate::ir::Urgency;
use crate::ir::burn::Loudness;
use crate::rules::alerts;
use crate::sentences::numbers;

impl Page<'_, '_> {
    /// Why an alert speaks and when it did; beside it what people should know.
    pub(super) fn alerting(&self, top: u32) -> Vec<Panel> {
        let behind = self.behind();
        let rows = text::rows(&behind, 12).max(12);
        let mut panels = Vec::new();
        panels.extend(self.alert_table(Place::new(0, top, 12, 7)));
        panels.extend(self.fired(Place::new(0, top + 7, 12, rows - 7)));
        let (x, w) = if panels.is_empty() { (0, 24) } else { (12, 12) };
        panels.push(About::new(20, "Behind the number", "", Place::new(x, top, w, rows)).text(behind));
        panels
    }

    fn alert_table(&self, at: Place) -> Option<Panel> {
        let promise = self.promise;
        let matchers = self.recorded.matching(promise);
        let (mut long, mut short, mut firing) = (Vec::new(), Vec::new(), Vec::new());
        let mut spoken = Vec::new();
        for (at, alert) in self.alerts.iter().enumerate() {
            let word = match alert.loudness {
                Loudness::Page => "Page",
                Loudness::Ticket => "Ticket",
            };
            let name = format!(
                "{word}: above {} over {} and {}",
                factor(alert),
                numbers::exact(alert.long),
                numbers::exact(alert.short)
            );
            let key = format!("{at:02}");
            let row = |expr: &str| format!("label_replace({expr}, \"alert\", \"{key}\", \"\", \"\")");
            let (Some(a), Some(b)) = (
                self.recorded.known(Series::Burn(alert.long), promise),
                self.recorded.known(Series::Burn(alert.short), promise),
            ) else {
                continue;
            };
            let alertname = alerts::name(alerts::loudness(promise, alert));
            // One alert speaks for all windows of its loudness: those that are above their line are the reason.
            let state = format!("ALERTS{{alertname=\"{alertname}\",alertstate=\"firing\",{matchers}}}");
            let line = alert.factor;
            firing.push(row(&format!(
                "(max({state}) * (max({a}) > bool {line}) * (max({b}) > bool {line}) or 0 * max({a}))"
            )));
            long.push(row(&format!("max({a})")));
            short.push(row(&format!("max({b})")));
            spoken.push((key, name));
        }
        if long.is_empty() {
            return None;
        }
        let columns = [
            ("alert", "Alert"),
            ("Value #A", "Long window"),
            ("Value #B", "Short window"),
            ("Value #C", "State"),
        ];
        let organize = Organize {
            exclude_by_name: [("Time".to_owned(), true)].into_iter().collect(),
            index_by_name: columns.iter().enumerate().map(|(at, (n, _))| ((*n).to_owned(), at)).collect(),
            rename_by_name: columns.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        };
        let state = vec![
            Property::Unit(Unit::None),
            Property::Decimals(0),
            Property::Thresholds(Thresholds::from("text").then(1, "red")),
            Property::Mappings(vec![
                range(Some(0.into()), Some(0.into()), "quiet", None, 0),
                Mapping::Range {
                    from: Some(1.into()),
                    to: None,
                    result: Words { text: "firing".to_owned(), color: Some("red"), index: 1 },
                },
                no_value("no data"),
            ]),
            Property::Cell(Cell::ColorText),
            Property::Width(90),
        ];
        let overrides = vec![
            Override::named("Alert", vec![Property::Mappings(vec![names(spoken)])]),
            burn_column("Long window"),
            burn_column("Short window"),
            Override::named("State", state),
        ];
        Some(
            self.about(
                15,
                "Why alerts speak",
                "The burn rate in the two windows of each alert. It speaks when both are above its line and enough has \
                 gone wrong.",
                at,
            )
            .table(
                vec![column(long.join("\nor ")), column(short.join("\nor ")), column(firing.join("\nor "))],
                overrides,
                vec![
                    Transformation::Merge(Empty {}),
                    Transformation::Organize(organize),
                    Transformation::SortBy(SortBy {
                        fields: Empty {},
                        sort: [SortField { field: "Alert".to_owned(), desc: false }],
                    }),
                ],
                None,
            ),
        )
    }

    /// What alerts are called at the side of the bars.
    fn spoken(&self) -> Vec<Override> {
        let mut burns: Vec<(&str, &str)> = Vec::new();
        for alert in &self.alerts {
            let loud = alerts::loudness(self.promise, alert);
            let word = match loud {
                Loudness::Page => "Page",
                Loudness::Ticket => "Ticket",
            };
            if !burns.contains(&(alerts::name(loud), word)) {
                burns.push((alerts::name(loud), word));
            }
        }
        burns.into_iter().chain(in_words()).map(|(name, words)| renamed(name.to_owned(), words)).collect()
    }

    /// When alerts fired; none where no alert speaks of the promise.
    fn fired(&self, at: Place) -> Option<Panel> {
        if self.promise.urgency == Urgency::None {
            return None;
        }
        let matchers = self.recorded.matching(self.promise);
        let about = About::new(
            16,
            "When did alerts fire?",
            "A bar while an alert of this promise was firing. No bar is the good case.",
            at,
        );
        let states = States {
            unit: Unit::None,
            colors: Thresholds::from("red"),
            words: vec![range(Some(1.into()), None, "firing", Some("red"), 0)],
            overrides: self.spoken(),
            per_page: None,
        };
        let expr = format!("max by (alertname) (ALERTS{{alertstate=\"firing\",{matchers}}})");
        let mut panel = about.timeline(vec![curve(expr, "{{alertname}}")], states);
        if let Some(config) = &mut panel.field_config {
            config.defaults.no_value = Some("no alert fired that is known of".to_owned());
        }
        Some(panel.every(self.site.step()))
    }
}
