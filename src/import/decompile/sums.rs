//! Sums of rates: what most queries are made of.

use std::collections::BTreeSet;

use crate::ir::MatchOp;
use crate::promql;
use crate::promql::ast::{Aggregator, BinaryOp, Expr, ExprKind, Extent, Grouping, Matching, Selector};
use crate::write::text;

/// A matcher by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    pub(super) label: String,
    pub(super) op: &'static str,
    pub(super) value: String,
}

impl Match {
    pub(super) fn operator(&self) -> MatchOp {
        match self.op {
            "=" => MatchOp::Equal,
            "!=" => MatchOp::NotEqual,
            "=~" => MatchOp::Regex,
            _ => MatchOp::NotRegex,
        }
    }
}

/// What is done to the samples of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Func {
    Rate,
    Increase,
    Irate,
    Count,
    Sum,
}

/// One addend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) negative: bool,
    pub(super) func: Func,
    pub(super) metric: String,
    pub(super) matchers: BTreeSet<Match>,
}

/// By which labels a sum is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Not added up: each series for itself.
    Series,
    /// These labels.
    Labels(BTreeSet<String>),
}

/// A sum of rates.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    pub(super) terms: Vec<Term>,
    pub(super) by: By,
    /// A mean of series in place of their sum: the same for both sides, as their number cancels out.
    pub(super) mean: bool,
}

pub(super) fn term(func: Func, selector: &Selector) -> Option<Term> {
    let moved = selector.shift.offset.is_some() || selector.shift.at.is_some();
    if moved || !matches!(selector.window, Some(Extent::Base { .. })) {
        return None;
    }
    let (metric, _) = selector.metric()?;
    let mut matchers = BTreeSet::new();
    for m in &selector.matchers {
        if m.label.text == "__name__" {
            if m.op != MatchOp::Equal {
                return None;
            }
            continue;
        }
        text::label(&m.label.text)?;
        matchers.insert(Match {
            label: m.label.text.clone(),
            op: m.op.as_str(),
            value: m.value.text.clone(),
        });
    }
    Some(Term { negative: false, func, metric: metric.to_owned(), matchers })
}

pub(super) fn names_of(labels: &[promql::ast::Name]) -> BTreeSet<String> {
    labels.iter().map(|l| l.text.clone()).collect()
}

