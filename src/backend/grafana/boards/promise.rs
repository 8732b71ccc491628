//! One promise: what it says, where it stands, why its alerts speak.

use super::super::json::{
    Cell, Dashboard, DrawStyle, Empty, Mapping, Number, Organize, Override, Panel, Place, Property,
    SeriesStyle, SortBy, SortField, Stacking, Thresholds, ThresholdsStyle, Transformation, Unit,
};
use super::super::panels::{
    About, Curves, Stat, States, budget_colors, burn_colors, colored, column, curve, guide,
    no_value, now, range,
};
use super::super::recorded::{Recorded, Series};
use super::super::text;
use super::{Board, Site, out, tagged, to};
use crate::backend::docs::sentences::{breaks, numbers, promise as said, words};
use crate::backend::prometheus::alerts;
use crate::ir::burn::{Alert, Loudness};
use crate::ir::{Measurement, Promise, Step, Urgency};
use crate::promql::print;
use crate::value::{Decimal, Duration};

mod words_of;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_days(1);

/// The number of the panel that alerts lead to.
pub(in super::super) const BURN_PANEL: u32 = 12;

/// What the panels of one promise share.
struct Page<'p, 'm> {
    site: &'p Site<'m>,
    recorded: &'p Recorded<'m>,
    promise: &'p Promise,
    step: Option<&'p Step>,
    alerts: Vec<Alert>,
    /// Its budget left.
    remaining: String,
}

/// The board of a promise; none where nothing is recorded for it.
pub(in super::super) fn board(
    site: &Site<'_>,
    recorded: &Recorded<'_>,
    promise: &Promise,
) -> Option<Dashboard> {
    let journey = recorded.journey;
    let page = Page {
        site,
        recorded,
        promise,
        step: promise.path.step.as_ref().and_then(|id| journey.steps.iter().find(|s| s.id == *id)),
        alerts: breaks::alerts(site.model, promise),
        remaining: recorded.promise(Series::Remaining, promise)?,
    };
    let mut panels = page.heads();
    let mut y = 8;
    if !promise.for_each.is_empty() {
        panels.extend(page.each(y));
        y += 7;
    }
    panels.extend(page.curves(y));
    panels.extend(page.alerting(y + 16));
    panels.extend(page.presence(y + 24));
    let mut links = vec![to(
        format!("Journey: {}", text::cut(&journey.title, 60)),
        site.uids.journey(&journey.id),
    )];
    let tags = ["slo", &site.model.settings.project, &format!("journey:{}", journey.id), "promise"];
    links.push(tagged("Promises of this journey", tags.map(str::to_owned).to_vec()));
    links.extend(site.document(promise).map(|url| out("Document", url)));
    links.extend(site.runbook(promise).map(|url| out("Runbook", url)));
    Some(site.board(
        site.uids.promise(&promise.path),
        Board {
            description: text::plain(&format!(
                "{} Made from {}: change that, not this.",
                said::floor(promise),
                site.model.place(promise.origin)
            )),
            tags: vec!["promise".to_owned(), format!("journey:{}", journey.id)],
            span: Duration::from_days(7),
            alerts: (promise.urgency != Urgency::None).then(|| recorded.matching(promise)),
            links,
            panels,
        },
    ))
}

impl Page<'_, '_> {
    /// `, the tightest of all regions`
    fn tightest(&self) -> String {
        said::each_group(self.promise).map_or_else(String::new, |g| {
            format!(" Each {g} has a budget of its own; this is the tightest.")
        })
    }
    fn seconds(&self) -> Decimal {
        Decimal::from(self.promise.window.as_secs())
    }
    fn about(&self, id: u32, title: &str, description: &str, at: Place) -> About {
        About::new(id, title, text::plain(&format!("{description}{}", self.tightest())), at)
    }

