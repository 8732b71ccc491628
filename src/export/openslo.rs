//! OpenSLO v1: a service, its SLOs with their indicators, and the alert policies that they name.

use std::collections::BTreeMap;

use super::annotations;
use super::doc::Doc;
use super::each::Objective;
use super::form::{Form, length};
use super::{Names, name};
use crate::ast::Urgency;
use crate::ir::burn::{Alert, Loudness, alerts};
use crate::ir::{Journey, Model};
use crate::value::Decimal;

const VERSION: &str = "openslo/v1";
/// The longest description that the specification takes.
const LONGEST: usize = 1050;

/// The file of a journey.
pub(super) fn file(
    model: &Model,
    (journey, service_name): (&Journey, &str),
    objectives: &[Objective<'_>],
    taken: &mut Names,
) -> String {
    let mut policies =
        Policies { service: service_name, taken, documents: Vec::new(), names: BTreeMap::new() };
    let slos: Vec<Doc> =
        objectives.iter().map(|objective| slo(model, journey, objective, &mut policies)).collect();
    let mut documents = vec![service(journey, service_name)];
    documents.extend(policies.documents);
    documents.extend(slos);
    let texts: Vec<String> = documents.iter().map(Doc::print).collect();
    texts.join("---\n")
}

fn object(kind: &'static str, metadata: Doc, spec: Doc) -> Doc {
    Doc::Map(vec![
        ("apiVersion", Doc::text(VERSION)),
        ("kind", Doc::text(kind)),
        ("metadata", metadata),
        ("spec", spec),
    ])
}

fn service(journey: &Journey, service: &str) -> Doc {
    let mut labels = vec![("team", Doc::text(&journey.owner))];
    labels.extend(journey.tier.map(|tier| ("tier", Doc::text(tier.to_string()))));
    object(
        "Service",
        Doc::Map(vec![
            ("name", Doc::text(service)),
            ("displayName", Doc::text(&journey.title)),
            ("labels", Doc::Map(labels)),
            ("annotations", annotations::of_journey(journey)),
        ]),
        Doc::Map(vec![("description", described(&journey.notes.join(" ")))]),
    )
}

/// A description of bounded length.
fn described(text: &str) -> Doc {
    Doc::Text(text.trim().chars().take(LONGEST).collect())
}

fn slo(model: &Model, journey: &Journey, objective: &Objective<'_>, policies: &mut Policies<'_>) -> Doc {
    let promise = objective.promise;
    let title = match &objective.value {
        Some(value) => format!("{} ({value})", promise.title),
        None => promise.title.clone(),
    };
    let metadata = Doc::Map(vec![
        ("name", Doc::text(&objective.name)),
        ("displayName", Doc::text(title)),
        ("annotations", annotations::of_objective(model, objective)),
    ]);
    let (indicator, target, method) = indicator(objective);
    let mut spec = Vec::new();
    if !promise.notes.is_empty() {
        spec.push(("description", described(&promise.notes.join(" "))));
    }
    spec.extend([
        ("service", Doc::text(policies.service)),
        (
            "indicator",
            Doc::Map(vec![
                ("metadata", Doc::Map(vec![("name", Doc::text(&objective.name))])),
                ("spec", indicator),
            ]),
        ),
        (
            "timeWindow",
            Doc::List(vec![Doc::Map(vec![
                ("duration", Doc::Text(length(promise.window))),
                ("isRolling", Doc::flag(true)),
            ])]),
        ),
        ("budgetingMethod", Doc::text(method)),
        ("objectives", Doc::List(vec![target])),
        ("alertPolicies", Doc::List(policies.of(model, journey, objective))),
    ]);
    object("SLO", metadata, Doc::Map(spec))
}

/// The indicator, its objective, and how the budget is spent.
fn indicator(objective: &Objective<'_>) -> (Doc, Doc, &'static str) {
    let source = |query: &str| {
        let spec = Doc::Map(vec![("query", Doc::Code(query.to_owned()))]);
        Doc::Map(vec![("metricSource", Doc::Map(vec![("type", Doc::text("Prometheus")), ("spec", spec)]))])
    };
    let mut target = vec![("displayName", Doc::text(&objective.promise.title))];
    let (indicator, slice) = match &objective.form {
        Form::Ratio { good, part, total, slices } => {
            let ratio = Doc::Map(vec![
                // The queries rate counters themselves.
                ("counter", Doc::flag(true)),
                (if *good { "good" } else { "bad" }, source(part)),
                ("total", source(total)),
            ]);
            if let Some((_, share)) = slices {
                target.push(("timeSliceTarget", number(*share)));
            }
            (Doc::Map(vec![("ratioMetric", ratio)]), slices.map(|(slice, _)| slice))
        }
        Form::Threshold { query, op, value, slice } => {
            target.push(("op", Doc::text(*op)));
            target.push(("value", number(*value)));
            (Doc::Map(vec![("thresholdMetric", source(query))]), *slice)
        }
    };
    target.push(("target", number(objective.promise.objective_ratio())));
    if let Some(slice) = slice {
        target.push(("timeSliceWindow", Doc::Text(length(slice))));
    }
    (indicator, Doc::Map(target), if slice.is_some() { "Timeslices" } else { "Occurrences" })
}

fn number(value: Decimal) -> Doc {
    Doc::Bare(value.normalize().to_string())
}

/// Alert policies that several objectives name. The specification takes one condition for each.
struct Policies<'n> {
    /// The service of all.
    service: &'n str,
    /// Names that no other policy has, in whatever file.
    taken: &'n mut Names,
    documents: Vec<Doc>,
    /// By all that tells them apart but the name.
    names: BTreeMap<String, String>,
}

