//! Rules evaluated over the past, as `promtool tsdb create-blocks-from rules` does it: each rule is a range query whose step
//! is its group's interval; what it gives is written as blocks before the first rule that reads it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::bed::{Bed, Text, series};
use super::http::{self, Labels};

/// A recording or alert rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its group's name.
    pub group: String,
    /// Its group's interval in seconds.
    pub every: f64,
    /// The series recorded, or the alert.
    pub name: String,
    /// An alert?
    pub alert: bool,
    /// PromQL.
    pub expr: String,
    /// Labels it sets.
    pub labels: BTreeMap<String, String>,
    /// `for` in seconds.
    pub hold: f64,
}

#[derive(Deserialize)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    interval: String,
    rules: Vec<Raw>,
}

#[derive(Deserialize)]
struct Raw {
    record: Option<String>,
    alert: Option<String>,
    expr: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default, rename = "for")]
    hold: Option<String>,
}

/// The rules of a file in order.
pub fn parse(text: &str) -> Vec<Rule> {
    let file: File = serde_yaml::from_str(text).unwrap();
    let mut list = Vec::new();
    for group in file.groups {
        for raw in group.rules {
            let alert = raw.alert.is_some();
            list.push(Rule {
                group: group.name.clone(),
                every: seconds(&group.interval),
                name: raw.record.or(raw.alert).unwrap(),
                alert,
                expr: raw.expr,
                labels: raw.labels,
                hold: raw.hold.as_deref().map_or(0.0, seconds),
            });
        }
    }
    list
}

/// `1h30m` in seconds.
pub fn seconds(text: &str) -> f64 {
    let (mut all, mut digits, mut rest) = (0.0, String::new(), text.chars().peekable());
    while let Some(c) = rest.next() {
        let unit = match c {
            '0'..='9' => {
                digits.push(c);
                continue;
            }
            'm' if rest.next_if_eq(&'s').is_some() => 0.001,
            's' => 1.0,
            'm' => 60.0,
            'h' => 3600.0,
            'd' => 86_400.0,
            'w' => 604_800.0,
            _ => panic!("`{text}` is no duration"),
        };
        all += digits.parse::<f64>().unwrap() * unit;
        digits.clear();
    }
    all
}

/// Where in its interval a group runs: by its name, as Prometheus does it, in whole milliseconds.
pub fn offset(group: &str, every: f64) -> f64 {
    let hash = group
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    (hash % (every * 1000.0) as u64) as f64 / 1000.0
}

/// The first evaluation of a group at or after a moment.
pub fn first(group: &str, every: f64, from: f64) -> f64 {
    let offset = offset(group, every);
    ((from - offset) / every).ceil() * every + offset
}

/// What an evaluation gave.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recorded {
    /// Recording rules.
    pub rules: u64,
    /// Samples recorded.
    pub samples: u64,
    /// Of these neither a number nor finite.
    pub nans: u64,
}

/// Evaluates recording rules in order from `from` to `to`, outside of `holes`, in which no Prometheus ran.
pub fn evaluate(bed: &mut Bed, rules: &[Rule], from: f64, to: f64, holes: &[(f64, f64)]) -> Recorded {
    evaluate_with(bed, rules, from, to, holes, |_, _, _, _| ())
}

/// The same; each sample is shown with its rule, the labels and name of its series, and its time.
pub fn evaluate_with(
    bed: &mut Bed,
    rules: &[Rule],
    from: f64,
    to: f64,
    holes: &[(f64, f64)],
    mut seen: impl FnMut(&Rule, &Labels, f64, f64),
) -> Recorded {
    let mut done = Recorded::default();
    let mut pending: Vec<&str> = Vec::new();
    let mut text: Option<Text> = None;
    for rule in rules.iter().filter(|r| !r.alert) {
        if pending.iter().any(|name| rule.expr.contains(name)) {
            bed.add(text.take().unwrap());
            pending.clear();
        }
        pending.push(&rule.name);
        let start = first(&rule.group, rule.every, from);
        let found = http::query_range(bed.port(), &rule.expr, start, to, rule.every);
        let out = match &mut text {
            Some(out) => out,
            none => none.insert(bed.text()),
        };
        done.rules += 1;
        for one in found {
            let mut labels = one.metric.clone();
            labels.extend(rule.labels.clone());
            labels.insert("__name__".to_owned(), rule.name.clone());
            let name = series(&rule.name, &labels);
            for (at, value) in one.points() {
                if holes.iter().any(|h| h.0 <= at && at < h.1) {
                    continue;
                }
                done.samples += 1;
                done.nans += u64::from(!value.is_finite());
                out.sample(&name, at, value);
                seen(rule, &labels, at, value);
            }
        }
    }
    if let Some(text) = text {
        bed.add(text);
    }
    done
}
