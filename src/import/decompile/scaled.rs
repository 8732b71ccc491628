//! Both sides without the factor that they share, and what a factor that stays means for counts.

use super::super::factor::{factor, same, too_many};
use super::{Cx, Measure, Query};
use crate::promql;

/// Both queries, without a constant factor that both have: it cancels out of the share, and counts are those of events.
pub(super) fn divided(
    (part, total): (Query, Query),
    word: &str,
    assumed: &mut Vec<String>,
) -> (Query, Query) {
    let mut one = |_: &str| 1.0;
    let (of_part, of_total) = (factor(&part.expr, &mut one), factor(&total.expr, &mut one));
    if of_part.is_one() && of_total.is_one() {
        return (part, total);
    }
    if same(of_part.by, of_total.by) {
        let without = |query: &Query, text: Option<String>| {
            let text = text.filter(|text| *text != query.text)?;
            promql::parse(&text).ok().map(|expr| Query { text, expr })
        };
        let both =
            (without(&part, of_part.taken_out(&part.text)), without(&total, of_total.taken_out(&total.text)));
        if let (Some(part), Some(total)) = both {
            return (part, total);
        }
        assumed.push(format!("both queries have a factor: counts of events are {}", too_many(of_total.by)));
        return (part, total);
    }
    for (word, by) in [(word, of_part), ("total query", of_total)] {
        if !by.is_one() {
            assumed.push(format!("the {word} has a factor: its counts of events are {}", too_many(by.by)));
        }
    }
    (part, total)
}

/// What recorded counters count too high, by the rules that record them.
pub(super) fn recorded(cx: &Cx<'_>, made: &mut Measure) {
    for used in &made.uses {
        let Some(nature) = cx.known.natures.get(&used.metric) else { continue };
        if used.kind != super::Kind::Gauge && !same(nature.factor, 1.0) {
            let said = format!(
                "`{}` is recorded with a factor ({}): its counts of events are {}",
                used.metric,
                nature.place,
                too_many(nature.factor)
            );
            if !made.assumed.contains(&said) {
                made.assumed.push(said);
            }
        }
    }
}
