//! The forms in which dashboards reach a Grafana.

use super::Made;
use crate::backend::Artifact;
use crate::ir::Model;

/// The files of the form that is asked for.
pub(super) fn write(_model: &Model, boards: &[Made]) -> Vec<Artifact> {
    boards.iter().map(|b| Artifact { path: format!("dashboards/{}.json", b.uid), text: b.json.clone() }).collect()
}
