//! How often is somebody told? The alerts' conditions are evaluated over courses of counts, as Prometheus evaluates the
//! generated rules, and their alerts go through Alertmanager's grouping (`group_wait`, `group_interval`,
//! `repeat_interval`; <https://prometheus.io/docs/alerting/latest/configuration/#route>). Beside them run Sloth's
//! conditions: the same windows, each evaluation, one alert for each severity. Also beside them: what was tried and not taken.
//!
//! The table is that of docs/accuracy.md; `PRINT=1 cargo test --test rules notifications:: -- --nocapture` prints what else was tried.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a simulation"
)]

use std::collections::BTreeSet;

use slovo::backend::alertmanager::Alertmanager;
use slovo::backend::{Backend, prometheus::Prometheus};
use slovo::ir::burn::{Alert, Loudness, Profile, alerts};
use slovo::value::{Decimal, Duration};

/// Evaluations are so many seconds apart.
const EVERY: usize = 30;
const HOUR: usize = 3600 / EVERY;
const DAY: usize = 24 * HOUR;
/// The promise: 99.9% over 30 days.
const BUDGET: f64 = 0.001;

/// Numbers that look like chance and are the same each time (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// How many of `n` happen, each with this probability: exact below 60, else by the normal distribution.
    fn of(&mut self, n: usize, probability: f64) -> usize {
        if n < 60 {
            return (0..n).filter(|_| self.next() < probability).count();
        }
        let (mean, spread) = (n as f64 * probability, (n as f64 * probability * (1.0 - probability)).sqrt());
        if mean < 30.0 {
            // Few: the time to the next one.
            let mut at = 0.0;
            let mut found = 0;
            loop {
                at += (1.0 - self.next()).ln() / (1.0 - probability).max(1e-12).ln();
                if probability <= 0.0 || at > n as f64 {
                    return found;
                }
                found += 1;
            }
        }
        let normal = (-2.0 * (1.0 - self.next()).ln()).sqrt() * (std::f64::consts::TAU * self.next()).cos();
        (mean + spread * normal).round().clamp(0.0, n as f64) as usize
    }
}

/// Events and bad events up to each evaluation.
struct Course {
    name: &'static str,
    events: Vec<f64>,
    bad: Vec<f64>,
}

impl Course {
    /// A week of healthy history, then so many days. `per_step` events an evaluation, and the share that fails after so many
    /// steps.
    fn new(name: &'static str, days: usize, per_step: f64, share: impl Fn(usize) -> f64) -> Self {
        let (mut chance, mut events, mut bad) = (Chance(7), vec![0.0], vec![0.0]);
        let before = 7 * DAY;
        for step in 0..before + days * DAY {
            let n = per_step.floor() as usize + usize::from(chance.next() < per_step.fract());
            let p = if step < before { BUDGET / 10.0 } else { share(step - before) };
            events.push(events.last().unwrap() + n as f64);
            bad.push(bad.last().unwrap() + chance.of(n, p) as f64);
        }
        Self { name, events, bad }
    }
    fn len(&self) -> usize {
        self.events.len() - 1
    }
    /// Events and bad ones in the window that ends at this evaluation.
    fn window(&self, at: usize, window: usize) -> (f64, f64) {
        let from = at.saturating_sub(window);
        (self.events[at] - self.events[from], self.bad[at] - self.bad[from])
    }
}

/// Which alerts exist for a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One for each tier: the label `window` stays. As it was.
    EachTier,
    /// One for each severity, kept for so many seconds after its condition ended. 300 is what is built.
    EachSeverity { kept: usize },
    /// Sloth's conditions: no least number of bad events, long windows at each evaluation.
    Sloth,
}

const BUILT: Form = Form::EachSeverity { kept: 300 };

fn steps(of: Duration) -> usize {
    of.as_secs() as usize / EVERY
}

fn number(of: Decimal) -> f64 {
    of.to_string().parse().unwrap()
}

