//! What label values and metric names say of events: that they went well, or wrong.

use super::labels::{Match, alternatives};
use crate::ast::{MatchOp, Side};
use crate::promql::with_pattern;

/// What the values that a matcher names say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Says {
    good: bool,
    bad: bool,
    /// Something that is neither, or isn't known.
    other: bool,
}

/// Values that say success, and values that say failure, in lower case.
const GOOD: [&str; 10] = [
    "ok",
    "success",
    "succeeded",
    "successful",
    "pass",
    "passed",
    "status_code_ok",
    "completed",
    "delivered",
    "healthy",
];
const BAD: [&str; 19] = [
    "error",
    "errors",
    "fail",
    "failed",
    "failure",
    "status_code_error",
    "timeout",
    "exception",
    "rejected",
    "unavailable",
    "crash",
    "crashed",
    "errored",
    "dropped",
    "lost",
    "timedout",
    "fatal",
    "panic",
    "unhealthy",
];
/// Failures that whoever asked has to answer for, and words that turn the next one round: nothing sure.
const UNSURE: [&str; 14] = [
    "client",
    "user",
    "caller",
    "validation",
    "no",
    "not",
    "non",
    "without",
    "un",
    "never",
    "expected",
    "ignored",
    "recovered",
    "retried",
];
/// gRPC's codes for what the server has to answer for, without `_`; and their numbers.
const GRPC_BAD: [&str; 12] = [
    "unknown",
    "deadlineexceeded",
    "unimplemented",
    "internal",
    "unavailable",
    "dataloss",
    "2",
    "4",
    "12",
    "13",
    "14",
    "15",
];

/// What a metric's name says of its events: `login_failures_total`, `orders_success_total`.
pub(crate) fn named(name: &str) -> Option<Side> {
    const GOOD: [&str; 4] = ["success", "successes", "succeeded", "successful"];
    const BAD: [&str; 6] = ["failed", "failure", "failures", "errors", "error", "errored"];
    let mut said = None;
    for word in name.split(['_', '.', ':']) {
        let side = match (GOOD.contains(&word), BAD.contains(&word)) {
            (true, _) => Side::Good,
            (_, true) => Side::Bad,
            (false, false) => continue,
        };
        if said.is_some_and(|s| s != side) {
            return None;
        }
        said = Some(side);
    }
    said
}

/// Does the matcher pick events of this side only?
pub(crate) fn speaks_for(metric: &str, m: &Match<'_>, side: Side) -> bool {
    let Some(says) = says(metric, m) else { return false };
    match (side, positive(m)) {
        (Side::Good, true) => says.good && !says.bad,
        (Side::Bad, true) => says.bad && !says.good,
        (Side::Good, false) => says.bad && !says.good && !says.other,
        (Side::Bad, false) => says.good && !says.bad && !says.other,
    }
}

/// Does the matcher pick events of the other side, alone or among others?
pub(crate) fn speaks_against(metric: &str, m: &Match<'_>, side: Side) -> bool {
    let Some(says) = says(metric, m) else { return false };
    match (side, positive(m)) {
        (Side::Good, true) => says.bad,
        (Side::Bad, true) => says.good,
        (Side::Good, false) => says.good && !says.bad && !says.other,
        (Side::Bad, false) => says.bad && !says.good && !says.other,
    }
}

/// Does the matcher say anything at all of how events went?
pub(crate) fn speaks(metric: &str, m: &Match<'_>) -> bool {
    says(metric, m).is_some_and(|s| s.good || s.bad) || is_outcome(m.label)
}

fn positive(m: &Match<'_>) -> bool {
    matches!(m.op, MatchOp::Equal | MatchOp::Regex)
}

fn says(metric: &str, m: &Match<'_>) -> Option<Says> {
    let value = m.known()?;
    let pattern = matches!(m.op, MatchOp::Regex | MatchOp::NotRegex);
    let grpc = is_grpc(metric, m.label);
    if pattern && !grpc && is_coded(m.label) {
        let codes = answered(value);
        if codes.good || codes.bad {
            return Some(codes);
        }
    }
    if pattern && is_error(m.label) && matches!(value, ".+" | ".{1,}") {
        return Some(Says { bad: true, ..Says::default() });
    }
    let list = if pattern { alternatives(value)? } else { vec![value] };
    let mut made = Says::default();
    for one in list {
        match word(m.label, one, grpc) {
            Some(Side::Good) => made.good = true,
            Some(Side::Bad) => made.bad = true,
            None => made.other = true,
        }
    }
    Some(made)
}

/// Which HTTP codes a pattern picks: successes, failures of the server.
fn answered(pattern: &str) -> Says {
    let any = |codes: std::ops::RangeInclusive<u16>| {
        with_pattern(pattern, |p| codes.into_iter().any(|c| p.matches(&c.to_string()))).unwrap_or(false)
    };
    Says { good: any(200..=208), bad: any(500..=511), other: false }
}

