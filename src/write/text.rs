//! Any text as a piece of the language: strings, comments, names, numbers. What is returned parses as exactly one token
//! and gives the text back; where no spelling does, there is none.

use std::borrow::Cow;

use crate::promql::print::{escape_into, is_label_name, is_metric_name};
use crate::source::{hidden, turns};
use crate::value::{Date, Decimal, Duration, range, size};

/// The longest identifier of the language.
const LONGEST_IDENTIFIER: usize = 40;
/// The longest time of the language.
const LONGEST_TIME: Duration = Duration::from_days(3_650);
/// Words that begin something else where a metric's name is expected.
const RESERVED: [&str; 9] = ["where", "when", "within", "under", "over", "at", "readings", "of", "promql"];

/// A string in quotes, on one line. `None` where the text holds a control of the reading direction, which the language
/// refuses in any spelling: [`prose`] leaves those out.
pub fn string(text: &str) -> Option<String> {
    if text.chars().any(turns) {
        return None;
    }
    // Some characters are hidden among letters of some scripts only: elsewhere they stay as they are.
    let found: Vec<usize> = hidden(text).map(|(at, ..)| at).collect();
    let made = quoted(text, |at, _| found.binary_search(&at).is_ok());
    if hidden(&made).next().is_some() {
        return Some(quoted(text, |_, c| always_hidden(c)));
    }
    Some(made)
}

/// A string in quotes, for people to read: controls of the reading direction are left out.
pub fn prose(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !turns(*c)).collect();
    string(&kept).unwrap_or_else(|| "\"\"".to_owned())
}

/// Between two letters of ASCII, where nothing excuses it.
fn always_hidden(c: char) -> bool {
    hidden(&format!("a{c}a")).next().is_some()
}

fn quoted(text: &str, by_number: impl Fn(usize, char) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape_into(&mut out, text, by_number);
    out.push('"');
    out
}

/// A comment on one line, `# …`: line breaks and runs of blanks become one blank, hidden characters are left out. `None` where
/// nothing is left.
pub fn comment(text: &str) -> Option<String> {
    let words = visible(text);
    (!words.is_empty()).then(|| format!("# {words}"))
}

/// A comment in lines of at most so many characters (a longer word has a line of its own).
pub fn comment_lines(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // Of the last line, in characters.
    let mut used = 0;
    for word in visible(text).split(' ').filter(|w| !w.is_empty()) {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + length;
            }
            _ => {
                lines.push(format!("# {word}"));
                used = 2 + length;
            }
        }
    }
    lines
}

/// A text's words with one blank between them and without hidden characters.
fn visible(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| *c == ' ' || !(turns(*c) || always_hidden(*c)))
        .collect();
    let words = kept.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    // A text of others accepts no warning (`# slovo: allow ..`).
    words.replace("slovo:", "slovo :")
}

/// An identifier made of any text: `Check-out (EU)` is `check_out_eu`. `None` where no letter of ASCII is left; two texts may give
/// the same one.
pub fn identifier(text: &str) -> Option<String> {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            // a name begins with a letter
            if !(out.is_empty() && c.is_ascii_digit()) {
                out.push(c.to_ascii_lowercase());
            }
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        if out.len() >= LONGEST_IDENTIFIER {
            break;
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    (!out.is_empty()).then_some(out)
}

/// Is a name an identifier as it is?
pub fn is_identifier(name: &str) -> bool {
    name.len() <= LONGEST_IDENTIFIER
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// Are these words read as a promise's noun without quotes? Only words of plain letters are.
pub fn is_noun(words: &str) -> bool {
    let plain = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'-'))
    };
    let list: Vec<&str> = words.split(' ').collect();
    // What begins the next statement on the same line ends a noun.
    let ends = list.windows(2).any(|pair| {
        matches!(
            pair,
            ["measured", "by"]
                | ["aim", "for"]
                | ["because", "measured" | "agreed" | "guessed"]
                | ["urgency", "page" | "ticket" | "none"]
        )
    }) || list.windows(3).any(|three| matches!(three, ["no", "data", "page" | "ticket" | "none"]));
    words != "minutes" && list.iter().all(|word| plain(word)) && !ends
}

/// A metric's name: as it is where the language reads that, else in quotes. `None` where nothing can be read.
pub fn metric_name(name: &str) -> Option<Cow<'_, str>> {
    if is_bare_metric(name) { Some(Cow::Borrowed(name)) } else { quoted_metric_name(name).map(Cow::Owned) }
}

