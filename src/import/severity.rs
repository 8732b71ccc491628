//! Words of severities, as people write them.

/// Words of severities that wake nobody.
const QUIET: [&str; 17] = [
    "ticket",
    "warning",
    "warn",
    "low",
    "medium",
    "minor",
    "info",
    "informational",
    "notice",
    "sev3",
    "sev4",
    "sev5",
    "p3",
    "p4",
    "p5",
    "email",
    "moderate",
];
/// Words of severities that wake somebody.
const LOUD: [&str; 13] = [
    "page",
    "critical",
    "crit",
    "high",
    "urgent",
    "emergency",
    "fatal",
    "major",
    "error",
    "sev1",
    "sev2",
    "p1",
    "p2",
];

/// How loud a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loud {
    /// It wakes somebody.
    Page,
    /// It waits for working hours.
    Ticket,
    /// The word says neither.
    Unknown,
}

/// How loud a severity is.
pub(super) fn loudness(word: &str) -> Loud {
    let plain = word.trim().to_ascii_lowercase();
    if QUIET.contains(&plain.as_str()) {
        Loud::Ticket
    } else if LOUD.contains(&plain.as_str()) {
        Loud::Page
    } else {
        Loud::Unknown
    }
}
