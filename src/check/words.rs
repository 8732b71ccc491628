//! Numbers in free words: `answers within 300 ms`, `half a second`, `99.9% of orders`, `p99`.
//!
//! Each is read by its kind, from the words around it: `within 300 ms` is a limit, `over 30 days` a window, `99% of
//! orders` an objective. What has no such words around it (`tokens live for 15 minutes`, `a discount of 60%`) says nothing
//! about the promise and is left out.

use crate::value::{Decimal, Duration, Quantity};

/// A number that a text states, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// `99.9% of orders`
    Percent(Decimal),
    /// `p99`, `99th percentile`
    Percentile(Decimal),
    /// `below 80%`
    Threshold(Decimal),
    /// `within 300 ms`
    Limit(Duration),
    /// `over 30 days`
    Window(Duration),
    /// `every 5 minutes`
    Slice(Duration),
}

/// What a text states.
pub(crate) fn said(text: &str) -> Vec<Said> {
    // Most titles hold no number at all: look before splitting.
    if !text.bytes().any(|b| b.is_ascii_digit()) && !UNITS.iter().any(|(unit, _)| text.contains(unit)) {
        return Vec::new();
    }
    let words: Vec<Word> = split(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|r| !r.is_empty()) {
        if let Some((percentile, used)) = percentile(rest) {
            found.push(Said::Percentile(percentile));
            at += used;
            continue;
        }
        let before = at.checked_sub(1).and_then(|i| words.get(i));
        let (quantity, used) = match quantity(before, rest) {
            Found::One(quantity, used) => (Some(quantity), used),
            Found::Nothing | Found::Unclear => (None, 1),
        };
        if let Some(quantity) = quantity
            && !is_list(&words, at, used)
        {
            found.extend(kind(quantity, &words, at, used));
        }
        at += used;
    }
    // `99.9% of orders per week`: beside a share, this is what it is taken over.
    let per_week = words.windows(2).any(
        |w| matches!(w, [a, b] if matches!(a.text.as_str(), "per" | "every" | "each") && b.text == "week"),
    );
    if per_week && found.iter().any(|s| matches!(s, Said::Percent(_))) {
        found.push(Said::Window(Duration::from_days(7)));
    }
    found
}

/// `300ms or 400ms`, `1 to 2 s`: which of them is meant is not known.
fn is_list(words: &[Word], at: usize, used: usize) -> bool {
    let text = |i: usize| words.get(i).map_or("", |w| w.text.as_str());
    let digits = |i: usize| text(i).starts_with(|c: char| c.is_ascii_digit());
    let joins = |w: &str| matches!(w, "or" | "to" | "and");
    let behind = joins(text(at + used)) && digits(at + used + 1);
    let ahead = at >= 2 && joins(text(at - 1)) && digits_before(words, at - 1);
    behind || ahead && text(at.saturating_sub(2)) != "up"
}

fn digits_before(words: &[Word], at: usize) -> bool {
    let near = words.get(at.saturating_sub(2)..at).unwrap_or_default();
    near.iter().any(|w| w.text.starts_with(|c: char| c.is_ascii_digit()))
}

/// `p99`, `p99.9`, `99th percentile`
fn percentile(rest: &[Word]) -> Option<(Decimal, usize)> {
    let first = rest.first()?.text.as_str();
    let next = rest.get(1).map_or("", |w| w.text.as_str());
    let ordinal = || ["th", "st", "nd", "rd"].iter().find_map(|s| first.strip_suffix(s)).unwrap_or(first);
    let (digits, used) = match first.strip_prefix('p') {
        Some(digits) => (digits, 1),
        None if matches!(next, "percentile" | "percentiles") => (ordinal(), 2),
        None => return None,
    };
    let value = number(digits).filter(|_| !digits.is_empty())?;
    (value >= Decimal::from(50) && value < Decimal::ONE_HUNDRED).then_some((value, used))
}

/// These lead to a limit.
const TO_LIMIT: [&str; 13] = [
    "within",
    "under",
    "below",
    "in",
    "than",
    "after",
    "beyond",
    "over",
    "exceed",
    "exceeds",
    "most",
    "latency",
    "latencies",
];
/// These follow the share of what went well.
const WELL: [&str; 13] = [
    "of",
    "success",
    "successful",
    "successfully",
    "available",
    "availability",
    "uptime",
    "reliable",
    "reliability",
    "under",
    "within",
    "below",
    "in",
];
/// These lead to it.
const TO_WELL: [&str; 9] =
    ["least", "target", "objective", "slo", "available", "availability", "uptime", "reliability", "success"];