/// The expression as a sum of rates, where it is nothing else.
pub(super) fn linear(expr: &Expr) -> Option<Linear> {
    match &expr.bare().kind {
        ExprKind::Call(call) => {
            let func = match call.name.text.as_str() {
                "rate" => Func::Rate,
                "increase" => Func::Increase,
                "irate" => Func::Irate,
                "count_over_time" => Func::Count,
                "sum_over_time" => Func::Sum,
                // Rounding aside, a part is never more than the whole.
                "clamp_min" => {
                    let [inner, least] = call.args.as_slice() else { return None };
                    return if least.number() == Some(0.0) { linear(inner) } else { None };
                }
                _ => return None,
            };
            let [inner] = call.args.as_slice() else { return None };
            Some(Linear { terms: vec![term(func, inner.selector()?)?], by: By::Series, mean: false })
        }
        ExprKind::Aggregate(a) => {
            let mean = a.op == Aggregator::Avg;
            if !mean && a.op != Aggregator::Sum {
                return None;
            }
            let inner = linear(a.body()?)?;
            let wanted = match &a.grouping {
                None => BTreeSet::new(),
                Some(Grouping { without: true, .. }) => return None,
                Some(grouping) => names_of(&grouping.labels),
            };
            match &inner.by {
                By::Series => {}
                // A sum of sums is a sum; a mean of them is another one.
                By::Labels(kept) if !mean && !inner.mean && wanted.is_subset(kept) => {}
                By::Labels(_) => return None,
            }
            Some(Linear { by: By::Labels(wanted), mean, ..inner })
        }
        ExprKind::Binary(b) => {
            if b.op == BinaryOp::Or {
                // `bad or 0 * total`: what has no bad events has none of them bad.
                if let Some(zero) = zero_times(&b.right) {
                    let (left, right) = (linear(&b.left)?, linear(zero)?);
                    return (left.by == right.by && left.by != By::Series && b.matching.is_none())
                        .then_some(left);
                }
                let fallback = b.right.call().filter(|call| call.name.text == "vector")?;
                return if fallback.args.first()?.number() == Some(0.0) { linear(&b.left) } else { None };
            }
            // What is not above zero is no event.
            if b.op == BinaryOp::Greater && b.returns_bool.is_none() && b.right.number() == Some(0.0) {
                return linear(&b.left);
            }
            let minus = b.op == BinaryOp::Sub;
            if !minus && b.op != BinaryOp::Add {
                return None;
            }
            let (left, right) = (linear(&b.left)?, linear(&b.right)?);
            let by = joined(&left, &right, b.matching.as_ref())?;
            let mut terms = left.terms;
            terms.extend(right.terms.into_iter().map(|t| Term { negative: t.negative != minus, ..t }));
            Some(Linear { terms, by, mean: left.mean })
        }
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Selector(_)
        | ExprKind::Subquery(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary(_) => None,
    }
}

/// What is taken times zero.
fn zero_times(expr: &Expr) -> Option<&Expr> {
    let b = expr.binary().filter(|b| b.op == BinaryOp::Mul)?;
    let zero = |e: &Expr| e.number() == Some(0.0);
    if zero(&b.left) {
        Some(&b.right)
    } else if zero(&b.right) {
        Some(&b.left)
    } else {
        None
    }
}

/// Two addends that are one: `x{code=~"5.."} + x{code!~"5.."}` is `x`.
pub(super) fn joined_complements(mut terms: Vec<Term>) -> Vec<Term> {
    let parts = |a: &Term, b: &Term| -> Option<BTreeSet<Match>> {
        if a.negative != b.negative || a.func != b.func || a.metric != b.metric {
            return None;
        }
        let only = |a: &Term, b: &Term| {
            let mut left = a.matchers.difference(&b.matchers);
            left.next().cloned().filter(|_| left.next().is_none())
        };
        let (one, other) = (only(a, b)?, only(b, a)?);
        let opposite = matches!((one.op, other.op), ("=", "!=") | ("!=", "=") | ("=~", "!~") | ("!~", "=~"));
        let same = one.label == other.label && one.value == other.value && one.label != "le";
        (opposite && same).then(|| a.matchers.intersection(&b.matchers).cloned().collect())
    };
    // Of very many none is looked for.
    while terms.len() <= 64 {
        let pairs = (0..terms.len()).flat_map(|a| (a + 1..terms.len()).map(move |b| (a, b)));
        let found = pairs.into_iter().find_map(|(a, b)| Some((a, b, parts(terms.get(a)?, terms.get(b)?)?)));
        let Some((a, b, matchers)) = found else { break };
        terms.remove(b);
        if let Some(one) = terms.get_mut(a) {
            one.matchers = matchers;
        }
    }
    terms
}

/// All events as a sum of rates. `(x > 0) or vector(1)` keeps a division by zero away: of such a moment no share is taken here.
pub(super) fn all_events(expr: &Expr) -> Option<Linear> {
    if let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Or)
        && b.left.binary().is_some_and(|l| l.op == BinaryOp::Greater && l.right.number() == Some(0.0))
        && b.right.call().is_some_and(|call| call.name.text == "vector")
    {
        return linear(&b.left);
    }
    linear(expr)
}

/// The labels of a sum or difference of two sides, where each series finds its like.
pub(super) fn joined(left: &Linear, right: &Linear, matching: Option<&Matching>) -> Option<By> {
    if left.mean != right.mean || matching.is_some_and(|m| m.group.is_some()) {
        return None;
    }
    match (&left.by, &right.by) {
        (By::Series, By::Series) => {
            // Series with other labels would not find each other.
            let same = |a: &Term, b: &Term| a.matchers == b.matchers && a.metric == b.metric;
            let first = left.terms.first()?;
            let alike = left.terms.iter().chain(&right.terms).all(|t| same(first, t));
            (alike && matching.is_none()).then_some(By::Series)
        }
        (By::Labels(a), By::Labels(b)) => match matching {
            None => (a == b).then(|| By::Labels(a.clone())),
            Some(m) if m.on => {
                let on = names_of(&m.labels);
                (a == b && *a == on).then_some(By::Labels(on))
            }
            Some(m) => {
                let ignored = names_of(&m.labels);
                // One bucket has one `le`; any other ignored label would join what is not alike.
                let rest =
                    |set: &BTreeSet<String>| set.difference(&ignored).cloned().collect::<BTreeSet<_>>();
                let only_le = ignored.iter().all(|l| l == "le" || !a.contains(l) && !b.contains(l));
                (only_le && rest(a) == rest(b)).then(|| By::Labels(rest(a)))
            }
        },
        _ => None,
    }
}
