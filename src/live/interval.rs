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
    /// There are too few samples.
    Unknown,
}

/// What the samples of `up` tell.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// By job.
    pub(super) jobs: BTreeMap<String, Interval>,
    /// By job and instance.
    pub(super) targets: BTreeMap<(String, String), Duration>,
}

impl Measured {
    /// Adds the samples of some time. A target with fewer than three samples tells nothing.
    pub(super) fn add(&mut self, answer: &[Sample]) {
        for sample in answer {
            let of = |label: &str| sample.metric.get(label).cloned().unwrap_or_default();
            let known = self.jobs.entry(of("job")).or_insert(Interval::Unknown);
            let Some(every) = distance(sample) else { continue };
            if *known == Interval::Unknown {
                *known = Interval::Every(every);
            } else if *known != Interval::Every(every) {
                *known = Interval::Mixed;
            }
            let slowest = self.targets.entry((of("job"), of("instance"))).or_insert(every);
            *slowest = every.max(*slowest);
        }
    }
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
        let mut found = Measured::default();
        found.add(&[
            up("a", &[0.0, 15.002, 30.0, 44.998, 90.001]),
            up("a", &[3.0, 18.0, 33.0]),
            up("b", &[0.0, 60.0, 120.0, 180.0]),
            up("b", &[0.0, 30.0, 60.0]),
            up("c", &[0.0, 60.0]),
            up("d", &[0.0, 0.5, 1.0, 1.5]),
        ]);
        assert_eq!(
            found.jobs.into_iter().collect::<Vec<_>>(),
            [
                ("a".to_owned(), every(15)),
                ("b".to_owned(), Interval::Mixed),
                ("c".to_owned(), Interval::Unknown),
                ("d".to_owned(), Interval::Every(Duration::from_millis(500)))
            ]
        );
    }
}
