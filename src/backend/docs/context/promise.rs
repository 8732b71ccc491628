//! A promise, what is measured for it, and what happens when it breaks.

use serde::Serialize;

use super::engineer::Engineer;
use super::{Day, Maker, TeamRef, anchor, promise_url};
use crate::ir::{self, Evidence, Urgency};
use crate::render::url;
use crate::sentences::{breaks, conduct, measured, numbers, promise as word, words};
use crate::value::Decimal;

/// A word given to users.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Promise {
    /// `checkout.pay.accepted`
    pub path: String,
    /// The identifier: `accepted`.
    pub id: String,
    /// The place in its journey's page: `pay.accepted`.
    pub anchor: String,
    /// The place in the site: `journeys/checkout#pay.accepted`.
    pub url: String,
    /// Its dashboard, where the address of Grafana is configured.
    pub board: Option<String>,
    /// The title as written.
    pub title: String,
    /// The least that is acceptable.
    pub floor: Floor,
    /// What is striven for.
    pub stretch: Option<Floor>,
    /// What is counted, plural: `orders`.
    pub noun: String,
    /// The rolling window: `28 days`.
    pub window: String,
    /// The window in days.
    pub window_days: u64,
    /// Expected events a day (for each budget), an exact decimal.
    pub expect_per_day: Option<String>,
    /// How much may fall short.
    pub budget: Budget,
    /// Two or three numbers that say it at a glance.
    pub figures: Vec<Figure>,
    /// Labels that split the promise: one budget for each value.
    pub for_each: Vec<String>,
    /// What that means, in sentences.
    pub for_each_sentences: Vec<String>,
    /// How we know, in sentences that hold no metric's name.
    pub measured: Vec<String>,
    /// What it means for the promise how long samples are kept, in sentences.
    pub kept: String,
    /// What the measurement misses.
    pub blind_to: Vec<String>,
    /// What it stands in for.
    pub proxies: Vec<Proxy>,
    /// Notes.
    pub notes: Vec<String>,
    /// What the number rests on.
    pub evidence: Option<EvidenceText>,
    /// `page`, `ticket` or `none`.
    pub urgency: String,
    /// The same in a sentence.
    pub urgency_sentence: String,
    /// When it breaks.
    pub broken: Broken,
    /// Where the source contradicts itself, in sentences.
    pub doubts: Vec<String>,
    /// What engineers want to know.
    pub engineer: Engineer,
}

/// A share that is promised or striven for.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Floor {
    /// In percent, an exact decimal: `99.5`.
    pub percent: String,
    /// `995`
    pub part: String,
    /// `1,000`
    pub whole: String,
    /// `995 of every 1,000`
    pub share: String,
    /// The whole in a sentence.
    pub sentence: String,
}

/// How much may fall short in one window.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Budget {
    /// So many of what is counted, where that is known.
    pub events: Option<String>,
    /// All that is expected in one window, where that is known.
    pub expected: Option<String>,
    /// How long a total outage takes to use it up: `3 h 22 min`.
    pub outage: String,
    /// The same in whole seconds.
    pub outage_seconds: u64,
    /// How many people that is at most, in a sentence, where the expected number is stated.
    pub people: Option<String>,
    /// The whole in sentences.
    pub sentences: Vec<String>,
}

/// A number and what it says.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Figure {
    /// `420`
    pub number: String,
    /// `orders may fall short in 28 days`
    pub says: String,
}

/// What a measurement stands in for.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Proxy {
    /// What one would like to know.
    pub stands_for: String,
    /// Why this is measured instead.
    pub because: String,
}

/// What the number rests on.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EvidenceText {
    /// `measured`, `agreed` or `guessed`.
    pub class: String,
    /// `Measured`, `Agreed`, `A guess`.
    pub label: String,
    /// Made: class and date.
    pub sentence: String,
    /// The words as written.
    pub words: String,
    /// The date.
    pub on: Day,
}

/// When a promise breaks.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Broken {
    /// Who is told, in sentences.
    pub told: Vec<String>,
    /// One row for each size of failure: all, 1 in 10, 1 in 100.
    pub failures: Vec<FailureRow>,
    /// The playbook that counts here.
    pub playbook: Option<Playbook>,
}

/// A size of failure and what follows.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FailureRow {
    /// `1 in 10 fails`
    pub size: String,
    /// The share that fails, an exact decimal: `0.1`.
    pub failing: String,
    /// `about 125 orders an hour`, where traffic is known.
    pub reaches: Option<String>,
    /// `page within 6 min`, `no alert`
    pub noticed: String,
    /// Seconds until the first page, at the latest.
    pub page_seconds: Option<u64>,
    /// Seconds until the first ticket, at the latest.
    pub ticket_seconds: Option<u64>,
    /// When the budget is used up: `3 h 22 min`.
    pub empty: String,
}

