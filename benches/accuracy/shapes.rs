//! The courses of traffic and failures that are tried.

use crate::traffic::{DAY, Instance, Shape, Shown};

const HOUR: u64 = 3600;

fn hour(second: u64) -> u64 {
    second % DAY / HOUR
}

/// Day from 8 to 20, night otherwise.
fn day(second: u64) -> bool {
    (8..20).contains(&hour(second))
}

/// Is this second in an hour of this day?
fn within(second: u64, the_day: u64, from: u64, to: u64) -> bool {
    (the_day * DAY + from..the_day * DAY + to).contains(&second)
}

fn steady(instances: usize) -> Vec<Instance> {
    vec![Instance::steady(); instances]
}

/// Two instances, 50 and 7.5 requests a second each; 15% fail from 2:00 to 2:47, each night.
fn nights(t: u64, _: usize) -> (f64, f64) {
    let outage = (2 * HOUR..2 * HOUR + 47 * 60).contains(&(t % DAY));
    (if day(t) { 50.0 } else { 7.5 }, if outage { 0.15 } else { 0.0 })
}

/// 100:1 between day and night.
fn steep(t: u64) -> f64 {
    if day(t) { 50.0 } else { 0.5 }
}

fn hour_at_night(t: u64, _: usize) -> (f64, f64) {
    (steep(t), if within(t, 12, 2 * HOUR, 3 * HOUR) { 0.5 } else { 0.0 })
}

fn hour_at_peak(t: u64, _: usize) -> (f64, f64) {
    (steep(t), if within(t, 12, 12 * HOUR, 13 * HOUR) { 0.5 } else { 0.0 })
}

fn idle(t: u64, _: usize) -> (f64, f64) {
    (if within(t, 12, 3 * HOUR, 3 * HOUR + 600) { 0.0 } else { 20.0 }, 0.0)
}

/// The first hour with errors is on day 25.
fn late_errors(t: u64, _: usize) -> (f64, f64) {
    (20.0, if within(t, 25, 10 * HOUR, 11 * HOUR) { 0.1 } else { 0.0 })
}

/// Weekends have a fifth of the traffic and twenty times the errors; Mondays at nine a rush that fails more.
fn weekly(t: u64, _: usize) -> (f64, f64) {
    let weekend = t / DAY % 7 >= 5;
    let wave = 1.0 + 0.8 * ((t % DAY) as f64 / DAY as f64 * std::f64::consts::TAU - 1.8).sin();
    let rush = (t / DAY).is_multiple_of(7) && hour(t) == 9;
    (
        40.0 * wave * if weekend { 0.2 } else { 1.0 },
        if weekend {
            0.01
        } else if rush {
            0.008
        } else {
            0.0005
        },
    )
}

/// Each instance restarts each day at noon, one after the other; 20% fail in the two minutes after.
fn deploys(t: u64, instance: usize) -> (f64, f64) {
    let after =
        (12 * HOUR + 60 * instance as u64 + 20..12 * HOUR + 60 * instance as u64 + 140).contains(&(t % DAY));
    (if day(t) { 50.0 } else { 5.0 }, if after { 0.2 } else { 0.0005 })
}

/// A tenth of a percent fails, and 20% in ten minutes of each day.
fn bursts(t: u64, _: usize) -> (f64, f64) {
    (
        if day(t) { 50.0 } else { 5.0 },
        if within(t, t / DAY, 15 * HOUR, 15 * HOUR + 600) { 0.2 } else { 0.001 },
    )
}

/// A third instance comes on day 28 with most of the traffic and ten times the errors.
fn newcomer(_: u64, instance: usize) -> (f64, f64) {
    if instance == 2 { (80.0, 0.01) } else { (20.0, 0.001) }
}

/// All of them.
pub fn all() -> Vec<Shape> {
    let plain = |name, says, flow| Shape { name, says, instances: steady(2), flow, holes: Vec::new() };
    let late = |shown| vec![Instance { shown, ..Instance::steady() }; 2];
    let noon = |after: u64| (0..32).map(move |d| (d * DAY + 12 * HOUR + after, 20)).collect::<Vec<_>>();
    let restarting = |at: u64| Instance { restarts: noon(60 * at), ..Instance::steady() };
    vec![
        plain("nights", "day and night, failures each night", nights),
        plain("hour-night", "an hour at 50% errors at night, 100:1 traffic", hour_at_night),
        plain("hour-peak", "the same hour at peak", hour_at_peak),
        plain("idle", "ten idle minutes, no errors", idle),
        Shape {
            instances: late(Shown::From(25 * DAY + 9 * HOUR)),
            ..plain("day-25", "the first error series on day 25, from zero", late_errors)
        },
        Shape {
            instances: late(Shown::Born),
            ..plain("day-25-born", "the same, born with its first errors", late_errors)
        },
        plain("weekly", "weekends: a fifth of the traffic, twenty times the errors", weekly),
        Shape {
            instances: vec![restarting(0), restarting(1)],
            ..plain("deploys", "counters reset at deploys, which fail for two minutes", deploys)
        },
        Shape {
            holes: (0..10).map(|n| (n * 3 * DAY + 7 * HOUR, n * 3 * DAY + 7 * HOUR + 45 + 30 * n)).collect(),
            ..plain("restarts", "Prometheus restarts: away for 45 s to 5 min, ten times", bursts)
        },
        Shape {
            instances: vec![
                Instance::steady(),
                Instance::steady(),
                Instance { from: 28 * DAY, ..Instance::steady() },
            ],
            ..plain("newcomer", "a new instance on day 28 with most traffic and errors", newcomer)
        },
    ]
}

/// For pages: two instances, 20 requests a second each, a total outage of 150 s each seven hours.
pub fn outages() -> Shape {
    fn flow(t: u64, _: usize) -> (f64, f64) {
        (20.0, if outage_at(t).is_some() { 1.0 } else { 0.0 })
    }
    Shape { name: "outages", says: "total outages", instances: steady(2), flow, holes: Vec::new() }
}

/// The first second of the outage that this second is in.
fn outage_at(second: u64) -> Option<u64> {
    let start = outage(second / (7 * HOUR));
    (start..start + 150).contains(&second).then_some(start)
}

/// When the outage of this number starts: in every phase of scrapes and evaluations.
pub fn outage(number: u64) -> u64 {
    number * 7 * HOUR + 6 * HOUR + number * 7 % 60
}
