//! Statements that may be written once and are written twice, and required ones that are missing.

use crate::ast::{
    self, IndicatorStmt, Item, JourneyStmt, MetricStmt, PlaybookStmt, PolicyStmt, PromiseStmtKind,
    ScenarioStmt, StepStmt, StreamStmt, StreamStmtKind, Subject, TeamStmt,
};
use crate::diag::codes::names::{COMPOSED_IN_STEP, MISSING, NO_MEASUREMENT, SAID_TWICE, TWO_MEASUREMENTS};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

/// Checks an item's statements.
pub(super) fn check(item: &Item, out: &mut Diagnostics) {
    match item {
        Item::Team(i) => once(i.body.iter().flat_map(|b| &b.stmts).filter_map(team), out),
        Item::Metric(i) => once(i.body.iter().flat_map(|b| &b.stmts).filter_map(metric), out),
        Item::Indicator(i) => indicator(i, out),
        Item::Journey(i) => journey(i, out),
        Item::Policy(i) => once(i.body.stmts.iter().filter_map(policy), out),
        Item::Playbook(i) => once(i.body.stmts.iter().filter_map(playbook), out),
        Item::Scenario(i) => scenario(i, out),
        Item::Junk(_) => {}
    }
}

/// Reports each statement of a kind after its first.
fn once(list: impl Iterator<Item = (&'static str, Span)>, out: &mut Diagnostics) {
    let mut seen: Vec<(&'static str, Span)> = Vec::new();
    for (word, span) in list {
        match seen.iter().find(|(w, _)| *w == word) {
            None => seen.push((word, span)),
            Some((_, first)) => out.push(
                Diagnostic::new(&SAID_TWICE, span, format!("`{word}` is written twice"), "said again here")
                    .also(*first, "first said here")
                    .help("keep one of them"),
            ),
        }
    }
}

fn missing(out: &mut Diagnostics, place: Span, message: String, label: &str, help: &str) {
    out.push(Diagnostic::new(&MISSING, place, message, label).help(help));
}

fn team(stmt: &TeamStmt) -> Option<(&'static str, Span)> {
    Some(match stmt {
        TeamStmt::Channel(_, span) => ("channel", *span),
        TeamStmt::Pages(_, span) => ("pages", *span),
        TeamStmt::Tickets(_, span) => ("tickets", *span),
        TeamStmt::Labels(_, span) => ("labels", *span),
        TeamStmt::Junk(_) => return None,
    })
}

fn metric(stmt: &MetricStmt) -> Option<(&'static str, Span)> {
    Some(match stmt {
        MetricStmt::Labels(_, span) => ("labels", *span),
        MetricStmt::Buckets(_, span) => ("buckets", *span),
        MetricStmt::ScrapedEvery { span, .. } => ("scraped every", *span),
        MetricStmt::BornWithEvent(span) => ("born with its first event", *span),
        MetricStmt::SilentWhenIdle(_, span) => ("silent when idle", *span),
        MetricStmt::Increases(_, span) => ("samples are increases", *span),
        MetricStmt::ClassicOrNative(span) => ("stored classic or native", *span),
        MetricStmt::LateBy(_, span) => ("late by", *span),
        MetricStmt::Junk(_) => return None,
    })
}

fn stream(stmt: &StreamStmt) -> Option<(&'static str, Span)> {
    let word = match &stmt.kind {
        StreamStmtKind::Total(_) => "total",
        StreamStmtKind::Started(_) => "started",
        StreamStmtKind::Finished(..) => "finished",
        StreamStmtKind::GoodWhen(_) => "good when",
        StreamStmtKind::SilenceIsBad => "silence is bad",
        StreamStmtKind::Verdict(..) => return None,
    };
    Some((word, stmt.span))
}

fn indicator(item: &ast::Indicator, out: &mut Diagnostics) {
    let stmts = item.body.stmts.iter().filter_map(|s| match s {
        IndicatorStmt::Stream(s) => Some(s),
        IndicatorStmt::Junk(_) => None,
    });
    once(stmts.clone().filter_map(stream), out);
    let ways: Vec<(Way, Span)> =
        stmts.clone().filter_map(|s| Some((Way::of_stream(&s.kind)?, s.span))).collect();
    let name = &item.name.name;
    let Some((way, first)) = ways.first() else {
        if !item.body.has_junk && stmts.clone().all(|s| !matches!(s.kind, StreamStmtKind::GoodWhen(_))) {
            let said = format!("indicator `{name}` measures nothing");
            out.push(
                Diagnostic::new(&NO_MEASUREMENT, item.name.span, said, "no measurement")
                    .help("say which events count and which are bad: `total ..` and `bad where {..}`"),
            );
        }
        return;
    };
    if let Some((_, second)) = ways.iter().find(|(w, _)| w != way) {
        let said = format!("indicator `{name}` measures in two ways");
        out.push(
            Diagnostic::new(&TWO_MEASUREMENTS, *second, said, "and another one")
                .also(*first, "one measurement")
                .help("make two indicators of it"),
        );
    }
}

fn policy(stmt: &PolicyStmt) -> Option<(&'static str, Span)> {
    Some(match stmt {
        PolicyStmt::Incident(_, _, span) => ("incident", *span),
        PolicyStmt::EscalateTo(_, span) => ("escalate to", *span),
        PolicyStmt::Clause { .. } | PolicyStmt::Junk(_) => return None,
    })
}

fn playbook(stmt: &PlaybookStmt) -> Option<(&'static str, Span)> {
    Some(match stmt {
        PlaybookStmt::Responder(_, span) => ("responder", *span),
        PlaybookStmt::HearFrom(_, span) => ("users hear from", *span),
        PlaybookStmt::FirstUpdate(_, _, span) => ("first update within", *span),
        PlaybookStmt::Say(_, span) => ("say", *span),
        PlaybookStmt::Restore(_, span) => ("restore within", *span),
        PlaybookStmt::Runbook(_, span) => ("runbook", *span),
        PlaybookStmt::Junk(_) => return None,
    })
}

fn scenario(item: &ast::Scenario, out: &mut Diagnostics) {
    let body = &item.body;
    if body.has_junk {
        return;
    }
    let name = &item.name.name;
    if !body.stmts.iter().any(|s| matches!(s, ScenarioStmt::Phases(..))) {
        let said = format!("scenario `{name}` tells no story");
        let help = "say what happens: `normal for 2h, failing 100% for 10m, normal for 1h`";
        missing(out, item.name.span, said, "nothing happens in it", help);
    } else if !body.stmts.iter().any(|s| matches!(s, ScenarioStmt::Expect { .. })) {
        let said = format!("scenario `{name}` expects nothing");
        let help = "say what must follow: `expect page within 3m`";
        missing(out, item.name.span, said, "without an `expect` it tests nothing", help);
    }
}

fn journey_stmt(stmt: &JourneyStmt) -> Option<(&'static str, Span)> {
    Some(match stmt {
        JourneyStmt::Owner(_, span) => ("owner", *span),
        JourneyStmt::User(_, span) => ("user", *span),
        JourneyStmt::Goal(_, span) => ("goal", *span),
        JourneyStmt::Tier(_, span) => ("tier", *span),
        JourneyStmt::Review(_, _, span) => ("review", *span),
        JourneyStmt::Agreed(_, _, span) => ("agreed by", *span),
        JourneyStmt::Data(_, _, span) => ("data", *span),
        JourneyStmt::BudgetPolicy(_, span) => ("budget policy", *span),
        JourneyStmt::Playbook(_, span) => ("playbook", *span),
        JourneyStmt::ForEach(_, span) => ("for each", *span),
        JourneyStmt::NoData(_, span) => ("no data", *span),
        JourneyStmt::Note(..) | JourneyStmt::Step(_) | JourneyStmt::Promise(_) | JourneyStmt::Junk(_) => {
            return None;
        }
    })
}

fn step_stmt(stmt: &StepStmt) -> Option<(&'static str, Span)> {
    Some(match stmt {
        StepStmt::Critical(span) => ("critical", *span),
        StepStmt::IfBroken(_, span) => ("if broken", *span),
        StepStmt::ServedBy(_, span) => ("served by", *span),
        StepStmt::TestedBy(_, span) => ("tested by", *span),
        StepStmt::Playbook(_, span) => ("playbook", *span),
        StepStmt::Note(..) | StepStmt::Promise(_) | StepStmt::Junk(_) => return None,
    })
}

fn journey(item: &ast::Journey, out: &mut Diagnostics) {
    once(item.body.stmts.iter().filter_map(journey_stmt), out);
    let has_owner = item.body.stmts.iter().any(|s| matches!(s, JourneyStmt::Owner(..)));
    if !has_owner && !item.body.has_junk {
        let said = format!("journey `{}` has no owner", item.name.name);
        let help = "say which team answers for it: `owner TEAM`";
        missing(out, item.name.span, said, "nobody owns this", help);
    }
    for stmt in &item.body.stmts {
        match stmt {
            JourneyStmt::Promise(p) => promise(p, false, out),
            JourneyStmt::Step(step) => {
                once(step.body.stmts.iter().filter_map(step_stmt), out);
                for stmt in &step.body.stmts {
                    if let StepStmt::Promise(p) = stmt {
                        promise(p, true, out);
                    }
                }
            }
            JourneyStmt::Owner(..)
            | JourneyStmt::User(..)
            | JourneyStmt::Goal(..)
            | JourneyStmt::Tier(..)
            | JourneyStmt::Review(..)
            | JourneyStmt::Agreed(..)
            | JourneyStmt::Data(..)
            | JourneyStmt::BudgetPolicy(..)
            | JourneyStmt::Playbook(..)
            | JourneyStmt::ForEach(..)
            | JourneyStmt::NoData(..)
            | JourneyStmt::Note(..)
            | JourneyStmt::Junk(_) => {}
        }
    }
}

fn promise_stmt(kind: &PromiseStmtKind, span: Span) -> Option<(&'static str, Span)> {
    let word = match kind {
        PromiseStmtKind::Keep { .. } => "keep",
        PromiseStmtKind::Aim(_) => "aim",
        PromiseStmtKind::Expect(..) => "expect",
        PromiseStmtKind::MeasuredBy { .. } => "measured by",
        PromiseStmtKind::Because(..) => "because",
        PromiseStmtKind::Urgency(_) => "urgency",
        PromiseStmtKind::NoData(_) => "no data",
        PromiseStmtKind::ForEach(_) => "for each",
        PromiseStmtKind::Playbook(_) => "playbook",
        PromiseStmtKind::Composed(ast::Composition::All, _) => "all of",
        PromiseStmtKind::Composed(ast::Composition::Worst, _) => "worst of",
        PromiseStmtKind::Stream(s) => return stream(s),
        PromiseStmtKind::BlindTo(_)
        | PromiseStmtKind::Proxy(..)
        | PromiseStmtKind::Note(_)
        | PromiseStmtKind::Junk => return None,
    };
    Some((word, span))
}

/// Ways to measure a promise; each promise has exactly one.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Indicator,
    AllOf,
    WorstOf,
    Events,
    Completion,
    Condition,
}

impl Way {
    fn of_stream(kind: &StreamStmtKind) -> Option<Self> {
        match kind {
            StreamStmtKind::Total(_) | StreamStmtKind::Verdict(..) => Some(Way::Events),
            StreamStmtKind::Started(_) | StreamStmtKind::Finished(..) => Some(Way::Completion),
            StreamStmtKind::GoodWhen(c) => {
                (!matches!(c.subject, Subject::Share(_))).then_some(Way::Condition)
            }
            StreamStmtKind::SilenceIsBad => None,
        }
    }

    fn of(kind: &PromiseStmtKind) -> Option<Self> {
        match kind {
            PromiseStmtKind::MeasuredBy { .. } => Some(Way::Indicator),
            PromiseStmtKind::Composed(ast::Composition::All, _) => Some(Way::AllOf),
            PromiseStmtKind::Composed(ast::Composition::Worst, _) => Some(Way::WorstOf),
            PromiseStmtKind::Stream(s) => Way::of_stream(&s.kind),
            PromiseStmtKind::Keep { .. }
            | PromiseStmtKind::Aim(_)
            | PromiseStmtKind::Expect(..)
            | PromiseStmtKind::Because(..)
            | PromiseStmtKind::BlindTo(_)
            | PromiseStmtKind::Proxy(..)
            | PromiseStmtKind::Urgency(_)
            | PromiseStmtKind::NoData(_)
            | PromiseStmtKind::ForEach(_)
            | PromiseStmtKind::Note(_)
            | PromiseStmtKind::Playbook(_)
            | PromiseStmtKind::Junk => None,
        }
    }
}

fn promise(item: &ast::Promise, in_step: bool, out: &mut Diagnostics) {
    let stmts = &item.body.stmts;
    let name = &item.name.name;
    once(stmts.iter().filter_map(|s| promise_stmt(&s.kind, s.span)), out);

    let ways: Vec<(Way, Span)> = stmts.iter().filter_map(|s| Some((Way::of(&s.kind)?, s.span))).collect();
    let Some((way, first)) = ways.first() else {
        let share = stmts.iter().any(|s| {
            matches!(&s.kind, PromiseStmtKind::Stream(s) if matches!(s.kind, StreamStmtKind::GoodWhen(_)))
        });
        if !item.body.has_junk {
            promised(item, out);
            // `good when share` alone: elaboration asks for the stream it is a share of.
            if !share {
                let said = format!("promise `{name}` is not measured");
                out.push(
                    Diagnostic::new(&NO_MEASUREMENT, item.name.span, said, "no measurement")
                        .help("say which events count and which are bad: `total ..` and `bad where {..}`")
                        .help("or use an indicator: `measured by INDICATOR(..)`"),
                );
            }
        }
        return;
    };
    if !item.body.has_junk {
        promised(item, out);
    }
    if let Some((_, second)) = ways.iter().find(|(w, _)| w != way) {
        out.push(
            Diagnostic::new(
                &TWO_MEASUREMENTS,
                *second,
                format!("promise `{name}` is measured in two ways"),
                "and another one",
            )
            .also(*first, "one measurement")
            .help("keep one; what is two promises to the user is two promises here"),
        );
    }
    if in_step && let Some((_, span)) = ways.iter().find(|(w, _)| matches!(w, Way::AllOf | Way::WorstOf)) {
        let said = format!("promise `{name}` is composed, but stands in a step");
        out.push(
            Diagnostic::new(&COMPOSED_IN_STEP, *span, said, "only a journey's own promise is composed")
                .also(item.name.span, "in a step")
                .help("move the promise out of the step, into the journey"),
        );
    }
}

/// `keep` is required.
fn promised(item: &ast::Promise, out: &mut Diagnostics) {
    if !item.body.stmts.iter().any(|s| matches!(s.kind, PromiseStmtKind::Keep { .. })) {
        let said = format!("promise `{}` promises nothing", item.name.name);
        let help = "say what is kept: `keep for 99.9% of NOUN over 28d`";
        missing(out, item.name.span, said, "no `keep`", help);
    }
}
