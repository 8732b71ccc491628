//! What alerts say when they fire, filled in by promtool: each figure is held against the course that was played, over the window
//! that the text names, at the first moment and 5, 20 and 60 minutes later; the texts are golden files.

#![allow(clippy::cast_precision_loss, reason = "minutes and shares of a short course")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use slovo::ir::Model;

use super::common::golden;
use super::figures::{figure, seconds};
use super::project::model_of;
use super::tools::{emit, group_order, has, said, write};

const PROJECT: &str = r#"
team shop "Shop team" {
  channel "shop-oncall"
  pages "pager"
  tickets "tickets"
}
team support "Support" {}
policy care "Spend with care" {
  below 50% left tell shop "Watch it"
  when spent freeze "No changes" except "fixes"
  escalate to support
}
playbook orders {
  responder shop
  users hear from support
  first update within 15m, then every 30m
  say "Orders {{fail}}."
  restore within 30m
  runbook "orders"
}
metric all_total: counter of orders { labels job, ok }
metric told_total: counter of payments
metric failed_total: counter of payments, part of told_total
metric waiting: gauge of orders { labels job }
metric took_seconds: summary of seconds
metric started_total: counter of parcels
metric done_total: counter of parcels
"#;

const JOURNEY: &str = r#"
journey checkout "Check \"out\"" {
  owner shop
  budget policy care
  step pay "Pay" {
    if broken "Nobody can pay"
    playbook orders
    promise taken "Orders are taken" {
      keep for 99.5% of orders over 7d
      total all_total{job="shop"}
      bad where {ok="no"}
    }
    promise paid "Payments arrive" {
      keep for 99.3% of payments over 7d
      total told_total
      bad failed_total
    }
    promise waits "Nobody waits" {
      keep for 95% of 5m slices over 7d
      good when avg of waiting{job="shop"} at most 30
    }
    promise quick "It is quick" {
      keep for 95% of 5m slices over 7d
      good when mean of took_seconds within 800ms
    }
  }
  step ship "Ship" {
    promise sent "Parcels are sent" {
      keep for 95% of parcels over 7d
      started started_total
      finished done_total within 5m
    }
  }
}
"#;

/// So many minutes of good traffic, then a share fails for the rest.
const QUIET: u64 = 70;
const PER_SECOND: f64 = 10.0;

