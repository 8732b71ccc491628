//! PromQL text in pieces.

use std::fmt::Write as _;

use crate::ir::PromisePath;
use crate::promql::print;
use crate::value::{Decimal, Duration};

/// What is appended to rules by the hundred thousand: durations go without the formatting machinery.
pub(crate) trait Put {
    fn put_into(self, out: &mut String);
}

impl Put for Duration {
    fn put_into(self, out: &mut String) {
        self.push_to(out);
    }
}

impl Put for Decimal {
    fn put_into(self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
}

impl Put for usize {
    fn put_into(self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
}

impl Put for std::fmt::Arguments<'_> {
    fn put_into(self, out: &mut String) {
        let _ = out.write_fmt(self);
    }
}

/// Appends a value as it is shown.
pub(crate) fn put(out: &mut String, value: impl Put) {
    value.put_into(out);
}

/// `project="shop",journey="checkout"`
pub(crate) fn journey_matchers(project: &str, journey: &str) -> String {
    let mut out = String::from("project=");
    print::quote_into(&mut out, project);
    out.push_str(",journey=");
    print::quote_into(&mut out, journey);
    out
}

/// `project="shop",journey="checkout",step="pay",promise="accepted"`; a promise of the whole journey has no step: `step=""`.
pub(crate) fn promise_matchers(out: &mut String, project: &str, path: &PromisePath) {
    out.push_str("project=");
    print::quote_into(out, project);
    out.push_str(",journey=");
    print::quote_into(out, &path.journey);
    out.push_str(",step=");
    print::quote_into(out, path.step.as_deref().unwrap_or_default());
    out.push_str(",promise=");
    print::quote_into(out, &path.promise);
}

/// ` by (region, tier) ` or nothing.
pub(crate) fn by(labels: &[(String, Option<Vec<String>>)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let mut out = String::from(" by (");
    print::label_list(&mut out, labels.iter().map(|(name, _)| name.as_str()));
    out.push_str(") ");
    out
}
