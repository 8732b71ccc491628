//! What promtool says of both queries.

use std::collections::BTreeMap;

use super::Proof;
use crate::backend::proofs::Wrong;

/// How far apart the shares may be, of the source's.
const TOLERANCE: f64 = 0.001;
/// What promtool is asked: both expect nothing, so that promtool says what came.
pub(super) const OLD: usize = 0;
pub(super) const NEW: usize = 1;

/// Shares by the labels that they are kept apart by.
pub(super) type Shares = BTreeMap<String, f64>;

/// The shares of a query, where promtool says that it got some or none. `None`: it says something else.
pub(super) fn shares_of(said: &[Wrong], number: usize) -> Option<Shares> {
    if said.iter().any(|w| w.check.is_none()) {
        return None;
    }
    shares(said.iter().find(|w| w.check == Some(number)).map_or("", |w| w.got.as_str()))
}

/// What promtool's answer says.
pub(super) fn judged(said: &[Wrong]) -> Proof {
    let not = |why: &str| Proof::NotProven(why.to_owned());
    if let Some(other) = said.iter().find(|w| w.check.is_none()) {
        let why: String = other.got.lines().next().unwrap_or("").chars().take(200).collect();
        return Proof::NotProven(format!("promtool cannot evaluate the rules: {why}"));
    }
    let of = |number| said.iter().find(|w| w.check == Some(number)).map_or("", |w| w.got.as_str());
    let Some(old) = shares(of(OLD)) else {
        let why: String = of(OLD).chars().take(200).collect();
        return Proof::NotProven(format!("its queries cannot be evaluated: {why}"));
    };
    let Some(new) = shares(of(NEW)) else { return not("the share that the rules record cannot be read") };
    if old.is_empty() {
        return not("its queries give nothing on the series that are made for them");
    }
    if old.values().any(|share| !(0.0..=1.0).contains(share)) {
        return not("its queries give no share between 0 and 1 on the series that are made for them");
    }
    if !old.values().any(|share| *share > 0.0 && *share < 1.0) {
        return not("on the series that are made for it all events are good, or all are bad");
    }
    let all = old.keys().chain(new.keys());
    let apart = |labels: &&String| match (old.get(*labels), new.get(*labels)) {
        (Some(old), Some(new)) => (new - old).abs() > TOLERANCE * old,
        _ => true,
    };
    let Some(labels) = all.into_iter().find(apart) else { return Proof::Proven };
    let shown = |share: Option<&f64>| share.map_or("none".to_owned(), |share| format!("{share:.6}"));
    let of = if labels == "{}" { String::new() } else { format!(" of {labels}") };
    let (by_source, by_rules) = (shown(old.get(labels)), shown(new.get(labels)));
    Proof::Differs(format!(
        "over an hour of the same series the share of bad events{of} is {by_source} by the source's queries, and {by_rules} by these rules"
    ))
}

/// The samples that promtool says it got. `None`: it says something else.
fn shares(got: &str) -> Option<Shares> {
    let mut made = Shares::new();
    let mut rest = if got == "nothing" { "" } else { got };
    while !rest.is_empty() {
        let (labels, behind) = rest.split_at(end_of_labels(rest)?);
        let (value, next) = behind.split_once(", ").unwrap_or((behind, ""));
        made.insert(labels.to_owned(), value.trim().parse().ok()?);
        rest = next;
    }
    Some(made)
}

/// Where the braces end that a text begins with; in quotes others may stand.
fn end_of_labels(text: &str) -> Option<usize> {
    let mut letters = text.strip_prefix('{')?.char_indices();
    let mut quoted = false;
    while let Some((at, c)) = letters.next() {
        match c {
            '\\' if quoted => drop(letters.next()),
            '"' => quoted = !quoted,
            '}' if !quoted => return Some(at + 2),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(old: &str, new: &str) -> Vec<Wrong> {
        let one = |check, got: &str| Wrong {
            check: Some(check),
            expected: "nothing".to_owned(),
            got: got.to_owned(),
        };
        vec![one(OLD, old), one(NEW, new)]
    }

    #[test]
    fn what_counts_as_proven() {
        assert_eq!(judged(&said("{} 2.5E-01", "{} 2.501E-01")), Proof::Proven);
        assert_eq!(
            judged(&said(
                "{a=\"x, }\\\"y\"} 1E-01, {a=\"z\"} 0E+00",
                "{a=\"z\"} 0E+00, {a=\"x, }\\\"y\"} 1E-01"
            )),
            Proof::Proven
        );
        for (old, new, words) in [
            ("{} 2.5E-01", "{} 2.51E-01", "is 0.250000 by the source's queries, and 0.251000 by these rules"),
            ("{} 2.5E-01", "", "and none by these rules"),
            ("{} 2.5E-01", "{a=\"b\"} 2.5E-01", "none by these rules"),
            ("{a=\"b\"} 1E-01", "{a=\"b\"} 1E-01, {a=\"c\"} 1E-01", "of {a=\"c\"} is none by"),
            (
                "{a=\"b\"} 1E-01, {a=\"c\"} 0E+00",
                "{a=\"b\"} 1E-01, {a=\"c\"} 1E-09",
                "of {a=\"c\"} is 0.000000",
            ),
        ] {
            let Proof::Differs(text) = judged(&said(old, new)) else { panic!("{old} and {new}") };
            assert!(text.contains(words), "{text}");
        }
        for (old, new) in [
            ("", ""),
            ("", "{} 1E-01"),
            ("nothing", "nothing"),
            ("{} NaN", "{} NaN"),
            ("{} 1.5E+00", "{} 1E+00"),
            ("{} 0E+00", "{} 0E+00"),
            ("{} 1E+00", "{} 1E+00"),
            ("many-to-many matching not allowed", ""),
        ] {
            assert!(matches!(judged(&said(old, new)), Proof::NotProven(_)), "{old} and {new}");
        }
        let other = Wrong { check: None, expected: String::new(), got: "rule: x, err: y".to_owned() };
        assert!(matches!(judged(&[other]), Proof::NotProven(why) if why.contains("rule: x")));
        assert!(matches!(judged(&[]), Proof::NotProven(_)), "it expects nothing, and came to nothing");
    }
}
