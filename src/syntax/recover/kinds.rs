//! `counter x { .. }`: a metric declared with its kind first, as other tools have it.

use super::foreign::noun;
use super::found::{Kind, found};
use super::mistake::Mistake;
use crate::diag::codes;

const KINDS: [&str; 5] = ["counter", "gauge", "histogram", "summary", "native_histogram"];

pub(super) fn is_kind(word: &str) -> bool {
    KINDS.contains(&word.to_lowercase().as_str())
}

/// The name behind a kind, and where it ends.
pub(super) fn named(text: &str, from: usize) -> Option<(&str, usize)> {
    let mut name = found(text, from);
    // `native histogram x`, `counter: x`
    if matches!(name.text, "histogram" | ":") {
        name = found(text, name.range.end);
    }
    let is_name = name.kind == Kind::Word || name.kind == Kind::Text;
    is_name.then_some((name.text, name.range.end))
}

/// `baz_total: counter of bazs`; what follows may say the unit already.
pub(super) fn declared(kind: &str, name: &str, behind: &str) -> String {
    let kind = kind.to_lowercase().replace('_', " ");
    if behind.trim_start().starts_with("of ") {
        return format!("{name}: {kind}");
    }
    let ends = |unit: &str| name.trim_matches('"').ends_with(unit);
    let unit = match kind.as_str() {
        "counter" => noun(name.trim_matches('"')),
        _ if ends("_milliseconds") || ends("_ms") => "milliseconds".to_owned(),
        _ if ends("_bytes") || name.contains("bytes") => "bytes".to_owned(),
        _ if ends("_ratio") => "ratio".to_owned(),
        "gauge" if !name.contains("seconds") => noun(name.trim_matches('"')),
        _ => "seconds".to_owned(),
    };
    format!("{name}: {kind} of {unit}")
}

/// An item that begins with a kind.
pub(super) fn mistake(text: &str) -> Option<Mistake> {
    let first = found(text, 0);
    let word = if first.text == "native" { "native_histogram" } else { first.text };
    if !is_kind(word) {
        return None;
    }
    let (name, end) = named(text, first.range.end)?;
    let new = declared(word, name, text.get(end..).unwrap_or_default());
    Some(
        Mistake::new(
            &codes::syntax::UNKNOWN_WORD,
            first.range.clone(),
            format!("no item begins with {}: a metric's kind comes after its name", first.shown()),
            "not a word of the language here",
        )
        .maybe(first.range.start..end, format!("metric {new}")),
    )
}
