//! Where elaboration reports to.

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::source::Span;

/// A label is used of a metric that declares none.
#[derive(Debug)]
pub(crate) struct Unlabelled {
    /// The metric.
    pub(crate) metric: String,
    /// The label.
    pub(crate) label: String,
    /// Where it is used.
    pub(crate) span: Span,
    /// By slovo.yaml's `scope`, which is left out here.
    pub(crate) scope: bool,
}

/// The reports of one promise or one indicator.
///
/// An indicator is checked once by itself, with its parameters unknown, and again in each call, with the arguments
/// known. What stands in its text is its own fault and is reported the first time only; a call reports what stands in
/// the call. So while a call is elaborated, reports that point into the indicator are held back.
#[derive(Debug, Default)]
pub(crate) struct Out {
    /// What was found.
    pub(crate) found: Diagnostics,
    /// What points into the indicator of the call at hand.
    pub(crate) held: Vec<Diagnostic>,
    /// The body of the indicator of the call at hand.
    inside: Option<Span>,
    /// An error was reported or held.
    pub(crate) broken: bool,
    /// Uses of labels of metrics that declare none.
    pub(crate) unlabelled: Vec<Unlabelled>,
}

impl Out {
    /// Takes a report.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.broken |= diagnostic.severity == Severity::Error;
        if self.inside.is_some()
            && self.inside.is_some_and(|i| diagnostic.span().is_some_and(|s| within(i, s)))
        {
            self.held.push(diagnostic);
        } else {
            self.found.push(diagnostic);
        }
    }

    /// From now on reports that point into this indicator are held.
    pub(crate) fn enter(&mut self, indicator: Span) {
        self.inside = Some(indicator);
    }

    /// Is this the text of the indicator of the call at hand, and so checked already?
    pub(crate) fn is_checked(&self, place: Span) -> bool {
        self.inside.is_some_and(|inside| within(inside, place))
    }
}

fn within(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
