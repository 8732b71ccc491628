//! Texts: quotes missing, wrong, or where none belong.

use super::Context;
use super::characters::identifier;
use super::found::{Kind, short};
use super::mistake::Mistake;
use super::scene::Scene;
use crate::diag::codes;
use crate::syntax::parser::Rule;

/// Quotes missing, wrong, or where none belong.
pub(super) fn strings(scene: &Scene<'_>, context: Context) -> Option<Mistake> {
    let found = &scene.found;
    let at = found.range.clone();
    if found.kind == Kind::OpenText {
        return Some(open_text(scene));
    }
    if let Some(made) = bare_value(scene, context) {
        return Some(made);
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

/// `{route=/pay, code=~5..}`
fn bare_value(scene: &Scene<'_>, context: Context) -> Option<Mistake> {
    let in_matcher = scene.expects(Rule::string) && scene.expects(Rule::var) && !scene.expects(Rule::promql);
    let quoted = matches!(
        scene.found.kind,
        Kind::Text | Kind::Triple | Kind::OpenText | Kind::OtherQuotes | Kind::End
    );
    if !in_matcher || quoted || !scene.before().ends_with('=') && !scene.before().ends_with('~') {
        return None;
    }
    let at = scene.found.range.start;
    // a parameter of an indicator may have been meant
    if scene.found.text == "$" || context == Context::Indicator && scene.found.kind == Kind::Word {
        return None;
    }
    let rest = scene.after(at).lines().next().unwrap_or_default();
    let reads = |end: &usize| {
        let value = scene.text.get(at..at + *end).unwrap_or_default();
        scene.leads_on(at..at + *end, &crate::promql::quote(value))
    };
    // `5..{2}` holds a brace of its own
    let ends: Vec<usize> =
        rest.char_indices().filter(|(_, c)| matches!(c, ',' | '}')).map(|(i, _)| i).take(20).collect();
    let end = ends.into_iter().find(reads)?;
    let value = rest.get(..end)?.trim_end();
    if value.is_empty() || value.contains('"') {
        return None;
    }
    let made = Mistake::new(
        &codes::syntax::QUOTES,
        at..at + value.len(),
        format!("`{}` is not in quotes", short(value)),
        "the value of a label",
    );
    Some(made.replace(at..at + value.len(), crate::promql::quote(value)))
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
    let reads = || {
        scene.reads_with(at.clone(), inner)
            || scene.expects(Rule::label_decl) && scene.leads_on(at.clone(), inner)
    };
    if !inner.is_empty() && !inner.contains(['"', ' ', '#']) && reads() {
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
