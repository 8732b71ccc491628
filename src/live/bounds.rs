//! Bounds of classic histograms, counted by the server: so many series have this bound. Where each bound has as many as infinity, all
//! series have the same.

use std::collections::BTreeMap;

use super::api::Sample;
use crate::exposition::{Bounds, Place, bound};
use crate::value::Decimal;

/// The series of one histogram of one job by their bounds; infinity is none.
#[derive(Debug, Default)]
struct Counted {
    finite: BTreeMap<Decimal, u64>,
    infinite: u64,
    unreadable: Option<String>,
}

impl Counted {
    fn bounds(&self) -> Bounds {
        if let Some(text) = &self.unreadable {
            return Bounds::Unreadable(text.clone(), Place::default());
        }
        // A series without infinity is none of a histogram.
        let series = self.infinite.max(self.finite.values().copied().max().unwrap_or(0));
        if self.finite.values().any(|count| *count != series) {
            return Bounds::Mixed;
        }
        if self.finite.is_empty() {
            Bounds::Missing
        } else {
            Bounds::Same(self.finite.keys().copied().collect())
        }
    }
}

/// Bounds by histogram and job, of `count by (__name__, job, le) (..)`.
#[derive(Debug, Default)]
pub(super) struct Counts {
    found: BTreeMap<String, BTreeMap<String, Counted>>,
}

impl Counts {
    pub(super) fn add(&mut self, answer: &[Sample]) {
        for sample in answer {
            let label = |name: &str| sample.metric.get(name).map(String::as_str).unwrap_or_default();
            let Some(name) = label("__name__").strip_suffix("_bucket") else { continue };
            let Some(count) = sample.value.as_ref().and_then(|(_, v)| whole(v)) else { continue };
            let jobs = self.found.entry(name.to_owned()).or_default();
            let counted = jobs.entry(label("job").to_owned()).or_default();
            match bound(label("le")) {
                Ok(Some(bound)) => *counted.finite.entry(bound).or_default() += count,
                Ok(None) => counted.infinite += count,
                Err(_) => {
                    counted.unreadable.get_or_insert_with(|| label("le").chars().take(40).collect());
                }
            }
        }
    }

    /// Is anything known of a histogram, by the name of its buckets?
    pub(super) fn has(&self, buckets: &str) -> bool {
        buckets.strip_suffix("_bucket").is_some_and(|name| self.found.contains_key(name))
    }

    /// The bounds of a histogram, and which job has which, where they differ.
    pub(super) fn of(&self, name: &str) -> (Bounds, Vec<(String, Bounds)>) {
        let Some(jobs) = self.found.get(name) else { return (Bounds::Missing, Vec::new()) };
        let each: Vec<(String, Bounds)> = jobs.iter().map(|(job, c)| (job.clone(), c.bounds())).collect();
        let Some((_, first)) = each.first() else { return (Bounds::Missing, Vec::new()) };
        if each.iter().all(|(_, bounds)| bounds == first) {
            return (first.clone(), Vec::new());
        }
        let unreadable = each.iter().find(|(_, b)| matches!(b, Bounds::Unreadable(..)));
        (unreadable.map_or(Bounds::Mixed, |(_, b)| b.clone()), each)
    }
}

/// A count of series.
fn whole(text: &str) -> Option<u64> {
    let value: f64 = text.parse().ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range and whole")]
    let count = value as u64;
    (value.fract() == 0.0 && (1.0..1e15).contains(&value)).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(list: &[(&str, &str, &str)]) -> Counts {
        let mut counts = Counts::default();
        for (job, le, count) in list {
            let metric = [("__name__", "x_bucket"), ("job", job), ("le", le)];
            let metric = metric.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
            let value = Some((0.0, (*count).to_owned()));
            counts.add(&[Sample { metric, value, values: Vec::new(), histogram: None }]);
        }
        counts
    }

    fn shown(list: &[(&str, &str, &str)]) -> String {
        match counts(list).of("x").0 {
            Bounds::Same(list) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            other @ (Bounds::Missing | Bounds::Mixed | Bounds::Unreadable(..)) => {
                format!("{other:?}").split('(').next().unwrap_or_default().to_owned()
            }
        }
    }

    #[test]
    fn each_bound_has_as_many_series_as_infinity() {
        assert_eq!(
            shown(&[("a", "0.5", "3"), ("a", "1", "2"), ("a", "1.0", "1"), ("a", "+Inf", "3")]),
            "0.5,1"
        );
        assert_eq!(shown(&[("a", "+Inf", "3")]), "Missing");
        // Three series: {1,2}, {2,4}, {1,4}.
        assert_eq!(shown(&[("a", "1", "2"), ("a", "2", "2"), ("a", "4", "2"), ("a", "+Inf", "3")]), "Mixed");
        assert_eq!(shown(&[("a", "1", "2"), ("a", "NaN", "2"), ("a", "+Inf", "2")]), "Unreadable");
        let two = [("a", "1", "1"), ("a", "+Inf", "1"), ("b", "2", "5"), ("b", "+Inf", "5")];
        assert_eq!(shown(&two), "Mixed");
        assert_eq!(counts(&two).of("x").1.len(), 2);
        assert_eq!(counts(&two).of("y").0, Bounds::Missing);
    }
}
