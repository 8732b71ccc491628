//! The algebra of label matchers: what follows from what, and what excludes what. It never guesses: where a value is
//! unknown (a parameter) or a set is open, the answer is "not known".

use crate::ast::{MatchOp, Str};
use crate::promql::regex::with_pattern;
use crate::source::Span;

/// A matcher's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Val<'a> {
    /// Written, or given as an argument.
    Known(&'a str),
    /// A parameter, while the indicator is checked by itself.
    Param(&'a str),
}

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
    /// Does a value of the label meet it? `None`: not known.
    pub(crate) fn accepts(&self, value: &str) -> Option<bool> {
        let wanted = self.known()?;
        match self.op {
            MatchOp::Equal => Some(wanted == value),
            MatchOp::NotEqual => Some(wanted != value),
            MatchOp::Regex => with_pattern(wanted, |p| p.matches(value)).ok(),
            MatchOp::NotRegex => with_pattern(wanted, |p| !p.matches(value)).ok(),
        }
    }
    /// `=~".*"`: holds for every series.
    pub(crate) fn is_anything(&self) -> bool {
        self.op == MatchOp::Regex && self.known() == Some(".*")
    }
    /// All values it accepts, where they are a short list.
    fn list(&self) -> Option<Vec<String>> {
        let wanted = self.known()?;
        match self.op {
            MatchOp::Equal => Some(vec![wanted.to_owned()]),
            MatchOp::Regex => with_pattern(wanted, |p| p.literals().map(<[String]>::to_vec)).ok()?,
            MatchOp::NotEqual | MatchOp::NotRegex => None,
        }
    }
}

/// Does whatever meets all of `given` (matchers of one label) surely meet `wanted`? `values` is the label's closed set.
pub(crate) fn implied(given: &[&Match<'_>], wanted: &Match<'_>, values: Option<&[Str]>) -> Option<bool> {
    if given.iter().any(|g| g.same(wanted)) {
        return Some(true);
    }
    for one in given {
        if let Some(list) = one.list()
            && list.iter().all(|v| wanted.accepts(v) == Some(true))
        {
            return Some(true);
        }
        if excludes_by_prefix(one, wanted) {
            return Some(true);
        }
    }
    if wanted.is_anything() {
        return Some(true);
    }
    wanted.known()?;
    if given.iter().any(|g| g.known().is_none()) {
        return None;
    }
    let Some(values) = values else { return Some(false) };
    let mut left = values.iter().filter(|v| given.iter().all(|g| g.accepts(&v.value) == Some(true)));
    Some(left.all(|v| wanted.accepts(&v.value) == Some(true)))
}

/// `=~"2.."` implies `!~"5.."`.
fn excludes_by_prefix(given: &Match<'_>, wanted: &Match<'_>) -> bool {
    let positive = match wanted.op {
        MatchOp::NotEqual => MatchOp::Equal,
        MatchOp::NotRegex => MatchOp::Regex,
        MatchOp::Equal | MatchOp::Regex => return false,
    };
    disjoint_by_prefix(given, &Match { op: positive, ..*wanted })
}

/// Is there surely no value that meets both (matchers of one label)?
pub(crate) fn disjoint(a: &Match<'_>, b: &Match<'_>, values: Option<&[Str]>) -> bool {
    if a.value == b.value && opposite(a.op) == b.op {
        return true;
    }
    for (one, other) in [(a, b), (b, a)] {
        if let Some(list) = one.list()
            && list.iter().all(|v| other.accepts(v) == Some(false))
        {
            return true;
        }
    }
    if let Some(values) = values
        && a.known().is_some()
        && b.known().is_some()
    {
        let both = |v: &Str| a.accepts(&v.value) != Some(false) && b.accepts(&v.value) != Some(false);
        let empty = a.accepts("") == Some(true) && b.accepts("") == Some(true);
        return !empty && !values.iter().any(both);
    }
    disjoint_by_prefix(a, b)
}

fn opposite(op: MatchOp) -> MatchOp {
    match op {
        MatchOp::Equal => MatchOp::NotEqual,
        MatchOp::NotEqual => MatchOp::Equal,
        MatchOp::Regex => MatchOp::NotRegex,
        MatchOp::NotRegex => MatchOp::Regex,
    }
}

/// `2..` and `5..` begin differently.
fn disjoint_by_prefix(a: &Match<'_>, b: &Match<'_>) -> bool {
    let (Some(a), Some(b)) = (prefixes(a), prefixes(b)) else { return false };
    a.iter().all(|x| b.iter().all(|y| !x.starts_with(y.as_str()) && !y.starts_with(x.as_str())))
}

/// The literal beginnings of what a positive matcher accepts, one for each alternative.
fn prefixes(one: &Match<'_>) -> Option<Vec<String>> {
    let known = one.known()?;
    match one.op {
        MatchOp::Equal => Some(vec![known.to_owned()]),
        MatchOp::Regex => Some(alternatives(known)?.into_iter().map(literal_prefix).collect()),
        MatchOp::NotEqual | MatchOp::NotRegex => None,
    }
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

/// What every match of an alternative begins with.
fn literal_prefix(alternative: &str) -> String {
    let mut made = String::new();
    for c in alternative.chars() {
        match c {
            '*' | '?' | '{' => {
                made.pop();
                break;
            }
            '.' | '+' | '[' | ']' | '\\' | '^' | '$' | '}' => break,
            plain => made.push(plain),
        }
    }
    made
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
    fn exclusion() {
        for (a, b, apart) in [
            (("=", "a"), ("=", "b"), true),
            (("=", "a"), ("=", "a"), false),
            (("=", "200"), ("=~", "5.."), true),
            (("=~", "2.."), ("=~", "5.."), true),
            (("=~", "2.."), ("=~", "2.."), false),
            (("=~", "2.."), ("!~", "2.."), true),
            (("=~", "(2|3).."), ("=~", "5.."), false), // nested: not known
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
