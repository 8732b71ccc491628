//! An SLO: as many objectives as it has targets.

use std::collections::BTreeSet;

use super::super::objective::{Alerting, Lost, Objective, Said, Service, Sli, Slices, Tool, What, Window};
use super::super::reader::{decimal, find, given, is_tier, owner, scalar, short, without_owner, word};
use super::super::report::Outcome;
use super::alerts::{Alerts, alerts};
use super::indicator::{self, Refusal, find_indicator};
use super::window::{slice, window};
use super::{Cx, Kind, Object, Version, known_head};
use crate::config::tree::{Node, Value};
use crate::value::Decimal;
use crate::write::text;

/// How a budget is spent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Occurrences,
    Timeslices,
}

/// What all objectives of an SLO share.
struct Shared<'n> {
    name: Said,
    service: Service,
    title: Option<String>,
    description: Option<String>,
    window: Window,
    method: Method,
    indicator: Option<&'n Node>,
    alerts: Alerts,
    owner: Option<Said>,
    labels: Vec<(String, Said)>,
    assumed: Vec<String>,
}

/// Reads an SLO.
pub(super) fn read<'c>(cx: &mut Cx<'c, '_>, object: &'c Object) {
    known_head(&mut cx.reader, object);
    let Some(spec) = given(&object.node, "spec") else {
        cx.reader.refuse(&object.node, &object.name, "it has no `spec`");
        return;
    };
    let indicators: &[&str] = match object.version {
        Version::V1Alpha => &["indicator"],
        Version::V1 => &["indicator", "indicatorRef"],
        Version::V2Alpha => &["sli", "sliRef"],
    };
    let windows = match object.version {
        Version::V1Alpha => "timeWindows",
        Version::V1 | Version::V2Alpha => "timeWindow",
    };
    // The example of v2alpha has `serviceRef`, its text `service`.
    let service_key = if object.version == Version::V2Alpha { "serviceRef" } else { "service" };
    let mut keys = vec![
        "description",
        "service",
        service_key,
        "budgetingMethod",
        windows,
        "objectives",
        "alertPolicies",
    ];
    keys.extend(indicators);
    cx.reader.known(spec, "an SLO's `spec`", &keys);
    let service = cx.reader.text(spec, "service").or_else(|| cx.reader.text(spec, "serviceRef"));
    let Some(service) = service else {
        cx.reader.refuse(&object.node, &object.name, "it names no `service`");
        return;
    };
    let name = Said { text: object.name.clone(), place: object.place.clone() };
    let shown = format!("{}/{}", service.text, name.text);
    let shared = match shared(cx, object, spec, service, name.clone()) {
        Ok(shared) => shared,
        Err((node, why)) => {
            cx.doubled = None;
            let at = cx.reader.place(node);
            cx.reader.read.refused.push(Outcome::refused(shown, name.place, why).at(at));
            return;
        }
    };
    if let Some((at, why)) = cx.doubled.take().or_else(|| cx.reader.doubled(&object.node, "objectives")) {
        cx.reader.read.refused.push(Outcome::refused(shown, name.place, why).at(at));
        return;
    }
    let objectives = match given(spec, "objectives") {
        Some(Node { value: Value::List(list), .. }) if !list.is_empty() => list,
        other => {
            let at = cx.reader.place(other.unwrap_or(spec));
            let why = "it has no list of `objectives`";
            cx.reader.read.refused.push(Outcome::refused(shown, name.place, why).at(at));
            return;
        }
    };
    let parts = parts(cx, objectives);
    for (node, part) in objectives.iter().zip(parts) {
        let shown = part.as_ref().map_or(shown.clone(), |p| format!("{shown}/{}", p.text));
        let place = part.as_ref().map_or(&name.place, |p| &p.place).clone();
        let made = objective(cx, node, part, &shared);
        if let Some((at, why)) = cx.doubled.take().or_else(|| cx.reader.doubled(node, "")) {
            cx.reader.read.refused.push(Outcome::refused(shown, place, why).at(at));
            continue;
        }
        match made {
            Ok(made) => cx.reader.read.objectives.push(made),
            Err((node, why)) => {
                let at = cx.reader.place(node);
                cx.reader.read.refused.push(Outcome::refused(shown, place, why).at(at));
            }
        }
    }
}

/// The names of several objectives: their titles where all have one, else numbers.
fn parts(cx: &Cx<'_, '_>, objectives: &[Node]) -> Vec<Option<Said>> {
    if objectives.len() < 2 {
        return vec![None; objectives.len()];
    }
    let titles: Vec<Option<Said>> = objectives.iter().map(|o| cx.reader.text(o, "displayName")).collect();
    let names: BTreeSet<String> =
        titles.iter().flatten().filter_map(|title| text::identifier(&title.text)).collect();
    if names.len() == objectives.len() {
        return titles;
    }
    objectives
        .iter()
        .enumerate()
        .map(|(at, o)| Some(Said { text: format!("objective {}", at + 1), place: cx.reader.place(o) }))
        .collect()
}

