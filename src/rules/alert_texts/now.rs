//! What an alert's text asks Prometheus for when it fires: what is bad now, which window speaks, what is left of the budget.
//! Each figure names the window that it is of. Parts of Go templates; `$own` holds the matchers of the alert's promise.

use std::fmt::Write as _;

use super::words::{bad_word, each, escape_go_template, go_string, percent};
use crate::ir::burn::Alert;
use crate::ir::{Condition, Measurement, Promise, Reading, Slices};
use crate::promql::print;
use crate::rules::plan::Plan;
use crate::rules::text::put;
use crate::rules::{completions, exhaustion, ranges, slices};
use crate::series::{
    AGE, BAD_INCREASE, BUDGET_GONE_IN, BUDGET_REMAINING, COVERAGE, ERROR_RATIO, EVENTS, MISSING_NOW,
};
use crate::value::{Decimal, Duration, size};

/// The alert's value, as Prometheus fills it in.
pub(super) const VALUE: &str = "{{ $value | humanizePercentage }}";
/// The first value of what a query gives, as a percentage.
const PERCENTAGE: &str = "{{ . | first | value | humanizePercentage }}";

const FIVE_MINUTES: Duration = Duration::from_mins(5);
const HOUR: Duration = Duration::from_hours(1);

/// `{{ $own := "project=..,promise=.." }}`: the matchers of the alert's own promise. Of `for each`, the alert says which: these
/// values are quoted by the template, so that they are inert too.
pub(super) fn own(out: &mut String, plan: &Plan<'_>, promise: &Promise) {
    let mut matchers = String::new();
    plan.select(&mut matchers, promise);
    let each: Vec<&str> = promise
        .for_each
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| print::is_label_name(name))
        .collect();
    if each.is_empty() {
        let _ = write!(out, "{{{{ $own := {} }}}}", go_string(&matchers));
        return;
    }
    let mut format = matchers.replace('%', "%%");
    for name in &each {
        let _ = write!(format, ",{name}=%q");
    }
    let _ = write!(out, "{{{{ $own := printf {}", go_string(&format));
    for name in each {
        let _ = write!(out, " $labels.{name}");
    }
    out.push_str(" }}");
}

/// A series of this promise in this window, as a query of a template.
fn of_window(series: &str, window: Duration) -> String {
    if ranges::is_prompt(window) {
        format!("query (printf `{series}{{%s,window=\"{window}\"}}` $own)")
    } else {
        let back = ranges::promql(ranges::read_back(ranges::SLOW));
        format!("query (printf `last_over_time({series}{{%s,window=\"{window}\"}}[{back}])` $own)")
    }
}

/// `40% of payments were bad in the last 5m, 312 in the last 1h`, or the measured value of slices beside its limit. `$own` is set.
pub(super) fn bad_now(out: &mut String, plan: &Plan<'_>, promise: &Promise, tiers: &[&Alert]) {
    if let Measurement::Slices(slices) = &promise.measurement {
        return value_now(out, plan, promise, slices);
    }
    let (series, window) = if completions::is_in(plan, promise) {
        (MISSING_NOW, tiers.iter().map(|t| t.short).min().unwrap_or(FIVE_MINUTES))
    } else {
        (ERROR_RATIO, FIVE_MINUTES)
    };
    let noun = escape_go_template(&promise.noun);
    let bad = bad_word(promise);
    let now = of_window(series, window);
    let _ = write!(
        out,
        "{{{{ with {now} }}}}{PERCENTAGE} of {noun}{{{{ else }}}}nobody knows how many {noun}{{{{ end }}}} {bad} in the last {window}"
    );
    if !matches!(promise.measurement, Measurement::Composed(_)) {
        let hour = of_window(BAD_INCREASE, HOUR);
        let _ = write!(
            out,
            "{{{{ with {hour} }}}}, {{{{ . | first | value | printf \"%.0f\" }}}} in the last {HOUR}{{{{ end }}}}"
        );
    }
}

