//! Lengths of time: those that a share is taken over, those in names, and the window that burn rates hint at.

use std::collections::BTreeSet;

use super::tidy::tidy;
use crate::import::pyrra::duration;
use crate::promql;
use crate::promql::ast::{Expr, ExprKind, Extent};
use crate::value::Decimal;

pub(super) const DAY: u64 = 86_400_000;
const HOUR: u64 = 3_600_000;

/// A share with `$range` in place of the one length that all of it looks back, as tight as it can be written, and that length; else why
/// there is none.
pub(super) fn family(text: &str) -> Result<(String, u64), String> {
    let expr = promql::parse(text).map_err(|_| "its expression is not PromQL".to_owned())?;
    let mut places = Vec::new();
    let mut lengths = BTreeSet::new();
    for found in promql::selectors(&expr) {
        match found.window() {
            Some(Extent::Fixed { millis, range }) => {
                places.push(range.clone());
                lengths.insert(*millis);
            }
            Some(Extent::Base { .. }) => {}
            None => {
                // Recorded, by the usual way of names, and not here.
                if let Some((name, _)) = found.metric().filter(|(name, _)| name.contains(':')) {
                    return Err(format!(
                        "`{name}` is recorded by a rule that is not in the input: import the file that holds it together with this one"
                    ));
                }
            }
        }
    }
    if has_subquery(&expr) {
        return Err(
            "it looks at a share over time: that weighs each moment alike, however many events it had"
                .to_owned(),
        );
    }
    match lengths.first() {
        Some(millis) if lengths.len() == 1 => {
            places.sort_by_key(|place| std::cmp::Reverse(place.start));
            let mut made = text.to_owned();
            for place in places {
                made.replace_range(place, "$range");
            }
            let expr = promql::parse(&made).map_err(|_| "its expression is not PromQL".to_owned())?;
            Ok((tidy(&made, &expr), *millis))
        }
        Some(_) => {
            let all: Vec<String> = lengths.iter().map(|l| shown(*l)).collect();
            Err(format!(
                "its sides look back for different times ({}), so that their share is of no window",
                all.join(", ")
            ))
        }
        None => Err("it counts no events: nothing of it is a `rate` or an `increase`".to_owned()),
    }
}

/// Does it name series that are recorded, by the usual way of names, and not here?
pub(super) fn is_missing(text: &str) -> bool {
    let recorded = |s: &promql::SelectorRef<'_>| {
        s.window().is_none() && s.metric().is_some_and(|(name, _)| name.contains(':'))
    };
    promql::parse(text).is_ok_and(|expr| promql::selectors(&expr).iter().any(recorded))
}

fn has_subquery(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Subquery(_)) || expr.children().any(has_subquery)
}

/// `1h`, `30d`, `90m`
pub(super) fn shown(millis: u64) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let (size, unit) = units.into_iter().find(|(size, _)| millis.is_multiple_of(*size)).unwrap_or((1, "ms"));
    format!("{}{unit}", millis / size)
}

/// The length that a recorded name ends in: `job:errors:ratio_rate1h`; and the name without it.
pub(super) fn named(name: &str) -> Option<(&str, u64)> {
    let unit = name.bytes().rev().take_while(u8::is_ascii_lowercase).count();
    let rest = name.get(..name.len() - unit)?;
    let digits = rest.bytes().rev().take_while(u8::is_ascii_digit).count();
    let at = rest.len() - digits;
    if digits == 0 || unit == 0 {
        return None;
    }
    Some((name.get(..at)?, duration(name.get(at..)?)?))
}

/// The share of a budget that may be spent within a long window before an alert, as the SRE workbook has it.
const SPENT: [(u64, i64); 4] = [(HOUR, 2), (6 * HOUR, 5), (DAY, 10), (3 * DAY, 10)];

/// The days of the window that burn rates (with their long windows) are made for, where all that can be told agree.
pub(super) fn hinted(rates: &[(Decimal, u64)]) -> Option<u32> {
    let days = |(factor, long): &(Decimal, u64)| {
        let (_, percent) = SPENT.iter().find(|(length, _)| length == long)?;
        let window = factor.checked_mul(Decimal::from(*long))?.checked_mul(Decimal::ONE_HUNDRED)?;
        let days = window.checked_div(Decimal::from(*percent))?.checked_div(Decimal::from(DAY))?.normalize();
        Some(u32::try_from(days).ok().filter(|d| (1..=90).contains(d) && Decimal::from(*d) == days))
    };
    let all: BTreeSet<Option<u32>> = rates.iter().filter_map(days).collect();
    all.first().copied().flatten().filter(|_| all.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        assert_eq!(named("job:errors:ratio_rate1h"), Some(("job:errors:ratio_rate", HOUR)));
        assert_eq!(named("x:burnrate30d"), Some(("x:burnrate", 30 * DAY)));
        assert_eq!(named("x:burnrate"), None);
        assert_eq!(named("h"), None);
        assert_eq!(named("x:p99"), None);
        assert_eq!(
            (shown(HOUR), shown(90 * 60_000), shown(3 * DAY)),
            ("1h".into(), "90m".into(), "3d".into())
        );
    }

    #[test]
    fn windows_of_burn_rates() {
        let of = |rates: &[(&str, u64)]| {
            hinted(&rates.iter().map(|(f, l)| (f.parse().unwrap_or_default(), *l)).collect::<Vec<_>>())
        };
        assert_eq!(of(&[("14.4", HOUR), ("6", 6 * HOUR), ("3", DAY), ("1", 3 * DAY)]), Some(30));
        assert_eq!(of(&[("13.44", HOUR), ("5.6", 6 * HOUR)]), Some(28));
        assert_eq!(of(&[("14.4", HOUR), ("5.6", 6 * HOUR)]), None);
        assert_eq!(of(&[("2", 2 * HOUR)]), None);
        assert_eq!(of(&[("3.36", HOUR)]), Some(7));
    }
}
