//! Measurements that several objectives have but for one label's value: one indicator, whose parameter is that value.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names::QUALITIES;
use super::{Measured, There, Told};
use crate::ast::ParamType;
use crate::value::MatchOp;
use crate::write::indicators::Indicator;
use crate::write::journeys::{Argument, PromiseStatement};
use crate::write::measurements::{MatchValue, Matcher, Measurement, Selector, Term, Verdict};
use crate::write::text;

/// As many objectives make an indicator worth reading.
const LEAST: usize = 3;
/// The longest name of an indicator.
const LONGEST: usize = 40;

/// What objectives have in common: the label whose value differs, whether that is a pattern, and the statements with a parameter in its
/// place.
type Shape = (String, bool, Vec<String>);

/// Gives objectives that measure the same, but for one label's value, an indicator. Did any get one?
pub(super) fn share(said: &mut [Told], there: &There) -> bool {
    let mut groups: BTreeMap<Shape, Vec<(usize, String)>> = BTreeMap::new();
    for (at, one) in said.iter().enumerate() {
        for (shape, value) in shapes(&one.measure.statements) {
            groups.entry(shape).or_default().push((at, value));
        }
    }
    let mut groups: Vec<(Shape, Vec<(usize, String)>)> = groups.into_iter().collect();
    // Stable: of groups of one size the first by its text.
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut names: BTreeSet<String> = there.indicators.clone();
    for ((label, regex, statements), mut members) in groups {
        members.retain(|(at, _)| !taken.contains(at));
        let values: BTreeSet<&String> = members.iter().map(|(_, value)| value).collect();
        if members.len() < LEAST || values.len() < 2 {
            continue;
        }
        let (Some(parameter), Some(name)) =
            (text::identifier(&label), name(&statements, &label, said, &members, &names))
        else {
            continue;
        };
        let kind = if regex { ParamType::Regex } else { ParamType::String };
        let indicator = Indicator {
            name: name.clone(),
            parameters: vec![(parameter.clone(), kind)],
            statements: statements.into_iter().map(Measurement::Source).collect(),
            ..Indicator::default()
        };
        for (at, value) in members {
            taken.insert(at);
            if let Some(one) = said.get_mut(at) {
                let call = PromiseStatement::MeasuredBy {
                    indicator: name.clone(),
                    arguments: vec![(parameter.clone(), Argument::Text(value))],
                    narrowed: Vec::new(),
                };
                one.measured = Some(Measured { call, indicator: indicator.clone() });
            }
        }
        names.insert(name);
    }
    !taken.is_empty()
}

/// The shapes of statements, each with the value that it has a parameter for.
fn shapes(statements: &[String]) -> Vec<(Shape, String)> {
    // What is written otherwise than statements are written here stays as it is.
    let read: Option<Vec<Measurement>> = statements.iter().map(|s| Measurement::parse(s)).collect();
    // Queries that are taken over, and slices, are no statements of an indicator that others could share.
    let Some(mut read) = read.filter(|read| read.iter().all(is_plain)) else { return Vec::new() };
    let mut labels: BTreeSet<String> = BTreeSet::new();
    each_matcher(&mut read, &mut |matcher| {
        labels.insert(matcher.label.clone());
    });
    labels.into_iter().filter_map(|label| shape(&read, label)).collect()
}

/// Is it made of selectors alone?
fn is_plain(measurement: &Measurement) -> bool {
    match measurement {
        Measurement::Total(terms)
        | Measurement::Started(terms)
        | Measurement::Finished(terms, _)
        | Measurement::Verdict { verdict: Verdict::Stream(terms, _), .. } => {
            !terms.iter().any(|term| matches!(term, Term::Query(_)))
        }
        Measurement::Verdict { verdict: Verdict::Filters(_), .. } | Measurement::SilenceIsBad => true,
        Measurement::GoodWhen { .. } | Measurement::Source(_) => false,
    }
}

