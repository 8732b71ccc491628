//! Policies, playbooks, scenarios.

use pest::iterators::Pair;

use super::super::parser::Rule;
use super::super::recover::Context;
use super::{Build, Entries, kids};
use crate::ast::{
    At, Expected, Item, Phase, Playbook, PlaybookStmt, Policy, PolicyAction, PolicyStmt, PolicyWhen,
    Scenario, ScenarioStmt,
};

const POLICY: Entries<PolicyStmt> =
    Entries { context: Context::Policy, read: |build, pair| build.policy_stmt(pair), junk: PolicyStmt::Junk };
const PLAYBOOK: Entries<PlaybookStmt> = Entries {
    context: Context::Playbook,
    read: |build, pair| build.playbook_stmt(pair),
    junk: PlaybookStmt::Junk,
};
const SCENARIO: Entries<ScenarioStmt> = Entries {
    context: Context::Scenario,
    read: |build, pair| build.scenario_stmt(pair),
    junk: ScenarioStmt::Junk,
};

impl Build<'_> {
    pub(super) fn policy(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let (head, block) = self.titled(pair);
        let body = self.block(block?, &POLICY);
        let (name, title) = head?;
        Some(Item::Policy(Policy { name, title, body, span }))
    }

    fn policy_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<PolicyStmt> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::incident => {
                let mut kids = kids(pair);
                let cost = self.percent(&kids.next()?)?;
                Some(PolicyStmt::Incident(cost, self.length(&kids.next()?)?, span))
            }
            Rule::escalate => Some(PolicyStmt::EscalateTo(self.ident(&kids(pair).next()?), span)),
            _ => {
                // here the keywords carry the meaning
                let (mut when, mut action, mut text, mut except) = (None, None, None, Vec::new());
                let mut spent = span;
                for pair in pair.into_inner() {
                    let place = self.span(&pair);
                    match pair.as_rule() {
                        Rule::pct => when = Some(PolicyWhen::Below(self.percent(&pair)?)),
                        Rule::k_when => spent = place,
                        Rule::k_spent => when = Some(PolicyWhen::Spent(spent.to(place))),
                        Rule::ident => action = Some(PolicyAction::Tell(self.ident(&pair))),
                        Rule::k_slow => action = Some(PolicyAction::Slow(place)),
                        Rule::k_freeze => action = Some(PolicyAction::Freeze(place)),
                        Rule::string if text.is_none() => text = Some(self.text(&pair)),
                        Rule::string => except.push(self.text(&pair)),
                        _ => {}
                    }
                }
                Some(PolicyStmt::Clause { when: when?, action: action?, text: text?, except, span })
            }
        }
    }

    pub(super) fn playbook(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let whole = pair.clone();
        let mut kids = kids(pair);
        let first = kids.next()?;
        let name = if first.as_rule() == Rule::bad_head {
            self.bad_head(&whole, &first).and_then(|h| h.name)
        } else {
            Some(self.ident(&first))
        };
        let body = self.block(kids.next()?, &PLAYBOOK);
        Some(Item::Playbook(Playbook { name: name?, body, span }))
    }

    fn playbook_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<PlaybookStmt> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut kids = kids(pair);
        let first = kids.next()?;
        Some(match rule {
            Rule::responder => PlaybookStmt::Responder(self.ident(&first), span),
            Rule::hear_from => PlaybookStmt::HearFrom(self.ident(&first), span),
            Rule::first => {
                let within = self.length(&first)?;
                let every = match kids.next() {
                    Some(p) => Some(self.length(&p)?),
                    None => None,
                };
                PlaybookStmt::FirstUpdate(within, every, span)
            }
            Rule::say => PlaybookStmt::Say(self.text(&first), span),
            Rule::restore => PlaybookStmt::Restore(self.length(&first)?, span),
            _ => PlaybookStmt::Runbook(self.text(&first), span),
        })
    }

    pub(super) fn scenario(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let whole = pair.clone();
        let (mut name, mut promise, mut title, mut body, mut crooked) = (None, None, None, None, false);
        for pair in kids(pair) {
            match pair.as_rule() {
                Rule::ident => name = Some(self.ident(&pair)),
                Rule::path => promise = Some(self.path(&pair)),
                Rule::string => title = Some(self.text(&pair)),
                Rule::bad_head => {
                    crooked = true;
                    if let Some(head) = self.bad_head(&whole, &pair) {
                        (name, promise, title) = (head.name, head.path, head.title);
                    }
                }
                _ => body = Some(self.block(pair, &SCENARIO)),
            }
        }
        let mut body = body?;
        // The promise's path may be cut short.
        body.has_junk |= crooked;
        Some(Item::Scenario(Scenario { name: name?, promise: promise?, title: title?, body, span }))
    }

    fn scenario_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<ScenarioStmt> {
        let span = self.span(&pair);
        if pair.as_rule() == Rule::phases {
            let mut phases = Vec::new();
            for pair in kids(pair) {
                let word = pair.as_str().chars().next();
                let mut kids = kids(pair);
                let first = kids.next()?;
                phases.push(match word {
                    Some('f') => {
                        let share = self.percent(&first)?;
                        Phase::Failing(share, self.length(&kids.next()?)?)
                    }
                    Some('n') => Phase::Normal(self.length(&first)?),
                    _ => Phase::Silent(self.length(&first)?),
                });
            }
            return Some(ScenarioStmt::Phases(phases, span));
        }
        let mut kids = kids(pair);
        let outcome = kids.next()?;
        let value = match outcome.as_str() {
            "page" => Expected::Page,
            "ticket" => Expected::Ticket,
            _ => Expected::Quiet,
        };
        let expected = At { value, span: self.span(&outcome) };
        let within = self.length(&kids.next()?)?;
        Some(ScenarioStmt::Expect { expected, within, after_recovery: kids.next().is_some(), span })
    }
}
