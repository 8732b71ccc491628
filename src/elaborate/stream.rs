//! Streams of events: which kind of metric may stand where, and what may be added up.

use super::bounds::{self, Bounded};
use super::catalogue::Metric;
use super::out::Out;
use super::selector::{Sel, narrow, selector};
use super::{Cx, Env, query};
use crate::ast::{self, Cmp, Matchers, MetricKind, Side, Str};
use crate::diag::Diagnostic;
use crate::diag::codes::types::{
    COMPARISON, COUNTER_LIMIT, NARROWED_PROMQL, RATE_OF_GAUGE, READINGS_OF, SUM, SUMMARY, WRONG_KIND,
};
use crate::ir;
use crate::source::Span;
use crate::value::Decimal;

/// What of a selector is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A counter's events.
    Counter,
    /// A histogram's observations.
    Count,
    /// Observations up to a limit; the limit is not known while it is a parameter.
    Within(Option<Decimal>),
    /// Observations above a limit.
    Over(Option<Decimal>),
    /// A gauge's samples.
    Readings,
    /// Samples of at least a limit.
    AtLeast(Option<Decimal>),
    /// Samples of at most a limit.
    AtMost(Option<Decimal>),
}

impl Form {
    /// `within` or `over`, and the limit; none where it has none or it isn't known.
    pub(crate) fn bound(self) -> Option<(&'static str, Decimal)> {
        match self {
            Form::Within(limit) => Some(("within", limit?)),
            Form::Over(limit) => Some(("over", limit?)),
            Form::Counter | Form::Count | Form::Readings | Form::AtLeast(_) | Form::AtMost(_) => None,
        }
    }
}

/// One addend.
#[derive(Clone, Debug)]
pub(crate) enum Term<'a> {
    /// A selector.
    Series(Sel<'a>, Form),
    /// The user's own PromQL; the span covers the word as well.
    Promql(&'a Str, Span),
}

impl<'a> Term<'a> {
    /// Its place.
    pub(crate) fn span(&self) -> Span {
        match self {
            Term::Series(sel, _) => sel.span,
            Term::Promql(_, span) => *span,
        }
    }
    /// Its selector.
    pub(crate) fn sel(&self) -> Option<&Sel<'a>> {
        match self {
            Term::Series(sel, _) => Some(sel),
            Term::Promql(..) => None,
        }
    }
    /// The model's series.
    pub(crate) fn lower(&self, cx: &Cx<'a>) -> Option<ir::Series> {
        let (sel, form) = match self {
            Term::Promql(text, _) => return Some(ir::Series::Promql(query::scoped(cx, text))),
            Term::Series(sel, form) => (sel, form),
        };
        let native = sel.metric.kind == MetricKind::NativeHistogram;
        let selector = sel.lower(cx)?;
        Some(match form {
            Form::Counter => ir::Series::Counter(selector),
            Form::Count => ir::Series::HistogramCount { selector, native },
            Form::Within(limit) => ir::Series::HistogramWithin { selector, native, limit: (*limit)? },
            Form::Over(limit) => ir::Series::HistogramOver { selector, native, limit: (*limit)? },
            Form::Readings => ir::Series::Readings { selector, condition: None },
            Form::AtLeast(limit) => {
                ir::Series::Readings { selector, condition: Some(ir::Reading::AtLeast((*limit)?)) }
            }
            Form::AtMost(limit) => {
                ir::Series::Readings { selector, condition: Some(ir::Reading::AtMost((*limit)?)) }
            }
        })
    }
}

/// The model's series of all addends.
pub(crate) fn lower<'a>(cx: &Cx<'a>, terms: &[Term<'a>]) -> Option<Vec<ir::Series>> {
    terms.iter().map(|t| t.lower(cx)).collect()
}

/// What a stream is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `total`
    Total,
    /// `good`, `bad`, an addend
    Part,
    /// `started`
    Started,
    /// `finished`
    Finished,
}

/// Reads a stream. Addends with mistakes are reported and left out; `whole` tells whether none was.
pub(crate) fn stream<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    written: &'a ast::Stream,
    role: Role,
) -> Vec<Term<'a>> {
    // `readings of` stands alone in `total`, and nowhere else
    let role = if written.terms.len() > 1 { Role::Part } else { role };
    let mut terms = Vec::with_capacity(written.terms.len());
    for term in &written.terms {
        match term {
            ast::Term::Selector(s) => {
                if let Some(sel) = selector(cx, out, env, s)
                    && let Some(form) = counted(out, sel.metric, &sel, role)
                {
                    terms.push(Term::Series(sel, form));
                }
            }
            ast::Term::Readings(s, span) => {
                if let Some(sel) = selector(cx, out, env, s)
                    && is_gauge(out, &sel, *span)
                {
                    terms.push(Term::Series(sel, Form::Readings));
                }
            }
            ast::Term::Promql(text, span) => terms.push(Term::Promql(text, *span)),
        }
    }
    if let [first, rest @ ..] = terms.as_slice() {
        for other in rest {
            addable(out, first, other);
        }
    }
    terms
}

