//! Text in columns.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

/// Is it a character that could move a terminal's cursor, begin a line of its own or turn the reading direction?
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || crate::source::turns(c)
}

/// The text with everything that could play tricks on a terminal replaced; line breaks stay.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| is_harmful(c) && c != '\n') {
        Cow::Owned(text.chars().map(|c| if is_harmful(c) && c != '\n' { '\u{fffd}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// As [`clean`], for what must stay on one line: the name of a file, which may hold line breaks.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.contains(is_harmful) {
        Cow::Owned(text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON in which what could play tricks on a terminal is written as `\u001b`. Such characters are in its strings only.
pub fn plain_json(json: &str) -> Cow<'_, str> {
    let harmful = |c: char| is_harmful(c) && c != '\n';
    if !json.contains(harmful) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if harmful(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Breaks text into lines of at most `width` columns, the first one `taken` columns shorter. Breaks at blanks outside
/// of backticks; what is longer than a line stays whole. Line breaks in the text are kept, and so is the indentation
/// of its lines.
pub fn wrap(text: &str, width: usize, taken: usize) -> Vec<String> {
    let text = clean(text);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let indent: String = paragraph.chars().take_while(|c| *c == ' ').collect();
        let taken = if lines.is_empty() { taken } else { 0 };
        let mut line = indent.clone();
        let mut used = taken + indent.len();
        let mut empty = true;
        for word in words(paragraph.trim_start()) {
            let columns = word.width();
            if !empty && used + 1 + columns > width {
                lines.push(std::mem::replace(&mut line, indent.clone()));
                used = indent.len();
                empty = true;
            }
            if !empty {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += columns;
            empty = false;
        }
        lines.push(line);
    }
    lines
}

/// Words, a run in backticks being part of one word unless it is long.
fn words(text: &str) -> Vec<&str> {
    const LONG: usize = 48;
    let mut found = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'`' => {
                let rest = text.get(at + 1..).unwrap_or("");
                quoted = !quoted && rest.find('`').is_some_and(|end| end <= LONG);
            }
            b' ' if !quoted => {
                found.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(text.get(start..));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_where_it_should() {
        assert_eq!(wrap("one two three four", 9, 0), ["one two", "three", "four"]);
        assert_eq!(wrap("one two three four", 9, 5), ["one", "two three", "four"]);
        assert_eq!(wrap("see `a b c` there", 8, 0), ["see", "`a b c`", "there"]);
        assert_eq!(wrap("a\n  indented lines here", 12, 0), ["a", "  indented", "  lines here"]);
        assert_eq!(wrap("unbreakable", 4, 0), ["unbreakable"]);
        assert_eq!(wrap("", 4, 0), [""]);
        assert_eq!(wrap("ä ö 漢字 漢字", 7, 0), ["ä ö", "漢字", "漢字"]);
    }

    #[test]
    fn cleans() {
        assert_eq!(clean("a\x1b[31mb\nc"), "a\u{fffd}[31mb\nc");
        assert_eq!(clean("plain"), "plain");
        assert_eq!(line("a\nb: error\u{9b}1m"), "a\u{fffd}b: error\u{fffd}1m");
        assert_eq!(plain_json("{\n  \"a\": \"\u{9b}\u{202e}é\"\n}"), "{\n  \"a\": \"\\u009b\\u202eé\"\n}");
    }
}
