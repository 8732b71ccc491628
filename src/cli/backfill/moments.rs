//! At which moments promtool evaluates rules, and that it leaves none of them out.
//!
//! promtool asks for two hours at a time, from an even hour to 1:59:59 after it. A group's moments lie anywhere in its
//! interval: where depends on the names of its file and of the group alone. If the last moment before an even hour lies in
//! the second that is not asked for, that sample is missing, every two hours, without a word. So the groups of all journeys
//! that play one part (`buy-rollup`, `sell-rollup`) become one, and a name for the file is looked for with which no moment
//! is lost. It serves all layers. Rules of one group are then evaluated at the same moments in each layer, and rules of two
//! groups at different ones, as the server does it: a window that ends at a sample would hold one sample too many.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::Failure;
use super::super::args::Backfill;
use super::blocks::{PROBE, blocks_in, folder_in};
use super::promtool::create_blocks;
use crate::backend::prometheus::backfill::Layer;
use crate::value::Duration;

/// What promtool asks for at a time, in milliseconds.
const BLOCK: i64 = 7_200_000;
/// How much of its end it leaves out.
const LEFT_OUT: i64 = 1000;
/// Names that are tried. One of ten may lose a moment.
pub(super) const NAMES: u32 = 50;

#[derive(Deserialize, Serialize)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Deserialize, Serialize)]
struct Group {
    name: String,
    interval: String,
    rules: Vec<serde_json::Value>,
}

/// What tells a group: its interval, and the part that it plays in each journey.
pub(super) type Part = (Duration, String);

impl Group {
    fn of((interval, part): &Part, rules: Vec<serde_json::Value>) -> Self {
        Self { name: format!("{interval}{part}"), interval: interval.to_string(), rules }
    }
}

/// Layers whose groups are one for each part.
pub(super) struct Regrouped {
    /// A rule file for each layer. JSON is YAML.
    pub(super) texts: Vec<String>,
    /// All groups, those of the shortest interval first.
    pub(super) parts: Vec<Part>,
}

impl Regrouped {
    /// All intervals, the shortest first.
    pub(super) fn intervals(&self) -> Vec<Duration> {
        let mut all: Vec<Duration> = self.parts.iter().map(|(interval, _)| *interval).collect();
        all.dedup();
        all
    }
}

/// One group for each part. In a backfill no rule reads another of its file.
pub(super) fn regrouped(layers: &[Layer], journeys: &[&str]) -> Result<Regrouped, Failure> {
    let wrong = |why: &dyn std::fmt::Display| Failure::new(format!("a layer of rules cannot be read: {why}"));
    let mut texts = Vec::new();
    let mut parts = BTreeSet::new();
    let mut known: Vec<&str> = journeys.to_vec();
    known.sort_by_key(|name| Reverse(name.len()));
    for layer in layers {
        let file: Rules = serde_yaml::from_str(&layer.text).map_err(|e| wrong(&e))?;
        let mut groups: BTreeMap<Part, Vec<serde_json::Value>> = BTreeMap::new();
        for group in file.groups {
            let interval = Duration::parse(&group.interval).ok_or_else(|| wrong(&group.interval))?;
            let rest = |journey: &&str| {
                group.name.strip_prefix(*journey).filter(|r| r.is_empty() || r.starts_with('-'))
            };
            let part = known.iter().find_map(rest).unwrap_or(&group.name).to_owned();
            groups.entry((interval, part)).or_default().extend(group.rules);
        }
        parts.extend(groups.keys().cloned());
        let groups = groups.into_iter().map(|(part, rules)| Group::of(&part, rules));
        let file = Rules { groups: groups.collect() };
        texts.push(serde_json::to_string_pretty(&file).map_err(|e| wrong(&e))? + "\n");
    }
    Ok(Regrouped { texts, parts: parts.into_iter().collect() })
}

