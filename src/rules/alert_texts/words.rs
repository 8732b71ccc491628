//! The words that alerts share, and what makes text harmless to a Go template.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::ir::{Measurement, Promise};
use crate::promql::print;
use crate::rules::plan::{Entry, Plan};
use crate::value::Decimal;

/// A text that a Go template shows as it is: only an opening brace could start anything.
pub(crate) fn escape_go_template(text: &str) -> Cow<'_, str> {
    if text.contains('{') { Cow::Owned(text.replace('{', "{{\"{\"}}")) } else { Cow::Borrowed(text) }
}

/// A string of a Go template's own: `` `a "b"` ``, or in quotes where it holds what a raw one can't. Braces in it start nothing.
pub(super) fn go_string(text: &str) -> String {
    if !text.contains(['`', '\r']) {
        return format!("`{text}`");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The full stop that a text wants, unless it ends a sentence itself.
pub(crate) fn stop(text: &str) -> &'static str {
    if text.trim_end().ends_with(['.', '!', '?']) { "" } else { "." }
}

/// A percentage without trailing zeros.
pub(crate) fn percent(fraction: Decimal) -> Decimal {
    (fraction * Decimal::ONE_HUNDRED).normalize()
}

/// `99.5% of payments over 28d`
pub(crate) fn sentence(promise: &Promise) -> String {
    format!("{}% of {} over {}", promise.objective.normalize(), promise.noun, promise.window)
}

/// What a promise calls its bad ones.
pub(super) fn bad_word(promise: &Promise) -> &'static str {
    match promise.measurement {
        Measurement::Events(_) | Measurement::Slices(_) | Measurement::Composed(_) => "were bad",
        Measurement::Completion(_) => "did not finish in time",
    }
}

/// The title of the step, or of the journey.
pub(super) fn place<'a>(plan: &Plan<'a>, entry: &Entry<'a>) -> &'a str {
    entry.step.map_or(plan.journey.title.as_str(), |s| s.title.as_str())
}

/// `Pay: Payments are accepted (region eu)`: a Go template, since which value of `for each` it is the alert's labels say.
pub(super) fn full_title(plan: &Plan<'_>, entry: &Entry<'_>) -> String {
    let mut out =
        format!("{}: {}", escape_go_template(place(plan, entry)), escape_go_template(&entry.promise.title));
    for name in each(entry.promise) {
        let _ = write!(out, "{{{{ with $labels.{name} }}}} ({name} {{{{ . }}}}){{{{ end }}}}");
    }
    out
}

/// The labels of `for each` that a Go template can name.
pub(super) fn each(promise: &Promise) -> Vec<&str> {
    let names = promise.for_each.iter().map(|(name, _)| name.as_str());
    names.filter(|name| print::is_label_name(name)).collect()
}
