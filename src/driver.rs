//! The stages in order, from source text to the model. No I/O.

use crate::analysis::{Analysis, Trees};
use crate::diag::{Diagnostics, Severity};
use crate::source::SourceMap;
use crate::{ast, backend, check, config, elaborate, ir, parallel, resolve};

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
    let model = understand(&files, sources, config, &mut diagnostics);
    // Thousands of small pieces: on one core that takes as long as reading them on all.
    parallel::map_owned(files, drop);
    let model = (!diagnostics.has_errors()).then_some(model);
    diagnostics.sort();
    Compilation { diagnostics, model }
}

/// The same, with all that was found on the way. What is in `before` (the trees of an earlier analysis) and hasn't changed is not read
/// again.
pub fn analyse(sources: &SourceMap, config: &config::Config, before: Trees) -> Analysis {
    let mut diagnostics = Diagnostics::default();
    let trees = read(sources, before, &mut diagnostics);
    let partial = understand(trees.files(), sources, config, &mut diagnostics);
    diagnostics.sort();
    Analysis::new(trees, Some(partial), diagnostics)
}

/// Only the trees, where files are missing: what refers to names of theirs would be reported without being wrong.
pub(crate) fn analyse_alone(sources: &SourceMap, before: Trees) -> Analysis {
    let mut diagnostics = Diagnostics::default();
    let trees = read(sources, before, &mut diagnostics);
    Analysis::new(trees, None, diagnostics)
}

fn read(sources: &SourceMap, before: Trees, diagnostics: &mut Diagnostics) -> Trees {
    let trees = Trees::read(sources, before);
    for found in trees.diagnostics() {
        diagnostics.extend(found.clone());
    }
    trees
}

/// The stages behind the trees. The model lacks the promises that have mistakes.
fn understand(
    files: &[ast::File],
    sources: &SourceMap,
    config: &config::Config,
    diagnostics: &mut Diagnostics,
) -> ir::Model {
    let names = resolve::resolve(files, sources, diagnostics);
    let mut model = elaborate::elaborate(&names, &config.settings, sources, diagnostics);
    drop(names);
    check::check(&model, diagnostics);
    if config.has_documents() {
        check::check_documents(&model, diagnostics);
    }
    if !diagnostics.has_errors() {
        limits(&model, config, diagnostics);
    }
    let allows: Vec<ast::Allow> = files.iter().flat_map(|file| &file.allows).cloned().collect();
    let elsewhere = !config.environments.is_empty();
    let today = config.settings.today;
    let unjudged = check::unjudged(today.is_some(), config.has_documents());
    model.settings.accepted =
        ir::Accepted(check::allow::apply(&allows, today, (&unjudged, elsewhere), diagnostics));
    config.lints.apply(diagnostics);
    model.settings.allowed = config.lints.allowed();
    model
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
    Trees::read(sources, Trees::default()).into_files(diagnostics)
}

impl Compilation {
    /// Number of errors and warnings.
    pub fn counts(&self) -> (usize, usize) {
        (self.diagnostics.count(Severity::Error), self.diagnostics.count(Severity::Warning))
    }
}