/// The kind of a quantity by the words around it.
fn kind(quantity: Quantity, words: &[Word], at: usize, used: usize) -> Option<Said> {
    let text = |i: Option<usize>| i.and_then(|i| words.get(i)).map_or("", |w| w.text.as_str());
    let (before, second) = (text(at.checked_sub(1)), text(at.checked_sub(2)));
    let after = text(Some(at + used));
    match quantity {
        Quantity::Percent(p) => {
            let enclosed = words.get(at).is_some_and(|w| w.opened);
            let stated = WELL.contains(&after) && (after != "in" || at == 0);
            if stated || TO_WELL.contains(&before) || enclosed {
                return Some(Said::Percent(p));
            }
            let compared =
                matches!(before, "below" | "under" | "above" | "over" | "than" | "most" | "exceeds");
            compared.then_some(Said::Threshold(p))
        }
        Quantity::Duration(d) => {
            // `24 hours a day`
            if matches!(after, "a" | "an" | "per" | "every") {
                return None;
            }
            let a_day = Duration::from_days(1);
            let determined = ["any", "a", "the", "last", "past", "rolling", "every", "each", "per", "one"];
            // `over 7 days`, `in any 7 days`, `over the last 7 days`
            let leads = |w: &str| matches!(w, "over" | "in" | "within" | "during");
            let third = text(at.checked_sub(3));
            let in_window = before == "over"
                || determined.contains(&before)
                    && (leads(second) || determined.contains(&second) && leads(third));
            if matches!(after, "old" | "ago") && before == "over" {
                return None;
            }
            if d >= a_day && in_window {
                return Some(Said::Window(d));
            }
            if matches!(before, "every" | "each" | "any") {
                let each = d < a_day && matches!(second, "in" | "of" | "during");
                return each.then_some(Said::Slice(d));
            }
            let limit = TO_LIMIT.contains(&before)
                || before == "to" && second == "up"
                || at.checked_sub(1).is_some_and(|i| words.get(i..).is_some_and(|w| percentile(w).is_some()))
                || matches!(after, "latency" | "deadline");
            limit.then_some(Said::Limit(d))
        }
        Quantity::Size(_) | Quantity::Number(_) => None,
    }
}

/// Unit words with their microseconds; single letters only count right behind a digit or alone after a number.
const UNITS: [(&str, u64); 16] = [
    ("week", 604_800_000_000),
    ("weeks", 604_800_000_000),
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
const LIMITS: [&str; 12] =
    ["within", "under", "in", "than", "after", "over", "of", "below", "most", "beyond", "exceed", "exceeds"];
/// After `a second`, these say that the phrase is over.
const ENDS: [&str; 12] =
    ["and", "or", "of", "after", "from", "at", "on", "for", "when", "while", "even", "most"];

struct Word {
    text: String,
    /// A mark (`,`, `.`, `)`, …) follows.
    closed: bool,
    /// A `(` stands before it.
    opened: bool,
}

enum Found {
    Nothing,
    One(Quantity, usize),
    Unclear,
}

fn split(text: &str) -> Vec<Word> {
    let mut made = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '\u{2013}')) {
        let (sign, rest) = signed(word);
        if let Some(sign) = sign {
            made.push(Word { text: sign.to_owned(), closed: false, opened: false });
        }
        let body = rest.trim_matches(|c: char| !c.is_alphanumeric() && c != '%');
        if !body.is_empty() {
            made.push(Word {
                text: body.to_lowercase(),
                closed: !rest.ends_with(body),
                opened: rest.starts_with('('),
            });
        }
    }
    made
}

/// `<300ms` is `under 300ms`.
fn signed(word: &str) -> (Option<&'static str>, &str) {
    for (sign, meant) in
        [("<=", "under"), ("≤", "under"), ("<", "under"), (">=", "least"), ("≥", "least"), (">", "over")]
    {
        if let Some(rest) = word.strip_prefix(sign) {
            return (Some(meant), rest);
        }
    }
    (None, word)
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
mod tests;
