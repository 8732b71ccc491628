//! All journeys on one page, for whoever asks whether users can count on us.

use super::super::json::{
    Cell, Dashboard, Empty, GaugeMode, Mapping, Number, Organize, Override, Place, Property, SortBy,
    SortField, StatColor, Thresholds, Transformation, Unit, ValueDisplay,
};
use super::super::panels::{
    AT_RISK, About, GREY, Stat, States, budget_colors, column, count_colors, curve, names, no_value, now,
    range, renamed,
};
use super::super::recorded::{Series, bare};
use super::super::{queries, text};
use super::{Board, Loudest, Site, alerts, firing, loudest, pages, rows, tagged};
use crate::ir::Model;
use crate::promql::print;
use crate::value::Duration;

/// Its title.
pub(in super::super) const TITLE: &str = "All journeys";

/// What a headline says of the tightest promise.
pub(super) fn headline() -> Vec<Mapping> {
    words([
        "A promise is broken",
        "A promise is at risk",
        "Kept so far, but burning now",
        "All promises are kept",
    ])
}

/// What a row or a bar says.
fn state_words() -> Vec<Mapping> {
    let mut all = words(["broken", "at risk", "burning now", "kept"]);
    all.push(no_value("no data"));
    all
}

/// Words for the state of a journey, from bad to good.
fn words([broken, risk, burning, kept]: [&str; 4]) -> Vec<Mapping> {
    let zero = || Some(Number::from(0));
    let quarter = || Some(Number::from(AT_RISK));
    let partly = Number::from(queries::PARTLY);
    let burns = Number::from(queries::BURNING);
    vec![
        range(None, Some(Number(crate::value::Decimal::new(-1, 12))), broken, Some("red"), 0),
        range(zero(), Some(Number(AT_RISK - crate::value::Decimal::new(1, 12))), risk, Some("orange"), 1),
        range(Some(burns), Some(burns), burning, Some("orange"), 2),
        range(quarter(), Some(Number::from(2)), kept, Some("green"), 3),
        range(Some(partly), Some(partly), "data is missing", Some(GREY), 4),
    ]
}

/// The board; none where there is no promise.
pub(in super::super) fn board(site: &Site<'_>) -> Dashboard {
    let model = site.model;
    let project = format!("project={}", print::quote(model.settings.project_label()));
    let remaining = bare(Series::Remaining, &project);
    let objective = bare(Series::Objective, &project);
    let with: Vec<_> = model.journeys.iter().filter(|j| j.all_promises().next().is_some()).collect();
    // Forty journeys with what fires and their states over time are a screen and a half.
    let table = rows(with.len()).min(19);
    let loud = loudest(model.promises().map(|(_, p)| p));
    let pages = pages(loud, &project);
    let mut panels = heads(&remaining, &objective, pages.as_deref());
    panels.extend(firing(site, loud, &project, &objective, Place::new(20, 0, 4, 4)));
    panels.push(journeys(site, &project, &remaining, &objective, table));
    let mut below = 4 + table;
    if loud != Loudest::Silent {
        panels.push(alerts::all(site, &project, &objective, Place::new(0, below, 24, alerts::TALL)));
        below += alerts::TALL;
    }
    let titles = with.iter().map(|j| renamed(&j.id, text::cut(&j.title, 60)));
    let states = States {
        unit: Unit::Ratio,
        colors: budget_colors(),
        words: state_words(),
        overrides: titles.collect(),
        per_page: (with.len() > 20).then_some(20),
    };
    let tall = u32::try_from(with.len()).unwrap_or(20).clamp(4, 18) / 2 + 3;
    panels.push(
        About::new(
            7,
            "Which journeys kept their promises, and when?",
            "The state of each journey's tightest promise. Where there is no bar there was no data.",
            Place::new(0, below, 24, tall),
        )
        .timeline(
            vec![curve(queries::state("journey", &remaining, &objective, pages.as_deref()), "{{journey}}")],
            states,
        )
        .every(site.step())
        .points(60),
    );
    let tags = ["slo", model.settings.project_label(), "journey"].map(str::to_owned).to_vec();
    site.board(
        site.uids.overview(),
        Board {
            description:
                "Every journey of our users, the tightest first. Made from the promises' source: change \
                          that, not this."
                    .to_owned(),
            tags: vec!["overview".to_owned()],
            span: Duration::from_days(7),
            alerts: (loud != Loudest::Silent).then_some(project),
            links: vec![tagged("Journeys", tags)],
            panels,
        },
    )
}

