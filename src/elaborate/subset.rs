//! Good and bad events are a part of all events, by construction or by what the catalogue says.

use super::Cx;
use super::catalogue::{Label, Metric};
use super::labels::{Match, implied};
use super::out::{Out, Unlabelled};
use super::outcomes::speaks;
use super::selector::Sel;
use super::stream::Term;
use super::union;
use crate::ast::{MatchOp, Matchers, Side};
use crate::diag::Diagnostic;
use crate::diag::codes::types::{EVERYTHING, NOT_NARROWED, NOT_PART_OF, ONLY_HERE, WIDER};
use crate::promql::algebra::{self, Test};
use crate::source::Span;

impl algebra::Domain for (&Cx<'_>, &Metric<'_>, bool) {
    fn values(&self, label: &str) -> Option<Vec<&str>> {
        let (cx, metric, may_lack) = self;
        let values = cx.catalogue.label(metric, label).values()?;
        let missing = may_lack.then_some("");
        Some(values.iter().map(|v| v.value.as_str()).chain(missing).collect())
    }
}

fn tests<'a>(sel: &Sel<'a>) -> Vec<Test<'a>> {
    sel.matchers.iter().map(Match::test).collect()
}

/// Do a selector's matchers pick a part of what the other's pick (of the same series)? `None`: not known.
pub(crate) fn matchers_within(cx: &Cx<'_>, inner: &Sel<'_>, outer: &Sel<'_>) -> Option<bool> {
    algebra::subset(&tests(inner), &tests(outer), &(cx, inner.metric, false))
}

/// Does whatever meets a selector's matchers surely meet this one too, whatever values there are?
pub(crate) fn follows(sel: &Sel<'_>, wanted: &Match<'_>) -> bool {
    algebra::subset(&tests(sel), &[wanted.test()], &algebra::Open) == Some(true)
}

/// Can no series meet the matchers of both?
pub(crate) fn apart(cx: &Cx<'_>, a: &Sel<'_>, b: &Sel<'_>) -> bool {
    algebra::overlap(&tests(a), &tests(b), &(cx, a.metric, true)) == Some(false)
}

/// Checks what is surely a part of these terms against total.
pub(crate) fn inside<'a>(cx: &Cx<'a>, out: &mut Out, side: Side, own: &[Term<'a>], total: &[Term<'a>]) {
    for sel in own.iter().filter_map(Term::sel) {
        if counted_by(sel, total).is_none() {
            one_part(cx, out, side, sel, total);
        }
    }
}

pub(crate) fn word(side: Side) -> &'static str {
    match side {
        Side::Good => "good",
        Side::Bad => "bad",
    }
}

