//! Matchers with their places. What follows from what, and what excludes what, is the algebra's to say
//! ([`crate::promql::algebra`]).

use crate::ast::{MatchOp, Str};
use crate::promql::algebra::{self, Found, Test};
use crate::source::Span;

/// A matcher's value. It is a parameter while the indicator is checked by itself.
pub(crate) use crate::promql::algebra::Value as Val;

/// A matcher with its parameters filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match<'a> {
    /// The label.
    pub(crate) label: &'a str,
    /// The label's place.
    pub(crate) label_span: Span,
    /// The comparison.
    pub(crate) op: MatchOp,
    /// The value.
    pub(crate) value: Val<'a>,
    /// The whole matcher's place.
    pub(crate) span: Span,
    /// Where the value was written: in the matcher, or as an argument of the call.
    pub(crate) value_span: Span,
    /// It is an argument of the call.
    pub(crate) from_arg: bool,
}

/// The label that other systems call so: `status` is `code`, `path` is `route`.
pub(crate) fn same_thing<'c>(label: &str, mut own: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    const SAME: [&[&str]; 6] = [
        &[
            "code",
            "status",
            "status_code",
            "http_status",
            "http_code",
            "response_code",
            "statuscode",
            "http_response_status_code",
        ],
        &["route", "path", "uri", "url", "handler", "endpoint", "http_route", "resource", "http_path"],
        &["method", "verb", "http_method", "http_request_method"],
        &["service", "app", "application", "svc", "service_name"],
        &["env", "environment", "stage", "deployment_environment"],
        &["result", "outcome"],
    ];
    let lower = label.to_lowercase();
    let group = SAME.iter().find(|group| group.contains(&lower.as_str()))?;
    own.find(|l| group.contains(l))
}

impl<'a> Match<'a> {
    /// Do they say the same?
    pub(crate) fn same(&self, other: &Match<'_>) -> bool {
        self.label == other.label && self.op == other.op && self.value == other.value
    }
    /// The place to point at when the value is wrong.
    pub(crate) fn culprit(&self) -> Span {
        if self.from_arg { self.value_span } else { self.span }
    }
    /// The known value.
    pub(crate) fn known(&self) -> Option<&'a str> {
        match self.value {
            Val::Known(value) => Some(value),
            Val::Param(_) => None,
        }
    }
    /// As written: `code=~"5.."`.
    pub(crate) fn text(&self) -> String {
        match self.value {
            Val::Known(value) => format!("{}{}{}", self.label, self.op.as_str(), crate::promql::quote(value)),
            Val::Param(name) => format!("{}{}${name}", self.label, self.op.as_str()),
        }
    }
    /// For the algebra.
    pub(crate) fn test(&self) -> Test<'a> {
        Test { label: self.label, op: self.op, value: self.value }
    }
    /// `=~".*"`: holds for every series.
    pub(crate) fn is_anything(&self) -> bool {
        self.op == MatchOp::Regex && self.known() == Some(".*")
    }
}

