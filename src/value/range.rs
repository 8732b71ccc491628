//! The range of every number that a person writes, in sources and in `slovo.yaml`.
//!
//! Prometheus computes with 64-bit floats, which hold fifteen digits. Within this range no sum, product or quotient that the
//! compiler makes of written numbers leaves what a [`Decimal`] can hold.

use rust_decimal::Decimal;

/// The largest whole number.
const LARGEST: i64 = 1_000_000_000_000_000;
/// Digits of a number, leading zeros not counted.
const DIGITS: u32 = 15;
/// Digits after the point.
const FRACTION: u32 = 12;

/// Why a number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfRange {
    /// More digits than are kept.
    Digits,
    /// Too far from zero.
    Large,
}

impl OutOfRange {
    /// What is wrong with it: `is too large`.
    pub fn said(self) -> &'static str {
        match self {
            Self::Digits => "has too many digits",
            Self::Large => "is too large a number",
        }
    }
    /// What is allowed.
    pub fn allowed(self) -> &'static str {
        match self {
            Self::Digits => "at most 15 digits, 12 of them after the point",
            Self::Large => "at most 1_000_000_000_000_000",
        }
    }
    /// A way out.
    pub fn help(self) -> &'static str {
        match self {
            Self::Digits => {
                "numbers are exact here, never rounded, and Prometheus holds 15 digits: write fewer digits"
            }
            Self::Large => {
                "Prometheus computes with 64-bit floats, which cannot tell larger whole numbers apart: \
                 measure in a larger unit"
            }
        }
    }
}

/// A decimal number, `_` between its digits allowed: exact and in range. The text is digits with at most one point, and
/// perhaps a sign; anything else counts as too many digits.
pub fn number(text: &str) -> Result<Decimal, OutOfRange> {
    let plain = if text.contains('_') { text.replace('_', "") } else { text.to_owned() };
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    if whole.trim_start_matches(['-', '0']).len() > DIGITS as usize + 1 {
        return Err(OutOfRange::Large);
    }
    if fraction.len() > 28 {
        return Err(OutOfRange::Digits);
    }
    let value = Decimal::from_str_exact(&plain).map_err(|_| OutOfRange::Digits)?;
    if value.abs() > Decimal::from(LARGEST) {
        return Err(OutOfRange::Large);
    }
    let bare = value.normalize();
    let digits = bare.mantissa().unsigned_abs().checked_ilog10().map_or(1, |n| n + 1);
    // 1_000_000_000_000_000 itself has sixteen, of which one counts.
    if bare.scale() > FRACTION || (bare.scale() > 0 && digits > DIGITS) {
        return Err(OutOfRange::Digits);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range() {
        for text in ["0", "1_000_000_000_000_000", "-1000000000000000", "0.000000000001", "123.456", "1.50"] {
            assert!(number(text).is_ok(), "{text}");
        }
        assert_eq!(number("99.999999999999999"), Err(OutOfRange::Digits));
        assert_eq!(number("0.0000000000001"), Err(OutOfRange::Digits));
        assert_eq!(number("1.00000000000000000000000000000000001"), Err(OutOfRange::Digits));
        for text in ["1_000_000_000_000_001", "79228162514264337593543950335", "-1000000000000001.5"] {
            assert_eq!(number(text), Err(OutOfRange::Large), "{text}");
        }
        assert_eq!(number(&"9".repeat(1000)), Err(OutOfRange::Large));
    }
}
