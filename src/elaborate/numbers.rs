//! Numbers of promises and journeys that must lie in a range.

use std::cmp::Ordering;

use super::Cx;
use super::out::Out;
use crate::ast::{self, Number, Percent};
use crate::diag::codes::numbers::{NO_WINDOW, OBJECTIVE, STRETCH, TIER, WINDOW_RANGE, ZERO_LENGTH};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::{Decimal, Duration};

/// Longest window.
pub(crate) const LONGEST: Duration = Duration::from_days(90);

/// `keep for P%`: above 0, below 100.
pub(crate) fn objective(out: &mut Out, percent: &Percent) {
    let p = percent.value;
    if p > Decimal::ZERO && p < Decimal::ONE_HUNDRED {
        return;
    }
    let said = format!("an objective of {p}% cannot be kept");
    let (label, help) = match p.cmp(&Decimal::ONE_HUNDRED) {
        Ordering::Equal => (
            "leaves no error budget",
            "write the least that users accept: `99.9%` leaves one failure in a thousand",
        ),
        Ordering::Greater => ("more than everything", "write a percentage below 100: `99.9%`"),
        Ordering::Less => ("promises nothing", "write the least that users accept: `99.9%`"),
    };
    out.report(Diagnostic::new(&OBJECTIVE, percent.span, said, label).help(help));
}

/// `aim for Q%`: above the objective, below 100.
pub(crate) fn stretch(out: &mut Out, keep: Option<&Percent>, aim: &Percent) {
    let q = aim.value;
    if q >= Decimal::ONE_HUNDRED {
        let said = format!("an aim of {q}% cannot be reached");
        let made = Diagnostic::new(&STRETCH, aim.span, said, "must be below 100%");
        out.report(made.help("write what you strive for: `99.95%`"));
        return;
    }
    let Some(keep) = keep else { return };
    if q > keep.value {
        return;
    }
    let said = format!("the aim, {q}%, is not above the objective, {}%", keep.value);
    out.report(
        Diagnostic::new(&STRETCH, aim.span, said, "what we strive for")
            .also(keep.span, "the least we accept")
            .help("aim higher than what is kept, or remove `aim for`"),
    );
}

/// The window: as written, or the project's.
pub(crate) fn window(
    cx: &Cx<'_>,
    out: &mut Out,
    written: Option<&ast::Length>,
    noun: &ast::Noun,
    has_junk: bool,
) -> Option<Duration> {
    let place = noun.span();
    let Some(window) = written else {
        if let Some((at, said, days)) = spelt_out(cx, noun) {
            let made = Diagnostic::new(
                &NO_WINDOW,
                at,
                format!("`{said}` is not a window"),
                "read as part of what is counted",
            );
            let made =
                made.help("a window is a number of days that rolls on; `28d` always holds the same weekdays");
            out.report(made.maybe_fix(format!("write `over {days}`"), at, format!("over {days}")));
            return None;
        }
        // what is missing may be what could not be read
        if has_junk {
            out.broken = true;
            return cx.settings.default_window;
        }
        if cx.settings.default_window.is_none() {
            out.report(
                Diagnostic::new(&NO_WINDOW, place.after(), "a promise needs a window", "over how many days?")
                    .help("write `over 28d`, or set `default_window: 28d` in slovo.yaml"),
            );
        }
        return cx.settings.default_window;
    };
    let length = window.value;
    if length.is_whole_days() && length <= LONGEST {
        return Some(length);
    }
    let said = format!("a window of {length} is not possible");
    let made = if length > LONGEST {
        Diagnostic::new(&WINDOW_RANGE, window.span, said, "90d at most")
            .help("write `28d`, `30d` or `90d`: over longer windows nobody feels what was spent")
    } else if length < Duration::from_days(1) {
        Diagnostic::new(&WINDOW_RANGE, window.span, said, "1d at least")
            .help("write `28d`, or `1d` at least: what matters sooner is said by the alerts")
    } else {
        let days = Duration::from_days(length.as_days());
        Diagnostic::new(&WINDOW_RANGE, window.span, said, "whole days only").maybe_fix(
            format!("write `{days}`"),
            window.span,
            days.to_string(),
        )
    };
    out.report(made);
    None
}

