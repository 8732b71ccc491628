//! The pieces of a tree, each with its place and what is in it: for whoever asks what is at a place, or where a name is used.

use super::{
    Arg, Bound, Condition, Ident, Indicator, Journey, JourneyStmt, Matcher, Matchers, Metric, MetricName,
    MetricStmt, Noun, Param, Path, Playbook, PlaybookStmt, Policy, PolicyStmt, Promise, PromiseStmt,
    Scenario, ScenarioStmt, Selector, Step, StepStmt, Str, Stream, StreamStmt, Team, TeamStmt,
};
use crate::source::Span;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// `team shop`, `owner shop`
    Team,
    /// `metric x_total`, `total x_total`
    Metric,
    /// A label of a metric.
    Label,
    /// `indicator answered`, `measured by answered`
    Indicator,
    /// A parameter of an indicator: declared, given in a call (`service: "x"`), or used (`$service`).
    Parameter,
    /// `journey checkout`
    Journey,
    /// `step pay`
    Step,
    /// `promise accepted`
    Promise,
    /// `policy careful`
    Policy,
    /// `playbook trouble`
    Playbook,
    /// `scenario outage`
    Scenario,
}

/// A name where it is written.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// What it names.
    pub kind: NameKind,
    /// As written.
    pub ident: &'a Ident,
    /// Is it declared here?
    pub declares: bool,
}

/// A piece of a tree.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// A team.
    Team(&'a Team),
    /// A statement in it.
    TeamStmt(&'a TeamStmt),
    /// A metric.
    Metric(&'a Metric),
    /// A statement in it.
    MetricStmt(&'a MetricStmt),
    /// An indicator.
    Indicator(&'a Indicator),
    /// A parameter of it.
    Param(&'a Param),
    /// A journey.
    Journey(&'a Journey),
    /// A statement in it that is neither a step nor a promise.
    JourneyStmt(&'a JourneyStmt),
    /// A step.
    Step(&'a Step),
    /// A statement in it that isn't a promise.
    StepStmt(&'a StepStmt),
    /// A promise.
    Promise(&'a Promise),
    /// A statement in it.
    PromiseStmt(&'a PromiseStmt),
    /// A statement about a measurement.
    StreamStmt(&'a StreamStmt),
    /// A policy.
    Policy(&'a Policy),
    /// A statement in it.
    PolicyStmt(&'a PolicyStmt),
    /// A playbook.
    Playbook(&'a Playbook),
    /// A statement in it.
    PlaybookStmt(&'a PlaybookStmt),
    /// A scenario.
    Scenario(&'a Scenario),
    /// A statement in it.
    ScenarioStmt(&'a ScenarioStmt),
    /// A sum of series.
    Stream(&'a Stream),
    /// A metric and what it is narrowed by.
    Selector(&'a Selector),
    /// `{..}`
    Matchers(&'a Matchers),
    /// `code=~"5.."`
    Matcher(&'a Matcher),
    /// What makes a slice good.
    Condition(&'a Condition),
    /// `within 400ms`
    Bound(&'a Bound),
    /// An argument of a call.
    Arg(&'a Arg),
    /// A name.
    Name(Name<'a>),
    /// A metric's name, and whether it is declared here.
    MetricName(&'a MetricName, bool),
    /// The path of a promise.
    Path(&'a Path),
    /// What is counted.
    Noun(&'a Noun),
    /// A text.
    Text(&'a Str),
    /// PromQL.
    Query(&'a Str),
    /// Text that could not be read.
    Junk(Span),
}

impl<'a> Node<'a> {
    /// Where it stands.
    pub fn span(self) -> Span {
        match self {
            Self::Team(n) => n.span,
            Self::TeamStmt(n) => n.span(),
            Self::Metric(n) => n.span,
            Self::MetricStmt(n) => n.span(),
            Self::Indicator(n) => n.span,
            Self::Param(n) => n.name.span.to(n.ty.span),
            Self::Journey(n) => n.span,
            Self::JourneyStmt(n) => n.span(),
            Self::Step(n) => n.span,
            Self::StepStmt(n) => n.span(),
            Self::Promise(n) => n.span,
            Self::PromiseStmt(n) => n.span,
            Self::StreamStmt(n) => n.span,
            Self::Policy(n) => n.span,
            Self::PolicyStmt(n) => n.span(),
            Self::Playbook(n) => n.span,
            Self::PlaybookStmt(n) => n.span(),
            Self::Scenario(n) => n.span,
            Self::ScenarioStmt(n) => n.span(),
            Self::Stream(n) => n.span,
            Self::Selector(n) => n.span,
            Self::Matchers(n) => n.span,
            Self::Matcher(n) => n.span,
            Self::Condition(n) => n.span,
            Self::Bound(n) => n.span,
            Self::Arg(n) => n.name.span.to(n.value.span()),
            Self::Name(n) => n.ident.span,
            Self::MetricName(n, _) => n.span,
            Self::Path(n) => n.span,
            Self::Noun(n) => n.span(),
            Self::Text(n) | Self::Query(n) => n.span,
            Self::Junk(span) => span,
        }
    }

    /// Shows it and all that is below it, the outer before the inner.
    pub fn walk(self, see: &mut dyn FnMut(Node<'a>)) {
        see(self);
        let mut below = Vec::new();
        self.children(&mut |node| below.push(node));
        for node in below {
            node.walk(see);
        }
    }
}
