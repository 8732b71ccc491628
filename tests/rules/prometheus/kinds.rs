//! Documents of every kind of promise: what a page says of each is held against the model, and how fast a total outage is noticed
//! against what promtool sees the rules do.

use std::collections::BTreeSet;

use super::documents::{
    Facts, between, journey_page, model as example, number, part, promise, seconds, text, time,
};
use super::project::model_of;
use super::times::course;
use super::tools::*;
use slovo::backend::docs::{Options, build};
use slovo::ir::{
    Composition, Condition, Measurement, Model, Outcome, Promise, Reading, Series, Slices, Stat,
};
use slovo::value::Decimal;

fn project() -> Model {
    let source = include_str!("kinds.slovo");
    let yaml = "project: kinds\nretention: 40d\nscrape_interval: 1m\nevaluation_interval: 1m\n";
    model_of(&[("kinds.slovo", source)], yaml)
}

fn page(model: &Model) -> String {
    let files = build(model, &Options::default()).unwrap();
    files.into_iter().find(|f| f.path == "journeys/all.html").unwrap().text
}

/// What kind of promise it is, and what its page must say of it besides what each page says.
fn own(facts: &mut Facts, p: &Promise, said: &str) -> &'static str {
    let how = between(said, "How we know ", "What we are blind to");
    for word in &p.words {
        facts.has("words", said, word.text.as_str());
    }
    if let [(label, Some(values))] = p.for_each.as_slice() {
        facts.has("budgets", said, &format!("Each {label} is counted alone and has a budget of its own"));
        for value in values {
            facts.has("values", said, &format!("“{value}”"));
        }
        return "for each";
    }
    match &p.measurement {
        Measurement::Events(events) => match &events.outcome {
            _ if !events.faults.is_empty() => {
                facts.has("ways", how, ", or their");
                "several ways to be bad"
            }
            Outcome::Good(list) | Outcome::Bad(list) => match list.as_slice() {
                [Series::Readings { condition: Some(Reading::AtMost(limit)), .. }] => {
                    facts.hold("limit", number(between(how, "they read at most ", ".")) == *limit, how);
                    "readings"
                }
                [Series::HistogramWithin { .. }] => "latency",
                [Series::Promql(_)] => "a query",
                _ if !p.words.is_empty() => "funnel",
                _ => {
                    facts.has("bad ones", how, "They are bad when their");
                    "events"
                }
            },
        },
        Measurement::Slices(slices) => match &slices.condition {
            Condition::Share { at_least, percentile: None, .. } => {
                let bad = (Decimal::ONE - *at_least) * Decimal::ONE_HUNDRED;
                facts.hold("share", number(between(how, "when at most ", " of every 100 ")) == bad, how);
                "share"
            }
            Condition::Share { at_least, .. } => {
                let good = *at_least * Decimal::ONE_HUNDRED;
                facts.hold(
                    "percentile",
                    number(between(how, "when at least ", " of every 100 ")) == good,
                    how,
                );
                "percentile"
            }
            Condition::Stat { stat: Stat::Max, good: Reading::AtMost(limit), .. } => {
                let most = between(how, "the highest reading in it is at most ", ".");
                facts.hold("limit", number(most) == *limit, how);
                "statistic"
            }
            Condition::Stat { .. } => "another statistic",
            Condition::Mean { seconds: limit, .. } => {
                let most = text(between(said, "On average they take at most ", ","));
                facts.lasts("limit", most.trim(), limit.unwrap());
                "mean"
            }
            Condition::Age { at_most, .. } => {
                facts.lasts("limit", between(how, "the newest data is at most ", " old"), *at_most);
                "age"
            }
            Condition::Promql { .. } => "a query of slices",
        },
        Measurement::Completion(made) if made.late.is_empty() => "completion",
        Measurement::Completion(_) => "completion that is timed",
        Measurement::Composed(made) => match made.how {
            Composition::All => {
                facts.has("product", how, "We multiply the shares that went well");
                "all of"
            }
            Composition::Worst => {
                facts.has("worst", how, "It is as good as the worst of these");
                "worst of"
            }
        },
    }
}

#[test]
fn facts_of_every_kind_of_promise() {
    let model = project();
    let (page, rules) = (page(&model), emit(&model));
    let journey = &model.journeys[0];
    let mut facts = Facts::of("every kind");
    journey_page(&mut facts, &model, journey, &page);
    let mut kinds = BTreeSet::new();
    for p in journey.all_promises() {
        let before = facts.held;
        promise(&mut facts, &model, journey, p, &page, &rules[0].text);
        let anchor = match &p.path.step {
            Some(step) => format!("{step}.{}", p.path.promise),
            None => p.path.promise.clone(),
        };
        let from = format!("<section class=\"promise\" id=\"{anchor}\"");
        let said =
            text(part(&page, &from, &["<section class=\"promise\"", "<section class=\"step\"", "<h2"]));
        assert!(kinds.insert(own(&mut facts, p, &said)), "{}: a kind twice", p.path);
        assert!(facts.held - before >= 12, "{}: {} facts", p.path, facts.held - before);
    }
    assert!(facts.wrong.is_empty(), "{}", facts.wrong.join("\n"));
    eprintln!("{} facts of {} kinds", facts.held, kinds.len());
    assert_eq!(kinds.len(), 17, "{kinds:?}");
}