/// The project's series, scraped every 15 s, ten events a second: what of a hundred fails from then on.
fn series(failing: u64) -> Vec<Value> {
    let (ok, bad) = (150 * (100 - failing) / 100, 150 * failing / 100);
    let quiet = QUIET * 4;
    let counter = |name: &str, before: u64, after: u64| {
        let turn = quiet * before + after;
        json!({"series": name, "values": format!("0+{before}x{quiet} {turn}+{after}x400")})
    };
    // The values that slices are judged by.
    let (waiting, slow) = if failing == 100 { ("95.25", 300) } else { ("33", 135) };
    vec![
        counter(r#"all_total{job="shop",instance="a",ok="yes"}"#, 150, ok),
        counter(r#"all_total{job="shop",instance="a",ok="no"}"#, 0, bad),
        counter(r#"told_total{job="shop",instance="a"}"#, 150, 150),
        counter(r#"failed_total{job="shop",instance="a"}"#, 0, bad),
        json!({"series": r#"waiting{job="shop",instance="a"}"#, "values": format!("12x{quiet} {waiting}x400")}),
        counter(r#"took_seconds_sum{job="shop",instance="a"}"#, 75, slow),
        counter(r#"took_seconds_count{job="shop",instance="a"}"#, 150, 150),
        counter(r#"started_total{job="shop",instance="a"}"#, 150, 150),
        counter(r#"done_total{job="shop",instance="a"}"#, 150, ok),
    ]
}

/// The annotations that promtool says came, by promise, at each of these seconds.
fn played(
    model: &Model,
    (series, every): (&[Value], &str),
    alert: &str,
    moments: &[u64],
) -> Vec<(u64, String, Value)> {
    let files = emit(model);
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files);
    let none: Vec<Value> = moments
        .iter()
        .map(|m| json!({"eval_time": format!("{m}s"), "alertname": alert, "exp_alerts": []}))
        .collect();
    let test = json!({
        "rule_files": files.iter().map(|f| f.path.clone()).collect::<Vec<_>>(),
        "evaluation_interval": every,
        "group_eval_order": group_order(&files),
        "tests": [{"interval": "15s", "input_series": series, "alert_rule_test": none}],
    });
    std::fs::write(folder.path().join("test.json"), test.to_string()).unwrap();
    let output = Command::new("promtool")
        .args(["test", "rules", "test.json"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = said(&output);
    assert!(!text.contains("error executing template"), "{text}");
    let (mut at, mut name, mut came) = (0, String::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if let Some(time) = line.strip_prefix("alertname: ").and_then(|rest| rest.split_once("time: ")) {
            at = slovo::value::Duration::parse(time.1.trim_end_matches([',', ' '])).unwrap().as_secs();
        } else if let Some(labels) = line.strip_prefix("Labels:{") {
            name = label(labels, "promise");
        } else if let Some(all) = line.strip_prefix("Annotations:{") {
            let names =
                ["summary", "description", "users", "who", "runbook_url", "dashboard_url", "document_url"];
            let texts =
                names.iter().map(|n| ((*n).to_owned(), label(all, n))).filter(|(_, text)| !text.is_empty());
            let texts = texts.map(|(name, text)| (name, Value::from(text))).collect();
            came.push((at, name.clone(), Value::Object(texts)));
        }
    }
    came
}

/// A label's value, as Prometheus prints it: `name="value"`.
fn label(all: &str, name: &str) -> String {
    let all = format!(", {all}");
    let Some((_, rest)) = all.split_once(&format!(", {name}=\"")) else { return String::new() };
    let mut out = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// The course in numbers: what of the last minutes failed.
struct Course {
    failing: f64,
    /// Minutes since it began.
    since: f64,
}

impl Course {
    fn ratio(&self, minutes: f64) -> f64 {
        self.failing * (self.since.min(minutes) / minutes)
    }
}

/// A figure within a tenth of the truth over the window that it names. What is counted is a scrape and its timeout old, and a slow
/// window is an evaluation old: so it may be what was true up to a minute before.
fn near(now: &Course, texts: &Value, what: &str, said: f64, truth: impl Fn(&Course) -> f64) {
    let before = Course { failing: now.failing, since: now.since - 1.0 };
    let (one, other) = (truth(now), truth(&before));
    let (least, most) = (one.min(other), one.max(other));
    assert!(
        said >= least - least.abs() / 10.0 && said <= most + most.abs() / 10.0,
        "{what}: {said}, and not {least} to {most}: {texts}"
    );
}

/// What the headline says of events.
fn headline_holds(now: &Course, texts: &Value) {
    let summary = texts["summary"].as_str().unwrap();
    near(now, texts, "now", figure(summary, "% of "), |c| 100.0 * c.ratio(5.0));
    near(now, texts, "the hour", figure(summary, " in the last 1h"), |c| c.ratio(60.0) * 3600.0 * PER_SECOND);
}

/// What follows: which window speaks, what is left of the budget, and until when.
fn story_holds(now: &Course, budget: f64, texts: &Value) {
    let description = texts["description"].as_str().unwrap();
    let (_, why) = description.split_once(" over 7d. ").unwrap();
    let (_, window) = why.split_once(" over ").unwrap();
    let (window, _) = window.split_once(':').unwrap();
    let minutes = slovo::value::Duration::parse(window).unwrap().as_secs() as f64 / 60.0;
    let over = |c: &Course| c.ratio(minutes.min(QUIET as f64 + c.since));
    near(now, texts, "over the window that speaks", figure(why, "% of "), |c| 100.0 * over(c));
    // More than the factor that it names.
    let factor = figure(why, " times the ");
    assert!(over(now) > factor * budget, "{description}");
    let left = |c: &Course| 1.0 - spent(c, budget);
    if let Some((_, overspent)) = why.split_once("overspent (") {
        near(now, texts, "overspent", figure(overspent, "%)"), |c| 100.0 * left(c));
        assert!(!description.contains("gone in"), "{description}");
        return;
    }
    near(now, texts, "left", figure(why, "% of the error budget is left"), |c| 100.0 * left(c));
    let (_, said) = why.split_once("gone in ").unwrap();
    let said = seconds(said.split_once(" at the rate of the last 5m").unwrap().0);
    near(now, texts, "gone in", said, |c| left(c) * 7.0 * 86_400.0 * budget / c.ratio(5.0));
}

/// Every figure of a page of this promise, so many minutes after so many of a hundred began to fail.
fn holds(promise: &str, (failing, since): (u64, f64), texts: &Value) {
    let summary = texts["summary"].as_str().unwrap();
    let course = Course { failing: failing as f64 / 100.0, since };
    // All slices are bad from the moment on at which one holds enough: of `avg` and `mean` a part of its five minutes.
    let slices = |good: f64, bad: f64, limit: f64| Course {
        failing: 1.0,
        since: since - 5.0 * (limit - good) / (bad - good),
    };
    let (course, budget) = match promise {
        "taken" | "paid" => {
            headline_holds(&course, texts);
            (course, if promise == "taken" { 0.005 } else { 0.007 })
        }
        "waits" => {
            let value = if failing == 100 { 95.25 } else { 33.0 };
            assert!((figure(summary, " now, at most 30 ") / value - 1.0).abs() < 0.1, "{summary}");
            (slices(12.0, value, 30.0), 0.05)
        }
        "quick" => {
            let value = if failing == 100 { 2.0 } else { 0.9 };
            let said = if summary.contains("ms on average") {
                figure(summary, "ms on average now") / 1000.0
            } else {
                figure(summary, "s on average now")
            };
            assert!((said / value - 1.0).abs() < 0.1, "{summary}");
            (slices(0.5, value, 0.8), 0.05)
        }
        "sent" => {
            headline_holds(&course, texts);
            (course, 0.05)
        }
        other => panic!("{other}"),
    };
    story_holds(&course, budget, texts);
}

/// Of the budget of seven days of the traffic so far.
fn spent(course: &Course, budget: f64) -> f64 {
    course.failing * course.since * 60.0 / (7.0 * 86_400.0 * budget)
}

fn project() -> Model {
    model_of(
        &[("a.slovo", &format!("{PROJECT}{JOURNEY}"))],
        "project: shop\nscrape_interval: 15s\nevaluation_interval: 30s\nretention: 60d\nlinks:\n  runbooks: https://r.example\n  \
         documents: https://d.example\n  dashboards: https://g.example\noutputs:\n  prometheus: {path: prometheus}\n  grafana: {path: grafana}\n",
    )
}

/// Minutes after the first moment.
const LATER: [u64; 4] = [0, 5, 20, 60];

/// Annotations as lines.
fn show(out: &mut String, texts: &Value) {
    for (name, value) in texts.as_object().unwrap() {
        let _ = writeln!(out, "{name}: {}", value.as_str().unwrap());
    }
    out.push('\n');
}

/// What a page says at the first moment, 5, 20 and 60 minutes later.
#[test]
fn burn_alerts_say_what_is_so() {
    if !has("promtool") {
        return;
    }
    let model = project();
    let mut wrong = Vec::new();
    for failing in [100, 10] {
        let began = QUIET * 60;
        // Each evaluation until the last alert speaks, then the three that are asked for.
        let early: Vec<u64> = (1..40).map(|n| began + n * 30).collect();
        let mut came = played(&model, (&series(failing), "30s"), "PromiseBurnsFast", &early);
        let first = |came: &[(u64, String, Value)], promise: &str| {
            came.iter().find(|(_, name, _)| name == promise).map(|(at, ..)| *at)
        };
        let promises = ["taken", "paid", "waits", "quick", "sent"];
        let starts: Vec<Option<u64>> = promises.iter().map(|p| first(&came, p)).collect();
        let mut later: Vec<u64> = starts
            .iter()
            .flatten()
            .flat_map(|at| LATER.map(|minutes| at + minutes * 60))
            .filter(|at| !early.contains(at))
            .collect();
        later.sort_unstable();
        later.dedup();
        came.extend(played(&model, (&series(failing), "30s"), "PromiseBurnsFast", &later));
        let mut text = String::new();
        for (promise, start) in promises.iter().zip(starts) {
            let Some(start) = start else {
                let _ = writeln!(text, "## {promise}: no page\n");
                continue;
            };
            for minutes in LATER {
                let at = start + minutes * 60;
                let since = at - began;
                let Some((_, _, texts)) =
                    came.iter().find(|(a, name, _)| (*a, name) == (at, &(*promise).to_owned()))
                else {
                    panic!("{promise} is silent {minutes} minutes later");
                };
                let _ = writeln!(text, "## {promise}: {}m{:02}s after it began\n", since / 60, since % 60);
                show(&mut text, texts);
                holds(promise, (failing, since as f64 / 60.0), texts);
            }
        }
        assert!(text.matches("## taken: ").count() == 4 && text.matches("## paid: ").count() == 4, "{text}");
        golden(Path::new(&format!("tests/rules/prometheus/texts/{failing}_percent.txt")), &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Alerts that one rule raises for all promises name their own: title, what is looked for, links, who acts.
#[test]
fn other_alerts_say_which_promise_and_what_to_do() {
    if !has("promtool") {
        return;
    }
    let model = project();
    let mut wrong = Vec::new();
    let mut text = String::new();
    let quiet = QUIET * 4;
    // All is gone, or one side of a completion.
    let ends = |series: &mut Value| {
        let values = series["values"].as_str().unwrap().split(' ').next().unwrap().to_owned();
        series["values"] = Value::from(format!("{values} _x400"));
    };
    let (mut gone, mut part) = (series(0), series(0));
    gone.iter_mut().for_each(ends);
    ends(&mut part[8]);
    // More fail than there are.
    let mut odd = series(0);
    odd[3]["values"] = Value::from(format!("0+300x{quiet}"));
    // Of four scrapes three are lost.
    let rare: Vec<Value> = series(0)
        .into_iter()
        .map(|mut one| {
            let mut values = String::from("0");
            for n in 1..=150 {
                let _ = write!(values, " _x3 {}", n * 600);
            }
            one["values"] = Value::from(values);
            one
        })
        .collect();
    let spent = series(100);
    for (alert, series, minute) in [
        ("PromiseNoData", &gone, QUIET + 12),
        ("PromisePartGone", &part, QUIET + 20),
        ("PromiseCountsContradict", &odd, 30),
        ("PromiseBudgetPolicy", &spent, QUIET + 55),
        ("PromiseMeasuresWrong", &rare, 60),
    ] {
        let before = text.len();
        let mut came = played(&model, (series, "1m"), alert, &[minute * 60]);
        came.sort_by_key(|(_, promise, texts)| (promise.clone(), texts.to_string()));
        for (_, promise, texts) in came {
            let _ = writeln!(text, "## {alert} of {promise}, after {minute} minutes\n");
            show(&mut text, &texts);
            let says = |name: &str| texts[name].as_str().unwrap_or_default().to_owned();
            let step = if promise == "sent" { "ship" } else { "pay" };
            assert_eq!(
                says("document_url"),
                format!("https://d.example/journeys/checkout.html#{step}.{promise}")
            );
            assert_eq!(says("dashboard_url"), format!("https://g.example/d/slo-p-checkout-{step}-{promise}"));
            assert_eq!(says("runbook_url"), if step == "pay" { "https://r.example/orders" } else { "" });
            assert!(says("who").contains("(shop-oncall)"), "{text}");
        }
        assert!(text.len() > before, "{alert} is silent");
    }
    golden(Path::new("tests/rules/prometheus/texts/others.txt"), &text, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
