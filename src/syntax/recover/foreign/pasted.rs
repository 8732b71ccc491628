//! PromQL pasted where the language has words of its own.
//!
//! Here a statement names metrics and says what is good or bad; the rates, the sums and the division are the compiler's.
//! So a query is read for what it was meant to say, and that is written in the author's own names and numbers.

use std::ops::Range;

use rust_decimal::Decimal;

use super::super::Context;
use super::super::conditions;
use super::super::found::{found, short};
use super::super::mistake::Mistake;
use super::code;
use super::facts::{Facts, bound, share};
use super::query::{Compared, Meaning, Series, plain, ranges, understood};
use crate::diag::codes;
use crate::promql::ast::{Aggregator, BinaryOp};
use crate::promql::functions;

/// The statement's words, and the query behind them.
struct Cut<'t> {
    word: &'t str,
    when: bool,
    query: Range<usize>,
    /// Where what follows the word begins, with a `=` or a `:` that doesn't belong there.
    from: usize,
    /// ` within 10m` of a `finished`.
    tail: &'t str,
}

/// The words that take a stream, or none: a query alone on its line.
fn cut(text: &str) -> Option<Cut<'_>> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if let Some(query) = text.strip_prefix("measured by ") {
        let start = text.len() - query.trim_start().len();
        return Some(Cut {
            word: "",
            when: false,
            query: start..text.trim_end().len(),
            from: start,
            tail: "",
        });
    }
    if !matches!(word, "total" | "good" | "bad" | "started" | "finished") {
        let is_call = rest.trim_start().starts_with('(') || rest.trim_start().starts_with("by ");
        let named = functions().iter().any(|f| f.name == word) || Aggregator::find(word).is_some();
        return (is_call && named).then_some(Cut {
            word: "",
            when: false,
            query: 0..text.len(),
            from: 0,
            tail: "",
        });
    }
    let mut start = text.len() - rest.trim_start_matches([' ', '\t', ':', '=']).len();
    let mut when = false;
    for skipped in ["when ", "where ", "if "] {
        if word != "finished"
            && text.get(start..).is_some_and(|t| t.starts_with(skipped) && !t.starts_with("where {"))
        {
            start += skipped.len();
            when = word == "good";
        }
    }
    let mut stop = text.len();
    let mut tail = "";
    if word == "finished"
        && let Some(at) = text.rfind(" within ")
    {
        (stop, tail) = (at, text.get(at..).unwrap_or_default());
    }
    let inner = text.get(start..stop)?;
    let start = stop - inner.trim_start().len();
    let from = if when { start } else { text.len() - rest.trim_start().len() };
    Some(Cut { word, when, query: start..start + inner.trim().len(), from, tail })
}

/// Is it PromQL rather than what a statement takes? A name before `(`, a range in brackets, `offset`, arithmetic.
fn looks_like(query: &str) -> bool {
    if query.starts_with(['"', '\'']) || query.starts_with("promql") || query.starts_with("readings of") {
        return false;
    }
    let mut quoted = false;
    let bare: String = query
        .chars()
        .map(|c| {
            quoted ^= c == '"';
            if quoted { '_' } else { c }
        })
        .collect();
    let calls = bare.match_indices('(').any(|(at, _)| {
        let name = bare.get(..at).unwrap_or_default().trim_end();
        let name = name.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        functions().iter().any(|f| f.name == name)
            || Aggregator::find(name).is_some()
            || matches!(name, "by" | "without" | "on" | "ignoring")
    });
    let ranges = bare.match_indices('[').any(|(at, _)| {
        let inner = bare.get(at + 1..).unwrap_or_default();
        inner.starts_with(['$', '{'])
            || inner.starts_with(|c: char| c.is_ascii_digit()) && !inner.contains(',')
    });
    let joined =
        [" / ", " - ", " * ", " offset ", " == ", " > ", " < ", " >= ", " <= ", " unless ", "} /", "}/"];
    calls || ranges || joined.iter().any(|j| bare.contains(j))
}

/// PromQL in a statement of streams: what to write instead. `around` is the block that it stands in.
pub(in super::super) fn pasted(text: &str, context: Context, around: &str) -> Option<Mistake> {
    if !matches!(context, Context::Promise | Context::Indicator) || text.len() > super::super::LONGEST {
        return None;
    }
    let cut = cut(text)?;
    let query = text.get(cut.query.clone())?;
    if !looks_like(query) {
        return None;
    }
    // `p95(latency) < 500ms`
    if cut.when
        && query.starts_with('p')
        && query.get(1..2).is_some_and(|c| c.starts_with(|c: char| c.is_ascii_digit()))
    {
        let first = found(query, 0);
        if let Some(made) = conditions::mistake(query, &first, Context::Promise) {
            return Some(Mistake { at: cut.query, ..made });
        }
    }
    let plain = plain(query);
    let (meaning, compared) = understood(&plain);
    // A selector compared with a number is mended where marks are.
    if matches!(meaning, Some(Meaning::Level("", _))) && !cut.when && !query.contains(['[', '(']) {
        let shifted = query.contains(" offset ") || query.contains(" @ ");
        if !shifted {
            return None;
        }
    }
    Some(told(
        &cut,
        query,
        &Understood {
            slices: of_slices(around),
            percent: Facts::of(around).percent.unwrap_or_else(|| "99%".to_owned()),
            meaning,
            compared,
            sibling: sibling(around, "total"),
        },
    ))
}

