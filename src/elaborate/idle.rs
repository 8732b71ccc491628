//! Metrics whose series vanish while nothing happens: what tells that from a target that is gone.

use super::Cx;
use super::catalogue::Silent;
use super::for_each::Each;
use super::measure::Measured;
use super::out::Out;
use crate::ast::{self, MatchOp, MatchValue};
use crate::diag::codes::types::{REGEX, SILENT_IDLE};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir;
use crate::promql::regex::with_pattern;

/// The labels that a series shares with the `up` of its target.
const OF_TARGET: [&str; 2] = ["job", "instance"];

/// What shows that a metric's target is there.
pub(crate) fn alive(silent: Silent<'_>, own: &[ir::Matcher]) -> ir::Selector {
    let of_target = || own.iter().filter(|m| OF_TARGET.contains(&m.label.as_str()));
    let (metric, matchers) = silent.alive.map_or_else(
        || ("up".to_owned(), of_target().cloned().collect()),
        |written| (written.metric.name.clone(), read(written)),
    );
    ir::Selector { metric, matchers, born_with_event: false, alive: None, increases: None, either: false }
}

fn read(written: &ast::Selector) -> Vec<ir::Matcher> {
    let list = written.matchers.iter().flat_map(|m| &m.list);
    let one = |m: &ast::Matcher| match &m.value {
        MatchValue::Str(value) => {
            Some(ir::Matcher { label: m.label.name.clone(), op: m.op.value, value: value.value.clone() })
        }
        MatchValue::Var(_) => None, // Reported with the names.
    };
    list.filter_map(one).collect()
}

/// `while up{..}` must name one target at least: `up` alone is there as long as anything is scraped.
pub(crate) fn names_a_target(written: &ast::Selector, out: &mut Diagnostics) -> bool {
    let mut sound = true;
    for m in written.matchers.iter().flat_map(|m| &m.list) {
        let MatchValue::Str(value) = &m.value else { continue };
        let pattern = matches!(m.op.value, MatchOp::Regex | MatchOp::NotRegex);
        if pattern && with_pattern(&value.value, |_| ()).is_err() {
            let said = format!("`{}` is not a regular expression that Prometheus reads", value.value);
            out.push(Diagnostic::new(&REGEX, value.span, said, "a pattern"));
            sound = false;
        }
    }
    let unread = written.matchers.iter().flat_map(|m| &m.list).any(|m| matches!(m.value, MatchValue::Var(_)));
    if written.metric.name != "up" || unread || !sound || picks(&read(written)) {
        return sound;
    }
    let said = "`while up` alone holds as long as anything is scraped";
    let made = Diagnostic::new(&SILENT_IDLE, written.span, said, "of which target?");
    out.push(made.help("name the target: `silent when idle while up{job=\"..\"}`"));
    false
}

/// Does a matcher pick something, rather than leave something out?
fn picks(matchers: &[ir::Matcher]) -> bool {
    matchers.iter().any(|m| match m.op {
        MatchOp::Equal => !m.value.is_empty(),
        MatchOp::Regex => with_pattern(&m.value, |p| !p.matches("")) == Ok(true) && m.value != ".+",
        MatchOp::NotEqual | MatchOp::NotRegex => false,
    })
}

/// Whether each metric that is silent when idle can be told from one that is gone, and whose silence it is.
pub(crate) fn told<'a>(cx: &Cx<'a>, out: &mut Out, measured: &Measured<'a>, each: &[Each]) {
    let mut seen: Vec<&str> = Vec::new();
    for sel in &measured.sels {
        let Some(silent) = sel.metric.silent.filter(|_| sel.sound && !sel.metric.broken) else { continue };
        let name = sel.metric.name;
        if seen.contains(&name) {
            continue;
        }
        let own = |m: &str| OF_TARGET.contains(&m);
        let known = sel.matchers.iter().filter(|m| own(m.label)).filter_map(|m| {
            let value = m.known()?.to_owned();
            Some(ir::Matcher { label: m.label.to_owned(), op: m.op, value })
        });
        let scope = cx.settings.scope.iter().filter(|m| own(&m.label)).cloned();
        let matchers: Vec<ir::Matcher> = known.chain(scope).collect();
        if silent.alive.is_none() && !picks(&matchers) {
            seen.push(name);
            let said = format!("nothing tells whether `{name}` is idle or its target is gone");
            out.report(
                Diagnostic::new(&SILENT_IDLE, sel.span, said, "does not name the target's `job`")
                    .also(silent.span, "its absence is not an alarm")
                    .help("select the job: `{job=\"..\"}`, if `up` of that job is there")
                    .help("or say what is there as long as the target is: `silent when idle while up{job=\"collector\"}`"),
            );
        } else if let Some(((label, _), span)) = each.iter().find(|((_, values), _)| values.is_none()) {
            seen.push(name);
            let said = format!("`silent when idle` needs to know the values of `{label}`");
            out.report(
                Diagnostic::new(&SILENT_IDLE, *span, said, "who is idle?")
                    .also(silent.span, "missing series are idle ones")
                    .help(format!(
                        "close the label's values in the catalogue: `labels {label} in \"a\" | \"b\"`"
                    ))
                    .help("or leave the promise without `for each`"),
            );
        }
    }
}
