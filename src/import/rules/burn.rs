//! Alerts taken apart: which shares of bad events they compare with so many times which budget.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{Book, Followed, Why};
use super::constant::{Constants, Factor, Odd, Product, Unit};
use super::windows;
use crate::promql::ast::{Aggregate, Aggregator, BinaryOp, Expr};
use crate::promql::{self, Labels};
use crate::value::Decimal;

/// A share that an alert compares with a limit.
#[derive(Clone, Debug)]
pub(super) struct Share {
    /// The share with `$range` for its window.
    pub(super) family: String,
    /// The window, in milliseconds.
    pub(super) window: u64,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) used: BTreeSet<usize>,
    pub(super) by: Option<usize>,
    /// The limit, as a product with a budget in it.
    pub(super) product: Product,
    /// What differs between the alert and a budget of this share.
    pub(super) assumed: Vec<String>,
}

/// A comparison, or what else an alert asks for.
pub(super) enum Leaf {
    /// A share above so many times a budget; of each series that rules record, or why it cannot be followed.
    Burn(Vec<Result<Share, Why>>),
    /// A share above a limit that may be made of a budget, which isn't plain.
    Unclear { limit: String, condition: String },
    /// Nothing can be promised by it, and why.
    Never(String),
    /// Something else, in its words.
    Guard(String),
}

/// Ways to write one condition out, at most.
const MOST: usize = 64;

/// The conditions under which an alert fires: any of them, and all in it.
fn alternatives(expr: &Expr) -> Vec<Vec<&Expr>> {
    let expr = expr.bare();
    if let Some(b) = expr.binary() {
        if b.op == BinaryOp::Or {
            let mut made = alternatives(&b.left);
            made.extend(alternatives(&b.right));
            return made;
        }
        if b.op == BinaryOp::And {
            let (left, right) = (alternatives(&b.left), alternatives(&b.right));
            if left.len() * right.len() <= MOST {
                let mut made = Vec::new();
                for one in &left {
                    made.extend(right.iter().map(|other| [one.as_slice(), other.as_slice()].concat()));
                }
                return made;
            }
        }
        if b.op == BinaryOp::Unless {
            let mut made = alternatives(&b.left);
            for all in &mut made {
                all.push(expr);
            }
            return made;
        }
        // Labels of an alert that another series holds.
        let joined = b.matching.as_ref().is_some_and(|m| m.group.is_some());
        if b.op == BinaryOp::Mul && b.right.selector().is_some() && joined {
            return alternatives(&b.left);
        }
    }
    // `max(share > limit) without (window)`
    if let Some(body) = expr.aggregate().filter(|a| is_outer(a)).and_then(Aggregate::body)
        && body.binary().is_some_and(|b| b.op.is_comparison() || b.op.is_set())
    {
        return alternatives(body);
    }
    vec![vec![expr]]
}

fn is_outer(a: &Aggregate) -> bool {
    matches!(a.op, Aggregator::Max | Aggregator::Min | Aggregator::Sum | Aggregator::Avg | Aggregator::Group)
}

/// Takes an alert's expression apart. Without anything like a burn rate in it nothing.
pub(super) fn conditions(book: &Book<'_>, text: &str) -> Vec<Vec<Leaf>> {
    let Ok(expr) = promql::parse(text) else { return Vec::new() };
    let burns = |all: &Vec<Leaf>| all.iter().any(|leaf| !matches!(leaf, Leaf::Guard(_)));
    let made: Vec<Vec<Leaf>> = alternatives(&expr)
        .into_iter()
        .map(|all| all.into_iter().map(|e| leaf(book, text, e)).collect())
        .collect();
    if made.iter().any(burns) { made } else { Vec::new() }
}

fn words(text: &str, expr: &Expr) -> String {
    text.get(expr.range.clone()).unwrap_or("").to_owned()
}

/// A comparison of a share with a limit: the share, the limit, and whether it is one of good events.
pub(super) fn compared<'e>(
    book: &Book<'_>,
    text: &str,
    expr: &'e Expr,
) -> Option<(&'e Expr, &'e Expr, bool)> {
    let b = expr.binary().filter(|b| b.op.is_comparison())?;
    let none = BTreeMap::new();
    let constants = Constants { book, text, labels: &none };
    let (share, limit, flipped) = match (constants.is_constant(&b.left), constants.is_constant(&b.right)) {
        (false, true) => (&b.left, &b.right, false),
        (true, false) => (&b.right, &b.left, true),
        _ => return None,
    };
    let above = matches!(b.op, BinaryOp::Greater | BinaryOp::GreaterEqual);
    if !above && !matches!(b.op, BinaryOp::Less | BinaryOp::LessEqual) {
        return None;
    }
    Some((share, limit, above == flipped))
}

