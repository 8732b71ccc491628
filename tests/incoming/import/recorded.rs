//! Queries that read recorded series: followed where what they are recorded from is known, and never called exact where that counts otherwise.

use std::fs;

use slovo::import::{Grade, Imported, Proof, import};

use super::prove::{answer, promtool};
use super::{fresh, imported, input, sound};

/// A spec with these queries.
fn spec(error: &str, total: &str) -> String {
    let (error, total) = (serde_json::to_string(error).unwrap(), serde_json::to_string(total).unwrap());
    format!(
        "version: prometheus/v1\nservice: shop\nlabels: {{owner: shop}}\nslos:\n  - name: pages\n    objective: 99\n    sli: {{events: {{error_query: {error}, total_query: {total}}}}}\n    alerting: {{page_alert: {{disable: true}}, ticket_alert: {{disable: true}}}}\n"
    )
}

/// Rules that record these expressions under these names.
fn rules(of: &[(&str, &str)]) -> String {
    let rule = |(name, expr): &(&str, &str)| {
        format!("      - {{record: {name:?}, expr: {}}}\n", serde_json::to_string(expr).unwrap())
    };
    format!("groups:\n  - name: helpers\n    rules:\n{}", of.iter().map(rule).collect::<String>())
}

/// A rule for each of Sloth's windows.
fn by_window(name: &str, expr: &str) -> Vec<(String, String)> {
    let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
    windows.map(|window| (format!("{name}{window}"), expr.replace("WINDOW", window))).into()
}

fn of(error: &str, total: &str, recorded: &[(&str, &str)]) -> Imported {
    let inputs = [input("spec.yaml", &spec(error, total)), input("rules.yaml", &rules(recorded))];
    let made = import(&inputs, &fresh()).unwrap_or_else(|e| panic!("{:?}", e.inputs));
    sound(&made, error);
    made
}

const TOTAL: &str = "sum(rate(x_total[{{.window}}]))";

/// A series that a rule records is never taken for what it isn't.
#[test]
fn never_exact() {
    for (error, recorded, wanted) in [
        // A rate of five minutes, read over any window.
        (
            "sum(e:rate5m)",
            vec![("e:rate5m", "sum(rate(x_total{code=\"5\"}[5m]))")],
            "assumed: the query looks back `[5m]`",
        ),
        // Its sum over time, beside rates over the window.
        (
            "sum(sum_over_time(e:rate5m[{{.window}}]))",
            vec![("e:rate5m", "sum(rate(x_total{code=\"5\"}[5m]))")],
            "different ways",
        ),
        // Counters that were added up before the rate is taken.
        (
            "sum(rate(e:sum[{{.window}}]))",
            vec![("e:sum", "sum by (job) (x_total{code=\"5\"})")],
            "assumed: `e:sum` is recorded",
        ),
        // A factor and a maximum are no sums of counters.
        (
            "sum(rate(e:max[{{.window}}]))",
            vec![("e:max", "max by (job) (x_total{code=\"5\"})")],
            "`e:max` over time, which is recorded",
        ),
        (
            "sum(rate(e:twice[{{.window}}]))",
            vec![("e:twice", "2 * x_total{code=\"5\"}")],
            "`e:twice` over time, which is recorded",
        ),
        // Two rules of one name.
        (
            "sum(e:rate5m)",
            vec![
                ("e:rate5m", "sum(rate(x_total{code=\"5\"}[5m]))"),
                ("e:rate5m", "sum(rate(x_total{code=\"4\"}[5m]))"),
            ],
            "2 rules record `e:rate5m`",
        ),
    ] {
        let made = of(error, TOTAL, &recorded);
        let [outcome] = made.report.objectives.as_slice() else { panic!("{}", made.report.text()) };
        assert_ne!(outcome.grade, Grade::Exact, "{error}: {}", made.report.text());
        assert!(made.report.text().contains(wanted), "{wanted}: {}", made.report.text());
    }
}

