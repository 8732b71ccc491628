//! `for each`: one objective for each declared value.

use std::collections::BTreeSet;

use super::form::Form;
use crate::ast::MatchOp;
use crate::ir::{Matcher, Promise, Step};
use crate::write::text;

/// One objective.
#[derive(Debug)]
pub(super) struct Objective<'m> {
    pub(super) promise: &'m Promise,
    /// The step it belongs to.
    pub(super) step: Option<&'m Step>,
    /// A name that no other has.
    pub(super) name: String,
    /// Its path in its journey, which no other has.
    pub(super) path: String,
    /// The values of `for each` that it is for.
    pub(super) value: Option<String>,
    pub(super) form: Form,
}

/// `pay.accepted`; with values of `for each` these are words of the name.
pub(super) fn path(promise: &Promise, value: Option<&str>, taken: &mut BTreeSet<String>) -> String {
    let plain = &promise.path.promise;
    let named = value.and_then(|value| text::identifier(&format!("{plain} {value}")));
    let name = named.unwrap_or_else(|| plain.clone());
    let step = promise.path.step.as_ref().map(|step| format!("{step}.")).unwrap_or_default();
    let mut path = format!("{step}{name}");
    let mut at = 2;
    while !taken.insert(path.clone()) {
        path = format!("{step}{}", numbered(&name, at));
        at += 1;
    }
    path
}

/// A name with a number at its end, as short as an identifier.
fn numbered(name: &str, at: usize) -> String {
    let end = format!("_{at}");
    let stem: String = name.chars().take(40 - end.len()).collect();
    format!("{}{end}", stem.trim_end_matches('_'))
}

/// More objectives of one promise nobody wants to own.
const MOST: usize = 100;

/// The values of a promise, each with its matchers; one without where there are none.
pub(super) fn split(promise: &Promise, differs: &mut Vec<String>) -> Vec<(Option<String>, Vec<Matcher>)> {
    if promise.for_each.is_empty() {
        return vec![(None, Vec::new())];
    }
    let labels: Vec<&str> = promise.for_each.iter().map(|(label, _)| label.as_str()).collect();
    let labels = labels.join(", ");
    let mut made: Vec<(Vec<String>, Vec<Matcher>)> = vec![(Vec::new(), Vec::new())];
    for (label, values) in &promise.for_each {
        let Some(values) = values else {
            differs.push(format!(
                "one budget for all: the catalogue doesn't declare the values of `for each {labels}`"
            ));
            return vec![(None, Vec::new())];
        };
        let one = |(words, matchers): &(Vec<String>, Vec<Matcher>), value: &String| {
            let mut next = (words.clone(), matchers.clone());
            next.0.push(value.clone());
            next.1.push(Matcher { label: label.clone(), op: MatchOp::Equal, value: value.clone() });
            next
        };
        made = made.iter().flat_map(|before| values.iter().map(|value| one(before, value))).collect();
        if made.len() > MOST {
            differs.push(format!("one budget for all: `for each {labels}` would be more than {MOST}"));
            return vec![(None, Vec::new())];
        }
    }
    made.into_iter().map(|(words, matchers)| (Some(words.join(" ")), matchers)).collect()
}
