//! A YAML document as a tree, printed by the emitter that quotes as every parser needs it.

use crate::render::yaml::Yaml;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doc {
    /// A text.
    Text(String),
    /// A text that may have several lines, as it is.
    Code(String),
    /// A number or a flag.
    Bare(String),
    /// A list.
    List(Vec<Doc>),
    /// A map; what is empty is left out.
    Map(Vec<(&'static str, Doc)>),
}

impl Doc {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Doc::Text(text.into())
    }
    pub(super) fn flag(is: bool) -> Self {
        Doc::Bare(is.to_string())
    }
    fn is_empty(&self) -> bool {
        match self {
            Doc::List(list) => list.is_empty(),
            Doc::Map(entries) => entries.iter().all(|(_, value)| value.is_empty()),
            Doc::Text(_) | Doc::Code(_) | Doc::Bare(_) => false,
        }
    }
    /// The document of a map.
    pub(super) fn print(&self) -> String {
        let mut out = Yaml::default();
        if let Doc::Map(entries) = self {
            map(&mut out, 0, entries);
        }
        out.finish()
    }
}

fn map(out: &mut Yaml, indent: usize, entries: &[(&'static str, Doc)]) {
    for (key, value) in entries.iter().filter(|(_, value)| !value.is_empty()) {
        match value {
            Doc::Text(text) => out.pair(indent, key, text),
            Doc::Code(text) => out.code(indent, key, text),
            Doc::Bare(text) => out.bare(indent, key, text),
            Doc::Map(inner) => {
                out.open(indent, key);
                map(out, indent + 2, inner);
            }
            Doc::List(list) => {
                out.open(indent, key);
                for one in list {
                    item(out, indent + 2, one);
                }
            }
        }
    }
}

/// An element of a list. A map's first key stands beside the dash.
fn item(out: &mut Yaml, indent: usize, value: &Doc) {
    match value {
        Doc::Text(text) | Doc::Code(text) | Doc::Bare(text) => out.element(indent, text),
        Doc::List(list) => list.iter().for_each(|one| item(out, indent, one)),
        Doc::Map(entries) => {
            let mut inner = Yaml::default();
            map(&mut inner, indent + 2, entries);
            let inner = inner.finish();
            out.append(&" ".repeat(indent));
            out.append("- ");
            out.append(inner.get(indent + 2..).unwrap_or_default());
        }
    }
}
