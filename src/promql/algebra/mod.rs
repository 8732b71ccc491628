//! The algebra of label matchers: is a set of them empty, is it a subset of another, do two overlap?
//!
//! A set of matchers is a box: each label's tests speak of that label alone, so sets are compared label by label, and
//! the answer for a label is a question about languages: is there a value that meets these tests? It is answered exactly
//! (regular expressions as automata, walked together) or not at all: [`Found::Unknown`] stands for a parameter whose
//! value isn't known yet, and for patterns whose automata grow beyond a bound. Nothing is guessed.

mod automaton;

use std::collections::BTreeSet;

use super::regex::{accepts, with_pattern};
use crate::ir::MatchOp;

/// What a label is tested against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value<'a> {
    /// A text, or a pattern.
    Known(&'a str),
    /// A parameter, by its name.
    Param(&'a str),
}

/// One matcher: a test of one label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test<'a> {
    /// The label.
    pub label: &'a str,
    /// The comparison.
    pub op: MatchOp,
    /// What with.
    pub value: Value<'a>,
}

/// Is there a value that meets all tests?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Surely none.
    Nothing,
    /// This one does.
    Value(String),
    /// Not known.
    Unknown,
}

impl<'a> Test<'a> {
    /// The test that holds where this one doesn't.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { op: self.op.negated(), ..self }
    }
    fn positive(&self) -> bool {
        matches!(self.op, MatchOp::Equal | MatchOp::Regex)
    }
    fn known(&self) -> Option<&'a str> {
        match self.value {
            Value::Known(value) => Some(value),
            Value::Param(_) => None,
        }
    }
    /// Does a value of the label meet it? `None`: not known.
    pub fn accepts(&self, value: &str) -> Option<bool> {
        accepts(self.op, self.known()?, value).ok()
    }
    /// What every value that it accepts begins with, as far as its pattern shows by plain characters.
    fn beginning(&self) -> Option<&'a str> {
        let pattern = self.known().filter(|p| self.op == MatchOp::Regex && !p.contains('|'))?;
        with_pattern(pattern, |_| ()).ok()?;
        let end = pattern.find(|c: char| r"\.+*?()[]{}^$".contains(c)).unwrap_or(pattern.len());
        let (plain, rest) = pattern.split_at(end);
        if !rest.starts_with(['+', '*', '?', '{']) {
            return Some(plain);
        }
        // What is repeated may be missing.
        plain.char_indices().next_back().map(|(at, _)| plain.split_at(at).0)
    }
    /// The texts it names, where they are a plain list: those it accepts, or for a negative test those it refuses.
    fn list(&self) -> Option<Vec<String>> {
        let wanted = self.known()?;
        match self.op {
            MatchOp::Equal | MatchOp::NotEqual => Some(vec![wanted.to_owned()]),
            MatchOp::Regex | MatchOp::NotRegex => {
                with_pattern(wanted, |p| p.literals().map(<[String]>::to_vec)).ok()?
            }
        }
    }
}

/// A value that meets all tests (of one label), out of `values` where the label takes no others.
pub fn value_of(tests: &[Test<'_>], values: Option<&[&str]>) -> Found {
    if tests.iter().any(|t| tests.contains(&t.negated())) {
        return Found::Nothing;
    }
    let known: Vec<Test<'_>> = tests.iter().filter(|t| t.known().is_some()).copied().collect();
    let found = match values {
        Some(values) => first_of(&known, values.iter().copied()),
        None => open(&known),
    };
    // A parameter can only take away.
    match found {
        Found::Value(_) if known.len() < tests.len() => Found::Unknown,
        other @ (Found::Nothing | Found::Value(_) | Found::Unknown) => other,
    }
}

/// Out of a list: the first that meets all tests.
fn first_of<'v>(tests: &[Test<'_>], values: impl IntoIterator<Item = &'v str>) -> Found {
    let mut unclear = false;
    for value in values {
        let mut all = Some(true);
        for test in tests {
            match test.accepts(value) {
                Some(true) => {}
                Some(false) => {
                    all = Some(false);
                    break;
                }
                None => all = None,
            }
        }
        match all {
            Some(true) => return Found::Value(value.to_owned()),
            Some(false) => {}
            None => unclear = true,
        }
    }
    if unclear { Found::Unknown } else { Found::Nothing }
}

