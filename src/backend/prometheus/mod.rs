//! Rules as files for Prometheus and what reads its rules: one file per journey.

pub mod backfill;
mod lacks;
mod limits;
mod parts;
mod targets;

pub use limits::check_limits;

use super::{Artifact, Backend, Take, TemplateError};
use crate::ir::Model;

/// The backend.
#[derive(Debug, Default)]
pub struct Prometheus;

impl Backend for Prometheus {
    fn emit(&self, model: &Model) -> Result<Vec<Artifact>, TemplateError> {
        targets::emit(model, &model.settings.prometheus.target)
    }
    fn emit_each(&self, model: &Model, take: Take<'_>) -> Result<(), TemplateError> {
        targets::emit_each(model, &model.settings.prometheus.target, take)
    }
}
