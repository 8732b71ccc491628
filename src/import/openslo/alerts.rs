//! Alert policies, their conditions and targets: how loudly an SLO speaks, and what of that has no place.

use super::super::objective::{Alert, Alerting, Lost, Said, What};
use super::super::reader::{entries, find, given, is_owner, owner, scalar, short, word};
use super::super::severity::{Loud, loudness};
use super::indicator::Refusal;
use super::{Cx, Kind, known_head};
use crate::config::tree::{Node, Value};

/// What policies say.
#[derive(Default)]
pub(super) struct Alerts {
    pub(super) alerting: Alerting,
    pub(super) lost: Vec<Lost>,
    pub(super) assumed: Vec<String>,
    pub(super) owner: Option<Said>,
}

/// Reads the alert policies of an SLO.
pub(super) fn alerts<'c>(cx: &mut Cx<'c, '_>, spec: &'c Node) -> Result<Alerts, Refusal<'c>> {
    let mut made = Alerts::default();
    let policies = list(spec, "alertPolicies")?;
    let (mut loud, mut quiet, mut unknown) = (false, false, false);
    let mut without_data = Vec::new();
    for policy in policies.iter().filter(|p| p.value != Value::Null) {
        let Some(policy) = policy_of(cx, policy, &mut made) else {
            unknown = true;
            continue;
        };
        let labels = find(policy, "metadata").and_then(|m| find(m, "labels"));
        let labels = cx.reader.labels(labels, "`metadata.labels`");
        made.owner = made.owner.take().or_else(|| owner(&labels));
        let others: Vec<String> = labels
            .iter()
            .filter(|(key, _)| !is_owner(key))
            .map(|(key, said)| format!("{key}={:?}", said.text))
            .collect();
        if !others.is_empty() {
            let text = format!("labels of an alert policy {}", others.join(", "));
            let loss = Lost::new(What::AlertLabels, text);
            if !made.lost.contains(&loss) {
                made.lost.push(loss);
            }
        }
        let Some(spec) = given(policy, "spec") else {
            return Err((
                policy,
                "an alert policy has no `spec`, so that nothing says when it alerts".to_owned(),
            ));
        };
        cx.reader.known(
            spec,
            "an alert policy's `spec`",
            &[
                "description",
                "alertWhenNoData",
                "alertWhenResolved",
                "alertWhenBreaching",
                "conditions",
                "notificationTargets",
            ],
        );
        without_data.push(cx.reader.flag(spec, "alertWhenNoData")?);
        let speaks = cx.reader.flag(spec, "alertWhenBreaching")? != Some(false);
        for condition in list(spec, "conditions")? {
            let severity = condition_of(cx, condition, &mut made)?;
            match loudness(&severity) {
                Loud::Ticket => quiet |= speaks,
                Loud::Page => loud |= speaks,
                Loud::Unknown => {
                    if speaks {
                        made.assumed.push(format!("alerts of severity `{}` page somebody", short(&severity)));
                    }
                    loud |= speaks;
                }
            }
        }
        for target in list(spec, "notificationTargets")? {
            target_of(cx, target, &mut made);
        }
    }
    let off = || Alert { disabled: true, ..Alert::default() };
    if !loud && !unknown {
        made.alerting.page = off();
        if !quiet {
            made.alerting.ticket = off();
            if without_data.contains(&Some(true)) {
                let text = "the alert of missing data: a promise that alerts nobody has none";
                made.lost.push(Lost::new(What::NoData, text));
            }
        }
    }
    made.alerting.silent_without_data =
        !without_data.is_empty() && without_data.iter().all(|said| *said == Some(false));
    Ok(made)
}

fn list<'n>(node: &'n Node, key: &str) -> Result<&'n [Node], Refusal<'n>> {
    match given(node, key) {
        Some(Node { value: Value::List(list), .. }) => Ok(list),
        Some(other) => Err((other, format!("`{key}` must be a list, and is {}", other.value.describe()))),
        None => Ok(&[]),
    }
}

/// A policy: written here, or referred to by its name.
fn policy_of<'n>(cx: &mut Cx<'n, '_>, node: &'n Node, made: &mut Alerts) -> Option<&'n Node> {
    let name = scalar(node).or_else(|| word(node, "alertPolicyRef"));
    let Some(name) = name else {
        cx.reader.known(
            node,
            "an alert policy",
            &["apiVersion", "kind", "metadata", "spec", "alertPolicyRef"],
        );
        return Some(node);
    };
    let Some(object) = cx.object(Kind::AlertPolicy, name) else {
        let near = cx.near(Kind::AlertPolicy, name);
        let text = format!("the alert policy `{}`, which is not in the input{near}", short(name));
        made.lost.push(Lost::new(What::Conditions, text));
        return None;
    };
    if cx.first_time(object) {
        known_head(&mut cx.reader, object);
    }
    Some(&object.node)
}

/// The severity of a condition; its limits are lost.
fn condition_of<'n>(cx: &mut Cx<'n, '_>, node: &'n Node, made: &mut Alerts) -> Result<String, Refusal<'n>> {
    let mut node = node;
    if let Some(name) = scalar(node).or_else(|| word(node, "conditionRef")) {
        let Some(object) = cx.object(Kind::AlertCondition, name) else {
            let near = cx.near(Kind::AlertCondition, name);
            let text = format!("the alert condition `{}`, which is not in the input{near}", short(name));
            made.lost.push(Lost::new(What::Conditions, text));
            // How loud it is isn't known: as loud as what says nothing.
            return Ok("page".to_owned());
        };
        if cx.first_time(object) {
            known_head(&mut cx.reader, object);
        }
        node = &object.node;
    }
    let Some(spec) = given(node, "spec") else {
        return Err((
            node,
            "an alert condition has no `spec`, so that nothing says how loud it is".to_owned(),
        ));
    };
    cx.reader.known(spec, "an alert condition's `spec`", &["description", "severity", "condition"]);
    let name = find(node, "metadata").and_then(|m| word(m, "name")).unwrap_or("without a name");
    if let Some(condition) = given(spec, "condition") {
        let keys = ["kind", "op", "threshold", "lookbackWindow", "alertAfter"];
        cx.reader.known(condition, "`condition`", &keys);
        let said: Vec<String> = entries(condition)
            .iter()
            .filter_map(|e| Some(format!("{} {}", short(&e.key), short(scalar(&e.value)?))))
            .collect();
        let text = format!("the alert condition `{}`: {}", short(name), said.join(", "));
        let loss = Lost::new(What::Conditions, text);
        if !made.lost.contains(&loss) {
            made.lost.push(loss);
        }
    }
    Ok(word(spec, "severity").unwrap_or("page").to_owned())
}

/// A target of notifications has no place: receivers are Alertmanager's.
fn target_of(cx: &mut Cx<'_, '_>, node: &Node, made: &mut Alerts) {
    let reference = scalar(node).or_else(|| word(node, "targetRef"));
    let object = reference.and_then(|name| cx.object(Kind::AlertNotificationTarget, name));
    let node = object.map_or(node, |o| &o.node);
    if let Some(object) = object
        && cx.first_time(object)
    {
        known_head(&mut cx.reader, object);
    }
    let name = find(node, "metadata").and_then(|m| word(m, "name")).or(reference).unwrap_or("without a name");
    let target = given(node, "spec").and_then(|s| word(s, "target"));
    let by = target.map(|t| format!(" ({})", short(t))).unwrap_or_default();
    let loss = Lost::new(What::Targets, format!("the notification target `{}`{by}", short(name)));
    if !made.lost.contains(&loss) {
        made.lost.push(loss);
    }
}
