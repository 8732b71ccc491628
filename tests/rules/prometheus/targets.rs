//! Every form in which rules are written: read back by others, linted, loaded, and never more than the engine takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::build::*;
use super::live::{Server, nasty};
use super::tools::*;
use slovo::backend::Artifact;
use slovo::backend::rule_file::plain;
use slovo::ir::*;
use slovo::promql;

/// The model's files in this form.
fn emit_as(model: &Model, target: Target) -> Vec<Artifact> {
    let mut model = model.clone();
    model.settings.prometheus.target = target;
    emit(&model)
}

/// A file as another YAML reader sees it.
fn parsed(file: &Artifact) -> Value {
    serde_yaml::from_str(&file.text).unwrap_or_else(|e| panic!("{}: {e}\n{}", file.path, file.text))
}

/// The groups of a file, without what Prometheus doesn't know.
fn groups(file: &Artifact) -> Vec<Value> {
    let document = parsed(file);
    let groups =
        if document["kind"] == "PrometheusRule" { &document["spec"]["groups"] } else { &document["groups"] };
    let mut groups = groups.as_array().unwrap().clone();
    for group in &mut groups {
        let group = group.as_object_mut().unwrap();
        for key in ["partial_response_strategy", "concurrency", "eval_offset"] {
            group.remove(key);
        }
    }
    groups
}

/// The same rules as Prometheus reads them.
fn unwrapped(files: &[Artifact]) -> Vec<Artifact> {
    let one = |file: &Artifact| Artifact {
        path: file.path.clone(),
        text: serde_yaml::to_string(&json!({"groups": groups(file)})).unwrap(),
    };
    files.iter().map(one).collect()
}

/// Every rule as JSON, in an order of their own.
fn rules(files: &[Artifact]) -> Vec<String> {
    let groups = files.iter().flat_map(groups);
    let mut list: Vec<String> =
        groups.flat_map(|g| g["rules"].as_array().unwrap().clone()).map(|r| r.to_string()).collect();
    list.sort();
    list
}

/// Every kind of measurement, more promises than a group of Mimir takes, and texts that could mean something.
fn large() -> Model {
    let mut model = nasty();
    "shop".clone_into(&mut model.settings.project);
    model.settings.labels.clear();
    let mut more = Vec::new();
    for step in ["b", "c", "d"] {
        for n in 0..if step == "d" { 9 } else { 3 } {
            let name = format!("{step}.p{n}");
            let total = format!("x{{n=\"{step}{n}\"}}");
            let failed = format!("x_bad{{n=\"{step}{n}\"}}");
            more.push(promise(&name, bad(vec![counter(&total)], vec![counter(&failed)])));
        }
    }
    more.push(promise("own", bad(vec![counter("y")], vec![counter("y_bad")])));
    let mut wide = journey("wide_one", more);
    wide.policy = Some("careful".to_owned());
    model.journeys.push(wide);
    model
}

const FORMS: [fn() -> Target; 5] = [
    || Target::Files,
    || {
        Target::Kubernetes(Kubernetes {
            namespace: Some("monitoring".to_owned()),
            labels: BTreeMap::from([("release".to_owned(), "1.50".to_owned())]),
            annotations: BTreeMap::from([("example.com/why".to_owned(), "on: {{ 'x' }}\n- y".to_owned())]),
        })
    },
    || Target::Mimir(Mimir::default()),
    || Target::Thanos(PartialResponse::Warn),
    || Target::Vmalert(Vmalert { limit: Some(1000), eval_offset: None }),
];

#[test]
fn every_form_holds_the_same_rules_and_passes_the_linter() {
    let mut model = large();
    for sloth in [false, true] {
        model.settings.prometheus.sloth = sloth;
        let expected = rules(&plain(&model));
        for form in FORMS {
            let target = form();
            let files = emit_as(&model, target.clone());
            let mimir = matches!(target, Target::Mimir(_));
            lint(&unwrapped(&files));
            // Which old ones refuse.
            let left_out =
                if matches!(target, Target::Vmalert(_)) { "\"keep_firing_for\":\"5m\"," } else { "" };
            let expected = expected.iter().map(|rule| rule.replacen(left_out, "", 1));
            let mut expected: Vec<String> = expected.collect();
            expected.sort();
            if !mimir {
                assert_eq!(rules(&files), expected, "{target:?}");
            }
        }
    }
}

