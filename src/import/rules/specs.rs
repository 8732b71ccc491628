//! Queries of specs that read recorded series: they are followed to what services expose, where rules of the same import record them.
//!
//! ```text
//! sum(job:errors:rate{{.window}})       the rule of each window records the same over it: exact
//! sum(rate(job:requests:sum[$range]))   each metric counted by itself, not their recorded sum: assumed
//! sum_over_time(job:errors:rate5m[..])  every event, not what was read from time to time: assumed
//! sum(job:errors:rate5m)                as if its `[5m]` were written in the query, which is assumed later
//! ```
//!
//! What cannot be followed is read as it is: that computes what the source does.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{Book, Followed, visible};
use super::windows;
use crate::import::Read;
use crate::import::decompile::{are_of_a_gauge, is_bare, with_variable};
use crate::import::objective::{Objective, Recorded, Recording, Tool, Unfollowed, Values};
use crate::import::pyrra::duration;
use crate::import::reader::short;
use crate::import::report::listed;
use crate::promql;
use crate::promql::ast::{Aggregator, BinaryOp, Expr, ExprKind, Extent};

/// The windows over which Sloth evaluates a query.
const WINDOWS: [&str; 7] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
/// Recorded series that are named in a sentence.
const SHOWN: usize = 6;

/// A query that names no recorded series any more.
#[derive(Default)]
struct Query {
    text: String,
    labels: BTreeMap<String, String>,
    used: BTreeSet<usize>,
    assumed: Vec<String>,
    /// Functions over recorded rates, and the lengths of these: both sides must have the same.
    over: BTreeSet<(String, u64)>,
}

/// Follows the queries of all objectives. `used` are the rules that were.
pub(super) fn follow(book: &Book<'_>, read: &mut Read, used: &mut BTreeSet<usize>) {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for objective in &mut read.objectives {
        if let Some(nothing) = finds_nothing(book, objective) {
            objective.unfollowed = Some(nothing);
            continue;
        }
        match queries(book, objective) {
            Ok(made) if made.iter().all(|query| query.used.is_empty()) => {}
            Ok(made) => {
                let of: BTreeSet<usize> = made.iter().flat_map(|query| &query.used).copied().collect();
                names.extend(of.iter().filter_map(|at| book.rules.get(*at)).map(|r| r.name.text.clone()));
                take(book, objective, made, &of);
                used.extend(of);
            }
            Err((place, why)) => {
                objective.unfollowed = Some(Unfollowed { place, why, nothing: false });
            }
        }
    }
    if !names.is_empty() {
        let mut shown: Vec<String> =
            names.iter().take(SHOWN).map(|name| format!("`{}`", short(name))).collect();
        if names.len() > SHOWN {
            shown.push(format!("{} more", names.len() - SHOWN));
        }
        read.assumed.push(format!(
            "recorded series that queries read are followed to the metrics behind them: {}",
            listed(&shown)
        ));
    }
}

/// A recorded series of which a query selects none, as its rule gives its series other labels.
fn finds_nothing(book: &Book<'_>, objective: &Objective) -> Option<Unfollowed> {
    for said in objective.sli.queries() {
        let text = with_variable(&said.text, &mut Vec::new()).ok()?;
        let Ok(expr) = promql::parse(&text) else { continue };
        let mut nothing = None;
        promql::linear::visit(&expr, &mut |around, e| {
            // Where another series stands in, one of the two may well be missing.
            let replaced = around
                .iter()
                .filter_map(|outer| outer.binary())
                .any(|b| b.op == BinaryOp::Or && !promql::linear::constant(&b.right));
            if let Some(selector) = e.selector().filter(|_| !replaced && nothing.is_none()) {
                nothing = book.finds_nothing(selector).map(|rule| (selector.clone(), rule));
            }
        });
        if let Some((selector, rule)) = nothing {
            let labels: BTreeSet<&str> = selector
                .matchers
                .iter()
                .map(|m| m.label.text.as_str())
                .filter(|label| *label != "__name__")
                .collect();
            let labels: Vec<String> = labels.into_iter().map(|label| format!("`{}`", short(label))).collect();
            let why = format!(
                "it selects `{}` by {}, and the rule that records it ({}) gives none of its series such labels: the query finds nothing",
                short(&rule.name.text),
                listed(&labels),
                rule.name.place
            );
            return Some(Unfollowed { place: said.place.clone(), why, nothing: true });
        }
    }
    None
}

