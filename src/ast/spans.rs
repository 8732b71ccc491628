//! Where each statement stands.

use super::{
    IndicatorStmt, Item, JourneyStmt, MetricStmt, PlaybookStmt, PolicyStmt, ScenarioStmt, StepStmt, TeamStmt,
};
use crate::source::Span;

impl Item {
    /// The whole item.
    pub fn span(&self) -> Span {
        match self {
            Self::Team(i) => i.span,
            Self::Metric(i) => i.span,
            Self::Indicator(i) => i.span,
            Self::Journey(i) => i.span,
            Self::Policy(i) => i.span,
            Self::Playbook(i) => i.span,
            Self::Scenario(i) => i.span,
            Self::Junk(span) => *span,
        }
    }
}

impl TeamStmt {
    /// The whole statement.
    pub fn span(&self) -> Span {
        match self {
            Self::Channel(_, span)
            | Self::Pages(_, span)
            | Self::Tickets(_, span)
            | Self::Labels(_, span)
            | Self::Junk(span) => *span,
        }
    }
}

impl MetricStmt {
    /// The whole statement.
    pub fn span(&self) -> Span {
        match self {
            Self::Labels(_, span)
            | Self::Buckets(_, span)
            | Self::ScrapedEvery { span, .. }
            | Self::BornWithEvent(span)
            | Self::SilentWhenIdle(_, span)
            | Self::Increases(_, span)
            | Self::ClassicOrNative(span)
            | Self::LateBy(_, span)
            | Self::Junk(span) => *span,
        }
    }
}

impl IndicatorStmt {
    /// The whole statement.
    pub fn span(&self) -> Span {
        match self {
            Self::Stream(stmt) => stmt.span,
            Self::Junk(span) => *span,
        }
    }
}

impl JourneyStmt {
    /// The whole statement; of a step or a promise with its block.
    pub fn span(&self) -> Span {
        match self {
            Self::Owner(_, span)
            | Self::User(_, span)
            | Self::Goal(_, span)
            | Self::Tier(_, span)
            | Self::Review(_, _, span)
            | Self::Agreed(_, _, span)
            | Self::Data(_, _, span)
            | Self::BudgetPolicy(_, span)
            | Self::Playbook(_, span)
            | Self::ForEach(_, span)
            | Self::NoData(_, span)
            | Self::Note(_, span)
            | Self::Junk(span) => *span,
            Self::Step(step) => step.span,
            Self::Promise(promise) => promise.span,
        }
    }
}

impl StepStmt {
    /// The whole statement; of a promise with its block.
    pub fn span(&self) -> Span {
        match self {
            Self::Critical(span)
            | Self::IfBroken(_, span)
            | Self::ServedBy(_, span)
            | Self::TestedBy(_, span)
            | Self::Playbook(_, span)
            | Self::Note(_, span)
            | Self::Junk(span) => *span,
            Self::Promise(promise) => promise.span,
        }
    }
}

impl PolicyStmt {
    /// The whole statement.
    pub fn span(&self) -> Span {
        match self {
            Self::Clause { span, .. }
            | Self::Incident(_, _, span)
            | Self::EscalateTo(_, span)
            | Self::Junk(span) => *span,
        }
    }
}

impl PlaybookStmt {
    /// The whole statement.
    pub fn span(&self) -> Span {
        match self {
            Self::Responder(_, span)
            | Self::HearFrom(_, span)
            | Self::FirstUpdate(_, _, span)
            | Self::Say(_, span)
            | Self::Restore(_, span)
            | Self::Runbook(_, span)
            | Self::Junk(span) => *span,
        }
    }
}

impl ScenarioStmt {
    /// The whole statement.
    pub fn span(&self) -> Span {
        match self {
            Self::Phases(_, span) | Self::Expect { span, .. } | Self::Junk(span) => *span,
        }
    }
}
