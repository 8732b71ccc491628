//! An exposition against what a project declares. What is declared keeps its text: labels are added at the end of a list, bounds where
//! there are none; anything else that differs is said. Nothing is ever taken away.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::finding::kind_of;
use super::{
    Finding, Import, Used, What, bounds, declaration, finding, histograms, labels, told_unit, two_types,
};
use crate::ast::{File, Item, LabelDecl, Metric, MetricKind, MetricStmt};
use crate::diag::Edit;
use crate::diag::mends::apply;
use crate::elaborate::Unit;
use crate::exposition::{Bounds, Exposition, Family, Form, Told};
use crate::source::{FileId, SourceMap, Span};
use crate::value::Decimal;
use crate::write::catalogue::{buckets, canonical};

/// The metrics of a project, by name.
#[derive(Debug, Default)]
pub struct Declared<'a> {
    metrics: IndexMap<&'a str, &'a Metric>,
}

impl<'a> Declared<'a> {
    /// Of these files; the first declaration of a name counts.
    pub fn of(files: &'a [File]) -> Self {
        let mut made = Self::default();
        for item in files.iter().flat_map(|file| &file.items) {
            if let Item::Metric(metric) = item {
                made.metrics.entry(metric.name.name.as_str()).or_insert(metric);
            }
        }
        made
    }

    /// The names of all metrics, and their kinds.
    pub fn kinds(&self) -> BTreeMap<String, MetricKind> {
        self.metrics.iter().map(|(name, metric)| ((*name).to_owned(), metric.kind.value)).collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Metric> {
        self.metrics.get(name).copied()
    }

    /// The file with the most declarations, the first of them.
    pub fn home(&self) -> Option<FileId> {
        let mut counted: BTreeMap<FileId, usize> = BTreeMap::new();
        for metric in self.metrics.values() {
            *counted.entry(metric.span.file).or_default() += 1;
        }
        let most = counted.values().max().copied()?;
        counted.into_iter().find(|(_, count)| *count == most).map(|(file, _)| file)
    }
}

/// What an import comes to in a project.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// New declarations, and all findings.
    pub import: Import,
    /// Files with additions to what they declare, and their new texts.
    pub changed: BTreeMap<FileId, String>,
    /// How many declarations have additions.
    pub completed: usize,
    /// Declared in the project and not exposed, in the order of the files.
    pub absent: Vec<String>,
}

/// Holds an exposition against a project; with `used`, only metrics that it reads are taken.
pub fn merge(
    exposition: &Exposition<'_>,
    declared: &Declared<'_>,
    sources: &SourceMap,
    common: &[String],
    used: Option<&Used>,
) -> Merged {
    let mut made = Merged::default();
    let histograms = histograms(exposition);
    let mut edits: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for family in &exposition.families {
        let name = family.name.as_ref();
        seen.insert(name);
        if used.is_some_and(|used| !used.has(name)) {
            continue;
        }
        if let Some(metric) = declared.metrics.get(name) {
            let found = compare(family, metric, sources, common, &mut made.import.findings);
            made.completed += usize::from(!found.is_empty());
            for edit in found {
                edits.entry(edit.span.file).or_default().push(edit);
            }
            continue;
        }
        if let Some(other) = contradicts(family, declared) {
            made.import.findings.push(finding(family, other));
            continue;
        }
        match declaration(family, &histograms, common) {
            Ok((metric, findings)) => {
                made.import.metrics.push(metric);
                made.import.findings.extend(findings);
            }
            Err(finding) => made.import.findings.push(finding),
        }
    }
    for (file, mut list) in edits {
        list.sort_by_key(|edit| edit.span.start);
        let Some(source) = sources.get(file) else { continue };
        made.changed.insert(file, edited(&source.text, &list));
    }
    let absent = declared.metrics.keys().filter(|name| !seen.contains(*name));
    made.absent = absent.map(|name| (*name).to_owned()).collect();
    made
}

/// A text with edits: in the canonical form, if it was before.
fn edited(text: &str, edits: &[Edit]) -> String {
    let made = apply(text, edits);
    if canonical(text).is_some_and(|before| before == text) { canonical(&made).unwrap_or(made) } else { made }
}

/// A new histogram beside a metric that is one of its series, or the other way round.
fn contradicts(family: &Family<'_>, declared: &Declared<'_>) -> Option<What> {
    let name = family.name.as_ref();
    if family.told == Told::Histogram {
        let parts = ["_bucket", "_count", "_sum"].map(|suffix| format!("{name}{suffix}"));
        if let Some(part) = parts.into_iter().find(|part| declared.metrics.contains_key(part.as_str())) {
            return Some(What::PartDeclared(part));
        }
    }
    let whole = super::whole_of(name)?;
    let other = declared.metrics.get(whole)?;
    let histogram = matches!(other.kind.value, MetricKind::Histogram | MetricKind::NativeHistogram);
    histogram.then(|| What::PartOf(whole.to_owned()))
}

