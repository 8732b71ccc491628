//! One promise: its measurement and everything around it.

use std::collections::BTreeSet;

use super::measure::{Around, Measured, Parts, measure};
use super::out::Out;
use super::{Cx, Env, composed, for_each, idle, indicator, numbers, query};
use crate::ast::{
    self, Arg, Composition, Ident, Matchers, Noun, PromiseStmtKind, StreamStmt, StreamStmtKind, Urgency,
};
use crate::diag::codes::names::SAID_TWICE;
use crate::diag::codes::types::{NO_DATA, NO_WHEN};
use crate::diag::{Diagnostic, Severity};
use crate::ir;
use crate::resolve::PromiseRef;
use crate::source::Span;
use crate::value::{Date, Decimal, Duration};

/// What a promise gets from the journey and the step it stands in.
#[derive(Clone, Copy, Default)]
pub(crate) struct Outer<'a> {
    /// `for each` of the journey.
    pub(crate) for_each: &'a [Ident],
    /// How loud missing data is, as the journey says.
    pub(crate) no_data: Option<Urgency>,
    /// The nearest playbook outside of the promise.
    pub(crate) playbook: Option<&'a Ident>,
}

struct Keep<'a> {
    objective: &'a ast::Percent,
    noun: &'a Noun,
    window: Option<&'a ast::Length>,
}

/// The statements of a promise; of each kind the first.
#[derive(Default)]
struct Said<'a> {
    keep: Option<Keep<'a>>,
    aim: Option<&'a ast::Percent>,
    expect: Option<(&'a ast::Number, &'a ast::Length, Span)>,
    measured_by: Option<(&'a Ident, &'a [Arg], Option<&'a Matchers>)>,
    composed: Option<(Composition, &'a [ast::Path])>,
    streams: Vec<&'a StreamStmt>,
    because: Option<(ast::Evidence, &'a ast::Str, Date, Span)>,
    urgency: Option<(Urgency, Span)>,
    no_data: Option<(Urgency, Span)>,
    for_each: &'a [Ident],
    playbook: Option<&'a Ident>,
    /// The measurement's first statement.
    measurement: Option<Span>,
}

impl<'a> Said<'a> {
    fn read(promise: &'a ast::Promise) -> Self {
        let mut said = Self::default();
        for stmt in &promise.body.stmts {
            match &stmt.kind {
                PromiseStmtKind::Keep { objective, noun, window } => {
                    said.keep.get_or_insert(Keep { objective, noun, window: window.as_ref() });
                }
                PromiseStmtKind::Aim(p) => {
                    said.aim.get_or_insert(p);
                }
                PromiseStmtKind::Expect(n, per) => {
                    said.expect.get_or_insert((n, per, stmt.span));
                }
                PromiseStmtKind::MeasuredBy { indicator, args, narrowed } => {
                    said.measured_by.get_or_insert((indicator, args, narrowed.as_ref()));
                    said.measurement.get_or_insert(stmt.span);
                }
                PromiseStmtKind::Composed(how, list) => {
                    said.composed.get_or_insert((*how, list));
                    said.measurement.get_or_insert(stmt.span);
                }
                PromiseStmtKind::Stream(s) => {
                    said.streams.push(s);
                    said.measurement.get_or_insert(stmt.span);
                }
                PromiseStmtKind::Because(evidence, text, day) => {
                    said.because.get_or_insert((evidence.value, text, day.value, stmt.span));
                }
                PromiseStmtKind::Urgency(u) => {
                    said.urgency.get_or_insert((u.value, stmt.span));
                }
                PromiseStmtKind::NoData(u) => {
                    said.no_data.get_or_insert((u.value, stmt.span));
                }
                PromiseStmtKind::ForEach(labels) => {
                    if said.for_each.is_empty() {
                        said.for_each = labels;
                    }
                }
                PromiseStmtKind::Playbook(name) => {
                    said.playbook.get_or_insert(name);
                }
                PromiseStmtKind::BlindTo(_)
                | PromiseStmtKind::Proxy(..)
                | PromiseStmtKind::Note(_)
                | PromiseStmtKind::Junk => {}
            }
        }
        said
    }
}

/// How a promise is measured.
#[derive(Default)]
struct Way<'a> {
    measured: Measured<'a>,
    indicator: Option<String>,
    /// What good and bad mean, in words.
    said: Vec<(ir::WordsOf, &'a ast::Str)>,
    silence: Option<Span>,
}

/// Makes a promise, or reports why not.
pub(crate) fn promise<'a>(
    cx: &Cx<'a>,
    broken: &BTreeSet<&str>,
    at: PromiseRef<'a>,
    outer: Outer<'a>,
) -> (Option<ir::Promise>, Out) {
    let mut out = Out::default();
    let said = Said::read(at.promise);
    let mut window = None;
    if let Some(keep) = &said.keep {
        numbers::objective(&mut out, keep.objective);
        window = numbers::window(cx, &mut out, keep.window, keep.noun, at.promise.body.has_junk);
    }
    if let Some(aim) = said.aim {
        numbers::stretch(&mut out, said.keep.as_ref().map(|k| k.objective), aim);
    }
    let expect = said.expect.and_then(|(n, per, _)| numbers::expect_per_day(n, per));
    for_each::reserved(&mut out, said.for_each);
    let mut way = match said.composed {
        Some((how, list)) => {
            no_slices(&mut out, &said, at.promise);
            let ir = composed::composed(cx, &mut out, at, how, list);
            Way { measured: Measured { ir, ..Measured::default() }, ..Way::default() }
        }
        None => way_of(cx, &mut out, broken, at.promise, &said, outer),
    };
    let name = at.promise.name.name.as_str();
    let each = for_each::for_each(cx, &mut out, name, outer.for_each, said.for_each, &way.measured);
    for_each::silence(&mut out, way.silence, &each);
    no_data(&mut out, &said, way.silence, name);
    idle::told(cx, &mut out, &way.measured, &each);
    // With something unreadable in it, what the model would say may not be what is written.
    if out.broken || at.promise.body.has_junk {
        return (None, out);
    }
    let made = way.measured.ir.take().and_then(|measurement| {
        let numbers = (window?, expect);
        model(cx, &said, at, outer, numbers, measurement, way, each)
    });
    (made, out)
}

/// How urgent the promise is.
fn urgency(said: &Said<'_>) -> Urgency {
    let usual = if said.composed.is_some() { Urgency::Ticket } else { Urgency::Page };
    said.urgency.map_or(usual, |(u, _)| u)
}

/// `no data ..` where there is nothing that it could say.
fn no_data(out: &mut Out, said: &Said<'_>, silence: Option<Span>, name: &str) {
    let Some((loud, place)) = said.no_data else { return };
    let made = |message: String, label: &str| Diagnostic::new(&NO_DATA, place, message, label);
    if let Some((_, first)) = said.composed.and_then(|(how, list)| Some((how, list.first()?))) {
        out.report(
            made(format!("promise `{name}` is composed, and reads no data itself"), "of which data?")
                .also(first.span, "data is missing in its members")
                .help("say it in the members, or once in their journey"),
        );
    } else if let Some(silence) = silence {
        out.report(
            made(format!("missing data is bad in promise `{name}`, and alerts as that"), "is never asked")
                .also(silence, "missing data is bad")
                .help("remove one of the two"),
        );
    } else if loud < urgency(said) {
        let written = said.urgency.map(|(_, span)| span);
        let (label, help) = match urgency(said) {
            Urgency::None => (
                "of a promise that alerts nobody",
                "remove it, or give the promise an urgency: `urgency ticket`",
            ),
            Urgency::Page | Urgency::Ticket => (
                "wakes somebody up",
                "write `no data ticket` or `no data none`, or remove it: then it opens a ticket",
            ),
        };
        let message = format!("missing data would be louder than promise `{name}` itself");
        let made = made(message, label).help(help);
        out.report(match written {
            Some(span) => made.also(span, "its urgency"),
            None => made,
        });
    }
}

/// Composed promises have no slices of their own.
fn no_slices<'a>(out: &mut Out, said: &Said<'a>, promise: &'a ast::Promise) {
    let Some(keep) = said.keep.as_ref().filter(|k| k.noun.slice().is_some()) else { return };
    let text = keep.noun.text();
    let said = format!("promise `{}` counts {text}, but is composed", promise.name.name);
    out.report(
        Diagnostic::new(&NO_WHEN, keep.noun.span(), said, "slices of time")
            .help("name what the whole is about: `keep for 99% of visits`"),
    );
}