/// Nothing is assumed of a series that its own rule, in the same input, contradicts.
#[test]
fn never_against_its_rule() {
    let readings = "sum(count_over_time(e:up[{{.window}}])) - sum(sum_over_time(e:up[{{.window}}]))";
    let all_readings = "sum(count_over_time(e:up[{{.window}}]))";
    let (of_x, of_e) = ("sum(rate(x_total{code=\"5\"}[{{.window}}]))", "sum(rate(e:all[{{.window}}]))");
    let part_of_e = "sum(rate(e:all{code=\"5\"}[{{.window}}]))";
    let slow = "sum(rate(e:h_count[{{.window}}])) - sum(rate(e:h_bucket{le=\"0.5\"}[{{.window}}]))";
    for (error, total, recorded, grade, wanted) in [
        // Readings that are 0 or 1: by their rule, perhaps, or not.
        (readings, all_readings, vec![("e:up", "x_in_use > bool 3")], Grade::Exact, ""),
        (readings, all_readings, vec![("e:up", "max by (job) (y)")], Grade::Assumed, "`e:up` is 0 or 1"),
        (
            readings,
            all_readings,
            vec![("e:up", "avg(up)")],
            Grade::Refused,
            "`e:up` is recorded as an `avg` of states (rules.yaml:4)",
        ),
        (
            readings,
            all_readings,
            vec![("e:up", "sum(rate(x_total{code!=\"5\"}[5m])) / sum(rate(x_total[5m]))")],
            Grade::Refused,
            "`e:up` is recorded as a quotient (rules.yaml:4)",
        ),
        // A rate of what is no counter.
        (
            part_of_e,
            of_e,
            vec![("e:all", "sum by (code) (rate(x_total[5m]))")],
            Grade::Refused,
            "`e:all` is recorded as a rate",
        ),
        (
            slow,
            "sum(rate(e:h_count[{{.window}}]))",
            vec![("e:h_count", "sum(increase(h_count[5m]))"), ("e:h_bucket", "sum by (le) (h_bucket)")],
            Grade::Refused,
            "`e:h_count` is recorded as an increase over a time",
        ),
        // The same counter on both sides, whatever it counts.
        (
            part_of_e,
            of_e,
            vec![("e:all", "2 * x_total")],
            Grade::Assumed,
            "`e:all` is recorded with a factor (rules.yaml:4): its counts of events are 2 times too high",
        ),
        (part_of_e, of_e, vec![("e:all", "sum by (code) (x_total offset 1h)")], Grade::Exact, ""),
        // Beside another one it counts other events.
        (of_x, of_e, vec![("e:all", "2 * x_total")], Grade::Refused, "not known to be part of `e:all`"),
        (
            of_x,
            of_e,
            vec![("e:all", "sum(x_total offset 1h)")],
            Grade::Refused,
            "not known to be part of `e:all`",
        ),
        (
            of_x,
            of_e,
            vec![("e:twice", "2 * x_total"), ("e:all", "sum(e:twice)")],
            Grade::Refused,
            "not known to be part",
        ),
    ] {
        let made = of(error, total, &recorded);
        let text = made.report.text();
        assert!(made.report.objectives[0].grade == grade && text.contains(wanted), "{recorded:?}: {text}");
    }
}

