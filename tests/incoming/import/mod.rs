//! `slovo import`: what is written checks, is canonical and builds; what is called exact computes what the source's queries do; what
//! cannot come over is refused with its place and reason.

mod again;
mod collected;
use crate::common;
mod exact;
mod indicators;
mod prove;
mod recorded;
mod rules;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use slovo::import::{Imported, Input, Target, import};
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
    let Some(project) = made.project() else {
        assert!(made.files.is_empty(), "{what}: files without slovo.yaml");
        return;
    };
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    assert!(!compiled.diagnostics.has_errors(), "{what}:\n{said}");
    for file in made.files.iter().filter(|f| f.path.ends_with(".slovo")) {
        assert_eq!(slovo::fmt::format(FileId(0), &file.text).unwrap(), file.text, "{what}: {}", file.path);
    }
}

#[test]
fn goldens() {
    let mut wrong = Vec::new();
    for path in common::cases_below(Path::new("tests/incoming/import"), "yaml") {
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
    let text = fs::read_to_string("tests/incoming/import/file.yaml").unwrap();
    let (a, b) = (imported("a.yaml", &text), imported("a.yaml", &text));
    assert_eq!(a.files, b.files);
    assert_eq!(a.report.json(), b.report.json());
    let json: serde_json::Value = serde_json::from_str(&a.report.json()).unwrap();
    assert_eq!(json["totals"]["objectives"], 8);
    assert_eq!(json["objectives"][0]["place"]["line"], 8);
    assert!(a.report.markdown().contains("## Exact"));
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
        ("{{ if true }}\na: b\n{{ end }}\n", "is the text of a Helm template"),
        ("a: {{ quote .Values.x }}\n", "is the text of a Helm template"),
        ("a: [1, 2\nb\n", "is not YAML"),
        (
            "version: prometheus/v2\nservice: a\n",
            "isn't a format that slovo can import: `version: prometheus/v2`",
        ),
        ("kind: PrometheusRule\napiVersion: x/v1\n", "`kind: PrometheusRule` of `x/v1`"),
        ("just words\n", "isn't a format that slovo can import: a text, not a map"),
        ("apiVersion: openslo/v9\nkind: SLO\n", "`kind: SLO` of `openslo/v9`"),
        (
            "apiVersion: ricoberger.de/v1alpha1\nkind: ServiceLevelObjective\n",
            "`kind: ServiceLevelObjective` of `ricoberger.de/v1alpha1`",
        ),
        (bomb, "anchors and aliases repeat more than"),
        (&deep, "more than 100 lists and maps in each other"),
    ] {
        let refused = import(&[input("x.yaml", text)], &fresh()).unwrap_err();
        let (message, help) = &refused.inputs[0];
        assert!(message.contains(wanted), "{wanted}: {message}");
        if message.contains("isn't a format") {
            let help = help.as_deref().unwrap_or("");
            assert!(
                ["Sloth", "OpenSLO", "Pyrra", "Grafana SLO", "PrometheusRule"]
                    .iter()
                    .all(|tool| help.contains(tool)),
                "{help}"
            );
        }
        // Found in a folder it is skipped, which is said.
        let found = Input { named: false, ..input("x.yaml", text) };
        let made = import(&[found], &fresh()).unwrap();
        assert!(made.files.is_empty() && made.report.passed_over.len() == 1, "{wanted}: {:?}", made.report);
    }
}

/// Texts of alerts may be templates: that makes a spec none.
#[test]
fn templates_of_alerts() {
    let text = fs::read_to_string("tests/incoming/import/pyrra.yaml").unwrap().replace(
        "{{ $labels.handler }} fails",
        "{{ with $x := 1 }}{{ if $x }}a{{ end }}{{ end }}{{ template \\\"x\\\" . }}",
    );
    assert!(text.contains("{{ if $x }}"));
    let made = imported("x.yaml", &text);
    sound(&made, "templates of alerts");
    assert_eq!(made.report.objectives.len(), 10);
}

