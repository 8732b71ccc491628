//! Real specs, collected from public repositories; they are not part of this one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use slovo::import::{Grade, Imported, import};

use crate::{common, fresh, input, sound};

fn shared(folder: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("SLOVO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join(folder);
    if !folder.is_dir() {
        eprintln!("skipped: no collected specs at {} (SLOVO_SHARED)", folder.display());
        return None;
    }
    Some(folder)
}

/// The queries of each objective of a spec, blanks aside; a plugin has none.
fn queries(text: &str) -> BTreeMap<String, Option<String>> {
    use serde::Deserialize;
    let mut made = BTreeMap::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let Ok(value) = serde_yaml::Value::deserialize(document) else { continue };
        let spec = value.get("spec").unwrap_or(&value);
        let service = spec.get("service").and_then(|s| s.as_str()).unwrap_or("");
        for slo in spec.get("slos").and_then(|s| s.as_sequence()).into_iter().flatten() {
            let name = slo.get("name").and_then(|n| n.as_str()).unwrap_or("");
            let sli = slo.get("sli").cloned().unwrap_or_default();
            let parts: Vec<String> = ["events", "raw"]
                .iter()
                .filter_map(|form| sli.get(form)?.as_mapping())
                .flat_map(|m| m.values().filter_map(|v| v.as_str()))
                .map(|q| q.split_whitespace().collect())
                .collect();
            made.insert(format!("{service}/{name}"), (!parts.is_empty()).then(|| parts.join(" over ")));
        }
    }
    made
}

/// Every spec collected from public repositories comes over, or is refused with its reason.
#[test]
fn collected_specs() {
    let Some(folder) = shared("corpus/A-sloth") else { return };
    let mut files = common::files_below(&folder, "yaml");
    files.extend(common::files_below(&folder, "yml"));
    let mut grades: BTreeMap<String, Grade> = BTreeMap::new();
    let (mut specs, mut others) = (0, 0);
    for path in files {
        let shown = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let made = match import(&[input(&shown, &text)], &fresh()) {
            Ok(made) => made,
            Err(refused) => {
                others += 1;
                let (message, _) = &refused.inputs[0];
                let known = ["Helm template", "isn't a format", "is not YAML", "is empty"];
                assert!(known.iter().any(|k| message.contains(k)), "{message}");
                continue;
            }
        };
        specs += 1;
        sound(&made, &shown);
        let queries = queries(&text);
        assert!(!made.report.objectives.is_empty(), "{shown}: nothing became of it");
        for outcome in &made.report.objectives {
            assert!(outcome.place.line > 1 && outcome.place.file == shown, "{shown}: {outcome:?}");
            assert_eq!(outcome.grade == Grade::Refused, outcome.refused.is_some(), "{shown}: {outcome:?}");
            assert_eq!(
                outcome.grade == Grade::Assumed,
                !outcome.assumed.is_empty() && outcome.escaped.is_empty() && outcome.refused.is_none()
            );
            if let Some(Some(query)) = queries.get(&outcome.objective) {
                let known = grades.entry(query.clone()).or_insert(outcome.grade);
                *known = (*known).min(outcome.grade);
            }
        }
    }
    let count = |grade| grades.values().filter(|g| **g == grade).count();
    let typed = count(Grade::Exact) + count(Grade::Assumed);
    println!(
        "{specs} specs, {others} other files; of {} distinct SLIs that are no plugins: {} exact, {} assumed, {} escaped, {} refused",
        grades.len(),
        count(Grade::Exact),
        count(Grade::Assumed),
        count(Grade::Escaped),
        count(Grade::Refused)
    );
    assert!(specs > 40, "{specs} specs");
    assert!(typed >= 26, "{typed} typed of {}", grades.len());
}

/// The files of a collection that are inputs, by the roles of its index.
fn inputs(folder: &Path, category: &str) -> Vec<(String, String)> {
    let index = fs::read_to_string(folder.join("index.tsv")).unwrap();
    let mut made = Vec::new();
    for line in index.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells[1] == category && cells[2] != "expected-output" {
            made.push((cells[7].to_owned(), fs::read_to_string(folder.join(cells[7])).unwrap()));
        }
    }
    assert!(made.len() > 20, "{category}: {} files", made.len());
    made
}

/// What is said of each objective holds together.
fn told(made: &Imported, shown: &str) {
    for outcome in &made.report.objectives {
        assert!(outcome.place.line >= 1 && outcome.place.file == shown, "{shown}: {outcome:?}");
        assert_eq!(outcome.grade == Grade::Refused, outcome.refused.is_some(), "{shown}: {outcome:?}");
        assert_eq!(outcome.grade == Grade::Exact, {
            outcome.assumed.is_empty() && outcome.escaped.is_empty() && outcome.refused.is_none()
        });
    }
}

