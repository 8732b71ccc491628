//! What the checks ask of an expression: its selectors, the labels of its result, whether it is a ratio.

use std::collections::BTreeSet;
use std::ops::Range;

use super::ValueType;
use super::ast::{
    Aggregate, Aggregator, Binary, BinaryOp, Call, Expr, ExprKind, Extent, Matcher, Name, Selector,
};
use super::types::value_type;
use crate::ir::MatchOp;

/// A selector of an expression and what is done with it.
#[derive(Clone, Copy, Debug)]
pub struct SelectorRef<'a> {
    /// The selector: its name, matchers and range with their places.
    pub selector: &'a Selector,
    /// The selector's place, range and offset included.
    pub expr: &'a Expr,
    /// The function or aggregation whose argument it is, through parentheses: `rate` in `rate(x[5m])`, `sum` in
    /// `sum(x)`.
    pub used_by: Option<User<'a>>,
}

/// What an expression is an argument of.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// `rate`, `sum`
    pub name: &'a str,
    /// The name's place.
    pub range: &'a Range<usize>,
}

impl<'a> SelectorRef<'a> {
    /// The metric's name, where one matcher fixes it, and its place.
    pub fn metric(&self) -> Option<(&'a str, Range<usize>)> {
        self.selector.metric()
    }
    /// The matchers, a `__name__` among them included.
    pub fn matchers(&self) -> &'a [Matcher] {
        &self.selector.matchers
    }
    /// The length of its range: fixed, `$range`, or none for an instant vector.
    pub fn window(&self) -> Option<&'a Extent> {
        self.selector.window.as_ref()
    }
}

/// Every selector, in the order written.
pub fn selectors(expr: &Expr) -> Vec<SelectorRef<'_>> {
    let mut found = Vec::new();
    collect(expr, None, &mut found);
    found
}

fn collect<'a>(expr: &'a Expr, used_by: Option<User<'a>>, found: &mut Vec<SelectorRef<'a>>) {
    let below = match &expr.kind {
        ExprKind::Selector(selector) => {
            found.push(SelectorRef { selector, expr, used_by });
            return;
        }
        ExprKind::Paren(_) => used_by,
        ExprKind::Call(call) => Some(User { name: &call.name.text, range: &call.name.range }),
        ExprKind::Aggregate(a) => Some(User { name: a.op.as_str(), range: &a.op_range }),
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Subquery(_)
        | ExprKind::Unary(_)
        | ExprKind::Binary(_) => None,
    };
    for child in expr.children() {
        collect(child, below, found);
    }
}

/// Does `$range` occur in it?
pub fn uses_range(expr: &Expr) -> bool {
    base_range(expr).is_some()
}

/// The first `$range`.
pub fn base_range(expr: &Expr) -> Option<Range<usize>> {
    let base = |window: Option<&Extent>| match window {
        Some(Extent::Base { range }) => Some(range.clone()),
        Some(Extent::Fixed { .. }) | None => None,
    };
    if let ExprKind::Selector(selector) = &expr.kind {
        return base(selector.window.as_ref());
    }
    let below = expr.children().find_map(base_range);
    if let (None, ExprKind::Subquery(subquery)) = (&below, &expr.kind) {
        return base(Some(&subquery.window));
    }
    below
}

/// The place of the division that makes the whole expression a ratio of two vectors: through parentheses, signs,
/// scaling (`100 *`, `1 -`), functions that keep the value's nature, and aggregations. `histogram_fraction` is a ratio
/// too.
pub fn looks_like_ratio(expr: &Expr) -> Option<Range<usize>> {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Unary(inner) => looks_like_ratio(inner),
        ExprKind::Binary(b) => {
            let measured = |side: &Expr| value_type(side) == ValueType::Vector && !selectors(side).is_empty();
            let vectors = measured(&b.left) && measured(&b.right);
            if b.op == BinaryOp::Or {
                looks_like_ratio(&b.left).or_else(|| looks_like_ratio(&b.right))
            } else if b.op.is_set() {
                looks_like_ratio(&b.left)
            } else if vectors {
                // A ratio times traffic is a number of events again.
                (b.op == BinaryOp::Div).then(|| b.op_range.clone())
            } else if b.returns_bool.is_some() {
                None
            } else {
                looks_like_ratio(&b.left).or_else(|| looks_like_ratio(&b.right))
            }
        }
        ExprKind::Aggregate(a)
            if !matches!(a.op, Aggregator::Count | Aggregator::Group | Aggregator::CountValues) =>
        {
            looks_like_ratio(a.body()?)
        }
        ExprKind::Call(call) => match call.name.text.as_str() {
            "histogram_fraction" => Some(call.name.range.clone()),
            "abs" | "clamp" | "clamp_max" | "clamp_min" | "round" | "ceil" | "floor" | "sort"
            | "sort_desc" | "label_replace" | "label_join" => looks_like_ratio(call.args.first()?),
            _ => None,
        },
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Selector(_)
        | ExprKind::Subquery(_)
        | ExprKind::Aggregate(_) => None,
    }
}

