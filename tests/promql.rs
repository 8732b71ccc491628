//! PromQL: our parser against expressions with known answers, against promql-parser and promtool, and against noise.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    clippy::format_push_string,
    clippy::type_complexity,
    reason = "a test"
)]

#[path = "promql/corpus.rs"]
mod corpus;
#[path = "promql/engines.rs"]
mod engines;
#[path = "promql/generate.rs"]
mod generate;
#[path = "promql/noise.rs"]
mod noise;
#[path = "promql/oracles.rs"]
mod oracles;
#[path = "promql/placed.rs"]
mod placed;
#[path = "promql/table.rs"]
mod table;

use slovo::promql;

/// All messages of an expression; none when it is accepted.
fn errors(text: &str) -> Vec<promql::SyntaxError> {
    promql::parse(text).err().unwrap_or_default()
}
