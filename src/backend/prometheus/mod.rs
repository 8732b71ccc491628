//! Rules as files for Prometheus and what reads its rules: one file per journey.

pub mod backfill;
mod lacks;
mod limits;
mod parts;
mod targets;

pub use limits::check_limits;

use super::{Artifact, Backend, Take};
use crate::ir::Model;

/// The backend.
#[derive(Debug, Default)]
pub struct Prometheus;

impl Backend for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }
    fn emit(&self, model: &Model) -> Vec<Artifact> {
        targets::emit(model, &model.settings.prometheus.target)
    }
    fn emit_each(&self, model: &Model, take: Take<'_>) {
        targets::emit_each(model, &model.settings.prometheus.target, take);
    }
}
