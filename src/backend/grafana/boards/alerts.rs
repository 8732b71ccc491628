//! Which alerts are firing, in words: a row for each, or one that says there is none.

use super::super::json::{
    Cell, Empty, Mapping, Organize, Override, Panel, Place, Property, SortBy, SortField, Transformation,
    Unit, Words,
};
use super::super::panels::{About, column, names, no_value};
use super::super::queries;
use super::{Site, journey, overview};
use crate::ir::Journey;

/// How tall the table is: nearly four alerts, and more by scrolling.
pub(super) const TALL: u32 = 6;
/// Its number on every board.
const ID: u32 = 9;
/// Stands for the name of an alert where none is firing.
const NONE: &str = "-";

/// What our alerts are called.
const ALERTS: [(&str, &str); 8] = [
    (NONE, "No alert is firing"),
    ("PromiseBurnsFast", "The budget burns fast"),
    ("PromiseBurnsSlowly", "The budget burns slowly"),
    ("PromiseNoData", "Data is missing"),
    ("PromisePartGone", "A part of the data is gone"),
    ("PromiseCountsContradict", "Counts contradict each other"),
    ("PromiseMeasuresWrong", "The measurement is wrong"),
    ("PromiseBudgetPolicy", "The budget policy asks for a step"),
];

/// What alerts of missing data, of contradictions and of policies are called.
pub(super) fn in_words() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALERTS.into_iter().filter(|(name, _)| *name != NONE && !name.starts_with("PromiseBurns"))
}

/// Of all journeys.
pub(super) fn all(site: &Site<'_>, project: &str, objective: &str, place: Place) -> Panel {
    let addresses = overview::addresses(site, project);
    let expr = format!(
        "max by (alertname, severity, uid, path) (label_join({}\n  \
         + on (journey) group_left (uid) 0 * max by (journey, uid) ({addresses}), \
         \"path\", \"/\", \"journey\", \"step\", \"promise\"))\nor {}",
        queries::firing_for(project),
        none(project, objective),
    );
    let columns = [
        ("alertname", "Alert"),
        ("uid", "Journey"),
        ("path", "Promise"),
        ("severity", "Kind"),
        ("Value", "Firing for"),
    ];
    let whole = site.model.journeys.iter().map(|j| (format!("{}//", j.id), WHOLE.to_owned()));
    let promises = overview::promise_titles(site.model, 54).chain(whole);
    let own = vec![
        Override::named(
            "Journey",
            vec![
                Property::Mappings(vec![names(overview::journey_titles(site))]),
                Property::Links(vec![Site::to_uid("Open the journey")]),
                Property::Width(270),
            ],
        ),
        Override::named("Promise", vec![Property::Mappings(vec![names(promises)])]),
    ];
    table(site, expr, &columns, own, place)
}

/// Of a journey, whose promises have these addresses.
pub(super) fn of_journey(
    site: &Site<'_>,
    journey: &Journey,
    matchers: &str,
    objective: &str,
    addresses: &str,
    place: Place,
) -> Panel {
    let firing = queries::firing_for(matchers);
    let own = site.uids.journey(&journey.id);
    let expr = format!(
        "max by (alertname, severity, uid) ({firing}\n  \
         + on (step, promise) group_left (uid) 0 * max by (step, promise, uid) ({addresses})\n\
         or label_replace({firing}\n  unless on (step, promise) {objective}, \"uid\", \"{own}\", \"\", \"\"))\nor {}",
        none(matchers, objective),
    );
    let columns = [("alertname", "Alert"), ("uid", "Promise"), ("severity", "Kind"), ("Value", "Firing for")];
    let whole = (own.to_owned(), WHOLE.to_owned());
    let promises = journey::promise_names(site, journey).into_iter().chain([whole]);
    let own = vec![Override::named(
        "Promise",
        vec![
            Property::Mappings(vec![names(promises)]),
            Property::Links(vec![Site::to_uid("Open the promise")]),
        ],
    )];
    table(site, expr, &columns, own, place)
}

/// What an alert that is of no single promise is of.
const WHOLE: &str = "The whole journey";

/// A row without a number while the rules are there and nothing fires.
fn none(matchers: &str, objective: &str) -> String {
    format!(
        "label_replace(0 * group({objective}) / 0\n  unless on () ALERTS{{alertstate=\"firing\",{matchers}}}, \
         \"alertname\", \"{NONE}\", \"\", \"\")"
    )
}

fn table(
    site: &Site<'_>,
    expr: String,
    columns: &[(&'static str, &str)],
    own: Vec<Override>,
    place: Place,
) -> Panel {
    let organize = Organize {
        exclude_by_name: [("Time".to_owned(), true)].into_iter().collect(),
        // A single query's values are called `Value` by Grafana before 12 and `Value #A` since.
        index_by_name: named(columns.iter().enumerate().map(|(at, (n, _))| (*n, at))),
        rename_by_name: named(columns.iter().map(|(n, title)| (*n, (*title).to_owned()))),
    };
    let severities = &site.model.settings.severities;
    let pages_first = SortField { field: "Kind".to_owned(), desc: severities.page > severities.ticket };
    let transformations = vec![
        Transformation::Organize(organize),
        Transformation::SortBy(SortBy { fields: Empty {}, sort: [pages_first] }),
    ];
    let kind = |text: &str, color, index| Words { text: text.to_owned(), color: Some(color), index };
    let kinds = Mapping::Value(
        [
            (severities.ticket.clone(), kind("ticket", "orange", 1)),
            (severities.page.clone(), kind("page", "red", 0)),
        ]
        .into_iter()
        .collect(),
    );
    let mut overrides = vec![
        Override::named(
            "Alert",
            vec![
                Property::Mappings(vec![names(
                    ALERTS.map(|(name, words)| (name.to_owned(), words.to_owned())),
                )]),
                Property::Width(250),
            ],
        ),
        Override::named(
            "Kind",
            vec![Property::Mappings(vec![kinds]), Property::Cell(Cell::ColorText), Property::Width(80)],
        ),
        // Alerts of missing data look at no window.
        Override::named(
            "Window",
            vec![
                Property::Mappings(vec![names([(String::new(), "–".to_owned())]), no_value("–")]),
                Property::Width(90),
            ],
        ),
        Override::named(
            "Firing for",
            vec![
                Property::Unit(Unit::Seconds),
                Property::Decimals(0),
                Property::Mappings(vec![no_value("–")]),
                Property::Width(150),
            ],
        ),
    ];
    overrides.extend(own);
    About::new(
        ID,
        "Which alerts are firing?",
        "Every alert that is firing now, those that wake somebody up first: what it says, of which promise, \
         over which window the budget burns too fast, and for how long.",
        place,
    )
    .table(vec![column(expr)], overrides, transformations, None)
}

/// The value's column goes by both of its names.
fn named<T: Clone>(list: impl Iterator<Item = (&'static str, T)>) -> indexmap::IndexMap<String, T> {
    let mut made = indexmap::IndexMap::new();
    for (name, value) in list {
        if name == "Value" {
            made.insert("Value #A".to_owned(), value.clone());
        }
        made.insert(name.to_owned(), value);
    }
    made
}
