//! What the rules record, taken from the rules themselves: a board can only read a series that is in here, so no query of it
//! reads one that is not.

use crate::series::{
    AGE, BAD_EVENTS_LEFT, BAD_INCREASE, BUDGET_GONE_IN, BUDGET_REMAINING, BURN_RATE, COVERAGE, ERROR_RATIO,
    EVENTS, OBJECTIVE, REACH, STRETCH,
};
use std::collections::BTreeSet;

use crate::ir::{Journey, Model, Promise, PromisePath, ranges};
use crate::promql::print;
use crate::rules::RuleSet;
use crate::rules::budget::Budgets;
use crate::rules::plan::{Needs, Plan, is_composed};
use crate::rules::text::{journey_matchers, promise_matchers};
use crate::value::Duration;

/// A series that boards read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Series {
    /// What is left of the budget.
    Remaining,
    /// In how many seconds it will be gone, at the rate of this window.
    GoneIn(Duration),
    /// How fast it burns, over this window.
    Burn(Duration),
    /// The bad share of the events, over this window.
    Errors(Duration),
    /// The floor.
    Objective,
    /// What is striven for.
    Stretch,
    /// Events a second, over five minutes: one count holds what came with one scrape or two, or none.
    Events,
    /// Bad events, over this window.
    Bad(Duration),
    /// How many bad events the budget still allows.
    Left,
    /// For how much of the budget's window there are counts.
    Coverage,
    /// Over how much of it samples are stored.
    Reach,
    /// Over how much of it the promise is measured.
    Age,
}

impl Series {
    /// The name under which it is recorded.
    fn name(self) -> &'static str {
        match self {
            Self::Remaining => BUDGET_REMAINING,
            Self::GoneIn(_) => BUDGET_GONE_IN,
            Self::Burn(_) => BURN_RATE,
            Self::Errors(_) => ERROR_RATIO,
            Self::Objective => OBJECTIVE,
            Self::Stretch => STRETCH,
            Self::Events => EVENTS,
            Self::Bad(_) => BAD_INCREASE,
            Self::Left => BAD_EVENTS_LEFT,
            Self::Coverage => COVERAGE,
            Self::Reach => REACH,
            Self::Age => AGE,
        }
    }
    fn window(self) -> Option<Duration> {
        match self {
            Self::GoneIn(window) | Self::Burn(window) | Self::Errors(window) | Self::Bad(window) => {
                Some(window)
            }
            Self::Remaining
            | Self::Objective
            | Self::Stretch
            | Self::Events
            | Self::Left
            | Self::Coverage
            | Self::Reach
            | Self::Age => None,
        }
    }
    /// Has a promise of this kind the series, where the rule that records it serves the whole journey?
    fn of(self, promise: &Promise) -> bool {
        match self {
            Self::Stretch => promise.stretch.is_some(),
            Self::Events | Self::Bad(_) | Self::Left | Self::Reach | Self::Age => !is_composed(promise),
            Self::Remaining
            | Self::GoneIn(_)
            | Self::Burn(_)
            | Self::Errors(_)
            | Self::Objective
            | Self::Coverage => true,
        }
    }
    /// How far back its last sample is looked for: what slow groups record is further apart than a bare selector looks.
    fn back(self, budgets: Duration) -> Option<Duration> {
        match self {
            Self::Coverage | Self::Reach | Self::Age => Some(budgets),
            Self::Errors(w) | Self::Bad(w) if !ranges::is_prompt(w) => Some(ranges::read_back(ranges::SLOW)),
            Self::Errors(_)
            | Self::Bad(_)
            | Self::Remaining
            | Self::GoneIn(_)
            | Self::Burn(_)
            | Self::Objective
            | Self::Stretch
            | Self::Events
            | Self::Left => None,
        }
    }
}

/// How often peaks are looked for.
pub(super) const PEAKS: Duration = Duration::from_mins(5);

/// The series of a journey.
#[derive(Debug)]
pub(super) struct Recorded<'m> {
    pub(super) journey: &'m Journey,
    project: &'m str,
    matchers: String,
    /// Name, and the window where the rule sets it.
    names: BTreeSet<(String, Option<String>)>,
    /// Name and promise, of rules that serve one promise.
    own: BTreeSet<(String, PromisePath)>,
    /// Windows of the journey.
    windows: Vec<Duration>,
    /// How far back the budget's series are read.
    budgets: Duration,
}