/// Out of all texts.
fn open(tests: &[Test<'_>]) -> Found {
    let list = tests.iter().filter(|t| t.positive()).find_map(Test::list);
    if let Some(list) = list {
        return first_of(tests, list.iter().map(String::as_str));
    }
    // Lists of refused texts leave all others; one of these is none of them.
    let refused: Option<Vec<Vec<String>>> =
        tests.iter().map(|t| if t.positive() { None } else { t.list() }).collect();
    if let Some(refused) = refused {
        let refused: BTreeSet<&String> = refused.iter().flatten().collect();
        let free = (0..=refused.len()).map(|n| if n == 0 { "x".to_owned() } else { format!("x{n}") });
        return free.into_iter().find(|f| !refused.contains(f)).map_or(Found::Unknown, Found::Value);
    }
    // Without automata, which take half a thousandth of a second each: a file may hold 70,000 patterns.
    let begins: Vec<&str> = tests.iter().filter_map(Test::beginning).collect();
    if let Some((first, rest)) = begins.split_first()
        && rest.iter().any(|other| !first.starts_with(other) && !other.starts_with(first))
    {
        return Found::Nothing;
    }
    automaton::common(tests)
}

/// Does whatever meets `given` surely meet `wanted` (tests of one label)? `None`: not known.
pub fn implies(given: &[Test<'_>], wanted: Test<'_>, values: Option<&[&str]>) -> Option<bool> {
    if given.contains(&wanted) {
        return Some(true);
    }
    let mut tests = given.to_vec();
    tests.push(wanted.negated());
    none(&value_of(&tests, values))
}

fn none(found: &Found) -> Option<bool> {
    match found {
        Found::Nothing => Some(true),
        Found::Value(_) => Some(false),
        Found::Unknown => None,
    }
}

/// The closed sets of values of labels; none where a label takes any.
pub trait Domain {
    /// The values of a label.
    fn values(&self, label: &str) -> Option<Vec<&str>>;
}

/// Every label takes any value.
#[derive(Clone, Copy, Debug)]
pub struct Open;

impl Domain for Open {
    fn values(&self, _: &str) -> Option<Vec<&str>> {
        None
    }
}

fn labels<'a>(tests: &[Test<'a>]) -> BTreeSet<&'a str> {
    tests.iter().map(|t| t.label).collect()
}

fn of<'a>(tests: &[Test<'a>], label: &str) -> Vec<Test<'a>> {
    tests.iter().filter(|t| t.label == label).copied().collect()
}

/// Does no series meet all tests? `None`: not known.
pub fn empty(tests: &[Test<'_>], domain: &impl Domain) -> Option<bool> {
    let mut answer = Some(false);
    for label in labels(tests) {
        match none(&value_of(&of(tests, label), domain.values(label).as_deref())) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

/// Does every series that meets `inner` meet `outer` too? `None`: not known.
pub fn subset(inner: &[Test<'_>], outer: &[Test<'_>], domain: &impl Domain) -> Option<bool> {
    let mut answer = Some(true);
    for wanted in outer {
        let given = of(inner, wanted.label);
        match implies(&given, *wanted, domain.values(wanted.label).as_deref()) {
            Some(false) => answer = Some(false),
            // One test that surely doesn't follow is enough; one that may not isn't.
            None if answer == Some(true) => answer = None,
            Some(true) | None => {}
        }
    }
    match answer {
        Some(true) => Some(true),
        // Nothing is a part of everything.
        Some(false) => match empty(inner, domain) {
            Some(true) => Some(true),
            Some(false) => Some(false),
            None => None,
        },
        None => empty(inner, domain).filter(|e| *e),
    }
}

/// May a series meet both? `None`: not known.
pub fn overlap(a: &[Test<'_>], b: &[Test<'_>], domain: &impl Domain) -> Option<bool> {
    let both: Vec<Test<'_>> = a.iter().chain(b).copied().collect();
    empty(&both, domain).map(|e| !e)
}

#[cfg(test)]
mod tests;
