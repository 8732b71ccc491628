//! Where an alert leads: runbook, dashboard, document.

use minijinja::context;
use minijinja::value::Value;

use super::of_all::{PATH, by_promise};
use super::words::escape_go_template;
use crate::addresses::{self, ALERT_PANEL};
use crate::ir::{Links as Bases, Promise};
use crate::rules::plan::{Entry, Plan};

/// Step and promise as they are in a dashboard's uid.
const DASHED: &str = "{{ if $labels.step }}{{ reReplaceAll \"_\" \"-\" $labels.step }}-{{ end }}{{ reReplaceAll \"_\" \"-\" $labels.promise }}";

/// The links of an alert, inert.
#[derive(Debug, Default)]
pub(super) struct Links {
    runbook: Option<String>,
    dashboard: Option<String>,
    /// The uid of the dashboard and its panel that says why the alert speaks: Grafana wants both.
    panel: Option<(String, u32)>,
    document: Option<String>,
}

impl Links {
    /// Of a promise's own alert.
    pub(super) fn of_promise(plan: &Plan<'_>, promise: &Promise) -> Self {
        let board = plan.board(&promise.path);
        let harmless = |link: String| escape_go_template(&link).into_owned();
        Self {
            runbook: addresses::runbook(plan.model, promise).map(harmless),
            dashboard: board.and_then(|uid| dashboard(&plan.model.settings.links, uid)).map(harmless),
            panel: board.map(|uid| (uid.to_owned(), ALERT_PANEL)),
            document: addresses::document(plan.model, promise).map(harmless),
        }
    }

    /// Of an alert that one rule raises for these promises: each link is a Go template that knows them by their labels.
    pub(super) fn of_all(plan: &Plan<'_>, about: &[&Entry<'_>], some_of_none: bool) -> Self {
        let whole = some_of_none.then(String::new);
        let runbook = by_promise(about, whole.as_deref(), |entry| {
            addresses::runbook(plan.model, entry.promise)
                .map(|link| escape_go_template(&link).into_owned())
                .unwrap_or_default()
        });
        let journey = plan.board_of_journey().unwrap_or_default();
        let uids = by_promise(about, some_of_none.then_some(journey), |entry| {
            let path = &entry.promise.path;
            let uid = plan.board(path).unwrap_or(journey);
            // Most are made of the journey's and the identifiers, so that one text serves all.
            match plan.boards.as_deref().filter(|boards| boards.is_plain(path)) {
                Some(boards) => format!("{}-{DASHED}", boards.prefix_of_promises(&path.journey)),
                None => uid.to_owned(),
            }
        });
        let boards = !journey.is_empty();
        let document = addresses::journey_document(plan.model, plan.journey).map(|page| {
            let anchor = if some_of_none {
                format!("{{{{ if $labels.promise }}}}#{PATH}{{{{ end }}}}")
            } else {
                format!("#{PATH}")
            };
            format!("{}{anchor}", escape_go_template(&page))
        });
        Self {
            runbook: Some(runbook).filter(|link| !link.is_empty()),
            dashboard: boards
                .then(|| dashboard(&plan.model.settings.links, ""))
                .flatten()
                .map(|base| format!("{}{uids}", escape_go_template(&base))),
            panel: None,
            document,
        }
    }

    /// What the built-in templates of links give: each shows one.
    pub(super) fn written(&self, template: &str) -> Option<String> {
        let link = match template {
            "any.runbook_url.txt" => self.runbook.clone(),
            "any.dashboard_url.txt" => self.dashboard.clone(),
            "any.__dashboardUid__.txt" => self.panel.as_ref().map(|(uid, _)| uid.clone()),
            "any.__panelId__.txt" => self.panel.as_ref().map(|(_, id)| id.to_string()),
            "any.document_url.txt" => self.document.clone(),
            _ => return None,
        };
        Some(link.unwrap_or_default())
    }

    /// For templates. The addresses are inert already.
    pub(super) fn context(&self) -> Value {
        let safe = |link: &Option<String>| link.clone().map(Value::from_safe_string);
        context! {
            runbook => safe(&self.runbook),
            dashboard => safe(&self.dashboard),
            board => self.panel.as_ref().map(|(uid, _)| uid.as_str()),
            panel => self.panel.as_ref().map(|(_, id)| *id),
            document => safe(&self.document),
        }
    }
}

/// The address of a dashboard. Some write the base with the path that all dashboards have.
fn dashboard(bases: &Bases, uid: &str) -> Option<String> {
    let base = bases.dashboards.as_deref()?;
    Some(format!("{}/d/{uid}", base.strip_suffix("/d").unwrap_or(base)))
}
