//! What the fuzz targets share. A target fails by a panic, a stack overflow, more than ten seconds or a gigabyte.

use slovo::backend::{
    Backend, alertmanager::Alertmanager, docs::Docs, grafana::Grafana, prometheus::Prometheus, proofs,
};
use slovo::diag::{Diagnostics, render};
use slovo::ir::Model;
use slovo::project::Project;

/// The least project that builds.
pub const SHOP: &str = include_str!("../../examples/minimal/shop.slovo");

/// Compiles a project, prints what is said of it, and makes every file that it gives.
pub fn build(source: &str, yaml: &str) {
    let project = Project::in_memory(&[("a.slovo", source)], yaml);
    let compiled = project.compile();
    show(&compiled.diagnostics, &project);
    if let Some(model) = &compiled.model {
        emit(model);
    }
}

/// Messages are cut out of the text: the printing is fuzzed too.
fn show(diagnostics: &Diagnostics, project: &Project) {
    let shown = render::human(diagnostics, &project.sources, &render::Options::plain(100));
    assert_eq!(shown.is_empty(), diagnostics.is_empty());
}

/// All files of all backends, and the proofs.
pub fn emit(model: &Model) {
    let backends: [&dyn Backend; 4] = [&Alertmanager, &Prometheus, &Grafana, &Docs];
    for backend in backends {
        // The templates are ours.
        let files = backend.emit(model).expect("a template of ours is wrong");
        for file in files {
            assert!(!file.path.starts_with('/') && !file.path.contains(".."), "{}", file.path);
        }
    }
    proofs::artifacts(model);
}