#[test]
fn other_readers_see_what_was_written() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (at, form) in FORMS.iter().enumerate() {
        let files = emit_as(&large(), form());
        for file in files {
            let path = folder.path().join(format!("{at}-{}", file.path));
            std::fs::write(&path, &file.text).unwrap();
            let script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1], encoding='utf-8')), sys.stdout)";
            let output = Command::new("python3").args(["-c", script]).arg(&path).output().unwrap();
            if !output.status.success() && said(&output).contains("No module named") {
                eprintln!("PyYAML is missing: NOT TESTED");
                return;
            }
            assert!(output.status.success(), "{}", said(&output));
            let theirs: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(theirs, parsed(&file), "{}", file.path);
        }
    }
}

#[test]
fn objects_of_the_operator() {
    let files = emit_as(&large(), FORMS[1]());
    let documents: Vec<Value> = files.iter().map(parsed).collect();
    for (document, name) in documents.iter().zip(["shop--checkout", "shop--wide-one"]) {
        assert_eq!(document["apiVersion"], "monitoring.coreos.com/v1");
        assert_eq!(document["kind"], "PrometheusRule");
        let metadata = &document["metadata"];
        assert_eq!(metadata["name"], name);
        assert_eq!(metadata["namespace"], "monitoring");
        assert_eq!(metadata["labels"]["release"], "1.50");
        assert_eq!(metadata["annotations"]["example.com/why"], "on: {{ 'x' }}\n- y");
        let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["apiVersion", "kind", "metadata", "spec"]);
    }
}

#[test]
fn fields_of_thanos_and_vmalert() {
    let groups = |target| {
        let files = emit_as(&large(), target);
        files.iter().flat_map(|f| parsed(f)["groups"].as_array().unwrap().clone()).collect::<Vec<_>>()
    };
    for (target, expected) in [(PartialResponse::Abort, "abort"), (PartialResponse::Warn, "warn")] {
        let list = groups(Target::Thanos(target));
        assert!(list.iter().all(|g| g["partial_response_strategy"] == expected));
    }
    let list = groups(Target::Vmalert(Vmalert { limit: Some(9), eval_offset: Some(t("5s")) }));
    assert!(list.iter().all(|g| g["concurrency"] == 1 && g["limit"] == 9 && g["eval_offset"] == "5s"));
    let list = groups(Target::Vmalert(Vmalert::default()));
    assert!(list.iter().all(|g| g.get("limit").is_none() && g.get("eval_offset").is_none()));
}

#[test]
fn vmalert_takes_its_form() {
    if !has("vmalert") {
        return;
    }
    let mut model = large();
    for sloth in [false, true] {
        model.settings.prometheus.sloth = sloth;
        let folder = tempfile::tempdir().unwrap();
        let limit = Some(10_000);
        write(folder.path(), &emit_as(&model, Target::Vmalert(Vmalert { limit, eval_offset: None })));
        let mut command = Command::new("vmalert");
        let output = command.args(["-dryRun", "-rule=*.yml"]).current_dir(folder.path()).output().unwrap();
        let text = said(&output);
        assert!(output.status.success() && !text.contains("fatal") && !text.contains("unknown"), "{text}");
    }
}

#[test]
fn a_real_prometheus_loads_every_form() {
    if !has("prometheus") {
        return;
    }
    let mut model = large();
    model.settings.prometheus.sloth = true;
    for form in FORMS {
        let files = unwrapped(&emit_as(&model, form()));
        let written = rules(&files).len();
        let server = Server::start(&files, "");
        assert_eq!(server.rules().len(), written);
    }
}

