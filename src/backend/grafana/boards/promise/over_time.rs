//! Over time: the budget, what went well, burn rates, traffic, costs, history.

use super::super::super::json::{
    DrawStyle, Number, Panel, Place, SeriesStyle, Stacking, Thresholds, ThresholdsStyle, Unit,
};
use super::super::super::panels::{About, Curves, colored, curve, guide};
use super::super::super::recorded::Series;
use super::{DAY, HOUR, Page, capital, factor, text};
use crate::addresses::ALERT_PANEL;
use crate::ir::Measurement;
use crate::ir::burn::Loudness;
use crate::promql::print;
use crate::sentences::{numbers, promise as said, words};
use crate::value::{Decimal, Duration};

impl Page<'_, '_> {
    /// The labels of its budgets, for grouping and for a legend.
    fn groups(&self) -> (String, String) {
        let labels: Vec<&str> = self.promise.for_each.iter().map(|(name, _)| name.as_str()).collect();
        let mut by = String::new();
        print::label_list(&mut by, labels.iter().copied());
        let legend = labels.iter().map(|l| format!("{{{{{l}}}}}")).collect::<Vec<_>>().join(" ");
        (by, legend)
    }

    /// Over time: the budget, the share of good events, burn rates, traffic.
    pub(super) fn curves(&self, top: u32) -> Vec<Panel> {
        let promise = self.promise;
        let recorded = self.recorded;
        let remaining = &self.remaining;
        let (by, labels) = self.groups();
        let each = |how: &str, what: &str| {
            if by.is_empty() { format!("{how}({what})") } else { format!("{how} by ({by}) ({what})") }
        };
        let legend = |plain: &str| if by.is_empty() { plain.to_owned() } else { labels.clone() };
        let every = self.site.step();
        let peaks = self.site.peaks();
        let mut panels = Vec::new();
        let objective = recorded.promise(Series::Objective, promise);
        let stretch = recorded.promise(Series::Stretch, promise);

        let mut targets = vec![curve(each("min", remaining), legend("budget left"))];
        let mut overrides = Vec::new();
        if let (Some(objective), Some(stretch)) = (&objective, &stretch) {
            targets.push(curve(
                format!("1 - (1 - max({stretch})) / (1 - max({objective}))"),
                "at the stretch goal",
            ));
            overrides.push(guide("at the stretch goal", "green"));
        }
        panels.push(
            About::new(
                10,
                "Error budget left over time",
                "The promise's own window, as its alerts see it. Below zero it is broken; on the dashed line it is \
                 just as good as we strive for.",
                Place::new(0, top, 12, 8),
            )
            .series(
                targets,
                Curves {
                    max: Some(1.into()),
                    thresholds: Thresholds::from("red").then(0, "transparent"),
                    style: SeriesStyle { thresholds_style: ThresholdsStyle::Area, ..SeriesStyle::default() },
                    overrides,
                    ..Curves::new(Unit::Ratio, None)
                },
            )
            .every(every),
        );

        if let Some(errors) = recorded.peaks(Series::Errors(HOUR), promise) {
            let mut targets = vec![curve(format!("1 - {}", each("max", &errors)), legend("good in an hour"))];
            let mut overrides = Vec::new();
            if let Some(objective) = &objective {
                targets.push(curve(format!("max({objective})"), "floor"));
                overrides.push(guide("floor", "red"));
            }
            if let Some(stretch) = &stretch {
                targets.push(curve(format!("max({stretch})"), "stretch goal"));
                overrides.push(guide("stretch goal", "green"));
            }
            let digits = u8::try_from(promise.objective.normalize().scale() + 1).unwrap_or(3).min(6);
            panels.push(
                About::new(
                    11,
                    "What went well, against floor and stretch",
                    text::plain(&format!(
                        "The share of {} that went well within an hour, the worst hour of each stretch.",
                        words::noun(promise)
                    )),
                    Place::new(12, top, 12, 8),
                )
                .series(
                    targets,
                    Curves { max: Some(1.into()), overrides, ..Curves::new(Unit::Ratio, Some(digits)) },
                )
                .every(peaks),
            );
        }
        panels.extend(self.burn(top + 8));
        panels.extend(self.traffic(top + 8));
        panels
    }

    /// Burn rates with the lines at which this promise's own alerts speak.
    fn burn(&self, top: u32) -> Option<Panel> {
        let mut windows: Vec<Duration> = self.alerts.iter().map(|a| a.long).chain([HOUR]).collect();
        windows.sort_unstable();
        windows.dedup();
        let targets: Vec<_> = windows
            .iter()
            .filter_map(|w| {
                let burn = self.recorded.peaks(Series::Burn(*w), self.promise)?;
                Some(curve(format!("max({burn})"), numbers::exact(*w)))
            })
            .collect();
        if targets.is_empty() {
            return None;
        }
        let mut lines: Vec<(Decimal, Loudness)> =
            self.alerts.iter().map(|a| (a.factor, a.loudness)).collect();
        lines.sort_by_key(|line| line.0);
        lines.dedup_by(|a, b| a.0 == b.0);
        let mut thresholds = Thresholds::from("transparent");
        for (factor, loudness) in &lines {
            let color = match loudness {
                Loudness::Page => "red",
                Loudness::Ticket => "orange",
            };
            thresholds = thresholds.then(*factor, color);
        }
        let top_line = lines.last().map(|(f, _)| Number((*f * Decimal::new(12, 1)).normalize()));
        Some(
            self.about(
                ALERT_PANEL,
                "Burn rate by window",
                &format!(
                    "1 uses up the budget exactly at the end of its window. {} The worst of each stretch.",
                    self.when_alerts_speak()
                ),
                Place::new(0, top, 12, 8),
            )
            .series(
                targets,
                Curves {
                    min: Some(0.into()),
                    thresholds,
                    style: SeriesStyle {
                        thresholds_style: ThresholdsStyle::Dashed,
                        axis_soft_max: top_line,
                        ..SeriesStyle::default()
                    },
                    ..Curves::new(Unit::Times, Some(1))
                },
            )
            .every(self.site.peaks()),
        )
    }

