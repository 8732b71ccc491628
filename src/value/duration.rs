use std::fmt;

use rust_decimal::Decimal;

/// A length of time, exact to the microsecond. Written as Prometheus writes it: the largest units first (`1h30m`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration {
    micros: u64,
}

/// Units from the largest to the smallest, in microseconds. Weeks are accepted as input, printed as days.
const UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// As it is written: `1h30m`.
impl serde::Serialize for Duration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Duration {
    /// From whole microseconds.
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }
    /// From whole milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self { micros: millis.saturating_mul(1_000) }
    }
    /// From whole seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self { micros: secs.saturating_mul(1_000_000) }
    }
    /// From whole minutes.
    pub const fn from_mins(mins: u64) -> Self {
        Self::from_secs(mins.saturating_mul(60))
    }
    /// From whole hours.
    pub const fn from_hours(hours: u64) -> Self {
        Self::from_secs(hours.saturating_mul(3_600))
    }
    /// From whole days of 24 hours.
    pub const fn from_days(days: u64) -> Self {
        Self::from_secs(days.saturating_mul(86_400))
    }
    /// Whole microseconds.
    pub const fn as_micros(self) -> u64 {
        self.micros
    }
    /// Whole seconds, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.micros / 1_000_000
    }
    /// Seconds, exact.
    pub fn seconds(self) -> Decimal {
        Decimal::from(self.micros) / Decimal::from(1_000_000)
    }
    /// Is it a whole, positive number of days?
    pub const fn is_whole_days(self) -> bool {
        self.micros > 0 && self.micros.is_multiple_of(86_400_000_000)
    }
    /// Whole days, rounded down.
    pub const fn as_days(self) -> u64 {
        self.micros / 86_400_000_000
    }
    /// Is it zero?
    pub const fn is_zero(self) -> bool {
        self.micros == 0
    }
    /// The sum, or the longest duration where that overflows.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { micros: self.micros.saturating_add(other.micros) }
    }
    /// `n` times this, or the longest duration where that overflows.
    #[must_use]
    pub const fn times(self, n: u64) -> Self {
        Self { micros: self.micros.saturating_mul(n) }
    }
    /// Parses `90s`, `1h30m`, `250ms`, `2w`; units may be combined in any order but each at most once, with whole or
    /// decimal numbers (`1.5h`) that come out at whole microseconds. Milliseconds may be finer, to the nanosecond
    /// (Micrometer's `268.435456ms`), and are taken to the nearest microsecond. `None` when it is not a
    /// duration or too long.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut total: u64 = 0;
        let mut seen: Vec<&str> = Vec::new();
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))?;
            let (number, tail) = rest.split_at(digits);
            let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            let factor = match unit {
                "w" => 7 * 86_400_000_000,
                _ => UNITS.iter().find(|(name, _)| *name == unit)?.1,
            };
            if seen.contains(&unit) {
                return None;
            }
            seen.push(unit);
            let value = parse_decimal(number)?.checked_mul(Decimal::from(factor))?;
            let fine = unit == "ms"
                && value >= Decimal::ONE_THOUSAND
                && value.checked_mul(Decimal::ONE_THOUSAND).is_some_and(|nanos| nanos.fract().is_zero());
            if !value.fract().is_zero() && !fine {
                return None;
            }
            total = total.checked_add(u64::try_from(value.round()).ok()?)?;
            rest = tail;
        }
        (!seen.is_empty()).then_some(Self { micros: total })
    }
}

/// A plain decimal with `_` between digits allowed, as the language writes numbers.
fn parse_decimal(text: &str) -> Option<Decimal> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) || !text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Decimal::from_str_exact(&text.replace('_', "")).ok()
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        self.parts(|part| written = written.and_then(|()| f.write_str(part)));
        written
    }
}

impl Duration {
    /// Appends it as it is shown.
    pub fn push_to(self, out: &mut String) {
        self.parts(|part| out.push_str(part));
    }
    /// Numbers and units as they are shown one after the other.
    fn parts(self, mut take: impl FnMut(&str)) {
        if self.micros == 0 {
            take("0s");
            return;
        }
        let mut rest = self.micros;
        for (name, size) in UNITS {
            if rest >= size {
                take(digits(rest / size, &mut [0; 20]));
                take(name);
                rest %= size;
                if rest == 0 {
                    break;
                }
            }
        }
    }
}

/// A number's digits, without the formatting machinery: generated rules hold durations by the hundred thousand.
fn digits(mut number: u64, buffer: &mut [u8; 20]) -> &str {
    let mut used = 0;
    for place in buffer.iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        used += 1;
        if number == 0 {
            break;
        }
    }
    let from = buffer.len() - used;
    buffer.get(from..).and_then(|d| std::str::from_utf8(d).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_prints() {
        for (text, shown) in [
            ("90s", "1m30s"),
            ("28d", "28d"),
            ("2w", "14d"),
            ("1h30m", "1h30m"),
            ("250us", "250us"),
            ("1.5h", "1h30m"),
            ("1_000ms", "1s"),
            ("0s", "0s"),
            ("200000000d", "200000000d"),
            ("101ms10us", "101ms10us"),
            ("268.435456ms", "268ms435us"),
        ] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in ["", "5", "ms", "5 m", "1m1m", "1.0000001s", "999999999999d", "1.m", "-5m", "5y"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_are_exact() {
        assert_eq!(Duration::from_millis(400).seconds(), Decimal::from_str_exact("0.4").unwrap());
        assert_eq!(Duration::from_micros(250).seconds(), Decimal::from_str_exact("0.00025").unwrap());
    }
}
