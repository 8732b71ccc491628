//! For a person: source, places, notes, ways out.

use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::term::{self, Config, StylesWriter, termcolor};

use super::limit::Selection;
use super::view::{Placed, TAB, View};
use super::wrap::{clean, wrap};
use super::{Options, one_line};
use crate::diag::{Diagnostic, Diagnostics, Label, Severity};
use crate::source::SourceMap;

/// Narrower screens are treated as this wide.
const NARROWEST: usize = 40;

/// For a person: source, places, notes, ways out.
pub fn human(diagnostics: &Diagnostics, sources: &SourceMap, options: &Options) -> String {
    let config = Config { tab_width: TAB, ..Config::default() };
    let mut out = termcolor::Buffer::ansi();
    let styles = term::Styles::default();
    let mut plain = String::new();
    let selection = Selection::of(diagnostics, options.all);
    for diagnostic in selection.shown.iter().copied() {
        let (view, shown) = prepare(diagnostic, sources, options.width.max(NARROWEST));
        let done = if options.color {
            let mut writer = StylesWriter::new(&mut out, &styles);
            term::emit_to_write_style(&mut writer, &config, &view, &shown)
        } else {
            term::emit_to_string(&mut plain, &config, &view, &shown)
        };
        if done.is_err() {
            // Not reachable by any label, since the view clamps them; a message without source beats none.
            plain.push_str(&one_line(diagnostic, sources));
            plain.push_str("\n\n");
        }
    }
    if let Some(rest) = selection.rest() {
        plain.push_str(&wrap(&rest, options.width.max(NARROWEST), 0).join("\n"));
        plain.push_str("\n\n");
    }
    if options.color {
        String::from_utf8_lossy(out.as_slice()).into_owned() + &plain
    } else {
        trimmed(&plain)
    }
}

/// Without the blanks that codespan leaves at the ends of lines between labels.
fn trimmed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Turns a diagnostic into codespan's.
fn prepare(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    width: usize,
) -> (View, codespan::Diagnostic<usize>) {
    let labels: Vec<&Label> = diagnostic.labels.iter().filter(|l| View::holds(l, sources)).collect();
    let digits = |l: &&Label| {
        let line = sources.get(l.span.file).map_or(0, |f| f.line_index(l.span.end as usize));
        (line + 1).ilog10() as usize + 1
    };
    let gutter = labels.iter().map(digits).max().unwrap_or(0);
    let view = View::new(&labels, sources, width.saturating_sub(gutter + 3));
    let gutter = view.gutter();
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    let head = diagnostic.severity.as_str().len() + diagnostic.code.id.len() + 4;
    let shown_labels = labels.iter().zip(&view.labels).map(|(label, placed)| codespan::Label {
        style: if label.primary { LabelStyle::Primary } else { LabelStyle::Secondary },
        file_id: placed.file,
        range: placed.range.clone(),
        message: fit(&label.message, placed, &view, gutter, width),
    });
    let shown = codespan::Diagnostic {
        severity,
        code: Some(diagnostic.code.id.to_owned()),
        message: wrap(&diagnostic.message, width.saturating_sub(2), head.saturating_sub(2)).join("\n  "),
        labels: shown_labels.collect(),
        notes: notes(diagnostic, width.saturating_sub(gutter + 3)),
    };
    (view, shown)
}

/// Notes, help and the mend, each wrapped with its continuation below its text.
fn notes(diagnostic: &Diagnostic, width: usize) -> Vec<String> {
    let one = |word: &str, text: &str| {
        let indent = word.len() + 2;
        // Lines that are indented are code to copy: they stay whole.
        let parts = text.split('\n').flat_map(|part| {
            if part.starts_with("  ") {
                vec![clean(part).into_owned()]
            } else {
                wrap(part, width.saturating_sub(indent), 0)
            }
        });
        let lines: Vec<String> = parts.collect();
        format!("{word}: {}", lines.join(&format!("\n{}", " ".repeat(indent))))
    };
    let notes = diagnostic.notes.iter().map(|n| one("note", n));
    let help = diagnostic.help.iter().map(|h| one("help", h));
    // A help that says the same as the mend is said once.
    let fix =
        diagnostic.fix.iter().filter(|f| !diagnostic.help.contains(&f.title)).map(|f| one("help", &f.title));
    notes.chain(help).chain(fix).collect()
}

/// A label's message. codespan never breaks one, so a long message gets its line breaks here, with the border drawn
/// again, where the label is the only one of its line and starts and ends on it.
fn fit(message: &str, placed: &Placed, view: &View, gutter: usize, width: usize) -> String {
    /// A message is not squeezed into fewer columns than this.
    const LEAST: usize = 28;
    let message = clean(message).replace('\n', " ");
    let alone = view.labels.iter().all(|other| {
        other.lines.0 == other.lines.1
            && (std::ptr::eq(other, placed) || other.file != placed.file || other.lines != placed.lines)
    });
    if !alone {
        return message;
    }
    let column = placed.columns.max(1) + 1;
    let room = width.saturating_sub(gutter + 3 + column).max(LEAST);
    wrap(&message, room, 0).join(&format!("\n{} │ {}", " ".repeat(gutter), " ".repeat(column)))
}
