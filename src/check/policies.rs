//! Budget policies: thresholds in order, each said once, the last word said.

use super::Found;
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::{Policy, PolicyAction, PolicyClause};
use crate::value::Decimal;

pub(super) fn check(policy: &Policy, found: &mut Found<'_>) {
    for (at, clause) in policy.clauses.iter().enumerate() {
        if clause.below < Decimal::ZERO || clause.below >= Decimal::ONE_HUNDRED {
            found.push(
                Diagnostic::new(
                    &codes::NO_SHARE,
                    clause.place.0,
                    format!("`{}` names no part of a budget: {}%", policy.id, clause.below.normalize()),
                    "a full budget is 100%, a spent one 0%",
                )
                .help("write a percentage between 0% and 100%"),
            );
            continue;
        }
        let earlier = policy.clauses.get(..at).unwrap_or_default();
        if let Some(twin) = earlier.iter().find(|c| c.below == clause.below && c.action == clause.action) {
            found.push(
                Diagnostic::new(
                    &codes::CLAUSE_TWICE,
                    clause.place.0,
                    format!("`{}` says the same for {} twice", policy.id, when(clause)),
                    "said again",
                )
                .also(twin.place.0, "said before")
                .help("join the two sentences into one clause"),
            );
        } else if let Some(other) = earlier.iter().find(|c| c.below < clause.below) {
            found.push(
                Diagnostic::new(
                    &codes::CLAUSE_ORDER,
                    clause.place.0,
                    format!(
                        "the clauses of `{}` are not in the order in which they come into force",
                        policy.id
                    ),
                    format!("{} comes first", when(clause)),
                )
                .also(other.place.0, format!("{} comes later", when(other)))
                .help("write the clauses from the fullest budget to the spent one"),
            );
        } else if clause.action == PolicyAction::Slow
            && let Some(freeze) =
                earlier.iter().find(|c| c.action == PolicyAction::Freeze && c.below > clause.below)
        {
            found.push(frozen_already(policy, clause, freeze));
        } else if matches!(clause.action, PolicyAction::Slow | PolicyAction::Freeze)
            && let Some(other) = earlier.iter().find(|c| {
                matches!(c.action, PolicyAction::Slow | PolicyAction::Freeze) && c.below == clause.below
            })
        {
            found.push(slow_and_frozen(policy, clause, other));
        }
    }
    if let Some((cost, _)) = policy.incident
        && (cost <= Decimal::ZERO || cost > Decimal::ONE_HUNDRED)
    {
        found.push(
            Diagnostic::new(
                &codes::NO_SHARE,
                policy.places.name,
                format!("`{}` names no part of a budget: {}%", policy.id, cost.normalize()),
                "`incident costing` names it",
            )
            .help("write a percentage above 0% and up to 100%"),
        );
    }
    if policy.clauses.iter().all(|c| !c.below.is_zero()) && !found.broken_within(policy.origin.span) {
        found.push(
            Diagnostic::new(
                &codes::NEVER_SPENT,
                policy.places.name,
                format!("`{}` does not say what happens when the budget is spent", policy.id),
                "has no `when spent` clause",
            )
            .help("write one: `when spent freeze \"Only changes that users are waiting for\"`"),
        );
    }
}

/// `slow` below a percentage at which everything is frozen.
fn frozen_already(policy: &Policy, clause: &PolicyClause, freeze: &PolicyClause) -> Diagnostic {
    Diagnostic::new(
        &codes::CLAUSE_ORDER,
        clause.place.0,
        format!("`{}` asks for less as the budget runs lower", policy.id),
        "slower, where everything is frozen already",
    )
    .also(freeze.place.0, "frozen from here on")
    .help("write `slow` for the higher percentage, `freeze` for the lower")
}

/// `slow` and `freeze` at one percentage, in either order: what is frozen cannot go slower.
fn slow_and_frozen(policy: &Policy, clause: &PolicyClause, other: &PolicyClause) -> Diagnostic {
    Diagnostic::new(
        &codes::CLAUSE_ORDER,
        clause.place.0,
        format!("`{}` says `slow` and `freeze` for {}", policy.id, when(clause)),
        "comes into force with the other",
    )
    .also(other.place.0, "comes into force here")
    .help("write `slow` for the higher percentage, `freeze` for the lower, or leave `slow` out")
}

fn when(clause: &PolicyClause) -> String {
    if clause.below.is_zero() {
        "a spent budget".to_owned()
    } else {
        format!("{}% left", clause.below.normalize())
    }
}