fn leaf(book: &Book<'_>, text: &str, expr: &Expr) -> Leaf {
    let guard = || Leaf::Guard(words(text, expr));
    let Some((share, limit, good)) = compared(book, text, expr) else { return guard() };
    // `availability < 1 - 14.4 * 0.001`
    let limit = match limit.binary().filter(|_| good) {
        Some(b) if b.op == BinaryOp::Sub && b.left.number() == Some(1.0) => &b.right,
        _ if good => return guard(),
        _ => limit,
    };
    let found = match shares(book, &words(text, share)) {
        Ok(found) => found,
        Err(why) => vec![Err(why)],
    };
    let always = expr.binary().is_some_and(|b| b.returns_bool.is_some());
    if always && (is_multiple(book, text, limit) || found.iter().flatten().any(is_ratio)) {
        return Leaf::Never(ALWAYS.to_owned());
    }
    let labels = |one: &Result<Found, Why>| {
        one.as_ref().map_or_else(|why| &why.labels, |f| &f.followed.labels).clone()
    };
    let mut made = Vec::new();
    let mut others: Vec<Why> = Vec::new();
    let mut unclear = false;
    for one in found {
        let labels = labels(&one);
        match burn(book, text, limit, good, one) {
            Ok(one) => made.push(Ok(one)),
            Err(Not::Followed(why)) => made.push(Err(why)),
            Err(Not::Odd(Odd::Never(why))) => return Leaf::Never(why),
            Err(Not::Odd(Odd::Several)) => {
                let text =
                    "several budgets are recorded, and which of them is that of this share can't be told";
                made.push(Err(Why { text: text.to_owned(), labels }));
            }
            Err(Not::Odd(Odd::Unclear)) => {
                unclear = true;
                let text = "which part of its limit is the budget of one of its series can't be told";
                others.push(Why { text: text.to_owned(), labels });
            }
            Err(Not::Odd(Odd::Alone) | Not::Share) => {
                let text = "one of the series of its name is not a share of events";
                others.push(Why { text: text.to_owned(), labels });
            }
        }
    }
    if made.is_empty() {
        return if unclear {
            Leaf::Unclear { limit: words(text, limit), condition: words(text, expr) }
        } else {
            guard()
        };
    }
    // Of several series none is passed over.
    made.extend(others.into_iter().map(Err));
    Leaf::Burn(made)
}

/// What is said of `> bool`.
const ALWAYS: &str = "`bool` gives 0 or 1 where a comparison alone gives nothing, and an alert fires on either: this condition always holds. Without `bool` it is one";

/// Is a limit written as a multiple of a budget, whichever that is?
fn is_multiple(book: &Book<'_>, text: &str, limit: &Expr) -> bool {
    let labels = BTreeMap::new();
    let constants = Constants { book, text, labels: &labels };
    let parts = limit.binary().filter(|b| b.op == BinaryOp::Mul).map(|b| [&b.left, &b.right]);
    let budget = |e: &Expr| match constants.value(e) {
        Some(value) => is_share(value),
        // Several are recorded.
        None => constants.is_constant(e),
    };
    parts.is_some_and(|parts| parts.into_iter().any(budget))
        || constants.product(limit, 1).is_ok_and(|product| has_budget(&product))
}

/// Is one of the factors a budget?
fn has_budget((a, b): &Product) -> bool {
    [a, b].into_iter().any(|f| is_share(f.value))
}

pub(super) fn is_share(value: Decimal) -> bool {
    value > Decimal::ZERO && value < Decimal::ONE
}

/// Why something is not a share above a multiple of a budget.
enum Not {
    /// It is not a share, or its limit not a multiple of a budget.
    Share,
    /// It cannot be followed.
    Followed(Why),
    /// Its limit states none.
    Odd(Odd),
}

