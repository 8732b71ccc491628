//! Indicators: an SLI object, one written inside an SLO, or v1alpha's metrics of an objective.

use super::super::decompile;
use super::super::objective::{Comparison, Lost, Said, Sli, Values, What};
use super::super::reader::{find, given, short, word};
use super::source::{Query, query};
use super::{Cx, Kind, known_head};
use crate::config::tree::Node;

/// What an indicator says.
pub(super) struct Indicator {
    pub(super) sli: Sli,
    pub(super) values: Values,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) lost: Vec<Lost>,
}

/// Where and why something cannot be read.
pub(super) type Refusal<'n> = (&'n Node, String);

/// An indicator's node: `indicator`, `indicatorRef`, `sli`, `sliRef` of an SLO or an objective. `None`: there is none.
pub(super) fn find_indicator<'n>(
    cx: &mut Cx<'n, '_>,
    holder: &'n Node,
) -> Result<Option<&'n Node>, Refusal<'n>> {
    let inline = given(holder, "indicator").or_else(|| given(holder, "sli"));
    let reference = given(holder, "indicatorRef").or_else(|| given(holder, "sliRef"));
    match (inline, reference) {
        (Some(_), Some(other)) => Err((
            other,
            "it has an indicator of its own and refers to another one: OpenSLO takes one".to_owned(),
        )),
        (Some(node), None) => {
            cx.reader.known(
                node,
                "`indicator`",
                &["apiVersion", "kind", "metadata", "spec", "thresholdMetric", "ratioMetric"],
            );
            Ok(Some(node))
        }
        (None, Some(reference)) => {
            let name = word(holder, "indicatorRef").or_else(|| word(holder, "sliRef")).unwrap_or("");
            let Some(object) = cx.object(Kind::Sli, name) else {
                let near = cx.near(Kind::Sli, name);
                return Err((
                    reference,
                    format!("its indicator `{}` is not in the input{near}", short(name)),
                ));
            };
            if cx.first_time(object) {
                known_head(&mut cx.reader, object);
            }
            Ok(Some(&object.node))
        }
        (None, None) => Ok(None),
    }
}

/// Reads an indicator for an objective.
pub(super) fn read<'n>(
    cx: &mut Cx<'_, '_>,
    indicator: &'n Node,
    objective: &'n Node,
    assumed: &mut Vec<String>,
) -> Result<Indicator, Refusal<'n>> {
    // v1alpha has the metric here, without a `spec`.
    let spec = given(indicator, "spec").unwrap_or(indicator);
    if !std::ptr::eq(spec, indicator) {
        cx.reader.known(spec, "the indicator's `spec`", &["description", "thresholdMetric", "ratioMetric"]);
    }
    let description = word(spec, "description").map(str::to_owned);
    let metadata = find(indicator, "metadata");
    let title = metadata.and_then(|m| word(m, "displayName")).map(str::to_owned);
    let mut lost = Vec::new();
    for key in ["labels", "annotations"] {
        let said = cx.reader.labels(metadata.and_then(|m| find(m, key)), &format!("`metadata.{key}`"));
        // The owner of an indicator is none of whoever uses it.
        let said: Vec<String> = said.iter().map(|(key, said)| format!("{key}={:?}", said.text)).collect();
        if !said.is_empty() {
            let what = if key == "labels" { What::Labels } else { What::Annotations };
            lost.push(Lost::new(what, format!("{key} of its indicator {}", said.join(", "))));
        }
    }
    match (given(spec, "ratioMetric"), given(spec, "thresholdMetric")) {
        (Some(_), Some(other)) => Err((
            other,
            "its indicator has `ratioMetric` and `thresholdMetric`: OpenSLO takes one".to_owned(),
        )),
        (Some(ratio), None) => {
            let (sli, values) = ratio_metric(cx, ratio, assumed, &mut lost)?;
            Ok(Indicator { sli, values, title, description, lost })
        }
        (None, Some(threshold)) => {
            let found = query(cx, threshold, "thresholdMetric", assumed)?;
            let (op, value) = limit(cx, objective)?;
            let sli = Sli::Threshold { query: taken(found, &mut lost), op, value };
            Ok(Indicator { sli, values: Values::Written, title, description, lost })
        }
        (None, None) => {
            Err((indicator, "its indicator has neither `ratioMetric` nor `thresholdMetric`".to_owned()))
        }
    }
}

