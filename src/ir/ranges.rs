//! Arithmetic of ranges and intervals: how far each rule looks back and how often it runs.

use crate::value::Duration;

/// The prompt windows: up to here they are computed with every evaluation.
const PROMPT: Duration = Duration::from_hours(1);
/// Up to here windows read the base series, above it the roll-up.
const FROM_BASE: Duration = Duration::from_hours(12);
/// How often roll-ups and long windows run.
pub(crate) const SLOW: Duration = Duration::from_mins(5);
/// The roll-up of budget windows above [`COARSE_ABOVE`]: a range must stay below 10,000 samples.
pub(crate) const COARSE: Duration = Duration::from_mins(15);
const COARSE_ABOVE: Duration = Duration::from_days(34);
/// How often constants and what follows from them run.
pub(crate) const DERIVED: Duration = Duration::from_mins(1);

/// The range of the base rules: `R = s + n E` for a scrape interval `s` and an evaluation interval `E`.
///
/// `rate(x[R])` at each `E` sees the step between two scrapes in exactly `n` evaluations and weighs it with
/// `1 / (n E)`, so that `E * sum(rate)` counts every increment once, when `R - s` is a whole number of scrapes. `R` holds at
/// least 3 scrapes (one may be lost), and `n` is at least 2: an increment that spans missed scrapes, as after a restart, is
/// seen by fewer evaluations and counts a part, the smaller the shorter the range. Intervals without a common multiple
/// nearby get the nearest range that holds them.
pub(crate) fn base_range(scrape: Duration, evaluation: Duration) -> Duration {
    let (s, e) = (scrape.as_micros().max(1), evaluation.as_micros().max(1));
    let first = s.saturating_mul(2).div_ceil(e).max(2);
    let n =
        (first..=first.saturating_add(12)).find(|n| n.saturating_mul(e).is_multiple_of(s)).unwrap_or(first);
    Duration::from_micros(s.saturating_add(n.saturating_mul(e)))
}

/// How far a sum over base series lags behind the raw ones: an increment is seen in `n` evaluations, counted whole after the
/// last.
pub(crate) fn base_lag(scrape: Duration, evaluation: Duration) -> Duration {
    let spanned = base_range(scrape, evaluation).as_micros().saturating_sub(scrape.as_micros());
    Duration::from_micros(spanned.saturating_sub(evaluation.as_micros()) / 2)
}

/// The stretch over which samples of a gauge are counted as events: a whole number of evaluations, at least two scrapes, so
/// that each sample is seen equally often and no evaluation is without one.
pub(crate) fn readings_range(scrape: Duration, evaluation: Duration) -> Duration {
    let (s, e) = (scrape.as_micros().max(1), evaluation.as_micros().max(1));
    let n = if s.saturating_mul(2) <= e { 1 } else { s.saturating_mul(2).div_ceil(e) };
    Duration::from_micros(n.saturating_mul(e))
}

/// How far back readings are taken, so that scrapes still in flight are not missed: a failed probe's sample comes only
/// when its timeout (10 s unless told otherwise) is over.
pub(crate) fn readings_delay(scrape: Duration) -> Duration {
    scrape.min(Duration::from_secs(15))
}

/// How often a budget over this window is computed: 4,320 points a window, at least every 5 minutes, in whole 5 minutes.
pub(crate) fn budget_interval(window: Duration) -> Duration {
    SLOW.times((window.as_micros() / 4320).div_ceil(SLOW.as_micros()).max(1))
}

/// The step at which the age of a budget's history is looked for: 672 looks a window, in whole 5 minutes.
pub(crate) fn coverage_step(window: Duration) -> Duration {
    SLOW.times((window.as_micros() / 672).div_ceil(SLOW.as_micros()).max(1))
}

/// Does the budget over this window read the coarse roll-up?
pub(crate) fn is_coarse(window: Duration) -> bool {
    window > COARSE_ABOVE
}

/// A series computed at this interval is read back so far: two intervals and a minute, for one late evaluation.
pub(crate) fn read_back(interval: Duration) -> Duration {
    interval.times(2).plus(Duration::from_mins(1))
}

/// Something that is counted with every evaluation is there if it is within this: five minutes, or two evaluations and one more.
pub(crate) fn still_there(evaluation: Duration) -> Duration {
    promql(read_back(evaluation).max(SLOW))
}

/// Is this window computed with every evaluation (otherwise every 5 minutes)?
pub(crate) fn is_prompt(window: Duration) -> bool {
    window <= PROMPT
}

/// Does this window read the base series (otherwise the roll-up)?
pub(crate) fn is_from_base(window: Duration) -> bool {
    window <= FROM_BASE
}

/// How far back a slice is counted: over itself, and where it holds fewer than three scrapes as far as events are.
pub(crate) fn slice_span(slice: Duration, scrape: Duration, evaluation: Duration) -> Duration {
    promql(if slice >= scrape.times(3) { slice } else { base_range(scrape, evaluation) })
}

/// The range over series that the same group records, whose samples lie exactly on both ends of a window: half an evaluation
/// less, so that it holds `W / E` of them in Prometheus 2, which takes both ends, as everywhere else.
pub(crate) fn own(window: Duration, evaluation: Duration) -> Duration {
    let short = window.as_micros().saturating_sub(evaluation.as_micros() / 2);
    promql(Duration::from_micros(short.max(evaluation.as_micros())))
}

/// The range over series that another group records, which may lie on both ends of a window where all groups are evaluated at the same
/// instant (tests, a backfill, vmalert): a millisecond less, since Prometheus 2 takes both ends.
pub(crate) fn open(window: Duration) -> Duration {
    Duration::from_micros(window.as_micros().saturating_sub(1_000))
}

/// The smallest multiple of `step` that is not below `of`.
pub(crate) fn round_up(of: Duration, step: Duration) -> Duration {
    step.times(of.as_micros().div_ceil(step.as_micros().max(1)))
}

/// A range as PromQL writes it: whole milliseconds.
pub(crate) fn promql(range: Duration) -> Duration {
    round_up(range, Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_ranges() {
        let range = |s, e| base_range(Duration::from_secs(s), Duration::from_secs(e)).as_secs();
        assert_eq!([range(15, 30), range(30, 30), range(60, 30), range(15, 60)], [75, 90, 180, 135]);
        assert_eq!([range(10, 30), range(5, 15), range(60, 60), range(300, 30)], [70, 35, 180, 900]);
        for (s, e) in [(7, 30), (45, 30), (1, 30), (3600, 30), (30, 7)] {
            assert!(range(s, e) >= 3 * s && range(s, e) >= s + 2 * e, "{s}/{e}");
        }
        assert!(!base_range(Duration::default(), Duration::default()).is_zero());
        let lag = |s| base_lag(Duration::from_secs(s), Duration::from_secs(30)).as_secs();
        assert_eq!([lag(15), lag(30), lag(60)], [15, 15, 45]);
    }

    #[test]
    fn readings_ranges() {
        let range = |s, e| readings_range(Duration::from_secs(s), Duration::from_secs(e)).as_secs();
        assert_eq!([range(15, 30), range(30, 30), range(60, 30), range(5, 30)], [30, 60, 120, 30]);
    }

    #[test]
    fn budgets() {
        let minutes = |days| budget_interval(Duration::from_days(days)).as_secs() / 60;
        assert_eq!([minutes(1), minutes(7), minutes(28), minutes(30), minutes(90)], [5, 5, 10, 10, 30]);
        assert_eq!(coverage_step(Duration::from_days(28)), Duration::from_hours(1));
    }
}
