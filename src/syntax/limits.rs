//! What is refused before it is parsed, so that no input can exhaust the stack or the memory.

use crate::diag::{Diagnostic, codes};
use crate::source::{FileId, Span};

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