/// The query; other fields are lost.
fn taken(found: Query, lost: &mut Vec<Lost>) -> Said {
    if !found.left.is_empty() {
        let fields: Vec<String> = found.left.iter().map(|f| format!("`{f}`")).collect();
        let text = format!("fields of a metric source: {}", fields.join(", "));
        let loss = Lost::new(What::Fields, text);
        if !lost.contains(&loss) {
            lost.push(loss);
        }
    }
    found.said
}

/// Which values are good.
fn limit<'n>(cx: &Cx<'_, '_>, objective: &'n Node) -> Result<(Comparison, Said), Refusal<'n>> {
    let op = match word(objective, "op") {
        Some("lte") => Comparison::AtMost,
        Some("gte") => Comparison::AtLeast,
        Some("lt") => Comparison::Below,
        Some("gt") => Comparison::Above,
        Some(other) => {
            let node = find(objective, "op").unwrap_or(objective);
            return Err((
                node,
                format!("`op` is one of lte, gte, lt and gt, and this is `{}`", short(other)),
            ));
        }
        None => return Err((objective, "its `thresholdMetric` needs an `op`, and there is none".to_owned())),
    };
    let Some(value) = cx.reader.text(objective, "value") else {
        return Err((objective, "its `thresholdMetric` needs a `value`, and there is none".to_owned()));
    };
    Ok((op, value))
}

/// `ratioMetric`, or `ratioMetrics` of v1alpha.
pub(super) fn ratio_metric<'n>(
    cx: &mut Cx<'_, '_>,
    ratio: &'n Node,
    assumed: &mut Vec<String>,
    lost: &mut Vec<Lost>,
) -> Result<(Sli, Values), Refusal<'n>> {
    cx.reader.known(
        ratio,
        "`ratioMetric`",
        &["counter", "incremental", "good", "bad", "total", "raw", "rawType"],
    );
    let values = match cx.reader.flag(ratio, "counter")?.or(cx.reader.flag(ratio, "incremental")?) {
        Some(true) => Values::Counters { stated: true },
        Some(false) => Values::Levels,
        None => Values::Counters { stated: false },
    };
    let (good, bad) = (given(ratio, "good"), given(ratio, "bad"));
    if let Some(raw) = given(ratio, "raw") {
        if good.or(bad).is_some() {
            return Err((raw, "it has `raw` beside `good` or `bad`: OpenSLO takes one".to_owned()));
        }
        let good = match word(ratio, "rawType") {
            Some("success") => true,
            Some("failure") => false,
            Some(other) => {
                return Err((
                    raw,
                    format!("`rawType` is success or failure, and this is `{}`", short(other)),
                ));
            }
            None => {
                return Err((
                    raw,
                    "`raw` needs a `rawType`: is it the share of successes or of failures?".to_owned(),
                ));
            }
        };
        let query = taken(query(cx, raw, "raw", assumed)?, lost);
        // Metrics without functions are counters, or nothing could be counted.
        let values = if decompile::divides_metrics(&query.text) { values } else { Values::Written };
        return Ok((Sli::Ratio { query, good }, values));
    }
    let Some(total) = given(ratio, "total") else {
        return Err((ratio, "its `ratioMetric` has no `total`".to_owned()));
    };
    match (good, bad) {
        (Some(_), Some(bad)) => Err((bad, "it has `good` and `bad`: OpenSLO takes one".to_owned())),
        (None, None) => Err((ratio, "its `ratioMetric` has neither `good` nor `bad`".to_owned())),
        (Some(good), None) => {
            let good = taken(query(cx, good, "good", assumed)?, lost);
            let total = taken(query(cx, total, "total", assumed)?, lost);
            Ok((Sli::Success { good, total }, values))
        }
        (None, Some(bad)) => {
            let error = taken(query(cx, bad, "bad", assumed)?, lost);
            let total = taken(query(cx, total, "total", assumed)?, lost);
            Ok((Sli::Events { error, total }, values))
        }
    }
}
