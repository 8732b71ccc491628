//! The dashboards: valid for Grafana, true to the rules, and safe whatever a title says. Without a Grafana: its own types as a
//! JSON Schema, its lists of units and transformations, the rules of dashboard-linter, and the rules that the compiler emits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "a test"
)]
#![allow(missing_docs, unreachable_pub, reason = "a test")]

#[path = "../common/mod.rs"]
mod common;

mod boards;
mod check;
mod faults;
mod forms;
mod linter;
mod nasty;
mod reads;
mod tools;
mod v2;