/// A window in words at the end of a noun (`payments per calendar month`): its place, its words, and the days.
fn spelt_out(cx: &Cx<'_>, noun: &ast::Noun) -> Option<(Span, String, Duration)> {
    const LEADS: [&str; 19] = [
        "per", "over", "in", "within", "for", "each", "every", "during", "a", "an", "the", "last", "past",
        "this", "calendar", "rolling", "any", "one", "whole",
    ];
    let ast::Noun::Words(text, span) = noun else { return None };
    let days = |word: &str| {
        Some(match word {
            "day" | "days" | "daily" => "1d",
            "week" | "weeks" | "weekly" => "7d",
            "month" | "months" | "monthly" => "30d",
            "quarter" | "quarters" | "quarterly" | "year" | "years" | "yearly" | "annually" => "90d",
            _ => return None,
        })
    };
    let words: Vec<&str> = text.split(' ').collect();
    let (last, before) = words.split_last()?;
    let unit = Duration::parse(days(last)?)?;
    let is_lead = |w: &&&str| LEADS.contains(*w) || w.bytes().all(|b| b.is_ascii_digit());
    let mut leads = before.iter().rev().take_while(is_lead).count();
    let first = |leads: usize| before.get(before.len() - leads).copied().unwrap_or_default();
    // `the employee of the month` counts nothing per month
    if leads > 0 && before.len() > leads && before.get(before.len() - leads - 1) == Some(&"of") {
        return None;
    }
    if leads == before.len() {
        leads = leads.checked_sub(1)?;
    }
    if leads == 0 && !last.ends_with("ly") || leads > 0 && first(leads) == "whole" {
        return None;
    }
    let number: Option<u64> = before.iter().rev().take(leads).find_map(|w| w.parse().ok());
    // `the last 11 weeks` is 77d, `the last 2 years` more than a window can hold.
    let length = number.map_or(unit, |number| unit.times(number.max(1)).min(LONGEST));
    let said = words.get(before.len() - leads..)?.join(" ");
    let shown = cx.sources.get(span.file)?.text.get(span.range())?;
    let from = if shown.ends_with(&said) { span.end - u32::try_from(said.len()).ok()? } else { span.start };
    (from > span.start).then_some((Span { start: from, ..*span }, said, length))
}

/// `expect N per day`, a day.
pub(crate) fn expect_per_day(number: &Number, per: &ast::Length) -> Option<Decimal> {
    let day = Decimal::from(Duration::from_days(1).as_micros());
    let per_day = number.value.checked_mul(day)?.checked_div(Decimal::from(per.value.as_micros()))?;
    Some(per_day.round_dp(6).normalize())
}

/// `tier 1`: a whole number from 1.
pub(crate) fn tier(out: &mut Out, number: &Number) -> Option<u32> {
    let whole = number.value.fract().is_zero() && number.value >= Decimal::ONE;
    let made = if whole { u32::try_from(number.value).ok() } else { None };
    if made.is_none() {
        let said = format!("there is no tier {}", number.value);
        let report = Diagnostic::new(&TIER, number.span, said, "a whole number from 1");
        out.report(report.help("write `tier 1` for what matters most, `tier 2` for what comes next"));
    }
    made
}

/// A length of time above 0.
pub(crate) fn length(out: &mut Diagnostics, length: &ast::Length, what: &str) {
    if length.value.is_zero() {
        let said = format!("{what} takes no time");
        out.push(
            Diagnostic::new(&ZERO_LENGTH, length.span, said, "must be longer than nothing")
                .help("write a time: `15m`"),
        );
    }
}
