//! PromQL back into what was meant: which events count, and which of them are bad.
//!
//! A query is read as a sum of rates ([`Linear`]); the two sides are then compared. What is called exact computes the same: the
//! share of bad events over a window is that of the rates over it, as their lengths cancel out. Anything else is taken over as
//! it is, or said with what is assumed.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use crate::ir::MatchOp;
use crate::promql::algebra::{self, Open, Test, Value};
use crate::promql::ast::{Aggregator, BinaryOp, Expr, ExprKind, Extent, Grouping, Matching, Selector};
use crate::promql::{self, Labels};
use crate::series;
use crate::value::Decimal;
use crate::write::text;

/// What an objective is measured by, in the language.
#[derive(Clone, Debug, Default)]
pub(super) struct Measure {
    /// What the objective is a share of: `requests`, `5m slices`.
    pub(super) of: String,
    /// `total ..`, `bad ..`
    pub(super) statements: Vec<String>,
    /// The labels of which each value has a budget of its own.
    pub(super) for_each: BTreeSet<String>,
    /// What is taken for true.
    pub(super) assumed: Vec<String>,
    /// What a query that was taken over means for its numbers; then it is an escape.
    pub(super) escaped: Option<String>,
    /// What is wrong in the source.
    pub(super) findings: Vec<String>,
    /// The metrics that are used.
    pub(super) uses: Vec<Use>,
}

/// How a metric is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// Its name; a histogram's own.
    pub(super) metric: String,
    /// What it is taken for.
    pub(super) kind: Kind,
    /// What it counts, where the use tells.
    pub(super) unit: Option<String>,
    /// Labels that queries name.
    pub(super) labels: BTreeSet<String>,
    /// Bounds that queries name.
    pub(super) bounds: BTreeSet<Decimal>,
    /// Its events are also counted by this one.
    pub(super) part_of: Option<String>,
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Names of histograms that any query of the import takes a bucket of.
pub(super) type Histograms = BTreeSet<String>;

/// Is it Sloth's variable, in one of its spellings?
pub(super) fn is_window(action: &str) -> bool {
    matches!(action, ".window" | ".Window")
}

/// A query with `$range` where its tool puts the window.
#[derive(Clone, Debug)]
struct Query {
    text: String,
    expr: Expr,
}

/// The histograms of a query, whatever else it is.
pub(super) fn histograms(query: &str, found: &mut Histograms) {
    let Ok(query) = with_range(query, &mut Vec::new()) else { return };
    for selector in promql::selectors(&query.expr) {
        if let Some((name, _)) = selector.metric()
            && let Some(base) = name.strip_suffix("_bucket")
        {
            found.insert(base.to_owned());
        }
    }
}

/// Reads a query; a window that is written out is taken for the tool's, which is said.
fn with_range(query: &str, assumed: &mut Vec<String>) -> Result<Query, String> {
    let mut out = String::with_capacity(query.len());
    let mut rest = query;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((action, behind)) = after.split_once("}}") else {
            return Err("`{{` is not closed".to_owned());
        };
        if !is_window(action.trim().trim_matches('-').trim()) {
            let action: String = action.trim().chars().take(40).collect();
            return Err(format!(
                "`{{{{{action}}}}}` is not known: a query has `{{{{.window}}}}` and nothing else"
            ));
        }
        out.push_str(before);
        out.push_str("$range");
        rest = behind;
    }
    out.push_str(rest);
    let read = |text: &str| {
        promql::parse(text).map_err(|errors| {
            let why = errors.first().map_or_else(String::new, |e| e.message.clone());
            format!("the query is not PromQL: {why}")
        })
    };
    let expr = read(&out)?;
    if promql::uses_range(&expr) {
        return Ok(Query { text: out, expr });
    }
    // Every range of one length stands for the window.
    let mut places = Vec::new();
    let mut lengths = BTreeSet::new();
    for selector in promql::selectors(&expr) {
        if let Some(Extent::Fixed { millis, range }) = selector.window() {
            places.push(range.clone());
            lengths.insert(*millis);
        }
    }
    if lengths.len() != 1 {
        return Ok(Query { text: out, expr });
    }
    let written = places.first().and_then(|p| out.get(p.clone())).unwrap_or("").to_owned();
    let mut replaced = out.clone();
    places.sort_by_key(|p| std::cmp::Reverse(p.start));
    for place in places {
        replaced.replace_range(place, "$range");
    }
    assumed.push(format!(
        "the query looks back `[{written}]` whatever the window; here it looks over each window"
    ));
    Ok(Query { expr: read(&replaced)?, text: replaced })
}