    /// What it says and where it stands.
    fn heads(&self) -> Vec<Panel> {
        let promise = self.promise;
        let remaining = &self.remaining;
        let budget = promise.error_budget().normalize();
        let objective = promise.objective_ratio().normalize();
        let window = said::window(promise.window);
        let digits = u8::try_from(promise.objective.normalize().scale() + 1).unwrap_or(3).min(6);
        let kept = match promise.stretch {
            Some(stretch) => Thresholds::from("red")
                .then(objective, "green")
                .then((stretch / Decimal::ONE_HUNDRED).normalize(), "dark-green"),
            None => Thresholds::from("red").then(objective, "green"),
        };
        let mut panels = vec![
            About::new(1, "The promise", "", Place::new(0, 0, 8, 8)).text(self.words()),
            self.about(
                2,
                "Budget left",
                &format!("How much of what may fall short in {window} is left. Below zero the promise is broken."),
                Place::new(8, 0, 5, 4),
            )
            .stat(now(format!("min({remaining})")), Stat::new(Unit::Ratio, 0, budget_colors()).ground()),
            self.about(
                3,
                "Kept so far",
                &format!(
                    "The share of {} that went well, out of {window}; {}% is promised.",
                    words::noun(promise),
                    promise.objective.normalize()
                ),
                Place::new(13, 0, 5, 4),
            )
            .stat(
                now(format!("1 - (1 - min({remaining})) * {budget}")),
                Stat::new(Unit::Ratio, digits, kept).ground(),
            ),
        ];
        panels.extend(self.runs_out(Place::new(18, 0, 6, 4)));
        let second = |x, w| Place::new(x, 4, w, 4);
        let left = self.recorded.known(Series::Left, promise);
        let narrow = left.is_some();
        if let Some(left) = left {
            panels.push(
                self.about(
                    5,
                    "May still fail",
                    &format!(
                        "How many {} may still fall short before the budget is used up, at the traffic so far.",
                        words::noun(promise)
                    ),
                    second(8, 5),
                )
                .stat(
                    now(format!("floor(min({left}))")),
                    Stat::new(Unit::Short, 0, Thresholds::from("red").then(0, "text")),
                ),
            );
        }
        let (x, w) = if narrow { (13, 5) } else { (8, 10) };
        let w = if promise.urgency == Urgency::None { 24 - x } else { w };
        panels.push(
            self.about(
                6,
                "Outage time left",
                "How long everything could fail at the usual traffic before the budget is used up.",
                second(x, w),
            )
            .stat(
                now(format!("clamp_min(min({remaining}), 0) * {}", (budget * self.seconds()).normalize())),
                Stat::new(Unit::Seconds, 0, Thresholds::from("red").then(60, "orange").then(600, "text")),
            ),
        );
        let objective_series = self.recorded.promise(Series::Objective, promise).unwrap_or_default();
        if promise.urgency == Urgency::None {
            return panels;
        }
        panels.push(
            About::new(
                7,
                "Alerts firing",
                "Alerts of this promise that are firing now, loud and quiet ones.",
                second(18, 6),
            )
            .stat(
                now(super::super::queries::firing(
                    "",
                    &self.recorded.matching(promise),
                    &objective_series,
                )),
                Stat::new(Unit::None, 0, Thresholds::from("text").then(1, "red")),
            ),
        );
        panels
    }

    /// When the budget will be gone.
    fn runs_out(&self, at: Place) -> Option<Panel> {
        let window = [Duration::from_hours(6), HOUR]
            .into_iter()
            .find(|w| self.recorded.promise(Series::Burn(*w), self.promise).is_some())?;
        let burn = self.recorded.promise(Series::Burn(window), self.promise)?;
        let remaining = &self.remaining;
        let expr = format!(
            "0 * count({remaining} <= 0)\n\
             or min(({remaining} > 0) * {} / ignoring (window) ({burn} > 1))\n\
             or 0 * min({remaining}) + 9e9",
            self.seconds().normalize()
        );
        let never = Number(Decimal::from(8_000_000_000_u64));
        let words = vec![
            range(Some(0.into()), Some(0.into()), "used up", Some("red"), 0),
            range(Some(never), None, "not at this rate", Some("green"), 1),
        ];
        let colors = Thresholds::from("red").then(86_400, "orange").then(259_200, "green");
        Some(
            self.about(
                4,
                "Budget runs out in",
                &format!("If the last {} went on.", numbers::exact(window)),
                at,
            )
            .stat(now(expr), Stat::new(Unit::Seconds, 0, colors).words(words)),
        )
    }

