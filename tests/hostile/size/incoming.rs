//! What importers read: expositions, and specs of other tools.

use super::{Kind, numbered};

const METRICS: &[&[&str]] = &[&["metrics", "import", "in.prom"]];
const SPECS: &[&[&str]] = &[&["import", "in.yaml", "-o", "out"]];

pub(super) fn kinds(size: usize) -> Vec<Kind> {
    let many = |part: &str| part.repeat(size / part.len() + 1);
    let exposed = |what, text: String| Kind {
        commands: METRICS,
        ..Kind::new(
            what,
            vec![("a.slovo".to_owned(), "team t \"T\" {}\n".to_owned()), ("in.prom".to_owned(), text)],
        )
    };
    let spec =
        |what, text: String| Kind { commands: SPECS, ..Kind::new(what, vec![("in.yaml".to_owned(), text)]) };
    let sloth = "version: prometheus/v1\nservice: s\nslos:\n";
    let slo = |n: usize, query: &str| {
        format!(
            "  - name: slo{n}\n    objective: 99.9\n    sli:\n      events:\n        error_query: sum(rate({query}{{code=\"5\"}}[{{{{.window}}}}]))\n        total_query: sum(rate({query}[{{{{.window}}}}]))\n    alerting: {{name: A}}\n"
        )
    };
    vec![
        exposed("families", numbered(size, |n| format!("# TYPE m{n}_total counter\nm{n}_total 1\n"))),
        exposed("families without a type", numbered(size, |n| format!("m{n}_total 1\n"))),
        exposed("series of one family", numbered(size, |n| format!("m_total{{a=\"{n}\"}} 1\n"))),
        exposed(
            "labels of one series",
            format!("m_total{{{}}} 1\n", numbered(size, |n| format!("l{n}=\"x\","))),
        ),
        exposed(
            "bounds of one histogram",
            format!("# TYPE h histogram\n{}", numbered(size, |n| format!("h_bucket{{le=\"{n}\"}} 1\n"))),
        ),
        exposed("a help text", format!("# HELP m {}\nm 1\n", many("x "))),
        exposed("lines of no exposition", many("}{\n")),
        exposed("one line of no exposition", many("{a=\"")),
        exposed("one family in pieces", many("a 1\nb 1\n")),
        spec("objectives of one spec", format!("{sloth}{}", numbered(size, |n| slo(n, "x_total")))),
        spec(
            "objectives of many metrics",
            format!("{sloth}{}", numbered(size, |n| slo(n, &format!("x{n}_total")))),
        ),
        spec(
            "objectives of many services",
            numbered(size, |n| {
                format!(
                    "---\n{}{}",
                    sloth.replace("service: s", &format!("service: s{n}")),
                    slo(n, "x_total")
                )
            }),
        ),
        spec(
            "objectives that contradict each other",
            format!(
                "{sloth}{}",
                numbered(size, |n| {
                    if n % 2 == 0 {
                        slo(n, "x_total")
                    } else {
                        slo(n, "x_total").replace("sum(rate(", "sum(sum_over_time(")
                    }
                })
            ),
        ),
        spec("objectives of one name", format!("{sloth}{}", numbered(size, |_| slo(1, "x_total")))),
        spec("a query of a spec", format!("{sloth}{}", slo(1, &many("x_total + ")))),
        spec("brackets of a spec", many("[")),
        spec("documents of a spec", many("---\n")),
        spec(
            "rules",
            format!(
                "groups:\n- name: g\n  rules:\n{}",
                numbered(size, |n| {
                    format!(
                        "  - alert: A{n}\n    expr: sum(rate(x_total{{code=\"5\"}}[5m])) / sum(rate(x_total[5m])) > 0.01\n    labels: {{severity: page}}\n"
                    )
                })
            ),
        ),
        spec(
            "recorded rules",
            format!(
                "groups:\n- name: g\n  rules:\n{}",
                numbered(size, |n| { format!("  - record: r{}\n    expr: r{n} + r{n}\n", n + 1) })
            ),
        ),
    ]
}
