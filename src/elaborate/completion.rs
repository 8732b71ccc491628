//! Completion: what was started is finished in time.

use super::bounds::{self, Bounded};
use super::measure::{Measured, Parts};
use super::out::Out;
use super::stream::{Form, Role, Term, lower, stream};
use super::unit::Unit;
use super::{Cx, Env, numbers};
use crate::ast::{Bound, Limit, Stream};
use crate::diag::Diagnostic;
use crate::diag::codes::names::TWO_MEASUREMENTS;
use crate::diag::codes::numbers::WINDOW_RANGE;
use crate::diag::codes::types::{COMPLETION, TOO_SHORT, UNIT};
use crate::ir;
use crate::source::Span;
use crate::value::{Duration, Quantity};

/// Reads `started` and `finished`.
pub(crate) fn completion<'a>(cx: &Cx<'a>, out: &mut Out, parts: &Parts<'a>, made: &mut Measured<'a>) {
    if let Some(where_) = parts.narrowed {
        out.report(
            Diagnostic::new(
                &COMPLETION,
                where_.span,
                "`where` narrows `total`, and a completion has none",
                "narrows nothing",
            )
            .help("give the indicator a parameter for it"),
        );
    }
    if let Some((_, _, span)) = parts.when {
        let place = parts.started.map(|(_, s)| s).or(parts.finished.map(|(_, _, s)| s)).unwrap_or(span);
        out.report(
            Diagnostic::new(
                &TWO_MEASUREMENTS,
                span,
                "what is started and finished has no slices of time",
                "decides over a slice of time",
            )
            .also(place, "a completion")
            .help("remove `good when`, or measure events: `total ..` with `good ..` or `bad ..`"),
        );
    }
    let one = |out: &mut Out, written: Option<&'a Stream>, role: Role| -> Option<Vec<Term<'a>>> {
        let written = written?;
        let terms = stream(cx, out, parts.env, written, role);
        let fine = terms.len() == written.terms.len() && countable(out, &terms);
        fine.then_some(terms)
    };
    let started = one(out, parts.started.map(|(s, _)| s), Role::Started);
    let finished = one(out, parts.finished.map(|(s, _, _)| s), Role::Finished);
    let both = (started.as_deref().unwrap_or_default(), finished.as_deref().unwrap_or_default());
    let limit = parts.finished.map(|(_, limit, _)| limit);
    let within = limit.and_then(|limit| within(cx, out, parts.env, &limit.limit, both));
    let late = limit.and_then(|limit| late(out, parts.env, finished.as_deref().unwrap_or_default(), limit));
    if let (Some(started), Some(finished)) = (&started, &finished)
        && same_unit(out, started, finished)
        && !is_same(out, started, finished)
        && let (Some(started), Some(finished), Some(within), Some(late)) =
            (lower(cx, started), lower(cx, finished), within, late.and_then(|late| lower(cx, &late)))
    {
        made.ir = Some(ir::Measurement::Completion(ir::Completion { started, finished, within, late }));
    }
    made.note(started.unwrap_or_default());
    made.note(finished.unwrap_or_default());
}

/// Readings of a gauge are neither started nor finished.
fn countable(out: &mut Out, terms: &[Term<'_>]) -> bool {
    let reading = terms.iter().find(|t| matches!(t, Term::Series(_, Form::Readings)));
    if let Some(term) = reading {
        let said = "readings of a gauge are neither started nor finished".to_owned();
        let made = Diagnostic::new(&COMPLETION, term.span(), said, "readings");
        out.report(made.help("name a counter of what was started, and one of what was finished"));
    }
    reading.is_none()
}

/// What finished late: of histograms, which say how long each took. Their limit is a bucket bound, as everywhere; who only
/// wants to count finishes has to say so, or lateness would be left out in silence. None where something is wrong.
fn late<'a>(out: &mut Out, env: Env<'a>, finished: &[Term<'a>], limit: &'a Bound) -> Option<Vec<Term<'a>>> {
    let mut late = Vec::new();
    for term in finished {
        let Term::Series(sel, Form::Count) = term else { continue };
        let name = sel.metric.name;
        let mut own = Out::default();
        let bounded = match bounds::bucket(&mut own, env, sel, limit) {
            Bounded::At(at) => Some(Some(at)),
            Bounded::Unknown => Some(None),
            Bounded::Wrong => None,
        };
        out.broken |= own.broken;
        for diagnostic in own.found {
            out.report(diagnostic.help(format!(
                "to count finishes only, whenever they come, write `finished promql \"sum(rate({name}_count[$range]))\"`"
            )));
        }
        late.push(Term::Series(sel.clone(), Form::Over(bounded?)));
    }
    Some(late)
}