/// Reads the measurement, with the indicator's statements where one is used.
fn way_of<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    broken: &BTreeSet<&str>,
    promise: &'a ast::Promise,
    said: &Said<'a>,
    outer: Outer<'a>,
) -> Way<'a> {
    let mut parts = Parts { junk: promise.body.has_junk, ..Parts::default() };
    let mut way = Way::default();
    let mut called = None;
    if let Some((ident, args, narrowed)) = said.measured_by {
        let Some(found) = cx.names.indicators.get(&ident.name) else {
            out.broken = true; // Reported with the names.
            return way;
        };
        way.indicator = Some(found.name.name.clone());
        indicator::take(&mut parts, found, Env::of(&found.params, args));
        parts.narrowed = narrowed;
        called = Some((found, ident.span));
        out.broken |= broken.contains(found.name.name.as_str());
        out.enter(found.body.span);
    }
    for stmt in &said.streams {
        let beside = matches!(stmt.kind, StreamStmtKind::GoodWhen(_) | StreamStmtKind::SilenceIsBad);
        if called.is_some() && !beside {
            out.broken = true; // Two measurements: reported with the names.
            continue;
        }
        if let (StreamStmtKind::GoodWhen(_), Some((_, _, first))) = (&stmt.kind, &parts.when)
            && called.is_some()
        {
            let message = "`good when` is written twice";
            out.report(
                Diagnostic::new(&SAID_TWICE, stmt.span, message, "said again here")
                    .also(*first, "the indicator says it")
                    .help("keep one of them"),
            );
            continue;
        }
        parts.take(stmt, Env::default());
    }
    let nothing = parts.total.is_none() && parts.verdicts.is_empty() && parts.when.is_none();
    if nothing && parts.started.is_none() && parts.finished.is_none() {
        out.broken = true; // Not measured: reported with the names.
        return way;
    }
    way.said = parts.words();
    way.silence = parts.silence.filter(|_| parts.when.is_some());
    let noun = said.keep.as_ref().map(|k| k.noun);
    let around = Around { what: format!("promise `{}`", promise.name.name), noun };
    way.measured = measure(cx, out, &parts, &around);
    if !way.measured.queries.is_empty() {
        let labels = outer.for_each.iter().chain(said.for_each).map(|l| (l.name.as_str(), l.span));
        query::check(cx, out, &mut way.measured, Some(&labels.collect::<Vec<_>>()));
    }
    if let Some((indicator, place)) = called {
        settle(out, broken.contains(indicator.name.name.as_str()), &indicator.name.name, place);
    }
    way
}

