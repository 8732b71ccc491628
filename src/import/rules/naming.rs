//! Names of what rules are about: rules name neither services nor objectives.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use crate::import::names;
use crate::import::objective::Said;
use crate::import::pyrra::service_label;
use crate::ir::MatchOp;
use crate::promql;
use crate::promql::ast::Selector;
use crate::write::text;

/// Labels of series that say what they are about, the plainest first.
const SERVICES: [&str; 4] = ["service", "app", "application", "job"];
/// Labels that hold the name of an objective.
const NAMES: [&str; 4] = ["slo", "slo_name", "objective", "name"];
/// Words of alerts' names that are about alerting.
const ALERTING: [&str; 28] = [
    "error budget",
    "budget",
    "burn rate",
    "burnrate",
    "burn",
    "burning",
    "burns",
    "slo",
    "slos",
    "alert",
    "page",
    "ticket",
    "critical",
    "warning",
    "multi window",
    "multiwindow",
    "fast",
    "slow",
    "slowly",
    "quickly",
    "too",
    "high",
    "is",
    "rate",
    "ratio",
    "consumption",
    "exhaustion",
    "exceeded",
];
/// Words of groups' names that say nothing of a service.
const GROUPS: [&str; 16] = [
    "slo",
    "slos",
    "sli",
    "slis",
    "rules",
    "rule",
    "alerts",
    "alert",
    "alerting",
    "recording",
    "recordings",
    "prometheus",
    "burnrate",
    "burnrates",
    "burn",
    "rate",
];

/// What a share is about.
pub(super) fn service(alert: &Rule, labels: &BTreeMap<String, String>, family: &str) -> Said {
    let at = |text: &str| Said { text: text.to_owned(), place: alert.name.place.clone() };
    let plain = |text: &str| text::identifier(text).is_some() && !text.contains("{{");
    if let Some(said) = service_label(&alert.labels).filter(|said| plain(&said.text)) {
        return said;
    }
    let given = |key: &&str| alert.label(key).or_else(|| labels.get(*key).map(String::as_str));
    if let Some(found) = SERVICES.iter().find_map(|key| given(key).filter(|v| plain(v))) {
        return at(found);
    }
    if let Some(found) = SERVICES.iter().find_map(|key| selected(family, key).filter(|v| plain(v))) {
        return at(&found);
    }
    let words: Vec<String> =
        words(&alert.group.text).into_iter().filter(|w| !GROUPS.contains(&w.as_str())).collect();
    let group = words.join("-");
    if plain(&group) {
        return Said { text: group, place: alert.group.place.clone() };
    }
    let words = of_alert(&alert.name.text);
    at(&if words.is_empty() { "service".to_owned() } else { words.join("-") })
}

/// The value that all selectors ask of a label.
fn selected(family: &str, key: &str) -> Option<String> {
    let expr = promql::parse(family).ok()?;
    let mut values = BTreeSet::new();
    for found in promql::selectors(&expr) {
        let m = found.matchers().iter().find(|m| m.label.text == key && m.op == MatchOp::Equal)?;
        values.insert(m.value.text.clone());
    }
    values.first().cloned().filter(|_| values.len() == 1)
}

/// The name of an objective; `recorded` is what its share is recorded as.
pub(super) fn name(
    alert: &Rule,
    labels: &BTreeMap<String, String>,
    family: &str,
    recorded: Option<&str>,
) -> Said {
    let at = |text: String| Said { text, place: alert.name.place.clone() };
    let words = of_alert(&alert.name.text);
    let mut name = words.join("-");
    // Nothing but alerting, and what is alerted on.
    if words.is_empty() || words == ["errors"] {
        let given = |key: &&str| labels.get(*key).map(String::as_str).or_else(|| alert.label(key));
        let said = NAMES.iter().find_map(|key| given(key).filter(|v| text::identifier(v).is_some()));
        name = match said {
            Some(said) => self::words(said).join("-"),
            None => counted(family),
        };
    }
    // `checkout:errors:ratio_rate5m` says which quality of it.
    let quality = |word: &String| names::QUALITIES.contains(&word.as_str());
    if !self::words(&name).iter().any(quality) {
        let words = self::words(recorded.unwrap_or(""));
        let mut said = words.iter().filter(|word| quality(word));
        if let (Some(one), None) = (said.next(), said.next()) {
            name = format!("{name}-{one}");
        }
    }
    at(name)
}

