//! YAML or JSON in a `.slovo` file.
//!
//! One message for the whole run of such lines; the rest of the file is read as if they were not there.

use super::block::journey;
use super::code;
use super::concepts::meaning;
use super::facts::Facts;
use crate::diag::{Diagnostic, codes};
use crate::source::{FileId, Span};

/// The text with such lines blanked, and what is said of them.
pub(in super::super::super) fn yaml(file: FileId, text: &str) -> Option<(String, Diagnostic)> {
    let (start, end) = run(text)?;
    let found = text.get(start..end)?;
    let first = found.lines().next().unwrap_or_default().trim_end();
    let is_json = first.starts_with(['{', '[']);
    let is_toml = first.starts_with('[') && first.ends_with(']') && first.len() > 2;
    let what = if is_toml {
        "TOML"
    } else if is_json {
        "JSON"
    } else {
        "YAML"
    };
    let place = Span::new(file, start, start + first.len());
    let made = Diagnostic::new(
        &codes::syntax::UNEXPECTED,
        place,
        format!("this is {what}, and a `.slovo` file holds the Slovo language"),
        format!("{what} from here"),
    );
    let facts = Facts::of(found);
    let made = if facts.percent.is_some() || facts.measure.is_some() || facts.total.is_some() {
        made.help(code("written here:", &journey(&facts)))
    } else {
        made.help("settings in YAML belong in slovo.yaml; promises are written like this:\njourney checkout \"Buy\" {\n  owner shop\n  ..\n}")
    };
    let blank: String = found.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
    let mut rest = text.to_owned();
    rest.replace_range(start..end, &blank);
    Some((rest, made))
}

/// Where lines of YAML or JSON begin and end that stand at the top level.
fn run(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    let mut start = None;
    let mut end = 0;
    let (mut depth, mut keys) = (0_i64, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let is_item = ["journey ", "metric ", "team ", "indicator ", "policy ", "playbook ", "scenario "]
            .iter()
            .any(|w| line.starts_with(w) && !line.starts_with(&format!("{}:", w.trim_end())));
        let toml = bare.starts_with('[') && bare.ends_with(']') && bare.len() > 2 && !line.starts_with(' ');
        let json = start.is_none() && depth == 0 && matches!(bare, "{" | "[" | "[{");
        let begins =
            is_key(bare) && line.starts_with(|c: char| !c.is_whitespace()) || bare == "---" || json || toml;
        match start {
            None if depth == 0 && begins => {
                start = Some(at);
                keys = usize::from(is_key(bare));
                end = at + line.len();
            }
            Some(_) if is_item => break,
            Some(_) => {
                keys += usize::from(is_key(bare));
                end = at + line.len();
            }
            None if !bare.starts_with('#') => depth += braces(bare),
            None => {}
        }
        at += line.len();
    }
    // `owner: shop` alone, outside of its journey, is told as that
    let start = start.filter(|_| keys >= 2)?;
    let kept = text.get(start..end)?.trim_end().len();
    Some((start, start + kept))
}

/// `key:`, `- key: value`, `"key": value`
fn is_key(line: &str) -> bool {
    let line = line.trim_start_matches("- ").trim_start_matches('{').trim_start();
    let Some((key, value)) = line.split_once(':').or_else(|| line.split_once(" =")) else { return false };
    let bare = key.trim_matches('"');
    let is_word =
        !bare.is_empty() && bare.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    is_word
        && (value.is_empty() || value.starts_with(' '))
        && (meaning(bare).is_some() || !bare.starts_with(|c: char| c.is_ascii_digit()))
}

fn braces(line: &str) -> i64 {
    let mut quoted = false;
    line.bytes()
        .map(|b| match b {
            b'"' => {
                quoted = !quoted;
                0
            }
            b'{' if !quoted => 1,
            b'}' if !quoted => -1,
            _ => 0,
        })
        .sum()
}