/// The tier's condition at an evaluation. Windows above an hour are computed every 5 minutes.
fn holds(course: &Course, tier: &Alert, at: usize, form: Form) -> bool {
    let read = |window: Duration| {
        let slow = form != Form::Sloth && window > Duration::from_hours(1);
        course.window(if slow { at / 10 * 10 } else { at }, steps(window))
    };
    let threshold = number(tier.factor) * BUDGET;
    let above = |(events, bad): (f64, f64)| events > 0.0 && bad / events > threshold;
    let (long, short) = (read(tier.long), read(tier.short));
    above(long) && above(short) && (form == Form::Sloth || long.1 >= f64::from(tier.bad_events) - 0.5)
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    /// Calls of the receiver of pages, and of tickets; messages that all is well count.
    pages: usize,
    tickets: usize,
    /// Alerts that began again.
    begun: usize,
    /// Evaluations from the first failure to the first page's and the first ticket's beginning.
    first_page: Option<usize>,
    first_ticket: Option<usize>,
}

/// Alertmanager's waits of a group, in evaluations, as `slovo build` writes them for pages and tickets.
const WAITS: [(usize, usize, usize); 2] = [(1, 10, 120), (10, 120, 2880)];

/// One group of alerts.
#[derive(Default)]
struct Group {
    firing: BTreeSet<usize>,
    /// Ended since the last message.
    resolved: BTreeSet<usize>,
    told: BTreeSet<usize>,
    told_resolved: BTreeSet<usize>,
    last: Option<usize>,
    next: Option<usize>,
    calls: usize,
}

impl Group {
    fn step(&mut self, at: usize, firing: &BTreeSet<usize>, (wait, interval, again): (usize, usize, usize)) {
        let ended: Vec<usize> = self.firing.difference(firing).copied().collect();
        self.resolved.extend(ended);
        self.resolved.retain(|a| !firing.contains(a));
        self.firing.clone_from(firing);
        if self.next.is_none() && !firing.is_empty() {
            self.next = Some(at + wait);
        }
        if self.next != Some(at) {
            return;
        }
        self.next = Some(at + interval);
        // Alertmanager's DedupStage.needsUpdate.
        let news = if self.firing.is_empty() {
            !self.told.is_empty()
        } else {
            !self.firing.is_subset(&self.told)
                || !self.resolved.is_subset(&self.told_resolved)
                || self.last.is_none_or(|last| at - last >= again)
        };
        if news {
            self.calls += 1;
            self.last = Some(at);
            self.told.clone_from(&self.firing);
            self.told_resolved.clone_from(&self.resolved);
        }
        if self.firing.is_empty() {
            // Nothing is left of the group.
            *self = Self { calls: self.calls, ..Self::default() };
        } else {
            self.resolved.clear();
        }
    }
}

fn play(course: &Course, form: Form) -> Told {
    let tiers = alerts(Decimal::new(1, 3), Duration::from_days(30), &Profile::default());
    let mut told = Told::default();
    let mut groups = [Group::default(), Group::default()];
    // Until when each alert is kept.
    let mut kept = [0; 2];
    let mut before: [BTreeSet<usize>; 2] = Default::default();
    let start = 7 * DAY;
    for at in start..course.len() {
        let mut firing: [BTreeSet<usize>; 2] = Default::default();
        for (number, tier) in tiers.iter().enumerate() {
            if holds(course, tier, at, form) {
                let loud = usize::from(tier.loudness == Loudness::Ticket);
                firing[loud].insert(if form == Form::EachTier { number } else { 0 });
            }
        }
        for loud in 0..2 {
            if let Form::EachSeverity { kept: seconds } = form {
                if !firing[loud].is_empty() {
                    kept[loud] = at + 1 + seconds / EVERY;
                } else if at < kept[loud] && !before[loud].is_empty() {
                    firing[loud].insert(0);
                }
            }
            told.begun += firing[loud].difference(&before[loud]).count();
            groups[loud].step(at, &firing[loud], WAITS[loud]);
            before[loud].clone_from(&firing[loud]);
        }
        let first = |seen: &mut Option<usize>, now: &BTreeSet<usize>| {
            if seen.is_none() && !now.is_empty() {
                *seen = Some(at - start);
            }
        };
        first(&mut told.first_page, &firing[0]);
        first(&mut told.first_ticket, &firing[1]);
    }
    [told.pages, told.tickets] = groups.map(|g| g.calls);
    told
}