/// `95.2 now, at most 30 is promised`: what a slice that ended now is judged by.
fn value_now(out: &mut String, plan: &Plan<'_>, promise: &Promise, slices: &Slices) {
    let mut query = slices::measured(promise, slices, plan.evaluation);
    let seconds = "humanizeDuration";
    let number = "printf \"%.6g\"";
    let (good, limit, shown, of) = match &slices.condition {
        Condition::Share { at_least, .. } => {
            let limit = Decimal::ONE - *at_least;
            (Reading::AtMost(limit), format!("{}%", percent(limit)), "humanizePercentage", " were bad")
        }
        Condition::Stat { selector, good, .. } => match in_its_unit(&selector.metric, *good) {
            Some((scale, limit, shown)) => {
                if scale != Decimal::ONE {
                    query = format!("({query}) * {scale}");
                }
                (*good, limit, shown, if shown == "humanize1024" { "B" } else { "" })
            }
            None => (*good, plain(*good), number, ""),
        },
        Condition::Promql { good, .. } => (*good, plain(*good), number, ""),
        Condition::Age { at_most, .. } => (Reading::AtMost(*at_most), time(*at_most), seconds, " old"),
        Condition::Mean { good, seconds: in_seconds, .. } => match in_seconds {
            Some(limit) => {
                let (Reading::AtMost(own) | Reading::AtLeast(own)) = *good;
                let scale = limit.checked_div(own).unwrap_or(Decimal::ONE).normalize();
                if scale != Decimal::ONE {
                    query = format!("({query}) * {scale}");
                }
                (*good, time(*limit), seconds, " on average")
            }
            None => (*good, plain(*good), number, " on average"),
        },
    };
    // What is not a number is not a value.
    let query = go_string(&format!("({query}) >= -Inf"));
    let each = each(promise);
    if each.is_empty() {
        let _ = write!(
            out,
            "{{{{ with query {query} }}}}{{{{ . | first | value | {shown} }}}}{of} now{{{{ else }}}}no value now{{{{ end }}}}"
        );
    } else {
        // Of several values the one of the alert's labels.
        let _ = write!(out, "{{{{ $now := \"no value\" }}}}{{{{ range query {query} }}}}{{{{ if and true");
        for name in each {
            let _ = write!(out, " (eq (. | label \"{name}\") $labels.{name})");
        }
        let _ = write!(
            out,
            " }}}}{{{{ $now = printf \"%s{of}\" (. | value | {shown}) }}}}{{{{ end }}}}{{{{ end }}}}{{{{ $now }}}} now"
        );
    }
    let (most, may) = match (good, &slices.condition) {
        (_, Condition::Share { .. }) => ("at most", "may be"),
        (Reading::AtMost(_), _) => ("at most", "is promised"),
        (Reading::AtLeast(_), _) => ("at least", "is promised"),
    };
    let _ = write!(out, ", {most} {limit} {may}");
}

fn plain(good: Reading) -> String {
    let (Reading::AtMost(limit) | Reading::AtLeast(limit)) = good;
    limit.normalize().to_string()
}

/// The factor that makes seconds or bytes of a gauge's values, the limit in words and the function that shows a value: of a name
/// that ends in a unit, as Prometheus' naming rules ask for.
fn in_its_unit(metric: &str, good: Reading) -> Option<(Decimal, String, &'static str)> {
    let (Reading::AtMost(limit) | Reading::AtLeast(limit)) = good;
    if metric.ends_with("_bytes") {
        let limit = size::write(limit).unwrap_or_else(|| format!("{} bytes", limit.normalize()));
        return Some((Decimal::ONE, limit, "humanize1024"));
    }
    let scale = [("_milliseconds", 3), ("_microseconds", 6), ("_nanoseconds", 9), ("_seconds", 0)]
        .into_iter()
        .find(|(unit, _)| metric.ends_with(unit))
        .map(|(_, digits)| Decimal::new(1, digits))?;
    Some((scale, time(limit * scale), "humanizeDuration"))
}

/// Seconds as a duration where they are whole milliseconds, else as they are.
fn time(seconds: Decimal) -> String {
    let micros = seconds.checked_mul(Decimal::from(1_000_000)).and_then(|m| u64::try_from(m.round()).ok());
    micros.map_or_else(|| format!("{seconds} s"), |m| Duration::from_micros(m).to_string())
}

/// `{{ .. }}1h{{ .. }}`: the window that the alert's value is of, asked when it fires. The value is the largest of the long
/// windows that speak; where none has it any more (vmalert may see a later sample), nothing is said. `$own` is set; `then` is
/// what is said with the window, in which `$w` is its name.
pub(super) fn speaking(out: &mut String, tiers: &[&Alert], then: &str) {
    let windows: Vec<String> = tiers.iter().map(|t| t.long.to_string()).collect();
    let _ = write!(
        out,
        "{{{{ with query (printf `last_over_time({ERROR_RATIO}{{%s,window=~\"{}\"}}[{}]) == %g` $own $value) }}}}\
         {{{{ $w := . | sortByLabel \"window\" | first | label \"window\" }}}}{then}{{{{ end }}}}",
        windows.join("|"),
        ranges::promql(ranges::read_back(ranges::SLOW))
    );
}

