//! Random expressions, many of them with misfits.

use proptest::prelude::*;

fn one_of(list: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    proptest::sample::select(list).prop_map(str::to_owned)
}

fn selector() -> impl Strategy<Value = String> + Clone {
    let name = one_of(&["x", "up", "a:b:c", "sum", "offset", "by", "start", "http_requests_total", "_x"]);
    let matcher = one_of(&[
        "a=\"b\"",
        "a!='b'",
        "by=~`b|c`",
        "le!~\"5..\"",
        "a=\"\"",
        "a=~\".*\"",
        "a=~\".+\"",
        "a=~\"(\"",
        "on=\"\\n\"",
    ]);
    let braces = proptest::collection::vec(matcher, 0..3).prop_map(|m| format!("{{{}}}", m.join(", ")));
    (proptest::option::weighted(0.9, name), proptest::option::of(braces)).prop_map(|(name, braces)| {
        match (name, braces) {
            (Some(name), braces) => name + &braces.unwrap_or_default(),
            (None, braces) => braces.unwrap_or_else(|| "{a=\"b\"}".to_owned()),
        }
    })
}

fn shift() -> impl Strategy<Value = String> + Clone {
    one_of(&[
        "",
        "",
        "",
        "",
        " offset 5m",
        " offset -1h30m",
        " @ 5",
        " @ start()",
        " @ end() offset 1d",
        " offset 5m offset 5m",
    ])
}

fn leaf() -> impl Strategy<Value = String> + Clone {
    let range = one_of(&["[5m]", "[1h30m]", "[1d:5m]", "[1w:]", "[0s]", "[ 5m ]"]);
    prop_oneof![
        2 => one_of(&["1", "0.5", "1e3", "0x1F", "Inf", "NaN", ".5"]),
        1 => one_of(&["\"s\"", "'t'", "`u`"]),
        5 => (selector(), shift()).prop_map(|(s, o)| s + &o),
        4 => (selector(), range, shift()).prop_map(|(s, r, o)| s + &r + &o),
    ]
}

fn function() -> impl Strategy<Value = String> + Clone {
    let names: Vec<String> =
        slovo::promql::functions().iter().filter(|f| !f.experimental).map(|f| f.name.to_owned()).collect();
    prop_oneof![9 => proptest::sample::select(names), 1 => one_of(&["nope", "rates"])]
}

fn labels() -> impl Strategy<Value = String> + Clone {
    one_of(&["()", "(a)", "(a, b)", "(le, on,)", "(job,)"])
}

/// Expressions of Prometheus 2 (so that an old promtool can judge them).
pub(crate) fn expression() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let op = one_of(&[
            "+", "-", "*", "/", "%", "^", "==", "!=", ">", ">=", "<", "<=", "and", "or", "unless", "atan2",
        ]);
        let modifier = (
            one_of(&["", "", "", "", " bool"]),
            proptest::option::weighted(0.2, (one_of(&[" on", " ignoring"]), labels())),
            proptest::option::weighted(0.3, (one_of(&[" group_left", " group_right"]), one_of(&["", "()", "(z)", "(a)"]))),
        )
            .prop_map(|(b, m, g)| {
                let m = m.map_or(String::new(), |(w, l)| {
                    let g = g.map_or(String::new(), |(w, l)| w + &l);
                    w + &l + &g
                });
                b + &m
            });
        let aggregator = one_of(&[
            "sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "count_values", "quantile", "SUM",
        ]);
        let grouping = (one_of(&["by", "without"]), labels()).prop_map(|(w, l)| format!(" {w} {l}"));
        prop_oneof![
            1 => inner.clone().prop_map(|e| format!("({e})")),
            1 => (one_of(&["-", "+"]), inner.clone()).prop_map(|(s, e)| s + &e),
            4 => (inner.clone(), op, modifier, inner.clone()).prop_map(|(l, o, m, r)| format!("{l} {o}{m} {r}")),
            3 => (aggregator, grouping, 0..3, proptest::collection::vec(inner.clone(), 1..3)).prop_map(
                |(a, g, place, args)| {
                    let args = args.join(", ");
                    match place {
                        0 => format!("{a}{g} ({args})"),
                        1 => format!("{a}({args}){g}"),
                        _ => format!("{a}({args})"),
                    }
                }
            ),
            4 => (function(), proptest::collection::vec(inner.clone(), 0..4))
                .prop_map(|(f, args)| format!("{f}({})", args.join(", "))),
            3 => (function(), leaf()).prop_map(|(f, arg)| format!("{f}({arg})")),
            1 => (inner, one_of(&["[5m]", "[1h:5m]", "[1h:] offset 5m"])).prop_map(|(e, r)| format!("({e}){r}")),
        ]
    })
}
