//! Environments and outputs as they are built: folders, names and boards side by side, and what is said of a disk that holds more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

/// A project with this after its name and intervals.
fn project(at: &Path, name: &str, yaml: &str) {
    fs::create_dir_all(at).unwrap();
    fs::write(at.join("slovo.yaml"), format!("project: {name}\nretention: 100d\n{yaml}")).unwrap();
    fs::copy("examples/minimal/shop.slovo", at.join("shop.slovo")).unwrap();
}

fn folder(yaml: &str) -> TempDir {
    let at = tempfile::tempdir().unwrap();
    project(at.path(), "shop", yaml);
    at
}

/// Exit status and what is said, in one line.
fn slovo(at: &Path, args: &[&str]) -> (i32, String) {
    let ran = Command::cargo_bin("slovo")
        .unwrap()
        .current_dir(at)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    // Lines are broken to fit a terminal.
    let said = String::from_utf8(ran.stderr).unwrap();
    (ran.status.code().unwrap(), said.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn built(at: &Path, args: &[&str]) -> String {
    let (code, said) = slovo(at, &[&["build"], args].concat());
    assert_eq!(code, 0, "{said}");
    said
}

/// Every file below a folder with its text, manifests left out.
fn files(at: &Path) -> BTreeMap<String, String> {
    let mut made = BTreeMap::new();
    let mut folders = vec![at.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != ".slovo-manifest" {
                let name = path.strip_prefix(at).unwrap().to_str().unwrap().to_owned();
                made.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    made
}

/// An environment that names one output keeps the others; all of them in one call give what each call alone gives.
#[test]
fn outputs_merge_by_name() {
    let at = folder(
        "outputs:
  prometheus: {path: gen/rules}
  grafana: {folder: Promises}
  rules_mimir: {kind: prometheus, form: mimir}
environments:
  staging:
    outputs: {grafana: {form: configmaps}}
  quiet:
    outputs: {grafana: none, rules_mimir: none}
",
    );
    built(at.path(), &["--all-environments"]);
    let folders = [
        "gen/rules",
        "grafana",
        "rules_mimir",
        "gen/rules-staging",
        "grafana-staging",
        "rules_mimir-staging",
        "gen/rules-quiet",
    ];
    for folder in folders {
        assert!(at.path().join(folder).join(".slovo-manifest").is_file(), "{folder}");
    }
    assert!(!at.path().join("grafana-quiet").exists() && !at.path().join("rules_mimir-quiet").exists());
    let together = files(at.path());
    assert!(
        together["rules_mimir-staging/visit.yml"].contains("namespace: shop_staging.visit"),
        "{together:?}"
    );
    // The named output replaces the top's whole, options included.
    let boards: Vec<&String> = together.keys().filter(|path| path.starts_with("grafana-staging/")).collect();
    assert!(!boards.is_empty() && boards.iter().all(|path| path.ends_with(".yaml")), "{boards:?}");
    assert!(
        !together
            .iter()
            .any(|(path, text)| path.starts_with("grafana-staging/") && text.contains("grafana_folder"))
    );
    for environment in [&[][..], &["--env", "staging"], &["--env", "quiet"]] {
        let said = built(at.path(), environment);
        assert!(!said.contains("written") && !said.contains("removed"), "{said}");
    }
    assert_eq!(slovo(at.path(), &["build", "--all-environments", "--check"]).0, 0);
    assert_eq!(files(at.path()), together);
}

/// A second form holds what it would hold alone.
#[test]
fn several_outputs_of_a_kind() {
    let options = [
        ("plain", "{kind: prometheus}"),
        ("sloth", "{kind: prometheus, compatibility: sloth}"),
        ("objects", "{kind: prometheus, form: kubernetes}"),
        ("boards", "{kind: grafana, prefix: a}"),
        ("more", "{kind: grafana, prefix: b, form: resource}"),
    ];
    let all: Vec<String> = options.iter().map(|(name, said)| format!("  {name}: {said}\n")).collect();
    let all = all.concat();
    let together = folder(&format!("outputs:\n{all}"));
    built(together.path(), &[]);
    for (name, said) in options {
        let alone = folder(&format!("outputs:\n  {name}: {said}\n"));
        built(alone.path(), &[]);
        assert_eq!(files(&alone.path().join(name)), files(&together.path().join(name)), "{name}");
    }
}

/// Where one environment has a mistake nothing is written for any.
#[test]
fn all_or_none() {
    let at = folder("environments:\n  a:\n  b: {retention: 1d}\n");
    let (code, said) = slovo(at.path(), &["build", "--all-environments"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("E0416") && said.contains("nothing was written"), "{said}");
    assert!(!at.path().join("prometheus").exists() && !at.path().join("prometheus-a").exists());
}

/// Two environments and two projects in one Grafana: uids, titles, providers and places once each, and each board reads its
/// own series only.
#[test]
fn boards_side_by_side() {
    let yaml = "outputs: {prometheus: , grafana: {folder: Promises}}\nenvironments: {staging: , j: , a_rather_long_name_of_an_environment: }\n";
    let shop = folder(yaml);
    let bank = tempfile::tempdir().unwrap();
    project(bank.path(), "bank", "outputs: {grafana: {prefix: bank, mounted_at: /srv/bank}}\n");
    built(shop.path(), &["--all-environments"]);
    built(bank.path(), &[]);
    let all: Vec<(&str, BTreeMap<String, String>)> = vec![
        ("shop", files(&shop.path().join("grafana"))),
        ("shop_staging", files(&shop.path().join("grafana-staging"))),
        ("shop_j", files(&shop.path().join("grafana-j"))),
        (
            "shop_a_rather_long_name_of_an_environment",
            files(&shop.path().join("grafana-a_rather_long_name_of_an_environment")),
        ),
        ("bank", files(&bank.path().join("grafana"))),
    ];
    let (mut uids, mut titles, mut providers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (label, files) in &all {
        let provider: serde_json::Value = serde_yaml::from_str(&files["provider.yaml"]).unwrap();
        let provider = &provider["providers"][0];
        for key in [&provider["name"], &provider["options"]["path"]] {
            assert!(providers.insert(key.to_string()), "{label}: {key}");
        }
        let boards = files.iter().filter(|(path, _)| path.ends_with(".json"));
        for (path, text) in boards {
            let board: serde_json::Value = serde_json::from_str(text).unwrap();
            let uid = board["uid"].as_str().unwrap();
            assert!(uid.len() <= 40 && uids.insert(uid.to_owned()), "{label}: {uid}");
            let titled = (provider["folder"].to_string(), board["title"].to_string().to_lowercase());
            assert!(titles.insert(titled), "{label}: {}", board["title"]);
            assert_eq!(board["tags"][1], *label, "{path}");
            let read: Vec<&str> =
                text.split("project=\\\"").skip(1).map(|t| t.split("\\\"").next().unwrap()).collect();
            assert!(
                !read.is_empty() && read.iter().all(|project| project == label),
                "{label} {path}: {read:?}"
            );
        }
    }
    assert!(
        uids.contains("slo-overview")
            && uids.contains("slo-staging-overview")
            && uids.contains("bank-overview")
    );
    // Nothing lies in another's place either.
    let places: Vec<&str> =
        providers.iter().map(|p| p.trim_matches('"')).filter(|p| p.starts_with('/')).collect();
    for (at, place) in places.iter().enumerate() {
        assert!(
            !places.iter().enumerate().any(|(other, o)| other != at && o.starts_with(&format!("{place}/"))),
            "{places:?}"
        );
    }
    // Links of alerts lead to boards that are there.
    let linked = folder(&format!("links: {{dashboards: https://grafana.example}}\n{yaml}"));
    built(linked.path(), &["--all-environments"]);
    let rules = &files(&linked.path().join("prometheus-staging"))["visit.yml"];
    let links: Vec<&str> = rules
        .split("https://grafana.example/d/")
        .skip(1)
        .filter_map(|rest| rest.split(['?', '\'', '"', '\n']).next())
        // An alert on several promises fills their names in when it fires.
        .filter(|link| !link.contains("{{"))
        .collect();
    assert!(!links.is_empty());
    for link in links {
        assert!(link.starts_with("slo-staging-") && uids.contains(link), "{link}");
    }
}

/// Documents and boards are titled by the project's name, never by its label.
#[test]
fn words_name_project_and_environment() {
    let at = folder("outputs: {docs: }\nenvironments: {staging: }\n");
    built(at.path(), &["--env", "staging"]);
    let made = files(&at.path().join("docs-staging"));
    let index = &made["index.html"];
    assert!(index.contains("<title>Shop") || index.contains("Shop</title>"), "{index}");
    assert!(index.contains("staging") && !made.values().any(|text| text.contains("shop_staging")));
}

/// The label of what was recorded changes, and the folder: both are said, with what keeps them.
#[test]
fn what_is_left_behind() {
    let at = folder("environments: {staging: {identity: none}}\n");
    built(at.path(), &["--env", "staging"]);
    let yaml = |text: &str| {
        fs::write(at.path().join("slovo.yaml"), format!("project: shop\nretention: 100d\n{text}")).unwrap();
    };
    yaml("environments: {staging: }\n");
    // As it was written until folders lay side by side.
    fs::create_dir_all(at.path().join("prometheus")).unwrap();
    fs::rename(at.path().join("prometheus-staging"), at.path().join("prometheus/staging")).unwrap();
    let (code, said) = slovo(at.path(), &["check", "--env", "staging"]);
    assert_eq!(code, 0, "{said}");
    for words in [
        "W0504",
        "`prometheus/staging` holds what an earlier build wrote for `staging`, which is written to `prometheus-staging` now",
        "what was recorded for `staging` has the label `project=\"shop\"`, and from now on `project=\"shop_staging\"`",
        "`identity: none` in the environment keeps the label",
    ] {
        assert!(said.contains(words), "{words}:\n{said}");
    }
    built(at.path(), &["--env", "staging"]);
    fs::remove_dir_all(at.path().join("prometheus")).unwrap();
    let (_, said) = slovo(at.path(), &["check", "--env", "staging"]);
    assert!(!said.contains("W0504"), "it is said once: {said}");
    // Back again: the other way round.
    yaml("environments: {staging: {identity: none}}\n");
    let (_, said) = slovo(at.path(), &["check", "--env", "staging"]);
    assert!(said.contains("`identity: shop_staging` in the environment keeps the label"), "{said}");
}

/// Two projects of one repository that would be mixed: what to set, until they aren't.
#[test]
fn other_projects() {
    let at = tempfile::tempdir().unwrap();
    fs::create_dir(at.path().join(".git")).unwrap();
    let (shop, bank) = (at.path().join("shop"), at.path().join("bank"));
    project(&shop, "shop", "outputs: {grafana: {folder: Promises}}\n");
    built(&shop, &[]);
    let judged = |yaml: &str, words: &str| {
        project(&bank, "bank", yaml);
        let (code, said) = slovo(&bank, &["check"]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(said.contains("W0503"), !words.is_empty(), "{said}");
        assert!(said.contains(words), "{words}:\n{said}");
    };
    judged("outputs: {grafana: }\n", "set in `outputs.grafana` of one of the two: `prefix: bank`");
    judged(
        "outputs: {grafana: {prefix: bank}}\n",
        "two providers would read all that lies in `/var/lib/grafana/dashboards/slo`",
    );
    judged(
        "outputs: {grafana: {prefix: bank, mounted_at: /srv/bank, folder: Promises}}\n",
        "go to the same folder `Promises`",
    );
    judged("outputs: {grafana: {prefix: bank, mounted_at: /srv/bank}}\n", "");
    judged("outputs: {prometheus: }\n", "");
    // One label for both.
    project(
        &shop,
        "shop",
        "outputs: {prometheus: }\nenvironments: {bank: {identity: bank, outputs: {prometheus: {path: prometheus}}}}\n",
    );
    let (_, said) = slovo(&shop, &["build", "--env", "bank", "--force"]);
    assert!(said.contains("E0519"), "{said}");
    project(&shop, "bank_eu", "outputs: {prometheus: {path: rules}}\n");
    built(&shop, &[]);
    project(
        &bank,
        "bank",
        "outputs: {prometheus: {path: rules}}\nenvironments: {eu: {outputs: {prometheus: {path: rules}}}}\n",
    );
    assert!(slovo(&bank, &["check"]).1.contains("E0519"));
    project(
        &bank,
        "bank",
        "outputs: {prometheus: none}\nenvironments: {eu: {outputs: {prometheus: {path: rules}}}}\n",
    );
    let (_, said) = slovo(&bank, &["check", "--env", "eu"]);
    assert!(said.contains("`../shop/rules` is of the project `bank_eu`, whose series have the same label `project=\"bank_eu\"`"), "{said}");
    assert!(said.contains("`identity: bank_eu_2`"), "{said}");
    // Somewhere else than in one repository they are nobody's neighbours.
    fs::remove_dir(at.path().join(".git")).unwrap();
    assert!(!slovo(&bank, &["check", "--env", "eu"]).1.contains("W0503"));
}