/// A stream is events per second: a factor that both sides have is divided out, and of any other it is said what it does to counts.
#[test]
fn factors() {
    let (bad, all) = ("sum(rate(x_total{code=\"5\"}[{{.window}}]))", TOTAL);
    let (times, exact) = (|query: &str| format!("{query} * 60"), Grade::Exact);
    let total_of = |query: &str| query.replace("{code=\"5\"}", "");
    for (error, total, grade, wanted) in [
        (times(bad), times(all), exact, ""),
        (format!("60 * {bad}"), times(all), exact, ""),
        (bad.replace("rate(", "2 * rate("), all.replace("rate(", "2 * rate("), exact, ""),
        (format!("{bad} / 4 or vector(0)"), format!("0.25 * {all}"), exact, ""),
        (
            times(bad),
            all.to_owned(),
            Grade::Escaped,
            "error query has a factor: its counts of events are 60 times too high",
        ),
        (
            bad.to_owned(),
            times(all),
            Grade::Escaped,
            "total query has a factor: its counts of events are 60 times too high",
        ),
        (
            format!("{bad} * 60 > 3"),
            times(all),
            Grade::Escaped,
            "both queries have a factor: counts of events are 60 times too high",
        ),
    ] {
        let made = of(&error, &total, &[("other", "y")]);
        let text = made.report.text();
        assert!(made.report.objectives[0].grade == grade && text.contains(wanted), "{error}: {text}");
        let written = made.files.iter().any(|file| file.text.contains("60"));
        assert!(grade != exact || !written, "{error}: {text}");
    }
    // The same of what rules record.
    for (error, grade, wanted) in [
        ("sum(e:rate5m)", Grade::Assumed, "looks back `[5m]`"),
        ("sum(sum_over_time(e:rate5m[{{.window}}]))", Grade::Assumed, "every event is counted"),
    ] {
        let rate = |code: &str| format!("60 * sum by (job) (rate(x_total{code}[5m]))");
        let (bad, all) = (rate("{code=\"5\"}"), rate(""));
        let total = total_of(&error.replace("e:", "a:"));
        let made = of(error, &total, &[("e:rate5m", &bad), ("a:rate5m", &all)]);
        let text = made.report.text();
        assert!(made.report.objectives[0].grade == grade && text.contains(wanted), "{error}: {text}");
        assert!(!text.contains("too high") && !made.files.iter().any(|f| f.text.contains("60")), "{text}");
    }
}

/// Series that a rule doesn't record with the labels that a query selects are never called exact: nothing would ever be bad.
#[test]
fn labels_that_are_not_there() {
    let total = "sum(rate(e:all[{{.window}}]))";
    let by_job = "sum by (job) (x_total)";
    for (error, recorded, wanted) in [
        (
            "sum(rate(e:all{code=\"5\"}[{{.window}}]))",
            by_job,
            Some("selects `e:all` by `code`, and the rule that records it (rules.yaml:4)"),
        ),
        (
            "sum(rate(e:all{code=~\"5..\"}[{{.window}}])) or vector(0)",
            by_job,
            Some("the query finds nothing"),
        ),
        ("sum(rate(e:all{code!=\"5\",job=\"a\"}[{{.window}}]))", by_job, None),
        ("sum(rate(e:all{code=\"5\"}[{{.window}}]))", "sum without (pod) (x_total)", None),
        ("sum(rate(e:all{pod=\"5\"}[{{.window}}]))", "sum without (pod) (x_total)", Some("by `pod`")),
    ] {
        let made = of(error, total, &[("e:all", recorded)]);
        let text = made.report.text();
        let grade = made.report.objectives[0].grade;
        match wanted {
            Some(wanted) => assert!(grade == Grade::Refused && text.contains(wanted), "{error}: {text}"),
            None => assert!(!text.contains("the query finds nothing"), "{error}: {text}"),
        }
    }
}

/// Why recorded series are not followed stands where the objective is refused; of what is exact nothing is said.
#[test]
fn why_at_the_objective() {
    let made =
        of("sum(sum_over_time(e:off[{{.window}}]))", TOTAL, &[("e:off", "rate(x_total[5m] offset 1h)")]);
    let [outcome] = made.report.objectives.as_slice() else { panic!("{}", made.report.text()) };
    let why = outcome.refused.as_deref().unwrap_or("");
    assert!(why.contains("`e:off` over time, which is recorded, at another time (`offset`)"), "{why}");
    assert!(made.report.findings.is_empty(), "{:?}", made.report.findings);
    let made = of(
        "sum(count_over_time(e:up[{{.window}}])) - sum(sum_over_time(e:up[{{.window}}]))",
        "sum(count_over_time(e:up[{{.window}}]))",
        &[("e:up", "x_in_use > bool 3")],
    );
    assert_eq!(made.report.objectives[0].grade, Grade::Exact);
    assert!(made.report.findings.is_empty(), "{:?}", made.report.findings);
}

