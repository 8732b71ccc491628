//! Messages on PromQL in a `.slovo` file, at their places there.

use std::ops::Range;

use super::analyse::{self, Labels, User};
use super::ast::{Aggregator, BinaryOp, Expr, ExprKind, Extent};
use super::error::ErrorKind;
use super::print;
use super::{SyntaxError, ValueType, value_type};
use crate::ast::Str;
use crate::diag::codes::promql as codes;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::source::Span;

/// What an escape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `total`, `good`, `bad`, `started`, `finished`: events per second over `$range`.
    Stream,
    /// `good when promql ..`: a value now.
    Condition,
}

/// An escape with what is needed to place messages in it.
#[derive(Clone, Copy, Debug)]
pub struct Escape<'a> {
    /// The string, whose value is the PromQL.
    pub literal: &'a Str,
    /// The string as it stands in the source, quotes included.
    pub raw: &'a str,
    /// What it stands for.
    pub role: Role,
}

impl Escape<'_> {
    /// The place in the file of a range of the PromQL.
    pub fn span(&self, range: &Range<usize>) -> Span {
        let base = self.literal.span.start as usize;
        let offset = |n| base + crate::syntax::value_offset(self.raw, n);
        Span::new(self.literal.span.file, offset(range.start), offset(range.end))
    }
    /// Where text after a range of the PromQL goes: right behind its last character.
    fn after(&self, end: usize) -> Span {
        self.span(&(end..end))
    }
}

/// Checks an escape by itself: its syntax and types, and what its role demands. `for_each` are the labels that its
/// series must carry, with their places. Gives the expression where it can be read and is used rightly, so that its
/// selectors can be checked too, and all there is to say.
pub fn diagnose(escape: &Escape<'_>, for_each: &[(&str, Span)]) -> (Option<Expr>, Vec<Diagnostic>) {
    let window = match escape.role {
        Role::Stream => "$range",
        Role::Condition => "5m",
    };
    let expr = match super::parse_with(&escape.literal.value, window) {
        Ok(expr) => expr,
        Err(errors) => return (None, errors.iter().map(|e| unreadable(escape, e)).collect()),
    };
    let mut found = Vec::new();
    let found_type = value_type(&expr);
    if found_type != ValueType::Vector {
        found.push(no_vector(escape, &expr, found_type));
        return (None, found);
    }
    let nature = match escape.role {
        Role::Stream => stream(escape, &expr),
        Role::Condition => condition(escape, &expr),
    };
    // A ratio is taken apart, and each side has labels of its own.
    let ratio = nature.as_ref().is_some_and(|d| d.code == &codes::RATIO);
    found.extend(nature);
    if !ratio {
        found.extend(labels(escape, &expr, for_each));
    }
    found.extend(filter(escape, &expr));
    (Some(expr), found)
}

fn unreadable(escape: &Escape<'_>, error: &SyntaxError) -> Diagnostic {
    let span = escape.span(&error.range);
    let (code, message) = match error.kind {
        ErrorKind::Syntax => (&codes::SYNTAX, format!("in PromQL, {}", error.message)),
        ErrorKind::Type => (&codes::TYPES, error.message.clone()),
        ErrorKind::UnknownFunction => (&codes::FUNCTION, error.message.clone()),
    };
    let label = match (error.kind, error.message.split_once(", and this is ")) {
        (ErrorKind::UnknownFunction, _) => "not known to Prometheus",
        _ if error.message.starts_with("not a regular") => "RE2 does not take this",
        (_, Some((_, is))) => is,
        (ErrorKind::Syntax, None) => "not PromQL",
        (ErrorKind::Type, None) => "this does not fit",
    };
    let made = Diagnostic::new(code, span, message, label);
    match &error.help {
        Some(help) => made.help(help.clone()),
        None => made,
    }
}

