//! Messages and places; answers to what the checks ask.

use super::errors;
use slovo::ir::MatchOp;
use slovo::promql::{self, Labels};

/// Text with the place of the mistake between `«` and `»`, the message, the help.
const REFUSED: &[(&str, &str, &str)] = &[
    // Cannot be read
    ("«»", "there is no expression here", ""),
    ("«# only a comment»", "there is no expression here", ""),
    ("sum«(»rate(x[5m])", "this `(` is never closed", ""),
    ("rate(x«[»5m", "this `[` is never closed", ""),
    ("x«{»job=\"a\"", "this `{` is never closed", ""),
    ("x«)»", "this `)` closes nothing", ""),
    ("rate(x[5m«)»", "unexpected `)`, expected `]` or `:`", ""),
    ("x +«» # why", "the expression ends here, but an expression must follow", ""),
    ("x «y»", "unexpected `y`, expected an operator or the end", ""),
    ("x{job«==»\"a\"}", "`==` compares values of series, not labels", "write `=`"),
    ("x «=» 5", "`=` compares labels, and stands only in braces", "write `==`"),
    ("x{job=«a»}", "unexpected `a`, expected a value in quotes", "write `\"a\"`"),
    ("x{job=«“»a”}", "`“` has no meaning in the braces of a selector", "use straight quotes: `\"`"),
    ("x{code=«500»}", "`500` is neither a label nor a value in quotes", "write `\"500\"`"),
    ("x{a=\"b\",«,»}", "unexpected `,`, expected a label", ""),
    (
        "x{a=«\"b»\n\"}",
        "this string is not closed on its line",
        "close it, or use backticks for text of several lines",
    ),
    ("x{a=«\"b}»", "this string is never closed", "close it with `\"`"),
    ("x{a=\"«\\d»+\"}", "`\\d` is not an escape; a backslash itself is written `\\\\`", ""),
    (
        "my«.»dotted.metric",
        "`.` has no meaning here",
        "a name with dots stands in quotes: `{\"my.dotted.metric\"}`",
    ),
    ("a «&&» b", "`&&` has no meaning here", "the operator is called `and`"),
    (
        "«1.5h»",
        "`1.5h` is neither a number nor a duration",
        "a duration has no decimals: write `1h30m` for one and a half hours",
    ),
    (
        "x[«30m1h»]",
        "`30m1h` is neither a number nor a duration",
        "units go from the largest to the smallest, each once: `1h30m`",
    ),
    (
        "x[«5min»]",
        "`5min` is neither a number nor a duration",
        "the units are `ms`, `s`, `m`, `h`, `d`, `w` and `y`",
    ),
    ("x[«0s»]", "a range must be longer than nothing", ""),
    ("x[«-»5m]", "a range is not negative", "look back with `offset`"),
    ("x[«]»", "unexpected `]`, expected a duration", "write how far back to look: `[5m]`"),
    ("rate(x[5m «*» 2])", "arithmetic with durations is an experiment of Prometheus and not taken here", ""),
    ("rate(x[5m] «anchored»)", "`anchored` is an experiment of Prometheus and not taken here", ""),
    ("x «offset»", "`offset` needs a duration", "write `offset 5m`"),
    (
        "sum(x) «offset 5m»",
        "`offset` must follow a selector or a subquery directly",
        "move it behind the selector inside",
    ),
    ("x offset 1h «offset 5m»", "`offset` is given twice", ""),
    ("x @ «foo»()", "unexpected `foo`, expected a Unix time, `start()` or `end()`", ""),
    ("a «on»(job) b", "unexpected `on`, expected an operator or the end", ""),
    ("a / «group_left» b", "`group_left` needs `on (..)` or `ignoring (..)` before it", ""),
    ("a > on (x) «bool» b", "`bool` stands right after the operator", ""),
    ("sum by «x»", "unexpected `x`, expected `(` and a list of labels", ""),
    ("sum by («a:b») (x)", "`a:b` is not a label: names of labels have no colons", ""),
    ("sum by (a) (x) «by (b)»", "this aggregation is grouped twice", ""),
    ("rate(x[5m]«,»)", "no comma may stand after the last argument", "leave it out"),
    (
        "«bool»",
        "unexpected `bool`, expected an expression",
        "a metric of this name is written `{__name__=\"bool\"}`",
    ),
    ("«$range»", "`$range` stands only in the brackets of a range", "write `rate(x[$range])`"),
    ("x offset «$range»", "`$range` stands only in the brackets of a range, not after `offset`", ""),
    ("max_over_time(x[1h:«$range»])", "`$range` is the length of a subquery, not its step", ""),
    ("rate(x[«$__rate_interval»])", "`$__rate_interval` is not a variable here", "write `$range`"),
    ("rate(x[«${window}»])", "`${window}` is not a variable here", "write `$range`"),
    ("rate(x[«{{.window}}»])", "`{{.window}}` is a template, and nothing fills it in here", "write `$range`"),
    ("x > «$limit»", "`$limit` is not a variable here", "there is only `$range`, as in `rate(x[$range])`"),
    (
        "x{service=«$service»}",
        "`$service` is not a variable here",
        "values stand in quotes; parameters are not filled into PromQL",
    ),
    ("{\"x\", «\"y\"»}", "the metric's name is given twice: `x` and `y`", ""),
    // Does not fit
    ("x{«__name__=\"y\"»}", "the metric's name is given twice: `x` and `y`", ""),
    (
        "«{}»",
        "this selector takes every series: no matcher refuses the empty value",
        "name a metric, or demand a value: `{job=\"api\"}`, `{job=~\".+\"}`",
    ),
    ("x{a=~\"a«(»b\"}", "not a regular expression: this `(` is never closed", ""),
    ("x{a=~«\"a\\\\1\"»}", "not a regular expression: RE2 has no back-references", ""),
    ("rate(«x»)", "`rate` needs a range vector here, and this is an instant vector", "write `rate(x[5m])`"),
    (
        "rate(«sum(x)»)",
        "`rate` needs a range vector here, and this is an instant vector",
        "aggregate afterwards: `sum(rate(x[5m]))`",
    ),
    (
        "sum(«x[5m]»)",
        "`sum` aggregates an instant vector, and this is a range vector",
        "write `sum(rate(x[5m]))`",
    ),
    (
        "«x[5m]» + 1",
        "`+` works on scalars and instant vectors, and this is a range vector",
        "write `rate(x[5m])`",
    ),
    ("1 + «\"a\"»", "`+` works on scalars and instant vectors, and this is a string", ""),
    ("-«»", "the expression ends here, but an expression must follow", ""),
    ("«-x[5m]»", "a sign stands before a range vector, but only numbers have signs", ""),
    ("1 «>» 2", "a comparison of two scalars needs `bool`", "write `> bool`"),
    ("a + «bool» b", "`bool` belongs to a comparison, and `+` is none", "leave it out"),
    ("a or «1»", "`or` stands between instant vectors, and this is a scalar", "write `vector(1)`"),
    ("a and on (x) «group_left» b", "`and` compares sets, and takes no grouping", "leave it out"),
    (
        "a / on(job) group_left(«job») b",
        "`job` is in `on` already, so both sides have it",
        "leave it out here",
    ),
    ("a * «on (x)» 2", "labels can only be matched between two instant vectors", "leave it out"),
    ("«topk(x)»", "`topk` takes 2 arguments, and here 1 is given", "write `topk(5, x)`"),
    ("topk(«x», y)", "the first argument of `topk` is a scalar, and this is an instant vector", ""),
    ("«sum(a, b)»", "`sum` takes 1 argument, and here 2 are given", "add what belongs together with `+`"),
    ("«clamp(x)»", "`clamp` takes 3 arguments, and here 1 is given", ""),
    ("«round()»", "`round` takes at least 1 argument, and here none is given", ""),
    ("«hour(x, y)»", "`hour` takes at most 1 argument, and here 2 are given", ""),
    ("abs(«time()»)", "`abs` needs an instant vector here, and this is a scalar", "write `vector(time())`"),
    ("rate(x[5m]«[5m]»)", "this selector already has a range", ""),
    ("rate(sum(x)«[5m]»)", "a range stands only after a selector", "for a subquery write `[5m:]`"),
    ("«rates»(x[5m])", "there is no PromQL function `rates`", "did you mean `rate`?"),
    (
        "«holt_winters»(x[5m], 0.5, 0.5)",
        "there is no PromQL function `holt_winters`",
        "Prometheus 3 calls it `double_exponential_smoothing`",
    ),
    (
        "label_replace(x, \"a\", \"$1\", \"b\", \"«(»\")",
        "not a regular expression: this `(` is never closed",
        "",
    ),
];