/// What is done when it breaks.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Playbook {
    /// The identifier.
    pub id: String,
    /// The place in the site.
    pub url: String,
    /// Who responds.
    pub responder: Option<TeamRef>,
    /// Who speaks to users.
    pub hear_from: Option<TeamRef>,
    /// Who speaks to users and when, in a sentence.
    pub hear: Option<String>,
    /// What they say, as written.
    pub say: Option<String>,
    /// `within 15 min`
    pub first_update: Option<String>,
    /// `every 30 min`
    pub next_update: Option<String>,
    /// `within 3 h`
    pub restore: Option<String>,
    /// The same in a sentence.
    pub restore_sentence: Option<String>,
    /// The runbook's address.
    pub runbook: Option<String>,
    /// The runbook's address, if it is one that may be linked to (`https:`, `http:` or relative).
    pub runbook_link: Option<String>,
    /// Journeys, steps and promises that name it.
    pub serves: Vec<String>,
}

/// What is done as a budget runs low.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Policy {
    /// The identifier.
    pub id: String,
    /// The title as written.
    pub title: String,
    /// The place in the site.
    pub url: String,
    /// What is done, from much left to none.
    pub steps: Vec<PolicyStep>,
    /// When an incident is reviewed, in a sentence.
    pub incident: Option<String>,
    /// Who decides, in a sentence.
    pub escalation: Option<String>,
    /// Journeys under it.
    pub serves: Vec<String>,
}

/// One clause of a policy.
#[derive(Clone, Debug, Serialize, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PolicyStep {
    /// `When less than half of the budget is left`
    pub when: String,
    /// It holds while less than this percentage is left, an exact decimal; `0`: spent.
    pub below: String,
    /// `tell`, `slow` or `freeze`.
    pub kind: String,
    /// `go slower`
    pub action: String,
    /// The words as written.
    pub text: String,
    /// `Except for security fixes.`
    pub except: Option<String>,
    /// Who decides.
    pub decides: Option<TeamRef>,
}