/// The part of an expression that names what it does: the least place that shows it.
fn head(expr: &Expr) -> Range<usize> {
    match &expr.bare().kind {
        ExprKind::Aggregate(a) => match &a.grouping {
            Some(g) if g.range.start < a.args.first().map_or(0, |e| e.range.start) => {
                a.op_range.start..g.range.end
            }
            Some(g) => g.range.clone(),
            None => a.op_range.clone(),
        },
        ExprKind::Call(call) => call.name.range.clone(),
        ExprKind::Binary(b) => b.op_range.clone(),
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Selector(_)
        | ExprKind::Subquery(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary(_) => expr.bare().range.clone(),
    }
}

fn no_vector(escape: &Escape<'_>, expr: &Expr, found: ValueType) -> Diagnostic {
    let wanted = match escape.role {
        Role::Stream => "a stream of events",
        Role::Condition => "the value of a condition",
    };
    let message = format!("{wanted} must be an instant vector, and this is {}", found.describe());
    let text = escape.literal.value.get(expr.range.clone()).unwrap_or("");
    let made = Diagnostic::new(&codes::RESULT, escape.span(&expr.range), message, found.describe());
    if let ExprKind::Call(call) = &expr.bare().kind
        && let [inner] = call.args.as_slice()
        && call.name.text == "scalar"
    {
        let inner = escape.literal.value.get(inner.range.clone()).unwrap_or("");
        // Escapes of the literal would be lost in the text of the mend.
        return if escape.literal.triple || !inner.contains(['"', '\\']) {
            made.maybe_fix("leave out `scalar`", escape.span(&expr.range), inner)
        } else {
            made.help("leave out `scalar`")
        };
    }
    match (found, escape.role) {
        (ValueType::Scalar, Role::Condition) => made.help(format!("write `vector({text})`")),
        (ValueType::Scalar, Role::Stream) => made.help("count events: `sum(rate(..[$range]))`"),
        (ValueType::Matrix, Role::Stream) => made.help("take the rate and add up: `sum(rate(..[$range]))`"),
        (ValueType::Matrix, Role::Condition) => {
            made.help("take one value of it: `max(max_over_time(..[5m]))`")
        }
        (ValueType::String | ValueType::Vector, _) => made.help("write the query without quotes around it"),
    }
}

/// What keeps it from being a stream of events per second.
fn stream(escape: &Escape<'_>, expr: &Expr) -> Option<Diagnostic> {
    if let Some(place) = analyse::looks_like_ratio(expr) {
        let said = "a stream counts events per second, and this is a ratio";
        let made = Diagnostic::new(&codes::RATIO, escape.span(&place), said, "makes it a ratio");
        return Some(
            made.note("ratios of two moments cannot be added up: how much traffic there was is lost").help(
                "write the two sides apart: the lower one as `total`, the upper one as `good` or `bad`",
            ),
        );
    }
    if !analyse::uses_range(expr) {
        return Some(without_range(escape, expr));
    }
    if let Some((name, place)) = counted_per_range(expr) {
        let said = format!("a stream counts events per second, and `{name}` does not");
        let label = match name {
            "increase" | "count_over_time" | "sum_over_time" | "changes" | "resets" => {
                "counts over the whole range"
            }
            "count" | "group" | "count_values" => "counts series",
            _ => "a value, and no events",
        };
        let made = Diagnostic::new(&codes::PER_SECOND, escape.span(&place), said, label);
        return Some(match name {
            // beside a number, the two mean different things
            "increase" => made.maybe_fix("write `rate`", escape.span(&place), "rate"),
            "avg" => made.maybe_fix("write `sum`", escape.span(&place), "sum"),
            "histogram_quantile" => {
                made.help("count what was quick: `good` is the rate of one bucket, `total` that of `_count`")
            }
            name if name.ends_with("_over_time") => {
                made.help("to count samples of a gauge, write `readings of` in place of `promql`")
            }
            _ => made.help("take the `rate` of a counter of these events"),
        });
    }
    let irate = |found: &analyse::SelectorRef<'_>| {
        found.used_by.filter(|u| u.name == "irate").map(|u| u.range.clone())
    };
    let place = analyse::selectors(expr).iter().find_map(irate)?;
    let said = "`irate` sees only the last two samples, so most events are forgotten";
    let made = Diagnostic::new(&codes::IRATE, escape.span(&place), said, "forgets what came before");
    // The numbers become others, so this is left to the author.
    Some(made.maybe_fix("write `rate`", escape.span(&place), "rate"))
}

