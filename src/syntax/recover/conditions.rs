//! `p99 of latency within 500ms`: a condition without the words that it follows.

use super::Context;
use super::foreign;
use super::found::{Found, found};
use super::mistake::Mistake;
use crate::diag::codes;

/// A condition where a statement stands.
pub(super) fn mistake(text: &str, first: &Found<'_>, context: Context) -> Option<Mistake> {
    let word = first.text;
    let digits =
        word.strip_prefix(['p', 'P']).is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
    let stat = matches!(word, "max" | "min" | "avg" | "sum" | "share" | "age");
    if context != Context::Promise || !digits && !stat {
        return None;
    }
    let rest = text.get(first.range.end..).unwrap_or_default().trim();
    let made = Mistake::new(
        &codes::syntax::UNKNOWN_WORD,
        first.range.clone(),
        format!("`{word}` begins a condition, and a condition follows `good when`"),
        "not a statement",
    );
    let start = first.range.start;
    // `p99 of M{..} within 500ms`, `p99(M) < 500ms`
    let metric = rest.trim_start_matches("of ").trim_start_matches('(').trim_start();
    let end = metric.find([' ', ')', '<']).unwrap_or(metric.len());
    let (metric, behind) = metric.split_at(end);
    let limit = behind.trim_start_matches([' ', ')', '<', '=', '>']);
    let limit = ["within", "under", "below", "at most", "less than"]
        .iter()
        .find_map(|w| limit.strip_prefix(w))
        .unwrap_or(limit);
    let limit = foreign::limit_of(metric, limit.trim());
    if digits && !metric.is_empty() && found(&limit, 0).range.end > 0 {
        let p = word.to_lowercase();
        return Some(
            made.help(format!("the percentage of `keep` says how many are quick:\n  total {metric}\n  good  {limit}"))
                .help(format!(
                    "or judge slices of time:\n  keep for 99% of 5m slices over 28d\n  good when {p} of {metric} {limit}"
                )),
        );
    }
    Some(made.maybe(start..start, "good when "))
}
