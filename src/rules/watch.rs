//! Rules that watch reality: is the promise measured as its specification says? Each kind of fault is one rule for the whole
//! journey; what it records is there only while something is wrong, and says by its label `fault` what that is. Nothing
//! else reads it but one alert, a ticket: a page never waits for these rules.
//!
//! A branch for each promise and metric, joined by `or` under the labels `step`, `promise` and `metric`. Limits are the
//! same for all of them, and stand outside.

mod reads;

use std::fmt::Write as _;

use super::alert_texts::OfAll;
use super::alerts::AlertLabels;
use super::budget::Budgets;
use super::health::{self, Shared};
use super::plan::{Plan, is_composed};
use super::ranges;
use super::set::{Rule, RuleSet};
use super::streams::bad_counters;
use super::text::put;
use super::windows::{recorded_of, seconds};
use crate::ir::Urgency;
use crate::ir::burn::Loudness;
use crate::ir::{Promise, Series};
use crate::promql::bound::bucket_bound;
use crate::promql::print;
use crate::series::{
    BAD_EVENTS_5M, ERROR_BUDGET, ERROR_RATIO, EVENTS_5M, INFO, MEASUREMENT_FAULT, METRIC_LABEL, SINCE,
};
use crate::value::{Decimal, Duration};
use reads::{Spans, Stream, selector_of, shift, shifted, streams, suffixes};

/// The values of the label `fault`, each with what the alert says: in short, and what follows and what to do. Go templates.
pub(crate) const FAULTS: [(&str, &str, &str); 10] = [
    (
        SCRAPED_TOO_RARELY,
        "scraped too rarely",
        "{{ $labels.metric }} is scraped at {{ printf \"%.1f\" $value }} times the interval that is declared. Counts stay right while \
         scrapes come at all, but alerts are later than promised, and each restart loses more. Say `scraped every` with the real \
         interval (or `scrape_interval` in slovo.yaml), or scrape more often; where scrapes fail, see why they time out.",
    ),
    (
        EVALUATIONS_MISSED,
        "rules were not evaluated",
        "{{ $value | humanizePercentage }} of the last hour's evaluations are missing while targets were scraped: what happened then was \
         not counted, and no alert could fire. See if the ruler was away, or if the group takes longer than its interval \
         (prometheus_rule_group_iterations_missed_total).",
    ),
    (
        COUNTED_TWICE,
        "counted more than once",
        "{{ $labels.metric }} is stored {{ printf \"%.0f\" $value }} times, by replicas of Prometheus that nobody merges: every event counts as \
         often, and a replica that is away looks like lost traffic. Switch deduplication on where the rules are evaluated, or \
         add a matcher for one replica to `scope`.",
    ),
    (
        BUCKETS_DIFFER,
        "buckets that do not fit",
        "On {{ printf \"%.0f\" $value }} targets {{ $labels.metric }} has no bucket at the promise's limit, or has it in two spellings (`1` and \
         `1.0`). Where it is missing every event counts as slow. See which bounds these targets export, and which Prometheus writes them.",
    ),
    (
        NEVER_BAD,
        "nothing can be bad",
        "The budget allows for {{ printf \"%.0f\" $value }} bad events in this time. There was none, and there is no series that the \
         selector of bad events finds: perhaps it can't find any. Compare its label values with those in Prometheus. If nothing has \
         failed yet and the series are born with their first failure, say `born with its first event` on the metric.",
    ),
    (
        LIKE_DELTAS,
        "a counter that does not count up",
        "{{ $labels.metric }} falls in {{ $value | humanizePercentage }} of its samples, as if each one held only what came since the last \
         (delta temporality), or as if two processes wrote the same series. It can't be counted so: export it cumulative, one series for each process.",
    ),
    (
        DIES_TOO_OFTEN,
        "processes die too often",
        "About {{ $value | humanizePercentage }} of what {{ $labels.metric }} counts is lost: series end or begin again so often that what they count \
         between their last scrape and their end, which nobody sees, matters. See why processes restart; for short-lived \
         ones scrape more often, or count in something that outlives them.",
    ),
    (
        ONLY_UP,
        "increases that only go up",
        "{{ $labels.metric }} went up in {{ $value | humanizePercentage }} of its changes of the last hours, as a counter does. It is said that its samples \
         are increases, so each of them is added: far too much is counted. Take `samples are increases` away.",
    ),
    (
        SILENT_FOR_LONG,
        "nothing was counted for days",
        "Nothing was counted for {{ printf \"%.0f\" $value }} days. The metric is said to be silent when idle, so no data is not reported: perhaps \
         nobody came, perhaps it was renamed, or one of its labels. Look whether its series were there lately, and for what the target exports now.",
    ),
    (
        NO_NUMBER,
        "no number for days",
        "For {{ printf \"%.0f\" $value }} days what this promise reads was there and never a number (NaN), which is not a reading, so nothing was judged. \
         See why the exporter doesn't know the value, or why the query divides by nothing. Where it may be unknown for so long, say `urgency none`.",
    ),
];

