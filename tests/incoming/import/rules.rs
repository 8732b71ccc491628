//! Rule files written by hand: what is a promise, what isn't, and what only might be.

use std::fmt::Write as _;

use slovo::import::{Grade, import};

use super::{fresh, imported, input, sound};

const BURN: &str = r#"groups:
  - name: shop
    rules:
      - record: errors:ratio_rate1h
        expr: sum by (job) (rate(x_total{code="5"}[1h])) / sum by (job) (rate(x_total[1h]))
      - record: errors:ratio_rate5m
        expr: sum by (job) (rate(x_total{code="5"}[5m])) / sum by (job) (rate(x_total[5m]))
      - record: errors:ratio_rate30d
        expr: sum by (job) (rate(x_total{code="5"}[30d])) / sum by (job) (rate(x_total[30d]))
      - alert: ShopBurn
        expr: errors:ratio_rate1h > (14.4 * 0.001) and errors:ratio_rate5m > (14.4 * 0.001)
        labels: {severity: page}
"#;

/// What is said of an alert on a burn rate is the same however it is written.
#[test]
fn spellings() {
    let condition = "errors:ratio_rate1h > (14.4 * 0.001)";
    let journey = |text: &str| {
        let made = imported("x.yaml", text);
        sound(&made, text);
        let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).map(|f| f.text.clone());
        assert_eq!(made.report.objectives[0].grade, Grade::Exact, "{text}\n{}", made.report.text());
        journey.unwrap_or_default()
    };
    let plain = journey(BURN);
    assert!(plain.contains("keep for 99.9% of events over 30d") && plain.contains("for each job"), "{plain}");
    for other in [
        "errors:ratio_rate1h > (0.001 * 14.4)",
        "errors:ratio_rate1h >= 14.4 * 0.001",
        "14.4 * (1 - 0.999) < errors:ratio_rate1h",
        "errors:ratio_rate1h > 14.4 * (100 - 99.9) / 100",
        "100 * errors:ratio_rate1h > 14.4 * 0.1",
        "errors:ratio_rate1h * 100 > 0.1 * 14.4",
        "errors:ratio_rate1h / 0.001 > 14.4",
        "errors:ratio_rate1h / (1 - 0.999) > 14.4",
        "(1 - errors:ratio_rate1h) < 1 - 14.4 * 0.001",
        "1 - (14.4 * 0.001) > 1 - errors:ratio_rate1h",
        "max by (job) (errors:ratio_rate1h) > 14.4 * 0.001",
        "sum by (job) (errors:ratio_rate1h > 14.4 * 0.001)",
        "max without (window) (errors:ratio_rate1h) > (14.4 * 0.001)",
        "sum by(job)(rate(x_total{code='5'} [1h])) / (sum(rate(x_total[1h])) by (job)) > 14.4 * 0.001",
    ] {
        // Without a recording nothing says that it is about errors.
        let made =
            journey(&BURN.replace(condition, other)).replace("kept \"Shop\"", "errors \"Shop errors\"");
        assert_eq!(made, plain, "{other}");
    }
    let recorded =
        BURN.replace("0.001)", "budget)") + "      - record: budget\n        expr: vector(1 - 0.999)\n";
    assert_eq!(journey(&recorded), plain);
    let scalar = recorded.replace("14.4 * budget", "14.4 * scalar(budget)");
    assert_eq!(journey(&scalar), plain);
}

