//! The times that `explain` and documents print, held against evaluated rules: promises of every form with drawn objectives,
//! windows and limits, of which everything fails from one moment on.

use super::build::t;
use super::project::model_of;
use super::tools::*;
use slovo::ir::Model;
use slovo::rules::explain;
use slovo::value::Duration;
use std::fmt::Write as _;

const EACH: u64 = 600;
const QUIET: Duration = Duration::from_hours(6);

/// The same numbers every time (`SplitMix64`).
struct Drawn(u64);

impl Drawn {
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        of[usize::try_from((z ^ (z >> 31)) % of.len() as u64).unwrap()]
    }
}

const CATALOGUE: &str = r#"
team shop "Shop" {
  pages "pager"
  tickets "tickets"
}
metric all_total: counter of orders { labels ok }
metric told_total: counter of orders
metric failed_total: counter of orders, part of told_total
metric took_seconds: histogram of seconds { buckets 0.5, 1, 5 }
metric waiting: gauge of orders
metric started_total: counter of orders
metric done_total: counter of orders
"#;

const FORMS: [&str; 9] = ["where", "other", "good", "slow", "readings", "share", "p95", "max", "completion"];

/// A project with a promise of each form, so many times over.
fn project(rounds: usize, (scrape, evaluation): (&str, &str), drawn: &mut Drawn) -> Model {
    let mut text = CATALOGUE.to_owned();
    for round in 0..rounds {
        let _ = writeln!(text, "journey j{round} \"Journey {round}\" {{\n  owner shop");
        for form in FORMS {
            // What is under way may not hide the whole budget of a completion.
            let hides = form == "completion";
            let objectives = ["90", "95", "98", "99", "99.5", "99.9"];
            let objective = drawn.one(if hides { &objectives[..3] } else { &objectives });
            let window = drawn.one(if hides { &["28d", "30d"] } else { &["7d", "14d", "28d", "30d"] });
            let slice = drawn.one(&["2m slices", "5m slices", "10m slices"]);
            let within = drawn.one(&["1m", "5m", "10m"]);
            let urgency = drawn.one(&["page", "page", "ticket"]);
            let (unit, measured) = match form {
                "where" => ("orders", "total all_total\n    bad where {ok=\"no\"}".to_owned()),
                "other" => ("orders", "total told_total\n    bad failed_total".to_owned()),
                "good" => ("orders", "total all_total\n    good where {ok!=\"no\"}".to_owned()),
                "slow" => ("orders", "total took_seconds\n    good within 1s".to_owned()),
                "readings" => ("readings", "total readings of waiting\n    good at most 100".to_owned()),
                "share" => (
                    slice,
                    "total all_total\n    bad where {ok=\"no\"}\n    good when share at least 97%".to_owned(),
                ),
                "p95" => (slice, "good when p95 of took_seconds within 1s".to_owned()),
                "max" => (slice, "good when max of waiting at most 100".to_owned()),
                _ => ("orders", format!("started started_total\n    finished done_total within {within}")),
            };
            let _ = writeln!(
                text,
                "  promise {form} \"{form}\" {{\n    keep for {objective}% of {unit} over {window}\n    {measured}\n    urgency {urgency}\n  }}"
            );
        }
        text.push_str("}\n");
    }
    let yaml = format!(
        "project: shop\nretention: 40d\nscrape_interval: {scrape}\nevaluation_interval: {evaluation}\n"
    );
    model_of(&[("a.slovo", &text)], &yaml)
}

/// A counter that changes its pace after so many scrapes.
pub(super) fn course(before: u64, after: u64, quiet: u64, all: u64) -> String {
    format!("0+{before}x{} {}+{after}x{all}", quiet - 1, before * quiet)
}

/// Alerts of a total outage that spoke when they should.
fn hold(rounds: usize, (scrape, evaluation): (&'static str, &'static str), drawn: &mut Drawn) -> usize {
    let model = project(rounds, (scrape, evaluation), drawn);
    let step = t(scrape);
    let tick = t(evaluation);
    let n = |of: Duration| of.as_secs() / step.as_secs();
    let (quiet, all) = (n(QUIET), n(Duration::from_hours(10)));
    let mut case = Case { every: evaluation, scrape, ..Case::new() };
    let steady = course(EACH, EACH, quiet, all);
    let ends = course(EACH, 0, quiet, all);
    let begins = course(0, EACH, quiet, all);
    for (name, values) in [
        ("all_total{ok=\"yes\"}", &ends),
        ("all_total{ok=\"no\"}", &begins),
        ("told_total", &steady),
        ("failed_total", &begins),
        ("took_seconds_count", &steady),
        ("took_seconds_sum", &steady),
        ("took_seconds_bucket{le=\"0.5\"}", &ends),
        ("took_seconds_bucket{le=\"1\"}", &ends),
        ("took_seconds_bucket{le=\"5\"}", &steady),
        ("took_seconds_bucket{le=\"+Inf\"}", &steady),
        ("waiting", &format!("1x{} 1000x{all}", quiet - 1)),
        ("started_total", &steady),
        // Everything finishes at once, until nothing does.
        ("done_total", &ends),
    ] {
        case = case.series(name, values);
    }
    let mut held = 0;
    for (_, promise) in model.promises() {
        let explained = explain(&model, promise);
        for name in ["PromiseBurnsFast", "PromiseBurnsSlowly"] {
            let outage = |a: &slovo::rules::ExplainedAlert| a.detection[0];
            let mine = || explained.alerts.iter().filter(|a| a.name == name).map(outage);
            // In the first six hours a window of a day holds no more than they: it speaks early.
            if explained.alerts.iter().any(|a| a.name == name && a.long > QUIET) {
                continue;
            }
            let Some(worst) = mine().filter_map(|d| d.worst).min() else { continue };
            let typical = mine().filter_map(|d| d.typical).min().unwrap();
            assert!(worst < Duration::from_hours(4), "{}: {worst}", promise.path);
            held += 1;
            let query = format!(
                "count(ALERTS{{alertname=\"{name}\",alertstate=\"firing\",journey=\"{}\",promise=\"{}\"}})",
                promise.path.journey, promise.path.promise
            );
            let seconds = |t: Duration| t.as_secs();
            // The alert speaks at an evaluation: the last one that is within, and one before anything can be known.
            let by = seconds(QUIET) + seconds(worst) / seconds(tick) * seconds(tick);
            let slack =
                seconds(promise.scrape_interval) + seconds(promise.scrape_timeout) + seconds(tick) + 300;
            let before =
                seconds(QUIET) + seconds(typical).saturating_sub(slack) / seconds(tick) * seconds(tick);
            case = case.gives(&query, &format!("{by}s"), &[("{}", "1")]);
            case = case.gives(&query, &format!("{before}s"), &[]);
        }
    }
    case.run(&model);
    held
}

#[test]
fn total_outages_are_told_in_time() {
    let mut drawn = Drawn(11);
    let all = std::env::var_os("SLOVO_ALL_TIMES").is_some();
    let rounds = if all { 12 } else { 2 };
    let mut held = hold(rounds, ("60s", "60s"), &mut drawn);
    if all {
        held += hold(4, ("15s", "30s"), &mut drawn);
    }
    eprintln!("{held} alerts of {} promises", (rounds + if all { 4 } else { 0 }) * FORMS.len());
    assert!(held > rounds * 5, "{held}");
}
