//! Mistakes that people make, each with its own words.

use super::Context;
use super::characters::identifier;
use super::describe::{describe, fixed};
use super::found::{Kind, short};
use super::mistake::{Mend, Mistake};
use super::quantities::quantities;
use super::scene::Scene;
use super::words;
use crate::diag::codes;
use crate::syntax::parser::Rule;

/// What went wrong at the place where reading failed.
pub(super) fn mistake(scene: &Scene<'_>, context: Context) -> Mistake {
    let known: [fn(&Scene<'_>, Context) -> Option<Mistake>; 13] = [
        window,
        quantities,
        lists,
        strings,
        marks,
        names,
        verdicts,
        parameters,
        synonyms,
        brackets,
        put_in,
        next_statement,
        leave_out,
    ];
    let found = known.iter().find_map(|try_it| try_it(scene, context)).unwrap_or_else(|| scene.plain());
    scene.with_form(found)
}

/// Quotes missing, wrong, or where none belong.
fn strings(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let found = &scene.found;
    let at = found.range.clone();
    if found.kind == Kind::OpenText {
        return Some(open_text(scene));
    }
    if scene.expects_any(&[Rule::string, Rule::triple]) {
        if found.kind == Kind::OtherQuotes {
            let inner = found.text.get(1..found.text.len() - 1)?;
            let new = format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""));
            return Some(
                Mistake::new(
                    &codes::syntax::QUOTES,
                    at.clone(),
                    format!("{} is not in double quotes", found.shown()),
                    "other quotes",
                )
                .help("text stands in double quotes")
                .replace(at, new),
            );
        }
        if found.kind == Kind::Triple {
            let inner = found.text.get(3..found.text.len() - 3)?;
            let made = Mistake::new(
                &codes::syntax::QUOTES,
                at.clone(),
                "three quotes are for `promql` only",
                "a text on one line",
            )
            .help("write it on one line, in single pairs of quotes: `\"…\"`");
            let one_line = inner.split_whitespace().collect::<Vec<_>>().join(" ");
            return Some(
                made.maybe(at, format!("\"{}\"", one_line.replace('\\', "\\\\").replace('"', "\\\""))),
            );
        }
        if matches!(found.kind, Kind::Word | Kind::Quantity) && scene.expected.len() == 1 {
            return Some(bare_text(scene));
        }
        if found.kind == Kind::End && scene.expected.as_slice() == [Rule::string] {
            if scene.rule == Rule::head_line {
                return None;
            }
            return Some(
                Mistake::new(
                    &codes::syntax::QUOTES,
                    at,
                    format!("expected a text in quotes{}", scene.context()),
                    "no text here",
                )
                .help("`#` begins a comment: a text with `#` stands in quotes, as in `\"#shop\"`"),
            );
        }
    }
    if found.kind == Kind::Text {
        return quoted(scene);
    }
    None
}

fn open_text(scene: &Scene<'_>) -> Mistake {
    let at = scene.found.range.clone();
    if scene.found.text.starts_with("\"\"\"") {
        return Mistake::new(
            &codes::syntax::UNCLOSED_STRING,
            at.start..at.start + 3,
            "`\"\"\"` is never closed",
            "the text begins here",
        )
        .help("end the text with `\"\"\"`");
    }
    let made = Mistake::new(
        &codes::syntax::UNCLOSED_STRING,
        at.clone(),
        "the text has no closing quote",
        "begins here and does not end on this line",
    )
    .help("a text ends on its line with `\"`; a quote inside it is written `\\\"`");
    // a block may open behind it, a selector or a call may end
    let line = scene.found.text;
    for tail in [" {", "{", "})", "}", ")"] {
        if let Some(text) = line.strip_suffix(tail) {
            let end = at.start + text.trim_end().len();
            if scene.reads_with(end..end, "\"") {
                return made.maybe(end..end, "\"");
            }
        }
    }
    // a clause may follow: the latest place at which the line reads
    let ends =
        line.char_indices().filter(|(_, c)| matches!(c, ' ' | ',' | '}' | ')')).map(|(i, _)| at.start + i);
    let mut best = at.end;
    if !scene.reads_with(best..best, "\"") {
        let places: Vec<usize> = ends.take(100).collect();
        if let Some(end) = places.into_iter().rev().find(|end| scene.reads_with(*end..*end, "\"")) {
            best = end;
        }
    }
    made.maybe(best..best, "\"")
}

