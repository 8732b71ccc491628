//! From the trees to names: tables of everything declared, duplicates and misspelt references reported.

use crate::ast;
use crate::diag::Diagnostics;

/// What is declared where.
#[derive(Debug, Default)]
pub struct Names;

/// Collects declarations and resolves references.
pub fn resolve(files: &[ast::File], diagnostics: &mut Diagnostics) -> Names {
    let _ = (files, diagnostics);
    Names
}