/// What a rule of the Mimir form records or alerts on, and where it stands.
struct Placed {
    group: String,
    interval: u64,
    /// Its place in the group.
    at: usize,
    name: String,
    labels: BTreeMap<String, String>,
    expr: String,
    alert: bool,
}

fn placed(files: &[Artifact]) -> Vec<Placed> {
    let mut list = Vec::new();
    for file in files {
        for group in groups(file) {
            let interval = t(group["interval"].as_str().unwrap()).as_secs();
            for (at, rule) in group["rules"].as_array().unwrap().iter().enumerate() {
                let alert = rule.get("alert").is_some();
                list.push(Placed {
                    group: format!("{} {}", file.path, group["name"].as_str().unwrap()),
                    interval,
                    at,
                    name: rule[if alert { "alert" } else { "record" }].as_str().unwrap().to_owned(),
                    labels: serde_json::from_value(rule["labels"].clone()).unwrap(),
                    expr: rule["expr"].as_str().unwrap().to_owned(),
                    alert,
                });
            }
        }
    }
    list
}

/// May the selector match what this rule records? Labels that come from the rule's expression may have any value, unless
/// `parts` tells them.
fn may_read(matchers: &[promql::ast::Matcher], other: &Placed, parts: &[(String, String)]) -> bool {
    matchers.iter().all(|m| {
        let accepts = |value: &str| promql::accepts(m.op, &m.value.text, value).unwrap();
        match (other.labels.get(&m.label.text), m.label.text.as_str()) {
            (Some(value), _) => accepts(value),
            // The labels of base rules are all their own.
            (None, "step" | "promise") if other.name.ends_with("events:count") => accepts(""),
            (None, "step") if !parts.is_empty() => parts.iter().any(|(step, _)| accepts(step)),
            (None, "promise") if !parts.is_empty() => parts.iter().any(|(_, promise)| accepts(promise)),
            (None, _) => true,
        }
    })
}

/// Mimir evaluates groups independently of each other. So no rule may need what another group records in the same moment:
/// within the chain from raw series to pages, everything is in the reader's own group and before it. What is read from
/// another group is either read back over at least two intervals of that group and a minute (`last_over_time`, or a sum
/// over a longer range), or it is computed so often that a bare selector sees a sample at most one interval old.
#[test]
fn groups_of_mimir_are_small_and_independent() {
    for limit in [20, 12, 1000] {
        for sloth in [false, true] {
            let mut model = large();
            model.settings.prometheus.sloth = sloth;
            let mimir = Mimir { rules_per_group: Some(limit), groups: None };
            let files = emit_as(&model, Target::Mimir(mimir));
            independent(&model, &files, limit);
        }
    }
}

