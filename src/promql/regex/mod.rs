//! Regular expressions of label matchers, as Prometheus reads them: RE2 in Go's dialect, anchored at both ends, `.`
//! matching line breaks too.
//!
//! The dialect is translated for the `regex` crate, which shares RE2's theory but not all of its syntax: `\d \w \s \b`
//! are ASCII here, `\Q..\E` quotes, octal escapes count, `[a&&b]` and `[[a]` are plain characters, a `{` that starts no
//! repetition is itself; look-around, back-references and `\C` are refused as Go refuses them. What a supported engine refuses is
//! refused, though a newer one may take it: scripts newer than Unicode 13. `(?<name>..)` is taken, and
//! [`has_newer_groups`] tells of it, since the output's engine decides. Known limits: Go's cap on the size of
//! the compiled program is not imitated (ours gives [`RegexError::TooLarge`]), and what `\p{Greek}` holds follows the crate's
//! version of Unicode.

mod classes;
mod translate;

use std::cell::RefCell;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::value::MatchOp;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegexError {
    /// Prometheus refuses it: what is wrong (lower case, no full stop), and the bytes of the pattern it is about.
    Syntax {
        /// What is wrong.
        message: String,
        /// Where in the pattern.
        range: Range<usize>,
    },
    /// Too large to be tried here; Prometheus may accept it. A check must treat it as "unknown".
    TooLarge,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// `a|b|c` without any operator: nothing to compile.
    Literals(Vec<String>),
    Compiled(regex::bytes::Regex),
}

/// Longest pattern and largest program that are tried.
const LONGEST: usize = 100_000;
const SIZE_LIMIT: usize = 4 << 20;
/// Groups and repetitions in each other: the compiler walks down by calling itself. Prometheus takes 1,000.
const DEEPEST: u32 = 120;

impl Pattern {
    /// Compiles a pattern.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        if pattern.len() > LONGEST {
            return Err(RegexError::TooLarge);
        }
        if !pattern.contains(|c: char| r"\.+*?()[]{}^$".contains(c)) {
            return Ok(Self { kind: Kind::Literals(pattern.split('|').map(str::to_owned).collect()) });
        }
        let anchored = anchored(pattern)?;
        let mut read = regex_syntax::ast::parse::ParserBuilder::new().nest_limit(DEEPEST).build();
        if let Err(error) = read.parse(&anchored)
            && matches!(error.kind(), regex_syntax::ast::ErrorKind::NestLimitExceeded(_))
        {
            return Err(RegexError::TooLarge);
        }
        let compiled = regex::bytes::RegexBuilder::new(&anchored).size_limit(SIZE_LIMIT).build();
        match compiled {
            Ok(regex) => Ok(Self { kind: Kind::Compiled(regex) }),
            Err(regex::Error::CompiledTooBig(_)) => Err(RegexError::TooLarge),
            Err(error) => {
                Err(RegexError::Syntax { message: words_of(&error.to_string()), range: 0..pattern.len() })
            }
        }
    }
    /// Does it match the whole value?
    pub fn matches(&self, value: &str) -> bool {
        match &self.kind {
            Kind::Literals(list) => list.iter().any(|l| l == value),
            Kind::Compiled(regex) => regex.is_match(value.as_bytes()),
        }
    }
    /// The values it matches, where it is a plain list of them (`a|b|c`).
    pub fn literals(&self) -> Option<&[String]> {
        match &self.kind {
            Kind::Literals(list) => Some(list),
            Kind::Compiled(_) => None,
        }
    }
}

/// The pattern in the dialect of the `regex` crates, anchored at both ends.
pub(crate) fn anchored(pattern: &str) -> Result<String, RegexError> {
    if pattern.len() > LONGEST {
        return Err(RegexError::TooLarge);
    }
    Ok(format!("^(?s:{})$", translate::translate(pattern)?))
}

