//! Kinds of `slovo.yaml` beside a promise.

use super::whole::{KEPT, in_promise};
use super::{Kind, numbered};

/// A project with a promise, and a `slovo.yaml` that begins as any does.
fn with(what: &'static str, text: impl Fn() -> String + Sync + 'static) -> Kind {
    let files = move || {
        vec![
            ("a.slovo".to_owned(), in_promise(KEPT)),
            ("slovo.yaml".to_owned(), format!("project: x\n{}", text())),
        ]
    };
    Kind::new(what, files)
}

pub(super) fn kinds(size: usize) -> Vec<Kind> {
    let many = move |part: &str| part.repeat(size / part.len() + 1);
    vec![
        with("anchors of slovo.yaml", move || {
            format!("scope: [{}x]\n", numbered(size, |n| format!("&a{n} x, ")))
        }),
        with("aliases of aliases of slovo.yaml", move || {
            let mut text = String::from("labels:\n  a0: &a0 [x, x]\n");
            for n in 1..size / 40 {
                text.push_str(&format!("  a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
            }
            text
        }),
        with("documents of slovo.yaml", move || many("---\n")),
        with("comments of slovo.yaml", move || many("# x\n")),
        with("maps of slovo.yaml", move || format!("labels: {}", many("{a: "))),
        with("a text of lines of slovo.yaml", move || format!("labels:\n  a: |\n{}", many("    x\n"))),
        with("tags of slovo.yaml", move || format!("labels:\n  a: [{}x]\n", many("!!str x, "))),
        with("merges of slovo.yaml", move || format!("x: &x {{a: 1}}\nlabels:\n{}", many("  <<: *x\n"))),
        with("a long key of slovo.yaml", move || format!("{}: 1\n", many("k"))),
        with("keys nearly right of slovo.yaml", move || {
            numbered(size, |n| format!("evaluation_intervel{n}: 1\n"))
        }),
        with("one key of slovo.yaml often", move || many("project: x\n")),
        with("scope of slovo.yaml", move || {
            format!("scope: [{}'a=\"1\"']\n", numbered(size, |n| format!("'l{n}=\"x\"', ")))
        }),
        with("common labels of slovo.yaml", move || {
            format!("common_labels: [{}z]\n", numbered(size, |n| format!("l{n}, ")))
        }),
        with("lints of slovo.yaml", move || {
            format!("lints:\n{}", numbered(size, |n| format!("  W{:04}: deny\n", n % 10_000)))
        }),
        with("environments of slovo.yaml", move || {
            format!(
                "environments:\n{}",
                numbered(size, |n| format!("  e{n}:\n    outputs: {{prometheus: {{path: r{n}}}}}\n"))
            )
        }),
        with("outputs of slovo.yaml", move || {
            format!("outputs:\n{}", numbered(size, |n| format!("  o{n}: {{kind: prometheus, path: r{n}}}\n")))
        }),
        with("windows of slovo.yaml", move || {
            format!("alerting:\n  windows:\n{}", numbered(size, |n| format!("    {}m: 1m\n", n + 2)))
        }),
        with("tiers of slovo.yaml", move || {
            format!("alerting:\n  tiers:\n{}", many("    - {urgency: page, share: 2%, window: 1h}\n"))
        }),
    ]
}