fn heads(remaining: &str, objective: &str, pages: Option<&str>) -> Vec<super::super::json::Panel> {
    let of_journeys = |condition: &str| format!("sum(min by (journey) ({remaining}) {condition})");
    let at_risk = format!(
        "sum((min by (journey) ({remaining}) >= bool 0)\n  * (min by (journey) ({remaining}) < bool {AT_RISK}))"
    );
    vec![
        About::new(
            1,
            "Can users count on us?",
            "The tightest promise of all journeys. Green: more than a quarter of its error budget is left. Orange: \
             less, or somebody has been woken up because a budget burns. Red: it is broken. Grey: not all promises have \
             data.",
            Place::new(0, 0, 8, 4),
        )
        .stat(
            now(queries::state("", remaining, objective, pages)),
            Stat::new(Unit::Ratio, 0, budget_colors())
                .words(headline())
                .ground(),
        ),
        About::new(
            2,
            "Journeys broken",
            "Journeys with a promise that has used up its whole error budget.",
            Place::new(8, 0, 4, 4),
        )
        .stat(now(of_journeys("< bool 0")), Stat::new(Unit::None, 0, count_colors("red"))),
        About::new(
            3,
            "Journeys at risk",
            "Journeys whose tightest promise has less than a quarter of its error budget left.",
            Place::new(12, 0, 4, 4),
        )
        .stat(now(at_risk), Stat::new(Unit::None, 0, count_colors("orange"))),
        About::new(
            4,
            "Without data",
            "Promises of which nothing is known at the moment: their metrics are missing, or no rule has run yet.",
            Place::new(16, 0, 4, 4),
        )
        .stat(
            now(queries::silent("", remaining, objective)),
            Stat { mode: StatColor::Value, ..Stat::new(Unit::None, 0, Thresholds::from("text")) },
        ),
    ]
}

/// The uid of each journey's board beside its identifier.
pub(super) fn addresses(site: &Site<'_>, project: &str) -> String {
    let uid = |j: &crate::ir::Journey| (j.id.clone(), site.uids.journey(&j.id).to_owned());
    let pairs: Vec<(String, String)> = site.model.journeys.iter().map(uid).collect();
    queries::addressed("journey", &pairs, |some| {
        let ids: Vec<&str> = some.iter().map(|(id, _)| id.as_str()).collect();
        bare(Series::Objective, &format!("{project},journey=~\"{}\"", ids.join("|")))
    })
}

/// The title of each journey by the uid of its board.
pub(super) fn journey_titles(site: &Site<'_>) -> impl Iterator<Item = (String, String)> {
    site.model.journeys.iter().map(|j| (site.uids.journey(&j.id).to_owned(), text::cut(&j.title, 36)))
}

