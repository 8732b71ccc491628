//! From what a service exposes to the catalogue's declarations: kinds by `# TYPE`, never by a name; nothing is guessed but a unit by
//! the name, and then the declaration says so. What cannot be declared, or contradicts what is declared, is a [`Finding`].
//!
//! [`declare`] makes declarations of an exposition; [`merge`] holds them against a project. Neither reads nor writes files.

mod closed;
mod finding;
mod intervals;
mod merge;
mod used;

pub use finding::{Finding, What, cut};
pub use intervals::{differing, most_common, scraped_apart};
pub use merge::{Declared, Merged, merge};
pub use used::Used;

use std::collections::BTreeSet;

use crate::ast::MetricKind;
use crate::elaborate::{Unit, misleads, unit_by_name};
use crate::exposition::{Bounds, Exposition, Family, Form, Told};
use crate::write::catalogue::{Label, Metric, buckets};
use crate::write::text;
use finding::kind_of;

/// The longest name of a metric or a label that is declared.
const LONGEST_NAME: usize = 200;
/// The longest comment made of `# HELP`.
const LONGEST_HELP: usize = 100;
/// Words at the end of names that are units, beside those that the language knows.
const BASE_UNITS: [&str; 8] = ["celsius", "volts", "amperes", "joules", "watts", "hertz", "meters", "grams"];

/// Declarations made of an exposition, and what is to be said of them.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// In the order of the exposition.
    pub metrics: Vec<Metric>,
    /// In the same order.
    pub findings: Vec<Finding>,
}

/// Makes declarations of all families of an exposition. Labels that every series has are not declared.
pub fn declare(exposition: &Exposition<'_>, common: &[String]) -> Import {
    let mut made = Import::default();
    let names = histograms(exposition);
    // The text format has no word for gauge histograms: they are called histograms, beside a `_gcount` in place of a `_count`.
    let of_gauges: BTreeSet<&str> =
        exposition.families.iter().filter_map(|f| f.name.strip_suffix("_gcount")).collect();
    for family in &exposition.families {
        if family.told == Told::Histogram && of_gauges.contains(family.name.as_ref()) {
            made.findings.push(finding(family, What::GaugeHistogram));
            continue;
        }
        match declaration(family, &names, common) {
            Ok((metric, findings)) => {
                made.metrics.push(metric);
                made.findings.extend(findings);
            }
            Err(finding) => made.findings.push(finding),
        }
    }
    made
}

/// The names of all histograms.
fn histograms<'e>(exposition: &'e Exposition<'_>) -> BTreeSet<&'e str> {
    let found = exposition.families.iter().filter(|f| f.told == Told::Histogram);
    found.map(|f| f.name.as_ref()).collect()
}

fn finding(family: &Family<'_>, what: What) -> Finding {
    let jobs = family.on_server.iter().flat_map(|server| server.jobs.iter().filter(|job| !job.is_empty()));
    Finding { metric: family.name.to_string(), place: family.place, jobs: jobs.cloned().collect(), what }
}

/// Two types are told.
fn two_types(family: &Family<'_>, other: Told) -> What {
    match &family.on_server {
        Some(server) if !server.types.is_empty() => What::TypesByJob(server.types.clone()),
        _ => What::TwoTypes(family.told.as_str(), other.as_str()),
    }
}

