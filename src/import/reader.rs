//! What all readers do: keys and texts of a document with their places, and what is said of them.

use std::collections::BTreeMap;

use super::Read;
use super::objective::{Place, Said, Tool};
use super::report::{Finding, Outcome};
use crate::config::nearest;
use crate::config::tree::{Entry, Node, Value};
use crate::promql::print::is_label_name;
use crate::source::SourceMap;
use crate::value::Decimal;

/// The value of a key, where the node is a map.
pub(super) fn find<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entries(node).iter().find(|e| e.key == key).map(|e| &e.value)
}

/// The value of a key that has one.
pub(super) fn given<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    find(node, key).filter(|n| n.value != Value::Null)
}

/// The entries of a map.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => &[],
    }
}

/// A scalar's text.
pub(super) fn scalar(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) | Value::Number(text) | Value::Bool(text) => Some(text.trim()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// The text of a key.
pub(super) fn word<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    find(node, key).and_then(scalar).filter(|text| !text.is_empty())
}

/// A map that may be missing; what is something else says nothing that could be read.
pub(super) fn map<'n>(node: &'n Node, key: &str) -> Result<Option<&'n Node>, (&'n Node, String)> {
    match given(node, key) {
        Some(found) if !matches!(found.value, Value::Map(_)) => {
            Err((found, format!("`{key}` must be a map, and is {}", found.value.describe())))
        }
        found => Ok(found),
    }
}

/// A key that a map in a node has twice. What stands below the key `but` is not looked at.
fn twice<'n>(node: &'n Node, but: &str) -> Option<(&'n Entry, &'n Entry)> {
    match &node.value {
        Value::Map(entries) => {
            let mut seen: BTreeMap<&str, &Entry> = BTreeMap::new();
            for entry in entries {
                if let Some(first) = seen.insert(&entry.key, entry) {
                    return Some((first, entry));
                }
            }
            entries.iter().filter(|e| e.key != but).find_map(|e| twice(&e.value, but))
        }
        Value::List(items) => items.iter().find_map(|item| twice(item, but)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    }
}

/// A number as written, `1e-3` too.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    text.parse::<Decimal>().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// The labels that a key lists, as in a query; else where and why they cannot be read.
pub(super) fn label_list<'n>(of: &'n Node, key: &str) -> Result<String, (&'n Node, String)> {
    let Some(node) = given(of, key) else { return Ok(String::new()) };
    let Value::List(list) = &node.value else {
        return Err((node, format!("`{key}` must be a list of labels, and is {}", node.value.describe())));
    };
    let mut made: Vec<&str> = Vec::new();
    for label in list {
        match scalar(label) {
            Some(word) if is_label_name(word) => made.push(word),
            _ => return Err((label, format!("`{key}` holds something that is not a label"))),
        }
    }
    made.sort_unstable();
    made.dedup();
    Ok(made.join(", "))
}

/// A name for a message.
pub(super) fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

/// Two spellings of one key: `page_alert` and `pageAlert`.
fn same_word(a: &str, b: &str) -> bool {
    let plain =
        |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    plain(a) == plain(b)
}

/// Reads documents of one tool.
pub(super) struct Reader<'r> {
    pub(super) tool: Tool,
    pub(super) sources: &'r SourceMap,
    pub(super) read: &'r mut Read,
}

