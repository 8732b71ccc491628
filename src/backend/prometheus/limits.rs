//! What the chosen engine would refuse, told before anything is written.

use super::lacks;
use super::targets::{namespaces, object};
use crate::backend::kubernetes::{CLIENT_SIDE, object_name, too_large_to_apply};
use crate::check::several;
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::{Journey, Mimir, Model, Target};
use crate::rules::Group;
use crate::rules::plan::{Needs, Plan};

/// prometheus-operator puts the rules of an object into one `ConfigMap` and takes at most half of the 1 MiB that
/// Kubernetes allows; a larger object is left out, with a line in the operator's log.
const OBJECT_BYTES: usize = 512 * 1024;

/// Reports what the chosen engine would refuse.
pub fn check_limits(model: &Model, diagnostics: &mut Diagnostics) {
    lacks::check(model, diagnostics);
    match &model.settings.prometheus.target {
        Target::Files | Target::Thanos(_) | Target::Vmalert(_) => {}
        Target::Kubernetes(options) => {
            let needs = Needs::of(model);
            for journey in &model.journeys {
                let plan = Plan::new(model, journey, &needs);
                let text = object(&plan, options).text;
                if text.len() > OBJECT_BYTES {
                    diagnostics.push(object_too_large(journey, text.len()));
                } else {
                    let name = object_name(model.settings.project_label(), &journey.id);
                    let found = too_large_to_apply(&name, applied(&text), Some(journey.places.name));
                    if let Some(found) = found {
                        diagnostics.push(found);
                    }
                }
            }
        }
        Target::Mimir(options) => check_mimir(model, options, diagnostics),
    }
}

/// How long an object is as JSON; nothing of a small one is known exactly.
fn applied(text: &str) -> usize {
    // JSON has quotes where YAML has none, and no indentation: it is never twice as long.
    if text.len() < CLIENT_SIDE / 2 {
        return text.len();
    }
    let read = serde_yaml::from_str::<serde_json::Value>(text).ok();
    read.and_then(|read| serde_json::to_string(&read).ok()).map_or(text.len(), |made| made.len() + 1024)
}

fn object_too_large(journey: &Journey, bytes: usize) -> Diagnostic {
    let promises = journey.all_promises().count();
    Diagnostic::new(
        &codes::TARGET_LIMIT,
        journey.places.name,
        format!("the rules of `{}` are too large for a `PrometheusRule`", journey.id),
        format!("{} KiB of rules for {}", bytes.div_ceil(1024), several(promises, "promise")),
    )
    .note(format!(
        "prometheus-operator takes at most {} KiB from an object, since a ConfigMap must hold it, and leaves larger ones out",
        OBJECT_BYTES / 1024
    ))
    .help("divide the journey; what users do in so many steps is several journeys")
}

fn check_mimir(model: &Model, options: &Mimir, diagnostics: &mut Diagnostics) {
    let needs = Needs::of(model);
    let mut counts: Vec<(usize, &Journey)> = Vec::new();
    for journey in &model.journeys {
        let plan = Plan::new(model, journey, &needs);
        let list = namespaces(&plan, options);
        counts.push((list.iter().map(|n| n.groups.len()).sum(), journey));
        let Some(limit) = options.rules_per_group else { continue };
        let all = list.iter().flat_map(|n| &n.groups);
        if let Some(group) = all.filter(|g| g.rules().count() > limit).max_by_key(|g| g.rules().count()) {
            diagnostics.push(group_too_large(journey, group, limit));
        }
    }
    let sum: usize = counts.iter().map(|(n, _)| n).sum();
    let Some(limit) = options.groups.filter(|limit| sum > *limit) else { return };
    let journeys = several(counts.len(), "journey");
    let message = format!("the project needs {sum} rule groups, and a tenant may have {limit}");
    let made = match model.settings.prometheus.place.0 {
        Some(span) => Diagnostic::new(
            &codes::TARGET_LIMIT,
            span,
            message,
            format!("in this form, {journeys} make{} so many", if counts.len() == 1 { "s" } else { "" }),
        ),
        None => Diagnostic::unplaced(&codes::TARGET_LIMIT, message),
    };
    counts.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let most: Vec<String> = counts.iter().take(3).map(|(n, j)| format!("`{}` {n}", j.id)).collect();
    let mut made = made.note(format!("most are needed by {}", most.join(", ")));
    if let Some(rules) = options.rules_per_group {
        made = made.note(format!(
            "a group may have {rules} rules, so journeys are cut into parts: with more rules a group, fewer groups are needed"
        ));
    }
    diagnostics.push(
        made.help(format!(
            "raise the tenant's limit (`ruler_max_rule_groups_per_tenant: {sum}`) and say so: `mimir: {{groups: {sum}}}`; 0 is without a limit"
        ))
        .help("or divide the project, and give each part a tenant of its own"),
    );
}

fn group_too_large(journey: &Journey, group: &Group, limit: usize) -> Diagnostic {
    let rules = group.rules().count();
    Diagnostic::new(
        &codes::TARGET_LIMIT,
        journey.places.name,
        format!("`{}` needs {rules} rules in a group, and a group may have {limit}", journey.id),
        format!("in the group `{}`, which runs each {}", group.name, group.interval),
    )
    .note("they read each other within one evaluation; in several groups, which run independently, numbers would be wrong or late")
    .help(format!(
        "raise the tenant's limit (`ruler_max_rules_per_rule_group: {rules}`) and say so: `mimir: {{rules_per_group: {rules}}}`"
    ))
}