const SCRAPED_TOO_RARELY: &str = "scraped_too_rarely";
const EVALUATIONS_MISSED: &str = "evaluations_missed";
const COUNTED_TWICE: &str = "counted_twice";
const BUCKETS_DIFFER: &str = "buckets_differ";
const NEVER_BAD: &str = "never_bad";
const LIKE_DELTAS: &str = "counters_like_deltas";
const DIES_TOO_OFTEN: &str = "dies_too_often";
const ONLY_UP: &str = "increases_like_counters";
const SILENT_FOR_LONG: &str = "silent_for_long";
const NO_NUMBER: &str = "no_number";

/// Labels by which replicas of Prometheus are told apart in a common store. Series that differ in nothing else are copies: two
/// clusters or two scrape configurations of an instance differ in more.
const REPLICAS: &str = "replica, prometheus_replica, __replica__";

/// How long a fault must last until it is reported: longer than a restart of Prometheus, a deploy or a change of spelling can
/// look like one.
const HOLD: Duration = Duration::from_mins(30);
/// The longest time for which a bad event is waited for.
const EVER: Duration = Duration::from_days(7);

/// Writes the group's rules and the alert.
pub(crate) fn write(
    plan: &Plan<'_>,
    budgets: &Budgets,
    labels: &AlertLabels,
    expr: &mut String,
    set: &mut RuleSet,
) {
    let base = plan.journey_labels(None);
    let mut record = |fault: &str, expr: &str| {
        if expr.is_empty() {
            return;
        }
        let mut labels = base.clone();
        labels.insert(2, ("fault", fault));
        set.rule(Rule::record(MEASUREMENT_FAULT, expr, &labels));
        set.allow_group_split();
    };
    scraped_too_rarely(plan, expr);
    record(SCRAPED_TOO_RARELY, expr);
    evaluations_missed(plan, expr);
    record(EVALUATIONS_MISSED, expr);
    counted_twice(plan, expr);
    record(COUNTED_TWICE, expr);
    buckets_differ(plan, expr);
    record(BUCKETS_DIFFER, expr);
    never_bad(plan, budgets, expr);
    record(NEVER_BAD, expr);
    like_deltas(plan, expr);
    record(LIKE_DELTAS, expr);
    dies_too_often(plan, expr);
    record(DIES_TOO_OFTEN, expr);
    only_up(plan, expr);
    record(ONLY_UP, expr);
    nothing_for_long(plan, budgets, expr, |p| p.measurement.silent_when_idle());
    record(SILENT_FOR_LONG, expr);
    nothing_for_long(plan, budgets, expr, |p| p.measurement.may_be_no_number());
    record(NO_NUMBER, expr);
    alert(plan, labels, expr, set);
}

fn alert(plan: &Plan<'_>, labels: &AlertLabels, expr: &mut String, set: &mut RuleSet) {
    if plan.promises().filter(|p| !is_composed(p)).all(|p| p.urgency == Urgency::None) {
        return;
    }
    expr.clear();
    // What may be recorded by a group of its own.
    let back = ranges::read_back(ranges::SLOW);
    let _ = write!(expr, "last_over_time({MEASUREMENT_FAULT}{{{}}}[{back}])", plan.matchers);
    if plan.promises().any(|p| p.urgency == Urgency::None) {
        let _ = write!(expr, "\n  unless on (step, promise) {INFO}{{{},urgency=\"none\"}}", plan.matchers);
    }
    let shared = Shared { name: "PromiseMeasuresWrong", loud: Loudness::Ticket, expr, hold: Some(HOLD) };
    // Whether rules are evaluated is a matter of the journey.
    let says = OfAll::new(plan, |p| !is_composed(p) && p.urgency != Urgency::None).or_of_the_journey();
    health::alert(plan, labels, &shared, &says, set);
}

