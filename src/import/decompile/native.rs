//! Shares of native histograms.

use super::super::names;
use super::sides::{known_labels, selector, use_of};
use super::slices::limit_text;
use super::sums::{By, Func, linear};
use super::{Cx, Kind, Measure, Part};
use crate::promql::ast::Expr;
use crate::series;
use crate::value::Decimal;
use crate::write::text;

/// `histogram_fraction(0, LIMIT, sum by (..) (rate(H[..])))`: those within a limit. `None`: it is something else.
pub(super) fn fraction(cx: &Cx<'_>, expr: &Expr, good: bool) -> Option<Result<Measure, String>> {
    let call = expr.call().filter(|call| call.name.text == "histogram_fraction")?;
    let [from, to, of] = call.args.as_slice() else { return None };
    let from = from.number()?;
    if from != 0.0 && from != f64::NEG_INFINITY {
        return None;
    }
    let of = linear(of)?;
    let [term] = of.terms.as_slice() else { return None };
    let Part::Whole(name) = cx.part(&term.metric) else { return None };
    let By::Labels(each) = &of.by else { return None };
    if term.negative || of.mean || !matches!(term.func, Func::Rate | Func::Increase) {
        return None;
    }
    if let Some(taken) = each.iter().find(|l| series::is_reserved(l)) {
        return Some(Err(format!(
            "it is kept for each `{taken}`, a label that the generated rules give a meaning of their own"
        )));
    }
    if each.iter().any(|l| text::label(l).is_none()) {
        return None;
    }
    if !good {
        return Some(Err(
            "the bad events are those within the limit, which were quick: good and bad are exchanged"
                .to_owned(),
        ));
    }
    let limit = Decimal::from_f64_retain(to.number()?)?.round_dp(9).normalize();
    let shown = limit_text(limit, cx.unit(name))?;
    let mut used = use_of(name, Kind::Native, None);
    known_labels(&mut used, &term.matchers, each);
    Some(Ok(Measure {
        of: names::noun(name),
        statements: vec![
            format!("total {}", selector(name, &term.matchers)?),
            format!("good within {shown}"),
        ],
        for_each: each.clone(),
        assumed: vec![format!(
            "where {shown} is not a bucket bound of `{name}`, both estimate in the same way"
        )],
        uses: vec![used],
        ..Measure::default()
    }))
}