/// A matcher by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    label: String,
    op: &'static str,
    value: String,
}

impl Match {
    fn operator(&self) -> MatchOp {
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
enum Func {
    Rate,
    Increase,
    Irate,
    Count,
    Sum,
}

/// One addend.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    negative: bool,
    func: Func,
    metric: String,
    matchers: BTreeSet<Match>,
}

/// By which labels a sum is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
enum By {
    /// Not added up: each series for itself.
    Series,
    /// These labels.
    Labels(BTreeSet<String>),
}

/// A sum of rates.
#[derive(Clone, Debug)]
struct Linear {
    terms: Vec<Term>,
    by: By,
    /// A mean of series in place of their sum: the same for both sides, as their number cancels out.
    mean: bool,
}

fn term(func: Func, selector: &Selector) -> Option<Term> {
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

fn names_of(labels: &[promql::ast::Name]) -> BTreeSet<String> {
    labels.iter().map(|l| l.text.clone()).collect()
}

/// The expression as a sum of rates, where it is nothing else.
fn linear(expr: &Expr) -> Option<Linear> {
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

/// All events as a sum of rates. `(x > 0) or vector(1)` keeps a division by zero away: of such a moment no share is taken here.
fn all_events(expr: &Expr) -> Option<Linear> {
    if let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Or)
        && b.left.binary().is_some_and(|l| l.op == BinaryOp::Greater && l.right.number() == Some(0.0))
        && b.right.call().is_some_and(|call| call.name.text == "vector")
    {
        return linear(&b.left);
    }
    linear(expr)
}

/// The labels of a sum or difference of two sides, where each series finds its like.
fn joined(left: &Linear, right: &Linear, matching: Option<&Matching>) -> Option<By> {
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

/// Which part of a histogram a name is, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'n> {
    Whole(&'n str),
    Count(&'n str),
    Bucket(&'n str),
}

struct Cx<'h> {
    histograms: &'h Histograms,
}

impl Cx<'_> {
    /// The part that a metric is. `_count` alone may belong to a histogram, a summary, or be a counter's own name: it is taken for a
    /// histogram's where a bucket of it is used, or its name ends in a unit.
    fn part<'n>(&self, metric: &'n str) -> Part<'n> {
        if let Some(base) = metric.strip_suffix("_bucket") {
            return Part::Bucket(base);
        }
        match metric.strip_suffix("_count") {
            Some(base) if self.histograms.contains(base) || names::unit(base).is_some() => Part::Count(base),
            _ => Part::Whole(metric),
        }
    }
}

/// Decompiles bad events over all events.
pub(super) fn events(error: &str, total: &str, histograms: &Histograms) -> Result<Measure, String> {
    let (mut assumed, mut findings) = (Vec::new(), Vec::new());
    let error = with_range(error, &mut assumed).map_err(|why| format!("error query: {why}"))?;
    let total = with_range(total, &mut assumed).map_err(|why| format!("total query: {why}"))?;
    assumed.dedup();
    let cx = Cx { histograms };
    let typed = match (linear(&error.expr), all_events(&total.expr)) {
        (Some(error), Some(total)) => sides(&cx, &error, &total, &mut findings)?,
        _ => None,
    };
    let typed = typed.or_else(|| slices(&cx, &error, &total));
    let mut made = match typed {
        Some(made) => made,
        None => escape(&cx, &error, &total)?,
    };
    assumed.append(&mut made.assumed);
    made.assumed = assumed;
    made.findings.append(&mut findings);
    Ok(made)
}

/// Decompiles the share of bad events.
pub(super) fn ratio(query: &str, histograms: &Histograms) -> Result<Measure, String> {
    let (mut assumed, mut findings) = (Vec::new(), Vec::new());
    let query = with_range(query, &mut assumed).map_err(|why| format!("the query: {why}"))?;
    let cx = Cx { histograms };
    let one_piece =
        || "its share of bad events is one query that cannot be taken apart into bad events and all events";
    let mut expr = query.expr.bare();
    // A fallback for moments without events, of which no share is taken.
    if let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Or)
        && b.right.call().is_some_and(|call| {
            call.name.text == "vector" && call.args.first().and_then(Expr::number) == Some(0.0)
        })
    {
        expr = b.left.bare();
    }
    let mut good = false;
    if let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Sub && b.left.number() == Some(1.0)) {
        good = true;
        expr = b.right.bare();
    }
    let Some(b) = expr.binary().filter(|b| b.op == BinaryOp::Div) else { return Err(one_piece().to_owned()) };
    if b.matching.as_ref().is_some_and(|m| m.group.is_some()) {
        return Err(one_piece().to_owned());
    }
    let typed = match (linear(&b.left), all_events(&b.right)) {
        (Some(upper), Some(total)) => {
            let error = if good { difference(&total, upper) } else { Some(upper) };
            match error {
                Some(error) => sides(&cx, &error, &total, &mut findings)?,
                None => None,
            }
        }
        _ => None,
    };
    let side = |e: &Expr| query.text.get(e.range.clone()).unwrap_or("").to_owned();
    let mut made = if let Some(made) = typed {
        made
    } else {
        let upper = Query { text: side(&b.left), expr: b.left.clone() };
        let total = Query { text: side(&b.right), expr: b.right.clone() };
        escaped(&cx, if good { "good" } else { "bad" }, &upper, &total)?
    };
    assumed.append(&mut made.assumed);
    made.assumed = assumed;
    made.findings.append(&mut findings);
    Ok(made)
}