/// Scrapes further apart than 1.5 times what is declared: the time in which series are there, over their samples. Births and
/// deaths count on both sides. That they come more often than declared makes nothing wrong.
fn scraped_too_rarely(plan: &Plan<'_>, out: &mut String) {
    branches(
        plan,
        out,
        |s| !s.increases,
        |out, promise, stream| {
            let spans = Spans::of(promise);
            let step = Duration::from_micros(spans.short.as_micros() / 20);
            let nearly = Duration::from_micros(spans.short.as_micros() - step.as_micros() / 2);
            let (before, after) = spans.now();
            // What a step stands for, in scrapes.
            put(out, (step.seconds() / promise.scrape_interval.seconds()).round_dp(6).normalize());
            out.push_str(" * sum(");
            stream.each(out, &format!("count_over_time({before}"), &format!("{after}[{nearly}:{step}])"));
            out.push_str(") / sum(");
            stream.each(out, "count_over_time(", &format!("[{nearly}])"));
            out.push(')');
        },
    );
    limit(out, "> 1.5");
}

/// Evaluations of the last hour that are missing though targets were scraped. Each leaves a ratio of the last hour, for as long
/// as a promise had data in it; the promise with most of them counts, since one without data is another matter. While
/// Prometheus itself is away nothing is scraped either. A journey that was not evaluated before that hour is new.
fn evaluations_missed(plan: &Plan<'_>, out: &mut String) {
    out.clear();
    let all = || plan.promises().filter(|p| !streams(p).is_empty());
    let Some(promise) = all().find(|p| p.urgency != Urgency::None).or_else(|| all().next()) else { return };
    let spans = Spans::of(promise);
    // Two minutes of an hour.
    let step = Duration::from_micros(spans.short.as_micros() / 5);
    let nearly = Duration::from_micros(spans.long.as_micros() - step.as_micros() / 2);
    let ratio = format!("{ERROR_RATIO}{{{},window=\"1h\"}}", plan.matchers);
    let long = spans.long;
    out.push_str("count_over_time(group(");
    for (at, stream) in streams(promise).iter().enumerate() {
        out.push_str(if at > 0 { " or " } else { "" });
        stream.each(out, "last_over_time(", &format!("[{step}])"));
    }
    let _ = write!(out, ")[{nearly}:{step}]) / 30\n  - max(count_over_time({ratio}[{long}])) * ");
    let share = plan.evaluation.seconds() / long.seconds();
    put(out, share.round_dp(9).normalize());
    let _ = write!(out, " > 0.1\nand group(last_over_time({ratio}[12h] offset {long}))");
}

/// Series that differ in the label of a replica of Prometheus alone, where the scrapes of their target do, too: a metric may
/// have a label of that name for itself.
fn counted_twice(plan: &Plan<'_>, out: &mut String) {
    branches(
        plan,
        out,
        |_| true,
        |out, promise, stream| {
            let (before, after) = Spans::of(promise).now();
            out.push_str("max by (job, instance) (count without (");
            out.push_str(REPLICAS);
            out.push_str(") (");
            stream.each(out, before, &after);
            out.push_str("))");
        },
    );
    limit(out, "> 1");
    if !out.is_empty() {
        out.insert_str(0, "max by (step, promise, metric) (");
        let _ = write!(out, "\n  and on (job, instance) count without ({REPLICAS}) (up) > 1)");
    }
}

/// Targets on which a histogram has not as many series of the bucket at the limit as it has counts.
fn buckets_differ(plan: &Plan<'_>, out: &mut String) {
    out.clear();
    for promise in plan.promises() {
        let (before, after) = Spans::of(promise).now();
        let after = shifted(&after, &shift(promise));
        let mut metrics: Vec<(&str, String)> = Vec::new();
        for series in promise.measurement.series() {
            let (Series::HistogramWithin { selector, native: false, limit }
            | Series::HistogramOver { selector, native: false, limit }) = series
            else {
                continue;
            };
            let (op, bound) = bucket_bound(*limit);
            let mut one = format!("sum by (job, instance) (0 * {before}");
            print::selector(&mut one, &selector.metric, "_count", &selector.matchers, &[]);
            let _ = write!(one, "{after} + 1 or 0 * {before}");
            print::selector(&mut one, &selector.metric, "_bucket", &selector.matchers, &[("le", op, &bound)]);
            let _ = write!(one, "{after} - 1) != 0");
            match metrics.iter_mut().find(|(metric, _)| *metric == selector.metric) {
                Some((_, all)) if all.contains(&one) => {}
                Some((_, all)) => {
                    all.push_str(" or ");
                    all.push_str(&one);
                }
                None => metrics.push((&selector.metric, one)),
            }
        }
        for (metric, all) in metrics {
            out.push_str(if out.is_empty() { "" } else { "\nor " });
            labelled(out, promise, Some(metric), |out| put(out, format_args!("count({all})")));
        }
    }
}