/// `user A shopper`
fn bare_text(scene: &Scene<'_>) -> Mistake {
    let at = scene.found.range.start;
    let line = scene.after(at).lines().next().unwrap_or_default().trim_end();
    let made = |end: usize| {
        let text = scene.text.get(at..end).unwrap_or_default();
        Mistake::new(&codes::syntax::QUOTES, at..end, format!("`{}` is not in quotes", short(text)), "a text")
            .maybe(at..end, format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
    };
    let body = line.strip_suffix('{').map_or(line, str::trim_end);
    let whole = at + body.len();
    let ends = body.char_indices().filter(|(_, c)| matches!(c, ' ' | ',' | '}' | ')')).map(|(i, _)| at + i);
    let mut places = vec![whole];
    places.extend(ends.take(60).collect::<Vec<_>>().into_iter().rev());
    let reads = |end: &usize| {
        let text = scene.text.get(at..*end).unwrap_or_default();
        !text.contains('"') && scene.reads_with(at..*end, &format!("\"{}\"", text.replace('\\', "\\\\")))
    };
    let end = places.into_iter().find(reads).unwrap_or(scene.found.range.end);
    made(end)
}

/// A text where something else belongs: what is in it may be just that.
fn quoted(scene: &Scene<'_>) -> Option<Mistake> {
    let found = &scene.found;
    let inner = found.text.get(1..found.text.len() - 1)?;
    let at = found.range.clone();
    if scene.rule == Rule::head_line && scene.expects(Rule::ident) {
        let made = Mistake::new(
            &codes::syntax::IDENTIFIER,
            at.clone(),
            format!("expected an identifier{}, found the title", scene.context()),
            "only the title",
        )
        .help("the identifier goes into rules and file names and stays; the title may be polished at will");
        return Some(match identifier(inner) {
            Some(name) => made.maybe(at.start..at.start, format!("{name} ")),
            None => made,
        });
    }
    if scene.expects_any(&[Rule::ident, Rule::arg])
        && scene.before().ends_with(['(', ','])
        && scene.expects_any(&[Rule::rparen, Rule::arg])
    {
        return Some(
            Mistake::new(
                &codes::syntax::UNEXPECTED,
                at,
                format!("the argument {} has no name", found.shown()),
                "a value alone",
            )
            .help("arguments are named, as in `answered(route: \"/pay\")`"),
        );
    }
    if !inner.is_empty() && !inner.contains(['"', ' ', '#']) && scene.reads_with(at.clone(), inner) {
        return Some(
            Mistake::new(
                &codes::syntax::QUOTES,
                at.clone(),
                format!("{} stands in quotes", found.shown()),
                "not a text",
            )
            .help("only texts stand in quotes: no names, numbers or dates")
            .replace(at, inner),
        );
    }
    None
}

/// Marks of other languages.
fn marks(scene: &Scene<'_>, context: Context) -> Option<Mistake> {
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
        "==" | ":" | "=>" | "=~" if scene.expects(Rule::equals) => {
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
fn lists(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let before = scene.before();
    let found = &scene.found;
    let gap = scene.gap();
    let list = |at: std::ops::Range<usize>, message: String, label: &str| {
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
                return Some(
                    list(
                        found.range.clone(),
                        format!("this list is joined with `{word}`, not with {}", found.shown()),
                        "not between two of a list",
                    )
                    .replace(gap..found.range.end, mark),
                );
            }
        }
    }
    // `a b`
    let element = matches!(found.kind, Kind::Word | Kind::Text | Kind::Quantity) && found.text != "on";
    if element && scene.leads_on(gap..gap, mark) {
        return Some(
            list(
                gap..found.range.start,
                format!("a `{mark}` is missing before {}", found.shown()),
                "nothing between two of a list",
            )
            .maybe(gap..gap, mark),
        );
    }
    None
}

/// The comma at an offset as a bar.
fn bar(text: &str, comma: usize) -> (std::ops::Range<usize>, String) {
    let blank = text.get(..comma).is_some_and(|t| t.ends_with(' '));
    (comma..comma + 1, if blank { "|".to_owned() } else { " |".to_owned() })
}

/// The comma between a value that ends here and another.
fn next_value(text: &str, end: usize) -> Option<usize> {
    let comma = super::found::found(text, end);
    let is_value = super::found::found(text, comma.range.end).kind == Kind::Text;
    (comma.text == "," && is_value).then_some(comma.range.start)
}

/// Names that are none.
fn names(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let found = &scene.found;
    let names = [Rule::ident, Rule::path, Rule::label, Rule::label_decl];
    if !scene.expects_any(&names) || !matches!(found.kind, Kind::Word | Kind::Quantity) {
        return None;
    }
    let rest = scene.after(found.range.start);
    let stops =
        |c: char| c.is_whitespace() || matches!(c, ',' | '{' | '}' | '(' | ')' | ':' | '"' | '=' | '#');
    let end = found.range.start + rest.find(stops).unwrap_or(rest.len());
    let name = scene.text.get(found.range.start..end)?;
    if name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
        return None;
    }
    let is_label = !scene.expects_any(&[Rule::ident, Rule::path]);
    let (form, kind) = if is_label {
        ("a label's name has letters, digits and `_` and does not begin with a digit", "a label's name")
    } else {
        ("identifiers are lower case letters, digits and `_`, and begin with a letter", "an identifier")
    };
    let reason = match name.chars().find(|c| !c.is_ascii_lowercase() && !c.is_ascii_digit() && *c != '_') {
        Some(c) if c.is_ascii_uppercase() => format!("`{c}` is upper case"),
        Some(c) if !c.is_ascii() => format!("`{c}` (U+{:04X}) is not a letter from a to z", u32::from(c)),
        Some(c) => format!("holds `{c}`"),
        None => "begins with a digit".to_owned(),
    };
    let made = Mistake::new(
        &codes::syntax::IDENTIFIER,
        found.range.start..end,
        format!("`{}` is not {kind}", short(name)),
        reason,
    )
    .help(form);
    Some(match identifier(name) {
        Some(fixed) if !is_label => made.maybe(found.range.start..end, fixed),
        _ => made,
    })
}