/// All events without the good ones.
fn difference(total: &Linear, good: Linear) -> Option<Linear> {
    let by = joined(total, &good, None)?;
    let mut terms = total.terms.clone();
    terms.extend(good.terms.into_iter().map(|t| Term { negative: !t.negative, ..t }));
    Some(Linear { terms, by, mean: total.mean })
}

/// The matchers that `inner` has beyond `outer`, where its series are surely among that one's.
fn narrowing(outer: &BTreeSet<Match>, inner: &BTreeSet<Match>) -> Option<BTreeSet<Match>> {
    fn tests(set: &BTreeSet<Match>) -> Vec<Test<'_>> {
        set.iter()
            .map(|m| Test { label: &m.label, op: m.operator(), value: Value::Known(&m.value) })
            .collect()
    }
    let inside = outer.is_subset(inner) || algebra::subset(&tests(inner), &tests(outer), &Open) == Some(true);
    inside.then(|| inner.difference(outer).cloned().collect())
}

fn braces(matchers: &BTreeSet<Match>) -> Option<String> {
    let parts: Option<Vec<String>> =
        matchers.iter().map(|m| Some(format!("{}{}{}", m.label, m.op, text::string(&m.value)?))).collect();
    Some(format!("{{{}}}", parts?.join(", ")))
}

/// A selector in the language.
fn selector(metric: &str, matchers: &BTreeSet<Match>) -> Option<String> {
    let name = text::metric_name(metric)?;
    Some(if matchers.is_empty() { name.into_owned() } else { format!("{name}{}", braces(matchers)?) })
}

fn without_le(matchers: &BTreeSet<Match>) -> BTreeSet<Match> {
    matchers.iter().filter(|m| m.label != "le").cloned().collect()
}

/// The bucket bound of a selector of buckets.
fn bound(matchers: &BTreeSet<Match>) -> Option<&str> {
    let mut all = matchers.iter().filter(|m| m.label == "le");
    let first = all.next().filter(|m| m.op == "=")?;
    all.next().is_none().then_some(first.value.as_str())
}

fn use_of(metric: &str, kind: Kind, unit: Option<String>) -> Use {
    Use {
        metric: metric.to_owned(),
        kind,
        unit,
        labels: BTreeSet::new(),
        bounds: BTreeSet::new(),
        part_of: None,
    }
}

/// Labels that the catalogue has to know.
fn known_labels<'m>(made: &mut Use, matchers: impl IntoIterator<Item = &'m Match>, each: &BTreeSet<String>) {
    let labels = matchers.into_iter().map(|m| &m.label).chain(each);
    made.labels.extend(labels.filter(|l| l.as_str() != "le").cloned());
}

