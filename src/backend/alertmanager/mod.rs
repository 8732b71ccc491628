//! Alertmanager: routes to the owners' receivers by severity, and inhibit rules. Either one whole configuration that
//! `amtool check-config` accepts, whose receivers are names only, to be filled or merged into a configuration that has them; or an
//! `AlertmanagerConfig` of prometheus-operator. Beside it lies a template of messages for the receivers.
//!
//! What is inhibited: a page mutes the slow alerts of the same promise (and budget), since they say the same later; an alert of
//! a composed promise mutes those of its members at most as loud, where the same team is told of both. Nobody else's page is
//! ever muted, and never a page by a ticket.

mod file;
mod object;

use std::collections::BTreeSet;

use super::{Artifact, Backend, TemplateError};
use crate::ir::{Journey, Measurement, Model, Promise, PromisePath, Team, Urgency};
use crate::promql::print;
use crate::series::{PROMISE_LABELS, is_reserved};

/// The backend.
#[derive(Debug, Default)]
pub struct Alertmanager;

/// Gets what no team takes.
const NOBODY: &str = "unrouted";
/// The messages of receivers; see the comment at its head.
const MESSAGES: &str = include_str!("../../../templates/alertmanager/slovo.tmpl");
/// Its file.
const MESSAGES_FILE: &str = "slovo.tmpl";

impl Backend for Alertmanager {
    fn emit(&self, model: &Model) -> Result<Vec<Artifact>, TemplateError> {
        let routing = Routing::of(model);
        let main = match &model.settings.alertmanager {
            Some(options) => object::write(model, options, &routing),
            None => Artifact { path: "alertmanager.yml".to_owned(), text: file::text(&routing) },
        };
        Ok(vec![main, Artifact { path: MESSAGES_FILE.to_owned(), text: MESSAGES.to_owned() }])
    }
}

/// A matcher of a label: `severity="page"`.
#[derive(Clone, Debug)]
struct Matcher {
    label: &'static str,
    op: &'static str,
    value: String,
}

/// Who is told of what.
#[derive(Debug)]
struct Routing {
    /// All alerts of this project and environment.
    project: Matcher,
    /// What one notification speaks of.
    together: Vec<String>,
    /// One for each team and severity.
    routes: Vec<Route>,
    /// Which alerts say what another already says.
    mutes: Vec<Mute>,
    receivers: BTreeSet<String>,
}

/// A route to a team's receiver for a severity.
#[derive(Debug)]
struct Route {
    matchers: [Matcher; 2],
    receiver: String,
    wait: &'static str,
    interval: &'static str,
    again: &'static str,
}

/// An inhibit rule.
#[derive(Debug)]
struct Mute {
    /// In words.
    says: String,
    source: Vec<Matcher>,
    target: Vec<Matcher>,
    /// Labels whose values are the same on both sides.
    equal: Vec<String>,
}

impl Routing {
    fn of(model: &Model) -> Self {
        let owners: Vec<&Team> = owners(model);
        let mut receivers = BTreeSet::from([NOBODY.to_owned()]);
        receivers.extend(owners.iter().flat_map(|t| t.pages.iter().chain(&t.tickets)).cloned());
        let mut together = PROMISE_LABELS.map(str::to_owned).to_vec();
        together.extend(of_servers(model).into_iter().map(str::to_owned));
        Self {
            project: matcher("project", "=", model.settings.project_label()),
            together,
            routes: routes(model, &owners),
            mutes: mutes(model),
            receivers,
        }
    }
}

/// The teams that own a journey, by identifier.
fn owners(model: &Model) -> Vec<&Team> {
    let ids: BTreeSet<&str> = model.journeys.iter().map(|j| j.owner.as_str()).collect();
    ids.into_iter().filter_map(|id| model.teams.get(id)).collect()
}

/// One route for each team and severity. Alerts of a promise come in one notification.
fn routes(model: &Model, owners: &[&Team]) -> Vec<Route> {
    let settings = &model.settings;
    let severities =
        [(&settings.severities.page, "30s", "5m", "1h"), (&settings.severities.ticket, "5m", "1h", "1d")];
    let mut list = Vec::new();
    for team in owners {
        for (at, (severity, wait, interval, again)) in severities.into_iter().enumerate() {
            let receiver = if at == 0 { &team.pages } else { &team.tickets };
            let Some(receiver) = receiver else { continue };
            let matchers = [matcher("owner", "=", &team.id), matcher("severity", "=", severity)];
            list.push(Route { matchers, receiver: receiver.clone(), wait, interval, again });
        }
    }
    list
}

