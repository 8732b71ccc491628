//! `for each`: one objective for each declared value.

use super::form::Form;
use crate::ast::MatchOp;
use crate::ir::{Matcher, Promise, Step};

/// One objective.
#[derive(Debug)]
pub(super) struct Objective<'m> {
    pub(super) promise: &'m Promise,
    /// The step it belongs to.
    pub(super) step: Option<&'m Step>,
    /// A name that no other has.
    pub(super) name: String,
    /// The values of `for each` that it is for.
    pub(super) value: Option<String>,
    pub(super) form: Form,
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