/// The crate prints the pattern and a caret on lines of their own; the last line says what is wrong.
fn words_of(printed: &str) -> String {
    let last = printed.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let words = last.trim().trim_start_matches("error: ").trim_end_matches('.');
    if words.is_empty() { "not a valid regular expression".to_owned() } else { words.to_owned() }
}

thread_local! {
    static CACHE: RefCell<FxHashMap<String, Result<Pattern, RegexError>>> = RefCell::default();
}

/// Most patterns are few and repeated; a program with more than so many starts again.
const CACHED: usize = 2_000;

/// Does a value of a label meet a matcher? An error where its pattern can't be read. Compiled patterns are kept (per thread).
pub fn accepts(op: MatchOp, wanted: &str, value: &str) -> Result<bool, RegexError> {
    let matches = |pattern: &Pattern| pattern.matches(value);
    match op {
        MatchOp::Equal => Ok(wanted == value),
        MatchOp::NotEqual => Ok(wanted != value),
        MatchOp::Regex => with_pattern(wanted, matches),
        MatchOp::NotRegex => with_pattern(wanted, matches).map(|found| !found),
    }
}

/// Is there a group that only engines built with Go 1.22 or newer read: `(?<name>..)`?
pub fn has_newer_groups(pattern: &str) -> bool {
    translate::has_newer_groups(pattern)
}

/// Is it a pattern that Prometheus accepts?
pub fn validate_regex(pattern: &str) -> Result<(), RegexError> {
    with_pattern(pattern, |_| ())
}

