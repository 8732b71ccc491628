//! Journeys, steps, promises.

use pest::iterators::Pair;

use super::super::parser::Rule;
use super::super::recover::Context;
use super::{Build, Entries, kids};
use crate::ast::{
    Arg, ArgValue, At, Composition, DataClass, Evidence, Ident, Item, Journey, JourneyStmt, Noun, Promise,
    PromiseStmt, PromiseStmtKind, Step, StepStmt, Str, Urgency,
};
use crate::source::Span;
use crate::value::Duration;

/// The most members of a composed promise.
const MOST_MEMBERS: usize = 200;
/// The most parameters of an indicator.
pub(super) const MOST_PARAMETERS: usize = 50;

pub(super) const JOURNEY: Entries<JourneyStmt> = Entries {
    context: Context::Journey,
    read: |build, pair| build.journey_stmt(pair),
    junk: JourneyStmt::Junk,
};
pub(super) const STEP: Entries<StepStmt> =
    Entries { context: Context::Step, read: |build, pair| build.step_stmt(pair), junk: StepStmt::Junk };
const PROMISE: Entries<PromiseStmt> = Entries {
    context: Context::Promise,
    read: |build, pair| build.promise_stmt(pair),
    junk: |span| PromiseStmt { kind: PromiseStmtKind::Junk, span },
};

