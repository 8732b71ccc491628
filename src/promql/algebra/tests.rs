//! The algebra against brute force over small alphabets, and against hostile patterns.

use proptest::prelude::*;

use super::*;

fn test<'a>(op: &str, value: &'a str) -> Test<'a> {
    let op = match op {
        "=" => MatchOp::Equal,
        "!=" => MatchOp::NotEqual,
        "=~" => MatchOp::Regex,
        _ => MatchOp::NotRegex,
    };
    let value = value.strip_prefix('$').map_or(Value::Known(value), Value::Param);
    Test { label: "l", op, value }
}

#[test]
fn values() {
    for (tests, found) in [
        (vec![("=", "a"), ("=", "b")], None),
        (vec![("=", "a"), ("=", "a")], Some("a")),
        (vec![("=", "200"), ("=~", "5..")], None),
        (vec![("=~", "2.."), ("=~", "5..")], None),
        (vec![("=~", "2.."), ("!~", "2..")], None),
        (vec![("=~", "(2|3).."), ("=~", "5..")], None),
        (vec![("=~", "2.*"), ("=~", "25.")], Some("250")),
        (vec![("=~", "5.."), ("!~", "50[0-9]")], Some("50a")),
        (vec![("=~", "a|b"), ("!=", "a")], Some("b")),
        (vec![("!=", "")], Some("x")),
        (vec![("!=", "x"), ("!=", "x1")], Some("x2")),
        (vec![("!~", ".*")], None),
        (vec![("!~", ".+")], Some("")),
        (vec![("!~", ".+"), ("!=", "")], None),
        (vec![("=~", "[^5].."), ("=~", "[0-9]{3}")], Some("000")),
        (vec![("=~", r"\d+"), ("=~", r"\D+")], None),
        (vec![("=~", r"a\b.*"), ("=~", "ab.*")], None),
        (vec![("=~", "(?i)error"), ("=", "ERROR")], Some("ERROR")),
        (vec![("=~", "é+"), ("!=", "é")], Some("éé")),
        (vec![("=~", "$p"), ("!~", "$p")], None),
    ] {
        let asked: Vec<_> = tests.iter().map(|(op, value)| test(op, value)).collect();
        let wanted = found.map_or(Found::Nothing, |v| Found::Value(v.to_owned()));
        assert_eq!(value_of(&asked, None), wanted, "{tests:?}");
    }
    assert_eq!(value_of(&[test("=", "$p"), test("=", "b")], None), Found::Unknown);
    assert_eq!(value_of(&[test("=", "$p"), test("=", "b"), test("=", "c")], None), Found::Nothing);
    let codes = ["200", "404", "500"];
    assert_eq!(value_of(&[test("!=", "200"), test("=~", "2..")], Some(&codes)), Found::Nothing);
    assert_eq!(value_of(&[test("!~", "2..|4..")], Some(&codes)), Found::Value("500".to_owned()));
}

#[test]
fn implications() {
    let codes = ["200", "404", "500"];
    for (given, wanted, values, follows) in [
        (("=", "200"), ("=~", "2.."), None, Some(true)),
        (("=~", "2.."), ("!~", "5.."), None, Some(true)),
        (("=~", "2.."), ("=", "200"), None, Some(false)),
        (("=~", "2.."), ("=", "200"), Some(&codes), Some(true)),
        (("=~", r".+local\.$"), ("=~", ".+local."), None, Some(true)),
        (("=~", ".+local."), ("=~", r".+local\.$"), None, Some(false)),
        (("=", "$p"), ("=", "$p"), None, Some(true)),
        (("=", "$p"), ("=", "x"), None, None),
        (("=", "x"), ("=", "$p"), None, None),
        (("=", "x"), ("=~", ".*"), None, Some(true)),
    ] {
        let values = values.map(|v: &[&str; 3]| v.as_slice());
        let got = implies(&[test(given.0, given.1)], test(wanted.0, wanted.1), values);
        assert_eq!(got, follows, "{given:?} {wanted:?}");
    }
    assert_eq!(implies(&[], test("=~", ".*"), None), Some(true));
    assert_eq!(implies(&[], test("=~", ".+"), None), Some(false));
}

/// Hostile patterns end soon, and are not answered wrongly.
#[test]
fn hostile() {
    let wide = format!("({})", vec![".*a.{20}"; 20].join("|"));
    let deep = format!("{}a{}", "(".repeat(50), ")*".repeat(50));
    let counted = "(a|b)*a(a|b){25}".to_owned();
    let counted_too = "(a|b)*b(a|b){24}c?".to_owned();
    let unicode = r"[\p{L}\p{N}]{50}.*".to_owned();
    let twice = r"(\w{30}){20}".to_owned();
    let all = [&wide, &deep, &counted, &counted_too, &unicode, &twice];
    for a in all {
        for b in all {
            let found = value_of(&[test("=~", a), test("=~", b)], None);
            if let Found::Value(v) = &found {
                assert_eq!(test("=~", a).accepts(v), Some(true), "{a} {v}");
                assert_eq!(test("=~", b).accepts(v), Some(true), "{b} {v}");
            }
            if a == b {
                assert_ne!(found, Found::Nothing, "{a}");
            }
            assert_eq!(value_of(&[test("=~", a), test("!~", a)], None), Found::Nothing);
        }
    }
}

