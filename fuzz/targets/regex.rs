//! Regular expressions of matchers: translated, compiled, tried, compared. A line each: two patterns and a value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slovo::ir::MatchOp;
use slovo::promql::algebra::{Found, Test, Value, value_of};
use slovo::promql::{Pattern, RegexError};

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let (first, second) = (lines.next().unwrap_or(""), lines.next().unwrap_or("a.*"));
    let value = lines.next().unwrap_or("abc");
    let [one, two] = [first, second].map(Pattern::new);
    for (pattern, made) in [(first, &one), (second, &two)] {
        match made {
            Ok(made) => {
                made.matches(value);
            }
            Err(RegexError::Syntax { range, .. }) => {
                assert!(pattern.get(range.clone()).is_some(), "{range:?} is not in `{pattern}`");
            }
            Err(RegexError::TooLarge) => {}
        }
    }
    // What is said to meet both does.
    for (op, wanted) in [(MatchOp::Regex, true), (MatchOp::NotRegex, false)] {
        let test = |op, value| Test { label: "l", op, value: Value::Known(value) };
        let tests = [test(MatchOp::Regex, first), test(op, second)];
        if let (Found::Value(found), Ok(one), Ok(two)) = (value_of(&tests, None), &one, &two) {
            assert!(one.matches(&found), "`{found}` is no `{first}`");
            assert_eq!(two.matches(&found), wanted, "`{found}` and `{second}`");
        }
        if let (Found::Nothing, Ok(one), Ok(two)) = (value_of(&tests, None), &one, &two) {
            assert!(!one.matches(value) || two.matches(value) != wanted, "`{value}` meets both");
        }
    }
});
