//! How many diagnostics are printed. A file of a million mistakes must not print gigabytes, and nobody reads more than this;
//! the counts stay those of all.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::source::FileId;

/// Printed of one file, at most.
pub const PER_FILE: usize = 100;
/// Printed in all, at most.
pub const IN_ALL: usize = 1_000;

/// What is printed, in order, and how many of each code are not.
#[derive(Debug, Default)]
pub(super) struct Selection<'d> {
    /// Printed.
    pub(super) shown: Vec<&'d Diagnostic>,
    /// Not printed, by code.
    pub(super) left: BTreeMap<&'static str, usize>,
    /// Are those all that there is?
    all: bool,
}

impl<'d> Selection<'d> {
    /// All of them, or as many as the limits allow: errors before warnings, then the first of each code, then in order.
    pub(super) fn of(diagnostics: &'d Diagnostics, all: bool) -> Self {
        if all || diagnostics.len() <= PER_FILE {
            return Self { shown: diagnostics.iter().collect(), left: diagnostics.beyond().clone(), all };
        }
        let mut seen: BTreeSet<(Option<FileId>, &str)> = BTreeSet::new();
        let mut ranked: Vec<((Severity, bool), usize, &Diagnostic)> = Vec::with_capacity(diagnostics.len());
        for (at, diagnostic) in diagnostics.iter().enumerate() {
            let file = diagnostic.span().map(|s| s.file);
            let again = !seen.insert((file, diagnostic.code.id));
            ranked.push(((diagnostic.severity, again), at, diagnostic));
        }
        ranked.sort_unstable_by_key(|(rank, at, _)| (*rank, *at));
        let mut of_file: BTreeMap<Option<FileId>, usize> = BTreeMap::new();
        let mut taken = Vec::new();
        let mut left = diagnostics.beyond().clone();
        for (_, at, diagnostic) in ranked {
            let here = of_file.entry(diagnostic.span().map(|s| s.file)).or_default();
            if *here < PER_FILE && taken.len() < IN_ALL {
                *here += 1;
                taken.push((at, diagnostic));
            } else {
                *left.entry(diagnostic.code.id).or_default() += 1;
            }
        }
        taken.sort_unstable_by_key(|(at, _)| *at);
        Self { shown: taken.into_iter().map(|(_, d)| d).collect(), left, all }
    }
    /// `1,249 more W0425, 3 more E0101; --all shows them`; nothing where all is printed.
    pub(super) fn rest(&self) -> Option<String> {
        if self.left.is_empty() {
            return None;
        }
        let parts: Vec<String> =
            self.left.iter().map(|(id, n)| format!("{} more {id}", grouped(*n))).collect();
        // With `--all` only those are left that were never kept.
        let way = if self.all { "mend some to see them" } else { "`--all` shows them" };
        Some(format!("{}; {way}", parts.join(", ")))
    }
}

/// `1,249`
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes::names::{DUPLICATE, UNUSED_PARAM};
    use crate::diag::codes::syntax::UNEXPECTED;
    use crate::source::Span;

    #[test]
    fn errors_and_the_first_of_each_code_are_kept() {
        let mut list = Diagnostics::default();
        for at in 0..1_349 {
            list.push(Diagnostic::new(&UNUSED_PARAM, Span::new(FileId(0), at, at), "w", ""));
        }
        for at in 2_000..2_150 {
            list.push(Diagnostic::new(&UNEXPECTED, Span::new(FileId(0), at, at), "e", ""));
        }
        list.push(Diagnostic::new(&DUPLICATE, Span::new(FileId(0), 9_000, 9_000), "d", ""));
        list.push(Diagnostic::new(&UNUSED_PARAM, Span::new(FileId(1), 0, 0), "w", ""));
        let few = Selection::of(&list, false);
        assert_eq!(few.shown.len(), PER_FILE + 1);
        assert_eq!(few.shown.iter().filter(|d| d.code.id == "E0201").count(), 1);
        assert_eq!(few.rest().as_deref(), Some("51 more E0101, 1,349 more W0201; `--all` shows them"));
        let all = Selection::of(&list, true);
        assert_eq!((all.shown.len(), all.rest()), (list.len(), None));
    }

    #[test]
    fn at_most_a_thousand() {
        let mut list = Diagnostics::default();
        for file in 0..50 {
            for at in 0..60 {
                list.push(Diagnostic::new(&UNEXPECTED, Span::new(FileId(file), at, at), "e", ""));
            }
        }
        let few = Selection::of(&list, false);
        assert_eq!((few.shown.len(), few.left.get("E0101")), (IN_ALL, Some(&2_000)));
    }
}
