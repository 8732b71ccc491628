//! Declarations that their own names or their relatives contradict.

use super::unit::Unit;
use crate::ast::{LabelDecl, Metric, MetricKind, MetricStmt};
use crate::diag::codes::types::{NOTHING_SHARED, UNIT_NAME};
use crate::diag::{Diagnostic, Diagnostics};
use crate::resolve::Names;
use crate::resolve::suggest::list;

/// Last words of names that say the unit.
const UNITS: [(&str, &str); 16] = [
    ("nanoseconds", "nanoseconds"),
    ("ns", "nanoseconds"),
    ("microseconds", "microseconds"),
    ("us", "microseconds"),
    ("milliseconds", "milliseconds"),
    ("millis", "milliseconds"),
    ("ms", "milliseconds"),
    ("msec", "milliseconds"),
    ("seconds", "seconds"),
    ("minutes", "minutes"),
    ("hours", "hours"),
    ("days", "days"),
    ("bytes", "bytes"),
    ("ratio", "ratio"),
    ("percent", "percent"),
    ("percentage", "percent"),
];

/// Checks one declaration.
pub(crate) fn check(names: &Names<'_>, decl: &Metric, out: &mut Diagnostics) {
    unit(decl, out);
    shared(names, decl, out);
}

/// The unit that a name says with its last word.
pub(crate) fn unit_by_name(name: &str) -> Option<&'static str> {
    let base = name.strip_suffix("_total").unwrap_or(name);
    let (_, last) = base.rsplit_once(['_', '.'])?;
    UNITS.iter().find(|(word, _)| *word == last).map(|(_, said)| *said)
}

/// `x_nanoseconds: histogram of seconds`
fn unit(decl: &Metric, out: &mut Diagnostics) {
    let name = decl.name.name.as_str();
    let Some(written) = &decl.unit else { return };
    let Some(said) = unit_by_name(name) else { return };
    let declared = Unit::long_form(&written.name).unwrap_or(&written.name);
    // A counter's unit may be what it counts: `of requests`.
    let counts = decl.kind.value == MetricKind::Counter && matches!(Unit::of(Some(declared)), Unit::Count(_));
    if declared == said || counts {
        return;
    }
    let message = format!("`{name}` says {said} by its name, and is declared in {declared}");
    out.push(
        Diagnostic::new(&UNIT_NAME, written.span, message, format!("declared in {declared}"))
            .also(decl.name.span, format!("says {said}"))
            .maybe_fix(format!("write `{said}`"), written.span, said),
    );
}

fn labels(decl: &Metric) -> Option<&[LabelDecl]> {
    decl.body.iter().flat_map(|b| &b.stmts).find_map(|s| match s {
        MetricStmt::Labels(list, _) => Some(list.as_slice()),
        MetricStmt::Buckets(..)
        | MetricStmt::ScrapedEvery { .. }
        | MetricStmt::BornWithEvent(_)
        | MetricStmt::SilentWhenIdle(..)
        | MetricStmt::Increases(..)
        | MetricStmt::ClassicOrNative(_)
        | MetricStmt::LateBy(..)
        | MetricStmt::Junk(_) => None,
    })
}

/// What is part of another has labels in common with it, and values in those.
fn shared(names: &Names<'_>, decl: &Metric, out: &mut Diagnostics) {
    let Some(parent) = &decl.part_of else { return };
    let Some(whole) = names.metrics.get(&parent.name) else { return };
    let junk = |m: &Metric| m.body.as_ref().is_some_and(|b| b.has_junk);
    let (Some(own), Some(all)) = (labels(decl), labels(whole)) else { return };
    if own.is_empty() || all.is_empty() || junk(decl) || junk(whole) {
        return;
    }
    let (name, other) = (decl.name.name.as_str(), whole.name.name.as_str());
    let common: Vec<(&LabelDecl, &LabelDecl)> =
        own.iter().filter_map(|a| Some((a, all.iter().find(|b| b.label.name == a.label.name)?))).collect();
    if common.is_empty() {
        let said = format!("`{name}` and `{other}` have no label in common");
        let theirs = list(all.iter().map(|l| l.label.name.as_str()), 6);
        out.push(
            Diagnostic::new(&NOTHING_SHARED, parent.span, said, "can this be its whole?")
                .also(decl.name.span, format!("has {}", list(own.iter().map(|l| l.label.name.as_str()), 6)))
                .also(whole.name.span, format!("has {theirs}"))
                .help("if each event here is surely counted there too, declare what they share, or remove `part of`"),
        );
        return;
    }
    for (a, b) in common {
        let (Some(mine), Some(theirs)) = (&a.values, &b.values) else { continue };
        if mine.iter().any(|v| theirs.iter().any(|w| w.value == v.value)) {
            continue;
        }
        let label = &a.label.name;
        let said = format!("`{name}` and `{other}` have no value of `{label}` in common");
        out.push(
            Diagnostic::new(&NOTHING_SHARED, parent.span, said, "can this be its whole?")
                .also(a.label.span, list(mine.iter().map(|v| v.value.as_str()), 6))
                .also(b.label.span, list(theirs.iter().map(|v| v.value.as_str()), 6))
                .help("correct the values, or remove `part of`"),
        );
        return;
    }
}
