//! `slovo metrics import`: what is declared of an exposition checks without a message and is in the canonical form; what a project
//! declares keeps its text; what cannot be read is refused with its line.

use crate::common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::folder;
use proptest::prelude::*;
use slovo::ast::{Item, MetricKind, MetricStmt};
use slovo::catalogue_import::{Import, What, declare};
use slovo::diag::Diagnostics;
use slovo::exposition::{self, Exposition};
use slovo::source::FileId;
use slovo::write::catalogue::{canonical, metrics};

/// What a shop's service exposes.
const SHOP: &str = r#"# HELP http_requests_total Requests answered. Counted when the answer is sent.
# TYPE http_requests_total counter
http_requests_total{method="GET",code="2xx",route="/"} 1027
http_requests_total{method="POST",code="5xx",route="/pay"} 3
# HELP http_request_duration_seconds Time to answer a request
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{route="/",le="0.1"} 900
http_request_duration_seconds_bucket{route="/",le="2.5"} 1000
http_request_duration_seconds_bucket{route="/",le="+Inf"} 1027
http_request_duration_seconds_sum{route="/"} 53.4
http_request_duration_seconds_count{route="/"} 1027
# TYPE queue_length gauge
queue_length 3
payments_seen 17
"#;

const SHOP_CATALOGUE: &str = r#"# Requests answered
metric http_requests_total: counter {
  labels method in "CONNECT" | "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" | "TRACE",
         code in "1xx" | "2xx" | "3xx" | "4xx" | "5xx", route
}

# Time to answer a request
metric http_request_duration_seconds: histogram of seconds {  # unit by its name
  labels  route
  buckets 0.1, 2.5
}

metric queue_length: gauge
"#;

fn read(text: &str) -> Exposition<'_> {
    exposition::read(text).unwrap_or_else(|broken| panic!("{broken:?}\n{text}"))
}

fn import(text: &str) -> Import {
    declare(&read(text), &[])
}

fn whats(made: &Import) -> Vec<(&str, &What)> {
    made.findings.iter().map(|f| (f.metric.as_str(), &f.what)).collect()
}

/// What holds of every import: it is canonical, checks without a message, and says what was meant.
fn holds(name: &str, made: &Import) -> String {
    let text = metrics(&made.metrics).unwrap_or_else(|| panic!("{name}: not written: {:?}", made.metrics));
    assert_eq!(canonical(&text).as_deref(), Some(text.as_str()), "{name}: not canonical");
    let checked = common::check(&[("catalogue.slovo", &text)], None);
    assert!(checked.codes.is_empty(), "{name}:\n{text}\n{}", checked.rendered);
    let file = slovo::syntax::parse(FileId(0), &text, &mut Diagnostics::default());
    assert_eq!(file.items.len(), made.metrics.len(), "{name}");
    for (item, meant) in file.items.iter().zip(&made.metrics) {
        let Item::Metric(metric) = item else { panic!("{name}: {item:?}") };
        assert_eq!((&metric.name.name, metric.kind.value), (&meant.name, meant.kind));
        assert_eq!(metric.unit.as_ref().map(|u| &u.name), meant.unit.as_ref());
        let (mut labels, mut buckets) = (Vec::new(), Vec::new());
        for stmt in metric.body.iter().flat_map(|b| &b.stmts) {
            if let MetricStmt::Labels(list, _) = stmt {
                labels.extend(list.iter().map(|l| {
                    let values = l.values.iter().flatten().map(|v| v.value.clone()).collect::<Vec<_>>();
                    (l.label.name.clone(), values)
                }));
            } else if let MetricStmt::Buckets(list, _) = stmt {
                buckets.extend(list.iter().map(|b| b.value));
            } else {
                panic!("{name}: {stmt:?}");
            }
        }
        let meant_labels: Vec<_> = meant.labels.iter().map(|l| (l.name.clone(), l.values.clone())).collect();
        assert_eq!((labels, buckets), (meant_labels, meant.buckets.clone()));
    }
    text
}

#[test]
fn a_shop() {
    let made = import(SHOP);
    assert_eq!(holds("shop", &made), SHOP_CATALOGUE);
    assert_eq!(whats(&made), [("payments_seen", &What::Untyped)]);
}

