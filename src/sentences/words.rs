//! Words: lists, the user's own text inside a sentence, the noun of a promise.

use crate::ir::{Measurement, Promise};
use crate::value::Duration;

use super::numbers;

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list<S: AsRef<str>>(items: &[S]) -> String {
    joined(items, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn either<S: AsRef<str>>(items: &[S]) -> String {
    joined(items, "or")
}

fn joined<S: AsRef<str>>(items: &[S], last_word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} {last_word} {}", most.join(", "), last.as_ref())
        }
    }
}

/// The user's words as part of a sentence: on one line, without control characters, and kept from turning the
/// direction of what stands around them (Unicode's isolates, only where a letter runs from right to left).
pub(crate) fn theirs(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            blank = !shown.is_empty();
        } else if !turns(c) {
            if std::mem::take(&mut blank) {
                shown.push(' ');
            }
            shown.push(c);
        }
    }
    if shown.chars().any(right_to_left) { format!("\u{2068}{shown}\u{2069}") } else { shown }
}

/// In quotation marks.
pub(crate) fn quoted(text: &str) -> String {
    format!("“{}”", theirs(text))
}

/// The explicit direction characters, which could reach beyond the text that holds them.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Letters of the scripts that run from right to left (Unicode blocks of bidi class R and AL).
pub(crate) fn right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// With a full stop, unless the text ends a sentence itself.
pub(crate) fn stopped(text: &str) -> String {
    let bare = text.trim_end_matches(['”', '"', '\'', ')', '\u{2069}']);
    if bare.ends_with(['.', '!', '?', '…', '。', '؟', ':']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// With a capital letter.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What a promise counts, plural, as a reader expects it: `5m slices` are 5-minute periods.
pub(crate) fn noun(promise: &Promise) -> String {
    if let Measurement::Slices(slices) = &promise.measurement
        && promise.noun.ends_with("slices")
        && promise.noun.starts_with(|c: char| c.is_ascii_digit())
    {
        return format!("{} periods", adjective(slices.slice));
    }
    theirs(&promise.noun)
}

/// `every 30 min`, `every hour`.
pub(crate) fn every(time: Duration) -> String {
    match numbers::exact(time).as_str() {
        "1 day" => "every day".to_owned(),
        "1 h" => "every hour".to_owned(),
        "1 min" => "every minute".to_owned(),
        other => format!("every {other}"),
    }
}

/// `5-minute`, for a length of time before a noun.
pub(crate) fn adjective(time: Duration) -> String {
    let micros = time.as_micros();
    for (size, unit) in
        [(86_400_000_000, "day"), (3_600_000_000, "hour"), (60_000_000, "minute"), (1_000_000, "second")]
    {
        if micros >= size && micros.is_multiple_of(size) {
            return format!("{}-{unit}", micros / size);
        }
    }
    numbers::exact(time).replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a and b");
        assert_eq!(either(&["a", "b", "c"]), "a, b or c");
        assert_eq!(list::<&str>(&[]), "");
    }

    #[test]
    fn the_users_words() {
        assert_eq!(theirs("  two\n lines\u{7} "), "two lines");
        assert_eq!(theirs("\u{202e}turned"), "turned");
        assert_eq!(theirs("طلبات"), "\u{2068}طلبات\u{2069}");
        assert_eq!(theirs("注文"), "注文");
        assert_eq!(adjective(Duration::from_secs(300)), "5-minute");
        assert_eq!(adjective(Duration::from_secs(90)), "90-second");
        assert_eq!(stopped("Really?"), "Really?");
        assert_eq!(stopped("“Done.”"), "“Done.”");
        assert_eq!(stopped("Done"), "Done.");
    }
}
