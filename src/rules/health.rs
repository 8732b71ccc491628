//! Alerts on the measurement itself: no data, a part of it gone, counts that contradict each other, budgets that policies
//! speak of.

use crate::series::{
    BAD_INCREASE, BUDGET_REMAINING, ERROR_RATIO, EVENTS, FINISHED_EVENTS, FINISHED_EVENTS_5M, INFO,
};
use std::fmt::Write as _;

use super::alert_texts::{OfAll, escape_go_template};
use super::alerts::AlertLabels;
use super::derived::says_no_data;
use super::plan::{Plan, is_composed};
use super::ranges;
use super::set::{Rule, RuleSet};
use super::windows::{self, Source};
use super::{base, completions, streams};
use crate::ir::Urgency;
use crate::ir::burn::Loudness;
use crate::ir::{Completion, Measurement, PolicyAction, Promise};
use crate::value::{Decimal, Duration};

/// Alerts when a promise has no events at all for five minutes. An idle service has (zero) events, a vanished one none.
/// How loudly is the promise's `no data`, its urgency unless said.
pub(crate) fn no_data(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    let label = loud_label(plan);
    for (urgency, name, loud) in
        [(Urgency::Page, "page", Loudness::Page), (Urgency::Ticket, "ticket", Loudness::Ticket)]
    {
        let wanted = |p: &Promise| p.no_data == urgency && !is_composed(p);
        if !plan.promises().any(wanted) {
            continue;
        }
        expr.clear();
        let _ = write!(
            expr,
            "group by (step, promise) ({INFO}{{{m},kind!=\"composed\",{label}=\"{name}\"}})\n  \
             unless on (step, promise) present_over_time({events}{{{m}}}[5m])",
            m = plan.matchers,
            events = EVENTS,
        );
        let hold = Some(Duration::from_mins(2));
        let shared = Shared { name: "PromiseNoData", loud, expr, hold };
        alert(plan, labels, &shared, &OfAll::new(plan, wanted), set);
    }
}

