//! Budgets and alerts against the expected traffic: numbers of people, not percentages.

use super::{Found, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::Alert;
use crate::ir::{Measurement, Promise, Urgency};
use crate::value::{Decimal, Duration};

/// What one window sees.
struct Traffic<'a> {
    promise: &'a Promise,
    per_day: Decimal,
    /// Events in the promise's window.
    events: Decimal,
    /// How many of them may be bad.
    budget: Decimal,
}

/// `alerts` are those with the promise's urgency.
pub(super) fn check(promise: &Promise, alerts: &[Alert], found: &mut Found<'_>) {
    if let Some(place) = promise.places.expect
        && promise.expect_per_day.is_some_and(|n| n <= Decimal::ZERO)
    {
        found.push(
            Diagnostic::new(
                &codes::NO_TRAFFIC,
                place,
                format!("`{}` expects no {}", promise.path, promise.noun),
                "nothing would ever be counted",
            )
            .help("write how many come on an ordinary day, or leave `expect` out"),
        );
        return;
    }
    let Some(traffic) = Traffic::of(promise) else { return };
    if traffic.budget < Decimal::ONE {
        found.push(traffic.below_one());
        return;
    }
    if promise.expect_per_day.is_none() || alerts.is_empty() {
        return;
    }
    let can_gather = |a: &Alert| traffic.within(a.long) >= Decimal::from(a.bad_events) - Decimal::new(5, 1);
    let least = alerts.iter().map(|a| a.bad_events).min().unwrap_or(0);
    if !alerts.iter().any(can_gather) {
        found.push(traffic.too_thin(alerts));
    } else if Decimal::from(least) > traffic.budget {
        found.push(traffic.guarded(least));
    } else if let Some(alert) = alerts.iter().find(|a| traffic.one_is_enough(a)) {
        found.push(traffic.jumpy(alert));
    }
}

impl<'a> Traffic<'a> {
    /// From `expect`, or for slices from their number.
    fn of(promise: &'a Promise) -> Option<Self> {
        let per_day = match (&promise.measurement, promise.expect_per_day) {
            (Measurement::Slices(slices), _) => Decimal::from(Duration::from_days(1).as_micros())
                .checked_div(Decimal::from(slices.slice.as_micros()))?,
            (_, expected) => expected?,
        };
        let events = per_day.checked_mul(Decimal::from(promise.window.as_days()))?;
        Some(Self { promise, per_day, events, budget: events.checked_mul(promise.error_budget())? })
    }
    fn within(&self, window: Duration) -> Decimal {
        let day = Decimal::from(Duration::from_days(1).as_micros());
        self.per_day * (Decimal::from(window.as_micros()) / day)
    }
    /// Does a single bad event put both windows above the threshold, with no guard against it?
    fn one_is_enough(&self, alert: &Alert) -> bool {
        let threshold = alert.threshold(self.promise.error_budget());
        alert.bad_events <= 1 && threshold * self.within(alert.long) < Decimal::ONE
    }
    fn place(&self) -> crate::source::Span {
        self.promise.places.objective
    }
    /// Points at `expect` where it is written.
    fn with_expect(&self, made: Diagnostic) -> Diagnostic {
        match self.promise.places.expect {
            Some(place) => {
                let (n, noun) = (plain::count(self.events), &self.promise.noun);
                made.also(place, format!("{n} {noun} in {}", self.promise.window))
            }
            None => made,
        }
    }
    fn below_one(&self) -> Diagnostic {
        let (budget, events) = (plain::count(self.budget), plain::count(self.events));
        let Promise { path, noun, window, .. } = self.promise;
        let made = Diagnostic::new(
            &codes::BELOW_ONE,
            self.place(),
            format!("the error budget of `{path}` is less than one: {budget} of {events} {noun} in {window}"),
            format!("allows {budget} of them to be bad"),
        );
        let made = self.with_expect(made).note("the first failure breaks the promise, whatever its cause");
        match self.objective_for(Decimal::from(5)) {
            Some(objective) => made.help(format!(
                "keep for {objective}% at most (5 bad ones of {events}), or over a longer window"
            )),
            None => made.help("so few events are better promised in slices of time, or over a longer window"),
        }
    }
    /// The highest round objective whose budget holds so many events.
    fn objective_for(&self, bad: Decimal) -> Option<Decimal> {
        let share = bad.checked_div(self.events)?;
        let percent = (Decimal::ONE - share) * Decimal::ONE_HUNDRED;
        let places = if percent > Decimal::from(99) { 2 } else { 0 };
        let round =
            percent.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::ToZero).normalize();
        (round >= Decimal::from(50)).then_some(round)
    }
    /// Not even a total outage gathers enough bad events in time.
    fn too_thin(&self, alerts: &[Alert]) -> Diagnostic {
        let Promise { path, noun, .. } = self.promise;
        let what = if self.promise.urgency == Urgency::Page { "page" } else { "ticket" };
        let mut made = Diagnostic::new(
            &codes::TOO_THIN,
            self.promise.places.expect.unwrap_or(self.place()),
            format!("`{path}` has too few {noun} for a {what}: not even a total outage makes one"),
            format!("{} {noun} a day", plain::count(self.per_day)),
        );
        for alert in alerts {
            let seen = plain::count(self.within(alert.long));
            let text = format!(
                "the {what} over {} waits for {} bad {noun} and sees {seen}",
                alert.long, alert.bad_events
            );
            made = made.note(text);
        }
        let other = if what == "page" { "write `urgency ticket`" } else { "write `urgency none`" };
        made.help(format!("{other}, promise slices of time, or measure it with a probe that asks more often"))
    }
    /// The guard counts more bad events than the window's budget holds.
    fn guarded(&self, least: u32) -> Diagnostic {
        let (budget, events) = (plain::count(self.budget), plain::count(self.events));
        let Promise { path, noun, window, .. } = self.promise;
        let made = Diagnostic::new(
            &codes::GUARDED,
            self.place(),
            format!(
                "`{path}` speaks only after its budget is gone: it waits for {least} bad {noun}, the budget holds {budget}"
            ),
            format!("allows {budget} of {events} {noun} in {window} to be bad"),
        );
        let made = self
            .with_expect(made)
            .note("alerts wait for that many bad events, so that one unlucky user wakes nobody");
        match self.objective_for(Decimal::from(least)) {
            Some(objective) => made.help(format!("keep for {objective}% at most, or over a longer window")),
            None => made.help("so few events are better promised in slices of time, or over a longer window"),
        }
    }
    fn jumpy(&self, alert: &Alert) -> Diagnostic {
        let Promise { path, noun, .. } = self.promise;
        let seen = plain::count(self.within(alert.long));
        let threshold = plain::percent(alert.threshold(self.promise.error_budget()));
        let made = Diagnostic::new(
            &codes::JUMPY,
            self.place(),
            format!("a single bad event is enough for an alert of `{path}`"),
            format!("speaks above {threshold} bad"),
        );
        self.with_expect(made)
            .note(format!("{} holds about {seen} {noun}, so one bad one is above that", alert.long))
            .help("give the tier in slovo.yaml `bad_events: 5`, or promise less")
    }
}
