//! PromQL text in pieces.

use std::fmt::Write as _;

use crate::ast::MatchOp;
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

/// The matcher of a bucket bound, in every spelling that exporters and Prometheus store: `0.4`, but `1` or `1.0`, `1e+06`
/// beside `1000000`.
pub(crate) fn bucket_bound(limit: Decimal) -> (MatchOp, String) {
    let limit = limit.normalize();
    let plain = limit.to_string();
    let mut spellings = vec![plain.replace('.', "\\.")];
    if limit.scale() == 0 {
        spellings.push(format!("{plain}\\.0"));
    }
    if let Some((digits, exponent)) = scientific(&plain) {
        let (head, tail) = digits.split_at(1.min(digits.len()));
        let sign = if exponent < 0 { '-' } else { '+' };
        let point = if tail.is_empty() { "" } else { "\\." };
        // Go: 1e+06, 2.5e-05; Java: 1.0E6, 2.5E-5.
        spellings.push(format!("{head}{point}{tail}e\\{sign}{:02}", exponent.unsigned_abs()));
        let tail = if tail.is_empty() { "0" } else { tail };
        spellings.push(format!("{head}\\.{tail}E{exponent}"));
    }
    match spellings.as_slice() {
        [_] => (MatchOp::Equal, plain),
        [_, _] if limit.scale() == 0 => (MatchOp::Regex, format!("{plain}(\\.0)?")),
        _ => (MatchOp::Regex, spellings.join("|")),
    }
}

/// Significant digits and exponent of a positive number that Go writes with an exponent (1e6 and above, below 1e-4).
fn scientific(plain: &str) -> Option<(String, i32)> {
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    if plain.starts_with('-') {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let first = digits.find(|c| c != '0')?;
    let point = i32::try_from(whole.len()).ok()?;
    let exponent = point - 1 - i32::try_from(first).ok()?;
    let significant = digits.trim_matches('0').to_owned();
    (!(-4..6).contains(&exponent)).then_some((significant, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_bounds() {
        let bound = |text: &str| {
            let (op, value) = bucket_bound(Decimal::from_str_exact(text).unwrap());
            format!("{}{value}", op.as_str())
        };
        assert_eq!(bound("0.4"), "=0.4");
        assert_eq!(bound("0.40"), "=0.4");
        assert_eq!(bound("1"), r"=~1(\.0)?");
        assert_eq!(bound("400.0"), r"=~400(\.0)?");
        assert_eq!(bound("100000"), r"=~100000(\.0)?");
        assert_eq!(bound("1000000"), r"=~1000000|1000000\.0|1e\+06|1\.0E6");
        assert_eq!(bound("2500000"), r"=~2500000|2500000\.0|2\.5e\+06|2\.5E6");
        assert_eq!(bound("0.0001"), "=0.0001");
        assert_eq!(bound("0.000025"), r"=~0\.000025|2\.5e\-05|2\.5E-5");
        assert_eq!(bound("0"), r"=~0(\.0)?");
    }
}
