//! `slovo export`: what is written is valid by the specification's own rules, and an import of it gives the same promises again.

use crate::common;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use slovo::ast::Urgency;
use slovo::export::{Exported, Format, export};
use slovo::import::{Input, Target, import};
use slovo::ir::{Events, Measurement, Model, Outcome, Promise, Selector, Series};
use slovo::project::Project;

const PEOPLE: &str = "tests/correct/people.slovo";

/// The examples, and each correct project of the tests.
fn models() -> Vec<(String, Model)> {
    let mut made = Vec::new();
    for entry in fs::read_dir("examples").unwrap() {
        let folder = entry.unwrap().path();
        if folder.join("slovo.yaml").exists() {
            let model = Project::load(&folder, None).compile().model.unwrap();
            made.push((folder.display().to_string(), model));
        }
    }
    let people = fs::read_to_string(PEOPLE).unwrap();
    for path in common::files_below(Path::new("tests/correct"), "slovo") {
        let text = fs::read_to_string(&path).unwrap();
        let files = [("a.slovo", text.as_str()), ("people.slovo", people.as_str())];
        if path != Path::new(PEOPLE) {
            let model = Project::in_memory(&files, "project: shop\nretention: 100d\n").compile().model;
            made.push((path.display().to_string(), model.unwrap()));
        }
    }
    assert!(made.len() > 40, "{}", made.len());
    made
}

fn text_of(exported: &Exported) -> String {
    exported.files.iter().map(|f| f.text.as_str()).collect::<Vec<_>>().join("---\n")
}

/// What was exported, imported again into a project of its own; none where nothing could be.
fn back(name: &str, text: &str) -> Option<Model> {
    let input = Input { path: "exported.yaml".to_owned(), text: Ok(text.to_owned()), named: true };
    let target = Target { project: None, prefix: String::new(), name: "back".to_owned() };
    let made = import(&[input], &target).unwrap_or_else(|e| panic!("{name}: {:?}\n{text}", e.inputs));
    let yaml = made.files.iter().find(|f| f.path == "slovo.yaml")?;
    let others = made.files.iter().filter(|f| f.path != "slovo.yaml");
    let sources: Vec<(&str, &str)> = others.map(|f| (f.path.as_str(), f.text.as_str())).collect();
    let compiled = Project::in_memory(&sources, &yaml.text).compile();
    let errors = format!("{:?}", compiled.diagnostics);
    Some(compiled.model.unwrap_or_else(|| panic!("{name}: {errors}")))
}

/// Streams of counters and histograms that both sides count alike.
fn plain(events: &Events) -> bool {
    let (Outcome::Good(list) | Outcome::Bad(list)) = &events.outcome;
    let plain = |s: &Selector| !s.born_with_event && s.alive.is_none() && s.increases.is_none() && !s.either;
    events.total.iter().chain(list).all(|series| match series {
        Series::Counter(selector)
        | Series::HistogramCount { selector, .. }
        | Series::HistogramWithin { selector, .. }
        | Series::HistogramOver { selector, .. } => plain(selector),
        Series::Readings { .. } | Series::Promql(_) => false,
    })
}

/// In one form: matchers in order, and one of two ways to say the same.
fn sorted(events: &Events) -> Events {
    let mut made = events.clone();
    let (Outcome::Good(list) | Outcome::Bad(list)) = &mut made.outcome;
    for series in made.total.iter_mut().chain(list) {
        match series {
            Series::Counter(selector)
            | Series::HistogramCount { selector, .. }
            | Series::HistogramWithin { selector, .. }
            | Series::HistogramOver { selector, .. } => selector.matchers.sort(),
            Series::Readings { .. } | Series::Promql(_) => {}
        }
    }
    made.total.sort_by_key(|s| format!("{s:?}"));
    // `bad over 1s` of all is `good within 1s`.
    if let ([Series::HistogramCount { selector: all, .. }], Outcome::Bad(bad)) =
        (made.total.as_slice(), &made.outcome)
        && let [Series::HistogramOver { selector, native, limit }] = bad.as_slice()
        && selector == all
    {
        let (selector, native, limit) = (selector.clone(), *native, limit.normalize());
        made.outcome = Outcome::Good(vec![Series::HistogramWithin { selector, native, limit }]);
    }
    made
}

