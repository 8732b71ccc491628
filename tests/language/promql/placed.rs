//! Messages placed in a `.slovo` file: each case is the literal as written, its role and `for each`, then the
//! code, the message, the source text under the primary label, and the literal as mended.

use slovo::ast::Str;
use slovo::promql::{Escape, Role, diagnose};
use slovo::source::{FileId, Span};

struct Said {
    code: &'static str,
    message: String,
    place: String,
    mended: Option<String>,
}

fn said(literal: &str, role: Role, for_each: &[&str]) -> Vec<Said> {
    let file = FileId(0);
    let source = format!("é total promql {literal}\n");
    let start = source.find(literal).unwrap();
    let triple = literal.starts_with("\"\"\"");
    let value = if triple {
        literal.trim_matches('"').to_owned()
    } else {
        literal[1..literal.len() - 1].replace("\\\"", "\"").replace("\\\\", "\\")
    };
    let span = Span::new(file, start, start + literal.len());
    let str = Str { value, span, triple };
    let escape = Escape { literal: &str, raw: literal, role };
    let labels: Vec<_> = for_each.iter().map(|l| (*l, Span::new(file, 0, 1))).collect();
    let (_, found) = diagnose(&escape, &labels);
    found
        .into_iter()
        .map(|d| {
            let mended = d.fix.as_ref().map(|fix| {
                let mut text = source.clone();
                for edit in fix.edits.iter().rev() {
                    text.replace_range(edit.span.range(), &edit.replacement);
                }
                text.trim().trim_start_matches("é total promql ").to_owned()
            });
            Said {
                code: d.code.id,
                place: source[d.span().unwrap().range()].to_owned(),
                message: d.message,
                mended,
            }
        })
        .collect()
}