fn independent(model: &Model, files: &[Artifact], limit: usize) {
    let list = placed(files);
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in &list {
        *sizes.entry(&rule.group).or_default() += 1;
    }
    let (largest, most) = sizes.iter().max_by_key(|(_, n)| **n).unwrap();
    assert!(*most <= limit, "{most} rules in {largest}, at most {limit}");
    let namespaces: BTreeSet<String> =
        files.iter().map(|f| parsed(f)["namespace"].as_str().unwrap().to_owned()).collect();
    assert_eq!(namespaces.len(), files.len(), "mimirtool wants each namespace once");

    // Every promise is computed once: each base series in one group, and its windows in the same one.
    let promises: Vec<(String, String, String)> = model
        .promises()
        .map(|(j, p)| (j.id.clone(), p.path.step.clone().unwrap_or_default(), p.path.promise.clone()))
        .collect();
    let mut base: BTreeMap<&(String, String, String), &str> = BTreeMap::new();
    for rule in list.iter().filter(|r| r.name == "promise:events:count") {
        let of = |label: &str| rule.labels.get(label).cloned().unwrap_or_default();
        let key = (of("journey"), of("step"), of("promise"));
        let key = promises.iter().find(|p| **p == key).unwrap();
        assert!(base.insert(key, &rule.group).is_none(), "{key:?} twice");
    }
    let mut crossings = BTreeMap::new();
    for rule in &list {
        let expr = promql::parse(&rule.expr).unwrap();
        for selector in promql::selectors(&expr) {
            let Some((name, _)) = selector.metric() else { continue };
            for other in list.iter().filter(|o| !o.alert && o.name == name) {
                // The promises that a window rule of a part speaks of.
                let parts: Vec<(String, String)> = base
                    .iter()
                    .filter(|(key, group)| {
                        key.0 == other.labels["journey"]
                            && **group == other.group
                            && other.labels.contains_key("window")
                    })
                    .map(|(key, _)| (key.1.clone(), key.2.clone()))
                    .collect();
                if !may_read(selector.matchers(), other, &parts) || std::ptr::eq(other, rule) {
                    continue;
                }
                if other.group == rule.group {
                    // Bare, it must have been recorded before; a range may reach what comes later as well.
                    let bare = selector.window().is_none();
                    assert!(
                        !bare || other.at < rule.at,
                        "{} reads {} before it is there",
                        rule.name,
                        other.name
                    );
                    continue;
                }
                let back = match selector.window() {
                    Some(promql::ast::Extent::Fixed { millis, .. }) => Some(millis / 1000),
                    Some(promql::ast::Extent::Base { .. }) => panic!("$range in {}", rule.name),
                    None => None,
                };
                let key = (other.name.clone(), back.is_none());
                crossings.entry(key).or_insert(other.interval);
                match back {
                    // The newest sample may be missing: a range as long as the interval could then be empty.
                    Some(back) => {
                        assert!(
                            back >= 2 * other.interval,
                            "{} reads {} over {back}s",
                            rule.name,
                            other.name
                        );
                    }
                    None => assert!(other.interval <= 60, "{} reads {} bare", rule.name, other.name),
                }
                // The prompt chain stays together: windows read base series of their own group only.
                let prompt = rule.interval == 30 && rule.labels.contains_key("window") && !rule.alert;
                assert!(!prompt, "{} of {} reads {} of {}", rule.name, rule.group, other.name, other.group);
            }
        }
    }
    // Bare across groups: constants, prompt windows (at most one evaluation old), and what follows from them.
    let bare: Vec<&str> = crossings.keys().filter(|(_, bare)| *bare).map(|(name, _)| name.as_str()).collect();
    for name in &bare {
        assert!(
            [
                "promise:bad_events:increase",
                "promise:budget_remaining",
                "promise:burn_rate",
                "promise:error_budget:ratio",
                "promise:error_ratio",
                "promise:objective:ratio",
                "promise_info",
            ]
            .contains(name),
            "{name}"
        );
    }
}

/// The flagship's promises need few groups; the numbers stand in docs/rules.md.
#[test]
fn how_much_fits_into_a_tenant() {
    let groups_of = |promises: usize| {
        let list = (0..promises)
            .map(|n| promise(&format!("a.p{n}"), bad(vec![counter("x")], vec![counter("x_bad")])))
            .collect();
        let model = model(vec![journey("one", list)]);
        emit_as(&model, Target::Mimir(Mimir::default())).iter().map(|f| groups(f).len()).sum::<usize>()
    };
    assert_eq!([1, 3, 5, 6, 8, 12].map(groups_of), [4, 4, 6, 6, 6, 7]);
}

