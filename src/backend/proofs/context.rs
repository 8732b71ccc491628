//! What every proof of a journey needs: its plan, the labels of its series and alerts, queries for them.

use rust_decimal::RoundingStrategy;

use super::case::{Check, Sample};
use super::inputs::{Unprovable, budget_labels, finds, inputs};
use super::series::Raw;
use super::witness::Labels;
use crate::ir::burn::Loudness;
use crate::ir::ranges;
use crate::ir::{Journey, Measurement, Model, Promise};
use crate::promql::print;
use crate::rules::plan::{Entry, Needs, Plan, is_composed};
use crate::rules::text::promise_matchers;
use crate::series::{SERIES_LABELS, is_reserved};
use crate::value::{Decimal, Duration};

/// A journey and what its proofs share.
pub(super) struct Context<'m> {
    pub(super) model: &'m Model,
    pub(super) journey: &'m Journey,
    pub(super) plan: Plan<'m>,
    /// The evaluation interval.
    pub(super) every: Duration,
}

/// Promises whose raw series don't meet, to be played side by side.
pub(super) struct Batch<'c, 'm> {
    pub(super) scrape: Duration,
    pub(super) list: Vec<(&'c Entry<'m>, Vec<Raw>)>,
}

impl<'m> Context<'m> {
    pub(super) fn new(model: &'m Model, journey: &'m Journey, needs: &Needs<'m>) -> Self {
        let plan = Plan::new(model, journey, needs);
        Self { model, journey, plan, every: model.settings.evaluation_interval }
    }

