//! What a source's own queries say: the share of bad events over a window, as one query.

use super::range::with_variable;
use super::{Cx, Declarations, Histograms, Known, Query, bare, divides_metrics};
use crate::import::nature::Natures;
use crate::import::objective::{Objective, Said, Sli, Values};
use crate::promql;

/// The share of bad events over a window of this length by the source's own queries. Nothing is taken apart: a metric that its
/// tool counts itself is counted, and the window is put in.
pub(in crate::import) fn share(objective: &Objective, window: &str) -> Result<String, String> {
    let asked = |said: &Said| counted(&said.text, objective.values).map(|q| q.replace("$range", window));
    // What ends with a comment ends its line.
    match &objective.sli {
        Sli::Events { error, total } => Ok(format!("({}\n) / ({}\n)", asked(error)?, asked(total)?)),
        Sli::Success { good, total } => Ok(format!("1 - ({}\n) / ({}\n)", asked(good)?, asked(total)?)),
        Sli::Ratio { query, good } => {
            let share = asked(query)?;
            Ok(if *good { format!("1 - ({share}\n)") } else { share })
        }
        Sli::Threshold { .. } => Err("it judges readings, and counts no events".to_owned()),
        Sli::Plugin(_) => Err("its queries are made by a plugin".to_owned()),
    }
}

/// A query as its tool evaluates it, with `$range` for the window.
fn counted(query: &str, values: Values) -> Result<String, String> {
    let text = with_variable(query, &mut Vec::new())?;
    if values == Values::Written {
        return Ok(text);
    }
    let expr = promql::parse(&text).map_err(|_| "it is not PromQL".to_owned())?;
    if divides_metrics(query) {
        // Both sides count.
        let mut made = text.clone();
        for found in promql::selectors(&expr).iter().rev() {
            let range = found.expr.range.clone();
            let inner = text.get(range.clone()).unwrap_or("").trim();
            made.replace_range(range, &format!("rate({inner}[$range])"));
        }
        return Ok(made);
    }
    if !bare::is_bare(&expr) {
        return Ok(text);
    }
    let (histograms, declared) = (Histograms::new(), Declarations::new());
    let natures = Natures::default();
    let known = Known { histograms: &histograms, declared: &declared, natures: &natures };
    let cx = Cx { known, values };
    bare::counted(&cx, Query { text, expr }, &mut Vec::new()).map(|query| query.text)
}
