//! How wide texts are in a picture, and where their lines break. A page is read in whatever typeface a system has, so this takes
//! the widest of the usual ones without serifs (`DejaVu Sans`): in any other there is room to spare.

use unicode_width::UnicodeWidthChar;

/// The width of a letter in thousandths of its size.
fn advance(c: char) -> i64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '’' | ' ' | '.' | ',' | '|' => 320,
        'f' | 't' | 'r' | '(' | ')' | ':' | ';' | '/' | 'I' | 'J' | '-' | '!' => 412,
        's' | 'c' | 'z' | 'k' | 'v' | 'x' | 'y' | '?' => 592,
        'm' | '@' | '%' | 'W' | '—' | '…' => 1000,
        'w' | 'M' => 864,
        'A'..='Z' => 772,
        'a'..='z' | '0'..='9' | '“' | '”' | '"' => 637,
        _ => match c.width().unwrap_or(0) {
            0 => 0,
            1 => 800,
            _ => 1300,
        },
    }
}

/// The width of a text in pixels, of letters of so many tenths of a pixel.
fn width(text: &str, size: i64, bold: bool) -> i64 {
    let thousandths: i64 = text.chars().map(advance).sum();
    // Bold letters are about a ninth wider.
    let share = if bold { 112 } else { 100 };
    (thousandths * size * share + 999_999) / 1_000_000
}

/// Breaks a text into lines of at most so many pixels; a word that is longer is broken too. Nothing is left out.
pub(super) fn wrap(text: &str, most: i64, size: i64, bold: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&joined, size, bold) <= most {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = String::new();
        for c in word.chars() {
            rest.push(c);
            if width(&rest, size, bold) > most && rest.chars().count() > 1 {
                rest.pop();
                lines.push(std::mem::take(&mut rest));
                rest.push(c);
            }
        }
        line = rest;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_and_leaves_nothing_out() {
        for text in [
            "See the basket",
            "a long title that goes on",
            "abcdefghij",
            "注文する",
            "Donaudampfschifffahrtsgesellschaft und mehr",
            "",
        ] {
            for most in [10, 40, 80, 300] {
                let lines = wrap(text, most, 145, true);
                let plain = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                assert_eq!(plain(&lines.concat()), plain(text), "{most}");
                for line in &lines {
                    let alone = line.chars().count() == 1;
                    assert!(alone || width(line, 145, true) <= most, "{line} in {most}");
                }
            }
        }
        assert_eq!(wrap("See the basket", 80, 145, true), ["See the", "basket"]);
        assert_eq!(width("mmmm", 100, false), 40);
    }
}
