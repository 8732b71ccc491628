//! Units of metrics, and limits written in other ones.

use crate::value::{Decimal, Duration, Quantity, size};

/// What a metric's values (of a counter: its events) are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit<'a> {
    /// A length of time or a Unix time: the word, and nanoseconds in one of it.
    Time(&'a str, u64),
    /// `ratio`: 0 to 1.
    Ratio,
    /// `percent`: 0 to 100.
    Percent,
    /// A size: the word, and bytes in one of it.
    Size(&'a str, u64),
    /// A noun for counts.
    Count(&'a str),
    /// Not stated.
    Unknown,
}

/// Units of time.
const TIMES: [(&str, u64); 7] = [
    ("nanoseconds", 1),
    ("microseconds", 1_000),
    ("milliseconds", 1_000_000),
    ("seconds", 1_000_000_000),
    ("minutes", 60_000_000_000),
    ("hours", 3_600_000_000_000),
    ("days", 86_400_000_000_000),
];

/// Units of sizes.
const SIZES: [(&str, u64); 9] = [
    ("bytes", 1),
    ("kilobytes", 1_000),
    ("megabytes", 1_000_000),
    ("gigabytes", 1_000_000_000),
    ("terabytes", 1_000_000_000_000),
    ("kibibytes", 1 << 10),
    ("mebibytes", 1 << 20),
    ("gibibytes", 1 << 30),
    ("tebibytes", 1 << 40),
];

/// Short and singular forms that are surely meant for one of ours.
const SHORT: [(&str, &str); 20] = [
    ("ns", "nanoseconds"),
    ("nanosecond", "nanoseconds"),
    ("us", "microseconds"),
    ("microsecond", "microseconds"),
    ("ms", "milliseconds"),
    ("msec", "milliseconds"),
    ("millis", "milliseconds"),
    ("millisecond", "milliseconds"),
    ("s", "seconds"),
    ("sec", "seconds"),
    ("secs", "seconds"),
    ("second", "seconds"),
    ("minute", "minutes"),
    ("hour", "hours"),
    ("day", "days"),
    ("byte", "bytes"),
    ("ratios", "ratio"),
    ("fraction", "ratio"),
    ("percentage", "percent"),
    ("percents", "percent"),
];

impl<'a> Unit<'a> {
    /// The unit a word names.
    pub(crate) fn of(word: Option<&'a str>) -> Self {
        let Some(word) = word else { return Unit::Unknown };
        match word {
            "ratio" => Unit::Ratio,
            "percent" => Unit::Percent,
            _ => {
                let size = SIZES.iter().find(|(name, _)| *name == word);
                let time = TIMES.iter().find(|(name, _)| *name == word);
                match (time, size) {
                    (Some((_, nanos)), _) => Unit::Time(word, *nanos),
                    (None, Some((_, bytes))) => Unit::Size(word, *bytes),
                    (None, None) => Unit::Count(word),
                }
            }
        }
    }

    /// The word that was meant by a short or singular form.
    pub(crate) fn long_form(word: &str) -> Option<&'static str> {
        let lower = word.to_ascii_lowercase();
        if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == lower) {
            return Some(long);
        }
        // `Seconds`, `milisecons`: near enough to a unit of time to be no noun (`records` is one, so short words are not).
        let known = TIMES.iter().map(|(name, _)| *name).chain(["ratio", "percent", "bytes"]);
        let near = known
            .filter(|k| *k != word)
            .find(|k| *k == lower || k.len() > 9 && strsim::osa_distance(&lower, k) <= 2);
        near.filter(|n| *n != word)
    }

    /// As written; a placeholder where none is stated.
    pub(crate) fn word(&self) -> &'a str {
        match self {
            Unit::Time(word, _) | Unit::Size(word, _) | Unit::Count(word) => word,
            Unit::Ratio => "ratio",
            Unit::Percent => "percent",
            Unit::Unknown => "no unit",
        }
    }

    /// A limit in this unit: `400ms` is 0.4 of seconds, `75%` is 0.75 of a ratio. `None` where the two do not mix.
    pub(crate) fn convert(&self, limit: Quantity) -> Option<Decimal> {
        match (self, limit) {
            (Unit::Time(_, nanos), Quantity::Duration(d)) => {
                let length = Decimal::from(d.as_micros()).checked_mul(Decimal::ONE_THOUSAND)?;
                Some(length.checked_div(Decimal::from(*nanos))?.normalize())
            }
            (Unit::Ratio, Quantity::Percent(p)) => Some((p / Decimal::ONE_HUNDRED).normalize()),
            (Unit::Percent, Quantity::Percent(p)) => Some(p.normalize()),
            (Unit::Size(_, bytes), Quantity::Size(size)) => {
                Some(size.checked_div(Decimal::from(*bytes))?.normalize())
            }
            (
                Unit::Ratio | Unit::Percent | Unit::Size(..) | Unit::Count(_) | Unit::Unknown,
                Quantity::Number(n),
            ) => Some(n.normalize()),
            (Unit::Time(..), Quantity::Percent(_) | Quantity::Number(_) | Quantity::Size(_))
            | (Unit::Ratio | Unit::Percent, Quantity::Duration(_) | Quantity::Size(_))
            | (Unit::Size(..), Quantity::Duration(_) | Quantity::Percent(_))
            | (
                Unit::Count(_) | Unit::Unknown,
                Quantity::Duration(_) | Quantity::Percent(_) | Quantity::Size(_),
            ) => None,
        }
    }

    /// Are two values of this unit, a time, the same when taken to the nearest microsecond?
    pub(crate) fn same_microsecond(&self, a: Decimal, b: Decimal) -> bool {
        let Unit::Time(_, nanos) = self else { return false };
        let micros = |v: Decimal| {
            v.checked_mul(Decimal::from(*nanos))
                .and_then(|n| n.checked_div(Decimal::ONE_THOUSAND))
                .map(|m| m.round())
        };
        micros(a).is_some_and(|m| m >= Decimal::ONE_THOUSAND && Some(m) == micros(b))
    }

    /// A value of this unit as the language writes it: 0.25 of seconds is `250ms`, 1.5 of them `1500ms`, as limits are written.
    pub(crate) fn write(&self, value: Decimal) -> String {
        match self {
            Unit::Time(word, nanos) => {
                let micros = value
                    .checked_mul(Decimal::from(*nanos))
                    .and_then(|n| n.checked_div(Decimal::ONE_THOUSAND))
                    .filter(|m| m.fract().is_zero())
                    .and_then(|m| u64::try_from(m).ok());
                match micros {
                    Some(micros) if (1_000_000..100_000_000).contains(&micros) && micros % 1_000_000 != 0 => {
                        if micros % 1000 == 0 {
                            format!("{}ms", micros / 1000)
                        } else {
                            format!("{micros}us")
                        }
                    }
                    Some(micros) => Duration::from_micros(micros).to_string(),
                    // Finer than a microsecond.
                    None => match value.checked_mul(Decimal::from(*nanos)) {
                        Some(n) if n.fract().is_zero() && n >= Decimal::from(1_000_000) => {
                            format!("{}ms", (n / Decimal::from(1_000_000)).normalize())
                        }
                        _ => format!("{} {word}", value.normalize()),
                    },
                }
            }
            Unit::Ratio => match value.checked_mul(Decimal::ONE_HUNDRED) {
                Some(percent) => format!("{}%", percent.normalize()),
                None => value.normalize().to_string(),
            },
            Unit::Percent => format!("{}%", value.normalize()),
            Unit::Size(_, bytes) => value
                .checked_mul(Decimal::from(*bytes))
                .and_then(size::write)
                .unwrap_or_else(|| value.normalize().to_string()),
            Unit::Count(_) | Unit::Unknown => value.normalize().to_string(),
        }
    }

    /// The duration of so many of this unit, as a person would write it: `400s` for 400 of seconds, `400ms` for 0.4.
    pub(crate) fn literal(&self, number: Decimal) -> Option<String> {
        let Unit::Time(word, _) = self else { return None };
        let suffix = match *word {
            "microseconds" => "us",
            "milliseconds" => "ms",
            "seconds" => "s",
            "minutes" => "m",
            "hours" => "h",
            "days" => "d",
            _ => return None,
        };
        if number.fract().is_zero() {
            return Some(format!("{}{suffix}", number.normalize()));
        }
        Some(self.write(number)).filter(|shown| !shown.contains(' '))
    }

    /// Units of this in one second, for time.
    pub(crate) fn per_second(&self) -> Option<Decimal> {
        let Unit::Time(_, nanos) = self else { return None };
        (*nanos <= 1_000_000_000).then(|| Decimal::from(1_000_000_000 / *nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The catalogue's units and those of limits all stand in docs/language.md.
    #[test]
    fn documented() {
        let text = include_str!("../../docs/language.md");
        let start = text.find("## The catalogue").unwrap();
        let text = &text[start..];
        let text = &text[..text.find("\n## People").unwrap()];
        let limits = size::SIZES.iter().map(|(unit, _)| *unit).chain(["us", "ms", "s", "m", "h", "d", "w"]);
        let words = TIMES.iter().chain(&SIZES).map(|(word, _)| *word).chain(["ratio", "percent"]);
        for word in words.chain(limits) {
            assert!(text.contains(&format!("`{word}`")), "{word} is missing in docs/language.md");
        }
    }

    #[test]
    fn converts() {
        let dec = |s: &str| Decimal::from_str_exact(s).unwrap();
        let ms = Quantity::Duration(Duration::from_millis(400));
        assert_eq!(Unit::of(Some("seconds")).convert(ms), Some(dec("0.4")));
        assert_eq!(Unit::of(Some("milliseconds")).convert(ms), Some(dec("400")));
        assert_eq!(Unit::of(Some("bytes")).convert(ms), None);
        assert_eq!(Unit::of(Some("ratio")).convert(Quantity::Percent(dec("75"))), Some(dec("0.75")));
        assert_eq!(Unit::of(Some("seconds")).convert(Quantity::Number(dec("400"))), None);
        assert_eq!(Unit::of(Some("seconds")).write(dec("0.25")), "250ms");
        for (value, written) in
            [("1.5", "1500ms"), ("0.0005", "500us"), ("2", "2s"), ("90", "1m30s"), ("1.0005", "1000500us")]
        {
            assert_eq!(Unit::of(Some("seconds")).write(dec(value)), written);
        }
        assert_eq!(Unit::of(Some("seconds")).write(dec("0.268435456")), "268.435456ms");
        assert!(Unit::of(Some("seconds")).same_microsecond(dec("0.268435456"), dec("0.268435")));
        assert!(!Unit::of(Some("seconds")).same_microsecond(dec("0.268435456"), dec("0.268436")));
        assert_eq!(Unit::of(Some("bytes")).write(dec("250")), "250");
        assert_eq!(Unit::of(Some("milliseconds")).per_second(), Some(dec("1000")));
        let two = Quantity::Size(Decimal::from(2_u64 << 30));
        assert_eq!(Unit::of(Some("bytes")).convert(two), Some(dec("2147483648")));
        assert_eq!(Unit::of(Some("mebibytes")).convert(two), Some(dec("2048")));
        assert_eq!(Unit::of(Some("requests")).convert(two), None);
        assert_eq!(Unit::of(Some("bytes")).write(dec("2147483648")), "2GiB");
        assert_eq!(Unit::of(Some("mebibytes")).write(dec("2048")), "2GiB");
        for (word, long) in
            [("ms", Some("milliseconds")), ("milisecons", Some("milliseconds")), ("calls", None)]
        {
            assert_eq!(Unit::long_form(word), long, "{word}");
        }
        for (word, short) in [
            ("microseconds", "us"),
            ("milliseconds", "ms"),
            ("seconds", "s"),
            ("minutes", "m"),
            ("hours", "h"),
            ("days", "d"),
        ] {
            assert_eq!(Unit::of(Some(word)).literal(dec("400")), Some(format!("400{short}")), "{word}");
        }
        assert_eq!(Unit::of(Some("seconds")).literal(dec("0.4")).as_deref(), Some("400ms"));
        assert_eq!(Unit::of(Some("nanoseconds")).literal(dec("400")), None);
        assert_eq!(Unit::of(Some("bytes")).literal(dec("400")), None);
        assert_eq!(Unit::of(Some("minutes")).per_second(), None);
        assert_eq!(Unit::of(Some("kilobytes")).convert(two), Some(dec("2147483.648")));
        for (word, of_two) in [("kibibytes", "2097152"), ("gibibytes", "2"), ("tebibytes", "0.001953125")] {
            assert_eq!(Unit::of(Some(word)).convert(two), Some(dec(of_two)), "{word}");
        }
        assert_eq!(Unit::long_form("seconds"), None);
        assert_eq!(Unit::long_form("milliseconds"), None);
    }
}
