//! Kinds of one file, most of them with mistakes.

use super::Kind;

pub(super) fn kinds(size: usize) -> Vec<Kind> {
    let many = move |part: &str| part.repeat(size / part.len());
    let numbered = move |part: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        let mut n = 0;
        while text.len() < size {
            text.push_str(&part(n));
            n += 1;
        }
        text
    };
    let shop = "team shop \"Shop\" {\n  tickets \"q\"\n}\nmetric x_total: counter of requests {\n  labels r, code\n}\n";
    let head = "journey j \"J\" {\n  owner shop\n";
    let names = |n: usize| {
        let mut text = String::new();
        for i in 0..n {
            text.push_str(&format!("team team_{i:05} \"T\" {{}}\n"));
        }
        for i in 0..n {
            text.push_str(&format!("playbook p{i} {{ responder taem_{i:05} }}\n"));
        }
        text
    };
    vec![
        Kind::one("lines that say nothing", move || many("z\n")),
        Kind::one("lines of marks", move || many("}{\n")),
        Kind::one("one line of words", move || many("team ")),
        Kind::one("open texts", move || many("\"\n")),
        Kind::one("a long name", move || format!("team {} \"T\" {{}}\n", "x".repeat(size))),
        Kind::one("a long title", move || format!("{shop}{head}  note \"{}\"\n}}\n", "x ".repeat(size / 2))),
        Kind::one("comments", move || many("# x\n")),
        Kind::one("labels, each twice", move || {
            format!("metric x: counter {{\n  labels {}a\n}}\n", many("a, "))
        }),
        Kind::one("values of a label", move || {
            format!(
                "metric x: counter {{\n  labels a in {}\"z\"\n}}\n",
                numbered(&|n| format!("\"v{n}\" | "))
            )
        }),
        Kind::one("bounds", move || {
            format!(
                "metric x: histogram of seconds {{\n  buckets {}9999999\n}}\n",
                numbered(&|n| format!("{}, ", n + 1))
            )
        }),
        Kind::one("names nearly right", move || names(size / 52)),
        Kind::one("one name declared often", move || many("team t \"T\" {}\n")),
        Kind::one("statements said often", move || format!("{shop}{head}{}}}\n", many("  owner shop\n"))),
        Kind::one("matchers", move || {
            format!(
                "{shop}indicator i {{\n  total x_total{{{}r=\"x\"}}\n}}\n",
                numbered(&|n| format!("r=~\"a{n}.*\", "))
            )
        }),
        Kind::one("a sum", move || {
            format!("{shop}indicator i {{\n  total {}x_total\n}}\n", many("x_total + "))
        }),
        Kind::one("a long pattern", move || {
            format!("{shop}indicator i {{\n  total x_total{{r=~\"{}\"}}\n}}\n", many("(a|b)*"))
        }),
        Kind::one("a query", move || {
            format!(
                "{shop}indicator i {{\n  total promql \"\"\"{}rate(x_total[$range])\"\"\"\n}}\n",
                many("rate(x_total[$range]) + ")
            )
        }),
        Kind::one("brackets of a query", move || {
            format!("{shop}indicator i {{\n  total promql \"\"\"{}\"\"\"\n}}\n", many("("))
        }),
        Kind::one("members", move || {
            format!(
                "{shop}{head}  promise p \"P\" {{\n    all of {}a.b\n  }}\n}}\n",
                numbered(&|n| format!("a{n}.b, "))
            )
        }),
        yaml("brackets of slovo.yaml", move || format!("project: x\nlabels: {}", many("["))),
        yaml("keys of slovo.yaml", move || format!("project: x\n{}", numbered(&|n| format!("k{n}: 1\n")))),
        yaml("one line of slovo.yaml", move || {
            format!("project: x\ncommon_labels: [{}a]\n", numbered(&|n| format!("l{n}, ")))
        }),
        yaml("dashes of slovo.yaml", move || format!("project: x\nlabels:\n  {}", many("- "))),
        Kind::one("steps in steps", move || format!("{shop}{head}{}", many("step s \"S\" {\n"))),
        Kind::one("steps", move || {
            format!("{shop}{head}{}}}\n", numbered(&|n| format!("  step s{n} \"S\" {{\n  }}\n")))
        }),
        Kind::one("promises", move || format!("{shop}{}", numbered(&promise))),
        Kind::one("a long text", move || {
            format!("{shop}indicator i {{\n  total promql \"\"\"{}\"\"\"\n}}\n", many("x\n"))
        }),
        Kind::one("escapes", move || format!("{shop}{head}  note \"{}\"\n}}\n", many("\\n"))),
        Kind::one("numbers", move || {
            format!("metric x: histogram of seconds {{\n  buckets {}\n}}\n", many("1"))
        }),
        Kind::one("signs in no place", move || many("@")),
        Kind::one("characters of four bytes", move || format!("team t \"{}\" {{}}\n", many("𝄞"))),
        yaml("lists of slovo.yaml", move || format!("project: x\nscope: [{}a]\n", many("[],"))),
        yaml("aliases of slovo.yaml", move || {
            format!("project: x\nscope: &a [x]\nlabels: [{}a]\n", many("*a, "))
        }),
        yaml("texts of slovo.yaml", move || format!("project: \"{}\"\n", many("x "))),
        yaml("labels of slovo.yaml", move || {
            format!("project: x\nlabels:\n{}", numbered(&|n| format!("  k{n}: v\n")))
        }),
    ]
}

/// A `slovo.yaml` beside a team.
fn yaml(what: &'static str, text: impl Fn() -> String + Sync + 'static) -> Kind {
    let files = move || {
        vec![("a.slovo".to_owned(), "team shop \"S\" {}\n".to_owned()), ("slovo.yaml".to_owned(), text())]
    };
    Kind::new(what, files)
}

/// A journey with one promise.
pub(super) fn promise(n: usize) -> String {
    let promise = "    promise p \"P\" {\n      keep for 99% of x over 28d\n      total x_total\n      bad where {code=~\"5..\"}\n      urgency ticket\n    }\n";
    format!("journey j{n} \"J\" {{\n  owner shop\n  step s \"S\" {{\n{promise}  }}\n}}\n")
}
