//! Every form of promise on every engine that is there (`just engines`): real servers load the rules and evaluate them without an
//! error, proofs hold, and the same samples are recorded. docs/rules.md has the table, which is held against what was found.
//!
//! Engines that are missing are left out of all that; under `CI=true` there must be a Prometheus and a VictoriaMetrics. Proofs of every
//! form take minutes: only `just engines` runs those.

use crate::bench;
mod converted;
mod found;
mod live;
mod play;
mod raw;
mod sloth;
mod table;

use std::collections::BTreeMap;
use std::process::Command;

use slovo::backend::Backend as _;
use slovo::ir::Model;

const FORMS: &str = include_str!("forms.slovo");
const NATIVE: &str = include_str!("native.slovo");

/// Every form that an engine can have.
fn sources(victoria: bool) -> Vec<(&'static str, &'static str)> {
    let mut sources = vec![("forms.slovo", FORMS)];
    if !victoria {
        sources.push(("native.slovo", NATIVE));
    }
    sources
}

fn settings(victoria: bool) -> String {
    let form = if victoria { "vmalert" } else { "files" };
    format!(
        "project: shop\nscrape_interval: 15s\nretention: 100d\nlimits: {{promises_per_step: 12}}\noutputs:\n  prometheus:\n    form: {form}\n"
    )
}

fn model(victoria: bool) -> Model {
    let project = slovo::project::Project::in_memory(&sources(victoria), &settings(victoria));
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    compiled.model.unwrap_or_else(|| panic!("{said}"))
}

/// The rule files of every form that an engine can have.
fn files(victoria: bool) -> Vec<slovo::backend::Artifact> {
    slovo::backend::prometheus::Prometheus.emit(&model(victoria)).unwrap()
}

/// What may be switched on in a version: rules at the same time, names removed at the end of an expression, and a zero where a series
/// says when its process was started.
fn features((major, minor): (u32, u32)) -> Vec<&'static str> {
    let all = [
        ((2, 48), "created-timestamp-zero-ingestion"),
        ((2, 49), "concurrent-rule-eval"),
        ((3, 0), "promql-delayed-name-removal"),
        ((3, 9), "use-start-timestamps"),
    ];
    all.into_iter().filter(|(since, _)| (major, minor) >= *since).map(|(_, name)| name).collect()
}

/// In words for the table.
fn cell(difference: &play::Difference) -> String {
    if difference.samples == 0 || difference.alone == difference.samples {
        return "refused, E0531".to_owned();
    }
    if difference.alone + difference.apart == 0 {
        return "equal".to_owned();
    }
    "differs".to_owned()
}

