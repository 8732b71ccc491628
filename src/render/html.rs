//! Text in HTML and XML: what a user wrote is shown as written.

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
pub(crate) fn escaped(text: &str, at: usize, byte: u8) -> Option<(&'static str, usize)> {
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
