//! Time windows: of a budget, and of a slice.

use super::super::objective::Window;
use super::super::reader::{entries, find, given, scalar, short, word};
use super::{Cx, Version};
use crate::config::tree::{Node, Value};

/// The longest window of the language in days.
const LONGEST: u64 = 90;

/// What holds where no window is stated.
const UNSTATED: &str = "the source states no window: that of slovo.yaml holds (`default_window`)";

/// The window of an SLO, or why it has none that can be said.
pub(super) fn window<'n>(
    cx: &mut Cx<'_, '_>,
    spec: &'n Node,
    version: Version,
    assumed: &mut Vec<String>,
) -> Result<Window, (&'n Node, String)> {
    // Each version has its spelling, and files have either.
    let (own, other) = match version {
        Version::V1Alpha => ("timeWindows", "timeWindow"),
        Version::V1 | Version::V2Alpha => ("timeWindow", "timeWindows"),
    };
    let Some(node) = given(spec, own).or_else(|| given(spec, other)) else {
        assumed.push(UNSTATED.to_owned());
        return Ok(Window::Unstated);
    };
    let one = match &node.value {
        Value::List(list) => match list.as_slice() {
            [one] => one,
            [] => {
                assumed.push(UNSTATED.to_owned());
                return Ok(Window::Unstated);
            }
            several => {
                let count = several.len();
                return Err((node, format!("it has {count} time windows, and OpenSLO takes exactly one")));
            }
        },
        Value::Map(_) => {
            cx.reader.finding(node, format!("`{own}` must be a list with one window, and is a map"));
            node
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_)) => {
            return Err((
                node,
                format!("`{own}` must be a list with one window, and is {}", other.describe()),
            ));
        }
    };
    cx.reader.known(one, &format!("`{own}`"), &["duration", "unit", "count", "isRolling", "calendar"]);
    if let Some(calendar) = find(one, "calendar") {
        cx.reader.known(calendar, "`calendar`", &["startTime", "timeZone"]);
    }
    let text = match (word(one, "duration"), word(one, "unit")) {
        (Some(duration), _) => duration.to_owned(),
        (None, Some(unit)) => format!("{} {unit}", word(one, "count").unwrap_or("1")),
        (None, None) => return Err((node, "its time window has no `duration`".to_owned())),
    };
    let Some(seconds) = seconds(&text) else {
        return Err((node, format!("a window of `{}` cannot be read", short(&text))));
    };
    let days = seconds / 86_400;
    if seconds % 86_400 != 0 || days == 0 || days > LONGEST {
        let hint = if text.ends_with('m') { "; `m` are minutes, a month is `1M`" } else { "" };
        return Err((
            node,
            format!(
                "a window of `{}` is not possible in Slovo: windows are whole days from 1d to {LONGEST}d{hint}",
                short(&text)
            ),
        ));
    }
    let calendar = given(one, "calendar").is_some_and(|c| !entries(c).is_empty());
    if calendar || cx.reader.flag(one, "isRolling")? == Some(false) {
        assumed.push(format!(
            "a rolling window of {days}d replaces the source's calendar-aligned `{}`, which gets a new budget each time it begins",
            short(&text)
        ));
    } else if text.contains(['M', 'Q']) {
        assumed.push(format!("`{}` is taken as {days} days", short(&text)));
    }
    Ok(Window::Days(u32::try_from(days).unwrap_or(u32::MAX)))
}

/// The seconds of a duration: `28d`, `1M`, `Week`, `30 Day`.
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = if number.is_empty() { 1 } else { number.parse().ok()? };
    let unit = unit.trim();
    let size = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        "M" => 30 * 86_400,
        "Q" => 90 * 86_400,
        "Y" => 365 * 86_400,
        word => match word.to_ascii_lowercase().trim_end_matches('s') {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            "week" => 7 * 86_400,
            "month" => 30 * 86_400,
            "quarter" => 90 * 86_400,
            "year" => 365 * 86_400,
            _ => return None,
        },
    };
    number.checked_mul(size).filter(|s| *s > 0)
}

/// The seconds of a slice: `1m`, or a number of minutes.
pub(super) fn slice(node: &Node) -> Option<u64> {
    let text = scalar(node)?;
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse::<u64>().ok()?.checked_mul(60).filter(|s| *s > 0);
    }
    seconds(text)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations() {
        for (text, days) in
            [("28d", 28), ("4w", 28), ("1M", 30), ("1Q", 90), ("Week", 7), ("30 Day", 30), ("2 weeks", 14)]
        {
            assert_eq!(seconds(text), Some(days * 86_400), "{text}");
        }
        assert_eq!(seconds("1m"), Some(60));
        for text in ["", "d", "0d", "-1d", "1 fortnight", "99999999999999999999d", "1d2h"] {
            assert!(seconds(text).is_none_or(|s| text == "d" && s == 86_400), "{text}");
        }
    }
}
