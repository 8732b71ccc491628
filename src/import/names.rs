//! Names and nouns: identifiers, titles and what is counted, made of what a source calls things.

use crate::write::text;

/// Last words of an objective's name that say which quality of a step it is about.
pub(super) const QUALITIES: [&str; 14] = [
    "availability",
    "latency",
    "errors",
    "success",
    "freshness",
    "correctness",
    "throughput",
    "uptime",
    "duration",
    "durability",
    "coverage",
    "completeness",
    "reliability",
    "saturation",
];

/// The promise's name in a step that is called like the objective.
const PLAIN: &str = "kept";

/// Where an objective stands in its journey.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// The step's name and title; none for a promise of the whole journey.
    pub(super) step: Option<(String, String)>,
    /// The promise's name.
    pub(super) promise: String,
}

/// `requests-availability` is the step `requests` with the promise `availability`, `availability` a promise of the whole
/// journey, `login` the step `login`; what is called like its service is a promise of the whole journey, and one of
/// several objectives has the step for all of them.
pub(super) fn position(service: &str, name: &str, part: Option<&str>) -> Option<Position> {
    // Split before it is cut to the length of an identifier, which may take the quality away.
    let words = words_of(name);
    // That it is one needs no saying.
    let words = words.strip_suffix("_slo").filter(|rest| !rest.is_empty()).unwrap_or(&words);
    let whole = text::identifier(words)?;
    let journey = text::identifier(service);
    let promise = match part {
        Some(part) => Some(text::identifier(part)?),
        None => None,
    };
    let at = |step: String, promise: String| {
        let title = title(&step);
        // A step that is called like its journey is the journey.
        let step = (journey.as_ref() != Some(&step)).then_some((step, title));
        Some(Position { step, promise })
    };
    if let Some(promise) = promise {
        return at(whole, promise);
    }
    if QUALITIES.contains(&whole.as_str()) && journey.as_ref() != Some(&whole) {
        return Some(Position { step: None, promise: whole });
    }
    let split = QUALITIES.iter().find_map(|quality| {
        let step = words.strip_suffix(quality)?.strip_suffix('_')?;
        Some((text::identifier(step)?, (*quality).to_owned()))
    });
    let (step, promise) = split.unwrap_or((whole.clone(), PLAIN.to_owned()));
    // What has no service is one itself.
    let step = if journey.as_ref() == Some(&whole) { whole } else { step };
    at(step, promise)
}