/// Which labels the series of a result can carry, the metric's name aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels {
    /// These and no others (a series may lack some of them).
    Exactly(BTreeSet<String>),
    /// Whatever the series have, without these.
    AllBut(BTreeSet<String>),
    /// Some series carry exactly the first labels, some exactly the second: `a or vector(0)`.
    Mixed(BTreeSet<String>, BTreeSet<String>),
    /// It cannot be known.
    Unknown,
}

impl Labels {
    /// No labels at all.
    pub fn none() -> Self {
        Labels::Exactly(BTreeSet::new())
    }
    fn without<'a>(self, dropped: impl Iterator<Item = &'a str>) -> Self {
        match self {
            Labels::Exactly(mut set) => {
                dropped.for_each(|l| {
                    set.remove(l);
                });
                Labels::Exactly(set)
            }
            Labels::AllBut(mut set) => {
                set.extend(dropped.map(str::to_owned));
                Labels::AllBut(set)
            }
            Labels::Mixed(mut a, mut b) => {
                dropped.for_each(|l| {
                    a.remove(l);
                    b.remove(l);
                });
                if a == b { Labels::Exactly(a) } else { Labels::Mixed(a, b) }
            }
            Labels::Unknown => Labels::Unknown,
        }
    }
    fn with(self, added: &str) -> Self {
        match self {
            Labels::Exactly(mut set) => {
                set.insert(added.to_owned());
                Labels::Exactly(set)
            }
            Labels::AllBut(mut set) => {
                set.remove(added);
                Labels::AllBut(set)
            }
            Labels::Mixed(mut a, mut b) => {
                a.insert(added.to_owned());
                b.insert(added.to_owned());
                Labels::Mixed(a, b)
            }
            Labels::Unknown => Labels::Unknown,
        }
    }
    /// Of these labels, the ones it can carry.
    fn only<'a>(self, kept: impl Iterator<Item = &'a str>) -> Self {
        let kept: BTreeSet<String> = kept.map(str::to_owned).collect();
        let both = |set: &BTreeSet<String>| set.intersection(&kept).cloned().collect::<BTreeSet<_>>();
        match self {
            Labels::Exactly(set) => Labels::Exactly(both(&set)),
            Labels::AllBut(set) => Labels::Exactly(kept.difference(&set).cloned().collect()),
            Labels::Mixed(a, b) => {
                let (a, b) = (both(&a), both(&b));
                if a == b { Labels::Exactly(a) } else { Labels::Mixed(a, b) }
            }
            Labels::Unknown => Labels::Exactly(kept),
        }
    }
    /// The labels of two sides whose labels are equal.
    fn common(self, other: Self) -> Self {
        match (self, other) {
            (Labels::Exactly(set), other) | (other, Labels::Exactly(set)) => {
                other.only(set.iter().map(String::as_str))
            }
            (Labels::AllBut(mut a), Labels::AllBut(b)) => {
                a.extend(b);
                Labels::AllBut(a)
            }
            _ => Labels::Unknown,
        }
    }
}

/// Which labels the result carries. Unknown where that cannot be told from the expression alone.
pub fn output_labels(expr: &Expr) -> Labels {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Str(_) => Labels::none(),
        ExprKind::Selector(s) => {
            let empty = |m: &&Matcher| m.op == MatchOp::Equal && m.value.text.is_empty();
            Labels::AllBut(s.matchers.iter().filter(empty).map(|m| m.label.text.clone()).collect())
        }
        ExprKind::Subquery(s) => output_labels(&s.expr),
        ExprKind::Paren(inner) | ExprKind::Unary(inner) => output_labels(inner),
        ExprKind::Aggregate(a) => of_aggregate(a),
        ExprKind::Call(call) => of_call(call),
        ExprKind::Binary(b) => of_binary(b),
    }
}

fn texts(names: &[Name]) -> impl Iterator<Item = &str> {
    names.iter().map(|n| n.text.as_str())
}

