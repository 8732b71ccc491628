//! A journey's rules, before anybody writes them: one [`RuleSet`] for each journey.
//!
//! Counts are recorded and divided once. `project`, `journey`, `step` (absent for a promise of the whole journey), `promise`,
//! the labels of `for each` and `window` are labels, never parts of a name, so that each rule below the base serves the
//! whole journey. The groups:
//!
//! | group | holds | runs |
//! | --- | --- | --- |
//! | `JOURNEY` | base rules, windows up to 1h, pages, no-data | each evaluation interval, in order |
//! | `JOURNEY-rollup` | what long windows read | 5m (and 15m for budgets above 34d) |
//! | `JOURNEY-long` | longer windows, tickets | 5m |
//! | `JOURNEY-budget` | each promise's own window | 5m to 30m |
//! | `JOURNEY-derived` | constants, burn rates, what is left, policies | 1m |
//! | `JOURNEY-watch` | whether what is measured is what was declared | 5m |
//! | `JOURNEY-sloth` | Sloth's series, where asked for | 1m |
//!
//! The prompt chain is one group, so that a page needs no second and third interval. What slow groups record is read only
//! through `last_over_time`, since a bare selector looks back five minutes.

pub mod alert_texts;
pub(crate) mod alerts;
pub(crate) mod base;
pub(crate) mod budget;
pub(crate) mod completions;
pub(crate) mod composed;
mod cost;
pub(crate) mod counted;
pub(crate) mod derived;
pub(crate) mod exhaustion;
mod explain;
pub(crate) mod health;
pub(crate) mod plan;
mod set;
mod slices;
mod sloth;
pub(crate) mod streams;
pub(crate) mod text;
pub(crate) mod watch;
pub(crate) mod windows;

pub use cost::Cost;
pub use explain::{ExplainedAlert, ExplainedRule, Explanation, LostScrapes, explain};
pub use set::{Group, Item, Kind, Rule, RuleSet};

use crate::ir::burn::Loudness;
pub(crate) use crate::ir::ranges;
use crate::ir::{Journey, Model, Promise};
use crate::parallel;
use crate::render::template::TemplateError;
use crate::series::group;
use alerts::AlertLabels;
use budget::Budgets;
use plan::{Needs, Plan};
use windows::Source;

/// The first mistake in the user's templates of alert texts: each is filled for every alert. To be asked before anything is
/// written, since a text that can't be made is left out.
pub fn check_texts(model: &Model) -> Result<(), TemplateError> {
    if model.settings.alert_texts.is_empty() {
        return Ok(());
    }
    let needs = Needs::of(model);
    let one = |journey| {
        let plan = Plan::new(model, journey, &needs);
        let _ = RuleSet::of(&plan);
        plan.texts.wrong().map_or(Ok(()), Err)
    };
    model.journeys.iter().try_for_each(one)
}

/// The rules of every journey that has promises, by its identifier.
pub fn all(model: &Model) -> Vec<(String, RuleSet)> {
    let needs = Needs::of(model);
    let one = |journey: &Journey| {
        let plan = Plan::new(model, journey, &needs);
        (!plan.entries.is_empty()).then(|| (journey.id.clone(), RuleSet::of(&plan)))
    };
    parallel::map(&model.journeys, one).into_iter().flatten().collect()
}

impl RuleSet {
    /// All rules of a journey.
    pub(crate) fn of(plan: &Plan<'_>) -> Self {
        let mut set = Self::default();
        let labels = AlertLabels::of(plan);
        let expr = &mut String::with_capacity(4096);
        set.group(group_name(&plan.journey.id, group::PROMPT), plan.evaluation);
        prompt(plan, &labels, expr, &mut set);
        no_data(plan, &labels, expr, &mut set);
        slow(plan, &labels, expr, &mut set);
        set.finish()
    }

    /// The chain from raw series to pages, in a group of this name.
    pub(crate) fn prompt(plan: &Plan<'_>, name: String) -> Self {
        let mut set = Self::default();
        set.group(name, plan.evaluation);
        prompt(plan, &AlertLabels::of(plan), &mut String::with_capacity(4096), &mut set);
        set.finish()
    }