/// A share and its limit.
fn burn(
    book: &Book<'_>,
    text: &str,
    limit: &Expr,
    good: bool,
    found: Result<Found, Why>,
) -> Result<Share, Not> {
    let found = match found {
        Ok(found) => found,
        Err(why) => {
            return Err(if is_multiple(book, text, limit) { Not::Followed(why) } else { Not::Share });
        }
    };
    if !is_ratio(&found) && !windows::is_missing(&found.followed.text) {
        return Err(Not::Share);
    }
    let product = match product(book, text, limit, good, &found) {
        Ok(product) if has_budget(&product) => product,
        Ok(_) => return Err(Not::Share),
        // Of what counts no events there is no budget either.
        Err(Odd::Unclear)
            if windows::family(&found.followed.text).is_err()
                && !windows::is_missing(&found.followed.text) =>
        {
            return Err(Not::Share);
        }
        Err(odd) => return Err(Not::Odd(odd)),
    };
    let (by, labels) = (found.followed.by, found.followed.labels.clone());
    let whole = if good { opposite(&found.followed.text) } else { found.followed.text.clone() };
    let (family, window) =
        windows::family(&whole).map_err(|text| Not::Followed(Why { text, labels: labels.clone() }))?;
    Ok(Share { family, window, labels, used: found.followed.used, by, product, assumed: found.assumed })
}

/// The burn rate and the budget of a limit.
fn product(book: &Book<'_>, text: &str, limit: &Expr, good: bool, found: &Found) -> Result<Product, Odd> {
    let constants = Constants { book, text, labels: &found.followed.labels };
    let Some(budget) = &found.divisor else {
        // `availability in percent < 1 - ..`
        return if good && found.scale != 1 {
            Err(Odd::Unclear)
        } else {
            constants.product(limit, found.scale)
        };
    };
    let budget = Constants::of_one(budget.clone()?, found.scale)?;
    let rate = constants.factor(limit)?;
    if good || rate.unit != Unit::Bare {
        return Err(Odd::Unclear);
    }
    // That the share is divided by it says which of the two it is.
    Ok((Factor { worked_out: false, ..rate }, Factor { worked_out: true, ..budget }))
}

/// The share of all others.
fn opposite(text: &str) -> String {
    let parsed = promql::parse(text).ok();
    let sub = parsed
        .as_ref()
        .and_then(Expr::binary)
        .filter(|b| b.op == BinaryOp::Sub && b.left.number() == Some(1.0));
    match sub {
        Some(b) => words(text, &b.right),
        None => format!("1 - ({text})"),
    }
}

/// A share without what is written around it.
pub(super) struct Found {
    pub(super) followed: Followed,
    /// 100 for percents.
    scale: u32,
    /// It is divided by this budget, or by something that may be one.
    divisor: Option<Result<Factor, Odd>>,
    assumed: Vec<String>,
}

/// What rules record of a share, or the share itself.
pub(super) fn shares(book: &Book<'_>, text: &str) -> Result<Vec<Result<Found, Why>>, Why> {
    let parsed = promql::parse(text).map_err(|_| Why::new("its expression is not PromQL"))?;
    let expr = parsed.bare();
    if let Some((inner, scale, divisor)) = peeled(book, text, expr) {
        let mut made = shares(book, &inner)?;
        for one in made.iter_mut().flatten() {
            let within = (one.scale, one.divisor.take());
            (one.scale, one.divisor) = around((scale, divisor.clone()), within);
        }
        return Ok(made);
    }
    if let Some(a) = expr.aggregate().filter(|a| is_outer(a))
        && let Some(body) = a.body()
        && let Ok(made) = shares(book, &words(text, body))
        && made.iter().any(|one| one.as_ref().is_err() || one.as_ref().is_ok_and(is_ratio))
    {
        let several = made.len() > 1;
        return Ok(made.into_iter().map(|one| one.and_then(|one| outer(a, one, several))).collect());
    }
    let followed = book.follow(&words(text, expr))?;
    let one = |one: Followed| -> Result<Found, Why> {
        let mut found = Found { followed: one, scale: 1, divisor: None, assumed: Vec::new() };
        // What is recorded may be a multiple itself.
        for _ in 0..4 {
            let text = found.followed.text.clone();
            let Ok(expr) = promql::parse(&text) else { break };
            let Some((inner, scale, divisor)) = peeled(book, &text, expr.bare()) else { break };
            found.followed.text = inner;
            let outside = (found.scale, found.divisor.take());
            (found.scale, found.divisor) = around(outside, (scale, divisor));
        }
        Ok(found)
    };
    Ok(followed.into_iter().map(|f| f.and_then(one)).collect())
}