/// Is it a gRPC code?
pub(crate) fn is_grpc(metric: &str, label: &str) -> bool {
    let has = |text: &str| text.to_ascii_lowercase().contains("grpc");
    has(label) || has(metric) && is_coded(label)
}

/// Does the label hold codes or classes of answers?
fn is_coded(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    ["code", "status", "response"].iter().any(|w| label.contains(w))
}

/// Does the label hold HTTP codes, and nothing else?
pub(crate) fn is_http_code(label: &str) -> bool {
    const NAMES: [&str; 14] = [
        "code",
        "status",
        "statuscode",
        "httpcode",
        "httpstatus",
        "httpstatuscode",
        "responsecode",
        "responsestatus",
        "responsestatuscode",
        "httpresponsecode",
        "httpresponsestatuscode",
        "returncode",
        "respcode",
        "httprequeststatus",
    ];
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

/// Is a value of the label there only where something went wrong?
fn is_error(label: &str) -> bool {
    const NAMES: [&str; 12] = [
        "error",
        "err",
        "exception",
        "errortype",
        "errorkind",
        "errorclass",
        "errorcode",
        "errorreason",
        "exceptiontype",
        "exceptionname",
        "failure",
        "failurereason",
    ];
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

/// Does the label tell how an event went?
pub(crate) fn is_outcome(label: &str) -> bool {
    const WORDS: [&str; 14] = [
        "code",
        "status",
        "response",
        "result",
        "outcome",
        "reason",
        "state",
        "conclusion",
        "verdict",
        "error",
        "exception",
        "success",
        "fail",
        "severity",
    ];
    let label = label.to_ascii_lowercase();
    WORDS.iter().any(|w| label.contains(w))
}

/// What one value of a label says.
fn word(label: &str, value: &str, grpc: bool) -> Option<Side> {
    let (name, lower) = (label.to_ascii_lowercase(), value.to_ascii_lowercase());
    if grpc {
        let plain: String = lower.chars().filter(|c| *c != '_').collect();
        if matches!(plain.as_str(), "ok" | "0") {
            return Some(Side::Good);
        }
        return GRPC_BAD.contains(&plain.as_str()).then_some(Side::Bad);
    }
    if matches!(lower.as_str(), "true" | "false" | "1" | "0") {
        let yes = matches!(lower.as_str(), "true" | "1");
        return match name.as_str() {
            "success" | "ok" | "succeeded" => Some(if yes { Side::Good } else { Side::Bad }),
            "error" | "failed" | "failure" | "is_error" => Some(if yes { Side::Bad } else { Side::Good }),
            _ => None,
        };
    }
    if is_error(label) && matches!(lower.as_str(), "" | "none" | "nil" | "null" | "no_error" | "noerror") {
        return Some(Side::Good);
    }
    if is_coded(label) {
        let mut chars = lower.chars();
        let first = chars.next();
        let rest = chars.as_str();
        let class =
            matches!(rest, ".." | "xx" | ".*" | ".+" | "\\d\\d" | "\\d{2}" | "[0-9][0-9]" | "[0-9]{2}")
                || rest.len() == 2 && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
                || rest.len() > 2 && rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains('[');
        match first {
            Some('2') if class => return Some(Side::Good),
            Some('5') if class => return Some(Side::Bad),
            _ => {}
        }
    }
    if GOOD.contains(&lower.as_str()) {
        return Some(Side::Good);
    }
    if BAD.contains(&lower.as_str()) {
        return Some(Side::Bad);
    }
    // Several words say something only where the label tells how events went: a queue may be called `failed-mails`.
    if is_outcome(label) { phrase(value) } else { None }
}

/// `SERVER_ERROR`, `timed_out`, `DeadlineExceeded`
fn phrase(value: &str) -> Option<Side> {
    let words = words(value);
    if words.len() < 2 || words.iter().any(|w| UNSURE.contains(&w.as_str())) {
        return None;
    }
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    let pair = |a: &str, b: &str| words.windows(2).any(|p| matches!(p, [x, y] if x == a && y == b));
    let bad = has(&BAD) || pair("timed", "out") || pair("deadline", "exceeded");
    match (has(&GOOD), bad) {
        (true, false) => Some(Side::Good),
        (false, true) => Some(Side::Bad),
        (true, true) | (false, false) => None,
    }
}

/// The words of a value in lower case: parted by marks, or by capitals.
fn words(value: &str) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut small = false;
    for c in value.chars() {
        let breaks = !c.is_alphanumeric() || c.is_uppercase() && small;
        if breaks && !word.is_empty() {
            made.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    if !word.is_empty() {
        made.push(word);
    }
    made
}

#[cfg(test)]
mod tests;
