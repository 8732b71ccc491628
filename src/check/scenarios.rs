//! Stories against the arithmetic of the alerts: what can't happen fails in the tests later, so say it now.
//!
//! Ideal rules are walked through the timeline: a window's error ratio is the bad part of what it has seen since the
//! timeline began. Real rules are later, never sooner, so what comes too late here comes too late there. A completion, a
//! slice or a composed promise is only later still.

use super::{Found, alerts, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::burn::{self, Alert};
use crate::ir::detection;
use crate::ir::{Expectation, Expected, Measurement, Model, Phase, Promise, Scenario, Urgency};
use crate::value::{Decimal, Duration};

pub(super) fn check(model: &Model, scenario: &Scenario, found: &mut Found<'_>) {
    let before = found.list.len();
    for (phase, place) in scenario.phases.iter().zip(&scenario.places.phases) {
        if let Phase::Failing(share, _) = phase
            && (*share <= Decimal::ZERO || *share > Decimal::ONE_HUNDRED)
        {
            found.push(
                Diagnostic::new(
                    &codes::NO_FAILURE,
                    *place,
                    format!("`{}` fails {}% of what there is", scenario.id, share.normalize()),
                    "must be above 0% and at most 100%",
                )
                .help("write `normal` for a phase without failures, `failing 100%` for a total outage"),
            );
        }
    }
    let Some(promise) = model.promise(&scenario.promise) else { return };
    if found.list.len() > before {
        return;
    }
    for expect in &scenario.expects {
        if let Some(report) =
            unsent(scenario, promise, expect).or_else(|| timed(model, scenario, promise, expect))
        {
            found.push(report);
        }
    }
}

/// Waits for an alert that the promise never sends.
fn unsent(scenario: &Scenario, promise: &Promise, expect: &Expectation) -> Option<Diagnostic> {
    let waits = match (expect.expected, promise.urgency) {
        (Expected::Page, Urgency::Ticket | Urgency::None) => "page",
        (Expected::Ticket, Urgency::None) => "ticket",
        (Expected::Page, Urgency::Page)
        | (Expected::Ticket, Urgency::Page | Urgency::Ticket)
        | (Expected::Quiet, _) => return None,
    };
    let urgency = if promise.urgency == Urgency::None { "none" } else { "ticket" };
    let made = Diagnostic::new(
        &codes::NEVER_SENT,
        expect.origin.span,
        format!("`{}` waits for a {waits}, but `{}` never sends one", scenario.id, promise.path),
        format!("waits for a {waits}"),
    );
    let place = promise.places.urgency.unwrap_or(promise.places.name);
    let help = if urgency == "ticket" {
        "expect a `ticket`, or let the promise page"
    } else {
        "expect `quiet`, or give the promise another urgency"
    };
    Some(made.also(place, format!("its urgency is `{urgency}`")).help(help))
}

/// Does what is expected come in time?
fn timed(model: &Model, scenario: &Scenario, promise: &Promise, expect: &Expectation) -> Option<Diagnostic> {
    let timeline = Timeline::of(scenario, promise);
    if timeline.silent {
        return None; // No data has an alert of its own.
    }
    let all = burn::alerts(promise.error_budget(), promise.window, &model.settings.profile);
    let candidates: Vec<Alert> = match expect.expected {
        Expected::Page => alerts::speaking(promise, &all),
        Expected::Ticket => all,
        Expected::Quiet => return unrecovered(scenario, expect, &timeline),
    };
    let what = if expect.expected == Expected::Page { "page" } else { "ticket" };
    let Some((start, worst)) = timeline.first_failure else {
        let text = format!("`{}` waits for a {what}, but nothing fails in it", scenario.id);
        return Some(
            Diagnostic::new(&codes::UNTOLD, expect.origin.span, text, format!("waits for a {what}"))
                .also(scenario.places.name, "only normal phases")
                .help("add a phase: `failing 100% for 10m`"),
        );
    };
    if expect.after_recovery || candidates.is_empty() {
        return None;
    }
    let within = seconds(expect.within);
    let budget = promise.error_budget();
    let fires =
        candidates.iter().filter_map(|a| timeline.fires(a, budget, start)).fold(f64::INFINITY, f64::min);
    let fires = fires + seconds(model.lateness(promise));
    if fires <= within {
        return None;
    }
    let when = Duration::from_micros(if fires.is_finite() { micros(fires) } else { 0 });
    let label = if fires.is_finite() {
        format!("the first {what} comes {} after the first failure", plain::time(when))
    } else {
        format!("no {what} comes")
    };
    let made = Diagnostic::new(
        &codes::TOO_SOON,
        expect.origin.span,
        format!("`{}` waits for a {what} that cannot come in time", scenario.id),
        label,
    )
    .also(promise.places.objective, format!("{}% over {}", promise.objective, promise.window));
    if fires.is_finite() {
        return Some(
            made.note(
                "by the arithmetic of its alerts; a scrape, an evaluation and the delivery come on top",
            )
            .help(format!("expect it within {}, or promise more", suggestion(when, model, promise))),
        );
    }
    let least = candidates.iter().map(|a| a.threshold(budget)).min()?;
    if worst <= least {
        let (needs, fails) = (plain::percent(least), plain::percent(worst));
        return Some(
            made.note(format!("a {what} needs more than {needs} to fail, here {fails} do"))
                .help(format!("let more fail, or expect `quiet` instead of a {what}")),
        );
    }
    let ideal = candidates.iter().filter_map(|a| burn::detection(a, budget, worst)).min()?;
    Some(
        made.note(format!("the failing phase would have to last {}", plain::time(ideal)))
            .help("let the phase last longer, or expect `quiet`"),
    )
}

/// `quiet .. after recovery` needs a recovery that lasts as long.
fn unrecovered(scenario: &Scenario, expect: &Expectation, timeline: &Timeline) -> Option<Diagnostic> {
    let end = timeline.parts.last()?.until;
    let recovered = timeline.last_failure?;
    if !expect.after_recovery || end - recovered >= seconds(expect.within) {
        return None;
    }
    let rest = Duration::from_micros(micros(end - recovered));
    let label = if rest.is_zero() {
        "nothing follows the failure".to_owned()
    } else {
        format!("only {} follow the failure", plain::time(rest))
    };
    Some(
        Diagnostic::new(
            &codes::UNTOLD,
            expect.origin.span,
            format!("`{}` ends before it can be quiet for {}", scenario.id, expect.within),
            label,
        )
        .help(format!("end with a phase `normal for {}` or longer", expect.within.times(2))),
    )
}

/// One stretch with one failing share.
struct Part {
    from: f64,
    until: f64,
    failing: f64,
}

struct Timeline {
    parts: Vec<Part>,
    silent: bool,
    /// When, and the worst share.
    first_failure: Option<(f64, Decimal)>,
    /// When the last failure ended.
    last_failure: Option<f64>,
}

impl Timeline {
    fn of(scenario: &Scenario, promise: &Promise) -> Self {
        let mut made = Self { parts: Vec::new(), silent: false, first_failure: None, last_failure: None };
        let mut at = 0.0;
        for phase in &scenario.phases {
            let (length, share) = match phase {
                Phase::Normal(length) => (length, Decimal::ZERO),
                Phase::Failing(share, length) => (length, share / Decimal::ONE_HUNDRED),
                Phase::Silent(length) => {
                    made.silent = true;
                    (length, Decimal::ZERO)
                }
            };
            // A slice with some failures may be bad as a whole.
            let whole = matches!(promise.measurement, Measurement::Slices(_)) && !share.is_zero();
            let share = if whole { Decimal::ONE } else { share };
            let until = at + seconds(*length);
            if !share.is_zero() {
                let (start, worst) = made.first_failure.unwrap_or((at, share));
                made.first_failure = Some((start, worst.max(share)));
                made.last_failure = Some(until);
            }
            made.parts.push(Part { from: at, until, failing: f64::try_from(share).unwrap_or(1.0) });
            at = until;
        }
        made
    }
    /// The error ratio that a window sees at a time.
    fn ratio(&self, window: f64, now: f64) -> f64 {
        let from = (now - window).max(0.0);
        let seen = now - from;
        let bad: f64 =
            self.parts.iter().map(|p| (p.until.min(now) - p.from.max(from)).max(0.0) * p.failing).sum();
        if seen > 0.0 { bad / seen } else { 0.0 }
    }
    /// Seconds from `start` until both windows are above the threshold, on a fine grid.
    fn fires(&self, alert: &Alert, budget: Decimal, start: f64) -> Option<f64> {
        /// Points looked at; a timeline of a day is seen every 20 seconds.
        const POINTS: u32 = 4_320;
        let end = self.parts.last()?.until;
        let threshold = f64::try_from(alert.threshold(budget)).ok()?;
        let step = ((end - start) / f64::from(POINTS)).max(5.0);
        (0..=POINTS).map(|i| start + f64::from(i) * step).take_while(|now| *now <= end).find_map(|now| {
            let over = |window| self.ratio(seconds(window), now) > threshold;
            (over(alert.long) && over(alert.short)).then_some(now - start)
        })
    }
}

/// With what comes on top, at least a minute and a half for the scrape, the evaluation and the delivery, in whole minutes.
fn suggestion(ideal: Duration, model: &Model, promise: &Promise) -> Duration {
    let on_top = detection::on_top(model, promise).max(Duration::from_secs(90));
    let secs = ideal.plus(on_top).as_secs();
    Duration::from_mins(secs.div_ceil(60))
}

fn seconds(duration: Duration) -> f64 {
    f64::try_from(duration.seconds()).unwrap_or(0.0)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, finite and not negative"
)]
fn micros(seconds: f64) -> u64 {
    (seconds * 1_000_000.0).max(0.0).round() as u64
}
