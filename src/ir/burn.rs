//! Burn-rate arithmetic: which alerts a promise gets.
//!
//! Source: Google's SRE workbook, chapter 5, "Alerting on SLOs", method 6 (multiwindow, multi-burn-rate) and its
//! table 5-8, whose numbers this gives for 99.9% over 30 days. Made safe for every objective and window: a factor is
//! capped at 0.8 of what a total outage reaches, so that no alert is unreachable, and a tier that the cap pushes below
//! its share of the budget moves to the next longer window.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Model, Promise};
use crate::value::{Decimal, Duration};

/// How loud a tier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    /// Wakes somebody.
    Page,
    /// Waits for working hours.
    Ticket,
}

/// One tier of the alerting profile, before it meets an objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tier {
    /// Page or ticket.
    pub loudness: Loudness,
    /// The share of the budget (a fraction) that may be spent before it speaks.
    pub share: Decimal,
    /// The least burn rate it speaks at.
    pub least: Decimal,
    /// The long window it starts from.
    pub long: Duration,
    /// How many bad events its long window must hold at least.
    pub bad_events: u32,
}

/// Burn-rate windows and tiers as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// From loud to quiet.
    pub tiers: Vec<Tier>,
    /// Long window and its short one, from short to long.
    pub windows: Vec<(Duration, Duration)>,
}

impl Default for Profile {
    /// The SRE workbook's table 5-8.
    fn default() -> Self {
        let h = Duration::from_hours;
        let m = Duration::from_mins;
        let tier = |loudness, share: i64, least: (i64, u32), long, bad_events| Tier {
            loudness,
            share: Decimal::new(share, 2),
            least: Decimal::new(least.0, least.1),
            long,
            bad_events,
        };
        Self {
            tiers: vec![
                tier(Loudness::Page, 2, (6, 0), h(1), 5),
                tier(Loudness::Page, 5, (3, 0), h(6), 10),
                tier(Loudness::Ticket, 10, (15, 1), h(24), 5),
                tier(Loudness::Ticket, 10, (1, 0), h(72), 5),
            ],
            windows: vec![(h(1), m(5)), (h(2), m(10)), (h(6), m(30)), (h(24), h(2)), (h(72), h(6))],
        }
    }
}

/// An alert of one promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Page or ticket.
    pub loudness: Loudness,
    /// Long window.
    pub long: Duration,
    /// Short window.
    pub short: Duration,
    /// Burn rate above which it fires.
    pub factor: Decimal,
    /// The share of the budget spent when it fires at exactly that burn (a fraction).
    pub spent: Decimal,
    /// How many bad events its long window must hold at least.
    pub bad_events: u32,
}

impl Alert {
    /// The error ratio above which it fires, exact: `factor * budget`.
    pub fn threshold(&self, budget: Decimal) -> Decimal {
        (self.factor * budget).normalize()
    }
}

/// The share of a total outage's burn rate that a factor may reach at most.
const REACH: Decimal = Decimal::from_parts(8, 0, 0, false, 1);
/// A tier that speaks only after this share of the budget is gone says nothing new.
const TOO_LATE: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