fn without_range(escape: &Escape<'_>, expr: &Expr) -> Diagnostic {
    let said = "a stream is taken over `$range`, and this query does not use it";
    let found = analyse::selectors(expr);
    let fixed = found.iter().find_map(|s| match (s.window(), s.used_by) {
        (Some(Extent::Fixed { range, .. }), Some(User { name: "rate" | "increase" | "irate", .. })) => {
            Some(range)
        }
        _ => None,
    });
    let made = match fixed {
        Some(range) => {
            let span = escape.span(range);
            Diagnostic::new(&codes::BASE_RANGE, span, said, "a fixed range").maybe_fix(
                "write `$range`",
                span,
                "$range",
            )
        }
        None => {
            Diagnostic::new(&codes::BASE_RANGE, escape.span(&head(expr)), said, "no `[$range]` in this query")
                .help("count events per second: `sum(rate(..[$range]))`")
        }
    };
    made.note("`$range` is chosen by the compiler such that every event is counted exactly once")
}

/// The function or aggregation that makes another number than events per second, through sums and constants.
fn counted_per_range(expr: &Expr) -> Option<(&str, Range<usize>)> {
    const SUCH: [&str; 5] = ["increase", "delta", "idelta", "changes", "resets"];
    if let Some(a) = expr.aggregate() {
        // A mean of several, or how many there are: no events.
        let counts = matches!(a.op, Aggregator::Sum | Aggregator::Max | Aggregator::Min);
        let named = || (!a.op.picks()).then(|| (a.op.as_str(), a.op_range.clone()));
        return if counts { counted_per_range(a.body()?) } else { named() };
    }
    if let Some(b) = expr.binary() {
        let scales = matches!(b.op, BinaryOp::Mul | BinaryOp::Div) && b.right.number().is_some();
        if b.op.is_set() || matches!(b.op, BinaryOp::Add | BinaryOp::Sub) {
            return counted_per_range(&b.left).or_else(|| counted_per_range(&b.right));
        }
        if b.op == BinaryOp::Mul && b.left.number().is_some() {
            return counted_per_range(&b.right);
        }
        // The length of `$range` is not known here, so nothing can be divided by it. A comparison leaves its left side's value.
        return if scales || b.op.is_comparison() && b.returns_bool.is_none() {
            counted_per_range(&b.left)
        } else {
            None
        };
    }
    let call = expr.call()?;
    let name = call.name.text.as_str();
    let value =
        matches!(name, "histogram_quantile" | "histogram_avg" | "histogram_stddev" | "histogram_stdvar");
    let found = SUCH.contains(&name) || name.ends_with("_over_time") || value;
    found.then(|| (name, call.name.range.clone()))
}

/// What keeps it from being a value now.
fn condition(escape: &Escape<'_>, expr: &Expr) -> Option<Diagnostic> {
    let range = analyse::base_range(expr)?;
    let said = "`$range` belongs to streams; a condition looks at a value now";
    let span = escape.span(&range);
    let made = Diagnostic::new(&codes::BASE_RANGE, span, said, "not known in a condition");
    Some(made.maybe_fix("write a range of your own, such as `5m`", span, "5m"))
}

