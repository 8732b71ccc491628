//! A measurement: the statements of a promise, or of an indicator and the promise that uses it, made into one.

use super::catalogue::Scrape;
use super::out::Out;
use super::overlap::{counted_twice, exclusive};
use super::selector::{Sel, read};
use super::stream::{Role, Term, limited, lower, narrowed, own, stream};
use super::{Cx, Env, buckets, completion, labels, query, shape, sides, slices, subset, union};
use crate::ast::{Bound, Condition, Matchers, Side, Str, Stream, StreamStmt, StreamStmtKind, Verdict};
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
    /// What `good`, `bad` and `good when` mean, in words.
    pub(crate) said: Vec<(ir::WordsOf, &'a Str)>,
    /// `started`
    pub(crate) started: Option<(&'a Stream, Span)>,
    /// `finished`
    pub(crate) finished: Option<(&'a Stream, &'a Bound, Span)>,
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
    /// What good, bad and good slices mean, in words: of a side only where each of its statements has them. Some would speak for
    /// all, and documents tell what is written instead.
    pub(crate) fn words(&self) -> Vec<(ir::WordsOf, &'a Str)> {
        let statements = |of: ir::WordsOf| match of {
            ir::WordsOf::Good => self.verdicts.iter().filter(|(side, ..)| *side == Side::Good).count(),
            ir::WordsOf::Bad => self.verdicts.iter().filter(|(side, ..)| *side == Side::Bad).count(),
            ir::WordsOf::Slices => 1,
        };
        let having = |of: ir::WordsOf| self.said.iter().filter(|(other, _)| *other == of).count();
        self.said.iter().copied().filter(|(of, _)| having(*of) >= statements(*of)).collect()
    }
    /// Takes the statements of one block; the first of a kind counts.
    pub(crate) fn take(&mut self, stmt: &'a StreamStmt, env: Env<'a>) {
        if let Some(said) = &stmt.said {
            let of = match &stmt.kind {
                StreamStmtKind::Verdict(Side::Good, _) => Some(ir::WordsOf::Good),
                StreamStmtKind::Verdict(Side::Bad, _) => Some(ir::WordsOf::Bad),
                StreamStmtKind::GoodWhen(_) => Some(ir::WordsOf::Slices),
                StreamStmtKind::Total(_)
                | StreamStmtKind::Started(_)
                | StreamStmtKind::Finished(..)
                | StreamStmtKind::SilenceIsBad => None,
            };
            self.said.extend(of.map(|of| (of, said)));
        }
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
    /// The ways to be bad that may come together; then the good ones are counted.
    pub(crate) faults: Vec<Vec<Term<'a>>>,
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
        let faults = self.faults.iter().map(|f| lower(cx, f)).collect::<Option<_>>()?;
        Some(ir::Events { total: lower(cx, &self.total)?, outcome, faults })
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
    if buckets::read(cx, out, parts, written) {
        return None;
    }
    let mut total = stream(cx, out, parts.env, written, Role::Total);
    let mut whole = total.len() == written.terms.len();
    if let Some(where_) = parts.narrowed {
        match narrowed(cx, out, Env::default(), &total, where_) {
            Some(terms) => total = terms,
            None => whole = false,
        }
    }
    if let [(_, Verdict::AnyOf(written), span)] = parts.verdicts.as_slice() {
        counted_twice(cx, out, &total);
        return Some(union::read(cx, out, parts, written, *span, (total, whole)));
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
    Some(Outcome { total, side, counted, faults: Vec::new(), whole: whole && !parts.verdicts.is_empty() })
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
            for (own, all) in terms.iter().filter_map(Term::sel).zip(total.iter().filter_map(Term::sel)) {
                subset::only_here(cx, out, side, own, all);
            }
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
        Verdict::AnyOf(_) => None,
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
