//! Pictures as inline SVG. Readable without colour (shapes, hatching and words say all), with a title and a
//! description for those who do not see them. Colours come from the page's style sheet by class; [`alone`] makes a
//! picture that stands by itself, for Markdown.

mod budget;
mod journey;
mod letters;
mod together;

pub use budget::budget;
pub use journey::{narrow, wide};
pub use together::together;

use std::fmt::Write as _;

/// An SVG being written.
struct Svg {
    out: String,
    width: i64,
}

impl Svg {
    /// Starts a picture; `id` must be unique in the page.
    fn new(id: &str, class: &str, (width, height): (i64, i64), title: &str, description: &str) -> Self {
        let mut out = String::with_capacity(2048);
        let _ = write!(
            out,
            "<svg class=\"picture {class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" xmlns=\"http://www.w3.org/2000/svg\"><title id=\"{id}-t\">"
        );
        escape_into(&mut out, title);
        let _ = write!(out, "</title><desc id=\"{id}-d\">");
        escape_into(&mut out, description);
        out.push_str("</desc>");
        Self { out, width }
    }
    fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }
    fn line(&mut self, class: &str, from: (i64, i64), to: (i64, i64)) {
        let _ = write!(self.out, "<path class=\"{class}\" d=\"M{} {}L{} {}\"/>", from.0, from.1, to.0, to.1);
    }
    fn rect(&mut self, class: &str, (x, y): (i64, i64), (w, h): (i64, i64), round: i64) {
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\"/>"
        );
    }
    fn circle(&mut self, class: &str, (x, y): (i64, i64), r: i64) {
        let _ = write!(self.out, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
    }
    fn text(&mut self, class: &str, (x, y): (i64, i64), text: &str) {
        let _ = write!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">");
        escape_into(&mut self.out, text);
        self.out.push_str("</text>");
    }
    fn done(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }
}

/// Escapes for HTML and XML text and attributes; control characters are left out.
pub fn escape_into(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = write_escaped(out, text);
}

/// Bytes that may have to be written in another way.
const MARKED: [bool; 256] = marked(b"&<>\"'");

/// A table of some bytes and of those with which control characters begin.
pub(super) const fn marked(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    at = 0;
    while at < 0x20 {
        table[at] = true;
        at += 1;
    }
    table[0x7f] = true;
    table[0xc2] = true;
    table
}

/// As [`escape_into`]. What lies between two characters that must not stand as they are is written whole.
pub fn write_escaped(out: &mut impl std::fmt::Write, text: &str) -> std::fmt::Result {
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if let Some((other, length)) = escaped(text, at, byte) {
            out.write_str(text.get(written..at).unwrap_or(""))?;
            out.write_str(other)?;
            written = at + length;
        }
    }
    out.write_str(text.get(written..).unwrap_or(""))
}

/// What is written instead of the byte `at` a place, and of how many bytes.
#[inline]
pub(super) fn escaped(text: &str, at: usize, byte: u8) -> Option<(&'static str, usize)> {
    if !MARKED[usize::from(byte)] {
        return None;
    }
    match byte {
        b'&' => Some(("&amp;", 1)),
        b'<' => Some(("&lt;", 1)),
        b'>' => Some(("&gt;", 1)),
        b'"' => Some(("&quot;", 1)),
        b'\'' => Some(("&#39;", 1)),
        b'\n' | b'\t' => None,
        0..0x20 | 0x7f => Some(("", 1)),
        // U+0080 to U+009F, the control characters beyond ASCII.
        0xc2 if text.as_bytes().get(at + 1).is_some_and(|next| *next < 0xa0) => Some(("", 2)),
        _ => None,
    }
}

/// A picture with its own colours, light and dark, as a file of its own.
pub fn alone(svg: &str) -> String {
    const STYLE: &str = include_str!("../../../../templates/docs/html/picture.css");
    let at = svg.find("<title").unwrap_or(0);
    let (head, body) = svg.split_at(at);
    format!("{head}<style>{STYLE}</style>{body}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        let shown = |text: &str| {
            let mut out = String::new();
            escape_into(&mut out, text);
            out
        };
        assert_eq!(shown("a < b & \"c\" > 'd'"), "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
        assert_eq!(shown("注文 \u{85}\u{a0}é\u{7}\u{7f}\n\t"), "注文 \u{a0}é\n\t");
        assert_eq!(shown(""), "");
    }
}