    /// The promises that have base series of their own.
    pub(super) fn measured(&self) -> impl Iterator<Item = &Entry<'m>> {
        self.plan.entries.iter().filter(|e| !is_composed(e.promise))
    }

    /// The measured promises in batches, with their raw series; those that can't be proved are handed to `failed`.
    pub(super) fn batches(&self, mut failed: impl FnMut(&'m Promise, Unprovable)) -> Vec<Batch<'_, 'm>> {
        let mut made: Vec<Batch<'_, 'm>> = Vec::new();
        for entry in self.measured() {
            let promise = entry.promise;
            let list = match inputs(promise) {
                Ok(list) => list,
                Err(why) => {
                    failed(promise, why);
                    continue;
                }
            };
            let fits = |batch: &&mut Batch<'_, '_>| {
                batch.scrape == promise.scrape_interval
                    && batch.list.iter().all(|(e, r)| !finds(e.promise, &list) && !finds(promise, r))
            };
            match made.iter_mut().find(fits) {
                Some(batch) => batch.list.push((entry, list)),
                None => made.push(Batch { scrape: promise.scrape_interval, list: vec![(entry, list)] }),
            }
        }
        made
    }

    /// The labels of a series recorded for a promise's budget.
    pub(super) fn labels(&self, promise: &Promise, window: Option<&str>) -> Labels {
        let mut made: Labels = self.settings_labels().collect();
        made.extend(budget_labels(promise));
        made.extend(self.identity(promise));
        made.extend(window.map(|w| ("window".to_owned(), w.to_owned())));
        made
    }
    fn settings_labels(&self) -> impl Iterator<Item = (String, String)> {
        let settings = &self.model.settings;
        let sloth = |k: &str| settings.prometheus.sloth && k.starts_with("sloth_");
        let labels = settings.labels.iter();
        labels.filter(move |(k, _)| !is_reserved(k) && !sloth(k)).map(|(k, v)| (k.clone(), v.clone()))
    }
    /// `project`, `journey`, `step`, `promise`.
    pub(super) fn identity(&self, promise: &Promise) -> Labels {
        let path = &promise.path;
        let mut made = Labels::from([
            ("project".to_owned(), self.model.settings.project_label().to_owned()),
            ("journey".to_owned(), path.journey.clone()),
            ("promise".to_owned(), path.promise.clone()),
        ]);
        made.extend(path.step.iter().map(|s| ("step".to_owned(), s.clone())));
        made
    }
    /// Adds what every alert of this loudness carries: the rule's own labels win over those of the series.
    pub(super) fn alert_labels(
        &self,
        mut series: Labels,
        name: &str,
        loud: Loudness,
        each: &Promise,
    ) -> Labels {
        let settings = &self.model.settings;
        let team = self.model.teams.get(&self.journey.owner);
        let (severity, receiver) = match loud {
            Loudness::Page => (&settings.severities.page, team.and_then(|t| t.pages.as_ref())),
            Loudness::Ticket => (&settings.severities.ticket, team.and_then(|t| t.tickets.as_ref())),
        };
        let mut own = Labels::from([("severity".to_owned(), severity.clone())]);
        let mut add = |label: &str, value: &str| {
            if !SERIES_LABELS.contains(&label) && !each.for_each.iter().any(|(l, _)| l == label) {
                own.entry(label.to_owned()).or_insert_with(|| value.to_owned());
            }
        };
        if !self.journey.owner.is_empty() {
            add("owner", &self.journey.owner);
        }
        if let Some(receiver) = receiver {
            add("receiver", receiver);
        }
        for (label, value) in team.iter().flat_map(|t| &t.labels) {
            add(label, value);
        }
        for (label, value) in self.settings_labels() {
            add(&label, &value);
        }
        series.extend(own);
        if settings.prometheus.sloth && name.starts_with("PromiseBurns") {
            let step = each.path.step.iter().map(|s| format!("{s}-"));
            let slo = step.chain([each.path.promise.clone()]).collect::<String>();
            let severity = if loud == Loudness::Page { "page" } else { "ticket" };
            series.insert("sloth_id".to_owned(), format!("{}-{slo}", each.path.journey));
            series.insert("sloth_service".to_owned(), each.path.journey.clone());
            series.insert("sloth_slo".to_owned(), slo);
            series.insert("sloth_severity".to_owned(), severity.to_owned());
        }
        series.insert("__name__".to_owned(), "ALERTS".to_owned());
        series.insert("alertname".to_owned(), name.to_owned());
        series.insert("alertstate".to_owned(), "firing".to_owned());
        series
    }

    /// `name{project=..,promise="accepted",window="1h"}`
    pub(super) fn series(&self, name: &str, promise: &Promise, window: Option<&str>) -> String {
        let mut out = format!("{name}{{");
        promise_matchers(&mut out, self.model.settings.project_label(), &promise.path);
        for (label, value) in budget_labels(promise) {
            out.push(',');
            print::label_name(&mut out, &label);
            out.push('=');
            print::quote_into(&mut out, &value);
        }
        if let Some(window) = window {
            out.push_str(",window=");
            print::quote_into(&mut out, window);
        }
        out.push('}');
        out
    }
    /// What a base series has counted over the shortest time that holds whole evaluations and whole scrapes, and how long
    /// that is in seconds. The range is half an evaluation short: the sample on its far edge counts in Prometheus 2 only.
    pub(super) fn counted(&self, name: &str, promise: &Promise) -> (String, Decimal) {
        let whole = align(self.every, promise.scrape_interval, self.every);
        let range = Duration::from_micros(whole.as_micros() - self.every.as_micros() / 2);
        let range = ranges::promql(range);
        (format!("sum_over_time({}[{range}])", self.series(name, promise, None)), whole.seconds())
    }
    /// The firing alerts of a promise whose names match.
    pub(super) fn firing(&self, promise: &Promise, names: &str, more: &str) -> String {
        let mut out = format!("ALERTS{{alertstate=\"firing\",alertname=~\"{names}\"{more},");
        promise_matchers(&mut out, self.model.settings.project_label(), &promise.path);
        if minds_silence(promise) {
            // Its other budgets are bad: nothing is played for them.
            for (label, value) in budget_labels(promise) {
                out.push(',');
                print::label_name(&mut out, &label);
                out.push('=');
                print::quote_into(&mut out, &value);
            }
        }
        out.push('}');
        out
    }
}