/// Both sides are sums of rates: what is bad about all events? `Err`: a mistake in the source.
fn sides(
    cx: &Cx<'_>,
    error: &Linear,
    total: &Linear,
    findings: &mut Vec<String>,
) -> Result<Option<Measure>, String> {
    let mut made = Measure::default();
    if error.by != total.by {
        let said = |by: &By| match by {
            By::Series => "each series".to_owned(),
            By::Labels(set) if set.is_empty() => "no label".to_owned(),
            By::Labels(set) => set.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        return Err(format!(
            "the sides are kept apart by different labels ({} and {}), so that they never meet and the share is never known",
            said(&error.by),
            said(&total.by)
        ));
    }
    if error.mean != total.mean {
        return Ok(None);
    }
    let each = match &total.by {
        By::Series => {
            made.assumed
                .push("the source keeps a share for each series; here all series count together".to_owned());
            BTreeSet::new()
        }
        By::Labels(labels) => labels.clone(),
    };
    if let Some(taken) = each.iter().find(|l| series::is_reserved(l)) {
        return Err(format!(
            "it is kept for each `{taken}`, a label that the generated rules give a meaning of their own"
        ));
    }
    if each.iter().any(|l| text::label(l).is_none()) {
        return Ok(None);
    }
    made.for_each.clone_from(&each);
    let counted = |func: Func| matches!(func, Func::Rate | Func::Increase | Func::Irate);
    let Some(first) = total.terms.first() else { return Ok(None) };
    if total.terms.iter().any(|t| t.negative) {
        return Ok(None);
    }
    let all = || error.terms.iter().chain(&total.terms);
    if !counted(first.func) {
        return Ok(readings(error, total, made, &each));
    }
    if all().any(|t| !counted(t.func)) || total.mean {
        return Ok(None);
    }
    let funcs: BTreeSet<&str> = all()
        .map(|t| match t.func {
            Func::Increase => "increase",
            Func::Rate | Func::Irate | Func::Count | Func::Sum => "rate",
        })
        .collect();
    if funcs.len() > 1 {
        return Err(
            "one side is a `rate`, the other an `increase`: their share depends on the window's length"
                .to_owned(),
        );
    }
    if all().any(|t| t.func == Func::Irate) {
        made.assumed.push("`irate` looks at the last two samples alone; here every event counts".to_owned());
    }
    made.of = names::noun(&first.metric);
    let noun = made.of.clone();
    let unit = |_: &str| Some(noun.clone());
    // What all events are.
    let mut totals = Vec::new();
    for t in &total.terms {
        let (name, kind, matchers) = match cx.part(&t.metric) {
            Part::Whole(name) => (name, Kind::Counter, t.matchers.clone()),
            Part::Count(base) => (base, Kind::Histogram, t.matchers.clone()),
            // Every event is in the last bucket.
            Part::Bucket(base) if bound(&t.matchers).is_some_and(is_infinite) => {
                (base, Kind::Histogram, without_le(&t.matchers))
            }
            Part::Bucket(_) => return Ok(None),
        };
        let mut used = use_of(name, kind, if kind == Kind::Counter { unit(name) } else { None });
        known_labels(&mut used, &matchers, &each);
        totals.push((name.to_owned(), matchers, used));
    }
    let shown: Option<Vec<String>> = totals.iter().map(|(name, m, _)| selector(name, m)).collect();
    let Some(shown) = shown else { return Ok(None) };
    made.statements.push(format!("total {}", shown.join(" + ")));
    made.uses.extend(totals.iter().map(|(_, _, used)| used.clone()));
    let (plus, minus): (Vec<&Term>, Vec<&Term>) = error.terms.iter().partition(|t| !t.negative);
    let same_as_total = |terms: &[&Term]| {
        terms.len() == total.terms.len()
            && terms.iter().zip(&total.terms).all(|(a, b)| equal_stream(cx, a, b))
    };
    let told = if minus.is_empty() {
        if same_as_total(&plus) {
            return Err("the bad events are all events: the share is always 100%".to_owned());
        }
        parts(cx, &plus, (&totals, Side::Bad), &each, &mut made, findings)?
    } else if same_as_total(&plus) {
        parts(cx, &minus, (&totals, Side::Good), &each, &mut made, findings)?
    } else {
        let bases = |terms: &[&Term]| {
            terms.iter().map(|t| base_of(cx, &t.metric).to_owned()).collect::<BTreeSet<_>>()
        };
        if let (Some(a), Some(b)) = (bases(&plus).first(), bases(&minus).first())
            && a != b
            && minus.iter().any(|t| matches!(cx.part(&t.metric), Part::Bucket(_)))
        {
            return Err(mixed(a, b));
        }
        false
    };
    Ok(told.then_some(made))
}

fn mixed(a: &str, b: &str) -> String {
    format!("two histograms are mixed: buckets of `{b}` are taken from the count of `{a}`")
}

fn base_of<'n>(cx: &Cx<'_>, metric: &'n str) -> &'n str {
    match cx.part(metric) {
        Part::Whole(name) | Part::Count(name) | Part::Bucket(name) => name,
    }
}

fn is_infinite(le: &str) -> bool {
    matches!(le, "+Inf" | "Inf" | "+inf" | "inf")
}

/// Do two terms count the same events?
fn equal_stream(cx: &Cx<'_>, a: &Term, b: &Term) -> bool {
    let whole = |t: &Term| match cx.part(&t.metric) {
        Part::Bucket(base) if bound(&t.matchers).is_some_and(is_infinite) => {
            (base.to_owned(), without_le(&t.matchers), true)
        }
        Part::Bucket(_) | Part::Whole(_) => (t.metric.clone(), t.matchers.clone(), false),
        Part::Count(base) => (base.to_owned(), t.matchers.clone(), true),
    };
    whole(a) == whole(b)
}

/// Which side of all events the parts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Good,
    Bad,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Side::Good => "good",
            Side::Bad => "bad",
        }
    }
}