/// Reports a `where` that leaves everything: all events would be good, or all bad.
pub(crate) fn is_everything<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    side: Side,
    total: &[Term<'a>],
    written: &Matchers,
    matchers: &[Match<'a>],
) -> bool {
    let all = total.iter().all(|t| {
        t.sel().is_some_and(|sel| {
            matchers.iter().all(|m| {
                let label = cx.catalogue.label(sel.metric, m.label);
                let known = matches!(label, Label::Declared(_) | Label::Common | Label::Unchecked);
                known && implied(&sel.on(m.label), m, label.values()) == Some(true)
            })
        })
    });
    if !all || total.is_empty() {
        return false;
    }
    let word = word(side);
    let said = format!("every event of `total` is {word}");
    let label = if matchers.is_empty() { "narrows nothing" } else { "holds for all of `total`" };
    let mut made = Diagnostic::new(&EVERYTHING, written.span, said, label);
    if let Some(first) = total.first() {
        made = made.also(first.span(), "all events");
    }
    out.report(made.help(format!("say what makes an event {word}: `{word} where {{code=~\"..\"}}`")));
    true
}

/// Checks a stream of its own against total.
pub(crate) fn part_of_total<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    side: Side,
    own: &[Term<'a>],
    total: &[Term<'a>],
) {
    // What a query counts is not known.
    if total.iter().any(|t| t.sel().is_none()) {
        return;
    }
    for sel in own.iter().filter_map(Term::sel) {
        one_part(cx, out, side, sel, total);
    }
    same_as_total(cx, out, side, own, total);
}

/// A term and the addend of total that counts its events too.
pub(crate) fn counted_by<'t, 'a>(sel: &Sel<'a>, total: &'t [Term<'a>]) -> Option<(usize, &'t Sel<'a>)> {
    let sels = || total.iter().enumerate().filter_map(|(i, t)| Some((i, t.sel()?)));
    sels().find(|(_, t)| t.metric.name == sel.metric.name).or_else(|| {
        sel.metric.part_of.iter().find_map(|parent| sels().find(|(_, t)| t.metric.name == *parent))
    })
}

fn one_part<'a>(cx: &Cx<'a>, out: &mut Out, side: Side, sel: &Sel<'a>, total: &[Term<'a>]) {
    let word = word(side);
    let name = sel.metric.name;
    let Some((_, all)) = counted_by(sel, total) else {
        let Some(first) = total.first() else { return };
        let of = first.sel().map_or("total", |s| s.metric.name);
        let said = format!("`{name}` is not known to be part of `{of}`");
        // What else the two may be to each other.
        let other = match side {
            Side::Bad => format!("if they count different events, add them up: `total {of} + {name}`"),
            Side::Good => format!(
                "if one follows the other, it is a completion: `started {of}` and `finished {name} within T`, or a histogram of how long it took"
            ),
        };
        out.report(
            Diagnostic::new(&NOT_PART_OF, sel.metric_span, said, format!("counts the {word} events"))
                .also(first.span(), "counts all events")
                .note(format!("if an event here is not counted there, the share of {word} events is wrong"))
                .help(format!(
                    "if each of its events is counted by `{of}` too, say so in the catalogue: `metric {name}: {} of .., part of {of}`",
                    sel.metric.kind.as_str()
                ))
                .help(other),
        );
        return;
    };
    if !sel.sound || !all.sound {
        return;
    }
    for scope in &cx.settings.scope {
        let has = |sel: &Sel<'a>| cx.catalogue.label(sel.metric, &scope.label);
        let scoped = matches!(has(all), Label::Declared(_) | Label::Common);
        if scoped && matches!(has(sel), Label::Missing) && !sel.metric.junk {
            let said =
                format!("`{name}` has no label `{}`, so it counts more than `total` does", scope.label);
            out.report(
                Diagnostic::new(&NOT_NARROWED, sel.metric_span, said, "cannot be narrowed like `total`")
                    .also(all.span, "narrowed by the project's scope")
                    .help("expose the label on both metrics"),
            );
        }
    }
    only_here(cx, out, side, sel, all);
    let same = |t: &&Sel<'a>| t.metric.name == all.metric.name;
    let addends: Vec<&Sel<'a>> = total.iter().filter_map(Term::sel).filter(same).collect();
    if name == all.metric.name && addends.len() > 1 && union::covered(cx, sel, &addends) {
        return;
    }
    let mut seen: Vec<&str> = Vec::new();
    for wanted in &all.matchers {
        let label = cx.catalogue.label(sel.metric, wanted.label);
        match label {
            Label::Missing if sel.metric.junk || seen.contains(&wanted.label) => {}
            Label::Missing => {
                seen.push(wanted.label);
                let said =
                    format!("`{name}` has no label `{}`, so it counts more than `total` does", wanted.label);
                out.report(
                    Diagnostic::new(&NOT_NARROWED, sel.metric_span, said, "cannot be narrowed like `total`")
                        .also(wanted.span, "`total` is narrowed here")
                        .help(
                            "measure both over all values of the label, or expose the label on both metrics",
                        ),
                );
            }
            // It may or may not have the label: the warning about missing `labels` says so.
            Label::Unchecked if sel.on(wanted.label).is_empty() => {
                let (metric, label) = (sel.metric.name, wanted.label.to_owned());
                out.unlabelled.push(Unlabelled {
                    metric: metric.to_owned(),
                    label,
                    span: wanted.label_span,
                    scope: false,
                });
            }
            Label::Declared(_) | Label::Common | Label::Unchecked => {
                if implied(&sel.on(wanted.label), wanted, label.values()) == Some(false) {
                    out.report(wider(side, sel, wanted));
                }
            }
        }
    }
}

/// A filter that tells nothing of how events went, and that total could have too: total then counts more than is meant.
pub(crate) fn only_here<'a>(cx: &Cx<'a>, out: &mut Out, side: Side, sel: &Sel<'a>, all: &Sel<'a>) {
    const PLACES: [&str; 16] = [
        "job",
        "instance",
        "service",
        "service_name",
        "app",
        "cluster",
        "namespace",
        "env",
        "environment",
        "region",
        "zone",
        "tenant",
        "datacenter",
        "stage",
        "deployment",
        "application",
    ];
    let name = sel.metric.name;
    let same = name == all.metric.name;
    // On the metric of total a filter may be what makes an event bad, unless another matcher is that.
    if same && !sel.matchers.iter().any(|m| speaks(name, m)) {
        return;
    }
    for m in &sel.matchers {
        let positive = matches!(m.op, MatchOp::Equal | MatchOp::Regex);
        let has = matches!(cx.catalogue.label(all.metric, m.label), Label::Declared(_) | Label::Common);
        let place = PLACES.contains(&m.label);
        if !positive || !has || speaks(name, m) || !all.on(m.label).is_empty() || same && !place {
            continue;
        }
        let (word, text) = (word(side), m.text());
        let said = format!("`{word}` is narrowed by `{text}`, and `total` is not");
        out.report(
            Diagnostic::new(
                &ONLY_HERE,
                m.culprit(),
                said,
                format!("not in `total`, which has `{}` too", m.label),
            )
            .also(all.span, "counts more")
            .note(format!(
                "the share of {word} events is then too low: they are divided by the events of every `{}`",
                m.label
            ))
            .help(format!("write `{text}` into `total` too, or leave it out here")),
        );
    }
}