    /// A row for each budget of its own.
    fn each(&self, top: u32) -> Option<Panel> {
        let promise = self.promise;
        let mut by = String::new();
        let labels: Vec<&str> = promise.for_each.iter().map(|(name, _)| name.as_str()).collect();
        print::label_list(&mut by, labels.iter().copied());
        let burn = self.recorded.known(Series::Burn(HOUR), promise)?;
        let remaining = &self.remaining;
        let mut targets = vec![
            column(format!("min by ({by}) ({remaining})")),
            column(format!("1 - (1 - min by ({by}) ({remaining})) * {}", promise.error_budget().normalize())),
            column(format!("max by ({by}) ({burn})")),
        ];
        targets.extend(
            self.recorded
                .promise(Series::Events, promise)
                .map(|e| column(format!("sum by ({by}) ({e})"))),
        );
        let mut columns: Vec<(String, String)> =
            labels.iter().map(|l| ((*l).to_owned(), title_case(l))).collect();
        for (value, name) in [
            ("Value #A", "Budget left"),
            ("Value #B", "Kept"),
            ("Value #C", "Burn rate, 1 h"),
            ("Value #D", "Events a second"),
        ] {
            columns.push((value.to_owned(), name.to_owned()));
        }
        let organize = Organize {
            exclude_by_name: [("Time".to_owned(), true)].into_iter().collect(),
            index_by_name: columns.iter().enumerate().map(|(at, (n, _))| (n.clone(), at)).collect(),
            rename_by_name: columns.iter().cloned().collect(),
        };
        let transformations = vec![
            Transformation::Merge(Empty {}),
            Transformation::Organize(organize),
            Transformation::SortBy(SortBy {
                fields: Empty {},
                sort: [SortField { field: "Budget left".to_owned(), desc: false }],
            }),
        ];
        let overrides = vec![
            super::overview::budget_left(),
            Override::named("Kept", vec![Property::Decimals(4)]),
            burn_column("Burn rate, 1 h"),
            Override::named("Events a second", vec![Property::Unit(Unit::PerSecond), Property::Decimals(2)]),
        ];
        let group = said::each_group(promise).unwrap_or_default();
        Some(
            About::new(
                8,
                text::plain(&format!("Each {group}, the tightest first")),
                text::plain(&format!("Each {group} is counted alone and has a budget of its own.")),
                Place::new(0, top, 24, 7),
            )
            .table(targets, overrides, transformations, Some("Budget left")),
        )
    }

    /// The labels of its budgets, for grouping and for a legend.
    fn groups(&self) -> (String, String) {
        let labels: Vec<&str> = self.promise.for_each.iter().map(|(name, _)| name.as_str()).collect();
        let mut by = String::new();
        print::label_list(&mut by, labels.iter().copied());
        let legend = labels.iter().map(|l| format!("{{{{{l}}}}}")).collect::<Vec<_>>().join(" ");
        (by, legend)
    }