/// What must be the same again.
fn facts(promise: &Promise, events: &Events, windows: bool) -> String {
    let window = if windows { format!("{:?}", promise.window) } else { String::new() };
    format!(
        "{} {:?} {} {:?} {} {window} {:?} {:#?}",
        promise.path,
        promise.title,
        promise.objective.normalize(),
        promise.stretch.map(|s| s.normalize()),
        promise.noun,
        promise.urgency,
        sorted(events)
    )
}

#[test]
fn the_way_back_ends_where_it_began() {
    for (format, least) in [(Format::OpenSlo, 60), (Format::Sloth, 60)] {
        let (mut count, mut queries, mut shorter) = (0, 0, 0);
        for (name, model) in models() {
            let exported = export(&model, format);
            if exported.files.is_empty() {
                continue;
            }
            let again = back(&name, &text_of(&exported));
            for (_, promise) in model.promises() {
                let Measurement::Events(events) = &promise.measurement else { continue };
                if !promise.for_each.is_empty() || !plain(events) || !events.faults.is_empty() {
                    continue;
                }
                let found = again.as_ref().and_then(|m| m.promise(&promise.path));
                let found = found.unwrap_or_else(|| panic!("{name}: no {}", promise.path));
                let Measurement::Events(found_events) = &found.measurement else {
                    panic!("{name}: {}", promise.path)
                };
                // Differences of sums of buckets come back as queries, which compute the same.
                if found.measurement.queries().next().is_some() {
                    queries += 1;
                    continue;
                }
                // What is slow, and what failed and wasn't: all that is neither is good, which is shorter.
                if let (Outcome::Bad(list), Outcome::Good(_)) = (&events.outcome, &found_events.outcome)
                    && list.len() > 1
                {
                    shorter += 1;
                    continue;
                }
                // Sloth's window is set where it runs.
                let windows = format == Format::OpenSlo;
                let (before, after) = (facts(promise, events, windows), facts(found, found_events, windows));
                assert_eq!(before, after, "{name}: {}", text_of(&exported));
                assert!(promise.urgency != Urgency::Page || found.no_data == promise.no_data, "{name}");
                count += 1;
            }
        }
        assert!(count >= least && queries + shorter <= 4, "{format:?}: {count}, {queries}, {shorter}");
    }
}

#[test]
fn what_is_written_is_openslo() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("openslo.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut count = 0;
    for (name, model) in models() {
        let exported = export(&model, Format::OpenSlo);
        for file in &exported.files {
            let mut names = std::collections::BTreeSet::new();
            for document in serde_yaml::Deserializer::from_str(&file.text) {
                let value: serde_json::Value = serde::Deserialize::deserialize(document).unwrap();
                let wrong: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
                assert!(wrong.is_empty(), "{name}: {wrong:?}\n{}", file.text);
                let key = format!("{} {}", value["kind"], value["metadata"]["name"]);
                assert!(names.insert(key.clone()), "{name}: {key} is written twice");
                count += 1;
            }
        }
    }
    assert!(count > 150, "{count}");
    // The schema refuses what the specification does.
    for wrong in [
        r#"{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "a_b"}, "spec": {}}"#,
        r#"{"apiVersion": "openslo/v1", "kind": "Service", "metadata": {"name": "A"}, "spec": {}}"#,
        r#"{"apiVersion": "openslo/v2", "kind": "Service", "metadata": {"name": "a"}, "spec": {}}"#,
    ] {
        let value: serde_json::Value = serde_json::from_str(wrong).unwrap();
        assert!(!validator.is_valid(&value), "{wrong}");
    }
}

#[test]
fn every_promise_has_its_fate() {
    for (name, model) in models() {
        for format in [Format::OpenSlo, Format::Sloth] {
            let exported = export(&model, format);
            assert_eq!(exported.promises.len(), model.promises().count(), "{name}");
            let text = text_of(&exported);
            for fate in &exported.promises {
                let path = match &fate.path.step {
                    Some(step) => format!("slovo_promise: {step}.{}", fate.path.promise),
                    None => format!("slovo_promise: {}", fate.path.promise),
                };
                assert_eq!(text.contains(&path), fate.left_out.is_none(), "{name}: {path}\n{text}");
            }
        }
    }
}