/// The alerts of a promise with this error budget (a fraction, in (0, 1)) over this window, from loud to quiet.
///
/// `factor = min(max(share W / L, least), 0.8 / budget)`; accepted when `factor >= 1` and `factor L / W >= share`,
/// else the next longer `L` is tried; dropped above half the budget, or when a louder one has the same window and
/// factor. Two of the same windows and loudness are one, with the lower factor. Below 7 days the four tiers start at 1h, 2h, 6h and 1d.
pub fn alerts(budget: Decimal, window: Duration, profile: &Profile) -> Vec<Alert> {
    let mut made: Vec<Alert> = Vec::new();
    if budget <= Decimal::ZERO || budget >= Decimal::ONE || window.is_zero() {
        return made;
    }
    let length = Decimal::from(window.as_micros());
    for tier in &profile.tiers {
        let start = start_of(tier, window, profile);
        for (long, short) in profile.windows.iter().filter(|(long, _)| *long >= start && *long <= window) {
            if short_term(window) && long.as_secs() > 86_400 || !short_term(window) && is_two_hours(*long) {
                continue;
            }
            let part = Decimal::from(long.as_micros()) / length;
            let factor = (tier.share / part).max(tier.least).min(REACH / budget).round_dp(6).normalize();
            let spent = factor * part;
            if factor < Decimal::ONE || spent < tier.share - Decimal::new(1, 6) {
                continue;
            }
            let spent = spent.round_dp(6).normalize();
            let said = made.iter().any(|a| a.long == *long && a.factor == factor);
            let twin = made.iter_mut().find(|a| a.long == *long && a.loudness == tier.loudness);
            if spent > TOO_LATE || said {
                // It says nothing new.
            } else if let Some(twin) = twin {
                // Where the lower one of two on the same windows is silent, so is the other.
                if factor < twin.factor {
                    (twin.factor, twin.spent) = (factor, spent);
                }
                twin.bad_events = twin.bad_events.min(tier.bad_events);
            } else {
                made.push(Alert {
                    loudness: tier.loudness,
                    long: *long,
                    short: *short,
                    factor,
                    spent,
                    bad_events: tier.bad_events,
                });
            }
            break;
        }
    }
    made
}

/// The alerts of every budget and window of a model: promises share a few, and each costs a dozen decimal divisions.
#[derive(Debug, Default)]
pub struct BurnAlerts {
    known: BTreeMap<(Decimal, Duration), Vec<Alert>>,
}

impl BurnAlerts {
    /// Those of all promises of a model.
    pub fn of(model: &Model) -> Self {
        let mut known = BTreeMap::new();
        for (_, promise) in model.promises() {
            known
                .entry((promise.objective, promise.window))
                .or_insert_with(|| alerts(promise.error_budget(), promise.window, &model.settings.profile));
        }
        Self { known }
    }
    /// Those of a promise of the model, from loud to quiet.
    pub fn get(&self, promise: &Promise) -> &[Alert] {
        self.known.get(&(promise.objective, promise.window)).map_or(&[], Vec::as_slice)
    }
}

/// Windows below a week get shorter long windows.
fn short_term(window: Duration) -> bool {
    window < Duration::from_days(7)
}

fn is_two_hours(long: Duration) -> bool {
    long == Duration::from_hours(2)
}

/// Where a tier starts looking: its own long window, or for a short-term promise the one before it.
fn start_of(tier: &Tier, window: Duration, profile: &Profile) -> Duration {
    if !short_term(window) {
        return tier.long;
    }
    let at = profile.windows.iter().position(|(long, _)| *long == tier.long).unwrap_or(0);
    profile.windows.get(at.saturating_sub(1)).map_or(tier.long, |(long, _)| *long)
}

/// How long after the first failure an alert's windows hold enough, when from then on the share `failing` (a fraction)
/// of evenly spread events is bad and nothing failed before. `None`: never.
///
/// After `t` a window `L` holds the error ratio `failing * t / L` (at most `failing`), so both windows are above the
/// threshold from `t = factor * budget * L / failing` of the long one on; the short window is always there first. The
/// guard counts events and is not in here: see [`detection_at`]. A page is later than this by what every alert waits
/// for: the scrape, one evaluation and the delivery (about a minute).
pub fn detection(alert: &Alert, budget: Decimal, failing: Decimal) -> Option<Duration> {
    let threshold = alert.threshold(budget);
    if failing <= threshold {
        return None;
    }
    portion(alert.long, threshold.checked_div(failing)?)
}

/// As [`detection`], with the guard: at `per_day` events a day, `bad_events` of them (less a half, as the rules count)
/// must be bad within the long window.
pub fn detection_at(alert: &Alert, budget: Decimal, failing: Decimal, per_day: Decimal) -> Option<Duration> {
    let burned = detection(alert, budget, failing)?;
    let guard = Decimal::from(alert.bad_events) - Decimal::new(5, 1);
    if guard <= Decimal::ZERO {
        return Some(burned);
    }
    let days = guard.checked_div(failing.checked_mul(per_day)?)?;
    let counted = portion(Duration::from_days(1), days).filter(|t| *t <= alert.long)?;
    Some(burned.max(counted))
}