    /// Over time: the budget, the share of good events, burn rates, traffic.
    fn curves(&self, top: u32) -> Vec<Panel> {
        let promise = self.promise;
        let recorded = self.recorded;
        let remaining = &self.remaining;
        let (by, labels) = self.groups();
        let each = |how: &str, what: &str| {
            if by.is_empty() { format!("{how}({what})") } else { format!("{how} by ({by}) ({what})") }
        };
        let legend = |plain: &str| if by.is_empty() { plain.to_owned() } else { labels.clone() };
        let every = self.site.step();
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
                    ..Curves::new(Unit::Ratio, Some(0))
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
                .every(every),
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
        lines.sort_by(|a, b| a.0.cmp(&b.0));
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
                BURN_PANEL,
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
            .every(self.site.step()),
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
                    vec![
                        curve(format!("3600 * sum({events})"), "all"),
                        curve(format!("sum({bad})"), "bad"),
                    ],
                    Curves {
                        min: Some(0.into()),
                        style: SeriesStyle { fill_opacity: 10, ..SeriesStyle::default() },
                        overrides: vec![colored("all", "blue"), colored("bad", "red")],
                        ..Curves::new(Unit::Short, None)
                    },
                )
                .every(self.site.step()),
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
                        ..SeriesStyle::default()
                    },
                    overrides: vec![colored("spent in 24 h", "orange")],
                    ..Curves::new(Unit::Ratio, Some(1))
                },
            )
            .every(DAY),
        )
    }

    /// Why an alert speaks, and when it did.
    fn alerting(&self, top: u32) -> Vec<Panel> {
        let mut panels = Vec::new();
        let composed = matches!(self.promise.measurement, Measurement::Composed(_));
        let table = self.alert_table(Place::new(0, top, 12, 8));
        let has_table = table.is_some();
        panels.extend(table);
        let x = if has_table { 12 } else { 0 };
        let mut w = 24 - x;
        if !composed {
            w /= 2;
            panels.extend(self.spent(Place::new(x, top, w, 8)));
        }
        panels.push(
            About::new(20, "Behind the number", "", Place::new(24 - w, top, w, 8)).text(self.behind()),
        );
        panels
    }

    fn alert_table(&self, at: Place) -> Option<Panel> {
        let promise = self.promise;
        let matchers = self.recorded.matching(promise);
        let (mut long, mut short, mut firing) = (Vec::new(), Vec::new(), Vec::new());
        for alert in &self.alerts {
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
            let row = |expr: &str| format!("label_replace({expr}, \"alert\", \"{name}\", \"\", \"\")");
            let (Some(a), Some(b)) = (
                self.recorded.known(Series::Burn(alert.long), promise),
                self.recorded.known(Series::Burn(alert.short), promise),
            ) else {
                continue;
            };
            let alertname = alerts::name(alert.loudness);
            let state = format!(
                "ALERTS{{alertname=\"{alertname}\",alertstate=\"firing\",{matchers},window=\"{}\"}}",
                alert.long
            );
            firing.push(row(&format!("(count({state}) or 0 * max({a}))")));
            long.push(row(&format!("max({a})")));
            short.push(row(&format!("max({b})")));
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
                    result: super::super::json::Words { text: "firing".to_owned(), color: Some("red"), index: 1 },
                },
                no_value("no data"),
            ]),
            Property::Cell(Cell::ColorText),
            Property::Width(90),
        ];
        let overrides = vec![
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

    /// Is there data, and for how long?
    fn presence(&self, top: u32) -> Vec<Panel> {
        let mut panels = Vec::new();
        let promise = self.promise;
        let matchers = self.recorded.matching(promise);
        let silent = promise.urgency == Urgency::None;
        let fired = (!silent).then(|| {
            About::new(
                16,
                "When did alerts fire?",
                "A bar while an alert of this promise was firing. No bar is the good case.",
                Place::new(0, top, 12, 5),
            )
            .timeline(
                vec![curve(
                    format!("max by (alertname, window) (ALERTS{{alertstate=\"firing\",{matchers}}})"),
                    "{{alertname}} {{window}}",
                )],
                States {
                    unit: Unit::None,
                    colors: Thresholds::from("red"),
                    words: vec![range(Some(1.into()), None, "firing", Some("red"), 0)],
                    overrides: Vec::new(),
                    per_page: None,
                },
            )
            .every(self.site.step())
        });
        panels.extend(fired);
        if let Some(coverage) = self.recorded.known(Series::Coverage, promise) {
            let (by, labels) = self.groups();
            let (expr, legend) = if by.is_empty() {
                (format!("min({coverage})"), "history".to_owned())
            } else {
                (format!("min by ({by}) ({coverage})"), labels)
            };
            panels.push(
                About::new(
                    17,
                    "How much of the window is known?",
                    text::plain(&format!(
                        "Below 100% the history is shorter than {}, and the budget is reckoned from what there is. A \
                         gap is a stretch without data.",
                        said::window(promise.window)
                    )),
                    if silent { Place::new(0, top, 24, 5) } else { Place::new(12, top, 12, 5) },
                )
                .series(
                    vec![curve(expr, legend)],
                    Curves {
                        min: Some(0.into()),
                        max: Some(1.into()),
                        ..Curves::new(Unit::Ratio, Some(0))
                    },
                )
                .every(self.site.step()),
            );
        }
        panels
    }
}

/// The burn rate above which an alert speaks, to two digits.
fn factor(alert: &Alert) -> String {
    alert.factor.round_dp(2).normalize().to_string()
}

fn burn_column(name: &str) -> Override {
    Override::named(
        name,
        vec![
            Property::Unit(Unit::Times),
            Property::Decimals(1),
            Property::Thresholds(burn_colors()),
            Property::Cell(Cell::ColorText),
            Property::Width(120),
        ],
    )
}

/// `Region` of `region`.
fn title_case(label: &str) -> String {
    capital(&text::plain(&label.replace('_', " ")))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