fn of_aggregate(a: &Aggregate) -> Labels {
    let inner = a.body().map_or(Labels::Unknown, output_labels);
    if a.op.picks() {
        return inner;
    }
    let grouped = match &a.grouping {
        None => Labels::none(),
        Some(g) if g.without => inner.without(texts(&g.labels)),
        Some(g) => inner.only(texts(&g.labels)),
    };
    match (a.op, a.args.first().map(|e| &e.bare().kind)) {
        (Aggregator::CountValues, Some(ExprKind::Str(label))) => grouped.with(label),
        (Aggregator::CountValues, _) => Labels::Unknown,
        _ => grouped,
    }
}

fn of_call(call: &Call) -> Labels {
    let first = || call.args.first().map_or(Labels::none(), output_labels);
    let text = |i: usize| match call.args.get(i).map(|a| &a.bare().kind) {
        Some(ExprKind::Str(text)) => Some(text.as_str()),
        _ => None,
    };
    match call.name.text.as_str() {
        "absent" | "absent_over_time" => match call.args.first().map(|a| &a.bare().kind) {
            Some(ExprKind::Selector(s)) => {
                let fixed = s.matchers.iter().filter(|m| {
                    let alone = s.matchers.iter().filter(|o| o.label.text == m.label.text).count() == 1;
                    m.op == MatchOp::Equal && alone && m.label.text != "__name__" && !m.value.text.is_empty()
                });
                Labels::Exactly(fixed.map(|m| m.label.text.clone()).collect())
            }
            _ => Labels::none(),
        },
        "histogram_quantile" => {
            call.args.get(1).map_or(Labels::Unknown, output_labels).without(["le"].into_iter())
        }
        "histogram_fraction" => {
            call.args.get(2).map_or(Labels::Unknown, output_labels).without(["le"].into_iter())
        }
        "histogram_quantiles" => match text(1) {
            Some(label) => first().without(["le"].into_iter()).with(label),
            None => Labels::Unknown,
        },
        "quantile_over_time" => call.args.get(1).map_or(Labels::Unknown, output_labels),
        // With an empty replacement the label goes, with any other it may come.
        "label_replace" => match (text(1), text(2)) {
            (Some(_), Some("")) => first(),
            (Some(label), Some(_)) => first().with(label),
            _ => Labels::Unknown,
        },
        "label_join" => text(1).map_or(Labels::Unknown, |label| first().with(label)),
        "info" => Labels::Unknown,
        _ if value_type_of(call) == ValueType::Scalar => Labels::none(),
        "vector" => Labels::none(),
        _ => first(),
    }
}

fn value_type_of(call: &Call) -> ValueType {
    super::function(&call.name.text).map_or(ValueType::Vector, |f| f.returns)
}

fn of_binary(b: &Binary) -> Labels {
    let (left, right) = (output_labels(&b.left), output_labels(&b.right));
    match (value_type(&b.left), value_type(&b.right)) {
        (ValueType::Scalar, ValueType::Scalar) => return Labels::none(),
        (ValueType::Scalar, _) => return right,
        (_, ValueType::Scalar) => return left,
        _ => {}
    }
    if b.op == BinaryOp::Or {
        return match (left, right) {
            (a, b) if a == b => a,
            (Labels::Exactly(a), Labels::Exactly(b)) => Labels::Mixed(a, b),
            (Labels::AllBut(a), Labels::AllBut(b)) => Labels::AllBut(a.intersection(&b).cloned().collect()),
            _ => Labels::Unknown,
        };
    }
    if b.op.is_set() {
        return left;
    }
    let Some(matching) = &b.matching else { return left.common(right) };
    if let Some(group) = &matching.group {
        let (many, one) = if group.left { (left, right) } else { (right, left) };
        return texts(&group.labels).fold(many, |labels, taken| {
            // The label comes from the one side, or goes when that has none.
            if one.may_have(taken) { labels.with(taken) } else { labels.without([taken].into_iter()) }
        });
    }
    if matching.on {
        let kept = left.common_names(&right, texts(&matching.labels));
        return Labels::Exactly(kept);
    }
    left.without(texts(&matching.labels)).common(right.without(texts(&matching.labels)))
}

impl Labels {
    /// Of the labels of `on (..)`, those that both sides can carry: where one has none the other's is empty too.
    fn common_names<'a>(&self, other: &Self, on: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
        on.filter(|l| self.may_have(l) && other.may_have(l)).map(str::to_owned).collect()
    }
    /// Can a series carry this label?
    pub fn may_have(&self, label: &str) -> bool {
        match self {
            Labels::Exactly(set) => set.contains(label),
            Labels::AllBut(set) => !set.contains(label),
            Labels::Mixed(a, b) => a.contains(label) || b.contains(label),
            Labels::Unknown => true,
        }
    }
}
