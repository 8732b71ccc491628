//! `slovo import`: what is written checks, is canonical and builds; what is called exact computes what the source's queries do; what
//! cannot come over is refused with its place and reason.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::format_push_string,
    reason = "a test"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use slovo::import::{Grade, Imported, Input, Target, import};
use slovo::project::Project;
use slovo::source::FileId;

fn input(path: &str, text: &str) -> Input {
    Input { path: path.to_owned(), text: Ok(text.to_owned()), named: true }
}

fn fresh() -> Target<'static> {
    Target { project: None, prefix: String::new(), name: "imported".to_owned() }
}

fn imported(path: &str, text: &str) -> Imported {
    import(&[input(path, text)], &fresh()).unwrap_or_else(|e| panic!("{path}: {:?}", e.inputs))
}

/// What was written has no error, and `slovo fmt` leaves it alone.
fn sound(made: &Imported, what: &str) {
    let Some(yaml) = made.files.iter().find(|f| f.path == "slovo.yaml") else {
        assert!(made.files.is_empty(), "{what}: files without slovo.yaml");
        return;
    };
    let sources: Vec<(&str, &str)> = made
        .files
        .iter()
        .filter(|f| f.path != "slovo.yaml")
        .map(|f| (f.path.as_str(), f.text.as_str()))
        .collect();
    let project = Project::in_memory(&sources, &yaml.text);
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    assert!(!compiled.diagnostics.has_errors(), "{what}:\n{said}");
    for (path, text) in sources {
        assert_eq!(slovo::fmt::format(FileId(0), text).unwrap(), text, "{what}: {path}");
    }
}

#[test]
fn goldens() {
    let mut wrong = Vec::new();
    for path in common::cases_below(Path::new("tests/import"), "yaml") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let made = imported(&name, &fs::read_to_string(&path).unwrap());
        sound(&made, &name);
        let mut shown = made.report.text();
        for file in &made.files {
            shown.push_str(&format!("\n==> {} <==\n{}", file.path, file.text));
        }
        common::golden(&path.with_extension("golden"), &shown, &mut wrong);
    }
    assert!(wrong.is_empty(), "UPDATE_GOLDENS=1 rewrites\n{}", wrong.join("\n"));
}

/// The same, whatever is imported beside it and however often.
#[test]
fn the_same_each_time() {
    let text = fs::read_to_string("tests/import/file.yaml").unwrap();
    let (a, b) = (imported("a.yaml", &text), imported("a.yaml", &text));
    assert_eq!(a.files, b.files);
    assert_eq!(a.report.json(), b.report.json());
    let json: serde_json::Value = serde_json::from_str(&a.report.json()).unwrap();
    assert_eq!(json["totals"]["objectives"], 8);
    assert_eq!(json["objectives"][0]["place"]["line"], 8);
    assert!(a.report.markdown().contains("## Exact"));
}

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
                let known = ["Helm template", "of no kind", "is not YAML", "is empty"];
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

/// What cannot be imported at all is told with a place and a way out.
#[test]
fn bad_input() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
    let deep = format!("version: prometheus/v1\nslos: {}", "[".repeat(100_000));
    for (text, wanted) in [
        ("", "`x.yaml` is empty"),
        ("# nothing\n---\n", "`x.yaml` is empty"),
        ("a: b\n\0\u{1}", "`x.yaml:2` is binary"),
        ("a: b\nc: {{ .Values.x }}\n", "`x.yaml:2` is the text of a Helm template"),
        ("{{- if .Values.x }}\na: b\n{{- end }}\n", "is the text of a Helm template"),
        ("a: [1, 2\nb\n", "is not YAML"),
        ("version: prometheus/v2\nservice: a\n", "of no kind that can be imported: `version: prometheus/v2`"),
        ("kind: PrometheusRule\napiVersion: x/v1\n", "`kind: PrometheusRule` of `x/v1`"),
        ("just words\n", "of no kind that can be imported: a text, not a map"),
        (bomb, "anchors and aliases repeat more than"),
        (&deep, "more than 100 lists and maps in each other"),
    ] {
        let refused = import(&[input("x.yaml", text)], &fresh()).unwrap_err();
        assert!(refused.inputs[0].0.contains(wanted), "{wanted}: {:?}", refused.inputs);
        // Found in a folder it is passed over, which is said.
        let found = Input { named: false, ..input("x.yaml", text) };
        let made = import(&[found], &fresh()).unwrap();
        assert!(made.files.is_empty() && made.report.passed_over.len() == 1, "{wanted}: {:?}", made.report);
    }
}

