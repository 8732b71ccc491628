//! The way back: from the tree of a file to the values that would write it. Comments are not in the tree, and what could not be
//! read is left out.

use super::catalogue;
use super::indicators::Indicator;
use super::journeys::{
    Argument, Journey, JourneyStatement, Noun, Promise, PromiseStatement, Step, StepStatement,
};
use super::measurements::{
    Bound, Filter, Limit, MatchValue, Matcher, Measurement, Selector, Subject, Term, Verdict,
};
use super::people::{Playbook, PlaybookStatement, Team, TeamStatement};
use crate::ast;

/// An indicator.
pub fn indicator(indicator: &ast::Indicator) -> Indicator {
    let statements = indicator.body.stmts.iter().filter_map(|statement| match statement {
        ast::IndicatorStmt::Stream(stmt) => Some(measurement(stmt)),
        ast::IndicatorStmt::Junk(_) => None,
    });
    Indicator {
        comments: Vec::new(),
        name: indicator.name.name.clone(),
        parameters: indicator.params.iter().map(|p| (p.name.name.clone(), p.ty.value)).collect(),
        statements: statements.collect(),
    }
}

/// A team.
pub fn team(team: &ast::Team) -> Team {
    let statements = team.body.iter().flat_map(|body| &body.stmts).filter_map(|statement| {
        Some(match statement {
            ast::TeamStmt::Channel(text, _) => TeamStatement::Channel(text.value.clone()),
            ast::TeamStmt::Pages(text, _) => TeamStatement::Pages(text.value.clone()),
            ast::TeamStmt::Tickets(text, _) => TeamStatement::Tickets(text.value.clone()),
            ast::TeamStmt::Labels(labels, _) => TeamStatement::Labels(
                labels.iter().map(|(name, value)| (name.name.clone(), value.value.clone())).collect(),
            ),
            ast::TeamStmt::Junk(_) => return None,
        })
    });
    Team {
        comments: Vec::new(),
        name: team.name.name.clone(),
        title: team.title.value.clone(),
        statements: statements.collect(),
    }
}

/// A playbook.
pub fn playbook(playbook: &ast::Playbook) -> Playbook {
    let statements = playbook.body.stmts.iter().filter_map(|statement| {
        Some(match statement {
            ast::PlaybookStmt::Responder(team, _) => PlaybookStatement::Responder(team.name.clone()),
            ast::PlaybookStmt::HearFrom(team, _) => PlaybookStatement::HearFrom(team.name.clone()),
            ast::PlaybookStmt::FirstUpdate(first, then, _) => {
                PlaybookStatement::FirstUpdate(first.value, then.as_ref().map(|then| then.value))
            }
            ast::PlaybookStmt::Say(text, _) => PlaybookStatement::Say(text.value.clone()),
            ast::PlaybookStmt::Restore(within, _) => PlaybookStatement::Restore(within.value),
            ast::PlaybookStmt::Runbook(text, _) => PlaybookStatement::Runbook(text.value.clone()),
            ast::PlaybookStmt::Junk(_) => return None,
        })
    });
    Playbook { comments: Vec::new(), name: playbook.name.name.clone(), statements: statements.collect() }
}

/// A metric, as far as [`catalogue::Metric`] can say it.
pub fn metric(metric: &ast::Metric) -> catalogue::Metric {
    let mut made = catalogue::Metric {
        comment: None,
        name: metric.name.name.clone(),
        quoted: metric.name.quoted,
        kind: metric.kind.value,
        unit: metric.unit.as_ref().map(|unit| unit.name.clone()),
        part_of: metric.part_of.as_ref().map(|whole| whole.name.clone()),
        remark: None,
        labels: Vec::new(),
        buckets: Vec::new(),
        increases: false,
        scraped: None,
        either: false,
    };
    for statement in metric.body.iter().flat_map(|body| &body.stmts) {
        match statement {
            ast::MetricStmt::Labels(labels, _) => {
                made.labels.extend(labels.iter().map(|declared| catalogue::Label {
                    name: declared.label.name.clone(),
                    values: declared.values.iter().flatten().map(|value| value.value.clone()).collect(),
                }));
            }
            ast::MetricStmt::Buckets(bounds, _) => made.buckets.extend(bounds.iter().map(|b| b.value)),
            ast::MetricStmt::Increases(None, _) => made.increases = true,
            ast::MetricStmt::ScrapedEvery { every, timeout: None, .. } => made.scraped = Some(every.value),
            ast::MetricStmt::ClassicOrNative(_) => made.either = true,
            ast::MetricStmt::Increases(Some(_), _)
            | ast::MetricStmt::ScrapedEvery { .. }
            | ast::MetricStmt::BornWithEvent(_)
            | ast::MetricStmt::SilentWhenIdle(..)
            | ast::MetricStmt::LateBy(..)
            | ast::MetricStmt::Junk(_) => {}
        }
    }
    made
}

