//! Numbers, percentages, durations and dates as others write them.

use super::Context;
use super::foreign::span;
use super::found::{Kind, found};
use super::mistake::Mistake;
use super::scene::Scene;
use crate::diag::codes;
use crate::syntax::parser::Rule;
use crate::value::Decimal;
use crate::value::size::SIZES;

/// Units by the names people give them.
const UNITS: &[(&str, &[&str])] = &[
    ("us", &["us", "usec", "microsecond", "microseconds", "µs", "μs"]),
    ("ms", &["ms", "msec", "msecs", "millis", "millisecond", "milliseconds"]),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("d", &["d", "day", "days"]),
    ("w", &["w", "wk", "week", "weeks"]),
];

fn unit(word: &str) -> Option<&'static str> {
    // A month to some, a million to others, and minutes to nobody.
    if word == "M" {
        return None;
    }
    let lower = word.to_lowercase();
    UNITS.iter().find(|(_, names)| names.contains(&lower.as_str())).map(|(ours, _)| *ours)
}

/// Units of sizes by the names people give them: `gb`, `Gi`, `bytes`.
fn size_unit(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let wanted = match lower.as_str() {
        "byte" | "bytes" => "b".to_owned(),
        "ki" | "mi" | "gi" | "ti" => format!("{lower}b"),
        _ => lower,
    };
    // The last of equal ones: `KB` rather than `kB`.
    SIZES.iter().rev().find(|(name, _)| name.to_lowercase() == wanted).map(|(name, _)| *name)
}

/// A quantity in another notation at the place, or just before it.
pub(super) fn quantities(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    thousands(scene)
        .or_else(|| month(scene))
        .or_else(|| parted(scene))
        .or_else(|| date(scene))
        .or_else(|| percentage(scene))
        .or_else(|| duration(scene))
        .or_else(|| number(scene))
}

fn wrong(scene: &Scene<'_>, start: usize, end: usize, why: &str, label: &str) -> Mistake {
    let shown = scene.text.get(start..end).unwrap_or_default();
    Mistake::new(&codes::syntax::QUANTITY, start..end, format!("`{shown}` {why}"), label)
}

/// The number that ends right before the place.
fn number_before(scene: &Scene<'_>) -> Option<usize> {
    let before = scene.before();
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_')).len();
    let is_apart = before.get(..start)?.ends_with([' ', '\t', ',', '(', ':', '\n']) || start == 0;
    (start < before.len() && is_apart).then_some(start)
}

/// `3,000`
fn thousands(scene: &Scene<'_>) -> Option<Mistake> {
    if !scene.found.text.starts_with(',') || scene.found.range.start != scene.gap() {
        return None;
    }
    let start = number_before(scene)?;
    let mut end = scene.gap();
    while let Some(group) = scene.after(end).strip_prefix(',') {
        let digits = group.len() - group.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits != 3 {
            break;
        }
        end += 4;
    }
    let shown = scene.text.get(start..end)?;
    if end == scene.gap() {
        // `99,5` where a plain number stands
        let rest = scene.after(end + 1);
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let last = end + 1 + digits;
        let whole = scene.text.get(start..last)?;
        return (digits > 0 && !scene.expects(Rule::comma)).then(|| {
            wrong(scene, start, last, "has a comma instead of a decimal point", "decimals follow a point")
                .replace(start..last, whole.replace(',', "."))
        });
    }
    let made = wrong(scene, start, end, "has commas in it", "thousands are set apart with `_`");
    let new = shown.replace(',', "_");
    // `0,250` is a quarter to some
    Some(if shown.starts_with('0') {
        made.maybe(start..end, shown.replace(',', "."))
    } else {
        made.replace(start..end, new)
    })
}

/// `1 month`, `1M`, `1 year`, `720h` where whole days stand.
fn month(scene: &Scene<'_>) -> Option<Mistake> {
    let at = if let Some(start) = number_before(scene).filter(|_| scene.found.kind == Kind::Word) {
        start..scene.found.range.end
    } else if scene.found.kind == Kind::Quantity {
        let end = scene.found.range.end;
        let next = found(scene.text, end);
        let bare = scene.found.text.bytes().all(|b| b.is_ascii_digit());
        let filler = matches!(next.text, "calendar" | "full" | "whole" | "rolling" | "entire");
        let next = if filler { found(scene.text, next.range.end) } else { next };
        scene.found.range.start..if bare && next.kind == Kind::Word { next.range.end } else { end }
    } else {
        return None;
    };
    let said = scene.text.get(at.clone())?;
    let unit = said.rsplit(' ').next()?.trim_start_matches(|c: char| c.is_ascii_digit());
    let lower = unit.to_lowercase();
    let long =
        ["mo", "mon", "mos", "month", "months", "q", "quarter", "quarters", "y", "yr", "year", "years"];
    if unit != "M" && !long.contains(&lower.as_str()) || !scene.before().starts_with("keep") && unit == "M" {
        return None;
    }
    let days = span(said)?;
    let made = wrong(scene, at.start, at.end, "is not a number of days", "how many days?")
        .help("a window is a number of days that rolls on; `28d` always holds the same weekdays");
    Some(made.maybe(at, days))
}