#[test]
fn the_same_is_recorded() {
    let raw = raw::samples(play::START);
    let engines = found::engines();
    let mut ways = Vec::new();
    for found in &engines {
        ways.push((found.clone(), true));
        let features = features(found.version);
        if !found.server.victoria && !features.is_empty() {
            let mut with = found.clone();
            with.server.flags = vec![found::with_features(&features)];
            ways.push((with, false));
        }
    }
    let played: Vec<play::Recorded> = std::thread::scope(|scope| {
        let play = |found: &found::Found| {
            let texts: Vec<String> = files(found.server.victoria).into_iter().map(|f| f.text).collect();
            play::play(found, &texts, &raw)
        };
        let running: Vec<_> = ways.iter().map(|(found, _)| scope.spawn(move || play(found))).collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    });
    let Some(first) = played.first() else { return };
    let titles = titles();
    let mut rows: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for ((found, plain), recorded) in ways.iter().zip(&played) {
        let count: usize = recorded.values().map(BTreeMap::len).sum();
        let flags = if *plain { "" } else { found.server.flags[0].as_str() };
        eprintln!("{} {flags}: {} series, {count} samples", found.name, recorded.len());
        for (form, difference) in play::compare(first, recorded) {
            let cell = cell(&difference);
            if cell == "differs" {
                let counted = |of: &play::Recorded| {
                    ["promise:events:count", "promise:bad_events:count"]
                        .map(|name| play::sum(of, &form, name))
                };
                eprintln!("  {form}: {:?}, not {:?}; {difference:?}", counted(recorded), counted(first));
            }
            if *plain {
                rows.entry(form).or_default().insert(found.name.clone(), cell);
            } else {
                // What may be switched on changes nothing.
                assert_eq!(cell, "equal", "{} {flags}: {form}", found.name);
            }
        }
    }
    assert_eq!(
        rows.keys().collect::<Vec<_>>(),
        titles
            .iter()
            .map(|(form, _)| form)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    let rows =
        titles.into_iter().map(|(form, title)| (title, rows.remove(&form).unwrap_or_default())).collect();
    table::hold(&rows);
}

/// The forms in order of the sources, with their titles.
fn titles() -> Vec<(String, String)> {
    let model = model(false);
    let mut list: Vec<_> = model
        .promises()
        .map(|(_, p)| {
            let form = match &p.path.step {
                Some(step) => format!("{step}.{}", p.path.promise),
                None => p.path.promise.clone(),
            };
            ((p.origin.span.file, p.origin.line), form, p.title.clone())
        })
        .collect();
    list.sort();
    list.into_iter().map(|(_, form, title)| (form, title)).collect()
}

/// What the table says is refused is refused by `check`.
#[test]
fn native_histograms_are_refused_for_vmalert() {
    let project = slovo::project::Project::in_memory(&sources(false), &settings(true));
    let codes: Vec<&str> = project.compile().diagnostics.iter().map(|d| d.code.id).collect();
    assert!(codes.contains(&"E0531"), "{codes:?}");
}

const CONVERTED: &str = include_str!("converted.slovo");

/// Rules of one more source, for this engine.
fn rules_of(source: &str, engine: &str, scrape: &str) -> String {
    let yaml = format!("{}    engine: \"{engine}\"\n", settings(false)).replace("15s", scrape);
    let sources = [("forms.slovo", FORMS), ("more.slovo", source)];
    let project = slovo::project::Project::in_memory(&sources, &yaml);
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    let model = compiled.model.unwrap_or_else(|| panic!("{said}"));
    let files = slovo::backend::prometheus::Prometheus.emit(&model).unwrap();
    files.into_iter().find(|f| f.path.ends_with("native.yml")).unwrap().text
}

#[test]
fn a_conversion_changes_nothing() {
    let mut cells = BTreeMap::new();
    for found in &found::engines() {
        if found.server.victoria || found.version < (3, 5) {
            let engine = found.name.to_lowercase();
            let form = if found.server.victoria { "form: vmalert" } else { "form: files" };
            let yaml = format!("{}    engine: \"{engine}\"\n", settings(false)).replace("form: files", form);
            let sources = [("forms.slovo", FORMS), ("more.slovo", CONVERTED)];
            let project = slovo::project::Project::in_memory(&sources, &yaml);
            let codes: Vec<&str> = project.compile().diagnostics.iter().map(|d| d.code.id).collect();
            assert!(codes.contains(&"E0531"), "{engine}: {codes:?}");
            cells.insert(found.name.clone(), "refused, E0531".to_owned());
            continue;
        }
        let without = CONVERTED.replace("  stored classic or native\n", "");
        let parsed = |source| bench::layers::parse(&rules_of(source, "prometheus 3.5", "15s"));
        converted::hold(found, &parsed(CONVERTED), &parsed(&without));
        live::conversion(found, &rules_of(CONVERTED, "prometheus 3.5", "1s"));
        cells.insert(found.name.clone(), "equal".to_owned());
    }
    table::hold(&vec![("`stored classic or native`, converted while it runs".to_owned(), cells)]);
}

#[test]
fn servers_load_and_evaluate() {
    let engines = found::engines();
    let loaded: Vec<(String, String)> = std::thread::scope(|scope| {
        let load = |found: &found::Found| {
            let files = files(found.server.victoria);
            let written: usize = files.iter().map(|f| f.text.matches("\n        expr:").count()).sum();
            let mut rules = 0;
            if found.server.victoria {
                if found.program("vmalert").is_some() {
                    rules = live::victoria(found, &files);
                }
            } else {
                let mut ways = vec![Vec::new(), features(found.version)];
                ways.dedup();
                for features in ways {
                    rules = live::prometheus(found, &features, &files);
                }
            }
            (found.name.clone(), format!("{rules} of {written}"))
        };
        let running: Vec<_> = engines.iter().map(|found| scope.spawn(move || load(found))).collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    });
    table::hold(&vec![(
        "rules loaded and evaluated, of those written".to_owned(),
        loaded.into_iter().collect(),
    )]);
}

/// Where it was built: `just engines`.
#[test]
fn thanos_ruler_loads_and_evaluates() {
    let engines = found::engines();
    let newest = engines.iter().rfind(|found| !found.server.victoria);
    let (Some(newest), Some(thanos)) = (newest, found::beside("thanos")) else {
        eprintln!("Thanos is not there: NOT TESTED");
        return;
    };
    let version = Command::new(&thanos).arg("--version").output().unwrap();
    let said = String::from_utf8_lossy(&[version.stdout, version.stderr].concat()).into_owned();
    let settings = settings(false).replace("form: files", "form: thanos");
    let project = slovo::project::Project::in_memory(&sources(false), &settings);
    let model = project.compile().model.unwrap();
    let files = slovo::backend::prometheus::Prometheus.emit(&model).unwrap();
    let written: usize = files.iter().map(|f| f.text.matches("\n        expr:").count()).sum();
    let rules = live::thanos(newest, &thanos, &files);
    eprintln!("{} beside {}: {rules} of {written}", said.lines().next().unwrap_or_default(), newest.name);
    assert_eq!(rules, written);
}

/// Ignored by `cargo test`, since it takes minutes for each promtool that is there; `just engines` runs it with `--include-ignored`. What CI
/// proves on newer engines is in `.ci/engines`.
#[test]
#[ignore = "takes minutes for each promtool; `just engines` runs it"]
fn proofs_hold() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in sources(false) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    std::fs::write(folder.path().join("slovo.yaml"), settings(false)).unwrap();
    let mut cells = BTreeMap::new();
    for found in found::engines() {
        let Some(promtool) = found.program("promtool").filter(|_| !found.server.victoria) else { continue };
        let output = Command::new(env!("CARGO_BIN_EXE_slovo"))
            .arg("-C")
            .arg(folder.path())
            .arg("test")
            .arg("--promtool")
            .arg(promtool)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let last = said.lines().find(|line| line.contains(" checks of ")).unwrap_or_default().to_owned();
        eprintln!("{}: {last}", found.name);
        assert!(output.status.success() && last.contains("all hold"), "{said}");
        let count = last.split(' ').next().unwrap_or_default();
        cells.insert(found.name, format!("{count} of {count}"));
    }
    table::hold(&vec![("proofs that hold".to_owned(), cells)]);
}
