//! What nobody writes by accident: extreme numbers, floods of mistakes, links that lead away, templates that never end.
//! docs/security.md says which threat each test stands for.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test"
)]

mod agreement;
#[path = "../common/mod.rs"]
mod common;
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