/// The limit, at least as long as a scrape.
fn within<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    limit: &'a Limit,
    (started, finished): (&[Term<'a>], &[Term<'a>]),
) -> Option<Duration> {
    let (quantity, span, _) = env.limit(limit)?;
    let Quantity::Duration(within) = quantity else {
        let said = format!("`finished within` asks for a duration, not {}", quantity.describe());
        let made = Diagnostic::new(&UNIT, span, said, quantity.describe());
        out.report(made.help("write a duration: `30m`"));
        return None;
    };
    if within > numbers::LONGEST {
        let said = format!("{within} to finish is longer than any window");
        let made = Diagnostic::new(&WINDOW_RANGE, span, said, format!("{} at most", numbers::LONGEST));
        out.report(made.help("write the time after which a user gives it up: `30m`, `2d`"));
        return None;
    }
    let sels = started.iter().chain(finished).filter_map(Term::sel);
    let slowest = sels.max_by_key(|s| s.metric.scrape.every);
    let interval = slowest.map_or(cx.settings.scrape_interval, |s| s.metric.scrape.every);
    if within >= interval {
        return Some(within);
    }
    let said = format!("{within} is shorter than the scrape interval, {interval}");
    let mut report = Diagnostic::new(&TOO_SHORT, span, said, "cannot be seen");
    if let Some(sel) = slowest {
        report = report.also(sel.metric.decl.name.span, format!("scraped every {interval}"));
    }
    out.report(report.help(format!("write at least `within {interval}`, or scrape more often")));
    None
}

/// Orders that are started and mails that are finished say nothing about each other.
fn same_unit<'a>(out: &mut Out, started: &[Term<'a>], finished: &[Term<'a>]) -> bool {
    let noun = |t: &Term<'a>| -> Option<(Unit<'a>, Span)> {
        match t {
            Term::Series(sel, Form::Counter) => Some((sel.metric.unit, sel.metric_span)),
            Term::Series(..) | Term::Promql(..) => None,
        }
    };
    let first = started.iter().find_map(noun);
    let last = finished.iter().find_map(noun);
    let (Some((a, a_span)), Some((b, b_span))) = (first, last) else { return true };
    if a == b || a == Unit::Unknown || b == Unit::Unknown {
        return true;
    }
    let said = format!("{} are started, but {} are finished", a.word(), b.word());
    out.report(
        Diagnostic::new(&COMPLETION, b_span, said, format!("counts {}", b.word()))
            .also(a_span, format!("counts {}", a.word()))
            .help("name two counters of the same thing, or correct the unit in the catalogue"),
    );
    false
}

/// The same stream twice loses nothing, ever.
fn is_same<'a>(out: &mut Out, started: &[Term<'a>], finished: &[Term<'a>]) -> bool {
    let same = |a: &Term<'a>, b: &Term<'a>| match (a, b) {
        (Term::Series(x, _), Term::Series(y, _)) => {
            x.metric.name == y.metric.name
                && x.matchers.len() == y.matchers.len()
                && x.matchers.iter().all(|m| y.matchers.iter().any(|n| n.same(m)))
        }
        (Term::Promql(x, _), Term::Promql(y, _)) => x.value == y.value,
        (Term::Series(..), Term::Promql(..)) | (Term::Promql(..), Term::Series(..)) => false,
    };
    let all = started.len() == finished.len() && started.iter().zip(finished).all(|(a, b)| same(a, b));
    let (true, Some(first), Some(second)) = (all, started.first(), finished.first()) else { return false };
    out.report(
        Diagnostic::new(
            &COMPLETION,
            second.span(),
            "the same events are started and finished: nothing can be lost",
            "the same again",
        )
        .also(first.span(), "started here")
        .help("name a counter that goes up at the end"),
    );
    true
}
