//! What a promise becomes, as plain data for `slovo explain`.

use std::collections::BTreeSet;

use super::cost::{self, Cost};
use super::counted::Plausible;
use super::plan::{Needs, Plan};
use super::set::{Group, Rule, RuleSet};
use super::streams::Reach;
use super::{alert_texts, alerts, ranges};
use crate::ir::burn::{self, Loudness};
use crate::ir::detection::{Detection, detection, least_bad};
use crate::ir::{Condition, Measurement, Model, Promise, Series};
use crate::value::{Decimal, Duration};

/// What a promise becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// `checkout.pay.accepted`
    pub path: String,
    /// Its title.
    pub title: String,
    /// `99.5% of payments over 28d`
    pub sentence: String,
    /// `path:line`
    pub place: String,
    /// How it is measured, in one word: `events`, `completion`, `slices`, `composed`.
    pub kind: &'static str,
    /// What becomes of what lost scrapes hide. None for a composed promise, which reads no raw series.
    pub lost_scrapes: Option<LostScrapes>,
    /// Has it one budget for each value of a label?
    pub for_each: bool,
    /// The file its rules are in.
    pub file: String,
    /// Its rules in the order of the file: first those of its own, and those of the journey that serve it.
    pub rules: Vec<ExplainedRule>,
    /// Its burn-rate alerts from loud to quiet.
    pub alerts: Vec<ExplainedAlert>,
    /// How long a total outage takes to spend the whole budget.
    pub outage_to_empty: Duration,
    /// Of a completion: the share of the error budget that can be lost unseen (`T / (b W)`).
    pub unseen: Option<Decimal>,
    /// What it costs.
    pub cost: Cost,
}

/// What becomes of what lost scrapes hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostScrapes {
    /// Counters: it is counted with the next scrape, as far back as this.
    Counted(Duration),
    /// Samples that are increases are added up: a lost one is not counted.
    Increases,
    /// Readings of a gauge: a lost one is not counted.
    Readings,
    /// A query of the author's: what it makes of them.
    Query,
}

/// A rule as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedRule {
    /// Its group.
    pub group: String,
    /// How often the group runs.
    pub interval: Duration,
    /// The series, or the alert's name.
    pub name: String,
    /// An alert rule?
    pub alert: bool,
    /// The expression.
    pub expr: String,
    /// Labels in order.
    pub labels: Vec<(String, String)>,
    /// Is it for this promise alone (otherwise for every promise of the journey)?
    pub own: bool,
}

/// An alert and when it speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedAlert {
    /// The alert's name.
    pub name: &'static str,
    /// Page or ticket.
    pub loudness: Loudness,
    /// The value of its `severity` label.
    pub severity: String,
    /// Long window.
    pub long: Duration,
    /// Short window.
    pub short: Duration,
    /// Burn rate above which it fires.
    pub factor: Decimal,
    /// Error ratio above which it fires.
    pub threshold: Decimal,
    /// Bad events that its long window must hold.
    pub bad_events: u32,
    /// The share of the budget that is spent when it fires at exactly this burn rate.
    pub spent: Decimal,
    /// Of a completion: the share of what is started in the long window that may be under way at its end, `T / (L + T)`, and so be
    /// lost unseen where only what is lost for sure counts.
    pub under_way: Option<Decimal>,
    /// How long the whole budget lasts at exactly this burn rate.
    pub budget_lasts: Duration,
    /// When it fires if everything fails, if 10% fails, if 1% fails.
    pub detection: [Detection; 3],
}

/// Explains a promise of this model.
pub fn explain(model: &Model, promise: &Promise) -> Explanation {
    let needs = Needs::of(model);
    let mut explanation = Explanation {
        path: promise.path.to_string(),
        title: promise.title.clone(),
        sentence: alert_texts::sentence(promise),
        place: model.place(promise.origin),
        kind: super::derived::kind(promise),
        lost_scrapes: lost_scrapes(model, promise),
        for_each: !promise.for_each.is_empty(),
        file: format!("{}.yml", promise.path.journey),
        rules: Vec::new(),
        alerts: Vec::new(),
        outage_to_empty: burn::outage_to_empty(promise.error_budget(), promise.window),
        unseen: unseen(promise),
        cost: Cost::default(),
    };
    let Some(journey) = model.journey(&promise.path.journey) else { return explanation };
    let plan = Plan::new(model, journey, &needs);
    explanation.rules = serving(&plan, promise);
    explanation.cost = cost::of(&plan, promise);
    let entry = plan.entries.iter().find(|e| e.promise.path == promise.path);
    explanation.alerts =
        entry.iter().flat_map(|e| e.alerts.iter()).map(|a| explain_alert(model, promise, a)).collect();
    explanation
}