/// `good over`, `bad within`
fn verdicts(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let (other, right) = match scene.found.text {
        "over" if scene.expects(Rule::good_bound) && scene.before().ends_with("good") => ("bad", "within"),
        "within" if scene.expects(Rule::bad_bound) && scene.before().ends_with("bad") => ("good", "over"),
        _ => return None,
    };
    let word = scene.found.text;
    let at = scene.found.range.clone();
    Some(
        Mistake::new(
            &codes::syntax::UNEXPECTED,
            at.clone(),
            format!("`{} {word}` is not said", scene.before()),
            format!("goes with `{other}`"),
        )
        .help("good events are `within` a limit, bad ones `over` it")
        .maybe(at, right),
    )
}

/// `within 28d` after a noun
fn window(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    if !scene.expects(Rule::k_over) || scene.found.kind != Kind::Quantity {
        return None;
    }
    let mut start = scene.gap();
    let mut before = scene.before();
    for word in ["last", "the", "over", "within", "in", "per", "during", "for", "every", "each"] {
        if let Some(rest) = before.strip_suffix(word).filter(|r| r.ends_with(' ')) {
            before = rest.trim_end();
            start = before.len() + 1;
        }
    }
    let at = start..scene.gap();
    let shown = scene.text.get(at.clone()).filter(|t| !t.is_empty())?;
    Some(
        Mistake::new(
            &codes::syntax::UNKNOWN_WORD,
            at.clone(),
            format!("expected `over` before {}, found `{shown}`", scene.found.shown()),
            "another word",
        )
        .replace(at, "over"),
    )
}

/// `within limit`, `service_name=service`: a parameter without its `$`
fn parameters(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let found = &scene.found;
    if !scene.expects(Rule::var) || found.kind != Kind::Word || scene.expected.len() < 2 {
        return None;
    }
    let name = identifier(found.text)?;
    let made = Mistake::new(
        &codes::syntax::UNEXPECTED,
        found.range.clone(),
        format!("{} is neither a value nor a parameter", found.shown()),
        "a word alone",
    )
    .help(format!("a parameter is written `${name}`"));
    Some(if scene.expects(Rule::string) {
        made.help(format!("a text stands in quotes: `\"{}\"`", found.text))
    } else {
        made.maybe(found.range.clone(), format!("${name}"))
    })
}

/// Words that people write for another.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("within", &["under", "below", "in", "by", "less", "inside", "after"]),
    ("over", &["above", "more", "beyond", "in", "within", "during", "per", "for", "every"]),
    ("for", &["at", "to", "the"]),
    ("of", &["off", "from", "for", "in"]),
    ("by", &["with", "through", "as", "from"]),
    ("per", &["a", "each", "every", "an", "/"]),
    ("on", &["at", "since", "in", "from"]),
    ("to", &["for", "at", "towards"]),
    ("every", &["each", "all"]),
    ("each", &["every", "all", "any"]),
    ("where", &["with", "when", "if", "having"]),
    ("left", &["remaining", "remains"]),
    ("in", &["of", "one"]),
];

/// A keyword misspelt, or another word for it.
fn synonyms(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let found = &scene.found;
    if found.kind != Kind::Word {
        return None;
    }
    let at = found.range.clone();
    let candidates = choices(scene);
    let misspelt = words::closest(&found.text.to_lowercase(), candidates.iter().copied());
    let other = SYNONYMS
        .iter()
        .filter(|(ours, others)| candidates.contains(ours) && others.contains(&found.text))
        .map(|(ours, _)| *ours);
    for word in misspelt.into_iter().chain(other) {
        let is_slip = misspelt == Some(word);
        if is_slip && scene.takes(at.clone(), word) || scene.leads_on(at.clone(), word) {
            return Some(
                Mistake::new(
                    &codes::syntax::UNKNOWN_WORD,
                    at.clone(),
                    format!("expected `{word}`{}, found {}", scene.context(), found.shown()),
                    "another word",
                )
                .replace(at, word),
            );
        }
    }
    None
}

