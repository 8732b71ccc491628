//! The user's own timelines.
//!
//! What is expected `within` a time counts from the first failure, or, `after recovery`, from the end of the last one.
//! Quiet means that no alert of the promise's own urgency is firing: no page for a promise that pages, no alert at all for
//! one that opens tickets. What waits for working hours may go on, since its windows are long.

use super::base::settled;
use super::case::{Case, Check, Suite};
use super::context::{Context, align};
use super::inputs::Unprovable;
use super::outages::{act, cast};
use super::series::{FINE, State, Timeline};
use super::witness::Labels;
use crate::ir::burn::Loudness;
use crate::ir::{Expected, Phase, Promise, Scenario, Urgency};
use crate::rules::alerts::name;
use crate::value::{Decimal, Duration};

/// Healthy history before a timeline, unless it brings as much itself: the longest window of the alerts it asks about, but no
/// more than this.
const HISTORY: Duration = Duration::from_hours(6);

/// Adds a scenario.
pub(super) fn prove<'m>(
    context: &Context<'m>,
    promise: &'m Promise,
    scenario: &Scenario,
    suite: &mut Suite,
) -> Result<(), Unprovable> {
    let cast = cast(context, promise)?;
    let fit = |d: Duration| align(d, cast.scrape, suite.every);
    let mut case = Case::new(format!("{}: {}", scenario.id, scenario.title), cast.scrape);
    let own = match scenario.phases.first() {
        Some(Phase::Normal(length)) => *length,
        Some(Phase::Failing(..) | Phase::Silent(_)) | None => Duration::default(),
    };
    let missing = HISTORY.as_micros().saturating_sub(own.as_micros());
    let mut timeline: Timeline = Vec::new();
    if missing > 0 {
        timeline.push((FINE, fit(Duration::from_micros(missing))));
    }
    let total = |timeline: &Timeline| timeline.iter().fold(Duration::default(), |sum, (_, d)| sum.plus(*d));
    let (mut began, mut ended): (Option<Duration>, Duration) = (None, Duration::default());
    for phase in &scenario.phases {
        let now = total(&timeline);
        let (state, length) = match phase {
            Phase::Normal(length) => (FINE, fit(*length)),
            Phase::Failing(percent, length) => {
                (State::Failing(*percent / Decimal::ONE_HUNDRED), fit(*length))
            }
            Phase::Silent(length) => (State::Silent, fit(*length)),
        };
        timeline.push((state, length));
        if state != FINE {
            began = began.or(Some(now));
            ended = now.plus(length);
        }
    }
    let began = began.unwrap_or_else(|| fit(Duration::from_micros(missing)));
    let ended = if ended.is_zero() { began } else { ended };
    let (name_page, name_ticket) = (name(Loudness::Page), name(Loudness::Ticket));
    let own_alerts = if promise.urgency == Urgency::Page { name_page } else { "PromiseBurns.*" };
    // Only what is asked about is evaluated: hours of it take time.
    let tickets = scenario.expects.iter().any(|e| matches!(e.expected, Expected::Ticket));
    let asked = if tickets { "PromiseBurns.*" } else { own_alerts };
    let make = |at: Duration, origin, says: String, expr: String| Check {
        promise: promise.path.clone(),
        origin,
        says: format!("{}: {says}", scenario.id),
        at,
        expr,
        expect: Vec::new(),
    };
    case.checks.push(make(
        began,
        scenario.origin,
        "quiet before anything fails".to_owned(),
        context.firing(promise, asked, ""),
    ));
    let severities = &context.model.settings.severities;
    for expect in &scenario.expects {
        let from = if expect.after_recovery { ended } else { began };
        let at = fit(from.plus(expect.within));
        let since = if expect.after_recovery { "after recovery" } else { "of the first failure" };
        let made = match expect.expected {
            Expected::Quiet => {
                let says = format!("quiet within {} {since}", expect.within);
                make(at, expect.origin, says, context.firing(promise, own_alerts, ""))
            }
            Expected::Page | Expected::Ticket => {
                let (alert, severity, said) = match expect.expected {
                    Expected::Page => (name_page, &severities.page, "page"),
                    Expected::Ticket | Expected::Quiet => (name_ticket, &severities.ticket, "ticket"),
                };
                let says = format!("a {said} within {} {since}", expect.within);
                let query = context.firing(promise, alert, "");
                let expr = format!("group by (severity) (max_over_time({query}[{}]))", expect.within);
                let labels = Labels::from([("severity".to_owned(), severity.clone())]);
                make(at, expect.origin, says, expr).gives(labels, Decimal::ONE)
            }
        };
        case.checks.push(made);
    }
    // What is expected after the timeline's end: it goes on as it ended.
    let last =
        case.checks.iter().map(|c| c.at).max().unwrap_or_default().plus(settled(context, cast.failing));
    let played = total(&timeline);
    if let (true, Some(end)) = (last > played, timeline.last_mut()) {
        end.1 = fit(end.1.plus(Duration::from_micros(last.as_micros() - played.as_micros())));
    }
    act((&cast.raws, &cast.healthy, cast.scrape), &timeline, &mut case);
    suite.cases.push(case);
    Ok(())
}
