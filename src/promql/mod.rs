//! PromQL with byte spans: lexer, parser, and what the checks need to know of an expression.
//!
//! Offsets are bytes of the text that was parsed (for an escape: the literal's value). Nothing here panics, and no
//! input can exhaust the stack. The grammar is that of Prometheus 2 and 3 as far as it is stable, with functions that
//! are still experiments, and one word more: `$range` may stand where a range selector has its duration.

pub mod algebra;
mod analyse;
pub mod ast;
pub mod bound;
mod carried;
mod diagnose;
pub mod engines;
mod error;
mod functions;
mod lexer;
pub mod linear;
mod parse;
pub mod print;
pub mod regex;
mod rewrite;
mod token;
mod types;
pub mod verbatim;

pub use analyse::{
    Labels, SelectorRef, User, base_range, looks_like_ratio, output_labels, selectors, uses_range,
};
pub use ast::{Expr, ValueType};
pub use carried::carried;
pub use diagnose::{Escape, Role, diagnose};
pub use error::{ErrorKind, SyntaxError};
pub use functions::{Function, all as functions, find as function};
pub use print::{is_label_name, is_metric_name, quote, selector};
pub use regex::{Pattern, RegexError, accepts, with_pattern};
pub(crate) use rewrite::parts;
pub use rewrite::{compact, inject, render};
pub use types::value_type;

/// Is it a query that PromQL doesn't read: `MetricsQL`, taken as it stands?
pub fn is_foreign(query: &str) -> bool {
    parse(query).is_err()
}

/// Reads an expression and checks its types. A text that cannot be read gives one error; misfits come all at once.
pub fn parse(text: &str) -> Result<Expr, Vec<SyntaxError>> {
    parse_with(text, "5m")
}

/// As [`parse`], with the range that hints show: `write rate(x[$range])`.
pub(crate) fn parse_with(text: &str, window: &str) -> Result<Expr, Vec<SyntaxError>> {
    let expr = parse::parse_untyped(text).map_err(|e| vec![e])?;
    let mut errors = Vec::new();
    types::check(&expr, text, window, &mut errors);
    if errors.is_empty() { Ok(expr) } else { Err(errors) }
}
