//! The catalogue's declarations as source text.

use std::fmt::Write as _;

use super::text;
use crate::ast::MetricKind;
use crate::diag::Diagnostics;
use crate::fmt::WIDTH;
use crate::source::FileId;
use crate::value::{Decimal, Duration};

/// The most bounds that one metric has.
const BOUNDS: usize = 1_000;

/// A metric to be declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// A comment above it.
    pub comment: Option<String>,
    /// Its name.
    pub name: String,
    /// Its name is put in quotes though it needs none: it says another kind.
    pub quoted: bool,
    /// Its kind.
    pub kind: MetricKind,
    /// Its unit.
    pub unit: Option<String>,
    /// The metric that counts its events too.
    pub part_of: Option<String>,
    /// A comment at the end of its first line.
    pub remark: Option<String>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// The bounds of a histogram, ascending.
    pub buckets: Vec<Decimal>,
    /// Each sample counts what came since the one before.
    pub increases: bool,
    /// How often it is scraped, where that is not as the project has it.
    pub scraped: Option<Duration>,
    /// A classic histogram that is stored as a native one, or may be.
    pub either: bool,
}

/// A label to be declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// All its values, where they are a closed set.
    pub values: Vec<String>,
}

impl Label {
    /// `code in "2xx" | "5xx"`; `None` where that cannot be written.
    pub fn write(&self) -> Option<String> {
        let name = text::label(&self.name)?;
        if self.values.is_empty() {
            return Some(name.to_owned());
        }
        // Before `in` these begin the next statement.
        if matches!(name, "labels" | "buckets" | "scraped") {
            return None;
        }
        let values: Option<Vec<String>> = self.values.iter().map(|value| text::string(value)).collect();
        Some(format!("{name} in {}", values?.join(" | ")))
    }
}

/// `buckets 0.1, 0.5`; `None` where there are no bounds, or some that cannot be written exactly.
pub fn buckets(bounds: &[Decimal]) -> Option<String> {
    if bounds.is_empty() || bounds.len() > BOUNDS {
        return None;
    }
    let numbers: Option<Vec<String>> = bounds.iter().map(|bound| text::number(*bound)).collect();
    Some(format!("buckets {}", numbers?.join(", ")))
}

impl Metric {
    /// The declaration, not yet in its canonical form; `None` where something in it cannot be written.
    pub fn write(&self) -> Option<String> {
        let name = if self.quoted {
            text::quoted_metric_name(&self.name)?
        } else {
            text::metric_name(&self.name)?.into_owned()
        };
        let mut out = String::new();
        if let Some(comment) = self.comment.as_deref().and_then(text::comment) {
            out.push_str(&comment);
            out.push('\n');
        }
        let _ = write!(out, "metric {name}: {}", self.kind.as_str());
        if let Some(unit) = &self.unit {
            out.push_str(" of ");
            out.push_str(text::label(unit)?);
        }
        if let Some(whole) = &self.part_of {
            out.push_str(", part of ");
            out.push_str(&text::metric_name(whole)?);
        }
        let mut body: Vec<String> = Vec::new();
        if !self.labels.is_empty() {
            let labels: Option<Vec<String>> = self.labels.iter().map(Label::write).collect();
            body.push(format!("labels {}", labels?.join(", ")));
        }
        if !self.buckets.is_empty() {
            body.push(buckets(&self.buckets)?);
        }
        if self.increases {
            body.push("samples are increases".to_owned());
        }
        if let Some(every) = self.scraped {
            body.push(format!("scraped every {every}"));
        }
        if self.either {
            body.push("stored classic or native".to_owned());
        }
        let remark =
            self.remark.as_deref().and_then(text::comment).map_or(String::new(), |c| format!("  {c}"));
        let _ = match body.as_slice() {
            [] => write!(out, "{remark}"),
            // A comment behind what is too wide would belong to its last line.
            [one] if remark.is_empty() || width(&out) + one.chars().count() + 5 <= WIDTH => {
                write!(out, " {{ {one} }}{remark}")
            }
            _ => write!(out, " {{{remark}\n{}\n}}", body.join("\n")),
        };
        out.push('\n');
        Some(out)
    }
}

/// The columns of the last line. A wide character counts as one: what then does not fit is broken all the same.
fn width(text: &str) -> usize {
    text.rsplit('\n').next().unwrap_or_default().chars().count()
}

/// Declarations as a text in the canonical form, with an empty line around those that have several lines; `None` where one cannot be
/// written.
pub fn metrics(list: &[Metric]) -> Option<String> {
    let mut out = String::new();
    let mut tall = false;
    for metric in list {
        let written = metric.write()?;
        let now = written.trim_end().contains('\n') || width(written.trim_end()) > WIDTH;
        if !out.is_empty() && (tall || now) {
            out.push('\n');
        }
        out.push_str(&written);
        tall = now;
    }
    canonical(&out)
}

/// A text as `slovo fmt` leaves it; `None` where it cannot be read.
pub fn canonical(text: &str) -> Option<String> {
    let made: Result<String, Diagnostics> = crate::fmt::format(FileId(0), text);
    made.ok()
}
