//! Grafana SLO: what its API gives (`{"slos": [..]}`, or one of them) and the objects of its command line
//! (`apiVersion: slo.ext.grafana.app/v1alpha1`), as JSON or YAML.

use super::Read;
use super::objective::{
    Alert, Alerting, Comparison, Lost, Objective, Said, Service, Sli, Tool, Values, What, Window,
};
use super::pyrra::{duration, service_label};
use super::reader::{
    Reader, decimal, entries, find, given, is_tier, label_list, map, owner, scalar, short, without_owner,
    word,
};
use super::report::Outcome;
use crate::config::tree::{Node, Value};
use crate::promql;
use crate::source::SourceMap;
use crate::value::Decimal;
use crate::write::text;

/// Kinds of queries, and the key of each.
const QUERIES: [&str; 6] =
    ["ratio", "failureRatio", "freeform", "threshold", "failureThreshold", "grafanaQueries"];

/// The SLOs of a document, if it holds some.
pub(super) fn slos(document: &Node) -> Option<Vec<&Node>> {
    if word(document, "kind") == Some("SLO")
        && word(document, "apiVersion").is_some_and(|v| v.starts_with("slo.ext.grafana.app/"))
    {
        return Some(vec![document]);
    }
    if is_slo(document) {
        return Some(vec![document]);
    }
    let Value::List(list) = &find(document, "slos")?.value else { return None };
    // One that cannot be read is refused by itself.
    list.iter().any(is_slo).then(|| list.iter().collect())
}

/// An SLO as the API has it: nothing but its shape says so.
fn is_slo(node: &Node) -> bool {
    let query = find(node, "query").is_some_and(|q| QUERIES.iter().any(|key| find(q, key).is_some()));
    query && find(node, "objectives").is_some() && find(node, "apiVersion").is_none()
}

/// Where and why something cannot be read.
type Refusal<'n> = (&'n Node, String);

/// Reads one SLO.
pub(super) fn read(document: &Node, sources: &SourceMap, read: &mut Read) {
    let mut reader = Reader { tool: Tool::Grafana, sources, read };
    let spec = if find(document, "apiVersion").is_some() {
        reader.known(document, "the object", &["apiVersion", "kind", "metadata", "spec", "status"]);
        let Some(spec) = given(document, "spec") else {
            reader.refuse(document, "SLO", "it has no `spec`");
            return;
        };
        spec
    } else {
        document
    };
    let keys = [
        "uuid",
        "name",
        "description",
        "query",
        "objectives",
        "labels",
        "alerting",
        "destinationDatasource",
        "folder",
        "readOnly",
        "searchExpression",
    ];
    reader.known(spec, "an SLO", &keys);
    let Some(name) = reader.text(spec, "name") else {
        reader.refuse(spec, "SLO", "it has no `name`");
        return;
    };
    let mut labels = pairs(&mut reader, find(spec, "labels"));
    let named = owner(&labels);
    let service = service_label(&labels).unwrap_or_else(|| name.clone());
    without_owner(&mut [&mut labels], named.as_ref());
    labels.retain(|(_, said)| *said != service);
    let (tiers, labels): (Vec<_>, Vec<_>) = labels.into_iter().partition(|(key, _)| is_tier(key));
    let service = Service { labels: tiers, ..Service::named(service) };
    let shown = format!("{}/{}", service.name.text, name.text);
    let unreadable = reader.doubled(spec, "objectives").or_else(|| {
        let (node, why) = map(spec, "alerting").err()?;
        Some((reader.place(node), why))
    });
    if let Some((at, why)) = unreadable {
        reader.read.refused.push(Outcome::refused(shown, name.place, why).at(at));
        return;
    }
    let mut lost = Vec::new();
    let alerting = alerting(&mut reader, spec, &mut lost);
    let list: &[Node] = match find(spec, "objectives") {
        Some(Node { value: Value::List(list), .. }) => list,
        _ => &[],
    };
    if list.is_empty() {
        let refused = Outcome::refused(shown, name.place, "it has no list of `objectives`");
        reader.read.refused.push(refused);
        return;
    }
    for (at, node) in list.iter().enumerate() {
        let part = (list.len() > 1)
            .then(|| Said { text: format!("objective {}", at + 1), place: reader.place(node) });
        let shown = part.as_ref().map_or_else(|| shown.clone(), |part| format!("{shown}/{}", part.text));
        let place = part.as_ref().map_or(&name.place, |part| &part.place).clone();
        if let Some((at, why)) = reader.doubled(node, "") {
            reader.read.refused.push(Outcome::refused(shown, place, why).at(at));
            continue;
        }
        let made = objective(&mut reader, spec, node).map(|read| Objective {
            tool: Tool::Grafana,
            service: service.clone(),
            name: name.clone(),
            part: part.clone(),
            // A name of several words is a title.
            title: name.text.contains(' ').then(|| name.text.clone()),
            description: word(spec, "description").map(str::to_owned),
            percent: read.percent,
            window: read.window,
            sli: read.sli,
            recorded: None,
            unfollowed: None,
            values: Values::Written,
            slices: None,
            alerting: alerting.clone(),
            owner: named.clone(),
            labels: labels.clone(),
            assumed: read.assumed,
            lost: lost.clone(),
        });
        match made {
            Ok(objective) => reader.read.objectives.push(objective),
            Err((node, why)) => {
                let at = reader.place(node);
                reader.read.refused.push(Outcome::refused(shown, place, why).at(at));
            }
        }
    }
}

