//! Windows in queries: the tools' variables, and lengths that are written out.

use std::collections::BTreeSet;

use super::Query;
use crate::promql;
use crate::promql::ast::Extent;

/// Variables of Grafana and of shells that stand for the window, in brackets.
const WINDOWS: [&str; 7] = ["window", "Window", "WINDOW", "slo_window", "range", "__range", "timerange"];
/// Variables that stand for a length which isn't the window.
const LENGTHS: [&str; 4] = ["__rate_interval", "__interval", "interval", "rate_interval"];

/// Is it the variable of Sloth's templates, in one of its spellings?
pub(in crate::import) fn is_window(action: &str) -> bool {
    matches!(action, ".window" | ".Window" | "window" | "Window")
}

/// A query with `$range` in place of a variable.
pub(in crate::import) fn with_variable(query: &str, assumed: &mut Vec<String>) -> Result<String, String> {
    let mut out = String::with_capacity(query.len());
    let mut rest = query;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((action, behind)) = after.split_once("}}") else {
            return Err("`{{` is not closed".to_owned());
        };
        if !is_window(action.trim().trim_matches('-').trim()) {
            let action: String = action.trim().chars().take(40).collect();
            return Err(format!(
                "`{{{{{action}}}}}` is not known: a query has `{{{{.window}}}}` and nothing else"
            ));
        }
        out.push_str(before);
        out.push_str("$range");
        rest = behind;
    }
    out.push_str(rest);
    if let Some(word) = in_string(&out) {
        let written = if word == "range" && query.contains("{{") {
            "{{.window}}".to_owned()
        } else {
            format!("${word}")
        };
        return Err(format!(
            "a label value of it holds `{written}`: it asks for other series over each window, and Slovo puts the window into brackets alone"
        ));
    }
    // `[$window]`, `[${window}]`
    let mut places = Vec::new();
    for (at, _) in out.match_indices("[$") {
        let Some(inside) = out.get(at + 1..).and_then(|t| t.split([']', ':']).next()) else { continue };
        let word = inside.trim_start_matches('$').trim_start_matches('{').trim_end().trim_end_matches('}');
        if word == "range" && !inside.contains('{') {
            continue;
        }
        if LENGTHS.contains(&word) {
            assumed.push(looks_back(inside));
        } else if !WINDOWS.contains(&word) {
            continue;
        }
        places.push(at + 1..at + 1 + inside.len());
    }
    for place in places.into_iter().rev() {
        out.replace_range(place, "$range");
    }
    Ok(out)
}

/// The variable of a length within a string, if any is. Other words behind a `$` are what they are: routes are written so.
fn in_string(query: &str) -> Option<&str> {
    let mut quote: Option<char> = None;
    let mut letters = query.char_indices();
    while let Some((at, c)) = letters.next() {
        match (quote, c) {
            (None, '"' | '\'' | '`') => quote = Some(c),
            // A comment, up to the end of its line.
            (None, '#') => {
                letters.find(|(_, c)| *c == '\n');
            }
            (Some(by), '\\') if by != '`' => {
                letters.next();
            }
            (Some(by), _) if by == c => quote = None,
            (Some(_), '$') => {
                let behind = query.get(at + 1..)?;
                let behind = behind.strip_prefix('{').unwrap_or(behind);
                let end = behind.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(behind.len());
                let word = behind.get(..end)?;
                if WINDOWS.contains(&word) || LENGTHS.contains(&word) {
                    return Some(word);
                }
            }
            _ => {}
        }
    }
    None
}

/// A series whose name holds the window, `job:errors:rate{{.window}}`, as it is written; and its name up to the window.
pub(super) fn named_by_window(query: &str) -> Option<(String, String)> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    // A variable within a string is refused for what it is.
    let read = with_variable(query, &mut Vec::new()).ok()?;
    read.match_indices('$').find_map(|(at, _)| {
        let (before, behind) = (read.get(..at)?, read.get(at + 1..)?);
        let behind = behind.strip_prefix('{').unwrap_or(behind);
        let name = behind.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        let stem = before.rsplit(|c| !word(c)).next().filter(|stem| !stem.is_empty())?;
        let written = if query.contains("{{") { "{{.window}}".to_owned() } else { format!("${name}") };
        let known = WINDOWS.contains(&name) || LENGTHS.contains(&name);
        known.then(|| (format!("{stem}{written}"), stem.to_owned()))
    })
}

/// Can a query be read at all?
pub(in crate::import) fn is_promql(query: &str) -> bool {
    // A variable in a string is refused for what it is.
    with_range(query, &mut Vec::new()).is_ok() || in_string(query).is_some()
}

fn looks_back(written: &str) -> String {
    format!("the query looks back `[{written}]` whatever the window; here it looks over each window")
}

/// Reads a query; a window that is written out is taken for the tool's, which is said.
pub(super) fn with_range(query: &str, assumed: &mut Vec<String>) -> Result<Query, String> {
    let out = with_variable(query, assumed)?;
    let read = |text: &str| {
        promql::parse(text).map_err(|errors| {
            let why = errors.first().map_or_else(String::new, |e| e.message.clone());
            format!("the query is not PromQL: {why}")
        })
    };
    let expr = read(&out)?;
    if promql::uses_range(&expr) {
        return Ok(Query { text: out, expr });
    }
    // Every range of one length stands for the window.
    let mut places = Vec::new();
    let mut lengths = BTreeSet::new();
    for selector in promql::selectors(&expr) {
        if let Some(Extent::Fixed { millis, range }) = selector.window() {
            places.push(range.clone());
            lengths.insert(*millis);
        }
    }
    if lengths.len() != 1 {
        return Ok(Query { text: out, expr });
    }
    let written = places.first().and_then(|p| out.get(p.clone())).unwrap_or("").to_owned();
    let mut replaced = out.clone();
    places.sort_by_key(|p| std::cmp::Reverse(p.start));
    for place in places {
        replaced.replace_range(place, "$range");
    }
    assumed.push(looks_back(&written));
    Ok(Query { expr: read(&replaced)?, text: replaced })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_in_names() {
        for (query, name) in [
            ("sum(e:rate{{.window}})", Some("e:rate{{.window}}")),
            ("sum(e:rate{{ .window }}{a=\"b\"})", Some("e:rate{{.window}}")),
            ("sum(e:rate$window)", Some("e:rate$window")),
            ("sum(e:rate${window}:x)", Some("e:rate$window")),
            ("sum(rate(x[{{.window}}]))", None),
            ("sum(rate(x[$window]))", None),
            ("x{a=\"b$window\"}", None),
            ("x{a=\"b$other\"}", None),
        ] {
            assert_eq!(named_by_window(query).map(|(name, _)| name).as_deref(), name, "{query}");
        }
    }

    #[test]
    fn variables_in_strings() {
        for (query, word) in [
            (r#"x{win="$range"}"#, Some("range")),
            (r"x{win='a-${window}'}", Some("window")),
            (r#"x{a="\"$__range"}"#, Some("__range")),
            ("x{a=`\\`,b=`$interval`}", Some("interval")),
            (r#"x{a=~"[$window]"}"#, Some("window")),
            ("x[$window] # it's \"$window\"\n+ y{a=\"$range\"}", Some("range")),
            ("x[$window] # it's \"$window\"", None),
            (r#"rate(x{code=~"5..$",route="/posts/$postId"}[$range])"#, None),
            (r#"x{a="$windows"}"#, None),
        ] {
            assert_eq!(in_string(query), word, "{query}");
        }
    }
}