#[test]
fn messages() {
    let mut wrong = Vec::new();
    for (marked, message, help) in REFUSED {
        let text = marked.replace(['«', '»'], "");
        let start = marked.find('«').unwrap();
        let end = marked.find('»').unwrap() - '«'.len_utf8();
        let found = errors(&text);
        assert!(!found.is_empty(), "{text} is accepted");
        let [error] = found.as_slice() else {
            wrong.push(format!("{text}: {found:?}"));
            continue;
        };
        if error.range != (start..end)
            || error.message != *message
            || error.help.as_deref().unwrap_or("") != *help
        {
            wrong.push(format!("{marked}\n    {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn several_mistakes_are_told_at_once_and_none_that_follows() {
    let found = errors("sum(rate(x)) / clamp(y) + nope(z) > bool 1");
    let messages: Vec<_> = found.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`rate` needs a range vector here, and this is an instant vector",
            "`clamp` takes 3 arguments, and here 1 is given",
            "there is no PromQL function `nope`",
        ]
    );
}

#[test]
fn range_variable() {
    for text in [
        "rate(x[$range])",
        "rate(x[ $range ] offset 5m)",
        "max_over_time(sum(x)[$range:])",
        "avg_over_time(x[$range:30s])",
    ] {
        let expr = promql::parse(text).unwrap();
        assert!(promql::uses_range(&expr), "{text}");
        assert_eq!(promql::base_range(&expr).map(|r| &text[r]), Some("$range"));
        let rendered = promql::render(text, "75s");
        assert!(promql::parse(&rendered).is_ok() && !rendered.contains('$'), "{rendered}");
    }
    assert!(!promql::uses_range(&promql::parse("rate(x[5m])").unwrap()));
    let text = "rate(x{a=\"$range\"}[$range]) # by [$range]";
    assert_eq!(promql::render(text, "75s"), "rate(x{a=\"$range\"}[75s]) # by [$range]");
    assert_eq!(promql::compact("sum(  # all\n  rate(x[5m])\n)"), "sum( rate(x[5m]) )");
}

#[test]
fn injected_matchers() {
    let both = [("env", MatchOp::Equal, "a\"b"), ("service.name", MatchOp::Regex, "x.*")];
    for (text, expected) in [
        ("x", r#"x{env="a\"b", "service.name"=~"x.*"}"#),
        ("x{}", r#"x{env="a\"b", "service.name"=~"x.*"}"#),
        ("x{a=\"1\",}", r#"x{a="1", env="a\"b", "service.name"=~"x.*",}"#),
        ("x{a=\"1\" # why\n}[5m]", "x{a=\"1\", env=\"a\\\"b\", \"service.name\"=~\"x.*\" # why\n}[5m]"),
        ("{\"x.y\"} + none", r#"{"x.y", env="a\"b", "service.name"=~"x.*"} + none"#),
        ("rate(x[$range] offset 5m)", r#"rate(x{env="a\"b", "service.name"=~"x.*"}[$range] offset 5m)"#),
        ("x{env=\"a\\\"b\"}", r#"x{env="a\"b", "service.name"=~"x.*"}"#),
        ("x +", "x +"),
    ] {
        let done = promql::inject(text, &both, |metric, _| metric != Some("none"));
        assert_eq!(done, expected);
    }
}

#[test]
fn selectors_and_what_uses_them() {
    let text =
        "sum(rate(x{a=\"b\"}[$range])) / (count({__name__=\"y\"}) + {\"z\"} * max_over_time((w)[1h:]))";
    let expr = promql::parse(text).unwrap();
    let found: Vec<_> = promql::selectors(&expr)
        .iter()
        .map(|s| {
            let (metric, place) = s.metric().unwrap();
            (
                metric.to_owned(),
                text[place].to_owned(),
                s.used_by.map(|u| u.name.to_owned()),
                s.window().is_some(),
            )
        })
        .collect();
    let expected = [
        ("x", "x", Some("rate"), true),
        ("y", "\"y\"", Some("count"), false),
        ("z", "\"z\"", None, false),
        ("w", "w", None, false),
    ];
    let expected = expected.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.map(str::to_owned), d));
    assert_eq!(found, expected);
}

#[test]
fn ratios() {
    for (text, ratio) in [
        ("a / b", true),
        ("100 * (sum(a) / sum(b))", true),
        ("1 - a / b", true),
        ("clamp_max(a / b, 1)", true),
        ("avg(a / b)", true),
        ("a / b or vector(0)", true),
        ("histogram_fraction(0, 1, h)", true),
        ("a / 60", false),
        ("a / vector(60)", false),
        ("a / scalar(b)", false),
        ("a + b", false),
        ("(a / b) * c", false),
        ("a and b / c > 5", false),
        ("sum(rate(a[5m]))", false),
        ("a / b > bool 0.5", false),
        ("count(a / b > 0.5)", false),
    ] {
        let expr = promql::parse(text).unwrap();
        assert_eq!(promql::looks_like_ratio(&expr).is_some(), ratio, "{text}");
    }
}

#[test]
fn labels_of_results() {
    let set = |labels: &str| labels.split_whitespace().map(str::to_owned).collect();
    let exactly = |l: &str| Labels::Exactly(set(l));
    let all_but = |l: &str| Labels::AllBut(set(l));
    for (text, expected) in [
        ("1", exactly("")),
        ("vector(1)", exactly("")),
        ("time()", exactly("")),
        ("hour()", exactly("")),
        ("x", all_but("")),
        ("x{a=\"\"}", all_but("a")),
        ("rate(x[5m])", all_but("")),
        ("sum(x)", exactly("")),
        ("sum by (a, b) (x)", exactly("a b")),
        ("sum by (a, b) (sum by (b, c) (x))", exactly("b")),
        ("sum without (a) (x)", all_but("a")),
        ("sum without (a) (sum by (a, b) (x))", exactly("b")),
        ("topk(3, sum by (a) (x))", exactly("a")),
        ("count_values by (a) (\"v\", x)", exactly("a v")),
        ("quantile by (a) (0.9, x)", exactly("a")),
        ("histogram_quantile(0.9, sum by (le, a) (rate(h[5m])))", exactly("a")),
        ("histogram_quantile(0.9, rate(h[5m]))", all_but("le")),
        ("label_replace(sum(x), \"a\", \"b\", \"\", \"\")", exactly("a")),
        ("label_join(sum(x), \"a\", \",\", \"b\")", exactly("a")),
        ("absent(x{a=\"b\", c=~\"d\", c!=\"x\"})", exactly("a")),
        ("absent(sum(x))", exactly("")),
        ("absent_over_time(x{a=\"b\"}[5m])", exactly("a")),
        ("2 * sum by (a) (x)", exactly("a")),
        ("scalar(x) * scalar(y)", exactly("")),
        ("sum by (a) (x) / sum by (a) (y)", exactly("a")),
        ("sum by (a) (x) / sum by (b) (y)", exactly("")),
        ("sum by (a) (x) / y", exactly("a")),
        ("x / y", all_but("")),
        ("x / on (a) y", exactly("a")),
        ("sum by (a, b) (x) / ignoring (b) sum by (a) (y)", exactly("a")),
        ("x / on (a) group_left sum by (a) (y)", all_but("")),
        ("sum by (a, b) (x) * on (a) group_left (c) y", exactly("a b c")),
        ("x * on (a) group_right (c) sum by (b) (y)", exactly("b c")),
        ("sum by (b) (x) * on (b) group_left (c) sum by (b) (y)", exactly("b")),
        ("sum by (a) (x) and y", exactly("a")),
        ("sum by (a) (x) or sum by (a) (y)", exactly("a")),
        ("sum by (a) (x) or vector(0)", Labels::Mixed(set("a"), set(""))),
        ("sum(sum by (a) (x) or vector(0))", exactly("")),
        ("info(x)", Labels::Unknown),
        ("sum by (a) (info(x))", exactly("a")),
        ("max_over_time(sum by (a) (x)[1h:])", exactly("a")),
        ("-(sum by (a) (x))", exactly("a")),
    ] {
        assert_eq!(promql::output_labels(&promql::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn value_types() {
    use promql::ValueType::{Matrix, Scalar, String, Vector};
    for (text, expected) in [
        ("1 + 2", Scalar),
        ("x", Vector),
        ("x[5m]", Matrix),
        ("x[5m:]", Matrix),
        ("'s'", String),
        ("scalar(x)", Scalar),
        ("1 + x", Vector),
    ] {
        assert_eq!(promql::value_type(&promql::parse(text).unwrap()), expected, "{text}");
    }
}

/// Precedence: the printed shape of the tree.
#[test]
fn precedence() {
    fn shape(expr: &promql::Expr, text: &str) -> String {
        use promql::ast::ExprKind;
        match &expr.kind {
            ExprKind::Binary(b) => {
                format!("({} {} {})", shape(&b.left, text), b.op.as_str(), shape(&b.right, text))
            }
            ExprKind::Unary(inner) => format!("[-{}]", shape(inner, text)),
            _ => text[expr.range.clone()].to_owned(),
        }
    }
    for (text, expected) in [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a ^ b ^ c", "(a ^ (b ^ c))"),
        ("-a ^ b", "[-(a ^ b)]"),
        ("-a * b", "([-a] * b)"),
        ("a ^ -b * c", "((a ^ [-b]) * c)"),
        ("a or b and c unless d", "(a or ((b and c) unless d))"),
        ("a > b + c == d", "((a > (b + c)) == d)"),
        ("a atan2 b + c", "((a atan2 b) + c)"),
    ] {
        assert_eq!(shape(&promql::parse(text).unwrap(), text), expected);
    }
}