/// How long a total outage takes to spend the whole error budget: `budget * window`, for evenly spread events.
pub fn outage_to_empty(budget: Decimal, window: Duration) -> Duration {
    portion(window, budget).unwrap_or(window)
}

/// This fraction of a duration, to the microsecond.
pub(super) fn portion(whole: Duration, fraction: Decimal) -> Option<Duration> {
    let micros = Decimal::from(whole.as_micros()).checked_mul(fraction)?.round();
    u64::try_from(micros).ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(objective: &str, days: u64) -> String {
        let percent = Decimal::from_str_exact(objective).unwrap();
        let budget = (Decimal::ONE_HUNDRED - percent) / Decimal::ONE_HUNDRED;
        let list = alerts(budget, Duration::from_days(days), &Profile::default());
        let one = |a: &Alert| format!("{:?} {}/{} {}", a.loudness, a.long, a.short, a.factor);
        list.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn table_5_8() {
        assert_eq!(shown("99.9", 30), "Page 1h/5m 14.4, Page 6h/30m 6, Ticket 1d/2h 3, Ticket 3d/6h 1");
        assert_eq!(shown("99.5", 28), "Page 1h/5m 13.44, Page 6h/30m 5.6, Ticket 1d/2h 2.8, Ticket 3d/6h 1");
        assert_eq!(shown("99.9", 1), "Page 1h/5m 6, Page 2h/10m 3, Ticket 6h/30m 1.5");
        assert_eq!(shown("99.9", 3), "Page 1h/5m 6, Page 2h/10m 3, Ticket 6h/30m 1.5, Ticket 1d/2h 1");
        assert_eq!(shown("50", 30), "Page 1d/2h 1.6, Ticket 3d/6h 1");
    }

    /// A total outage at 99.9% over 30 days: 14.4 * 0.001 of an hour; at 99.5% over 28 days 13.44 * 0.005.
    #[test]
    fn detects() {
        let d = |text: &str| Decimal::from_str_exact(text).unwrap();
        let first = |budget: &str, days: u64| {
            alerts(d(budget), Duration::from_days(days), &Profile::default()).first().cloned().unwrap()
        };
        let alert = first("0.001", 30);
        let after = |failing: &str| detection(&alert, d("0.001"), d(failing)).map(|t| t.to_string());
        assert_eq!(after("1").as_deref(), Some("51s840ms"));
        assert_eq!(after("0.1").as_deref(), Some("8m38s400ms"));
        assert_eq!(after("0.0144"), None);
        assert_eq!(detection(&first("0.005", 28), d("0.005"), d("1")).unwrap().to_string(), "4m1s920ms");
        let thin =
            |per_day: &str| detection_at(&alert, d("0.001"), d("1"), d(per_day)).map(|t| t.to_string());
        assert_eq!(thin("1_000_000".replace('_', "").as_str()).as_deref(), Some("51s840ms"));
        assert_eq!(thin("144").as_deref(), Some("45m"));
        assert_eq!(thin("100"), None);
        assert_eq!(thin("0"), None);
        assert_eq!(outage_to_empty(d("0.005"), Duration::from_days(28)).to_string(), "3h21m36s");
    }

    /// Every alert fires in a total outage and none at a burn rate of exactly 1 (rules.md section 3's sweep).
    #[test]
    fn reachable_everywhere() {
        let mut count = 0;
        for objective in "50 75 80 85 90 92.5 95 97 98 99 99.5 99.9 99.95 99.99 99.995 99.999".split(' ') {
            let percent = Decimal::from_str_exact(objective).unwrap();
            let budget = (Decimal::ONE_HUNDRED - percent) / Decimal::ONE_HUNDRED;
            for days in [1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 60, 90] {
                let list = alerts(budget, Duration::from_days(days), &Profile::default());
                assert!(list.iter().any(|a| a.loudness == Loudness::Page), "{objective} {days}d has no page");
                for alert in &list {
                    assert!(alert.threshold(budget) <= REACH, "{objective} {days}d {alert:?}");
                    assert!(alert.threshold(budget) >= budget, "{objective} {days}d {alert:?}");
                    count += 1;
                }
            }
        }
        assert!(count > 650, "{count}");
    }
}