/// `400 ms`, `99.9 %`, `99 percent`: the place is the unit.
fn parted(scene: &Scene<'_>) -> Option<Mistake> {
    let start = number_before(scene)?;
    let number = scene.text.get(start..scene.gap())?;
    let at = &scene.found.range;
    if matches!(scene.found.text, "%" | "percent" | "pct") {
        let made = wrong(scene, start, at.end, "is not how a percentage is written", "one word, with `%`");
        return Some(made.replace(start..at.end, format!("{number}%")));
    }
    if scene.found.kind != Kind::Word {
        return None;
    }
    let word = scene.found.text;
    let (unit, kind) =
        unit(word).map(|u| (u, "a duration")).or_else(|| Some((size_unit(word)?, "a size")))?;
    let new = format!("{number}{unit}");
    scene.takes(start..at.end, &new).then(|| {
        let why = format!("is not how {kind} is written");
        wrong(scene, start, at.end, &why, "one word, with a short unit").replace(start..at.end, new)
    })
}

fn date(scene: &Scene<'_>) -> Option<Mistake> {
    if !scene.expects(Rule::date) || scene.found.kind != Kind::Quantity {
        return None;
    }
    let at = scene.found.range.clone();
    let made = wrong(scene, at.start, at.end, "is not how a date is written", "not year-month-day")
        .help("a date is year-month-day, as in `2026-10-01`");
    let parts: Vec<&str> = scene.found.text.split(['-', '/', '.']).collect();
    let numbers = parts.iter().all(|p| p.chars().all(|c| c.is_ascii_digit()));
    Some(match parts.as_slice() {
        [year, month, day] if numbers && year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            made.replace(at, format!("{year}-{month:0>2}-{day:0>2}"))
        }
        // with points, the day comes first
        [day, month, year] if numbers && year.len() == 4 && scene.found.text.contains('.') => {
            made.maybe(at, format!("{year}-{month:0>2}-{day:0>2}"))
        }
        _ => made,
    })
}

fn percentage(scene: &Scene<'_>) -> Option<Mistake> {
    if !scene.expects(Rule::pct) || scene.expects(Rule::signed) || scene.found.kind != Kind::Quantity {
        return None;
    }
    let at = scene.found.range.clone();
    let text = scene.found.text;
    let plain = text.trim_end_matches('%').replace(',', ".");
    if let Some((part, whole)) = text.split_once('/').or_else(|| {
        // `995 of every 1000`, `995 in 1_000`
        let (_, rest) = scene.text.split_once(text)?;
        let rest = rest.trim_start();
        let rest = ["out of", "of", "in"].iter().find_map(|w| rest.strip_prefix(w))?.trim_start();
        let rest = ["every", "each"].iter().find_map(|w| rest.strip_prefix(w)).unwrap_or(rest).trim_start();
        let end = rest.find([' ', '\n']).unwrap_or(rest.len());
        Some((text, rest.get(..end)?))
    }) {
        let number = |t: &str| t.replace(['_', ','], "").parse::<Decimal>().ok().filter(|n| !n.is_zero());
        if let (Some(part), Some(whole)) = (number(part), number(whole))
            && part <= whole
        {
            let percent = (part * Decimal::ONE_HUNDRED / whole).round_dp(6).normalize();
            let end = scene.text.rfind(text).filter(|_| text.contains('/')).map_or(at.end, |_| at.end);
            let rest = scene.after(end);
            let number_end = if text.contains('/') {
                end
            } else {
                let digits = rest.find(|c: char| c.is_ascii_digit())?;
                let after = rest.get(digits..)?;
                end + digits
                    + after
                        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '_' | ',')))
                        .unwrap_or(after.len())
            };
            let gap = if scene.after(number_end).trim_start().starts_with("of ") { "" } else { " of" };
            return Some(
                wrong(
                    scene,
                    at.start,
                    number_end,
                    "is not how a percentage is written",
                    "a share in other words",
                )
                .maybe(at.start..number_end, format!("{percent}%{gap}")),
            );
        }
    }
    if plain.matches('.').count() > 1 || !plain.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if text.contains(',') {
        return Some(
            wrong(
                scene,
                at.start,
                at.end,
                "has a comma instead of a decimal point",
                "decimals follow a point",
            )
            .replace(at, format!("{plain}%")),
        );
    }
    if text.ends_with('%') {
        return Some(
            wrong(
                scene,
                at.start,
                at.end,
                "is not how a percentage is written",
                "no digits before or after the point",
            )
            .help("write it like `99.9%`"),
        );
    }
    // `99.9 %`
    let next = found(scene.text, at.end);
    if matches!(next.text, "%" | "percent" | "pct") {
        return Some(
            wrong(
                scene,
                at.start,
                next.range.end,
                "is not how a percentage is written",
                "one word, with `%`",
            )
            .replace(at.start..next.range.end, format!("{plain}%")),
        );
    }
    let plain = if plain.starts_with('.') { format!("0{plain}") } else { plain };
    if plain.starts_with("0.") || plain == "1" || plain == "1.0" {
        return Some(
            wrong(scene, at.start, at.end, "is a share, not a percentage", "without `%`")
                .help("objectives are percentages, as in `99.9%`")
                .maybe(at, hundredfold(&plain)),
        );
    }
    Some(wrong(scene, at.start, at.end, "has no `%`", "a percentage").replace(at, format!("{plain}%")))
}

