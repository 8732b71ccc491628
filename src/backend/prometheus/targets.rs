//! The same rules for each engine: Prometheus, prometheus-operator, Mimir and Cortex, Thanos Ruler, vmalert.

use super::parts::split;
use crate::backend::kubernetes::{object_head, object_name};
use crate::backend::rule_file::{Extra, artifact, file, new_file, write_groups};
use crate::backend::{Artifact, Take, TemplateError};
use crate::ir::{Journey, Kubernetes, Mimir, Model, Target, ranges};
use crate::parallel;
use crate::rules::plan::{Needs, Plan};
use crate::rules::{Group, Item, RuleSet};

/// The files of all journeys, in their order.
pub(super) fn emit(model: &Model, target: &Target) -> Result<Vec<Artifact>, TemplateError> {
    let needs = Needs::of(model);
    let made = parallel::map(&model.journeys, |journey| checked(model, &needs, journey, target));
    Ok(made.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The files of all journeys, each as soon as it is made.
pub(super) fn emit_each(model: &Model, target: &Target, take: Take<'_>) -> Result<(), TemplateError> {
    let needs = Needs::of(model);
    let one = |journey| -> Result<(), TemplateError> {
        checked(model, &needs, journey, target)?.into_iter().for_each(take);
        Ok(())
    };
    parallel::map(&model.journeys, one).into_iter().collect()
}

/// The files of a journey; an error where a template of an alert text is wrong.
fn checked(
    model: &Model,
    needs: &Needs<'_>,
    journey: &Journey,
    target: &Target,
) -> Result<Vec<Artifact>, TemplateError> {
    let plan = Plan::new(model, journey, needs);
    let files = files(&plan, target);
    plan.texts.wrong().map_or(Ok(files), Err)
}

fn files(plan: &Plan<'_>, target: &Target) -> Vec<Artifact> {
    if plan.entries.is_empty() {
        return Vec::new();
    }
    match target {
        Target::Files => vec![file(plan, &[])],
        Target::Kubernetes(options) => vec![object(plan, options)],
        Target::Mimir(options) => namespaces(plan, options).iter().map(|n| n.artifact(plan)).collect(),
        Target::Thanos(response) => {
            vec![file(plan, &[Extra::Word("partial_response_strategy", response.as_str().to_owned())])]
        }
        Target::Vmalert(options) => {
            // Each rule may read what the one before has recorded.
            let mut extras = vec![Extra::Number("concurrency", 1)];
            extras.extend(options.limit.map(|n| Extra::Number("limit", n.into())));
            extras.extend(options.eval_offset.map(|at| Extra::Word("eval_offset", at.to_string())));
            vec![file(plan, &extras)]
        }
    }
}

/// A `PrometheusRule`.
pub(super) fn object(plan: &Plan<'_>, options: &Kubernetes) -> Artifact {
    let mut file = new_file(plan);
    let name = object_name(plan.model.settings.project_label(), &plan.journey.id);
    object_head(&mut file, ("v1", "PrometheusRule"), &name, options);
    write_groups(&mut file, 2, &[], &RuleSet::of(plan).groups);
    artifact(&plan.journey.id, file)
}

/// A namespace of Mimir: what `mimirtool` reads from one file.
pub(super) struct Namespace {
    /// The file's name without its ending.
    file: String,
    /// Its groups, each within the limit where that is possible.
    pub(super) groups: Vec<Group>,
}

impl Namespace {
    fn artifact(&self, plan: &Plan<'_>) -> Artifact {
        let mut file = new_file(plan);
        let project = plan.model.settings.project_label();
        file.pair(0, "namespace", &format!("{project}.{}", self.file));
        write_groups(&mut file, 0, &[], &self.groups);
        artifact(&self.file, file)
    }
}

/// A journey's namespaces: the first with what the journey has once, one more for each further part.
pub(super) fn namespaces(plan: &Plan<'_>, options: &Mimir) -> Vec<Namespace> {
    let limit = options.rules_per_group.unwrap_or(usize::MAX);
    let parts = split(plan, limit);
    let mut made = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let file = match at {
            0 => plan.journey.id.clone(),
            n => format!("{}-{}", plan.journey.id, n + 1),
        };
        // Whether anything is measured at all is asked once, of the whole journey.
        let mut groups = RuleSet::prompt(part, file.clone()).groups;
        if let (0, Some(first)) = (at, groups.first_mut()) {
            first.items.extend(RuleSet::no_data(plan));
        }
        made.push(Namespace { file, groups });
    }
    if let Some(first) = made.first_mut() {
        let merged = merge(RuleSet::slow(plan).groups, &format!("{}-slow", plan.journey.id));
        first.groups.extend(merged.into_iter().flat_map(|group| group.cut(limit)));
    }
    made
}

/// Groups are scarce: those that run every five minutes become one, in their order, to be split where it is too large.
fn merge(groups: Vec<Group>, name: &str) -> Vec<Group> {
    let (slow, mut rest): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|g| g.interval == ranges::SLOW);
    let mut items = Vec::new();
    for group in slow {
        items.push(Item::Split);
        items.extend(group.items);
    }
    if !items.is_empty() {
        rest.insert(0, Group { name: name.to_owned(), interval: ranges::SLOW, items });
    }
    rest
}
