//! What rules recorded in a course, beside what happened.

use crate::common::engine::Engine;
use crate::common::layers::{self, Rule};
use crate::common::others;
use crate::common::play::Player;
use crate::common::store::Store;
use crate::traffic::START;
use crate::{BAD, TOTAL};

use super::course::{Course, Span};

/// What came of a course. Shares are of the truth: 1 is right.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Events counted.
    pub events: f64,
    /// Bad events counted.
    pub bad: f64,
    /// The error ratio.
    pub ratio: f64,
    /// The mean of 5-minute ratios of each minute.
    pub mean: f64,
    /// The increase of the raw series.
    pub raw: f64,
    /// The largest difference of a recorded window from the truth in the incident, as a share of the window's highest value.
    pub windows: Vec<(&'static str, f64)>,
    /// What is left of the budget: in truth, and as recorded.
    pub left: Option<(f64, f64)>,
    /// What is recorded of the budget's coverage.
    pub coverage: Vec<(String, f64)>,
    /// Alerts that fired, those on burn rates left out.
    pub alerts: Vec<String>,
    /// Samples recorded, and of these neither a number nor finite.
    pub samples: (u64, u64),
}

/// Series that are counted instead of the budget's: events, bad events, and what a sample is worth.
pub type Sum = (String, String, f64);