/// A check on a promise at its own place.
pub(super) fn check(promise: &Promise, at: Duration, says: impl Into<String>, expr: String) -> Check {
    Check {
        promise: promise.path.clone(),
        origin: promise.origin,
        says: says.into(),
        at,
        expr,
        expect: Vec::new(),
    }
}

impl Check {
    /// One more sample that must come.
    pub(super) fn gives(mut self, labels: Labels, value: Decimal) -> Self {
        self.expect.push(Sample { labels, value });
        self
    }
}

/// The query's value, times a factor, rounded to so many digits, must be this. Half-way between two of them, floating point decides
/// which one it is: there a digit more is asked for.
pub(super) fn value(
    promise: &Promise,
    at: Duration,
    says: impl Into<String>,
    (query, labels): (&str, Labels),
    (truth, factor, digits): (Decimal, Decimal, u32),
) -> Check {
    let digits = if half_way(truth * factor, digits) { digits + 1 } else { digits };
    let step = Decimal::new(1, digits).normalize();
    let scaled =
        if factor == Decimal::ONE { query.to_owned() } else { format!("{} * {query}", factor.normalize()) };
    let value =
        (truth * factor).round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero).normalize();
    check(promise, at, says, format!("round({scaled}, {step})")).gives(labels, value)
}

/// Does a value lie so near the middle of two that have so many digits, that a last place of floating point decides?
fn half_way(value: Decimal, digits: u32) -> bool {
    let near = value.round_dp_with_strategy(digits + 4, RoundingStrategy::MidpointAwayFromZero);
    let part = (near - near.round_dp_with_strategy(digits, RoundingStrategy::ToZero)).abs();
    part == Decimal::new(5, digits + 1)
}

/// The length of a promise's slices; zero for others.
pub(super) fn slice_of(promise: &Promise) -> Duration {
    match &promise.measurement {
        Measurement::Slices(s) => s.slice,
        Measurement::Events(_) | Measurement::Completion(_) | Measurement::Composed(_) => Duration::default(),
    }
}

/// A completion that knows what finished late?
pub(super) fn knows_late(promise: &Promise) -> bool {
    matches!(&promise.measurement, Measurement::Completion(c) if !c.late.is_empty())
}

/// The limit of a completion; zero for others.
pub(super) fn limit_of(promise: &Promise) -> Duration {
    match &promise.measurement {
        Measurement::Completion(c) => c.within,
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => Duration::default(),
    }
}

/// Is silence bad here?
pub(super) fn minds_silence(promise: &Promise) -> bool {
    matches!(&promise.measurement, Measurement::Slices(s) if s.silence_is_bad)
}

/// The smallest multiple of both intervals that is not below `of`.
pub(super) fn align(of: Duration, scrape: Duration, every: Duration) -> Duration {
    let (mut a, mut b) = (scrape.as_micros().max(1), every.as_micros().max(1));
    let product = a.saturating_mul(b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let step = product / a;
    Duration::from_micros(step.saturating_mul(of.as_micros().div_ceil(step).max(1)))
}

/// What a plain counter grows by in a second.
pub(super) const UNIT: Decimal = Decimal::TEN;

/// What a plain counter grows by at each scrape.
pub(super) fn per_scrape(scrape: Duration) -> Decimal {
    UNIT * scrape.seconds()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_way_is_a_last_place_from_another_figure() {
        for (value, digits, is) in [
            ("2.5125", 3, true),
            ("2.5124999999", 3, true),
            ("2.5126", 3, false),
            ("2.512", 3, false),
            ("-0.5", 0, true),
        ] {
            assert_eq!(half_way(value.parse().unwrap(), digits), is, "{value} to {digits}");
        }
    }
}