/// prometheus-operator leaves out what is too large for a `ConfigMap`, with a line in its log: here it is an error.
#[test]
fn an_object_that_is_too_large() {
    let many = |promises: usize| {
        let list = (0..promises)
            .map(|n| promise(&format!("a.p{n}"), bad(vec![counter("x")], vec![counter("x_bad")])))
            .collect();
        let mut model = model(vec![journey("one", list)]);
        model.settings.prometheus.target = Target::Kubernetes(Kubernetes::default());
        let mut found = slovo::diag::Diagnostics::default();
        slovo::backend::prometheus::check_limits(&model, &mut found);
        let size = emit(&model)[0].text.len();
        // Before that it is too large for `kubectl apply` on the client's side, which is a warning.
        let too_large: Vec<_> =
            found.iter().filter(|d| d.code.id == "E0530").map(|d| d.message.clone()).collect();
        assert_eq!(too_large.is_empty(), size <= 512 * 1024, "{size}");
        assert!(promises != 50 || found.iter().any(|d| d.code.id == "W0505"), "{size}");
        too_large
    };
    assert!(many(50).is_empty());
    assert_eq!(many(200), ["the rules of `one` are too large for a `PrometheusRule`"]);
}

/// The values of the chunked form are those of the plain one: promtool plays the same traffic to both.
#[test]
fn values_of_the_chunked_form() {
    if !has("promtool") {
        return;
    }
    let list: Vec<Promise> = (0..9)
        .map(|n| {
            let step = ["a", "b", "c"][n / 3];
            let total = format!("x{{n=\"{n}\"}}");
            let failed = format!("x_bad{{n=\"{n}\"}}");
            promise(&format!("{step}.p{n}"), bad(vec![counter(&total)], vec![counter(&failed)]))
        })
        .chain([promise("whole", composed(Composition::All, &["checkout.a.p1", "checkout.c.p8"]))])
        .collect();
    let model = model(vec![journey("checkout", list)]);
    let mut case = Case::new();
    for n in 0..9 {
        case = case
            .series(&format!("x{{n=\"{n}\"}}"), "0+60x1440")
            .series(&format!("x_bad{{n=\"{n}\"}}"), &format!("0+{n}x1440"));
    }
    for n in 0..9 {
        let of = |series: &str, window: &str| {
            format!(
                "abs(max by () ({series}{{promise=\"p{n}\",window=\"{window}\"}}) - {n} / 60) < bool 1e-9"
            )
        };
        for window in ["5m", "1h"] {
            case = case.gives(&of("promise:error_ratio", window), "2h", &[("{}", "1")]);
        }
        case = case.gives(
            &format!("count(promise:error_ratio{{promise=\"p{n}\",window=\"5m\"}})"),
            "2h",
            &[("{}", "1")],
        );
    }
    case = case.gives(
        "abs(max by () (promise:error_ratio{promise=\"whole\",window=\"1h\"}) - (1 - 59 / 60 * 52 / 60)) < bool 1e-9",
        "2h",
        &[("{}", "1")],
    );
    case = case.firing("PromiseBurnsFast", "2h", &["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "whole"]);
    let chunked = unwrapped(&emit_as(&model, Target::Mimir(Mimir::default())));
    assert!(chunked.len() > 1);
    case.run_files(&chunked);
}

/// promtool reads plain files only: the proofs of another form bring them along.
#[test]
fn proofs_bring_plain_rules_along() {
    let one = promise("a.shown", bad(vec![counter("x")], vec![counter("x_bad")]));
    let mut model = model(vec![journey("checkout", vec![one])]);
    model.settings.prometheus.target = Target::Kubernetes(Kubernetes::default());
    let made = slovo::backend::proofs::artifacts(&model);
    let rules: Vec<&Artifact> = made.iter().filter(|a| a.path.starts_with("proofs/rules/")).collect();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].path, "proofs/rules/checkout.yml");
    assert_eq!(rules[0].text, plain(&model)[0].text);
    let proofs = made.iter().filter(|a| !a.path.starts_with("proofs/rules/"));
    assert!(proofs.clone().count() > 0);
    assert!(proofs.clone().all(|p| p.text.contains("rule_files: [\"rules/checkout.yml\"]")));
}

/// Where the rules go is known to be a file name everywhere.
#[test]
fn files_have_plain_names() {
    for form in FORMS {
        for file in emit_as(&large(), form()) {
            assert_eq!(Path::new(&file.path).extension().unwrap(), "yml");
            assert!(
                file.path
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b))
            );
        }
    }
}
