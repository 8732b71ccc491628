//! What a `.slovo` file says, statement by statement, in the order it says it, with every place.
//!
//! The tree is total: text that is not a statement becomes `Junk`, already reported by the parser, so later stages skip
//! it in silence (and hold back "X is missing" where a block [`has_junk`](Block::has_junk)). The tree is never changed.

mod children;
mod items;
mod nodes;
mod spans;
mod streams;

pub use items::{
    Arg, ArgValue, Indicator, IndicatorStmt, Item, Journey, JourneyStmt, LabelDecl, Metric, MetricKind,
    MetricStmt, Param, ParamType, Phase, Playbook, PlaybookStmt, Policy, PolicyAction, PolicyStmt,
    PolicyWhen, Promise, PromiseStmt, PromiseStmtKind, Scenario, ScenarioStmt, Step, StepStmt, Team,
    TeamStmt,
};
pub use nodes::{Name, NameKind, Node};
pub use streams::{
    Bound, Cmp, Condition, Fault, MatchValue, Matcher, Matchers, MetricName, Noun, Selector, Stream,
    StreamStmt, StreamStmtKind, Subject, Term, Verdict,
};

use crate::source::Span;
pub use crate::value::{Composition, DataClass, Evidence, Expected, MatchOp, Side, Stat, Urgency, Which};
use crate::value::{Date, Decimal, Duration, Quantity};

/// One parsed file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Top-level items in order.
    pub items: Vec<Item>,
    /// Warnings that comments accept, in order.
    pub allows: Vec<Allow>,
    /// The whole file.
    pub span: Span,
}

/// `# slovo: allow CODE because REASON [until DATE]`, on a line of its own before a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The warning's code.
    pub code: &'static crate::diag::Code,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The comment.
    pub span: Span,
    /// The comment up to the next line's text: what goes when the comment goes.
    pub line: Span,
    /// The statement, with its block.
    pub on: Span,
}

/// An identifier or a label name, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub name: String,
    /// Where.
    pub span: Span,
}

/// A quoted string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Str {
    /// The value, escapes resolved.
    pub value: String,
    /// Quotes included.
    pub span: Span,
    /// Written with `"""`: raw, may hold line breaks.
    pub triple: bool,
}

/// A dotted path (`pay.accepted`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The names between the dots, at least one.
    pub parts: Vec<Ident>,
    /// The whole.
    pub span: Span,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A plain number with its place.
pub type Number = At<Decimal>;
/// A percentage with its place: 99.5 for `99.5%`.
pub type Percent = At<Decimal>;
/// A duration with its place.
pub type Length = At<Duration>;
/// A date with its place.
pub type Day = At<Date>;

/// The statements of a block in braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Block<S> {
    /// Statements in order.
    pub stmts: Vec<S>,
    /// From `{` to `}`.
    pub span: Span,
    /// Something inside was unreadable and has been reported: what seems missing may be there.
    pub has_junk: bool,
}

/// A limit: written out, or a parameter of the indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `400ms`, `99%`, `10`
    Value(At<Quantity>),
    /// `$limit`
    Var(Ident),
}

impl Limit {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Limit::Value(v) => v.span,
            Limit::Var(v) => v.span,
        }
    }
}