/// The declaration of one family, or why there is none.
fn declaration(
    family: &Family<'_>,
    histograms: &BTreeSet<&str>,
    common: &[String],
) -> Result<(Metric, Vec<Finding>), Finding> {
    let name = family.name.as_ref();
    let refused = |what| Err(finding(family, what));
    if let Some((other, _)) = family.told_too {
        return refused(two_types(family, other));
    }
    let form = family.on_server.as_ref().map(|server| server.form);
    if family.told == Told::GaugeHistogram {
        return refused(What::GaugeHistogram);
    }
    let Some(kind) = kind_of(family.told) else {
        return refused(if form.is_some() { What::NoMetadata } else { What::Untyped });
    };
    if family.samples == 0 {
        return refused(What::NoSample);
    }
    if name.starts_with("promise:") || name == "promise_info" {
        return refused(What::Recorded);
    }
    let is_bucket = kind == MetricKind::Histogram && name.ends_with("_bucket");
    if is_bucket || name.len() > LONGEST_NAME || text::metric_name(name).is_none() {
        return refused(What::Name);
    }
    if let Some(base) = whole_of(name).filter(|base| histograms.contains(base)) {
        return refused(What::PartOf(base.to_owned()));
    }
    let kind = match form {
        Some(Form::Unseen) => return refused(What::UnseenBounds),
        Some(Form::Native) => MetricKind::NativeHistogram,
        Some(Form::Plain | Form::Given | Form::Both) | None => kind,
    };
    if kind == MetricKind::Histogram && family.bounds == Bounds::Missing {
        return refused(if form.is_some() { What::NoBuckets } else { What::NoBounds });
    }
    let mut findings = Vec::new();
    let mut say = |what| findings.push(finding(family, what));
    let (unit, guessed) = unit(family, kind, &mut say);
    let other = unit.as_deref().and_then(|unit| other_unit(family.help.as_deref()?, unit));
    let remark = match (guessed, other) {
        (true, None) => Some("unit by its name".to_owned()),
        (true, Some(other)) => Some(format!("unit by its name; its help says {other}")),
        (false, Some(other)) => Some(format!("unit as `# UNIT` says; its help says {other}")),
        (false, None) => None,
    };
    let labels = labels(family, common, &mut say);
    let buckets = bounds(family, &mut say);
    let quoted = misleads(name, kind) && !name.contains(':');
    if quoted {
        say(What::Misleading(kind.as_str()));
    }
    let metric = Metric {
        comment: family.help.as_deref().and_then(|help| comment(help, name)),
        name: name.to_owned(),
        quoted,
        kind,
        unit,
        part_of: None,
        remark,
        labels,
        buckets,
        increases: false,
        scraped: None,
        either: form == Some(Form::Given),
    };
    Ok((metric, findings))
}

/// What would be the histogram of a series' name.
fn whole_of(name: &str) -> Option<&str> {
    ["_bucket", "_count", "_sum"].into_iter().find_map(|suffix| name.strip_suffix(suffix))
}

/// The unit, and whether only the name says it.
fn unit(family: &Family<'_>, kind: MetricKind, say: &mut impl FnMut(What)) -> (Option<String>, bool) {
    // What is stored of these is 1.
    if matches!(family.told, Told::Info | Told::StateSet) {
        return (None, false);
    }
    let name = family.name.as_ref();
    let named = unit_by_name(name);
    let Some(told) = told_unit(family) else {
        return match guess(name, kind) {
            Some(unit) => (Some(unit.to_owned()), true),
            None => (None, false),
        };
    };
    if let Some(other) = &family.unit_too {
        say(What::TwoUnits(told, other.to_string()));
        return (None, false);
    }
    // As the check of the catalogue has it: what a counter counts may be another word.
    let counts = kind == MetricKind::Counter && matches!(Unit::of(Some(&told)), Unit::Count(_));
    match named {
        Some(named) if named != told && !counts => {
            say(What::UnitAgainstName(told, named.to_owned()));
            (None, false)
        }
        _ => (Some(told), false),
    }
}

/// A unit of time that a help text names in place of the one that is taken.
fn other_unit(help: &str, unit: &str) -> Option<&'static str> {
    let times = ["nanoseconds", "microseconds", "milliseconds", "seconds", "minutes", "hours"];
    let said = help.to_lowercase();
    let mut words = said.split(|c: char| !c.is_ascii_alphabetic());
    if !times.contains(&unit) || words.clone().any(|word| word == unit) {
        return None;
    }
    words.find_map(|word| times.into_iter().find(|time| *time == word))
}