/// Every OpenSLO document collected from public repositories comes over, or is refused with its reason.
#[test]
fn collected_openslo() {
    let Some(folder) = shared("corpus") else { return };
    let mut grades: BTreeMap<Grade, usize> = BTreeMap::new();
    let (mut read, mut elsewhere, mut together) = (0, 0, Vec::new());
    for (shown, text) in inputs(&folder, "B-openslo") {
        together.push(slovo::import::Input { named: false, ..input(&shown, &text) });
        let made = match import(&[input(&shown, &text)], &fresh()) {
            Ok(made) => made,
            Err(refused) => {
                let (message, _) = &refused.inputs[0];
                let known = ["isn't a format", "is not YAML"];
                assert!(known.iter().any(|k| message.contains(k)), "{message}");
                continue;
            }
        };
        read += 1;
        sound(&made, &shown);
        told(&made, &shown);
        // What no objective came of is listed.
        let said = made.report.objectives.len() + made.report.passed_over.len();
        assert!(said > 0, "{shown}: nothing is said of it");
        // Mistakes that were collected as such, and blocks of the specification with types in place of values.
        if shown.contains("invalid") || shown.contains(".block") {
            continue;
        }
        for outcome in &made.report.objectives {
            let why = outcome.refused.as_deref().unwrap_or("");
            if why.contains("only queries in PromQL") || why.contains("is not PromQL") {
                elsewhere += 1;
            } else {
                *grades.entry(outcome.grade).or_default() += 1;
            }
        }
    }
    let count = |grade| grades.get(&grade).copied().unwrap_or(0);
    let (typed, all) = (count(Grade::Exact) + count(Grade::Assumed), grades.values().sum::<usize>());
    println!("{read} files, {elsewhere} objectives of other sources, {typed} typed of {all}: {grades:?}");
    assert!(read > 50, "{read} files");
    assert!(typed * 10 >= all * 7 && typed >= 8, "{grades:?}");
    // All of them at once, as a folder.
    sound(&import(&together, &fresh()).unwrap(), "all of them");
}

/// Every object of Pyrra collected from public repositories becomes a typed promise.
#[test]
fn collected_pyrra() {
    let Some(folder) = shared("corpus") else { return };
    let (mut exact, mut assumed, mut others, mut together) = (0, 0, 0, Vec::new());
    for (shown, text) in inputs(&folder, "C-pyrra") {
        together.push(slovo::import::Input { named: false, ..input(&shown, &text) });
        let made = match import(&[input(&shown, &text)], &fresh()) {
            Ok(made) => made,
            Err(refused) => {
                // Other operators' objects of the same kind.
                assert!(refused.inputs[0].0.contains("`kind: ServiceLevelObjective` of `"), "{refused:?}");
                others += 1;
                continue;
            }
        };
        sound(&made, &shown);
        told(&made, &shown);
        assert_eq!(made.report.objectives.len(), 1, "{shown}");
        match made.report.objectives[0].grade {
            Grade::Exact => exact += 1,
            Grade::Assumed => assumed += 1,
            Grade::Escaped | Grade::Refused => panic!("{shown}:\n{}", made.report.text()),
        }
    }
    println!("{exact} exact, {assumed} assumed, {others} of other tools");
    assert!(exact > 80 && others < 5, "{exact} exact, {assumed} assumed");
    // All of them at once: objects of one name for several clusters are told apart where a label does.
    let made = import(&together, &fresh()).unwrap();
    sound(&made, "all of them");
    assert!(made.report.count(Grade::Refused) <= 2, "{}", made.report.text());
}

/// Every rule file collected from public repositories comes over, or is refused or listed with its reason.
#[test]
fn collected_rules() {
    let Some(folder) = shared("corpus/E-rules") else { return };
    let mut files = common::files_below(&folder, "yaml");
    files.extend(common::files_below(&folder, "yml"));
    let (mut grades, mut listed, mut others, mut together) =
        (BTreeMap::<Grade, usize>::new(), 0, 0, Vec::new());
    for path in files {
        let shown = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        together.push(slovo::import::Input { named: false, ..input(&shown, &text) });
        let made = match import(&[input(&shown, &text)], &fresh()) {
            Ok(made) => made,
            Err(refused) => {
                assert!(refused.inputs[0].0.contains("isn't a format"), "{refused:?}");
                others += 1;
                continue;
            }
        };
        sound(&made, &shown);
        told(&made, &shown);
        let report = &made.report;
        let said = report.objectives.len() + report.near.len() + report.left.len() + report.passed_over.len();
        assert!(said > 0, "{shown}: nothing is said of it");
        listed += report.rules_left;
        for outcome in &report.objectives {
            *grades.entry(outcome.grade).or_default() += 1;
        }
    }
    println!("{grades:?}, {listed} rules listed, {others} other files");
    let proposed: usize = grades.iter().filter(|(grade, _)| **grade != Grade::Refused).map(|(_, n)| n).sum();
    assert!(proposed >= 5 && listed > 100, "{grades:?}, {listed}");
    sound(&import(&together, &fresh()).unwrap(), "all of them");
}
