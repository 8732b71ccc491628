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

use super::kubernetes::too_large_to_apply;
use super::{Artifact, Backend, TemplateError};
use crate::diag::Diagnostics;
use crate::ir::{Form, Journey, Model};
use crate::rules::plan::Needs;
use crate::source::Span;
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
    fn emit(&self, model: &Model) -> Result<Vec<Artifact>, TemplateError> {
        let mut files = forms::write(model, &all(model));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }
}

/// Boards of fewer promises, or of fewer journeys, are far below what `kubectl apply` takes.
const SMALL: (usize, usize) = (50, 150);

/// Warns of boards that are too large for `kubectl apply`, in forms that it applies.
pub fn check_limits(model: &Model, diagnostics: &mut Diagnostics) {
    let form = model.settings.grafana.form;
    if !matches!(form, Form::Configmaps | Form::Operator) {
        return;
    }
    let large = |j: &&Journey| j.all_promises().count() > SMALL.0;
    let (site, needs) = (Site::new(model), Needs::of(model));
    let mut judge = |board: json::Dashboard, place: Option<Span>| {
        let name = board.uid.clone();
        let bytes = forms::size(form, &Made { board, journey: None }).unwrap_or_default();
        if let Some(found) = too_large_to_apply(&name, bytes, place) {
            diagnostics.push(found);
        }
    };
    for journey in model.journeys.iter().filter(large) {
        if let Some(board) = journey::board(&site, &Recorded::of(model, journey, &needs)) {
            judge(board, Some(journey.places.name));
        }
    }
    if model.journeys.len() > SMALL.1 {
        judge(overview::board(&site), None);
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
    list.extend(crate::parallel::map(&model.journeys, of_journey).into_iter().flatten());
    list
}
