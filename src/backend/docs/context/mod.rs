//! What templates get, and what `model.json` holds: the model in sentences and in exact values. Everything is ordered
//! and deterministic. Documented for users in docs/templates.md and docs/model.schema.json, both made from this.
//!
//! Conventions: an absent value is `null` and means "not stated"; `url` is relative to the site's root and has no
//! extension before its `#`; texts from the source stand as written; everything called `sentence` or `sentences` is made.

mod calendar;
mod engineer;
mod journey;
mod promise;
#[cfg(test)]
mod schema;
mod site;

pub use calendar::{Agreement, Day, Review, ReviewState, State, Status, review_of, status_of};
pub use engineer::{AlertRow, Engineer, Stream};
pub use journey::{Data, Journey, Scenario, Step, Together, TogetherPart};
pub use promise::{
    Broken, Budget, EvidenceText, FailureRow, Figure, Floor, Playbook, Policy, PolicyStep, Promise, Proxy,
};
pub use site::{Card, CardPromise, Counts, Site, Team, TeamRef, Term};

use std::collections::BTreeMap;

use crate::addresses::Uids;
pub(crate) use crate::addresses::anchor;
use crate::ir;
use crate::ir::burn::BurnAlerts;
use crate::render::url;
use crate::value::Date;

/// What the making of the context needs.
#[derive(Debug)]
pub struct Maker<'a> {
    /// The model.
    pub model: &'a ir::Model,
    /// The day that reviews and guesses are judged by.
    pub today: Option<Date>,
    /// The alerts of every budget and window.
    burn_alerts: BurnAlerts,
    /// The addresses of dashboards, where documents link to them.
    boards: Option<Uids>,
    /// Every playbook and policy, without whom it serves: most journeys share a few.
    playbooks: BTreeMap<&'a str, Playbook>,
    policies: BTreeMap<&'a str, Policy>,
}

impl<'a> Maker<'a> {
    /// For a model, by its own `today`.
    pub fn new(model: &'a ir::Model) -> Self {
        let mut maker = Self {
            model,
            today: model.settings.today,
            burn_alerts: BurnAlerts::of(model),
            boards: model.settings.links.dashboards.as_ref().map(|_| Uids::of(model)),
            playbooks: BTreeMap::new(),
            policies: BTreeMap::new(),
        };
        maker.playbooks =
            model.playbooks.iter().map(|(id, p)| (id.as_str(), maker.playbook(p, Vec::new()))).collect();
        maker.policies =
            model.policies.iter().map(|(id, p)| (id.as_str(), maker.policy(p, Vec::new()))).collect();
        maker
    }

    /// The address of a dashboard, where that of Grafana is configured.
    fn board<'s>(&'s self, uid: impl Fn(&'s Uids) -> &'s str) -> Option<String> {
        // Some write the address with the path that all dashboards have.
        let base = self.model.settings.links.dashboards.as_deref()?;
        let base = base.strip_suffix("/d").unwrap_or(base);
        Some(url::encoded(&format!("{base}/d/{}", uid(self.boards.as_ref()?))))
    }

    /// A team by identifier.
    pub fn team(&self, id: &str) -> TeamRef {
        TeamRef {
            channel: self.model.teams.get(id).and_then(|t| t.channel.clone()),
            id: id.to_owned(),
            title: self.model.teams.get(id).map_or_else(|| id.to_owned(), |t| t.title.clone()),
            url: format!("people#{id}"),
        }
    }
}

/// The address of a promise in the site: `journeys/checkout#pay.accepted`.
pub fn promise_url(path: &ir::PromisePath) -> String {
    format!("journeys/{}#{}", path.journey, anchor(path))
}
