//! `for each`: one budget per value of a label, which every metric of the promise must have.

use super::Cx;
use super::catalogue::Label;
use super::measure::Measured;
use super::out::{Out, Unlabelled};
use crate::ast::Ident;
use crate::diag::Diagnostic;
use crate::diag::codes::names::LISTED_TWICE;
use crate::diag::codes::types::{EACH_LABEL, EACH_RESERVED, SILENT_EACH};
use crate::resolve::suggest::{closest, list};
use crate::series::is_reserved;
use crate::source::Span;

/// Reports labels that no budget can be kept for. To be asked once for each list as written.
pub(crate) fn reserved(out: &mut Out, labels: &[Ident]) {
    for label in labels {
        let name = label.name.as_str();
        if !is_reserved(name) {
            continue;
        }
        let said = format!("`for each {name}` is not possible");
        let what = match name {
            "le" | "quantile" | "__name__" => "Prometheus gives this label a meaning of its own",
            _ => "the generated rules give this label a meaning of their own",
        };
        out.report(
            Diagnostic::new(&EACH_RESERVED, label.span, said, what).help("remove it, or use another label"),
        );
    }
}

/// A label with its closed set of values, and where it is written.
pub(crate) type Each = ((String, Option<Vec<String>>), Span);

/// The labels of a promise: its journey's, then its own.
pub(crate) fn for_each<'a>(
    cx: &Cx<'a>,
    out: &mut Out,
    promise: &str,
    journey: &'a [Ident],
    own: &'a [Ident],
    measured: &Measured<'a>,
) -> Vec<Each> {
    let mut made: Vec<Each> = Vec::new();
    for (at, label) in journey.iter().chain(own).enumerate() {
        let name = label.name.as_str();
        if made.iter().any(|((n, _), _)| n == name) {
            if let Some(first) = journey.iter().find(|j| j.name == name)
                && at >= journey.len()
            {
                let said = format!("label `{name}` is named twice");
                out.report(
                    Diagnostic::new(&LISTED_TWICE, label.span, said, "named again here")
                        .also(first.span, "the journey's `for each` holds for all its promises")
                        .help("remove it here"),
                );
            }
            continue;
        }
        if is_reserved(name) {
            out.broken = true;
            continue;
        }
        on_every_metric(cx, out, promise, label, measured);
        made.push(((label.name.clone(), values(cx, name, measured)), label.span));
    }
    made
}

fn on_every_metric<'a>(cx: &Cx<'a>, out: &mut Out, promise: &str, label: &'a Ident, measured: &Measured<'a>) {
    let name = label.name.as_str();
    for sel in &measured.sels {
        match cx.catalogue.label(sel.metric, name) {
            Label::Declared(_) | Label::Common => {}
            Label::Unchecked => {
                let metric = sel.metric.name;
                let span = label.span;
                out.unlabelled.push(Unlabelled {
                    metric: metric.to_owned(),
                    label: name.to_owned(),
                    span,
                    scope: false,
                });
            }
            Label::Missing if sel.metric.junk => {}
            Label::Missing => {
                let metric = sel.metric.name;
                let said = format!("`{metric}`, by which `{promise}` is measured, has no label `{name}`");
                let made =
                    Diagnostic::new(&EACH_LABEL, label.span, said, "one budget for each value of this")
                        .also(sel.metric_span, "measured by this metric")
                        .also(sel.metric.decl.name.span, "declared here");
                out.report(match closest(name, cx.catalogue.labels_of(sel.metric)) {
                    Some(found) => made.maybe_fix(format!("did you mean `{found}`?"), label.span, found),
                    None => {
                        made.help(format!("its labels are {}", list(cx.catalogue.labels_of(sel.metric), 12)))
                    }
                });
                return;
            }
        }
    }
}

/// The values that can occur, where the catalogue closes them: those that the selectors of all events leave.
fn values<'a>(cx: &Cx<'a>, label: &str, measured: &Measured<'a>) -> Option<Vec<String>> {
    let mut made: Vec<String> = Vec::new();
    if measured.base().is_empty() || measured.queries.iter().any(|q| q.stream) {
        return None;
    }
    for sel in measured.base() {
        let declared = cx.catalogue.label(sel.metric, label).values()?;
        for value in declared {
            let kept = sel.on(label).iter().all(|m| m.test().accepts(&value.value) == Some(true));
            if kept && !made.contains(&value.value) {
                made.push(value.value.clone());
            }
        }
    }
    Some(made)
}

/// A silent slice can only be bad for a value that is known to exist.
pub(crate) fn silence(out: &mut Out, silence: Option<Span>, each: &[Each]) {
    let (Some(silence), Some(((label, _), span))) =
        (silence, each.iter().find(|((_, values), _)| values.is_none()))
    else {
        return;
    };
    let said = format!("`silence is bad` needs to know the values of `{label}`");
    out.report(
        Diagnostic::new(&SILENT_EACH, silence, said, "who is silent?")
            .also(*span, "one budget for each value of this label")
            .note("a value that sends no data is not seen, unless the catalogue says that it exists")
            .help(format!("close the label's values in the catalogue: `labels {label} in \"a\" | \"b\"`"))
            .help("or remove `silence is bad`: vanished values raise an alert of their own"),
    );
}
