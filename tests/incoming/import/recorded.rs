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