/// A rule for each group, under the names that the layers use.
pub(super) fn probe(parts: &[Part]) -> String {
    let rule = serde_json::json!({"record": "slovo:probe", "expr": "vector(1)"});
    let file = Rules { groups: parts.iter().map(|part| Group::of(part, vec![rule.clone()])).collect() };
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

/// The name of a rule file.
pub(super) fn name(number: u32) -> String {
    format!("rules-{number}.yml")
}

/// A name for rule files with which promtool leaves no moment out. Blocks made to find it are thrown away.
pub(super) fn safe_name(options: &Backfill, regrouped: &Regrouped) -> Result<String, Failure> {
    let intervals = regrouped.intervals();
    let millis: Vec<i64> = intervals.iter().copied().map(millis).collect();
    let text = probe(&regrouped.parts);
    let from = options.start.as_millisecond().div_euclid(BLOCK) * BLOCK;
    let moment = |ms: i64| Timestamp::from_millisecond(ms).map(|t| t.to_string()).unwrap_or_default();
    let range = (moment(from), moment(from + BLOCK - LEFT_OUT));
    let whole = (options.start.as_millisecond(), options.end.as_millisecond());
    for number in 1..=NAMES {
        let folder = folder_in(&options.output_dir, PROBE)?;
        let name = name(number);
        super::super::test::put(&folder.path().join(&name), &text)?;
        create_blocks(options, folder.path(), &name, (&range.0, &range.1))?;
        let blocks = blocks_in(folder.path())?;
        if blocks.len() < regrouped.parts.len() {
            return Err(Failure::new("promtool gives no samples for a rule that needs none")
                .help("is the Prometheus at `--url` one that evaluates `vector(1)`?"));
        }
        if !blocks.iter().any(|block| millis.iter().any(|every| loses(block.meta.min_time, *every, whole))) {
            return Ok(name);
        }
    }
    let shown: Vec<String> = intervals.iter().map(ToString::to_string).collect();
    let message = format!(
        "promtool would leave out samples of these rules: it passes over the last second of every two hours, and rules are \
         evaluated every {}",
        shown.join(", ")
    );
    Err(Failure::new(message)
        .help("intervals that divide two hours avoid it: `scrape_interval: 30s` or `60s`, say"))
}

fn millis(interval: Duration) -> i64 {
    use rust_decimal::prelude::ToPrimitive;
    (interval.seconds() * rust_decimal::Decimal::ONE_THOUSAND).to_i64().unwrap_or(BLOCK).max(1)
}

/// Does a group with this interval, one of whose moments is known, lose its last one before an even hour of the range?
fn loses(moment: i64, every: i64, (start, end): (i64, i64)) -> bool {
    let mut even = (start.div_euclid(BLOCK) + 1) * BLOCK;
    while even <= end {
        let before = (even - moment).rem_euclid(every);
        if before > 0 && before <= LEFT_OUT {
            return true;
        }
        // Where the interval divides two hours, every even hour is like the next.
        if BLOCK % every == 0 {
            return false;
        }
        even += BLOCK;
    }
    false
}

/// Where samples begin: promtool gives up a rule whose first moment after the start lies beyond the next even hour.
pub(super) fn begin(start: Timestamp, longest: Option<&Duration>) -> Timestamp {
    let at = start.as_millisecond();
    let even = (at.div_euclid(BLOCK) + 1) * BLOCK;
    if even - at > longest.copied().map_or(0, millis) + LEFT_OUT || at.rem_euclid(BLOCK) == 0 {
        return start;
    }
    Timestamp::from_millisecond(even).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDNIGHT: i64 = 1_790_812_800_000;

    #[test]
    fn moments_that_are_lost() {
        let range = (MIDNIGHT, MIDNIGHT + 24 * 3_600_000);
        for (offset, every, lost) in [
            (0, 30_000, false),
            (28_999, 30_000, false),
            (29_000, 30_000, true),
            (29_999, 30_000, true),
            (29_500, 60_000, false),
            (59_500, 60_000, true),
            (299_001, 300_000, true),
            (240_000, 300_000, false),
            // Seven seconds don't divide two hours: one of the even hours is hit.
            (0, 7000, true),
        ] {
            assert_eq!(loses(MIDNIGHT + offset, every, range), lost, "{offset} of {every}");
        }
        // No even hour, nothing lost.
        assert!(!loses(MIDNIGHT + 29_500, 30_000, (MIDNIGHT, MIDNIGHT + 3_600_000)));
    }

    #[test]
    fn beginnings_shortly_before_an_even_hour() {
        let five = Duration::from_mins(5);
        for (time, expected) in [
            ("2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z"),
            ("2026-10-01T01:50:00Z", "2026-10-01T01:50:00Z"),
            ("2026-10-01T01:58:00Z", "2026-10-01T02:00:00Z"),
        ] {
            assert_eq!(begin(time.parse().unwrap(), Some(&five)).to_string(), expected);
        }
    }

    #[test]
    fn one_group_for_each_part() {
        let text = "groups:\n  - name: buy\n    interval: \"30s\"\n    rules:\n      - record: \"a:b\"\n        expr: |-\n          sum(x)\n            / y\n        labels: {title: \"\u{fc} \\\"1\\\"\"}\n  - name: buy_more-long\n    interval: 300s\n    rules: [{record: c, expr: d}]\n  - name: buy_more\n    interval: 30s\n    rules: [{record: e, expr: f}]\n";
        let layer = Layer { names: Vec::new(), rules: 3, text: text.to_owned() };
        let made = regrouped(&[layer], &["buy", "buy_more"]).unwrap();
        assert_eq!(made.intervals(), [Duration::from_secs(30), Duration::from_mins(5)]);
        let json: serde_json::Value = serde_json::from_str(&made.texts[0]).unwrap();
        assert_eq!(
            json["groups"],
            serde_json::json!([
                {"name": "30s", "interval": "30s", "rules": [
                    {"record": "a:b", "expr": "sum(x)\n  / y", "labels": {"title": "\u{fc} \"1\""}},
                    {"record": "e", "expr": "f"},
                ]},
                {"name": "5m-long", "interval": "5m", "rules": [{"record": "c", "expr": "d"}]},
            ])
        );
    }
}
