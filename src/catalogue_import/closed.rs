//! Labels whose values are a closed set by what they are. What one exposition shows is never all of it: no request may have
//! failed yet. So a set is that of the kind, whole, and only where every value seen is in it.

use std::borrow::Cow;

use crate::exposition::{Family, Told, Values};

/// The most states of a state set.
const STATES: usize = 16;
/// HTTP's methods.
const METHODS: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
/// What OpenTelemetry writes for any other.
const OTHER_METHOD: &str = "_OTHER";

/// All values of a label, where they are closed.
pub(super) fn values(family: &Family<'_>, label: &str, values: &Values<'_>) -> Option<Vec<String>> {
    if values.more || values.seen.is_empty() {
        return None;
    }
    let seen: Vec<&str> = values.seen.iter().map(Cow::as_ref).collect();
    // Every state is exposed, one a series.
    if family.told == Told::StateSet && label == family.name {
        return (seen.len() <= STATES).then(|| seen.iter().map(|s| (*s).to_owned()).collect());
    }
    let within = |all: &[&str]| seen.iter().all(|value| all.contains(value));
    for ending in ["xx", "XX"] {
        let classes: Vec<String> = (1..=5).map(|n| format!("{n}{ending}")).collect();
        if within(&classes.iter().map(String::as_str).collect::<Vec<_>>()) {
            return Some(classes);
        }
    }
    for pair in [["true", "false"], ["yes", "no"]] {
        if seen.len() == 2 && within(&pair) {
            return Some(pair.map(str::to_owned).to_vec());
        }
    }
    let mut methods = METHODS.to_vec();
    if label == "http_request_method" {
        methods.push(OTHER_METHOD);
    }
    let is_method = matches!(label, "method" | "http_method" | "http_request_method" | "request_method");
    (is_method && within(&methods)).then(|| methods.iter().map(|m| (*m).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition;

    fn closed(label: &str, seen: &[&str]) -> Option<Vec<String>> {
        let lines: Vec<String> = seen.iter().map(|v| format!("x{{{label}=\"{v}\"}} 1\n")).collect();
        let text = lines.concat();
        let read = exposition::read(&text).unwrap();
        values(&read.families[0], label, &read.families[0].labels[label])
    }

    #[test]
    fn sets_are_whole() {
        assert_eq!(closed("code", &["2xx"]).unwrap(), ["1xx", "2xx", "3xx", "4xx", "5xx"]);
        assert_eq!(closed("class", &["2XX", "5XX"]).unwrap().len(), 5);
        assert_eq!(closed("method", &["GET"]).unwrap().len(), 9);
        assert_eq!(closed("http_request_method", &["GET", "_OTHER"]).unwrap().len(), 10);
        assert_eq!(closed("hit", &["true", "false"]).unwrap(), ["true", "false"]);
        for (label, seen) in [
            ("code", ["2xx", "200"]),
            ("code", ["2xx", "2XX"]),
            ("method", ["GET", "unknown"]),
            ("method", ["get", "post"]),
            ("verb", ["GET", "POST"]),
            ("hit", ["true", "maybe"]),
            ("user_id", ["17", "18"]),
        ] {
            assert_eq!(closed(label, &seen), None, "{label} {seen:?}");
        }
        assert_eq!(closed("hit", &["true"]), None);
    }
}