/// `13.2% of payments were bad over 1h: more than 14.4 times the 0.1% that may be. `: of the window that speaks alone. `$own` is set.
pub(super) fn why(out: &mut String, promise: &Promise, tiers: &[&Alert]) {
    let times = |alert: &Alert| alert.factor.round_dp(2).normalize();
    let mut factor = String::new();
    match tiers {
        [] => return,
        [one] => put(&mut factor, times(one)),
        many => {
            for (at, alert) in many.iter().enumerate() {
                if at + 1 == many.len() {
                    factor.push_str("{{ else }}");
                } else {
                    let or = if at > 0 { "else if" } else { "if" };
                    put(&mut factor, format_args!("{{{{ {or} eq $w \"{}\" }}}}", alert.long));
                }
                put(&mut factor, times(alert));
            }
            factor.push_str("{{ end }}");
        }
    }
    let then = format!(
        "{VALUE} of {} {} over {{{{ $w }}}}: more than {factor} times the {}% that may be. ",
        escape_go_template(&promise.noun),
        bad_word(promise),
        percent(promise.error_budget())
    );
    speaking(out, tiers, &then);
}

/// `Now 40% of the error budget is left, gone in 16m 7s at the rate of the last 5m.` The rate is that of the shortest window that the
/// alert looks at: what is going on now, not the mean of the last hours. `$own` is set.
pub(super) fn budget_left(out: &mut String, promise: &Promise, tiers: &[&Alert]) {
    // What a completion says is lost is lost for sure.
    let most = if promise.time_to_finish().is_zero() { "" } else { "at most " };
    let left = left("$left", most);
    let _ = write!(
        out,
        "Now {{{{ with query (printf `{BUDGET_REMAINING}{{%s}}` $own) }}}}{{{{ $left := . | first | value }}}}{left}{{{{ else }}}}nobody knows what \
         is left of the error budget{{{{ end }}}}"
    );
    if let Some(short) = exhaustion::window(tiers.iter().copied()) {
        let _ = write!(
            out,
            "{{{{ with query (printf `min({BUDGET_GONE_IN}{{%s,window=\"{short}\"}})` $own) }}}}, gone in \
             {{{{ . | first | value | humanizeDuration }}}} at the rate of the last {short}{{{{ end }}}}"
        );
    }
    out.push('.');
    missing(out, promise);
}

/// What part of the budget's window nothing is known of, where that is more than a hundredth: a hole, or samples that are kept
/// for less. Silent for a young promise. `$own` is set.
fn missing(out: &mut String, promise: &Promise) {
    let back = ranges::promql(ranges::read_back(ranges::budget_interval(promise.window)));
    let _ = write!(
        out,
        "{{{{ with query (printf `max(last_over_time({AGE}{{%s}}[{back}])) - max(last_over_time({COVERAGE}{{%s}}[{back}])) > 0.01` $own $own) \
         }}}} Nothing is known about {PERCENTAGE} of the last {}: it is assumed to be like the rest.{{{{ end }}}}",
        promise.window
    );
}

/// `Last seen 7m 30s ago.`: when the promise that the labels name was counted last. The journey is written out: a text knows the
/// labels of the expression, not those of the rule.
pub(super) fn last_seen(plan: &Plan<'_>) -> String {
    let matchers = plan.matchers.replace('%', "%%");
    let query = go_string(&format!(
        "time() - max(max_over_time(timestamp({EVENTS}{{{matchers},step=%q,promise=%q}})[1d:5m]))"
    ));
    format!(
        "{{{{ with query (printf {query} $labels.step $labels.promise) }}}}Last seen {{{{ . | first | value | humanizeDuration }}}} ago.\
         {{{{ else }}}}Not seen within the last day.{{{{ end }}}}"
    )
}

/// `40% of the error budget is left`, of a value in a variable.
pub(super) fn left(variable: &str, most: &str) -> String {
    format!(
        "{{{{ if lt {variable} 0.0 }}}}the error budget is overspent ({{{{ {variable} | humanizePercentage }}}}){{{{ else }}}}{most}\
         {{{{ {variable} | humanizePercentage }}}} of the error budget is left{{{{ end }}}}"
    )
}