/// The share of the error budget that a completion can lose unseen.
fn unseen(promise: &Promise) -> Option<Decimal> {
    match &promise.measurement {
        Measurement::Completion(c) => Some(c.unseen(promise.error_budget(), promise.window)),
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => None,
    }
}

/// What is worst among what it reads.
fn lost_scrapes(model: &Model, promise: &Promise) -> Option<LostScrapes> {
    let measurement = &promise.measurement;
    let condition = match measurement {
        Measurement::Composed(_) => return None,
        Measurement::Slices(slices) => Some(&slices.condition),
        Measurement::Events(_) | Measurement::Completion(_) => None,
    };
    let any = |wanted: &dyn Fn(&Series) -> bool| measurement.series().any(wanted);
    Some(if any(&|s| matches!(s, Series::Promql(_))) || matches!(condition, Some(Condition::Promql { .. })) {
        LostScrapes::Query
    } else if any(&|s| matches!(s, Series::Readings { .. }))
        || matches!(condition, Some(Condition::Stat { .. } | Condition::Age { .. }))
    {
        LostScrapes::Readings
    } else if any(&|s| s.selector().is_some_and(|s| s.increases.is_some())) {
        LostScrapes::Increases
    } else {
        let evaluation = model.settings.evaluation_interval;
        LostScrapes::Counted(Reach::base(promise, evaluation, Plausible::Raw).count.lookback)
    })
}

fn explain_alert(model: &Model, promise: &Promise, alert: &burn::Alert) -> ExplainedAlert {
    let loudness = alerts::loudness(promise, alert);
    let severities = &model.settings.severities;
    let one = |failing: Decimal| detection(model, promise, alert, failing);
    ExplainedAlert {
        name: alerts::name(loudness),
        loudness,
        severity: match loudness {
            Loudness::Page => severities.page.clone(),
            Loudness::Ticket => severities.ticket.clone(),
        },
        long: alert.long,
        short: alert.short,
        factor: alert.factor,
        threshold: alert.threshold(promise.error_budget()),
        bad_events: least_bad(promise, alert),
        spent: alert.spent,
        under_way: match &promise.measurement {
            Measurement::Completion(c) => {
                let long = alert.long.max(c.within.times(2)).plus(c.within);
                Decimal::from(c.within.as_micros()).checked_div(Decimal::from(long.as_micros()))
            }
            Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => None,
        },
        budget_lasts: divided(promise.window, alert.factor),
        detection: [one(Decimal::ONE), one(Decimal::new(1, 1)), one(Decimal::new(1, 2))],
    }
}

fn divided(window: Duration, factor: Decimal) -> Duration {
    let micros = Decimal::from(window.as_micros()).checked_div(factor).unwrap_or_default().round();
    ranges::round_up(Duration::from_micros(u64::try_from(micros).unwrap_or(0)), Duration::from_secs(1))
}

/// What serves one promise: its own rules, and those of the whole journey that would be there for it alone.
fn serving(plan: &Plan<'_>, promise: &Promise) -> Vec<ExplainedRule> {
    let key = |(group, rule): (&Group, &Rule)| {
        let apart = ["window", "fault", "sloth_window"].map(|label| rule.label(label).map(str::to_owned));
        (group.name.clone(), rule.name.clone(), apart)
    };
    let alone = RuleSet::of(&plan.alone_with(promise));
    let needed: BTreeSet<_> = alone.rules().map(key).collect();
    let serves = |(group, rule): &(&Group, &Rule)| match &rule.promise {
        Some(path) => *path == promise.path,
        None => needed.contains(&key((*group, *rule))),
    };
    let shown = |(group, rule): (&Group, &Rule)| ExplainedRule {
        group: group.name.clone(),
        interval: group.interval,
        name: rule.name.clone(),
        alert: rule.is_alert(),
        expr: rule.expr.clone(),
        labels: rule.labels.clone(),
        own: rule.promise.is_some(),
    };
    RuleSet::of(plan).rules().filter(serves).map(shown).collect()
}
