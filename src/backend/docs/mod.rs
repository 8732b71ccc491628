//! SLO documents: the promises in words, for people. A static site and Markdown, made by templates that users may
//! replace, from a context that holds sentences and exact values.
//!
//! ```text
//! model -> sentences  words and numbers, exact
//!       -> context    what templates get and model.json holds
//!       -> pictures   inline SVG
//!       -> render     minijinja, strict: an undefined name is an error with template and line
//! ```

pub mod context;
mod files;
pub mod pictures;
pub mod render;

pub use files::{Formats, Options, build, build_each};

use super::{Artifact, Backend, TemplateError};
use crate::ir::Model;

/// The backend called `docs`.
#[derive(Clone, Copy, Debug)]
pub struct Docs;

impl Backend for Docs {
    /// With the built-in templates. See [`build`] for the user's own.
    fn emit(&self, model: &Model) -> Result<Vec<Artifact>, TemplateError> {
        build(model, &Options::default())
    }
    fn emit_each(&self, model: &Model, take: super::Take<'_>) -> Result<(), TemplateError> {
        build_each(model, &Options::default(), take)
    }
}
