//! Numbers as people grasp them. Exact: decimals and whole microseconds, never floats; what is rounded says which way.

use rust_decimal::RoundingStrategy;

use crate::value::{Date, Decimal, Duration};

/// A percentage as so many of every round number: 99.5 is 995 of every 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// How many.
    pub(crate) part: Decimal,
    /// Of how many: a power of ten, at least 100.
    pub(crate) whole: Decimal,
}

/// The share that a percentage is, of the smallest power of ten (from 100) that makes both numbers whole.
pub(crate) fn share(percent: Decimal) -> Share {
    share_of(percent, digits(percent))
}

/// How many decimal digits a percentage has, as far as a share can show them.
pub(crate) fn digits(percent: Decimal) -> u32 {
    percent.normalize().scale().min(9)
}

/// The share with this many digits of the percentage, rounded down.
pub(crate) fn share_of(percent: Decimal, digits: u32) -> Share {
    let factor = power_of_ten(digits.min(9));
    Share { part: (percent * factor).floor().normalize(), whole: (Decimal::ONE_HUNDRED * factor).normalize() }
}

fn power_of_ten(exponent: u32) -> Decimal {
    (0..exponent).fold(Decimal::ONE, |a, _| a * Decimal::TEN)
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of every {}", count(self.part), count(self.whole))
    }
}