fn shared<'c>(
    cx: &mut Cx<'c, '_>,
    object: &'c Object,
    spec: &'c Node,
    service: Said,
    name: Said,
) -> Result<Shared<'c>, Refusal<'c>> {
    let mut assumed = Vec::new();
    let method = match word(spec, "budgetingMethod") {
        Some("Occurrences") => Method::Occurrences,
        Some("Timeslices") => Method::Timeslices,
        Some("RatioTimeslices") => {
            let node = find(spec, "budgetingMethod").unwrap_or(spec);
            return Err((
                node,
                "`RatioTimeslices` averages the shares of slices, and nothing in Slovo counts so: `Occurrences` counts events, `Timeslices` judges slices".to_owned(),
            ));
        }
        Some(other) => {
            let node = find(spec, "budgetingMethod").unwrap_or(spec);
            return Err((node, format!("`budgetingMethod` is `{}`, which is not known", short(other))));
        }
        None => {
            assumed.push("events are counted: the source states no `budgetingMethod`".to_owned());
            Method::Occurrences
        }
    };
    let window = window(cx, spec, object.version, &mut assumed)?;
    let indicator = find_indicator(cx, spec)?;
    let alerts = alerts(cx, spec)?;
    let metadata = find(&object.node, "metadata");
    let mut labels = cx.reader.labels(metadata.and_then(|m| find(m, "labels")), "`metadata.labels`");
    let mut service = described(cx, service);
    let owner = one_owner(&labels)
        .or_else(|| one_owner(&service.labels))
        .or_else(|| alerts.owner.clone().filter(|said| !said.text.contains(',')));
    without_owner(&mut [&mut labels, &mut service.labels], owner.as_ref());
    // A tier is the journey's.
    if !service.labels.iter().any(|(key, _)| is_tier(key)) {
        let (tiers, rest): (Vec<_>, Vec<_>) = labels.into_iter().partition(|(key, _)| is_tier(key));
        service.labels.extend(tiers);
        labels = rest;
    }
    Ok(Shared {
        title: metadata.and_then(|m| word(m, "displayName")).map(str::to_owned),
        description: word(spec, "description").map(str::to_owned),
        name,
        service,
        window,
        method,
        indicator,
        alerts: Alerts {
            alerting: Alerting {
                annotations: cx
                    .reader
                    .labels(metadata.and_then(|m| find(m, "annotations")), "`metadata.annotations`"),
                ..alerts.alerting
            },
            ..alerts
        },
        owner,
        labels,
        assumed,
    })
}

/// The owner that labels name; of several none is known to be the one.
fn one_owner(labels: &[(String, Said)]) -> Option<Said> {
    owner(labels).filter(|said| !said.text.contains(','))
}

/// A service as far as its object says.
fn described(cx: &mut Cx<'_, '_>, name: Said) -> Service {
    let Some(object) = cx.object(Kind::Service, &name.text) else { return Service::named(name) };
    if cx.first_time(object) {
        known_head(&mut cx.reader, object);
        if let Some(spec) = find(&object.node, "spec") {
            cx.reader.known(spec, "a service's `spec`", &["description"]);
        }
    }
    let metadata = find(&object.node, "metadata");
    Service {
        name,
        title: metadata.and_then(|m| word(m, "displayName")).map(str::to_owned),
        description: find(&object.node, "spec").and_then(|s| word(s, "description")).map(str::to_owned),
        labels: cx.reader.labels(metadata.and_then(|m| find(m, "labels")), "`metadata.labels`"),
    }
}

