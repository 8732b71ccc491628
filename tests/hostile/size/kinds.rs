//! Kinds of one file, most of them with mistakes.

/// What it is, the file, and its text of about so many bytes.
pub(super) fn inputs(size: usize) -> Vec<(&'static str, &'static str, String)> {
    let many = |part: &str| part.repeat(size / part.len());
    let numbered = |part: &dyn Fn(usize) -> String| {
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
        ("lines that say nothing", "a.slovo", many("z\n")),
        ("lines of marks", "a.slovo", many("}{\n")),
        ("one line of words", "a.slovo", many("team ")),
        ("open texts", "a.slovo", many("\"\n")),
        ("a long name", "a.slovo", format!("team {} \"T\" {{}}\n", "x".repeat(size))),
        ("a long title", "a.slovo", format!("{shop}{head}  note \"{}\"\n}}\n", "x ".repeat(size / 2))),
        ("comments", "a.slovo", many("# x\n")),
        ("labels, each twice", "a.slovo", format!("metric x: counter {{\n  labels {}a\n}}\n", many("a, "))),
        (
            "values of a label",
            "a.slovo",
            format!(
                "metric x: counter {{\n  labels a in {}\"z\"\n}}\n",
                numbered(&|n| format!("\"v{n}\" | "))
            ),
        ),
        (
            "bounds",
            "a.slovo",
            format!(
                "metric x: histogram of seconds {{\n  buckets {}9999999\n}}\n",
                numbered(&|n| format!("{}, ", n + 1))
            ),
        ),
        ("names nearly right", "a.slovo", names(size / 52)),
        ("one name declared often", "a.slovo", many("team t \"T\" {}\n")),
        ("statements said often", "a.slovo", format!("{shop}{head}{}}}\n", many("  owner shop\n"))),
        (
            "matchers",
            "a.slovo",
            format!(
                "{shop}indicator i {{\n  total x_total{{{}r=\"x\"}}\n}}\n",
                numbered(&|n| format!("r=~\"a{n}.*\", "))
            ),
        ),
        ("a sum", "a.slovo", format!("{shop}indicator i {{\n  total {}x_total\n}}\n", many("x_total + "))),
        (
            "a long pattern",
            "a.slovo",
            format!("{shop}indicator i {{\n  total x_total{{r=~\"{}\"}}\n}}\n", many("(a|b)*")),
        ),
        (
            "a query",
            "a.slovo",
            format!(
                "{shop}indicator i {{\n  total promql \"\"\"{}rate(x_total[$range])\"\"\"\n}}\n",
                many("rate(x_total[$range]) + ")
            ),
        ),
        (
            "brackets of a query",
            "a.slovo",
            format!("{shop}indicator i {{\n  total promql \"\"\"{}\"\"\"\n}}\n", many("(")),
        ),
        (
            "members",
            "a.slovo",
            format!(
                "{shop}{head}  promise p \"P\" {{\n    all of {}a.b\n  }}\n}}\n",
                numbered(&|n| format!("a{n}.b, "))
            ),
        ),
        ("brackets of slovo.yaml", "slovo.yaml", format!("project: x\nlabels: {}", many("["))),
        ("keys of slovo.yaml", "slovo.yaml", format!("project: x\n{}", numbered(&|n| format!("k{n}: 1\n")))),
        (
            "one line of slovo.yaml",
            "slovo.yaml",
            format!("project: x\ncommon_labels: [{}a]\n", numbered(&|n| format!("l{n}, "))),
        ),
        ("dashes of slovo.yaml", "slovo.yaml", format!("project: x\nlabels:\n  {}", many("- "))),
        ("steps in steps", "a.slovo", format!("{shop}{head}{}", many("step s \"S\" {\n"))),
        (
            "steps",
            "a.slovo",
            format!("{shop}{head}{}}}\n", numbered(&|n| format!("  step s{n} \"S\" {{\n  }}\n"))),
        ),
        ("promises", "a.slovo", format!("{shop}{}", numbered(&promise))),
        (
            "a long text",
            "a.slovo",
            format!("{shop}indicator i {{\n  total promql \"\"\"{}\"\"\"\n}}\n", many("x\n")),
        ),
        ("escapes", "a.slovo", format!("{shop}{head}  note \"{}\"\n}}\n", many("\\n"))),
        ("numbers", "a.slovo", format!("metric x: histogram of seconds {{\n  buckets {}\n}}\n", many("1"))),
        ("signs in no place", "a.slovo", many("@")),
        ("characters of four bytes", "a.slovo", format!("team t \"{}\" {{}}\n", many("𝄞"))),
        ("lists of slovo.yaml", "slovo.yaml", format!("project: x\nscope: [{}a]\n", many("[],"))),
        (
            "aliases of slovo.yaml",
            "slovo.yaml",
            format!("project: x\nscope: &a [x]\nlabels: [{}a]\n", many("*a, ")),
        ),
        ("texts of slovo.yaml", "slovo.yaml", format!("project: \"{}\"\n", many("x "))),
        (
            "labels of slovo.yaml",
            "slovo.yaml",
            format!("project: x\nlabels:\n{}", numbered(&|n| format!("  k{n}: v\n"))),
        ),
    ]
}

/// A journey with one promise.
pub(super) fn promise(n: usize) -> String {
    let promise = "    promise p \"P\" {\n      keep for 99% of x over 28d\n      total x_total\n      bad where {code=~\"5..\"}\n      urgency ticket\n    }\n";
    format!("journey j{n} \"J\" {{\n  owner shop\n  step s \"S\" {{\n{promise}  }}\n}}\n")
}