/// No bad event in a week (or in the window where that is shorter), in which the budget allows for ten, and no series that the
/// selector of bad ones finds. Whoever serves nobody, is young, or says that series are born with their first event, is left out.
fn never_bad(plan: &Plan<'_>, budgets: &Budgets, out: &mut String) {
    out.clear();
    let wanted = |p: &Promise| bad_series(p).is_some();
    let mut spans: Vec<Duration> = plan.promises().filter(|p| wanted(p)).map(ever).collect();
    spans.sort_unstable();
    spans.dedup();
    for span in spans {
        for matchers in plan.cover(|p| wanted(p) && ever(p) == span) {
            out.push_str(if out.is_empty() { "(" } else { "\nor " });
            let counted = |out: &mut String, series: &str| {
                let _ = write!(out, "sum by (step, promise) (sum_over_time({series}{{{matchers}}}[{span}]))");
            };
            put(out, seconds(ranges::SLOW));
            out.push_str(" * ");
            counted(out, EVENTS_5M);
            let _ = write!(
                out,
                "\n  * on (step, promise) max by (step, promise) ({ERROR_BUDGET}{{{matchers}}}) > 10\n  \
                 and on (step, promise) time() - "
            );
            recorded_of(plan, out, SINCE, &matchers, "budget", Some(budgets.back()));
            out.push_str(" >= ");
            put(out, seconds(span));
            out.push_str("\n  unless on (step, promise) ");
            counted(out, BAD_EVENTS_5M);
            out.push_str(" > 0");
        }
    }
    if out.is_empty() {
        return;
    }
    out.push_str(")\nunless on (step, promise) (");
    let mut first = true;
    for promise in plan.promises() {
        let (before, after) = Spans::of(promise).now();
        let after = shifted(&after, &shift(promise));
        for series in bad_series(promise).unwrap_or_default() {
            let Some((selector, suffix, _)) = selector_of(&series) else { continue };
            for suffix in suffixes(selector, suffix) {
                out.push_str(if std::mem::take(&mut first) { "\n  " } else { "\n  or " });
                labelled(out, promise, None, |out| {
                    out.push_str("group(");
                    out.push_str(before);
                    print::selector(out, &selector.metric, suffix, &selector.matchers, &[]);
                    out.push_str(&after);
                    out.push(')');
                });
            }
        }
    }
    out.push_str("\n)");
}

/// No event in a week (or in the window where that is shorter) of promises where nobody hears of it otherwise: whose metric is silent
/// when idle, and may have been renamed, or whose gauge may be there without ever being a number. Who is younger is left out.
fn nothing_for_long(plan: &Plan<'_>, budgets: &Budgets, out: &mut String, wanted: impl Fn(&Promise) -> bool) {
    out.clear();
    let mut spans: Vec<Duration> = plan.promises().filter(|p| wanted(p)).map(ever).collect();
    spans.sort_unstable();
    spans.dedup();
    for span in spans {
        let days = (Decimal::from(span.as_secs()) / Decimal::from(86_400)).normalize();
        for matchers in plan.cover(|p| wanted(p) && ever(p) == span) {
            out.push_str(if out.is_empty() { "" } else { "\nor " });
            let _ = write!(
                out,
                "{days} + sum by (step, promise) (sum_over_time({EVENTS_5M}{{{matchers}}}[{span}])) == {days}\n  \
                 and on (step, promise) time() - "
            );
            recorded_of(plan, out, SINCE, &matchers, "budget", Some(budgets.back()));
            out.push_str(" >= ");
            put(out, seconds(span));
        }
    }
}