/// A number with its thousands told apart: `3,000`, `0.5`, `1,234.5`.
pub(crate) fn count(number: Decimal) -> String {
    if number.scale() == 0
        && let Ok(whole) = u64::try_from(number.mantissa())
    {
        return thousands(whole);
    }
    let text = number.normalize().to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut shown = String::with_capacity(text.len() + text.len() / 3);
    shown.push_str(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// As [`count`], for the most usual numbers.
fn thousands(whole: u64) -> String {
    match (whole / 1_000_000, whole / 1_000 % 1_000, whole % 1_000) {
        (0, 0, ones) => ones.to_string(),
        (0, thousands, ones) => format!("{thousands},{ones:03}"),
        (millions, thousands, ones) => format!("{},{thousands:03},{ones:03}", self::thousands(millions)),
    }
}

/// `99.5%`; at most `places` digits after the point, rounded down.
pub(crate) fn percent(value: Decimal, places: u32) -> String {
    format!("{}%", value.round_dp_with_strategy(places, RoundingStrategy::ToZero).normalize())
}

/// A length of time to be grasped at once: its two largest units, rounded to the nearest.
pub(crate) fn length(time: Duration) -> String {
    const SECOND: u64 = 1_000_000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let micros = time.as_micros();
    let near = |unit: u64| micros.saturating_add(unit / 2) / unit * unit;
    let two = |big: (u64, &str), small: (u64, &str), value: u64| {
        let (first, rest) = (value / big.0, value % big.0 / small.0);
        let name = |n: u64, unit: &str| match unit {
            "day" => days(n),
            _ => format!("{} {unit}", thousands(n)),
        };
        if rest == 0 { name(first, big.1) } else { format!("{} {}", name(first, big.1), name(rest, small.1)) }
    };
    if micros == 0 {
        "0 s".to_owned()
    } else if near(HOUR) >= 10 * DAY {
        days(near(DAY) / DAY)
    } else if near(MINUTE) >= DAY {
        two((DAY, "day"), (HOUR, "h"), near(HOUR))
    } else if near(MINUTE) >= HOUR {
        two((HOUR, "h"), (MINUTE, "min"), near(MINUTE))
    } else if near(SECOND) >= 10 * MINUTE {
        two((MINUTE, "min"), (SECOND, "s"), near(MINUTE))
    } else if near(SECOND) >= MINUTE {
        two((MINUTE, "min"), (SECOND, "s"), near(SECOND))
    } else if micros >= SECOND {
        format!("{} s", near(SECOND) / SECOND)
    } else {
        exact(time)
    }
}

/// A length of time to the last digit, for limits: `400 ms`, `1.5 s`, `1 h 30 min`.
pub(crate) fn exact(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 1_000 && micros > 0 {
        return format!("{micros} µs");
    }
    if micros < 1_000_000 && micros > 0 {
        return format!("{} ms", (Decimal::from(micros) / Decimal::ONE_THOUSAND).normalize());
    }
    let mut parts = Vec::new();
    let mut rest = micros;
    for (size, unit) in [(86_400_000_000, "day"), (3_600_000_000, "h"), (60_000_000, "min")] {
        let n = rest / size;
        rest %= size;
        match (n, unit) {
            (0, _) => {}
            (n, "day") => parts.push(days(n)),
            (n, unit) => parts.push(format!("{n} {unit}")),
        }
    }
    if rest > 0 || parts.is_empty() {
        parts.push(format!("{} s", (Decimal::from(rest) / Decimal::from(1_000_000)).normalize()));
    }
    parts.join(" ")
}

/// `1 day`, `28 days`.
pub(crate) fn days(n: u64) -> String {
    if n == 1 { "1 day".to_owned() } else { format!("{} days", thousands(n)) }
}

/// The next whole minute (above one minute) or second, for "within": never promises less than is true.
pub(crate) fn upwards(time: Duration) -> Duration {
    let unit = if time > Duration::from_mins(1) { 60_000_000 } else { 1_000_000 };
    Duration::from_micros(time.as_micros().div_ceil(unit).saturating_mul(unit))
}

/// `1 October 2026`: no order of day and month to guess.
pub(crate) fn date(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = usize::try_from(date.month()).ok().and_then(|m| MONTHS.get(m.wrapping_sub(1))).copied();
    format!("{} {} {}", date.day(), month.unwrap_or("?"), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn shares() {
        for (percent, shown) in [
            ("99.5", "995 of every 1,000"),
            ("99", "99 of every 100"),
            ("99.90", "999 of every 1,000"),
            ("99.95", "9,995 of every 10,000"),
            ("99.999", "99,999 of every 100,000"),
            ("50", "50 of every 100"),
            ("0.1", "1 of every 1,000"),
            ("99.9999995", "999,999,995 of every 1,000,000,000"),
        ] {
            assert_eq!(share(d(percent)).to_string(), shown);
        }
        assert_eq!(share_of(d("99.3016995"), 1).to_string(), "993 of every 1,000");
        assert_eq!(share_of(d("99"), 1).to_string(), "990 of every 1,000");
    }

    #[test]
    fn counts() {
        for (number, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("3000", "3,000"),
            ("12005", "12,005"),
            ("1000000", "1,000,000"),
            ("1002003004005", "1,002,003,004,005"),
            ("1234567.50", "1,234,567.5"),
            ("-12345", "-12,345"),
        ] {
            assert_eq!(count(d(number)), shown);
        }
        assert_eq!(percent(d("99.3016995"), 3), "99.301%");
        assert_eq!(percent(d("100.0"), 3), "100%");
    }

    #[test]
    fn lengths() {
        for (text, shown, to_the_digit) in [
            ("3h21m36s", "3 h 22 min", "3 h 21 min 36 s"),
            ("28d", "28 days", "28 days"),
            ("1d", "1 day", "1 day"),
            ("1d4h20m", "1 day 4 h", "1 day 4 h 20 min"),
            ("23h59m40s", "1 day", "23 h 59 min 40 s"),
            ("59m40s", "1 h", "59 min 40 s"),
            ("4m1s920ms", "4 min 2 s", "4 min 1.92 s"),
            ("40m19s", "40 min", "40 min 19 s"),
            ("51s840ms", "52 s", "51.84 s"),
            ("59s900ms", "1 min", "59.9 s"),
            ("400ms", "400 ms", "400 ms"),
            ("250us", "250 µs", "250 µs"),
            ("1500ms", "2 s", "1.5 s"),
            ("90d", "90 days", "90 days"),
            ("9d23h50m", "10 days", "9 days 23 h 50 min"),
            ("0s", "0 s", "0 s"),
        ] {
            let time = Duration::parse(text).unwrap();
            assert_eq!(length(time), shown, "{text}");
            assert_eq!(exact(time), to_the_digit, "{text}");
        }
        assert_eq!(upwards(Duration::parse("4m2s").unwrap()).to_string(), "5m");
        assert_eq!(upwards(Duration::parse("51s840ms").unwrap()).to_string(), "52s");
        assert_eq!(length(Duration::from_micros(u64::MAX)), "213,503,982 days");
    }

    #[test]
    fn dates() {
        assert_eq!(date(jiff::civil::date(2026, 10, 1)), "1 October 2026");
    }
}