/// All texts over `a` and `b` up to four letters.
fn texts() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..4 {
        last = last.iter().flat_map(|t| ["a", "b"].map(|c| format!("{t}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just(".".to_owned()),
        Just("[ab]".to_owned()),
        Just("[^a]".to_owned()),
        Just(String::new()),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}{b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}|{b})")),
            inner.clone().prop_map(|a| format!("({a})*")),
            inner.clone().prop_map(|a| format!("({a})?")),
            inner.prop_map(|a| format!("({a}){{2}}")),
        ]
    })
}

fn any_test() -> impl Strategy<Value = (&'static str, String)> {
    let plain = prop_oneof![Just("a"), Just("b"), Just("ab"), Just("")].prop_map(str::to_owned);
    let listed = prop_oneof![Just("a|b"), Just("ab|"), Just("aa|ba|bb")].prop_map(str::to_owned);
    prop_oneof![
        (Just("="), plain.clone()),
        (Just("!="), plain),
        (Just("=~"), listed.clone()),
        (Just("!~"), listed),
        (Just("=~"), pattern()),
        (Just("=~"), pattern()),
        (Just("!~"), pattern()),
    ]
}

fn met(tests: &[(&'static str, String)], value: &str) -> bool {
    tests.iter().all(|(op, v)| test(op, v).accepts(value) == Some(true))
}

/// What begins otherwise is told apart without automata, and no more than that.
#[test]
fn beginnings() {
    for (pattern, wanted) in [
        ("a1.*", Some("a1")),
        ("ab?", Some("a")),
        ("ab{0,2}", Some("a")),
        ("é*", Some("")),
        ("(?i)ab", Some("")),
        (r"ab\d", Some("ab")),
        ("^ab.", Some("")),
        ("ab|c.", None),
        ("ab(", None),
    ] {
        assert_eq!(test("=~", pattern).beginning(), wanted, "{pattern}");
    }
    // As automata say it.
    for (other, found) in [("b.*[xy]", true), ("ab.*", false), ("a", false), ("|a.", false), ("b(", false)] {
        let tests = [test("=~", "a.*"), test("=~", other)];
        assert_eq!(value_of(&tests, None) == Found::Nothing, found, "{other}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// What is found meets the tests; where nothing is found, no text does. With an alphabet closed by a test, the
    /// answer is exact both ways.
    #[test]
    fn against_brute_force(tests in prop::collection::vec(any_test(), 1..4)) {
        let asked: Vec<_> = tests.iter().map(|(op, v)| test(op, v)).collect();
        match value_of(&asked, None) {
            Found::Nothing => prop_assert!(texts().iter().all(|t| !met(&tests, t))),
            Found::Value(v) => prop_assert!(met(&tests, &v), "{v}"),
            Found::Unknown => prop_assert!(false, "small patterns are always decided"),
        }
        let mut closed = asked.clone();
        closed.push(test("=~", "[ab]{0,4}"));
        let exists = texts().iter().any(|t| met(&tests, t));
        prop_assert_eq!(matches!(value_of(&closed, None), Found::Value(_)), exists);
        let all = texts();
        let list: Vec<&str> = all.iter().map(String::as_str).collect();
        prop_assert_eq!(matches!(value_of(&asked, Some(&list)), Found::Value(_)), exists);
    }

    /// Boxes of two labels, each over the same small texts.
    #[test]
    fn boxes(
        a in prop::collection::vec((0..2_usize, any_test()), 0..4),
        b in prop::collection::vec((0..2_usize, any_test()), 0..4),
    ) {
        struct Small<'t>(&'t [String]);
        impl Domain for Small<'_> {
            fn values(&self, _: &str) -> Option<Vec<&str>> {
                Some(self.0.iter().map(String::as_str).collect())
            }
        }
        fn asked<'a>(list: &'a [(usize, (&'static str, String))]) -> Vec<Test<'a>> {
            list.iter().map(|(l, (op, v))| Test { label: ["l", "m"][*l], ..test(op, v) }).collect()
        }
        let texts = texts();
        let (x, y) = (asked(&a), asked(&b));
        let holds = |tests: &[Test<'_>], l: &str, m: &str| {
            tests.iter().all(|t| t.accepts(if t.label == "l" { l } else { m }) == Some(true))
        };
        let pairs = || texts.iter().flat_map(|l| texts.iter().map(move |m| (l.as_str(), m.as_str())));
        let none = !pairs().any(|(l, m)| holds(&x, l, m));
        let part = pairs().all(|(l, m)| !holds(&x, l, m) || holds(&y, l, m));
        let both = pairs().any(|(l, m)| holds(&x, l, m) && holds(&y, l, m));
        let small = Small(&texts);
        prop_assert_eq!(empty(&x, &small), Some(none));
        prop_assert_eq!(subset(&x, &y, &small), Some(part));
        prop_assert_eq!(overlap(&x, &y, &small), Some(both));
        // Over all texts it is sound: what holds of all holds of these.
        if subset(&x, &y, &Open) == Some(true) { prop_assert!(part); }
        if overlap(&x, &y, &Open) == Some(false) { prop_assert!(!both); }
    }
}
