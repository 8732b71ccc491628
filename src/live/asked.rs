//! What a project selects, asked for as its rules select it: there now, there once, never; and all labels that its metrics ever had.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::api::Window;
use super::client::Client;
use super::snapshot::few;
use super::stored::Stored;
use super::trouble::{Sort, Trouble};
use crate::against::{Presence, Snapshot, Wanted, slip};
use crate::promql::print::is_label_name;
use crate::promql::{quote, selector};

/// Selectors of one question.
const CHUNK: usize = 40;
/// A day, in seconds.
const DAY: f64 = 86_400.0;
/// Whose last day is looked for; of more it is only told that they were there.
const DATED: usize = 200;
/// Days that are looked back for the last one.
const DAYS: u32 = 4_000;
/// The label that tells which selector of a question is answered.
const NUMBER: &str = "slovo_nr";

/// Completes a snapshot with what a project's promises read.
pub(super) fn complete(
    client: &Client,
    snapshot: &mut Snapshot,
    wanted: &Wanted,
    stored: &Stored,
) -> Result<(), Trouble> {
    let now = stored.now;
    let asking = Asking { client, window: Window { start: now - 3600.0, end: now }, now };
    snapshot.selectors = asking.presence(&wanted.selectors)?;
    asking.buckets(snapshot, wanted)?;
    asking.labels(snapshot, wanted)?;
    for (name, last) in &mut snapshot.gone {
        if let Some(Presence::Earlier(Some(day))) = snapshot.selectors.get(&bare(name)) {
            *last = Some(day.to_string());
        }
    }
    for name in wanted.labels.keys() {
        if snapshot.selectors.get(&bare(name)) == Some(&Presence::Never)
            && let Some(near) = slip(name, stored.names.iter().map(String::as_str))
        {
            snapshot.near.insert(name.clone(), near.to_owned());
        }
    }
    Ok(())
}

/// All series of a name.
fn bare(name: &str) -> String {
    let mut text = String::new();
    selector(&mut text, name, "", &[], &[]);
    text
}

struct Asking<'a> {
    client: &'a Client,
    window: Window,
    now: f64,
}