/// An addend of all events: its name and matchers in the language, and what the catalogue has to say of it.
type Whole = (String, BTreeSet<Match>, Use);

/// Says the bad (or good) events as parts of all events. `false`: they are something else.
fn parts(
    cx: &Cx<'_>,
    terms: &[&Term],
    (totals, side): (&[Whole], Side),
    each: &BTreeSet<String>,
    made: &mut Measure,
    findings: &mut Vec<String>,
) -> Result<bool, String> {
    // `A{x} + B{x}` of `A + B`: one narrowing of all.
    if totals.len() > 1 {
        if terms.len() != totals.len() {
            return Ok(false);
        }
        let mut extras = BTreeSet::new();
        for (t, (name, matchers, _)) in terms.iter().zip(totals) {
            let matching = matches!(cx.part(&t.metric), Part::Whole(n) | Part::Count(n) if n == name);
            let Some(extra) = narrowing(matchers, &t.matchers).filter(|_| matching) else { return Ok(false) };
            extras.insert(extra);
        }
        let Some(extra) = extras.first().filter(|e| extras.len() == 1 && !e.is_empty()) else {
            return Ok(false);
        };
        let Some(shown) = braces(extra) else { return Ok(false) };
        for used in &mut made.uses {
            known_labels(used, extra, each);
        }
        made.statements.push(format!("{} where {shown}", side.word()));
        return Ok(true);
    }
    let Some((name, matchers, _)) = totals.first() else { return Ok(false) };
    for t in terms {
        let part = cx.part(&t.metric);
        let own = match part {
            Part::Whole(n) | Part::Count(n) | Part::Bucket(n) => n,
        };
        if let Part::Bucket(_) = part {
            let Some(le) = bound(&t.matchers) else { return Ok(false) };
            if own != name {
                return Err(mixed(name, own));
            }
            if side == Side::Bad {
                return Err(format!(
                    "the bad events are those of the bucket `le=\"{le}\"`, which counts what was quick: good and bad are exchanged"
                ));
            }
            let Some(extra) = narrowing(matchers, &without_le(&t.matchers)) else {
                made.findings
                    .push("the bucket has other matchers than the count that it is taken from".to_owned());
                return Ok(false);
            };
            let Some(limit) = le.parse::<Decimal>().ok().or_else(|| Decimal::from_scientific(le).ok()) else {
                return Ok(false);
            };
            let Some(shown) = limit_text(limit, names::unit(name)) else { return Ok(false) };
            let narrowed = if extra.is_empty() {
                String::new()
            } else {
                let Some(shown) = braces(&extra) else { return Ok(false) };
                format!(" where {shown}")
            };
            if let Some(used) = made.uses.first_mut() {
                known_labels(used, &extra, each);
                used.bounds.insert(limit.normalize());
            }
            made.statements.push(format!("{} within {shown}{narrowed}", side.word()));
            continue;
        }
        if own == name {
            let Some(extra) = narrowing(matchers, &t.matchers) else {
                findings.push(format!(
                    "the {} events have matchers that leave more than all events have: the share may be above 100%",
                    side.word()
                ));
                return Ok(false);
            };
            let Some(shown) = braces(&extra).filter(|_| !extra.is_empty()) else { return Ok(false) };
            if let Some(used) = made.uses.first_mut() {
                known_labels(used, &extra, each);
            }
            made.statements.push(format!("{} where {shown}", side.word()));
            continue;
        }
        // Another metric counts them.
        if !matches!(part, Part::Whole(_)) || name.is_empty() {
            return Ok(false);
        }
        let Some(shown) = selector(own, &t.matchers) else { return Ok(false) };
        let mut used = use_of(own, Kind::Counter, Some(made.of.clone()));
        known_labels(&mut used, &t.matchers, each);
        used.part_of = Some(name.clone());
        made.uses.push(used);
        made.assumed.push(format!("each event of `{own}` is also counted by `{name}`"));
        made.statements.push(format!("{} {shown}", side.word()));
    }
    Ok(true)
}