/// A name without the word that says what it is: `pages-slo` is `pages`.
pub(super) fn without_slo(name: &str) -> &str {
    let rest = ["-slo", "_slo", "-SLO", " SLO"].iter().find_map(|word| name.strip_suffix(word));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// A name in lower case with `_` between its words, however long.
fn words_of(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// A name as words: `requests-availability` is `Requests availability`.
pub(super) fn title(name: &str) -> String {
    let words: Vec<&str> = name.split(['-', '_', ' ', '.', '/']).filter(|w| !w.is_empty()).collect();
    let words = words.join(" ");
    let mut letters = words.chars();
    letters.next().map_or_else(|| name.to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

/// Units that a metric's name may end in, as the language calls them.
const UNITS: [(&str, &str); 9] = [
    ("_seconds", "seconds"),
    ("_milliseconds", "milliseconds"),
    ("_microseconds", "microseconds"),
    ("_nanoseconds", "nanoseconds"),
    ("_minutes", "minutes"),
    ("_ms", "milliseconds"),
    ("_bytes", "bytes"),
    ("_ratio", "ratio"),
    ("_percent", "percent"),
];

/// The unit that a metric's name ends in.
pub(super) fn unit(metric: &str) -> Option<&'static str> {
    let name = metric.strip_suffix("_total").unwrap_or(metric);
    UNITS.iter().find(|(suffix, _)| name.ends_with(suffix)).map(|(_, unit)| *unit)
}

/// Last words of metrics that are no nouns, or that mean something to the language.
const NO_NOUNS: [&str; 9] = ["minute", "minutes", "slice", "slices", "taken", "sent", "done", "seen", "lost"];

/// Last words of metrics that name what is used, or what it is measured by: nobody counts `mems`.
const RESOURCES: [&str; 29] = [
    "memory",
    "disk",
    "disks",
    "load",
    "swap",
    "heap",
    "temp",
    "util",
    "utilization",
    "usage",
    "size",
    "free",
    "avail",
    "available",
    "active",
    "busy",
    "idle",
    "ready",
    "healthy",
    "state",
    "status",
    "info",
    "value",
    "count",
    "rate",
    "ratio",
    "total",
    "length",
    "depth",
];
/// Short words that are nouns.
const SHORT: [&str; 12] = ["job", "run", "row", "hit", "bid", "log", "ask", "ad", "tx", "op", "ops", "key"];

/// The plural noun of what a metric counts, by its name: `http_request_duration_seconds` counts requests.
pub(super) fn noun(metric: &str) -> String {
    let mut name = metric.rsplit(':').next().unwrap_or(metric).to_ascii_lowercase();
    let mut strip = |suffixes: &[&str]| {
        let kept = suffixes.iter().find_map(|s| name.strip_suffix(s)).map(str::len);
        if let Some(kept) = kept {
            name.truncate(kept);
        }
    };
    strip(&["_total", "_count", "_bucket", "_sum"]);
    strip(&UNITS.map(|(suffix, _)| suffix));
    strip(&["_stats"]);
    strip(&["_duration", "_latency", "_time", "_elapsed", "_interval"]);
    let word = name.rsplit(['_', '.']).next().unwrap_or("");
    let plain = word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    // What happened to something is no name of it, and some words mean something to the language.
    if !plain || word.ends_with("ed") || word.ends_with("ing") || NO_NOUNS.contains(&word) {
        return "events".to_owned();
    }
    // Abbreviations have no plural that anybody would say.
    let said = word.contains(['a', 'e', 'i', 'o', 'u', 'y']) && (word.len() > 3 || SHORT.contains(&word));
    if !said || RESOURCES.contains(&word) {
        return "events".to_owned();
    }
    if word.ends_with('s') && !word.ends_with("ss") {
        return word.to_owned();
    }
    if word.ends_with("ss") || word.ends_with('x') || word.ends_with("ch") || word.ends_with("sh") {
        return format!("{word}es");
    }
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions() {
        let at = |name: &str| {
            let found = position("shop", name, None)?;
            Some((found.step.map(|(name, _)| name).unwrap_or_default(), found.promise))
        };
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(at("requests-availability"), pair("requests", "availability"));
        assert_eq!(at("availability"), pair("", "availability"));
        assert_eq!(at("Log.in"), pair("log_in", "kept"));
        assert_eq!(at("日本"), None);
        assert_eq!(at("reads-latency-slo"), pair("reads", "latency"));
        assert_eq!(at("slo"), pair("slo", "kept"));
        assert_eq!(at("shop"), pair("", "kept"));
        assert_eq!(at("shop-latency"), pair("", "latency"));
        let own = position("page-latency", "page-latency", None).map(|p| (p.step.is_none(), p.promise));
        assert_eq!(own, Some((true, "latency".to_owned())));
        let long = at("a-very-long-name-of-something-that-is-received-latency-slo");
        assert_eq!(long, pair("a_very_long_name_of_something_that_is_re", "latency"));
        let part = position("shop", "reads-latency", Some("Within 1s")).map(|p| p.promise);
        assert_eq!(part.as_deref(), Some("within_1s"));
        assert_eq!(title("latency-readonly_cluster"), "Latency readonly cluster");
    }

    #[test]
    fn nouns() {
        for (metric, wanted) in [
            ("http_requests_total", "requests"),
            ("http_request_duration_seconds", "requests"),
            ("http_request_count", "requests"),
            ("grpc_client_handled_total", "events"),
            ("mail_delivery_seconds", "deliveries"),
            ("dns_responses_total", "responses"),
            ("process_total", "processes"),
            ("up", "events"),
            ("queue_taken_total", "events"),
            ("process_mem_total", "events"),
            ("node_http_total", "events"),
            ("cron_job_total", "jobs"),
        ] {
            assert_eq!(noun(metric), wanted, "{metric}");
        }
        assert_eq!(unit("a_seconds"), Some("seconds"));
        assert_eq!(unit("a_seconds_total"), Some("seconds"));
        assert_eq!(unit("requests_total"), None);
    }
}
