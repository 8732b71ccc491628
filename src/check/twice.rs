//! The same measurement under two names: one of the two promises is a copy that nobody changed.

use super::Found;
use crate::diag::Diagnostic;
use crate::diag::codes::numbers::MEASURED_TWICE;
use crate::ir::{Journey, Measurement, Promise};

/// Journeys with more promises are not compared: what they lack is not this check.
const MOST: usize = 300;

pub(super) fn check(journey: &Journey, found: &mut Found<'_>) {
    let all: Vec<&Promise> =
        journey.all_promises().filter(|p| !matches!(p.measurement, Measurement::Composed(_))).collect();
    if all.len() > MOST {
        return;
    }
    for (i, second) in all.iter().enumerate() {
        let Some(first) = all.iter().take(i).find(|first| same(first, second)) else { continue };
        found.push(
            Diagnostic::new(
                &MEASURED_TWICE,
                second.places.measurement,
                format!("`{}` measures and keeps the same as `{}`", second.path, first.path),
                "measured again",
            )
            .also(first.places.measurement, "measured here")
            .note("both alert at once, and both cost rules")
            .help("measure what the second is about, or remove it"),
        );
    }
}

/// The same events, and the same promise about them. Another objective or window is another promise.
fn same(a: &Promise, b: &Promise) -> bool {
    a.objective == b.objective
        && a.window == b.window
        && a.for_each == b.for_each
        && a.measurement == b.measurement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;

    /// How many are told of so many promises, all of one measurement.
    fn told(promises: usize) -> usize {
        let promise = |i: usize| {
            format!(
                "  promise p{i} \"P\" {{\n    keep for 99% of hits over 28d\n    total hits_total\n    bad where {{code=\"500\"}}\n    urgency ticket\n  }}\n"
            )
        };
        let list = (0..promises).map(promise).collect::<Vec<_>>().concat();
        let source = format!(
            "team shop \"Shop\" {{ tickets \"desk\" }}\nmetric hits_total: counter of hits {{ labels code }}\njourney use \"Use it\" {{\n  owner shop\n{list}}}\n"
        );
        let compiled =
            Project::in_memory(&[("a.slovo", &source)], "project: shop\nretention: 100d\n").compile();
        compiled.diagnostics.iter().filter(|d| d.code.id == MEASURED_TWICE.id).count()
    }

    #[test]
    fn large_journeys_are_not_compared() {
        assert_eq!(told(MOST), MOST - 1);
        assert_eq!(told(MOST + 1), 0);
    }
}
