//! Queries that are not PromQL, where vmalert evaluates them: `MetricsQL` is taken as it stands, and said to be.

use super::Cx;
use crate::diag::Diagnostic;
use crate::diag::codes::promql::{BASE_RANGE, FUNCTION, METRICSQL, SYNTAX, TYPES};
use crate::ir::Family;
use crate::promql::{Escape, Expr, Role, verbatim};

/// What to say of a query that can't be read as PromQL and is taken all the same; none where it can, or must be.
pub(super) fn taken(
    cx: &Cx<'_>,
    escape: &Escape<'_>,
    expr: Option<&Expr>,
    found: &[Diagnostic],
) -> Option<Diagnostic> {
    let unread = [&SYNTAX, &TYPES, &FUNCTION];
    let first = found.iter().find(|d| unread.contains(&d.code))?;
    let is_ours = cx.settings.prometheus.evaluated_by().family == Family::Prometheus;
    // Matchers of `scope` can't be added to what isn't read; a pattern that RE2 refuses is refused there too.
    let is_pattern = first.message.contains("regular expression");
    if expr.is_some() || is_ours || is_pattern || !cx.settings.scope.is_empty() {
        return None;
    }
    let text = &escape.literal.value;
    if !verbatim::is_whole(text) {
        return None;
    }
    if escape.role == Role::Stream && !verbatim::asks_for_range(text) {
        let said = "a stream counts events per second over `$range`, and this query does not name it";
        return Some(
            Diagnostic::new(&BASE_RANGE, escape.literal.span, said, "over which time?")
                .help("write the range as `[$range]`: `rate(..[$range])`"),
        );
    }
    let said = "not PromQL, so it is taken as MetricsQL, as it stands";
    let made = Diagnostic::new(&METRICSQL, first.span()?, said, first.message.clone());
    Some(
        made.note("its metrics and labels are not looked up in the catalogue, and the promise is not proved")
            .note("vmalert refuses its whole configuration over one query that it can't read")
            .help("where this is not a slip of the pen, try the rules: `vmalert -dryRun -rule='*.yml'`"),
    )
}
