//! What people look at: documents, the site, `docs --serve`, dashboards.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
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

mod docs_cli;
mod docs_serve;
mod docs_site;
mod grafana;