/// A matcher of total is missing, or another one stands in its place.
fn wider(side: Side, sel: &Sel<'_>, wanted: &Match<'_>) -> Diagnostic {
    let word = word(side);
    let text = wanted.text();
    let there = sel.on(wanted.label);
    let said = format!("`{word}` counts events that `total` does not: `{text}` is missing");
    let label = match there.first() {
        Some(other) => format!("has `{}` instead", other.text()),
        None => format!("counts every `{}`", wanted.label),
    };
    let place = there.first().map_or(sel.span, |m| m.span);
    let made = Diagnostic::new(&WIDER, place, said, label).also(wanted.span, "`total` is narrowed here");
    let title = format!("narrow it too: `{text}`");
    if sel.quoted {
        return made.help(title);
    }
    match (there.first(), sel.braces) {
        (Some(other), _) => made.maybe_fix(title, other.span, text),
        (None, Some(braces)) => {
            let inner = Span { start: braces.start + 1, end: braces.start + 1, ..braces };
            let comma = if sel.matchers.is_empty() { "" } else { ", " };
            made.maybe_fix(title, inner, format!("{text}{comma}"))
        }
        (None, None) => made.maybe_fix(title, sel.metric_span.after(), format!("{{{text}}}")),
    }
}

/// The same stream on both sides.
fn same_as_total<'a>(cx: &Cx<'a>, out: &mut Out, side: Side, own: &[Term<'a>], total: &[Term<'a>]) {
    let equal = |a: &Term<'a>, b: &Term<'a>| match (a, b) {
        (Term::Series(x, f), Term::Series(y, g)) => {
            let covers = |x: &Sel<'a>, y: &Sel<'a>| matchers_within(cx, x, y) == Some(true);
            // Where a matcher was wrong, it is not known what is counted.
            let sound = x.sound && y.sound;
            sound && f == g && x.metric.name == y.metric.name && covers(x, y) && covers(y, x)
        }
        (Term::Promql(x, _), Term::Promql(y, _)) => x.value == y.value,
        (Term::Series(..), Term::Promql(..)) | (Term::Promql(..), Term::Series(..)) => false,
    };
    if own.is_empty() || own.len() != total.len() || !own.iter().zip(total).all(|(a, b)| equal(a, b)) {
        return;
    }
    let (Some(first), Some(all)) = (own.first(), total.first()) else { return };
    let word = word(side);
    let said = format!("every event of `total` is {word}: both count the same");
    out.report(
        Diagnostic::new(&EVERYTHING, first.span(), said, "the same as `total`")
            .also(all.span(), "all events")
            .help(format!("say what makes an event {word}: `{word} where {{code=~\"..\"}}`")),
    );
}