/// Every word that would have been read at the place.
fn choices(scene: &Scene<'_>) -> Vec<&'static str> {
    let mut words = Vec::new();
    for rule in &scene.expected {
        let mut pieces = describe(*rule).split('`');
        while let (Some(_), Some(word)) = (pieces.next(), pieces.next()) {
            let first = word.split(' ').next().unwrap_or_default();
            if first.chars().all(|c| c.is_ascii_lowercase()) && !first.is_empty() {
                words.push(first);
            }
        }
    }
    words
}

/// A word or mark that is missing: with it, the rest can be read.
fn put_in(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let found = &scene.found;
    let gap = scene.gap();
    let new = |word: &str| {
        if word.starts_with(|c: char| c.is_ascii_lowercase()) { format!(" {word}") } else { word.to_owned() }
    };
    let words: Vec<&str> = scene.expected.iter().filter_map(|r| fixed(*r)).collect();
    let mut fitting: Vec<&str> =
        words.iter().copied().filter(|w| scene.reads_with(gap..gap, &new(w))).collect();
    if fitting.is_empty() && found.kind != Kind::End {
        fitting = words.iter().copied().filter(|w| scene.leads_on(gap..gap, &new(w))).collect();
    }
    // nothing else could stand there
    if fitting.is_empty() && scene.expected.len() == 1 && !matches!(found.kind, Kind::Word | Kind::End) {
        fitting = words;
    }
    let [word] = fitting.as_slice() else { return None };
    let (word, new) = (*word, new(word));
    let bracket = matches!(word, ")" | "}");
    let code = if bracket { &codes::syntax::UNCLOSED } else { &codes::syntax::UNEXPECTED };
    let at = if found.kind == Kind::End { gap..gap } else { found.range.clone() };
    let message = if bracket && found.kind == Kind::End {
        format!("a bracket is never closed: `{word}` is missing{}", scene.context())
    } else {
        format!("`{word}` is missing{}", scene.context())
    };
    let label = if found.kind == Kind::End { "ends too early" } else { "comes too early" };
    let made = Mistake::new(code, at, message, label);
    // what an opening bracket is to hold is anybody's guess
    Some(if matches!(word, "{" | "(") { made.maybe(gap..gap, new) } else { made.replace(gap..gap, new) })
}

/// Two statements on one line.
fn next_statement(scene: &Scene<'_>, context: Context) -> Option<Mistake> {
    let found = &scene.found;
    if found.kind != Kind::Word || !scene.expects(Rule::end) || !words::begins(found.text, context) {
        return None;
    }
    let gap = scene.gap();
    Some(
        Mistake::new(
            &codes::syntax::UNEXPECTED,
            found.range.clone(),
            format!("a statement ends with its line: {} begins another", found.shown()),
            "on a line of its own",
        )
        .mend(Mend {
            title: format!("start a new line before {}", found.shown()),
            edits: vec![(gap..found.range.start, "\n".into())],
            sure: true,
        }),
    )
}

/// `where code="500"`, `answered route: "/"`: the brackets are missing on both sides.
fn brackets(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let (open, close) = if scene.expects_any(&[Rule::matchers, Rule::lcurl]) {
        ('{', "}")
    } else if scene.expects_any(&[Rule::args, Rule::lparen]) {
        ('(', ")")
    } else {
        return None;
    };
    let start = scene.found.range.start;
    let mut end = scene.text.trim_end().len();
    // `answered(...) where {..}` may follow
    if let Some(at) = scene.after(start).find(" where ") {
        end = end.min(start + at);
    }
    let gap = if open == '(' { scene.gap() } else { start };
    let edits = vec![(gap..start, open.to_string()), (end..end, close.to_owned())];
    if start >= end || !scene.reads(&edits) {
        return None;
    }
    Some(
        Mistake::new(
            &codes::syntax::UNEXPECTED,
            start..end,
            format!("expected `{open}`{}, found {}", scene.context(), scene.found.shown()),
            format!("belongs in `{open} {close}`"),
        )
        .mend(Mend { title: format!("put it in `{open}{close}`"), edits, sure: true }),
    )
}

/// One token too many: without it, the rest can be read.
fn leave_out(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let found = &scene.found;
    if found.kind == Kind::End || !scene.reads_with(scene.gap()..found.range.end, "") {
        return None;
    }
    let made = scene.plain();
    Some(made.maybe(scene.gap()..found.range.end, ""))
}
