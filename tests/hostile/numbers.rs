//! Every number of the language and of `slovo.yaml`, made extreme: a message, or outputs; never a panic.

use slovo::project::Project;

use crate::common::check;
use crate::tools::emit_all;

/// What numbers become.
const PLAIN: &[&str] = &[
    "0",
    "0.000000000001",
    "99.999999999999",
    "1_000_000_000_000_000",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
];
const TIMES: &[&str] = &["0s", "1us", "90d1us", "3650d", "36500d"];

/// The places of all numbers outside of texts and comments: their ranges, unit or `%` not included, and whether a unit follows.
fn numbers(text: &str) -> Vec<(std::ops::Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = if text[at..].starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
                at += text[at + end.len()..].find(end).unwrap() + 2 * end.len();
            }
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b'0'..=b'9' => {
                let end = |from: usize, of: &[u8]| {
                    (from..bytes.len()).find(|i| !of.contains(&bytes[*i])).unwrap_or(bytes.len())
                };
                let number = end(at, b"0123456789._");
                let unit = end(number, b"usmhdw");
                let timed = unit > number;
                let part_of_a_word =
                    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || b"_-".contains(&bytes[at - 1]));
                let to = if timed { unit } else { number };
                // `1h30m` once, dates not at all
                if !part_of_a_word && bytes.get(to) != Some(&b'-') {
                    found.push((at..to, timed));
                }
                at = to;
            }
            _ => at += 1,
        }
    }
    found
}

#[test]
fn no_number_of_the_language_panics() {
    let mut built = 0;
    let mut tried = 0;
    for folder in ["tests/hostile/numbers"] {
        let files: Vec<(String, String)> = crate::common::files_below(std::path::Path::new(folder), "slovo")
            .iter()
            .map(|p| {
                (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(p).unwrap())
            })
            .collect();
        for (at, (name, text)) in files.iter().enumerate() {
            for (range, timed) in numbers(text) {
                for other in if timed { TIMES } else { PLAIN } {
                    let mut changed = text.clone();
                    changed.replace_range(range.clone(), other);
                    let list: Vec<(&str, &str)> = files
                        .iter()
                        .enumerate()
                        .map(|(n, (f, t))| (f.as_str(), if n == at { changed.as_str() } else { t.as_str() }))
                        .collect();
                    tried += 1;
                    let project = Project::in_memory(&list, "project: shop\n");
                    let compiled = project.compile();
                    if let Some(model) = &compiled.model {
                        assert!(emit_all(model) > 5, "{name}: {other}");
                        built += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 200 && built > 40, "{built} of {tried} built");
}

#[test]
fn no_number_of_slovo_yaml_panics() {
    let shop = std::fs::read_to_string("examples/minimal/shop.slovo").unwrap();
    let keys = [
        "default_window: {}d",
        "scrape_interval: {}s",
        "evaluation_interval: {}s",
        "retention: {}d",
        "limits: {journeys_per_team: {}}",
        "limits: {objective_digits: {}}",
        "alerting: {tiers: [{urgency: page, spent: '{}%', window: 1h}]}",
        "alerting: {tiers: [{urgency: page, spent: '2%', window: 1h, burn_rate: {}}]}",
        "alerting: {tiers: [{urgency: page, spent: '2%', window: 1h, bad_events: {}}]}",
        "alerting: {windows: {1h: {}m}}",
    ];
    for key in keys {
        for value in PLAIN.iter().chain(&["-1", "1e400", ".inf", ".nan", "18446744073709551616"]) {
            let yaml = format!("project: shop\n{}\n", key.replace("{}", value));
            let project = Project::in_memory(&[("shop.slovo", &shop)], &yaml);
            if let Some(model) = &project.compile().model {
                assert!(emit_all(model) > 5, "{yaml}");
            }
        }
    }
}

#[test]
fn ranges_are_told() {
    let said = |bounds: &str| {
        check(&[("a.slovo", &format!("metric x: histogram of seconds {{\n  buckets {bounds}\n}}\n"))], None)
            .rendered
    };
    let large = said("0.1, 79228162514264337593543950335");
    assert!(large.contains("[E0109]") && large.contains("too large a number"), "{large}");
    assert!(large.contains("1_000_000_000_000_000"), "{large}");
    assert!(said("0.1, 1.0000000000000001").contains("at most 15 digits"));
}
