//! The Prometheus backend, evaluated: promtool runs the rules on made-up traffic and compares numbers, not text.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test"
)]
#![allow(missing_docs, unreachable_pub, reason = "a test")]

#[path = "../common/mod.rs"]
mod common;

#[path = "../../benches/common/said.rs"]
mod figures;

mod alerts;
mod budget;
mod build;
mod completions;
mod documents;
mod explain;
mod facts;
mod forms;
mod identity;
use forms::hour;
mod live;
mod native;
mod project;
mod slices;
mod sloth;
mod sweep;
mod targets;
mod texts;
mod times;
mod together;
mod tools;
mod unions;
mod watch;