#[test]
fn each_message_at_its_place() {
    use Role::{Condition, Stream};
    let cases: &[(&str, Role, &[&str], &str, &str, &str, &str)] = &[
        ("\"\"\"sum(rate(x[$range]))\"\"\"", Stream, &[], "", "", "", ""),
        ("\"sum by (a) (rate(x{b=\\\"c\\\"}[$range]))\"", Stream, &["a"], "", "", "", ""),
        ("\"max(x)\"", Condition, &[], "", "", "", ""),
        ("\"\"\"vector(1)\"\"\"", Condition, &[], "", "", "", ""),
        (
            "\"sum(rate(x{b=\\\"c\\\", d=~\\\"(\\\"}[$range]))\"",
            Stream,
            &[],
            "E0602",
            "not a regular expression: this `(` is never closed",
            "(",
            "",
        ),
        (
            "\"\"\"\n  sum(rate(x[$range])\n\"\"\"",
            Stream,
            &[],
            "E0601",
            "in PromQL, this `(` is never closed",
            "(",
            "",
        ),
        (
            "\"\"\"\n  sum(x) + \n\"\"\"",
            Stream,
            &[],
            "E0601",
            "in PromQL, the expression ends here, but an expression must follow",
            "",
            "",
        ),
        ("\"\"", Stream, &[], "E0601", "in PromQL, there is no expression here", "", ""),
        (
            "\"sum(rate(x))\"",
            Stream,
            &[],
            "E0602",
            "`rate` needs a range vector here, and this is an instant vector",
            "x",
            "",
        ),
        ("\"sum(nope(x))\"", Stream, &[], "E0603", "there is no PromQL function `nope`", "nope", ""),
        (
            "\"rate(x[$range])[5m:]\"",
            Stream,
            &[],
            "E0604",
            "a stream of events must be an instant vector, and this is a range vector",
            "rate(x[$range])[5m:]",
            "",
        ),
        (
            "\"time()\"",
            Condition,
            &[],
            "E0604",
            "the value of a condition must be an instant vector, and this is a scalar",
            "time()",
            "",
        ),
        (
            "\"sum(rate(x[$range])) / sum(rate(y[$range]))\"",
            Stream,
            &[],
            "E0605",
            "a stream counts events per second, and this is a ratio",
            "/",
            "",
        ),
        (
            "\"sum(rate(x[5m]))\"",
            Stream,
            &[],
            "E0606",
            "a stream is taken over `$range`, and this query does not use it",
            "5m",
            "\"sum(rate(x[$range]))\"",
        ),
        (
            "\"sum(x)\"",
            Stream,
            &[],
            "E0606",
            "a stream is taken over `$range`, and this query does not use it",
            "sum",
            "",
        ),
        (
            "\"sum(rate(x[$range]))\"",
            Condition,
            &[],
            "E0606",
            "`$range` belongs to streams; a condition looks at a value now",
            "$range",
            "\"sum(rate(x[5m]))\"",
        ),
        (
            "\"sum(increase(x[$range]))\"",
            Stream,
            &[],
            "E0608",
            "a stream counts events per second, and `increase` does not",
            "increase",
            "\"sum(rate(x[$range]))\"",
        ),
        (
            "\"sum(irate(x[$range]))\"",
            Stream,
            &[],
            "W0609",
            "`irate` sees only the last two samples, so most events are forgotten",
            "irate",
            "\"sum(rate(x[$range]))\"",
        ),
        (
            "\"sum(rate(x[$range])) > 0\"",
            Stream,
            &[],
            "W0610",
            "where `>` is false, this query has no value at all",
            ">",
            "",
        ),
        (
            "\"rate(x[$range])\"",
            Stream,
            &[],
            "E0607",
            "the result carries every label of its series, but the promise has one budget",
            "rate",
            "\"sum (rate(x[$range]))\"",
        ),
        (
            "\"rate(x[$range])\"",
            Stream,
            &["a"],
            "E0607",
            "the result carries every label of its series, but the promise is kept for each `a`",
            "rate",
            "\"sum by (a) (rate(x[$range]))\"",
        ),
        (
            "\"sum(rate(x[$range]))\"",
            Stream,
            &["a", "b"],
            "E0607",
            "the result carries no labels, but the promise is kept for each `a` and `b`",
            "sum",
            "\"sum by (a, b)(rate(x[$range]))\"",
        ),
        (
            "\"sum by (b) (rate(x[$range]))\"",
            Stream,
            &["a"],
            "E0607",
            "the result carries `b`, but the promise is kept for each `a`",
            "sum by (b)",
            "\"sum by (a) (rate(x[$range]))\"",
        ),
        (
            "\"sum(rate(x[$range])) by (b)\"",
            Stream,
            &[],
            "E0607",
            "the result carries `b`, but the promise has one budget",
            "by (b)",
            "\"sum(rate(x[$range])) \"",
        ),
        (
            "\"sum by (a) (rate(x[$range])) or vector(0)\"",
            Stream,
            &["a"],
            "E0607",
            "some series of the result carry `a`, others no labels, but the promise is kept for each `a`",
            "or",
            "",
        ),
        (
            "\"info(x)\"",
            Condition,
            &[],
            "E0607",
            "the labels of the result cannot be known, and the promise has one budget",
            "info",
            "\"max (info(x))\"",
        ),
        (
            "\"sum(rate(x[$range]))\"",
            Stream,
            &["a.b"],
            "E0607",
            "the result carries no labels, but the promise is kept for each `a.b`",
            "sum",
            "",
        ),
    ];
    for (literal, role, for_each, code, message, place, mended) in cases {
        let found = said(literal, *role, for_each);
        let shown: Vec<_> = found
            .iter()
            .map(|s| (s.code, s.message.as_str(), s.place.as_str(), s.mended.clone().unwrap_or_default()))
            .collect();
        let expected =
            if code.is_empty() { vec![] } else { vec![(*code, *message, *place, (*mended).to_owned())] };
        assert_eq!(shown, expected, "{literal}");
        if !mended.is_empty() {
            assert!(said(mended, *role, for_each).is_empty(), "{mended} is not right either");
        }
    }
}
