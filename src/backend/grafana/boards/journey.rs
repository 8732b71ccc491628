//! One journey: its steps from left to right, its promises, what has burned and when.

use super::super::json::{
    Cell, Dashboard, DrawStyle, Empty, FieldColor, Organize, Override, Panel, Place, Property, SeriesStyle,
    SortBy, SortField, Stacking, Thresholds, ThresholdsStyle, Transformation, Unit,
};
use super::super::panels::{
    About, Curves, Stat, States, budget_colors, burn_colors, column, count_colors, curve, names, no_value,
    now, range, renamed,
};
use super::super::recorded::{Recorded, Series};
use super::super::{queries, text};
use super::overview::{budget_left, counted, headline};
use super::{Board, Loudest, Site, alerts, firing, fits, loudest, out, pages, rows, tagged, titles, to};
use crate::ir::{Journey, Promise, Step};
use crate::sentences::{breaks, numbers, words as said};
use crate::value::Duration;

/// The first number of the steps' panels.
const STEPS: u32 = 100;
/// How tall they are.
const TILE: u32 = 3;
const HOUR: Duration = Duration::from_hours(1);

/// The board of a journey; none where it has no promise.
pub(in super::super) fn board(site: &Site<'_>, recorded: &Recorded<'_>) -> Option<Dashboard> {
    let journey = recorded.journey;
    let (remaining, objective) = (recorded.all(Series::Remaining)?, recorded.all(Series::Objective)?);
    let loud = loudest(journey.all_promises());
    let pages = pages(loud, recorded.matchers());
    let mut panels = heads(recorded, &remaining, &objective, pages.as_deref());
    panels.extend(firing(site, loud, recorded.matchers(), &objective, Place::new(20, 0, 4, 4)));
    let mut y = 4;
    let (tiles, below) = steps(site, recorded, y);
    panels.extend(tiles);
    y = below;
    let count = journey.all_promises().count();
    panels.push(table(site, recorded, &remaining, &objective, Place::new(0, y, 24, rows(count))));
    y += rows(count);
    if loud != Loudest::Silent {
        let (place, addresses) = (Place::new(0, y, 24, alerts::TALL), addresses(site, recorded));
        panels.push(alerts::of_journey(site, journey, recorded.matchers(), &objective, &addresses, place));
        y += alerts::TALL;
    }
    panels.extend(curves(site, recorded, &remaining, y));
    let tags = ["slo", site.model.settings.project_label(), &format!("journey:{}", journey.id), "promise"];
    let mut links = vec![to("All journeys", site.uids.overview())];
    links.push(tagged("Promises of this journey", tags.map(str::to_owned).to_vec()));
    links.extend(site.journey_document(journey).map(|url| out("Document", url)));
    let longest = journey.all_promises().map(|p| p.window).max().unwrap_or(Duration::from_days(28));
    Some(site.board(
        site.uids.journey(&journey.id),
        Board {
            description: about(site, journey),
            tags: vec!["journey".to_owned(), format!("journey:{}", journey.id)],
            span: longest,
            alerts: (loud != Loudest::Silent).then(|| recorded.matchers().to_owned()),
            links,
            panels,
        },
    ))
}

/// Who sets out to do what, and who answers for it.
fn about(site: &Site<'_>, journey: &Journey) -> String {
    let mut parts = Vec::new();
    parts.extend(journey.user.as_deref().map(said::stopped));
    parts.extend(journey.goal.as_deref().map(said::stopped));
    parts.push(format!("Owner: {}.", breaks::team(site.model, &journey.owner)));
    parts.push("Made from the promises' source: change that, not this.".to_owned());
    text::plain(&parts.join(" "))
}

fn heads(recorded: &Recorded<'_>, remaining: &str, objective: &str, pages: Option<&str>) -> Vec<Panel> {
    let burning = recorded.all_known(Series::Burn(HOUR)).unwrap_or_default();
    vec![
        About::new(
            1,
            "Is this journey keeping its promises?",
            "The tightest promise of the journey. Green: more than a quarter of its error budget is left. Orange: \
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
            "Promises broken",
            "Promises that have used up their whole error budget.",
            Place::new(8, 0, 4, 4),
        )
        .stat(now(queries::broken("", remaining)), Stat::new(Unit::None, 0, count_colors("red"))),
        About::new(
            3,
            "Burning too fast",
            "Promises that would use up their error budget before its window ends if the last hour went on.",
            Place::new(12, 0, 4, 4),
        )
        .stat(
            now(format!("sum(max by (step, promise) ({burning}) > bool 1)")),
            Stat::new(Unit::None, 0, count_colors("orange")),
        ),
        About::new(
            4,
            "Without data",
            "Promises of which nothing is known at the moment: their metrics are missing, or no rule has run yet.",
            Place::new(16, 0, 4, 4),
        )
        .stat(
            now(queries::silent("", remaining, objective)),
            Stat::new(Unit::None, 0, Thresholds::from("text")),
        ),
    ]
}

