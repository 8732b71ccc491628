//! `bad A or B`: an event that is bad in several ways counts once. What is counted is the good ones, those that none of the
//! ways picks, cut into selectors that exclude each other: `bad over 1s or where {code=~"5.."}` leaves what is within 1s and
//! has another code.

use super::labels::Match;
use super::measure::{Outcome, Parts};
use super::out::Out;
use super::selector::{Sel, read as matcher};
use super::stream::{Form, Term, limited, narrowed};
use super::{Cx, sides, subset};
use crate::ast::{Fault, Side};
use crate::diag::Diagnostic;
use crate::diag::codes::types::{EVERYTHING, JOINED, REPEATED_MATCHER};
use crate::source::Span;

/// Into how many selectors the good events of one addend may be cut.
const MOST: usize = 16;

/// One way to be bad: its part of each addend, and what it asks for beyond the total.
struct Way<'a> {
    terms: Vec<Term<'a>>,
    matchers: Vec<Match<'a>>,
    limited: bool,
    span: Span,
}

/// A selector and how long its events may take.
type Cell<'a> = (Sel<'a>, Form);

/// Reads a `bad` with `or`.
pub(crate) fn read<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    parts: &Parts<'a>,
    written: &'a [Fault],
    span: Span,
    (total, mut whole): (Vec<Term<'a>>, bool),
) -> Outcome<'a> {
    let mut ways = Vec::with_capacity(written.len());
    for fault in written {
        match way(cx, out, parts, fault, &total, whole) {
            Some(way) => ways.push(way),
            None => whole = false,
        }
    }
    let mut counted = Vec::new();
    if whole {
        idle(cx, out, &ways);
        match good(cx, out, &total, &ways, span) {
            Some(terms) => counted = terms,
            None => whole = false,
        }
    }
    let faults = ways.into_iter().map(|w| w.terms).collect();
    Outcome { total, side: Side::Good, counted, faults, whole }
}

fn way<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    parts: &Parts<'a>,
    fault: &'a Fault,
    total: &[Term<'a>],
    whole: bool,
) -> Option<Way<'a>> {
    let env = parts.env;
    let first = total.first().and_then(Term::sel).map_or("", |s| s.metric.name);
    let list = fault.narrowed.as_ref();
    let matchers: Vec<Match<'a>> = list.iter().flat_map(|w| &w.list).map(|m| matcher(env, m)).collect();
    if let Some(term) = total.iter().find(|t| matches!(t, Term::Series(_, Form::Readings)))
        && let Some(bound) = &fault.bound
    {
        let said = "a limit on readings cannot be joined with `or`";
        out.report(
            Diagnostic::new(&JOINED, bound.span, said, "compares readings")
                .also(term.span(), "a gauge")
                .help("make two promises of them"),
        );
        return None;
    }
    let mut terms = total.to_vec();
    if let Some(written) = list {
        if fault.bound.is_none()
            && whole
            && subset::is_everything(cx, out, Side::Bad, total, written, &matchers)
        {
            return None;
        }
        terms = narrowed(cx, out, env, total, written)?;
        if fault.bound.is_none() {
            sides::check(out, Side::Bad, first, &matchers);
        }
    }
    if let Some(bound) = &fault.bound {
        terms = limited(cx, out, env, Side::Bad, &terms, bound)?;
    }
    Some(Way { terms, matchers, limited: fault.bound.is_some(), span: fault.span })
}

/// Reports a way that another one holds already.
fn idle(cx: &Cx<'_>, out: &mut Out, ways: &[Way<'_>]) {
    for (at, inner) in ways.iter().enumerate() {
        let holds = |(other, outer): &(usize, &Way<'_>)| {
            // Of two that say the same the later one is too much.
            *other != at && within(cx, inner, outer) && !(*other > at && within(cx, outer, inner))
        };
        let Some((_, outer)) = ways.iter().enumerate().find(holds) else { continue };
        out.report(
            Diagnostic::new(
                &REPEATED_MATCHER,
                inner.span,
                "whatever is bad in this way is bad in the other already",
                "adds nothing",
            )
            .also(outer.span, "holds it")
            .help("remove it, or correct it"),
        );
    }
}

fn within(cx: &Cx<'_>, inner: &Way<'_>, outer: &Way<'_>) -> bool {
    inner.terms.iter().zip(&outer.terms).all(|(a, b)| {
        let (Term::Series(x, f), Term::Series(y, g)) = (a, b) else { return false };
        let forms = match (f, g) {
            (Form::Over(Some(high)), Form::Over(Some(low))) => high >= low,
            (_, Form::Over(_)) => false,
            _ => true,
        };
        forms && subset::matchers_within(cx, x, y) == Some(true)
    })
}