/// Before the lines of a promise.
const COUNTED: &str = "say which events count, and which of them are good or bad:";

struct Understood {
    /// `keep for 99% of minutes`
    slices: bool,
    percent: String,
    meaning: Option<Meaning>,
    compared: Compared,
    sibling: Option<Series>,
}

fn told(cut: &Cut<'_>, query: &str, about: &Understood) -> Mistake {
    let said = match cut.word {
        "" => "PromQL is not a statement".to_owned(),
        word if cut.when => format!("`{word} when` takes no PromQL without the word `promql`"),
        word => format!("`{word}` takes a metric, not PromQL"),
    };
    let made = Mistake::new(&codes::syntax::UNEXPECTED, cut.query.clone(), said, "a query");
    let as_query = || escape(query);
    let word = cut.word;
    let pad = |w: &str| format!("{w:<5}");
    let made = match (&about.meaning, word) {
        (Some(Meaning::Events(series)), "total") if series.le.is_none() => {
            return reasons(made.maybe(cut.from..cut.query.end, series.selector()));
        }
        (Some(Meaning::Events(series)), "started" | "finished") => {
            return reasons(made.maybe(cut.from..cut.query.end, series.selector()));
        }
        (Some(Meaning::Events(series)), "good" | "bad") if !cut.when => {
            let new = match &about.sibling {
                Some(whole) => series.beyond(whole),
                None if series.le.is_some() => series.beyond(series),
                None => series.selector(),
            };
            return reasons(made.maybe(cut.from..cut.query.end, new));
        }
        (Some(Meaning::Events(series)), _) if !cut.when => made.help(code(
            "say which events count, and which of them are bad:",
            &[format!("total {}", series.selector()), "bad   where {code=~\"5..\"}".to_owned()],
        )),
        (Some(Meaning::Ratio { part, whole, is_rest }), _) => {
            let less = matches!(about.compared, Some((BinaryOp::Less | BinaryOp::LessEqual, _)));
            let more = |limit: Decimal| cut.when || limit >= Decimal::new(5, 1);
            let bad = match (word, about.compared) {
                ("good", None) => *is_rest,
                (_, Some((BinaryOp::Greater | BinaryOp::GreaterEqual, limit)))
                    if word != "bad" && more(limit) =>
                {
                    *is_rest
                }
                ("bad", _) | (_, Some((BinaryOp::Greater | BinaryOp::GreaterEqual, _))) => !is_rest,
                _ if less => !is_rest,
                _ => part.is_bad(),
            };
            let verdict = if bad { "bad" } else { "good" };
            let lines = vec![
                format!("total {}", whole.selector()),
                format!("{} {}", pad(verdict), part.beyond(whole)),
            ];
            let plain = made.clone();
            let made = made.help(code(COUNTED, &lines));
            match about.compared {
                Some((op, limit)) if cut.when => {
                    let least = if matches!(op, BinaryOp::Less | BinaryOp::LessEqual) {
                        Decimal::ONE - limit
                    } else {
                        limit
                    };
                    let least = share(least);
                    if about.slices {
                        let mut lines = lines.clone();
                        lines.push(format!("good when share at least {least}"));
                        return plain.help(code(COUNTED, &lines));
                    }
                    made.help(format!(
                        "to judge slices of time, keep for a share of `minutes`, and add `good when share at least {least}`"
                    ))
                }
                _ => made.help("the compiler counts, sums and divides, over every window that it needs"),
            }
        }
        (Some(Meaning::Quantile(q, series)), _) => {
            let limit = about.compared.map(|(_, n)| bound(&series.metric, &n.normalize().to_string()));
            let limit = limit.unwrap_or_else(|| "within 500ms".to_owned());
            let p = (*q * Decimal::ONE_HUNDRED).normalize();
            let metric = series.selector();
            made.help(code("count the quick ones:", &[format!("total {metric}"), format!("good  {limit}")]))
                .help(code(
                    "or judge slices of time:",
                    &[
                        format!("keep for {} of 5m slices over 28d", share(*q)),
                        format!("good when p{p} of {metric} {limit}"),
                    ],
                ))
        }
        (Some(Meaning::Level(stat, series)), _) => {
            let stat = if stat.is_empty() { "max" } else { stat };
            let metric = series.selector();
            match about.compared {
                Some((op, n)) if cut.when => {
                    let (stat, cmp) = match op {
                        BinaryOp::Less | BinaryOp::LessEqual => (stat, "at most"),
                        _ => (if stat == "max" { "min" } else { stat }, "at least"),
                    };
                    let is_time = metric.contains("duration") || metric.contains("latency");
                    let new = if is_time && cmp == "at most" && series.metric.ends_with("seconds") {
                        format!("p95 of {metric} {}", bound(&series.metric, &n.normalize().to_string()))
                    } else {
                        format!("{stat} of {metric} {cmp} {}", n.normalize())
                    };
                    if about.slices {
                        return reasons(made.maybe(cut.from..cut.query.end, new));
                    }
                    let percent = &about.percent;
                    return made.help(code(
                        "a value is judged over slices of time:",
                        &[format!("keep for {percent} of minutes over 28d"), format!("good when {new}")],
                    ));
                }
                _ if query.contains(" offset ") || query.contains(" @ ") => made
                    .help(format!("a promise is about now: write `{word} {metric}`"))
                    .help(format!("or keep the query: `{word} promql {}`", as_query())),
                _ => made.help(format!("write `{word} {metric}`")),
            }
        }
        (None | Some(Meaning::Events(_)), _) if cut.when => {
            let (left, limit) = split_comparison(query);
            made.help(format!("write `good when promql \"\"\"{}\"\"\" {limit}`", short_of(left)))
        }
        (None | Some(Meaning::Events(_)), "") => {
            made.help(format!("write `total promql {}`, and what of it is bad", as_query()))
        }
        (None | Some(Meaning::Events(_)), _) => {
            let tail = cut.tail;
            let made = made.help(format!("write `{word} promql {}{tail}`", as_query()));
            made.help("the query gives events per second over `$range`, which the compiler fills in")
        }
    };
    reasons(made)
}

