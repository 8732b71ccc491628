//! What is refused before it is parsed, so that no input can exhaust the stack or the memory.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Diagnostics, Edit, Fix, codes};
use crate::source::{FileId, Hidden, Span, hidden};

/// Braces in braces, at most. The language itself needs four.
pub const MAX_DEPTH: usize = 8;
/// The largest file in bytes. A promise takes about 400.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Why a text is not parsed at all.
pub(super) fn refuse(file: FileId, text: &str) -> Option<Diagnostic> {
    if text.len() > MAX_BYTES {
        let (size, most) = (text.len() / (1024 * 1024), MAX_BYTES / (1024 * 1024));
        return Some(
            Diagnostic::new(
                &codes::syntax::TOO_BIG,
                Span::new(file, 0, 0),
                format!("the file is too large: {size} MB, at most {most}"),
                "",
            )
            .help("split it: all files of a project are one program"),
        );
    }
    too_deep(text).map(|at| deep(file, at))
}

/// Reports characters that cannot be seen and change what is read, in texts and comments too: line ends once a file.
pub(crate) fn report_hidden(file: FileId, text: &str, diagnostics: &mut Diagnostics) {
    let mut ends: Vec<(usize, char)> = Vec::new();
    let mut found = hidden(text).peekable();
    if found.peek().is_none() {
        return;
    }
    // Outside of texts and comments they are reported as characters that are not part of the language.
    let mine = |d: &&Diagnostic| d.code == &codes::syntax::CHARACTER;
    let places = diagnostics.iter().filter(mine).filter_map(Diagnostic::span).filter(|s| s.file == file);
    let told: BTreeSet<usize> = places.map(|s| s.start as usize).collect();
    for (at, c, kind) in found.filter(|(at, ..)| !told.contains(at)) {
        if kind == Hidden::LineEnd {
            ends.push((at, c));
            continue;
        }
        let place = Span::new(file, at, at + c.len_utf8());
        let said = format!("the character U+{:04X} cannot be seen here", u32::from(c));
        let made = Diagnostic::new(&codes::syntax::HIDDEN, place, said, kind.words());
        diagnostics.push(made.maybe_fix("remove it", place, ""));
    }
    let Some((at, c)) = ends.first().copied() else { return };
    let place = Span::new(file, at, at + c.len_utf8());
    let name = if c == '\r' {
        "a carriage return (CR) alone".to_owned()
    } else {
        format!("the character U+{:04X}", u32::from(c))
    };
    let mut made = Diagnostic::new(
        &codes::syntax::HIDDEN,
        place,
        format!("{name} does not end a line here"),
        Hidden::LineEnd.words(),
    )
    .note("an editor may show what is behind it on a line of its own; here it belongs to the line before, which may be a comment");
    if ends.len() > 1 {
        made = made.note(format!("there are {} more in this file", ends.len() - 1));
    }
    let edits = ends
        .iter()
        .map(|(at, c)| Edit { span: Span::new(file, *at, *at + c.len_utf8()), replacement: "\n".to_owned() });
    made.fix = Some(Fix {
        title: "end lines with a line feed (LF)".to_owned(),
        edits: edits.collect(),
        certain: false,
    });
    diagnostics.push(made);
}

/// A place that the grammar could not pass, which should not be.
pub(super) fn unreadable(file: FileId, at: usize) -> Diagnostic {
    Diagnostic::new(
        &codes::syntax::UNEXPECTED,
        Span::new(file, at, at),
        "the file cannot be read from here on",
        "",
    )
}

/// The message for braces nested too deeply, from the first one too many.
fn deep(file: FileId, at: usize) -> Diagnostic {
    Diagnostic::new(
        &codes::syntax::TOO_BIG,
        Span::new(file, at, at + 1),
        format!("more than {MAX_DEPTH} braces are open here"),
        "nested too deeply",
    )
    .help("close blocks with `}`: a journey holds steps, a step promises, and a promise no blocks")
}

/// Where braces, outside of texts and comments, are nested more deeply than the limit.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            b'}' => depth = depth.saturating_sub(1),
            b'#' => at = line_end(bytes, at),
            b'"' => {
                at = quoted_end(text, at);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n')).map_or(bytes.len(), |end| at + end)
}

/// One past a text; past its first quotes only, where it isn't closed.
fn quoted_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(body) = rest.strip_prefix("\"\"\"") {
        return at + body.find("\"\"\"").map_or(3, |end| end + 6);
    }
    let mut escaped = false;
    for (i, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => break,
            b'"' if !escaped => return at + i + 1,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    at + 1
}