fn objective<'n>(
    cx: &mut Cx<'n, '_>,
    node: &'n Node,
    part: Option<Said>,
    shared: &Shared<'n>,
) -> Result<Objective, Refusal<'n>> {
    if !matches!(node.value, Value::Map(_)) {
        return Err((node, format!("an objective must be a map, and this is {}", node.value.describe())));
    }
    cx.reader.known(
        node,
        "an objective",
        &[
            "displayName",
            "op",
            "value",
            "target",
            "targetPercent",
            "timeSliceTarget",
            "timeSliceWindow",
            "ratioMetrics",
            "indicator",
            "indicatorRef",
            "sli",
            "sliRef",
            "compositeWeight",
        ],
    );
    let mut assumed = shared.assumed.clone();
    assumed.extend(shared.alerts.assumed.iter().cloned());
    let mut lost = shared.alerts.lost.clone();
    let percent = percent(node)?;
    let own = find_indicator(cx, node)?;
    if own.is_some() && shared.indicator.is_some() {
        return Err((node, "the SLO and its objective both have an indicator: OpenSLO takes one".to_owned()));
    }
    if own.is_some() {
        assumed.push(
            "the parts of a composite SLO are promises of their own: each has its own budget".to_owned(),
        );
    }
    if let Some(weight) = word(node, "compositeWeight") {
        lost.push(Lost::new(What::Weights, format!("the weight {} in a composite SLO", short(weight))));
    }
    let (sli, values, titled, described) = if let Some(ratio) = given(node, "ratioMetrics") {
        let (sli, values) = indicator::ratio_metric(cx, ratio, &mut assumed, &mut lost)?;
        (sli, values, None, None)
    } else {
        let Some(indicator) = own.or(shared.indicator) else {
            return Err((node, "it has no indicator".to_owned()));
        };
        let made = indicator::read(cx, indicator, node, &mut assumed)?;
        lost.extend(made.lost);
        (made.sli, made.values, made.title, made.description)
    };
    let slices = match shared.method {
        Method::Occurrences => None,
        Method::Timeslices => Some(slices(node, &sli, &mut assumed)?),
    };
    let description = shared.description.clone().or(described);
    let title = word(node, "displayName").filter(|_| part.is_some()).map(str::to_owned);
    let mut kept = BTreeSet::new();
    assumed.retain(|text| kept.insert(text.clone()));
    Ok(Objective {
        tool: Tool::OpenSlo,
        service: shared.service.clone(),
        name: shared.name.clone(),
        part,
        title: title.or_else(|| shared.title.clone()).or(titled),
        description,
        percent,
        window: shared.window,
        sli,
        recorded: None,
        unfollowed: None,
        values,
        slices,
        alerting: shared.alerts.alerting.clone(),
        owner: shared.owner.clone(),
        labels: shared.labels.clone(),
        assumed,
        lost,
    })
}

/// The target in percent.
fn percent(node: &Node) -> Result<String, Refusal<'_>> {
    let (target, share) = (given(node, "target"), given(node, "targetPercent"));
    let (key, found, most) = match (target, share) {
        (Some(_), Some(other)) => {
            return Err((other, "it has `target` and `targetPercent`: OpenSLO takes one".to_owned()));
        }
        (Some(target), None) => ("target", target, Decimal::ONE),
        (None, Some(share)) => ("targetPercent", share, Decimal::ONE_HUNDRED),
        (None, None) => return Err((node, "it has neither `target` nor `targetPercent`".to_owned())),
    };
    let written = scalar(found).unwrap_or("");
    let Some(number) = decimal(written) else {
        return Err((found, format!("`{key}` must be a number, and is {}", found.value.describe())));
    };
    if number == most {
        return Err((
            found,
            format!("a `{key}` of {written} leaves no error budget: any bad event would break it"),
        ));
    }
    if number <= Decimal::ZERO || number > most {
        let meant = if key == "target" && number > Decimal::ONE && number < Decimal::ONE_HUNDRED {
            format!("; `targetPercent: {}` is meant?", short(written))
        } else {
            String::new()
        };
        return Err((
            found,
            format!("`{key}` is above 0 and below {most}, and this is {}{meant}", short(written)),
        ));
    }
    let percent = if key == "target" { number.checked_mul(Decimal::ONE_HUNDRED) } else { Some(number) };
    percent
        .and_then(text::number)
        .ok_or_else(|| (found, format!("`{key}` has too many digits: {}", short(written))))
}

/// The slices of an objective that is budgeted by them.
fn slices<'n>(node: &'n Node, sli: &Sli, assumed: &mut Vec<String>) -> Result<Slices, Refusal<'n>> {
    let seconds = if let Some(found) = given(node, "timeSliceWindow") {
        let read = slice(found);
        read.ok_or_else(|| {
            (found, "`timeSliceWindow` is a number of minutes or a duration such as 5m".to_owned())
        })?
    } else {
        assumed.push("slices are minutes: the source states no `timeSliceWindow`".to_owned());
        60
    };
    let share = match given(node, "timeSliceTarget") {
        Some(found) => {
            let share = scalar(found).and_then(decimal);
            let share = share.filter(|s| *s > Decimal::ZERO && *s <= Decimal::ONE);
            let share = share.and_then(|s| s.checked_mul(Decimal::ONE_HUNDRED)).and_then(text::number);
            share.ok_or_else(|| (found, "`timeSliceTarget` is a share above 0 and up to 1".to_owned()))?
        }
        // A value is good or not.
        None if matches!(sli, Sli::Threshold { .. }) => "100".to_owned(),
        None => {
            return Err((
                node,
                "budgeted by `Timeslices` it needs a `timeSliceTarget`, and has none".to_owned(),
            ));
        }
    };
    Ok(Slices { seconds, share })
}
