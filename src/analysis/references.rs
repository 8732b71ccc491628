//! From uses of names to their declarations, and back.

use std::collections::BTreeMap;

use crate::ast::{self, Name, NameKind, Node, PromiseStmtKind, Str, StreamStmtKind};
use crate::resolve::{Names, PromiseRef};
use crate::source::{FileId, SourceMap, Span};
use crate::{promql, syntax};

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    /// What it is.
    pub kind: NameKind,
    /// Its name behind those of what it is in: `checkout`, `pay`, `accepted` for a promise of a step; a parameter is in its
    /// indicator, a label in its metric.
    pub path: Vec<String>,
}

impl Symbol {
    fn new(kind: NameKind, path: &[&str]) -> Self {
        Self { kind, path: path.iter().map(|p| (*p).to_owned()).collect() }
    }
    fn of_promise(found: PromiseRef<'_>) -> Self {
        let names = [Some(&found.journey.name), found.step.map(|s| &s.name), Some(&found.promise.name)];
        Self { kind: NameKind::Promise, path: names.into_iter().flatten().map(|n| n.name.clone()).collect() }
    }
    /// The step or the journey that a promise is in, the journey of a step.
    fn above(&self) -> Option<Self> {
        let (_, above) = self.path.split_last()?;
        let kind = match above.len() {
            0 => return None,
            1 => NameKind::Journey,
            _ => NameKind::Step,
        };
        Some(Self { kind, path: above.to_vec() })
    }
}

/// A name where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name alone. In a query it is the whole name of a histogram's series (`x_seconds_bucket`).
    pub span: Span,
    /// What it names.
    pub symbol: Symbol,
    /// Is it declared here? A second declaration of a name, which is a mistake, is one too.
    pub declares: bool,
}

/// Every name that was resolved.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// In the order of the files, by place.
    uses: Vec<Use>,
    declared: BTreeMap<Symbol, Span>,
}

impl References {
    /// All of them in the order of the files.
    pub fn all(&self) -> &[Use] {
        &self.uses
    }
    /// The name at an offset, also right behind it.
    pub fn at(&self, file: FileId, offset: usize) -> Option<&Use> {
        let behind = self.uses.partition_point(|u| (u.span.file, u.span.start as usize) <= (file, offset));
        let found = self.uses.get(..behind)?.last()?;
        (found.span.file == file && offset <= found.span.end as usize).then_some(found)
    }
    /// Where something is declared: the first place, where there are several. Names that slovo.yaml or nobody declares have none.
    pub fn declaration(&self, symbol: &Symbol) -> Option<Span> {
        self.declared.get(symbol).copied()
    }
    /// Everywhere it is written, its declarations included.
    pub fn of_symbol(&self, symbol: &Symbol) -> impl Iterator<Item = &Use> {
        self.uses.iter().filter(move |u| u.symbol == *symbol)
    }

    /// Collects them. What isn't declared anywhere is left out: there is nothing that it refers to.
    pub(super) fn of(names: &Names<'_>, files: &[ast::File], sources: &SourceMap) -> Self {
        let mut found = Self::default();
        for file in files {
            file.nodes(&mut |node| Walk::new(names, sources, &mut found).visit(node));
        }
        found.uses.sort_by_key(|u| u.span);
        found
    }

    fn add(&mut self, span: Span, symbol: Symbol, declares: bool) {
        if declares {
            self.declared.entry(symbol.clone()).or_insert(span);
        }
        self.uses.push(Use { span, symbol, declares });
    }
}

/// A walk through an item: where it is, as far as names depend on it.
struct Walk<'n, 'a> {
    names: &'n Names<'a>,
    sources: &'n SourceMap,
    found: &'n mut References,
    journey: Option<&'a str>,
    step: Option<&'a str>,
    /// The indicator that is declared or called.
    indicator: Option<&'a str>,
    /// The metric that labels are of.
    metric: Option<&'a str>,
}

