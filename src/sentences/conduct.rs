//! What a policy demands as the budget runs low.

use super::{breaks, numbers, words};
use crate::ir::{Model, Policy, PolicyAction, PolicyClause};
use crate::value::Decimal;

/// When a clause holds: `When less than half of the budget is left`.
pub(crate) fn when(clause: &PolicyClause) -> String {
    if clause.below.is_zero() {
        "When the budget is spent".to_owned()
    } else if clause.below == Decimal::from(50) {
        "When less than half of the budget is left".to_owned()
    } else {
        format!("When less than {} of the budget is left", numbers::percent(clause.below, 3))
    }
}

/// What it demands: `tell Shop team`, `go slower`, `stop changes`.
pub(crate) fn action(model: &Model, clause: &PolicyClause) -> String {
    match &clause.action {
        PolicyAction::Tell(team) => format!("tell {}", breaks::team(model, team)),
        PolicyAction::Slow => "go slower".to_owned(),
        PolicyAction::Freeze => "stop changes".to_owned(),
    }
}

/// Exceptions, in the user's words: `Except for security fixes and fixes of the cause.`
pub(crate) fn except(clause: &PolicyClause) -> Option<String> {
    if clause.except.is_empty() {
        return None;
    }
    let list: Vec<String> = clause.except.iter().map(|e| words::theirs(e)).collect();
    Some(words::stopped(&format!("Except for {}", words::list(&list))))
}

/// `A single incident that costs 20% of the budget is reviewed within 5 days.`
pub(crate) fn incident(policy: &Policy) -> Option<String> {
    let (cost, within) = policy.incident?;
    Some(format!(
        "An incident that costs {} of a budget is reviewed within {}.",
        numbers::percent(cost, 3),
        numbers::exact(within)
    ))
}

/// `When we cannot agree, Shop team decides.`
pub(crate) fn escalation(model: &Model, policy: &Policy) -> Option<String> {
    policy.escalate_to.as_ref().map(|t| format!("When we do not agree, {} decides.", breaks::team(model, t)))
}
