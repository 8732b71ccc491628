//! Teams, metrics, indicators.

use pest::iterators::Pair;

use super::super::parser::Rule;
use super::super::recover::Context;
use super::journeys::MOST_PARAMETERS;
use super::{Build, Entries, kids};
use crate::ast::{
    At, Indicator, IndicatorStmt, Item, LabelDecl, Metric, MetricKind, MetricName, MetricStmt, Param,
    ParamType, Team, TeamStmt,
};

const TEAM: Entries<TeamStmt> =
    Entries { context: Context::Team, read: |build, pair| build.team_stmt(pair), junk: TeamStmt::Junk };
const METRIC: Entries<MetricStmt> =
    Entries { context: Context::Metric, read: |build, pair| build.metric_stmt(pair), junk: MetricStmt::Junk };
const INDICATOR: Entries<IndicatorStmt> = Entries {
    context: Context::Indicator,
    read: |build, pair| build.stream_stmt(pair).map(IndicatorStmt::Stream),
    junk: IndicatorStmt::Junk,
};

/// The most labels of a metric.
const MOST_LABELS: usize = 200;
/// The most values of a label. Every pattern is held against each of them.
const MOST_VALUES: usize = 500;
/// The most bounds of a histogram.
const MOST_BOUNDS: usize = 1_000;

