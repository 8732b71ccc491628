//! What people write who come from another tool: comments, YAML, PromQL and words of other languages. Each kind gets one
//! message, which says what to write instead with the author's own names and numbers.

mod block;
mod comments;
mod concepts;
mod facts;
mod pasted;
mod query;
mod yaml;

pub(in super::super) use block::Blocks;
pub(super) use block::{balanced, instead_of, says};
pub(in super::super) use comments::comments;
pub(crate) use facts::noun;
pub(super) use facts::{limit_of, span};
pub(super) use pasted::{metric_of, pasted};
pub(in super::super) use yaml::yaml;

/// Lines of code below a sentence, for a help.
fn code(sentence: &str, lines: &[String]) -> String {
    let mut out = sentence.to_owned();
    for line in lines {
        out.push_str("\n  ");
        out.push_str(line);
    }
    out
}
