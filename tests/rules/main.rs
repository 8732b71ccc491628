//! The rules, evaluated: promtool, Prometheus, VictoriaMetrics and Alertmanager run what the compiler writes, and numbers are compared.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::float_cmp,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

#[path = "../../benches/common/mod.rs"]
mod bench;
#[path = "../common/mod.rs"]
mod common;
#[cfg(feature = "live")]
#[allow(dead_code, reason = "only `backfill` needs it here")]
#[path = "../incoming/live/fake.rs"]
mod served;

mod alert_texts;
mod alertmanager;
mod backfill;
mod bed;
mod engines;
mod notifications;
mod prometheus;
mod proofs;
mod proofs_mutants;
mod victoria;
