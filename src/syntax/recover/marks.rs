//! Marks: of other languages, or in lists.

use std::ops::Range;

use super::Context;
use super::found::{Kind, found};
use super::mistake::{Mend, Mistake};
use super::scene::Scene;
use super::words;
use crate::diag::codes;
use crate::syntax::parser::Rule;

/// Marks of other languages.
pub(super) fn marks(scene: &Scene<'_>, context: Context) -> Option<Mistake> {
    let found = &scene.found;
    let at = found.range.clone();
    if let Some(made) = blank_before_brace(scene) {
        return Some(made);
    }
    if found.kind != Kind::Mark {
        return None;
    }
    let mark = |help: &str| {
        Mistake::new(
            &codes::syntax::MARK,
            at.clone(),
            format!("{} is not written here", found.shown()),
            "a mark of another language",
        )
        .help(help)
    };
    let bounds = [Rule::good_bound, Rule::bad_bound, Rule::over_bound];
    Some(match found.text {
        "==" | ":" | "=>" if scene.expects(Rule::op) => {
            mark("labels are compared with `=`, `!=`, `=~` or `!~`").replace(at.clone(), "=")
        }
        "<>" if scene.expects(Rule::op) => {
            mark("labels are compared with `=`, `!=`, `=~` or `!~`").replace(at.clone(), "!=")
        }
        "=~" if scene.expects(Rule::equals) => mark("a label is set with `=`").maybe(at.clone(), "="),
        "==" | ":" | "=>" if scene.expects(Rule::equals) => {
            mark("a label is set with `=`").replace(at.clone(), "=")
        }
        "=" | "==" | ":=" | "=>" if scene.expects(Rule::colon) => {
            mark("write `:` between a name and what it is").replace(scene.gap()..at.end, ":")
        }
        "<=" | "<" if scene.expects_any(&bounds) || scene.expects(Rule::within) => {
            let word = if duration_follows(scene) { "within" } else { "at most" };
            mark("limits are words: `within 400ms`, `at most 10`, `at least 1`")
                .maybe(at.clone(), spaced(scene, word))
        }
        ">=" if scene.expects_any(&bounds) => {
            mark("limits are words: `within 400ms`, `at most 10`, `at least 1`")
                .maybe(at.clone(), spaced(scene, "at least"))
        }
        ">" if scene.expects_any(&[Rule::bad_bound, Rule::over_bound]) => {
            mark("limits are words: `over 400ms`, `at most 10`, `at least 1`")
                .maybe(at.clone(), spaced(scene, "over"))
        }
        ">" | "<" | ">=" | "<=" if scene.expects_any(&bounds) => {
            mark("limits are words: `within 400ms`, `at most 10`, `at least 1`")
        }
        "&&" if scene.expects(Rule::comma) => {
            mark("matchers are joined with `,`").replace(scene.gap()..at.end, ",")
        }
        "||" if scene.expects(Rule::pipe) => mark("values are joined with `|`").replace(at.clone(), "|"),
        ";" if words::begins(super::found::found(scene.text, at.end).text, context) => {
            mark("a statement ends with its line").mend(Mend {
                title: "start a new line".into(),
                edits: vec![(scene.gap()..at.end, "\n".into())],
                sure: true,
            })
        }
        ";" => mark("a statement ends with its line").replace(scene.gap()..at.end, ""),
        "//" | "/*" => mark("a comment begins with `#`").maybe(at.clone(), "#"),
        ":" | "=" | "==" | ":=" if scene.leads_on(scene.gap()..at.end, " ") => {
            mark("between a word and what it says stands a blank").replace(scene.gap()..at.end, " ")
        }
        "$" => mark("a parameter is written `$name`, in lower case"),
        _ => return None,
    })
}

fn spaced(scene: &Scene<'_>, word: &str) -> String {
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let before = scene.text.get(..scene.found.range.start).and_then(|t| t.chars().last());
    let after = scene.after(scene.found.range.end).chars().next();
    let gap = |is: bool| if is { "" } else { " " };
    format!("{}{word}{}", gap(blank(before)), gap(blank(after)))
}

fn duration_follows(scene: &Scene<'_>) -> bool {
    let rest = scene.after(scene.found.range.end).trim_start();
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    number.len() < rest.len() && number.starts_with(|c: char| c.is_ascii_lowercase()) || rest.starts_with('$')
}

/// `total requests_total {code="200"}`
fn blank_before_brace(scene: &Scene<'_>) -> Option<Mistake> {
    let gap = scene.gap();
    let at = scene.found.range.start;
    if scene.found.text != "{"
        || gap == at
        || !scene.expects_any(&[Rule::matchers, Rule::selector, Rule::lcurl])
    {
        return None;
    }
    if !scene.leads_on(gap..at, "") {
        return None;
    }
    // a word of the language misspelt, rather than a metric
    let before = scene.before();
    let start = before.rfind(' ').map_or(0, |blank| blank + 1);
    let name = scene.text.get(start..gap)?;
    if let Some(word) = words::closest(name, ["where"].into_iter()).filter(|w| scene.leads_on(start..gap, w))
    {
        return Some(
            Mistake::new(
                &codes::syntax::UNKNOWN_WORD,
                start..gap,
                format!("expected `{word}` before `{{`, found `{name}`"),
                "another word",
            )
            .replace(start..gap, word),
        );
    }
    Some(
        Mistake::new(
            &codes::syntax::MARK,
            gap..scene.found.range.end,
            "a blank stands between the metric and its `{`",
            "the brace touches the name",
        )
        .help("so that a misspelt word can't be taken for a metric")
        .replace(gap..at, ""),
    )
}

