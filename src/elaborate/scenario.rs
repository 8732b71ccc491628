//! Scenarios.

use super::{Cx, composed, numbers};
use crate::ast::{self, Phase, ScenarioStmt};
use crate::diag::Diagnostics;
use crate::ir;

/// All scenarios, by name.
pub(crate) fn scenarios(cx: &Cx<'_>, out: &mut Diagnostics) -> Vec<ir::Scenario> {
    let mut list: Vec<_> = cx.names.scenarios.iter().map(|(_, s)| s).collect();
    list.sort_unstable_by(|a, b| a.name.name.cmp(&b.name.name));
    list.into_iter().filter_map(|s| scenario(cx, s, out)).collect()
}

fn scenario(cx: &Cx<'_>, written: &ast::Scenario, out: &mut Diagnostics) -> Option<ir::Scenario> {
    let (mut phases, mut phase_spans, mut expects) = (Vec::new(), Vec::new(), Vec::new());
    for stmt in &written.body.stmts {
        match stmt {
            ScenarioStmt::Phases(list, _) => {
                for phase in list {
                    let (made, span) = match phase {
                        Phase::Normal(d) => (ir::Phase::Normal(d.value), d.span),
                        Phase::Silent(d) => (ir::Phase::Silent(d.value), d.span),
                        Phase::Failing(p, d) => (ir::Phase::Failing(p.value, d.value), p.span),
                    };
                    match phase {
                        Phase::Normal(d) | Phase::Silent(d) | Phase::Failing(_, d) => {
                            numbers::length(out, d, "this stretch");
                        }
                    }
                    phases.push(made);
                    phase_spans.push(span);
                }
            }
            ScenarioStmt::Expect { expected, within, after_recovery, span } => {
                numbers::length(out, within, "what is expected");
                expects.push(ir::Expectation {
                    expected: expected.value,
                    within: within.value,
                    after_recovery: *after_recovery,
                    origin: cx.origin(*span),
                });
            }
            ScenarioStmt::Junk(_) => {}
        }
    }
    if written.body.has_junk {
        return None;
    }
    // A path that leads nowhere was reported with the names.
    let found = cx.names.find(None, &written.promise)?;
    Some(ir::Scenario {
        id: written.name.name.clone(),
        title: written.title.value.clone(),
        promise: composed::path_of(found),
        phases,
        expects,
        places: ir::ScenarioPlaces {
            name: written.name.span,
            promise: written.promise.span,
            phases: phase_spans,
        },
        origin: cx.origin(written.span),
    })
}