impl Reader<'_> {
    pub(super) fn place(&self, node: &Node) -> Place {
        Place::of(self.sources, node.span)
    }
    pub(super) fn finding(&mut self, node: &Node, text: impl Into<String>) {
        self.finding_at(self.place(node), text);
    }
    pub(super) fn finding_at(&mut self, place: Place, text: impl Into<String>) {
        self.read.findings.push(Finding { place, text: text.into() });
    }
    /// `true` or `false` of a key, without quotes also in YAML 1.1's words; else where and why that cannot be told.
    pub(super) fn flag<'n>(&self, node: &'n Node, key: &str) -> Result<Option<bool>, (&'n Node, String)> {
        let Some(found) = given(node, key) else { return Ok(None) };
        let shown = match &found.value {
            Value::Bool(text) => return Ok(Some(text.eq_ignore_ascii_case("true"))),
            Value::Text(text) => {
                let written = self.sources.text(found.span);
                match text.as_str() {
                    "yes" | "Yes" | "YES" | "on" | "On" | "ON" if written == text => return Ok(Some(true)),
                    "no" | "No" | "NO" | "off" | "Off" | "OFF" if written == text => return Ok(Some(false)),
                    _ => format!("`{}`", short(written)),
                }
            }
            Value::Number(text) => format!("`{}`", short(text)),
            other @ (Value::Null | Value::List(_) | Value::Map(_)) => other.describe().to_owned(),
        };
        Err((
            found,
            format!("`{key}` must be true or false, and is {shown}: tools differ in what that means"),
        ))
    }
    /// What is wrong where a key is written twice in a node, and where. What stands below the key `but` is not looked at.
    pub(super) fn doubled(&self, node: &Node, but: &str) -> Option<(Place, String)> {
        let (first, second) = twice(node, but)?;
        let place = |entry: &Entry| Place::of(self.sources, entry.key_span);
        let (first, at) = (place(first), place(second));
        let key = short(&second.key);
        let why = format!(
            "`{key}` is written twice, on line {} and line {}: tools differ in which one they take",
            first.line, at.line
        );
        Some((at, why))
    }
    /// Says that something is not imported, and why.
    pub(super) fn refuse(&mut self, node: &Node, what: &str, why: impl Into<String>) {
        let place = self.place(node);
        self.read.refused.push(Outcome::refused(what.to_owned(), place, why));
    }
    /// Reports keys that the tool doesn't know.
    pub(super) fn known(&mut self, node: &Node, place: &str, keys: &[&str]) {
        let mut seen: Vec<&str> = Vec::new();
        for entry in entries(node) {
            let at = Place::of(self.sources, entry.key_span);
            let key = short(&entry.key);
            // What is written twice is refused by whoever reads it.
            if seen.contains(&entry.key.as_str()) {
                continue;
            }
            seen.push(&entry.key);
            if keys.contains(&entry.key.as_str()) {
                continue;
            }
            let meant = keys.iter().copied().find(|k| same_word(k, &entry.key));
            let meant = meant.or_else(|| nearest(&entry.key, keys.iter().copied()));
            let meant = meant.map(|m| format!("; `{m}` is meant?")).unwrap_or_default();
            let said = match self.tool {
                // Prometheus refuses the whole file, other readers of it may not.
                Tool::Rules => format!("`{key}` is not a key of {place} in Prometheus{meant}"),
                // A specification ignores nothing; whoever reads it does.
                Tool::OpenSlo => format!("`{key}` is not a key of {place} in OpenSLO{meant}"),
                tool @ (Tool::Sloth | Tool::Pyrra | Tool::Grafana) => {
                    format!("{} ignores `{key}`: it is not a key of {place}{meant}", tool.name())
                }
            };
            self.finding_at(at, said);
        }
    }
    /// A text that is not empty.
    pub(super) fn text(&self, node: &Node, key: &str) -> Option<Said> {
        let found = find(node, key)?;
        let text = scalar(found)?;
        (!text.is_empty()).then(|| Said { text: text.to_owned(), place: self.place(found) })
    }
    /// A map of texts; a list of texts is one text.
    pub(super) fn labels(&mut self, node: Option<&Node>, what: &str) -> Vec<(String, Said)> {
        let Some(node) = node else { return Vec::new() };
        let mut made: Vec<(String, Said)> = Vec::new();
        if !matches!(node.value, Value::Map(_) | Value::Null) {
            let text = format!("{what} must be a map, and is {}", node.value.describe());
            self.finding(node, text);
        }
        for entry in entries(node) {
            let place = Place::of(self.sources, entry.key_span);
            let text = match &entry.value.value {
                Value::Text(text) | Value::Number(text) | Value::Bool(text) => text.clone(),
                Value::Null => String::new(),
                Value::List(items)
                    if self.tool == Tool::OpenSlo && items.iter().all(|item| scalar(item).is_some()) =>
                {
                    items.iter().filter_map(scalar).collect::<Vec<_>>().join(", ")
                }
                Value::List(_) | Value::Map(_) => {
                    let described = entry.value.value.describe();
                    self.finding_at(
                        place,
                        format!("`{}` must be a text, and is {described}", short(&entry.key)),
                    );
                    continue;
                }
            };
            if made.iter().all(|(key, _)| *key != entry.key) {
                made.push((entry.key.clone(), Said { text, place }));
            }
        }
        made
    }
}

/// Does a label say who answers for it? Kubernetes' keys have a domain before the word.
pub(super) fn is_owner(key: &str) -> bool {
    let word = key.rsplit('/').next().unwrap_or(key);
    ["owner", "team", "squad"].contains(&word)
}

/// Does a label hold a tier?
pub(super) fn is_tier(key: &str) -> bool {
    let word = key.rsplit('/').next().unwrap_or(key);
    ["tier", "serviceTier", "service_tier"].contains(&word)
}

/// Who answers for it, by the labels: `owner` before `team`.
pub(super) fn owner(labels: &[(String, Said)]) -> Option<Said> {
    let said = |word: &str| labels.iter().find(|(key, _)| key.rsplit('/').next() == Some(word));
    let found = ["owner", "team", "squad"].into_iter().find_map(said);
    found.map(|(_, said)| said.clone()).filter(|said| !said.text.trim().is_empty())
}

/// Takes the owner's labels out of lists of labels.
pub(super) fn without_owner(lists: &mut [&mut Vec<(String, Said)>], owner: Option<&Said>) {
    for list in lists {
        list.retain(|(key, said)| !(is_owner(key) && owner.is_some_and(|owner| owner.text == said.text)));
    }
}
