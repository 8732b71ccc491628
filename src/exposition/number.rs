//! Numbers as expositions write them.

use crate::value::Decimal;

/// Is it a number as Go reads it: decimal, hexadecimal with an exponent, an infinity or NaN?
pub(super) fn is_float(text: &str) -> bool {
    text.parse::<f64>().is_ok() || is_hexadecimal(text)
}

/// `0x1.8p-3`
fn is_hexadecimal(text: &str) -> bool {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some(digits) = bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")) else { return false };
    let Some((mantissa, exponent)) = digits.split_once(['p', 'P']) else { return false };
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let plain = mantissa.replacen('.', "", 1);
    !plain.is_empty()
        && plain.bytes().all(|b| b.is_ascii_hexdigit())
        && !power.is_empty()
        && power.bytes().all(|b| b.is_ascii_digit())
}

/// A bucket's bound: `Some(None)` is infinity, `None` is not a number.
pub(super) fn bound(text: &str) -> Option<Option<Decimal>> {
    let value: f64 = text.parse().ok()?;
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return (value > 0.0 && text.to_ascii_lowercase().contains("inf")).then_some(None);
    }
    let bare = text.strip_prefix('+').unwrap_or(text);
    let exact = if bare.contains(['e', 'E']) {
        Decimal::from_scientific(bare).ok()
    } else {
        Decimal::from_str_exact(bare).ok()
    };
    exact.map(|exact| Some(exact.normalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_go_s() {
        for fine in ["1", "-1.5e+06", ".5", "5.", "+Inf", "-inf", "NaN", "nan", "0x1p-2", "-0X1.8P3"] {
            assert!(is_float(fine), "{fine}");
        }
        for wrong in ["", "1,5", "0x", "0xp1", "1_000", "--1", "one", "0x1"] {
            assert!(!is_float(wrong), "{wrong}");
        }
    }

    #[test]
    fn bounds_are_exact() {
        let shown = |text: &str| bound(text).map(|b| b.map(|d| d.to_string()));
        assert_eq!(shown("1.0"), Some(Some("1".to_owned())));
        assert_eq!(shown("1e+06"), Some(Some("1000000".to_owned())));
        assert_eq!(shown("1.0000000000000216e-05"), Some(Some("0.000010000000000000216".to_owned())));
        assert_eq!(shown("+Inf"), Some(None));
        for wrong in ["NaN", "-Inf", "", "x", "1e400", "1e300"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
