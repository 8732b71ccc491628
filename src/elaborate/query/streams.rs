//! Streams that are queries, held against each other as native ones are: what they count is read from their selectors.

use super::{metric_of, series};
use crate::ast::{MetricKind, Side, Str};
use crate::diag::Diagnostic;
use crate::diag::codes::promql::{DIFFERENCE, NEVER_MISSING};
use crate::diag::codes::types::{NOT_PART_OF, WRONG_SIDE};
use crate::elaborate::labels::{Match, Val};
use crate::elaborate::out::Out;
use crate::elaborate::selector::Sel;
use crate::elaborate::stream::{Form, Term};
use crate::elaborate::{Cx, overlap, subset};
use crate::ir::MatchOp;
use crate::promql::ast::{Aggregate, BinaryOp, Expr};
use crate::promql::{Escape, Role, linear};
use crate::source::Span;

/// A stream that was read: what it adds up. A difference is read as what it is taken from, with its own form.
struct Read<'e> {
    terms: Vec<Term<'e>>,
    /// Not all of it is known, but it is a part of these terms.
    part: bool,
}

/// Checks the streams of a measurement where at least one is a query.
pub(crate) fn compare<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    side: Side,
    total: &[Term<'a>],
    counted: &[(Span, Vec<Term<'a>>)],
) {
    let queries = total.iter().chain(counted.iter().flat_map(|(_, terms)| terms));
    let parsed: Vec<(Span, Expr)> = queries
        .filter_map(|term| match term {
            Term::Promql(text, span) => Some((*span, crate::promql::parse(&text.value).ok()?)),
            Term::Series(..) => None,
        })
        .collect();
    if parsed.is_empty() {
        return;
    }
    // From here on everything lives as long as the parsed queries.
    let all = read(cx, out, &parsed, total);
    for term in total {
        if let (Term::Promql(text, span), Some(expr)) = (term, expr_of(&parsed, term)) {
            never_missing(cx, out, text, *span, expr);
        }
    }
    let is_query = |terms: &[Term<'_>]| terms.iter().any(|t| t.sel().is_none());
    let mut read_all = Vec::new();
    for (span, terms) in counted {
        let Some(own) = read(cx, out, &parsed, terms) else { continue };
        if is_query(terms) {
            wrong_side(out, side, &own);
        }
        if let Some(all) = all.as_ref().filter(|a| !a.part && (is_query(terms) || is_query(total))) {
            if own.part {
                subset::inside(cx, out, side, &own.terms, &all.terms);
            } else {
                subset::part_of_total(cx, out, side, &own.terms, &all.terms);
            }
        }
        if !own.part {
            read_all.push((*span, own.terms));
        }
    }
    if let Some(all) = &all
        && counted.iter().any(|(_, terms)| is_query(terms))
    {
        overlap::exclusive(cx, out, side, &read_all, &all.terms);
    }
}

fn expr_of<'e>(parsed: &'e [(Span, Expr)], term: &Term<'_>) -> Option<&'e Expr> {
    let Term::Promql(_, span) = term else { return None };
    parsed.iter().find(|(s, _)| s == span).map(|(_, e)| e)
}

/// Reads addends; none where one of them does more than adding up.
fn read<'e, 'a: 'e>(
    cx: &Cx<'a>,
    out: &mut Out,
    parsed: &'e [(Span, Expr)],
    written: &[Term<'a>],
) -> Option<Read<'e>> {
    let mut made = Read { terms: Vec::new(), part: false };
    for term in written {
        match term {
            Term::Series(sel, form) => made.terms.push(Term::Series(sel.clone(), *form)),
            Term::Promql(text, _) => {
                let one = query(cx, out, text, expr_of(parsed, term)?)?;
                made.part |= one.part;
                made.terms.extend(one.terms);
            }
        }
    }
    overlap::counted_twice(cx, out, &made.terms);
    Some(made)
}

fn query<'e, 'a: 'e>(cx: &Cx<'a>, out: &mut Out, text: &'a Str, expr: &'e Expr) -> Option<Read<'e>> {
    let escape = Escape { literal: text, raw: cx.sources.text(text.span), role: Role::Stream };
    let mut plus = Vec::new();
    let mut minus = Vec::new();
    for addend in linear::addends(expr)? {
        let one = virtual_term(cx, &escape, &addend)?;
        if addend.negative { minus.push(one) } else { plus.push(one) }
    }
    match (plus.as_slice(), minus.as_slice()) {
        ([_, ..], []) => Some(Read {
            terms: plus.into_iter().map(|(sel, form)| Term::Series(sel, form)).collect(),
            part: false,
        }),
        ([from], [less]) => difference(cx, out, from, less),
        _ => None,
    }
}

