//! What alerts say. Annotations are Go templates: what users wrote is made inert, the rest is ours.

use std::borrow::Cow;
use std::fmt::Write as _;

use minijinja::context;
use minijinja::value::Value;

use super::meaning::{kind, urgency};
use super::plan::{Entry, Plan};
use crate::backend::grafana::ALERT_PANEL;
use crate::ir::burn::{Alert, Loudness};
use crate::ir::{Measurement, Model, Promise};
use crate::promql::print;
use crate::value::Decimal;

/// A text that a Go template shows as it is: only an opening brace could start anything.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    if text.contains('{') { Cow::Owned(text.replace('{', "{{\"{\"}}")) } else { Cow::Borrowed(text) }
}

/// A percentage without trailing zeros.
pub(crate) fn percent(fraction: Decimal) -> Decimal {
    (fraction * Decimal::ONE_HUNDRED).normalize()
}

/// `99.5% of payments over 28d`
pub(crate) fn sentence(promise: &Promise) -> String {
    format!("{}% of {} over {}", promise.objective.normalize(), promise.noun, promise.window)
}

/// What a promise calls its bad ones.
fn bad_word(promise: &Promise) -> &'static str {
    match promise.measurement {
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => "were bad",
        Measurement::Completion(_) => "did not finish in time",
    }
}

/// The title of the step, or of the journey.
fn place<'a>(plan: &Plan<'a>, entry: &Entry<'a>) -> &'a str {
    entry.step.map_or(plan.journey.title.as_str(), |s| s.title.as_str())
}

/// What templates of a promise's burn-rate alerts get: docs/templates.md.
pub(crate) fn of_promise(
    plan: &Plan<'_>,
    entry: &Entry<'_>,
    loud: Loudness,
    (fired, tiers): (&str, Vec<Value>),
) -> Value {
    let promise = entry.promise;
    let playbook = promise.playbook.as_ref().and_then(|id| plan.model.playbooks.get(id));
    let team = |id: &String| plan.model.teams.get(id).map_or(id.clone(), |t| t.title.clone());
    let page = crate::backend::docs::context::promise_url(&promise.path).replacen('#', ".html#", 1);
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
        step => entry.step.map(|s| context! { id => s.id.as_str(), title => s.title.as_str(), critical => s.critical, if_broken => s.if_broken.as_deref() }),
        place => place(plan, entry),
        bad => bad_word(promise),
        fired => fired,
        alert => context! { name => super::alerts::name(loud), page => loud == Loudness::Page, tiers => tiers },
        playbook => playbook.map(|p| context! {
            responder => p.responder.as_ref().map(team),
            hear_from => p.hear_from.as_ref().map(team),
            first_update => p.first_update.map(|(first, _)| first.to_string()),
            then_every => p.first_update.and_then(|(_, then)| then).map(|t| t.to_string()),
            say => p.say.as_deref(),
            restore => p.restore.map(|r| r.to_string()),
        }),
        links => links(plan, runbook(plan.model, promise), &page, (plan.board(&promise.path), Some(ALERT_PANEL))),
        now => context! {
            value => go("{{ $value | humanizePercentage }}"),
            window => go("{{ $labels.window }}"),
            left => go(&budget_now(promise)),
        },
        ..of_journey(plan),
    }
}

/// What templates of every alert get.
fn of_journey(plan: &Plan<'_>) -> Value {
    let journey = plan.journey;
    let team = plan.model.teams.get(&journey.owner);
    context! {
        project => plan.model.settings.project.as_str(),
        environment => plan.model.settings.environment.as_deref(),
        journey => context! { id => journey.id.as_str(), title => journey.title.as_str(), owner => journey.owner.as_str(), tier => journey.tier },
        team => team.map(|t| context! { id => t.id.as_str(), title => t.title.as_str(), channel => t.channel.as_deref() }),
    }
}

/// What templates of an alert get that one rule raises for all promises of a journey; `more` lies over it.
pub(crate) fn of_all(plan: &Plan<'_>, clause: Option<(&str, &str)>) -> Value {
    let page = format!("journeys/{}.html", plan.journey.id);
    context! {
        links => links(plan, None, &page, (plan.board_of_journey(), None)),
        policy => clause.map(|(title, _)| context! { title => title }),
        now => context! {
            promise => go("{{ if $labels.step }}{{ $labels.step }}.{{ end }}{{ $labels.promise }}"),
            value => go("{{ $value | humanizePercentage }}"),
            clause => clause.map(|(_, text)| go(text)),
        },
        ..of_journey(plan),
    }
}

/// A tier of an alert.
pub(crate) fn tier(promise: &Promise, alert: &Alert) -> Value {
    context! {
        long => alert.long.to_string(),
        short => alert.short.to_string(),
        times => alert.factor.round_dp(2).normalize().to_string(),
        above => percent(alert.threshold(promise.error_budget())).to_string(),
        spent => percent(alert.spent.round_dp(3)).to_string(),
    }
}

/// A part of a Go template.
fn go(text: &str) -> Value {
    Value::from_safe_string(text.to_owned())
}

/// What is left of the budget and when it will be gone, asked when the alert fires. The labels are quoted by the template,
/// so that their values are inert too. The value is the error ratio: `left * W / burn rate` seconds remain.
fn budget_now(promise: &Promise) -> String {
    let mut out = String::with_capacity(512);
    out.push_str("{{ $p := printf `promise:budget_remaining{project=%q,journey=%q,step=%q,promise=%q");
    let each = || promise.for_each.iter().filter(|(name, _)| print::is_label_name(name));
    for (name, _) in each() {
        let _ = write!(out, ",{name}=%q");
    }
    out.push_str("}` $labels.project $labels.journey ");
    out.push_str(if promise.path.step.is_some() { "$labels.step" } else { "``" });
    out.push_str(" $labels.promise");
    for (name, _) in each() {
        let _ = write!(out, " $labels.{name}");
    }
    let spend = promise.error_budget() * Decimal::from(promise.window.as_secs());
    let _ = write!(
        out,
        " }}}}{{{{ with query $p }}}}{{{{ . | first | value | humanizePercentage }}}} of the error budget is left{{{{ end }}}}\
         {{{{ with query (printf `(%s > 0) * {} / %g` $p $value) }}}}, gone in {{{{ . | first | value | humanizeDuration }}}} at this \
         rate{{{{ end }}}}.",
        spend.normalize()
    );
    out
}

/// The address of a promise's runbook, whole where a base is configured.
pub(crate) fn runbook(model: &Model, promise: &Promise) -> Option<String> {
    let playbook = promise.playbook.as_ref().and_then(|id| model.playbooks.get(id))?;
    let runbook = playbook.runbook.as_deref()?;
    Some(match &model.settings.links.runbooks {
        Some(base) if !runbook.contains("://") => format!("{base}/{}", runbook.trim_start_matches('/')),
        Some(_) | None => runbook.to_owned(),
    })
}

/// The links of an alert; `board` is the address of a dashboard, and the panel of it that says why the alert speaks.
fn links(plan: &Plan<'_>, runbook: Option<String>, page: &str, board: (Option<&str>, Option<u32>)) -> Value {
    let links = &plan.model.settings.links;
    let (uid, panel) = board;
    // Some write the address with the path that all dashboards have.
    let base = links.dashboards.as_deref().map(|base| base.strip_suffix("/d").unwrap_or(base));
    context! {
        runbook => runbook,
        dashboard => base.zip(uid).map(|(base, uid)| format!("{base}/d/{uid}")),
        board => panel.and(uid),
        panel => uid.and(panel),
        document => links.documents.as_ref().map(|base| format!("{base}/{page}")),
    }
}