/// Does whatever meets all of `given` (matchers of one label) surely meet `wanted`? `values` is the label's closed set.
/// `None`: not known.
pub(crate) fn implied(given: &[&Match<'_>], wanted: &Match<'_>, values: Option<&[Str]>) -> Option<bool> {
    let given: Vec<Test<'_>> = given.iter().map(|m| m.test()).collect();
    let values: Option<Vec<&str>> = values.map(|list| list.iter().map(|v| v.value.as_str()).collect());
    algebra::implies(&given, wanted.test(), values.as_deref())
}

/// Is there surely no value that meets both (matchers of one label)? A label with a closed set may be missing as well.
pub(crate) fn disjoint(a: &Match<'_>, b: &Match<'_>, values: Option<&[Str]>) -> bool {
    let values: Option<Vec<&str>> =
        values.map(|list| list.iter().map(|v| v.value.as_str()).chain([""]).collect());
    algebra::value_of(&[a.test(), b.test()], values.as_deref()) == Found::Nothing
}

/// The alternatives of a pattern at its top level: `(a|b)` and `a|b` give both. `None` where it nests.
pub(crate) fn alternatives(pattern: &str) -> Option<Vec<&str>> {
    let mut inner = pattern.strip_prefix('^').unwrap_or(pattern);
    inner = inner.strip_suffix('$').unwrap_or(inner);
    if let Some(group) = inner.strip_prefix('(').and_then(|i| i.strip_suffix(')')) {
        inner = group.strip_prefix("?:").unwrap_or(group);
    }
    if inner.contains(['(', ')']) || inner.contains("\\Q") {
        return None;
    }
    // A `|` inside a class is a character.
    if inner.contains('[') && inner.contains('|') {
        return None;
    }
    Some(inner.split('|').collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn matcher<'a>(op: &str, value: &'a str) -> Match<'a> {
        let span = Span::new(FileId(0), 0, 0);
        let op = match op {
            "=" => MatchOp::Equal,
            "!=" => MatchOp::NotEqual,
            "=~" => MatchOp::Regex,
            _ => MatchOp::NotRegex,
        };
        let value = value.strip_prefix('$').map_or(Val::Known(value), Val::Param);
        Match { label: "l", label_span: span, op, value, span, value_span: span, from_arg: false }
    }

    fn set(list: &[&str]) -> Vec<Str> {
        let span = Span::new(FileId(0), 0, 0);
        list.iter().map(|v| Str { value: (*v).to_owned(), span, triple: false }).collect()
    }

    #[test]
    fn alternatives_at_the_top() {
        for (pattern, expected) in [
            ("a|b", Some(vec!["a", "b"])),
            ("^(?:a|b)$", Some(vec!["a", "b"])),
            ("(a|b)", Some(vec!["a", "b"])),
            ("a", Some(vec!["a"])),
            ("[ab]c", Some(vec!["[ab]c"])),
            ("[a|b]", None),
            ("a(b|c)", None),
            ("(a)(b)", None),
            ("a)", None),
            ("\\Qa|b", None),
        ] {
            assert_eq!(alternatives(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn exclusion() {
        for (a, b, apart) in [
            (("=", "a"), ("=", "b"), true),
            (("=", "a"), ("=", "a"), false),
            (("=", "200"), ("=~", "5.."), true),
            (("=~", "2.."), ("=~", "5.."), true),
            (("=~", "2.."), ("=~", "2.."), false),
            (("=~", "2.."), ("!~", "2.."), true),
            (("=~", "(2|3).."), ("=~", "5.."), true),
            (("=~", "2..|3.."), ("=~", "5..|4.."), true),
            (("=~", "2.*"), ("=~", "25."), false),
            (("=~", "2*"), ("=~", "5"), true), // `5` is a list, and `2*` does not match it
            (("=", "$p"), ("=", "b"), false),
            (("=", "$p"), ("!=", "$p"), true),
            (("=~", "a|b"), ("=~", "c|d"), true),
            (("=~", "a|b"), ("!=", "a"), false),
        ] {
            assert_eq!(disjoint(&matcher(a.0, a.1), &matcher(b.0, b.1), None), apart, "{a:?} {b:?}");
        }
        let codes = set(&["200", "404", "500"]);
        assert!(disjoint(&matcher("!=", "200"), &matcher("=~", "2.."), Some(&codes)));
        assert!(!disjoint(&matcher("!=", "200"), &matcher("!=", "404"), Some(&codes)));
    }

    #[test]
    fn implication() {
        let codes = set(&["200", "404", "500"]);
        for (given, wanted, values, follows) in [
            (("=", "200"), ("=~", "2.."), None, Some(true)),
            (("=", "200"), ("!~", "5.."), None, Some(true)),
            (("=~", "2.."), ("!~", "5.."), None, Some(true)),
            (("=~", "2.."), ("=", "200"), None, Some(false)),
            (("=~", "2.."), ("=", "200"), Some(&codes), Some(true)),
            (("=", "$p"), ("=", "$p"), None, Some(true)),
            (("=", "$p"), ("=", "x"), None, None),
            (("=", "x"), ("=", "$p"), None, None),
        ] {
            let values = values.map(Vec::as_slice);
            let got = implied(&[&matcher(given.0, given.1)], &matcher(wanted.0, wanted.1), values);
            assert_eq!(got, follows, "{given:?} {wanted:?}");
        }
        assert_eq!(implied(&[], &matcher("=~", ".*"), Some(&codes)), Some(true));
    }
}