/// A journey; its promises and steps each in order.
pub fn journey(journey: &ast::Journey) -> Journey {
    let mut made =
        Journey { name: journey.name.name.clone(), title: journey.title.value.clone(), ..Journey::default() };
    for statement in &journey.body.stmts {
        made.statements.push(match statement {
            ast::JourneyStmt::Owner(team, _) => JourneyStatement::Owner(team.name.clone()),
            ast::JourneyStmt::User(text, _) => JourneyStatement::User(text.value.clone()),
            ast::JourneyStmt::Goal(text, _) => JourneyStatement::Goal(text.value.clone()),
            ast::JourneyStmt::Tier(number, _) => match u32::try_from(number.value) {
                Ok(tier) if is_whole(number.value) => JourneyStatement::Tier(tier),
                _ => continue,
            },
            ast::JourneyStmt::Review(every, last, _) => {
                JourneyStatement::Review(every.value, last.as_ref().map(|day| day.value))
            }
            ast::JourneyStmt::Agreed(teams, on, _) => {
                JourneyStatement::Agreed(names(teams), on.as_ref().map(|day| day.value))
            }
            ast::JourneyStmt::Data(class, text, _) => {
                JourneyStatement::Data(class.value, text.as_ref().map(|text| text.value.clone()))
            }
            ast::JourneyStmt::BudgetPolicy(name, _) => JourneyStatement::BudgetPolicy(name.name.clone()),
            ast::JourneyStmt::Playbook(name, _) => JourneyStatement::Playbook(name.name.clone()),
            ast::JourneyStmt::ForEach(labels, _) => JourneyStatement::ForEach(names(labels)),
            ast::JourneyStmt::NoData(urgency, _) => JourneyStatement::NoData(urgency.value),
            ast::JourneyStmt::Note(text, _) => JourneyStatement::Note(text.value.clone()),
            ast::JourneyStmt::Step(below) => {
                made.steps.push(step(below));
                continue;
            }
            ast::JourneyStmt::Promise(below) => {
                made.promises.push(promise(below));
                continue;
            }
            ast::JourneyStmt::Junk(_) => continue,
        });
    }
    made
}

fn is_whole(number: crate::value::Decimal) -> bool {
    number.fract().is_zero()
}

fn step(step: &ast::Step) -> Step {
    let mut made = Step { name: step.name.name.clone(), title: step.title.value.clone(), ..Step::default() };
    let texts = |list: &[ast::Str]| list.iter().map(|text| text.value.clone()).collect();
    for statement in &step.body.stmts {
        made.statements.push(match statement {
            ast::StepStmt::Critical(_) => StepStatement::Critical,
            ast::StepStmt::IfBroken(text, _) => StepStatement::IfBroken(text.value.clone()),
            ast::StepStmt::ServedBy(list, _) => StepStatement::ServedBy(texts(list)),
            ast::StepStmt::TestedBy(list, _) => StepStatement::TestedBy(texts(list)),
            ast::StepStmt::Playbook(name, _) => StepStatement::Playbook(name.name.clone()),
            ast::StepStmt::Note(text, _) => StepStatement::Note(text.value.clone()),
            ast::StepStmt::Promise(below) => {
                made.promises.push(promise(below));
                continue;
            }
            ast::StepStmt::Junk(_) => continue,
        });
    }
    made
}

fn promise(promise: &ast::Promise) -> Promise {
    Promise {
        comments: Vec::new(),
        name: promise.name.name.clone(),
        title: promise.title.value.clone(),
        statements: promise.body.stmts.iter().filter_map(|s| promise_statement(&s.kind)).collect(),
    }
}

fn promise_statement(kind: &ast::PromiseStmtKind) -> Option<PromiseStatement> {
    Some(match kind {
        ast::PromiseStmtKind::Keep { objective, noun, window } => PromiseStatement::Keep {
            percent: objective.value,
            of: match noun {
                ast::Noun::Words(words, _) => Noun::Words(words.clone()),
                ast::Noun::Quoted(text) => Noun::Words(text.value.clone()),
                ast::Noun::Minutes(_) => Noun::Minutes,
                ast::Noun::Slices(length, _) => Noun::Slices(length.value),
            },
            over: window.as_ref().map(|window| window.value),
        },
        ast::PromiseStmtKind::Aim(percent) => PromiseStatement::Aim(percent.value),
        ast::PromiseStmtKind::Expect(number, period) => PromiseStatement::Expect(number.value, period.value),
        ast::PromiseStmtKind::MeasuredBy { indicator, args, narrowed } => PromiseStatement::MeasuredBy {
            indicator: indicator.name.clone(),
            arguments: args
                .iter()
                .map(|arg| {
                    let value = match &arg.value {
                        ast::ArgValue::Str(text) => Argument::Text(text.value.clone()),
                        ast::ArgValue::Limit(given) => Argument::Limit(limit(given)),
                    };
                    (arg.name.name.clone(), value)
                })
                .collect(),
            narrowed: matchers(narrowed.as_ref()),
        },
        ast::PromiseStmtKind::Stream(stmt) => PromiseStatement::Measurement(measurement(stmt)),
        ast::PromiseStmtKind::Composed(how, paths) => {
            PromiseStatement::Composed(*how, paths.iter().map(|path| names(&path.parts).join(".")).collect())
        }
        ast::PromiseStmtKind::Because(evidence, text, on) => {
            PromiseStatement::Because(evidence.value, text.value.clone(), on.value)
        }
        ast::PromiseStmtKind::BlindTo(text) => PromiseStatement::BlindTo(text.value.clone()),
        ast::PromiseStmtKind::Proxy(meant, why) => {
            PromiseStatement::Proxy(meant.value.clone(), why.value.clone())
        }
        ast::PromiseStmtKind::Urgency(urgency) => PromiseStatement::Urgency(urgency.value),
        ast::PromiseStmtKind::NoData(urgency) => PromiseStatement::NoData(urgency.value),
        ast::PromiseStmtKind::ForEach(labels) => PromiseStatement::ForEach(names(labels)),
        ast::PromiseStmtKind::Note(text) => PromiseStatement::Note(text.value.clone()),
        ast::PromiseStmtKind::Playbook(name) => PromiseStatement::Playbook(name.name.clone()),
        ast::PromiseStmtKind::Junk => return None,
    })
}

