//! What is right below each piece of a tree, in the order written.

use super::nodes::{Name, NameKind, Node};
use super::{
    Arg, ArgValue, Bound, Condition, File, Ident, Indicator, IndicatorStmt, Item, Journey, JourneyStmt,
    Limit, MatchValue, Matcher, Matchers, Metric, MetricStmt, Playbook, PlaybookStmt, Policy, PolicyAction,
    PolicyStmt, Promise, PromiseStmtKind, Scenario, ScenarioStmt, Selector, Step, StepStmt, Stream,
    StreamStmt, StreamStmtKind, Subject, Team, TeamStmt, Term, Verdict,
};

/// Takes the pieces of a piece.
type See<'s, 'a> = &'s mut dyn FnMut(Node<'a>);

impl File {
    /// Its items.
    pub fn nodes<'a>(&'a self, see: See<'_, 'a>) {
        for item in &self.items {
            see(match item {
                Item::Team(i) => Node::Team(i),
                Item::Metric(i) => Node::Metric(i),
                Item::Indicator(i) => Node::Indicator(i),
                Item::Journey(i) => Node::Journey(i),
                Item::Policy(i) => Node::Policy(i),
                Item::Playbook(i) => Node::Playbook(i),
                Item::Scenario(i) => Node::Scenario(i),
                Item::Junk(span) => Node::Junk(*span),
            });
        }
    }
}

impl<'a> Node<'a> {
    /// The pieces right below it, in the order written.
    pub fn children(self, see: See<'_, 'a>) {
        match self {
            Self::Team(n) => team(n, see),
            Self::Metric(n) => metric(n, see),
            Self::Indicator(n) => indicator(n, see),
            Self::Journey(n) => journey(n, see),
            Self::Step(n) => step(n, see),
            Self::Promise(n) => promise(n, see),
            Self::Policy(n) => policy(n, see),
            Self::Playbook(n) => playbook(n, see),
            Self::Scenario(n) => scenario(n, see),
            Self::Param(n) => see(declared(NameKind::Parameter, &n.name)),
            Self::TeamStmt(n) => team_stmt(n, see),
            Self::MetricStmt(n) => metric_stmt(n, see),
            Self::JourneyStmt(n) => journey_stmt(n, see),
            Self::StepStmt(n) => step_stmt(n, see),
            Self::PromiseStmt(n) => promise_stmt(&n.kind, see),
            Self::StreamStmt(n) => stream_stmt(n, see),
            Self::PolicyStmt(n) => policy_stmt(n, see),
            Self::PlaybookStmt(n) => playbook_stmt(n, see),
            Self::Stream(n) => stream(n, see),
            Self::Selector(n) => selector(n, see),
            Self::Matchers(n) => each(&n.list, see, Node::Matcher),
            Self::Matcher(n) => matcher(n, see),
            Self::Condition(n) => condition(n, see),
            Self::Bound(n) => limit(&n.limit, see),
            Self::Arg(n) => arg(n, see),
            Self::ScenarioStmt(_)
            | Self::Name(_)
            | Self::MetricName(..)
            | Self::Path(_)
            | Self::Noun(_)
            | Self::Text(_)
            | Self::Query(_)
            | Self::Junk(_) => {}
        }
    }
}

fn declared(kind: NameKind, ident: &Ident) -> Node<'_> {
    Node::Name(Name { kind, ident, declares: true })
}

fn used(kind: NameKind, ident: &Ident) -> Node<'_> {
    Node::Name(Name { kind, ident, declares: false })
}

fn each<'a, T: 'a>(
    list: impl IntoIterator<Item = &'a T>,
    see: See<'_, 'a>,
    node: impl Fn(&'a T) -> Node<'a>,
) {
    for one in list {
        see(node(one));
    }
}

fn names<'a>(kind: NameKind, list: &'a [Ident], see: See<'_, 'a>) {
    each(list, see, |ident| used(kind, ident));
}

