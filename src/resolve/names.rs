//! Are names identifiers? They become label values and file names, so they are plain and short.

use crate::ast::{Ident, Item, JourneyStmt, StepStmt};
use crate::diag::codes::names::{BAD_NAME, DUPLICATE};
use crate::diag::{Diagnostic, Diagnostics};

/// Longest identifier.
const LONGEST: usize = 40;

/// Names that Windows keeps for devices: a rule file could not bear them.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Checks the names an item declares.
pub(super) fn check(item: &Item, out: &mut Diagnostics) {
    match item {
        Item::Team(i) => identifier("team", &i.name, out),
        Item::Indicator(i) => {
            identifier("indicator", &i.name, out);
            for (at, param) in i.params.iter().enumerate() {
                identifier("parameter", &param.name, out);
                let first = i.params.iter().take(at).find(|p| p.name.name == param.name.name);
                if let Some(first) = first {
                    super::tables::duplicate(
                        out,
                        "parameter",
                        &param.name.name,
                        first.name.span,
                        param.name.span,
                    );
                }
            }
        }
        Item::Policy(i) => identifier("policy", &i.name, out),
        Item::Playbook(i) => identifier("playbook", &i.name, out),
        Item::Scenario(i) => identifier("scenario", &i.name, out),
        Item::Journey(i) => {
            identifier("journey", &i.name, out);
            if DEVICES.contains(&i.name.name.as_str()) {
                let said = format!("journey `{}` cannot be a file on Windows", i.name.name);
                let made = Diagnostic::new(&BAD_NAME, i.name.span, said, "a device's name there");
                out.push(made.help("choose another name: its rules go into a file of that name"));
            }
            for stmt in &i.body.stmts {
                if let JourneyStmt::Promise(p) = stmt {
                    identifier("promise", &p.name, out);
                }
                let JourneyStmt::Step(step) = stmt else { continue };
                identifier("step", &step.name, out);
                for stmt in &step.body.stmts {
                    if let StepStmt::Promise(p) = stmt {
                        identifier("promise", &p.name, out);
                    }
                }
            }
        }
        Item::Metric(i) => metric(i, out),
        Item::Junk(_) => {}
    }
}

/// `[a-z][a-z0-9_]*`, at most 40 characters.
fn identifier(kind: &str, name: &Ident, out: &mut Diagnostics) {
    let text = name.name.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(plain) {
        let mut snake = String::new();
        for c in text.chars() {
            if c.is_ascii_uppercase() && snake.ends_with(|c: char| c.is_ascii_lowercase()) {
                snake.push('_');
            }
            snake.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
        }
        let mut made = Diagnostic::new(
            &BAD_NAME,
            name.span,
            format!("{kind} `{text}` is not named like an identifier"),
            "only `a` to `z`, digits and `_`, beginning with a letter",
        );
        if snake.starts_with(|c: char| c.is_ascii_lowercase()) {
            made = made.maybe_fix(format!("write `{snake}`"), name.span, snake.clone());
        } else {
            made = made.help("begin with a letter from `a` to `z`");
        }
        out.push(made);
    } else if text.len() > LONGEST {
        let said = format!("the name of {kind} `{text}` is too long");
        let made = Diagnostic::new(
            &BAD_NAME,
            name.span,
            said,
            format!("{} characters, {LONGEST} at most", text.len()),
        );
        out.push(made.help("put the words into the title in quotes; the name becomes a label value"));
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
