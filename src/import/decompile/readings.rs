//! Shares of time: samples of what is 0 or 1.

use std::collections::BTreeSet;

use super::super::names;
use super::super::nature::Flag;
use super::sides::{known_labels, selector, use_of};
use super::sums::{Func, Linear, Term};
use super::{Cx, Kind, Measure};

/// Samples of a gauge that is 1 where all is well, or 0.
pub(super) fn readings(
    cx: &Cx<'_>,
    error: &Linear,
    total: &Linear,
    mut made: Measure,
    each: &BTreeSet<String>,
) -> Result<Option<Measure>, String> {
    let [all] = total.terms.as_slice() else { return Ok(None) };
    // What measures something is neither 0 nor 1.
    if all.func != Func::Count || names::unit(&all.metric).is_some() {
        return Ok(None);
    }
    let same = |t: &Term| t.metric == all.metric && t.matchers == all.matchers;
    let good = match error.terms.as_slice() {
        [count, sum] if same(count) && same(sum) => {
            if count.func != Func::Count || count.negative || sum.func != Func::Sum || !sum.negative {
                return Ok(None);
            }
            "good at least 1"
        }
        [sum] if same(sum) && sum.func == Func::Sum && !sum.negative => "good at most 0",
        _ => return Ok(None),
    };
    // By their definitions, or by the rule that records it; of any other gauge it is not known, whatever a source calls it.
    let known = ["up", "probe_success"].contains(&all.metric.as_str());
    let nature = cx.known.natures.get(&all.metric);
    let flag = nature.map_or(Flag::Perhaps, |nature| nature.flag);
    if let Some(nature) = nature.filter(|_| flag == Flag::No) {
        let recorded = match &nature.value {
            Some(value) => format!("as {value} ({}), which", nature.place),
            None => format!("by an expression ({}) whose value", nature.place),
        };
        return Err(format!(
            "`{}` is recorded {recorded} may be other than 0 and 1: its sum over time is no number of bad readings, and a mean of \
             it weighs each moment alike, however many events it had; import what it is recorded from, as events",
            all.metric
        ));
    }
    if !known && flag == Flag::Perhaps {
        made.assumed.push(format!("`{}` is 0 or 1, nothing else", all.metric));
    } else if known && good == "good at most 0" {
        made.findings.push(format!(
            "the bad readings are those where `{0}` is 1, which means that all is well: `count_over_time({0}..) - sum_over_time({0}..)` is meant?",
            all.metric
        ));
    }
    "readings".clone_into(&mut made.of);
    let Some(shown) = selector(&all.metric, &all.matchers) else { return Ok(None) };
    made.statements = vec![format!("total readings of {shown}"), good.to_owned()];
    let mut used = use_of(&all.metric, Kind::Gauge, None);
    known_labels(&mut used, &all.matchers, each);
    made.uses = vec![used];
    Ok(Some(made))
}
