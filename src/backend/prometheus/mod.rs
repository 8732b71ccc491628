//! Prometheus recording and alert rules: one file per journey.
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
pub mod backfill;
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
mod lacks;
mod parts;
pub(crate) mod plan;
pub(crate) mod sink;
mod slices;
mod sloth;
pub(crate) mod streams;
mod targets;
pub(crate) mod text;
pub(crate) mod watch;
pub(crate) mod windows;

pub use cost::Cost;

pub use crate::ir::detection::Detection;
pub use explain::{ExplainedAlert, ExplainedRule, Explanation, explain};
pub use targets::check_limits;
pub(crate) use targets::{CLIENT_SIDE, object_head, object_name, too_large_to_apply};

use super::docs::render::TemplateError;
use super::{Artifact, Backend};
use crate::ir::burn::Loudness;
pub(crate) use crate::ir::ranges;
use crate::ir::{Model, Promise, Target};
use crate::series::group;
use crate::value::Duration;
use alerts::AlertLabels;
use budget::Budgets;
use plan::{Needs, Plan};
use sink::{Rule, Sink};
use windows::Source;

/// The backend.
#[derive(Debug, Default)]
pub struct Prometheus;

impl Backend for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }
    fn emit(&self, model: &Model) -> Vec<Artifact> {
        targets::emit(model, &model.settings.prometheus.target)
    }
    fn emit_each(&self, model: &Model, take: super::Take<'_>) {
        targets::emit_each(model, &model.settings.prometheus.target, take);
    }
}

/// The rules as plain files, whatever engine they are written for: what promtool reads.
pub fn plain(model: &Model) -> Vec<Artifact> {
    targets::emit(model, &Target::Files)
}

/// The first mistake in the user's templates of alert texts: each is filled for every alert. To be asked before anything is
/// written, since [`Prometheus`] leaves out a text that can't be made.
pub fn check_texts(model: &Model) -> Result<(), TemplateError> {
    if model.settings.alert_texts.is_empty() {
        return Ok(());
    }
    let needs = Needs::of(model);
    let one = |journey| {
        let plan = Plan::new(model, journey, &needs);
        groups(&plan, &mut NullSink);
        plan.texts.wrong().map_or(Ok(()), Err)
    };
    model.journeys.iter().try_for_each(one)
}

/// Rules that nobody keeps.
struct NullSink;

impl Sink for NullSink {
    fn group(&mut self, _: &str, _: Duration) {}
    fn comment(&mut self, _: &str) {}
    fn rule(&mut self, _: &Rule<'_>) {}
}

/// The file of a journey.
fn path(journey: &str) -> String {
    format!("{journey}.yml")
}

/// Writes a journey's groups.
pub(crate) fn groups(plan: &Plan<'_>, sink: &mut impl Sink) {
    let labels = AlertLabels::of(plan);
    let expr = &mut String::with_capacity(4096);
    sink.group(&group_name(&plan.journey.id, group::PROMPT), plan.evaluation);
    prompt(plan, &labels, expr, sink);
    no_data(plan, &labels, expr, sink);
    slow(plan, &labels, expr, sink);
}

/// The chain from raw series to pages: each rule may read what the ones before have just recorded.
fn prompt(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, sink: &mut impl Sink) {
    for promise in plan.promises().filter(|p| !plan::is_composed(p)) {
        comment(plan, promise, sink);
        base::write(plan, promise, expr, sink);
    }
    window_rules(plan, true, expr, sink);
    for (promise, composed) in composed::all(plan) {
        comment(plan, promise, sink);
        composed::write(plan, promise, composed, expr, sink);
        if completions::is_in(plan, promise) {
            composed::missing(plan, promise, composed, expr, sink);
        }
        composed::coverage(plan, promise, composed, expr, sink);
    }
    exhaustion::write(plan, expr, sink);
    alerts::write(plan, labels, Loudness::Page, expr, sink);
}

/// The prompt alert on the journey as a whole.
fn no_data(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, sink: &mut impl Sink) {
    if plan.measures() {
        health::no_data(plan, labels, expr, sink);
    }
}

/// Everything that is not computed with each evaluation.
fn slow(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, sink: &mut impl Sink) {
    let id = plan.journey.id.as_str();
    let budgets = Budgets::of(plan);
    if plan.measures() {
        sink.group(&group_name(id, group::ROLLUP), ranges::SLOW);
        budget::roll_ups(plan, Source::fine(), expr, sink);
        if budgets.coarse() {
            sink.group(&group_name(id, group::ROLLUP_15M), ranges::COARSE);
            budget::roll_ups(plan, Source::coarse(), expr, sink);
        }
    }

    sink.group(&group_name(id, group::LONG), ranges::SLOW);
    window_rules(plan, false, expr, sink);
    alerts::write(plan, labels, Loudness::Ticket, expr, sink);
    sink.allow_group_split();
    health::part_gone(plan, labels, expr, sink);
    if plan.promises().any(health::may_contradict) {
        sink.allow_group_split();
        health::sanity(plan, labels, expr, sink);
    }

    if plan.measures() {
        sink.group(&group_name(id, group::BUDGET), budgets.interval);
        budget::write(plan, &budgets, expr, sink);
    }

    sink.group(&group_name(id, group::DERIVED), ranges::DERIVED);
    derived::write(plan, &budgets, expr, sink);
    sink.allow_group_split();
    health::policy(plan, labels, expr, sink);

    if plan.measures() {
        sink.group(&group_name(id, group::WATCH), ranges::SLOW);
        watch::write(plan, &budgets, labels, expr, sink);
    }

    if plan.model.settings.prometheus.sloth {
        sink.group(&group_name(id, group::SLOTH), ranges::DERIVED);
        sloth::write(plan, &budgets, expr, sink);
    }
}

/// A group of a journey.
pub(crate) fn group_name(journey: &str, suffix: &str) -> String {
    format!("{journey}{suffix}")
}

/// Names the promise, its words and its place.
fn comment(plan: &Plan<'_>, promise: &Promise, sink: &mut impl Sink) {
    let path = &promise.path;
    let (step, dot) = path.step.as_deref().map_or(("", ""), |s| (s, "."));
    sink.comment(&format!(
        "{step}{dot}{} \"{}\": {} ({})",
        path.promise,
        promise.title,
        alert_texts::sentence(promise),
        plan.model.source(promise.origin)
    ));
}

fn window_rules(plan: &Plan<'_>, prompt: bool, expr: &mut String, sink: &mut impl Sink) {
    if plan.measures() {
        for window in plan.windows_of(prompt) {
            if !prompt {
                sink.allow_group_split();
            }
            windows::write(plan, window, expr, sink);
        }
    }
}
