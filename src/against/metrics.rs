//! What a metric is on the server: its kind, bounds, labels.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, some};
use super::grade::Server;
use super::places::{About, Places};
use super::reads::{Catalogue, Reading};
use super::scrapes::{Untold, interval};
use super::snapshot::{Presence, Seen};
use super::told::with_labels;
use crate::ast::{self, MetricKind, MetricStmt};
use crate::diag::Diagnostic;
use crate::diag::codes::stored as codes;
use crate::ir::Model;
use crate::required::Role;
use crate::value::Decimal;

impl Server<'_> {
    /// A histogram that is stored in the other form only: how it is stored.
    pub(super) fn is_other_form(&self, reading: &Reading<'_>) -> Option<&str> {
        let seen = self.snapshot.metrics.get(reading.metric.as_deref()?)?;
        let stored = seen.stored.as_deref()?;
        // `X_count` and `X_bucket` are read of a classic one, `X` of a native one; with both forms either will do.
        let (mut classic, mut native) = (false, false);
        for form in &reading.forms {
            let own = form.series.as_deref() == reading.metric.as_deref();
            classic |= !own;
            native |= own;
        }
        let is_native = stored.starts_with("native");
        let fits = stored == "both" || if is_native { native } else { classic };
        (!fits).then_some(stored)
    }
}

