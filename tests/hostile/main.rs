//! What nobody writes by accident: extreme numbers, floods of mistakes, links that lead away, templates that never end.
//! docs/security.md says which threat each test stands for.

#![allow(
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

#[path = "../common/mod.rs"]
mod common;

mod agreement;
mod bounds;
mod floods;
mod go_templates;
#[cfg(unix)]
mod links;
mod numbers;
mod payloads;
mod regex;
mod size;
#[cfg(unix)]
mod special_files;
mod templates;
mod tools;