/// The queries of an objective; or why they are not followed, and where.
fn queries(book: &Book<'_>, objective: &Objective) -> Result<Vec<Query>, (crate::import::Place, String)> {
    let mut made = Vec::new();
    // Readings of a gauge are those of what is recorded, each of which is counted.
    if objective.values != Values::Written
        && let [part, total] = objective.sli.queries().as_slice()
        && are_of_a_gauge(&part.text, &total.text)
    {
        return Ok(made);
    }
    for said in objective.sli.queries() {
        let query = query(book, &said.text, objective).map_err(|why| (said.place.clone(), why))?;
        made.push(query);
    }
    let place = objective.sli.said().place.clone();
    let apart = |why: &str| Err((place.clone(), why.to_owned()));
    if made.iter().all(|query| query.used.is_empty()) {
        return Ok(made);
    }
    if made.windows(2).any(|pair| matches!(pair, [a, b] if a.labels != b.labels)) {
        return apart("rules give its two sides different labels, so that they never meet");
    }
    if made.windows(2).any(|pair| matches!(pair, [a, b] if a.over != b.over))
        || made.iter().any(|q| q.over.len() > 1)
    {
        return apart("its two sides look at recorded rates in different ways");
    }
    Ok(made)
}

/// Puts the followed queries in place of those that were written, which are kept for proofs.
fn take(book: &Book<'_>, objective: &mut Objective, made: Vec<Query>, used: &BTreeSet<usize>) {
    let recording = |rule: &super::Rule| Recording {
        name: rule.name.text.clone(),
        expr: rule.expr.text.clone(),
        labels: rule.labels.iter().map(|(key, said)| (key.clone(), said.text.clone())).collect(),
    };
    let rules = used.iter().filter_map(|at| book.rules.get(*at)).map(recording).collect();
    objective.recorded = Some(Recorded { sli: objective.sli.clone(), rules });
    for (said, query) in objective.sli.queries_mut().into_iter().zip(made) {
        if query.used.is_empty() {
            continue;
        }
        said.text = query.text;
        for text in query.assumed {
            if !objective.assumed.contains(&text) {
                objective.assumed.push(text);
            }
        }
    }
}

fn query(book: &Book<'_>, written: &str, objective: &Objective) -> Result<Query, String> {
    let as_it_is = || Query { text: written.to_owned(), ..Query::default() };
    // What is wrong with a query is said where it is decompiled.
    let Ok(text) = with_variable(written, &mut Vec::new()) else { return Ok(as_it_is()) };
    if objective.tool == Tool::Sloth && window_in_a_name(&text) {
        return by_windows(book, &text);
    }
    let Ok(expr) = promql::parse(&text) else { return Ok(as_it_is()) };
    let mut made = Query::default();
    let text = ranged(book, &text, &expr, &mut made)?;
    let one = only(book.follow(&text).map_err(|why| why.text)?)?;
    // Metrics by name alone are counted by whoever reads the query.
    let bare = |text: &str| promql::parse(text).is_ok_and(|expr| is_bare(&expr));
    if objective.values != Values::Written && !one.used.is_empty() && bare(&one.text) {
        if objective.values == Values::Levels {
            return Err("`counter: false` makes the source add up what is recorded".to_owned());
        }
        made.assumed.extend(names(book, &one.used).map(|name| counted(&name)));
    }
    made.used.extend(&one.used);
    if made.used.is_empty() {
        return Ok(as_it_is());
    }
    Ok(Query { text: one.text, labels: one.labels, ..made })
}

fn rules_of<'r>(book: &Book<'r>, used: &BTreeSet<usize>) -> impl Iterator<Item = &'r super::Rule> {
    used.iter().filter_map(|at| book.rules.get(*at))
}

fn names(book: &Book<'_>, used: &BTreeSet<usize>) -> impl Iterator<Item = String> {
    rules_of(book, used).map(|rule| rule.name.text.clone())
}