impl Maker<'_> {
    /// A promise of this journey.
    pub fn promise(&self, journey: &ir::Journey, promise: &ir::Promise) -> Promise {
        let floor = word::floor_share(promise);
        let noun = words::noun(promise);
        let budget = word::budget(promise);
        let alerts = breaks::spoken(promise, self.burn_alerts.get(promise));
        let failures = breaks::failures(self.model, promise, &alerts);
        Promise {
            path: promise.path.to_string(),
            id: promise.path.promise.clone(),
            anchor: anchor(&promise.path),
            url: promise_url(&promise.path),
            board: self.board(|boards| boards.promise(&promise.path)),
            title: promise.title.clone(),
            floor: share(promise.objective, floor, word::floor(promise)),
            stretch: promise
                .stretch
                .zip(word::stretch(promise))
                .map(|(percent, sentence)| share(percent, numbers::share(percent), sentence)),
            window: numbers::exact(promise.window),
            window_days: promise.window.as_days(),
            expect_per_day: promise.expect_per_day.map(|n| n.normalize().to_string()),
            figures: figures(promise, floor, &budget, &noun),
            budget: self::budget(promise, &budget),
            for_each: promise.for_each.iter().map(|(label, _)| label.clone()).collect(),
            for_each_sentences: word::each(promise),
            measured: measured::sentences(self.model, promise),
            kept: word::kept(self.model, promise),
            blind_to: promise.blind_to.clone(),
            proxies: promise
                .proxies
                .iter()
                .map(|(stands_for, because)| Proxy {
                    stands_for: stands_for.clone(),
                    because: because.clone(),
                })
                .collect(),
            notes: promise.notes.clone(),
            evidence: self.evidence(promise),
            urgency: match promise.urgency {
                Urgency::Page => "page",
                Urgency::Ticket => "ticket",
                Urgency::None => "none",
            }
            .to_owned(),
            urgency_sentence: word::urgency(promise).to_owned(),
            broken: self.broken(journey, promise, &failures, &noun),
            doubts: breaks::doubts(self.model, promise, self.burn_alerts.get(promise)),
            engineer: self.engineer(promise, &alerts),
            noun,
        }
    }

    fn evidence(&self, promise: &ir::Promise) -> Option<EvidenceText> {
        let (class, text, date) = promise.because.as_ref()?;
        Some(EvidenceText {
            class: match class {
                Evidence::Measured => "measured",
                Evidence::Agreed => "agreed",
                Evidence::Guessed => "guessed",
            }
            .to_owned(),
            label: word::evidence_label(*class).to_owned(),
            sentence: word::evidence(promise, self.today)?,
            words: text.clone(),
            on: (*date).into(),
        })
    }

    fn broken(
        &self,
        journey: &ir::Journey,
        promise: &ir::Promise,
        failures: &[breaks::Failure],
        noun: &str,
    ) -> Broken {
        Broken {
            told: breaks::told(self.model, &journey.owner, promise),
            failures: failures
                .iter()
                .map(|f| FailureRow {
                    size: f.size.clone(),
                    failing: f.failing.normalize().to_string(),
                    reaches: f.reaches(noun),
                    noticed: f.noticed(),
                    page_seconds: f.page.map(crate::value::Duration::as_secs),
                    ticket_seconds: f.ticket.map(crate::value::Duration::as_secs),
                    empty: numbers::length(f.empty),
                })
                .collect(),
            playbook: promise.playbook.as_ref().and_then(|id| self.playbooks.get(id.as_str())).cloned(),
        }
    }

    /// A playbook.
    pub fn playbook(&self, book: &ir::Playbook, serves: Vec<String>) -> Playbook {
        let runbook = book.runbook.as_ref().map(|link| match &self.model.settings.links.runbooks {
            Some(base) if !link.contains("://") => format!("{base}/{}", link.trim_start_matches('/')),
            _ => link.clone(),
        });
        Playbook {
            id: book.id.clone(),
            url: format!("conduct#playbook.{}", book.id),
            responder: book.responder.as_ref().map(|t| self.team(t)),
            hear_from: book.hear_from.as_ref().map(|t| self.team(t)),
            hear: breaks::hear(self.model, book),
            say: book.say.clone(),
            first_update: book.first_update.map(|(first, _)| format!("within {}", numbers::exact(first))),
            next_update: book.first_update.and_then(|(_, then)| then).map(words::every),
            restore: book.restore.map(|t| format!("within {}", numbers::exact(t))),
            restore_sentence: breaks::restored(book),
            runbook_link: runbook.as_deref().filter(|link| may_be_linked(link)).map(url::encoded),
            runbook,
            serves,
        }
    }

    /// A policy.
    pub fn policy(&self, policy: &ir::Policy, serves: Vec<String>) -> Policy {
        let mut clauses: Vec<&ir::PolicyClause> = policy.clauses.iter().collect();
        clauses.sort_by_key(|c| std::cmp::Reverse(c.below));
        Policy {
            id: policy.id.clone(),
            title: policy.title.clone(),
            url: format!("conduct#policy.{}", policy.id),
            steps: clauses
                .into_iter()
                .map(|clause| PolicyStep {
                    when: conduct::when(clause),
                    below: clause.below.normalize().to_string(),
                    kind: match clause.action {
                        ir::PolicyAction::Tell(_) => "tell",
                        ir::PolicyAction::Slow => "slow",
                        ir::PolicyAction::Freeze => "freeze",
                    }
                    .to_owned(),
                    action: conduct::action(self.model, clause),
                    text: clause.text.clone(),
                    except: conduct::except(clause),
                    decides: policy.escalate_to.as_ref().map(|t| self.team(t)),
                })
                .collect(),
            incident: conduct::incident(policy),
            escalation: conduct::escalation(self.model, policy),
            serves,
        }
    }
}

/// No `javascript:` and its like: a link from the source goes to the web or stays in the site.
fn may_be_linked(link: &str) -> bool {
    let scheme = link.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some(s) if s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) => {
            s.eq_ignore_ascii_case("https") || s.eq_ignore_ascii_case("http")
        }
        _ => !link.chars().any(char::is_control),
    }
}

fn share(percent: Decimal, share: numbers::Share, sentence: String) -> Floor {
    Floor {
        percent: percent.normalize().to_string(),
        part: numbers::count(share.part),
        whole: numbers::count(share.whole),
        share: share.to_string(),
        sentence,
    }
}

fn budget(promise: &ir::Promise, budget: &word::Budget) -> Budget {
    Budget {
        events: budget.events.map(numbers::count),
        expected: budget.expected.map(numbers::count),
        outage: numbers::length(budget.outage),
        outage_seconds: budget.outage.as_secs(),
        people: word::people(promise, budget),
        sentences: word::budget_sentences(promise, budget),
    }
}

fn figures(promise: &ir::Promise, share: numbers::Share, budget: &word::Budget, noun: &str) -> Vec<Figure> {
    let mut made = vec![Figure {
        number: numbers::count(share.part),
        says: format!("of every {} {noun} go well", numbers::count(share.whole)),
    }];
    if let Some(events) = budget.events {
        made.push(Figure {
            number: numbers::count(events),
            says: format!("{noun} may fall short {}", word::within_window(promise.window)),
        });
    }
    made.push(Figure {
        number: numbers::length(budget.outage),
        says: "of total outage use it all up".to_owned(),
    });
    made
}
