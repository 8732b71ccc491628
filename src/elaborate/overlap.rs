//! Double counting: verdicts that overlap, addends that count the same events.

use super::out::Out;
use super::selector::Sel;
use super::stream::{Form, Term};
use super::{Cx, labels, subset};
use crate::ast::Side;
use crate::diag::Diagnostic;
use crate::diag::codes::types::OVERLAP;
use crate::source::Span;

/// Several `good`s (or `bad`s) must exclude each other, or an event would be counted twice.
pub(crate) fn exclusive<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    side: Side,
    verdicts: &[(Span, Vec<Term<'a>>)],
    total: &[Term<'a>],
) {
    let word = subset::word(side);
    for (i, (a_span, first)) in verdicts.iter().enumerate() {
        for (b_span, second) in verdicts.iter().skip(i + 1) {
            let pairs = first.iter().flat_map(|a| second.iter().map(move |b| (a, b)));
            let Some((a, b)) = pairs.into_iter().find(|(a, b)| may_overlap(cx, side, a, b, total)) else {
                continue;
            };
            let made = Diagnostic::new(
                &OVERLAP,
                *b_span,
                format!("an event may be counted as {word} twice"),
                "may count the same events",
            )
            .also(*a_span, "as this one")
            .note(format!("several `{word}`s are added up, so no event may be in two of them"));
            let joined = union(cx, side, verdicts, total);
            let or = if joined.is_some() { "or " } else { "" };
            let made = match joined {
                Some(text) => made.help(format!("to count each once, join them: `{text}`")),
                None => made,
            };
            out.report(told_apart(cx, side, (*a_span, a), (*b_span, b), (total, or), made));
            return;
        }
    }
}

/// All verdicts joined with `or`, in the author's own words; none where one of them counts a stream of another metric.
fn union<'a>(
    cx: &Cx<'a>,
    side: Side,
    verdicts: &[(Span, Vec<Term<'a>>)],
    total: &[Term<'a>],
) -> Option<String> {
    if side == Side::Good {
        return None;
    }
    // One that another holds needs no `or`.
    for (at, (_, inner)) in verdicts.iter().enumerate() {
        for (_, outer) in verdicts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, v)| v) {
            if let ([Term::Series(x, f)], [Term::Series(y, g)]) = (inner.as_slice(), outer.as_slice())
                && f == g
                && x.metric.name == y.metric.name
                && subset::matchers_within(cx, x, y) == Some(true)
            {
                return None;
            }
        }
    }
    let ways: Option<Vec<String>> =
        verdicts.iter().map(|(span, terms)| alternative(cx, *span, terms, total)).collect();
    Some(format!("bad {}", ways?.join(" or ")))
}

/// A verdict as one of several ways to be bad: as it is written, where it narrows or limits the total; a stream of the
/// total's own metric by what it asks for beyond.
fn alternative<'a>(cx: &Cx<'a>, span: Span, terms: &[Term<'a>], total: &[Term<'a>]) -> Option<String> {
    let written = cx.sources.text(span).strip_prefix("bad")?.trim();
    if ["where", "over"].iter().any(|word| written.starts_with(word)) && !written.contains('\n') {
        return Some(written.to_owned());
    }
    let ([Term::Series(sel, form)], [Term::Series(all, _)]) = (terms, total) else { return None };
    if sel.quoted || sel.metric.name != all.metric.name || written.starts_with("promql") {
        return None;
    }
    let extra: Vec<_> = sel.matchers.iter().filter(|m| !all.matchers.iter().any(|o| o.same(m))).collect();
    let mut made = match form {
        Form::Over(limit) => vec![format!("over {}", sel.metric.unit.write((*limit)?))],
        Form::Counter | Form::Count => Vec::new(),
        Form::Within(_) | Form::Readings | Form::AtLeast(_) | Form::AtMost(_) => return None,
    };
    if !extra.is_empty() {
        let list: Vec<String> = extra.iter().map(|m| m.text()).collect();
        made.push(format!("where {{{}}}", list.join(", ")));
    }
    (!made.is_empty()).then(|| made.join(" "))
}

/// How two verdicts are made to exclude each other, in the author's own words.
fn told_apart<'a>(
    cx: &Cx<'a>,
    side: Side,
    (a_span, a): (Span, &Term<'a>),
    (b_span, b): (Span, &Term<'a>),
    (total, or): (&[Term<'a>], &str),
    made: Diagnostic,
) -> Diagnostic {
    let word = subset::word(side);
    let (Term::Series(x, x_form), Term::Series(y, y_form)) = (a, b) else { return made };
    if x.metric.name != y.metric.name {
        return made
            .help("make two promises of them, or count one metric and tell the others apart by a label");
    }
    let common = |m: &&labels::Match<'a>| {
        !total.iter().filter_map(Term::sel).any(|t| t.matchers.iter().any(|o| o.same(m)))
    };
    if x_form == y_form {
        for ((inner, span), outer) in [((y, b_span), x), ((x, a_span), y)] {
            if subset::matchers_within(cx, inner, outer) == Some(true) {
                let text = inner.matchers.iter().filter(common).map(labels::Match::text);
                let text = text.collect::<Vec<_>>().join(", ");
                return made.help(format!(
                    "remove `{word} where {{{text}}}` (line {}): the other one counts these events already",
                    cx.origin(span).line
                ));
            }
        }
    }
    // What one verdict asks for, the other leaves out.
    let own: Vec<_> = x.matchers.iter().filter(common).collect();
    let others: Vec<_> = y.matchers.iter().filter(common).collect();
    for (asked, rest, form) in [(&own, &others, y_form), (&others, &own, x_form)] {
        let [one] = asked.as_slice() else { continue };
        let Some(value) = one.known() else { continue };
        let op = one.test().negated().op;
        let not = format!("{}{}{}", one.label, op.as_str(), crate::promql::quote(value));
        let all: Vec<String> = rest.iter().map(|m| m.text()).chain([not]).collect();
        let limit = form
            .bound()
            .map_or_else(String::new, |(word, limit)| format!("{word} {} ", x.metric.unit.write(limit)));
        return made.help(format!(
            "{or}leave out what the other one counts: `{word} {limit}where {{{}}}`",
            all.join(", ")
        ));
    }
    made.help("let one label tell them apart: `{code=\"200\"}` and `{code=\"204\"}`")
        .help(format!("or join them in one: `{word} where {{code=~\"200|204\"}}`"))
}

/// Addends that count the same events: a metric and a part of it, or the same series twice.
pub(crate) fn counted_twice<'a>(cx: &Cx<'a>, out: &mut Out, terms: &[Term<'a>]) {
    for (i, first) in terms.iter().enumerate() {
        for second in terms.iter().skip(i + 1) {
            let (Term::Series(a, a_form), Term::Series(b, b_form)) = (first, second) else { continue };
            let (x, y) = (a.metric, b.metric);
            let part = x.part_of.contains(&y.name) || y.part_of.contains(&x.name);
            if !(part || x.name == y.name) || subset::apart(cx, a, b) || forms_apart(*a_form, *b_form) {
                continue;
            }
            if [a, b].iter().any(|s| !s.sound || s.matchers.iter().any(|m| m.known().is_none())) {
                continue;
            }
            let (said, label) = if x.name == y.name {
                (
                    "an event may be counted twice in this sum".to_owned(),
                    "may count the same events".to_owned(),
                )
            } else {
                let (inner, outer) = if x.part_of.contains(&y.name) { (x, y) } else { (y, x) };
                (
                    format!("`{}` is part of `{}`: this sum counts its events twice", inner.name, outer.name),
                    "counted there already".to_owned(),
                )
            };
            let mut made = Diagnostic::new(&OVERLAP, b.span, said, label).also(a.span, "as these");
            made = if x.name == y.name {
                made.help("let one label tell them apart, or write one of them only")
            } else {
                let outer = if x.part_of.contains(&y.name) { y } else { x };
                made.help(format!("write `{}` alone", outer.name))
                    .help("if they count different events, remove `part of` from the catalogue")
            };
            out.report(made);
            return;
        }
    }
}

/// Samples above and below, which exclude each other.
fn forms_apart(x: Form, y: Form) -> bool {
    match (x, y) {
        (Form::AtLeast(Some(low)), Form::AtMost(Some(high)))
        | (Form::AtMost(Some(high)), Form::AtLeast(Some(low))) => low > high,
        (Form::Over(Some(low)), Form::Within(Some(high)))
        | (Form::Within(Some(high)), Form::Over(Some(low))) => low >= high,
        _ => false,
    }
}

fn may_overlap<'a>(cx: &Cx<'a>, side: Side, a: &Term<'a>, b: &Term<'a>, total: &[Term<'a>]) -> bool {
    let (Term::Series(x, x_form), Term::Series(y, y_form)) = (a, b) else { return false };
    // Terms of different addends of total count different events.
    let base = |s: &Sel<'a>| subset::counted_by(s, total).map(|(i, _)| i);
    if base(x) != base(y) {
        return false;
    }
    // Failures of two kinds, each with a metric of its own, are mostly different events; slow ones that failed are not.
    let (one, other) = (x.metric, y.metric);
    let related =
        one.name == other.name || one.part_of.contains(&other.name) || other.part_of.contains(&one.name);
    if side == Side::Bad && !related {
        return false;
    }
    let unknown = |s: &Sel<'a>| s.matchers.iter().any(|m| m.known().is_none());
    !subset::apart(cx, x, y) && !forms_apart(*x_form, *y_form) && !unknown(x) && !unknown(y)
}
