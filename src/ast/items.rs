//! Items: journeys with their steps and promises, the catalogue, people, and what is done when it breaks.

use super::{
    At, Block, Day, Ident, Length, Limit, Matchers, MetricName, Noun, Number, Path, Percent, Selector, Str,
    StreamStmt,
};
use crate::source::Span;
use crate::value::{Composition, DataClass, Duration, Evidence, Expected, Urgency};

/// A top-level item.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `team`
    Team(Team),
    /// `metric`
    Metric(Metric),
    /// `indicator`
    Indicator(Indicator),
    /// `journey`
    Journey(Journey),
    /// `policy`
    Policy(Policy),
    /// `playbook`
    Playbook(Playbook),
    /// `scenario`
    Scenario(Scenario),
    /// Unreadable, reported.
    Junk(Span),
}

/// `team shop "Shop team" { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Identifier.
    pub name: Ident,
    /// Title.
    pub title: Str,
    /// Braces, where written.
    pub body: Option<Block<TeamStmt>>,
    /// The whole.
    pub span: Span,
}

/// A statement in a team.
#[derive(Clone, Debug, PartialEq)]
pub enum TeamStmt {
    /// `channel "#shop"`
    Channel(Str, Span),
    /// `pages "receiver"`
    Pages(Str, Span),
    /// `tickets "receiver"`
    Tickets(Str, Span),
    /// `labels routing_key="shop"`
    Labels(Vec<(Ident, Str)>, Span),
    /// Unreadable, reported.
    Junk(Span),
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// Only goes up.
    Counter,
    /// A value now.
    Gauge,
    /// Classic, with bucket bounds.
    Histogram,
    /// Native.
    NativeHistogram,
    /// Client-side quantiles.
    Summary,
}

impl MetricKind {
    /// As written in the language.
    pub fn as_str(self) -> &'static str {
        match self {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
            MetricKind::NativeHistogram => "native histogram",
            MetricKind::Summary => "summary",
        }
    }
}

/// `metric NAME: KIND of UNIT, part of NAME { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Name.
    pub name: MetricName,
    /// Kind and where it is said.
    pub kind: At<MetricKind>,
    /// The unit's word.
    pub unit: Option<Ident>,
    /// The metric whose events include this one's.
    pub part_of: Option<MetricName>,
    /// Braces, where written.
    pub body: Option<Block<MetricStmt>>,
    /// The whole.
    pub span: Span,
}

/// A label in the catalogue, with its values where they are a closed set.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelDecl {
    /// The label.
    pub label: Ident,
    /// `in "a" | "b"`
    pub values: Option<Vec<Str>>,
}

/// A statement in a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum MetricStmt {
    /// `labels a, b in "x" | "y"`
    Labels(Vec<LabelDecl>, Span),
    /// `buckets 0.1, 0.5, 1`
    Buckets(Vec<Number>, Span),
    /// `scraped every 5m timeout 20s`
    ScrapedEvery {
        /// How often.
        every: Length,
        /// How long a scrape may take.
        timeout: Option<Length>,
        /// The whole.
        span: Span,
    },
    /// `born with its first event`
    BornWithEvent(Span),
    /// `silent when idle while up{job="collector"}`
    SilentWhenIdle(Option<Selector>, Span),
    /// `samples are increases over 5m`
    Increases(Option<Length>, Span),
    /// `stored classic or native`
    ClassicOrNative(Span),
    /// `late by 10m`
    LateBy(Length, Span),
    /// Unreadable, reported.
    Junk(Span),
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamType {
    /// Used with `=` and `!=`.
    String,
    /// Used with `=~` and `!~`.
    Regex,
    /// A duration limit.
    Duration,
    /// A percentage limit.
    Percent,
    /// A plain number limit.
    Number,
}

impl ParamType {
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            ParamType::String => "string",
            ParamType::Regex => "regex",
            ParamType::Duration => "duration",
            ParamType::Percent => "percent",
            ParamType::Number => "number",
        }
    }
}

/// `service: string`
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Name, without `$`.
    pub name: Ident,
    /// Type and where it is said.
    pub ty: At<ParamType>,
}

