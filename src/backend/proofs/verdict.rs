//! What promtool prints when a test fails, read back.

/// What did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The number of the check in its case; none where promtool complains about something else.
    pub check: Option<usize>,
    /// What should have come.
    pub expected: String,
    /// What came; or the whole complaint.
    pub got: String,
}

/// Reads promtool's complaints. Each query ends with a comment that ends with `[case.check]`.
pub fn read(said: &str) -> Vec<Wrong> {
    let mut list: Vec<Wrong> = Vec::new();
    let mut other = String::new();
    let mut part = Part::Other;
    for line in said.lines().map(str::trim) {
        if line.starts_with("Unit Testing:") || line.starts_with("FAILED") || line == "SUCCESS" {
            part = Part::Other;
            continue;
        }
        if let Some(number) = line.strip_prefix("expr:").and_then(number) {
            // A query that can't be evaluated has its reason behind it on the same line.
            let got = line.rsplit_once("]\", time:").and_then(|(_, rest)| rest.split_once(", err: "));
            let got = got.map(|(_, why)| why.to_owned()).unwrap_or_default();
            list.push(Wrong { check: Some(number), expected: String::new(), got });
            part = Part::Expected;
            continue;
        }
        let (text, next) = if let Some(text) = line.strip_prefix("exp:") {
            (text, Part::Expected)
        } else if let Some(text) = line.strip_prefix("got:") {
            (text, Part::Got)
        } else {
            (line, part)
        };
        if text.is_empty() {
            continue;
        }
        part = if list.is_empty() { Part::Other } else { next };
        let into = match (part, list.last_mut()) {
            (Part::Expected, Some(last)) => &mut last.expected,
            (Part::Got, Some(last)) => &mut last.got,
            _ => &mut other,
        };
        if !into.is_empty() {
            into.push('\n');
        }
        let text = text.trim().trim_end_matches(',');
        into.push_str(if text == "nil" { "nothing" } else { text });
    }
    if list.is_empty() || !other.is_empty() {
        list.push(Wrong { check: None, expected: String::new(), got: other });
    }
    list
}

#[derive(Clone, Copy)]
enum Part {
    Other,
    Expected,
    Got,
}

/// The number in ` "..  # words [3.12]", time: 5m,`.
fn number(rest: &str) -> Option<usize> {
    let (query, _) = rest.rsplit_once("]\", time:")?;
    let (_, id) = query.rsplit_once('[')?;
    id.rsplit_once('.')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints() {
        let said = "Unit Testing:  t.yml\n  FAILED:\n    expr: \"x # a.b: is one [0.7]\", time: 2m,\n        exp: {__name__=\"x\"} 2E+00\n        \
                    got: {__name__=\"x\"} 7E+00\n    expr: \"y # [1] [0.8]\", time: 30s,\n        exp: nil\n        got: {a=\"b\"} 1E+00,\n            {a=\"c\"} 1E+00\n\n";
        let list = read(said);
        assert_eq!(list.len(), 2, "{list:?}");
        assert_eq!(list[0].check, Some(7));
        assert_eq!(
            (list[0].expected.as_str(), list[0].got.as_str()),
            ("{__name__=\"x\"} 2E+00", "{__name__=\"x\"} 7E+00")
        );
        assert_eq!((list[1].check, list[1].expected.as_str()), (Some(8), "nothing"));
        assert_eq!(list[1].got, "{a=\"b\"} 1E+00\n{a=\"c\"} 1E+00");
    }

    #[test]
    fn other_complaints() {
        let list = read(
            "Unit Testing:  t.yml\n  FAILED:\n    rule: x, time: 0s, err: duplicate sample for timestamp\n",
        );
        assert_eq!(list.len(), 1);
        assert_eq!(
            (list[0].check, list[0].got.as_str()),
            (None, "rule: x, time: 0s, err: duplicate sample for timestamp")
        );
        assert_eq!(read("").len(), 1);
    }
}
