//! A measurement: the statements of a promise, or of an indicator and the promise that uses it, made into one.

use super::catalogue::Scrape;
use super::out::Out;
use super::selector::{Sel, read};
use super::stream::{Form, Term, limited, lower, narrowed, own, stream};
use super::{Cx, Env, completion, labels, query, shape, sides, slices, subset};
use crate::ast::{Condition, Limit, Matchers, Side, Stream, StreamStmt, StreamStmtKind, Verdict};
use crate::diag::Diagnostic;
use crate::diag::codes::types::OVERLAP;
use crate::ir;
use crate::source::Span;
use crate::value::Duration;

/// The statements of a measurement.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    /// What the parameters of the streams are.
    pub(crate) env: Env<'a>,
    /// `total`
    pub(crate) total: Option<(&'a Stream, Span)>,
    /// `good`, `bad`
    pub(crate) verdicts: Vec<(Side, &'a Verdict, Span)>,
    /// `started`
    pub(crate) started: Option<(&'a Stream, Span)>,
    /// `finished`
    pub(crate) finished: Option<(&'a Stream, &'a Limit, Span)>,
    /// `good when`, with the parameters of its own place
    pub(crate) when: Option<(&'a Condition, Env<'a>, Span)>,
    /// `silence is bad`
    pub(crate) silence: Option<Span>,
    /// `where` after a call
    pub(crate) narrowed: Option<&'a Matchers>,
    /// Something was unreadable: what seems missing may be there.
    pub(crate) junk: bool,
}

impl<'a> Parts<'a> {
    /// Takes the statements of one block; the first of a kind counts.
    pub(crate) fn take(&mut self, stmt: &'a StreamStmt, env: Env<'a>) {
        match &stmt.kind {
            StreamStmtKind::Total(s) => {
                self.total.get_or_insert((s, stmt.span));
            }
            StreamStmtKind::Verdict(side, verdict) => self.verdicts.push((*side, verdict, stmt.span)),
            StreamStmtKind::Started(s) => {
                self.started.get_or_insert((s, stmt.span));
            }
            StreamStmtKind::Finished(s, within) => {
                self.finished.get_or_insert((s, within, stmt.span));
            }
            StreamStmtKind::GoodWhen(c) => {
                self.when.get_or_insert((c, env, stmt.span));
            }
            StreamStmtKind::SilenceIsBad => {
                self.silence.get_or_insert(stmt.span);
            }
        }
    }
}

/// What the promise around a measurement says of it.
pub(crate) struct Around<'a> {
    /// The promise or the indicator in words: ``promise `accepted` ``.
    pub(crate) what: String,
    /// The noun; none while an indicator is checked by itself.
    pub(crate) noun: Option<&'a crate::ast::Noun>,
}

impl Around<'_> {
    /// The slice, where the noun is one of time.
    pub(crate) fn slice(&self) -> Option<(Duration, Span)> {
        let noun = self.noun?;
        Some((noun.slice()?, noun.span()))
    }
}

/// A measurement that was read.
#[derive(Default)]
pub(crate) struct Measured<'a> {
    /// For the model; none where parameters are unknown or something is wrong.
    pub(crate) ir: Option<ir::Measurement>,
    /// Every selector; those of all events (not of the good or the bad ones) first.
    pub(crate) sels: Vec<Sel<'a>>,
    /// How many selectors are the good or the bad ones', at the end.
    pub(crate) verdicts: usize,
    /// How metrics in queries are scraped.
    pub(crate) scrapes: Vec<Scrape>,
    /// Every query.
    pub(crate) queries: Vec<Asked<'a>>,
}

/// A query as it stands in a measurement.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Its text.
    pub(crate) text: &'a crate::ast::Str,
    /// A stream of events, else a value now.
    pub(crate) stream: bool,
    /// What a value is compared with, and where that is written.
    pub(crate) good: Option<(ir::Reading, Span)>,
}

impl<'a> Measured<'a> {
    /// The selectors of all events.
    pub(crate) fn base(&self) -> &[Sel<'a>] {
        self.sels.get(..self.sels.len() - self.verdicts).unwrap_or_default()
    }
    /// Notes what the addends read.
    pub(crate) fn note(&mut self, terms: Vec<Term<'a>>) {
        for term in terms {
            match term {
                Term::Series(sel, _) => self.sels.push(sel),
                Term::Promql(text, _) => self.queries.push(Asked { text, stream: true, good: None }),
            }
        }
    }
}

/// Events and which of them are good.
pub(crate) struct Outcome<'a> {
    pub(crate) total: Vec<Term<'a>>,
    pub(crate) side: Side,
    pub(crate) counted: Vec<Term<'a>>,
    /// Nothing was left out.
    pub(crate) whole: bool,
}

impl<'a> Outcome<'a> {
    pub(crate) fn lower(&self, cx: &Cx<'a>) -> Option<ir::Events> {
        if !self.whole {
            return None;
        }
        let counted = lower(cx, &self.counted)?;
        let outcome = match self.side {
            Side::Good => ir::Outcome::Good(counted),
            Side::Bad => ir::Outcome::Bad(counted),
        };
        Some(ir::Events { total: lower(cx, &self.total)?, outcome })
    }
}

