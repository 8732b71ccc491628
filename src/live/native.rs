//! Native histograms, by what a query gives of them. Buckets that hold nothing are not shown, so bounds that somebody gave can be read
//! only where no bucket is empty.

use std::collections::BTreeMap;

use super::api::{Histogram, Sample};
use crate::exposition::bound;
use crate::value::Decimal;

/// Bounds of a native histogram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Native {
    /// Each is the one before times the same number: nobody gave them.
    Exponential,
    /// Given by somebody, and all of them seen.
    Custom(Vec<Decimal>),
    /// Given by somebody; not all of them seen, or not the same everywhere.
    Unseen,
}

/// Native histograms by name, of `sum by (__name__, job) (..)`.
pub(super) fn of(answer: &[Sample]) -> BTreeMap<String, Native> {
    let mut found: BTreeMap<String, Native> = BTreeMap::new();
    for sample in answer {
        let (Some(name), Some((_, histogram))) = (sample.metric.get("__name__"), &sample.histogram) else {
            continue;
        };
        let read = read(histogram);
        match found.get_mut(name) {
            Some(known) if *known != read => *known = Native::Unseen,
            Some(_) => {}
            None => {
                found.insert(name.clone(), read);
            }
        }
    }
    found
}

fn read(histogram: &Histogram) -> Native {
    let ends: Vec<(f64, f64)> = histogram
        .buckets
        .iter()
        .filter_map(|(_, low, high, _)| Some((low.parse().ok()?, high.parse().ok()?)))
        .collect();
    // Nothing was observed yet: anybody's bounds may come.
    if ends.is_empty() {
        return Native::Unseen;
    }
    // Powers have a bucket around zero, and no end at infinity.
    let endless = ends.iter().any(|(low, high)| low.is_infinite() || high.is_infinite());
    if !endless && ends.iter().filter(|(low, high)| *low > 0.0 || *high < 0.0).all(|e| is_power(*e)) {
        return Native::Exponential;
    }
    let begins = ends.first().is_some_and(|(low, _)| *low == f64::NEG_INFINITY);
    let closes = ends.last().is_some_and(|(_, high)| *high == f64::INFINITY);
    let joined = ends.windows(2).all(|pair| matches!(pair, [(_, high), (low, _)] if same(*high, *low)));
    if !(begins && closes && joined) {
        return Native::Unseen;
    }
    let bounds: Option<Vec<Decimal>> = histogram
        .buckets
        .iter()
        .filter_map(|(_, _, high, _)| bound(high).transpose())
        .map(Result::ok)
        .collect();
    bounds.map_or(Native::Unseen, Native::Custom)
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= a.abs() * 1e-12
}

/// Do the ends of a bucket lie apart by 2 to the power of 2 to a whole number: is it one of a standard schema?
fn is_power((low, high): (f64, f64)) -> bool {
    let (small, large) = (low.abs().min(high.abs()), low.abs().max(high.abs()));
    let growth = (large / small).log2();
    let schema = growth.log2();
    (schema - schema.round()).abs() < 1e-6 && (-8.0..=4.0).contains(&schema.round())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native(ends: &[(&str, &str)]) -> Native {
        let buckets =
            ends.iter().map(|(low, high)| (0, (*low).to_owned(), (*high).to_owned(), "1".to_owned()));
        read(&Histogram { buckets: buckets.collect() })
    }

    #[test]
    fn bounds_that_are_seen() {
        assert_eq!(native(&[]), Native::Unseen);
        assert_eq!(native(&[("-0.001", "0.001"), ("0.5", "1"), ("2", "4")]), Native::Exponential);
        assert_eq!(
            native(&[("1", "1.189207115002721"), ("-1.414213562373095", "-1.189207115002721")]),
            Native::Exponential
        );
        let custom = Native::Custom(vec!["0.1".parse().unwrap(), Decimal::ONE]);
        assert_eq!(native(&[("-Inf", "0.1"), ("0.1", "1"), ("1", "+Inf")]), custom);
        for some in [
            &[("-Inf", "0.1"), ("0.1", "1")][..],
            &[("0.1", "1"), ("1", "+Inf")],
            &[("-Inf", "0.1"), ("0.5", "1"), ("1", "+Inf")],
            &[("0.1", "0.25")],
        ] {
            assert_eq!(native(some), Native::Unseen, "{some:?}");
        }
    }
}