/// What is assumed isn't tried, taken over as it is or not.
#[test]
fn what_is_assumed_is_not_tried() {
    let mut made = of("60 * sum(e:rate5m)", TOTAL, &[("e:rate5m", "sum(rate(x_total{code=\"5\"}[5m]))")]);
    let outcome = &made.report.objectives[0];
    assert!(outcome.grade == Grade::Escaped && !outcome.assumed.is_empty(), "{}", made.report.text());
    assert!(made.trials(&fresh()).is_empty());
    assert!(made.report.objectives[0].proof.is_none());
}

/// A series whose name holds the window, and whose rules are elsewhere.
#[test]
fn windows_in_names() {
    let made = of("sum(e:rate{{.window}})", TOTAL, &[("other", "sum(x_total)")]);
    let text = made.report.text();
    assert!(text.contains("`e:rate{{.window}}` is a recorded series, another one for each window"), "{text}");
    assert!(text.contains("no rule of the input records them: import the files"), "{text}");
    let made = of("sum(e:rate{{.window}})", TOTAL, &[("e:rate5m", "sum(rate(x_total{code=\"5\"}[1h]))")]);
    let text = made.report.text();
    assert!(text.contains("rules of the input record some of them, and cannot be followed"), "{text}");
    assert!(text.contains("what is recorded for the window 5m looks back 1h"), "{text}");
}

/// A rule for each window is exact where all of them record the same over their own window.
#[test]
fn by_windows() {
    let bad = by_window("e:rate", "sum(rate(x_total{code=\"5\"}[WINDOW]))");
    let graded = |recorded: &[(String, String)]| {
        let recorded: Vec<(&str, &str)> = recorded.iter().map(|(n, e)| (n.as_str(), e.as_str())).collect();
        let made = of("sum(e:rate{{.window}})", TOTAL, &recorded);
        let text = made.report.text();
        (made.report.objectives[0].grade, text)
    };
    assert_eq!(graded(&bad).0, Grade::Exact, "{}", graded(&bad).1);
    // One of them looks back for another time, or counts something else.
    for (at, expr, wanted) in [
        (2, "sum(rate(x_total{code=\"5\"}[2h]))", "what is recorded for the window 1h looks back 2h"),
        (3, "sum(rate(x_total{code=\"4\"}[2h]))", "what is recorded differs from window to window"),
        (4, "sum(rate(x_total{code=\"5\"}[6h])) > 0", "what is recorded differs from window to window"),
    ] {
        let mut other = bad.clone();
        expr.clone_into(&mut other[at].1);
        let (grade, text) = graded(&other);
        assert!(grade == Grade::Refused && text.contains(wanted), "{wanted}: {text}");
    }
    // One is not there.
    let (grade, text) = graded(&bad[..6]);
    assert!(grade == Grade::Assumed && text.contains("none is recorded for `3d`"), "{text}");
}

/// A proof asks the source's query as it is written, of what its rules record.
#[test]
fn proofs_ask_the_recorded_series() {
    if !promtool() {
        return;
    }
    let text = fs::read_to_string("tests/incoming/import/recorded.yaml").unwrap();
    let mut made = imported("x.yaml", &text);
    let trials = made.trials(&fresh());
    let exact =
        trials.iter().find(|t| made.report.objectives[t.objective].grade == Grade::Exact).unwrap().clone();
    made.judge(&exact, Ok(&answer(&exact)));
    assert_eq!(made.report.objectives[exact.objective].proof, Some(Proof::Proven));
    // Other rules than those that were followed: the proof sees it.
    let mut other = exact.clone();
    let recorded = other.files.iter_mut().find(|(name, _)| name == "0-recorded.yml").unwrap();
    assert!(recorded.1.contains("code=~"), "{}", recorded.1);
    recorded.1 = recorded.1.replace("code=~", "code!~");
    made.judge(&other, Ok(&answer(&other)));
    assert!(matches!(made.report.objectives[exact.objective].proof, Some(Proof::Differs(_))));
}