impl<'m> Recorded<'m> {
    /// Of this journey: its rules are made and looked at.
    pub(super) fn of(model: &'m Model, journey: &'m Journey, needs: &Needs<'m>) -> Self {
        let plan = Plan::new(model, journey, needs);
        let slow = ranges::read_back(ranges::SLOW);
        let budgets = if plan.measures() { Budgets::of(&plan).back().max(slow) } else { slow };
        let mut all = Self {
            journey,
            project: model.settings.project_label(),
            matchers: journey_matchers(model.settings.project_label(), &journey.id),
            names: BTreeSet::new(),
            own: BTreeSet::new(),
            windows: plan.windows.clone(),
            budgets,
        };
        for (_, rule) in RuleSet::of(&plan).rules().filter(|(_, rule)| !rule.is_alert()) {
            if let Some(path) = &rule.promise {
                all.own.insert((rule.name.clone(), path.clone()));
            } else {
                all.names.insert((rule.name.clone(), rule.label("window").map(str::to_owned)));
            }
        }
        all
    }
    /// Is this recorded for the promise?
    fn has(&self, series: Series, promise: &Promise) -> bool {
        let own = self.own.contains(&(series.name().to_owned(), promise.path.clone()));
        let window = series.window();
        if window.is_some_and(|w| !self.windows.contains(&w)) {
            return false;
        }
        own || series.of(promise)
            && match window {
                // A rule without a window in its labels records all of them.
                Some(w) => [Some(w.to_string()), None]
                    .into_iter()
                    .any(|w| self.names.contains(&(series.name().to_owned(), w))),
                // Whatever the rule calls the window of a series that has one alone.
                None => self.names.iter().any(|(name, _)| name == series.name()),
            }
    }
    /// A promise's series, as a query reads it now; none where it isn't recorded.
    pub(super) fn promise(&self, series: Series, promise: &Promise) -> Option<String> {
        self.has(series, promise).then(|| self.read(series, &self.matching(promise)))
    }
    /// The series of all promises of the journey that have it.
    pub(super) fn all(&self, series: Series) -> Option<String> {
        let any = self.journey.all_promises().any(|p| self.has(series, p));
        any.then(|| self.read(series, &self.matchers))
    }
    /// As [`Self::promise`], only while its budget is known: long windows and counts outlive the data that they were made
    /// of.
    pub(super) fn known(&self, series: Series, promise: &Promise) -> Option<String> {
        let remaining = self.promise(Series::Remaining, promise)?;
        let labels = promise.for_each.iter().map(|(name, _)| name.as_str());
        Some(known(&self.promise(series, promise)?, &remaining, labels))
    }
    /// As [`Self::all`], only while the budget is known.
    pub(super) fn all_known(&self, series: Series) -> Option<String> {
        let remaining = self.all(Series::Remaining)?;
        let labels: BTreeSet<&str> =
            self.journey.all_promises().flat_map(|p| &p.for_each).map(|(name, _)| name.as_str()).collect();
        Some(known(&self.all(series)?, &remaining, labels.into_iter()))
    }
    /// The series of all promises of a step (none: of the journey as a whole) that have it.
    pub(super) fn step(&self, series: Series, step: Option<&str>) -> Option<String> {
        let any = self.journey.all_promises().any(|p| p.path.step.as_deref() == step && self.has(series, p));
        let matchers = format!("{},step={}", self.matchers, print::quote(step.unwrap_or_default()));
        any.then(|| self.read(series, &matchers))
    }
    /// The floors of some promises of a step.
    pub(super) fn floors(&self, step: Option<&str>, promises: &[&str]) -> String {
        let step = print::quote(step.unwrap_or_default());
        let names = promises.join("|");
        bare(Series::Objective, &format!("{},step={step},promise=~\"{names}\"", self.matchers))
    }
    /// As [`Self::promise`], over the stretch that a point of a curve stands for: no peak falls between two points. Every five
    /// minutes is enough of a window of an hour, and a tenth of the samples; the panel's points must not be closer.
    pub(super) fn peaks(&self, series: Series, promise: &Promise) -> Option<String> {
        let matchers = self.matching(promise);
        self.has(series, promise)
            .then(|| format!("max_over_time({}[$__interval:{PEAKS}])", bare(series, &matchers)))
    }
    /// As [`Self::all`], over the stretch that a point of a curve stands for, looked at so often.
    pub(super) fn all_peaks(&self, series: Series, every: Duration) -> Option<String> {
        let any = self.journey.all_promises().any(|p| self.has(series, p));
        any.then(|| format!("max_over_time({}[$__interval:{every}])", bare(series, &self.matchers)))
    }
    /// The matchers of the journey's alerts.
    pub(super) fn matchers(&self) -> &str {
        &self.matchers
    }
    /// The matchers of a promise's series and alerts.
    pub(super) fn matching(&self, promise: &Promise) -> String {
        let mut out = String::new();
        promise_matchers(&mut out, self.project, &promise.path);
        out
    }
    fn read(&self, series: Series, matchers: &str) -> String {
        let bare = bare(series, matchers);
        if series == Series::Events {
            return format!("sum_over_time({bare}[5m]) / 300");
        }
        series
            .back(self.budgets)
            .map_or_else(|| bare.clone(), |back| format!("last_over_time({bare}[{back}])"))
    }
}

fn known<'l>(series: &str, remaining: &str, labels: impl Iterator<Item = &'l str>) -> String {
    let mut on = String::new();
    print::label_list(&mut on, ["step", "promise"].into_iter().chain(labels));
    format!("({series} and on ({on}) {remaining})")
}

/// The selector alone.
pub(super) fn bare(series: Series, matchers: &str) -> String {
    let window = series.window().map(|w| format!(",window=\"{w}\"")).unwrap_or_default();
    format!("{}{{{matchers}{window}}}", series.name())
}
