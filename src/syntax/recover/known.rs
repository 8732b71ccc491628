//! Mistakes that people make, each with its own words.

use super::Context;
use super::characters::identifier;
use super::describe::{describe, fixed};
use super::found::{Kind, found, short};
use super::marks::{lists, marks};
use super::mistake::{Mend, Mistake};
use super::quantities::quantities;
use super::scene::Scene;
use super::texts::strings;
use super::usual::{bracketed, compared, no_noun, one_word};
use super::words;
use crate::diag::codes;
use crate::syntax::parser::Rule;

/// What went wrong at the place where reading failed.
pub(super) fn mistake(scene: &Scene<'_>, context: Context) -> Mistake {
    let known: [fn(&Scene<'_>, Context) -> Option<Mistake>; 18] = [
        compared,
        one_word,
        no_noun,
        window,
        quantities,
        values,
        bracketed,
        lists,
        strings,
        marks,
        names,
        verdicts,
        parameters,
        synonyms,
        brackets,
        next_statement,
        put_in,
        leave_out,
    ];
    let found = known.iter().find_map(|try_it| try_it(scene, context)).unwrap_or_else(|| scene.plain());
    scene.with_form(found)
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

/// `good over`, `bad within`, `good .. or ..`
fn verdicts(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    if scene.found.text == "or" && scene.before().starts_with("good") {
        let said = "`or` joins ways to be bad, and this says what is good".to_owned();
        let made =
            Mistake::new(&codes::syntax::UNEXPECTED, scene.found.range.clone(), said, "goes with `bad`");
        return Some(made.help("say what is bad: `bad over 500ms or where {code=~\"5..\"}`"));
    }
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
            format!("`{} {word}` is not how a limit is written", scene.before()),
            format!("goes with `{other}`"),
        )
        .help("good events are `within` a limit or `at least` it, bad ones `over` it")
        // `good over 75%` is not a time: more is better
        .maybe(at, if word == "over" && !is_time(scene) { "at least" } else { right }),
    )
}

/// Is what follows a time?
fn is_time(scene: &Scene<'_>) -> bool {
    let next = found(scene.text, scene.found.range.end);
    next.text.starts_with('$') || next.kind == Kind::Quantity && next.text.ends_with(['s', 'm', 'h'])
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

/// `for each region in "eu", "us"`
fn values(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let word = &scene.found;
    let list = word.kind == Kind::Word && scene.before().starts_with("for each ");
    if !list || found(scene.text, word.range.end).kind != Kind::Text {
        return None;
    }
    let label = scene.before().rsplit([' ', ',']).next().unwrap_or_default();
    let rest = scene.gap()..scene.text.trim_end().len();
    Some(
        Mistake::new(
            &codes::syntax::UNEXPECTED,
            word.range.start..rest.end,
            "`for each` names labels only, not their values",
            "does not belong here",
        )
        .help(format!("the values stand where the metric is declared: `labels {label} in \"a\" | \"b\"`"))
        .maybe(rest, ""),
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
            let made = Mistake::new(
                &codes::syntax::UNKNOWN_WORD,
                at.clone(),
                format!("expected `{word}`{}, found {}", scene.context(), found.shown()),
                "another word",
            );
            let sure = if is_slip { words::is_slip(found.text, word) } else { !turns(word, found.text) };
            return Some(if sure { made.replace(at, word) } else { made.maybe(at, word) });
        }
    }
    None
}

/// May the other word have said something else?
fn turns(word: &str, other: &str) -> bool {
    match word {
        "within" => matches!(other, "after" | "by"),
        "over" => matches!(other, "in" | "within" | "during" | "per" | "for" | "every"),
        "of" => other == "in",
        _ => false,
    }
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
    // ..., and what a comparison or a sum would be of is, too
    let guess = matches!(word, "{" | "(" | "+" | "|" | "over" | "within");
    Some(if guess { made.maybe(gap..gap, new) } else { made.replace(gap..gap, new) })
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