impl Policies<'_> {
    /// The policies of an objective.
    fn of(&mut self, model: &Model, journey: &Journey, objective: &Objective<'_>) -> Vec<Doc> {
        let promise = objective.promise;
        let list = alerts(promise.error_budget(), promise.window, &model.settings.profile);
        let speaks = |alert: &&Alert| match promise.urgency {
            Urgency::Page => true,
            Urgency::Ticket => alert.loudness == Loudness::Ticket,
            Urgency::None => false,
        };
        let no_data = promise.no_data != Urgency::None;
        list.iter()
            .filter(speaks)
            .map(|alert| {
                let name = self.named(model, journey, alert, no_data);
                Doc::Map(vec![("alertPolicyRef", Doc::Text(name))])
            })
            .collect()
    }

    fn named(&mut self, model: &Model, journey: &Journey, alert: &Alert, no_data: bool) -> String {
        let team = model.teams.get(&journey.owner);
        let (severity, receiver) = match alert.loudness {
            Loudness::Page => (&model.settings.severities.page, team.and_then(|t| t.pages.as_ref())),
            Loudness::Ticket => (&model.settings.severities.ticket, team.and_then(|t| t.tickets.as_ref())),
        };
        let receiver = receiver.unwrap_or(&journey.owner);
        let (long, short) = (length(alert.long), length(alert.short));
        let factor = alert.factor.normalize();
        let key = format!("{severity}\0{receiver}\0{factor}\0{long}\0{short}\0{no_data}");
        if let Some(known) = self.names.get(&key) {
            return known.clone();
        }
        let quiet = if no_data { "" } else { "-without-data-alerts" };
        let free = self.taken.unique(&format!("{}-{severity}-{factor}x-{long}{quiet}", self.service));
        self.names.insert(key, free.clone());
        let condition = Doc::Map(vec![
            ("kind", Doc::text("burnrate")),
            ("op", Doc::text("gt")),
            ("threshold", Doc::Bare(factor.to_string())),
            ("lookbackWindow", Doc::text(&long)),
            ("alertAfter", Doc::text(&short)),
        ]);
        let condition = Doc::Map(vec![
            ("kind", Doc::text("AlertCondition")),
            ("metadata", Doc::Map(vec![("name", Doc::text(&free))])),
            ("spec", Doc::Map(vec![("severity", Doc::text(severity)), ("condition", condition)])),
        ]);
        let target = Doc::Map(vec![
            ("kind", Doc::text("AlertNotificationTarget")),
            ("metadata", Doc::Map(vec![("name", Doc::Text(name(receiver)))])),
            ("spec", Doc::Map(vec![("target", Doc::text(receiver))])),
        ]);
        self.documents.push(object(
            "AlertPolicy",
            Doc::Map(vec![("name", Doc::text(&free))]),
            Doc::Map(vec![
                ("alertWhenBreaching", Doc::flag(true)),
                ("alertWhenNoData", Doc::flag(no_data)),
                ("conditions", Doc::List(vec![condition])),
                ("notificationTargets", Doc::List(vec![target])),
            ]),
        ));
        free
    }
}