fn courses() -> Vec<Course> {
    let hours = |from: usize, to: usize| move |t: usize| (from * HOUR..to * HOUR).contains(&t);
    let typical = move |t: usize| match t {
        // Two deploys that fail for a few minutes, a slow database for two hours, a night of retries.
        t if (30 * HOUR..30 * HOUR + 6).contains(&t) => 1.0,
        t if hours(54, 56)(t) => 0.02,
        t if (80 * HOUR..80 * HOUR + 10).contains(&t) => 0.5,
        t if hours(100, 108)(t) => 0.004,
        _ => BUDGET / 5.0,
    };
    vec![
        Course::new("a typical week", 7, 300.0, typical),
        Course::new("a typical week, one event a second", 7, 30.0, typical),
        Course::new("a typical week, one event a minute", 7, 0.5, typical),
        Course::new("around 14.4 times for three days", 3, 300.0, |_| 14.4 * BUDGET),
        Course::new("around 6 times for three days", 3, 300.0, |_| 6.0 * BUDGET),
        Course::new("around 3 times for three days", 3, 300.0, |_| 3.0 * BUDGET),
        Course::new("around once for a week", 7, 300.0, |_| BUDGET),
        Course::new("a total outage of 3 minutes", 1, 300.0, |t| f64::from(u8::from(t < 6))),
        Course::new("a total outage of 2 hours", 1, 300.0, move |t| f64::from(u8::from(t < 2 * HOUR))),
        Course::new("a flapping day: 3 minutes of 15 fail by half", 1, 300.0, |t| {
            if t % 30 < 6 { 0.5 } else { 0.0 }
        }),
        Course::new("a flapping day: 10 minutes of 40 fail by half", 1, 300.0, |t| {
            if t % 80 < 20 { 0.5 } else { 0.0 }
        }),
        Course::new("a flapping day: 20 minutes of 80 fail by 3%", 1, 300.0, |t| {
            if t % 160 < 40 { 0.03 } else { 0.0 }
        }),
    ]
}

/// What is played is what is built: rules of the shop, and Alertmanager's waits.
#[test]
fn the_shops_alerts_are_those_that_are_played() {
    let project = slovo::project::Project::load(std::path::Path::new("examples/astronomy-shop"), None);
    let model = project.compile().model.unwrap();
    let mut alerts = 0;
    for file in Prometheus.emit(&model).unwrap() {
        let read: serde_json::Value = serde_yaml::from_str(&file.text).unwrap();
        let rules = read["groups"].as_array().unwrap().iter().flat_map(|g| g["rules"].as_array().unwrap());
        for rule in rules.filter(|r| r["alert"].as_str().is_some_and(|a| a.starts_with("PromiseBurns"))) {
            assert!(rule["expr"].as_str().unwrap().starts_with("max without (window) ("), "{rule}");
            assert_eq!(rule["keep_firing_for"], "5m", "{rule}");
            alerts += 1;
        }
    }
    assert!(alerts > 20, "{alerts}");
    let routes: String = Alertmanager.emit(&model).unwrap().into_iter().map(|file| file.text).collect();
    let time = |steps: usize| Duration::from_secs((steps * EVERY) as u64).to_string();
    for (wait, interval, again) in WAITS {
        for (key, steps) in [("group_wait", wait), ("group_interval", interval), ("repeat_interval", again)] {
            let line = format!("{key}: {}\n", time(steps));
            assert!(routes.contains(&line), "{line}{routes}");
        }
    }
}

#[test]
fn nobody_is_told_more_often_than_by_sloths_formulas() {
    let documented = include_str!("../../docs/accuracy.md");
    let (mut wrong, mut table) = (Vec::new(), String::new());
    for course in courses() {
        let [was, ours, sloths] = [Form::EachTier, BUILT, Form::Sloth].map(|form| play(&course, form));
        let row = format!(
            "| {} | {} | **{}** | {} | {} | **{}** | {} |\n",
            course.name, was.pages, ours.pages, sloths.pages, was.tickets, ours.tickets, sloths.tickets
        );
        if !documented.contains(&row) {
            wrong.push(format!("not in docs/accuracy.md: {row}"));
        }
        table.push_str(&row);
        if ours.pages > sloths.pages || ours.tickets > sloths.tickets {
            wrong.push(format!("{}: told more often: {ours:?}, {sloths:?}", course.name));
        }
        if (ours.first_page, ours.first_ticket) != (was.first_page, was.first_ticket) {
            wrong.push(format!("{}: found at another time: {ours:?}, {was:?}", course.name));
        }
        if std::env::var("PRINT").is_ok() {
            for kept in [0, 300, 900] {
                eprintln!(
                    "{}: kept for {kept} s: {:?}",
                    course.name,
                    play(&course, Form::EachSeverity { kept })
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{table}", wrong.join("\n"));
}
