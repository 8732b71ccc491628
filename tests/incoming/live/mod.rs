//! What a running server tells: the catalogue and the snapshot from Prometheus and VictoriaMetrics, and servers that answer badly or mean
//! harm. No test here asks anything but this machine.

#![cfg(feature = "live")]

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
