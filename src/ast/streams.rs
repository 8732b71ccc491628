//! Measurements: streams of events, selectors, conditions of slices.

use super::{At, Ident, Length, Limit, Str};
use crate::source::Span;
use crate::value::{Decimal, Duration, MatchOp, Side, Stat, Which};

/// A metric's name, as declared or used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricName {
    /// The name without quotes.
    pub name: String,
    /// Where, quotes included.
    pub span: Span,
    /// Written in quotes (Prometheus 3 UTF-8 names).
    pub quoted: bool,
}

/// The right side of a matcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchValue {
    /// `"5.."`
    Str(Str),
    /// `$service`
    Var(Ident),
}

/// `code=~"5.."`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: Ident,
    /// The comparison.
    pub op: At<MatchOp>,
    /// The value.
    pub value: MatchValue,
    /// The whole.
    pub span: Span,
}

/// `{code=~"5..", route="/"}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matchers {
    /// In order.
    pub list: Vec<Matcher>,
    /// Braces included.
    pub span: Span,
}

/// `http_requests_total{code="200"}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The metric.
    pub metric: MetricName,
    /// The braces, where written.
    pub matchers: Option<Matchers>,
    /// The whole.
    pub span: Span,
}

/// One addend of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A counter or histogram.
    Selector(Selector),
    /// `readings of G{..}`; the span covers the two words as well.
    Readings(Selector, Span),
    /// `promql """..."""`; the span covers the word as well.
    Promql(Str, Span),
}

/// `A + B`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The addends, at least one.
    pub terms: Vec<Term>,
    /// The whole.
    pub span: Span,
}

/// How a limit is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cmp {
    /// `within`: at most (durations)
    Within,
    /// `over`: more than
    Over,
    /// `at most`
    AtMost,
    /// `at least`
    AtLeast,
}

/// `within 400ms`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The comparison.
    pub cmp: At<Cmp>,
    /// The limit.
    pub limit: Limit,
    /// The whole.
    pub span: Span,
}

/// What follows `good` or `bad`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `where {..}`: narrows total.
    Where(Matchers),
    /// `within 400ms [where {..}]`, `at least 1 [where {..}]`: compares total's values.
    Bound(Bound, Option<Matchers>),
    /// `over 1s or where {..}`: bad in any of these ways.
    AnyOf(Vec<Fault>),
    /// A stream of its own, for `bad` with an optional `over 1s`.
    Stream(Stream, Option<Bound>),
}

/// One of several ways in which an event may be bad: `over 1s where {..}`, `where {..}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `over 1s`
    pub bound: Option<Bound>,
    /// `where {..}`
    pub narrowed: Option<Matchers>,
    /// The whole.
    pub span: Span,
}

/// One statement about a measurement, in an indicator or a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamStmt {
    /// What it says.
    pub kind: StreamStmtKind,
    /// What its side means, in words: `bad "went back at least once" where ..`.
    pub said: Option<Str>,
    /// The whole statement.
    pub span: Span,
}

/// The kinds of [`StreamStmt`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamStmtKind {
    /// `total S`
    Total(Stream),
    /// `good ..`, `bad ..`
    Verdict(Side, Verdict),
    /// `started S`
    Started(Stream),
    /// `finished S within 30m`
    Finished(Stream, Bound),
    /// `good when ..`
    GoodWhen(Condition),
    /// `silence is bad`
    SilenceIsBad,
}

/// `p95 of H{..} within 800ms`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub subject: Subject,
    /// What it must satisfy.
    pub bound: Bound,
    /// The whole, without `good when`.
    pub span: Span,
}

/// What a slice's condition looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `share` (of good events), with the word's place
    Share(Span),
    /// `p95 of H{..}`: the percentile as written (95), with its place
    Percentile(At<Decimal>, Selector),
    /// `mean of H{..}`, with the word's place
    Mean(Selector, Span),
    /// `max of G{..}`
    Stat(At<Stat>, Selector),
    /// `age of [newest|oldest] G{..}`; newest unless said
    Age(Option<At<Which>>, Selector),
    /// `promql """..."""`; the span covers the word as well
    Promql(Str, Span),
}

/// The measure of a promise `keep for 99% of ..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noun {
    /// Free words, as written, single blanks between them.
    Words(String, Span),
    /// `"client readings"`
    Quoted(Str),
    /// `minutes` (one-minute slices when a `good when` says so)
    Minutes(Span),
    /// `5m slices`
    Slices(Length, Span),
}

impl Noun {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Noun::Words(_, span) | Noun::Minutes(span) | Noun::Slices(_, span) => *span,
            Noun::Quoted(s) => s.span,
        }
    }
    /// The plural noun for sentences: `payments`, `minutes`, `5m slices`.
    pub fn text(&self) -> String {
        match self {
            Noun::Words(w, _) => w.clone(),
            Noun::Quoted(s) => s.value.clone(),
            Noun::Minutes(_) => "minutes".to_owned(),
            Noun::Slices(d, _) => format!("{} slices", d.value),
        }
    }
    /// The slice, where the noun is one of time.
    pub fn slice(&self) -> Option<Duration> {
        match self {
            Noun::Minutes(_) => Some(Duration::from_mins(1)),
            Noun::Slices(d, _) => Some(d.value),
            Noun::Words(..) | Noun::Quoted(_) => None,
        }
    }
}
