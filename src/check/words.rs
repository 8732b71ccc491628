//! Numbers in free words: `answers within 300 ms`, `half a second`, `99.9% of orders`.
//!
//! Only what is surely a duration or a percentage is taken: `a second try` and `a 20% discount` are none. Where the
//! text holds anything unclear or more than one quantity, there is no answer.

use crate::value::{Decimal, Duration, Quantity};

/// The one quantity a text names, or `None` for none, several or an unclear one.
pub(crate) fn single_quantity(text: &str) -> Option<Quantity> {
    // Most titles hold no number at all: look before splitting.
    if !text.bytes().any(|b| b.is_ascii_digit()) && !UNITS.iter().any(|(unit, _)| text.contains(unit)) {
        return None;
    }
    let words: Vec<Word> = split(text);
    let mut found = None;
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|r| !r.is_empty()) {
        let before = at.checked_sub(1).and_then(|i| words.get(i));
        let (quantity, used) = match quantity(before, rest) {
            Found::Nothing => (None, 1),
            Found::One(quantity, used) => (Some(quantity), used),
            Found::Unclear => return None,
        };
        // A second quantity; or a rate: `24 hours a day`.
        let rate =
            words.get(at + used).is_some_and(|w| matches!(w.text.as_str(), "a" | "an" | "per" | "every"));
        if quantity.is_some() && (found.is_some() || rate) {
            return None;
        }
        found = found.or(quantity);
        at += used;
    }
    found
}

/// Unit words with their microseconds; single letters only count right behind a digit or alone after a number.
const UNITS: [(&str, u64); 14] = [
    ("millisecond", 1_000),
    ("milliseconds", 1_000),
    ("msec", 1_000),
    ("second", 1_000_000),
    ("seconds", 1_000_000),
    ("sec", 1_000_000),
    ("secs", 1_000_000),
    ("minute", 60_000_000),
    ("minutes", 60_000_000),
    ("mins", 60_000_000),
    ("hour", 3_600_000_000),
    ("hours", 3_600_000_000),
    ("day", 86_400_000_000),
    ("days", 86_400_000_000),
];

/// Short units, after a number and a blank.
const SHORT: [(&str, u64); 4] = [("ms", 1_000), ("s", 1_000_000), ("min", 60_000_000), ("h", 3_600_000_000)];

const NUMBERS: [(&str, u64); 17] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("sixty", 60),
    ("ninety", 90),
];

/// Before `a second`, these say that a length of time follows.
const LIMITS: [&str; 8] = ["within", "under", "in", "than", "after", "over", "of", "below"];
/// After `a second`, these say that the phrase is over.
const ENDS: [&str; 12] =
    ["and", "or", "of", "after", "from", "at", "on", "for", "when", "while", "even", "most"];

struct Word {
    text: String,
    /// A mark (`,`, `.`, `)`, …) follows.
    closed: bool,
}

enum Found {
    Nothing,
    One(Quantity, usize),
    Unclear,
}

fn split(text: &str) -> Vec<Word> {
    text.split(|c: char| c.is_whitespace() || c == '-' || c == '/' || c == '\u{2013}')
        .filter(|w| !w.is_empty())
        .map(|w| {
            let body = w.trim_matches(|c: char| !c.is_alphanumeric() && c != '%');
            Word { text: body.to_lowercase(), closed: !w.ends_with(body) }
        })
        .filter(|w| !w.text.is_empty())
        .collect()
}

fn quantity(before: Option<&Word>, rest: &[Word]) -> Found {
    let Some(word) = rest.first() else { return Found::Nothing };
    let next = rest.get(1).map_or("", |w| w.text.as_str());
    if let Some(percent) = word.text.strip_suffix('%') {
        return percentage(percent, 1);
    }
    if let Some(number) = number(&word.text) {
        if matches!(next, "%" | "percent") {
            return percentage(&word.text, 2);
        }
        // `1-2 seconds`, `1, 2 or 3 seconds`: a range is no quantity.
        if before.is_some_and(|b| b.text.starts_with(|c: char| c.is_ascii_digit())) {
            return Found::Unclear;
        }
        return match lookup(&SHORT, next).or_else(|| lookup(&UNITS, next)) {
            Some(unit) => length(number, unit, 2),
            None => Found::Nothing,
        };
    }
    if word.text.starts_with(|c: char| c.is_ascii_digit()) {
        return glued(&word.text);
    }
    if let Some(n) = lookup(&NUMBERS, &word.text) {
        // `one second try`: only the plural is sure, or a phrase that ends there.
        let sure = next.ends_with('s') || next != "second" || ends(rest, 1);
        return match lookup(&UNITS, next).filter(|_| sure) {
            Some(unit) => length(Decimal::from(n), unit, 2),
            None => Found::Nothing,
        };
    }
    fraction(before, rest)
}