/// A statement of a measurement.
pub fn measurement(stmt: &ast::StreamStmt) -> Measurement {
    let words = stmt.said.as_ref().map(|said| said.value.clone());
    match &stmt.kind {
        ast::StreamStmtKind::Total(stream) => Measurement::Total(terms(stream)),
        ast::StreamStmtKind::Started(stream) => Measurement::Started(terms(stream)),
        ast::StreamStmtKind::Finished(stream, within) => {
            Measurement::Finished(terms(stream), limit(&within.limit))
        }
        ast::StreamStmtKind::Verdict(side, verdict) => Measurement::Verdict {
            side: *side,
            words,
            verdict: match verdict {
                ast::Verdict::Where(list) => Verdict::Filters(vec![filter(None, Some(list))]),
                ast::Verdict::Bound(bound, list) => {
                    Verdict::Filters(vec![filter(Some(bound), list.as_ref())])
                }
                ast::Verdict::AnyOf(faults) => Verdict::Filters(
                    faults.iter().map(|f| filter(f.bound.as_ref(), f.narrowed.as_ref())).collect(),
                ),
                ast::Verdict::Stream(stream, over) => {
                    Verdict::Stream(terms(stream), over.as_ref().map(|over| limit(&over.limit)))
                }
            },
        },
        ast::StreamStmtKind::GoodWhen(condition) => Measurement::GoodWhen {
            words,
            subject: match &condition.subject {
                ast::Subject::Share(_) => Subject::Share,
                ast::Subject::Percentile(percent, of) => Subject::Percentile(percent.value, selector(of)),
                ast::Subject::Mean(of, _) => Subject::Mean(selector(of)),
                ast::Subject::Stat(stat, of) => Subject::Stat(stat.value, selector(of)),
                ast::Subject::Age(which, of) => {
                    Subject::Age(which.as_ref().map(|which| which.value), selector(of))
                }
                ast::Subject::Promql(query, _) => Subject::Query(query.value.clone()),
            },
            bound: bound(&condition.bound),
        },
        ast::StreamStmtKind::SilenceIsBad => Measurement::SilenceIsBad,
    }
}

fn names(list: &[ast::Ident]) -> Vec<String> {
    list.iter().map(|ident| ident.name.clone()).collect()
}

fn terms(stream: &ast::Stream) -> Vec<Term> {
    let term = |term: &ast::Term| match term {
        ast::Term::Selector(of) => Term::Selector(selector(of)),
        ast::Term::Readings(of, _) => Term::Readings(selector(of)),
        ast::Term::Promql(query, _) => Term::Query(query.value.clone()),
    };
    stream.terms.iter().map(term).collect()
}

fn selector(selector: &ast::Selector) -> Selector {
    Selector { metric: selector.metric.name.clone(), matchers: matchers(selector.matchers.as_ref()) }
}

fn matchers(list: Option<&ast::Matchers>) -> Vec<Matcher> {
    let matcher = |matcher: &ast::Matcher| Matcher {
        label: matcher.label.name.clone(),
        op: matcher.op.value,
        value: match &matcher.value {
            ast::MatchValue::Str(text) => MatchValue::Text(text.value.clone()),
            ast::MatchValue::Var(name) => MatchValue::Parameter(name.name.clone()),
        },
    };
    list.iter().flat_map(|list| &list.list).map(matcher).collect()
}

fn filter(given: Option<&ast::Bound>, narrowed: Option<&ast::Matchers>) -> Filter {
    Filter { bound: given.map(bound), matchers: matchers(narrowed) }
}

fn bound(bound: &ast::Bound) -> Bound {
    Bound { cmp: bound.cmp.value, limit: limit(&bound.limit) }
}

fn limit(limit: &ast::Limit) -> Limit {
    match limit {
        ast::Limit::Value(value) => Limit::Value(value.value),
        ast::Limit::Var(name) => Limit::Parameter(name.name.clone()),
    }
}