/// `[{key, value}]` as labels.
fn pairs(reader: &mut Reader<'_>, node: Option<&Node>) -> Vec<(String, Said)> {
    let Some(node) = node else { return Vec::new() };
    let Value::List(list) = &node.value else { return Vec::new() };
    let mut made = Vec::new();
    for item in list {
        match (word(item, "key"), reader.text(item, "value")) {
            (Some(key), Some(said)) => made.push((key.to_owned(), said)),
            _ => reader.finding(item, "a label or an annotation must have a `key` and a `value`"),
        }
    }
    made
}

fn alerting(reader: &mut Reader<'_>, spec: &Node, lost: &mut Vec<Lost>) -> Alerting {
    let off = || Alert { disabled: true, ..Alert::default() };
    let Some(node) = given(spec, "alerting") else {
        return Alerting { page: off(), ticket: off(), ..Alerting::default() };
    };
    let keys = ["fastBurn", "slowBurn", "labels", "annotations", "advancedOptions"];
    reader.known(node, "`alerting`", &keys);
    let mut alert = |key: &str| {
        let node = given(node, key);
        Alert {
            disabled: false,
            labels: pairs(reader, node.and_then(|n| find(n, "labels"))),
            annotations: pairs(reader, node.and_then(|n| find(n, "annotations"))),
        }
    };
    let (page, ticket) = (alert("fastBurn"), alert("slowBurn"));
    for entry in given(node, "advancedOptions").into_iter().flat_map(entries) {
        if let Some(said) = scalar(&entry.value) {
            let text = format!("the alerting option {} {}", short(&entry.key), short(said));
            lost.push(Lost::new(What::Conditions, text));
        }
    }
    Alerting {
        labels: pairs(reader, find(node, "labels")),
        annotations: pairs(reader, find(node, "annotations")),
        page,
        ticket,
        ..Alerting::default()
    }
}

/// What an objective says.
struct Told {
    percent: String,
    window: Window,
    sli: Sli,
    assumed: Vec<String>,
}

fn objective<'n>(reader: &mut Reader<'_>, spec: &'n Node, node: &'n Node) -> Result<Told, Refusal<'n>> {
    reader.known(node, "an objective", &["value", "window"]);
    let value = given(node, "value").ok_or_else(|| (node, "an objective has no `value`".to_owned()))?;
    let written = scalar(value).unwrap_or("");
    let share = decimal(written).filter(|v| *v > Decimal::ZERO && *v < Decimal::ONE);
    let percent = share.and_then(|v| v.checked_mul(Decimal::ONE_HUNDRED)).and_then(text::number);
    let Some(percent) = percent else {
        return Err((
            value,
            format!("`value` is a share above 0 and below 1, and this is {}", short(written)),
        ));
    };
    let window = given(node, "window").ok_or_else(|| (node, "an objective has no `window`".to_owned()))?;
    let written = scalar(window).unwrap_or("");
    let days = duration(written).filter(|ms| ms.is_multiple_of(86_400_000)).map(|ms| ms / 86_400_000);
    let Some(days @ 1..=90) = days.and_then(|d| u32::try_from(d).ok()) else {
        let why = format!(
            "a window of `{}` is not possible in Slovo: windows are whole days from 1d to 90d",
            short(written)
        );
        return Err((window, why));
    };
    let mut assumed = Vec::new();
    let sli = query(reader, spec, &mut assumed)?;
    Ok(Told { percent, window: Window::Days(days), sli, assumed })
}