/// Labels that tell servers apart: two that evaluate the same rules send alerts that differ in them alone. An alert that lacks
/// one is as another that lacks it.
fn of_servers(model: &Model) -> BTreeSet<&str> {
    let settings = &model.settings;
    let all = settings.external_labels.iter().chain(&settings.common_labels).map(String::as_str);
    all.filter(|label| !is_reserved(label)).collect()
}

/// Which alerts say what another already says.
fn mutes(model: &Model) -> Vec<Mute> {
    let settings = &model.settings;
    let project = || matcher("project", "=", settings.project_label());
    let severity = |of: &str| matcher("severity", "=", of);
    let (page, ticket) = (&settings.severities.page, &settings.severities.ticket);
    let servers = of_servers(model);
    // `apart`: labels that only the alerts of one side have.
    let each = |promises: &[&Promise], apart: &[(String, Option<Vec<String>>)]| -> Vec<String> {
        let labels: BTreeSet<&str> =
            promises.iter().flat_map(|p| &p.for_each).map(|(name, _)| name.as_str()).collect();
        let servers = servers.iter().copied().filter(|l| !apart.iter().any(|(name, _)| name == l));
        let labels = servers.chain(labels.iter().copied()).collect::<BTreeSet<_>>();
        labels.into_iter().filter(|l| print::is_label_name(l)).map(str::to_owned).collect()
    };
    let mut list = Vec::new();
    // Labels that an alert doesn't have are equal.
    let all: Vec<&Promise> = model.promises().map(|(_, p)| p).collect();
    let mut same: Vec<String> = PROMISE_LABELS.map(str::to_owned).to_vec();
    same.extend(each(&all, &[]));
    list.push(Mute {
        says: "a page mutes the slow alerts of the same promise".to_owned(),
        source: vec![project(), matcher("alertname", "=", "PromiseBurnsFast"), severity(page)],
        target: vec![project(), matcher("alertname", "=", "PromiseBurnsSlowly"), severity(ticket)],
        equal: same,
    });
    for (journey, promise) in model.promises() {
        let Measurement::Composed(composed) = &promise.measurement else { continue };
        for member in &composed.members {
            if !same_people(model, journey, member) {
                continue;
            }
            let mut equal = vec!["project".to_owned()];
            let of_member = model.promise(member).map_or(&[][..], |p| &p.for_each);
            equal.extend(each(&[promise], of_member));
            let mut louds = Vec::new();
            if promise.urgency == Urgency::Page {
                louds.push((
                    severity(page),
                    matcher("severity", "=~", &format!("{}|{}", escape(page), escape(ticket))),
                ));
            }
            if promise.urgency != Urgency::None {
                louds.push((severity(ticket), severity(ticket)));
            }
            for (source, target) in louds {
                let alerts = || matcher("alertname", "=~", "PromiseBurns(Fast|Slowly)");
                list.push(Mute {
                    says: format!("{} mutes its part {member}", promise.path),
                    source: [vec![project(), alerts(), source], of(&promise.path)].concat(),
                    target: [vec![project(), alerts(), target], of(member)].concat(),
                    equal: equal.clone(),
                });
            }
        }
    }
    list
}

/// Is the member's journey owned by the same team?
fn same_people(model: &Model, journey: &Journey, member: &PromisePath) -> bool {
    model.journey(&member.journey).is_some_and(|j| j.owner == journey.owner)
}

/// The matchers of a promise; one of the whole journey has no step.
fn of(path: &PromisePath) -> Vec<Matcher> {
    vec![
        matcher("journey", "=", &path.journey),
        matcher("step", "=", path.step.as_deref().unwrap_or_default()),
        matcher("promise", "=", &path.promise),
    ]
}

/// `owner="shop"`
fn matcher(label: &'static str, op: &'static str, value: &str) -> Matcher {
    Matcher { label, op, value: value.to_owned() }
}

/// Text in a regular expression.
fn escape(text: &str) -> String {
    regex_syntax::escape(text)
}
