//! Names that cannot be used, and names inside of an item that are written twice.

use crate::ast::{Indicator, Item};
use crate::diag::codes::names::{DUPLICATE, RESERVED};
use crate::diag::{Diagnostic, Diagnostics};

/// Names that Windows keeps for devices: a rule file could not bear them.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Checks the names an item declares. That they are identifiers is the parser's business.
pub(super) fn check(item: &Item, out: &mut Diagnostics) {
    match item {
        Item::Indicator(i) => parameters(i, out),
        Item::Journey(i) => {
            if DEVICES.contains(&i.name.name.as_str()) {
                let said = format!("journey `{}` cannot be a file on Windows", i.name.name);
                let made = Diagnostic::new(&RESERVED, i.name.span, said, "a device's name there");
                out.push(made.help("choose another name: its rules go into a file of that name"));
            }
        }
        Item::Metric(i) => metric(i, out),
        Item::Team(_) | Item::Policy(_) | Item::Playbook(_) | Item::Scenario(_) | Item::Junk(_) => {}
    }
}

/// Parameters once each.
fn parameters(indicator: &Indicator, out: &mut Diagnostics) {
    for (at, param) in indicator.params.iter().enumerate() {
        let name = &param.name.name;
        if let Some(first) = indicator.params.iter().take(at).find(|p| p.name.name == *name) {
            super::tables::duplicate(out, "parameter", name, first.name.span, param.name.span);
        }
    }
}

/// Labels once each.
fn metric(metric: &crate::ast::Metric, out: &mut Diagnostics) {
    let Some(body) = &metric.body else { return };
    for stmt in &body.stmts {
        let crate::ast::MetricStmt::Labels(list, _) = stmt else { continue };
        for (at, label) in list.iter().enumerate() {
            let Some(first) = list.iter().take(at).find(|l| l.label.name == label.label.name) else {
                continue;
            };
            out.push(
                Diagnostic::new(
                    &DUPLICATE,
                    label.label.span,
                    format!("label `{}` of `{}` is declared twice", label.label.name, metric.name.name),
                    "declared again here",
                )
                .also(first.label.span, "first declared here")
                .help("remove one of them"),
            );
        }
    }
}