fn slovo(at: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_slovo")).current_dir(at).args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (ran.status.code(), text(&ran.stdout), text(&ran.stderr))
}

#[test]
fn the_command() {
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("slovo.yaml"), "project: shop\nretention: 100d\n").unwrap();
    fs::copy(PEOPLE, at.join("people.slovo")).unwrap();
    fs::write(at.join("a.slovo"), fs::read_to_string("tests/correct/http_codes.slovo").unwrap()).unwrap();
    let (code, out, err) = slovo(at, &["export", "openslo"]);
    assert!(out.starts_with("apiVersion: openslo/v1\nkind: Service\n"), "{out}\n{err}");
    assert!(code == Some(0) || err.contains("differs: ") || err.contains("left out: "), "{err}");
    // Into a folder: again without a change; what somebody changed is not overwritten.
    let (_, out, err) = slovo(at, &["export", "openslo", "-o", "specs"]);
    assert!(out.is_empty() && err.contains(" to OpenSLO: "), "{out}{err}");
    let mut files: Vec<PathBuf> =
        fs::read_dir(at.join("specs")).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "yaml"));
    let first = files.first().unwrap();
    let before = fs::read_to_string(first).unwrap();
    slovo(at, &["export", "openslo", "-o", "specs"]);
    assert_eq!(fs::read_to_string(first).unwrap(), before);
    // What somebody else wrote is not overwritten.
    fs::create_dir(at.join("theirs")).unwrap();
    fs::write(at.join("theirs/j.yaml"), "mine\n").unwrap();
    let theirs = || fs::read_to_string(at.join("theirs/j.yaml")).unwrap();
    let (code, _, err) = slovo(at, &["export", "openslo", "-o", "theirs"]);
    assert_eq!((code, theirs().as_str()), (Some(2), "mine\n"), "{err}");
    assert_eq!(slovo(at, &["export", "openslo", "-o", "theirs", "--force"]).0, Some(0), "{err}");
    assert_eq!(theirs(), before);
    // A folder that a build or an export to the other format wrote is theirs.
    fs::write(
        at.join("slovo.yaml"),
        "project: shop\nretention: 100d\noutputs: {prometheus: {path: rules}}\n",
    )
    .unwrap();
    assert_eq!(slovo(at, &["build"]).0, Some(0));
    for folder in ["rules", "specs"] {
        let (code, _, err) = slovo(at, &["export", "sloth", "-o", folder]);
        assert!(code == Some(2) && err.contains("holds files of "), "{err}");
    }
    let into_specs = "project: shop\nretention: 100d\noutputs: {prometheus: {path: specs}}\n";
    fs::write(at.join("slovo.yaml"), into_specs).unwrap();
    let (code, _, err) = slovo(at, &["build"]);
    assert_eq!(fs::read_to_string(first).unwrap(), before, "{err}");
    assert!(code == Some(2) && err.contains("holds files of an export to OpenSLO"), "{err}");
    // Slices and what must finish in time have no form in Sloth.
    fs::write(at.join("a.slovo"), fs::read_to_string("tests/correct/completion.slovo").unwrap()).unwrap();
    let (code, _, err) = slovo(at, &["export", "sloth"]);
    assert!(code == Some(1) && err.contains("left out: ") && err.contains("must finish in time"), "{err}");
    fs::write(at.join("a.slovo"), "journey a \"A\" {\n").unwrap();
    let (code, out, err) = slovo(at, &["export", "openslo", "-o", "other"]);
    assert!(code == Some(1) && out.is_empty() && err.contains("nothing was written"), "{code:?} {out}{err}");
    assert!(!at.join("other").exists());
}