/// Samples of a gauge that is 1 where all is well, or 0.
fn readings(error: &Linear, total: &Linear, mut made: Measure, each: &BTreeSet<String>) -> Option<Measure> {
    let [all] = total.terms.as_slice() else { return None };
    // What measures something is neither 0 nor 1.
    if all.func != Func::Count || names::unit(&all.metric).is_some() {
        return None;
    }
    let same = |t: &Term| t.metric == all.metric && t.matchers == all.matchers;
    let good = match error.terms.as_slice() {
        [count, sum] if same(count) && same(sum) => {
            if count.func != Func::Count || count.negative || sum.func != Func::Sum || !sum.negative {
                return None;
            }
            "good at least 1"
        }
        [sum] if same(sum) && sum.func == Func::Sum && !sum.negative => "good at most 0",
        _ => return None,
    };
    // By their definitions; of any other gauge it is not known.
    if !["up", "probe_success"].contains(&all.metric.as_str()) {
        made.assumed.push(format!("`{}` is 0 or 1, nothing else", all.metric));
    }
    "readings".clone_into(&mut made.of);
    made.statements =
        vec![format!("total readings of {}", selector(&all.metric, &all.matchers)?), good.to_owned()];
    let mut used = use_of(&all.metric, Kind::Gauge, None);
    known_labels(&mut used, &all.matchers, each);
    made.uses = vec![used];
    Some(made)
}