/// Bounds and labels of `for each`, as a promise needs them.
pub(super) fn of_promise(
    readings: &[Reading<'_>],
    server: &Server<'_>,
    places: &Places<'_>,
    catalogue: &Catalogue<'_>,
    found: &mut Vec<Finding>,
) {
    for reading in readings {
        let Some(name) = reading.metric.as_deref() else { continue };
        let Some(seen) = server.snapshot.metrics.get(name) else { continue };
        let of = reading.promise.path.to_string();
        let mut push = |made: Diagnostic, key: String| found.push(Finding { made, key, of: of.clone() });
        if let Some(stored) = server.is_other_form(reading) {
            let read =
                if stored.starts_with("native") { "a classic histogram" } else { "a native histogram" };
            let made = Diagnostic::new(
                &codes::OTHER_KIND,
                places.find(reading, About::Metric),
                format!("`{name}` is read as {read}, and the server stores it as {stored} only"),
                "has no data as it is read",
            );
            push(
                made.help(
                    "declare it as it is stored; `stored classic or native` holds before and after a conversion",
                ),
                name.to_owned(),
            );
            continue;
        }
        if let Some(bound) = reading.bound {
            let classic = catalogue.get(name).is_none_or(|m| m.kind.value == MetricKind::Histogram);
            if let Some(made) = lacks(reading, bound, seen, server, places).filter(|_| classic) {
                push(made, format!("{name}\n{bound}"));
            }
        }
        // A query says itself which labels it has.
        if reading.by_query || matches!(reading.role, Role::Alive) {
            continue;
        }
        for (at, (label, _)) in reading.promise.for_each.iter().enumerate() {
            let Some(ever) = &seen.ever else { continue };
            if ever.contains_key(label) {
                continue;
            }
            let span = reading.promise.places.for_each.get(at).copied();
            let made = Diagnostic::new(
                &codes::NO_LABEL,
                span.unwrap_or(reading.promise.places.measurement),
                format!("`{name}` never had a label `{label}` on the server"),
                "there is one budget for all, under no value of it",
            );
            push(with_labels(made, server, reading, label), format!("{name}\n{label}"));
        }
    }
}

/// A bound that the server's histogram lacks.
fn lacks(
    reading: &Reading<'_>,
    bound: Decimal,
    seen: &Seen,
    server: &Server<'_>,
    places: &Places<'_>,
) -> Option<Diagnostic> {
    let name = reading.metric.as_deref()?;
    // Nothing tells that it is one.
    seen.stored.as_ref()?;
    if seen.stored.as_deref().is_some_and(|stored| stored.starts_with("native")) {
        return None;
    }
    let asked = |text: &String| server.snapshot.selectors.get(text);
    let presence = reading.forms.first().and_then(|form| asked(&form.text));
    let whole = reading.forms.first().and_then(|form| asked(form.count.as_ref()?));
    let whole_is_there = whole == Some(&Presence::Now);
    let (label, note) = match (&seen.buckets, &seen.mixed_buckets) {
        (Some(list), _) => {
            let has = list.iter().any(|text| text.parse::<Decimal>().is_ok_and(|other| other == bound));
            match presence {
                Some(Presence::Never | Presence::Earlier(_))
                    if has && !reading.by_query && whole_is_there =>
                {
                    ("no series that is selected has it now", format!("its bounds: {}", list.join(", ")))
                }
                _ if has => return None,
                _ => ("not among its bounds on the server", format!("its bounds: {}", list.join(", "))),
            }
        }
        (None, Some(mixed)) => match presence {
            Some(Presence::Partly) => {
                ("not every series that is selected has it", format!("its bounds differ: {mixed}"))
            }
            Some(Presence::Never | Presence::Earlier(_)) => {
                ("no series that is selected has it now", format!("its bounds differ: {mixed}"))
            }
            Some(Presence::Now) | None => return None,
        },
        (None, None) => ("it has no buckets on the server", "are they dropped at the scrape?".to_owned()),
    };
    let made = Diagnostic::new(
        &codes::NO_BOUND,
        places.find(reading, About::Limit),
        format!("`{name}` has no bucket with the bound {} on the server", bound.normalize()),
        label,
    );
    let help =
        "give the service a bucket at this bound, or promise one of those that are there and declare them";
    Some(made.note(note).help(help))
}

/// What the catalogue declares of metrics that promises read, against what is stored.
pub(super) fn of_catalogue(
    model: &Model,
    read: &[Reading<'_>],
    server: &Server<'_>,
    catalogue: &Catalogue<'_>,
    found: &mut Vec<Finding>,
    (unknown, notes): (&mut Vec<String>, &mut Vec<String>),
) {
    let mut names: BTreeMap<&str, Vec<&Reading<'_>>> = BTreeMap::new();
    for reading in read {
        if let Some(name) = reading.metric.as_deref() {
            names.entry(name).or_default().push(reading);
        }
    }
    let (mut untyped, mut disputed, mut untold) = (Vec::new(), Vec::new(), Untold::default());
    for (name, readings) in names {
        let (Some(metric), Some(reading)) = (catalogue.get(name), readings.first()) else { continue };
        let there = || readings.iter().any(|reading| server.is_there(reading));
        let Some(seen) = server.snapshot.metrics.get(name) else {
            if !readings.iter().any(|reading| server.is_listed(reading)) && there() {
                untold.unlisted.push(format!("`{name}`"));
            }
            continue;
        };
        match (&seen.kind, &seen.disputed) {
            (_, Some(types)) => disputed.push(format!("`{name}` ({types})")),
            (Some(kind), None) if server.is_other_form(reading).is_none() => {
                found.extend(other_kind(metric, kind));
            }
            (None, None) => untyped.push(format!("`{name}`")),
            (Some(_), None) => {}
        }
        let told: BTreeSet<String> =
            found.iter().filter(|f| f.made.code == &codes::NO_LABEL).map(|f| f.key.clone()).collect();
        found.extend(labels(metric, seen).into_iter().filter(|f| !told.contains(&f.key)));
        if seen.unlisted && there() {
            untold.unlisted.push(format!("`{name}`"));
        } else if !seen.unlisted {
            found.extend(interval(model, metric, (seen, &readings), server, &mut untold));
        }
    }
    untold.tell(unknown, notes);
    if !untyped.is_empty() {
        notes.push(format!("the server tells no type of {}: kinds are not compared", some(&untyped)));
    }
    if !disputed.is_empty() {
        notes.push(format!("jobs tell different types: {}", some(&disputed)));
    }
}

/// A finding about a declaration.
fn of_metric(metric: &ast::Metric, made: Diagnostic, key: &str) -> Finding {
    Finding { made, key: format!("{}\n{key}", metric.name.name), of: metric.name.name.clone() }
}

fn other_kind(metric: &ast::Metric, kind: &str) -> Option<Finding> {
    let fits = match metric.kind.value {
        MetricKind::Counter => kind == "counter",
        // Prometheus stores these as gauges.
        MetricKind::Gauge => matches!(kind, "gauge" | "info" | "stateset"),
        MetricKind::Histogram | MetricKind::NativeHistogram => kind == "histogram",
        MetricKind::Summary => kind == "summary",
    };
    if fits {
        return None;
    }
    let made = Diagnostic::new(
        &codes::OTHER_KIND,
        metric.kind.span,
        format!("`{}` is a {kind} on the server", metric.name.name),
        format!("declared as a {}", metric.kind.value.as_str()),
    );
    let made = made.help("declare it as it is: rules for one kind read another kind wrongly");
    Some(of_metric(metric, made, ""))
}

/// Labels that no series ever had, and values that are not declared.
fn labels(metric: &ast::Metric, seen: &Seen) -> Vec<Finding> {
    let mut made = Vec::new();
    let name = &metric.name.name;
    let declared = metric
        .body
        .iter()
        .flat_map(|body| &body.stmts)
        .filter_map(|stmt| if let MetricStmt::Labels(list, _) = stmt { Some(list) } else { None });
    for declared in declared.flatten() {
        let label = &declared.label.name;
        if let Some(ever) = &seen.ever
            && !ever.contains_key(label)
        {
            let diagnostic = Diagnostic::new(
                &codes::OTHER_LABELS,
                declared.label.span,
                format!("no series of `{name}` on the server has the label `{label}`"),
                "declared here",
            );
            let all: Vec<String> = ever.keys().map(|l| format!("`{l}`")).collect();
            let diagnostic = diagnostic
                .note(format!("its labels: {}", if all.is_empty() { "none".to_owned() } else { some(&all) }))
                .help("correct the label, or take it out of the declaration");
            made.push(of_metric(metric, diagnostic, label));
            continue;
        }
        let Some(values) = &declared.values else { continue };
        let known: BTreeSet<&str> = values.iter().map(|v| v.value.as_str()).collect();
        let stored = seen.labels.get(label).and_then(Option::as_ref).into_iter().flatten();
        let others: Vec<String> =
            stored.filter(|v| !known.contains(v.as_str())).map(|v| format!("{v:?}")).collect();
        if !others.is_empty() {
            let diagnostic = Diagnostic::new(
                &codes::OTHER_LABELS,
                declared.label.span,
                format!("`{label}` of `{name}` has values on the server that are not declared"),
                format!("the server has {} too", some(&others)),
            );
            let help =
                "declare them too: checks that follow from the set of values know only the declared ones";
            made.push(of_metric(metric, diagnostic.help(help), label));
        }
    }
    made
}
