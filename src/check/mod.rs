//! Arithmetic and sense, on the model: objectives, windows, alerts that can't fire, budgets below one event, promises
//! that contradict each other or their words.

use crate::diag::Diagnostics;
use crate::ir::Model;

/// Checks what was elaborated.
pub fn check(model: &Model, diagnostics: &mut Diagnostics) {
    let _ = (model, diagnostics);
}