/// Whatever a spec holds, what is written checks and is canonical, and nothing panics.
#[test]
fn hostile_texts() {
    let spec = fs::read_to_string("tests/import/file.yaml").unwrap();
    let nasty = [
        "x\\\" }\\n} metric a: counter",
        "\\u202Eabc",
        "a\\u0000b",
        "é\\u200b",
        "\\\"\\\"\\\"",
        "{{ .window }}",
        "# from x:1",
        "\\n# from x:1\\n",
        "journey",
        "9lives",
        "over 5d",
        "$range",
        "💥",
    ];
    for word in nasty {
        for place in [
            "web-shop",
            "shop",
            "requests-availability",
            "Pages open.",
            "ShopErrors",
            "https://runbooks.example/shop",
            "page",
            "#shop",
        ] {
            let text = spec.replace(&format!(": {place}\n"), &format!(": \"{word}\"\n"));
            let made = imported("x.yaml", &text);
            sound(&made, &format!("{word} for {place}"));
            assert_eq!(made.report.objectives.len(), 8, "{word} for {place}");
        }
        let text = spec.replace("code=~\"5..\"", &format!("code=~'{}'", word.replace("\\\"", "")));
        // Some of them are no YAML there.
        if let Ok(made) = import(&[input("x.yaml", &text)], &fresh()) {
            sound(&made, word);
        }
    }
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn run(at: &Path, args: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("slovo").unwrap();
    command.current_dir(at).args(args).stdin(Stdio::null()).env_remove("COLUMNS");
    let ran = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: ran.status.code().unwrap_or(-1), out: text(ran.stdout), err: text(ran.stderr) }
}

