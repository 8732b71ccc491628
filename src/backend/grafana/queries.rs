//! Queries that several boards ask. Each keeps "not known" apart from "fine".

use std::fmt::Write as _;

use super::panels::AT_RISK;

/// Stands for a budget of which not all is known: what is left of one is 1 at most, so it sorts behind all others.
pub(super) const PARTLY: u32 = 10;
/// Stands for a budget that is fine so far while a page says that it burns.
pub(super) const BURNING: u32 = 5;

/// `min by (journey) (x)`, `min(x)`.
fn aggregate(how: &str, by: &str, what: &str) -> String {
    if by.is_empty() { format!("{how}({what})") } else { format!("{how} by ({by}) ({what})") }
}

/// The least budget left, as long as it is known: nothing while a promise has no data, unless another one is broken, which is
/// bad enough.
pub(super) fn least(by: &str, remaining: &str, objective: &str) -> String {
    format!("{} < 0\nor {}", aggregate("min", by, remaining), known(by, remaining, objective))
}

/// The least budget left while all are known.
fn known(by: &str, remaining: &str, objective: &str) -> String {
    let least = aggregate("min", by, remaining);
    format!("({least}\n  unless on ({by}) ({objective} unless on (journey, step, promise) {remaining}))")
}

/// As [`least`], [`BURNING`] where all is well but for one of these pages, and [`PARTLY`] where some promises have data and
/// others have none.
pub(super) fn state(by: &str, remaining: &str, objective: &str, pages: Option<&str>) -> String {
    let least = aggregate("min", by, remaining);
    let known = known(by, remaining, objective);
    let mut out = format!("{least} < 0");
    if let Some(pages) = pages {
        let alerts = format!("ALERTS{{alertstate=\"firing\",{pages}}}");
        let burning = aggregate("group", by, &alerts);
        let _ = write!(out, "\nor (0 * {burning} + {BURNING}\n  and on ({by}) {known} >= {AT_RISK})");
    }
    let _ = write!(out, "\nor {known}\nor 0 * {least} + {PARTLY}");
    out
}

/// How long each alert has been firing, in seconds.
pub(super) fn firing_for(matchers: &str) -> String {
    format!(
        "(time() - ALERTS_FOR_STATE{{{matchers}}}\n  and ignoring (alertstate) ALERTS{{alertstate=\"firing\",{matchers}}})"
    )
}

/// What stands in a column where nothing is known: without it, a column that is empty would be missing. Not a number, which is
/// shown in words.
pub(super) fn or_unknown(by: &str, what: &str, objective: &str) -> String {
    format!("{what}\nor 0 * {} / 0", aggregate("min", by, objective))
}

/// As [`or_unknown`], in the column that the table is sorted by: what is not a number cannot be compared.
pub(super) fn or_last(by: &str, what: &str, objective: &str) -> String {
    format!("{what}\nor 0 * {} + {PARTLY}", aggregate("min", by, objective))
}

/// How many promises have no data.
pub(super) fn silent(by: &str, remaining: &str, objective: &str) -> String {
    let missing = format!("{objective} unless on (journey, step, promise) {remaining}");
    format!("{}\nor 0 * {}", aggregate("count", by, &missing), aggregate("count", by, objective))
}

/// How many promises have overspent.
pub(super) fn broken(by: &str, remaining: &str) -> String {
    aggregate("sum", by, &format!("min by (journey, step, promise) ({remaining}) < bool 0"))
}

/// How many alerts are firing, each once however many of its windows are above their lines; none where the rules themselves
/// aren't there.
pub(super) fn firing(by: &str, matchers: &str, objective: &str) -> String {
    let alerts = format!("ALERTS{{alertstate=\"firing\",{matchers}}}");
    let once = format!("group by (alertname, journey, step, promise) ({alerts})");
    format!("{}\nor 0 * {}", aggregate("count", by, &once), aggregate("count", by, objective))
}

/// `step/promise` as one label, so that every row has it, whether it has a step or not.
pub(super) fn by_path(how: &str, what: &str) -> String {
    format!("{how} by (path) (label_join({what}, \"path\", \"/\", \"step\", \"promise\"))")
}

/// How many addresses one chain of functions writes: expressions may not be nested without end.
const CHAIN: usize = 30;

/// Writes the address of its board beside each value of a label. `source` gives the series for some of the values.
pub(super) fn addressed(
    value: &str,
    pairs: &[(String, String)],
    source: impl Fn(&[(String, String)]) -> String,
) -> String {
    let chain = |pairs: &[(String, String)]| {
        pairs.iter().fold(source(pairs), |inner, (id, uid)| {
            format!("label_replace({inner}, \"uid\", \"{uid}\", \"{value}\", \"{id}\")")
        })
    };
    pairs.chunks(CHAIN).map(chain).collect::<Vec<_>>().join("\nor ")
}