fn team<'a>(n: &'a Team, see: See<'_, 'a>) {
    see(declared(NameKind::Team, &n.name));
    see(Node::Text(&n.title));
    each(n.body.iter().flat_map(|b| &b.stmts), see, |s| match s {
        TeamStmt::Junk(span) => Node::Junk(*span),
        TeamStmt::Channel(..) | TeamStmt::Pages(..) | TeamStmt::Tickets(..) | TeamStmt::Labels(..) => {
            Node::TeamStmt(s)
        }
    });
}

fn metric<'a>(n: &'a Metric, see: See<'_, 'a>) {
    see(Node::MetricName(&n.name, true));
    if let Some(whole) = &n.part_of {
        see(Node::MetricName(whole, false));
    }
    each(n.body.iter().flat_map(|b| &b.stmts), see, |s| {
        if let MetricStmt::Junk(span) = s { Node::Junk(*span) } else { Node::MetricStmt(s) }
    });
}

fn indicator<'a>(n: &'a Indicator, see: See<'_, 'a>) {
    see(declared(NameKind::Indicator, &n.name));
    each(&n.params, see, Node::Param);
    each(&n.body.stmts, see, |s| match s {
        IndicatorStmt::Stream(stmt) => Node::StreamStmt(stmt),
        IndicatorStmt::Junk(span) => Node::Junk(*span),
    });
}

fn journey<'a>(n: &'a Journey, see: See<'_, 'a>) {
    see(declared(NameKind::Journey, &n.name));
    see(Node::Text(&n.title));
    each(&n.body.stmts, see, |s| {
        if let JourneyStmt::Step(step) = s {
            Node::Step(step)
        } else if let JourneyStmt::Promise(promise) = s {
            Node::Promise(promise)
        } else if let JourneyStmt::Junk(span) = s {
            Node::Junk(*span)
        } else {
            Node::JourneyStmt(s)
        }
    });
}

fn step<'a>(n: &'a Step, see: See<'_, 'a>) {
    see(declared(NameKind::Step, &n.name));
    see(Node::Text(&n.title));
    each(&n.body.stmts, see, |s| {
        if let StepStmt::Promise(promise) = s {
            Node::Promise(promise)
        } else if let StepStmt::Junk(span) = s {
            Node::Junk(*span)
        } else {
            Node::StepStmt(s)
        }
    });
}

fn promise<'a>(n: &'a Promise, see: See<'_, 'a>) {
    see(declared(NameKind::Promise, &n.name));
    see(Node::Text(&n.title));
    each(&n.body.stmts, see, |s| {
        if let PromiseStmtKind::Stream(stmt) = &s.kind {
            Node::StreamStmt(stmt)
        } else if matches!(s.kind, PromiseStmtKind::Junk) {
            Node::Junk(s.span)
        } else {
            Node::PromiseStmt(s)
        }
    });
}

fn policy<'a>(n: &'a Policy, see: See<'_, 'a>) {
    see(declared(NameKind::Policy, &n.name));
    see(Node::Text(&n.title));
    each(&n.body.stmts, see, |s| {
        if let PolicyStmt::Junk(span) = s { Node::Junk(*span) } else { Node::PolicyStmt(s) }
    });
}

fn playbook<'a>(n: &'a Playbook, see: See<'_, 'a>) {
    see(declared(NameKind::Playbook, &n.name));
    each(&n.body.stmts, see, |s| {
        if let PlaybookStmt::Junk(span) = s { Node::Junk(*span) } else { Node::PlaybookStmt(s) }
    });
}

fn scenario<'a>(n: &'a Scenario, see: See<'_, 'a>) {
    see(declared(NameKind::Scenario, &n.name));
    see(Node::Path(&n.promise));
    see(Node::Text(&n.title));
    each(&n.body.stmts, see, |s| {
        if let ScenarioStmt::Junk(span) = s { Node::Junk(*span) } else { Node::ScenarioStmt(s) }
    });
}

fn stream<'a>(n: &'a Stream, see: See<'_, 'a>) {
    each(&n.terms, see, |term| match term {
        Term::Selector(selector) | Term::Readings(selector, _) => Node::Selector(selector),
        Term::Promql(query, _) => Node::Query(query),
    });
}

fn selector<'a>(n: &'a Selector, see: See<'_, 'a>) {
    see(Node::MetricName(&n.metric, false));
    each(&n.matchers, see, Node::Matchers);
}