/// In `OpenMetrics` a family and its series have different names; the catalogue has those that Prometheus stores.
#[test]
fn openmetrics() {
    let made = import(
        "# TYPE http_requests counter\nhttp_requests_total{code=\"200\"} 3 # {trace_id=\"a\"} 1 1.5\n\
         http_requests_created{code=\"200\"} 1e9\n# TYPE build info\nbuild_info{version=\"1\"} 1\n\
         # TYPE door stateset\ndoor{door=\"open\"} 1\ndoor{door=\"shut\"} 0\n# TYPE sizes gaugehistogram\n\
         sizes_bucket{le=\"+Inf\"} 1\nsizes_gcount 1\nsizes_gsum 1\n# TYPE wait_milliseconds histogram\n\
         # UNIT wait_milliseconds milliseconds\nwait_milliseconds_bucket{le=\"1e+01\"} 1\nwait_milliseconds_bucket{le=\"+Inf\"} 1\n\
         wait_milliseconds_count 1\nwait_milliseconds_sum 1\n# TYPE odd unknown\nodd 1\n# EOF\n",
    );
    assert_eq!(
        holds("openmetrics", &made),
        "metric http_requests_total: counter { labels code }\nmetric build_info: gauge { labels version }\n\
         metric door: gauge { labels door in \"open\" | \"shut\" }\n\
         metric wait_milliseconds: histogram of milliseconds { buckets 10 }\n"
    );
    assert_eq!(whats(&made), [("sizes", &What::GaugeHistogram), ("odd", &What::Untyped)]);
}

/// Nothing is guessed: what would be is said.
#[test]
fn what_is_said() {
    let made = import(
        "# TYPE a counter\na 1\n# TYPE a gauge\n# TYPE b counter\n# TYPE c histogram\nc_bucket{x=\"1\",le=\"1\"} 1\n\
         c_bucket{x=\"2\",le=\"2\"} 1\n# TYPE d histogram\nd_bucket{le=\"+Inf\"} 1\n# TYPE e histogram\n\
         e_bucket{le=\"NaN\"} 1\n# TYPE e_count gauge\ne_count 1\n# TYPE f histogram\nf_bucket{le=\"0.00010000000000000216\"} 1\n\
         # TYPE g_total gauge\ng_total{job=\"x\",instance=\"y\",le=\"1\",quantile=\"2\",\"a.b\"=\"3\",own=\"4\",gone=\"\"} 1\n\
         # TYPE promise_info gauge\npromise_info 1\n# UNIT h_seconds ms\n# TYPE h_seconds gauge\nh_seconds 1\n\
         # TYPE i counter\ni_total 1\n# TYPE queue_length counter\nqueue_length 1\n",
    );
    let text = holds("said", &made);
    assert!(text.contains("metric \"g_total\": gauge { labels own }\n"), "{text}");
    assert!(text.contains("metric h_seconds: gauge\n"), "{text}");
    let target = What::TargetLabels(vec!["job".to_owned(), "instance".to_owned()]);
    let odd = What::OddLabels(vec!["le".to_owned(), "quantile".to_owned(), "a.b".to_owned()]);
    let units = What::UnitAgainstName("milliseconds".to_owned(), "seconds".to_owned());
    assert_eq!(
        whats(&made),
        [
            ("a", &What::TwoTypes("counter", "gauge")),
            ("b", &What::NoSample),
            ("c", &What::MixedBounds),
            ("d", &What::NoBounds),
            ("e", &What::UnreadableBound("NaN".to_owned())),
            ("e_count", &What::PartOf("e".to_owned())),
            ("f", &What::InexactBounds),
            ("g_total", &target),
            ("g_total", &odd),
            ("g_total", &What::Misleading("gauge")),
            ("promise_info", &What::Recorded),
            ("h_seconds", &units),
            ("i", &What::NoSample),
            ("queue_length", &What::Misleading("counter")),
            ("i_total", &What::Untyped),
        ]
    );
}

