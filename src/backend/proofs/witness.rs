//! Label sets made from matchers: a witness is one series that a selector finds and others do not.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::ir::{MatchOp, Matcher};
use crate::promql::regex::{accepts, with_pattern};

/// The labels of one synthetic series. Absent labels are not in the map.
pub(crate) type Labels = BTreeMap<String, String>;

/// A value that no specification is likely to name.
const OTHER: &str = "other";
/// How many combinations are tried before giving up: far beyond what specs hold, and it bounds the time.
const TRIES: usize = 20_000;
/// How many strings are made from one regex.
const SAMPLES: usize = 8;

/// Does a label set (absent = empty) satisfy every matcher?
pub(crate) fn satisfies(labels: &Labels, matchers: &[Matcher]) -> bool {
    matchers.iter().all(|m| holds(m, labels.get(&m.label).map_or("", String::as_str)))
}

/// Does a value satisfy one matcher? A regex that can't be read matches nothing.
fn holds(matcher: &Matcher, value: &str) -> bool {
    accepts(matcher.op, &matcher.value, value).unwrap_or(false)
}

/// A label set that satisfies `must` and none of `never`, and carries every label of `fixed` with its value.
/// `None` when there is none among the values that the matchers suggest.
pub(crate) fn witness(must: &[Matcher], never: &[&[Matcher]], fixed: &Labels) -> Option<Labels> {
    let mut choices: Vec<(&str, Vec<String>)> = Vec::new();
    let all = || must.iter().chain(never.iter().copied().flatten());
    for matcher in all() {
        if choices.iter().any(|(label, _)| *label == matcher.label) {
            continue;
        }
        let on_label = |m: &&Matcher| m.label == matcher.label;
        let mut values: Vec<String> = match fixed.get(&matcher.label) {
            Some(value) => vec![value.clone()],
            None => {
                all().filter(on_label).flat_map(suggested).chain([OTHER.to_owned(), String::new()]).collect()
            }
        };
        values.retain(|v| must.iter().filter(on_label).all(|m| holds(m, v)));
        let mut seen = Vec::new();
        values.retain(|v| {
            !seen.contains(v) && {
                seen.push(v.clone());
                true
            }
        });
        choices.push((&matcher.label, values));
    }
    let mut tries = 0;
    let mut labels = fixed.clone();
    choose(&choices, never, &mut labels, &mut tries).then(|| {
        labels.retain(|_, value| !value.is_empty());
        labels
    })
}

/// Depth-first through the choices; `labels` holds the answer when true.
fn choose(
    choices: &[(&str, Vec<String>)],
    never: &[&[Matcher]],
    labels: &mut Labels,
    tries: &mut usize,
) -> bool {
    *tries += 1;
    if *tries > TRIES {
        return false;
    }
    let Some(((label, values), rest)) = choices.split_first() else {
        return never.iter().all(|m| !satisfies(labels, m));
    };
    values.iter().any(|value| {
        labels.insert((*label).to_owned(), value.clone());
        choose(rest, never, labels, tries)
    })
}

/// Values worth trying because of a matcher.
fn suggested(matcher: &Matcher) -> Vec<String> {
    match matcher.op {
        MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.clone()],
        MatchOp::Regex | MatchOp::NotRegex => samples(&matcher.value),
    }
}

/// A few strings that a fully anchored pattern matches, the plainest first.
pub(crate) fn samples(pattern: &str) -> Vec<String> {
    let Ok(hir) = regex_syntax::parse(pattern) else { return Vec::new() };
    let mut made = grow(&hir, 0);
    made.retain(|s| with_pattern(pattern, |p| p.matches(s)).unwrap_or(false));
    made.truncate(SAMPLES);
    made
}

/// Samples of one node, at most `SAMPLES`.
fn grow(hir: &Hir, depth: usize) -> Vec<String> {
    if depth > 50 {
        return Vec::new();
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![String::from_utf8_lossy(&literal.0).into_owned()],
        HirKind::Class(class) => member(class).map(String::from).into_iter().collect(),
        HirKind::Capture(inner) => grow(&inner.sub, depth + 1),
        HirKind::Repetition(times) => {
            let least = usize::try_from(times.min).unwrap_or(0).min(20);
            let once = grow(&times.sub, depth + 1);
            // One more than nothing reads better than nothing: `/products.*` gives `/products` first all the same.
            once.iter()
                .map(|s| s.repeat(least))
                .chain(once.iter().map(|s| s.repeat(least + 1)))
                .take(SAMPLES)
                .collect()
        }
        HirKind::Concat(parts) => parts.iter().fold(vec![String::new()], |heads, part| {
            let tails = grow(part, depth + 1);
            heads.iter().flat_map(|h| tails.iter().map(move |t| format!("{h}{t}"))).take(SAMPLES).collect()
        }),
        HirKind::Alternation(arms) => arms.iter().flat_map(|a| grow(a, depth + 1)).take(SAMPLES).collect(),
    }
}

/// A plain character of a class: a digit or letter where it has one.
fn member(class: &Class) -> Option<char> {
    let has = |c: char| match class {
        Class::Unicode(u) => u.ranges().iter().any(|r| r.start() <= c && c <= r.end()),
        Class::Bytes(b) => {
            u8::try_from(c).is_ok_and(|c| b.ranges().iter().any(|r| r.start() <= c && c <= r.end()))
        }
    };
    let first = || match class {
        Class::Unicode(u) => u.ranges().first().map(regex_syntax::hir::ClassUnicodeRange::start),
        Class::Bytes(b) => b.ranges().first().map(|r| char::from(r.start())),
    };
    ('0'..='9').chain('a'..='z').chain('A'..='Z').find(|c| has(*c)).or_else(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn m(label: &str, op: MatchOp, value: &str) -> Matcher {
        Matcher { label: label.to_owned(), op, value: value.to_owned() }
    }

    #[test]
    fn strings_from_patterns() {
        for pattern in
            ["5..", "(5..|429)", "GET /api/products.*", "a{3}b+", "[^a-z]x", "", "^x$", "(?i)ab", "\\d+-\\w"]
        {
            assert!(!samples(pattern).is_empty(), "{pattern}");
        }
        assert!(samples("(").is_empty());
        assert_eq!(samples("ab|cd")[..], ["ab", "cd"]);
    }

    #[test]
    fn good_and_bad_series() {
        let total = [m("route", MatchOp::Equal, "/"), m("env", MatchOp::NotEqual, "test")];
        let bad = [total.to_vec(), vec![m("code", MatchOp::Regex, "5..")]].concat();
        let not_probe = [m("code", MatchOp::NotRegex, "[0-9]+")];
        let none = Labels::new();
        let sick = witness(&bad, &[], &none).unwrap();
        assert!(satisfies(&sick, &total) && satisfies(&sick, &bad), "{sick:?}");
        let fine = witness(&total, &[&bad], &none).unwrap();
        assert!(satisfies(&fine, &total) && !satisfies(&fine, &bad), "{fine:?}");
        let both = witness(&total, &[&bad, &not_probe], &none).unwrap();
        assert!(!satisfies(&both, &bad) && !satisfies(&both, &not_probe), "{both:?}");
        assert_eq!(witness(&bad, &[&total], &none), None);
    }

    #[test]
    fn fixed_labels_stay() {
        let fixed = Labels::from([("region".to_owned(), "eu".to_owned())]);
        let found = witness(&[m("region", MatchOp::NotEqual, "us")], &[], &fixed).unwrap();
        assert_eq!(found, fixed);
        assert_eq!(witness(&[m("region", MatchOp::Equal, "us")], &[], &fixed), None);
    }
}
