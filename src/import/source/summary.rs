//! What is said around the files: `slovo.yaml` of a new project, and the report of what became of what.

use std::collections::BTreeSet;

use super::super::Target;
use super::super::objective::{Objective, Tool, Window};
use super::super::report::{Grade, LostTogether, Outcome, Report};
use super::told::{lost_together, owner_of, shown_path, team_of, unfollowed};
use super::{DEFAULT_WINDOW, NOBODY, SLOTHS, SLOTHS_WINDOW, There, Told, by_journey, in_order};

/// The days of an objective's window, where they are known.
pub(super) fn days(objective: &Objective) -> Option<u32> {
    match objective.window {
        Window::OfTool => Some(SLOTHS_WINDOW),
        Window::Days(days) => Some(days),
        Window::Unstated => None,
    }
}

/// `slovo.yaml` of a new project.
pub(super) fn settings(name: &str, said: &[Told]) -> String {
    let without = said.iter().any(|s| days(&s.objective).is_none());
    let longest = said.iter().map(|s| days(&s.objective).unwrap_or(DEFAULT_WINDOW)).max();
    let longest = longest.unwrap_or(SLOTHS_WINDOW);
    let default = if without {
        format!(
            "# The window of promises for which the source states none. Assumed: it is for you to say.\n\
             default_window: {DEFAULT_WINDOW}d\n\n"
        )
    } else {
        String::new()
    };
    // Prometheus keeps 15 days unless told otherwise.
    let short = if longest > 15 {
        format!(
            "# How long your Prometheus keeps samples. Unless somebody changed it that is 15d, and a window of {longest}d would be judged by\n\
             # the last 15: start it with `--storage.tsdb.retention.time={longest}d`, or write here what is true.\n"
        )
    } else {
        "# How long your Prometheus keeps samples. Unless somebody changed it that is 15d.\n".to_owned()
    };
    let retention = longest.max(15);
    format!(
        "# A Slovo project: this file, and every .slovo file in this folder and below.\n\
         project: {name}\n\n\
         # How often your Prometheus scrapes its targets and evaluates rules.\n\
         scrape_interval: 30s\n\
         evaluation_interval: 30s\n\n\
         {default}{short}\
         retention: {retention}d\n\n\
         outputs:\n  prometheus:\n    path: prometheus\n"
    )
}

/// Where labels of rule objects belong.
fn rule_objects(labels: &[String]) -> String {
    const SHOWN: usize = 6;
    let more = labels.len().saturating_sub(SHOWN);
    let shown = labels.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let others = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "to keep the labels of Pyrra's rule objects ({shown}{others}), write rules as Kubernetes objects: `form: kubernetes` and `labels` in slovo.yaml (docs/configuration.md)"
    )
}

