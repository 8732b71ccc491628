//! What the source says of a promise is recorded as it is written: its objective, its error budget, whose it is.

use super::case::{Case, Check, SCOPE_LABELS, foreign};
use super::composed::was;
use super::context::{Context, check, value};
use crate::ir::Promise;
use crate::rules::derived::{kind, urgency};
use crate::rules::text::promise_matchers;
use crate::series::{ERROR_BUDGET, INFO, OBJECTIVE, STRETCH};
use crate::value::{Decimal, Duration};

/// What it says in numbers, whatever others of the same name say.
pub(super) fn values(context: &Context<'_>, promise: &Promise, at: Duration, case: &mut Case) {
    let mut labels = context.labels(promise, None);
    for (label, _) in &promise.for_each {
        labels.remove(label);
    }
    let of_promise = |name: &str| {
        let mut out = format!("{name}{{");
        promise_matchers(&mut out, context.model.settings.project_label(), &promise.path);
        out + ",was=\"\"}"
    };
    let percent = |p: Decimal| p.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default();
    let mut all = vec![
        (OBJECTIVE, percent(promise.objective), "the objective"),
        (ERROR_BUDGET, Decimal::ONE - percent(promise.objective), "the error budget"),
    ];
    all.extend(promise.stretch.map(|s| (STRETCH, percent(s), "what is striven for")));
    for (name, truth, what) in all {
        let says = format!("{what} is recorded as it is written");
        case.checks.push(value(
            promise,
            at,
            says,
            (&of_promise(name), labels.clone()),
            (truth, Decimal::ONE, 6),
        ));
    }
    if promise.stretch.is_none() && context.plan.promises().any(|p| p.stretch.is_some()) {
        let says = "nothing is striven for but what is written";
        case.checks.push(check(promise, at, says, of_promise(STRETCH)));
    }
    // What a label of the settings was before: the highest counts.
    case.feed(ERROR_BUDGET, &was(&labels), "0x10000".to_owned());
    for elsewhere in SCOPE_LABELS {
        case.feed(ERROR_BUDGET, &foreign(labels.clone(), elsewhere), "1000x10000".to_owned());
        let mut info = foreign(context.identity(promise), elsewhere);
        info.insert("objective".to_owned(), promise.objective.normalize().to_string());
        info.extend(promise.stretch.map(|s| ("stretch".to_owned(), s.normalize().to_string())));
        case.feed(INFO, &info, "1000x10000".to_owned());
    }
}

/// What it says in words.
pub(super) fn info(context: &Context<'_>, promise: &Promise, at: Duration) -> Check {
    let mut labels = context.identity(promise);
    let percent = |p: Decimal| p.normalize().to_string();
    // Where one promise of a journey says how loud missing data is, all of them do.
    let said = context.journey.all_promises().any(|p| p.no_data != p.urgency);
    let loud = if said { urgency(promise.no_data).to_owned() } else { String::new() };
    let more = [
        ("kind", kind(promise).to_owned()),
        ("objective", percent(promise.objective)),
        ("over", promise.window.to_string()),
        ("owner", context.journey.owner.clone()),
        ("stretch", promise.stretch.map(percent).unwrap_or_default()),
        ("urgency", urgency(promise.urgency).to_owned()),
        ("no_data", loud),
    ];
    let names: Vec<&str> = more.iter().map(|(name, _)| *name).collect();
    let mut query = format!("group by (project, journey, step, promise, {}) ({INFO}{{", names.join(", "));
    promise_matchers(&mut query, context.model.settings.project_label(), &promise.path);
    query.push_str("})");
    labels.extend(more.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.to_owned(), v)));
    check(promise, at, "what is known of it is recorded as it is written", query).gives(labels, Decimal::ONE)
}