/// A limit as the language writes it.
fn limit_text(limit: Decimal, unit: Option<&str>) -> Option<String> {
    let micros = match unit {
        Some("seconds") => Decimal::from(1_000_000),
        Some("milliseconds") => Decimal::from(1_000),
        Some("microseconds") => Decimal::ONE,
        Some("minutes") => Decimal::from(60_000_000),
        Some("ratio") => {
            return text::number(limit.checked_mul(Decimal::ONE_HUNDRED)?).map(|n| format!("{n}%"));
        }
        Some("percent") => return text::number(limit).map(|n| format!("{n}%")),
        Some("nanoseconds") => return None,
        _ => return text::number(limit),
    };
    let micros = limit.checked_mul(micros)?;
    let whole = |unit: i64| {
        let n = micros / Decimal::from(unit);
        n.is_integer().then_some(n)
    };
    let long = [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s")];
    let found = long.into_iter().find_map(|(size, unit)| whole(size).map(|n| (n, unit)));
    let (number, unit) = found.unwrap_or((micros / Decimal::from(1_000), "ms"));
    (micros > Decimal::ZERO).then(|| text::number(number).map(|n| format!("{n}{unit}"))).flatten()
}

/// Error queries that are no events, but a judgement of each window: a percentile or a mean above a limit.
fn slices(cx: &Cx<'_>, error: &Query, total: &Query) -> Option<Measure> {
    let compared = error.expr.binary()?;
    if !matches!(compared.op, BinaryOp::Greater | BinaryOp::GreaterEqual) || compared.returns_bool.is_some() {
        return None;
    }
    let limit = Decimal::from_f64_retain(compared.right.number()?)?.round_dp(9);
    let call = compared.left.call()?;
    let mut made = Measure { of: "5m slices".to_owned(), ..Measure::default() };
    let all = linear(&total.expr);
    match (call.name.text.as_str(), call.args.as_slice()) {
        ("histogram_quantile", [share, buckets]) => {
            let buckets = linear(buckets)?;
            let all = all?;
            let ([bucket], [count]) = (buckets.terms.as_slice(), all.terms.as_slice()) else { return None };
            let Part::Bucket(base) = cx.part(&bucket.metric) else { return None };
            let same = cx.part(&count.metric) == Part::Count(base) && count.matchers == bucket.matchers;
            let (By::Labels(with_le), By::Labels(each)) = (&buckets.by, &all.by) else { return None };
            let without: BTreeSet<String> = with_le.iter().filter(|l| *l != "le").cloned().collect();
            if !same || without != *each || buckets.mean || each.iter().any(|l| series::is_reserved(l)) {
                return None;
            }
            if !with_le.contains("le") {
                made.findings
                    .push("the buckets are added up without `le`: there is no percentile of that".to_owned());
            }
            let percent =
                Decimal::from_f64_retain(share.number()?)?.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(4);
            let percentile = text::number(percent)?;
            let shown = limit_text(limit, names::unit(base))?;
            made.statements.push(format!(
                "good when p{percentile} of {} within {shown}",
                selector(base, &count.matchers)?
            ));
            let mut used = use_of(base, Kind::Histogram, None);
            known_labels(&mut used, &count.matchers, each);
            used.bounds.insert(limit.normalize());
            made.uses.push(used);
            made.for_each.clone_from(each);
            made.findings.push("a time is divided by a number of events: the share means nothing".to_owned());
            made.assumed.push(format!(
                "what was meant is that slices of five minutes are bad in which p{percentile} is above {shown}"
            ));
            made.assumed.push(format!("{shown} is a bucket bound of `{base}`"));
        }
        ("avg_over_time", [inner]) => {
            let gauge = term(Func::Sum, inner.selector()?)?;
            let same = total.expr.call().is_some_and(|c| {
                let again = c.args.first().and_then(Expr::selector).and_then(|s| term(Func::Sum, s));
                c.name.text == "avg_over_time" && again.as_ref() == Some(&gauge)
            });
            if !same {
                return None;
            }
            let shown = limit_text(limit, names::unit(&gauge.metric))?;
            made.statements.push(format!(
                "good when avg of {} at most {shown}",
                selector(&gauge.metric, &gauge.matchers)?
            ));
            let mut used = use_of(&gauge.metric, Kind::Gauge, names::unit(&gauge.metric).map(str::to_owned));
            known_labels(&mut used, &gauge.matchers, &BTreeSet::new());
            made.uses.push(used);
            made.findings.push("a value is divided by itself: the share is 100% or nothing".to_owned());
            made.assumed.push(format!(
                "what was meant is that slices of five minutes are bad in which the mean is above {shown}"
            ));
        }
        _ => return None,
    }
    Some(made)
}

/// Takes the queries over as they are.
fn escape(cx: &Cx<'_>, error: &Query, total: &Query) -> Result<Measure, String> {
    escaped(cx, "bad", error, total)
}

fn escaped(cx: &Cx<'_>, side: &str, part: &Query, total: &Query) -> Result<Measure, String> {
    let mut made = Measure { of: "events".to_owned(), ..Measure::default() };
    if promql::looks_like_ratio(&part.expr).is_some() {
        return Err("its error query is a share already, and is divided by all events once more".to_owned());
    }
    let mut carried = Vec::new();
    for (word, query) in [("total", total), (side, part)] {
        let mut text = promql::compact(&query.text);
        let labels = match promql::output_labels(&query.expr) {
            Labels::Exactly(labels) => labels,
            Labels::AllBut(_) => {
                text = format!("sum({text})");
                let said =
                    "the source keeps a share for each series; here all series count together".to_owned();
                if !made.assumed.contains(&said) {
                    made.assumed.push(said);
                }
                BTreeSet::new()
            }
            Labels::Mixed(..) | Labels::Unknown => {
                return Err(format!("which labels the result of its `{word}` carries cannot be told"));
            }
        };
        carried.push(labels);
        let quoted = if text.contains("\"\"\"") || !text.contains(['"', '\\']) {
            text::string(&text).ok_or("the query holds characters that turn the reading direction")?
        } else {
            format!("\"\"\"{text}\"\"\"")
        };
        made.statements.push(format!("{word} promql {quoted}"));
        let grouped = grouping_labels(&query.expr);
        for found in promql::selectors(&query.expr) {
            let Some((metric, _)) = found.metric() else {
                return Err("a selector of it names no metric, so that nothing can be said of it".to_owned());
            };
            let part = cx.part(metric);
            let counted = found.used_by.is_some_and(|u| matches!(u.name, "rate" | "increase" | "irate"));
            let (name, kind) = match part {
                Part::Bucket(base) | Part::Count(base) => (base, Kind::Histogram),
                Part::Whole(name) if counted => (name, Kind::Counter),
                Part::Whole(name) => (name, Kind::Gauge),
            };
            let unit = (kind == Kind::Counter).then(|| names::noun(name));
            let mut used = use_of(name, kind, unit);
            let labels = found.matchers().iter().map(|m| m.label.text.clone()).chain(grouped.iter().cloned());
            used.labels.extend(labels.filter(|l| l != "le" && l != "__name__" && text::label(l).is_some()));
            if let (Part::Bucket(_), Some(le)) = (part, promql::linear::le(found.selector)) {
                used.bounds.extend(le.value.text.parse::<Decimal>().ok().map(|d| d.normalize()));
            }
            made.uses.push(used);
        }
    }
    if let [a, b] = carried.as_slice() {
        if a != b {
            return Err("its sides are kept apart by different labels, so that they never meet".to_owned());
        }
        if let Some(taken) = a.iter().find(|l| series::is_reserved(l)) {
            return Err(format!(
                "it is kept for each `{taken}`, a label that the generated rules give a meaning of their own"
            ));
        }
        made.for_each.clone_from(a);
    }
    let sums = [part, total].iter().all(|q| promql::linear::addends(&q.expr).is_some());
    made.escaped = Some(if sums {
        "the queries, as they were".to_owned()
    } else {
        "the queries, as they were: judged piece by piece as time goes on and added up, while the source judges each window \
         as a whole"
            .to_owned()
    });
    Ok(made)
}

/// Labels that aggregations and operations of an expression name.
fn grouping_labels(expr: &Expr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    promql::linear::visit(expr, &mut |_, e| match &e.kind {
        ExprKind::Aggregate(a) => {
            found.extend(a.grouping.iter().filter(|g| !g.without).flat_map(|g| names_of(&g.labels)));
        }
        ExprKind::Binary(b) => {
            found.extend(b.matching.iter().filter(|m| m.on).flat_map(|m| names_of(&m.labels)));
        }
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Selector(_)
        | ExprKind::Subquery(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary(_)
        | ExprKind::Call(_) => {}
    });
    found
}

/// Used metrics by name; of one that is used in several ways the first kind counts.
pub(super) fn together<'u>(uses: impl IntoIterator<Item = &'u Use>) -> BTreeMap<String, Use> {
    let mut made: BTreeMap<String, Use> = BTreeMap::new();
    for used in uses {
        let entry = made.entry(used.metric.clone()).or_insert_with(|| used.clone());
        entry.labels.extend(used.labels.iter().cloned());
        entry.bounds.extend(used.bounds.iter().copied());
        entry.unit = entry.unit.take().or_else(|| used.unit.clone());
        entry.part_of = entry.part_of.take().or_else(|| used.part_of.clone());
    }
    made
}
