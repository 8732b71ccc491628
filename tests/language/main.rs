//! The language as its users meet it: what is read, what is said of mistakes, what mends them, and what the model holds.

#![allow(
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::panic,
    clippy::print_stderr,
    clippy::type_complexity,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

#[path = "../common/mod.rs"]
mod common;

mod correct;
mod elaborate;
mod environments;
mod error_pages;
mod fixes;
mod fmt;
mod model;
mod newcomers;
mod project;
mod promql;
mod schema;
mod syntax;
mod ui;
mod write;