/// What a declaration lacks of what is exposed; what differs is said.
fn compare(
    family: &Family<'_>,
    metric: &Metric,
    sources: &SourceMap,
    common: &[String],
    findings: &mut Vec<Finding>,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut say = |what| findings.push(finding(family, what));
    if let Some((other, _)) = family.told_too {
        say(two_types(family, other));
        return edits;
    }
    let stmts = || metric.body.iter().flat_map(|b| &b.stmts);
    let increases = stmts().any(|s| matches!(s, MetricStmt::Increases(..)));
    let kind = metric.kind.value;
    // Text shows a native histogram as a classic one, and what counts increases may be told a gauge.
    let same = match kind_of(family.told) {
        None => family.told == Told::Nothing,
        Some(MetricKind::Histogram) => matches!(kind, MetricKind::Histogram | MetricKind::NativeHistogram),
        Some(told) => told == kind || told == MetricKind::Gauge && increases,
    };
    if !same {
        say(What::OtherKind(kind.as_str(), family.told.as_str()));
        return edits;
    }
    if let Some(other) =
        other_form(family, kind, stmts().any(|s| matches!(s, MetricStmt::ClassicOrNative(_))))
    {
        say(other);
    }
    // What could not be read may be what seems missing.
    if family.samples == 0 || metric.body.as_ref().is_some_and(|b| b.has_junk) {
        return edits;
    }
    let declared = stmts().find_map(|s| {
        if let MetricStmt::Labels(list, span) = s { Some((list.as_slice(), *span)) } else { None }
    });
    if let Some(unit) = told_unit(family).filter(|_| family.unit_too.is_none()) {
        let own = metric.unit.as_ref().map(|u| Unit::long_form(&u.name).unwrap_or(&u.name));
        if own != Some(unit.as_str()) {
            say(What::OtherUnit(own.map(str::to_owned), unit));
        }
    }
    edits.extend(missing_labels(family, declared, common, &mut say));
    if kind == MetricKind::Histogram && family.bounds != Bounds::Missing {
        edits.extend(missing_bounds(family, metric, sources, &mut say));
    }
    edits
}

/// A histogram that a server stores in another form than is declared.
fn other_form(family: &Family<'_>, kind: MetricKind, either: bool) -> Option<What> {
    let form = family.on_server.as_ref()?.form;
    match kind {
        MetricKind::Histogram => match form {
            Form::Native => Some(What::NativeNow),
            Form::Given | Form::Unseen if !either => Some(What::NativeNow),
            Form::Given | Form::Unseen | Form::Plain | Form::Both => None,
        },
        MetricKind::NativeHistogram => {
            (form == Form::Plain && family.bounds != Bounds::Missing).then_some(What::ClassicNow)
        }
        MetricKind::Counter | MetricKind::Gauge | MetricKind::Summary => None,
    }
}

/// Labels that a list lacks, at its end.
fn missing_labels(
    family: &Family<'_>,
    declared: Option<(&[LabelDecl], Span)>,
    common: &[String],
    say: &mut impl FnMut(What),
) -> Option<Edit> {
    // Whoever declared a label of the target has said what is stored: nothing is to be told of it.
    let known = |name: &str| declared.is_some_and(|(list, _)| list.iter().any(|l| l.label.name == name));
    let exposed = labels(family, common, &mut |what| {
        let What::TargetLabels(names) = what else { return say(what) };
        let unknown = |n: &String| !known(n) && !known(&format!("exported_{n}"));
        let rest: Vec<String> = names.into_iter().filter(unknown).collect();
        if !rest.is_empty() {
            say(What::TargetLabels(rest));
        }
    });
    let Some((list, span)) = declared else {
        if !exposed.is_empty() {
            say(What::Unlabelled(exposed.into_iter().map(|l| l.name).collect()));
        }
        return None;
    };
    for label in list {
        let (Some(values), Some(seen)) = (&label.values, family.labels.get(label.label.name.as_str())) else {
            continue;
        };
        let others: Vec<String> = seen
            .seen
            .iter()
            .filter(|v| !values.iter().any(|w| w.value == ***v))
            .map(ToString::to_string)
            .collect();
        if !others.is_empty() {
            say(What::OtherValues(label.label.name.clone(), others));
        }
    }
    let new: Option<Vec<String>> =
        exposed.iter().filter(|l| !known(&l.name)).map(crate::write::catalogue::Label::write).collect();
    let new = new.filter(|new| !new.is_empty())?;
    let end = Span { start: span.end, ..span };
    Some(Edit { span: end, replacement: format!(", {}", new.join(", ")) })
}

/// Bounds, where a declaration has none.
fn missing_bounds(
    family: &Family<'_>,
    metric: &Metric,
    sources: &SourceMap,
    say: &mut impl FnMut(What),
) -> Option<Edit> {
    let stmts = metric.body.iter().flat_map(|b| &b.stmts);
    let own: Option<Vec<Decimal>> = stmts.into_iter().find_map(|s| {
        let MetricStmt::Buckets(list, _) = s else { return None };
        Some(list.iter().map(|b| b.value.normalize()).collect())
    });
    let exposed = bounds(family, say);
    if exposed.is_empty() || own.as_ref() == Some(&exposed) {
        return None;
    }
    let written = buckets(&exposed)?;
    if let Some(own) = own {
        let own = buckets(&own).unwrap_or_default();
        say(What::OtherBounds(own.replacen("buckets ", "", 1), written.replacen("buckets ", "", 1)));
        return None;
    }
    let end = match &metric.body {
        // Before the closing brace, behind any comment.
        Some(body) => body.span.end.saturating_sub(1),
        None => metric.span.end,
    };
    let span = Span { file: metric.span.file, start: end, end };
    let closes = sources.text(Span { start: end, end: end + 1, ..span }) == "}";
    match &metric.body {
        Some(_) if closes => Some(Edit { span, replacement: format!("\n  {written}\n") }),
        // Not closed: what is there cannot be read.
        Some(_) => None,
        None => Some(Edit { span, replacement: format!(" {{\n  {written}\n}}") }),
    }
}
