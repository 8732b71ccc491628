//! Bucket bounds as matchers of `le`: one number has many spellings.

use crate::value::Decimal;
use crate::value::MatchOp;

/// The matcher of a bucket bound, in every spelling that exporters and Prometheus store: `0.4`, but `1` or `1.0`, `1e+06`
/// beside `1000000`.
pub fn bucket_bound(limit: Decimal) -> (MatchOp, String) {
    let limit = limit.normalize();
    let plain = limit.to_string();
    let mut spellings = vec![plain.replace('.', "\\.")];
    if limit.scale() == 0 {
        spellings.push(format!("{plain}\\.0"));
    }
    if let Some((digits, exponent)) = scientific(&plain) {
        let (head, tail) = digits.split_at(1.min(digits.len()));
        let sign = if exponent < 0 { '-' } else { '+' };
        let point = if tail.is_empty() { "" } else { "\\." };
        // Go: 1e+06, 2.5e-05; Java: 1.0E6, 2.5E-5.
        spellings.push(format!("{head}{point}{tail}e\\{sign}{:02}", exponent.unsigned_abs()));
        let tail = if tail.is_empty() { "0" } else { tail };
        spellings.push(format!("{head}\\.{tail}E{exponent}"));
    }
    match spellings.as_slice() {
        [_] => (MatchOp::Equal, plain),
        [_, _] if limit.scale() == 0 => (MatchOp::Regex, format!("{plain}(\\.0)?")),
        _ => (MatchOp::Regex, spellings.join("|")),
    }
}

/// Significant digits and exponent of a positive number that Go writes with an exponent (1e6 and above, below 1e-4).
fn scientific(plain: &str) -> Option<(String, i32)> {
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    if plain.starts_with('-') {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let first = digits.find(|c| c != '0')?;
    let point = i32::try_from(whole.len()).ok()?;
    let exponent = point - 1 - i32::try_from(first).ok()?;
    let significant = digits.trim_matches('0').to_owned();
    (!(-4..6).contains(&exponent)).then_some((significant, exponent))
}

/// The one number that a matcher of `le` asks for, in whatever spellings: `0.4`, `1(\\.0)?`, `1000000|1e\\+06`. The other way round of
/// [`bucket_bound`].
pub fn bound_of(op: MatchOp, value: &str) -> Option<Decimal> {
    match op {
        MatchOp::Equal => number(value),
        MatchOp::Regex => {
            let mut spellings = value.split('|').map(|spelling| {
                let plain = spelling.strip_suffix("(\\.0)?").unwrap_or(spelling);
                number(&literal(plain)?)
            });
            let first = spellings.next()??;
            spellings.all(|other| other == Some(first)).then_some(first)
        }
        MatchOp::NotEqual | MatchOp::NotRegex => None,
    }
}

/// What a pattern matches that matches one text only.
fn literal(pattern: &str) -> Option<String> {
    let mut made = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => made.push(letters.next().filter(char::is_ascii_punctuation)?),
            '-' => made.push(c),
            _ if c.is_ascii_alphanumeric() => made.push(c),
            _ => return None,
        }
    }
    Some(made)
}

/// A number as Go and Java write it.
fn number(text: &str) -> Option<Decimal> {
    let read = if text.contains(['e', 'E']) {
        Decimal::from_scientific(text).ok()
    } else {
        Decimal::from_str_exact(text).ok()
    };
    read.map(|n| n.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_bounds() {
        let bound = |text: &str| {
            let (op, value) = bucket_bound(Decimal::from_str_exact(text).unwrap());
            format!("{}{value}", op.as_str())
        };
        assert_eq!(bound("0.4"), "=0.4");
        assert_eq!(bound("0.40"), "=0.4");
        assert_eq!(bound("1"), r"=~1(\.0)?");
        assert_eq!(bound("400.0"), r"=~400(\.0)?");
        assert_eq!(bound("100000"), r"=~100000(\.0)?");
        assert_eq!(bound("1000000"), r"=~1000000|1000000\.0|1e\+06|1\.0E6");
        assert_eq!(bound("2500000"), r"=~2500000|2500000\.0|2\.5e\+06|2\.5E6");
        assert_eq!(bound("0.0001"), "=0.0001");
        assert_eq!(bound("0.000025"), r"=~0\.000025|2\.5e\-05|2\.5E-5");
        assert_eq!(bound("0"), r"=~0(\.0)?");
    }

    #[test]
    fn there_and_back() {
        for text in ["0.4", "1", "400", "100000", "1000000", "2500000", "0.0001", "0.000025", "0", "-5"] {
            let limit = Decimal::from_str_exact(text).unwrap();
            let (op, value) = bucket_bound(limit);
            assert_eq!(bound_of(op, &value), Some(limit), "{op:?} {value}");
        }
        let regex = |value: &str| bound_of(MatchOp::Regex, value).map(|n| n.to_string());
        assert_eq!(regex(r"1|1\.0").as_deref(), Some("1"));
        for other in ["1|2", "1.0", "1+", "", ".*", r"\d", "1|", "+Inf"] {
            assert_eq!(regex(other), None, "{other}");
        }
        assert_eq!(bound_of(MatchOp::NotEqual, "1"), None);
    }
}
