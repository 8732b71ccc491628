//! Writing PromQL: names, strings and selectors, quoted where they must be and only there.

use std::fmt::Write as _;

use crate::ir::{MatchOp, Matcher};

/// A matcher that is made, not written by a user: `("le", MatchOp::Equal, "0.4")`.
pub type Extra<'a> = (&'a str, MatchOp, &'a str);

/// Appends a vector selector: `metric` + `suffix` (`_bucket`, or empty), then the matchers, then the extra ones.
///
/// A name that is not a plain PromQL identifier is written in the braces: `{"http.server.duration", a="b"}`. A metric
/// that is called as a keyword which cannot stand as a name (`on`, `inf`) becomes `{__name__="on"}`, which every
/// Prometheus reads. An empty metric gives only the braces.
///
/// ```
/// use slovo::ir::{MatchOp, Matcher};
/// let matcher = Matcher { label: "code".to_owned(), op: MatchOp::Regex, value: "5..".to_owned() };
/// let mut out = String::from("rate(");
/// slovo::promql::selector(&mut out, "http_seconds", "_bucket", &[matcher], &[("le", MatchOp::Equal, "0.4")]);
/// assert_eq!(out, r#"rate(http_seconds_bucket{code=~"5..",le="0.4"}"#);
/// ```
pub fn selector(out: &mut String, metric: &str, suffix: &str, matchers: &[Matcher], extra: &[Extra<'_>]) {
    let bare = is_metric_name(metric) && is_name_tail(suffix);
    let mut parts = Separated { out, open: false };
    if bare && !suffix.is_empty() || is_bare_metric(metric) {
        parts.out.push_str(metric);
        parts.out.push_str(suffix);
    } else if bare {
        parts.next();
        parts.out.push_str("__name__=");
        quote_into(parts.out, metric);
    } else if !metric.is_empty() || !suffix.is_empty() {
        parts.next();
        quote_into(parts.out, &format!("{metric}{suffix}"));
    } else if matchers.is_empty() && extra.is_empty() {
        parts.next();
    }
    for m in matchers {
        parts.next();
        matcher(parts.out, &m.label, m.op, &m.value);
    }
    for (label, op, value) in extra {
        parts.next();
        matcher(parts.out, label, *op, value);
    }
    if parts.open {
        parts.out.push('}');
    }
}

/// A selector as a string of its own; see [`selector`].
pub fn selector_text(metric: &str, matchers: &[Matcher]) -> String {
    let mut out = String::new();
    selector(&mut out, metric, "", matchers, &[]);
    out
}

/// Commas between, a brace before the first.
struct Separated<'a> {
    out: &'a mut String,
    open: bool,
}

impl Separated<'_> {
    fn next(&mut self) {
        self.out.push(if self.open { ',' } else { '{' });
        self.open = true;
    }
}

/// Appends one matcher: `code=~"5.."`; the label is quoted where it must be (Prometheus 3).
pub fn matcher(out: &mut String, label: &str, op: MatchOp, value: &str) {
    label_name(out, label);
    out.push_str(op.as_str());
    quote_into(out, value);
}

/// Appends a label's name as it stands in braces or in `by (..)`: quoted where it is not a plain identifier.
pub fn label_name(out: &mut String, label: &str) {
    if is_label_name(label) {
        out.push_str(label);
    } else {
        quote_into(out, label);
    }
}

/// Appends a comma-separated list of label names, without parentheses: `job, "service.name"`.
pub fn label_list<'a>(out: &mut String, labels: impl IntoIterator<Item = &'a str>) {
    for (i, label) in labels.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        label_name(out, label);
    }
}

/// A PromQL string in double quotes.
pub fn quote(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    quote_into(&mut out, value);
    out
}

/// Appends a PromQL string in double quotes.
pub fn quote_into(out: &mut String, value: &str) {
    out.push('"');
    if value.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\') {
        out.push_str(value);
    } else {
        escape_into(out, value, |_, c| c.is_control());
    }
    out.push('"');
}

/// Appends what stands between the double quotes of a string, in Go's escapes; `by_number` tells of a place and its character
/// whether it is written as `\u` and its number.
pub fn escape_into(out: &mut String, value: &str, by_number: impl Fn(usize, char) -> bool) {
    for (at, c) in value.char_indices() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if by_number(at, c) => {
                let code = u32::from(c);
                let _ =
                    if code > 0xffff { write!(out, "\\U{code:08x}") } else { write!(out, "\\u{code:04x}") };
            }
            c => out.push(c),
        }
    }
}

/// Is it a metric's name by the classic rules, `[a-zA-Z_:][a-zA-Z0-9_:]*`?
pub fn is_metric_name(name: &str) -> bool {
    is_name_tail(name) && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn is_name_tail(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
}

/// Is it a label's name by the classic rules, `[a-zA-Z_][a-zA-Z0-9_]*`?
pub fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.contains(':')
}

/// Can the name stand in an expression as it is?
fn is_bare_metric(name: &str) -> bool {
    const TAKEN: [&str; 8] = ["bool", "on", "ignoring", "group_left", "group_right", "atan2", "inf", "nan"];
    is_metric_name(name) && !TAKEN.iter().any(|word| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn m(label: &str, op: MatchOp, value: &str) -> Matcher {
        Matcher { label: label.to_owned(), op, value: value.to_owned() }
    }

    #[test]
    fn selectors() {
        let one = [m("a", MatchOp::Equal, "b")];
        for (metric, suffix, matchers, expected) in [
            ("up", "", &[][..], "up"),
            ("up", "", &one[..], r#"up{a="b"}"#),
            ("a:b:c", "_sum", &one[..], r#"a:b:c_sum{a="b"}"#),
            ("http.server.duration", "", &[][..], r#"{"http.server.duration"}"#),
            ("http.server.duration", "_bucket", &one[..], r#"{"http.server.duration_bucket",a="b"}"#),
            ("on", "", &one[..], r#"{__name__="on",a="b"}"#),
            ("Inf", "", &[][..], r#"{__name__="Inf"}"#),
            ("on", "_bucket", &[][..], "on_bucket"),
            ("sum", "", &[][..], "sum"),
            ("", "", &one[..], r#"{a="b"}"#),
            ("", "", &[][..], "{}"),
            ("1up", "", &[][..], r#"{"1up"}"#),
        ] {
            let mut out = String::new();
            selector(&mut out, metric, suffix, matchers, &[]);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn labels_and_extras() {
        let mut out = String::new();
        let own = [m("service.name", MatchOp::NotEqual, "a\"b\\c\nd"), m("x", MatchOp::NotRegex, "\u{1}é")];
        selector(&mut out, "h", "_bucket", &own, &[("le", MatchOp::Regex, r"1(\.0)?")]);
        assert_eq!(out, r#"h_bucket{"service.name"!="a\"b\\c\nd",x!~"\u0001é",le=~"1(\\.0)?"}"#);
        out.clear();
        label_list(&mut out, ["job", "service.name"]);
        assert_eq!(out, r#"job, "service.name""#);
    }
}