/// Samples of increases that hardly ever fall, in six hours and at least twenty changes: what is counted again each time falls in nearly half
/// of them, and no traffic grows for so long without a break.
fn only_up(plan: &Plan<'_>, out: &mut String) {
    branches(
        plan,
        out,
        |s| s.increases,
        |out, promise, stream| {
            let range = Spans::of(promise).long.times(6);
            let changes = |out: &mut String| {
                out.push_str("sum(");
                stream.each(out, "changes(", &format!("[{range}])"));
                out.push(')');
            };
            out.push_str("1 - sum(");
            stream.each(out, "resets(", &format!("[{range}])"));
            out.push_str(") / (");
            changes(out);
            out.push_str(" > 20)");
        },
    );
    limit(out, "> 0.95");
}

/// Samples below the one before, a quarter of all and more: no process restarts so often, and what is reset with each export
/// falls in nearly half of them.
fn like_deltas(plan: &Plan<'_>, out: &mut String) {
    branches(
        plan,
        out,
        |s| s.is_counter && !s.increases,
        |out, promise, stream| {
            let long = Spans::of(promise).long;
            out.push_str("sum(");
            stream.each(out, "resets(", &format!("[{long}])"));
            out.push_str(") / sum(");
            stream.each(out, "count_over_time(", &format!("[{long}])"));
            out.push(')');
        },
    );
    limit(out, "> 0.25");
}

/// Each death hides half a scrape on average: what ended or began again in the last hour, over twice the samples of all. A restart
/// is a death with a series that goes on.
fn dies_too_often(plan: &Plan<'_>, out: &mut String) {
    branches(
        plan,
        out,
        |s| s.is_counter && !s.comes_and_goes && !s.increases,
        |out, promise, stream| {
            let spans = Spans::of(promise);
            let (long, (before, after)) = (spans.long, spans.now());
            out.push_str("(sum(");
            let one = stream.selectors.len() == 1;
            out.push_str(if one { "" } else { "(" });
            stream.each(out, "resets(", &format!("[{long}])"));
            out.push_str(if one { "" } else { ")" });
            out.push_str(" + 1) - count(");
            stream.each(out, before, &after);
            out.push_str(")) / (2 * sum(");
            stream.each(out, "count_over_time(", &format!("[{long}])"));
            out.push_str("))");
        },
    );
    limit(out, "> 0.01");
    if !out.is_empty() {
        let _ = write!(
            out,
            "\nunless on (step, promise, metric) last_over_time({MEASUREMENT_FAULT}{{{},fault=\"{LIKE_DELTAS}\"}}[{}])",
            plan.matchers,
            ranges::read_back(ranges::SLOW)
        );
    }
}

/// What each promise's streams give, side by side under the labels of promise and metric.
fn branches(
    plan: &Plan<'_>,
    out: &mut String,
    wanted: impl Fn(&Stream<'_>) -> bool,
    one: impl Fn(&mut String, &Promise, &Stream<'_>),
) {
    out.clear();
    for promise in plan.promises() {
        for stream in streams(promise).iter().filter(|s| wanted(s)) {
            out.push_str(if out.is_empty() { "(\n  " } else { "\n  or " });
            labelled(out, promise, Some(stream.metric), |out| one(out, promise, stream));
        }
    }
    if !out.is_empty() {
        out.push_str("\n)");
    }
}

fn limit(out: &mut String, limit: &str) {
    if !out.is_empty() {
        out.push(' ');
        out.push_str(limit);
    }
}

/// Appends something under the labels of a promise, and of a metric.
fn labelled(out: &mut String, promise: &Promise, metric: Option<&str>, inner: impl FnOnce(&mut String)) {
    let step = promise.path.step.as_deref().map(|s| ("step", s));
    let labels: Vec<(&str, &str)> = step
        .into_iter()
        .chain([("promise", promise.path.promise.as_str())])
        .chain(metric.map(|m| (METRIC_LABEL, m)))
        .collect();
    out.push_str(&"label_replace(".repeat(labels.len()));
    inner(out);
    for (label, value) in labels {
        out.push_str(", \"");
        out.push_str(label);
        out.push_str("\", ");
        print::quote_into(out, &value.replace('$', "$$"));
        out.push_str(", \"\", \"\")");
    }
}

/// How long a promise waits for its first bad event.
fn ever(promise: &Promise) -> Duration {
    promise.window.min(EVER)
}

/// The counters of bad events, where there are such and they should be there without one.
fn bad_series(promise: &Promise) -> Option<Vec<Series>> {
    bad_counters(promise.measurement.events()?)
}