/// Whatever a spec holds, what is written checks and is canonical, and nothing panics.
#[test]
fn hostile_texts() {
    let spec = fs::read_to_string("tests/incoming/import/file.yaml").unwrap();
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

/// The same for the other readers: every text of their fixtures, replaced.
#[test]
fn hostile_texts_of_others() {
    let nasty = [
        "x\\\" }\\n} metric a: counter",
        "\\u202Eabc",
        "",
        "{{ .window }}",
        "9lives",
        "💥",
        "[",
        "1e999",
        "-1",
        "null",
    ];
    for name in [
        "openslo.yaml",
        "openslo_forms.yaml",
        "openslo_versions.yaml",
        "pyrra.yaml",
        "grafana.yaml",
        "rules.yaml",
        "recorded.yaml",
        "plugins.yaml",
    ] {
        let spec = fs::read_to_string(Path::new("tests/incoming/import").join(name)).unwrap();
        let mut words: Vec<&str> = spec
            .split(|c: char| c.is_whitespace() || "{}[],:'".contains(c))
            .filter(|w| w.len() > 2)
            .collect();
        words.sort_unstable();
        words.dedup();
        for (at, word) in words.iter().enumerate().step_by(2) {
            let by = nasty[at % nasty.len()];
            let text = spec.replace(&format!(": {word}"), &format!(": \"{by}\""));
            // Some of them are no YAML there.
            if let Ok(made) = import(&[input("x.yaml", &text)], &fresh()) {
                sound(&made, &format!("{name}: {by} for {word}"));
            }
        }
        // Every beginning.
        for (at, _) in spec.char_indices().step_by(211) {
            if let Ok(made) = import(&[input("x.yaml", &spec[..at])], &fresh()) {
                sound(&made, &format!("{name}, {at} bytes"));
            }
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
    fs::copy("tests/incoming/import/mistakes.yaml", at.join("mistakes.yaml")).unwrap();
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
    // Into that project again, with a journey that somebody has edited: it is there.
    let before = fs::read_to_string(at.join("new/journeys/shop.slovo")).unwrap() + "# Ours.\n";
    fs::write(at.join("new/journeys/shop.slovo"), &before).unwrap();
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
    // Where the project has files of these names, a folder within it takes them.
    fs::write(
        at.join("cart.yaml"),
        WHOLE.replace("service: shop", "service: cart").replace("http_", "cart_"),
    )
    .unwrap();
    let ran = run(at, &["import", "cart.yaml", "-o", "new"]);
    let said: String = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(ran.code == 2 && said.contains("`slovo import cart.yaml -o new/cart`"), "{said}");
    let ran = run(at, &["import", "cart.yaml", "-o", "new/cart"]);
    assert_eq!((ran.code, run(&at.join("new"), &["check"]).code), (0, 0), "{}", ran.err);
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

/// Specs of several tools in one folder become one project, one journey where they speak of one service.
#[test]
fn several_tools() {
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::create_dir(at.join("specs")).unwrap();
    fs::write(at.join("specs/sloth.yaml"), WHOLE).unwrap();
    fs::write(at.join("specs/service.json"), SERVICE).unwrap();
    fs::write(at.join("specs/slo.yaml"), SLO).unwrap();
    fs::write(at.join("specs/pyrra.yaml"), PYRRA).unwrap();
    // Found, and of no kind that is meant.
    fs::write(at.join("specs/package.json"), "{\"name\": \"x\"").unwrap();
    let ran = run(at, &["import", "specs", "-o", "new"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("3 objectives: 3 exact"), "{}", ran.out);
    assert!(!ran.out.contains("package.json"), "{}", ran.out);
    assert_eq!(
        listed(&at.join("new")),
        ["catalogue.slovo", "journeys/shop.slovo", "people.slovo", "slovo.yaml"]
    );
    let journey = fs::read_to_string(at.join("new/journeys/shop.slovo")).unwrap();
    assert!(journey.contains("journey shop \"The shop\""), "{journey}");
    assert_eq!(journey.matches("promise ").count(), 3, "{journey}");
    for command in [&["check"][..], &["fmt", "--check"], &["build"]] {
        let ran = run(&at.join("new"), command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.err);
    }
    // A service alone is nothing to import.
    let ran = run(at, &["import", "specs/service.json", "-o", "other"]);
    assert_eq!((ran.code, at.join("other").exists()), (1, false), "{}", ran.err);
    assert!(ran.err.contains("not whole: no objective was found"), "{}", ran.err);
}

const SERVICE: &str = r#"{"apiVersion": "openslo/v1", "kind": "Service", "metadata": {"name": "shop", "displayName": "The shop"}}"#;
const SLO: &str = "apiVersion: openslo/v1
kind: SLO
metadata: {name: search}
spec:
  service: shop
  indicator:
    metadata: {name: search}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'sum(searches_total{found=\"yes\"})'}}}
        total: {metricSource: {type: Prometheus, spec: {query: sum(searches_total)}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
";
const PYRRA: &str = "apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: up, namespace: shop}
spec:
  target: '99'
  window: 4w
  indicator: {bool_gauge: {metric: 'up{job=\"shop\"}'}}
";

/// What docs/import.md shows is what is made.
#[test]
fn docs() {
    let page = fs::read_to_string("docs/import.md").unwrap();
    let blocks = common::blocks(&page);
    for tool in ["sloth", "openslo", "pyrra", "grafana", "rules"] {
        let block = |info: &str| {
            let info = format!("{info} {tool}");
            blocks.iter().find(|b| b.info == info).unwrap_or_else(|| panic!("no block `{info}` on the page"))
        };
        let made = imported("checkout.yaml", &block("yaml").text);
        sound(&made, tool);
        let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).unwrap();
        assert_eq!(block("text imported").text, journey.text, "docs/import.md: what {tool}'s becomes");
        assert_eq!(block("text report").text, made.report.text(), "docs/import.md: the report of {tool}'s");
    }
}

const LEVELS: &str = "apiVersion: openslo/v1
kind: SLO
metadata: {name: levels}
spec:
  service: levels
  indicator:
    metadata: {name: levels}
    spec:
      ratioMetric:
        counter: false
        good: {metricSource: {type: Prometheus, spec: {query: 'sum(http_requests_total{code=\"200\"})'}}}
        total: {metricSource: {type: Prometheus, spec: {query: sum(http_requests_total)}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
";

/// What one file says of a metric is not changed by another one, in whatever order they are named.
#[test]
fn contradictions() {
    let (firm, guess) = (input("z.yaml", WHOLE), input("a.yaml", LEVELS));
    let one = import(&[firm.clone(), guess.clone()], &fresh()).unwrap();
    let other = import(&[guess, firm], &fresh()).unwrap();
    assert_eq!((&one.files, &one.report), (&other.files, &other.report));
    let text = one.report.text();
    assert!(text.starts_with("2 objectives: 1 exact, 0 assumed, 0 escaped, 1 refused"), "{text}");
    assert!(text.contains("a counter whose samples are increases, and z.yaml:5 for a counter"), "{text}");
    assert!(one.files.iter().all(|f| !f.text.contains("increases")));
    // Each a part of the other.
    let part = |service: &str, a: &str, b: &str| {
        WHOLE
            .replace("service: shop", &format!("service: {service}"))
            .replace("http_requests_total{code=~\\\"5..\\\"}", a)
            .replace("http_requests_total{code=~\"5..\"}", a)
            .replace("http_requests_total[", &format!("{b}["))
    };
    let made = import(
        &[
            input("a.yaml", &part("a", "x_total", "y_total")),
            input("b.yaml", &part("b", "y_total", "x_total")),
        ],
        &fresh(),
    )
    .unwrap();
    let text = made.report.text();
    assert!(text.starts_with("2 objectives: 0 exact, 1 assumed, 0 escaped, 1 refused"), "{text}");
}

/// What the project declares counts.
#[test]
fn declared() {
    let latency = WHOLE
        .replace(
            "sum(rate(http_requests_total{code=~\"5..\"}[{{.window}}]))",
            "sum(rate(d_seconds_count[{{.window}}])) - sum(rate(d_seconds_bucket{le=\"0.5\"}[{{.window}}]))",
        )
        .replace("http_requests_total[", "d_seconds_count[");
    let into = |source: &str, yaml: &str, spec: &str| {
        let project = Project::in_memory(&[("m.slovo", source)], yaml);
        let target = Target { project: Some(&project), prefix: String::new(), name: "x".to_owned() };
        let made = import(&[input("x.yaml", spec)], &target).unwrap();
        let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).map(|f| f.text.clone());
        (made.report.text(), journey.unwrap_or_default())
    };
    let yaml = "project: x\n";
    let increases = "metric http_requests_total: counter of requests { labels code samples are increases }\n";
    let (text, _) = into(increases, yaml, WHOLE);
    assert!(text.contains("1 refused") && text.contains("samples are increases"), "{text}");
    let (text, _) = into("metric d_seconds: native histogram of seconds\n", yaml, &latency);
    assert!(text.contains("1 refused") && text.contains("native histogram"), "{text}");
    let (text, journey) =
        into("metric d_seconds: histogram of milliseconds { buckets 0.5, 500 }\n", yaml, &latency);
    assert!(journey.contains("within 0.5ms"), "{text}{journey}");
    assert!(text.contains("1 metric is already declared in the project and used as declared"), "{text}");
    let plain = "metric http_requests_total: counter of requests { labels code }\n";
    let (text, _) = into(plain, "project: x\nscope: {cluster: a}\n", WHOLE);
    assert!(text.contains("1 assumed") && text.contains("rules also select by the `scope`"), "{text}");
}

/// What decides alerts is read or refused; keys that come by `<<` count, keys written twice are refused.
#[test]
fn what_decides() {
    let with = |alerting: &str| {
        let at = WHOLE.find("    alerting:").unwrap();
        let spec = format!("{}    alerting: {alerting}\n", &WHOLE[..at]);
        let made = imported("x.yaml", &spec);
        let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).map(|f| f.text.clone());
        (made.report.text(), journey.unwrap_or_default())
    };
    for yes in ["yes", "On", "true"] {
        let (_, journey) =
            with(&format!("{{page_alert: {{disable: {yes}}}, ticket_alert: {{disable: {yes}}}}}"));
        assert!(journey.contains("urgency none"), "{yes}: {journey}");
    }
    for unclear in ["y", "\"true\"", "1", "'yes'", "[]"] {
        let (text, _) = with(&format!("{{name: A, page_alert: {{disable: {unclear}}}}}"));
        assert!(text.contains("1 refused") && text.contains("`disable` must be true or false"), "{text}");
    }
    assert!(with("off").0.contains("`alerting` must be a map"));
    let off = "x: &off {page_alert: {disable: true}, ticket_alert: {disable: true}}\n";
    let merged =
        WHOLE.replace("{page_alert: {disable: true}, ticket_alert: {disable: true}}", "{<<: *off, name: A}");
    let made = imported("x.yaml", &format!("{off}{merged}"));
    assert!(made.files.iter().any(|f| f.text.contains("urgency none")), "{:?}", made.files);
    let twice = WHOLE.replace("    objective: 99.9\n", "    objective: 99.9\n    objective: 95\n");
    let text = imported("x.yaml", &twice).report.text();
    assert!(text.contains("1 refused") && text.contains("on line 6 and line 7"), "{text}");
}

/// A report goes to a new file, before anything is written.
#[test]
fn report_files() {
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    fs::write(at.join("shop.yaml"), WHOLE).unwrap();
    for report in ["shop.yaml", "new/slovo.yaml", "new/../new/people.slovo", "none/x"] {
        let ran = run(at, &["import", "shop.yaml", "-o", "new", "--report", report]);
        assert_eq!((ran.code, at.join("new").exists()), (2, false), "{report}: {}", ran.err);
    }
    assert_eq!(fs::read_to_string(at.join("shop.yaml")).unwrap(), WHOLE);
    let ran = run(at, &["import", "shop.yaml", "-o", "new", "--report", "new/report.txt"]);
    assert_eq!((ran.code, at.join("new/report.txt").is_file()), (0, true), "{}", ran.err);
}

/// A policy or a condition that says nothing switches nothing off.
#[test]
fn policies_without_a_spec() {
    let with =
        |policy: &str| SLO.replace("  objectives:", &format!("  alertPolicies: [{policy}]\n  objectives:"));
    for (policy, wanted) in [
        ("{kind: AlertPolicy, metadata: {name: a}}", "an alert policy has no `spec`"),
        (
            "{kind: AlertPolicy, metadata: {name: a}, spec: {conditions: [{kind: AlertCondition, metadata: {name: b}}]}}",
            "an alert condition has no `spec`",
        ),
    ] {
        let text = imported("x.yaml", &with(policy)).report.text();
        assert!(text.contains("1 refused") && text.contains(wanted), "{text}");
    }
    let loud = "{kind: AlertPolicy, metadata: {name: a}, spec: {conditions: [{kind: AlertCondition, metadata: {name: b}, spec: {severity: page}}]}}";
    assert!(imported("x.yaml", &with(loud)).report.text().contains("1 exact"));
}

/// A share in one query of metrics without functions is taken apart as two queries are.
#[test]
fn raw_divisions() {
    let at = SLO.find("        counter: true").unwrap();
    let end = SLO.find("  timeWindow").unwrap();
    let raw = |query: &str, more: &str| {
        let metric = format!(
            "        rawType: failure\n{more}        raw: {{metricSource: {{type: Prometheus, spec: {{query: '{query}'}}}}}}\n"
        );
        let made = imported("x.yaml", &format!("{}{metric}{}", &SLO[..at], &SLO[end..]));
        let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).map(|f| f.text.clone());
        (made.report.text(), journey.unwrap_or_default())
    };
    let (text, journey) = raw("sum(a_total{ok=\"no\"}) / sum(a_total)", "");
    assert!(text.contains("1 assumed") && text.contains("the metrics are counters"), "{text}");
    assert!(journey.contains("bad   where {ok=\"no\"}"), "{journey}");
    let (text, _) = raw("sum(a_total{ok=\"no\"}) / sum(a_total)", "        counter: true\n");
    assert!(text.contains("1 exact"), "{text}");
    let (text, _) = raw("sum(a{ok=\"no\"}) / sum(a)", "        counter: false\n");
    assert!(text.contains("1 refused") && text.contains("go up and down"), "{text}");
}

/// Readings that count as bad where all is well are the same, and worth a look.
#[test]
fn the_wrong_way_around() {
    let spec = WHOLE
        .replace(
            "sum(rate(http_requests_total{code=~\"5..\"}[{{.window}}]))",
            "sum(sum_over_time(up[{{.window}}]))",
        )
        .replace("sum(rate(http_requests_total[{{.window}}]))", "sum(count_over_time(up[{{.window}}]))");
    let text = imported("x.yaml", &spec).report.text();
    assert!(text.contains("the bad readings are those where `up` is 1"), "{text}");
}

/// One that cannot be read or written is refused by itself.
#[test]
fn only_that_one() {
    let grafana = r#"{"slos": [
      {"name": "a", "query": {"type": "freeform", "freeform": {"query": "sum(rate(a_total{ok=\"1\"}[$__rate_interval])) / sum(rate(a_total[$__rate_interval]))"}}, "objectives": [{"value": 0.9, "window": "28d"}]},
      {"name": "b", "query": {"type": "new", "new": {}}, "objectives": [{"value": 0.9, "window": "28d"}]}]}"#;
    let text = imported("x.json", grafana).report.text();
    assert!(text.starts_with("2 objectives:") && text.contains("1 refused"), "{text}");
    let made = imported("x.yaml", &format!("{WHOLE}    description: 'Shown as {{{{ .Values.x }}}}'\n"));
    assert_eq!(made.report.objectives.len(), 1);
    let slo = |name: &str, le: &str| {
        format!(
            "  - name: {name}\n    objective: 99\n    sli:\n      events:\n        error_query: sum(rate(h_seconds_count[{{{{.window}}}}])) - sum(rate(h_seconds_bucket{{le=\"{le}\"}}[{{{{.window}}}}]))\n        total_query: sum(rate(h_seconds_count[{{{{.window}}}}]))\n"
        )
    };
    let spec = format!(
        "version: prometheus/v1\nservice: s\nslos:\n{}{}",
        slo("a", "0.3"),
        slo("b", "0.30000000000000004")
    );
    let text = imported("x.yaml", &spec).report.text();
    assert!(text.contains("1 exact") && text.contains("has more digits than Slovo reads"), "{text}");
    let long = WHOLE.replace("name: pages", &format!("name: {}", "n".repeat(500)));
    let text = imported("a\nb.yaml", &long).report.text();
    assert!(text.contains("a\\nb.yaml:5") && !text.contains(&"n".repeat(200)), "{text}");
    let empty = LEVELS.replace("[{target: 0.99}]", "[{}]");
    assert!(
        imported("x.yaml", &empty).report.text().contains("line 15"),
        "{}",
        imported("x.yaml", &empty).report.text()
    );
    let mixed = LEVELS
        .replace("counter: false", "counter: true")
        .replace("sum(http_requests_total)", "\"sum(rate(http_requests_total[5m]))\"");
    assert!(imported("x.yaml", &mixed).report.text().contains("not measured alike"));
}