    /// `Page above 13.44 over 1 h, above 5.6 over 6 h; ticket above 1 over 3 days.`
    fn when_alerts_speak(&self) -> String {
        if self.alerts.is_empty() {
            return "No alert speaks of this promise.".to_owned();
        }
        let mut parts = Vec::new();
        for (loudness, word) in [(Loudness::Page, "page"), (Loudness::Ticket, "ticket")] {
            let list: Vec<String> = self
                .alerts
                .iter()
                .filter(|a| a.loudness == loudness)
                .map(|a| format!("above {} over {}", factor(a), numbers::exact(a.long)))
                .collect();
            if !list.is_empty() {
                parts.push(format!("a {word} {}", words::list(&list)));
            }
        }
        format!("Dashed lines, red for pages and orange for tickets: {}.", parts.join("; "))
    }

    /// How much happens; where nothing is counted (composed promises), what is spent in a day.
    fn traffic(&self, top: u32) -> Vec<Panel> {
        let mut panels = Vec::new();
        let promise = self.promise;
        let at = Place::new(12, top, 12, 8);
        let bad = self.recorded.peaks(Series::Bad(HOUR), promise);
        if let (Some(events), Some(bad)) = (self.recorded.promise(Series::Events, promise), bad) {
            panels.push(
                About::new(
                    13,
                    "How much happens, and how much of it falls short",
                    text::plain(&format!(
                        "{} an hour, and those that fell short. A gap is a stretch without data.",
                        capital(&words::noun(promise))
                    )),
                    at,
                )
                .series(
                    vec![curve(format!("3600 * sum({events})"), "all"), curve(format!("sum({bad})"), "bad")],
                    Curves {
                        min: Some(0.into()),
                        style: SeriesStyle { fill_opacity: 10, ..SeriesStyle::default() },
                        overrides: vec![colored("all", "blue"), colored("bad", "red")],
                        ..Curves::new(Unit::Short, None)
                    },
                )
                .every(self.site.peaks()),
            );
        } else {
            panels.extend(self.spent(at));
        }
        panels
    }

    /// The share of the budget that a day has cost.
    fn spent(&self, at: Place) -> Option<Panel> {
        let burn = self.recorded.promise(Series::Burn(DAY), self.promise)?;
        let days = (self.seconds() / Decimal::from(86_400)).normalize();
        Some(
            self.about(
                14,
                "Budget spent in a day",
                "The share of the whole budget that the 24 hours before cost, as if every day had the same traffic.",
                at,
            )
            .series(
                vec![curve(format!("max({burn}) / {days}"), "spent in 24 h")],
                Curves {
                    min: Some(0.into()),
                    style: SeriesStyle {
                        draw_style: DrawStyle::Bars,
                        fill_opacity: 60,
                        line_width: 0,
                        stacking: Stacking::new(false),
                        // A day that cost nothing has no axis of its own.
                        axis_soft_max: Some(Number(Decimal::new(1, 2))),
                        ..SeriesStyle::default()
                    },
                    overrides: vec![colored("spent in 24 h", "orange")],
                    ..Curves::new(Unit::Ratio, Some(1))
                },
            )
            .every(DAY),
        )
    }

    /// What days cost, and how much of the window is known.
    pub(super) fn costs(&self, top: u32) -> Vec<Panel> {
        // A composed promise counts nothing: there the cost of days stands where traffic would.
        let counts = !matches!(self.promise.measurement, Measurement::Composed(_));
        let left = if counts { self.spent(Place::new(0, top, 12, 7)) } else { None };
        let (x, w) = if left.is_some() { (12, 12) } else { (0, 24) };
        left.into_iter().chain(self.history(Place::new(x, top, w, 7))).collect()
    }

    /// How much of the promise's window is known: three shares that part where something is missing.
    fn history(&self, at: Place) -> Option<Panel> {
        let promise = self.promise;
        let coverage = self.recorded.known(Series::Coverage, promise)?;
        let (by, labels) = self.groups();
        let mut lines = vec![if by.is_empty() {
            curve(format!("min({coverage})"), "counted")
        } else {
            curve(format!("min by ({by}) ({coverage})"), labels)
        }];
        let mut says = format!(
            "Below 100% less than {} is known, and the budget is reckoned from what is. A gap is a stretch without data.",
            said::window(promise.window)
        );
        if by.is_empty()
            && let Some(reach) = self.recorded.known(Series::Reach, promise)
            && let Some(age) = self.recorded.known(Series::Age, promise)
        {
            lines.push(curve(format!("min({reach})"), "stored"));
            lines.push(curve(format!("min({age})"), "measured"));
            says.push_str(
                " Where “stored” falls behind “measured”, samples are kept for less than the window. Where “counted” falls \
                 behind “stored”, rules were not evaluated or nothing was measured. What is missing is taken to be as what is \
                 known.",
            );
        }
        let about = About::new(17, "How much of the window is known?", text::plain(&says), at);
        let curves = Curves { min: Some(0.into()), max: Some(1.into()), ..Curves::new(Unit::Ratio, None) };
        Some(about.series(lines, curves).every(self.site.step()))
    }
}
