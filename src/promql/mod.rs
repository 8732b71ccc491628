//! PromQL with byte spans: lexer, parser, and what the checks need to know of an expression.
//!
//! Offsets are bytes of the text that was parsed (for an escape: the literal's value). Nothing here panics, and no
//! input can exhaust the stack.

pub mod print;
pub mod regex;

pub use print::{quote, selector};
pub use regex::{Pattern, RegexError, regex_matches};
