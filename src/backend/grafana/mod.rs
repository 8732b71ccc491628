//! Grafana dashboards: one of all journeys, one for each journey, one for each promise.
//!
//! ```text
//! rules -> recorded  which series there are, taken from the rules themselves
//!       -> boards    panels from typed parts; a query can only be made of a recorded series
//!       -> json      the classic dashboard, serialised by serde
//!       -> forms     files with a provider, ConfigMaps, objects of the operator or of Grafana's own API
//! ```

mod boards;
mod forms;
mod json;
mod panels;
mod queries;
mod recorded;
mod text;

use rayon::prelude::*;

use super::prometheus::plan::Needs;
use super::{Artifact, Backend};
use crate::ir::Model;
use boards::{Site, journey, overview, promise};
use recorded::Recorded;

/// The backend.
#[derive(Debug, Default)]
pub struct Grafana;

/// A dashboard with the journey it belongs to; none for the overview.
#[derive(Clone, Debug)]
struct Made {
    board: json::Dashboard,
    journey: Option<String>,
}

impl Backend for Grafana {
    fn name(&self) -> &'static str {
        "grafana"
    }
    fn emit(&self, model: &Model) -> Vec<Artifact> {
        let mut files = forms::write(model, &all(model));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

/// Every dashboard of a model: the overview first, then journey by journey.
fn all(model: &Model) -> Vec<Made> {
    if model.promises().next().is_none() {
        return Vec::new();
    }
    let site = Site::new(model);
    let needs = Needs::of(model);
    let mut list = vec![Made { board: overview::board(&site), journey: None }];
    let of_journey = |j: &'_ crate::ir::Journey| {
        let recorded = Recorded::of(model, j, &needs);
        let own = journey::board(&site, &recorded);
        let own = own.into_iter().chain(j.all_promises().filter_map(|p| promise::board(&site, &recorded, p)));
        own.map(|board| Made { board, journey: Some(j.id.clone()) }).collect::<Vec<_>>()
    };
    let journeys: Vec<Vec<Made>> = model.journeys.par_iter().map(of_journey).collect();
    list.extend(journeys.into_iter().flatten());
    list
}