/// Reads a measurement.
pub(crate) fn measure<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    parts: &Parts<'a>,
    around: &Around<'a>,
) -> Measured<'a> {
    let mut made = Measured::default();
    shape::check(out, parts, around);
    if parts.started.is_some() || parts.finished.is_some() {
        completion::completion(cx, out, parts, &mut made);
        return made;
    }
    let events = events(cx, out, parts);
    if let Some(events) = events.as_ref().filter(|e| e.whole) {
        sides::check_total(out, &events.total, around.noun.map(crate::ast::Noun::text).as_deref());
    }
    if parts.when.is_some() {
        slices::slices(cx, out, parts, around.slice(), events.as_ref(), &mut made);
    } else if let Some(events) = &events {
        made.ir = events.lower(cx).map(ir::Measurement::Events);
    }
    if let Some(events) = events {
        made.note(events.total);
        let base = made.sels.len();
        made.note(events.counted);
        made.verdicts = made.sels.len() - base;
    }
    made
}

/// Reads `total` with its verdicts.
fn events<'a>(cx: &Cx<'a>, out: &mut Out, parts: &Parts<'a>) -> Option<Outcome<'a>> {
    let Some((written, _)) = parts.total else {
        // Still read what stands alone, for its own mistakes.
        for (side, verdict, _) in &parts.verdicts {
            if let Verdict::Stream(s, bound) = verdict {
                own(cx, out, parts.env, *side, s, bound.as_ref());
            }
        }
        return None;
    };
    let mut total = stream(cx, out, parts.env, written);
    let mut whole = total.len() == written.terms.len();
    if let Some(where_) = parts.narrowed {
        match narrowed(cx, out, Env::default(), &total, where_) {
            Some(terms) => total = terms,
            None => whole = false,
        }
    }
    let side = parts.verdicts.first().map_or(Side::Bad, |(side, ..)| *side);
    let mut counted: Vec<(Span, Vec<Term<'a>>)> = Vec::new();
    for (side, verdict, span) in &parts.verdicts {
        match verdict_of(cx, out, parts, *side, verdict, &total, whole) {
            Some(terms) => counted.push((*span, terms)),
            None => whole = false,
        }
    }
    if whole {
        counted_twice(cx, out, &total);
        for (_, terms) in &counted {
            counted_twice(cx, out, terms);
        }
        exclusive(cx, out, side, &counted, &total);
        query::compare(cx, out, side, &total, &counted);
    }
    let counted = counted.into_iter().flat_map(|(_, terms)| terms).collect();
    Some(Outcome { total, side, counted, whole: whole && !parts.verdicts.is_empty() })
}

fn verdict_of<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    parts: &Parts<'a>,
    side: Side,
    verdict: &'a Verdict,
    total: &[Term<'a>],
    whole: bool,
) -> Option<Vec<Term<'a>>> {
    let env = parts.env;
    let first = total.first().and_then(Term::sel).map_or("", |s| s.metric.name);
    match verdict {
        Verdict::Where(written) => {
            let matchers: Vec<_> = written.list.iter().map(|m| read(env, m)).collect();
            if whole && subset::is_everything(cx, out, side, total, written, &matchers) {
                return None;
            }
            let terms = narrowed(cx, out, env, total, written)?;
            sides::check(out, side, first, &matchers);
            Some(terms)
        }
        Verdict::Bound(bound, written) => {
            let terms = match written {
                Some(written) => narrowed(cx, out, env, total, written)?,
                None => total.to_vec(),
            };
            if side == Side::Good
                && let Some(written) = written
            {
                let matchers: Vec<_> = written.list.iter().map(|m| read(env, m)).collect();
                sides::check(out, side, first, &matchers);
            }
            limited(cx, out, env, side, &terms, bound)
        }
        Verdict::Stream(written, bound) => {
            let mut terms = own(cx, out, env, side, written, bound.as_ref())?;
            // What narrows total at the call narrows a stream of its own as well, or it would count more.
            if let Some(where_) = parts.narrowed.filter(|_| whole) {
                terms = narrowed(cx, out, Env::default(), &terms, where_)?;
            }
            if whole {
                subset::part_of_total(cx, out, side, &terms, total);
            }
            if bound.is_none() {
                let all: Vec<_> = total.iter().filter_map(Term::sel).flat_map(|s| &s.matchers).collect();
                for sel in terms.iter().filter_map(Term::sel) {
                    let extra: Vec<labels::Match<'a>> =
                        sel.matchers.iter().filter(|m| !all.iter().any(|a| a.same(m))).copied().collect();
                    sides::check(out, side, sel.metric.name, &extra);
                    if !total.iter().filter_map(Term::sel).any(|t| t.metric.name == sel.metric.name) {
                        sides::check_name(out, side, sel);
                    }
                }
            }
            Some(terms)
        }
    }
}

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
            out.report(told_apart(cx, side, (*a_span, a), (*b_span, b), total, made));
            return;
        }
    }
}

/// How two verdicts are made to exclude each other, in the author's own words.
fn told_apart<'a>(
    cx: &Cx<'a>,
    side: Side,
    (a_span, a): (Span, &Term<'a>),
    (b_span, b): (Span, &Term<'a>),
    total: &[Term<'a>],
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
        let limit = match form {
            Form::Over(Some(limit)) => format!("over {} ", x.metric.unit.write(*limit)),
            Form::Within(Some(limit)) => format!("within {} ", x.metric.unit.write(*limit)),
            Form::Counter
            | Form::Count
            | Form::Within(_)
            | Form::Over(_)
            | Form::Readings
            | Form::AtLeast(_)
            | Form::AtMost(_) => String::new(),
        };
        return made.help(format!(
            "leave out what the other one counts: `{word} {limit}where {{{}}}`",
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