type One<'e> = (Sel<'e>, Form);

/// The selector and what of it is counted, where a native form counts the same.
fn virtual_term<'e, 'a: 'e>(
    cx: &Cx<'a>,
    escape: &Escape<'_>,
    addend: &linear::Addend<'e>,
) -> Option<One<'e>> {
    let selector = addend.selector;
    let (name, place) = selector.metric()?;
    let (metric, part) = metric_of(cx.catalogue, name)?;
    let form = match (metric.kind, part) {
        (MetricKind::Counter, "") => Form::Counter,
        (MetricKind::Histogram | MetricKind::Summary, "_count") => Form::Count,
        (MetricKind::Histogram, "_bucket") => {
            let le = linear::le(selector).filter(|m| m.op == MatchOp::Equal)?;
            match le.value.text.as_str() {
                "+Inf" => Form::Count,
                text => Form::Within(Some(series::bound(text)?)),
            }
        }
        _ => return None,
    };
    let named = selector.matchers.iter().filter(|m| m.label.text != "__name__" && m.label.text != "le");
    let matchers = named
        .map(|m| Match {
            label: &m.label.text,
            label_span: escape.span(&m.label.range),
            op: m.op,
            value: Val::Known(&m.value.text),
            span: escape.span(&m.range()),
            value_span: escape.span(&m.value.range),
            from_arg: false,
        })
        .collect();
    // In a quoted text the quotes of a mend would have to be escaped: there it is told, not offered.
    let braces = selector.braces.as_ref().filter(|_| escape.literal.triple).map(|b| escape.span(b));
    Some((
        Sel {
            metric,
            matchers,
            braces,
            metric_span: escape.span(&place),
            span: escape.span(&addend.expr.range),
            sound: true,
            quoted: !escape.literal.triple,
        },
        form,
    ))
}

/// Is what one form counts a part of what the other counts (of the same series)?
fn form_within(inner: Form, outer: Form) -> Option<bool> {
    match (inner, outer) {
        (a, b) if a == b => Some(true),
        (_, Form::Count) => Some(true),
        (Form::Within(Some(low)), Form::Within(Some(high))) => Some(low <= high),
        (Form::Count, Form::Within(_)) => Some(false),
        _ => None,
    }
}

