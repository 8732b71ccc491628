//! Values that were meant as patterns, patterns that were meant as globs, and codes that no answer has.

use super::labels::{Match, alternatives};
use super::out::Out;
use super::outcomes::{is_grpc, is_http_code};
use crate::ast::MatchOp;
use crate::diag::Diagnostic;
use crate::diag::codes::types::{GLOB, MEANT_PATTERN, NO_SUCH_CODE};
use crate::promql::algebra::{self, Found, Test, Value};
use crate::promql::quote;

/// Checks a matcher of a label whose values are not declared.
pub(crate) fn check(out: &mut Out, metric: &str, m: &Match<'_>) {
    let Some(value) = m.known() else { return };
    match m.op {
        MatchOp::Equal | MatchOp::NotEqual => {
            if is_http_code(m.label) && !is_grpc(metric, m.label) && is_class(value) {
                if !writes_classes(metric) {
                    class(out, m, value);
                }
            } else if is_pattern(value) {
                meant_pattern(out, m, value);
            }
        }
        MatchOp::Regex | MatchOp::NotRegex => {
            if is_glob(value) {
                glob(out, m, value);
            } else if is_http_code(m.label) || is_grpc(metric, m.label) && m.label.contains("code") {
                codes(out, metric, m, value);
            }
        }
    }
}

/// The exporters of `haproxy_` metrics write `5xx`, and `other`.
pub(crate) fn writes_classes(metric: &str) -> bool {
    metric.starts_with("haproxy_")
}

/// The way out where a system writes `5xx`: all that it writes.
fn declare_classes(made: Diagnostic, m: &Match<'_>) -> Diagnostic {
    made.help(format!(
        "if your system writes classes, declare them: `labels {} in \"1xx\" | \"2xx\" | \"3xx\" | \"4xx\" | \"5xx\"`, and others \
         that it has (`\"other\"`)",
        m.label
    ))
}

/// `5xx`
fn is_class(value: &str) -> bool {
    let mut chars = value.chars();
    chars.next().is_some_and(|c| ('1'..='5').contains(&c)) && matches!(chars.as_str(), "xx" | "XX")
}

fn class(out: &mut Out, m: &Match<'_>, value: &str) {
    let pattern = value.to_ascii_lowercase().replace('x', ".");
    let tilde = if m.op == MatchOp::Equal { "=~" } else { "!~" };
    let fixed = format!("{}{tilde}{}", m.label, quote(&pattern));
    let made = declare_classes(no_code(m, value), m);
    out.report(mend(made, m, &fixed));
}

fn no_code(m: &Match<'_>, value: &str) -> Diagnostic {
    let said = format!("no status code is `{value}`");
    let three = value.len() == 3 && value.bytes().all(|b| b.is_ascii_digit());
    let label = if three { "status codes are from 100 to 599" } else { "status codes have three digits" };
    Diagnostic::new(&NO_SUCH_CODE, m.culprit(), said, label)
}

fn mend(made: Diagnostic, m: &Match<'_>, fixed: &str) -> Diagnostic {
    if m.from_arg {
        made.help(format!("write `{fixed}`"))
    } else {
        made.maybe_fix(format!("write `{fixed}`"), m.span, fixed)
    }
}

/// Only a pattern has these: `5..`, `a|b`, `/products/.*`.
fn is_pattern(value: &str) -> bool {
    let dots = |v: &str| {
        let mut chars = v.chars();
        chars.next().is_some_and(|c| ('1'..='5').contains(&c)) && chars.as_str() == ".."
    };
    let listed = value.contains('|') && value.split('|').all(|p| !p.is_empty() && !p.contains(' '));
    let ranged = value.contains("[0-9]") || value.contains("[a-z]") || value.contains("[45]");
    dots(value) || listed || ranged || [".*", ".+", "\\d", "\\."].iter().any(|p| value.contains(p))
}

fn meant_pattern(out: &mut Out, m: &Match<'_>, value: &str) {
    let tilde = if m.op == MatchOp::Equal { "=~" } else { "!~" };
    let said = format!("`{}` compares plain text, and `{value}` looks like a pattern", m.op.as_str());
    let made = Diagnostic::new(&MEANT_PATTERN, m.culprit(), said, "no dots or bars count here");
    let made = made.note(format!(
        "if the label has this very value, declare it: `labels {} in {} | ..`",
        m.label,
        quote(value)
    ));
    out.report(mend(made, m, &format!("{}{tilde}{}", m.label, quote(value))));
}

/// `/products/*`: a star behind a plain character, and nothing else that only a pattern has.
fn is_glob(value: &str) -> bool {
    let meta = |c: char| matches!(c, '.' | '[' | ']' | '(' | ')' | '{' | '}' | '\\' | '+' | '?' | '^' | '$');
    let plain = |alternative: &str| {
        alternative.contains('*') && !alternative.starts_with('*') && !alternative.contains(meta)
    };
    value.split('|').any(plain)
}

fn glob(out: &mut Out, m: &Match<'_>, value: &str) {
    let said = format!("`*` repeats the character before it: `{value}` looks like a glob");
    let fixed = format!("{}{}{}", m.label, m.op.as_str(), quote(&value.replace('*', ".*")));
    let before = value.split('*').next().and_then(|b| b.chars().last());
    let label = before.map_or_else(String::new, |c| format!("any number of `{c}`"));
    let made = Diagnostic::new(&GLOB, m.culprit(), said, label);
    out.report(mend(made, m, &fixed));
}

