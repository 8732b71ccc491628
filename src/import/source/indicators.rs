//! Measurements that several objectives have but for one label's value: one indicator, whose parameter is that value.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::names::QUALITIES;
use super::{Measured, There, Told};
use crate::write::text;

/// As many objectives make an indicator worth reading.
const LEAST: usize = 3;
/// The longest name of an indicator.
const LONGEST: usize = 40;

/// A matcher's value in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value {
    label: String,
    /// It is a pattern.
    regex: bool,
    /// Where it stands, with its quotes.
    range: Range<usize>,
}

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
        let kind = if regex { "regex" } else { "string" };
        let indicator =
            format!("indicator {name}({parameter}: {kind}) {{\n  {}\n}}\n", statements.join("\n  "));
        for (at, value) in members {
            taken.insert(at);
            if let Some(one) = said.get_mut(at) {
                let call = format!("measured by {name}({parameter}: {value})");
                one.measured = Some(Measured { call, indicator: indicator.clone() });
            }
        }
        names.insert(name);
    }
    !taken.is_empty()
}

/// The shapes of statements, each with the value that it has a parameter for.
fn shapes(statements: &[String]) -> Vec<(Shape, String)> {
    // Queries that are taken over, and slices, are no statements of an indicator that others could share.
    let plain = |s: &String| !s.contains("\"\"\"") && !s.contains("promql ") && !s.contains(" when ");
    if !statements.iter().all(plain) {
        return Vec::new();
    }
    let all: Vec<Vec<Value>> = statements.iter().map(|s| values(s)).collect();
    let labels: BTreeSet<&str> = all.iter().flatten().map(|value| value.label.as_str()).collect();
    labels.into_iter().filter_map(|label| shape(statements, &all, label)).collect()
}

/// The shape with a parameter for the value of a label, where it has one value and is one kind of matcher wherever it is named.
fn shape(statements: &[String], all: &[Vec<Value>], label: &str) -> Option<(Shape, String)> {
    let parameter = text::identifier(label)?;
    let mut found: BTreeSet<(bool, &str)> = BTreeSet::new();
    let mut made = Vec::new();
    for (statement, values) in statements.iter().zip(all) {
        let mut out = statement.clone();
        for value in values.iter().filter(|value| value.label == label).rev() {
            found.insert((value.regex, statement.get(value.range.clone())?));
            out.replace_range(value.range.clone(), &format!("${parameter}"));
        }
        made.push(out);
    }
    let (regex, value) = found.pop_first().filter(|_| found.is_empty())?;
    Some(((label.to_owned(), regex, made), value.to_owned()))
}

/// The values of a statement's matchers, in order.
fn values(statement: &str) -> Vec<Value> {
    let mut made = Vec::new();
    let mut letters = statement.char_indices();
    while let Some((start, c)) = letters.next() {
        if c != '"' {
            continue;
        }
        let mut end = statement.len();
        while let Some((at, c)) = letters.next() {
            match c {
                '\\' => drop(letters.next()),
                '"' => {
                    end = at + 1;
                    break;
                }
                _ => {}
            }
        }
        let before = statement.get(..start).unwrap_or("").trim_end();
        let op = ["!=", "!~", "=~", "="].into_iter().find(|op| before.ends_with(op));
        let Some((op, before)) = op.and_then(|op| Some((op, before.strip_suffix(op)?.trim_end()))) else {
            continue;
        };
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let label = before.rsplit(|c| !word(c)).next().unwrap_or("");
        if !label.is_empty() {
            made.push(Value { label: label.to_owned(), regex: op.ends_with('~'), range: start..end });
        }
    }
    made
}

/// The name of an indicator: the metric of all events, and the quality that all of its promises are named by.
fn name(
    statements: &[String],
    label: &str,
    said: &[Told],
    members: &[(usize, String)],
    names: &BTreeSet<String>,
) -> Option<String> {
    let total = statements.iter().find_map(|s| s.strip_prefix("total "))?;
    let metric = total.strip_prefix("readings of ").unwrap_or(total);
    let metric = metric.split(['{', ' ']).next()?.trim_matches('"');
    let stem = text::identifier(metric.strip_suffix("_total").unwrap_or(metric))?;
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
    fn values_of_matchers() {
        let found = values(r#"total "odd name"{a="x, }\" b=\"y\"", code!~"5..|\\d"} where {c != "z"}"#);
        let shown: Vec<(&str, bool)> = found.iter().map(|v| (v.label.as_str(), v.regex)).collect();
        assert_eq!(shown, [("a", false), ("code", true), ("c", false)]);
    }

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
        assert_eq!(found[0].1, "\"a\"");
        assert!(of(&[r#"total x{job="a"}"#, r#"bad y{job="b"}"#]).is_empty());
        assert!(of(&[r#"total x{job="a"}"#, r#"bad y{job=~"a"}"#]).is_empty());
        assert!(of(&[r#"total promql """x{job="a"}""""#]).is_empty());
    }
}