/// `all - some`: some must be a part of all.
fn difference<'e, 'a: 'e>(cx: &Cx<'a>, out: &mut Out, from: &One<'e>, less: &One<'e>) -> Option<Read<'e>> {
    let ((a, a_form), (b, b_form)) = (from, less);
    if a.metric.name != b.metric.name {
        if b.metric.part_of.contains(&a.metric.name) {
            return Some(Read { terms: vec![Term::Series(a.clone(), *a_form)], part: true });
        }
        let (all, some) = (a.metric.name, b.metric.name);
        let made = if a.metric.part_of.contains(&some) {
            let said = format!("`{all}` is part of `{some}`: the difference is never above zero");
            Diagnostic::new(&DIFFERENCE, b.metric_span, said, "the whole is taken away")
                .also(a.metric_span, "from a part of it")
                .help("exchange the two sides")
        } else {
            let said = format!("`{some}` is not known to be part of `{all}`");
            Diagnostic::new(&NOT_PART_OF, b.metric_span, said, "taken away")
                .also(a.metric_span, "from this")
                .note("what was not counted there cannot be taken away from it")
                .help(format!("if each of its events is counted by `{all}` too, say so in the catalogue: `part of {all}`"))
        };
        out.report(made);
        return None;
    }
    let smaller = both(subset::matchers_within(cx, b, a), form_within(*b_form, *a_form));
    let larger = both(subset::matchers_within(cx, a, b), form_within(*a_form, *b_form));
    if larger == Some(true) {
        let text = |form: &Form| match form.bound() {
            Some(("within", limit)) => format!("what is within {}", a.metric.unit.write(limit)),
            _ => "every event".to_owned(),
        };
        let said = "this difference is never above zero";
        out.report(
            Diagnostic::new(&DIFFERENCE, b.span, said, format!("takes away {}", text(b_form)))
                .also(a.span, format!("from {}", text(a_form)))
                .help("exchange the two sides: first the larger one, then what is taken away"),
        );
        return None;
    }
    if subset::apart(cx, a, b) {
        let said = "this difference takes away what is not in it";
        out.report(
            Diagnostic::new(&DIFFERENCE, b.span, said, "none of these events")
                .also(a.span, "is counted here")
                .help("take away a part of what is counted: the same matchers, and one more"),
        );
        return None;
    }
    if smaller != Some(true) {
        return None;
    }
    let same = subset::matchers_within(cx, a, b) == Some(true);
    match (a_form, b_form) {
        (Form::Count, Form::Within(limit)) if same => {
            Some(Read { terms: vec![Term::Series(a.clone(), Form::Over(*limit))], part: false })
        }
        _ => Some(Read { terms: vec![Term::Series(a.clone(), *a_form)], part: true }),
    }
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), Some(true)) => Some(true),
        (Some(false), _) | (_, Some(false)) => Some(false),
        _ => None,
    }
}

/// The quick ones counted as bad, or the slow ones as good.
fn wrong_side(out: &mut Out, side: Side, own: &Read<'_>) {
    if own.part {
        return;
    }
    for term in &own.terms {
        let Term::Series(sel, form) = term else { continue };
        let name = sel.metric.name;
        let made = match (side, form) {
            (Side::Bad, Form::Within(Some(limit))) => {
                let limit = sel.metric.unit.write(*limit);
                let said = format!("`bad` counts what is within {limit}");
                Diagnostic::new(&WRONG_SIDE, sel.span, said, "a bucket holds the quick ones")
                    .help("write `good`")
                    .help(format!("or take it away from all: `.. {name}_count .. - .. {name}_bucket ..`"))
            }
            (Side::Good, Form::Over(Some(limit))) => {
                let limit = sel.metric.unit.write(*limit);
                let said = format!("`good` counts what is over {limit}");
                Diagnostic::new(&WRONG_SIDE, sel.span, said, "the slow ones").help("write `bad`")
            }
            _ => continue,
        };
        out.report(made);
    }
}

/// A total that has a value even when nothing is measured any more.
fn never_missing(cx: &Cx<'_>, out: &mut Out, text: &Str, span: Span, expr: &Expr) {
    let escape = Escape { literal: text, raw: cx.sources.text(text.span), role: Role::Stream };
    let mut at = expr;
    loop {
        at = match (at.binary(), at.aggregate().and_then(Aggregate::body)) {
            (Some(b), _) if b.op == BinaryOp::Or && linear::constant(&b.right) => {
                out.report(
                    Diagnostic::new(
                        &NEVER_MISSING,
                        escape.span(&b.right.range),
                        "with this, `total` has a value when nothing is measured at all",
                        "stands in for missing data",
                    )
                    .also(span, "all events")
                    .note(
                        "no data must be missing, or the alert for it never fires and the promise looks kept",
                    )
                    .help("leave it out: `bad` may be missing while all is well, `total` must not"),
                );
                return;
            }
            // What is compared or scaled is there where its left side is.
            (Some(b), _) if !b.op.is_set() && b.right.number().is_some() => &b.left,
            (None, Some(body)) => body,
            _ => return,
        };
    }
}
