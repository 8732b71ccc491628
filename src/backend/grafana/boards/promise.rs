//! One promise: what it says, where it stands, why its alerts speak.

use super::super::json::{
    Cell, Dashboard, Empty, Number, Organize, Override, Panel, Place, Property, SortBy, SortField,
    Thresholds, Transformation, Unit,
};
use super::super::panels::{About, Stat, budget_colors, burn_colors, column, now, range};
use super::super::recorded::{Recorded, Series};
use super::super::text;
use super::{Board, Site, out, tagged, to};
use crate::ir::burn::Alert;
use crate::ir::{Promise, Step, Urgency};
use crate::promql::print;
use crate::rules::exhaustion;
use crate::sentences::{breaks, numbers, promise as said, words};
use crate::value::{Decimal, Duration};

mod alerting;
mod over_time;
mod words_of;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_days(1);
/// How many rows the sentences and the large numbers take at least.
const HEAD: u32 = 10;

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
    let words = page.words();
    let mut y = text::rows(&words, 10).max(HEAD);
    let mut panels = page.heads(words, y);
    if !promise.for_each.is_empty() {
        panels.extend(page.each(y));
        y += 7;
    }
    panels.extend(page.curves(y));
    y += 16;
    let alerting = page.alerting(y);
    y = alerting.iter().map(Panel::bottom).max().unwrap_or(y);
    panels.extend(alerting);
    panels.extend(page.costs(y));
    let mut links =
        vec![to(format!("Journey: {}", text::cut(&journey.title, 60)), site.uids.journey(&journey.id))];
    let tags = ["slo", site.model.settings.project_label(), &format!("journey:{}", journey.id), "promise"];
    links.push(tagged("Promises of this journey", tags.map(str::to_owned).to_vec()));
    links.extend(site.document(promise).map(|url| out("Document", url)));
    links.extend(site.runbook(promise).map(|url| out("Runbook", url)));
    Some(site.board(
        site.uids.promise(&promise.path),
        Board {
            description: text::plain(&format!(
                "{} Made from {}: change that, not this.",
                said::floor(promise),
                site.model.source(promise.origin)
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
        said::each_group(self.promise)
            .map_or_else(String::new, |g| format!(" Each {g} has a budget of its own; this is the tightest."))
    }
    fn seconds(&self) -> Decimal {
        Decimal::from(self.promise.window.as_secs())
    }
    fn about(&self, id: u32, title: &str, description: &str, at: Place) -> About {
        About::new(id, title, text::plain(&format!("{description}{}", self.tightest())), at)
    }

    /// What it says and where it stands.
    fn heads(&self, words: String, rows: u32) -> Vec<Panel> {
        let promise = self.promise;
        let remaining = &self.remaining;
        let budget = promise.error_budget().normalize();
        let objective = promise.objective_ratio().normalize();
        let window = said::window(promise.window);
        let half = rows.div_ceil(2);
        let digits = u8::try_from(promise.objective.normalize().scale() + 1).unwrap_or(3).min(6);
        let kept = match promise.stretch {
            Some(stretch) => Thresholds::from("red")
                .then(objective, "green")
                .then((stretch / Decimal::ONE_HUNDRED).normalize(), "dark-green"),
            None => Thresholds::from("red").then(objective, "green"),
        };
        let mut panels = vec![
            About::new(1, "The promise", "", Place::new(0, 0, 10, rows)).text(words),
            self.about(
                2,
                "Budget left",
                &format!(
                    "How much of what may fall short in {window} is left. Below zero the promise is broken."
                ),
                Place::new(10, 0, 5, half),
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
                Place::new(15, 0, 4, half),
            )
            .stat(
                now(format!("1 - (1 - min({remaining})) * {budget}")),
                Stat::new(Unit::Ratio, digits, kept).ground(),
            ),
        ];
        panels.extend(self.runs_out(Place::new(19, 0, 5, half)));
        let second = |x, w| Place::new(x, half, w, rows - half);
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
                    second(10, 5),
                )
                .stat(
                    now(format!("floor(min({left}))")),
                    Stat::new(Unit::Short, 0, Thresholds::from("red").then(0, "text")),
                ),
            );
        }
        let (x, w) = if narrow { (15, 4) } else { (10, 9) };
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
                Stat::new(Unit::Seconds, 1, Thresholds::from("red").then(60, "orange").then(600, "text")),
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
                second(19, 5),
            )
            .stat(
                now(super::super::queries::firing("", &self.recorded.matching(promise), &objective_series)),
                Stat::new(Unit::None, 0, Thresholds::from("text").then(1, "red")),
            ),
        );
        panels
    }

    /// When the budget will be gone.
    fn runs_out(&self, at: Place) -> Option<Panel> {
        let window = exhaustion::NOW;
        let gone = self.recorded.promise(Series::GoneIn(window), self.promise)?;
        let remaining = &self.remaining;
        // What lasts for the whole window doesn't run out.
        let expr = format!(
            "0 * count({remaining} <= 0)\n\
             or min({gone} < {})\n\
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
            .stat(now(expr), Stat::new(Unit::Seconds, 1, colors).words(words)),
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
            self.recorded.promise(Series::Events, promise).map(|e| column(format!("sum by ({by}) ({e})"))),
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
