//! Findings: what the source accepts is taken out, and what is the same of several promises is said once.

use std::collections::BTreeMap;

use crate::ast::Allow;
use crate::check::{allow, several};
use crate::diag::codes::stored as codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::Date;

/// Names that are listed.
const SHOWN: usize = 4;

/// A message of one promise.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) made: Diagnostic,
    /// Findings of one code with the same key are said once.
    pub(super) key: String,
    /// The promise, or the metric that it is about.
    pub(super) of: String,
}

/// Takes out what comments accept, and says what is the same once.
pub(super) fn fold(found: Vec<Finding>, allows: &[Allow], today: Option<Date>) -> Diagnostics {
    let mut kept: Vec<(Finding, Vec<String>)> = Vec::new();
    let mut places: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut accepted = crate::diag::Accepted::default();
    for finding in found {
        if let Some(allow) = allow::accepts(allows, today, &finding.made) {
            accepted.count += 1;
            accepted.until = accepted.until.into_iter().chain(allow.until.filter(|_| today.is_none())).min();
            continue;
        }
        let key = (finding.made.code.id, finding.key.clone());
        let at = *places.entry(key).or_insert(kept.len());
        match kept.get_mut(at) {
            // Promise by promise: what is said twice of one comes one after the other.
            Some((first, others)) if first.of != finding.of && others.last() != Some(&finding.of) => {
                others.push(finding.of);
                first.made.stands_for.extend(finding.made.span());
            }
            Some(_) => {}
            None => kept.push((finding, Vec::new())),
        }
    }
    let mut made = Diagnostics::default();
    for (finding, others) in kept {
        let shown: Vec<String> = others.iter().map(|of| format!("`{of}`")).collect();
        made.push(match shown.len() {
            0 => finding.made,
            n => {
                let noun = if finding.made.code == &codes::SCRAPED_RARELY {
                    "other metric"
                } else {
                    "other promise"
                };
                finding.made.note(format!("the same holds for {}: {}", several(n, noun), some(&shown)))
            }
        });
    }
    made.accepted = accepted;
    made
}

/// The first of a list, and how many more there are.
pub(super) fn some(list: &[String]) -> String {
    let shown = list.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match list.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
