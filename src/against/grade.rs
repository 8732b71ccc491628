//! Five grades of a selector: its metric never was there, or is gone; a label never was there; no value ever matched; nothing matches now.

use std::collections::{BTreeMap, BTreeSet};

use super::reads::{Form, Reading};
use super::snapshot::{Presence, Seen, Snapshot};
use crate::ir::Matcher;
use crate::promql;
use crate::promql::algebra::{Test, Value};
use crate::value::Date;

/// What a server has of a selector, from good to bad.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// There in the last hour.
    Fine,
    /// Nothing is known of this: it was not asked for, or the server refused to answer.
    Unknown(String),
    /// Within the retention, and not in the last hour.
    Quiet(Option<Date>),
    /// No series within the retention had values that these matchers match, on the labels of the first list; of all of them together
    /// where it is empty.
    NoValue(Vec<Matcher>),
    /// No series of it within the retention had this label.
    NoLabel(String),
    /// No series of the name in the last hour; the last day.
    Gone(String, Option<Date>),
    /// No series of the name within the retention.
    Never(String),
}

/// A server, to be asked from memory.
pub(super) struct Server<'s> {
    pub(super) snapshot: &'s Snapshot,
    families: BTreeMap<String, String>,
}

impl<'s> Server<'s> {
    pub(super) fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, families: snapshot.families() }
    }

    /// The metric that a series belongs to, where it was there in the last hour.
    pub(super) fn family(&self, series: &str) -> Option<(&str, &'s Seen)> {
        let name = self.families.get(series)?;
        Some((name, self.snapshot.metrics.get(name)?))
    }

    /// Did a query find something of a reading's metric in the last hour?
    pub(super) fn is_there(&self, reading: &Reading<'_>) -> bool {
        let found = |text: &String| {
            matches!(self.snapshot.selectors.get(text), Some(Presence::Now | Presence::Partly))
        };
        let bare = |series: &String| found(&bare(series));
        reading.forms.iter().any(|form| found(&form.text) || form.series.as_ref().is_some_and(bare))
    }

    /// Is one of its series among those of a metric?
    pub(super) fn is_listed(&self, reading: &Reading<'_>) -> bool {
        reading.forms.iter().any(|form| form.series.as_ref().is_some_and(|s| self.families.contains_key(s)))
    }

    /// The grade of a reading: that of its best form.
    pub(super) fn grade(&self, reading: &Reading<'_>) -> Grade {
        let grades = reading.forms.iter().map(|form| self.of_form(form, &reading.matchers));
        grades.min().unwrap_or(Grade::Fine)
    }

    fn of_form(&self, form: &Form, matchers: &[Matcher]) -> Grade {
        let asked = |text: &String| self.snapshot.selectors.get(text);
        // Where all series of a histogram have the same bounds, which bound it is changes nothing here.
        let same =
            || form.series.as_deref().and_then(|s| self.family(s)).is_some_and(|(_, m)| m.buckets.is_some());
        let presence = asked(&form.text).or_else(|| form.count.as_ref().filter(|_| same()).and_then(asked));
        // That a bucket is missing where its histogram is there is told of its bounds.
        let whole = form.count.as_ref().and_then(asked);
        if matches!(presence, Some(Presence::Now | Presence::Partly)) || whole == Some(&Presence::Now) {
            return Grade::Fine;
        }
        let Some(series) = form.series.as_deref() else {
            return match presence {
                Some(Presence::Earlier(day)) => Grade::Quiet(*day),
                Some(Presence::Never) => Grade::Never(form.text.clone()),
                _ => Grade::Unknown(form.text.clone()),
            };
        };
        match self.named(series) {
            Some(Presence::Never) => return Grade::Never(series.to_owned()),
            Some(Presence::Earlier(day)) => return Grade::Gone(series.to_owned(), day),
            Some(Presence::Now | Presence::Partly) => {}
            None => return Grade::Unknown(series.to_owned()),
        }
        match presence {
            Some(Presence::Earlier(day)) => Grade::Quiet(*day),
            Some(_) => self.blame(series, matchers),
            None => self.without(series, form, matchers),
        }
    }

    /// When a series of this name was there; none where the snapshot does not tell.
    fn named(&self, series: &str) -> Option<Presence> {
        if let Some(presence) = self.snapshot.selectors.get(&bare(series)) {
            return Some(*presence);
        }
        if self.families.contains_key(series) {
            return Some(Presence::Now);
        }
        if let Some(last) = self.snapshot.gone.get(series) {
            return Some(Presence::Earlier(last.as_deref().and_then(|day| day.parse().ok())));
        }
        self.snapshot.has_all_names().then_some(Presence::Never)
    }

    /// What of a selector that never matched is to blame: the first label that never was there, or one whose values never match.
    fn blame(&self, series: &str, matchers: &[Matcher]) -> Grade {
        let seen = self.family(series).map(|(_, seen)| seen);
        let Some(ever) = seen.and_then(|seen| seen.ever.as_ref()) else { return Grade::NoValue(Vec::new()) };
        if let Some(missing) = matchers.iter().find(|m| needs(m) && !ever.contains_key(&m.label)) {
            return Grade::NoLabel(missing.label.clone());
        }
        let labels: BTreeSet<&String> = matchers.iter().map(|m| &m.label).collect();
        for label in labels {
            let tests = tests(matchers, label);
            let known = ever.get(label).and_then(Option::as_ref);
            if known.is_some_and(|values| matching(&tests, values) == Some(false)) {
                return Grade::NoValue(matchers.iter().filter(|m| m.label == *label).cloned().collect());
            }
        }
        // Of one label alone it is its values, however many there are.
        match matchers {
            [one] => Grade::NoValue(vec![one.clone()]),
            _ => Grade::NoValue(Vec::new()),
        }
    }

    /// The grade of a selector that the snapshot was not asked for, where labels and values alone tell it.
    fn without(&self, series: &str, form: &Form, matchers: &[Matcher]) -> Grade {
        let unknown = || Grade::Unknown(form.text.clone());
        let Some((_, seen)) = self.family(series) else { return unknown() };
        let labels: BTreeSet<&String> = matchers.iter().map(|m| &m.label).collect();
        let mut open = 0;
        for label in &labels {
            let tests = tests(matchers, label);
            let ever = seen.ever.as_ref();
            if let Some(ever) = ever
                && matchers.iter().any(|m| m.label == **label && needs(m))
                && !ever.contains_key(*label)
                && !seen.labels.contains_key(*label)
            {
                return Grade::NoLabel((*label).clone());
            }
            let once = ever.and_then(|ever| ever.get(*label)).and_then(Option::as_ref);
            if once.is_some_and(|values| matching(&tests, values) == Some(false)) {
                return Grade::NoValue(matchers.iter().filter(|m| m.label == **label).cloned().collect());
            }
            let own = matches!(label.as_str(), "job" | "instance");
            if !own && !seen.labels.contains_key(*label) && accepts(&tests, "") == Some(true) {
                continue;
            }
            let jobs = (*label == "job").then_some(&seen.jobs);
            let now = jobs.or_else(|| seen.labels.get(*label).and_then(Option::as_ref));
            // A series without the label has the empty value: which of them lack it is not known.
            let surely =
                now.is_some_and(|values| values.iter().any(|value| accepts(&tests, value) == Some(true)));
            open += usize::from(!surely);
        }
        let bucket = form.count.is_some() && seen.buckets.is_none();
        // Two labels may each have their values and never meet.
        if open == 0 && labels.len() < 2 && !bucket { Grade::Fine } else { unknown() }
    }
}

/// All series of a name.
fn bare(series: &str) -> String {
    let mut text = String::new();
    promql::selector(&mut text, series, "", &[], &[]);
    text
}

/// Must a series have the label to match?
fn needs(matcher: &Matcher) -> bool {
    test(matcher).accepts("") == Some(false)
}

fn test(matcher: &Matcher) -> Test<'_> {
    Test { label: &matcher.label, op: matcher.op, value: Value::Known(&matcher.value) }
}

/// The matchers of a label.
pub(super) fn tests<'m>(matchers: &'m [Matcher], label: &str) -> Vec<Test<'m>> {
    matchers.iter().filter(|m| m.label == label).map(test).collect()
}

/// Does a value meet all tests? `None`: not known.
pub(super) fn accepts(tests: &[Test<'_>], value: &str) -> Option<bool> {
    tests.iter().try_fold(true, |all, test| Some(all && test.accepts(value)?))
}

/// Does one of the values, or none at all, meet all tests? `None`: not known.
fn matching(tests: &[Test<'_>], values: &[String]) -> Option<bool> {
    let mut unclear = false;
    for value in values.iter().map(String::as_str).chain([""]) {
        match accepts(tests, value) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unclear = true,
        }
    }
    if unclear { None } else { Some(false) }
}
