//! What the boards hold: valid, unique, linked, with the promise's own lines, and grey where nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use slovo::backend::Backend as _;
use slovo::backend::prometheus::Prometheus;
use slovo::ir::Urgency;

use super::check::faults;
use super::tools::{boards, emit, every_form, example, model_of, models, panels, queries};

fn of<'b>(boards: &'b [Value], uid: &str) -> &'b Value {
    boards.iter().find(|b| b["uid"] == uid).unwrap_or_else(|| panic!("no {uid}"))
}

fn panel(board: &Value, id: u64) -> &Value {
    panels(board).into_iter().find(|p| p["id"] == id).unwrap_or_else(|| panic!("no panel {id}"))
}

#[test]
fn all_are_valid() {
    for (name, model) in models() {
        let boards = boards(&model);
        assert_eq!(boards.len(), 1 + model.journeys.len() + model.promises().count(), "{name}");
        for board in &boards {
            let wrong = faults(board);
            assert!(wrong.is_empty(), "{name}: {}: {wrong:#?}", board["uid"]);
        }
    }
}

#[test]
fn uids_and_titles_are_unique() {
    for (name, model) in models() {
        let boards = boards(&model);
        for key in ["uid", "title"] {
            let all: BTreeSet<String> =
                boards.iter().map(|b| b[key].as_str().unwrap().to_lowercase()).collect();
            assert_eq!(all.len(), boards.len(), "{name}: {key}");
        }
    }
    // Two journeys of one title, and one whose title is what the other's would be made into.
    let journey = |id: &str, title: &str| {
        format!(
            "journey {id} \"{title}\" {{\n  owner shop\n  step s \"S\" {{\n    promise p \"P\" {{\n      keep for 99% of calls over 28d\n      \
             total calls_total{{job=\"a\"}}\n      bad where {{code=~\"5..\"}}\n    }}\n  }}\n}}\n"
        )
    };
    let text = format!(
        "team shop \"Shop\" {{\n  pages \"p\"\n}}\nmetric calls_total: counter of calls {{ labels job, code }}\n{}{}{}",
        journey("one", "Buy"),
        journey("two", "buy"),
        journey("three", "Buy [one]"),
    );
    let boards = boards(&model_of(&[("a.slovo", &text)], "project: shop\nretention: 100d\n"));
    let titles: BTreeSet<&str> = boards.iter().map(|b| b["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), boards.len());
    assert_eq!(of(&boards, "slo-j-two")["title"], "Journey: buy [two]");
}

/// Every link within Grafana leads to a board that is written; it takes time range and data source along.
#[test]
fn links_lead_somewhere() {
    for (name, model) in models() {
        let boards = boards(&model);
        let uids: BTreeSet<&str> = boards.iter().map(|b| b["uid"].as_str().unwrap()).collect();
        let mut linked: BTreeSet<String> = BTreeSet::new();
        for board in &boards {
            let mut inside = |url: &str, whole: bool| {
                let Some(rest) = url.strip_prefix("/d/") else {
                    assert!(url.is_empty() || url.starts_with("https://"), "{name}: {url}");
                    return;
                };
                let uid = rest.split('?').next().unwrap();
                if whole {
                    assert!(rest.ends_with("?${__url_time_range}&${datasource:queryparam}"), "{url}");
                }
                if uid != "${__value.raw}" {
                    assert!(uids.contains(uid), "{name}: {url}");
                    linked.insert(uid.to_owned());
                }
            };
            for link in board["links"].as_array().unwrap() {
                inside(link["url"].as_str().unwrap(), false);
                if link["url"].as_str().unwrap().starts_with("/d/") {
                    assert_eq!((&link["keepTime"], &link["includeVars"]), (&true.into(), &true.into()));
                }
            }
            for panel in panels(board) {
                let config = &panel["fieldConfig"];
                for link in config["defaults"]["links"].as_array().into_iter().flatten() {
                    inside(link["url"].as_str().unwrap(), true);
                }
                for property in config["overrides"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .flat_map(|o| o["properties"].as_array().unwrap())
                {
                    for link in property["value"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter(|_| property["id"] == "links")
                    {
                        inside(link["url"].as_str().unwrap(), true);
                    }
                }
            }
            // A table's links are the values of a column that its queries write.
            for (at, expr) in queries(board) {
                for written in expr.split("\"uid\", \"").skip(1) {
                    let uid = written.split('"').next().unwrap();
                    assert!(uids.contains(uid), "{name}: {at}: {uid}");
                    linked.insert(uid.to_owned());
                }
            }
        }
        let all: BTreeSet<String> = uids.iter().map(|u| (*u).to_owned()).collect();
        assert_eq!(linked, all, "{name}: every board can be reached");
    }
}

/// The lines of the burn chart are those of the promise's own alerts, and the lines of the share its floor and stretch.
#[test]
fn own_lines() {
    let model = example("astronomy-shop");
    let boards = boards(&model);
    for (_, promise) in model.promises() {
        let path = &promise.path;
        let step = path.step.as_deref().map(|s| format!("-{s}")).unwrap_or_default();
        let uid = format!("slo-p-{}{step}-{}", path.journey, path.promise).replace('_', "-");
        let board = of(&boards, &uid);
        let lines: Vec<f64> = panel(board, 12)["fieldConfig"]["defaults"]["thresholds"]["steps"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|s| s["value"].as_f64())
            .collect();
        let mut factors: Vec<f64> = if promise.urgency == Urgency::None {
            Vec::new()
        } else {
            let explained = slovo::rules::explain(&model, promise);
            explained.alerts.iter().map(|a| a.factor.to_string().parse().unwrap()).collect()
        };
        factors.sort_by(f64::total_cmp);
        factors.dedup();
        assert_eq!(lines, factors, "{uid}");
        let drawn: Vec<&str> = panel(board, 11)["targets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t["legendFormat"].as_str().unwrap())
            .collect();
        let mut wanted = vec!["good in an hour", "floor"];
        wanted.extend(promise.stretch.map(|_| "stretch goal"));
        assert_eq!(drawn, wanted, "{uid}");
    }
}

/// No data is grey and said in words; nothing turns it into a number.
#[test]
fn no_data_looks_like_no_data() {
    for (name, model) in models() {
        for board in boards(&model) {
            for (at, expr) in queries(&board) {
                assert!(!expr.contains("vector("), "{name}: {at}: {expr}");
            }
            for panel in panels(&board) {
                let defaults = &panel["fieldConfig"]["defaults"];
                if panel["type"] == "stat" {
                    let last = defaults["mappings"].as_array().unwrap().last().unwrap();
                    assert_eq!(last["options"]["match"], "null+nan", "{}", panel["title"]);
                    assert_eq!(last["options"]["result"]["color"], "#808080");
                    assert_eq!(defaults["noValue"], "no data");
                    // An old value is not shown as if it were new.
                    assert_eq!(panel["options"]["reduceOptions"]["calcs"][0], "last");
                }
                if panel["type"] == "timeseries" {
                    assert_eq!(defaults["custom"]["spanNulls"], false);
                }
            }
        }
    }
}

/// Panels of all boards of a kind have the same numbers by meaning; the one that alerts lead to is there.
#[test]
fn numbers_have_meaning() {
    for (_, model) in models() {
        let mut meanings: BTreeMap<(String, u64), BTreeSet<String>> = BTreeMap::new();
        for board in boards(&model) {
            let uid = board["uid"].as_str().unwrap();
            let kind = uid.chars().take(6).collect::<String>();
            for panel in panels(&board) {
                let id = panel["id"].as_u64().unwrap();
                if id < 100 {
                    let title = panel["title"].as_str().unwrap().to_owned();
                    meanings.entry((kind.clone(), id)).or_default().insert(title);
                }
            }
            if kind == "slo-p-" {
                assert_eq!(panel(&board, 12)["title"], "Burn rate by window");
            }
        }
        for ((kind, id), titles) in meanings {
            // The table of budgets names what each is of.
            assert!(titles.len() == 1 || id == 8, "{kind} {id}: {titles:?}");
        }
    }
}

/// A budget for each value, in curves, in a table; the large numbers show the tightest.
#[test]
fn each_value_has_its_budget() {
    let boards = boards(&every_form());
    let board = of(&boards, "slo-p-all-a-plain");
    let table = panel(board, 8);
    assert_eq!(table["title"], "Each region, the tightest first");
    assert!(
        table["targets"]
            .as_array()
            .unwrap()
            .iter()
            .all(|t| t["expr"].as_str().unwrap().contains("by (region)"))
    );
    assert!(
        panel(board, 10)["targets"][0]["expr"]
            .as_str()
            .unwrap()
            .starts_with("min by (region) (promise:budget_remaining{")
    );
    assert!(
        panel(board, 2)["targets"][0]["expr"].as_str().unwrap().starts_with("min(promise:budget_remaining{")
    );
    assert!(panel(board, 2)["description"].as_str().unwrap().contains("this is the tightest"));
}

/// Alerts lead to the promise's own board, and to its burn rates.
#[test]
fn alerts_lead_here() {
    let mut model = example("astronomy-shop");
    model.settings.links.dashboards = Some("https://grafana.example".to_owned());
    let boards = boards(&model);
    let uids: BTreeSet<&str> = boards.iter().map(|b| b["uid"].as_str().unwrap()).collect();
    let mut count = 0;
    for file in Prometheus.emit(&model).unwrap() {
        let parsed: Value = serde_yaml::from_str(&file.text).unwrap();
        for rule in parsed["groups"].as_array().unwrap().iter().flat_map(|g| g["rules"].as_array().unwrap()) {
            let Some(uid) = rule["annotations"]["__dashboardUid__"].as_str() else { continue };
            count += 1;
            assert!(uids.contains(uid), "{uid}");
            assert_eq!(rule["annotations"]["dashboard_url"], format!("https://grafana.example/d/{uid}"));
            assert_eq!(rule["annotations"]["__panelId__"], "12");
            let labels = &rule["labels"];
            let step = labels["step"].as_str().map(|s| format!("-{s}")).unwrap_or_default();
            let path = format!(
                "{}{step}-{}",
                labels["journey"].as_str().unwrap(),
                labels["promise"].as_str().unwrap()
            );
            assert_eq!(uid, format!("slo-p-{}", path.replace('_', "-")));
        }
    }
    assert!(count > 20, "{count}");
    model.settings.links.dashboards = None;
    assert!(Prometheus.emit(&model).unwrap().iter().all(|f| !f.text.contains("dashboard")));
}

#[test]
fn the_same_every_time() {
    let model = example("astronomy-shop");
    assert_eq!(emit(&model), emit(&model));
}

/// An overview of forty journeys stays a page and a half of 1080 pixels, at 38 pixels a row and 8 around.
#[test]
fn forty_journeys_fit() {
    let mut text = String::from(
        "team shop \"Shop\" {\n  pages \"p\"\n}\nmetric calls_total: counter of calls { labels job, code }\n",
    );
    for n in 0..40 {
        text.push_str(&format!(
            "journey j{n} \"Journey number {n}\" {{\n  owner shop\n  step s \"S\" {{\n    promise p \"P\" {{\n      keep for 99% of calls over 28d\n      \
             total calls_total{{job=\"a{n}\"}}\n      bad where {{code=~\"5..\"}}\n    }}\n  }}\n}}\n"
        ));
    }
    let boards = boards(&model_of(
        &[("a.slovo", &text)],
        "project: shop\nretention: 100d\nlimits: {journeys_per_team: 40}\n",
    ));
    let overview = of(&boards, "slo-overview");
    let bottom = panels(overview)
        .iter()
        .map(|p| p["gridPos"]["y"].as_u64().unwrap() + p["gridPos"]["h"].as_u64().unwrap())
        .max()
        .unwrap();
    assert!(bottom * 38 <= 1080 * 3 / 2, "{bottom} rows");
    assert!(faults(overview).is_empty(), "{:?}", faults(overview));
}
