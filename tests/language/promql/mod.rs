//! PromQL: our parser against expressions with known answers, against promql-parser and promtool, and against noise.

mod corpus;
mod engines;
mod generate;
mod noise;
mod oracles;
mod placed;
mod table;

use slovo::promql;

/// All messages of an expression; none when it is accepted.
fn errors(text: &str) -> Vec<promql::SyntaxError> {
    promql::parse(text).err().unwrap_or_default()
}