/// What would compute something else, or only might, is never called exact.
#[test]
fn never_exact() {
    for (what, changed) in [
        ("no window", BURN.replace("30d", "2h")),
        ("another window", BURN.replace("30d", "28d")),
        ("a window beside the burn rates", BURN.replace("14.4", "10")),
        (
            "a recording that isn't here",
            BURN.replace("record: errors:ratio_rate5m", "record: others:ratio_rate5m"),
        ),
        ("a severity that says nothing", BURN.replace("severity: page", "severity: blue")),
        ("no severity", BURN.replace("severity: page", "x: y")),
        ("the worst of several", BURN.replace("errors:ratio_rate1h >", "max(errors:ratio_rate1h) >")),
        ("a sum of shares", BURN.replace("errors:ratio_rate1h >", "sum(errors:ratio_rate1h) >")),
        (
            "a mean of shares",
            BURN.replace("errors:ratio_rate1h >", "avg_over_time(errors:ratio_rate5m[1h]) >"),
        ),
        ("another moment", BURN.replace("errors:ratio_rate1h >", "errors:ratio_rate1h offset 1h >")),
        (
            "series that aren't recorded",
            BURN.replace("errors:ratio_rate1h >", "errors:ratio_rate1h{code=\"5\"} >"),
        ),
        (
            "more than all",
            BURN.replace("sum by (job) (rate(x_total[1h]))", "sum by (job) (rate(x_total{a=\"b\"}[1h]))"),
        ),
        ("another metric", BURN.replace("rate(x_total[", "rate(y_total[")),
        ("a factor", BURN.replace("ratio_rate1h\n        expr: ", "ratio_rate1h\n        expr: 2 * ")),
        ("two windows", BURN.replace("rate(x_total[1h])", "rate(x_total[2h])")),
        ("no budget", BURN.replace("14.4 * 0.001", "0.0144")),
        ("always", BURN.replace("> (14.4", "> bool (14.4")),
        ("no budget either", BURN.replace("14.4 * 0.001", "14.4 * 5")),
        ("another kind of limit", BURN.replace("> (14.4", "< (14.4")),
    ] {
        assert!(changed != BURN, "{what}: nothing was changed");
        let made = imported("x.yaml", &changed);
        sound(&made, what);
        let exact = made.report.objectives.iter().any(|o| o.grade == Grade::Exact);
        assert!(!exact, "{what}:\n{}", made.report.text());
        // Nothing is passed over in silence.
        let said = made.report.objectives.len() + made.report.near.len() + made.report.left.len();
        assert!(said > 0, "{what}: nothing is said");
    }
}

/// Labels that a selector asks for reach the metrics, where the recorded series carry them.
#[test]
fn matchers_are_handed_down() {
    let text = BURN
        .replace("errors:ratio_rate1h >", "errors:ratio_rate1h{job=\"a\"} >")
        .replace("errors:ratio_rate5m >", "errors:ratio_rate5m{job=\"a\"} >");
    let made = imported("x.yaml", &text);
    sound(&made, "matchers");
    let journey = made.files.iter().find(|f| f.path.starts_with("journeys/")).unwrap();
    assert!(journey.text.contains("total x_total{job=\"a\"}"), "{}", journey.text);
    assert!(journey.text.starts_with("journey a "), "{}", journey.text);
}

/// Of several series of one name, those that are no shares are refused, and the others are promises.
#[test]
fn several_of_one_name() {
    let other = "      - record: errors:ratio_rate1h\n        labels: {kind: load}\n        expr: sum(rate(y_total[1h]))\n";
    let text = imported("x.yaml", &format!("{BURN}{other}")).report.text();
    assert!(text.contains("1 refused") && text.contains("ShopBurn (load)"), "{text}");
    assert!(text.contains("x.yaml:10: shop/shop-errors -> shop.errors"), "{text}");
}

/// Recordings come from any file of the import; alone, the alert is refused with what is missing.
#[test]
fn across_files() {
    let (head, tail) = BURN.split_at(BURN.find("      - alert").unwrap());
    let alerts = format!("groups:\n  - name: shop\n    rules:\n{tail}");
    let made = import(&[input("b.yaml", &alerts), input("a.yaml", head)], &fresh()).unwrap();
    assert_eq!(made.report.objectives[0].grade, Grade::Exact, "{}", made.report.text());
    let text = imported("b.yaml", &alerts).report.text();
    assert!(text.contains("1 refused") && text.contains("is not in the input: import the file"), "{text}");
}

/// Rules that tools made are told apart, one by one.
#[test]
fn generated() {
    for (labels, tool) in [
        ("sloth_slo: a", "Sloth"),
        ("grafana_slo_uuid: a", "Grafana SLO"),
        ("slo: a, exhaustion: 4d", "Pyrra"),
        ("journey: a, promise: b", "Slovo"),
    ] {
        let text = BURN.replace("severity: page", labels);
        let text = imported("x.yaml", &text).report.text();
        assert!(
            text.starts_with("0 objectives") && text.contains(&format!("1 rule generated by {tool}")),
            "{text}"
        );
    }
}