/// A pattern of codes, one of whose alternatives no three digits match.
fn codes(out: &mut Out, metric: &str, m: &Match<'_>, value: &str) {
    let list = alternatives(value).unwrap_or_else(|| vec![value]);
    if list.len() > 1 && list.iter().any(|a| a.is_empty()) {
        let kept: Vec<&str> = list.iter().copied().filter(|a| !a.is_empty()).collect();
        let said = format!("`{value}` matches series without `{}` as well", m.label);
        let made = Diagnostic::new(&NO_SUCH_CODE, m.culprit(), said, "nothing stands beside this bar");
        out.report(mend(made, m, &format!("{}{}{}", m.label, m.op.as_str(), quote(&kept.join("|")))));
        return;
    }
    // Numbers of one or two digits may be gRPC's, or a program's.
    let small = |a: &&str| a.len() < 3 && a.bytes().all(|b| b.is_ascii_digit());
    if list.len() > 1 && list.iter().all(small) {
        return;
    }
    let grpc = is_grpc(metric, m.label);
    // All of them in one message, and one mend.
    let mut wrong: Vec<&str> = Vec::new();
    for one in list {
        let bare = one.trim_start_matches('^').trim_end_matches('$');
        let digits = bare.starts_with(|c: char| c.is_ascii_digit())
            || bare.starts_with("[4")
            || bare.starts_with("[5")
            || bare.starts_with("[1")
            || bare.starts_with("[2");
        // `0` and `000` stand for "no answer" in Istio and curl.
        let none = bare.bytes().all(|b| b == b'0');
        if !digits || none || grpc && small(&bare) {
            continue;
        }
        let test = |value| Test { label: "code", op: MatchOp::Regex, value: Value::Known(value) };
        let has_code = algebra::value_of(&[test(one), test("[1-5][0-9][0-9]")], None);
        if grpc
            && matches!(has_code, Found::Value(_))
            && algebra::value_of(&[test(one), test("[0-9]|1[0-6]")], None) == Found::Nothing
        {
            let said = format!("no gRPC code is `{one}`");
            out.report(Diagnostic::new(&NO_SUCH_CODE, m.culprit(), said, "looks like HTTP's codes").help(
                "gRPC's codes are names, or numbers up to 16: `Internal|Unavailable|Unknown`, `2|13|14`",
            ));
            return;
        }
        if has_code != Found::Nothing || is_class(bare) && writes_classes(metric) {
            continue;
        }
        wrong.push(one);
    }
    let Some(first) = wrong.first() else { return };
    let made = no_code(m, first);
    let made = if wrong.iter().all(|one| is_class(one)) { declare_classes(made, m) } else { made };
    let fixed: Option<Vec<(&str, String)>> = wrong.iter().map(|one| Some((*one, whole(one)?))).collect();
    out.report(match fixed {
        Some(fixed) => {
            let fixed = fixed.iter().fold(value.to_owned(), |made, (one, whole)| made.replace(one, whole));
            mend(made, m, &format!("{}{}{}", m.label, m.op.as_str(), quote(&fixed)))
        }
        None => made.help("a pattern must match all three digits of a code: `5..`, `[45]..`"),
    });
}

/// `4xx`, `40` as a pattern of three digits: the same beginning, and as many digits as are missing. Nothing for what no code
/// begins with, or has three digits already.
fn whole(one: &str) -> Option<String> {
    let bare = one.trim_start_matches('^').trim_end_matches('$');
    if !bare.starts_with(|c: char| ('1'..='5').contains(&c)) {
        return None;
    }
    let first: String = bare.chars().take_while(|c| !matches!(c, 'x' | 'X' | '.')).collect();
    let made = format!("{first}{}", ".".repeat(3_usize.saturating_sub(first.len())));
    (made.len() == 3 && made != bare).then_some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks() {
        for value in [
            "5..",
            "a|b",
            "/products/.*",
            "[45]..",
            "5..|429",
            "/v1/.+",
            r"2\d\d",
            "v[0-9]",
            "v[a-z]",
            "[45]00",
        ] {
            assert!(is_pattern(value), "{value}");
        }
        for value in
            ["/users/{id}", "/users/[id]", "/static/*", "a.b", "1.5", "", "POST /a|b c", "v1..v2", "|"]
        {
            assert!(!is_pattern(value), "{value}");
        }
        for value in ["/products/*", "prod-*", "app*", "/a/*|/b/*"] {
            assert!(is_glob(value), "{value}");
        }
        for value in ["/products/.*", "(a)*", "[ab]*", "a", "5..", ".*", r"\d*"] {
            assert!(!is_glob(value), "{value}");
        }
        for (value, meant) in [
            ("4xx", Some("4..")),
            ("^40$", Some("40.")),
            ("5", Some("5..")),
            ("5.", Some("5..")),
            ("600", None),
            ("500", None),
            ("6xx", None),
            ("[45]x", None),
            ("4xxx", Some("4..")),
            ("4000", None),
        ] {
            assert_eq!(whole(value).as_deref(), meant, "{value}");
        }
        assert!(is_class("5xx") && !is_class("500") && !is_class("xx"));
    }
}
