//! Measurements.

use pest::iterators::Pair;

use super::super::parser::Rule;
use super::{Build, kids};
use crate::ast::{
    At, Block, Bound, Cmp, Condition, Fault, Limit, MatchOp, MatchValue, Matcher, Matchers, Selector, Side,
    Stat, Str, Stream, StreamStmt, StreamStmtKind, Subject, Term, Verdict, Which,
};
use crate::diag::{Diagnostic, codes};

/// No selector has more matchers.
const MOST_MATCHERS: usize = 200;
/// The most terms of a sum: each is held against each, lest events are counted twice.
const MOST_TERMS: usize = 50;
/// The most ways in which one `bad` tells an event to be bad.
const MOST_FAULTS: usize = 20;
/// The most `good`s or `bad`s of a measurement.
const MOST_VERDICTS: usize = 20;

impl Build<'_> {
    /// A statement about a measurement.
    pub(super) fn stream_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<StreamStmt> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::bad {
            let said = self.said(pair.clone());
            let kind = StreamStmtKind::Verdict(Side::Bad, self.bad(pair)?);
            return Some(StreamStmt { kind, said, span });
        }
        let said = if rule == Rule::good { self.said(pair.clone()) } else { None };
        let mut kids = kids(pair);
        if said.is_some() {
            kids.next();
        }
        let kind = match rule {
            Rule::total => {
                let first = kids.next()?;
                StreamStmtKind::Total(if first.as_rule() == Rule::readings {
                    self.readings(first)?
                } else {
                    self.stream(first)?
                })
            }
            Rule::started => StreamStmtKind::Started(self.stream(kids.next()?)?),
            Rule::finished => {
                let stream = self.stream(kids.next()?)?;
                let limit = self.limit(&kids.next()?)?;
                let span = limit.span();
                StreamStmtKind::Finished(stream, Bound { cmp: At { value: Cmp::Within, span }, limit, span })
            }
            Rule::silence => StreamStmtKind::SilenceIsBad,
            _ => {
                let side = Side::Good;
                let first = kids.next()?;
                match first.as_rule() {
                    Rule::condition => StreamStmtKind::GoodWhen(self.condition(first)?),
                    Rule::where_ => StreamStmtKind::Verdict(side, Verdict::Where(self.narrowed(first)?)),
                    Rule::good_bound => {
                        let bound = self.bound(first)?;
                        let narrowed = match kids.next() {
                            Some(p) => Some(self.narrowed(p)?),
                            None => None,
                        };
                        StreamStmtKind::Verdict(side, Verdict::Bound(bound, narrowed))
                    }
                    _ => StreamStmtKind::Verdict(side, Verdict::Stream(self.stream(first)?, None)),
                }
            }
        };
        Some(StreamStmt { kind, said, span })
    }

    /// The words after `good` or `bad`.
    fn said(&mut self, pair: Pair<'_, Rule>) -> Option<Str> {
        let first = kids(pair).next().filter(|p| p.as_rule() == Rule::said)?;
        let words = self.str(&kids(first).next()?);
        self.check_empty(&words, "an empty text", "write what these events are, or remove the quotes");
        Some(words)
    }

    /// `bad` and what follows: a stream, one way to be bad, or several with `or` between them.
    fn bad(&mut self, pair: Pair<'_, Rule>) -> Option<Verdict> {
        let whole = self.span(&pair);
        let mut faults: Vec<Fault> = Vec::new();
        let mut joined = true;
        let mut parts = pair.into_inner();
        while let Some(part) = parts.next() {
            let span = self.span(&part);
            let rule = part.as_rule();
            match rule {
                Rule::k_or => joined = true,
                Rule::stream => {
                    let stream = self.stream(part)?;
                    let bound = match parts.find(|p| p.as_rule() == Rule::over_bound) {
                        Some(p) => Some(self.bound(p)?),
                        None => None,
                    };
                    return Some(Verdict::Stream(stream, bound));
                }
                Rule::where_ | Rule::bad_bound => {
                    if std::mem::take(&mut joined) {
                        faults.push(Fault { bound: None, narrowed: None, span });
                    }
                    let fault = faults.last_mut()?;
                    fault.span.end = span.end;
                    if rule == Rule::where_ {
                        fault.narrowed = Some(self.narrowed(part)?);
                    } else {
                        fault.bound = Some(self.bound(part)?);
                    }
                }
                _ => {}
            }
        }
        let help = "one pattern can name many values: `code=~\"500|502|503\"`";
        self.bounded(&mut faults, MOST_FAULTS, whole, ("a `bad`", "ways to be bad"), help);
        if faults.len() > 1 {
            return Some(Verdict::AnyOf(faults));
        }
        let Fault { bound, narrowed, .. } = faults.pop()?;
        match bound {
            Some(bound) => Some(Verdict::Bound(bound, narrowed)),
            None => narrowed.map(Verdict::Where),
        }
    }

    fn stream(&mut self, pair: Pair<'_, Rule>) -> Option<Stream> {
        let span = self.span(&pair);
        let mut terms = Vec::with_capacity(1);
        for pair in kids(pair) {
            terms.push(if pair.as_rule() == Rule::promql {
                let span = self.span(&pair);
                Term::Promql(self.str(&kids(pair).next()?), span)
            } else {
                Term::Selector(self.selector(pair)?)
            });
        }
        let help = "count what is added up here in one metric, or by a recording rule";
        self.bounded(&mut terms, MOST_TERMS, span, ("a sum", "terms"), help);
        Some(Stream { terms, span })
    }

    /// Statements that tell good from bad: each is held against each.
    pub(super) fn bounded_verdicts<S>(
        &mut self,
        body: &mut Block<S>,
        stream: impl Fn(&S) -> Option<&StreamStmt>,
    ) {
        let is_verdict = |stmt: &S| matches!(stream(stmt)?.kind, StreamStmtKind::Verdict(..)).then_some(());
        let count = body.stmts.iter().filter_map(is_verdict).count();
        if count <= MOST_VERDICTS {
            return;
        }
        let mut left = MOST_VERDICTS;
        let mut beyond = None;
        body.stmts.retain(|stmt| {
            if is_verdict(stmt).is_none() {
                return true;
            }
            let keep = left > 0;
            if !keep && beyond.is_none() {
                beyond = stream(stmt).map(|stmt| stmt.span);
            }
            left = left.saturating_sub(1);
            keep
        });
        let said = format!("a measurement with {count} statements of `good` or `bad`");
        let most = format!("at most {MOST_VERDICTS}");
        self.report(
            Diagnostic::new(&codes::syntax::VALUE, beyond.unwrap_or(body.span), said, most)
                .help("one pattern can name many values: `code=~\"500|502|503\"`"),
        );
    }

    fn readings(&mut self, pair: Pair<'_, Rule>) -> Option<Stream> {
        let span = self.span(&pair);
        let selector = self.selector(kids(pair).next()?)?;
        Some(Stream { terms: vec![Term::Readings(selector, span)], span })
    }

    pub(super) fn selector(&mut self, pair: Pair<'_, Rule>) -> Option<Selector> {
        let span = self.span(&pair);
        let mut kids = kids(pair);
        let metric = self.metric_name(&kids.next()?);
        let matchers = match kids.next() {
            Some(p) => Some(self.matchers(p)?),
            None => None,
        };
        Some(Selector { metric, matchers, span })
    }

    /// The matchers after `where`.
    pub(super) fn narrowed(&mut self, pair: Pair<'_, Rule>) -> Option<Matchers> {
        self.matchers(kids(pair).next()?)
    }

    fn matchers(&mut self, pair: Pair<'_, Rule>) -> Option<Matchers> {
        let span = self.span(&pair);
        let matchers = kids(pair);
        let mut list = Vec::with_capacity(matchers.listed());
        for pair in matchers {
            let span = self.span(&pair);
            let mut kids = kids(pair);
            let label = self.label(&kids.next()?);
            let op = kids.next()?;
            let value = match op.as_str() {
                "=" => MatchOp::Equal,
                "!=" => MatchOp::NotEqual,
                "=~" => MatchOp::Regex,
                _ => MatchOp::NotRegex,
            };
            let op = At { value, span: self.span(&op) };
            let right = kids.next()?;
            let value = if right.as_rule() == Rule::var {
                MatchValue::Var(self.var(&right))
            } else {
                MatchValue::Str(self.str(&right))
            };
            list.push(Matcher { label, op, value, span });
        }
        let help = "one pattern can name many values: `code=~\"500|502|503\"`";
        self.bounded(&mut list, MOST_MATCHERS, span, ("a selector", "matchers"), help);
        Some(Matchers { list, span })
    }

    /// `within 400ms`, `at least 1`. The words are `within`, `over`, or `at` with `most` or `least`.
    fn bound(&mut self, pair: Pair<'_, Rule>) -> Option<Bound> {
        let span = self.span(&pair);
        let start = pair.as_span().start();
        let mut kids = kids(pair);
        let word = kids.next()?;
        let value = match word.as_rule() {
            Rule::within => Cmp::Within,
            Rule::over => Cmp::Over,
            Rule::most => Cmp::AtMost,
            _ => Cmp::AtLeast,
        };
        let cmp = At { value, span: self.at(start, word.as_span().end()) };
        let limit: Limit = self.limit(&kids.next()?)?;
        Some(Bound { cmp, limit, span })
    }

    fn condition(&mut self, pair: Pair<'_, Rule>) -> Option<Condition> {
        let span = self.span(&pair);
        let mut kids = kids(pair);
        let first = kids.next()?;
        let place = self.span(&first);
        let subject = match first.as_rule() {
            Rule::share => Subject::Share(place),
            Rule::percentile => {
                let percentile = self.percentile(&first)?;
                Subject::Percentile(percentile, self.selector(kids.next()?)?)
            }
            Rule::mean => Subject::Mean(self.selector(kids.next()?)?, place),
            Rule::stat => {
                let value = match first.as_str() {
                    "max" => Stat::Max,
                    "min" => Stat::Min,
                    "avg" => Stat::Avg,
                    _ => Stat::Sum,
                };
                Subject::Stat(At { value, span: place }, self.selector(kids.next()?)?)
            }
            Rule::age => {
                let mut inner = super::kids(first);
                let mut next = inner.next()?;
                let mut which = None;
                if next.as_rule() == Rule::which {
                    let value = if next.as_str() == "oldest" { Which::Oldest } else { Which::Newest };
                    which = Some(At { value, span: self.span(&next) });
                    next = inner.next()?;
                }
                Subject::Age(which, self.selector(next)?)
            }
            _ => Subject::Promql(self.str(&super::kids(first).next()?), place),
        };
        let bound = self.bound(kids.next()?)?;
        Some(Condition { subject, bound, span })
    }
}
