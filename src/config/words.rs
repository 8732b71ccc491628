//! Names in `slovo.yaml`: what may be one, which one was meant, and label matchers.

use crate::ir::{MatchOp, Matcher};

/// The candidate that was most likely meant.
pub fn nearest<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let plain = |s: &str| s.to_ascii_lowercase().replace(['-', ' '], "_");
    let wanted = plain(wanted);
    let most = (wanted.chars().count() / 3).max(1);
    let near = candidates.into_iter().map(|c| (strsim::osa_distance(&wanted, &plain(c)), c));
    near.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance).map(|(_, c)| c)
}

/// The setting that other tools call so.
pub(super) fn other_word(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase().replace('-', "_");
    Some(match key.as_str() {
        "name" | "project_name" | "title" | "id" | "service" | "app" | "application" | "slovo" => "project",
        "window" | "slo_period" | "period" | "time_window" | "objective_window" => "default_window",
        "scrape" | "interval" | "scrapeinterval" => "scrape_interval",
        "retention_time" | "storage" | "keep" | "retention_days" => "retention",
        "out" | "output_dir" | "targets" | "generate" | "prometheus" | "grafana" => "outputs",
        "global_labels" | "shared_labels" => "common_labels",
        "env" | "envs" | "stages" => "environments",
        "rules" | "warnings" | "checks" => "lints",
        _ => return None,
    })
}

/// `[a-z][a-z0-9_]*`, at most 40 characters: what projects, environments and everything in the language are called.
pub(super) fn is_identifier(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The identifier nearest to a name, where there is one: `Web Shop` gives `web_shop`.
pub fn as_identifier(name: &str) -> Option<String> {
    let made: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let made: String = made.trim_matches('_').chars().take(40).collect();
    is_identifier(&made).then_some(made)
}

/// A label name that Prometheus takes in rules everywhere.
pub(super) fn is_label(name: &str) -> bool {
    !name.starts_with("__")
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `namespace=~"shop-.*"`, quoted as PromQL quotes. The error says what is wrong.
pub(super) fn parse_matcher(text: &str) -> Result<Matcher, &'static str> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (label, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let operators =
        [("=~", MatchOp::Regex), ("!~", MatchOp::NotRegex), ("!=", MatchOp::NotEqual), ("=", MatchOp::Equal)];
    let found = operators.into_iter().find_map(|(sign, op)| Some((op, rest.strip_prefix(sign)?)));
    let Some((op, value)) = found.filter(|_| !label.is_empty()) else {
        return Err("a matcher is a label, one of `=`, `!=`, `=~`, `!~`, and a value in quotes");
    };
    let value = unquote(value.trim_start()).ok_or("the value must stand in quotes")?;
    Ok(Matcher { label: label.to_owned(), op, value })
}

/// The content of a PromQL string.
fn unquote(text: &str) -> Option<String> {
    let mut characters = text.chars();
    let quote = characters.next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inner = characters.as_str().strip_suffix(quote)?;
    if quote == '`' {
        return (!inner.contains('`')).then(|| inner.to_owned());
    }
    let mut out = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => out.push(match characters.next()? {
                'n' => '\n',
                't' => '\t',
                c @ ('\\' | '"' | '\'') => c,
                _ => return None,
            }),
            c if c == quote => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers() {
        let made = |text| parse_matcher(text).map(|m| (m.label, m.op, m.value));
        let is = |label: &str, op, value: &str| Ok((label.to_owned(), op, value.to_owned()));
        assert_eq!(made(r#"a="b""#), is("a", MatchOp::Equal, "b"));
        assert_eq!(made(r#" a !~ 'b\\.c"' "#), is("a", MatchOp::NotRegex, "b\\.c\""));
        assert_eq!(made("a=~`b\\d`"), is("a", MatchOp::Regex, "b\\d"));
        assert_eq!(made(r#"a != "" "#), is("a", MatchOp::NotEqual, ""));
        for text in
            ["", "a", "a=", "a=b", "=\"b\"", r#"a="b"#, r#"a="b" c"#, r#"a==="b""#, r#"a="b"c""#, "a=\"\\"]
        {
            assert!(made(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(nearest("projct", ["project", "labels"]), Some("project"));
        assert_eq!(nearest("Default-Window", ["default_window"]), Some("default_window"));
        assert_eq!(nearest("zebra", ["project"]), None);
        assert!(is_identifier("a_1") && !is_identifier("1a") && !is_identifier(&"a".repeat(41)));
        assert_eq!(as_identifier("Web Shop!").as_deref(), Some("web_shop"));
        assert_eq!(as_identifier("123"), None);
        assert!(is_label("aB_1") && !is_label("__x") && !is_label("a-b") && !is_label(""));
    }
}
