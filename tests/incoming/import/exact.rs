//! What is called exact computes what the source does, and nothing else is called so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use slovo::import::Grade;

use super::{PYRRA, SLO, WHOLE, common, imported, run, sound};

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
        // The window in a label's value.
        (
            r#"sum(rate(x_total{win="{{.window}}",code="5"}[{{.window}}]))"#,
            r#"sum(rate(x_total{win="{{.window}}"}[{{.window}}]))"#,
        ),
        (r"sum(rate(x_total{win='$window'}[{{.window}}]))", total),
        (r#"sum(rate(x_total{win="${__range}"}[{{.window}}]))"#, total),
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
        if error.contains("{win=") {
            assert!(made.report.text().contains("a label value of it holds `"), "{}", made.report.text());
        }
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
const SERIES: [(&str, &str); 47] = [
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
    (r#"worker_ready{instance="a",worker="1"}"#, "1x280"),
    (r#"worker_ready{instance="a",worker="2"}"#, "0x280"),
    (r#"worker_ready{instance="b",worker="1"}"#, "0x280"),
    (r#"worker_ready{instance="b",worker="2"}"#, "1x280"),
    (r#"worker_ready{instance="b",worker="3"}"#, "1x280"),
    (r#"api_total{cluster="eu",code="200"}"#, "0+40x280"),
    (r#"api_total{cluster="eu",code="500"}"#, "0+2x280"),
    (r#"api_total{cluster="us",code="200"}"#, "0+60x280"),
    (r#"api_total{cluster="us",code="500"}"#, "0+9x280"),
    (r#"render_seconds_count{instance="a"}"#, "0+30x280"),
    (r#"render_seconds_bucket{instance="a",le="5"}"#, "0+27x280"),
    (r#"render_seconds_count{instance="b",code="500"}"#, "0+5x280"),
    (r#"render_seconds_bucket{instance="b",code="500",le="5"}"#, "0+4x280"),
];

/// Objectives of the other fixtures that are exact: their share of bad events over an hour by their tools' own arithmetic, the
/// labels that it is kept apart by, and how many shares there are.
const OTHERS: [(&str, &str, &str, usize); 18] = [
    (
        "shop/requests-availability",
        r#"1 - sum(increase(http_requests_total{job="shop",code!~"5.."}[1h])) / sum(increase(http_requests_total{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "shop/requests-latency",
        r#"(sum(rate(http_request_duration_seconds_count{job="shop"}[1h])) - sum(rate(http_request_duration_seconds_bucket{job="shop",le="0.25"}[1h]))) / sum(rate(http_request_duration_seconds_count{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "forms/not-failed",
        r#"1 - (sum(increase(http_requests_total{job="shop"}[1h])) - sum(increase(http_requests_total{job="shop",code=~"5.."}[1h]))) / sum(increase(http_requests_total{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "api eu/api-errors",
        r#"sum(rate(api_total{cluster="eu",code="500"}[1h])) / sum(rate(api_total{cluster="eu"}[1h]))"#,
        "",
        1,
    ),
    (
        "api us/api-errors",
        r#"sum(rate(api_total{cluster="us",code="500"}[1h])) / sum(rate(api_total{cluster="us"}[1h]))"#,
        "",
        1,
    ),
    ("shop/search-success/Most", FOUND, "", 1),
    ("shop/search-success/Nearly all", FOUND, "", 1),
    ("web/alpha-ratio", FOUND, "", 1),
    (
        "monitoring/pages-errors",
        r#"sum(rate(http_requests_total{code=~"5..",job="shop"}[1h])) / sum(rate(http_requests_total{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "gateway/gateway-errors",
        r#"sum by (region) (rate(gateway_requests_total{code=~"5..",route!="/health"}[1h])) / sum by (region) (rate(gateway_requests_total{route!="/health"}[1h]))"#,
        "region",
        2,
    ),
    (
        "monitoring/pages-latency-slo",
        r#"(sum(rate(http_request_duration_seconds_count{job="shop"}[1h])) - sum(rate(http_request_duration_seconds_bucket{job="shop",le="0.25"}[1h]))) / sum(rate(http_request_duration_seconds_count{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "shop/Pages open",
        r#"1 - sum(rate(http_requests_total{job="shop",code!~"5.."}[1h])) / sum(rate(http_requests_total{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "shop/pages-latency-slo",
        r#"1 - sum(rate(http_request_duration_seconds_bucket{job="shop",le="0.25"}[1h])) / sum(rate(http_request_duration_seconds_count{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "monitoring/shop-up",
        r#"(sum(count_over_time(up{job="shop"}[1h])) - sum(sum_over_time(up{job="shop"}[1h]))) / sum(count_over_time(up{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "monitoring/slow-latency",
        r#"(sum(rate(render_seconds_count[1h])) - sum(rate(render_seconds_bucket{le=~"5|5\\.0"}[1h]))) / sum(rate(render_seconds_count[1h]))"#,
        "",
        1,
    ),
    (
        "shop/shop-errors",
        r#"sum by (job) (rate(http_requests_total{job="shop",code=~"5.."}[1h])) / sum by (job) (rate(http_requests_total{job="shop"}[1h]))"#,
        "job",
        1,
    ),
    (
        "pages/pages-latency",
        r#"(sum(rate(http_request_duration_seconds_count{job="shop"}[1h])) - sum(rate(http_request_duration_seconds_bucket{job="shop",le="0.25"}[1h]))) / sum(rate(http_request_duration_seconds_count{job="shop"}[1h]))"#,
        "",
        1,
    ),
    (
        "pages/pages",
        r#"(sum(rate(render_seconds_count{code!~"5.."}[1h])) - sum(rate(render_seconds_bucket{code!~"5..",le="5"}[1h])) + sum(rate(render_seconds_count{code=~"5.."}[1h]))) / sum(rate(render_seconds_count[1h]))"#,
        "",
        1,
    ),
];
const FOUND: &str =
    r#"1 - sum(increase(searches_total{found="yes"}[1h])) / sum(increase(searches_total[1h]))"#;

/// What is called exact computes the share that the source's queries do, over an hour.
#[test]
fn exact_is_exact() {
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "promtool is not here");
        eprintln!("skipped: promtool is not here");
        return;
    }
    let fixtures = [
        ("file.yaml", 5),
        ("objects.yaml", 2),
        ("openslo.yaml", 4),
        ("openslo_forms.yaml", 1),
        ("openslo_versions.yaml", 1),
        ("pyrra.yaml", 8),
        ("grafana.yaml", 2),
        ("rules.yaml", 3),
    ];
    let used: BTreeSet<&str> = std::thread::scope(|scope| {
        let proofs: Vec<_> =
            fixtures.iter().map(|(name, budgets)| scope.spawn(|| prove(name, *budgets))).collect();
        proofs.into_iter().flat_map(|proof| proof.join().unwrap()).collect()
    });
    for (name, ..) in OTHERS {
        assert!(used.contains(name), "no longer exact: {name}");
    }
}

/// Holds the exact objectives of a fixture against their tools' arithmetic; those of [`OTHERS`] that there were.
fn prove(name: &str, budgets: usize) -> BTreeSet<&'static str> {
    let mut used = BTreeSet::new();
    let at = tempfile::tempdir().unwrap();
    let at = at.path();
    let text = fs::read_to_string(Path::new("tests/incoming/import").join(name)).unwrap();
    fs::write(at.join(name), &text).unwrap();
    let ran = run(at, &["import", name, "-o", "new"]);
    assert!(ran.code < 2, "{}", ran.err);
    // All of them page, so that shares of short windows are recorded.
    for path in common::files_below(&at.join("new/journeys"), "slovo") {
        let source = fs::read_to_string(&path).unwrap();
        let loud: Vec<&str> = source.lines().filter(|l| !l.trim().starts_with("urgency ")).collect();
        fs::write(&path, loud.join("\n") + "\n").unwrap();
    }
    let built = run(&at.join("new"), &["build"]);
    assert_eq!(built.code, 0, "{}", built.err);
    let made = imported(name, &text);
    let sides = sides(&text);
    let mut tests = String::new();
    let mut compared = 0;
    let mut journeys = BTreeSet::new();
    for outcome in made.report.objectives.iter().filter(|o| o.grade == Grade::Exact) {
        let path: Vec<&str> = outcome.promise.as_ref().unwrap().split('.').collect();
        journeys.insert(format!("{}.yml", path[0]));
        let (promise, step) = (path[path.len() - 1], if path.len() == 3 { path[1] } else { "" });
        let (old, label, count) = match sides.get(&outcome.objective) {
            Some(old) if old.contains("region") => (old.as_str(), "region", 2),
            Some(old) => (old.as_str(), "", 1),
            None => {
                let found = OTHERS.iter().find(|(name, ..)| *name == outcome.objective);
                let (name, old, label, count) =
                    *found.unwrap_or_else(|| panic!("{}: nothing to hold it against", outcome.objective));
                used.insert(name);
                (old, label, count)
            }
        };
        let by = if label.is_empty() { String::new() } else { format!("by ({label})") };
        let new = format!(
            "sum {by} (promise:error_ratio{{journey=\"{}\",step=\"{step}\",promise=\"{promise}\",window=\"1h\"}})",
            path[0]
        );
        let expr = format!("count(abs({new} / ({old}) - 1) <= 0.001)");
        tests.push_str(&format!(
            "      - expr: {}\n        eval_time: 1h30m\n        exp_samples: [{{labels: '{{}}', value: {count}}}]\n",
            serde_json::to_string(&expr).unwrap()
        ));
        compared += count;
    }
    assert_eq!(compared, budgets, "{name}");
    // A file of rules for each journey; the others' are not evaluated.
    let rules: Vec<String> = common::files_below(&at.join("new/prometheus"), "yml")
        .iter()
        .filter(|p| journeys.contains(&*p.file_name().unwrap().to_string_lossy()))
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
    let ran = Command::new("promtool").current_dir(at).args(["test", "rules", "test.yml"]).output().unwrap();
    assert!(
        ran.status.success(),
        "{name}: {}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    used
}

/// Forms of OpenSLO and Pyrra that would compute something else, or only might.
#[test]
fn never_exact_of_others() {
    assert_eq!(imported("x.yaml", SLO).report.objectives[0].grade, Grade::Exact);
    assert_eq!(imported("x.yaml", PYRRA).report.objectives[0].grade, Grade::Exact);
    let good = "sum(searches_total{found=\"yes\"})";
    for (what, changed) in [
        ("values that go up and down", SLO.replace("counter: true", "counter: false")),
        ("nothing says that they count", SLO.replace("        counter: true\n", "")),
        ("series that are not added up", SLO.replace(good, "searches_total{found=\"yes\"}")),
        ("a window of its own", SLO.replace(good, "sum(rate(searches_total{found=\"yes\"}[5m]))")),
        ("a recorded rate", SLO.replace(good, "sum(searches:rate5m{found=\"yes\"})")),
        ("an offset", SLO.replace(good, "sum(searches_total{found=\"yes\"} offset 5m)")),
        ("a maximum", SLO.replace(good, "max(searches_total{found=\"yes\"})")),
        ("another metric", SLO.replace(good, "sum(finds_total)")),
        ("a calendar", SLO.replace("isRolling: true", "isRolling: false")),
        ("a month", SLO.replace("28d", "1M")),
        ("no window", SLO.replace("  timeWindow: [{duration: 28d, isRolling: true}]\n", "")),
        ("no method", SLO.replace("  budgetingMethod: Occurrences\n", "")),
        (
            "slices",
            SLO.replace("Occurrences", "Timeslices")
                .replace("0.99", "0.99, timeSliceTarget: 0.9, timeSliceWindow: 1m"),
        ),
        ("averages", SLO.replace("Occurrences", "RatioTimeslices")),
        ("a source that isn't there", SLO.replace("{type: Prometheus,", "{metricSourceRef: a,")),
        ("another source", SLO.replace("Prometheus", "Datadog")),
        ("slices of another name", SLO.replace("Occurrences", "occurrences")),
        ("another metric of Pyrra's", pyrra("ratio: {errors: {metric: a_total}, total: {metric: b_total}}")),
        ("a native histogram", pyrra("latencyNative: {latency: 1s, total: {metric: a_seconds}}")),
        (
            "buckets of other series",
            pyrra(
                "latency: {success: {metric: 'a_seconds_bucket{le=\"1\",x=\"y\"}'}, total: {metric: 'a_seconds_count{x=\"z\"}'}}",
            ),
        ),
        (
            "several buckets",
            pyrra(
                "latency: {success: {metric: 'a_seconds_bucket{le=~\"1|2\"}'}, total: {metric: a_seconds_count}}",
            ),
        ),
        (
            "more errors than events",
            pyrra("ratio: {errors: {metric: 'a_total{code=\"5\"}'}, total: {metric: 'a_total{site=\"x\"}'}}"),
        ),
    ] {
        assert!(changed != SLO, "{what}: nothing was changed");
        let made = imported("x.yaml", &changed);
        sound(&made, what);
        assert_eq!(made.report.objectives.len(), 1, "{what}");
        assert_ne!(made.report.objectives[0].grade, Grade::Exact, "{what}:\n{}", made.report.text());
    }
}

fn pyrra(indicator: &str) -> String {
    let (before, _) = PYRRA.split_once("{bool_gauge").unwrap();
    format!("{before}{{{indicator}}}\n")
}

/// Windows in the spellings of other tools are the window, and lengths that aren't are said.
#[test]
fn windows_of_any_spelling() {
    let good = "sum(searches_total{found=\"yes\"})";
    let total = "query: sum(searches_total)";
    for (written, grade) in [
        ("{{.window}}", Grade::Exact),
        ("{{ window }}", Grade::Exact),
        ("$window", Grade::Exact),
        ("${window}", Grade::Exact),
        ("$__range", Grade::Exact),
        ("$__rate_interval", Grade::Assumed),
        ("${__interval}", Grade::Assumed),
        ("5m", Grade::Assumed),
        ("$unknown", Grade::Refused),
        ("{{.other}}", Grade::Refused),
        ("{{.window", Grade::Refused),
    ] {
        let text = SLO
            .replace(good, &format!("sum(rate(searches_total{{found=\"yes\"}}[{written}]))"))
            .replace(total, &format!("query: 'sum(rate(searches_total[{written}]))'"));
        assert!(text.matches(written).count() == 2, "{text}");
        let made = imported("x.yaml", &text);
        sound(&made, written);
        assert_eq!(made.report.objectives[0].grade, grade, "{written}:\n{}", made.report.text());
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