/// Why the numbers may be others where counters are recorded.
fn counted(name: &str) -> String {
    format!("`{name}` is recorded; here each metric that it is recorded from is counted by itself")
}

/// Of all that rules record under a name one.
fn only(list: Vec<Result<Followed, super::book::Why>>) -> Result<Followed, String> {
    let several = list.len();
    let mut list = list.into_iter();
    match (list.next(), list.next()) {
        (Some(one), None) => one.map_err(|why| why.text),
        _ => Err(format!("{several} rules record what it reads")),
    }
}

/// Is the window a part of a metric's name? `job:errors:rate$range`
fn window_in_a_name(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    text.match_indices("$range").any(|(at, _)| text.get(..at).unwrap_or("").ends_with(word))
}

/// A query whose metric's name holds the window: the rules of all windows must record the same over each.
fn by_windows(book: &Book<'_>, text: &str) -> Result<Query, String> {
    let mut made = Query::default();
    let mut found: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    for window in WINDOWS {
        let written = text.replace("$range", window);
        let one = only(book.follow(&written).map_err(|why| why.text)?)?;
        if one.used.is_empty() {
            missing.push(format!("`{window}`"));
            continue;
        }
        let (family, millis) = windows::family(&one.text)?;
        if Some(millis) != duration(window) {
            return Err(format!(
                "what is recorded for the window {window} looks back {}",
                windows::shown(millis)
            ));
        }
        made.used.extend(one.used);
        found.push((family, one.labels));
    }
    found.dedup();
    let Some((text, labels)) = found.pop() else { return Ok(made) };
    if !found.is_empty() {
        return Err("what is recorded differs from window to window".to_owned());
    }
    if !missing.is_empty() {
        made.assumed.push(format!(
            "over each window the source reads another recorded series, and none is recorded for {}; here every window is counted",
            listed(&missing)
        ));
    }
    Ok(Query { text, labels, ..made })
}

/// A query with the recorded series replaced that it looks at over time.
fn ranged(book: &Book<'_>, text: &str, expr: &Expr, made: &mut Query) -> Result<String, String> {
    let mut found: Vec<(Vec<&Expr>, &Expr)> = Vec::new();
    promql::linear::visit(expr, &mut |around, e| {
        if e.selector().is_some_and(|s| s.window.is_some() && book.is_recorded(s)) {
            found.push((around.to_vec(), e));
        }
    });
    let mut out = text.to_owned();
    // From the end, so that places before stay true.
    found.sort_by_key(|(_, e)| std::cmp::Reverse(e.range.start));
    for (around, e) in found {
        let (range, by) = over_time(book, text, &around, e, made)?;
        out.replace_range(range, &by);
    }
    Ok(out)
}

