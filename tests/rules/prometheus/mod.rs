//! The Prometheus backend, evaluated: promtool runs the rules on made-up traffic and compares numbers, not text.

use crate::common;

use crate::bench::said as figures;

mod alerts;
mod budget;
mod build;
mod completions;
mod documents;
mod explain;
mod facts;
mod forms;
mod identity;
mod kinds;
use forms::hour;
mod live;
mod native;
mod project;
mod slices;
mod sloth;
mod sweep;
mod targets;
mod texts;
mod times;
mod together;
mod tools;
mod unions;
mod watch;