#[test]
fn names_in_utf_8_and_odd_texts() {
    let made = import(
        "# TYPE \"http.server\\\"requests\" counter\n{\"http.server\\\"requests\",route=\"a\\\"b\\\\\\n\u{202e}\"} 1\n\
         # TYPE over counter\nover 1\n# HELP x Says # { \"hidden\u{200b} \u{202e}things\n# TYPE x gauge\nx{a=\"日本\",} 1 1700000000000\r\n",
    );
    let text = holds("names", &made);
    assert!(
        text.contains(
            "metric \"http.server\\\"requests\": counter { labels route }\nmetric \"over\": counter\n"
        ),
        "{text}"
    );
    assert!(text.contains("# Says # { \"hidden things\n"), "{text}");
}

/// Each broken line is refused at its place, with what is wrong there.
#[test]
fn broken_lines() {
    for (text, line, said) in [
        ("x 1\n1x 2\n", 2, "`1x` is not a metric's name"),
        ("x{a=\"b\" 1\n", 1, "`,` or `}` is missing"),
        ("x{a=\"b\",\n", 1, "these braces are not closed"),
        ("x{a=\"b\n} 1\n", 1, "a label's value in quotes does not end on this line"),
        ("x{a=b} 1\n", 1, "the value of label `a` is not in quotes"),
        ("x{a=\"1\",a=\"2\"} 1\n", 1, "label `a` is written twice"),
        ("x{a.b=\"1\"} 1\n", 1, "`a.b` is not a label's name"),
        ("x{=\"1\"} 1\n", 1, "a label's name is expected here, not `=`"),
        ("\n\nx one\n", 3, "`one` is not a number"),
        ("x\n", 1, "a sample of `x` has no value"),
        ("x 1 1.5\n", 1, "`1.5` is not a time"),
        ("x 1 2 3\n", 1, "a sample ends with its value and its time"),
        ("x 1 # {a=\"b\"} 1\n", 1, "a sample ends with its value and its time"),
        ("# TYPE x\nx 1\n", 1, "`# TYPE x` says no type"),
        ("# TYPE x countre\nx 1\n", 1, "`countre` is not a type of metrics"),
        (
            "# TYPE x info\nx_info 1\n",
            1,
            "`info` is a type of OpenMetrics, and there is no `# EOF` at the end",
        ),
        ("# TYPE 1x gauge\n", 1, "`1x` is not a metric's name"),
        ("x 1\n# EOF\ny 1\n# EOF\n", 2, "`# EOF` ends an exposition, and there is more behind it"),
        ("{\"__name__\":\"x\"}\n", 1, "label `__name__` has no value"),
        ("<html>\n", 1, "a line begins with a metric's name or `#`, not with `<`"),
        ("{a=\"b\"} 1\n", 1, "the metric's name is missing"),
        ("x {count:1} 1\n# EOF\n", 1, "label `count:1` "),
    ] {
        let broken = exposition::read(text).unwrap_err();
        let first = &broken.mistakes[0];
        let at = text[..first.range.start].matches('\n').count() + 1;
        assert_eq!(at, line, "{text}: {first:?}");
        assert!(first.message.starts_with(said) || said.starts_with("label `count"), "{text}: {first:?}");
    }
    let many = "1\n".repeat(1_000);
    let broken = exposition::read(&many).unwrap_err();
    assert_eq!((broken.mistakes.len(), broken.more), (100, 900));
}

