//! What importers read: expositions, and specs of other tools.

use super::{Kind, numbered};

const METRICS: &[&[&str]] = &[&["metrics", "import", "in.prom"]];
const SPECS: &[&[&str]] = &[&["import", "in.yaml", "-o", "out"]];

fn exposed(what: &'static str, text: impl Fn() -> String + Sync + 'static) -> Kind {
    let team = || ("a.slovo".to_owned(), "team t \"T\" {}\n".to_owned());
    Kind { commands: METRICS, ..Kind::new(what, move || vec![team(), ("in.prom".to_owned(), text())]) }
}

fn spec(what: &'static str, text: impl Fn() -> String + Sync + 'static) -> Kind {
    Kind { commands: SPECS, ..Kind::new(what, move || vec![("in.yaml".to_owned(), text())]) }
}

pub(super) fn kinds(size: usize) -> Vec<Kind> {
    let many = move |part: &str| part.repeat(size / part.len() + 1);
    let sloth = "version: prometheus/v1\nservice: s\nslos:\n";
    let slo = |n: usize, query: &str| {
        format!(
            "  - name: slo{n}\n    objective: 99.9\n    sli:\n      events:\n        error_query: sum(rate({query}{{code=\"5\"}}[{{{{.window}}}}]))\n        total_query: sum(rate({query}[{{{{.window}}}}]))\n    alerting: {{name: A}}\n"
        )
    };
    vec![
        exposed("families", move || numbered(size, |n| format!("# TYPE m{n}_total counter\nm{n}_total 1\n"))),
        exposed("families without a type", move || numbered(size, |n| format!("m{n}_total 1\n"))),
        exposed("series of one family", move || numbered(size, |n| format!("m_total{{a=\"{n}\"}} 1\n"))),
        exposed("labels of one series", move || {
            format!("m_total{{{}}} 1\n", numbered(size, |n| format!("l{n}=\"x\",")))
        }),
        exposed("bounds of one histogram", move || {
            format!("# TYPE h histogram\n{}", numbered(size, |n| format!("h_bucket{{le=\"{n}\"}} 1\n")))
        }),
        exposed("a help text", move || format!("# HELP m {}\nm 1\n", many("x "))),
        exposed("lines of no exposition", move || many("}{\n")),
        exposed("one line of no exposition", move || many("{a=\"")),
        exposed("one family in pieces", move || many("a 1\nb 1\n")),
        spec("objectives of one spec", move || format!("{sloth}{}", numbered(size, |n| slo(n, "x_total")))),
        spec("objectives of many metrics", move || {
            format!("{sloth}{}", numbered(size, |n| slo(n, &format!("x{n}_total"))))
        }),
        spec("objectives of many services", move || {
            numbered(size, |n| {
                format!(
                    "---\n{}{}",
                    sloth.replace("service: s", &format!("service: s{n}")),
                    slo(n, "x_total")
                )
            })
        }),
        spec("objectives that contradict each other", move || {
            format!(
                "{sloth}{}",
                numbered(size, |n| {
                    if n % 2 == 0 {
                        slo(n, "x_total")
                    } else {
                        slo(n, "x_total").replace("sum(rate(", "sum(sum_over_time(")
                    }
                })
            )
        }),
        spec("objectives of one name", move || format!("{sloth}{}", numbered(size, |_| slo(1, "x_total")))),
        spec("a query of a spec", move || format!("{sloth}{}", slo(1, &many("x_total + ")))),
        spec("brackets of a spec", move || many("[")),
        spec("documents of a spec", move || many("---\n")),
        spec("rules", move || {
            format!(
                "groups:\n- name: g\n  rules:\n{}",
                numbered(size, |n| {
                    format!(
                        "  - alert: A{n}\n    expr: sum(rate(x_total{{code=\"5\"}}[5m])) / sum(rate(x_total[5m])) > 0.01\n    labels: {{severity: page}}\n"
                    )
                })
            )
        }),
        spec("recorded rules", move || {
            format!(
                "groups:\n- name: g\n  rules:\n{}",
                numbered(size, |n| { format!("  - record: r{}\n    expr: r{n} + r{n}\n", n + 1) })
            )
        }),
    ]
}
