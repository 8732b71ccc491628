//! Pyrra: `kind: ServiceLevelObjective` of `pyrra.dev/v1alpha1`, also spelled `v1alpha1`. Its indicators are selectors; the queries
//! are those that Pyrra makes of them.

mod clusters;

use super::Read;
use super::objective::{Alert, Alerting, Lost, Objective, Said, Service, Sli, Tool, Values, What, Window};
use super::reader::{
    Reader, decimal, find, given, is_tier, label_list, map, owner, scalar, short, without_owner, word,
};
use super::report::Outcome;
use crate::config::tree::Node;
use crate::promql;
use crate::source::SourceMap;
use crate::value::Decimal;
use crate::write::text;

pub(super) use clusters::{Labelled, tell_apart};

/// The prefix of keys of labels and annotations that Pyrra puts on its alerts.
const PREFIX: &str = "pyrra.dev/";
/// Labels that say what an objective is about, the plainest first.
const SERVICES: [&str; 4] = ["service", "app.kubernetes.io/name", "app.kubernetes.io/part-of", "app"];
/// Keys of the four indicators.
const INDICATORS: [&str; 4] = ["ratio", "latency", "latencyNative", "bool_gauge"];

/// Is it one of Pyrra's? Other tools have objects of this kind, too.
pub(super) fn is_pyrra(document: &Node) -> bool {
    word(document, "kind") == Some("ServiceLevelObjective")
        && word(document, "apiVersion").is_some_and(|v| v == "v1alpha1" || v.starts_with("pyrra.dev/"))
}

/// Where and why something cannot be read.
type Refusal<'n> = (&'n Node, String);

/// Reads an object.
pub(super) fn read(document: &Node, sources: &SourceMap, read: &mut Read) {
    let mut reader = Reader { tool: Tool::Pyrra, sources, read };
    reader.known(document, "the object", &["apiVersion", "kind", "metadata", "spec", "status"]);
    let metadata = find(document, "metadata");
    let Some(name) = metadata.and_then(|m| reader.text(m, "name")) else {
        reader.refuse(document, "ServiceLevelObjective", "it has no `metadata.name`");
        return;
    };
    let mut labels = reader.labels(metadata.and_then(|m| find(m, "labels")), "`metadata.labels`");
    let all = labels.clone();
    let named = owner(&labels);
    let service = service(&labels, metadata.and_then(|m| reader.text(m, "namespace")), &name);
    without_owner(&mut [&mut labels], named.as_ref());
    labels.retain(|(key, said)| !(is_service(key) && *said == service));
    let (tiers, labels): (Vec<_>, Vec<_>) = labels.into_iter().partition(|(key, _)| is_tier(key));
    let (on_alerts, on_objects): (Vec<_>, Vec<_>) =
        labels.into_iter().partition(|(key, _)| key.starts_with(PREFIX));
    for (key, said) in on_objects {
        let label = format!("{key}={:?}", said.text);
        if !reader.read.object_labels.contains(&label) {
            reader.read.object_labels.push(label);
        }
    }
    let annotations = reader.labels(metadata.and_then(|m| find(m, "annotations")), "`metadata.annotations`");
    // Others are Kubernetes' own, and no alert has them.
    let annotations = plain(annotations.into_iter().filter(|(key, _)| key.starts_with(PREFIX)));
    let service = Service { labels: plain(tiers), ..Service::named(service) };
    let shown = format!("{}/{}", service.name.text, name.text);
    if let Some((at, why)) = reader.doubled(document, "") {
        reader.read.refused.push(Outcome::refused(shown, name.place, why).at(at));
        return;
    }
    let made = spec(&mut reader, document).map(|made| Objective {
        tool: Tool::Pyrra,
        service,
        name: name.clone(),
        part: None,
        title: None,
        description: made.description,
        percent: made.percent,
        window: made.window,
        sli: made.sli,
        recorded: None,
        unfollowed: None,
        values: made.values,
        slices: None,
        alerting: Alerting { labels: plain(on_alerts), annotations, ..made.alerting },
        owner: named,
        labels: Vec::new(),
        assumed: Vec::new(),
        lost: made.lost,
    });
    match made {
        Ok(objective) => {
            let at = reader.read.objectives.len();
            reader.read.pyrra.push(Labelled { at, labels: all });
            reader.read.objectives.push(objective);
        }
        Err((node, why)) => {
            let at = reader.place(node);
            reader.read.refused.push(Outcome::refused(shown, name.place, why).at(at));
        }
    }
}

