//! What a burn-rate alert of a promise says.

use minijinja::context;
use minijinja::value::Value;

use super::links::Links;
use super::now::{self, VALUE};
use super::words::{bad_word, escape_go_template, full_title, percent, place, sentence, stop};
use super::{Facts, go, of_journey, who};
use crate::ir::burn::{Alert, Loudness};
use crate::ir::{Playbook, Promise};
use crate::rules::alerts;
use crate::rules::derived::{kind, urgency};
use crate::rules::plan::{Entry, Plan};
use crate::rules::text::put;

/// A promise's burn-rate alert.
pub(crate) struct Burn<'a, 'm> {
    plan: &'a Plan<'m>,
    entry: &'a Entry<'m>,
    loud: Loudness,
    tiers: &'a [&'a Alert],
    playbook: Option<&'m Playbook>,
}

impl<'a, 'm> Burn<'a, 'm> {
    pub(crate) fn new(
        plan: &'a Plan<'m>,
        entry: &'a Entry<'m>,
        loud: Loudness,
        tiers: &'a [&'a Alert],
    ) -> Self {
        let playbook = entry.promise.playbook.as_ref().and_then(|id| plan.model.playbooks.get(id));
        Self { plan, entry, loud, tiers, playbook }
    }

    fn team(&self, id: &'a String) -> &'a str {
        self.plan.model.teams.get(id).map_or(id.as_str(), |t| t.title.as_str())
    }
    fn links(&self) -> Links {
        Links::of_promise(self.plan, self.entry.promise)
    }

    /// What asks for this promise's series when the alert fires.
    fn asked(&self, ask: impl FnOnce(&mut String, &Promise)) -> String {
        let mut out = String::with_capacity(512);
        now::own(&mut out, self.plan, self.entry.promise);
        ask(&mut out, self.entry.promise);
        out
    }
    fn bad_now(&self) -> String {
        self.asked(|out, promise| now::bad_now(out, self.plan, promise, self.tiers))
    }
    fn why(&self) -> String {
        self.asked(|out, promise| now::why(out, promise, self.tiers))
    }
    fn left(&self) -> String {
        self.asked(|out, promise| now::budget_left(out, promise, self.tiers))
    }
    /// Both, asked for once.
    fn story(&self) -> String {
        self.asked(|out, promise| {
            now::why(out, promise, self.tiers);
            now::budget_left(out, promise, self.tiers);
        })
    }

    fn summary(&self) -> String {
        format!("{}: {}", full_title(self.plan, self.entry), self.bad_now())
    }

    fn description(&self) -> String {
        let promise = self.entry.promise;
        let mut out = String::with_capacity(1024);
        let broken = self.entry.step.and_then(|s| s.if_broken.as_deref()).filter(|text| !text.is_empty());
        if let Some(broken) = broken {
            out.push_str(&escape_go_template(broken));
            out.push_str(stop(broken));
            out.push(' ');
        }
        out.push_str("Promised: ");
        out.push_str(&escape_go_template(&sentence(promise)));
        out.push_str(". ");
        out.push_str(&self.story());
        out
    }

    fn users(&self) -> String {
        let Some(book) = self.playbook else { return String::new() };
        let hear_from = book.hear_from.as_ref().map(|id| self.team(id)).filter(|title| !title.is_empty());
        let say = book.say.as_deref().filter(|text| !text.is_empty());
        if hear_from.is_none() && book.first_update.is_none() && say.is_none() {
            return String::new();
        }
        let mut out = String::with_capacity(256);
        match hear_from {
            Some(title) => {
                out.push_str(&escape_go_template(title));
                out.push_str(" tells users");
            }
            None => out.push_str("Tell users"),
        }
        if let Some((first, then)) = book.first_update {
            out.push_str(" within ");
            put(&mut out, first);
            if let Some(then) = then {
                out.push_str(", then every ");
                put(&mut out, then);
            }
        }
        if let Some(say) = say {
            out.push_str(": ");
            out.push_str(&escape_go_template(say));
        }
        out
    }
}

impl Facts for Burn<'_, '_> {
    fn owner(&self) -> String {
        self.entry.promise.path.to_string()
    }

    fn written(&self, template: &str) -> Option<String> {
        Some(match template {
            "PromiseBurns.summary.txt" => self.summary(),
            "PromiseBurns.description.txt" => self.description(),
            "PromiseBurns.users.txt" => self.users(),
            "any.who.txt" => who::of(self.plan, Some(self.entry)),
            other => return self.links().written(other),
        })
    }

    fn context(&self, _: &str) -> Value {
        let promise = self.entry.promise;
        let window = |then: &str| self.asked(|out, _| now::speaking(out, self.tiers, then));
        let tiers: Vec<Value> = self.tiers.iter().map(|alert| tier(promise, alert)).collect();
        context! {
            promise => context! {
                id => promise.path.promise.as_str(),
                path => promise.path.to_string(),
                title => promise.title.as_str(),
                sentence => sentence(promise),
                objective => promise.objective.normalize().to_string(),
                noun => promise.noun.as_str(),
                window => promise.window.to_string(),
                kind => kind(promise),
                urgency => urgency(promise.urgency),
            },
            step => self.entry.step.map(|s| context! { id => s.id.as_str(), title => s.title.as_str(), critical => s.critical, if_broken => s.if_broken.as_deref() }),
            place => place(self.plan, self.entry),
            bad => bad_word(promise),
            alert => context! { name => alerts::name(self.loud), page => self.loud == Loudness::Page, tiers => tiers },
            playbook => self.playbook.map(|p| context! {
                responder => p.responder.as_ref().map(|id| self.team(id)),
                hear_from => p.hear_from.as_ref().map(|id| self.team(id)),
                first_update => p.first_update.map(|(first, _)| first.to_string()),
                then_every => p.first_update.and_then(|(_, then)| then).map(|t| t.to_string()),
                say => p.say.as_deref(),
                restore => p.restore.map(|r| r.to_string()),
            }),
            who => Value::from_safe_string(who::of(self.plan, Some(self.entry))),
            links => self.links().context(),
            now => context! {
                title => go(&full_title(self.plan, self.entry)),
                value => go(VALUE),
                bad => go(&self.bad_now()),
                why => go(&self.why()),
                window => go(&window("{{ $w }}")),
                over => go(&window(" over {{ $w }}")),
                left => go(&self.left()),
                story => go(&self.story()),
            },
            ..of_journey(self.plan),
        }
    }
}

/// A tier of an alert.
fn tier(promise: &Promise, alert: &Alert) -> Value {
    context! {
        long => alert.long.to_string(),
        short => alert.short.to_string(),
        times => alert.factor.round_dp(2).normalize().to_string(),
        above => percent(alert.threshold(promise.error_budget())).to_string(),
        spent => percent(alert.spent.round_dp(3)).to_string(),
    }
}
