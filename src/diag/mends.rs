//! The mends that are certain, as edits of whole files.

use std::collections::BTreeMap;

use super::{Diagnostics, Edit};
use crate::source::{FileId, SourceMap};

/// An edit with the mend it is of.
#[derive(Clone, Debug)]
pub struct Mend {
    /// The replacement.
    pub edit: Edit,
    /// What the mend does.
    pub title: String,
    /// The message that it is of.
    pub code: &'static str,
}

/// The edits of all certain mends, file by file from front to back. Of two mends that touch each other only the first
/// is taken; the next round sees the other.
pub fn certain(diagnostics: &Diagnostics, sources: &SourceMap) -> BTreeMap<FileId, Vec<Mend>> {
    let mut taken: BTreeMap<FileId, Vec<Mend>> = BTreeMap::new();
    for diagnostic in diagnostics.iter() {
        let Some(fix) = diagnostic.fix.as_ref().filter(|f| f.certain) else { continue };
        let touches = |edit: &Edit| {
            let near = taken.get(&edit.span.file).into_iter().flatten();
            near.into_iter().any(|t| edit.span.start <= t.edit.span.end && t.edit.span.start <= edit.span.end)
        };
        let within = |edit: &Edit| {
            sources.get(edit.span.file).is_some_and(|f| f.text.get(edit.span.range()).is_some())
        };
        if fix.edits.is_empty() || fix.edits.iter().any(|e| touches(e) || !within(e)) {
            continue;
        }
        for edit in &fix.edits {
            let mend = Mend { edit: edit.clone(), title: fix.title.clone(), code: diagnostic.code.id };
            taken.entry(edit.span.file).or_default().push(mend);
        }
    }
    for mends in taken.values_mut() {
        mends.sort_by_key(|m| m.edit.span.start);
    }
    taken
}

/// A text with edits that are in order and don't overlap.
pub fn apply<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> String {
    let mut new = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        new.push_str(text.get(from..edit.span.start as usize).unwrap_or(""));
        new.push_str(&edit.replacement);
        from = edit.span.end as usize;
    }
    new.push_str(text.get(from..).unwrap_or(""));
    new
}