impl Build<'_> {
    pub(super) fn team(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let (head, block) = self.titled(pair);
        let body = block.map(|b| self.block(b, &TEAM));
        let (name, title) = head?;
        Some(Item::Team(Team { name, title, body, span }))
    }

    fn team_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<TeamStmt> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut kids = kids(pair);
        if rule == Rule::team_labels {
            let mut labels = Vec::new();
            for pair in kids {
                let mut kids = super::kids(pair);
                let label = self.label(&kids.next()?);
                labels.push((label, self.text(&kids.next()?)));
            }
            return Some(TeamStmt::Labels(labels, span));
        }
        let value = self.text(&kids.next()?);
        Some(match rule {
            Rule::channel => TeamStmt::Channel(value, span),
            Rule::pages => TeamStmt::Pages(value, span),
            _ => TeamStmt::Tickets(value, span),
        })
    }

    pub(super) fn metric(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let whole = pair.clone();
        let mut head = Head::default();
        let mut body = None;
        let mut readable = true;
        for pair in kids(pair) {
            match pair.as_rule() {
                Rule::metric_block => body = Some(self.block(pair, &METRIC)),
                Rule::bad_head => match self.bad_head(&whole, &pair).and_then(|h| h.metric) {
                    Some(found) => head = found,
                    None => readable = false,
                },
                _ => self.metric_head(&pair, &mut head),
            }
        }
        if !readable {
            return None;
        }
        let Head { name, kind, unit, part_of } = head;
        Some(Item::Metric(Metric { name: name?, kind: kind?, unit, part_of, body, span }))
    }

    /// One token of `NAME: KIND of UNIT, part of NAME`.
    pub(in super::super) fn metric_head(&mut self, pair: &Pair<'_, Rule>, head: &mut Head) {
        match pair.as_rule() {
            Rule::kind => {
                let text = pair.as_str();
                let value = match text {
                    "counter" => MetricKind::Counter,
                    "gauge" => MetricKind::Gauge,
                    "histogram" => MetricKind::Histogram,
                    "summary" => MetricKind::Summary,
                    _ => MetricKind::NativeHistogram,
                };
                head.kind = Some(At { value, span: self.span(pair) });
            }
            Rule::label => head.unit = Some(self.label(pair)),
            Rule::part_of => {
                head.part_of = kids(pair.clone()).next().map(|p| self.metric_name(&p));
            }
            Rule::mname | Rule::string => head.name = Some(self.metric_name(pair)),
            _ => {}
        }
    }

    fn metric_stmt(&mut self, pair: Pair<'_, Rule>) -> Option<MetricStmt> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut kids = kids(pair);
        Some(match rule {
            Rule::labels => {
                let mut list = Vec::new();
                for pair in kids {
                    let mut kids = super::kids(pair);
                    let label = self.label(&kids.next()?);
                    let mut values = self.strs(kids);
                    let help = "leave its values out: a set that long is not a closed one";
                    self.bounded(&mut values, MOST_VALUES, span, ("a label", "values"), help);
                    list.push(LabelDecl { label, values: (!values.is_empty()).then_some(values) });
                }
                let help = "declare the labels that promises select by";
                self.bounded(&mut list, MOST_LABELS, span, ("a metric", "labels"), help);
                MetricStmt::Labels(list, span)
            }
            Rule::buckets => {
                let mut bounds = Vec::new();
                for pair in kids {
                    bounds.push(self.number(&pair)?);
                }
                let help = "declare the bounds near the limits of promises";
                self.bounded(&mut bounds, MOST_BOUNDS, span, ("a histogram", "bounds"), help);
                MetricStmt::Buckets(bounds, span)
            }
            Rule::stored => MetricStmt::ClassicOrNative(span),
            Rule::born => MetricStmt::BornWithEvent(span),
            Rule::increases => {
                let over = match kids.next() {
                    Some(pair) => Some(self.length(&pair)?),
                    None => None,
                };
                MetricStmt::Increases(over, span)
            }
            Rule::late => MetricStmt::LateBy(self.length(&kids.next()?)?, span),
            Rule::silent_idle => {
                let alive = match kids.next() {
                    Some(pair) => Some(self.selector(pair)?),
                    None => None,
                };
                MetricStmt::SilentWhenIdle(alive, span)
            }
            _ => {
                let every = self.length(&kids.next()?)?;
                let timeout = match kids.next() {
                    Some(pair) => Some(self.length(&pair)?),
                    None => None,
                };
                MetricStmt::ScrapedEvery { every, timeout, span }
            }
        })
    }

    pub(super) fn indicator(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let whole = pair.clone();
        let (mut name, mut params, mut body, mut crooked) = (None, Vec::new(), None, false);
        for pair in kids(pair) {
            match pair.as_rule() {
                Rule::ident => name = Some(self.ident(&pair)),
                Rule::params => params = self.params(pair)?,
                Rule::bad_head => {
                    crooked = true;
                    if let Some(head) = self.bad_head(&whole, &pair) {
                        name = head.name;
                        params = head.params;
                    }
                }
                _ => body = Some(self.block(pair, &INDICATOR)),
            }
        }
        let mut body = body?;
        // Parameters may be missing: what uses them must not complain.
        body.has_junk |= crooked;
        self.bounded_verdicts(&mut body, |stmt| match stmt {
            IndicatorStmt::Stream(stmt) => Some(stmt),
            IndicatorStmt::Junk(_) => None,
        });
        Some(Item::Indicator(Indicator { name: name?, params, body, span }))
    }

    pub(in super::super) fn params(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Param>> {
        let span = self.span(&pair);
        let mut params = Vec::new();
        for pair in kids(pair) {
            let mut kids = kids(pair);
            let name = self.ident(&kids.next()?);
            let ty = kids.next()?;
            let value = match ty.as_str() {
                "string" => ParamType::String,
                "regex" => ParamType::Regex,
                "duration" => ParamType::Duration,
                "percent" => ParamType::Percent,
                _ => ParamType::Number,
            };
            params.push(Param { name, ty: At { value, span: self.span(&ty) } });
        }
        let help = "write several indicators, each with the few values that differ";
        self.bounded(&mut params, MOST_PARAMETERS, span, ("an indicator", "parameters"), help);
        Some(params)
    }
}

/// A metric's head as far as it is read.
#[derive(Default)]
pub(in super::super) struct Head {
    name: Option<MetricName>,
    kind: Option<At<MetricKind>>,
    unit: Option<crate::ast::Ident>,
    part_of: Option<MetricName>,
}
