//! The program: commands and their exit codes, messages as they are printed, files that survive a kill, and the project's own documents.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

#[path = "../common/mod.rs"]
mod common;

mod cli;
mod docs;
mod guide;
mod kills;
mod package;
mod render;
mod structure;