/// Helps and mends are shown; the reason goes with a mend, which says none.
fn reasons(made: Mistake) -> Mistake {
    if made.mend.is_some() && made.help.is_empty() {
        return made.help("the compiler counts, sums and divides, over every window that it needs");
    }
    made
}

/// The query with its range left to the compiler, in quotes.
fn escape(query: &str) -> String {
    let one_line = ranges(query).split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"\"\"{}\"\"\"", short_of(&one_line))
}

fn short_of(query: &str) -> String {
    if query.chars().count() <= 160 { query.to_owned() } else { short(query) }
}

/// `E < 0.5` taken apart, for a query that says nothing known.
fn split_comparison(query: &str) -> (&str, String) {
    for (mark, word) in
        [("<=", "at most"), (">=", "at least"), ("==", "at most"), ("<", "at most"), (">", "at least")]
    {
        if let Some((left, right)) = query.rsplit_once(mark)
            && right.trim().parse::<Decimal>().is_ok()
        {
            return (left.trim(), format!("{word} {}", right.trim()));
        }
    }
    (query, "at most 1".to_owned())
}

/// Does the promise keep for slices of time?
fn of_slices(around: &str) -> bool {
    let keep = around.lines().map(str::trim).find(|l| l.starts_with("keep "));
    keep.is_some_and(|l| l.contains(" of minutes") || l.contains(" slices"))
}

/// The series that a statement of the same block names.
fn sibling(around: &str, word: &str) -> Option<Series> {
    let line = around
        .lines()
        .map(str::trim)
        .find(|l| l.strip_prefix(word).is_some_and(|r| r.starts_with([' ', '\t'])))?;
    let cut = cut(line)?;
    let query = plain(line.get(cut.query)?);
    let query = query.split(" #").next()?.trim();
    match understood(query).0? {
        Meaning::Events(s) | Meaning::Level(_, s) => Some(s),
        Meaning::Ratio { whole, .. } => Some(whole),
        Meaning::Quantile(..) => None,
    }
}

/// `total` and what is good or bad of it, of a query; `bad` says what the part of a ratio is.
pub(super) fn statements(query: &str, bad: Option<bool>) -> Option<(String, String)> {
    let (meaning, compared) = understood(&plain(query));
    Some(match meaning? {
        Meaning::Ratio { part, whole, is_rest } => {
            let bad = bad.unwrap_or_else(|| part.is_bad()) != is_rest;
            (whole.selector(), format!("{:<5} {}", if bad { "bad" } else { "good" }, part.beyond(&whole)))
        }
        Meaning::Events(series) | Meaning::Level(_, series) => {
            let verdict = match &series.le {
                Some(le) => format!("good  {}", bound(&series.metric, le)),
                None => "bad   where {code=~\"5..\"}".to_owned(),
            };
            (series.selector(), verdict)
        }
        Meaning::Quantile(_, series) => {
            let limit = compared.map_or_else(
                || "within 500ms".to_owned(),
                |(_, n)| bound(&series.metric, &n.normalize().to_string()),
            );
            (series.selector(), format!("good  {limit}"))
        }
    })
}

/// The metric that the `total` of a block names.
pub(in super::super) fn metric_of(around: &str) -> Option<String> {
    sibling(around, "total").map(|s| s.metric)
}

/// The rest of a `good` or a `bad` that counts these events of a total: `where {code="500"}`.
pub(super) fn beyond(total: &str, part: &str) -> Option<String> {
    let series = |text: &str| match understood(&plain(text)).0? {
        Meaning::Events(s) | Meaning::Level(_, s) => Some(s),
        Meaning::Ratio { .. } | Meaning::Quantile(..) => None,
    };
    Some(series(part)?.beyond(&series(total)?))
}
