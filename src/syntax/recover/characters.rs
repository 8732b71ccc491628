//! Characters that look like others: typographic quotes, blanks that don't break, letters of another alphabet.

use super::found::closing_quote;
use super::mistake::{Mend, Mistake};
use crate::diag::codes;

/// The first mistake with characters in a text, if there is one. Quoted text may hold any character.
pub(super) fn characters(text: &str) -> Option<Mistake> {
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        at += match c {
            '"' if rest.starts_with("\"\"\"") => {
                rest.get(3..).and_then(|b| b.find("\"\"\"")).map_or(rest.len(), |end| end + 6)
            }
            '"' => match closing_quote(rest) {
                Some(end) => end,
                // `"like this”`
                None => return rest.find('\u{201d}').map(|end| quotes(text, &[at + end])),
            },
            '#' => rest.find('\n').unwrap_or(rest.len()),
            _ if c.is_ascii() && (!c.is_ascii_control() || matches!(c, '\n' | '\t' | '\r')) => 1,
            _ if is_quote(c) => {
                let end = rest.get(c.len_utf8()..).and_then(|r| {
                    r.find(|c| is_quote(c) || c == '"' || c == '\n').map(|end| c.len_utf8() + end)
                });
                let closed = end.filter(|e| rest.get(*e..).is_some_and(|r| !r.starts_with('\n')));
                let places: Vec<usize> = std::iter::once(at).chain(closed.map(|e| at + e)).collect();
                return Some(quotes(text, &places));
            }
            _ if c.is_whitespace() || is_invisible(c) => return Some(blanks(text)),
            _ => match lookalike(c) {
                Some(ascii) => return Some(mark(text, at, c, ascii)),
                None => c.len_utf8(),
            },
        };
    }
    None
}

fn is_quote(c: char) -> bool {
    matches!(c, '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2018}' | '\u{201a}' | '\u{201b}')
        || matches!(c, '\u{2033}' | '\u{ff02}')
}

fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// The ASCII character it stands in for.
fn lookalike(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{ff0c}' | '\u{3001}' => ",",
        '\u{ff1a}' => ":",
        '\u{ff1d}' => "=",
        '\u{ff05}' => "%",
        '\u{ff5b}' => "{",
        '\u{ff5d}' => "}",
        '\u{ff08}' => "(",
        '\u{ff09}' => ")",
        '\u{2264}' => "at most",
        '\u{2265}' => "at least",
        '\u{2260}' => "!=",
        _ => return None,
    })
}

fn quotes(text: &str, places: &[usize]) -> Mistake {
    let edits: Vec<_> = places
        .iter()
        .filter_map(|at| {
            let c = text.get(*at..)?.chars().next()?;
            // a straight quote may close what a typographic one opened
            (c != '"').then(|| (*at..*at + c.len_utf8(), "\"".to_owned()))
        })
        .collect();
    let first = edits.first().map_or(0..0, |(range, _)| range.clone());
    let shown = text.get(first.clone()).unwrap_or_default();
    Mistake::new(
        &codes::syntax::CHARACTER,
        first,
        format!("`{shown}` is a typographic quote"),
        "not `\"`, though it looks alike",
    )
    .help("text stands in straight quotes: `\"like this\"`")
    .mend(Mend { title: "write straight quotes".into(), edits, sure: true })
}

/// All of them at once: they come in swarms, pasted from a page.
fn blanks(text: &str) -> Mistake {
    let mut edits = Vec::new();
    let mut in_text = false;
    for (at, c) in text.char_indices() {
        in_text = c != '\n' && (in_text ^ (c == '"'));
        if in_text || c.is_ascii() && !c.is_control() || matches!(c, '\n' | '\t' | '\r') {
            continue;
        }
        if c.is_whitespace() {
            edits.push((at..at + c.len_utf8(), " ".to_owned()));
        } else if is_invisible(c) {
            edits.push((at..at + c.len_utf8(), String::new()));
        }
    }
    let first = edits.first().map_or(0..0, |(range, _)| range.clone());
    let code = text.get(first.clone()).and_then(|t| t.chars().next()).map_or(0, u32::from);
    let what = match code {
        0xa0 | 0x2007 | 0x202f => "a blank that doesn't break",
        0..=0x1f | 0x7f..=0x9f => "a control character",
        0xfeff => "a byte order mark in the middle of a file",
        _ => "a blank or an invisible character that isn't plain",
    };
    Mistake::new(
        &codes::syntax::CHARACTER,
        first,
        format!("U+{code:04X} is {what}"),
        "cannot be seen, and is not a plain blank",
    )
    .help("it often comes along with text pasted from a page or a document")
    .mend(Mend { title: "write plain blanks".into(), edits, sure: true })
}

fn mark(_text: &str, at: usize, c: char, ascii: &str) -> Mistake {
    let range = at..at + c.len_utf8();
    Mistake::new(
        &codes::syntax::CHARACTER,
        range.clone(),
        format!("`{c}` is not a mark of the language"),
        format!("U+{:04X}", u32::from(c)),
    )
    .mend(Mend { title: format!("write `{ascii}`"), edits: vec![(range, ascii.to_owned())], sure: true })
}

/// A name as an identifier: lower case, ASCII, `_`.
pub(super) fn identifier(name: &str) -> Option<String> {
    let mut made = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        let folded = fold(c);
        if c.is_uppercase() && lower_before {
            made.push('_');
        }
        lower_before = c.is_lowercase() || c.is_numeric();
        if folded.is_empty() && c.is_alphanumeric() {
            return None;
        }
        if folded.is_empty() {
            if !made.is_empty() && !made.ends_with('_') {
                made.push('_');
            }
        } else {
            made.push_str(&folded);
        }
    }
    let made = made.trim_matches('_').to_owned();
    (made.starts_with(|c: char| c.is_ascii_lowercase()) && made.len() <= 40).then_some(made)
}

/// A letter in plain ASCII; empty for what has none.
fn fold(c: char) -> String {
    if c.is_ascii_alphanumeric() {
        return c.to_ascii_lowercase().to_string();
    }
    let lower: String = c.to_lowercase().collect();
    let plain = match lower.as_str() {
        "ä" | "æ" => "ae",
        "ö" | "œ" => "oe",
        "ü" => "ue",
        "ß" => "ss",
        "à" | "á" | "â" | "ã" | "å" | "а" => "a",
        "ç" | "č" | "ć" | "с" => "c",
        "è" | "é" | "ê" | "ë" | "ě" | "е" => "e",
        "ì" | "í" | "î" | "ï" | "і" => "i",
        "ł" => "l",
        "ñ" | "ń" => "n",
        "ò" | "ó" | "ô" | "õ" | "ø" | "о" => "o",
        "ř" => "r",
        "š" | "ś" => "s",
        "ù" | "ú" | "û" | "ů" => "u",
        "ý" | "ÿ" | "у" => "y",
        "ž" | "ż" | "ź" => "z",
        "р" => "p",
        "х" => "x",
        _ => "",
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for (name, made) in [
            ("Checkout", Some("checkout")),
            ("check-out", Some("check_out")),
            ("CheckOut", Some("check_out")),
            ("zürich", Some("zuerich")),
            ("Buy what is in the basket", Some("buy_what_is_in_the_basket")),
            ("2pay", None),
            ("日本", None),
            ("HTTPServer", Some("httpserver")),
        ] {
            assert_eq!(identifier(name).as_deref(), made, "{name}");
        }
    }
}