/// The label of `promise_info` that says how loud missing data is.
fn loud_label(plan: &Plan<'_>) -> &'static str {
    if says_no_data(plan) { "no_data" } else { "urgency" }
}

/// May what finishes be out of sight, and is somebody to be told? Also where missing data is nobody's news: half of a
/// measurement is there, and the burn alerts are silent without the other half.
fn out_of_sight(promise: &Promise, completion: &Completion) -> bool {
    promise.urgency != Urgency::None && base::vanishes(completion)
}

/// Alerts when a value of `for each` that was there yesterday is gone while others are there, and when nothing of a
/// completion's finished side is there any more.
pub(crate) fn part_gone(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    expr.clear();
    let parts: Vec<&Promise> = plan.promises().filter(|p| !p.for_each.is_empty()).collect();
    if parts.iter().any(|p| p.no_data != Urgency::None) {
        let _ = write!(
            expr,
            "group without (window) (last_over_time({ERROR_RATIO}{{{m},window=\"1d\"}}[{back}] offset 5m))\n  \
             unless ignoring (window) present_over_time({ERROR_RATIO}{{{m},window=\"5m\"}}[15m])\n  \
             and on (step, promise) {ERROR_RATIO}{{{m},window=\"5m\"}}",
            m = plan.matchers,
            back = ranges::read_back(ranges::SLOW),
        );
        if parts.iter().any(|p| p.no_data == Urgency::None) {
            let _ = write!(
                expr,
                "\n  unless on (step, promise) {INFO}{{{m},{label}=\"none\"}}",
                m = plan.matchers,
                label = loud_label(plan),
            );
        }
    }
    for one in completions::all(plan).filter(|one| out_of_sight(one.promise(), one.completion)) {
        let mut matchers = String::new();
        plan.select(&mut matchers, one.promise());
        let _ = write!(
            expr,
            "{or}(max_over_time({FINISHED_EVENTS_5M}{{{matchers}}}[{}]) > 0)\n  \
             unless on ({id}) present_over_time({FINISHED_EVENTS}{{{matchers}}}[{}])\n  \
             and on ({id}) present_over_time({EVENTS}{{{matchers}}}[{}])",
            base::REMEMBERED,
            ranges::still_there(plan.evaluation).max(Duration::from_mins(15)),
            ranges::still_there(plan.evaluation),
            or = if expr.is_empty() { "" } else { "\nor " },
            id = plan.identity,
        );
    }
    if expr.is_empty() {
        return;
    }
    let shared = Shared { name: "PromisePartGone", loud: Loudness::Ticket, expr, hold: None };
    let wanted = |p: &Promise| {
        !p.for_each.is_empty() || matches!(&p.measurement, Measurement::Completion(c) if out_of_sight(p, c))
    };
    alert(plan, labels, &shared, &OfAll::new(plan, wanted), set);
}

/// May the counts of this promise contradict each other? Not where good or bad is a subset of the events by construction, as
/// where one matcher narrows a counter. Buckets are not: there may be more of them than counts.
pub(crate) fn may_contradict(promise: &Promise) -> bool {
    promise.urgency != Urgency::None
        && match &promise.measurement {
            Measurement::Events(events) => streams::may_contradict(events),
            Measurement::Completion(_) => true,
            Measurement::Slices(_) | Measurement::Composed(_) => false,
        }
}

/// Alerts when more events were good, or bad, than there were, and when more was finished than can have been started.
pub(crate) fn sanity(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    let hour = Duration::from_hours(1);
    let base = Source::base(plan.evaluation);
    expr.clear();
    let next = |expr: &mut String| expr.push_str(if expr.is_empty() { "" } else { "\nor " });
    let is_events = |p: &Promise| matches!(p.measurement, Measurement::Events(_));
    let some = plan.promises().any(|p| is_events(p) && may_contradict(p));
    for matchers in plan.cover(|p| is_events(p) && may_contradict(p)).into_iter().filter(|_| some) {
        let bad = |expr: &mut String| {
            windows::recorded_of(plan, expr, BAD_INCREASE, &matchers, "1h", Some(Duration::default()));
        };
        next(expr);
        bad(expr);
        expr.push_str(" < -0.5\nor ");
        bad(expr);
        expr.push_str("\n  - 1.01 * ");
        windows::sum(plan, expr, base.events, &matchers, ranges::open(hour), None);
        expr.push_str(" > 0.5");
    }
    for one in completions::all(plan).filter(|one| may_contradict(one.promise())) {
        let (promise, completion) = (one.promise(), one.completion);
        // What finishes in time was started at most the limit before: traffic that falls is not a contradiction.
        let finished = hour.max(completion.within);
        let started = finished.plus(completion.within);
        let source = Source::of(started, plan.evaluation);
        let mut matchers = String::new();
        plan.select(&mut matchers, promise);
        next(expr);
        source.times(expr);
        windows::sum(plan, expr, source.finished, &matchers, ranges::open(finished), None);
        expr.push_str("\n  - 1.01 * ");
        source.times(expr);
        windows::sum(plan, expr, source.events, &matchers, ranges::open(started), None);
        expr.push_str(" > 0.5");
    }
    let shared = Shared { name: "PromiseCountsContradict", loud: Loudness::Ticket, expr, hold: None };
    alert(plan, labels, &shared, &OfAll::new(plan, may_contradict), set);
}

/// Tickets of the journey's policy: one rule whose label says which clause holds.
pub(crate) fn policy(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    let Some(policy) = plan.journey.policy.as_ref().and_then(|id| plan.model.policies.get(id)) else {
        return;
    };
    let mut clauses: Vec<_> = policy.clauses.iter().collect();
    clauses.sort_by_key(|c| c.below);
    let Some(highest) = clauses.last() else { return };
    if plan.promises().all(|p| p.urgency == Urgency::None) {
        return;
    }
    expr.clear();
    let _ = write!(expr, "{BUDGET_REMAINING}{{{}}} {}", plan.matchers, limit(highest.below));
    if plan.promises().any(|p| p.urgency == Urgency::None) {
        let _ = write!(expr, "\n  unless on (step, promise) {INFO}{{{},urgency=\"none\"}}", plan.matchers);
    }
    let mut state = String::new();
    let mut text = String::new();
    for (at, clause) in clauses.iter().enumerate() {
        let last = at + 1 == clauses.len();
        let open = match (at, last) {
            (0, true) => String::new(),
            (0, false) => format!("{{{{ if {} }}}}", go_limit(clause.below)),
            (_, false) => format!("{{{{ else if {} }}}}", go_limit(clause.below)),
            (_, true) => "{{ else }}".to_owned(),
        };
        let _ = write!(state, "{open}{}", clause.below.normalize());
        let action = match &clause.action {
            PolicyAction::Tell(team) => {
                let title = plan.model.teams.get(team).map_or(team.as_str(), |t| t.title.as_str());
                format!("Tell {}: ", escape_go_template(title))
            }
            PolicyAction::Slow => "Go slower: ".to_owned(),
            PolicyAction::Freeze => "Stop changes: ".to_owned(),
        };
        let _ = write!(text, "{open}{action}{}", escape_go_template(&clause.text));
        if !clause.except.is_empty() {
            let _ = write!(text, " (except {})", escape_go_template(&clause.except.join(", ")));
        }
        if last && at > 0 {
            state.push_str("{{ end }}");
            text.push_str("{{ end }}");
        }
    }
    let mut all: Vec<(&str, &str)> = vec![("policy", &policy.id), ("below", &state)];
    all.extend(labels.of_loudness(Loudness::Ticket));
    let facts = OfAll::new(plan, |p| p.urgency != Urgency::None).of_policy(&policy.title, &text);
    let annotations = plan.texts.annotations("PromiseBudgetPolicy", &facts);
    set.rule(Rule::alert("PromiseBudgetPolicy", expr, &all, annotations, (None, None)));
}

/// `below 20% left` is `< 0.2`, `when spent` is `<= 0`.
fn limit(below: Decimal) -> String {
    if below.is_zero() {
        "<= 0".to_owned()
    } else {
        format!("< {}", (below / Decimal::ONE_HUNDRED).normalize())
    }
}

/// The same in a Go template, where a float must look like one.
fn go_limit(below: Decimal) -> String {
    let value = (below / Decimal::ONE_HUNDRED).normalize().to_string();
    if below.is_zero() {
        "le $value 0.0".to_owned()
    } else if value.contains('.') {
        format!("lt $value {value}")
    } else {
        format!("lt $value {value}.0")
    }
}

/// An alert that one rule raises for all promises of a journey.
pub(crate) struct Shared<'a> {
    pub(crate) name: &'static str,
    pub(crate) loud: Loudness,
    pub(crate) expr: &'a str,
    /// How long it must hold before it fires.
    pub(crate) hold: Option<Duration>,
}

/// Writes it.
pub(crate) fn alert(
    plan: &Plan<'_>,
    labels: &AlertLabels,
    shared: &Shared<'_>,
    says: &OfAll<'_, '_>,
    set: &mut RuleSet,
) {
    let project = escape_go_template(plan.model.settings.project_label());
    let mut all: Vec<(&str, &str)> = vec![("project", &project), ("journey", &plan.journey.id)];
    all.extend(labels.of_loudness(shared.loud));
    let annotations = plan.texts.annotations(shared.name, says);
    set.rule(Rule::alert(shared.name, shared.expr, &all, annotations, (shared.hold, None)));
}
