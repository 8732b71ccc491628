//! Words that give a mistake away: successes counted as bad, failures counted as good.

use super::labels::{Match, alternatives};
use super::out::Out;
use super::selector::Sel;
use crate::ast::{MatchOp, Side};
use crate::diag::Diagnostic;
use crate::diag::codes::types::WRONG_SIDE;

/// Values that say success, and values that say failure, in lower case.
const GOOD: [&str; 8] =
    ["ok", "success", "succeeded", "successful", "pass", "passed", "status_code_ok", "completed"];
const BAD: [&str; 10] = [
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
];

/// What a metric's name says of its events: `login_failures_total`, `orders_success_total`.
fn named(name: &str) -> Option<Side> {
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

/// Reports a stream whose metric counts the other side by its name, unless a matcher speaks for its own.
pub(crate) fn check_name(out: &mut Out<'_>, side: Side, sel: &Sel<'_>) {
    let name = sel.metric.name;
    let Some(counts) = named(name).filter(|counts| *counts != side) else { return };
    if sel.matchers.iter().any(|m| says(m).is_some()) {
        return;
    }
    let (said, label) = match counts {
        Side::Good => (format!("`bad` counts successes: `{name}`"), "successes, by its name"),
        Side::Bad => (format!("`good` counts failures: `{name}`"), "failures, by its name"),
    };
    let fixed = match counts {
        Side::Good => "good",
        Side::Bad => "bad",
    };
    out.report(
        Diagnostic::new(&WRONG_SIDE, sel.metric_span, said, label)
            .help(format!("write `{fixed}`, or name another metric"))
            .help("if the name misleads, count the events with `promql`"),
    );
}

/// Reports a verdict whose matchers all speak for the other side.
pub(crate) fn check(out: &mut Out<'_>, side: Side, matchers: &[Match<'_>]) {
    let other = match side {
        Side::Good => Side::Bad,
        Side::Bad => Side::Good,
    };
    let mut wrong = None;
    for m in matchers {
        match says(m) {
            Some(said) if said == side => return,
            Some(said) if said == other => wrong = wrong.or(Some(m)),
            _ => {}
        }
    }
    let Some(m) = wrong else { return };
    let text = m.text();
    let (said, label, fixed) = match side {
        Side::Bad => (format!("`bad` counts successes: `{text}`"), "these went well", "good"),
        Side::Good => (format!("`good` counts failures: `{text}`"), "these went wrong", "bad"),
    };
    out.report(
        Diagnostic::new(&WRONG_SIDE, m.culprit(), said, label)
            .help(format!("write `{fixed}`, or correct the matcher"))
            .help("if it is meant (a login that must be refused), count the events with `promql`"),
    );
}

/// What a matcher says of its events, where it says anything.
fn says(m: &Match<'_>) -> Option<Side> {
    let value = m.known()?;
    let (positive, pattern) = match m.op {
        MatchOp::Equal => (true, false),
        MatchOp::NotEqual => (false, false),
        MatchOp::Regex => (true, true),
        MatchOp::NotRegex => (false, true),
    };
    let list = if pattern { alternatives(value)? } else { vec![value] };
    let mut said = None;
    for one in list {
        let side = word(m.label, one)?;
        if said.is_some_and(|s| s != side) {
            return None;
        }
        said = Some(side);
    }
    match (said?, positive) {
        (side, true) => Some(side),
        (Side::Good, false) => Some(Side::Bad),
        (Side::Bad, false) => Some(Side::Good),
    }
}

/// What one value of a label says.
fn word(label: &str, value: &str) -> Option<Side> {
    let (label, value) = (label.to_ascii_lowercase(), value.to_ascii_lowercase());
    if matches!(value.as_str(), "true" | "false" | "1" | "0") {
        let yes = matches!(value.as_str(), "true" | "1");
        return match label.as_str() {
            "success" | "ok" | "succeeded" => Some(if yes { Side::Good } else { Side::Bad }),
            "error" | "failed" | "failure" | "is_error" => Some(if yes { Side::Bad } else { Side::Good }),
            _ => None,
        };
    }
    if ["code", "status", "response"].iter().any(|w| label.contains(w)) {
        let mut chars = value.chars();
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
    if GOOD.contains(&value.as_str()) {
        return Some(Side::Good);
    }
    BAD.contains(&value.as_str()).then_some(Side::Bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(named("logins_failed_total"), Some(Side::Bad));
        assert_eq!(named("orders_success_total"), Some(Side::Good));
        assert_eq!(named("errors_success_total"), None);
        assert_eq!(named("failover_total"), None);
    }

    #[test]
    fn words() {
        for (label, value, side) in [
            ("code", "200", Some(Side::Good)),
            ("code", "2..", Some(Side::Good)),
            ("status_code", "STATUS_CODE_ERROR", Some(Side::Bad)),
            ("code", "404", None),
            ("code", "20[0-4]", Some(Side::Good)),
            ("route", "200", None),
            ("route", "/error", None),
            ("success", "false", Some(Side::Bad)),
            ("error", "true", Some(Side::Bad)),
            ("le", "5", None),
            ("status_code", "STATUS_CODE_UNSET", None),
            ("code", "5", None),
        ] {
            assert_eq!(word(label, value), side, "{label}={value}");
        }
    }
}
