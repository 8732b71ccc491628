//! Text in Markdown: what a user wrote is shown as written, whatever Markdown would make of it.

/// Escapes inline text for `CommonMark` and GitHub's dialect; line ends become blanks.
pub fn escape_into(out: &mut String, text: &str) {
    let chars: Vec<char> = text.chars().collect();
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    for (at, &c) in chars.iter().enumerate() {
        match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out.push_str("&amp;"),
            // Inside a word it makes no emphasis.
            '_' if word(at.checked_sub(1).and_then(|n| chars.get(n))) && word(chars.get(at + 1)) => {
                out.push(c);
            }
            '_' => out.push_str("\\_"),
            '#' | '-' | '+' | '=' if at == 0 => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')'
                if digits > 0 && at == digits && chars.get(at + 1).is_none_or(|c| c.is_whitespace()) =>
            {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

/// A code span that also stands in a table's cell: fenced by more backticks than it holds.
pub fn code(text: &str) -> minijinja::value::Value {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let body = text.replace('|', "\\|").replace(['\n', '\r'], " ");
    minijinja::value::Value::from_safe_string(format!("{fence}{pad}{body}{pad}{fence}"))
}

#[cfg(test)]
mod tests {
    fn shown(text: &str) -> String {
        let mut out = String::new();
        super::escape_into(&mut out, text);
        out
    }

    #[test]
    fn as_written() {
        assert_eq!(
            shown("a **b** <script> [x](y) | `c` & d"),
            "a \\*\\*b\\*\\* \\<script\\> \\[x\\](y) \\| \\`c\\` &amp; d"
        );
        assert_eq!(shown("# no heading\n- no list"), "\\# no heading - no list");
        assert_eq!(shown("1. no list"), "1\\. no list");
        assert_eq!(shown("pay_by_card _x_"), "pay_by_card \\_x\\_");
        assert_eq!(shown("99.5% of 注文 🛒"), "99.5% of 注文 🛒");
    }
}