/// Runs `ask` on the compiled pattern, which is kept (per thread): for many values at once.
pub fn with_pattern<T>(pattern: &str, ask: impl FnOnce(&Pattern) -> T) -> Result<T, RegexError> {
    CACHE.with(|cache| {
        let Ok(mut cache) = cache.try_borrow_mut() else {
            return Pattern::new(pattern).map(|p| ask(&p));
        };
        if !cache.contains_key(pattern) {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(pattern.to_owned(), Pattern::new(pattern));
        }
        match cache.get(pattern) {
            Some(Ok(compiled)) => Ok(ask(compiled)),
            Some(Err(error)) => Err(error.clone()),
            None => Err(RegexError::TooLarge),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_prometheus_does() {
        for (pattern, value, expected) in [
            ("5..", "503", true),
            ("5..", "5030", false),
            ("GET|POST", "POST", true),
            ("GET|POST", "POSTS", false),
            ("", "", true),
            (".*", "", true),
            (".+", "a\nb", true),
            ("a|", "", true),
            ("(?i)get", "GET", true),
            (r"\d+", "٣", false),
            (r"\w", "é", false),
            (r"[\d\s]+", "1 2", true),
            (r"[^\d]", "x", true),
            (r"[\D]", "1", false),
            (r"\Qa.b\E.", "a.bc", true),
            (r"\Qa.b\E.", "axbc", false),
            (r"\101", "A", true),
            (r"\x41\x{42}", "AB", true),
            ("[[a]", "[", true),
            ("[a&&b]+", "a&b", true),
            ("[]a]+", "]a", true),
            ("[a-]+", "a-", true),
            ("a{,2}", "a{,2}", true),
            ("a{2}", "aa", true),
            ("x{", "x{", true),
            (r"\<a\>", "<a>", true),
            (r"a\bb", "ab", false),
            (r"/api/\b.*", "/api/x", true),
            (r"/health|/ready", "/ready", true),
            (r"(?P<a>x)(?P<b>y)", "xy", true),
            (r"(?<a>x)(?P<b>y)", "xy", true),
            (r"a(?i)*B", "aab", true),
            (r"\p{Cs}|\P{Any}|\x{d800}", "", false),
            (r"(?i-i:a)", "A", false),
            (r"\p{L}\pN\PN", "é1x", true),
            (r"\p{^L}", "1", true),
            ("[[:alpha:]]+", "ab", true),
            (r"1(\.0)?", "1.0", true),
            ("a # b", "a # b", true),
            ("^foo$", "foo", true),
            ("(a|b){2}", "ba", true),
            (r"[\w.-]+@", "a.b-c@", true),
            (r"[+--]", ",", true),
        ] {
            assert_eq!(accepts(MatchOp::Regex, pattern, value), Ok(expected), "{pattern} on {value}");
        }
    }

    #[test]
    fn refuses_as_go_does() {
        for (pattern, part, at) in [
            ("(", "never closed", 0..1),
            ("a)", "closes nothing", 1..2),
            ("*", "nothing to repeat", 0..1),
            ("a|*", "nothing to repeat", 2..3),
            ("a**", "already repeated", 2..3),
            ("(?=a)", "look-ahead", 0..3),
            ("(?<=a)", "look-behind", 0..3),
            ("(?x)a", "not known", 0..3),
            (r"(a)\1", "back-references", 3..5),
            (r"\8", "not an escape", 0..2),
            (r"\C", "not supported", 0..2),
            (r"\Z", "not an escape", 0..2),
            (r"a\", "at the end", 1..2),
            ("[a", "never closed", 0..1),
            ("[z-a]", "backwards", 1..4),
            ("a{1001}", "at most 1000", 1..7),
            ("a{3,2}", "at most 1000", 1..6),
            ("(a{100}){11}", "more than 1000", 8..12),
            (r"\p{Alphabetic}", "every engine", 0..14),
            (r"\p{greek}", "written `Greek`", 0..9),
            ("[[:foo:]]", "not a class", 1..8),
            (r"\p{Nope}", "", 0..8),
        ] {
            match accepts(MatchOp::Regex, pattern, "") {
                Err(RegexError::Syntax { message, range }) => {
                    assert!(message.contains(part), "{pattern}: {message}");
                    assert_eq!(range, at, "{pattern}: {message}");
                    assert!(!message.ends_with('.'), "{message}");
                }
                other => panic!("{pattern}: {other:?}"),
            }
        }
    }

    /// As deep as is allowed, and deeper, on the stack of Windows' main thread.
    #[test]
    fn depth_is_bounded() {
        let small = std::thread::Builder::new().stack_size(1 << 20);
        let tried = small.spawn(|| {
            let mut compiled = 0;
            for depth in (1..130).chain([200, 490, 900]) {
                for (open, close) in
                    [("(", ")*"), ("(?:", ")+?"), ("(", ")"), ("(a|", ")"), ("(b", "c){1,2}")]
                {
                    let pattern = format!("{}a{}", open.repeat(depth), close.repeat(depth));
                    match Pattern::new(&pattern) {
                        Ok(made) => {
                            made.matches("a");
                            compiled += 1;
                        }
                        Err(RegexError::TooLarge) => assert!(depth > 30, "{pattern}"),
                        // Prometheus 2.53 counts what repetitions in repetitions come to.
                        Err(RegexError::Syntax { .. }) => assert!(close.contains('{'), "{pattern}"),
                    }
                    let test = super::super::algebra::Test {
                        label: "l",
                        op: crate::ir::MatchOp::Regex,
                        value: super::super::algebra::Value::Known(&pattern),
                    };
                    super::super::algebra::value_of(&[test], None);
                }
            }
            compiled
        });
        let compiled = tried.unwrap().join().unwrap();
        assert!(compiled > 200, "{compiled}");
    }

    #[test]
    fn limits() {
        assert_eq!(
            Pattern::new(&"(".repeat(50_000)).err().map(|e| matches!(e, RegexError::Syntax { .. })),
            Some(true)
        );
        assert_eq!(Pattern::new(&r"(\pL{1000})".repeat(100)).err(), Some(RegexError::TooLarge));
        assert!(Pattern::new(&"a".repeat(200_000)).is_err());
    }
}
