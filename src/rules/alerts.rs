//! Burn-rate alerts: one rule of pages and one of tickets for each promise. The tiers of a rule are joined with `or` and
//! are one alert: a tier that joins or leaves is not news, since somebody is at work already. Which windows speak is asked
//! by the alert's text (`tests/rules/notifications.rs` counts what that spares).

use super::alert_texts::{Burn, escape_go_template};
use super::plan::{Entry, Plan};
use super::ranges;
use super::set::{Rule, RuleSet};
use super::sloth;
use super::text::put;
use super::{base, completions, composed};
use crate::ir::Urgency;
use crate::ir::burn::{Alert, Loudness};
use crate::ir::detection::least_bad;
use crate::ir::{Family, Measurement, Promise, Version};
use crate::series::{BAD_INCREASE, ERROR_RATIO, FINISHED_EVENTS, MISSING_NOW, SERIES_LABELS};
use crate::value::{Decimal, Duration};

/// So long an alert goes on after its condition has ended: a burn rate that wavers around its limit is one alert.
pub(crate) const KEEP: Duration = Duration::from_mins(5);

/// Does the engine know `keep_firing_for`? vmalert only since 1.89, and an older one refuses the whole configuration.
pub(crate) fn kept(plan: &Plan<'_>) -> bool {
    let engine = plan.model.settings.prometheus.evaluated_by();
    engine.family == Family::Prometheus || engine.version >= (Version { major: 1, minor: 89 })
}

/// Labels of every alert of this journey besides the identity, made inert.
#[derive(Debug)]
pub(crate) struct AlertLabels {
    /// With the receiver of pages.
    page: Vec<(String, String)>,
    /// With the receiver of tickets.
    ticket: Vec<(String, String)>,
}

