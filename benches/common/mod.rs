//! What the benches of the generated rules share: a Prometheus of its own over blocks made from text, rules evaluated over
//! the past layer by layer, and the formulas of other generators.
#![allow(dead_code, unreachable_pub, clippy::pedantic, reason = "each target uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench ends where its tools fail"
)]

pub mod bed;
pub mod engine;
pub mod http;
pub mod layers;
pub mod others;
pub mod play;
pub mod reads;
pub mod remote;
pub mod said;
pub mod store;

/// The rule files of a project given as text, `slovo.yaml` beside it.
pub fn compile(source: &str, yaml: &str) -> Vec<slovo::backend::Artifact> {
    use slovo::backend::Backend as _;
    slovo::backend::prometheus::Prometheus.emit(&model(source, yaml)).unwrap()
}

/// The model of a project in one file.
pub fn model(source: &str, yaml: &str) -> slovo::ir::Model {
    let project = slovo::project::Project::in_memory(&[("bench.slovo", source)], yaml);
    let compiled = project.compile();
    let options = slovo::diag::render::Options::plain(100);
    let said = slovo::diag::render::human(&compiled.diagnostics, &project.sources, &options);
    compiled.model.unwrap_or_else(|| panic!("{said}"))
}

/// Which of these programs are missing?
pub fn missing(programs: &[&str]) -> Vec<String> {
    let found = |p: &&str| std::process::Command::new(p).arg("--version").output().is_ok();
    programs.iter().filter(|p| !found(p)).map(|p| (*p).to_owned()).collect()
}