/// `0.999` as `99.9%`
fn hundredfold(share: &str) -> String {
    let digits = share.strip_prefix("0.").unwrap_or("");
    if digits.is_empty() {
        return "100%".to_owned();
    }
    let padded = format!("{digits:0<2}");
    let (whole, part) = padded.split_at(2);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if part.is_empty() { format!("{whole}%") } else { format!("{whole}.{part}%") }
}

fn duration(scene: &Scene<'_>) -> Option<Mistake> {
    if !scene.expects(Rule::dur) || scene.found.kind != Kind::Quantity {
        return None;
    }
    let at = scene.found.range.clone();
    let text = scene.found.text;
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
    let word = text.get(digits.len()..)?;
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_')) {
        return None;
    }
    if word.is_empty() {
        // `28 days`
        let next = found(scene.text, at.end);
        if let Some(unit) = unit(next.text).filter(|_| next.kind == Kind::Word) {
            return Some(
                wrong(
                    scene,
                    at.start,
                    next.range.end,
                    "is not how a duration is written",
                    "one word, with a short unit",
                )
                .replace(at.start..next.range.end, format!("{digits}{unit}")),
            );
        }
        let also = if scene.expects(Rule::signed) { return None } else { "a duration" };
        return Some(
            wrong(scene, at.start, at.end, "has no unit", also)
                .help("units are `us`, `ms`, `s`, `m`, `h`, `d` and `w`, as in `400ms` or `28d`"),
        );
    }
    if let Some(unit) = size_unit(word).filter(|_| scene.expects(Rule::size)) {
        let made = wrong(scene, at.start, at.end, "is not how a size is written", "no such unit")
            .help("units are `KB`, `MB`, `GB`, `TB`, and `KiB`, `MiB`, `GiB`, `TiB`");
        return Some(made.replace(at, format!("{digits}{unit}")));
    }
    let made = wrong(scene, at.start, at.end, "is not how a duration is written", "no such unit")
        .help("units are `us`, `ms`, `s`, `m`, `h`, `d` and `w`, as in `400ms` or `28d`");
    Some(match unit(word) {
        Some(unit) => made.replace(at, format!("{digits}{unit}")),
        None => made,
    })
}

fn number(scene: &Scene<'_>) -> Option<Mistake> {
    if !scene.expects_any(&[Rule::number, Rule::signed]) || scene.found.kind != Kind::Quantity {
        return None;
    }
    let at = scene.found.range.clone();
    let text = scene.found.text;
    if let Some(fraction) = text.strip_prefix('.').filter(|f| f.chars().all(|c| c.is_ascii_digit())) {
        return Some(
            wrong(scene, at.start, at.end, "has no digit before its point", "a number begins with a digit")
                .replace(at, format!("0.{fraction}")),
        );
    }
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
    let zeros = match text.get(digits.len()..)? {
        "k" | "K" => "_000",
        "M" | "m" | "mio" => "_000_000",
        _ => "",
    };
    let whole = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    if whole && !zeros.is_empty() {
        return Some(
            wrong(
                scene,
                at.start,
                at.end,
                "is not how a number is written",
                "written out, with `_` if you like",
            )
            .maybe(at, format!("{digits}{zeros}")),
        );
    }
    Some(
        wrong(scene, at.start, at.end, "is not a plain number", "digits, with a point and `_` at most")
            .help("numbers are written like `3_000` or `0.25`"),
    )
}