/// A row for each journey.
fn journeys(
    site: &Site<'_>,
    project: &str,
    remaining: &str,
    objective: &str,
    height: u32,
) -> super::super::json::Panel {
    let model = site.model;
    let addresses = addresses(site, project);
    let loud = loudest(model.promises().map(|(_, p)| p));
    let pages = pages(loud, project);
    let by = "journey";
    let least = queries::least(by, remaining, objective);
    let day = format!("min by (journey) ({remaining})\n  - min by (journey) ({remaining} offset 1d)");
    let mut targets = vec![
        column(format!("max by (journey, uid) ({addresses})")),
        column(queries::or_unknown(
            by,
            &queries::state(by, remaining, objective, pages.as_deref()),
            objective,
        )),
        column(queries::or_last(by, &least, objective)),
        column(queries::or_unknown(by, &day, objective)),
        column(format!(
            "max by (journey, worst) (label_join(bottomk by (journey) (1, min by (journey, step, promise) ({remaining})), \
             \"worst\", \"/\", \"journey\", \"step\", \"promise\"))\n\
             or on (journey) label_replace(min by (journey) ({objective}), \"worst\", \"{NOBODY}\", \"\", \"\")"
        )),
        column(queries::silent("journey", remaining, objective)),
    ];
    if loud != Loudest::Silent {
        targets.push(column(queries::firing("journey", project, objective)));
    }
    let order = ["uid", "Value #B", "Value #C", "Value #D", "worst", "Value #F", "Value #G", "journey"];
    let columns = [
        ("uid", "Journey"),
        ("Value #B", "State"),
        ("Value #C", "Budget left"),
        ("Value #D", "Last 24 h"),
        ("worst", "Tightest promise"),
        ("Value #F", "No data"),
        ("Value #G", "Alerts"),
        ("journey", "Owner"),
    ];
    let organize = Organize {
        exclude_by_name: ["Time", "Value #A", "Value #E"].map(|n| (n.to_owned(), true)).into_iter().collect(),
        index_by_name: order.iter().enumerate().map(|(at, n)| ((*n).to_owned(), at)).collect(),
        rename_by_name: columns.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
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
        Override::named(
            "Journey",
            vec![
                Property::Mappings(vec![names(journey_titles(site))]),
                Property::Links(vec![Site::to_uid("Open the journey")]),
                Property::Width(270),
            ],
        ),
        Override::named(
            "State",
            vec![Property::Mappings(state_words()), Property::Cell(Cell::ColorText), Property::Width(115)],
        ),
        budget_left(),
        Override::named(
            "Last 24 h",
            vec![
                Property::Decimals(1),
                Property::Thresholds(Thresholds::from("red").then(crate::value::Decimal::new(-1, 1), "text")),
                Property::Cell(Cell::ColorText),
                Property::Width(90),
            ],
        ),
        Override::named("Tightest promise", vec![Property::Mappings(vec![names(worst_titles(model))])]),
        counted("No data", "text"),
        counted("Alerts", "orange"),
        Override::named("Owner", vec![Property::Mappings(vec![names(owners(model))]), Property::Width(150)]),
    ];
    About::new(
        6,
        "Journeys, the tightest first",
        "Budget left: of the promise that has least. Last 24 h: how much the budget has grown or shrunk, in points \
         of a hundred. A journey opens with a click.",
        Place::new(0, 4, 24, height),
    )
    .table(targets, overrides, transformations, Some("Budget left"))
}

/// A bar from overspent to whole.
pub(super) fn budget_left() -> Override {
    Override::named(
        "Budget left",
        vec![
            Property::Decimals(0),
            Property::Mappings(vec![range(
                Some(Number::from(queries::PARTLY)),
                None,
                "not known",
                Some(GREY),
                0,
            )]),
            Property::Width(170),
            Property::Min(Number(crate::value::Decimal::NEGATIVE_ONE)),
            Property::Max(Number::from(1)),
            Property::Thresholds(budget_colors()),
            Property::Cell(Cell::Gauge { mode: GaugeMode::Basic, value_display_mode: ValueDisplay::Text }),
        ],
    )
}

/// A number of things of which none should be.
pub(super) fn counted(name: &str, some: &'static str) -> Override {
    Override::named(
        name,
        vec![
            Property::Unit(Unit::None),
            Property::Decimals(0),
            Property::Thresholds(count_colors(some)),
            Property::Cell(Cell::ColorText),
            Property::Width(80),
        ],
    )
}

/// Stands for the tightest promise where none has data; no identifier is written so.
const NOBODY: &str = "-";

/// `journey/step/promise` in words.
fn worst_titles(model: &Model) -> impl Iterator<Item = (String, String)> {
    promise_titles(model, 44).chain([(NOBODY.to_owned(), "not known".to_owned())])
}

/// The title of each promise by `journey/step/promise`.
pub(super) fn promise_titles(model: &Model, most: usize) -> impl Iterator<Item = (String, String)> {
    let promise = move |p: &crate::ir::Promise| {
        let path = &p.path;
        let key = format!("{}/{}/{}", path.journey, path.step.as_deref().unwrap_or_default(), path.promise);
        (key, text::cut(&p.title, most))
    };
    model.promises().map(move |(_, p)| promise(p))
}

fn owners(model: &Model) -> impl Iterator<Item = (String, String)> {
    model.journeys.iter().map(|j| {
        let title = model.teams.get(&j.owner).map_or(j.owner.as_str(), |t| t.title.as_str());
        (j.id.clone(), text::cut(title, 19))
    })
}