/// `indicator answered(service: string) { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// Identifier.
    pub name: Ident,
    /// Parameters.
    pub params: Vec<Param>,
    /// Statements.
    pub body: Block<IndicatorStmt>,
    /// The whole.
    pub span: Span,
}

/// A statement in an indicator.
#[derive(Clone, Debug, PartialEq)]
pub enum IndicatorStmt {
    /// A measurement.
    Stream(StreamStmt),
    /// Unreadable, reported.
    Junk(Span),
}

/// `journey checkout "Buy" { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Identifier.
    pub name: Ident,
    /// Title.
    pub title: Str,
    /// Statements.
    pub body: Block<JourneyStmt>,
    /// The whole.
    pub span: Span,
}

/// A statement in a journey. The last field is the whole statement.
#[derive(Clone, Debug, PartialEq)]
pub enum JourneyStmt {
    /// `owner shop`
    Owner(Ident, Span),
    /// `user "..."`
    User(Str, Span),
    /// `goal "..."`
    Goal(Str, Span),
    /// `tier 1`
    Tier(Number, Span),
    /// `review every 90d, last 2026-10-01`
    Review(Length, Option<Day>, Span),
    /// `agreed by product, shop on 2026-10-01`
    Agreed(Vec<Ident>, Option<Day>, Span),
    /// `data none "..."`
    Data(At<DataClass>, Option<Str>, Span),
    /// `budget policy careful`
    BudgetPolicy(Ident, Span),
    /// `playbook trouble`
    Playbook(Ident, Span),
    /// `for each region`
    ForEach(Vec<Ident>, Span),
    /// `no data ticket`
    NoData(At<Urgency>, Span),
    /// `note "..."`
    Note(Str, Span),
    /// A step.
    Step(Step),
    /// A promise of the whole journey.
    Promise(Promise),
    /// Unreadable, reported.
    Junk(Span),
}

/// `step pay "Pay" { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Identifier.
    pub name: Ident,
    /// Title.
    pub title: Str,
    /// Statements.
    pub body: Block<StepStmt>,
    /// The whole.
    pub span: Span,
}

/// A statement in a step. The last field is the whole statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StepStmt {
    /// `critical`
    Critical(Span),
    /// `if broken "..."`
    IfBroken(Str, Span),
    /// `served by "a/**", "b/**"`
    ServedBy(Vec<Str>, Span),
    /// `tested by "..."`
    TestedBy(Vec<Str>, Span),
    /// `playbook trouble`
    Playbook(Ident, Span),
    /// `note "..."`
    Note(Str, Span),
    /// A promise.
    Promise(Promise),
    /// Unreadable, reported.
    Junk(Span),
}

/// `promise accepted "Payment goes through" { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// Identifier.
    pub name: Ident,
    /// Title.
    pub title: Str,
    /// Statements.
    pub body: Block<PromiseStmt>,
    /// The whole.
    pub span: Span,
}

/// An argument of an indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// The parameter's name.
    pub name: Ident,
    /// The value.
    pub value: ArgValue,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgValue {
    /// `"frontend"`
    Str(Str),
    /// `400ms`
    Limit(Limit),
}

impl ArgValue {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            ArgValue::Str(s) => s.span,
            ArgValue::Limit(l) => l.span(),
        }
    }
}

/// A statement in a promise.
#[derive(Clone, Debug, PartialEq)]
pub struct PromiseStmt {
    /// What it says.
    pub kind: PromiseStmtKind,
    /// The whole statement.
    pub span: Span,
}

