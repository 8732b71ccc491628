//! Prometheus recording and alert rules: one file per journey.

use super::{Artifact, Backend};
use crate::ir::Model;

/// The backend.
#[derive(Debug, Default)]
pub struct Prometheus;

impl Backend for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }
    fn emit(&self, model: &Model) -> Vec<Artifact> {
        let _ = model;
        Vec::new()
    }
}