/// Labels as alerts have them.
fn plain(labels: impl IntoIterator<Item = (String, Said)>) -> Vec<(String, Said)> {
    let plain = |key: String| key.strip_prefix(PREFIX).map(str::to_owned).unwrap_or(key);
    labels.into_iter().map(|(key, said)| (plain(key), said)).collect()
}

fn is_service(key: &str) -> bool {
    SERVICES.contains(&key.strip_prefix(PREFIX).unwrap_or(key))
}

/// What it is about: a label that says so, else the namespace, else the objective itself.
fn service(labels: &[(String, Said)], namespace: Option<Said>, name: &Said) -> Said {
    service_label(labels).or(namespace).unwrap_or_else(|| name.clone())
}

/// The label that says what something is about.
pub(super) fn service_label(labels: &[(String, Said)]) -> Option<Said> {
    let labelled = SERVICES.iter().find_map(|word| {
        let of = |key: &str| key.strip_prefix(PREFIX).unwrap_or(key) == *word;
        labels.iter().find(|(key, said)| of(key) && text::identifier(&said.text).is_some())
    });
    labelled.map(|(_, said)| said.clone())
}

/// What `spec` says.
struct Spec {
    description: Option<String>,
    percent: String,
    window: Window,
    sli: Sli,
    values: Values,
    alerting: Alerting,
    lost: Vec<Lost>,
}

fn spec<'n>(reader: &mut Reader<'_>, document: &'n Node) -> Result<Spec, Refusal<'n>> {
    let Some(spec) = given(document, "spec") else { return Err((document, "it has no `spec`".to_owned())) };
    let keys = [
        "description",
        "target",
        "window",
        "indicator",
        "alerting",
        "partial_response_strategy",
        "performance_over_accuracy",
    ];
    reader.known(spec, "`spec`", &keys);
    let percent = percent(reader, spec)?;
    let window = window(spec)?;
    let (sli, values) = indicator(reader, spec)?;
    let mut lost = Vec::new();
    let alerting = alerting(reader, spec, &mut lost)?;
    Ok(Spec {
        description: word(spec, "description").map(str::to_owned),
        percent,
        window,
        sli,
        values,
        alerting,
        lost,
    })
}

fn percent<'n>(reader: &mut Reader<'_>, spec: &'n Node) -> Result<String, Refusal<'n>> {
    let Some(node) = given(spec, "target") else { return Err((spec, "it has no `target`".to_owned())) };
    let written = scalar(node).unwrap_or("");
    let Some(number) = decimal(written) else {
        return Err((node, format!("`target` must be a number, and is `{}`", short(written))));
    };
    if number == Decimal::ONE_HUNDRED {
        let why = "a target of 100 leaves no error budget: any bad event would break it";
        return Err((node, why.to_owned()));
    }
    if number <= Decimal::ZERO || number > Decimal::ONE_HUNDRED {
        let why = format!("a target is a percentage above 0 and below 100, and this is {}", short(written));
        return Err((node, why));
    }
    if number <= Decimal::ONE {
        let said =
            format!("a target of {written} is {written}%: Pyrra counts in percent, is {written} of 1 meant?");
        reader.finding(node, said);
    }
    text::number(number).ok_or_else(|| (node, format!("`target` has too many digits: {}", short(written))))
}

