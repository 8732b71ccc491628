//! What comes in: specs of other tools, expositions of metrics, answers of running servers.

#![allow(
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

#[cfg(feature = "live")]
#[path = "../../benches/common/mod.rs"]
mod bench;
#[path = "../common/mod.rs"]
mod common;

mod catalogues;
mod export;
mod import;
mod live;
mod metrics;
