//! Words that give a mistake away: successes counted as bad, failures counted as good, a total that counts failures.

use super::labels::Match;
use super::out::Out;
use super::outcomes::{named, speaks_against, speaks_for};
use super::selector::Sel;
use super::stream::Term;
use crate::ast::Side;
use crate::diag::Diagnostic;
use crate::diag::codes::types::{TOTAL_OF_FAILURES, WRONG_SIDE};

/// Reports a stream whose metric counts the other side by its name, unless a matcher speaks for its own.
pub(crate) fn check_name(out: &mut Out, side: Side, sel: &Sel<'_>) {
    let name = sel.metric.name;
    let Some(counts) = named(name).filter(|counts| *counts != side) else { return };
    if sel.matchers.iter().any(|m| speaks_for(name, m, side) || speaks_against(name, m, side)) {
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

/// Reports a total whose metrics count failures only, by their names, where the promise isn't about failures.
pub(crate) fn check_total(out: &mut Out, total: &[Term<'_>], noun: Option<&str>) {
    let about = |noun: &str| ["fail", "error", "problem", "incident"].iter().any(|w| noun.contains(w));
    if noun.is_some_and(about) {
        return;
    }
    let failures = |t: &Term<'_>| t.sel().is_some_and(|s| named(s.metric.name) == Some(Side::Bad));
    let Some(first) = total.first().and_then(Term::sel) else { return };
    if !total.iter().all(failures) {
        return;
    }
    let name = first.metric.name;
    let said = format!("`total` counts failures only: `{name}`");
    out.report(
        Diagnostic::new(&TOTAL_OF_FAILURES, first.metric_span, said, "failures, by its name")
            .help("let `total` count every event, and write this one as `bad`")
            .help("if the promise is about failures, let its noun say so: `keep for 99% of failed payments`"),
    );
}

/// Reports a verdict whose matchers speak for the other side, and none for its own.
pub(crate) fn check(out: &mut Out, side: Side, metric: &str, matchers: &[Match<'_>]) {
    if matchers.iter().any(|m| speaks_for(metric, m, side)) {
        return;
    }
    let Some(m) = matchers.iter().find(|m| speaks_against(metric, m, side)) else { return };
    let text = m.text();
    let other = match side {
        Side::Good => Side::Bad,
        Side::Bad => Side::Good,
    };
    let all = speaks_for(metric, m, other);
    let (said, label, fixed) = match (side, all) {
        (Side::Bad, true) => (format!("`bad` counts successes: `{text}`"), "these went well", "good"),
        (Side::Good, true) => (format!("`good` counts failures: `{text}`"), "these went wrong", "bad"),
        (Side::Bad, false) => {
            (format!("`bad` counts successes too: `{text}`"), "some of these went well", "")
        }
        (Side::Good, false) => {
            (format!("`good` counts failures too: `{text}`"), "some of these went wrong", "")
        }
    };
    let help = if all {
        format!("write `{fixed}`, or correct the matcher")
    } else {
        "take them out of the matcher".to_owned()
    };
    out.report(
        Diagnostic::new(&WRONG_SIDE, m.culprit(), said, label)
            .help(help)
            .help("if it is meant (a login that must be refused), count the events with `promql`"),
    );
}