/// What became of the objectives that are written.
pub(super) fn finish(
    report: &mut Report,
    said: &[Told],
    there: &There,
    target: &Target<'_>,
    object_labels: &[String],
) {
    // What the project selects by comes on top of what the source does.
    let scoped = target.project.is_some_and(|p| !p.config.settings.scope.is_empty());
    for one in said {
        let measure = &one.measure;
        let grade = match (&measure.escaped, measure.assumed.is_empty()) {
            (Some(_), _) => Grade::Escaped,
            (None, false) => Grade::Assumed,
            (None, true) if scoped => Grade::Assumed,
            (None, true) => Grade::Exact,
        };
        // What is exact as it is doesn't need to be followed.
        if grade != Grade::Exact {
            report.findings.extend(unfollowed(&one.objective));
        }
        report.objectives.push(Outcome {
            objective: one.objective.shown(),
            place: one.objective.place().clone(),
            promise: Some(shown_path(&one.journey, &one.position)),
            grade,
            assumed: measure.assumed.clone(),
            escaped: measure.escaped.iter().cloned().collect(),
            lost: one.lost.clone(),
            refused: None,
            refused_at: None,
            proof: None,
        });
    }
    for (journey, members) in by_journey(said) {
        let Some(first) = members.first() else { continue };
        for lost in lost_together(&in_order(&members)) {
            report.lost.push(LostTogether {
                place: first.objective.service.name.place.clone(),
                text: format!("{journey}: {}", lost.text),
                what: lost.what,
            });
        }
    }
    report.objectives.sort_by(|a, b| (&a.place, &a.objective).cmp(&(&b.place, &b.objective)));
    report.findings.sort();
    report.findings.dedup();
    report.passed_over.sort();
    report.near.sort();
    report.left.sort();
    report.lost.sort();
    if said.is_empty() {
        return;
    }
    let any = |of: &dyn Fn(&Objective) -> bool| said.iter().any(|s| of(&s.objective));
    if scoped {
        report.assumed.push("rules also select by the `scope` of slovo.yaml".to_owned());
    }
    if any(&|o| o.window == Window::OfTool) {
        report.assumed.push(SLOTHS.to_owned());
    }
    if any(&|o| o.window == Window::Unstated) {
        let text = match target.project {
            Some(_) => "objectives without a window have the `default_window` of slovo.yaml".to_owned(),
            None => format!(
                "objectives without a window have the `default_window` of slovo.yaml, which is {DEFAULT_WINDOW}d"
            ),
        };
        report.assumed.push(text);
    }
    if said.iter().any(|s| s.objective.alerting.name.is_some()) {
        let text =
            "alerts have Slovo's own names (PromiseBurnsFast and others); those of the source are left out";
        report.assumed.push(text.to_owned());
    }
    let journeys = by_journey(said);
    let unstated = |members: &[&Told]| members.iter().any(|m| team_of(&m.objective) == NOBODY);
    if journeys.iter().any(|(_, members)| unstated(members) && owner_of(members) != NOBODY) {
        report.assumed.push("objectives that name no owner get their journey's owner".to_owned());
    }
    if journeys.iter().any(|(_, members)| owner_of(members) == NOBODY) {
        report.assumed.push(format!("journeys without an owner belong to the team `{NOBODY}`"));
    }
    let used: BTreeSet<&String> =
        said.iter().flat_map(|s| s.measure.uses.iter().map(|u| &u.metric)).collect();
    let known = used.iter().filter(|name| there.metrics.contains_key(**name)).count();
    if known > 0 {
        let text = match known {
            1 => "1 metric is already declared in the project and used as declared".to_owned(),
            _ => format!("{known} metrics are already declared in the project and used as declared"),
        };
        report.assumed.push(text);
    }
    if target.project.is_none() {
        report.next.push(
            "`slovo check` says what a reader will want to know; slovo.yaml holds intervals and retention"
                .to_owned(),
        );
    }
    if any(&|o| o.tool == Tool::Pyrra) {
        let text = "Pyrra names no services: a journey is what the label `service`, `app` or `app.kubernetes.io/name` says, else the \
                    namespace, else the objective itself";
        report.assumed.push(text.to_owned());
    }
    if any(&|o| o.tool == Tool::Grafana) {
        let text = "Grafana names no services: a journey is what the label `service`, `app` or `app.kubernetes.io/name` says, else the \
                    SLO itself";
        report.assumed.push(text.to_owned());
    }
    if any(&|o| o.tool == Tool::Rules) {
        let text = "rules name no services: a journey is what the label `service`, `app` or `job` of an alert or of its metrics says, else the \
                    group of rules";
        report.assumed.push(text.to_owned());
        report.next.push(
            "the alerts that are promises now are still in your rule files: take them out when Slovo's rules are loaded, or they speak twice"
                .to_owned(),
        );
    }
    if any(&|o| o.tool == Tool::OpenSlo && o.alerting.page.disabled && o.alerting.ticket.disabled) {
        let text = "OpenSLO's objectives without an active alert policy alert nobody: `urgency none`";
        report.assumed.push(text.to_owned());
    }
    if any(&|o| o.tool == Tool::Sloth) {
        report.next.push(
            "`compatibility: sloth` in slovo.yaml keeps Sloth's series, and with them dashboards (docs/rules.md)"
                .to_owned(),
        );
    }
    report.next.push("`slovo backfill` gives the new rules a history".to_owned());
    if !object_labels.is_empty() {
        report.next.push(rule_objects(object_labels));
    }
}