fn matcher<'a>(n: &'a Matcher, see: See<'_, 'a>) {
    see(used(NameKind::Label, &n.label));
    see(match &n.value {
        MatchValue::Str(text) => Node::Text(text),
        MatchValue::Var(var) => used(NameKind::Parameter, var),
    });
}

fn condition<'a>(n: &'a Condition, see: See<'_, 'a>) {
    match &n.subject {
        Subject::Percentile(_, selector)
        | Subject::Mean(selector, _)
        | Subject::Stat(_, selector)
        | Subject::Age(_, selector) => see(Node::Selector(selector)),
        Subject::Promql(query, _) => see(Node::Query(query)),
        Subject::Share(_) => {}
    }
    see(Node::Bound(&n.bound));
}

fn arg<'a>(n: &'a Arg, see: See<'_, 'a>) {
    see(used(NameKind::Parameter, &n.name));
    match &n.value {
        ArgValue::Str(text) => see(Node::Text(text)),
        ArgValue::Limit(given) => limit(given, see),
    }
}

fn limit<'a>(limit: &'a Limit, see: See<'_, 'a>) {
    if let Limit::Var(var) = limit {
        see(used(NameKind::Parameter, var));
    }
}

fn team_stmt<'a>(stmt: &'a TeamStmt, see: See<'_, 'a>) {
    match stmt {
        TeamStmt::Channel(text, _) | TeamStmt::Pages(text, _) | TeamStmt::Tickets(text, _) => {
            see(Node::Text(text));
        }
        // Labels of alerts, which are declared nowhere.
        TeamStmt::Labels(list, _) => each(list, see, |(_, text)| Node::Text(text)),
        TeamStmt::Junk(_) => {}
    }
}

fn metric_stmt<'a>(stmt: &'a MetricStmt, see: See<'_, 'a>) {
    match stmt {
        MetricStmt::Labels(list, _) => {
            for label in list {
                see(declared(NameKind::Label, &label.label));
                each(label.values.iter().flatten(), see, Node::Text);
            }
        }
        MetricStmt::SilentWhenIdle(Some(alive), _) => see(Node::Selector(alive)),
        MetricStmt::Buckets(..)
        | MetricStmt::ScrapedEvery { .. }
        | MetricStmt::BornWithEvent(_)
        | MetricStmt::SilentWhenIdle(None, _)
        | MetricStmt::Increases(..)
        | MetricStmt::ClassicOrNative(_)
        | MetricStmt::LateBy(..)
        | MetricStmt::Junk(_) => {}
    }
}

fn journey_stmt<'a>(stmt: &'a JourneyStmt, see: See<'_, 'a>) {
    match stmt {
        JourneyStmt::Owner(team, _) => see(used(NameKind::Team, team)),
        JourneyStmt::Agreed(teams, _, _) => names(NameKind::Team, teams, see),
        JourneyStmt::BudgetPolicy(name, _) => see(used(NameKind::Policy, name)),
        JourneyStmt::Playbook(name, _) => see(used(NameKind::Playbook, name)),
        JourneyStmt::ForEach(labels, _) => names(NameKind::Label, labels, see),
        JourneyStmt::User(text, _)
        | JourneyStmt::Goal(text, _)
        | JourneyStmt::Note(text, _)
        | JourneyStmt::Data(_, Some(text), _) => see(Node::Text(text)),
        JourneyStmt::Data(_, None, _)
        | JourneyStmt::Tier(..)
        | JourneyStmt::Review(..)
        | JourneyStmt::NoData(..)
        | JourneyStmt::Step(_)
        | JourneyStmt::Promise(_)
        | JourneyStmt::Junk(_) => {}
    }
}

fn step_stmt<'a>(stmt: &'a StepStmt, see: See<'_, 'a>) {
    match stmt {
        StepStmt::IfBroken(text, _) | StepStmt::Note(text, _) => see(Node::Text(text)),
        StepStmt::ServedBy(texts, _) | StepStmt::TestedBy(texts, _) => each(texts, see, Node::Text),
        StepStmt::Playbook(name, _) => see(used(NameKind::Playbook, name)),
        StepStmt::Critical(_) | StepStmt::Promise(_) | StepStmt::Junk(_) => {}
    }
}