fn query<'n>(reader: &mut Reader<'_>, spec: &'n Node, assumed: &mut Vec<String>) -> Result<Sli, Refusal<'n>> {
    let Some(node) = given(spec, "query") else { return Err((spec, "it has no `query`".to_owned())) };
    reader.known(node, "`query`", &[&QUERIES[..], &["type"]].concat());
    let forms: Vec<(&str, &Node)> =
        QUERIES.into_iter().filter_map(|key| Some((key, given(node, key)?))).collect();
    let [(form, of)] = forms.as_slice() else {
        return Err((node, "`query` must have one of `ratio`, `freeform` and `threshold`".to_owned()));
    };
    let (form, of) = (*form, *of);
    let by = label_list(of, "groupByLabels")?;
    if !by.is_empty() {
        assumed.push(format!("each value of {by} has a budget of its own"));
    }
    match form {
        "ratio" | "failureRatio" => {
            let key = if form == "ratio" { "successMetric" } else { "failureMetric" };
            reader.known(of, &format!("`{form}`"), &[key, "totalMetric", "groupByLabels"]);
            let (part, total) = (metric(reader, of, key, &by)?, metric(reader, of, "totalMetric", &by)?);
            Ok(if form == "ratio" {
                Sli::Success { good: part, total }
            } else {
                Sli::Events { error: part, total }
            })
        }
        "freeform" => {
            reader.known(of, "`freeform`", &["query"]);
            let said =
                reader.text(of, "query").ok_or_else(|| (of, "`freeform` has no `query`".to_owned()))?;
            Ok(Sli::Ratio { query: windowed(said), good: true })
        }
        "threshold" | "failureThreshold" => {
            let key = if form == "threshold" { "thresholdExpression" } else { "failureThresholdExpression" };
            reader.known(of, &format!("`{form}`"), &[key, "threshold", "groupByLabels"]);
            let Some(said) = reader.text(of, key) else {
                return Err((of, format!("`{form}` has no `{key}`")));
            };
            let Some(limit) = given(of, "threshold") else {
                return Err((of, format!("`{form}` has no `threshold`")));
            };
            reader.known(limit, "`threshold`", &["operator", "value"]);
            let (op, value) = threshold(reader, limit, form == "failureThreshold")?;
            let worst = if matches!(op, Comparison::AtMost | Comparison::Below) { "max" } else { "min" };
            let said = windowed(said);
            let query = if by.is_empty() {
                said
            } else {
                Said { text: format!("{worst} by ({by}) ({})", said.text), ..said }
            };
            Ok(Sli::Threshold { query, op, value })
        }
        _ => Err((
            of,
            "`grafanaQueries` ask data sources of any kind: only queries in PromQL can be imported"
                .to_owned(),
        )),
    }
}

/// Grafana's variable is the window where it is evaluated.
fn windowed(said: Said) -> Said {
    let text = said.text.replace("$__rate_interval", "$range").replace("${__rate_interval}", "$range");
    Said { text, ..said }
}

/// The rate of a metric; what is more than a metric is a rate already.
fn metric<'n>(reader: &mut Reader<'_>, of: &'n Node, key: &str, by: &str) -> Result<Said, Refusal<'n>> {
    let Some(node) = given(of, key) else { return Err((of, format!("`{key}` is missing"))) };
    reader.known(node, &format!("`{key}`"), &["prometheusMetric", "type"]);
    let Some(said) = reader.text(node, "prometheusMetric") else {
        return Err((node, format!("`{key}` names no `prometheusMetric`")));
    };
    let said = windowed(said);
    let plain = promql::parse(&said.text).is_ok_and(|expr| {
        expr.selector().is_some_and(|s| {
            s.window.is_none() && s.shift.offset.is_none() && s.shift.at.is_none() && s.metric().is_some()
        })
    });
    if !plain {
        let at = find(node, "prometheusMetric").unwrap_or(node);
        return Err((at, format!("`{key}` must be a metric with matchers and nothing else")));
    }
    Ok(Said { text: format!("sum by ({by}) (rate({}[$range]))", said.text), ..said })
}

/// Which values are good.
fn threshold<'n>(
    reader: &Reader<'_>,
    limit: &'n Node,
    of_failures: bool,
) -> Result<(Comparison, Said), Refusal<'n>> {
    let op = match word(limit, "operator") {
        Some("<" | "lt") => Comparison::Below,
        Some("<=" | "lte") => Comparison::AtMost,
        Some(">" | "gt") => Comparison::Above,
        Some(">=" | "gte") => Comparison::AtLeast,
        Some(other) => {
            let node = find(limit, "operator").unwrap_or(limit);
            return Err((node, format!("the operator `{}` is not possible in Slovo", short(other))));
        }
        None => return Err((limit, "`threshold` has no `operator`".to_owned())),
    };
    let op = match (of_failures, op) {
        (false, op) => op,
        (true, Comparison::Below) => Comparison::AtLeast,
        (true, Comparison::AtMost) => Comparison::Above,
        (true, Comparison::Above) => Comparison::AtMost,
        (true, Comparison::AtLeast) => Comparison::Below,
    };
    let value =
        reader.text(limit, "value").ok_or_else(|| (limit, "`threshold` has no `value`".to_owned()))?;
    Ok((op, value))
}