/// The unit of `# UNIT`, as the language writes it.
fn told_unit(family: &Family<'_>) -> Option<String> {
    let word = family.unit.as_deref()?;
    let word = Unit::long_form(word).unwrap_or(word);
    (word.len() <= LONGEST_NAME).then_some(word).and_then(text::label).map(str::to_owned)
}

/// The unit that a name says, where its last word can hardly be anything else.
fn guess(name: &str, kind: MetricKind) -> Option<&'static str> {
    let base = name.strip_suffix("_total").unwrap_or(name);
    let (_, last) = base.rsplit_once(['_', '.'])?;
    if last == "us" {
        return None;
    }
    let known = unit_by_name(name).or_else(|| BASE_UNITS.into_iter().find(|unit| *unit == last))?;
    // `counter of ratio` says nothing.
    let share = matches!(known, "ratio" | "percent");
    (!(share && kind == MetricKind::Counter)).then_some(known)
}

/// The labels to declare: those that the language can name and that are the metric's own.
fn labels(family: &Family<'_>, common: &[String], say: &mut impl FnMut(What)) -> Vec<Label> {
    let (mut own, mut target, mut odd) = (Vec::new(), Vec::new(), Vec::new());
    for (name, values) in &family.labels {
        if matches!(name.as_ref(), "job" | "instance") {
            target.push(name.to_string());
        } else if common.iter().any(|c| *c == **name) {
            // Every series has it; the language knows.
        } else if matches!(name.as_ref(), "le" | "quantile" | "__name__")
            || name.len() > LONGEST_NAME
            || text::label(name).is_none()
        {
            odd.push(name.to_string());
        } else {
            let values = closed::values(family, name, values).unwrap_or_default();
            let label = Label { name: name.to_string(), values };
            // A value that cannot be written leaves the set open.
            own.push(if label.write().is_some() { label } else { Label { values: Vec::new(), ..label } });
        }
    }
    if !target.is_empty() {
        say(What::TargetLabels(target));
    }
    if !odd.is_empty() {
        say(What::OddLabels(odd));
    }
    if family.more_labels {
        say(What::ManyLabels);
    }
    own
}

/// The bounds to declare; none where they aren't those of every series, or can't be written exactly.
fn bounds(family: &Family<'_>, say: &mut impl FnMut(What)) -> Vec<crate::value::Decimal> {
    match &family.bounds {
        Bounds::Missing => Vec::new(),
        Bounds::Mixed => {
            let by_job =
                family.on_server.as_ref().map(|server| server.bounds.clone()).filter(|b| !b.is_empty());
            say(by_job.map_or(What::MixedBounds, What::BoundsByJob));
            Vec::new()
        }
        Bounds::Unreadable(text, _) => {
            say(What::UnreadableBound(text.clone()));
            Vec::new()
        }
        Bounds::Same(list) if buckets(list).is_none() => {
            say(What::InexactBounds);
            Vec::new()
        }
        Bounds::Same(list) => list.clone(),
    }
}

/// The first sentence of a help text, if it says more than the name does and fits on a line.
fn comment(help: &str, name: &str) -> Option<String> {
    // What is far behind is not the first sentence.
    let start: String = help.chars().take(4 * LONGEST_HELP).collect();
    let words: Vec<&str> = start.split_whitespace().collect();
    let mut said = String::new();
    for word in &words {
        if said.chars().count() + 1 + word.chars().count() > LONGEST_HELP {
            // No sentence ends in time: a part of one may say the opposite.
            return None;
        }
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(word);
        if word.ends_with('.') && word.chars().filter(|c| *c == '.').count() == 1 && word.chars().count() > 2
        {
            break;
        }
    }
    let letters = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let said = said.trim_end_matches('.');
    let new = letters(said);
    (said.contains(' ') && new != letters(name)).then(|| said.to_owned())
}
