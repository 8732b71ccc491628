//! How often targets are scraped: the distance between the samples of `up`, which Prometheus writes at each scrape.

use std::collections::BTreeMap;

use super::api::Sample;
use crate::value::Duration;

/// How often a job's targets are scraped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// All of them so often.
    Every(Duration),
    /// Not all of them as often.
    Mixed,
}

/// Intervals by job, of `up[10m]`. A target with fewer than three samples tells nothing.
pub(super) fn of(answer: &[Sample]) -> BTreeMap<String, Interval> {
    let mut found: BTreeMap<String, Interval> = BTreeMap::new();
    for sample in answer {
        let Some(every) = distance(sample) else { continue };
        let job = sample.metric.get("job").cloned().unwrap_or_default();
        let known = found.entry(job).or_insert(Interval::Every(every));
        if *known != Interval::Every(every) {
            *known = Interval::Mixed;
        }
    }
    found
}

/// The median distance: lost scrapes and restarts do not move it. Scrapes come some milliseconds early or late.
fn distance(sample: &Sample) -> Option<Duration> {
    let mut gaps: Vec<f64> = sample
        .values
        .windows(2)
        .filter_map(|pair| if let [(before, _), (after, _)] = pair { Some(after - before) } else { None })
        .filter(|gap| gap.is_finite() && *gap > 0.0)
        .collect();
    if gaps.len() < 2 {
        return None;
    }
    gaps.sort_by(f64::total_cmp);
    let median = gaps.get(gaps.len() / 2)?;
    // Whole seconds from one on, tenths below.
    let step: f64 = if *median >= 0.95 { 1000.0 } else { 100.0 };
    let millis = (median * 1000.0 / step).round() * step;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive and below ten minutes"
    )]
    let millis = millis.clamp(0.0, 1e9) as u64;
    (millis > 0).then(|| Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(job: &str, times: &[f64]) -> Sample {
        let metric = [("job".to_owned(), job.to_owned())].into();
        let values = times.iter().map(|t| (*t, "1".to_owned())).collect();
        Sample { metric, value: None, values, histogram: None }
    }

    #[test]
    fn the_usual_distance() {
        let every = |s| Interval::Every(Duration::from_secs(s));
        let found = of(&[
            up("a", &[0.0, 15.002, 30.0, 44.998, 90.001]),
            up("a", &[3.0, 18.0, 33.0]),
            up("b", &[0.0, 60.0, 120.0, 180.0]),
            up("b", &[0.0, 30.0, 60.0]),
            up("c", &[0.0, 60.0]),
            up("d", &[0.0, 0.5, 1.0, 1.5]),
        ]);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [
                ("a".to_owned(), every(15)),
                ("b".to_owned(), Interval::Mixed),
                ("d".to_owned(), Interval::Every(Duration::from_millis(500)))
            ]
        );
    }
}
