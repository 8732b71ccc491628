//! What alerts say. Annotations are Go templates: what users wrote is made inert, the rest is ours.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::plan::{Entry, Plan};
use crate::ir::{Measurement, Model, Playbook, Promise};
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

/// One line: where, what, how bad.
pub(crate) fn summary(plan: &Plan<'_>, entry: &Entry<'_>) -> String {
    let promise = entry.promise;
    format!(
        "{}: {}: {{{{ $value | humanizePercentage }}}} of {} {} over {{{{ $labels.window }}}}",
        inert(place(plan, entry)),
        inert(&promise.title),
        inert(&promise.noun),
        bad_word(promise),
    )
}

/// What users feel, what was promised, which windows speak, what is left and until when.
pub(crate) fn description(entry: &Entry<'_>, fired: &str) -> String {
    let promise = entry.promise;
    let mut out = String::with_capacity(1024);
    if let Some(feel) = entry.step.and_then(|s| s.if_broken.as_deref()) {
        out.push_str(&inert(feel));
        out.push_str(if feel.trim_end().ends_with(['.', '!', '?']) { " " } else { ". " });
    }
    let _ = write!(out, "Promised: {}. {fired}", inert(&sentence(promise)));
    budget_now(&mut out, promise);
    out
}

/// What is left of the budget and when it will be gone, asked when the alert fires. The labels are quoted by the template,
/// so that their values are inert too. The value is the error ratio: `left * W / burn rate` seconds remain.
fn budget_now(out: &mut String, promise: &Promise) {
    out.push_str(" {{ $p := printf `promise:budget_remaining{project=%q,journey=%q,step=%q,promise=%q");
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
}

/// Who tells users what by when.
pub(crate) fn users(plan: &Plan<'_>, playbook: &Playbook) -> Option<String> {
    if playbook.hear_from.is_none() && playbook.first_update.is_none() && playbook.say.is_none() {
        return None;
    }
    let mut out = String::new();
    match &playbook.hear_from {
        Some(team) => {
            let title = plan.model.teams.get(team).map_or(team.as_str(), |t| t.title.as_str());
            let _ = write!(out, "{} tells users", inert(title));
        }
        None => out.push_str("Tell users"),
    }
    if let Some((first, then)) = playbook.first_update {
        let _ = write!(out, " within {first}");
        if let Some(then) = then {
            let _ = write!(out, ", then every {then}");
        }
    }
    if let Some(say) = &playbook.say {
        let _ = write!(out, ": {}", inert(say));
    }
    Some(out)
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

/// The links of a promise's alerts.
pub(crate) fn links(plan: &Plan<'_>, promise: &Promise, out: &mut Vec<(&'static str, String)>) {
    let links = &plan.model.settings.links;
    if let Some(whole) = runbook(plan.model, promise) {
        out.push(("runbook_url", inert(&whole).into_owned()));
    }
    if let (Some(base), Some(uid)) = (&links.dashboards, plan.board(&promise.path)) {
        // Some write the address with the path that all dashboards have.
        let base = base.strip_suffix("/d").unwrap_or(base);
        out.push(("dashboard_url", format!("{}/d/{uid}", inert(base))));
        // Grafana links an alert to a panel by these two; other readers pass over them.
        out.push(("__dashboardUid__", uid.to_owned()));
        out.push(("__panelId__", crate::backend::grafana::ALERT_PANEL.to_string()));
    }
    if let Some(base) = &links.documents {
        let place = crate::backend::docs::context::promise_url(&promise.path).replacen('#', ".html#", 1);
        out.push(("document_url", format!("{}/{place}", inert(base))));
    }
}
