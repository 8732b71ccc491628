//! What a running server tells: the catalogue and the snapshot from Prometheus and VictoriaMetrics, and servers that answer badly or mean
//! harm. No test here asks anything but this machine.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]
#![cfg(feature = "live")]

#[path = "../../benches/common/mod.rs"]
mod bench;
#[path = "../common/mod.rs"]
mod common;

mod against;
mod bad_answers;
mod catalogue;
mod credentials;
mod engines;
mod fake;
mod offline;
mod page;
mod secured;
mod tools;