fn ms(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

fn moment(second: u64) -> i64 {
    ms(START) + second as i64 * 1000
}

/// Plays a course with these rules in an engine; `stepwise`: each rule moment by moment, which takes long.
pub fn play(engine: &Engine, course: &Course, rules: &[Rule], sum: Option<&Sum>, stepwise: bool) -> Figures {
    let mut store = Store::new(engine);
    let holes: Vec<(i64, i64)> =
        course.away.iter().chain(&course.ruler_away).map(|h| (moment(h.0), moment(h.1))).collect();
    let late = course.takes.map(|_| course.deliveries());
    if late.is_none() {
        store.write(&course.samples());
    }
    let mut player = Player::new(rules, &holes, late, stepwise);
    let mut from = moment(0);
    let end = moment(course.length);
    if let Some(kept) = course.retention {
        // The storage forgets in steps of two days, and an hour before the end.
        let hour = 3_600_000;
        let cuts = (moment(kept + 86_400)..end - hour).step_by(48 * 3_600_000).chain([end - hour]);
        for at in cuts {
            player.play(&mut store, from, at);
            store.cut(at - kept as i64 * 1000);
            from = at;
        }
    }
    player.play(&mut store, from, end);
    figures(&store, course, rules, &player, sum)
}

fn figures(store: &Store, course: &Course, rules: &[Rule], player: &Player, sum: Option<&Sum>) -> Figures {
    let window = layers::seconds(course.window);
    let counted = |name: &str, at: i64| {
        let list = store.recorded(name, &[("window", "budget")]).flat_map(|(_, s)| s);
        list.filter(|s| s.0 <= at).max_by_key(|s| s.0)
    };
    let last = counted("promise:events:increase", moment(course.until));
    let end = last.map_or(moment(course.until), |s| s.0);
    let first = course.from.map(|from| counted("promise:events:increase", moment(from)));
    let begin = match (course.from, first) {
        (Some(_), Some(Some(sample))) => sample.0,
        (Some(from), _) => moment(from),
        (None, _) => (end - ms(window)).max(moment(0)),
    };
    let between = |name: &str| {
        let before = if course.from.is_some() { counted(name, begin).map_or(0.0, |s| s.1) } else { 0.0 };
        counted(name, end).map_or(f64::NAN, |s| s.1) - before
    };
    let (mut events, mut bad) = (between("promise:events:increase"), between("promise:bad_events:increase"));
    if let Some((all, some, worth)) = sum {
        let add = |name: &str| {
            let list = store.recorded(name, &[]).flat_map(|(_, s)| s);
            list.filter(|s| begin < s.0 && s.0 <= end).map(|s| s.1 * worth).sum::<f64>()
        };
        (events, bad) = (add(all), add(some));
    }
    let seconds = |at: i64| at as f64 / 1000.0;
    let (true_events, true_bad) = course.truth.counts(seconds(begin), seconds(end));
    let truth = true_bad / true_events;
    let length = (end - begin) / 1000;
    let raw = format!("sum(increase({BAD}[{length}s])) / sum(increase({TOTAL}[{length}s]))");
    let budget = course.budget.then(|| {
        let said = store.recorded("promise:budget_remaining", &[]).flat_map(|(_, s)| s).max_by_key(|s| s.0);
        (1.0 - truth * (length as f64 / window) / 0.001, said.map_or(f64::NAN, |s| s.1))
    });
    Figures {
        events: events / true_events,
        bad: bad / true_bad,
        ratio: bad / events / truth,
        mean: mean(store, course, begin, end) / truth,
        raw: store.value(&raw, end) / truth,
        windows: course.incident.map_or_else(Vec::new, |incident| {
            ["5m", "1h"].map(|w| (w, window_off(store, course, w, incident))).to_vec()
        }),
        left: budget,
        coverage: if course.budget { coverage(store) } else { Vec::new() },
        alerts: alerts(store, course, rules, &player.holes),
        samples: player.samples,
    }
}

/// The mean over the time of the ratio of 5 minutes, recorded each minute.
fn mean(store: &Store, course: &Course, begin: i64, end: i64) -> f64 {
    let rule = others::sloth("answered", &TOTAL.into(), &BAD.into(), 60.0);
    let rule = rule.iter().find(|r| r.name.ends_with("ratio_rate5m")).unwrap();
    let from = ms(layers::first(&rule.group, rule.every, (begin + 1) as f64 / 1000.0));
    let away =
        |at: i64| course.away.iter().chain(&course.ruler_away).any(|h| moment(h.0) <= at && at < moment(h.1));
    let series = store.range(&rule.expr, from, end, 60_000);
    let points = series.iter().flat_map(|s| s.points());
    let values: Vec<f64> = points.filter(|p| !away(ms(p.0))).map(|p| p.1).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// The largest difference of a recorded window from the truth, as a share of the highest true value. Recorded is what was
/// counted until the last scrape before: any value that was true in the time of two scrapes and 45 seconds before is right.
fn window_off(store: &Store, course: &Course, window: &str, incident: Span) -> f64 {
    let length = layers::seconds(window);
    let lag = 2 * course.scrape + 45;
    let (from, to) = (moment(incident.0), moment(incident.1));
    let true_at = |at: f64| course.truth.ratio(at - length, at);
    let highest = (incident.0..incident.1).map(|s| true_at(START + s as f64)).fold(0.0, f64::max);
    let (mut worst, mut seen) = (0.0_f64, false);
    for (_, samples) in store.recorded("promise:error_ratio", &[("window", window)]) {
        for (at, value) in samples.into_iter().filter(|s| from <= s.0 && s.0 < to) {
            let near: Vec<f64> = (0..=lag).map(|l| true_at(at as f64 / 1000.0 - l as f64)).collect();
            let least = near.iter().copied().fold(f64::INFINITY, f64::min);
            let most = near.iter().copied().fold(0.0, f64::max);
            let off = if value < least { value - least } else { (value - most).max(0.0) };
            if off.abs() > worst.abs() {
                worst = off;
            }
            seen = true;
        }
    }
    if seen { worst / highest } else { f64::NAN }
}

/// The last values of all that is recorded of what is known of a budget's window.
fn coverage(store: &Store) -> Vec<(String, f64)> {
    let mut list = Vec::new();
    let prefixes = ["promise:coverage", "promise:reach", "promise:age"];
    for name in prefixes.into_iter().flat_map(|p| store.names(p)) {
        for (labels, samples) in store.recorded(&name, &[]) {
            let known = ["__name__", "project", "journey", "step", "promise", "window"];
            let more =
                labels.iter().filter(|(n, _)| !known.contains(&n.as_str())).map(|(_, v)| format!(" {v}"));
            let name = name.trim_start_matches("promise:").to_owned() + &more.collect::<String>();
            list.extend(samples.last().map(|s| (name, s.1)));
        }
    }
    list
}

/// Alerts that fired at any moment, but those on burn rates.
fn alerts(store: &Store, course: &Course, rules: &[Rule], holes: &[(i64, i64)]) -> Vec<String> {
    let mut found = Vec::new();
    for rule in rules.iter().filter(|r| r.alert && !r.name.starts_with("PromiseBurns")) {
        let from = ms(layers::first(&rule.group, rule.every, START));
        let every = ms(rule.every);
        for series in store.range(&rule.expr, from, moment(course.length), every) {
            let (mut since, mut before) = (i64::MAX, i64::MIN / 2);
            for (at, _) in series.points() {
                let at = ms(at);
                if holes.iter().any(|h| h.0 <= at && at < h.1) {
                    continue;
                }
                if at - before > every * 3 / 2 {
                    since = at;
                }
                before = at;
                if at - since >= ms(rule.hold) {
                    let kind = series.metric.get("kind").or_else(|| rule.labels.get("kind"));
                    found.push(kind.map_or_else(|| rule.name.clone(), |k| format!("{} {k}", rule.name)));
                    break;
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
