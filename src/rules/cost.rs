//! What a promise costs its Prometheus, in samples read a minute, as Prometheus itself counts them (`query stats`): what the rules'
//! expressions read.
//!
//! A range of length `r` over a series whose samples are `i` apart holds `r / i` of them, a subquery of length `r` evaluates what is in it
//! once a step, and a rule that runs each `e` is evaluated `60 s / e` times a minute. One budget, one series of each recorded name for
//! each promise; `for each` multiplies all but the raw part.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::ranges;
use super::set::{Group, Rule, RuleSet};
use crate::ir::Promise;
use crate::promql;
use crate::promql::ast::{Expr, ExprKind, Extent, Matcher, Selector};
use crate::series::{BAD_INCREASE, ERROR_RATIO, group};
use crate::value::Duration;

/// Samples read a minute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// By the base rules, for each raw series that a selector matches.
    pub base_per_raw_series: f64,
    /// By the rules that watch reality, for each raw series.
    pub watch_per_raw_series: f64,
    /// By the windows up to an hour.
    pub short_windows: f64,
    /// By roll-ups and longer windows.
    pub long_windows: f64,
    /// By the budget's window.
    pub budget: f64,
    /// By what is made of them: composed promises, alerts, burn rates, what is left.
    pub derived: f64,
    /// What it reads by a query that is not PromQL is not counted.
    pub is_partial: bool,
}

impl Cost {
    /// All of it, for a promise whose selectors match so many raw series (on average, each).
    pub fn total(&self, raw_series: u32) -> f64 {
        (self.base_per_raw_series + self.watch_per_raw_series) * f64::from(raw_series)
            + self.short_windows
            + self.long_windows
            + self.budget
            + self.derived
    }
}

/// The cost of a promise with its whole history: of the rules that its journey would have with this promise alone.
pub(crate) fn of(plan: &Plan<'_>, promise: &Promise) -> Cost {
    let set = RuleSet::of(&plan.alone_with(promise));
    let mut recorded: BTreeMap<&str, Vec<(&Group, &Rule)>> = BTreeMap::new();
    for (group, rule) in set.rules().filter(|(_, rule)| !rule.is_alert()) {
        recorded.entry(&rule.name).or_default().push((group, rule));
    }
    let mut cost = Cost::default();
    for (group, rule) in set.rules() {
        let Ok(expr) = promql::parse(&rule.expr) else {
            cost.is_partial = true;
            continue;
        };
        let mut read = Read {
            recorded: &recorded,
            scrape: promise.scrape_interval,
            evaluation: plan.evaluation,
            windows: &plan.windows,
            raw: 0.0,
            ours: 0.0,
        };
        read.expr(&expr, 60.0 / seconds(group.interval));
        let (raw, ours) = (read.raw, read.ours);
        let suffix = group.name.strip_prefix(promise.path.journey.as_str());
        match suffix.unwrap_or_default() {
            group::WATCH => {
                cost.watch_per_raw_series += raw;
                cost.derived += ours;
                continue;
            }
            _ if rule.is_alert() => cost.derived += ours,
            group::PROMPT if rule.promise.is_none() => cost.short_windows += ours,
            group::ROLLUP | group::ROLLUP_15M | group::LONG => cost.long_windows += ours,
            group::BUDGET => cost.budget += ours,
            _ => cost.derived += ours,
        }
        cost.base_per_raw_series += raw;
    }
    cost
}

/// Counts what an expression reads.
struct Read<'a> {
    /// The rules that record, by name.
    recorded: &'a BTreeMap<&'a str, Vec<(&'a Group, &'a Rule)>>,
    scrape: Duration,
    evaluation: Duration,
    /// The journey's windows.
    windows: &'a [Duration],
    /// Samples of each raw series.
    raw: f64,
    /// Samples of what the rules record.
    ours: f64,
}

impl Read<'_> {
    fn expr(&mut self, expr: &Expr, times: f64) {
        match &expr.kind {
            ExprKind::Selector(selector) => self.selector(selector, times),
            ExprKind::Subquery(sub) => {
                let step = sub.step.as_ref().map_or(seconds(self.evaluation), length);
                self.expr(&sub.expr, times * length(&sub.window) / step.max(1e-6));
            }
            ExprKind::Number(_)
            | ExprKind::Str(_)
            | ExprKind::Paren(_)
            | ExprKind::Unary(_)
            | ExprKind::Binary(_)
            | ExprKind::Aggregate(_)
            | ExprKind::Call(_) => expr.children().for_each(|below| self.expr(below, times)),
        }
    }

    fn selector(&mut self, selector: &Selector, times: f64) {
        let samples = |apart: Duration| {
            times * selector.window.as_ref().map_or(1.0, |window| length(window) / seconds(apart))
        };
        let name = selector.metric().map_or("", |(name, _)| name);
        let rules = self.recorded.get(name).map_or(&[][..], Vec::as_slice);
        let mut found = rules.iter().filter(|(_, rule)| finds(selector, rule)).peekable();
        if found.peek().is_some() {
            for (group, rule) in found {
                // A composed promise has one rule for all windows.
                let is_composed = has_windows(name) && rule.label("window").is_none();
                let series = if is_composed { self.windows_of(selector).count() } else { 1 };
                self.ours += samples(group.interval) * f64::from(u32::try_from(series).unwrap_or(u32::MAX));
            }
        } else if has_windows(name) {
            // Of a member of a composed promise.
            let apart = |window| if ranges::is_prompt(window) { self.evaluation } else { ranges::SLOW };
            self.ours += self.windows_of(selector).map(|window| samples(apart(window))).sum::<f64>();
        } else if name.starts_with("promise:") || name.starts_with("promise_") {
            self.ours += samples(self.evaluation);
        } else {
            self.raw += samples(self.scrape);
        }
    }

    /// The journey's windows whose series a selector finds.
    fn windows_of(&self, selector: &Selector) -> impl Iterator<Item = Duration> {
        let asked = selector.matchers.iter().filter(|m| m.label.text == "window");
        let found = move |window: &Duration| asked.clone().all(|m| accepts(m, &window.to_string()));
        self.windows.iter().copied().filter(found)
    }
}

/// Is it recorded for each window?
fn has_windows(name: &str) -> bool {
    name == ERROR_RATIO || name == BAD_INCREASE
}

/// Does the selector find what this rule records? What comes from the rule's expression is the promise's own.
fn finds(selector: &Selector, rule: &Rule) -> bool {
    let met = |matcher: &Matcher| rule.label(&matcher.label.text).is_none_or(|value| accepts(matcher, value));
    selector.matchers.iter().all(met)
}

fn accepts(matcher: &Matcher, value: &str) -> bool {
    promql::accepts(matcher.op, &matcher.value.text, value).unwrap_or(true)
}

/// In seconds.
fn length(extent: &Extent) -> f64 {
    match extent {
        Extent::Fixed { millis, .. } => seconds(Duration::from_millis(*millis)),
        // Filled in where rules are made.
        Extent::Base { .. } => 0.0,
    }
}

fn seconds(duration: Duration) -> f64 {
    duration.seconds().try_into().unwrap_or(0.0)
}
