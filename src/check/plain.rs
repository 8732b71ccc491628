//! Numbers as people say them.

use crate::value::{Decimal, Duration};

/// A duration in its two largest units, rounded: `3h 22m`, `40m 19s`, `2.4s`.
pub(crate) fn time(duration: Duration) -> String {
    let secs = duration.as_micros().saturating_add(500_000) / 1_000_000;
    let two = |big: u64, one: &str, small: u64, other: &str| match small {
        0 => format!("{big}{one}"),
        _ => format!("{big}{one} {small}{other}"),
    };
    if duration.as_micros() < 10_000_000 {
        let tenths = duration.as_micros().saturating_add(50_000) / 100_000;
        return match (tenths / 10, tenths % 10) {
            (0, 0) => duration.to_string(),
            (whole, 0) => format!("{whole}s"),
            (whole, rest) => format!("{whole}.{rest}s"),
        };
    }
    if secs < 3_600 {
        return two(secs / 60, "m", secs % 60, "s").trim_start_matches("0m ").to_owned();
    }
    let mins = (secs + 30) / 60;
    if mins < 2_880 {
        return two(mins / 60, "h", mins % 60, "m");
    }
    let hours = (mins + 30) / 60;
    two(hours / 24, "d", hours % 24, "h")
}

/// A count: `0.2`, `4.2`, `420`, `84,000`.
pub(crate) fn count(number: Decimal) -> String {
    if number < Decimal::ONE_HUNDRED {
        let places = if number < Decimal::new(1, 1) { 3 } else { u32::from(number < Decimal::TEN) };
        return number.round_dp(places).normalize().to_string();
    }
    let digits = number.round().normalize().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A percentage from a fraction: `6.72%`.
pub(crate) fn percent(fraction: Decimal) -> String {
    let percent = fraction * Decimal::ONE_HUNDRED;
    let places = if percent < Decimal::ONE { 4 } else { 2 };
    format!("{}%", percent.round_dp(places).normalize())
}

/// `1 promise`, `2 promises`.
pub(crate) fn several(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_well() {
        let t = |text: &str| time(Duration::parse(text).unwrap());
        assert_eq!(t("3h21m36s"), "3h 22m");
        assert_eq!(t("40m19s"), "40m 19s");
        assert_eq!(t("2.419s"), "2.4s");
        assert_eq!(t("42s"), "42s");
        assert_eq!(t("28d"), "28d");
        assert_eq!(t("59m59.9s"), "1h");
        assert_eq!(t("7d3h"), "7d 3h");
        assert_eq!(t("300us"), "300us");
        assert_eq!(t("2s"), "2s");
        assert_eq!(t("10s"), "10s");
        assert_eq!(t("1h"), "1h");
        assert_eq!(t("47h59m"), "47h 59m");
        assert_eq!(t("2d"), "2d");
        assert_eq!(t("2d29m"), "2d");
        assert_eq!(t("2d31m"), "2d 1h");
        let c = |text: &str| count(Decimal::from_str_exact(text).unwrap());
        assert_eq!(c("0.24"), "0.2");
        assert_eq!(c("0.0084"), "0.008");
        assert_eq!(c("4.26"), "4.3");
        assert_eq!(c("42.0"), "42");
        assert_eq!(c("0.1"), "0.1");
        assert_eq!(c("10.4"), "10");
        assert_eq!(c("99.4"), "99");
        assert_eq!(c("100"), "100");
        assert_eq!(c("84000"), "84,000");
        assert_eq!(c("1234567.8"), "1,234,568");
        assert_eq!(percent(Decimal::from_str_exact("0.0672").unwrap()), "6.72%");
        assert_eq!(percent(Decimal::from_str_exact("0.00014").unwrap()), "0.014%");
        assert_eq!(percent(Decimal::from_str_exact("0.01").unwrap()), "1%");
        assert_eq!(several(1, "promise"), "1 promise");
        assert_eq!(several(2, "promise"), "2 promises");
    }
}
