//! Completion: what was started and isn't finished in time. Two counters say how many, not which, and what is under way looks
//! like what is lost until its time is over. So there are two estimates (docs/rules.md, "Completion", has the argument):
//!
//! * **certain**: started between `W + T` and `T` ago, less finished in the last `W + T`. Never above zero while nothing is
//!   lost or late, whatever the traffic and however long things take up to `T`; but blind to what `T` hides.
//! * **least**: the fewest that were started in any window `W` that ended in the last `T`, less finished in `W`. The full size
//!   of a loss, but traffic that is uneven within `T` looks like one.
//!
//! The certain one looks at what was there half a sample ago: what is recorded at the same moment may be visible or not
//! (vmalert evaluates all groups at the same timestamps, and writes with a delay), and a newest sample that is missing on the
//! finished side alone would look like a loss.
//!
//! The certain one opens a gate for the other: over some window up to the budget's, at least half of what an alert would need
//! must be lost for sure. The budget takes the certain one only, so that what it says is spent is spent.
//!
//! The short window of an alert asks whether things are missing *now*: finished, against the mean rate at which things were
//! started in the last `T` and itself. That is noisy by itself and no error ratio to show; it only ends an alert.

use super::plan::{Entry, Plan};
use super::ranges;
use super::text::put;
use super::windows::{Source, recorded_of, seconds, sum};
use crate::ir::{Completion, Measurement, Promise};
use crate::series::{BAD_INCREASE, CERTAINLY_LOST, EVENTS_INCREASE};
use crate::value::{Decimal, Duration};

/// Promises of completion of a journey.
pub(crate) fn all<'p, 'm>(plan: &'p Plan<'m>) -> impl Iterator<Item = One<'p, 'm>> + use<'p, 'm> {
    plan.entries.iter().filter_map(move |entry| match &entry.promise.measurement {
        Measurement::Completion(completion) => {
            let mut matchers = String::new();
            plan.select(&mut matchers, entry.promise);
            Some(One { plan, entry, completion, matchers })
        }
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => None,
    })
}

/// Appends something for each promise of completion, side by side. Is there any?
pub(crate) fn each(plan: &Plan<'_>, out: &mut String, write: impl Fn(&One<'_, '_>, &mut String)) -> bool {
    let mut some = false;
    for one in all(plan) {
        out.push_str(if some { "\nor " } else { "" });
        write(&one, out);
        some = true;
    }
    some
}

/// Is this a promise of completion, or made of one? Then its alerts ask a series of their own whether it goes on.
pub(crate) fn is_in(plan: &Plan<'_>, promise: &Promise) -> bool {
    match &promise.measurement {
        Measurement::Completion(_) => true,
        Measurement::Composed(composed) => composed.members.iter().any(|path| {
            plan.model
                .promise(path)
                .is_some_and(|member| matches!(member.measurement, Measurement::Completion(_)))
        }),
        Measurement::Events(_) | Measurement::Slices(_) => false,
    }
}

/// The share of a window's starts that must be lost for sure before the larger estimate counts: half of what its alert needs.
/// Windows that no alert reads take the next longer one's.
fn gate_share(entry: &Entry<'_>, window: Duration) -> Decimal {
    let budget = entry.promise.error_budget();
    let longer = entry.alerts.iter().filter(|a| a.long >= window).min_by_key(|a| a.long);
    let threshold = longer.or(entry.alerts.last()).map_or(budget, |a| a.threshold(budget));
    threshold / Decimal::TWO
}

/// The windows over which a certain loss is looked for: from this one up to where a loss just above the threshold can be
/// seen, `T / threshold` and half of the window. The budget's own (`None`) where no window of the journey is that long.
fn gates(plan: &Plan<'_>, entry: &Entry<'_>, within: Duration, window: Duration) -> Vec<Option<Duration>> {
    let share = gate_share(entry, window);
    let half = Decimal::from(window.max(within.times(2)).as_micros()) / Decimal::TWO;
    let needed = Decimal::from(within.as_micros()).checked_div(share * Decimal::TWO).map(|t| t + half);
    let mut list = Vec::new();
    for gate in plan.counted.iter().copied().filter(|g| *g >= window) {
        list.push(Some(gate));
        if needed.is_some_and(|needed| Decimal::from(gate.as_micros()) >= needed) {
            return list;
        }
    }
    list.push(None);
    list
}