/// A metric's name in quotes: one that misleads, or that only quotes can hold.
pub fn quoted_metric_name(name: &str) -> Option<String> {
    if name.trim().is_empty() { None } else { string(name) }
}

/// Is it read without quotes? Colons stand between other characters.
fn is_bare_metric(name: &str) -> bool {
    let first = name.split(':').next().unwrap_or_default();
    is_metric_name(name) && !name.starts_with(':') && !name.ends_with(':') && !RESERVED.contains(&first)
}

/// A label's name; others than the classic ones cannot be written in the language.
pub fn label(name: &str) -> Option<&str> {
    is_label_name(name).then_some(name)
}

/// A number, of at most as many digits as the language takes.
pub fn number(value: Decimal) -> Option<String> {
    let made = value.normalize().to_string();
    range::number(&made).is_ok_and(|read| read == value).then_some(made)
}

/// A percentage; none is below zero.
pub fn percent(value: Decimal) -> Option<String> {
    if value.is_sign_negative() && !value.is_zero() {
        return None;
    }
    Some(format!("{}%", number(value.abs())?))
}

/// So many bytes, in the largest unit that leaves a short whole number.
pub fn size(bytes: Decimal) -> Option<String> {
    if bytes.is_sign_negative() && !bytes.is_zero() {
        return None;
    }
    size::write(bytes).or_else(|| Some(format!("{}B", number(bytes.abs())?)))
}

/// A time, of at most ten years.
pub fn duration(value: Duration) -> Option<String> {
    (value <= LONGEST_TIME).then(|| value.to_string())
}

/// A day.
pub fn date(value: Date) -> Option<String> {
    (value.year() >= 0).then(|| value.to_string())
}

/// A query: as it is between three quotes, where it holds quotes or backslashes and can be seen as it is.
pub fn query(query: &str) -> Option<String> {
    let raw = query.contains(['"', '\\'])
        && !query.contains("\"\"\"")
        && !query.ends_with('"')
        && !query.contains(|c: char| c.is_control() && c != '\n');
    if raw {
        let made = format!("\"\"\"{query}\"\"\"");
        // Some characters are hidden by what stands beside them.
        if hidden(&made).next().is_none() {
            return Some(made);
        }
    }
    string(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(identifier("Check-out (EU)").as_deref(), Some("check_out_eu"));
        assert_eq!(identifier("  2nd try  ").as_deref(), Some("nd_try"));
        assert_eq!(identifier("日本語"), None);
        assert_eq!(identifier(&"a_".repeat(50)).map(|i| i.len()), Some(39));
        assert_eq!(metric_name("job:requests:rate5m").as_deref(), Some("job:requests:rate5m"));
        assert_eq!(metric_name("a::b").as_deref(), Some("a::b"));
        for quoted in ["over", ":a", "a:", "1a", "http.server.duration", "é"] {
            assert_eq!(metric_name(quoted), Some(Cow::Owned(format!("\"{quoted}\""))));
        }
        assert_eq!(metric_name(" "), None);
        assert_eq!(
            (label("code"), label("http.code"), label("a:b"), label("")),
            (Some("code"), None, None, None)
        );
    }

    #[test]
    fn comments() {
        assert_eq!(comment(" a\n\tb\u{200b}c\u{85} ").as_deref(), Some("# a bc"));
        assert_eq!(comment(" \u{202e}\u{0}\n"), None);
        assert_eq!(comment_lines("one two three four", 9), ["# one two", "# three", "# four"]);
    }

    #[test]
    fn numbers() {
        let number = |text: &str| number(Decimal::from_scientific(text).unwrap_or_default());
        assert_eq!(number("1e+06").as_deref(), Some("1000000"));
        assert_eq!(number("-2.50e0").as_deref(), Some("-2.5"));
    }

    #[test]
    fn strings() {
        assert_eq!(string("a\"b\\c\nd\u{7f}").as_deref(), Some(r#""a\"b\\c\nd\u007f""#));
        assert_eq!(string("می\u{200c}خواهم").as_deref(), Some("\"می\u{200c}خواهم\""));
        assert_eq!(string("a\u{200c}b\u{e0041}").as_deref(), Some(r#""a\u200cb\U000e0041""#));
        assert_eq!(string("\u{202e}x"), None);
        assert_eq!(prose("\u{202e}x"), "\"x\"");
    }
}