impl<'n, 'a> Walk<'n, 'a> {
    fn new(names: &'n Names<'a>, sources: &'n SourceMap, found: &'n mut References) -> Self {
        Self { names, sources, found, journey: None, step: None, indicator: None, metric: None }
    }

    fn visit(&mut self, node: Node<'a>) {
        let (step, indicator, metric) = (self.step, self.indicator, self.metric);
        match node {
            Node::Journey(n) => self.journey = Some(&n.name.name),
            Node::Step(n) => self.step = Some(&n.name.name),
            Node::Indicator(n) => {
                self.indicator = Some(&n.name.name);
                self.metric = total(&n.body.stmts, |s| match s {
                    ast::IndicatorStmt::Stream(stmt) => Some(stmt),
                    ast::IndicatorStmt::Junk(_) => None,
                });
            }
            Node::Promise(n) => self.metric = self.measured(n),
            Node::PromiseStmt(n) => {
                if let PromiseStmtKind::MeasuredBy { indicator, .. } = &n.kind {
                    self.indicator = Some(&indicator.name);
                }
            }
            Node::Metric(n) => self.metric = self.declared_metric(&n.name.name),
            Node::Selector(n) => self.metric = self.declared_metric(&n.metric.name),
            Node::Name(name) => self.name(name),
            Node::MetricName(name, declares) => {
                if let Some(metric) = self.declared_metric(&name.name) {
                    self.found.add(name.span, Symbol::new(NameKind::Metric, &[metric]), declares);
                }
            }
            Node::Path(path) => self.path(path),
            Node::Query(query) => self.query(query),
            Node::TeamStmt(_)
            | Node::Team(_)
            | Node::MetricStmt(_)
            | Node::Param(_)
            | Node::JourneyStmt(_)
            | Node::StepStmt(_)
            | Node::StreamStmt(_)
            | Node::Policy(_)
            | Node::PolicyStmt(_)
            | Node::Playbook(_)
            | Node::PlaybookStmt(_)
            | Node::Scenario(_)
            | Node::ScenarioStmt(_)
            | Node::Stream(_)
            | Node::Matchers(_)
            | Node::Matcher(_)
            | Node::Condition(_)
            | Node::Bound(_)
            | Node::Arg(_)
            | Node::Noun(_)
            | Node::Text(_)
            | Node::Junk(_) => {}
        }
        let mut below = Vec::new();
        node.children(&mut |child| below.push(child));
        for child in below {
            self.visit(child);
        }
        (self.step, self.indicator, self.metric) = (step, indicator, metric);
    }

    /// The metric whose events a promise counts: that of its own `total`, or of its indicator's.
    fn measured(&self, promise: &'a ast::Promise) -> Option<&'a str> {
        let own = total(&promise.body.stmts, |s| {
            let PromiseStmtKind::Stream(stmt) = &s.kind else { return None };
            Some(stmt)
        });
        own.or_else(|| {
            let called = promise.body.stmts.iter().find_map(|s| {
                let PromiseStmtKind::MeasuredBy { indicator, .. } = &s.kind else { return None };
                self.names.indicators.get(&indicator.name)
            })?;
            total(&called.body.stmts, |s| match s {
                ast::IndicatorStmt::Stream(stmt) => Some(stmt),
                ast::IndicatorStmt::Junk(_) => None,
            })
        })
    }

    /// The declared metric that a name in a selector or a query means: itself, or the histogram or summary that the series is of.
    fn declared_metric(&self, name: &str) -> Option<&'a str> {
        let own = |name: &str| self.names.metrics.get(name).map(|m| m.name.name.as_str());
        own(name)
            .or_else(|| ["_bucket", "_count", "_sum"].iter().find_map(|part| own(name.strip_suffix(part)?)))
    }