fn names() -> impl Strategy<Value = String> {
    let odd = vec![
        "over",
        "le",
        "job",
        "promise_info",
        "http.requests",
        "é",
        "a\"b",
        "x_total",
        "q_length",
        "a:b",
        ":a",
        "labels",
    ];
    prop_oneof![
        3 => "[a-z_][a-z0-9_]{0,8}(_total|_seconds|_bucket|_count|_sum|_ms|_ratio|_info|)",
        1 => prop::sample::select(odd).prop_map(str::to_owned),
    ]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn expositions() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        prop::sample::select(vec!["GET", "2xx", "5XX", "true", "false", "", "a\"b\\\n", "\u{202e}", "日本"])
            .prop_map(str::to_owned),
        any::<String>(),
    ];
    let labels = prop::collection::btree_map(names(), value, 0..4);
    let bounds = prop::collection::vec(
        prop::sample::select(vec!["0.1", "1", "1.0", "2.5e-05", "1e+20", "NaN", "-1", "+Inf", "1e400"]),
        0..5,
    );
    let word = prop::sample::select(vec![
        "counter",
        "gauge",
        "histogram",
        "summary",
        "untyped",
        "info",
        "stateset",
        "gaugehistogram",
    ]);
    let unit = prop::option::of(prop::sample::select(vec!["seconds", "ms", "s", "bytes", "requests", "é"]));
    let family =
        (names(), word, unit, any::<bool>(), prop::collection::vec((labels, bounds), 0..3), "[ -~]{0,40}");
    (prop::collection::vec(family, 0..6), any::<bool>()).prop_map(|(families, open)| {
        let mut text = String::new();
        for (name, word, unit, told, series, help) in families {
            let word = if open || matches!(word, "counter" | "gauge" | "histogram" | "summary") {
                word
            } else {
                "untyped"
            };
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':');
            let shown = if plain { name.clone() } else { quoted(&name) };
            let _ = writeln!(text, "# HELP {shown} {help}");
            if told {
                let _ = writeln!(text, "# TYPE {shown} {word}");
            }
            if let Some(unit) = unit {
                let _ = writeln!(text, "# UNIT {shown} {unit}");
            }
            let (parts, own): (&[&str], &str) = match word {
                "counter" if open => (&["_total"], ""),
                "histogram" => (&["_bucket", "_count", "_sum"], "le"),
                "summary" => (&["", "_count", "_sum"], "quantile"),
                "info" => (&["_info"], ""),
                _ => (&[""], ""),
            };
            for (labels, bounds) in series {
                for part in parts {
                    let bounds = if *part == "_bucket" { bounds.as_slice() } else { &[""] };
                    for bound in bounds {
                        let mut set = vec![quoted(&format!("{name}{part}"))];
                        set.extend(
                            labels
                                .iter()
                                .filter(|(l, _)| *l != own)
                                .map(|(l, v)| format!("{}={}", quoted(l), quoted(v))),
                        );
                        if !bound.is_empty() {
                            set.push(format!("le=\"{bound}\""));
                        }
                        let _ = writeln!(text, "{{{}}} 1", set.join(","));
                    }
                }
            }
        }
        if open {
            text.push_str("# EOF\n");
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_import_checks(text in expositions()) {
        let made = import(&text);
        holds(&text, &made);
        // Each family is declared or said to be left out.
        let told: BTreeSet<&str> = made.metrics.iter().map(|m| m.name.as_str())
            .chain(made.findings.iter().filter(|f| f.what.left_out()).map(|f| f.metric.as_str())).collect();
        for family in &read(&text).families {
            prop_assert!(told.contains(family.name.as_ref()), "{} is not told of", family.name);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![any::<String>(), expositions()], at in any::<prop::sample::Index>(), new in any::<char>()) {
        let mut mutated: Vec<char> = text.chars().collect();
        if !mutated.is_empty() {
            let at = at.index(mutated.len());
            mutated[at] = new;
        }
        let mutated: String = mutated.into_iter().collect();
        match exposition::read(&mutated) {
            Ok(read) => {
                holds(&mutated, &declare(&read, &[]));
            }
            Err(broken) => {
                prop_assert!(!broken.mistakes.is_empty());
                for mistake in broken.mistakes {
                    prop_assert!(mutated.get(mistake.range.clone()).is_some(), "{mistake:?}");
                }
            }
        }
    }
}

/// Expositions of real programs, where they are at hand.
#[test]
fn collected_expositions() {
    let shared = std::env::var_os("SLOVO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("corpus/D-expositions");
    if !folder.is_dir() {
        println!("skipped: no collected expositions at {} (SLOVO_SHARED)", folder.display());
        return;
    }
    let (mut fine, mut broken) = (0, 0);
    for extension in ["prom", "out", "txt", "json", "md"] {
        for path in common::files_below(&folder, extension) {
            let name = path.display().to_string();
            let text = fs::read_to_string(&path).unwrap();
            let lists = name.contains("dump-series") || extension == "json" || extension == "md";
            match exposition::read(&text) {
                Ok(read) => {
                    assert!(!lists, "{name} is no exposition");
                    let made = declare(&read, &[]);
                    holds(&name, &made);
                    let told =
                        made.metrics.len() + made.findings.iter().filter(|f| f.what.left_out()).count();
                    assert_eq!(told, read.families.len(), "{name}");
                    fine += 1;
                }
                Err(wrong) => {
                    assert!(lists, "{name}: {:?}", wrong.mistakes);
                    broken += 1;
                }
            }
        }
    }
    println!("{fine} expositions imported, {broken} refused");
    assert!(fine > 20 && broken > 2, "{fine} {broken}");
}

// ---- the command

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn run(at: &Path, args: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_slovo"))
        .current_dir(at)
        .args(args)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let ran = child.wait_with_output().unwrap();
    let _ = feeding.join();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: ran.status.code().unwrap_or(-1), out: text(ran.stdout), err: text(ran.stderr) }
}

const YAML: (&str, &str) = ("slovo.yaml", "project: shop\nretention: 100d\ncommon_labels: [cluster]\n");

#[test]
fn without_a_project_it_prints() {
    let at = folder(&[("shop.prom", SHOP)]);
    let ran = run(at.path(), &["metrics", "import", "shop.prom"], "");
    assert_eq!((ran.code, ran.out.as_str()), (1, SHOP_CATALOGUE), "{}", ran.err);
    assert!(
        ran.err.contains("payments_seen (line 14)") && ran.err.contains("3 metrics declared"),
        "{}",
        ran.err
    );
    let ran = run(at.path(), &["metrics", "import", "-"], "# TYPE x gauge\nx 1\n");
    assert_eq!((ran.code, ran.out.as_str()), (0, "metric x: gauge\n"), "{}", ran.err);
    for args in [&["--write"][..], &["--only-used"], &["-o", "c.slovo"]] {
        let ran = run(at.path(), &[&["metrics", "import", "shop.prom"], args].concat(), "");
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("no `slovo.yaml`"), "{}", ran.err);
    }
    assert_eq!(fs::read_dir(at.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    let at = folder(&[("a.prom", "x 1\ny{a=\"b} 2\n"), YAML]);
    let ran = run(at.path(), &["metrics", "import", "a.prom", "-", "--write"], "z one\n");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    for said in
        ["error[E0523]", "a.prom:2:5", "does not end on this line", "<stdin>:1:3", "`one` is not a number"]
    {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    fs::write(at.path().join("b.prom"), b"\x1f\x8b\x08").unwrap();
    for (file, said) in
        [("b.prom", "is compressed"), ("gone.prom", "cannot be read"), (".", "cannot be read")]
    {
        let ran = run(at.path(), &["metrics", "import", file], "");
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    fs::write(at.path().join("b.prom"), b"x 1\n\xff 2\n").unwrap();
    let ran = run(at.path(), &["metrics", "import", "b.prom"], "");
    assert!(ran.code == 2 && ran.err.contains("line 2"), "{}", ran.err);
    assert_eq!(run(at.path(), &["metrics", "import", "-", "-"], "").code, 2);
    assert_eq!(run(at.path(), &["metrics", "import"], "").code, 2);
}

/// A catalogue as people keep it: comments, nouns, closed sets, `part of`.
const KEPT: &str = r#"# What the gateway counts.
metric http_requests_total: counter of requests {  # since 2025
  labels route, code in "2xx" | "4xx"   # classes only
  scraped every 1m
}
metric http_failures_total: counter of requests, part of http_requests_total {
  # as the gateway sees them
  labels route
}
metric http_request_duration_seconds: histogram of seconds {
  labels route
  # bounds: see the gateway's settings
}
metric queue_length: gauge of messages
"#;

#[test]
fn what_is_declared_keeps_its_text() {
    let at = folder(&[("shop.prom", SHOP), ("metrics/gateway.slovo", KEPT), YAML]);
    let gateway = at.path().join("metrics/gateway.slovo");
    let more = "# TYPE new_total counter\nnew_total{cluster=\"a\",job=\"b\"} 1\n";
    let args = ["metrics", "import", "shop.prom", "-"];
    let ran = run(at.path(), &args, more);
    assert_eq!(fs::read_to_string(&gateway).unwrap(), KEPT);
    for line in [
        "--- metrics/gateway.slovo",
        "-  labels route, code in \"2xx\" | \"4xx\"   # classes only",
        "+  labels route, code in \"2xx\" | \"4xx\", method in ",
        "+  buckets 0.1, 2.5",
        "+metric new_total: counter",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    for said in [
        "payments_seen",
        "http_requests_total (shop.prom:2): code: 5xx",
        "new_total (-:1)",
        "declared, and not exposed here: `http_failures_total`",
        "1 new metric in metrics/gateway.slovo, 2 declarations completed; `--write` writes this",
    ] {
        let said = said.replace("(-:1)", "(<stdin>:1)");
        assert!(ran.err.contains(&said), "{said}\n{}", ran.err);
    }
    assert_eq!(ran.code, 1);
    let ran = run(at.path(), &[&args[..], &["--write"]].concat(), more);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    let after = fs::read_to_string(&gateway).unwrap();
    // Every line is there still, but for the list that grew.
    for line in KEPT.lines().filter(|l| !l.contains("classes only")) {
        assert!(after.lines().any(|l| l.trim() == line.trim()), "{line}\n{after}");
    }
    assert!(after.contains("# classes only"), "{after}");
    let checked = run(at.path(), &["check"], "");
    assert_eq!(checked.code, 0, "{}", checked.err);
    // Nothing is added twice.
    let ran = run(at.path(), &args, more);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("nothing to add"), "{}", ran.err);
}

#[test]
fn what_contradicts_is_said_and_left() {
    let declared = "metric a: gauge\nmetric b: histogram of seconds {\n  labels  x\n  buckets 1, 2\n}\nmetric c: counter\n\
                    metric d_count: counter\nmetric e: native histogram of seconds\nmetric f: counter { samples are increases }\n";
    let exposed = "# TYPE a counter\na 1\n# TYPE b histogram\nb_bucket{le=\"1\"} 1\nb_bucket{le=\"+Inf\"} 1\n# UNIT b ms\n\
                   # TYPE c counter\nc{y=\"1\"} 1\n# TYPE d histogram\nd_bucket{le=\"1\"} 1\n# TYPE e histogram\ne_bucket{le=\"+Inf\"} 1\n\
                   # TYPE f gauge\nf 1\n";
    let at = folder(&[("a.slovo", declared), YAML]);
    let ran = run(at.path(), &["metrics", "import", "-"], exposed);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    for said in [
        "a (line 1): declared gauge, exposed counter",
        "b (line 3): declared 1, 2, exposed 1",
        "b (line 3): declared seconds, exposed milliseconds",
        "c (line 7): y",
        "d (line 9): d_count",
    ] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    assert!(!ran.err.contains("e (") && !ran.err.contains("f ("), "{}", ran.err);
}

const JOURNEY: &str = r#"team shop "Shop team" {
  tickets "shop-tickets"
}
playbook trouble {
  responder shop
  runbook   "https://runbooks.example/shop"
}
journey pay "Pay" {
  owner    shop
  playbook trouble
  step card "By card" {
    promise accepted "Payments go through" {
      keep  for 99% of payments over 28d
      total http_requests_total{route="/pay"}
      bad   where {code="5xx"}
      urgency ticket
    }
    promise quick "Payments are quick" {
      keep  for 99% of payments over 28d
      total promql "sum(rate(http_request_duration_seconds_count[$range]))"
      good  promql "sum(rate(http_request_duration_seconds_bucket{le=\"2.5\"}[$range]))"
      urgency ticket
    }
  }
}
"#;

#[test]
fn only_what_is_used() {
    let at = folder(&[("shop.prom", SHOP), ("pay.slovo", JOURNEY), YAML]);
    let args = ["metrics", "import", "shop.prom", "--only-used", "--write"];
    let ran = run(at.path(), &args, "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let made = fs::read_to_string(at.path().join("catalogue.slovo")).unwrap();
    let (used, _) = SHOP_CATALOGUE.split_once("\nmetric queue_length").unwrap();
    assert_eq!(made, used);
    assert!(ran.err.contains("wrote 2 new metrics in catalogue.slovo"), "{}", ran.err);
    let checked = run(at.path(), &["check"], "");
    assert_eq!(checked.code, 0, "{}", checked.err);
    let formatted = run(at.path(), &["fmt", "--check", "catalogue.slovo"], "");
    assert_eq!(formatted.code, 0, "{}", formatted.out);
}

#[test]
fn where_new_metrics_go() {
    let at = folder(&[
        ("a.slovo", "metric a: gauge\n"),
        ("b.slovo", "metric b: gauge\r\nmetric c: gauge\r\n"),
        YAML,
        ("kept.txt", "x"),
    ]);
    fs::create_dir(at.path().join("more")).unwrap();
    let input = "# TYPE x gauge\nx 1\n";
    let import = |args: &[&str]| run(at.path(), &[&["metrics", "import", "-"], args].concat(), input);
    for refused in ["kept.txt", "new.txt", ".x.slovo", "gone/x.slovo", "../x.slovo"] {
        let ran = import(&["--write", "-o", refused]);
        assert_eq!(ran.code, 2, "{refused}: {}", ran.err);
    }
    assert_eq!(import(&["--write", "-o", "more/new.slovo"]).code, 0);
    assert_eq!(fs::read_to_string(at.path().join("more/new.slovo")).unwrap(), "metric x: gauge\n");
    fs::remove_file(at.path().join("more/new.slovo")).unwrap();
    assert_eq!(import(&["--write", "-o", "a.slovo"]).code, 0);
    assert_eq!(
        fs::read_to_string(at.path().join("a.slovo")).unwrap(),
        "metric a: gauge\n\nmetric x: gauge\n"
    );
    fs::write(at.path().join("a.slovo"), "metric a: gauge\n").unwrap();
    // The file with the most metrics; its line ends stay.
    assert_eq!(import(&["--write"]).code, 0);
    assert_eq!(
        fs::read_to_string(at.path().join("b.slovo")).unwrap(),
        "metric b: gauge\r\nmetric c: gauge\r\n\r\nmetric x: gauge\r\n"
    );
    // A project without a file of the language yet.
    let empty = folder(&[YAML]);
    assert_eq!(run(empty.path(), &["metrics", "import", "-", "--write"], input).code, 0);
    assert_eq!(fs::read_to_string(empty.path().join("catalogue.slovo")).unwrap(), "metric x: gauge\n");
    // What a file with mistakes in its syntax declares is not known.
    fs::write(at.path().join("a.slovo"), "metric a gauge\n").unwrap();
    let ran = import(&["--write"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("first mend these"), "{}", ran.err);
}

/// Two services, one catalogue: types, labels and bounds of both.
#[test]
fn several_expositions() {
    let (a, b) =
        ("# TYPE x counter\nx{a=\"1\"} 1\n", "# TYPE x counter\nx{b=\"1\"} 1\n# TYPE y gauge\ny 1\n");
    let made = declare(&Exposition::together(vec![read(a), read(b)]), &[]);
    assert_eq!(holds("two", &made), "metric x: counter { labels a, b }\nmetric y: gauge\n");
    assert_eq!(made.metrics.iter().filter(|m| m.kind == MetricKind::Counter).count(), 1);
    let b = "# TYPE x gauge\nx 1\n";
    let made = declare(&Exposition::together(vec![read(a), read(b)]), &[]);
    assert_eq!(whats(&made), [("x", &What::TwoTypes("counter", "gauge"))]);
}

/// docs/import.md shows what the command prints.
#[test]
fn the_page_shows_what_is_printed() {
    let page = fs::read_to_string("docs/import.md").unwrap();
    let blocks = common::blocks(&page);
    let of = |info: &str| blocks.iter().find(|b| b.info == info).unwrap().text.clone();
    let at = folder(&[("shop.prom", &of("text exposition"))]);
    let ran = run(at.path(), &["metrics", "import", "shop.prom"], "");
    assert_eq!((ran.out, ran.err), (of("slovo import"), of("text said")));
}

/// Names, values, lists and lines of any length: an answer soon, and nothing that is not said.
#[test]
fn hostile_expositions() {
    let long = "x".repeat(1_000_000);
    let wide: String = (0..200).map(|n| format!("l{n}=\"{n}\",")).collect();
    let wider: String = (0..300).map(|n| format!("l{n}=\"{n}\",")).collect();
    let bounds: String = (1..2_000).map(|n| format!("b_bucket{{le=\"{n}\"}} 1\n")).collect();
    let values: String = (0..1_000).map(|n| format!("x{{id=\"{n}\"}} 1\n")).collect();
    let again = "# TYPE x gauge\nx{a=\"1\"} 1\nx{a=\"1\"} 2\n".repeat(1_000);
    for (text, declared, said) in [
        (format!("# TYPE {long} gauge\n{long} 1\n"), 0, Some(What::Name)),
        (format!("# TYPE x gauge\nx{{{long}=\"1\"}} 1\n"), 1, Some(What::OddLabels(vec![long.clone()]))),
        (format!("# HELP x {long}\n# TYPE x gauge\nx{{a=\"{long}\"}} 1\n"), 1, None),
        (format!("# TYPE x gauge\nx{{{wide}}} 1\n"), 1, Some(What::ManyLabels)),
        (format!("# TYPE b histogram\n{bounds}"), 1, Some(What::InexactBounds)),
        (format!("# TYPE x gauge\n{values}"), 1, None),
        (again, 1, None),
        ("\n".repeat(1_000_000), 0, None),
    ] {
        let made = import(&text);
        assert_eq!(made.metrics.len(), declared);
        assert_eq!(
            made.findings.iter().map(|f| f.what.clone()).collect::<Vec<_>>(),
            said.into_iter().collect::<Vec<_>>()
        );
        holds("hostile", &made);
    }
    for (text, said) in [
        (format!("x{{{wider}}} 1\n"), "a sample of more than 256 labels"),
        (format!("x {long}\n"), "is not a number"),
        (format!("x{{a=\"{long}\n"), "does not end on this line"),
        ((0..200_001).map(|n| format!("x{n} 1\n")).collect(), "more than 200000 metrics"),
    ] {
        let broken = exposition::read(&text).unwrap_err();
        assert!(broken.mistakes[0].message.contains(said), "{:?}", broken.mistakes[0].message);
        assert!(broken.mistakes[0].message.len() < 300);
    }
    let at = folder(&[
        ("long.prom", &format!("x{{a=\"{long}\n")),
        ("turned.prom", "# TYPE x gauge\nx{\"\u{202e}\u{1b}[2J\"=\"1\"} 1\n"),
    ]);
    let ran = run(at.path(), &["metrics", "import", "long.prom"], "");
    assert!(ran.code == 2 && ran.err.len() < 3_000, "{}", ran.err.len());
    let ran = run(at.path(), &["metrics", "import", "turned.prom"], "");
    assert!(ran.code == 1 && !ran.err.contains('\u{1b}') && !ran.err.contains('\u{202e}'), "{}", ran.err);
}

/// What a scrape renames is told, and nothing is wrong with the rest; a help text that names another unit is told beside the unit.
#[test]
fn notes() {
    let at = tempfile::tempdir().unwrap();
    let ran =
        run(at.path(), &["metrics", "import", "-"], "# TYPE a_total counter\na_total{job=\"x\",b=\"c\"} 1\n");
    assert!(ran.code == 0 && ran.err.contains("job"), "{}{}", ran.code, ran.err);
    for (unit, help, remark) in [
        ("", "The time in milliseconds", "  # unit by its name; its help says milliseconds\n"),
        (
            "# UNIT a_seconds seconds\n",
            "The time in milliseconds",
            "  # unit as `# UNIT` says; its help says milliseconds\n",
        ),
        ("", "The time in seconds, not milliseconds", "  # unit by its name\n"),
        ("# UNIT a_seconds seconds\n", "The time", "a_seconds: gauge of seconds\n"),
    ] {
        let text = format!("# HELP a_seconds {help}\n# TYPE a_seconds gauge\n{unit}a_seconds 1\n");
        let made = holds("notes", &import(&text));
        assert!(made.contains(remark), "{made}");
    }
}