/// The way out where an exporter's gauge holds counts.
pub(super) const INCREASES: &str =
    "where each sample counts what is new, declare it as `counter` and say `samples are increases`";

/// What a bare selector counts.
fn counted<'a>(out: &mut Out, metric: &Metric<'a>, sel: &Sel<'a>, role: Role) -> Option<Form> {
    let name = metric.name;
    match metric.kind {
        MetricKind::Counter => Some(Form::Counter),
        MetricKind::Histogram | MetricKind::NativeHistogram => Some(Form::Count),
        MetricKind::Gauge => {
            let made = Diagnostic::new(
                &RATE_OF_GAUGE,
                sel.metric_span,
                format!("`{name}` is a gauge: it has values, but no events"),
                "a gauge",
            )
            .also(metric.decl.kind.span, "declared as gauge");
            out.report(match role {
                Role::Total => made
                    .maybe_fix("count its samples: `readings of`", sel.metric_span.before(), "readings of ")
                    .help(INCREASES),
                Role::Part => made
                    .help("name a counter here; samples are counted by `total readings of` alone")
                    .help(INCREASES),
                Role::Started => made.help("name a counter of what was started"),
                Role::Finished => made
                    .help("name a histogram of how long it took: `finished HISTOGRAM within T`")
                    .help("or a counter of what was finished; `total readings of` judges a gauge's samples"),
            });
            None
        }
        MetricKind::Summary => {
            out.report(
                Diagnostic::new(
                    &SUMMARY,
                    sel.metric_span,
                    format!("`{name}` is a summary: its quantiles cannot be added up or compared"),
                    "a summary",
                )
                .also(metric.decl.kind.span, "declared as summary")
                .help(format!(
                    "to count its events, use `{name}_count`; {}",
                    super::selector::own_declaration(metric, &format!("{name}_count"))
                ))
                .help("for a limit on its values, have the target expose a histogram"),
            );
            None
        }
    }
}

fn is_gauge(out: &mut Out, sel: &Sel<'_>, span: Span) -> bool {
    let kind = sel.metric.kind;
    if kind == MetricKind::Gauge {
        return true;
    }
    let words = Span { end: sel.span.start, ..span };
    let said = format!("`readings of` asks for a gauge, but `{}` is a {}", sel.metric.name, kind.as_str());
    let made = Diagnostic::new(&READINGS_OF, sel.metric_span, said, format!("a {}", kind.as_str()))
        .also(sel.metric.decl.kind.span, "declared here");
    out.report(match kind {
        MetricKind::Counter | MetricKind::Histogram | MetricKind::NativeHistogram => {
            made.maybe_fix("count its events: leave out `readings of`", words, "")
        }
        MetricKind::Gauge | MetricKind::Summary => made.help("use a gauge"),
    });
    false
}

/// Addends count the same thing.
fn addable<'a>(out: &mut Out, first: &Term<'a>, other: &Term<'a>) {
    let (Term::Series(a, a_form), Term::Series(b, b_form)) = (first, other) else { return };
    let readings = |f: &Form| *f == Form::Readings;
    if readings(a_form) != readings(b_form) {
        let (label, other) = if readings(b_form) { ("readings", "events") } else { ("events", "readings") };
        let said = "events and readings of a gauge cannot be added up".to_owned();
        out.report(
            Diagnostic::new(&SUM, b.span, said, label).also(a.span, other).help("make two promises of them"),
        );
        return;
    }
    // What a histogram's unit measures is its observations, not its events.
    let comparable = (a_form == b_form) && a.metric.unit != b.metric.unit;
    if comparable {
        let (x, y) = (a.metric.unit.word(), b.metric.unit.word());
        let said = format!("`{}` and `{}` do not count the same thing", a.metric.name, b.metric.name);
        out.report(
            Diagnostic::new(&SUM, b.span, said, y)
                .also(a.span, x)
                .help("make two promises of them, or correct the unit in the catalogue"),
        );
    }
}

/// The addends of total, narrowed by a `where`.
pub(crate) fn narrowed<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    total: &[Term<'a>],
    matchers: &'a Matchers,
) -> Option<Vec<Term<'a>>> {
    let mut made = Vec::with_capacity(total.len());
    let mut sound = true;
    for term in total {
        match term {
            Term::Series(sel, form) => {
                let mut sel = sel.clone();
                let whose = if total.len() > 1 { ", an addend of total," } else { "" };
                sound &= narrow(cx, out, env, &mut sel, matchers, whose);
                made.push(Term::Series(sel, *form));
            }
            Term::Promql(_, span) => {
                let said = "`where` cannot narrow a PromQL query".to_owned();
                out.report(
                    Diagnostic::new(&NARROWED_PROMQL, matchers.span, said, "narrows this total")
                        .also(*span, "PromQL, which is taken as it is")
                        .help("write the good or the bad events as `promql` too"),
                );
                sound = false;
            }
        }
    }
    sound.then_some(made)
}

