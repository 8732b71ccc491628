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

/// What `haproxy_` metrics have beside classes.
const OTHER_CODE: &str = "other";
/// The codes of gRPC, as its libraries write them.
const GRPC_CODES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];
/// Labels whose values a convention closes, by its name, what the names of its metrics begin with, and all values.
const CONVENTIONS: [(&str, &str, &[&str]); 5] = [
    // Micrometer's of requests, of servers and clients.
    (
        "outcome",
        "http_",
        &["INFORMATIONAL", "SUCCESS", "REDIRECTION", "CLIENT_ERROR", "SERVER_ERROR", "UNKNOWN"],
    ),
    ("grpc_code", "grpc_", &GRPC_CODES),
    ("grpc_type", "grpc_", &["unary", "client_stream", "server_stream", "bidi_stream"]),
    // The span metrics of OpenTelemetry's collector.
    (
        "span_kind",
        "",
        &[
            "SPAN_KIND_UNSPECIFIED",
            "SPAN_KIND_INTERNAL",
            "SPAN_KIND_SERVER",
            "SPAN_KIND_CLIENT",
            "SPAN_KIND_PRODUCER",
            "SPAN_KIND_CONSUMER",
        ],
    ),
    ("status_code", "", &["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"]),
];

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
    if label == "code" && family.name.starts_with("haproxy_") {
        let mut classes: Vec<String> = (1..=5).map(|n| format!("{n}xx")).collect();
        classes.push(OTHER_CODE.to_owned());
        return within(&classes.iter().map(String::as_str).collect::<Vec<_>>()).then_some(classes);
    }
    for ending in ["xx", "XX"] {
        let classes: Vec<String> = (1..=5).map(|n| format!("{n}{ending}")).collect();
        if within(&classes.iter().map(String::as_str).collect::<Vec<_>>()) {
            return Some(classes);
        }
    }
    let closed = CONVENTIONS
        .iter()
        .find(|(name, begins, all)| *name == label && family.name.starts_with(begins) && within(all));
    if let Some((_, _, all)) = closed {
        return Some(all.iter().map(|value| (*value).to_owned()).collect());
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
        of("x", label, seen)
    }

    fn of(name: &str, label: &str, seen: &[&str]) -> Option<Vec<String>> {
        let lines: Vec<String> = seen.iter().map(|v| format!("{name}{{{label}=\"{v}\"}} 1\n")).collect();
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

    #[test]
    fn conventions_close() {
        for (name, label, seen, count) in [
            ("http_server_requests_seconds", "outcome", &["SUCCESS", "CLIENT_ERROR"][..], 6),
            ("grpc_server_handled_total", "grpc_code", &["OK"], 17),
            ("grpc_server_handled_total", "grpc_type", &["unary"], 4),
            ("calls_total", "span_kind", &["SPAN_KIND_SERVER"], 6),
            ("traces_calls_total", "status_code", &["STATUS_CODE_UNSET"], 3),
            ("haproxy_frontend_http_responses_total", "code", &["2xx", "other"], 6),
            ("haproxy_frontend_http_responses_total", "code", &["2xx"], 6),
        ] {
            assert_eq!(of(name, label, seen).map(|all| all.len()), Some(count), "{name} {label}");
        }
        for (name, label, seen) in [
            // Another value, another spelling, another's label.
            ("http_server_requests_seconds", "outcome", &["SUCCESS", "ODD"][..]),
            ("grpc_server_handled_total", "grpc_code", &["OK", "17"]),
            ("game_rounds_total", "outcome", &["SUCCESS"]),
            ("calls_total", "status_code", &["200"]),
            ("calls_total", "span_kind", &["server"]),
        ] {
            assert_eq!(of(name, label, seen), None, "{name} {label}");
        }
    }
}