/// What a group or a rule does to its series keeps a query from being followed.
#[test]
fn groups_that_record_something_else() {
    let by_all = "sum by (job, code) (rate(x_total{code=\"500\"}[5m]))";
    for (group, labels, why) in [
        ("query_offset: 10m", "", "looks at another time"),
        ("limit: 1", "", "has a `limit`"),
        ("interval: 30s", "code: ''", "takes the label `code` away"),
        ("interval: 30s", "code: \"200\"", "writes over the label `code`"),
    ] {
        let text = |expr: &str, group: &str, name: &str, labels: &str| {
            let expr = serde_json::to_string(expr).unwrap();
            format!(
                "  - name: {name}\n    {group}\n    rules:\n      - {{record: {name}:rate5m, expr: {expr}, labels: {{{labels}}}}}\n"
            )
        };
        let rules = format!(
            "groups:\n{}{}",
            text(by_all, group, "bad", labels),
            text("sum by (job, code) (rate(x_total[5m]))", "interval: 30s", "all", ""),
        );
        let inputs =
            [input("spec.yaml", &spec("sum(bad:rate5m)", "sum(all:rate5m)")), input("rules.yaml", &rules)];
        let made = import(&inputs, &fresh()).unwrap_or_else(|e| panic!("{:?}", e.inputs));
        sound(&made, why);
        let text = made.report.text();
        assert!(text.contains(why), "{why}:\n{text}");
        assert!(made.report.objectives.iter().all(|o| o.grade != Grade::Exact), "{text}");
        assert!(!made.files.iter().any(|file| file.text.contains("code=\"500\"")), "{why}");
    }
}

/// Rates that are read more often on one side than on the other weigh more there.
#[test]
fn rates_read_at_different_times() {
    let made = |bad: &str, all: &str| {
        let group = |name: &str, every: &str, expr: &str| {
            format!(
                "  - name: {name}\n    interval: {every}\n    rules:\n      - {{record: {name}:rate, expr: '{expr}'}}\n"
            )
        };
        let rules = format!(
            "groups:\n{}{}",
            group("bad", bad, "sum(rate(x_total{code=\"500\"}[5m]))"),
            group("all", all, "sum(rate(x_total[5m]))")
        );
        let spec = spec("sum_over_time(bad:rate[{{.window}}])", "sum_over_time(all:rate[{{.window}}])");
        let made = import(&[input("spec.yaml", &spec), input("rules.yaml", &rules)], &fresh()).unwrap();
        made.report.text()
    };
    let same = made("30s", "30s");
    assert!(!same.contains("in different ways"), "{same}");
    let other = made("15s", "60s");
    assert!(other.contains("its two sides look at recorded rates in different ways"), "{other}");
}

/// A plugin puts its options between quotes as they are: a backslash is one of PromQL's.
#[test]
fn options_of_plugins_are_pasted() {
    let made = |option: &str| {
        let text = format!(
            "version: prometheus/v1\nservice: shop\nlabels: {{owner: shop}}\nslos:\n  - name: pages\n    objective: 99\n    sli: {{plugin: {{id: sloth-common/traefik/v2/availability, options: {{service_name_regex: '{option}'}}}}}}\n    alerting: {{page_alert: {{disable: true}}, ticket_alert: {{disable: true}}}}\n"
        );
        imported("spec.yaml", &text)
    };
    let twice = made(r"shop\\.example@.*");
    sound(&twice, "twice");
    assert!(
        twice.files.iter().any(|file| file.text.contains(r#"service=~"shop\\.example@.*""#)),
        "{:?}",
        twice.files
    );
    for wrong in [r"a\.b", r#"s"x"#] {
        let text = made(wrong).report.text();
        assert!(
            text.contains("puts the option `service_name_regex` between quotes as it is"),
            "{wrong}: {text}"
        );
    }
}