/// The addends of total, compared with a limit.
pub(crate) fn limited<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    side: Side,
    terms: &[Term<'a>],
    bound: &'a ast::Bound,
) -> Option<Vec<Term<'a>>> {
    let mut made = Vec::with_capacity(terms.len());
    for term in terms {
        let Term::Series(sel, form) = term else {
            let said = "a limit cannot be applied to a PromQL query".to_owned();
            out.report(
                Diagnostic::new(&NARROWED_PROMQL, bound.span, said, "compares this total")
                    .also(term.span(), "PromQL, which is taken as it is")
                    .help("write the good or the bad events as `promql` too"),
            );
            return None;
        };
        let form = compared(cx, out, env, side, sel, *form, bound)?;
        made.push(Term::Series(sel.clone(), form));
    }
    Some(made)
}

/// What remains of a stream under a limit.
fn compared<'a>(
    _cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    side: Side,
    sel: &Sel<'a>,
    form: Form,
    bound: &'a ast::Bound,
) -> Option<Form> {
    let (name, cmp) = (sel.metric.name, bound.cmp.value);
    let histogram = match form {
        Form::Count => true,
        Form::Readings => false,
        Form::Counter | Form::Within(_) | Form::Over(_) | Form::AtLeast(_) | Form::AtMost(_) => {
            let said = format!("`{name}` is a counter: its events have no value to compare with a limit");
            let made = Diagnostic::new(&COUNTER_LIMIT, bound.span, said, "compares values")
                .also(sel.metric_span, "a counter");
            out.report(made.help("for a limit on durations or sizes, `total` must be a histogram").help(
                match side {
                    Side::Good => "to pick good events by their labels, write `good where {..}`",
                    Side::Bad => "to pick bad events by their labels, write `bad where {..}`",
                },
            ));
            return None;
        }
    };
    let wanted = match (histogram, side, cmp) {
        (true, Side::Good, Cmp::Within)
        | (true, Side::Bad, Cmp::Over)
        | (false, _, Cmp::AtLeast | Cmp::AtMost) => None,
        (true, Side::Good, Cmp::AtMost) => Some("within"),
        (true, Side::Bad, Cmp::AtLeast) => Some("over"),
        (false, _, Cmp::Within) => Some("at most"),
        (false, _, Cmp::Over) => {
            comparison(out, sel, bound, "samples are compared with `at least` or `at most`", None);
            return None;
        }
        (true, Side::Good, Cmp::Over | Cmp::AtLeast) => {
            let help = "slow is bad: write `bad over`, or `good within`";
            comparison(out, sel, bound, help, None);
            return None;
        }
        (true, Side::Bad, Cmp::Within | Cmp::AtMost) => {
            let help = "quick is good: write `good within`, or `bad over`";
            comparison(out, sel, bound, help, None);
            return None;
        }
    };
    if let Some(word) = wanted {
        comparison(out, sel, bound, "", Some(word));
        return None;
    }
    let limit = if histogram {
        bounds::bucket(out, env, sel, bound)
    } else {
        bounds::value(out, env, sel.metric, sel.metric_span, bound)
    };
    let limit = match limit {
        Bounded::Wrong => return None,
        Bounded::Unknown => None,
        Bounded::At(limit) => Some(limit),
    };
    Some(match cmp {
        Cmp::Within => Form::Within(limit),
        Cmp::Over => Form::Over(limit),
        Cmp::AtLeast => Form::AtLeast(limit),
        Cmp::AtMost => Form::AtMost(limit),
    })
}

fn comparison(out: &mut Out, sel: &Sel<'_>, bound: &ast::Bound, help: &str, word: Option<&str>) {
    let written = cmp_text(bound.cmp.value);
    let kind = sel.metric.kind.as_str();
    let said = format!("`{written}` is not how a {kind} is compared here");
    let made = Diagnostic::new(&COMPARISON, bound.cmp.span, said, "this comparison")
        .also(sel.metric_span, format!("a {kind}"));
    out.report(match word {
        Some(word) => made.maybe_fix(format!("write `{word}`"), bound.cmp.span, word),
        None => made.help(help),
    });
}

/// As written.
pub(crate) fn cmp_text(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Within => "within",
        Cmp::Over => "over",
        Cmp::AtMost => "at most",
        Cmp::AtLeast => "at least",
    }
}

/// A stream of its own on one side, with a limit where one is written.
pub(crate) fn own<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    env: Env<'a>,
    side: Side,
    written: &'a ast::Stream,
    bound: Option<&'a ast::Bound>,
) -> Option<Vec<Term<'a>>> {
    let terms = stream(cx, out, env, written, Role::Part);
    if terms.len() < written.terms.len() {
        return None;
    }
    match bound {
        Some(bound) => limited(cx, out, env, side, &terms, bound),
        None => Some(terms),
    }
}

/// A metric of another kind than the form asks for.
pub(crate) fn wrong_kind(out: &mut Out, sel: &Sel<'_>, form: &str, wanted: &str, help: &str) {
    let kind = sel.metric.kind.as_str();
    let said = format!("`{form}` asks for a {wanted}, but `{}` is a {kind}", sel.metric.name);
    out.report(
        Diagnostic::new(&WRONG_KIND, sel.metric_span, said, format!("a {kind}"))
            .also(sel.metric.decl.kind.span, "declared here")
            .help(help),
    );
}