fn promise_stmt<'a>(kind: &'a PromiseStmtKind, see: See<'_, 'a>) {
    match kind {
        PromiseStmtKind::Keep { noun, .. } => see(Node::Noun(noun)),
        PromiseStmtKind::MeasuredBy { indicator, args, narrowed } => {
            see(used(NameKind::Indicator, indicator));
            each(args, see, Node::Arg);
            if let Some(matchers) = narrowed {
                see(Node::Matchers(matchers));
            }
        }
        PromiseStmtKind::Because(_, text, _)
        | PromiseStmtKind::BlindTo(text)
        | PromiseStmtKind::Note(text) => see(Node::Text(text)),
        PromiseStmtKind::Proxy(what, why) => {
            see(Node::Text(what));
            see(Node::Text(why));
        }
        PromiseStmtKind::ForEach(labels) => names(NameKind::Label, labels, see),
        PromiseStmtKind::Playbook(name) => see(used(NameKind::Playbook, name)),
        PromiseStmtKind::Composed(_, paths) => each(paths, see, Node::Path),
        PromiseStmtKind::Stream(stmt) => see(Node::StreamStmt(stmt)),
        PromiseStmtKind::Aim(_)
        | PromiseStmtKind::Expect(..)
        | PromiseStmtKind::Urgency(_)
        | PromiseStmtKind::NoData(_)
        | PromiseStmtKind::Junk => {}
    }
}

fn stream_stmt<'a>(stmt: &'a StreamStmt, see: See<'_, 'a>) {
    if let Some(said) = &stmt.said {
        see(Node::Text(said));
    }
    match &stmt.kind {
        StreamStmtKind::Total(stream) | StreamStmtKind::Started(stream) => see(Node::Stream(stream)),
        StreamStmtKind::Finished(stream, within) => {
            see(Node::Stream(stream));
            see(Node::Bound(within));
        }
        StreamStmtKind::Verdict(_, verdict) => match verdict {
            Verdict::Where(matchers) => see(Node::Matchers(matchers)),
            Verdict::Bound(bound, matchers) => bounded(Some(bound), matchers.as_ref(), see),
            Verdict::AnyOf(faults) => {
                for fault in faults {
                    bounded(fault.bound.as_ref(), fault.narrowed.as_ref(), see);
                }
            }
            Verdict::Stream(stream, bound) => {
                see(Node::Stream(stream));
                bounded(bound.as_ref(), None, see);
            }
        },
        StreamStmtKind::GoodWhen(condition) => see(Node::Condition(condition)),
        StreamStmtKind::SilenceIsBad => {}
    }
}

fn bounded<'a>(bound: Option<&'a Bound>, matchers: Option<&'a Matchers>, see: See<'_, 'a>) {
    if let Some(bound) = bound {
        see(Node::Bound(bound));
    }
    if let Some(matchers) = matchers {
        see(Node::Matchers(matchers));
    }
}

fn policy_stmt<'a>(stmt: &'a PolicyStmt, see: See<'_, 'a>) {
    match stmt {
        PolicyStmt::Clause { action, text, except, .. } => {
            if let PolicyAction::Tell(team) = action {
                see(used(NameKind::Team, team));
            }
            see(Node::Text(text));
            each(except, see, Node::Text);
        }
        PolicyStmt::EscalateTo(team, _) => see(used(NameKind::Team, team)),
        PolicyStmt::Incident(..) | PolicyStmt::Junk(_) => {}
    }
}

fn playbook_stmt<'a>(stmt: &'a PlaybookStmt, see: See<'_, 'a>) {
    match stmt {
        PlaybookStmt::Responder(team, _) | PlaybookStmt::HearFrom(team, _) => {
            see(used(NameKind::Team, team));
        }
        PlaybookStmt::Say(text, _) | PlaybookStmt::Runbook(text, _) => see(Node::Text(text)),
        PlaybookStmt::FirstUpdate(..) | PlaybookStmt::Restore(..) | PlaybookStmt::Junk(_) => {}
    }
}