/// What a share is multiplied by and divided by.
type Multiple = (u32, Option<Result<Factor, Odd>>);

/// A multiple of a multiple.
fn around(outside: Multiple, within: Multiple) -> Multiple {
    let divisor = match (outside.1, within.1) {
        // Twice by a budget; or a burn rate in percent.
        (Some(_), Some(_)) => Some(Err(Odd::Unclear)),
        (None, Some(_)) if outside.0 != 1 => Some(Err(Odd::Unclear)),
        (one, other) => one.or(other),
    };
    (outside.0.saturating_mul(within.0), divisor)
}

fn is_ratio(found: &Found) -> bool {
    promql::parse(&found.followed.text).is_ok_and(|e| promql::looks_like_ratio(&e).is_some())
}

/// A share, of how many it is, and what it is divided by.
type Peeled = (String, u32, Option<Result<Factor, Odd>>);

/// A share of which an expression is a multiple: `100 * x`, `100 * bad / total`, `x / 0.001`.
fn peeled(book: &Book<'_>, text: &str, expr: &Expr) -> Option<Peeled> {
    let b = expr.binary()?;
    let hundred = |e: &Expr| e.number() == Some(100.0);
    let labels = BTreeMap::new();
    let constants = Constants { book, text, labels: &labels };
    if b.op == BinaryOp::Mul {
        let inner = if hundred(&b.left) { Some(&b.right) } else { hundred(&b.right).then_some(&b.left) };
        return inner.map(|inner| (words(text, inner.bare()), 100, None));
    }
    if b.op != BinaryOp::Div {
        return None;
    }
    if constants.is_constant(&b.right) && !constants.is_constant(&b.left) {
        let by = constants.factor(&b.right);
        let value = constants.value(&b.right);
        let percent = by.as_ref().is_ok_and(|by| by.unit == Unit::Hundred);
        let budget = percent || value.is_some_and(is_share) || matches!(by, Err(Odd::Never(_)));
        return budget.then(|| (words(text, b.left.bare()), 1, Some(by)));
    }
    let upper = b.left.binary().filter(|l| l.op == BinaryOp::Mul)?;
    let part =
        if hundred(&upper.left) { Some(&upper.right) } else { hundred(&upper.right).then_some(&upper.left) };
    let behind = text.get(b.op_range.start..expr.range.end)?;
    Some((format!("({}) {behind}", words(text, part?.bare())), 100, None))
}

/// What an aggregation around a share means for it.
fn outer(a: &Aggregate, mut found: Found, several: bool) -> Result<Found, Why> {
    let why = |text: String| Why { text, labels: found.followed.labels.clone() };
    let expr =
        promql::parse(&found.followed.text).map_err(|_| why("its expression is not PromQL".to_owned()))?;
    let keeps = |label: &str| match &a.grouping {
        None => false,
        Some(g) => g.labels.iter().any(|l| l.text == label) != g.without,
    };
    let lost: Option<Vec<String>> = match promql::output_labels(&expr) {
        Labels::Exactly(set) => Some(set.into_iter().filter(|l| !keeps(l)).collect()),
        Labels::Mixed(a, b) => Some(a.union(&b).filter(|l| !keeps(l)).cloned().collect()),
        Labels::AllBut(_) | Labels::Unknown => None,
    };
    let verb = if a.op == Aggregator::Sum { "adds up" } else { "takes the mean of" };
    match (a.op, lost.as_deref()) {
        (_, Some([])) => {}
        (Aggregator::Max, Some(labels)) => found.assumed.push(format!(
            "the alert judges the worst of each {}; here each has a budget of its own",
            labels.join(", ")
        )),
        (Aggregator::Sum | Aggregator::Avg, _) => {
            let of = lost.map(|l| format!(" (one for each {})", l.join(", "))).unwrap_or_default();
            return Err(why(format!("it {verb} shares{of}: the result is not a share of events")));
        }
        _ => {
            return Err(why(format!(
                "it takes the `{}` of shares of which it is not known how many there are",
                a.op.as_str()
            )));
        }
    }
    if several && matches!(a.op, Aggregator::Sum | Aggregator::Avg) {
        found.assumed.push(format!(
            "the alert {verb} the shares of several rules and compares that with the budget; here the share of each has this budget"
        ));
    }
    found.followed.labels.retain(|label, _| several || keeps(label));
    Ok(found)
}
