//! pest's parser. The grammar's rules become the variants of [`Rule`].
#![allow(missing_docs, unreachable_pub, clippy::pedantic, reason = "made by pest")]

/// The parser of `grammar/slovo.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/slovo.pest"]
pub(super) struct Grammar;
