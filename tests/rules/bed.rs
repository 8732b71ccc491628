//! The accuracy bench evaluates rules as an engine does: a rule may read its own earlier samples, a later rule of its own group as
//! it was a round before, and nothing that isn't there yet.
//!
//! Where `prometheus` is missing the test says so and passes; under `CI=true` it fails.

use crate::bench;

use bench::engine::Engine;
use bench::http::Labels;
use bench::layers::{self, Rule};
use bench::play::{Deliveries, Late, Player};
use bench::remote::{Sample, is_stale, stale};
use bench::store::Store;

/// 5 January 2026, 00:00 UTC.
const START: i64 = 1_767_571_200_000;
const HOUR: i64 = 3_600_000;

fn engine() -> Option<Engine> {
    let found = Engine::find("prometheus");
    if let Err(why) = &found {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "missing (required in CI): {why}");
        eprintln!("missing: {why}: NOT TESTED");
    }
    found.ok()
}

fn named(name: &str) -> Labels {
    [("__name__".to_owned(), name.to_owned())].into()
}

/// What an hour leaves behind.
fn hour(
    engine: &Engine,
    raw: &[Sample],
    holes: &[(i64, i64)],
    late: Option<Deliveries>,
    stepwise: bool,
) -> Store {
    let mut store = Store::new(engine);
    store.write(&[(named("raw"), raw.to_vec())]);
    let rules: Vec<Rule> = layers::parse(OWN);
    Player::new(&rules, holes, late, stepwise).play(&mut store, START, START + HOUR);
    store
}

fn recorded(store: &Store, name: &str) -> Vec<Sample> {
    store.recorded(name, &[]).flat_map(|(_, s)| s).collect()
}

const OWN: &str = r"
groups:
  - name: counts
    interval: 30s
    rules:
      - record: before
        expr: last_over_time(count[10m])
      - record: count
        expr: last_over_time(count[10m]) + 1 or vector(1)
      - record: after
        expr: last_over_time(count[5m])
  - name: reads
    interval: 1m
    rules:
      - record: present
        expr: raw
";

#[test]
fn rules_read_what_is_there_and_nothing_else() {
    let Some(engine) = engine() else { return };
    // The raw series ends after twenty minutes.
    let mut raw: Vec<Sample> = (0..20).map(|n| (START + n * 60_000, 7.0)).collect();
    raw.push((START + 20 * 60_000, stale()));
    let hole = (START + 30 * 60_000, START + 35 * 60_000);
    for stepwise in [false, true] {
        let store = hour(&engine, &raw, &[hole], None, stepwise);
        let count = recorded(&store, "count");
        let numbers: Vec<f64> = count.iter().map(|s| s.1).collect();
        // 120 evaluations, of which ten were left out.
        assert_eq!(numbers, (1..=110).map(f64::from).collect::<Vec<_>>());
        assert!(count.iter().all(|s| s.0 < hole.0 || s.0 >= hole.1));
        // Of two rules that read it, the one before it finds the round before, the one after it this round.
        let (before, after) = (recorded(&store, "before"), recorded(&store, "after"));
        assert_eq!((before.len(), after.len()), (109, 110));
        assert!(after.iter().zip(&count).all(|(a, c)| a == c));
        assert!(before.iter().zip(&count).all(|(b, c)| b.1 == c.1 && b.0 > c.0));
        let present = recorded(&store, "present");
        assert_eq!(present.len(), 20, "{present:?}");
    }
}

#[test]
fn a_series_that_ends_gets_a_staleness_marker() {
    let Some(engine) = engine() else { return };
    let raw = [(START, 7.0), (START + 60_000, stale())];
    let store = hour(&engine, &raw, &[], None, false);
    // Without a marker the recorded sample would be found for five minutes.
    let present = store.range("present", START, START + HOUR, 60_000);
    assert!(present.iter().all(|s| s.points().count() < 3), "{present:?}");
    assert!(is_stale(stale()) && !is_stale(f64::NAN));
}

#[test]
fn a_late_sample_is_not_seen_before_it_comes() {
    let Some(engine) = engine() else { return };
    let samples = (0..60).map(|n| Late {
        visible: START + n * 60_000 + 90_000,
        series: 0,
        sample: (START + n * 60_000, f64::from(n as i32)),
    });
    let late = Deliveries { series: vec![named("raw")], samples: samples.collect(), done: 0 };
    let store = hour(&engine, &[], &[], Some(late), false);
    let offset = (layers::offset("reads", 60.0) * 1000.0) as i64;
    let expected: Vec<Sample> = (0..60)
        .map(|n| START + n * 60_000 + offset)
        // The newest that came 90 s ago or before.
        .map(|at| (at, ((at - START - 90_000).div_euclid(60_000)) as f64))
        .filter(|s| s.1 >= 0.0)
        .collect();
    assert_eq!(recorded(&store, "present"), expected);
}
