//! docs/catalogues.md: what it shows is what `slovo metrics import` makes of the expositions in `catalogues/`, and its promises
//! stand on metrics, labels, values and bounds that these have.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use slovo::catalogue_import::{What, declare};
use slovo::exposition;
use slovo::write::catalogue::metrics;

use crate::common;

const FOLDER: &str = "tests/incoming/catalogues";

/// What is printed and what is said of `slovo metrics import`.
fn import(at: &Path, args: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slovo"));
    command.current_dir(at).args(["metrics", "import"]).args(args).env_remove("CLICOLOR_FORCE");
    let ran = command.output().unwrap();
    (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
}

/// The blocks of a kind, each with the name of the exposition that stands after it.
fn shown(page: &[common::FencedBlock], kind: &str) -> Vec<(String, String)> {
    let of = |b: &common::FencedBlock| {
        let name = b.info.strip_prefix(kind)?.strip_prefix(' ')?;
        Some((name.to_owned(), b.text.clone()))
    };
    page.iter().filter_map(of).collect()
}

#[test]
fn the_page_shows_what_is_made_of_the_expositions() {
    let page = common::blocks(&fs::read_to_string("docs/catalogues.md").unwrap());
    let (declared, said) = (shown(&page, "slovo import"), shown(&page, "text said"));
    assert_eq!(declared.len(), 5);
    for (name, text) in &declared {
        let (out, err) = import(Path::new(FOLDER), &[&format!("{name}.prom")]);
        assert_eq!(&out, text, "{name}");
        match said.iter().find(|(n, _)| n == name) {
            Some((_, text)) => assert_eq!(&err, text, "{name}"),
            // Nothing but how many were declared.
            None => assert_eq!(err.lines().count(), 1, "{name}: {err}"),
        }
    }
}

/// The page's promises read what the expositions have: declared by hand is what was imported, with more said of it.
#[test]
fn the_promises_stand_on_what_is_exposed() {
    let page = fs::read_to_string("docs/catalogues.md").unwrap();
    let mut compared = 0;
    for file in common::files_below(Path::new(FOLDER), "prom") {
        let text = fs::read_to_string(&file).unwrap();
        let read = exposition::read(&text).unwrap();
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let names: BTreeSet<&str> = read.families.iter().map(|f| f.name.as_ref()).collect();
        let declares = |text: &str| names.iter().filter(|n| text.contains(&format!("metric {n}:"))).count();
        let program =
            common::blocks(&page).into_iter().find(|b| b.info == "slovo alone" && declares(&b.text) > 0);
        let program = program.unwrap_or_else(|| panic!("no program of {stem}"));
        compared += declares(&program.text);
        if stem.ends_with("_percentiles") {
            continue; // Other bounds, by another setting.
        }
        let folder = common::folder(&[
            ("slovo.yaml", "project: shop\nretention: 100d\n"),
            ("page.slovo", &program.text),
            ("seen.prom", &text),
        ]);
        let (out, err) = import(folder.path(), &["seen.prom", "--only-used"]);
        // A diff would show what the page lacks, which are labels of Istio alone; a contradiction would be said.
        assert!(out.is_empty() || stem == "istio", "{stem}:\n{out}");
        assert!(!err.contains(": declared"), "{stem}: {err}");
    }
    assert_eq!(compared, 10);
}

/// Spring Boot's 68 bounds are taken, each as it is written. The requests under way are a gauge histogram, which Micrometer's
/// text calls a histogram: it counts up and down, so it is left out.
#[test]
fn percentiles_of_spring_boot() {
    let text = fs::read_to_string(format!("{FOLDER}/spring_boot_percentiles.prom")).unwrap();
    let made = declare(&exposition::read(&text).unwrap(), &[]);
    let metric = made.metrics.iter().find(|m| m.name == "http_server_requests_seconds").unwrap();
    assert_eq!(metric.buckets.len(), 68);
    let written = metrics(&made.metrics).unwrap();
    let page = fs::read_to_string("docs/catalogues.md").unwrap();
    for (bound, limit) in [("0.268435456", "268.435456ms"), ("0.536870911", "536.870911ms")] {
        assert!(written.contains(bound) && page.contains(limit), "{bound}");
    }
    assert!(made.metrics.iter().all(|m| m.name != "http_server_requests_active_seconds"));
    let whats: Vec<_> = made.findings.iter().map(|f| (f.metric.as_str(), &f.what)).collect();
    assert_eq!(whats, [("http_server_requests_active_seconds", &What::GaugeHistogram)]);
}