/// A tile for each step from left to right, and one for the promises of the whole; with the row below them.
fn steps(site: &Site<'_>, recorded: &Recorded<'_>, top: u32) -> (Vec<Panel>, u32) {
    let journey = recorded.journey;
    let mut tiles: Vec<(u32, String, Option<&Step>)> = Vec::new();
    for (number, step) in (1_u32..).zip(&journey.steps) {
        let mark = if step.critical { " (critical)" } else { "" };
        tiles.push((STEPS + number, format!("{number}. {}{mark}", step.title), Some(step)));
    }
    if !journey.promises.is_empty() {
        tiles.push((STEPS, "The whole journey".to_owned(), None));
    }
    let longest = tiles.iter().map(|t| t.1.chars().count()).max().unwrap_or(0);
    // As many beside each other as leave their headings whole.
    let most = [6, 4, 3, 2].into_iter().find(|n| fits(24 / n) >= longest).unwrap_or(2);
    let count = u32::try_from(tiles.len()).unwrap_or(u32::MAX).max(1);
    let lines = count.div_ceil(most);
    let per_line = count.div_ceil(lines);
    let mut panels = Vec::new();
    for (at, (id, title, step)) in (0_u32..).zip(tiles) {
        let (line, column) = (at / per_line, at % per_line);
        let here = per_line.min(count - line * per_line);
        let (x, end) = (24 * column / here, 24 * (column + 1) / here);
        let place = Place::new(x, top + TILE * line, end - x, TILE);
        panels.push(tile(site, recorded, About::new(id, text::cut(&title, fits(end - x)), "", place), step));
    }
    (panels, top + TILE * lines)
}

fn tile(site: &Site<'_>, recorded: &Recorded<'_>, about: About, step: Option<&Step>) -> Panel {
    let id = step.map(|s| s.id.as_str());
    let promises = step.map_or(&recorded.journey.promises, |s| &s.promises);
    let series = recorded.step(Series::Remaining, id).zip(recorded.step(Series::Objective, id));
    let Some((remaining, objective)) = series.filter(|_| !promises.is_empty()) else {
        return about.text("*Nothing is promised here.*".to_owned());
    };
    let titles: Vec<String> = promises.iter().map(|p| said::quoted(&p.title)).collect();
    let name = step.map_or("The whole journey", |s| s.title.as_str());
    let description = text::plain(&format!(
        "{} The least error budget that is left of {}.",
        said::stopped(&said::theirs(name)),
        said::list(&titles)
    ));
    let links = promises
        .iter()
        .map(|p| Site::to_board(format!("Open: {}", text::plain(&p.title)), site.uids.promise(&p.path)));
    // As of now and without a curve: the last point of one would be hours old.
    let stat = Stat { links: links.collect(), ..Stat::new(Unit::Ratio, 0, budget_colors()) };
    About { description, ..about }.stat(now(queries::least("", &remaining, &objective)), stat)
}

/// The uid of each promise's board beside its path.
fn addresses(site: &Site<'_>, recorded: &Recorded<'_>) -> String {
    let journey = recorded.journey;
    let path = |p: &Promise| format!("{}/{}", p.path.step.as_deref().unwrap_or_default(), p.path.promise);
    let groups = journey.steps.iter().map(|s| (Some(s.id.as_str()), &s.promises));
    let groups = groups.chain([(None, &journey.promises)]).filter(|(_, list)| !list.is_empty());
    let of_step = |(step, list): (Option<&str>, &Vec<Promise>)| {
        let pairs: Vec<_> = list.iter().map(|p| (path(p), site.uids.promise(&p.path).to_owned())).collect();
        queries::addressed("path", &pairs, |some| {
            let names: Vec<&str> =
                some.iter().map(|(p, _)| p.rsplit('/').next().unwrap_or_default()).collect();
            let floors = recorded.floors(step, &names);
            format!("label_join({floors}, \"path\", \"/\", \"step\", \"promise\")")
        })
    };
    groups.map(of_step).collect::<Vec<_>>().join("\nor ")
}