impl AlertLabels {
    /// Severity, owner, receiver, the settings' labels and the team's.
    pub(crate) fn of(plan: &Plan<'_>) -> Self {
        let settings = &plan.model.settings;
        let team = plan.model.teams.get(&plan.journey.owner);
        let list = |severity: &str, receiver: Option<&String>| {
            let mut list: Vec<(String, String)> =
                vec![("severity".to_owned(), escape_go_template(severity).into_owned())];
            let mut add = |name: &str, value: &str| {
                let taken = SERIES_LABELS.contains(&name);
                if !taken && !list.iter().any(|(n, _)| n == name) {
                    list.push((name.to_owned(), escape_go_template(value).into_owned()));
                }
            };
            if !plan.journey.owner.is_empty() {
                add("owner", &plan.journey.owner);
            }
            if let Some(receiver) = receiver {
                add("receiver", receiver);
            }
            for (name, value) in team.iter().flat_map(|t| &t.labels) {
                add(name, value);
            }
            for (name, value) in &plan.labels {
                add(name, value);
            }
            list
        };
        Self {
            page: list(&settings.severities.page, team.and_then(|t| t.pages.as_ref())),
            ticket: list(&settings.severities.ticket, team.and_then(|t| t.tickets.as_ref())),
        }
    }
    /// Those of this loudness.
    pub(crate) fn of_loudness(&self, loudness: Loudness) -> impl Iterator<Item = (&str, &str)> {
        let list = match loudness {
            Loudness::Page => &self.page,
            Loudness::Ticket => &self.ticket,
        };
        list.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// How loud an alert is for this promise: a promise of urgency `ticket` never pages.
pub(crate) fn loudness(promise: &Promise, alert: &Alert) -> Loudness {
    match promise.urgency {
        Urgency::Page => alert.loudness,
        Urgency::Ticket | Urgency::None => Loudness::Ticket,
    }
}

/// The name of the alerts of a loudness.
pub(crate) fn name(loud: Loudness) -> &'static str {
    match loud {
        Loudness::Page => "PromiseBurnsFast",
        Loudness::Ticket => "PromiseBurnsSlowly",
    }
}

/// Writes the alert rules of this loudness for every promise of the journey.
pub(crate) fn write(
    plan: &Plan<'_>,
    labels: &AlertLabels,
    loud: Loudness,
    expr: &mut String,
    set: &mut RuleSet,
) {
    let mut matchers = String::new();
    for entry in &plan.entries {
        let promise = entry.promise;
        let tiers = || entry.alerts.iter().filter(|a| loudness(promise, a) == loud);
        if tiers().next().is_none() {
            continue;
        }
        expr.clear();
        matchers.clear();
        plan.select(&mut matchers, promise);
        // The windows of tickets are read through their last sample, those of pages follow theirs at once.
        if loud == Loudness::Ticket {
            set.allow_group_split();
        }
        expr.push_str("max without (window) (\n");
        for (at, alert) in tiers().enumerate() {
            expr.push_str(if at > 0 { "\nor " } else { "" });
            condition(plan, expr, entry, alert, &matchers);
        }
        expr.push_str("\n)");
        if let Measurement::Completion(completion) = &promise.measurement
            && base::vanishes(completion)
        {
            // What finishes is out of sight: that is another alert.
            put(
                expr,
                format_args!(
                    "\nand on ({}) present_over_time({FINISHED_EVENTS}{{{matchers}}}[{}])",
                    plan.identity,
                    ranges::still_there(plan.evaluation)
                ),
            );
        }
        let path = &promise.path;
        let mut all = vec![("project", ""), ("journey", path.journey.as_str())];
        let project = escape_go_template(plan.model.settings.project_label());
        if let Some(first) = all.first_mut() {
            first.1 = &project;
        }
        all.extend(path.step.as_deref().map(|s| ("step", s)));
        all.push(("promise", &path.promise));
        all.extend(labels.of_loudness(loud).filter(|(n, _)| !promise.for_each.iter().any(|(l, _)| l == n)));
        let sloth = plan.model.settings.prometheus.sloth.then(|| sloth::alert_labels(path, loud));
        if let Some(sloth) = &sloth {
            all.retain(|(name, _)| !name.starts_with("sloth_"));
            all.extend(sloth.iter().map(|(n, v)| (*n, v.as_str())));
        }
        let tiers: Vec<&Alert> = tiers().collect();
        let annotations = plan.texts.annotations("PromiseBurns", &Burn::new(plan, entry, loud, &tiers));
        let times = (None, kept(plan).then_some(KEEP));
        set.rule(Rule::alert(name(loud), expr, &all, annotations, times).of(promise));
    }
}

/// Both windows above the threshold, and enough bad events in the long one.
fn condition(plan: &Plan<'_>, out: &mut String, entry: &Entry<'_>, alert: &Alert, matchers: &str) {
    let promise = entry.promise;
    let threshold = alert.threshold(promise.error_budget());
    read(out, ERROR_RATIO, matchers, alert.long);
    out.push_str(" > ");
    put(out, threshold);
    out.push_str("\n  and ignoring (window) ");
    let now = if completions::is_in(plan, promise) { MISSING_NOW } else { ERROR_RATIO };
    read(out, now, matchers, alert.short);
    out.push_str(" > ");
    put(out, threshold);
    let least = least_bad(promise, alert);
    if least == 0 {
        return;
    }
    let least = Decimal::from(least) - Decimal::new(5, 1);
    if let Measurement::Composed(list) = &promise.measurement {
        out.push_str("\n  and on (");
        out.push_str(&composed::group(promise, false));
        out.push_str(") (");
        composed::bad_events(plan, out, promise, list, alert.long);
        out.push_str(" >= ");
        put(out, least);
        out.push(')');
    } else {
        out.push_str("\n  and ignoring (window) ");
        read(out, BAD_INCREASE, matchers, alert.long);
        out.push_str(" >= ");
        put(out, least);
    }
}

/// A series of a window: prompt ones bare, the others through their last sample.
fn read(out: &mut String, series: &str, matchers: &str, window: Duration) {
    let prompt = ranges::is_prompt(window);
    if !prompt {
        out.push_str("last_over_time(");
    }
    out.push_str(series);
    out.push('{');
    out.push_str(matchers);
    out.push_str(",window=\"");
    put(out, window);
    out.push_str("\"}");
    if !prompt {
        out.push('[');
        put(out, ranges::read_back(ranges::SLOW));
        out.push_str("])");
    }
}