/// The kinds of [`PromiseStmt`].
#[derive(Clone, Debug, PartialEq)]
pub enum PromiseStmtKind {
    /// `keep for 99.5% of payments over 28d`
    Keep {
        /// The objective.
        objective: Percent,
        /// What is counted.
        noun: Noun,
        /// The window, where written.
        window: Option<Length>,
    },
    /// `aim for 99.9%`
    Aim(Percent),
    /// `expect 3_000 per day`
    Expect(Number, At<Duration>),
    /// `measured by answered(service: "x") where {..}`
    MeasuredBy {
        /// The indicator.
        indicator: Ident,
        /// The arguments in order; empty without parentheses.
        args: Vec<Arg>,
        /// Narrows total.
        narrowed: Option<Matchers>,
    },
    /// `because agreed "..." on 2026-10-01`
    Because(At<Evidence>, Str, Day),
    /// `blind to "..."`
    BlindTo(Str),
    /// `proxy for "..." because "..."`
    Proxy(Str, Str),
    /// `urgency ticket`
    Urgency(At<Urgency>),
    /// `no data ticket`
    NoData(At<Urgency>),
    /// `for each region`
    ForEach(Vec<Ident>),
    /// `note "..."`
    Note(Str),
    /// `playbook trouble`
    Playbook(Ident),
    /// `all of a.b, c.d`
    Composed(Composition, Vec<Path>),
    /// A measurement written in place. Boxed, like no other: it is twice as large as the rest.
    Stream(Box<StreamStmt>),
    /// Unreadable, reported.
    Junk,
}

/// `policy careful "..." { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Identifier.
    pub name: Ident,
    /// Title.
    pub title: Str,
    /// Statements.
    pub body: Block<PolicyStmt>,
    /// The whole.
    pub span: Span,
}

/// When a policy's clause begins.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyWhen {
    /// `below 20% left`
    Below(Percent),
    /// `when spent`
    Spent(Span),
}

/// What a policy's clause demands.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyAction {
    /// `tell shop`
    Tell(Ident),
    /// `slow`
    Slow(Span),
    /// `freeze`
    Freeze(Span),
}

/// A statement in a policy. The last field is the whole statement.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyStmt {
    /// `below 20% left slow "..." except "..."`
    Clause {
        /// When.
        when: PolicyWhen,
        /// What.
        action: PolicyAction,
        /// In words.
        text: Str,
        /// Exceptions.
        except: Vec<Str>,
        /// The whole.
        span: Span,
    },
    /// `incident costing 20% reviewed within 5d`
    Incident(Percent, Length, Span),
    /// `escalate to director`
    EscalateTo(Ident, Span),
    /// Unreadable, reported.
    Junk(Span),
}

/// `playbook trouble { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Playbook {
    /// Identifier.
    pub name: Ident,
    /// Statements.
    pub body: Block<PlaybookStmt>,
    /// The whole.
    pub span: Span,
}

/// A statement in a playbook. The last field is the whole statement.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaybookStmt {
    /// `responder shop`
    Responder(Ident, Span),
    /// `users hear from support`
    HearFrom(Ident, Span),
    /// `first update within 15m, then every 30m`
    FirstUpdate(Length, Option<Length>, Span),
    /// `say "..."`
    Say(Str, Span),
    /// `restore within 3h`
    Restore(Length, Span),
    /// `runbook "https://..."`
    Runbook(Str, Span),
    /// Unreadable, reported.
    Junk(Span),
}

/// `scenario outage for checkout.pay.accepted "..." { .. }`
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Identifier.
    pub name: Ident,
    /// The promise.
    pub promise: Path,
    /// Title.
    pub title: Str,
    /// Statements.
    pub body: Block<ScenarioStmt>,
    /// The whole.
    pub span: Span,
}

/// What happens in a stretch of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// `normal for 2h`
    Normal(Length),
    /// `failing 50% for 10m`
    Failing(Percent, Length),
    /// `silent for 1h`
    Silent(Length),
}

/// A statement in a scenario. The last field is the whole statement.
#[derive(Clone, Debug, PartialEq)]
pub enum ScenarioStmt {
    /// `normal for 2h, failing 100% for 10m`
    Phases(Vec<Phase>, Span),
    /// `expect page within 3m [after recovery]`
    Expect {
        /// What.
        expected: At<Expected>,
        /// By when.
        within: Length,
        /// Counted from the end of the last failure instead of its start.
        after_recovery: bool,
        /// The whole.
        span: Span,
    },
    /// Unreadable, reported.
    Junk(Span),
}
