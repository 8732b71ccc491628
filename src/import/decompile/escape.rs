//! Queries that are taken over as they are.

use std::collections::BTreeSet;

use super::super::names;
use super::sides::use_of;
use super::sums::{Term, all_events, names_of};
use super::{Cx, Kind, Measure, Part, Query, Use};
use crate::promql::ast::{BinaryOp, Expr, ExprKind};
use crate::promql::{self, Labels};
use crate::series;
use crate::value::Decimal;
use crate::write::text;

/// Takes the queries over as they are.
pub(super) fn escaped(cx: &Cx<'_>, side: &str, part: &Query, total: &Query) -> Result<Measure, String> {
    let mut made = Measure { of: "events".to_owned(), ..Measure::default() };
    if promql::looks_like_ratio(&part.expr).is_some() {
        return Err("its error query is a share already, and is divided by all events once more".to_owned());
    }
    let mut carried = Vec::new();
    for (word, query) in [("total", total), (side, part)] {
        let mut text = promql::compact(&query.text);
        let plain = without_fallbacks(&text);
        let expr = plain.as_ref().map_or(&query.expr, |plain| &plain.expr);
        if let Some(plain) = &plain {
            text.clone_from(&plain.text);
            let said =
                "`or vector(0)` beside series with labels meets none of them, and is left out".to_owned();
            if !made.assumed.contains(&said) {
                made.assumed.push(said);
            }
        }
        let labels = match promql::output_labels(expr) {
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
        made.statements.push(format!("{word} promql {}", quoted(&text)?));
        made.uses.extend(uses_of(cx, &query.expr)?);
    }
    taken_away(cx, &total.expr, &mut made);
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
    let sums = [part, total].iter().all(|q| is_sum(&q.expr));
    made.escaped = Some(if sums {
        "the queries, as they were".to_owned()
    } else {
        "the queries, as they were: judged piece by piece as time goes on and added up, while the source judges each window \
         as a whole"
            .to_owned()
    });
    Ok(made)
}

/// All events as a difference: what is taken away has to have been counted there.
fn taken_away(cx: &Cx<'_>, total: &Expr, made: &mut Measure) {
    let Some(all) = all_events(total) else { return };
    let (minus, plus): (Vec<&Term>, Vec<&Term>) = all.terms.iter().partition(|t| t.negative);
    let [whole] = plus.as_slice() else { return };
    for part in minus {
        let counters = [part, whole].iter().all(|t| cx.part(&t.metric) == Part::Whole(&t.metric));
        if !counters
            || part.metric == whole.metric
            || cx.is_altered(&part.metric)
            || cx.is_altered(&whole.metric)
        {
            continue;
        }
        for used in made.uses.iter_mut().filter(|used| used.metric == part.metric) {
            used.part_of = Some(whole.metric.clone());
        }
        let said = format!(
            "each event of `{}` is also counted by `{}`, from which it is taken away",
            part.metric, whole.metric
        );
        if !made.assumed.contains(&said) {
            made.assumed.push(said);
        }
    }
}

/// A query without each `or vector(0)` whose left side has labels, where it has one: what has none meets nothing of the rest.
fn without_fallbacks(text: &str) -> Option<Query> {
    let expr = promql::parse(text).ok()?;
    if !matches!(promql::output_labels(&expr), Labels::Mixed(..) | Labels::Unknown) {
        return None;
    }
    let mut places = Vec::new();
    promql::linear::visit(&expr, &mut |around, e| {
        if let Some(b) = e.binary().filter(|b| b.op == BinaryOp::Or && !around.is_empty())
            && promql::linear::constant(&b.right)
            && matches!(promql::output_labels(&b.left), Labels::Exactly(set) if !set.is_empty())
        {
            places.push(b.left.range.end..b.right.range.end);
        }
    });
    let mut text = text.to_owned();
    places.sort_by_key(|place| std::cmp::Reverse(place.start));
    for place in places {
        text.replace_range(place, "");
    }
    let expr = promql::parse(&text).ok()?;
    matches!(promql::output_labels(&expr), Labels::Exactly(_)).then_some(Query { text, expr })
}

/// A sum of rates, of which the sum of its pieces is the whole.
fn is_sum(expr: &Expr) -> bool {
    let mut sum = promql::linear::addends(expr).is_some();
    promql::linear::visit(expr, &mut |_, e| {
        if let Some(call) = e.call().filter(|c| c.name.text == "clamp_min") {
            // Nothing counted is below zero; a difference may be.
            let least = call.args.get(1).and_then(Expr::number);
            let only_adds = call.args.first().and_then(promql::linear::addends);
            sum &= least == Some(0.0) && only_adds.is_some_and(|a| a.iter().all(|a| !a.negative));
        }
        if let Some(b) = e.binary().filter(|b| b.op == BinaryOp::Or)
            && let Some(call) = b.right.call().filter(|c| c.name.text == "vector")
        {
            sum &= call.args.first().and_then(Expr::number) == Some(0.0);
        }
    });
    sum
}

/// A query as a text of the language.
pub(super) fn quoted(text: &str) -> Result<String, String> {
    if text.contains("\"\"\"") || !text.contains(['"', '\\']) {
        let made = text::string(text);
        return made.ok_or_else(|| "the query holds characters that turn the reading direction".to_owned());
    }
    Ok(format!("\"\"\"{text}\"\"\""))
}

/// The metrics that a query uses.
pub(super) fn uses_of(cx: &Cx<'_>, expr: &Expr) -> Result<Vec<Use>, String> {
    let mut made = Vec::new();
    let grouped = grouping_labels(expr, false);
    for found in promql::selectors(expr) {
        let Some((metric, _)) = found.metric() else {
            return Err("a selector of it names no metric, so that nothing can be said of it".to_owned());
        };
        let part = cx.part(metric);
        let counted = found.used_by.is_some_and(|u| matches!(u.name, "rate" | "increase" | "irate"));
        let (name, kind) = match (part, cx.sum_of(metric)) {
            (Part::Bucket(base) | Part::Count(base), _) | (Part::Whole(_), Some(base)) => {
                (base, Kind::Histogram)
            }
            (Part::Whole(name), None) if counted => (name, Kind::Counter),
            (Part::Whole(name), None) => (name, Kind::Gauge),
        };
        let unit = (kind == Kind::Counter).then(|| names::noun(name));
        let mut used = use_of(name, kind, unit);
        used.loose = matches!(kind, Kind::Counter | Kind::Gauge);
        let labels = found.matchers().iter().map(|m| m.label.text.clone()).chain(grouped.iter().cloned());
        used.labels.extend(labels.filter(|l| l != "le" && l != "__name__" && text::label(l).is_some()));
        if let (Part::Bucket(_), Some(le)) = (part, promql::linear::le(found.selector)) {
            // Of a pattern each alternative that is a number: the query may ask for several, or for one in its spellings.
            let plain = le.value.text.replace('\\', "");
            let numbers = plain.split('|').map(|text| text.strip_suffix("(.0)?").unwrap_or(text));
            used.bounds.extend(numbers.filter_map(|n| n.parse::<Decimal>().ok()).map(|d| d.normalize()));
        }
        made.push(used);
    }
    Ok(made)
}

/// Labels that aggregations and operations of an expression name: those that series are kept apart by, and of `without` and `ignoring`
/// too where they are wanted.
pub(crate) fn grouping_labels(expr: &Expr, left_out_too: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    promql::linear::visit(expr, &mut |_, e| match &e.kind {
        ExprKind::Aggregate(a) => {
            found.extend(
                a.grouping.iter().filter(|g| left_out_too || !g.without).flat_map(|g| names_of(&g.labels)),
            );
        }
        ExprKind::Binary(b) => {
            found
                .extend(b.matching.iter().filter(|m| left_out_too || m.on).flat_map(|m| names_of(&m.labels)));
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