/// Every matcher of plain statements, in order.
fn each_matcher(statements: &mut [Measurement], see: &mut dyn FnMut(&mut Matcher)) {
    for statement in statements {
        match statement {
            Measurement::Total(terms)
            | Measurement::Started(terms)
            | Measurement::Finished(terms, _)
            | Measurement::Verdict { verdict: Verdict::Stream(terms, _), .. } => {
                for term in terms {
                    if let Term::Selector(selector) | Term::Readings(selector) = term {
                        selector.matchers.iter_mut().for_each(&mut *see);
                    }
                }
            }
            Measurement::Verdict { verdict: Verdict::Filters(filters), .. } => {
                filters.iter_mut().flat_map(|filter| &mut filter.matchers).for_each(&mut *see);
            }
            Measurement::GoodWhen { .. } | Measurement::SilenceIsBad | Measurement::Source(_) => {}
        }
    }
}

/// The shape with a parameter for the value of a label, where it has one value and is one kind of matcher wherever it is named.
fn shape(read: &[Measurement], label: String) -> Option<(Shape, String)> {
    let parameter = text::identifier(&label)?;
    let mut found: BTreeSet<(bool, String)> = BTreeSet::new();
    let mut made = read.to_vec();
    each_matcher(&mut made, &mut |matcher| {
        if matcher.label == label
            && let MatchValue::Text(value) = &matcher.value
        {
            found.insert((matches!(matcher.op, MatchOp::Regex | MatchOp::NotRegex), value.clone()));
            matcher.value = MatchValue::Parameter(parameter.clone());
        }
    });
    let (regex, value) = found.pop_first().filter(|_| found.is_empty())?;
    let statements: Option<Vec<String>> = made.iter().map(Measurement::write).collect();
    Some(((label, regex, statements?), value))
}

/// The name of an indicator: the metric of all events, and the quality that all of its promises are named by.
fn name(
    statements: &[String],
    label: &str,
    said: &[Told],
    members: &[(usize, String)],
    names: &BTreeSet<String>,
) -> Option<String> {
    let total = statements.iter().find_map(|statement| {
        let Some(Measurement::Total(terms)) = Measurement::parse(statement) else { return None };
        terms.into_iter().next()
    });
    let (Term::Selector(Selector { metric, .. }) | Term::Readings(Selector { metric, .. })) = total? else {
        return None;
    };
    let stem = text::identifier(metric.strip_suffix("_total").unwrap_or(&metric))?;
    let qualities: BTreeSet<&str> =
        members.iter().filter_map(|(at, _)| Some(said.get(*at)?.position.promise.as_str())).collect();
    let quality = qualities.first().filter(|q| qualities.len() == 1 && QUALITIES.contains(q));
    let quality = quality.filter(|q| !stem.contains(**q)).map(|q| format!("_{q}")).unwrap_or_default();
    let by = text::identifier(label)?;
    let endings = [quality.clone(), format!("{quality}_by_{by}")];
    let numbered = (2..=names.len() + 2).map(|at| format!("{quality}_{at}"));
    endings.into_iter().chain(numbered).find_map(|ending| {
        let room = LONGEST.checked_sub(ending.len()).filter(|room| *room > 0)?;
        let name = format!("{}{ending}", words_within(&stem, room));
        (!names.contains(&name)).then_some(name)
    })
}

/// As many whole words of a name as there is room for.
fn words_within(name: &str, room: usize) -> &str {
    match name.get(..room) {
        Some(start) if name.len() > room && !name.get(room..).unwrap_or("").starts_with('_') => {
            start.rsplit_once('_').map_or(start, |(words, _)| words)
        }
        Some(start) => start,
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words() {
        assert_eq!(words_within("http_responses", 20), "http_responses");
        assert_eq!(words_within("http_responses", 13), "http");
        assert_eq!(words_within("http_responses", 4), "http");
        assert_eq!(words_within("responses", 4), "resp");
    }

    #[test]
    fn one_value_wherever_a_label_is_named() {
        let of = |list: &[&str]| shapes(&list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        let found = of(&[r#"total x{job="a"}"#, r#"bad y{job="a"}"#]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0.2, ["total x{job=$job}", "bad y{job=$job}"]);
        assert_eq!(found[0].1, "a");
        assert!(of(&[r#"total x{job="a"}"#, r#"bad y{job="b"}"#]).is_empty());
        assert!(of(&[r#"total x{job="a"}"#, r#"bad y{job=~"a"}"#]).is_empty());
        assert!(of(&[r#"total promql """x{job="a"}""""#]).is_empty());
    }
}