/// However many rules there are, however deep they lie, and whatever they make of each other: it ends, and says so.
#[test]
fn bounds() {
    let mut chain = "groups:\n  - name: a\n    rules:\n".to_owned();
    let alert = "      - {alert: A, expr: 'r0:x > 14.4 * 0.01'}\n";
    for at in 0..2_000 {
        let _ = writeln!(chain, "      - {{record: 'r{at}:x', expr: 'r{}:x + r{}:x'}}", at + 1, at + 1);
    }
    let text = imported("x.yaml", &format!("{chain}{alert}")).report.text();
    assert!(text.contains("1 refused"), "{text}");
    // Many of one name.
    let mut many = "groups:\n  - name: a\n    rules:\n".to_owned();
    for at in 0..2_000 {
        let _ = writeln!(
            many,
            "      - {{record: 'r0:x', expr: 'sum(rate(a{at}_total[1h])) / sum(rate(b_total[1h]))'}}"
        );
    }
    let text = imported("x.yaml", &format!("{many}{alert}")).report.text();
    assert!(text.contains("more than 100 rules record `r0:x`"), "{text}");
    // Many alternatives of many conditions.
    let one = "(r0:x > 14.4 * 0.01 or r0:x > 6 * 0.01)";
    let expr = [one; 40].join(" and ");
    let made = imported(
        "x.yaml",
        &format!("groups:\n  - name: a\n    rules:\n      - {{alert: A, expr: '{expr}'}}\n"),
    );
    assert!(!made.report.text().is_empty());
}

/// Alerts on shares of their own, each in a line of its own.
fn alerts(conditions: &[&str]) -> String {
    let mut made = "groups:\n  - name: shop\n    rules:\n".to_owned();
    for (at, condition) in conditions.iter().enumerate() {
        let share = format!("sum(rate(m{at}_total{{code='5'}}[1h])) / sum(rate(m{at}_total[1h]))");
        let condition =
            condition.replace("SHARE", &format!("({share})")).replace("METRIC", &format!("m{at}_total"));
        let _ = writeln!(made, "      - {{alert: A{at}, expr: \"{condition}\"}}");
    }
    made
}

/// A budget is taken where it is plain: one burn rate times one budget. Of anything else the reason is said.
#[test]
fn plain_budgets() {
    for (condition, percent) in [
        ("SHARE > +14.4 * 0.001", "99.9"),
        ("SHARE > 14.4 * (0.1 / 100)", "99.9"),
        ("SHARE > 14.4 * ((100 - 99.9) / 100)", "99.9"),
        ("SHARE > 1 * (100 - 95) / 100", "95"),
        ("100 * SHARE > 14.4 * (100 - 99.9)", "99.9"),
        ("100 * SHARE / (100 - 95) > 3", "95"),
        ("100 * SHARE > 14.4 * 5", "95"),
        ("100 * SHARE > 0.1 * 14.4", "99.9"),
        ("100 * SHARE > 1 * 1", "99"),
        ("SHARE > scalar(vector(14.4)) * vector(1 - 0.999)", "99.9"),
    ] {
        let made = imported("x.yaml", &alerts(&[condition]));
        sound(&made, condition);
        let said = made.files.iter().any(|f| f.text.contains(&format!("keep for {percent}% of")));
        assert!(said, "{condition}:\n{}", made.report.text());
    }
    for condition in [
        "SHARE > 14.4 * 0.001 * 2",
        "SHARE > 0.001 * 14.4 * 1",
        "SHARE > (1-0.999) * 14.4 * 2",
        "SHARE > 0.001 * 720 * 0.02",
        "SHARE > 0.001 * (30*24) / 50",
        "SHARE > 14.4 * 0.001 / 2",
        "SHARE > 14.4 * 0.001 + 0.01",
        "SHARE > 14.4 * (0.01 - 0.009)",
        "SHARE > 14.4 * (100 - 99.9)",
        "100 * SHARE > 14.4 * 0.001 * 100",
        // Five times 1%, or once 5%.
        "100 * SHARE > 1 * 5",
        "100 * SHARE > 3 * 5",
        "100 * SHARE > 14.4 * (1 - 0.999)",
        "100 * SHARE > 14.4 * 0.1 / 100",
        "100 * (100 * SHARE) > 14.4 * 0.1",
        "100 * (100 * (100 * (100 * (100 * (100 * SHARE))))) > 14.4 * 0.1",
        "SHARE / (14.4 * 0.001) > 1",
        "SHARE / 0.5 / 0.001 > 14.4",
        "100 * (SHARE / 0.001) > 1440",
        "SHARE / 0.001 > 14.4 * 2",
        "SHARE > 14.4 * 0.001 * 2 and SHARE > 14.4 * 0.001 * 2",
        "(1 - SHARE) < 1 - 14.4 * 0.001 * 2",
    ] {
        let made = imported("x.yaml", &alerts(&[condition]));
        let text = made.report.text();
        assert!(made.report.objectives.is_empty() && made.report.near.len() == 1, "{condition}:\n{text}");
        assert!(text.contains("not one burn rate times one budget"), "{condition}:\n{text}");
    }
    for (condition, why) in [
        ("SHARE > -14.4 * 0.001", "`-14.4` in it, which is not above 0"),
        ("SHARE > 0 * 0.001", "`0` in it, which is not above 0"),
        ("SHARE > 14.4 * (1 - 1)", "`1 - 1` in it, which is not above 0"),
        ("SHARE > 14.4 * (1 - 99.9)", "`1 - 99.9` in it, which is not above 0"),
        ("SHARE > 14.4 * -1 * -0.001", "`-1` in it, which is not above 0"),
        ("SHARE > NaN * 0.001", "`NaN` in it, which is neither"),
        ("SHARE > 0.001 * +Inf", "`Inf` in it, which is neither"),
        ("SHARE / 0.001 > 0", "`0` in it, which is not above 0"),
        ("SHARE > 14.4 * 0.001 and SHARE > -14.4 * 0.001", "`-14.4` in it, which is not above 0"),
        ("SHARE > bool (14.4*0.001)", "this condition always holds"),
        ("14.4 * 0.001 < bool SHARE", "this condition always holds"),
        ("max(SHARE > bool 14.4 * 0.001)", "this condition always holds"),
        ("SHARE > bool 14.4 * 0.001 and SHARE > 14.4 * 0.001", "this condition always holds"),
        ("SHARE > bool 0.05", "this condition always holds"),
    ] {
        let made = imported("x.yaml", &alerts(&[condition]));
        let text = made.report.text();
        let refused: Vec<&str> = made.report.objectives.iter().filter_map(|o| o.refused.as_deref()).collect();
        assert!(refused.len() == 1 && refused[0].contains(why), "{condition}:\n{text}");
        assert!(made.report.objectives.len() == 1 && made.report.near.is_empty(), "{condition}:\n{text}");
    }
}

