//! Teams, policies and playbooks.

use std::collections::BTreeMap;

use super::{Cx, numbers};
use crate::ast::{self, PlaybookStmt, PolicyStmt, PolicyWhen, TeamStmt};
use crate::diag::Diagnostics;
use crate::ir;
use crate::value::Decimal;

/// All teams.
pub(crate) fn teams(cx: &Cx<'_>) -> BTreeMap<String, ir::Team> {
    cx.names.teams.iter().map(|(id, t)| (id.to_owned(), team(cx, t))).collect()
}

fn team(cx: &Cx<'_>, written: &ast::Team) -> ir::Team {
    let mut made = ir::Team {
        id: written.name.name.clone(),
        title: written.title.value.clone(),
        channel: None,
        pages: None,
        tickets: None,
        labels: Vec::new(),
        origin: cx.origin(written.span),
    };
    for stmt in written.body.iter().flat_map(|b| &b.stmts) {
        match stmt {
            TeamStmt::Channel(s, _) => made.channel = Some(s.value.clone()),
            TeamStmt::Pages(s, _) => made.pages = Some(s.value.clone()),
            TeamStmt::Tickets(s, _) => made.tickets = Some(s.value.clone()),
            TeamStmt::Labels(list, _) => {
                made.labels = list.iter().map(|(l, v)| (l.name.clone(), v.value.clone())).collect();
            }
            TeamStmt::Junk(_) => {}
        }
    }
    made
}

/// All policies.
pub(crate) fn policies(cx: &Cx<'_>, out: &mut Diagnostics) -> BTreeMap<String, ir::Policy> {
    cx.names.policies.iter().map(|(id, p)| (id.to_owned(), policy(cx, p, out))).collect()
}

fn policy(cx: &Cx<'_>, written: &ast::Policy, out: &mut Diagnostics) -> ir::Policy {
    let mut made = ir::Policy {
        id: written.name.name.clone(),
        title: written.title.value.clone(),
        clauses: Vec::new(),
        incident: None,
        escalate_to: None,
        places: ir::PolicyPlaces { name: written.name.span },
        origin: cx.origin(written.span),
    };
    for stmt in &written.body.stmts {
        match stmt {
            PolicyStmt::Clause { when, action, text, except, span } => {
                let below = match when {
                    PolicyWhen::Below(p) => p.value,
                    PolicyWhen::Spent(_) => Decimal::ZERO,
                };
                let action = match action {
                    ast::PolicyAction::Tell(team) => ir::PolicyAction::Tell(team.name.clone()),
                    ast::PolicyAction::Slow(_) => ir::PolicyAction::Slow,
                    ast::PolicyAction::Freeze(_) => ir::PolicyAction::Freeze,
                };
                let except = except.iter().map(|s| s.value.clone()).collect();
                made.clauses.push(ir::PolicyClause {
                    below,
                    action,
                    text: text.value.clone(),
                    except,
                    place: ir::ClausePlace(*span),
                });
            }
            PolicyStmt::Incident(share, within, _) => {
                numbers::length(out, within, "a review");
                made.incident.get_or_insert((share.value, within.value));
            }
            PolicyStmt::EscalateTo(team, _) => {
                made.escalate_to.get_or_insert_with(|| team.name.clone());
            }
            PolicyStmt::Junk(_) => {}
        }
    }
    made
}

/// All playbooks.
pub(crate) fn playbooks(cx: &Cx<'_>, out: &mut Diagnostics) -> BTreeMap<String, ir::Playbook> {
    cx.names.playbooks.iter().map(|(id, p)| (id.to_owned(), playbook(cx, p, out))).collect()
}

fn playbook(cx: &Cx<'_>, written: &ast::Playbook, out: &mut Diagnostics) -> ir::Playbook {
    let mut made = ir::Playbook {
        id: written.name.name.clone(),
        responder: None,
        hear_from: None,
        first_update: None,
        say: None,
        restore: None,
        runbook: None,
        places: ir::PlaybookPlaces {
            name: written.name.span,
            restore: None,
            first_update: None,
            hear_from: None,
        },
        origin: cx.origin(written.span),
    };
    for stmt in &written.body.stmts {
        match stmt {
            PlaybookStmt::Responder(team, _) => made.responder = Some(team.name.clone()),
            PlaybookStmt::HearFrom(team, span) => {
                made.hear_from = Some(team.name.clone());
                made.places.hear_from = Some(*span);
            }
            PlaybookStmt::FirstUpdate(within, every, span) => {
                numbers::length(out, within, "the first update");
                if let Some(every) = every {
                    numbers::length(out, every, "the time between updates");
                }
                made.first_update = Some((within.value, every.as_ref().map(|e| e.value)));
                made.places.first_update = Some(*span);
            }
            PlaybookStmt::Say(s, _) => made.say = Some(s.value.clone()),
            PlaybookStmt::Restore(within, span) => {
                numbers::length(out, within, "restoring");
                made.restore = Some(within.value);
                made.places.restore = Some(*span);
            }
            PlaybookStmt::Runbook(s, _) => made.runbook = Some(s.value.clone()),
            PlaybookStmt::Junk(_) => {}
        }
    }
    made
}