/// Commas and bars.
pub(super) fn lists(scene: &Scene<'_>, context: Context) -> Option<Mistake> {
    let before = scene.before();
    let found = &scene.found;
    let gap = scene.gap();
    let list = |at: Range<usize>, message: String, label: &str| {
        Mistake::new(&codes::syntax::LIST, at, message, label)
    };
    // `in "a", "b"`
    let items = [Rule::label_decl, Rule::label, Rule::team_label];
    if found.kind == Kind::Text && before.ends_with(',') && scene.expects_any(&items) {
        let comma = gap - 1;
        let made = list(
            comma..comma + 1,
            format!("the values of a label are joined with `|`, not with `,`: {}", found.shown()),
            "begins the next label",
        );
        let mut edits = vec![bar(scene.text, comma)];
        let mut next = found.range.end;
        while let Some(at) = next_value(scene.text, next) {
            edits.push(bar(scene.text, at));
            next = super::found::found(scene.text, at + 1).range.end;
        }
        return Some(made.mend(Mend { title: "write `|`".into(), edits, sure: true }));
    }
    if before.ends_with([',', '|', '+'])
        && (found.kind == Kind::End || found.text == "}" || found.text == ")")
    {
        let comma = gap - 1;
        let mark = before.get(comma..)?;
        let start = before.get(..comma)?.trim_end().len();
        let made = list(
            comma..gap,
            format!("nothing follows the `{mark}`"),
            "one too many, or the list is not finished",
        );
        return Some(if scene.reads_with(start..gap, "") { made.replace(start..gap, "") } else { made });
    }
    if found.text == "," && scene.reads_with(gap..found.range.end, "") {
        return Some(
            list(found.range.clone(), "nothing follows the `,`".into(), "one too many")
                .replace(gap..found.range.end, ""),
        );
    }
    if !scene.expects_any(&[Rule::comma, Rule::pipe]) {
        return None;
    }
    let mark = if scene.expects(Rule::comma) { "," } else { "|" };
    // `a | b`, `a and b`, `a; b`
    if matches!(found.text, "|" | "and" | "or" | ";" | "&" | "+" | "/") {
        for mark in [",", " |"] {
            if scene.leads_on(gap..found.range.end, mark) {
                let word = mark.trim();
                let made = list(
                    found.range.clone(),
                    format!("this list is joined with `{word}`, not with {}", found.shown()),
                    "not between two of a list",
                );
                // a sum or a share of two may have been meant
                let guess = matches!(found.text, "+" | "/");
                let at = gap..found.range.end;
                return Some(if guess { made.maybe(at, mark) } else { made.replace(at, mark) });
            }
        }
    }
    // `a b`
    let next = super::found::found(scene.text, found.range.end);
    let is_statement = words::begins(found.text, context)
        && (next.text == "[" || !matches!(next.kind, Kind::Mark | Kind::End));
    let element =
        matches!(found.kind, Kind::Word | Kind::Text | Kind::Quantity) && found.text != "on" && !is_statement;
    if element && scene.leads_on(gap..gap, mark) {
        let made = list(
            gap..found.range.start,
            format!("a `{mark}` is missing before {}", found.shown()),
            "nothing between two of a list",
        );
        // and before each one after it
        let mut edits = vec![(gap..gap, mark.to_owned())];
        let mut last = found.clone();
        loop {
            let next = super::found::found(scene.text, last.range.end);
            if next.kind != found.kind || words::begins(next.text, context) || edits.len() > 40 {
                break;
            }
            edits.push((last.range.end..last.range.end, mark.to_owned()));
            last = next;
        }
        if edits.len() == 1 {
            return Some(made.maybe(gap..gap, mark));
        }
        let title = format!("put in `{mark}` between them");
        return Some(made.mend(Mend { title, edits, sure: false }));
    }
    None
}

/// The comma at an offset as a bar.
fn bar(text: &str, comma: usize) -> (Range<usize>, String) {
    let blank = text.get(..comma).is_some_and(|t| t.ends_with(' '));
    (comma..comma + 1, if blank { "|".to_owned() } else { " |".to_owned() })
}

/// The comma between a value that ends here and another.
fn next_value(text: &str, end: usize) -> Option<usize> {
    let comma = found(text, end);
    let is_value = found(text, comma.range.end).kind == Kind::Text;
    (comma.text == "," && is_value).then_some(comma.range.start)
}