/// The window in days: Prometheus' durations, `1w2d`.
fn window(spec: &Node) -> Result<Window, Refusal<'_>> {
    let Some(node) = given(spec, "window") else { return Err((spec, "it has no `window`".to_owned())) };
    let written = scalar(node).unwrap_or("");
    let Some(millis) = duration(written) else {
        let why = format!("`window` must be a duration such as 28d, and is `{}`", short(written));
        return Err((node, why));
    };
    let days = millis / 86_400_000;
    match u32::try_from(days) {
        Ok(days @ 1..=90) if millis.is_multiple_of(86_400_000) => Ok(Window::Days(days)),
        _ => Err((
            node,
            format!(
                "a window of {} is not possible in Slovo: windows are whole days from 1d to 90d",
                short(written)
            ),
        )),
    }
}

/// Prometheus' durations in milliseconds.
pub(super) fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut whole: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        let letters = behind.bytes().take_while(u8::is_ascii_lowercase).count();
        let (unit, after) = behind.split_at(letters);
        let size = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 7 * 86_400_000,
            "y" => 365 * 86_400_000,
            _ => return None,
        };
        whole = whole.checked_add(number.parse::<u64>().ok()?.checked_mul(size)?)?;
        rest = after;
    }
    Some(whole)
}

fn indicator<'n>(reader: &mut Reader<'_>, spec: &'n Node) -> Result<(Sli, Values), Refusal<'n>> {
    let Some(node) = given(spec, "indicator") else {
        return Err((spec, "it has no `indicator`".to_owned()));
    };
    reader.known(node, "`indicator`", &INDICATORS);
    let forms: Vec<(&str, &Node)> =
        INDICATORS.into_iter().filter_map(|key| Some((key, given(node, key)?))).collect();
    let (form, of) = match forms.as_slice() {
        [one] => *one,
        [] => {
            let why = "`indicator` has none of `ratio`, `latency`, `latencyNative` and `bool_gauge`";
            return Err((node, why.to_owned()));
        }
        several => {
            let named: Vec<String> = several.iter().map(|(key, _)| format!("`{key}`")).collect();
            return Err((node, format!("`indicator` has {}: Pyrra takes one", named.join(" and "))));
        }
    };
    let by = label_list(of, "grouping")?;
    match form {
        "ratio" => {
            reader.known(of, "`ratio`", &["errors", "total", "grouping"]);
            let (errors, total) = (metric(reader, of, "errors")?, metric(reader, of, "total")?);
            let rate =
                |m: Said| Said { text: format!("sum by ({by}) (rate({}[{{{{.window}}}}]))", m.text), ..m };
            Ok((Sli::Events { error: rate(errors), total: rate(total) }, Values::Written))
        }
        "latency" => {
            reader.known(of, "`latency`", &["success", "total", "grouping"]);
            let (success, total) = (metric(reader, of, "success")?, metric(reader, of, "total")?);
            let has_bound = promql::parse(&success.text)
                .is_ok_and(|e| e.selector().is_some_and(|s| promql::linear::le(s).is_some()));
            if !has_bound {
                let node = find(of, "success").unwrap_or(of);
                return Err((node, "`success` must be buckets of one bound, and names no `le`".to_owned()));
            }
            let rate =
                |m: Said| Said { text: format!("sum by ({by}) (rate({}[{{{{.window}}}}]))", m.text), ..m };
            Ok((Sli::Success { good: rate(success), total: rate(total) }, Values::Written))
        }
        "latencyNative" => {
            reader.known(of, "`latencyNative`", &["total", "latency", "grouping"]);
            let total = metric(reader, of, "total")?;
            let Some(limit) = given(of, "latency") else {
                return Err((of, "`latencyNative` has no `latency`".to_owned()));
            };
            let written = scalar(limit).unwrap_or("");
            let Some(millis) = duration(written).filter(|ms| *ms > 0) else {
                let why = format!("`latency` must be a duration such as 200ms, and is `{}`", short(written));
                return Err((limit, why));
            };
            let seconds = Decimal::new(i64::try_from(millis).unwrap_or(i64::MAX), 3).normalize();
            let text = format!(
                "histogram_fraction(0, {seconds}, sum by ({by}) (rate({}[{{{{.window}}}}])))",
                total.text
            );
            Ok((Sli::Ratio { query: Said { text, ..total }, good: true }, Values::Written))
        }
        _ => {
            reader.known(of, "`bool_gauge`", &["metric", "grouping"]);
            let gauge = metric_of(reader, of, "bool_gauge")?;
            let over =
                |function: &str| format!("sum by ({by}) ({function}({}[{{{{.window}}}}]))", gauge.text);
            let (count, sum) = (over("count_over_time"), over("sum_over_time"));
            let error = Said { text: format!("{count} - {sum}"), ..gauge.clone() };
            Ok((Sli::Events { error, total: Said { text: count, ..gauge } }, Values::Written))
        }
    }
}