impl Asking<'_> {
    fn presence(&self, selectors: &BTreeSet<String>) -> Result<BTreeMap<String, Presence>, Trouble> {
        let mut found = BTreeMap::new();
        let mut open: Vec<&String> = selectors.iter().collect();
        // What has no sample now may have had one in the last hour.
        for range in [false, true] {
            let counts = self.counts(&open, range)?;
            for (text, count) in counts {
                match count {
                    Counted::Series(_) => {
                        found.insert(text.clone(), Some(Presence::Now));
                    }
                    // A server that does not read a selector knows nothing of it.
                    Counted::Refused => {
                        found.insert(text.clone(), None);
                    }
                }
            }
            open.retain(|text| !found.contains_key(*text));
        }
        for (at, text) in open.into_iter().enumerate() {
            let presence = if !self.client.has(text, self.window.all())? {
                Presence::Never
            } else if at < DATED {
                Presence::Earlier(self.last_day(text)?)
            } else {
                Presence::Earlier(None)
            };
            found.insert(text.clone(), Some(presence));
        }
        Ok(found.into_iter().filter_map(|(text, presence)| Some((text, presence?))).collect())
    }

    /// How many series match; those that match none are left out.
    fn counts<'t>(
        &self,
        selectors: &[&'t String],
        range: bool,
    ) -> Result<BTreeMap<&'t String, Counted>, Trouble> {
        let mut found = BTreeMap::new();
        let mut open: Vec<&[&'t String]> = selectors.chunks(CHUNK).rev().collect();
        while let Some(chunk) = open.pop() {
            let mut expr = String::new();
            for (at, text) in chunk.iter().enumerate() {
                let or = if at > 0 { " or " } else { "" };
                let of = if range { format!("last_over_time({text}[1h])") } else { (*text).clone() };
                let _ = write!(expr, "{or}label_replace(count({of}), \"{NUMBER}\", \"{at}\", \"\", \"\")");
            }
            match self.client.query(&expr) {
                Ok(answer) => {
                    for sample in &answer {
                        let at = sample.metric.get(NUMBER).and_then(|nr| nr.parse::<usize>().ok());
                        let count = sample.value.as_ref().and_then(|(_, n)| n.parse::<f64>().ok());
                        if let (Some(text), Some(count)) = (at.and_then(|at| chunk.get(at)), count) {
                            found.insert(*text, Counted::Series(count));
                        }
                    }
                }
                Err(trouble) if trouble.sort == Sort::Refused && chunk.len() > 1 => {
                    let (first, second) = chunk.split_at(chunk.len() / 2);
                    open.extend([second, first]);
                }
                Err(trouble) if trouble.sort == Sort::Refused => {
                    found.extend(chunk.iter().map(|text| (*text, Counted::Refused)));
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(found)
    }

    /// The last day (UTC) on which a selector matched something, which it did.
    fn last_day(&self, text: &str) -> Result<Option<crate::value::Date>, Trouble> {
        let today = (self.now / DAY).floor() * DAY;
        let since = |days: u32| Window { start: (today - f64::from(days) * DAY).max(1.0), end: self.now };
        // Not since `none` days ago, and since `some`.
        let (mut none, mut some) = (None, 0);
        while !self.client.has(text, since(some))? {
            if some > DAYS {
                return Ok(None);
            }
            none = Some(some);
            some = some * 2 + 1;
        }
        while let Some(low) = none.filter(|low| some - low > 1) {
            let middle = low + (some - low) / 2;
            if self.client.has(text, since(middle))? { some = middle } else { none = Some(middle) }
        }
        #[allow(clippy::cast_possible_truncation, reason = "a time of this century")]
        let second = since(some).start as i64;
        let day = jiff::Timestamp::from_second(second).map(|t| t.to_zoned(jiff::tz::TimeZone::UTC).date());
        Ok(day.ok())
    }

    /// Where the bounds of a histogram differ: does each series that is selected have the bucket?
    fn buckets(&self, snapshot: &mut Snapshot, wanted: &Wanted) -> Result<(), Trouble> {
        let mixed = |metric: &String| snapshot.metrics.get(metric).is_some_and(|m| m.mixed_buckets.is_some());
        let there = |text: &String| snapshot.selectors.get(text) == Some(&Presence::Now);
        let pairs: Vec<_> = wanted
            .buckets
            .iter()
            .filter(|(bucket, (metric, _))| mixed(metric) && there(bucket))
            .map(|(bucket, (_, all))| (bucket.clone(), all))
            .collect();
        for (bucket, all) in pairs {
            let counts = self.counts(&[&bucket, all], false)?;
            if let (Some(Counted::Series(some)), Some(Counted::Series(all))) =
                (counts.get(&bucket), counts.get(all))
                && some < all
            {
                snapshot.selectors.insert(bucket, Presence::Partly);
            }
        }
        Ok(())
    }

    /// All labels of what the project reads, with the values of those that it tests.
    fn labels(&self, snapshot: &mut Snapshot, wanted: &Wanted) -> Result<(), Trouble> {
        let families: BTreeMap<String, String> = snapshot.families();
        let mut of_family: BTreeMap<&String, (&String, BTreeSet<&String>)> = BTreeMap::new();
        for (series, tested) in &wanted.labels {
            if let Some(family) = families.get(series) {
                of_family.entry(family).or_insert((series, BTreeSet::new())).1.extend(tested);
            }
        }
        for (family, (series, tested)) in of_family {
            let fit = format!("{{__name__={}}}", quote(series));
            let mut ever = BTreeMap::new();
            for label in self.client.label_names(&fit, self.window.all())? {
                if matches!(label.as_str(), "__name__" | "le" | "quantile") {
                    continue;
                }
                // Addresses are nobody's concern.
                let asked = tested.contains(&label) && label != "instance" && is_label_name(&label);
                let values = if asked {
                    few(self.client.label_values(&label, Some(&fit), self.window.all())?.into_iter())
                } else {
                    None
                };
                ever.insert(label, values);
            }
            if let Some(seen) = snapshot.metrics.get_mut(family) {
                seen.ever = Some(ever);
            }
        }
        Ok(())
    }
}

/// What a server says of a selector.
enum Counted {
    Series(f64),
    Refused,
}