/// The title of each promise by the uid of its board.
pub(super) fn promise_names(site: &Site<'_>, journey: &Journey) -> Vec<(String, String)> {
    let shown = titles(journey);
    let name = |p: &Promise| {
        let key = (p.path.step.clone(), p.path.promise.clone());
        (site.uids.promise(&p.path).to_owned(), shown.get(&key).cloned().unwrap_or_default())
    };
    journey.all_promises().map(name).collect()
}

/// A row for each promise.
fn table(site: &Site<'_>, recorded: &Recorded<'_>, remaining: &str, objective: &str, place: Place) -> Panel {
    let journey = recorded.journey;
    let burning = recorded.all_known(Series::Burn(HOUR)).unwrap_or_default();
    let alerts = format!("ALERTS{{alertstate=\"firing\",{}}}", recorded.matchers());
    let per_promise = "max by (journey, step, promise)";
    let unknown = |what: &str| queries::by_path("max", &format!("0 * {objective} {what}"));
    let mut targets = vec![
        column(format!("max by (path, step, uid) ({})", addresses(site, recorded))),
        column(queries::by_path("max", objective)),
        column(format!(
            "{}\nor {}",
            queries::by_path(
                "min",
                &format!(
                    "1 - (1 - {remaining})\n  * on (step, promise) group_left () (1 - {per_promise} ({objective}))"
                ),
            ),
            unknown("/ 0")
        )),
        column(format!(
            "{}\nor {}",
            queries::by_path("min", remaining),
            unknown(&format!("+ {}", queries::PARTLY))
        )),
        column(format!("{}\nor {}", queries::by_path("max", &burning), unknown("/ 0"))),
    ];
    if loudest(journey.all_promises()) != Loudest::Silent {
        targets.push(column(format!(
            "{}\nor {}",
            queries::by_path("count", &format!("group by (alertname, step, promise) ({alerts})")),
            unknown("")
        )));
    }
    let columns = [
        ("step", "Step"),
        ("uid", "Promise"),
        ("Value #B", "Floor"),
        ("Value #C", "Kept"),
        ("Value #D", "Budget left"),
        ("Value #E", "Burn rate, 1 h"),
        ("Value #F", "Alerts"),
    ];
    let organize = Organize {
        exclude_by_name: ["Time", "path", "Value #A"].map(|n| (n.to_owned(), true)).into_iter().collect(),
        index_by_name: columns.iter().enumerate().map(|(at, (n, _))| ((*n).to_owned(), at)).collect(),
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
    let step_names = journey.steps.iter().map(|s| (s.id.clone(), text::cut(&s.title, 28)));
    let whole = (String::new(), "The whole journey".to_owned());
    let digits = journey.all_promises().map(|p| p.objective.normalize().scale()).max().unwrap_or(1);
    let digits = u8::try_from(digits).unwrap_or(3);
    let overrides = vec![
        Override::named(
            "Step",
            vec![Property::Mappings(vec![names(step_names.chain([whole]))]), Property::Width(210)],
        ),
        Override::named(
            "Promise",
            vec![
                Property::Mappings(vec![names(promise_names(site, journey))]),
                Property::Links(vec![Site::to_uid("Open the promise")]),
            ],
        ),
        Override::named("Floor", vec![Property::Decimals(digits), Property::Width(90)]),
        Override::named("Kept", vec![Property::Decimals((digits + 1).min(6)), Property::Width(95)]),
        budget_left(),
        Override::named(
            "Burn rate, 1 h",
            vec![
                Property::Unit(Unit::Times),
                Property::Decimals(1),
                Property::Thresholds(burn_colors()),
                Property::Cell(Cell::ColorText),
                Property::Width(115),
            ],
        ),
        counted("Alerts", "orange"),
    ];
    let each = if journey.all_promises().any(|p| !p.for_each.is_empty()) {
        " Of a promise with several budgets, the tightest."
    } else {
        ""
    };
    About::new(
        30,
        "Promises, the tightest first",
        format!(
            "Floor: the least that was promised. Kept: the share that went well in the promise's window. Budget left: \
             of what may fall short. Burn rate: 1 uses up the budget exactly at the end of its window.{each} A \
             promise opens with a click."
        ),
        place,
    )
    .table(targets, overrides, transformations, Some("Budget left"))
}

/// What stands for a step where there is none; no identifier is written so.
const WHOLE: &str = "(whole)";

fn by_step(what: &str) -> String {
    format!("label_replace(sum by (step) ({what}), \"step\", \"{WHOLE}\", \"step\", \"\")")
}

/// Burn-down, states, bad events by step.
fn curves(site: &Site<'_>, recorded: &Recorded<'_>, remaining: &str, top: u32) -> Vec<Panel> {
    let journey = recorded.journey;
    let shown = titles(journey);
    let paths = |p: &Promise| format!("{}/{}", p.path.step.as_deref().unwrap_or_default(), p.path.promise);
    let named: Vec<Override> = journey
        .all_promises()
        .map(|p| {
            let key = (p.path.step.clone(), p.path.promise.clone());
            // Grafana gives names at the side of a timeline two fifths of its width.
            renamed(paths(p), text::cut(&shown.get(&key).cloned().unwrap_or_default(), 48))
        })
        .collect();
    let steps = || {
        let one = |s: &Step| renamed(&s.id, text::cut(&s.title, 40));
        journey.steps.iter().map(one).chain([renamed(WHOLE, "The whole journey")]).collect::<Vec<_>>()
    };
    let mut panels = vec![
        About::new(
            31,
            "Error budget left over time",
            "Each promise's own window, as its alerts see it. Below zero the promise is broken.",
            Place::new(0, top, 12, 9),
        )
        .series(
            vec![curve(format!("min by (step, promise) ({remaining})"), "{{step}}/{{promise}}")],
            Curves {
                max: Some(1.into()),
                thresholds: Thresholds::from("red").then(0, "transparent"),
                style: SeriesStyle { thresholds_style: ThresholdsStyle::Area, ..SeriesStyle::default() },
                overrides: named.clone(),
                ..Curves::new(Unit::Ratio, None)
            },
        )
        .every(site.step()),
    ];
    let long = [Duration::from_hours(6), HOUR];
    let burning = long.into_iter().find_map(|w| Some((w, recorded.all(Series::Burn(w))?)));
    if let Some((window, burning)) = burning {
        let states = States {
            unit: Unit::Times,
            colors: burn_colors(),
            words: vec![
                range(Some(0.into()), Some(1.into()), "fine", None, 0),
                range(Some(1.into()), Some(6.into()), "burning", None, 1),
                range(Some(6.into()), None, "burning fast", None, 2),
                no_value("no data"),
            ],
            overrides: named,
            per_page: (journey.all_promises().count() > 20).then_some(20),
        };
        panels.push(
            About::new(
                32,
                "When did what burn?",
                format!(
                    "The burn rate over {}. Where there is no bar there was no data.",
                    numbers::exact(window)
                ),
                Place::new(0, top + 9, 16, 8),
            )
            .timeline(
                vec![curve(format!("max by (step, promise) ({burning})"), "{{step}}/{{promise}}")],
                states,
            )
            // A window of hours leaves nothing out between points that are closer.
            .every(site.step())
            .points(300),
        );
    }
    if let Some(bad) = recorded.all_peaks(Series::Bad(HOUR), HOUR) {
        panels.push(
            About::new(
                33,
                "Bad events an hour, by step",
                "What has eaten the budgets: events that fell short in an hour, all promises of a step together.",
                Place::new(12, top, 12, 9),
            )
            .series(
                vec![curve(by_step(&format!("max by (step, promise) ({bad})")), "{{step}}")],
                Curves {
                    min: Some(0.into()),
                    style: SeriesStyle {
                        draw_style: DrawStyle::Bars,
                        fill_opacity: 60,
                        line_width: 0,
                        stacking: Stacking::new(true),
                        ..SeriesStyle::default()
                    },
                    overrides: steps(),
                    last: false,
                    ..Curves::new(Unit::Short, None)
                },
            )
            .every(HOUR),
        );
    }
    if let Some(events) = recorded.all(Series::Events) {
        panels.push(
            About::new(
                34,
                "Events a second, by step",
                "How much users do, all promises of a step together. A gap is a stretch without data.",
                Place::new(16, top + 9, 8, 8),
            )
            .series(
                vec![curve(by_step(&format!("sum by (step, promise) ({events})")), "{{step}}")],
                Curves {
                    min: Some(0.into()),
                    color: FieldColor::PaletteClassic,
                    overrides: steps(),
                    ..Curves::new(Unit::PerSecond, None)
                },
            )
            .every(site.step()),
        );
    }
    panels
}
