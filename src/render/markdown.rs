//! Text in Markdown: what a user wrote is shown as written, whatever Markdown would make of it.

/// Escapes inline text for `CommonMark` and GitHub's dialect; line ends become blanks.
pub fn escape_into(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = write_escaped(out, text);
}

/// Bytes that may have to be written in another way.
const MARKED: [bool; 256] = super::html::marked(b"\\`*[]<>|~$&_#-+=.)");

/// As [`escape_into`]. What lies between two characters that must not stand as they are is written whole.
pub fn write_escaped(out: &mut impl std::fmt::Write, text: &str) -> std::fmt::Result {
    // A line begins behind blanks, and behind line ends, which would be blanks here.
    let trimmed = text.trim_start();
    let text = if text.starts_with(char::is_control) { trimmed } else { text };
    let lead = text.len() - trimmed.len();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let before = |at: usize| text.get(..at).and_then(|t| t.chars().next_back());
    let after = |at: usize| text.get(at + 1..).and_then(|t| t.chars().next());
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !MARKED[usize::from(byte)] {
            continue;
        }
        // What is written instead, and of how many bytes: none where the character itself follows a backslash.
        let (instead, length) = match byte {
            // Inside a word it makes no emphasis.
            b'_' if before(at).is_some_and(char::is_alphanumeric)
                && after(at).is_some_and(char::is_alphanumeric) =>
            {
                continue;
            }
            b'\\' | b'`' | b'*' | b'[' | b']' | b'<' | b'>' | b'|' | b'~' | b'$' | b'_' => ("\\", 0),
            b'&' => ("&amp;", 1),
            b'#' | b'-' | b'+' | b'=' if at == lead => ("\\", 0),
            b'.' | b')' if digits > 0 && at == lead + digits && after(at).is_none_or(char::is_whitespace) => {
                ("\\", 0)
            }
            b'\n' | b'\r' | b'\t' => (" ", 1),
            0..0x20 | 0x7f => ("", 1),
            // U+0080 to U+009F, the control characters beyond ASCII.
            0xc2 if text.as_bytes().get(at + 1).is_some_and(|next| *next < 0xa0) => ("", 2),
            _ => continue,
        };
        out.write_str(text.get(written..at).unwrap_or(""))?;
        out.write_str(instead)?;
        written = at + length;
    }
    out.write_str(text.get(written..).unwrap_or(""))
}

/// As [`escape_into`], and what stands between two backticks stays a code span.
pub fn escape_but_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // One without its partner is a character.
    let paired = text.matches('`').count().is_multiple_of(2);
    if !paired {
        escape_into(&mut out, text);
        return out;
    }
    for (at, part) in text.split('`').enumerate() {
        match at {
            0 => escape_into(&mut out, part),
            _ if at % 2 == 1 => {
                out.push('`');
                out.push_str(part);
                out.push('`');
            }
            // No line begins here.
            _ => {
                let mut made = String::new();
                escape_into(&mut made, &format!("`{part}"));
                out.push_str(made.strip_prefix("\\`").unwrap_or(&made));
            }
        }
    }
    out
}

/// [`code_span`] for a template.
pub fn code(text: &str) -> minijinja::value::Value {
    minijinja::value::Value::from_safe_string(code_span(text))
}

/// A code span that also stands in a table's cell: fenced by more backticks than it holds.
pub fn code_span(text: &str) -> String {
    if !text.contains(['`', '|', '\n', '\r']) {
        return format!("`{text}`");
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let body = text.replace('|', "\\|").replace(['\n', '\r'], " ");
    format!("{fence}{pad}{body}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    fn shown(text: &str) -> String {
        let mut out = String::new();
        super::escape_into(&mut out, text);
        out
    }

    #[test]
    fn code_stays() {
        let made = super::escape_but_code("a_ `x_*y` - b* `c`<d");
        assert_eq!(made, "a\\_ `x_*y` - b\\* `c`\\<d");
        assert_eq!(super::escape_but_code("a ` b_"), "a \\` b\\_");
    }

    #[test]
    fn as_written() {
        assert_eq!(
            shown("a **b** <script> [x](y) | `c` & d"),
            "a \\*\\*b\\*\\* \\<script\\> \\[x\\](y) \\| \\`c\\` &amp; d"
        );
        assert_eq!(shown("# no heading\n- no list"), "\\# no heading - no list");
        assert_eq!(shown("1. no list"), "1\\. no list");
        assert_eq!(shown("\n\n# no heading"), "\\# no heading");
        assert_eq!(shown("  1. no list"), "  1\\. no list");
        assert_eq!(shown("pay_by_card _x_"), "pay_by_card \\_x\\_");
        assert_eq!(shown("99.5% of 注文 🛒"), "99.5% of 注文 🛒");
        assert_eq!(shown("注_文 注_ a\r\n\u{85}\u{7}b"), "注_文 注\\_ a  b");
    }
}