/// What takes the place of a function of a recorded series over time, and of what text.
fn over_time(
    book: &Book<'_>,
    text: &str,
    around: &[&Expr],
    e: &Expr,
    made: &mut Query,
) -> Result<(std::ops::Range<usize>, String), String> {
    let Some(selector) = e.selector() else { return Err("it is no selector".to_owned()) };
    let name = selector.metric().map_or("", |(name, _)| name);
    let other = || format!("it looks at `{}` over time, which is recorded, and is not a rate", short(name));
    let [outer @ .., parent] = around else { return Err(other()) };
    let Some(call) = parent.call() else { return Err(other()) };
    let window = selector.window.as_ref().and_then(|w| text.get(w.range())).unwrap_or("");
    let mut bare = selector.clone();
    bare.window = None;
    let one = only(book.series(&bare).map_err(|why| why.text)?)?;
    let hidden = outer.last().is_some_and(|e| e.aggregate().is_some())
        && visible(one.labels.clone(), around).is_empty();
    if !one.labels.is_empty() && !hidden {
        return Err(format!("rules give labels to `{}`, which the query may look at", short(name)));
    }
    let inner = promql::parse(&one.text).map_err(|_| other())?;
    let function = call.name.text.as_str();
    let by = match function {
        "rate" | "increase" if is_bare(&inner) => {
            made.assumed.push(counted(name));
            each(&one.text, &inner, |selector| format!("{function}({selector}[{window}])"))
        }
        "sum_over_time" | "count_over_time" | "avg_over_time"
            if inner.selector().is_some() && is_bare(&inner) =>
        {
            made.assumed
                .push(format!("`{name}` is recorded; here the samples that it is recorded from are taken"));
            each(&one.text, &inner, |selector| format!("{function}({selector}[{window}])"))
        }
        "sum_over_time" | "avg_over_time" => {
            let length = rates(&inner).filter(|all| all.len() == 1).and_then(|all| all.into_iter().next());
            let Some(length) = length else {
                return Err(format!(
                    "it looks at `{}` over time, which is recorded{}",
                    short(name),
                    not_a_rate(&inner)
                ));
            };
            let mut increases = false;
            promql::linear::visit(&inner, &mut |_, e| {
                increases |= e.call().is_some_and(|call| call.name.text == "increase");
            });
            // How often it is recorded is how often each rate counts.
            let often: BTreeSet<&str> =
                rules_of(book, &one.used).map(|rule| rule.interval.as_deref().unwrap_or("")).collect();
            made.over.insert((format!("{function} {often:?}"), length));
            made.assumed.push(format!(
                "`{name}` is recorded, {} over {}; the source adds up what it reads of it from time to time, here every event is counted",
                if increases { "an increase" } else { "a rate" },
                windows::shown(length)
            ));
            let mut out = one.text.clone();
            let mut places: Vec<_> =
                promql::selectors(&inner).iter().filter_map(|s| Some(s.window()?.range())).collect();
            places.sort_by_key(|place| std::cmp::Reverse(place.start));
            for place in places {
                out.replace_range(place, window);
            }
            out
        }
        _ => return Err(other()),
    };
    made.used.extend(one.used);
    Ok((parent.range.clone(), if matches!(inner.kind, ExprKind::Binary(_)) { format!("({by})") } else { by }))
}

/// An expression with something else in place of each selector.
fn each(text: &str, expr: &Expr, by: impl Fn(&str) -> String) -> String {
    let mut out = text.to_owned();
    for found in promql::selectors(expr).iter().rev() {
        let range = found.expr.range.clone();
        let selector = text.get(range.clone()).unwrap_or("").trim();
        out.replace_range(range, &by(selector));
    }
    out
}

/// Why what is recorded cannot be added up over time as a rate can.
fn not_a_rate(inner: &Expr) -> &'static str {
    let moved = promql::selectors(inner)
        .iter()
        .any(|s| s.selector.shift.offset.is_some() || s.selector.shift.at.is_some());
    let mut divides = false;
    promql::linear::visit(inner, &mut |_, e| {
        divides |= e.binary().is_some_and(|b| b.op == BinaryOp::Div && b.right.number().is_none());
    });
    if moved {
        ", at another time (`offset`)"
    } else if divides {
        ": that weighs each moment alike, however many events it had"
    } else {
        ", and is more than a sum of rates"
    }
}

/// The lengths of the rates that an expression adds up. `None`: it is something else.
fn rates(expr: &Expr) -> Option<BTreeSet<u64>> {
    let expr = expr.bare();
    if let Some(call) = expr.call().filter(|call| matches!(call.name.text.as_str(), "rate" | "increase")) {
        let selector = call.args.first()?.bare().selector()?;
        let Some(Extent::Fixed { millis, .. }) = &selector.window else { return None };
        let moved = selector.shift.offset.is_some() || selector.shift.at.is_some();
        return (!moved).then(|| BTreeSet::from([*millis]));
    }
    if let Some(aggregate) = expr.aggregate().filter(|a| a.op == Aggregator::Sum) {
        return rates(aggregate.body()?);
    }
    // A factor stays where it is.
    if let Some(b) = expr.binary().filter(|b| matches!(b.op, BinaryOp::Mul | BinaryOp::Div)) {
        return match (b.left.number(), b.right.number()) {
            (None, Some(by)) if by > 0.0 => rates(&b.left),
            (Some(by), None) if by > 0.0 && b.op == BinaryOp::Mul => rates(&b.right),
            _ => None,
        };
    }
    let b = expr.binary().filter(|b| matches!(b.op, BinaryOp::Add | BinaryOp::Sub))?;
    let mut all = rates(&b.left)?;
    all.extend(rates(&b.right)?);
    Some(all)
}