/// What none of the ways picks.
fn good<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    total: &[Term<'a>],
    ways: &[Way<'a>],
    span: Span,
) -> Option<Vec<Term<'a>>> {
    let mut made = Vec::new();
    for (at, term) in total.iter().enumerate() {
        let Term::Series(all, form) = term else { return None };
        let mut cells: Vec<Cell<'a>> = vec![(all.clone(), *form)];
        for way in ways {
            let form = match way.terms.get(at) {
                Some(Term::Series(_, form)) if way.limited => Some(*form),
                _ => None,
            };
            cells = cells.iter().flat_map(|cell| left(cx, cell, &way.matchers, form)).collect();
            if cells.len() > MOST {
                out.report(
                    Diagnostic::new(&JOINED, way.span, "these ways to be bad are too many to join", "too many")
                        .also(span, "joined with `or`")
                        .help("ask for fewer labels in each `where`, or join values of one label in a pattern: `{code=~\"500|503\"}`"),
                );
                return None;
            }
        }
        made.extend(cells.into_iter().map(|(sel, form)| Term::Series(sel, form)));
    }
    if made.is_empty() {
        let said = "every event of `total` is bad";
        let mut report = Diagnostic::new(&EVERYTHING, span, said, "holds for all of `total`");
        if let Some(first) = total.first() {
            report = report.also(first.span(), "all events");
        }
        out.report(report.help("say what makes an event bad, so that some are left"));
        return None;
    }
    Some(made)
}

/// Is all that a selector picks picked by one of these as well (of the same metric)?
pub(crate) fn covered<'a>(cx: &Cx<'a>, sel: &Sel<'a>, by: &[&Sel<'a>]) -> bool {
    let mut cells: Vec<Cell<'a>> = vec![(sel.clone(), Form::Count)];
    for other in by {
        cells = cells.iter().flat_map(|cell| left(cx, cell, &other.matchers, None)).collect();
        if cells.len() > MOST {
            return false;
        }
    }
    cells.is_empty()
}

/// What a way to be bad leaves of a cell: what fails its first matcher; what meets that and fails the second; and so on; what
/// meets them all and is within its limit.
fn left<'a>(cx: &Cx<'a>, cell: &Cell<'a>, matchers: &[Match<'a>], over: Option<Form>) -> Vec<Cell<'a>> {
    let (all, form) = cell;
    let mut made = Vec::with_capacity(matchers.len() + 1);
    let mut met = all.clone();
    for m in matchers {
        let not = Match { op: m.test().negated().op, ..*m };
        made.extend(with(cx, &met, not).map(|sel| (sel, *form)));
        match with(cx, &met, *m) {
            Some(sel) => met = sel,
            None => return made,
        }
    }
    if let Some(Form::Over(limit)) = over {
        let form = match form {
            Form::Within(there) => Form::Within(there.zip(limit).map(|(a, b)| a.min(b))),
            Form::Counter
            | Form::Count
            | Form::Over(_)
            | Form::Readings
            | Form::AtLeast(_)
            | Form::AtMost(_) => Form::Within(limit),
        };
        made.push((met, form));
    }
    made
}

/// A selector with one more matcher; none where nothing is left.
fn with<'a>(cx: &Cx<'a>, sel: &Sel<'a>, m: Match<'a>) -> Option<Sel<'a>> {
    let one = Sel { matchers: vec![m], ..sel.clone() };
    if subset::apart(cx, sel, &one) {
        return None;
    }
    let mut made = sel.clone();
    if !subset::follows(sel, &m) {
        made.matchers.push(m);
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use crate::ir::{Measurement, Outcome, Series};
    use crate::project::Project;

    /// What is left for the good ones, as limits and matchers.
    fn good(lines: &str) -> Vec<String> {
        let source = format!(
            "team shop \"Shop\" {{ tickets \"desk\" }}\nmetric h_seconds: histogram of seconds {{\n  labels code, route\n  buckets 0.1, 0.5, 1\n}}\njourney use \"Use it\" {{\n  owner shop\n  promise p \"P\" {{\n    keep for 99% of hits over 28d\n    urgency ticket\n{lines}\n  }}\n}}\n"
        );
        let compiled =
            Project::in_memory(&[("a.slovo", &source)], "project: shop\nretention: 100d\n").compile();
        let said: Vec<_> = compiled.diagnostics.iter().map(|d| d.message.clone()).collect();
        let model = compiled.model.unwrap_or_else(|| panic!("{lines}: {said:?}"));
        let (_, promise) = model.promises().next().unwrap();
        let Measurement::Events(events) = &promise.measurement else { panic!("{lines}") };
        let Outcome::Good(list) = &events.outcome else { panic!("{lines}") };
        list.iter()
            .map(|series| {
                let matchers = series.selector().unwrap().matchers.iter();
                let texts = matchers.map(|m| format!("{}{}{}", m.label, m.op.as_str(), m.value));
                let limit = if let Series::HistogramWithin { limit, .. } = series {
                    format!("within {limit}")
                } else {
                    "any".to_owned()
                };
                [limit].into_iter().chain(texts).collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    #[test]
    fn good_ones_are_cut_into_selectors_that_exclude_each_other() {
        for (lines, expected) in [
            ("total h_seconds\nbad where {code=\"500\"} or over 1s", vec!["within 1 code!=500"]),
            (
                "total h_seconds\nbad over 500ms or over 1s where {code=\"500\"}",
                vec!["within 0.5 code!=500", "within 0.5 code=500"],
            ),
            (
                "total h_seconds\nbad where {code=\"500\", route=\"/a\"} or where {code=\"404\"}",
                vec!["any code!=500 code!=404", "any code=500 route!=/a"],
            ),
            // What holds already is not asked for again.
            (
                "total h_seconds{route=\"/a\"}\nbad where {route=~\"/a|/b\", code=\"500\"} or where {code=\"503\"}",
                vec!["any route=/a code!=500 code!=503"],
            ),
        ] {
            assert_eq!(good(lines), expected, "{lines}");
        }
    }
}
