//! Lists that are held against each other, or against what is declared, are bounded: one more than the limit is E0109, and what is
//! beyond it costs nothing.

use crate::tools::{put, said, slovo};

const PRELUDE: &str =
    "team shop \"Shop\" {\n  tickets \"q\"\n}\nmetric x_total: counter of requests {\n  labels r, code\n}\n";

/// So many pieces, with commas or whatever stands between them.
fn list(n: usize, between: &str, piece: impl Fn(usize) -> String) -> String {
    (0..n).map(piece).collect::<Vec<_>>().join(between)
}

fn promise(statements: &str) -> String {
    format!(
        "{PRELUDE}journey j \"J\" {{\n  owner shop\n  promise p \"P\" {{\n    keep for 9% of x over 28d\n{statements}\n  }}\n}}\n"
    )
}

fn indicator(statements: &str) -> String {
    format!("{PRELUDE}indicator i {{\n{statements}\n}}\n")
}

#[test]
fn long_lists_are_refused() {
    type Made = fn(usize) -> String;
    let kinds: [(&str, usize, Made); 11] = [
        ("matchers", 200, |n| {
            indicator(&format!("total x_total{{{}}}", list(n, ", ", |n| format!("r!=\"{n}\""))))
        }),
        ("terms", 50, |n| {
            indicator(&format!("total {}", list(n, " + ", |n| format!("x_total{{r=\"{n}\"}}"))))
        }),
        ("ways to be bad", 20, |n| {
            indicator(&format!("total x_total\nbad {}", list(n, " or ", |n| format!("where {{r=\"{n}\"}}"))))
        }),
        ("statements of `good` or `bad`", 20, |n| {
            indicator(&format!("total x_total\n{}", list(n, "\n", |n| format!("bad where {{r=\"{n}\"}}"))))
        }),
        ("labels", 20, |n| promise(&format!("for each {}", list(n, ", ", |n| format!("l{n}"))))),
        ("members", 200, |n| promise(&format!("all of {}", list(n, ", ", |n| format!("a.p{n}"))))),
        ("parameters", 50, |n| {
            let parameters = list(n, ", ", |n| format!("p{n}: string"));
            format!("{PRELUDE}indicator i({parameters}) {{\ntotal x_total\n}}\n")
        }),
        ("arguments", 50, |n| {
            promise(&format!("measured by i({})", list(n, ", ", |n| format!("p{n}: \"v\""))))
        }),
        ("labels", 200, |n| {
            format!("metric m: counter {{\nlabels {}\n}}\n", list(n, ", ", |n| format!("l{n}")))
        }),
        ("values", 500, |n| {
            format!("metric m: counter {{\nlabels l in {}\n}}\n", list(n, " | ", |n| format!("\"{n}\"")))
        }),
        ("bounds", 1_000, |n| {
            format!("metric m: histogram of x {{\nbuckets {}\n}}\n", list(n, ", ", |n| n.to_string()))
        }),
    ];
    for (what, most, made) in kinds {
        let at = tempfile::tempdir().unwrap();
        let told = |n: usize| {
            put(at.path(), &[("slovo.yaml", "project: x\n"), ("a.slovo", &made(n))]);
            said(&slovo(at.path(), &["check", "--all", "--format", "short"]))
        };
        let (within, beyond) = (told(most), told(most + 1));
        assert!(!within.contains("E0109"), "{what}: {within}");
        assert_eq!(beyond.matches("E0109").count(), 1, "{what}: {beyond}");
        assert!(beyond.contains(&format!("with {} {what}", most + 1)), "{what}: {beyond}");
    }
}

/// Metrics in each other, in a long circle too: each of them is told, and none knows all others.
#[test]
fn metrics_in_each_other() {
    let at = tempfile::tempdir().unwrap();
    let told = |n: usize, circle: bool| {
        let metrics = list(n, "", |at| {
            let next = if at + 1 < n { at + 1 } else { 0 };
            let last = at + 1 == n && !circle;
            let part = if last { String::new() } else { format!(", part of m{next}") };
            format!("metric m{at}: counter of x{part}\n")
        });
        put(at.path(), &[("slovo.yaml", "project: x\n"), ("a.slovo", &metrics)]);
        said(&slovo(at.path(), &["check", "--all", "--format", "short"])).matches("E0353").count()
    };
    assert_eq!((told(51, false), told(52, false), told(60, false)), (0, 1, 9));
    assert_eq!((told(40, true), told(70, true)), (1, 70));
}
