//! `lints`: severities of warnings by code.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::Reader;
use super::tree::Node;
use super::words::nearest;
use crate::diag::codes::{self, project};
use crate::diag::{Diagnostic, Diagnostics, Severity};

/// What a warning's code is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown.
    Warn,
    /// An error.
    Deny,
}

/// Severities of warnings, by code.
#[derive(Clone, Debug, Default)]
pub struct Lints {
    /// `W0301: deny`
    pub levels: BTreeMap<String, Level>,
    /// Every warning that is not allowed by its code is an error (`--deny warnings`).
    pub deny_warnings: bool,
}

impl Lints {
    /// The codes that nobody wants to be warned of.
    pub fn allowed(&self) -> BTreeSet<String> {
        let allowed = self.levels.iter().filter(|(_, level)| **level == Level::Allow);
        allowed.map(|(code, _)| code.clone()).collect()
    }
    /// Changes or drops warnings as told. Errors stay errors.
    pub fn apply(&self, diagnostics: &mut Diagnostics) {
        if self.levels.is_empty() && !self.deny_warnings {
            return;
        }
        let level = |d: &Diagnostic| self.levels.get(d.code.id).copied();
        diagnostics.retain(|d| d.severity == Severity::Error || level(d) != Some(Level::Allow));
        for d in diagnostics.iter_mut() {
            if self.deny_warnings || level(d) == Some(Level::Deny) {
                d.severity = Severity::Error;
            }
        }
    }
}

pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Lints {
    let mut made = Lints::default();
    for entry in reader.entries(node, "lints", "write a code and a level per line: `W0301: deny`") {
        let key = entry.key.as_str();
        let level = reader.text(&entry.value, &format!("lints.{key}"));
        let Some(code) = codes::find(key) else {
            let known = codes::all().filter(|c| c.severity == Severity::Warning).map(|c| c.id);
            let message = format!("there is no code `{key}`");
            let wrong = Diagnostic::new(&project::UNKNOWN_LINT, entry.key_span, message, "no such code");
            reader.diagnostics.push(match nearest(&key.to_ascii_uppercase(), known) {
                Some(near) => {
                    wrong.help(format!("`{near}` exists: {}", codes::find(near).map_or("", |c| c.title)))
                }
                None => wrong.help("codes are those in brackets in messages: `W0301`"),
            });
            continue;
        };
        if code.severity == Severity::Error {
            let message = format!("`{}` is an error and stays one", code.id);
            let help = "remove the line; only warnings (`W….`) have a level";
            reader.wrong(&project::NOT_A_LINT, entry.key_span, message, code.title, help);
            continue;
        }
        let level = match level {
            Some("allow") => Level::Allow,
            Some("warn") => Level::Warn,
            Some("deny") => Level::Deny,
            Some(_) => {
                let message = format!("`lints.{key}` is not a level");
                let help = "write `allow`, `warn` or `deny`";
                reader.wrong(&project::BAD_VALUE, entry.value.span, message, "", help);
                continue;
            }
            None => continue,
        };
        made.levels.insert(code.id.to_owned(), level);
    }
    made
}
