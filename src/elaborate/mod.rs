//! From trees and names to the model: each promise is type-checked while it is made (kinds, units, bounds, labels,
//! subsets). A promise with a mistake is reported and left out, so that the checks of the others still run.

mod bounds;
mod buckets;
mod catalogue;
mod completion;
mod composed;
mod declared;
mod for_each;
mod idle;
mod indicator;
mod journey;
mod labels;
mod measure;
mod numbers;
mod out;
mod outcomes;
mod overlap;
mod patterns;
mod people;
mod promise;
mod query;
mod scenario;
mod selector;
mod shape;
mod sides;
mod slices;
mod stream;
mod subset;
mod union;
mod unit;
mod unseen;

use std::collections::BTreeSet;

use crate::ast::{Arg, ArgValue, Limit, Param};
use crate::diag::codes::types::NO_LABELS;
use crate::diag::{Diagnostic, Diagnostics};
use crate::resolve::Names;
use crate::resolve::args::fits;
use crate::source::{SourceMap, Span};
use crate::value::Quantity;
use crate::{ast, ir, parallel};

use catalogue::Catalogue;
use out::Unlabelled;

pub(crate) use catalogue::misleads;
pub(crate) use declared::unit_by_name;
pub(crate) use labels::alternatives;
pub(crate) use outcomes::named;
pub(crate) use unit::Unit;

/// Does a matcher (a label, a comparison, a value) pick events of this side only, by what its values say?
pub(crate) fn speaks_for(
    metric: &str,
    (label, op, value): (&str, ast::MatchOp, &str),
    side: ast::Side,
) -> bool {
    let span = Span::new(crate::source::FileId(0), 0, 0);
    let value = labels::Val::Known(value);
    let m = labels::Match { label, label_span: span, op, value, span, value_span: span, from_arg: false };
    outcomes::speaks_for(metric, &m, side)
}

/// What every part of elaboration reads.
#[derive(Clone, Copy)]
pub(crate) struct Cx<'a> {
    /// What is declared.
    pub(crate) names: &'a Names<'a>,
    /// The metrics.
    pub(crate) catalogue: &'a Catalogue<'a>,
    /// What slovo.yaml says.
    pub(crate) settings: &'a ir::Settings,
    /// The texts, for line numbers.
    pub(crate) sources: &'a SourceMap,
}

impl Cx<'_> {
    /// Place and line of an object.
    pub(crate) fn origin(&self, span: Span) -> ir::Origin {
        let line = self.sources.get(span.file).map_or(0, |f| f.line_index(span.start as usize));
        ir::Origin { span, line: u32::try_from(line + 1).unwrap_or(u32::MAX) }
    }
}

/// Values of an indicator's parameters.
#[derive(Clone, Copy, Default)]
pub(crate) struct Env<'a> {
    params: &'a [Param],
    args: &'a [Arg],
}

impl<'a> Env<'a> {
    /// The arguments of a call.
    pub(crate) fn of(params: &'a [Param], args: &'a [Arg]) -> Self {
        Self { params, args }
    }
    /// The argument for a parameter; one of the wrong type was reported with the names.
    fn arg(&self, name: &str) -> Option<&'a Arg> {
        let param = self.params.iter().find(|p| p.name.name == name)?;
        self.args.iter().find(|a| a.name.name == name).filter(|a| fits(param.ty.value, &a.value))
    }
    /// The text given for a parameter.
    pub(crate) fn string(&self, name: &str) -> Option<(&'a str, Span)> {
        match &self.arg(name)?.value {
            ArgValue::Str(s) => Some((&s.value, s.span)),
            ArgValue::Limit(_) => None,
        }
    }
    /// A limit's value and place, and whether it is an argument.
    pub(crate) fn limit(&self, limit: &Limit) -> Option<(Quantity, Span, bool)> {
        match limit {
            Limit::Value(v) => Some((v.value, v.span, false)),
            Limit::Var(var) => match &self.arg(&var.name)?.value {
                ArgValue::Limit(Limit::Value(v)) => Some((v.value, v.span, true)),
                ArgValue::Limit(Limit::Var(_)) | ArgValue::Str(_) => None,
            },
        }
    }
}

/// Builds the model.
pub fn elaborate(
    names: &Names<'_>,
    settings: &ir::Settings,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> ir::Model {
    let catalogue = Catalogue::new(names, settings, diagnostics);
    let cx = Cx { names, catalogue: &catalogue, settings, sources };
    let mut unlabelled = Vec::new();

    let indicators: Vec<_> = names.indicators.iter().collect();
    let checked = parallel::map(&indicators, |(_, i)| indicator::check(&cx, i));
    let mut broken = BTreeSet::new();
    for ((name, _), out) in indicators.iter().zip(checked) {
        if out.broken {
            broken.insert(*name);
        }
        diagnostics.extend(out.found);
        unlabelled.extend(out.unlabelled);
    }

    let mut list: Vec<_> = names.journeys.iter().map(|(_, j)| j).collect();
    list.sort_unstable_by(|a, b| a.name.name.cmp(&b.name.name));
    let made = parallel::map(&list, |j| journey::journey(&cx, &broken, j));
    let mut journeys = Vec::with_capacity(made.len());
    for (journey, out) in made {
        journeys.push(journey);
        diagnostics.extend(out.found);
        unlabelled.extend(out.unlabelled);
    }
    no_labels(&cx, unlabelled, diagnostics);

    let mut model = ir::Model {
        settings: settings.clone(),
        files: ir::Files(sources.iter().map(|(_, f)| f.path.clone()).collect()),
        teams: people::teams(&cx),
        policies: people::policies(&cx, diagnostics),
        playbooks: people::playbooks(&cx, diagnostics),
        journeys,
        scenarios: scenario::scenarios(&cx, diagnostics),
    };
    unseen::settle(&mut model, diagnostics);
    model
}

/// One warning for each metric whose labels are used but not declared.
fn no_labels(cx: &Cx<'_>, mut used: Vec<Unlabelled>, out: &mut Diagnostics) {
    used.sort_by(|a, b| {
        let key = |u: &Unlabelled| (u.scope, u.span.file, u.span.start);
        a.metric.cmp(&b.metric).then_with(|| key(a).cmp(&key(b)))
    });
    used.dedup_by(|a, b| a.metric == b.metric);
    for Unlabelled { metric: name, label, span, scope } in used {
        let Some(metric) = cx.catalogue.get(&name) else { continue };
        if metric.junk {
            continue;
        }
        let said = if scope {
            format!("`{name}` declares no `labels`, so the project's scope is left out of it")
        } else {
            format!("`{name}` declares no `labels`, so its matchers are not checked")
        };
        let use_of = if scope { "without" } else { "perhaps without" };
        out.push(
            Diagnostic::new(&NO_LABELS, metric.decl.name.span, said, "without `labels`")
                .also(span, format!("{use_of} `{label}`"))
                .help(format!("list them: `metric {name}: .. {{ labels {label} }}`")),
        );
    }
}
