//! `slovo.yaml`: settings, environments, lints, outputs.

use std::collections::BTreeMap;

use crate::diag::Diagnostics;
use crate::ir::Settings;

/// Everything `slovo.yaml` says, one environment chosen.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What the model carries.
    pub settings: Settings,
    /// Severities of warnings.
    pub lints: Lints,
}

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
}

impl Lints {
    /// Changes or drops warnings as told. Errors stay errors.
    pub fn apply(&self, diagnostics: &mut Diagnostics) {
        if self.levels.is_empty() {
            return;
        }
        diagnostics.retain(|d| {
            d.severity == crate::diag::Severity::Error || self.levels.get(d.code.id) != Some(&Level::Allow)
        });
        for d in diagnostics.iter_mut() {
            if self.levels.get(d.code.id) == Some(&Level::Deny) {
                d.severity = crate::diag::Severity::Error;
            }
        }
    }
}