    fn name(&mut self, name: Name<'a>) {
        let text = name.ident.name.as_str();
        let (names, inside) = (self.names, (self.journey, self.step));
        let symbol = match name.kind {
            NameKind::Team => names.teams.has(text).then(|| Symbol::new(name.kind, &[text])),
            NameKind::Policy => names.policies.has(text).then(|| Symbol::new(name.kind, &[text])),
            NameKind::Playbook => names.playbooks.has(text).then(|| Symbol::new(name.kind, &[text])),
            NameKind::Indicator => names.indicators.has(text).then(|| Symbol::new(name.kind, &[text])),
            NameKind::Journey | NameKind::Scenario | NameKind::Metric => {
                Some(Symbol::new(name.kind, &[text]))
            }
            NameKind::Step => inside.0.map(|journey| Symbol::new(name.kind, &[journey, text])),
            NameKind::Promise => match inside {
                (Some(journey), Some(step)) => Some(Symbol::new(name.kind, &[journey, step, text])),
                (Some(journey), None) => Some(Symbol::new(name.kind, &[journey, text])),
                (None, _) => None,
            },
            NameKind::Parameter => self.parameter(text),
            NameKind::Label => self.label(text),
        };
        if let Some(symbol) = symbol {
            self.found.add(name.ident.span, symbol, name.declares);
        }
    }

    fn parameter(&self, name: &str) -> Option<Symbol> {
        let indicator = self.names.indicators.get(self.indicator?)?;
        let known = indicator.params.iter().any(|p| p.name.name == name);
        known.then(|| Symbol::new(NameKind::Parameter, &[&indicator.name.name, name]))
    }

    /// A label is its metric's, where that declares it.
    fn label(&self, name: &str) -> Option<Symbol> {
        let metric = self.names.metrics.get(self.metric?)?;
        let declared = metric.body.iter().flat_map(|b| &b.stmts).any(
            |s| matches!(s, ast::MetricStmt::Labels(list, _) if list.iter().any(|l| l.label.name == name)),
        );
        declared.then(|| Symbol::new(NameKind::Label, &[&metric.name.name, name]))
    }

    /// Each part of a path names what it stands for: `checkout.pay.accepted` a journey, a step, a promise.
    fn path(&mut self, path: &ast::Path) {
        let Some(found) = self.names.find(self.journey, path) else { return };
        let mut symbol = Some(Symbol::of_promise(found));
        for part in path.parts.iter().rev() {
            let Some(named) = symbol.take() else { return };
            symbol = named.above();
            self.found.add(part.span, named, false);
        }
    }

    /// The metrics of a query; none of one that can't be read.
    fn query(&mut self, query: &Str) {
        let Ok(expr) = promql::parse(&query.value) else { return };
        let raw = self.sources.text(query.span);
        let start = query.span.start as usize;
        for selector in promql::selectors(&expr) {
            let Some((name, range)) = selector.metric() else { continue };
            let Some(metric) = self.declared_metric(name) else { continue };
            let at = |offset| start + syntax::value_offset(raw, offset);
            let span = Span::new(query.span.file, at(range.start), at(range.end));
            self.found.add(span, Symbol::new(NameKind::Metric, &[metric]), false);
        }
    }
}

/// The metric of the first selector of `total` (or `started`) among statements.
fn total<'a, S>(stmts: &'a [S], stream: impl Fn(&'a S) -> Option<&'a ast::StreamStmt>) -> Option<&'a str> {
    stmts.iter().filter_map(stream).find_map(|stmt| match &stmt.kind {
        StreamStmtKind::Total(all) | StreamStmtKind::Started(all) => all.terms.iter().find_map(|t| match t {
            ast::Term::Selector(s) | ast::Term::Readings(s, _) => Some(s.metric.name.as_str()),
            ast::Term::Promql(..) => None,
        }),
        StreamStmtKind::Verdict(..)
        | StreamStmtKind::Finished(..)
        | StreamStmtKind::GoodWhen(_)
        | StreamStmtKind::SilenceIsBad => None,
    })
}
