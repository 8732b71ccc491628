//! Queries in a language that is not ours: `MetricsQL`, which vmalert evaluates. They are taken as they stand; what is looked at is only
//! whether they are whole, so that nothing around them changes its meaning, and where `$range` stands.

use std::ops::Range;

const RANGE: &str = "$range";

/// The places of `$range` outside of strings and comments; none where a bracket or a string is not closed, where another
/// `$name` stands, or nothing is there.
fn scan(text: &str) -> Option<Vec<Range<usize>>> {
    let mut ranges = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    let mut anything = false;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'#' => {
                let rest = text.get(at..).unwrap_or("");
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            b'"' | b'\'' | b'`' => loop {
                let next = bytes.get(at)?;
                at += 1;
                if next == byte {
                    break;
                }
                if *next == b'\\' && *byte != b'`' {
                    at += 1;
                }
            },
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            b')' | b']' | b'}' if open.pop() != Some(*byte) => return None,
            b'$' if text.get(start..).is_some_and(|rest| rest.starts_with(RANGE)) => {
                at = start + RANGE.len();
                // `$ranges` is another name, and nobody fills it in.
                if bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
                    return None;
                }
                ranges.push(start..at);
            }
            b'$' => return None,
            _ if byte.is_ascii_whitespace() => continue,
            _ => {}
        }
        anything = true;
    }
    (open.is_empty() && anything).then_some(ranges)
}

/// Is each bracket and each string closed, and anything there at all?
pub fn is_whole(text: &str) -> bool {
    scan(text).is_some()
}

/// Does it ask for `$range`?
pub fn asks_for_range(text: &str) -> bool {
    scan(text).is_some_and(|found| !found.is_empty())
}

/// The query with a duration in place of each `$range`; as it is where it isn't whole.
pub(super) fn render(text: &str, range: &str) -> String {
    let Some(found) = scan(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for place in found {
        out.push_str(text.get(end..place.start).unwrap_or(""));
        out.push_str(range);
        end = place.end;
    }
    out.push_str(text.get(end..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_or_not() {
        for text in ["rate(m[$range]) default 0", "WITH (x = \")\") m{a='(', b=`\\`}", "m # )\n + 1", "m[5i]"]
        {
            assert!(is_whole(text), "{text}");
        }
        for text in [
            "",
            "# only",
            "m)",
            "(m",
            "m{a=\"b}",
            "(m]",
            "m) or (m",
            "\"a\\",
            "rate(m[$rang])",
            "rate(m[$ranges])",
        ] {
            assert!(!is_whole(text), "{text}");
        }
    }

    #[test]
    fn the_range_is_filled_in() {
        let text = "rate(m{a=\"$range\"}[$range]) keep_metric_names # $range\n default 0";
        assert!(asks_for_range(text));
        assert!(!asks_for_range("m{a=\"$range\"} # $range"));
        let wanted = "rate(m{a=\"$range\"}[75s]) keep_metric_names # $range\n default 0";
        assert_eq!(render(text, "75s"), wanted);
    }
}