    /// The prompt alerts on the journey as a whole.
    pub(crate) fn no_data(plan: &Plan<'_>) -> Vec<Item> {
        let mut set = Self::default();
        set.group(String::new(), plan.evaluation);
        no_data(plan, &AlertLabels::of(plan), &mut String::new(), &mut set);
        set.groups.into_iter().flat_map(|group| group.items).collect()
    }

    /// The groups that are not computed with each evaluation.
    pub(crate) fn slow(plan: &Plan<'_>) -> Self {
        let mut set = Self::default();
        slow(plan, &AlertLabels::of(plan), &mut String::with_capacity(4096), &mut set);
        set.finish()
    }
}

/// The chain from raw series to pages: each rule may read what the ones before have just recorded.
fn prompt(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    for promise in plan.promises().filter(|p| !plan::is_composed(p)) {
        comment(plan, promise, set);
        base::write(plan, promise, expr, set);
    }
    window_rules(plan, true, expr, set);
    for (promise, composed) in composed::all(plan) {
        comment(plan, promise, set);
        composed::write(plan, promise, composed, expr, set);
        if completions::is_in(plan, promise) {
            composed::missing(plan, promise, composed, expr, set);
        }
        composed::coverage(plan, promise, composed, expr, set);
    }
    exhaustion::write(plan, expr, set);
    alerts::write(plan, labels, Loudness::Page, expr, set);
}

/// The prompt alert on the journey as a whole.
fn no_data(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    if plan.measures() {
        health::no_data(plan, labels, expr, set);
    }
}

/// Everything that is not computed with each evaluation.
fn slow(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    let id = plan.journey.id.as_str();
    let budgets = Budgets::of(plan);
    if plan.measures() {
        set.group(group_name(id, group::ROLLUP), ranges::SLOW);
        budget::roll_ups(plan, Source::fine(), expr, set);
        if budgets.coarse() {
            set.group(group_name(id, group::ROLLUP_15M), ranges::COARSE);
            budget::roll_ups(plan, Source::coarse(), expr, set);
        }
    }

    set.group(group_name(id, group::LONG), ranges::SLOW);
    window_rules(plan, false, expr, set);
    alerts::write(plan, labels, Loudness::Ticket, expr, set);
    set.allow_group_split();
    health::part_gone(plan, labels, expr, set);
    if plan.promises().any(health::may_contradict) {
        set.allow_group_split();
        health::sanity(plan, labels, expr, set);
    }

    if plan.measures() {
        set.group(group_name(id, group::BUDGET), budgets.interval);
        budget::write(plan, &budgets, expr, set);
    }

    set.group(group_name(id, group::DERIVED), ranges::DERIVED);
    derived::write(plan, &budgets, expr, set);
    set.allow_group_split();
    health::policy(plan, labels, expr, set);

    if plan.measures() {
        set.group(group_name(id, group::WATCH), ranges::SLOW);
        watch::write(plan, &budgets, labels, expr, set);
    }

    if plan.model.settings.prometheus.sloth {
        set.group(group_name(id, group::SLOTH), ranges::DERIVED);
        sloth::write(plan, &budgets, expr, set);
    }
}

/// A group of a journey.
pub(crate) fn group_name(journey: &str, suffix: &str) -> String {
    format!("{journey}{suffix}")
}

/// Names the promise, its words and its place.
fn comment(plan: &Plan<'_>, promise: &Promise, set: &mut RuleSet) {
    let path = &promise.path;
    let (step, dot) = path.step.as_deref().map_or(("", ""), |s| (s, "."));
    set.comment(format!(
        "{step}{dot}{} \"{}\": {} ({})",
        path.promise,
        promise.title,
        alert_texts::sentence(promise),
        plan.model.source(promise.origin)
    ));
}

fn window_rules(plan: &Plan<'_>, prompt: bool, expr: &mut String, set: &mut RuleSet) {
    if plan.measures() {
        for window in plan.windows_of(prompt) {
            if !prompt {
                set.allow_group_split();
            }
            windows::write(plan, window, expr, set);
        }
    }
}