/// A comparison at the top drops every series for which it is false.
fn filter(escape: &Escape<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Binary(b) = &expr.bare().kind else { return None };
    if !b.op.is_comparison() || b.returns_bool.is_some() {
        return None;
    }
    let op = b.op.as_str();
    let said = format!("where `{op}` is false, this query has no value at all");
    let made = Diagnostic::new(&codes::FILTER, escape.span(&b.op_range), said, "drops what fails it");
    Some(match escape.role {
        Role::Stream => made
            .note("a stream without a value is not data, not zero events")
            .help("leave the comparison out"),
        Role::Condition => made
            .note("a slice without a value is not counted, neither as good nor as bad")
            .help(format!("compare behind the query (`.. at most 5`), or write `{op} bool` for 1 and 0")),
    })
}

fn listed<'a>(labels: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = labels.into_iter().map(|l| format!("`{l}`")).collect();
    match quoted.as_slice() {
        [] => "no labels".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// Are the labels of the result those of `for each`?
fn labels(escape: &Escape<'_>, expr: &Expr, for_each: &[(&str, Span)]) -> Option<Diagnostic> {
    let result = analyse::output_labels(expr);
    let names = || for_each.iter().map(|(label, _)| *label);
    let carries = match &result {
        Labels::Exactly(set) if set.len() == for_each.len() && names().all(|l| set.contains(l)) => {
            return None;
        }
        Labels::Exactly(set) => format!("the result carries {}", listed(set.iter().map(String::as_str))),
        Labels::AllBut(_) => "the result carries every label of its series".to_owned(),
        Labels::Mixed(a, b) => {
            let [a, b] = [a, b].map(|set| listed(set.iter().map(String::as_str)));
            format!("some series of the result carry {a}, others {b}")
        }
        Labels::Unknown => "the labels of the result cannot be known".to_owned(),
    };
    let wanted = if for_each.is_empty() {
        "the promise has one budget".to_owned()
    } else {
        format!("the promise is kept for each {}", listed(names()))
    };
    let joint = if matches!(result, Labels::Unknown) { ", and" } else { ", but" };
    let place = escape.span(&head(expr));
    let mut made =
        Diagnostic::new(&codes::LABELS, place, format!("{carries}{joint} {wanted}"), "decides on the labels");
    for (label, span) in for_each {
        made = made.also(*span, format!("one budget for each `{label}`"));
    }
    if matches!(result, Labels::Mixed(..)) {
        return Some(made.help("give both sides of `or` the same labels"));
    }
    let mut by = String::new();
    if !for_each.is_empty() {
        by.push_str(" by (");
        print::label_list(&mut by, names());
        by.push(')');
    }
    let how = match escape.role {
        Role::Stream => "sum",
        Role::Condition => "max",
    };
    made.fix = mend(escape, expr, &by, how);
    Some(if made.fix.is_none() { made.help(format!("aggregate last: `{how}{by} (..)`")) } else { made })
}

/// Changes the grouping of an aggregation, or wraps the whole in one. Not in a quoted string with quoted labels.
fn mend(escape: &Escape<'_>, expr: &Expr, by: &str, how: &str) -> Option<Fix> {
    if by.contains('"') && !escape.literal.triple {
        return None;
    }
    let edit = |span, replacement: String| Edit { span, replacement };
    if let ExprKind::Aggregate(a) = &expr.bare().kind
        && !a.op.picks()
        && a.op != Aggregator::CountValues
    {
        let edits = vec![match &a.grouping {
            None => edit(escape.after(a.op_range.end), by.to_owned()),
            // `sum by (a) (x)` without its grouping is `sum (x)`.
            Some(g) => edit(escape.span(&g.range), by.trim_start().to_owned()),
        }];
        return Some(Fix { title: format!("write `{}{by} (..)`", a.op.as_str()), edits, certain: false });
    }
    let start = escape.span(&(expr.range.start..expr.range.start));
    let edits = vec![edit(start, format!("{how}{by} (")), edit(escape.after(expr.range.end), ")".to_owned())];
    Some(Fix { title: format!("write `{how}{by} (..)` around it"), edits, certain: false })
}
