//! Composed promises: members with the same window and the same `for each`.

use super::Cx;
use super::out::Out;
use crate::ast::{self, Composition, Ident, PromiseStmtKind};
use crate::diag::Diagnostic;
use crate::diag::codes::names::{MEMBER_FOR_EACH, MEMBER_WINDOW};
use crate::ir;
use crate::resolve::PromiseRef;
use crate::source::Span;
use crate::value::Duration;

/// The address of a promise.
pub(crate) fn path_of(found: PromiseRef<'_>) -> ir::PromisePath {
    ir::PromisePath {
        journey: found.journey.name.name.clone(),
        step: found.step.map(|s| s.name.name.clone()),
        promise: found.promise.name.name.clone(),
    }
}

/// Checks members against the promise they make. Unknown and composed members were reported with the names.
pub(crate) fn composed<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    own: PromiseRef<'a>,
    how: Composition,
    list: &'a [ast::Path],
) -> Option<ir::Measurement> {
    let journey = own.journey.name.name.as_str();
    let (window, each) = (window_of(cx, own.promise), for_each_of(cx, own));
    let mut members = Vec::with_capacity(list.len());
    let mut whole = list.len() > 1;
    for path in list {
        let Some(found) = cx.names.find(Some(journey), path) else {
            whole = false;
            continue;
        };
        let address = path_of(found);
        if let (Some((mine, my_span)), Some((theirs, their_span))) = (window, window_of(cx, found.promise))
            && mine != theirs
        {
            let said = format!("member `{address}` is kept over {theirs}, this promise over {mine}");
            out.report(
                Diagnostic::new(&MEMBER_WINDOW, path.span, said, format!("over {theirs}"))
                    .also(their_span, "the member's window")
                    .also(my_span, "this promise's window")
                    .help("give both the same window"),
            );
            whole = false;
        }
        let other = for_each_of(cx, found);
        if names(&other) != names(&each) {
            out.report(other_budgets(path, &address, &other, own, &each));
            whole = false;
        }
        // Reported with the names; what is said of the product would only follow.
        let composed =
            found.promise.body.stmts.iter().any(|s| matches!(s.kind, PromiseStmtKind::Composed(..)));
        whole &= !composed && !members.contains(&address);
        members.push(address);
    }
    whole.then_some(ir::Measurement::Composed(ir::Composed { how, members }))
}

fn names<'i>(labels: &[&'i Ident]) -> Vec<&'i str> {
    let mut list: Vec<&str> = labels.iter().map(|l| l.name.as_str()).collect();
    list.sort_unstable();
    list
}

fn other_budgets(
    path: &ast::Path,
    address: &ir::PromisePath,
    other: &[&Ident],
    own: PromiseRef<'_>,
    each: &[&Ident],
) -> Diagnostic {
    let words = |labels: &[&Ident]| match labels {
        [] => "one budget".to_owned(),
        labels => {
            let list: Vec<&str> = labels.iter().map(|l| l.name.as_str()).collect();
            format!("a budget for each {}", list.join(", "))
        }
    };
    let said = format!("member `{address}` has {}, this promise has {}", words(other), words(each));
    let mut made = Diagnostic::new(&MEMBER_FOR_EACH, path.span, said, words(other));
    if let Some(label) = other.first() {
        made = made.also(label.span, "the member's");
    }
    made = match each.first() {
        Some(label) => made.also(label.span, "this promise's"),
        None => made.also(own.promise.name.span, "this promise"),
    };
    made.help("give both the same `for each`, or none")
}

/// The window of a promise and where it is stated.
fn window_of(cx: &Cx<'_>, promise: &ast::Promise) -> Option<(Duration, Span)> {
    promise.body.stmts.iter().find_map(|s| {
        let PromiseStmtKind::Keep { window, noun, .. } = &s.kind else { return None };
        match window {
            Some(window) => Some((window.value, window.span)),
            None => Some((cx.settings.default_window?, noun.span())),
        }
    })
}

/// The `for each` labels of a promise: its journey's, then its own.
fn for_each_of<'a>(cx: &Cx<'a>, found: PromiseRef<'a>) -> Vec<&'a Ident> {
    let journey = cx.names.each_of(&found.journey.name.name);
    let own = found.promise.body.stmts.iter().find_map(|s| {
        let PromiseStmtKind::ForEach(labels) = &s.kind else { return None };
        Some(labels)
    });
    journey.iter().chain(own.into_iter().flatten()).collect()
}