/// `a second`, `half a second`, `a quarter of a second`.
fn fraction(before: Option<&Word>, rest: &[Word]) -> Found {
    let words: Vec<&str> = rest.iter().take(5).map(|w| w.text.as_str()).collect();
    let (parts, unit, used) = match words.as_slice() {
        ["half", "a" | "an", unit, ..] => (Decimal::new(5, 1), unit, 3),
        ["a" | "one", "quarter", "of", "a" | "an", unit, ..] => (Decimal::new(25, 2), unit, 5),
        ["a" | "an", unit, ..] if before.is_some_and(|b| LIMITS.contains(&b.text.as_str())) => {
            (Decimal::ONE, unit, 2)
        }
        _ => return Found::Nothing,
    };
    match lookup(&UNITS, unit) {
        Some(micros) if ends(rest, used - 1) => length(parts, micros, used),
        _ => Found::Nothing,
    }
}

/// Does the phrase end with this word: at a mark, at the end, or before a word that starts another phrase?
fn ends(rest: &[Word], last: usize) -> bool {
    rest.get(last).is_some_and(|w| w.closed)
        || rest.get(last + 1).is_none_or(|after| ENDS.contains(&after.text.as_str()))
}

/// `300ms`, `1h30m`; `5m` alone may be five million, `3D` a way to pay.
fn glued(text: &str) -> Found {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if matches!(text.strip_prefix(digits), Some("m" | "d")) {
        return Found::Unclear;
    }
    Duration::parse(text).map_or(Found::Nothing, |d| Found::One(Quantity::Duration(d), 1))
}

/// Percentages up to a half are discounts and shares, not objectives.
fn percentage(text: &str, used: usize) -> Found {
    match number(text) {
        Some(n) if n > Decimal::from(50) && n <= Decimal::ONE_HUNDRED => {
            Found::One(Quantity::Percent(n), used)
        }
        Some(_) => Found::Nothing,
        None => Found::Unclear,
    }
}

fn number(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.len() < 12;
    if plain { Decimal::from_str_exact(text).ok() } else { None }
}

fn length(number: Decimal, micros: u64, used: usize) -> Found {
    let total = number.checked_mul(Decimal::from(micros)).and_then(|m| u64::try_from(m).ok());
    total.map_or(Found::Unclear, |m| Found::One(Quantity::Duration(Duration::from_micros(m)), used))
}

fn lookup(table: &[(&str, u64)], word: &str) -> Option<u64> {
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match single_quantity(text) {
            None => "-".to_owned(),
            Some(Quantity::Duration(d)) => d.to_string(),
            Some(Quantity::Percent(p)) => format!("{p}%"),
            Some(Quantity::Number(n)) => n.to_string(),
        }
    }

    #[test]
    fn found() {
        for (text, expected) in [
            ("Answers within 300 ms", "300ms"),
            ("Answers within 300ms.", "300ms"),
            ("The order is taken within a second", "1s"),
            ("The order is taken within a second, always", "1s"),
            ("Beyond a quarter of a second people press twice", "-"),
            ("Never beyond a quarter of a second", "250ms"),
            ("Shown in under half a second", "500ms"),
            ("Pages open in 2s", "2s"),
            ("Pages open in less than two seconds", "2s"),
            ("A 5-minute rule", "5m"),
            ("Ready in 1.5 hours", "1h30m"),
            ("Ready within an hour", "1h"),
            ("99.9% of orders arrive", "99.9%"),
            ("99.95 percent of orders", "99.95%"),
            ("99 % of orders", "99%"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn not_found() {
        for text in [
            "Nobody pays a second time",
            "It works in a second try",
            "A second page opens",
            "The second step",
            "The 20% discount is applied",
            "Open 24 hours a day",
            "1-2 seconds",
            "5m people",
            "p95 is fine",
            "95th percentile",
            "Pay by 3D secure",
            "The first 10 results",
            "Every day",
            "All day long",
            "300ms or 400ms",
            "Over 9000%",
            "1.2.3 s",
            "\u{2013}",
            "",
        ] {
            assert_eq!(shown(text), "-", "{text}");
        }
    }
}