/// What a share counts: `requests`, `requests-latency`.
fn counted(family: &str) -> String {
    let Ok(expr) = promql::parse(family) else { return "events".to_owned() };
    let all = promql::selectors(&expr);
    let noun = all
        .last()
        .and_then(promql::SelectorRef::metric)
        .map_or_else(|| "events".to_owned(), |(name, _)| names::noun(name));
    if is_latency(&all.iter().map(|s| s.selector).collect::<Vec<_>>()) {
        format!("{noun}-latency")
    } else {
        noun
    }
}

/// Counts and buckets of one histogram, and nothing else that tells them apart.
fn is_latency(all: &[&Selector]) -> bool {
    let base = |s: &Selector| {
        let (name, _) = s.metric()?;
        let stem = name.strip_suffix("_bucket").or_else(|| name.strip_suffix("_count"))?;
        let mut matchers: Vec<String> = s
            .matchers
            .iter()
            .filter(|m| m.label.text != "le")
            .map(|m| format!("{}{}{}", m.label.text, m.op.as_str(), m.value.text))
            .collect();
        matchers.sort();
        Some((stem.to_owned(), matchers))
    };
    let bases: BTreeSet<_> = all.iter().map(|s| base(s)).collect();
    let buckets = all.iter().any(|s| s.metric().is_some_and(|(name, _)| name.ends_with("_bucket")));
    buckets && bases.len() == 1 && !bases.contains(&None)
}

/// The words of an alert's name that are about something: `KubeAPIErrorBudgetBurn` is `kube api`.
fn of_alert(name: &str) -> Vec<String> {
    let all = format!(" {} ", words(name).join(" "));
    // `ErrorRate` is about errors, `ErrorBudget` isn't.
    let mut all = ["error rate", "error ratio"]
        .iter()
        .fold(all, |all, two| all.replace(&format!(" {two} "), " errors "));
    for word in ALERTING {
        // Twice: neighbours share a blank.
        for _ in 0..2 {
            all = all.replace(&format!(" {word} "), " ");
        }
    }
    all.split_whitespace().map(|word| if word == "error" { "errors" } else { word }.to_owned()).collect()
}

/// The words of a name, in lower case: `HTTPErrors`, `http-errors` and `http_errors` are the same two.
pub(super) fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut made: Vec<String> = Vec::new();
    let mut inside = false;
    for (at, c) in letters.iter().enumerate() {
        if !c.is_alphanumeric() {
            inside = false;
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit())
                || before.is_some_and(|b| b.is_uppercase()) && after.is_some_and(|a| a.is_lowercase()));
        if !inside || begins {
            made.push(String::new());
        }
        inside = true;
        if let Some(word) = made.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_alerts() {
        for (name, wanted) in [
            ("KubeAPIErrorBudgetBurn", "kube-api"),
            ("ErrorBudgetBurn", ""),
            ("SLOErrorBudgetFastBurn", ""),
            ("CheckoutErrorBudgetBurnTooFast", "checkout"),
            ("CheckoutLatencyBudgetBurn", "checkout-latency"),
            ("HighErrorRate", "errors"),
            ("checkout_availability_slo_burn_rate_high", "checkout-availability"),
            ("PaymentsHighErrorRate", "payments-errors"),
            ("HTTPErrors5xx", "http-errors5xx"),
        ] {
            assert_eq!(of_alert(name).join("-"), wanted, "{name}");
        }
    }

    #[test]
    fn latency() {
        let of = |family: &str| counted(family);
        let slow = "(sum(rate(a_seconds_count{j=\"x\"}[$range])) - sum(rate(a_seconds_bucket{j=\"x\",le=\"1\"}[$range]))) / sum(rate(a_seconds_count{j=\"x\"}[$range]))";
        assert_eq!(of(slow), "events-latency");
        assert_eq!(
            of("sum(rate(http_requests_total{code=\"5\"}[$range])) / sum(rate(http_requests_total[$range]))"),
            "requests"
        );
    }
}
