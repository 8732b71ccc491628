//! The canonical form: `slovo fmt`. It has no options.
//!
//! * Two blanks for each block; single blanks between words; `{` at the end of the head's line.
//! * A statement stands on one line. Where it is longer than [`WIDTH`] and a list, the list is filled line by line
//!   below its first element; a long call below its first argument; a `proxy` goes on before its `because`.
//! * Neighbours that belong together (`owner`, `user`, `goal`, ..; `total`, `good`, `bad`; ..) have their second words in
//!   one column, and so have comments at the ends of neighbouring lines.
//! * Groups stay: one empty line where there was at least one. A metric or a team with one statement
//!   stays on one line where it stands on one and fits.
//! * Comments stay where they are; texts, numbers and names are never touched.

mod line;
mod page;

use crate::diag::Diagnostics;
use crate::source::FileId;
use crate::syntax;

/// The longest line, where a statement can be broken.
pub const WIDTH: usize = 110;

/// The canonical form of a file. `Err` holds what is wrong with its syntax: such a file is not formatted, lest anything
/// be lost.
pub fn format(file: FileId, text: &str) -> Result<String, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    match syntax::layout(file, text, &mut diagnostics) {
        Some(nodes) => Ok(page::page(&nodes)),
        None => Err(diagnostics),
    }
}