/// What was held because it points into the indicator was reported there, if the indicator is broken in itself;
/// if not, the call brought it about and must not pass in silence.
fn settle(out: &mut Out, broken: bool, indicator: &str, call: Span) {
    for held in std::mem::take(&mut out.held) {
        if held.severity == Severity::Error && !broken {
            out.found.push(held.also(call, format!("in this use of `{indicator}`")));
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "the parts of a promise, each made by another step")]
fn model<'a>(
    cx: &Cx<'a>,
    said: &Said<'a>,
    at: PromiseRef<'a>,
    outer: Outer<'a>,
    (window, expect_per_day): (Duration, Option<Decimal>),
    measurement: ir::Measurement,
    way: Way<'a>,
    each: Vec<for_each::Each>,
) -> Option<ir::Promise> {
    let written = at.promise;
    let keep = said.keep.as_ref()?;
    let urgency = urgency(said);
    // Where nothing can be missing there is nothing to be said of it.
    let asked = said.composed.is_none() && way.silence.is_none();
    let no_data = said.no_data.map(|(u, _)| u).or(outer.no_data).filter(|_| asked);
    let seen = &way.measured;
    let scrapes = || seen.sels.iter().map(|s| s.metric.scrape).chain(seen.scrapes.iter().copied());
    let scrape_interval = scrapes().map(|s| s.every).max().unwrap_or(cx.settings.scrape_interval);
    let scrape_timeout = scrapes().map(|s| s.timeout.plus(s.late)).max();
    let late = scrapes().map(|s| s.late).max().unwrap_or_default();
    let (mut blind_to, mut proxies) = (Vec::new(), Vec::new());
    let (mut notes, mut note_spans) = (Vec::new(), Vec::new());
    for stmt in &written.body.stmts {
        if let PromiseStmtKind::BlindTo(s) = &stmt.kind {
            blind_to.push(s.value.clone());
        } else if let PromiseStmtKind::Proxy(what, why) = &stmt.kind {
            proxies.push((what.value.clone(), why.value.clone()));
        } else if let PromiseStmtKind::Note(s) = &stmt.kind {
            notes.push(s.value.clone());
            note_spans.push(s.span);
        }
    }
    let (for_each, for_each_spans) = each.into_iter().unzip();
    let members = said.composed.map_or_else(Vec::new, |(_, list)| list.iter().map(|p| p.span).collect());
    Some(ir::Promise {
        path: composed::path_of(at),
        title: written.title.value.clone(),
        objective: keep.objective.value.normalize(),
        stretch: said.aim.map(|a| a.value.normalize()),
        noun: keep.noun.text(),
        window,
        measurement,
        indicator: way.indicator,
        words: way.said.iter().map(|(of, text)| ir::Words { of: *of, text: text.value.clone() }).collect(),
        scrape_interval,
        scrape_timeout: scrape_timeout.unwrap_or_else(|| cx.settings.timeout_of(scrape_interval)),
        late,
        for_each,
        expect_per_day,
        urgency,
        no_data: no_data.map_or(urgency, |u| u.max(urgency)),
        because: said.because.map(|(evidence, text, day, _)| (evidence, text.value.clone(), day)),
        blind_to,
        proxies,
        notes,
        playbook: said.playbook.or(outer.playbook).map(|p| p.name.clone()),
        places: ir::PromisePlaces {
            name: written.name.span,
            title: written.title.span,
            notes: note_spans,
            objective: keep.objective.span,
            noun: keep.noun.span(),
            stretch: said.aim.map(|a| a.span),
            window: keep.window.map(|w| w.span),
            expect: said.expect.map(|(_, _, span)| span),
            measurement: said.measurement.unwrap_or(written.name.span),
            because: said.because.map(|(_, _, _, span)| span),
            urgency: said.urgency.map(|(_, span)| span),
            for_each: for_each_spans,
            members,
            words: way.said.iter().map(|(_, text)| text.span).collect(),
        },
        origin: cx.origin(written.span),
    })
}
