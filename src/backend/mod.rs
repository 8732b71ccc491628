//! Backends: pure functions from the model to files. One folder each.

pub mod alertmanager;
pub mod docs;
pub mod grafana;
pub(crate) mod kubernetes;
pub mod prometheus;
pub mod proofs;
pub mod rule_file;

use crate::ir::Model;
pub use crate::render::template::TemplateError;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Path below the output folder, `/`-separated, made of identifiers only: it never leaves that folder.
    pub path: String,
    /// The whole content.
    pub text: String,
}

/// Takes files in any order and from any thread.
pub type Take<'t> = &'t (dyn Fn(Artifact) + Sync);

/// Turns the model into files.
pub trait Backend: Sync {
    /// All files, ordered by path. An error where a template of the user's is wrong.
    fn emit(&self, model: &Model) -> Result<Vec<Artifact>, TemplateError>;
    /// Hands over each file as soon as it is made, in any order and from any thread, so that they never lie in memory
    /// together. Where there is an error, some may have been handed over before.
    fn emit_each(&self, model: &Model, take: Take<'_>) -> Result<(), TemplateError> {
        self.emit(model)?.into_iter().for_each(take);
        Ok(())
    }
}
