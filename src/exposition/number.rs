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

/// It is not a number, or not one that can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoBound;

/// A bucket's bound; infinity is none.
pub(crate) fn bound(text: &str) -> Result<Option<Decimal>, NoBound> {
    let value: f64 = text.parse().map_err(|_| NoBound)?;
    if value.is_nan() {
        return Err(NoBound);
    }
    if value.is_infinite() {
        let written = value > 0.0 && text.to_ascii_lowercase().contains("inf");
        return if written { Ok(None) } else { Err(NoBound) };
    }
    let bare = text.strip_prefix('+').unwrap_or(text);
    let exact = if bare.contains(['e', 'E']) {
        Decimal::from_scientific(bare)
    } else {
        Decimal::from_str_exact(bare)
    };
    exact.map(|exact| Some(exact.normalize())).map_err(|_| NoBound)
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
        assert_eq!(shown("1.0"), Ok(Some("1".to_owned())));
        assert_eq!(shown("1e+06"), Ok(Some("1000000".to_owned())));
        assert_eq!(shown("1.0000000000000216e-05"), Ok(Some("0.000010000000000000216".to_owned())));
        assert_eq!(shown("+Inf"), Ok(None));
        for wrong in ["NaN", "-Inf", "", "x", "1e400", "1e300"] {
            assert_eq!(shown(wrong), Err(NoBound), "{wrong}");
        }
    }
}