const ODD: &str = r#"
team shop "Shop"
metric a_total: counter of calls { labels code, region in "eu west" | "eu-west" | "日本" }
metric b_total: counter of calls { labels code }
metric late_total: counter of calls {
  labels code
  late by 10m
}
journey a_b "One" {
  owner shop
  promise three "Three" {
    keep for 99% of calls over 28d
    for each region
    total a_total
    good where {code!~"5.."}
  }
  promise sum "Both" {
    keep for 99% of calls over 28d
    total a_total + b_total
    bad where {code=~"5.."}
  }
  promise all "All" {
    keep for 99% of calls over 28d
    total a_total
    good where {code!~"5.."}
  }
  promise apart "Apart" {
    keep for 99% of calls over 28d
    total promql "sum(rate(a_total[$range]))"
    good promql "sum(rate(a_total[$range]))-sum(rate(a_total{code=\"500\"}[$range]))"
  }
}
journey a__b "Other" {
  owner shop
  promise late "Late" {
    keep for 99% of calls over 28d
    total late_total
    bad where {code=~"5.."}
  }
}
"#;

fn odd() -> Model {
    let project = Project::in_memory(&[("a.slovo", ODD)], "project: shop\nretention: 100d\n");
    let compiled = project.compile();
    let errors = format!("{:?}", compiled.diagnostics);
    compiled.model.unwrap_or_else(|| panic!("{errors}"))
}

/// Names are names of one object, and what counts otherwise is said.
#[test]
fn names_and_differences() {
    let exported = export(&odd(), Format::OpenSlo);
    let text = text_of(&exported);
    let mut names = std::collections::BTreeSet::new();
    for document in serde_yaml::Deserializer::from_str(&text) {
        let value: serde_json::Value = serde::Deserialize::deserialize(document).unwrap();
        let key = format!("{} {}", value["kind"], value["metadata"]["name"]);
        assert!(names.insert(key.clone()), "{key}\n{text}");
        if value["kind"] == "SLO" {
            let path =
                format!("{} {}", value["spec"]["service"], value["metadata"]["annotations"]["slovo_promise"]);
            assert!(names.insert(path.clone()), "{path}\n{text}");
        }
    }
    let late = exported.promises.iter().find(|f| f.path.promise == "late").unwrap();
    assert!(late.differs.iter().any(|d| d.contains("10m late")), "{:?}", late.differs);
    assert!(back("odd", &text).is_some());
}

/// A total outage is one, a missing addend counts nothing, and what belongs together stays so: in promtool.
#[test]
fn outages_are_seen() {
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "promtool is missing");
        eprintln!("skipped: promtool is missing");
        return;
    }
    let exported = export(&odd(), Format::Sloth);
    let value: serde_json::Value =
        serde_yaml::from_str(&exported.files.iter().find(|f| f.path == "a_b.yaml").unwrap().text).unwrap();
    let query = |name: &str| {
        let slo = value["slos"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap();
        let text = |key: &str| slo["sli"]["events"][key].as_str().unwrap().replace("{{.window}}", "5m");
        format!("(\n{}\n)\n/\n(\n{}\n)", text("error_query"), text("total_query"))
    };
    let test = |series: &[(&str, &str)], name: &str, wanted: &str| {
        serde_json::json!({
            "interval": "1m",
            "input_series": series.iter().map(|(s, v)| serde_json::json!({"series": s, "values": v})).collect::<Vec<_>>(),
            "promql_expr_test": [{"expr": query(name), "eval_time": "10m", "exp_samples": [{"labels": "{}", "value": wanted.parse::<f64>().unwrap()}]}],
        })
    };
    let bad = (r#"a_total{job="x", code="500"}"#, "0+60x20");
    let good = (r#"a_total{job="x", code="200"}"#, "0+180x20");
    let tests = serde_json::json!({"tests": [
        test(&[bad], "a-b-all", "1"),
        test(&[good], "a-b-all", "0"),
        test(&[bad, good], "a-b-all", "0.25"),
        test(&[bad, good], "a-b-sum", "0.25"),
        test(&[good], "a-b-sum", "0"),
        test(&[bad, good], "a-b-apart", "0.25"),
    ]});
    let at = tempfile::tempdir().unwrap();
    fs::write(at.path().join("t.yml"), tests.to_string()).unwrap();
    let ran =
        Command::new("promtool").args(["test", "rules", "t.yml"]).current_dir(at.path()).output().unwrap();
    assert!(
        ran.status.success(),
        "{}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}
