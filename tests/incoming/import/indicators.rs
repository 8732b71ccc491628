//! Indicators that an import writes compute what the statements in their place would.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::collected::shared;
use super::{common, run};

/// The source with each call of an indicator replaced by the indicator's statements; how many calls there were.
fn without_indicators(at: &Path) -> usize {
    let file = at.join("indicators.slovo");
    let text = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let mut bodies: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for one in text.split("indicator ").skip(1) {
        let (name, rest) = one.split_once('(').unwrap();
        let (parameter, rest) = rest.split_once(':').unwrap();
        let body = rest.split_once("{\n").unwrap().1.rsplit_once("\n}").unwrap().0;
        bodies.insert(name, (parameter, body));
    }
    let mut calls = 0;
    for path in common::files_below(&at.join("journeys"), "slovo") {
        let source = fs::read_to_string(&path).unwrap();
        let line = |line: &str| {
            let Some(call) = line.trim_start().strip_prefix("measured by ") else { return line.to_owned() };
            calls += 1;
            let (name, argument) = call.split_once('(').unwrap();
            let (parameter, body) = bodies[name];
            let value = argument.strip_suffix(')').unwrap().strip_prefix(&format!("{parameter}: ")).unwrap();
            body.replace(&format!("${parameter}"), value)
        };
        let lines: Vec<String> = source.lines().map(line).collect();
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    calls
}

fn built(at: &Path) -> BTreeMap<String, String> {
    let ran = run(at, &["build"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let read = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
    };
    common::files_below(&at.join("prometheus"), "yml").into_iter().map(read).collect()
}

/// The rules are the same to the byte.
#[test]
fn the_same_rules() {
    let fixture = Path::new("tests/incoming/import/indicators.yaml").to_owned();
    let collected = ["A-sloth", "C-pyrra"].iter().filter_map(|folder| shared(&format!("corpus/{folder}")));
    for path in std::iter::once(fixture).chain(collected) {
        let at = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(&path).unwrap();
        let ran = run(at.path(), &["import", path.to_str().unwrap(), "-o", "new"]);
        assert!(ran.code < 2, "{}", ran.err);
        let new = at.path().join("new");
        let with = built(&new);
        let calls = without_indicators(&new);
        assert!(calls >= 3 && !with.is_empty(), "{}", path.display());
        assert_eq!(with, built(&new), "{}", path.display());
    }
}

/// Two are too few, and a project's own indicators keep their names.
#[test]
fn names_and_numbers() {
    let text = fs::read_to_string("tests/incoming/import/indicators.yaml").unwrap();
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("slovo.yaml"), "project: shop\n").unwrap();
    fs::write(
        at.join("ours.slovo"),
        "metric ours_total: counter\nindicator http_requests_availability(x: string) {\n  total ours_total\n  bad   where {x=$x}\n}\n",
    )
    .unwrap();
    fs::write(at.join("x.yaml"), &text).unwrap();
    let ran = run(at, &["import", "x.yaml", "-o", "imported"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let made = fs::read_to_string(at.join("imported/indicators.slovo")).unwrap();
    assert!(made.contains("indicator http_requests_availability_by_handler(handler: string)"), "{made}");
    // Without the third.
    fs::write(at.join("two.yaml"), text.split("  - name: search").next().unwrap()).unwrap();
    let ran = run(at, &["import", "two.yaml", "--audit"]);
    assert!(!ran.out.contains("indicators.slovo"), "{}", ran.out);
}

/// Fewer objectives than before: no indicator is made any more, and its file says so instead of standing in the way.
#[test]
fn no_longer_alike() {
    let slo = |page: &str| {
        let query =
            |more: &str| format!("sum(rate(http_requests_total{{page=\"{page}\"{more}}}[{{{{.window}}}}]))");
        format!(
            "  - name: {page}\n    objective: 99\n    sli: {{events: {{error_query: '{}', total_query: '{}'}}}}\n    alerting: {{page_alert: {{disable: true}}, ticket_alert: {{disable: true}}}}\n",
            query(",code=\"500\""),
            query("")
        )
    };
    let spec = |pages: &[&str]| {
        let slos: String = pages.iter().map(|page| slo(page)).collect();
        format!("version: prometheus/v1\nservice: shop\nlabels: {{owner: shop}}\nslos:\n{slos}")
    };
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    let text = spec(&["cart", "search", "home"]);
    fs::write(at.join("x.yaml"), &text).unwrap();
    let import = || run(at, &["import", "x.yaml", "-o", "new"]);
    assert_eq!(import().code, 0);
    let indicators = at.join("new/indicators.slovo");
    assert!(fs::read_to_string(&indicators).unwrap().contains("indicator "));
    fs::write(at.join("x.yaml"), spec(&["cart", "search"])).unwrap();
    let ran = import();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        fs::read_to_string(&indicators).unwrap(),
        "# No objectives that were imported are measured alike any more.\n"
    );
    let new = at.join("new");
    assert_eq!(run(&new, &["check"]).code, 0);
    assert_eq!(run(&new, &["fmt", "--check"]).code, 0);
    // And back again.
    fs::write(at.join("x.yaml"), &text).unwrap();
    assert_eq!(import().code, 0);
    assert!(fs::read_to_string(&indicators).unwrap().contains("indicator "));
}