/// Words that only engineers have stand only in what is folded away for them.
#[test]
fn readers_find_their_own_words() {
    let examples = ["examples/astronomy-shop", "examples/minimal", "examples/parcels"].map(example);
    let mut pages = 0;
    for model in examples.into_iter().chain([project()]) {
        for file in build(&model, &Options::default()).unwrap().iter().filter(|f| f.path.ends_with(".html")) {
            let parts = file.text.split("<details");
            let open: String = parts
                .enumerate()
                .map(
                    |(n, part)| if n == 0 { part } else { part.split_once("</details>").map_or("", |p| p.1) },
                )
                .collect();
            let shown = text(&open).to_lowercase();
            for word in ["slice", "bad event", "604800", "10.7143", "so many of every"] {
                assert!(!shown.contains(word), "{}: {word}: {shown}", file.path);
            }
            pages += 1;
        }
    }
    assert!(pages > 30, "{pages}");
}

/// From one moment on everything fails, in every stream. Of each kind an alert speaks by the time that the page says, and none does
/// at that moment.
#[test]
fn every_kind_is_noticed_as_its_page_says() {
    const QUIET: u64 = 360;
    const ALL: u64 = 240;
    let model = project();
    let page = page(&model);
    let table = part(&page, "<table class=\"detect\">", &["</table>"]);
    let steady = course(600, 600, QUIET, ALL);
    let (ends, begins) = (course(600, 0, QUIET, ALL), course(0, 600, QUIET, ALL));
    let mut case = Case { every: "1m", scrape: "60s", ..Case::new() };
    for region in ["eu", "us"] {
        case = case
            .series(&format!("hits_total{{ok=\"yes\",region=\"{region}\"}}"), &ends)
            .series(&format!("hits_total{{ok=\"no\",region=\"{region}\"}}"), &begins);
    }
    for (name, values) in [
        ("begun_total", &steady),
        ("back_total", &begins),
        ("took_seconds_count{ok=\"yes\"}", &steady),
        // Half a second each, then two.
        ("took_seconds_sum{ok=\"yes\"}", &course(300, 1200, QUIET, ALL)),
        ("took_seconds_bucket{ok=\"yes\",le=\"0.5\"}", &ends),
        ("took_seconds_bucket{ok=\"yes\",le=\"1\"}", &ends),
        ("took_seconds_bucket{ok=\"yes\",le=\"5\"}", &steady),
        ("took_seconds_bucket{ok=\"yes\",le=\"+Inf\"}", &steady),
        ("waiting", &format!("1x{} 1000x{ALL}", QUIET - 1)),
        ("stamp_seconds", &course(60, 0, QUIET, ALL)),
        ("started_total", &steady),
        ("done_total", &ends),
        ("ship_seconds_count", &ends),
        ("ship_seconds_bucket{le=\"60\"}", &ends),
        ("ship_seconds_bucket{le=\"600\"}", &ends),
        ("ship_seconds_bucket{le=\"3600\"}", &ends),
        ("ship_seconds_bucket{le=\"+Inf\"}", &ends),
    ] {
        case = case.series(name, values);
    }
    let began = QUIET * 60;
    let mut held = 0;
    for (_, p) in model.promises() {
        let row = part(table, &format!("\" dir=\"auto\">{}</a>", p.title), &["</tr>"]);
        let cell = row.split("<td>").nth(1).unwrap();
        let noticed = text(part(cell, "<span class=\"t\">", &["</span>"]));
        let (loud, within) =
            noticed.split_once(" within ").unwrap_or_else(|| panic!("{}: {noticed}", p.path));
        let alert = if loud == "page" { "PromiseBurnsFast" } else { "PromiseBurnsSlowly" };
        // What is too old was new until then.
        let late = match &p.measurement {
            Measurement::Slices(Slices { condition: Condition::Age { at_most, .. }, .. }) => *at_most,
            Measurement::Slices(_)
            | Measurement::Events(_)
            | Measurement::Completion(_)
            | Measurement::Composed(_) => Decimal::ZERO,
        };
        let by = (time(within).0 + late) / Decimal::from(60);
        let by: u64 = by.floor().normalize().to_string().parse().unwrap();
        assert!(by * 60 + began < (QUIET + ALL) * 60, "{}: {noticed}", p.path);
        assert!(seconds(p.window) > Decimal::from(by * 60), "{}: {noticed}", p.path);
        let query = format!(
            "count(count by (promise) (ALERTS{{alertname=\"{alert}\",alertstate=\"firing\",promise=\"{}\"}}))",
            p.path.promise
        );
        case = case.gives(&query, &format!("{}s", began + by * 60), &[("{}", "1")]);
        case = case.gives(&query, &format!("{began}s"), &[]);
        held += 1;
    }
    case.run(&model);
    assert_eq!(held, 17);
}