fn metric<'n>(reader: &mut Reader<'_>, of: &'n Node, key: &str) -> Result<Said, Refusal<'n>> {
    let Some(node) = given(of, key) else { return Err((of, format!("`{key}` is missing"))) };
    reader.known(node, &format!("`{key}`"), &["metric"]);
    metric_of(reader, node, key)
}

/// The selector of `metric`.
fn metric_of<'n>(reader: &Reader<'_>, node: &'n Node, key: &str) -> Result<Said, Refusal<'n>> {
    let Some(said) = reader.text(node, "metric") else {
        return Err((node, format!("`{key}` names no `metric`")));
    };
    let at = find(node, "metric").unwrap_or(node);
    let expr = promql::parse(&said.text).map_err(|errors| {
        let why = errors.first().map_or_else(String::new, |e| e.message.clone());
        (at, format!("`{key}`: the metric is not PromQL: {why}"))
    })?;
    let plain = expr.selector().is_some_and(|s| {
        s.window.is_none() && s.shift.offset.is_none() && s.shift.at.is_none() && s.metric().is_some()
    });
    if !plain {
        return Err((
            at,
            format!("`{key}` must be a metric with matchers and nothing else: Pyrra refuses anything more"),
        ));
    }
    // Pyrra reads a selector through parentheses; a range cannot follow them.
    let inner = said.text.get(expr.bare().range.clone()).unwrap_or(&said.text).to_owned();
    Ok(Said { text: inner, ..said })
}

fn alerting<'n>(
    reader: &mut Reader<'_>,
    spec: &'n Node,
    lost: &mut Vec<Lost>,
) -> Result<Alerting, Refusal<'n>> {
    let mut made = Alerting::default();
    let Some(node) = map(spec, "alerting")? else { return Ok(made) };
    reader.known(
        node,
        "`alerting`",
        &["disabled", "burnrates", "absent", "name", "absentName", "severities"],
    );
    made.name = reader.text(node, "name").or_else(|| reader.text(node, "absentName"));
    let off = reader.flag(node, "disabled")? == Some(true);
    let absent = reader.flag(node, "absent")? != Some(false);
    let quiet = reader.flag(node, "burnrates")? == Some(false);
    if off || quiet {
        made.page = Alert { disabled: true, ..Alert::default() };
        made.ticket = made.page.clone();
        if absent {
            lost.push(Lost::new(
                What::NoData,
                "the alert of missing data: a promise that alerts nobody has none",
            ));
        }
    }
    made.silent_without_data = !absent;
    for severity in find(node, "severities").into_iter().flat_map(super::reader::entries) {
        let said = scalar(&severity.value).unwrap_or("");
        let text = format!("the severity {}: {}", short(&severity.key), short(said));
        lost.push(Lost::new(What::Conditions, text));
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations() {
        assert_eq!(duration("1w2d"), Some(9 * 86_400_000));
        assert_eq!(duration("200ms"), Some(200));
        for text in ["", "d", "1", "1 d", "1.5d", "1d-", "999999999999999999999d", "999999999999999d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
