//! The dashboards: valid for Grafana, true to the rules, and safe whatever a title says. Without a Grafana: its own types as a
//! JSON Schema, its lists of units and transformations, the rules of dashboard-linter, and the rules that the compiler emits.

mod boards;
mod check;
mod faults;
mod forms;
mod linter;
mod nasty;
mod reads;
mod tools;
mod v2;