/// A promise of completion, ready to be written.
pub(crate) struct One<'p, 'm> {
    plan: &'p Plan<'m>,
    entry: &'p Entry<'m>,
    /// How it is measured.
    pub(crate) completion: &'m Completion,
    /// Its matchers.
    matchers: String,
}

impl<'m> One<'_, 'm> {
    /// The promise.
    pub(crate) fn promise(&self) -> &'m Promise {
        self.entry.promise
    }

    /// What a window reads: it looks back further than its name says.
    fn source(&self, window: Duration) -> Source {
        let within = self.completion.within;
        Source::of(window.max(within.times(2)).plus(within), self.plan.evaluation)
    }

    /// The window, at least twice the limit, and the limit in whole samples.
    fn ranges(&self, window: Duration, source: Source) -> (Duration, Duration) {
        let limit = ranges::round_up(self.completion.within, source.every);
        (window.max(limit.times(2)), limit)
    }

    /// What is newer than this may not be visible yet.
    fn settled(source: Source) -> Duration {
        ranges::promql(Duration::from_micros(source.every.as_micros() / 2))
    }

    /// A range over what the same group records holds no sample twice; others lie between its samples.
    fn own(&self, window: Duration, range: Duration) -> Duration {
        if ranges::is_prompt(window) { ranges::own(range, self.plan.evaluation) } else { range }
    }

    fn sum(&self, out: &mut String, series: &str, range: Duration, offset: Option<Duration>) {
        sum(self.plan, out, series, &self.matchers, range, offset);
    }

    /// Appends what was started in a window that ends now.
    pub(crate) fn started_now(&self, out: &mut String, window: Duration) {
        let source = self.source(window);
        let (length, _) = self.ranges(window, source);
        source.times(out);
        self.sum(out, source.events, self.own(window, length), None);
    }

    /// Appends what was started between `W + T` and `T` ago.
    pub(crate) fn started(&self, out: &mut String, window: Duration, source: Source) {
        let (length, limit) = self.ranges(window, source);
        source.times(out);
        self.sum(out, source.events, length, Some(limit.plus(Self::settled(source))));
    }

    /// Appends what is lost for sure; below zero where more is under way than is lost.
    pub(crate) fn certain(&self, out: &mut String, window: Duration, source: Source) {
        self.started(out, window, source);
        let (length, limit) = self.ranges(window, source);
        out.push_str(" - ");
        source.times(out);
        self.sum(out, source.finished, length.plus(limit), Some(Self::settled(source)));
    }

    /// Appends what is lost for sure in a window of the journey, from the counts.
    pub(crate) fn certain_in(&self, out: &mut String, window: Duration) {
        self.certain(out, window, self.source(window));
    }

    /// Appends what finished late in a window; nothing where that isn't known.
    pub(crate) fn late(&self, out: &mut String, window: Duration, source: Source) {
        let (length, _) = self.ranges(window, source);
        source.times(out);
        self.sum(out, source.bad, self.own(window, length), None);
    }

    /// Does the finished side say what came late?
    pub(crate) fn knows_late(&self) -> bool {
        !self.completion.late.is_empty()
    }

    /// Appends the last sample of a series of this promise.
    pub(crate) fn last(&self, out: &mut String, series: &str, window: &str, back: Option<Duration>) {
        recorded_of(self.plan, out, series, &self.matchers, window, back);
    }

    /// Appends what was started in the window that ended `T` ago. From the counts, not from what was recorded then: an hour
    /// without evaluations would leave nothing to compare with.
    fn started_then(&self, out: &mut String, window: Duration) {
        self.started(out, window, self.source(window));
    }

    fn finished(&self, out: &mut String, window: Duration) {
        let source = self.source(window);
        let (length, _) = self.ranges(window, source);
        source.times(out);
        self.sum(out, source.finished, self.own(window, length), None);
    }

    /// Appends the bad events of a window whose starts and certain losses are recorded.
    pub(crate) fn bad(&self, out: &mut String, window: Duration) {
        let name = window.to_string();
        let source = self.source(window);
        let now = ranges::is_prompt(window).then_some(Duration::default());
        let step = if ranges::is_prompt(window) { self.plan.evaluation } else { ranges::SLOW };
        let (_, limit) = self.ranges(window, source);
        // Both ends of the limit, wherever the samples lie.
        let any = ranges::promql(limit.plus(Duration::from_micros(step.as_micros() / 2)));
        put(
            out,
            format_args!(
                "clamp_min((\n    min by ({id}) (min_over_time({EVENTS_INCREASE}{{{m},window=\"{name}\"}}[{any}]))\n    - ",
                id = self.plan.identity,
                m = self.matchers
            ),
        );
        self.finished(out, window);
        out.push_str("\n    and ");
        self.gate(out, window);
        out.push_str("\n  ) > ");
        self.last(out, CERTAINLY_LOST, &name, now);
        out.push_str("\n  or ");
        self.last(out, CERTAINLY_LOST, &name, now);
        out.push_str(", 0)");
        if self.knows_late() {
            self.and_late(out, window, source);
        }
    }

    /// Appends ` + late or late`: in the first time of all nothing can be lost yet.
    pub(crate) fn and_late(&self, out: &mut String, window: Duration, source: Source) {
        out.push_str("\n  + ");
        self.late(out, window, source);
        out.push_str("\n  or ");
        self.late(out, window, source);
    }

    /// Is half of what an alert needs lost for sure?
    fn gate(&self, out: &mut String, window: Duration) {
        let mut names = String::new();
        let mut budget = false;
        for gate in gates(self.plan, self.entry, self.completion.within, window) {
            match gate {
                Some(gate) => {
                    names.push_str(if names.is_empty() { "" } else { "|" });
                    put(&mut names, gate);
                }
                None => budget = true,
            }
        }
        let op = if names.contains('|') { "=~" } else { "=" };
        put(
            out,
            format_args!(
                "max by ({}) (last_over_time({CERTAINLY_LOST}{{{},window{op}\"{names}\"}}[{}])",
                self.plan.identity,
                self.matchers,
                ranges::read_back(ranges::SLOW)
            ),
        );
        if budget {
            put(
                out,
                format_args!(
                    "\n      or last_over_time({CERTAINLY_LOST}{{{},window=\"budget\"}}[{}])",
                    self.matchers,
                    ranges::read_back(ranges::budget_interval(self.entry.promise.window).times(2))
                ),
            );
        }
        out.push_str(")\n      >= clamp_min(");
        put(out, gate_share(self.entry, window).normalize());
        out.push_str(" * ");
        self.started_then(out, window);
        out.push_str(", 0.5)");
    }

    /// Appends the error ratio of a window whose bad events are recorded.
    pub(crate) fn ratio(&self, out: &mut String, window: Duration) {
        let now = ranges::is_prompt(window).then_some(Duration::default());
        out.push_str("clamp(");
        self.last(out, BAD_INCREASE, &window.to_string(), now);
        out.push_str("\n  / clamp_min(");
        if self.knows_late() {
            // What is late may have been started before.
            self.finished(out, window);
            out.push_str(" > ");
            self.started_then(out, window);
            out.push_str("\n    or ");
        }
        self.started_then(out, window);
        out.push_str(", 1e-9), 0, 1)");
    }

    /// Appends the error ratio of a window that no alert reads as its long one: of what is lost for sure, and late.
    pub(crate) fn certain_ratio(&self, out: &mut String, window: Duration) {
        let source = self.source(window);
        out.push_str("clamp((clamp_min(");
        self.certain(out, window, source);
        out.push_str(", 0)");
        if self.knows_late() {
            self.and_late(out, window, source);
        }
        out.push_str(") / clamp_min(");
        self.started(out, window, source);
        out.push_str(", 1e-9), 0, 1)");
    }

    /// Appends the share that is missing now.
    pub(crate) fn missing(&self, out: &mut String, short: Duration) {
        let within = self.completion.within;
        let all = short.plus(within);
        let (from, of) = (Source::of(all, self.plan.evaluation), Source::of(short, self.plan.evaluation));
        let mean = |out: &mut String| {
            from.times(out);
            self.sum(out, from.events, self.own(short, all), None);
            put(out, format_args!(" * {} / {}", seconds(short), seconds(all)));
        };
        let counted = |out: &mut String, series: &str| {
            of.times(out);
            self.sum(out, series, self.own(short, short), None);
        };
        out.push_str("clamp((clamp_min(");
        mean(out);
        out.push_str(" - ");
        counted(out, of.finished);
        out.push_str(", 0)");
        if self.knows_late() {
            out.push_str(" + ");
            counted(out, of.bad);
        }
        out.push_str(") / clamp_min(");
        mean(out);
        out.push_str(", 1e-9), 0, 1)");
    }
}
