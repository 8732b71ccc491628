//! From the trees to names: tables of everything declared; duplicates, misspelt references and statements that stand
//! twice or not at all are reported. Whatever is reported here, elaboration passes over in silence.

pub(crate) mod args;
mod junk;
mod names;
mod paths;
mod refs;
mod statements;
pub(crate) mod suggest;
mod tables;

pub use tables::{Names, PromiseRef, Table};

use crate::ast;
use crate::diag::Diagnostics;
use crate::parallel;
use crate::source::SourceMap;

/// The tables alone; nothing is reported.
pub fn declared<'a>(files: &'a [ast::File], sources: &'a SourceMap) -> Names<'a> {
    tables::collect(files, junk::Junk::of(files, sources), &mut Diagnostics::default())
}

/// Collects declarations and resolves references.
pub fn resolve<'a>(
    files: &'a [ast::File],
    sources: &'a SourceMap,
    diagnostics: &mut Diagnostics,
) -> Names<'a> {
    let names = tables::collect(files, junk::Junk::of(files, sources), diagnostics);
    let checked = parallel::map(files, |file| {
        let mut found = Diagnostics::default();
        for item in &file.items {
            names::check(item, &mut found);
            statements::check(item, &mut found);
            refs::check(&names, item, &mut found);
        }
        found
    });
    for found in checked {
        diagnostics.extend(found);
    }
    names
}