impl Build<'_> {
    pub(super) fn journey(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let (head, block) = self.titled(pair);
        let body = self.block(block?, &JOURNEY);
        let (name, title) = head?;
        Some(Item::Journey(Journey { name, title, body, span }))
    }

    fn step(&mut self, pair: Pair<'_, Rule>) -> Option<Step> {
        let span = self.span(&pair);
        let (head, block) = self.titled(pair);
        let body = self.block(block?, &STEP);
        let (name, title) = head?;
        Some(Step { name, title, body, span })
    }

    fn promise(&mut self, pair: Pair<'_, Rule>) -> Option<Promise> {
        let span = self.span(&pair);
        let (head, block) = self.titled(pair);
        let mut body = self.block(block?, &PROMISE);
        self.bounded_verdicts(&mut body, |stmt| match &stmt.kind {
            PromiseStmtKind::Stream(stmt) => Some(&**stmt),
            _ => None,
        });
        let (name, title) = head?;
        Some(Promise { name, title, body, span })
    }

    /// Name, title and block of a journey, step, promise or policy.
    pub(super) fn titled<'i>(
        &mut self,
        pair: Pair<'i, Rule>,
    ) -> (Option<(Ident, Str)>, Option<Pair<'i, Rule>>) {
        let whole = pair.clone();
        let mut kids = kids(pair);
        let Some(first) = kids.next() else { return (None, None) };
        if first.as_rule() == Rule::bad_head {
            let head = self.bad_head(&whole, &first).and_then(|h| Some((h.name?, h.title?)));
            return (head, kids.next());
        }
        let name = self.ident(&first);
        let title = kids.next().map(|p| self.text(&p));
        (title.map(|t| (name, t)), kids.next())
    }

    fn journey_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<JourneyStmt> {
        let rule = pair.as_rule();
        match rule {
            Rule::step => return self.step(pair).map(JourneyStmt::Step),
            Rule::promise => return self.promise(pair).map(JourneyStmt::Promise),
            _ => {}
        }
        let span = self.span(&pair);
        let mut kids = kids(pair);
        if rule == Rule::for_each {
            return Some(JourneyStmt::ForEach(self.each_labels(kids, span), span));
        }
        let first = kids.next()?;
        Some(match rule {
            Rule::no_data => JourneyStmt::NoData(self.loudness(&first), span),
            Rule::owner => JourneyStmt::Owner(self.ident(&first), span),
            Rule::user => JourneyStmt::User(self.text(&first), span),
            Rule::goal => JourneyStmt::Goal(self.text(&first), span),
            Rule::tier => JourneyStmt::Tier(self.number(&first)?, span),
            Rule::review => {
                let every = self.length(&first)?;
                let last = match kids.next() {
                    Some(p) => Some(self.date(&p)?),
                    None => None,
                };
                JourneyStmt::Review(every, last, span)
            }
            Rule::agreed => {
                let mut names = vec![self.ident(&first)];
                let mut on = None;
                for pair in kids {
                    if pair.as_rule() == Rule::date {
                        on = Some(self.date(&pair)?);
                    } else {
                        names.push(self.ident(&pair));
                    }
                }
                JourneyStmt::Agreed(names, on, span)
            }
            Rule::data => {
                let value = match first.as_str() {
                    "none" => DataClass::None,
                    "pseudonymous" => DataClass::Pseudonymous,
                    _ => DataClass::Personal,
                };
                let class = At { value, span: self.span(&first) };
                JourneyStmt::Data(class, kids.next().map(|p| self.text(&p)), span)
            }
            Rule::budget => JourneyStmt::BudgetPolicy(self.ident(&first), span),
            Rule::uses => JourneyStmt::Playbook(self.ident(&first), span),
            Rule::note => JourneyStmt::Note(self.text(&first), span),
            _ => return None,
        })
    }

    fn step_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<StepStmt> {
        let rule = pair.as_rule();
        if rule == Rule::promise {
            return self.promise(pair).map(StepStmt::Promise);
        }
        let span = self.span(&pair);
        let mut kids = kids(pair);
        match rule {
            Rule::critical => return Some(StepStmt::Critical(span)),
            Rule::served => return Some(StepStmt::ServedBy(self.texts(kids), span)),
            Rule::tested => return Some(StepStmt::TestedBy(self.texts(kids), span)),
            _ => {}
        }
        let first = kids.next()?;
        Some(match rule {
            Rule::if_broken => StepStmt::IfBroken(self.text(&first), span),
            Rule::uses => StepStmt::Playbook(self.ident(&first), span),
            Rule::note => StepStmt::Note(self.text(&first), span),
            _ => return None,
        })
    }

    fn promise_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<PromiseStmt> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::total | Rule::good | Rule::bad | Rule::started | Rule::finished | Rule::silence => {
                PromiseStmtKind::Stream(Box::new(self.stream_stmt(pair)?))
            }
            _ => self.promise_stmt_kind(pair, span)?,
        };
        Some(PromiseStmt { kind, span })
    }

    fn promise_stmt_kind(&mut self, pair: Pair<'_, Rule>, span: Span) -> Option<PromiseStmtKind> {
        let rule = pair.as_rule();
        let mut kids = kids(pair);
        match rule {
            Rule::for_each => return Some(PromiseStmtKind::ForEach(self.each_labels(kids, span))),
            Rule::all_of | Rule::worst_of => {
                let how = if rule == Rule::all_of { Composition::All } else { Composition::Worst };
                let mut members = kids.map(|p| self.path(&p)).collect();
                let help = "compose it of the few promises that stand for the others";
                self.bounded(&mut members, MOST_MEMBERS, span, ("a composed promise", "members"), help);
                return Some(PromiseStmtKind::Composed(how, members));
            }
            _ => {}
        }
        let first = kids.next()?;
        Some(match rule {
            Rule::keep => {
                let objective = self.percent(&first)?;
                let noun = self.noun(kids.next()?)?;
                let window = match kids.next() {
                    Some(p) => Some(self.length(&p)?),
                    None => None,
                };
                PromiseStmtKind::Keep { objective, noun, window }
            }
            Rule::aim => PromiseStmtKind::Aim(self.percent(&first)?),
            Rule::expect => {
                let number = self.number(&first)?;
                let period = kids.next()?;
                let value = match period.as_str() {
                    "second" => Duration::from_secs(1),
                    "minute" => Duration::from_mins(1),
                    "hour" => Duration::from_hours(1),
                    "week" => Duration::from_days(7),
                    _ => Duration::from_days(1),
                };
                PromiseStmtKind::Expect(number, At { value, span: self.span(&period) })
            }
            Rule::measured => {
                let indicator = self.ident(&first);
                let (mut args, mut narrowed) = (Vec::new(), None);
                for pair in kids {
                    if pair.as_rule() == Rule::args {
                        args = self.args(pair)?;
                    } else {
                        narrowed = Some(self.narrowed(pair)?);
                    }
                }
                PromiseStmtKind::MeasuredBy { indicator, args, narrowed }
            }
            Rule::because => {
                let value = match first.as_str() {
                    "measured" => Evidence::Measured,
                    "agreed" => Evidence::Agreed,
                    _ => Evidence::Guessed,
                };
                let evidence = At { value, span: self.span(&first) };
                let text = self.text(&kids.next()?);
                PromiseStmtKind::Because(evidence, text, self.date(&kids.next()?)?)
            }
            Rule::blind => PromiseStmtKind::BlindTo(self.text(&first)),
            Rule::proxy => {
                let meant = self.text(&first);
                PromiseStmtKind::Proxy(meant, self.text(&kids.next()?))
            }
            Rule::urgency => PromiseStmtKind::Urgency(self.loudness(&first)),
            Rule::no_data => PromiseStmtKind::NoData(self.loudness(&first)),
            Rule::note => PromiseStmtKind::Note(self.text(&first)),
            Rule::uses => PromiseStmtKind::Playbook(self.ident(&first)),
            _ => return None,
        })
    }

    fn loudness(&self, pair: &Pair<'_, Rule>) -> At<Urgency> {
        let value = match pair.as_str() {
            "page" => Urgency::Page,
            "ticket" => Urgency::Ticket,
            _ => Urgency::None,
        };
        At { value, span: self.span(pair) }
    }

    fn args(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Arg>> {
        let span = self.span(&pair);
        let listed = kids(pair);
        let mut args = Vec::with_capacity(listed.listed());
        for pair in listed {
            let mut kids = kids(pair);
            let name = self.ident(&kids.next()?);
            let right = kids.next()?;
            let value = if right.as_rule() == Rule::string {
                ArgValue::Str(self.str(&right))
            } else {
                ArgValue::Limit(self.limit(&right)?)
            };
            args.push(Arg { name, value });
        }
        let help = "no indicator has so many parameters";
        self.bounded(&mut args, MOST_PARAMETERS, span, ("a call", "arguments"), help);
        Some(args)
    }

    fn noun(&mut self, pair: Pair<'_, Rule>) -> Option<Noun> {
        let span = self.span(&pair);
        Some(match pair.as_rule() {
            Rule::string => Noun::Quoted(self.text(&pair)),
            Rule::minutes => Noun::Minutes(span),
            Rule::slices => Noun::Slices(self.length(&kids(pair).next()?)?, span),
            _ => {
                let mut words = String::with_capacity(pair.as_str().len());
                for word in pair.as_str().split_ascii_whitespace() {
                    if !words.is_empty() {
                        words.push(' ');
                    }
                    words.push_str(word);
                }
                Noun::Words(words, span)
            }
        })
    }
}
