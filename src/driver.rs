//! The stages in order, from source text to the model. No I/O.

use rayon::prelude::*;

use crate::diag::{Diagnostics, Severity};
use crate::source::SourceMap;
use crate::{ast, backend, check, config, elaborate, ir, resolve, syntax};

/// The result of a compilation.
#[derive(Debug)]
pub struct Compilation {
    /// Everything to tell the user, sorted.
    pub diagnostics: Diagnostics,
    /// The model; absent when there are errors.
    pub model: Option<ir::Model>,
}

/// Compiles the `.slovo` files of a source map. `sources` may hold `slovo.yaml` as well; it is passed over.
pub fn compile(sources: &SourceMap, config: &config::Config) -> Compilation {
    let mut diagnostics = Diagnostics::default();
    let files = parse_all(sources, &mut diagnostics);
    let names = resolve::resolve(&files, sources, &mut diagnostics);
    let mut model = elaborate::elaborate(&files, &names, &config.settings, sources, &mut diagnostics);
    drop(names);
    let allows: Vec<ast::Allow> = files.iter().flat_map(|file| &file.allows).cloned().collect();
    // Thousands of small pieces: on one core that takes as long as reading them on all.
    files.into_par_iter().for_each(drop);
    check::check(&model, &mut diagnostics);
    if config.has_documents() {
        check::check_documents(&model, &mut diagnostics);
    }
    if !diagnostics.has_errors() {
        limits(&model, config, &mut diagnostics);
    }
    let elsewhere = !config.environments.is_empty();
    let today = config.settings.today;
    let unjudged = check::unjudged(today.is_some(), config.has_documents());
    model.settings.accepted = check::allow::apply(&allows, today, (&unjudged, elsewhere), &mut diagnostics);
    config.lints.apply(&mut diagnostics);
    model.settings.allowed = config.lints.allowed();
    let model = (!diagnostics.has_errors()).then_some(model);
    diagnostics.sort();
    Compilation { diagnostics, model }
}

/// What engines and tools would refuse of any of the outputs.
fn limits(model: &ir::Model, config: &config::Config, diagnostics: &mut Diagnostics) {
    backend::prometheus::check_limits(model, diagnostics);
    for options in config.other_rules() {
        let mut other = model.clone();
        other.settings.prometheus.clone_from(options);
        backend::prometheus::check_limits(&other, diagnostics);
    }
    for options in config.boards() {
        if *options == model.settings.grafana {
            backend::grafana::check_limits(model, diagnostics);
        } else {
            let mut other = model.clone();
            other.settings.grafana.clone_from(options);
            backend::grafana::check_limits(&other, diagnostics);
        }
    }
}

/// Parses every `.slovo` file, on all cores, in the order of the map.
pub fn parse_all(sources: &SourceMap, diagnostics: &mut Diagnostics) -> Vec<ast::File> {
    let list: Vec<_> = sources.iter().filter(|(_, f)| f.path.ends_with(".slovo")).collect();
    let parsed: Vec<_> = list
        .into_par_iter()
        .map(|(id, file)| {
            let mut found = Diagnostics::default();
            (syntax::parse(id, &file.text, &mut found), found)
        })
        .collect();
    let mut files = Vec::with_capacity(parsed.len());
    for (file, found) in parsed {
        diagnostics.extend(found);
        files.push(file);
    }
    files
}

impl Compilation {
    /// Number of errors and warnings.
    pub fn counts(&self) -> (usize, usize) {
        (self.diagnostics.count(Severity::Error), self.diagnostics.count(Severity::Warning))
    }
}