fn listed(at: &Path) -> Vec<String> {
    let mut found: Vec<String> = ["slovo", "yaml"]
        .iter()
        .flat_map(|e| common::files_below(at, e))
        .map(|p| p.strip_prefix(at).unwrap().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

const WHOLE: &str = "version: prometheus/v1
service: shop
labels: {owner: shop}
slos:
  - name: pages
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{code=~\"5..\"}[{{.window}}]))
        total_query: sum(rate(http_requests_total[{{.window}}]))
    alerting: {page_alert: {disable: true}, ticket_alert: {disable: true}}
";

#[test]
fn exit_codes_and_files() {
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::create_dir(at.join("specs")).unwrap();
    fs::write(at.join("specs/shop.yaml"), WHOLE).unwrap();
    fs::copy("tests/import/mistakes.yaml", at.join("mistakes.yaml")).unwrap();
    // The report alone.
    let ran = run(at, &["import", "specs", "-o", "new", "--audit"]);
    assert_eq!((ran.code, at.join("new").exists()), (0, false), "{}", ran.err);
    assert!(ran.out.starts_with("1 objective: 1 exact"), "{}", ran.out);
    assert!(ran.out.contains("Nothing was written: --audit"), "{}", ran.out);
    // Nothing unless whole.
    let ran = run(at, &["import", "mistakes.yaml", "-o", "new", "--strict"]);
    assert_eq!((ran.code, at.join("new").exists()), (1, false), "{}", ran.err);
    // Whole; it checks, is formatted and builds.
    let ran = run(at, &["import", "specs", "-o", "new", "--report", "report.json", "--format", "json"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("whole: nothing was lost"), "{}", ran.err);
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(at.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["totals"]["whole"], true);
    assert_eq!(
        listed(&at.join("new")),
        ["catalogue.slovo", "journeys/shop.slovo", "people.slovo", "slovo.yaml"]
    );
    for command in [&["check"][..], &["fmt", "--check"], &["build"]] {
        let ran = run(&at.join("new"), command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.err);
    }
    // Into that project again: the journey is there.
    let before = fs::read_to_string(at.join("new/journeys/shop.slovo")).unwrap();
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let said: String = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("`journey shop` of specs/shop.yaml:2 is there already: journeys/shop.slovo:2"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(at.join("new/journeys/shop.slovo")).unwrap(), before);
    // Another service comes into the project beside it; what is declared there is taken as it is.
    fs::write(at.join("pay.yaml"), WHOLE.replace("service: shop", "service: pay")).unwrap();
    let ran = run(at, &["import", "pay.yaml", "-o", "new/pay"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(listed(&at.join("new/pay")), ["journeys/pay.slovo"]);
    assert_eq!(run(&at.join("new"), &["check"]).code, 0);
    // A file that is there is never overwritten.
    fs::create_dir_all(at.join("other/journeys")).unwrap();
    fs::write(at.join("other/journeys/shop.slovo"), "mine").unwrap();
    let ran = run(at, &["import", "specs", "-o", "other"]);
    assert_eq!(
        (ran.code, listed(&at.join("other"))),
        (2, vec!["journeys/shop.slovo".to_owned()]),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("there already"), "{}", ran.err);
    // Something refused: the rest is written, and the last line says what is missing.
    let ran = run(at, &["import", "mistakes.yaml", "-o", "partly"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(at.join("partly/journeys/reports.slovo").is_file());
    assert!(ran.out.trim_end().lines().last().unwrap().starts_with("not whole: "), "{}", ran.out);
}

#[test]
fn files_that_are_none() {
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("large.yaml"), "a: b\n".repeat(10_000_000)).unwrap();
    fs::write(at.join("latin.yaml"), b"service: caf\xe9\n").unwrap();
    fs::write(at.join("wide.yaml"), b"\xff\xfea\0").unwrap();
    for (file, wanted) in [
        ("large.yaml", "it is larger than 8192 KiB"),
        ("latin.yaml", "it is not UTF-8"),
        ("wide.yaml", "it is not UTF-8"),
        ("none.yaml", "cannot be read"),
    ] {
        let ran = run(at, &["import", file, "-o", "out"]);
        assert_eq!((ran.code, at.join("out").exists()), (2, false), "{}", ran.err);
        let said = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(wanted) && said.contains(file), "{said}");
    }
    fs::create_dir(at.join("empty")).unwrap();
    assert_eq!(run(at, &["import", "empty"]).code, 2);
    assert_eq!(run(at, &["import"]).code, 2);
}

/// What would compute something else is never called exact.
#[test]
fn never_exact() {
    let total = "sum(rate(x_total[{{.window}}]))";
    for (error, total) in [
        // A fallback that is an error, a filter of values, an offset, another window, a factor, a mean of rates.
        (r#"(sum(rate(x_total{code="5"}[{{.window}}])) > 0) or vector(1)"#, total),
        (r#"sum(rate(x_total{code="5"}[{{.window}}])) > 0.1"#, total),
        (r#"sum(rate(x_total{code="5"}[{{.window}}] offset 5m))"#, total),
        (r#"sum(rate(x_total{code="5"}[10m]))"#, total),
        (r#"sum(irate(x_total{code="5"}[{{.window}}]))"#, total),
        (r#"2 * sum(rate(x_total{code="5"}[{{.window}}]))"#, total),
        (r#"avg(rate(x_total{code="5"}[{{.window}}]))"#, "avg(rate(x_total[{{.window}}]))"),
        (r#"max(rate(x_total{code="5"}[{{.window}}]))"#, total),
        (r#"sum(increase(x_total{code="5"}[{{.window}}]))"#, total),
        (r#"sum by (a) (rate(x_total{code="5"}[{{.window}}]))"#, total),
        (r#"rate(x_total{code="5"}[{{.window}}])"#, "rate(x_total[{{.window}}])"),
        ("sum(rate(y_total[{{.window}}]))", total),
        (r#"sum(rate(x_total{code="5"}[{{.window}}]))"#, r#"sum(rate(x_total{site="a"}[{{.window}}]))"#),
        (
            "sum(count_over_time(g[{{.window}}])) - sum(sum_over_time(g[{{.window}}]))",
            "sum(count_over_time(g[{{.window}}]))",
        ),
        (
            "sum(count_over_time(up[{{.window}}])) - sum(sum_over_time(g[{{.window}}]))",
            "sum(count_over_time(up[{{.window}}]))",
        ),
        (
            r#"sum(rate(h_seconds_count[{{.window}}])) - sum(rate(h_seconds_bucket{le=~"1|2"}[{{.window}}]))"#,
            "sum(rate(h_seconds_count[{{.window}}]))",
        ),
        (r#"sum(rate(h_seconds_bucket{le="1"}[{{.window}}]))"#, "sum(rate(h_seconds_count[{{.window}}]))"),
        ("sum(rate(h_seconds_sum[{{.window}}]))", "sum(rate(h_seconds_count[{{.window}}]))"),
    ] {
        let spec = WHOLE
            .replace(
                r#"sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))"#,
                &serde_json::to_string(error).unwrap(),
            )
            .replace("sum(rate(http_requests_total[{{.window}}]))", &serde_json::to_string(total).unwrap());
        assert!(spec.contains(&serde_json::to_string(error).unwrap()), "{spec}");
        let made = imported("x.yaml", &spec);
        sound(&made, error);
        assert_eq!(made.report.objectives.len(), 1);
        assert_ne!(
            made.report.objectives[0].grade,
            Grade::Exact,
            "{error} over {total}:\n{}",
            made.report.text()
        );
    }
    for ratio in [
        r#"(sum(rate(x_total{code="5"}[{{.window}}])) / sum(rate(x_total[{{.window}}]))) or vector(1)"#,
        r#"1 - (sum(rate(x_total{code="5"}[{{.window}}])) / sum(rate(x_total[{{.window}}])) or vector(1))"#,
        "avg(error_ratio)",
    ] {
        let spec = format!(
            "version: prometheus/v1\nservice: a\nslos:\n  - {{name: b, objective: 99, sli: {{raw: {{error_ratio_query: {}}}}}}}\n",
            serde_json::to_string(ratio).unwrap()
        );
        let made = imported("x.yaml", &spec);
        sound(&made, ratio);
        assert_ne!(made.report.objectives[0].grade, Grade::Exact, "{ratio}");
    }
}

/// Made-up traffic for the golden inputs: several instances, all there from the start, no resets.
const SERIES: [(&str, &str); 34] = [
    (r#"http_requests_total{job="shop",code="200",instance="a"}"#, "0+50x280"),
    (r#"http_requests_total{job="shop",code="500",instance="a"}"#, "0+1x280"),
    (r#"http_requests_total{job="shop",code="503",instance="b"}"#, "7+2x280"),
    (r#"http_requests_total{job="shop",code="200",instance="b"}"#, "9+31x280"),
    (r#"http_requests_total{job="api",code="200",instance="a"}"#, "0+10x280"),
    (r#"http_requests_total{job="api",code="500",instance="a"}"#, "0+5x280"),
    (r#"http_request_duration_seconds_count{job="shop",instance="a"}"#, "0+40x280"),
    (r#"http_request_duration_seconds_count{job="shop",instance="b"}"#, "3+20x280"),
    (r#"http_request_duration_seconds_count{job="other",instance="b"}"#, "3+90x280"),
    (r#"http_request_duration_seconds_bucket{job="shop",instance="a",le="0.25"}"#, "0+33x280"),
    (r#"http_request_duration_seconds_bucket{job="shop",instance="a",le="+Inf"}"#, "0+40x280"),
    (r#"http_request_duration_seconds_bucket{job="shop",instance="b",le="0.25"}"#, "2+19x280"),
    (r#"http_request_duration_seconds_bucket{job="shop",instance="b",le="+Inf"}"#, "3+20x280"),
    (r#"http_request_duration_seconds_bucket{job="other",instance="b",le="0.25"}"#, "0+1x280"),
    (r#"payments_total{job="pay",instance="a"}"#, "0+20x280"),
    (r#"payments_failed_total{job="pay",instance="a"}"#, "0+3x280"),
    (r#"searches_total{found="yes",instance="a"}"#, "0+70x280"),
    (r#"searches_total{found="no",instance="a"}"#, "0+6x280"),
    (r#"searches_total{found="yes",instance="b"}"#, "4+11x280"),
    (r#"searches_total{found="no",instance="b"}"#, "1+9x280"),
    (r#"up{job="shop",instance="a"}"#, "1x280"),
    (r#"up{job="shop",instance="b"}"#, "0x280"),
    (r#"up{job="shop",instance="c"}"#, "1x280"),
    (r#"up{job="api",instance="a"}"#, "1x280"),
    (r#"old_requests_total{code="200",instance="a"}"#, "0+70x280"),
    (r#"old_requests_total{code="500",instance="a"}"#, "0+2x280"),
    (r#"new_requests_total{code="200",instance="b"}"#, "0+30x280"),
    (r#"new_requests_total{code="500",instance="b"}"#, "0+4x280"),
    (r#"gateway_requests_total{region="eu",route="/",code="200",instance="a"}"#, "0+50x280"),
    (r#"gateway_requests_total{region="eu",route="/",code="502",instance="a"}"#, "0+5x280"),
    (r#"gateway_requests_total{region="us",route="/",code="200",instance="b"}"#, "0+50x280"),
    (r#"gateway_requests_total{region="us",route="/x",code="200",instance="a"}"#, "0+20x280"),
    (r#"gateway_requests_total{region="us",route="/",code="500",instance="b"}"#, "0+1x280"),
    (r#"gateway_requests_total{region="us",route="/health",code="500",instance="b"}"#, "0+100x280"),
];

/// What is called exact computes the share that the source's queries do, over an hour.
#[test]
fn exact_is_exact() {
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "promtool is not here");
        eprintln!("skipped: promtool is not here");
        return;
    }
    for (name, quiet, budgets) in [
        ("file.yaml", "alerting: {page_alert: {disable: true}, ticket_alert: {disable: true}}", 5),
        ("objects.yaml", "alerting: {pageAlert: {disable: true}, ticketAlert: {disable: true}}", 2),
    ] {
        let at = tempfile::tempdir().unwrap();
        let at = at.path();
        // All of them alert, so that shares of short windows are recorded.
        let text = fs::read_to_string(Path::new("tests/import").join(name))
            .unwrap()
            .replace(quiet, "alerting: {name: X}");
        fs::write(at.join(name), &text).unwrap();
        assert_eq!(run(at, &["import", name, "-o", "new"]).code, 1);
        let built = run(&at.join("new"), &["build"]);
        assert_eq!(built.code, 0, "{}", built.err);
        let made = imported(name, &text);
        let sides = sides(&text);
        let mut tests = String::new();
        let mut compared = 0;
        for outcome in made.report.objectives.iter().filter(|o| o.grade == Grade::Exact) {
            let path: Vec<&str> = outcome.promise.as_ref().unwrap().split('.').collect();
            let (promise, step) = (path[path.len() - 1], if path.len() == 3 { path[1] } else { "" });
            let old = &sides[&outcome.objective];
            let (by, count) = if old.contains("region") { ("by (region)", 2) } else { ("", 1) };
            let new = format!(
                "sum {by} (promise:error_ratio{{journey=\"{}\",step=\"{step}\",promise=\"{promise}\",window=\"1h\"}})",
                path[0]
            );
            let expr = format!("count(abs({new} / ({old}) - 1) <= 0.001)");
            tests.push_str(&format!(
                "      - expr: {}\n        eval_time: 2h15m\n        exp_samples: [{{labels: '{{}}', value: {count}}}]\n",
                serde_json::to_string(&expr).unwrap()
            ));
            compared += count;
        }
        assert_eq!(compared, budgets, "{name}");
        let rules: Vec<String> = common::files_below(&at.join("new/prometheus"), "yml")
            .iter()
            .map(|p| format!("  - {}\n", serde_json::to_string(&p.to_string_lossy()).unwrap()))
            .collect();
        let series: Vec<String> = SERIES
            .iter()
            .map(|(series, values)| format!("      - series: '{series}'\n        values: '{values}'\n"))
            .collect();
        let file = format!(
            "rule_files:\n{}evaluation_interval: 30s\ntests:\n  - interval: 30s\n    input_series:\n{}    promql_expr_test:\n{tests}",
            rules.concat(),
            series.concat()
        );
        fs::write(at.join("test.yml"), file).unwrap();
        let ran =
            Command::new("promtool").current_dir(at).args(["test", "rules", "test.yml"]).output().unwrap();
        assert!(
            ran.status.success(),
            "{name}: {}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

/// The share of bad events of each objective over an hour, as its own queries have it.
fn sides(text: &str) -> BTreeMap<String, String> {
    use serde::Deserialize;
    let mut made = BTreeMap::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let Ok(value) = serde_yaml::Value::deserialize(document) else { continue };
        let spec = value.get("spec").unwrap_or(&value);
        let word = |value: &serde_yaml::Value, keys: [&str; 2]| {
            keys.iter().find_map(|k| value.get(*k)?.as_str()).map(str::to_owned)
        };
        for slo in spec.get("slos").and_then(|s| s.as_sequence()).into_iter().flatten() {
            let sli = slo.get("sli").cloned().unwrap_or_default();
            let share = match (sli.get("events"), sli.get("raw")) {
                (Some(events), _) => {
                    let error = word(events, ["error_query", "errorQuery"]).unwrap();
                    let total = word(events, ["total_query", "totalQuery"]).unwrap();
                    format!("({error}) / ({total})")
                }
                (_, Some(raw)) => word(raw, ["error_ratio_query", "errorRatioQuery"]).unwrap(),
                _ => continue,
            };
            let mut share = share.replace('\n', " ");
            for window in ["{{.window}}", "{{ .window }}", "{{.Window}}"] {
                share = share.replace(window, "1h");
            }
            let name = slo.get("name").and_then(|n| n.as_str()).unwrap();
            made.insert(format!("{}/{name}", word(spec, ["service", "service"]).unwrap()), share);
        }
    }
    made
}

/// What docs/import.md shows is what is made.
#[test]
fn docs() {
    let page = fs::read_to_string("docs/import.md").unwrap();
    let blocks = common::blocks(&page);
    let before = blocks.iter().find(|b| b.info == "yaml sloth").expect("a spec on the page");
    let after = blocks.iter().find(|b| b.info == "text imported").expect("what it becomes");
    let report = blocks.iter().find(|b| b.info == "text report").expect("the report");
    let made = imported("checkout.yaml", &before.text);
    sound(&made, "docs/import.md");
    let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).unwrap();
    assert_eq!(after.text, journey.text, "docs/import.md: what it becomes");
    assert_eq!(report.text, made.report.text(), "docs/import.md: the report");
}