/// Each rule is in one place of the report, however much it has in common with others.
#[test]
fn each_rule_once() {
    let mean =
        "avg(sum by (job)(rate(METRIC{code=~'5..'}[1h])) / sum by (job)(rate(METRIC[1h]))) > (14.4*0.01)";
    let conditions = [
        mean,
        mean,
        "SHARE > 0 * 0.001",
        "SHARE > 0 * 0.001",
        "SHARE > bool 14.4 * 0.001",
        "SHARE > bool 14.4 * 0.001",
        "missing:ratio_rate1h > 14.4 * 0.001",
        "missing:ratio_rate1h > 14.4 * 0.001",
        "SHARE > 0.5 * 0.1",
        "SHARE > 0.5 * 0.1",
        "SHARE > 14.4 * 0.001 * 2",
        "SHARE > 14.4 * 0.001 * 2",
        "SHARE > 0.05",
        "SHARE > 0.05",
        "absent(METRIC)",
        "absent(METRIC)",
        "SHARE > 14.4 * 0.001",
        "SHARE > 14.4 * 0.001",
        "SHARE > 14.4 * 0.001 or SHARE > 6 * 0.001 * 2",
    ];
    // By name and without: alerts of one name are others all the same.
    for text in [alerts(&conditions), {
        let mut text = alerts(&conditions);
        for at in (0..conditions.len()).rev() {
            text = text.replace(&format!("alert: A{at},"), "alert: Same,");
        }
        text
    }] {
        let made = imported("x.yaml", &text);
        sound(&made, &text);
        let report = &made.report;
        let said = report.text();
        let lefts = |line: usize| {
            let words = report.left.iter().flat_map(|f| f.text.split(|c: char| !c.is_ascii_digit()));
            words.filter(|word| *word == line.to_string()).count()
        };
        for (at, condition) in conditions.iter().enumerate() {
            let line = at + 4;
            let objectives = report.objectives.iter().filter(|o| o.place.line == line).count();
            let near = report.near.iter().filter(|f| f.place.line == line).count();
            let left = if condition.starts_with("absent") { lefts(line) } else { 0 };
            assert_eq!(objectives + near + left, 1, "line {line}, {condition}:\n{said}");
        }
        // Promises of one name: the first is written, the other two are refused for that.
        let alike = if text.contains("Same") { 2 } else { 0 };
        assert_eq!(report.count(Grade::Refused), 10 + alike, "{said}");
        assert_eq!(report.objectives.len(), 13, "{said}");
        assert_eq!(report.rules_left, 6, "{said}");
    }
}
